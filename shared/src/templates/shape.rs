//! What a template consists of, and the blanks in it.

use serde::{Deserialize, Serialize};

use super::TemplateClass;
use crate::media::MediaKind;

/// What a template consists of, as Meta approved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Shape {
    /// Its name at Meta: lower-case letters, digits, underscores.
    pub name: String,
    /// Its language at Meta, such as `zh_TW`.
    pub language: String,
    /// What Meta takes it for.
    pub class: TemplateClass,
    /// What stands above the text.
    pub header: Option<Header>,
    /// The text, with its blanks: `{{1}}` or `{{first_name}}`.
    pub body: String,
    /// The line below; empty where there is none.
    pub footer: String,
    /// Its buttons, in order.
    pub buttons: Vec<Button>,
    /// Whether its blanks are named: then their names are sent along.
    pub named: bool,
}

/// What stands above the text of a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Header {
    /// A line, which may hold one blank.
    Text {
        /// The line.
        text: String,
    },
    /// A picture, film or document, chosen for each send.
    Media {
        /// Which of them.
        media: MediaKind,
    },
    /// One that this version cannot fill, such as a place on the map.
    Other {
        /// As Meta calls it.
        format: String,
    },
}

/// A button below a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Button {
    /// What stands on it.
    pub text: String,
    /// What it does.
    pub does: ButtonKind,
}

/// What a button of a template does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ButtonKind {
    /// Answers for the customer; what happens then is chosen for each send.
    QuickReply,
    /// Opens an address, which may end in a blank.
    Url {
        /// The address, with `{{1}}` at its end where it is completed for each send.
        address: String,
    },
    /// Calls a number.
    Phone {
        /// The number.
        number: String,
    },
    /// Copies a code, which is a blank.
    CopyCode,
    /// One that this version cannot fill.
    Other {
        /// As Meta calls it.
        what: String,
    },
}

/// Where a blank stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "at", rename_all = "snake_case")]
pub enum Place {
    /// In the header's line.
    Header,
    /// In the text.
    Body,
    /// In a button: the end of its address, or the code that it copies.
    Button {
        /// Its place among the buttons, from 0.
        index: usize,
    },
}

/// A blank of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blank {
    /// Where it stands.
    pub place: Place,
    /// What stands between the braces: a number or a name; `1` for a code.
    pub key: String,
}

impl Shape {
    /// Its blanks in the order in which they are filled in: header, text, buttons. One that stands twice in the text is
    /// one.
    pub fn blanks(&self) -> Vec<Blank> {
        let mut blanks = Vec::new();
        if let Some(Header::Text { text }) = &self.header {
            collect(&mut blanks, Place::Header, text);
        }
        collect(&mut blanks, Place::Body, &self.body);
        if !self.named {
            // By number: the text may name {{2}} before {{1}}.
            let header = blanks.iter().filter(|blank| blank.place == Place::Header).count();
            blanks[header..].sort_by_key(|blank| blank.key.parse::<u32>().unwrap_or(u32::MAX));
        }
        for (index, button) in self.buttons.iter().enumerate() {
            match &button.does {
                ButtonKind::Url { address } => collect(&mut blanks, Place::Button { index }, address),
                ButtonKind::CopyCode => blanks.push(Blank { place: Place::Button { index }, key: "1".into() }),
                ButtonKind::QuickReply | ButtonKind::Phone { .. } | ButtonKind::Other { .. } => {}
            }
        }
        blanks
    }

    /// What the header wants chosen, if it does.
    pub const fn header_media(&self) -> Option<MediaKind> {
        match self.header {
            Some(Header::Media { media }) => Some(media),
            _ => None,
        }
    }

    /// Whether nothing has to be filled in or chosen (domain.md 5: then the step is skipped).
    pub fn is_ready(&self) -> bool {
        self.blanks().is_empty()
            && self.header_media().is_none()
            && !self.buttons.iter().any(|button| button.does == ButtonKind::QuickReply)
    }

    /// Whether this version can fill all of it.
    pub fn is_supported(&self) -> bool {
        !matches!(self.header, Some(Header::Other { .. }))
            && !self.buttons.iter().any(|button| matches!(button.does, ButtonKind::Other { .. }))
    }
}

fn collect(blanks: &mut Vec<Blank>, place: Place, text: &str) {
    for piece in pieces(text) {
        let Piece::Blank(key) = piece else { continue };
        if !blanks.iter().any(|blank| blank.place == place && blank.key == key) {
            blanks.push(Blank { place, key: key.to_owned() });
        }
    }
}

/// A stretch of a template's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    /// As it stands.
    Text(&'t str),
    /// A blank, by what stands between its braces.
    Blank(&'t str),
}

/// Splits a template's text at its blanks, in order and without loss. Braces around anything else are text.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut from, mut look) = (0, 0);
    while let Some(open) = text[look..].find("{{").map(|at| look + at) {
        let Some(close) = text[open..].find("}}").map(|at| open + at) else { break };
        let key = text[open + 2..close].trim();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            look = open + 2;
            continue;
        }
        if from < open {
            found.push(Piece::Text(&text[from..open]));
        }
        found.push(Piece::Blank(key));
        from = close + 2;
        look = from;
    }
    if from < text.len() {
        found.push(Piece::Text(&text[from..]));
    }
    found
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(in crate::templates) fn shape(body: &str) -> Shape {
        Shape {
            name: "new_arrival".into(),
            language: "zh_TW".into(),
            class: TemplateClass::Marketing,
            header: None,
            body: body.into(),
            footer: String::new(),
            buttons: Vec::new(),
            named: false,
        }
    }

    fn keys(shape: &Shape) -> Vec<(Place, String)> {
        shape.blanks().into_iter().map(|blank| (blank.place, blank.key)).collect()
    }

    #[test]
    fn blanks_are_filled_in_from_the_header_to_the_buttons_and_by_number_in_the_text() {
        let mut shape = shape("{{2}} 您好，{{1}} 到貨，{{1}}！");
        shape.header = Some(Header::Text { text: "{{1}} 的邀請".into() });
        let url = |address: &str| Button { text: "看".into(), does: ButtonKind::Url { address: address.into() } };
        shape.buttons = vec![url("https://shop.example/"), url("https://shop.example/{{1}}")];
        let at = |place, key: &str| (place, key.to_owned());
        assert_eq!(
            keys(&shape),
            [at(Place::Header, "1"), at(Place::Body, "1"), at(Place::Body, "2"), at(Place::Button { index: 1 }, "1"),]
        );
        assert!(!shape.is_ready());
    }

    #[test]
    fn named_blanks_keep_their_order_and_braces_around_sentences_are_text() {
        let mut shape = shape("{{ day }} {{first_name}} {{not a blank}} {{}}");
        shape.named = true;
        assert_eq!(keys(&shape), [(Place::Body, "day".to_owned()), (Place::Body, "first_name".to_owned())]);
    }

    #[test]
    fn nothing_to_fill_in_is_ready_and_a_quick_reply_is_a_choice() {
        let mut shape = shape("歡迎光臨");
        assert!(shape.is_ready() && shape.is_supported());
        shape.buttons.push(Button { text: "取消訂閱".into(), does: ButtonKind::QuickReply });
        assert!(!shape.is_ready());
        shape.header = Some(Header::Other { format: "LOCATION".into() });
        assert!(!shape.is_supported());
    }

    proptest! {
        #[test]
        fn pieces_lose_nothing_but_blanks_inside_braces(text in "[a-z{} 您]{0,40}") {
            let joined: usize = pieces(&text).iter().map(|piece| match piece {
                Piece::Text(text) | Piece::Blank(text) => text.len(),
            }).sum();
            prop_assert!(joined <= text.len());
        }
    }
}
