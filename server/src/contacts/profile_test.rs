//! Names from LINE, against canned answers.

use tempfile::TempDir;

use super::*;
use crate::{
    channels::testing::{NOW, Shop},
    clock::Clock,
    config::Config,
    contacts::{LineUser, meet},
    params,
    platforms::testing::{Then, stub},
    serve,
};

/// LINE names `Uann`, hides `Ublocked`, and fails for `Ufails`.
async fn world() -> (App, Shop, TempDir) {
    let (base, _) = stub(|request| match request.split_whitespace().nth(1) {
        Some("/v2/bot/profile/Uann") => {
            Then::answer("200 OK", "", "{\"displayName\":\"\u{202e}ＡＮＮ\\n😀\",\"userId\":\"Uann\"}".as_bytes())
        }
        Some("/v2/bot/profile/Ublocked") => Then::answer("404 Not Found", "", b"{\"message\":\"Not found\"}"),
        _ => Then::answer("503 Service Unavailable", "", b""),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let mut config = Config::for_test(folder.path());
    config.line.api_base = base;
    let app = serve::open(config, Clock::set_at(NOW)).await.unwrap();
    let shop = Shop::open_at(app.db.clone(), app.clock.clone()).await;
    shop.seal(&app, b"secret", b"token").await;
    (app, shop, folder)
}

async fn met(shop: &Shop, user: &'static str) {
    let (team, channel, clock) = (shop.team, shop.channel, shop.clock.clone());
    let user = LineUser { team, channel, id: user.into() };
    shop.write(move |tx| meet(tx, &clock, &user)).await;
}

async fn nameless(shop: &Shop) -> Vec<String> {
    shop.read(|tx| store::nameless(tx, &[], 100)).await.into_iter().map(|one| one.line_user).collect()
}

#[tokio::test]
async fn a_customer_gets_her_name_and_one_that_is_hidden_is_not_asked_for_again() {
    let (app, shop, _folder) = world().await;
    met(&shop, "Uann").await;
    met(&shop, "Ublocked").await;
    let mut quiet = Quiet::new();
    assert!(!look(&app, &mut quiet).await.unwrap());
    assert_eq!(nameless(&shop).await, Vec::<String>::new());
    let names: Vec<(String, String)> =
        shop.read(|tx| tx.all("SELECT name, folded_name FROM contact ORDER BY name", params![])).await;
    assert_eq!(names, [(String::new(), String::new()), ("ＡＮＮ 😀".into(), "ann 😀".into())]);
    assert!(quiet.is_empty());
}

#[tokio::test]
async fn a_channel_that_line_does_not_answer_for_is_left_alone_for_longer_each_time() {
    let (app, shop, _folder) = world().await;
    met(&shop, "Ufails").await;
    let mut quiet = Quiet::new();
    let mut pauses = Vec::new();
    for _ in 0..9 {
        look(&app, &mut quiet).await.unwrap();
        let (until, pause) = quiet[&shop.channel];
        assert_eq!(until, app.clock.now() + pause);
        look(&app, &mut quiet).await.unwrap();
        assert_eq!(quiet[&shop.channel], (until, pause), "it is not asked meanwhile");
        pauses.push(pause / 1_000);
        app.clock.advance(pause);
    }
    assert_eq!(pauses, [5, 10, 20, 40, 80, 160, 320, 600, 600]);
    for _ in 9..TRIES {
        look(&app, &mut quiet).await.unwrap();
        app.clock.advance(PAUSES.1);
    }
    assert_eq!(nameless(&shop).await, Vec::<String>::new(), "given up at last");
}
