//! WhatsApp customers, who show themselves by telephone number, by Meta's own id of them (BSUID), or by both.
//!
//! A BSUID is one person for ever; a number may pass to another, who then has another BSUID (providers.md B5). So a
//! number that arrives with another BSUID moves and never merges two people, while one who was known by number alone
//! and one who was known by BSUID alone are one as soon as they are seen together (architecture.md section 3). Whatever
//! comes late or twice changes nothing: a number is of whom Meta last named with it, by Meta's time.

mod merge;
mod store;
#[cfg(test)]
mod store_test;
#[cfg(test)]
mod whatsapp_test;

use shared::id::{ChannelId, IdentityId, TeamId};

use self::store::{Given, Held, Kind};
use super::{Known, store as contacts};
use crate::{
    clock::Clock,
    db::{self, Tx},
};

/// How a customer shows herself in an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown<'a> {
    /// Her number in E.164, with `+`.
    pub phone: Option<&'a str>,
    /// Meta's own id of her.
    pub bsuid: Option<&'a str>,
    /// When, by Meta, UTC milliseconds.
    pub at: i64,
}

/// Where an event of a channel happens.
#[derive(Clone, Copy)]
struct Place<'a> {
    clock: &'a Clock,
    team: TeamId,
    channel: ChannelId,
}

/// Finds the customer of this number whom an event shows, or makes her; none where it shows nobody. Her addresses
/// follow what the event says, unless a later one spoke already.
pub fn meet(
    tx: &mut Tx<'_>,
    clock: &Clock,
    team: TeamId,
    channel: ChannelId,
    shown: Shown<'_>,
) -> db::Result<Option<Known>> {
    let place = Place { clock, team, channel };
    // In one order for everybody, so that two events of one person do not lock each other out.
    let mut holder = |kind, address: Option<&str>| {
        address.map_or(Ok(None), |address| store::holder(tx, team, channel, kind, address))
    };
    let (by_bsuid, by_phone) = (holder(Kind::Bsuid, shown.bsuid)?, holder(Kind::Phone, shown.phone)?);
    let identity = match (shown.phone, shown.bsuid) {
        (None, None) => return Ok(None),
        (Some(phone), None) => match by_phone {
            Some(held) => held.identity,
            // Nobody was named with it yet.
            None => place.make(tx, &[(Kind::Phone, phone, 0)])?,
        },
        (None, Some(bsuid)) => match by_bsuid {
            Some(held) => held.identity,
            None => place.make(tx, &[(Kind::Bsuid, bsuid, shown.at)])?,
        },
        (Some(phone), Some(bsuid)) => place.together(tx, (phone, by_phone), (bsuid, by_bsuid), shown.at)?,
    };
    contacts::known(tx, team, identity)
}

impl Place<'_> {
    /// Makes a customer with these addresses, which nobody has, each with when it was hers.
    fn make(self, tx: &mut Tx<'_>, addresses: &[(Kind, &str, i64)]) -> db::Result<IdentityId> {
        let Self { clock, team, channel } = self;
        let known = Known { identity: clock.id(), contact: clock.id() };
        // Her name comes with her messages, so no profile is to be asked for.
        contacts::insert(tx, team, channel, known, Some(0), clock.now())?;
        for (kind, address, seen_at) in addresses {
            self.add(tx, known.identity, *kind, address, *seen_at)?;
        }
        Ok(known.identity)
    }

    fn add(self, tx: &mut Tx<'_>, to: IdentityId, kind: Kind, address: &str, seen_at: i64) -> db::Result<()> {
        store::add(tx, self.team, self.channel, to, Given { kind, address, seen_at }, self.clock.now())
    }

    /// Gives somebody a number that somebody has, perhaps herself.
    fn hand(self, tx: &mut Tx<'_>, to: IdentityId, phone: &str, seen_at: i64) -> db::Result<()> {
        store::hand(tx, self.team, self.channel, to, Given { kind: Kind::Phone, address: phone, seen_at })
    }

    /// A number and a BSUID in one event: one person.
    fn together(
        self,
        tx: &mut Tx<'_>,
        (phone, by_phone): (&str, Option<Held>),
        (bsuid, by_bsuid): (&str, Option<Held>),
        at: i64,
    ) -> db::Result<IdentityId> {
        match (by_phone, by_bsuid) {
            (None, None) => self.make(tx, &[(Kind::Phone, phone, at), (Kind::Bsuid, bsuid, at)]),
            (None, Some(known)) => {
                self.pass(tx, phone, None, known.identity, at)?;
                Ok(known.identity)
            }
            (Some(held), None) if self.has(tx, held.identity, Kind::Bsuid)? => {
                let other = self.make(tx, &[(Kind::Bsuid, bsuid, at)])?;
                self.pass(tx, phone, Some(held), other, at)?;
                Ok(other)
            }
            (Some(held), None) => {
                self.add(tx, held.identity, Kind::Bsuid, bsuid, at)?;
                self.hand(tx, held.identity, phone, at)?;
                Ok(held.identity)
            }
            (Some(held), Some(known)) if held.identity == known.identity => {
                if at > held.seen_at {
                    self.hand(tx, held.identity, phone, at)?;
                }
                Ok(held.identity)
            }
            (Some(held), Some(known)) => {
                if self.has(tx, held.identity, Kind::Bsuid)? || self.has(tx, known.identity, Kind::Phone)? {
                    self.pass(tx, phone, Some(held), known.identity, at)?;
                    return Ok(known.identity);
                }
                let stays = merge::merge(tx, self.clock, self.team, held.identity, known.identity)?;
                self.hand(tx, stays, phone, at)?;
                Ok(stays)
            }
        }
    }

    fn has(self, tx: &mut Tx<'_>, identity: IdentityId, kind: Kind) -> db::Result<bool> {
        Ok(store::address(tx, self.team, identity, kind)?.is_some())
    }

    /// A number passes to somebody with a BSUID, unless what is known of it, or of her, is later. It leaves who had it,
    /// and she leaves the number she had.
    fn pass(self, tx: &mut Tx<'_>, phone: &str, from: Option<Held>, to: IdentityId, at: i64) -> db::Result<()> {
        let Self { team, channel, .. } = self;
        if from.is_some_and(|held| held.seen_at >= at) {
            return Ok(());
        }
        if let Some((_, since)) = store::address(tx, team, to, Kind::Phone)? {
            if since >= at {
                return Ok(());
            }
            store::drop_phone(tx, team, to)?;
            tracing::info!(%channel, identity = %to, "a WhatsApp customer has another number now");
        }
        match from {
            Some(held) => {
                tracing::info!(%channel, from = %held.identity, %to, "a number passed to another WhatsApp customer");
                self.hand(tx, to, phone, at)
            }
            None => self.add(tx, to, Kind::Phone, phone, at),
        }
    }
}
