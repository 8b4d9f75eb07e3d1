//! The states of the list, in both languages where the words matter.

use dioxus::prelude::*;
use shared::{
    call::Page,
    contacts::{ListChannels, Subscription},
    conversations::{ConversationState, CountConversations, Counts, ListConversations, MessageKind},
    limits::Platform,
    members::{Me, Role},
    problem::Problem,
};

use super::menu::GroupMenu;
use crate::{
    api::Failed,
    canned::Canned,
    stage::{Stage, conversation, member, tag},
};

fn counts() -> Canned {
    Canned::default().on::<CountConversations>(|call| {
        Ok(Counts {
            matching: if call.filter.is_empty() { 60 } else { 0 },
            pending: 3,
            in_progress: 1_060,
            closed: 7,
            unread: 12,
        })
    })
}

fn staff() -> Me {
    member(Role::SalesStaff)
}

async fn html(stage: Stage) -> String {
    stage.play().await.html()
}

#[tokio::test]
async fn the_first_load_shows_the_real_layout_and_says_so() {
    let canned = counts().silent::<ListConversations>();
    let html = html(Stage::at("/", canned).signed_in(staff())).await;
    assert!(html.contains("對話載入中") && html.contains(r#"role="status""#), "{html}");
    assert!(html.contains("處理中") && html.contains("1,060"), "{html}");
}

#[tokio::test]
async fn a_row_says_who_what_when_and_what_to_know_first() {
    let canned = counts().on::<ListConversations>(|call| {
        assert_eq!(call.state, ConversationState::InProgress);
        let mut one = conversation(1, "林雅婷");
        one.unread = 2;
        one.waiting_since = Some("2026-11-05T14:02:00+08:00".parse().unwrap());
        one.tags = vec![tag(1, "VIP"), tag(2, "器皿"), tag(3, "香氛"), tag(4, "新客")];
        let mut two = conversation(2, "");
        two.subscription = Subscription::Blocked;
        if let Some(last) = &mut two.last {
            last.kind = MessageKind::Image;
            last.text.clear();
            last.from_customer = false;
        }
        Ok(Page { items: vec![one, two], next: None })
    });
    let html = html(Stage::at("/", canned).signed_in(staff())).await;
    for shown in [
        "林雅婷",
        "30 分鐘前",
        "那個霧面杯還有嗎？",
        "VIP",
        "器皿",
        "+2",
        "等候 30 分",
        "未提供姓名",
        "你：照片",
        "已封鎖",
    ] {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    assert!(!html.contains("香氛"), "the third tag is a number: {html}");
    assert!(html.contains(r#">2<span class="vh"> 則未讀</span>"#), "{html}");
    assert!(html.contains("/conversations/00000000-0000-0000-0000-000000000001"), "{html}");
}

#[tokio::test]
async fn an_empty_tab_says_what_to_do_first() {
    let empty = || counts().on::<ListConversations>(|_| Ok(Page::default()));
    let zh = html(Stage::at("/", empty()).signed_in(staff())).await;
    assert!(zh.contains("還沒有處理中的對話") && zh.contains("看待處理的 3 個對話"), "{zh}");
    let en = html(Stage::at("/", empty()).signed_in(staff()).in_english()).await;
    assert!(en.contains("Nothing in progress yet") && en.contains("See the 3 pending"), "{en}");
    let closed = html(Stage::at("/?tab=closed", empty()).signed_in(staff())).await;
    assert!(closed.contains("還沒有已結束的對話"), "{closed}");
}

#[tokio::test]
async fn a_failed_load_says_why_and_offers_a_retry() {
    let failed = |why: Failed| counts().on::<ListConversations>(move |_| Err(why.clone()));
    let down = html(Stage::at("/", failed(Problem::Unavailable.into())).signed_in(staff())).await;
    assert!(down.contains(r#"role="alert""#) && down.contains("對話載入失敗") && down.contains("再試一次"), "{down}");
    let offline = html(Stage::at("/", failed(Failed::Offline)).signed_in(staff()).in_english()).await;
    assert!(offline.contains("The server cannot be reached"), "{offline}");
}

#[tokio::test]
async fn without_a_line_the_banner_says_what_still_works() {
    let canned = Canned::default()
        .on::<ListConversations>(|_| Ok(Page { items: vec![conversation(1, "林雅婷")], next: None }))
        .on::<CountConversations>(|_| Err(Failed::Offline));
    let mut playing = Stage::at("/", canned).signed_in(staff()).play().await;
    // Whichever call came last decides; the counts are asked again and fail.
    let session = playing.inside(consume_context::<crate::session::SessionHandle>);
    let mut online = session.online;
    playing.inside(|| online.set(false));
    playing.settle().await;
    let html = playing.html();
    assert!(html.contains("目前離線") && html.contains("林雅婷"), "what is in memory stays readable: {html}");
}

#[tokio::test]
async fn only_those_with_a_team_choose_between_mine_and_team() {
    let canned = || counts().on::<ListConversations>(|_| Ok(Page::default()));
    let staff = html(Stage::at("/", canned()).signed_in(staff())).await;
    assert!(!staff.contains("團隊"), "{staff}");
    let manager = html(Stage::at("/", canned()).signed_in(member(Role::SalesManager))).await;
    assert!(manager.contains("團隊"), "{manager}");
}

#[tokio::test]
async fn pending_is_hidden_from_sales_where_the_team_wants_it_so() {
    let canned = counts().on::<ListConversations>(|_| Ok(Page::default()));
    let mut me = staff();
    me.team.sales_may_take_pending = false;
    let html = html(Stage::at("/", canned).signed_in(me)).await;
    assert!(!html.contains("?tab=pending\""), "{html}");
    assert!(html.contains("?tab=closed\""), "{html}");
}

fn menu() -> Element {
    rsx! {
        GroupMenu { onclose: |()| {} }
    }
}

/// Seed steps 1, 2 and 12, and its first hint: sales roles with the OMO plan.
#[tokio::test]
async fn the_menu_has_what_the_role_may() {
    let on = |me: Me, platform| {
        let canned = Canned::default().on::<ListChannels>(move |_| {
            let mut channel = conversation(1, "").channel;
            channel.platform = platform;
            Ok(vec![channel])
        });
        html(Stage::piece(me, canned, menu))
    };
    let sheet = |me: Me| on(me, Platform::Line);
    let with_whatsapp = on(staff(), Platform::Whatsapp).await;
    assert_eq!(with_whatsapp.matches("/send/recipients").count(), 2, "{with_whatsapp}");
    assert!(!with_whatsapp.contains("aria-disabled"), "{with_whatsapp}");
    let staff_sees = sheet(staff()).await;
    for entry in ["群發訊息", "群發範本訊息", "群發訊息紀錄", "/send/recipients", "/records"] {
        assert!(staff_sees.contains(entry), "{entry}: {staff_sees}");
    }
    assert!(staff_sees.contains(r#"aria-disabled="true""#) && staff_sees.contains("WhatsApp"), "{staff_sees}");
    let admin_sees = sheet(member(Role::Admin)).await;
    assert!(!admin_sees.contains("/send/recipients") && admin_sees.contains("/records"), "{admin_sees}");
    let mut without = staff();
    without.team.omo = false;
    let without_sees = sheet(without).await;
    assert!(!without_sees.contains("/send/recipients") && without_sees.contains("OMO"), "{without_sees}");
}
