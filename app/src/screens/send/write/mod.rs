//! Step 2: what.

mod card;
mod trouble;

use std::time::Duration;

use dioxus::prelude::*;
use lucide_dioxus::{CircleAlert, Plus, Type};
use shared::{
    campaigns::CountSelection,
    contacts::ChannelRef,
    content::{Content, Part},
    limits::MAX_PARTS,
    members::Action,
};

use self::{
    card::{TextCard, Tool, field_id},
    trouble::{blocked, first_wrong},
};
use super::frame::{DraftBanner, DraftLine, FlowHead, use_sent_screen, written};
use crate::{
    app::use_title,
    draft::{Drafts, use_draft_in_work},
    load::use_load_when,
    platform::{sleep, use_device},
    routes::Route,
    screens::{parts::Allowed, preview::ContentPreview},
    ui::{
        action_bar::{ACTION_BAR_MAIN, ActionBar, ActionBarNote, ActionBarRow, ActionBarText, NoteTone},
        add_row::{AddItem, AddRow},
        button::{Button, ButtonTone},
        icon::{Icon, IconSize},
        list_note::ListNote,
        message_card::CardDrag,
        screen::{Column, ColumnWidth, Pane, PaneBody, PaneFoot, ScreenMain},
        toast::{Toast, ToastMessage},
    },
    words::use_words,
};

/// The id of the text that says why "next" cannot be pressed.
const WHY: &str = "write-why";
/// The id of the text that says why no sixth message fits.
const FULL: &str = "write-full";
/// How long the way back stands after a message was taken out.
const UNDO_FOR: Duration = Duration::from_secs(6);

/// Step 2: what.
#[component]
pub fn SendMessage() -> Element {
    rsx! {
        Allowed { action: Action::GroupSend, Message {} }
    }
}

#[component]
fn Message() -> Element {
    let words = use_words();
    let say = &words.send.write;
    use_title(|words| words.send.write.title.to_owned());
    let drafts = use_draft_in_work();
    use_sent_screen(&drafts);
    let device = use_device();
    let selection = use_memo(move || drafts.selection());
    let count = use_load_when(move || {
        let selection = selection.read().clone();
        (!selection.is_empty()).then_some(CountSelection { selection })
    });
    let counted = count.value();
    let longest_name = counted.as_ref().map(|counted| counted.longest_name.clone()).unwrap_or_default();
    let people = counted.as_ref().map(|counted| counted.total);
    let channel = counted.and_then(|counted| counted.channels.into_iter().next());

    let content = drafts.content();
    let mut strict = use_signal(|| false);
    let nobody = selection.read().is_empty();
    let why = if nobody { Some(say.blocked_nobody.to_owned()) } else { blocked(words, &content, &longest_name) };
    let lead = {
        let content = content.clone();
        let longest_name = longest_name.clone();
        move |()| {
            strict.set(true);
            if let Some((place, _)) = first_wrong(&content, &longest_name) {
                device.focus_field(&field_id(place), None);
            }
        }
    };
    // An empty card is only blamed once "next" was pressed; a note from the start would greet everyone with a fault.
    let note = why.clone().filter(|_| nobody || strict() || !written(&content).is_empty());
    let mut removed = use_signal(|| None::<(usize, Part)>);
    rsx! {
        ScreenMain {
            Pane { label: say.title,
                FlowHead {
                    step: 2_usize,
                    title: say.title,
                    people,
                    back: (Route::SendRecipients {}, say.back.to_owned()),
                }
                PaneBody {
                    Column { two: true, width: ColumnWidth::Full,
                        div { class: "stack",
                            DraftBanner {}
                            Cards { drafts, longest_name: longest_name.clone(), strict: strict(), removed }
                        }
                        LivePreview { content: content.clone(), channel: channel.map(|one| one.channel), name: longest_name }
                    }
                }
                PaneFoot {
                    ActionBar {
                        if let Some(note) = note {
                            ActionBarNote { id: WHY, tone: NoteTone::Danger, role: "status",
                                Icon { size: IconSize::Small, CircleAlert {} }
                                span { "{note}" }
                            }
                        } else if let Some(why) = &why {
                            span { id: WHY, class: "vh", "{why}" }
                        }
                        ActionBarRow {
                            ActionBarText {
                                live: true,
                                title: rsx! { {(say.of_five)(content.parts.len())} },
                                sub: rsx! { DraftLine {} },
                            }
                            Button {
                                tone: ButtonTone::Primary,
                                class: ACTION_BAR_MAIN,
                                to: Route::SendCheck {},
                                blocked: why.is_some().then(|| WHY.to_owned()),
                                onpress_blocked: lead,
                                {words.send.pick.next}
                            }
                        }
                        Toast {
                            message: removed
                                .read()
                                .as_ref()
                                .map(|(place, _)| ToastMessage {
                                    text: (say.removed)(place + 1),
                                    action: Some(say.undo.to_owned()),
                                }),
                            onaction: move |()| {
                                if let Some((place, part)) = removed.take() {
                                    drafts
                                        .edit(|draft| {
                                            let parts = &mut draft.content.parts;
                                            if parts.len() < MAX_PARTS {
                                                parts.insert(place.min(parts.len()), part);
                                            }
                                        });
                                }
                            },
                        }
                    }
                }
            }
        }
    }
}

/// The messages in their order, and the row that adds one.
#[component]
fn Cards(drafts: Drafts, longest_name: String, strict: bool, removed: Signal<Option<(usize, Part)>>) -> Element {
    let words = use_words();
    let say = &words.send.write;
    let device = use_device();
    let mut dragged = use_signal(|| None::<usize>);
    let content = drafts.content();
    let of = content.parts.len();
    let full = of >= MAX_PARTS;
    let tool = move |place: usize, tool: Tool| match tool {
        Tool::Up => swap(&drafts, place, place.saturating_sub(1)),
        Tool::Down => swap(&drafts, place, place + 1),
        Tool::Remove => take_out(&drafts, place, removed),
        Tool::Drag(CardDrag::Start) => dragged.set(Some(place)),
        Tool::Drag(CardDrag::Over) => {
            let from = *dragged.peek();
            if let Some(from) = from.filter(|from| *from != place) {
                drafts.edit(|draft| {
                    let parts = &mut draft.content.parts;
                    if from < parts.len() && place < parts.len() {
                        let part = parts.remove(from);
                        parts.insert(place, part);
                    }
                });
                dragged.set(Some(place));
            }
        }
        Tool::Drag(CardDrag::End) => dragged.set(None),
    };
    rsx! {
        ol { class: "stack", aria_label: say.list,
            for (place, Part::Text { text }) in content.parts.into_iter().enumerate() {
                TextCard {
                    key: "{place}",
                    place,
                    of,
                    text,
                    longest_name: longest_name.clone(),
                    strict,
                    dragging: dragged() == Some(place),
                    onedit: move |text| {
                        drafts.edit(|draft| {
                            if let Some(part) = draft.content.parts.get_mut(place) {
                                *part = Part::Text { text };
                            }
                        });
                    },
                    ontool: {
                        let mut tool = tool;
                        move |used| tool(place, used)
                    },
                }
            }
        }
        AddRow {
            label: say.add_label,
            note_id: FULL,
            note: rsx! {
                if full {
                    {say.full}
                } else {
                    {(say.add_note)(MAX_PARTS - of)}
                }
            },
            AddItem {
                blocked: full.then(|| FULL.to_owned()),
                onclick: move |_| {
                    drafts
                        .edit(|draft| {
                            if draft.content.parts.len() < MAX_PARTS {
                                draft.content.parts.push(Part::Text { text: String::new() });
                            }
                        });
                    let device = device.clone();
                    spawn(async move {
                        // The field is there only after the page was drawn again.
                        sleep(Duration::ZERO).await;
                        device.focus_field(&field_id(of), None);
                    });
                },
                Icon { size: IconSize::Small,
                    if full {
                        Type {}
                    } else {
                        Plus {}
                    }
                }
                {say.text}
            }
        }
    }
}

fn swap(drafts: &Drafts, one: usize, other: usize) {
    drafts.edit(|draft| {
        let parts = &mut draft.content.parts;
        if one.max(other) < parts.len() {
            parts.swap(one, other);
        }
    });
}

/// Takes a message out. What had words in it can be brought back for a while.
fn take_out(drafts: &Drafts, place: usize, removed: Signal<Option<(usize, Part)>>) {
    let mut removed = removed;
    let mut taken = None;
    drafts.edit(|draft| {
        if place < draft.content.parts.len() {
            taken = Some(draft.content.parts.remove(place));
        }
    });
    let worth = |Part::Text { text }: &Part| !text.trim().is_empty();
    let Some(part) = taken.filter(worth) else {
        return;
    };
    removed.set(Some((place, part.clone())));
    spawn(async move {
        sleep(UNDO_FOR).await;
        // Another one may have been taken out meanwhile, with a while of its own.
        let same = removed.peek().as_ref() == Some(&(place, part));
        if same {
            removed.set(None);
        }
    });
}

/// What customers will see, beside the cards on wide screens.
#[component]
fn LivePreview(content: Content, channel: Option<ChannelRef>, name: String) -> Element {
    let words = use_words();
    let Some(channel) = channel else {
        return rsx! {};
    };
    let empty = written(&content).is_empty();
    rsx! {
        aside { class: "stack wide-only", aria_label: words.send.write.preview,
            if empty {
                ListNote { {words.send.write.preview_empty} }
            } else {
                ContentPreview { channel, content, name, strip: words.common.today }
            }
        }
    }
}
