//! Which campaigns a lane may not call for any more, although it has rows of them in its hands.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use shared::id::CampaignId;

/// Holds that are remembered; nobody has rows of the older half in hand any more.
const REMEMBERED: usize = 4_096;

/// Campaigns that were held or stopped while this server had rows of them in its hands: their calls do not begin. They are
/// told by the person's own request, where it came to this server, and by every settling, wherever it came to.
///
/// It is a hint: a campaign that is claimed again is let through, and where that was too early the next settling says so.
#[derive(Clone, Default)]
pub(crate) struct Held(Arc<Mutex<Holds>>);

#[derive(Default)]
struct Holds {
    /// Counts holds.
    moment: u64,
    /// When each campaign was last held.
    campaigns: HashMap<CampaignId, u64>,
}

impl Held {
    /// From now on no call of this campaign begins.
    pub(crate) fn add(&self, campaign: CampaignId) {
        let mut holds = self.holds();
        holds.moment += 1;
        let moment = holds.moment;
        holds.campaigns.insert(campaign, moment);
        if holds.campaigns.len() > REMEMBERED {
            let half = REMEMBERED as u64 / 2;
            holds.campaigns.retain(|_, at| *at + half > moment);
        }
    }

    /// The moment before a claim, to be told with what it got.
    pub(crate) fn moment(&self) -> u64 {
        self.holds().moment
    }

    /// A claim that began at this moment got rows of these campaigns, so they were being sent: what was held before goes on,
    /// what was held since does not.
    pub(crate) fn claimed(&self, campaigns: impl Iterator<Item = CampaignId>, moment: u64) {
        let mut holds = self.holds();
        if holds.campaigns.is_empty() {
            return;
        }
        for campaign in campaigns {
            if holds.campaigns.get(&campaign).is_some_and(|at| *at <= moment) {
                holds.campaigns.remove(&campaign);
            }
        }
    }

    /// Whether no call of this campaign begins. Replies have none and are never held.
    pub(crate) fn has(&self, campaign: Option<CampaignId>) -> bool {
        campaign.is_some_and(|campaign| self.holds().campaigns.contains_key(&campaign))
    }

    fn holds(&self) -> MutexGuard<'_, Holds> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn campaign(number: u128) -> CampaignId {
        CampaignId(Uuid::from_u128(number))
    }

    #[test]
    fn a_hold_counts_until_a_claim_that_began_after_it() {
        let held = Held::default();
        let (one, other) = (campaign(1), campaign(2));
        assert!(!held.has(Some(one)) && !held.has(None));
        let before = held.moment();
        held.add(one);
        held.add(other);
        held.claimed([one].into_iter(), before);
        assert!(held.has(Some(one)), "the claim saw it as it was before the hold");
        let after = held.moment();
        held.claimed([one].into_iter(), after);
        assert!(!held.has(Some(one)) && held.has(Some(other)), "it was let go on since");
    }

    #[test]
    fn only_the_newest_holds_are_remembered() {
        let held = Held::default();
        let all = REMEMBERED as u128 + 1;
        (0..all).for_each(|number| held.add(campaign(number)));
        assert!(held.has(Some(campaign(all - 1))) && !held.has(Some(campaign(0))));
        assert!(held.holds().campaigns.len() <= REMEMBERED);
    }
}
