//! A small brand to test conversations on: two stores, two accounts, staff of each role, and a second brand beside it.

use shared::{
    contacts::Subscription,
    conversations::ConversationState,
    id::{ChannelId, ContactId, ConversationId, IdentityId, MediaId, MemberId, SessionId, StoreId, TagId, TeamId},
    media::MediaKind,
    members::Role,
};

use super::{
    Found,
    intake::{self, Inbound, Wrote},
    store,
};
use crate::{
    App,
    caller::{Caller, TeamSettings, Zone},
    clock::Clock,
    config::Config,
    db::{self, Db, Lane, Tx, params},
    serve,
};

/// When the world begins: 2025-11-20 08:00 in Taipei.
pub(crate) const NOW: i64 = 1_763_596_800_000;
pub(crate) const DAY: i64 = 86_400_000;

/// A name with everything in it that a careless query or page would trip over.
pub(crate) const NASTY: &str = r#"O'Brien "<script>alert(1)</script>"; DROP TABLE contact;-- 100%_\ 王小美"#;

pub(crate) struct World {
    pub(crate) db: Db,
    pub(crate) clock: Clock,
    pub(crate) team: TeamId,
    pub(crate) north: StoreId,
    pub(crate) south: StoreId,
    /// Both stores work with it.
    pub(crate) shop: ChannelId,
    /// Only the south works with it.
    pub(crate) outlet: ChannelId,
    /// Sales staff of the north.
    pub(crate) ann: Caller,
    /// Sales staff of the south.
    pub(crate) bob: Caller,
    /// Sales manager of the north.
    pub(crate) mia: Caller,
    /// Admin, of no store.
    pub(crate) ada: Caller,
    /// Sales staff of another brand.
    pub(crate) eve: Caller,
    /// The other brand's account.
    pub(crate) elsewhere: ChannelId,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Customer {
    pub(crate) team: TeamId,
    pub(crate) channel: ChannelId,
    pub(crate) identity: IdentityId,
    pub(crate) contact: ContactId,
}

pub(crate) fn caller(team: TeamId, member: MemberId, name: &str, role: Role, stores: &[StoreId]) -> Caller {
    Caller {
        team,
        member,
        name: name.into(),
        role,
        stores: stores.to_vec(),
        session: SessionId::default(),
        zone: Zone::named("Asia/Taipei").unwrap(),
        settings: TeamSettings {
            name: "Brand".into(),
            omo: true,
            sales_may_take_pending: true,
            group_send_max: 2_000,
            confirm_above: 100,
        },
    }
}

impl World {
    pub(crate) async fn new(db: Db) -> Self {
        let clock = Clock::set_at(NOW);
        let (team, other) = (clock.id(), clock.id());
        let (north, south, far) = (clock.id(), clock.id(), clock.id());
        let (shop, outlet, elsewhere) = (clock.id(), clock.id(), clock.id());
        let ann = caller(team, clock.id(), "Ann O'Hara", Role::SalesStaff, &[north]);
        let bob = caller(team, clock.id(), "Bob", Role::SalesStaff, &[south]);
        let mia = caller(team, clock.id(), "Mia", Role::SalesManager, &[north]);
        let ada = caller(team, clock.id(), "Ada", Role::Admin, &[]);
        let eve = caller(other, clock.id(), "Eve", Role::SalesStaff, &[far]);
        let world = Self { db, clock, team, north, south, shop, outlet, ann, bob, mia, ada, eve, elsewhere };
        let members = [&world.ann, &world.bob, &world.mia, &world.ada, &world.eve].map(Clone::clone);
        world
            .write(move |tx| {
                for team in [team, other] {
                    add_team(tx, team)?;
                }
                for (team, store) in [(team, north), (team, south), (other, far)] {
                    add_store(tx, team, store)?;
                }
                for (team, channel, stores) in
                    [(team, shop, vec![north, south]), (team, outlet, vec![south]), (other, elsewhere, vec![far])]
                {
                    add_channel(tx, team, channel, &stores)?;
                }
                members.iter().try_for_each(|member| add_member(tx, member))
            })
            .await;
        world
    }

    /// A server's parts around this database and clock, with nothing running and no files.
    pub(crate) async fn app(&self) -> App {
        self.app_with(|_| {}).await
    }

    /// As [`World::app`], with other settings.
    pub(crate) async fn app_with(&self, change: impl FnOnce(&mut Config)) -> App {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::for_test(folder.path());
        change(&mut config);
        let around = serve::open(config, self.clock.clone()).await.unwrap();
        App { db: self.db.clone(), live: self.db.live().clone(), ..around }
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

    /// A customer of this account, by name.
    pub(crate) async fn customer(&self, channel: ChannelId, name: &str) -> Customer {
        let team = if channel == self.elsewhere { self.eve.team } else { self.team };
        let customer = Customer { team, channel, identity: self.clock.id(), contact: self.clock.id() };
        let name = name.to_owned();
        self.write(move |tx| add_customer(tx, customer, &name)).await;
        customer
    }

    /// A text of hers.
    pub(crate) fn text(&self, from: Customer, text: &str, at: i64) -> Inbound {
        Inbound {
            team: from.team,
            channel: from.channel,
            identity: from.identity,
            contact: from.contact,
            at,
            kind: shared::conversations::MessageKind::Text,
            text: text.into(),
            media: None,
            platform_id: Some(self.clock.id::<uuid::Uuid>().to_string()),
            reply_token: None,
        }
    }

    /// The customer writes.
    pub(crate) async fn wrote(&self, inbound: Inbound) -> Wrote {
        let clock = self.clock.clone();
        self.db.write_as(Lane::Intake, move |tx| intake::customer_wrote(tx, &clock, &inbound)).await.unwrap()
    }

    /// A conversation in this state: pending ones are nobody's, others this member's.
    pub(crate) async fn conversation(
        &self,
        channel: ChannelId,
        name: &str,
        state: ConversationState,
        owner: &Caller,
    ) -> ConversationId {
        let customer = self.customer(channel, name).await;
        let Wrote::New { conversation, .. } = self.wrote(self.text(customer, "您好", self.clock.now())).await else {
            panic!("a new customer's message is new");
        };
        let (team, member, at_store) = (owner.team, owner.member, owner.store());
        self.write(move |tx| {
            if state != ConversationState::Pending {
                assert!(store::take(tx, team, conversation, member, at_store)?);
            }
            if state == ConversationState::Closed {
                assert!(store::close(tx, team, conversation, None)?);
            }
            Ok(())
        })
        .await;
        conversation
    }

    /// A conversation in progress, of this member with a customer of the shared account.
    pub(crate) async fn open(&self, name: &str, owner: &Caller) -> ConversationId {
        self.conversation(self.shop, name, ConversationState::InProgress, owner).await
    }

    pub(crate) async fn found(&self, id: ConversationId) -> Found {
        let team = self.team;
        self.read(move |tx| store::find(tx, team, id)).await.unwrap()
    }

    /// Puts a tag on the customer of a conversation; makes it if needed.
    pub(crate) async fn tag(&self, id: ConversationId, tag: TagId, name: &str) {
        let (team, contact, name) = (self.team, self.found(id).await.contact, name.to_owned());
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO tag (team_id, id, name, folded_name, created_at) VALUES ($1, $2, $3, $4, 0) ON CONFLICT DO NOTHING",
                params![team, tag, &name, shared::text::fold(&name)],
            )?;
            tx.execute(
                "INSERT INTO contact_tag (team_id, contact_id, tag_id, created_at) VALUES ($1, $2, $3, 0)",
                params![team, contact, tag],
            )
        })
        .await;
    }

    /// A picture or film that a member brought, ready to be sent.
    pub(crate) async fn medium(&self, kind: MediaKind) -> MediaId {
        let (team, id, by) = (self.team, self.clock.id(), self.ann.member);
        self.write(move |tx| {
            tx.execute(
                "INSERT INTO media (team_id, id, state, kind, mime, size, width, height, sha256, path, preview_path, tries, \
                 created_by, created_at) VALUES ($1, $2, 'ready', $3, 'image/png', 70, 4, 3, '', 'a', 'b', 0, $4, 0)",
                params![team, id, kind, by],
            )
        })
        .await;
        id
    }

    /// Sets the subscription by an event of the platform.
    pub(crate) async fn subscribe(&self, id: ConversationId, now: Subscription) {
        let (clock, team, identity, at) =
            (self.clock.clone(), self.team, self.found(id).await.identity, self.clock.now());
        self.write(move |tx| intake::subscription_changed(tx, &clock, team, identity, now, at)).await;
    }
}

fn add_team(tx: &mut Tx<'_>, team: TeamId) -> db::Result<u64> {
    tx.execute(
        "INSERT INTO team (id, name, zone, locale, omo, sales_may_take_pending, group_send_max, confirm_above, click_tracking, \
         link_days, link_anchor, revenue_anchor, domains, created_at) \
         VALUES ($1, 'Brand', 'Asia/Taipei', 'zh-Hant', TRUE, TRUE, 2000, 100, 'person', 7, 'click', 'click', '[]', 0)",
        params![team],
    )
}

fn add_store(tx: &mut Tx<'_>, team: TeamId, store: StoreId) -> db::Result<u64> {
    tx.execute(
        "INSERT INTO store (team_id, id, code, name, created_at) VALUES ($1, $2, $3, 'Store', 0)",
        params![team, store, store.to_string()],
    )
}

fn add_channel(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId, stores: &[StoreId]) -> db::Result<()> {
    tx.execute(
        "INSERT INTO channel (team_id, id, platform, name, platform_id, state, created_at) \
         VALUES ($1, $2, 'line', 'Shop', $3, 'ready', 0)",
        params![team, channel, channel.to_string()],
    )?;
    for store in stores {
        tx.execute(
            "INSERT INTO channel_store (team_id, channel_id, store_id) VALUES ($1, $2, $3)",
            params![team, channel, store],
        )?;
    }
    Ok(())
}

fn add_member(tx: &mut Tx<'_>, member: &Caller) -> db::Result<()> {
    tx.execute(
        "INSERT INTO member (team_id, id, name, email, role, password_hash, epoch, created_at) \
         VALUES ($1, $2, $3, $4, $5, '', 0, 0)",
        params![member.team, member.member, &member.name, member.member.to_string(), member.role],
    )?;
    for (i, store) in member.stores.iter().enumerate() {
        tx.execute(
            "INSERT INTO member_store (team_id, member_id, store_id, is_primary) VALUES ($1, $2, $3, $4)",
            params![member.team, member.member, store, i == 0],
        )?;
    }
    Ok(())
}

fn add_customer(tx: &mut Tx<'_>, customer: Customer, name: &str) -> db::Result<()> {
    let Customer { team, channel, identity, contact } = customer;
    tx.execute(
        "INSERT INTO contact (team_id, id, name, folded_name, created_at) VALUES ($1, $2, $3, $4, 0)",
        params![team, contact, name, shared::text::fold(name)],
    )?;
    tx.execute(
        "INSERT INTO identity (team_id, id, contact_id, channel_id, subscription, subscription_at, profile_tries, created_at) \
         VALUES ($1, $2, $3, $4, 'subscribed', 0, 0, 0)",
        params![team, identity, contact, channel],
    )?;
    tx.execute(
        "INSERT INTO identity_address (team_id, identity_id, channel_id, kind, address, created_at) \
         VALUES ($1, $2, $3, 'line_user', $4, 0)",
        params![team, identity, channel, format!("U{}", identity.0.simple())],
    )?;
    Ok(())
}
