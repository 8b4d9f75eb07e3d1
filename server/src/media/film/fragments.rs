//! Films written in fragments (`moof`), as browsers and screen recorders do: their samples, so that they can be written
//! as one.

use super::{
    atoms::{Atom, Numbers, atoms, find},
    tables::{MOST_SAMPLES, Sample},
    track::Track,
};

/// What a fragment leaves out.
#[derive(Debug, Clone, Copy, Default)]
struct Defaults {
    duration: u32,
    size: u32,
    flags: u32,
}

/// Adds the samples of all fragments to their tracks; `None` where they cannot be read.
pub(super) fn add(file: &[Atom<'_>], moov: &[u8], tracks: &mut [Track]) -> Option<()> {
    let Some(mvex) = find(moov, *b"mvex") else { return Some(()) };
    for moof in file.iter().filter(|atom| &atom.name == b"moof") {
        // Where the data of the next track part starts that does not say so.
        let mut next = u64::try_from(moof.place.start).ok()?;
        for traf in atoms(moof.body).filter(|atom| &atom.name == b"traf") {
            next = part(traf.body, moof, mvex, next, tracks)?;
        }
    }
    Some(())
}

fn part(traf: &[u8], moof: &Atom<'_>, mvex: &[u8], next: u64, tracks: &mut [Track]) -> Option<u64> {
    let mut head = Numbers(find(traf, *b"tfhd")?);
    let (_, flags) = head.version()?;
    let id = head.u32()?;
    let start = u64::try_from(moof.place.start).ok()?;
    let mut base = if flags & 0x02_0000 != 0 { start } else { next };
    if flags & 0x01 != 0 {
        base = head.long(true)?;
    }
    if flags & 0x02 != 0 {
        head.u32()?;
    }
    let mut defaults = defaults(mvex, id);
    for (flag, value) in [(0x08, &mut defaults.duration), (0x10, &mut defaults.size), (0x20, &mut defaults.flags)] {
        if flags & flag != 0 {
            *value = head.u32()?;
        }
    }
    let mut unwanted = Vec::new();
    let samples = match tracks.iter_mut().find(|track| track.id == id) {
        Some(track) => {
            if let Some(begins) = find(traf, *b"tfdt") {
                let mut begins = Numbers(begins);
                let wide = begins.version()?.0 == 1;
                wait(track, begins.long(wide)?);
            }
            &mut track.samples
        }
        None => &mut unwanted,
    };
    let mut offset = base;
    for run in atoms(traf).filter(|atom| &atom.name == b"trun") {
        offset = read_run(run.body, base, offset, defaults, samples)?;
    }
    Some(offset)
}

/// Where a fragment begins later than the one before ended, its last frame is shown until then.
fn wait(track: &mut Track, begins: u64) {
    let late = begins.saturating_sub(track.duration());
    if let Some(last) = track.samples.last_mut() {
        last.duration = last.duration.saturating_add(u32::try_from(late).unwrap_or(u32::MAX));
    }
}

fn defaults(mvex: &[u8], id: u32) -> Defaults {
    let read = |trex: &[u8]| {
        let mut numbers = Numbers(trex);
        numbers.version()?;
        let track = numbers.u32()?;
        numbers.u32()?;
        let defaults = Defaults { duration: numbers.u32()?, size: numbers.u32()?, flags: numbers.u32()? };
        (track == id).then_some(defaults)
    };
    atoms(mvex).filter(|atom| &atom.name == b"trex").find_map(|trex| read(trex.body)).unwrap_or_default()
}

/// Reads one run of samples; where the next one starts that does not say so.
fn read_run(trun: &[u8], base: u64, next: u64, defaults: Defaults, samples: &mut Vec<Sample>) -> Option<u64> {
    let mut numbers = Numbers(trun);
    let (_, flags) = numbers.version()?;
    let count = usize::try_from(numbers.u32()?).ok()?;
    if samples.len().checked_add(count)? > MOST_SAMPLES {
        return None;
    }
    let mut offset = next;
    if flags & 0x01 != 0 {
        offset = base.checked_add_signed(numbers.i32()?.into())?;
    }
    let mut first_flags = if flags & 0x04 != 0 { Some(numbers.u32()?) } else { None };
    for _ in 0..count {
        let mut value = |flag, usual| if flags & flag != 0 { numbers.u32() } else { Some(usual) };
        let (duration, size) = (value(0x100, defaults.duration)?, value(0x200, defaults.size)?);
        let own = value(0x400, defaults.flags)?;
        let shift = value(0x800, 0)?.cast_signed();
        let own = first_flags.take().unwrap_or(own);
        samples.push(Sample { offset, size, duration, shift, sync: own & 0x01_0000 == 0 });
        offset = offset.checked_add(size.into())?;
    }
    Some(offset)
}
