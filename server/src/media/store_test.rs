//! The SQL of media, on both engines.

use shared::{
    conversations::MessageKind,
    id::{MediaId, MemberId},
    media::MediaKind,
    members::Role,
};

use super::{
    Holder, Rendition, hold, release,
    store::{self, File, Ours, Places, PreviewPlace, State},
};
use crate::{
    channels::testing::{NOW, Shop},
    db::{Db, testing::on_both_engines},
    params,
};

on_both_engines![
    want_claim_later_and_next_due,
    ready_and_file,
    lost_stays_lost,
    unwant_only_what_is_wanted,
    what_members_brought_is_found_and_nothing_else,
    a_holder_holds_what_it_was_last_given,
    only_what_nothing_holds_is_lost_and_forgotten,
    an_upload_is_kept_by_number_and_replaced,
    a_document_has_a_name_and_no_preview,
];

/// The bytes of a medium of [`brought`].
pub(super) const SIZE: u64 = 7;

/// Somebody who may bring media.
pub(super) async fn member(shop: &Shop) -> MemberId {
    let (team, id): (_, MemberId) = (shop.team, shop.clock.id());
    let email = format!("{id}@example.com");
    shop.write(move |tx| {
        tx.execute(
            "INSERT INTO member (team_id, id, name, email, role, password_hash, epoch, created_at)
             VALUES ($1, $2, 'Ann', $3, $4, '', 0, 0)",
            params![team, id, &email, Role::SalesStaff],
        )
    })
    .await;
    id
}

fn places(id: MediaId) -> Places {
    let name = id.to_string();
    let preview = Some(PreviewPlace { path: format!("{name}.p"), size: 3 });
    Places { whole: name, sha256: "ab".into(), preview }
}

fn preview_path(id: MediaId) -> String {
    places(id).preview.unwrap().path
}

/// A picture that a member brought.
pub(super) async fn brought(shop: &Shop, by: MemberId, at: i64) -> MediaId {
    let (team, id) = (shop.team, shop.clock.id());
    let mime = "image/png".to_owned();
    let ours =
        Ours { id, kind: MediaKind::Image, mime, size: SIZE, name: None, width: 4, height: 3, duration_ms: Some(5) };
    shop.write(move |tx| store::insert_ours(tx, team, &ours, &places(id), by, at)).await;
    id
}

async fn want(shop: &Shop, platform_id: &'static str, at: i64) -> MediaId {
    let (team, channel, id) = (shop.team, shop.channel, shop.clock.id());
    shop.write(move |tx| store::want(tx, team, id, channel, MessageKind::Image, platform_id, at)).await;
    id
}

async fn state(shop: &Shop, id: MediaId) -> State {
    shop.read(move |tx| tx.one("SELECT state FROM media WHERE id = $1", params![id])).await
}

fn file() -> File {
    File { mime: "image/png".into(), size: 7, sha256: "ab".into(), path: "t/m".into(), name: None }
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
    assert_eq!(shop.read(move |tx| store::file(tx, team, id, Rendition::Whole)).await, None);
    shop.write(move |tx| store::ready(tx, team, id, &file())).await;
    assert_eq!(shop.read(move |tx| store::file(tx, team, id, Rendition::Whole)).await, Some(file()));
    assert_eq!(state(&shop, id).await, State::Ready);
    let stranger = shop.clock.id();
    assert_eq!(shop.read(move |tx| store::file(tx, stranger, id, Rendition::Whole)).await, None);
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

async fn what_members_brought_is_found_and_nothing_else(db: Db) {
    let shop = Shop::open(db).await;
    let (team, by) = (shop.team, member(&shop).await);
    let (ours, gone, customers) =
        (brought(&shop, by, NOW).await, brought(&shop, by, NOW).await, want(&shop, "1", NOW).await);
    shop.write(move |tx| store::ready(tx, team, customers, &file())).await;
    shop.write(move |tx| tx.execute("UPDATE media SET state = 'lost' WHERE id = $1", params![gone])).await;
    let asked = [gone, customers, ours, shop.clock.id(), ours];
    let found = shop.read(move |tx| store::ours(tx, team, &asked)).await;
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].id, found[0].kind, found[0].mime.as_str()), (ours, MediaKind::Image, "image/png"));
    assert_eq!((found[0].size, found[0].width, found[0].height, found[0].duration_ms), (SIZE, 4, 3, Some(5)));
    let stranger = shop.clock.id();
    assert_eq!(shop.read(move |tx| store::ours(tx, stranger, &asked)).await, []);
    assert!(shop.read(move |tx| store::is_ours(tx, team, ours)).await);
    assert!(!shop.read(move |tx| store::is_ours(tx, team, customers)).await);
    let preview = shop.read(move |tx| store::file(tx, team, ours, Rendition::Preview)).await.unwrap();
    assert_eq!((preview.mime.as_str(), preview.size, preview.path), ("image/jpeg", 3, preview_path(ours)));
    assert_eq!(shop.read(move |tx| store::file(tx, team, customers, Rendition::Preview)).await, None);
}

/// What is held, each with how it stands.
async fn held(shop: &Shop) -> Vec<(MediaId, String)> {
    shop.read(|tx| tx.all("SELECT media_id, held_by FROM media_use ORDER BY held_by, media_id", params![])).await
}

async fn a_holder_holds_what_it_was_last_given(db: Db) {
    let shop = Shop::open(db).await;
    let (team, by) = (shop.team, member(&shop).await);
    let (one, two) = (brought(&shop, by, NOW).await, brought(&shop, by, NOW).await);
    let customers = want(&shop, "1", NOW).await;
    shop.write(move |tx| store::ready(tx, team, customers, &file())).await;
    let (draft, unknown) = (Holder::Draft { sender: by, draft: shop.clock.id() }, shop.clock.id());
    shop.write(move |tx| hold(tx, team, draft, &[one, customers, unknown, one])).await;
    assert_eq!(held(&shop).await, [(one, "draft".to_owned())], "only what is ours can be held");
    shop.write(move |tx| hold(tx, team, draft, &[one, two])).await;
    shop.write(move |tx| hold(tx, team, draft, &[two])).await;
    let reply = Holder::SavedReply(shop.clock.id());
    shop.write(move |tx| hold(tx, team, reply, &[two])).await;
    assert_eq!(held(&shop).await, [(two, "draft".to_owned()), (two, "saved_reply".to_owned())]);
    shop.write(move |tx| release(tx, team, draft)).await;
    assert_eq!(held(&shop).await, [(two, "saved_reply".to_owned())]);
    let stranger = shop.clock.id();
    shop.write(move |tx| hold(tx, stranger, reply, &[one])).await;
    shop.write(move |tx| {
        store::release_others(tx, team, "campaign", "x", &[])?;
        store::hold(tx, team, "campaign", "x", &[one])
    })
    .await;
    assert_eq!(held(&shop).await, [(one, "campaign".to_owned()), (two, "saved_reply".to_owned())]);
}

async fn only_what_nothing_holds_is_lost_and_forgotten(db: Db) {
    let shop = Shop::open(db).await;
    let (team, by) = (shop.team, member(&shop).await);
    let old = NOW - 10;
    let (unused, held, young) =
        (brought(&shop, by, old).await, brought(&shop, by, old).await, brought(&shop, by, NOW).await);
    let customers = want(&shop, "1", old).await;
    shop.write(move |tx| store::ready(tx, team, customers, &file())).await;
    let holder = Holder::Message(shop.clock.id());
    shop.write(move |tx| hold(tx, team, holder, &[held])).await;
    for _ in 0..2 {
        let lost = shop.write(|tx| store::lose_unused(tx, NOW - 5, 9)).await;
        assert_eq!(lost.len(), 1, "and again, until it is forgotten");
        assert_eq!((lost[0].team, lost[0].id), (team, unused));
        assert_eq!(
            (&lost[0].path, lost[0].preview_path.as_ref()),
            (&places(unused).whole, Some(&preview_path(unused)))
        );
    }
    assert_eq!(shop.read(move |tx| store::file(tx, team, unused, Rendition::Whole)).await, None);
    for id in [unused, held, young, customers] {
        shop.write(move |tx| store::forget(tx, team, id)).await;
    }
    assert_eq!(shop.write(|tx| store::lose_unused(tx, NOW - 5, 9)).await, []);
    let left: i64 = shop.read(|tx| tx.one("SELECT COUNT(*) FROM media", params![])).await;
    assert_eq!(left, 3);
}

async fn a_document_has_a_name_and_no_preview(db: Db) {
    let shop = Shop::open(db).await;
    let (team, by, id): (_, _, MediaId) = (shop.team, member(&shop).await, shop.clock.id());
    let ours = Ours {
        id,
        kind: MediaKind::Document,
        mime: "application/pdf".to_owned(),
        size: SIZE,
        name: Some("O'Brien; 保固書.pdf".to_owned()),
        width: 0,
        height: 0,
        duration_ms: None,
    };
    let (kept, places) = (ours.clone(), Places { preview: None, ..places(id) });
    shop.write(move |tx| store::insert_ours(tx, team, &kept, &places, by, NOW - 10)).await;
    assert_eq!(shop.read(move |tx| store::ours(tx, team, &[id])).await, std::slice::from_ref(&ours));
    let file = shop.read(move |tx| store::file(tx, team, id, Rendition::Whole)).await.unwrap();
    assert_eq!((file.mime, file.name), (ours.mime, ours.name));
    assert_eq!(shop.read(move |tx| store::file(tx, team, id, Rendition::Preview)).await, None);
    let lost = shop.write(|tx| store::lose_unused(tx, NOW - 5, 9)).await;
    assert_eq!((lost.len(), lost[0].preview_path.as_deref()), (1, None));
}

async fn an_upload_is_kept_by_number_and_replaced(db: Db) {
    let shop = Shop::open(db).await;
    let (team, by) = (shop.team, member(&shop).await);
    let (media, number) = (brought(&shop, by, NOW).await, shop.add_whatsapp().await.number);
    let stranger = shop.clock.id();
    for (id, at) in [("one", NOW), ("two", NOW + 5)] {
        shop.write(move |tx| store::keep_upload(tx, team, number, media, id, at)).await;
        let found = shop.read(move |tx| store::upload(tx, team, number, media, NOW - 1)).await;
        assert_eq!(found, Some((id.to_owned(), at)));
    }
    let channel = shop.channel;
    assert_eq!(shop.read(move |tx| store::upload(tx, team, channel, media, 0)).await, None);
    assert_eq!(shop.read(move |tx| store::upload(tx, stranger, number, media, 0)).await, None);
    assert_eq!(shop.read(move |tx| store::upload(tx, team, number, media, NOW + 5)).await, None, "it is too old");
}
