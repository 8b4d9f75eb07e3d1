//! Connecting apps, business accounts and numbers against a Meta of canned answers.

use std::{
    collections::HashSet,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use shared::{problem::Rule, reasons::Reason};
use tempfile::TempDir;

use super::{super::testing::NOW, *};
use crate::{
    channels,
    clock::Clock,
    config::Config,
    members::admin::{NewStore, NewTeam, create_store, create_team},
    params,
    platforms::testing::{Then, stub},
    serve,
};

struct World {
    app: App,
    team: TeamId,
    store: shared::id::StoreId,
    meta_app: WhatsappAppId,
    is_down: Arc<AtomicBool>,
    asked: Arc<Mutex<Vec<String>>>,
    _folder: TempDir,
}

/// Meta takes the tokens `good` and `newer`, shows the account `111` and its number `222`: 80 messages a second, 2,000
/// people.
fn meta(is_down: Arc<AtomicBool>) -> impl Fn(&str) -> Then + Send + 'static {
    move |request| {
        let error = |status, code: i64| {
            Then::answer(status, "", format!("{{\"error\":{{\"code\":{code},\"message\":\"no\"}}}}").as_bytes())
        };
        let text = request.to_ascii_lowercase();
        let is_known =
            ["good", "newer"].iter().any(|token| text.contains(&format!("authorization: bearer {token}\r\n")));
        let path = request.split_whitespace().nth(1).unwrap_or_default().split('?').next().unwrap_or_default();
        match path.rsplit_once("v25.0/").map_or("", |(_, rest)| rest) {
            _ if is_down.load(Ordering::SeqCst) => Then::answer("503 Service Unavailable", "", b""),
            _ if !is_known => error("401 Unauthorized", 190),
            "111/message_templates" => Then::answer("200 OK", "", b"{\"data\":[]}"),
            "222" => Then::answer(
                "200 OK",
                "",
                b"{\"verified_name\":\"  Brand\\u202e \",\"display_phone_number\":\"+1 555-078-3881\",\
                  \"throughput\":{\"level\":\"STANDARD\"},\"whatsapp_business_manager_messaging_limit\":\"TIER_2K\"}",
            ),
            _ => error("404 Not Found", 33),
        }
    }
}

impl World {
    async fn new() -> Self {
        let is_down = Arc::new(AtomicBool::new(false));
        let (base, asked) = stub(meta(Arc::clone(&is_down))).await;
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::for_test(folder.path());
        config.whatsapp.api_base = base;
        let app = serve::open(config, Clock::set_at(NOW)).await.unwrap();
        let team = create_team(&app.db, &app.clock, NewTeam::named("Brand")).await.unwrap();
        let store = NewStore { team, code: "n1".into(), name: "North".into(), area: None };
        let store = create_store(&app.db, &app.clock, store).await.unwrap();
        let new = NewWhatsappApp {
            team,
            name: " Shop app\n".into(),
            app_secret: "  hush\n".to_owned().into(),
            verify_token: " guess ".to_owned().into(),
        };
        let meta_app = create_whatsapp_app(&app, new).await.unwrap();
        Self { app, team, store, meta_app, is_down, asked, _folder: folder }
    }

    async fn waba(&self, meta_id: &str, token: &str) -> Result<WabaId> {
        let new = NewWaba {
            team: self.team,
            app: self.meta_app,
            meta_id: meta_id.into(),
            name: None,
            portfolio: Some(" 77 ".into()),
            access_token: token.to_owned().into(),
        };
        create_waba(&self.app, new).await
    }

    async fn number(&self, waba: WabaId, phone_number_id: &str, name: Option<&str>) -> Result<ChannelId> {
        let new = NewWhatsappNumber {
            team: self.team,
            waba,
            phone_number_id: phone_number_id.into(),
            name: name.map(Into::into),
            stores: vec![self.store],
        };
        create_whatsapp_number(&self.app, new).await
    }

    async fn connected(&self) -> (WabaId, ChannelId) {
        let waba = self.waba("111", "good").await.unwrap();
        (waba, self.number(waba, "222", None).await.unwrap())
    }

    async fn pace(&self, channel: ChannelId) -> i64 {
        let read = self
            .app
            .db
            .read(move |tx| tx.one("SELECT rate FROM channel_budget WHERE channel_id = $1", params![channel]))
            .await;
        let rate: db::Result<i64> = read;
        rate.unwrap()
    }

    async fn limit(&self, channel: ChannelId) -> Option<PeopleLimit> {
        let team = self.team;
        self.app.db.read(move |tx| people_limit(tx, team, channel)).await.unwrap()
    }
}

/// The field that is refused, and how.
fn refused<T: fmt::Debug>(result: Result<T>) -> (String, Rule) {
    match result.unwrap_err() {
        Refused::Problem(Problem::Invalid { field, rule }) => (field, rule),
        other => panic!("{other}"),
    }
}

fn malformed<T: fmt::Debug>(result: Result<T>) -> String {
    match refused(result) {
        (field, Rule::Malformed { expected }) => {
            assert!(!expected.contains("  "), "{expected}");
            field
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_number_is_connected_and_all_secrets_are_sealed() {
    let world = World::new().await;
    let (waba, channel) = world.connected().await;
    let known = number(&world.app, channel).await.unwrap();
    assert_eq!((known.phone_number_id.as_str(), known.waba, &*known.token), ("222", waba, "good"));
    assert_eq!(known.portfolio.as_deref(), Some("77"));
    assert_eq!(&*waba_token(&world.app, world.team, waba).await.unwrap(), "good");
    let app = meta_app(&world.app, world.meta_app).await.unwrap();
    assert_eq!((app.secret.as_slice(), app.verify_token.as_slice()), (b"hush".as_slice(), b"guess".as_slice()));
    assert_eq!((app.numbers.get("222"), app.accounts.get("111")), (Some(&channel), Some(&channel)));
    assert!(!format!("{known:?}{app:?}").contains("good") && !format!("{app:?}").contains("hush"));

    let shown = channels::show(&world.app, world.team, channel).await.unwrap();
    assert_eq!((shown.name.as_str(), shown.quota), ("Brand", None));
    assert_eq!(channels::quota(&world.app, world.team, channel).await.unwrap(), None);
    assert_eq!(world.pace(channel).await, 70);
    assert_eq!(world.limit(channel).await, Some(PeopleLimit::Of(2_000)));
    let listed = channels::all(&world.app, world.team).await.unwrap();
    assert_eq!(listed.iter().map(|one| (one.id, one.platform.as_str())).collect::<Vec<_>>(), [(channel, "whatsapp")]);
    let team = world.team;
    let accounts = world.app.db.read(move |tx| wabas(tx, team)).await.unwrap();
    assert_eq!(accounts, [Waba { id: waba, meta_id: "111".into(), name: "111".into(), channels: listed }]);
    assert_eq!(apps(&world.app, team).await.unwrap(), [(world.meta_app, "Shop app".to_owned())]);

    let sealed = world.app.db.read(move |tx| store::sealed_account(tx, team, waba)).await.unwrap().unwrap().1;
    assert!(!sealed.windows(4).any(|part| part == b"good"));
    let id = world.meta_app;
    let sealed = world.app.db.read(move |tx| store::sealed_app(tx, id)).await.unwrap().unwrap();
    assert!(!sealed.app_secret.windows(4).any(|part| part == b"hush"));
}

#[tokio::test]
async fn what_meta_refuses_names_the_field() {
    let world = World::new().await;
    assert_eq!(malformed(world.waba("111", "wrong").await), "access_token");
    assert_eq!(malformed(world.waba("999", "good").await), "meta_id");
    assert_eq!(malformed(world.waba("../me", "good").await), "meta_id");
    assert_eq!(refused(world.waba("", "good").await), ("meta_id".into(), Rule::Required));
    assert_eq!(refused(world.waba("111", " ").await), ("access_token".into(), Rule::Required));
    let new = NewWaba {
        team: world.team,
        app: world.app.clock.id(),
        meta_id: "111".into(),
        name: None,
        portfolio: None,
        access_token: "good".to_owned().into(),
    };
    assert_eq!(refused(create_waba(&world.app, new).await), ("app".into(), Rule::Unknown { count: 1 }));
    let (waba, _) = world.connected().await;
    assert_eq!(refused(world.waba("111", "good").await), ("meta_id".into(), Rule::Taken));
    assert_eq!(malformed(world.number(waba, "333", None).await), "phone_number_id");
    assert_eq!(malformed(world.number(waba, "+886 912", None).await), "phone_number_id");
    assert_eq!(refused(world.number(waba, "222", None).await), ("phone_number_id".into(), Rule::Taken));
    let stranger = world.app.clock.id();
    assert_eq!(refused(world.number(stranger, "222", None).await), ("waba".into(), Rule::Unknown { count: 1 }));
    let new = NewWhatsappApp {
        team: world.team,
        name: "x".into(),
        app_secret: "x".to_owned().into(),
        verify_token: " ".to_owned().into(),
    };
    assert_eq!(refused(create_whatsapp_app(&world.app, new).await), ("verify_token".into(), Rule::Required));
}

#[tokio::test]
async fn without_meta_a_number_is_believed_and_asked_after_later() {
    let world = World::new().await;
    world.is_down.store(true, Ordering::SeqCst);
    let waba = world.waba("111", "good").await.unwrap();
    assert_eq!(refused(world.number(waba, "222", None).await), ("name".into(), Rule::Required));
    let channel = world.number(waba, "222", Some("Counter")).await.unwrap();
    assert_eq!((world.pace(channel).await, world.limit(channel).await), (70, None));
    let mut failing = HashSet::new();
    for _ in 0..2 {
        numbers::ask_all(&world.app, &mut failing).await;
        assert_eq!(failing, HashSet::from([channel]), "it is remembered as logged");
        assert_eq!(world.limit(channel).await, None);
    }
    world.is_down.store(false, Ordering::SeqCst);
    numbers::ask_all(&world.app, &mut failing).await;
    assert_eq!((failing.len(), world.limit(channel).await), (0, Some(PeopleLimit::Of(2_000))));
    assert_eq!(channels::show(&world.app, world.team, channel).await.unwrap().name, "Counter");
}

#[test]
fn the_pace_is_as_configured_and_leaves_room_for_what_comes_in() {
    let config = |rate| crate::config::Whatsapp { rate, ..crate::config::Whatsapp::default() };
    for (configured, throughput, expected) in [
        (70, Some(80), 70),
        (900, Some(80), 70),
        (900, Some(1_000), 875),
        (70, Some(1_000), 70),
        (70, Some(20), 18),
        (70, Some(0), 1),
        (70, None, 70),
    ] {
        assert_eq!(numbers::rate(&config(configured), throughput), expected, "{configured} of {throughput:?}");
    }
}

#[tokio::test]
async fn a_new_token_is_checked_and_lets_a_refused_number_send_again() {
    let world = World::new().await;
    let (waba, channel) = world.connected().await;
    let (app, team) = (&world.app, world.team);
    let paused = || async { channels::show(app, team, channel).await.unwrap().paused };
    let replace = |token: &str| replace_waba_token(app, team, waba, token.to_owned().into());
    channels::pause(app, team, channel, Reason::WaToken).await.unwrap();
    assert_eq!(malformed(replace("wrong").await), "access_token");
    assert_eq!(paused().await, Some(Reason::WaToken));
    replace("newer").await.unwrap();
    assert_eq!((paused().await, &*number(app, channel).await.unwrap().token), (None, "newer"));

    channels::pause(app, team, channel, Reason::WaPayment).await.unwrap();
    replace("good").await.unwrap();
    numbers::ask_all(app, &mut HashSet::new()).await;
    assert_eq!(paused().await, Some(Reason::WaPayment), "only its own cause ends a pause");
    channels::resume(app, team, channel).await.unwrap();

    // Meta takes a token again that it had refused.
    channels::pause(app, team, channel, Reason::WaToken).await.unwrap();
    world.is_down.store(true, Ordering::SeqCst);
    assert!(retry_refused(app, team, channel).await.is_err());
    assert_eq!(paused().await, Some(Reason::WaToken));
    world.is_down.store(false, Ordering::SeqCst);
    retry_refused(app, team, channel).await.unwrap();
    assert_eq!(paused().await, None);
    assert!(world.asked.lock().unwrap().iter().all(|request| !request.contains("hush")), "the secret stays here");
}

#[tokio::test]
async fn new_secrets_of_an_app_count_at_once() {
    let world = World::new().await;
    let (app, id) = (&world.app, world.meta_app);
    assert_eq!(meta_app(app, id).await.unwrap().secret, b"hush");
    let replace = |team: TeamId, secret: &str, token: &str| {
        replace_app_secrets(app, team, id, secret.to_owned().into(), token.to_owned().into())
    };
    assert_eq!(refused(replace(app.clock.id(), "x", "y").await), ("app".into(), Rule::Unknown { count: 1 }));
    assert_eq!(refused(replace(world.team, " ", "y").await), ("app_secret".into(), Rule::Required));
    replace(world.team, "quiet", "other").await.unwrap();
    let known = meta_app(app, id).await.unwrap();
    assert_eq!((known.secret.as_slice(), known.verify_token.as_slice()), (b"quiet".as_slice(), b"other".as_slice()));
}

#[tokio::test]
async fn what_is_another_teams_is_missing() {
    let world = World::new().await;
    let (waba, channel) = world.connected().await;
    let stranger: TeamId = world.app.clock.id();
    let missing = |error: Refused| matches!(error, Refused::Problem(Problem::Missing { .. }));
    assert!(missing(waba_token(&world.app, stranger, waba).await.unwrap_err()));
    assert!(missing(replace_waba_token(&world.app, stranger, waba, "good".to_owned().into()).await.unwrap_err()));
    assert!(missing(number(&world.app, world.app.clock.id()).await.map(drop).unwrap_err()));
    assert!(missing(meta_app(&world.app, world.app.clock.id()).await.map(drop).unwrap_err()));
    assert!(missing(channels::account(&world.app, channel).await.map(drop).unwrap_err()), "it is no LINE account");
    let read =
        world.app.db.read(move |tx| Ok::<_, db::Error>((wabas(tx, stranger)?, people_limit(tx, stranger, channel)?)));
    assert_eq!(read.await.unwrap(), (Vec::new(), None));
}
