//! Payloads of providers.md B5, and reading them.

use serde_json::{Value, json};

use super::{Event, Inbound, Piece, split};

pub(super) const NUMBER: &str = "106540352242922";

/// A webhook with this one change.
pub(super) fn webhook(field: &str, value: Value) -> Vec<u8> {
    let change = json!({"field": field, "value": value});
    let entry = json!({"id": "102290129340398", "time": 1_739_321_024, "changes": [change]});
    serde_json::to_vec(&json!({"object": "whatsapp_business_account", "entry": [entry]})).unwrap()
}

/// A change of a number.
pub(super) fn of_number(field: &str, mut value: Value) -> Vec<u8> {
    value["messaging_product"] = "whatsapp".into();
    value["metadata"] = json!({"display_phone_number": "15550783881", "phone_number_id": NUMBER});
    webhook(field, value)
}

pub(super) fn sheena() -> Value {
    json!({"profile": {"name": "Sheena"}, "wa_id": "16505551234", "user_id": "US.13491208655302741918"})
}

/// A message as B5 has it, with this in it.
pub(super) fn message(what: Value) -> Vec<u8> {
    let mut message = json!({"from": "16505551234", "from_user_id": "US.13491208655302741918", "id": "wamid.A",
        "timestamp": "1749416383", "context": {"id": "wamid.B"}});
    for (name, value) in what.as_object().unwrap() {
        message[name] = value.clone();
    }
    of_number("messages", json!({"contacts": [sheena()], "messages": [message]}))
}

pub(super) fn status(what: Value) -> Vec<u8> {
    let mut status = json!({"id": "wamid.A", "status": "sent", "timestamp": "1750030073", "recipient_id": "16505551234",
        "recipient_user_id": "US.1", "biz_opaque_callback_data": "d1:0:1", "pricing": {"billable": true},
        "conversation": {"id": "c"}});
    for (name, value) in what.as_object().unwrap() {
        status[name] = value.clone();
    }
    of_number("messages", json!({ "statuses": [status] }))
}

pub(super) fn only(raw: &[u8]) -> Piece {
    let pieces = split(raw).unwrap();
    assert_eq!(pieces.len(), 1, "{pieces:?}");
    pieces.into_iter().next().unwrap()
}

pub(super) fn event(raw: &[u8]) -> Option<Event> {
    Event::read(&only(raw).body).unwrap()
}

pub(super) fn inbound(raw: &[u8]) -> Inbound {
    match event(raw) {
        Some(Event::Message(inbound)) => inbound,
        other => panic!("{other:?}"),
    }
}
