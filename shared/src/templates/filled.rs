//! A template that is filled in for a send, what may stand in its blanks (domain.md 5), and what the customer sees.

use serde::{Deserialize, Serialize};

use super::shape::{Blank, ButtonKind, Header, Piece, Place, Shape, pieces};
use crate::{
    content::{fill_name, is_personal, media_limit},
    id::{MediaId, TemplateId},
    limits::{self, Platform},
    links,
    media::{MediaInfo, MediaKind},
    problem::{Problem, Rule, Unit},
};

/// A template filled in for a send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Filled {
    /// Which template.
    pub template: TemplateId,
    /// What it consisted of when it was picked. The server compares it with what is approved now.
    pub shape: Shape,
    /// What stands in its blanks, in the order of [`Shape::blanks`].
    pub fills: Vec<Fill>,
    /// The picture, film or document of its header.
    pub header: Option<MediaId>,
    /// What its quick replies do, in the order of its buttons; entries of other buttons say nothing.
    pub actions: Vec<QuickReplyAction>,
}

/// What stands in a blank.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Fill {
    /// One line, with [`crate::content::NAME_TOKEN`] where the customer's name goes.
    pub text: String,
    /// What stands for the name of a customer who has none.
    #[serde(default)]
    pub fallback: String,
}

impl Fill {
    /// As this customer gets it.
    pub fn filled(&self, name: &str) -> String {
        fill_name(&self.text, if name.is_empty() { &self.fallback } else { name })
    }
}

/// What a press on a quick reply does here, beside being an answer in the conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum QuickReplyAction {
    /// Nothing more.
    #[default]
    None,
    /// The customer wants no more messages (domain.md 5: opt-out).
    Unsubscribe,
    /// The customer wants messages again.
    Subscribe,
}

impl QuickReplyAction {
    /// What is sent along with the button, and comes back when it is pressed.
    pub const fn payload(self) -> &'static str {
        match self {
            Self::None => "answer",
            Self::Unsubscribe => "unsubscribe=1",
            Self::Subscribe => "subscribe=1",
        }
    }
}

/// A stretch of a template's text once its blanks are filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stretch {
    /// The same for everybody.
    Text(String),
    /// What stands in a blank.
    Fill(String),
    /// A blank that is still empty, by what stands between its braces.
    Blank(String),
}

impl Stretch {
    /// As words; an empty blank stays in its braces.
    fn into_text(self) -> String {
        match self {
            Self::Text(text) | Self::Fill(text) => text,
            Self::Blank(key) => format!("{{{{{key}}}}}"),
        }
    }
}

/// A template as a customer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The line above the text, if it has one.
    pub header: Option<String>,
    /// The picture, film or document above the text, if it has one.
    pub media: Option<(MediaKind, MediaId)>,
    /// The text, with WhatsApp's marks for bold and the like.
    pub body: String,
    /// The line below; empty where there is none.
    pub footer: String,
    /// The buttons.
    pub buttons: Vec<RenderedButton>,
}

/// A button as a customer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedButton {
    /// What stands on it.
    pub text: String,
    /// What it does; an address is complete.
    pub does: ButtonKind,
}

impl Filled {
    /// A template just picked: every blank empty.
    pub fn new(template: TemplateId, shape: Shape) -> Self {
        let fills = vec![Fill::default(); shape.blanks().len()];
        let actions = vec![QuickReplyAction::None; shape.buttons.len()];
        Self { template, shape, fills, header: None, actions }
    }

    /// Its blanks, each with what stands in it.
    pub fn blanks(&self) -> impl Iterator<Item = (Blank, &Fill)> {
        self.shape.blanks().into_iter().zip(&self.fills)
    }

    /// Whether any blank differs from person to person.
    pub fn is_personal(&self) -> bool {
        self.fills.iter().any(|fill| is_personal(&fill.text))
    }

    /// As this customer gets it: her name stands in the fills.
    #[must_use]
    pub fn filled(&self, name: &str) -> Self {
        let fill = |fill: &Fill| Fill { text: fill.filled(name), fallback: String::new() };
        Self { fills: self.fills.iter().map(fill).collect(), ..self.clone() }
    }

    /// What a customer of this name sees. Blanks that are still empty stay in their braces.
    pub fn rendered(&self, name: &str) -> Rendered {
        let header = match &self.shape.header {
            Some(Header::Text { text }) => Some(self.put_in(Place::Header, text, name)),
            _ => None,
        };
        let button = |(index, button): (usize, &super::Button)| {
            let does = match &button.does {
                ButtonKind::Url { address } => {
                    ButtonKind::Url { address: self.put_in(Place::Button { index }, address, name) }
                }
                other => other.clone(),
            };
            RenderedButton { text: button.text.clone(), does }
        };
        Rendered {
            header,
            media: self.shape.header_media().zip(self.header),
            body: self.put_in(Place::Body, &self.shape.body, name),
            footer: self.shape.footer.clone(),
            buttons: self.shape.buttons.iter().enumerate().map(button).collect(),
        }
    }

    fn put_in(&self, place: Place, text: &str, name: &str) -> String {
        self.stretches(place, text, name).into_iter().map(Stretch::into_text).collect()
    }

    /// A text of the template with its blanks filled in as a customer of this name gets it, stretch by stretch: the
    /// header's line, the text, or the address of a button. Nothing where there is no text in this place.
    pub fn in_stretches(&self, place: Place, name: &str) -> Vec<Stretch> {
        let text = match place {
            Place::Header => match &self.shape.header {
                Some(Header::Text { text }) => text,
                _ => return Vec::new(),
            },
            Place::Body => &self.shape.body,
            Place::Button { index } => match self.shape.buttons.get(index).map(|button| &button.does) {
                Some(ButtonKind::Url { address }) => address,
                _ => return Vec::new(),
            },
        };
        self.stretches(place, text, name)
    }

    fn stretches(&self, place: Place, text: &str, name: &str) -> Vec<Stretch> {
        let value = |key: &str| {
            let mut blanks = self.blanks();
            let fill = blanks.find(|(blank, _)| blank.place == place && blank.key == key);
            fill.map(|(_, fill)| fill.filled(name)).filter(|text| !text.is_empty())
        };
        let put = |piece| match piece {
            Piece::Text(text) => Stretch::Text(text.to_owned()),
            Piece::Blank(key) => value(key).map_or_else(|| Stretch::Blank(key.to_owned()), Stretch::Fill),
        };
        pieces(text).into_iter().map(put).collect()
    }

    /// What is wrong with each fill, in the order of [`Self::blanks`]; the longest name of the selection counts.
    pub fn troubles(&self, longest_name: &str) -> Vec<Option<FillTrouble>> {
        self.blanks().map(|(blank, fill)| fill_trouble(&blank, fill, longest_name)).collect()
    }

    /// Links in what the customer sees, those of buttons included (domain.md 7.1).
    pub fn referral_links(&self) -> usize {
        let rendered = self.rendered("");
        let texts = rendered.header.iter().chain([&rendered.body, &rendered.footer]);
        let in_text: usize = texts.map(|text| links::links(text).len()).sum();
        let is_url = |button: &&RenderedButton| matches!(button.does, ButtonKind::Url { .. });
        in_text + rendered.buttons.iter().filter(is_url).count()
    }

    /// Whether a draft may hold it: as many fills and actions as there are places for them, none without end.
    pub(crate) fn check_draft(&self, field: &str) -> Result<(), Problem> {
        let counts = [
            ("fills", self.fills.len(), self.shape.blanks().len()),
            ("actions", self.actions.len(), self.shape.buttons.len()),
        ];
        for (name, given, wanted) in counts {
            if given != wanted {
                let rule = Rule::Malformed { expected: format!("{wanted} of them, one for each place") };
                return Err(Problem::invalid(format!("{field}.{name}"), rule));
            }
        }
        for (i, fill) in self.fills.iter().enumerate() {
            for (name, text) in [("text", &fill.text), ("fallback", &fill.fallback)] {
                let (limit, actual) = (limits::TEMPLATE_FILL as u64, text.chars().count() as u64);
                if actual > limit {
                    let rule = Rule::TooLong { limit, actual, unit: Unit::Characters };
                    return Err(Problem::invalid(format!("{field}.fills[{i}].{name}"), rule));
                }
                if text.contains('\0') {
                    return Err(Problem::invalid(format!("{field}.fills[{i}].{name}"), Rule::ControlCharacter));
                }
            }
        }
        Ok(())
    }

    /// Whether it can be sent: every blank filled in as WhatsApp takes it, the header chosen and of its kind, nothing
    /// too long with the longest name (domain.md 5, providers.md B3).
    pub(crate) fn check(&self, field: &str, longest_name: &str, media: &[MediaInfo]) -> Result<(), Problem> {
        self.check_draft(field)?;
        for (i, trouble) in self.troubles(longest_name).into_iter().enumerate() {
            let Some(FillTrouble { fault, in_fallback }) = trouble else { continue };
            let name = if in_fallback { "fallback" } else { "text" };
            return Err(Problem::invalid(format!("{field}.fills[{i}].{name}"), fault.rule()));
        }
        if let Some(kind) = self.shape.header_media() {
            let field = format!("{field}.header");
            let Some(id) = self.header else { return Err(Problem::invalid(field, Rule::Required)) };
            let Some(known) = media.iter().find(|one| one.id == id && one.kind == kind) else {
                return Err(Problem::invalid(field, Rule::Unknown { count: 1 }));
            };
            let limit = media_limit(kind, &[Platform::Whatsapp]);
            if known.size > limit {
                let rule = Rule::TooLong { limit, actual: known.size, unit: Unit::Bytes };
                return Err(Problem::invalid(field, rule));
            }
        }
        let rendered = self.rendered(longest_name);
        let texts = [
            ("header", rendered.header.unwrap_or_default(), limits::TEMPLATE_HEADER),
            ("body", rendered.body, limits::TEMPLATE_BODY),
        ];
        for (name, text, limit) in texts {
            let actual = text.chars().count();
            if actual > limit {
                let rule = Rule::TooLong { limit: limit as u64, actual: actual as u64, unit: Unit::Characters };
                return Err(Problem::invalid(format!("{field}.{name}"), rule));
            }
        }
        Ok(())
    }
}

/// Four spaces together, which WhatsApp refuses in a blank (providers.md B3).
const WIDE: &str = "    ";

/// What is wrong with what stands in a blank (domain.md 5, providers.md B3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FillFault {
    /// Nothing would stand there.
    Empty,
    /// More than one line.
    Lines,
    /// Four spaces or more together.
    Spaces,
    /// The address of a web page.
    Address,
    /// A space in the end of an address, or in a code.
    Gap,
}

impl FillFault {
    fn rule(self) -> Rule {
        let expected = match self {
            Self::Empty => return Rule::Required,
            Self::Lines => "a single line",
            Self::Spaces => "no more than three spaces together",
            Self::Address => "no address of a web page",
            Self::Gap => "the end of an address, without spaces",
        };
        Rule::Malformed { expected: expected.into() }
    }
}

/// A fault, and in which of the two texts of a [`Fill`] it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FillTrouble {
    /// What is wrong.
    pub fault: FillFault,
    /// Whether it is in what stands for a missing name.
    pub in_fallback: bool,
}

fn fill_trouble(blank: &Blank, fill: &Fill, longest_name: &str) -> Option<FillTrouble> {
    for (in_fallback, text) in [(false, &fill.text), (true, &fill.fallback)] {
        let fault = if text.chars().any(char::is_control) {
            FillFault::Lines
        } else if text.contains(WIDE) {
            FillFault::Spaces
        } else if !links::links(text).is_empty() {
            FillFault::Address
        } else {
            continue;
        };
        return Some(FillTrouble { fault, in_fallback });
    }
    let empty = |in_fallback| Some(FillTrouble { fault: FillFault::Empty, in_fallback });
    // With an empty name and no fallback a blank would be empty, which WhatsApp refuses.
    if fill.text.trim().is_empty() {
        return empty(false);
    }
    if fill.filled("").trim().is_empty() {
        return empty(true);
    }
    let in_button = matches!(blank.place, Place::Button { .. });
    let gap = in_button && fill.filled(longest_name).contains(char::is_whitespace);
    gap.then_some(FillTrouble { fault: FillFault::Gap, in_fallback: false })
}

#[cfg(test)]
#[path = "filled_test.rs"]
mod tests;
