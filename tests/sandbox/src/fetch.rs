//! Fetches the pictures and films of accepted messages as the platforms do, and keeps what it got (providers.md A3,
//! B2).

use std::{
    collections::{HashMap, VecDeque},
    io::Cursor,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::http::{StatusCode, header};
use bytes::{Bytes, BytesMut};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{Notify, Semaphore};
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, options::DecoderOptions},
};

use crate::{
    Common,
    line::is_local,
    sync::lock,
    whatsapp::{self, Kind},
};

const MB: u64 = 1024 * 1024;
/// Fetched at once.
const AT_ONCE: usize = 4;
/// How long one address may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// Kept for the phones; beyond this the oldest go.
const KEPT: usize = 256 * 1024 * 1024;

/// What an address of a message is for, with the platform's limits: LINE's unless it says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shows {
    /// The picture: JPEG or PNG, at most 10 MB.
    Image,
    /// The film: MP4, at most 200 MB, asked for in ranges.
    Video,
    /// The preview of either: JPEG or PNG, at most 1 MB.
    Preview,
    /// A picture by link on WhatsApp, as Meta takes it (providers.md B2).
    WhatsappImage,
    /// A film by link on WhatsApp.
    WhatsappVideo,
    /// A sound by link on WhatsApp.
    WhatsappAudio,
    /// A document by link on WhatsApp.
    WhatsappDocument,
}

impl Shows {
    const fn most(self) -> u64 {
        match self {
            Self::Image => 10 * MB,
            Self::Video => 200 * MB,
            Self::Preview => MB,
            Self::WhatsappImage => Kind::Image.most(),
            Self::WhatsappVideo => Kind::Video.most(),
            Self::WhatsappAudio => Kind::Audio.most(),
            Self::WhatsappDocument => Kind::Document.most(),
        }
    }

    const fn whatsapp(self) -> Option<Kind> {
        match self {
            Self::Image | Self::Video | Self::Preview => None,
            Self::WhatsappImage => Some(Kind::Image),
            Self::WhatsappVideo => Some(Kind::Video),
            Self::WhatsappAudio => Some(Kind::Audio),
            Self::WhatsappDocument => Some(Kind::Document),
        }
    }
}

/// What came of fetching one address of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// The address.
    pub url: String,
    /// What it is for.
    pub shows: Shows,
    /// Whether the fetch has ended.
    pub done: bool,
    /// The status of the answer; 206 for a film, which is asked for by range.
    pub status: Option<u16>,
    /// Its `content-type`.
    pub content_type: Option<String>,
    /// How many bytes came.
    pub bytes: u64,
    /// Width and height of the decoded picture, in pixels.
    pub size: Option<(u32, u32)>,
    /// Why the customer does not see it; none when they do.
    pub problem: Option<String>,
}

impl Fetched {
    fn wanted(url: &str, shows: Shows) -> Self {
        let url = url.to_owned();
        Self { url, shows, done: false, status: None, content_type: None, bytes: 0, size: None, problem: None }
    }

    /// Whether the customer sees it.
    pub fn is_seen(&self) -> bool {
        self.done && self.problem.is_none()
    }
}

/// Every address that was in an accepted message, and the bytes of those that could be fetched.
#[derive(Debug)]
pub(crate) struct Shelf {
    inner: Mutex<Inner>,
    permits: Semaphore,
    ended: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    by_address: HashMap<(String, Shows), Slot>,
    /// Addresses with bytes, the oldest first.
    kept: VecDeque<(String, Shows)>,
    bytes: usize,
    under_way: usize,
}

#[derive(Debug)]
struct Slot {
    fetched: Fetched,
    body: Option<Bytes>,
}

impl Default for Shelf {
    fn default() -> Self {
        Self { inner: Mutex::default(), permits: Semaphore::new(AT_ONCE), ended: Notify::new() }
    }
}

impl Shelf {
    /// What came of the addresses of these messages, in order.
    pub(crate) fn of(&self, messages: &[Value]) -> Vec<Fetched> {
        if !messages.iter().any(has_media) {
            return Vec::new();
        }
        let inner = lock(&self.inner);
        let known = |key: &(String, Shows)| inner.by_address.get(key).map(|slot| slot.fetched.clone());
        messages.iter().flat_map(addresses).filter_map(|key| known(&key)).collect()
    }

    pub(crate) fn get(&self, url: &str, shows: Shows) -> Option<Fetched> {
        lock(&self.inner).by_address.get(&(url.to_owned(), shows)).map(|slot| slot.fetched.clone())
    }

    pub(crate) fn copy(&self, url: &str, shows: Shows) -> Option<(String, Bytes)> {
        let inner = lock(&self.inner);
        let slot = inner.by_address.get(&(url.to_owned(), shows))?;
        Some((slot.fetched.content_type.clone()?, slot.body.clone()?))
    }

    /// What came of an address that another began to fetch.
    async fn end_of(&self, key: &(String, Shows)) -> Fetched {
        loop {
            let ended = self.ended.notified();
            match self.get(&key.0, key.1) {
                Some(fetched) if fetched.done => return fetched,
                Some(_) => ended.await,
                None => return Fetched::wanted(&key.0, key.1),
            }
        }
    }

    /// Whether this address is to be fetched now: not while it is, nor when it was and could be seen.
    fn begin(&self, key: &(String, Shows)) -> bool {
        let mut inner = lock(&self.inner);
        if inner.by_address.get(key).is_some_and(|slot| !slot.fetched.done || slot.fetched.is_seen()) {
            return false;
        }
        let slot = Slot { fetched: Fetched::wanted(&key.0, key.1), body: None };
        inner.by_address.insert(key.clone(), slot);
        inner.under_way += 1;
        true
    }

    fn end(&self, fetched: Fetched, body: Option<Bytes>) {
        let key = (fetched.url.clone(), fetched.shows);
        let mut inner = lock(&self.inner);
        if let Some(body) = &body {
            inner.bytes += body.len();
            inner.kept.push_back(key.clone());
        }
        inner.by_address.insert(key, Slot { fetched, body });
        while inner.bytes > KEPT
            && let Some(oldest) = inner.kept.pop_front()
        {
            let body = inner.by_address.get_mut(&oldest).and_then(|slot| slot.body.take());
            inner.bytes -= body.map_or(0, |body| body.len());
        }
        inner.under_way -= 1;
        drop(inner);
        self.ended.notify_waiters();
    }
}

fn has_media(message: &Value) -> bool {
    matches!(message["type"].as_str(), Some("image" | "video" | "audio" | "document" | "template"))
}

/// The addresses of a message: on LINE of the original and of the preview, on WhatsApp the link.
fn addresses(message: &Value) -> Vec<(String, Shows)> {
    if let Some(link) = whatsapp::link(message) {
        return vec![link];
    }
    let shows = match message["type"].as_str() {
        Some("image") => Shows::Image,
        Some("video") => Shows::Video,
        _ => return Vec::new(),
    };
    let address = |name: &str, shows| message[name].as_str().map(|url| (url.to_owned(), shows));
    [address("originalContentUrl", shows), address("previewImageUrl", Shows::Preview)].into_iter().flatten().collect()
}

impl Common {
    /// Begins to fetch what these messages show; the answer to the request does not wait for it.
    pub(crate) fn fetch_media(self: &Arc<Self>, messages: &[Value]) {
        if !messages.iter().any(has_media) {
            return;
        }
        for (url, shows) in messages.iter().flat_map(addresses) {
            let key = (url, shows);
            if self.media.begin(&key) {
                let common = self.clone();
                self.in_background(async move {
                    common.keep(key).await;
                });
            }
        }
    }

    /// Fetches an address, unless it is under way or could be seen already; gives what came of it.
    pub(crate) async fn shown(&self, url: &str, shows: Shows) -> Fetched {
        let key = (url.to_owned(), shows);
        if self.media.begin(&key) { self.keep(key).await } else { self.media.end_of(&key).await }
    }

    /// Fetches what was begun.
    async fn keep(&self, (url, shows): (String, Shows)) -> Fetched {
        let permit = self.media.permits.acquire().await;
        let mut fetched = Fetched::wanted(&url, shows);
        let body = match self.fetch(&mut fetched).await {
            Ok(body) => Some(body),
            Err(problem) => {
                tracing::info!(?shows, %problem, "a customer does not see a medium");
                fetched.problem = Some(problem);
                None
            }
        };
        drop(permit);
        fetched.done = true;
        self.media.end(fetched.clone(), body);
        fetched
    }

    /// Waits until nothing is being fetched.
    pub(crate) async fn media_settled(&self) {
        loop {
            let ended = self.media.ended.notified();
            if lock(&self.media.inner).under_way == 0 {
                return;
            }
            ended.await;
        }
    }

    /// Fetches one address and looks at it; the error says why a customer would not see it.
    async fn fetch(&self, fetched: &mut Fetched) -> Result<Bytes, String> {
        let Fetched { url, shows, .. } = fetched.clone();
        if !is_local(&url) {
            return Err("not fetched: the sandbox fetches from loopback hosts only".to_owned());
        }
        if shows == Shows::Video {
            self.probe(&url).await?;
        }
        let mut request = self.http.get(&url).timeout(PATIENCE);
        if shows == Shows::Video {
            request = request.header(header::RANGE, "bytes=0-");
        }
        let mut answer = request.send().await.map_err(|error| format!("no answer: {}", error.without_url()))?;
        fetched.status = Some(answer.status().as_u16());
        let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).map(str::to_owned);
        fetched.content_type.clone_from(&kind);
        let wanted = if shows == Shows::Video { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
        if answer.status() != wanted {
            return Err(format!("answered with {}, not {}", answer.status().as_u16(), wanted.as_u16()));
        }
        let mut body = BytesMut::new();
        loop {
            let piece = answer.chunk().await.map_err(|error| format!("it broke off: {}", error.without_url()))?;
            let Some(piece) = piece else { break };
            body.extend_from_slice(&piece);
            fetched.bytes = body.len() as u64;
            if fetched.bytes > shows.most() {
                return Err(format!("more than {} bytes", shows.most()));
            }
        }
        let body = body.freeze();
        if let Some(wanted) = shows.whatsapp() {
            fetched.size = whatsapp::look_at(wanted, kind.as_deref().unwrap_or_default(), &body).await?;
            return Ok(body);
        }
        match (shows, kind.as_deref()) {
            (Shows::Video, Some("video/mp4")) if is_film(&body) => {}
            (Shows::Video, kind) => return Err(format!("no MP4: {}", kind.unwrap_or("no type"))),
            (_, Some(kind @ ("image/jpeg" | "image/png"))) => fetched.size = Some(decoded(kind, &body).await?),
            (_, kind) => return Err(format!("no JPEG or PNG: {}", kind.unwrap_or("no type"))),
        }
        Ok(body)
    }

    /// Asks for the first two bytes, as players do before they play.
    async fn probe(&self, url: &str) -> Result<(), String> {
        let request = self.http.get(url).timeout(PATIENCE).header(header::RANGE, "bytes=0-1");
        let answer = request.send().await.map_err(|error| format!("no answer: {}", error.without_url()))?;
        let range = answer.headers().get(header::CONTENT_RANGE).and_then(|range| range.to_str().ok());
        let is_part = answer.status() == StatusCode::PARTIAL_CONTENT
            && range.is_some_and(|range| range.starts_with("bytes 0-1/"))
            && answer.content_length() == Some(2);
        if is_part { Ok(()) } else { Err(format!("a range is answered with {}, not a part", answer.status().as_u16())) }
    }
}

/// Whether these bytes begin as those of an MP4 or 3GP.
pub(crate) fn is_film(body: &[u8]) -> bool {
    body.get(4..8) == Some(b"ftyp")
}

/// Decodes a JPEG or PNG; its width and height.
pub(crate) async fn decoded(kind: &str, body: &Bytes) -> Result<(u32, u32), String> {
    let (kind, copy) = (kind.to_owned(), body.clone());
    let size = tokio::task::spawn_blocking(move || size(&kind, &copy)).await.ok().flatten();
    size.ok_or_else(|| "it cannot be decoded as what it says it is".to_owned())
}

/// Decodes a picture; its width and height, if it is one.
fn size(kind: &str, bytes: &[u8]) -> Option<(u32, u32)> {
    if kind == "image/png" {
        let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().ok()?;
        let mut pixels = vec![0; reader.output_buffer_size()?];
        let frame = reader.next_frame(&mut pixels).ok()?;
        return Some((frame.width, frame.height));
    }
    let options = DecoderOptions::default().set_strict_mode(true);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode().ok()?;
    let (width, height) = decoder.dimensions()?;
    Some((u32::try_from(width).ok()?, u32::try_from(height).ok()?))
}
