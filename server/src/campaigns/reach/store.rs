//! SQL of the people that a WhatsApp business wrote to outside their windows.

use shared::id::{ChannelId, TeamId};

use crate::{
    db::{Result, Sql, Tx},
    params,
};

/// The portfolio whose limit a number shares; its business account alone, where nobody named the portfolio. None for an
/// account of another platform.
pub(super) fn portfolio(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId) -> Result<Option<String>> {
    tx.opt(
        "SELECT COALESCE(w.portfolio_id, w.meta_id) FROM channel h JOIN waba w ON w.team_id = h.team_id AND w.id =
             h.waba_id
         WHERE h.team_id = $1 AND h.id = $2",
        params![team, channel],
    )
}

/// How many people of a portfolio were written to since then or are about to be, and how many of them are among these
/// contacts. About to be: they wait in a template message, written as recipients or not yet, and have not written since
/// then either.
pub(super) fn used(
    tx: &mut Tx<'_>,
    team: TeamId,
    portfolio: &str,
    contacts: &[String],
    since: i64,
) -> Result<(u64, u64)> {
    tx.one(
        Sql::pair(
            "SELECT COUNT(*),
                 COALESCE(SUM(CASE WHEN u.contact_id IN (SELECT value FROM json_each($4)) THEN 1 ELSE 0 END), 0)
             FROM (SELECT p.contact_id FROM portfolio_contact p
                 WHERE p.team_id = $1 AND p.portfolio_id = $2 AND p.at > $3
                 UNION SELECT d.contact_id FROM campaign c
                     JOIN delivery d ON d.team_id = c.team_id AND d.campaign_id = c.id
                     JOIN channel h ON h.team_id = d.team_id AND h.id = d.channel_id
                     JOIN waba w ON w.team_id = h.team_id AND w.id = h.waba_id
                     JOIN conversation v ON v.team_id = d.team_id AND v.id = d.conversation_id
                 WHERE c.team_id = $1 AND c.kind = 'group_template' AND c.state IN ('sending', 'paused')
                     AND d.state = 'queued' AND COALESCE(w.portfolio_id, w.meta_id) = $2
                     AND (v.last_customer_at IS NULL OR v.last_customer_at <= $3)
                 UNION SELECT json_extract(e.value, '$[1]') FROM campaign c
                     JOIN campaign_piece p ON p.team_id = c.team_id AND p.campaign_id = c.id
                     JOIN channel h ON h.team_id = p.team_id AND h.id = p.channel_id
                     JOIN waba w ON w.team_id = h.team_id AND w.id = h.waba_id
                     JOIN json_each(p.people) e
                     JOIN conversation v ON v.team_id = p.team_id AND v.id = json_extract(e.value, '$[2]')
                 WHERE c.team_id = $1 AND c.kind = 'group_template' AND c.state IN ('sending', 'paused')
                     AND json_extract(e.value, '$[5]') IS NULL AND COALESCE(w.portfolio_id, w.meta_id) = $2
                     AND (v.last_customer_at IS NULL OR v.last_customer_at <= $3)) u",
            "SELECT COUNT(*), CAST(COALESCE(SUM(
                 CASE WHEN u.contact_id IN (SELECT unnest($4::text[])) THEN 1 ELSE 0 END), 0) AS BIGINT)
             FROM (SELECT p.contact_id FROM portfolio_contact p
                 WHERE p.team_id = $1 AND p.portfolio_id = $2 AND p.at > $3
                 UNION SELECT d.contact_id FROM campaign c
                     JOIN delivery d ON d.team_id = c.team_id AND d.campaign_id = c.id
                     JOIN channel h ON h.team_id = d.team_id AND h.id = d.channel_id
                     JOIN waba w ON w.team_id = h.team_id AND w.id = h.waba_id
                     JOIN conversation v ON v.team_id = d.team_id AND v.id = d.conversation_id
                 WHERE c.team_id = $1 AND c.kind = 'group_template' AND c.state IN ('sending', 'paused')
                     AND d.state = 'queued' AND COALESCE(w.portfolio_id, w.meta_id) = $2
                     AND (v.last_customer_at IS NULL OR v.last_customer_at <= $3)
                 UNION SELECT e.value ->> 1 FROM campaign c
                     JOIN campaign_piece p ON p.team_id = c.team_id AND p.campaign_id = c.id
                     JOIN channel h ON h.team_id = p.team_id AND h.id = p.channel_id
                     JOIN waba w ON w.team_id = h.team_id AND w.id = h.waba_id
                     CROSS JOIN LATERAL jsonb_array_elements(p.people::jsonb) e
                     JOIN conversation v ON v.team_id = p.team_id AND v.id = e.value ->> 2
                 WHERE c.team_id = $1 AND c.kind = 'group_template' AND c.state IN ('sending', 'paused')
                     AND e.value ->> 5 IS NULL AND COALESCE(w.portfolio_id, w.meta_id) = $2
                     AND (v.last_customer_at IS NULL OR v.last_customer_at <= $3)) u",
        ),
        params![team, portfolio, since, contacts],
    )
}

/// Notes the people behind these conversations, on WhatsApp, who have not written since `closed`; never backwards. In
/// the order of contacts, so that two batches with the same people wait for each other instead of locking each other
/// out.
pub(super) fn add(tx: &mut Tx<'_>, team: TeamId, conversations: &[String], at: i64, closed: i64) -> Result<()> {
    tx.execute(
        Sql::pair(
            "INSERT INTO portfolio_contact (team_id, portfolio_id, contact_id, at)
             SELECT DISTINCT c.team_id, COALESCE(w.portfolio_id, w.meta_id), c.contact_id, CAST($3 AS BIGINT)
             FROM conversation c JOIN channel h ON h.team_id = c.team_id AND h.id = c.channel_id
                 JOIN waba w ON w.team_id = h.team_id AND w.id = h.waba_id
             WHERE c.team_id = $1 AND c.id IN (SELECT value FROM json_each($2))
                 AND (c.last_customer_at IS NULL OR c.last_customer_at <= $4)
             ON CONFLICT (team_id, portfolio_id, contact_id) DO UPDATE SET at = MAX(portfolio_contact.at, excluded.at)",
            "INSERT INTO portfolio_contact (team_id, portfolio_id, contact_id, at)
             SELECT DISTINCT c.team_id, COALESCE(w.portfolio_id, w.meta_id), c.contact_id, CAST($3 AS BIGINT)
             FROM conversation c JOIN channel h ON h.team_id = c.team_id AND h.id = c.channel_id
                 JOIN waba w ON w.team_id = h.team_id AND w.id = h.waba_id
             WHERE c.team_id = $1 AND c.id = ANY($2) AND (c.last_customer_at IS NULL OR c.last_customer_at <= $4)
             ORDER BY 3
             ON CONFLICT (team_id, portfolio_id, contact_id) DO UPDATE SET at = GREATEST(portfolio_contact.at,
             excluded.at)",
        ),
        params![team, conversations, at, closed],
    )
    .map(drop)
}
