//! The messages in their order, and the row that adds one.

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    content::{Content, Part},
    limits::MAX_PARTS,
    media::{MediaInfo, MediaKind},
};

use super::{
    Bounds, Change, Removed, field_id,
    files::{accept, take_files},
    media_card::{KindGlyph, MediaCard},
    text_card::TextCard,
    tools::Tool,
};
use crate::{
    platform::{Chosen, sleep, use_device},
    ui::{
        add_row::{AddFiles, AddItem, AddRow},
        glyph::{CircleAlert, Type},
        icon::{Icon, IconSize},
        list_note::ListNote,
        message_card::CardDrag,
        tone::{Tone, ToneText},
    },
    upload::use_uploads,
    words::use_words,
};

/// The id of the text that says why no sixth message fits.
const FULL: &str = "write-full";

/// The messages in their order, with all their tools. It keeps nothing itself: each [`Change`] goes to whoever does.
#[component]
pub fn PartsEditor(
    /// The messages.
    content: Content,
    /// The pictures and films in them, as the server told them; those brought from here are known anyway.
    media: Vec<MediaInfo>,
    /// What they are measured by.
    bounds: Bounds,
    /// Is it said that a message is empty? Only after "next" was pressed.
    #[props(default)]
    strict: bool,
    /// What was taken out, for the [`super::UndoToast`].
    removed: Removed,
    /// Change the messages so.
    onchange: EventHandler<Change>,
) -> Element {
    let words = use_words();
    let say = &words.send.write;
    let device = use_device();
    let uploads = use_uploads();
    let mut dragged = use_signal(|| None::<usize>);
    let mut left_out = use_signal(|| 0_usize);
    let mut keys = use_hook(|| CopyValue::new(Keys::default()));
    let of = content.parts.len();
    let full = of >= MAX_PARTS;
    let shown = keys.write().of(of);

    let mut change = move |change: Change| {
        keys.write().follow(&change);
        left_out.set(0);
        onchange.call(change);
    };
    let parts = content.parts.clone();
    let tool = use_callback(move |(place, tool): (usize, Tool)| match tool {
        Tool::Up => change(Change::Move { from: place, to: place.saturating_sub(1) }),
        Tool::Down => change(Change::Move { from: place, to: place + 1 }),
        Tool::Remove => {
            change(Change::Remove(place));
            if let Some(part) = parts.get(place) {
                removed.take(place, part.clone());
            }
        }
        Tool::Drag(CardDrag::Start) => dragged.set(Some(place)),
        Tool::Drag(CardDrag::Over) => {
            let from = *dragged.peek();
            if let Some(from) = from.filter(|from| *from != place) {
                change(Change::Move { from, to: place });
                dragged.set(Some(place));
            }
        }
        Tool::Drag(CardDrag::End) => dragged.set(None),
    });
    let mut take = move |files: Vec<Chosen>, otherwise: MediaKind| {
        if files.is_empty() {
            return;
        }
        let (parts, without_room) = take_files(uploads, files, otherwise, MAX_PARTS - of);
        if !parts.is_empty() {
            change(Change::Insert(of, parts));
        }
        left_out.set(without_room);
    };
    let add_text = move |_| {
        change(Change::Insert(of, vec![Part::text("")]));
        let device = device.clone();
        spawn(async move {
            // The field is there only after the page was drawn again.
            sleep(Duration::ZERO).await;
            device.focus_field(&field_id(of));
        });
    };
    // Each card is its own element with its key, which a `match` inside a loop of the markup would hide.
    let cards = shown.into_iter().zip(content.parts).enumerate().map(|(place, (key, part))| {
        let dragging = dragged() == Some(place);
        let ontool = move |used| tool.call((place, used));
        let Some((kind, id)) = part.as_media() else {
            let text = part.as_text().unwrap_or_default().to_owned();
            let onedit = move |text| change(Change::Put(place, Part::text(text)));
            return rsx! {
                TextCard { key: "{key}", place, of, text, bounds: bounds.clone(), strict, dragging, onedit, ontool }
            };
        };
        let seen = uploads.look(id, &media);
        rsx! {
            MediaCard {
                key: "{key}",
                place,
                of,
                kind,
                id,
                seen,
                bounds: bounds.clone(),
                dragging,
                onreplace: move |file: Chosen| {
                    let (parts, _) = take_files(uploads, vec![file], kind, 1);
                    if let Some(part) = parts.into_iter().next() {
                        uploads.cancel(id);
                        change(Change::Put(place, part));
                    }
                },
                oncancel: move |()| {
                    uploads.cancel(id);
                    change(Change::Remove(place));
                },
                ontool,
            }
        }
    });
    rsx! {
        div {
            class: "stack",
            // A browser drops only where this says so.
            ondragover: move |event| event.prevent_default(),
            ondrop: move |event| {
                event.prevent_default();
                take(Chosen::of_drop(&event), MediaKind::Image);
            },
            onpaste: move |event| {
                let files = Chosen::of_paste(&event);
                if !files.is_empty() {
                    event.prevent_default();
                    take(files, MediaKind::Image);
                }
            },
            ol { class: "stack", aria_label: say.list, {cards} }
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
                AddItem { blocked: full.then(|| FULL.to_owned()), onclick: add_text,
                    Icon { size: IconSize::Small, Type {} }
                    {say.text}
                }
                for kind in [MediaKind::Image, MediaKind::Video] {
                    AddFiles {
                        key: "{kind.as_str()}",
                        label: (words.media.kind)(kind),
                        accept: accept(kind),
                        blocked: full.then(|| FULL.to_owned()),
                        onchoose: move |event: FormEvent| take(Chosen::of_field(&event), kind),
                        Icon { size: IconSize::Small, KindGlyph { kind } }
                        {(words.media.kind)(kind)}
                    }
                }
            }
            div { role: "status",
                if left_out() > 0 {
                    ListNote {
                        ToneText { tone: Tone::Warn, icon: rsx! { Icon { size: IconSize::Small, CircleAlert {} } },
                            {(words.media.left_out)(left_out())}
                        }
                    }
                }
            }
        }
    }
}

/// The keys of the cards: a card keeps its own wherever it goes, so that what is dragged or typed in stays the same element.
#[derive(Default)]
struct Keys {
    all: Vec<u64>,
    next: u64,
}

impl Keys {
    fn of(&mut self, count: usize) -> Vec<u64> {
        self.all.truncate(count);
        while self.all.len() < count {
            self.next += 1;
            self.all.push(self.next);
        }
        self.all.clone()
    }

    fn follow(&mut self, change: &Change) {
        let next = &mut self.next;
        change.follow(&mut self.all, || {
            *next += 1;
            *next
        });
    }
}
