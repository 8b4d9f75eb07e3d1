//! A brand with one store and one LINE account, for tests of what hangs on a channel.

use shared::id::{ChannelId, StoreId, TeamId};

use super::store::{self, NewBudget, NewChannel};
use crate::{
    App,
    clock::Clock,
    db::{self, Db, Tx},
    members::admin::{NewStore, NewTeam, create_store, create_team},
};

/// When tests happen.
pub(crate) const NOW: i64 = 1_763_596_800_000;

/// The brand.
pub(crate) struct Shop {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) team: TeamId,
    pub(crate) store: StoreId,
    pub(crate) channel: ChannelId,
}

impl Shop {
    /// A new one in this database.
    pub(crate) async fn open(db: Db) -> Self {
        Self::open_at(db, Clock::set_at(NOW)).await
    }

    /// A new one that goes by this clock.
    pub(crate) async fn open_at(db: Db, clock: Clock) -> Self {
        let team = create_team(&db, &clock, NewTeam::named("Brand")).await.unwrap();
        let store = NewStore { team, code: "n1".into(), name: "North".into(), area: None };
        let store = create_store(&db, &clock, store).await.unwrap();
        let shop = Self { channel: clock.id(), db, clock, team, store };
        let (new, budget) = (shop.new_channel(shop.channel), shop.budget());
        shop.write(move |tx| store::insert(tx, &new, &budget, &[store])).await;
        shop
    }

    /// A channel that is not written yet.
    pub(crate) fn new_channel(&self, id: ChannelId) -> NewChannel {
        NewChannel {
            team: self.team,
            id,
            name: "Shop".into(),
            platform_id: format!("U{}", id.0.simple()),
            secret: vec![1],
            access_token: vec![2],
            at: self.clock.now(),
        }
    }

    /// Its pace.
    pub(crate) fn budget(&self) -> NewBudget {
        NewBudget { endpoint: "push", rate: 1_900, next_at: self.clock.now_micros() }
    }

    /// Gives the channel these secrets, sealed by the server's keys.
    pub(crate) async fn seal(&self, app: &App, secret: &[u8], token: &[u8]) {
        let (team, channel, row) = (self.team, self.channel, self.channel.to_string());
        let seal = |column, plain| app.keys.seal(team, "channel", column, &row, plain).unwrap();
        let (secret, token) = (seal("secret", secret), seal("access_token", token));
        self.write(move |tx| store::set_secrets(tx, team, channel, &secret, &token)).await;
    }

    /// Writes something that must succeed.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx<'_>) -> db::Result<T> + Send + 'static,
    ) -> T {
        self.db.write(work).await.unwrap()
    }

    /// Reads something that must succeed.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Tx<'_>) -> db::Result<T> + Send + 'static,
    ) -> T {
        self.db.read(work).await.unwrap()
    }
}
