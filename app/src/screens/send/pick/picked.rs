//! Who of the list is picked, as far as the device can tell.

use chrono::{DateTime, TimeDelta, Utc};
use shared::{
    conversations::{ConversationCard, ConversationFilter, When},
    selection::Selection,
    text::fold,
};

/// Whether a person of the list is in the selection. `shown` is the filter of the list, so she matches that.
///
/// A whole filter may ask what the card does not tell (the team's last messages): then she counts as picked, because somebody who is
/// sent to without a mark is worse than a mark too many; a tap takes her out for sure.
pub(super) fn is_picked(
    selection: &Selection,
    card: &ConversationCard,
    shown: &ConversationFilter,
    now: DateTime<Utc>,
) -> bool {
    selection.ids.contains(&card.id)
        || selection
            .matching
            .iter()
            .any(|matching| !matching.except.contains(&card.id) && may_match(&matching.filter, card, shown, now))
}

fn may_match(
    filter: &ConversationFilter,
    card: &ConversationCard,
    shown: &ConversationFilter,
    now: DateTime<Utc>,
) -> bool {
    let tagged = |id| card.tags.iter().any(|tag| tag.id == id);
    let customer = match filter.last_customer {
        None => true,
        same if same == shown.last_customer => true,
        Some(When::Within { days }) => {
            card.last_customer_at.is_some_and(|at| at.to_utc() > now - TimeDelta::days(i64::from(days)))
        }
        Some(When::NotWithin { days }) => {
            card.last_customer_at.is_none_or(|at| at.to_utc() <= now - TimeDelta::days(i64::from(days)))
        }
        Some(When::Between { from, to }) => {
            card.last_customer_at.is_some_and(|at| (from..=to).contains(&at.date_naive()))
        }
    };
    customer
        && (filter.search.is_empty()
            || filter.search == shown.search
            || fold(&card.name).contains(&fold(&filter.search)))
        && (filter.channels.is_empty() || filter.channels.contains(&card.channel.id))
        && (filter.tags_any.is_empty() || filter.tags_any.iter().any(|id| tagged(*id)))
        && filter.tags_all.iter().all(|id| tagged(*id))
        && !filter.tags_none.iter().any(|id| tagged(*id))
        && (filter.subscriptions.is_empty() || filter.subscriptions.contains(&card.subscription))
        && (!filter.unread || card.unread > 0)
        && (!filter.waiting || card.waiting_since.is_some())
}

/// How many of the picked are not in these results; `None` where the device cannot tell.
pub(super) fn elsewhere(
    selection: &Selection,
    shown: &ConversationFilter,
    total: u64,
    picked_here: u64,
    all_loaded: bool,
) -> Option<u64> {
    let only_these = selection.ids.is_empty() && selection.matching.len() == 1 && selection.has_all(shown);
    if shown.is_empty() || only_these {
        return Some(0);
    }
    all_loaded.then(|| total.saturating_sub(picked_here))
}

#[cfg(test)]
mod tests {
    use shared::{
        contacts::{ChannelRef, Subscription, Tag},
        conversations::ConversationState,
        id::{ChannelId, ConversationId, TagId},
        limits::Platform,
    };
    use uuid::Uuid;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-05T06:00:00Z".parse().unwrap()
    }

    fn card() -> ConversationCard {
        ConversationCard {
            id: ConversationId(Uuid::from_u128(1)),
            name: "林雅婷".into(),
            channel: ChannelRef {
                id: ChannelId(Uuid::from_u128(2)),
                name: "晴嶼生活".into(),
                platform: Platform::Line,
            },
            state: ConversationState::InProgress,
            subscription: Subscription::Subscribed,
            unread: 1,
            waiting_since: None,
            last: None,
            last_customer_at: Some("2026-11-01T12:00:00+08:00".parse().unwrap()),
            tags: vec![Tag { id: TagId(Uuid::from_u128(3)), name: "VIP".into() }],
            owner: None,
        }
    }

    fn whole(filter: ConversationFilter) -> Selection {
        let mut selection = Selection::default();
        selection.add_all(filter);
        selection
    }

    #[test]
    fn who_matches_a_whole_filter_is_picked_until_she_is_unticked() {
        let shown = ConversationFilter::default();
        let mut selection = whole(ConversationFilter {
            tags_any: vec![TagId(Uuid::from_u128(3))],
            last_customer: Some(When::Within { days: 7 }),
            ..shown.clone()
        });
        assert!(is_picked(&selection, &card(), &shown, now()));
        selection.remove(card().id);
        assert!(!is_picked(&selection, &card(), &shown, now()));
        selection.add(card().id);
        assert!(is_picked(&selection, &card(), &shown, now()));
    }

    #[test]
    fn who_does_not_match_it_is_not() {
        let shown = ConversationFilter::default();
        for filter in [
            ConversationFilter { waiting: true, ..shown.clone() },
            ConversationFilter { search: "陳".into(), ..shown.clone() },
            ConversationFilter { last_customer: Some(When::Within { days: 1 }), ..shown.clone() },
            ConversationFilter { tags_none: vec![TagId(Uuid::from_u128(3))], ..shown.clone() },
            ConversationFilter { subscriptions: vec![Subscription::Blocked], ..shown.clone() },
        ] {
            assert!(!is_picked(&whole(filter), &card(), &shown, now()));
        }
    }

    #[test]
    fn what_the_card_does_not_tell_counts_as_picked() {
        let selection = whole(ConversationFilter {
            last_marketing: Some(When::NotWithin { days: 7 }),
            ..ConversationFilter::default()
        });
        assert!(is_picked(&selection, &card(), &ConversationFilter::default(), now()));
    }

    #[test]
    fn the_number_not_in_these_results_is_told_only_where_it_is_known() {
        let search = ConversationFilter { search: "林".into(), ..ConversationFilter::default() };
        let mut selection = Selection::default();
        selection.add(card().id);
        assert_eq!(elsewhere(&selection, &search, 37, 32, true), Some(5));
        assert_eq!(elsewhere(&selection, &search, 37, 32, false), None);
        assert_eq!(elsewhere(&selection, &ConversationFilter::default(), 37, 1, false), Some(0));
        assert_eq!(elsewhere(&whole(search.clone()), &search, 37, 20, false), Some(0));
    }
}
