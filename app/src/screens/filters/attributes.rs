//! Conditions on the customer's custom attributes (自訂屬性), by what each of them holds.

use dioxus::prelude::*;
use shared::{
    attributes::{Attribute, AttributeCondition, AttributeKind, AttributeTest, Number},
    conversations::ConversationFilter,
    id::AttributeId,
    time::Day,
};

use crate::{
    ui::{
        field::{Field, TextField},
        layer::use_unique_id,
        select::{Select, SelectOption},
    },
    words::{Words, use_words},
};

/// What can be asked of an attribute, as the list offers it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    TextIs,
    TextIsNot,
    TextHas,
    Numbers,
    Days,
    Yes,
    No,
    Filled,
    Empty,
}

impl Ask {
    const ALL: [Self; 9] = [
        Self::TextHas,
        Self::TextIs,
        Self::TextIsNot,
        Self::Numbers,
        Self::Days,
        Self::Yes,
        Self::No,
        Self::Filled,
        Self::Empty,
    ];

    /// Whether it can be asked of what holds this.
    fn suits(self, kind: AttributeKind) -> bool {
        match self {
            Self::TextIs | Self::TextIsNot | Self::TextHas => kind == AttributeKind::Text,
            Self::Numbers => kind == AttributeKind::Number,
            Self::Days => matches!(kind, AttributeKind::Date | AttributeKind::Datetime),
            Self::Yes | Self::No => kind == AttributeKind::Boolean,
            Self::Filled | Self::Empty => true,
        }
    }

    fn of(test: &AttributeTest) -> Self {
        match test {
            AttributeTest::Filled => Self::Filled,
            AttributeTest::Empty => Self::Empty,
            AttributeTest::TextIs { .. } => Self::TextIs,
            AttributeTest::TextIsNot { .. } => Self::TextIsNot,
            AttributeTest::TextHas { .. } => Self::TextHas,
            AttributeTest::Numbers { .. } => Self::Numbers,
            AttributeTest::Days { .. } => Self::Days,
            AttributeTest::Is { yes: true } => Self::Yes,
            AttributeTest::Is { yes: false } => Self::No,
        }
    }

    /// The condition, with the text that another one had.
    fn test(self, before: Option<&AttributeTest>) -> AttributeTest {
        let text = || match before {
            Some(
                AttributeTest::TextIs { text } | AttributeTest::TextIsNot { text } | AttributeTest::TextHas { text },
            ) => text.clone(),
            _ => String::new(),
        };
        match self {
            Self::TextIs => AttributeTest::TextIs { text: text() },
            Self::TextIsNot => AttributeTest::TextIsNot { text: text() },
            Self::TextHas => AttributeTest::TextHas { text: text() },
            Self::Numbers => AttributeTest::Numbers { from: None, to: None },
            Self::Days => AttributeTest::Days { from: None, to: None },
            Self::Yes => AttributeTest::Is { yes: true },
            Self::No => AttributeTest::Is { yes: false },
            Self::Filled => AttributeTest::Filled,
            Self::Empty => AttributeTest::Empty,
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::TextIs => "is",
            Self::TextIsNot => "is-not",
            Self::TextHas => "has",
            Self::Numbers | Self::Days => "between",
            Self::Yes => "yes",
            Self::No => "no",
            Self::Filled => "filled",
            Self::Empty => "empty",
        }
    }

    fn words(self, words: &Words) -> &'static str {
        let say = &words.filter.attribute_tests;
        match self {
            Self::TextHas => say[0],
            Self::TextIs => say[1],
            Self::TextIsNot => say[2],
            Self::Numbers | Self::Days => say[3],
            Self::Yes => say[4],
            Self::No => say[5],
            Self::Filled => say[6],
            Self::Empty => say[7],
        }
    }
}

/// The condition on one attribute.
#[component]
pub(super) fn AttributeField(
    attribute: Attribute,
    test: Option<AttributeTest>,
    onchange: EventHandler<Option<AttributeTest>>,
) -> Element {
    let words = use_words();
    let say = &words.filter;
    let id = use_unique_id("attribute");
    let offered = Ask::ALL.into_iter().filter(move |ask| ask.suits(attribute.kind));
    let mut options = vec![SelectOption::new("any", say.any_value)];
    options.extend(offered.clone().map(|ask| SelectOption::new(ask.key(), ask.words(words))));
    let before = test.clone();
    let choose = move |key: String| {
        let ask = offered.clone().find(|ask| ask.key() == key);
        onchange.call(ask.map(|ask| ask.test(before.as_ref())));
    };
    rsx! {
        Field { label: attribute.name.clone(), control: id.clone(),
            Select {
                id,
                value: test.as_ref().map_or("any", |test| Ask::of(test).key()),
                options,
                onchange: choose,
            }
        }
        match test.map(|test| (Ask::of(&test), test)) {
            Some((
                ask,
                AttributeTest::TextIs { text } | AttributeTest::TextIsNot { text } | AttributeTest::TextHas { text },
            )) => {
                rsx! {
                    TextField {
                        label: (say.value_of)(&attribute.name),
                        value: text,
                        maxlength: shared::limits::ATTRIBUTE_TEXT.to_string(),
                        oninput: move |text: String| {
                            onchange.call(Some(ask.test(Some(&AttributeTest::TextIs { text }))));
                        },
                    }
                }
            }
            Some((_, AttributeTest::Numbers { from, to })) => rsx! {
                div { class: "row",
                    NumberField { label: say.from, value: from, onchange: move |from| onchange.call(Some(AttributeTest::Numbers { from, to })) }
                    NumberField { label: say.to, value: to, onchange: move |to| onchange.call(Some(AttributeTest::Numbers { from, to })) }
                }
            },
            Some((_, AttributeTest::Days { from, to })) => rsx! {
                div { class: "row",
                    DayField { label: say.from, value: from, onchange: move |from| onchange.call(Some(AttributeTest::Days { from, to })) }
                    DayField { label: say.to, value: to, onchange: move |to| onchange.call(Some(AttributeTest::Days { from, to })) }
                }
            },
            _ => rsx! {},
        }
    }
}

/// One end of a span of numbers. What is no number is blamed, and asks nothing until it is one.
#[component]
fn NumberField(label: String, value: Option<Number>, onchange: EventHandler<Option<Number>>) -> Element {
    let words = use_words();
    let mut typed = use_signal(|| value.map(|number| number.to_string()).unwrap_or_default());
    let wrong = !typed.read().trim().is_empty() && typed.read().parse::<Number>().is_err();
    rsx! {
        div { class: "grow", "data-basis": "md",
            TextField {
                label,
                value: typed(),
                inputmode: "decimal",
                error: wrong.then(|| words.filter.no_number.to_owned()),
                oninput: move |text: String| {
                    onchange.call(text.parse().ok());
                    typed.set(text);
                },
            }
        }
    }
}

/// One end of a span of days.
#[component]
fn DayField(label: String, value: Option<Day>, onchange: EventHandler<Option<Day>>) -> Element {
    rsx! {
        div { class: "grow", "data-basis": "md",
            TextField {
                label,
                r#type: "date",
                value: value.map(|day| day.to_string()).unwrap_or_default(),
                oninput: move |text: String| onchange.call(text.parse().ok()),
            }
        }
    }
}

/// The condition that a filter has on an attribute.
pub(super) fn test_of(filter: &ConversationFilter, attribute: AttributeId) -> Option<AttributeTest> {
    filter.attributes.iter().find(|one| one.attribute == attribute).map(|one| one.test.clone())
}

/// Puts a condition on an attribute in the place of the one before, or takes it away.
pub(super) fn put_test(filter: &mut ConversationFilter, attribute: AttributeId, test: Option<AttributeTest>) {
    let place = filter.attributes.iter().position(|one| one.attribute == attribute);
    match (place, test) {
        (Some(place), Some(test)) => filter.attributes[place].test = test,
        (Some(place), None) => {
            filter.attributes.remove(place);
        }
        (None, Some(test)) => filter.attributes.push(AttributeCondition { attribute, test }),
        (None, None) => {}
    }
}

/// A condition in words, without the attribute's name.
pub(super) fn test_words(test: &AttributeTest, words: &Words) -> String {
    let say = &words.filter;
    let ask = Ask::of(test).words(words);
    match test {
        AttributeTest::TextIs { text } | AttributeTest::TextIsNot { text } | AttributeTest::TextHas { text } => {
            format!("{ask} {text}")
        }
        AttributeTest::Numbers { from, to } => {
            (say.span)(from.map(|n| n.to_string()).as_deref(), to.map(|n| n.to_string()).as_deref())
        }
        AttributeTest::Days { from, to } => {
            (say.span)(from.map(|day| day.to_string()).as_deref(), to.map(|day| day.to_string()).as_deref())
        }
        _ => ask.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_can_be_asked_for_what_it_holds_and_whether_it_is_there() {
        for kind in AttributeKind::ALL {
            let asks: Vec<Ask> = Ask::ALL.into_iter().filter(|ask| ask.suits(kind)).collect();
            assert!(asks.contains(&Ask::Filled) && asks.contains(&Ask::Empty) && asks.len() > 2, "{kind:?}");
            for ask in asks {
                assert_eq!(Ask::of(&ask.test(None)), ask);
            }
        }
    }

    #[test]
    fn another_comparison_keeps_the_text() {
        let has = AttributeTest::TextHas { text: "金".into() };
        assert_eq!(Ask::TextIs.test(Some(&has)), AttributeTest::TextIs { text: "金".into() });
        assert_eq!(Ask::Numbers.test(Some(&has)), AttributeTest::Numbers { from: None, to: None });
    }

    #[test]
    fn there_is_one_condition_for_each_attribute() {
        let mut filter = ConversationFilter::default();
        let one = AttributeId::default();
        put_test(&mut filter, one, Some(AttributeTest::Filled));
        put_test(&mut filter, one, Some(AttributeTest::Empty));
        assert_eq!((filter.attributes.len(), test_of(&filter, one)), (1, Some(AttributeTest::Empty)));
        put_test(&mut filter, one, None);
        put_test(&mut filter, one, None);
        assert!(filter.is_empty());
    }
}
