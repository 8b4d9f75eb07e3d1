//! Several servers on one PostgreSQL database: what one of them commits is told to the others, whose clients are
//! looking too, and whose engines may help.
//!
//! It is told right after the commit, in groups, by a connection of its own
//! (docs/decisions/2026-11-20-servers-tell-each-other-after-the-commit.md). All of it are hints: what is lost with a
//! server that dies in between is made up for, as one that falls silent makes the clients of all others look again.

#[cfg(test)]
mod cluster_test;
mod link;
mod message;
mod relay;

pub use self::{
    link::{flush, start},
    relay::Relay,
};
