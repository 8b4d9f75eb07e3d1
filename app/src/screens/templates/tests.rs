//! The screens of templates in their states.

use dioxus::prelude::*;
use shared::{
    call::Page,
    campaigns::{ChannelCount, CountSelection, Draft, Kind, ListDrafts, SelectionCount, ShowDraft},
    contacts::ChannelRef,
    content::{Content, NAME_TOKEN, Part},
    id::{CategoryId, ChannelId, DraftId, TemplateId},
    limits::Platform,
    live::LiveEvent,
    media::MediaKind,
    members::{Colleague, ListColleagues, Role},
    problem::{Problem, What},
    saved_replies::{Category, CategoryRow, ListCategories, UsableBy},
    selection::Selection,
    templates::{
        Button, ButtonKind, Fill, Filled, Header, ListTemplates, Quality, QuickReplyAction, Shape, ShowTemplate,
        SyncFailure, SyncTemplates, Synced, Template, TemplateClass, TemplateStatus,
    },
};
use uuid::Uuid;

use super::{
    fit::as_content,
    settings::Form,
    sync::{SyncResult, use_syncing},
};
use crate::{
    api::Failed,
    canned::Canned,
    draft::Kept,
    platform::Memory,
    stage::{Stage, conversation, member},
};

/// A shape with this text and nothing else.
pub(super) fn shape(body: &str) -> Shape {
    Shape {
        name: "restock_notice".into(),
        language: "zh_TW".into(),
        class: TemplateClass::Marketing,
        header: None,
        body: body.into(),
        footer: String::new(),
        buttons: Vec::new(),
        named: false,
    }
}

/// A button that answers.
pub(super) fn quick_reply(text: &str) -> Button {
    Button { text: text.into(), does: ButtonKind::QuickReply }
}

/// The number of the templates.
fn number() -> ChannelRef {
    ChannelRef { id: ChannelId(Uuid::from_u128(8)), name: "香港銅鑼灣店".into(), platform: Platform::Whatsapp }
}

/// An approved template for everybody, by its number, with this text.
pub(super) fn template(n: u128, body: &str) -> Template {
    Template {
        id: TemplateId(Uuid::from_u128(n)),
        title: String::new(),
        shape: shape(body),
        status: TemplateStatus::Approved,
        quality: Quality::Green,
        channels: vec![number()],
        categories: vec![Category { id: CategoryId(Uuid::from_u128(1)), name: "到貨通知".into() }],
        usable_by: Some(UsableBy::Everybody),
        synced_at: "2026-11-05T10:20:00+08:00".parse().unwrap(),
    }
}

/// One with everything that can be filled in.
fn rich() -> Template {
    let mut one = template(1, "{{1}} 您好，您上次看的「{{2}}」到貨了。");
    one.shape.header = Some(Header::Media { media: MediaKind::Image });
    one.shape.footer = "晴嶼生活".into();
    let url = ButtonKind::Url { address: "https://qingyu.example/hold/{{1}}".into() };
    one.shape.buttons = vec![Button { text: "線上預留".into(), does: url }, quick_reply("不想收到")];
    one
}

fn fill(text: &str, fallback: &str) -> Fill {
    Fill { text: text.into(), fallback: fallback.into() }
}

pub(super) fn draft(content: Content) -> Draft {
    let mut selection = Selection::default();
    selection.add(conversation(1, "何詠詩").id);
    Draft {
        id: DraftId(Uuid::from_u128(50)),
        kind: Kind::GroupTemplate,
        selection,
        content,
        media: Vec::new(),
        revision: 3,
        updated_at: None,
        campaign: None,
    }
}

pub(super) fn nothing() -> Draft {
    draft(Content { parts: Vec::new() })
}

pub(super) fn server(templates: Vec<Template>, stored: Draft) -> Canned {
    let one = templates.first().cloned();
    Canned::default()
        .on::<ListDrafts>(|_| Ok(Vec::new()))
        .on::<ShowDraft>(move |_| Ok(stored.clone()))
        .on::<CountSelection>(|_| {
            let channels = vec![ChannelCount { channel: number(), count: 25 }];
            Ok(SelectionCount { total: 25, channels, longest_name: "何詠詩".into() })
        })
        .on::<ListTemplates>(move |_| Ok(Page { items: templates.clone(), next: None }))
        .on::<ShowTemplate>(move |_| one.clone().ok_or(Problem::missing(What::Template).into()))
        .on::<ListCategories>(|_| {
            let category = Category { id: CategoryId(Uuid::from_u128(1)), name: "到貨通知".into() };
            Ok(vec![CategoryRow { category, replies: 3 }])
        })
        .on::<ListColleagues>(|_| {
            let me = member(Role::SalesStaff);
            Ok(vec![Colleague { id: me.id, name: me.name, role: me.role, stores: me.stores }])
        })
}

pub(super) async fn at(path: &str, templates: Vec<Template>, draft: Draft) -> String {
    play(path, server(templates, draft.clone()), draft).await
}

async fn play(path: &str, canned: Canned, draft: Draft) -> String {
    let memory = Memory::default();
    memory.values.borrow_mut().insert(format!("draft.{}", member(Role::SalesStaff).id), Kept::new(draft).to_text());
    Stage::at(path, canned).on(memory).signed_in(member(Role::SalesStaff)).play().await.html()
}

pub(super) fn has(html: &str, shown: &[&str]) {
    for words in shown {
        assert!(html.contains(words), "{words}: {html}");
    }
}

pub(super) fn has_not(html: &str, hidden: &[&str]) {
    for words in hidden {
        assert!(!html.contains(words), "{words}: {html}");
    }
}

pub(super) const PICK: &str = "/send/template";
pub(super) const FILL: &str = "/send/template/fill";

#[tokio::test]
async fn the_picker_shows_the_templates_of_the_number_and_greys_what_cannot_be_sent() {
    let mut paused = template(2, "會員週 11/10 至 11/16");
    (paused.title, paused.status) = ("會員週".into(), TemplateStatus::Paused);
    let mut open = template(3, "From 1 November we are open until 22:00.");
    (open.shape.name, open.shape.language) = ("store_hours".into(), "en".into());
    let html = at(PICK, vec![rich(), paused, open], nothing()).await;
    has(
        &html,
        &[
            "選擇範本",
            "傳給 25 人 · 步驟 2/4",
            "香港銅鑼灣店 可用的範本，共 3 個",
            "restock_notice",
            "繁體中文",
            "會員週",
            "暫停中，現在不能使用",
            "store_hours",
            "英文",
            "標題圖片",
            "3 格",
            "2 個按鈕",
            "不用填寫",
            "行銷類",
            "到貨通知",
            "選擇類別",
            "先選一個範本",
        ],
    );
    // The paused one, and "use it" while nothing is picked.
    assert_eq!(html.matches(r#"aria-disabled="true""#).count(), 2, "{html}");
    // How many saved replies a category has says nothing here.
    has_not(&html, &["共 3 則"]);
}

#[tokio::test]
async fn what_the_draft_has_is_picked_and_shown_with_numbered_blanks() {
    let one = rich();
    let filled = Filled::new(one.id, one.shape.clone());
    let html = at(PICK, vec![one, template(2, "x")], draft(as_content(filled))).await;
    assert_eq!(html.matches(r#"aria-pressed="true""#).count(), 1, "{html}");
    has(&html, &["要填 3 格，上傳 1 張圖片，設定 1 個按鈕", ">1</span>", ">2</span>", "套用"]);
    has_not(&html, &["aria-disabled"]);
}

#[tokio::test]
async fn the_picker_loads_is_empty_and_fails_in_words() {
    has(&at(PICK, Vec::new(), nothing()).await, &["這個號碼還沒有可用的範本"]);
    let loading = server(Vec::new(), nothing()).silent::<ListTemplates>();
    has(&play(PICK, loading, nothing()).await, &["範本載入中"]);
    let failed = server(Vec::new(), nothing()).on::<ListTemplates>(|_| Err(Problem::Unavailable.into()));
    has(&play(PICK, failed, nothing()).await, &["範本載入失敗", "再試一次"]);
}

#[tokio::test]
async fn people_of_two_numbers_or_none_are_told_before_any_template() {
    let mixed = server(vec![rich()], nothing()).on::<CountSelection>(|_| {
        let channels =
            [number(), conversation(1, "").channel].map(|channel| ChannelCount { channel, count: 1 }).to_vec();
        Ok(SelectionCount { total: 2, channels, longest_name: String::new() })
    });
    let html = play(PICK, mixed, nothing()).await;
    // The cure: keep the number's people.
    has(&html, &["香港銅鑼灣店", r#"role="alert""#, "先選一個範本"]);
    has_not(&html, &["restock_notice"]);
    let mut nobody = nothing();
    nobody.selection = Selection::default();
    has(&at(PICK, vec![rich()], nobody).await, &["還沒選對象"]);
}

#[tokio::test]
async fn every_blank_says_where_it_stands_and_the_bubble_shows_what_is_in_it() {
    let one = rich();
    let mut filled = Filled::new(one.id, one.shape.clone());
    filled.fills[0] = fill(NAME_TOKEN, "貴賓");
    filled.fills[2] = fill("fig-220", "");
    let html = at(FILL, vec![one], draft(as_content(filled))).await;
    has(
        &html,
        &[
            "填寫範本",
            "{{1}}</label>",
            "＿＿ 您好，您上次看的「",
            "您好，您上次看的「＿＿」到貨了。",
            "【顧客姓名】",
            "沒有姓名時顯示",
            "沒有姓名的顧客會看到「貴賓」",
            "按鈕「線上預留」要填的部分",
            "https://qingyu.example/hold/</span>",
            "完整網址：https://qingyu.example/hold/fig-220（算 1 則導購連結）",
            "顧客按「不想收到」之後",
            "行銷範本要讓顧客能退訂",
            "選擇圖片",
            "還差 1 格",
            // The bubble: the name of a sample customer, the blank that is left, the whole address.
            ">何詠詩</span>",
            ">2</span>",
            r#"href="https://qingyu.example/hold/fig-220""#,
            "晴嶼生活",
        ],
    );
    // "Next" waits; that nothing stands in the second is not said before it was pressed.
    has(&html, &[r#"aria-disabled="true" aria-describedby="fill-why""#]);
    has_not(&html, &["請填寫這一格。</span></p>"]);
}

#[tokio::test]
async fn what_whatsapp_refuses_is_told_in_the_field_while_typing() {
    let one = template(1, "{{1}} 和 {{2}} 和 {{3}}");
    let mut filled = Filled::new(one.id, one.shape.clone());
    filled.fills = vec![fill("看 https://a.example", ""), fill("a    b", ""), fill("好", "")];
    let html = at(FILL, vec![one], draft(as_content(filled))).await;
    has(&html, &["這一格不能放網址", "不能連續四個以上的空格"]);
    assert_eq!(html.matches(r#"aria-invalid="true""#).count(), 2, "{html}");
}

#[tokio::test]
async fn all_filled_in_leads_on_and_an_unsubscribe_button_is_a_way_out() {
    let mut one = template(1, "{{1}} 您好");
    one.shape.buttons = vec![quick_reply("不想收到")];
    let mut filled = Filled::new(one.id, one.shape.clone());
    filled.fills[0] = fill("顧客", "");
    filled.actions[0] = QuickReplyAction::Unsubscribe;
    let html = at(FILL, vec![one], draft(as_content(filled))).await;
    has(&html, &["已填好", "/send/check", "按了的顧客會退訂"]);
    has_not(&html, &["行銷範本要讓顧客能退訂", "aria-disabled"]);
}

#[tokio::test]
async fn a_template_that_changed_or_was_stopped_offers_to_pick_again() {
    let one = template(1, "{{1}} 您好");
    let mut filled = Filled::new(one.id, one.shape.clone());
    filled.fills[0] = fill("顧客", "");
    let draft = draft(as_content(filled));
    let mut changed = one.clone();
    changed.shape.body = "{{1}} 早安".into();
    let html = at(FILL, vec![changed], draft.clone()).await;
    has(&html, &["這個範本在 Meta 改過了", "更新並保留填好的", "重新選擇範本", r#"aria-disabled="true""#]);
    let paused = Template { status: TemplateStatus::Paused, ..one };
    let html = at(FILL, vec![paused], draft.clone()).await;
    has(&html, &["這個範本現在不能使用：暫停中", "重新選擇範本"]);
    has_not(&html, &["更新並保留填好的"]);
    has(&at(FILL, Vec::new(), draft).await, &["這個範本已不存在"]);
}

#[tokio::test]
async fn each_address_leads_to_the_step_that_the_draft_has() {
    let playing = |path: &'static str, draft: Draft| {
        let memory = Memory::default();
        let key = format!("draft.{}", member(Role::SalesStaff).id);
        memory.values.borrow_mut().insert(key, Kept::new(draft.clone()).to_text());
        Stage::at(path, server(vec![rich()], draft)).on(memory).signed_in(member(Role::SalesStaff)).play()
    };
    let one = rich();
    let to_fill = draft(as_content(Filled::new(one.id, one.shape)));
    let message = Draft { kind: Kind::GroupMessage, ..draft(Content { parts: vec![Part::text("您好")] }) };
    assert_eq!(playing("/send/message", nothing()).await.address(), PICK);
    assert_eq!(playing("/send/message", to_fill).await.address(), FILL);
    assert_eq!(playing(FILL, nothing()).await.address(), PICK);
    assert_eq!(playing(PICK, message.clone()).await.address(), "/send/message");
    assert_eq!(playing(FILL, message).await.address(), "/send/message");
}

async fn manage(path: &str, canned: Canned, role: Role) -> String {
    Stage::at(path, canned).signed_in(member(role)).play().await.html()
}

#[tokio::test]
async fn an_admin_sees_every_template_with_its_state_and_who_may_pick_it() {
    let mut rejected = template(2, "x");
    rejected.status = TemplateStatus::Rejected;
    rejected.usable_by = None;
    rejected.quality = Quality::Red;
    let canned = || server(vec![rich(), rejected.clone()], nothing());
    let html = manage("/more/templates", canned(), Role::Admin).await;
    has(
        &html,
        &[
            "WhatsApp 範本",
            "共 2 個",
            "已核准",
            "未通過",
            "品質高",
            "品質低",
            "香港銅鑼灣店",
            "所有人",
            "不開放",
            "立即從 Meta 讀取",
            &format!("/more/templates/{}", rich().id),
        ],
    );
    has(&manage("/more", canned(), Role::Admin).await, &["/more/templates"]);
    has_not(&manage("/more", canned(), Role::SalesStaff).await, &["/more/templates"]);
    has(&manage("/more/templates", canned(), Role::SalesStaff).await, &["你的角色不能看這一頁"]);
    has(&manage("/more/templates", server(Vec::new(), nothing()), Role::Admin).await, &["還沒有範本"]);
    let failed = canned().on::<ListTemplates>(|_| Err(Failed::Offline));
    has(&manage("/more/templates", failed, Role::Admin).await, &["範本載入失敗"]);
}

#[tokio::test]
async fn an_admin_names_it_files_it_and_says_who_may_pick_it() {
    let canned = || server(vec![rich()], nothing());
    let path = format!("/more/templates/{}", rich().id);
    let html = manage(&path, canned(), Role::Admin).await;
    has(&html, &["顯示名稱", "適用對象", "指定門市", "不開放", "Meta 上的資料", "顧客看到的樣子", "已儲存", "儲存"]);
    has_not(&html, &["只有我"]);
    let gone = server(Vec::new(), nothing());
    has(&manage(&path, gone, Role::Admin).await, &["這個範本已不存在"]);
    // What was typed and not saved is there again, and who may pick it must be somebody.
    let form =
        Form { title: "到貨".into(), usable_by: Some(UsableBy::Roles { roles: Vec::new() }), ..Form::of(&rich()) };
    let memory = Memory::default();
    let key = format!("draft.{}.template.{}", member(Role::Admin).id, rich().id);
    memory.values.borrow_mut().insert(key, serde_json::to_string(&form).unwrap());
    let html = Stage::at(&path, canned()).on(memory).signed_in(member(Role::Admin)).play().await.html();
    has(&html, &[r#"value="到貨""#, "尚未儲存，先存在這台裝置", "放棄變更", r#"aria-disabled="true""#]);
}

fn synced() -> Element {
    let syncing = use_syncing(|| ());
    use_hook(|| syncing.run.call(()));
    rsx! { SyncResult { syncing } }
}

#[tokio::test]
async fn reading_from_meta_says_what_was_found_and_what_was_not_read() {
    let html = |canned| async { Stage::piece(member(Role::Admin), canned, synced).play().await.html() };
    let partly = Canned::default().on::<SyncTemplates>(|_| {
        let failed = vec![SyncFailure { account: "香港".into(), why: "token expired".into() }];
        Ok(Synced { found: 12, added: 2, changed: 1, gone: 3, failed })
    });
    let said = ["共 12 個：新增 2、變更 1、移除 3", "1 個商業帳號讀取失敗", "香港：token expired"];
    has(&html(partly).await, &said);
    let refused = Canned::default().on::<SyncTemplates>(|_| Err(Problem::TooMany { retry_after: 30 }.into()));
    has(&html(refused).await, &["請在 30 秒後再試"]);
}

#[tokio::test]
async fn a_change_of_templates_asks_for_the_list_again() {
    let canned = server(vec![rich()], nothing());
    let mut playing = Stage::at("/more/templates", canned.clone()).signed_in(member(Role::Admin)).play().await;
    assert_eq!(canned.open(), 1);
    let before = canned.asked::<ListTemplates>();
    canned.tell(LiveEvent::Templates);
    playing.settle().await;
    assert_eq!(canned.asked::<ListTemplates>(), before + 1);
}

#[tokio::test]
async fn it_speaks_english_too() {
    let stage = Stage::at("/more/templates", server(vec![rich()], nothing())).signed_in(member(Role::Admin));
    has(&stage.in_english().play().await.html(), &["WhatsApp templates", "Read from Meta now", "Traditional Chinese"]);
}
