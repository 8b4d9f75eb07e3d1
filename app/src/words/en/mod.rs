//! English.

mod attributes;
mod common;
mod control;
mod conversations;
mod figures;
mod media;
mod more;
mod problems;
mod reasons;
mod records;
mod saved_replies;
mod send;
mod sign_in;
mod templates;
mod thread;

use super::{Language, Later, Words};

pub(super) static WORDS: Words = Words {
    language: Language::En,
    common: common::COMMON,
    problems: problems::PROBLEMS,
    reasons: reasons::REASONS,
    sign_in: sign_in::SIGN_IN,
    conversations: conversations::CONVERSATIONS,
    thread: Later::of(Language::En),
    filter: send::FILTER,
    send: Later::of(Language::En),
    records: Later::of(Language::En),
    control: Later::of(Language::En),
    saved_replies: Later::of(Language::En),
    media: Later::of(Language::En),
    attributes: Later::of(Language::En),
    templates: Later::of(Language::En),
    figures: Later::of(Language::En),
    more: Later::of(Language::En),
};

pub(super) static THREAD: super::thread::Thread = thread::THREAD;
pub(super) static SEND: super::send::Send = send::SEND;
pub(super) static RECORDS: super::records::Records = records::RECORDS;
pub(super) static CONTROL: super::control::Control = control::CONTROL;
pub(super) static SAVED_REPLIES: super::saved_replies::SavedReplies = saved_replies::SAVED_REPLIES;
pub(super) static MEDIA: super::media::Media = media::MEDIA;
pub(super) static ATTRIBUTES: super::attributes::Attributes = attributes::ATTRIBUTES;
pub(super) static TEMPLATES: super::templates::Templates = templates::TEMPLATES;
pub(super) static FIGURES: super::figures::Figures = figures::FIGURES;
pub(super) static MORE: super::more::More = more::MORE;

/// `one` or `many`, whichever the number asks for.
fn plural<'w>(n: u64, one: &'w str, many: &'w str) -> &'w str {
    if n == 1 { one } else { many }
}
