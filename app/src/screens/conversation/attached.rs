//! What goes with a reply: pictures, films and the messages of a saved reply, above the field where the text is written.

use dioxus::prelude::*;
use shared::{
    content::{Content, Part},
    limits::MAX_PARTS,
    media::MediaKind,
};

use super::outbox::{Attached, Outbox};
use crate::{
    platform::Chosen,
    screens::{
        composer::{Tile, take_files},
        saved_replies::Picked,
    },
    ui::{
        glyph::{Pencil, X},
        icon::Icon,
        icon_button::IconButton,
        reply_bar::ReplyText,
    },
    upload::{Uploads, use_uploads},
    words::use_words,
};

/// How many more messages fit.
pub(super) fn room(outbox: Outbox) -> usize {
    MAX_PARTS.saturating_sub(outbox.content().parts.len())
}

/// Attaches files, as many as fit beside the text; answers how many did not.
pub(super) fn attach(mut outbox: Outbox, uploads: Uploads, files: Vec<Chosen>) -> usize {
    let (parts, left_out) = take_files(uploads, files, MediaKind::Image, room(outbox));
    outbox.attached.write().parts.extend(parts);
    left_out
}

/// Puts a saved reply behind what is written, with her name filled in. Its last text is where one goes on writing.
pub(super) fn put(mut outbox: Outbox, picked: Picked, name: &str) {
    let before = outbox.content();
    let Picked { content, media, instead } = picked;
    let mut content = content.filled(name);
    // Filled in it is the text of one customer: nothing in it is a token any more.
    content.parts.retain(|part| !part.is_blank());
    let mut all = if instead { Content::default() } else { before };
    all.parts.extend(content.parts);
    all.parts.truncate(MAX_PARTS);
    let text = match all.parts.pop() {
        Some(Part::Text { text }) => text,
        Some(last) => {
            all.parts.push(last);
            String::new()
        }
        None => String::new(),
    };
    let mut known = if instead { Vec::new() } else { outbox.attached.peek().media.clone() };
    known.extend(media);
    outbox.attached.set(Attached { parts: all.parts, media: known });
    outbox.text.set(text);
}

/// What goes before the text, each with its way out; a text can be taken into the field and changed there.
#[component]
pub(super) fn Above(outbox: Outbox) -> Element {
    let words = use_words();
    let uploads = use_uploads();
    let Attached { parts, media } = outbox.attached.read().clone();
    let take_out = move |place: usize| {
        let mut attached = outbox.attached;
        if place < attached.peek().parts.len() {
            let part = attached.write().parts.remove(place);
            if let Some((_, id)) = part.as_media() {
                uploads.cancel(id);
            }
        }
    };
    let edit = move |place: usize| {
        let (mut attached, mut text) = (outbox.attached, outbox.text);
        if place >= attached.peek().parts.len() {
            return;
        }
        let part = attached.write().parts.remove(place);
        let before = part.as_text().map(str::to_owned).unwrap_or_default();
        let written = std::mem::replace(&mut *text.write(), before);
        if !written.trim().is_empty() {
            attached.write().parts.insert(place, Part::text(written));
        }
    };
    rsx! {
        for (place , part) in parts.into_iter().enumerate() {
            match part {
                Part::Text { text } => rsx! {
                    ReplyText {
                        key: "text {place}",
                        text,
                        end: rsx! {
                            IconButton { label: words.thread.edit_text, onclick: move |_| edit(place), Icon { Pencil {} } }
                            IconButton { label: words.send.write.remove, onclick: move |_| take_out(place), Icon { X {} } }
                        },
                    }
                },
                Part::Template(filled) => rsx! {
                    ReplyText {
                        key: "template {place}",
                        text: filled.rendered("").body,
                        end: rsx! {
                            IconButton { label: words.send.write.remove, onclick: move |_| take_out(place), Icon { X {} } }
                        },
                    }
                },
                Part::Image { media: id } | Part::Video { media: id } => {
                    let kind = part.as_media().map_or(MediaKind::Image, |(kind, _)| kind);
                    rsx! {
                        Tile {
                            key: "{id}",
                            kind,
                            id,
                            seen: uploads.look(id, &media),
                            onreplace: move |file: Chosen| {
                                let (parts, _) = take_files(uploads, vec![file], kind, 1);
                                let mut attached = outbox.attached;
                                if let (Some(part), Some(old)) =
                                    (parts.into_iter().next(), attached.write().parts.get_mut(place))
                                {
                                    uploads.cancel(id);
                                    *old = part;
                                }
                            },
                            onremove: move |()| take_out(place),
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use shared::{
        content::NAME_TOKEN,
        id::{ConversationId, MediaId},
        members::Role,
    };
    use uuid::Uuid;

    use super::*;
    use crate::{
        canned::Canned,
        screens::conversation::outbox::use_outbox,
        stage::{Stage, member},
    };

    thread_local! {
        static HELD: Cell<Option<Outbox>> = const { Cell::new(None) };
    }

    #[expect(non_snake_case, reason = "a component")]
    fn Holder() -> Element {
        HELD.set(Some(use_outbox(ConversationId(Uuid::from_u128(7)))));
        rsx! {}
    }

    fn picture() -> Part {
        Part::Image { media: MediaId(Uuid::from_u128(5)) }
    }

    fn picked(parts: Vec<Part>) -> Picked {
        Picked { content: Content { parts }, media: Vec::new(), instead: false }
    }

    #[tokio::test]
    async fn a_saved_reply_goes_behind_what_is_written_with_her_name_and_its_last_text_can_be_changed() {
        let playing = Stage::piece(member(Role::SalesStaff), Canned::default(), Holder).play().await;
        let outbox = HELD.get().expect("the piece is on the stage");
        let state = || (outbox.attached.peek().parts.clone(), outbox.text.peek().clone());
        playing.inside(|| {
            put(outbox, picked(vec![Part::text(format!("{NAME_TOKEN} 您好"))]), "雅婷");
            assert_eq!(state(), (vec![], "雅婷 您好".to_owned()));

            put(outbox, picked(vec![picture(), Part::text("到店試試")]), "雅婷");
            assert_eq!(state(), (vec![Part::text("雅婷 您好"), picture()], "到店試試".to_owned()));
            assert_eq!(room(outbox), 2);

            put(outbox, picked(vec![picture()]), "雅婷");
            let all = vec![Part::text("雅婷 您好"), picture(), Part::text("到店試試"), picture()];
            assert_eq!(state(), (all.clone(), String::new()));
            assert_eq!(outbox.content(), Content { parts: all });
        });
    }
}
