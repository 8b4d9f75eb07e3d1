//! Words of pictures, films and documents: choosing, uploading, what is wrong with one.

use shared::{
    limits::Platform,
    media::{MediaFault, MediaKind},
};

use super::{number, problems::Said};

/// Pictures, films and documents.
pub struct Media {
    /// 圖片, 影片 or 文件.
    pub kind: fn(MediaKind) -> &'static str,
    /// What is wrong with a picture, film or document, and the cure.
    pub fault: fn(&MediaFault) -> Said,
    /// The file is larger than its kind may be: the kind, the most, what it has.
    pub too_large: fn(MediaKind, &str, &str) -> Said,
    /// It is larger than a platform takes (nobody named: than a saved reply may hold): the most, what it has.
    pub too_large_for: fn(MediaKind, Option<Platform>, &str, &str) -> String,
    /// There is nothing in the file.
    pub empty_file: fn() -> Said,
    /// The file cannot be read any more.
    pub unreadable: fn() -> Said,
    /// Its bytes are gone with a reload.
    pub lost: fn(MediaKind) -> &'static str,
    /// What it shows, for assistive technology: the kind, and the file's name where it is known.
    pub alt: fn(MediaKind, Option<&str>) -> String,
    /// What stands in a preview for one that cannot be shown yet.
    pub not_shown: fn(MediaKind) -> String,
    /// Keeps a document that was sent, read out before its name.
    pub download: &'static str,
    /// Others are before it.
    pub waiting: &'static str,
    /// So many per cent are there.
    pub going: fn(u64) -> String,
    /// The line is down.
    pub offline: &'static str,
    /// The server makes it fit to be sent.
    pub making: &'static str,
    /// It is there.
    pub ready: &'static str,
    /// So much of so much is there.
    pub sent_of: fn(&str, &str) -> String,
    /// Takes another file in its place.
    pub replace: &'static str,
    /// Takes the file again.
    pub choose_again: &'static str,
    /// Ends the upload and takes the message out.
    pub cancel: &'static str,
    /// Adds pictures and films to a reply.
    pub attach: &'static str,
    /// So many files were chosen beyond what fits.
    pub left_out: fn(usize) -> String,
    /// Why "next" cannot be pressed, by the number of the message: it is still coming.
    pub blocked_coming: fn(usize, MediaKind) -> String,
    /// It could not be uploaded.
    pub blocked_failed: fn(usize, MediaKind) -> String,
    /// Its file has to be chosen again.
    pub blocked_lost: fn(usize, MediaKind) -> String,
    /// It is too large.
    pub blocked_large: fn(usize, MediaKind) -> String,
}

/// A size as people say it: `824 KB`, `1.4 MB`, `12 MB`. A megabyte is a million bytes.
pub fn size(bytes: u64) -> String {
    const MEGA: u64 = 1_000_000;
    if bytes < MEGA {
        return format!("{} KB", bytes.div_ceil(1_000).max(1));
    }
    let tenths = (bytes * 10).div_ceil(MEGA);
    if tenths.is_multiple_of(10) {
        format!("{} MB", tenths / 10)
    } else {
        format!("{}.{} MB", tenths / 10, tenths % 10)
    }
}

/// A limit as people say it. Those in whole mebibytes are meant so, as telephones and computers count: `10 MB`.
pub fn limit(bytes: u64) -> String {
    const MEBI: u64 = 1024 * 1024;
    if bytes >= MEBI && bytes.is_multiple_of(MEBI) { format!("{} MB", bytes / MEBI) } else { size(bytes) }
}

/// How large a picture is: `1,600 × 1,200`.
pub fn dimensions(width: u32, height: u32) -> String {
    format!("{} × {}", number(width.into()), number(height.into()))
}

/// What is known of a document: `PDF · 1.4 MB`.
pub fn document(bytes: u64) -> String {
    format!("PDF · {}", size(bytes))
}

/// How long a film lasts: `0:24`, `12:05`.
pub fn lasts(milliseconds: u64) -> String {
    let seconds = milliseconds.div_ceil(1_000);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_lengths_read_as_people_say_them() {
        for (bytes, said) in [
            (0, "1 KB"),
            (824_000, "824 KB"),
            (1_000_000, "1 MB"),
            (1_350_000, "1.4 MB"),
            (11_800_000, "11.8 MB"),
            (12_000_000, "12 MB"),
        ] {
            assert_eq!(size(bytes), said);
        }
        assert_eq!((limit(10 * 1024 * 1024), limit(16_000_000)), ("10 MB".into(), "16 MB".into()));
        assert_eq!((dimensions(1_600, 1_200), document(1_350_000)), ("1,600 × 1,200".into(), "PDF · 1.4 MB".into()));
        assert_eq!((lasts(24_000), lasts(725_400), lasts(1)), ("0:24".into(), "12:06".into(), "0:01".into()));
    }
}
