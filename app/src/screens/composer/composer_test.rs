//! The composer with pictures and films, in the states they can be in.

use shared::{
    campaigns::{ChannelCount, CountSelection, Draft, Kind, ListDrafts, SelectionCount, ShowDraft},
    content::{Content, Part},
    id::{DraftId, MediaId},
    limits::{Platform, SMALL_VIDEO_BYTES},
    media::{BeginUpload, MediaInfo, MediaKind, Upload},
    members::Role,
    selection::Selection,
};
use uuid::Uuid;

use crate::{
    api::Failed,
    canned::Canned,
    draft::Kept,
    platform::Memory,
    stage::{Stage, conversation, member},
};

const PICTURE: MediaId = MediaId(Uuid::from_u128(31));
const FILM: MediaId = MediaId(Uuid::from_u128(32));

fn medium(kind: MediaKind, id: MediaId, size: u64) -> MediaInfo {
    MediaInfo {
        id,
        kind,
        mime: "image/jpeg".into(),
        size,
        name: None,
        width: 1_600,
        height: 1_200,
        duration_ms: (kind == MediaKind::Video).then_some(24_000),
        url: format!("/media/{id}"),
        preview_url: Some(format!("/media/{id}/preview")),
    }
}

fn draft(parts: Vec<Part>, media: Vec<MediaInfo>) -> Draft {
    let mut selection = Selection::default();
    selection.add(conversation(1, "林雅婷").id);
    Draft {
        id: DraftId(Uuid::from_u128(50)),
        kind: Kind::GroupMessage,
        selection,
        content: Content { parts },
        media,
        revision: 3,
        updated_at: None,
        campaign: None,
    }
}

fn server(stored: Draft, platforms: &'static [Platform]) -> Canned {
    Canned::default()
        .on::<ListDrafts>(|_| Ok(Vec::new()))
        .on::<ShowDraft>(move |_| Ok(stored.clone()))
        .on::<CountSelection>(move |_| {
            let channels = platforms.iter().map(|platform| {
                let mut channel = conversation(1, "").channel;
                channel.platform = *platform;
                ChannelCount { channel, count: 1 }
            });
            Ok(SelectionCount { total: 1, channels: channels.collect(), longest_name: "林雅婷".to_owned() })
        })
}

fn stage(canned: Canned, draft: Draft, notes: Option<serde_json::Value>) -> Stage {
    let memory = Memory::default();
    let key = format!("draft.{}", member(Role::SalesStaff).id);
    if let Some(notes) = notes {
        memory.values.borrow_mut().insert(format!("{key}.uploads"), notes.to_string());
    }
    memory.values.borrow_mut().insert(key, Kept::new(draft).to_text());
    Stage::at("/send/message", canned).on(memory).signed_in(member(Role::SalesStaff))
}

async fn html(stage: Stage) -> String {
    stage.play().await.html()
}

fn has(html: &str, shown: &[&str]) {
    for words in shown {
        assert!(html.contains(words), "{words}: {html}");
    }
}

fn both() -> Draft {
    let media = vec![medium(MediaKind::Image, PICTURE, 1_800_000), medium(MediaKind::Video, FILM, 11_800_000)];
    let parts = vec![Part::text("您好"), Part::Image { media: PICTURE }, Part::Video { media: FILM }];
    draft(parts, media)
}

/// Seed step 5: 支援 圖片、影片、文字.
#[tokio::test]
async fn pictures_and_films_are_cards_beside_texts_and_stand_in_the_preview() {
    let html = html(stage(server(both(), &[Platform::Line]), both(), None)).await;
    has(
        &html,
        &[
            "圖片</h2>",
            "影片</h2>",
            "1.8 MB · 1,600 × 1,200",
            "0:24",
            "已上傳",
            r#"aria-label="更換""#,
            "3 / 5 則",
            r#"type="file" aria-label="圖片" accept="image/jpeg,image/png""#,
            r#"type="file" aria-label="影片" accept="video/mp4,video/quicktime""#,
            // The preview: the stills in their shape, the film with its mark and no player.
            &format!(r#"src="http://test.invalid/media/{PICTURE}/preview" alt="圖片" width="1600" height="1200""#),
            &format!(r#"src="http://test.invalid/media/{FILM}/preview" alt="影片" width="1600" height="1200""#),
        ],
    );
    assert!(!html.contains("aria-disabled=\"true\" aria-describedby=\"write-why\""), "{html}");
    assert!(!html.contains("<video"), "{html}");
}

#[tokio::test]
async fn with_five_messages_no_file_can_be_chosen_and_the_reason_is_named() {
    let parts = ["1", "2", "3", "4", "5"].map(Part::text).to_vec();
    let full = draft(parts, Vec::new());
    let html = html(stage(server(full.clone(), &[Platform::Line]), full, None)).await;
    has(&html, &["一次最多 5 則"]);
    assert!(!html.contains(r#"type="file""#), "{html}");
    assert_eq!(html.matches(r#"aria-describedby="write-full""#).count(), 3, "{html}");
}

#[tokio::test]
async fn a_film_too_large_for_a_platform_of_the_selection_is_told_with_the_limit() {
    let film = medium(MediaKind::Video, FILM, SMALL_VIDEO_BYTES + 4_000_000);
    let large = draft(vec![Part::Video { media: FILM }], vec![film]);
    let line = html(stage(server(large.clone(), &[Platform::Line]), large.clone(), None)).await;
    assert!(!line.contains("WhatsApp"), "{line}");
    let server = server(large.clone(), &[Platform::Line, Platform::Whatsapp]);
    let html = html(stage(server, large, None)).await;
    has(&html, &["影片有 20 MB，WhatsApp 最多 16 MB", "第 1 則的影片太大", r#"aria-describedby="write-why""#]);
}

#[tokio::test]
async fn the_counter_names_the_platform_that_leaves_the_least_room() {
    let text = draft(vec![Part::text("您好 👋")], Vec::new());
    let html = html(stage(server(text.clone(), &[Platform::Line, Platform::Whatsapp]), text, None)).await;
    has(&html, &["WhatsApp 4 / 4,096 字"]);
}

/// After a reload the bytes are gone; everything else is there, and one tap chooses the file again.
#[tokio::test]
async fn an_upload_that_a_reload_cut_off_has_to_be_chosen_again_and_nothing_else_is_lost() {
    let cut = draft(vec![Part::text("您好"), Part::Video { media: FILM }], Vec::new());
    let notes = serde_json::json!([{ "id": FILM, "kind": "video", "name": "tour.mp4", "size": 11_800_000 }]);
    let canned = server(cut.clone(), &[Platform::Line]).on::<BeginUpload>(|call| {
        Ok(Upload { id: call.id, kind: call.kind, size: call.size, received: 1_048_576, media: None })
    });
    let html = html(stage(canned, cut, Some(notes))).await;
    has(
        &html,
        &[
            "tour.mp4",
            "請再選一次同一支影片，其他內容都還在",
            r#"aria-label="重新選擇""#,
            "第 2 則的影片要重新選擇檔案",
            "您好",
        ],
    );
}

#[tokio::test]
async fn offline_a_picture_that_is_there_stays_there() {
    let canned = Canned::default().on::<ShowDraft>(|_| Err(Failed::Offline));
    let html = html(stage(canned, both(), None)).await;
    has(&html, &["已上傳", "1.8 MB", "11.8 MB"]);
}
