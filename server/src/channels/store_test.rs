//! The SQL of channels, on both engines.

use shared::{id::ChannelId, limits::Platform, reasons::Reason};

use super::{
    store::{self, Quota},
    testing::{NOW, Shop},
};
use crate::{
    db::{Db, Error, testing::on_both_engines},
    params,
};

on_both_engines![
    insert_and_sealed,
    equip_with_pace_and_stores,
    one_bot_is_one_channel,
    set_secrets,
    find_and_set_quota,
    list_by_stores,
    pause_resume_and_paused,
    webhook_seen,
    strangers_change_nothing,
];

async fn insert_and_sealed(db: Db) {
    let shop = Shop::open(db).await;
    let channel = shop.channel;
    let sealed = shop.read(move |tx| store::sealed(tx, channel)).await.unwrap();
    assert_eq!((sealed.team, sealed.secret, sealed.access_token), (shop.team, vec![1], vec![2]));
    assert_eq!(sealed.platform_id, format!("U{}", channel.0.simple()));
    let unknown: ChannelId = shop.clock.id();
    assert_eq!(shop.read(move |tx| store::sealed(tx, unknown)).await, None);
    let budgets: Vec<(i64, i64, i64)> = shop
        .read(move |tx| {
            tx.all(
                "SELECT rate, rate_now, next_at FROM channel_budget WHERE channel_id = $1 ORDER BY rate",
                params![channel],
            )
        })
        .await;
    assert_eq!(budgets, [(180, 180, NOW * 1_000), (1_900, 1_900, NOW * 1_000)]);
}

async fn equip_with_pace_and_stores(db: Db) {
    let shop = Shop::open(db).await;
    let (team, channel, store) = (shop.team, shop.channel, shop.store);
    let budget = store::NewBudget { endpoint: "messages", ..shop.budget() };
    shop.write(move |tx| store::equip(tx, team, channel, std::slice::from_ref(&budget), &[store, store])).await;
    let paces: Vec<String> = shop
        .read(move |tx| {
            tx.all("SELECT endpoint FROM channel_budget WHERE channel_id = $1 ORDER BY endpoint", params![channel])
        })
        .await;
    assert_eq!(paces, ["messages", "multicast", "push"]);
    let stores: i64 =
        shop.read(move |tx| tx.one("SELECT COUNT(*) FROM channel_store WHERE channel_id = $1", params![channel])).await;
    assert_eq!(stores, 1);
    let again = shop.db.write(move |tx| store::equip(tx, team, channel, std::slice::from_ref(&budget), &[])).await;
    assert!(matches!(again, Err(Error::Unique { .. })), "{again:?}");
}

async fn one_bot_is_one_channel(db: Db) {
    let shop = Shop::open(db).await;
    let mut again = shop.new_channel(shop.clock.id());
    again.platform_id = format!("U{}", shop.channel.0.simple());
    let budgets = shop.budgets();
    let refused = shop.db.write(move |tx| store::insert(tx, &again, &budgets, &[])).await;
    assert!(matches!(refused, Err(Error::Unique { .. })), "{refused:?}");
    let (new, elsewhere) = (shop.new_channel(shop.clock.id()), shop.clock.id());
    let refused = shop.db.write(move |tx| store::insert(tx, &new, &budgets, &[elsewhere])).await;
    assert_eq!(refused, Err(Error::ForeignKey));
}

async fn set_secrets(db: Db) {
    let shop = Shop::open(db).await;
    let (team, channel) = (shop.team, shop.channel);
    shop.write(move |tx| store::set_secrets(tx, team, channel, &[8], &[9])).await;
    let sealed = shop.read(move |tx| store::sealed(tx, channel)).await.unwrap();
    assert_eq!((sealed.secret, sealed.access_token), (vec![8], vec![9]));
}

async fn find_and_set_quota(db: Db) {
    let shop = Shop::open(db).await;
    let (team, channel) = (shop.team, shop.channel);
    let found = shop.read(move |tx| store::find(tx, team, channel)).await.unwrap();
    assert_eq!((found.name.as_str(), found.platform, found.paused, found.quota), ("Shop", Platform::Line, None, None));
    for limit in [Some(500), None] {
        let quota = Quota { limit, used: 501, at: NOW };
        shop.write(move |tx| store::set_quota(tx, team, channel, quota)).await;
        let found = shop.read(move |tx| store::find(tx, team, channel)).await.unwrap();
        assert_eq!(found.quota, Some(quota));
        assert_eq!(quota.left(), limit.map(|_| 0));
    }
}

async fn list_by_stores(db: Db) {
    let shop = Shop::open(db).await;
    let (team, at_home, elsewhere) = (shop.team, shop.store, shop.clock.id());
    let (mut second, budgets) = (shop.new_channel(shop.clock.id()), shop.budgets());
    second.name = "Another".into();
    let second_id = second.id;
    shop.write(move |tx| store::insert(tx, &second, &budgets, &[])).await;
    let all = shop.read(move |tx| store::list(tx, team, None)).await;
    assert_eq!(all.iter().map(|channel| channel.id).collect::<Vec<_>>(), [second_id, shop.channel]);
    let ours = shop.read(move |tx| store::list(tx, team, Some(&[at_home, elsewhere]))).await;
    assert_eq!(ours.iter().map(|channel| channel.id).collect::<Vec<_>>(), [shop.channel]);
    assert_eq!(shop.read(move |tx| store::list(tx, team, Some(&[elsewhere]))).await, []);
    assert_eq!(shop.read(move |tx| store::list(tx, team, Some(&[]))).await, []);
}

async fn pause_resume_and_paused(db: Db) {
    let shop = Shop::open(db).await;
    let (team, channel) = (shop.team, shop.channel);
    let pause = |reason| shop.write(move |tx| store::pause(tx, team, channel, reason, NOW));
    assert!(pause(Reason::LineMonthlyLimit).await);
    assert!(!pause(Reason::LineRefused).await, "the first reason stays");
    let found = shop.read(move |tx| store::find(tx, team, channel)).await.unwrap();
    assert_eq!(found.paused, Some(Reason::LineMonthlyLimit));
    let paused = |reason| shop.read(move |tx| store::paused(tx, Platform::Line, reason));
    assert_eq!(paused(Reason::LineMonthlyLimit).await, [(team, channel)]);
    assert_eq!(paused(Reason::LineRefused).await, []);
    let resume = || shop.write(move |tx| store::resume(tx, team, channel));
    assert!(resume().await);
    assert!(!resume().await);
    assert_eq!(shop.read(move |tx| store::find(tx, team, channel)).await.unwrap().paused, None);
}

async fn webhook_seen(db: Db) {
    let shop = Shop::open(db).await;
    let (team, channel) = (shop.team, shop.channel);
    for (at, not_after, expected) in [(100, 50, 100), (140, 90, 100), (170, 120, 170)] {
        shop.write(move |tx| store::webhook_seen(tx, team, channel, at, not_after)).await;
        let seen: i64 =
            shop.read(move |tx| tx.one("SELECT webhook_at FROM channel WHERE id = $1", params![channel])).await;
        assert_eq!(seen, expected);
    }
}

async fn strangers_change_nothing(db: Db) {
    let shop = Shop::open(db).await;
    let (stranger, channel) = (shop.clock.id(), shop.channel);
    assert!(!shop.write(move |tx| store::pause(tx, stranger, channel, Reason::LineRefused, NOW)).await);
    shop.write(move |tx| store::set_secrets(tx, stranger, channel, &[0], &[0])).await;
    assert_eq!(shop.read(move |tx| store::find(tx, stranger, channel)).await, None);
    assert_eq!(shop.read(move |tx| store::list(tx, stranger, None)).await, []);
    assert_eq!(shop.read(move |tx| store::sealed(tx, channel)).await.unwrap().secret, [1]);
}
