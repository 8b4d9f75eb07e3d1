//! The delivery engine against LINE's bad days: killed in the middle, no answer, too fast, used up, unknown people.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use sandbox::{Fault, FaultKind};
use server::{channels, config::Config};
use shared::{
    campaigns::{CampaignState, CheckDraft, Kind, Progress, SaveDraft, SendDraft, ShowCampaign, ShowProgress},
    content::{Content, NAME_TOKEN, Part},
    conversations::{ConversationState, CountConversations, Scope},
    deliveries::{DeliveryDetail, ListDeliveries, Outcome, ShowDelivery},
    id::{CampaignId, MediaId},
    media::MediaKind,
    problem::{Conflict, Problem},
    reasons::{CheckedBy, Reason},
    selection::Selection,
};
use tests::{
    Client, Engine, World,
    crowd::{crowd, everybody, receipts},
    upload::upload,
    world::{PATIENCE, new_draft, send, settled},
};

const PICTURE: &[u8] = include_bytes!("../src/demo/pictures/mugs.jpg");

/// A text that is another for everybody, so that each gets a call of her own.
const SINGLY: &str = "{{system:customer_name}} 您好";

/// Waits until LINE accepted so many.
async fn accepted(world: &World, least: usize) -> anyhow::Result<()> {
    let began = std::time::Instant::now();
    while receipts(world).len() < least {
        ensure!(began.elapsed() < PATIENCE, "only {} got it", receipts(world).len());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(())
}

/// The only recipient of a record with this outcome.
async fn only(client: &Client, campaign: CampaignId, outcome: Outcome) -> anyhow::Result<DeliveryDetail> {
    let list = ListDeliveries { id: campaign, outcome: Some(outcome), reason: None, limit: 2, after: None };
    let page = client.call(list).await?;
    ensure!(page.items.len() == 1, "{} recipients are {outcome:?}", page.items.len());
    Ok(client.call(ShowDelivery { id: campaign, delivery: page.items[0].id }).await?)
}

/// Tries follow each other at once, and end after a few.
fn impatient(config: &mut Config) {
    config.engine.retry_ms = vec![20, 20, 20];
    config.engine.poll_ms = 20;
    config.line.timeout_ms = 300;
}

/// One customer in progress, and the world around her.
async fn one_customer(change: impl FnOnce(&mut Config)) -> anyhow::Result<(World, Client)> {
    let world = World::start_with(Engine::Sqlite, change).await?;
    let client = world.client("sales").await?;
    world.taken(&client, "林雅婷", "請問有現貨嗎").await?;
    Ok((world, client))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_in_the_middle_sends_everyone_once() -> anyhow::Result<()> {
    let mut world = World::process().await?;
    let people = 120;
    let client = world.client("sales").await?;
    crowd(&world, &client, people).await?;
    // Slow enough that calls are out when the kill comes, in every state.
    let fault = Fault::new(FaultKind::SlowRange { from_ms: 100, to_ms: 600 }).at("push");
    world.sandbox.line().add_fault(fault);
    let campaign = send(&client, new_draft(), everybody(), &[SINGLY]).await?;
    accepted(&world, people / 8).await?;
    world.kill()?;
    let before = receipts(&world).len();
    assert!(before < people, "the kill came too late to mean anything: {before}");
    world.sandbox.line().clear_faults(None);
    world.restart().await?;
    let client = world.client("sales").await?;
    let progress = settled(&client, campaign).await?;
    assert_eq!(progress.state, CampaignState::Completed);
    assert_eq!(progress.figures.succeeded, people as u64, "{:?}", progress.figures);
    let receipts = receipts(&world);
    assert_eq!(receipts.len(), people, "nobody is lost");
    assert!(receipts.values().all(|times| *times == 1), "nobody gets it twice: {receipts:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_is_the_same_on_both_engines() -> anyhow::Result<()> {
    for engine in Engine::here()? {
        let world = World::start_on(engine).await?;
        let client = world.client("sales").await?;
        crowd(&world, &client, 30).await?;
        let text = format!("{NAME_TOKEN}您好");
        let campaign = send(&client, new_draft(), everybody(), &[&text]).await?;
        let progress = settled(&client, campaign).await?;
        assert_eq!((progress.state, progress.figures.succeeded), (CampaignState::Completed, 30), "{engine:?}");
        assert!(receipts(&world).values().all(|times| *times == 1));
        for entry in world.sandbox.ledger() {
            let text = entry.messages[0]["text"].as_str().context("a text")?;
            assert!(text.starts_with("客人") && text.ends_with("您好"), "{text}");
        }
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_was_lost_is_asked_for_again_under_the_same_key() -> anyhow::Result<()> {
    let (world, client) = one_customer(impatient).await?;
    world.sandbox.line().add_fault(Fault::new(FaultKind::TimeoutAfter { hold_ms: 0 }).at("push").times(1));
    let campaign = send(&client, new_draft(), everybody(), &["您好"]).await?;
    assert_eq!(settled(&client, campaign).await?.figures.succeeded, 1);
    assert_eq!(receipts(&world).values().copied().collect::<Vec<_>>(), [1]);
    let detail = only(&client, campaign, Outcome::Succeeded).await?;
    assert_eq!(detail.attempts.len(), 1);
    assert_eq!(detail.attempts[0].outcome, "unsure");
    assert!(detail.request_id.is_some(), "LINE names the request that it accepted");
    Ok(())
}

/// That its tries are the same bytes is seen closer by in `outbox/lane_test.rs`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_with_media_that_line_failed_on_arrives_once_and_whole() -> anyhow::Result<()> {
    let world = World::start_with(Engine::Sqlite, impatient).await?;
    let client = world.client("sales").await?;
    let (customer, id) = world.taken(&client, "林雅婷", "請問有現貨嗎").await?;
    let picture = upload(&client, MediaId(new_draft().0), MediaKind::Image, PICTURE).await?;
    world.sandbox.line().add_fault(Fault::new(FaultKind::ServerError).at("push").times(1));
    world.sandbox.line().add_fault(Fault::new(FaultKind::TimeoutAfter { hold_ms: 0 }).at("push").times(1));
    let draft = new_draft();
    let content = Content { parts: vec![Part::Image { media: picture.id }, Part::text("新品")] };
    let selection = Selection { ids: vec![id], matching: Vec::new() };
    client.call(SaveDraft { id: draft, kind: Kind::GroupMessage, selection, content, revision: 0 }).await?;
    let check = client.call(CheckDraft { id: draft }).await?;
    let send = SendDraft { id: draft, audience: check.audience, digest: check.digest };
    let campaign = client.call(send).await?.campaign;
    assert_eq!(settled(&client, campaign).await?.figures.succeeded, 1);
    assert_eq!(receipts(&world).values().copied().collect::<Vec<_>>(), [1]);
    let fetched = world.fetched(&customer).await?;
    assert_eq!(fetched.len(), 2);
    assert!(fetched.iter().all(sandbox::line::Fetched::is_seen), "{fetched:?}");
    let detail = only(&client, campaign, Outcome::Succeeded).await?;
    assert_eq!((detail.attempts.len(), detail.media.len()), (2, 1));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_never_arrived_is_made_again() -> anyhow::Result<()> {
    let (world, client) = one_customer(impatient).await?;
    world.sandbox.line().add_fault(Fault::new(FaultKind::TimeoutBefore { hold_ms: 0 }).at("push").times(2));
    let campaign = send(&client, new_draft(), everybody(), &["您好"]).await?;
    assert_eq!(settled(&client, campaign).await?.figures.succeeded, 1);
    assert_eq!(receipts(&world).values().copied().collect::<Vec<_>>(), [1]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_never_answers_is_unknown_and_never_called_failed() -> anyhow::Result<()> {
    let (world, client) = one_customer(impatient).await?;
    world.sandbox.line().add_fault(Fault::new(FaultKind::ServerError).at("push"));
    let campaign = send(&client, new_draft(), everybody(), &["您好"]).await?;
    let progress = settled(&client, campaign).await?;
    assert_eq!((progress.figures.unknown, progress.figures.failed), (1, 0));
    let detail = only(&client, campaign, Outcome::Unknown).await?;
    assert_eq!(detail.row.reason, Some(Reason::NoAnswer));
    assert_eq!(detail.provider_code.as_deref(), Some("500"));
    assert_eq!(detail.attempts.len(), 4, "the first and three more");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn too_fast_is_tried_later_and_given_up_as_failed_with_lines_own_words() -> anyhow::Result<()> {
    let (world, client) = one_customer(impatient).await?;
    world.sandbox.line().add_fault(Fault::new(FaultKind::RateLimit).at("push").times(1));
    let campaign = send(&client, new_draft(), everybody(), &["一"]).await?;
    assert_eq!(settled(&client, campaign).await?.figures.succeeded, 1);
    world.sandbox.line().add_fault(Fault::new(FaultKind::RateLimit).at("push"));
    let campaign = send(&client, new_draft(), everybody(), &["二"]).await?;
    let progress = settled(&client, campaign).await?;
    assert_eq!((progress.state, progress.figures.failed), (CampaignState::Failed, 1));
    let detail = only(&client, campaign, Outcome::Failed).await?;
    assert_eq!(detail.row.reason, Some(Reason::LineRateLimited));
    assert_eq!(detail.row.checked_by, Some(CheckedBy::Platform));
    assert_eq!(detail.provider_text.as_deref(), Some("The API rate limit has been exceeded. Try again later."));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_that_is_used_up_holds_the_send_and_burns_nobody() -> anyhow::Result<()> {
    let (world, client) = one_customer(impatient).await?;
    let account = world.team.accounts.first().context("an account")?;
    let id = new_draft();
    let content = Content::of_text("您好");
    client.call(SaveDraft { id, kind: Kind::GroupMessage, selection: everybody(), content, revision: 0 }).await?;
    let check = client.call(CheckDraft { id }).await?;
    // Somebody else uses the rest of the month up after it was looked at.
    world.sandbox.line().change_channel(&account.name, |spec| spec.monthly_limit = Some(0))?;
    let sent = client.call(SendDraft { id, audience: check.audience, digest: check.digest }).await?;
    let campaign = sent.campaign;
    let began = std::time::Instant::now();
    let held = loop {
        let progress: Progress = client.call(ShowProgress { id: campaign }).await?;
        if progress.state == CampaignState::Paused {
            break progress;
        }
        ensure!(began.elapsed() < PATIENCE, "never held: {progress:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert_eq!((held.paused, held.figures.waiting), (Some(Reason::LineMonthlyLimit), 1));
    world.sandbox.line().change_channel(&account.name, |spec| spec.monthly_limit = None)?;
    channels::resume(world.server.app()?, world.team.id, account.id).await?;
    assert_eq!(settled(&client, campaign).await?.figures.succeeded, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_that_is_not_used_up_although_line_says_so_holds_nothing() -> anyhow::Result<()> {
    let (world, client) = one_customer(impatient).await?;
    world.sandbox.line().add_fault(Fault::new(FaultKind::MonthlyLimit).at("push").times(1));
    let campaign = send(&client, new_draft(), everybody(), &["您好"]).await?;
    let progress = settled(&client, campaign).await?;
    assert_eq!((progress.state, progress.figures.succeeded), (CampaignState::Completed, 1));
    let detail = only(&client, campaign, Outcome::Succeeded).await?;
    assert_eq!(detail.attempts.len(), 1, "it was too fast once");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_send_larger_than_what_is_left_this_month_is_refused_with_both_numbers() -> anyhow::Result<()> {
    let world = World::start().await?;
    let client = world.client("sales").await?;
    crowd(&world, &client, 3).await?;
    let account = world.team.accounts.first().context("an account")?;
    world.sandbox.line().change_channel(&account.name, |spec| spec.monthly_limit = Some(2))?;
    let id = new_draft();
    let content = Content::of_text("您好");
    client.call(SaveDraft { id, kind: Kind::GroupMessage, selection: everybody(), content, revision: 0 }).await?;
    let check = client.call(CheckDraft { id }).await?;
    assert_eq!(check.channels[0].quota.and_then(shared::campaigns::ChannelQuota::left), Some(2));
    let refused = client.call(SendDraft { id, audience: check.audience, digest: check.digest }).await;
    assert_eq!(refused.err(), Some(Problem::conflict(Conflict::QuotaTooSmall { needed: 3, left: 2 })));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_line_does_not_know_fails_alone() -> anyhow::Result<()> {
    let world = World::start().await?;
    let client = world.client("sales").await?;
    crowd(&world, &client, 3).await?;
    let team = world.team.id.to_string();
    // As after an import with a user id of another provider.
    world
        .server
        .app()?
        .db
        .write(move |tx| {
            tx.execute(
                "UPDATE identity_address SET address = 'U00000000000000000000000000000000' \
                 WHERE team_id = $1 AND address = (SELECT MIN(address) FROM identity_address WHERE team_id = $1)",
                server::db::params![&team],
            )
        })
        .await?;
    let campaign = send(&client, new_draft(), everybody(), &["您好"]).await?;
    let progress = settled(&client, campaign).await?;
    assert_eq!((progress.figures.succeeded, progress.figures.failed), (2, 1));
    let detail = only(&client, campaign, Outcome::Failed).await?;
    assert_eq!(detail.row.reason, Some(Reason::LineInvalidUser));
    assert_eq!(detail.row.checked_by, Some(CheckedBy::Platform));
    assert_eq!(detail.provider_code.as_deref(), Some("400"));
    let record = client.call(ShowCampaign { id: campaign }).await?;
    assert_eq!(record.reasons.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_pace_of_an_account_is_kept_as_it_is_received() -> anyhow::Result<()> {
    let world = World::start_with(Engine::Sqlite, |config| config.line.rate = 50).await?;
    let client = world.client("sales").await?;
    crowd(&world, &client, 80).await?;
    world.sandbox.line().reset_stats();
    let campaign = send(&client, new_draft(), everybody(), &[SINGLY]).await?;
    assert_eq!(settled(&client, campaign).await?.figures.succeeded, 80);
    let account = &world.team.accounts.first().context("an account")?.name;
    let peaks = world.sandbox.line().stats(account)?.peak_per_second;
    let peak = peaks.get("push").copied().unwrap_or_default();
    assert!(
        (1..=52).contains(&peak),
        "in no second more than the configured 50, but for the clocks' own grain: {peak}"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_in_the_middle_hands_the_rest_back_and_the_next_start_goes_on() -> anyhow::Result<()> {
    let mut world = World::process().await?;
    let client = world.client("sales").await?;
    crowd(&world, &client, 60).await?;
    world.sandbox.line().add_fault(Fault::new(FaultKind::Slow { ms: 200 }).at("push"));
    let campaign = send(&client, new_draft(), everybody(), &[SINGLY]).await?;
    accepted(&world, 1).await?;
    world.server.stop().await?;
    world.restart().await?;
    let client = world.client("sales").await?;
    assert_eq!(settled(&client, campaign).await?.figures.succeeded, 60);
    assert!(receipts(&world).values().all(|times| *times == 1));
    assert_eq!(receipts(&world).len(), 60);
    let counts = client
        .call(CountConversations { state: ConversationState::InProgress, scope: Scope::Mine, ..Default::default() })
        .await?;
    assert_eq!(counts.in_progress, 60);
    Ok(())
}
