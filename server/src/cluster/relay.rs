//! What this server has to tell the others, each thing once however often it happened.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::id::CampaignId;
use tokio::{sync::Notify, time::Instant};

use super::message::Said;
use crate::live::{News, PACE, Pending};

/// Sign-outs that wait to be told. What is beyond is left to the look that every server takes at its sessions.
const SIGN_OUTS: usize = 1_000;

/// The way to the other servers; it leads nowhere where there can be none. Cloning gives another hand on the same.
#[derive(Clone, Default)]
pub struct Relay(Option<Arc<Inner>>);

#[derive(Default)]
struct Inner {
    waiting: Mutex<Waiting>,
    arrived: Notify,
}

#[derive(Default)]
struct Waiting {
    changed: Pending,
    signed_out: Vec<News>,
    has_work: bool,
    /// When it was last told that there is work.
    woken_at: Option<Instant>,
    has_secrets: bool,
    held: BTreeSet<CampaignId>,
}

/// What is to be told now, and when more will be.
pub(super) struct Due {
    pub(super) said: Vec<Said>,
    pub(super) next: Option<Instant>,
}

impl Relay {
    /// One that leads to other servers.
    pub fn open() -> Self {
        Self(Some(Arc::default()))
    }

    /// Whether it leads anywhere.
    pub(super) fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// What a committed transaction of this server changed.
    pub(crate) fn publish(&self, news: &[News]) {
        self.change(|waiting| {
            for one in news {
                match one {
                    News::Changed { team, subject, before } => waiting.changed.add(*team, *subject, before.clone()),
                    News::SignedOut { .. } if waiting.signed_out.len() < SIGN_OUTS => {
                        waiting.signed_out.push(one.clone());
                    }
                    News::SignedOut { .. } => {}
                }
            }
        });
    }

    /// There is work for the engines of all.
    pub(crate) fn wake(&self) {
        self.change(|waiting| waiting.has_work = true);
    }

    /// A person held or stopped this campaign.
    pub(crate) fn hold(&self, campaign: CampaignId) {
        self.change(|waiting| {
            waiting.held.insert(campaign);
        });
    }

    /// The secrets of some channel or app are others now: what was remembered of them is over.
    pub(crate) fn secrets_changed(&self) {
        self.change(|waiting| waiting.has_secrets = true);
    }

    /// Resolves once there is something to tell, perhaps not due yet.
    pub(super) async fn arrived(&self) {
        match &self.0 {
            Some(inner) => inner.arrived.notified().await,
            None => std::future::pending().await,
        }
    }

    /// Takes what is due. The same thing is told four times a second at most, and once more after its last change.
    pub(super) fn take(&self, now: Instant) -> Due {
        let Some(inner) = &self.0 else { return Due { said: Vec::new(), next: None } };
        inner.waiting().take(now)
    }

    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        if let Some(inner) = &self.0 {
            change(&mut inner.waiting());
            inner.arrived.notify_one();
        }
    }
}

impl Inner {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn take(&mut self, now: Instant) -> Due {
        let mut said: Vec<Said> = std::mem::take(&mut self.signed_out).into_iter().map(Said::News).collect();
        said.extend(std::mem::take(&mut self.held).into_iter().map(Said::Held));
        if std::mem::take(&mut self.has_secrets) {
            said.push(Said::Secrets);
        }
        let rested = self.woken_at.is_none_or(|at| now >= at + PACE);
        if rested && std::mem::take(&mut self.has_work) {
            self.woken_at = Some(now);
            said.push(Said::Work);
        }
        let changed = self.changed.take(now);
        if changed.overflown {
            said.push(Said::LookAgain(None));
        }
        for (team, subjects) in changed.teams {
            for (subject, befores) in subjects {
                if befores.is_empty() {
                    said.push(Said::News(News::Changed { team, subject, before: None }));
                }
                said.extend(
                    befores.into_iter().map(|at| Said::News(News::Changed { team, subject, before: Some(at) })),
                );
            }
        }
        let work = self.woken_at.filter(|_| self.has_work).map(|at| at + PACE);
        Due { said, next: changed.next.into_iter().chain(work).min() }
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        conversations::ConversationState,
        id::{ConversationId, MemberId, TeamId},
    };
    use uuid::Uuid;

    use super::*;
    use crate::live::Standing;

    const TEAM: TeamId = TeamId(Uuid::from_u128(1));

    #[test]
    fn each_thing_is_told_once_and_what_a_conversation_left_with_it() {
        let relay = Relay::open();
        let campaign = CampaignId(Uuid::from_u128(2));
        let conversation = ConversationId(Uuid::from_u128(3));
        let at = Standing {
            state: ConversationState::InProgress,
            owner: Some(MemberId(Uuid::from_u128(4))),
            store: None,
            channel_stores: Vec::new(),
        };
        let now = Instant::now();
        for _ in 0..100 {
            relay.publish(&[News::of(TEAM, campaign), News::moved(TEAM, conversation, at.clone())]);
            relay.wake();
            relay.hold(campaign);
        }
        let due = relay.take(now);
        let told = [
            Said::Held(campaign),
            Said::Work,
            Said::News(News::moved(TEAM, conversation, at)),
            Said::News(News::of(TEAM, campaign)),
        ];
        assert_eq!(due.said, told);
        assert_eq!(due.next, None);
        // Again at its pace, the last change included.
        relay.publish(&[News::of(TEAM, campaign)]);
        relay.wake();
        let soon = relay.take(now);
        assert_eq!((soon.said, soon.next), (Vec::new(), Some(now + PACE)));
        assert_eq!(relay.take(now + PACE).said, [Said::Work, Said::News(News::of(TEAM, campaign))]);
    }

    #[test]
    fn sign_outs_go_first_and_without_a_bound_nothing_grows() {
        let relay = Relay::open();
        let gone = News::signed_out(TEAM, MemberId(Uuid::from_u128(5)), None);
        for _ in 0..2 * SIGN_OUTS {
            relay.publish(std::slice::from_ref(&gone));
        }
        for n in 0..30_000_u128 {
            relay.publish(&[News::of(TEAM, CampaignId(Uuid::from_u128(n)))]);
        }
        let due = relay.take(Instant::now());
        assert_eq!(due.said.len(), SIGN_OUTS + 1);
        assert_eq!(due.said[0], Said::News(gone));
        assert_eq!(due.said[SIGN_OUTS], Said::LookAgain(None));
    }

    #[test]
    fn a_server_that_is_alone_keeps_nothing() {
        let relay = Relay::default();
        relay.wake();
        relay.secrets_changed();
        assert!(relay.take(Instant::now()).said.is_empty());
    }
}
