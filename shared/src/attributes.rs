//! Custom attributes (自訂屬性): fields of a customer that the team made up, their values, and conditions on them.

use std::{fmt, str::FromStr};

use chrono::NaiveDateTime;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{
    call::{Done, call},
    id::{AttributeId, ConversationId},
    limits,
    named::named,
    problem::{Problem, Rule},
    text::check_line,
    time::Day,
};

named! {
    /// What an attribute holds.
    #[derive(Default)]
    pub enum AttributeKind, "kind of attribute" {
        /// A line of text.
        #[default]
        Text = "text",
        /// A number with up to three decimals.
        Number = "number",
        /// A day.
        Date = "date",
        /// A moment.
        Datetime = "datetime",
        /// Yes or no.
        Boolean = "boolean",
    }
}

/// An attribute that customers of the team can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Attribute {
    /// Its id.
    pub id: AttributeId,
    /// Its name, unique in the team.
    pub name: String,
    /// What it holds.
    pub kind: AttributeKind,
}

/// A number in thousandths, so that no comparison depends on rounding. It travels as text, such as `"12.5"`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Number(pub i64);

impl Number {
    /// The largest, up and down: twelve digits before the point.
    pub const MOST: i64 = 999_999_999_999_999;
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, part) = (self.0.unsigned_abs() / 1_000, self.0.unsigned_abs() % 1_000);
        if part == 0 {
            return write!(f, "{sign}{whole}");
        }
        let digits = format!("{part:03}");
        write!(f, "{sign}{whole}.{}", digits.trim_end_matches('0'))
    }
}

impl FromStr for Number {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is no number of at most 12 digits and 3 decimals");
        let (negative, rest) = text.trim().strip_prefix('-').map_or((false, text.trim()), |rest| (true, rest));
        let (whole, part) = rest.split_once('.').unwrap_or((rest, ""));
        let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || whole.len() > 12 || part.len() > 3 || !is_digits(whole) || !is_digits(part) {
            return Err(wrong());
        }
        let thousandths: i64 = format!("{whole}{part:0<3}").parse().map_err(|_| wrong())?;
        Ok(Self(if negative { -thousandths } else { thousandths }))
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl schemars::JsonSchema for Number {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,3})?$" })
    }
}

/// A value of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "kind", content = "value", rename_all = "snake_case")]
pub enum AttributeValue {
    /// A line of text, at most 200 characters.
    Text(String),
    /// A number.
    Number(Number),
    /// A day.
    Date(Day),
    /// A moment, by the clocks of the team's zone, such as `2026-11-20T14:00:00`.
    Datetime(NaiveDateTime),
    /// Yes or no.
    Boolean(bool),
}

impl AttributeValue {
    /// What it is a value of.
    pub const fn kind(&self) -> AttributeKind {
        match self {
            Self::Text(_) => AttributeKind::Text,
            Self::Number(_) => AttributeKind::Number,
            Self::Date(_) => AttributeKind::Date,
            Self::Datetime(_) => AttributeKind::Datetime,
            Self::Boolean(_) => AttributeKind::Boolean,
        }
    }
}

/// A condition on one attribute of the customer. One that asks for another kind than the attribute holds is met by
/// nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct AttributeCondition {
    /// Which.
    pub attribute: AttributeId,
    /// What must hold of it.
    #[serde(flatten)]
    pub test: AttributeTest,
}

/// What must hold of an attribute. Who has no value for it meets [`AttributeTest::Empty`] only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "test", rename_all = "snake_case")]
pub enum AttributeTest {
    /// It has a value.
    Filled,
    /// It has none.
    Empty,
    /// The text is this, whatever its case and width.
    TextIs {
        /// This.
        text: String,
    },
    /// The text is another.
    TextIsNot {
        /// This.
        text: String,
    },
    /// The text has this in it.
    TextHas {
        /// This.
        text: String,
    },
    /// The number is not below the one and not above the other; an absent end is open.
    Numbers {
        /// The least.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Number>,
        /// The most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Number>,
    },
    /// The day, or the moment's day in the team's calendar, is one of these, both ends included; an absent end is open.
    Days {
        /// The first day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Day>,
        /// The last day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Day>,
    },
    /// It is yes, or it is no.
    Is {
        /// Which.
        yes: bool,
    },
}

impl AttributeTest {
    /// Whether its values are within bounds; `field` is where it stands in the request.
    pub fn check(&self, field: &str) -> Result<(), Problem> {
        let ordered = "an end that is not before the beginning, and at least one of them";
        let wrong = || Err(Problem::invalid(format!("{field}.to"), Rule::Malformed { expected: ordered.into() }));
        match self {
            Self::TextIs { text } | Self::TextIsNot { text } | Self::TextHas { text } => {
                check_line(&format!("{field}.text"), text, limits::ATTRIBUTE_TEXT)
            }
            Self::Numbers { from, to } if !in_order(*from, *to) => wrong(),
            Self::Days { from, to } if !in_order(*from, *to) => wrong(),
            Self::Filled | Self::Empty | Self::Is { .. } | Self::Numbers { .. } | Self::Days { .. } => Ok(()),
        }
    }
}

/// Whether at least one end is given and they are not upside down.
fn in_order<T: PartialOrd>(from: Option<T>, to: Option<T>) -> bool {
    match (from, to) {
        (None, None) => false,
        (Some(from), Some(to)) => from <= to,
        _ => true,
    }
}

/// The team's attributes, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListAttributes {}
call!(ListAttributes {}: Get "/attributes" -> Vec<Attribute>, needs SignedIn, "The team's custom attributes, by name.", []);

/// Makes an attribute, or renames one; what it holds cannot change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SaveAttribute {
    /// Drawn by the client.
    #[serde(skip)]
    pub id: AttributeId,
    /// Its name, unique in the team.
    pub name: String,
    /// What it holds.
    pub kind: AttributeKind,
}
call!(SaveAttribute { id }: Put "/attributes/{id}" -> Attribute, needs ManageAttributes, "Makes or renames a custom attribute of customers.", [Invalid]);

impl SaveAttribute {
    /// Whether its name is within bounds.
    pub fn check(&self) -> Result<(), Problem> {
        check_line("name", &self.name, limits::ATTRIBUTE_NAME)
    }
}

/// The attributes of a conversation's customer that have a value, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ShowAttributes {
    /// The conversation.
    #[serde(skip)]
    pub id: ConversationId,
}
call!(ShowAttributes { id }: Get "/conversations/{id}/attributes" -> Vec<FilledAttribute>, needs ReadConversations, "The custom attributes of a conversation's customer.", [Missing]);

/// An attribute of a customer with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct FilledAttribute {
    /// The attribute.
    pub attribute: Attribute,
    /// Its value.
    pub value: AttributeValue,
}

/// Sets an attribute of a conversation's customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SetAttribute {
    /// The conversation.
    #[serde(skip)]
    pub id: ConversationId,
    /// The attribute.
    #[serde(skip)]
    pub attribute: AttributeId,
    /// The value, of the attribute's kind.
    pub value: AttributeValue,
}
call!(SetAttribute { id, attribute }: Put "/conversations/{id}/attributes/{attribute}" -> Done, needs Converse, "Sets a custom attribute of a conversation's customer.", [Missing, Invalid]);

impl SetAttribute {
    /// Whether its value is within bounds.
    pub fn check(&self) -> Result<(), Problem> {
        match &self.value {
            AttributeValue::Text(text) => check_line("value", text, limits::ATTRIBUTE_TEXT),
            _ => Ok(()),
        }
    }
}

/// Takes the value of an attribute away from a conversation's customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ClearAttribute {
    /// The conversation.
    #[serde(skip)]
    pub id: ConversationId,
    /// The attribute.
    #[serde(skip)]
    pub attribute: AttributeId,
}
call!(ClearAttribute { id, attribute }: Delete "/conversations/{id}/attributes/{attribute}" -> Done, needs Converse, "Takes the value of a custom attribute away from a conversation's customer.", [Missing]);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case("12.5", Some(12_500))]
    #[case("-0.001", Some(-1))]
    #[case(" 7 ", Some(7_000))]
    #[case("1.2345", None)]
    #[case("1e3", None)]
    #[case("", None)]
    #[case("-", None)]
    #[case(".5", None)]
    #[case("1234567890123", None)]
    #[case("١", None)]
    fn a_number_is_read_exactly_or_not_at_all(#[case] text: &str, #[case] expected: Option<i64>) {
        assert_eq!(text.parse().ok().map(|Number(thousandths)| thousandths), expected);
    }

    #[test]
    fn ends_may_be_open_but_not_both_and_not_upside_down() {
        let numbers =
            |from: Option<i64>, to: Option<i64>| AttributeTest::Numbers { from: from.map(Number), to: to.map(Number) };
        assert!(numbers(Some(1), None).check("x").is_ok());
        assert!(numbers(Some(1), Some(1)).check("x").is_ok());
        assert!(numbers(None, None).check("x").is_err());
        assert!(numbers(Some(2), Some(1)).check("x").is_err());
    }

    #[test]
    fn a_condition_travels_flat() {
        let condition = AttributeCondition {
            attribute: AttributeId::default(),
            test: AttributeTest::Numbers { from: Some(Number(1_500)), to: None },
        };
        let json = serde_json::to_value(&condition).unwrap();
        assert_eq!((&json["test"], &json["from"]), (&"numbers".into(), &"1.5".into()));
        assert_eq!(serde_json::from_value::<AttributeCondition>(json).unwrap(), condition);
    }

    proptest! {
        #[test]
        fn a_number_reads_back(thousandths in -Number::MOST..=Number::MOST) {
            prop_assert_eq!(Number(thousandths).to_string().parse(), Ok(Number(thousandths)));
        }
    }
}
