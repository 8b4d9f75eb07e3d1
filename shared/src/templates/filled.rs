//! A template that is filled in for a send, what may stand in its blanks (domain.md 5), and what the customer sees.

use serde::{Deserialize, Serialize};

use super::shape::{Blank, ButtonKind, Header, Piece, Place, Shape, pieces};
use crate::{
    content::{fill_name, is_personal},
    id::{MediaId, TemplateId},
    limits, links,
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
    /// The picture or film of its header.
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
    /// The picture or film above the text, if it has one.
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

    /// A text of the template with its blanks filled in as a customer of this name gets it, stretch by stretch: the header's line,
    /// the text, or the address of a button. Nothing where there is no text in this place.
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

    /// Whether it can be sent: every blank filled in as WhatsApp takes it, the header chosen and of its kind, nothing too
    /// long with the longest name (domain.md 5, providers.md B3).
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
            let limit = match kind {
                MediaKind::Image => limits::IMAGE_SENT_BYTES,
                MediaKind::Video => limits::SMALL_VIDEO_BYTES,
            };
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
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;
    use uuid::Uuid;

    use super::*;
    use crate::{
        content::NAME_TOKEN,
        templates::{Button, shape::tests::shape},
    };

    fn filled(body: &str, fills: &[(&str, &str)]) -> Filled {
        let mut filled = Filled::new(TemplateId(Uuid::from_u128(1)), shape(body));
        for (fill, (text, fallback)) in filled.fills.iter_mut().zip(fills) {
            *fill = Fill { text: (*text).into(), fallback: (*fallback).into() };
        }
        filled
    }

    fn check(filled: &Filled) -> Result<(), Problem> {
        filled.check("t", "林", &[])
    }

    #[test]
    fn a_nameless_customer_gets_the_fallback() {
        let filled = filled("{{1}} 您好，{{2}} 到貨", &[(NAME_TOKEN, "貴賓"), ("新品", "")]);
        assert_eq!(check(&filled), Ok(()));
        assert_eq!(filled.rendered("林雅婷").body, "林雅婷 您好，新品 到貨");
        assert_eq!(filled.rendered("").body, "貴賓 您好，新品 到貨");
        assert!(filled.is_personal());
        let frozen = filled.filled("");
        assert_eq!((frozen.rendered("x").body.as_str(), frozen.is_personal()), ("貴賓 您好，新品 到貨", false));
    }

    #[test]
    fn empty_blanks_stay_in_their_braces_in_the_preview() {
        assert_eq!(filled("{{1}} 和 {{2}}", &[("甲", "")]).rendered("").body, "甲 和 {{2}}");
    }

    #[test]
    fn stretches_tell_what_was_filled_in_and_what_is_still_empty() {
        let mut filled = filled("{{1}} 您好，{{2}}", &[(NAME_TOKEN, "")]);
        let does = ButtonKind::Url { address: "https://shop.example/{{1}}".into() };
        filled.shape.buttons = vec![Button { text: "看".into(), does }];
        filled.fills.push(Fill { text: "new".into(), fallback: String::new() });
        let (text, fill) = (|text: &str| Stretch::Text(text.into()), |text: &str| Stretch::Fill(text.into()));
        let body = [fill("林"), text(" 您好，"), Stretch::Blank("2".into())];
        assert_eq!(filled.in_stretches(Place::Body, "林"), body);
        let button = [text("https://shop.example/"), fill("new")];
        assert_eq!(filled.in_stretches(Place::Button { index: 0 }, "林"), button);
        assert_eq!(filled.in_stretches(Place::Header, "林"), []);
    }

    #[test]
    fn every_fill_has_a_fault_of_its_own() {
        let filled = filled("{{1}} {{2}} {{3}}", &[("a\tb", ""), ("新品", ""), (NAME_TOKEN, "https://a.example")]);
        let trouble = |fault, in_fallback| Some(FillTrouble { fault, in_fallback });
        let expected = [trouble(FillFault::Lines, false), None, trouble(FillFault::Address, true)];
        assert_eq!(filled.troubles(""), expected);
    }

    /// domain.md 5 (filling rules) and providers.md B3.
    #[rstest]
    #[case("", "", "t.fills[0].text", Rule::Required)]
    #[case(NAME_TOKEN, "", "t.fills[0].fallback", Rule::Required)]
    #[case("a\nb", "", "t.fills[0].text", Rule::Malformed { expected: "a single line".into() })]
    #[case("a    b", "", "t.fills[0].text", Rule::Malformed { expected: "no more than three spaces together".into() })]
    #[case("看 https://a.example", "", "t.fills[0].text", Rule::Malformed { expected: "no address of a web page".into() })]
    fn what_whatsapp_refuses_in_a_blank_is_refused_here(
        #[case] text: &str,
        #[case] fallback: &str,
        #[case] field: &str,
        #[case] rule: Rule,
    ) {
        assert_eq!(check(&filled("{{1}}！", &[(text, fallback)])), Err(Problem::invalid(field, rule)));
    }

    #[test]
    fn the_end_of_an_address_has_no_spaces_and_counts_as_a_link() {
        let mut shape = shape("看看");
        let does = ButtonKind::Url { address: "https://shop.example/{{1}}".into() };
        shape.buttons = vec![Button { text: "開啟".into(), does }];
        let mut filled = Filled::new(TemplateId(Uuid::from_u128(1)), shape);
        filled.fills[0].text = "new arrivals".into();
        assert!(matches!(check(&filled), Err(Problem::Invalid { field, .. }) if field == "t.fills[0].text"));
        filled.fills[0].text = "new?utm_source=store".into();
        assert_eq!(check(&filled), Ok(()));
        let does = ButtonKind::Url { address: "https://shop.example/new?utm_source=store".into() };
        assert_eq!(filled.rendered("").buttons, [RenderedButton { text: "開啟".into(), does }]);
        assert_eq!(filled.referral_links(), 1);
    }

    #[test]
    fn a_header_wants_a_medium_of_its_kind_that_whatsapp_takes() {
        let mut shape = shape("看看");
        shape.header = Some(Header::Media { media: MediaKind::Video });
        let mut filled = Filled::new(TemplateId(Uuid::from_u128(1)), shape);
        assert_eq!(check(&filled), Err(Problem::invalid("t.header", Rule::Required)));
        let film = MediaInfo {
            id: MediaId(Uuid::from_u128(2)),
            kind: MediaKind::Video,
            mime: "video/mp4".into(),
            size: limits::SMALL_VIDEO_BYTES,
            width: 4,
            height: 3,
            duration_ms: None,
            url: String::new(),
            preview_url: String::new(),
        };
        filled.header = Some(film.id);
        assert_eq!(filled.check("t", "", std::slice::from_ref(&film)), Ok(()));
        let picture = MediaInfo { kind: MediaKind::Image, ..film.clone() };
        assert_eq!(filled.check("t", "", &[picture]), Err(Problem::invalid("t.header", Rule::Unknown { count: 1 })));
        let large = MediaInfo { size: film.size + 1, ..film };
        let (limit, actual) = (limits::SMALL_VIDEO_BYTES, large.size);
        let too_long = Rule::TooLong { limit, actual, unit: Unit::Bytes };
        assert_eq!(filled.check("t", "", &[large]), Err(Problem::invalid("t.header", too_long)));
    }

    #[test]
    fn the_longest_name_counts_against_the_text() {
        let body = format!("{}{{{{1}}}}", "字".repeat(limits::TEMPLATE_BODY - 2));
        let filled = filled(&body, &[(NAME_TOKEN, "您")]);
        assert_eq!(filled.check("t", "王五", &[]), Ok(()));
        let (limit, actual) = (limits::TEMPLATE_BODY as u64, limits::TEMPLATE_BODY as u64 + 1);
        let rule = Rule::TooLong { limit, actual, unit: Unit::Characters };
        assert_eq!(filled.check("t", "歐陽修", &[]), Err(Problem::invalid("t.body", rule)));
    }

    #[test]
    fn a_draft_of_another_shape_is_refused() {
        let mut filled = filled("{{1}}", &[("a", "")]);
        filled.fills.clear();
        assert!(matches!(filled.check_draft("t"), Err(Problem::Invalid { field, .. }) if field == "t.fills"));
    }

    proptest! {
        /// What the check passes leaves no blank empty, whatever the name.
        #[test]
        fn what_passes_fills_every_blank(text in "\\PC{0,20}", fallback in "\\PC{0,10}", name in "\\PC{0,10}") {
            let filled = filled("您好 {{1}}。", &[(&text, &fallback)]);
            if filled.check("t", &name, &[]).is_ok() && !name.trim().is_empty() {
                let body = filled.rendered(&name).body;
                prop_assert!(body.starts_with("您好 ") && body.ends_with('。'));
                prop_assert!(!body["您好 ".len()..body.len() - '。'.len_utf8()].trim().is_empty());
            }
        }
    }
}
