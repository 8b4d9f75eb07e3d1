//! How LINE is sent to: one push for all messages of a recipient, under a key that makes a repeat harmless.

use std::time::Duration;

use shared::{content::Content, reasons::Reason};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{
    Busy, Policies,
    lane::{Item, Post},
    lease::Done,
};
use crate::{
    App, channels,
    platforms::{Answer, Outcome, line::Template},
    refused,
};

/// A hand of one LINE channel's lane.
#[derive(Clone)]
pub(crate) struct LinePost {
    pub(crate) app: App,
    pub(crate) policies: Policies,
    pub(crate) busy: Busy,
    pub(crate) settle: mpsc::Sender<Done>,
}

impl Post for LinePost {
    type Message = Template;

    fn message(&self, content: &Content) -> Template {
        Template::of(content, |media| (self.policies.media)(&self.app, self.busy.team, media))
    }

    async fn authorised(&self) -> refused::Result<()> {
        channels::account(&self.app, self.busy.channel).await.map(drop)
    }

    fn in_flight(&self) -> usize {
        self.app.config.line.in_flight
    }

    async fn send_all(self, work: async_channel::Receiver<Item<Template>>) {
        let Self { app, busy, settle, .. } = self;
        while let Ok(Item { lease, row, message }) = work.recv().await {
            let queued = row.queued;
            let answer = if app.tasks.is_stopping() || !lease.holds(app.clock.now()) {
                None
            } else {
                // The same key and the same bytes for every try of an attempt: LINE then takes it once.
                let key = Uuid::new_v5(&queued.id.0, queued.attempt.to_string().as_bytes());
                match channels::account(&app, busy.channel).await {
                    Ok(account) => Some(
                        app.platforms.line.push(&account.token, key, message.body(&queued.address, &queued.name)).await,
                    ),
                    Err(error) => {
                        tracing::error!(channel = %busy.channel, %error, "the channel's token cannot be read");
                        let outcome = Outcome::Later { after: Duration::from_secs(5), reason: Reason::Internal };
                        Some(Answer { outcome, code: None, text: None, request_id: None })
                    }
                }
            };
            if matches!(&answer, Some(Answer { outcome: Outcome::Stop { .. }, .. })) {
                // The token may have been replaced: the next call asks for it anew.
                app.channels.forget(busy.channel);
            }
            let done = Done {
                lease,
                delivery: queued.id,
                attempt: queued.attempt,
                tries: queued.tries,
                unsure: queued.unsure || row.slice.was_lost,
                answer,
                at: app.clock.now(),
                steps: None,
            };
            if settle.send(done).await.is_err() {
                return;
            }
        }
    }
}
