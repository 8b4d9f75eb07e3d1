//! The engine's statements. Those of claim and settle run at READ COMMITTED: each row is guarded by its own `WHERE`, slices
//! by `SKIP LOCKED`, counters are relative. They find rows by ids that are unique across teams.

use shared::{
    id::{CampaignId, ChannelId, DeliveryId, IdentityId, SliceId, TeamId},
    limits::Platform,
    reasons::{CheckedBy, Reason},
};

use super::{
    Busy,
    enqueue::{NewCampaignDeliveries, NewDelivery, NewReply},
    fair::Due,
};
use crate::{
    db::{FromRow, Result, Row, Sql, Tx, Value},
    params, row,
};

/// A slice to be made.
pub(crate) struct NewSlice {
    pub(crate) team: TeamId,
    pub(crate) id: SliceId,
    pub(crate) campaign: Option<CampaignId>,
    pub(crate) channel: ChannelId,
    pub(crate) class: i64,
    pub(crate) first: DeliveryId,
    pub(crate) last: DeliveryId,
    pub(crate) open: usize,
    pub(crate) due_at: i64,
    pub(crate) expires_at: i64,
}

pub(crate) fn add_slice(tx: &mut Tx<'_>, slice: &NewSlice) -> Result<()> {
    tx.execute(
        "INSERT INTO slice (team_id, id, campaign_id, channel_id, class, first_id, last_id, is_batch, open, due_at, expires_at,
             generation, lease_until, was_lost)
         VALUES ($1, $2, $3, $4, $5, $6, $7, FALSE, $8, $9, $10, 0, 0, FALSE)",
        params![
            slice.team, slice.id, slice.campaign, slice.channel, slice.class, slice.first, slice.last, slice.open,
            slice.due_at, slice.expires_at,
        ],
    )
    .map(drop)
}

/// Recipients of a campaign, with their ids. Those known to fail are written as failed at once.
pub(crate) fn add_deliveries(
    tx: &mut Tx<'_>,
    new: &NewCampaignDeliveries<'_>,
    slice: SliceId,
    ids: &[DeliveryId],
    recipients: &[NewDelivery],
) -> Result<()> {
    let rows: Vec<Vec<Value>> = ids
        .iter()
        .zip(recipients)
        .map(|(id, one)| {
            let failed = one.refused.is_some();
            row![
                id,
                one.channel,
                one.identity,
                one.contact,
                one.conversation,
                &one.address,
                &one.name,
                if failed { "failed" } else { "queued" },
                one.refused,
                failed.then_some("storecast"),
                failed.then_some(new.now),
            ]
        })
        .collect();
    tx.many(
        Sql::pair(
            "INSERT INTO delivery (team_id, policy, campaign_id, slice_id, sender_id, id, channel_id, identity_id, contact_id,
                 conversation_id, address, name, state, reason, checked_by, settled_at, attempt, tries, unsure)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1, 0, FALSE)",
            "INSERT INTO delivery (team_id, policy, campaign_id, slice_id, sender_id, id, channel_id, identity_id, contact_id,
                 conversation_id, address, name, state, reason, checked_by, settled_at, attempt, tries, unsure)
             SELECT $1, $2, $3, $4, $5, u.*, 1, 0, FALSE
             FROM unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                 $14::text[], $15::text[], $16::bigint[]) AS u",
        ),
        params![new.team, new.policy, new.campaign, slice, new.sender],
        &rows,
    )
    .map(drop)
}

pub(crate) fn add_reply(tx: &mut Tx<'_>, reply: &NewReply, slice: SliceId, content: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO delivery (team_id, id, policy, message_id, slice_id, channel_id, identity_id, contact_id, conversation_id,
             sender_id, address, name, fill, state, attempt, tries, unsure)
         VALUES ($1, $2, 'reply', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'queued', 1, 0, FALSE)",
        params![
            reply.team, reply.delivery, reply.message, slice, reply.channel, reply.identity, reply.contact,
            reply.conversation, reply.sender, &reply.address, &reply.name, content,
        ],
    )
    .map(drop)
}

impl FromRow for Busy {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { team: row.get("team_id")?, channel: row.get("id")?, platform: row.get("platform")? })
    }
}

/// Channels with slices, paused ones included: a lane waits until its channel is ready again.
pub(crate) fn busy_channels(tx: &mut Tx<'_>) -> Result<Vec<Busy>> {
    tx.all(
        "SELECT c.team_id, c.id, c.platform FROM channel c WHERE EXISTS (SELECT 1 FROM slice s WHERE s.channel_id = c.id)",
        params![],
    )
}

/// Which platform a channel of the team is on.
pub(crate) fn platform(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId) -> Result<Platform> {
    tx.one("SELECT platform FROM channel WHERE team_id = $1 AND id = $2", params![team, channel])
}

/// Makes every lease free, for an engine that alone owns the database file: whoever held them is dead. They count as lost,
/// as what was in flight may have arrived.
pub(crate) fn free_all(tx: &mut Tx<'_>) -> Result<u64> {
    tx.execute("UPDATE slice SET lease_until = 0 WHERE lease_by IS NOT NULL", params![])
}

impl FromRow for Due {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { campaign: row.get("campaign_id")?, class: row.get("class")?, waiting: row.get("waiting")? })
    }
}

/// What is due on a channel, by campaign; nothing while the channel is paused.
pub(crate) fn due(tx: &mut Tx<'_>, channel: ChannelId, now: i64) -> Result<Vec<Due>> {
    tx.all(
        "SELECT s.campaign_id, s.class, CAST(SUM(s.open) AS BIGINT) AS waiting
         FROM slice s JOIN channel h ON h.id = s.channel_id LEFT JOIN campaign c ON c.id = s.campaign_id
         WHERE s.channel_id = $1 AND h.state = 'ready' AND s.due_at <= $2 AND s.lease_until <= $2
             AND (s.campaign_id IS NULL OR c.state = 'sending')
         GROUP BY s.campaign_id, s.class",
        params![channel, now],
    )
}

/// A slice under our lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) id: SliceId,
    pub(crate) first: DeliveryId,
    pub(crate) last: DeliveryId,
    pub(crate) generation: i64,
    pub(crate) expires_at: i64,
    pub(crate) first_tried_at: i64,
    /// A lease ran out on it, so any queued row may have been sent.
    pub(crate) was_lost: bool,
}

impl FromRow for Taken {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            first: row.get("first_id")?,
            last: row.get("last_id")?,
            generation: row.get("generation")?,
            expires_at: row.get("expires_at")?,
            first_tried_at: row.get("first_tried_at")?,
            was_lost: row.get("was_lost")?,
        })
    }
}

/// Takes the next due slice of a campaign (or of the replies) on a channel. A lease that is still named but ran out was lost.
pub(crate) fn take(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    campaign: Option<CampaignId>,
    now: i64,
    me: &str,
    until: i64,
) -> Result<Option<Taken>> {
    tx.opt(
        Sql::pair(
            "UPDATE slice SET was_lost = was_lost OR lease_by IS NOT NULL, lease_by = $4, lease_until = $5,
                 generation = generation + 1, first_tried_at = COALESCE(first_tried_at, $3)
             WHERE id = (SELECT id FROM slice WHERE channel_id = $1 AND campaign_id IS NOT DISTINCT FROM $2
                 AND due_at <= $3 AND lease_until <= $3 ORDER BY id LIMIT 1)
             RETURNING id, first_id, last_id, generation, expires_at, first_tried_at, was_lost",
            "UPDATE slice SET was_lost = was_lost OR lease_by IS NOT NULL, lease_by = $4, lease_until = $5,
                 generation = generation + 1, first_tried_at = COALESCE(first_tried_at, $3)
             WHERE id = (SELECT id FROM slice WHERE channel_id = $1 AND campaign_id IS NOT DISTINCT FROM $2::text
                 AND due_at <= $3 AND lease_until <= $3 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
             RETURNING id, first_id, last_id, generation, expires_at, first_tried_at, was_lost",
        ),
        params![channel, campaign, now, me, until],
    )
}

/// A row of a slice that is still to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Queued {
    pub(crate) id: DeliveryId,
    pub(crate) identity: IdentityId,
    pub(crate) address: String,
    pub(crate) name: String,
    pub(crate) fill: Option<String>,
    pub(crate) attempt: i64,
    pub(crate) tries: u64,
    pub(crate) unsure: bool,
}

impl FromRow for Queued {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            identity: row.get("identity_id")?,
            address: row.get("address")?,
            name: row.get("name")?,
            fill: row.get("fill")?,
            attempt: row.get("attempt")?,
            tries: row.get("tries")?,
            unsure: row.get("unsure")?,
        })
    }
}

/// The rows of a slice that are still queued, in order.
pub(crate) fn queued(tx: &mut Tx<'_>, slice: &Taken, campaign: Option<CampaignId>) -> Result<Vec<Queued>> {
    match campaign {
        Some(campaign) => tx.all(
            "SELECT id, identity_id, address, name, fill, attempt, tries, unsure FROM delivery
             WHERE campaign_id = $1 AND id BETWEEN $2 AND $3 AND state = 'queued' ORDER BY id",
            params![campaign, slice.first, slice.last],
        ),
        None => tx.all(
            "SELECT id, identity_id, address, name, fill, attempt, tries, unsure FROM delivery
             WHERE id = $1 AND state = 'queued'",
            params![slice.first],
        ),
    }
}

/// The frozen content of a campaign, JSON.
pub(crate) fn content(tx: &mut Tx<'_>, campaign: CampaignId) -> Result<String> {
    tx.one("SELECT content FROM campaign WHERE id = $1", params![campaign])
}

/// A channel's pace on one endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Budget {
    /// Calls a second, as configured.
    pub(crate) rate: i64,
    /// Calls a second, as the platform lets us at present.
    pub(crate) rate_now: i64,
    /// The first moment not given away (UTC µs).
    pub(crate) next_at: i64,
    /// When it was last slowed or last recovered (UTC ms).
    pub(crate) slowed_at: Option<i64>,
}

impl FromRow for Budget {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            rate: row.get("rate")?,
            rate_now: row.get("rate_now")?,
            next_at: row.get("next_at")?,
            slowed_at: row.get("slowed_at")?,
        })
    }
}

/// The budget of a channel's endpoint, locked until the end of the transaction so that servers share it.
pub(crate) fn budget(tx: &mut Tx<'_>, channel: ChannelId, endpoint: &str) -> Result<Option<Budget>> {
    tx.opt(
        Sql::pair(
            "SELECT rate, rate_now, next_at, slowed_at FROM channel_budget WHERE channel_id = $1 AND endpoint = $2",
            "SELECT rate, rate_now, next_at, slowed_at FROM channel_budget WHERE channel_id = $1 AND endpoint = $2 FOR UPDATE",
        ),
        params![channel, endpoint],
    )
}

pub(crate) fn set_budget(tx: &mut Tx<'_>, channel: ChannelId, endpoint: &str, budget: &Budget) -> Result<()> {
    tx.execute(
        "UPDATE channel_budget SET rate_now = $3, next_at = $4, slowed_at = $5 WHERE channel_id = $1 AND endpoint = $2",
        params![channel, endpoint, budget.rate_now, budget.next_at, budget.slowed_at],
    )
    .map(drop)
}

/// Renews the lease of a slice. False, if it was lost: then somebody else answers for its rows.
pub(crate) fn hold(tx: &mut Tx<'_>, slice: SliceId, me: &str, generation: i64, until: i64) -> Result<bool> {
    let held = tx.execute(
        "UPDATE slice SET lease_until = $4 WHERE id = $1 AND lease_by = $2 AND generation = $3",
        params![slice, me, generation, until],
    )?;
    Ok(held > 0)
}

/// Books that so many rows of a slice that is held are done; returns how many are left. Only rows that moved are counted:
/// a batch that is settled twice, as when the answer to a commit was lost, then books nothing the second time.
pub(crate) fn book(tx: &mut Tx<'_>, slice: SliceId, moved: usize) -> Result<i64> {
    tx.one("UPDATE slice SET open = open - $2 WHERE id = $1 RETURNING open", params![slice, moved])
}

/// Nothing is open in it any more.
pub(crate) fn close_slice(tx: &mut Tx<'_>, slice: SliceId) -> Result<()> {
    tx.execute("DELETE FROM slice WHERE id = $1", params![slice]).map(drop)
}

/// All its answers are in, and some rows come later. `was_lost`: answers of it could not be settled, so that rows which are
/// still queued may have arrived.
pub(crate) fn release(tx: &mut Tx<'_>, slice: SliceId, due_at: i64, was_lost: bool) -> Result<()> {
    tx.execute(
        "UPDATE slice SET lease_by = NULL, lease_until = 0, due_at = $2, was_lost = was_lost OR $3 WHERE id = $1",
        params![slice, due_at, was_lost],
    )
    .map(drop)
}

/// A row that is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) id: DeliveryId,
    /// `accepted`, `failed` or `unknown`.
    pub(crate) state: &'static str,
    pub(crate) reason: Option<Reason>,
    pub(crate) checked_by: Option<CheckedBy>,
    pub(crate) provider_id: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) at: i64,
}

/// Settles rows, forwards only: what is settled stays so. Returns the ids that moved.
pub(crate) fn settle(tx: &mut Tx<'_>, rows: &[Settled]) -> Result<Vec<DeliveryId>> {
    let rows: Vec<Vec<Value>> = rows
        .iter()
        .map(|one| {
            let checked_by = one.checked_by.map(|by| match by {
                CheckedBy::Storecast => "storecast",
                CheckedBy::Platform => "platform",
            });
            row![
                one.id,
                one.state,
                one.reason,
                checked_by,
                &one.provider_id,
                &one.code,
                &one.text,
                &one.request_id,
                one.at,
                (one.state == "accepted").then_some(one.at),
            ]
        })
        .collect();
    tx.many_returning(
        Sql::pair(
            "UPDATE delivery SET state = $2, reason = $3, checked_by = $4, provider_id = $5, provider_code = $6,
                 provider_text = $7, request_id = $8, settled_at = $9, sent_at = $10, tries = tries + 1
             WHERE id = $1 AND state = 'queued' RETURNING id",
            "UPDATE delivery d SET state = u.state, reason = u.reason, checked_by = u.checked_by, provider_id = u.provider_id,
                 provider_code = u.code, provider_text = u.text, request_id = u.request_id, settled_at = u.at,
                 sent_at = u.sent_at, tries = d.tries + 1
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                 $9::bigint[], $10::bigint[])
                 AS u (id, state, reason, checked_by, provider_id, code, text, request_id, at, sent_at)
             WHERE d.id = u.id AND d.state = 'queued' RETURNING d.id",
        ),
        params![],
        &rows,
    )
}

/// Counts a try that did not settle, and remembers whether it may have arrived.
pub(crate) fn count_tries(tx: &mut Tx<'_>, rows: &[(DeliveryId, bool)]) -> Result<()> {
    let rows: Vec<Vec<Value>> = rows.iter().map(|(id, unsure)| row![id, *unsure]).collect();
    tx.many(
        Sql::pair(
            "UPDATE delivery SET tries = tries + 1, unsure = unsure OR $2 WHERE id = $1 AND state = 'queued'",
            "UPDATE delivery d SET tries = d.tries + 1, unsure = d.unsure OR u.unsure
             FROM unnest($1::text[], $2::boolean[]) AS u (id, unsure) WHERE d.id = u.id AND d.state = 'queued'",
        ),
        params![],
        &rows,
    )
    .map(drop)
}

/// A try that did not succeed at once, for the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Try {
    pub(crate) team: TeamId,
    pub(crate) id: uuid::Uuid,
    pub(crate) delivery: DeliveryId,
    pub(crate) attempt: i64,
    /// Which message it was about, where each is a call of its own (WhatsApp).
    pub(crate) part: Option<usize>,
    /// `later`, `refused`, `unsure` or `stop`.
    pub(crate) outcome: &'static str,
    pub(crate) reason: Reason,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) at: i64,
}

pub(crate) fn add_tries(tx: &mut Tx<'_>, tries: &[Try]) -> Result<()> {
    let rows: Vec<Vec<Value>> = tries
        .iter()
        .map(|one| {
            row![
                one.team,
                one.id.to_string(),
                one.delivery,
                one.attempt,
                one.part,
                one.outcome,
                one.reason,
                &one.code,
                &one.text,
                &one.request_id,
                one.at,
            ]
        })
        .collect();
    tx.many(
        Sql::pair(
            "INSERT INTO attempt (team_id, id, delivery_id, attempt, part, outcome, reason, provider_code, provider_text, request_id, at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING",
            "INSERT INTO attempt (team_id, id, delivery_id, attempt, part, outcome, reason, provider_code, provider_text, request_id, at)
             SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
                 $8::text[], $9::text[], $10::text[], $11::bigint[]) ON CONFLICT (id) DO NOTHING",
        ),
        params![],
        &rows,
    )
    .map(drop)
}

/// How the counters of a campaign move: what left the queue went to the first three, or the other way round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) accepted: i64,
    pub(crate) failed: i64,
    pub(crate) unknown: i64,
    /// Of those accepted: on the phone.
    pub(crate) delivered: i64,
    /// Of those accepted: read.
    pub(crate) read: i64,
    /// Of those accepted: on a platform that tells who read.
    pub(crate) told: i64,
}

impl Moved {
    /// Somebody moved from one place among the counters to another.
    pub(crate) fn shift(&mut self, from: Self, to: Self) {
        self.accepted += to.accepted - from.accepted;
        self.failed += to.failed - from.failed;
        self.unknown += to.unknown - from.unknown;
        self.delivered += to.delivered - from.delivered;
        self.read += to.read - from.read;
        self.told += to.told - from.told;
    }
}

/// Moves the counters of a campaign, last in the transaction. With the last row it is finished: failed where nobody can have
/// got it. A row that is queued again, or a late word on one, opens it or judges it anew.
pub(crate) fn count(tx: &mut Tx<'_>, campaign: CampaignId, moved: Moved, now: i64) -> Result<()> {
    let Moved { accepted, failed, unknown, delivered, read, told } = moved;
    if moved == Moved::default() {
        return Ok(());
    }
    tx.execute(
        "UPDATE campaign SET queued = queued - $2 - $3 - $4, accepted = accepted + $2, failed = failed + $3, unknown = unknown + $4,
             delivered = delivered + $6, read = read + $7, told = told + $8,
             state = CASE
                 WHEN state NOT IN ('sending', 'paused', 'completed', 'failed') OR expanded_to IS NOT NULL THEN state
                 WHEN queued > $2 + $3 + $4 THEN CASE WHEN state = 'paused' THEN 'paused' ELSE 'sending' END
                 WHEN accepted + $2 + unknown + $4 > 0 THEN 'completed' ELSE 'failed' END,
             paused_reason = CASE WHEN expanded_to IS NOT NULL OR queued > $2 + $3 + $4 THEN paused_reason END,
             finished_at = CASE WHEN expanded_to IS NOT NULL THEN finished_at
                 WHEN queued > $2 + $3 + $4 THEN NULL ELSE COALESCE(finished_at, $5) END
         WHERE id = $1",
        params![campaign, accepted, failed, unknown, now, delivered, read, told],
    )
    .map(drop)
}

/// Stops a channel: nothing more is claimed on it, and nobody queued is burned.
pub(crate) fn pause(tx: &mut Tx<'_>, channel: ChannelId, reason: Reason, now: i64) -> Result<()> {
    tx.execute(
        "UPDATE channel SET state = 'paused', paused_reason = $2, paused_at = $3 WHERE id = $1 AND state = 'ready'",
        params![channel, reason, now],
    )
    .map(drop)
}

/// The conversations of these deliveries, by team.
pub(crate) fn conversations_of(tx: &mut Tx<'_>, ids: &[String]) -> Result<Vec<(TeamId, shared::id::ConversationId)>> {
    tx.all(
        Sql::pair(
            "SELECT team_id, conversation_id FROM delivery WHERE id IN (SELECT value FROM json_each($1)) AND policy <> 'reply'",
            "SELECT team_id, conversation_id FROM delivery WHERE id = ANY($1) AND policy <> 'reply'",
        ),
        params![ids],
    )
}

/// The conversations of these replies.
pub(crate) fn replied(tx: &mut Tx<'_>, team: TeamId, ids: &[String]) -> Result<Vec<shared::id::ConversationId>> {
    tx.all(
        Sql::pair(
            "SELECT conversation_id FROM delivery
             WHERE team_id = $1 AND id IN (SELECT value FROM json_each($2)) AND policy = 'reply'",
            "SELECT conversation_id FROM delivery WHERE team_id = $1 AND id = ANY($2) AND policy = 'reply'",
        ),
        params![team, ids],
    )
}
