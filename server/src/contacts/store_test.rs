//! The SQL of contacts, identities and tags, on both engines.

use shared::{
    contacts::Subscription,
    id::{ContactId, IdentityId, TagId},
};

use super::{Known, LineUser, meet, rename, store};
use crate::{
    channels::testing::{NOW, Shop},
    db::{Db, Error, testing::on_both_engines},
    params,
};

on_both_engines![
    insert_add_line_user_and_by_line_users,
    known_and_living,
    set_subscription_by_event_time,
    of_one_moment_the_stronger_subscription_counts,
    set_named_at_forwards,
    nameless_profile_done_failed_and_asked_again,
    set_name_as_it_may_be,
    tag_put_tag_take_tag_and_tags,
    people_revision_hold_people_and_people_change,
];

/// Customers of the shop, by their LINE user ids.
async fn customer(shop: &Shop, user: &'static str) -> Known {
    let (team, channel, clock) = (shop.team, shop.channel, shop.clock.clone());
    let user = LineUser { team, channel, id: user.into() };
    shop.write(move |tx| meet(tx, &clock, &user)).await
}

async fn insert_add_line_user_and_by_line_users(db: Db) {
    let shop = Shop::open(db).await;
    let (team, channel) = (shop.team, shop.channel);
    let ann = customer(&shop, "Uann").await;
    assert_eq!(customer(&shop, "Uann").await, ann, "she is met once");
    assert_ne!(customer(&shop, "UANN").await, ann, "ids are told apart by case");
    let user = |team, channel, id: &str| LineUser { team, channel, id: id.into() };
    let found = |user: LineUser| {
        let users = [user, LineUser { team, channel, id: "Unobody".into() }];
        shop.read(move |tx| store::by_line_users(tx, &users.iter().collect::<Vec<_>>()))
    };
    assert_eq!(found(user(team, channel, "Uann")).await, [(user(team, channel, "Uann"), ann)]);
    assert_eq!(found(user(team, channel, "Unobody")).await, []);
    let (stranger, other) = (shop.clock.id(), shop.clock.id());
    assert_eq!(found(user(stranger, channel, "Uann")).await, []);
    assert_eq!(found(user(team, other, "Uann")).await, []);
    let twin = Known { identity: shop.clock.id(), contact: shop.clock.id() };
    shop.write(move |tx| store::insert(tx, team, channel, twin, None, NOW)).await;
    let hers = user(team, channel, "Uann");
    let again = shop.db.write(move |tx| store::add_line_user(tx, &hers, twin.identity, NOW)).await;
    assert!(matches!(again, Err(Error::Unique { .. })), "{again:?}");
}

async fn known_and_living(db: Db) {
    let shop = Shop::open(db).await;
    let (team, stranger) = (shop.team, shop.clock.id());
    let (ann, bea) = (customer(&shop, "Uann").await, customer(&shop, "Ubea").await);
    assert_eq!(shop.read(move |tx| store::known(tx, team, ann.identity)).await, Some(ann));
    assert_eq!(shop.read(move |tx| store::known(tx, stranger, ann.identity)).await, None);
    let living = |team| shop.read(move |tx| store::living(tx, team, ann.identity));
    assert_eq!(living(team).await, Some(ann.identity));
    shop.write(move |tx| {
        tx.execute("UPDATE identity SET merged_into = $2 WHERE id = $1", params![ann.identity, bea.identity])
    })
    .await;
    assert_eq!((living(team).await, living(stranger).await), (Some(bea.identity), None));
}

/// WhatsApp tells times in seconds.
async fn of_one_moment_the_stronger_subscription_counts(db: Db) {
    use Subscription::{Blocked, Subscribed, Unknown, Unsubscribed};
    let shop = Shop::open(db).await;
    let team = shop.team;
    for (first, second, expected) in [
        (Unknown, Subscribed, Subscribed),
        (Subscribed, Blocked, Blocked),
        (Blocked, Unsubscribed, Unsubscribed),
        (Unsubscribed, Subscribed, Unsubscribed),
    ] {
        for order in [[first, second], [second, first]] {
            let ann = customer(&shop, Box::leak(shop.clock.id::<uuid::Uuid>().to_string().into_boxed_str())).await;
            for to in order {
                shop.write(move |tx| store::set_subscription(tx, team, ann.identity, to, NOW)).await;
            }
            let now: Subscription = shop
                .read(move |tx| tx.one("SELECT subscription FROM identity WHERE id = $1", params![ann.identity]))
                .await;
            assert_eq!(now, expected, "{order:?}");
        }
    }
}

async fn set_named_at_forwards(db: Db) {
    let shop = Shop::open(db).await;
    let (team, stranger, ann) = (shop.team, shop.clock.id(), customer(&shop, "Uann").await);
    let set = |at| shop.write(move |tx| store::set_named_at(tx, team, ann.identity, at));
    assert!(set(5).await);
    assert!(!set(5).await && !set(4).await);
    assert!(set(6).await);
    assert!(!shop.write(move |tx| store::set_named_at(tx, stranger, ann.identity, 9)).await);
}

async fn set_subscription_by_event_time(db: Db) {
    let shop = Shop::open(db).await;
    let (team, ann) = (shop.team, customer(&shop, "Uann").await);
    let set = |to, at| shop.write(move |tx| store::set_subscription(tx, team, ann.identity, to, at));
    let now = || {
        shop.read(move |tx| {
            tx.one::<(Subscription, i64, Option<i64>)>(
                "SELECT subscription, subscription_at, blocked_at FROM identity WHERE id = $1",
                params![ann.identity],
            )
        })
    };
    assert_eq!(now().await, (Subscription::Unknown, 0, None));
    assert!(set(Subscription::Subscribed, 100).await);
    assert!(set(Subscription::Blocked, 300).await);
    assert!(!set(Subscription::Subscribed, 200).await, "what is older changes nothing");
    assert_eq!(now().await, (Subscription::Blocked, 300, Some(300)));
    assert!(set(Subscription::Subscribed, 400).await);
    assert_eq!(now().await, (Subscription::Subscribed, 400, Some(300)));
    let stranger = shop.clock.id();
    assert!(
        !shop.write(move |tx| store::set_subscription(tx, stranger, ann.identity, Subscription::Blocked, 900)).await
    );
}

async fn nameless_profile_done_failed_and_asked_again(db: Db) {
    let shop = Shop::open(db).await;
    let (team, channel) = (shop.team, shop.channel);
    let (ann, bea) = (customer(&shop, "Uann").await, customer(&shop, "Ubea").await);
    let waiting = || async {
        let rows = shop.read(|tx| store::nameless(tx, &[], 10)).await;
        assert!(rows.iter().all(|row| (row.team, row.channel) == (team, channel)));
        rows.into_iter().map(|row| (row.known, row.line_user)).collect::<Vec<_>>()
    };
    let fail = |identity: IdentityId| shop.write(move |tx| store::profile_failed(tx, team, identity, 2, NOW));
    fail(ann.identity).await;
    assert_eq!(waiting().await, [(bea, "Ubea".to_owned()), (ann, "Uann".to_owned())], "those with fewer tries first");
    assert_eq!(shop.read(move |tx| store::nameless(tx, &[channel], 10)).await, []);
    fail(ann.identity).await;
    assert_eq!(waiting().await, [(bea, "Ubea".to_owned())], "given up after two");
    shop.write(move |tx| store::profile_done(tx, team, bea.identity, NOW)).await;
    assert_eq!(waiting().await, []);
    shop.write(move |tx| store::ask_profile(tx, team, ann.identity)).await;
    assert_eq!(waiting().await, [(ann, "Uann".to_owned())]);
    fail(ann.identity).await;
    assert_eq!(waiting().await.len(), 1, "with all its tries");
}

/// Names in emoji, right to left, of 10,000 characters, and with SQL, HTML and NUL in them.
async fn set_name_as_it_may_be(db: Db) {
    let shop = Shop::open(db).await;
    let (team, ann) = (shop.team, customer(&shop, "Uann").await);
    let long = "長".repeat(10_000);
    let cases = [
        ("👩‍👩‍👧 家", "👩‍👩‍👧 家".to_owned()),
        ("\u{202e}مرحبا\u{202c}", "مرحبا".to_owned()),
        ("'; DROP TABLE contact; --<script>", "'; DROP TABLE contact; --<script>".to_owned()),
        ("a\0b\nＣ", "a b Ｃ".to_owned()),
        (long.as_str(), "長".repeat(100)),
    ];
    for (given, expected) in cases {
        let given = given.to_owned();
        shop.write(move |tx| rename(tx, team, ann, &given, NOW)).await;
        let (name, folded): (String, String) = shop
            .read(move |tx| tx.one("SELECT name, folded_name FROM contact WHERE id = $1", params![ann.contact]))
            .await;
        assert_eq!(name, expected);
        assert_eq!(folded, shared::text::fold(&expected));
    }
    let stranger = shop.clock.id();
    assert!(!shop.write(move |tx| store::set_name(tx, stranger, ann.contact, "x", "x")).await);
    assert!(shop.write(move |tx| store::set_name(tx, team, ann.contact, "x", "x")).await);
    assert!(!shop.write(move |tx| store::set_name(tx, team, ann.contact, "x", "x")).await, "it is no other name");
    let long = "長".repeat(100);
    let (again, folded) = (long.clone(), shared::text::fold(&long));
    shop.write(move |tx| store::set_name(tx, team, ann.contact, &again, &folded)).await;
    let name: String =
        shop.read(move |tx| tx.one("SELECT name FROM contact WHERE id = $1", params![ann.contact])).await;
    assert_eq!(name, "長".repeat(100));
}

async fn tag_put_tag_take_tag_and_tags(db: Db) {
    let shop = Shop::open(db).await;
    let (team, ann) = (shop.team, customer(&shop, "Uann").await);
    let (first, second): (TagId, TagId) = (shop.clock.id(), shop.clock.id());
    let make =
        |id, name: &'static str| shop.write(move |tx| store::tag(tx, team, id, name, &shared::text::fold(name), NOW));
    let vip = make(first, "VIP").await;
    assert_eq!((vip.id, vip.name.as_str()), (first, "VIP"));
    assert_eq!(make(second, "ｖｉｐ").await, vip, "found whatever its case and width");
    let shoes = make(second, "Shoes").await;
    assert_eq!(shop.read(move |tx| store::tags(tx, team)).await, [shoes, vip]);
    let stranger = shop.clock.id();
    assert_eq!(shop.read(move |tx| store::tags(tx, stranger)).await, []);

    let put = |contact: ContactId| shop.write(move |tx| store::put_tag(tx, team, contact, first, NOW));
    let take = || shop.write(move |tx| store::take_tag(tx, team, ann.contact, first));
    put(ann.contact).await;
    put(ann.contact).await;
    assert!(take().await);
    assert!(!take().await);
    let nobody = shop.clock.id();
    let refused = shop.db.write(move |tx| store::put_tag(tx, team, nobody, first, NOW)).await;
    assert_eq!(refused, Err(Error::ForeignKey));
}

async fn people_revision_hold_people_and_people_change(db: Db) {
    let shop = Shop::open(db).await;
    let team = shop.team;
    let revision = || shop.read(move |tx| store::people_revision(tx, team));
    let before = revision().await;
    assert_eq!(shop.write(move |tx| store::hold_people(tx, team)).await, before);
    shop.write(move |tx| store::people_change(tx, team)).await;
    assert_eq!(revision().await, before + 1);
    let stranger = shop.clock.id();
    shop.write(move |tx| store::people_change(tx, stranger)).await;
    assert_eq!(revision().await, before + 1, "another team's people are others");
}
