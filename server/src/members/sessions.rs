//! The rule of refresh tokens: what a token of some turn may do to its session (architecture.md section 5).
//!
//! A session counts the turns of its tokens. The newest one ever presented moves the session on by one; the one before
//! it yields the same successor until that is used, so that a lost answer or a second tab signs nobody out. Any
//! older one was stolen, or its successor was: the session ends for both.

/// What a session is, for the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    /// The turn of the newest token that was given out.
    pub(super) turn: i64,
    /// Until when it can be renewed, in UTC milliseconds.
    pub(super) expires_at: i64,
    /// Whether it was ended: signed out, or revoked.
    pub(super) ended: bool,
    /// Whether the member may sign in at all, and has not been signed out everywhere since.
    pub(super) member_current: bool,
}

/// What to do with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Its successor is given out: the session is now at this turn.
    Advance(i64),
    /// The successor given out before is given again.
    Repeat(i64),
    /// It was used before, and so was its successor: the session ends.
    Revoke,
    /// Nothing is changed: sign in again.
    Refuse,
}

/// The verdict on a token of this turn at `now` (UTC milliseconds).
pub(super) fn judge(session: State, turn: i64, now: i64) -> Verdict {
    if session.ended || !session.member_current || session.expires_at <= now {
        return Verdict::Refuse;
    }
    match session.turn - turn {
        0 => Verdict::Advance(turn + 1),
        1 => Verdict::Repeat(session.turn),
        2.. => Verdict::Revoke,
        // Ahead of the database: that was restored from a backup. Nobody did wrong, but nothing is known of this token.
        _ => Verdict::Refuse,
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const SESSION: State = State { turn: 5, expires_at: 1_000, ended: false, member_current: true };

    #[rstest]
    #[case::newest(5, Verdict::Advance(6))]
    #[case::the_answer_was_lost(4, Verdict::Repeat(5))]
    #[case::its_successor_was_used(3, Verdict::Revoke)]
    #[case::long_ago(0, Verdict::Revoke)]
    #[case::of_the_future(6, Verdict::Refuse)]
    fn by_turn(#[case] turn: i64, #[case] verdict: Verdict) {
        assert_eq!(judge(SESSION, turn, 0), verdict);
    }

    #[rstest]
    #[case::ended(State { ended: true, ..SESSION })]
    #[case::member_disabled_or_signed_out_everywhere(State { member_current: false, ..SESSION })]
    #[case::over(State { expires_at: 0, ..SESSION })]
    fn a_session_that_is_over_does_nothing(#[case] session: State) {
        for turn in 0..7 {
            assert_eq!(judge(session, turn, 0), Verdict::Refuse);
        }
    }

    #[test]
    fn a_lost_answer_can_be_asked_for_any_number_of_times_and_its_successor_then_goes_on() {
        let mut session = State { turn: 0, ..SESSION };
        let mut present = |turn| {
            let verdict = judge(session, turn, 0);
            if let Verdict::Advance(next) = verdict {
                session.turn = next;
            }
            verdict
        };
        assert_eq!(present(0), Verdict::Advance(1));
        assert_eq!(present(0), Verdict::Repeat(1));
        assert_eq!(present(0), Verdict::Repeat(1));
        assert_eq!(present(1), Verdict::Advance(2));
        assert_eq!(present(0), Verdict::Revoke);
    }
}
