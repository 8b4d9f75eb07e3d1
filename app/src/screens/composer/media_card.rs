//! A picture or film of the messages: how far it is on its way, and what to do where it does not come.

use dioxus::prelude::*;
use shared::{
    id::MediaId,
    media::{MediaFault, MediaKind},
    problem::{Problem, Rule},
};

use super::{
    field_id,
    files::accept,
    tools::{PlaceTools, Tool},
    trouble::{Bounds, Wrong, wrong_media},
};
use crate::{
    api::{Api, Failed, use_api},
    platform::Chosen,
    screens::preview::tile_kind,
    ui::{
        button::{Button, ButtonSize, ButtonTone, FileButton},
        glyph::{Check, CircleAlert, FileText, GripVertical, Image, RefreshCw, RotateCcw, TriangleAlert, Video, X},
        icon::{Icon, IconSize},
        icon_button::{FileIconButton, IconButton},
        list_note::ListNote,
        media_tile::{MediaTile, UploadState},
        message_card::MessageCard,
        tone::{Tone, ToneText},
    },
    upload::{Seen, Stand, Trouble, use_uploads},
    words::{
        Words,
        media::{dimensions, document as document_said, lasts, limit as limit_said, size as size_said},
        problems::Said,
        use_words,
    },
};

/// A picture or film: its tile and the tools for its place.
#[component]
pub(super) fn MediaCard(
    /// Its place, from 0.
    place: usize,
    /// Of how many.
    of: usize,
    /// What it is.
    kind: MediaKind,
    /// Which.
    id: MediaId,
    /// What is known of it.
    seen: Seen,
    /// What it is measured by.
    bounds: Bounds,
    /// Is this the card that is dragged?
    dragging: bool,
    /// Another file is to be in its place.
    onreplace: EventHandler<Chosen>,
    /// Its upload is not wanted any more.
    oncancel: EventHandler<()>,
    /// A tool was used.
    ontool: EventHandler<Tool>,
) -> Element {
    let words = use_words();
    let say = &words.media;
    let large = match wrong_media(kind, &seen, &bounds) {
        Some(Wrong::TooLarge { limit, actual }) => {
            Some((say.too_large_for)(kind, bounds.strictest(), &limit_said(limit), &size_said(actual)))
        }
        _ => None,
    };
    rsx! {
        MessageCard {
            id: field_id(place),
            number: place + 1,
            title: (say.kind)(kind),
            icon: rsx! {
                Icon { size: IconSize::Small, KindGlyph { kind } }
            },
            handle: (of > 1).then(|| rsx! { Icon { size: IconSize::Small, GripVertical {} } }),
            dragging,
            ondrag: (of > 1).then(|| EventHandler::new(move |drag| ontool.call(Tool::Drag(drag)))),
            tools: rsx! {
                PlaceTools { place, of, removable: true, ontool }
            },
            Tile { kind, id, seen, onreplace, onremove: oncancel, in_card: true }
            if let Some(large) = large {
                div { role: "alert",
                    ListNote {
                        ToneText {
                            tone: Tone::Danger,
                            icon: rsx! { Icon { size: IconSize::Small, CircleAlert {} } },
                            "{large}"
                        }
                    }
                }
            }
        }
    }
}

/// The glyph of a picture, film or document.
#[component]
pub fn KindGlyph(kind: MediaKind) -> Element {
    match kind {
        MediaKind::Image => rsx! { Image {} },
        MediaKind::Video => rsx! { Video {} },
        MediaKind::Document => rsx! { FileText {} },
    }
}

/// The tile of a picture, film or document, wherever one is being brought.
#[component]
pub fn Tile(
    /// What it is.
    kind: MediaKind,
    /// Which.
    id: MediaId,
    /// What is known of it.
    seen: Seen,
    /// Another file is to be in its place.
    onreplace: EventHandler<Chosen>,
    /// It is not wanted any more.
    onremove: EventHandler<()>,
    /// Does it stand in a card with tools of its own, one of which takes it out?
    #[props(default)]
    in_card: bool,
) -> Element {
    let words = use_words();
    let say = &words.media;
    let api = use_api();
    let uploads = use_uploads();
    let shown = Shown::of(words, &api, kind, &seen);
    let choose = move |event: FormEvent| {
        if let Some(file) = Chosen::of_field(&event).into_iter().next() {
            onreplace.call(file);
        }
    };
    let may_pass = matches!(&seen.stand, Stand::Failed(trouble) if trouble.may_pass());
    let again = matches!(seen.stand, Stand::Failed(_) | Stand::Lost);
    let state_icon = match &seen.stand {
        Stand::Ready(_) => Some(rsx! { Icon { size: IconSize::ExtraSmall, Check {} } }),
        Stand::Failed(_) | Stand::Lost => Some(rsx! { Icon { size: IconSize::Small, TriangleAlert {} } }),
        _ => None,
    };
    let replace = if again { say.choose_again } else { say.replace };
    rsx! {
        MediaTile {
            kind: tile_kind(kind).unwrap_or_default(),
            icon: tile_kind(kind).is_none().then(|| rsx! { Icon { size: IconSize::ExtraLarge, KindGlyph { kind } } }),
            thumb: shown.thumb,
            film: shown.film,
            duration: shown.duration,
            name: shown.name,
            facts: shown.facts,
            state: shown.state,
            state_text: shown.text,
            state_icon,
            actions: again
                .then(|| rsx! {
                    if may_pass {
                        Button { tone: ButtonTone::Line, size: ButtonSize::Small, onclick: move |_| uploads.retry(id),
                            Icon { size: IconSize::Small, RotateCcw {} }
                            {words.common.retry}
                        }
                    }
                    FileButton { tone: ButtonTone::Line, label: replace, accept: accept(kind), onchoose: choose, {replace} }
                }),
            end: match &seen.stand {
                stand if stand.is_coming() => Some(rsx! {
                    IconButton { label: say.cancel, onclick: move |_| onremove.call(()), Icon { X {} } }
                }),
                _ if !in_card => Some(rsx! {
                    IconButton { label: words.send.write.remove, onclick: move |_| onremove.call(()), Icon { X {} } }
                }),
                Stand::Ready(_) => Some(rsx! {
                    FileIconButton { label: replace, accept: accept(kind), onchoose: choose, Icon { RefreshCw {} } }
                }),
                _ => None,
            },
        }
    }
}

/// What a tile shows.
struct Shown {
    thumb: Option<String>,
    film: Option<String>,
    duration: Option<String>,
    name: String,
    facts: String,
    state: UploadState,
    text: String,
}

impl Shown {
    fn of(words: &Words, api: &Api, kind: MediaKind, seen: &Seen) -> Self {
        let say = &words.media;
        let info = seen.info();
        let still = info.and_then(|info| info.preview_url.as_deref()).map(|url| api.address(url));
        let (thumb, film) = match kind {
            MediaKind::Image => (seen.local.clone().or(still), None),
            MediaKind::Video => (still.clone(), seen.local.clone().filter(|_| still.is_none())),
            MediaKind::Document => (None, None),
        };
        let whole = info.map_or_else(|| seen.size.unwrap_or(0), |info| info.size);
        let facts = match (&seen.stand, info) {
            (_, Some(info)) if kind == MediaKind::Document => document_said(info.size),
            (_, Some(info)) => format!("{} · {}", size_said(info.size), dimensions(info.width, info.height)),
            (Stand::Going(sent) | Stand::Offline(sent), _) if *sent > 0 => {
                (say.sent_of)(&size_said(*sent), &size_said(whole))
            }
            _ if whole > 0 => size_said(whole),
            _ => String::new(),
        };
        let percent = |sent: u64| (sent.min(whole) * 100).checked_div(whole).unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "a percentage")]
        let bar = |sent: u64| UploadState::Uploading(percent(sent) as f64);
        let (state, text) = match &seen.stand {
            Stand::Waiting => (bar(0), say.waiting.to_owned()),
            Stand::Going(sent) => (bar(*sent), (say.going)(percent(*sent))),
            Stand::Offline(sent) => (bar(*sent), say.offline.to_owned()),
            Stand::Making => (bar(whole), say.making.to_owned()),
            Stand::Ready(_) => (UploadState::Done, say.ready.to_owned()),
            Stand::Failed(trouble) => (UploadState::Failed, why(words, kind, trouble).line()),
            Stand::Lost => (UploadState::Failed, (say.lost)(kind).to_owned()),
        };
        Self {
            thumb,
            film,
            duration: info.and_then(|info| info.duration_ms).map(lasts),
            name: match kind {
                MediaKind::Image | MediaKind::Video => seen.name.clone(),
                MediaKind::Document => seen.document_name(),
            }
            .unwrap_or_else(|| (say.kind)(kind).to_owned()),
            facts,
            state,
            text,
        }
    }
}

/// Why it did not come, and the cure.
fn why(words: &Words, kind: MediaKind, trouble: &Trouble) -> Said {
    let say = &words.media;
    match trouble {
        Trouble::TooLarge { limit, actual } => (say.too_large)(kind, &limit_said(*limit), &size_said(*actual)),
        Trouble::Empty => (say.empty_file)(),
        Trouble::Unreadable => (say.unreadable)(),
        Trouble::Refused(failed) => match fault_of(failed) {
            Some(fault) => (say.fault)(fault),
            None => words.problems.said(failed),
        },
    }
}

fn fault_of(failed: &Failed) -> Option<&MediaFault> {
    match failed {
        Failed::Problem(Problem::Invalid { rule: Rule::Unfit { fault }, .. }) => Some(fault),
        _ => None,
    }
}
