//! SQL of templates, and of when each business account is read.

use shared::{
    id::{CampaignId, CategoryId, ChannelId, TeamId, TemplateId, WabaId},
    reasons::Reason,
    saved_replies::UsableBy,
    templates::{Quality, Shape, TemplateClass, TemplateStatus},
    text::fold,
};

use super::Stored;
use crate::{
    caller::Caller,
    db::{Error, FromRow, Query, Result, Row, Sql, Tx},
    params,
    saved_replies::items::{self, Filing},
};

/// What a list is narrowed to.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// Part of the title, the name or the body, folded; empty for all.
    pub(super) search: String,
    /// In any of these; `Some` of nothing finds nothing.
    pub(super) categories: Option<Vec<CategoryId>>,
    /// Only those that go out by this number.
    pub(super) channel: Option<ChannelId>,
    /// Also those that cannot be picked.
    pub(super) all: bool,
}

/// Where a row stands in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) language: String,
    pub(super) name: String,
    pub(super) id: TemplateId,
}

impl FromRow for Place {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self { language: row.get("language")?, name: row.get("name")?, id: row.get("id")? })
    }
}

fn shape(row: &Row<'_>) -> Result<Shape> {
    serde_json::from_str(&row.get::<String>("components")?)
        .map_err(|error| Error::Column { name: "components".into(), problem: format!("is not readable JSON: {error}") })
}

/// The row of a template: the roles or stores of its `usable_by`, and its categories, are read for a whole page at
/// once.
impl FromRow for Stored {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        let usable_by: String = row.get("usable_by")?;
        Ok(Self {
            id: row.get("id")?,
            waba: row.get("waba_id")?,
            title: row.get("title")?,
            shape: shape(row)?,
            status: row.get("status")?,
            quality: row.get::<Option<Quality>>("quality")?.unwrap_or(Quality::Unknown),
            usable_by: if usable_by == NOBODY { None } else { Some(items::read_word(&usable_by)?) },
            categories: Vec::new(),
            synced_at: row.get("synced_at")?,
        })
    }
}

/// Who may pick one that is for notifications of the system, as the column spells it.
const NOBODY: &str = "system";

const TEMPLATE: &str = "SELECT r.id, r.waba_id, r.title, r.components, r.status, r.quality, r.usable_by, r.synced_at \
     FROM template r WHERE r.team_id = $# AND r.deleted_at IS NULL";

/// Templates after this place, by language and name: those that the caller may pick, or all.
pub(super) fn page(
    tx: &mut Tx<'_>,
    caller: &Caller,
    asked: &Asked,
    after: Option<&Place>,
    limit: usize,
) -> Result<Vec<Stored>> {
    let mut query = Query::new(TEMPLATE, params![caller.team]);
    if !asked.all {
        // The rule of `Template::sendable`, and nobody's are nobody's.
        query.push(
            "AND r.status = $# AND r.category <> $# AND r.is_supported AND r.usable_by <> $#",
            params![TemplateStatus::Approved, TemplateClass::Authentication, NOBODY],
        );
        items::usable(&mut query, caller);
    }
    if let Some(channel) = asked.channel {
        query.push(
            "AND r.waba_id = (SELECT h.waba_id FROM channel h WHERE h.team_id = $# AND h.id = $#)",
            params![caller.team, channel],
        );
    }
    if !asked.search.is_empty() {
        // No LIKE: nothing that is looked for is a wildcard.
        query.push(
            Sql::pair("AND instr(r.folded_text, $#) > 0", "AND strpos(r.folded_text, $#) > 0"),
            params![&asked.search],
        );
    }
    if let Some(categories) = &asked.categories {
        items::under(&mut query, categories);
    }
    if let Some(after) = after {
        query.push("AND (r.language, r.name, r.id) > ($#, $#, $#)", params![&after.language, &after.name, after.id]);
    }
    query.push("ORDER BY r.language, r.name, r.id LIMIT $#", params![limit]);
    let rows = tx.all_query(&query)?;
    complete(tx, caller.team, rows)
}

fn complete(tx: &mut Tx<'_>, team: TeamId, mut rows: Vec<Stored>) -> Result<Vec<Stored>> {
    let filings = rows.iter_mut().map(|row| Filing {
        id: row.id.to_string(),
        usable_by: row.usable_by.as_mut(),
        categories: &mut row.categories,
    });
    items::complete(tx, team, filings.collect())?;
    Ok(rows)
}

/// Where a template stands in the list, also one that is gone since.
pub(super) fn place(tx: &mut Tx<'_>, team: TeamId, id: TemplateId) -> Result<Option<Place>> {
    tx.opt("SELECT language, name, id FROM template WHERE team_id = $1 AND id = $2", params![team, id])
}

/// One template, whoever asks.
pub(super) fn find(tx: &mut Tx<'_>, team: TeamId, id: TemplateId) -> Result<Option<Stored>> {
    let mut query = Query::new(TEMPLATE, params![team]);
    query.push("AND r.id = $#", params![id]);
    let rows = tx.all_query(&query)?;
    Ok(complete(tx, team, rows)?.pop())
}

fn word(usable_by: Option<&UsableBy>) -> &'static str {
    usable_by.map_or(NOBODY, items::word)
}

/// What a template is searched by.
fn folded_text(title: &str, shape: &Shape) -> String {
    fold(&[title, &shape.name, &shape.body].join("\n"))
}

fn json(shape: &Shape) -> Result<String> {
    serde_json::to_string(shape).map_err(|error| Error::Other(format!("JSON cannot be written: {error}")))
}

/// Keeps title and use of a template; the roles or stores, and its categories, go by `items::file`.
pub(super) fn change(tx: &mut Tx<'_>, team: TeamId, template: &Stored) -> Result<()> {
    tx.execute(
        "UPDATE template SET title = $3, usable_by = $4, folded_text = $5 WHERE team_id = $1 AND id = $2",
        params![
            team,
            template.id,
            &template.title,
            word(template.usable_by.as_ref()),
            folded_text(&template.title, &template.shape),
        ],
    )
    .map(drop)
}

/// What is known of a template of a business account, gone ones included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) id: TemplateId,
    pub(super) meta_id: String,
    pub(super) title: String,
    pub(super) shape: Shape,
    pub(super) status: TemplateStatus,
    /// When its state was last told, UTC milliseconds.
    pub(super) status_at: i64,
    pub(super) quality: Quality,
    pub(super) is_supported: bool,
    pub(super) is_gone: bool,
}

impl FromRow for Known {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            meta_id: row.get("meta_id")?,
            title: row.get("title")?,
            shape: shape(row)?,
            status: row.get("status")?,
            status_at: row.get("status_at")?,
            quality: row.get::<Option<Quality>>("quality")?.unwrap_or(Quality::Unknown),
            is_supported: row.get("is_supported")?,
            is_gone: row.get::<Option<i64>>("deleted_at")?.is_some(),
        })
    }
}

const KNOWN: &str = "SELECT id, meta_id, title, components, status, status_at, quality, is_supported, deleted_at \
     FROM template WHERE team_id = $# AND waba_id = $#";

/// The templates of a business account: living ones first, then gone ones, the last made first.
pub(super) fn of_waba(tx: &mut Tx<'_>, team: TeamId, waba: WabaId) -> Result<Vec<Known>> {
    let mut query = Query::new(KNOWN, params![team, waba]);
    query.push("ORDER BY CASE WHEN deleted_at IS NULL THEN 0 ELSE 1 END, id DESC", params![]);
    tx.all_query(&query)
}

/// The living template that Meta means: by its own id where it says one, else by name and language.
pub(super) fn meant(
    tx: &mut Tx<'_>,
    team: TeamId,
    waba: WabaId,
    meta_id: Option<&str>,
    name: &str,
    language: &str,
) -> Result<Option<Known>> {
    let mut query = Query::new(KNOWN, params![team, waba]);
    query.push("AND deleted_at IS NULL", params![]);
    match meta_id {
        Some(meta_id) => query.push("AND meta_id = $#", params![meta_id]),
        None => query.push("AND name = $# AND language = $#", params![name, language]),
    };
    tx.opt_query(&query)
}

/// Keeps a new template, for everybody; or what Meta says of a known one by now, which brings it back if it was gone.
pub(super) fn read(tx: &mut Tx<'_>, team: TeamId, waba: WabaId, known: &Known, now: i64) -> Result<()> {
    let shape = &known.shape;
    tx.execute(
        "INSERT INTO template (team_id, id, waba_id, meta_id, name, language, category, status, status_at, quality,
             components,
             is_supported, title, folded_text, usable_by, synced_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'everybody', $15, $15)
         ON CONFLICT (team_id, id) DO UPDATE SET meta_id = excluded.meta_id, category = excluded.category,
             status = excluded.status, status_at = excluded.status_at, quality = excluded.quality,
             components = excluded.components, is_supported = excluded.is_supported, folded_text = excluded.folded_text,
             synced_at = excluded.synced_at, deleted_at = NULL",
        params![
            team,
            known.id,
            waba,
            &known.meta_id,
            &shape.name,
            &shape.language,
            shape.class,
            known.status,
            known.status_at,
            known.quality,
            json(shape)?,
            known.is_supported,
            &known.title,
            folded_text(&known.title, shape),
            now,
        ],
    )
    .map(drop)
}

/// Keeps a state that Meta told by itself.
pub(super) fn set_status(
    tx: &mut Tx<'_>,
    team: TeamId,
    id: TemplateId,
    status: TemplateStatus,
    now: i64,
) -> Result<()> {
    tx.execute(
        "UPDATE template SET status = $3, status_at = $4 WHERE team_id = $1 AND id = $2",
        params![team, id, status, now],
    )
    .map(drop)
}

/// Notes which templates are gone; what was sent of them is kept by its records.
pub(super) fn gone(tx: &mut Tx<'_>, team: TeamId, ids: &[String], now: i64) -> Result<()> {
    tx.execute(
        Sql::pair(
            "UPDATE template SET deleted_at = $3 WHERE team_id = $1 AND id IN (SELECT value FROM json_each($2))",
            "UPDATE template SET deleted_at = $3 WHERE team_id = $1 AND id = ANY($2)",
        ),
        params![team, ids, now],
    )
    .map(drop)
}

/// Living templates of a team.
pub(super) fn count(tx: &mut Tx<'_>, team: TeamId) -> Result<u64> {
    tx.one("SELECT COUNT(*) FROM template WHERE team_id = $1 AND deleted_at IS NULL", params![team])
}

/// Why a send is held for its template, by [`crate::platforms::Outcome::Halt`].
const FOR_TEMPLATE: [Reason; 4] =
    [Reason::WaTemplatePaused, Reason::WaTemplateDisabled, Reason::WaTemplateMissing, Reason::WaTemplateRefused];

/// Sends that were held for a template of this account which is approved now.
pub(super) fn held(tx: &mut Tx<'_>, team: TeamId, waba: WabaId) -> Result<Vec<CampaignId>> {
    let reasons: Vec<String> = FOR_TEMPLATE.iter().map(|reason| reason.as_str().to_owned()).collect();
    tx.all(
        Sql::pair(
            "SELECT c.id FROM campaign c JOIN template r ON r.team_id = c.team_id AND r.id = c.template_id
             WHERE c.team_id = $1 AND c.state = 'paused' AND r.waba_id = $2 AND r.status = $3 AND r.deleted_at IS NULL
                 AND c.paused_reason IN (SELECT value FROM json_each($4)) ORDER BY c.id",
            "SELECT c.id FROM campaign c JOIN template r ON r.team_id = c.team_id AND r.id = c.template_id
             WHERE c.team_id = $1 AND c.state = 'paused' AND r.waba_id = $2 AND r.status = $3 AND r.deleted_at IS NULL
                 AND c.paused_reason = ANY($4) ORDER BY c.id",
        ),
        params![team, waba, TemplateStatus::Approved, reasons],
    )
}

/// When a business account is read: not before `free_at`, and by itself at `due_at` (UTC ms).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    pub(super) free_at: i64,
    pub(super) due_at: i64,
}

/// Takes the reading of a business account, if it is free now and due by then; whoever takes it reads it.
pub(super) fn take(tx: &mut Tx<'_>, team: TeamId, waba: WabaId, now: i64, due: i64, next: Times) -> Result<bool> {
    let taken = tx.execute(
        "UPDATE waba SET sync_free_at = $5, sync_due_at = $6
         WHERE team_id = $1 AND id = $2 AND sync_free_at <= $3 AND sync_due_at <= $4",
        params![team, waba, now, due, next.free_at, next.due_at],
    )?;
    Ok(taken > 0)
}

/// When the first of a team's business accounts may be read again.
pub(super) fn free_at(tx: &mut Tx<'_>, team: TeamId) -> Result<Option<i64>> {
    tx.one("SELECT MIN(sync_free_at) FROM waba WHERE team_id = $1", params![team])
}

/// Business accounts of all teams that are due and free, the longest due first.
pub(super) fn due(tx: &mut Tx<'_>, now: i64, limit: usize) -> Result<Vec<(TeamId, WabaId)>> {
    tx.all(
        "SELECT team_id, id FROM waba WHERE sync_due_at <= $1 AND sync_free_at <= $1 ORDER BY sync_due_at, id LIMIT $2",
        params![now, limit],
    )
}

/// Brings the next reading forward.
pub(super) fn due_soon(tx: &mut Tx<'_>, team: TeamId, waba: WabaId, at: i64) -> Result<()> {
    tx.execute(
        "UPDATE waba SET sync_due_at = $3 WHERE team_id = $1 AND id = $2 AND sync_due_at > $3",
        params![team, waba, at],
    )
    .map(drop)
}

/// Ends a reading: that it was whole, or why not. The next one stays where it was brought forward meanwhile.
pub(super) fn ended(
    tx: &mut Tx<'_>,
    team: TeamId,
    waba: WabaId,
    taken: Times,
    next: Times,
    failed: Option<&str>,
    now: i64,
) -> Result<()> {
    tx.execute(
        "UPDATE waba SET synced_at = CASE WHEN $7 THEN synced_at ELSE CAST($6 AS BIGINT) END, sync_failed = $5,
             sync_free_at = CASE WHEN sync_free_at < $4 THEN $4 ELSE sync_free_at END,
             sync_due_at = CASE WHEN sync_due_at = $8 THEN $3 ELSE sync_due_at END
         WHERE team_id = $1 AND id = $2",
        params![team, waba, next.due_at, next.free_at, failed, now, failed.is_some(), taken.due_at],
    )?;
    if failed.is_none() {
        tx.execute(
            "UPDATE template SET synced_at = $3 WHERE team_id = $1 AND waba_id = $2 AND deleted_at IS NULL",
            params![team, waba, now],
        )?;
    }
    Ok(())
}
