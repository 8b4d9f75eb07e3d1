//! When a try that did not settle is made again.

use std::time::Duration;

use shared::reasons::Reason;

/// After so many the wait for one person grows no more: a day and more would be beyond any send.
const LONGEST_POWER: u64 = 8;

/// The least that is waited before the next try, after `tries` of them. For somebody who got too many messages that is 4^x
/// seconds, x being the tries so far (providers.md B4, and A4 where LINE names none).
pub(crate) fn floor(reason: Reason, tries: u64, after: Duration) -> Duration {
    if !matches!(reason, Reason::WaPairLimited | Reason::LineUserLimited) {
        return after;
    }
    let power = u32::try_from(tries.min(LONGEST_POWER)).unwrap_or_default();
    after.max(Duration::from_secs(4u64.pow(power)))
}

/// The wait before the next try, after `tries` of them; `None` when it is time to give up.
///
/// Full jitter keeps many from coming back at the same moment; what the platform asks for is a floor under it.
pub(crate) fn next(schedule_ms: &[u64], tries: u64, floor: Duration, jitter: f64) -> Option<Duration> {
    let longest = *usize::try_from(tries.checked_sub(1)?).ok().and_then(|index| schedule_ms.get(index))?;
    Some(Duration::from_millis(longest).mul_f64(jitter.clamp(0.0, 1.0)).max(floor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_then_it_gives_up() {
        let schedule = [1_000, 4_000];
        assert_eq!(next(&schedule, 1, Duration::ZERO, 1.0), Some(Duration::from_secs(1)));
        assert_eq!(next(&schedule, 2, Duration::ZERO, 0.5), Some(Duration::from_secs(2)));
        assert_eq!(next(&schedule, 3, Duration::ZERO, 1.0), None);
    }

    #[test]
    fn who_got_too_many_waits_longer_each_time_and_nobody_else_does() {
        let second = Duration::from_secs(1);
        for reason in [Reason::WaPairLimited, Reason::LineUserLimited] {
            let waits = [0, 1, 2, 3, 8, 99].map(|tries| floor(reason, tries, second).as_secs());
            assert_eq!(waits, [1, 4, 16, 64, 65_536, 65_536]);
        }
        assert_eq!(floor(Reason::LineRateLimited, 3, second), second);
    }

    #[test]
    fn the_platforms_own_wait_is_a_floor() {
        assert_eq!(next(&[1_000], 1, Duration::from_secs(9), 0.1), Some(Duration::from_secs(9)));
    }
}
