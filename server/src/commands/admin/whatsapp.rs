//! WhatsApp: an app, its business accounts and their numbers.

use anyhow::Result;
use clap::Subcommand;
use server::{
    App,
    channels::{self, NewWaba, NewWhatsappApp, NewWhatsappNumber},
};
use shared::id::{StoreId, WabaId, WhatsappAppId};

use super::{
    super::{read_secret, say},
    Team,
};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Connects an app of Meta's and prints its id and webhook address. Reads two lines from standard input: the app
    /// secret, then the verify token, which is any text of yours that nobody guesses and that is typed beside the
    /// address at Meta.
    AddWhatsappApp {
        #[command(flatten)]
        team: Team,
        /// What staff call it.
        #[arg(long)]
        name: String,
    },
    /// Replaces the secrets of an app, as after a leak. Reads two lines from standard input: the app secret, then the
    /// verify token.
    SetWhatsappSecrets {
        #[command(flatten)]
        team: Team,
        /// The app, by an id of `storecast admin list-whatsapp`.
        #[arg(long)]
        app: WhatsappAppId,
    },
    /// Connects a WhatsApp business account (WABA) and prints its id. Reads one line from standard input: a system
    /// user's access token that may manage the account and its messages.
    AddWaba {
        #[command(flatten)]
        team: Team,
        /// The app that its webhooks come by, by an id of `storecast admin list-whatsapp`.
        #[arg(long)]
        app: WhatsappAppId,
        /// Its id at Meta, as WhatsApp Manager shows it.
        #[arg(long, value_name = "ID")]
        meta_id: String,
        /// What staff call it; its id by default.
        #[arg(long)]
        name: Option<String>,
        /// The id of the business portfolio, whose numbers share one limit of people in 24 hours.
        #[arg(long, value_name = "ID")]
        portfolio: Option<String>,
    },
    /// Connects a WhatsApp number and prints its id.
    AddWhatsappNumber {
        #[command(flatten)]
        team: Team,
        /// Its business account, by an id of `storecast admin list-whatsapp`.
        #[arg(long)]
        waba: WabaId,
        /// Its phone number id, as WhatsApp Manager shows it: not the number itself.
        #[arg(long, value_name = "ID")]
        phone_number_id: String,
        /// What staff call it; the name that customers see by default.
        #[arg(long)]
        name: Option<String>,
        /// A store that works with it, by id.
        #[arg(long = "store", value_name = "STORE")]
        stores: Vec<StoreId>,
    },
    /// Replaces the access token of a WhatsApp business account, read from standard input. Its numbers that Meta had
    /// refused for their token send again.
    SetWabaToken {
        #[command(flatten)]
        team: Team,
        /// The business account, by an id of `storecast admin list-whatsapp`.
        #[arg(long)]
        waba: WabaId,
    },
    /// Lists a team's WhatsApp apps and business accounts: what it is, id, name, and an account's id at Meta and its
    /// numbers.
    ListWhatsapp {
        #[command(flatten)]
        team: Team,
    },
}

/// Runs one of them.
pub(super) async fn run(app: &App, command: Command) -> Result<()> {
    match command {
        Command::AddWhatsappApp { team, name } => {
            let team = team.id(&app.db).await?;
            let app_secret = read_secret("app secret")?;
            let verify_token = read_secret("verify token")?;
            let new = NewWhatsappApp { team, name, app_secret, verify_token };
            let id = channels::create_whatsapp_app(app, new).await?;
            say(&id.to_string())?;
            say(&format!("webhook address, for Meta's dashboard: {}/webhooks/whatsapp/{id}", app.config.public_url))
        }
        Command::SetWhatsappSecrets { team, app: id } => {
            let team = team.id(&app.db).await?;
            let app_secret = read_secret("app secret")?;
            let verify_token = read_secret("verify token")?;
            channels::replace_app_secrets(app, team, id, app_secret, verify_token).await?;
            say("the secrets are replaced; a running server uses them within a minute")
        }
        Command::AddWaba { team, app: of, meta_id, name, portfolio } => {
            let team = team.id(&app.db).await?;
            let access_token = read_secret("access token")?;
            let new = NewWaba { team, app: of, meta_id, name, portfolio, access_token };
            say(&channels::create_waba(app, new).await?.to_string())
        }
        Command::AddWhatsappNumber { team, waba, phone_number_id, name, stores } => {
            let team = team.id(&app.db).await?;
            let new = NewWhatsappNumber { team, waba, phone_number_id, name, stores };
            say(&channels::create_whatsapp_number(app, new).await?.to_string())
        }
        Command::SetWabaToken { team, waba } => {
            let team = team.id(&app.db).await?;
            channels::replace_waba_token(app, team, waba, read_secret("access token")?).await?;
            say("the token is replaced; a running server uses it within a minute")
        }
        Command::ListWhatsapp { team } => list(app, team).await,
    }
}

async fn list(app: &App, team: Team) -> Result<()> {
    let team = team.id(&app.db).await?;
    for (id, name) in channels::apps(app, team).await? {
        say(&format!("app\t{id}\t{name}"))?;
    }
    for account in app.db.read(move |tx| channels::wabas(tx, team)).await? {
        let numbers: Vec<&str> = account.channels.iter().map(|number| number.name.as_str()).collect();
        let numbers = numbers.join(", ");
        say(&format!("account\t{}\t{}\t{}\t{numbers}", account.id, account.name, account.meta_id))?;
    }
    Ok(())
}
