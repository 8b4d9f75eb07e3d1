//! Media: what customers send is fetched from the platform at once, kept in the media store, and shown by short-lived
//! signed addresses.

mod fetch;
pub mod http;
mod kinds;
mod store;
#[cfg(test)]
mod store_test;

use std::{ops::Range, path::Path, sync::Arc};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, local::LocalFileSystem, path::Path as ObjectPath,
};
use shared::{
    conversations::{MediaRef, MessageKind},
    id::{ChannelId, MediaId, TeamId},
};
use tokio::sync::Notify;

pub use self::{fetch::start, store::State};
use crate::{App, clock::Clock, db};

/// The largest file that is fetched, in bytes.
pub(crate) const LARGEST: usize = 64 * 1024 * 1024;
/// How long an address of a medium is good for, in milliseconds.
const SHOWN: i64 = 3_600_000;
/// Addresses end on these marks, in milliseconds, so that the same medium keeps its address for a while and is cached.
const MARK: i64 = 900_000;

/// The media store. Cloning gives another hand on the same one.
#[derive(Clone)]
pub struct Media {
    files: Arc<dyn ObjectStore>,
    wake: Arc<Notify>,
}

/// Why the media store does not work.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The folder cannot be made or used.
    #[error("the media folder {folder} cannot be used: {cause}")]
    Folder {
        /// The folder.
        folder: String,
        /// Why not.
        cause: String,
    },
    /// A file cannot be read or written.
    #[error("the media store: {0}")]
    Store(#[from] object_store::Error),
}

impl Media {
    /// The media store in the folder `media` below `data_dir`, made if missing.
    pub fn open(data_dir: &Path) -> Result<Self, MediaError> {
        let folder = data_dir.join("media");
        let unusable = |cause: String| MediaError::Folder { folder: folder.display().to_string(), cause };
        let mut new = std::fs::DirBuilder::new();
        new.recursive(true);
        // What customers send is for nobody else on this machine.
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut new, 0o700);
        new.create(&folder).map_err(|error| unusable(error.to_string()))?;
        let files = LocalFileSystem::new_with_prefix(&folder).map_err(|error| unusable(error.to_string()))?;
        Ok(Self { files: Arc::new(files.with_fsync(true)), wake: Arc::default() })
    }

    /// Something wanted was committed: fetch it now.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    async fn write(&self, path: &str, bytes: Bytes) -> Result<(), MediaError> {
        self.files.put(&ObjectPath::from(path), bytes.into()).await?;
        Ok(())
    }

    async fn read(
        &self,
        path: &str,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>, MediaError> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        Ok(self.files.get_opts(&ObjectPath::from(path), options).await?.into_stream())
    }
}

/// Notes, in the transaction that writes the message, that a platform's file is to be fetched.
pub fn want(
    tx: &mut db::Tx<'_>,
    clock: &Clock,
    team: TeamId,
    channel: ChannelId,
    kind: MessageKind,
    platform_id: &str,
) -> db::Result<MediaId> {
    let id: MediaId = clock.id();
    store::want(tx, team, id, channel, kind, platform_id, clock.now())?;
    Ok(id)
}

/// Takes a want back, in the same transaction: the message was there already.
pub fn unwant(tx: &mut db::Tx<'_>, team: TeamId, id: MediaId) -> db::Result<()> {
    store::unwant(tx, team, id)
}

/// A stored medium, as a thread reads it beside its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its team.
    pub team: TeamId,
    /// Itself.
    pub id: MediaId,
    /// How far it is.
    pub state: State,
    /// Its type, once it is fetched.
    pub mime: Option<String>,
}

/// A medium for those who may see the conversation: with an address where it is ready.
pub fn reference(app: &App, stored: &Stored) -> MediaRef {
    let ends = (app.clock.now() + SHOWN).div_euclid(MARK) * MARK + MARK;
    let token = (stored.state == State::Ready).then(|| app.keys.media_token(stored.id, ends));
    let url = match token {
        Some(Ok(token)) => Some(format!("/media/{}.{token}", stored.team.0.simple())),
        Some(Err(error)) => {
            tracing::error!(%error, "a media address cannot be signed");
            None
        }
        None => None,
    };
    MediaRef { id: stored.id, mime: stored.mime.clone().unwrap_or_default(), url, lost: stored.state == State::Lost }
}
