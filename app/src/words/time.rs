//! Moments as people say them. They arrive with the team's offset, and the days are the team's.

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use shared::time::Stamp;

use super::common::Common;

pub(super) fn when(words: &Common, at: Stamp, now: DateTime<Utc>) -> String {
    let ago = now - at.to_utc();
    if ago < TimeDelta::minutes(1) && ago > TimeDelta::minutes(-5) {
        return words.just_now.to_owned();
    }
    if ago >= TimeDelta::zero() && ago < TimeDelta::hours(1) {
        return (words.minutes_ago)(ago.num_minutes());
    }
    let today = now.with_timezone(at.offset()).date_naive();
    let clock = at.format("%H:%M");
    match (today - at.date_naive()).num_days() {
        0 => clock.to_string(),
        1 => format!("{} {clock}", words.yesterday),
        _ if at.year() == today.year() => at.format("%m/%d").to_string(),
        _ => at.format("%Y/%m/%d").to_string(),
    }
}

pub(super) fn day(words: &Common, at: Stamp, now: DateTime<Utc>) -> String {
    let today = now.with_timezone(at.offset()).date_naive();
    match (today - at.date_naive()).num_days() {
        0 => words.today.to_owned(),
        1 => words.yesterday.to_owned(),
        _ => {
            let weekday = words.weekdays.get(at.weekday().num_days_from_monday() as usize).copied().unwrap_or_default();
            let date = if at.year() == today.year() { at.format("%m/%d") } else { at.format("%Y/%m/%d") };
            format!("{date} {weekday}")
        }
    }
}

pub(super) fn lasted(words: &Common, since: Stamp, now: DateTime<Utc>) -> String {
    let for_ = (now - since.to_utc()).max(TimeDelta::zero());
    if for_ < TimeDelta::hours(1) {
        (words.minutes)(for_.num_minutes().max(1))
    } else if for_ < TimeDelta::days(2) {
        (words.hours)(for_.num_hours())
    } else {
        (words.days)(for_.num_days())
    }
}

/// A stretch of time (milliseconds), rounded down and never nothing.
pub(super) fn left(words: &Common, ms: i64) -> String {
    let left = TimeDelta::milliseconds(ms.max(0));
    if left < TimeDelta::hours(1) {
        (words.minutes)(left.num_minutes().max(1))
    } else {
        (words.hours)(left.num_hours())
    }
}

#[cfg(test)]
mod tests {
    use crate::words::Language;
    use shared::time::Stamp;

    fn at(text: &str) -> Stamp {
        text.parse().unwrap()
    }

    /// ux.md, "The kit": 剛剛 / 5 分鐘前 / 昨天 14:20 / 11/03, in the team's time zone.
    #[test]
    fn moments_are_said_as_people_say_them() {
        let now = at("2026-11-05T00:30:00+08:00").to_utc();
        for (moment, zh, en) in [
            ("2026-11-05T00:29:40+08:00", "剛剛", "Just now"),
            ("2026-11-05T00:25:00+08:00", "5 分鐘前", "5 min ago"),
            ("2026-11-04T23:40:00+08:00", "50 分鐘前", "50 min ago"),
            ("2026-11-04T14:20:00+08:00", "昨天 14:20", "Yesterday 14:20"),
            ("2026-11-03T14:20:00+08:00", "11/03", "11/03"),
            ("2025-11-03T14:20:00+08:00", "2025/11/03", "2025/11/03"),
        ] {
            assert_eq!(Language::ZhHant.words().when(at(moment), now), zh);
            assert_eq!(Language::En.words().when(at(moment), now), en);
        }
    }

    #[test]
    fn a_day_is_the_teams_day() {
        let now = at("2026-11-05T00:30:00+08:00").to_utc();
        let words = Language::ZhHant.words();
        assert_eq!(words.day(at("2026-11-05T00:01:00+08:00"), now), "今天");
        assert_eq!(words.day(at("2026-11-04T23:59:00+08:00"), now), "昨天");
        assert_eq!(words.day(at("2026-11-03T12:00:00+08:00"), now), "11/03 週二");
    }

    #[test]
    fn waiting_is_rounded_down_and_never_nothing() {
        let now = at("2026-11-05T12:00:00+08:00").to_utc();
        let words = Language::ZhHant.words();
        assert_eq!(words.lasted(at("2026-11-05T12:00:00+08:00"), now), "1 分");
        assert_eq!(words.lasted(at("2026-11-05T11:30:00+08:00"), now), "30 分");
        assert_eq!(words.lasted(at("2026-11-04T13:00:00+08:00"), now), "23 小時");
        assert_eq!(words.lasted(at("2026-11-01T12:00:00+08:00"), now), "4 天");
    }
}
