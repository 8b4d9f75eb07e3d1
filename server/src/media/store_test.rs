//! The SQL of media, on both engines.

use shared::{conversations::MessageKind, id::MediaId};

use super::store::{self, File, State};
use crate::{
    channels::testing::{NOW, Shop},
    db::{Db, testing::on_both_engines},
    params,
};

on_both_engines![want_claim_later_and_next_due, ready_and_file, lost_stays_lost, unwant_only_what_is_wanted];

async fn want(shop: &Shop, platform_id: &'static str, at: i64) -> MediaId {
    let (team, channel, id) = (shop.team, shop.channel, shop.clock.id());
    shop.write(move |tx| store::want(tx, team, id, channel, MessageKind::Image, platform_id, at)).await;
    id
}

async fn state(shop: &Shop, id: MediaId) -> State {
    shop.read(move |tx| tx.one("SELECT state FROM media WHERE id = $1", params![id])).await
}

fn file() -> File {
    File { mime: "image/png".into(), size: 7, sha256: "ab".into(), path: "t/m".into() }
}

async fn want_claim_later_and_next_due(db: Db) {
    let shop = Shop::open(db).await;
    assert_eq!(shop.read(store::next_due).await, None);
    let (second, first) = (want(&shop, "2", NOW + 5).await, want(&shop, "1", NOW).await);
    assert_eq!(shop.read(store::next_due).await, Some(NOW));
    let claim = |now, limit| shop.write(move |tx| store::claim(tx, now, now + 1_000, limit));
    let claimed = claim(NOW + 9, 1).await;
    assert_eq!(claimed.len(), 1);
    assert_eq!((claimed[0].id, claimed[0].platform_id.as_str(), claimed[0].tries), (first, "1", 1));
    assert_eq!((claimed[0].team, claimed[0].channel), (shop.team, shop.channel));
    assert_eq!(claim(NOW + 9, 9).await.iter().map(|wanted| wanted.id).collect::<Vec<_>>(), [second]);
    assert_eq!(claim(NOW + 9, 9).await, [], "both are someone's");
    let team = shop.team;
    shop.write(move |tx| store::later(tx, team, second, NOW + 50)).await;
    assert_eq!(shop.read(store::next_due).await, Some(NOW + 50));
    let again = claim(NOW + 50, 9).await;
    assert_eq!((again.len(), again[0].id, again[0].tries), (1, second, 2));
    assert_eq!(claim(NOW + 2_000, 9).await.len(), 2, "what was not finished is due again");
}

async fn ready_and_file(db: Db) {
    let shop = Shop::open(db).await;
    let (team, id) = (shop.team, want(&shop, "1", NOW).await);
    assert_eq!(shop.read(move |tx| store::file(tx, team, id)).await, None);
    shop.write(move |tx| store::ready(tx, team, id, &file())).await;
    assert_eq!(shop.read(move |tx| store::file(tx, team, id)).await, Some(file()));
    assert_eq!(state(&shop, id).await, State::Ready);
    let stranger = shop.clock.id();
    assert_eq!(shop.read(move |tx| store::file(tx, stranger, id)).await, None);
    shop.write(move |tx| store::lost(tx, team, id)).await;
    assert_eq!(state(&shop, id).await, State::Ready, "what is there is not lost any more");
    assert_eq!(shop.read(store::next_due).await, None);
}

async fn lost_stays_lost(db: Db) {
    let shop = Shop::open(db).await;
    let (team, id) = (shop.team, want(&shop, "1", NOW).await);
    shop.write(move |tx| store::lost(tx, team, id)).await;
    shop.write(move |tx| store::later(tx, team, id, NOW)).await;
    shop.write(move |tx| store::ready(tx, team, id, &file())).await;
    assert_eq!(state(&shop, id).await, State::Lost);
    assert_eq!(shop.write(|tx| store::claim(tx, NOW * 2, NOW * 3, 9)).await, []);
}

async fn unwant_only_what_is_wanted(db: Db) {
    let shop = Shop::open(db).await;
    let (team, id, kept) = (shop.team, want(&shop, "1", NOW).await, want(&shop, "2", NOW).await);
    shop.write(move |tx| store::ready(tx, team, kept, &file())).await;
    for id in [id, kept] {
        shop.write(move |tx| store::unwant(tx, team, id)).await;
    }
    let left: Vec<MediaId> = shop.read(|tx| tx.all("SELECT id FROM media", params![])).await;
    assert_eq!(left, [kept]);
}
