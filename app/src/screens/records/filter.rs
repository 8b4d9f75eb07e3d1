//! The filters of the list of records: a row of chips, and the sheet for days and states.

use chrono::TimeDelta;
use dioxus::prelude::*;
use shared::{
    campaigns::{CampaignFilter, CampaignState},
    members::{Colleague, Role},
    time::Day,
};

use crate::{
    load::Load,
    screens::parts::{named, stores_of, toggle},
    ui::{
        bottom_sheet::BottomSheet,
        button::{Button, ButtonSize, ButtonTone},
        chip::{Chip, ChipRow, FilterChip},
        field::TextField,
        filter_group::FilterGroup,
        glyph::ListFilter,
        icon::Icon,
        switch::Switch,
    },
    words::{Words, use_now, use_words},
};

/// The spans of days that are offered.
const SPANS: [u32; 3] = [7, 30, 90];

/// The last so many days, today included.
fn last(days: u32, today: Day) -> Option<Day> {
    today.checked_sub_signed(TimeDelta::days(i64::from(days) - 1))
}

/// The days of a filter in words; the last so many days where it is that.
fn days_words(filter: &CampaignFilter, today: Day, words: &Words) -> String {
    let span = SPANS.into_iter().find(|span| filter.to.is_none() && filter.from == last(*span, today));
    match span {
        Some(span) => (words.records.last_days)(span),
        None => (words.records.days)(filter.from, filter.to),
    }
}

/// The filters in force and the way to change them.
#[component]
pub(super) fn FilterRow(
    filter: Signal<CampaignFilter>,
    colleagues: Load<Vec<Colleague>>,
    onopen: EventHandler<()>,
) -> Element {
    let words = use_words();
    let say = &words.records;
    let today = use_now().date_naive();
    let mut filter = filter;
    let now = filter.read().clone();
    let known = colleagues.value().unwrap_or_default();
    let has_days = now.from.is_some() || now.to.is_some();
    rsx! {
        div { class: "tools", "data-tight": "",
            ChipRow { label: say.filters,
                Button { tone: ButtonTone::Soft, size: ButtonSize::Small, onclick: move |_| onopen.call(()),
                    Icon { ListFilter {} }
                    {words.send.pick.filter}
                }
                Chip {
                    on: now.with_failures,
                    mark: true,
                    onclick: move |_| {
                        let with = filter.peek().with_failures;
                        filter.write().with_failures = !with;
                    },
                    {say.with_failures}
                }
                if has_days {
                    FilterChip {
                        remove: words.send.pick.remove_condition,
                        onremove: move |()| {
                            let mut filter = filter.write();
                            filter.from = None;
                            filter.to = None;
                        },
                        {days_words(&now, today, words)}
                    }
                }
                if !now.stores.is_empty() {
                    FilterChip {
                        remove: words.send.pick.remove_condition,
                        onremove: move |()| filter.write().stores.clear(),
                        {names_words(&now.stores, stores_of(&known).iter().map(|one| (one.id, one.name.as_str())), say.by_store, words)}
                    }
                }
                if !now.senders.is_empty() {
                    FilterChip {
                        remove: words.send.pick.remove_condition,
                        onremove: move |()| filter.write().senders.clear(),
                        {names_words(&now.senders, known.iter().map(|one| (one.id, one.name.as_str())), say.by_sender, words)}
                    }
                }
                for state in now.states {
                    FilterChip {
                        key: "{state.as_str()}",
                        remove: words.send.pick.remove_condition,
                        onremove: move |()| filter.write().states.retain(|other| *other != state),
                        {(say.state_name)(state)}
                    }
                }
            }
        }
    }
}

/// The sheet; nothing changes in the list until it is applied.
#[component]
pub(super) fn FilterSheet(
    filter: CampaignFilter,
    /// Who may have sent, and under which stores.
    colleagues: Load<Vec<Colleague>>,
    onapply: EventHandler<CampaignFilter>,
    onclose: EventHandler<()>,
) -> Element {
    let words = use_words();
    let say = &words.records;
    let today = use_now().date_naive();
    let mut edited = use_signal(|| filter);
    let now = edited.read().clone();
    let upside_down = matches!((now.from, now.to), (Some(from), Some(to)) if to < from);
    let text = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    rsx! {
        BottomSheet {
            title: say.filters,
            close: words.common.close,
            side: true,
            onclose,
            foot: rsx! {
                Button { onclick: move |_| edited.set(CampaignFilter::default()), {words.filter.clear} }
                Button {
                    tone: ButtonTone::Primary,
                    blocked: upside_down.then(|| "records-upside-down".to_owned()),
                    onclick: move |_| onapply.call(edited.peek().clone()),
                    {words.filter.apply_plain}
                }
            },
            FilterGroup { title: say.time,
                ChipRow { label: say.time,
                    Chip {
                        on: now.from.is_none() && now.to.is_none(),
                        onclick: move |_| {
                            let mut edited = edited.write();
                            edited.from = None;
                            edited.to = None;
                        },
                        {say.any_time}
                    }
                    for span in SPANS {
                        Chip {
                            key: "{span}",
                            on: now.to.is_none() && now.from == last(span, today),
                            onclick: move |_| {
                                let mut edited = edited.write();
                                edited.from = last(span, today);
                                edited.to = None;
                            },
                            {(say.last_days)(span)}
                        }
                    }
                }
                div { class: "row",
                    div { class: "grow", "data-basis": "md",
                        TextField {
                            label: say.from,
                            r#type: "date",
                            value: text(now.from),
                            oninput: move |value: String| edited.write().from = value.parse().ok(),
                        }
                    }
                    div { class: "grow", "data-basis": "md",
                        TextField {
                            label: say.to,
                            r#type: "date",
                            value: text(now.to),
                            error: upside_down.then(|| say.upside_down.to_owned()),
                            oninput: move |value: String| edited.write().to = value.parse().ok(),
                        }
                    }
                }
            }
            FilterGroup { title: say.state,
                ChipRow { label: say.state,
                    for state in CampaignState::ALL {
                        Chip {
                            key: "{state.as_str()}",
                            on: now.states.contains(&state),
                            mark: true,
                            onclick: move |_| toggle(&mut edited.write().states, state),
                            {(say.state_name)(state)}
                        }
                    }
                }
            }
            if let Some(known) = colleagues.value() {
                FilterGroup { title: say.by_store,
                    ChipRow { label: say.by_store,
                        for store in stores_of(&known) {
                            Chip {
                                key: "{store.id}",
                                on: now.stores.contains(&store.id),
                                mark: true,
                                onclick: move |_| toggle(&mut edited.write().stores, store.id),
                                "{store.name}"
                            }
                        }
                    }
                }
                FilterGroup { title: say.by_sender,
                    ChipRow { label: say.by_sender,
                        for one in known.into_iter().filter(|one| one.role != Role::Admin) {
                            Chip {
                                key: "{one.id}",
                                on: now.senders.contains(&one.id),
                                mark: true,
                                onclick: move |_| toggle(&mut edited.write().senders, one.id),
                                "{one.name}"
                            }
                        }
                    }
                }
            }
            Switch {
                label: say.with_failures,
                on: now.with_failures,
                onchange: move |on| edited.write().with_failures = on,
            }
            if upside_down {
                p { id: "records-upside-down", class: "vh", {say.upside_down} }
            }
        }
    }
}

/// The names of these where there are few and all are known, else how many of what there are.
fn names_words<'k, Id: PartialEq>(
    ids: &[Id],
    known: impl Iterator<Item = (Id, &'k str)>,
    what: &str,
    words: &Words,
) -> String {
    named(ids, known)
        .map_or_else(|| format!("{what} {}", (words.records.named)(ids.len())), |names| names.join(words.filter.or))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn the_days_are_said_as_a_span_where_they_are_one() {
        let today: Day = "2026-11-05".parse().unwrap();
        let words = Language::ZhHant.words();
        let month = CampaignFilter { from: last(30, today), ..CampaignFilter::default() };
        assert_eq!(days_words(&month, today, words), "近 30 天");
        let own = CampaignFilter {
            from: "2026-10-01".parse().ok(),
            to: "2026-10-31".parse().ok(),
            ..CampaignFilter::default()
        };
        assert_eq!(days_words(&own, today, words), "10/01 – 10/31");
    }
}
