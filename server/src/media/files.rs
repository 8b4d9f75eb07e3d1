//! Where the bytes of media lie: a folder of this machine, or a bucket that speaks S3.

use std::{error::Error as _, io, ops::Range, path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use futures_util::stream::BoxStream;
use object_store::{
    BackoffConfig, ClientOptions, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    local::LocalFileSystem,
    path::Path as ObjectPath,
    prefix::PrefixStore,
};
use tokio::sync::{Notify, Semaphore};

use super::whatsapp::Uploads;
use crate::{
    config::{Config, S3},
    refused::Refused,
};
use shared::problem::Problem;

/// A document of 64 MB has to be written within this time.
const CALL: Duration = Duration::from_mins(2);
/// A bucket that does not answer is given up after this time: somebody waits.
const RETRIES: Duration = Duration::from_secs(20);
/// Uploads that are worked on at once: each may take some 200 MB of memory and a core.
const AT_ONCE: usize = 2;

/// The media store. Cloning gives another hand on the same one.
#[derive(Clone)]
pub struct Media {
    files: Arc<dyn ObjectStore>,
    /// What waits for something to fetch.
    pub(super) wanted: Arc<Notify>,
    /// Turns at making uploads fit to be sent.
    pub(super) turns: Arc<Semaphore>,
    /// What is at Meta.
    pub(super) uploads: Uploads,
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
    /// The bucket cannot be used as it is set.
    #[error("the bucket {bucket} of `media.s3` cannot be used: {cause}")]
    Bucket {
        /// Its name.
        bucket: String,
        /// Why not.
        cause: String,
    },
    /// There is no room left.
    #[error("the media store is full: make room, then try again")]
    Full,
    /// A file cannot be read or written.
    #[error("the media store: {0}")]
    Store(object_store::Error),
}

impl From<object_store::Error> for MediaError {
    fn from(error: object_store::Error) -> Self {
        if is_full(&error) { Self::Full } else { Self::Store(error) }
    }
}

impl From<MediaError> for Refused {
    fn from(error: MediaError) -> Self {
        match error {
            MediaError::Full => {
                tracing::error!("the media store is full: make room");
                Self::Problem(Problem::StorageFull)
            }
            error => Self::fault(error),
        }
    }
}

/// Whether there was no room for it: the machine's word for a folder, the server's for a bucket (507, as `MinIO`
/// answers).
fn is_full(error: &object_store::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let kind = error.downcast_ref().map(io::Error::kind);
        if matches!(kind, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)) {
            return true;
        }
        if error.to_string().contains("507 Insufficient Storage") {
            return true;
        }
        cause = error.source();
    }
    false
}

impl Media {
    /// The media store of these settings: the bucket, or the folder `media` below `data_dir`, made if missing.
    pub fn open(config: &Config) -> Result<Self, MediaError> {
        Ok(match &config.media.s3 {
            Some(s3) if s3.prefix.is_empty() => Self::on(bucket(s3)?),
            Some(s3) => Self::on(PrefixStore::new(bucket(s3)?, s3.prefix.as_str())),
            None => Self::on(folder(&config.data_dir.join("media"))?),
        })
    }

    /// The media store on this engine.
    pub(super) fn on(files: impl ObjectStore) -> Self {
        Self {
            files: Arc::new(files),
            wanted: Arc::default(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            uploads: Uploads::default(),
        }
    }

    /// Whether it can be written to, read and deleted from.
    pub async fn check(&self) -> Result<(), MediaError> {
        const NAME: &str = "check";
        self.write(NAME, Bytes::from_static(b"storecast")).await?;
        self.read_whole(NAME).await?;
        self.delete(NAME).await
    }

    /// Something wanted was committed: fetch it now.
    pub fn wake(&self) {
        self.wanted.notify_one();
    }

    /// Keeps these bytes under this path, whole or not at all, instead of what is there.
    pub(super) async fn write(&self, path: &str, bytes: Bytes) -> Result<(), MediaError> {
        self.files.put(&ObjectPath::from(path), bytes.into()).await?;
        Ok(())
    }

    /// A part of what lies under this path.
    pub(super) async fn read(
        &self,
        path: &str,
        range: Range<u64>,
    ) -> Result<BoxStream<'static, object_store::Result<Bytes>>, MediaError> {
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        Ok(self.files.get_opts(&ObjectPath::from(path), options).await?.into_stream())
    }

    /// All that lies under this path.
    pub(super) async fn read_whole(&self, path: &str) -> Result<Bytes, MediaError> {
        Ok(self.files.get(&ObjectPath::from(path)).await?.bytes().await?)
    }

    /// Deletes what lies under this path, if anything does.
    pub(super) async fn delete(&self, path: &str) -> Result<(), MediaError> {
        match self.files.delete(&ObjectPath::from(path)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn folder(folder: &Path) -> Result<LocalFileSystem, MediaError> {
    let unusable = |cause: String| MediaError::Folder { folder: folder.display().to_string(), cause };
    let mut new = std::fs::DirBuilder::new();
    new.recursive(true);
    // What customers send is for nobody else on this machine.
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut new, 0o700);
    new.create(folder).map_err(|error| unusable(error.to_string()))?;
    let files = LocalFileSystem::new_with_prefix(folder).map_err(|error| unusable(error.to_string()))?;
    Ok(files.with_fsync(true))
}

fn bucket(s3: &S3) -> Result<AmazonS3, MediaError> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&s3.bucket)
        .with_region(&s3.region)
        .with_access_key_id(&s3.access_key)
        .with_secret_access_key(s3.secret_key.expose())
        .with_virtual_hosted_style_request(!s3.path_style)
        // Not every server that speaks S3 deletes many at once.
        .with_disable_bulk_delete(true)
        .with_client_options(ClientOptions::new().with_timeout(CALL).with_allow_http(s3.allows_http()))
        .with_retry(RetryConfig { backoff: BackoffConfig::default(), max_retries: 3, retry_timeout: RETRIES });
    if let Some(endpoint) = &s3.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let unusable =
        |error: object_store::Error| MediaError::Bucket { bucket: s3.bucket.clone(), cause: error.to_string() };
    builder.build().map_err(unusable)
}

#[cfg(test)]
#[path = "files_test.rs"]
pub(super) mod tests;
