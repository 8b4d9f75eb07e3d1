//! A group send in a small brand, for the tests of campaigns and of the engine.

use shared::{
    campaigns::{Kind, SaveDraft, SendDraft},
    content::{Content, Part},
    conversations::ConversationState,
    id::{CampaignId, ConversationId, DeliveryId, DraftId, TeamId},
    selection::Selection,
};

use super::{
    check::{Audience, Digest},
    drafts, records,
    send::{self, Accept, Ready},
};
use crate::{
    caller::Caller,
    conversations::fixture_test::World,
    db::{self, Tx},
    outbox,
    refused::Refused,
};

/// Texts as content.
pub(crate) fn texts(texts: &[&str]) -> Content {
    Content { parts: texts.iter().map(|text| Part::text(*text)).collect() }
}

/// A draft of these people, stored.
pub(crate) async fn draft(world: &World, caller: &Caller, ids: &[ConversationId], content: Content) -> DraftId {
    draft_of(world, caller, Kind::GroupMessage, ids, content).await
}

/// As [`draft`], of this kind.
pub(crate) async fn draft_of(
    world: &World,
    caller: &Caller,
    kind: Kind,
    ids: &[ConversationId],
    content: Content,
) -> DraftId {
    let id: DraftId = world.clock.id();
    let call =
        SaveDraft { id, kind, selection: Selection { ids: ids.to_vec(), matching: Vec::new() }, content, revision: 0 };
    let (caller, now) = (caller.clone(), world.clock.now());
    world.db.write(move |tx| drafts::keep(tx, &caller, &call, now)).await.unwrap();
    id
}

/// What the check of a draft says: how many, and the digest.
pub(crate) async fn checked(world: &World, caller: &Caller, id: DraftId) -> SendDraft {
    let (caller, now) = (caller.clone(), world.clock.now());
    world
        .db
        .read(move |tx| {
            let draft = drafts::find(tx, &caller, id)?;
            let audience = Audience::of(tx, &caller, &draft, now)?;
            let digest = Digest::of(&audience, &draft.content)?.to_string();
            Ok::<_, Refused>(SendDraft { id, audience: audience.people.len() as u64, digest })
        })
        .await
        .unwrap()
}

/// Sends what was checked, with all of its recipients written, as the engine does behind it.
pub(crate) async fn accept(world: &World, caller: &Caller, call: SendDraft) -> Result<CampaignId, Accept> {
    let campaign = accept_only(world, caller, call).await?;
    while expand_next(world).await {}
    Ok(campaign)
}

/// Writes the next piece of recipients that are still to be written; whether there was one.
pub(crate) async fn expand_next(world: &World) -> bool {
    let next = world.read(|tx| outbox::next_pieces(tx, 1)).await;
    let (Some(place), clock) = (next.first().copied(), world.clock.clone()) else { return false };
    world.write(move |tx| outbox::expand(tx, &clock, place)).await
}

/// Sends what was checked; of its recipients the first are written.
pub(crate) async fn accept_only(world: &World, caller: &Caller, call: SendDraft) -> Result<CampaignId, Accept> {
    let (caller, app) = (caller.clone(), world.app().await);
    let (asking, asked, known) = (caller.clone(), call.clone(), app.clone());
    let ready = match world.db.read(move |tx| send::make_ready(tx, &known, &asking, &asked)).await? {
        Ready::Sent(campaign) => return Ok(campaign),
        Ready::ToSend(ready) => ready,
    };
    let accepted = world.db.write(move |tx| send::accept(tx, &app.clock, &caller, &call, &ready)).await?;
    Ok(accepted.expect("the draft was not changed meanwhile"))
}

/// A group send to so many new customers of this member.
pub(crate) async fn sent(
    world: &World,
    caller: &Caller,
    people: usize,
    text: &str,
) -> (CampaignId, Vec<ConversationId>) {
    let mut ids = Vec::new();
    for i in 0..people {
        ids.push(world.conversation(world.shop, &format!("客人{i}"), ConversationState::InProgress, caller).await);
    }
    let draft = draft(world, caller, &ids, texts(&[text])).await;
    let call = checked(world, caller, draft).await;
    (accept(world, caller, call).await.unwrap(), ids)
}

/// How often a recipient was tried in vain, as her record shows it.
pub(crate) fn tries(tx: &mut Tx<'_>, team: TeamId, delivery: DeliveryId) -> db::Result<usize> {
    Ok(records::store::attempts(tx, team, delivery)?.len())
}
