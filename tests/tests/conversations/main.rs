//! Conversations over HTTP: their states, their hands, what customers do to them, and 1:1 replies (domain.md 3).

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod media;
mod order;

use std::{slice::from_ref, time::Instant};

use sandbox::line::Act;
use shared::{
    contacts::{AddTag, ListTags, RemoveTag, Tag},
    content::Content,
    conversations::{
        Close, Conversation, ConversationCard, ConversationState, CountConversations, Entry, EventKind, MarkRead, May,
        Message, Reopen, Reply, Scope, ShowConversation, ShowThread, Take, Transfer,
    },
    deliveries::Outcome,
    id::{ConversationId, MessageId},
    members::MemberRef,
    problem::{Conflict, Problem, What},
    reasons::Reason,
};
use tests::{
    Client, Engine, World,
    world::{PATIENCE, new_draft},
};

const PENDING: (ConversationState, Scope) = (ConversationState::Pending, Scope::Mine);
const MINE: (ConversationState, Scope) = (ConversationState::InProgress, Scope::Mine);

/// A world, and two of the first team's sales staff, of one store.
async fn begin() -> (World, Client, Client) {
    begin_on(Engine::Sqlite).await
}

async fn begin_on(engine: Engine) -> (World, Client, Client) {
    let world = World::start_on(engine).await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let colleague = world.client("colleague").await.unwrap();
    (world, sales, colleague)
}

async fn show(client: &Client, id: ConversationId) -> Conversation {
    client.call(ShowConversation { id }).await.unwrap()
}

async fn entries(client: &Client, id: ConversationId) -> Vec<Entry> {
    client.call(ShowThread { id, limit: 100, after: None }).await.unwrap().items
}

/// The messages of a thread, newest first.
async fn messages(client: &Client, id: ConversationId) -> Vec<Message> {
    let entries = entries(client, id).await.into_iter();
    let messages = entries.filter_map(|entry| match entry {
        Entry::Message(message) => Some(message),
        Entry::Event { .. } => None,
    });
    messages.collect()
}

/// What happened to it, oldest first: what, and the names of who did it and of whom it went to, empty where nobody's.
async fn events(client: &Client, id: ConversationId) -> Vec<(EventKind, String, String)> {
    let entries = entries(client, id).await.into_iter().rev();
    let events = entries.filter_map(|entry| match entry {
        Entry::Event { what, by, to, .. } => {
            let name = |who: Option<MemberRef>| who.map(|who| who.name).unwrap_or_default();
            Some((what, name(by), name(to)))
        }
        Entry::Message(_) => None,
    });
    events.collect()
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Problem>) -> Problem {
    answer.unwrap_err()
}

fn event(what: EventKind, by: &str, to: &str) -> (EventKind, String, String) {
    (what, by.to_owned(), to.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_who_take_one_wins_and_the_others_are_told() {
    for engine in Engine::here().unwrap() {
        let (world, sales, colleague) = begin_on(engine).await;
        let (customer, card) = world.arrives(&sales, "林雅婷", "在嗎").await.unwrap();
        assert_eq!((card.state, card.owner.is_none(), card.unread), (ConversationState::Pending, true, 1));
        let may = show(&colleague, card.id).await.may;
        assert_eq!(may, May { take: true, ..May::default() });
        let manager = world.client("manager").await.unwrap();
        let clients = [&sales, &colleague, &manager];
        let tries = clients.map(|client| client.call(Take { id: card.id }));
        let answers = futures_util::future::join_all(tries).await;
        let wrong = Problem::conflict(Conflict::WrongState);
        let winners: Vec<usize> = (0..3).filter(|at| answers[*at].is_ok()).collect();
        let [winner] = winners[..] else { panic!("{answers:?}") };
        assert!(answers.iter().enumerate().all(|(at, answer)| at == winner || answer.as_ref() == Err(&wrong)));

        let owner = clients[winner].me().unwrap().name.clone();
        let taken = clients[winner].call(Take { id: card.id }).await.unwrap();
        assert_eq!(taken.card.owner.map(|owner| owner.name).as_ref(), Some(&owner), "asked again, it is still hers");
        assert_eq!(events(clients[winner], card.id).await, [event(EventKind::Taken, &owner, "")], "and was taken once");
        assert!(world.find(clients[winner], MINE, &customer.name, |_| true).await.is_ok());
        let counts =
            sales.call(CountConversations { state: ConversationState::Pending, ..Default::default() }).await.unwrap();
        assert_eq!((counts.pending, counts.matching), (0, 0));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn handing_over_is_all_or_none() {
    for engine in Engine::here().unwrap() {
        let (world, sales, colleague) = begin_on(engine).await;
        let to = world.team.seat("colleague").unwrap().id;
        let mut ids = Vec::new();
        for name in ["一", "二", "三"] {
            ids.push(world.taken(&sales, name, "在嗎").await.unwrap().1);
        }
        let (_, theirs) = world.taken(&colleague, "四", "在嗎").await.unwrap();
        let (_, pending) = world.arrives(&sales, "五", "在嗎").await.unwrap();
        sales.call(Close { id: ids[2] }).await.unwrap();
        let hand = |ids: Vec<ConversationId>| sales.call(Transfer { ids, to });
        // Hers, which she does not see; never there; pending, which only who leads hands out; closed.
        let elsewhere = world.client("elsewhere").await.unwrap();
        let (_, unseen) = world.taken(&elsewhere, "六", "在嗎").await.unwrap();
        let missing = Problem::missing(What::Conversation);
        let wrong = Problem::conflict(Conflict::WrongState);
        for (other, problem) in [(unseen, &missing), (theirs, &missing), (pending.id, &wrong), (ids[2], &wrong)] {
            assert_eq!(&refused(hand(vec![ids[0], ids[1], other]).await), problem);
        }
        for id in &ids[..2] {
            assert_eq!(show(&sales, *id).await.card.owner.unwrap().name, "許芷晴", "nothing was handed over");
            assert_eq!(events(&sales, *id).await.len(), 1);
        }
        hand(vec![ids[0], ids[1], ids[0]]).await.unwrap();
        for id in &ids[..2] {
            assert_eq!(refused(sales.call(ShowConversation { id: *id }).await), missing, "not hers any more");
            let card = show(&colleague, *id).await.card;
            assert_eq!((card.state, card.owner.unwrap().name.as_str()), (ConversationState::InProgress, "王柏勛"));
            let transferred = event(EventKind::Transferred, "許芷晴", "王柏勛");
            assert_eq!(events(&colleague, *id).await, [event(EventKind::Taken, "許芷晴", ""), transferred]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_go_to_sales_roles_of_a_shared_store_only() {
    let (world, sales, _) = begin().await;
    let (_, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let seat = |email| world.team.seat(email).unwrap().id;
    let hand = |client: &Client, to| {
        let client = client.clone();
        async move { client.call(Transfer { ids: vec![id], to }).await }
    };
    let not_assignable = Problem::conflict(Conflict::NotAssignable);
    assert_eq!(refused(hand(&sales, seat("elsewhere")).await), not_assignable);
    assert_eq!(refused(hand(&sales, seat("admin")).await), not_assignable);
    let stranger = world.other.seat("sales").unwrap().id;
    assert_eq!(refused(hand(&sales, stranger).await), Problem::missing(What::Member));
    let (app, gone) = (world.server.app().unwrap(), seat("colleague"));
    server::members::admin::disable_member(&app.db, &app.clock, world.team.id, gone).await.unwrap();
    assert_eq!(refused(hand(&sales, gone).await), Problem::missing(What::Member));
    // An admin hands to any store.
    let admin = world.client("admin").await.unwrap();
    hand(&admin, seat("elsewhere")).await.unwrap();
    let elsewhere = world.client("elsewhere").await.unwrap();
    assert_eq!(show(&elsewhere, id).await.card.owner.unwrap().id, seat("elsewhere"));
}

/// Twenty at once go; more are refused in `bad_input`.
#[tokio::test(flavor = "multi_thread")]
async fn twenty_are_handed_over_at_once() {
    let (world, sales, colleague) = begin().await;
    let mut ids = Vec::new();
    for at in 0..20 {
        ids.push(world.taken(&sales, &format!("客人 {at}"), "在嗎").await.unwrap().1);
    }
    let to = world.team.seat("colleague").unwrap().id;
    sales.call(Transfer { ids, to }).await.unwrap();
    let count = async |client: &Client| client.call(CountConversations::default()).await.unwrap().in_progress;
    assert_eq!((count(&sales).await, count(&colleague).await), (0, 20));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_conversation_is_opened_again_by_its_owner_or_by_the_customer() {
    let (world, sales, colleague) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let wrong = Problem::conflict(Conflict::WrongState);
    assert_eq!(refused(sales.call(Reopen { id }).await), wrong);
    let closed = sales.call(Close { id }).await.unwrap();
    assert_eq!((closed.card.state, closed.may), (ConversationState::Closed, May { reopen: true, ..May::default() }));
    assert_eq!((closed.card.unread, closed.card.waiting_since), (0, None));
    assert_eq!(refused(sales.call(Close { id }).await), wrong);
    let reply = Reply { id, key: MessageId(new_draft().0), content: Content::of_text("您好") };
    assert_eq!(refused(sales.call(reply).await), wrong);
    assert_eq!(refused(colleague.call(Reopen { id }).await), Problem::missing(What::Conversation));
    let opened = sales.call(Reopen { id }).await.unwrap();
    assert_eq!(
        (opened.card.state, opened.card.owner.unwrap().name.as_str()),
        (ConversationState::InProgress, "許芷晴")
    );

    sales.call(Close { id }).await.unwrap();
    world.act(&customer, Act::text("還在嗎")).await.unwrap();
    // Nobody's now, so a colleague sees and takes it.
    let card = world.find(&colleague, PENDING, "林雅婷", |_| true).await.unwrap();
    assert_eq!((card.id, card.owner, card.unread), (id, None, 1));
    assert!(card.waiting_since.is_some());
    colleague.call(Take { id }).await.unwrap();
    assert_eq!(refused(sales.call(ShowConversation { id }).await), Problem::missing(What::Conversation));
    let history = events(&colleague, id).await;
    assert_eq!(
        history,
        [
            event(EventKind::Taken, "許芷晴", ""),
            event(EventKind::Closed, "許芷晴", ""),
            event(EventKind::Reopened, "許芷晴", ""),
            event(EventKind::Closed, "許芷晴", ""),
            event(EventKind::Reopened, "", ""),
            event(EventKind::Taken, "王柏勛", ""),
        ]
    );
}

/// Reading clears what is unread; only an answer ends the wait (domain.md 3.1).
#[tokio::test(flavor = "multi_thread")]
async fn unread_is_cleared_by_its_owner_and_waiting_by_an_answer() {
    let (world, sales, _) = begin().await;
    let manager = world.client("manager").await.unwrap();
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let since = show(&sales, id).await.card.waiting_since;
    assert!(since.is_some());
    world.act(&customer, Act::text("有人嗎")).await.unwrap();
    world.find(&sales, MINE, "林雅婷", |card| card.unread == 2).await.unwrap();
    manager.call(MarkRead { id }).await.unwrap();
    assert_eq!(show(&sales, id).await.card.unread, 2, "a manager who looks in takes nothing off the list");
    sales.call(MarkRead { id }).await.unwrap();
    let card = show(&sales, id).await.card;
    assert_eq!((card.unread, card.waiting_since), (0, since), "read is not answered");
    sales.call(Reply { id, key: MessageId(new_draft().0), content: Content::of_text("在的") }).await.unwrap();
    let card = show(&sales, id).await.card;
    assert_eq!((card.waiting_since, card.last.unwrap().text.as_str()), (None, "在的"));
    world.act(&customer, Act::text("謝謝")).await.unwrap();
    let card = world.find(&sales, MINE, "林雅婷", |card| card.unread == 1).await.unwrap();
    assert!(card.waiting_since > since);
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_are_the_teams_and_found_whatever_their_case() {
    let (world, sales, colleague) = begin().await;
    let (_, first) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let (_, second) = world.taken(&colleague, "陳柏翰", "在嗎").await.unwrap();
    let vip = sales.call(AddTag { id: first, name: " VIP ".to_owned() }).await.unwrap();
    assert_eq!(vip.name, "VIP");
    for same in ["vip", "ＶＩＰ", "VIP"] {
        assert_eq!(colleague.call(AddTag { id: second, name: same.to_owned() }).await.unwrap(), vip, "{same}");
    }
    let new = sales.call(AddTag { id: first, name: "新客".to_owned() }).await.unwrap();
    let tags = |client: &Client, id| {
        let client = client.clone();
        async move { show(&client, id).await.card.tags }
    };
    assert_eq!(tags(&sales, first).await, [vip.clone(), new.clone()]);
    assert_eq!(tags(&colleague, second).await, from_ref(&vip));
    sales.call(RemoveTag { id: first, tag: vip.id }).await.unwrap();
    assert_eq!(tags(&sales, first).await, from_ref(&new));
    assert_eq!(tags(&colleague, second).await, from_ref(&vip), "another customer keeps hers");
    assert_eq!(refused(sales.call(RemoveTag { id: first, tag: vip.id }).await), Problem::missing(What::Tag));
    assert_eq!(colleague.call(ListTags {}).await.unwrap(), [vip, new]);
    let other = world.sign_in(world.other.seat("sales").unwrap()).await.unwrap();
    assert_eq!(other.call(ListTags {}).await.unwrap(), [] as [Tag; 0]);
}

/// The message once it is settled.
async fn settled(client: &Client, id: ConversationId) -> Message {
    let began = Instant::now();
    loop {
        let message = messages(client, id).await.remove(0);
        if message.outcome != Some(Outcome::Waiting) {
            return message;
        }
        assert!(began.elapsed() < PATIENCE, "{message:?}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_arrives_once_however_often_it_is_asked_for() {
    for engine in Engine::here().unwrap() {
        let (world, sales, colleague) = begin_on(engine).await;
        let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
        let (_, second) = world.taken(&sales, "陳柏翰", "在嗎").await.unwrap();
        let key = MessageId(new_draft().0);
        let reply = |id, text: &str| sales.call(Reply { id, key, content: Content::of_text(text) });
        let answers = futures_util::future::join_all((0..4).map(|_| reply(id, "在的"))).await;
        for answer in answers {
            let messages = answer.unwrap();
            let [message] = &messages[..] else { panic!("{messages:?}") };
            let is = (message.id.clone(), message.text.as_str(), message.from_customer);
            assert_eq!(is, (key.to_string(), "在的", false));
        }
        let message = settled(&sales, id).await;
        assert_eq!((message.outcome, message.reason), (Some(Outcome::Succeeded), None));
        assert_eq!(message.by.unwrap().name, "許芷晴");
        reply(id, "在的").await.unwrap();
        // The key stands for that message: not in another conversation, nor from another hand.
        let taken = Problem::invalid("key", shared::problem::Rule::Taken);
        assert_eq!(refused(reply(second, "在的").await), taken);
        let (_, theirs) = world.taken(&colleague, "黃詩涵", "在嗎").await.unwrap();
        let call = Reply { id: theirs, key, content: Content::of_text("在的") };
        assert_eq!(refused(colleague.call(call).await), taken);
        assert_eq!(messages(&sales, id).await.len(), 2);
        let ledger = world.sandbox.ledger();
        assert_eq!(ledger.iter().map(|entry| entry.user.as_str()).collect::<Vec<_>>(), [customer.user.as_str()]);
        assert_eq!(ledger[0].messages[0]["text"], "在的");
        let arrived = world.sandbox.line().inbox(&customer.account, &customer.user).unwrap();
        assert_eq!(arrived.iter().filter(|message| !message.from_customer).count(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_to_who_blocked_is_refused_and_says_why() {
    let (world, sales, _) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    world.act(&customer, Act::Block).await.unwrap();
    let blocked = |card: &ConversationCard| card.subscription == shared::contacts::Subscription::Blocked;
    world.find(&sales, MINE, "林雅婷", blocked).await.unwrap();
    let reply = Reply { id, key: MessageId(new_draft().0), content: Content::of_text("在的") };
    let reason = Reason::Unfollowed;
    assert_eq!(refused(sales.call(reply).await), Problem::conflict(Conflict::CannotReach { reason }));
    assert_eq!((messages(&sales, id).await.len(), world.sandbox.ledger().len()), (1, 0));
}

/// A manager answers in a colleague's conversation without taking it (domain.md 2.2).
#[tokio::test(flavor = "multi_thread")]
async fn a_manager_answers_without_taking_over() {
    let (world, sales, _) = begin().await;
    let manager = world.client("manager").await.unwrap();
    let (_, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    manager.call(Reply { id, key: MessageId(new_draft().0), content: Content::of_text("我來說明") }).await.unwrap();
    let message = settled(&sales, id).await;
    assert_eq!((message.by.unwrap().name.as_str(), message.outcome), ("陳店長", Some(Outcome::Succeeded)));
    assert_eq!(show(&sales, id).await.card.owner.unwrap().name, "許芷晴");
}
