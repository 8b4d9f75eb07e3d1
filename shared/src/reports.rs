//! One's own figures: what came of the group sends one made (domain.md 7.1, 7.4).

use serde::{Deserialize, Serialize};

use crate::{
    call::call,
    problem::{Problem, Rule},
    rates::Rate,
    time::Day,
};

/// Days that a report may span.
pub const MOST_DAYS: u64 = 366;
/// Days that it spans where none are asked for (domain.md 7.4).
pub const USUAL_DAYS: u64 = 14;

/// Figures of the group sends of one member.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SendFigures {
    /// Group sends.
    pub sends: u64,
    /// Everyone selected in them; who was in two counts twice.
    pub recipients: u64,
    /// Accepted by the platform.
    pub succeeded: u64,
    /// Links in the messages: 3 links in a send are 3, whoever got it, and the same address twice is 2 (seed Q&A 1).
    pub referral_links: u64,
    /// Links that reached somebody: those of each send times the people who got it (domain.md 7.1).
    pub link_deliveries: u64,
}

impl SendFigures {
    /// Accepted of everyone selected.
    pub const fn success(&self) -> Rate {
        Rate { part: self.succeeded, whole: self.recipients }
    }
}

/// The figures of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DayFigures {
    /// The day, in the team's calendar.
    pub day: Day,
    /// What was sent on it.
    pub figures: SendFigures,
}

/// One's own figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MyFigures {
    /// All days together.
    pub total: SendFigures,
    /// Every day of the report, the earliest first, also those without a send.
    pub days: Vec<DayFigures>,
}

/// The caller's own figures from one day to another, both included, at most 366; without them, the last 14 until today.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ShowMyFigures {
    /// The first day, in the team's calendar; 13 days before the last where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The last day; today where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
}
call!(ShowMyFigures {}: Get "/figures/mine" -> MyFigures, needs ReadOwnFigures, "The caller's own group sends, by day and in total.", [Invalid]);

impl ShowMyFigures {
    /// The first and the last day, where today is this; refused where they are in the wrong order or too far apart.
    pub fn days(&self, today: Day) -> Result<(Day, Day), Problem> {
        let to = self.to.unwrap_or(today);
        let usual = chrono::Days::new(USUAL_DAYS - 1);
        let from = self.from.or_else(|| to.checked_sub_days(usual)).unwrap_or(to);
        let days = (to - from).num_days() + 1;
        match u64::try_from(days) {
            Ok(1..=MOST_DAYS) => Ok((from, to)),
            Ok(actual @ 1..) => Err(Problem::invalid("from", Rule::TooMany { limit: MOST_DAYS, actual })),
            _ => Err(Problem::invalid("to", Rule::Malformed { expected: "a day on or after `from`".into() })),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> Day {
        Day::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn without_days_it_is_the_last_fourteen() {
        let today = day(2026, 11, 20);
        assert_eq!(ShowMyFigures::default().days(today), Ok((day(2026, 11, 7), today)));
        let until = ShowMyFigures { from: None, to: Some(day(2026, 3, 1)) };
        assert_eq!(until.days(today), Ok((day(2026, 2, 16), day(2026, 3, 1))));
    }

    #[test]
    fn a_year_is_taken_and_a_day_more_is_not() {
        let (from, to) = (day(2024, 1, 1), day(2024, 12, 31));
        let asked = ShowMyFigures { from: Some(from), to: Some(to) };
        assert_eq!(asked.days(to), Ok((from, to)));
        let more = ShowMyFigures { from: from.pred_opt(), ..asked };
        assert_eq!(more.days(to), Err(Problem::invalid("from", Rule::TooMany { limit: 366, actual: 367 })));
        let far = ShowMyFigures { from: Some(Day::MIN), to: Some(Day::MAX) };
        assert!(far.days(to).is_err());
    }

    #[test]
    fn days_in_the_wrong_order_are_refused_by_name() {
        let asked = ShowMyFigures { from: Some(day(2026, 2, 2)), to: Some(day(2026, 2, 1)) };
        let Err(Problem::Invalid { field, .. }) = asked.days(day(2026, 3, 1)) else { panic!("{asked:?}") };
        assert_eq!(field, "to");
    }
}
