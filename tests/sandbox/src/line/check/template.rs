//! Templates: buttons, confirm, carousel and image carousel.

use serde_json::Value;

use super::{
    At, Object, Optional, Report, Required,
    action::{self, action, actions},
};

pub(super) fn template(report: &mut Report, of: &Object, at: &At<'_>) {
    let Some(template) = report.object(of, at, "template", Required) else {
        return;
    };
    let at = at.field("template");
    match template.get("type").and_then(Value::as_str) {
        Some("buttons") => {
            panel(report, template, &at, 160);
            actions(report, template, &at, (1, 4));
        }
        Some("confirm") => {
            report.text(template, &at, "text", Required, 240);
            actions(report, template, &at, (2, 2));
        }
        Some("carousel") => carousel(report, template, &at),
        Some("image_carousel") => image_carousel(report, template, &at),
        _ => report.one_of(&at.field("type"), &["buttons", "confirm", "carousel", "image_carousel"]),
    }
}

/// Picture, title and text; the text may be `most` long, but 60 beside a picture or title.
fn panel(report: &mut Report, of: &Object, at: &At<'_>, most: usize) {
    report.media(of, at, "thumbnailImageUrl", Optional);
    report.text(of, at, "title", Optional, 40);
    let crowded = of.contains_key("thumbnailImageUrl") || of.contains_key("title");
    report.text(of, at, "text", Required, if crowded { 60 } else { most });
    action(report, of, at, "defaultAction", Optional, action::NONE);
}

fn carousel(report: &mut Report, of: &Object, at: &At<'_>) {
    let Some(columns) = report.array(of, at, "columns", 1, 10) else {
        return;
    };
    let at = at.field("columns");
    let mut first = None;
    for (place, column) in columns.iter().enumerate() {
        let at = at.index(place);
        let Some(column) = report.as_object(column, &at) else {
            continue;
        };
        panel(report, column, &at, 120);
        let number = actions(report, column, &at, (1, 3)).map_or(0, <[Value]>::len);
        if *first.get_or_insert(number) != number {
            report.add(&at.field("actions"), "The number of actions must be the same in every column");
        }
    }
}

fn image_carousel(report: &mut Report, of: &Object, at: &At<'_>) {
    let Some(columns) = report.array(of, at, "columns", 1, 10) else {
        return;
    };
    let at = at.field("columns");
    for (place, column) in columns.iter().enumerate() {
        let at = at.index(place);
        let Some(column) = report.as_object(column, &at) else {
            continue;
        };
        report.media(column, &at, "imageUrl", Required);
        action(report, column, &at, "action", Required, action::IMAGE);
    }
}
