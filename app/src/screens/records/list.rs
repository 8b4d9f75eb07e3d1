//! The list of records: cards on phones and beside an open record, a table where it has the screen for itself.

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    campaigns::{CampaignFilter, CampaignRow, ExportCampaigns, Kind, ListCampaigns},
    id::CampaignId,
    limits::Platform,
    live::LiveEvent,
    members::{Action, ListColleagues, Me, Role},
};

use super::{
    control::{Ask, use_control_provider},
    export::{ExportButton, ExportNote, use_export},
    figures::{StateBadge, moment, rate, success},
    filter::{FilterRow, FilterSheet},
};
use crate::{
    app::use_title,
    draft::{token, use_drafts},
    live::use_live,
    load::{Pages, use_load_when, use_pages},
    routes::Route,
    screens::parts::{Allowed, LoadFailed, OfflineNote, Stale, mark},
    session::{use_may, use_me},
    ui::{
        app_bar::{AppBar, AppBarTitle},
        avatar::ChannelBadge,
        button::{Button, ButtonTone},
        data_table::{Cell, CellLink, CellMain, CellSub, DataTable, HeadCell, Row, Swap},
        empty_state::EmptyState,
        glyph::{ChevronRight, Inbox, SearchX},
        icon::{Icon, IconSize},
        icon_button::IconButton,
        list_card::ListCardSkeleton,
        message_bubble::unmarked,
        panel::Panel,
        record_card::{RecordCard, RecordFigure},
        screen::{Column, ColumnWidth, Layout, Pane, PaneBody, PaneHead, PaneRole, ScreenMain, Show},
        skeleton::Loading,
        virtual_list::{Place, RowHeights, VirtualRows, use_virtual_list},
    },
    words::{Words, clock, number, use_now, use_words},
};

/// How often the list is asked again while the live link is down.
const EVERY: Duration = Duration::from_secs(5);

/// How tall a card is, in pixels.
const CARDS: RowHeights = RowHeights { estimate: 148.0, gap: 12.0 };
/// How tall a row of the table is, in pixels.
const TABLE: RowHeights = RowHeights { estimate: 66.0, gap: 0.0 };

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
    let control = use_control_provider();
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
    use_live(|event| matches!(event, LiveEvent::Campaign { .. } | LiveEvent::Channels), EVERY, move || rows.refresh());
    let me = use_me();
    let wide = use_memo(move || me.read().role != Role::SalesStaff);
    // Sales staff have records of their own only: there is nobody to choose among.
    let colleagues = use_load_when(move || wide().then_some(ListColleagues {}));
    let export =
        use_export(move || ExportCampaigns { filter: filter.peek().clone(), language: words.language.for_calls() });
    let whose = whose(words, &me.read());
    let alone = open.is_none();
    rsx! {
        ScreenMain {
            layout: if alone { Layout::One } else { Layout::Split },
            show: if alone { Show::List } else { Show::Detail },
            Pane { label: say.title, role: if alone { PaneRole::Single } else { PaneRole::List },
                PaneHead {
                    AppBar {
                        root: true,
                        end: rsx! {
                            ExportButton { export, label: say.export }
                        },
                        AppBarTitle { name: say.title, sub: rsx! { "{whose}" } }
                    }
                    OfflineNote {}
                    ExportNote { export }
                    FilterRow { filter, colleagues, onopen: move |()| filtering.set(true) }
                }
                PaneBody {
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
        Ask { control }
        if filtering() {
            FilterSheet {
                filter: filter.peek().clone(),
                colleagues,
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
                            Button { tone: ButtonTone::Primary, to: Route::SendRecipients {}, onclick: move |_| drafts.arrive(Kind::GroupMessage), {say.empty_action} }
                        }),
                }
            }
        };
    }
    rsx! {
        Stale { failed: rows.trouble(), flush: true }
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
    // LINE shows a text as it stands, WhatsApp follows its marks.
    let marked = row.channels.iter().all(|channel| channel.platform == Platform::Whatsapp);
    let text = row.first_text.trim();
    let text = if marked { unmarked(text) } else { text.to_owned() };
    let text = token::shown(&text, words.send.write.name_token);
    if text.is_empty() { (words.records.media)(row.images, row.videos) } else { text }
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
    let items = rows.items();
    let list = use_virtual_list(items, |row: &CampaignRow| row.id.0, CARDS, rows.spot(), move |()| rows.near_end());
    rsx! {
        Column { tight: true,
            VirtualRows { list, cards: true,
                for (place , row) in list.rows(&items.read(), !rows.has_more()) {
                    RecordCard {
                        key: "{row.id}",
                        to: Route::Record { id: row.id },
                        current: open == Some(row.id),
                        channels: rsx! { Marks { row: row.clone() } },
                        when: format!("{} · {}", moment(words, row.sent_at, now), kind(words, &row)),
                        status: rsx! { StateBadge { state: row.state, figures: row.figures } },
                        title: first_text(words, &row),
                        facts: (say.facts)(
                            &row.sender.name,
                            row.store.as_ref().map(|store| store.name.as_str()),
                            row.parts,
                        ),
                        figures: figures(words, &row),
                        place,
                    }
                }
            }
        }
    }
}

/// What kind of send it was (seed step 2).
fn kind(words: &Words, row: &CampaignRow) -> &'static str {
    row.kind.name(words.language.for_calls())
}

/// The read rate, a lower bound; nothing where no platform tells.
fn reading(words: &Words, row: &CampaignRow) -> Option<(String, String)> {
    let (percent, fraction) = rate(row.figures.reading(), "");
    (row.figures.told > 0).then(|| ((words.records.detail.at_least)(&percent), fraction))
}

fn figures(words: &Words, row: &CampaignRow) -> Vec<RecordFigure> {
    let say = &words.records;
    let (value, part) = success(words, row);
    let mut figures = vec![
        RecordFigure { label: say.audience.to_owned(), value: number(row.figures.audience), part: None },
        RecordFigure { label: say.success_rate.to_owned(), value, part: Some(part) },
    ];
    figures.extend(reading(words, row).map(|(value, part)| RecordFigure {
        label: say.read_rate.to_owned(),
        value,
        part: Some(part),
    }));
    figures.push(RecordFigure { label: say.links.to_owned(), value: number(row.referral_links), part: None });
    figures
}

#[component]
fn Table(rows: Pages<CampaignRow>) -> Element {
    let words = use_words();
    let say = &words.records;
    let now = use_now();
    let items = rows.items();
    let list = use_virtual_list(items, |row: &CampaignRow| row.id.0, TABLE, rows.spot(), move |()| rows.near_end());
    let told = items.read().iter().any(|row| row.figures.told > 0);
    rsx! {
        Column { width: ColumnWidth::Full,
            Panel {
                DataTable {
                    caption: say.title,
                    rows: (!rows.has_more()).then(|| items.read().len()),
                    blank: list.blank(),
                    onmounted: move |event| list.mounted(&event),
                    head: rsx! {
                        HeadCell { fit: true, {say.sent_at} }
                        HeadCell { {say.content} }
                        HeadCell { fit: true, {say.sender} }
                        HeadCell { num: true, {say.audience} }
                        HeadCell { num: true, {say.success_rate} }
                        if told {
                            HeadCell { num: true, {say.read_rate} }
                        }
                        HeadCell { num: true, {say.links} }
                        HeadCell { {say.state} }
                        HeadCell {
                            span { class: "vh", {say.open_column} }
                        }
                    },
                    for (place , row) in list.rows(&items.read(), !rows.has_more()) {
                        TableRow { key: "{row.id}", day: words.day(row.sent_at, now), told, place, row }
                    }
                }
            }
        }
    }
}

/// A record in the table. `told`: a platform tells of some record who read it, which has a column then.
#[component]
fn TableRow(row: CampaignRow, day: String, told: bool, place: Place) -> Element {
    let words = use_words();
    let say = &words.records;
    let now = use_now();
    let to = Route::Record { id: row.id };
    let (rate, part) = success(words, &row);
    let (percent, fraction) = reading(words, &row).unwrap_or_else(|| ("–".to_owned(), String::new()));
    let store = row.store.as_ref().map(|store| store.name.clone());
    rsx! {
        Row { place,
            Cell { fit: true,
                CellMain { "{day}" }
                CellSub { {clock(row.sent_at)} }
            }
            Cell { link: true,
                CellLink { to: to.clone(), {first_text(words, &row)} }
                CellSub {
                    span { class: "row", "data-tight": "",
                        Marks { row: row.clone() }
                        {kind(words, &row)}
                        " · "
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
            if told {
                Cell { num: true,
                    "{percent}"
                    CellSub { "{fraction}" }
                }
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
