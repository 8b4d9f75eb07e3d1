//! Pictures: read strictly, turned upright, made small enough, and written anew without anything but their pixels.

mod exif;
mod icc;
mod jpeg;
mod pixels;
mod png;

use bytes::Bytes;
use shared::{limits, media::MediaFault};

pub(super) use self::pixels::Pixels;
use super::{
    kinds,
    prepared::{Prepared, not_taken},
};

/// The longest side of a picture as it is sent, in pixels: no telephone shows more.
const SIDE: u32 = 4_096;
/// The longest side of a preview, in pixels.
pub(super) const PREVIEW_SIDE: u32 = 1_024;
/// How well pictures are kept, tried from the best until one is small enough.
const QUALITIES: [u8; 5] = [88, 80, 70, 55, 40];

/// A picture as a decoder gives it.
struct Decoded {
    pixels: Pixels,
    /// How it is to be turned (EXIF tag 0x0112), 1 to 8.
    orientation: u8,
    /// Its colour profile.
    icc: Option<Vec<u8>>,
}

/// Makes a picture fit to be sent (providers.md A3, B2): 8-bit sRGB, upright, at most 4,096 pixels long and
/// [`limits::IMAGE_SENT_BYTES`], without metadata. A PNG stays one where it fits, so that transparency and the sharp
/// edges of screenshots survive; otherwise it becomes a JPEG on white.
pub(super) fn prepare(bytes: &[u8]) -> Result<Prepared, MediaFault> {
    let mime = kinds::sniff(bytes);
    let decoded = match mime {
        "image/jpeg" => jpeg::decode(bytes)?,
        "image/png" => png::decode(bytes)?,
        _ => return Err(not_taken(bytes)),
    };
    let mut pixels = decoded.pixels.scaled_to(SIDE).turned(decoded.orientation);
    // A profile that only sRGB's matrix and curves can tell is converted; any other is dropped.
    if let Some(convert) = decoded.icc.as_deref().and_then(icc::to_srgb) {
        convert.apply(&mut pixels);
    }
    let preview = preview(&pixels)?;
    let (width, height) = (pixels.width(), pixels.height());
    if mime == "image/png"
        && let Some(bytes) = png::encode(&pixels, limits::IMAGE_SENT_BYTES)
    {
        return Ok(Prepared { mime: "image/png", bytes, width, height, duration_ms: None, preview: Some(preview) });
    }
    let (bytes, width, height) = encode(pixels.on_white(), limits::IMAGE_SENT_BYTES)?;
    Ok(Prepared { mime: "image/jpeg", bytes, width, height, duration_ms: None, preview: Some(preview) })
}

/// The preview of a picture: a JPEG, at most [`PREVIEW_SIDE`] long and [`limits::PREVIEW_BYTES`].
pub(super) fn preview(pixels: &Pixels) -> Result<Bytes, MediaFault> {
    let small = pixels.clone_scaled_to(PREVIEW_SIDE).on_white();
    Ok(encode(small, limits::PREVIEW_BYTES)?.0)
}

/// A JPEG of at most `most` bytes with its width and height: of lower quality, then smaller, until it fits.
fn encode(mut pixels: Pixels, most: u64) -> Result<(Bytes, u32, u32), MediaFault> {
    loop {
        for quality in QUALITIES {
            let bytes = jpeg::encode(&pixels, quality)?;
            if bytes.len() as u64 <= most {
                return Ok((bytes.into(), pixels.width(), pixels.height()));
            }
        }
        let longest = pixels.width().max(pixels.height());
        pixels = pixels.scaled_to((longest * 3 / 4).max(1));
    }
}

/// Refuses a picture that would fill the memory, before any of it is decoded.
fn check_size(width: u32, height: u32) -> Result<(), MediaFault> {
    let actual = u64::from(width) * u64::from(height);
    if actual == 0 {
        return Err(MediaFault::Damaged);
    }
    if actual > limits::IMAGE_PIXELS {
        return Err(MediaFault::TooManyPixels { limit: limits::IMAGE_PIXELS, actual });
    }
    Ok(())
}

#[cfg(test)]
#[path = "picture_test.rs"]
mod tests;
