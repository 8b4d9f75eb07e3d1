//! What a drill does, drawn from its seed: everything but the moments, which the machine has a hand in.

use std::{path::PathBuf, time::Duration};

use super::evidence::BlowKind;
use crate::Engine;

/// How a drill is run.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The database.
    #[arg(long, default_value = "sqlite", value_parser = engine)]
    pub engine: Engine,
    /// Servers on it; SQLite takes one.
    #[arg(long, default_value_t = 1)]
    pub servers: usize,
    /// How often a server is killed; half as often one is frozen.
    #[arg(long, default_value_t = 20)]
    pub kills: usize,
    /// Customers; a quarter of them are on WhatsApp.
    #[arg(long, default_value_t = 1_000)]
    pub recipients: usize,
    /// What all that is drawn follows from.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Keeps the ledger, the records and all else that the verdict rests on in this folder.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

fn engine(name: &str) -> Result<Engine, String> {
    match name {
        "sqlite" => Ok(Engine::Sqlite),
        "postgres" => Ok(Engine::Postgres),
        _ => Err("sqlite or postgres".to_owned()),
    }
}

/// Numbers that follow from a seed.
#[derive(Debug, Clone)]
pub(super) struct Dice(u64);

impl Dice {
    /// A row of its own for each purpose, so that one more throw here moves nothing there.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        let mixed = purpose.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(mixed)
    }

    /// One step of `SplitMix64`.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From `least` to `most`, both included.
    pub(super) fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most.saturating_sub(least) + 1)
    }

    /// A place in a list of this length, which is not empty.
    pub(super) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.next() % (length.max(1) as u64)).unwrap_or_default()
    }

    fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.place(last + 1);
            list.swap(last, other);
        }
    }
}

/// A blow to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Blowing {
    pub(super) kind: BlowKind,
    /// Milliseconds of work before it, at least.
    pub(super) after_ms: u64,
    /// Milliseconds until the server may go on.
    pub(super) down_ms: u64,
}

/// A drill.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub(super) seed: u64,
    pub(super) servers: usize,
    pub(super) line_people: usize,
    pub(super) whatsapp_people: usize,
    /// Pushes a second that LINE takes, and that Storecast is told to keep to.
    pub(super) line_limit: usize,
    pub(super) line_rate: u32,
    pub(super) blows: Vec<Blowing>,
}

/// Milliseconds a slice belongs to its server in a drill.
pub(super) const LEASE_MS: i64 = 3_000;
/// Milliseconds until a call is given up: at most half a lease.
pub(super) const TIMEOUT_MS: u64 = 1_200;
/// Messages a second that Meta takes of a number, and that Storecast is told to keep to (providers.md B4).
pub(super) const WHATSAPP_LIMIT: usize = 80;
pub(super) const WHATSAPP_RATE: u32 = 64;
/// Of those who are to be found wanting there are so many of each kind.
const ODD_SHARE: usize = 60;

impl Plan {
    pub(super) fn of(options: &Options) -> Self {
        let whatsapp_people = (options.recipients / 4).clamp(10, 2_000);
        let line_people = options.recipients.saturating_sub(whatsapp_people).max(30);
        // A send to all of them takes some seconds, or a blow could not fall into it.
        let line_limit = (line_people / 4).clamp(125, 2_000);
        let mut dice = Dice::new(options.seed, "blows");
        let kinds = std::iter::repeat_n(BlowKind::Kill, options.kills)
            .chain(std::iter::repeat_n(BlowKind::Freeze, options.kills.div_ceil(2)));
        let mut kinds: Vec<BlowKind> = kinds.collect();
        dice.shuffle(&mut kinds);
        let blows = kinds.into_iter().map(|kind| Blowing {
            kind,
            after_ms: dice.between(200, 1_800),
            down_ms: match kind {
                // Some are back before their lease has run out.
                BlowKind::Kill => dice.between(50, 4_000),
                BlowKind::Freeze => LEASE_MS.unsigned_abs() + dice.between(300, 1_500),
            },
        });
        Self {
            seed: options.seed,
            servers: if options.engine == Engine::Sqlite { 1 } else { options.servers.max(1) },
            line_people,
            whatsapp_people,
            line_limit,
            line_rate: u32::try_from(line_limit * 8 / 10).unwrap_or(u32::MAX),
            blows: blows.collect(),
        }
    }

    /// How many of so many people are made odd in each way.
    pub(super) fn odd(people: usize) -> usize {
        people.div_ceil(ODD_SHARE)
    }

    /// How long all of it may take before it is given up.
    pub(super) fn patience(&self) -> Duration {
        let blows = 20 * self.blows.len() as u64;
        let people = (self.line_people + self.whatsapp_people) as u64 / 20;
        Duration::from_secs(120 + blows + people)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(seed: u64) -> Options {
        Options { engine: Engine::Postgres, servers: 3, kills: 20, recipients: 1_000, seed, out: None }
    }

    #[test]
    fn the_same_seed_is_the_same_drill() {
        assert_eq!(Plan::of(&options(7)).blows, Plan::of(&options(7)).blows);
        assert_ne!(Plan::of(&options(7)).blows, Plan::of(&options(8)).blows);
    }

    #[test]
    fn every_kill_that_was_asked_for_is_in_it_and_freezes_outlast_a_lease() {
        let plan = Plan::of(&options(3));
        let of = |kind| plan.blows.iter().filter(move |blow| blow.kind == kind);
        assert_eq!((of(BlowKind::Kill).count(), of(BlowKind::Freeze).count()), (20, 10));
        assert!(of(BlowKind::Freeze).all(|blow| blow.down_ms > LEASE_MS.unsigned_abs()));
        assert_eq!((plan.line_people, plan.whatsapp_people, plan.servers), (750, 250, 3));
        assert_eq!(Plan::of(&Options { engine: Engine::Sqlite, ..options(3) }).servers, 1);
    }
}
