//! The sheet behind ☰: the three entries of group sends, as far as the role has them (seed steps 1, 2 and 12).

use dioxus::prelude::*;
use shared::{
    members::{Action, allow},
    problem::Forbidden,
};

use crate::{
    draft::Drafts,
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
pub(super) fn GroupMenu(onclose: EventHandler<()>) -> Element {
    let words = use_words();
    let drafts = use_hook(try_consume_context::<Drafts>);
    let me = use_me();
    let me = me.read();
    let group = allow(me.role, me.team.omo, Action::GroupSend);
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
                        onclick: move |_| {
                            if let Some(drafts) = drafts {
                                drafts.arrive();
                            }
                            onclose.call(());
                        },
                        MessageSquareText {}
                    }
                    ActionListItem {
                        title: words.conversations.group_template,
                        text: words.conversations.group_template_why,
                        disabled: true,
                        LayoutTemplate {}
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
