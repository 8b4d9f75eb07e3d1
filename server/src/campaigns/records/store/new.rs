//! Writing a campaign that was accepted, and finding the one that a draft became.

use shared::{
    campaigns::Kind,
    contacts::ChannelRef,
    content::{Content, Part},
    id::{CampaignId, DraftId, LinkId, MemberId, StoreId, TeamId},
    links,
    media::MediaKind,
    selection::Selection,
    templates::ButtonKind,
};

use crate::{
    campaigns::drafts::store::to_json,
    clock::Clock,
    db::{Result, Sql, Tx, Value},
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
        "INSERT INTO campaign (team_id, id, kind, class, draft_id, digest, subject, sender_id, sender_name, store_id,
             store_name, content, first_text, parts, images, videos, referral_links, audience_kind, selection, channels,
             state, created_at, started_at, broadcast_at, expires_at, audience, queued, accepted, failed, unknown,
             template_id)
         VALUES ($1, $2, $3, $4, $5, $6, '', $7, $8, $9, (SELECT name FROM store WHERE team_id = $1 AND id = $9),
             $10, $11, $12, $20, $21, $13, 'selection', $14, $15, 'sending', $16, $16, $16, $17, $18,
             CAST($18 AS BIGINT) - CAST($19 AS BIGINT), 0, $19, 0, $22)",
        params![
            new.team,
            new.id,
            new.kind,
            new.class,
            new.draft,
            new.digest,
            new.sender,
            new.sender_name,
            new.store,
            to_json(new.content)?,
            &new.first_text,
            new.content.parts.len(),
            new.content.referral_links(),
            to_json(new.selection)?,
            to_json(&new.channels)?,
            new.now,
            new.expires_at,
            new.audience,
            new.failed,
            new.content.count_of(MediaKind::Image),
            new.content.count_of(MediaKind::Video),
            new.content.template().map(|filled| filled.template),
        ],
    )
    .map(drop)
}

/// Writes the links of a campaign, in order: those of its texts, then those of a template's buttons; the same address
/// twice is two (domain.md 7.1).
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
            "INSERT INTO link (team_id, campaign_id, id, part, position, kind, address)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
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
