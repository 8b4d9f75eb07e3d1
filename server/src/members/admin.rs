//! What an operator does with teams, stores and members: for the command line, the demo and tests.

use secrecy::SecretString;
use shared::{
    id::{MemberId, StoreId, TeamId},
    members::Role,
    problem::{Problem, Rule, What},
};

use super::{Passwords, fold_email, passwords, store};
use crate::{
    caller::Zone,
    clock::Clock,
    db::{self, Db, Tx},
    refused::Refused,
};

/// The longest name of a team, a store or a member, in characters.
const NAME: usize = 100;

/// A team (brand) to be made. `NewTeam::named` has the usual settings.
#[derive(Debug, Clone)]
pub struct NewTeam {
    /// The brand's name.
    pub name: String,
    /// Its time zone, as IANA names it.
    pub zone: String,
    /// Its language: `zh-Hant` or `en`.
    pub locale: String,
    /// Whether it has the OMO plan.
    pub omo: bool,
    /// Whether sales roles may see and take pending conversations (domain.md 11.24).
    pub sales_may_take_pending: bool,
    /// The largest group send (domain.md 3.3).
    pub group_send_max: u32,
    /// Above this many recipients the app asks once more.
    pub confirm_above: u32,
}

impl NewTeam {
    /// A team in Taipei with the OMO plan and the usual limits.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.into(),
            zone: "Asia/Taipei".into(),
            locale: "zh-Hant".into(),
            omo: true,
            sales_may_take_pending: true,
            group_send_max: 2_000,
            confirm_above: 100,
        }
    }
}

/// A store to be made.
#[derive(Debug, Clone)]
pub struct NewStore {
    /// Its team.
    pub team: TeamId,
    /// Its code, unique in the team.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Its area, if the team groups stores by areas.
    pub area: Option<String>,
}

/// A member to be made.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// Her team.
    pub team: TeamId,
    /// Her name.
    pub name: String,
    /// Her e-mail, unique in the deployment. Case and blanks around it do not matter.
    pub email: String,
    /// Her password: at least [`super::SHORTEST_PASSWORD`] characters.
    pub password: SecretString,
    /// Her role.
    pub role: Role,
    /// Her employee code, unique in the team.
    pub employee_code: Option<String>,
    /// Her stores, the first one primary.
    pub stores: Vec<StoreId>,
}

/// A member as the list of the command line shows her.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Her id.
    pub id: MemberId,
    /// Her e-mail.
    pub email: String,
    /// Her name.
    pub name: String,
    /// Her role.
    pub role: Role,
    /// Whether she is disabled.
    pub disabled: bool,
}

/// Why something was not done. It names the field and the rule as the API does.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// A field breaks a rule, or something is missing.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] db::Error),
    /// The password could not be hashed.
    #[error("{0}")]
    Failed(String),
}

impl From<Refused> for AdminError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Problem(problem) => Self::Problem(problem),
            Refused::Fault(cause) => Self::Failed(cause),
        }
    }
}

/// What the functions here answer.
pub type Result<T> = std::result::Result<T, AdminError>;

/// Makes a team.
pub async fn create_team(db: &Db, clock: &Clock, mut new: NewTeam) -> Result<TeamId> {
    new.name = name("name", &new.name)?;
    Zone::named(&new.zone).map_err(|_| malformed("zone", "an IANA time zone such as Asia/Taipei"))?;
    if !["zh-Hant", "en"].contains(&new.locale.as_str()) {
        return Err(malformed("locale", "zh-Hant or en").into());
    }
    if new.group_send_max == 0 {
        return Err(Problem::invalid("group_send_max", Rule::TooFew { least: 1, actual: 0 }).into());
    }
    let (id, now): (TeamId, i64) = (clock.id(), clock.now());
    db.write(move |tx| store::insert_team(tx, id, &new, now)).await?;
    Ok(id)
}

/// Makes a store.
pub async fn create_store(db: &Db, clock: &Clock, mut new: NewStore) -> Result<StoreId> {
    new.code = name("code", &new.code)?;
    new.name = name("name", &new.name)?;
    let (id, now): (StoreId, i64) = (clock.id(), clock.now());
    db.write(move |tx| {
        require_team(tx, new.team)?;
        store::insert_store(tx, id, &new, now).map_err(|error| taken(error, &[("store.code", "code")]))
    })
    .await?;
    Ok(id)
}

/// Makes a member.
pub async fn create_member(db: &Db, clock: &Clock, passwords: &Passwords, mut new: NewMember) -> Result<MemberId> {
    use secrecy::ExposeSecret as _;
    new.name = name("name", &new.name)?;
    new.email = email(&new.email)?;
    passwords::check_new(new.password.expose_secret())?;
    let hash = passwords.hash(new.password.clone()).await?;
    let (id, now): (MemberId, i64) = (clock.id(), clock.now());
    db.write(move |tx| {
        require_team(tx, new.team)?;
        store::insert_member(tx, id, &new, &hash, now)
            .map_err(|error| taken(error, &[("member.email", "email"), ("member.employee_code", "employee_code")]))?;
        give_stores(tx, new.team, id, &new.stores)
    })
    .await?;
    Ok(id)
}

/// Gives a member exactly these stores, the first one primary.
pub async fn set_stores(db: &Db, team: TeamId, member: MemberId, stores: Vec<StoreId>) -> Result<()> {
    db.write(move |tx| give_stores(tx, team, member, &stores)).await
}

/// Sets a member's password and ends all her sessions.
pub async fn set_password(
    db: &Db,
    clock: &Clock,
    passwords: &Passwords,
    team: TeamId,
    member: MemberId,
    password: SecretString,
) -> Result<()> {
    use secrecy::ExposeSecret as _;
    passwords::check_new(password.expose_secret())?;
    let hash = passwords.hash(password).await?;
    let now = clock.now();
    db.write(move |tx| {
        found(store::set_password_hash(tx, team, member, &hash)?)?;
        Ok(super::end_all_sessions(tx, team, member, now)?)
    })
    .await
}

/// Disables a member: her sessions end at once, and her next request is refused.
pub async fn disable_member(db: &Db, clock: &Clock, team: TeamId, member: MemberId) -> Result<()> {
    let now = clock.now();
    db.write(move |tx| {
        found(store::set_disabled(tx, team, member, Some(now))?)?;
        Ok(super::end_all_sessions(tx, team, member, now)?)
    })
    .await
}

/// Lets a disabled member sign in again.
pub async fn enable_member(db: &Db, team: TeamId, member: MemberId) -> Result<()> {
    db.write(move |tx| found(store::set_disabled(tx, team, member, None)?)).await
}

/// The member of this e-mail, with her team.
pub async fn member_by_email(db: &Db, email: &str) -> Result<(TeamId, MemberId)> {
    let email = fold_email(email);
    let member = db.read(move |tx| store::member_by_email(tx, &email)).await?;
    member.ok_or_else(|| Problem::missing(What::Member).into())
}

/// All teams with their names.
pub async fn list_teams(db: &Db) -> Result<Vec<(TeamId, String)>> {
    Ok(db.read(store::teams).await?)
}

/// The stores of a team: id, code and name.
pub async fn list_stores(db: &Db, team: TeamId) -> Result<Vec<(StoreId, String, String)>> {
    Ok(db.read(move |tx| store::stores(tx, team)).await?)
}

/// The members of a team, by e-mail.
pub async fn list_members(db: &Db, team: TeamId) -> Result<Vec<Listed>> {
    Ok(db.read(move |tx| store::members(tx, team)).await?)
}

fn require_team(tx: &mut Tx<'_>, team: TeamId) -> Result<()> {
    if store::has_team(tx, team)? { Ok(()) } else { Err(Problem::invalid("team", Rule::Unknown { count: 1 }).into()) }
}

fn found(found: bool) -> Result<()> {
    if found { Ok(()) } else { Err(Problem::missing(What::Member).into()) }
}

fn give_stores(tx: &mut Tx<'_>, team: TeamId, member: MemberId, stores: &[StoreId]) -> Result<()> {
    let known = store::stores(tx, team)?;
    let unknown = stores.iter().filter(|store| !known.iter().any(|(id, ..)| id == *store)).count();
    if unknown > 0 {
        return Err(Problem::invalid("stores", Rule::Unknown { count: unknown as u64 }).into());
    }
    let mut once: Vec<StoreId> = Vec::new();
    for store in stores {
        if !once.contains(store) {
            once.push(*store);
        }
    }
    store::replace_stores(tx, team, member, &once).map_err(|error| match error {
        db::Error::ForeignKey => Problem::missing(What::Member).into(),
        other => other.into(),
    })
}

/// Turns a broken unique key into the field that it is about.
fn taken(error: db::Error, fields: &[(&str, &str)]) -> AdminError {
    if let db::Error::Unique { what } = &error
        && let Some((_, field)) = fields.iter().find(|(column, _)| what.contains(column))
    {
        return Problem::invalid(*field, Rule::Taken).into();
    }
    error.into()
}

fn malformed(field: &str, expected: &str) -> Problem {
    Problem::invalid(field, Rule::Malformed { expected: expected.into() })
}

fn name(field: &str, text: &str) -> std::result::Result<String, Problem> {
    let text = text.trim();
    let characters = text.chars().count();
    if text.is_empty() {
        return Err(Problem::invalid(field, Rule::Required));
    }
    if text.chars().any(char::is_control) {
        return Err(Problem::invalid(field, Rule::ControlCharacter));
    }
    if characters > NAME {
        let unit = shared::problem::Unit::Characters;
        return Err(Problem::invalid(field, Rule::TooLong { limit: NAME as u64, actual: characters as u64, unit }));
    }
    Ok(text.to_owned())
}

fn email(text: &str) -> std::result::Result<String, Problem> {
    let email = fold_email(text);
    let well_formed = email.len() <= super::EMAIL
        && !email.contains(|c: char| c.is_whitespace() || c.is_control())
        && matches!(email.split_once('@'), Some((name, host)) if !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if well_formed { Ok(email) } else { Err(malformed("email", "name@example.com")) }
}
