//! Sends that somebody had a hand on: one that is held, one that was stopped, one where some can be sent to again.

use sandbox::{Fault, FaultKind, Sandbox};
use server::{App, channels};
use shared::{
    campaigns::{CancelCampaign, PauseCampaign},
    content::NAME_TOKEN,
    id::{CampaignId, ConversationId, DraftId},
    reasons::Reason,
    selection::Selection,
};

use super::fixed;
use crate::{Client, Team, team::Account, world};

/// What Meta answers when it fails without saying why.
const FAILED: i64 = 135_000;

/// Makes them. `people` are conversations on the number, two at least, each with what the sandbox knows the customer
/// by.
pub async fn make(
    app: &App,
    sandbox: &Sandbox,
    team: &Team,
    number: &Account,
    sales: &Client,
    people: &[(ConversationId, &str)],
) -> anyhow::Result<()> {
    some_fail(sandbox, sales, people).await?;
    // Nothing goes out while they are written, so that what is held or stopped is the same each time.
    channels::pause(app, team.id, number.id, Reason::WaMaintenance).await?;
    let stopped = send(sales, 1, people, "{name} 您好，本週末全館 1 折，歡迎選購。").await?;
    sales.call(CancelCampaign { id: stopped }).await?;
    let held = send(sales, 2, people, "{name} 您好，聖誕禮盒開始預購，早鳥享 9 折。").await?;
    sales.call(PauseCampaign { id: held }).await?;
    channels::resume(app, team.id, number.id).await?;
    Ok(())
}

/// Up to two fail for what can pass, and as many calls are never answered.
async fn some_fail(sandbox: &Sandbox, sales: &Client, people: &[(ConversationId, &str)]) -> anyhow::Result<()> {
    let kinds = [FaultKind::Graph { code: FAILED }, FaultKind::TimeoutBefore { hold_ms: 0 }];
    let mut faults = Vec::new();
    for ((_, user), kind) in people.iter().zip(kinds.into_iter().cycle()).take(4) {
        faults.push(sandbox.whatsapp().add_fault(Fault::new(kind).at("messages").for_user(user)));
    }
    let campaign = send(sales, 0, people, "{name} 您好，手作課還有名額，想幫您保留一個。").await?;
    world::settled(sales, campaign).await?;
    for fault in faults {
        sandbox.whatsapp().clear_faults(Some(fault));
    }
    Ok(())
}

async fn send(
    sales: &Client,
    number: usize,
    people: &[(ConversationId, &str)],
    text: &str,
) -> anyhow::Result<CampaignId> {
    let ids = people.iter().map(|(id, _)| *id).collect();
    let text = text.replace("{name}", NAME_TOKEN);
    let draft = DraftId(fixed("controlled draft", number));
    world::send(sales, draft, Selection { ids, matching: Vec::new() }, &[&text]).await
}
