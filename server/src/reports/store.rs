//! Figures out of the campaigns.

use shared::{
    id::{MemberId, TeamId},
    reports::SendFigures,
};

use crate::{
    db::{FromRow, Result, Row, Sql, Tx},
    params,
};

/// A stretch of time, by its first millisecond, and its figures.
struct Stretch(i64, SendFigures);

impl FromRow for Stretch {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let figures = SendFigures {
            sends: row.get("sends")?,
            recipients: row.get("recipients")?,
            succeeded: row.get("succeeded")?,
            referral_links: row.get("referral_links")?,
            link_deliveries: row.get("link_deliveries")?,
        };
        Ok(Self(row.get("start")?, figures))
    }
}

/// The figures of a member's group sends for each stretch between neighbouring marks (UTC ms) that has any, by its
/// first mark. A group send goes out when it is accepted, so its day is that of `created_at`, as its index has it.
pub(super) fn between(
    tx: &mut Tx<'_>,
    team: TeamId,
    sender: MemberId,
    marks: &[i64],
) -> Result<Vec<(i64, SendFigures)>> {
    let stretches: Vec<Stretch> = tx.all(
        Sql::pair(
            "SELECT d.start, COUNT(*) AS sends, SUM(c.audience) AS recipients, SUM(c.accepted) AS succeeded,
                 SUM(c.referral_links) AS referral_links, SUM(c.referral_links * c.accepted) AS link_deliveries
             FROM (SELECT value AS start, LEAD(value) OVER (ORDER BY value) AS finish FROM json_each($3)) d
             CROSS JOIN campaign c
             WHERE c.team_id = $1 AND c.sender_id = $2 AND c.kind IN ('group_message', 'group_template')
                 AND c.created_at >= d.start AND c.created_at < d.finish
             GROUP BY d.start",
            "SELECT d.start, COUNT(*) AS sends, CAST(SUM(c.audience) AS BIGINT) AS recipients,
                 CAST(SUM(c.accepted) AS BIGINT) AS succeeded, CAST(SUM(c.referral_links) AS BIGINT) AS referral_links,
                 CAST(SUM(c.referral_links * c.accepted) AS BIGINT) AS link_deliveries
             FROM (SELECT mark AS start, LEAD(mark) OVER (ORDER BY mark) AS finish FROM unnest($3::bigint[]) AS mark) d
             CROSS JOIN campaign c
             WHERE c.team_id = $1 AND c.sender_id = $2 AND c.kind IN ('group_message', 'group_template')
                 AND c.created_at >= d.start AND c.created_at < d.finish
             GROUP BY d.start",
        ),
        params![team, sender, marks],
    )?;
    Ok(stretches.into_iter().map(|Stretch(start, figures)| (start, figures)).collect())
}
