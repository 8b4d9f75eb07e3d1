//! The poster of a film: its first whole frame, or where that cannot be decoded a plain card with a play mark.

use openh264::{
    decoder::{Decoder, DecoderConfig},
    formats::YUVSource as _,
};

use super::{atoms::Numbers, codec::Coding, track::Track};
use crate::media::picture::{PREVIEW_SIDE, Pixels};

/// The most that is decoded of a film, in pixels: it is the decoder's own bound too (level 5.2).
const MOST_PIXELS: u32 = 4_096 * 2_304;
/// The largest frame that is decoded, in bytes.
const LARGEST_FRAME: usize = 8 * 1024 * 1024;
/// Parameters and slices of a picture that needs no other; the decoder gets nothing else to read.
const KINDS: [u8; 4] = [1, 5, 7, 8];
/// A plain card and the mark on it.
const CARD: [u8; 3] = [0x3a, 0x40, 0x46];
const MARK: [u8; 3] = [0xe6, 0xe9, 0xec];

/// The poster of a film that is shown `width` by `height` pixels large. The decoder knows the Baseline, Main and High
/// profiles of 8-bit 4:2:0 pictures, which is what telephones make; of any other it is a plain card of the right shape.
pub(super) fn of(file: &[u8], track: &Track, width: u32, height: u32) -> Pixels {
    let decoded = frame(file, track).map(|pixels| match track.turns() {
        1 => pixels.turned(6),
        2 => pixels.turned(3),
        3 => pixels.turned(8),
        _ => pixels,
    });
    decoded.unwrap_or_else(|| card(width, height))
}

/// The first frame that needs no other, as it is coded.
fn frame(file: &[u8], track: &Track) -> Option<Pixels> {
    let Coding::H264 { avcc, size, .. } = &track.coding else { return None };
    if u32::from(size.0) * u32::from(size.1) > MOST_PIXELS {
        return None;
    }
    let sample = track.samples.iter().find(|sample| sample.sync)?;
    let start = usize::try_from(sample.offset).ok()?;
    let bytes = file.get(start..start.checked_add(usize::try_from(sample.size).ok()?)?)?;
    if bytes.len() > LARGEST_FRAME {
        return None;
    }
    let stream = annex_b(avcc, bytes)?;
    let api = openh264::OpenH264API::from_source();
    let mut decoder = Decoder::with_api_config(api, DecoderConfig::new()).ok()?;
    let picture = decoder.decode(&stream).ok()??;
    let (width, height) = picture.dimensions();
    let mut data = vec![0; width.checked_mul(height)?.checked_mul(3)?];
    picture.write_rgb8(&mut data);
    Pixels::new(u32::try_from(width).ok()?, u32::try_from(height).ok()?, data)
}

/// The parameters of `avcC` (ISO/IEC 14496-15, 5.3.3.1) and one frame as the decoder reads them: units behind start
/// marks.
fn annex_b(avcc: &[u8], frame: &[u8]) -> Option<Vec<u8>> {
    let mut stream = Vec::with_capacity(frame.len() + avcc.len());
    let mut add = |unit: &[u8]| {
        if unit.first().is_some_and(|head| KINDS.contains(&(head & 0x1f))) {
            stream.extend_from_slice(&[0, 0, 0, 1]);
            stream.extend_from_slice(unit);
        }
    };
    let mut numbers = Numbers(avcc);
    numbers.take(4)?;
    let prefix = usize::from(numbers.u8()? & 0x03) + 1;
    // Sequence parameter sets, then picture parameter sets.
    for mask in [0x1f, 0xff] {
        for _ in 0..numbers.u8()? & mask {
            let length = numbers.u16()?;
            add(numbers.take(length.into())?);
        }
    }
    let mut numbers = Numbers(frame);
    while !numbers.0.is_empty() {
        let length = numbers.take(prefix)?.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        add(numbers.take(length)?);
    }
    Some(stream)
}

/// A plain card of this shape with a play mark.
fn card(width: u32, height: u32) -> Pixels {
    let longest = width.max(height).max(1);
    let part = |side: u32| (u64::from(side) * u64::from(PREVIEW_SIDE) / u64::from(longest)).max(1);
    let (width, height) = (part(width), part(height));
    // A triangle that points right, a quarter as high as the card's shorter side.
    let reach = (width.min(height) / 8).cast_signed();
    let (middle, centre) = (width.cast_signed() / 2, height.cast_signed() / 2);
    let mut data = Vec::with_capacity(usize::try_from(width * height * 3).unwrap_or_default());
    for y in 0..height.cast_signed() {
        for x in 0..width.cast_signed() {
            let (right, off) = (x - middle + reach, (y - centre).abs());
            let is_mark = right >= 0 && off <= reach && right <= 2 * (reach - off);
            data.extend(if is_mark { MARK } else { CARD });
        }
    }
    let side = |length: u64| u32::try_from(length).unwrap_or(PREVIEW_SIDE);
    // As many pixels as it says: it never is `None`.
    Pixels::new(side(width), side(height), data).unwrap_or_else(|| Pixels::plain(CARD))
}

#[cfg(test)]
#[path = "poster_test.rs"]
mod tests;
