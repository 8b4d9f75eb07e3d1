//! Pictures, films and documents that are sent: uploading them in pieces, and what is known of a stored one.

mod name;

use serde::{Deserialize, Serialize};

pub use self::name::document_name;
use crate::{
    call::{Done, call},
    id::MediaId,
    limits,
    named::named,
    problem::{Problem, Rule, Unit},
};

named! {
    /// What is sent beside text (seed step 5: 圖片、影片), and what stands above a template (domain.md 5).
    #[derive(Default)]
    pub enum MediaKind, "kind of media" {
        /// 圖片: JPEG or PNG.
        #[default]
        Image = "image",
        /// 影片: MP4, or `QuickTime` that is made MP4.
        Video = "video",
        /// 文件: PDF, which every telephone opens as it was made; office files change with the program and may hold
        /// programs. It goes above a template's text and nowhere else: LINE has no such message (providers.md A3).
        Document = "document",
    }
}

impl MediaKind {
    /// Whether there is a small picture of one, for a film its poster frame.
    pub const fn has_preview(self) -> bool {
        !matches!(self, Self::Document)
    }

    /// The largest upload of this kind, in bytes.
    pub const fn most(self) -> u64 {
        match self {
            Self::Image => limits::IMAGE_BYTES,
            Self::Video => limits::VIDEO_BYTES,
            Self::Document => limits::DOCUMENT_BYTES,
        }
    }
}

/// A stored picture, film or document, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MediaInfo {
    /// Its id.
    pub id: MediaId,
    /// What it is.
    pub kind: MediaKind,
    /// Its type as it is sent: `image/jpeg`, `image/png`, `video/mp4` or `application/pdf`.
    pub mime: String,
    /// Its bytes as it is sent.
    pub size: u64,
    /// What a document is called on the customer's telephone ([`document_name`]).
    pub name: Option<String>,
    /// Its width in pixels, as it is shown; 0 of a document.
    pub width: u32,
    /// Its height in pixels, as it is shown; 0 of a document.
    pub height: u32,
    /// How long a film is, in milliseconds.
    pub duration_ms: Option<u64>,
    /// A short-lived signed address on this server.
    pub url: String,
    /// The same of its preview: a small picture, for a film its poster frame; a document has none.
    pub preview_url: Option<String>,
}

/// What is wrong with a picture, film or document; the app says the cure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum MediaFault {
    /// Its bytes are of a type that is not taken, whatever its name says.
    NotTaken {
        /// What they are, such as `image/heic`, `image/gif`, `application/x-msdownload`; `unknown` where nobody can
        /// tell.
        found: String,
    },
    /// It breaks off or cannot be read.
    Damaged,
    /// More pixels than a telephone camera makes: it would fill the memory.
    TooManyPixels {
        /// The most that is taken, in pixels.
        limit: u64,
        /// Width times height.
        actual: u64,
    },
    /// The film is coded as what not every telephone shows; H.264 is taken (domain.md 11.28).
    VideoCodec {
        /// How it is coded, such as `hevc`.
        found: String,
    },
    /// Its sound is coded as what not every telephone plays; AAC is taken.
    AudioCodec {
        /// How it is coded, such as `opus`.
        found: String,
    },
    /// There is no picture in the film.
    NoPicture,
    /// Its bytes are no PDF, whatever its name says.
    NotPdf {
        /// What they are, as in [`Self::NotTaken`].
        found: String,
    },
}

/// An upload under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Upload {
    /// Its id, and the medium's once it is finished.
    pub id: MediaId,
    /// What it will be.
    pub kind: MediaKind,
    /// How large it will be, in bytes.
    pub size: u64,
    /// How much of it is here, in bytes: the next piece starts there.
    pub received: u64,
    /// The medium, once it is finished.
    pub media: Option<MediaInfo>,
}

/// Begins an upload, or asks how far it is: the same again is the same upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct BeginUpload {
    /// Drawn by the client.
    #[serde(skip)]
    pub id: MediaId,
    /// What it will be.
    pub kind: MediaKind,
    /// How large it will be, in bytes.
    pub size: u64,
    /// What a document's file is called where it comes from. Of other kinds it is not kept: it would say nothing to a
    /// customer.
    pub name: Option<String>,
}
call!(BeginUpload { id }: Put "/uploads/{id}" -> Upload, needs UploadMedia, "Begins an upload, or answers how far it is.", [Invalid, TooMany, StorageFull]);

impl BeginUpload {
    /// The upload of a file of this name.
    pub fn of_file(id: MediaId, kind: MediaKind, size: u64, name: &str) -> Self {
        Self { id, kind, size, name: (kind == MediaKind::Document).then(|| name.to_owned()) }
    }

    /// What the medium will be called.
    pub fn kept_name(&self) -> Option<String> {
        (self.kind == MediaKind::Document).then(|| document_name(self.name.as_deref().unwrap_or_default()))
    }

    /// Whether its size is within bounds.
    pub fn check(&self) -> Result<(), Problem> {
        if self.size == 0 {
            return Err(Problem::invalid("size", Rule::Required));
        }
        let limit = self.kind.most();
        if self.size > limit {
            return Err(Problem::invalid("size", Rule::TooLong { limit, actual: self.size, unit: Unit::Bytes }));
        }
        Ok(())
    }
}

/// Brings the next piece: [`limits::PIECE`] bytes, the last one the rest. One that is here already is taken as done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct UploadPiece {
    /// The upload.
    #[serde(skip)]
    pub id: MediaId,
    /// Where it starts, in bytes: a multiple of [`limits::PIECE`].
    #[serde(skip)]
    pub offset: u64,
    /// The bytes, which are the body.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}
call!(UploadPiece { id, offset }: Put "/uploads/{id}/pieces/{offset}" -> Upload, needs UploadMedia, "Brings the next piece of an upload.", [Missing, Invalid, Conflict, TooLarge, StorageFull], octets bytes);

/// Ends an upload whose pieces are all here: what it is is looked at, made fit to be sent, and kept. Again is the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FinishUpload {
    /// The upload.
    #[serde(skip)]
    pub id: MediaId,
}
call!(FinishUpload { id }: Post "/uploads/{id}/finish" -> MediaInfo, needs UploadMedia, "Makes the medium of an upload whose pieces are all here.", [Missing, Invalid, Conflict, StorageFull]);

/// Asks how far an upload is, or whether the medium that it became is still there: one that nothing holds is removed after a
/// day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ShowUpload {
    /// The upload.
    #[serde(skip)]
    pub id: MediaId,
}
call!(ShowUpload { id }: Get "/uploads/{id}" -> Upload, needs UploadMedia, "How far an upload is, and the medium that it became.", [Missing]);

/// Throws an upload away that is not finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DropUpload {
    /// The upload.
    #[serde(skip)]
    pub id: MediaId,
}
call!(DropUpload { id }: Delete "/uploads/{id}" -> Done, needs UploadMedia, "Throws an unfinished upload away.", []);
