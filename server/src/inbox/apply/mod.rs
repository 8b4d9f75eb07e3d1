//! What an event changes. The order in which events come does not matter, only when they happened.

mod line;
mod whatsapp;

use std::collections::HashSet;

use shared::{contacts::Subscription, limits::Platform, templates::QuickReplyAction, text::fold};

use super::store::Waiting;
use crate::{
    clock::Clock,
    contacts::{self, Known},
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

/// Applies events, given as they happened. What customers only said is applied at once, the rest one by one; of one
/// customer always in order, as one of hers that is more than a message takes all of hers to the rest. An error is of
/// one of them, nobody knows which.
pub(super) fn apply_all(tx: &mut Tx<'_>, clock: &Clock, events: &[Waiting]) -> Result<Applied, ApplyError> {
    let mut heard = Vec::with_capacity(events.len());
    for event in events {
        heard.push(if event.platform == Platform::Line { line::read(event)? } else { None });
    }
    let alone: HashSet<_> =
        heard.iter().flatten().filter(|heard| heard.only_said().is_none()).map(|heard| &heard.user).collect();
    let (mut said, mut rest) = (Vec::new(), Vec::new());
    for (event, heard) in events.iter().zip(&heard) {
        match heard {
            Some(heard) if !alone.contains(&heard.user) => {
                said.extend(heard.only_said().map(|said| (event, &heard.user, said)));
            }
            None if event.platform == Platform::Line => {}
            _ => rest.push(event),
        }
    }
    let users: Vec<_> = said.iter().map(|(_, user, _)| (*user).clone()).collect();
    let known = contacts::meet_all(tx, clock, &users)?;
    let messages = said.iter().filter_map(|(event, user, said)| Some(said.inbound(event, *known.get(*user)?)));
    let mut all = keep(tx, clock, messages.collect())?;
    for event in rest {
        all.wants_media |= apply(tx, clock, event)?.wants_media;
    }
    Ok(all)
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

/// Keeps customers' messages, and wants the bytes that the platform has of them under these ids.
fn keep(tx: &mut Tx<'_>, clock: &Clock, messages: Vec<(Inbound, Option<&str>)>) -> Result<Applied, ApplyError> {
    let mut inbound = Vec::with_capacity(messages.len());
    for (mut one, bytes) in messages {
        if let Some(bytes) = bytes {
            one.media = Some(media::want(tx, clock, one.team, one.channel, one.kind, bytes)?);
        }
        inbound.push(one);
    }
    let mut applied = Applied::default();
    for (one, wrote) in inbound.iter().zip(intake::customers_wrote(tx, clock, &inbound)?) {
        match (wrote, one.media) {
            (Wrote::Duplicate, Some(medium)) => media::unwant(tx, one.team, medium)?,
            (_, medium) => applied.wants_media |= medium.is_some(),
        }
    }
    Ok(applied)
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

#[cfg(test)]
#[path = "together_test.rs"]
mod together_tests;
