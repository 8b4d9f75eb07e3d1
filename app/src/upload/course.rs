//! What an upload does next, as a pure machine of states: pieces, the way back after a cut, and when to give up.

use std::time::Duration;

use shared::{
    limits::PIECE,
    media::{MediaInfo, Upload},
    problem::{Conflict, Problem, What},
};

use super::Trouble;
use crate::api::Failed;

/// How often a server that fails is tried again without any piece being taken.
const TRIES: u32 = 6;
/// The longest wait between two tries.
const LONGEST: Duration = Duration::from_secs(8);
/// The longest that a busy server may ask to wait.
const BUSY: Duration = Duration::from_mins(1);

/// What is to be done next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Ask how far it is; the first time that begins it.
    Begin,
    /// Bring the bytes from one place to another.
    Piece {
        /// The first.
        from: u64,
        /// The one after the last.
        to: u64,
    },
    /// All are there: have the medium made.
    Finish,
    /// Wait, then ask what is next.
    Wait(Duration),
    /// Nothing any more.
    End,
}

/// The course of one upload.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Course {
    size: u64,
    /// What the server has, where it said so since the last cut.
    there: Option<u64>,
    /// The most it ever had, for the bar.
    best: u64,
    tries: u32,
    wait: Option<Duration>,
    offline: bool,
    end: Option<Result<MediaInfo, Trouble>>,
}

impl Course {
    /// Before the first question; `size` in bytes.
    pub(super) const fn new(size: u64) -> Self {
        Self { size, there: None, best: 0, tries: 0, wait: None, offline: false, end: None }
    }

    /// What is to be done next. A wait is told once.
    pub(super) fn step(&mut self) -> Step {
        if self.end.is_some() {
            return Step::End;
        }
        if let Some(wait) = self.wait.take() {
            return Step::Wait(wait);
        }
        match self.there {
            None => Step::Begin,
            Some(there) if there < self.size => Step::Piece { from: there, to: self.size.min(there + PIECE as u64) },
            Some(_) => Step::Finish,
        }
    }

    /// Bytes that the server is known to have had.
    pub(super) const fn sent(&self) -> u64 {
        self.best
    }

    /// Whether the line was down at the last try.
    pub(super) const fn is_offline(&self) -> bool {
        self.offline
    }

    /// What came of it, once it ended.
    pub(super) fn end(self) -> Option<Result<MediaInfo, Trouble>> {
        self.end
    }

    /// The answer to beginning, or to a piece.
    pub(super) fn answered(&mut self, answer: Result<Upload, Failed>) {
        match answer {
            Ok(upload) => {
                self.offline = false;
                if let Some(media) = upload.media {
                    self.end = Some(Ok(media));
                    return;
                }
                // The same question answered with the same figure brings it no further.
                let moved = self.there.is_none_or(|there| upload.received > there);
                self.there = Some(upload.received);
                if upload.received > self.best {
                    self.best = upload.received;
                    self.tries = 0;
                } else if !moved {
                    self.again(Problem::Unavailable.into());
                }
            }
            Err(failed) => self.failed(failed),
        }
    }

    /// The answer to finishing.
    pub(super) fn finished(&mut self, answer: Result<MediaInfo, Failed>) {
        match answer {
            Ok(media) => self.end = Some(Ok(media)),
            Err(failed) => self.failed(failed),
        }
    }

    /// The file cannot be read any more.
    pub(super) fn unreadable(&mut self) {
        self.end = Some(Err(Trouble::Unreadable));
    }

    fn failed(&mut self, failed: Failed) {
        self.offline = failed == Failed::Offline;
        match failed {
            // However long the line is down, it goes on when it is back.
            Failed::Offline => {
                self.there = None;
                self.wait = Some(pause(self.tries));
                self.tries = (self.tries + 1).min(TRIES);
            }
            Failed::Problem(Problem::Conflict { with: Conflict::UploadAt { received } }) => {
                self.again(failed);
                self.there = Some(received.min(self.size));
            }
            Failed::Problem(Problem::TooMany { retry_after }) => {
                self.again(failed);
                self.wait = Some(Duration::from_secs(retry_after).min(BUSY));
            }
            // One that ran out is begun anew, under its own id.
            Failed::Problem(
                Problem::Unavailable | Problem::Internal { .. } | Problem::Missing { what: What::Upload },
            ) => {
                self.again(failed);
            }
            failed => self.end = Some(Err(Trouble::Refused(failed))),
        }
    }

    /// Asks again after a while, unless it was tried often enough.
    fn again(&mut self, failed: Failed) {
        self.there = None;
        if self.tries >= TRIES {
            self.end = Some(Err(Trouble::Refused(failed)));
            return;
        }
        self.wait = Some(pause(self.tries));
        self.tries += 1;
    }
}

/// How long to wait before the try after so many: 1, 2, 4, 8, 8 … seconds.
fn pause(tries: u32) -> Duration {
    Duration::from_secs(1 << tries.min(3)).min(LONGEST)
}

#[cfg(test)]
mod tests {
    use shared::{
        id::MediaId,
        media::{MediaFault, MediaKind},
        problem::Rule,
    };

    use super::*;

    const SIZE: u64 = 2 * PIECE as u64 + 5;

    fn at(received: u64) -> Upload {
        Upload { id: MediaId::default(), kind: MediaKind::Image, size: SIZE, received, media: None }
    }

    fn made() -> MediaInfo {
        MediaInfo {
            id: MediaId::default(),
            kind: MediaKind::Image,
            mime: "image/jpeg".into(),
            size: 9,
            name: None,
            width: 4,
            height: 3,
            duration_ms: None,
            url: "/media/a".into(),
            preview_url: Some("/media/b".into()),
        }
    }

    #[test]
    fn pieces_are_whole_but_the_last_and_then_it_is_finished() {
        let piece = PIECE as u64;
        let mut course = Course::new(SIZE);
        assert_eq!(course.step(), Step::Begin);
        course.answered(Ok(at(0)));
        assert_eq!(course.step(), Step::Piece { from: 0, to: piece });
        course.answered(Ok(at(piece)));
        assert_eq!((course.step(), course.sent()), (Step::Piece { from: piece, to: 2 * piece }, piece));
        course.answered(Ok(at(2 * piece)));
        assert_eq!(course.step(), Step::Piece { from: 2 * piece, to: SIZE });
        course.answered(Ok(at(SIZE)));
        assert_eq!(course.step(), Step::Finish);
        course.finished(Ok(made()));
        assert_eq!((course.step(), course.end()), (Step::End, Some(Ok(made()))));
    }

    #[test]
    fn after_a_cut_it_waits_longer_each_time_and_asks_how_far_it_is() {
        let mut course = Course::new(SIZE);
        course.answered(Ok(at(PIECE as u64)));
        for seconds in [1, 2, 4, 8, 8, 8, 8, 8, 8] {
            course.answered(Err(Failed::Offline));
            assert!(course.is_offline());
            assert_eq!(course.step(), Step::Wait(Duration::from_secs(seconds)));
            assert_eq!(course.step(), Step::Begin);
        }
        course.answered(Ok(at(PIECE as u64)));
        assert!(!course.is_offline());
        assert_eq!(course.step(), Step::Piece { from: PIECE as u64, to: 2 * PIECE as u64 });
    }

    #[test]
    fn a_server_that_fails_is_given_up_after_six_tries_that_brought_nothing() {
        let mut course = Course::new(SIZE);
        for _ in 0..TRIES {
            course.answered(Err(Problem::Unavailable.into()));
            assert!(matches!(course.step(), Step::Wait(_)));
        }
        course.answered(Err(Problem::Unavailable.into()));
        assert_eq!(course.end(), Some(Err(Trouble::Refused(Problem::Unavailable.into()))));

        let mut moving = Course::new(SIZE);
        for received in [PIECE as u64, 2 * PIECE as u64, SIZE] {
            for _ in 0..TRIES {
                moving.answered(Err(Problem::Unavailable.into()));
            }
            moving.answered(Ok(at(received)));
        }
        assert_eq!(moving.end(), None, "a piece that was taken is a new beginning");
    }

    #[test]
    fn a_server_that_takes_a_piece_and_stays_where_it_was_does_not_go_round_for_ever() {
        let mut course = Course::new(SIZE);
        let mut asked = 0;
        loop {
            match course.step() {
                Step::End => break,
                Step::Wait(_) => {}
                _ => {
                    asked += 1;
                    assert!(asked < 50);
                    course.answered(Ok(at(0)));
                }
            }
        }
        assert!(matches!(course.end(), Some(Err(Trouble::Refused(_)))));
    }

    #[test]
    fn the_server_says_where_to_go_on_and_what_it_already_has_is_the_end() {
        let mut course = Course::new(SIZE);
        course.answered(Ok(at(0)));
        course.answered(Err(Problem::conflict(Conflict::UploadAt { received: PIECE as u64 }).into()));
        assert!(matches!(course.step(), Step::Wait(_)));
        assert_eq!(course.step(), Step::Piece { from: PIECE as u64, to: 2 * PIECE as u64 });

        let mut known = Course::new(SIZE);
        known.answered(Ok(Upload { media: Some(made()), ..at(SIZE) }));
        assert_eq!(known.end(), Some(Ok(made())));
    }

    #[test]
    fn what_the_server_refuses_is_not_tried_again_and_what_ran_out_is_begun_anew() {
        let unfit = Problem::invalid("media", Rule::Unfit { fault: MediaFault::Damaged });
        for refused in [unfit, Problem::StorageFull, Problem::TooLarge { limit: 5 }, Problem::SignedOut] {
            let mut course = Course::new(SIZE);
            course.answered(Ok(at(SIZE)));
            course.finished(Err(refused.clone().into()));
            assert_eq!(course.end(), Some(Err(Trouble::Refused(refused.into()))));
        }
        let mut course = Course::new(SIZE);
        course.answered(Ok(at(SIZE)));
        course.finished(Err(Problem::missing(What::Upload).into()));
        assert!(matches!(course.step(), Step::Wait(_)));
        assert_eq!(course.step(), Step::Begin);
    }

    #[test]
    fn a_busy_server_is_waited_for_as_it_asks_but_no_longer_than_a_minute() {
        for (asked, waited) in [(7, 7), (4_000, 60)] {
            let mut course = Course::new(SIZE);
            course.answered(Err(Problem::TooMany { retry_after: asked }.into()));
            assert_eq!(course.step(), Step::Wait(Duration::from_secs(waited)));
        }
    }
}
