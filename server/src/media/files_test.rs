//! The media store on both engines: a folder, and a bucket of a small server that speaks as much of S3 as is used.

use std::{
    collections::BTreeMap,
    fmt,
    net::Ipv4Addr,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use aws_lc_rs::digest;
use axum::{
    Router,
    body::Bytes as Body,
    extract::{DefaultBodyLimit, Path as Route, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::any,
};
use futures_util::TryStreamExt as _;
use object_store::{
    CopyOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, PutMultipartOptions, PutOptions, PutPayload,
    PutResult, memory::InMemory,
};
use tempfile::TempDir;
use tokio::net::TcpListener;

use super::*;
use crate::{config::Secret, media::hex};

/// A bucket: what lies in it, by name, and whether it is full.
#[derive(Clone, Default)]
pub(in super::super) struct Bucket {
    pub(in super::super) objects: Arc<Mutex<BTreeMap<String, Body>>>,
    is_full: Arc<AtomicBool>,
}

impl Bucket {
    /// Serves it, and gives the settings of a server that keeps its media there.
    pub(in super::super) async fn serve(&self) -> S3 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let route = any(answer).layer(DefaultBodyLimit::disable());
        let router = Router::new().route("/{bucket}/{*name}", route).with_state(self.clone());
        #[expect(clippy::disallowed_methods, reason = "a server of a test, which ends with it")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        S3 {
            bucket: "pictures".into(),
            prefix: "brand".into(),
            endpoint: Some(endpoint),
            access_key: "KEYID".into(),
            secret_key: Secret::new("hush"),
            ..S3::default()
        }
    }
}

async fn answer(
    State(bucket): State<Bucket>,
    Route((name, object)): Route<(String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let signed = text("authorization").starts_with("AWS4-HMAC-SHA256 Credential=KEYID/")
        && text("authorization").contains("/us-east-1/s3/aws4_request");
    let hash = hex(digest::digest(&digest::SHA256, &body).as_ref());
    if !signed || name != "pictures" || text("x-amz-content-sha256") != hash {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut objects = bucket.objects.lock().unwrap();
    let tag = [(header::ETAG, "\"tag\""), (header::LAST_MODIFIED, "Fri, 20 Nov 2026 06:00:00 GMT")];
    match method {
        Method::PUT if bucket.is_full.load(Ordering::SeqCst) => StatusCode::INSUFFICIENT_STORAGE.into_response(),
        Method::PUT => {
            objects.insert(object, body);
            (StatusCode::OK, tag).into_response()
        }
        Method::DELETE => {
            objects.remove(&object);
            StatusCode::NO_CONTENT.into_response()
        }
        Method::GET => match objects.get(&object) {
            None => StatusCode::NOT_FOUND.into_response(),
            Some(whole) => match text("range").strip_prefix("bytes=").and_then(|range| range.split_once('-')) {
                None => (StatusCode::OK, tag, whole.clone()).into_response(),
                Some((first, last)) => {
                    let (first, last): (usize, usize) = (first.parse().unwrap(), last.parse().unwrap());
                    let place = [(header::CONTENT_RANGE, format!("bytes {first}-{last}/{}", whole.len()))];
                    (StatusCode::PARTIAL_CONTENT, tag, place, whole.slice(first..=last)).into_response()
                }
            },
        },
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

/// A store whose disk can be filled.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Disk {
    objects: Arc<InMemory>,
    /// How many objects still fit; then there is no room.
    room: Arc<Mutex<Option<usize>>>,
}

impl Disk {
    pub(in super::super) fn set_room(&self, room: Option<usize>) {
        *self.room.lock().unwrap() = room;
    }

    pub(in super::super) async fn names(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.objects.list(None).map_ok(|one| one.location.to_string()).try_collect().await.unwrap();
        names.sort();
        names
    }
}

impl fmt::Display for Disk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a disk")
    }
}

#[async_trait]
impl ObjectStore for Disk {
    async fn put_opts(
        &self,
        location: &ObjectPath,
        payload: PutPayload,
        options: PutOptions,
    ) -> object_store::Result<PutResult> {
        let has_room = match &mut *self.room.lock().unwrap() {
            None => true,
            Some(0) => false,
            Some(room) => {
                *room -= 1;
                true
            }
        };
        if has_room {
            return self.objects.put_opts(location, payload, options).await;
        }
        // As a folder says it, whose own error lies between.
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let between = object_store::Error::NotSupported { source: Box::new(full) };
        Err(object_store::Error::Generic { store: "disk", source: Box::new(between) })
    }

    async fn put_multipart_opts(
        &self,
        location: &ObjectPath,
        options: PutMultipartOptions,
    ) -> object_store::Result<Box<dyn MultipartUpload>> {
        self.objects.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &ObjectPath, options: GetOptions) -> object_store::Result<GetResult> {
        self.objects.get_opts(location, options).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, object_store::Result<ObjectPath>>,
    ) -> BoxStream<'static, object_store::Result<ObjectPath>> {
        self.objects.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&ObjectPath>) -> BoxStream<'static, object_store::Result<ObjectMeta>> {
        self.objects.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&ObjectPath>) -> object_store::Result<ListResult> {
        self.objects.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &ObjectPath, to: &ObjectPath, options: CopyOptions) -> object_store::Result<()> {
        self.objects.copy_opts(from, to, options).await
    }
}

fn in_folder() -> (Media, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    (Media::open(&Config::for_test(folder.path())).unwrap(), folder)
}

async fn in_bucket(bucket: &Bucket) -> Media {
    let mut config = Config::for_test(std::path::Path::new("nowhere"));
    config.media.s3 = Some(bucket.serve().await);
    Media::open(&config).unwrap()
}

async fn part(media: &Media, path: &str, range: Range<u64>) -> Vec<u8> {
    let pieces: Vec<Bytes> = media.read(path, range).await.unwrap().try_collect().await.unwrap();
    pieces.concat()
}

/// What both engines must do alike.
async fn keeps(media: &Media) {
    media.check().await.unwrap();
    let path = "0190a/sent/0190b.preview";
    media.write(path, Bytes::from_static(b"first, and longer")).await.unwrap();
    media.write(path, Bytes::from_static(b"0123456789")).await.unwrap();
    assert_eq!(media.read_whole(path).await.unwrap(), "0123456789", "the second write is all there is");
    assert_eq!(part(media, path, 0..10).await, b"0123456789");
    assert_eq!(part(media, path, 3..5).await, b"34");
    assert_eq!(part(media, path, 9..10).await, b"9");
    let large: Bytes = (0..3_000_000_u32).map(|at| at.to_le_bytes()[0] ^ at.to_le_bytes()[1]).collect();
    media.write("0190a/large", large.clone()).await.unwrap();
    assert_eq!(media.read_whole("0190a/large").await.unwrap(), large);
    assert_eq!(part(media, "0190a/large", 2_999_990..3_000_000).await, large[2_999_990..]);
    media.delete(path).await.unwrap();
    media.delete(path).await.unwrap();
    let gone = media.read_whole(path).await;
    assert!(matches!(gone, Err(MediaError::Store(object_store::Error::NotFound { .. }))), "{gone:?}");
    media.write("0190a/empty", Bytes::new()).await.unwrap();
    assert_eq!(media.read_whole("0190a/empty").await.unwrap(), "");
}

#[tokio::test]
async fn a_folder_keeps_what_it_is_given() {
    let (media, folder) = in_folder();
    keeps(&media).await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(folder.path().join("media")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "what customers send is for nobody else on this machine");
    }
}

#[tokio::test]
async fn a_bucket_keeps_what_it_is_given_below_its_prefix() {
    let bucket = Bucket::default();
    let media = in_bucket(&bucket).await;
    keeps(&media).await;
    let names: Vec<String> = bucket.objects.lock().unwrap().keys().cloned().collect();
    assert_eq!(names, ["brand/0190a/empty", "brand/0190a/large"]);
}

#[tokio::test]
async fn a_bucket_with_another_key_is_refused_without_it_being_told() {
    let s3 = S3 { access_key: "OTHER".into(), ..Bucket::default().serve().await };
    let mut config = Config::for_test(std::path::Path::new("nowhere"));
    config.media.s3 = Some(s3);
    let refused = Media::open(&config).unwrap().check().await.unwrap_err();
    assert!(matches!(refused, MediaError::Store(_)) && !refused.to_string().contains("hush"), "{refused}");
}

#[tokio::test]
async fn a_full_store_is_told_from_a_broken_one() {
    let disk = Disk::default();
    disk.set_room(Some(0));
    let refused = Media::on(disk).write("a", Bytes::new()).await;
    assert!(matches!(refused, Err(MediaError::Full)), "{refused:?}");
    let bucket = Bucket::default();
    bucket.is_full.store(true, Ordering::SeqCst);
    let refused = in_bucket(&bucket).await.write("a", Bytes::from_static(b"a")).await;
    assert!(matches!(refused, Err(MediaError::Full)), "{refused:?}");
    let (media, folder) = in_folder();
    std::fs::write(folder.path().join("media/a"), "a file where a folder is needed").unwrap();
    let refused = media.write("a/b", Bytes::new()).await;
    assert!(matches!(refused, Err(MediaError::Store(_))), "{refused:?}");
    assert_eq!(Refused::from(MediaError::Full).to_string(), Problem::StorageFull.to_string());
}

/// The machine's own word for it, where there is a device that is always full.
#[cfg(target_os = "linux")]
#[test]
fn the_machine_says_that_its_disk_is_full() {
    use std::io::Write as _;
    let error = std::fs::File::options().write(true).open("/dev/full").unwrap().write_all(b"a").unwrap_err();
    let error = object_store::Error::Generic { store: "disk", source: Box::new(error) };
    assert!(is_full(&error));
}
