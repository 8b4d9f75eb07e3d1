//! The requests about WhatsApp templates.

use server::{
    db::{self, Tx},
    params,
};
use shared::{
    campaigns::{CheckDraft, DropDraft, Kind, SaveDraft, SwitchToTemplate},
    content::Content,
    id::{ChannelId, ConversationId, TeamId, TemplateId, WabaId},
    problem::Problem,
    saved_replies::UsableBy,
    selection::Selection,
    templates::{ListTemplates, SaveTemplate, Shape, ShowTemplate, SyncTemplates, TemplateClass},
    text::fold,
};
use tests::world;

use crate::stage::{Actor, Stage, done};

/// Makes the request of a route about a fresh template of the owner's team, for her stores.
pub(crate) async fn ask(stage: &Stage, route: &str, actor: &Actor, owner: &Actor) -> Result<(), Problem> {
    let client = &actor.client;
    match route {
        "GET /templates" => done(client, ListTemplates { limit: 50, ..Default::default() }).await,
        "GET /templates/{id}" => done(client, ShowTemplate { id: template(stage, owner).await }).await,
        "PUT /templates/{id}" => done(client, for_everybody(template(stage, owner).await)).await,
        "POST /templates/sync" => {
            // Read a moment ago it may not be read again.
            let (team, waba) = (team_of(stage, owner), stage.world.team.business.as_ref().unwrap().id);
            write(stage, move |tx| {
                tx.execute("UPDATE waba SET sync_free_at = 0 WHERE team_id = $1 AND id = $2", params![team, waba])
                    .map(drop)
            })
            .await;
            done(client, SyncTemplates {}).await
        }
        other => panic!("{other} is mounted, but this test does not know how to ask for it"),
    }
}

/// Moves a customer of the owner's, whose window is closed, out of a draft of hers.
pub(crate) async fn switch(stage: &Stage, actor: &Actor, owner: &Actor) -> Result<(), Problem> {
    let (team, member, store) = (team_of(stage, owner), owner.seat.id, owner.seat.stores[0]);
    let number = number(stage, team).await.1;
    let person = [new::<TemplateId>(), new(), new()];
    write(stage, move |tx| {
        let [contact, identity, conversation] = person;
        tx.execute(
            "INSERT INTO contact (team_id, id, name, folded_name, created_at) VALUES ($1, $2, 'Ann', 'ann', 1)",
            params![team, contact],
        )?;
        tx.execute(
            "INSERT INTO identity (team_id, id, contact_id, channel_id, subscription, subscription_at, profile_tries, \
             profile_at, created_at) VALUES ($1, $2, $3, $4, 'subscribed', 1, 0, 1, 1)",
            params![team, identity, contact, number],
        )?;
        tx.execute(
            "INSERT INTO conversation (team_id, id, identity_id, contact_id, channel_id, state, owner_id, store_id, \
             folded_name, subscription, unread, last_at, created_at) \
             VALUES ($1, $2, $3, $4, $5, 'in_progress', $6, $7, 'ann', 'subscribed', 0, 1, 1)",
            params![team, conversation, identity, contact, number, member, store],
        )
        .map(drop)
    })
    .await;
    let id = world::new_draft();
    let selection = Selection { ids: vec![ConversationId(person[2].0)], matching: Vec::new() };
    let content = Content::of_text("新品到店");
    let save = SaveDraft { id, kind: Kind::GroupMessage, selection, content, revision: 0 };
    owner.client.call(save).await.unwrap();
    assert_eq!(owner.client.call(CheckDraft { id }).await.unwrap().failing(), 1);
    let to = world::new_draft();
    let asked = done(&actor.client, SwitchToTemplate { id, to, channel: number }).await;
    // Nothing of it stays on the stage: neither drafts, of which a member keeps so many, nor a customer.
    owner.client.call(DropDraft { id }).await.unwrap();
    if asked.is_ok() {
        actor.client.call(DropDraft { id: to }).await.unwrap();
    }
    write(stage, move |tx| {
        tx.execute("UPDATE conversation SET state = 'closed' WHERE team_id = $1 AND id = $2", params![team, person[2]])
            .map(drop)
    })
    .await;
    asked
}

fn new<T: From<uuid::Uuid>>() -> T {
    T::from(world::new_draft().0)
}

fn team_of(stage: &Stage, owner: &Actor) -> TeamId {
    let theirs = owner.seat.id == stage.actor("other").seat.id;
    if theirs { stage.world.other.id } else { stage.world.team.id }
}

async fn write(stage: &Stage, work: impl Fn(&mut Tx<'_>) -> db::Result<()> + Send + 'static) {
    stage.world.server.app().unwrap().db.write(work).await.unwrap();
}

/// A business account that nobody reads, with a number.
async fn number(stage: &Stage, team: TeamId) -> (WabaId, ChannelId) {
    let (app, waba, channel) = (new::<WabaId>(), new::<WabaId>(), new::<ChannelId>());
    write(stage, move |tx| {
        tx.execute(
            "INSERT INTO whatsapp_app (team_id, id, name, app_secret, verify_token, created_at) VALUES ($1, $2,
                 'App', $3, $3, 1)",
            params![team, app, vec![1_u8]],
        )?;
        tx.execute(
            "INSERT INTO waba (team_id, id, app_id, meta_id, name, access_token, sync_due_at, sync_free_at, \
             created_at) \
             VALUES ($1, $2, $3, $4, 'Account', $5, $6, $6, 1)",
            params![team, waba, app, waba.to_string(), vec![1_u8], i64::MAX],
        )?;
        tx.execute(
            "INSERT INTO channel (team_id, id, platform, name, platform_id, waba_id, state, created_at) \
             VALUES ($1, $2, 'whatsapp', 'Number', $3, $4, 'ready', 1)",
            params![team, channel, channel.to_string(), waba],
        )
        .map(drop)
    })
    .await;
    (waba, channel)
}

/// An approved template, for the owner's stores.
async fn template(stage: &Stage, owner: &Actor) -> TemplateId {
    let team = team_of(stage, owner);
    let (waba, _) = number(stage, team).await;
    let (id, stores) = (new::<TemplateId>(), owner.seat.stores.clone());
    let shape = Shape {
        name: "sale".into(),
        language: "zh_TW".into(),
        class: TemplateClass::Marketing,
        header: None,
        body: "新品到店".into(),
        footer: String::new(),
        buttons: Vec::new(),
        named: false,
    };
    let (json, folded) = (serde_json::to_string(&shape).unwrap(), fold(&shape.body));
    write(stage, move |tx| {
        tx.execute(
            "INSERT INTO template (team_id, id, waba_id, meta_id, name, language, category, status, components, \
             folded_text, \
             usable_by, synced_at, created_at) \
             VALUES ($1, $2, $3, $4, 'sale', 'zh_TW', 'marketing', 'approved', $5, $6, 'stores', 1, 1)",
            params![team, id, waba, id.to_string(), &json, &folded],
        )?;
        for store in &stores {
            tx.execute(
                "INSERT INTO usable_by (team_id, item_id, kind, value) VALUES ($1, $2, 'store', $3)",
                params![team, id, *store],
            )?;
        }
        Ok(())
    })
    .await;
    id
}

fn for_everybody(id: TemplateId) -> SaveTemplate {
    SaveTemplate { id, title: "年中慶".into(), usable_by: Some(UsableBy::Everybody), categories: Vec::new() }
}
