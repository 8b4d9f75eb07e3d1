//! How often people may sign in, send, open streams and upload: in memory, per server.

use std::{
    hash::Hash,
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use governor::{Quota, RateLimiter, clock::Clock as _, clock::DefaultClock, state::keyed::DefaultKeyedStateStore};
use shared::{id::MemberId, problem::Problem};

use super::passwords::Passwords;
use crate::{App, config};

/// How often unused entries are forgotten.
const FORGET: Duration = Duration::from_mins(1);

/// The limits of a server, and the hashing of passwords, which is limited too.
pub struct Limits {
    sign_in_address: Rate<IpAddr>,
    sign_in_account: Rate<String>,
    refresh_address: Rate<IpAddr>,
    send: Rate<MemberId>,
    events: Rate<MemberId>,
    upload: Rate<MemberId>,
    /// Hashes and verifies passwords, at most two at once.
    pub passwords: Passwords,
}

impl Limits {
    /// From the settings.
    pub fn new(numbers: &config::Limits) -> Self {
        Self {
            sign_in_address: Rate::per_minute(numbers.sign_in_per_address),
            sign_in_account: Rate::per_minute(numbers.sign_in_per_account),
            refresh_address: Rate::per_minute(numbers.refresh_per_address),
            send: Rate::per_minute(numbers.send_per_member),
            events: Rate::per_minute(numbers.events_per_member),
            upload: Rate::per_minute(numbers.upload_per_member),
            passwords: Passwords::default(),
        }
    }

    /// A try to sign in to this account (its folded e-mail) from this address.
    pub fn check_sign_in(&self, address: IpAddr, account: &str) -> Result<(), Problem> {
        self.sign_in_address.check(&client(address))?;
        self.sign_in_account.check(&account.to_owned())
    }

    /// A renewal of a session from this address.
    pub fn check_refresh(&self, address: IpAddr) -> Result<(), Problem> {
        self.refresh_address.check(&client(address))
    }

    /// A group send or a reply by this member.
    pub fn check_send(&self, member: MemberId) -> Result<(), Problem> {
        self.send.check(&member)
    }

    /// A live stream opened by this member.
    pub fn check_events(&self, member: MemberId) -> Result<(), Problem> {
        self.events.check(&member)
    }

    /// An upload by this member.
    pub fn check_upload(&self, member: MemberId) -> Result<(), Problem> {
        self.upload.check(&member)
    }

    fn forget(&self) {
        self.sign_in_address.forget();
        self.sign_in_account.forget();
        self.refresh_address.forget();
        self.send.forget();
        self.events.forget();
        self.upload.forget();
    }
}

/// Forgets now and then those who have their whole allowance again, so that the lists stay as short as the traffic.
pub(super) fn start_forgetting(app: &App) {
    let (limits, tasks) = (app.limits.clone(), app.tasks.clone());
    app.tasks.spawn("forgetting of limits", async move {
        loop {
            tokio::select! {
                () = tasks.stopping() => return,
                () = tokio::time::sleep(FORGET) => limits.forget(),
            }
        }
    });
}

/// The client that an address stands for: one household or shop has a whole /64 of IPv6.
fn client(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX)).into(),
    }
}

/// So many per minute for each key; as many may come at once.
struct Rate<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, DefaultKeyedStateStore<K>, DefaultClock>,
    clock: DefaultClock,
}

impl<K: Hash + Eq + Clone> Rate<K> {
    fn per_minute(number: u32) -> Self {
        let number = NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        Self { limiter: RateLimiter::keyed(Quota::per_minute(number)), clock: DefaultClock::default() }
    }

    fn check(&self, key: &K) -> Result<(), Problem> {
        self.limiter.check_key(key).map_err(|not_until| {
            let wait = not_until.wait_time_from(self.clock.now());
            // Rounded up: a client that waits this long is let in.
            Problem::TooMany { retry_after: wait.as_secs() + 1 }
        })
    }

    fn forget(&self) {
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Limits {
        Limits::new(&config::Limits {
            sign_in_per_address: 3,
            sign_in_per_account: 2,
            send_per_member: 1,
            ..config::Limits::default()
        })
    }

    #[test]
    fn an_account_is_limited_whatever_the_address() {
        let limits = limits();
        let from = |last: u8| IpAddr::from([192, 0, 2, last]);
        assert_eq!(limits.check_sign_in(from(1), "a@example.com"), Ok(()));
        assert_eq!(limits.check_sign_in(from(2), "a@example.com"), Ok(()));
        let refused = limits.check_sign_in(from(3), "a@example.com");
        assert!(matches!(refused, Err(Problem::TooMany { retry_after: 1..=31 })), "{refused:?}");
        assert_eq!(limits.check_sign_in(from(3), "b@example.com"), Ok(()));
    }

    #[test]
    fn an_address_is_limited_whatever_the_account_and_a_network_of_ipv6_is_one() {
        let limits = limits();
        for (last, account) in ["a", "b", "c"].into_iter().enumerate() {
            let address: IpAddr = format!("2001:db8::{last}").parse().unwrap();
            assert_eq!(limits.check_sign_in(address, account), Ok(()));
        }
        let same: IpAddr = "2001:db8::ffff".parse().unwrap();
        let other: IpAddr = "2001:db8:0:1::1".parse().unwrap();
        assert!(limits.check_sign_in(same, "d").is_err());
        assert_eq!(limits.check_sign_in(other, "d"), Ok(()));
    }

    #[test]
    fn members_are_limited_one_by_one() {
        let limits = limits();
        let (ann, bob) = (MemberId(uuid::Uuid::from_u128(1)), MemberId(uuid::Uuid::from_u128(2)));
        assert_eq!(limits.check_send(ann), Ok(()));
        assert!(limits.check_send(ann).is_err());
        assert_eq!(limits.check_send(bob), Ok(()));
    }
}
