//! The same message to many on LINE: a few calls instead of one for each, and nobody suffers for anybody else.

use std::{collections::BTreeSet, time::Duration};

use anyhow::{Context as _, ensure};
use sandbox::{Fault, FaultKind, line::ChannelSpec};
use server::config::Config;
use shared::{
    campaigns::{CampaignState, Figures, Progress},
    content::NAME_TOKEN,
    deliveries::{DeliveryDetail, ListDeliveries, Outcome, ShowDelivery},
    id::CampaignId,
    reasons::{CheckedBy, Reason},
};
use tests::{
    Client, Engine, World,
    crowd::{crowd, everybody, receipts},
    world::{PATIENCE, new_draft, send, settled},
};

/// Somebody whom LINE does not know, well-formed.
const STRANGER: &str = "U00000000000000000000000000000000";

/// Requests that LINE accepted, by endpoint.
fn accepted(world: &World, endpoint: &str) -> usize {
    let ledger = world.sandbox.ledger();
    let requests = ledger.iter().filter(|entry| entry.endpoint == endpoint).map(|entry| entry.request_id);
    requests.collect::<BTreeSet<_>>().len()
}

/// Changes how the team's account behaves.
fn change(world: &World, change: impl FnOnce(&mut ChannelSpec)) -> anyhow::Result<()> {
    let account = world.team.accounts.first().context("an account")?;
    Ok(world.sandbox.line().change_channel(&account.name, change)?)
}

/// One of the customers has an id that is another provider's, as after an import.
async fn estrange(world: &World) -> anyhow::Result<()> {
    let team = world.team.id.to_string();
    let sql = "UPDATE identity_address SET address = $2 WHERE team_id = $1
         AND address = (SELECT MIN(address) FROM identity_address WHERE team_id = $1)";
    let work = move |tx: &mut server::db::Tx<'_>| tx.execute(sql, server::db::params![&team, STRANGER]);
    world.server.app()?.db.write(work).await?;
    Ok(())
}

/// A world where this client has so many customers in progress.
async fn crowded(people: usize, change: impl FnOnce(&mut Config)) -> anyhow::Result<(World, Client)> {
    let world = World::start_with(Engine::Sqlite, change).await?;
    let client = world.client("sales").await?;
    crowd(&world, &client, people).await?;
    Ok((world, client))
}

/// Sends the same to everybody, and waits for the end.
async fn sends(client: &Client) -> anyhow::Result<(CampaignId, Figures)> {
    let campaign = send(client, new_draft(), everybody(), &["新品到店"]).await?;
    Ok((campaign, settled(client, campaign).await?.figures))
}

/// The first recipients of a record with this outcome.
async fn details(client: &Client, id: CampaignId, outcome: Outcome) -> anyhow::Result<Vec<DeliveryDetail>> {
    let list = ListDeliveries { id, outcome: Some(outcome), reason: None, limit: 3, after: None };
    let mut details = Vec::new();
    for row in client.call(list).await?.items {
        details.push(client.call(ShowDelivery { id, delivery: row.id }).await?);
    }
    Ok(details)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_for_twelve_hundred_is_three_requests() -> anyhow::Result<()> {
    let (world, client) = crowded(1_200, |_| {}).await?;
    let (campaign, figures) = sends(&client).await?;
    assert_eq!(figures.succeeded, 1_200);
    assert_eq!((accepted(&world, "multicast"), accepted(&world, "push")), (3, 0));
    let got = receipts(&world);
    assert!(got.len() == 1_200 && got.values().all(|times| *times == 1));
    let shown = details(&client, campaign, Outcome::Succeeded).await?;
    assert!(shown.iter().all(|detail| detail.request_id.is_some() && detail.attempts.is_empty()));
    let ids: BTreeSet<_> = shown.iter().map(|detail| detail.request_id.clone()).collect();
    assert_eq!(ids.len(), 1, "neighbours share a request");
    let account = &world.team.accounts.first().context("an account")?.name;
    let peaks = world.sandbox.line().stats(account)?.peak_per_second;
    assert_eq!(peaks.get("validate"), Some(&1), "the content is asked about once");
    let by_name = send(&client, new_draft(), everybody(), &[&format!("{NAME_TOKEN} 您好")]).await?;
    assert_eq!(settled(&client, by_name).await?.figures.succeeded, 1_200);
    assert_eq!((accepted(&world, "multicast"), accepted(&world, "push")), (3, 1_200), "by name is by push");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_line_does_not_know_fails_alone_whether_line_names_her_or_not() -> anyhow::Result<()> {
    for names_nobody in [false, true] {
        let (world, client) = crowded(40, |_| {}).await?;
        estrange(&world).await?;
        change(&world, |spec| spec.multicast_names_nobody = names_nobody)?;
        let (campaign, figures) = sends(&client).await?;
        assert_eq!((figures.succeeded, figures.failed), (39, 1), "{names_nobody}");
        let got = receipts(&world);
        assert!(got.len() == 39 && got.values().all(|times| *times == 1), "{got:?}");
        let failed = details(&client, campaign, Outcome::Failed).await?.remove(0);
        assert_eq!(failed.row.reason, Some(Reason::LineInvalidUser));
        assert_eq!((failed.row.checked_by, failed.provider_code.as_deref()), (Some(CheckedBy::Platform), Some("400")));
        assert!(!failed.attempts.is_empty() && failed.attempts.iter().all(|attempt| attempt.outcome == "refused"));
        if !names_nobody {
            assert_eq!((accepted(&world, "multicast"), accepted(&world, "push")), (1, 0), "without her");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_line_takes_a_foreign_id_the_others_get_it_at_once() -> anyhow::Result<()> {
    let (world, client) = crowded(40, |_| {}).await?;
    estrange(&world).await?;
    change(&world, |spec| spec.multicast_skips_unknown = true)?;
    let (_, figures) = sends(&client).await?;
    assert_eq!((figures.succeeded, figures.failed), (40, 0), "LINE said 200, and says no more");
    assert_eq!((accepted(&world, "multicast"), receipts(&world).len()), (1, 39));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_lost_is_asked_for_again_and_nobody_gets_it_twice() -> anyhow::Result<()> {
    let (world, client) = crowded(30, |config| {
        config.engine.retry_ms = vec![20, 20, 20];
        config.engine.poll_ms = 20;
        config.line.timeout_ms = 300;
    })
    .await?;
    for kind in [FaultKind::TimeoutAfter { hold_ms: 0 }, FaultKind::RateLimit, FaultKind::TimeoutBefore { hold_ms: 0 }]
    {
        world.sandbox.line().add_fault(Fault::new(kind).at("multicast").times(1));
    }
    let (campaign, figures) = sends(&client).await?;
    assert_eq!(figures.succeeded, 30);
    let got = receipts(&world);
    assert!(got.len() == 30 && got.values().all(|times| *times == 1), "{got:?}");
    let shown = details(&client, campaign, Outcome::Succeeded).await?;
    assert!(shown.iter().all(|detail| !detail.attempts.is_empty()), "everybody's record says what was tried");
    world.sandbox.line().add_fault(Fault::new(FaultKind::ServerError).at("multicast"));
    let (campaign, figures) = sends(&client).await?;
    assert_eq!((figures.unknown, figures.failed), (30, 0));
    let shown = details(&client, campaign, Outcome::Unknown).await?;
    assert!(shown.iter().all(|detail| detail.row.reason == Some(Reason::NoAnswer) && detail.attempts.len() == 4));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_before_it_knew_sends_everyone_once() -> anyhow::Result<()> {
    let mut world = World::process().await?;
    let client = world.client("sales").await?;
    crowd(&world, &client, 60).await?;
    // Accepted halfway: LINE has it, and the server dies before it hears of it.
    world.sandbox.line().add_fault(Fault::new(FaultKind::Slow { ms: 4_000 }).at("multicast"));
    let campaign = send(&client, new_draft(), everybody(), &["新品到店"]).await?;
    let began = std::time::Instant::now();
    while receipts(&world).is_empty() {
        ensure!(began.elapsed() < PATIENCE, "LINE never got it");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    world.kill()?;
    world.sandbox.line().clear_faults(None);
    world.restart().await?;
    let client = world.client("sales").await?;
    let Progress { state, figures, .. } = settled(&client, campaign).await?;
    assert_eq!((state, figures.succeeded), (CampaignState::Completed, 60));
    let got = receipts(&world);
    assert!(got.len() == 60 && got.values().all(|times| *times == 1), "{got:?}");
    let account = &world.team.accounts.first().context("an account")?.name;
    let refused = world.sandbox.line().stats(account)?.refused;
    assert_eq!(refused.get("retry_key_accepted"), Some(&1), "it asked again under the same key: {refused:?}");
    Ok(())
}
