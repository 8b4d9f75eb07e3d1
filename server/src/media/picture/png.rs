//! PNG, read strictly and with little memory beside its pixels.

use std::io::{self, Cursor, Write};

use bytes::Bytes;
use png::{BitDepth, ColorType, Compression, Decoder, Encoder, Limits, Transformations};
use shared::media::MediaFault;

use super::{Decoded, Pixels, check_size, exif};

/// What the decoder may need beside the pixels, in bytes; a row and a profile are far below it.
const MEMORY: usize = 16 * 1024 * 1024;

/// Decodes a whole PNG of any kind (palette, grey, 16 bits, interlaced) to 8-bit RGB or RGBA.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, MediaFault> {
    let damaged = |_| MediaFault::Damaged;
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: MEMORY });
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let header = decoder.read_header_info().map_err(damaged)?;
    let (width, height) = (header.width, header.height);
    check_size(width, height)?;
    let mut reader = decoder.read_info().map_err(damaged)?;
    let mut data = vec![0; reader.output_buffer_size().ok_or(MediaFault::Damaged)?];
    reader.next_frame(&mut data).map_err(damaged)?;
    let (colours, depth) = reader.output_color_type();
    if depth != BitDepth::Eight {
        return Err(MediaFault::Damaged);
    }
    // It has ended only with its end chunk.
    reader.finish().map_err(damaged)?;
    let info = reader.info();
    let orientation = info.exif_metadata.as_deref().map_or(1, exif::orientation);
    let icc = info.icc_profile.as_deref().map(<[u8]>::to_vec);
    let data = match colours {
        ColorType::Grayscale => data.into_iter().flat_map(|grey| [grey; 3]).collect(),
        ColorType::GrayscaleAlpha => {
            data.chunks_exact(2).flat_map(|pair| [pair[0], pair[0], pair[0], pair[1]]).collect()
        }
        ColorType::Rgb | ColorType::Rgba => data,
        ColorType::Indexed => return Err(MediaFault::Damaged),
    };
    let pixels = Pixels::new(width, height, data).ok_or(MediaFault::Damaged)?;
    Ok(Decoded { pixels, orientation, icc })
}

/// A PNG of at most `most` bytes, if it can be one.
pub(super) fn encode(pixels: &Pixels, most: u64) -> Option<Bytes> {
    let mut bytes = Bounded { bytes: Vec::new(), most: usize::try_from(most).ok()? };
    let mut encoder = Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(if pixels.has_alpha() { ColorType::Rgba } else { ColorType::Rgb });
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::Balanced);
    let mut writer = encoder.write_header().ok()?;
    writer.write_image_data(pixels.data()).ok()?;
    writer.finish().ok()?;
    Some(bytes.bytes.into())
}

/// Bytes up to a bound: what grows beyond it is given up at once.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + piece.len() > self.most {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
