//! Whether a saved reply can be taken here, and what becomes of what is written when it is.

use shared::{
    content::{Content, media_limit},
    limits::{MAX_PARTS, Platform},
    media::{MediaInfo, MediaKind},
    saved_replies::SavedReply,
};

use crate::words::{Words, media::size};

/// Whether a saved reply can be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It can.
    Fits,
    /// Not beside what is written, only in its place: it would be this many messages.
    OnlyInstead {
        /// Together.
        total: usize,
    },
    /// It has more messages than fit.
    TooMany {
        /// Of the reply.
        parts: usize,
        /// What fits.
        room: usize,
    },
    /// A picture or film is larger than a platform of the selection takes.
    TooLarge {
        /// What it is.
        kind: MediaKind,
        /// Its size in bytes.
        size: u64,
        /// The most the platform takes, in bytes.
        limit: u64,
        /// Whose limit it is.
        platform: Platform,
    },
    /// A picture or film is not there any more.
    Gone {
        /// What it was.
        kind: MediaKind,
    },
}

impl Fit {
    /// Why not, or what it takes, in words.
    pub(super) fn why(self, words: &Words) -> Option<String> {
        let say = &words.saved_replies.unfit;
        match self {
            Self::Fits => None,
            Self::OnlyInstead { total } => Some((say.only_instead)(total)),
            Self::TooMany { parts, room } => Some((say.too_many)(parts, room)),
            Self::TooLarge { kind, size: is, limit, platform } => {
                Some((say.too_large)(kind, platform, &size(is), &size(limit)))
            }
            Self::Gone { kind } => Some((say.gone)(kind).to_owned()),
        }
    }

    /// Whether it can be taken in no way.
    pub(super) const fn is_unfit(self) -> bool {
        !matches!(self, Self::Fits | Self::OnlyInstead { .. })
    }
}

/// Whether this reply fits beside what is written, where `room` more messages do, for people of these platforms.
/// `may_replace` says whether it may go in the place of what is written.
pub(super) fn fit(reply: &SavedReply, platforms: &[Platform], room: usize, may_replace: bool) -> Fit {
    for (kind, id) in reply.content.media() {
        let Some(known) = reply.media.iter().find(|one| one.id == id) else {
            return Fit::Gone { kind };
        };
        for platform in platforms {
            let limit = media_limit(kind, &[*platform]);
            if known.size > limit {
                return Fit::TooLarge { kind, size: known.size, limit, platform: *platform };
            }
        }
    }
    let parts = reply.content.parts.len();
    if parts <= room {
        Fit::Fits
    } else if may_replace && parts <= MAX_PARTS {
        Fit::OnlyInstead { total: MAX_PARTS.saturating_sub(room) + parts }
    } else {
        Fit::TooMany { parts, room }
    }
}

/// What was picked.
#[derive(Debug, Clone, PartialEq)]
pub struct Picked {
    /// Its messages.
    pub content: Content,
    /// Their pictures and films.
    pub media: Vec<MediaInfo>,
    /// Whether it goes in the place of what is written.
    pub instead: bool,
}

impl Picked {
    /// Puts it where something is being written: behind what is written, in the place of messages without anything in them.
    /// What would be a sixth message is left out; the picker offers none such.
    pub fn put_into(self, content: &mut Content, media: &mut Vec<MediaInfo>) {
        if self.instead {
            content.parts.clear();
        }
        content.parts.retain(|part| !part.is_blank());
        content.parts.extend(self.content.parts);
        content.parts.truncate(MAX_PARTS);
        for one in self.media {
            if media.iter().all(|known| known.id != one.id) {
                media.push(one);
            }
        }
    }
}

/// How many more messages fit beside those that are written.
pub fn room(content: &Content) -> usize {
    MAX_PARTS.saturating_sub(content.parts.iter().filter(|part| !part.is_blank()).count())
}

#[cfg(test)]
mod tests {
    use shared::{content::Part, limits};

    use super::{
        super::tests::{film, picture, reply},
        *,
    };

    const LINE: &[Platform] = &[Platform::Line];
    const BOTH: &[Platform] = &[Platform::Line, Platform::Whatsapp];

    fn texts(texts: &[&str]) -> Content {
        Content { parts: texts.iter().map(|text| Part::text(*text)).collect() }
    }

    #[test]
    fn only_what_fits_into_the_five_can_be_added() {
        for (parts, room, may_replace, expected) in [
            (2, 2, false, Fit::Fits),
            (2, 5, true, Fit::Fits),
            (3, 2, false, Fit::TooMany { parts: 3, room: 2 }),
            (3, 2, true, Fit::OnlyInstead { total: 6 }),
            (1, 0, false, Fit::TooMany { parts: 1, room: 0 }),
            (1, 0, true, Fit::OnlyInstead { total: 6 }),
        ] {
            let reply = reply(1, "t", texts(&vec!["x"; parts]), Vec::new());
            assert_eq!(fit(&reply, LINE, room, may_replace), expected);
            assert_eq!(expected.is_unfit(), matches!(expected, Fit::TooMany { .. }));
        }
    }

    #[test]
    fn a_film_too_large_for_whatsapp_is_taken_for_line_alone() {
        let size = limits::SMALL_VIDEO_BYTES + 1;
        let film = film(1, size);
        let content = Content { parts: vec![Part::of_media(film.kind, film.id).unwrap()] };
        let reply = reply(1, "t", content, vec![film]);
        assert_eq!(fit(&reply, LINE, 5, true), Fit::Fits);
        let limit = limits::SMALL_VIDEO_BYTES;
        let expected = Fit::TooLarge { kind: MediaKind::Video, size, limit, platform: Platform::Whatsapp };
        assert_eq!(fit(&reply, BOTH, 5, true), expected);
    }

    #[test]
    fn a_medium_that_is_gone_makes_it_unfit_even_as_the_only_one() {
        let gone = picture(1);
        let content = Content { parts: vec![Part::text("看"), Part::of_media(gone.kind, gone.id).unwrap()] };
        let reply = reply(1, "t", content, Vec::new());
        assert_eq!(fit(&reply, LINE, 5, true), Fit::Gone { kind: MediaKind::Image });
    }

    #[test]
    fn what_is_picked_goes_behind_what_is_written_and_over_what_is_blank() {
        let shown = picture(1);
        let picked = Picked {
            content: Content { parts: vec![Part::text("新品"), Part::of_media(shown.kind, shown.id).unwrap()] },
            media: vec![shown.clone()],
            instead: false,
        };
        let (mut content, mut media) = (texts(&["您好", " "]), vec![shown.clone()]);
        assert_eq!(room(&content), 4);
        picked.clone().put_into(&mut content, &mut media);
        let added = [Part::text("您好"), Part::text("新品"), Part::of_media(shown.kind, shown.id).unwrap()];
        assert_eq!(content.parts, added);
        assert_eq!(media, [shown]);
        Picked { instead: true, ..picked }.put_into(&mut content, &mut media);
        assert_eq!(content.parts, added[1..]);
        let mut full = texts(&["1", "2", "3", "4", "5"]);
        Picked { content: texts(&["6"]), media: Vec::new(), instead: false }.put_into(&mut full, &mut media);
        assert_eq!((full.parts.len(), room(&full)), (5, 0));
    }
}
