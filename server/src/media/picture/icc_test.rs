//! Profiles as telephones write them, and none.

use proptest::prelude::*;

use super::*;

/// A profile of three primaries and one curve for all.
fn profile(primaries: [[f32; 3]; 3], curve: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0; 128];
    bytes[16..24].copy_from_slice(b"RGB XYZ ");
    bytes.extend(6u32.to_be_bytes());
    let tags: [(&[u8; 4], usize, usize); 6] = [
        (b"rXYZ", 0, 20),
        (b"gXYZ", 20, 20),
        (b"bXYZ", 40, 20),
        (b"rTRC", 60, curve.len()),
        (b"gTRC", 60, curve.len()),
        (b"bTRC", 60, curve.len()),
    ];
    let start = 132 + 6 * 12;
    for (name, offset, size) in tags {
        bytes.extend(name);
        bytes.extend(u32::try_from(start + offset).unwrap().to_be_bytes());
        bytes.extend(u32::try_from(size).unwrap().to_be_bytes());
    }
    for primary in primaries {
        bytes.extend(b"XYZ \0\0\0\0");
        bytes.extend(primary.map(fixed_point).concat());
    }
    bytes.extend(curve);
    bytes
}

#[expect(clippy::cast_possible_truncation, reason = "small numbers")]
fn fixed_point(value: f32) -> [u8; 4] {
    ((value * 65_536.0).round() as i32).to_be_bytes()
}

/// sRGB's curve as a formula of type 3.
fn srgb_curve() -> Vec<u8> {
    let numbers = [2.4, 1.0 / 1.055, 0.055 / 1.055, 1.0 / 12.92, 0.04045];
    [&b"para\0\0\0\0\0\x03\0\0"[..], &numbers.map(fixed_point).concat()].concat()
}

const P3: [[f32; 3]; 3] =
    [[0.515_12, 0.241_2, -0.001_05], [0.291_98, 0.692_25, 0.041_89], [0.157_1, 0.066_57, 0.784_07]];
const SRGB: [[f32; 3]; 3] =
    [[0.436_07, 0.222_49, 0.013_92], [0.385_15, 0.716_87, 0.097_08], [0.143_07, 0.060_61, 0.714_1]];

#[test]
fn display_p3_is_converted_as_colour_management_does() {
    let conversion = to_srgb(&profile(P3, &srgb_curve())).unwrap();
    // Worked out from the primaries of both. Grey stays, strong colours are pulled to the edge, middling ones move.
    let near = |from: [u8; 3], to: [u8; 3]| {
        let found = conversion.convert(from);
        assert!(found.iter().zip(to).all(|(a, b)| a.abs_diff(b) <= 1), "{from:?} became {found:?}, not {to:?}");
    };
    near([128, 128, 128], [128, 128, 128]);
    near([255, 0, 0], [255, 0, 0]);
    near([0, 0, 0], [0, 0, 0]);
    near([255, 255, 255], [255, 255, 255]);
    near([200, 100, 50], [215, 93, 31]);
    near([50, 150, 100], [0, 153, 95]);
    let mut pixels = Pixels::new(2, 1, vec![200, 100, 50, 7, 200, 100, 50, 255]).unwrap();
    conversion.apply(&mut pixels);
    assert_eq!((pixels.data()[3], pixels.data()[7]), (7, 255), "alpha is no colour");
    assert_eq!(pixels.data()[..3], conversion.convert([200, 100, 50]));
}

#[test]
fn srgb_needs_no_conversion_and_other_ways_have_none() {
    assert!(to_srgb(&profile(SRGB, &srgb_curve())).is_none());
    assert!(to_srgb(b"").is_none());
    assert!(to_srgb(&profile(SRGB, b"mAB \0\0\0\0")).is_none());
    let mut ink = profile(SRGB, &srgb_curve());
    ink[16..20].copy_from_slice(b"CMYK");
    assert!(to_srgb(&ink).is_none());
}

#[test]
fn curves_are_powers_and_tables_too() {
    let power = to_srgb(&profile(SRGB, b"curv\0\0\0\0\0\0\0\x01\x01\x00")).unwrap();
    // The value is the light itself: what was half the light is coded as 188.
    assert!(power.convert([128; 3])[0].abs_diff(188) <= 1);
    let table = to_srgb(&profile(SRGB, b"curv\0\0\0\0\0\0\0\x03\0\0\x80\0\xff\xff")).unwrap();
    assert_eq!(table.convert([128; 3]), power.convert([128; 3]));
}

proptest! {
    #[test]
    fn nonsense_converts_or_not(bytes in prop::collection::vec(any::<u8>(), 0..60), place in 128usize..260, kind in 0u8..6) {
        let mut curve = srgb_curve();
        curve[9] = kind;
        let mut made = profile(P3, &curve);
        for (at, byte) in (place..).zip(&bytes) {
            if let Some(cell) = made.get_mut(at) {
                *cell = *byte;
            }
        }
        if let Some(conversion) = to_srgb(&made) {
            let _ = conversion.convert([1, 128, 255]);
        }
    }
}
