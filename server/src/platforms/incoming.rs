//! What webhooks of all platforms share: JSON that is not trusted, and keys for events that have none.

use std::{borrow::Cow, fmt::Write as _};

use aws_lc_rs::digest;
use serde_json::error::Category;

/// Events nest ten levels deep today; this is far beyond what a platform may add.
const DEEPEST: usize = 64;

/// Why a webhook cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No JSON, or not of the platform's shape. The error names places only, never what a customer wrote.
    #[error("no webhook: {kind} at line {line}, column {column}")]
    Json {
        /// What is wrong with it.
        kind: &'static str,
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// Not UTF-8.
    #[error("the body is no text")]
    NoText,
    /// Nested without sense.
    #[error("the body nests deeper than {DEEPEST} levels")]
    TooDeep,
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        let kind = match error.classify() {
            Category::Io | Category::Eof => "cut JSON",
            Category::Syntax => "wrong JSON",
            Category::Data => "a field missing or of the wrong type",
        };
        Self::Json { kind, line: error.line(), column: error.column() }
    }
}

/// Refuses what nests without sense, before anything follows it down.
pub(super) fn check_depth(body: &[u8]) -> Result<(), Unreadable> {
    if depth(body) > DEEPEST { Err(Unreadable::TooDeep) } else { Ok(()) }
}

/// The bytes as text, which JSON has to be.
pub(super) fn text(body: &[u8]) -> Result<&str, Unreadable> {
    std::str::from_utf8(body).map_err(|_| Unreadable::NoText)
}

/// The JSON with a replacement character for each escaped half of a surrogate pair: what a phone cuts through an emoji
/// is still a message, but no text.
pub(super) fn paired(json: &str) -> Cow<'_, str> {
    let unit = |at: usize| {
        let digits = json.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let (mut text, mut done, mut at) = (String::new(), 0, 0);
    while let Some(step) = json.get(at..).and_then(|rest| rest.find('\\')) {
        at += step;
        at += match (unit(at), unit(at + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 12,
            (Some(0xd800..=0xdfff), _) => {
                text.push_str(json.get(done..at).unwrap_or_default());
                text.push_str("\\ufffd");
                done = at + 6;
                6
            }
            (Some(_), _) => 6,
            (None, _) => 2,
        };
    }
    if done == 0 {
        return Cow::Borrowed(json);
    }
    text.push_str(json.get(done..).unwrap_or_default());
    Cow::Owned(text)
}

/// What stands for the key of an event that has none, or too long a one: `sha256:` and the hash of these bytes.
pub fn hash(bytes: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::from("sha256:"), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// How deep brackets nest outside of strings.
fn depth(body: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in body {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_in_texts_do_not_nest() {
        let text = format!("\\\"{}\\\\", "[{".repeat(1_000));
        assert_eq!(depth(format!(r#"{{"events":[{{"message":{{"text":"{text}"}}}}]}}"#).as_bytes()), 4);
    }

    #[test]
    fn a_hash_is_short_and_follows_the_bytes() {
        assert_eq!(hash(b"").len(), "sha256:".len() + 64);
        assert!(hash(b"").starts_with("sha256:e3b0c44298fc1c14"));
        assert_ne!(hash(b"a"), hash(b"b"));
    }
}
