//! A template whose header is a document: picked, its PDF chosen and brought, and what the customer will see.

use std::cell::Cell;

use dioxus::prelude::*;
use shared::{
    campaigns::Draft,
    id::MediaId,
    media::{BeginUpload, FinishUpload, MediaFault, MediaInfo, MediaKind, Upload, UploadPiece},
    members::Role,
    problem::{Problem, Rule},
    templates::{Filled, Header, Template},
};
use uuid::Uuid;

use super::{
    fit::as_content,
    header::HeaderField,
    tests::{FILL, PICK, at, draft, has, has_not, nothing, server as templates, template},
};
use crate::{
    api::Failed,
    canned::Canned,
    draft::Kept,
    platform::{Chosen, Memory},
    stage::{Playing, Stage, member},
    upload::{Uploads, use_uploads},
};

const PDF: MediaId = MediaId(Uuid::from_u128(61));
const SIZE: u64 = 1_200_000;

fn with_header(header: Header) -> Template {
    let mut one = template(1, "附上您的保固書。");
    one.shape.header = Some(header);
    one
}

fn warranty() -> Template {
    with_header(Header::Media { media: MediaKind::Document })
}

fn info(id: MediaId) -> MediaInfo {
    MediaInfo {
        id,
        kind: MediaKind::Document,
        mime: "application/pdf".into(),
        size: SIZE,
        name: Some("保固書.pdf".into()),
        width: 0,
        height: 0,
        duration_ms: None,
        url: "/media/pdf".into(),
        preview_url: None,
    }
}

/// A draft with the template, and this as its document.
fn filled(header: Option<MediaId>, media: Vec<MediaInfo>) -> Draft {
    let one = warranty();
    let filled = Filled { header, ..Filled::new(one.id, one.shape) };
    Draft { media, ..draft(as_content(filled)) }
}

#[tokio::test]
async fn it_can_be_picked_and_a_place_on_the_map_stays_greyed_with_its_reason() {
    let html = at(PICK, vec![warranty()], nothing()).await;
    has(&html, &["標題文件"]);
    has_not(&html, &["含有這裡還不能填寫的內容"]);
    let place = with_header(Header::Other { format: "LOCATION".into() });
    has(&at(PICK, vec![place], nothing()).await, &["含有這裡還不能填寫的內容"]);
    has(&at(PICK, vec![warranty()], filled(None, Vec::new())).await, &["上傳 1 份 PDF", "套用"]);
}

#[tokio::test]
async fn its_pdf_is_chosen_by_a_field_of_its_own_and_next_waits_for_it() {
    let html = at(FILL, vec![warranty()], filled(None, Vec::new())).await;
    has(
        &html,
        &[
            "標題文件",
            r#"type="file" aria-label="選擇 PDF" accept="application/pdf,.pdf""#,
            "請選擇標題文件",
            r#"aria-disabled="true" aria-describedby="fill-why""#,
        ],
    );
}

#[tokio::test]
async fn a_chosen_one_shows_its_name_and_size_and_no_picture() {
    let html = at(FILL, vec![warranty()], filled(Some(PDF), vec![info(PDF)])).await;
    has(
        &html,
        &[
            "已上傳",
            r#"aria-label="更換" accept="application/pdf,.pdf""#,
            "已填好",
            // In the bubble: what it is, for those who do not see the icon, then name and size.
            ">文件 </span>",
            ">保固書.pdf</b>",
            "> PDF · 1.2 MB</span>",
        ],
    );
    assert_eq!(html.matches(">保固書.pdf</b>").count(), 2, "in the tile and in the bubble: {html}");
    // A document is not opened from our own pages while it is being written.
    has_not(&html, &["<img", "<iframe", "/media/pdf", r#"aria-disabled="true""#]);
}

/// After a reload its bytes are gone: it has to be chosen again, and the preview does not pretend to have it.
#[tokio::test]
async fn one_that_a_reload_cut_off_is_named_and_not_shown_to_be_sent() {
    let cut = filled(Some(PDF), Vec::new());
    let canned = templates(vec![warranty()], cut.clone()).on::<BeginUpload>(|call| {
        assert_eq!(call.name.as_deref(), Some("保固書.PDF"), "the same upload is asked for");
        Ok(Upload { id: call.id, kind: call.kind, size: call.size, received: 0, media: None })
    });
    let memory = Memory::default();
    let key = format!("draft.{}", member(Role::SalesStaff).id);
    let notes = serde_json::json!([{ "id": PDF, "kind": "document", "name": "保固書.PDF", "size": SIZE }]);
    memory.values.borrow_mut().insert(format!("{key}.uploads"), notes.to_string());
    memory.values.borrow_mut().insert(key, Kept::new(cut).to_text());
    let html = Stage::at(FILL, canned).on(memory).signed_in(member(Role::SalesStaff)).play().await.html();
    has(&html, &["請再選一次同一份文件，其他內容都還在", r#"aria-label="重新選擇""#, "標題文件不能使用，請換一份"]);
    assert_eq!(html.matches(">保固書.pdf</b>").count(), 1, "in the tile alone: {html}");
}

type Held = (Uploads, Signal<Option<MediaId>>);

thread_local! {
    static HELD: Cell<Option<Held>> = const { Cell::new(None) };
}

#[expect(non_snake_case, reason = "a component")]
fn Holder() -> Element {
    let mut id = use_signal(|| None);
    HELD.set(Some((use_uploads(), id)));
    rsx! {
        HeaderField { kind: MediaKind::Document, id: id(), media: Vec::new(), error: None, onchange: move |to| id.set(to) }
    }
}

/// The field, with a file of this name chosen and brought as far as the server lets it.
async fn choosing(canned: Canned, name: &str, size: usize) -> Playing {
    let mut playing = Stage::piece(member(Role::SalesStaff), canned, Holder).play().await;
    let (uploads, mut id) = HELD.get().expect("the piece is on the stage");
    let file = Chosen::in_memory(name, "application/pdf", vec![0; size]);
    playing.inside(|| id.set(Some(uploads.add(MediaKind::Document, file))));
    playing.settle().await;
    playing
}

fn server(finish: impl Fn(MediaId) -> Result<MediaInfo, Failed> + 'static) -> Canned {
    let upload = |id, size, received| Upload { id, kind: MediaKind::Document, size, received, media: None };
    Canned::default()
        .on::<BeginUpload>(move |call| {
            assert_eq!(call.name.as_deref(), Some("保固書.PDF"), "the server makes a name of it");
            Ok(upload(call.id, call.size, 0))
        })
        .on::<UploadPiece>(move |call| Ok(upload(call.id, 10, call.bytes.len() as u64)))
        .on::<FinishUpload>(move |call| finish(call.id))
}

#[tokio::test]
async fn a_file_that_is_brought_becomes_the_document_as_the_customer_will_see_it() {
    let html = choosing(server(|id| Ok(info(id))), "保固書.PDF", 10).await.html();
    has(&html, &[">保固書.pdf</b>", "PDF · 1.2 MB", "已上傳"]);
}

#[tokio::test]
async fn on_its_way_it_can_be_cancelled_and_its_name_is_there() {
    let canned = Canned::default().silent::<BeginUpload>();
    has(&choosing(canned, "保固書.PDF", 10).await.html(), &[">保固書.pdf</b>", r#"aria-label="取消上傳""#]);
}

#[tokio::test]
async fn one_that_is_no_pdf_says_so_with_the_cure() {
    let fault = |fault: MediaFault| Err(Problem::invalid("file", Rule::Unfit { fault }).into());
    for (found, cure) in [
        ("application/x-msdownload", "請選擇在這台裝置能開啟的 PDF"),
        ("application/zip", "另存成 PDF"),
        ("image/jpeg", "請另存或列印成 PDF"),
    ] {
        let canned = server(move |_| fault(MediaFault::NotPdf { found: found.to_owned() }));
        let html = choosing(canned, "保固書.PDF", 10).await.html();
        has(&html, &[r#"role="alert""#, "不是 PDF", cure, r#"aria-label="重新選擇" accept="application/pdf,.pdf""#]);
        has_not(&html, &["再試一次"]);
    }
    let html = choosing(server(move |_| fault(MediaFault::Damaged)), "保固書.PDF", 10).await.html();
    has(&html, &["檔案不完整或打不開"]);
}

#[tokio::test]
async fn what_the_server_could_not_keep_can_be_tried_again() {
    let html = choosing(server(|_| Err(Problem::StorageFull.into())), "保固書.PDF", 10).await.html();
    has(&html, &[r#"role="alert""#, "再試一次"]);
}

#[tokio::test]
async fn one_that_is_too_large_is_told_before_a_byte_is_sent() {
    let canned = Canned::default();
    let most = usize::try_from(MediaKind::Document.most()).unwrap();
    let html = choosing(canned.clone(), "保固書.PDF", most + 1).await.html();
    has(&html, &["最多 64 MB", "重新選擇"]);
    assert_eq!(canned.asked::<BeginUpload>(), 0);
}
