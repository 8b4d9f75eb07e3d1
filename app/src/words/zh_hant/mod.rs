//! 繁體中文.

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
    language: Language::ZhHant,
    common: common::COMMON,
    problems: problems::PROBLEMS,
    reasons: reasons::REASONS,
    sign_in: sign_in::SIGN_IN,
    conversations: conversations::CONVERSATIONS,
    thread: Later::of(Language::ZhHant),
    filter: send::FILTER,
    send: Later::of(Language::ZhHant),
    records: Later::of(Language::ZhHant),
    control: Later::of(Language::ZhHant),
    saved_replies: Later::of(Language::ZhHant),
    media: Later::of(Language::ZhHant),
    attributes: Later::of(Language::ZhHant),
    templates: Later::of(Language::ZhHant),
    figures: Later::of(Language::ZhHant),
    more: Later::of(Language::ZhHant),
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
