//! Takes a webhook apart: one piece for each thing that happened, each of which can be read alone.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::read::at;
use crate::platforms::{
    ID, Unreadable, clipped, hash,
    incoming::{self, paired},
    whatsapp::wire::field,
};

/// The only object that is ours; an app may listen to others.
const OBJECT: &str = "whatsapp_business_account";
/// What is kept of a name, in characters.
const NAME: usize = 1_000;

/// One event of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Whom it is for.
    pub to: Whom,
    /// The same in a repeat: `wamid`, `wamid:status`, or a hash of what it says.
    pub key: String,
    /// When it happened, in UTC milliseconds; 0 where nothing tells.
    pub at: i64,
    /// The event as JSON, with what is needed to read it alone; see [`Event::read`](super::Event::read).
    pub body: String,
}

/// Whom an event is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// One of our numbers, by its phone number id.
    Number(String),
    /// All of an account, by Meta's id of the WABA.
    Account(String),
}

/// What is strict about a webhook. Everything below is taken as it comes: a single odd event must not keep the others
/// out.
#[derive(Deserialize)]
struct Webhook {
    #[serde(default)]
    object: String,
    entry: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    id: Value,
    #[serde(default)]
    time: Value,
    #[serde(default)]
    changes: Vec<Value>,
}

/// The events of a webhook, in its order. Events of kinds that this version does not know are among them.
pub fn split(raw: &[u8]) -> Result<Vec<Piece>, Unreadable> {
    incoming::check_depth(raw)?;
    let text = incoming::text(raw)?;
    let webhook: Webhook = serde_json::from_str(&paired(text))?;
    let mut pieces = Vec::new();
    if webhook.object == OBJECT {
        for entry in &webhook.entry {
            entry.changes.iter().for_each(|change| take_apart(&mut pieces, entry, change));
        }
    }
    Ok(pieces)
}

fn take_apart(pieces: &mut Vec<Piece>, entry: &Entry, change: &Value) {
    let (Some(name), Some(value)) = (field(change, "field"), change.get("value")) else { return };
    let number = value.get("metadata").and_then(|metadata| field(metadata, "phone_number_id"));
    let account = || entry.id.as_str().map_or_else(|| entry.id.to_string(), str::to_owned);
    let number = number.filter(|number| !number.is_empty()).map(|number| Whom::Number(clipped(&number, ID)));
    let to = number.unwrap_or_else(|| Whom::Account(clipped(&account(), ID)));
    let around = Around { to, field: clipped(&name, ID), at: at(Some(&entry.time)), people: People::of(value) };
    let before = pieces.len();
    for (list, single) in
        [("messages", "message"), ("statuses", "status"), ("errors", "error"), ("user_preferences", "preference")]
    {
        let items = value.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        pieces.extend(items.iter().map(|item| around.piece(single, item, items.len() == 1)));
    }
    if pieces.len() == before {
        pieces.push(around.piece("value", value, false));
    }
}

/// What all events of a change share.
struct Around<'v> {
    to: Whom,
    field: String,
    at: Option<i64>,
    people: People<'v>,
}

impl Around<'_> {
    /// One thing that happened, beside the person it is about.
    fn piece(&self, single: &str, item: &Value, is_alone: bool) -> Piece {
        let mut body = Map::new();
        body.insert("field".into(), json!(self.field));
        body.insert(single.into(), item.clone());
        if matches!(single, "message" | "preference")
            && let Some(contact) = self.people.contact_of(item, is_alone)
        {
            body.insert("contact".into(), brief(contact));
        }
        let body = Value::Object(body).to_string();
        let key = key(single, item).unwrap_or_else(|| hash(body.as_bytes()));
        let at = at(item.get("timestamp")).or(self.at).unwrap_or(0);
        Piece { to: self.to.clone(), key, at, body }
    }
}

/// The contacts of a change. Found by key: one call may hold thousands of messages.
struct People<'v> {
    by_user: HashMap<String, &'v Value>,
    by_phone: HashMap<String, &'v Value>,
    only: Option<&'v Value>,
}

impl<'v> People<'v> {
    fn of(value: &'v Value) -> Self {
        let contacts = value.get("contacts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let by = |name: &str| contacts.iter().filter_map(|one| Some((field(one, name)?, one))).collect();
        let only = if let [one] = contacts { Some(one) } else { None };
        Self { by_user: by("user_id"), by_phone: by("wa_id"), only }
    }

    /// The contact of a message or preference: by Meta's own id, else by number. Where neither side says whose it is,
    /// only one that stands alone beside an event that stands alone.
    fn contact_of(&self, item: &Value, is_alone: bool) -> Option<&'v Value> {
        let user = field(item, "from_user_id").or_else(|| field(item, "user_id"));
        let phone = field(item, "from").or_else(|| field(item, "wa_id"));
        let by_user = user.as_ref().and_then(|user| self.by_user.get(user));
        let found = by_user.or_else(|| self.by_phone.get(phone.as_ref()?)).copied();
        let differs = |own: &Option<String>, one: &Value, name: &str| own.is_some() && field(one, name).is_some();
        let fits = |one: &&Value| !differs(&user, one, "user_id") && !differs(&phone, one, "wa_id");
        found.or_else(|| self.only.filter(|_| is_alone).filter(fits))
    }
}

/// What is used of a contact, which is kept with every event of hers.
fn brief(contact: &Value) -> Value {
    let name = contact.get("profile").and_then(|profile| field(profile, "name"));
    let of = |name: &str| field(contact, name).map(|text| clipped(&text, ID));
    json!({"profile": {"name": name.map(|name| clipped(&name, NAME))}, "wa_id": of("wa_id"), "user_id": of("user_id")})
}

/// The hash of `wamid` or `wamid:status`; nothing else has an id of its own. A wamid spells the customer's number, and keys
/// outlive her.
fn key(single: &str, item: &Value) -> Option<String> {
    let id = field(item, "id").filter(|id| !id.is_empty())?;
    let key = match single {
        "message" => id,
        "status" => format!("{id}:{}", field(item, "status")?),
        _ => return None,
    };
    Some(hash(key.as_bytes()))
}
