//! What an event changes. The order in which events come does not matter, only when they happened.

mod line;
mod whatsapp;

use shared::{contacts::Subscription, limits::Platform, templates::QuickReplyAction, text::fold};

use super::store::Waiting;
use crate::{
    clock::Clock,
    contacts::Known,
    conversations::intake::{self, Inbound, Wrote},
    db::{self, Tx},
    media,
    platforms::Unreadable,
};

/// Words that opt out, typed as a whole message (domain.md 8.8).
const STOP_WORDS: [&str; 3] = ["取消訂閱", "unsubscribe", "unsub"];
/// What is kept of a text, in characters: twice what any platform lets anyone write.
const LONGEST: usize = 10_000;

/// Why an event cannot be applied.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApplyError {
    /// It is not of the shape that its platform documents.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// The database.
    #[error(transparent)]
    Db(#[from] db::Error),
}

/// What an event led to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Applied {
    /// A medium is to be fetched.
    pub(super) wants_media: bool,
}

/// Applies one event.
pub(super) fn apply(tx: &mut Tx<'_>, clock: &Clock, waiting: &Waiting) -> Result<Applied, ApplyError> {
    match waiting.platform {
        Platform::Line => line::apply(tx, clock, waiting),
        Platform::Whatsapp => whatsapp::apply(tx, clock, waiting),
    }
}

/// A customer's message without what only some have.
fn inbound(waiting: &Waiting, known: Known, kind: shared::conversations::MessageKind, text: &str) -> Inbound {
    Inbound {
        team: waiting.team,
        channel: waiting.channel,
        identity: known.identity,
        contact: known.contact,
        at: waiting.at,
        kind,
        text: tidy(text),
        media: None,
        platform_id: None,
        reply_token: None,
    }
}

/// Keeps a customer's message, and wants the bytes that the platform has of it under this id.
fn keep(tx: &mut Tx<'_>, clock: &Clock, mut inbound: Inbound, bytes: Option<&str>) -> Result<Applied, ApplyError> {
    if let Some(bytes) = bytes {
        inbound.media = Some(media::want(tx, clock, inbound.team, inbound.channel, inbound.kind, bytes)?);
    }
    match (intake::customer_wrote(tx, clock, &inbound)?, inbound.media) {
        (Wrote::Duplicate, Some(medium)) => {
            media::unwant(tx, inbound.team, medium)?;
            Ok(Applied::default())
        }
        (_, medium) => Ok(Applied { wants_media: medium.is_some() }),
    }
}

/// Whether a text, as a whole, opts out.
fn is_stop_word(text: &str) -> bool {
    STOP_WORDS.contains(&fold(text.trim()).as_str())
}

/// What a button's data asks for, whatever else it carries.
fn asked_by(data: &str) -> Option<Subscription> {
    let says = |action: QuickReplyAction| {
        let (field, value) = action.payload().split_once('=')?;
        form_urlencoded::parse(data.as_bytes()).find(|(key, given)| key == field && given == value)
    };
    if says(QuickReplyAction::Unsubscribe).is_some() {
        Some(Subscription::Unsubscribed)
    } else {
        says(QuickReplyAction::Subscribe).map(|_| Subscription::Subscribed)
    }
}

/// PostgreSQL takes no NUL, and nothing is kept without end.
fn tidy(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(LONGEST).collect()
}
