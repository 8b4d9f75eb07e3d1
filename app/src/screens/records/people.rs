//! The recipients of a record, by outcome and reason.

use dioxus::prelude::*;
use shared::{
    campaigns::Figures,
    deliveries::{DeliveryRow, ListDeliveries, Outcome},
    id::CampaignId,
    reasons::Reason,
};

use crate::{
    load::{Pages, use_pages},
    routes::Route,
    screens::parts::{LoadFailed, Stale, mark},
    ui::{
        avatar::{Avatar, AvatarSize},
        button::{Button, ButtonTone},
        chip::{Chip, ChipRow, FilterChip},
        glyph::ChevronRight,
        icon::{Icon, IconSize},
        list_card::{ListCard, ListCardSize, ListCardSkeleton},
        list_note::ListNote,
        panel::{Panel, PanelBody, PanelTabs},
        skeleton::Loading,
        virtual_list::{Place, RowHeights, VirtualRows, use_virtual_list},
    },
    words::{Words, number, use_words},
};

/// How tall a recipient is, in pixels.
const HEIGHTS: RowHeights = RowHeights { estimate: 64.0, gap: 0.0 };

/// Who is listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Shown {
    /// Only these.
    pub(super) outcome: Option<Outcome>,
    /// Only with this reason.
    pub(super) reason: Option<Reason>,
}

/// The tabs in their order, with how many each holds. Those who read are among those who succeeded, and are told apart where
/// the platform tells.
fn tabs(figures: Figures) -> Vec<(Option<Outcome>, u64)> {
    let mut tabs = vec![
        (None, figures.audience),
        (Some(Outcome::Succeeded), figures.succeeded),
        (Some(Outcome::Failed), figures.failed),
        (Some(Outcome::Unknown), figures.unknown),
        (Some(Outcome::Waiting), figures.waiting),
    ];
    if figures.told > 0 {
        tabs.extend([(Some(Outcome::Delivered), figures.delivered), (Some(Outcome::Read), figures.read)]);
    }
    tabs
}

/// The recipients: tabs by outcome, and those of the one that is shown.
#[component]
pub(super) fn People(
    /// The record.
    campaign: ReadSignal<CampaignId>,
    /// How many messages each of them gets.
    parts: u32,
    /// Its figures; a change of them asks for the rows again.
    figures: ReadSignal<Figures>,
    /// Who is listed.
    shown: ReadSignal<Shown>,
    /// Others are to be listed.
    onchoose: EventHandler<Shown>,
) -> Element {
    let words = use_words();
    let say = &words.records.detail;
    let rows = use_pages(
        move || (campaign(), shown()),
        |row: &DeliveryRow| row.id.to_string(),
        move |ask| {
            let _ = figures.read();
            let Shown { outcome, reason } = shown();
            ListDeliveries { id: campaign(), outcome, reason, limit: ask.limit, after: ask.after }
        },
    );
    let Shown { outcome, reason } = shown();
    rsx! {
        Panel { id: "people", title: say.people,
            PanelTabs {
                ChipRow { label: say.tabs,
                    for (tab , count) in tabs(figures()) {
                        Chip {
                            key: "{tab:?}",
                            on: tab == outcome,
                            count: number(count),
                            onclick: move |_| onchoose.call(Shown { outcome: tab, reason: None }),
                            {tab.map_or(say.all, |tab| (say.outcome)(tab))}
                        }
                    }
                    if let Some(reason) = reason {
                        FilterChip {
                            remove: say.remove_reason,
                            onremove: move |()| onchoose.call(Shown { outcome, reason: None }),
                            {(words.reasons.reason)(reason).title}
                        }
                    }
                }
            }
            if let Some(failed) = rows.failed() {
                LoadFailed { failed, title: say.people_failed, onretry: move |()| rows.reload() }
            } else if rows.is_first() {
                Loading { label: say.people_loading }
                ListCardSkeleton { rows: 3_usize }
            } else if rows.items().read().is_empty() {
                PanelBody {
                    ListNote { {say.nobody} }
                }
            } else {
                Stale { failed: rows.trouble(), flush: true }
                Recipients { campaign: campaign(), parts, rows }
                if rows.more_pending() {
                    Loading { label: say.people_loading }
                } else if rows.has_more() {
                    Button { tone: ButtonTone::Plain, block: true, onclick: move |_| rows.load_more(), {words.common.load_more} }
                }
            }
        }
    }
}

#[component]
fn Recipients(campaign: CampaignId, parts: u32, rows: Pages<DeliveryRow>) -> Element {
    let words = use_words();
    let items = rows.items();
    let list = use_virtual_list(items, |row: &DeliveryRow| row.id.0, HEIGHTS, rows.spot(), move |()| rows.near_end());
    rsx! {
        VirtualRows { list, label: words.records.detail.people,
            for (place , row) in list.rows(&items.read(), !rows.has_more()) {
                PersonRow { key: "{row.id}", campaign, parts, place, row }
            }
        }
    }
}

#[component]
fn PersonRow(campaign: CampaignId, parts: u32, row: DeliveryRow, place: Place) -> Element {
    let words = use_words();
    rsx! {
        ListCard {
            size: ListCardSize::Sm,
            to: Route::RecordPerson { id: campaign, delivery: row.id },
            start: rsx! {
                Avatar {
                    name: row.name.clone(),
                    tint_of: row.id.to_string(),
                    channel: mark(&row.channel),
                    size: AvatarSize::Md,
                }
            },
            title: words.name(&row.name).to_owned(),
            note: note(words, &row, parts),
            end: rsx! {
                {words.records.detail.view}
                Icon { size: IconSize::Small, ChevronRight {} }
            },
            place,
        }
    }
}

/// The outcome in a word, or why it is so, and which of several messages it was (domain.md 11.19).
fn note(words: &Words, row: &DeliveryRow, parts: u32) -> String {
    let Some(reason) = row.reason else { return (words.records.detail.outcome)(row.outcome).to_owned() };
    let why = (words.reasons.reason)(reason).title;
    match row.failed_part.filter(|_| parts > 1) {
        Some(part) => format!("{} · {why}", (words.records.person.part)(part + 1)),
        None => why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tabs_add_up_to_everyone() {
        let figures =
            Figures { audience: 37, waiting: 4, succeeded: 28, failed: 3, unknown: 2, delivered: 0, read: 0, told: 0 };
        let all = tabs(figures);
        let [(None, everyone), rest @ ..] = all.as_slice() else {
            panic!("the first tab is everyone");
        };
        assert_eq!(rest.iter().map(|(_, n)| n).sum::<u64>(), *everyone);
        let told = tabs(Figures { told: 8, delivered: 6, read: 2, ..figures });
        assert_eq!(told[5..], [(Some(Outcome::Delivered), 6), (Some(Outcome::Read), 2)]);
    }
}
