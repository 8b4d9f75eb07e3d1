//! A track as it is read from `trak`, whatever wrote it.

use shared::media::MediaFault;

use super::{
    atoms::{Numbers, find},
    codec::{self, Coding},
    tables::{self, Sample},
};

/// What a track holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    Film,
    Sound,
}

/// A part of the track that is played, or a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edit {
    /// In the film's units; 0 is the whole.
    pub duration: u64,
    /// Where it starts, in the track's units; below 0 it is a pause.
    pub start: i64,
    /// How fast, with 16 bits of fraction.
    pub rate: u32,
}

/// A track of pictures or sound.
#[derive(Debug, Clone)]
pub(super) struct Track {
    pub id: u32,
    pub holds: Holds,
    pub coding: Coding,
    /// Its units in a second; never 0.
    pub timescale: u32,
    /// How its pictures are turned and shifted: nine numbers.
    pub matrix: [i32; 9],
    /// Width and height as it is shown before it is turned, in pixels; 0 where the file does not say.
    pub shown: (u32, u32),
    /// Its language, packed.
    pub language: u16,
    pub edits: Vec<Edit>,
    pub samples: Vec<Sample>,
}

impl Track {
    /// The track of a `trak` box; `None` where it holds neither pictures nor sound.
    pub(super) fn read(trak: &[u8]) -> Result<Option<Self>, MediaFault> {
        let mdia = find(trak, *b"mdia").ok_or(MediaFault::Damaged)?;
        let holds = match find(mdia, *b"hdlr").and_then(|hdlr| hdlr.get(8..12)) {
            Some(b"vide") => Holds::Film,
            Some(b"soun") => Holds::Sound,
            Some(_) => return Ok(None),
            None => return Err(MediaFault::Damaged),
        };
        Self::of(trak, mdia, holds).map(Some).ok_or(MediaFault::Damaged)
    }

    fn of(trak: &[u8], mdia: &[u8], holds: Holds) -> Option<Self> {
        let (id, matrix, shown) = head(find(trak, *b"tkhd")?)?;
        let (timescale, language) = media_head(find(mdia, *b"mdhd")?)?;
        let edits = match find(trak, *b"edts").and_then(|edts| find(edts, *b"elst")) {
            Some(list) => edits(list)?,
            None => Vec::new(),
        };
        let stbl = find(find(mdia, *b"minf")?, *b"stbl")?;
        let stsd = find(stbl, *b"stsd")?;
        let mut coding = codec::read(stsd, 1)?;
        let mut samples = Vec::new();
        // What is refused by its coding is not read further: raw sound has a sample for each tick.
        if !matches!(coding, Coding::Other(_)) {
            let description;
            (samples, description) = tables::read(stbl)?;
            coding = codec::read(stsd, description)?;
        }
        Some(Self { id, holds, coding, timescale, matrix, shown, language, edits, samples })
    }

    /// How long its samples last together, in its own units.
    pub(super) fn duration(&self) -> u64 {
        self.samples.iter().map(|sample| u64::from(sample.duration)).sum()
    }

    /// How many quarter turns to the right it is shown by.
    pub(super) fn turns(&self) -> u8 {
        let [a, b, _, c, d, ..] = self.matrix;
        match (a.signum(), b.signum(), c.signum(), d.signum()) {
            (0, 1, -1, 0) => 1,
            (-1, 0, 0, -1) => 2,
            (0, -1, 1, 0) => 3,
            _ => 0,
        }
    }
}

type Head = (u32, [i32; 9], (u32, u32));

fn head(tkhd: &[u8]) -> Option<Head> {
    let mut numbers = Numbers(tkhd);
    let wide = numbers.version()?.0 == 1;
    numbers.long(wide)?;
    numbers.long(wide)?;
    let id = numbers.u32()?;
    numbers.u32()?;
    numbers.long(wide)?;
    numbers.take(16)?;
    let mut matrix = [0; 9];
    for cell in &mut matrix {
        *cell = numbers.i32()?;
    }
    Some((id, matrix, (numbers.u32()? >> 16, numbers.u32()? >> 16)))
}

fn media_head(mdhd: &[u8]) -> Option<(u32, u16)> {
    let mut numbers = Numbers(mdhd);
    let wide = numbers.version()?.0 == 1;
    numbers.long(wide)?;
    numbers.long(wide)?;
    let timescale = numbers.u32().filter(|timescale| *timescale > 0)?;
    numbers.long(wide)?;
    let language = numbers.u16()?;
    // Below it is one of QuickTime's own numbers; then it is not told: "und".
    Some((timescale, if (0x400..0x7fff).contains(&language) { language } else { 0x55c4 }))
}

fn edits(elst: &[u8]) -> Option<Vec<Edit>> {
    let mut numbers = Numbers(elst);
    let wide = numbers.version()?.0 == 1;
    let count = usize::try_from(numbers.u32()?).ok()?;
    if count > numbers.0.len() / if wide { 20 } else { 12 } {
        return None;
    }
    let edit = |_| {
        let duration = numbers.long(wide)?;
        let start = numbers.long(wide)?;
        let start = if wide { start.cast_signed() } else { u32::try_from(start).ok()?.cast_signed().into() };
        Some(Edit { duration, start, rate: numbers.u32()? })
    };
    (0..count).map(edit).collect()
}
