//! Reads a piece of a webhook as it was kept.

use serde_json::Value;

use super::event::{AccountFault, Event, Inbound, Media, Preference, Status, StatusState, TemplateUpdate, What};
use crate::platforms::{
    ID, Unreadable, clipped,
    incoming::{self, paired},
    whatsapp::{answers, templates, wire::field},
};

/// The category of preferences that Storecast follows.
const MARKETING: &str = "marketing_messages";
/// Times above are milliseconds: in seconds they would lie beyond the year 5000.
const SECONDS_END: i64 = 100_000_000_000;

impl Event {
    /// Reads a [`Piece`](super::Piece) as it was kept. `None` for what this version does not use: other kinds of
    /// events, groups, states of messages that it does not know, messages of nobody.
    pub fn read(body: &str) -> Result<Option<Self>, Unreadable> {
        incoming::check_depth(body.as_bytes())?;
        let piece: Value = serde_json::from_str(&paired(body))?;
        let of = |name: &str| piece.get(name);
        let kind = field(&piece, "field").unwrap_or_default();
        Ok(match kind.as_str() {
            "messages" => of("message")
                .and_then(|message| inbound(message, of("contact")).map(Self::Message))
                .or_else(|| of("status").and_then(status).map(Self::Status))
                .or_else(|| of("error").map(|error| Self::Account(AccountFault { answer: answers::fault_of(error) }))),
            "message_template_status_update" => of("value").and_then(template).map(Self::Template),
            "user_preferences" => of("preference").and_then(|one| preference(one, of("contact"))).map(Self::Preference),
            _ => None,
        })
    }
}

fn inbound(message: &Value, contact: Option<&Value>) -> Option<Inbound> {
    if message.get("group_id").is_some_and(|group| !group.is_null()) {
        return None;
    }
    let (phone, bsuid) = person(message, ["from", "from_user_id"], contact)?;
    Some(Inbound {
        phone,
        bsuid,
        name: contact.and_then(|contact| text(contact.get("profile")?, "name")),
        id: clipped(&text(message, "id")?, ID),
        at: at(message.get("timestamp")).unwrap_or(0),
        what: what(message),
    })
}

/// A person's number and Meta's own id of her, from the event or its contact; none where there is neither.
fn person(of: &Value, [phone, bsuid]: [&str; 2], contact: Option<&Value>) -> Option<(Option<String>, Option<String>)> {
    let found = |own: &str, theirs: &str, read: fn(&str) -> Option<String>| {
        let own = text(of, own).and_then(|text| read(&text));
        own.or_else(|| text(contact?, theirs).and_then(|text| read(&text)))
    };
    let (phone, bsuid) = (found(phone, "wa_id", e164), found(bsuid, "user_id", user_id));
    (phone.is_some() || bsuid.is_some()).then_some((phone, bsuid))
}

/// A number as Meta writes it, digits only, in E.164.
fn e164(digits: &str) -> Option<String> {
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    let is_number = (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| format!("+{digits}"))
}

/// Country, dot, letters and digits; what holds anything beyond that kind could not be an address.
fn user_id(text: &str) -> Option<String> {
    let is_id = text.len() <= ID && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    is_id.then(|| text.to_owned())
}

fn what(message: &Value) -> What {
    let kind = text(message, "type").unwrap_or_default();
    let known = message.get(&kind).and_then(|body| known(&kind, body));
    known.unwrap_or_else(|| What::Unknown(clipped(&kind, ID)))
}

/// What a message of a known kind says; its body lies in a field of the kind's name.
fn known(kind: &str, body: &Value) -> Option<What> {
    let of = |name: &str| text(body, name);
    Some(match kind {
        "text" => What::Text(of("body")?),
        "image" => What::Image(media(body)),
        "video" => What::Video(media(body)),
        "audio" => What::Audio(media(body)),
        "document" => What::Document(media(body)),
        "sticker" => What::Sticker(media(body)),
        "location" => What::Location { title: of("name"), address: of("address") },
        "button" => What::Button { payload: of("payload").unwrap_or_default(), text: of("text").unwrap_or_default() },
        "interactive" => interactive(body)?,
        "reaction" => What::Reaction { to: of("message_id")?, emoji: of("emoji") },
        "contacts" => What::Contacts(body.as_array()?.iter().map(card).collect()),
        _ => return None,
    })
}

fn media(body: &Value) -> Media {
    Media { id: text(body, "id"), caption: text(body, "caption"), file_name: text(body, "filename") }
}

fn interactive(body: &Value) -> Option<What> {
    let kind = text(body, "type")?;
    let chosen = body.get(&kind)?;
    // A form that was filled in has a name and a text instead.
    let of = |name: &str, or: &str| text(chosen, name).or_else(|| text(chosen, or)).unwrap_or_default();
    Some(What::Interactive { id: of("id", "name"), title: of("title", "body") })
}

fn card(card: &Value) -> String {
    card.get("name").and_then(|name| text(name, "formatted_name")).unwrap_or_default()
}

fn status(status: &Value) -> Option<Status> {
    let state = match text(status, "status")?.as_str() {
        "sent" => StatusState::Sent,
        "delivered" => StatusState::Delivered,
        // A recording that was played was heard.
        "read" | "played" => StatusState::Read,
        "failed" => {
            StatusState::Failed(answers::fault_of(status.get("errors").map_or(&Value::Null, |errors| &errors[0])))
        }
        _ => return None,
    };
    Some(Status {
        id: clipped(&text(status, "id")?, ID),
        state,
        at: at(status.get("timestamp")).unwrap_or(0),
        callback: text(status, "biz_opaque_callback_data"),
    })
}

fn template(value: &Value) -> Option<TemplateUpdate> {
    Some(TemplateUpdate {
        meta_id: text(value, "message_template_id"),
        name: text(value, "message_template_name")?,
        language: text(value, "message_template_language")?.replace('-', "_"),
        status: templates::status(&text(value, "event")?.to_ascii_uppercase()),
    })
}

fn preference(preference: &Value, contact: Option<&Value>) -> Option<Preference> {
    if text(preference, "category").is_some_and(|category| category != MARKETING) {
        return None;
    }
    let stops = match text(preference, "value")?.as_str() {
        "stop" => true,
        "resume" => false,
        _ => return None,
    };
    let (phone, bsuid) = person(preference, ["wa_id", "user_id"], contact)?;
    Some(Preference { phone, bsuid, stops, at: at(preference.get("timestamp")).unwrap_or(0) })
}

/// A field with something in it. PostgreSQL takes no NUL.
fn text(of: &Value, name: &str) -> Option<String> {
    let text = field(of, name)?.replace('\0', "");
    (!text.is_empty()).then_some(text)
}

/// A time of Meta in UTC milliseconds: seconds, as a text or a number; milliseconds in a few events.
pub(super) fn at(value: Option<&Value>) -> Option<i64> {
    let value = value?;
    let number = value.as_i64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| *number > 0)?;
    Some(if number < SECONDS_END { number * 1_000 } else { number })
}

#[cfg(test)]
#[path = "read_test.rs"]
mod tests;
