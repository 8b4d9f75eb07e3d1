//! Replies that have not reached the server yet. They are kept on the device with their keys, so that a retry after a dead
//! battery is the same reply and not a second one.

use dioxus::prelude::*;
use serde::{Deserialize, Serialize};
use shared::{
    content::{Content, Part},
    conversations::{Entry, Reply},
    id::{ConversationId, MessageId},
    media::MediaInfo,
};

use crate::{
    api::{Api, Failed, use_api},
    load::Pages,
    platform::{Device, draw_id, use_device},
    screens::conversations::use_desk,
    session::{DRAFTS, use_me},
    upload::{Uploads, use_uploads},
};

/// A reply on its way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaving {
    /// What it is.
    pub(super) reply: Kept,
    /// Why the last try failed; on its way where nothing stands here.
    pub(super) failed: Option<Failed>,
}

/// A reply as this device keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Its key: the same on every try.
    pub(super) key: MessageId,
    /// Its messages.
    pub(super) content: Content,
    /// The pictures and films in them.
    #[serde(default)]
    pub(super) media: Vec<MediaInfo>,
}

/// What goes with the text that is being written: messages before it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Attached {
    /// The messages, in order.
    pub(super) parts: Vec<Part>,
    /// Pictures and films in them that came with a saved reply.
    #[serde(default)]
    pub(super) media: Vec<MediaInfo>,
}

/// The replies to one customer that wait, and the one that is being written.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Outbox {
    id: ConversationId,
    /// Those that wait, oldest first.
    pub(super) leaving: Signal<Vec<Leaving>>,
    /// The text that is being written.
    pub(super) text: Signal<String>,
    /// What goes before it.
    pub(super) attached: Signal<Attached>,
}

/// The outbox of a conversation, as this device kept it.
pub(super) fn use_outbox(id: ConversationId) -> Outbox {
    let device = use_device();
    let me = use_me();
    let [of_text, of_attached, of_leaving] =
        use_hook(|| ["reply", "attached", "leaving"].map(|what| format!("{DRAFTS}{}.{what}.{id}", me.peek().id)));
    let text = use_signal(|| device.read(&of_text).unwrap_or_default());
    let attached = use_signal(|| read::<Attached>(&device, &of_attached));
    let leaving = use_signal(|| {
        let kept: Vec<Kept> = read(&device, &of_leaving);
        kept.into_iter().map(|reply| Leaving { reply, failed: Some(Failed::Offline) }).collect::<Vec<_>>()
    });
    let kept = device.clone();
    use_effect(move || keep(&kept, &of_text, &text.read()));
    let kept = device.clone();
    use_effect(move || {
        let attached = attached.read();
        let text = if attached.parts.is_empty() { String::new() } else { written(&*attached) };
        keep(&kept, &of_attached, &text);
    });
    use_effect(move || {
        let leaving = leaving.read();
        let replies: Vec<&Kept> = leaving.iter().map(|leaving| &leaving.reply).collect();
        let text = if replies.is_empty() { String::new() } else { written(&replies) };
        keep(&device, &of_leaving, &text);
    });
    Outbox { id, leaving, text, attached }
}

/// What another version kept and this one does not understand is nothing.
fn read<T: Default + for<'de> Deserialize<'de>>(device: &Device, key: &str) -> T {
    device.read(key).and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default()
}

fn written(value: &impl Serialize) -> String {
    // Plain data cannot fail to be written as JSON; nothing kept would be read back as nothing.
    serde_json::to_string(value).unwrap_or_default()
}

fn keep(device: &Device, key: &str, value: &str) {
    if value.is_empty() {
        device.remove(key);
    } else {
        // Not kept means kept in memory alone; the screen has it still.
        let _ = device.write(key, value);
    }
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
}

/// Sends the outbox of a conversation.
#[derive(Clone)]
pub(super) struct Post {
    api: Api,
    uploads: Uploads,
    outbox: Outbox,
    entries: Pages<Entry>,
    changed: Signal<u32>,
}

/// What sends the outbox of a conversation.
pub(super) fn use_post(outbox: Outbox, entries: &Pages<Entry>) -> Post {
    let api = use_api();
    let uploads = use_uploads();
    let changed = use_desk().changed;
    use_hook(|| Post { api, uploads, outbox, entries: *entries, changed })
}

impl Post {
    /// Sends what was written, under a new key, and empties the field.
    pub(super) fn send_written(&self) {
        let mut outbox = self.outbox;
        let content = outbox.content();
        let media = self.uploads.ready(content.media().map(|(_, id)| id), &outbox.attached.peek().media);
        outbox.text.set(String::new());
        outbox.attached.set(Attached::default());
        let reply = Kept { key: MessageId(draw_id()), content, media };
        outbox.leaving.write().push(Leaving { reply: reply.clone(), failed: None });
        self.send(reply);
    }

    /// Tries one again, under the key it has.
    pub(super) fn again(&self, key: MessageId) {
        let mut leaving = self.outbox.leaving;
        let reply = {
            let mut leaving = leaving.write();
            let Some(one) = leaving.iter_mut().find(|one| one.reply.key == key) else {
                return;
            };
            one.failed = None;
            one.reply.clone()
        };
        self.send(reply);
    }

    fn send(&self, reply: Kept) {
        let Self { api, outbox, entries, mut changed, .. } = self.clone();
        let mut leaving = outbox.leaving;
        spawn(async move {
            let Kept { key, content, .. } = reply;
            match api.call(Reply { id: outbox.id, key, content }).await {
                Ok(messages) => {
                    leaving.write().retain(|one| one.reply.key != key);
                    entries.update(|entries| {
                        for message in messages {
                            let known =
                                entries.iter().any(|entry| matches!(entry, Entry::Message(m) if m.id == message.id));
                            if !known {
                                entries.insert(0, Entry::Message(message));
                            }
                        }
                    });
                    changed += 1;
                }
                Err(failed) => {
                    if let Some(one) = leaving.write().iter_mut().find(|one| one.reply.key == key) {
                        one.failed = Some(failed);
                    }
                }
            }
        });
    }
}
