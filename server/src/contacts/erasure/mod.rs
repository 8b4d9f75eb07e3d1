//! Forgets a person: name, addresses, labels, messages and what she sent, and the webhooks that name her. What remains
//! of her in records of sends is that somebody was sent to, and what became of it. Who writes again later is somebody
//! new.
//!
//! It goes in pieces, each a transaction of its own, and goes on where it was cut. What is on its way to her while it
//! runs is settled first: until then the rest stays, and a server finishes it by itself.

mod store;
#[cfg(test)]
mod store_test;

use shared::{
    id::{ContactId, TeamId},
    problem::{Problem, What},
};

use self::store::Begun;
use crate::{
    App, audit, campaigns,
    contacts::store as contacts,
    conversations,
    db::{self, Lane},
    inbox,
    live::News,
    media,
    refused::Result,
};

/// Messages or recipients of a piece.
const PIECE: usize = 200;

/// How far forgetting somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgotten {
    /// Nothing of her is left.
    Wholly,
    /// So many of our messages to her are not settled yet; the server finishes it after that.
    Until {
        /// How many.
        waiting: u64,
    },
}

/// The people of a team with this address, on whichever channel.
pub async fn with_address(app: &App, team: TeamId, address: &str) -> Result<Vec<ContactId>> {
    let address = address.to_owned();
    Ok(app.db.read(move |tx| store::with_address(tx, team, &address)).await?)
}

/// Forgets this person, or goes on with it. [`Problem::Missing`] where there is no such person, or none any more.
pub async fn forget(app: &App, team: TeamId, contact: ContactId) -> Result<Forgotten> {
    let now = app.clock.now();
    let clock = app.clock.clone();
    let begun = app.db.write(move |tx| {
        let Some(contact) = store::living(tx, team, contact)? else {
            return Err(Problem::missing(What::Contact).into());
        };
        if let Some(begun) = store::begun(tx, team, contact)? {
            return Ok::<_, crate::refused::Refused>(begun);
        }
        let begun = Begun { team, contact, addresses: store::addresses(tx, team, contact)? };
        contacts::people_change(tx, team)?;
        store::begin(tx, &begun, now)?;
        let act = audit::Act { action: "contact.forget", subject: contact.to_string(), detail: None };
        audit::note_operator(tx, &clock, team, &act)?;
        tx.tell(News::of(team, contact));
        Ok(begun)
    });
    go_on(app, begun.await?).await
}

/// Goes on with everybody who is being forgotten, of all teams.
pub async fn finish_all(app: &App) -> Result<()> {
    for begun in app.db.read(store::all_begun).await? {
        let (team, contact) = (begun.team, begun.contact);
        if app.tasks.is_stopping() {
            break;
        }
        if go_on(app, begun).await? == Forgotten::Wholly {
            tracing::info!(%team, %contact, "a person was forgotten");
        }
    }
    Ok(())
}

async fn go_on(app: &App, begun: Begun) -> Result<Forgotten> {
    let Begun { team, contact, addresses } = begun;
    for address in &addresses {
        // Meta writes a number without the plus that stands before it here.
        let named = address.strip_prefix('+').unwrap_or(address);
        while inbox::erase(app, team, named).await? > 0 {}
    }
    for person in app.db.read(move |tx| store::all_of(tx, team, contact)).await? {
        while media::erase_sent(app, team, person).await? > 0 {}
        while piece(app, team, person, store::erase_messages).await? > 0 {}
        while piece(app, team, person, store::erase_recipients).await? > 0 {}
    }
    finish(app, team, contact).await
}

/// A statement that erases at most so many rows of a person and returns how many.
type Eraser = fn(&mut db::Tx<'_>, TeamId, ContactId, usize) -> db::Result<u64>;

async fn piece(app: &App, team: TeamId, person: ContactId, erase: Eraser) -> db::Result<u64> {
    app.db.write_as(Lane::Engine, move |tx| erase(tx, team, person, PIECE)).await
}

/// Removes what held the rest together, if nothing hangs on it any more.
async fn finish(app: &App, team: TeamId, contact: ContactId) -> Result<Forgotten> {
    let now = app.clock.now();
    let finished = app.db.write(move |tx| {
        let waiting = store::left(tx, team, contact)?;
        if waiting > 0 {
            return Ok(Forgotten::Until { waiting });
        }
        let ids = store::conversations(tx, team, contact)?;
        campaigns::forget_ticked(tx, team, &ids, now)?;
        for (id, before) in conversations::standings(tx, team, &ids)? {
            tx.tell(News::moved(team, id, before));
        }
        store::remove(tx, team, contact)?;
        Ok::<_, crate::refused::Refused>(Forgotten::Wholly)
    });
    finished.await
}
