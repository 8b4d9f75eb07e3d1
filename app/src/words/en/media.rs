//! Words of pictures, films and documents.

use shared::media::{MediaFault, MediaKind};

use super::plural;
use crate::words::{media::Media, platform, problems::Said};

pub(super) const MEDIA: Media = Media {
    kind,
    fault,
    too_large: |of, most, has| {
        let cure = match of {
            MediaKind::Image => "Make it smaller or save it as JPEG, then choose it again.",
            MediaKind::Video => "Cut it or lower its quality, then choose it again.",
            MediaKind::Document => "Save it smaller, for example with smaller images, then choose it again.",
        };
        Said::new(format!("The {} has {has}; at most {most} are taken.", noun(of)), cure)
    },
    too_large_for: |of, on, most, has| {
        let whose = on.map_or("a saved reply", platform);
        let cure = match of {
            MediaKind::Image | MediaKind::Document => "Make it smaller",
            MediaKind::Video => "Cut it",
        };
        format!("The {} has {has}; {whose} takes {most} at most. {cure}, or choose another.", noun(of))
    },
    empty_file: || {
        Said::new("There is nothing in this file.", "Make sure that it opens on this device, then choose it again.")
    },
    unreadable: || Said::new("The file cannot be read any more.", "It was moved, changed or deleted; choose it again."),
    lost: |of| match of {
        MediaKind::Image => {
            "The page was reloaded before this image was uploaded. Choose the same image again; nothing else is lost."
        }
        MediaKind::Video => {
            "The page was reloaded before this video was uploaded. Choose the same video again; nothing else is lost."
        }
        MediaKind::Document => {
            "The page was reloaded before this document was uploaded. Choose the same document again; nothing else is lost."
        }
    },
    alt: |of, name| match name {
        Some(name) => format!("{}: {name}", kind(of)),
        None => kind(of).to_owned(),
    },
    not_shown: |of| format!("({})", noun(of)),
    download: "Download the document",
    waiting: "Waiting to upload",
    going: |percent| format!("Uploading {percent}%"),
    offline: "No connection; goes on by itself once it is back",
    making: "Processing",
    ready: "Uploaded",
    sent_of: |sent, size| format!("{sent} of {size}"),
    replace: "Replace",
    choose_again: "Choose again",
    cancel: "Cancel upload",
    attach: "Add an image or video",
    left_out: |n| {
        let were = plural(n as u64, "file was", "files were");
        format!("5 messages at most: {n} {were} not added.")
    },
    blocked_coming: |n, of| format!("The {} of message {n} is still uploading", noun(of)),
    blocked_failed: |n, of| format!("The {} of message {n} was not uploaded", noun(of)),
    blocked_lost: |n, of| format!("Choose the {} of message {n} again", noun(of)),
    blocked_large: |n, of| format!("The {} of message {n} is too large", noun(of)),
};

/// Inside a sentence.
fn noun(of: MediaKind) -> &'static str {
    match of {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Document => "document",
    }
}

fn kind(of: MediaKind) -> &'static str {
    match of {
        MediaKind::Image => "Image",
        MediaKind::Video => "Video",
        MediaKind::Document => "Document",
    }
}

pub(super) fn fault(fault: &MediaFault) -> Said {
    match fault {
        MediaFault::NotTaken { found } => not_taken(found),
        MediaFault::Damaged => Said::new(
            "The file is incomplete or cannot be read.",
            "Make sure that it opens on this device, then choose it again.",
        ),
        MediaFault::TooManyPixels { limit, actual } => Said::new(
            format!("The image has {} megapixels; at most {} are taken.", actual / 1_000_000, limit / 1_000_000),
            "Make it smaller, then choose it again.",
        ),
        MediaFault::VideoCodec { found } if found == "hevc" => Said::new(
            "This video is HEVC (H.265), which some phones cannot play.",
            "On an iPhone choose Settings \u{203a} Camera \u{203a} Formats \u{203a} Most Compatible and record again, or convert it to an H.264 MP4.",
        ),
        MediaFault::VideoCodec { found } => Said::new(
            format!("This video is coded as {found}, which some phones cannot play."),
            "Convert it to an H.264 MP4, then choose it again.",
        ),
        MediaFault::AudioCodec { found } => Said::new(
            format!("The sound of this video is coded as {found}, which some phones cannot play."),
            "Convert its sound to AAC, then choose it again.",
        ),
        MediaFault::NoPicture => Said::new("This video has sound only.", "Choose one with a picture."),
        MediaFault::NotPdf { found } => not_pdf(found),
    }
}

fn not_pdf(found: &str) -> Said {
    match found {
        // What office programs write, old and new.
        "application/zip" | "application/x-ole-storage" => Said::new(
            "This file is not a PDF.",
            "Open it in the program it was made with, save it as PDF, and choose that.",
        ),
        found if found.starts_with("image/") => {
            Said::new("This file is an image, not a PDF.", "Save or print it as PDF, then choose that.")
        }
        _ => Said::new("This file is not a PDF, whatever its name says.", "Choose a PDF that opens on this device."),
    }
}

fn not_taken(found: &str) -> Said {
    match found {
        "application/pdf" => Said::new(
            "A PDF can only stand above a WhatsApp template.",
            "Send a template that has a document, or save the page as JPEG and choose that.",
        ),
        "image/heic" | "image/heif" => Said::new(
            "This photo is HEIC, which not every customer can see.",
            "On an iPhone choose Settings \u{203a} Camera \u{203a} Formats \u{203a} Most Compatible, or save it as JPEG and choose that.",
        ),
        "image/gif" | "image/webp" | "image/avif" | "image/bmp" | "image/tiff" | "image/svg+xml" => {
            Said::new("Images of this type cannot be sent.", "Save it as JPEG or PNG, then choose that.")
        }
        found if found.starts_with("video/") => Said::new(
            "Videos of this type cannot be sent.",
            "Convert it to MP4, or use an iPhone\u{2019}s MOV (H.264), then choose that.",
        ),
        found if found.starts_with("image/") => {
            Said::new("This file is an image, not a video.", "Remove this message and add it as an image.")
        }
        _ => Said::new("This file is neither an image nor a video.", "Use JPEG or PNG images, and MP4 or MOV videos."),
    }
}
