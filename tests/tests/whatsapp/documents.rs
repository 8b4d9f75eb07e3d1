//! Templates whose header is a document: brought in pieces, uploaded to WhatsApp once, shown to staff as a file.

use sandbox::whatsapp::{NewCustomer, TemplateSpec};
use serde_json::json;
use shared::{
    campaigns::{CheckDraft, Kind, SaveDraft, SendDraft, ShowCampaign},
    conversations::{Entry, MessageKind, ShowThread},
    id::MediaId,
    limits::PIECE,
    media::MediaKind,
    problem::{Problem, Rule},
};
use tests::{
    World,
    pdf::pdf,
    upload::{upload, upload_document},
    world::{self, until},
};

use crate::{
    PAST, figures,
    stage::{self, ticked},
};

const PICTURE: &[u8] = include_bytes!("../../src/demo/pictures/mugs.jpg");

fn warranty() -> TemplateSpec {
    TemplateSpec::new("warranty", "zh_TW").utility().header_document().body("附上您的保固書。")
}

fn new_media() -> MediaId {
    MediaId(world::new_draft().0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_reaches_two_people_by_one_upload_and_is_shown_in_thread_and_record() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let mut filled = stage::read(&world, &sales, warranty()).await;
    let one = stage::taken(&world, &sales, 0, NewCustomer::phone("郭宜蓁", "+886912000001"), PAST).await;
    let two = stage::taken(&world, &sales, 0, NewCustomer::phone("尤靜怡", "+886912000002"), PAST).await;
    let line = "x".repeat(1_000);
    let bytes = pdf(&vec![line.as_str(); 1_200]);
    assert!(bytes.len() > PIECE);
    let document = upload_document(&sales, new_media(), "C:\\shop\\保固書.PDF", &bytes).await.unwrap();
    filled.header = Some(document.id);

    let id = world::new_draft();
    let selection = ticked(&[one.id, two.id]);
    let campaign = world::send_content(&sales, id, Kind::GroupTemplate, selection, stage::of(filled)).await.unwrap();
    until("both have it", async || figures(&sales, campaign).await.delivered == 2).await;

    let ledger = world.sandbox.whatsapp().ledger();
    let [first, second] = &ledger[..] else { panic!("{ledger:?}") };
    let header = &first.messages[0]["template"]["components"][0];
    let uploaded = header["parameters"][0]["document"]["id"].as_str().unwrap().to_owned();
    let expected = json!({ "type": "document", "document": { "id": uploaded, "filename": "保固書.pdf" } });
    assert_eq!(*header, json!({ "type": "header", "parameters": [expected] }));
    assert_eq!(second.messages[0]["template"]["components"][0], *header, "one upload for both");
    let phones = format!("{}/phones/whatsapp/{uploaded}", world.sandbox.base());
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let arrived = http.get(phones).send().await.unwrap();
    assert_eq!(arrived.headers()["content-type"], "application/pdf");
    assert_eq!(arrived.bytes().await.unwrap(), bytes, "byte for byte");

    let thread = sales.call(ShowThread { id: one.id, limit: 10, after: None }).await.unwrap().items;
    let sent = thread.iter().find_map(|entry| match entry {
        Entry::Message(message) if message.kind == MessageKind::Template => message.media.clone(),
        Entry::Message(_) | Entry::Event { .. } => None,
    });
    let sent = sent.unwrap();
    assert_eq!((sent.id, sent.name.as_deref(), sent.size), (document.id, Some("保固書.pdf"), Some(bytes.len() as u64)));
    assert_eq!((sent.mime.as_str(), sent.preview_url, sent.lost), ("application/pdf", None, false));
    let shown = sales.get(&sent.url.unwrap()).await.unwrap();
    assert!(shown.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename="));
    let record = sales.call(ShowCampaign { id: campaign }).await.unwrap();
    assert_eq!(record.media.iter().map(|one| one.name.as_deref()).collect::<Vec<_>>(), [Some("保固書.pdf")]);
    world.stop().await.unwrap();
}

/// Nothing is lost where something is missing: the draft keeps all, and the check says by its place what is not right.
#[tokio::test(flavor = "multi_thread")]
async fn the_check_names_a_document_that_is_missing_or_is_none() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let filled = stage::read(&world, &sales, warranty()).await;
    let one = stage::taken(&world, &sales, 0, NewCustomer::phone("郭宜蓁", "+886912000001"), PAST).await;
    let (_, line) = world.taken(&sales, "林雅婷", "您好").await.unwrap();
    let picture = upload(&sales, new_media(), MediaKind::Image, PICTURE).await.unwrap().id;
    let document = upload_document(&sales, new_media(), "a.pdf", &pdf(&["Warranty"])).await.unwrap().id;
    let other = world.sign_in(world.other.seat("sales").unwrap()).await.unwrap();
    let theirs = upload_document(&other, new_media(), "b.pdf", &pdf(&["Warranty"])).await.unwrap().id;
    let unknown = Problem::invalid("content.parts[0].header", Rule::Unknown { count: 1 });
    for (header, expected) in [
        (None, Err(Problem::invalid("content.parts[0].header", Rule::Required))),
        (Some(picture), Err(unknown.clone())),
        (Some(theirs), Err(unknown.clone())),
        (Some(new_media()), Err(unknown)),
        (Some(document), Ok(1)),
    ] {
        let mut filled = filled.clone();
        filled.header = header;
        let (id, selection, content) = (world::new_draft(), ticked(&[one.id]), stage::of(filled));
        let save = SaveDraft { id, kind: Kind::GroupTemplate, selection, content: content.clone(), revision: 0 };
        assert_eq!(sales.call(save).await.unwrap().content, content);
        assert_eq!(sales.call(CheckDraft { id }).await.map(|check| check.will_send), expected);
        if let Err(problem) = expected {
            let send = SendDraft { id, audience: 1, digest: "any".into() };
            assert_eq!(sales.call(send).await.map(drop), Err(problem));
        }
    }
    // To LINE it never goes.
    let mut filled = filled;
    filled.header = Some(document);
    let (id, selection) = (world::new_draft(), ticked(&[line]));
    let content = stage::of(filled);
    sales.call(SaveDraft { id, kind: Kind::GroupTemplate, selection, content, revision: 0 }).await.unwrap();
    let refused = sales.call(CheckDraft { id }).await.map(drop);
    assert!(matches!(refused, Err(Problem::Conflict { .. } | Problem::Invalid { .. })), "{refused:?}");
    assert!(world.sandbox.ledger().is_empty() && world.sandbox.whatsapp().ledger().is_empty());
    world.stop().await.unwrap();
}
