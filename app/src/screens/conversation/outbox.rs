//! Replies that have not reached the server yet. They are kept on the device with their keys, so that a retry after a dead
//! battery is the same message and not a second one.

use dioxus::prelude::*;
use serde::{Deserialize, Serialize};
use shared::{
    conversations::{Entry, Reply},
    id::{ConversationId, MessageId},
};

use crate::{
    api::{Api, Failed, use_api},
    load::Pages,
    platform::{Device, draw_id, use_device},
    screens::conversations::use_desk,
    session::{DRAFTS, use_me},
};

/// A reply on its way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaving {
    /// Its key: the same on every try.
    pub(super) key: MessageId,
    /// Its text.
    pub(super) text: String,
    /// Why the last try failed; on its way where nothing stands here.
    pub(super) failed: Option<Failed>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    key: MessageId,
    text: String,
}

/// The replies to one customer that wait, and the one that is being written.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Outbox {
    id: ConversationId,
    /// Those that wait, oldest first.
    pub(super) leaving: Signal<Vec<Leaving>>,
    /// The one that is being written.
    pub(super) text: Signal<String>,
}

/// The outbox of a conversation, as this device kept it.
pub(super) fn use_outbox(id: ConversationId) -> Outbox {
    let device = use_device();
    let me = use_me();
    let (of_text, of_leaving) = use_hook(|| {
        let member = me.peek().id;
        (format!("{DRAFTS}{member}.reply.{id}"), format!("{DRAFTS}{member}.leaving.{id}"))
    });
    let text = use_signal(|| device.read(&of_text).unwrap_or_default());
    let leaving = use_signal(|| {
        let kept: Vec<Kept> =
            device.read(&of_leaving).and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default();
        kept.into_iter()
            .map(|Kept { key, text }| Leaving { key, text, failed: Some(Failed::Offline) })
            .collect::<Vec<_>>()
    });
    let kept = device.clone();
    use_effect(move || keep(&kept, &of_text, &text.read()));
    use_effect(move || {
        let leaving = leaving.read();
        let rows: Vec<Kept> =
            leaving.iter().map(|leaving| Kept { key: leaving.key, text: leaving.text.clone() }).collect();
        let rows = if rows.is_empty() { String::new() } else { serde_json::to_string(&rows).unwrap_or_default() };
        keep(&device, &of_leaving, &rows);
    });
    Outbox { id, leaving, text }
}

fn keep(device: &Device, key: &str, value: &str) {
    if value.is_empty() {
        device.remove(key);
    } else {
        // Not kept means kept in memory alone; the screen has it still.
        let _ = device.write(key, value);
    }
}

/// Sends the outbox of a conversation.
#[derive(Clone)]
pub(super) struct Post {
    api: Api,
    outbox: Outbox,
    entries: Pages<Entry>,
    changed: Signal<u32>,
}

/// What sends the outbox of a conversation.
pub(super) fn use_post(outbox: Outbox, entries: Pages<Entry>) -> Post {
    let api = use_api();
    let changed = use_desk().changed;
    use_hook(|| Post { api, outbox, entries, changed })
}

impl Post {
    /// Sends what was written, under a new key, and empties the field.
    pub(super) fn send_written(&self) {
        let mut outbox = self.outbox;
        let text = outbox.text.take();
        let key = MessageId(draw_id());
        outbox.leaving.write().push(Leaving { key, text: text.clone(), failed: None });
        self.send(key, text);
    }

    /// Tries one again, under the key it has.
    pub(super) fn again(&self, key: MessageId) {
        let mut leaving = self.outbox.leaving;
        let text = {
            let mut leaving = leaving.write();
            let Some(one) = leaving.iter_mut().find(|one| one.key == key) else {
                return;
            };
            one.failed = None;
            one.text.clone()
        };
        self.send(key, text);
    }

    fn send(&self, key: MessageId, text: String) {
        let Self { api, outbox, entries, mut changed } = self.clone();
        let mut leaving = outbox.leaving;
        spawn(async move {
            let id = outbox.id;
            match api.call(Reply { id, key, text }).await {
                Ok(message) => {
                    leaving.write().retain(|one| one.key != key);
                    entries.update(|entries| {
                        let known =
                            entries.iter().any(|entry| matches!(entry, Entry::Message(m) if m.id == message.id));
                        if !known {
                            entries.insert(0, Entry::Message(message));
                        }
                    });
                    changed += 1;
                }
                Err(failed) => {
                    if let Some(one) = leaving.write().iter_mut().find(|one| one.key == key) {
                        one.failed = Some(failed);
                    }
                }
            }
        });
    }
}
