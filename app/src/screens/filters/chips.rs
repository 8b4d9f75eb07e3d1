//! The conditions of a filter: what is set, in words, and how it is taken away.

use shared::{
    attributes::Attribute,
    contacts::{ChannelRef, Subscription, Tag},
    conversations::{ConversationFilter, When},
    id::{AttributeId, TagId},
    members::Colleague,
};

use super::attributes::{test_of, test_words};
use crate::{
    screens::parts::{named, stores_of},
    words::Words,
};

/// One condition of a filter, apart from the search text, which has its own field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::screens) enum Condition {
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
    Owners,
    BoundMembers,
    BoundStores,
    Window,
    Attribute(AttributeId),
}

/// What conditions name, as far as it is known here.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::screens) struct Known {
    pub(in crate::screens) channels: Vec<ChannelRef>,
    pub(in crate::screens) tags: Vec<Tag>,
    pub(in crate::screens) attributes: Vec<Attribute>,
    pub(in crate::screens) colleagues: Vec<Colleague>,
}

impl Condition {
    const ALL: [Self; 14] = [
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
        Self::Owners,
        Self::BoundMembers,
        Self::BoundStores,
        Self::Window,
    ];

    /// The conditions that are set.
    pub(in crate::screens) fn of(filter: &ConversationFilter) -> Vec<Self> {
        let mut without = filter.clone();
        let attributes = filter.attributes.iter().map(|one| Self::Attribute(one.attribute));
        Self::ALL
            .into_iter()
            .chain(attributes)
            .filter(|condition| {
                let before = without.clone();
                condition.clear(&mut without);
                before != without
            })
            .collect()
    }

    /// Takes it away.
    pub(in crate::screens) fn clear(self, filter: &mut ConversationFilter) {
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
            Self::Owners => filter.owners.clear(),
            Self::BoundMembers => filter.bound_members.clear(),
            Self::BoundStores => filter.bound_stores.clear(),
            Self::Window => filter.window_open = None,
            Self::Attribute(attribute) => filter.attributes.retain(|one| one.attribute != attribute),
        }
    }

    /// It in words. What it names without the name being known is counted instead.
    pub(in crate::screens) fn words(self, filter: &ConversationFilter, known: &Known, words: &Words) -> String {
        let say = &words.filter;
        let when = |when: Option<When>| when.map(|when| when_words(when, words)).unwrap_or_default();
        let tagged = |ids: &[TagId], between: &str| {
            let names: Vec<&str> =
                known.tags.iter().filter(|tag| ids.contains(&tag.id)).map(|tag| tag.name.as_str()).collect();
            if ids.len() > 3 || names.len() < ids.len() { (say.tag_count)(ids.len()) } else { names.join(between) }
        };
        match self {
            Self::Channels => match filter.channels.as_slice() {
                [one] => known
                    .channels
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
            Self::Owners => {
                let names = named(&filter.owners, known.colleagues.iter().map(|one| (one.id, one.name.as_str())));
                names.map_or_else(|| (say.member_count)(filter.owners.len()), |all| all.join(say.or))
            }
            Self::BoundMembers => {
                let names =
                    named(&filter.bound_members, known.colleagues.iter().map(|one| (one.id, one.name.as_str())));
                (say.bound_chip)(
                    &names.map_or_else(|| (say.member_count)(filter.bound_members.len()), |all| all.join(say.or)),
                )
            }
            Self::BoundStores => {
                let stores = stores_of(&known.colleagues);
                let names = named(&filter.bound_stores, stores.iter().map(|one| (one.id, one.name.as_str())));
                (say.bound_chip)(
                    &names.map_or_else(|| (say.store_count)(filter.bound_stores.len()), |all| all.join(say.or)),
                )
            }
            Self::Window => {
                let [_, open, closed] = say.windows;
                format!("WhatsApp {}", if filter.window_open == Some(true) { open } else { closed })
            }
            Self::Attribute(attribute) => {
                let name = known.attributes.iter().find(|one| one.id == attribute);
                let name = name.map_or(say.some_attribute, |one| one.name.as_str());
                let test = test_of(filter, attribute).map(|test| test_words(&test, words)).unwrap_or_default();
                format!("{name} {test}")
            }
        }
    }
}

/// A condition on a moment, in words.
pub(in crate::screens) fn when_words(when: When, words: &Words) -> String {
    let say = &words.filter;
    match when {
        When::Within { days } => (say.within)(days),
        When::NotWithin { days } => (say.not_within)(days),
        When::Between { from, to } => (say.days)(from, to),
    }
}

/// A reachability, in words.
pub(in crate::screens) fn subscription_words(subscription: Subscription, words: &Words) -> &'static str {
    let [unknown, subscribed, blocked, unsubscribed] = words.filter.subscriptions;
    match subscription {
        Subscription::Unknown => unknown,
        Subscription::Subscribed => subscribed,
        Subscription::Blocked => blocked,
        Subscription::Unsubscribed => unsubscribed,
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        attributes::{AttributeCondition, AttributeKind, AttributeTest, Number},
        id::{ChannelId, MemberId, StoreId},
        limits::Platform,
        members::{Role, StoreRef},
    };
    use uuid::Uuid;

    use super::*;
    use crate::words::Language;

    fn tag(n: u128, name: &str) -> Tag {
        Tag { id: TagId(Uuid::from_u128(n)), name: name.into() }
    }

    fn said(filter: &ConversationFilter, language: Language) -> Vec<String> {
        let channels =
            vec![ChannelRef {
                id: ChannelId(Uuid::from_u128(9)), name: "晴嶼生活".into(), platform: Platform::Line
            }];
        let attribute =
            |n, name: &str, kind| Attribute { id: AttributeId(Uuid::from_u128(n)), name: name.into(), kind };
        let store = StoreRef { id: StoreId(Uuid::from_u128(5)), name: "信義店".into() };
        let known = Known {
            channels,
            tags: vec![tag(1, "VIP"), tag(2, "器皿")],
            attributes: vec![attribute(7, "鞋碼", AttributeKind::Number)],
            colleagues: vec![Colleague {
                id: MemberId(Uuid::from_u128(6)),
                name: "陳怡君".into(),
                role: Role::SalesStaff,
                stores: vec![store],
            }],
        };
        Condition::of(filter).into_iter().map(|one| one.words(filter, &known, language.words())).collect()
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
    fn bindings_windows_and_attributes_are_said_by_name() {
        let filter = ConversationFilter {
            bound_members: vec![MemberId(Uuid::from_u128(6))],
            bound_stores: vec![StoreId(Uuid::from_u128(5)), StoreId(Uuid::from_u128(55))],
            window_open: Some(false),
            attributes: vec![
                AttributeCondition {
                    attribute: AttributeId(Uuid::from_u128(7)),
                    test: AttributeTest::Numbers { from: Some(Number(23_500)), to: None },
                },
                AttributeCondition { attribute: AttributeId(Uuid::from_u128(77)), test: AttributeTest::Empty },
            ],
            ..ConversationFilter::default()
        };
        assert_eq!(
            said(&filter, Language::ZhHant),
            ["綁定 陳怡君", "綁定 2 間門市", "WhatsApp 已超過", "鞋碼 23.5 以上", "自訂屬性 沒有填寫"]
        );
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
