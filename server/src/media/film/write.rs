//! Writes a film anew: an MP4 of one track of pictures and at most one of sound, its index first, nothing else in it.

use super::{
    atoms::Writing,
    codec::Coding,
    tables::Sample,
    track::{Holds, Track},
};

/// So much of one track lies together before the other follows, in milliseconds: a film is shown while it comes in.
const CHUNK: u64 = 500;
/// Upright, not shifted.
const UPRIGHT: [i32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// A track being written.
struct Part<'a> {
    track: &'a Track,
    /// Its length in the film's units, as it is played.
    length: u64,
    /// How many samples each chunk has.
    chunks: Vec<usize>,
    /// Where each chunk starts, from the beginning of the data.
    offsets: Vec<u64>,
}

/// The tracks, the one of pictures first, as an MP4 whose units are `timescale` a second; `None` where a sample lies
/// outside of the file or they are more than the file.
pub(super) fn write(file: &[u8], timescale: u32, tracks: &[&Track]) -> Option<Vec<u8>> {
    let mut parts: Vec<Part<'_>> = tracks
        .iter()
        .map(|track| Part { track, length: length(track, timescale), chunks: Vec::new(), offsets: Vec::new() })
        .collect();
    let data = interleave(file, &mut parts)?;
    let mut writing = Writing::default();
    writing.atom(*b"ftyp", |ftyp| {
        ftyp.bytes(b"mp42").u32(0).bytes(b"isommp42avc1");
    });
    let head = writing.0.len();
    // Its size does not depend on the offsets it holds: it is written once to measure and once to stay.
    moov(&mut writing, timescale, &parts, 0);
    let begins = writing.0.len() as u64 + 8;
    writing.0.truncate(head);
    writing.0.reserve(data.len() + usize::try_from(begins).ok()?);
    moov(&mut writing, timescale, &parts, begins);
    writing.atom(*b"mdat", |mdat| {
        mdat.bytes(&data);
    });
    Some(writing.0)
}

/// How long a track is played, in units of `timescale` a second.
pub(super) fn length(track: &Track, timescale: u32) -> u64 {
    let whole = scaled(track.duration(), track.timescale, timescale);
    let played = track.edits.iter().map(|edit| if edit.duration == 0 { whole } else { edit.duration });
    if track.edits.is_empty() { whole } else { played.fold(0, u64::saturating_add) }
}

fn scaled(time: u64, from: u32, to: u32) -> u64 {
    let exact = u128::from(time) * u128::from(to) / u128::from(from.max(1));
    u64::try_from(exact).unwrap_or(u64::MAX)
}

/// The data of all tracks in chunks, each as early as it is needed.
fn interleave(file: &[u8], parts: &mut [Part<'_>]) -> Option<Vec<u8>> {
    let total: u64 = parts.iter().flat_map(|part| &part.track.samples).map(|sample| u64::from(sample.size)).sum();
    // Samples that share their bytes could make an endless film of a small file.
    if total > file.len() as u64 {
        return None;
    }
    let mut data = Vec::with_capacity(usize::try_from(total).ok()?);
    // For each track the next sample and its time in milliseconds.
    let mut next = vec![(0usize, 0u64); parts.len()];
    loop {
        let open = parts.iter_mut().zip(&mut next).filter(|(part, next)| next.0 < part.track.samples.len());
        let Some((part, next)) = open.min_by_key(|(_, next)| next.1) else { return Some(data) };
        let (start, begins) = *next;
        part.offsets.push(data.len() as u64);
        let mut time = 0;
        for sample in part.track.samples.iter().skip(start) {
            let at = usize::try_from(sample.offset).ok()?;
            data.extend_from_slice(file.get(at..at.checked_add(usize::try_from(sample.size).ok()?)?)?);
            next.0 += 1;
            time += u64::from(sample.duration);
            next.1 = begins + scaled(time, part.track.timescale, 1_000);
            if next.1 - begins >= CHUNK {
                break;
            }
        }
        part.chunks.push(next.0 - start);
    }
}

fn moov(writing: &mut Writing, timescale: u32, parts: &[Part<'_>], begins: u64) {
    let longest = parts.iter().map(|part| part.length).max().unwrap_or_default();
    let wide = is_wide(longest);
    writing.atom(*b"moov", |moov| {
        moov.full(*b"mvhd", wide.into(), 0, |mvhd| {
            mvhd.long(0, wide).long(0, wide).u32(timescale).long(longest, wide);
            // Normal speed and loudness.
            mvhd.u32(0x1_0000).u16(0x100).zeros(10);
            matrix(mvhd, &UPRIGHT);
            mvhd.zeros(24).count(parts.len() + 1);
        });
        for (number, part) in (1..).zip(parts) {
            moov.atom(*b"trak", |trak| write_track(trak, number, part, timescale, begins));
        }
    });
}

fn is_wide(time: u64) -> bool {
    u32::try_from(time).is_err()
}

fn matrix(writing: &mut Writing, cells: &[i32; 9]) {
    for cell in cells {
        writing.u32(cell.cast_unsigned());
    }
}

fn write_track(trak: &mut Writing, number: u32, part: &Part<'_>, timescale: u32, begins: u64) {
    let Part { track, length, .. } = part;
    let is_film = track.holds == Holds::Film;
    let wide = is_wide(*length);
    // Enabled, and part of the film.
    trak.full(*b"tkhd", wide.into(), 3, |tkhd| {
        tkhd.long(0, wide).long(0, wide).u32(number).zeros(4).long(*length, wide).zeros(8);
        tkhd.zeros(4).u16(if is_film { 0 } else { 0x100 }).zeros(2);
        matrix(tkhd, if is_film { &track.matrix } else { &UPRIGHT });
        let (width, height) = if is_film { track.shown } else { (0, 0) };
        tkhd.u32(width << 16).u32(height << 16);
    });
    if !track.edits.is_empty() {
        let whole = scaled(track.duration(), track.timescale, timescale);
        let wide =
            track.edits.iter().any(|edit| is_wide(edit.duration.max(whole)) || i32::try_from(edit.start).is_err());
        trak.atom(*b"edts", |edts| {
            edts.full(*b"elst", wide.into(), 0, |elst| {
                elst.count(track.edits.len());
                for edit in &track.edits {
                    elst.long(if edit.duration == 0 { whole } else { edit.duration }, wide);
                    let start = edit.start.cast_unsigned();
                    elst.long(if wide { start } else { start & 0xffff_ffff }, wide).u32(edit.rate);
                }
            });
        });
    }
    trak.atom(*b"mdia", |mdia| {
        let duration = track.duration();
        let wide = is_wide(duration);
        mdia.full(*b"mdhd", wide.into(), 0, |mdhd| {
            mdhd.long(0, wide).long(0, wide).u32(track.timescale).long(duration, wide).u16(track.language).zeros(2);
        });
        mdia.full(*b"hdlr", 0, 0, |hdlr| {
            hdlr.zeros(4).bytes(if is_film { b"vide" } else { b"soun" }).zeros(12 + 1);
        });
        mdia.atom(*b"minf", |minf| {
            if is_film {
                minf.full(*b"vmhd", 0, 1, |vmhd| {
                    vmhd.zeros(8);
                });
            } else {
                minf.full(*b"smhd", 0, 0, |smhd| {
                    smhd.zeros(4);
                });
            }
            minf.atom(*b"dinf", |dinf| {
                dinf.full(*b"dref", 0, 0, |dref| {
                    dref.u32(1);
                    // The data is in this file.
                    dref.full(*b"url ", 0, 1, |_| {});
                });
            });
            minf.atom(*b"stbl", |stbl| tables(stbl, part, begins));
        });
    });
}

fn tables(stbl: &mut Writing, part: &Part<'_>, begins: u64) {
    let samples = &part.track.samples;
    stbl.full(*b"stsd", 0, 0, |stsd| {
        stsd.u32(1);
        if let Coding::H264 { entry, .. } | Coding::Aac { entry } = &part.track.coding {
            stsd.bytes(entry);
        }
    });
    stbl.full(*b"stts", 0, 0, |stts| runs(stts, samples, |sample| sample.duration));
    if samples.iter().any(|sample| sample.shift != 0) {
        let signed = samples.iter().any(|sample| sample.shift < 0);
        stbl.full(*b"ctts", signed.into(), 0, |ctts| runs(ctts, samples, |sample| sample.shift.cast_unsigned()));
    }
    if samples.iter().any(|sample| !sample.sync) {
        stbl.full(*b"stss", 0, 0, |stss| {
            let syncs = (1..).zip(samples).filter(|(_, sample)| sample.sync).map(|(number, _)| number);
            stss.count(syncs.clone().count());
            for number in syncs {
                stss.count(number);
            }
        });
    }
    stbl.full(*b"stsz", 0, 0, |stsz| {
        stsz.u32(0).count(samples.len());
        for sample in samples {
            stsz.u32(sample.size);
        }
    });
    stbl.full(*b"stsc", 0, 0, |stsc| {
        let mut changes: Vec<(usize, usize)> = (1..).zip(part.chunks.iter().copied()).collect();
        changes.dedup_by_key(|(_, samples)| *samples);
        stsc.count(changes.len());
        for (first, samples) in changes {
            stsc.count(first).count(samples).u32(1);
        }
    });
    stbl.full(*b"stco", 0, 0, |stco| {
        stco.count(part.offsets.len());
        for offset in &part.offsets {
            stco.long(begins + offset, false);
        }
    });
}

/// How many samples in a row have the same value, and that value.
fn runs(table: &mut Writing, samples: &[Sample], value: fn(&Sample) -> u32) {
    let runs: Vec<(usize, u32)> =
        samples.chunk_by(|a, b| value(a) == value(b)).map(|run| (run.len(), run.first().map_or(0, value))).collect();
    table.count(runs.len());
    for (count, value) in runs {
        table.count(count).u32(value);
    }
}
