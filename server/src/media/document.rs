//! Documents: PDF, sent byte for byte as it was brought. It is looked at, never opened: no server of ours runs what is
//! in one.

use bytes::Bytes;
use shared::media::MediaFault;

use super::prepared::{Prepared, found};

const MIME: &str = "application/pdf";
/// How a PDF begins. Readers take some bytes before it, but then it may be a program or a page as well.
const HEAD: &[u8] = b"%PDF-";
/// How a PDF ends, within so many bytes of its end (ISO 32000-1, 7.5.5; readers tolerate 1,024 bytes).
const END: &[u8] = b"%%EOF";
const TAIL: usize = 1_024;
/// What tells readers where to begin; it stands right before the end.
const START: &[u8] = b"startxref";

/// Takes a document as it is: a PDF from its first bytes to its last. What was cut off is damaged.
pub(super) fn prepare(bytes: &Bytes) -> Result<Prepared, MediaFault> {
    if !bytes.starts_with(HEAD) {
        return Err(MediaFault::NotPdf { found: found(bytes).to_owned() });
    }
    let end = last(bytes, END, TAIL).ok_or(MediaFault::Damaged)?;
    last(&bytes[..end], START, TAIL).ok_or(MediaFault::Damaged)?;
    Ok(Prepared { mime: MIME, bytes: bytes.clone(), width: 0, height: 0, duration_ms: None, preview: None })
}

/// Where these bytes stand last, within so many bytes of the end.
fn last(bytes: &[u8], wanted: &[u8], within: usize) -> Option<usize> {
    let from = bytes.len().saturating_sub(within);
    bytes[from..].windows(wanted.len()).rposition(|window| window == wanted).map(|at| from + at)
}

/// The smallest PDF, of one empty page.
#[cfg(test)]
pub(super) const SMALL: &[u8] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n\
    2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\n\
    xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n\
    trailer<</Size 4/Root 1 0 R>>\nstartxref\n165\n%%EOF";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn taken(bytes: &[u8]) -> Result<Bytes, MediaFault> {
        prepare(&Bytes::copy_from_slice(bytes)).map(|made| made.bytes)
    }

    #[test]
    fn a_pdf_is_taken_as_it_is_without_a_preview() {
        let made = prepare(&Bytes::from_static(SMALL)).unwrap();
        assert_eq!((made.mime, made.bytes.as_ref(), made.preview), (MIME, SMALL, None));
        assert_eq!((made.width, made.height, made.duration_ms), (0, 0, None));
        let followed = [SMALL, &[b' '; 900]].concat();
        assert_eq!(taken(&followed).unwrap(), followed, "readers tolerate what stands behind its end");
    }

    #[test]
    fn what_was_cut_off_is_damaged() {
        for length in HEAD.len()..SMALL.len() {
            assert_eq!(taken(&SMALL[..length]), Err(MediaFault::Damaged), "cut at {length}");
        }
        for bytes in [&b"%PDF-1.7\n%%EOF"[..], &[SMALL, &[0; 1_100]].concat()] {
            assert_eq!(taken(bytes), Err(MediaFault::Damaged));
        }
    }

    #[rstest]
    #[case(b"MZ\x90\0\x03\0\0\0", "application/x-msdownload")]
    #[case(b"\x7fELF\x02\x01", "application/x-executable")]
    #[case(b"PK\x03\x04\x14\0", "application/zip")]
    #[case(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage")]
    #[case(b"\xff\xd8\xff\xe0", "image/jpeg")]
    #[case(b"<html><script>alert(1)</script>", "text/html")]
    #[case(b"#!/bin/sh", "text/x-shellscript")]
    #[case(b"hello", "unknown")]
    #[case(b"", "unknown")]
    fn what_only_says_or_ends_like_one_is_none(#[case] start: &[u8], #[case] found: &str) {
        let expected = Err(MediaFault::NotPdf { found: found.to_owned() });
        assert_eq!(taken(start), expected);
        // A program with a whole PDF behind it is a program all the same.
        if !start.is_empty() {
            assert_eq!(taken(&[start, SMALL].concat()), expected);
        }
    }

    proptest! {
        #[test]
        fn what_is_taken_is_never_changed(bytes in prop::collection::vec(any::<u8>(), 0..300), is_framed: bool) {
            let bytes = if is_framed { [HEAD, &bytes, b"\nstartxref\n0\n%%EOF\n"].concat() } else { bytes };
            let is_pdf = bytes.starts_with(HEAD) && last(&bytes, END, TAIL).is_some();
            match taken(&bytes) {
                Ok(taken) => prop_assert!(is_pdf && taken == bytes),
                Err(_) => prop_assert!(!is_framed),
            }
        }
    }
}
