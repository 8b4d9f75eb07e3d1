//! Asking LINE once whether the content of a campaign is right, before its first call: what is wrong with it is then one
//! answer instead of one for every recipient (providers.md C1).

use std::sync::OnceLock;

use shared::id::CampaignId;
use tokio::sync::OnceCell;

use super::{super::claim::Row, store};
use crate::{
    App,
    db::Lane,
    platforms::{
        Answer,
        line::{Template, Validity},
    },
};

/// The messages of a send, and what LINE thinks of them.
pub(crate) struct Message {
    pub(super) template: Template,
    asked: OnceCell<()>,
    wrong: OnceLock<Answer>,
}

impl Message {
    pub(super) fn of(template: Template) -> Self {
        Self { template, asked: OnceCell::new(), wrong: OnceLock::new() }
    }

    /// What this recipient would be answered, where LINE found the messages wrong. Who may have got them is asked for under
    /// her key all the same, as only that says whether she did. A reply is its own question.
    pub(super) async fn wrong(&self, app: &App, token: &str, row: &Row) -> Option<Answer> {
        let campaign = row.campaign?;
        if row.may_have_arrived() {
            return None;
        }
        self.asked.get_or_init(|| self.ask(app, token, campaign)).await;
        self.wrong.get().cloned()
    }

    /// LINE said so.
    pub(super) fn is_wrong(&self, answer: &Answer) {
        // Whoever was told first is as good.
        let _ = self.wrong.set(answer.clone());
    }

    /// Asks, unless it was found right before: by this server, by another one, or before a restart. Where there is no answer
    /// the send goes on: then every call is told for itself.
    async fn ask(&self, app: &App, token: &str, campaign: CampaignId) {
        match app.db.read(move |tx| store::is_valid(tx, campaign)).await {
            Ok(true) => return,
            Ok(false) => {}
            Err(error) => tracing::warn!(%campaign, %error, "whether LINE was asked about a content cannot be read"),
        }
        match app.platforms.line.validate(token, self.template.check_body()).await {
            Validity::Right => {
                let now = app.clock.now();
                if let Err(error) = app.db.write_as(Lane::Engine, move |tx| store::is_right(tx, campaign, now)).await {
                    tracing::warn!(%campaign, %error, "that LINE found a content right cannot be kept; it may be asked again");
                }
            }
            Validity::Wrong(answer) => {
                tracing::warn!(%campaign, request = answer.request_id, "LINE finds a content wrong: nobody gets it");
                self.is_wrong(&answer);
            }
            Validity::Unknown(answer) => {
                let Answer { outcome, code, .. } = answer;
                tracing::warn!(%campaign, ?outcome, code, "LINE cannot be asked about a content: it is sent all the same");
            }
        }
    }
}
