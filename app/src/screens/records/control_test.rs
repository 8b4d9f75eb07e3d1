//! What a person does to a send, by the words on the screen: what each button asks for, and what is said of it.

use std::{cell::RefCell, rc::Rc, time::Duration};

use shared::{
    call::{Call, Done, Page},
    campaigns::{
        Campaign, CampaignState, CancelCampaign, Figures, ListCampaigns, PauseCampaign, PausedChannel, Progress,
        ReasonCount, ResendUnknown, ResumeCampaign, ResumeChannel, RetryFailed, ShowCampaign,
    },
    deliveries::{DeliveryDetail, DeliveryRow, ListDeliveries, Outcome, ShowDelivery},
    id::MemberId,
    members::{MemberRef, Role},
    problem::{Conflict, Problem},
    reasons::Reason,
};
use uuid::Uuid;

use super::tests::{DELIVERY, DONE, ID, campaign, delivery, has, row};
use crate::{
    api::Failed,
    canned::Canned,
    stage::{Playing, Stage, conversation, member},
};

/// After this an answer is settled and the next button is taken.
const RESTED: Duration = Duration::from_millis(700);

const UNDER_WAY: Figures =
    Figures { audience: 37, waiting: 13, succeeded: 21, failed: 3, unknown: 0, delivered: 0, read: 0, told: 0 };

/// Everything of one kind that was asked for.
type Heard<C> = Rc<RefCell<Vec<C>>>;

/// A server with this record.
fn server(record: &Rc<RefCell<Campaign>>) -> Canned {
    let (listed, shown) = (Rc::clone(record), Rc::clone(record));
    Canned::default()
        .on::<ListCampaigns>(move |_| Ok(Page { items: vec![listed.borrow().row.clone()], next: None }))
        .on::<ShowCampaign>(move |_| Ok(shown.borrow().clone()))
        .on::<ListDeliveries>(|_| Ok(Page { items: vec![delivery()], next: None }))
}

/// Hears a call, and answers it.
fn hears<C: Call + Clone + 'static>(
    canned: Canned,
    answer: impl Fn(&C) -> Result<C::Reply, Failed> + 'static,
) -> (Canned, Heard<C>) {
    let heard = Heard::<C>::default();
    let noted = Rc::clone(&heard);
    let canned = canned.on::<C>(move |call| {
        noted.borrow_mut().push(call.clone());
        answer(call)
    });
    (canned, heard)
}

/// The record is this from now on; how far it is then.
fn becomes(record: &Rc<RefCell<Campaign>>, change: impl FnOnce(&mut Campaign)) -> Progress {
    let mut record = record.borrow_mut();
    change(&mut record);
    Progress { campaign: ID, state: record.row.state, figures: record.row.figures, paused: record.paused }
}

fn in_state(state: CampaignState, figures: Figures) -> Campaign {
    Campaign { row: row(state, figures), reasons: Vec::new(), ..campaign() }
}

fn kept(record: Campaign) -> Rc<RefCell<Campaign>> {
    Rc::new(RefCell::new(record))
}

fn colleague() -> MemberRef {
    MemberRef { id: MemberId(Uuid::from_u128(4)), name: "王柏勛".into() }
}

fn of(reason: Reason, count: u64) -> ReasonCount {
    ReasonCount { reason, count, names: vec!["黃詩涵".into()] }
}

/// Forty-nine failed: nine of them can be sent to again; two are unknown.
fn over() -> Campaign {
    let figures = Figures { audience: 128, succeeded: 77, failed: 49, unknown: 2, ..Figures::default() };
    let reasons = vec![
        of(Reason::Unfollowed, 40),
        of(Reason::LineRateLimited, 7),
        of(Reason::LineMonthlyLimit, 2),
        of(Reason::NoAnswer, 2),
    ];
    Campaign { row: row(CampaignState::Completed, figures), reasons, ..campaign() }
}

async fn open(canned: &Canned, role: Role) -> Playing {
    Stage::at(&format!("/records/{ID}"), canned.clone()).signed_in(member(role)).play().await
}

fn offers(playing: &Playing, words: &str) -> bool {
    playing.offered().iter().any(|offered| offered == words)
}

#[tokio::test]
async fn a_send_under_way_is_held_and_let_go_on_by_one_tap_each() {
    let record = kept(in_state(CampaignState::Sending, UNDER_WAY));
    let (then, again) = (Rc::clone(&record), Rc::clone(&record));
    let (canned, paused) = hears::<PauseCampaign>(server(&record), move |_| {
        Ok(becomes(&then, |now| {
            now.row.state = CampaignState::Paused;
            now.paused_by = Some(colleague());
        }))
    });
    let (canned, resumed) = hears::<ResumeCampaign>(canned, move |_| {
        Ok(becomes(&again, |now| {
            now.row.state = CampaignState::Sending;
            now.paused_by = None;
        }))
    });
    let mut playing = open(&canned, Role::SalesStaff).await;
    has(&playing.html(), &["傳送中 24 / 37", "還有 13 人等待"]);
    playing.tap("暫停傳送").await;
    assert_eq!(*paused.borrow(), [PauseCampaign { id: ID }]);
    has(&playing.html(), &["已暫停，13 人等待中", "王柏勛 暫停了這次傳送", "按「恢復傳送」才會繼續"]);
    playing.run_for(RESTED).await;
    assert!(!offers(&playing, "暫停傳送") && offers(&playing, "停止傳送"));
    playing.tap("恢復傳送").await;
    assert_eq!(*resumed.borrow(), [ResumeCampaign { id: ID }]);
    let html = playing.html();
    has(&html, &["已恢復傳送，13 人等待中"]);
    assert!(!html.contains("王柏勛"), "{html}");
}

#[tokio::test]
async fn of_two_quick_taps_the_second_is_not_taken_for_the_next_button() {
    let record = kept(in_state(CampaignState::Sending, UNDER_WAY));
    let then = Rc::clone(&record);
    let (canned, paused) = hears::<PauseCampaign>(server(&record), move |_| {
        Ok(becomes(&then, |now| now.row.state = CampaignState::Paused))
    });
    let (canned, resumed) = hears::<ResumeCampaign>(canned, |_| Err(Failed::Offline));
    let mut playing = open(&canned, Role::SalesStaff).await;
    playing.press("暫停傳送");
    playing.tap("暫停傳送").await;
    assert_eq!(paused.borrow().len(), 1);
    playing.tap("恢復傳送").await;
    assert_eq!(resumed.borrow().len(), 0, "it came with the answer, and nobody has read it yet");
    playing.run_for(RESTED).await;
    playing.tap("恢復傳送").await;
    assert_eq!(resumed.borrow().len(), 1);
    has(&playing.html(), &["連不上伺服器", r#"role="alert""#]);
}

#[tokio::test]
async fn while_an_answer_is_awaited_nothing_else_is_taken() {
    let canned = server(&kept(in_state(CampaignState::Sending, UNDER_WAY))).silent::<PauseCampaign>();
    let mut playing = open(&canned, Role::SalesStaff).await;
    playing.tap("暫停傳送").await;
    has(&playing.html(), &["處理中…", r#"aria-describedby="record-doing""#]);
    assert!(!offers(&playing, "暫停傳送") && !offers(&playing, "停止傳送"), "{:?}", playing.offered());
    playing.tap("暫停傳送").await;
    playing.tap("停止傳送").await;
    assert_eq!(canned.asked::<PauseCampaign>(), 1);
    assert!(!playing.html().contains("alertdialog"));
}

#[tokio::test]
async fn stopping_says_how_many_wait_and_takes_a_second_word() {
    let record = kept(in_state(CampaignState::Sending, UNDER_WAY));
    let then = Rc::clone(&record);
    let (canned, stopped) = hears::<CancelCampaign>(server(&record), move |_| {
        Ok(becomes(&then, |now| {
            now.row.state = CampaignState::Cancelled;
            now.cancelled_by = Some(colleague());
        }))
    });
    let mut playing = open(&canned, Role::Admin).await;
    playing.tap("停止傳送").await;
    has(&playing.html(), &["alertdialog", "還有 13 人等待", "已取消", "正在傳的訊息仍會送達"]);
    playing.tap("先不停止").await;
    assert!(!playing.html().contains("alertdialog"));
    assert_eq!(stopped.borrow().len(), 0);
    playing.tap("停止傳送").await;
    playing.tap("停止傳送").await;
    assert_eq!(*stopped.borrow(), [CancelCampaign { id: ID }]);
    let html = playing.html();
    has(&html, &["已停止傳送", "王柏勛 停止了這次傳送", "已傳出的不會收回", "還有 13 人正在收尾"]);
    assert!(!html.contains("alertdialog") && !offers(&playing, "停止傳送"), "{html}");
}

#[tokio::test]
async fn a_held_send_says_what_holds_it() {
    let held = || in_state(CampaignState::Paused, UNDER_WAY);
    let template = kept(Campaign { paused: Some(Reason::WaTemplatePaused), ..held() });
    let playing = open(&server(&template), Role::SalesStaff).await;
    has(&playing.html(), &["範本暫停中", "WhatsApp 暫停了這個範本", "也可以現在按「恢復傳送」"]);
    assert!(offers(&playing, "恢復傳送") && offers(&playing, "停止傳送"));

    let channel = conversation(1, "").channel;
    let limit = Reason::LineMonthlyLimit;
    let account =
        Campaign { paused: Some(limit), paused_channels: vec![PausedChannel { channel, reason: limit }], ..held() };
    let playing = open(&server(&kept(account)), Role::SalesStaff).await;
    let html = playing.html();
    has(&html, &["「晴嶼生活」暫停發送", "本月的訊息額度已用完", "請管理員加購額度", "要恢復請找：管理員、銷售經理"]);
    assert!(!offers(&playing, "讓它恢復傳送") && !offers(&playing, "恢復傳送"), "{html}");
    assert!(offers(&playing, "停止傳送"));
}

#[tokio::test]
async fn a_manager_lets_a_paused_account_send_again() {
    let channel = conversation(1, "").channel;
    let limit = Reason::LineMonthlyLimit;
    let record = kept(Campaign {
        paused: Some(limit),
        paused_channels: vec![PausedChannel { channel: channel.clone(), reason: limit }],
        ..in_state(CampaignState::Paused, UNDER_WAY)
    });
    let then = Rc::clone(&record);
    let (canned, heard) = hears::<ResumeChannel>(server(&record), move |_| {
        becomes(&then, |now| {
            now.row.state = CampaignState::Sending;
            now.paused = None;
            now.paused_channels.clear();
        });
        Ok(Done {})
    });
    let mut playing = open(&canned, Role::SalesManager).await;
    assert!(!playing.html().contains("要恢復請找"));
    playing.tap("讓它恢復傳送").await;
    assert_eq!(*heard.borrow(), [ResumeChannel { id: channel.id }]);
    let html = playing.html();
    has(&html, &["「晴嶼生活」已恢復傳送", "傳送中 24 / 37"]);
    assert!(!html.contains("暫停發送"), "{html}");
}

#[tokio::test]
async fn those_who_can_succeed_are_retried_together_or_by_reason() {
    let record = kept(over());
    let then = Rc::clone(&record);
    let (canned, heard) = hears::<RetryFailed>(server(&record), move |_| Ok(becomes(&then, |_| {})));
    let mut playing = open(&canned, Role::SalesStaff).await;
    has(&playing.html(), &["49 人失敗", "9 人可重試"]);
    playing.tap("重試 9 人").await;
    has(
        &playing.html(),
        &[
            "要重試 9 人嗎？",
            "LINE 忙碌：稍後再重試。",
            "本月訊息額度用完：請管理員加購額度",
            "已收到的訊息不會再傳一次",
        ],
    );
    playing.tap("重試這 9 人").await;
    let both = vec![Reason::LineRateLimited, Reason::LineMonthlyLimit];
    assert_eq!(*heard.borrow(), [RetryFailed { id: ID, reasons: both, people: 9 }]);
    has(&playing.html(), &["正在重新傳送給 9 人"]);
    playing.run_for(RESTED).await;
    assert!(!offers(&playing, "重試這 40 人"), "who blocked the account cannot be reached");
    playing.tap("重試這 7 人").await;
    playing.tap("重試這 7 人").await;
    let busy = vec![Reason::LineRateLimited];
    assert_eq!(heard.borrow().last(), Some(&RetryFailed { id: ID, reasons: busy, people: 7 }));
}

#[tokio::test]
async fn another_number_by_now_is_shown_and_asked_about_again() {
    let record = kept(over());
    let then = Rc::clone(&record);
    let (canned, heard) = hears::<RetryFailed>(server(&record), move |call| match call.people {
        9 => Err(Problem::conflict(Conflict::PeopleChanged { people: 5 }).into()),
        5 => Err(Problem::conflict(Conflict::PeopleChanged { people: 0 }).into()),
        _ => Ok(becomes(&then, |_| {})),
    });
    let mut playing = open(&canned, Role::SalesStaff).await;
    let before = canned.asked::<ShowCampaign>();
    playing.tap("重試 9 人").await;
    playing.tap("重試這 9 人").await;
    has(&playing.html(), &["alertdialog", "人數剛剛改變，現在是 5 人。", "要重試 5 人嗎？"]);
    assert_eq!(canned.asked::<ShowCampaign>(), before + 1, "the record shows what is so now");
    playing.run_for(RESTED).await;
    playing.tap("重試這 5 人").await;
    let html = playing.html();
    has(&html, &["現在沒有人需要重傳。可能已經有人重傳過"]);
    assert!(!html.contains("alertdialog"), "{html}");
    let people: Vec<u64> = heard.borrow().iter().map(|call| call.people).collect();
    assert_eq!(people, [9, 5]);
}

#[tokio::test]
async fn a_retry_without_quota_is_refused_as_a_send_is() {
    let (canned, _) = hears::<RetryFailed>(server(&kept(over())), |_| {
        Err(Problem::conflict(Conflict::QuotaTooSmall { needed: 9, left: 4 }).into())
    });
    let mut playing = open(&canned, Role::SalesStaff).await;
    playing.tap("重試 9 人").await;
    playing.tap("重試這 9 人").await;
    has(&playing.html(), &["本月額度不夠，還沒送出", "這次需要 9 則，只剩 4 則"]);

    let (canned, _) = hears::<RetryFailed>(server(&kept(over())), |_| {
        Err(Problem::conflict(Conflict::SendState { state: CampaignState::Cancelled }).into())
    });
    let mut playing = open(&canned, Role::SalesStaff).await;
    playing.tap("重試這 2 人").await;
    playing.tap("重試這 2 人").await;
    has(&playing.html(), &["這則群發現在是「已停止」"]);
}

#[tokio::test]
async fn to_those_who_are_unknown_it_goes_again_by_a_persons_decision_only() {
    let record = kept(over());
    let then = Rc::clone(&record);
    let (canned, heard) = hears::<ResendUnknown>(server(&record), move |_| Ok(becomes(&then, |_| {})));
    let mut playing = open(&canned, Role::SalesStaff).await;
    let html = playing.html();
    has(&html, &["不確定是否送達", "平台沒有及時回覆", "已經收到的人會收到兩次", "49 人，3 種"]);
    playing.tap("仍要重傳給 2 人").await;
    has(&playing.html(), &["要再傳一次給 2 人嗎？", "已經收到的人會收到兩次，傳出後無法收回"]);
    assert_eq!(heard.borrow().len(), 0);
    playing.tap("仍要重傳給 2 人").await;
    assert_eq!(*heard.borrow(), [ResendUnknown { id: ID, delivery: None, people: 2 }]);
}

#[tokio::test]
async fn to_one_who_is_unknown_it_goes_again_by_her_name() {
    let of_her = |outcome, reason| DeliveryDetail {
        row: DeliveryRow { outcome, reason, checked_by: None, ..delivery() },
        conversation: Some(conversation(2, "").id),
        content: shared::content::Content::default(),
        media: Vec::new(),
        provider_code: None,
        provider_text: None,
        request_id: None,
        parts: Vec::new(),
        attempts: Vec::new(),
    };
    let record = kept(over());
    let then = Rc::clone(&record);
    let (canned, heard) = hears::<ResendUnknown>(server(&record), move |_| Ok(becomes(&then, |_| {})));
    let sent = Rc::clone(&heard);
    let canned = canned.on::<ShowDelivery>(move |_| {
        let again = !sent.borrow().is_empty();
        Ok(if again { of_her(Outcome::Waiting, None) } else { of_her(Outcome::Unknown, Some(Reason::NoAnswer)) })
    });
    let path = format!("/records/{ID}/people/{DELIVERY}");
    let mut playing = Stage::at(&path, canned.clone()).signed_in(member(Role::SalesStaff)).play().await;
    playing.tap("仍要重傳").await;
    has(&playing.html(), &["要再傳一次給黃詩涵嗎？", "會收到兩次"]);
    playing.tap("仍要重傳").await;
    assert_eq!(*heard.borrow(), [ResendUnknown { id: ID, delivery: Some(DELIVERY), people: 1 }]);
    has(&playing.html(), &["等待傳送", "正在重新傳送給 1 人"]);
    assert!(!offers(&playing, "仍要重傳"));

    let reader = Stage::at(&path, canned).signed_in(member(Role::Admin)).play().await;
    assert!(!offers(&reader, "仍要重傳"), "{:?}", reader.offered());
}

#[tokio::test]
async fn who_may_not_send_is_offered_no_sending_and_what_is_over_cannot_be_stopped() {
    let admin = open(&server(&kept(over())), Role::Admin).await;
    let sends = |playing: &Playing| playing.offered().iter().any(|one| one.contains("重試") || one.contains("重傳"));
    assert!(!sends(&admin), "{:?}", admin.offered());
    for state in [CampaignState::Paused, CampaignState::Cancelled] {
        let record = kept(Campaign { row: row(state, over().row.figures), ..over() });
        let playing = open(&server(&record), Role::SalesStaff).await;
        assert!(!sends(&playing), "{state:?}: {:?}", playing.offered());
    }
    let playing = open(&server(&kept(in_state(CampaignState::Completed, DONE))), Role::SalesStaff).await;
    assert!(!offers(&playing, "停止傳送") && !offers(&playing, "暫停傳送"), "{:?}", playing.offered());
}

#[tokio::test]
async fn what_was_said_on_one_page_is_over_on_the_next() {
    let (canned, _) = hears::<PauseCampaign>(server(&kept(in_state(CampaignState::Sending, UNDER_WAY))), |_| {
        Err(Problem::Unavailable.into())
    });
    let mut playing = open(&canned, Role::SalesStaff).await;
    playing.tap("暫停傳送").await;
    has(&playing.html(), &["伺服器暫時沒有回應"]);
    playing.tap("返回紀錄").await;
    assert_eq!(playing.address(), "/records");
    let card = playing.offered().into_iter().find(|words| words.contains("週年慶預購")).unwrap();
    playing.tap(&card).await;
    assert!(!playing.html().contains("伺服器暫時沒有回應"), "{}", playing.html());
    assert!(offers(&playing, "暫停傳送"), "nothing is awaited here");
}

#[tokio::test]
async fn held_and_stopped_sends_have_their_badges_in_the_list() {
    for (state, badge) in [(CampaignState::Paused, "暫停"), (CampaignState::Cancelled, "已停止")] {
        let record = kept(in_state(state, UNDER_WAY));
        let html = Stage::at("/records", server(&record)).signed_in(member(Role::Admin)).play().await.html();
        has(&html, &[badge, "3 人失敗"]);
        assert!(!html.contains("傳送中"), "{html}");
    }
}

/// domain.md 11.19.
#[tokio::test]
async fn the_message_that_failed_is_named_where_there_are_several() {
    let named = |parts| {
        let mut record = over();
        record.row.parts = parts;
        server(&kept(record)).on::<ListDeliveries>(|_| {
            let items = vec![DeliveryRow { failed_part: Some(1), ..delivery() }];
            Ok(Page { items, next: None })
        })
    };
    has(&open(&named(2), Role::SalesStaff).await.html(), &["第 2 則 · 已封鎖官方帳號"]);
    assert!(!open(&named(1), Role::SalesStaff).await.html().contains("則 · 已封鎖"));
}

#[tokio::test]
async fn in_english_too() {
    let canned = server(&kept(over()));
    let stage = Stage::at(&format!("/records/{ID}"), canned).signed_in(member(Role::SalesStaff)).in_english();
    let mut playing = stage.play().await;
    playing.tap("Retry the 9 that can succeed").await;
    has(&playing.html(), &["Retry 9 people?", "Before you retry: LINE is busy: Retry later."]);
    playing.tap("Cancel").await;
    playing.tap("Send again to 2 anyway").await;
    has(&playing.html(), &["Send again to 2 people?", "gets it twice"]);
}
