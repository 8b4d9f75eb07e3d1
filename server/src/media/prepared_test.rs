//! Every kind of file is taken or refused by what it is, and nothing that is thrown at it panics.

use proptest::prelude::*;
use rstest::rstest;

use super::*;

/// Every sample that is taken, and as what.
const TAKEN: [(&str, MediaKind, &[u8]); 8] = [
    ("small.pdf", MediaKind::Document, document::SMALL),
    ("cmyk.jpg", MediaKind::Image, include_bytes!("samples/cmyk.jpg")),
    ("grey.jpg", MediaKind::Image, include_bytes!("samples/grey.jpg")),
    ("progressive.jpg", MediaKind::Image, include_bytes!("samples/progressive.jpg")),
    ("plain.mp4", MediaKind::Video, include_bytes!("samples/plain.mp4")),
    ("iphone.mov", MediaKind::Video, include_bytes!("samples/iphone.mov")),
    ("silent.mp4", MediaKind::Video, include_bytes!("samples/silent.mp4")),
    ("fragmented.mp4", MediaKind::Video, include_bytes!("samples/fragmented.mp4")),
];

fn prepare_bytes(kind: MediaKind, bytes: &[u8]) -> Result<Prepared, MediaFault> {
    prepare(kind, Bytes::copy_from_slice(bytes))
}

/// As [`prepare`], without its net: a panic fails the test.
fn without_net(kind: MediaKind, bytes: &[u8]) -> Result<Prepared, MediaFault> {
    match kind {
        MediaKind::Image => picture::prepare(bytes),
        MediaKind::Video => film::prepare(bytes),
        MediaKind::Document => document::prepare(&Bytes::copy_from_slice(bytes)),
    }
}

#[rstest]
#[case(b"MZ\x90\0\x03\0\0\0", "application/x-msdownload")]
#[case(b"\x7fELF\x02\x01", "application/x-executable")]
#[case(b"GIF89a\x01\0\x01\0", "image/gif")]
#[case(b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp")]
#[case(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image/heic")]
#[case(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "image/heic")]
#[case(b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", "image/avif")]
#[case(b"%PDF-1.7\n", "application/pdf")]
#[case(b"PK\x03\x04\x14\0", "application/zip")]
#[case(b"\xef\xbb\xbf <!DOCTYPE html><script>", "text/html")]
#[case(b"<?xml version='1.0'?><svg onload='alert(1)'>", "image/svg+xml")]
#[case(b"#!/bin/sh\nrm -rf", "text/x-shellscript")]
#[case(b"BM\x46\0\0\0", "image/bmp")]
#[case(b"\x1a\x45\xdf\xa3\x01", "video/x-matroska")]
#[case(b"RIFF\x10\0\0\0AVI LIST", "video/x-msvideo")]
#[case(b"ID3\x04\0", "audio/mpeg")]
#[case(b"hello", "unknown")]
#[case(b"", "unknown")]
fn what_is_no_picture_or_film_is_named(#[case] bytes: &[u8], #[case] found: &str) {
    for kind in [MediaKind::Image, MediaKind::Video] {
        assert_eq!(prepare_bytes(kind, bytes), Err(MediaFault::NotTaken { found: found.into() }));
    }
}

#[test]
fn a_film_is_no_picture_and_a_document_neither_nor_the_other_way_round() {
    for (name, kind, bytes) in TAKEN {
        let (others, found) = match kind {
            MediaKind::Image => ([MediaKind::Video, MediaKind::Document], "image/jpeg"),
            MediaKind::Video if name == "iphone.mov" => ([MediaKind::Image, MediaKind::Document], "video/quicktime"),
            MediaKind::Video => ([MediaKind::Image, MediaKind::Document], "video/mp4"),
            MediaKind::Document => ([MediaKind::Image, MediaKind::Video], "application/pdf"),
        };
        for other in others {
            let found = found.to_owned();
            let fault = match other {
                MediaKind::Document => MediaFault::NotPdf { found },
                MediaKind::Image | MediaKind::Video => MediaFault::NotTaken { found },
            };
            assert_eq!(prepare_bytes(other, bytes), Err(fault), "{name} as {other:?}");
        }
    }
}

#[test]
fn every_preview_is_a_small_jpeg_of_the_same_shape() {
    for (name, kind, bytes) in TAKEN {
        let made = prepare_bytes(kind, bytes).unwrap();
        assert_eq!(made.preview.is_some(), kind.has_preview(), "{name}");
        let Some(preview) = made.preview else { continue };
        assert!(preview.len() as u64 <= shared::limits::PREVIEW_BYTES);
        let again = prepare(MediaKind::Image, preview).unwrap();
        assert_eq!((again.mime, again.width, again.height), ("image/jpeg", made.width, made.height), "{name}");
        assert_eq!(made.duration_ms.is_some(), kind == MediaKind::Video, "{name}");
    }
}

#[test]
fn what_was_made_is_taken_again() {
    for (name, kind, bytes) in TAKEN {
        let made = prepare_bytes(kind, bytes).unwrap();
        let again = prepare(kind, made.bytes.clone()).unwrap();
        let told = |made: &Prepared| (made.mime, made.width, made.height, made.duration_ms);
        assert_eq!(told(&again), told(&made), "{name}");
        // A film's frames are not touched, so writing it twice is writing it once; nor is anything of a document.
        if kind != MediaKind::Image {
            assert_eq!(again.bytes, made.bytes, "{name}");
        }
    }
}

#[test]
fn what_breaks_off_is_refused_wherever_it_does() {
    for (name, kind, bytes) in TAKEN {
        // A film in fragments is whole after each of them.
        for length in (0..bytes.len()).step_by(7).chain([bytes.len() - 1]).filter(|_| name != "fragmented.mp4") {
            assert!(without_net(kind, &bytes[..length]).is_err(), "{name} cut at {length}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nonsense_is_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), start in 0usize..6) {
        let starts: [&[u8]; 6] = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\0\0\0\x10ftypmp42\0\0\0\0", b"\0\0\0\x08wide", b"\0\0\0\x40moov"];
        let bytes = [starts[start], &bytes].concat();
        prop_assert!(without_net(MediaKind::Image, &bytes).is_err());
        prop_assert!(without_net(MediaKind::Video, &bytes).is_err());
        prop_assert!(without_net(MediaKind::Document, &bytes).is_err());
    }

    #[test]
    fn flipped_bits_are_taken_or_refused_and_never_grow(
        sample in 0usize..TAKEN.len(), flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..6), cut in any::<prop::sample::Index>(), cuts: bool,
    ) {
        let (_, kind, bytes) = TAKEN[sample];
        let mut bytes = bytes.to_vec();
        for (place, bit) in flips {
            let place = place.index(bytes.len());
            bytes[place] ^= 1 << bit;
        }
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(made) = without_net(kind, &bytes) {
            prop_assert_eq!(made.preview.is_some(), kind.has_preview());
            prop_assert!(made.preview.is_none_or(|small| small.len() as u64 <= shared::limits::PREVIEW_BYTES));
            prop_assert_eq!(made.width > 0 && made.height > 0, kind.has_preview());
            prop_assert!(kind == MediaKind::Image || made.bytes.len() < 3 * bytes.len());
        }
    }

    /// The index of a film is where lies are told: it is all that is changed here.
    #[test]
    fn a_film_with_a_changed_index_is_taken_or_refused(
        sample in 4usize..TAKEN.len(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let (_, kind, bytes) = TAKEN[sample];
        let mut bytes = bytes.to_vec();
        let start = bytes.windows(4).position(|name| name == b"moov").unwrap();
        let end = bytes.len().min(start + 1_500);
        for (place, value) in changes {
            bytes[start + place.index(end - start)] = value;
        }
        let _ = without_net(kind, &bytes);
    }
}
