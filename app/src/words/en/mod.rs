//! English.

mod common;
mod conversations;
mod more;
mod problems;
mod reasons;
mod records;
mod send;
mod sign_in;
mod thread;

use super::{Language, Words};

pub(super) static WORDS: Words = Words {
    language: Language::En,
    common: common::COMMON,
    problems: problems::PROBLEMS,
    reasons: reasons::REASONS,
    sign_in: sign_in::SIGN_IN,
    conversations: conversations::CONVERSATIONS,
    thread: thread::THREAD,
    send: send::SEND,
    records: records::RECORDS,
    more: more::MORE,
};

/// `one` or `many`, whichever the number asks for.
fn plural<'w>(n: u64, one: &'w str, many: &'w str) -> &'w str {
    if n == 1 { one } else { many }
}
