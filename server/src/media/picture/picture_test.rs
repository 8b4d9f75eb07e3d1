//! Pictures of every kind a telephone or a graphics program makes, and those that are made up.

use ::png::{BitDepth, ColorType, Encoder};

use super::*;

const CMYK: &[u8] = include_bytes!("../samples/cmyk.jpg");
const GREY: &[u8] = include_bytes!("../samples/grey.jpg");
const PROGRESSIVE: &[u8] = include_bytes!("../samples/progressive.jpg");

/// A JPEG, its left half red and its right half blue, that EXIF says to turn.
fn turned_jpeg(width: u16, height: u16, orientation: u8) -> Vec<u8> {
    let row: Vec<u8> = (0..width).flat_map(|x| if x < width / 2 { [250, 0, 0] } else { [0, 0, 250] }).collect();
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
    let place = b"GPS 25.0330N 121.5654E".to_vec();
    let exif = [&[b'I', b'I', b'*', 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0][..], &place]
        .concat();
    encoder.add_exif_metadata(&exif).unwrap();
    encoder.encode(&row.repeat(height.into()), width, height, jpeg_encoder::ColorType::Rgb).unwrap();
    bytes
}

fn png(colours: ColorType, depth: BitDepth, (width, height): (u32, u32), data: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(colours);
    encoder.set_depth(depth);
    if colours == ColorType::Indexed {
        encoder.set_palette(vec![255, 0, 0, 0, 255, 0]);
        encoder.set_trns(vec![255, 0]);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    bytes
}

/// The pixels of what was made.
fn pixels(bytes: &[u8]) -> Pixels {
    if kinds::sniff(bytes) == "image/png" { png::decode(bytes) } else { jpeg::decode(bytes) }.unwrap().pixels
}

fn pixel(pixels: &Pixels, x: u32, y: u32) -> &[u8] {
    let channels = pixels.channels();
    let start = (y * pixels.width() + x) as usize * channels;
    &pixels.data()[start..start + channels]
}

#[test]
fn a_picture_is_turned_upright_before_what_it_says_is_dropped() {
    let source = turned_jpeg(64, 32, 6);
    assert!(source.windows(3).any(|word| word == b"GPS"));
    let made = prepare(&source).unwrap();
    assert_eq!((made.mime, made.width, made.height), ("image/jpeg", 32, 64));
    for bytes in [&made.bytes, made.preview.as_ref().unwrap()] {
        for word in [&b"Exif"[..], b"GPS", b"121.5654"] {
            assert!(!bytes.windows(word.len()).any(|found| found == word));
        }
        let pixels = pixels(bytes);
        let (top, bottom) = (pixel(&pixels, 16, 8), pixel(&pixels, 16, 56));
        assert!(top[0] > 200 && top[2] < 60, "red came from the left and is above: {top:?}");
        assert!(bottom[2] > 200 && bottom[0] < 60, "{bottom:?}");
    }
}

#[test]
fn grey_cmyk_and_progressive_jpegs_become_plain_ones() {
    for (source, width, height) in [(GREY, 64, 48), (CMYK, 48, 36), (PROGRESSIVE, 64, 48)] {
        let made = prepare(source).unwrap();
        assert_eq!((made.mime, made.width, made.height), ("image/jpeg", width, height));
        // Three colours, 8 bits each, in one baseline frame.
        let frame = made.bytes.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
        assert_eq!((made.bytes[frame + 4], made.bytes[frame + 9]), (8, 3));
    }
    // The first bar of the pattern is red, however its ink was told.
    let made = prepare(CMYK).unwrap();
    let (pixels, progressive) = (pixels(&made.bytes), pixels(&prepare(PROGRESSIVE).unwrap().bytes));
    for red in [pixel(&pixels, 3, 30), pixel(&progressive, 4, 40)] {
        assert!(red[0] > 200 && red[1] < 80 && red[2] < 80, "{red:?}");
    }
}

#[test]
fn pngs_of_every_kind_become_8_bit_rgb_or_rgba() {
    let made = prepare(&png(ColorType::Grayscale, BitDepth::Sixteen, (2, 1), &[0x80, 0xff, 0, 1])).unwrap();
    assert_eq!((made.mime, pixels(&made.bytes).data()), ("image/png", &[128, 128, 128, 0, 0, 0][..]));
    let made = prepare(&png(ColorType::Rgba, BitDepth::Sixteen, (1, 1), &[9, 9, 8, 8, 7, 7, 6, 6])).unwrap();
    assert_eq!(pixels(&made.bytes).data(), [9, 8, 7, 6]);
    // A palette whose second colour is clear, one bit each: 1 0.
    let made = prepare(&png(ColorType::Indexed, BitDepth::One, (2, 1), &[0b1000_0000])).unwrap();
    assert_eq!((made.mime, pixels(&made.bytes).data()), ("image/png", &[0, 255, 0, 0, 255, 0, 0, 255][..]));
    assert!(made.bytes.windows(4).all(|chunk| chunk != b"PLTE"));
    // What is clear is white in its preview.
    assert!(pixel(&pixels(made.preview.as_ref().unwrap()), 0, 0)[0] > 100);
    let made = prepare(&png(ColorType::GrayscaleAlpha, BitDepth::Eight, (1, 1), &[5, 255])).unwrap();
    assert_eq!(pixels(&made.bytes).data(), [5, 5, 5]);
}

/// Noise, which cannot be made small without losing some of it.
fn noise(count: usize) -> Vec<u8> {
    let mut state = 7u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..count).map(|_| next()).collect()
}

#[test]
fn a_png_that_stays_too_large_becomes_a_jpeg_on_white() {
    let (width, height) = (1_500, 1_000);
    let data: Vec<u8> = noise(width * height * 4).chunks_exact(4).flat_map(|c| [c[0], c[1], c[2], 0]).collect();
    let side = |length: usize| u32::try_from(length).unwrap();
    let source = png(ColorType::Rgba, BitDepth::Eight, (side(width), side(height)), &data);
    let made = prepare(&source).unwrap();
    assert_eq!((made.mime, made.width, made.height), ("image/jpeg", 1_500, 1_000));
    assert!(pixel(&pixels(&made.bytes), 700, 500).iter().all(|colour| *colour == 255), "all of it was clear");
}

#[test]
fn a_large_picture_is_made_smaller_until_it_fits() {
    let size = (5_000u32, 400u32);
    let data = noise((size.0 * size.1 * 3) as usize);
    let made = prepare(&png(ColorType::Rgb, BitDepth::Eight, size, &data)).unwrap();
    assert_eq!((made.mime, made.width, made.height), ("image/png", 4_096, 328));
    assert!(made.bytes.len() as u64 <= limits::IMAGE_SENT_BYTES);
    let preview = pixels(made.preview.as_ref().unwrap());
    assert_eq!((preview.width(), preview.height()), (1_024, 82));
    assert!(made.preview.as_ref().unwrap().len() as u64 <= limits::PREVIEW_BYTES);
    // Where no quality makes it small enough, its size does.
    let (bytes, width, height) = encode(pixels(made.preview.as_ref().unwrap()), 4_000).unwrap();
    assert!(bytes.len() <= 4_000 && width < 1_024 && height < 82);
}

#[test]
fn a_strip_keeps_at_least_a_pixel() {
    let made = prepare(&png(ColorType::Grayscale, BitDepth::Eight, (30_000, 1), &vec![9; 30_000])).unwrap();
    assert_eq!((made.width, made.height), (4_096, 1));
}

#[test]
fn what_would_fill_the_memory_is_refused_by_its_head() {
    let bomb = |width: u32, height: u32| {
        let mut bytes = png(ColorType::Rgba, BitDepth::Eight, (1, 1), &[1; 4]);
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        // The header's checksum, over its name and what it says.
        let sum = crc(&bytes[12..29]).to_be_bytes();
        bytes[29..33].copy_from_slice(&sum);
        bytes
    };
    let limit = limits::IMAGE_PIXELS;
    assert_eq!(prepare(&bomb(30_000, 30_000)), Err(MediaFault::TooManyPixels { limit, actual: 900_000_000 }));
    let most = u32::try_from(limit).unwrap() + 1;
    assert_eq!(prepare(&bomb(most, 1)), Err(MediaFault::TooManyPixels { limit, actual: limit + 1 }));
    assert_eq!(prepare(&bomb(0, 5)), Err(MediaFault::Damaged));
    // As many as are allowed, of which there is one.
    assert_eq!(prepare(&bomb(8_000, 6_000)), Err(MediaFault::Damaged));
    let mut jpeg = turned_jpeg(8, 8, 1);
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(prepare(&jpeg), Err(MediaFault::TooManyPixels { limit, actual: 65_535 * 65_535 }));
}

/// The checksum of PNG chunks (RFC 2083, 15).
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xedb8_8320 } else { sum >> 1 })
    })
}

#[test]
fn what_breaks_off_is_refused_even_where_most_of_it_is_there() {
    let data = noise(60 * 40 * 3);
    for source in [png(ColorType::Rgb, BitDepth::Eight, (60, 40), &data), turned_jpeg(64, 64, 1)] {
        assert!(prepare(&source).is_ok());
        for length in (0..source.len()).step_by(5).chain([source.len() - 1]) {
            let cut = prepare(&source[..length]).map(|made| made.mime);
            assert!(matches!(cut, Err(MediaFault::Damaged | MediaFault::NotTaken { .. })), "cut at {length}: {cut:?}");
        }
    }
}
