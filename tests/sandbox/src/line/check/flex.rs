//! Flex messages: their containers and components, as far as a missing or wrong part makes LINE refuse them.

use serde_json::Value;

use super::{
    At, Object, Optional, Report, Required,
    action::{self, action},
};

const BUBBLE_BYTES: usize = 30 * 1024;
const CAROUSEL_BYTES: usize = 50 * 1024;
const KINDS: [&str; 9] = ["box", "text", "button", "image", "icon", "video", "separator", "filler", "span"];

pub(super) fn flex(report: &mut Report, of: &Object, at: &At<'_>) {
    let Some(contents) = report.object(of, at, "contents", Required) else {
        return;
    };
    let at = at.field("contents");
    let most = match contents.get("type").and_then(Value::as_str) {
        Some("bubble") => {
            bubble(report, contents, &at);
            BUBBLE_BYTES
        }
        Some("carousel") => {
            let bubbles = report.array(contents, &at, "contents", 1, 12).unwrap_or_default();
            let at = at.field("contents");
            for (place, item) in bubbles.iter().enumerate() {
                let at = at.index(place);
                if let Some(item) = report.as_object(item, &at) {
                    bubble(report, item, &at);
                }
            }
            CAROUSEL_BYTES
        }
        _ => return report.one_of(&at.field("type"), &["bubble", "carousel"]),
    };
    if serde_json::to_vec(contents).is_ok_and(|json| json.len() > most) {
        report.add(&at, format!("Must be at most {most} bytes of JSON"));
    }
}

fn bubble(report: &mut Report, of: &Object, at: &At<'_>) {
    if of.get("type").and_then(Value::as_str) != Some("bubble") {
        report.one_of(&at.field("type"), &["bubble"]);
    }
    let blocks = ["header", "hero", "body", "footer"];
    if !blocks.iter().any(|block| of.contains_key(*block)) {
        report.empty(at);
    }
    for block in blocks {
        let Some(part) = report.object(of, at, block, Optional) else {
            continue;
        };
        let kind = part.get("type").and_then(Value::as_str).unwrap_or_default();
        let at = at.field(block);
        if block == "hero" {
            if !matches!(kind, "box" | "image" | "video") {
                report.one_of(&at.field("type"), &["box", "image", "video"]);
            }
        } else if kind != "box" {
            report.one_of(&at.field("type"), &["box"]);
        }
        component(report, part, &at);
    }
    action(report, of, at, "action", Optional, action::NONE);
}

fn components(report: &mut Report, of: &Object, at: &At<'_>) {
    let items = report.array(of, at, "contents", 0, usize::MAX).unwrap_or_default();
    let at = at.field("contents");
    for (place, item) in items.iter().enumerate() {
        let at = at.index(place);
        if let Some(item) = report.as_object(item, &at) {
            component(report, item, &at);
        }
    }
}

fn component(report: &mut Report, of: &Object, at: &At<'_>) {
    match of.get("type").and_then(Value::as_str) {
        Some("box") => {
            if !matches!(of.get("layout").and_then(Value::as_str), Some("vertical" | "horizontal" | "baseline")) {
                report.one_of(&at.field("layout"), &["vertical", "horizontal", "baseline"]);
            }
            components(report, of, at);
            action(report, of, at, "action", Optional, action::NONE);
        }
        Some("text") => {
            if of.contains_key("contents") {
                components(report, of, at);
            } else {
                report.text(of, at, "text", Required, 2000);
            }
            report.flag(of, at, "wrap");
            action(report, of, at, "action", Optional, action::NONE);
        }
        Some("span") => {
            report.text(of, at, "text", Required, 2000);
        }
        Some("button") => action(report, of, at, "action", Required, action::FLEX_BUTTON),
        Some("image") => {
            report.media(of, at, "url", Required);
            action(report, of, at, "action", Optional, action::NONE);
        }
        Some("icon") => report.media(of, at, "url", Required),
        Some("video") => {
            report.media(of, at, "url", Required);
            report.media(of, at, "previewUrl", Required);
            if let Some(instead) = report.object(of, at, "altContent", Required) {
                component(report, instead, &at.field("altContent"));
            }
        }
        Some("separator" | "filler") => {}
        _ => report.one_of(&at.field("type"), &KINDS),
    }
}
