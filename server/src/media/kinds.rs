//! What a file is, told from its first bytes: what a customer or a platform says it is, is not believed.

/// What is shown as it is; everything else is offered for download only.
const SHOWN: [&str; 9] = [
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "video/mp4",
    "audio/mp4",
    "audio/aac",
    "audio/mpeg",
    "audio/ogg",
];

/// Stored for what is not recognised.
pub(super) const UNKNOWN: &str = "application/octet-stream";

/// Whether a browser may show it in the page.
pub(super) fn is_shown(mime: &str) -> bool {
    SHOWN.contains(&mime)
}

/// The type of these bytes.
pub(super) fn sniff(bytes: &[u8]) -> &'static str {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        [_, _, _, _, b'f', b't', b'y', b'p', b'M', b'4', b'A' | b'B', b' ', ..] => "audio/mp4",
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => film(brand),
        [b'I', b'D', b'3', ..] => "audio/mpeg",
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        // An ADTS frame has layer 0 where an MPEG frame has one of 1 to 3.
        [0xff, second, ..] if second & 0xf6 == 0xf0 => "audio/aac",
        [0xff, second, ..] if second & 0xe0 == 0xe0 && second & 0x06 != 0 => "audio/mpeg",
        _ => UNKNOWN,
    }
}

/// The brands of MP4 that browsers play; others of the family (HEIC pictures, Apple films) they do not.
fn film(brand: &[u8]) -> &'static str {
    match brand.get(..4) {
        Some(
            b"isom" | b"iso2" | b"iso4" | b"iso5" | b"iso6" | b"mp41" | b"mp42" | b"avc1" | b"dash" | b"MSNV" | b"M4V ",
        ) => "video/mp4",
        Some(brand) if brand.starts_with(b"3gp") => "video/mp4",
        _ => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"\xff\xd8\xff\xe0..JFIF", "image/jpeg")]
    #[case(b"\x89PNG\r\n\x1a\n....", "image/png")]
    #[case(b"GIF89a....", "image/gif")]
    #[case(b"RIFF....WEBPVP8 ", "image/webp")]
    #[case(b"\0\0\0\x18ftypmp42....", "video/mp4")]
    #[case(b"\0\0\0\x18ftypM4A ....", "audio/mp4")]
    #[case(b"\0\0\0\x18ftypheic....", UNKNOWN)]
    #[case(b"ID3\x04....", "audio/mpeg")]
    #[case(b"\xff\xfb\x90\x00", "audio/mpeg")]
    #[case(b"\xff\xf1\x50\x80", "audio/aac")]
    #[case(b"OggS....", "audio/ogg")]
    #[case(b"<svg onload=alert(1)>", UNKNOWN)]
    #[case(b"<html><script>", UNKNOWN)]
    #[case(b"%PDF-1.7", UNKNOWN)]
    #[case(b"", UNKNOWN)]
    fn a_file_is_what_its_first_bytes_say(#[case] bytes: &[u8], #[case] mime: &str) {
        assert_eq!(sniff(bytes), mime);
        assert_eq!(is_shown(mime), mime != UNKNOWN);
    }

    proptest! {
        #[test]
        fn whatever_comes_is_shown_or_unknown(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            let mime = sniff(&bytes);
            prop_assert!(is_shown(mime) || mime == UNKNOWN);
        }
    }
}
