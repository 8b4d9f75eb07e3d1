//! LINE's events.

use shared::{contacts::Subscription, conversations::MessageKind};

use super::{super::store::Waiting, Applied, ApplyError, asked_by, inbound, is_stop_word, keep, tidy};
use crate::{
    clock::Clock,
    contacts::{self, Known, LineUser},
    conversations::intake::Inbound,
    db::Tx,
    platforms::{
        Unreadable,
        line::webhook::{Bytes, Event, Kind, Message, What},
    },
};

/// An event of a customer.
pub(super) struct Heard {
    /// Who.
    pub(super) user: LineUser,
    does: Does,
}

enum Does {
    Follow,
    Unfollow,
    Says(Said),
}

/// A message of a customer, or a button that she pressed.
pub(super) struct Said {
    kind: MessageKind,
    text: String,
    id: Option<String>,
    reply_token: Option<String>,
    /// LINE has bytes of it, under its id.
    is_fetched: bool,
    /// What it asks for beside being one.
    asks: Option<Subscription>,
}

/// Reads an event; none where it is no customer's doing.
pub(super) fn read(waiting: &Waiting) -> Result<Option<Heard>, Unreadable> {
    let Some(event) = Event::read(&waiting.body)? else { return Ok(None) };
    let user = LineUser { team: waiting.team, channel: waiting.channel, id: tidy(&event.user) };
    let does = match &event.what {
        What::Follow => Does::Follow,
        What::Unfollow => Does::Unfollow,
        What::Message(message) => Does::Says(wrote(&event, message)),
        What::Postback { data, text } => Does::Says(pressed(&event, data, text.as_deref())),
    };
    Ok(Some(Heard { user, does }))
}

impl Heard {
    /// What she said, where that is all that she did.
    pub(super) fn only_said(&self) -> Option<&Said> {
        match &self.does {
            Does::Says(said) if said.asks.is_none() => Some(said),
            _ => None,
        }
    }
}

impl Said {
    /// It as a message of this customer, and the id of the bytes that LINE has of it.
    pub(super) fn inbound(&self, waiting: &Waiting, known: Known) -> (Inbound, Option<&str>) {
        let mut inbound = inbound(waiting, known, self.kind, &self.text);
        inbound.reply_token.clone_from(&self.reply_token);
        inbound.platform_id.clone_from(&self.id);
        (inbound, self.id.as_deref().filter(|_| self.is_fetched))
    }
}

/// Applies one event.
pub(super) fn apply(tx: &mut Tx<'_>, clock: &Clock, waiting: &Waiting) -> Result<Applied, ApplyError> {
    let Some(heard) = read(waiting)? else { return Ok(Applied::default()) };
    let known = contacts::meet(tx, clock, &heard.user)?;
    let hear = |tx: &mut Tx<'_>, subscription| {
        contacts::hear(tx, clock, waiting.team, known.identity, subscription, waiting.at)
    };
    match &heard.does {
        Does::Follow => {
            hear(tx, Subscription::Subscribed)?;
            contacts::ask_profile(tx, waiting.team, known.identity)?;
            Ok(Applied::default())
        }
        Does::Unfollow => {
            hear(tx, Subscription::Blocked)?;
            Ok(Applied::default())
        }
        Does::Says(said) => {
            let applied = keep(tx, clock, vec![said.inbound(waiting, known)])?;
            if let Some(subscription) = said.asks {
                hear(tx, subscription)?;
            }
            Ok(applied)
        }
    }
}

fn wrote(event: &Event, message: &Message) -> Said {
    let (kind, text, is_fetched) = described(&message.kind);
    let stops = matches!(&message.kind, Kind::Text(text) if is_stop_word(text));
    Said {
        kind,
        text,
        id: Some(tidy(&message.id)).filter(|id| !id.is_empty()),
        reply_token: reply_token(event),
        is_fetched,
        asks: stops.then_some(Subscription::Unsubscribed),
    }
}

fn pressed(event: &Event, data: &str, text: Option<&str>) -> Said {
    Said {
        kind: MessageKind::Postback,
        text: text.filter(|text| !text.is_empty()).unwrap_or(data).to_owned(),
        id: None,
        reply_token: reply_token(event),
        is_fetched: false,
        asks: asked_by(data),
    }
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
