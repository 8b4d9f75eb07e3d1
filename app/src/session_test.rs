//! Signing in, staying in, and being led back.

use std::{cell::Cell, rc::Rc};

use dioxus::prelude::*;
use futures_util::future::join3;
use shared::{
    call::{Done, Page},
    contacts::ListTags,
    conversations::{CountConversations, Counts, ListConversations},
    members::{Refresh, Role, SignIn, SignOut},
    problem::{Problem, Rule},
};

use crate::{
    api::{Api, Failed},
    canned::Canned,
    platform::{Device, Locked, Memory},
    session::{Left, SessionHandle, State, use_kept},
    stage::{Stage, member, session},
};

fn desk() -> Canned {
    Canned::default()
        .on::<ListConversations>(|_| Ok(Page::default()))
        .on::<CountConversations>(|_| Ok(Counts::default()))
}

#[tokio::test]
async fn who_is_not_signed_in_is_led_to_sign_in_and_back() {
    let canned = desk().on::<SignIn>(|call| {
        assert_eq!(call.email, "chih@qingyu.example", "white space around it is not hers");
        Ok(session(member(Role::SalesStaff), "token"))
    });
    let mut playing = Stage::at("/more", canned).play().await;
    assert!(playing.address().starts_with("/sign-in"), "{}", playing.address());
    let html = playing.html();
    assert!(html.contains("登入 Storecast") && html.contains(r#"autocomplete="current-password""#), "{html}");
    assert!(!html.contains("登入已逾時"), "nobody was signed in: {html}");

    let api = playing.inside(consume_context::<Api>);
    playing.inside(|| spawn(async move { drop(api.sign_in(" chih@qingyu.example ", "secret").await) }));
    playing.settle().await;
    assert_eq!(playing.address(), "/more");
    assert!(playing.html().contains("許芷晴"));
}

#[tokio::test]
async fn calls_that_find_the_token_ended_renew_it_once_together() {
    let renewed = Rc::new(Cell::new(0));
    let count = Rc::clone(&renewed);
    let me = member(Role::SalesStaff);
    let canned = desk().on_token::<ListTags>(|token| match token {
        Some("token-2") => Ok(Vec::new()),
        _ => Err(Problem::SignedOut.into()),
    });
    let canned = canned.on::<Refresh>(move |_| {
        count.set(count.get() + 1);
        Ok(session(me.clone(), &format!("token-{}", count.get())))
    });
    let memory = Memory::default();
    let mut playing = Stage::with(canned.clone(), "/more", Device::memory(memory)).play().await;
    assert_eq!(renewed.get(), 1, "restored at the start");
    let api = playing.inside(consume_context::<Api>);
    let answers = Rc::new(Cell::new(None));
    let put = Rc::clone(&answers);
    playing.inside(|| {
        spawn(async move {
            let (a, b, c) = join3(api.call(ListTags {}), api.call(ListTags {}), api.call(ListTags {})).await;
            put.set(Some([a.is_ok(), b.is_ok(), c.is_ok()]));
        })
    });
    playing.settle().await;
    assert_eq!(answers.take(), Some([true; 3]));
    assert_eq!(renewed.get(), 2, "one renewal for all three");
    assert_eq!(canned.asked::<ListTags>(), 6);
}

#[tokio::test]
async fn a_session_that_ends_leads_to_sign_in_keeps_drafts_and_says_so() {
    let me = member(Role::SalesStaff);
    let alive = Rc::new(Cell::new(true));
    let still = Rc::clone(&alive);
    let canned = desk().on_token::<ListTags>(|_| Err(Problem::SignedOut.into()));
    let canned = canned.on::<Refresh>(move |_| {
        if still.replace(false) { Ok(session(me.clone(), "token")) } else { Err(Problem::SignedOut.into()) }
    });
    let device = Device::memory(Memory::default());
    device.write("draft.1.x", "half written").unwrap();
    let mut playing = Stage::with(canned, "/more", device.clone()).play().await;
    assert_eq!(playing.address(), "/more");
    let api = playing.inside(consume_context::<Api>);
    playing.inside(|| spawn(async move { drop(api.call(ListTags {}).await) }));
    playing.settle().await;
    assert!(playing.address().contains("next="), "{}", playing.address());
    assert!(playing.html().contains("登入已逾時，草稿還在"));
    assert_eq!(device.read("draft.1.x").as_deref(), Some("half written"));
}

#[tokio::test]
async fn a_keychain_that_is_locked_leads_to_sign_in_says_so_and_keeps_the_session() {
    let memory = Memory { locked: true, ..Memory::default() };
    let device = Device::memory(memory);
    device.write("draft.1.x", "half written").unwrap();
    let canned = desk().on::<SignIn>(|_| Ok(session(member(Role::SalesStaff), "token")));
    let mut playing = Stage::with(canned.clone(), "/more", device.clone()).play().await;
    assert!(playing.address().contains("next="), "{}", playing.address());
    assert!(playing.html().contains("鑰匙圈打不開"), "{}", playing.html());
    assert_eq!(canned.asked::<Refresh>(), 0);
    assert_eq!(device.read_secret("refresh-token").await, Err(Locked), "it is still there");
    assert_eq!(device.read("draft.1.x").as_deref(), Some("half written"));

    let api = playing.inside(consume_context::<Api>);
    playing.inside(|| spawn(async move { drop(api.sign_in("chih@qingyu.example", "secret").await) }));
    playing.settle().await;
    assert_eq!(playing.address(), "/more");
}

#[tokio::test]
async fn signing_out_clears_the_device_and_offline_it_is_refused() {
    let line = Rc::new(Cell::new(false));
    let up = Rc::clone(&line);
    let canned = desk().on::<SignOut>(move |_| if up.get() { Ok(Done {}) } else { Err(Failed::Offline) });
    let device = Device::memory(Memory::default());
    device.write("draft.1.x", "half written").unwrap();
    let me = member(Role::SalesStaff);
    let canned = canned.on::<Refresh>(move |_| Ok(session(me.clone(), "token")));
    let mut playing = Stage::with(canned, "/more", device.clone()).play().await;
    for (up, left) in [(false, None), (true, Some(Left::SignedOut))] {
        line.set(up);
        let api = playing.inside(consume_context::<Api>);
        playing.inside(|| spawn(async move { drop(api.sign_out(false).await) }));
        playing.settle().await;
        let state = playing.inside(|| consume_context::<SessionHandle>().state.peek().clone());
        assert_eq!(left.map(State::Out), (state != State::In(member(Role::SalesStaff))).then_some(state));
        assert_eq!(device.read("draft.1.x").is_some(), left.is_none());
    }
    assert!(playing.html().contains("已登出"));
}

#[tokio::test]
async fn a_start_without_a_line_says_what_is_safe_and_offers_a_retry() {
    let canned = desk().on::<Refresh>(|_| Err(Failed::Offline));
    let playing = Stage::with(canned, "/", Device::memory(Memory::default())).play().await;
    let html = playing.html();
    for shown in ["目前離線", "寫到一半的內容都存在這台裝置裡", "再試一次"] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    assert!(!playing.address().starts_with("/sign-in"), "the session may well be alive");
}

#[tokio::test]
async fn more_shows_who_she_is_and_what_the_device_is_set_to() {
    let zh = Stage::at("/more", desk()).signed_in(member(Role::SalesManager)).play().await;
    let html = zh.html();
    for shown in ["許芷晴", "銷售經理", "信義店", "晴嶼生活", "跟隨系統", "English", "登出所有裝置"]
    {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    let en = Stage::at("/more", desk()).signed_in(member(Role::SalesManager)).in_english().play().await;
    assert!(en.html().contains("Sign out on all devices"));
}

#[tokio::test]
async fn an_address_that_does_not_exist_says_so() {
    let playing = Stage::at("/no/such", desk()).signed_in(member(Role::Admin)).play().await;
    assert!(playing.html().contains("找不到這一頁"));
}

#[test]
fn a_field_that_the_server_refuses_is_named_under_it() {
    let problems = &crate::words::Language::En.words().problems;
    let failed = Failed::Problem(Problem::invalid("email", Rule::Malformed { expected: "name@example.com".into() }));
    assert_eq!(problems.of_field(&failed, "email").as_deref(), Some("E-mail: should look like name@example.com"));
}

thread_local! {
    /// How often the screens of the next test began what they share.
    static BEGUN: Cell<u32> = const { Cell::new(0) };
}

#[derive(Clone, Copy)]
struct Shared(Signal<u32>);

#[component]
fn Asking() -> Element {
    let Shared(mut told) = use_kept(|| {
        BEGUN.set(BEGUN.get() + 1);
        Shared(Signal::new(0))
    });
    use_hook(|| told += 1);
    rsx! { "told {told}" }
}

/// The first screen that asks is gone when the second one does.
fn asked_one_after_the_other() -> Element {
    let mut first = use_signal(|| true);
    use_effect(move || first.set(false));
    rsx! {
        if first() {
            Asking {}
        } else {
            p { Asking {} }
        }
    }
}

#[tokio::test]
async fn what_outlives_the_screens_is_begun_once_and_stays_when_they_are_left() {
    let stage = Stage::piece(member(Role::SalesStaff), Canned::default(), asked_one_after_the_other);
    let html = stage.play().await.html();
    assert!(html.contains("told 2"), "{html}");
    assert_eq!(BEGUN.get(), 1);
}
