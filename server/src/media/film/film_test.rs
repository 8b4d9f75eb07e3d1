//! Films as telephones and programs write them.

use rstest::rstest;

use super::*;

pub(super) const PLAIN: &[u8] = include_bytes!("../samples/plain.mp4");
const IPHONE: &[u8] = include_bytes!("../samples/iphone.mov");
const SILENT: &[u8] = include_bytes!("../samples/silent.mp4");
const FRAGMENTED: &[u8] = include_bytes!("../samples/fragmented.mp4");

fn film(bytes: &[u8]) -> Film {
    Film::read(&atoms::whole(bytes).unwrap()).unwrap()
}

/// The samples of a track, each with its bytes, length, shift and whether it needs others.
fn samples<'a>(bytes: &'a [u8], track: &Track) -> Vec<(&'a [u8], u32, i32, bool)> {
    let sample = |sample: &tables::Sample| {
        let start = usize::try_from(sample.offset).unwrap();
        (&bytes[start..start + sample.size as usize], sample.duration, sample.shift, sample.sync)
    };
    track.samples.iter().map(sample).collect()
}

fn has(bytes: &[u8], word: &[u8]) -> bool {
    bytes.windows(word.len()).any(|found| found == word)
}

#[rstest]
#[case(PLAIN, true, (160, 90), 1_000)]
#[case(IPHONE, true, (90, 160), 1_000)]
#[case(SILENT, false, (160, 90), 1_000)]
#[case(FRAGMENTED, true, (160, 90), 1_133)]
fn a_film_is_written_anew_with_its_frames_as_they_were(
    #[case] source: &[u8],
    #[case] has_sound: bool,
    #[case] size: (u32, u32),
    #[case] duration: u64,
) {
    let made = prepare(source).unwrap();
    assert_eq!((made.mime, (made.width, made.height), made.duration_ms), ("video/mp4", size, Some(duration)));
    assert_eq!(kinds::sniff(&made.bytes), "video/mp4");
    let names: Vec<_> = atoms::whole(&made.bytes).unwrap().into_iter().map(|atom| atom.name).collect();
    assert_eq!(names, [*b"ftyp", *b"moov", *b"mdat"], "its index comes first");
    let (before, after) = (film(source), film(&made.bytes));
    assert_eq!(samples(source, &before.pictures), samples(&made.bytes, &after.pictures));
    assert_eq!((before.pictures.edits, before.pictures.matrix), (after.pictures.edits, after.pictures.matrix));
    assert_eq!(after.sound.is_some(), has_sound);
    if let (Some(before), Some(after)) = (before.sound, after.sound) {
        assert_eq!(samples(source, &before), samples(&made.bytes, &after));
    }
}

#[test]
fn where_and_by_whom_it_was_taken_is_left_out() {
    let words: [(&[u8], &[&[u8]]); 2] = [
        (IPHONE, &[b"+25.0330", b"ISO6709", b"Apple", b"udta", b"meta", b"tmcd", b"wave", b"qt  ", b"Handler"]),
        (SILENT, &[b"loci", b"Taipei", b"udta", b"Handler"]),
    ];
    for (source, words) in words {
        let made = prepare(source).unwrap();
        for word in words {
            assert!(has(source, word) && !has(&made.bytes, word), "{}", String::from_utf8_lossy(word));
        }
    }
    let made = prepare(IPHONE).unwrap();
    assert_eq!(made.bytes.windows(4).filter(|name| name == b"trak").count(), 2);
}

#[test]
fn pictures_and_sound_lie_side_by_side() {
    let made = prepare(IPHONE).unwrap();
    let film = film(&made.bytes);
    let (picture, sound) = (&film.pictures.samples, &film.sound.as_ref().unwrap().samples);
    // Half a second of each at a time: the last pictures lie behind the first sound, and before the last.
    assert!(picture.last().unwrap().offset > sound.first().unwrap().offset);
    assert!(picture.last().unwrap().offset < sound.last().unwrap().offset);
}

#[rstest]
#[case(include_bytes!("../samples/hevc.mov"), MediaFault::VideoCodec { found: "hevc".into() })]
#[case(include_bytes!("../samples/ten_bits.mp4"), MediaFault::VideoCodec { found: "h264 profile 110".into() })]
#[case(include_bytes!("../samples/opus.mp4"), MediaFault::AudioCodec { found: "opus".into() })]
#[case(include_bytes!("../samples/sound_only.mp4"), MediaFault::NoPicture)]
fn what_not_every_telephone_shows_is_refused_by_its_name(#[case] source: &[u8], #[case] fault: MediaFault) {
    assert_eq!(prepare(source), Err(fault));
}

#[test]
fn a_recording_that_never_ended_is_damaged() {
    // Cameras write the index last.
    let index = IPHONE.windows(4).position(|name| name == b"moov").unwrap() - 4;
    assert_eq!(prepare(&IPHONE[..index]), Err(MediaFault::Damaged));
    // Its data is gone, and its index is whole.
    let data = PLAIN.windows(4).position(|name| name == b"mdat").unwrap() - 4;
    assert_eq!(prepare(&PLAIN[..data]), Err(MediaFault::Damaged));
}

#[test]
fn samples_that_share_their_bytes_do_not_make_a_small_file_large() {
    let mut source = PLAIN.to_vec();
    let sizes = source.windows(4).position(|name| name == b"stsz").unwrap() + 12;
    // Every frame claims 4,000 bytes.
    source[sizes - 4..sizes].copy_from_slice(&4_000u32.to_be_bytes());
    assert_eq!(prepare(&source), Err(MediaFault::Damaged));
}

#[test]
fn long_films_are_told_in_wide_numbers() {
    let mut film = film(PLAIN);
    // A nanosecond clock, which 32 bits count for four seconds.
    film.pictures.timescale = 1_000_000_000;
    for sample in &mut film.pictures.samples {
        sample.duration = 1_000_000_000;
    }
    film.pictures.edits = Vec::new();
    let bytes = write::write(PLAIN, 1_000_000_000, &[&film.pictures]).unwrap();
    let made = prepare(&bytes).unwrap();
    assert_eq!(made.duration_ms, Some(15_000));
}
