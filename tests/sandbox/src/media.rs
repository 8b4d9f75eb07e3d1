//! A sample picture drawn in code, so that a customer has something to send.

use std::sync::LazyLock;

use bytes::Bytes;

pub(crate) const PICTURE_MIME: &str = "image/png";

const WIDTH: u32 = 320;
const HEIGHT: u32 = 240;
/// Table, wall, box, lid, ribbon, shadow.
const PALETTE: [[u8; 3]; 6] = [
    [0xd9, 0xc7, 0xb0],
    [0xf4, 0xee, 0xe4],
    [0x3f, 0x7d, 0x6c],
    [0x57, 0x9b, 0x88],
    [0xf2, 0xc1, 0x4e],
    [0xb9, 0xa5, 0x8c],
];

static PICTURE: LazyLock<Bytes> = LazyLock::new(|| png().into());

/// A parcel on a table, PNG.
pub(crate) fn picture() -> Bytes {
    PICTURE.clone()
}

fn colour(x: u32, y: u32) -> u8 {
    let inside = |left, top, right, bottom| (left..right).contains(&x) && (top..bottom).contains(&y);
    match () {
        () if inside(150, 70, 170, 195) => 4,
        () if inside(80, 70, 240, 100) => 3,
        () if inside(90, 100, 230, 195) => 2,
        () if inside(100, 195, 250, 203) => 5,
        () if y >= 160 => 0,
        () => 1,
    }
}

fn png() -> Vec<u8> {
    let mut rows = Vec::new();
    for y in 0..HEIGHT {
        rows.push(0); // filter: none
        rows.extend((0..WIDTH).map(|x| colour(x, y)));
    }
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = Vec::new();
    header.extend(WIDTH.to_be_bytes());
    header.extend(HEIGHT.to_be_bytes());
    header.extend([8, 3, 0, 0, 0]); // 8 bits, by palette
    chunk(&mut out, *b"IHDR", &header);
    chunk(&mut out, *b"PLTE", PALETTE.as_flattened());
    chunk(&mut out, *b"IDAT", &zlib_stored(&rows));
    chunk(&mut out, *b"IEND", &[]);
    out
}

fn chunk(out: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    out.extend(u32::try_from(data.len()).unwrap_or(u32::MAX).to_be_bytes());
    let start = out.len();
    out.extend(kind);
    out.extend(data);
    let check = crc(&out[start..]);
    out.extend(check.to_be_bytes());
}

/// A zlib stream of stored (not compressed) blocks.
fn zlib_stored(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(0xFFFF).peekable();
    while let Some(block) = blocks.next() {
        let size = u16::try_from(block.len()).unwrap_or(u16::MAX);
        out.push(u8::from(blocks.peek().is_none()));
        out.extend(size.to_le_bytes());
        out.extend((!size).to_le_bytes());
        out.extend(block);
    }
    out.extend(adler(data).to_be_bytes());
    out
}

fn crc(data: &[u8]) -> u32 {
    !data.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 & 0_u32.wrapping_sub(crc & 1)))
    })
}

fn adler(data: &[u8]) -> u32 {
    let (low, high) = data.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    (high << 16) | low
}

#[cfg(test)]
mod tests {
    use super::{adler, crc, picture};

    #[test]
    fn checks_are_the_standard_ones() {
        assert_eq!(crc(b"123456789"), 0xCBF4_3926);
        assert_eq!(adler(b"Wikipedia"), 0x11E6_0398);
        assert!(picture().starts_with(b"\x89PNG"));
    }
}
