//! Campaigns and their recipients in the database.

use shared::{
    campaigns::{CampaignFilter, CampaignState, Figures, Kind},
    contacts::ChannelRef,
    content::{Content, Part},
    deliveries::{DeliveryState, Outcome},
    id::{CampaignId, ChannelId, ConversationId, DeliveryId, DraftId, LinkId, MemberId, StoreId, TeamId},
    links,
    media::MediaKind,
    members::{MemberRef, StoreRef},
    reasons::{CheckedBy, Reason},
    selection::Selection,
    templates::ButtonKind,
};

use super::{Scope, Stored};
use crate::{
    campaigns::{
        Sent,
        drafts::store::{from_json, to_json},
    },
    clock::Clock,
    cursor::Cursor,
    db::{Error, FromRow, Query, Result, Row, Sql, Tx, Value},
    params, row,
};

/// A campaign to be written down.
pub(crate) struct NewCampaign<'a> {
    pub(crate) team: TeamId,
    pub(crate) id: CampaignId,
    pub(crate) kind: Kind,
    pub(crate) class: i64,
    pub(crate) draft: DraftId,
    pub(crate) digest: &'a str,
    pub(crate) sender: MemberId,
    pub(crate) sender_name: &'a str,
    pub(crate) store: Option<StoreId>,
    pub(crate) content: &'a Content,
    pub(crate) first_text: String,
    pub(crate) selection: &'a Selection,
    pub(crate) channels: &'a [ChannelRef],
    pub(crate) now: i64,
    pub(crate) expires_at: i64,
    pub(crate) audience: usize,
    /// Of them, known to fail.
    pub(crate) failed: usize,
}

/// Writes a campaign that starts at once. The store keeps the name it has now.
pub(crate) fn add(tx: &mut Tx<'_>, new: &NewCampaign<'_>) -> Result<()> {
    tx.execute(
        "INSERT INTO campaign (team_id, id, kind, class, draft_id, digest, subject, sender_id, sender_name, store_id, store_name,
             content, first_text, parts, images, videos, referral_links, audience_kind, selection, channels, state, created_at,
             started_at, broadcast_at, expires_at, audience, queued, accepted, failed, unknown, template_id)
         VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, (SELECT name FROM store WHERE team_id = $1 AND id = $9),
             $10, $11, $12, $20, $21, $13, 'selection', $14, $15, 'sending', $16, $16, $16, $17, $18,
             CAST($18 AS BIGINT) - CAST($19 AS BIGINT), 0, $19, 0, $22)",
        params![
            new.team, new.id, new.kind, new.class, new.draft, new.digest, new.sender, new.sender_name, new.store,
            to_json(new.content)?, &new.first_text, new.content.parts.len(), new.content.referral_links(),
            to_json(new.selection)?, to_json(&new.channels)?, new.now, new.expires_at, new.audience, new.failed,
            new.content.count_of(MediaKind::Image), new.content.count_of(MediaKind::Video),
            new.content.template().map(|filled| filled.template),
        ],
    )
    .map(drop)
}

/// Writes the links of a campaign, in order: those of its texts, then those of a template's buttons; the same address twice
/// is two (domain.md 7.1).
pub(crate) fn add_links(
    tx: &mut Tx<'_>,
    clock: &Clock,
    team: TeamId,
    campaign: CampaignId,
    content: &Content,
) -> Result<()> {
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for (part, one) in content.parts.iter().enumerate() {
        for (position, (kind, address)) in links_of(one).into_iter().enumerate() {
            rows.push(row![clock.id::<LinkId>(), part, position, kind, address]);
        }
    }
    tx.many(
        Sql::pair(
            "INSERT INTO link (team_id, campaign_id, id, part, position, kind, address) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            "INSERT INTO link (team_id, campaign_id, id, part, position, kind, address)
             SELECT $1, $2, u.* FROM unnest($3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::text[]) AS u",
        ),
        params![team, campaign],
        &rows,
    )
    .map(drop)
}

/// The links of a message, each with its kind: as many as `Content::referral_links` counts.
fn links_of(part: &Part) -> Vec<(&'static str, String)> {
    let in_text = |text: &str| links::links(text).into_iter().map(|address| ("text", address.to_owned())).collect();
    let Some(filled) = part.as_template() else { return part.as_text().map(in_text).unwrap_or_default() };
    let rendered = filled.rendered("");
    let texts = rendered.header.iter().chain([&rendered.body, &rendered.footer]);
    let mut found: Vec<(&str, String)> = texts.flat_map(|text| -> Vec<_> { in_text(text) }).collect();
    found.extend(rendered.buttons.into_iter().filter_map(|button| match button.does {
        ButtonKind::Url { address } => Some(("button", address)),
        _ => None,
    }));
    found
}

/// The campaign that a draft became, and the digest and the size of audience it was accepted with.
pub(crate) fn of_draft(
    tx: &mut Tx<'_>,
    team: TeamId,
    sender: MemberId,
    draft: DraftId,
) -> Result<Option<(CampaignId, String, i64)>> {
    tx.opt(
        "SELECT id, digest, audience FROM campaign WHERE team_id = $1 AND sender_id = $2 AND draft_id = $3",
        params![team, sender, draft],
    )
}

/// The columns of a record in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RowParts {
    pub(crate) id: CampaignId,
    pub(crate) kind: Kind,
    pub(crate) created_at: i64,
    pub(crate) broadcast_at: i64,
    pub(crate) finished_at: Option<i64>,
    pub(crate) state: CampaignState,
    pub(crate) sender: MemberRef,
    pub(crate) store: Option<StoreRef>,
    pub(crate) channels: Vec<ChannelRef>,
    pub(crate) parts: u32,
    pub(crate) images: u32,
    pub(crate) videos: u32,
    pub(crate) first_text: String,
    pub(crate) figures: Figures,
    pub(crate) referral_links: u64,
}

impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let store: Option<StoreId> = row.get("store_id")?;
        let store_name: Option<String> = row.get("store_name")?;
        let parts = RowParts {
            id: row.get("id")?,
            kind: row.get("kind")?,
            created_at: row.get("created_at")?,
            broadcast_at: row.get("broadcast_at")?,
            finished_at: row.get("finished_at")?,
            state: row.get("state")?,
            sender: MemberRef { id: row.get("sender_id")?, name: row.get("sender_name")? },
            store: store.map(|id| StoreRef { id, name: store_name.unwrap_or_default() }),
            channels: from_json(row, "channels")?,
            parts: row.get("parts")?,
            images: row.get("images")?,
            videos: row.get("videos")?,
            first_text: row.get("first_text")?,
            figures: Figures {
                audience: row.get("audience")?,
                waiting: row.get("queued")?,
                succeeded: row.get("accepted")?,
                failed: row.get("failed")?,
                unknown: row.get("unknown")?,
                delivered: row.get("delivered")?,
                read: row.get("read")?,
                told: row.get("told")?,
            },
            referral_links: row.get("referral_links")?,
        };
        Ok(Self { row: parts, paused: row.get("paused")? })
    }
}

/// A record's columns; a send is held for a reason of its own, or, where it waits on a paused account, for that account's.
const RECORD: &str =
    "SELECT c.id, c.kind, c.created_at, c.broadcast_at, c.finished_at, c.state, c.sender_id, c.sender_name,
     c.store_id, c.store_name, c.channels, c.parts, c.images, c.videos, c.first_text, c.audience, c.queued, c.accepted,
     c.failed, c.unknown, c.delivered, c.read, c.told, c.referral_links, CASE WHEN c.state = 'paused' THEN c.paused_reason
     WHEN c.state = 'sending' THEN (SELECT MIN(h.paused_reason) FROM slice s JOIN channel h
         ON h.id = s.channel_id WHERE s.campaign_id = c.id AND h.state = 'paused') END AS paused
     FROM campaign c WHERE c.team_id = $#";

fn scoped(query: &mut Query, sender: MemberId, scope: &Scope) {
    match scope {
        Scope::All => {}
        Scope::Own => {
            query.push("AND c.sender_id = $#", params![sender]);
        }
        Scope::Stores(stores) => {
            query.push(
                Sql::pair(
                    "AND (c.sender_id = $# OR c.store_id IN (SELECT value FROM json_each($#)))",
                    "AND (c.sender_id = $# OR c.store_id = ANY($#))",
                ),
                params![sender, stores],
            );
        }
    }
}

/// A record, if it is in the scope.
pub(crate) fn find(
    tx: &mut Tx<'_>,
    team: TeamId,
    sender: MemberId,
    scope: &Scope,
    id: CampaignId,
) -> Result<Option<Stored>> {
    let mut query = Query::new(RECORD, params![team]);
    query.push("AND c.kind IN ('group_message', 'group_template') AND c.id = $#", params![id]);
    scoped(&mut query, sender, scope);
    tx.opt_query(&query)
}

/// The time a send must lie in (UTC ms; `until` is not included).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Days {
    pub(crate) from: Option<i64>,
    pub(crate) until: Option<i64>,
}

/// Records of a scope, newest first.
#[expect(clippy::too_many_arguments, reason = "each is a part of one statement")]
pub(crate) fn list(
    tx: &mut Tx<'_>,
    team: TeamId,
    sender: MemberId,
    scope: &Scope,
    filter: &CampaignFilter,
    days: Days,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Vec<Stored>> {
    let mut query = Query::new(RECORD, params![team]);
    query.push("AND c.kind IN ('group_message', 'group_template')", params![]);
    scoped(&mut query, sender, scope);
    if let Some(from) = days.from {
        query.push("AND c.broadcast_at >= $#", params![from]);
    }
    if let Some(until) = days.until {
        query.push("AND c.broadcast_at < $#", params![until]);
    }
    if !filter.states.is_empty() {
        query.push(
            // As `Stored::state` shows it.
            Sql::pair(
                "AND CASE WHEN c.state = 'sending' AND EXISTS (SELECT 1 FROM slice s JOIN channel h ON h.id = s.channel_id
                     WHERE s.campaign_id = c.id AND h.state = 'paused') THEN 'paused' ELSE c.state END
                 IN (SELECT value FROM json_each($#))",
                "AND CASE WHEN c.state = 'sending' AND EXISTS (SELECT 1 FROM slice s JOIN channel h ON h.id = s.channel_id
                     WHERE s.campaign_id = c.id AND h.state = 'paused') THEN 'paused' ELSE c.state END = ANY($#)",
            ),
            params![texts(filter.states.iter().map(|state| state.as_str()))],
        );
    }
    if filter.with_failures {
        query.push("AND c.failed > 0", params![]);
    }
    if !filter.stores.is_empty() {
        query.push(
            Sql::pair("AND c.store_id IN (SELECT value FROM json_each($#))", "AND c.store_id = ANY($#)"),
            params![texts(filter.stores.iter())],
        );
    }
    if !filter.senders.is_empty() {
        query.push(
            Sql::pair("AND c.sender_id IN (SELECT value FROM json_each($#))", "AND c.sender_id = ANY($#)"),
            params![texts(filter.senders.iter())],
        );
    }
    if let Some(after) = after {
        query.push("AND (c.created_at, c.id) < ($#, $#)", params![after.at, &after.key]);
    }
    query.push("ORDER BY c.created_at DESC, c.id DESC LIMIT $#", params![limit]);
    tx.all_query(&query)
}

fn texts<T: ToString>(items: impl Iterator<Item = T>) -> Vec<String> {
    items.map(|item| item.to_string()).collect()
}

/// What was frozen when a send was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frozen {
    pub(crate) content: Content,
    pub(crate) selection: Selection,
}

impl FromRow for Frozen {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { content: from_json(row, "content")?, selection: from_json(row, "selection")? })
    }
}

pub(crate) fn frozen(tx: &mut Tx<'_>, team: TeamId, id: CampaignId) -> Result<Frozen> {
    tx.one("SELECT content, selection FROM campaign WHERE team_id = $1 AND id = $2", params![team, id])
}

/// The people of a campaign by account and state.
pub(crate) fn by_channel(
    tx: &mut Tx<'_>,
    team: TeamId,
    id: CampaignId,
) -> Result<Vec<(ChannelId, DeliveryState, u64)>> {
    tx.all(
        "SELECT channel_id, state, COUNT(*) FROM delivery WHERE team_id = $1 AND campaign_id = $2 GROUP BY channel_id, state",
        params![team, id],
    )
}

/// People who did not get it, by reason, most first.
pub(crate) fn reasons(tx: &mut Tx<'_>, team: TeamId, id: CampaignId) -> Result<Vec<(Reason, u64)>> {
    tx.all(
        "SELECT reason, COUNT(*) AS people FROM delivery
         WHERE team_id = $1 AND campaign_id = $2 AND state IN ('failed', 'unknown') AND reason IS NOT NULL
         GROUP BY reason ORDER BY people DESC, reason",
        params![team, id],
    )
}

/// The first few names behind a reason.
pub(crate) fn names_of(tx: &mut Tx<'_>, team: TeamId, id: CampaignId, reason: Reason) -> Result<Vec<String>> {
    tx.all(
        "SELECT name FROM delivery WHERE team_id = $1 AND campaign_id = $2 AND state IN ('failed', 'unknown') AND reason = $3
         ORDER BY id LIMIT 5",
        params![team, id, reason],
    )
}

/// A recipient as she is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredDelivery {
    pub(crate) id: DeliveryId,
    pub(crate) name: String,
    pub(crate) channel: ChannelId,
    pub(crate) conversation: ConversationId,
    pub(crate) state: DeliveryState,
    pub(crate) reason: Option<Reason>,
    pub(crate) checked_by: Option<CheckedBy>,
    pub(crate) settled_at: Option<i64>,
    pub(crate) delivered_at: Option<i64>,
    pub(crate) read_at: Option<i64>,
    /// The place of the first message that failed, from 0, on a platform that takes each by itself.
    pub(crate) failed_part: Option<u32>,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) request_id: Option<String>,
}

impl FromRow for StoredDelivery {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let checked_by: Option<String> = row.get("checked_by")?;
        let checked_by = match checked_by.as_deref() {
            None => None,
            Some("storecast") => Some(CheckedBy::Storecast),
            Some("platform") => Some(CheckedBy::Platform),
            Some(_) => {
                return Err(Error::Column { name: "checked_by".into(), problem: "names nobody we know".into() });
            }
        };
        Ok(Self {
            id: row.get("id")?,
            name: row.get("name")?,
            channel: row.get("channel_id")?,
            conversation: row.get("conversation_id")?,
            state: row.get("state")?,
            reason: row.get("reason")?,
            checked_by,
            settled_at: row.get("settled_at")?,
            delivered_at: row.get("delivered_at")?,
            read_at: row.get("read_at")?,
            failed_part: row.get("failed_part")?,
            code: row.get("provider_code")?,
            text: row.get("provider_text")?,
            request_id: row.get("request_id")?,
        })
    }
}

const RECIPIENT: &str =
    "SELECT id, name, channel_id, conversation_id, state, reason, checked_by, settled_at, delivered_at, read_at,
     provider_code, provider_text, request_id, CASE WHEN state = 'failed' THEN (SELECT MIN(p.part) FROM delivery_part p
         WHERE p.delivery_id = delivery.id AND p.state = 'failed' AND NOT EXISTS (SELECT 1 FROM delivery_part o
             WHERE o.delivery_id = p.delivery_id AND o.part = p.part
                 AND (o.state IN ('accepted', 'sent', 'delivered', 'read')
                     OR (o.attempt > p.attempt AND o.state <> 'skipped')))) END AS failed_part
     FROM delivery WHERE team_id = $# AND campaign_id = $#";

/// Recipients of a campaign, in the order they were written.
pub(crate) fn deliveries(
    tx: &mut Tx<'_>,
    team: TeamId,
    campaign: CampaignId,
    outcome: Option<Outcome>,
    reason: Option<Reason>,
    after: Option<DeliveryId>,
    limit: usize,
) -> Result<Vec<StoredDelivery>> {
    let mut query = Query::new(RECIPIENT, params![team, campaign]);
    if let Some(outcome) = outcome {
        match outcome.states() {
            // An index may give those of one state in order, not those of several.
            [one] => query.push("AND state = $#", params![*one]),
            several => query.push(
                Sql::pair("AND state IN (SELECT value FROM json_each($#))", "AND state = ANY($#)"),
                params![texts(several.iter().map(|state| state.as_str()))],
            ),
        };
    }
    if reason.is_some() || matches!(outcome, Some(Outcome::Failed | Outcome::Unknown)) {
        // Said in these words, as the indexes of those who did not get it are.
        query.push("AND state IN ('failed', 'unknown')", &[]);
    }
    if let Some(reason) = reason {
        query.push("AND reason = $#", params![reason]);
    }
    if let Some(after) = after {
        query.push("AND id > $#", params![after]);
    }
    query.push("ORDER BY id LIMIT $#", params![limit]);
    tx.all_query(&query)
}

pub(crate) fn delivery(
    tx: &mut Tx<'_>,
    team: TeamId,
    campaign: CampaignId,
    id: DeliveryId,
) -> Result<Option<StoredDelivery>> {
    let mut query = Query::new(RECIPIENT, params![team, campaign]);
    query.push("AND id = $#", params![id]);
    tx.opt_query(&query)
}

/// A try that did not succeed at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredAttempt {
    pub(crate) at: i64,
    pub(crate) outcome: String,
    pub(crate) code: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) request_id: Option<String>,
}

impl FromRow for StoredAttempt {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            at: row.get("at")?,
            outcome: row.get("outcome")?,
            code: row.get("provider_code")?,
            text: row.get("provider_text")?,
            request_id: row.get("request_id")?,
        })
    }
}

/// The tries of a delivery, oldest first: its own, and those of the multicasts it was in until it was settled.
pub(crate) fn attempts(tx: &mut Tx<'_>, team: TeamId, delivery: DeliveryId) -> Result<Vec<StoredAttempt>> {
    tx.all(
        "SELECT id, at, outcome, provider_code, provider_text, request_id FROM attempt
             WHERE team_id = $1 AND delivery_id = $2
         UNION ALL SELECT b.id, b.at, b.outcome, b.provider_code, b.provider_text, b.request_id
             FROM delivery d JOIN batch_attempt b ON b.team_id = d.team_id AND b.campaign_id = d.campaign_id
                 AND b.first_id <= d.id AND b.last_id >= d.id AND (d.settled_at IS NULL OR b.at <= d.settled_at)
             WHERE d.team_id = $1 AND d.id = $2 ORDER BY id",
        params![team, delivery],
    )
}

/// Group-send recipients on LINE among these who may not be sent any more, and why.
pub(crate) fn unfit_on_line(tx: &mut Tx<'_>, ids: &[String]) -> Result<Vec<(DeliveryId, Reason)>> {
    tx.all(
        Sql::pair(
            "SELECT d.id, CASE WHEN c.id IS NULL OR c.state <> 'in_progress' THEN 'not_in_progress'
                 WHEN c.owner_id IS DISTINCT FROM d.sender_id THEN 'not_owner'
                 WHEN c.subscription = 'blocked' THEN 'unfollowed' ELSE 'unsubscribed' END
             FROM delivery d LEFT JOIN conversation c ON c.team_id = d.team_id AND c.id = d.conversation_id
             WHERE d.id IN (SELECT value FROM json_each($1)) AND (c.id IS NULL OR c.state <> 'in_progress'
                 OR c.owner_id IS DISTINCT FROM d.sender_id OR c.subscription IN ('blocked', 'unsubscribed'))",
            "SELECT d.id, CASE WHEN c.id IS NULL OR c.state <> 'in_progress' THEN 'not_in_progress'
                 WHEN c.owner_id IS DISTINCT FROM d.sender_id THEN 'not_owner'
                 WHEN c.subscription = 'blocked' THEN 'unfollowed' ELSE 'unsubscribed' END
             FROM delivery d LEFT JOIN conversation c ON c.team_id = d.team_id AND c.id = d.conversation_id
             WHERE d.id = ANY($1) AND (c.id IS NULL OR c.state <> 'in_progress'
                 OR c.owner_id IS DISTINCT FROM d.sender_id OR c.subscription IN ('blocked', 'unsubscribed'))",
        ),
        params![ids],
    )
}

/// As [`unfit_on_line`], on WhatsApp too. The window of who has not written since
/// `closed` (UTC ms) is closed; the accounts on WhatsApp are few and looked up once.
pub(crate) fn unfit_for_group(tx: &mut Tx<'_>, ids: &[String], closed: i64) -> Result<Vec<(DeliveryId, Reason)>> {
    tx.all(
        Sql::pair(
            "SELECT d.id, CASE WHEN c.id IS NULL OR c.state <> 'in_progress' THEN 'not_in_progress'
                 WHEN c.owner_id IS DISTINCT FROM d.sender_id THEN 'not_owner'
                 WHEN c.subscription = 'blocked' THEN 'unfollowed'
                 WHEN c.subscription = 'unsubscribed' THEN 'unsubscribed' ELSE 'wa_window_closed' END
             FROM delivery d LEFT JOIN conversation c ON c.team_id = d.team_id AND c.id = d.conversation_id
             WHERE d.id IN (SELECT value FROM json_each($1)) AND (c.id IS NULL OR c.state <> 'in_progress'
                 OR c.owner_id IS DISTINCT FROM d.sender_id OR c.subscription IN ('blocked', 'unsubscribed')
                 OR (d.channel_id IN (SELECT h.id FROM channel h WHERE h.platform = 'whatsapp')
                     AND (c.last_customer_at IS NULL OR c.last_customer_at <= $2)
                     AND EXISTS (SELECT 1 FROM campaign p WHERE p.id = d.campaign_id AND p.kind = 'group_message')))",
            "SELECT d.id, CASE WHEN c.id IS NULL OR c.state <> 'in_progress' THEN 'not_in_progress'
                 WHEN c.owner_id IS DISTINCT FROM d.sender_id THEN 'not_owner'
                 WHEN c.subscription = 'blocked' THEN 'unfollowed'
                 WHEN c.subscription = 'unsubscribed' THEN 'unsubscribed' ELSE 'wa_window_closed' END
             FROM delivery d LEFT JOIN conversation c ON c.team_id = d.team_id AND c.id = d.conversation_id
             WHERE d.id = ANY($1) AND (c.id IS NULL OR c.state <> 'in_progress'
                 OR c.owner_id IS DISTINCT FROM d.sender_id OR c.subscription IN ('blocked', 'unsubscribed')
                 OR (d.channel_id IN (SELECT h.id FROM channel h WHERE h.platform = 'whatsapp')
                     AND (c.last_customer_at IS NULL OR c.last_customer_at <= $2)
                     AND EXISTS (SELECT 1 FROM campaign p WHERE p.id = d.campaign_id AND p.kind = 'group_message')))",
        ),
        params![ids, closed],
    )
}

impl FromRow for Sent {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { id: row.get("id")?, sender: row.get("sender_id")?, store: row.get("store_id")? })
    }
}

/// Who sent these campaigns, and under which store.
pub(crate) fn sent(tx: &mut Tx<'_>, team: TeamId, ids: &[CampaignId]) -> Result<Vec<Sent>> {
    let ids = Value::Texts(ids.iter().map(ToString::to_string).collect());
    tx.all(
        Sql::pair(
            "SELECT id, sender_id, store_id FROM campaign WHERE team_id = $1 AND id IN (SELECT value FROM json_each($2))",
            "SELECT id, sender_id, store_id FROM campaign WHERE team_id = $1 AND id = ANY($2)",
        ),
        &[team.into(), ids],
    )
}
