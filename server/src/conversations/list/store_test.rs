//! Pages, counts and cards, on both engines; and the plans of the two indexes that pages live on.

use shared::{
    attributes::{AttributeCondition, AttributeTest, Number},
    call::Page,
    contacts::Subscription,
    conversations::{
        ConversationCard, ConversationFilter, ConversationState, CountConversations, Counts, ListConversations,
        MessageKind, Scope, Sort, When,
    },
    id::ConversationId,
    problem::Problem,
};

use super::{
    super::{
        cursor::Cursor,
        filter::Asked,
        fixture_test::{DAY, NASTY, NOW, World},
    },
    count, is_much, list, show, store,
};
use crate::{
    caller::Caller,
    db::{Db, Engine, Query, params, testing::on_both_engines},
    refused::Refused,
};

on_both_engines![
    pages_go_through_everything_once,
    those_who_were_silent_or_never_wrote_stand_in_one_order,
    pages_follow_the_time_of_the_last_message,
    a_card_tells_what_the_list_shows,
    counts_are_of_the_scope,
    what_is_asked_wrongly_is_named,
    statements_do_what_they_say,
    pages_use_their_indexes,
    a_page_does_not_go_through_the_values_of_everybody,
];

async fn listed(world: &World, caller: &Caller, call: ListConversations) -> Result<Page<ConversationCard>, Problem> {
    let caller = caller.clone();
    match world.db.read(move |tx| list(tx, &caller, &call, NOW)).await {
        Ok(page) => Ok(page),
        Err(Refused::Problem(problem)) => Err(problem),
        Err(Refused::Fault(cause)) => panic!("{cause}"),
    }
}

async fn counted(world: &World, caller: &Caller, call: CountConversations) -> Counts {
    let caller = caller.clone();
    world.db.read(move |tx| count(tx, &caller, &call, NOW)).await.unwrap()
}

fn ask(limit: u32) -> ListConversations {
    ListConversations { limit, ..Default::default() }
}

/// Everything that the pages of a list hold, by the size that it asks for.
async fn paged(world: &World, caller: &Caller, call: ListConversations) -> Vec<ConversationId> {
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = listed(world, caller, ListConversations { after, ..call.clone() }).await.unwrap();
        assert!(page.items.len() <= call.limit as usize);
        seen.extend(page.items.iter().map(|card| card.id));
        after = page.next;
        if after.is_none() {
            return seen;
        }
    }
}

async fn pages_go_through_everything_once(db: Db) {
    let world = World::new(db).await;
    let mut ids = Vec::new();
    // All at the same moment: only the id tells them apart.
    for i in 0..7 {
        ids.push(world.open(&format!("customer {i}"), &world.ann).await);
    }
    world.open("not hers", &world.bob).await;
    for (sort, expected) in [(Sort::Oldest, ids.clone()), (Sort::Newest, ids.iter().rev().copied().collect())] {
        for limit in [1, 3, 7, 100] {
            let seen = paged(&world, &world.ann, ListConversations { sort, ..ask(limit) }).await;
            assert_eq!(seen, expected, "{sort:?} by {limit}");
        }
    }
}

async fn those_who_were_silent_or_never_wrote_stand_in_one_order(db: Db) {
    let world = World::new(db).await;
    let mut ids = Vec::new();
    for i in 0..12 {
        ids.push(world.open(&format!("customer {i}"), &world.ann).await);
    }
    // By turns: wrote long ago, never wrote, wrote lately; two each with the same time of the last message.
    let (team, rows) = (world.team, ids.clone());
    world
        .write(move |tx| {
            for (i, id) in (0_i64..).zip(&rows) {
                let wrote = [Some(NOW - 9 * DAY), None, Some(NOW)][usize::try_from(i % 3).unwrap()];
                tx.execute(
                    "UPDATE conversation SET last_at = $3, last_customer_at = $4 WHERE team_id = $1 AND id = $2",
                    params![team, *id, NOW - i / 2, wrote],
                )?;
            }
            Ok(())
        })
        .await;
    // Two with the same time stand in the order of their ids.
    let newest: Vec<_> = [1, 0, 3, 4, 7, 6, 9, 10].map(|i| ids[i]).to_vec();
    let oldest = newest.iter().rev().copied().collect::<Vec<_>>();
    let filter = ConversationFilter { last_customer: Some(When::NotWithin { days: 7 }), ..Default::default() };
    for (sort, expected) in [(Sort::Newest, newest), (Sort::Oldest, oldest)] {
        for limit in [1, 2, 3, 8, 100] {
            let call = ListConversations { sort, filter: filter.clone(), ..ask(limit) };
            assert_eq!(paged(&world, &world.ann, call).await, expected, "{sort:?} by {limit}");
        }
    }
}

async fn pages_follow_the_time_of_the_last_message(db: Db) {
    let world = World::new(db).await;
    let first = world.open("first", &world.ann).await;
    let second = world.open("second", &world.ann).await;
    let found = world.found(first).await;
    let customer = super::super::fixture_test::Customer {
        team: world.team,
        channel: found.channel,
        identity: found.identity,
        contact: found.contact,
    };
    world.wrote(world.text(customer, "later", NOW + 1)).await;
    let page = listed(&world, &world.ann, ask(50)).await.unwrap();
    assert_eq!(page.items.iter().map(|card| card.id).collect::<Vec<_>>(), [first, second]);
    assert_eq!(page.next, None);
}

async fn a_card_tells_what_the_list_shows(db: Db) {
    let world = World::new(db).await;
    let id = world.open(NASTY, &world.ann).await;
    for (tag, name) in [(world.clock.id(), "b'\"<i>"), (world.clock.id(), "A")] {
        world.tag(id, tag, name).await;
    }
    world.subscribe(id, Subscription::Blocked).await;
    let page = listed(&world, &world.mia, ListConversations { scope: Scope::Team, ..ask(50) }).await.unwrap();
    let [card] = &page.items[..] else { panic!("there is one") };
    assert_eq!((card.id, card.name.as_str(), card.state), (id, NASTY, ConversationState::InProgress));
    assert_eq!((card.channel.id, card.channel.name.as_str()), (world.shop, "Shop"));
    assert_eq!((card.subscription, card.unread), (Subscription::Blocked, 1));
    assert_eq!(card.tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(), ["A", "b'\"<i>"]);
    let owner = card.owner.clone().unwrap();
    assert_eq!((owner.id, owner.name.as_str()), (world.ann.member, "Ann O'Hara"));
    let last = card.last.clone().unwrap();
    assert_eq!((last.kind, last.text.as_str(), last.from_customer), (MessageKind::Text, "您好", true));
    assert_eq!(last.at.to_rfc3339(), "2025-11-20T08:00:00+08:00");
    assert_eq!(card.waiting_since, Some(last.at));

    let (mia, bob) = (world.mia.clone(), world.bob.clone());
    let open = world.db.read(move |tx| show(tx, &mia, id)).await.unwrap();
    assert_eq!(&open.card, card);
    assert!(open.may.reply && open.may.transfer && !open.may.take);
    assert!(matches!(
        world.db.read(move |tx| show(tx, &bob, id)).await,
        Err(Refused::Problem(Problem::Missing { .. }))
    ));
}

async fn counts_are_of_the_scope(db: Db) {
    let world = World::new(db).await;
    for (name, state, owner) in [
        ("a", ConversationState::InProgress, &world.ann),
        ("ab", ConversationState::InProgress, &world.ann),
        ("b", ConversationState::InProgress, &world.mia),
        ("c", ConversationState::InProgress, &world.bob),
        ("d", ConversationState::Pending, &world.ann),
        ("e", ConversationState::Closed, &world.ann),
    ] {
        world.conversation(world.shop, name, state, owner).await;
    }
    let filter = ConversationFilter { search: "b".into(), ..Default::default() };
    let call = |scope| CountConversations { scope, filter: filter.clone(), ..Default::default() };
    let mine = counted(&world, &world.ann, call(Scope::Mine)).await;
    assert_eq!(mine, Counts { matching: 1, pending: 1, in_progress: 2, closed: 1, unread: 2 });
    let team = counted(&world, &world.mia, call(Scope::Team)).await;
    assert_eq!(team, Counts { matching: 2, pending: 1, in_progress: 3, closed: 1, unread: 3 });
    let all = counted(&world, &world.ada, CountConversations { scope: Scope::Team, ..Default::default() }).await;
    assert_eq!(all, Counts { matching: 4, pending: 1, in_progress: 4, closed: 1, unread: 4 });
}

async fn what_is_asked_wrongly_is_named(db: Db) {
    let world = World::new(db).await;
    let long = ConversationFilter { search: "x".repeat(101), ..Default::default() };
    for (call, expected) in [
        (ask(0), "limit"),
        (ask(101), "limit"),
        (ListConversations { after: Some("'; --".into()), ..ask(1) }, "after"),
        (ListConversations { filter: long, ..ask(1) }, "filter.search"),
    ] {
        let Err(Problem::Invalid { field, .. }) = listed(&world, &world.ann, call).await else { panic!("{expected}") };
        assert_eq!(field, expected);
    }
}

async fn statements_do_what_they_say(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let (ann, other) = (world.ann.clone(), world.eve.team);
    let contact = world.found(id).await.contact;
    let tag = world.clock.id();
    world.tag(id, tag, "VIP").await;
    world
        .read(move |tx| {
            let nothing = ConversationFilter::default();
            let asked = Asked { state: ConversationState::InProgress, scope: Scope::Mine, filter: &nothing, now: NOW };
            assert_eq!(store::count(tx, &ann, &asked, false)?, 1);
            assert_eq!(store::count(tx, &ann, &asked, true)?, 1);
            assert_eq!(store::spread(tx, ann.team)?, [(ConversationState::InProgress, 1)]);
            assert_eq!(store::spread(tx, other)?, []);
            let rows = store::page(tx, &ann, &asked, Sort::Newest, None, 10)?;
            assert_eq!(rows.len(), 1);
            assert_eq!(store::one(tx, ann.team, id)?.as_ref(), rows.first());
            assert_eq!(store::one(tx, other, id)?, None);
            let end = Cursor { at: rows[0].last_at, key: id.to_string() };
            assert_eq!(store::page(tx, &ann, &asked, Sort::Newest, Some(&end), 10)?, []);
            assert_eq!(store::page(tx, &ann, &asked, Sort::Oldest, Some(&end), 10)?, []);
            assert_eq!(store::tags(tx, ann.team, &[contact])?.len(), 1);
            assert_eq!(store::tags(tx, other, &[contact])?, []);
            assert_eq!(store::tags(tx, ann.team, &[])?, []);
            Ok(())
        })
        .await;
    let team = world.team;
    world
        .write(move |tx| tx.execute("UPDATE tag SET deleted_at = 1 WHERE team_id = $1 AND id = $2", params![team, tag]))
        .await;
    assert_eq!(world.read(move |tx| store::tags(tx, team, &[contact])).await, []);
}

#[test]
fn much_is_more_than_a_quarter() {
    let spread = [(ConversationState::Closed, 75), (ConversationState::InProgress, 25)];
    assert!(is_much(&spread, ConversationState::Closed));
    assert!(!is_much(&spread, ConversationState::InProgress));
    assert!(!is_much(&spread, ConversationState::Pending));
    assert!(!is_much(&[], ConversationState::Closed));
}

/// How the engine would read this page.
async fn plan(world: &World, caller: &Caller, scope: Scope, sort: Sort, filter: ConversationFilter) -> String {
    let caller = caller.clone();
    let after = Cursor { at: if sort == Sort::Newest { NOW + DAY } else { NOW - DAY }, key: String::new() };
    world
        .write(move |tx| {
            let asked = Asked { state: ConversationState::InProgress, scope, filter: &filter, now: NOW };
            let explain = match tx.engine() {
                Engine::Sqlite => "EXPLAIN QUERY PLAN",
                Engine::Postgres => "EXPLAIN",
            };
            let mut query = Query::new(explain, &[]);
            query.push(store::PAGE, params![caller.team]);
            store::narrow(&mut query, &caller, &asked, None, sort, Some(&after), 51);
            let lines: Vec<String> = match tx.engine() {
                Engine::Sqlite => {
                    let rows: Vec<(i64, i64, i64, String)> = tx.all_query(&query)?;
                    rows.into_iter().map(|(.., line)| line).collect()
                }
                Engine::Postgres => {
                    // With so few rows everything costs the same; with these off, only an index in the right order is left.
                    tx.execute("SET LOCAL enable_seqscan = off", &[])?;
                    tx.execute("SET LOCAL enable_sort = off", &[])?;
                    tx.execute("SET LOCAL enable_bitmapscan = off", &[])?;
                    tx.all_query(&query)?
                }
            };
            Ok(lines.join("\n"))
        })
        .await
}

async fn pages_use_their_indexes(db: Db) {
    let world = World::new(db).await;
    for i in 0..40 {
        world.open(&format!("customer {i}"), if i % 10 == 0 { &world.ann } else { &world.bob }).await;
    }
    world
        .write(|tx| match tx.engine() {
            Engine::Sqlite => Ok(0),
            // Its planner goes by what it counted, which it does by itself only after a while.
            Engine::Postgres => tx.execute("ANALYZE", &[]),
        })
        .await;
    let filter = ConversationFilter {
        search: "a".into(),
        channels: vec![world.shop],
        tags_any: vec![world.clock.id()],
        tags_none: vec![world.clock.id()],
        owners: vec![world.ann.member],
        unread: true,
        ..Default::default()
    };
    for sort in [Sort::Newest, Sort::Oldest] {
        for filter in [ConversationFilter::default(), filter.clone()] {
            for (caller, scope, index) in [
                (&world.ann, Scope::Mine, "conversation_owner"),
                (&world.ada, Scope::Team, "conversation_state"),
                (&world.mia, Scope::Team, "conversation_state"),
            ] {
                let plan = plan(&world, caller, scope, sort, filter.clone()).await;
                assert!(plan.contains(index), "{} wants {index}:\n{plan}", caller.name);
                let sorted = plan.contains("TEMP B-TREE FOR ORDER BY") || plan.contains("Sort Key");
                assert!(!sorted, "{} {index} gives the order:\n{plan}", caller.name);
            }
        }
    }
}

async fn a_page_does_not_go_through_the_values_of_everybody(db: Db) {
    let world = World::new(db).await;
    if world.write(|tx| Ok(tx.engine())).await == Engine::Postgres {
        // Its planner decides by what it counted, and all tables are small here.
        return;
    }
    let test = AttributeTest::Numbers { from: Some(Number(1)), to: None };
    let attributes = vec![AttributeCondition { attribute: world.clock.id(), test }];
    let filter = ConversationFilter { attributes, unread: true, ..Default::default() };
    let plan = plan(&world, &world.ada, Scope::Team, Sort::Newest, filter).await;
    assert!(plan.contains("conversation_state"), "{plan}");
    assert!(!plan.contains("contact_attribute_value"), "{plan}");
}
