//! What is sent: up to five messages in order, with the customer's name filled in where it is wanted.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{
    id::MediaId,
    limits::{self, Platform},
    links,
    media::{MediaInfo, MediaKind},
    problem::{Problem, Rule, Unit},
    templates::Filled,
    text::utf16_len,
};

/// Where the customer's name goes (domain.md 4.4). An empty name leaves nothing behind.
pub const NAME_TOKEN: &str = "{{system:customer_name}}";

/// The messages of one send, in the order in which they are to arrive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Content {
    /// One to five.
    pub parts: Vec<Part>,
}

/// One message (seed step 5: 支援 圖片、影片、文字).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Part {
    /// A text.
    Text {
        /// As typed, with [`NAME_TOKEN`] where the name goes.
        text: String,
    },
    /// A picture.
    Image {
        /// The stored picture.
        media: MediaId,
    },
    /// A film.
    Video {
        /// The stored film.
        media: MediaId,
    },
    /// A WhatsApp template, filled in; it stands alone.
    Template(Box<Filled>),
}

impl Part {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into() }
    }

    /// A picture or film; nothing of a document, which is no message by itself.
    pub const fn of_media(kind: MediaKind, media: MediaId) -> Option<Self> {
        match kind {
            MediaKind::Image => Some(Self::Image { media }),
            MediaKind::Video => Some(Self::Video { media }),
            MediaKind::Document => None,
        }
    }

    /// Its text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text { text } => Some(text),
            Self::Image { .. } | Self::Video { .. } | Self::Template(_) => None,
        }
    }

    /// Its template, if it is one.
    pub const fn as_template(&self) -> Option<&Filled> {
        match self {
            Self::Template(filled) => Some(filled),
            Self::Text { .. } | Self::Image { .. } | Self::Video { .. } => None,
        }
    }

    /// Its picture or film, if it is one.
    pub const fn as_media(&self) -> Option<(MediaKind, MediaId)> {
        match self {
            Self::Text { .. } | Self::Template(_) => None,
            Self::Image { media } => Some((MediaKind::Image, *media)),
            Self::Video { media } => Some((MediaKind::Video, *media)),
        }
    }

    /// Whether nothing was written yet.
    pub fn is_blank(&self) -> bool {
        self.as_text().is_some_and(|text| text.trim().is_empty())
    }
}

/// What one text came to on one platform, for the counter under its card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextCount {
    /// Who counts.
    pub platform: Platform,
    /// Its length as that platform counts, with the longest name filled in.
    pub used: usize,
    /// The most that it takes.
    pub limit: usize,
    /// What it counts.
    pub unit: Unit,
    /// Links found in it.
    pub links: usize,
}

impl TextCount {
    /// Whether it fits.
    pub const fn fits(self) -> bool {
        self.used <= self.limit
    }

    /// What is left; less than nothing where it runs over.
    fn room(self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX) - i64::try_from(self.used).unwrap_or(i64::MAX)
    }
}

/// Fills the customer's name in. What she is called is hers: it is put in as it is, never read as a token again.
pub fn fill_name(text: &str, name: &str) -> String {
    text.replace(NAME_TOKEN, name)
}

/// Whether this text asks for the name.
pub fn is_personal(text: &str) -> bool {
    text.contains(NAME_TOKEN)
}

/// Counts a text as the platform will, with the longest name of the selection filled in (domain.md 11.27).
pub fn count_on(platform: Platform, text: &str, longest_name: &str) -> TextCount {
    let filled = fill_name(text, longest_name);
    let (used, limit, unit) = match platform {
        Platform::Line => (utf16_len(&filled), limits::LINE_TEXT, Unit::Utf16),
        Platform::Whatsapp => (filled.chars().count(), limits::WHATSAPP_TEXT, Unit::Characters),
    };
    TextCount { platform, used, limit, unit, links: links::links(text).len() }
}

/// Counts a text for the platform that leaves the least room; for LINE where none is known yet.
pub fn count(text: &str, longest_name: &str, platforms: &[Platform]) -> TextCount {
    let counts = platforms.iter().map(|platform| count_on(*platform, text, longest_name));
    counts.min_by_key(|count| count.room()).unwrap_or_else(|| count_on(Platform::Line, text, longest_name))
}

/// The largest picture, film or document that every one of these platforms takes, in bytes as it is sent (domain.md
/// 4.3).
pub fn media_limit(kind: MediaKind, platforms: &[Platform]) -> u64 {
    match kind {
        MediaKind::Image => limits::IMAGE_SENT_BYTES,
        MediaKind::Video if platforms.contains(&Platform::Whatsapp) => limits::SMALL_VIDEO_BYTES,
        MediaKind::Video => limits::VIDEO_BYTES,
        MediaKind::Document => limits::DOCUMENT_BYTES,
    }
}

impl Content {
    /// A single text.
    pub fn of_text(text: impl Into<String>) -> Self {
        Self { parts: vec![Part::text(text)] }
    }

    /// Its texts, each with its place among the messages, from 0.
    pub fn texts_by_place(&self) -> impl Iterator<Item = (usize, &str)> {
        self.parts.iter().enumerate().filter_map(|(i, part)| Some((i, part.as_text()?)))
    }

    /// Its texts, in order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(Part::as_text)
    }

    /// Its template, if it is one.
    pub fn template(&self) -> Option<&Filled> {
        self.parts.iter().find_map(Part::as_template)
    }

    /// Its pictures, films and documents, in order, a template's header among them; the same one twice is named twice.
    pub fn media(&self) -> impl Iterator<Item = (MediaKind, MediaId)> {
        self.parts.iter().filter_map(|part| match part {
            Part::Template(filled) => filled.shape.header_media().zip(filled.header),
            other => other.as_media(),
        })
    }

    /// How many of its messages are of this kind.
    pub fn count_of(&self, kind: MediaKind) -> usize {
        self.parts.iter().filter_map(Part::as_media).filter(|(one, _)| *one == kind).count()
    }

    /// Links in all its texts and in a template's buttons: the referral links of the send, the same address twice
    /// counting 2 (seed Q&A 1).
    pub fn referral_links(&self) -> usize {
        let in_texts: usize = self.texts().map(|text| links::links(text).len()).sum();
        in_texts + self.template().map_or(0, Filled::referral_links)
    }

    /// Whether any part differs from person to person.
    pub fn is_personal(&self) -> bool {
        self.texts().any(is_personal) || self.template().is_some_and(Filled::is_personal)
    }

    /// The first text, for lists; of a template its text as far as it is the same for everybody.
    pub fn first_text(&self) -> Option<Cow<'_, str>> {
        let template = || self.template().map(|filled| Cow::Owned(filled.rendered(NAME_TOKEN).body));
        self.texts().next().map(Cow::Borrowed).or_else(template)
    }

    /// The content as this customer gets it.
    #[must_use]
    pub fn filled(&self, name: &str) -> Self {
        let filled = |part: &Part| match part {
            Part::Text { text } => Part::Text { text: fill_name(text, name) },
            Part::Template(filled) => Part::Template(Box::new(filled.filled(name))),
            media => media.clone(),
        };
        Self { parts: self.parts.iter().map(filled).collect() }
    }

    /// Whether a draft may hold it: unfinished is fine, beyond the limits is not.
    pub fn check_draft(&self) -> Result<(), Problem> {
        if self.parts.len() > limits::MAX_PARTS {
            let rule = Rule::TooMany { limit: limits::MAX_PARTS as u64, actual: self.parts.len() as u64 };
            return Err(Problem::invalid("content.parts", rule));
        }
        if let Some(i) = self.parts.iter().position(|part| part.as_template().is_some()) {
            if self.parts.len() > 1 {
                let rule = Rule::TooMany { limit: 1, actual: self.parts.len() as u64 };
                return Err(Problem::invalid("content.parts", rule));
            }
            self.parts[i].as_template().map_or(Ok(()), |filled| filled.check_draft(&format!("content.parts[{i}]")))?;
        }
        for (i, text) in self.texts_by_place() {
            if text.contains('\0') {
                return Err(Problem::invalid(format!("content.parts[{i}].text"), Rule::ControlCharacter));
            }
            // A draft may run over while it is being written, but not without end.
            let used = utf16_len(text);
            if used > 4 * limits::LINE_TEXT {
                let rule =
                    Rule::TooLong { limit: 4 * limits::LINE_TEXT as u64, actual: used as u64, unit: Unit::Utf16 };
                return Err(Problem::invalid(format!("content.parts[{i}].text"), rule));
            }
        }
        Ok(())
    }

    /// Whether it is whole: one to five messages, none empty (seed step 5).
    pub fn check_parts(&self) -> Result<(), Problem> {
        self.check_draft()?;
        if self.parts.is_empty() {
            return Err(Problem::invalid("content.parts", Rule::Required));
        }
        for (i, text) in self.texts_by_place() {
            // A text that is nothing but the name would be empty for a customer without one.
            if fill_name(text, "").trim().is_empty() {
                return Err(Problem::invalid(format!("content.parts[{i}].text"), Rule::Required));
            }
        }
        Ok(())
    }

    /// Whether it can be sent as it is on these platforms, with the longest name of the selection and these of its
    /// pictures and films: whole, no text over a limit, every medium there and not too large (providers.md A3, B2).
    pub fn check(&self, longest_name: &str, platforms: &[Platform], media: &[MediaInfo]) -> Result<(), Problem> {
        self.check_parts()?;
        for (i, part) in self.parts.iter().enumerate() {
            match part {
                Part::Text { text } => {
                    let count = count(text, longest_name, platforms);
                    if !count.fits() {
                        let (limit, actual) = (count.limit as u64, count.used as u64);
                        let rule = Rule::TooLong { limit, actual, unit: count.unit };
                        return Err(Problem::invalid(format!("content.parts[{i}].text"), rule));
                    }
                }
                Part::Template(filled) => {
                    if platforms.contains(&Platform::Line) {
                        let rule = Rule::Malformed { expected: "WhatsApp customers only".into() };
                        return Err(Problem::invalid("selection", rule));
                    }
                    filled.check(&format!("content.parts[{i}]"), longest_name, media)?;
                }
                Part::Image { media: id } => check_medium(i, (MediaKind::Image, *id), platforms, media)?,
                Part::Video { media: id } => check_medium(i, (MediaKind::Video, *id), platforms, media)?,
            }
        }
        Ok(())
    }
}

/// Whether the picture or film of the message at this place is there, of its kind, and not too large.
fn check_medium(
    place: usize,
    (kind, id): (MediaKind, MediaId),
    platforms: &[Platform],
    media: &[MediaInfo],
) -> Result<(), Problem> {
    let refused = |rule| Err(Problem::invalid(format!("content.parts[{place}].media"), rule));
    match media.iter().find(|one| one.id == id) {
        Some(known) if known.kind == MediaKind::Document => {
            let expected = "a picture or film: a document goes above a template's text only";
            refused(Rule::Malformed { expected: expected.into() })
        }
        Some(known) if known.kind == kind => {
            let (limit, actual) = (media_limit(kind, platforms), known.size);
            if actual > limit { refused(Rule::TooLong { limit, actual, unit: Unit::Bytes }) } else { Ok(()) }
        }
        _ => refused(Rule::Unknown { count: 1 }),
    }
}

#[cfg(test)]
#[path = "content_test.rs"]
mod tests;
