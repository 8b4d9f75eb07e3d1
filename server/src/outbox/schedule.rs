//! When a try that did not settle is made again.

use std::time::Duration;

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
    fn the_platforms_own_wait_is_a_floor() {
        assert_eq!(next(&[1_000], 1, Duration::from_secs(9), 0.1), Some(Duration::from_secs(9)));
    }
}
