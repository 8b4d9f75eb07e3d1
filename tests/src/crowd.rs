//! Many customers of one account at once, and how often each of them got something.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, ensure};
use sandbox::line::{Batch, BatchCustomer};
use shared::{
    conversations::{ConversationFilter, ConversationState, CountConversations, ListConversations, Take},
    selection::Selection,
};

use crate::{Client, World, world::PATIENCE};

/// So many customers follow and write, and this client takes them all.
pub async fn crowd(world: &World, client: &Client, people: usize) -> anyhow::Result<()> {
    let account = world.team.accounts.first().context("an account")?.name.clone();
    let customers = (0..people)
        .map(|i| BatchCustomer {
            name: format!("客人{i:04}"),
            language: None,
            follow: true,
            timestamp: None,
            texts: vec!["您好".to_owned()],
        })
        .collect();
    let batch = Batch { channel: account, per_call: 50, silent: false, customers, acts: Vec::new() };
    world.sandbox.line().batch(batch).await?;
    let began = std::time::Instant::now();
    while client.call(CountConversations::default()).await?.pending < people as u64 {
        ensure!(began.elapsed() < PATIENCE, "not everybody's message arrived");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut after = None;
    let mut ids = Vec::new();
    loop {
        let list = ListConversations { state: ConversationState::Pending, limit: 100, after, ..Default::default() };
        let page = client.call(list).await?;
        ids.extend(page.items.into_iter().map(|card| card.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    for id in ids {
        client.call(Take { id }).await?;
    }
    Ok(())
}

/// Everybody who is this client's, whoever that is when it is sent.
pub fn everybody() -> Selection {
    let mut selection = Selection::default();
    selection.add_all(ConversationFilter::default());
    selection
}

/// How often each customer got something, whatever it was.
pub fn receipts(world: &World) -> BTreeMap<String, usize> {
    let mut receipts = BTreeMap::new();
    for entry in world.sandbox.ledger() {
        if entry.delivered && matches!(entry.endpoint.as_str(), "push" | "multicast") {
            *receipts.entry(entry.user).or_default() += 1;
        }
    }
    receipts
}
