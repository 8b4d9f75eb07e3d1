//! The SQL of custom attributes, on both engines.

use chrono::NaiveDate;
use proptest::prelude::*;
use shared::{
    attributes::{Attribute, AttributeKind, AttributeValue, Number},
    id::AttributeId,
};

use super::{Kept, store};
use crate::{
    caller::Zone,
    conversations::fixture_test::{NASTY, NOW, World},
    db::{Db, Error, testing::on_both_engines},
};

on_both_engines![insert_list_and_rename, set_of_contact_and_clear];

fn attribute(id: AttributeId, name: &str, kind: AttributeKind) -> Attribute {
    Attribute { id, name: name.into(), kind }
}

async fn insert_list_and_rename(db: Db) {
    let world = World::new(db).await;
    let (team, other) = (world.team, world.eve.team);
    let size = attribute(world.clock.id(), "鞋碼", AttributeKind::Number);
    let mut nasty = attribute(world.clock.id(), NASTY, AttributeKind::Text);
    let both = [size.clone(), nasty.clone()];
    world.write(move |tx| both.iter().try_for_each(|one| store::insert(tx, team, one, NOW))).await;
    assert_eq!(world.read(move |tx| store::list(tx, team)).await, [nasty.clone(), size.clone()]);
    assert_eq!(world.read(move |tx| store::list(tx, other)).await, []);
    let twin = attribute(world.clock.id(), "鞋碼", AttributeKind::Text);
    let again = world.db.write(move |tx| store::insert(tx, team, &twin, NOW)).await;
    assert!(matches!(again, Err(Error::Unique { .. })), "{again:?}");
    nasty.name = "生日 Ａ".into();
    let named = nasty.clone();
    world.write(move |tx| store::rename(tx, team, &named)).await;
    let foreign = Attribute { name: "mine".into(), ..size.clone() };
    world.write(move |tx| store::rename(tx, other, &foreign)).await;
    assert_eq!(world.read(move |tx| store::list(tx, team)).await, [nasty, size]);
}

async fn set_of_contact_and_clear(db: Db) {
    let world = World::new(db).await;
    let (team, other) = (world.team, world.eve.team);
    let customer = world.customer(world.shop, "Lin").await;
    let contact = customer.contact;
    let zone = Zone::named("Asia/Taipei").unwrap();
    let day = NaiveDate::from_ymd_opt(1990, 2, 28).unwrap();
    let moment = |millis| zone.stamp(millis).naive_local();
    for (name, value, then) in [
        ("text", AttributeValue::Text(NASTY.into()), AttributeValue::Text("ＶＩＰ".into())),
        ("number", AttributeValue::Number(Number(-1_500)), AttributeValue::Number(Number(Number::MOST))),
        ("day", AttributeValue::Date(day), AttributeValue::Date(NaiveDate::MIN)),
        ("moment", AttributeValue::Datetime(moment(NOW)), AttributeValue::Datetime(moment(-1))),
        ("yes", AttributeValue::Boolean(true), AttributeValue::Boolean(false)),
    ] {
        let known = attribute(world.clock.id(), name, value.kind());
        let id = known.id;
        let new = known.clone();
        world.write(move |tx| store::insert(tx, team, &new, NOW)).await;
        for value in [value, then] {
            let kept = Kept::of(&value, zone);
            world.write(move |tx| store::set(tx, team, contact, id, &kept)).await;
            let rows = world.read(move |tx| store::of_contact(tx, team, contact)).await;
            let shown: Vec<_> = rows.into_iter().map(|(of, kept)| (of, kept.value(zone))).collect();
            assert_eq!(shown, [(known.clone(), Some(value))]);
        }
        assert_eq!(world.read(move |tx| store::of_contact(tx, other, contact)).await, []);
        assert!(!world.write(move |tx| store::clear(tx, other, contact, id)).await);
        assert!(world.write(move |tx| store::clear(tx, team, contact, id)).await);
        assert!(!world.write(move |tx| store::clear(tx, team, contact, id)).await);
    }
}

proptest! {
    #[test]
    fn a_value_is_read_as_it_was_kept(text in "[^\\p{C}\\p{Z}]{1,40}", number in any::<i64>(), yes in any::<bool>(), days in -700_000i32..1_000_000) {
        let zone = Zone::named("Asia/Taipei").unwrap();
        let day = NaiveDate::from_num_days_from_ce_opt(days).unwrap();
        for value in [
            AttributeValue::Text(text.clone()),
            AttributeValue::Number(Number(number)),
            AttributeValue::Date(day),
            AttributeValue::Boolean(yes),
        ] {
            prop_assert_eq!(Kept::of(&value, zone).value(zone), Some(value));
        }
    }
}
