//! WhatsApp's webhooks: the signature over the raw bytes, then one piece for each event, then what it says
//! (providers.md B5).

mod event;
mod read;
mod split;
#[cfg(test)]
mod testing;

use aws_lc_rs::hmac;

pub use self::{
    event::{AccountFault, Event, Inbound, Media, Preference, Status, StatusState, TemplateUpdate, What},
    split::{Piece, Whom, split},
};
pub use crate::platforms::Unreadable;

/// The largest webhook that is taken, in bytes.
pub const BODY_LIMIT: usize = 3 * 1024 * 1024;

/// Whether Meta signed these bytes: `X-Hub-Signature-256` is `sha256=` and the hexadecimal HMAC-SHA256 over them with
/// the app's secret. Compared in constant time.
pub fn signature_fits(secret: &[u8], raw: &[u8], header: &str) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let given = header.trim().strip_prefix("sha256=").and_then(from_hex);
    given.is_some_and(|given| hmac::verify(&key, raw, &given).is_ok())
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let byte = |pair: &[u8]| match pair {
        [high, low] => Some(digit(high)? * 16 + digit(low)?),
        _ => None,
    };
    text.as_bytes().chunks(2).map(byte).collect()
}

#[cfg(test)]
#[path = "webhook_test.rs"]
mod tests;
