//! Words of one's own figures.

/// One's own figures.
pub struct Figures {
    /// The screen, and its entry under More.
    pub title: &'static str,
    /// What the entry leads to.
    pub about: &'static str,
    /// Goes back.
    pub back: &'static str,
    /// The days that are shown.
    pub period: &'static str,
    /// All days together.
    pub total: &'static str,
    /// So many group sends.
    pub sends: fn(u64) -> String,
    /// The share that was accepted, in percent and as a fraction.
    pub succeeded: fn(&str, &str) -> String,
    /// Links in the messages, and how they are counted.
    pub links: (&'static str, &'static str),
    /// Links that reached somebody, and how they are counted.
    pub link_deliveries: (&'static str, &'static str),
    /// By day.
    pub by_day: &'static str,
    /// Nothing was sent in these days.
    pub none: &'static str,
    /// It loads.
    pub loading: &'static str,
    /// It could not be loaded.
    pub failed: &'static str,
}
