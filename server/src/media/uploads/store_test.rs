//! The SQL of uploads, on both engines.

use shared::{
    id::{MediaId, MemberId},
    media::MediaKind,
};

use super::store::{self, Closed, Loose, Open};
use crate::{
    channels::testing::{NOW, Shop},
    db::{Db, testing::on_both_engines},
    media::{self, Holder, store_test},
};

on_both_engines![
    an_upload_goes_on_from_where_it_is,
    an_upload_of_a_document_keeps_its_name,
    a_closed_upload_is_open_to_nobody,
    close_old_takes_what_is_old_or_closed,
    a_taken_id_is_taken_whatever_it_stands_for,
    loose_counts_what_a_member_left_lying,
];

async fn begin(shop: &Shop, member: MemberId, size: u64, at: i64) -> MediaId {
    let (team, id) = (shop.team, shop.clock.id());
    let open = Open { kind: MediaKind::Image, size, name: None, received: 0, member };
    shop.write(move |tx| store::insert(tx, team, id, &open, at)).await;
    id
}

async fn open(shop: &Shop, id: MediaId) -> Option<Open> {
    let team = shop.team;
    shop.read(move |tx| store::open(tx, team, id)).await
}

async fn an_upload_goes_on_from_where_it_is(db: Db) {
    let shop = Shop::open(db).await;
    let (team, member) = (shop.team, store_test::member(&shop).await);
    let id = begin(&shop, member, 30, NOW).await;
    let begun = Open { kind: MediaKind::Image, size: 30, name: None, received: 0, member };
    assert_eq!(open(&shop, id).await, Some(begun));
    shop.write(move |tx| store::advance(tx, team, id, 0, 10)).await;
    shop.write(move |tx| store::advance(tx, team, id, 0, 20)).await;
    assert_eq!(open(&shop, id).await.unwrap().received, 10, "the second came from where it is no more");
    let stranger = shop.clock.id();
    shop.write(move |tx| store::advance(tx, stranger, id, 10, 20)).await;
    assert_eq!(open(&shop, id).await.unwrap().received, 10);
    assert_eq!(shop.read(move |tx| store::open(tx, stranger, id)).await, None);
}

async fn an_upload_of_a_document_keeps_its_name(db: Db) {
    let shop = Shop::open(db).await;
    let (team, member, id): (_, _, MediaId) = (shop.team, store_test::member(&shop).await, shop.clock.id());
    let name = Some("O'Brien; 保固書.pdf".to_owned());
    let begun = Open { kind: MediaKind::Document, size: 30, name, received: 0, member };
    let kept = begun.clone();
    shop.write(move |tx| store::insert(tx, team, id, &kept, NOW)).await;
    assert_eq!(open(&shop, id).await, Some(begun));
}

async fn a_closed_upload_is_open_to_nobody(db: Db) {
    let shop = Shop::open(db).await;
    let (team, member) = (shop.team, store_test::member(&shop).await);
    let id = begin(&shop, member, 30, NOW).await;
    shop.write(move |tx| store::forget(tx, team, id)).await;
    assert!(open(&shop, id).await.is_some(), "an open one is not forgotten");
    assert_eq!(shop.write(move |tx| store::close(tx, team, id, NOW)).await, Some(Closed { team, id, size: 30 }));
    assert_eq!(shop.write(move |tx| store::close(tx, team, id, NOW)).await, None, "it is closed by one only");
    assert_eq!(open(&shop, id).await, None);
    shop.write(move |tx| store::advance(tx, team, id, 0, 10)).await;
    assert!(shop.read(move |tx| store::is_taken(tx, team, id)).await, "its id stays taken until all of it is gone");
    shop.write(move |tx| store::forget(tx, team, id)).await;
    assert!(!shop.read(move |tx| store::is_taken(tx, team, id)).await);
}

async fn close_old_takes_what_is_old_or_closed(db: Db) {
    let shop = Shop::open(db).await;
    let (team, member) = (shop.team, store_test::member(&shop).await);
    let (old, closed, young) = (
        begin(&shop, member, 1, NOW - 9).await,
        begin(&shop, member, 2, NOW).await,
        begin(&shop, member, 3, NOW).await,
    );
    shop.write(move |tx| store::close(tx, team, closed, NOW)).await;
    let take = |limit| shop.write(move |tx| store::close_old(tx, NOW - 5, NOW, limit));
    assert_eq!(take(1).await.len(), 1);
    for _ in 0..2 {
        let mut taken = take(9).await;
        taken.sort_by_key(|one| one.size);
        assert_eq!(taken, [Closed { team, id: old, size: 1 }, Closed { team, id: closed, size: 2 }]);
    }
    assert!(open(&shop, young).await.is_some());
}

async fn a_taken_id_is_taken_whatever_it_stands_for(db: Db) {
    let shop = Shop::open(db).await;
    let (team, member, other) = (shop.team, store_test::member(&shop).await, store_test::member(&shop).await);
    let medium = store_test::brought(&shop, member, NOW).await;
    let free: MediaId = shop.clock.id();
    assert!(shop.read(move |tx| store::is_taken(tx, team, medium)).await);
    assert!(!shop.read(move |tx| store::is_taken(tx, team, free)).await);
    assert!(shop.read(move |tx| store::brought_by(tx, team, medium, member)).await);
    assert!(!shop.read(move |tx| store::brought_by(tx, team, medium, other)).await);
    assert!(!shop.read(move |tx| store::brought_by(tx, team, free, member)).await);
}

async fn loose_counts_what_a_member_left_lying(db: Db) {
    let shop = Shop::open(db).await;
    let (team, member, other) = (shop.team, store_test::member(&shop).await, store_test::member(&shop).await);
    let loose = |since| shop.read(move |tx| store::loose(tx, team, member, since));
    assert_eq!(loose(0).await, Loose { uploads: 0, bytes: 0, oldest: None });
    begin(&shop, member, 30, NOW).await;
    begin(&shop, member, 40, NOW + 1).await;
    begin(&shop, other, 50, NOW - 1).await;
    let (held, unheld) =
        (store_test::brought(&shop, member, NOW - 2).await, store_test::brought(&shop, member, NOW - 1).await);
    let holder = Holder::Campaign(shop.clock.id());
    shop.write(move |tx| media::hold(tx, team, holder, &[held])).await;
    let size = store_test::SIZE;
    assert_eq!(loose(0).await, Loose { uploads: 2, bytes: 70 + size, oldest: Some(NOW - 1) });
    assert_eq!(loose(NOW).await, Loose { uploads: 2, bytes: 70, oldest: Some(NOW) });
    shop.write(move |tx| store::close_hers(tx, team, member, NOW + 1, NOW + 5)).await;
    assert_eq!(loose(NOW).await, Loose { uploads: 1, bytes: 40, oldest: Some(NOW + 1) });
    assert!(shop.read(move |tx| store::is_taken(tx, team, unheld)).await);
}
