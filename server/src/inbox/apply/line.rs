//! LINE's events.

use shared::{contacts::Subscription, conversations::MessageKind};

use super::{super::store::Waiting, Applied, ApplyError, asked_by, inbound, is_stop_word, keep, tidy};
use crate::{
    clock::Clock,
    contacts::{self, Known},
    db::Tx,
    platforms::line::webhook::{Bytes, Event, Kind, Message, What},
};

/// Applies one event.
pub(super) fn apply(tx: &mut Tx<'_>, clock: &Clock, waiting: &Waiting) -> Result<Applied, ApplyError> {
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
                && is_stop_word(text)
            {
                hear(tx, Subscription::Unsubscribed)?;
            }
            Ok(applied)
        }
        What::Postback { data, text } => {
            let shown = text.as_deref().filter(|text| !text.is_empty()).unwrap_or(data);
            let mut inbound = inbound(waiting, known, MessageKind::Postback, shown);
            inbound.reply_token = reply_token(&event);
            let applied = keep(tx, clock, inbound, None)?;
            if let Some(subscription) = asked_by(data) {
                hear(tx, subscription)?;
            }
            Ok(applied)
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
    let id = Some(tidy(&message.id)).filter(|id| !id.is_empty());
    let bytes = id.clone().filter(|_| is_fetched);
    let mut inbound = inbound(waiting, known, kind, &text);
    inbound.reply_token = reply_token(event);
    inbound.platform_id = id;
    keep(tx, clock, inbound, bytes.as_deref())
}

fn reply_token(event: &Event) -> Option<String> {
    event.reply_token.as_deref().map(tidy).filter(|token| !token.is_empty())
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

#[cfg(test)]
#[path = "line_test.rs"]
mod tests;
