//! Content: too many messages, empty ones, long ones.

use shared::{
    call::Method,
    campaigns::{CheckDraft, Kind, ListDrafts, SaveDraft, SendDraft, ShowDraft},
    content::{Content, NAME_TOKEN, Part},
    conversations::{Entry, Reply, ShowThread},
    id::{ConversationId, MediaId, MessageId, SavedReplyId},
    media::MediaKind,
    problem::{Problem, Rule, Unit},
    saved_replies::{SaveSavedReply, UsableBy},
};
use tests::{
    Client, Engine, World,
    pdf::pdf,
    upload::{upload, upload_document},
    world::{PATIENCE, new_draft},
};

use super::{check, content, refusal, save, ticked};

const PICTURE: &[u8] = include_bytes!("../../src/demo/pictures/mugs.jpg");

const fn too_long(limit: u64, actual: u64) -> Rule {
    Rule::TooLong { limit, actual, unit: Unit::Utf16 }
}

/// Seed step 5: 限五則訊息內容.
#[tokio::test(flavor = "multi_thread")]
async fn a_sixth_message_is_refused_when_it_is_written_already() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (_, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let draft = new_draft();
    let six = Problem::invalid("content.parts", Rule::TooMany { limit: 5, actual: 6 });
    assert_eq!(save(&sales, draft, &[id], &["a"; 6]).await.map(drop), Err(six));
    assert_eq!(check(&sales, draft, &[id], &["a"; 5]).await.unwrap().will_send, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_kept_as_a_draft_and_named_by_check_and_send() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (_, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let (long, emoji) = ("a".repeat(5_001), format!("{}a", "😀".repeat(2_500)));
    let named = format!("{}{NAME_TOKEN}", "a".repeat(4_999));
    for (texts, field, rule) in [
        (&[][..], "content.parts", Rule::Required),
        (&["一", ""], "content.parts[1].text", Rule::Required),
        (&[" \n\u{3000}"], "content.parts[0].text", Rule::Required),
        // Who has no name would get nothing.
        (&[NAME_TOKEN], "content.parts[0].text", Rule::Required),
        (&["好", &long], "content.parts[1].text", too_long(5_000, 5_001)),
        (&[&emoji], "content.parts[0].text", too_long(5_000, 5_001)),
        // With the longest name of the selection filled in.
        (&[&named], "content.parts[0].text", too_long(5_000, 5_002)),
    ] {
        let draft = new_draft();
        let problem = Problem::invalid(field, rule);
        save(&sales, draft, &[id], texts).await.unwrap();
        assert_eq!(sales.call(CheckDraft { id: draft }).await.map(drop), Err(problem.clone()));
        let send = SendDraft { id: draft, audience: 1, digest: "any".to_owned() };
        assert_eq!(sales.call(send).await.map(drop), Err(problem));
    }
    assert!(world.sandbox.ledger().is_empty());
}

/// LINE counts UTF-16 code units (providers.md A3): 5,000 of them pass, in emoji as in letters, and arrive whole.
#[tokio::test(flavor = "multi_thread")]
async fn five_thousand_utf16_units_pass_and_arrive_whole() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (_, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let (emoji, letters) = ("😀".repeat(2_500), "長".repeat(5_000));
    let named = format!("{}{NAME_TOKEN}", "a".repeat(4_997));
    let campaign = world.send(&sales, &[id], &[&emoji, &letters, &named]).await.unwrap();
    assert_eq!(world.settled(&sales, campaign).await.unwrap().figures.succeeded, 1);
    let ledger = world.sandbox.ledger();
    let texts: Vec<&str> = ledger[0].messages.iter().map(|message| message["text"].as_str().unwrap()).collect();
    assert_eq!(texts, [emoji.as_str(), &letters, &format!("{}林雅婷", "a".repeat(4_997))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_may_run_over_but_not_without_end_and_holds_no_nul() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let text = "content.parts[0].text";
    let refused = save(&sales, new_draft(), &[], &[&"a".repeat(20_001)]).await.map(drop);
    assert_eq!(refused, Err(Problem::invalid(text, too_long(20_000, 20_001))));
    assert!(save(&sales, new_draft(), &[], &[&"a".repeat(20_000)]).await.is_ok());
    let refused = save(&sales, new_draft(), &[], &["a\0b"]).await.map(drop);
    assert_eq!(refused, Err(Problem::invalid(text, Rule::ControlCharacter)));
    let nobody = check(&sales, new_draft(), &[], &["a"]).await.map(drop);
    assert_eq!(nobody, Err(Problem::invalid("selection", Rule::Required)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reply_is_held_to_the_same() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (_, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    for (text, rule) in [
        ("", Rule::Required),
        (" \u{3000}\n", Rule::Required),
        (&format!("{}a", "😀".repeat(2_500)), too_long(5_000, 5_001)),
        ("a\0b", Rule::ControlCharacter),
    ] {
        let reply = Reply { id, key: MessageId(new_draft().0), content: Content::of_text(text) };
        let refused = Err(Problem::invalid("content.parts[0].text", rule));
        assert_eq!(sales.call(reply).await.map(drop), refused);
    }
    for (parts, rule) in [(0, Rule::Required), (6, Rule::TooMany { limit: 5, actual: 6 })] {
        let content = content(&vec!["a"; parts]);
        let reply = Reply { id, key: MessageId(new_draft().0), content };
        assert_eq!(sales.call(reply).await.map(drop), Err(Problem::invalid("content.parts", rule)));
    }
    assert!(world.sandbox.ledger().is_empty());
}

/// Five with pictures are taken, a sixth of any kind is not (seed step 5).
#[tokio::test(flavor = "multi_thread")]
async fn five_messages_with_pictures_are_taken_and_a_sixth_picture_is_not() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let picture = upload(&sales, MediaId(new_draft().0), MediaKind::Image, PICTURE).await.unwrap().id;
    let image = || Part::Image { media: picture };
    let mut content = Content { parts: vec![image(), Part::text("一"), image(), Part::text("二"), image()] };
    let draft = new_draft();
    let save = |content: Content, revision| {
        sales.call(SaveDraft { id: draft, kind: Kind::GroupMessage, selection: ticked(&[id]), content, revision })
    };
    save(content.clone(), 0).await.unwrap();
    content.parts.push(image());
    let six = Err(Problem::invalid("content.parts", Rule::TooMany { limit: 5, actual: 6 }));
    assert_eq!(save(content, 1).await.map(drop), six);
    let seen = sales.call(CheckDraft { id: draft }).await.unwrap();
    let send = SendDraft { id: draft, audience: 1, digest: seen.digest };
    let campaign = sales.call(send).await.unwrap().campaign;
    assert_eq!(world.settled(&sales, campaign).await.unwrap().figures.succeeded, 1);
    assert_eq!(world.fetched(&customer).await.unwrap().len(), 6, "each with its preview");
}

/// What is in a draft but not there is named by its place when it is to be sent; the draft keeps everything.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_whose_medium_is_gone_is_refused_by_its_place_and_loses_nothing() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let other = world.sign_in(world.other.seat("sales").unwrap()).await.unwrap();
    let mine = upload(&sales, MediaId(new_draft().0), MediaKind::Image, PICTURE).await.unwrap().id;
    let theirs = upload(&other, MediaId(new_draft().0), MediaKind::Image, PICTURE).await.unwrap().id;
    world.act(&customer, sandbox::line::Act::Photo).await.unwrap();
    let hers = customers_photo(&sales, id).await;
    let never = MediaId(new_draft().0);
    for (what, part) in [
        ("never there", Part::Image { media: never }),
        ("another team's", Part::Image { media: theirs }),
        ("a customer's", Part::Image { media: hers }),
        ("no film", Part::Video { media: mine }),
    ] {
        let draft = new_draft();
        let content = Content { parts: vec![Part::text("看"), Part::Image { media: mine }, part] };
        let problem = Problem::invalid("content.parts[2].media", Rule::Unknown { count: 1 });
        let save = SaveDraft {
            id: draft,
            kind: Kind::GroupMessage,
            selection: ticked(&[id]),
            content: content.clone(),
            revision: 0,
        };
        sales.call(save).await.unwrap();
        assert_eq!(sales.call(CheckDraft { id: draft }).await.map(drop), Err(problem.clone()), "{what}");
        let send = SendDraft { id: draft, audience: 1, digest: "any".to_owned() };
        assert_eq!(sales.call(send).await.map(drop), Err(problem.clone()), "{what}");
        let kept = sales.call(ShowDraft { id: draft }).await.unwrap();
        assert_eq!((kept.content, kept.media.len(), kept.campaign), (content.clone(), 1, None), "{what}");
        let reply = Reply { id, key: MessageId(new_draft().0), content };
        assert_eq!(sales.call(reply).await.map(drop), Err(problem), "{what}");
    }
    assert!(world.sandbox.ledger().is_empty());
}

/// A document goes above a template and nowhere else: it is no message, no saved reply, and LINE never gets one.
#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_refused_wherever_it_is_not_above_a_template() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (_, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let document = upload_document(&sales, MediaId(new_draft().0), "保固書.pdf", &pdf(&["Warranty"])).await.unwrap().id;
    let expected = "a picture or film: a document goes above a template's text only";
    let rule = Rule::Malformed { expected: expected.to_owned() };
    for part in [Part::Image { media: document }, Part::Video { media: document }] {
        let content = Content { parts: vec![Part::text("看"), part] };
        let problem = Problem::invalid("content.parts[1].media", rule.clone());
        let draft = new_draft();
        let selection = ticked(&[id]);
        let save = SaveDraft { id: draft, kind: Kind::GroupMessage, selection, content: content.clone(), revision: 0 };
        sales.call(save).await.unwrap();
        assert_eq!(sales.call(CheckDraft { id: draft }).await.map(drop), Err(problem.clone()));
        let send = SendDraft { id: draft, audience: 1, digest: "any".to_owned() };
        assert_eq!(sales.call(send).await.map(drop), Err(problem.clone()));
        let reply = Reply { id, key: MessageId(new_draft().0), content: content.clone() };
        assert_eq!(sales.call(reply).await.map(drop), Err(problem.clone()));
        let saved = SaveSavedReply {
            id: SavedReplyId(new_draft().0),
            title: "保固書".to_owned(),
            content,
            categories: Vec::new(),
            usable_by: UsableBy::OnlyMe,
            revision: 0,
        };
        assert_eq!(sales.call(saved).await.map(drop), Err(problem));
    }
    // There is no such message at all.
    let draft = new_draft();
    let body = serde_json::json!({
        "kind": "group_message", "selection": { "ids": [id], "matching": [] }, "revision": 0,
        "content": { "parts": [{ "kind": "document", "media": document }] },
    });
    let asked = sales.raw(Method::Put, &format!("/api/v1/drafts/{draft}")).json(&body).send().await.unwrap();
    let (status, problem) = refusal(asked).await;
    assert!(status == 422 && matches!(problem, Problem::Invalid { .. }), "{status} {problem:?}");
    assert!(world.sandbox.ledger().is_empty());
}

/// The medium of the photo that a customer sent.
async fn customers_photo(client: &Client, id: ConversationId) -> MediaId {
    let began = std::time::Instant::now();
    loop {
        let thread = client.call(ShowThread { id, limit: 10, after: None }).await.unwrap().items;
        let found = thread.iter().find_map(|entry| match entry {
            Entry::Message(message) => message.media.as_ref().filter(|media| media.url.is_some()).map(|media| media.id),
            Entry::Event { .. } => None,
        });
        if let Some(found) = found {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{thread:?}");
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

/// Another device wrote in between: nothing is overwritten, and the same change twice is no conflict.
#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_changed_elsewhere_is_not_overwritten() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let id = new_draft();
    let write = |text: &str, revision| {
        let (selection, content) = (ticked(&[]), content(&[text]));
        sales.call(SaveDraft { id, kind: Kind::GroupMessage, selection, content, revision })
    };
    assert_eq!(write("one", 0).await.unwrap().revision, 1);
    assert_eq!(write("one", 0).await.unwrap().revision, 1, "its answer was lost, so it came again");
    assert_eq!(write("two", 1).await.unwrap().revision, 2);
    let conflict = Problem::conflict(shared::problem::Conflict::DraftChanged { revision: 2 });
    assert_eq!(write("three", 1).await.map(drop), Err(conflict));
}

/// As when the app saves, hears nothing and saves again while the first is still on its way.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_draft_that_is_saved_many_times_at_once_is_one_draft() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        let sales = world.client("sales").await.unwrap();
        let id = new_draft();
        let saved = futures_util::future::join_all((0..6).map(|_| save(&sales, id, &[], &["a"]))).await;
        assert!(
            saved.iter().all(|draft| draft.as_ref().is_ok_and(|draft| draft.revision == 1)),
            "{engine:?}: {saved:?}"
        );
        assert_eq!(sales.call(ListDrafts {}).await.unwrap().len(), 1);
    }
}
