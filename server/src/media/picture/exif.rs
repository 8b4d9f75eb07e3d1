//! The one thing of EXIF that matters before it is dropped: how the telephone was held.

/// The tag of the orientation.
const ORIENTATION: u16 = 0x0112;

/// The orientation in an EXIF block that begins with its TIFF header, 1 to 8; 1 where it does not say.
pub(super) fn orientation(exif: &[u8]) -> u8 {
    read(exif).filter(|value| (1..=8).contains(value)).unwrap_or(1)
}

fn read(exif: &[u8]) -> Option<u8> {
    let little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let bytes = |at: usize, count: usize| exif.get(at..at.checked_add(count)?);
    let short = |at| {
        let pair = bytes(at, 2)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    };
    let four = bytes(4, 4)?.try_into().ok()?;
    let directory = usize::try_from(if little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) }).ok()?;
    let count = usize::from(short(directory)?);
    // An entry: its tag, type, count, and at 8 its value.
    let entries = (0..count).map(|index| directory.saturating_add(2 + index * 12));
    let entry = entries.take_while(|at| short(*at).is_some()).find(|at| short(*at) == Some(ORIENTATION))?;
    u8::try_from(short(entry.checked_add(8)?)?).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// An EXIF block that says one thing, big-endian as iPhones write it or little-endian as Androids do.
    pub(in crate::media::picture) fn block(orientation: u16, little: bool) -> Vec<u8> {
        let short = |value: u16| if little { value.to_le_bytes() } else { value.to_be_bytes() };
        let long = |value: u32| if little { value.to_le_bytes() } else { value.to_be_bytes() };
        let start: &[u8] = if little { b"II*\0" } else { b"MM\0*" };
        let entry = [&short(ORIENTATION)[..], &short(3), &long(1), &short(orientation), &[0, 0]].concat();
        [start, &long(8), &short(1), &entry, &long(0)].concat()
    }

    #[test]
    fn both_byte_orders_are_read() {
        for value in 1..=8u8 {
            assert_eq!(orientation(&block(value.into(), true)), value);
            assert_eq!(orientation(&block(value.into(), false)), value);
        }
        for odd in [0, 9, 0xffff] {
            assert_eq!(orientation(&block(odd, true)), 1);
        }
        assert_eq!(orientation(b""), 1);
    }

    proptest! {
        #[test]
        fn nonsense_is_upright_or_some_orientation(mut bytes in prop::collection::vec(any::<u8>(), 0..60), little: bool) {
            if let Some(start) = bytes.get_mut(..4) {
                start.copy_from_slice(if little { b"II*\0" } else { b"MM\0*" });
            }
            prop_assert!((1..=8).contains(&orientation(&bytes)));
        }
    }
}
