//! Sending again on LINE: to those who failed once the cause is mended, and to those who are unknown by a person's
//! decision.

use sandbox::{Fault, FaultKind};
use server::{config::Config, db::params};
use shared::{
    campaigns::{CampaignState, CancelCampaign, PauseCampaign, ResendUnknown, RetryFailed, ShowCampaign},
    deliveries::{DeliveryRow, Outcome, ShowDelivery},
    id::{CampaignId, DeliveryId},
    problem::{Conflict, Problem, Rule, What},
    reasons::Reason,
};
use tests::{Client, Engine, crowd::receipts, world::settled};

use super::stage::{self, audit, people, start};

/// Tries follow each other at once, and end after a few.
fn impatient(config: &mut Config) {
    config.engine.retry_ms = vec![20, 20];
    config.engine.poll_ms = 20;
    config.line.timeout_ms = 300;
    config.line.in_flight = 4;
}

async fn failed(client: &Client, campaign: CampaignId) -> Vec<DeliveryRow> {
    stage::rows(client, campaign, Some(Outcome::Failed)).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_failed_get_it_once_when_the_cause_is_mended() {
    for engine in Engine::here().unwrap() {
        let (world, client) = start(engine, impatient, 12).await;
        let fault = Fault::new(FaultKind::RateLimit).at("push");
        world.sandbox.line().add_fault(Fault { from_call: 5, ..fault });
        let campaign = people(&client, "您好").await;
        let before = settled(&client, campaign).await.unwrap().figures;
        assert_eq!((before.succeeded, before.failed), (4, 8));
        let lost = failed(&client, campaign).await;
        assert!(lost.iter().all(|row| row.reason == Some(Reason::LineRateLimited)), "{lost:?}");
        world.sandbox.line().clear_faults(None);

        let retry = |reasons: &[Reason], people| RetryFailed { id: campaign, reasons: reasons.to_vec(), people };
        let limited = [Reason::LineRateLimited, Reason::Expired];
        let refused = client.call(retry(&limited, 3)).await;
        assert_eq!(refused, Err(Problem::conflict(Conflict::PeopleChanged { people: 8 })));
        let (one, other) = tokio::join!(client.call(retry(&limited, 8)), client.call(retry(&limited, 8)));
        let said = [one, other];
        let taken = said.iter().filter(|one| one.is_ok()).count();
        let late = Err(Problem::conflict(Conflict::PeopleChanged { people: 0 }));
        assert!(taken == 1 && said.contains(&late), "a double tap sends once: {said:?}");

        let after = settled(&client, campaign).await.unwrap();
        assert_eq!((after.state, after.figures.succeeded), (CampaignState::Completed, 12));
        let got = receipts(&world);
        assert_eq!(got.len(), 12, "{engine:?}: {got:?}");
        assert!(got.values().all(|times| *times == 1), "once each: {got:?}");
        let one = client.call(ShowDelivery { id: campaign, delivery: lost[0].id }).await.unwrap();
        assert_eq!((one.row.outcome, one.row.reason), (Outcome::Succeeded, None));
        assert!(one.attempts.len() >= 3, "what the first attempt came to is still told: {:?}", one.attempts);
        let nobody = client.call(retry(&limited, 0)).await;
        assert_eq!(nobody, Err(Problem::conflict(Conflict::NobodyToSend)));
        assert_eq!(audit(&world, campaign).await, ["campaign.retry 許芷晴"]);
        world.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_reasons_that_can_pass_are_taken_and_only_by_who_sees_the_record() {
    let (world, client) = start(Engine::Sqlite, impatient, 1).await;
    world.sandbox.line().add_fault(Fault::new(FaultKind::RateLimit).at("push"));
    let campaign = people(&client, "您好").await;
    settled(&client, campaign).await.unwrap();
    let retry = |reasons: &[Reason]| RetryFailed { id: campaign, reasons: reasons.to_vec(), people: 1 };
    assert_eq!(client.call(retry(&[])).await, Err(Problem::invalid("reasons", Rule::Required)));
    let refused = client.call(retry(&[Reason::LineRateLimited, Reason::Unfollowed])).await;
    assert!(matches!(&refused, Err(Problem::Invalid { field, .. }) if field == "reasons[1]"), "{refused:?}");
    let colleague = world.client("colleague").await.unwrap();
    assert_eq!(colleague.call(retry(&[Reason::LineRateLimited])).await, Err(Problem::missing(What::Campaign)));
    let admin = world.client("admin").await.unwrap();
    assert!(matches!(admin.call(retry(&[Reason::LineRateLimited])).await, Err(Problem::Forbidden { .. })));
    world.sandbox.line().clear_faults(None);
    let manager = world.client("manager").await.unwrap();
    manager.call(retry(&[Reason::LineRateLimited])).await.unwrap();
    assert_eq!(settled(&client, campaign).await.unwrap().figures.succeeded, 1);
    world.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_month_that_is_too_small_refuses_the_whole_of_it_with_both_numbers() {
    let (world, client) = start(Engine::Sqlite, impatient, 3).await;
    world.sandbox.line().add_fault(Fault::new(FaultKind::RateLimit).at("push"));
    let campaign = people(&client, "您好").await;
    settled(&client, campaign).await.unwrap();
    world.sandbox.line().clear_faults(None);
    let account = &world.team.accounts[0];
    world.sandbox.line().change_channel(&account.name, |spec| spec.monthly_limit = Some(2)).unwrap();
    let (team, channel) = (world.team.id, account.id);
    server::channels::refresh_quota(world.server.app().unwrap(), team, channel).await.unwrap();
    let retry = || RetryFailed { id: campaign, reasons: vec![Reason::LineRateLimited], people: 3 };
    let refused = client.call(retry()).await;
    assert_eq!(refused, Err(Problem::conflict(Conflict::QuotaTooSmall { needed: 3, left: 2 })));
    assert_eq!(failed(&client, campaign).await.len(), 3, "nobody is burned");
    world.sandbox.line().change_channel(&account.name, |spec| spec.monthly_limit = None).unwrap();
    server::channels::refresh_quota(world.server.app().unwrap(), team, channel).await.unwrap();
    client.call(retry()).await.unwrap();
    assert_eq!(settled(&client, campaign).await.unwrap().figures.succeeded, 3);
    world.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_are_unknown_are_sent_again_only_by_decision() {
    let (world, client) = start(Engine::Sqlite, impatient, 3).await;
    // LINE took them all and never said so, and its memory of the keys is cut short.
    world.sandbox.line().add_fault(Fault::new(FaultKind::ServerError).at("push"));
    let campaign = people(&client, "您好").await;
    assert_eq!(settled(&client, campaign).await.unwrap().figures.unknown, 3);
    world.sandbox.line().clear_faults(None);
    let unknown = stage::rows(&client, campaign, Some(Outcome::Unknown)).await;
    let resend = |delivery: Option<DeliveryId>, people| ResendUnknown { id: campaign, delivery, people };

    let nobody: DeliveryId = "0198c0de-0000-7000-8000-000000000000".parse().unwrap();
    assert_eq!(client.call(resend(Some(nobody), 1)).await, Err(Problem::missing(What::Delivery)));
    let changed = |people| Err(Problem::conflict(Conflict::PeopleChanged { people }));
    assert_eq!(client.call(resend(None, 2)).await, changed(3));
    client.call(resend(Some(unknown[0].id), 1)).await.unwrap();
    let progress = settled(&client, campaign).await.unwrap();
    assert_eq!((progress.figures.succeeded, progress.figures.unknown), (1, 2));
    assert_eq!(client.call(resend(Some(unknown[0].id), 1)).await, changed(0), "she got it by now");
    assert_eq!(receipts(&world).len(), 1);
    client.call(resend(None, 2)).await.unwrap();
    assert_eq!(settled(&client, campaign).await.unwrap().figures.succeeded, 3);
    let got = receipts(&world);
    assert!(got.len() == 3 && got.values().all(|times| *times == 1), "{got:?}");
    let keys: Vec<_> = world.sandbox.ledger().into_iter().filter_map(|entry| entry.retry_key).collect();
    assert_eq!(keys.iter().collect::<std::collections::BTreeSet<_>>().len(), 3, "under keys of their own");
    world.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_held_or_stopped_is_not_sent_again() {
    let (world, client) = start(Engine::Sqlite, impatient, 4).await;
    world.sandbox.line().add_fault(Fault::new(FaultKind::RateLimit).at("push"));
    let campaign = people(&client, "您好").await;
    settled(&client, campaign).await.unwrap();
    // One of them waits again, as when her number was slow.
    let one = failed(&client, campaign).await[0].id;
    let retry = |people| RetryFailed { id: campaign, reasons: vec![Reason::LineRateLimited], people };
    let sql = "UPDATE delivery SET reason = 'expired' WHERE id = $1";
    world.server.app().unwrap().db.write(move |tx| tx.execute(sql, params![one])).await.unwrap();
    world.sandbox.line().clear_faults(None);
    world.sandbox.line().add_fault(Fault::new(FaultKind::Slow { ms: 2_000 }).at("push"));
    client.call(RetryFailed { id: campaign, reasons: vec![Reason::Expired], people: 1 }).await.unwrap();
    client.call(PauseCampaign { id: campaign }).await.unwrap();
    let refused = |state| Err(Problem::conflict(Conflict::SendState { state }));
    assert_eq!(client.call(retry(3)).await, refused(CampaignState::Paused));
    client.call(CancelCampaign { id: campaign }).await.unwrap();
    assert_eq!(client.call(retry(3)).await, refused(CampaignState::Cancelled));
    settled(&client, campaign).await.unwrap();
    assert_eq!(client.call(retry(3)).await, refused(CampaignState::Cancelled));
    let record = client.call(ShowCampaign { id: campaign }).await.unwrap();
    assert_eq!((record.row.state, record.paused_by), (CampaignState::Cancelled, None));
    world.stop().await.unwrap();
}
