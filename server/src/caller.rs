//! The signed-in member on whose behalf something is done, with what every rule asks about her.

use chrono::{DateTime, FixedOffset, Offset, TimeZone, Utc};
use shared::{
    id::{MemberId, SessionId, StoreId, TeamId},
    members::{Action, Role, allow},
    problem::Problem,
    time::Stamp,
};

/// A team's time zone: turns our UTC milliseconds into what people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(pub chrono_tz::Tz);

impl Zone {
    /// The zone by its IANA name, such as `Asia/Taipei`.
    pub fn named(name: &str) -> Result<Self, String> {
        name.parse().map(Self).map_err(|_| format!("no time zone is called {name:?}"))
    }

    /// UTC milliseconds as they travel: with the team's offset at that moment.
    pub fn stamp(self, millis: i64) -> Stamp {
        let utc = DateTime::<Utc>::from_timestamp_millis(millis).unwrap_or_default();
        let local = utc.with_timezone(&self.0);
        let offset: FixedOffset = local.offset().fix();
        utc.with_timezone(&offset)
    }

    /// The first millisecond of a day of the team's calendar.
    pub fn start_of(self, day: chrono::NaiveDate) -> i64 {
        self.millis(day.and_time(chrono::NaiveTime::MIN))
    }

    /// What the team's clocks show as UTC milliseconds: the first time they show it, where summer time repeats an hour.
    pub fn millis(self, shown: chrono::NaiveDateTime) -> i64 {
        let local = self.0.from_local_datetime(&shown).earliest();
        local.map_or_else(|| shown.and_utc().timestamp_millis(), |at| at.timestamp_millis())
    }
}

/// The settings of a team that rules ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamSettings {
    /// The brand's name.
    pub name: String,
    /// Whether it has the OMO plan.
    pub omo: bool,
    /// Whether sales roles may see and take pending conversations.
    pub sales_may_take_pending: bool,
    /// The largest group send.
    pub group_send_max: u32,
    /// Above this many recipients the app asks once more.
    pub confirm_above: u32,
}

/// Who is calling. Made by `members::authenticate` only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Her team.
    pub team: TeamId,
    /// Herself.
    pub member: MemberId,
    /// Her name.
    pub name: String,
    /// Her role.
    pub role: Role,
    /// Her stores, the primary one first.
    pub stores: Vec<StoreId>,
    /// The session she came with.
    pub session: SessionId,
    /// Her team's zone.
    pub zone: Zone,
    /// Her team's settings.
    pub settings: TeamSettings,
}

impl Caller {
    /// Refuses what the table of `shared::members` does not allow her.
    pub fn require(&self, action: Action) -> Result<(), Problem> {
        allow(self.role, self.settings.omo, action).map_err(|why| Problem::Forbidden { why })
    }

    /// The store that her sends are recorded under: the primary one.
    pub fn store(&self) -> Option<StoreId> {
        self.stores.first().copied()
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn a_day_far_away_is_only_far_away() {
        for name in ["Asia/Taipei", "America/New_York", "Pacific/Kiritimati", "UTC"] {
            let zone = Zone::named(name).unwrap();
            let days = [NaiveDate::MIN, NaiveDate::from_ymd_opt(1, 1, 1).unwrap(), NaiveDate::MAX];
            assert!(days.map(|day| zone.start_of(day)).is_sorted(), "{name}");
            for millis in [i64::MIN, -1, 0, i64::MAX] {
                assert!(serde_json::to_string(&zone.stamp(millis)).is_ok(), "{name} {millis}");
            }
        }
    }
}
