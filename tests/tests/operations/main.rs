//! What an operator relies on: several servers on one database, people who are forgotten, a server that says when it
//! cannot serve (issue 5, items 5 and 9).

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod erasure;
mod health;
mod servers;

use std::collections::HashMap;

use server::clock::Clock;
use tests::{
    World,
    running::{Running, listener},
};

/// Another server on the database of this world.
async fn another(world: &World) -> Running {
    Running::here(world.config.clone(), listener(0).await.unwrap(), Clock::system()).await.unwrap()
}

/// How often each customer on LINE got a message that holds this.
fn arrived(world: &World, text: &str) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for entry in world.sandbox.ledger() {
        if entry.delivered && entry.messages.iter().any(|message| message.to_string().contains(text)) {
            *counts.entry(entry.user).or_default() += 1;
        }
    }
    counts
}
