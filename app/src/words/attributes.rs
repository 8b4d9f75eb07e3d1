//! Words of custom attributes.

use shared::attributes::AttributeKind;

/// Custom attributes (自訂屬性).
pub struct Attributes {
    /// The sheet of a customer's attributes, and its entry in the menu.
    pub title: &'static str,
    /// The team has none: for who can make some, and for who cannot.
    pub none: [&'static str; 2],
    /// Keeps what was changed.
    pub save: &'static str,
    /// What was typed is no value of this kind.
    pub wrong: fn(AttributeKind) -> &'static str,
    /// No value, yes, no.
    pub answers: [&'static str; 3],
    /// Was kept.
    pub saved: &'static str,
    /// The screen on which they are made.
    pub manage: &'static str,
    /// What its entry under More leads to, in a few words.
    pub manage_text: &'static str,
    /// What they are for.
    pub about: &'static str,
    /// The name of a new one.
    pub name: &'static str,
    /// What a new one holds.
    pub kind: &'static str,
    /// The kinds in words.
    pub kinds: fn(AttributeKind) -> &'static str,
    /// Makes it.
    pub add: &'static str,
    /// Renames one.
    pub rename: fn(&str) -> String,
    /// Goes back.
    pub back: &'static str,
}
