//! What customers do, in any order and more than once, on both engines.

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use shared::{
    contacts::Subscription,
    conversations::{ConversationState, EventKind, MessageKind},
    id::{ConversationId, TeamId},
};

use super::{
    super::fixture_test::{Customer, NASTY, NOW, World},
    Inbound, Wrote, renamed,
    store::{self, NewMessage, Note, Place},
    told,
};
use crate::db::{Db, FromRow, Result, Row, params, testing::on_both_engines};

on_both_engines![
    a_first_message_begins_a_pending_conversation,
    a_closed_one_becomes_pending_and_nobodys,
    it_was_opened_again_after_it_was_closed_whatever_the_platforms_clock_says,
    one_in_progress_stays,
    a_repeat_changes_nothing,
    two_first_messages_at_once_make_one_conversation,
    any_order_ends_the_same,
    any_text_is_kept,
    the_freshest_reply_token_is_kept,
    a_block_is_told_once,
    a_new_name_is_searched_by,
    statements_do_what_they_say,
    weighed_and_follow_identity,
    pour_one_conversation_into_another,
];

/// All of a conversation that inbound messages touch.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shape {
    state: ConversationState,
    owned: bool,
    unread: i64,
    waiting_since: Option<i64>,
    last_at: i64,
    last_customer_at: Option<i64>,
    last_message_at: Option<i64>,
    last_text: Option<String>,
    last_from_customer: Option<bool>,
    reply_token: Option<String>,
    reply_token_at: Option<i64>,
}

impl FromRow for Shape {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            state: row.get("state")?,
            owned: row.get::<Option<String>>("owner_id")?.is_some() || row.get::<Option<String>>("store_id")?.is_some(),
            unread: row.get("unread")?,
            waiting_since: row.get("waiting_since")?,
            last_at: row.get("last_at")?,
            last_customer_at: row.get("last_customer_at")?,
            last_message_at: row.get("last_message_at")?,
            last_text: row.get("last_text")?,
            last_from_customer: row.get("last_from_customer")?,
            reply_token: row.get("reply_token")?,
            reply_token_at: row.get("reply_token_at")?,
        })
    }
}

async fn shape(world: &World, customer: Customer) -> Shape {
    world
        .read(move |tx| {
            tx.one(
                "SELECT * FROM conversation WHERE team_id = $1 AND identity_id = $2",
                params![customer.team, customer.identity],
            )
        })
        .await
}

async fn event_kinds(world: &World, team: TeamId, id: ConversationId) -> Vec<EventKind> {
    world
        .read(move |tx| {
            tx.all(
                "SELECT kind FROM conversation_event WHERE team_id = $1 AND conversation_id = $2 ORDER BY at, id",
                params![team, id],
            )
        })
        .await
}

async fn customer_of(world: &World, id: ConversationId) -> Customer {
    let found = world.found(id).await;
    Customer { team: world.team, channel: found.channel, identity: found.identity, contact: found.contact }
}

async fn a_first_message_begins_a_pending_conversation(db: Db) {
    let world = World::new(db).await;
    let lin = world.customer(world.shop, NASTY).await;
    let inbound = world.text(lin, NASTY, NOW - 5);
    let Wrote::New { conversation, .. } = world.wrote(inbound).await else { panic!("it is new") };
    let found = world.found(conversation).await;
    assert_eq!((found.identity, found.contact, found.channel), (lin.identity, lin.contact, lin.channel));
    assert_eq!(found.subscription, Subscription::Subscribed);
    let shape = shape(&world, lin).await;
    assert_eq!((shape.state, shape.owned, shape.unread), (ConversationState::Pending, false, 1));
    assert_eq!((shape.waiting_since, shape.last_at), (Some(NOW - 5), NOW - 5));
    assert_eq!(shape.last_text.as_deref(), Some(NASTY));
}

async fn a_closed_one_becomes_pending_and_nobodys(db: Db) {
    let world = World::new(db).await;
    let id = world.conversation(world.shop, "Lin", ConversationState::Closed, &world.ann).await;
    let lin = customer_of(&world, id).await;
    world.wrote(world.text(lin, "還在嗎", NOW + 5)).await;
    let shape = shape(&world, lin).await;
    assert_eq!((shape.state, shape.owned, shape.unread), (ConversationState::Pending, false, 1));
    assert_eq!(shape.waiting_since, Some(NOW + 5));
    assert_eq!(event_kinds(&world, world.team, id).await, [EventKind::Reopened]);
}

async fn it_was_opened_again_after_it_was_closed_whatever_the_platforms_clock_says(db: Db) {
    let world = World::new(db).await;
    let id = world.conversation(world.shop, "Lin", ConversationState::Closed, &world.ann).await;
    let (team, stranger, event) = (world.team, world.eve.team, world.clock.id());
    assert_eq!(world.read(move |tx| store::last_event_at(tx, team, id)).await, 0);
    let closed = super::Event { kind: EventKind::Closed, by: None, to: None, at: NOW + 700 };
    world.write(move |tx| super::super::thread::append(tx, team, id, event, closed)).await;
    assert_eq!(world.read(move |tx| store::last_event_at(tx, team, id)).await, NOW + 700);
    assert_eq!(world.read(move |tx| store::last_event_at(tx, stranger, id)).await, 0);
    let lin = customer_of(&world, id).await;
    world.wrote(world.text(lin, "還在嗎", NOW)).await;
    assert_eq!(event_kinds(&world, team, id).await, [EventKind::Closed, EventKind::Reopened]);
}

async fn one_in_progress_stays(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let lin = customer_of(&world, id).await;
    world.wrote(world.text(lin, "還在嗎", NOW + 5)).await;
    let shape = shape(&world, lin).await;
    assert_eq!((shape.state, shape.owned, shape.unread), (ConversationState::InProgress, true, 2));
    assert_eq!(shape.waiting_since, Some(NOW), "since the first that nobody answered");
    assert_eq!(event_kinds(&world, world.team, id).await, []);
}

async fn a_repeat_changes_nothing(db: Db) {
    let world = World::new(db).await;
    let lin = world.customer(world.shop, "Lin").await;
    let inbound = world.text(lin, "a", NOW);
    world.wrote(inbound.clone()).await;
    let before = shape(&world, lin).await;
    assert_eq!(world.wrote(inbound).await, Wrote::Duplicate);
    assert_eq!(shape(&world, lin).await, before);
}

async fn two_first_messages_at_once_make_one_conversation(db: Db) {
    let world = World::new(db).await;
    let lin = world.customer(world.shop, "Lin").await;
    let (a, b) = tokio::join!(world.wrote(world.text(lin, "a", NOW)), world.wrote(world.text(lin, "b", NOW + 1)));
    let (Wrote::New { conversation: a, .. }, Wrote::New { conversation: b, .. }) = (a, b) else {
        panic!("both are new")
    };
    assert_eq!(a, b);
    assert_eq!(shape(&world, lin).await.unread, 2);
}

/// Messages of distinct moments, some with a token, then the same in another order with repeats.
async fn any_order_ends_the_same(db: Db) {
    let world = World::new(db).await;
    let mut runner = TestRunner::deterministic();
    let histories = proptest::collection::btree_map(0i64..1_000, any::<bool>(), 1..8).prop_flat_map(|moments| {
        let moments: Vec<(i64, bool)> = moments.into_iter().collect();
        let twice: Vec<_> = moments.iter().chain(&moments).copied().collect();
        (Just(moments), Just(twice).prop_shuffle())
    });
    for _ in 0..12 {
        let (once, shuffled) = histories.new_tree(&mut runner).unwrap().current();
        for state in ConversationState::ALL {
            let mut ends = Vec::new();
            for order in [&once, &shuffled] {
                let id = world.conversation(world.shop, "Lin", state, &world.ann).await;
                let lin = customer_of(&world, id).await;
                for (at, token) in order {
                    let mut inbound = world.text(lin, &format!("at {at}"), NOW + 1 + at);
                    inbound.platform_id = Some(at.to_string());
                    inbound.reply_token = token.then(|| format!("token {at}"));
                    world.wrote(inbound).await;
                }
                // When a closed one came back is the time of the message that came first, not of the earliest.
                ends.push((shape(&world, lin).await, event_kinds(&world, world.team, id).await));
            }
            assert_eq!(ends[0], ends[1], "{state:?}: {once:?} against {shuffled:?}");
        }
    }
}

async fn any_text_is_kept(db: Db) {
    let world = World::new(db).await;
    let lin = world.customer(world.shop, "Lin").await;
    for (i, text) in [NASTY, "with\0NUL", "", &"😀長".repeat(3_000)].into_iter().enumerate() {
        let inbound = world.text(lin, text, NOW + i64::try_from(i).unwrap());
        let Wrote::New { message, .. } = world.wrote(inbound).await else { panic!("it is new") };
        let kept: String = world
            .read(move |tx| {
                tx.one("SELECT text FROM message WHERE team_id = $1 AND id = $2", params![lin.team, message])
            })
            .await;
        assert_eq!(kept, text.replace('\0', ""));
    }
    assert_eq!(shape(&world, lin).await.last_text.unwrap().chars().count(), 120);
}

async fn the_freshest_reply_token_is_kept(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let lin = customer_of(&world, id).await;
    for (token, at, kept) in
        [(Some("b"), 20, "b"), (Some("a"), 10, "b"), (Some("c"), 30, "c"), (None, 40, "c"), (Some("d"), 30, "d")]
    {
        let token = token.map(str::to_owned);
        world.wrote(Inbound { reply_token: token, ..world.text(lin, "hi", at) }).await;
        assert_eq!(shape(&world, lin).await.reply_token.as_deref(), Some(kept));
    }
}

async fn a_block_is_told_once(db: Db) {
    use EventKind as E;
    use Subscription::{Blocked, Subscribed, Unsubscribed};

    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    for now in [Subscribed, Blocked, Blocked, Subscribed, Unsubscribed, Subscribed] {
        world.clock.advance(1);
        world.subscribe(id, now).await;
        assert_eq!(world.found(id).await.subscription, now);
    }
    assert_eq!(event_kinds(&world, world.team, id).await, [E::Blocked, E::Unblocked, E::Unsubscribed, E::Unblocked]);
    // Who never wrote has no conversation to tell it in.
    let (silent, clock) = (world.customer(world.shop, "Wu").await, world.clock.clone());
    world.write(move |tx| super::subscription_changed(tx, &clock, silent.team, silent.identity, Blocked, NOW)).await;
}

#[test]
fn becoming_known_as_a_friend_is_no_event() {
    assert_eq!(told(Subscription::Unknown, Subscription::Subscribed), None);
    assert_eq!(told(Subscription::Unknown, Subscription::Blocked), Some(EventKind::Blocked));
}

async fn a_new_name_is_searched_by(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let (team, contact) = (world.team, world.found(id).await.contact);
    let folded = shared::text::fold(NASTY);
    let name = folded.clone();
    world.write(move |tx| renamed(tx, team, contact, &name)).await;
    let now: String = world
        .read(move |tx| {
            tx.one("SELECT folded_name FROM conversation WHERE team_id = $1 AND id = $2", params![team, id])
        })
        .await;
    assert_eq!(now, folded);
}

/// The statements behind the rules above, each by itself.
async fn statements_do_what_they_say(db: Db) {
    let world = World::new(db).await;
    let (lin, eve) = (world.customer(world.shop, "Lin").await, world.eve.team);
    let (id, second, message, third) = (world.clock.id(), world.clock.id(), world.clock.id(), world.clock.id());
    let inbound = world.text(lin, "a", NOW);
    world
        .write(move |tx| {
            let customers = [(lin.team, lin.identity), (eve, lin.identity)];
            assert_eq!(store::lock(tx, &customers)?, []);
            store::begin(tx, &inbound, id, NOW)?;
            store::begin(tx, &inbound, second, NOW)?;
            let pending = ConversationState::Pending;
            let place = Place { team: lin.team, identity: lin.identity, conversation: id, state: pending };
            assert_eq!(store::lock(tx, &customers)?, [place]);
            let kept = |message| NewMessage { id: message, conversation: id, inbound: &inbound, text: "a".into() };
            let (twice, again) = ([kept(message), kept(second.0.into())], [kept(third)]);
            assert_eq!(store::keep_messages(tx, &twice, NOW)?, [message], "of the same twice, the first");
            assert_eq!(store::keep_messages(tx, &again, NOW)?, []);
            let note = |team| Note {
                team,
                id,
                messages: 1,
                first_at: NOW,
                last_at: NOW,
                kind: inbound.kind,
                preview: "a".into(),
                token: None,
            };
            store::note_customers(tx, [note(eve), note(lin.team)].iter())?;
            store::reopen(tx, lin.team, id)?;
            assert_eq!(store::subscription(tx, lin.team, id)?, Subscription::Subscribed);
            store::set_subscription(tx, lin.team, id, Subscription::Blocked)?;
            store::set_subscription(tx, eve, id, Subscription::Unknown)?;
            assert_eq!(store::subscription(tx, lin.team, id)?, Subscription::Blocked);
            store::rename(tx, eve, lin.contact, "nobody")?;
            store::rename(tx, lin.team, lin.contact, "lin")
        })
        .await;
    assert_eq!(shape(&world, lin).await.unread, 1);

    // Messages without an id of the platform are never repeats of each other.
    let mut nameless = world.text(lin, "b", NOW);
    nameless.platform_id = None;
    nameless.kind = MessageKind::Sticker;
    for _ in 0..2 {
        assert!(matches!(world.wrote(nameless.clone()).await, Wrote::New { .. }));
    }
}

async fn weighed_and_follow_identity(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let (lin, eve) = (customer_of(&world, id).await, world.eve.team);
    let weighed = world.write(move |tx| store::weighed(tx, lin.team, lin.identity)).await.unwrap();
    assert_eq!((weighed.id, weighed.state, weighed.owner), (id, ConversationState::InProgress, Some(world.ann.member)));
    assert_eq!(weighed.created_at, NOW);
    assert_eq!(world.write(move |tx| store::weighed(tx, eve, lin.identity)).await, None);
    world
        .write(move |tx| {
            tx.execute("UPDATE identity SET subscription = 'unsubscribed' WHERE id = $1", params![lin.identity])?;
            store::follow_identity(tx, eve, lin.identity)
        })
        .await;
    assert_eq!(world.found(id).await.subscription, Subscription::Subscribed);
    world.write(move |tx| store::follow_identity(tx, lin.team, lin.identity)).await;
    assert_eq!(world.found(id).await.subscription, Subscription::Unsubscribed);
}

/// Each way round: the later of every time stays, and the earliest wait.
async fn pour_one_conversation_into_another(db: Db) {
    let world = World::new(db).await;
    for later_goes in [false, true] {
        let (into, from) = (world.open("Lin", &world.ann).await, world.open("Lin", &world.bob).await);
        let (lin, gone, eve) = (customer_of(&world, into).await, customer_of(&world, from).await, world.eve.team);
        let (early, late) = if later_goes { (into, from) } else { (from, into) };
        let delivery = world.clock.id::<uuid::Uuid>().to_string();
        let id = delivery.clone();
        world
            .write(move |tx| {
                for (conversation, at, text) in [(early, NOW + 1, "early"), (late, NOW + 9, "late")] {
                    tx.execute(
                        "UPDATE conversation SET unread = 2, waiting_since = $2, last_at = $2, last_customer_at = $2, \
                         last_team_at = $2, last_marketing_at = $2, last_message_at = $2, last_text = $3, \
                         last_from_customer = $4 WHERE id = $1",
                        params![conversation, at, text, text == "late"],
                    )?;
                }
                tx.execute(
                    "INSERT INTO delivery (team_id, id, policy, slice_id, channel_id, identity_id, contact_id, \
                     conversation_id, sender_id, address, name, state, attempt, tries, unsure) \
                     VALUES ($1, $2, 'group', '', $3, $4, $5, $6, '', '', '', 'accepted', 1, 1, FALSE)",
                    params![gone.team, &id, gone.channel, gone.identity, gone.contact, from],
                )?;
                super::super::thread::append(
                    tx,
                    gone.team,
                    from,
                    shared::id::EventId(id.parse().unwrap()),
                    super::Event { kind: EventKind::Taken, by: None, to: None, at: NOW },
                )
            })
            .await;
        let known = crate::contacts::Known { identity: lin.identity, contact: lin.contact };
        world.write(move |tx| store::pour(tx, lin.team, from, into, known)).await;
        let times: (i64, i64, i64, i64, i64) = world
            .read(move |tx| {
                tx.one(
                    "SELECT last_at, last_customer_at, last_team_at, last_marketing_at, last_message_at FROM conversation \
                     WHERE id = $1",
                    params![into],
                )
            })
            .await;
        assert_eq!(times, (NOW + 9, NOW + 9, NOW + 9, NOW + 9, NOW + 9));
        let shape = shape(&world, lin).await;
        assert_eq!((shape.unread, shape.waiting_since), (4, Some(NOW + 1)));
        assert_eq!((shape.last_text.as_deref(), shape.last_from_customer), (Some("late"), Some(true)));
        assert_eq!((shape.state, shape.owned), (ConversationState::InProgress, true));
        let messages: i64 = world
            .read(move |tx| tx.one("SELECT COUNT(*) FROM message WHERE conversation_id = $1", params![into]))
            .await;
        assert_eq!((messages, event_kinds(&world, lin.team, into).await), (2, vec![EventKind::Taken]));
        let sent: (String, String, String) = world
            .read(move |tx| {
                tx.one(
                    "SELECT conversation_id, identity_id, contact_id FROM delivery WHERE id = $1",
                    params![&delivery],
                )
            })
            .await;
        assert_eq!(sent, (into.to_string(), lin.identity.to_string(), lin.contact.to_string()));
        assert_eq!(world.read(move |tx| super::super::store::find(tx, lin.team, from)).await, None);
        // What is another team's stays where it is.
        let kept = world.open("Wu", &world.ann).await;
        let poured = world.db.write(move |tx| store::pour(tx, eve, kept, into, known)).await;
        assert_eq!(poured, Ok(()));
        assert_eq!(world.found(kept).await.id, kept);
    }
}
