//! The picture, film or document above a template's text.

use dioxus::prelude::*;
use shared::{
    id::MediaId,
    limits::Platform,
    media::{MediaInfo, MediaKind},
};

use crate::{
    platform::Chosen,
    screens::composer::{Bounds, KindGlyph, Tile, Wrong, accept, wrong_media},
    ui::{
        button::{ButtonTone, FileButton},
        field::Field,
        glyph::ImagePlus,
        icon::{Icon, IconSize},
    },
    upload::{Uploads, use_uploads},
    words::{
        Words,
        media::{limit as limit_said, size as size_said},
        use_words,
    },
};

/// Why the header does not go as it is, in words.
pub(super) fn header_trouble(
    words: &Words,
    kind: MediaKind,
    id: Option<MediaId>,
    media: &[MediaInfo],
    uploads: Uploads,
) -> Option<String> {
    let say = &words.templates.fill;
    let Some(id) = id else { return Some((say.header_missing)(kind).to_owned()) };
    let bounds = Bounds { platforms: vec![Platform::Whatsapp], ..Bounds::default() };
    Some(match wrong_media(kind, &uploads.look(id, media), &bounds)? {
        Wrong::Coming => (say.header_coming)(kind).to_owned(),
        Wrong::TooLarge { limit, actual } => {
            (words.media.too_large_for)(kind, Some(Platform::Whatsapp), &limit_said(limit), &size_said(actual))
        }
        _ => (say.header_failed)(kind).to_owned(),
    })
}

/// Chooses the picture, film or document of the header, and shows how far it is on its way.
#[component]
pub(super) fn HeaderField(
    /// What it is.
    kind: MediaKind,
    /// Which, once it was chosen.
    id: Option<MediaId>,
    /// The media that the server told of.
    media: Vec<MediaInfo>,
    /// What is wrong with it, in words.
    error: Option<String>,
    /// It is to be this one.
    onchange: EventHandler<Option<MediaId>>,
) -> Element {
    let words = use_words();
    let say = &words.templates;
    let uploads = use_uploads();
    let take = use_callback(move |file: Chosen| {
        if let Some(before) = id {
            uploads.cancel(before);
        }
        onchange.call(Some(uploads.add(kind, file)));
    });
    rsx! {
        Field { label: (say.header)(kind), label_id: "template-header", error,
            if let Some(id) = id {
                Tile {
                    kind,
                    id,
                    seen: uploads.look(id, &media),
                    in_card: true,
                    onreplace: move |file| take.call(file),
                    onremove: move |()| {
                        uploads.cancel(id);
                        onchange.call(None);
                    },
                }
            } else {
                div { class: "row",
                    FileButton {
                        tone: ButtonTone::Soft,
                        label: (say.fill.choose)(kind),
                        accept: accept(kind),
                        onchoose: move |event: FormEvent| {
                            if let Some(file) = Chosen::of_field(&event).into_iter().next() {
                                take.call(file);
                            }
                        },
                        Icon { size: IconSize::Small,
                            match kind {
                                MediaKind::Image | MediaKind::Video => rsx! { ImagePlus {} },
                                MediaKind::Document => rsx! { KindGlyph { kind } },
                            }
                        }
                        {(say.fill.choose)(kind)}
                    }
                }
            }
        }
    }
}
