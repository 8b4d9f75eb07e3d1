//! Colour profiles of telephones (iPhones write Display P3): what a matrix and three curves tell is converted to sRGB,
//! so that colours stay as they were when the profile is dropped.

use super::{Pixels, pixels::byte};

/// From the profiles' space (XYZ under D50) to linear sRGB.
const FROM_XYZ: [[f32; 3]; 3] =
    [[3.133_856, -1.616_867, -0.490_615], [-0.978_768, 1.916_141, 0.033_454], [0.071_945, -0.228_991, 1.405_243]];
/// Steps of the table from linear light to bytes.
const STEPS: usize = 4_096;
/// Below this difference a profile is sRGB's own, in bytes.
const SAME: u8 = 3;

/// How to convert from a profile to sRGB.
pub(super) struct Conversion {
    /// Each channel's byte as linear light.
    light: [[f32; 256]; 3],
    matrix: [[f32; 3]; 3],
    /// Linear light in [`STEPS`] as a byte.
    bytes: Vec<u8>,
}

/// The conversion of a profile; `None` where it is sRGB already, or tells its colours in another way.
pub(super) fn to_srgb(profile: &[u8]) -> Option<Conversion> {
    if profile.get(16..24)? != b"RGB XYZ " {
        return None;
    }
    let columns = [xyz(profile, *b"rXYZ")?, xyz(profile, *b"gXYZ")?, xyz(profile, *b"bXYZ")?];
    let light = [curve(profile, *b"rTRC")?, curve(profile, *b"gTRC")?, curve(profile, *b"bTRC")?];
    let mut matrix = [[0.0; 3]; 3];
    for (row, from) in matrix.iter_mut().zip(FROM_XYZ) {
        for (cell, column) in row.iter_mut().zip(columns) {
            *cell = from.iter().zip(column).map(|(a, b)| a * b).sum();
        }
    }
    #[expect(clippy::cast_precision_loss, reason = "a few thousand steps")]
    let bytes = (0..=STEPS).map(|step| byte(255.0 * encoded(step as f32 / STEPS as f32))).collect();
    let conversion = Conversion { light, matrix, bytes };
    let probes = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [200, 120, 60], [30, 60, 90], [128, 128, 128]];
    let same = |probe: [u8; 3]| probe.iter().zip(conversion.convert(probe)).all(|(a, b)| a.abs_diff(b) <= SAME);
    (!probes.into_iter().all(same)).then_some(conversion)
}

impl Conversion {
    /// Converts every pixel.
    pub(super) fn apply(&self, pixels: &mut Pixels) {
        let channels = pixels.channels();
        let mut last = ([0; 3], self.convert([0; 3]));
        for pixel in pixels.data_mut().chunks_exact_mut(channels) {
            let colour = [pixel[0], pixel[1], pixel[2]];
            // Neighbours are often alike.
            if colour != last.0 {
                last = (colour, self.convert(colour));
            }
            pixel[..3].copy_from_slice(&last.1);
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "clamped to the table"
    )]
    fn convert(&self, colour: [u8; 3]) -> [u8; 3] {
        let mut light = [0.0; 3];
        for ((light, curve), value) in light.iter_mut().zip(&self.light).zip(colour) {
            *light = curve[usize::from(value)];
        }
        self.matrix.map(|row| {
            let linear: f32 = row.iter().zip(light).map(|(a, b)| a * b).sum();
            let step = (linear.clamp(0.0, 1.0) * STEPS as f32 + 0.5) as usize;
            self.bytes.get(step).copied().unwrap_or(u8::MAX)
        })
    }
}

/// Linear light as sRGB codes it, both from 0 to 1.
fn encoded(linear: f32) -> f32 {
    if linear <= 0.003_130_8 { linear * 12.92 } else { 1.055 * linear.powf(1.0 / 2.4) - 0.055 }
}

/// The bytes of a tag.
fn tag(profile: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    let count = word(profile, 128)?.min(100);
    let entry = (0..count).map(|index| 132 + index * 12).find(|at| profile.get(*at..at + 4) == Some(&name[..]))?;
    let (start, size) = (word(profile, entry + 4)?, word(profile, entry + 8)?);
    profile.get(start..start.checked_add(size)?)
}

/// Four bytes as a number, big-endian.
fn word(bytes: &[u8], at: usize) -> Option<usize> {
    usize::try_from(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?)).ok()
}

/// A signed number with 16 bits of fraction.
#[expect(clippy::cast_precision_loss, reason = "a colour needs no more")]
fn fixed(bytes: &[u8], at: usize) -> Option<f32> {
    let value = i32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?);
    Some(value as f32 / 65_536.0)
}

fn xyz(profile: &[u8], name: [u8; 4]) -> Option<[f32; 3]> {
    let tag = tag(profile, name)?;
    if !tag.starts_with(b"XYZ ") {
        return None;
    }
    Some([fixed(tag, 8)?, fixed(tag, 12)?, fixed(tag, 16)?])
}

/// A channel's curve from bytes to linear light.
fn curve(profile: &[u8], name: [u8; 4]) -> Option<[f32; 256]> {
    let tag = tag(profile, name)?;
    let mut table = [0.0; 256];
    let read: Box<dyn Fn(f32) -> Option<f32>> = match tag.get(..4)? {
        b"curv" => sampled(tag)?,
        b"para" => parametric(tag)?,
        _ => return None,
    };
    for (value, light) in (0u8..=255).zip(&mut table) {
        *light = read(f32::from(value) / 255.0).filter(|light| light.is_finite())?.clamp(0.0, 1.0);
    }
    Some(table)
}

/// A curve of samples: none is the line, one a power, more are a table.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index into the table"
)]
fn sampled(tag: &[u8]) -> Option<Box<dyn Fn(f32) -> Option<f32> + '_>> {
    let count = word(tag, 8)?;
    let sample = move |index: usize| {
        let at = index.checked_mul(2)?.checked_add(12)?;
        Some(f32::from(u16::from_be_bytes(tag.get(at..at + 2)?.try_into().ok()?)))
    };
    Some(match count {
        0 => Box::new(Some),
        1 => {
            let power = sample(0)? / 256.0;
            Box::new(move |value: f32| Some(value.powf(power)))
        }
        _ => Box::new(move |value: f32| {
            let place = value * (count - 1) as f32;
            let (low, part) = (place.floor() as usize, place.fract());
            let (low, high) = (sample(low.min(count - 1))?, sample((low + 1).min(count - 1))?);
            Some((low + (high - low) * part) / 65_535.0)
        }),
    })
}

/// A curve as a formula, types 0 to 4.
#[expect(clippy::many_single_char_names, reason = "they are the profile format's names")]
fn parametric(tag: &[u8]) -> Option<Box<dyn Fn(f32) -> Option<f32>>> {
    let kind = u16::from_be_bytes(tag.get(8..10)?.try_into().ok()?);
    let number = |index: usize| fixed(tag, 12 + index * 4);
    let g = number(0)?;
    let (a, b, c, d, e, f) = match kind {
        0 => (1.0, 0.0, 0.0, f32::NEG_INFINITY, 0.0, 0.0),
        1 => (number(1)?, number(2)?, 0.0, -number(2)? / number(1)?, 0.0, 0.0),
        2 => (number(1)?, number(2)?, 0.0, -number(2)? / number(1)?, number(3)?, number(3)?),
        3 => (number(1)?, number(2)?, number(3)?, number(4)?, 0.0, 0.0),
        4 => (number(1)?, number(2)?, number(3)?, number(4)?, number(5)?, number(6)?),
        _ => return None,
    };
    Some(Box::new(move |x: f32| Some(if x >= d { (a * x + b).max(0.0).powf(g) + e } else { c * x + f })))
}

#[cfg(test)]
#[path = "icc_test.rs"]
mod tests;
