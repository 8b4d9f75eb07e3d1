//! The SQL of WhatsApp customers, on both engines.

use shared::{
    contacts::Subscription,
    id::{ContactId, ConversationId, StoreId},
};

use super::{
    store::{self, Given, Held, Kind},
    whatsapp_test::World,
};
use crate::{
    channels::testing::NOW,
    contacts::{Known, store as contacts},
    db::{Db, Error, testing::on_both_engines},
    params,
};

on_both_engines![
    add_hand_holder_address_and_drop_phone,
    person_with_what_may_be_later,
    join_identities_with_addresses_and_binding,
    join_contacts_with_all_that_hangs_on_them,
];

const P: &str = "+886900000001";

async fn add_hand_holder_address_and_drop_phone(db: Db) {
    let world = World::new(db).await;
    let (team, channel) = (world.shop.team, world.channel);
    let (stranger, other) = (world.shop.clock.id(), world.shop.clock.id());
    let (ann, bea) = (world.meet(None, Some("TW.ann"), NOW).await, world.meet(None, Some("TW.bea"), NOW).await);
    let given = |seen_at| Given { kind: Kind::Phone, address: P, seen_at };
    let hand =
        |to: Known, seen_at| world.shop.write(move |tx| store::hand(tx, team, channel, to.identity, given(seen_at)));
    let holder = || world.shop.write(move |tx| store::holder(tx, team, channel, Kind::Phone, P));
    assert_eq!(holder().await, None);
    hand(ann, 5).await;
    assert_eq!(holder().await, None, "nobody has it yet");
    world.shop.write(move |tx| store::add(tx, team, channel, ann.identity, given(5), NOW)).await;
    assert_eq!(holder().await, Some(Held { identity: ann.identity, seen_at: 5 }));
    let again = world.shop.db.write(move |tx| store::add(tx, team, channel, bea.identity, given(6), NOW)).await;
    assert!(matches!(again, Err(Error::Unique { .. })), "{again:?}");
    hand(bea, 9).await;
    assert_eq!(holder().await, Some(Held { identity: bea.identity, seen_at: 9 }));
    world.shop.write(move |tx| store::hand(tx, stranger, channel, ann.identity, given(10))).await;
    hand(bea, 7).await;
    assert_eq!(holder().await, Some(Held { identity: bea.identity, seen_at: 9 }), "the latest time stays");
    let bsuid = world.shop.write(move |tx| store::holder(tx, team, channel, Kind::Bsuid, P)).await;
    assert_eq!(bsuid, None, "a number is no BSUID");
    assert_eq!(world.shop.write(move |tx| store::holder(tx, stranger, channel, Kind::Phone, P)).await, None);
    assert_eq!(world.shop.write(move |tx| store::holder(tx, team, other, Kind::Phone, P)).await, None);
    world.shop.write(move |tx| store::drop_phone(tx, stranger, bea.identity)).await;
    let address = |of: Known, kind| world.shop.read(move |tx| store::address(tx, team, of.identity, kind));
    assert_eq!(address(bea, Kind::Phone).await, Some((P.to_owned(), 9)));
    assert_eq!(address(bea, Kind::Bsuid).await, Some(("TW.bea".to_owned(), NOW)));
    assert_eq!(address(ann, Kind::Phone).await, None);
    assert_eq!(world.shop.read(move |tx| store::address(tx, stranger, bea.identity, Kind::Phone)).await, None);
    world.shop.write(move |tx| store::drop_phone(tx, team, bea.identity)).await;
    assert_eq!((address(bea, Kind::Phone).await, holder().await), (None, None));
    assert!(address(bea, Kind::Bsuid).await.is_some());
}

async fn person_with_what_may_be_later(db: Db) {
    let world = World::new(db).await;
    let (team, stranger) = (world.shop.team, world.shop.clock.id());
    let ann = world.meet(Some(P), None, NOW).await;
    world
        .shop
        .write(move |tx| {
            crate::contacts::named(tx, team, ann, "Ann", NOW + 3)?;
            contacts::set_subscription(tx, team, ann.identity, Subscription::Unsubscribed, NOW + 4)
        })
        .await;
    let person = world.shop.read(move |tx| store::person(tx, team, ann.identity)).await.unwrap();
    assert_eq!((person.contact, person.name.as_str(), person.named_at), (ann.contact, "Ann", NOW + 3));
    assert_eq!((person.subscription, person.subscription_at), (Subscription::Unsubscribed, NOW + 4));
    assert_eq!(world.shop.read(move |tx| store::person(tx, stranger, ann.identity)).await, None);
}

async fn join_identities_with_addresses_and_binding(db: Db) {
    let world = World::new(db).await;
    let (team, stranger) = (world.shop.team, world.shop.clock.id());
    let (ann, bea) = (world.meet(Some(P), None, NOW).await, world.meet(None, Some("TW.ann"), NOW).await);
    let conversation = world.wrote(ann, "hi", NOW).await;
    let (mia, store) = (world.taken(conversation, "Mia").await, world.shop.store);
    let bind = |of: Known, at: i64| {
        world.shop.write(move |tx| {
            tx.execute(
                "INSERT INTO binding (team_id, identity_id, member_id, store_id, created_at)
                 VALUES ($1, $2, $3, $4, $5)",
                params![team, of.identity, mia, store, at],
            )
        })
    };
    let bindings = || {
        world.shop.read(|tx| {
            tx.all::<(shared::id::IdentityId, StoreId, i64)>(
                "SELECT identity_id, store_id, created_at FROM binding ORDER BY created_at",
                params![],
            )
        })
    };
    bind(bea, 1).await;
    world.shop.write(move |tx| store::join_identities(tx, stranger, bea.identity, ann)).await;
    assert_eq!(bindings().await, [(bea.identity, store, 1)]);
    world.shop.write(move |tx| store::join_identities(tx, team, bea.identity, ann)).await;
    assert_eq!(bindings().await, [(ann.identity, store, 1)]);
    let addresses: i64 = world
        .shop
        .read(move |tx| tx.one("SELECT COUNT(*) FROM identity_address WHERE identity_id = $1", params![ann.identity]))
        .await;
    assert_eq!(addresses, 2);
    let living = |of: Known| world.shop.read(move |tx| contacts::living(tx, team, of.identity));
    assert_eq!((living(bea).await, living(ann).await), (Some(ann.identity), Some(ann.identity)));
    let cy = world.meet(None, Some("TW.cy"), NOW).await;
    bind(cy, 2).await;
    world.shop.write(move |tx| store::join_identities(tx, team, ann.identity, cy)).await;
    assert_eq!(bindings().await, [(cy.identity, store, 2)], "her own binding stays");
    assert_eq!(living(bea).await, Some(cy.identity), "who went before names who stays now");
}

/// One of everything on the one who goes, and on the one who stays what may be on both.
async fn hang_on(world: &World, goes: Known, stay: ContactId, conversation: ConversationId) {
    let (team, clock, channel) = (world.shop.team, world.shop.clock.clone(), world.channel);
    let gone = goes.contact;
    world
        .shop
        .write(move |tx| {
            for (name, of) in [("both", [stay, gone].as_slice()), ("hers", &[gone])] {
                let tag = clock.id();
                contacts::tag(tx, team, tag, name, name, NOW)?;
                tx.execute(
                    "INSERT INTO attribute (team_id, id, name, folded_name, kind, created_at)
                     VALUES ($1, $2, $3, $3, 'text', 0)",
                    params![team, tag, name],
                )?;
                for contact in of {
                    contacts::put_tag(tx, team, *contact, tag, NOW)?;
                    let value = if *contact == stay { "stay" } else { "gone" };
                    tx.execute(
                        "INSERT INTO contact_attribute (team_id, contact_id, attribute_id, text_value)
                         VALUES ($1, $2, $3, $4)",
                        params![team, contact, tag, value],
                    )?;
                }
            }
            for (portfolio, contact, at) in
                [("late", gone, 9_i64), ("late", stay, 5), ("early", gone, 5), ("early", stay, 9), ("hers", gone, 3)]
            {
                tx.execute(
                    "INSERT INTO portfolio_contact (team_id, portfolio_id, contact_id, at) VALUES ($1, $2, $3, $4)",
                    params![team, portfolio, contact, at],
                )?;
            }
            tx.execute(
                "INSERT INTO sales_order (team_id, id, shop_order_id, contact_id, currency, total, ordered_at,
                     created_at)
                 VALUES ($1, 'o', 'o', $2, 'TWD', 1, 0, 0)",
                params![team, gone],
            )?;
            tx.execute(
                "INSERT INTO link (team_id, id, part, position, kind, address) VALUES ($1, 'l', 0, 0, 'text', '')",
                params![team],
            )?;
            tx.execute(
                "INSERT INTO click (team_id, id, link_id, delivery_id, contact_id, at)
                 VALUES ($1, 'c', 'l', 'd', $2, 0)",
                params![team, gone],
            )?;
            tx.execute(
                "INSERT INTO delivery (team_id, id, policy, slice_id, channel_id, identity_id, contact_id,
                     conversation_id, sender_id, address, name, state, attempt, tries, unsure)
                 VALUES ($1, 'd', 'group', '', $2, $3, $4, $5, '', '', '', 'accepted', 1, 1, FALSE)",
                params![team, channel, goes.identity, gone, conversation],
            )
        })
        .await;
}

async fn join_contacts_with_all_that_hangs_on_them(db: Db) {
    let world = World::new(db).await;
    let (team, stranger) = (world.shop.team, world.shop.clock.id());
    let (ann, bea) = (world.meet(Some(P), None, NOW).await, world.meet(None, Some("TW.ann"), NOW).await);
    let conversation = world.wrote(bea, "hi", NOW).await;
    let (stay, gone) = (ann.contact, bea.contact);
    hang_on(&world, bea, stay, conversation).await;
    world.shop.write(move |tx| store::join_contacts(tx, stranger, gone, stay, NOW)).await;
    let still: i64 = world
        .shop
        .read(move |tx| tx.one("SELECT COUNT(*) FROM contact_tag WHERE contact_id = $1", params![gone]))
        .await;
    assert_eq!(still, 2, "a stranger changes nothing");
    world.shop.write(move |tx| store::join_contacts(tx, team, gone, stay, NOW)).await;

    let values: Vec<(String, String)> = world
        .shop
        .read(move |tx| {
            tx.all(
                "SELECT t.name, v.text_value FROM contact_tag x JOIN tag t ON t.id = x.tag_id
                 JOIN contact_attribute v ON v.contact_id = x.contact_id AND v.attribute_id = t.id
                 WHERE x.contact_id = $1 ORDER BY t.name",
                params![stay],
            )
        })
        .await;
    assert_eq!(values, [("both".to_owned(), "stay".to_owned()), ("hers".into(), "gone".into())]);
    let reached: Vec<(String, i64)> = world
        .shop
        .read(move |tx| {
            tx.all(
                "SELECT portfolio_id, at FROM portfolio_contact WHERE contact_id = $1 ORDER BY portfolio_id",
                params![stay],
            )
        })
        .await;
    assert_eq!(reached, [("early".to_owned(), 9), ("hers".to_owned(), 3), ("late".to_owned(), 9)]);
    let left: Vec<i64> = world
        .shop
        .read(move |tx| {
            tx.all(
                "SELECT COUNT(*) FROM contact_tag WHERE contact_id = $1
                 UNION ALL SELECT COUNT(*) FROM contact_attribute WHERE contact_id = $1
                 UNION ALL SELECT COUNT(*) FROM portfolio_contact WHERE contact_id = $1
                 UNION ALL SELECT COUNT(*) FROM sales_order WHERE contact_id = $1
                 UNION ALL SELECT COUNT(*) FROM click WHERE contact_id = $1
                 UNION ALL SELECT COUNT(*) FROM delivery WHERE contact_id = $1
                 UNION ALL SELECT COUNT(*) FROM conversation WHERE contact_id = $1
                 UNION ALL SELECT COUNT(*) FROM identity WHERE contact_id = $1",
                params![gone],
            )
        })
        .await;
    assert_eq!(left, [0; 8]);
    let row: (Option<String>, Option<i64>) = world
        .shop
        .read(move |tx| tx.one("SELECT merged_into, deleted_at FROM contact WHERE id = $1", params![gone]))
        .await;
    assert_eq!(row, (Some(stay.to_string()), Some(NOW)));
}
