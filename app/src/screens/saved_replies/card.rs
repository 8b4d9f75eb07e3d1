//! A saved reply as a card, in the picker and in the list.

use dioxus::prelude::*;
use shared::{
    media::MediaKind,
    members::Colleague,
    saved_replies::{SavedReply, UsableBy},
};

use crate::{
    api::use_api,
    draft::token,
    screens::composer::KindGlyph,
    ui::{
        badge::Badge,
        glyph::{Lock, Type, Users},
        press::Destination,
        reply_card::{ReplyCard, ReplyKind},
    },
    words::{Words, use_now, use_words},
};

/// A saved reply as a card.
#[component]
pub(super) fn Card(
    /// It.
    reply: SavedReply,
    /// Where it leads.
    #[props(default, into)]
    to: Destination,
    /// Is it the one that is picked?
    picked: Option<bool>,
    /// It was picked.
    #[props(default)]
    onclick: EventHandler<MouseEvent>,
    /// Is it the one that is open?
    #[props(default)]
    current: bool,
    /// What stands against it, or what it takes.
    why: Option<String>,
    /// Can it not be picked?
    #[props(default)]
    unfit: bool,
    /// Who may use it, in words; left out where that does not matter.
    usable_by: Option<String>,
) -> Element {
    let words = use_words();
    let say = &words.saved_replies;
    let now = use_now();
    let api = use_api();
    let texts = reply.content.texts().count();
    let only_me = reply.usable_by == UsableBy::OnlyMe;
    let thumb = reply.content.media().find_map(|(_, id)| reply.media.iter().find(|one| one.id == id));
    rsx! {
        ReplyCard {
            to,
            picked,
            onclick,
            current,
            title: reply.title.clone(),
            time: words.when(reply.updated_at, now),
            text: first_text(words, &reply),
            thumb: thumb.and_then(|medium| medium.preview_url.as_deref()).map(|url| api.address(url)),
            why,
            unfit,
            foot: rsx! {
                for category in reply.categories.iter() {
                    Badge { key: "{category.id}", "{category.name}" }
                }
                if texts > 0 {
                    ReplyKind { icon: rsx! { Type {} }, {(say.texts)(texts)} }
                }
                for kind in [MediaKind::Image, MediaKind::Video] {
                    if reply.content.count_of(kind) > 0 {
                        ReplyKind {
                            key: "{kind.as_str()}",
                            icon: rsx! { KindGlyph { kind } },
                            {(say.media)(kind, reply.content.count_of(kind))}
                        }
                    }
                }
                if let Some(usable_by) = usable_by {
                    ReplyKind {
                        icon: rsx! {
                            if only_me {
                                Lock {}
                            } else {
                                Users {}
                            }
                        },
                        "{usable_by}"
                    }
                }
            },
        }
    }
}

/// How a reply begins: its texts in one line, the name in the words of the reader.
fn first_text(words: &Words, reply: &SavedReply) -> String {
    let texts: Vec<&str> = reply.content.texts().map(str::trim).collect();
    let text = token::shown(&texts.join(" "), words.send.write.name_token);
    if text.is_empty() { words.saved_replies.no_text.to_owned() } else { text }
}

/// Who may use a reply, in words. Stores whose names are not known here are counted.
pub(in crate::screens) fn usable_by(
    words: &Words,
    usable_by: &UsableBy,
    mine: bool,
    colleagues: &[Colleague],
) -> String {
    let say = &words.saved_replies.edit;
    let between = words.send.name_separator;
    match usable_by {
        UsableBy::Everybody => say.everybody.to_owned(),
        UsableBy::OnlyMe if mine => say.only_me.to_owned(),
        UsableBy::OnlyMe => say.only_maker.to_owned(),
        UsableBy::Roles { roles } => {
            roles.iter().map(|role| (words.common.role)(*role)).collect::<Vec<_>>().join(between)
        }
        UsableBy::Stores { stores } => {
            let known: Vec<&str> = stores
                .iter()
                .filter_map(|id| {
                    let mut all = colleagues.iter().flat_map(|colleague| &colleague.stores);
                    all.find(|store| store.id == *id).map(|store| store.name.as_str())
                })
                .collect();
            if known.len() == stores.len() { known.join(between) } else { (say.so_many_stores)(stores.len()) }
        }
    }
}
