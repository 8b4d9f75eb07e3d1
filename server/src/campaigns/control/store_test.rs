//! What is asked before a send is sent again, on both engines; and the month's and the day's limits, which hold then
//! too.

use std::collections::BTreeMap;

use shared::{
    campaigns::{CampaignState, Kind, ResendUnknown, RetryFailed, ShowCampaign},
    conversations::WINDOW_MS,
    deliveries::DeliveryState,
    id::{CampaignId, DeliveryId},
    members::MemberRef,
    problem::{Conflict, Problem},
    reasons::Reason,
    templates::TemplateStatus,
};

use super::{Hands, resend, retry, store};
use crate::{
    campaigns::{
        fixture_test::{accept, checked, draft_of, sent},
        records,
    },
    conversations::fixture_test::World,
    db::{Db, params, testing::on_both_engines},
    outbox::control,
    refused::Refused,
    templates::fixture_test::{Number, content, customer, filled, number, people_limit, shape, template},
};

on_both_engines![
    a_record_tells_whose_hand_is_on_it_and_which_accounts_are_paused,
    statements_do_what_they_say,
    people_outside_their_windows_are_counted_again,
    what_is_sent_again_has_another_day,
];

async fn ids(world: &World, campaign: CampaignId) -> Vec<DeliveryId> {
    let sql = "SELECT id FROM delivery WHERE campaign_id = $1 ORDER BY id";
    world.read(move |tx| tx.all(sql, params![campaign])).await
}

/// As if everybody of a campaign had failed for this.
async fn failed(world: &World, campaign: CampaignId, reason: Reason) {
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE delivery SET state = 'failed', reason = $2 WHERE campaign_id = $1",
                params![campaign, reason],
            )?;
            tx.execute("DELETE FROM slice WHERE campaign_id = $1", params![campaign])?;
            let sql = "UPDATE campaign SET state = 'failed', failed = failed + queued, queued = 0, expires_at = 1,
                 finished_at = 1 WHERE id = $1";
            tx.execute(sql, params![campaign]).map(drop)
        })
        .await;
}

async fn a_record_tells_whose_hand_is_on_it_and_which_accounts_are_paused(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 1, "您好").await;
    let app = world.app().await;
    let shown = async || records::show(app.clone(), world.ann.clone(), ShowCampaign { id: campaign }).await.unwrap();
    let (team, shop, mia) = (world.team, world.shop, world.mia.clone());
    let by = Some(MemberRef { id: mia.member, name: mia.name.clone() });
    let record = shown().await;
    assert_eq!((record.paused_by, record.cancelled_by, record.paused_channels), (None, None, Vec::new()));
    world
        .write(move |tx| {
            control::pause(tx, team, campaign, mia.member)?;
            crate::channels::stop(tx, team, shop, Reason::LineRefused, 5)
        })
        .await;
    let record = shown().await;
    assert_eq!((record.row.state, record.paused, record.paused_by), (CampaignState::Paused, None, by.clone()));
    let paused: Vec<_> = record.paused_channels.iter().map(|one| (one.channel.id, one.reason)).collect();
    assert_eq!(paused, [(shop, Reason::LineRefused)]);
    world.write(move |tx| control::cancel(tx, team, campaign, mia.member).map(drop)).await;
    let record = shown().await;
    assert_eq!((record.paused_by, record.cancelled_by, record.paused_channels), (None, by, Vec::new()));
}

async fn statements_do_what_they_say(db: Db) {
    let world = World::new(db).await;
    let number = number(&world, "a", None).await;
    let (team, eve, shop) = (world.team, world.eve.team, world.shop);
    let (campaign, _) = sent(&world, &world.ann, 1, "您好").await;
    let line = ids(&world, campaign).await[0];
    let far = customer(&world, number, "遠", &world.ann, WINDOW_MS).await;
    let near = customer(&world, number, "近", &world.ann, WINDOW_MS - 1).await;
    let id = template(&world, number.waba, shape("sale"), TemplateStatus::Approved).await;
    let draft =
        draft_of(&world, &world.ann, Kind::GroupTemplate, &[far, near], content(filled(id, shape("sale")))).await;
    let call = checked(&world, &world.ann, draft).await;
    let templates = accept(&world, &world.ann, call).await.unwrap();
    let people = [ids(&world, templates).await, vec![line]].concat();
    let (now, contact) = (world.clock.now(), world.found(far).await.contact);
    world
        .read(move |tx| {
            assert_eq!(store::hands(tx, team, campaign)?, Hands::default());
            assert_eq!(store::paused_channels(tx, team, campaign)?, []);
            assert_eq!(store::state_of(tx, team, campaign, line)?, Some(DeliveryState::Queued));
            assert_eq!(store::state_of(tx, team, templates, line)?, None);
            assert_eq!(store::state_of(tx, eve, campaign, line)?, None);
            let outside = store::outside(tx, team, &people, now - WINDOW_MS)?;
            assert_eq!(outside, BTreeMap::from([(number.channel, [contact].into())]), "LINE has no windows");
            assert_eq!(store::outside(tx, eve, &people, now - WINDOW_MS)?, BTreeMap::new());
            Ok(())
        })
        .await;
    world.write(move |tx| crate::channels::stop(tx, team, shop, Reason::LineRefused, 5)).await;
    world
        .read(move |tx| {
            assert_eq!(store::paused_channels(tx, team, campaign)?, [(shop, Reason::LineRefused)]);
            assert_eq!(store::paused_channels(tx, team, templates)?, []);
            assert_eq!(store::paused_channels(tx, eve, campaign)?, []);
            Ok(())
        })
        .await;
}

/// A template message to two who have not written for a day.
async fn two_far_away(world: &World) -> (Number, CampaignId) {
    let number = number(world, "a", None).await;
    let far = [
        customer(world, number, "遠", &world.ann, WINDOW_MS).await,
        customer(world, number, "更遠", &world.ann, 2 * WINDOW_MS).await,
    ];
    let id = template(world, number.waba, shape("sale"), TemplateStatus::Approved).await;
    let draft = draft_of(world, &world.ann, Kind::GroupTemplate, &far, content(filled(id, shape("sale")))).await;
    let call = checked(world, &world.ann, draft).await;
    (number, accept(world, &world.ann, call).await.unwrap())
}

async fn people_outside_their_windows_are_counted_again(db: Db) {
    let world = World::new(db).await;
    let (number, campaign) = two_far_away(&world).await;
    failed(&world, campaign, Reason::WaMessagingLimit).await;
    people_limit(&world, number.channel, 1).await;
    let app = world.app().await;
    let again = async || {
        let call = RetryFailed { id: campaign, reasons: vec![Reason::WaMessagingLimit], people: 2 };
        retry(app.clone(), world.ann.clone(), call).await
    };
    let refused = again().await;
    let limit = Problem::conflict(Conflict::MessagingLimit { needed: 2, left: 1 });
    assert!(matches!(&refused, Err(Refused::Problem(problem)) if *problem == limit), "{refused:?}");
    people_limit(&world, number.channel, 2).await;
    assert_eq!(again().await.unwrap().figures.waiting, 2);
}

async fn what_is_sent_again_has_another_day(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 3, "您好").await;
    failed(&world, campaign, Reason::Expired).await;
    let app = world.app().await;
    let call = RetryFailed { id: campaign, reasons: vec![Reason::Expired], people: 3 };
    let progress = retry(app.clone(), world.ann.clone(), call).await.unwrap();
    assert_eq!((progress.state, progress.figures.waiting, progress.figures.failed), (CampaignState::Sending, 3, 0));
    let day = world.clock.now() + super::LIFE_MS;
    let (expires, finished): (i64, Option<i64>) = world
        .read(move |tx| tx.one("SELECT expires_at, finished_at FROM campaign WHERE id = $1", params![campaign]))
        .await;
    assert_eq!((expires, finished), (day, None));
    let slices: Vec<(i64, i64)> = world
        .read(move |tx| tx.all("SELECT open, expires_at FROM slice WHERE campaign_id = $1", params![campaign]))
        .await;
    assert_eq!(slices, [(3, day)]);
    let nobody = resend(app, world.ann.clone(), ResendUnknown { id: campaign, delivery: None, people: 0 }).await;
    let expected = Problem::conflict(Conflict::NobodyToSend);
    assert!(matches!(&nobody, Err(Refused::Problem(problem)) if *problem == expected), "{nobody:?}");
}
