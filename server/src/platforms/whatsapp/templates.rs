//! What Meta lists of a template, as a [`Shape`] (providers.md B3). Whatever this version does not know is kept as
//! `Other`, so that such a template is shown but never sent.

use serde_json::Value;
use shared::{
    media::MediaKind,
    templates::{Button, ButtonKind, Header, Quality, Shape, TemplateClass, TemplateStatus},
};

use super::{FoundTemplate, wire::field};
use crate::platforms::{ID, clipped};

/// A template of a page; none where it has no id, name or language.
pub(super) fn found(template: &Value) -> Option<FoundTemplate> {
    let id = |name: &str| field(template, name).map(|text| clipped(&text, 600)).filter(|text| !text.is_empty());
    let mut shape = Shape {
        name: id("name")?,
        language: id("language")?,
        class: class(&word(template, "category")),
        header: None,
        body: String::new(),
        footer: String::new(),
        buttons: Vec::new(),
        named: word(template, "parameter_format") == "NAMED",
    };
    let mut unknown = None;
    for component in list(template, "components") {
        match word(component, "type").as_str() {
            "HEADER" => shape.header = Some(header(component)),
            "BODY" => shape.body = text(component, "text"),
            "FOOTER" => shape.footer = text(component, "text"),
            "BUTTONS" => shape.buttons = list(component, "buttons").map(button).collect(),
            other => unknown = Some(Header::Other { format: clipped(other, ID) }),
        }
    }
    // A carousel or an offer with an end is no header, but there is none of its kind that could be filled in.
    shape.header = unknown.or(shape.header);
    let score = template.get("quality_score");
    let quality =
        score.map(|score| if score.is_string() { word(template, "quality_score") } else { word(score, "score") });
    Some(FoundTemplate {
        meta_id: clipped(&field(template, "id")?, ID),
        status: status(&word(template, "status")),
        quality: quality.as_deref().map_or(Quality::Unknown, rated),
        shape,
    })
}

/// Meta's word for how a template stands, as a list or a webhook says it (providers.md B3).
pub(super) fn status(word: &str) -> TemplateStatus {
    match word {
        "APPROVED" | "REINSTATED" => TemplateStatus::Approved,
        "PENDING" | "IN_APPEAL" => TemplateStatus::Pending,
        "REJECTED" => TemplateStatus::Rejected,
        "PAUSED" => TemplateStatus::Paused,
        "DISABLED" => TemplateStatus::Disabled,
        "DELETED" | "PENDING_DELETION" => TemplateStatus::Deleted,
        _ => TemplateStatus::Other,
    }
}

fn class(word: &str) -> TemplateClass {
    match word {
        "MARKETING" => TemplateClass::Marketing,
        "UTILITY" => TemplateClass::Utility,
        "AUTHENTICATION" => TemplateClass::Authentication,
        _ => TemplateClass::Other,
    }
}

fn rated(word: &str) -> Quality {
    match word {
        "GREEN" => Quality::Green,
        "YELLOW" => Quality::Yellow,
        "RED" => Quality::Red,
        _ => Quality::Unknown,
    }
}

fn header(component: &Value) -> Header {
    match word(component, "format").as_str() {
        "TEXT" => Header::Text { text: text(component, "text") },
        "IMAGE" => Header::Media { media: MediaKind::Image },
        "VIDEO" => Header::Media { media: MediaKind::Video },
        "DOCUMENT" => Header::Media { media: MediaKind::Document },
        other => Header::Other { format: clipped(other, ID) },
    }
}

fn button(button: &Value) -> Button {
    let does = match word(button, "type").as_str() {
        "QUICK_REPLY" => ButtonKind::QuickReply,
        "URL" => ButtonKind::Url { address: text(button, "url") },
        "PHONE_NUMBER" => ButtonKind::Phone { number: text(button, "phone_number") },
        "COPY_CODE" => ButtonKind::CopyCode,
        other => ButtonKind::Other { what: clipped(other, ID) },
    };
    Button { text: text(button, "text"), does }
}

fn list<'v>(of: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    of.get(name).and_then(Value::as_array).into_iter().flatten()
}

/// PostgreSQL takes no NUL.
fn text(of: &Value, name: &str) -> String {
    field(of, name).unwrap_or_default().replace('\0', "")
}

/// A word of Meta's own; requests take them in either case (providers.md B1).
fn word(of: &Value, name: &str) -> String {
    field(of, name).unwrap_or_default().to_ascii_uppercase()
}

#[cfg(test)]
#[path = "templates_test.rs"]
mod tests;
