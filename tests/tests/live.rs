//! Live events over HTTP: who is told what, how streams end, and that a large send does not flood them
//! (architecture.md 5; issue 3, item 5).

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use std::time::{Duration, Instant};

use sandbox::line::Act;
use server::{
    db::{self, Db},
    keys::Access,
    live::STREAMS,
    members::admin,
    params,
};
use shared::{
    call::{API, Call},
    campaigns::ShowProgress,
    contacts::AddTag,
    content::{Content, NAME_TOKEN},
    conversations::{Close, Entry, MarkRead, Reply, ShowThread, Take, Transfer},
    deliveries::Outcome,
    id::{ConversationId, MemberId, MessageId},
    live::{LiveEvent, WatchEvents},
    members::SignOut,
    problem::Problem,
};
use tests::{
    Client, Engine, World,
    watching::Watching,
    world::{PATIENCE, new_draft},
};

/// A stream that must end ends within this.
const SOON: Duration = Duration::from_secs(3);

fn of(id: ConversationId) -> LiveEvent {
    LiveEvent::Conversation { id }
}

/// Something that the whole team is told of, by which a test sees that nothing came before it.
async fn mark(client: &Client, id: ConversationId) {
    client.call(AddTag { id, name: new_draft().to_string()[..20].to_owned() }).await.unwrap();
}

/// What came until the mark.
async fn heard(watching: &mut Watching) -> Vec<LiveEvent> {
    watching.until(LiveEvent::Tags).await.unwrap()
}

async fn watch(world: &World, who: &str) -> Watching {
    world.client(who).await.unwrap().watch().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_told_to_its_owner_her_manager_and_admins_and_to_nobody_else() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        let sales = world.client("sales").await.unwrap();
        let (customer, id) = world.taken(&sales, "林雅婷", "您好").await.unwrap();
        let strangers = world.sign_in(world.other.seat("admin").unwrap()).await.unwrap();
        let mut other_team = strangers.watch().await.unwrap();
        let mut all = Vec::new();
        for who in ["sales", "manager", "admin", "colleague", "elsewhere"] {
            all.push((who, watch(&world, who).await));
        }
        world.act(&customer, Act::text("還有貨嗎？")).await.unwrap();
        all[0].1.until(of(id)).await.unwrap();
        mark(&sales, id).await;
        for (who, watching) in &mut all {
            let events = heard(watching).await;
            // The owner was waited for above.
            let told = events.contains(&of(id)) || *who == "sales";
            assert_eq!(told, ["sales", "manager", "admin"].contains(who), "{who}: {events:?}");
            assert!(events.iter().all(|event| *event == of(id)), "{who}: {events:?}");
        }
        let theirs = world.customer_of(&world.other, "Ho").unwrap();
        world.act(&theirs, Act::text("hi")).await.unwrap();
        let first = tokio::time::timeout(PATIENCE, other_team.next()).await.unwrap().unwrap();
        assert!(matches!(first, Some(LiveEvent::Conversation { id: hers }) if hers != id), "{first:?}");
        world.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_loses_a_conversation_is_told_and_who_gets_it_too() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        let sales = world.client("sales").await.unwrap();
        let colleague = world.client("colleague").await.unwrap();
        let (mut by_sales, mut by_colleague) = (sales.watch().await.unwrap(), colleague.watch().await.unwrap());
        let mut elsewhere = watch(&world, "elsewhere").await;
        let (customer, card) = world.arrives(&sales, "林雅婷", "您好").await.unwrap();
        let id = card.id;
        // Pending: all who may take it.
        for watching in [&mut by_sales, &mut by_colleague, &mut elsewhere] {
            watching.until(of(id)).await.unwrap();
        }
        // Taken: it goes out of the others' sight.
        tokio::time::sleep(Duration::from_millis(600)).await;
        sales.call(Take { id }).await.unwrap();
        for watching in [&mut by_sales, &mut by_colleague, &mut elsewhere] {
            watching.until(of(id)).await.unwrap();
        }
        mark(&sales, id).await;
        heard(&mut by_sales).await;
        heard(&mut by_colleague).await;
        heard(&mut elsewhere).await;
        // Transferred: whose it was, and whose it is.
        let to = world.team.seat("colleague").unwrap().id;
        sales.call(Transfer { ids: vec![id], to }).await.unwrap();
        by_sales.until(of(id)).await.unwrap();
        by_colleague.until(of(id)).await.unwrap();
        // What happens from now on is the colleague's alone.
        mark(&colleague, id).await;
        heard(&mut by_sales).await;
        heard(&mut by_colleague).await;
        assert_eq!(heard(&mut elsewhere).await, [], "it was and is another store's");
        world.act(&customer, Act::text("謝謝")).await.unwrap();
        by_colleague.until(of(id)).await.unwrap();
        mark(&colleague, id).await;
        assert_eq!(heard(&mut by_sales).await, [], "it is not hers any more");
        assert_eq!(heard(&mut elsewhere).await, []);
        heard(&mut by_colleague).await;
        // Closed, and pending again for all by the customer's next word.
        colleague.call(Close { id }).await.unwrap();
        by_colleague.until(of(id)).await.unwrap();
        world.act(&customer, Act::text("又是我")).await.unwrap();
        by_sales.until(of(id)).await.unwrap();
        world.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_is_told_once_and_a_reply_until_it_is_out() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (_, id) = world.taken(&sales, "林雅婷", "您好").await.unwrap();
    let mut watching = sales.watch().await.unwrap();
    sales.call(MarkRead { id }).await.unwrap();
    watching.until(of(id)).await.unwrap();
    // Nothing is unread any more: told again, an open thread would mark and ask without end.
    tokio::time::sleep(Duration::from_millis(300)).await;
    for _ in 0..3 {
        sales.call(MarkRead { id }).await.unwrap();
    }
    let key = MessageId(new_draft().0);
    sales.call(Reply { id, key, content: Content::of_text("有的") }).await.unwrap();
    let mut told = 0;
    loop {
        watching.until(of(id)).await.unwrap();
        told += 1;
        let thread = sales.call(ShowThread { id, limit: 10, after: None }).await.unwrap();
        let Some(Entry::Message(newest)) = thread.items.first() else { panic!("{thread:?}") };
        if newest.outcome == Some(Outcome::Succeeded) {
            break;
        }
    }
    assert!(told <= 3, "{told}");
    world.stop().await.unwrap();
}

/// 40 people at 20 a second, each by name: told at its pace, and once more after the last of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_send_is_followed_by_its_events_alone_and_does_not_flood() {
    for engine in Engine::here().unwrap() {
        let world = World::start_with(engine, |config| config.line.rate = 20).await.unwrap();
        let sales = world.client("sales").await.unwrap();
        let mut ids = Vec::new();
        for number in 0..40 {
            ids.push(world.taken(&sales, &format!("客人{number}"), "您好").await.unwrap().1);
        }
        let mut manager = watch(&world, "manager").await;
        let mut colleague = watch(&world, "colleague").await;
        let mut watching = sales.watch().await.unwrap();
        let began = Instant::now();
        let campaign = world.send(&sales, &ids, &[&format!("{NAME_TOKEN} 新品到了")]).await.unwrap();
        let (event, mut told) = (LiveEvent::Campaign { id: campaign }, 0_u32);
        let mut seen = Vec::new();
        loop {
            // Only what is told leads to another look: were the last change not told, this would wait in vain.
            watching.until(event).await.unwrap();
            told += 1;
            let progress = sales.call(ShowProgress { id: campaign }).await.unwrap();
            seen.push(progress.figures.succeeded);
            if progress.figures.settled() {
                break;
            }
        }
        let most = u32::try_from(began.elapsed().as_millis()).unwrap() / 250 + 2;
        assert!((2..=most).contains(&told), "{told} events in {:?}, at most {most}: {seen:?}", began.elapsed());
        assert!(seen.iter().any(|count| (1..40).contains(count)), "it moved: {seen:?}");
        manager.until(event).await.unwrap();
        mark(&sales, ids[0]).await;
        assert_eq!(heard(&mut colleague).await, [], "the send of another");
        world.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_session_and_no_other() {
    let world = World::start().await.unwrap();
    let (phone, desk) = (world.client("sales").await.unwrap(), world.client("sales").await.unwrap());
    let (mut on_phone, mut on_desk) = (phone.watch().await.unwrap(), desk.watch().await.unwrap());
    let (_, id) = world.taken(&desk, "林雅婷", "您好").await.unwrap();
    phone.call(SignOut { everywhere: false }).await.unwrap();
    on_phone.ended(SOON).await.unwrap();
    assert_eq!(phone.request(&WatchEvents {}).send().await.unwrap().status().as_u16(), 401);
    mark(&desk, id).await;
    heard(&mut on_desk).await;
    let mut manager = watch(&world, "manager").await;
    world.client("sales").await.unwrap().call(SignOut { everywhere: true }).await.unwrap();
    on_desk.ended(SOON).await.unwrap();

    let colleague = world.client("colleague").await.unwrap();
    let mut disabled = colleague.watch().await.unwrap();
    let (app, seat) = (world.server.app().unwrap(), world.team.seat("colleague").unwrap());
    admin::disable_member(&app.db, &app.clock, world.team.id, seat.id).await.unwrap();
    disabled.ended(SOON).await.unwrap();
    let refused = colleague.request(&WatchEvents {}).send().await.unwrap();
    assert_eq!((refused.status().as_u16(), refused.json().await.unwrap()), (401, Problem::SignedOut));

    let sales = world.client("sales").await.unwrap();
    mark(&sales, id).await;
    heard(&mut manager).await;
    assert_eq!(app.live.open(), 1, "what ended is forgotten");
    let began = Instant::now();
    world.stop().await.unwrap();
    manager.ended(SOON).await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(10), "a stream holds no server up: {:?}", began.elapsed());
}

/// `storecast admin` is another process on the same database: its commits are not told here.
#[tokio::test(flavor = "multi_thread")]
async fn a_member_disabled_from_elsewhere_is_out_within_seconds_and_an_idle_stream_shows_that_it_lives() {
    let world = World::start().await.unwrap();
    let mut manager = watch(&world, "manager").await;
    let mut sales = watch(&world, "sales").await;
    let another = Db::open(world.config.database.expose()).await.unwrap();
    let clock = world.server.app().unwrap().clock.clone();
    admin::disable_member(&another, &clock, world.team.id, world.team.seat("sales").unwrap().id).await.unwrap();
    sales.ended(Duration::from_secs(8)).await.unwrap();
    assert!(tokio::time::timeout(Duration::from_secs(20), manager.next()).await.is_err(), "nothing is told");
    assert!(manager.comments >= 1, "no heartbeat came");
    assert_eq!(manager.header("content-type"), "text/event-stream");
    assert_eq!(manager.header("cache-control"), "no-store");
    assert_eq!(manager.header("x-accel-buffering"), "no");
    assert_eq!(manager.header("content-encoding"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_when_its_access_token_does_and_the_next_goes_on() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let app = world.server.app().unwrap();
    let team = world.team.id;
    let member = sales.me().unwrap().id;
    let (session, epoch) = session_of(&app.db, member).await;
    let now = app.clock.now();
    let expires_at = (now / 1_000 + 2) * 1_000;
    let token = app.keys.access_token(&Access { team, member, session, epoch, expires_at }).unwrap();
    let began = Instant::now();
    let mut brief = sales.with_token(&token).watch().await.unwrap();
    let mut whole = sales.watch().await.unwrap();
    brief.ended(SOON).await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(900), "it ended before its token: {:?}", began.elapsed());
    let (_, id) = world.taken(&sales, "林雅婷", "您好").await.unwrap();
    let mut again = sales.watch().await.unwrap();
    mark(&sales, id).await;
    heard(&mut again).await;
    heard(&mut whole).await;
    world.stop().await.unwrap();
}

async fn session_of(db: &Db, member: MemberId) -> (shared::id::SessionId, i64) {
    let find = move |tx: &mut db::Tx<'_>| {
        tx.one("SELECT id, epoch FROM session WHERE member_id = $1 ORDER BY id DESC", params![member])
    };
    db.read(find).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_has_so_many_streams_and_the_one_open_longest_makes_way() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let mut manager = watch(&world, "manager").await;
    let mut open = Vec::new();
    for _ in 0..STREAMS {
        open.push(sales.watch().await.unwrap());
    }
    let (_, id) = world.taken(&sales, "林雅婷", "您好").await.unwrap();
    open.push(sales.watch().await.unwrap());
    open.remove(0).ended(SOON).await.unwrap();
    mark(&sales, id).await;
    for watching in &mut open {
        heard(watching).await;
    }
    heard(&mut manager).await;
    assert_eq!(world.server.app().unwrap().live.open(), STREAMS + 1);
    drop(open);
    let began = Instant::now();
    while world.server.app().unwrap().live.open() > 1 {
        assert!(began.elapsed() < PATIENCE, "streams whose clients went away stay open");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    world.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_streams_without_end_is_refused() {
    let few = |config: &mut server::config::Config| config.limits.events_per_member = 2;
    let world = World::start_with(Engine::Sqlite, few).await.unwrap();
    let sales = world.client("sales").await.unwrap();
    for _ in 0..2 {
        sales.watch().await.unwrap();
    }
    let refused = sales.request(&WatchEvents {}).send().await.unwrap();
    assert_eq!(refused.status().as_u16(), 429);
    assert!(refused.headers().contains_key("retry-after"));
    assert!(matches!(refused.json().await.unwrap(), Problem::TooMany { retry_after: 1.. }));
    assert!(watch(&world, "manager").await.header("x-accel-buffering") == "no", "hers is another allowance");
    let visitor = world.visitor().unwrap();
    let refused = visitor.raw(WatchEvents::METHOD, &format!("{API}{}", WatchEvents::ROUTE)).send().await.unwrap();
    assert_eq!(refused.status().as_u16(), 401);
    world.stop().await.unwrap();
}
