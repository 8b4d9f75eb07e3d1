//! The conditions of a filter: what is set, in words, and how it is taken away.

use shared::{
    contacts::{ChannelRef, Subscription, Tag},
    conversations::{ConversationFilter, When},
    id::TagId,
};

use crate::words::Words;

/// One condition of a filter, apart from the search text, which has its own field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Condition {
    Channels,
    TagsAny,
    TagsAll,
    TagsNone,
    LastCustomer,
    LastTeam,
    LastMarketing,
    Subscriptions,
    Unread,
    Waiting,
}

impl Condition {
    const ALL: [Self; 10] = [
        Self::Channels,
        Self::TagsAny,
        Self::TagsAll,
        Self::TagsNone,
        Self::LastCustomer,
        Self::LastTeam,
        Self::LastMarketing,
        Self::Subscriptions,
        Self::Unread,
        Self::Waiting,
    ];

    /// The conditions that are set.
    pub(super) fn of(filter: &ConversationFilter) -> Vec<Self> {
        let mut without = filter.clone();
        Self::ALL
            .into_iter()
            .filter(|condition| {
                let before = without.clone();
                condition.clear(&mut without);
                before != without
            })
            .collect()
    }

    /// Takes it away.
    pub(super) fn clear(self, filter: &mut ConversationFilter) {
        match self {
            Self::Channels => filter.channels.clear(),
            Self::TagsAny => filter.tags_any.clear(),
            Self::TagsAll => filter.tags_all.clear(),
            Self::TagsNone => filter.tags_none.clear(),
            Self::LastCustomer => filter.last_customer = None,
            Self::LastTeam => filter.last_team = None,
            Self::LastMarketing => filter.last_marketing = None,
            Self::Subscriptions => filter.subscriptions.clear(),
            Self::Unread => filter.unread = false,
            Self::Waiting => filter.waiting = false,
        }
    }

    /// It in words. Accounts and tags whose names are not known are counted instead.
    pub(super) fn words(
        self,
        filter: &ConversationFilter,
        channels: &[ChannelRef],
        tags: &[Tag],
        words: &Words,
    ) -> String {
        let say = &words.send.filter;
        let when = |when: Option<When>| when.map(|when| when_words(when, words)).unwrap_or_default();
        let tagged = |ids: &[TagId], between: &str| {
            let names: Vec<&str> =
                tags.iter().filter(|tag| ids.contains(&tag.id)).map(|tag| tag.name.as_str()).collect();
            if ids.len() > 3 || names.len() < ids.len() { (say.tag_count)(ids.len()) } else { names.join(between) }
        };
        match self {
            Self::Channels => match filter.channels.as_slice() {
                [one] => channels
                    .iter()
                    .find(|channel| channel.id == *one)
                    .map_or_else(|| (say.channel_count)(1), |channel| channel.name.clone()),
                several => (say.channel_count)(several.len()),
            },
            Self::TagsAny => tagged(&filter.tags_any, say.or),
            Self::TagsAll => tagged(&filter.tags_all, say.and),
            Self::TagsNone => (say.without)(&tagged(&filter.tags_none, say.or)),
            Self::LastCustomer => (say.customer_chip)(&when(filter.last_customer)),
            Self::LastTeam => (say.team_chip)(&when(filter.last_team)),
            Self::LastMarketing => (say.marketing_chip)(&when(filter.last_marketing)),
            Self::Subscriptions => {
                let names: Vec<&str> = filter.subscriptions.iter().map(|one| subscription_words(*one, words)).collect();
                names.join(say.or)
            }
            Self::Unread => say.unread.to_owned(),
            Self::Waiting => say.waiting.to_owned(),
        }
    }
}

/// A condition on a moment, in words.
pub(super) fn when_words(when: When, words: &Words) -> String {
    let say = &words.send.filter;
    match when {
        When::Within { days } => (say.within)(days),
        When::NotWithin { days } => (say.not_within)(days),
        When::Between { from, to } => (say.days)(from, to),
    }
}

/// A reachability, in words.
pub(super) fn subscription_words(subscription: Subscription, words: &Words) -> &'static str {
    let [unknown, subscribed, blocked, unsubscribed] = words.send.filter.subscriptions;
    match subscription {
        Subscription::Unknown => unknown,
        Subscription::Subscribed => subscribed,
        Subscription::Blocked => blocked,
        Subscription::Unsubscribed => unsubscribed,
    }
}

#[cfg(test)]
mod tests {
    use shared::{id::ChannelId, limits::Platform};
    use uuid::Uuid;

    use super::*;
    use crate::words::Language;

    fn tag(n: u128, name: &str) -> Tag {
        Tag { id: TagId(Uuid::from_u128(n)), name: name.into() }
    }

    fn said(filter: &ConversationFilter, language: Language) -> Vec<String> {
        let channels =
            [ChannelRef { id: ChannelId(Uuid::from_u128(9)), name: "晴嶼生活".into(), platform: Platform::Line }];
        let tags = [tag(1, "VIP"), tag(2, "器皿")];
        Condition::of(filter).into_iter().map(|one| one.words(filter, &channels, &tags, language.words())).collect()
    }

    #[test]
    fn each_condition_has_a_chip_and_the_search_has_none() {
        let filter = ConversationFilter {
            search: "林".into(),
            channels: vec![ChannelId(Uuid::from_u128(9))],
            tags_any: vec![TagId(Uuid::from_u128(1)), TagId(Uuid::from_u128(2))],
            last_customer: Some(When::Within { days: 7 }),
            last_marketing: Some(When::NotWithin { days: 30 }),
            subscriptions: vec![Subscription::Subscribed],
            ..ConversationFilter::default()
        };
        assert_eq!(
            said(&filter, Language::ZhHant),
            ["晴嶼生活", "VIP 或 器皿", "顧客互動 7 天內", "行銷 超過 30 天", "訂閱中"]
        );
        assert_eq!(said(&filter, Language::En)[1], "VIP or 器皿");
    }

    #[test]
    fn a_tag_that_is_not_known_here_is_counted() {
        let filter =
            ConversationFilter { tags_none: vec![TagId(Uuid::from_u128(77))], ..ConversationFilter::default() };
        assert_eq!(said(&filter, Language::ZhHant), ["不含 1 個標籤"]);
    }

    #[test]
    fn clearing_every_condition_leaves_the_search() {
        let mut filter = ConversationFilter {
            search: "林".into(),
            unread: true,
            waiting: true,
            last_team: Some(When::Within { days: 1 }),
            ..ConversationFilter::default()
        };
        for condition in Condition::of(&filter) {
            condition.clear(&mut filter);
        }
        assert!(Condition::of(&filter).is_empty());
        assert_eq!(filter.search, "林");
    }
}
