//! Films: what is in them is looked at, and they are written anew as an MP4 that every telephone shows, with a poster.

mod atoms;
mod codec;
mod fragments;
mod poster;
mod tables;
mod track;
mod write;

use shared::media::MediaFault;

use self::{
    atoms::{Atom, Numbers, find},
    codec::Coding,
    track::{Holds, Track},
};
use super::{
    kinds, picture,
    prepared::{Prepared, not_taken},
};

/// The largest width and height in pixels that a film may claim to be shown at.
const LARGEST_SIDE: u32 = 8_192;

/// Whether these bytes begin as a film of the ISO base media family does (MP4, `QuickTime`, 3GP), and not as one of its
/// pictures or sounds.
pub(super) fn is_film(bytes: &[u8]) -> bool {
    match bytes.get(4..8) {
        Some(b"ftyp") => !matches!(
            bytes.get(8..12),
            Some(
                b"heic"
                    | b"heix"
                    | b"heim"
                    | b"heis"
                    | b"hevc"
                    | b"hevx"
                    | b"mif1"
                    | b"msf1"
                    | b"avif"
                    | b"avis"
                    | b"crx "
                    | b"M4A "
                    | b"M4B "
                    | b"F4A "
                    | b"jp2 "
                    | b"jpx "
            )
        ),
        // QuickTime before it had brands.
        Some(b"moov" | b"mdat" | b"wide" | b"free" | b"skip" | b"pnot") => kinds::sniff(bytes) == kinds::UNKNOWN,
        _ => false,
    }
}

/// Makes a film fit to be sent (providers.md A3, B2; domain.md 11.28): H.264 and AAC in an MP4 whose index comes first.
/// Its frames and sound stay as they are; places, names, times and other tracks are left out.
pub(super) fn prepare(bytes: &[u8]) -> Result<Prepared, MediaFault> {
    if !is_film(bytes) {
        return Err(not_taken(bytes));
    }
    let boxes = atoms::whole(bytes).ok_or(MediaFault::Damaged)?;
    let film = Film::read(&boxes)?;
    let tracks: Vec<&Track> = std::iter::once(&film.pictures).chain(film.sound.as_ref()).collect();
    let written = write::write(bytes, film.timescale, &tracks).ok_or(MediaFault::Damaged)?;
    let milliseconds = |track: &&Track| {
        let length = u128::from(write::length(track, film.timescale));
        u64::try_from(length * 1_000 / u128::from(film.timescale)).ok()
    };
    let duration_ms = tracks.iter().filter_map(milliseconds).max();
    let (width, height) = film.size()?;
    let preview = picture::preview(&poster::of(bytes, &film.pictures, width, height))?;
    Ok(Prepared { mime: "video/mp4", bytes: written.into(), width, height, duration_ms, preview: Some(preview) })
}

/// What of a film is kept.
struct Film {
    /// Its units in a second; never 0.
    timescale: u32,
    pictures: Track,
    sound: Option<Track>,
}

impl Film {
    fn read(file: &[Atom<'_>]) -> Result<Self, MediaFault> {
        let moov = file.iter().find(|atom| &atom.name == b"moov").ok_or(MediaFault::Damaged)?.body;
        let timescale = find(moov, *b"mvhd").and_then(timescale).ok_or(MediaFault::Damaged)?;
        let mut tracks = atoms::atoms(moov)
            .filter(|atom| &atom.name == b"trak")
            .filter_map(|trak| Track::read(trak.body).transpose())
            .collect::<Result<Vec<_>, _>>()?;
        fragments::add(file, moov, &mut tracks).ok_or(MediaFault::Damaged)?;
        tracks.retain(|track| matches!(track.coding, Coding::Other(_)) || !track.samples.is_empty());
        let (pictures, sounds): (Vec<_>, Vec<_>) = tracks.into_iter().partition(|track| track.holds == Holds::Film);
        let pictures = pick(pictures, |coding| matches!(coding, Coding::H264 { .. }))
            .map_err(|found| MediaFault::VideoCodec { found })?
            .ok_or(MediaFault::NoPicture)?;
        let sound = pick(sounds, |coding| matches!(coding, Coding::Aac { .. }))
            .map_err(|found| MediaFault::AudioCodec { found })?;
        Ok(Self { timescale, pictures, sound })
    }

    /// Width and height as it is shown, in pixels.
    fn size(&self) -> Result<(u32, u32), MediaFault> {
        let (mut width, mut height) = self.pictures.shown;
        if let (0, _) | (_, 0) = (width, height)
            && let Coding::H264 { size, .. } = &self.pictures.coding
        {
            (width, height) = (size.0.into(), size.1.into());
        }
        if width == 0 || height == 0 || width.max(height) > LARGEST_SIDE {
            return Err(MediaFault::Damaged);
        }
        Ok(if self.pictures.turns() % 2 == 1 { (height, width) } else { (width, height) })
    }
}

/// The first track that every telephone can show or play; where there are only others, how the first of them is coded.
fn pick(tracks: Vec<Track>, is_taken: fn(&Coding) -> bool) -> Result<Option<Track>, String> {
    let mut other = None;
    for track in tracks {
        match &track.coding {
            coding if is_taken(coding) => return Ok(Some(track)),
            Coding::Other(name) => other = other.or_else(|| Some(name.clone())),
            _ => {}
        }
    }
    other.map_or(Ok(None), Err)
}

fn timescale(mvhd: &[u8]) -> Option<u32> {
    let mut numbers = Numbers(mvhd);
    let wide = numbers.version()?.0 == 1;
    numbers.long(wide)?;
    numbers.long(wide)?;
    numbers.u32().filter(|timescale| *timescale > 0)
}

#[cfg(test)]
#[path = "film_test.rs"]
mod tests;
