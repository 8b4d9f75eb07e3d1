//! WhatsApp's events.

use shared::{contacts::Subscription, conversations::MessageKind, reasons::Reason};

use super::{super::store::Waiting, Applied, ApplyError, asked_by, inbound, is_stop_word, keep, tidy};
use crate::{
    channels,
    clock::Clock,
    contacts::{self, Known, whatsapp::Shown},
    db::Tx,
    outbox,
    platforms::{
        Outcome,
        whatsapp::webhook::{AccountFault, Event, Inbound, Media, Preference, What},
    },
    serve::POLICIES,
    templates,
};

/// What WhatsApp itself writes into a chat, such as that somebody changed her number: no message of hers.
const SYSTEM: &str = "system";
/// A fault tells of the account as it is now only so long, in milliseconds: Meta repeats its webhooks for days.
const NEWS_MS: i64 = 600_000;

/// Applies one event.
pub(super) fn apply(tx: &mut Tx<'_>, clock: &Clock, waiting: &Waiting) -> Result<Applied, ApplyError> {
    let Waiting { team, channel, at, .. } = *waiting;
    match Event::read(&waiting.body)? {
        Some(Event::Message(message)) => return wrote(tx, clock, waiting, &message),
        Some(Event::Status(status)) => outbox::statuses::apply(tx, clock, POLICIES, (team, channel), &status)?,
        Some(Event::Preference(preference)) => prefers(tx, clock, waiting, &preference)?,
        Some(Event::Template(update)) => {
            if let Some(waba) = channels::waba_of(tx, team, channel)? {
                templates::heard(tx, clock, team, waba, &update)?;
            }
        }
        Some(Event::Account(fault)) => {
            if let Some(reason) = stops(&fault, at, clock.now()) {
                channels::stop(tx, team, channel, reason, at)?;
            }
        }
        None => {}
    }
    Ok(Applied::default())
}

/// Why a number cannot send any more, where a fault says so (providers.md B6: scope channel) and is no old one.
fn stops(fault: &AccountFault, at: i64, now: i64) -> Option<Reason> {
    match fault.answer.outcome {
        Outcome::Stop { reason } if now - at < NEWS_MS => Some(reason),
        _ => None,
    }
}

fn wrote(tx: &mut Tx<'_>, clock: &Clock, waiting: &Waiting, message: &Inbound) -> Result<Applied, ApplyError> {
    if matches!(&message.what, What::Unknown(kind) if kind == SYSTEM) {
        return Ok(Applied::default());
    }
    let shown = Shown { phone: message.phone.as_deref(), bsuid: message.bsuid.as_deref(), at: waiting.at };
    let Some(known) = met(tx, clock, waiting, shown)? else { return Ok(Applied::default()) };
    contacts::named(tx, waiting.team, known, message.name.as_deref().unwrap_or_default(), waiting.at)?;
    contacts::greeted(tx, clock, waiting.team, known.identity)?;
    let (kind, text, media) = described(&message.what);
    let mut inbound = inbound(waiting, known, kind, &text);
    inbound.platform_id = Some(tidy(&message.id)).filter(|id| !id.is_empty());
    let applied = keep(tx, clock, vec![(inbound, media.and_then(|media| media.id.as_deref()))])?;
    if let Some(subscription) = asks(&message.what) {
        contacts::hear(tx, clock, waiting.team, known.identity, subscription, waiting.at)?;
    }
    Ok(applied)
}

/// A customer who stops marketing in the app itself is not sent before she wrote again either: she is made where she is
/// not known yet.
fn prefers(tx: &mut Tx<'_>, clock: &Clock, waiting: &Waiting, preference: &Preference) -> Result<(), ApplyError> {
    let shown = Shown { phone: preference.phone.as_deref(), bsuid: preference.bsuid.as_deref(), at: waiting.at };
    let Some(known) = met(tx, clock, waiting, shown)? else { return Ok(()) };
    let subscription = if preference.stops { Subscription::Unsubscribed } else { Subscription::Subscribed };
    contacts::hear(tx, clock, waiting.team, known.identity, subscription, waiting.at)?;
    Ok(())
}

fn met(tx: &mut Tx<'_>, clock: &Clock, waiting: &Waiting, shown: Shown<'_>) -> Result<Option<Known>, ApplyError> {
    Ok(contacts::whatsapp::meet(tx, clock, waiting.team, waiting.channel, shown)?)
}

/// What a message asks for beside being one: a button of a template or of a card, a button that says a stop word, or a
/// stop word as it is typed (domain.md 8.8).
fn asks(what: &What) -> Option<Subscription> {
    let stop = |text: &String| is_stop_word(text).then_some(Subscription::Unsubscribed);
    match what {
        What::Text(text) => stop(text),
        What::Button { payload, text } => asked_by(payload).or_else(|| stop(text)),
        What::Interactive { id, title } => asked_by(id).or_else(|| stop(title)),
        _ => None,
    }
}

/// The kind of a message, what can be said of it in words, and what Meta has bytes of.
fn described(what: &What) -> (MessageKind, String, Option<&Media>) {
    fn below(kind: MessageKind, media: &Media) -> (MessageKind, String, Option<&Media>) {
        (kind, media.caption.clone().unwrap_or_default(), Some(media))
    }
    let lines = |parts: [&Option<String>; 2]| {
        let parts: Vec<&str> = parts.into_iter().filter_map(|part| part.as_deref()).collect();
        parts.join("\n")
    };
    match what {
        What::Text(text) => (MessageKind::Text, text.clone(), None),
        What::Image(media) => below(MessageKind::Image, media),
        What::Video(media) => below(MessageKind::Video, media),
        What::Audio(media) => below(MessageKind::Audio, media),
        What::Document(media) => (MessageKind::File, lines([&media.file_name, &media.caption]), Some(media)),
        What::Sticker(media) => below(MessageKind::Sticker, media),
        What::Location { title, address } => (MessageKind::Location, lines([title, address]), None),
        What::Button { text, .. } => (MessageKind::Postback, text.clone(), None),
        What::Interactive { title, .. } => (MessageKind::Postback, title.clone(), None),
        // It opens the window as every message of hers does (providers.md B4).
        What::Reaction { emoji, .. } => (MessageKind::Other, emoji.clone().unwrap_or_default(), None),
        What::Contacts(names) => (MessageKind::Other, names.join(", "), None),
        What::Unknown(_) => (MessageKind::Other, String::new(), None),
    }
}

#[cfg(test)]
#[path = "whatsapp_test.rs"]
mod tests;
