//! The picker and the screens of saved replies in their states.

use dioxus::prelude::*;
use shared::{
    call::Page,
    content::{Content, NAME_TOKEN, Part},
    id::{CategoryId, MediaId, MemberId, SavedReplyId, StoreId},
    limits::Platform,
    media::{MediaInfo, MediaKind},
    members::{Colleague, ListColleagues, MemberRef, Role},
    problem::{Problem, What},
    saved_replies::{Category, CategoryRow, ListCategories, ListSavedReplies, SavedReply, ShowSavedReply, UsableBy},
};
use uuid::Uuid;

use super::{
    fit::Fit,
    form::Form,
    picker::{SavedReplyPicker, Taking},
};
use crate::{
    api::Failed,
    canned::Canned,
    platform::Memory,
    stage::{Stage, member},
};

/// A picture by its number.
pub(super) fn picture(n: u128) -> MediaInfo {
    MediaInfo {
        id: MediaId(Uuid::from_u128(n)),
        kind: MediaKind::Image,
        mime: "image/jpeg".into(),
        size: 120_000,
        name: None,
        width: 4,
        height: 3,
        duration_ms: None,
        url: format!("/media/{n}"),
        preview_url: Some(format!("/media/{n}/preview")),
    }
}

/// A film by its number, of this many bytes.
pub(super) fn film(n: u128, size: u64) -> MediaInfo {
    MediaInfo { kind: MediaKind::Video, mime: "video/mp4".into(), size, duration_ms: Some(24_000), ..picture(n) }
}

/// A category by its number and name.
pub(super) fn category(n: u128, name: &str) -> Category {
    Category { id: CategoryId(Uuid::from_u128(n)), name: name.into() }
}

/// A reply for everybody, of the member of [`member`], by its number.
pub(super) fn reply(n: u128, title: &str, content: Content, media: Vec<MediaInfo>) -> SavedReply {
    let me = member(Role::SalesStaff);
    SavedReply {
        id: SavedReplyId(Uuid::from_u128(n)),
        title: title.into(),
        content,
        media,
        categories: vec![category(1, "新品")],
        usable_by: UsableBy::Everybody,
        owner: MemberRef { id: me.id, name: me.name },
        updated_at: "2026-11-05T10:20:00+08:00".parse().unwrap(),
        revision: 1,
        may_edit: true,
    }
}

/// One text.
pub(super) fn text(text: &str) -> Content {
    Content { parts: vec![Part::text(text)] }
}

/// Somebody else.
pub(super) fn other() -> MemberRef {
    MemberRef { id: MemberId(Uuid::from_u128(99)), name: "王柏勛".into() }
}

const ID: SavedReplyId = SavedReplyId(Uuid::from_u128(7));

fn has(html: &str, shown: &[&str]) {
    for words in shown {
        assert!(html.contains(words), "{words}: {html}");
    }
}

fn has_not(html: &str, hidden: &[&str]) {
    for words in hidden {
        assert!(!html.contains(words), "{words}: {html}");
    }
}

/// Three replies: of two messages with a picture, of three texts, and one whose film is gone.
fn three() -> Vec<SavedReply> {
    let shown = picture(1);
    let greeting = Part::text(format!("{NAME_TOKEN} 您好"));
    vec![
        reply(
            1,
            "到店通知",
            Content { parts: vec![greeting, Part::of_media(shown.kind, shown.id).unwrap()] },
            vec![shown],
        ),
        reply(2, "三則", Content { parts: vec![Part::text("一"), Part::text("二"), Part::text("三")] }, Vec::new()),
        reply(3, "影片", Content { parts: vec![Part::of_media(MediaKind::Video, film(9, 1).id).unwrap()] }, Vec::new()),
    ]
}

fn server(replies: Vec<SavedReply>) -> Canned {
    Canned::default()
        .on::<ListSavedReplies>(move |_| Ok(Page { items: replies.clone(), next: None }))
        .on::<ListCategories>(|_| {
            Ok(vec![
                CategoryRow { category: category(1, "新品"), replies: 3 },
                CategoryRow { category: category(2, "活動"), replies: 0 },
            ])
        })
        .on::<ListColleagues>(|_| {
            let me = member(Role::SalesStaff);
            Ok(vec![Colleague { id: me.id, name: me.name, role: me.role, stores: me.stores }])
        })
}

async fn picked_from(canned: Canned) -> String {
    let piece = || {
        rsx! {
            SavedReplyPicker { platforms: vec![Platform::Line], room: 2, may_replace: true, onpick: |_| {}, onclose: |()| {} }
        }
    };
    Stage::piece(member(Role::SalesStaff), canned, piece).play().await.html()
}

/// Seed steps 5 to 8.
#[tokio::test]
async fn the_picker_shows_each_with_what_is_in_it_and_greys_what_cannot_be_taken() {
    let html = picked_from(server(three())).await;
    has(
        &html,
        &[
            "預存回覆",
            "選擇類別",
            "搜尋標題或內容",
            "共 3 則，最近更新在前",
            "到店通知",
            "【顧客姓名】 您好",
            "文字 1",
            "圖片 1",
            "src=\"http://test.invalid/media/1/preview\"",
            "加入後會有 6 則，超過上限；可改用「取代」",
            "裡面的影片已經不在了",
            "先選一則預存回覆",
            "加入",
        ],
    );
    assert_eq!(html.matches(r#"aria-pressed="false""#).count(), 3, "{html}");
    // The film alone can be taken in no way; and "add" waits for a choice.
    assert_eq!(html.matches(r#"aria-disabled="true""#).count(), 2, "{html}");
}

#[tokio::test]
async fn the_picker_loads_is_empty_and_fails_in_words() {
    has(&picked_from(server(Vec::new()).silent::<ListSavedReplies>()).await, &["預存回覆載入中"]);
    has(&picked_from(server(Vec::new())).await, &["還沒有預存回覆"]);
    let failed = server(Vec::new()).on::<ListSavedReplies>(|_| Err(Problem::Unavailable.into()));
    has(&picked_from(failed).await, &["預存回覆載入失敗", "再試一次"]);
    let offline = server(Vec::new()).on::<ListSavedReplies>(|_| Err(Failed::Offline));
    has(&picked_from(offline).await, &["預存回覆載入失敗"]);
}

#[tokio::test]
async fn what_is_picked_says_how_many_there_will_be() {
    async fn taking(piece: fn() -> Element) -> String {
        Stage::piece(member(Role::SalesStaff), Canned::default(), piece).play().await.html()
    }
    let fits = taking(|| {
        rsx! {
            Taking { chosen: three().into_iter().next().map(|one| (one, Fit::Fits)), room: 2, may_replace: true, onpick: |_| {} }
        }
    })
    .await;
    has(&fits, &["到店通知", "2 則，加入後共 5 則", "取代", "加入"]);
    has_not(&fits, &["aria-disabled"]);
    let only = taking(|| {
        let three = three().into_iter().nth(1).map(|one| (one, Fit::OnlyInstead { total: 6 }));
        rsx! {
            Taking { chosen: three, room: 2, may_replace: true, onpick: |_| {} }
        }
    })
    .await;
    has(&only, &["可改用「取代」", "取代", r#"aria-disabled="true""#]);
    let nothing_written = taking(|| {
        rsx! {
            Taking { chosen: three().into_iter().next().map(|one| (one, Fit::Fits)), room: 5, may_replace: true, onpick: |_| {} }
        }
    })
    .await;
    has_not(&nothing_written, &["取代"]);
}

async fn at(path: &str, canned: Canned, role: Role) -> String {
    Stage::at(path, canned).signed_in(member(role)).play().await.html()
}

#[tokio::test]
async fn the_list_says_who_may_use_each() {
    let mut replies = three();
    let here = member(Role::SalesStaff).stores[0].id;
    replies[0].usable_by = UsableBy::OnlyMe;
    replies[1].usable_by = UsableBy::Stores { stores: vec![here] };
    replies[2].usable_by = UsableBy::Stores { stores: vec![here, StoreId(Uuid::from_u128(77))] };
    replies.push(SavedReply {
        owner: other(),
        usable_by: UsableBy::Roles { roles: vec![Role::SalesManager, Role::SalesStaff] },
        ..reply(4, "主管", text("x"), Vec::new())
    });
    let staff = at("/saved-replies", server(replies.clone()), Role::SalesStaff).await;
    has(&staff, &["只有我", "信義店", "2 間門市", "銷售經理、銷售人員", "全部", "活動", "新增預存回覆"]);
    has(&staff, &[&format!("href=\"/saved-replies/{}\"", replies[0].id)]);
    has_not(&staff, &["管理類別"]);
    has(&at("/saved-replies", server(replies), Role::Admin).await, &["管理類別"]);
    has(&at("/saved-replies", server(Vec::new()), Role::SalesStaff).await, &["還沒有預存回覆", "新增預存回覆"]);
    let failed = server(Vec::new()).on::<ListSavedReplies>(|_| Err(Problem::Unavailable.into()));
    has(&at("/saved-replies", failed, Role::SalesStaff).await, &["預存回覆載入失敗", "再試一次"]);
}

#[tokio::test]
async fn a_new_one_can_be_given_to_whom_the_role_may_give() {
    let staff = at("/saved-replies/new", server(Vec::new()), Role::SalesStaff).await;
    has(&staff, &["新增預存回覆", "標題", "顧客看不到", "適用對象", "只有我", "指定門市", "儲存", "新品"]);
    has_not(&staff, &["所有人", "指定角色", "刪除這則預存回覆"]);
    let admin = at("/saved-replies/new", server(Vec::new()), Role::Admin).await;
    has(&admin, &["所有人", "指定角色", "指定門市", "只有我"]);
}

#[tokio::test]
async fn one_that_is_not_hers_can_be_looked_at() {
    let canned = server(three()).on::<ShowSavedReply>(|_| {
        Ok(SavedReply { may_edit: false, owner: other(), ..reply(7, "門市活動", text("週末見"), Vec::new()) })
    });
    let html = at(&format!("/saved-replies/{ID}"), canned, Role::SalesStaff).await;
    has(&html, &["門市活動", "週末見", "由 王柏勛 建立"]);
    has_not(&html, &["儲存", "刪除這則預存回覆"]);
}

/// The device of someone who wrote this and did not save it.
fn device(form: &Form) -> Memory {
    let memory = Memory::default();
    let key = format!("draft.{}.saved-reply.{}", member(Role::SalesStaff).id, form.id);
    memory.values.borrow_mut().insert(key, serde_json::to_string(form).unwrap());
    memory
}

#[tokio::test]
async fn what_was_not_saved_is_there_again_and_a_change_elsewhere_shows_both() {
    let stored = reply(7, "存好的", text("存好的內容"), Vec::new());
    let mine = Form { title: "我的".into(), content: text("我的內容"), ..Form::of(&stored) };
    let path = format!("/saved-replies/{ID}");
    let play = |stored: SavedReply| {
        let canned = server(Vec::new()).on::<ShowSavedReply>(move |_| Ok(stored.clone()));
        Stage::at(&path, canned).on(device(&mine)).signed_in(member(Role::SalesStaff)).play()
    };
    let html = play(stored.clone()).await.html();
    has(&html, &["我的內容", "尚未儲存，先存在這台裝置", "放棄變更"]);
    has_not(&html, &["這則在別處改過了"]);
    let html = play(SavedReply { revision: 2, ..stored }).await.html();
    has(&html, &["我的內容", "這則在別處改過了", "存好的內容", "用我的蓋過去", "改用目前儲存的"]);
}

#[tokio::test]
async fn one_that_was_deleted_leaves_what_was_written_here() {
    let stored = reply(7, "存好的", text("存好的內容"), Vec::new());
    let mine = Form { content: text("我的內容"), ..Form::of(&stored) };
    let missing = || server(Vec::new()).on::<ShowSavedReply>(|_| Err(Problem::missing(What::SavedReply).into()));
    let path = format!("/saved-replies/{ID}");
    let kept = Stage::at(&path, missing()).on(device(&mine)).signed_in(member(Role::SalesStaff)).play().await.html();
    has(&kept, &["這則預存回覆已被刪除", "另存新的一則", "我的內容"]);
    let gone = at(&path, missing(), Role::SalesStaff).await;
    has(&gone, &["這則預存回覆已被刪除"]);
    has_not(&gone, &["另存新的一則"]);
}

#[tokio::test]
async fn categories_are_an_admins() {
    let admin = at("/saved-replies/categories", server(Vec::new()), Role::Admin).await;
    has(&admin, &["預存回覆類別", "新品", "3 則", "編輯類別「活動」", "新增"]);
    let staff = at("/saved-replies/categories", server(Vec::new()), Role::SalesStaff).await;
    has(&staff, &["你的角色不能看這一頁"]);
    has_not(&staff, &["編輯類別"]);
    let empty = server(Vec::new()).on::<ListCategories>(|_| Ok(Vec::new()));
    has(&at("/saved-replies/categories", empty, Role::Admin).await, &["還沒有類別"]);
    let failed = server(Vec::new()).on::<ListCategories>(|_| Err(Problem::Unavailable.into()));
    has(&at("/saved-replies/categories", failed, Role::Admin).await, &["類別載入失敗", "再試一次"]);
}

#[tokio::test]
async fn it_speaks_english_too() {
    let stage = Stage::at("/saved-replies", server(three())).signed_in(member(Role::Admin)).in_english();
    has(&stage.play().await.html(), &["Saved replies", "Manage categories", "1 image", "Everybody"]);
}
