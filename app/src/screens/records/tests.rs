//! The records in their states.

use shared::{
    call::Page,
    campaigns::{
        Campaign, CampaignRow, CampaignState, Figures, Kind, ListCampaigns, PlatformFigures, ReasonCount, ShowCampaign,
    },
    content::{Content, NAME_TOKEN, Part},
    deliveries::{Attempt, DeliveryDetail, DeliveryRow, ListDeliveries, Outcome, PartOutcome, ShowDelivery},
    id::{CampaignId, DeliveryId, MemberId},
    limits::Platform,
    members::{MemberRef, Role},
    problem::{Problem, What},
    reasons::{CheckedBy, Reason},
    selection::Selection,
};
use uuid::Uuid;

use crate::{
    api::Failed,
    canned::Canned,
    stage::{Stage, conversation, member},
};

pub(super) const ID: CampaignId = CampaignId(Uuid::from_u128(70));
pub(super) const DELIVERY: DeliveryId = DeliveryId(Uuid::from_u128(80));

pub(super) fn row(state: CampaignState, figures: Figures) -> CampaignRow {
    CampaignRow {
        id: ID,
        kind: Kind::GroupMessage,
        sent_at: "2026-11-03T14:20:00+08:00".parse().unwrap(),
        finished_at: None,
        state,
        sender: MemberRef { id: MemberId(Uuid::from_u128(1)), name: "許芷晴".into() },
        store: None,
        channels: vec![conversation(1, "").channel],
        parts: 2,
        images: 0,
        videos: 0,
        first_text: format!("{NAME_TOKEN} 週年慶預購"),
        figures,
        referral_links: 3,
    }
}

pub(super) const DONE: Figures =
    Figures { audience: 128, waiting: 0, succeeded: 119, failed: 7, unknown: 2, delivered: 0, read: 0, told: 0 };

pub(super) fn campaign() -> Campaign {
    Campaign {
        row: row(CampaignState::Completed, DONE),
        content: Content { parts: vec![Part::Text { text: format!("{NAME_TOKEN} 您好 https://a.example/pre") }] },
        media: Vec::new(),
        platforms: Vec::new(),
        reasons: vec![ReasonCount {
            reason: Reason::Unfollowed,
            count: 7,
            names: vec!["黃詩涵".into(), String::new()],
        }],
        selection: Selection::default(),
        paused: None,
        paused_by: None,
        cancelled_by: None,
        paused_channels: Vec::new(),
        recipients_gone_at: None,
    }
}

pub(super) fn delivery() -> DeliveryRow {
    DeliveryRow {
        id: DELIVERY,
        name: "黃詩涵".into(),
        channel: conversation(1, "").channel,
        outcome: Outcome::Failed,
        reason: Some(Reason::Unfollowed),
        checked_by: Some(CheckedBy::Storecast),
        failed_part: None,
        at: Some("2026-11-03T14:20:36+08:00".parse().unwrap()),
    }
}

pub(super) fn server(figures: Figures, state: CampaignState) -> Canned {
    Canned::default()
        .on::<ListCampaigns>(move |_| Ok(Page { items: vec![row(state, figures)], next: None }))
        .on::<ShowCampaign>(|_| Ok(campaign()))
        .on::<ListDeliveries>(|call| {
            assert_eq!(call.outcome, Some(Outcome::Failed), "those who need a look come first");
            Ok(Page { items: vec![delivery()], next: None })
        })
}

async fn html(path: &str, canned: Canned, role: Role) -> String {
    Stage::at(path, canned).signed_in(member(role)).play().await.html()
}

pub(super) fn has(html: &str, shown: &[&str]) {
    for words in shown {
        assert!(html.contains(words), "{words}: {html}");
    }
}

#[tokio::test]
async fn a_record_in_the_list_warns_of_failures_and_shows_its_fraction() {
    let canned = server(DONE, CampaignState::Completed);
    let html = html("/records", canned, Role::SalesStaff).await;
    has(&html, &["群發訊息紀錄", "我送出的", "7 人失敗", "92.97%", "119 / 128", "【顧客姓名】 週年慶預購", "<table"]);
}

#[tokio::test]
async fn a_record_under_way_has_no_rate_yet_and_says_so() {
    let figures =
        Figures { audience: 37, waiting: 13, succeeded: 21, failed: 3, unknown: 0, delivered: 0, read: 0, told: 0 };
    let html = html("/records", server(figures, CampaignState::Sending), Role::SalesManager).await;
    has(&html, &["傳送中 24 / 37", "3 人失敗", "–", "我與信義店的同事送出的"]);
    assert!(!html.contains('%'), "{html}");
}

#[tokio::test]
async fn all_failed_is_said_whole() {
    let figures = Figures { audience: 18, failed: 18, ..Figures::default() };
    let html = html("/records", server(figures, CampaignState::Failed), Role::Admin).await;
    has(&html, &["全部失敗", "0.00%", "0 / 18", "全團隊送出的"]);
}

#[tokio::test]
async fn the_list_loads_is_empty_and_fails_in_words() {
    let silent = Canned::default().silent::<ListCampaigns>();
    has(&html("/records", silent, Role::SalesStaff).await, &["紀錄載入中"]);
    let empty = || Canned::default().on::<ListCampaigns>(|_| Ok(Page::default()));
    has(&html("/records", empty(), Role::SalesStaff).await, &["還沒有群發訊息紀錄", "開始群發訊息"]);
    let reader = html("/records", empty(), Role::Admin).await;
    assert!(!reader.contains("開始群發訊息"), "{reader}");
    let failed = Canned::default().on::<ListCampaigns>(|_| Err(Problem::Unavailable.into()));
    has(&html("/records", failed, Role::SalesStaff).await, &["紀錄載入失敗", "再試一次"]);
    let offline = Canned::default().on::<ListCampaigns>(|_| Err(Failed::Offline));
    has(&html("/records", offline, Role::SalesStaff).await, &["紀錄載入失敗", "離線"]);
}

#[tokio::test]
async fn without_the_plan_it_says_what_is_missing() {
    let mut me = member(Role::SalesStaff);
    me.team.omo = false;
    let html = Stage::at("/records", Canned::default()).signed_in(me).play().await.html();
    has(&html, &["OMO"]);
}

#[tokio::test]
async fn an_open_record_shows_figures_people_reasons_and_content() {
    let canned = server(DONE, CampaignState::Completed);
    let html = html(&format!("/records/{ID}"), canned, Role::SalesStaff).await;
    has(
        &html,
        &[
            "對象 128 人",
            "92.97% 119\u{a0}/\u{a0}128",
            "失敗原因",
            "7 人，1 種",
            "已封鎖官方帳號",
            "下一步：",
            "黃詩涵、未提供姓名",
            "還有 5 人",
            "檢視",
            "顧客姓名",
            "https://a.example/pre",
            "11/03 14:20",
        ],
    );
}

#[tokio::test]
async fn a_record_that_is_not_there_says_so() {
    let canned =
        server(DONE, CampaignState::Completed).on::<ShowCampaign>(|_| Err(Problem::missing(What::Campaign).into()));
    let html = html(&format!("/records/{ID}"), canned, Role::SalesStaff).await;
    has(&html, &["這筆紀錄載入失敗"]);
}

#[tokio::test]
async fn a_record_whose_recipients_are_gone_says_since_when_and_lists_nobody() {
    let canned = server(DONE, CampaignState::Completed)
        .on::<ShowCampaign>(|_| {
            let gone = "2027-12-08T03:10:00+08:00".parse().unwrap();
            Ok(Campaign { recipients_gone_at: Some(gone), reasons: Vec::new(), ..campaign() })
        })
        .on::<ListDeliveries>(|_| panic!("there is nobody to list"));
    let html = html(&format!("/records/{ID}"), canned, Role::SalesStaff).await;
    has(&html, &["對象 128 人", "92.97% 119\u{a0}/\u{a0}128", "已於 2027/12/08 刪除", "顧客姓名"]);
    for gone in ["匯出對象名單", "依結果", "data-opens", "仍要重傳", "檢視"] {
        assert!(!html.contains(gone), "{gone}: {html}");
    }
}

/// The words of a send that went by WhatsApp alone stand without the marks that it follows.
#[tokio::test]
async fn an_excerpt_of_whatsapp_has_no_marks_and_one_of_line_stands_as_it_is() {
    for (platform, shown, not) in
        [(Platform::Whatsapp, "雙11 早鳥", "*雙11*"), (Platform::Line, "*雙11* 早鳥", "雙11 早鳥")]
    {
        let canned = Canned::default().on::<ListCampaigns>(move |_| {
            let mut row = row(CampaignState::Completed, DONE);
            row.first_text = "*雙11* 早鳥".into();
            for channel in &mut row.channels {
                channel.platform = platform;
            }
            Ok(Page { items: vec![row], next: None })
        });
        let html = html("/records", canned, Role::SalesStaff).await;
        has(&html, &[shown]);
        assert!(!html.contains(not), "{html}");
    }
}

/// Seed steps 13 to 15; domain.md 11.25.
#[tokio::test]
async fn a_person_who_blocked_is_told_with_the_seeds_word_and_who_found_it() {
    let canned = server(DONE, CampaignState::Completed).on::<ShowDelivery>(|_| {
        Ok(DeliveryDetail {
            row: delivery(),
            conversation: None,
            content: Content { parts: vec![Part::Text { text: "黃詩涵 您好".into() }] },
            media: Vec::new(),
            provider_code: None,
            provider_text: None,
            request_id: None,
            parts: Vec::new(),
            attempts: Vec::new(),
        })
    });
    let html = html(&format!("/records/{ID}/people/{DELIVERY}"), canned, Role::SalesStaff).await;
    has(
        &html,
        &[
            "失敗原因",
            "unfollowed",
            "已封鎖官方帳號",
            "由 Storecast 檢查，未送出",
            "黃詩涵 您好",
            "不在你可以看的範圍內",
        ],
    );
    assert!(!html.contains("平台原文"), "{html}");
}

#[tokio::test]
async fn what_the_platform_said_stands_beside_our_words() {
    let canned = server(DONE, CampaignState::Completed).on::<ShowDelivery>(|_| {
        Ok(DeliveryDetail {
            row: DeliveryRow {
                reason: Some(Reason::LineInvalidUser),
                checked_by: Some(CheckedBy::Platform),
                ..delivery()
            },
            conversation: Some(conversation(2, "").id),
            content: Content::default(),
            media: Vec::new(),
            provider_code: Some("400".into()),
            provider_text: Some("Failed to send messages".into()),
            request_id: Some("req-1".into()),
            parts: Vec::new(),
            attempts: vec![Attempt {
                at: "2026-11-03T14:20:30+08:00".parse().unwrap(),
                outcome: "later".into(),
                provider_code: Some("429".into()),
                provider_text: None,
                request_id: None,
            }],
        })
    });
    let html = html(&format!("/records/{ID}/people/{DELIVERY}"), canned, Role::SalesStaff).await;
    has(&html, &["平台原文", "Failed to send messages", "400", "req-1", "嘗試紀錄", "稍後再試", "429", "開啟對話"]);
}

/// domain.md 6.2 and 11.23: read is a lower bound of those on a platform that tells, and each platform has its figures.
#[tokio::test]
async fn a_record_of_both_platforms_tells_who_read_it_and_how_each_did() {
    let figures = Figures { told: 30, delivered: 27, read: 12, ..DONE };
    let canned = server(figures, CampaignState::Completed).on::<ShowCampaign>(move |_| {
        let of = |platform, succeeded, failed| PlatformFigures {
            platform,
            figures: Figures { audience: succeeded + failed, succeeded, failed, ..Figures::default() },
        };
        let platforms = vec![of(Platform::Line, 89, 1), of(Platform::Whatsapp, 30, 6)];
        Ok(Campaign { row: row(CampaignState::Completed, figures), platforms, ..campaign() })
    });
    let html = html(&format!("/records/{ID}"), canned, Role::SalesStaff).await;
    has(&html, &["至少 12", "40.00% 12\u{a0}/\u{a0}30", "各平台", "成功 30 · 失敗 6 · 未知 0"]);
}

#[tokio::test]
async fn a_record_of_line_alone_says_nothing_of_reading() {
    let html = html(&format!("/records/{ID}"), server(DONE, CampaignState::Completed), Role::SalesStaff).await;
    assert!(!html.contains("至少"), "{html}");
}

/// domain.md 11.19: the message that failed is named, and those behind it were left out.
#[tokio::test]
async fn each_message_of_a_whatsapp_customer_has_its_own_result() {
    let canned = server(DONE, CampaignState::Completed).on::<ShowDelivery>(|_| {
        let at = "2026-11-03T14:20:36+08:00".parse().unwrap();
        let part = |part, outcome, reason| PartOutcome {
            part,
            outcome,
            reason,
            provider_code: reason.map(|_: Reason| "131047".into()),
            provider_text: None,
            at,
        };
        Ok(DeliveryDetail {
            row: DeliveryRow {
                reason: Some(Reason::WaWindowClosed),
                checked_by: Some(CheckedBy::Platform),
                ..delivery()
            },
            conversation: None,
            content: Content::default(),
            media: Vec::new(),
            provider_code: Some("131047".into()),
            provider_text: Some("Re-engagement message".into()),
            request_id: None,
            parts: vec![
                part(0, Some(Outcome::Delivered), None),
                part(1, Some(Outcome::Failed), Some(Reason::WaWindowClosed)),
                part(2, None, None),
            ],
            attempts: Vec::new(),
        })
    });
    let html = html(&format!("/records/{ID}/people/{DELIVERY}"), canned, Role::SalesStaff).await;
    has(
        &html,
        &[
            "more than 24 hours have passed since the customer last replied to this number.",
            "Re-engagement message",
            "第 1 則",
            "已送達",
            "第 2 則",
            "超過 24 小時",
            "第 3 則",
            "這則沒有送出",
        ],
    );
}
