//! How long a fetch is tried, and fetching from Meta against canned answers.

use shared::conversations::MessageKind;

use super::*;
use crate::{
    channels::testing::{NOW, Shop},
    clock::Clock,
    config::Config,
    media::want,
    params,
    platforms::testing::{Then, stub},
    serve,
};

/// Meta names where the bytes of `11` lie, and says that `12` is larger than anything.
#[tokio::test]
async fn what_came_by_whatsapp_is_fetched_from_meta_with_its_numbers_token() {
    let (base, asked) = stub(|request| {
        let host = request.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
        match request.split_whitespace().nth(1).unwrap_or_default() {
            "/v25.0/11" => {
                let body =
                    format!("{{\"url\":\"http://{host}/bytes\",\"mime_type\":\"text/html\",\"file_size\":\"4\"}}");
                Then::answer("200 OK", "", body.as_bytes())
            }
            "/v25.0/12" => {
                let body = format!("{{\"url\":\"http://{host}/bytes\",\"file_size\":999999999999}}");
                Then::answer("200 OK", "", body.as_bytes())
            }
            "/bytes" => Then::answer("200 OK", "content-type: text/html\r\n", b"\x89PNG\r\n\x1a\n"),
            _ => Then::answer("404 Not Found", "", b"{\"error\":{\"code\":33}}"),
        }
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::for_test(folder.path());
    config.whatsapp.api_base = base;
    let app = serve::open(config, Clock::set_at(NOW)).await.unwrap();
    let shop = Shop::open_at(app.db.clone(), app.clock.clone()).await;
    let cloud = shop.add_whatsapp().await;
    shop.seal_whatsapp(&app, &cloud, b"secret", b"verify", b"her token").await;
    let (clock, team, number) = (app.clock.clone(), shop.team, cloud.number);
    shop.write(move |tx| {
        want(tx, &clock, team, number, MessageKind::Image, "11")?;
        want(tx, &clock, team, number, MessageKind::Image, "12")
    })
    .await;
    assert_eq!(fetch_due(&app).await.unwrap(), 2);
    let states: Vec<(String, Option<String>)> =
        shop.read(|tx| tx.all("SELECT state, mime FROM media ORDER BY platform_id", params![])).await;
    assert_eq!(states, [("ready".into(), Some("image/png".into())), ("lost".to_owned(), None)]);
    let asked = asked.lock().unwrap();
    assert!(asked.iter().all(|request| request.contains("authorization: Bearer her token\r\n")));
}

#[test]
fn pauses_double_up_to_two_hours_and_end_within_two_days() {
    let pauses: Vec<i64> = (1..TRIES).map(pause).collect();
    assert_eq!(pauses[..3], [2_000, 4_000, 8_000]);
    assert_eq!(pauses.last(), Some(&LONGEST_PAUSE));
    assert!(pauses.iter().sum::<i64>() < 2 * 86_400_000);
}
