//! Send: accepted once, however often it is tapped and however bad the line.

use dioxus::prelude::*;
use shared::{
    campaigns::Progress,
    id::CampaignId,
    problem::{Conflict, Problem},
};

use super::{Desk, Tap};
use crate::api::{Api, Failed};

/// Where the Send of the draft in work stands.
#[derive(Debug, Clone, PartialEq)]
pub enum Sending {
    /// It was not tapped.
    No,
    /// The server is being told.
    Now,
    /// No answer came: it may have been accepted. The same again is safe.
    Lost,
    /// The server refused: nothing went out.
    Refused(Failed),
    /// It was accepted.
    Done(CampaignId),
}

impl Desk {
    /// Where the Send stands.
    pub fn sending(&self) -> Sending {
        self.sending.read().clone()
    }

    /// The refusal was read: the draft is to be checked again.
    pub fn forget_refusal(&self) {
        let mut sending = self.sending;
        if matches!(&*sending.peek(), Sending::Refused(_)) {
            sending.set(Sending::No);
        }
    }

    /// Tells the server, and keeps on the device that it was told: after a reload the same is asked again, never anything else.
    pub(super) async fn send(&self, api: &Api, tap: Tap) {
        let mut sending = self.sending;
        if *sending.peek() == Sending::Now {
            return;
        }
        sending.set(Sending::Now);
        let Some(call) = self.kept.peek().as_ref().map(|kept| tap.call(&kept.draft)) else {
            sending.set(Sending::No);
            return;
        };
        let id = call.id;
        self.tapped(id, tap);
        let now = judge(&api.call(call).await);
        match &now {
            Sending::Done(campaign) => self.sent(id, *campaign),
            Sending::Refused(_) => self.not_sent(id),
            Sending::No | Sending::Now | Sending::Lost => {}
        }
        // The one in work now may be another.
        if self.is_in_work(id) {
            sending.set(now);
        }
    }
}

/// What an answer to Send means.
fn judge(answer: &Result<Progress, Failed>) -> Sending {
    match answer {
        Ok(progress) => Sending::Done(progress.campaign),
        Err(Failed::Problem(Problem::Conflict { with: Conflict::AlreadySent { campaign } })) => {
            Sending::Done(*campaign)
        }
        // A server that failed, or a proxy before it, may have passed it on all the same.
        Err(
            Failed::Offline
            | Failed::Outdated
            | Failed::Problem(Problem::Internal { .. } | Problem::Unavailable | Problem::SignedOut),
        ) => Sending::Lost,
        Err(failed) => Sending::Refused(failed.clone()),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn sent_before_is_sent() {
        let campaign = CampaignId(Uuid::from_u128(5));
        let with = Conflict::AlreadySent { campaign };
        let answer = Err(Problem::conflict(with).into());
        assert_eq!(judge(&answer), Sending::Done(campaign));
    }

    #[test]
    fn only_a_clear_refusal_says_that_nothing_went_out() {
        assert_eq!(judge(&Err(Failed::Offline)), Sending::Lost);
        assert_eq!(judge(&Err(Problem::Unavailable.into())), Sending::Lost);
        let refused = Failed::Problem(Problem::conflict(Conflict::NobodyToSend));
        assert_eq!(judge(&Err(refused.clone())), Sending::Refused(refused));
    }
}
