//! What an operator relies on: several servers on one database, people who are forgotten, a server that says when it cannot
//! serve (issue 5, items 5 and 9).

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod erasure;
mod health;
mod servers;

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use server::clock::Clock;
use tests::{
    World,
    running::{Running, listener},
    world::PATIENCE,
};

/// Another server on the database of this world.
async fn another(world: &World) -> Running {
    Running::here(world.config.clone(), listener(0).await.unwrap(), Clock::system()).await.unwrap()
}

/// Waits until something is so.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
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
