//! Webhooks that come late, twice or out of order: what counts is when things happened (providers.md A5, A8).

use std::time::Instant;

use sandbox::line::{Act, Delivery, ReleaseOrder, When};
use shared::{
    contacts::Subscription,
    conversations::{ConversationCard, EventKind, Message},
    id::ConversationId,
};
use tests::{
    Client, Engine, World,
    world::{Customer, PATIENCE},
};

use super::{MINE, begin, begin_on, events, messages, show};

/// Someone does something at this moment (ms), and the webhook is kept back.
async fn held(world: &World, customer: &Customer, act: Act, at: i64) {
    let when = When { timestamp: Some(at), delivery: Delivery::Held };
    world.sandbox.line().act(&customer.account, &customer.user, act, when).await.unwrap();
}

/// Lets everything go, and waits until a last message was applied.
async fn release(world: &World, client: &Client, customer: &Customer, order: ReleaseOrder, last: &str) {
    let answers = world.sandbox.line().release(&customer.account, order).await.unwrap();
    assert!(answers.iter().all(|answer| *answer == Some(200)), "{answers:?}");
    let marker = world.customer(last).unwrap();
    world.act(&marker, Act::Follow).await.unwrap();
    world.act(&marker, Act::text(last)).await.unwrap();
    world.find(client, super::PENDING, last, |_| true).await.unwrap();
}

/// Waits until a thread has so many messages.
async fn grown(client: &Client, id: ConversationId, count: usize) -> Vec<Message> {
    let began = Instant::now();
    loop {
        let found = messages(client, id).await;
        if found.len() >= count {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{found:?}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

fn now(world: &World) -> i64 {
    world.server.app().unwrap().clock.now()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_blocked_last_is_blocked_whatever_arrives_last() {
    for engine in Engine::here().unwrap() {
        for order in [ReleaseOrder::AsHappened, ReleaseOrder::LatestFirst] {
            block_and_unblock(engine, order).await;
        }
    }
}

async fn block_and_unblock(engine: Engine, order: ReleaseOrder) {
    let (world, sales, _) = begin_on(engine).await;
    let (blocked, first) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let (back, second) = world.taken(&sales, "陳柏翰", "在嗎").await.unwrap();
    let at = now(&world);
    for (customer, acts) in
        [(&blocked, [Act::Block, Act::Unblock, Act::Block]), (&back, [Act::Block, Act::Unblock, Act::Follow])]
    {
        for (later, act) in (1..).zip(acts) {
            held(&world, customer, act, at + later).await;
        }
    }
    release(&world, &sales, &blocked, order, "最後").await;
    assert_eq!(show(&sales, first).await.card.subscription, Subscription::Blocked);
    assert_eq!(show(&sales, second).await.card.subscription, Subscription::Subscribed);
    // A send goes by it.
    let campaign = world.send(&sales, &[first, second], &["新品"]).await.unwrap();
    world.settled(&sales, campaign).await.unwrap();
    let users: Vec<String> = world.sandbox.ledger().into_iter().map(|entry| entry.user).collect();
    assert_eq!(users, [back.user]);
}

/// LINE sends again what was not answered in time: the same event, days old perhaps, changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn events_that_come_twice_count_once() {
    let (world, sales, _) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let line = world.sandbox.line();
    let twice = When::delivered(Delivery::Twice);
    for act in [Act::text("一"), Act::Block, Act::Unblock, Act::text("二"), Act::sticker(), Act::postback("a=1")] {
        let sent = line.act(&customer.account, &customer.user, act, twice).await.unwrap();
        assert_eq!(sent.answered, Some(200));
    }
    assert_eq!(grown(&sales, id, 5).await.len(), 5);
    release(&world, &sales, &customer, ReleaseOrder::AsHappened, "最後").await;
    assert_eq!(messages(&sales, id).await.len(), 5);
    let card = show(&sales, id).await.card;
    assert_eq!((card.unread, card.subscription), (5, Subscription::Subscribed));
    let kinds: Vec<EventKind> = events(&sales, id).await.into_iter().map(|(what, ..)| what).collect();
    assert_eq!(kinds, [EventKind::Taken, EventKind::Blocked, EventKind::Unblocked]);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_stand_in_the_order_they_were_written() {
    let (world, sales, _) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "零").await.unwrap();
    let at = now(&world);
    for (later, text) in (1..).zip(["一", "二", "三"]) {
        held(&world, &customer, Act::text(text), at + later).await;
    }
    release(&world, &sales, &customer, ReleaseOrder::LatestFirst, "最後").await;
    let texts: Vec<String> = messages(&sales, id).await.into_iter().map(|message| message.text).collect();
    assert_eq!(texts, ["三", "二", "一", "零"]);
    let card = show(&sales, id).await.card;
    let said = card.last.unwrap();
    assert_eq!((said.text.as_str(), card.unread), ("三", 4));
    assert_eq!((card.last_customer_at, said.at.timestamp_millis()), (Some(said.at), at + 3));
    assert!(card.waiting_since.unwrap().timestamp_millis() <= at, "she waits since the first");
}

/// A webhook that is late by far does not undo what came after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_follow_from_long_ago_does_not_undo_a_block() {
    let (world, sales, _) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    held(&world, &customer, Act::Follow, now(&world) - 3_600_000).await;
    world.act(&customer, Act::Block).await.unwrap();
    let blocked = |card: &ConversationCard| card.subscription == Subscription::Blocked;
    world.find(&sales, MINE, "林雅婷", blocked).await.unwrap();
    release(&world, &sales, &customer, ReleaseOrder::LatestFirst, "最後").await;
    assert!(blocked(&show(&sales, id).await.card));
}

/// Opting out by word is not undone by writing, and is not a block (domain.md 8.8).
#[tokio::test(flavor = "multi_thread")]
async fn who_opts_out_is_not_sent_to_until_she_opts_in_again() {
    let (world, sales, _) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let has = |wanted| move |card: &ConversationCard| card.subscription == wanted;
    world.act(&customer, Act::text("取消訂閱")).await.unwrap();
    world.find(&sales, MINE, "林雅婷", has(Subscription::Unsubscribed)).await.unwrap();
    world.act(&customer, Act::text("還有一個問題")).await.unwrap();
    grown(&sales, id, 3).await;
    assert_eq!(show(&sales, id).await.card.subscription, Subscription::Unsubscribed);
    world.act(&customer, Act::postback("subscribe=1")).await.unwrap();
    world.find(&sales, MINE, "林雅婷", has(Subscription::Subscribed)).await.unwrap();
    let kinds: Vec<EventKind> = events(&sales, id).await.into_iter().map(|(what, ..)| what).collect();
    assert_eq!(kinds, [EventKind::Taken, EventKind::Unsubscribed, EventKind::Unblocked]);
}
