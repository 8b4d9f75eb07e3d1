//! Putting work into the engine, in the transaction of its cause, so that no crash can lose it.

use serde::Serialize;
use shared::{
    content::Content,
    id::{
        CampaignId, ChannelId, ContactId, ConversationId, DeliveryId, IdentityId, MemberId, MessageId, SliceId, TeamId,
    },
    limits::Platform,
    reasons::Reason,
};

use super::store;
use crate::{
    clock::Clock,
    db::{self, Tx},
    platforms::line::MULTICAST_USERS,
};

/// Neighbouring deliveries that share a lease: on LINE as measured (`trials/engine`), on WhatsApp what a number sends in a
/// second or so, or a reply would wait behind all of a slice.
pub(crate) const fn slice_of(platform: Platform) -> usize {
    match platform {
        Platform::Line => 200,
        Platform::Whatsapp => 20,
    }
}

/// Recipients of one transaction: as measured, more hold everybody else up for no gain (`trials/engine`).
const PIECE: usize = 1_000;

/// One recipient of a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDelivery {
    /// The account it goes by.
    pub channel: ChannelId,
    /// The customer on it.
    pub identity: IdentityId,
    /// The customer.
    pub contact: ContactId,
    /// Her conversation.
    pub conversation: ConversationId,
    /// Her address on the platform.
    pub address: String,
    /// Her name, frozen.
    pub name: String,
    /// Why she is not sent, where that is known already: then the row is made failed.
    pub refused: Option<Reason>,
    /// Whether she surely follows the account: LINE's multicast reaches nobody else, while a push does for a week after she
    /// wrote (providers.md A5).
    pub is_follower: bool,
}

/// A recipient as a piece keeps her; its channel stands beside it.
type Kept = (IdentityId, ContactId, ConversationId, String, String, Option<Reason>, bool);

/// The recipients of a campaign, made ready outside of the write: the first go out with it, whoever they are, and the rest is
/// written behind it, piece by piece.
#[derive(Debug)]
pub struct Recipients {
    first: Vec<NewDelivery>,
    rest: Vec<(ChannelId, String)>,
}

impl Recipients {
    /// Of these, who are in the order of (channel, contact): neighbours in the table are then neighbours in the index by
    /// conversation (2.4 times faster with history, `trials/engine`).
    pub fn of(mut first: Vec<NewDelivery>) -> db::Result<Self> {
        let behind = first.split_off(PIECE.min(first.len()));
        let mut rest = Vec::with_capacity(behind.len() / PIECE + 1);
        for same in behind.chunk_by(|a, b| a.channel == b.channel) {
            for piece in same.chunks(PIECE) {
                let kept: Vec<_> = piece.iter().map(kept).collect();
                rest.push((piece[0].channel, json(&kept)?));
            }
        }
        Ok(Self { first, rest })
    }
}

/// A recipient as a piece keeps her: SQL counts by the second, the third and the sixth.
fn kept(one: &NewDelivery) -> (IdentityId, ContactId, ConversationId, &str, &str, Option<Reason>, bool) {
    (one.identity, one.contact, one.conversation, &one.address, &one.name, one.refused, one.is_follower)
}

/// What the recipients of a campaign have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewCampaignDeliveries {
    /// Their team.
    pub team: TeamId,
    /// The campaign; its row is there already.
    pub campaign: CampaignId,
    /// 1 group sends, 2 broadcasts.
    pub class: i64,
    /// Who sends.
    pub sender: MemberId,
    /// When what has not started is dropped as too late (UTC ms).
    pub expires_at: i64,
    /// Now (UTC ms).
    pub now: i64,
    /// Whether the content differs from person to person.
    pub is_personal: bool,
}

/// Writes the recipients of a campaign and the slices they are claimed by: a thousand now, and the rest behind it.
pub fn enqueue_campaign(
    tx: &mut Tx<'_>,
    clock: &Clock,
    new: NewCampaignDeliveries,
    recipients: &Recipients,
) -> db::Result<()> {
    write(tx, clock, &new, &recipients.first)?;
    for (number, (channel, people)) in recipients.rest.iter().enumerate() {
        store::add_piece(tx, &new, number, *channel, people)?;
    }
    Ok(())
}

/// Writes a piece of a campaign's recipients. False, where there is no such piece any more or another server is at it.
pub(crate) fn expand(tx: &mut Tx<'_>, clock: &Clock, place: store::Place) -> db::Result<bool> {
    let Some(piece) = store::take_piece(tx, place, clock.now())? else {
        return Ok(false);
    };
    let kept: Vec<Kept> = serde_json::from_str(&piece.people)
        .map_err(|error| db::Error::Column { name: "people".into(), problem: error.to_string() })?;
    let people: Vec<NewDelivery> = kept
        .into_iter()
        .map(|(identity, contact, conversation, address, name, refused, is_follower)| NewDelivery {
            channel: piece.channel,
            identity,
            contact,
            conversation,
            address,
            name,
            refused,
            is_follower,
        })
        .collect();
    write(tx, clock, &piece.new, &people)?;
    Ok(true)
}

/// Writes recipients. Those on LINE to whom the very same goes are batches: a multicast for as many as it may name. Nobody
/// joins or leaves a batch that was called for and not settled.
fn write(tx: &mut Tx<'_>, clock: &Clock, new: &NewCampaignDeliveries, recipients: &[NewDelivery]) -> db::Result<()> {
    for same in recipients.chunk_by(|a, b| a.channel == b.channel) {
        let platform = store::platform(tx, new.team, same[0].channel)?;
        let goes_to_all = platform == Platform::Line && !new.is_personal;
        let is_batched = |one: &&NewDelivery| goes_to_all && one.is_follower && one.refused.is_none();
        let (batched, single): (Vec<&NewDelivery>, Vec<&NewDelivery>) = same.iter().partition(is_batched);
        for members in batched.chunks(MULTICAST_USERS) {
            enqueue_slice(tx, clock, new, members, members.len() > 1)?;
        }
        for neighbours in single.chunks(slice_of(platform)) {
            enqueue_slice(tx, clock, new, neighbours, false)?;
        }
    }
    Ok(())
}

/// Writes neighbours and the slice they are claimed by; there is none where all of them are known to fail.
fn enqueue_slice(
    tx: &mut Tx<'_>,
    clock: &Clock,
    new: &NewCampaignDeliveries,
    neighbours: &[&NewDelivery],
    is_batch: bool,
) -> db::Result<()> {
    let slice: SliceId = clock.id();
    let ids: Vec<DeliveryId> = neighbours.iter().map(|_| clock.id()).collect();
    store::add_deliveries(tx, new, slice, &ids, neighbours)?;
    let open = neighbours.iter().filter(|one| one.refused.is_none()).count();
    if let (Some(first), Some(last), true) = (ids.first(), ids.last(), open > 0) {
        let range = store::NewSlice {
            team: new.team,
            id: slice,
            campaign: Some(new.campaign),
            channel: neighbours[0].channel,
            class: new.class,
            first: *first,
            last: *last,
            open,
            due_at: new.now,
            expires_at: new.expires_at,
        };
        let add = if is_batch { store::add_batch } else { store::add_slice };
        add(tx, &range)?;
    }
    Ok(())
}

/// A 1:1 reply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReply {
    /// Its team.
    pub team: TeamId,
    /// The id of its delivery, new.
    pub delivery: DeliveryId,
    /// The message it carries.
    pub message: MessageId,
    /// The account it goes by.
    pub channel: ChannelId,
    /// The customer on it.
    pub identity: IdentityId,
    /// The customer.
    pub contact: ContactId,
    /// The conversation.
    pub conversation: ConversationId,
    /// Who writes.
    pub sender: MemberId,
    /// The customer's address on the platform.
    pub address: String,
    /// The customer's name.
    pub name: String,
    /// What is written, frozen.
    pub content: Content,
    /// Now (UTC ms).
    pub now: i64,
}

/// A reply that could not start within an hour would only confuse.
pub(crate) const REPLY_LIFE_MS: i64 = 3_600_000;

/// Writes a reply into the engine; it goes before everything else on its channel.
pub fn enqueue_reply(tx: &mut Tx<'_>, reply: &NewReply) -> db::Result<()> {
    // A reply is a slice of its own, under the same id.
    let slice = SliceId(reply.delivery.0);
    store::add_reply(tx, reply, slice, &json(&reply.content)?)?;
    let range = store::NewSlice {
        team: reply.team,
        id: slice,
        campaign: None,
        channel: reply.channel,
        class: 0,
        first: reply.delivery,
        last: reply.delivery,
        open: 1,
        due_at: reply.now,
        expires_at: reply.now + REPLY_LIFE_MS,
    };
    store::add_slice(tx, &range)
}

fn json(content: &impl Serialize) -> db::Result<String> {
    serde_json::to_string(content).map_err(|error| db::Error::Other(format!("content cannot be written: {error}")))
}
