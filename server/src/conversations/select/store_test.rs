//! Selections, on both engines.

use shared::{
    campaigns::SelectionCount,
    contacts::Subscription,
    conversations::{ConversationFilter, ConversationState, Scope},
    id::{ConversationId, TeamId},
    limits::Platform,
    problem::{Problem, Rule},
    selection::{Matching, Selection},
};
use uuid::Uuid;

use super::{
    super::{
        filter::Asked,
        fixture_test::{NASTY, NOW, World},
    },
    Chosen, count, marketed, select, store,
};
use crate::{
    caller::Caller,
    db::{Db, params, testing::on_both_engines},
    refused::Refused,
    templates::fixture_test::{customer, number},
};

on_both_engines![
    ticked_people_come_as_they_are,
    one_unknown_id_refuses_the_whole,
    filters_find_only_her_own_in_progress,
    nobody_comes_twice,
    twenty_thousand_ids_are_one_question,
    counts_are_by_account,
    marketing_times_only_move_forward,
    an_address_is_what_deliveries_name,
    statements_do_what_they_say,
];

async fn chosen(world: &World, caller: &Caller, selection: Selection) -> Result<Vec<Chosen>, Problem> {
    let caller = caller.clone();
    match world.db.read(move |tx| select(tx, &caller, &selection, NOW)).await {
        Ok(chosen) => Ok(chosen),
        Err(Refused::Problem(problem)) => Err(problem),
        Err(Refused::Fault(cause)) => panic!("{cause}"),
    }
}

fn ticks(ids: &[ConversationId]) -> Selection {
    Selection { ids: ids.to_vec(), matching: Vec::new() }
}

fn whole(search: &str, except: &[ConversationId]) -> Matching {
    Matching { filter: ConversationFilter { search: search.into(), ..Default::default() }, except: except.to_vec() }
}

fn ids(chosen: &[Chosen]) -> Vec<ConversationId> {
    let mut ids: Vec<_> = chosen.iter().map(|one| one.conversation).collect();
    ids.sort_unstable();
    ids
}

async fn ticked_people_come_as_they_are(db: Db) {
    let world = World::new(db).await;
    let mine = world.open(NASTY, &world.ann).await;
    let bobs = world.conversation(world.outlet, "Wu", ConversationState::Closed, &world.bob).await;
    world.subscribe(bobs, Subscription::Blocked).await;
    let chosen = chosen(&world, &world.ann, ticks(&[bobs, mine])).await.unwrap();
    let [first, second] = &chosen[..] else { panic!("both are there") };
    assert_eq!((first.conversation, first.name.as_str(), first.state), (mine, NASTY, ConversationState::InProgress));
    assert_eq!((first.owner, first.last_customer_at), (Some(world.ann.member), Some(NOW)));
    assert_eq!(first.address, format!("U{}", first.identity.0.simple()));
    assert_eq!((first.channel, first.channel_name.as_str()), (world.shop, "Shop"));
    assert_eq!((second.conversation, second.state), (bobs, ConversationState::Closed));
    assert_eq!((second.owner, second.subscription), (Some(world.bob.member), Subscription::Blocked));
}

async fn one_unknown_id_refuses_the_whole(db: Db) {
    let world = World::new(db).await;
    let mine = world.open("Lin", &world.ann).await;
    let foreign = world.conversation(world.elsewhere, "Wu", ConversationState::Pending, &world.eve).await;
    let made_up = ConversationId(Uuid::from_u128(7));
    let refused = |count| Err(Problem::invalid("selection.ids", Rule::Unknown { count }));
    assert_eq!(chosen(&world, &world.ann, ticks(&[mine, foreign])).await, refused(1));
    assert_eq!(chosen(&world, &world.ann, ticks(&[made_up, mine, foreign, foreign])).await, refused(2));
}

async fn filters_find_only_her_own_in_progress(db: Db) {
    let world = World::new(db).await;
    let a = world.open("Lin 100%", &world.ann).await;
    let b = world.open("Lin", &world.ann).await;
    for (state, owner) in [
        (ConversationState::InProgress, &world.mia),
        (ConversationState::Closed, &world.ann),
        (ConversationState::Pending, &world.ann),
    ] {
        world.conversation(world.shop, "Lin", state, owner).await;
    }
    let of = |matching: Vec<Matching>| Selection { ids: Vec::new(), matching };
    assert_eq!(ids(&chosen(&world, &world.ann, of(vec![whole("lin", &[])])).await.unwrap()), [a, b]);
    assert_eq!(ids(&chosen(&world, &world.ann, of(vec![whole("%", &[])])).await.unwrap()), [a]);
    assert_eq!(ids(&chosen(&world, &world.ann, of(vec![whole("lin", &[a])])).await.unwrap()), [b]);
    // A manager's group send goes to her own customers, not to her store's (domain.md 11.3).
    assert_eq!(chosen(&world, &world.mia, of(vec![whole("lin", &[])])).await.unwrap().len(), 1);
}

async fn nobody_comes_twice(db: Db) {
    let world = World::new(db).await;
    let mut all = Vec::new();
    for channel in [world.outlet, world.shop, world.outlet] {
        all.push(world.conversation(channel, "Lin", ConversationState::InProgress, &world.ann).await);
    }
    let selection =
        Selection { ids: vec![all[0], all[0], all[1]], matching: vec![whole("", &[all[0]]), whole("lin", &[])] };
    let chosen = chosen(&world, &world.ann, selection).await.unwrap();
    assert_eq!(ids(&chosen), all);
    assert!(chosen.is_sorted_by_key(|one| (one.channel, one.contact)));
}

async fn twenty_thousand_ids_are_one_question(db: Db) {
    let world = World::new(db).await;
    let mine = world.open("Lin", &world.ann).await;
    let mut many: Vec<_> = (1..20_000).map(|n| ConversationId(Uuid::from_u128(n))).collect();
    let refused = Err(Problem::invalid("selection.ids", Rule::Unknown { count: 19_999 }));
    many.push(mine);
    assert_eq!(chosen(&world, &world.ann, ticks(&many)).await, refused);
    many.pop();
    let selection = Selection { ids: vec![mine], matching: vec![whole("", &many)] };
    assert_eq!(ids(&chosen(&world, &world.ann, selection).await.unwrap()), [mine]);
}

async fn counts_are_by_account(db: Db) {
    let world = World::new(db).await;
    world.open("Lin", &world.ann).await;
    for name in ["😀😀😀", "12345"] {
        world.conversation(world.outlet, name, ConversationState::InProgress, &world.ann).await;
    }
    let ann = world.ann.clone();
    let selection = Selection { ids: Vec::new(), matching: vec![whole("", &[])] };
    let counted = world.db.read(move |tx| count(tx, &ann, &selection, NOW)).await.unwrap();
    assert_eq!((counted.total, counted.longest_name.as_str()), (3, "😀😀😀"));
    let by_account: Vec<_> = counted.channels.iter().map(|one| (one.channel.id, one.count)).collect();
    assert_eq!(by_account, [(world.outlet, 2), (world.shop, 1)]);

    let ann = world.ann.clone();
    let nobody = world.db.read(move |tx| count(tx, &ann, &Selection::default(), NOW)).await.unwrap();
    assert_eq!(nobody, SelectionCount::default());
}

async fn marketed_at(world: &World, id: ConversationId) -> Option<i64> {
    let team = world.team;
    world
        .read(move |tx| {
            tx.one("SELECT last_marketing_at FROM conversation WHERE team_id = $1 AND id = $2", params![team, id])
        })
        .await
}

async fn marketing_times_only_move_forward(db: Db) {
    let world = World::new(db).await;
    let a = world.open("a", &world.ann).await;
    let b = world.open("b", &world.ann).await;
    let untouched = world.open("c", &world.ann).await;
    let batches: [(TeamId, &[ConversationId], i64); 4] =
        [(world.team, &[a], 20), (world.team, &[b, a], 10), (world.eve.team, &[a], 99), (world.team, &[], 99)];
    for (team, batch, at) in batches {
        let batch = batch.to_vec();
        world.write(move |tx| marketed(tx, team, &batch, at)).await;
    }
    assert_eq!(marketed_at(&world, a).await, Some(20));
    assert_eq!(marketed_at(&world, b).await, Some(10));
    assert_eq!(marketed_at(&world, untouched).await, None);
}

/// WhatsApp: the number seen last; without one `bsuid:` and Meta's own id.
async fn an_address_is_what_deliveries_name(db: Db) {
    let world = World::new(db).await;
    let number = number(&world, "北店", None).await;
    let id = customer(&world, number, "王小美", &world.ann, 0).await;
    let (team, identity) = (world.team, world.found(id).await.identity);
    let address = || async {
        let chosen = chosen(&world, &world.ann, ticks(&[id])).await.unwrap().remove(0);
        assert_eq!((chosen.platform, chosen.address.clone()), (Platform::Whatsapp, world.found(id).await.address));
        chosen.address
    };
    let set = |kind: &'static str, address: &'static str, seen_at: i64| {
        world.write(move |tx| {
            tx.execute(
                "INSERT INTO identity_address (team_id, identity_id, channel_id, kind, address, seen_at, created_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, 0)",
                params![team, identity, number.channel, kind, address, seen_at],
            )
        })
    };
    world
        .write(move |tx| {
            tx.execute("DELETE FROM identity_address WHERE team_id = $1 AND identity_id = $2", params![team, identity])
        })
        .await;
    assert_eq!(address().await, "");
    set("bsuid", "US.1", 1).await;
    assert_eq!(address().await, "bsuid:US.1");
    set("phone", "+886912", 5).await;
    set("phone", "+886911", 3).await;
    assert_eq!(address().await, "+886912");
}

async fn statements_do_what_they_say(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let (ann, other) = (world.ann.clone(), world.eve.team);
    world
        .write(move |tx| {
            assert_eq!(store::ticked(tx, ann.team, &[id, id])?.len(), 1);
            assert_eq!(store::ticked(tx, other, &[id])?, []);
            let nothing = ConversationFilter::default();
            let asked = Asked { state: ConversationState::InProgress, scope: Scope::Mine, filter: &nothing, now: NOW };
            assert_eq!(store::matching(tx, &ann, &asked, &[])?.len(), 1);
            assert_eq!(store::matching(tx, &ann, &asked, &[id])?, []);
            store::set_marketed(tx, ann.team, &[id], 5)
        })
        .await;
    assert_eq!(marketed_at(&world, id).await, Some(5));
}
