//! Whether a month's messages are used up. LINE says so in words that it does not guarantee, in an answer that also means too
//! fast, so they are held against its own numbers (providers.md A4, A7).

use std::{sync::Arc, time::Duration};

use shared::reasons::Reason;
use tokio::sync::Mutex;

use crate::{
    App,
    platforms::{Answer, Outcome, line::ChannelQuota},
};

/// How long (ms) numbers are believed: calls that are answered together ask once.
const FRESH: i64 = 1_000;
/// How long LINE has to tell them.
const PATIENCE: Duration = Duration::from_secs(5);
/// Before what is not used up is tried again.
const PAUSE: Duration = Duration::from_secs(1);

/// What LINE told of a channel's month.
#[derive(Clone, Default)]
pub(crate) struct Month(Arc<Mutex<Option<Told>>>);

#[derive(Clone, Copy)]
struct Told {
    /// None where it could not be asked.
    quota: Option<ChannelQuota>,
    /// UTC ms.
    at: i64,
}

impl Month {
    /// What the answer to a call for so many people means, where it says that the month is used up.
    pub(crate) async fn judge(&self, app: &App, token: &str, people: usize, answer: Answer) -> Answer {
        if answer.outcome != used_up() {
            return answer;
        }
        let mut told = self.0.lock().await;
        let quota = match *told {
            Some(Told { quota, at }) if (0..FRESH).contains(&(app.clock.now() - at)) => quota,
            _ => {
                let quota = ask(app, token).await;
                *told = Some(Told { quota, at: app.clock.now() });
                quota
            }
        };
        Answer { outcome: outcome(quota, people), ..answer }
    }
}

async fn ask(app: &App, token: &str) -> Option<ChannelQuota> {
    match tokio::time::timeout(PATIENCE, app.platforms.line.quota(token)).await {
        Ok(Ok(quota)) => Some(quota),
        Ok(Err(error)) => {
            tracing::warn!(%error, "LINE says that a month is used up and does not tell its numbers: it is believed");
            None
        }
        Err(_) => {
            tracing::warn!("LINE says that a month is used up and does not tell its numbers in time: it is believed");
            None
        }
    }
}

/// Used up where the rest is too small for this call, or is not known; too fast otherwise.
fn outcome(quota: Option<ChannelQuota>, people: usize) -> Outcome {
    let is_enough = quota.is_some_and(|quota| {
        quota.limit.is_none_or(|limit| limit.saturating_sub(quota.used) >= i64::try_from(people).unwrap_or(i64::MAX))
    });
    if is_enough { Outcome::Later { after: PAUSE, reason: Reason::LineRateLimited } } else { used_up() }
}

const fn used_up() -> Outcome {
    Outcome::Stop { reason: Reason::LineMonthlyLimit }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::used_up(Some((Some(500), 500)), 1, false)]
    #[case::more_than_used_up(Some((Some(500), 510)), 1, false)]
    #[case::one_is_left(Some((Some(500), 499)), 1, true)]
    #[case::less_than_a_batch_is_left(Some((Some(500), 100)), 401, false)]
    #[case::a_batch_is_left(Some((Some(500), 100)), 400, true)]
    #[case::without_a_limit(Some((None, 9_000)), 500, true)]
    #[case::nobody_knows(None, 1, false)]
    fn the_numbers_decide(#[case] quota: Option<(Option<i64>, i64)>, #[case] people: usize, #[case] is_rate: bool) {
        let quota = quota.map(|(limit, used)| ChannelQuota { limit, used });
        let rate = Outcome::Later { after: PAUSE, reason: Reason::LineRateLimited };
        assert_eq!(outcome(quota, people), if is_rate { rate } else { used_up() });
    }
}
