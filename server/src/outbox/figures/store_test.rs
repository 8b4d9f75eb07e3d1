//! The SQL of the engine's figures, on both engines.

use shared::id::{DeliveryId, SliceId};

use super::{Queue, Rate, figures, store};
use crate::{
    channels::testing::{NOW, Shop},
    db::{Db, testing::on_both_engines},
    outbox::store::{NewSlice, add_slice},
    params,
};

on_both_engines![queues_by_channel, budgets_as_they_are_now];

fn slice(shop: &Shop, open: usize, due_at: i64) -> NewSlice {
    let id: DeliveryId = shop.clock.id();
    NewSlice {
        team: shop.team,
        id: shop.clock.id(),
        campaign: None,
        channel: shop.channel,
        class: 0,
        first: id,
        last: id,
        open,
        due_at,
        expires_at: NOW + 86_400_000,
    }
}

async fn queues_by_channel(db: Db) {
    let shop = Shop::open(db).await;
    let read = || shop.read(|tx| store::queues(tx, NOW));
    assert_eq!(read().await, []);
    let queue = |depth, due_since| [Queue { channel: shop.channel, depth, due_since }];
    let (later, taken, due) = (slice(&shop, 7, NOW + 1), slice(&shop, 20, NOW - 900), slice(&shop, 3, NOW - 500));
    let held: SliceId = taken.id;
    shop.write(move |tx| add_slice(tx, &later)).await;
    assert_eq!(read().await, queue(7, None), "nothing is due");
    shop.write(move |tx| add_slice(tx, &taken)).await;
    shop.write(move |tx| add_slice(tx, &due)).await;
    assert_eq!(read().await, queue(30, Some(NOW - 900)));
    shop.write(move |tx| tx.execute("UPDATE slice SET lease_until = $2 WHERE id = $1", params![held, NOW + 5])).await;
    assert_eq!(read().await, queue(30, Some(NOW - 500)), "a server is at work on the older one");
    let team = shop.team;
    shop.write(move |tx| tx.execute("UPDATE channel SET state = 'paused' WHERE team_id = $1", params![team])).await;
    assert_eq!(read().await, queue(30, None), "what is held is not late");
}

/// The rates of pushes at this time.
async fn pushes(shop: &Shop, now: i64) -> Vec<Rate> {
    let mut rates = shop.read(move |tx| figures(tx, now)).await.1;
    rates.retain(|rate| rate.endpoint == "push");
    rates
}

async fn budgets_as_they_are_now(db: Db) {
    let shop = Shop::open(db).await;
    let (channel, team) = (shop.channel, shop.team);
    let full = Rate { channel, endpoint: "push".into(), full: 1_900, now: 1_900 };
    assert_eq!(pushes(&shop, NOW).await, std::slice::from_ref(&full));
    shop.write(move |tx| {
        tx.execute("UPDATE channel_budget SET rate_now = 950, slowed_at = $2 WHERE team_id = $1", params![team, NOW])
    })
    .await;
    assert_eq!(pushes(&shop, NOW).await, [Rate { now: 950, ..full.clone() }]);
    assert_eq!(pushes(&shop, NOW + 3_600_000).await, [full], "it recovers");
    assert!(!shop.read(store::budgets).await.is_empty());
    shop.write(move |tx| tx.execute("UPDATE channel SET deleted_at = 1 WHERE team_id = $1", params![team])).await;
    assert_eq!(shop.read(store::budgets).await, []);
}
