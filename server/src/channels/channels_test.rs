//! Connecting an account, its secrets and its quota, against a LINE of canned answers.

use std::sync::{
    Mutex,
    atomic::{AtomicI64, Ordering},
};

use tempfile::TempDir;

use super::{testing::NOW, *};
use crate::{
    clock::Clock,
    config::Config,
    members::admin::{NewStore, NewTeam, create_store, create_team},
    platforms::testing::{Then, stub},
    serve,
};

struct World {
    app: App,
    team: TeamId,
    store: StoreId,
    used: Arc<AtomicI64>,
    asked: Arc<Mutex<Vec<String>>>,
    _folder: TempDir,
}

impl World {
    /// LINE knows the tokens `good` and `newer` of one bot and `other` of another; 500 messages a month.
    async fn new() -> Self {
        let used = Arc::new(AtomicI64::new(100));
        let now_used = Arc::clone(&used);
        let (base, asked) = stub(move |request| {
            let text = request.to_ascii_lowercase();
            let bot = match text.lines().find_map(|line| line.strip_prefix("authorization: bearer ")) {
                Some("good" | "newer") => "Uone",
                Some("other") => "Utwo",
                _ => return Then::answer("401 Unauthorized", "", b"{\"message\":\"Authentication failed\"}"),
            };
            let body = if text.contains("/v2/bot/info") {
                format!("{{\"userId\":\"{bot}\",\"displayName\":\"  Brand\\u202e \"}}")
            } else {
                format!("{{\"type\":\"limited\",\"value\":500,\"totalUsage\":{}}}", now_used.load(Ordering::SeqCst))
            };
            Then::answer("200 OK", "", body.as_bytes())
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::for_test(folder.path());
        config.line.api_base = base;
        let app = serve::open(config, Clock::set_at(NOW)).await.unwrap();
        let team = create_team(&app.db, &app.clock, NewTeam::named("Brand")).await.unwrap();
        let store = NewStore { team, code: "n1".into(), name: "North".into(), area: None };
        let store = create_store(&app.db, &app.clock, store).await.unwrap();
        Self { app, team, store, used, asked, _folder: folder }
    }

    async fn create(&self, token: &str) -> Result<ChannelId> {
        let new = NewLineChannel {
            team: self.team,
            name: None,
            secret: "  hush\n".to_owned().into(),
            access_token: token.to_owned().into(),
            stores: vec![self.store],
        };
        create_line(&self.app, new).await
    }

    fn problem<T: std::fmt::Debug>(result: Result<T>) -> Problem {
        match result.unwrap_err() {
            Refused::Problem(problem) => problem,
            Refused::Fault(cause) => panic!("{cause}"),
        }
    }
}

#[tokio::test]
async fn an_account_is_connected_once_and_its_secrets_are_sealed() {
    let world = World::new().await;
    let channel = world.create("good").await.unwrap();
    let account = account(&world.app, channel).await.unwrap();
    assert_eq!(
        (account.bot.as_str(), account.secret.as_slice(), &*account.token),
        ("Uone", b"hush".as_slice(), "good")
    );
    assert!(!format!("{account:?}").contains("good"));
    assert_eq!(show(&world.app, world.team, channel).await.unwrap().name, "Brand");
    let sealed = world.app.db.read(move |tx| store::sealed(tx, channel)).await.unwrap().unwrap();
    assert!(!sealed.access_token.windows(4).any(|part| part == b"good"));
    let taken = World::problem(world.create("newer").await);
    assert_eq!(taken, Problem::invalid("access_token", Rule::Taken));
    let refused = World::problem(world.create("wrong").await);
    assert!(matches!(refused, Problem::Invalid { ref field, rule: Rule::Malformed { .. } } if field == "access_token"));
}

#[tokio::test]
async fn new_secrets_must_be_of_the_same_bot_and_count_at_once() {
    let world = World::new().await;
    let channel = world.create("good").await.unwrap();
    assert_eq!(&*account(&world.app, channel).await.unwrap().token, "good");
    let replace =
        |token: &str| replace_secrets(&world.app, channel, "hush2".to_owned().into(), token.to_owned().into());
    assert!(matches!(World::problem(replace("other").await), Problem::Invalid { .. }));
    assert_eq!(&*account(&world.app, channel).await.unwrap().token, "good");
    replace("newer").await.unwrap();
    assert_eq!(&*account(&world.app, channel).await.unwrap().token, "newer");
}

#[tokio::test]
async fn the_quota_is_asked_for_once_a_minute_and_ends_a_pause() {
    let world = World::new().await;
    let (app, team, channel) = (&world.app, world.team, world.create("good").await.unwrap());
    let before = world.asked.lock().unwrap().len();
    let first = quota(app, team, channel).await.unwrap().unwrap();
    assert_eq!((first.limit, first.used, first.left()), (Some(500), 100, Some(400)));
    world.used.store(500, Ordering::SeqCst);
    assert_eq!(quota(app, team, channel).await.unwrap(), Some(first));
    assert_eq!(world.asked.lock().unwrap().len(), before + 2);
    app.clock.advance(FRESH);
    pause(app, team, channel, Reason::LineMonthlyLimit).await.unwrap();
    assert_eq!(quota(app, team, channel).await.unwrap().unwrap().left(), Some(0));
    assert_eq!(show(app, team, channel).await.unwrap().paused, Some(Reason::LineMonthlyLimit));
    world.used.store(0, Ordering::SeqCst);
    refresh_quota(app, team, channel).await.unwrap();
    assert_eq!(show(app, team, channel).await.unwrap().paused, None);
    pause(app, team, channel, Reason::LineRefused).await.unwrap();
    refresh_quota(app, team, channel).await.unwrap();
    assert_eq!(
        show(app, team, channel).await.unwrap().paused,
        Some(Reason::LineRefused),
        "only its own cause ends a pause"
    );
}

#[tokio::test]
async fn a_refused_channel_sends_again_once_line_takes_its_token() {
    let world = World::new().await;
    let (app, team, channel) = (&world.app, world.team, world.create("good").await.unwrap());
    pause(app, team, channel, Reason::LineRefused).await.unwrap();
    look_after(app, Reason::LineMonthlyLimit).await;
    assert_eq!(show(app, team, channel).await.unwrap().paused, Some(Reason::LineRefused));
    look_after(app, Reason::LineRefused).await;
    assert_eq!(show(app, team, channel).await.unwrap().paused, None);

    pause(app, team, channel, Reason::LineRefused).await.unwrap();
    let row = channel.to_string();
    let bad = app.keys.seal(team, "channel", "access_token", &row, b"revoked").unwrap();
    let secret = app.keys.seal(team, "channel", "secret", &row, b"hush").unwrap();
    app.db.write(move |tx| store::set_secrets(tx, team, channel, &secret, &bad)).await.unwrap();
    look_after(app, Reason::LineRefused).await;
    assert_eq!(show(app, team, channel).await.unwrap().paused, Some(Reason::LineRefused), "the token is asked anew");
    replace_secrets(app, channel, "hush".to_owned().into(), "newer".to_owned().into()).await.unwrap();
    assert_eq!(show(app, team, channel).await.unwrap().paused, None);
}

#[tokio::test]
async fn a_channel_of_another_team_is_missing() {
    let world = World::new().await;
    let channel = world.create("good").await.unwrap();
    let stranger: TeamId = world.app.clock.id();
    assert_eq!(World::problem(show(&world.app, stranger, channel).await), Problem::missing(What::Channel));
    assert_eq!(World::problem(quota(&world.app, stranger, channel).await), Problem::missing(What::Channel));
    let unknown = world.app.clock.id();
    assert_eq!(World::problem(account(&world.app, unknown).await.map(|_| ())), Problem::missing(What::Channel));
}
