//! Replies against a server made of answers: screens left, lines down, refusals, reloads.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use shared::{
    conversations::MessageKind,
    members::Role,
    problem::{Conflict, What},
};

use super::*;
use crate::{
    canned::Canned,
    platform::Memory,
    stage::{Playing, Stage, member},
};

const TO: ConversationId = ConversationId(Uuid::from_u128(7));

thread_local! {
    static HELD: Cell<Option<Leavings>> = const { Cell::new(None) };
}

#[expect(non_snake_case, reason = "a component")]
fn Holder() -> Element {
    HELD.set(Some(use_leavings()));
    rsx! {}
}

fn text(content: &Content) -> String {
    content.first_text().unwrap_or_default().into_owned()
}

fn message(call: &Reply) -> Message {
    Message {
        id: call.key.to_string(),
        from_customer: false,
        kind: MessageKind::Text,
        text: text(&call.content),
        media: None,
        template: None,
        at: "2026-11-05T14:32:00+08:00".parse().unwrap(),
        by: None,
        campaign: None,
        outcome: None,
        reason: None,
    }
}

/// A server that gives this answer while there is one, and notes what it took.
#[derive(Clone, Default)]
struct Server {
    says: Rc<RefCell<Option<Failed>>>,
    took: Rc<RefCell<Vec<(MessageId, String)>>>,
}

impl Server {
    fn canned(&self) -> Canned {
        let server = self.clone();
        Canned::default().on::<Reply>(move |call| {
            if let Some(failed) = &*server.says.borrow() {
                return Err(failed.clone());
            }
            server.took.borrow_mut().push((call.key, text(&call.content)));
            Ok(vec![message(call)])
        })
    }

    fn took(&self) -> Vec<String> {
        self.took.borrow().iter().map(|(_, text)| text.clone()).collect()
    }
}

async fn leavings(canned: Canned, memory: &Memory) -> (Playing, Leavings) {
    let playing = Stage::piece(member(Role::SalesStaff), canned, Holder).on(memory.clone()).play().await;
    (playing, HELD.get().expect("the piece is on the stage"))
}

fn kept(memory: &Memory) -> Vec<Kept> {
    let key = format!("{}{TO}", prefix(member(Role::SalesStaff).id));
    memory.values.borrow().get(&key).map(|kept| serde_json::from_str(kept).unwrap()).unwrap_or_default()
}

fn send(playing: &Playing, leavings: Leavings, text: &str) {
    playing.inside(|| leavings.send(TO, Content::of_text(text), Vec::new()));
}

fn stands(playing: &Playing, leavings: Leavings) -> Vec<Option<Failed>> {
    playing.inside(|| leavings.to(TO).into_iter().map(|one| one.failed).collect())
}

#[component]
fn Writing() -> Element {
    let leavings = use_leavings();
    use_hook(|| leavings.send(TO, Content::of_text("馬上幫您看"), Vec::new()));
    rsx! {}
}

/// Sends and is left before anything is answered.
#[expect(non_snake_case, reason = "a component")]
fn Left() -> Element {
    let mut there = use_signal(|| true);
    use_effect(move || there.set(false));
    rsx! {
        if there() {
            Writing {}
        }
    }
}

#[tokio::test]
async fn a_reply_goes_on_when_its_screen_is_left() {
    let (server, memory) = (Server::default(), Memory::default());
    Stage::piece(member(Role::SalesStaff), server.canned(), Left).on(memory.clone()).play().await;
    assert_eq!(server.took(), ["馬上幫您看"]);
    assert_eq!(kept(&memory), [], "the device has nothing to send any more");
}

#[tokio::test]
async fn replies_to_one_customer_arrive_in_their_order() {
    let (server, memory) = (Server::default(), Memory::default());
    let (mut playing, leavings) = leavings(server.canned(), &memory).await;
    let texts = ["一", "二", "三"];
    for text in texts {
        send(&playing, leavings, text);
    }
    assert_eq!(kept(&memory).len(), 3, "all are kept before the first is there");
    playing.settle().await;
    assert_eq!(server.took(), texts);
    assert!(stands(&playing, leavings).is_empty() && kept(&memory).is_empty());
}

#[tokio::test]
async fn what_found_no_line_goes_out_by_itself_when_it_is_back_each_under_its_key() {
    let (server, memory) = (Server::default(), Memory::default());
    server.says.replace(Some(Failed::Offline));
    let canned = server.canned();
    let (mut playing, leavings) = leavings(canned.clone(), &memory).await;
    send(&playing, leavings, "一");
    send(&playing, leavings, "二");
    playing.settle().await;
    assert_eq!(stands(&playing, leavings), [Some(Failed::Offline), Some(Failed::Offline)]);
    assert_eq!(canned.asked::<Reply>(), 1, "the second would get no further");
    let keys: Vec<MessageId> = kept(&memory).iter().map(|one| one.key).collect();
    server.says.replace(None);
    playing.inside(|| leavings.go_on());
    playing.settle().await;
    let took = server.took.borrow();
    assert_eq!(took.iter().map(|(key, _)| *key).collect::<Vec<_>>(), keys);
    assert!(kept(&memory).is_empty());
}

#[tokio::test]
async fn after_a_reload_it_is_sent_again_within_the_hour_and_later_only_by_hand() {
    let memory = Memory::default();
    let (mut playing, sent) = leavings(Canned::default().silent::<Reply>(), &memory).await;
    send(&playing, sent, "還在嗎");
    playing.settle().await;
    let before = kept(&memory);
    assert_eq!(before.len(), 1);

    let late = Memory { now: memory.now + chrono::TimeDelta::minutes(60), ..memory.clone() };
    let server = Server::default();
    let (mut playing, later) = leavings(server.canned(), &late).await;
    assert_eq!(stands(&playing, later), [Some(Failed::Offline)]);
    playing.inside(|| later.go_on());
    playing.settle().await;
    assert!(server.took().is_empty(), "it would only confuse");

    let soon = Memory { now: memory.now + chrono::TimeDelta::minutes(59), ..memory.clone() };
    let (_playing, _) = leavings(server.canned(), &soon).await;
    assert_eq!(*server.took.borrow(), [(before[0].key, "還在嗎".to_owned())]);
    assert!(kept(&memory).is_empty());
}

#[tokio::test]
async fn what_was_refused_stays_so_over_a_reload_until_somebody_tries_again() {
    let (server, memory) = (Server::default(), Memory::default());
    let refused = Failed::Problem(Problem::conflict(Conflict::NotOwner));
    server.says.replace(Some(refused.clone()));
    let (mut playing, sent) = leavings(server.canned(), &memory).await;
    send(&playing, sent, "您好");
    send(&playing, sent, "再一句");
    playing.settle().await;
    assert_eq!(stands(&playing, sent), [Some(refused.clone()), Some(refused.clone())]);

    server.says.replace(None);
    let (mut playing, again) = leavings(server.canned(), &memory).await;
    assert_eq!(stands(&playing, again), [Some(refused.clone()), Some(refused)], "it says why");
    assert!(playing.inside(|| again.to(TO)).iter().all(Leaving::is_refused));
    let keys: Vec<MessageId> = kept(&memory).iter().map(|one| one.key).collect();
    playing.inside(|| again.again(TO, keys[0]));
    playing.settle().await;
    assert_eq!(server.took(), ["您好"]);
    let taken = playing.inside(|| again.take_out(TO, keys[1])).unwrap();
    assert_eq!(taken.content, Content::of_text("再一句"));
    assert!(kept(&memory).is_empty());
}

#[tokio::test]
async fn a_fault_is_no_refusal_as_it_may_have_come_too_late() {
    let (server, memory) = (Server::default(), Memory::default());
    server.says.replace(Some(Failed::Problem(Problem::Unavailable)));
    let (mut playing, sent) = leavings(server.canned(), &memory).await;
    send(&playing, sent, "您好");
    playing.settle().await;
    assert!(!playing.inside(|| sent.to(TO))[0].is_refused(), "under another key she might get it twice");
    let key = kept(&memory)[0].key;
    server.says.replace(None);
    playing.inside(|| sent.go_on());
    playing.settle().await;
    assert_eq!(*server.took.borrow(), [(key, "您好".to_owned())]);
}

#[tokio::test]
async fn after_a_fault_those_behind_wait_for_the_first() {
    let (server, memory) = (Server::default(), Memory::default());
    server.says.replace(Some(Failed::Problem(Problem::Unavailable)));
    let canned = server.canned();
    let (mut playing, sent) = leavings(canned.clone(), &memory).await;
    send(&playing, sent, "一");
    send(&playing, sent, "二");
    playing.settle().await;
    assert_eq!(canned.asked::<Reply>(), 1);
    server.says.replace(None);
    playing.inside(|| sent.go_on());
    playing.settle().await;
    assert_eq!(server.took(), ["一", "二"]);
}

#[tokio::test]
async fn one_that_comes_too_fast_waits_and_goes() {
    let (server, memory) = (Server::default(), Memory::default());
    server.says.replace(Some(Failed::Problem(Problem::TooMany { retry_after: 1 })));
    let (mut playing, sent) = leavings(server.canned(), &memory).await;
    send(&playing, sent, "一");
    playing.settle().await;
    assert_eq!(stands(&playing, sent), [None], "it is on its way");
    server.says.replace(None);
    playing.run_for(Duration::from_millis(1_300)).await;
    assert_eq!(server.took(), ["一"]);
}

#[tokio::test]
async fn a_line_that_came_back_while_nobody_answered_is_used() {
    let memory = Memory::default();
    let tries = Rc::new(Cell::new(0));
    let (held, count) = (Rc::new(Cell::new(None::<Leavings>)), Rc::clone(&tries));
    let within = Rc::clone(&held);
    let canned = Canned::default().on::<Reply>(move |call| {
        count.set(count.get() + 1);
        if count.get() == 1 {
            // The live link is back before the old line gives up.
            within.get().unwrap().go_on();
            return Err(Failed::Offline);
        }
        Ok(vec![message(call)])
    });
    let (mut playing, sent) = leavings(canned, &memory).await;
    held.set(Some(sent));
    send(&playing, sent, "一");
    playing.settle().await;
    assert_eq!((tries.get(), stands(&playing, sent).len()), (2, 0));
}

#[tokio::test]
async fn what_another_window_threw_away_is_not_sent() {
    let (server, memory) = (Server::default(), Memory::default());
    server.says.replace(Some(Failed::Offline));
    let (mut playing, one) = leavings(server.canned(), &memory).await;
    send(&playing, one, "算了");
    playing.settle().await;
    let key = kept(&memory)[0].key;
    let (mut beside, other) = leavings(server.canned(), &memory).await;
    beside.settle().await;
    playing.inside(|| one.take_out(TO, key));
    server.says.replace(None);
    beside.inside(|| other.go_on());
    beside.settle().await;
    assert!(server.took().is_empty());
    assert!(stands(&beside, other).is_empty());
}

#[tokio::test]
async fn what_stands_in_the_thread_has_arrived_though_its_answer_was_lost() {
    let (server, memory) = (Server::default(), Memory::default());
    server.says.replace(Some(Failed::Offline));
    let (mut playing, sent) = leavings(server.canned(), &memory).await;
    send(&playing, sent, "一");
    send(&playing, sent, "二");
    playing.settle().await;
    let first = kept(&memory)[0].key;
    playing.inside(|| sent.are_there(TO, |key| key == first));
    assert_eq!((stands(&playing, sent).len(), kept(&memory).len()), (1, 1));
    assert_ne!(kept(&memory)[0].key, first);
}

#[tokio::test]
async fn another_window_keeps_its_replies_beside_these() {
    let memory = Memory::default();
    let server = Server::default();
    server.says.replace(Some(Failed::Problem(Problem::missing(What::Conversation))));
    let (mut playing, one) = leavings(server.canned(), &memory).await;
    let (mut beside, other) = leavings(Canned::default().silent::<Reply>(), &memory).await;
    send(&beside, other, "另一個視窗");
    send(&playing, one, "這個視窗");
    playing.settle().await;
    beside.settle().await;
    let texts: Vec<String> = kept(&memory).iter().map(|one| text(&one.content)).collect();
    assert_eq!(texts, ["另一個視窗", "這個視窗"]);
    let key = kept(&memory)[1].key;
    playing.inside(|| one.take_out(TO, key));
    assert_eq!(kept(&memory).len(), 1);
}
