//! `storecast admin …`: keys, teams, stores, members, channels and customers.

mod contact;
mod whatsapp;

use anyhow::{Result, bail};
use clap::Subcommand;
use secrecy::SecretString;
use server::{
    App,
    channels::{self, NewLineChannel},
    clock::Clock,
    cluster,
    config::Config,
    db::Db,
    members::{
        Passwords,
        admin::{self, NewMember, NewStore, NewTeam},
    },
    serve,
};
use shared::{
    id::{ChannelId, StoreId, TeamId},
    members::Role,
};

use super::{read_secret, say};

#[derive(Subcommand)]
pub(crate) enum Admin {
    /// Makes a root key and prints it. Keep it apart from the database: without it, channel secrets cannot be read.
    NewKey,
    /// Makes a team (brand) and prints its id.
    CreateTeam {
        /// Its name.
        #[arg(long)]
        name: String,
        /// Its time zone.
        #[arg(long, default_value = "Asia/Taipei")]
        zone: String,
        /// Its language: zh-Hant or en.
        #[arg(long, default_value = "zh-Hant")]
        locale: String,
        /// Without the OMO plan: nobody may group-send.
        #[arg(long)]
        no_omo: bool,
    },
    /// Makes a store and prints its id.
    CreateStore {
        #[command(flatten)]
        team: Team,
        /// Its code, unique in the team.
        #[arg(long)]
        code: String,
        /// Its name.
        #[arg(long)]
        name: String,
        /// Its area.
        #[arg(long)]
        area: Option<String>,
    },
    /// Makes a member and prints her id. Her password is read from standard input.
    CreateMember {
        #[command(flatten)]
        team: Team,
        /// Her name.
        #[arg(long)]
        name: String,
        /// Her e-mail, to sign in with.
        #[arg(long)]
        email: String,
        /// Her role.
        #[arg(long, value_parser = ["admin", "sales_manager", "sales_staff"])]
        role: String,
        /// Her employee code.
        #[arg(long)]
        employee_code: Option<String>,
        /// A store of hers, by id; the first one is her primary one.
        #[arg(long = "store", value_name = "STORE")]
        stores: Vec<StoreId>,
        #[command(flatten)]
        password: FromStdin,
    },
    /// Sets a member's password, read from standard input, and signs her out everywhere.
    SetPassword {
        /// Her e-mail.
        #[arg(long)]
        email: String,
        #[command(flatten)]
        password: FromStdin,
    },
    /// Gives a member exactly these stores.
    SetStores {
        /// Her e-mail.
        #[arg(long)]
        email: String,
        /// A store of hers, by id; the first one is her primary one.
        #[arg(long = "store", value_name = "STORE")]
        stores: Vec<StoreId>,
    },
    /// Disables a member: she is signed out at once.
    DisableMember {
        /// Her e-mail.
        #[arg(long)]
        email: String,
    },
    /// Lets a disabled member sign in again.
    EnableMember {
        /// Her e-mail.
        #[arg(long)]
        email: String,
    },
    /// Connects a LINE official account and prints its id and webhook address. Reads two lines from standard input: the
    /// channel secret, then the channel access token.
    AddLineChannel {
        #[command(flatten)]
        team: Team,
        /// What staff call it; LINE's own name of it by default.
        #[arg(long)]
        name: Option<String>,
        /// A store that works with it, by id.
        #[arg(long = "store", value_name = "STORE")]
        stores: Vec<StoreId>,
    },
    /// Replaces the secrets of a LINE official account, as after a leak. Reads two lines from standard input: the
    /// channel secret, then the channel access token. A channel that LINE had refused sends again.
    SetLineSecrets {
        #[command(flatten)]
        channel: Channel,
    },
    #[command(flatten)]
    Whatsapp(whatsapp::Command),
    /// Lets a paused channel send again, once the cause is gone.
    ResumeChannel {
        #[command(flatten)]
        channel: Channel,
    },
    /// Lists the channels of a team: id, platform, name, and why one is paused.
    ListChannels {
        #[command(flatten)]
        team: Team,
    },
    #[command(flatten)]
    Contact(contact::Command),
    /// Lists teams: id and name.
    ListTeams,
    /// Lists the stores of a team: id, code and name.
    ListStores {
        #[command(flatten)]
        team: Team,
    },
    /// Lists the members of a team: id, e-mail, role, name, and whether disabled.
    ListMembers {
        #[command(flatten)]
        team: Team,
    },
}

#[derive(clap::Args)]
pub(crate) struct Team {
    /// The team, by id; not needed where there is only one.
    #[arg(long)]
    team: Option<TeamId>,
}

impl Team {
    async fn id(self, db: &Db) -> Result<TeamId> {
        if let Some(team) = self.team {
            return Ok(team);
        }
        match admin::list_teams(db).await?.as_slice() {
            [(team, _)] => Ok(*team),
            [] => bail!("there is no team yet: make one with `storecast admin create-team --name …`"),
            _ => bail!("there are several teams: say which with --team, by an id of `storecast admin list-teams`"),
        }
    }
}

#[derive(clap::Args)]
pub(crate) struct Channel {
    #[command(flatten)]
    team: Team,
    /// The channel, by an id of `storecast admin list-channels`.
    #[arg(long)]
    channel: ChannelId,
}

#[derive(clap::Args)]
pub(crate) struct FromStdin {
    /// Says that the password comes on standard input, which it does in any case.
    #[arg(long = "password-stdin")]
    _said: bool,
}

/// Runs one of them, and tells the running servers what it changed.
pub(super) async fn run(config: Config, command: Admin) -> Result<()> {
    let clock = Clock::system();
    let (db, done) = match command {
        Admin::AddLineChannel { .. }
        | Admin::SetLineSecrets { .. }
        | Admin::Whatsapp(_)
        | Admin::Contact(_)
        | Admin::ResumeChannel { .. }
        | Admin::ListChannels { .. } => {
            let app = serve::open(config, clock).await?;
            (app.db.clone(), of_parts(app, command).await)
        }
        command => {
            let (db, _) = serve::open_database(&config).await?;
            (db.clone(), of_rows(&db, &clock, command).await)
        }
    };
    // It is done; who does not hear of it at once sees it soon.
    if let Err(error) = cluster::flush(&db).await {
        tracing::warn!(%error, "the running servers were not told and see it within a minute");
    }
    done
}

/// Those that need the keys, a platform or the media store.
async fn of_parts(app: App, command: Admin) -> Result<()> {
    match command {
        Admin::AddLineChannel { team, name, stores } => add_line_channel(app, team, name, stores).await,
        Admin::SetLineSecrets { channel } => set_line_secrets(&app, channel).await,
        Admin::Whatsapp(command) => whatsapp::run(&app, command).await,
        Admin::Contact(command) => contact::run(&app, command).await,
        Admin::ResumeChannel { channel } => resume_channel(&app, channel).await,
        Admin::ListChannels { team } => list_channels(&app, team).await,
        _ => Ok(()),
    }
}

/// Those that need the database alone.
async fn of_rows(db: &Db, clock: &Clock, command: Admin) -> Result<()> {
    match command {
        Admin::NewKey
        | Admin::AddLineChannel { .. }
        | Admin::SetLineSecrets { .. }
        | Admin::Whatsapp(_)
        | Admin::Contact(_)
        | Admin::ResumeChannel { .. }
        | Admin::ListChannels { .. } => Ok(()),
        Admin::CreateTeam { name, zone, locale, no_omo } => {
            let new = NewTeam { zone, locale, omo: !no_omo, ..NewTeam::named(&name) };
            say(&admin::create_team(db, clock, new).await?.to_string())
        }
        Admin::CreateStore { team, code, name, area } => {
            let new = NewStore { team: team.id(db).await?, code, name, area };
            say(&admin::create_store(db, clock, new).await?.to_string())
        }
        Admin::CreateMember { team, name, email, role, employee_code, stores, password: _ } => {
            let team = team.id(db).await?;
            let password = read_secret("password")?;
            let role: Role = role.parse().map_err(anyhow::Error::msg)?;
            let new = NewMember { team, name, email, password, role, employee_code, stores };
            say(&admin::create_member(db, clock, &Passwords::default(), new).await?.to_string())
        }
        Admin::SetPassword { email, password: _ } => {
            let (team, member) = admin::member_by_email(db, &email).await?;
            let password: SecretString = read_secret("password")?;
            admin::set_password(db, clock, &Passwords::default(), team, member, password).await?;
            say("the password is set; all sessions have ended")
        }
        Admin::SetStores { email, stores } => {
            let (team, member) = admin::member_by_email(db, &email).await?;
            admin::set_stores(db, team, member, stores).await?;
            say("the stores are set")
        }
        Admin::DisableMember { email } => {
            let (team, member) = admin::member_by_email(db, &email).await?;
            admin::disable_member(db, clock, team, member).await?;
            say("disabled; all sessions have ended")
        }
        Admin::EnableMember { email } => {
            let (team, member) = admin::member_by_email(db, &email).await?;
            admin::enable_member(db, team, member).await?;
            say("enabled")
        }
        Admin::ListTeams => {
            for (id, name) in admin::list_teams(db).await? {
                say(&format!("{id}\t{name}"))?;
            }
            Ok(())
        }
        Admin::ListStores { team } => {
            for (id, code, name) in admin::list_stores(db, team.id(db).await?).await? {
                say(&format!("{id}\t{code}\t{name}"))?;
            }
            Ok(())
        }
        Admin::ListMembers { team } => {
            for member in admin::list_members(db, team.id(db).await?).await? {
                let state = if member.disabled { "disabled" } else { "" };
                say(&format!("{}\t{}\t{}\t{}\t{state}", member.id, member.email, member.role.as_str(), member.name))?;
            }
            Ok(())
        }
    }
}

async fn set_line_secrets(app: &App, Channel { team, channel }: Channel) -> Result<()> {
    let team = team.id(&app.db).await?;
    channels::show(app, team, channel).await?;
    let secret = read_secret("channel secret")?;
    let access_token = read_secret("channel access token")?;
    channels::replace_secrets(app, channel, secret, access_token).await?;
    say("the secrets are replaced; a running server uses them within a minute")
}

async fn resume_channel(app: &App, Channel { team, channel }: Channel) -> Result<()> {
    let team = team.id(&app.db).await?;
    channels::show(app, team, channel).await?;
    channels::resume(app, team, channel).await?;
    say("the channel may send again")
}

async fn list_channels(app: &App, team: Team) -> Result<()> {
    let team = team.id(&app.db).await?;
    for channel in channels::all(app, team).await? {
        let paused = channels::show(app, team, channel.id).await?.paused;
        let state = paused.map(|reason| format!("paused: {}", reason.as_str())).unwrap_or_default();
        say(&format!("{}\t{}\t{}\t{state}", channel.id, channel.platform.as_str(), channel.name))?;
    }
    Ok(())
}

async fn add_line_channel(app: App, team: Team, name: Option<String>, stores: Vec<StoreId>) -> Result<()> {
    let team = team.id(&app.db).await?;
    let secret = read_secret("channel secret")?;
    let access_token = read_secret("channel access token")?;
    let channel = channels::create_line(&app, NewLineChannel { team, name, secret, access_token, stores }).await?;
    say(&channel.to_string())?;
    say(&format!("webhook address, for LINE's console: {}/webhooks/line/{channel}", app.config.public_url))
}
