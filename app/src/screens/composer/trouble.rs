//! Why messages cannot be sent, or kept, as they are.

use shared::{
    content::{Content, NAME_TOKEN, Part, TextCount, count, fill_name, media_limit},
    limits::{self, Platform},
    media::{MediaInfo, MediaKind},
    problem::Unit,
};

use crate::{
    upload::{Seen, Stand, Uploads},
    words::Words,
};

/// What the messages are measured by.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bounds {
    /// The platforms of those they go to; none is as LINE.
    pub platforms: Vec<Platform>,
    /// The longest name of those they go to: the length is counted with it.
    pub longest_name: String,
    /// Whether they are kept as a saved reply, which has limits of its own (domain.md 11.12).
    pub saved_reply: bool,
}

impl Bounds {
    /// Of a saved reply.
    pub fn of_saved_reply() -> Self {
        Self { saved_reply: true, ..Self::default() }
    }

    /// What a text comes to where it has the least room.
    pub fn count(&self, text: &str) -> TextCount {
        let counted = count(text, &self.longest_name, &self.platforms);
        if !self.saved_reply {
            return counted;
        }
        let used = text.chars().count();
        TextCount { used, limit: limits::SAVED_REPLY_TEXT, unit: Unit::Characters, ..counted }
    }

    /// The largest picture, film or document, in bytes as it is sent.
    pub fn media_limit(&self, kind: MediaKind) -> u64 {
        // A saved reply may go to any platform.
        if self.saved_reply { media_limit(kind, &[Platform::Whatsapp]) } else { media_limit(kind, &self.platforms) }
    }

    /// Whose limit is named where a picture or film is too large.
    pub fn strictest(&self) -> Option<Platform> {
        match self.platforms.as_slice() {
            _ if self.saved_reply => None,
            [] => Some(Platform::Line),
            platforms if platforms.contains(&Platform::Whatsapp) => Some(Platform::Whatsapp),
            [platform, ..] => Some(*platform),
        }
    }
}

/// What is wrong with one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrong {
    /// There is nothing in it.
    Empty,
    /// There is nothing but the name in it.
    OnlyName,
    /// It is too long, with the longest name filled in.
    TooLong,
    /// It is still being uploaded.
    Coming,
    /// It could not be uploaded.
    NotUploaded,
    /// Its file has to be chosen again.
    Lost,
    /// It is larger than a platform takes, in bytes.
    TooLarge {
        /// The most.
        limit: u64,
        /// What it has.
        actual: u64,
    },
}

/// What is wrong with a text.
pub(super) fn wrong_text(text: &str, bounds: &Bounds) -> Option<Wrong> {
    if fill_name(text, "").trim().is_empty() {
        Some(if text.contains(NAME_TOKEN) { Wrong::OnlyName } else { Wrong::Empty })
    } else if bounds.count(text).fits() {
        None
    } else {
        Some(Wrong::TooLong)
    }
}

/// What is wrong with a picture, film or document.
pub fn wrong_media(kind: MediaKind, seen: &Seen, bounds: &Bounds) -> Option<Wrong> {
    let limit = bounds.media_limit(kind);
    // A film or document stays as large as it is, so it need not be brought first to know; a picture is made smaller.
    let actual = match (&seen.stand, kind) {
        (Stand::Ready(info), _) => info.size,
        (_, MediaKind::Video | MediaKind::Document) => seen.size.unwrap_or(0),
        (_, MediaKind::Image) => 0,
    };
    match &seen.stand {
        Stand::Failed(_) => Some(Wrong::NotUploaded),
        Stand::Lost => Some(Wrong::Lost),
        _ if actual > limit => Some(Wrong::TooLarge { limit, actual }),
        Stand::Ready(_) => None,
        _ => Some(Wrong::Coming),
    }
}

/// The first message that is wrong, by its place from 0. What a person can mend comes before what only takes time.
pub fn first_wrong(
    content: &Content,
    media: &[MediaInfo],
    bounds: &Bounds,
    uploads: Uploads,
) -> Option<(usize, Wrong)> {
    let all = content.parts.iter().enumerate().filter_map(|(place, part)| {
        let wrong = match part {
            Part::Text { text } => wrong_text(text, bounds),
            Part::Template(_) => None,
            Part::Image { media: id } => wrong_media(MediaKind::Image, &uploads.look(*id, media), bounds),
            Part::Video { media: id } => wrong_media(MediaKind::Video, &uploads.look(*id, media), bounds),
        };
        wrong.map(|wrong| (place, wrong))
    });
    all.min_by_key(|(place, wrong)| (*wrong == Wrong::Coming, *place))
}

/// Why the messages cannot go on as they are, in words.
pub fn blocked(words: &Words, content: &Content, wrong: Option<(usize, Wrong)>) -> Option<String> {
    let say = &words.send.write;
    if content.parts.is_empty() {
        return Some(say.blocked_none.to_owned());
    }
    let (place, wrong) = wrong?;
    let n = place + 1;
    let kind = content.parts.get(place).and_then(Part::as_media).map_or(MediaKind::Image, |(kind, _)| kind);
    Some(match wrong {
        Wrong::Empty => (say.blocked_empty)(n),
        Wrong::OnlyName => (say.blocked_only_name)(n),
        Wrong::TooLong => (say.blocked_long)(n),
        Wrong::Coming => (words.media.blocked_coming)(n, kind),
        Wrong::NotUploaded => (words.media.blocked_failed)(n, kind),
        Wrong::Lost => (words.media.blocked_lost)(n, kind),
        Wrong::TooLarge { .. } => (words.media.blocked_large)(n, kind),
    })
}

#[cfg(test)]
mod tests {
    use shared::id::MediaId;

    use super::*;

    fn bounds(platforms: &[Platform], longest_name: &str) -> Bounds {
        Bounds { platforms: platforms.to_vec(), longest_name: longest_name.to_owned(), saved_reply: false }
    }

    fn medium(kind: MediaKind, size: u64) -> MediaInfo {
        MediaInfo {
            id: MediaId::default(),
            kind,
            mime: String::new(),
            size,
            name: None,
            width: 4,
            height: 3,
            duration_ms: None,
            url: String::new(),
            preview_url: None,
        }
    }

    fn seen(stand: Stand, size: u64) -> Seen {
        Seen { stand, name: None, size: Some(size), local: None }
    }

    #[test]
    fn it_agrees_with_what_the_server_takes() {
        let long = format!("{}{NAME_TOKEN}", "a".repeat(4_998));
        for (text, name, platform, expected) in [
            ("您好", "Ann", Platform::Line, None),
            (" \n", "Ann", Platform::Line, Some(Wrong::Empty)),
            (NAME_TOKEN, "Ann", Platform::Line, Some(Wrong::OnlyName)),
            (long.as_str(), "Al", Platform::Line, None),
            (long.as_str(), "Ann", Platform::Line, Some(Wrong::TooLong)),
            (long.as_str(), "Al", Platform::Whatsapp, Some(Wrong::TooLong)),
        ] {
            assert_eq!(wrong_text(text, &bounds(&[platform], name)), expected, "{text:.20}");
            let content = Content { parts: vec![Part::text(text)] };
            assert_eq!(content.check(name, &[platform], &[]).is_ok(), expected.is_none());
        }
        let both = [Platform::Line, Platform::Whatsapp];
        for size in [limits::SMALL_VIDEO_BYTES, limits::SMALL_VIDEO_BYTES + 1] {
            for platforms in [&both[..1], &both] {
                let film = medium(MediaKind::Video, size);
                let content = Content { parts: vec![Part::of_media(film.kind, film.id).unwrap()] };
                let taken = content.check("", platforms, std::slice::from_ref(&film)).is_ok();
                let wrong = wrong_media(film.kind, &seen(Stand::Ready(film.clone()), 1), &bounds(platforms, ""));
                assert_eq!(wrong.is_none(), taken, "{size} on {platforms:?}");
            }
        }
    }

    #[test]
    fn a_film_that_is_too_large_is_told_before_it_is_brought_and_a_picture_is_made_smaller() {
        let both = bounds(&[Platform::Line, Platform::Whatsapp], "");
        let large = limits::SMALL_VIDEO_BYTES + 1;
        let film = wrong_media(MediaKind::Video, &seen(Stand::Going(0), large), &both);
        assert_eq!(film, Some(Wrong::TooLarge { limit: limits::SMALL_VIDEO_BYTES, actual: large }));
        let picture = wrong_media(MediaKind::Image, &seen(Stand::Going(0), 9_000_000), &both);
        assert_eq!(picture, Some(Wrong::Coming));
    }

    #[test]
    fn a_saved_reply_has_limits_of_its_own() {
        let saved = Bounds::of_saved_reply();
        assert_eq!(wrong_text(&"好".repeat(limits::SAVED_REPLY_TEXT), &saved), None);
        assert_eq!(wrong_text(&"好".repeat(limits::SAVED_REPLY_TEXT + 1), &saved), Some(Wrong::TooLong));
        assert_eq!(saved.media_limit(MediaKind::Video), limits::SMALL_VIDEO_BYTES);
    }
}
