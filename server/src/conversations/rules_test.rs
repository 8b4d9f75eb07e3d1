//! Who sees and may what, as tables; and the acts by these rules, on both engines.

use rstest::rstest;
use shared::{
    contacts::Subscription,
    conversations::{ConversationState, May},
    id::{ChannelId, ContactId, ConversationId, IdentityId, MemberId, StoreId, TeamId},
    limits::Platform,
    members::Role,
    problem::{Conflict, Problem, Rule, What},
};
use uuid::Uuid;

use super::{
    Found, act,
    fixture_test::{World, caller},
    may, sees, visible,
};
use crate::{
    caller::Caller,
    db::{Db, Tx, params, testing::on_both_engines},
    refused::Refused,
};

const NORTH: StoreId = StoreId(Uuid::from_u128(1));
const SOUTH: StoreId = StoreId(Uuid::from_u128(2));
const ME: MemberId = MemberId(Uuid::from_u128(10));
const COLLEAGUE: MemberId = MemberId(Uuid::from_u128(11));

fn me(role: Role) -> Caller {
    caller(TeamId::default(), ME, "Me", role, if role == Role::Admin { &[] } else { &[NORTH] })
}

fn found(
    state: ConversationState,
    owner: Option<MemberId>,
    store: Option<StoreId>,
    channel_stores: &[StoreId],
) -> Found {
    Found {
        id: ConversationId::default(),
        identity: IdentityId::default(),
        contact: ContactId::default(),
        channel: ChannelId::default(),
        channel_stores: channel_stores.to_vec(),
        state,
        owner,
        store,
        subscription: Subscription::Subscribed,
        platform: Platform::Line,
        last_customer_at: None,
        name: String::new(),
        address: String::new(),
    }
}

/// The letters stand for take, transfer, close, reopen, reply; `-` for not even seen.
fn letters(caller: &Caller, found: &Found) -> String {
    if !sees(caller, found) {
        assert_eq!(may(caller, found), May::default());
        return "-".into();
    }
    let May { take, transfer, close, reopen, reply } = may(caller, found);
    let all = [(take, 't'), (transfer, 'x'), (close, 'c'), (reopen, 'o'), (reply, 'r')];
    all.into_iter().filter(|(may, _)| *may).map(|(_, letter)| letter).collect()
}

#[rstest]
#[case::pending_of_a_channel_of_hers(found(ConversationState::Pending, None, None, &[NORTH, SOUTH]), ["t", "txc", "txc"])]
#[case::pending_of_another_stores_channel(found(ConversationState::Pending, None, None, &[SOUTH]), ["-", "-", "txc"])]
#[case::pending_of_a_channel_without_stores(found(ConversationState::Pending, None, None, &[]), ["-", "-", "txc"])]
#[case::her_own(found(ConversationState::InProgress, Some(ME), Some(NORTH), &[NORTH]), ["xcr", "xcr", "xcr"])]
#[case::her_own_from_a_store_she_left(found(ConversationState::InProgress, Some(ME), Some(SOUTH), &[SOUTH]), ["xcr", "xcr", "xcr"])]
#[case::a_colleagues(found(ConversationState::InProgress, Some(COLLEAGUE), Some(NORTH), &[NORTH]), ["-", "xcr", "xcr"])]
#[case::of_another_store(found(ConversationState::InProgress, Some(COLLEAGUE), Some(SOUTH), &[NORTH]), ["-", "-", "xcr"])]
#[case::of_no_store(found(ConversationState::InProgress, Some(COLLEAGUE), None, &[NORTH]), ["-", "-", "xcr"])]
#[case::closed_her_own(found(ConversationState::Closed, Some(ME), Some(NORTH), &[NORTH]), ["o", "o", "o"])]
#[case::closed_of_her_store(found(ConversationState::Closed, None, Some(NORTH), &[NORTH]), ["-", "o", "o"])]
#[case::closed_elsewhere(found(ConversationState::Closed, Some(COLLEAGUE), Some(SOUTH), &[NORTH]), ["-", "-", "o"])]
fn what_each_role_may(#[case] found: Found, #[case] staff_manager_admin: [&str; 3]) {
    let roles = [Role::SalesStaff, Role::SalesManager, Role::Admin];
    assert_eq!(roles.map(|role| letters(&me(role), &found)), staff_manager_admin);
}

#[test]
fn where_sales_roles_may_not_take_pending_only_admins_see_them() {
    let pending = found(ConversationState::Pending, None, None, &[NORTH]);
    let seen = [Role::SalesStaff, Role::SalesManager, Role::Admin].map(|role| {
        let mut caller = me(role);
        caller.settings.sales_may_take_pending = false;
        letters(&caller, &pending)
    });
    assert_eq!(seen, ["-", "-", "txc"]);
}

on_both_engines![
    only_the_first_takes,
    someone_elses_is_missing,
    transfers_are_all_or_none,
    transfers_go_to_colleagues_who_sell,
    closed_ones_open_as_the_callers,
    a_closed_pending_one_stays_with_the_store,
    only_the_owner_reads,
];

async fn act<T: Send + 'static>(
    world: &World,
    caller: &Caller,
    act: impl Fn(&mut Tx<'_>, &crate::clock::Clock, &Caller) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Problem> {
    let (clock, caller) = (world.clock.clone(), caller.clone());
    match world.db.write(move |tx| act(tx, &clock, &caller)).await {
        Ok(done) => Ok(done),
        Err(Refused::Problem(problem)) => Err(problem),
        Err(Refused::Fault(cause)) => panic!("{cause}"),
    }
}

async fn take(world: &World, caller: &Caller, id: ConversationId) -> Result<(), Problem> {
    act(world, caller, move |tx, clock, caller| act::take(tx, clock, caller, id)).await
}

async fn transfer(world: &World, caller: &Caller, ids: &[ConversationId], to: &Caller) -> Result<(), Problem> {
    let (ids, to) = (ids.to_vec(), to.member);
    act(world, caller, move |tx, clock, caller| act::transfer(tx, clock, caller, &ids, to)).await
}

async fn close(world: &World, caller: &Caller, id: ConversationId) -> Result<(), Problem> {
    act(world, caller, move |tx, clock, caller| act::close(tx, clock, caller, id)).await
}

/// The kinds of events of a conversation, by whom and to whom, oldest first.
async fn events(world: &World, id: ConversationId) -> Vec<(String, Option<MemberId>, Option<MemberId>)> {
    let team = world.team;
    world
        .read(move |tx| {
            tx.all(
                "SELECT kind, by_id, to_id FROM conversation_event WHERE team_id = $1 AND conversation_id = $2 ORDER BY at, id",
                params![team, id],
            )
        })
        .await
}

const TOO_LATE: Problem = Problem::Conflict { with: Conflict::WrongState };
const MISSING: Problem = Problem::Missing { what: What::Conversation };

async fn only_the_first_takes(db: Db) {
    let world = World::new(db).await;
    let id = world.conversation(world.shop, "Lin", ConversationState::Pending, &world.ann).await;
    let (ann, bob) = tokio::join!(take(&world, &world.ann, id), take(&world, &world.bob, id));
    let (winner, loser) = if ann.is_ok() { (&world.ann, bob) } else { (&world.bob, ann) };
    assert_eq!(loser, Err(TOO_LATE));
    let found = world.found(id).await;
    assert_eq!((found.owner, found.store), (Some(winner.member), winner.store()));
    assert_eq!(take(&world, winner, id).await, Ok(()), "a lost answer may be asked for again");
    assert_eq!(events(&world, id).await, [("taken".into(), Some(winner.member), None)]);
}

async fn someone_elses_is_missing(db: Db) {
    let world = World::new(db).await;
    let outlet = world.conversation(world.outlet, "Lin", ConversationState::Pending, &world.bob).await;
    let bobs = world.conversation(world.outlet, "Wu", ConversationState::InProgress, &world.bob).await;
    for id in [outlet, bobs] {
        assert_eq!(take(&world, &world.ann, id).await, Err(MISSING));
        assert_eq!(take(&world, &world.eve, id).await, Err(MISSING));
        assert_eq!(close(&world, &world.ann, id).await, Err(MISSING));
        let seen = act(&world, &world.ann, move |tx, _, caller| visible(tx, caller, id)).await;
        assert_eq!(seen, Err(MISSING));
        assert_eq!(transfer(&world, &world.mia, &[id], &world.ann).await, Err(MISSING));
    }
}

async fn transfers_are_all_or_none(db: Db) {
    let world = World::new(db).await;
    let mine = world.open("Lin", &world.ann).await;
    let closed = world.conversation(world.shop, "Wu", ConversationState::Closed, &world.ann).await;
    let bobs = world.open("Chen", &world.bob).await;
    assert_eq!(transfer(&world, &world.ann, &[mine, bobs], &world.mia).await, Err(MISSING));
    assert_eq!(transfer(&world, &world.ann, &[mine, closed], &world.mia).await, Err(TOO_LATE));
    assert_eq!(world.found(mine).await.owner, Some(world.ann.member));

    assert_eq!(transfer(&world, &world.ann, &[mine, mine], &world.mia).await, Ok(()));
    let found = world.found(mine).await;
    assert_eq!((found.owner, found.store), (Some(world.mia.member), Some(world.north)));
    assert_eq!(events(&world, mine).await, [("transferred".into(), Some(world.ann.member), Some(world.mia.member))]);
}

async fn transfers_go_to_colleagues_who_sell(db: Db) {
    let world = World::new(db).await;
    let mine = world.open("Lin", &world.ann).await;
    let pending = world.conversation(world.shop, "Wu", ConversationState::Pending, &world.ann).await;
    let not_assignable = Err(Problem::Conflict { with: Conflict::NotAssignable });
    assert_eq!(transfer(&world, &world.ann, &[mine], &world.bob).await, not_assignable);
    assert_eq!(transfer(&world, &world.ann, &[mine], &world.ada).await, not_assignable);
    let nobody = Err(Problem::Missing { what: What::Member });
    assert_eq!(transfer(&world, &world.ann, &[mine], &world.eve).await, nobody);
    assert_eq!(transfer(&world, &world.ann, &[pending], &world.mia).await, Err(TOO_LATE));
    assert_eq!(transfer(&world, &world.ada, &[mine, pending], &world.bob).await, Ok(()));
    for id in [mine, pending] {
        let found = world.found(id).await;
        let expected = (ConversationState::InProgress, Some(world.bob.member), Some(world.south));
        assert_eq!((found.state, found.owner, found.store), expected);
    }

    let none = Problem::Invalid { field: "ids".into(), rule: Rule::Required };
    assert_eq!(transfer(&world, &world.ann, &[], &world.mia).await, Err(none));
    let many = Problem::Invalid { field: "ids".into(), rule: Rule::TooMany { limit: 20, actual: 21 } };
    assert_eq!(transfer(&world, &world.ann, &[mine; 21], &world.mia).await, Err(many));
}

async fn closed_ones_open_as_the_callers(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    assert_eq!(close(&world, &world.mia, id).await, Ok(()));
    assert_eq!(close(&world, &world.mia, id).await, Err(TOO_LATE));
    assert_eq!(world.found(id).await.owner, Some(world.ann.member));
    let reopened = act(&world, &world.mia, move |tx, clock, caller| act::reopen(tx, clock, caller, id)).await;
    assert_eq!(reopened, Ok(()));
    let found = world.found(id).await;
    assert_eq!((found.state, found.owner), (ConversationState::InProgress, Some(world.mia.member)));
    let kinds: Vec<_> = events(&world, id).await.into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, ["closed", "reopened"]);
    let again = act(&world, &world.mia, move |tx, clock, caller| act::reopen(tx, clock, caller, id)).await;
    assert_eq!(again, Err(TOO_LATE));
}

async fn a_closed_pending_one_stays_with_the_store(db: Db) {
    let world = World::new(db).await;
    let id = world.conversation(world.shop, "Lin", ConversationState::Pending, &world.ann).await;
    assert_eq!(close(&world, &world.ann, id).await, Err(TOO_LATE), "sales staff take it first");
    assert_eq!(close(&world, &world.mia, id).await, Ok(()));
    let seen = act(&world, &world.mia, move |tx, _, caller| visible(tx, caller, id)).await.unwrap();
    assert_eq!((seen.state, seen.owner), (ConversationState::Closed, None));
}

async fn only_the_owner_reads(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    for (reader, left) in [(&world.mia, 1), (&world.ann, 0)] {
        act(&world, reader, move |tx, _, caller| act::mark_read(tx, caller, id)).await.unwrap();
        let team = world.team;
        let unread = world
            .read(move |tx| {
                tx.one::<i64>("SELECT unread FROM conversation WHERE team_id = $1 AND id = $2", params![team, id])
            })
            .await;
        assert_eq!(unread, left);
    }
}
