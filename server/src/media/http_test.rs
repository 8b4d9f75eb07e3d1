//! From a wanted medium to the bytes a browser gets, on a whole server without its tasks.

use axum::{
    body::to_bytes,
    http::{HeaderName, Request},
};
use rstest::rstest;
use shared::{
    conversations::MessageKind,
    id::{MediaId, TeamId},
};
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::*;
use crate::{
    channels::testing::{NOW, Shop},
    clock::Clock,
    config::Config,
    keys::Shown,
    media::{self, Rendition, Stored, fetch},
    params,
    platforms::testing::{Then, stub},
    serve,
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0123456789";

struct World {
    app: App,
    shop: Shop,
    _folder: TempDir,
}

impl World {
    /// LINE keeps `pic` (a PNG), `page` (HTML that says it is a picture), `empty`, `soon` (being prepared), nothing
    /// else.
    async fn new() -> Self {
        let (base, _) = stub(|request| {
            let picture = "content-type: image/png\r\n";
            match request.split('/').nth(4) {
                Some("pic") => Then::answer("200 OK", picture, PNG),
                Some("page") => Then::answer("200 OK", picture, b"<script>alert(1)</script>"),
                Some("empty") => Then::answer("200 OK", picture, b""),
                Some("soon") => Then::answer("202 Accepted", "", b""),
                _ => Then::answer("404 Not Found", "", b"{}"),
            }
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::for_test(folder.path());
        config.line.data_base = base;
        let app = serve::open(config, Clock::set_at(NOW)).await.unwrap();
        let shop = Shop::open_at(app.db.clone(), app.clock.clone()).await;
        shop.seal(&app, b"secret", b"token").await;
        Self { app, shop, _folder: folder }
    }

    async fn fetched(&self, platform_id: &'static str) -> MediaId {
        let (clock, team, channel) = (self.app.clock.clone(), self.shop.team, self.shop.channel);
        let id =
            self.shop.write(move |tx| media::want(tx, &clock, team, channel, MessageKind::Image, platform_id)).await;
        assert_eq!(fetch::fetch_due(&self.app).await.unwrap(), 1);
        id
    }

    async fn stored(&self, id: MediaId) -> Stored {
        let (state, mime, size) =
            self.shop.read(move |tx| tx.one("SELECT state, mime, size FROM media WHERE id = $1", params![id])).await;
        Stored { team: self.shop.team, id, state, mime, name: None, size, has_preview: false }
    }

    async fn address(&self, id: MediaId) -> String {
        media::reference(&self.app, &self.stored(id).await).url.unwrap()
    }

    async fn get(&self, address: &str, headers: &[(HeaderName, &str)]) -> (u16, HeaderMap, Vec<u8>) {
        let request = headers.iter().fold(Request::get(address), |request, (name, value)| request.header(name, *value));
        let request = request.body(Body::empty()).unwrap();
        let (head, body) = routes().with_state(self.app.clone()).oneshot(request).await.unwrap().into_parts();
        (head.status.as_u16(), head.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
    }
}

#[tokio::test]
async fn a_picture_is_fetched_and_shown_whole_in_part_and_not_twice() {
    let world = World::new().await;
    let id = world.fetched("pic").await;
    let address = world.address(id).await;
    let (status, headers, body) = world.get(&address, &[]).await;
    assert_eq!((status, body.as_slice()), (200, PNG));
    assert_eq!(headers[header::CONTENT_TYPE], "image/png");
    assert_eq!(headers[header::CONTENT_DISPOSITION], "inline");
    assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
    assert!(headers[header::CACHE_CONTROL].to_str().unwrap().starts_with("private"));
    let tag = headers[header::ETAG].to_str().unwrap();

    let (status, headers, body) = world.get(&address, &[(header::RANGE, "bytes=8-9")]).await;
    assert_eq!((status, body.as_slice()), (206, b"01".as_slice()));
    assert_eq!(
        (&headers[header::CONTENT_RANGE], &headers[header::CONTENT_LENGTH]),
        (&value("bytes 8-9/18").unwrap(), &2.into())
    );
    let (status, headers, _) = world.get(&address, &[(header::RANGE, "bytes=18-")]).await;
    assert_eq!((status, headers[header::CONTENT_RANGE].to_str().unwrap()), (416, "bytes */18"));
    let other = [(header::RANGE, "bytes=8-9"), (header::IF_RANGE, "\"another\"")];
    assert_eq!(world.get(&address, &other).await.2, PNG);
    assert_eq!(world.get(&address, &[(header::IF_NONE_MATCH, tag)]).await.0, 304);
}

#[tokio::test]
async fn what_only_says_it_is_a_picture_is_for_download() {
    let world = World::new().await;
    let id = world.fetched("page").await;
    let (status, headers, _) = world.get(&world.address(id).await, &[]).await;
    assert_eq!((status, headers[header::CONTENT_TYPE].to_str().unwrap()), (200, kinds::UNKNOWN));
    assert_eq!(headers[header::CONTENT_DISPOSITION], "attachment");
    assert_eq!(headers[header::CONTENT_SECURITY_POLICY], "default-src 'none'; sandbox");
}

#[tokio::test]
async fn an_empty_file_is_shown_as_one() {
    let world = World::new().await;
    let id = world.fetched("empty").await;
    let (status, headers, body) = world.get(&world.address(id).await, &[]).await;
    assert_eq!((status, body.len(), &headers[header::CONTENT_LENGTH]), (200, 0, &0.into()));
}

#[tokio::test]
async fn an_address_is_good_for_its_time_its_medium_and_its_team() {
    let world = World::new().await;
    let id = world.fetched("pic").await;
    let address = world.address(id).await;
    world.app.clock.advance(60_000);
    assert_eq!(world.address(id).await, address, "it stays the same for a while, so that it is cached");
    let stranger: TeamId = world.shop.clock.id();
    let shown = Shown { team: stranger, media: id, rendition: Rendition::Whole };
    let strangers = world.app.keys.media_token(shown, world.app.clock.now() + 1_000);
    let for_platforms = world.app.keys.sent_media_token(Shown { team: world.shop.team, ..shown });
    let token = address.rsplit('/').next().unwrap();
    for wrong in [
        format!("/media/{strangers}"),
        format!("/media/{for_platforms}"),
        format!("/media/sent/{for_platforms}"),
        format!("/media/sent/{token}"),
        address.replace(&world.shop.team.0.simple().to_string(), &stranger.0.simple().to_string()),
        format!("{address}A"),
        address.replacen('.', ".x", 1),
        "/media/x".into(),
        "/media/%00".into(),
        "/media/..%2F..%2Fstorecast.db".into(),
    ] {
        assert_eq!(world.get(&wrong, &[]).await.0, 404, "{wrong}");
    }
    world.app.clock.advance(2 * 3_600_000);
    assert_eq!(world.get(&address, &[]).await.0, 404);
}

#[tokio::test]
async fn what_is_not_there_is_waited_for_or_lost() {
    let world = World::new().await;
    let gone = world.fetched("gone").await;
    let shown = media::reference(&world.app, &world.stored(gone).await);
    assert_eq!((shown.url, shown.lost), (None, true));
    let soon = world.fetched("soon").await;
    let shown = media::reference(&world.app, &world.stored(soon).await);
    assert_eq!((shown.url, shown.lost, shown.mime.as_str()), (None, false, ""));
    assert_eq!(fetch::fetch_due(&world.app).await.unwrap(), 0, "not at once");
    world.app.clock.advance(2_000);
    assert_eq!(fetch::fetch_due(&world.app).await.unwrap(), 1, "but soon");
}

#[rstest]
#[case("bytes=0-0", Part::Some(0..1))]
#[case("bytes=0-99", Part::Some(0..10))]
#[case("bytes=4-", Part::Some(4..10))]
#[case("bytes=-3", Part::Some(7..10))]
#[case("bytes=-99", Part::Some(0..10))]
#[case("bytes=10-", Part::Outside)]
#[case("bytes=-0", Part::Outside)]
#[case("bytes=5-4", Part::Whole)]
#[case("bytes=0-1,3-4", Part::Whole)]
#[case("lines=0-1", Part::Whole)]
#[case("bytes=a-b", Part::Whole)]
#[case("bytes=0-18446744073709551615", Part::Some(0..10))]
fn a_range_is_read_as_rfc_9110_says(#[case] range: &str, #[case] expected: Part) {
    assert_eq!(part(range, 10), expected);
}
