//! Makes what was uploaded fit to be sent: one picture or film that both platforms and every telephone show, or a
//! document.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bytes::Bytes;
use shared::media::{MediaFault, MediaKind};

use super::{document, film, kinds, picture};

/// A picture, film or document as it is sent, with its preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prepared {
    /// `image/jpeg`, `image/png`, `video/mp4` or `application/pdf`.
    pub mime: &'static str,
    /// Its bytes.
    pub bytes: Bytes,
    /// Its width in pixels, as it is shown; 0 of a document.
    pub width: u32,
    /// Its height in pixels, as it is shown; 0 of a document.
    pub height: u32,
    /// How long a film is, in milliseconds.
    pub duration_ms: Option<u64>,
    /// A small picture of it, for a film its poster: a JPEG of at most [`shared::limits::PREVIEW_BYTES`]. A
    /// document has none.
    pub preview: Option<Bytes>,
}

/// Makes an upload fit to be sent, or says what is wrong with it. It keeps a core busy for up to some seconds and may
/// need 400 MB for the largest picture, so callers bound how many run at once.
pub(crate) fn prepare(kind: MediaKind, bytes: Bytes) -> Result<Prepared, MediaFault> {
    // The bytes are a stranger's: a decoder that gives up by panicking has met a damaged file.
    catch_unwind(AssertUnwindSafe(|| match kind {
        MediaKind::Image => picture::prepare(&bytes),
        MediaKind::Video => film::prepare(&bytes),
        MediaKind::Document => document::prepare(&bytes),
    }))
    .unwrap_or_else(|_| {
        tracing::warn!(kind = kind.as_str(), size = bytes.len(), "a decoder panicked on an upload");
        Err(MediaFault::Damaged)
    })
}

/// The fault of a file that is not of the kind asked for.
pub(super) fn not_taken(bytes: &[u8]) -> MediaFault {
    MediaFault::NotTaken { found: found(bytes).to_owned() }
}

/// How files begin that are not taken.
const STARTS: [(&[u8], &str); 19] = [
    (b"MZ", "application/x-msdownload"),
    (b"\x7fELF", "application/x-executable"),
    (b"%PDF", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"PK\x05\x06", "application/zip"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"\0\0\x01\0", "image/vnd.microsoft.icon"),
    (b"8BPS", "image/vnd.adobe.photoshop"),
    (b"\xff\x0a", "image/jxl"),
    (b"\0\0\0\x0cJXL ", "image/jxl"),
    (b"\x1a\x45\xdf\xa3", "video/x-matroska"),
    (b"FLV\x01", "video/x-flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
];

/// What a file is that is not taken, by its first bytes.
pub(super) fn found(bytes: &[u8]) -> &'static str {
    match kinds::sniff(bytes) {
        kinds::UNKNOWN => {}
        known => return known,
    }
    match bytes {
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => return family(brand),
        [_, _, _, _, b'm' | b'w' | b'f' | b's', b'o' | b'd' | b'i' | b'r' | b'k', ..] if film::is_film(bytes) => {
            return "video/quicktime";
        }
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', ..] => return "video/x-msvideo",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => return "audio/wav",
        _ => {}
    }
    if let Some((_, mime)) = STARTS.iter().find(|(start, _)| bytes.starts_with(start)) {
        return mime;
    }
    written(bytes).unwrap_or("unknown")
}

/// What the brand of an ISO base media file says that a browser does not show.
fn family(brand: &[u8]) -> &'static str {
    match brand.get(..4) {
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => "image/heic",
        Some(b"avif" | b"avis") => "image/avif",
        Some(b"qt  ") => "video/quicktime",
        Some(b"crx ") => "image/x-canon-cr3",
        _ => "video/mp4",
    }
}

/// What a file is that begins with words.
fn written(bytes: &[u8]) -> Option<&'static str> {
    let start = bytes.get(..bytes.len().min(512))?;
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start().to_ascii_lowercase();
    let has = |words: &[u8]| start.windows(words.len()).any(|window| window == words);
    match start.as_slice() {
        [b'#', b'!', ..] => Some("text/x-shellscript"),
        [b'<', ..] if has(b"<svg") => Some("image/svg+xml"),
        [b'<', ..] if has(b"<!doctype html") || has(b"<html") || has(b"<script") => Some("text/html"),
        [b'<', b'?', b'x', b'm', b'l', ..] => Some("text/xml"),
        _ => None,
    }
}

#[cfg(test)]
#[path = "prepared_test.rs"]
mod tests;
