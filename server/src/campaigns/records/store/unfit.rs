//! Who of a send may not be sent to any more.

use shared::{id::DeliveryId, reasons::Reason};

use crate::{
    db::{Result, Sql, Tx},
    params,
};

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
/// `closed` (UTC ms) is closed; the accounts on WhatsApp are few and looked up once. Two there can turn out to be one
/// person while they are sent to; ids grow with time, so her other rows of the campaign are those after its own id. The
/// plus keeps SQLite in the index by conversation: the one by campaign would read all of it.
pub(crate) fn unfit_for_group(tx: &mut Tx<'_>, ids: &[String], closed: i64) -> Result<Vec<(DeliveryId, Reason)>> {
    tx.all(
        Sql::pair(
            "SELECT d.id, CASE WHEN c.id IS NULL OR c.state <> 'in_progress' THEN 'not_in_progress'
                 WHEN c.owner_id IS DISTINCT FROM d.sender_id THEN 'not_owner'
                 WHEN c.subscription = 'blocked' THEN 'unfollowed'
                 WHEN c.subscription = 'unsubscribed' THEN 'unsubscribed'
                 WHEN EXISTS (SELECT 1 FROM delivery o WHERE o.conversation_id = d.conversation_id
                     AND o.id > d.campaign_id AND +o.campaign_id = d.campaign_id AND o.id <> d.id
                     AND o.state <> 'failed' AND (o.id < d.id OR o.state <> 'queued')) THEN 'same_person'
                 ELSE 'wa_window_closed' END
             FROM delivery d LEFT JOIN conversation c ON c.team_id = d.team_id AND c.id = d.conversation_id
             WHERE d.id IN (SELECT value FROM json_each($1)) AND (c.id IS NULL OR c.state <> 'in_progress'
                 OR c.owner_id IS DISTINCT FROM d.sender_id OR c.subscription IN ('blocked', 'unsubscribed')
                 OR EXISTS (SELECT 1 FROM delivery o WHERE o.conversation_id = d.conversation_id
                     AND o.id > d.campaign_id AND +o.campaign_id = d.campaign_id AND o.id <> d.id
                     AND o.state <> 'failed' AND (o.id < d.id OR o.state <> 'queued'))
                 OR (d.channel_id IN (SELECT h.id FROM channel h WHERE h.platform = 'whatsapp')
                     AND (c.last_customer_at IS NULL OR c.last_customer_at <= $2)
                     AND EXISTS (SELECT 1 FROM campaign p WHERE p.id = d.campaign_id AND p.kind = 'group_message')))",
            "SELECT d.id, CASE WHEN c.id IS NULL OR c.state <> 'in_progress' THEN 'not_in_progress'
                 WHEN c.owner_id IS DISTINCT FROM d.sender_id THEN 'not_owner'
                 WHEN c.subscription = 'blocked' THEN 'unfollowed'
                 WHEN c.subscription = 'unsubscribed' THEN 'unsubscribed'
                 WHEN EXISTS (SELECT 1 FROM delivery o WHERE o.conversation_id = d.conversation_id
                     AND o.id > d.campaign_id AND o.campaign_id = d.campaign_id AND o.id <> d.id
                     AND o.state <> 'failed' AND (o.id < d.id OR o.state <> 'queued')) THEN 'same_person'
                 ELSE 'wa_window_closed' END
             FROM delivery d LEFT JOIN conversation c ON c.team_id = d.team_id AND c.id = d.conversation_id
             WHERE d.id = ANY($1) AND (c.id IS NULL OR c.state <> 'in_progress'
                 OR c.owner_id IS DISTINCT FROM d.sender_id OR c.subscription IN ('blocked', 'unsubscribed')
                 OR EXISTS (SELECT 1 FROM delivery o WHERE o.conversation_id = d.conversation_id
                     AND o.id > d.campaign_id AND o.campaign_id = d.campaign_id AND o.id <> d.id
                     AND o.state <> 'failed' AND (o.id < d.id OR o.state <> 'queued'))
                 OR (d.channel_id IN (SELECT h.id FROM channel h WHERE h.platform = 'whatsapp')
                     AND (c.last_customer_at IS NULL OR c.last_customer_at <= $2)
                     AND EXISTS (SELECT 1 FROM campaign p WHERE p.id = d.campaign_id AND p.kind = 'group_message')))",
        ),
        params![ids, closed],
    )
}
