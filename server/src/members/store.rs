//! Members, stores, sessions: the SQL.

use shared::{
    id::{MemberId, SessionId, StoreId, TeamId},
    members::{Colleague, Role, StoreRef},
};

use super::{
    admin::{Listed, NewMember, NewStore, NewTeam},
    sessions,
};
use crate::{
    db::{self, FromRow, Query, Row, Sql, Tx},
    params, row,
};

/// A member with everything that is asked about her, as of now.
#[derive(Debug, Clone)]
pub(super) struct Profile {
    /// Her team.
    pub team: TeamId,
    /// Herself.
    pub member: MemberId,
    /// Her name.
    pub name: String,
    /// Her e-mail.
    pub email: String,
    /// Her role.
    pub role: Role,
    /// Counts up when every session must end.
    pub epoch: i64,
    /// Her team's name.
    pub team_name: String,
    /// Her team's time zone.
    pub zone: String,
    /// Whether the team has the OMO plan.
    pub omo: bool,
    /// Whether sales roles may take pending conversations.
    pub sales_may_take_pending: bool,
    /// The largest group send.
    pub group_send_max: u32,
    /// Above this the app asks once more.
    pub confirm_above: u32,
    /// Her stores, the primary one first.
    pub stores: Vec<StoreRef>,
}

impl FromRow for Profile {
    fn from_row(row: &Row<'_>) -> db::Result<Self> {
        Ok(Self {
            team: row.get("team_id")?,
            member: row.get("member_id")?,
            name: row.get("name")?,
            email: row.get("email")?,
            role: row.get("role")?,
            epoch: row.get("epoch")?,
            team_name: row.get("team_name")?,
            zone: row.get("zone")?,
            omo: row.get("omo")?,
            sales_may_take_pending: row.get("sales_may_take_pending")?,
            group_send_max: row.get("group_send_max")?,
            confirm_above: row.get("confirm_above")?,
            stores: store_of(row)?.into_iter().collect(),
        })
    }
}

/// The store of a row that has one member and one of her stores; none where she has none.
fn store_of(row: &Row<'_>) -> db::Result<Option<StoreRef>> {
    let id: Option<StoreId> = row.get("store_id")?;
    let name: Option<String> = row.get("store_name")?;
    Ok(id.zip(name).map(|(id, name)| StoreRef { id, name }))
}

/// The member of a session that goes on: not ended, not over, not signed out everywhere since; the member neither
/// disabled nor deleted. One statement, as every request asks it.
pub(super) fn profile_of_session(
    tx: &mut Tx<'_>,
    team: TeamId,
    session: SessionId,
    now: i64,
) -> db::Result<Option<Profile>> {
    let rows: Vec<Profile> = tx.all(
        "SELECT m.team_id, m.id AS member_id, m.name, m.email, m.role, m.epoch,
                t.name AS team_name, t.zone, t.omo, t.sales_may_take_pending, t.group_send_max, t.confirm_above,
                s.id AS store_id, s.name AS store_name
         FROM session x
         JOIN member m ON m.team_id = x.team_id AND m.id = x.member_id
         JOIN team t ON t.id = x.team_id
         LEFT JOIN member_store b ON b.team_id = m.team_id AND b.member_id = m.id
         LEFT JOIN store s ON s.team_id = b.team_id AND s.id = b.store_id AND s.deleted_at IS NULL
         WHERE x.team_id = $1 AND x.id = $2 AND x.ended_at IS NULL AND x.expires_at > $3
           AND x.epoch = m.epoch AND m.disabled_at IS NULL AND m.deleted_at IS NULL
         ORDER BY b.is_primary DESC, s.name, s.id",
        params![team, session, now],
    )?;
    Ok(rows.into_iter().reduce(|mut profile, row| {
        profile.stores.extend(row.stores);
        profile
    }))
}

/// What a sign-in is checked against.
#[derive(Debug, Clone)]
pub(super) struct Account {
    /// Her team.
    pub team: TeamId,
    /// Herself.
    pub member: MemberId,
    /// Her epoch.
    pub epoch: i64,
    /// The hash of her password, in PHC format.
    pub password_hash: String,
}

impl FromRow for Account {
    fn from_row(row: &Row<'_>) -> db::Result<Self> {
        Ok(Self {
            team: row.get("team_id")?,
            member: row.get("id")?,
            epoch: row.get("epoch")?,
            password_hash: row.get("password_hash")?,
        })
    }
}

/// The account of this folded e-mail, if it may sign in.
pub(super) fn account(tx: &mut Tx<'_>, email: &str) -> db::Result<Option<Account>> {
    tx.opt(
        "SELECT team_id, id, epoch, password_hash FROM member
         WHERE email = $1 AND deleted_at IS NULL AND disabled_at IS NULL",
        params![email],
    )
}

/// Starts a session at turn 0, unless the member was disabled or got another password since `epoch`. Returns whether it
/// did.
pub(super) fn start_session(
    tx: &mut Tx<'_>,
    account: &Account,
    id: SessionId,
    now: i64,
    expires_at: i64,
) -> db::Result<bool> {
    let started = tx.execute(
        "INSERT INTO session (team_id, id, member_id, epoch, turn, created_at, used_at, expires_at)
         SELECT team_id, $1, id, epoch, 0, $2, $2, $3 FROM member
         WHERE team_id = $4 AND id = $5 AND epoch = $6 AND disabled_at IS NULL AND deleted_at IS NULL",
        params![id, now, expires_at, account.team, account.member, account.epoch],
    )?;
    Ok(started == 1)
}

/// The state of a session, for the rule of refresh tokens, and its team.
pub(super) fn session_state(tx: &mut Tx<'_>, id: SessionId) -> db::Result<Option<(TeamId, sessions::State)>> {
    let row: Option<(TeamId, i64, i64, bool, bool)> = tx.opt(
        "SELECT x.team_id, x.turn, x.expires_at, x.ended_at IS NOT NULL,
                x.epoch = m.epoch AND m.disabled_at IS NULL AND m.deleted_at IS NULL
         FROM session x JOIN member m ON m.team_id = x.team_id AND m.id = x.member_id
         WHERE x.id = $1",
        params![id],
    )?;
    Ok(row.map(|(team, turn, expires_at, ended, member_current)| {
        (team, sessions::State { turn, expires_at, ended, member_current })
    }))
}

/// A session was renewed: it is at this turn, and goes on until `expires_at`.
pub(super) fn renew_session(
    tx: &mut Tx<'_>,
    team: TeamId,
    id: SessionId,
    turn: i64,
    now: i64,
    expires_at: i64,
) -> db::Result<()> {
    tx.execute(
        "UPDATE session SET turn = $3, used_at = $4, expires_at = $5 WHERE team_id = $1 AND id = $2",
        params![team, id, turn, now, expires_at],
    )?;
    Ok(())
}

/// Ends a session; whose it was, if it had not ended before.
pub(super) fn end_session(tx: &mut Tx<'_>, team: TeamId, id: SessionId, now: i64) -> db::Result<Option<MemberId>> {
    tx.opt(
        "UPDATE session SET ended_at = $3 WHERE team_id = $1 AND id = $2 AND ended_at IS NULL RETURNING member_id",
        params![team, id, now],
    )
}

/// Those of these sessions that go on, by the rule of [`profile_of_session`].
pub(super) fn going_on(tx: &mut Tx<'_>, team: TeamId, sessions: &[SessionId], now: i64) -> db::Result<Vec<SessionId>> {
    let sessions: Vec<String> = sessions.iter().map(ToString::to_string).collect();
    tx.all(
        Sql::pair(
            "SELECT x.id FROM session x JOIN member m ON m.team_id = x.team_id AND m.id = x.member_id
             WHERE x.team_id = $1 AND x.id IN (SELECT value FROM json_each($2)) AND x.ended_at IS NULL
               AND x.expires_at > $3 AND x.epoch = m.epoch AND m.disabled_at IS NULL AND m.deleted_at IS NULL",
            "SELECT x.id FROM session x JOIN member m ON m.team_id = x.team_id AND m.id = x.member_id
             WHERE x.team_id = $1 AND x.id = ANY($2) AND x.ended_at IS NULL
               AND x.expires_at > $3 AND x.epoch = m.epoch AND m.disabled_at IS NULL AND m.deleted_at IS NULL",
        ),
        params![team, sessions, now],
    )
}

/// Ends every session of a member: the tokens out there belong to the epoch before.
pub(super) fn end_all_sessions(tx: &mut Tx<'_>, team: TeamId, member: MemberId, now: i64) -> db::Result<()> {
    tx.execute("UPDATE member SET epoch = epoch + 1 WHERE team_id = $1 AND id = $2", params![team, member])?;
    tx.execute(
        "UPDATE session SET ended_at = $3 WHERE team_id = $1 AND member_id = $2 AND ended_at IS NULL",
        params![team, member, now],
    )?;
    Ok(())
}

/// Forgets the sessions of all teams that were over before this moment. Returns how many.
pub(super) fn forget_sessions(tx: &mut Tx<'_>, before: i64) -> db::Result<u64> {
    tx.execute("DELETE FROM session WHERE expires_at < $1", params![before])
}

/// A row of the colleague list: one member and one of her stores.
struct ColleagueRow {
    id: MemberId,
    name: String,
    role: Role,
    store: Option<StoreRef>,
}

impl FromRow for ColleagueRow {
    fn from_row(row: &Row<'_>) -> db::Result<Self> {
        Ok(Self { id: row.get("member_id")?, name: row.get("name")?, role: row.get("role")?, store: store_of(row)? })
    }
}

/// Members of the team by name, with their stores; only those of one of `stores` where given. Disabled and deleted ones
/// are left out.
pub(super) fn colleagues(tx: &mut Tx<'_>, team: TeamId, stores: Option<&[StoreId]>) -> db::Result<Vec<Colleague>> {
    let mut query = Query::new(
        "SELECT m.id AS member_id, m.name, m.role, s.id AS store_id, s.name AS store_name
         FROM member m
         LEFT JOIN member_store b ON b.team_id = m.team_id AND b.member_id = m.id
         LEFT JOIN store s ON s.team_id = b.team_id AND s.id = b.store_id AND s.deleted_at IS NULL
         WHERE m.team_id = $# AND m.disabled_at IS NULL AND m.deleted_at IS NULL",
        params![team],
    );
    if let Some(stores) = stores {
        let stores: Vec<String> = stores.iter().map(ToString::to_string).collect();
        query.push(
            Sql::pair(
                "AND m.id IN (SELECT c.member_id FROM member_store c
                              WHERE c.team_id = $# AND c.store_id IN (SELECT value FROM json_each($#)))",
                "AND m.id IN (SELECT c.member_id FROM member_store c
                              WHERE c.team_id = $# AND c.store_id = ANY($#))",
            ),
            params![team, stores],
        );
    }
    query.push("ORDER BY m.name, m.id, b.is_primary DESC, s.name, s.id", params![]);
    let mut colleagues: Vec<Colleague> = Vec::new();
    for row in tx.all_query::<ColleagueRow>(&query)? {
        match colleagues.last_mut().filter(|last| last.id == row.id) {
            Some(last) => last.stores.extend(row.store),
            None => colleagues.push(Colleague {
                id: row.id,
                name: row.name,
                role: row.role,
                stores: row.store.into_iter().collect(),
            }),
        }
    }
    Ok(colleagues)
}

/// Adds a team.
pub(super) fn insert_team(tx: &mut Tx<'_>, id: TeamId, new: &NewTeam, now: i64) -> db::Result<()> {
    tx.execute(
        "INSERT INTO team (id, name, zone, locale, omo, sales_may_take_pending, group_send_max, confirm_above,
                           click_tracking, link_days, link_anchor, revenue_anchor, domains, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'person', 30, 'click', 'click', '[]', $9)",
        params![
            id,
            &new.name,
            &new.zone,
            &new.locale,
            new.omo,
            new.sales_may_take_pending,
            new.group_send_max,
            new.confirm_above,
            now
        ],
    )?;
    Ok(())
}

/// All teams with their names, the oldest first.
pub(super) fn teams(tx: &mut Tx<'_>) -> db::Result<Vec<(TeamId, String)>> {
    tx.all("SELECT id, name FROM team ORDER BY id", params![])
}

/// Whether there is such a team.
pub(super) fn has_team(tx: &mut Tx<'_>, id: TeamId) -> db::Result<bool> {
    Ok(tx.opt::<i64>("SELECT 1 FROM team WHERE id = $1", params![id])?.is_some())
}

/// Adds a store.
pub(super) fn insert_store(tx: &mut Tx<'_>, id: StoreId, new: &NewStore, now: i64) -> db::Result<()> {
    tx.execute(
        "INSERT INTO store (team_id, id, code, name, area, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        params![new.team, id, &new.code, &new.name, new.area.clone(), now],
    )?;
    Ok(())
}

/// The stores of a team by name: id, code and name.
pub(super) fn stores(tx: &mut Tx<'_>, team: TeamId) -> db::Result<Vec<(StoreId, String, String)>> {
    tx.all(
        "SELECT id, code, name FROM store WHERE team_id = $1 AND deleted_at IS NULL ORDER BY name, id",
        params![team],
    )
}

/// Adds a member; her stores come by [`replace_stores`].
pub(super) fn insert_member(
    tx: &mut Tx<'_>,
    id: MemberId,
    new: &NewMember,
    password_hash: &str,
    now: i64,
) -> db::Result<()> {
    tx.execute(
        "INSERT INTO member (team_id, id, name, email, role, employee_code, password_hash, epoch, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $8)",
        params![new.team, id, &new.name, &new.email, new.role, new.employee_code.clone(), password_hash, now],
    )?;
    Ok(())
}

impl FromRow for Listed {
    fn from_row(row: &Row<'_>) -> db::Result<Self> {
        Ok(Self {
            id: row.get("id")?,
            email: row.get("email")?,
            name: row.get("name")?,
            role: row.get("role")?,
            disabled: row.get("disabled")?,
        })
    }
}

/// The members of a team, by e-mail.
pub(super) fn members(tx: &mut Tx<'_>, team: TeamId) -> db::Result<Vec<Listed>> {
    tx.all(
        "SELECT id, email, name, role, disabled_at IS NOT NULL AS disabled FROM member
         WHERE team_id = $1 AND deleted_at IS NULL ORDER BY email",
        params![team],
    )
}

/// The member of this folded e-mail, disabled or not.
pub(super) fn member_by_email(tx: &mut Tx<'_>, email: &str) -> db::Result<Option<(TeamId, MemberId)>> {
    tx.opt("SELECT team_id, id FROM member WHERE email = $1 AND deleted_at IS NULL", params![email])
}

/// Gives a member exactly these stores, the first one primary.
pub(super) fn replace_stores(tx: &mut Tx<'_>, team: TeamId, member: MemberId, stores: &[StoreId]) -> db::Result<()> {
    tx.execute("DELETE FROM member_store WHERE team_id = $1 AND member_id = $2", params![team, member])?;
    let rows: Vec<_> = stores.iter().enumerate().map(|(index, store)| row![*store, index == 0]).collect();
    tx.many(
        Sql::pair(
            "INSERT INTO member_store (team_id, member_id, store_id, is_primary) VALUES ($1, $2, $3, $4)",
            "INSERT INTO member_store (team_id, member_id, store_id, is_primary)
             SELECT $1, $2, store_id, is_primary
             FROM unnest($3::text[], $4::boolean[]) AS given (store_id, is_primary)",
        ),
        params![team, member],
        &rows,
    )?;
    Ok(())
}

/// Sets the hash of a member's password. Returns whether there is such a member.
pub(super) fn set_password_hash(tx: &mut Tx<'_>, team: TeamId, member: MemberId, hash: &str) -> db::Result<bool> {
    let changed = tx.execute(
        "UPDATE member SET password_hash = $3 WHERE team_id = $1 AND id = $2 AND deleted_at IS NULL",
        params![team, member, hash],
    )?;
    Ok(changed == 1)
}

/// Disables a member from this moment, or enables her. Returns whether there is such a member.
pub(super) fn set_disabled(
    tx: &mut Tx<'_>,
    team: TeamId,
    member: MemberId,
    disabled_at: Option<i64>,
) -> db::Result<bool> {
    let changed = tx.execute(
        "UPDATE member SET disabled_at = $3 WHERE team_id = $1 AND id = $2 AND deleted_at IS NULL",
        params![team, member, disabled_at],
    )?;
    Ok(changed == 1)
}
