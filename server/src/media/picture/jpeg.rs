//! JPEG, read strictly: a file that breaks off is refused, whatever a tolerant decoder would make of it.

use shared::media::MediaFault;
use zune_jpeg::{
    JpegDecoder,
    zune_core::{bytestream::ZCursor, colorspace::ColorSpace, options::DecoderOptions},
};

use super::{Decoded, Pixels, check_size, exif};

/// Progressive pictures have about ten scans; thousands would keep a core busy for an hour.
const MOST_SCANS: usize = 64;

/// What the segments of a JPEG say.
#[derive(Debug, PartialEq, Eq)]
struct Look {
    width: u16,
    height: u16,
    scans: usize,
}

/// Decodes a whole JPEG of any kind (grey, CMYK, progressive) to RGB.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, MediaFault> {
    let look = look(bytes).ok_or(MediaFault::Damaged)?;
    check_size(look.width.into(), look.height.into())?;
    if look.scans > MOST_SCANS {
        return Err(MediaFault::Damaged);
    }
    let damaged = |_| MediaFault::Damaged;
    let options = DecoderOptions::default()
        .set_strict_mode(true)
        .set_max_width(look.width.into())
        .set_max_height(look.height.into())
        .jpeg_set_max_scans(MOST_SCANS)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(damaged)?;
    let data = decoder.decode().map_err(damaged)?;
    let pixels = Pixels::new(look.width.into(), look.height.into(), data).ok_or(MediaFault::Damaged)?;
    // Its block begins at the TIFF header; some writers leave the marker's name before it.
    let orientation =
        decoder.exif().map_or(1, |block| exif::orientation(block.strip_prefix(b"Exif\0\0").unwrap_or(block)));
    Ok(Decoded { pixels, orientation, icc: decoder.icc_profile() })
}

/// Walks the segments to the end mark; `None` where there is none or no picture before it.
fn look(bytes: &[u8]) -> Option<Look> {
    let mut look = Look { width: 0, height: 0, scans: 0 };
    let mut at = 2;
    loop {
        // Fill bytes may stand before a marker.
        at += bytes.get(at..)?.windows(2).position(|pair| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff))?;
        let marker = *bytes.get(at + 1)?;
        at += 2;
        match marker {
            0x01 | 0xd0..=0xd8 => continue,
            0xd9 => return (look.scans > 0).then_some(look),
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
        let segment = bytes.get(at..at.checked_add(length)?)?;
        match marker {
            // A frame: length, precision, height, width.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                look.height = u16::from_be_bytes(segment.get(3..5)?.try_into().ok()?);
                look.width = u16::from_be_bytes(segment.get(5..7)?.try_into().ok()?);
            }
            0xda => look.scans += 1,
            _ => {}
        }
        // In the coded data after a scan's head only zeros and restarts follow 0xff, which the search above passes
        // over.
        at += length.max(2);
    }
}

/// A JPEG of pixels without alpha.
pub(super) fn encode(pixels: &Pixels, quality: u8) -> Result<Vec<u8>, MediaFault> {
    let mut bytes = Vec::new();
    let (width, height) = (u16::try_from(pixels.width()), u16::try_from(pixels.height()));
    let (Ok(width), Ok(height)) = (width, height) else {
        return Err(MediaFault::Damaged);
    };
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, quality);
    encoder.set_chroma_subsampling_method(jpeg_encoder::ChromaSubsamplingMethod::Average);
    // Memory cannot fail to be written, and no pixels are missing.
    encoder.encode(pixels.data(), width, height, jpeg_encoder::ColorType::Rgb).map_err(|_| MediaFault::Damaged)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey() -> Vec<u8> {
        encode(&Pixels::new(20, 10, vec![128; 600]).unwrap(), 80).unwrap()
    }

    #[test]
    fn a_picture_ends_with_its_end_mark() {
        let bytes = grey();
        assert_eq!(look(&bytes), Some(Look { width: 20, height: 10, scans: 1 }));
        for length in 0..bytes.len() {
            assert_eq!(look(&bytes[..length]), None, "cut at {length}");
        }
        // What a telephone appends after the end is no part of it.
        assert!(look(&[bytes, vec![7; 40]].concat()).is_some());
    }

    #[test]
    fn a_thousand_scans_are_refused_before_they_are_decoded() {
        let bytes = grey();
        let scan = bytes.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
        let end = bytes.len() - 2;
        let many = [&bytes[..scan], &bytes[scan..end].repeat(1_000), &bytes[end..]].concat();
        assert_eq!(look(&many).map(|look| look.scans), Some(1_000));
        assert!(decode(&many).is_err());
    }
}
