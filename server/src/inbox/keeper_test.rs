//! Webhooks that are kept together, on both engines.

use shared::id::{ChannelId, TeamId};
use tempfile::TempDir;

use super::*;
use crate::{
    channels::testing::{NOW, Shop},
    clock::Clock,
    config::Config,
    db::{Db, testing::on_both_engines},
    params, serve,
};

on_both_engines![
    many_at_once_are_all_kept_and_repeats_once,
    one_that_cannot_be_kept_fails_alone,
    who_goes_away_holds_nobody_up,
];

struct World {
    app: App,
    shop: Shop,
    _folder: TempDir,
}

impl World {
    async fn new(db: Db) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = serve::open(Config::for_test(folder.path()), Clock::set_at(NOW)).await.unwrap();
        let app = App { live: db.live().clone(), db, ..app };
        let shop = Shop::open_at(app.db.clone(), app.clock.clone()).await;
        Self { app, shop, _folder: folder }
    }

    fn event(&self, channel: ChannelId, key: String) -> NewEvent {
        let id = self.app.clock.id::<uuid::Uuid>().to_string();
        NewEvent { team: self.shop.team, channel, key, id, body: "{}".into(), at: NOW }
    }

    async fn keep(&self, channel: ChannelId, keys: Vec<i64>) -> db::Result<()> {
        let events = keys.iter().map(|key| self.event(channel, key.to_string())).collect();
        self.app.inbox.keeper.keep(&self.app, Webhook { platform: Platform::Line, events }).await
    }

    async fn kept(&self) -> Vec<i64> {
        let team: TeamId = self.shop.team;
        let keys: Vec<String> =
            self.shop.read(move |tx| tx.all("SELECT event_key FROM inbox WHERE team_id = $1", params![team])).await;
        let mut keys: Vec<i64> = keys.iter().map(|key| key.parse().unwrap()).collect();
        keys.sort_unstable();
        keys
    }
}

async fn many_at_once_are_all_kept_and_repeats_once(db: Db) {
    let world = World::new(db).await;
    let channel = world.shop.channel;
    // More than a group holds, each twice, some within one webhook.
    let webhooks: Vec<Vec<i64>> = (0..400).map(|i| vec![3 * i, 3 * i + 1, 3 * i + 1, 3 * i + 2]).collect();
    let twice = webhooks.iter().chain(&webhooks).map(|keys| world.keep(channel, keys.clone()));
    assert_eq!(futures_util::future::try_join_all(twice).await.map(|all| all.len()), Ok(800));
    assert_eq!(world.kept().await, (0..1_200).collect::<Vec<_>>());
    world.app.inbox.keeper.rest(Duration::from_mins(5)).await;
    assert!(world.app.inbox.keeper.0.queue().waiting.is_empty());
}

async fn one_that_cannot_be_kept_fails_alone(db: Db) {
    let world = World::new(db).await;
    let (channel, nowhere) = (world.shop.channel, world.app.clock.id());
    let keeps = (0..60).map(|i| world.keep(if i % 20 == 7 { nowhere } else { channel }, vec![i, 100 + i]));
    let outcomes = futures_util::future::join_all(keeps).await;
    for (i, outcome) in outcomes.iter().enumerate() {
        let expected = if i % 20 == 7 { Err(db::Error::ForeignKey) } else { Ok(()) };
        assert_eq!(outcome, &expected, "{i}");
    }
    assert_eq!(world.kept().await.len(), 2 * 57);
}

async fn who_goes_away_holds_nobody_up(db: Db) {
    let world = World::new(db).await;
    let channel = world.shop.channel;
    for key in 0..20 {
        // Each is polled once, which is when it joins, and dropped.
        assert!(futures_util::FutureExt::now_or_never(world.keep(channel, vec![key])).is_none());
    }
    world.keep(channel, vec![20]).await.unwrap();
    assert_eq!(world.kept().await, (0..=20).collect::<Vec<_>>(), "what was told before is kept before");
}
