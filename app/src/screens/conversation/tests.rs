//! The states of a conversation.

use shared::{
    call::Page,
    contacts::Subscription,
    conversations::{
        Conversation, ConversationState, CountConversations, Entry, EventKind, ListConversations, May, MediaRef,
        Message, MessageKind, Reply, ShowConversation, ShowThread,
    },
    deliveries::Outcome,
    id::{CampaignId, ConversationId, EventId, MediaId, MessageId, TemplateId},
    media::MediaKind,
    members::{MemberRef, Role},
    problem::{Problem, What},
    reasons::Reason,
    templates::{Filled, Header, Shape, TemplateClass},
};
use uuid::Uuid;

use crate::{
    api::Failed,
    canned::Canned,
    stage::{Stage, conversation, member, opened},
};

const PATH: &str = "/conversations/00000000-0000-0000-0000-000000000007";

fn canned(open: Conversation, entries: Vec<Entry>) -> Canned {
    quiet()
        .on::<ShowConversation>(move |_| Ok(open.clone()))
        .on::<ShowThread>(move |_| Ok(Page { items: entries.clone(), next: Some("older".to_owned()) }))
}

fn quiet() -> Canned {
    Canned::default()
        .on::<ListConversations>(|_| Ok(Page::default()))
        .on::<CountConversations>(|_| Ok(shared::conversations::Counts::default()))
}

fn message(id: &str, text: &str) -> Message {
    Message {
        id: id.to_owned(),
        from_customer: true,
        kind: MessageKind::Text,
        text: text.to_owned(),
        media: None,
        template: None,
        at: "2026-11-05T14:11:00+08:00".parse().unwrap(),
        by: None,
        campaign: None,
        outcome: None,
        reason: None,
    }
}

fn yaling() -> Conversation {
    opened(conversation(7, "林雅婷"))
}

async fn html(stage: Stage) -> String {
    stage.signed_in(member(Role::SalesStaff)).play().await.html()
}

#[tokio::test]
async fn the_thread_runs_from_old_to_new_with_days_events_and_states() {
    let mut ours = message("3", "看 https://qingyu.example/new 喔");
    ours.from_customer = false;
    ours.outcome = Some(Outcome::Succeeded);
    let mut failed = message("4", "週年慶預購");
    failed.from_customer = false;
    failed.outcome = Some(Outcome::Failed);
    failed.reason = Some(Reason::Unfollowed);
    failed.campaign = Some(CampaignId(Uuid::from_u128(5)));
    let mut yesterday = message("1", "請問容量多少？");
    yesterday.at = "2026-11-04T10:00:00+08:00".parse().unwrap();
    let taken = Entry::Event {
        id: EventId(Uuid::from_u128(1)),
        at: "2026-11-04T10:02:00+08:00".parse().unwrap(),
        what: EventKind::Taken,
        by: Some(MemberRef { id: member(Role::SalesStaff).id, name: "許芷晴".to_owned() }),
        to: None,
    };
    // Newest first, as the server answers.
    let entries = vec![Entry::Message(failed), Entry::Message(ours), taken, Entry::Message(yesterday)];
    let html = html(Stage::at(PATH, canned(yaling(), entries))).await;
    let order = [
        "載入更早的訊息",
        "昨天",
        "請問容量多少？",
        "許芷晴 接手了對話",
        "今天",
        "LINE 已受理",
        "週年慶預購",
        "沒送達：已封鎖官方帳號",
        "看原因",
    ];
    let places: Vec<_> =
        order.iter().map(|words| html.find(words).unwrap_or_else(|| panic!("{words}: {html}"))).collect();
    assert!(places.is_sorted(), "{places:?}: {html}");
    assert!(html.contains(r#"href="https://qingyu.example/new""#), "{html}");
    assert!(html.contains("回覆林雅婷") && html.contains(r#"aria-label="送出""#), "{html}");
}

#[tokio::test]
async fn media_are_shown_and_what_is_not_here_is_said() {
    let media = |url: Option<&str>, lost| {
        Some(MediaRef {
            id: MediaId::default(),
            mime: "image/jpeg".to_owned(),
            name: None,
            size: None,
            url: url.map(str::to_owned),
            preview_url: None,
            lost,
        })
    };
    let picture = Message {
        kind: MessageKind::Image,
        text: String::new(),
        media: media(Some("/media/signed"), false),
        ..message("1", "")
    };
    let coming =
        Message { kind: MessageKind::Video, text: String::new(), media: media(None, false), ..message("2", "") };
    let lost =
        Message {
            kind: MessageKind::File, text: "報價.pdf".to_owned(), media: media(None, true), ..message("3", "")
        };
    let sticker = Message { kind: MessageKind::Sticker, text: "開心".to_owned(), ..message("4", "") };
    let entries = [picture, coming, lost, sticker].map(Entry::Message).to_vec();
    let html = html(Stage::at(PATH, canned(yaling(), entries))).await;
    assert!(html.contains(r#"src="http://test.invalid/media/signed" alt="顧客傳來的照片""#), "{html}");
    for said in ["影片 · 檔案下載中", "檔案：報價.pdf · 檔案已無法取得", "貼圖：開心"] {
        assert!(html.contains(said), "{said}: {html}");
    }
}

#[tokio::test]
async fn what_cannot_be_written_to_says_why_and_what_to_do() {
    let mut pending = yaling();
    pending.card.state = ConversationState::Pending;
    pending.card.owner = None;
    pending.may = May { take: true, ..May::default() };
    let page = html(Stage::at(PATH, canned(pending, vec![]))).await;
    assert!(page.contains("接手後才能回覆") && page.contains("接手</button>") && !page.contains("<textarea"), "{page}");

    let mut closed = yaling();
    closed.card.state = ConversationState::Closed;
    closed.may = May { reopen: true, ..May::default() };
    let page = html(Stage::at(PATH, canned(closed, vec![]))).await;
    assert!(page.contains("重新開啟</button>") && !page.contains("<textarea"), "{page}");

    let mut others = yaling();
    others.card.owner = Some(MemberRef { id: shared::id::MemberId(Uuid::from_u128(8)), name: "王小明".to_owned() });
    others.may = May::default();
    let page = html(Stage::at(PATH, canned(others, vec![]))).await;
    assert!(page.contains("由 王小明 負責"), "{page}");
}

#[tokio::test]
async fn a_blocked_customer_is_told_above_the_thread() {
    let mut blocked = yaling();
    blocked.card.subscription = Subscription::Blocked;
    let zh = html(Stage::at(PATH, canned(blocked.clone(), vec![]))).await;
    assert!(zh.contains("顧客已封鎖官方帳號"), "{zh}");
    let en = html(Stage::at(PATH, canned(blocked, vec![])).in_english()).await;
    assert!(en.contains("The customer blocked the account"), "{en}");
}

#[tokio::test]
async fn a_conversation_that_is_not_hers_is_not_there() {
    let canned = quiet().on::<ShowConversation>(|_| Err(Problem::missing(What::Conversation).into()));
    let html = html(Stage::at(PATH, canned)).await;
    assert!(html.contains("對話載入失敗") && html.contains("找不到這個對話"), "{html}");
}

#[tokio::test]
async fn the_first_load_is_a_skeleton() {
    let canned = quiet().silent::<ShowConversation>().silent::<ShowThread>();
    let html = html(Stage::at(PATH, canned)).await;
    assert!(html.contains("訊息載入中"), "{html}");
}

/// The same key on every try, so that a reply whose answer was lost is not sent twice.
#[tokio::test]
async fn a_reply_that_was_left_behind_waits_with_its_text_and_its_key() {
    let key = MessageId(Uuid::from_u128(77));
    let id = ConversationId(Uuid::from_u128(7));
    let me = member(Role::SalesStaff);
    let memory = crate::platform::Memory::default();
    memory.values.borrow_mut().insert(
        format!("draft.{}.leaving.{id}", me.id),
        serde_json::json!([{ "key": key, "content": { "parts": [{ "kind": "text", "text": "幫您留好了" }] } }])
            .to_string(),
    );
    memory.values.borrow_mut().insert(format!("draft.{}.reply.{id}", me.id), "還有一句".to_owned());
    let canned = canned(yaling(), vec![]).on::<Reply>(|_| Err(Failed::Offline));
    let html = html(Stage::at(PATH, canned).on(memory)).await;
    assert!(html.contains("幫您留好了") && html.contains("沒送出"), "{html}");
    assert!(html.contains(r#"value="還有一句""#), "{html}");
}

#[tokio::test]
async fn what_the_server_refused_is_changed_or_thrown_away() {
    let me = member(Role::SalesStaff);
    let id = ConversationId(Uuid::from_u128(7));
    let of = |n, text: &str| {
        serde_json::json!({ "key": MessageId(Uuid::from_u128(n)), "refused": Problem::missing(What::Conversation),
            "content": { "parts": [{ "kind": "text", "text": text }] } })
    };
    let memory = crate::platform::Memory::default();
    let key = format!("draft.{}.leaving.{id}", me.id);
    memory.values.borrow_mut().insert(key.clone(), serde_json::json!([of(1, "第一句")]).to_string());
    memory.values.borrow_mut().insert(format!("draft.{}.reply.{id}", me.id), "還有一句".to_owned());
    let stage = || Stage::at(PATH, canned(yaling(), vec![])).on(memory.clone()).signed_in(me.clone());
    let mut playing = stage().play().await;
    assert!(playing.html().contains("找不到這個對話"), "{}", playing.html());
    playing.tap("修改").await;
    let html = playing.html();
    assert!(html.contains("第一句") && html.contains(r#"value="還有一句""#) && !html.contains("沒送出"), "{html}");
    assert!(!memory.values.borrow().contains_key(&key), "it is no reply any more");
    drop(playing);

    let attached = format!("draft.{}.attached.{id}", me.id);
    memory.values.borrow_mut().remove(&attached);
    memory.values.borrow_mut().remove(&format!("draft.{}.reply.{id}", me.id));
    memory.values.borrow_mut().insert(key.clone(), serde_json::json!([of(1, "第一句")]).to_string());
    let mut playing = stage().play().await;
    playing.tap("修改").await;
    assert!(playing.html().contains(r#"value="第一句""#), "where nothing was begun one goes on in it");
    drop(playing);

    memory.values.borrow_mut().insert(key.clone(), serde_json::json!([of(2, "算了")]).to_string());
    let mut playing = stage().play().await;
    playing.tap("捨棄").await;
    assert!(!playing.html().contains("算了") && !memory.values.borrow().contains_key(&key));
}

const PHOTO: MediaId = MediaId(Uuid::from_u128(31));

fn photo() -> serde_json::Value {
    serde_json::json!({
        "id": PHOTO, "kind": "image", "mime": "image/jpeg", "size": 1_800_000, "width": 800, "height": 600,
        "duration_ms": null, "url": "/media/photo", "preview_url": "/media/photo/preview",
    })
}

/// A machine that kept something of the reply to the customer.
fn kept(what: &str, value: &serde_json::Value) -> crate::platform::Memory {
    let memory = crate::platform::Memory::default();
    let key = format!("draft.{}.{what}.{}", member(Role::SalesStaff).id, Uuid::from_u128(7));
    memory.values.borrow_mut().insert(key, value.to_string());
    memory
}

#[tokio::test]
async fn a_reply_left_behind_shows_all_its_messages_with_how_it_stands_under_the_last() {
    let parts = serde_json::json!([{ "kind": "text", "text": "看看這個" }, { "kind": "image", "media": PHOTO }]);
    let left = serde_json::json!([{
        "key": MessageId(Uuid::from_u128(77)), "content": { "parts": parts }, "media": [photo()],
    }]);
    let page = html(Stage::at(PATH, canned(yaling(), vec![])).on(kept("leaving", &left))).await;
    let places = ["看看這個", "http://test.invalid/media/photo/preview", "沒送出"].map(|shown| page.find(shown));
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}: {page}");
    assert_eq!(page.matches("沒送出").count(), 1, "{page}");
}

#[tokio::test]
async fn what_is_attached_stands_above_the_field_and_survives_a_reload() {
    let parts = serde_json::json!([{ "kind": "text", "text": "先看這句" }, { "kind": "image", "media": PHOTO }]);
    let attached = serde_json::json!({ "parts": parts, "media": [photo()] });
    let page = html(Stage::at(PATH, canned(yaling(), vec![])).on(kept("attached", &attached))).await;
    for shown in ["先看這句", "修改文字", "1.8 MB · 800 × 600", "已上傳", "加入圖片或影片", "預存回覆"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("reply-why"), "{page}");

    let attached = serde_json::json!({ "parts": [{ "kind": "image", "media": PHOTO }] });
    let page = html(Stage::at(PATH, canned(yaling(), vec![])).on(kept("attached", &attached))).await;
    for shown in ["第 1 則的圖片要重新選擇檔案", r#"aria-describedby="reply-why""#, "重新選擇"] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
}

#[tokio::test]
async fn a_film_shows_its_still_and_plays_here() {
    let film = Message {
        kind: MessageKind::Video,
        text: String::new(),
        from_customer: false,
        media: Some(MediaRef {
            id: MediaId::default(),
            mime: "video/mp4".to_owned(),
            name: None,
            size: None,
            url: Some("/media/film".to_owned()),
            preview_url: Some("/media/film/still".to_owned()),
            lost: false,
        }),
        ..message("1", "")
    };
    let page = html(Stage::at(PATH, canned(yaling(), vec![Entry::Message(film)]))).await;
    let player = r#"src="http://test.invalid/media/film" preload="none" poster="http://test.invalid/media/film/still""#;
    assert!(page.contains(player) && page.contains("controls"), "{page}");
}

#[tokio::test]
async fn a_document_above_a_template_is_its_name_and_size_and_can_be_downloaded() {
    let header = Some(Header::Media { media: MediaKind::Document });
    let shape = Shape {
        name: "warranty".to_owned(),
        language: "zh_TW".to_owned(),
        class: TemplateClass::Utility,
        header,
        body: "附上您的保固書。".to_owned(),
        footer: String::new(),
        buttons: Vec::new(),
        named: false,
    };
    let filled = Filled { header: Some(MediaId::default()), ..Filled::new(TemplateId::default(), shape) };
    let of = |url: Option<&str>| Message {
        kind: MessageKind::Template,
        from_customer: false,
        template: Some(Box::new(filled.clone())),
        media: Some(MediaRef {
            id: MediaId::default(),
            mime: "application/pdf".to_owned(),
            name: Some("保固書.pdf".to_owned()),
            size: Some(1_200_000),
            url: url.map(str::to_owned),
            preview_url: None,
            lost: url.is_none(),
        }),
        ..message("1", "附上您的保固書。")
    };
    let page = html(Stage::at(PATH, canned(yaling(), vec![Entry::Message(of(Some("/media/pdf")))]))).await;
    for shown in [
        r#"href="http://test.invalid/media/pdf" target="_blank" rel="noopener noreferrer""#,
        ">下載文件 </span>",
        ">保固書.pdf</b>",
        "> PDF · 1.2 MB</span>",
        "附上您的保固書。",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let gone = html(Stage::at(PATH, canned(yaling(), vec![Entry::Message(of(None))]))).await;
    assert!(gone.contains("標題文件") && !gone.contains("下載文件"), "{gone}");
}
