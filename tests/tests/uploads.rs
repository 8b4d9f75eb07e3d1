//! Pictures and films are brought in pieces, over HTTP: what is refused, and what goes on where it was cut (issue 3,
//! bad input).

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::time::Duration;

use shared::{
    call::Call,
    id::MediaId,
    limits,
    media::{BeginUpload, DropUpload, FinishUpload, MediaFault, MediaInfo, MediaKind, ShowUpload, UploadPiece},
    problem::{Conflict, Problem, Rule, Unit, What},
};
use tests::{
    Client, Engine, World,
    pdf::pdf,
    upload::{upload, upload_document},
    world,
};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

const HEVC: &[u8] = include_bytes!("../../server/src/media/samples/hevc.mov");
const FILM: &[u8] = include_bytes!("../../server/src/media/samples/iphone.mov");

fn new_id() -> MediaId {
    MediaId(world::new_draft().0)
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

/// A PNG in colour that says it is so wide and high, and holds these rows, not made smaller.
fn png(width: u32, height: u32, rows: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        bytes.extend(u32::try_from(data.len()).unwrap().to_be_bytes());
        let named = [kind.as_slice(), data].concat();
        bytes.extend(&named);
        bytes.extend(crc32(&named).to_be_bytes());
    };
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat());
    let mut zlib = vec![0x78, 1];
    let mut blocks = rows.chunks(0xffff).peekable();
    while let Some(block) = blocks.next() {
        zlib.push(u8::from(blocks.peek().is_none()));
        let length = u16::try_from(block.len()).unwrap();
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend(block);
    }
    let (a, b) = rows.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    zlib.extend(((b << 16) | a).to_be_bytes());
    chunk(b"IDAT", &zlib);
    chunk(b"IEND", &[]);
    bytes
}

/// A picture of five pieces.
fn large_picture() -> Vec<u8> {
    let (width, height) = (1_300_u32, 1_250);
    let mut rows = Vec::new();
    for y in 0..height {
        rows.push(0);
        rows.extend((0..width * 3).map(|x| ((x * x + y * 7) >> 3).to_le_bytes()[0]));
    }
    png(width, height, &rows)
}

fn pieces(bytes: &[u8]) -> Vec<(u64, &[u8])> {
    bytes.chunks(limits::PIECE).enumerate().map(|(at, piece)| ((at * limits::PIECE) as u64, piece)).collect()
}

fn image(id: MediaId, bytes: &[u8]) -> BeginUpload {
    BeginUpload::of_file(id, MediaKind::Image, bytes.len() as u64, "")
}

/// The fault of a file, which must be refused as one.
fn fault(refused: Result<MediaInfo, Problem>) -> MediaFault {
    match refused {
        Err(Problem::Invalid { field, rule: Rule::Unfit { fault } }) if field == "file" => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_too_large_is_refused_before_a_byte_of_it_is_sent() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let begin = |kind, size| sales.call(BeginUpload::of_file(new_id(), kind, size, ""));
    for (kind, limit) in [
        (MediaKind::Image, limits::IMAGE_BYTES),
        (MediaKind::Video, limits::VIDEO_BYTES),
        (MediaKind::Document, limits::DOCUMENT_BYTES),
    ] {
        let actual = limit + 1024 * 1024;
        let rule = Rule::TooLong { limit, actual, unit: Unit::Bytes };
        assert_eq!(
            begin(kind, actual).await,
            Err(Problem::invalid("size", rule)),
            "an image of 11 MB, a film of 51, a document of 65"
        );
        assert_eq!(begin(kind, limit).await.unwrap().received, 0);
    }
    assert_eq!(begin(MediaKind::Image, 0).await, Err(Problem::invalid("size", Rule::Required)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent_is_refused_with_what_is_wrong_with_it() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let program = [b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0\xb8\0\0\0".as_slice(), &[0; 400]].concat();
    let refused = |kind, bytes: Vec<u8>| {
        let sales = &sales;
        async move { fault(upload(sales, new_id(), kind, &bytes).await) }
    };
    for kind in [MediaKind::Image, MediaKind::Video] {
        let said = refused(kind, program.clone()).await;
        assert!(matches!(&said, MediaFault::NotTaken { found } if found == "application/x-msdownload"), "{said:?}");
    }
    let picture = png(64, 64, &[0; 64 * (64 * 3 + 1)]);
    assert_eq!(refused(MediaKind::Image, picture[..picture.len() / 2].to_vec()).await, MediaFault::Damaged);
    let bomb = png(60_000, 60_000, &[0; 1_000]);
    let said = refused(MediaKind::Image, bomb).await;
    assert_eq!(said, MediaFault::TooManyPixels { limit: limits::IMAGE_PIXELS, actual: 3_600_000_000 });
    let said = refused(MediaKind::Video, HEVC.to_vec()).await;
    assert_eq!(said, MediaFault::VideoCodec { found: "hevc".into() });
    let said = refused(MediaKind::Video, picture).await;
    assert!(matches!(said, MediaFault::NotTaken { .. }), "a picture is no film: {said:?}");
    let film = upload(&sales, new_id(), MediaKind::Video, FILM).await.unwrap();
    assert_eq!((film.mime.as_str(), film.duration_ms.is_some()), ("video/mp4", true));
    for address in [film.url, film.preview_url.unwrap()] {
        assert_eq!(sales.get(&address).await.unwrap().status().as_u16(), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_a_whole_pdf_and_is_never_opened_from_our_own_pages() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let whole = pdf(&["Warranty card"]);
    let program = [b"MZ\x90\0".as_slice(), &whole].concat();
    for (bytes, expected) in [
        (program.as_slice(), MediaFault::NotPdf { found: "application/x-msdownload".into() }),
        (&png(4, 4, &[0; 52]), MediaFault::NotPdf { found: "image/png".into() }),
        (b"PK\x03\x04 a document of an office program", MediaFault::NotPdf { found: "application/zip".into() }),
        (&whole[..whole.len() - 9], MediaFault::Damaged),
        (&whole[..60], MediaFault::Damaged),
    ] {
        assert_eq!(fault(upload_document(&sales, new_id(), "bill.pdf", bytes).await), expected);
    }
    let said = fault(upload(&sales, new_id(), MediaKind::Image, &whole).await);
    assert_eq!(said, MediaFault::NotTaken { found: "application/pdf".into() });

    for (file, name) in [
        ("../../etc/保固書.PDF", "保固書.pdf"),
        ("bill\u{202e}fdp.exe", "billfdp.exe.pdf"),
        ("<img src=x>\"\r\nX: y.pdf", "<img src=x>\" X: y.pdf"),
        ("\0", "document.pdf"),
    ] {
        let document = upload_document(&sales, new_id(), file, &whole).await.unwrap();
        assert_eq!((document.name.as_deref(), document.mime.as_str()), (Some(name), "application/pdf"));
        assert_eq!((document.size, document.preview_url), (whole.len() as u64, None));
        let shown = sales.get(&document.url).await.unwrap();
        let header = |name: &str| shown.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(
            (header("content-type").as_str(), header("x-content-type-options").as_str()),
            ("application/pdf", "nosniff")
        );
        assert!(
            header("content-disposition").starts_with("attachment; filename=\""),
            "{}",
            header("content-disposition")
        );
        assert!(header("content-security-policy").contains("sandbox"));
        assert_eq!(shown.bytes().await.unwrap(), whole);
    }
    let long = upload_document(&sales, new_id(), &"長".repeat(5_000), &whole).await.unwrap().name.unwrap();
    assert!(long.len() <= limits::DOCUMENT_NAME && long.ends_with("長.pdf"), "{long}");
}

/// Sends the beginning of a piece and hangs up, as a telephone does in a tunnel.
async fn cut<C: Call>(client: &Client, call: &C) {
    let request = client.request(call).build().unwrap();
    let (address, path) = (client.base().strip_prefix("http://").unwrap(), request.url().path());
    let token = request.headers()["authorization"].to_str().unwrap();
    let mut line = TcpStream::connect(address).await.unwrap();
    let length = call.octets().len();
    let head = format!(
        "PUT {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: {token}\r\n\
         content-type: application/octet-stream\r\ncontent-length: {length}\r\n\r\n"
    );
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(&call.octets()[..length / 2]).await.unwrap();
    line.flush().await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_cut_in_every_piece_goes_on_where_it_was() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        let sales = world.client("sales").await.unwrap();
        let (id, bytes) = (new_id(), large_picture());
        assert_eq!(pieces(&bytes).len(), 5);
        for (offset, piece) in pieces(&bytes) {
            assert_eq!(sales.call(image(id, &bytes)).await.unwrap().received, offset, "{engine:?}");
            let piece = UploadPiece { id, offset, bytes: piece.to_vec() };
            cut(&sales, &piece).await;
            assert_eq!(sales.call(image(id, &bytes)).await.unwrap().received, offset, "half a piece is none");
            let early = sales.call(FinishUpload { id }).await;
            assert_eq!(early, Err(Problem::conflict(Conflict::UploadAt { received: offset })));
            let now = sales.call(piece.clone()).await.unwrap();
            assert_eq!(sales.call(piece).await.unwrap(), now, "its answer was lost, and it comes again");
        }
        let media = sales.call(FinishUpload { id }).await.unwrap();
        assert_eq!((media.id, media.width, media.height), (id, 1_300, 1_250));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_outlives_the_server_at_every_piece() {
    let mut world = World::process().await.unwrap();
    let (id, bytes) = (new_id(), large_picture());
    let at_once = upload(&world.client("sales").await.unwrap(), new_id(), MediaKind::Image, &bytes).await.unwrap();
    for (offset, piece) in pieces(&bytes) {
        let sales = world.client("sales").await.unwrap();
        assert_eq!(sales.call(image(id, &bytes)).await.unwrap().received, offset);
        sales.call(UploadPiece { id, offset, bytes: piece.to_vec() }).await.unwrap();
        world.kill().unwrap();
        world.restart().await.unwrap();
    }
    let sales = world.client("sales").await.unwrap();
    let media = sales.call(FinishUpload { id }).await.unwrap();
    assert_eq!((media.size, media.width, media.height), (at_once.size, at_once.width, at_once.height));
    world.kill().unwrap();
    world.restart().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let again = sales.call(FinishUpload { id }).await.unwrap();
    assert_eq!((again.id, again.size), (media.id, media.size));
    let shown = sales.get(&again.url).await.unwrap();
    assert_eq!(shown.bytes().await.unwrap().len() as u64, media.size);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_finishes_at_once_are_one_medium() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        let sales = world.client("sales").await.unwrap();
        let (id, bytes) = (new_id(), large_picture());
        sales.call(image(id, &bytes)).await.unwrap();
        for (offset, piece) in pieces(&bytes) {
            sales.call(UploadPiece { id, offset, bytes: piece.to_vec() }).await.unwrap();
        }
        let finish = || sales.call(FinishUpload { id });
        let (one, two, three) = tokio::join!(finish(), finish(), finish());
        assert_eq!(one.clone().unwrap().id, id, "{engine:?}");
        assert_eq!((&one, &one), (&two, &three));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_its_members_alone() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (id, bytes) = (new_id(), png(8, 8, &[0; 8 * 25]));
    sales.call(image(id, &bytes)).await.unwrap();
    let missing = Problem::missing(What::Upload);
    let strangers = [
        world.client("colleague").await.unwrap(),
        world.client("admin").await.unwrap(),
        world.sign_in(world.other.seat("sales").unwrap()).await.unwrap(),
    ];
    for stranger in strangers {
        let piece = UploadPiece { id, offset: 0, bytes: bytes.clone() };
        assert_eq!(stranger.call(piece).await, Err(missing.clone()));
        assert_eq!(stranger.call(FinishUpload { id }).await, Err(missing.clone()));
        assert_eq!(stranger.call(ShowUpload { id }).await, Err(missing.clone()));
        stranger.call(DropUpload { id }).await.unwrap();
    }
    let media = upload(&sales, id, MediaKind::Image, &bytes).await.unwrap();
    assert_eq!((media.width, media.height), (8, 8));
    // The same id in another team is another medium, and an address of the one does not show the other.
    let other = world.sign_in(world.other.seat("sales").unwrap()).await.unwrap();
    let theirs = upload(&other, id, MediaKind::Image, &png(9, 9, &[0; 9 * 28])).await.unwrap();
    assert_eq!((theirs.id, theirs.width), (id, 9));
    let (ours, their) = (world.team.id.0.simple().to_string(), world.other.id.0.simple().to_string());
    assert!(media.url.contains(&ours) && theirs.url.contains(&their));
    let forged = theirs.url.replace(&their, &ours);
    assert_eq!(sales.get(&forged).await.unwrap().status().as_u16(), 404);
}
