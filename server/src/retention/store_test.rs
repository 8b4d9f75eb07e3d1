//! Deleting what is old, on both engines: its SQL, and whole rounds of it.

use shared::{
    campaigns::Kind,
    id::{CampaignId, DeliveryId},
};

use super::{DAY, look, store};
use crate::{
    App,
    campaigns::fixture_test::sent,
    chores,
    conversations::fixture_test::World,
    db::{Db, params, testing::on_both_engines},
};

on_both_engines![
    oldest_recipients_delete_and_mark,
    delete_acts_by_age,
    a_round_leaves_the_figures_and_one_server_does_it,
];

/// A send of Ann's that ended at this time (UTC ms), with so many recipients, each with a part, a try and a click.
async fn ended(world: &World, at: i64, people: usize) -> CampaignId {
    let (campaign, _) = sent(world, &world.ann, 1, "hi").await;
    let (team, sender, channel) = (world.team, world.ann.member, world.shop);
    let ids: Vec<DeliveryId> = (0..people).map(|_| world.clock.id()).collect();
    world
        .write(move |tx| {
            tx.execute("DELETE FROM slice WHERE campaign_id = $1", params![campaign])?;
            tx.execute("DELETE FROM delivery WHERE campaign_id = $1", params![campaign])?;
            tx.execute(
                "UPDATE campaign SET finished_at = $2, state = 'completed', audience = $3, accepted = $3, queued = 0
                 WHERE id = $1",
                params![campaign, at, people],
            )?;
            tx.execute(
                "INSERT INTO link (team_id, id, campaign_id, part, position, kind, address)
                 VALUES ($1, $2, $2, 0, 0, 'text', 'https://a.example')",
                params![team, campaign],
            )?;
            for id in &ids {
                tx.execute(
                    "INSERT INTO delivery (team_id, id, policy, campaign_id, slice_id, channel_id, identity_id,
                         contact_id, conversation_id, sender_id, address, name, state, attempt, tries, unsure)
                     VALUES ($1, $2, 'group', $3, 'x', $4, 'i', 'k', 'c', $5, 'U1', 'Ann', 'accepted', 1, 0, FALSE)",
                    params![team, id, campaign, channel, sender],
                )?;
                for text in [
                    "INSERT INTO delivery_part (team_id, delivery_id, part, attempt, state, channel_id, updated_at)
                     VALUES ($1, $2, 0, 1, 'accepted', $3, 1)",
                    "INSERT INTO attempt (team_id, id, delivery_id, attempt, outcome, at)
                     VALUES ($1, $2, $2, 1, 'later', 1)",
                    "INSERT INTO click (team_id, id, link_id, campaign_id, delivery_id, contact_id, at)
                     VALUES ($1, $2, $3, $3, $2, 'k', 1)",
                ] {
                    let third = if text.contains("click") { campaign.to_string() } else { channel.to_string() };
                    let given = params![team, id, third];
                    tx.execute(text, &given[..if text.contains("$3") { 3 } else { 2 }])?;
                }
            }
            Ok(())
        })
        .await;
    campaign
}

/// Rows of recipients, their parts, tries and clicks.
async fn rows(world: &World) -> (i64, i64, i64, i64) {
    world
        .read(|tx| {
            tx.one(
                "SELECT (SELECT COUNT(*) FROM delivery), (SELECT COUNT(*) FROM delivery_part),
                 (SELECT COUNT(*) FROM attempt), (SELECT COUNT(*) FROM click)",
                params![],
            )
        })
        .await
}

async fn oldest_recipients_delete_and_mark(db: Db) {
    let world = World::new(db).await;
    let (newer, older) = (ended(&world, 200, 3).await, ended(&world, 100, 2).await);
    let team = world.team;
    let kind = Kind::GroupMessage.as_str();
    let oldest = |before| world.read(move |tx| store::oldest(tx, kind, before));
    assert_eq!(oldest(100).await, None);
    assert_eq!(oldest(101).await, Some((team, older)));
    assert_eq!(world.read(|tx| store::oldest(tx, "broadcast", 500)).await, None);
    let of = |campaign, limit| world.read(move |tx| store::recipients(tx, team, campaign, limit));
    assert_eq!(of(newer, 2).await.len(), 2);
    let ids = of(older, 9).await;
    let (stranger, all) = (world.clock.id(), ids.clone());
    assert_eq!(world.write(move |tx| store::delete(tx, stranger, older, &all)).await, 0);
    // An order is credited to one of the clicks.
    let click = ids[0];
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO sales_order (team_id, id, shop_order_id, currency, total, ordered_at, created_at)
                 VALUES ($1, 'o', '1', 'TWD', 1, 1, 1)",
                params![team],
            )?;
            tx.execute(
                "INSERT INTO credit (team_id, order_id, kind, click_id, created_at) VALUES ($1, 'o', 'member', $2, 1)",
                params![team, click],
            )
        })
        .await;
    assert_eq!(world.write(move |tx| store::delete(tx, team, older, &ids)).await, 2);
    assert_eq!(rows(&world).await, (3, 3, 3, 4));
    world.write(move |tx| store::mark(tx, team, older, 7)).await;
    assert_eq!(oldest(500).await, Some((team, newer)), "the older one is done with");
    // One of which something waits is left alone.
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO slice (team_id, id, campaign_id, channel_id, class, first_id, last_id, is_batch, open,
                     due_at, expires_at, generation, lease_until, was_lost)
                 VALUES ($1, 's', $2, 'x', 1, 'a', 'b', FALSE, 1, 0, 0, 0, 0, FALSE)",
                params![team, newer],
            )
        })
        .await;
    assert_eq!(oldest(500).await, None);
}

async fn delete_acts_by_age(db: Db) {
    let world = World::new(db).await;
    let team = world.team;
    for at in 1..=5_i64 {
        world
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO audit (team_id, id, action, subject, at) VALUES ($1, $2, 'a', 's', $3)",
                    params![team, at.to_string(), at],
                )
            })
            .await;
    }
    assert_eq!(world.write(|tx| store::delete_acts(tx, 4, 2)).await, 2);
    assert_eq!(world.write(|tx| store::delete_acts(tx, 4, 2)).await, 1);
    let left: Vec<i64> = world.read(|tx| tx.all("SELECT at FROM audit ORDER BY at", params![])).await;
    assert_eq!(left, [4, 5]);
}

async fn a_round_leaves_the_figures_and_one_server_does_it(db: Db) {
    let world = World::new(db).await;
    let app: App = world.app().await;
    let now = world.clock.now();
    let old = ended(&world, now - 401 * DAY, 450).await;
    let kept = ended(&world, now - 399 * DAY, 3).await;
    // Another server is at it.
    assert!(chores::take(&app, super::CHORE, 5_000).await.unwrap());
    assert_eq!(look(&app).await.unwrap(), 0);
    world.clock.advance(5_000);
    // All recipients, in pieces, and the mark.
    assert_eq!(look(&app).await.unwrap(), 451);
    assert_eq!(rows(&world).await, (3, 3, 3, 3));
    let figures = |id: CampaignId| {
        world.read(move |tx| {
            tx.one::<(i64, i64, Option<i64>)>(
                "SELECT audience, accepted, recipients_gone_at FROM campaign WHERE id = $1",
                params![id],
            )
        })
    };
    assert_eq!(figures(old).await, (450, 450, Some(now + 5_000)));
    assert_eq!(figures(kept).await, (3, 3, None));
    assert_eq!(look(&app).await.unwrap(), 0, "it is not due yet");
    world.clock.advance(2 * DAY);
    assert_eq!(look(&app).await.unwrap(), 4);
    assert_eq!(rows(&world).await, (0, 0, 0, 0));
}
