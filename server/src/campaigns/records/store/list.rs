//! The records that a member sees: the list, and one of it.

use shared::{
    campaigns::{CampaignFilter, CampaignState, Figures, Kind},
    contacts::ChannelRef,
    id::{CampaignId, MemberId, StoreId, TeamId},
    members::{MemberRef, StoreRef},
};

use super::{
    super::{Scope, Stored},
    texts,
};
use crate::{
    campaigns::drafts::store::from_json,
    cursor::Cursor,
    db::{FromRow, Query, Result, Row, Sql, Tx},
    params,
};

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
        Ok(Self { row: parts, paused: row.get("paused")?, recipients_gone_at: row.get("recipients_gone_at")? })
    }
}

/// A record's columns; a send is held for a reason of its own, or, where it waits on a paused account, for that
/// account's.
const RECORD: &str =
    "SELECT c.id, c.kind, c.created_at, c.broadcast_at, c.finished_at, c.state, c.sender_id, c.sender_name,
     c.store_id, c.store_name, c.channels, c.parts, c.images, c.videos, c.first_text, c.audience, c.queued, c.accepted,
     c.failed, c.unknown, c.delivered, c.read, c.told, c.referral_links, c.recipients_gone_at,
     CASE WHEN c.state = 'paused' THEN c.paused_reason
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
                "AND CASE WHEN c.state = 'sending' AND EXISTS (SELECT 1 FROM slice s
                     JOIN channel h ON h.id = s.channel_id
                     WHERE s.campaign_id = c.id AND h.state = 'paused') THEN 'paused' ELSE c.state END
                 IN (SELECT value FROM json_each($#))",
                "AND CASE WHEN c.state = 'sending' AND EXISTS (SELECT 1 FROM slice s
                     JOIN channel h ON h.id = s.channel_id
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
