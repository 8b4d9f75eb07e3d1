//! The sheet behind ☰: the three entries of group sends, as far as the role has them (seed steps 1, 2 and 12).

use dioxus::prelude::*;
use shared::{
    campaigns::Kind,
    contacts::ListChannels,
    limits::Platform,
    members::{Action, allow},
    problem::Forbidden,
};

use crate::{
    draft::use_drafts,
    load::use_load_when,
    routes::Route,
    session::use_me,
    ui::{
        action_list::{ActionList, ActionListItem},
        bottom_sheet::BottomSheet,
        glyph::{History, LayoutTemplate, MessageSquareText},
        list_note::ListNote,
    },
    words::use_words,
};

/// What can be done with many customers at once.
#[component]
pub fn GroupMenu(onclose: EventHandler<()>) -> Element {
    let words = use_words();
    let drafts = use_drafts();
    let me = use_me();
    let me = me.read();
    let group = allow(me.role, me.team.omo, Action::GroupSend);
    let may_send = group.is_ok();
    let channels = use_load_when(move || may_send.then_some(ListChannels {}));
    // Only what is known to be missing stands in the way.
    let no_whatsapp = channels.value().is_some_and(|all| all.iter().all(|one| one.platform != Platform::Whatsapp));
    let begin = move |kind| {
        drafts.arrive(kind);
        onclose.call(());
    };
    let note = match &group {
        Ok(()) => words.conversations.menu_note,
        Err(Forbidden::OmoPlan) => words.conversations.menu_no_omo,
        Err(Forbidden::Role { .. }) => words.conversations.menu_admin,
    };
    rsx! {
        BottomSheet { title: words.conversations.menu_title, close: words.common.close, onclose,
            ActionList {
                if group.is_ok() {
                    ActionListItem {
                        title: words.conversations.group_message,
                        text: words.conversations.group_message_text,
                        to: Route::SendRecipients {},
                        onclick: move |_| begin(Kind::GroupMessage),
                        MessageSquareText {}
                    }
                    if no_whatsapp {
                        ActionListItem {
                            title: words.conversations.group_template,
                            text: words.conversations.group_template_why,
                            disabled: true,
                            LayoutTemplate {}
                        }
                    } else {
                        ActionListItem {
                            title: words.conversations.group_template,
                            text: words.conversations.group_template_text,
                            to: Route::SendRecipients {},
                            onclick: move |_| begin(Kind::GroupTemplate),
                            LayoutTemplate {}
                        }
                    }
                }
                if me.may(Action::ReadGroupRecords) {
                    ActionListItem {
                        title: words.conversations.group_records,
                        text: words.conversations.group_records_text,
                        to: Route::RecordsHome {},
                        onclick: move |_| onclose.call(()),
                        History {}
                    }
                }
            }
            ListNote { {note} }
        }
    }
}
