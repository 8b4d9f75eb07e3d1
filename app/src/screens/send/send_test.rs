//! The steps of the flow in their states.

use std::{cell::Cell, rc::Rc, time::Duration};

use dioxus::prelude::*;
use shared::{
    attributes::ListAttributes,
    call::Page,
    campaigns::{
        CampaignState, ChannelCheck, ChannelCount, ChannelQuota, Check, CheckDraft, CheckGroup, CountSelection, Draft,
        Figures, Kind, ListDrafts, Person, Progress, SaveDraft, SelectionCount, SendDraft, ShowDraft, ShowProgress,
    },
    contacts::{ChannelRef, ListChannels, ListTags, Subscription},
    content::{Content, NAME_TOKEN, Part},
    conversations::{CountConversations, Counts, ListConversations},
    id::{CampaignId, ChannelId, DraftId},
    limits::Platform,
    live::LiveEvent,
    members::{ListColleagues, Role},
    problem::{Conflict, Problem, Rule, What},
    reasons::Reason,
    selection::Selection,
};
use uuid::Uuid;

use super::check::SendRefusal;
use crate::{
    api::Failed,
    canned::Canned,
    draft::{Kept, Tap, use_drafts},
    platform::Memory,
    stage::{Stage, conversation, member},
};

const CAMPAIGN: CampaignId = CampaignId(Uuid::from_u128(70));

fn draft(texts: &[&str]) -> Draft {
    let mut selection = Selection::default();
    selection.add(conversation(1, "林雅婷").id);
    Draft {
        id: DraftId(Uuid::from_u128(50)),
        kind: Kind::GroupMessage,
        selection,
        content: Content { parts: texts.iter().map(|text| Part::Text { text: (*text).to_owned() }).collect() },
        media: Vec::new(),
        revision: 3,
        updated_at: None,
        campaign: None,
    }
}

/// A machine that kept a draft of the member on the stage.
fn kept(kept: &Kept) -> Memory {
    let memory = Memory::default();
    let key = format!("draft.{}", member(Role::SalesStaff).id);
    memory.values.borrow_mut().insert(key, kept.to_text());
    memory
}

/// The server as the flow needs it, with this draft stored.
fn server(stored: Draft) -> Canned {
    Canned::default()
        .on::<CountConversations>(|call| {
            Ok(Counts { matching: if call.filter.is_empty() { 142 } else { 0 }, ..Counts::default() })
        })
        .on::<ListConversations>(|call| {
            let mut blocked = conversation(2, "黃詩涵");
            blocked.subscription = Subscription::Blocked;
            let items = if call.filter.is_empty() { vec![conversation(1, "林雅婷"), blocked] } else { Vec::new() };
            Ok(Page { items, next: None })
        })
        .on::<ListChannels>(|_| Ok(vec![conversation(1, "").channel]))
        .on::<ListTags>(|_| Ok(Vec::new()))
        .on::<ListDrafts>(|_| Ok(Vec::new()))
        .on::<CountSelection>(|call| {
            let total = call.selection.ids.len() as u64;
            Ok(SelectionCount {
                total,
                channels: vec![ChannelCount { channel: conversation(1, "").channel, count: total }],
                longest_name: "歐陽史黛芬妮".to_owned(),
            })
        })
        .on::<ShowDraft>(move |_| Ok(stored.clone()))
        .on::<CheckDraft>(|_| Ok(check()))
}

fn person(n: u128, name: &str) -> Person {
    let card = conversation(n, name);
    Person { conversation: card.id, name: card.name, channel: card.channel }
}

fn check() -> Check {
    let channel = conversation(1, "").channel;
    Check {
        audience: 37,
        will_send: 32,
        not_sure: vec![CheckGroup {
            reason: shared::campaigns::Doubt::NotKnownFriend,
            count: 2,
            people: vec![person(4, "許美玲"), person(5, "")],
        }],
        will_fail: vec![CheckGroup { reason: Reason::Unfollowed, count: 3, people: vec![person(2, "黃詩涵")] }],
        channels: vec![ChannelCheck {
            reach: None,
            channel,
            audience: 37,
            tried: 34,
            quota: Some(ChannelQuota { limit: Some(3_000), used: 1_716 }),
            paused: None,
        }],
        samples: vec![person(1, "林雅婷"), person(3, "陳柏翰")],
        referral_links: 3,
        same_person: 1,
        digest: "digest".to_owned(),
    }
}

fn stage(path: &str, draft: Draft) -> Stage {
    Stage::at(path, server(draft.clone())).on(kept(&Kept::new(draft))).signed_in(member(Role::SalesStaff))
}

async fn html(stage: Stage) -> String {
    stage.play().await.html()
}

fn has(html: &str, shown: &[&str]) {
    for words in shown {
        assert!(html.contains(words), "{words}: {html}");
    }
}

#[tokio::test]
async fn recipients_are_ticked_counted_and_may_be_blocked() {
    let html = html(stage("/send/recipients", draft(&["您好"]))).await;
    has(&html, &["選擇對象", "步驟 1/4", "篩選", "選取全部 142 人", "林雅婷", "已封鎖", "已選 1 人", "下一步"]);
    assert_eq!(html.matches(r#"role="checkbox" aria-checked="true""#).count(), 1, "{html}");
    assert!(!html.contains("aria-disabled"), "{html}");
}

#[tokio::test]
async fn nobody_picked_blocks_next_with_the_reason() {
    let mut nobody = draft(&["您好"]);
    nobody.selection = Selection::default();
    let html = html(stage("/send/recipients", nobody)).await;
    has(&html, &["還沒選對象", r#"aria-describedby="pick-why""#]);
}

#[tokio::test]
async fn more_than_the_team_allows_is_said_with_both_numbers() {
    let canned = server(draft(&["您好"]))
        .on::<CountSelection>(|_| Ok(SelectionCount { total: 2_345, ..SelectionCount::default() }));
    let stage = Stage::at("/send/recipients", canned)
        .on(kept(&Kept::new(draft(&["您好"]))))
        .signed_in(member(Role::SalesStaff));
    has(&html(stage).await, &["2,000", "2,345", "請減少 345 人"]);
}

#[tokio::test]
async fn recipients_first_load_and_failure() {
    let first = Stage::at("/send/recipients", Canned::default().silent::<ListConversations>());
    has(&html(first.signed_in(member(Role::SalesStaff))).await, &["顧客載入中"]);
    let failed = Stage::at("/send/recipients", Canned::default().on::<ListConversations>(|_| Err(Failed::Offline)));
    has(&html(failed.signed_in(member(Role::SalesStaff))).await, &["顧客名單載入失敗", "再試一次"]);
}

#[tokio::test]
async fn an_admin_is_told_that_group_sends_are_not_hers() {
    let stage = Stage::at("/send/recipients", Canned::default()).signed_in(member(Role::Admin));
    has(&html(stage).await, &["你的角色不能看這一頁"]);
}

#[tokio::test]
async fn a_team_without_the_plan_is_not_told_that_its_role_is_wrong() {
    let mut me = member(Role::SalesStaff);
    me.team.omo = false;
    let html = html(Stage::at("/send/recipients", Canned::default()).signed_in(me)).await;
    has(&html, &["團隊尚未開通 OMO 方案", "請管理員聯絡客服開通"]);
    assert!(!html.contains("你的角色"), "{html}");
}

#[tokio::test]
async fn a_message_shows_the_name_as_words_its_links_and_its_length() {
    let text = format!("{NAME_TOKEN} 您好 https://a.example");
    let html = html(stage("/send/message", draft(&[&text, ""]))).await;
    has(
        &html,
        &[
            "編輯內容",
            "傳給 1 人",
            "【顧客姓名】 您好",
            "1 個連結 → 1 個導購連結",
            "27 / 5,000 字",
            "2 / 5 則",
            "還可以加 3 則",
        ],
    );
    assert!(!html.contains("system:customer_name"), "{html}");
    has(&html, &["第 2 則還沒有內容"]);
}

#[tokio::test]
async fn the_sixth_message_is_refused_in_words() {
    let html = html(stage("/send/message", draft(&["1", "2", "3", "4", "5"]))).await;
    has(&html, &["一次最多 5 則", r#"aria-describedby="write-full""#, "5 / 5 則", "草稿已儲存"]);
}

#[tokio::test]
async fn too_long_with_the_longest_name_names_it_and_the_cure() {
    let text = format!("{NAME_TOKEN}{}", "a".repeat(4_995));
    let html = html(stage("/send/message", draft(&[&text]))).await;
    has(&html, &["歐陽史黛芬妮", "超過 LINE 上限 1 字", "請刪短", "第 1 則超過字數上限"]);
}

#[tokio::test]
async fn the_check_answers_before_the_question() {
    let text = format!("{NAME_TOKEN} 您好");
    let html = html(stage("/send/check", draft(&[&text]))).await;
    has(
        &html,
        &[
            "林雅婷",
            "第 1 位，共 2 位",
            "依傳輸狀況可能與預覽略有不同",
            "共 37 人",
            "32 人會送出",
            "3 人不會",
            "2 人不確定",
            "已封鎖官方帳號",
            "排除這 3 人",
            "排除這 2 人",
            "未提供姓名",
            "1,284",
            "這次用 34",
            "1 位顧客會收到兩次以上",
            "送出給 32 人",
        ],
    );
}

#[tokio::test]
async fn an_unsaved_draft_is_saved_before_it_is_checked() {
    let mine = Kept { unsaved: true, ..Kept::new(draft(&["改過"])) };
    let saved = Rc::new(Cell::new(0));
    let counted = Rc::clone(&saved);
    let canned = server(draft(&["原來"])).on::<SaveDraft>(move |call| {
        assert_eq!(call.revision, 3);
        counted.set(counted.get() + 1);
        Ok(Draft { revision: 4, ..draft(&["改過"]) })
    });
    let stage = Stage::at("/send/check", canned.clone()).on(kept(&mine)).signed_in(member(Role::SalesStaff));
    has(&html(stage).await, &["送出給 32 人", "改過"]);
    assert_eq!(saved.get(), 1);
}

#[tokio::test]
async fn what_another_window_saves_is_shown_without_a_reload() {
    let elsewhere = Rc::new(Cell::new(false));
    let changed = Rc::clone(&elsewhere);
    let canned = server(draft(&["原來"])).on::<ShowDraft>(move |_| {
        Ok(if changed.get() { Draft { revision: 4, ..draft(&["另一個視窗寫的"]) } } else { draft(&["原來"]) })
    });
    let stage = Stage::at("/send/message", canned.clone()).on(kept(&Kept::new(draft(&["原來"]))));
    let mut playing = stage.signed_in(member(Role::SalesStaff)).play().await;
    has(&playing.html(), &["原來"]);
    let asked = canned.asked::<ShowDraft>();
    canned.tell(LiveEvent::Draft { id: DraftId(Uuid::from_u128(51)) });
    playing.settle().await;
    assert_eq!(canned.asked::<ShowDraft>(), asked, "that is another draft");
    elsewhere.set(true);
    canned.tell(LiveEvent::Draft { id: draft(&[]).id });
    playing.settle().await;
    has(&playing.html(), &["另一個視窗寫的", "草稿已儲存"]);
}

#[tokio::test]
async fn what_another_window_throws_away_is_not_saved_again() {
    let canned = server(draft(&["原來"])).on::<ShowDraft>(|_| Err(Problem::missing(What::Draft).into()));
    let memory = kept(&Kept::new(draft(&["原來"])));
    let stage = Stage::at("/send/message", canned.clone()).on(memory.clone()).signed_in(member(Role::SalesStaff));
    let mut playing = stage.play().await;
    canned.tell(LiveEvent::Draft { id: draft(&[]).id });
    playing.settle().await;
    assert_eq!(canned.asked::<SaveDraft>(), 0, "nobody wants it any more");
    let left = memory.values.borrow().get(&format!("draft.{}", member(Role::SalesStaff).id)).cloned();
    assert!(!left.unwrap().contains("原來"));
    assert!(!playing.html().contains("原來"));
}

#[tokio::test]
async fn the_echo_of_its_own_saving_is_no_news() {
    let mine = Kept { unsaved: true, ..Kept::new(draft(&["改過"])) };
    let canned = server(draft(&["原來"])).on::<SaveDraft>(|_| Ok(Draft { revision: 4, ..draft(&["改過"]) }));
    let stage = Stage::at("/send/message", canned.clone()).on(kept(&mine)).signed_in(member(Role::SalesStaff));
    let mut playing = stage.play().await;
    playing.run_for(Duration::from_secs(1)).await;
    let (saved, asked) = (canned.asked::<SaveDraft>(), canned.asked::<ShowDraft>());
    assert_eq!(saved, 1);
    canned.tell(LiveEvent::Draft { id: draft(&[]).id });
    playing.settle().await;
    assert_eq!((canned.asked::<SaveDraft>(), canned.asked::<ShowDraft>()), (saved, asked));
}

#[tokio::test]
async fn offline_the_check_says_that_the_draft_is_only_here() {
    let mine = Kept { unsaved: true, ..Kept::new(draft(&["改過"])) };
    let canned = Canned::default().on::<ShowDraft>(|_| Err(Failed::Offline)).on::<SaveDraft>(|_| Err(Failed::Offline));
    let stage = Stage::at("/send/check", canned).on(kept(&mine)).signed_in(member(Role::SalesStaff));
    has(&html(stage).await, &["草稿還沒存到伺服器", "再試一次"]);
}

#[tokio::test]
async fn changes_on_both_sides_are_put_to_the_person() {
    let mine = Kept { unsaved: true, ..Kept::new(draft(&["我的"])) };
    let canned = server(Draft { revision: 9, ..draft(&["另一份的字"]) });
    let stage = Stage::at("/send/message", canned).on(kept(&mine)).signed_in(member(Role::SalesStaff));
    has(&html(stage).await, &["這份草稿在別的地方改過", "另一份的字", "保留這一份", "改用另一份", "我的"]);
}

#[tokio::test]
async fn a_check_that_finds_a_broken_rule_leads_to_the_message() {
    let canned = server(draft(&[""]))
        .on::<CheckDraft>(|_| Err(Problem::invalid("content.parts[0].text", Rule::Required).into()));
    let stage = Stage::at("/send/check", canned).on(kept(&Kept::new(draft(&[""])))).signed_in(member(Role::SalesStaff));
    has(&html(stage).await, &["檢查失敗", "第 1 則訊息", "回去修改內容"]);
}

/// After a reload: tapped before, no answer seen.
#[tokio::test]
async fn a_send_without_an_answer_offers_the_same_again() {
    let mut mine = Kept::new(draft(&["您好"]));
    mine.tap = Some(Tap { audience: 37, shown: 32, digest: "digest".to_owned() });
    let stage = Stage::at("/send/check", server(draft(&["您好"]))).on(kept(&mine)).signed_in(member(Role::SalesStaff));
    has(&html(stage).await, &["還不知道有沒有送出", "只會送出一次", "送出給 32 人"]);
}

#[tokio::test]
async fn a_draft_that_was_sent_leads_to_its_progress() {
    // The message step too: what is changed there after the send would reach nobody.
    for step in ["/send/check", "/send/message"] {
        let sent = Draft { campaign: Some(CAMPAIGN), ..draft(&["您好"]) };
        let canned = server(sent).on::<ShowProgress>(|_| Ok(progress(CampaignState::Sending, 13)));
        let mut playing = Stage::at(step, canned)
            .on(kept(&Kept::new(draft(&["您好"]))))
            .signed_in(member(Role::SalesStaff))
            .play()
            .await;
        playing.settle().await;
        assert_eq!(playing.address(), format!("/send/sent/{CAMPAIGN}"), "from {step}");
    }
}

fn progress(state: CampaignState, waiting: u64) -> Progress {
    Progress {
        campaign: CAMPAIGN,
        state,
        figures: Figures {
            audience: 37,
            waiting,
            succeeded: 21,
            failed: 3,
            unknown: 13 - waiting,
            delivered: 0,
            read: 0,
            told: 0,
        },
        paused: (state == CampaignState::Paused).then_some(Reason::LineMonthlyLimit),
    }
}

#[tokio::test]
async fn progress_is_live_until_everyone_is_settled() {
    let canned = Canned::default().on::<ShowProgress>(|_| Ok(progress(CampaignState::Sending, 13)));
    let path = format!("/send/sent/{CAMPAIGN}");
    let mut playing = Stage::at(&path, canned.clone()).signed_in(member(Role::SalesStaff)).play().await;
    has(&playing.html(), &["傳送中", r#"aria-valuenow="24""#, "37 人中已處理 24 人", "傳送不會中斷", "看這次紀錄"]);
    let before = canned.asked::<ShowProgress>();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    playing.settle().await;
    assert!(canned.asked::<ShowProgress>() > before);

    let canned = Canned::default().on::<ShowProgress>(|_| Ok(progress(CampaignState::Completed, 0)));
    let mut playing = Stage::at(&path, canned.clone()).signed_in(member(Role::SalesStaff)).play().await;
    has(&playing.html(), &["已送出", "3 人沒有收到", "未知"]);
    let before = canned.asked::<ShowProgress>();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    playing.settle().await;
    assert_eq!(canned.asked::<ShowProgress>(), before);
}

#[tokio::test]
async fn a_paused_send_says_why() {
    let canned = Canned::default().on::<ShowProgress>(|_| Ok(progress(CampaignState::Paused, 13)));
    let stage = Stage::at(&format!("/send/sent/{CAMPAIGN}"), canned).signed_in(member(Role::SalesStaff));
    has(&html(stage.in_english()).await, &["Paused", "goes on by itself once it is resumed"]);
}

fn tapping() -> Element {
    let drafts = use_drafts();
    use_hook(|| {
        drafts.send(Tap { audience: 37, shown: 32, digest: "digest".to_owned() });
    });
    rsx! {
        SendRefusal { sending: drafts.sending(), onagain: |()| {} }
        "{drafts.tap().is_some()}"
    }
}

#[tokio::test]
async fn a_refused_send_says_both_numbers_and_is_forgotten_as_a_tap() {
    let canned = Canned::default().on::<SendDraft>(|call| {
        assert_eq!((call.audience, call.digest.as_str()), (37, "digest"));
        Err(Problem::conflict(Conflict::QuotaTooSmall { needed: 34, left: 10 }).into())
    });
    let stage = Stage::piece(member(Role::SalesStaff), canned, tapping).on(kept(&Kept::new(draft(&["您好"]))));
    has(&html(stage).await, &["本月額度不夠", "這次需要 34 則，只剩 10 則", "改選對象", "false"]);
}

#[tokio::test]
async fn a_send_whose_answer_is_lost_stays_a_tap_on_the_device() {
    let canned = Canned::default().on::<SendDraft>(|_| Err(Failed::Offline));
    let stage = Stage::piece(member(Role::SalesStaff), canned, tapping).on(kept(&Kept::new(draft(&["您好"]))));
    has(&html(stage).await, &["還不知道有沒有送出", "true"]);
}

#[tokio::test]
async fn a_template_message_offers_and_counts_the_customers_of_whatsapp_alone() {
    let channel =
        |n, name: &str, platform| ChannelRef { id: ChannelId(Uuid::from_u128(n)), name: name.into(), platform };
    let (line, number) = (channel(91, "LINE 本店", Platform::Line), channel(92, "門市號碼", Platform::Whatsapp));
    let stored = Draft { kind: Kind::GroupTemplate, ..draft(&[]) };
    let (of_count, counted) = (number.id, Rc::new(Cell::new(0)));
    let told = Rc::clone(&counted);
    let canned = server(stored.clone())
        .on::<ListChannels>(move |_| Ok(vec![line.clone(), number.clone()]))
        .on::<ListColleagues>(|_| Ok(Vec::new()))
        .on::<ListAttributes>(|_| Ok(Vec::new()))
        .on::<CountConversations>(move |call| {
            let is_of_number = call.filter.channels == [of_count];
            told.set(told.get() + usize::from(is_of_number));
            Ok(Counts { matching: if is_of_number { 3 } else { 142 }, ..Counts::default() })
        });
    let stage = Stage::at("/send/recipients", canned).on(kept(&Kept::new(stored))).signed_in(member(Role::SalesStaff));
    let mut playing = stage.play().await;
    let before = counted.get();
    playing.tap("篩選").await;
    playing.run_for(Duration::from_millis(400)).await;
    let offered = playing.offered().join("|");
    assert!(offered.contains("門市號碼") && !offered.contains("LINE 本店"), "{offered}");
    assert!(counted.get() > before && playing.html().contains("看符合的 3 人"), "{}", playing.html());
}
