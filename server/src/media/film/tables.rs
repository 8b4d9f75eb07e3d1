//! The samples of a track: where each frame or piece of sound is, how long it is shown, and when.

use super::atoms::{Numbers, find};

/// More than six hours of film and sound: no film within the size has as many, and a file that claims more is made up.
pub(super) const MOST_SAMPLES: usize = 2_000_000;

/// A frame, or a piece of sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    /// Where it is in the file, in bytes.
    pub offset: u64,
    /// How large it is, in bytes.
    pub size: u32,
    /// How long it lasts, in the track's own units.
    pub duration: u32,
    /// How much later than it is decoded it is shown, in the same units.
    pub shift: i32,
    /// Whether it can be decoded without others.
    pub sync: bool,
}

/// The samples that the tables of `stbl` list, and which sample description they use; `None` where the tables
/// contradict themselves.
pub(super) fn read(stbl: &[u8]) -> Option<(Vec<Sample>, u32)> {
    let mut samples = sizes(stbl)?;
    let description = offsets(stbl, &mut samples)?;
    durations(stbl, &mut samples)?;
    shifts(stbl, &mut samples)?;
    if let Some(table) = find(stbl, *b"stss") {
        let mut numbers = after_version(table)?;
        for _ in 0..numbers.u32()? {
            let index = usize::try_from(numbers.u32()?).ok()?.checked_sub(1)?;
            samples.get_mut(index)?.sync = true;
        }
    } else {
        for sample in &mut samples {
            sample.sync = true;
        }
    }
    Some((samples, description))
}

fn after_version(table: &[u8]) -> Option<Numbers<'_>> {
    let mut numbers = Numbers(table);
    numbers.version()?;
    Some(numbers)
}

fn sizes(stbl: &[u8]) -> Option<Vec<Sample>> {
    let mut numbers = after_version(find(stbl, *b"stsz")?)?;
    let (each, count) = (numbers.u32()?, usize::try_from(numbers.u32()?).ok()?);
    if count > MOST_SAMPLES || (each == 0 && numbers.0.len() / 4 < count) {
        return None;
    }
    let sample = |size| Sample { offset: 0, size, duration: 0, shift: 0, sync: false };
    (0..count).map(|_| Some(sample(if each == 0 { numbers.u32()? } else { each }))).collect()
}

/// Fills in where the samples are: chunks of them lie together.
fn offsets(stbl: &[u8], samples: &mut [Sample]) -> Option<u32> {
    let (mut chunks, wide) = match find(stbl, *b"stco") {
        Some(table) => (after_version(table)?, false),
        None => (after_version(find(stbl, *b"co64")?)?, true),
    };
    let count = chunks.u32()?;
    let mut runs = after_version(find(stbl, *b"stsc")?)?;
    let mut left = runs.u32()?;
    let (mut next, mut each, mut used, mut description) = (1, 0, 0, None);
    let mut rest = samples.iter_mut();
    for chunk in 1..=count {
        if chunk == next {
            (_, each, used) = (runs.u32()?, runs.u32()?, runs.u32()?);
            left = left.checked_sub(1)?;
            // The next run's first chunk is only looked at.
            next = if left == 0 { u32::MAX } else { { runs }.u32()? };
            if next <= chunk {
                return None;
            }
        }
        let mut offset = chunks.long(wide)?;
        for sample in rest.by_ref().take(usize::try_from(each).ok()?) {
            sample.offset = offset;
            offset = offset.checked_add(sample.size.into())?;
            if *description.get_or_insert(used) != used {
                return None;
            }
        }
    }
    if rest.next().is_some() { None } else { Some(description.unwrap_or(1)) }
}

fn durations(stbl: &[u8], samples: &mut [Sample]) -> Option<()> {
    let Some(table) = find(stbl, *b"stts") else { return samples.is_empty().then_some(()) };
    let mut numbers = after_version(table)?;
    let mut rest = samples.iter_mut();
    let mut duration = 0;
    for _ in 0..numbers.u32()? {
        let count = usize::try_from(numbers.u32()?).ok()?;
        duration = numbers.u32()?;
        rest.by_ref().take(count).for_each(|sample| sample.duration = duration);
    }
    rest.for_each(|sample| sample.duration = duration);
    Some(())
}

fn shifts(stbl: &[u8], samples: &mut [Sample]) -> Option<()> {
    let Some(table) = find(stbl, *b"ctts") else { return Some(()) };
    let mut numbers = after_version(table)?;
    let mut rest = samples.iter_mut();
    for _ in 0..numbers.u32()? {
        let count = usize::try_from(numbers.u32()?).ok()?;
        // Version 0 has no sign, yet every player takes it as if it had.
        let shift = numbers.i32()?;
        rest.by_ref().take(count).for_each(|sample| sample.shift = shift);
    }
    Some(())
}

#[cfg(test)]
#[path = "tables_test.rs"]
mod tests;
