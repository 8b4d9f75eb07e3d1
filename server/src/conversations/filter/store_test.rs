//! Scopes and conditions against a handful of conversations, on both engines.

use chrono::NaiveDate;
use shared::{
    attributes::{AttributeCondition, AttributeTest, Number},
    contacts::Subscription,
    conversations::{ConversationFilter, ConversationState, Scope, When},
    id::{AttributeId, ConversationId, TagId},
};

use super::{
    super::{
        fixture_test::{DAY, NASTY, NOW, World},
        sees,
    },
    Asked, Reading, conditions, scope,
};
use crate::{
    caller::Caller,
    db::{Db, Query, params, testing::on_both_engines},
};

on_both_engines![
    a_scope_is_what_the_rules_show,
    names_are_searched_as_they_are_written,
    tags_are_any_all_or_none,
    times_are_within_not_within_or_between,
    the_rest_of_the_conditions,
    conditions_combine,
    telephone_numbers_are_searched,
    bound_to_members_and_stores,
    a_window_is_open_closed_or_none,
    attributes_are_tested_by_their_kind,
];

async fn found(
    world: &World,
    caller: &Caller,
    state: ConversationState,
    of: Scope,
    filter: ConversationFilter,
) -> Vec<ConversationId> {
    filter.check("filter").unwrap();
    let [first, all] = [Reading::First, Reading::All].map(|reading| {
        let mut query = Query::new("SELECT c.id FROM conversation c WHERE c.team_id = $#", params![caller.team]);
        scope(&mut query, caller, state, of);
        conditions(&mut query, caller, &Asked { state, scope: of, filter: &filter, now: NOW }, reading);
        query.push("ORDER BY c.id", &[]);
        query
    });
    let (first, all) = world.read(move |tx| Ok((tx.all_query(&first)?, tx.all_query(&all)?))).await;
    assert_eq!(first, all, "however much is read: {filter:?}");
    first
}

/// What Ann finds among her own in progress.
async fn anns(world: &World, filter: ConversationFilter) -> Vec<ConversationId> {
    found(world, &world.ann, ConversationState::InProgress, Scope::Mine, filter).await
}

async fn a_scope_is_what_the_rules_show(db: Db) {
    let world = World::new(db).await;
    let mut all = Vec::new();
    for state in ConversationState::ALL {
        for channel in [world.shop, world.outlet] {
            for owner in [&world.ann, &world.bob, &world.mia, &world.ada] {
                all.push(world.conversation(channel, "Lin", state, owner).await);
            }
        }
    }
    world.conversation(world.elsewhere, "Lin", ConversationState::Pending, &world.eve).await;
    let mut strict = world.ann.clone();
    strict.settings.sales_may_take_pending = false;
    for caller in [&world.ann, &world.bob, &world.mia, &world.ada, &strict] {
        for state in ConversationState::ALL {
            let mut seen = Vec::new();
            let mut own = Vec::new();
            for id in &all {
                let one = world.found(*id).await;
                if one.state == state && sees(caller, &one) {
                    seen.push(*id);
                    // Nobody owns a pending one; there "mine" is what she may take.
                    if state == ConversationState::Pending || one.owner == Some(caller.member) {
                        own.push(*id);
                    }
                }
            }
            let nothing = ConversationFilter::default;
            assert_eq!(found(&world, caller, state, Scope::Team, nothing()).await, seen, "{} {state:?}", caller.name);
            assert_eq!(found(&world, caller, state, Scope::Mine, nothing()).await, own, "{} {state:?}", caller.name);
        }
    }
}

async fn names_are_searched_as_they_are_written(db: Db) {
    let world = World::new(db).await;
    let nasty = world.open(NASTY, &world.ann).await;
    let plain = world.open("ＡＮＮＡ 100 Öz", &world.ann).await;
    for (search, expected) in [
        ("", vec![nasty, plain]),
        ("100", vec![nasty, plain]),
        ("100%", vec![nasty]),
        ("%", vec![nasty]),
        ("_", vec![nasty]),
        ("\\", vec![nasty]),
        ("o'brien", vec![nasty]),
        ("\"; DROP TABLE", vec![nasty]),
        ("<SCRIPT>", vec![nasty]),
        ("王小", vec![nasty]),
        ("anna", vec![plain]),
        ("  öZ ", vec![plain]),
        ("' OR 1=1 --", vec![]),
    ] {
        let filter = ConversationFilter { search: search.into(), ..Default::default() };
        assert_eq!(anns(&world, filter).await, expected, "{search}");
    }
}

async fn tags_are_any_all_or_none(db: Db) {
    let world = World::new(db).await;
    let (vip, new): (TagId, TagId) = (world.clock.id(), world.clock.id());
    let none = world.open("none", &world.ann).await;
    let one = world.open("one", &world.ann).await;
    let both = world.open("both", &world.ann).await;
    for (id, tag, name) in [(one, vip, "VIP'; --"), (both, vip, "VIP'; --"), (both, new, "<b>new</b>")] {
        world.tag(id, tag, name).await;
    }
    let any = |tags: &[TagId]| ConversationFilter { tags_any: tags.to_vec(), ..Default::default() };
    let all = |tags: &[TagId]| ConversationFilter { tags_all: tags.to_vec(), ..Default::default() };
    let not = |tags: &[TagId]| ConversationFilter { tags_none: tags.to_vec(), ..Default::default() };
    assert_eq!(anns(&world, any(&[new])).await, [both]);
    assert_eq!(anns(&world, any(&[vip, new])).await, [one, both]);
    assert_eq!(anns(&world, all(&[vip, vip])).await, [one, both]);
    assert_eq!(anns(&world, all(&[vip, new])).await, [both]);
    assert_eq!(anns(&world, not(&[new])).await, [none, one]);
    assert_eq!(anns(&world, not(&[vip, new])).await, [none]);
    let unknown = world.clock.id();
    assert_eq!(anns(&world, any(&[unknown])).await, []);
    assert_eq!(anns(&world, all(&[vip, unknown])).await, []);
    assert_eq!(anns(&world, not(&[unknown])).await, [none, one, both]);
}

async fn times_are_within_not_within_or_between(db: Db) {
    let world = World::new(db).await;
    let never = world.open("never", &world.ann).await;
    let old = world.open("old", &world.ann).await;
    let new = world.open("new", &world.ann).await;
    let team = world.team;
    world
        .write(move |tx| {
            for (id, at) in [(old, Some(NOW - 7 * DAY - 1)), (new, Some(NOW - 7 * DAY)), (never, None)] {
                tx.execute(
                    "UPDATE conversation SET last_customer_at = $3, last_team_at = $3, last_marketing_at = $3 \
                     WHERE team_id = $1 AND id = $2",
                    params![team, id, at],
                )?;
            }
            Ok(())
        })
        .await;
    // NOW is 8 in the morning of the 20th in Taipei; both times fall on the 13th, just before and at 8.
    let day = |day| NaiveDate::from_ymd_opt(2025, 11, day).unwrap();
    for (when, expected) in [
        (When::Within { days: 7 }, vec![new]),
        (When::Within { days: 8 }, vec![old, new]),
        (When::NotWithin { days: 7 }, vec![never, old]),
        (When::NotWithin { days: 3_650 }, vec![never]),
        (When::Between { from: day(13), to: day(13) }, vec![old, new]),
        (When::Between { from: day(1), to: day(12) }, vec![]),
        (When::Between { from: day(14), to: day(20) }, vec![]),
        (When::Between { from: NaiveDate::MIN, to: NaiveDate::MAX }, vec![old, new]),
    ] {
        let filters = [
            ConversationFilter { last_customer: Some(when), ..Default::default() },
            ConversationFilter { last_team: Some(when), ..Default::default() },
            ConversationFilter { last_marketing: Some(when), ..Default::default() },
        ];
        for filter in filters {
            assert_eq!(anns(&world, filter.clone()).await, expected, "{filter:?}");
        }
    }
}

async fn the_rest_of_the_conditions(db: Db) {
    let world = World::new(db).await;
    let shop = world.open("shop", &world.ann).await;
    let outlet = world.conversation(world.outlet, "outlet", ConversationState::InProgress, &world.ann).await;
    let mias = world.open("mia's", &world.mia).await;
    world.subscribe(outlet, Subscription::Blocked).await;
    let team = world.team;
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE conversation SET unread = 0, waiting_since = NULL WHERE team_id = $1 AND id = $2",
                params![team, shop],
            )
        })
        .await;

    let channels = vec![world.outlet, world.elsewhere];
    assert_eq!(anns(&world, ConversationFilter { channels, ..Default::default() }).await, [outlet]);
    let subscriptions = vec![Subscription::Subscribed, Subscription::Unknown];
    assert_eq!(anns(&world, ConversationFilter { subscriptions, ..Default::default() }).await, [shop]);
    assert_eq!(anns(&world, ConversationFilter { unread: true, ..Default::default() }).await, [outlet]);
    assert_eq!(anns(&world, ConversationFilter { waiting: true, ..Default::default() }).await, [outlet]);

    let of = |owner: &Caller| ConversationFilter { owners: vec![owner.member], ..Default::default() };
    let team_of_mia = |filter| found(&world, &world.mia, ConversationState::InProgress, Scope::Team, filter);
    assert_eq!(team_of_mia(of(&world.ann)).await, [shop, outlet]);
    assert_eq!(team_of_mia(of(&world.mia)).await, [mias]);
    assert_eq!(team_of_mia(of(&world.bob)).await, []);
}

async fn conditions_combine(db: Db) {
    let world = World::new(db).await;
    let tag = world.clock.id();
    let wanted = world.open(NASTY, &world.ann).await;
    world.tag(wanted, tag, "VIP").await;
    world.open(NASTY, &world.ann).await;
    let other = world.open("Wu", &world.ann).await;
    world.tag(other, tag, "VIP").await;
    let day = NaiveDate::from_ymd_opt(2025, 11, 20).unwrap();
    let filter = ConversationFilter {
        search: "brien".into(),
        channels: vec![world.shop],
        tags_any: vec![tag],
        tags_all: vec![tag],
        tags_none: vec![world.clock.id()],
        last_customer: Some(When::Between { from: day, to: day }),
        last_team: Some(When::NotWithin { days: 1 }),
        last_marketing: Some(When::NotWithin { days: 30 }),
        subscriptions: vec![Subscription::Subscribed],
        unread: true,
        waiting: true,
        owners: vec![world.ann.member],
        ..Default::default()
    };
    assert_eq!(anns(&world, filter).await, [wanted]);
}

async fn telephone_numbers_are_searched(db: Db) {
    let world = World::new(db).await;
    let (named, called, other) = (
        world.open("0912 店", &world.ann).await,
        world.open("Lin", &world.ann).await,
        world.open("Wu", &world.ann).await,
    );
    let team = world.team;
    for (id, phone) in [(called, "+886912345678"), (other, "+886987000111")] {
        let found = world.found(id).await;
        world
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO identity_address (team_id, identity_id, channel_id, kind, address, created_at) \
                     VALUES ($1, $2, $3, 'phone', $4, 1)",
                    params![team, found.identity, found.channel, phone],
                )?;
                Ok(())
            })
            .await;
    }
    for (search, expected) in [
        ("912345", vec![called]),
        ("+886 912-345", vec![called]),
        ("0912", vec![named, called]),
        ("0912 345-678", vec![called]),
        ("0999", vec![]),
        ("886", vec![called, other]),
        ("91", vec![named]),
        ("912 店", vec![named]),
    ] {
        let filter = ConversationFilter { search: search.into(), ..Default::default() };
        assert_eq!(anns(&world, filter).await, expected, "{search}");
    }
}

async fn bound_to_members_and_stores(db: Db) {
    let world = World::new(db).await;
    let (free, anns_own, bobs) =
        (world.open("free", &world.ann).await, world.open("a", &world.ann).await, world.open("b", &world.ann).await);
    let team = world.team;
    for (id, member, store) in [(anns_own, world.ann.member, world.north), (bobs, world.bob.member, world.south)] {
        let identity = world.found(id).await.identity;
        world
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO binding (team_id, identity_id, member_id, store_id, created_at) VALUES ($1, $2, $3, $4, 1)",
                    params![team, identity, member, store],
                )?;
                Ok(())
            })
            .await;
    }
    let members = |ids: &[&Caller]| ConversationFilter {
        bound_members: ids.iter().map(|one| one.member).collect(),
        ..Default::default()
    };
    assert_eq!(anns(&world, members(&[&world.ann])).await, [anns_own]);
    assert_eq!(anns(&world, members(&[&world.ann, &world.bob])).await, [anns_own, bobs]);
    assert_eq!(anns(&world, members(&[&world.eve])).await, []);
    let stores = ConversationFilter { bound_stores: vec![world.south], ..Default::default() };
    assert_eq!(anns(&world, stores.clone()).await, [bobs]);
    assert_eq!(anns(&world, ConversationFilter { bound_members: vec![world.ann.member], ..stores }).await, []);
    assert_eq!(anns(&world, ConversationFilter::default()).await, [free, anns_own, bobs]);
}

async fn a_window_is_open_closed_or_none(db: Db) {
    let world = World::new(db).await;
    let line = world.open("line", &world.ann).await;
    let state = ConversationState::InProgress;
    let mut on_whatsapp = Vec::new();
    for name in ["open", "closed", "never"] {
        on_whatsapp.push(world.conversation(world.outlet, name, state, &world.ann).await);
    }
    let (team, outlet) = (world.team, world.outlet);
    // To the millisecond as `Window::of` has it.
    let times = [(on_whatsapp[0], Some(NOW - DAY + 1)), (on_whatsapp[1], Some(NOW - DAY)), (on_whatsapp[2], None)];
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE channel SET platform = 'whatsapp' WHERE team_id = $1 AND id = $2",
                params![team, outlet],
            )?;
            for (id, at) in times {
                tx.execute(
                    "UPDATE conversation SET last_customer_at = $3 WHERE team_id = $1 AND id = $2",
                    params![team, id, at],
                )?;
            }
            Ok(())
        })
        .await;
    let window = |open| ConversationFilter { window_open: open, ..Default::default() };
    assert_eq!(anns(&world, window(Some(true))).await, on_whatsapp[..1]);
    assert_eq!(anns(&world, window(Some(false))).await, on_whatsapp[1..]);
    assert_eq!(anns(&world, window(None)).await.len(), 4);
    assert!(!anns(&world, window(Some(false))).await.contains(&line));
}

async fn attributes_are_tested_by_their_kind(db: Db) {
    let world = World::new(db).await;
    let team = world.team;
    let (lin, wu) = (world.open("Lin", &world.ann).await, world.open("Wu", &world.ann).await);
    let nobody = world.open("nobody", &world.ann).await;
    let mut ids: Vec<AttributeId> = Vec::new();
    for (kind, of_lin, of_wu) in [
        ("text", (Some("vip 金"), None), (Some("o'brien"), None)),
        ("number", (None, Some(36_500)), (None, Some(-1))),
        // The 20th and the 21st of November 2025.
        ("date", (None, Some(739_575)), (None, Some(739_576))),
        // Eight in the morning of the 20th in Taipei, and just before midnight of it.
        ("datetime", (None, Some(NOW)), (None, Some(NOW + 16 * 3_600_000 - 1))),
        ("boolean", (None, Some(1)), (None, Some(0))),
    ] {
        let id: AttributeId = world.clock.id();
        ids.push(id);
        let rows = [(lin, of_lin), (wu, of_wu)];
        let contacts = [world.found(lin).await.contact, world.found(wu).await.contact];
        world
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO attribute (team_id, id, name, folded_name, kind, created_at) VALUES ($1, $2, $3, $3, $3, 1)",
                    params![team, id, kind],
                )?;
                for (contact, (_, (text, int))) in contacts.into_iter().zip(rows) {
                    tx.execute(
                        "INSERT INTO contact_attribute (team_id, contact_id, attribute_id, kind, text_value, folded_text, int_value) \
                         VALUES ($1, $2, $3, $4, $5, $5, $6)",
                        params![team, contact, id, kind, text, int],
                    )?;
                }
                Ok(())
            })
            .await;
    }
    let day = |day| NaiveDate::from_ymd_opt(2025, 11, day);
    let [text, number, date, datetime, boolean] = ids[..] else { unreachable!() };
    let texts = |text: &str| text.to_owned();
    for (attribute, test, expected) in [
        (text, AttributeTest::Filled, vec![lin, wu]),
        (text, AttributeTest::Empty, vec![nobody]),
        (text, AttributeTest::TextIs { text: texts(" ＶＩＰ 金") }, vec![lin]),
        (text, AttributeTest::TextIsNot { text: texts("vip 金") }, vec![wu]),
        (text, AttributeTest::TextHas { text: texts("O'B") }, vec![wu]),
        (text, AttributeTest::TextHas { text: texts("%") }, vec![]),
        (number, AttributeTest::Numbers { from: Some(Number(36_500)), to: Some(Number(36_500)) }, vec![lin]),
        (number, AttributeTest::Numbers { from: None, to: Some(Number(0)) }, vec![wu]),
        (number, AttributeTest::Numbers { from: Some(Number(-1)), to: None }, vec![lin, wu]),
        (date, AttributeTest::Days { from: day(20), to: day(20) }, vec![lin]),
        (date, AttributeTest::Days { from: day(21), to: None }, vec![wu]),
        (datetime, AttributeTest::Days { from: day(20), to: day(20) }, vec![lin, wu]),
        (datetime, AttributeTest::Days { from: day(21), to: None }, vec![]),
        (boolean, AttributeTest::Is { yes: true }, vec![lin]),
        (boolean, AttributeTest::Is { yes: false }, vec![wu]),
        // Of another kind: nobody, however the values lie.
        (boolean, AttributeTest::Numbers { from: Some(Number(0)), to: None }, vec![]),
        (number, AttributeTest::Is { yes: true }, vec![]),
        (world.clock.id(), AttributeTest::Filled, vec![]),
    ] {
        let what = format!("{test:?}");
        let filter =
            ConversationFilter { attributes: vec![AttributeCondition { attribute, test }], ..Default::default() };
        assert_eq!(anns(&world, filter).await, expected, "{what}");
    }
    let both = [(text, AttributeTest::Filled), (boolean, AttributeTest::Is { yes: false })];
    let attributes = both.map(|(attribute, test)| AttributeCondition { attribute, test }).to_vec();
    assert_eq!(anns(&world, ConversationFilter { attributes, ..Default::default() }).await, [wu]);
}
