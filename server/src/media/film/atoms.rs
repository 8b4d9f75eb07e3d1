//! The boxes of ISO base media and `QuickTime` files (ISO/IEC 14496-12), read by bounds that hold and written anew.

use std::ops::Range;

/// Big-endian numbers, one after the other; `None` where they end.
#[derive(Clone, Copy)]
pub(super) struct Numbers<'a>(pub &'a [u8]);

impl<'a> Numbers<'a> {
    /// The next bytes.
    pub(super) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const COUNT: usize>(&mut self) -> Option<[u8; COUNT]> {
        self.take(COUNT)?.try_into().ok()
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(super) fn i32(&mut self) -> Option<i32> {
        self.array().map(i32::from_be_bytes)
    }

    /// A number of 8 bytes where `wide`, else of 4.
    pub(super) fn long(&mut self, wide: bool) -> Option<u64> {
        if wide { self.array().map(u64::from_be_bytes) } else { self.u32().map(u64::from) }
    }

    /// The version and flags that a full box begins with.
    pub(super) fn version(&mut self) -> Option<(u8, u32)> {
        let word = self.u32()?;
        Some((u8::try_from(word >> 24).ok()?, word & 0x00ff_ffff))
    }
}

/// A box.
#[derive(Clone)]
pub(super) struct Atom<'a> {
    pub name: [u8; 4],
    pub body: &'a [u8],
    /// Where it is, with its head, in what it was read from.
    pub place: Range<usize>,
}

/// The boxes one after the other; it ends where no whole one follows. Where that must be the end, see [`whole`].
pub(super) fn atoms(bytes: &[u8]) -> impl Iterator<Item = Atom<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let atom = atom(bytes, at)?;
        at = atom.place.end;
        Some(atom)
    })
}

fn atom(bytes: &[u8], at: usize) -> Option<Atom<'_>> {
    let mut head = Numbers(bytes.get(at..)?);
    let (size, name) = (head.u32()?, head.array()?);
    let (size, begin) = match size {
        // It reaches to the end.
        0 => (bytes.len() - at, 8),
        1 => (usize::try_from(head.long(true)?).ok()?, 16),
        size => (usize::try_from(size).ok()?, 8),
    };
    let end = at.checked_add(size)?;
    let body = bytes.get(at.checked_add(begin)?..end)?;
    Some(Atom { name, body, place: at..end })
}

/// The boxes of a whole file; `None` where the last one breaks off.
pub(super) fn whole(bytes: &[u8]) -> Option<Vec<Atom<'_>>> {
    let all: Vec<_> = atoms(bytes).collect();
    let end = all.last()?.place.end;
    // Less than a head, or zeros, is what some telephones leave behind.
    let rest = &bytes[end..];
    (rest.len() < 8 || rest.iter().all(|byte| *byte == 0)).then_some(all)
}

/// The first box of this name.
pub(super) fn find(bytes: &[u8], name: [u8; 4]) -> Option<&[u8]> {
    atoms(bytes).find(|atom| atom.name == name).map(|atom| atom.body)
}

/// Boxes being written.
#[derive(Default)]
pub(super) struct Writing(pub Vec<u8>);

impl Writing {
    /// A box with what `fill` writes into it.
    pub(super) fn atom(&mut self, name: [u8; 4], fill: impl FnOnce(&mut Self)) {
        let start = self.0.len();
        self.u32(0).bytes(&name);
        fill(self);
        // What is written here is a film of at most some 50 MB.
        let size = u32::try_from(self.0.len() - start).unwrap_or(u32::MAX);
        self.0[start..start + 4].copy_from_slice(&size.to_be_bytes());
    }

    /// A box that begins with its version and flags.
    pub(super) fn full(&mut self, name: [u8; 4], version: u8, flags: u32, fill: impl FnOnce(&mut Self)) {
        self.atom(name, |writing| {
            writing.u32(u32::from(version) << 24 | flags);
            fill(writing);
        });
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(super) fn zeros(&mut self, count: usize) -> &mut Self {
        self.0.resize(self.0.len() + count, 0);
        self
    }

    pub(super) fn u16(&mut self, value: u16) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    pub(super) fn u32(&mut self, value: u32) -> &mut Self {
        self.bytes(&value.to_be_bytes())
    }

    /// A count: tables are shorter than [`super::tables::MOST_SAMPLES`].
    pub(super) fn count(&mut self, value: usize) -> &mut Self {
        self.u32(u32::try_from(value).unwrap_or(u32::MAX))
    }

    /// A number of 8 bytes where `wide`, else of 4.
    pub(super) fn long(&mut self, value: u64, wide: bool) -> &mut Self {
        if wide { self.bytes(&value.to_be_bytes()) } else { self.u32(u32::try_from(value).unwrap_or(u32::MAX)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_read_as_they_are_written_and_no_further() {
        let mut writing = Writing::default();
        writing.atom(*b"free", |_| {});
        writing.full(*b"moov", 1, 7, |inner| {
            inner.long(5, true).u16(6);
        });
        let bytes = writing.0;
        let read = whole(&bytes).unwrap();
        assert_eq!(
            read.iter().map(|atom| (&atom.name, atom.place.clone())).collect::<Vec<_>>(),
            [(b"free", 0..8), (b"moov", 8..30)]
        );
        let mut numbers = Numbers(find(&bytes, *b"moov").unwrap());
        assert_eq!((numbers.version(), numbers.long(true), numbers.u16()), (Some((1, 7)), Some(5), Some(6)));
        assert_eq!(numbers.u8(), None);
        for length in 9..bytes.len() {
            assert_eq!(whole(&bytes[..length]).is_some(), length < 16, "cut at {length}");
        }
    }

    #[test]
    fn sizes_that_lie_end_the_reading() {
        let big = [&1u32.to_be_bytes()[..], b"mdat", &u64::MAX.to_be_bytes(), b"...."].concat();
        assert!(atoms(&big).next().is_none());
        let small = [&7u32.to_be_bytes()[..], b"mdat", b"...."].concat();
        assert!(atoms(&small).next().is_none());
        let rest = [&0u32.to_be_bytes()[..], b"mdat", b"...."].concat();
        assert_eq!(atoms(&rest).next().map(|atom| atom.body), Some(&b"...."[..]));
    }
}
