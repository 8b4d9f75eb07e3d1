//! Every payload of providers.md B5, and shapes that are not documented.

use rstest::rstest;
use serde_json::json;
use shared::reasons::Reason;

use super::{
    super::{
        Whom, split,
        testing::{NUMBER, event, inbound, message, of_number, only, sheena, status, webhook},
    },
    *,
};
use crate::platforms::{Outcome, hash};
use shared::templates::TemplateStatus;

#[test]
fn a_message_is_taken_apart_and_read() {
    let raw = message(json!({"type": "text", "text": {"body": "hi"}}));
    let piece = only(&raw);
    assert_eq!((&piece.to, &piece.key, piece.at), (&Whom::Number(NUMBER.into()), &hash(b"wamid.A"), 1_749_416_383_000));
    assert_eq!(
        inbound(&raw),
        Inbound {
            phone: Some("+16505551234".into()),
            bsuid: Some("US.13491208655302741918".into()),
            name: Some("Sheena".into()),
            id: "wamid.A".into(),
            at: 1_749_416_383_000,
            what: What::Text("hi".into()),
        }
    );
}

fn media(caption: Option<&str>, file_name: Option<&str>) -> Media {
    Media { id: Some("77".into()), caption: caption.map(Into::into), file_name: file_name.map(Into::into) }
}

#[rstest]
#[case(json!({"type": "image", "image": {"id": "77", "mime_type": "image/jpeg", "sha256": "x", "caption": "Look"}}), What::Image(media(Some("Look"), None)))]
#[case(json!({"type": "video", "video": {"id": 77, "mime_type": "video/mp4"}}), What::Video(media(None, None)))]
#[case(json!({"type": "audio", "audio": {"id": "77", "voice": true}}), What::Audio(media(None, None)))]
#[case(json!({"type": "document", "document": {"id": "77", "filename": "a.pdf", "caption": "Bill"}}), What::Document(media(Some("Bill"), Some("a.pdf"))))]
#[case(json!({"type": "sticker", "sticker": {"id": "77", "animated": false}}), What::Sticker(media(None, None)))]
#[case(json!({"type": "image", "image": {"caption": ""}}), What::Image(Media::default()))]
#[case(json!({"type": "location", "location": {"latitude": 25.0, "longitude": 121.5, "name": "Home", "address": "Taipei"}}), What::Location { title: Some("Home".into()), address: Some("Taipei".into()) })]
#[case(json!({"type": "location", "location": {"latitude": 25.0}}), What::Location { title: None, address: None })]
#[case(json!({"type": "button", "button": {"payload": "unsubscribe=1", "text": "Stop"}}), What::Button { payload: "unsubscribe=1".into(), text: "Stop".into() })]
#[case(json!({"type": "interactive", "interactive": {"type": "button_reply", "button_reply": {"id": "b1", "title": "Yes"}}}), What::Interactive { id: "b1".into(), title: "Yes".into() })]
#[case(json!({"type": "interactive", "interactive": {"type": "list_reply", "list_reply": {"id": "r1", "title": "Row", "description": "d"}}}), What::Interactive { id: "r1".into(), title: "Row".into() })]
#[case(json!({"type": "interactive", "interactive": {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{}"}}}), What::Interactive { id: "flow".into(), title: "Sent".into() })]
#[case(json!({"type": "reaction", "reaction": {"message_id": "wamid.C", "emoji": "👍"}}), What::Reaction { to: "wamid.C".into(), emoji: Some("👍".into()) })]
#[case(json!({"type": "reaction", "reaction": {"message_id": "wamid.C"}}), What::Reaction { to: "wamid.C".into(), emoji: None })]
#[case(json!({"type": "contacts", "contacts": [{"name": {"formatted_name": "Ann Lee"}, "phones": []}, {}]}), What::Contacts(vec!["Ann Lee".into(), String::new()]))]
#[case::not_known(json!({"type": "hologram", "hologram": {"depth": 3}}), What::Unknown("hologram".into()))]
#[case::unsupported(json!({"type": "unsupported", "errors": [{"code": 131_051}]}), What::Unknown("unsupported".into()))]
#[case::system(json!({"type": "system", "system": {"body": "changed", "wa_id": "1"}}), What::Unknown("system".into()))]
#[case::without_its_body(json!({"type": "text"}), What::Unknown("text".into()))]
#[case::body_of_another_type(json!({"type": "text", "text": "hi"}), What::Unknown("text".into()))]
#[case::without_a_type(json!({}), What::Unknown(String::new()))]
#[case::with_nul(json!({"type": "text", "text": {"body": "a\0b"}}), What::Text("ab".into()))]
fn what_a_customer_sent_is_read(#[case] what: Value, #[case] expected: What) {
    assert_eq!(inbound(&message(what)).what, expected);
}

/// People with a username have no number (providers.md B5, BSUID).
#[test]
fn a_person_without_a_number_is_known_by_metas_own_id() {
    let contact = json!({"profile": {"name": "Sheena"}, "user_id": "US.7"});
    let text = |from: Value| {
        let mut message = json!({"id": "wamid.A", "timestamp": "1", "type": "text", "text": {"body": "hi"}});
        for (name, value) in from.as_object().unwrap() {
            message[name] = value.clone();
        }
        inbound(&of_number("messages", json!({"contacts": [contact], "messages": [message]})))
    };
    for from in [json!({"from_user_id": "US.7"}), json!({}), json!({"from": null, "from_user_id": "US.7"})] {
        let inbound = text(from);
        assert_eq!((inbound.phone, inbound.bsuid.as_deref()), (None, Some("US.7")));
        assert_eq!(inbound.name.as_deref(), Some("Sheena"));
    }
    // One message and one contact that contradict each other in nothing are of one person.
    let inbound = text(json!({"from": "16505551234"}));
    assert_eq!((inbound.phone.as_deref(), inbound.bsuid.as_deref()), (Some("+16505551234"), Some("US.7")));
}

/// Two people must never become one by a guess.
#[test]
fn beside_another_message_a_contact_is_not_guessed() {
    let text =
        |id: &str, from: &str, value: &str| json!({"id": id, from: value, "type": "text", "text": {"body": "hi"}});
    let raw = of_number(
        "messages",
        json!({"contacts": [{"profile": {"name": "Sheena"}, "user_id": "US.7"}],
            "messages": [text("wamid.1", "from", "10001"), text("wamid.2", "from_user_id", "US.7")]}),
    );
    let bodies: Vec<String> = split(&raw).unwrap().into_iter().map(|piece| piece.body).collect();
    let people = bodies.iter().map(|body| match Event::read(body) {
        Ok(Some(Event::Message(inbound))) => (inbound.phone, inbound.bsuid, inbound.name),
        other => panic!("{other:?}"),
    });
    assert_eq!(
        people.collect::<Vec<_>>(),
        [(Some("+10001".into()), None, None), (None, Some("US.7".into()), Some("Sheena".into()))]
    );
}

/// The contact is kept with every message of hers: as large as it came, many messages would fill the memory.
#[test]
fn a_huge_contact_is_not_repeated() {
    let contact = json!({"profile": {"name": "長".repeat(300_000), "more": "x".repeat(100_000)}, "wa_id": "10001"});
    let one = json!({"id": "wamid.1", "from": "10001", "type": "text", "text": {"body": "hi"}});
    let raw = of_number("messages", json!({"contacts": [contact], "messages": vec![one; 1_000]}));
    let pieces = split(&raw).unwrap();
    assert_eq!(pieces.len(), 1_000);
    assert!(pieces.iter().all(|piece| piece.body.len() < 5_000));
    let Ok(Some(Event::Message(inbound))) = Event::read(&pieces[0].body) else { panic!("a message") };
    assert_eq!(inbound.name, Some("長".repeat(1_000)));
}

#[test]
fn each_message_gets_its_own_contact() {
    let contact = |name: &str, phone: &str| json!({"profile": {"name": name}, "wa_id": phone});
    let text = |id: &str, from: &str| json!({"id": id, "from": from, "type": "text", "text": {"body": "hi"}});
    let raw = of_number(
        "messages",
        json!({"contacts": [contact("Ann", "10001"), contact("Bea", "10002")],
            "messages": [text("wamid.1", "10002"), text("wamid.2", "10001"), text("wamid.3", "10003")]}),
    );
    let names: Vec<Option<String>> = split(&raw)
        .unwrap()
        .iter()
        .map(|piece| match Event::read(&piece.body) {
            Ok(Some(Event::Message(inbound))) => inbound.name,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(names, [Some("Bea".into()), Some("Ann".into()), None]);
}

/// A contact that says it is somebody else's is nobody's, even if it stands alone.
#[test]
fn a_contact_of_another_is_not_taken() {
    let raw = of_number(
        "messages",
        json!({"contacts": [sheena()], "messages": [{"id": "w", "from": "10001", "type": "text", "text": {"body": "x"}}]}),
    );
    let inbound = inbound(&raw);
    assert_eq!((inbound.phone.as_deref(), inbound.bsuid, inbound.name), (Some("+10001"), None, None));
}

#[rstest]
#[case::nobody(json!({"from": null, "from_user_id": null}))]
#[case::no_number(json!({"from": "../admin", "from_user_id": ""}))]
#[case::too_short(json!({"from": "1234", "from_user_id": "US 1; DROP"}))]
#[case::too_long(json!({"from": "1234567890123456", "from_user_id": "x".repeat(1_000)}))]
#[case::without_an_id(json!({"id": null}))]
#[case::in_a_group(json!({"group_id": "g1"}))]
fn what_cannot_be_attributed_is_left(#[case] what: Value) {
    let mut body: Value = serde_json::from_slice(&message(json!({"type": "text", "text": {"body": "hi"}}))).unwrap();
    let value = &mut body["entry"][0]["changes"][0]["value"];
    value["contacts"] = Value::Null;
    for (name, field) in what.as_object().unwrap() {
        value["messages"][0][name] = field.clone();
    }
    assert_eq!(event(&serde_json::to_vec(&body).unwrap()), None);
}

#[rstest]
#[case("sent", StatusState::Sent)]
#[case("delivered", StatusState::Delivered)]
#[case("read", StatusState::Read)]
#[case("played", StatusState::Read)]
fn a_status_is_taken_apart_and_read(#[case] word: &str, #[case] state: StatusState) {
    let raw = status(json!({ "status": word }));
    let piece = only(&raw);
    assert_eq!((piece.to, piece.key), (Whom::Number(NUMBER.into()), hash(format!("wamid.A:{word}").as_bytes())));
    assert_eq!(piece.at, 1_750_030_073_000);
    let expected = Status { id: "wamid.A".into(), state, at: 1_750_030_073_000, callback: Some("d1:0:1".into()) };
    assert_eq!(event(&raw), Some(Event::Status(expected)));
}

#[test]
fn a_failed_status_is_judged_by_its_code() {
    let error =
        json!({"code": 131_049, "title": "Held", "message": "Held", "error_data": {"details": "Not now"}, "href": "h"});
    let Some(Event::Status(told)) = event(&status(json!({"status": "failed", "errors": [error]}))) else {
        panic!("a status")
    };
    let StatusState::Failed(answer) = told.state else { panic!("{:?}", told.state) };
    assert_eq!(answer.outcome, Outcome::Refused { reason: Reason::WaEcosystemLimit });
    assert_eq!((answer.code.as_deref(), answer.text.as_deref()), (Some("131049"), Some("Held; Not now")));
}

#[rstest]
#[case::no_errors(json!({"status": "failed"}), None)]
#[case::empty(json!({"status": "failed", "errors": []}), None)]
#[case::no_list(json!({"status": "failed", "errors": {"code": 131_049}}), None)]
#[case::code_as_text(json!({"status": "failed", "errors": [{"code": "131047"}]}), Some("131047"))]
#[case::not_in_the_table(json!({"status": "failed", "errors": [{"code": 999_999}, {"code": 1}]}), Some("999999"))]
fn a_failed_status_of_any_shape_has_failed(#[case] what: Value, #[case] code: Option<&str>) {
    let Some(Event::Status(Status { state: StatusState::Failed(answer), .. })) = event(&status(what)) else {
        panic!("a failed status")
    };
    assert!(matches!(answer.outcome, Outcome::Refused { .. }), "{answer:?}");
    assert_eq!(answer.code.as_deref(), code);
}

#[rstest]
#[case::bare(json!({"recipient_id": null, "recipient_user_id": null, "conversation": null, "pricing": null, "biz_opaque_callback_data": null}), 1_750_030_073_000)]
#[case::time_as_number(json!({"timestamp": 1_750_030_073, "biz_opaque_callback_data": null}), 1_750_030_073_000)]
#[case::time_in_milliseconds(json!({"timestamp": 1_750_030_073_123_i64, "biz_opaque_callback_data": 7}), 1_750_030_073_123)]
#[case::of_the_entry(json!({"timestamp": "soon", "biz_opaque_callback_data": "x"}), 0)]
#[case::before_time(json!({"timestamp": -5}), 0)]
#[case::beyond_time(json!({"timestamp": "99999999999999999999999"}), 0)]
fn a_status_may_lack_all_but_its_id_and_state(#[case] what: Value, #[case] at: i64) {
    let piece = only(&status(what.clone()));
    assert_eq!(piece.at, if at == 0 { 1_739_321_024_000 } else { at });
    let Some(Event::Status(told)) = Event::read(&piece.body).unwrap() else { panic!("a status") };
    assert_eq!((told.state, told.at), (StatusState::Sent, at));
}

#[rstest]
#[case::new_state(json!({"status": "teleported"}))]
#[case::no_state(json!({"status": null}))]
#[case::no_id(json!({"id": null}))]
fn a_status_that_says_nothing_is_kept_and_left(#[case] what: Value) {
    assert_eq!(event(&status(what)), None);
}

#[rstest]
#[case("APPROVED", "en-US", "en_US", TemplateStatus::Approved)]
#[case("PAUSED", "zh_TW", "zh_TW", TemplateStatus::Paused)]
#[case("DISABLED", "fil", "fil", TemplateStatus::Disabled)]
#[case("FLAGGED", "en", "en", TemplateStatus::Other)]
fn a_template_changes_its_state(
    #[case] word: &str,
    #[case] language: &str,
    #[case] made: &str,
    #[case] status: TemplateStatus,
) {
    let raw = webhook(
        "message_template_status_update",
        json!({"event": word, "message_template_id": 594_425_479_261_596_i64, "message_template_name": "order_confirmation",
            "message_template_language": language, "reason": "NONE"}),
    );
    let piece = only(&raw);
    assert_eq!((&piece.to, piece.at), (&Whom::Account("102290129340398".into()), 1_739_321_024_000));
    assert!(piece.key.starts_with("sha256:"));
    let name = "order_confirmation".to_owned();
    let expected = TemplateUpdate { meta_id: Some("594425479261596".into()), name, language: made.into(), status };
    assert_eq!(event(&raw), Some(Event::Template(expected)));
}

#[rstest]
#[case(json!({"wa_id": "16505551234", "category": "marketing_messages", "value": "stop", "timestamp": 1_731_705_721}), Some(true))]
#[case(json!({"wa_id": "16505551234", "category": "marketing_messages", "value": "resume", "timestamp": "1731705721"}), Some(false))]
#[case(json!({"wa_id": "16505551234", "category": "weather", "value": "stop", "timestamp": 1_731_705_721}), None)]
#[case(json!({"wa_id": "16505551234", "category": "marketing_messages", "value": "perhaps", "timestamp": 1_731_705_721}), None)]
fn a_customer_stops_and_resumes_in_the_app(#[case] preference: Value, #[case] stops: Option<bool>) {
    let raw = of_number("user_preferences", json!({"contacts": [sheena()], "user_preferences": [preference]}));
    let piece = only(&raw);
    assert_eq!((&piece.to, piece.at), (&Whom::Number(NUMBER.into()), 1_731_705_721_000));
    let expected = stops.map(|stops| {
        let bsuid = Some("US.13491208655302741918".into());
        Event::Preference(Preference { phone: Some("+16505551234".into()), bsuid, stops, at: 1_731_705_721_000 })
    });
    assert_eq!(event(&raw), expected);
}

#[test]
fn a_person_without_a_number_stops_too() {
    let preference = json!({"user_id": "US.7", "category": "marketing_messages", "value": "stop", "timestamp": 5});
    let expected = Preference { phone: None, bsuid: Some("US.7".into()), stops: true, at: 5_000 };
    assert_eq!(
        event(&of_number("user_preferences", json!({ "user_preferences": [preference] }))),
        Some(Event::Preference(expected))
    );
}

#[test]
fn an_error_of_the_account_is_judged_by_its_code() {
    let raw = of_number("messages", json!({"errors": [{"code": 131_031, "title": "Locked", "message": "Locked"}]}));
    let Some(Event::Account(AccountFault { answer })) = event(&raw) else { panic!("a fault of the account") };
    assert_eq!(answer.outcome, Outcome::Stop { reason: Reason::WaAccountBlocked });
    assert_eq!((answer.code.as_deref(), answer.text.as_deref()), (Some("131031"), Some("Locked")));
    let without_number = webhook("messages", json!({"errors": [{"code": 130_429}]}));
    assert_eq!(only(&without_number).to, Whom::Account("102290129340398".into()));
}

/// Meta escapes all that is not ASCII, and a phone may cut through an emoji.
#[test]
fn escapes_are_read_and_half_an_emoji_loses_nothing_else() {
    let raw = String::from_utf8(message(json!({"type": "text", "text": {"body": "EMOJI"}}))).unwrap();
    for (escaped, expected) in [(r"\u4f60\ud83d\ude00", "你😀"), (r"a\ud83d", "a\u{fffd}"), (r"\ude00b", "\u{fffd}b")]
    {
        let raw = raw.replace("EMOJI", escaped);
        assert_eq!(inbound(raw.as_bytes()).what, What::Text(expected.into()));
    }
}
