//! What customers send beside text: it is fetched, shown by signed addresses, and to nobody else (architecture.md 5).

use std::time::Instant;

use reqwest::Response;
use rstest::rstest;
use sandbox::{
    Fault, FaultKind,
    line::{Act, Fetched, MediaKind},
};
use server::{keys::Shown, media::Rendition};
use shared::{
    call::Method,
    campaigns::{CheckDraft, Kind, SaveDraft, SendDraft},
    content::{Content, NAME_TOKEN, Part},
    conversations::{MediaRef, Message, MessageKind, Reply, ShowThread},
    deliveries::Outcome,
    id::{ConversationId, MediaId, MessageId},
    problem::{Problem, What},
    selection::Selection,
};
use tests::{
    Client, World,
    upload::upload,
    world::{PATIENCE, new_draft},
};

use super::{MINE, begin, messages};

const PICTURE: &[u8] = include_bytes!("../../src/demo/pictures/mugs.jpg");
const FILM: &[u8] = include_bytes!("../../../server/src/media/samples/plain.mp4");

/// The newest message of the thread, once its medium is as wanted.
async fn newest(client: &Client, id: ConversationId, wanted: impl Fn(&MediaRef) -> bool) -> (Message, MediaRef) {
    let began = Instant::now();
    loop {
        let message = messages(client, id).await.remove(0);
        if let Some(media) = message.media.clone().filter(&wanted) {
            return (message, media);
        }
        assert!(began.elapsed() < PATIENCE, "{message:?}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

fn is_there(media: &MediaRef) -> bool {
    media.url.is_some()
}

async fn get(world: &World, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = world.visitor().unwrap().raw(Method::Get, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_is_fetched_and_shown_whole_or_in_part() {
    let (world, sales, _) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    world.act(&customer, Act::Photo).await.unwrap();
    let (message, media) = newest(&sales, id, is_there).await;
    assert_eq!((message.kind, message.from_customer, media.lost), (MessageKind::Image, true, false));
    assert_eq!(media.mime, "image/png");
    let url = media.url.unwrap();

    let whole = get(&world, &url, &[]).await;
    let header = |answer: &Response, name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!((whole.status().as_u16(), header(&whole, "content-type").as_str()), (200, "image/png"));
    assert_eq!(header(&whole, "x-content-type-options"), "nosniff");
    assert_eq!(header(&whole, "content-security-policy"), "default-src 'none'; sandbox");
    assert_eq!(
        (header(&whole, "accept-ranges").as_str(), header(&whole, "content-disposition").as_str()),
        ("bytes", "inline")
    );
    let tag = header(&whole, "etag");
    let bytes = whole.bytes().await.unwrap();
    assert!(bytes.starts_with(b"\x89PNG") && bytes.len() > 1_000);

    let size = bytes.len();
    for (range, part) in [("bytes=0-7", 0..8), ("bytes=100-", 100..size), ("bytes=-10", size - 10..size)] {
        let answer = get(&world, &url, &[("range", range)]).await;
        assert_eq!(answer.status().as_u16(), 206, "{range}");
        assert_eq!(header(&answer, "content-range"), format!("bytes {}-{}/{size}", part.start, part.end - 1));
        assert_eq!(answer.bytes().await.unwrap(), bytes[part], "{range}");
    }
    let outside = get(&world, &url, &[("range", &format!("bytes={size}-"))]).await;
    assert_eq!((outside.status().as_u16(), header(&outside, "content-range")), (416, format!("bytes */{size}")));
    assert_eq!(get(&world, &url, &[("if-none-match", &tag)]).await.status().as_u16(), 304);
    let stale = get(&world, &url, &[("range", "bytes=0-7"), ("if-range", "\"older\"")]).await;
    assert_eq!((stale.status().as_u16(), stale.bytes().await.unwrap().len()), (200, size));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sticker_is_shown_by_its_words_and_has_no_file() {
    let (world, sales, _) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    world.act(&customer, Act::sticker()).await.unwrap();
    let began = Instant::now();
    while messages(&sales, id).await.len() < 2 {
        assert!(began.elapsed() < PATIENCE, "the sticker never came");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let message = messages(&sales, id).await.remove(0);
    assert_eq!((message.kind, message.media), (MessageKind::Sticker, None));
}

/// Bytes decide what a file is, not what anybody says of it; and a film is waited for while LINE prepares it.
#[rstest]
#[case::film(MediaKind::Video, "video/mp4", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", 1, "video/mp4", "inline")]
#[case::page_as_picture(
    MediaKind::Image,
    "image/png",
    b"<html><script>alert(1)</script>",
    0,
    "application/octet-stream",
    "attachment"
)]
#[case::drawing(
    MediaKind::Image,
    "image/svg+xml",
    b"<svg onload=alert(1)>",
    0,
    "application/octet-stream",
    "attachment"
)]
#[case::document(MediaKind::File, "application/pdf", b"%PDF-1.7", 0, "application/octet-stream", "attachment")]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_what_its_bytes_are(
    #[case] kind: MediaKind,
    #[case] said: &str,
    #[case] bytes: &[u8],
    #[case] preparing: u32,
    #[case] mime: &str,
    #[case] disposition: &str,
) {
    let (world, sales, _) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    world.act(&customer, Act::media(kind, said, bytes, preparing)).await.unwrap();
    let (_, media) = newest(&sales, id, is_there).await;
    assert_eq!(media.mime, mime);
    let answer = get(&world, &media.url.unwrap(), &[]).await;
    assert_eq!(answer.headers()["content-type"], mime);
    assert_eq!(answer.headers()["content-disposition"], disposition);
    assert_eq!(answer.bytes().await.unwrap(), bytes);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_that_was_taken_back_before_it_was_fetched_is_said_to_be_lost() {
    let (world, sales, _) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    world.sandbox.line().add_fault(Fault::new(FaultKind::ServerError).at("content").times(1));
    let sent = world.act(&customer, Act::Photo).await.unwrap();
    newest(&sales, id, |media| !is_there(media)).await;
    world.act(&customer, Act::Unsend { message_id: sent.message_id.unwrap() }).await.unwrap();
    let (_, media) = newest(&sales, id, |media| media.lost).await;
    assert_eq!(media.url, None);
}

/// One push, one entry for each part, in order; the same again is the same reply.
#[tokio::test(flavor = "multi_thread")]
async fn a_reply_of_several_messages_arrives_as_one_and_stands_in_order() {
    let (world, sales, _) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let kinds = [(shared::media::MediaKind::Image, PICTURE), (shared::media::MediaKind::Video, FILM)];
    let mut media = Vec::new();
    for (kind, bytes) in kinds {
        media.push(upload(&sales, MediaId(new_draft().0), kind, bytes).await.unwrap().id);
    }
    let parts = vec![
        Part::text(format!("{NAME_TOKEN} 您好")),
        Part::Image { media: media[0] },
        Part::text("影片"),
        Part::Video { media: media[1] },
    ];
    let reply = Reply { id, key: MessageId(new_draft().0), content: Content { parts } };
    let written = sales.call(reply.clone()).await.unwrap();
    let shown = |messages: &[Message]| -> Vec<_> {
        messages.iter().map(|one| (one.id.clone(), one.kind, one.text.clone())).collect()
    };
    let kinds: Vec<_> = written.iter().map(|one| (one.kind, one.text.as_str())).collect();
    let (text, image, video) = (MessageKind::Text, MessageKind::Image, MessageKind::Video);
    assert_eq!(kinds, [(text, "林雅婷 您好"), (image, ""), (text, "影片"), (video, "")]);
    assert_eq!(written[0].id, reply.key.to_string());

    let fetched = world.fetched(&customer).await.unwrap();
    assert_eq!(fetched.len(), 4);
    assert!(fetched.iter().all(Fetched::is_seen), "{fetched:?}");
    let began = Instant::now();
    let thread = loop {
        let mut thread = messages(&sales, id).await;
        thread.truncate(4);
        thread.reverse();
        if thread.iter().all(|one| one.outcome == Some(Outcome::Succeeded)) {
            break thread;
        }
        assert!(began.elapsed() < PATIENCE, "every part ends with the one push: {thread:?}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    };
    assert_eq!(shown(&thread), shown(&written));
    for medium in thread.iter().filter_map(|one| one.media.as_ref()) {
        for url in [&medium.url, &medium.preview_url] {
            assert_eq!(get(&world, url.as_ref().unwrap(), &[]).await.status().as_u16(), 200);
        }
    }
    let last = world.find(&sales, MINE, "林雅婷", |card| card.unread == 0).await.unwrap().last.unwrap();
    assert_eq!((last.kind, last.text.as_str(), last.from_customer), (video, "", false));

    assert_eq!(shown(&sales.call(reply).await.unwrap()), shown(&written));
    let ledger = world.sandbox.ledger();
    assert_eq!((ledger.len(), ledger[0].messages.len()), (1, 4));
}

/// A group send with pictures stands in the thread as she got it.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_of_a_group_send_stand_in_the_thread() {
    let (world, sales, _) = begin().await;
    let (_, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let medium = upload(&sales, MediaId(new_draft().0), shared::media::MediaKind::Image, PICTURE).await.unwrap();
    let content = Content { parts: vec![Part::text("新品"), Part::Image { media: medium.id }] };
    let draft = new_draft();
    let selection = Selection { ids: vec![id], matching: Vec::new() };
    sales.call(SaveDraft { id: draft, kind: Kind::GroupMessage, selection, content, revision: 0 }).await.unwrap();
    let seen = sales.call(CheckDraft { id: draft }).await.unwrap();
    let send = SendDraft { id: draft, audience: 1, digest: seen.digest };
    let campaign = sales.call(send).await.unwrap().campaign;
    world.settled(&sales, campaign).await.unwrap();
    let thread = messages(&sales, id).await;
    let (picture, text) = (&thread[0], &thread[1]);
    assert_eq!((picture.kind, picture.campaign, text.text.as_str()), (MessageKind::Image, Some(campaign), "新品"));
    let shown = picture.media.as_ref().unwrap();
    assert_eq!((shown.id, shown.mime.as_str(), shown.lost), (medium.id, medium.mime.as_str(), false));
    for url in [&shown.url, &shown.preview_url] {
        assert_eq!(get(&world, url.as_ref().unwrap(), &[]).await.status().as_u16(), 200);
    }
}

/// The address is given to those who may see the conversation, and works as it was signed only.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_sees_it() {
    let (world, sales, colleague) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    world.act(&customer, Act::Photo).await.unwrap();
    let (_, media) = newest(&sales, id, is_there).await;
    let url = media.url.unwrap();
    assert_eq!(get(&world, &url, &[]).await.status().as_u16(), 200);

    let missing = Problem::missing(What::Conversation);
    let other = world.sign_in(world.other.seat("admin").unwrap()).await.unwrap();
    for client in [&colleague, &other] {
        assert_eq!(client.call(ShowThread { id, limit: 50, after: None }).await.unwrap_err(), missing);
    }
    let visitor = world.visitor().unwrap();
    assert_eq!(visitor.call(ShowThread { id, limit: 50, after: None }).await.unwrap_err(), Problem::SignedOut);

    let app = world.server.app().unwrap();
    let (team, other) = (world.team.id, world.other.id);
    let shown = |team| Shown { team, media: media.id, rendition: Rendition::Whole };
    let (now, soon) = (app.clock.now(), app.clock.now() + 60_000);
    let past = app.keys.media_token(shown(team), now - 1);
    let soon = app.keys.media_token(shown(team), soon);
    assert_eq!(get(&world, &format!("/media/{soon}"), &[]).await.status().as_u16(), 200);
    let elsewhere = World::start().await.unwrap();
    let foreign = elsewhere.server.app().unwrap().keys.media_token(shown(team), i64::MAX);
    let token = url.strip_prefix("/media/").unwrap();
    let fields: Vec<&str> = token.split('.').collect();
    let [key, of, medium, rendition, end, mac] = fields[..] else { panic!("{token}") };
    let (id, other) = (id.0.simple(), other.0.simple());
    for (what, forged) in [
        ("expired", past),
        ("another team's", format!("{key}.{other}.{medium}.{rendition}.{end}.{mac}")),
        ("signed by another server", foreign),
        ("a later end", format!("{key}.{of}.{medium}.{rendition}.{}.{mac}", i64::MAX)),
        ("another medium", format!("{key}.{of}.{id}.{rendition}.{end}.{mac}")),
        ("its preview", format!("{key}.{of}.{medium}.preview.{end}.{mac}")),
        ("for the platforms, which get none of hers", format!("sent/{}", app.keys.sent_media_token(shown(team)))),
        ("no signature", format!("{key}.{of}.{medium}.{rendition}.{end}")),
        ("a signature cut short", token[..token.len() - 3].to_owned()),
        ("the medium alone", media.id.to_string()),
        ("nothing", "x".to_owned()),
    ] {
        let answer = get(&world, &format!("/media/{forged}"), &[]).await;
        let told: (u16, Problem) = (answer.status().as_u16(), answer.json().await.unwrap());
        assert_eq!(told, (404, Problem::missing(What::Media)), "{what}");
    }
    // Nor does the path lead anywhere else.
    for path in ["/media/..%2f..%2fstorecast.db", "/media/%2e%2e/storecast.db"] {
        let answer = get(&world, path, &[]).await;
        assert_eq!(answer.status().as_u16(), 404, "{path}");
    }
}
