//! The conditions on a list of customers (domain.md 3.3): the sheet that sets them, and the chips of those that are set.

mod attributes;
mod chips;

use std::time::Duration;

use chrono::TimeDelta;
use dioxus::prelude::*;
use shared::{
    attributes::{Attribute, ListAttributes},
    contacts::{ChannelRef, ListChannels, ListTags, Subscription, Tag},
    conversations::{ConversationFilter, ConversationState, CountConversations, Scope, When},
    id::{ChannelId, TagId},
    limits::Platform,
    members::{Colleague, ListColleagues, Role},
    time::Day,
};

pub(in crate::screens) use self::chips::Condition;
use self::{
    attributes::{AttributeField, put_test, test_of},
    chips::{Known, subscription_words, when_words},
};
use crate::{
    api::Failed,
    load::{Load, use_load, use_load_when},
    screens::{
        parts::{mark, stores_of, toggle},
        send::settle::use_settled,
    },
    session::use_me,
    ui::{
        avatar::ChannelName,
        banner::Banner,
        bottom_sheet::BottomSheet,
        button::{Button, ButtonSize, ButtonTone},
        check::CheckState,
        chip::{Chip, ChipRow},
        field::TextField,
        filter_group::FilterGroup,
        glyph::CircleAlert,
        icon::Icon,
        list_note::ListNote,
        option::{OptionKind, OptionRow},
        segmented::{Segment, Segmented},
        select::{Select, SelectOption},
        skeleton::{Loading, Skeleton},
        switch::Switch,
        tone::Tone,
    },
    words::{Words, use_now, use_words},
};

/// The id of the text that says why the filter cannot be applied.
const FAULT: &str = "filter-fault";

/// The spans of days that are offered.
const SPANS: [When; 6] = [
    When::Within { days: 1 },
    When::Within { days: 7 },
    When::Within { days: 30 },
    When::NotWithin { days: 7 },
    When::NotWithin { days: 30 },
    When::NotWithin { days: 90 },
];

/// The sheet. Nothing changes in the list until it is applied; the button counts what that will show.
#[component]
pub(in crate::screens) fn FilterSheet(
    /// The filter in force.
    filter: ConversationFilter,
    /// What conditions can name.
    names: Names,
    /// The tab that is filtered.
    #[props(default)]
    state: ConversationState,
    /// Whose conversations are filtered; where it is others' too, by who owns them as well.
    #[props(default)]
    scope: Scope,
    /// The only platform whose customers are listed, where it is one.
    #[props(default)]
    platform: Option<Platform>,
    /// The filter is to be this.
    onapply: EventHandler<ConversationFilter>,
    /// Close it.
    onclose: EventHandler<()>,
) -> Element {
    let words = use_words();
    let say = &words.filter;
    let mut edited = use_signal(|| filter);
    let settled = use_settled(Duration::from_millis(250), move || edited.read().clone());
    let Names { channels, tags, attributes, colleagues } = names;
    let count = use_load(move || {
        let filter = valid(&settled.read());
        let filter = match platform {
            Some(platform) => of_platform(filter, platform, &channels.value().unwrap_or_default()),
            None => filter,
        };
        CountConversations { state, scope, filter }
    });
    let fault = fault(&edited.read(), words);
    let sees_team = use_me().read().role != Role::SalesStaff;
    let counting = count.pending() || *settled.read() != *edited.read();
    let apply = match count.value() {
        Some(counts) if !counting => (say.apply)(counts.matching),
        _ => say.apply_plain.to_owned(),
    };
    rsx! {
        BottomSheet {
            title: say.title,
            close: words.common.close,
            side: true,
            onclose,
            foot: rsx! {
                Button {
                    onclick: move |_| {
                        let search = edited.peek().search.clone();
                        edited.set(ConversationFilter { search, ..ConversationFilter::default() });
                    },
                    {say.clear}
                }
                Button {
                    tone: ButtonTone::Primary,
                    blocked: fault.is_some().then(|| FAULT.to_owned()),
                    onclick: move |_| onapply.call(edited.peek().clone()),
                    "{apply}"
                }
                // Beside the button: a live region inside it would leave the button without a name.
                span { class: "vh", role: "status", "{apply}" }
            },
            if let Some(failed) = names.failed() {
                Banner {
                    tone: Tone::Danger,
                    icon: rsx! { Icon { CircleAlert {} } },
                    title: say.failed,
                    text: words.problems.said(&failed).line(),
                    actions: rsx! {
                        Button {
                            tone: ButtonTone::Line,
                            size: ButtonSize::Small,
                            onclick: move |_| names.reload(),
                            {words.common.retry}
                        }
                    },
                }
            }
            Channels { channels, platform, edited }
            Tags { tags, edited }
            FilterGroup { title: say.last_customer.0, note: say.last_customer.1,
                WhenField {
                    label: say.last_customer.0,
                    when: edited.read().last_customer,
                    onchange: move |when| edited.write().last_customer = when,
                }
            }
            FilterGroup { title: say.last_team.0, note: say.last_team.1,
                WhenField {
                    label: say.last_team.0,
                    when: edited.read().last_team,
                    onchange: move |when| edited.write().last_team = when,
                }
            }
            FilterGroup { title: say.last_marketing.0, note: say.last_marketing.1,
                WhenField {
                    label: say.last_marketing.0,
                    when: edited.read().last_marketing,
                    onchange: move |when| edited.write().last_marketing = when,
                }
            }
            FilterGroup { title: say.subscription,
                ChipRow { label: say.subscription,
                    for one in Subscription::ALL {
                        Chip {
                            key: "{one.as_str()}",
                            on: edited.read().subscriptions.contains(&one),
                            mark: true,
                            onclick: move |_| toggle(&mut edited.write().subscriptions, one),
                            {subscription_words(one, words)}
                        }
                    }
                }
            }
            FilterGroup { title: say.other,
                Switch {
                    label: say.unread,
                    on: edited.read().unread,
                    onchange: move |on| edited.write().unread = on,
                }
                Switch {
                    label: say.waiting,
                    on: edited.read().waiting,
                    onchange: move |on| edited.write().waiting = on,
                }
            }
            if sees_team {
                Staff { colleagues, edited, owners: scope == Scope::Team }
            }
            if channels.value().is_some_and(|all| all.iter().any(|one| one.platform == Platform::Whatsapp)) {
                FilterGroup { title: say.window.0, note: say.window.1,
                    Segmented { aria_label: say.window.0,
                        for (window, label) in [None, Some(true), Some(false)].into_iter().zip(say.windows) {
                            Segment {
                                key: "{label}",
                                on: edited.read().window_open == window,
                                onclick: move |_| edited.write().window_open = window,
                                {label}
                            }
                        }
                    }
                }
            }
            if let Some(list) = attributes.value().filter(|list| !list.is_empty()) {
                FilterGroup { title: say.attributes,
                    for attribute in list {
                        AttributeField {
                            key: "{attribute.id}",
                            test: test_of(&edited.read(), attribute.id),
                            onchange: {
                                let id = attribute.id;
                                move |test| put_test(&mut edited.write(), id, test)
                            },
                            attribute,
                        }
                    }
                }
            }
            if let Some(fault) = fault {
                p { id: FAULT, role: "status",
                    ListNote { {fault} }
                }
            }
        }
    }
}

/// Only customers of this platform: those of the accounts that are filtered by, where any of these is one of it.
pub(in crate::screens) fn of_platform(
    mut filter: ConversationFilter,
    platform: Platform,
    accounts: &[ChannelRef],
) -> ConversationFilter {
    let of_it = accounts.iter().filter(|account| account.platform == platform);
    let mut ids: Vec<ChannelId> = of_it.map(|account| account.id).collect();
    if ids.iter().any(|id| filter.channels.contains(id)) {
        ids.retain(|id| filter.channels.contains(id));
    }
    // Nobody is of no account: until the accounts are known, or where none is of the platform, nobody is shown.
    filter.channels = if ids.is_empty() { vec![ChannelId::default()] } else { ids };
    filter
}

/// Who owns the conversation, and the members and stores that customers are bound to, for those who see more than their own.
#[component]
fn Staff(colleagues: Load<Vec<Colleague>>, edited: Signal<ConversationFilter>, owners: bool) -> Element {
    let words = use_words();
    let say = &words.filter;
    let mut edited = edited;
    let known = colleagues.value().unwrap_or_default();
    rsx! {
        if owners {
            FilterGroup { title: say.owners,
                ChipRow { label: say.owners,
                    for one in known.iter().filter(|one| one.role != Role::Admin) {
                        Chip {
                            key: "{one.id}",
                            on: edited.read().owners.contains(&one.id),
                            mark: true,
                            onclick: {
                                let id = one.id;
                                move |_| toggle(&mut edited.write().owners, id)
                            },
                            "{one.name}"
                        }
                    }
                }
            }
        }
        FilterGroup { title: say.bound_members,
            ChipRow { label: say.bound_members,
                for one in known.iter().filter(|one| one.role != Role::Admin) {
                    Chip {
                        key: "{one.id}",
                        on: edited.read().bound_members.contains(&one.id),
                        mark: true,
                        onclick: {
                            let id = one.id;
                            move |_| toggle(&mut edited.write().bound_members, id)
                        },
                        "{one.name}"
                    }
                }
            }
        }
        FilterGroup { title: say.bound_stores,
            ChipRow { label: say.bound_stores,
                for store in stores_of(&known) {
                    Chip {
                        key: "{store.id}",
                        on: edited.read().bound_stores.contains(&store.id),
                        mark: true,
                        onclick: {
                            let id = store.id;
                            move |_| toggle(&mut edited.write().bound_stores, id)
                        },
                        "{store.name}"
                    }
                }
            }
        }
    }
}

#[component]
fn Channels(
    channels: Load<Vec<ChannelRef>>,
    platform: Option<Platform>,
    edited: Signal<ConversationFilter>,
) -> Element {
    let words = use_words();
    let mut edited = edited;
    let mut offered = channels.value().unwrap_or_default();
    offered.retain(|channel| platform.is_none_or(|platform| channel.platform == platform));
    rsx! {
        FilterGroup { title: words.filter.channels,
            if channels.is_first() {
                Loading { label: words.common.loading }
                Skeleton { height: "44px" }
            }
            for channel in offered {
                OptionRow {
                    key: "{channel.id}",
                    flat: true,
                    kind: OptionKind::Checkbox(
                        CheckState::from(edited.read().channels.contains(&channel.id)),
                    ),
                    text: (words.send.account_kind)(channel.platform),
                    onclick: {
                        let id = channel.id;
                        move |_| toggle(&mut edited.write().channels, id)
                    },
                    ChannelName { channel: mark(&channel), "{channel.name}" }
                }
            }
        }
    }
}

/// Which of the three lists of tags a press changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Any,
    All,
    None,
}

impl How {
    const ALL: [Self; 3] = [Self::Any, Self::All, Self::None];

    fn list(self, filter: &mut ConversationFilter) -> &mut Vec<TagId> {
        match self {
            Self::Any => &mut filter.tags_any,
            Self::All => &mut filter.tags_all,
            Self::None => &mut filter.tags_none,
        }
    }

    fn holds(self, filter: &ConversationFilter, tag: TagId) -> bool {
        match self {
            Self::Any => filter.tags_any.contains(&tag),
            Self::All => filter.tags_all.contains(&tag),
            Self::None => filter.tags_none.contains(&tag),
        }
    }
}

#[component]
fn Tags(tags: Load<Vec<Tag>>, edited: Signal<ConversationFilter>) -> Element {
    let words = use_words();
    let say = &words.filter;
    let mut edited = edited;
    let mut how = use_signal(|| {
        let filter = edited.peek();
        if !filter.tags_all.is_empty() {
            How::All
        } else if filter.tags_any.is_empty() && !filter.tags_none.is_empty() {
            How::None
        } else {
            How::Any
        }
    });
    let list = tags.value();
    rsx! {
        FilterGroup { title: say.tags,
            Segmented { aria_label: say.tags_how,
                for (place, one) in How::ALL.into_iter().enumerate() {
                    Segment { key: "{place}", on: how() == one, onclick: move |_| how.set(one),
                        {say.tags_modes[place]}
                    }
                }
            }
            match list {
                None => rsx! {
                    if tags.is_first() {
                        Skeleton { height: "34px" }
                    }
                },
                Some(list) if list.is_empty() => rsx! {
                    ListNote { {say.no_tags} }
                },
                Some(list) => rsx! {
                    ChipRow { label: say.tags,
                        for tag in list {
                            Chip {
                                key: "{tag.id}",
                                on: how().holds(&edited.read(), tag.id),
                                mark: true,
                                onclick: {
                                    let id = tag.id;
                                    move |_| {
                                        let mut filter = edited.write();
                                        // A tag asked for and ruled out at once would match nobody.
                                        for other in How::ALL.into_iter().filter(|other| *other != how()) {
                                            other.list(&mut filter).retain(|tag| *tag != id);
                                        }
                                        toggle(how().list(&mut filter), id);
                                    }
                                },
                                "{tag.name}"
                            }
                        }
                    }
                },
            }
        }
    }
}

/// A condition on a moment: a span of days, or days that are chosen.
#[component]
fn WhenField(label: String, when: Option<When>, onchange: EventHandler<Option<When>>) -> Element {
    let words = use_words();
    let say = &words.filter;
    let today = use_now().date_naive();
    let between = matches!(when, Some(When::Between { .. }));
    let value = match when {
        None => "any".to_owned(),
        Some(When::Between { .. }) => "between".to_owned(),
        Some(when) => key(when),
    };
    rsx! {
        Select {
            aria_label: label,
            value,
            options: options(when, words),
            onchange: move |value: String| {
                onchange
                    .call(match value.as_str() {
                        "between" => {
                            Some(When::Between {
                                from: today - TimeDelta::days(7),
                                to: today,
                            })
                        }
                        value => SPANS.into_iter().chain(when).find(|span| key(*span) == value),
                    });
            },
        }
        if let (true, Some(When::Between { from, to })) = (between, when) {
            div { class: "row",
                div { class: "grow", "data-basis": "md",
                    TextField {
                        label: say.from,
                        r#type: "date",
                        value: from.to_string(),
                        oninput: move |value: String| {
                            if let Ok(from) = value.parse::<Day>() {
                                onchange.call(Some(When::Between { from, to }));
                            }
                        },
                    }
                }
                div { class: "grow", "data-basis": "md",
                    TextField {
                        label: say.to,
                        r#type: "date",
                        value: to.to_string(),
                        error: (to < from).then(|| say.upside_down.to_owned()),
                        oninput: move |value: String| {
                            if let Ok(to) = value.parse::<Day>() {
                                onchange.call(Some(When::Between { from, to }));
                            }
                        },
                    }
                }
            }
        }
    }
}

fn options(when: Option<When>, words: &Words) -> Vec<SelectOption> {
    let say = &words.filter;
    let mut options = vec![SelectOption::new("any", say.any_time)];
    let own = when.filter(|when| !matches!(when, When::Between { .. }) && !SPANS.contains(when));
    for span in SPANS.into_iter().chain(own) {
        options.push(SelectOption::new(key(span), when_words(span, words)));
    }
    options.push(SelectOption::new("between", say.between));
    options
}

fn key(when: When) -> String {
    match when {
        When::Within { days } => format!("within-{days}"),
        When::NotWithin { days } => format!("not-{days}"),
        When::Between { .. } => "between".to_owned(),
    }
}

/// Why the filter cannot be applied as it is.
fn fault(filter: &ConversationFilter, words: &Words) -> Option<&'static str> {
    let say = &words.filter;
    let whole = ConversationFilter { attributes: Vec::new(), ..filter.clone() };
    if whole.check("filter").is_err() {
        return Some(say.upside_down);
    }
    filter.check("filter").is_err().then_some(say.unfinished)
}

/// The filter without what is still being typed, such as days that stand upside down: the count goes on with the rest.
fn valid(filter: &ConversationFilter) -> ConversationFilter {
    let mut valid = filter.clone();
    for when in [&mut valid.last_customer, &mut valid.last_team, &mut valid.last_marketing] {
        if matches!(*when, Some(When::Between { from, to }) if to < from) {
            *when = None;
        }
    }
    valid.attributes.retain(|one| one.test.check("filter").is_ok());
    valid
}

/// What conditions can name.
#[derive(Clone, Copy, PartialEq)]
pub(in crate::screens) struct Names {
    channels: Load<Vec<ChannelRef>>,
    tags: Load<Vec<Tag>>,
    attributes: Load<Vec<Attribute>>,
    colleagues: Load<Vec<Colleague>>,
}

impl Names {
    /// What is known of them by now.
    pub(in crate::screens) fn known(&self) -> Known {
        Known {
            channels: self.channels.value().unwrap_or_default(),
            tags: self.tags.value().unwrap_or_default(),
            attributes: self.attributes.value().unwrap_or_default(),
            colleagues: self.colleagues.value().unwrap_or_default(),
        }
    }

    fn failed(&self) -> Option<Failed> {
        let failed = self.channels.failed().or_else(|| self.tags.failed());
        failed.or_else(|| self.attributes.failed()).or_else(|| self.colleagues.failed())
    }

    fn reload(&self) {
        self.channels.reload();
        self.tags.reload();
        self.attributes.reload();
        self.colleagues.reload();
    }
}

/// The accounts, tags, attributes and colleagues that conditions can name, asked for as soon as that is needed.
pub(in crate::screens) fn use_names(needed: impl Fn() -> bool + Copy + 'static) -> Names {
    Names {
        channels: use_load_when(move || needed().then_some(ListChannels {})),
        tags: use_load_when(move || needed().then_some(ListTags {})),
        attributes: use_load_when(move || needed().then_some(ListAttributes {})),
        colleagues: use_load_when(move || needed().then_some(ListColleagues {})),
    }
}
