//! Issue 2, *Bad input*, item by item over HTTP: every refusal is a [`Problem`] that names the field and the rule.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod messages;
mod requests;
mod sends;
mod texts;
mod tokens;
mod webhooks;

use reqwest::Response;
use shared::{
    campaigns::{Check, CheckDraft, Draft, Kind, SaveDraft},
    content::{Content, Part},
    id::{ConversationId, DraftId},
    problem::{Problem, Rule},
    selection::Selection,
};
use tests::Client;

/// Messages as they are typed.
fn content(texts: &[&str]) -> Content {
    Content { parts: texts.iter().map(|text| Part::text(*text)).collect() }
}

/// People ticked one by one.
fn ticked(ids: &[ConversationId]) -> Selection {
    Selection { ids: ids.to_vec(), matching: Vec::new() }
}

/// Keeps a draft for the first time.
async fn save(client: &Client, id: DraftId, ids: &[ConversationId], texts: &[&str]) -> Result<Draft, Problem> {
    let (selection, content) = (ticked(ids), content(texts));
    client.call(SaveDraft { id, kind: Kind::GroupMessage, selection, content, revision: 0 }).await
}

/// Keeps a draft and checks it, as the app does before it shows the preview.
async fn check(client: &Client, id: DraftId, ids: &[ConversationId], texts: &[&str]) -> Result<Check, Problem> {
    save(client, id, ids, texts).await?;
    client.call(CheckDraft { id }).await
}

/// The status and the problem of a refusal.
async fn refusal(answer: Response) -> (u16, Problem) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{status}, no problem ({error}): {text}")))
}

fn malformed(field: &str, expected: &str) -> Problem {
    Problem::invalid(field, Rule::Malformed { expected: expected.to_owned() })
}
