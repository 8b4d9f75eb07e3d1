//! How a track is coded, and its sample description as an MP4 has it: `QuickTime`'s own form is turned into that.

use super::atoms::{Numbers, Writing, atoms, find};

/// Sound that every telephone plays, by its common name.
const AAC: &str = "aac";

/// A track's coding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Coding {
    /// H.264, which every telephone shows.
    H264 {
        /// The sample description to be written.
        entry: Vec<u8>,
        /// What its `avcC` box says: the decoder's parameters.
        avcc: Vec<u8>,
        /// Width and height in pixels, as it is coded.
        size: (u16, u16),
    },
    /// AAC, which every telephone plays.
    Aac {
        /// The sample description to be written.
        entry: Vec<u8>,
    },
    /// Anything else, by its common name.
    Other(String),
}

/// The coding that the description of this number (from 1) in `stsd` tells; `None` where it cannot be read.
pub(super) fn read(stsd: &[u8], number: u32) -> Option<Coding> {
    let entries = stsd.get(8..)?;
    let entry = atoms(entries).nth(usize::try_from(number.checked_sub(1)?).ok()?)?;
    match &entry.name {
        b"avc1" | b"avc3" => h264(entry.name, entry.body),
        b"mp4a" => sound(entry.body),
        name => Some(Coding::Other(common_name(*name))),
    }
}

fn common_name(code: [u8; 4]) -> String {
    let known = match &code {
        b"hvc1" | b"hev1" | b"hvc2" | b"hev2" => "hevc",
        b"dvh1" | b"dvhe" | b"dvav" | b"dva1" => "dolby vision",
        b"av01" => "av1",
        b"vp08" => "vp8",
        b"vp09" => "vp9",
        b"mp4v" => "mpeg-4 part 2",
        b"s263" | b"H263" | b"h263" => "h263",
        b"jpeg" | b"mjpa" | b"mjpb" => "mjpeg",
        b"ap4h" | b"ap4x" | b"apch" | b"apcn" | b"apcs" | b"apco" => "prores",
        b"encv" | b"enca" | b"drmi" | b"drms" => "encrypted",
        b"Opus" => "opus",
        b"fLaC" => "flac",
        b"alac" => "alac",
        b"ac-3" | b"ec-3" => "dolby digital",
        b"apac" => "apple spatial audio",
        b".mp3" => "mp3",
        b"samr" | b"sawb" => "amr",
        b"lpcm" | b"sowt" | b"twos" | b"in24" | b"in32" | b"raw " | b"ipcm" => "pcm",
        _ => return String::from_utf8_lossy(&code).chars().filter(char::is_ascii_graphic).collect(),
    };
    known.to_owned()
}

fn h264(name: [u8; 4], body: &[u8]) -> Option<Coding> {
    let mut numbers = Numbers(body);
    numbers.take(24)?;
    let size = (numbers.u16()?, numbers.u16()?);
    let parts = body.get(78..)?;
    let avcc = find(parts, *b"avcC")?.to_vec();
    // Baseline, Main, Extended, High; the others have more bits or more colour than telephones decode.
    let profile = *avcc.get(1)?;
    if !matches!(profile, 66 | 77 | 88 | 100) {
        return Some(Coding::Other(format!("h264 profile {profile}")));
    }
    let mut writing = Writing::default();
    writing.atom(name, |entry| {
        entry.zeros(6).u16(1).zeros(16).u16(size.0).u16(size.1);
        // 72 dots an inch each way, one frame a sample, no compressor's name, 24 bits deep.
        entry.u32(72 << 16).u32(72 << 16).zeros(4).u16(1).zeros(32).u16(24).u16(u16::MAX);
        entry.atom(*b"avcC", |part| {
            part.bytes(&avcc);
        });
        if let Some(colour) = find(parts, *b"colr").and_then(|colour| colour.get(..10)) {
            let range = find(parts, *b"colr").and_then(|colour| colour.get(10)).copied().unwrap_or_default();
            if colour.starts_with(b"nclx") || colour.starts_with(b"nclc") {
                entry.atom(*b"colr", |part| {
                    part.bytes(b"nclx").bytes(&colour[4..]).bytes(&[range & 0x80]);
                });
            }
        }
        if let Some(shape) = find(parts, *b"pasp").filter(|shape| shape.len() == 8) {
            entry.atom(*b"pasp", |part| {
                part.bytes(shape);
            });
        }
    });
    Some(Coding::H264 { entry: writing.0, avcc, size })
}

fn sound(body: &[u8]) -> Option<Coding> {
    let mut numbers = Numbers(body);
    numbers.take(8)?;
    let version = numbers.u16()?;
    numbers.take(6)?;
    let (mut channels, _bits) = (numbers.u16()?, numbers.u16()?);
    numbers.take(4)?;
    let mut rate = numbers.u32()? >> 16;
    // QuickTime's versions 1 and 2 have more fields before the boxes.
    let fields = match version {
        0 => 28,
        1 => 44,
        _ => 64,
    };
    if version >= 2 {
        numbers.take(4)?;
        rate = whole_rate(f64::from_bits(numbers.long(true)?));
        channels = u16::try_from(numbers.u32()?).ok()?;
    }
    let parts = body.get(fields..)?;
    let Some(esds) = find(parts, *b"esds").or_else(|| find(find(parts, *b"wave")?, *b"esds")) else {
        return Some(Coding::Other("mp4a".to_owned()));
    };
    let name = name_of(esds)?;
    if name != AAC {
        return Some(Coding::Other(name.to_owned()));
    }
    let mut writing = Writing::default();
    writing.atom(*b"mp4a", |entry| {
        entry.zeros(6).u16(1).zeros(8).u16(channels.clamp(1, 8)).u16(16).zeros(4);
        entry.u32(if rate <= 0xffff { rate << 16 } else { 0 });
        entry.atom(*b"esds", |part| {
            part.bytes(esds);
        });
    });
    Some(Coding::Aac { entry: writing.0 })
}

/// A sampling rate in whole hertz.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped; a rate is no fraction")]
fn whole_rate(rate: f64) -> u32 {
    if rate.is_finite() { rate.clamp(0.0, 1e6) as u32 } else { 0 }
}

/// What an `esds` box (ISO/IEC 14496-1, 7.2.6) says the sound is: [`AAC`], or what not every telephone plays.
fn name_of(esds: &[u8]) -> Option<&'static str> {
    let mut numbers = Numbers(esds);
    numbers.version()?;
    let mut stream = descriptor(&mut numbers, 3)?;
    stream.u16()?;
    let flags = stream.u8()?;
    if flags & 0x80 != 0 {
        stream.u16()?;
    }
    if flags & 0x40 != 0 {
        let length = stream.u8()?;
        stream.take(length.into())?;
    }
    if flags & 0x20 != 0 {
        stream.u16()?;
    }
    let mut config = descriptor(&mut stream, 4)?;
    let object = config.u8()?;
    config.take(12)?;
    Some(match object {
        0x40 => {
            let first = descriptor(&mut config, 5)?.u8()?;
            // The audio object types of AAC, from Main to HE-AAC v2.
            if matches!(first >> 3, 1..=6 | 29) { AAC } else { "xhe-aac" }
        }
        0x66..=0x68 => AAC,
        0x69 | 0x6b => "mp3",
        0xa5 | 0xa6 => "dolby digital",
        0xa9 => "dts",
        0xad => "opus",
        0xdd => "vorbis",
        _ => "mp4a",
    })
}

/// The body of a descriptor of this tag, whose length is written in groups of seven bits.
fn descriptor<'a>(numbers: &mut Numbers<'a>, tag: u8) -> Option<Numbers<'a>> {
    if numbers.u8()? != tag {
        return None;
    }
    let mut length = 0;
    for _ in 0..4 {
        let byte = numbers.u8()?;
        length = length << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    // Some writers count more than there is.
    let length = length.min(numbers.0.len());
    numbers.take(length).map(Numbers)
}
