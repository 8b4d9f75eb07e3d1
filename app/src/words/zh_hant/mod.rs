//! 繁體中文.

mod attributes;
mod common;
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
mod thread;

use super::{Language, Words};

pub(super) static WORDS: Words = Words {
    language: Language::ZhHant,
    common: common::COMMON,
    problems: problems::PROBLEMS,
    reasons: reasons::REASONS,
    sign_in: sign_in::SIGN_IN,
    conversations: conversations::CONVERSATIONS,
    thread: thread::THREAD,
    send: send::SEND,
    records: records::RECORDS,
    saved_replies: saved_replies::SAVED_REPLIES,
    media: media::MEDIA,
    attributes: attributes::ATTRIBUTES,
    figures: figures::FIGURES,
    more: more::MORE,
};
