//! The sheet of conditions on the list of customers.

use std::time::Duration;

use chrono::TimeDelta;
use dioxus::prelude::*;
use shared::{
    contacts::{ChannelRef, ListChannels, ListTags, Subscription, Tag},
    conversations::{ConversationFilter, ConversationState, CountConversations, Scope, When},
    id::TagId,
    time::Day,
};

use super::chips::{subscription_words, when_words};
use crate::{
    load::{Load, use_load, use_load_when},
    screens::{parts::mark, send::settle::use_settled},
    ui::{
        avatar::ChannelName,
        banner::Banner,
        bottom_sheet::BottomSheet,
        button::{Button, ButtonSize, ButtonTone},
        check::CheckState,
        chip::{Chip, ChipRow},
        field::TextField,
        filter_group::FilterGroup,
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
use lucide_dioxus::CircleAlert;

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
pub(super) fn FilterSheet(
    /// The filter in force.
    filter: ConversationFilter,
    /// Where the accounts come from.
    channels: Load<Vec<ChannelRef>>,
    /// Where the tags come from.
    tags: Load<Vec<Tag>>,
    /// The filter is to be this.
    onapply: EventHandler<ConversationFilter>,
    /// Close it.
    onclose: EventHandler<()>,
) -> Element {
    let words = use_words();
    let say = &words.send.filter;
    let mut edited = use_signal(|| filter);
    let settled = use_settled(Duration::from_millis(250), move || edited.read().clone());
    let count = use_load(move || CountConversations {
        state: ConversationState::InProgress,
        scope: Scope::Mine,
        filter: valid(&settled.read()),
    });
    let upside_down = !is_valid(&edited.read());
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
                    blocked: upside_down.then(|| "filter-upside-down".to_owned()),
                    onclick: move |_| onapply.call(edited.peek().clone()),
                    "{apply}"
                }
                // Beside the button: a live region inside it would leave the button without a name.
                span { class: "vh", role: "status", "{apply}" }
            },
            if let Some(failed) = channels.failed().or_else(|| tags.failed()) {
                Banner {
                    tone: Tone::Danger,
                    icon: rsx! { Icon { CircleAlert {} } },
                    title: say.failed,
                    text: words.problems.said(&failed).line(),
                    actions: rsx! {
                        Button {
                            tone: ButtonTone::Line,
                            size: ButtonSize::Small,
                            onclick: move |_| {
                                channels.reload();
                                tags.reload();
                            },
                            {words.common.retry}
                        }
                    },
                }
            }
            Channels { channels, edited }
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
            if upside_down {
                p { id: "filter-upside-down", class: "vh", {say.upside_down} }
            }
        }
    }
}

#[component]
fn Channels(channels: Load<Vec<ChannelRef>>, edited: Signal<ConversationFilter>) -> Element {
    let words = use_words();
    let mut edited = edited;
    rsx! {
        FilterGroup { title: words.send.filter.channels,
            if channels.is_first() {
                Loading { label: words.common.loading }
                Skeleton { height: "44px" }
            }
            for channel in channels.value().unwrap_or_default() {
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
    let say = &words.send.filter;
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
    let say = &words.send.filter;
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
    let say = &words.send.filter;
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

fn toggle<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if let Some(place) = list.iter().position(|other| *other == item) {
        list.remove(place);
    } else {
        list.push(item);
    }
}

fn is_valid(filter: &ConversationFilter) -> bool {
    filter.check("filter").is_ok()
}

/// The filter without the days that stand upside down while they are being typed: the count goes on with the rest.
fn valid(filter: &ConversationFilter) -> ConversationFilter {
    let mut valid = filter.clone();
    for when in [&mut valid.last_customer, &mut valid.last_team, &mut valid.last_marketing] {
        if matches!(*when, Some(When::Between { from, to }) if to < from) {
            *when = None;
        }
    }
    valid
}

/// The accounts and tags that conditions can name.
pub(super) fn use_names() -> (Load<Vec<ChannelRef>>, Load<Vec<Tag>>) {
    (use_load(|| ListChannels {}), use_load_when(|| Some(ListTags {})))
}
