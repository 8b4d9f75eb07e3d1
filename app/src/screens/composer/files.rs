//! Chosen, dropped and pasted files as messages.

use shared::{content::Part, media::MediaKind};

use crate::{platform::Chosen, upload::Uploads};

/// The types that are offered where a picture, film or document is chosen. A telephone makes its own formats fit to these; not
/// every machine knows the type of a PDF, but all know its ending.
pub const fn accept(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image/jpeg,image/png",
        MediaKind::Video => "video/mp4,video/quicktime",
        MediaKind::Document => "application/pdf,.pdf",
    }
}

/// Pictures and films together.
pub const ACCEPT_BOTH: &str = "image/jpeg,image/png,video/mp4,video/quicktime";

/// What a file is, by its type, else by its name; the server looks inside. What is neither is taken as `otherwise`, and refused
/// there with its reason.
fn kind_of(mime: &str, name: &str, otherwise: MediaKind) -> MediaKind {
    if mime.starts_with("video/") {
        return MediaKind::Video;
    }
    if mime.starts_with("image/") {
        return MediaKind::Image;
    }
    match name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "mp4" | "mov" | "m4v" => MediaKind::Video,
        "jpg" | "jpeg" | "png" | "heic" => MediaKind::Image,
        _ => otherwise,
    }
}

/// Begins to bring as many of these as there is room for; answers their messages, and how many files had no room.
pub fn take_files(uploads: Uploads, files: Vec<Chosen>, otherwise: MediaKind, room: usize) -> (Vec<Part>, usize) {
    let left_out = files.len().saturating_sub(room);
    let parts = files.into_iter().take(room).filter_map(|file| {
        let kind = kind_of(&file.mime, &file.name, otherwise);
        Part::of_media(kind, uploads.add(kind, file))
    });
    (parts.collect(), left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_told_by_its_type_then_by_its_name() {
        for (mime, name, expected) in [
            ("video/quicktime", "a.jpg", MediaKind::Video),
            ("image/png", "a", MediaKind::Image),
            ("", "IMG_1.MOV", MediaKind::Video),
            ("", "IMG_1.HEIC", MediaKind::Image),
            ("application/x-msdownload", "setup.exe", MediaKind::Video),
        ] {
            assert_eq!(kind_of(mime, name, MediaKind::Video), expected, "{mime} {name}");
        }
    }
}
