//! Step 2: what.

use dioxus::prelude::*;
use shared::{
    campaigns::{ChannelCount, Kind},
    contacts::ChannelRef,
    content::Content,
    limits::Platform,
    media::MediaInfo,
    members::Action,
};

use super::frame::{DraftBanner, DraftLine, FlowHead, use_counted, use_sent_screen, use_step_of, written};
use crate::{
    app::use_title,
    draft::use_draft_in_work,
    platform::use_device,
    routes::Route,
    screens::{
        composer::{Bounds, Change, PartsEditor, UndoToast, blocked, field_id, first_wrong, use_removed},
        parts::Allowed,
        preview::ContentPreview,
        saved_replies::{Picked, SavedReplyPicker, room},
    },
    session::use_may,
    ui::{
        action_bar::{ACTION_BAR_MAIN, ActionBar, ActionBarNote, ActionBarRow, ActionBarText, NoteTone},
        button::{Button, ButtonSize, ButtonTone},
        glyph::{Bookmark, CircleAlert},
        icon::{Icon, IconSize},
        list_note::ListNote,
        screen::{Column, ColumnWidth, Pane, PaneBody, PaneFoot, ScreenMain},
    },
    upload::use_uploads,
    words::use_words,
};

/// The id of the text that says why "next" cannot be pressed.
const WHY: &str = "write-why";

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
    let uploads = use_uploads();
    let elsewhere = use_step_of(&drafts, Kind::GroupMessage);
    let counted = use_counted(&drafts);
    let people = counted.as_ref().map(|counted| counted.total);
    let channel = counted.as_ref().and_then(|counted| counted.channels.first()).map(|one| one.channel.clone());
    let bounds = counted.map_or_else(Bounds::default, |counted| Bounds {
        platforms: platforms(&counted.channels),
        longest_name: counted.longest_name,
        saved_reply: false,
    });

    let content = drafts.content();
    let media = drafts.media();
    let mut strict = use_signal(|| false);
    let mut picking = use_signal(|| false);
    let removed = use_removed();
    let change = use_callback(move |change: Change| drafts.edit(|draft| change.apply(&mut draft.content.parts)));
    let pick = move |picked: Picked| {
        drafts.edit(|draft| picked.put_into(&mut draft.content, &mut draft.media));
        picking.set(false);
    };
    let nobody = drafts.selection().is_empty();
    let wrong = first_wrong(&content, &media, &bounds, uploads);
    let why = if nobody { Some(say.blocked_nobody.to_owned()) } else { blocked(words, &content, wrong) };
    let lead = move |()| {
        strict.set(true);
        if let Some((place, _)) = wrong {
            device.focus_field(&field_id(place));
        }
    };
    // An empty card is only blamed once "next" was pressed; a note from the start would greet everyone with a fault.
    let note = why.clone().filter(|_| nobody || strict() || written(&content) > 0);
    let may_pick = use_may(Action::UseSavedReplies);
    if elsewhere {
        return rsx! {};
    }
    rsx! {
        ScreenMain {
            Pane { label: say.title,
                FlowHead {
                    step: 2_usize,
                    title: say.title,
                    people,
                    back: (Route::SendRecipients {}, say.back.to_owned()),
                    end: may_pick
                        .then(|| rsx! {
                            Button { tone: ButtonTone::Plain, size: ButtonSize::Small, onclick: move |_| picking.set(true),
                                Icon { size: IconSize::Small, Bookmark {} }
                                {words.saved_replies.title}
                            }
                        }),
                }
                PaneBody {
                    Column { two: true, width: ColumnWidth::Full,
                        div { class: "stack",
                            DraftBanner {}
                            PartsEditor {
                                content: content.clone(),
                                media: media.clone(),
                                bounds: bounds.clone(),
                                strict: strict(),
                                removed,
                                onchange: change,
                            }
                        }
                        LivePreview {
                            content: content.clone(),
                            media,
                            channel,
                            name: bounds.longest_name,
                        }
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
                        UndoToast { removed, onchange: change }
                    }
                }
            }
        }
        if picking() {
            SavedReplyPicker {
                platforms: bounds.platforms,
                room: room(&content),
                may_replace: true,
                onpick: pick,
                onclose: move |()| picking.set(false),
            }
        }
    }
}

/// The platforms of a selection, each once.
fn platforms(channels: &[ChannelCount]) -> Vec<Platform> {
    let mut platforms = Vec::new();
    for one in channels {
        if !platforms.contains(&one.channel.platform) {
            platforms.push(one.channel.platform);
        }
    }
    platforms
}

/// What customers will see, beside the cards on wide screens.
#[component]
fn LivePreview(content: Content, media: Vec<MediaInfo>, channel: Option<ChannelRef>, name: String) -> Element {
    let words = use_words();
    let Some(channel) = channel else {
        return rsx! {};
    };
    let empty = written(&content) == 0;
    rsx! {
        aside { class: "stack wide-only", aria_label: words.send.write.preview,
            if empty {
                ListNote { {words.send.write.preview_empty} }
            } else {
                ContentPreview { channel, content, media, name, strip: words.common.today }
            }
        }
    }
}
