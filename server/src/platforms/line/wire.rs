//! LINE's JSON: request bodies, prepared once per send, and the answers that are read (providers.md A1, A2, A4).

use std::borrow::Cow;

use bytes::Bytes;
use serde::Deserialize;
use shared::{
    content::{Content, NAME_TOKEN, Part},
    id::MediaId,
};

use crate::platforms::MediaAddress;

/// What stands between a recipient and the messages.
const TO_MESSAGES: &str = "\",";
/// A name for a body that is nobody's.
const SHORTEST_NAME: &str = "名";

/// The messages of a send as JSON, cut where the customer's name goes. The same recipient and name give the same bytes,
/// so that every try of a retry key is the same request (providers.md A9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// From the recipient's closing quote to the end, cut at each place of the name.
    pieces: Vec<Box<str>>,
}

impl Template {
    /// Prepares the content, which must have passed [`Content::check`]. `address` says where LINE fetches a picture or
    /// film; it must say the same every time.
    pub fn of(content: &Content, address: impl Fn(MediaId) -> MediaAddress) -> Self {
        let mut pieces = Vec::new();
        let mut piece = String::from(TO_MESSAGES);
        piece.push_str("\"messages\":[");
        for (i, part) in content.parts.iter().enumerate() {
            if i > 0 {
                piece.push(',');
            }
            match part {
                Part::Text { text } => {
                    piece.push_str("{\"type\":\"text\",\"text\":\"");
                    for (place, literal) in text.split(NAME_TOKEN).enumerate() {
                        if place > 0 {
                            pieces.push(std::mem::take(&mut piece).into_boxed_str());
                        }
                        piece.push_str(&escaped(literal));
                    }
                    piece.push_str("\"}");
                }
                Part::Image { media } => push_media(&mut piece, "image", &address(*media)),
                Part::Video { media } => push_media(&mut piece, "video", &address(*media)),
                // Templates are WhatsApp's, and refused for others when a send is accepted.
                Part::Template(_) => {}
            }
        }
        piece.push_str("]}");
        pieces.push(piece.into_boxed_str());
        Self { pieces }
    }

    /// Whether the name goes anywhere, so that bodies differ from person to person.
    pub fn is_personal(&self) -> bool {
        self.pieces.len() > 1
    }

    /// The body of a push to one user.
    pub fn body(&self, to: &str, name: &str) -> Bytes {
        self.splice("{\"to\":\"", to, name)
    }

    /// The body of an answer by reply token.
    pub fn reply_body(&self, reply_token: &str, name: &str) -> Bytes {
        self.splice("{\"replyToken\":\"", reply_token, name)
    }

    /// The body of a multicast to these users, of content that [is not personal](Self::is_personal).
    pub fn batch_body<'a>(&self, users: impl IntoIterator<Item = &'a str>) -> Bytes {
        let mut body = String::from("{\"to\":[");
        for (place, user) in users.into_iter().enumerate() {
            body.push_str(if place > 0 { ",\"" } else { "\"" });
            body.push_str(&escaped(user));
            body.push('"');
        }
        body.push_str("],");
        self.push_messages(&mut body, "");
        body.into()
    }

    /// The body of a question whether LINE finds the messages right. Whose name is filled in does not matter, but that
    /// there is one: the shortest, as the longest was counted when the send was accepted.
    pub fn check_body(&self) -> Bytes {
        let mut body = String::from("{");
        self.push_messages(&mut body, SHORTEST_NAME);
        body.into()
    }

    /// The property `messages` and the end of the body.
    fn push_messages(&self, body: &mut String, name: &str) {
        let mut pieces = self.pieces.iter();
        let first = pieces.next().map_or("", |piece| piece.strip_prefix(TO_MESSAGES).unwrap_or(piece));
        body.push_str(first);
        for piece in pieces {
            body.push_str(name);
            body.push_str(piece);
        }
    }

    fn splice(&self, head: &str, to: &str, name: &str) -> Bytes {
        let (to, name) = (escaped(to), escaped(name));
        let literal: usize = self.pieces.iter().map(|piece| piece.len()).sum();
        let mut body = Vec::with_capacity(head.len() + to.len() + literal + (self.pieces.len() - 1) * name.len());
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(to.as_bytes());
        for (i, piece) in self.pieces.iter().enumerate() {
            if i > 0 {
                body.extend_from_slice(name.as_bytes());
            }
            body.extend_from_slice(piece.as_bytes());
        }
        body.into()
    }
}

/// A picture or film: LINE fetches it, and shows the preview until it is opened (providers.md A3).
fn push_media(piece: &mut String, kind: &str, address: &MediaAddress) {
    for text in [
        "{\"type\":\"",
        kind,
        "\",\"originalContentUrl\":\"",
        &escaped(&address.whole),
        "\",\"previewImageUrl\":\"",
        &escaped(&address.preview),
        "\"}",
    ] {
        piece.push_str(text);
    }
}

/// The text as the inside of a JSON string.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte < 0x20 || matches!(byte, b'"' | b'\\')) {
        return Cow::Borrowed(text);
    }
    // Writing a string as JSON cannot fail.
    let quoted = serde_json::to_string(text).unwrap_or_default();
    Cow::Owned(quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned())
}

/// What a push or reply that was taken says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sent<'a> {
    #[serde(borrow, default)]
    pub(super) sent_messages: Vec<SentMessage<'a>>,
}

/// One message that was taken.
#[derive(Deserialize)]
pub(super) struct SentMessage<'a> {
    #[serde(borrow)]
    pub(super) id: Cow<'a, str>,
}

/// What an error says. Statistics answer with nulls in every field, so all are optional (providers.md A6).
#[derive(Debug, Default, Deserialize)]
pub(super) struct Fault {
    pub(super) message: Option<String>,
    pub(super) details: Option<Vec<Detail>>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Detail {
    pub(super) message: Option<String>,
    pub(super) property: Option<String>,
}

/// `GET /v2/bot/profile/{userId}`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ProfileBody {
    pub(super) display_name: String,
}

/// `GET /v2/bot/info`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct BotInfoBody {
    pub(super) user_id: String,
    pub(super) display_name: String,
}

/// `GET /v2/bot/message/quota`: `{"type":"none"}` or `{"type":"limited","value":N}`.
#[derive(Deserialize)]
pub(super) struct QuotaBody {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) value: Option<i64>,
}

/// `GET /v2/bot/message/quota/consumption`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ConsumptionBody {
    pub(super) total_usage: i64,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn content(texts: &[String]) -> Content {
        Content { parts: texts.iter().map(Part::text).collect() }
    }

    /// As the media feature answers: the same for the same medium.
    fn address(media: MediaId) -> MediaAddress {
        MediaAddress {
            whole: format!("https://s.example/\"{media}\""),
            preview: format!("https://s.example/{media}/p"),
        }
    }

    #[test]
    fn a_push_has_the_documented_shape() {
        let template = Template::of(&content(&[format!("Hi {NAME_TOKEN}!"), "a\"b".into()]), address);
        assert!(template.is_personal());
        assert_eq!(
            template.body("U1", "A\\n\u{1}n"),
            "{\"to\":\"U1\",\"messages\":[{\"type\":\"text\",\"text\":\"Hi A\\\\n\\u0001n!\"},{\"type\":\"text\",\"text\":\"a\\\"b\"}]}"
        );
    }

    #[test]
    fn a_picture_and_a_film_have_the_documented_shape() {
        let media = MediaId(uuid::Uuid::from_u128(7));
        let at = |_| MediaAddress { whole: "https://s.example/w".into(), preview: "https://s.example/p".into() };
        for (part, kind) in [(Part::Image { media }, "image"), (Part::Video { media }, "video")] {
            let template = Template::of(&Content { parts: vec![part] }, at);
            assert!(!template.is_personal());
            let urls = "\"originalContentUrl\":\"https://s.example/w\",\"previewImageUrl\":\"https://s.example/p\"";
            assert_eq!(
                template.body("U1", ""),
                format!("{{\"to\":\"U1\",\"messages\":[{{\"type\":\"{kind}\",{urls}}}]}}")
            );
        }
    }

    #[test]
    fn a_multicast_has_the_documented_shape() {
        let template = Template::of(&content(&["Hi".into(), "a\"b".into()]), address);
        let messages = "\"messages\":[{\"type\":\"text\",\"text\":\"Hi\"},{\"type\":\"text\",\"text\":\"a\\\"b\"}]}";
        assert_eq!(template.batch_body(["U1", "U\"2"]), format!("{{\"to\":[\"U1\",\"U\\\"2\"],{messages}"));
        assert_eq!(template.batch_body(["U1"]), format!("{{\"to\":[\"U1\"],{messages}"));
    }

    #[test]
    fn what_is_asked_beforehand_has_the_documented_shape_and_a_name() {
        let template = Template::of(&content(&[NAME_TOKEN.into(), "b".into()]), address);
        let body: Value = serde_json::from_slice(&template.check_body()).unwrap();
        let messages = json!([{ "type": "text", "text": "名" }, { "type": "text", "text": "b" }]);
        assert_eq!(body, json!({ "messages": messages }));
    }

    #[test]
    fn a_name_that_looks_like_the_token_is_not_filled_again() {
        let template = Template::of(&content(&[format!("{NAME_TOKEN}{NAME_TOKEN}")]), address);
        let body: Value = serde_json::from_slice(&template.reply_body("r", NAME_TOKEN)).unwrap();
        assert_eq!(body["messages"][0]["text"], format!("{NAME_TOKEN}{NAME_TOKEN}"));
        assert_eq!(body["replyToken"], "r");
    }

    #[test]
    fn a_text_without_the_name_is_not_personal() {
        assert!(!Template::of(&content(&["hello".into()]), address).is_personal());
    }

    /// A message: a text of pieces and names, or a picture or film.
    fn part() -> impl Strategy<Value = Part> {
        let piece = prop_oneof![any::<String>(), Just(NAME_TOKEN.to_owned())];
        prop_oneof![
            prop::collection::vec(piece, 0..4).prop_map(|pieces| Part::text(pieces.concat())),
            any::<u128>().prop_map(|id| Part::Image { media: MediaId(uuid::Uuid::from_u128(id)) }),
            any::<u128>().prop_map(|id| Part::Video { media: MediaId(uuid::Uuid::from_u128(id)) }),
        ]
    }

    fn as_json(part: &Part) -> Value {
        let media = |kind: &str, media: &MediaId| {
            let MediaAddress { whole, preview } = address(*media);
            json!({ "type": kind, "originalContentUrl": whole, "previewImageUrl": preview })
        };
        match part {
            Part::Text { text } => json!({ "type": "text", "text": text }),
            Part::Image { media: id } => media("image", id),
            Part::Video { media: id } => media("video", id),
            Part::Template(_) => unreachable!("`part` makes none"),
        }
    }

    proptest! {
        #[test]
        fn a_body_is_what_serde_json_would_write(
            parts in prop::collection::vec(part(), 1..6), name in any::<String>(), to in any::<String>(),
        ) {
            let content = Content { parts };
            let messages: Vec<Value> = content.filled(&name).parts.iter().map(as_json).collect();
            let body = Template::of(&content, address).body(&to, &name);
            prop_assert_eq!(serde_json::from_slice::<Value>(&body).unwrap(), json!({ "to": to, "messages": messages }));
            prop_assert_eq!(Template::of(&content, address).body(&to, &name), body);
        }
    }
}
