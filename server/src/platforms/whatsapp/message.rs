//! Messages as WhatsApp takes them: one call each, prepared once per send (providers.md B1).

use std::collections::HashMap;

use bytes::Bytes;
use shared::{
    content::{Content, NAME_TOKEN, Part, fill_name},
    id::MediaId,
    links,
    media::MediaKind,
    templates::{Blank, ButtonKind, Fill, Filled, Place},
};

use super::wire::{Body, Component, Document, Language, Medium, Message, Parameter, Template, Text};

/// What an address of a BSUID begins with in `delivery.address`.
const BSUID: &str = "bsuid:";

/// Whom a message is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum To {
    /// A phone number with its `+`: without it Meta would put our own country's code before it.
    Phone(String),
    /// Meta's own id of a person with a username, such as `US.13491208655302741918`.
    Bsuid(String),
}

impl To {
    /// Reads an address of a delivery: `+886…` or `bsuid:US.123…`.
    pub fn read(address: &str) -> Self {
        match address.strip_prefix(BSUID) {
            Some(bsuid) => Self::Bsuid(bsuid.to_owned()),
            None => Self::Phone(address.to_owned()),
        }
    }
}

/// A medium that WhatsApp has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadedMedium {
    /// What WhatsApp calls it.
    pub id: String,
    /// What a document is called on the customer's telephone.
    pub name: Option<String>,
}

/// The messages of a send, ready to be addressed. The same recipient, name and media give the same bytes, so that a try
/// can be compared with the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    content: Content,
}

impl Prepared {
    /// Prepares the content, which must have passed [`Content::check`].
    pub fn of(content: &Content) -> Self {
        Self { content: content.clone() }
    }

    /// How many messages it is, each a call of its own.
    pub fn parts(&self) -> usize {
        self.content.parts.len()
    }

    /// What has to be uploaded before, a template's header included; the same one twice is named twice.
    pub fn media(&self) -> impl Iterator<Item = MediaId> {
        self.content.media().map(|(_, media)| media)
    }

    /// The body of one message. `callback` comes back with every status of it; `media` holds what was uploaded. None
    /// where there is no such message or its upload is missing.
    pub fn body(
        &self,
        part: usize,
        to: &To,
        name: &str,
        callback: &str,
        media: &HashMap<MediaId, UploadedMedium>,
    ) -> Option<Bytes> {
        let uploaded = |id: MediaId| media.get(&id);
        let message = match self.content.parts.get(part)? {
            Part::Text { text } => {
                let body = fill_name(text, name);
                Message::Text { text: Text { preview_url: !links::links(&body).is_empty(), body } }
            }
            Part::Image { media } => Message::Image { image: medium(uploaded(*media)?) },
            Part::Video { media } => Message::Video { video: medium(uploaded(*media)?) },
            Part::Template(filled) => Message::Template { template: template(filled, name, uploaded)? },
        };
        let (to, recipient) = match to {
            To::Phone(phone) => (Some(phone.as_str()), None),
            To::Bsuid(bsuid) => (None, Some(bsuid.as_str())),
        };
        let body = Body {
            messaging_product: "whatsapp",
            recipient_type: "individual",
            to,
            recipient,
            biz_opaque_callback_data: callback,
            message,
        };
        serde_json::to_vec(&body).ok().map(Bytes::from)
    }
}

fn template<'a>(
    filled: &'a Filled,
    name: &str,
    uploaded: impl Fn(MediaId) -> Option<&'a UploadedMedium>,
) -> Option<Template<'a>> {
    let name = one_line(name);
    let texts = |place: Place| -> Vec<Parameter<'a>> {
        let here = filled.blanks().filter(|(blank, _)| blank.place == place);
        here.map(|(blank, fill)| parameter(filled.shape.named, blank, fill, &name)).collect()
    };
    let mut components = Vec::new();
    let header = match filled.shape.header_media() {
        Some(kind) => vec![header_medium(kind, uploaded(filled.header?)?)],
        None => texts(Place::Header),
    };
    if !header.is_empty() {
        components.push(Component::Header { parameters: header });
    }
    let body = texts(Place::Body);
    if !body.is_empty() {
        components.push(Component::Body { parameters: body });
    }
    components.extend((0..filled.shape.buttons.len()).filter_map(|index| button(filled, index, &name)));
    let shape = &filled.shape;
    Some(Template { name: &shape.name, language: Language { code: &shape.language }, components })
}

fn medium(uploaded: &UploadedMedium) -> Medium<'_> {
    Medium { id: &uploaded.id }
}

fn header_medium(kind: MediaKind, uploaded: &UploadedMedium) -> Parameter<'_> {
    match kind {
        MediaKind::Image => Parameter::Image { image: medium(uploaded) },
        MediaKind::Video => Parameter::Video { video: medium(uploaded) },
        MediaKind::Document => {
            Parameter::Document { document: Document { id: &uploaded.id, filename: uploaded.name.as_deref() } }
        }
    }
}

fn parameter<'a>(named: bool, blank: Blank, fill: &Fill, name: &str) -> Parameter<'a> {
    Parameter::Text { parameter_name: named.then_some(blank.key), text: fill.filled(name) }
}

/// What a button is completed with; none for one that stands as it was approved.
fn button<'a>(filled: &'a Filled, index: usize, name: &str) -> Option<Component<'a>> {
    let fill = filled.blanks().find(|(blank, _)| blank.place == Place::Button { index }).map(|(_, fill)| fill);
    let (sub_type, parameter) = match &filled.shape.buttons.get(index)?.does {
        ButtonKind::QuickReply => {
            let action = filled.actions.get(index).copied().unwrap_or_default();
            ("quick_reply", Parameter::Payload { payload: action.payload() })
        }
        ButtonKind::Url { .. } => ("url", Parameter::Text { parameter_name: None, text: in_address(fill?, name) }),
        ButtonKind::CopyCode => ("copy_code", Parameter::CouponCode { coupon_code: fill?.filled(name) }),
        ButtonKind::Phone { .. } | ButtonKind::Other { .. } => return None,
    };
    Some(Component::Button { sub_type, index: index.to_string(), parameters: vec![parameter] })
}

/// The end of an address. A name in it is escaped: hers may hold spaces, or a `#` that would cut the address off.
fn in_address(fill: &Fill, name: &str) -> String {
    if !fill.text.contains(NAME_TOKEN) {
        return fill.text.clone();
    }
    fill.filled(&form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20"))
}

/// A name as a blank takes it: WhatsApp refuses line breaks, tabs and four spaces together (providers.md B3), and a
/// customer may be called anything.
fn one_line(name: &str) -> String {
    let plain = name.replace(char::is_control, " ");
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
#[path = "message_test.rs"]
mod tests;
