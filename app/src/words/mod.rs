//! The app's words in both languages: one struct per area, so that a missing translation does not compile.

pub mod attributes;
pub mod common;
pub mod control;
pub mod conversations;
mod en;
pub mod figures;
pub mod media;
pub mod more;
pub mod problems;
pub mod reasons;
pub mod records;
pub mod saved_replies;
pub mod send;
pub mod sign_in;
pub mod templates;
pub mod thread;
mod time;
mod zh_hant;

use std::marker::PhantomData;

use chrono::{DateTime, Utc};
use dioxus::prelude::*;
use shared::{limits::Platform, time::Stamp};

use crate::platform::Device;

/// Under this key the device keeps the language that was chosen.
const LANGUAGE: &str = "language";

/// A language of the app.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// 繁體中文.
    #[default]
    ZhHant,
    /// English.
    En,
}

impl Language {
    /// Every language, in the order in which it is offered.
    pub const ALL: [Self; 2] = [Self::ZhHant, Self::En];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::ZhHant => "zh-Hant",
            Self::En => "en",
        }
    }

    /// What it calls itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::ZhHant => "繁體中文",
            Self::En => "English",
        }
    }

    /// Its words.
    pub const fn words(self) -> &'static Words {
        match self {
            Self::ZhHant => &zh_hant::WORDS,
            Self::En => &en::WORDS,
        }
    }

    /// The same, as calls name it that answer in words.
    pub const fn for_calls(self) -> shared::words::Language {
        match self {
            Self::ZhHant => shared::words::Language::ZhHant,
            Self::En => shared::words::Language::En,
        }
    }

    /// Reads a tag back.
    pub fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The language that was chosen on this device; else the first that its person reads and we have. Who reads something
    /// else altogether gets English.
    pub fn of(device: &Device) -> Self {
        if let Some(chosen) = device.read(LANGUAGE).and_then(|tag| Self::parse(&tag)) {
            return chosen;
        }
        let reads = device.languages();
        let ours = |tag: &String| {
            let language = tag.split('-').next().unwrap_or_default();
            match language.to_ascii_lowercase().as_str() {
                "zh" => Some(Self::ZhHant),
                "en" => Some(Self::En),
                _ => None,
            }
        };
        let otherwise = if reads.is_empty() { Self::ZhHant } else { Self::En };
        reads.iter().find_map(ours).unwrap_or(otherwise)
    }

    /// Keeps it as this device's choice.
    pub fn keep(self, device: &Device) {
        // Not kept means asked of the machine again next time.
        let _ = device.write(LANGUAGE, self.tag());
    }
}

/// All words of a language.
pub struct Words {
    /// Whose they are.
    pub language: Language,
    /// What many screens say.
    pub common: common::Common,
    /// What went wrong, and its cure.
    pub problems: problems::Problems,
    /// Why a customer did not get a message.
    pub reasons: reasons::Reasons,
    /// Signing in.
    pub sign_in: sign_in::SignIn,
    /// The list of conversations.
    pub conversations: conversations::Conversations,
    /// One conversation.
    pub thread: Later<thread::Thread>,
    /// The conditions that customers are filtered by.
    pub filter: send::Filter,
    /// The group-send flow.
    pub send: Later<send::Send>,
    /// The records of group sends.
    pub records: Later<records::Records>,
    /// What a person does to a send.
    pub control: Later<control::Control>,
    /// Saved replies.
    pub saved_replies: Later<saved_replies::SavedReplies>,
    /// Pictures and films.
    pub media: Later<media::Media>,
    /// WhatsApp templates.
    pub templates: Later<templates::Templates>,
    /// Custom attributes of customers.
    pub attributes: Later<attributes::Attributes>,
    /// One's own figures.
    pub figures: Later<figures::Figures>,
    /// Oneself and the settings of this device.
    pub more: Later<more::More>,
}

/// The words of an area whose screens are loaded when they are opened. They are looked up where they are used, so that they come with
/// these screens: what names them in the first screen has the whole area loaded with it.
pub struct Later<Area> {
    language: Language,
    area: PhantomData<Area>,
}

impl<Area> Later<Area> {
    const fn of(language: Language) -> Self {
        Self { language, area: PhantomData }
    }
}

macro_rules! later {
    ($($area:ty = $words:ident,)*) => {$(
        impl std::ops::Deref for Later<$area> {
            type Target = $area;
            fn deref(&self) -> &$area {
                match self.language {
                    Language::ZhHant => &zh_hant::$words,
                    Language::En => &en::$words,
                }
            }
        }
    )*};
}

later! {
    thread::Thread = THREAD,
    send::Send = SEND,
    records::Records = RECORDS,
    control::Control = CONTROL,
    saved_replies::SavedReplies = SAVED_REPLIES,
    media::Media = MEDIA,
    attributes::Attributes = ATTRIBUTES,
    templates::Templates = TEMPLATES,
    figures::Figures = FIGURES,
    more::More = MORE,
}

/// Sentences as one text. Chinese ones follow each other without a space.
pub fn sentences(parts: &[&str]) -> String {
    let mut text = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if !text.is_empty() && !text.ends_with('。') {
            text.push(' ');
        }
        text.push_str(part);
    }
    text
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        self.language == other.language
    }
}

impl Words {
    /// When something was, as people say it: 剛剛 / 5 分鐘前 / 13:40 / 昨天 14:20 / 11/03 (ux.md, "The kit").
    pub fn when(&self, at: Stamp, now: DateTime<Utc>) -> String {
        time::when(&self.common, at, now)
    }

    /// A day: 今天 / 昨天 / 11/03 週二.
    pub fn day(&self, at: Stamp, now: DateTime<Utc>) -> String {
        time::day(&self.common, at, now)
    }

    /// How long something still is open (milliseconds): 30 分 / 23 小時.
    pub fn left(&self, ms: i64) -> String {
        time::left(&self.common, ms)
    }

    /// How long something has lasted: 30 分 / 2 小時 / 3 天.
    pub fn lasted(&self, since: Stamp, now: DateTime<Utc>) -> String {
        time::lasted(&self.common, since, now)
    }

    /// A name, or what stands for a missing one.
    pub fn name<'a>(&'a self, name: &'a str) -> &'a str {
        if name.trim().is_empty() { self.common.nameless } else { name }
    }
}

/// A date and time to the minute, in figures alone: `11/03 14:20`.
pub fn moment(at: Stamp) -> String {
    at.format("%m/%d %H:%M").to_string()
}

/// The time of day, in figures alone: `14:20`.
pub fn clock(at: Stamp) -> String {
    at.format("%H:%M").to_string()
}

/// What a platform calls itself.
pub const fn platform(platform: Platform) -> &'static str {
    match platform {
        Platform::Line => "LINE",
        Platform::Whatsapp => "WhatsApp",
    }
}

/// A number with thousands marks: `1,284`.
pub fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut marked = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            marked.push(',');
        }
        marked.push(digit);
    }
    marked
}

/// The language, in context.
#[derive(Clone, Copy, PartialEq)]
pub struct Spoken(pub Signal<Language>);

/// The words of the language that is spoken now; the component is drawn again when that changes.
pub fn use_words() -> &'static Words {
    use_hook(consume_context::<Spoken>).0.read().words()
}

/// The moment, in context: it moves on every half minute, so that 剛剛 does not stay true for ever.
#[derive(Clone, Copy, PartialEq)]
pub struct Now(pub Signal<DateTime<Utc>>);

/// The moment, to half a minute.
pub fn use_now() -> DateTime<Utc> {
    *use_hook(consume_context::<Now>).0.read()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Memory;

    #[test]
    fn numbers_have_thousands_marks() {
        for (n, marked) in [(0, "0"), (999, "999"), (1_284, "1,284"), (50_000, "50,000"), (1_234_567, "1,234,567")] {
            assert_eq!(number(n), marked);
        }
    }

    #[test]
    fn the_language_is_the_chosen_one_else_the_readers_else_english() {
        let device = |language| Device::memory(Memory { language, ..Memory::default() });
        assert_eq!(Language::of(&device("zh-TW")), Language::ZhHant);
        assert_eq!(Language::of(&device("en-GB")), Language::En);
        assert_eq!(Language::of(&device("ja")), Language::En);
        let chosen = device("en");
        Language::ZhHant.keep(&chosen);
        assert_eq!(Language::of(&chosen), Language::ZhHant);
    }
}
