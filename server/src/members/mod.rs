//! Members and their sessions: who is calling, signing in and out, colleagues.

pub mod admin;
pub mod http;
mod limits;
#[cfg(test)]
mod members_test;
mod passwords;
mod sessions;
mod store;
#[cfg(test)]
mod store_test;

use std::{net::IpAddr, time::Duration};

use shared::{
    id::{MemberId, SessionId, TeamId},
    members::{Colleague, Me, Role, Session, TeamRef},
    problem::{Problem, Rule, Unit},
};

pub use self::{
    limits::Limits,
    passwords::{LONGEST as LONGEST_PASSWORD, Passwords, SHORTEST as SHORTEST_PASSWORD},
};
use self::{
    sessions::Verdict,
    store::{Account, Profile},
};
use crate::{
    App,
    caller::{Caller, TeamSettings, Zone},
    db::{self, Tx},
    keys::Access,
    live::News,
    refused::{Refused, Result},
};

/// How long an access token is good for: 15 minutes.
const ACCESS: i64 = 15 * 60 * 1_000;
/// How long a session lasts without being renewed: 60 days, in milliseconds.
pub(crate) const SESSION: i64 = 60 * 24 * 60 * 60 * 1_000;
/// The longest e-mail address (RFC 5321), in bytes.
const EMAIL: usize = 254;
/// How often sessions that are over are deleted.
const TIDY: Duration = Duration::from_hours(1);

/// Starts the tasks of this feature: forgetting of limits and of sessions that are over.
pub fn start(app: &App) {
    limits::start_forgetting(app);
    let (db, clock, tasks) = (app.db.clone(), app.clock.clone(), app.tasks.clone());
    app.tasks.spawn("deleting of old sessions", async move {
        loop {
            let now = clock.now();
            if let Err(error) = db.write(move |tx| store::forget_sessions(tx, now)).await {
                tracing::warn!(%error, "old sessions could not be deleted; tried again in an hour");
            }
            tokio::select! {
                () = tasks.stopping() => return,
                () = tokio::time::sleep(TIDY) => {}
            }
        }
    });
}

/// Who comes with this bearer token. Her member, epoch and session are read on every request: to disable her, or to
/// sign her out everywhere, takes effect at once.
pub async fn authenticate(app: &App, bearer: Option<&str>) -> Result<Caller> {
    let (access, profile) = known(app, bearer).await?;
    caller(profile, access.session)
}

/// As [`authenticate`], with the moment when the token ends (UTC ms): for what goes on for a while.
pub async fn authenticate_until(app: &App, bearer: Option<&str>) -> Result<(Caller, i64)> {
    let (access, profile) = known(app, bearer).await?;
    Ok((caller(profile, access.session)?, access.expires_at))
}

/// Those of these sessions that go on.
pub fn going_on(tx: &mut Tx<'_>, team: TeamId, sessions: &[SessionId], now: i64) -> db::Result<Vec<SessionId>> {
    store::going_on(tx, team, sessions, now)
}

/// The signed-in member, as the app shows her.
pub(crate) async fn me(app: &App, caller: &Caller) -> Result<Me> {
    let (team, session, now) = (caller.team, caller.session, app.clock.now());
    let profile = app.db.read(move |tx| store::profile_of_session(tx, team, session, now)).await?;
    profile.map(as_me).ok_or_else(|| Problem::SignedOut.into())
}

async fn known(app: &App, bearer: Option<&str>) -> Result<(Access, Profile)> {
    let now = app.clock.now();
    let access = bearer
        .ok_or(Problem::SignedOut)
        .and_then(|token| app.keys.verify_access(token, now).map_err(|_| Problem::SignedOut))?;
    let (team, session) = (access.team, access.session);
    let profile = app.db.read(move |tx| store::profile_of_session(tx, team, session, now)).await?;
    profile
        .filter(|profile| profile.member == access.member && profile.epoch == access.epoch)
        .map(|profile| (access, profile))
        .ok_or_else(|| Problem::SignedOut.into())
}

fn caller(profile: Profile, session: SessionId) -> Result<Caller> {
    Ok(Caller {
        team: profile.team,
        member: profile.member,
        name: profile.name,
        role: profile.role,
        stores: profile.stores.into_iter().map(|store| store.id).collect(),
        session,
        zone: Zone::named(&profile.zone).map_err(Refused::fault)?,
        settings: TeamSettings {
            name: profile.team_name,
            omo: profile.omo,
            sales_may_take_pending: profile.sales_may_take_pending,
            group_send_max: profile.group_send_max,
            confirm_above: profile.confirm_above,
        },
    })
}

fn as_me(profile: Profile) -> Me {
    Me {
        id: profile.member,
        name: profile.name,
        email: profile.email,
        role: profile.role,
        stores: profile.stores,
        team: TeamRef {
            id: profile.team,
            name: profile.team_name,
            omo: profile.omo,
            sales_may_take_pending: profile.sales_may_take_pending,
            group_send_max: profile.group_send_max,
            confirm_above: profile.confirm_above,
        },
    }
}

/// A session as it is handed out: how the refresh token travels is decided where the answer is made.
pub(crate) struct Opened {
    /// The session, without its refresh token.
    pub(crate) session: Session,
    /// The refresh token.
    pub(crate) refresh_token: String,
}

/// E-mail addresses are compared without case and without blanks around them.
pub(crate) fn fold_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Signs in. An unknown e-mail, a wrong password and a disabled member are answered alike, at the same cost.
pub(crate) async fn sign_in(app: &App, from: IpAddr, email: &str, password: String) -> Result<Opened> {
    if email.trim().is_empty() {
        return Err(Problem::invalid("email", Rule::Required).into());
    }
    if email.len() > EMAIL {
        let rule = Rule::TooLong { limit: EMAIL as u64, actual: email.len() as u64, unit: Unit::Bytes };
        return Err(Problem::invalid("email", rule).into());
    }
    passwords::check_length(&password)?;
    let email = fold_email(email);
    app.limits.check_sign_in(from, &email)?;

    // PostgreSQL takes no NUL, and no account has one.
    let is_none = email.contains('\0');
    let account = if is_none { None } else { app.db.read(move |tx| store::account(tx, &email)).await? };
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let fits = app.limits.passwords.verify(password.into(), hash).await?;
    let account = account.filter(|_| fits).ok_or(Problem::WrongCredentials)?;
    start_session(app, account).await
}

async fn start_session(app: &App, account: Account) -> Result<Opened> {
    let (id, now): (SessionId, i64) = (app.clock.id(), app.clock.now());
    let profile = app
        .db
        .write(move |tx| {
            if !store::start_session(tx, &account, id, now, now + SESSION)? {
                return Ok::<_, db::Error>(None);
            }
            store::profile_of_session(tx, account.team, id, now)
        })
        .await?;
    // Disabled, or given another password, while hers was verified.
    let profile = profile.ok_or(Problem::WrongCredentials)?;
    opened(app, profile, id, 0, now)
}

/// What a refresh token led to.
enum Renewed {
    Session(Box<Profile>, i64),
    Revoked(TeamId),
    Refused,
}

/// Renews a session by its refresh token: see [`sessions`].
pub(crate) async fn refresh(app: &App, from: IpAddr, token: &str) -> Result<Opened> {
    app.limits.check_refresh(from)?;
    let (session, turn) = app.keys.verify_refresh(token).map_err(|_| Problem::SignedOut)?;
    let now = app.clock.now();
    let renewed = app
        .db
        .write(move |tx| {
            let Some((team, state)) = store::session_state(tx, session)? else { return Ok(Renewed::Refused) };
            let turn = match sessions::judge(state, turn, now) {
                Verdict::Advance(turn) | Verdict::Repeat(turn) => turn,
                Verdict::Revoke => {
                    if let Some(member) = store::end_session(tx, team, session, now)? {
                        tx.tell(News::signed_out(team, member, Some(session)));
                    }
                    return Ok(Renewed::Revoked(team));
                }
                Verdict::Refuse => return Ok(Renewed::Refused),
            };
            store::renew_session(tx, team, session, turn, now, now + SESSION)?;
            let profile = store::profile_of_session(tx, team, session, now)?.ok_or(db::Error::NotFound)?;
            Ok::<_, db::Error>(Renewed::Session(Box::new(profile), turn))
        })
        .await?;
    match renewed {
        Renewed::Session(profile, turn) => opened(app, *profile, session, turn, now),
        Renewed::Revoked(team) => {
            tracing::warn!(%team, %session, "an old refresh token was used again: the session was ended");
            Err(Problem::SignedOut.into())
        }
        Renewed::Refused => Err(Problem::SignedOut.into()),
    }
}

fn opened(app: &App, profile: Profile, session: SessionId, turn: i64, now: i64) -> Result<Opened> {
    let zone = Zone::named(&profile.zone).map_err(Refused::fault)?;
    // Tokens count in whole seconds.
    let expires_at = (now + ACCESS) / 1_000 * 1_000;
    let access = Access { team: profile.team, member: profile.member, session, epoch: profile.epoch, expires_at };
    Ok(Opened {
        refresh_token: app.keys.refresh_token(session, turn).map_err(Refused::fault)?,
        session: Session {
            access_token: app.keys.access_token(&access).map_err(Refused::fault)?,
            expires_at: zone.stamp(expires_at),
            refresh_token: None,
            me: as_me(profile),
        },
    })
}

/// Ends this session, or all of the member's.
pub(crate) async fn sign_out(app: &App, caller: &Caller, everywhere: bool) -> Result<()> {
    let (team, member, session, now) = (caller.team, caller.member, caller.session, app.clock.now());
    app.db
        .write(move |tx| {
            if everywhere {
                end_all_sessions(tx, team, member, now)
            } else {
                tx.tell(News::signed_out(team, member, Some(session)));
                store::end_session(tx, team, session, now).map(drop)
            }
        })
        .await?;
    Ok(())
}

/// Ends all sessions of a member, and her streams with them.
fn end_all_sessions(tx: &mut Tx<'_>, team: TeamId, member: MemberId, now: i64) -> db::Result<()> {
    tx.tell(News::signed_out(team, member, None));
    store::end_all_sessions(tx, team, member, now)
}

/// Members the caller may hand customers to, or filter by: those who share a store with her, herself among them; all of
/// the team for an admin.
pub(crate) async fn colleagues(app: &App, caller: &Caller) -> Result<Vec<Colleague>> {
    let team = caller.team;
    let stores = (caller.role != Role::Admin).then(|| caller.stores.clone());
    Ok(app.db.read(move |tx| store::colleagues(tx, team, stores.as_deref())).await?)
}
