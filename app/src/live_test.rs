//! Who asks again, how often, and what the screens show of the link.

use std::{cell::Cell, rc::Rc};

use shared::{
    call::Page,
    campaigns::{CampaignState, Figures, Progress, ShowProgress},
    conversations::{
        CountConversations, Counts, Entry, ListConversations, Message, MessageKind, ShowConversation, ShowThread,
    },
    id::{CampaignId, ConversationId},
    members::Role,
};
use uuid::Uuid;

use super::*;
use crate::{
    canned::Canned,
    platform::Memory,
    stage::{Playing, Stage, conversation, member, opened},
};

/// Longer than the pace at which the same is asked again.
const PAST: Duration = Duration::from_millis(700);

fn changed(n: u128) -> LiveEvent {
    LiveEvent::Conversation { id: ConversationId(Uuid::from_u128(n)) }
}

/// A server with one conversation, and so many unread messages.
fn server(unread: &Rc<Cell<u64>>) -> Canned {
    let unread = Rc::clone(unread);
    Canned::default()
        .on::<CountConversations>(move |_| Ok(Counts { unread: unread.get(), ..Counts::default() }))
        .on::<ListConversations>(|_| Ok(Page { items: vec![conversation(1, "林雅婷")], next: None }))
}

async fn play(path: &str, canned: &Canned) -> Playing {
    let playing = Stage::at(path, canned.clone()).signed_in(member(Role::SalesStaff)).in_english().play().await;
    assert_eq!(canned.open(), 1, "one stream for the session");
    playing
}

async fn tell(playing: &mut Playing, canned: &Canned, event: LiveEvent) {
    canned.tell(event);
    playing.settle().await;
}

#[tokio::test]
async fn a_change_is_asked_about_at_once_and_a_burst_once_more() {
    let unread = Rc::new(Cell::new(0));
    let canned = server(&unread);
    let memory = Memory::default();
    let title = Rc::clone(&memory.title);
    let stage = Stage::at("/", canned.clone()).signed_in(member(Role::SalesStaff)).on(memory);
    let mut playing = stage.play().await;
    let before = canned.asked::<ListConversations>();
    tell(&mut playing, &canned, LiveEvent::Tags).await;
    assert_eq!(canned.asked::<ListConversations>(), before, "that is nothing of a list of conversations");
    assert!(!title.borrow().starts_with('('), "{}", title.borrow());
    unread.set(3);
    tell(&mut playing, &canned, changed(1)).await;
    assert_eq!(canned.asked::<ListConversations>(), before + 1, "at once");
    assert!(title.borrow().starts_with("(3) "), "{}", title.borrow());
    for _ in 0..50 {
        tell(&mut playing, &canned, changed(1)).await;
    }
    assert!(canned.asked::<ListConversations>() <= before + 4, "fifty in a second and a bit");
    playing.run_for(PAST).await;
    let asked = canned.asked::<ListConversations>();
    assert!(asked > before + 1, "what came meanwhile is asked about");
    playing.run_for(PAST).await;
    assert_eq!(canned.asked::<ListConversations>(), asked, "and then it rests");
}

#[tokio::test]
async fn a_link_that_was_cut_comes_back_and_everything_is_asked_again() {
    let canned = server(&Rc::default());
    let mut playing = play("/", &canned).await;
    tell(&mut playing, &canned, LiveEvent::Hello).await;
    canned.cut();
    playing.run_for(Duration::from_millis(2_500)).await;
    assert_eq!(canned.open(), 1, "it is opened again");
    for event in [LiveEvent::Hello, LiveEvent::LookAgain] {
        playing.run_for(PAST).await;
        let before = (canned.asked::<ListConversations>(), canned.asked::<CountConversations>());
        tell(&mut playing, &canned, event).await;
        let after = (canned.asked::<ListConversations>(), canned.asked::<CountConversations>());
        assert!(after.0 > before.0 && after.1 > before.1, "{event:?}: {before:?} {after:?}");
    }
}

#[tokio::test]
async fn a_link_that_stays_down_is_said_once_and_no_longer_than_it_is() {
    const SAID: &str = "Live updates are interrupted";
    let canned = server(&Rc::default());
    let mut playing = play("/", &canned).await;
    tell(&mut playing, &canned, LiveEvent::Hello).await;
    playing.run_for(LOST + Duration::from_millis(1_500)).await;
    assert!(!playing.html().contains(SAID), "it is up");
    canned.cut();
    playing.run_for(Duration::from_secs(2)).await;
    assert!(!playing.html().contains(SAID), "not for a moment");
    // Open, but without a word: no link.
    playing.run_for(LOST).await;
    assert_eq!(playing.html().matches(SAID).count(), 1, "{}", playing.html());
    tell(&mut playing, &canned, LiveEvent::Hello).await;
    assert!(!playing.html().contains(SAID));
}

#[tokio::test]
async fn progress_moves_by_its_events() {
    let sent = Rc::new(Cell::new(1));
    let now = Rc::clone(&sent);
    let id = CampaignId(Uuid::from_u128(5));
    let canned = server(&Rc::default()).on::<ShowProgress>(move |_| {
        let succeeded = now.get();
        let figures = Figures { audience: 7, waiting: 7 - succeeded, succeeded, ..Figures::default() };
        let state = if figures.settled() { CampaignState::Completed } else { CampaignState::Sending };
        Ok(Progress { campaign: id, state, figures, paused: None })
    });
    let mut playing = play(&format!("/send/sent/{id}"), &canned).await;
    tell(&mut playing, &canned, LiveEvent::Hello).await;
    playing.run_for(PAST).await;
    let before = canned.asked::<ShowProgress>();
    tell(&mut playing, &canned, LiveEvent::Campaign { id: CampaignId(Uuid::from_u128(6)) }).await;
    assert_eq!(canned.asked::<ShowProgress>(), before, "another send");
    playing.run_for(Duration::from_millis(2_500)).await;
    assert_eq!(canned.asked::<ShowProgress>(), before, "no polling while the link is up");
    sent.set(7);
    tell(&mut playing, &canned, LiveEvent::Campaign { id }).await;
    assert_eq!(canned.asked::<ShowProgress>(), before + 1);
    playing.run_for(PAST).await;
    tell(&mut playing, &canned, LiveEvent::Campaign { id }).await;
    assert_eq!(canned.asked::<ShowProgress>(), before + 1, "it is over");
}

#[tokio::test]
async fn an_open_thread_asks_for_its_own_changes() {
    let said = Rc::new(Cell::new(1));
    let now = Rc::clone(&said);
    let message = |n: u64| {
        Entry::Message(Message {
            id: Uuid::from_u128(n.into()).to_string(),
            from_customer: true,
            kind: MessageKind::Text,
            text: format!("第 {n} 句"),
            media: None,
            template: None,
            at: "2026-11-05T14:02:00+08:00".parse().unwrap(),
            by: None,
            campaign: None,
            outcome: None,
            reason: None,
        })
    };
    let canned = server(&Rc::default())
        .on::<ShowConversation>(|_| Ok(opened(conversation(1, "林雅婷"))))
        .on::<ShowThread>(move |_| Ok(Page { items: (1..=now.get()).rev().map(message).collect(), next: None }));
    let mut playing = play(&format!("/conversations/{}", Uuid::from_u128(1)), &canned).await;
    assert!(playing.html().contains("第 1 句"));
    let before = canned.asked::<ShowThread>();
    tell(&mut playing, &canned, changed(2)).await;
    assert_eq!(canned.asked::<ShowThread>(), before, "another conversation's");
    said.set(2);
    tell(&mut playing, &canned, changed(1)).await;
    let html = playing.html();
    let (first, second) = (html.find("第 1 句"), html.find("第 2 句"));
    assert!(first.is_some() && first < second, "at the end: {html}");
}
