//! What the device notes of uploads: their bytes do not outlive a reload, but their names do, and the server may have them all.

use chrono::TimeDelta;
use dioxus::prelude::*;
use serde::{Deserialize, Serialize};
use shared::{
    id::{MediaId, MemberId},
    media::{FinishUpload, MediaInfo, MediaKind, ShowUpload},
    problem::Problem,
};

use super::{Medium, Stand, Uploads, put};
use crate::{
    api::{Api, Failed},
    platform::{Chosen, Device},
    session::DRAFTS,
};

/// How many are kept; older ones are in no draft any more.
const MOST: usize = 60;
/// After this the server may have removed a medium that nothing holds, and is asked.
const SURE: TimeDelta = TimeDelta::hours(23);

/// What is noted of one upload.
#[derive(Serialize, Deserialize)]
pub(super) struct Note {
    id: MediaId,
    kind: MediaKind,
    name: String,
    size: u64,
    #[serde(default)]
    media: Option<MediaInfo>,
    /// When it was made, UTC milliseconds.
    #[serde(default)]
    made_at: i64,
    /// Whether it is known to be nowhere: only its name is left.
    #[serde(default)]
    is_lost: bool,
}

impl Note {
    /// As it stands after a reload. One that was not made yet may still be: the server is asked.
    pub(super) fn into_medium(self) -> Medium {
        let Self { id, kind, name, size, media, is_lost, .. } = self;
        let stand = match media {
            Some(media) => Stand::Ready(media),
            None if is_lost => Stand::Lost,
            None => Stand::Making,
        };
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
        let name = file.name.clone();
        let note = Note { id, kind, name, size: file.size, media: None, made_at: 0, is_lost: false };
        self.change(|notes| notes.push(note));
    }

    pub(super) fn made(&self, info: &MediaInfo) {
        let now = self.device.now().timestamp_millis();
        self.change(|notes| {
            if let Some(note) = notes.iter_mut().find(|note| note.id == info.id) {
                note.media = Some(info.clone());
                note.made_at = now;
                note.is_lost = false;
            }
        });
    }

    /// It is nowhere, unless another window had it made meanwhile.
    fn lost(&self, id: MediaId) {
        let sure = (self.device.now() - SURE).timestamp_millis();
        self.change(|notes| {
            let is_made = |note: &Note| note.media.is_some() && note.made_at >= sure;
            if let Some(note) = notes.iter_mut().find(|note| note.id == id && !is_made(note)) {
                note.media = None;
                note.is_lost = true;
            }
        });
    }

    /// Those that the server has to be asked about, with their bytes: under way before a reload, or made long ago.
    fn doubtful(&self) -> Vec<(MediaId, u64)> {
        let sure = (self.device.now() - SURE).timestamp_millis();
        let is_doubtful = |note: &Note| !note.is_lost && (note.media.is_none() || note.made_at < sure);
        self.read().into_iter().filter(is_doubtful).map(|note| (note.id, note.size)).collect()
    }

    pub(super) fn forget(&self, id: MediaId) {
        self.change(|notes| notes.retain(|note| note.id != id));
    }
}

/// Asks the server about those that were under way before a reload, and those that it may have removed since: one whose bytes
/// are all there is finished, what is gone has to be chosen again.
pub(super) async fn ask(api: &Api, uploads: Uploads) {
    let doubtful = uploads.notes.peek().doubtful();
    for (id, size) in doubtful {
        let stand = match made(api, id, size).await {
            Ok(Some(info)) => {
                uploads.notes.peek().made(&info);
                Stand::Ready(info)
            }
            Ok(None) | Err(Failed::Problem(Problem::Missing { .. } | Problem::Invalid { .. })) => {
                uploads.notes.peek().lost(id);
                Stand::Lost
            }
            // Without an answer nothing new is known of one that was there.
            Err(_) if uploads.look(id, &[]).info().is_some() => continue,
            Err(_) => Stand::Lost,
        };
        put(uploads.media, id, stand);
    }
}

async fn made(api: &Api, id: MediaId, size: u64) -> Result<Option<MediaInfo>, Failed> {
    let upload = api.call(ShowUpload { id }).await?;
    if upload.media.is_some() || upload.received < size {
        return Ok(upload.media);
    }
    api.call(FinishUpload { id }).await.map(Some)
}
