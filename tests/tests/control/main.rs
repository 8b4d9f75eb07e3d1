//! A person's hand on a send, over HTTP against the sandbox: hold it, let it go on, stop it, send again to those who
//! did not get it. LINE's ledger says who got it how often.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod again;
mod stage;
mod whatsapp;

use sandbox::{Fault, FaultKind};
use server::params;
use shared::{
    campaigns::{
        CampaignState, CancelCampaign, PauseCampaign, Progress, ResumeCampaign, ResumeChannel, ShowCampaign,
        ShowProgress,
    },
    deliveries::Outcome,
    problem::{Conflict, Problem, What},
    reasons::{CheckedBy, Reason},
};
use tests::{
    Engine, World,
    crowd::{crowd, receipts},
    world::{settled, until},
};

use self::stage::{accepted, audit, people, quiet, slow, start};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_held_send_stops_in_the_middle_and_goes_on_to_everybody_once() {
    for engine in Engine::here().unwrap() {
        let (world, client) = start(engine, slow, 60).await;
        world.sandbox.line().add_fault(Fault::new(FaultKind::Slow { ms: 40 }).at("push"));
        let campaign = people(&client, "您好").await;
        accepted(&world, 5).await;

        let (held, again) =
            tokio::join!(client.call(PauseCampaign { id: campaign }), client.call(PauseCampaign { id: campaign }));
        let (held, again) = (held.unwrap(), again.unwrap());
        assert_eq!((held.state, again.state), (CampaignState::Paused, CampaignState::Paused), "a double tap");
        assert_eq!(held.paused, None, "a person holds it, not a reason");
        let got = quiet(&world).await;
        assert!(got < 60, "{engine:?}: the hold came too late to mean anything");
        let progress = client.call(ShowProgress { id: campaign }).await.unwrap();
        assert_eq!((progress.state, progress.figures.failed), (CampaignState::Paused, 0));
        assert_eq!(progress.figures.waiting, (60 - got) as u64, "whoever was not called still waits");
        let record = client.call(ShowCampaign { id: campaign }).await.unwrap();
        assert_eq!(record.paused_by.map(|by| by.name).as_deref(), Some("許芷晴"));
        assert_eq!((record.cancelled_by, record.paused_channels), (None, Vec::new()));

        let gone_on = client.call(ResumeCampaign { id: campaign }).await.unwrap();
        assert_eq!(gone_on.state, CampaignState::Sending);
        client.call(ResumeCampaign { id: campaign }).await.unwrap();
        let progress = settled(&client, campaign).await.unwrap();
        assert_eq!((progress.state, progress.figures.succeeded), (CampaignState::Completed, 60));
        let receipts = receipts(&world);
        assert_eq!(receipts.len(), 60, "{engine:?}: nobody is lost");
        assert!(receipts.values().all(|times| *times == 1), "nobody twice: {receipts:?}");

        let over = Conflict::SendState { state: CampaignState::Completed };
        for refused in [
            client.call(PauseCampaign { id: campaign }).await,
            client.call(ResumeCampaign { id: campaign }).await,
            client.call(CancelCampaign { id: campaign }).await,
        ] {
            assert_eq!(refused, Err(Problem::conflict(over.clone())));
        }
        assert_eq!(audit(&world, campaign).await, ["campaign.pause 許芷晴", "campaign.resume 許芷晴"]);
        world.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_send_reached_each_once_or_is_cancelled_for_her() {
    for engine in Engine::here().unwrap() {
        let (world, client) = start(engine, slow, 60).await;
        world.sandbox.line().add_fault(Fault::new(FaultKind::Slow { ms: 40 }).at("push"));
        let campaign = people(&client, "您好").await;
        accepted(&world, 5).await;
        let manager = world.client("manager").await.unwrap();
        let (one, other) =
            tokio::join!(manager.call(CancelCampaign { id: campaign }), client.call(CancelCampaign { id: campaign }));
        assert_eq!((one.unwrap().state, other.unwrap().state), (CampaignState::Cancelled, CampaignState::Cancelled));
        let progress = settled(&client, campaign).await.unwrap();
        assert_eq!(progress.state, CampaignState::Cancelled, "and so it stays");
        let (got, figures) = (receipts(&world), progress.figures);
        assert!(got.len() < 60, "{engine:?}: the cancel came too late to mean anything");
        assert!(got.values().all(|times| *times == 1));
        assert_eq!((figures.succeeded, figures.failed), (got.len() as u64, 60 - got.len() as u64));
        let failed = stage::rows(&client, campaign, Some(Outcome::Failed)).await;
        let why: Vec<_> = failed.iter().map(|row| (row.reason, row.checked_by)).collect();
        assert!(why.iter().all(|why| *why == (Some(Reason::Cancelled), Some(CheckedBy::Storecast))), "{why:?}");
        let record = client.call(ShowCampaign { id: campaign }).await.unwrap();
        assert!(record.row.finished_at.is_some() && record.cancelled_by.is_some());
        assert_eq!(audit(&world, campaign).await.len(), 1, "it was stopped once");
        let stopped = Conflict::SendState { state: CampaignState::Cancelled };
        assert_eq!(client.call(PauseCampaign { id: campaign }).await, Err(Problem::conflict(stopped.clone())));
        assert_eq!(client.call(ResumeCampaign { id: campaign }).await, Err(Problem::conflict(stopped)));
        world.stop().await.unwrap();
    }
}

/// Calls that are out when it is stopped count as they end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_is_under_way_when_it_is_stopped_counts_as_it_ends() {
    let (world, client) = start(Engine::Sqlite, |_| {}, 3).await;
    world.sandbox.line().add_fault(Fault::new(FaultKind::Slow { ms: 600 }).at("push"));
    let account = &world.team.accounts[0].name;
    let out = || world.sandbox.line().stats(account).unwrap().peak_per_second.get("push").copied();
    let campaign = people(&client, "您好").await;
    until("all calls are out", async || out() == Some(3)).await;
    client.call(CancelCampaign { id: campaign }).await.unwrap();
    let progress = settled(&client, campaign).await.unwrap();
    assert_eq!((progress.state, progress.figures.succeeded), (CampaignState::Cancelled, 3));
    world.stop().await.unwrap();
}

/// What it was stopped in the middle of goes on after a crash.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_right_after_a_stop_settles_the_rest_when_it_is_back() {
    let mut world = World::process().await.unwrap();
    let client = world.client("sales").await.unwrap();
    crowd(&world, &client, 60).await.unwrap();
    world.sandbox.line().add_fault(Fault::new(FaultKind::Slow { ms: 300 }).at("push"));
    let campaign = people(&client, "您好").await;
    accepted(&world, 1).await;
    client.call(CancelCampaign { id: campaign }).await.unwrap();
    world.kill().unwrap();
    world.restart().await.unwrap();
    let client = world.client("sales").await.unwrap();
    let Progress { state, figures, .. } = settled(&client, campaign).await.unwrap();
    assert_eq!((state, figures.audience), (CampaignState::Cancelled, 60));
    let got = receipts(&world);
    assert!(got.values().all(|times| *times == 1));
    assert!(figures.succeeded <= got.len() as u64, "nobody is said to have got it who did not");
    assert!(got.len() as u64 <= figures.succeeded + figures.unknown, "nobody who got it is called cancelled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_account_is_let_go_on_by_those_who_work_with_it() {
    let (world, client) = start(Engine::Sqlite, |_| {}, 2).await;
    world.sandbox.line().add_fault(Fault::new(FaultKind::Unauthorized).at("push"));
    let campaign = people(&client, "您好").await;
    until("it is held", async || {
        client.call(ShowProgress { id: campaign }).await.unwrap().paused == Some(Reason::LineRefused)
    })
    .await;
    let record = client.call(ShowCampaign { id: campaign }).await.unwrap();
    let paused: Vec<_> = record.paused_channels.iter().map(|one| (one.channel.name.as_str(), one.reason)).collect();
    assert_eq!(paused, [("晴嶼生活", Reason::LineRefused)]);
    world.sandbox.line().clear_faults(None);

    let id = world.team.accounts[0].id;
    let stranger = world.sign_in(world.other.seat("admin").unwrap()).await.unwrap();
    assert_eq!(stranger.call(ResumeChannel { id }).await, Err(Problem::missing(What::Channel)));
    assert!(matches!(client.call(ResumeChannel { id }).await, Err(Problem::Forbidden { .. })), "sales staff");
    let theirs = world.other.accounts[0].id;
    let manager = world.client("manager").await.unwrap();
    assert_eq!(manager.call(ResumeChannel { id: theirs }).await, Err(Problem::missing(What::Channel)));
    manager.call(ResumeChannel { id }).await.unwrap();
    assert_eq!(settled(&client, campaign).await.unwrap().figures.succeeded, 2);
    world.client("admin").await.unwrap().call(ResumeChannel { id }).await.unwrap();
    assert_eq!(stage::audit_of(&world, &id.to_string()).await, ["channel.resume 陳店長"], "once");
    world.stop().await.unwrap();
}

/// What could not start within its time does not go out when it is let go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_let_go_on_too_late_expires() {
    let (world, client) = start(Engine::Sqlite, slow, 20).await;
    world.sandbox.line().add_fault(Fault::new(FaultKind::Slow { ms: 100 }).at("push"));
    let campaign = people(&client, "您好").await;
    accepted(&world, 1).await;
    client.call(PauseCampaign { id: campaign }).await.unwrap();
    let got = quiet(&world).await;
    world
        .server
        .app()
        .unwrap()
        .db
        .write(move |tx| tx.execute("UPDATE slice SET expires_at = 1 WHERE campaign_id = $1", params![campaign]))
        .await
        .unwrap();
    client.call(ResumeCampaign { id: campaign }).await.unwrap();
    let progress = settled(&client, campaign).await.unwrap();
    assert_eq!((progress.figures.succeeded, progress.figures.failed), (got as u64, 20 - got as u64));
    let failed = stage::rows(&client, campaign, Some(Outcome::Failed)).await;
    assert!(failed.iter().all(|row| row.reason == Some(Reason::Expired)), "{failed:?}");
    world.stop().await.unwrap();
}
