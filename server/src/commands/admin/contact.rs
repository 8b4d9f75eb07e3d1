//! Customers who want to be forgotten.

use anyhow::{Result, bail};
use clap::Subcommand;
use server::{
    App,
    contacts::erasure::{self, Forgotten},
};
use shared::id::{ContactId, TeamId};

use super::{super::say, Team};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Forgets a customer for good, at her wish: name, addresses, labels, messages with her, what she sent, and the
    /// webhooks that name her. Records of sends keep that somebody was sent to, without who. Done again, it goes on
    /// where it was cut.
    EraseContact {
        #[command(flatten)]
        team: Team,
        /// The customer, by id.
        #[arg(long, required_unless_present = "address", conflicts_with = "address")]
        contact: Option<ContactId>,
        /// The customer, by what her platform calls her: a LINE user id, a telephone number as `+886912345678`, or a
        /// WhatsApp user id.
        #[arg(long)]
        address: Option<String>,
        /// Does it. Without it, the command only says whom it would forget.
        #[arg(long)]
        yes: bool,
    },
}

/// Runs it.
pub(super) async fn run(app: &App, command: Command) -> Result<()> {
    let Command::EraseContact { team, contact, address, yes } = command;
    let team = team.id(&app.db).await?;
    let contact = match (contact, address) {
        (Some(contact), _) => contact,
        (None, address) => with_address(app, team, address.unwrap_or_default().trim()).await?,
    };
    if !yes {
        return say(&format!("{contact} would be forgotten, which cannot be taken back: say --yes to do it"));
    }
    match erasure::forget(app, team, contact).await? {
        Forgotten::Wholly => say("forgotten"),
        Forgotten::Until { waiting } => say(&format!(
            "forgotten, but for {waiting} messages to her that are under way; a running server finishes it within an hour \
             after they are settled"
        )),
    }
}

async fn with_address(app: &App, team: TeamId, address: &str) -> Result<ContactId> {
    match erasure::with_address(app, team, address).await?.as_slice() {
        [contact] => Ok(*contact),
        [] => bail!("nobody of this team has this address"),
        several => {
            let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
            bail!(
                "several customers have this address, one for each account: name one by --contact: {}",
                ids.join(", ")
            )
        }
    }
}
