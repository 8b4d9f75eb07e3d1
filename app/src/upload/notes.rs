//! What the device notes of uploads: their bytes do not outlive a reload, but their names do, and the server may have them all.

use dioxus::prelude::*;
use serde::{Deserialize, Serialize};
use shared::{
    id::{MediaId, MemberId},
    media::{BeginUpload, FinishUpload, MediaInfo, MediaKind},
};

use super::{Medium, Stand, Uploads, put};
use crate::{
    api::{Api, Failed},
    platform::{Chosen, Device},
    session::DRAFTS,
};

/// How many are kept; older ones are in no draft any more.
const MOST: usize = 60;

/// What is noted of one upload.
#[derive(Serialize, Deserialize)]
pub(super) struct Note {
    id: MediaId,
    kind: MediaKind,
    name: String,
    size: u64,
    #[serde(default)]
    media: Option<MediaInfo>,
}

impl Note {
    /// As it stands after a reload. One that was not made yet may still be: the server is asked.
    pub(super) fn into_medium(self) -> Medium {
        let Self { id, kind, name, size, media } = self;
        let stand = media.map_or(Stand::Making, Stand::Ready);
        Medium { id, kind, name: Some(name), size, file: None, stand }
    }
}

/// The notes of one member on this device.
pub(super) struct Notes {
    device: Device,
    key: String,
}

impl Notes {
    pub(super) fn of(device: Device, member: MemberId) -> Self {
        Self { device, key: format!("{DRAFTS}{member}.uploads") }
    }

    /// All of them, the oldest first; what another version wrote and this one does not understand is nothing.
    pub(super) fn read(&self) -> Vec<Note> {
        self.device.read(&self.key).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Note>)) {
        let mut notes = self.read();
        change(&mut notes);
        let old = notes.len().saturating_sub(MOST);
        notes.drain(..old);
        if let Ok(text) = serde_json::to_string(&notes) {
            // Not kept means that a reload asks for the file again.
            let _ = self.device.write(&self.key, &text);
        }
    }

    pub(super) fn began(&self, id: MediaId, kind: MediaKind, file: &Chosen) {
        let note = Note { id, kind, name: file.name.clone(), size: file.size, media: None };
        self.change(|notes| notes.push(note));
    }

    pub(super) fn made(&self, info: &MediaInfo) {
        self.change(|notes| {
            if let Some(note) = notes.iter_mut().find(|note| note.id == info.id) {
                note.media = Some(info.clone());
            }
        });
    }

    pub(super) fn forget(&self, id: MediaId) {
        self.change(|notes| notes.retain(|note| note.id != id));
    }
}

/// Asks the server about those that were under way before a reload: one whose bytes are all there is finished, the others
/// have to be chosen again.
pub(super) async fn ask(api: &Api, uploads: Uploads) {
    let open: Vec<BeginUpload> = {
        let media = uploads.media.peek();
        let open = media.iter().filter(|one| one.file.is_none() && one.stand == Stand::Making);
        let begin =
            |one: &Medium| BeginUpload::of_file(one.id, one.kind, one.size, one.name.as_deref().unwrap_or_default());
        open.map(begin).collect()
    };
    for begin in open {
        let id = begin.id;
        let made = made(api, begin).await;
        if let Ok(Some(info)) = &made {
            uploads.notes.peek().made(info);
        }
        let stand = match made {
            Ok(Some(info)) => Stand::Ready(info),
            Ok(None) | Err(_) => Stand::Lost,
        };
        put(uploads.media, id, stand);
    }
}

async fn made(api: &Api, begin: BeginUpload) -> Result<Option<MediaInfo>, Failed> {
    let (id, size) = (begin.id, begin.size);
    let upload = api.call(begin).await?;
    if upload.media.is_some() || upload.received < size {
        return Ok(upload.media);
    }
    api.call(FinishUpload { id }).await.map(Some)
}
