//! A brand with one store and one LINE account, for tests of what hangs on a channel; WhatsApp is added where it is
//! asked.

use shared::id::{ChannelId, StoreId, TeamId, WabaId, WhatsappAppId};

use super::{
    store::{self, NewBudget, NewChannel},
    whatsapp::store as whatsapp,
};
use crate::{
    App,
    clock::Clock,
    db::{self, Db, Tx},
    members::admin::{NewStore, NewTeam, create_store, create_team},
};

/// When tests happen.
pub(crate) const NOW: i64 = 1_763_596_800_000;

/// A WhatsApp app of the brand, with one business account and one number.
#[derive(Debug, Clone)]
pub(crate) struct Whatsapp {
    pub(crate) app: WhatsappAppId,
    pub(crate) waba: WabaId,
    /// The business account's id at Meta.
    pub(crate) account: String,
    pub(crate) number: ChannelId,
    pub(crate) phone_number_id: String,
}

/// Something like an id of Meta's.
fn digits(id: uuid::Uuid) -> String {
    id.as_u128().to_string()
}

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
        let (new, budgets) = (shop.new_channel(shop.channel), shop.budgets());
        shop.write(move |tx| store::insert(tx, &new, &budgets, &[store])).await;
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

    /// Its paces.
    pub(crate) fn budgets(&self) -> [NewBudget; 2] {
        let multicast = NewBudget { endpoint: "multicast", rate: 180, ..self.budget() };
        [self.budget(), multicast]
    }

    /// Its pace for pushes.
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

    /// Connects a WhatsApp app with one business account and one number to it, with secrets that are not sealed.
    pub(crate) async fn add_whatsapp(&self) -> Whatsapp {
        let new = Whatsapp {
            app: self.clock.id(),
            waba: self.clock.id(),
            number: self.clock.id(),
            account: digits(self.clock.id::<WabaId>().0),
            phone_number_id: digits(self.clock.id::<ChannelId>().0),
        };
        let (app, account, number) = (self.new_app(new.app), self.new_account(&new), self.new_number(&new));
        let (budget, store) = (NewBudget { endpoint: "messages", ..self.budget() }, self.store);
        self.write(move |tx| {
            whatsapp::insert_app(tx, &app)?;
            whatsapp::insert_account(tx, &account)?;
            whatsapp::insert_number(tx, &number, &budget, &[store])
        })
        .await;
        new
    }

    /// An app that is not written yet.
    pub(crate) fn new_app(&self, id: WhatsappAppId) -> whatsapp::NewApp {
        let (team, at) = (self.team, self.clock.now());
        whatsapp::NewApp { team, id, name: "App".into(), app_secret: vec![3], verify_token: vec![4], at }
    }

    /// Its business account.
    pub(crate) fn new_account(&self, of: &Whatsapp) -> whatsapp::NewAccount {
        whatsapp::NewAccount {
            team: self.team,
            id: of.waba,
            app: of.app,
            meta_id: of.account.clone(),
            portfolio: Some("77".into()),
            name: "Account".into(),
            access_token: vec![5],
            at: self.clock.now(),
        }
    }

    /// The number of it.
    pub(crate) fn new_number(&self, of: &Whatsapp) -> whatsapp::NewNumber {
        whatsapp::NewNumber {
            team: self.team,
            id: of.number,
            waba: of.waba,
            phone_number_id: of.phone_number_id.clone(),
            name: "Number".into(),
            at: self.clock.now(),
        }
    }

    /// Seals these secrets by the server's keys and gives them to the app and its business account.
    pub(crate) async fn seal_whatsapp(&self, app: &App, of: &Whatsapp, secret: &[u8], verify: &[u8], token: &[u8]) {
        let (team, id, waba) = (self.team, of.app, of.waba);
        let seal = |table, column, row: String, plain| app.keys.seal(team, table, column, &row, plain).unwrap();
        let secret = seal("whatsapp_app", "app_secret", id.to_string(), secret);
        let verify = seal("whatsapp_app", "verify_token", id.to_string(), verify);
        let token = seal("waba", "access_token", waba.to_string(), token);
        self.write(move |tx| {
            whatsapp::set_app_secrets(tx, team, id, &secret, &verify)?;
            whatsapp::set_token(tx, team, waba, &token)
        })
        .await;
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
