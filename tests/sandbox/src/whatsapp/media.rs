//! Media: uploads, what customers sent, and their download (providers.md B2).

use std::path::PathBuf;

use aws_lc_rs::digest;
use axum::{
    Json,
    extract::{Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Record, WhatsappWorld,
    account::{Endpoint, Waba},
    api::Call,
    errors::GraphError,
    multipart,
};
use crate::{
    chance,
    fetch::{Shows, decoded, is_film},
    sync::{read, write},
};

const MB: u64 = 1024 * 1024;
const DAY_MS: i64 = 24 * 3600 * 1000;
const PDF: &str = "application/pdf";
/// How long an upload can be sent.
const UPLOAD_MS: i64 = 30 * DAY_MS;
/// How long what a customer sent can be fetched.
pub(super) const RECEIVED_MS: i64 = 7 * DAY_MS;
/// How long the address of a medium is good, seconds.
const ADDRESS_S: i64 = 300;

/// Kinds of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `image`
    Image,
    /// `video`
    Video,
    /// `audio`
    Audio,
    /// `document`
    Document,
    /// `sticker`
    Sticker,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Image, Self::Video, Self::Audio, Self::Document, Self::Sticker];

    /// The type of the message, and the name of its object.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
            Self::Audio => "audio",
            Self::Document => "document",
            Self::Sticker => "sticker",
        }
    }

    /// The most bytes.
    pub(crate) const fn most(self) -> u64 {
        match self {
            Self::Image => 5 * MB,
            Self::Video | Self::Audio => 16 * MB,
            Self::Document => 100 * MB,
            Self::Sticker => 500 * 1024,
        }
    }

    const fn types(self) -> &'static [&'static str] {
        match self {
            Self::Image => &["image/jpeg", "image/png"],
            Self::Video => &["video/mp4", "video/3gpp"],
            Self::Audio => &["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"],
            Self::Document => &[
                PDF,
                "application/msword",
                "application/vnd.ms-excel",
                "application/vnd.ms-powerpoint",
                "application/vnd.openxmlformats-officedocument.presentationml.presentation",
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                "text/plain",
            ],
            Self::Sticker => &["image/webp"],
        }
    }

    fn of_type(mime: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.types().contains(&mime))
    }
}

/// Looks at a medium as Meta does: type, size, and whether a picture can be decoded and a film or PDF begins as one.
/// Gives the size of a picture in pixels; the error says why it is not taken.
pub(crate) async fn look_at(kind: Kind, mime: &str, bytes: &Bytes) -> Result<Option<(u32, u32)>, String> {
    if !kind.types().contains(&mime) {
        let types = kind.types().join(", ");
        return Err(format!("the file must be one of the following types: {types}. Received file of type '{mime}'."));
    }
    if bytes.len() as u64 > kind.most() {
        return Err(format!("more than {} bytes", kind.most()));
    }
    match kind {
        Kind::Image if !is_eight_bit_rgb(mime, bytes) => Err("not 8-bit RGB or RGBA".to_owned()),
        Kind::Image => decoded(mime, bytes).await.map(Some),
        Kind::Video if !is_film(bytes) => Err("no MP4 or 3GP".to_owned()),
        Kind::Document if mime == PDF && !bytes.starts_with(b"%PDF-") => Err("no PDF".to_owned()),
        _ => Ok(None),
    }
}

/// False for pictures with 16 bits a channel, and for CMYK.
fn is_eight_bit_rgb(mime: &str, bytes: &[u8]) -> bool {
    const DEPTH: usize = 24;
    if mime == "image/png" {
        return bytes.get(DEPTH) != Some(&16);
    }
    let mut at = 2;
    // Segments of a JPEG up to the one that begins the frame, whose tenth byte is the number of channels.
    while let Some([0xff, marker, high, low]) = bytes.get(at..at + 4) {
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            return bytes.get(at + 9) != Some(&4);
        }
        at += 2 + usize::from(u16::from_be_bytes([*high, *low]));
    }
    true
}

/// The link of a message's body, its own or that of its template's header.
pub(crate) fn link(body: &Value) -> Option<(String, Shows)> {
    let of = |object: &Value, kind: &str| {
        let shows = match kind {
            "image" => Shows::WhatsappImage,
            "video" => Shows::WhatsappVideo,
            "audio" => Shows::WhatsappAudio,
            "document" => Shows::WhatsappDocument,
            _ => return None,
        };
        object[kind]["link"].as_str().map(|link| (link.to_owned(), shows))
    };
    let components = body["template"]["components"].as_array();
    let parameters = components.into_iter().flatten().filter_map(|component| component["parameters"].as_array());
    let in_header = parameters.flatten().find_map(|given| of(given, given["type"].as_str().unwrap_or_default()));
    of(body, body["type"].as_str().unwrap_or_default()).or(in_header)
}

#[derive(Debug, Clone)]
enum Store {
    Memory(Bytes),
    File(PathBuf),
}

/// What was uploaded or received.
#[derive(Debug, Clone)]
pub(crate) struct Medium {
    pub waba: String,
    pub mime: String,
    digest: [u8; 32],
    size: usize,
    until_ms: i64,
    store: Store,
}

impl Medium {
    pub(crate) fn bytes(&self) -> Option<Bytes> {
        match &self.store {
            Store::Memory(bytes) => Some(bytes.clone()),
            Store::File(path) => std::fs::read(path).ok().map(Bytes::from),
        }
    }

    /// As webhooks carry it.
    pub(super) fn digest_base64(&self) -> String {
        use base64::{Engine as _, engine::general_purpose::STANDARD};
        STANDARD.encode(self.digest)
    }

    fn digest_hex(&self) -> String {
        self.digest.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }
}

impl WhatsappWorld {
    /// Keeps a medium for so many milliseconds; gives its id.
    pub(super) fn keep(&self, waba: &str, mime: &str, bytes: &Bytes, life_ms: i64) -> u64 {
        let id = self.0.next_medium.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let until_ms = self.0.common.clock.now_ms() + life_ms;
        if let Some(folder) = &self.0.media_dir {
            let path = folder.join(id.to_string());
            if let Err(error) = std::fs::write(&path, bytes) {
                tracing::error!(%error, "a medium cannot be kept");
            }
        }
        self.put_medium(id, waba, mime, bytes, until_ms);
        self.note(|| Record::Medium { id, waba: waba.to_owned(), mime: mime.to_owned(), until_ms });
        id
    }

    /// Puts a medium on the shelf; where there is a folder its bytes are there.
    pub(super) fn put_medium(&self, id: u64, waba: &str, mime: &str, bytes: &Bytes, until_ms: i64) {
        let mut sum = [0; 32];
        sum.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
        let store = match &self.0.media_dir {
            Some(folder) => Store::File(folder.join(id.to_string())),
            None => Store::Memory(bytes.clone()),
        };
        let (waba, mime) = (waba.to_owned(), mime.to_owned());
        write(&self.0.media).insert(id, Medium { waba, mime, digest: sum, size: bytes.len(), until_ms, store });
    }

    /// A medium that is still there.
    pub(crate) fn medium(&self, id: u64) -> Option<Medium> {
        let now_ms = self.0.common.clock.now_ms();
        read(&self.0.media).get(&id).filter(|medium| now_ms < medium.until_ms).cloned()
    }

    /// A medium of this account by its id as text.
    pub(super) fn medium_of(&self, waba: &Waba, id: &str) -> Option<Medium> {
        let medium = id.parse().ok().and_then(|id| self.medium(id))?;
        (medium.waba == waba.spec().id).then_some(medium)
    }

    /// Whether this medium can be sent as this kind.
    pub(super) fn check_medium(&self, waba: &Waba, id: &str, kind: Kind) -> Result<(), GraphError> {
        let medium = self.medium_of(waba, id).ok_or_else(|| {
            GraphError::with(131_053, format!("Media with ID {id} was not found, or is not one of this account"))
        })?;
        if kind.types().contains(&medium.mime.as_str()) {
            return Ok(());
        }
        Err(GraphError::with(131_053, format!("{} cannot be sent as {}", medium.mime, kind.name())))
    }

    pub(super) async fn upload(&self, call: &Call<'_>) -> Result<Response, GraphError> {
        let kind = call.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let fields = multipart::fields(kind, &call.raw).unwrap_or_default();
        let field = |name: &str| fields.iter().find(|field| field.name == name);
        if field("messaging_product").is_none_or(|field| &field.bytes[..] != b"whatsapp") {
            return Err(GraphError::required("messaging_product"));
        }
        let file = field("file").filter(|file| file.file_name.is_some());
        let file = file.ok_or_else(|| GraphError::required("file"))?;
        let stated = field("type").and_then(|field| std::str::from_utf8(&field.bytes).ok());
        let mime = file.mime.as_deref().or(stated).unwrap_or_default();
        let kind = Kind::of_type(mime).ok_or_else(|| {
            let types: Vec<_> = Kind::ALL.iter().flat_map(|kind| kind.types()).copied().collect();
            let types = types.join(", ");
            let wanted = format!("Param file must be a file with one of the following types: {types}.");
            GraphError::with(131_053, format!("{wanted} Received file of type '{mime}'."))
        })?;
        look_at(kind, mime, &file.bytes).await.map_err(|problem| GraphError::with(131_053, problem))?;
        // A copy: the received one keeps the whole body alive.
        let bytes = Bytes::copy_from_slice(&file.bytes);
        let id = self.keep(&call.waba.spec().id, mime, &bytes, UPLOAD_MS);
        Ok(Json(json!({ "id": id.to_string() })).into_response())
    }

    /// The address of a medium, good for five minutes.
    pub(super) fn show_medium(&self, call: &Call<'_>, id: &str) -> Result<Response, GraphError> {
        let medium = self.medium_of(&call.waba, id).ok_or_else(|| GraphError::no_object("get", id))?;
        let number: u64 = id.parse().unwrap_or(0);
        let until = self.0.common.clock.now_ms() / 1000 + ADDRESS_S;
        let hash = self.address_hash(number, until);
        Ok(Json(json!({
            "messaging_product": "whatsapp",
            "url": format!("http://{}{PATH}?mid={id}&ext={until}&hash={hash}", call.host),
            "mime_type": medium.mime,
            "sha256": medium.digest_hex(),
            "file_size": medium.size.to_string(),
            "id": id,
        }))
        .into_response())
    }

    pub(super) fn delete_medium(&self, call: &Call<'_>, id: &str) -> Result<Response, GraphError> {
        self.medium_of(&call.waba, id).ok_or_else(|| GraphError::no_object("delete", id))?;
        let number: u64 = id.parse().unwrap_or(0);
        write(&self.0.media).remove(&number);
        self.note(|| Record::MediumGone { id: number });
        Ok(Json(json!({ "success": true })).into_response())
    }

    fn address_hash(&self, id: u64, until_s: i64) -> String {
        chance::token(chance::mix(self.0.common.seed ^ id), until_s.unsigned_abs())
    }
}

/// Where media are downloaded.
pub(super) const PATH: &str = "/whatsapp_business/attachments/";

#[derive(Debug, Deserialize)]
pub(super) struct Address {
    mid: u64,
    ext: i64,
    hash: String,
}

/// The bytes of a medium: by an address that is still good, and with the token.
pub(super) async fn download(
    State(world): State<WhatsappWorld>,
    Query(address): Query<Address>,
    headers: HeaderMap,
) -> Response {
    let trace = world.trace();
    let wabas = match world.authenticate(&headers) {
        Ok(wabas) => wabas,
        Err(error) => return error.into_response(&trace),
    };
    let good = address.ext >= world.0.common.clock.now_ms() / 1000
        && address.hash == world.address_hash(address.mid, address.ext);
    if !good {
        return (StatusCode::FORBIDDEN, "URL signature expired").into_response();
    }
    let medium = world.medium(address.mid);
    let owner = medium.as_ref().and_then(|medium| wabas.iter().find(|waba| waba.spec().id == medium.waba));
    let (Some(medium), Some(owner)) = (&medium, owner) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let served = world.serve_at(owner, None, Endpoint::MediaDownload, None, async |_| {
        let bytes = medium.bytes().ok_or_else(|| GraphError::code(131_052))?;
        Ok(([(header::CONTENT_TYPE, medium.mime.clone())], bytes).into_response())
    });
    served.await.unwrap_or_else(|error| error.into_response(&trace))
}
