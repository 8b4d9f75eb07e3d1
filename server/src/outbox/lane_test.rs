//! What a lane really sends: a content of every kind, and the same bytes at every try.

use std::time::Duration;

use shared::{
    content::{Content, NAME_TOKEN, Part},
    media::MediaKind,
};

use super::start;
use crate::{
    App,
    campaigns::fixture_test::{accept, checked, draft},
    channels::testing::Shop,
    config::Config,
    conversations::fixture_test::World,
    db::{Db, params, testing::on_both_engines},
    platforms::testing::{Then, stub},
    serve::POLICIES,
};

on_both_engines![every_try_of_a_send_with_media_is_the_same_request];

async fn every_try_of_a_send_with_media_is_the_same_request(db: Db) {
    let pushes = std::sync::atomic::AtomicUsize::new(0);
    let (base, got) = stub(move |request| {
        if request.starts_with("POST /v2/bot/message/validate/push ") {
            return Then::answer("200 OK", "", b"{}");
        }
        assert!(request.starts_with("POST /v2/bot/message/push "), "{request}");
        match pushes.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Then::answer("500 Internal Server Error", "", b"{}"),
            1 => Then::Close,
            _ => Then::answer("200 OK", "", b"{\"sentMessages\":[{\"id\":\"1\"}]}"),
        }
    })
    .await;
    let world = World::new(db).await;
    let app = serving(&world, base).await;
    let (picture, film) = (world.medium(MediaKind::Image).await, world.medium(MediaKind::Video).await);
    let parts = vec![
        Part::text(format!("{NAME_TOKEN} \"您好\"")),
        Part::Image { media: picture },
        Part::Video { media: film },
        Part::text("再見"),
    ];
    let one = world.open("王小美", &world.ann).await;
    let id = draft(&world, &world.ann, &[one], Content { parts }).await;
    let call = checked(&world, &world.ann, id).await;
    let campaign = accept(&world, &world.ann, call).await.unwrap();
    start(&app, POLICIES);
    let team = world.team;
    for _ in 0..1_000 {
        let state: String = world
            .read(move |tx| {
                tx.one("SELECT state FROM campaign WHERE team_id = $1 AND id = $2", params![team, campaign])
            })
            .await;
        if state == "completed" {
            break;
        }
        // Each try waits for its time, which nobody else moves.
        world.clock.advance(500);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    app.tasks.stop(Duration::from_secs(5)).await;

    let requests = got.lock().unwrap().split_off(1);
    assert_eq!(requests.len(), 3, "after the question whether the content is right");
    assert!(requests.iter().all(|request| *request == requests[0]), "{requests:#?}");
    let body: serde_json::Value = serde_json::from_str(requests[0].split_once("\r\n\r\n").unwrap().1).unwrap();
    let address = |media| (POLICIES.media)(&app, team, media);
    let (picture, film) = (address(picture), address(film));
    assert_eq!(
        body["messages"],
        serde_json::json!([
            { "type": "text", "text": "王小美 \"您好\"" },
            { "type": "image", "originalContentUrl": picture.whole, "previewImageUrl": picture.preview },
            { "type": "video", "originalContentUrl": film.whole, "previewImageUrl": film.preview },
            { "type": "text", "text": "再見" },
        ])
    );
    assert!(picture.whole.starts_with(&format!("{}/media/", app.config.public_url)), "{}", picture.whole);
}

/// A server around this world whose LINE is at this address.
async fn serving(world: &World, base: String) -> App {
    let change = |config: &mut Config| {
        config.line.api_base = base;
        config.engine.retry_ms = vec![100, 100, 100];
        config.engine.poll_ms = 10;
    };
    let app = world.app_with(change).await;
    let World { team, shop, north, .. } = *world;
    let shop = Shop { db: world.db.clone(), clock: world.clock.clone(), team, store: north, channel: shop };
    shop.seal(&app, b"secret", b"token").await;
    app
}
