//! The list of records: cards on phones and beside an open record, a table where it has the screen for itself.

use std::time::Duration;

use dioxus::prelude::*;
use lucide_dioxus::{ChevronRight, CircleAlert, Inbox, SearchX};
use shared::{
    campaigns::{CampaignFilter, CampaignRow, ListCampaigns},
    id::CampaignId,
    members::{Action, Me, Role},
};

use super::{
    figures::{StateBadge, moment, success},
    filter::{FilterRow, FilterSheet},
};
use crate::{
    app::use_title,
    draft::{token, use_drafts},
    load::{Pages, use_every, use_pages},
    routes::Route,
    screens::parts::{Allowed, LoadFailed, OfflineNote, mark},
    session::{use_may, use_me},
    ui::{
        app_bar::{AppBar, AppBarTitle},
        avatar::ChannelBadge,
        banner::{Banner, Live},
        button::{Button, ButtonTone},
        data_table::{Cell, CellLink, CellMain, CellSub, DataTable, HeadCell, Row, Swap},
        empty_state::EmptyState,
        icon::{Icon, IconSize},
        icon_button::IconButton,
        list_card::ListCardSkeleton,
        panel::Panel,
        record_card::{RecordCard, RecordFigure},
        screen::{Column, ColumnWidth, Layout, Pane, PaneBody, PaneHead, PaneRole, ScreenMain, Show},
        skeleton::Loading,
        tone::Tone,
    },
    words::{Words, clock, number, use_now, use_words},
};

/// How often the list is asked again while a send in it is under way.
const EVERY: Duration = Duration::from_secs(5);

/// The list, with what is opened from it beside it.
#[component]
pub fn Records() -> Element {
    rsx! {
        Allowed { action: Action::ReadGroupRecords, ListAndDetail {} }
    }
}

/// Nothing is opened: the list has the screen for itself.
#[component]
pub fn RecordsHome() -> Element {
    use_title(|words| words.records.title.to_owned());
    rsx! {}
}

#[component]
fn ListAndDetail() -> Element {
    let words = use_words();
    let say = &words.records;
    let open = match use_route::<Route>() {
        Route::Record { id } | Route::RecordPerson { id, .. } => Some(id),
        _ => None,
    };
    let mut filter = use_signal(CampaignFilter::default);
    let mut filtering = use_signal(|| false);
    let rows = use_pages(
        || (),
        |row: &CampaignRow| row.id.to_string(),
        move |ask| ListCampaigns { filter: filter.read().clone(), limit: ask.limit, after: ask.after },
    );
    use_every(EVERY, move || {
        let under_way = rows.items().peek().iter().any(|row| row.figures.waiting > 0);
        if under_way && !rows.pending() {
            rows.reload();
        }
    });
    let me = use_me();
    let whose = whose(words, &me.read());
    let alone = open.is_none();
    rsx! {
        ScreenMain {
            layout: if alone { Layout::One } else { Layout::Split },
            show: if alone { Show::List } else { Show::Detail },
            Pane { label: say.title, role: if alone { PaneRole::Single } else { PaneRole::List },
                PaneHead {
                    AppBar { root: true,
                        AppBarTitle { name: say.title, sub: rsx! { "{whose}" } }
                    }
                    OfflineNote {}
                    FilterRow { filter, onopen: move |()| filtering.set(true) }
                }
                PaneBody {
                    onscroll: move |event: ScrollEvent| {
                        let left = f64::from(event.scroll_height()) - event.scroll_top()
                            - f64::from(event.client_height());
                        if left < 600.0 {
                            rows.load_more();
                        }
                    },
                    Body {
                        rows,
                        open,
                        filtered: *filter.read() != CampaignFilter::default(),
                        onclear: move |()| filter.set(CampaignFilter::default()),
                    }
                }
            }
            Outlet::<Route> {}
        }
        if filtering() {
            FilterSheet {
                filter: filter.peek().clone(),
                onclose: move |()| filtering.set(false),
                onapply: move |new| {
                    filter.set(new);
                    filtering.set(false);
                },
            }
        }
    }
}

/// Whose records the list holds (domain.md 2.3).
fn whose(words: &Words, me: &Me) -> String {
    let say = &words.records;
    match me.role {
        Role::Admin => say.all.to_owned(),
        Role::SalesStaff => say.mine.to_owned(),
        Role::SalesManager => {
            let stores: Vec<&str> = me.stores.iter().map(|store| store.name.as_str()).collect();
            (say.stores)(&stores.join(words.send.name_separator))
        }
    }
}

#[component]
fn Body(rows: Pages<CampaignRow>, open: Option<CampaignId>, filtered: bool, onclear: EventHandler<()>) -> Element {
    let words = use_words();
    let say = &words.records;
    let may_send = use_may(Action::GroupSend);
    let drafts = use_drafts();
    if let Some(failed) = rows.failed() {
        return rsx! {
            LoadFailed { failed, title: say.failed, onretry: move |()| rows.reload() }
        };
    }
    if rows.is_first() {
        return rsx! {
            Loading { label: say.loading }
            ListCardSkeleton {}
        };
    }
    if rows.items().read().is_empty() {
        return if filtered {
            rsx! {
                EmptyState {
                    icon: rsx! { Icon { size: IconSize::ExtraLarge, SearchX {} } },
                    title: say.none_title,
                    text: say.none_text,
                    actions: rsx! {
                        Button { tone: ButtonTone::Primary, onclick: move |_| onclear.call(()), {say.clear} }
                    },
                }
            }
        } else {
            rsx! {
                EmptyState {
                    icon: rsx! { Icon { size: IconSize::ExtraLarge, Inbox {} } },
                    title: say.empty_title,
                    text: if may_send { say.empty_text } else { say.empty_text_reader },
                    actions: may_send
                        .then(|| rsx! {
                            Button { tone: ButtonTone::Primary, to: Route::SendRecipients {}, onclick: move |_| drafts.arrive(), {say.empty_action} }
                        }),
                }
            }
        };
    }
    rsx! {
        if let Some(failed) = rows.error() {
            Banner {
                tone: Tone::Warn,
                flush: true,
                live: Live::Status,
                icon: rsx! { Icon { CircleAlert {} } },
                title: words.problems.said(&failed).line(),
            }
        }
        if open.is_none() {
            Swap {
                table: rsx! { Table { rows } },
                cards: rsx! { Cards { rows, open } },
            }
        } else {
            Cards { rows, open }
        }
        if rows.more_pending() {
            Loading { label: words.common.loading }
            ListCardSkeleton { rows: 2_usize }
        } else if rows.has_more() {
            Button { tone: ButtonTone::Plain, block: true, onclick: move |_| rows.load_more(), {words.common.load_more} }
        }
    }
}

fn first_text(words: &Words, row: &CampaignRow) -> String {
    let text = token::shown(row.first_text.trim(), words.send.write.name_token);
    if text.is_empty() { words.records.no_text.to_owned() } else { text }
}

#[component]
fn Marks(row: CampaignRow) -> Element {
    let mut marks = Vec::new();
    for channel in &row.channels {
        let mark = mark(channel);
        if !marks.contains(&mark) {
            marks.push(mark);
        }
    }
    rsx! {
        for mark in marks {
            ChannelBadge { key: "{mark.name()}", channel: mark, inline: true }
        }
    }
}

#[component]
fn Cards(rows: Pages<CampaignRow>, open: Option<CampaignId>) -> Element {
    let words = use_words();
    let say = &words.records;
    let now = use_now();
    rsx! {
        Column { tight: true,
            ul { class: "stack", "data-gap": "sm", role: "list",
                for row in rows.items().read().iter().cloned() {
                    RecordCard {
                        key: "{row.id}",
                        to: Route::Record { id: row.id },
                        current: open == Some(row.id),
                        channels: rsx! { Marks { row: row.clone() } },
                        when: format!("{} · {}", moment(words, row.sent_at, now), say.group_message),
                        status: rsx! { StateBadge { state: row.state, figures: row.figures } },
                        title: first_text(words, &row),
                        facts: (say.facts)(
                            &row.sender.name,
                            row.store.as_ref().map(|store| store.name.as_str()),
                            row.parts,
                        ),
                        figures: figures(words, &row),
                    }
                }
            }
        }
    }
}

fn figures(words: &Words, row: &CampaignRow) -> Vec<RecordFigure> {
    let say = &words.records;
    let (value, part) = success(words, row);
    vec![
        RecordFigure { label: say.audience.to_owned(), value: number(row.figures.audience), part: None },
        RecordFigure { label: say.success_rate.to_owned(), value, part: Some(part) },
        RecordFigure { label: say.links.to_owned(), value: number(row.referral_links), part: None },
    ]
}

#[component]
fn Table(rows: Pages<CampaignRow>) -> Element {
    let words = use_words();
    let say = &words.records;
    let now = use_now();
    rsx! {
        Column { width: ColumnWidth::Full,
            Panel {
                DataTable {
                    caption: say.title,
                    head: rsx! {
                        HeadCell { fit: true, {say.sent_at} }
                        HeadCell { {say.content} }
                        HeadCell { fit: true, {say.sender} }
                        HeadCell { num: true, {say.audience} }
                        HeadCell { num: true, {say.success_rate} }
                        HeadCell { num: true, {say.links} }
                        HeadCell { {say.state} }
                        HeadCell {
                            span { class: "vh", {say.open_column} }
                        }
                    },
                    for row in rows.items().read().iter().cloned() {
                        TableRow { key: "{row.id}", day: words.day(row.sent_at, now), row }
                    }
                }
            }
        }
    }
}

#[component]
fn TableRow(row: CampaignRow, day: String) -> Element {
    let words = use_words();
    let say = &words.records;
    let now = use_now();
    let to = Route::Record { id: row.id };
    let (rate, part) = success(words, &row);
    let store = row.store.as_ref().map(|store| store.name.clone());
    rsx! {
        Row {
            Cell { fit: true,
                CellMain { "{day}" }
                CellSub { {clock(row.sent_at)} }
            }
            Cell { link: true,
                CellLink { to: to.clone(), {first_text(words, &row)} }
                CellSub {
                    span { class: "row", "data-tight": "",
                        Marks { row: row.clone() }
                        "{say.group_message} · "
                        {(say.parts)(row.parts)}
                    }
                }
            }
            Cell { fit: true,
                "{row.sender.name}"
                if let Some(store) = store {
                    CellSub { "{store}" }
                }
            }
            Cell { num: true, {number(row.figures.audience)} }
            Cell { num: true,
                "{rate}"
                CellSub { "{part}" }
            }
            Cell { num: true, {number(row.referral_links)} }
            Cell { fit: true,
                StateBadge { state: row.state, figures: row.figures }
            }
            Cell { menu: true,
                IconButton { label: (say.open)(&moment(words, row.sent_at, now)), to,
                    Icon { ChevronRight {} }
                }
            }
        }
    }
}
