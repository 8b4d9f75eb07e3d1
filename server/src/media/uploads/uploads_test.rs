//! Uploads on a whole server without its tasks: what is kept, what is not, and when it goes.

use axum::http::{Request, header};
use png::{BitDepth, ColorType, Encoder};
use shared::{
    call::Call,
    members::{Role, Session},
};

use super::*;
use crate::{
    http::{
        router,
        testing::{START, World},
    },
    media::{
        Holder, Media, Rendition,
        files::tests::{Bucket, Disk},
        hold, platform_address, sweep,
    },
    params,
};

const PIECE: usize = limits::PIECE;

/// A picture of some size: noise cannot be made smaller.
fn picture(side: u32) -> Vec<u8> {
    let mut state = 1_u32;
    let noise: Vec<u8> = (0..side * side * 3)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.to_be_bytes()[0]
        })
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, side, side);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.write_header().unwrap().write_image_data(&noise).unwrap();
    bytes
}

struct Stage {
    world: World,
    disk: Disk,
    ann: Session,
}

impl Stage {
    async fn set() -> Self {
        let mut world = World::new().await;
        let disk = Disk::default();
        world.app.media = Media::on(disk.clone());
        world.router = router(world.app.clone());
        world.member("ann", Role::SalesStaff).await;
        let ann = world.signed_in("ann").await;
        Self { world, disk, ann }
    }

    async fn call<C: Call>(&self, call: C) -> Result<C::Reply, Problem> {
        self.world.call(Some(&self.ann.access_token), &call).await
    }

    fn new_id(&self) -> MediaId {
        self.world.app.clock.id()
    }

    async fn begin(&self, id: MediaId, bytes: &[u8]) -> Result<Upload, Problem> {
        self.call(BeginUpload::of_file(id, MediaKind::Image, bytes.len() as u64, "")).await
    }

    async fn bring(&self, id: MediaId, bytes: &[u8]) -> Result<MediaInfo, Problem> {
        self.begin(id, bytes).await?;
        for (number, piece) in bytes.chunks(PIECE).enumerate() {
            let offset = (number * PIECE) as u64;
            self.call(UploadPiece { id, offset, bytes: piece.to_vec() }).await?;
        }
        self.call(FinishUpload { id }).await
    }

    async fn count(&self, table: &str) -> i64 {
        let sql = if table == "upload" { "SELECT COUNT(*) FROM upload" } else { "SELECT COUNT(*) FROM media" };
        self.world.app.db.read(move |tx| tx.one::<i64>(sql, params![])).await.unwrap()
    }

    async fn sweep(&self) -> usize {
        sweep::sweep(&self.world.app).await.unwrap()
    }
}

#[tokio::test]
async fn a_full_disk_keeps_no_half_and_the_upload_goes_on_when_there_is_room() {
    let stage = Stage::set().await;
    let (id, bytes) = (stage.new_id(), picture(700));
    assert_eq!(bytes.len().div_ceil(PIECE), 2);
    stage.disk.set_room(Some(1));
    assert_eq!(stage.bring(id, &bytes).await, Err(Problem::StorageFull), "the second piece does not fit");
    assert_eq!(stage.begin(id, &bytes).await.unwrap().received, PIECE as u64);
    assert_eq!(stage.disk.names().await.len(), 1);
    // The last piece fits, but nothing of what is made of them; then the preview fits, but not the picture.
    for _ in 0..2 {
        stage.disk.set_room(Some(1));
        assert_eq!(stage.bring(id, &bytes).await, Err(Problem::StorageFull));
        assert_eq!(stage.disk.names().await.len(), 2, "{:?}", stage.disk.names().await);
        assert_eq!((stage.count("upload").await, stage.count("media").await), (1, 0));
    }
    stage.disk.set_room(None);
    let media = stage.bring(id, &bytes).await.unwrap();
    assert_eq!((media.id, media.width, media.height), (id, 700, 700));
    let [whole, preview] = paths(stage.world.team, id);
    assert_eq!(stage.disk.names().await, [whole, preview], "the pieces are gone");
    assert_eq!((stage.count("upload").await, stage.count("media").await), (0, 1));
}

#[tokio::test]
async fn what_is_no_picture_is_thrown_away_whole() {
    let stage = Stage::set().await;
    let (id, program) = (stage.new_id(), b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".repeat(8));
    let refused = stage.bring(id, &program).await;
    let Err(Problem::Invalid { field, rule: Rule::Unfit { fault: MediaFault::NotTaken { .. } } }) = &refused else {
        panic!("{refused:?}")
    };
    assert_eq!(field, "file");
    assert_eq!((stage.disk.names().await.len(), stage.count("upload").await, stage.count("media").await), (0, 0, 0));
    assert_eq!(stage.call(FinishUpload { id }).await, Err(Problem::missing(What::Upload)));
    assert_eq!(stage.call(ShowUpload { id }).await, Err(Problem::missing(What::Upload)), "asking begins nothing");
    assert!(stage.bring(id, &picture(8)).await.is_ok(), "its id is free again");
}

#[tokio::test]
async fn two_finishes_at_once_make_one_medium() {
    let stage = Stage::set().await;
    let (id, bytes) = (stage.new_id(), picture(64));
    stage.begin(id, &bytes).await.unwrap();
    stage.call(UploadPiece { id, offset: 0, bytes: bytes.clone() }).await.unwrap();
    let finishes = futures_util::future::join_all((0..4).map(|_| stage.call(FinishUpload { id }))).await;
    let first = finishes[0].clone().unwrap();
    assert!(finishes.iter().all(|one| one.as_ref() == Ok(&first)), "{finishes:?}");
    assert_eq!(stage.call(FinishUpload { id }).await, Ok(first.clone()));
    assert_eq!((stage.count("upload").await, stage.count("media").await), (0, 1));
    let again = stage.begin(id, &bytes).await.unwrap();
    assert_eq!((again.received, again.media), (bytes.len() as u64, Some(first.clone())));
    let again = stage.call(UploadPiece { id, offset: 0, bytes }).await.unwrap();
    assert_eq!(again.media, Some(first.clone()));
    assert_eq!(stage.call(ShowUpload { id }).await, Ok(again));
    // Dropping what is finished takes nothing away.
    stage.call(DropUpload { id }).await.unwrap();
    assert_eq!(stage.call(FinishUpload { id }).await, Ok(first));
    assert_eq!(stage.disk.names().await.len(), 2);
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_made_all_the_same() {
    let stage = Stage::set().await;
    let (id, bytes) = (stage.new_id(), picture(64));
    let begun = stage.begin(id, &bytes).await.unwrap();
    assert_eq!(stage.call(ShowUpload { id }).await, Ok(begun));
    stage.call(UploadPiece { id, offset: 0, bytes: bytes.clone() }).await.unwrap();
    let turns = stage.world.app.media.turns.clone();
    let others = u32::try_from(turns.available_permits()).unwrap();
    let others = turns.acquire_many_owned(others).await.unwrap();
    {
        let mut finish = std::pin::pin!(stage.call(FinishUpload { id }));
        let cut = std::time::Duration::from_millis(200);
        assert!(tokio::time::timeout(cut, &mut finish).await.is_err(), "others are before it");
    }
    drop(others);
    let made = async || stage.call(ShowUpload { id }).await.is_ok_and(|upload| upload.media.is_some());
    while !made().await {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_piece_belongs_where_the_upload_is() {
    let stage = Stage::set().await;
    let (id, bytes) = (stage.new_id(), picture(700));
    stage.begin(id, &bytes).await.unwrap();
    let piece = |offset: usize, bytes: &[u8]| UploadPiece { id, offset: offset as u64, bytes: bytes.to_vec() };
    let at = |received: usize| Err(Problem::conflict(Conflict::UploadAt { received: received as u64 }));
    let invalid = |refused: Result<Upload, Problem>, wrong: &str| {
        assert!(matches!(&refused, Err(Problem::Invalid { field, .. }) if field == wrong), "{refused:?}");
    };
    assert_eq!(stage.call(piece(PIECE, &bytes[PIECE..])).await, at(0));
    assert_eq!(stage.call(FinishUpload { id }).await.map(drop), at(0).map(drop));
    invalid(stage.call(piece(0, &bytes[..10])).await, "body");
    invalid(stage.call(piece(0, b"")).await, "body");
    invalid(stage.call(piece(5, &bytes[..10])).await, "offset");
    invalid(stage.call(piece(2 * PIECE, &bytes[..10])).await, "offset");
    for _ in 0..2 {
        let now = stage.call(piece(0, &bytes[..PIECE])).await.unwrap();
        assert_eq!((now.received, now.size, now.media), (PIECE as u64, bytes.len() as u64, None));
    }
    // The answer to a piece was lost, and the client sends it once more; what it says now is not believed.
    stage.call(piece(0, &vec![0; PIECE])).await.unwrap();
    invalid(stage.call(piece(PIECE, &bytes[PIECE - 1..])).await, "body");
    assert_eq!(stage.call(FinishUpload { id }).await.map(drop), at(PIECE).map(drop));
    stage.call(piece(PIECE, &bytes[PIECE..])).await.unwrap();
    assert_eq!(stage.call(FinishUpload { id }).await.unwrap().width, 700);
}

#[tokio::test]
async fn octets_are_taken_as_octets_and_no_more_of_them_than_a_piece() {
    let stage = Stage::set().await;
    let id = stage.new_id();
    stage.begin(id, &[0; 10]).await.unwrap();
    let put = |kind: &'static str, bytes: Vec<u8>| {
        Request::put(format!("/api/v1/uploads/{}/pieces/0", id.0))
            .header(header::AUTHORIZATION, format!("Bearer {}", stage.ann.access_token))
            .header(header::CONTENT_TYPE, kind)
            .body(bytes.into())
            .unwrap()
    };
    let large = stage.world.ask(put("application/octet-stream", vec![0; PIECE + 1])).await;
    assert_eq!((large.status.as_u16(), large.problem()), (413, Problem::TooLarge { limit: PIECE as u64 }));
    for kind in ["application/json", "multipart/form-data", ""] {
        let wrong = stage.world.ask(put(kind, vec![0; 10])).await;
        let rule = Rule::Malformed { expected: "application/octet-stream".into() };
        assert_eq!(wrong.problem(), Problem::invalid("content-type", rule), "{kind}");
    }
    assert_eq!(stage.world.ask(put("Application/Octet-Stream", vec![0; 10])).await.status.as_u16(), 200);
}

#[tokio::test]
async fn an_id_is_taken_by_what_it_stands_for() {
    let stage = Stage::set().await;
    let (id, bytes) = (stage.new_id(), picture(8));
    let size = bytes.len() as u64;
    stage.begin(id, &bytes).await.unwrap();
    assert_eq!(stage.begin(id, &bytes).await.unwrap().received, 0);
    let taken = Err(Problem::invalid("id", Rule::Taken));
    assert_eq!(stage.call(BeginUpload::of_file(id, MediaKind::Image, size + 1, "")).await, taken);
    assert_eq!(stage.call(BeginUpload::of_file(id, MediaKind::Video, size, "")).await, taken);
    stage.world.member("bob", Role::SalesManager).await;
    let bob = stage.world.signed_in("bob").await.access_token;
    let bobs = |id| BeginUpload::of_file(id, MediaKind::Image, size, "");
    assert_eq!(stage.world.call(Some(&bob), &bobs(id)).await, taken);
    let missing = Problem::missing(What::Upload);
    let piece = UploadPiece { id, offset: 0, bytes: bytes.clone() };
    assert_eq!(stage.world.call(Some(&bob), &piece).await, Err(missing.clone()));
    assert_eq!(stage.world.call(Some(&bob), &FinishUpload { id }).await, Err(missing.clone()));
    stage.world.call(Some(&bob), &DropUpload { id }).await.unwrap();
    assert_eq!(stage.begin(id, &bytes).await.unwrap().received, 0, "he dropped nothing of hers");
    stage.bring(id, &bytes).await.unwrap();
    assert_eq!(stage.world.call(Some(&bob), &bobs(id)).await, taken);
    assert_eq!(stage.world.call(Some(&bob), &FinishUpload { id }).await, Err(missing));
    // What customers sent has an id too.
    let (team, customers) = (stage.world.team, stage.new_id());
    let insert = move |tx: &mut db::Tx<'_>| {
        tx.execute(
            "INSERT INTO media (team_id, id, state, kind, tries, created_at) VALUES ($1, $2, 'ready', 'image', 0, 0)",
            params![team, customers],
        )
    };
    stage.world.app.db.write(insert).await.unwrap();
    assert_eq!(stage.begin(customers, &bytes).await, taken);
}

#[tokio::test]
async fn nobody_fills_the_disk() {
    let stage = Stage::set().await;
    let film = |id, size| BeginUpload::of_file(id, MediaKind::Video, size, "");
    for _ in 0..OPEN {
        stage.call(film(stage.new_id(), 1)).await.unwrap();
    }
    let refused = stage.call(film(stage.new_id(), 1)).await;
    assert_eq!(refused, Err(Problem::TooMany { retry_after: 3_601 }));
    // An hour later they are given up, one may have many again, but not too much.
    stage.world.app.clock.advance(GIVEN_UP + 1);
    let stage = Stage { ann: stage.world.signed_in("ann").await, ..stage };
    for number in 0..LOOSE / limits::VIDEO_BYTES {
        let begun = stage.call(film(stage.new_id(), limits::VIDEO_BYTES)).await;
        assert!(begun.is_ok(), "{number}: {begun:?}");
        assert!(number < OPEN);
    }
    let refused = stage.call(film(stage.new_id(), limits::VIDEO_BYTES)).await;
    assert!(matches!(refused, Err(Problem::TooMany { .. })), "{refused:?}");
}

#[tokio::test]
async fn what_nothing_needs_goes_after_a_day_and_nothing_else() {
    let stage = Stage::set().await;
    let app = &stage.world.app;
    let team = stage.world.team;
    let (unused, held, begun) = (stage.new_id(), stage.new_id(), stage.new_id());
    stage.bring(unused, &picture(8)).await.unwrap();
    stage.bring(held, &picture(9)).await.unwrap();
    let holder = Holder::SavedReply(app.clock.id());
    app.db.write(move |tx| hold(tx, team, holder, &[held])).await.unwrap();
    let large = picture(700);
    stage.begin(begun, &large).await.unwrap();
    stage.call(UploadPiece { id: begun, offset: 0, bytes: large[..PIECE].to_vec() }).await.unwrap();
    // What a customer sent, kept in the same store.
    let customers = stage.new_id();
    app.media.write("customers", Bytes::from_static(b"hers")).await.unwrap();
    let insert = move |tx: &mut db::Tx<'_>| {
        tx.execute(
            "INSERT INTO media (team_id, id, state, kind, path, tries, created_at) \
             VALUES ($1, $2, 'ready', 'image', 'customers', 0, 0)",
            params![team, customers],
        )
    };
    app.db.write(insert).await.unwrap();

    assert_eq!(stage.sweep().await, 0);
    app.clock.advance(sweep::DAY + 1);
    let young = stage.new_id();
    let ann = stage.world.signed_in("ann").await;
    let stage = Stage { ann, ..stage };
    stage.bring(young, &picture(10)).await.unwrap();
    assert_eq!(stage.sweep().await, 2);
    assert_eq!(stage.sweep().await, 0);
    let mut expected = vec!["customers".to_owned()];
    expected.extend([held, young].into_iter().flat_map(|id| paths(team, id)));
    expected.sort();
    assert_eq!(stage.disk.names().await, expected);
    assert_eq!((stage.count("upload").await, stage.count("media").await), (0, 3));
    assert_eq!(stage.call(FinishUpload { id: unused }).await, Err(Problem::missing(What::Upload)));
}

#[tokio::test]
async fn what_a_crash_left_behind_is_swept() {
    let stage = Stage::set().await;
    let app = &stage.world.app;
    let (team, id, bytes) = (stage.world.team, stage.new_id(), picture(8));
    stage.begin(id, &bytes).await.unwrap();
    stage.call(UploadPiece { id, offset: 0, bytes }).await.unwrap();
    // The server ended after it closed the row, and after it had written the objects of the medium.
    for path in paths(team, id) {
        app.media.write(&path, Bytes::from_static(b"half")).await.unwrap();
    }
    let now = app.clock.now();
    app.db.write(move |tx| store::close(tx, team, id, now)).await.unwrap();
    assert_eq!(stage.sweep().await, 1);
    assert_eq!((stage.disk.names().await.len(), stage.count("upload").await), (0, 0));
}

#[tokio::test]
async fn a_platform_is_shown_what_is_ours_at_an_address_that_lasts() {
    let stage = Stage::set().await;
    let app = &stage.world.app;
    let (team, id) = (stage.world.team, stage.new_id());
    let info = stage.bring(id, &picture(20)).await.unwrap();
    let address = |id, rendition| platform_address(app, team, id, rendition);
    let path = |address: String| address.strip_prefix(&app.config.public_url).unwrap().to_owned();
    let (whole, preview) = (path(address(id, Rendition::Whole)), path(address(id, Rendition::Preview)));
    assert!(whole.len() < 300 && whole.bytes().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(&b)), "{whole}");
    app.clock.advance(400 * sweep::DAY);
    assert_eq!(path(address(id, Rendition::Whole)), whole, "the same at every try");
    let shown = stage.world.get(&whole).await;
    assert_eq!((shown.status.as_u16(), shown.header("content-type")), (200, info.mime.as_str()));
    assert_eq!(shown.body.len() as u64, info.size);
    assert_eq!(shown.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(shown.header("x-content-type-options"), "nosniff");
    let small = stage.world.get(&preview).await;
    assert_eq!((small.status.as_u16(), small.header("content-type")), (200, "image/jpeg"));
    assert!(small.body.starts_with(&[0xff, 0xd8]) && small.body.len() as u64 <= limits::PREVIEW_BYTES);
    assert_eq!(small.header("content-length"), small.body.len().to_string());
    let part = Request::get(&whole).header(header::RANGE, "bytes=1-3").body(axum::body::Body::empty()).unwrap();
    let part = stage.world.ask(part).await;
    assert_eq!((part.status.as_u16(), part.body.as_slice()), (206, &shown.body[1..=3]));
    let head = Request::head(&whole).body(axum::body::Body::empty()).unwrap();
    let head = stage.world.ask(head).await;
    assert_eq!((head.status.as_u16(), head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), shown.body.len().to_string());
    // The app's addresses have ended meanwhile; a forged one never began.
    assert_eq!(stage.world.get(&info.url).await.status.as_u16(), 404);
    assert_eq!(stage.world.get(&whole.replace("whole", "preview")).await.status.as_u16(), 404);
    assert_eq!(stage.sweep().await, 1);
    assert_eq!(stage.world.get(&whole).await.status.as_u16(), 404);
}

#[tokio::test]
async fn a_document_is_kept_as_it_is_offered_for_download_only_and_swept() {
    let stage = Stage::set().await;
    let (id, bytes) = (stage.new_id(), [&b"%PDF-1.7\n"[..], &picture(700), b"\nstartxref\n0\n%%EOF\n"].concat());
    let begin = |name: &str| BeginUpload::of_file(id, MediaKind::Document, bytes.len() as u64, name);
    stage.call(begin("C:\\shop\\保固書 \u{202e}fdp.PDF")).await.unwrap();
    let taken = Err(Problem::invalid("id", Rule::Taken));
    assert_eq!(stage.call(begin("other.pdf")).await, taken, "it is not the same upload");
    for (number, piece) in bytes.chunks(PIECE).enumerate() {
        let offset = (number * PIECE) as u64;
        stage.call(UploadPiece { id, offset, bytes: piece.to_vec() }).await.unwrap();
    }
    let info = stage.call(FinishUpload { id }).await.unwrap();
    assert_eq!(
        (info.kind, info.mime.as_str(), info.size),
        (MediaKind::Document, "application/pdf", bytes.len() as u64)
    );
    assert_eq!((info.name.as_deref(), info.preview_url.as_ref()), (Some("保固書 fdp.pdf"), None));
    assert_eq!(stage.call(begin("/tmp/保固書 fdp.pdf")).await.unwrap().media, Some(info.clone()));
    assert_eq!(stage.call(begin("other.pdf")).await, taken);
    let [whole, _] = paths(stage.world.team, id);
    assert_eq!(stage.disk.names().await, [whole], "the pieces are gone, and there is no preview");

    let shown = stage.world.get(&info.url).await;
    assert_eq!((shown.status.as_u16(), shown.header("content-type")), (200, "application/pdf"));
    assert!(shown.body == bytes, "not a byte was changed");
    let offered = "attachment; filename=\"___ fdp.pdf\"; filename*=UTF-8''%E4%BF%9D%E5%9B%BA%E6%9B%B8%20fdp.pdf";
    assert_eq!((shown.header("content-disposition"), shown.header("x-content-type-options")), (offered, "nosniff"));
    assert_eq!(shown.header("content-security-policy"), "default-src 'none'; sandbox");

    stage.world.app.clock.advance(sweep::DAY + 1);
    assert_eq!((stage.sweep().await, stage.count("media").await), (1, 0));
    assert!(stage.disk.names().await.is_empty());
}

#[tokio::test]
async fn a_document_that_is_none_is_refused_and_leaves_nothing() {
    let stage = Stage::set().await;
    for (bytes, fault) in [
        (&b"MZ\x90\0 renamed to .pdf"[..], MediaFault::NotPdf { found: "application/x-msdownload".to_owned() }),
        (b"%PDF-1.7\ncut off", MediaFault::Damaged),
    ] {
        let id = stage.new_id();
        let size = bytes.len() as u64;
        stage.call(BeginUpload::of_file(id, MediaKind::Document, size, "bill.pdf")).await.unwrap();
        stage.call(UploadPiece { id, offset: 0, bytes: bytes.to_vec() }).await.unwrap();
        let refused = Err(Problem::invalid("file", Rule::Unfit { fault }));
        assert_eq!(stage.call(FinishUpload { id }).await, refused);
        assert_eq!((stage.count("upload").await, stage.count("media").await), (0, 0));
        assert!(stage.disk.names().await.is_empty());
    }
}

#[tokio::test]
async fn an_upload_goes_to_a_bucket_and_is_shown_from_there() {
    let bucket = Bucket::default();
    let s3 = bucket.serve().await;
    let world = World::with(|config| config.media.s3 = Some(s3)).await;
    world.member("ann", Role::SalesStaff).await;
    let ann = world.signed_in("ann").await;
    let stage = Stage { world, disk: Disk::default(), ann };
    let id = stage.new_id();
    let info = stage.bring(id, &picture(700)).await.unwrap();
    let names: Vec<String> = bucket.objects.lock().unwrap().keys().cloned().collect();
    assert_eq!(names, paths(stage.world.team, id).map(|path| format!("brand/{path}")));
    let shown = stage.world.get(&info.url).await;
    assert_eq!((shown.status.as_u16(), shown.body.len() as u64), (200, info.size));
    let preview = stage.world.get(info.preview_url.as_ref().unwrap()).await;
    assert_eq!((preview.status.as_u16(), preview.header("content-type")), (200, "image/jpeg"));
    stage.world.app.clock.advance(sweep::DAY + 1);
    assert_eq!(stage.sweep().await, 1);
    assert!(bucket.objects.lock().unwrap().is_empty());
    assert_eq!(stage.world.app.clock.now(), START + sweep::DAY + 1);
}
