//! Words of WhatsApp templates.

use shared::{
    media::MediaKind,
    templates::{FillFault, Place, Quality, QuickReplyAction, TemplateClass, TemplateStatus},
};

use super::plural;
use crate::words::{
    number,
    templates::{Fill, Manage, Pick, Templates},
};

pub(super) const TEMPLATES: Templates = Templates {
    status,
    class: |class| match class {
        TemplateClass::Marketing => "Marketing",
        TemplateClass::Utility => "Utility",
        TemplateClass::Authentication => "Authentication",
        TemplateClass::Other => "Other class",
    },
    quality: |quality| match quality {
        Quality::Green => "High quality",
        Quality::Yellow => "Medium quality",
        Quality::Red => "Low quality: it may be paused",
        Quality::Unknown => "Not rated yet",
    },
    language,
    header: |kind| match kind {
        MediaKind::Image => "Header image",
        MediaKind::Video => "Header video",
        MediaKind::Document => "Header document",
    },
    see_all: "See all options",
    blanks: |n| format!("{n} {}", plural(n as u64, "blank", "blanks")),
    buttons: |n| format!("{n} {}", plural(n as u64, "button", "buttons")),
    nothing: "Nothing to fill in",
    search: "Search names and texts",
    holds: |first| match first {
        Some(first) => format!("a template: \"{first}\""),
        None => "a template".to_owned(),
    },
    loading: "Loading templates",
    failed: "Templates could not be loaded",
    none_title: "No template matches",
    none_text: "Try another word or category.",
    pick: Pick {
        title: "Template",
        count: |account, n, more| {
            if more {
                format!("Templates of {account}")
            } else {
                format!("{n} {} of {account}", plural(n as u64, "template", "templates"))
            }
        },
        empty_title: "This number has no template for you yet",
        empty_text: "Meta has to approve a template, and an admin has to open it to you: ask your admin to look at More › WhatsApp templates.",
        first: "Pick a template first",
        needs: |blanks, header, answers| {
            let mut needs = Vec::new();
            if blanks > 0 {
                needs.push(format!("{blanks} {} to fill in", plural(blanks as u64, "blank", "blanks")));
            }
            match header {
                Some(MediaKind::Image) => needs.push("1 image to upload".to_owned()),
                Some(MediaKind::Video) => needs.push("1 video to upload".to_owned()),
                Some(MediaKind::Document) => needs.push("1 PDF to upload".to_owned()),
                None => {}
            }
            if answers > 0 {
                needs.push(format!("{answers} {} to decide on", plural(answers as u64, "button", "buttons")));
            }
            if needs.is_empty() { "Nothing to fill in: on to the preview".to_owned() } else { needs.join(", ") }
        },
        apply: "Use it",
        unfit_status: |state| format!("Cannot be used now: {}", status(state)),
        unfit_class: "Templates for one-time codes cannot be sent to a group",
        unfit_shape: "Has something that cannot be filled in here, such as a place on a map or a carousel",
        nobody_title: "Nobody is selected yet",
        recipients: "Back to recipients",
    },
    fill: Fill {
        blanks: "What to fill in",
        title: "Fill it in",
        back: "Back to the templates",
        change: "Change",
        blank: |place, key, button| match place {
            Place::Header => format!("{{{{{key}}}}} in the header"),
            Place::Body => format!("{{{{{key}}}}}"),
            Place::Button { .. } => format!("For the button \"{button}\""),
        },
        around: |before, after| format!("{before}____{after}"),
        fallback: "Without a name, show",
        fallback_help: |shown| format!("Customers without a name see \"{shown}\""),
        fault: |fault| match fault {
            FillFault::Empty => "Fill this in.",
            FillFault::Lines => "One line only: take the line break out.",
            FillFault::Spaces => "No more than three spaces together.",
            FillFault::Address => "No web address here, WhatsApp would refuse it: use a template with a button.",
            FillFault::Gap => "No spaces here, also none in a name.",
        },
        fallback_missing: "Fill this in, or customers without a name would get a gap.",
        address: |whole| format!("The whole address: {whole} (1 referral link)"),
        choose: |kind| match kind {
            MediaKind::Image => "Choose an image",
            MediaKind::Video => "Choose a video",
            MediaKind::Document => "Choose a PDF",
        },
        header_missing: |kind| match kind {
            MediaKind::Image => "Choose the header image",
            MediaKind::Video => "Choose the header video",
            MediaKind::Document => "Choose the header document",
        },
        header_coming: |kind| match kind {
            MediaKind::Image => "The header image is still being uploaded",
            MediaKind::Video => "The header video is still being uploaded",
            MediaKind::Document => "The header document is still being uploaded",
        },
        header_failed: |kind| match kind {
            MediaKind::Image => "The header image cannot be used: choose another",
            MediaKind::Video => "The header video cannot be used: choose another",
            MediaKind::Document => "The header document cannot be used: choose another",
        },
        pressed: |button| format!("When a customer presses \"{button}\""),
        action: |action| match action {
            QuickReplyAction::None => "Just the answer",
            QuickReplyAction::Unsubscribe => "Unsubscribe",
            QuickReplyAction::Subscribe => "Subscribe again",
        },
        action_help: |action| match action {
            QuickReplyAction::None => None,
            QuickReplyAction::Unsubscribe => Some("Who presses it opts out and gets no more group messages."),
            QuickReplyAction::Subscribe => Some("Who opted out and presses it gets group messages again."),
        },
        opt_out_title: "A marketing template has to offer a way out",
        opt_out_text: "Let one quick reply unsubscribe, or take a template that says how to opt out.",
        too_long: |over| {
            let over = format!("{} {}", number(over), plural(over, "character", "characters"));
            format!("With this the text is {over} over WhatsApp's limit: shorten what you filled in.")
        },
        left: |n| format!("{n} {} left", plural(n as u64, "blank", "blanks")),
        done: "All filled in",
        changed_title: "This template was changed at Meta",
        changed_text: "Go on with it as it is now; what you filled in and still fits is kept.",
        update: "Update, keep what fits",
        unusable_title: |state| format!("This template cannot be used now: {}", status(state)),
        gone_title: "This template is gone, or not open to you",
        unusable_text: "Pick another one; what you filled in and still fits is kept.",
        again: "Pick again",
    },
    manage: Manage {
        title: "WhatsApp templates",
        about: "What they are called, their categories, and who may pick them",
        back: "Back to More",
        sync: "Read from Meta now",
        syncing: "Reading…",
        synced: |found| {
            format!("{} in all: {} new, {} changed, {} gone", found.found, found.added, found.changed, found.gone)
        },
        partly: |n| format!("{n} business {} could not be read", plural(n as u64, "account", "accounts")),
        failure: |account, why| format!("{account}: {why}"),
        empty_title: "No templates yet",
        empty_text: "Templates are made in WhatsApp Manager and approved by Meta; then they are read from here.",
        count: |n, more| {
            if more {
                "By language and name".to_owned()
            } else {
                format!("{n} {}, by language and name", plural(n as u64, "template", "templates"))
            }
        },
        choose_one: "Choose a template from the list.",
        failed: "This template could not be loaded",
        gone: "This template is gone",
        to_list: "Back to the templates",
        name: "Name for staff",
        name_need: "empty shows its name at Meta",
        nobody: "Nobody",
        nobody_help: "For notifications of the system: nobody can pick it.",
        at_meta: "At Meta",
        meta_name: "Name",
        meta_language: "Language",
        meta_class: "Class",
        meta_status: "State",
        meta_quality: "Quality",
        numbers: "Numbers",
        no_numbers: "No numbers",
        read_at: "Last read",
        preview: "What customers see",
        saved: |name| format!("\"{name}\" saved"),
    },
};

pub(super) fn status(status: TemplateStatus) -> &'static str {
    match status {
        TemplateStatus::Approved => "Approved",
        TemplateStatus::Pending => "In review",
        TemplateStatus::Rejected => "Rejected",
        TemplateStatus::Paused => "Paused",
        TemplateStatus::Disabled => "Disabled",
        TemplateStatus::Deleted => "Deleted",
        TemplateStatus::Other => "Unknown state",
    }
}

fn language(code: &str) -> String {
    match code {
        "zh_TW" => "Traditional Chinese",
        "zh_HK" => "Traditional Chinese (Hong Kong)",
        "zh_CN" => "Simplified Chinese",
        "en" => "English",
        "en_US" => "English (US)",
        "en_GB" => "English (UK)",
        "ja" => "Japanese",
        "ko" => "Korean",
        "th" => "Thai",
        "vi" => "Vietnamese",
        "id" => "Indonesian",
        "ms" => "Malay",
        other => other,
    }
    .to_owned()
}
