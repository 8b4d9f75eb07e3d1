//! Step 1: to whom.

mod list;
mod picked;
mod row;

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    campaigns::{CountSelection, Kind, SelectionCount},
    contacts::ListChannels,
    conversations::ConversationFilter,
    limits::{self, Platform},
    members::Action,
    selection::{MAX_FILTERS, Selection},
};

use self::list::{PickList, PickTop, use_list};
use super::{
    frame::{DraftBanner, FlowHead},
    settle::use_settled,
    several::SeveralNumbers,
    start::GoOnOrBegin,
};
use crate::{
    app::use_title,
    draft::use_draft_in_work,
    load::{Load, use_load_when},
    routes::Route,
    screens::{
        filters::{Condition, FilterSheet, of_platform, use_names},
        parts::{Allowed, mark},
    },
    session::use_me,
    ui::{
        action_bar::{ACTION_BAR_MAIN, ActionBar, ActionBarNote, ActionBarRow, ActionBarText, NoteTone},
        app_bar::{AppBar, AppBarTitle, TitleLevel},
        avatar::ChannelName,
        bottom_sheet::BottomSheet,
        button::{Button, ButtonSize, ButtonTone},
        chip::{ChipRow, FilterChip},
        facts::{Fact, Facts},
        glyph::{ChevronUp, CircleAlert, ListFilter},
        icon::{Icon, IconSize},
        list_note::ListNote,
        panel::Panel,
        screen::{Column, Ground, Layout, Pane, PaneBody, PaneFoot, PaneHead, ScreenMain},
        search_field::{SearchField, SearchWidth},
    },
    words::{Words, number, use_words},
};

/// The id of the text that says why "next" cannot be pressed.
const WHY: &str = "pick-why";

/// Step 1: to whom.
#[component]
pub fn SendRecipients() -> Element {
    rsx! {
        Allowed { action: Action::GroupSend, Recipients {} }
    }
}

#[component]
fn Recipients() -> Element {
    let words = use_words();
    use_title(|words| words.send.pick.title.to_owned());
    let drafts = use_draft_in_work();
    use_hook(|| {
        // The one before went out: this is another send.
        if drafts.campaign().is_some() {
            drafts.begin();
        }
    });
    let mut arriving = use_signal(|| drafts.take_arrival());
    let mut filter = drafts.filter();
    let mut search = use_signal(|| filter.peek().search.clone());
    let searched = use_settled(Duration::from_millis(300), move || search.read().clone());
    use_effect(move || {
        let searched = searched.read().trim().to_owned();
        if filter.peek().search != searched {
            filter.write().search = searched;
        }
    });
    let names = use_names(|| true);
    // A template goes to WhatsApp customers only.
    let accounts = use_load_when(move || (drafts.kind() == Kind::GroupTemplate).then_some(ListChannels {}));
    let within = use_memo(move || match drafts.kind() {
        Kind::GroupMessage => filter.read().clone(),
        Kind::GroupTemplate => {
            of_platform(filter.read().clone(), Platform::Whatsapp, &accounts.value().unwrap_or_default())
        }
    });
    let list = use_list(within);

    let settled = use_settled(Duration::from_millis(300), move || drafts.selection());
    let count = use_load_when(move || {
        let selection = settled.read().clone();
        (!selection.is_empty()).then_some(CountSelection { selection })
    });
    let selection = use_memo(move || drafts.selection());
    let counted = use_memo(move || {
        if selection.read().is_empty() {
            return Some(SelectionCount::default());
        }
        let fresh = !count.pending() && *settled.read() == *selection.read();
        count.value().filter(|_| fresh || count.error().is_some())
    });

    let mut filtering = use_signal(|| false);
    let mut showing = use_signal(|| false);
    let conditions = Condition::of(&filter.read());
    let known = names.known();
    let max = u64::from(use_me().read().team.group_send_max);
    let why = blocked(words, &selection.read(), counted.read().as_ref(), max);
    let total = counted.read().as_ref().map(|counted| counted.total);

    rsx! {
        ScreenMain { layout: Layout::Aside,
            Pane { label: words.send.pick.list, ground: Ground::Surface,
                FlowHead {
                    step: 1_usize,
                    title: words.send.pick.title,
                    back: (Route::home(), words.send.pick.back.to_owned()),
                    div { class: "tools",
                        div { class: "row", "data-nowrap": "",
                            SearchField {
                                label: words.send.pick.search,
                                width: SearchWidth::Rest,
                                value: search(),
                                maxlength: limits::SEARCH.to_string(),
                                oninput: move |text| search.set(text),
                            }
                            Button {
                                tone: ButtonTone::Soft,
                                size: ButtonSize::Tool,
                                onclick: move |_| filtering.set(true),
                                Icon { ListFilter {} }
                                {words.send.pick.filter}
                                if !conditions.is_empty() {
                                    span { class: "num", aria_hidden: "true", "{conditions.len()}" }
                                    span { class: "vh", {(words.send.pick.conditions)(conditions.len())} }
                                }
                            }
                        }
                        if !conditions.is_empty() {
                            ChipRow { label: words.send.pick.chips,
                                for condition in conditions {
                                    FilterChip {
                                        key: "{condition:?}",
                                        remove: words.send.pick.remove_condition,
                                        onremove: move |()| condition.clear(&mut filter.write()),
                                        {
                                            condition
                                                .words(&filter.read(), &known, words)
                                        }
                                    }
                                }
                            }
                        }
                    }
                    PickTop { list, filter: within, total }
                }
                PickList { list, filter: within, onclear: move |()| {
                    search.set(String::new());
                    filter.set(ConversationFilter::default());
                } }
                PaneFoot {
                    ActionBar {
                        DraftBanner {}
                        if drafts.kind() == Kind::GroupTemplate {
                            SeveralNumbers { channels: counted.read().as_ref().map(|counted| counted.channels.clone()).unwrap_or_default() }
                        }
                        if let Some(why) = &why {
                            ActionBarNote {
                                id: WHY,
                                tone: if selection.read().is_empty() { NoteTone::Quiet } else { NoteTone::Danger },
                                role: "status",
                                Icon { size: IconSize::Small, CircleAlert {} }
                                span { "{why}" }
                            }
                        }
                        ActionBarRow {
                            ActionBarText {
                                title: rsx! {
                                    span { class: "vh", {words.send.pick.show_picked} }
                                    {bar_title(words, total, &selection.read(), count)}
                                    Icon { size: IconSize::Small, ChevronUp {} }
                                },
                                sub: rsx! { {by_channel(words, counted.read().as_ref())} },
                                onclick: move |_| showing.set(true),
                            }
                            Button {
                                tone: ButtonTone::Primary,
                                class: ACTION_BAR_MAIN,
                                to: Route::SendMessage {},
                                blocked: why.is_some().then(|| WHY.to_owned()),
                                {words.send.pick.next}
                            }
                        }
                    }
                }
            }
            Pane { label: bar_title(words, total, &selection.read(), count), wide_only: true,
                PaneHead {
                    AppBar {
                        AppBarTitle {
                            level: TitleLevel::Second,
                            name: bar_title(words, total, &selection.read(), count),
                        }
                    }
                }
                PaneBody {
                    Column {
                        Picked { counted: counted.read().clone() }
                    }
                }
            }
        }
        if arriving() {
            GoOnOrBegin { ondone: move |()| arriving.set(false) }
        }
        if filtering() {
            FilterSheet {
                filter: filter.peek().clone(),
                names,
                platform: (drafts.kind() == Kind::GroupTemplate).then_some(Platform::Whatsapp),
                onclose: move |()| filtering.set(false),
                onapply: move |new| {
                    filter.set(new);
                    filtering.set(false);
                },
            }
        }
        if showing() {
            BottomSheet {
                title: bar_title(words, total, &selection.read(), count),
                close: words.common.close,
                onclose: move |()| showing.set(false),
                Picked { counted: counted.read().clone() }
            }
        }
    }
}

/// Who is picked, by account, and the way to begin again.
#[component]
fn Picked(counted: Option<SelectionCount>) -> Element {
    let words = use_words();
    let drafts = crate::draft::use_drafts();
    let some = !drafts.selection().is_empty();
    rsx! {
        if let Some(counted) = counted.filter(|counted| !counted.channels.is_empty()) {
            Panel { label: words.send.pick.show_picked,
                Facts { inset: true,
                    for one in counted.channels {
                        Fact {
                            key: "{one.channel.id}",
                            mark: rsx! { ChannelName { channel: mark(&one.channel), "" } },
                            label: one.channel.name.clone(),
                            b { class: "num", {(words.send.people)(one.count)} }
                        }
                    }
                }
            }
        }
        if some {
            Button {
                block: true,
                onclick: move |_| drafts.edit(|draft| draft.selection = Selection::default()),
                {words.send.pick.clear}
            }
        }
        ListNote { {words.send.pick.survives} }
    }
}

fn bar_title(words: &Words, total: Option<u64>, selection: &Selection, count: Load<SelectionCount>) -> String {
    match total {
        Some(total) => (words.send.pick.picked)(total),
        None if selection.matching.is_empty() => (words.send.pick.picked)(selection.ids.len() as u64),
        None if count.error().is_some() => words.send.pick.count_failed.to_owned(),
        None => words.send.pick.counting.to_owned(),
    }
}

fn by_channel(words: &Words, counted: Option<&SelectionCount>) -> String {
    let Some(counted) = counted else {
        return words.send.pick.counting.to_owned();
    };
    let parts: Vec<String> =
        counted.channels.iter().map(|one| format!("{} {}", one.channel.name, number(one.count))).collect();
    parts.join(" · ")
}

/// Why "next" cannot be pressed.
fn blocked(words: &Words, selection: &Selection, counted: Option<&SelectionCount>, max: u64) -> Option<String> {
    let say = &words.send.pick;
    if selection.check().is_err() {
        return Some(if selection.matching.len() > MAX_FILTERS {
            (say.too_many_filters)(MAX_FILTERS)
        } else {
            (say.too_many_ticks)(limits::TICKED as u64)
        });
    }
    let total = match counted {
        Some(counted) => counted.total,
        None if selection.is_empty() => 0,
        // Not counted yet, or no line: the check counts again before anything is sent.
        None => return None,
    };
    match total {
        0 => Some(say.nobody.to_owned()),
        total if total > max => Some((say.too_many)(max, total)),
        _ => None,
    }
}
