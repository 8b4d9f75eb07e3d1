//! Message ids: `wamid.` and base64 of what nobody should read. Ours carry the number they were made from.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::chance;

const PREFIX: &str = "wamid.";
/// Bytes before the hexadecimal digits: a mark, eleven digits in place of a phone number, two more marks.
const HEAD: usize = 20;

/// The id of a message.
pub(crate) fn text(number: u64) -> String {
    let phone = chance::mix(number) % 100_000_000_000;
    let mut bytes = vec![0x1c, 0x18, 0x0b];
    bytes.extend(format!("{phone:011}").bytes());
    bytes.extend([0x15, 0x02, 0x00, 0x11, 0x18, 0x12]);
    bytes.extend(format!("{number:018X}").bytes());
    bytes.push(0);
    format!("{PREFIX}{}", STANDARD.encode(bytes))
}

/// The number of a message's id.
pub(crate) fn number(id: &str) -> Option<u64> {
    let bytes = STANDARD.decode(id.strip_prefix(PREFIX)?).ok()?;
    let digits = bytes.get(HEAD..HEAD + 18).filter(|_| bytes.len() == HEAD + 19)?;
    u64::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::{number, text};

    #[test]
    fn ids_look_like_metas_and_read_back() {
        for n in [0, 1, 176_366_000_000_000_000, u64::MAX] {
            let id = text(n);
            assert!(id.starts_with("wamid.HBgL") && id.len() == 58, "{id}");
            assert_eq!(number(&id), Some(n));
        }
        for bad in ["", "wamid.", "wamid.HBgL", "x"] {
            assert_eq!(number(bad), None, "{bad}");
        }
    }
}
