//! Live events: what a transaction changed is told, after its commit, to everyone who may see it and is looking
//! (architecture.md section 5).
//!
//! A transaction names what changed ([`crate::db::Tx::tell`]); once it is on disk the database hands that to [`Live`].
//! One task then asks, once for all listeners, who may see these things now, and puts kind and id into their queues.
//! What changes again and again, as a send under way, is told four times a second at most, and once more at its end.
//!
//! Where several servers share a database, what is handed to [`Live::publish`] travels between them
//! ([`crate::cluster`]).

mod announce;
pub mod http;
mod news;
mod stream;

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use shared::id::TeamId;
use tokio::sync::Notify;

pub(crate) use self::news::{PACE, Pending};
use self::stream::Stream;
pub use self::{
    announce::start,
    news::{News, Standing, Subject},
    stream::Listening,
};
use crate::{caller::Caller, cluster::Relay};

/// Streams of one member: so many tabs and devices nobody looks at. Beyond it the one that is open longest ends, most
/// likely one whose client went away without a word.
pub const STREAMS: usize = 16;

/// Everyone who listens, and what is to be told to them. Cloning gives another hand on the same.
#[derive(Clone, Default)]
pub struct Live(Arc<Inner>);

#[derive(Default)]
struct Inner {
    streams: Mutex<Vec<Arc<Stream>>>,
    pending: Mutex<Pending>,
    arrived: Notify,
    opened: AtomicU64,
    relay: Relay,
}

impl Live {
    /// For one of several servers: what is published goes to the others too.
    pub fn of_many() -> Self {
        Self(Arc::new(Inner { relay: Relay::open(), ..Inner::default() }))
    }

    /// The way to the other servers.
    pub fn relay(&self) -> &Relay {
        &self.0.relay
    }

    /// Takes what a committed transaction changed. Never waits: it is called where the next write is waiting.
    pub fn publish(&self, news: Vec<News>) {
        if !news.is_empty() {
            self.0.relay.publish(&news);
            self.hear(news);
        }
    }

    /// Takes what a transaction of another server changed.
    pub fn hear(&self, news: Vec<News>) {
        if news.is_empty() {
            return;
        }
        let streams = self.streams();
        let mut pending = self.pending();
        for one in news {
            match one {
                News::SignedOut { team, member, session } => {
                    let concerned = |caller: &Caller| {
                        caller.team == team && caller.member == member && session.is_none_or(|it| it == caller.session)
                    };
                    streams.iter().filter(|stream| concerned(&stream.caller)).for_each(|stream| stream.end());
                }
                News::Changed { team, subject, before } => {
                    if streams.iter().any(|stream| stream.caller.team == team) {
                        pending.add(team, subject, before);
                    }
                }
            }
        }
        drop((streams, pending));
        self.0.arrived.notify_one();
    }

    /// Begins to listen on behalf of this member. Ends with what is returned, or when her session does.
    pub fn listen(&self, caller: Caller) -> Listening {
        let number = self.0.opened.fetch_add(1, Ordering::Relaxed);
        let stream = Arc::new(Stream::new(number, caller));
        let mut streams = self.streams();
        let of_hers = |other: &Arc<Stream>| other.caller.member == stream.caller.member;
        let mut hers = streams.iter().enumerate().filter(|(_, other)| of_hers(other));
        if let (Some((longest, _)), true) = (hers.next(), hers.count() + 1 >= STREAMS) {
            streams.remove(longest).end();
        }
        streams.push(Arc::clone(&stream));
        Listening::new(self.clone(), stream)
    }

    /// How many streams are open.
    pub fn open(&self) -> usize {
        self.streams().len()
    }

    fn leave(&self, number: u64) {
        self.streams().retain(|stream| stream.number != number);
    }

    /// Every stream looks at everything again: what was missed cannot be said.
    pub fn all_look_again(&self) {
        self.streams().iter().for_each(|stream| stream.lag());
    }

    /// The streams of this team look at everything again.
    pub fn team_looks_again(&self, team: TeamId) {
        self.streams().iter().filter(|stream| stream.caller.team == team).for_each(|stream| stream.lag());
    }

    fn streams(&self) -> MutexGuard<'_, Vec<Arc<Stream>>> {
        self.0.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.0.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
