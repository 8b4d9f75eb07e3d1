//! The SQL of the inbox, on both engines.

use super::store::{self, NewEvent};
use crate::{
    channels::testing::{NOW, Shop},
    db::{Db, testing::on_both_engines},
    params,
};

on_both_engines![
    keep_each_key_once,
    claim_by_arrival_and_done,
    failed_is_counted_and_given_up,
    old_bodies_are_forgotten_and_keys_stay,
    backlog_naming_erase_erased_and_remove,
];

fn event(shop: &Shop, key: &str) -> NewEvent {
    NewEvent {
        team: shop.team,
        channel: shop.channel,
        key: key.into(),
        id: shop.clock.id::<uuid::Uuid>().to_string(),
        body: format!("{{\"k\":\"{key}\"}}"),
        at: NOW - 5,
    }
}

async fn keep(shop: &Shop, keys: &[&str]) -> u64 {
    let events: Vec<NewEvent> = keys.iter().map(|key| event(shop, key)).collect();
    shop.write(move |tx| store::keep(tx, &events.iter().collect::<Vec<_>>(), NOW)).await
}

async fn waiting(shop: &Shop) -> Vec<String> {
    shop.write(|tx| store::claim(tx, 10)).await.into_iter().map(|event| event.key).collect()
}

async fn keep_each_key_once(db: Db) {
    let shop = Shop::open(db).await;
    assert_eq!(keep(&shop, &[]).await, 0);
    assert_eq!(keep(&shop, &["a", "b"]).await, 2);
    assert_eq!(keep(&shop, &["b", "c"]).await, 1);
    assert_eq!(keep(&shop, &["a", "b", "c"]).await, 0);
    assert_eq!(waiting(&shop).await, ["a", "b", "c"]);
}

async fn claim_by_arrival_and_done(db: Db) {
    let shop = Shop::open(db).await;
    keep(&shop, &["b"]).await;
    keep(&shop, &["a"]).await;
    let first = shop.write(|tx| store::claim(tx, 1)).await;
    assert_eq!(first.len(), 1);
    let row = &first[0];
    assert_eq!(
        (row.team, row.channel, row.key.as_str(), row.body.as_str()),
        (shop.team, shop.channel, "b", "{\"k\":\"b\"}")
    );
    assert_eq!((row.at, row.received_at, row.tries), (NOW - 5, NOW, 0));
    let (team, channel, stranger) = (shop.team, shop.channel, shop.clock.id());
    shop.write(move |tx| store::done(tx, [(stranger, channel, "b")], NOW)).await;
    assert_eq!(waiting(&shop).await, ["b", "a"], "it is another team's");
    shop.write(move |tx| store::done(tx, [(team, channel, "b")], NOW)).await;
    assert_eq!(waiting(&shop).await, ["a"]);
    assert_eq!(keep(&shop, &["b"]).await, 0, "a late repeat is still known");
}

async fn failed_is_counted_and_given_up(db: Db) {
    let shop = Shop::open(db).await;
    keep(&shop, &["a"]).await;
    let (team, channel) = (shop.team, shop.channel);
    shop.write(move |tx| store::failed(tx, team, channel, "a", "why", None)).await;
    assert_eq!(shop.write(|tx| store::claim(tx, 10)).await[0].tries, 1);
    shop.write(move |tx| store::failed(tx, team, channel, "a", "why", Some(NOW))).await;
    assert_eq!(waiting(&shop).await, Vec::<String>::new());
    let (tries, why): (i64, String) = shop.read(|tx| tx.one("SELECT tries, failed FROM inbox", params![])).await;
    assert_eq!((tries, why.as_str()), (2, "why"));
}

async fn old_bodies_are_forgotten_and_keys_stay(db: Db) {
    let shop = Shop::open(db).await;
    keep(&shop, &["a", "b", "c"]).await;
    let (team, channel) = (shop.team, shop.channel);
    for key in ["a", "b"] {
        shop.write(move |tx| store::done(tx, [(team, channel, key)], NOW)).await;
    }
    let old = |before, limit| shop.read(move |tx| store::old(tx, before, limit));
    let key = |key: &str| (team, channel, key.to_owned());
    assert_eq!(old(NOW, 9).await, [], "not old yet");
    assert_eq!(old(NOW + 1, 1).await, [key("a")]);
    assert_eq!(old(NOW + 1, 9).await, [key("a"), key("b")], "what waits keeps its body");
    let both = [key("a"), key("b")];
    assert_eq!(shop.write(move |tx| store::forget(tx, &both)).await, 2);
    assert_eq!(shop.write(|tx| store::forget(tx, &[])).await, 0);
    assert_eq!(old(NOW + 1, 9).await, []);
    assert_eq!(keep(&shop, &["a", "b", "c"]).await, 0);
    assert_eq!(waiting(&shop).await, ["c"]);
}

async fn backlog_naming_erase_erased_and_remove(db: Db) {
    let shop = Shop::open(db).await;
    let backlog = |waiting, oldest| super::Backlog { waiting, oldest };
    assert_eq!(shop.read(store::backlog).await, backlog(0, None));
    keep(&shop, &["U1", "U2", "U12"]).await;
    assert_eq!(shop.read(store::backlog).await, backlog(3, Some(NOW)));
    let (team, channel, stranger) = (shop.team, shop.channel, shop.clock.id());
    for key in ["U1", "U2"] {
        shop.write(move |tx| store::done(tx, [(team, channel, key)], NOW)).await;
    }
    assert_eq!(shop.read(store::backlog).await, backlog(1, Some(NOW)));
    let naming = |team, address: &'static str| shop.read(move |tx| store::naming(tx, team, address, 9));
    let hers = vec![(team, channel, "U1".to_owned())];
    assert_eq!(naming(team, "U1").await, hers, "what waits is about to be applied");
    assert_eq!((naming(stranger, "U1").await, naming(team, "%").await), (vec![], vec![]));
    let keys = hers.clone();
    assert_eq!(shop.write(move |tx| store::erase(tx, &keys, NOW)).await, 1);
    assert_eq!(naming(team, "U1").await, []);
    assert_eq!(keep(&shop, &["U1"]).await, 0, "a repeat does not bring her back");
    assert_eq!(shop.read(|tx| store::erased(tx, NOW, 9)).await, []);
    assert_eq!(shop.read(|tx| store::erased(tx, NOW + 1, 9)).await, hers);
    assert_eq!(shop.write(move |tx| store::remove(tx, &hers)).await, 1);
    assert_eq!(shop.read(|tx| tx.one::<i64>("SELECT COUNT(*) FROM inbox", params![])).await, 2);
}
