//! What an event of a customer changes. The order in which events come does not matter, only when they happened.

use shared::{contacts::Subscription, conversations::MessageKind, text::fold};

use super::store::Waiting;
use crate::{
    clock::Clock,
    contacts::{self, Known},
    conversations::intake::{self, Inbound, Wrote},
    db::{self, Tx},
    media,
    platforms::line::webhook::{Bytes, Event, Kind, Message, Unreadable, What},
};

/// Words that opt out, typed as a whole message (domain.md 8.8).
const STOP_WORDS: [&str; 3] = ["取消訂閱", "unsubscribe", "unsub"];
/// What the opt-out button of a card sends, and the one that opts in again.
const STOP_DATA: (&str, &str) = ("unsubscribe", "1");
const START_DATA: (&str, &str) = ("subscribe", "1");
/// What is kept of a text, in characters: twice what LINE lets anyone write.
const LONGEST: usize = 10_000;

/// Why an event cannot be applied.
#[derive(Debug, thiserror::Error)]
pub(super) enum ApplyError {
    /// It is not of the shape that LINE documents.
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

/// Applies one event of LINE.
pub(super) fn line(tx: &mut Tx<'_>, clock: &Clock, waiting: &Waiting) -> Result<Applied, ApplyError> {
    let Some(event) = Event::read(&waiting.body)? else { return Ok(Applied::default()) };
    let known = contacts::meet(tx, clock, waiting.team, waiting.channel, &tidy(&event.user))?;
    let hear = |tx: &mut Tx<'_>, subscription| {
        contacts::hear(tx, clock, waiting.team, known.identity, subscription, waiting.at)
    };
    match &event.what {
        What::Follow => {
            hear(tx, Subscription::Subscribed)?;
            contacts::ask_profile(tx, waiting.team, known.identity)?;
            Ok(Applied::default())
        }
        What::Unfollow => {
            hear(tx, Subscription::Blocked)?;
            Ok(Applied::default())
        }
        What::Message(message) => {
            let applied = wrote(tx, clock, waiting, known, &event, message)?;
            if let Kind::Text(text) = &message.kind
                && STOP_WORDS.contains(&fold(text.trim()).as_str())
            {
                hear(tx, Subscription::Unsubscribed)?;
            }
            Ok(applied)
        }
        What::Postback { data, text } => {
            let shown = text.as_deref().filter(|text| !text.is_empty()).unwrap_or(data);
            let inbound = inbound(waiting, known, &event, MessageKind::Postback, shown);
            intake::customer_wrote(tx, clock, &inbound)?;
            if says(data, STOP_DATA) {
                hear(tx, Subscription::Unsubscribed)?;
            } else if says(data, START_DATA) {
                hear(tx, Subscription::Subscribed)?;
            }
            Ok(Applied::default())
        }
    }
}

fn wrote(
    tx: &mut Tx<'_>,
    clock: &Clock,
    waiting: &Waiting,
    known: Known,
    event: &Event,
    message: &Message,
) -> Result<Applied, ApplyError> {
    let (kind, text, is_fetched) = described(&message.kind);
    let mut inbound = inbound(waiting, known, event, kind, &text);
    let id = tidy(&message.id);
    if is_fetched && !id.is_empty() {
        inbound.media = Some(media::want(tx, clock, waiting.team, waiting.channel, kind, &id)?);
    }
    inbound.platform_id = (!id.is_empty()).then_some(id);
    let wrote = intake::customer_wrote(tx, clock, &inbound)?;
    match (wrote, inbound.media) {
        (Wrote::Duplicate, Some(medium)) => {
            media::unwant(tx, waiting.team, medium)?;
            Ok(Applied::default())
        }
        (_, medium) => Ok(Applied { wants_media: medium.is_some() }),
    }
}

fn inbound(waiting: &Waiting, known: Known, event: &Event, kind: MessageKind, text: &str) -> Inbound {
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
        reply_token: event.reply_token.as_deref().map(tidy).filter(|token| !token.is_empty()),
    }
}

/// The kind of a message, what can be said of it in words, and whether LINE has bytes of it.
fn described(kind: &Kind) -> (MessageKind, String, bool) {
    let at_line = |bytes: &Bytes| *bytes == Bytes::AtLine;
    match kind {
        Kind::Text(text) => (MessageKind::Text, text.clone(), false),
        Kind::Image(bytes) => (MessageKind::Image, String::new(), at_line(bytes)),
        Kind::Video(bytes) => (MessageKind::Video, String::new(), at_line(bytes)),
        Kind::Audio(bytes) => (MessageKind::Audio, String::new(), at_line(bytes)),
        Kind::File(name) => (MessageKind::File, name.clone(), true),
        Kind::Sticker(words) => (MessageKind::Sticker, words.join(", "), false),
        Kind::Location { title, address } => {
            let parts: Vec<&str> = [title, address].into_iter().filter_map(|part| part.as_deref()).collect();
            (MessageKind::Location, parts.join("\n"), false)
        }
        Kind::Other => (MessageKind::Other, String::new(), false),
    }
}

/// Whether a postback's data has this field, whatever else it carries.
fn says(data: &str, (field, value): (&str, &str)) -> bool {
    form_urlencoded::parse(data.as_bytes()).any(|(key, given)| key == field && given == value)
}

/// PostgreSQL takes no NUL, and nothing is kept without end.
fn tidy(text: &str) -> String {
    text.chars().filter(|c| *c != '\0').take(LONGEST).collect()
}

#[cfg(test)]
#[path = "apply_test.rs"]
mod tests;
