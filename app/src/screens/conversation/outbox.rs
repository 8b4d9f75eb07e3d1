//! The reply that is being written, as this device keeps it, and those to the same customer that are leaving.

use dioxus::prelude::*;
use serde::{Deserialize, Serialize};
use shared::{
    content::{Content, Part},
    conversations::{Entry, Message},
    id::{ConversationId, MessageId},
    limits::MAX_PARTS,
    media::MediaInfo,
};

use crate::{
    leaving::{Kept, Leaving, Leavings, keep, read_kept, use_arrivals, use_leavings},
    load::Pages,
    platform::use_device,
    screens::conversations::use_desk,
    session::{DRAFTS, use_me},
    upload::Uploads,
};

/// What goes with the text that is being written: messages before it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Attached {
    /// The messages, in order.
    pub(super) parts: Vec<Part>,
    /// Pictures and films in them that came with a saved reply.
    #[serde(default)]
    pub(super) media: Vec<MediaInfo>,
}

/// The replies to one customer that are leaving, and the one that is being written.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Outbox {
    id: ConversationId,
    leavings: Leavings,
    /// The text that is being written.
    pub(super) text: Signal<String>,
    /// What goes before it.
    pub(super) attached: Signal<Attached>,
}

/// The outbox of a conversation, as this device kept it.
pub(super) fn use_outbox(id: ConversationId) -> Outbox {
    let device = use_device();
    let me = use_me();
    let leavings = use_leavings();
    let [of_text, of_attached] =
        use_hook(|| ["reply", "attached"].map(|what| format!("{DRAFTS}{}.{what}.{id}", me.peek().id)));
    let text = use_signal(|| device.read(&of_text).unwrap_or_default());
    let attached = use_signal(|| read_kept::<Attached>(&device, &of_attached));
    let kept = device.clone();
    use_effect(move || {
        let text = text.read();
        if text.is_empty() {
            kept.remove(&of_text);
        } else {
            // Not kept means kept in memory alone; the screen has it still.
            let _ = kept.write(&of_text, &text);
        }
    });
    use_effect(move || {
        let attached = attached.read();
        keep(&device, &of_attached, (!attached.parts.is_empty()).then_some(&*attached));
    });
    Outbox { id, leavings, text, attached }
}

/// Puts what arrives at the server into the thread; what stands there does not wait any more.
pub(super) fn use_arrived(outbox: Outbox, entries: &Pages<Entry>) {
    let (entries, mut changed) = (*entries, use_desk().changed);
    let arrived = use_callback(move |messages: Vec<Message>| {
        entries.update(|entries| {
            for message in messages {
                let known = entries.iter().any(|entry| matches!(entry, Entry::Message(m) if m.id == message.id));
                if !known {
                    entries.insert(0, Entry::Message(message));
                }
            }
        });
        changed += 1;
    });
    use_arrivals(outbox.leavings, outbox.id, arrived);
    use_effect(move || {
        let items = entries.items();
        let items = items.read();
        let is_there = |key: MessageId| {
            let key = key.to_string();
            items.iter().any(|entry| matches!(entry, Entry::Message(message) if message.id == key))
        };
        outbox.leavings.are_there(outbox.id, is_there);
    });
}

impl Outbox {
    /// The reply that is being written: what is attached, then the text.
    pub(super) fn content(&self) -> Content {
        let mut parts = self.attached.read().parts.clone();
        let text = self.text.read();
        if !text.trim().is_empty() {
            parts.push(Part::text(text.as_str()));
        }
        Content { parts }
    }

    /// Those that the server does not have yet, the oldest first.
    pub(super) fn leaving(&self) -> Vec<Leaving> {
        self.leavings.to(self.id)
    }

    /// Sends what was written, under a new key, and empties the field.
    pub(super) fn send_written(mut self, uploads: Uploads) {
        let content = self.content();
        let media = uploads.ready(content.media().map(|(_, id)| id), &self.attached.peek().media);
        self.text.set(String::new());
        self.attached.set(Attached::default());
        self.leavings.send(self.id, content, media);
    }

    /// Tries one again, under the key it has.
    pub(super) fn again(&self, key: MessageId) {
        self.leavings.again(self.id, key);
    }

    /// Whether a reply fits before what is being written.
    pub(super) fn has_room_for(&self, reply: &Kept) -> bool {
        self.content().parts.len() + reply.content.parts.len() <= MAX_PARTS
    }

    /// Takes one that was refused back to where it was written, before what is being written.
    pub(super) fn edit(mut self, key: MessageId) {
        let Some(reply) = self.leavings.take_out(self.id, key) else { return };
        let written = self.content().parts;
        let mut parts = reply.content.parts;
        // Where nothing was begun, its last text is where one goes on writing.
        match parts.last().and_then(Part::as_text).map(str::to_owned).filter(|_| written.is_empty()) {
            Some(text) => {
                parts.pop();
                self.text.set(text);
            }
            None => parts.append(&mut self.attached.peek().parts.clone()),
        }
        let mut media = reply.media;
        media.extend(self.attached.peek().media.iter().cloned());
        self.attached.set(Attached { parts, media });
    }

    /// Throws one away that did not get through.
    pub(super) fn discard(&self, key: MessageId) {
        self.leavings.take_out(self.id, key);
    }
}
