//! What is to be told, and when: each thing once however often it changed, and not too often.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use shared::{
    conversations::ConversationState,
    id::{CampaignId, ContactId, ConversationId, DraftId, MediaId, MemberId, SessionId, StoreId, TeamId},
};
use tokio::time::Instant;

/// The same thing is told again after this at the earliest: a send of 50,000 settles in a thousand batches.
pub(crate) const PACE: Duration = Duration::from_millis(250);
/// Things that wait to be told. Beyond it nothing is kept apart any more, and everybody looks again.
const WAITING: usize = 20_000;

/// What decides who sees a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its state.
    pub state: ConversationState,
    /// Its owner; kept when it is closed.
    pub owner: Option<MemberId>,
    /// The store under which it was taken.
    pub store: Option<StoreId>,
    /// The stores that work with its account.
    pub channel_stores: Vec<StoreId>,
}

/// What a transaction did that somebody may be looking at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// Something changed.
    Changed {
        /// Whose team.
        team: TeamId,
        /// What.
        subject: Subject,
        /// Where it stood, if that may have been in the sight of others than now.
        before: Option<Standing>,
    },
    /// Sessions ended: of this member one, or all.
    SignedOut {
        /// Her team.
        team: TeamId,
        /// She.
        member: MemberId,
        /// Which session; all of them where absent.
        session: Option<SessionId>,
    },
}

impl News {
    /// Something changed where everyone who could see it still can.
    pub fn of(team: TeamId, subject: impl Into<Subject>) -> Self {
        Self::Changed { team, subject: subject.into(), before: None }
    }

    /// A conversation moved to another state, owner or store.
    pub fn moved(team: TeamId, id: ConversationId, before: Standing) -> Self {
        Self::Changed { team, subject: id.into(), before: Some(before) }
    }

    /// A member's session ended, or all of hers.
    pub fn signed_out(team: TeamId, member: MemberId, session: Option<SessionId>) -> Self {
        Self::SignedOut { team, member, session }
    }
}

/// What changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Subject {
    /// A conversation.
    Conversation(ConversationId),
    /// A customer, and with her all her conversations.
    Contact(ContactId),
    /// A medium of a customer's message.
    Medium(MediaId),
    /// A send.
    Campaign(CampaignId),
    /// A draft of this member.
    Draft(MemberId, DraftId),
    /// Saved replies or their categories.
    SavedReplies,
    /// WhatsApp templates.
    Templates,
    /// The team's tags.
    Tags,
    /// Whether an account may send.
    Channels,
}

macro_rules! subjects {
    ($($name:ident($id:ty)),*) => {$(
        impl From<$id> for Subject {
            fn from(id: $id) -> Self {
                Self::$name(id)
            }
        }
    )*};
}
subjects!(Conversation(ConversationId), Contact(ContactId), Medium(MediaId), Campaign(CampaignId));

/// What is to be told now.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Due {
    /// By team: what changed, and where it stood before each of its moves.
    pub(crate) teams: BTreeMap<TeamId, BTreeMap<Subject, Vec<Standing>>>,
    /// When the next is due, if one waits for its turn.
    pub(crate) next: Option<Instant>,
    /// More waited than is kept apart.
    pub(crate) overflown: bool,
}

/// What waits to be told.
#[derive(Default)]
pub(crate) struct Pending {
    waiting: BTreeMap<(TeamId, Subject), Vec<Standing>>,
    /// When the things told of late may be told again.
    paced: HashMap<(TeamId, Subject), Instant>,
    overflown: bool,
}

impl Pending {
    pub(crate) fn add(&mut self, team: TeamId, subject: Subject, before: Option<Standing>) {
        if self.overflown {
            return;
        }
        let befores = self.waiting.entry((team, subject)).or_default();
        befores.extend(before.filter(|before| !befores.contains(before)));
        if self.waiting.len() > WAITING {
            self.waiting.clear();
            self.overflown = true;
        }
    }

    /// Takes what is due, the first change of a thing at once.
    pub(crate) fn take(&mut self, now: Instant) -> Due {
        self.paced.retain(|_, until| *until > now);
        let mut due = Due { overflown: std::mem::take(&mut self.overflown), ..Due::default() };
        let mut later = BTreeMap::new();
        for (key, befores) in std::mem::take(&mut self.waiting) {
            if let Some(until) = self.paced.get(&key) {
                due.next = Some(due.next.map_or(*until, |next| next.min(*until)));
                later.insert(key, befores);
            } else {
                self.paced.insert(key, now + PACE);
                due.teams.entry(key.0).or_default().insert(key.1, befores);
            }
        }
        self.waiting = later;
        due
    }
}

#[cfg(test)]
mod tests {
    use shared::conversations::ConversationState;
    use uuid::Uuid;

    use super::*;

    const TEAM: TeamId = TeamId(Uuid::from_u128(1));

    fn campaign(n: u128) -> Subject {
        CampaignId(Uuid::from_u128(n)).into()
    }

    fn subjects(due: &Due) -> Vec<Subject> {
        due.teams.values().flat_map(BTreeMap::keys).copied().collect()
    }

    #[test]
    fn a_thing_is_told_at_once_then_at_its_pace_and_after_its_last_change() {
        let (mut pending, began) = (Pending::default(), Instant::now());
        let mut told = Vec::new();
        // A change each millisecond for a second, and a look after each, as the batches of a large send come.
        for millis in 0..1_000 {
            let now = began + Duration::from_millis(millis);
            pending.add(TEAM, campaign(1), None);
            if !pending.take(now).teams.is_empty() {
                told.push(millis);
            }
        }
        assert_eq!(told, [0, 250, 500, 750]);
        let waits = pending.take(began + Duration::from_millis(999));
        assert_eq!(waits.next, Some(began + Duration::from_secs(1)));
        let last = pending.take(began + Duration::from_secs(1));
        assert_eq!((subjects(&last), last.next), (vec![campaign(1)], None));
        assert_eq!(pending.take(began + Duration::from_secs(2)), Due::default());
    }

    #[test]
    fn one_thing_does_not_hold_another_up_and_each_is_told_once() {
        let (mut pending, now) = (Pending::default(), Instant::now());
        for _ in 0..3 {
            pending.add(TEAM, campaign(1), None);
        }
        assert_eq!(subjects(&pending.take(now)), [campaign(1)]);
        pending.add(TEAM, campaign(1), None);
        pending.add(TEAM, campaign(2), None);
        pending.add(TeamId(Uuid::from_u128(2)), Subject::Tags, None);
        assert_eq!(subjects(&pending.take(now)), [campaign(2), Subject::Tags]);
    }

    #[test]
    fn every_place_that_a_conversation_left_is_remembered() {
        let (mut pending, now) = (Pending::default(), Instant::now());
        let at = |owner: u128| Standing {
            state: ConversationState::InProgress,
            owner: Some(MemberId(Uuid::from_u128(owner))),
            store: None,
            channel_stores: Vec::new(),
        };
        let id = Subject::Conversation(ConversationId(Uuid::from_u128(9)));
        for owner in [1, 2, 1] {
            pending.add(TEAM, id, Some(at(owner)));
        }
        pending.add(TEAM, id, None);
        assert_eq!(pending.take(now).teams[&TEAM][&id], [at(1), at(2)]);
    }

    #[test]
    fn what_nobody_could_hold_apart_is_one_look_at_everything() {
        let (mut pending, now) = (Pending::default(), Instant::now());
        for n in 0..=(WAITING as u128 + 5) {
            pending.add(TEAM, campaign(n), None);
        }
        let due = pending.take(now);
        assert!(due.overflown && due.teams.is_empty());
        pending.add(TEAM, campaign(1), None);
        assert_eq!(subjects(&pending.take(now)), [campaign(1)]);
    }
}
