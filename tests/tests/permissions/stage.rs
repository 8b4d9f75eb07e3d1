//! A world with something of everybody's to be asked for, and the request that each route stands for.

use std::{collections::HashMap, sync::Mutex, time::Instant};

use sandbox::line::{Batch, BatchCustomer};
use server::{db, params};
use shared::{
    attributes::{
        AttributeKind, AttributeValue, ClearAttribute, ListAttributes, SaveAttribute, SetAttribute, ShowAttributes,
    },
    call::Call,
    campaigns::{
        CampaignState, CancelCampaign, CheckDraft, CountSelection, DropDraft, ExportCampaigns, Kind, LeaveOut,
        ListCampaigns, ListDrafts, PauseCampaign, ResendUnknown, ResumeCampaign, ResumeChannel, RetryFailed, SaveDraft,
        SendDraft, ShowCampaign, ShowDraft, ShowProgress, SwitchToTemplate,
    },
    contacts::{AddTag, ListChannels, ListTags, RemoveTag},
    content::Content,
    conversations::{
        Close, ConversationFilter, ConversationState, CountConversations, ListConversations, MarkRead, Reopen, Reply,
        Scope, ShowConversation, ShowThread, Take, Transfer,
    },
    deliveries::{ExportDeliveries, ListDeliveries, ShowDelivery},
    id::{AttributeId, CampaignId, ChannelId, ConversationId, DeliveryId, DraftId, MemberId, MessageId},
    members::{Client as Kept, ListColleagues, Refresh, Role, ShowMe, SignIn, SignOut},
    problem::{Conflict, Problem},
    reasons::Reason,
    reports::ShowMyFigures,
    selection::Selection,
    words::Language,
};
use tests::{Client, Engine, Seat, World, team::PASSWORD, world};

use crate::{saved_replies, table::Whose, templates, uploads};

/// A member with her client and what is hers.
pub(crate) struct Actor {
    pub(crate) seat: Seat,
    pub(crate) client: Client,
    account: (ChannelId, String),
    /// Pending conversations that nobody touched, of the account that she works with.
    pool: Mutex<Vec<ConversationId>>,
    /// What her drafts and her record are about.
    customer: ConversationId,
    draft: DraftId,
    campaign: CampaignId,
    delivery: DeliveryId,
}

/// The world and its actors, by the beginning of their e-mails.
pub(crate) struct Stage {
    pub(crate) world: World,
    actors: HashMap<&'static str, Actor>,
}

/// Everybody on the stage: who, and how many untouched conversations she needs.
const ACTORS: [&str; 6] = ["admin", "manager", "sales", "colleague", "elsewhere", "other"];

impl Stage {
    /// Sets the stage, with so many untouched conversations for each actor.
    pub(crate) async fn set(engine: Engine, pool: usize) -> Self {
        let mut world = World::start_on(engine).await.unwrap();
        let there = world.team.stores[1];
        let app = world.server.app().unwrap();
        world.team.connect_line(app, &world.sandbox, "台中店", &[there]).await.unwrap();
        world.team.point_webhooks(&world.sandbox, &world.server.base).unwrap();

        let mut stage = Self { world, actors: HashMap::new() };
        for who in ACTORS {
            let actor = stage.cast(who, pool).await;
            stage.actors.insert(who, actor);
        }
        stage
    }

    /// Brings an actor on: she takes a customer, and (an admin cannot) keeps a draft and has sent one.
    async fn cast(&self, who: &'static str, pool: usize) -> Actor {
        let world = &self.world;
        let (team, email) = if who == "other" { (&world.other, "sales") } else { (&world.team, who) };
        let seat = team.seat(email).unwrap().clone();
        let account = &team.accounts[usize::from(who == "elsewhere")];
        let client = world.sign_in(&seat).await.unwrap();
        let mut pool = arrive(world, &client, (account.id, &account.name), who, pool + 1).await;
        let customer = pool.pop().unwrap();
        client.call(Take { id: customer }).await.unwrap();
        let (draft, mut campaign, mut delivery) = (world::new_draft(), CampaignId::default(), DeliveryId::default());
        if seat.role != Role::Admin {
            client.call(save(draft, customer)).await.unwrap();
            campaign = world.send(&client, &[customer], &["新品到店"]).await.unwrap();
            world.settled(&client, campaign).await.unwrap();
            let call = ListDeliveries { id: campaign, outcome: None, reason: None, limit: 1, after: None };
            delivery = client.call(call).await.unwrap().items[0].id;
        }
        let account = (account.id, account.name.clone());
        Actor { seat, client, account, pool: Mutex::new(pool), customer, draft, campaign, delivery }
    }

    pub(crate) fn actor(&self, who: &str) -> &Actor {
        &self.actors[who]
    }

    /// The one who plays a role.
    pub(crate) fn of_role(&self, role: Role) -> &Actor {
        self.actor(match role {
            Role::Admin => "admin",
            Role::SalesManager => "manager",
            Role::SalesStaff => "sales",
        })
    }

    /// Whose things these are, seen by this actor.
    pub(crate) fn owner<'a>(&'a self, actor: &'a Actor, whose: Whose) -> &'a Actor {
        match whose {
            Whose::Own => actor,
            Whose::Colleagues => self.actor("colleague"),
            Whose::Elsewhere => self.actor("elsewhere"),
            Whose::OtherTeams => self.actor("other"),
        }
    }

    /// Gives the first team the OMO plan, or takes it away: as when a plan runs out while work lies there.
    pub(crate) async fn set_plan(&self, omo: bool) {
        let team = self.world.team.id;
        let set = move |tx: &mut db::Tx<'_>| tx.execute("UPDATE team SET omo = $2 WHERE id = $1", params![team, omo]);
        assert_eq!(self.world.server.app().unwrap().db.write(set).await.unwrap(), 1);
    }

    /// Makes the request of a route about something of the owner's.
    pub(crate) async fn ask(&self, route: &str, actor: &Actor, owner: &Actor, omo: bool) -> Result<(), Problem> {
        let id = owner.customer;
        match route {
            "POST /session" => self.sign_in(actor).await.map(drop),
            "POST /session/refresh" => {
                let refresh_token = Some(self.sign_in(actor).await?);
                done(&self.world.visitor().unwrap(), Refresh { refresh_token }).await
            }
            "POST /session/end" => {
                done(&self.world.sign_in(&actor.seat).await.unwrap(), SignOut { everywhere: false }).await
            }
            "GET /me" => done(&actor.client, ShowMe {}).await,
            "GET /colleagues" => done(&actor.client, ListColleagues {}).await,
            "GET /channels" => done(&actor.client, ListChannels {}).await,
            "GET /tags" => done(&actor.client, ListTags {}).await,
            "GET /events" => {
                let opened = actor.client.watch().await.map(drop);
                opened.map_err(|error| Problem::Internal { trace: error.to_string() })
            }
            "GET /attributes" => done(&actor.client, ListAttributes {}).await,
            "PUT /attributes/{id}" => done(&actor.client, Self::new_attribute()).await,
            "GET /conversations/{id}/attributes" => done(&actor.client, ShowAttributes { id }).await,
            "GET /conversations" => done(&actor.client, ListConversations { limit: 50, ..Default::default() }).await,
            "GET /conversations/count" => done(&actor.client, CountConversations::default()).await,
            "GET /conversations/{id}" => done(&actor.client, ShowConversation { id }).await,
            "GET /conversations/{id}/thread" => done(&actor.client, ShowThread { id, limit: 50, after: None }).await,
            route if route.contains("/saved-repl") => saved_replies::ask(self, route, actor, owner).await,
            route if route.contains("/templates") => templates::ask(self, route, actor, owner).await,
            route if route.contains("/uploads") => uploads::ask(route, actor, owner).await,
            route if route.contains("/conversations") => self.ask_to_change(route, actor, owner).await,
            "GET /drafts" => done(&actor.client, ListDrafts {}).await,
            "POST /selections/count" => done(&actor.client, CountSelection { selection: only(id) }).await,
            // Where the plan is gone, or the owner cannot have any, there is nobody in her draft to move.
            "POST /drafts/{id}/switch" if omo && owner.seat.role != Role::Admin => {
                templates::switch(self, actor, owner).await
            }
            route if route.contains("/drafts") => ask_about_draft(route, actor, owner, omo).await,
            "GET /campaigns" => done(&actor.client, ListCampaigns { limit: 50, ..Default::default() }).await,
            "GET /campaigns/export" => done(&actor.client, ExportCampaigns::default()).await,
            "GET /campaigns/{id}" => done(&actor.client, ShowCampaign { id: owner.campaign }).await,
            "GET /campaigns/{id}/progress" => done(&actor.client, ShowProgress { id: owner.campaign }).await,
            "GET /campaigns/{id}/deliveries" => {
                let id = owner.campaign;
                let call = ListDeliveries { id, outcome: None, reason: None, limit: 50, after: None };
                done(&actor.client, call).await
            }
            "GET /campaigns/{id}/deliveries/export" => {
                let (id, language) = (owner.campaign, Language::En);
                done(&actor.client, ExportDeliveries { id, outcome: None, reason: None, language }).await
            }
            "POST /channels/{id}/resume" => done(&actor.client, ResumeChannel { id: owner.channel() }).await,
            route if route.starts_with("POST /campaigns/") => ask_to_control(route, actor, owner.campaign).await,
            "GET /figures/mine" => done(&actor.client, ShowMyFigures::default()).await,
            "GET /campaigns/{id}/deliveries/{delivery}" => {
                done(&actor.client, ShowDelivery { id: owner.campaign, delivery: owner.delivery }).await
            }
            other => panic!("{other} is mounted, but this test does not know how to ask for it"),
        }
    }

    /// What changes a conversation gets a fresh one each time.
    async fn ask_to_change(&self, route: &str, actor: &Actor, owner: &Actor) -> Result<(), Problem> {
        let id = owner.fresh().await;
        match route {
            "POST /conversations/{id}/read" => done(&actor.client, MarkRead { id }).await,
            "POST /conversations/{id}/take" => done(&actor.client, Take { id }).await,
            "POST /conversations/transfer" => {
                let call = Transfer { ids: vec![id], to: self.receiver(actor, owner) };
                done(&actor.client, call).await
            }
            "POST /conversations/{id}/close" => done(&actor.client, Close { id }).await,
            "POST /conversations/{id}/reopen" => {
                owner.client.call(Close { id }).await.unwrap();
                done(&actor.client, Reopen { id }).await
            }
            "POST /conversations/{id}/messages" => {
                let key = MessageId(world::new_draft().0);
                done(&actor.client, Reply { id, key, content: Content::of_text("您好".to_owned()) }).await
            }
            "POST /conversations/{id}/tags" => done(&actor.client, AddTag { id, name: "VIP".to_owned() }).await,
            "DELETE /conversations/{id}/tags/{tag}" => {
                let tag = owner.client.call(AddTag { id, name: "VIP".to_owned() }).await.unwrap();
                done(&actor.client, RemoveTag { id, tag: tag.id }).await
            }
            "PUT /conversations/{id}/attributes/{attribute}" => done(&actor.client, self.filled(id, actor).await).await,
            "DELETE /conversations/{id}/attributes/{attribute}" => {
                let set = self.filled(id, owner).await;
                let attribute = set.attribute;
                owner.client.call(set).await.unwrap();
                done(&actor.client, ClearAttribute { id, attribute }).await
            }
            other => panic!("{other} is mounted, but this test does not know how to ask for it"),
        }
    }

    /// An attribute that nobody has yet, under a name of its own.
    fn new_attribute() -> SaveAttribute {
        let id = AttributeId(world::new_draft().0);
        SaveAttribute { id, name: format!("a {id}").chars().take(40).collect(), kind: AttributeKind::Boolean }
    }

    /// A value for a customer, of a new attribute of this actor's team.
    async fn filled(&self, id: ConversationId, of: &Actor) -> SetAttribute {
        let SaveAttribute { id: attribute, name, kind } = Self::new_attribute();
        let theirs = of.seat.id == self.actor("other").seat.id;
        let team = if theirs { self.world.other.id } else { self.world.team.id };
        let make = move |tx: &mut db::Tx<'_>| {
            tx.execute(
                "INSERT INTO attribute (team_id, id, name, folded_name, kind, created_at)
                 VALUES ($1, $2, $3, $3, $4, 1)",
                params![team, attribute, &name, kind],
            )
        };
        assert_eq!(self.world.server.app().unwrap().db.write(make).await.unwrap(), 1);
        SetAttribute { id, attribute, value: AttributeValue::Boolean(true) }
    }

    /// Somebody of the caller's store who is not the owner.
    fn receiver(&self, actor: &Actor, owner: &Actor) -> MemberId {
        let candidates = ["manager", "sales"].map(|who| self.actor(who).seat.id);
        let mut others = candidates.into_iter().filter(|id| *id != owner.seat.id && *id != actor.seat.id);
        others.next().unwrap_or(candidates[0])
    }

    /// Signs in anew; gives the refresh token.
    async fn sign_in(&self, actor: &Actor) -> Result<String, Problem> {
        let call = SignIn { email: actor.seat.email.clone(), password: PASSWORD.to_owned(), client: Kept::Native };
        Ok(self.world.visitor().unwrap().call(call).await?.refresh_token.unwrap())
    }
}

impl Actor {
    /// A conversation that she just took.
    async fn fresh(&self) -> ConversationId {
        let id = self.pool.lock().unwrap().pop().expect("the pool is too small");
        self.client.call(Take { id }).await.unwrap();
        id
    }

    /// Pending conversations of the account she works with.
    pub(crate) fn untouched(&self) -> Vec<ConversationId> {
        self.pool.lock().unwrap().clone()
    }

    /// The customer that she keeps all the time.
    pub(crate) fn customer(&self) -> ConversationId {
        self.customer
    }

    /// Her one record.
    pub(crate) fn campaign(&self) -> CampaignId {
        self.campaign
    }

    /// The draft she keeps.
    pub(crate) fn draft(&self) -> DraftId {
        self.draft
    }

    pub(crate) fn channel(&self) -> ChannelId {
        self.account.0
    }
}

async fn ask_about_draft(route: &str, actor: &Actor, owner: &Actor, omo: bool) -> Result<(), Problem> {
    // A fresh one each time; where the plan is gone, the one that was kept from before.
    let (mut id, mut seen) = (owner.draft, (1, String::from("x")));
    if omo && owner.seat.role != Role::Admin {
        id = world::new_draft();
        owner.client.call(save(id, owner.customer)).await.unwrap();
        let check = owner.client.call(CheckDraft { id }).await.unwrap();
        seen = (check.audience, check.digest);
    }
    match route {
        "PUT /drafts/{id}" => done(&actor.client, save(id, actor.customer)).await,
        "GET /drafts/{id}" => done(&actor.client, ShowDraft { id }).await,
        "DELETE /drafts/{id}" => done(&actor.client, DropDraft { id }).await,
        "POST /drafts/{id}/check" => done(&actor.client, CheckDraft { id }).await,
        "POST /drafts/{id}/leave-out" => {
            done(&actor.client, LeaveOut { id, reason: Some(Reason::NotOwner), doubt: None, all_but: None }).await
        }
        "POST /drafts/{id}/switch" => {
            let (to, channel) = (world::new_draft(), actor.channel());
            done(&actor.client, SwitchToTemplate { id, to, channel }).await
        }
        "POST /drafts/{id}/send" => {
            let (audience, digest) = seen;
            done(&actor.client, SendDraft { id, audience, digest }).await
        }
        other => panic!("{other} is mounted, but this test does not know how to ask for it"),
    }
}

/// The record is over and everybody got it: who may is told so.
async fn ask_to_control(route: &str, actor: &Actor, id: CampaignId) -> Result<(), Problem> {
    let told = match route {
        "POST /campaigns/{id}/pause" => done(&actor.client, PauseCampaign { id }).await,
        "POST /campaigns/{id}/resume" => done(&actor.client, ResumeCampaign { id }).await,
        "POST /campaigns/{id}/cancel" => done(&actor.client, CancelCampaign { id }).await,
        "POST /campaigns/{id}/retry" => {
            done(&actor.client, RetryFailed { id, reasons: vec![Reason::LineUnavailable], people: 0 }).await
        }
        "POST /campaigns/{id}/resend-unknown" => {
            done(&actor.client, ResendUnknown { id, delivery: None, people: 0 }).await
        }
        other => panic!("{other} is mounted, but this test does not know how to ask for it"),
    };
    match told {
        Err(Problem::Conflict {
            with: Conflict::SendState { state: CampaignState::Completed } | Conflict::NobodyToSend,
        }) => Ok(()),
        Ok(()) => panic!("{route}: there was nothing to be done"),
        refused => refused,
    }
}

fn save(id: DraftId, customer: ConversationId) -> SaveDraft {
    let content = Content::of_text("新品到店");
    SaveDraft { id, kind: Kind::GroupMessage, selection: only(customer), content, revision: 0 }
}

fn only(id: ConversationId) -> Selection {
    Selection { ids: vec![id], matching: Vec::new() }
}

pub(crate) async fn done<C: Call>(client: &Client, call: C) -> Result<(), Problem> {
    client.call(call).await.map(drop)
}

/// So many new customers write to this account; gives their conversations once they are pending.
async fn arrive(
    world: &World,
    client: &Client,
    (channel, account): (ChannelId, &str),
    who: &str,
    count: usize,
) -> Vec<ConversationId> {
    let text = format!("給 {who}");
    let new = |at: usize| BatchCustomer {
        name: format!("{who} {at}"),
        language: None,
        follow: true,
        timestamp: None,
        texts: vec![text.clone()],
    };
    let customers = (0..count).map(new).collect();
    let batch = Batch { channel: account.to_owned(), per_call: 100, silent: false, customers, acts: Vec::new() };
    assert_eq!(world.sandbox.line().batch(batch).await.unwrap().failed, 0);
    let began = Instant::now();
    loop {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let filter = ConversationFilter { channels: vec![channel], ..Default::default() };
            let (state, scope) = (ConversationState::Pending, Scope::Team);
            let call = ListConversations { state, scope, filter, limit: 100, after, ..Default::default() };
            let page = client.call(call).await.unwrap();
            let ours = page.items.iter().filter(|card| card.last.as_ref().is_some_and(|last| last.text == text));
            found.extend(ours.map(|card| card.id));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        if found.len() == count {
            return found;
        }
        assert!(began.elapsed() < world::PATIENCE, "{} of {count} customers of {who} arrived", found.len());
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}
