//! What is sent: up to five messages in order, with the customer's name filled in where it is wanted.

use serde::{Deserialize, Serialize};

use crate::{
    limits::{self, Platform},
    links,
    problem::{Problem, Rule, Unit},
    text::utf16_len,
};

/// Where the customer's name goes (domain.md 4.4). An empty name leaves nothing behind.
pub const NAME_TOKEN: &str = "{{system:customer_name}}";

/// The messages of one send, in the order in which they are to arrive.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Content {
    /// One to five.
    pub parts: Vec<Part>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Part {
    /// A text.
    Text {
        /// As typed, with [`NAME_TOKEN`] where the name goes.
        text: String,
    },
}

/// What one text came to, for the counter under its card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextCount {
    /// UTF-16 code units with the longest name filled in.
    pub used: usize,
    /// The most that the platform takes.
    pub limit: usize,
    /// Links found in it.
    pub links: usize,
}

impl TextCount {
    /// Whether it fits.
    pub const fn fits(self) -> bool {
        self.used <= self.limit
    }
}

/// Fills the customer's name in. What she is called is hers: it is put in as it is, never read as a token again.
pub fn fill_name(text: &str, name: &str) -> String {
    text.replace(NAME_TOKEN, name)
}

/// Whether this text asks for the name.
pub fn is_personal(text: &str) -> bool {
    text.contains(NAME_TOKEN)
}

/// Counts a text as the platform will, with the longest name of the selection filled in (domain.md 11.27).
pub fn count(text: &str, longest_name: &str) -> TextCount {
    let filled = fill_name(text, longest_name);
    TextCount { used: utf16_len(&filled), limit: text_limit(&[Platform::Line]), links: links::links(text).len() }
}

/// The strictest text limit among the platforms of a selection, in UTF-16 code units.
pub fn text_limit(_platforms: &[Platform]) -> usize {
    limits::LINE_TEXT
}

impl Content {
    /// Links in all its texts: the referral links of the send, the same address twice counting 2 (seed Q&A 1).
    pub fn referral_links(&self) -> usize {
        self.parts.iter().map(|Part::Text { text }| links::links(text).len()).sum()
    }

    /// Whether any part differs from person to person.
    pub fn is_personal(&self) -> bool {
        self.parts.iter().any(|Part::Text { text }| is_personal(text))
    }

    /// The first text, for lists.
    pub fn first_text(&self) -> Option<&str> {
        self.parts.first().map(|Part::Text { text }| text.as_str())
    }

    /// The content as this customer gets it.
    #[must_use]
    pub fn filled(&self, name: &str) -> Self {
        let parts = self.parts.iter().map(|Part::Text { text }| Part::Text { text: fill_name(text, name) }).collect();
        Self { parts }
    }

    /// Whether a draft may hold it: unfinished is fine, beyond the limits is not.
    pub fn check_draft(&self) -> Result<(), Problem> {
        if self.parts.len() > limits::MAX_PARTS {
            let rule = Rule::TooMany { limit: limits::MAX_PARTS as u64, actual: self.parts.len() as u64 };
            return Err(Problem::invalid("content.parts", rule));
        }
        for (i, Part::Text { text }) in self.parts.iter().enumerate() {
            if text.contains('\0') {
                return Err(Problem::invalid(format!("content.parts[{i}].text"), Rule::ControlCharacter));
            }
            // A draft may run over while it is being written, but not without end.
            let used = utf16_len(text);
            if used > 4 * limits::LINE_TEXT {
                let rule =
                    Rule::TooLong { limit: 4 * limits::LINE_TEXT as u64, actual: used as u64, unit: Unit::Utf16 };
                return Err(Problem::invalid(format!("content.parts[{i}].text"), rule));
            }
        }
        Ok(())
    }

    /// Whether it can be sent as it is, with the longest name of the selection: one to five messages, none empty, none
    /// over the platform's limit (seed step 5; providers.md A3).
    pub fn check(&self, longest_name: &str) -> Result<(), Problem> {
        self.check_draft()?;
        if self.parts.is_empty() {
            return Err(Problem::invalid("content.parts", Rule::Required));
        }
        for (i, Part::Text { text }) in self.parts.iter().enumerate() {
            let field = || format!("content.parts[{i}].text");
            // A text that is nothing but the name would be empty for a customer without one.
            if fill_name(text, "").trim().is_empty() {
                return Err(Problem::invalid(field(), Rule::Required));
            }
            let count = count(text, longest_name);
            if !count.fits() {
                let rule = Rule::TooLong { limit: count.limit as u64, actual: count.used as u64, unit: Unit::Utf16 };
                return Err(Problem::invalid(field(), rule));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(texts: &[&str]) -> Content {
        Content { parts: texts.iter().map(|text| Part::Text { text: (*text).to_owned() }).collect() }
    }

    /// Seed step 5: 限五則訊息內容.
    #[test]
    fn five_messages_are_taken_and_the_sixth_is_refused_by_name() {
        assert_eq!(texts(&["a", "b", "c", "d", "e"]).check(""), Ok(()));
        assert_eq!(
            texts(&["a", "b", "c", "d", "e", "f"]).check(""),
            Err(Problem::invalid("content.parts", Rule::TooMany { limit: 5, actual: 6 }))
        );
    }

    #[test]
    fn an_empty_message_is_refused_by_its_place() {
        assert_eq!(texts(&["a", " \n"]).check(""), Err(Problem::invalid("content.parts[1].text", Rule::Required)));
        assert_eq!(texts(&[]).check(""), Err(Problem::invalid("content.parts", Rule::Required)));
        assert_eq!(texts(&[NAME_TOKEN]).check("Ann"), Err(Problem::invalid("content.parts[0].text", Rule::Required)));
    }

    #[test]
    fn emoji_count_twice_and_the_longest_name_counts() {
        assert_eq!(texts(&[&"😀".repeat(2_500)]).check(""), Ok(()));
        let over = format!("{}a", "😀".repeat(2_500));
        let rule = Rule::TooLong { limit: 5_000, actual: 5_001, unit: Unit::Utf16 };
        assert_eq!(texts(&[&over]).check(""), Err(Problem::invalid("content.parts[0].text", rule)));
        let named = format!("{}{NAME_TOKEN}", "a".repeat(4_998));
        assert_eq!(texts(&[&named]).check("Al"), Ok(()));
        assert!(texts(&[&named]).check("Ann").is_err());
    }

    #[test]
    fn an_empty_name_leaves_nothing_behind() {
        assert_eq!(fill_name("您好 {{system:customer_name}}！", ""), "您好 ！");
    }

    #[test]
    fn links_of_all_messages_are_counted() {
        assert_eq!(texts(&["https://a.example https://b.example", "https://a.example"]).referral_links(), 3);
    }

    proptest! {
        #[test]
        fn what_passes_with_the_longest_name_passes_with_a_shorter(
            text in "[a-z😀]{0,20}(\\{\\{system:customer_name\\}\\})?", name in "\\PC{0,30}", cut in 0usize..30,
        ) {
            let shorter: String = name.chars().take(cut).collect();
            prop_assert!(count(&text, &shorter).used <= count(&text, &name).used);
        }
    }
}
