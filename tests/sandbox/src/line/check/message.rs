//! Message objects.

use serde_json::Value;

use super::{
    At, Object, Optional, Report, Required,
    action::{self, uri},
    flex::flex,
    template::template,
};

const KINDS: [&str; 11] =
    ["text", "textV2", "sticker", "image", "video", "audio", "location", "imagemap", "template", "flex", "coupon"];

/// The property `messages`: 1 to 5 message objects.
pub(crate) fn messages(report: &mut Report, body: &Object) {
    let at = At::root("messages");
    match body.get("messages") {
        None | Some(Value::Null) => report.empty(&at),
        Some(Value::Array(items)) => {
            report.size(&at, items.len(), 1, 5);
            for (place, item) in items.iter().take(5).enumerate() {
                let at = at.index(place);
                if let Some(of) = report.as_object(item, &at) {
                    message(report, of, &at);
                }
            }
        }
        Some(_) => report.kind(&at, "an array"),
    }
}

fn message(report: &mut Report, of: &Object, at: &At<'_>) {
    let Some(kind) = report.text(of, at, "type", Required, 50) else {
        return;
    };
    match kind {
        "text" => {
            report.text(of, at, "text", Required, 5000);
            emojis(report, of, at);
        }
        "textV2" => text_v2(report, of, at),
        "sticker" => {
            report.text(of, at, "packageId", Required, 100);
            report.text(of, at, "stickerId", Required, 100);
        }
        "image" => media_pair(report, of, at),
        "video" => {
            media_pair(report, of, at);
            report.text(of, at, "trackingId", Optional, 100);
        }
        "audio" => {
            report.media(of, at, "originalContentUrl", Required);
            report.whole(of, at, "duration", Required, 1);
        }
        "location" => {
            report.text(of, at, "title", Required, 100);
            report.text(of, at, "address", Required, 100);
            report.number(of, at, "latitude");
            report.number(of, at, "longitude");
        }
        "imagemap" => imagemap(report, of, at),
        "template" => {
            report.text(of, at, "altText", Required, 1500);
            template(report, of, at);
        }
        "flex" => {
            report.text(of, at, "altText", Required, 1500);
            flex(report, of, at);
        }
        "coupon" => {
            report.text(of, at, "couponId", Required, 100);
            report.text(of, at, "deliveryTag", Optional, 30);
        }
        _ => report.one_of(&at.field("type"), &KINDS),
    }
    quick_reply(report, of, at);
    if let Some(sender) = report.object(of, at, "sender", Optional) {
        let at = at.field("sender");
        report.text(sender, &at, "name", Optional, 20);
        report.media(sender, &at, "iconUrl", Optional);
    }
}

fn media_pair(report: &mut Report, of: &Object, at: &At<'_>) {
    report.media(of, at, "originalContentUrl", Required);
    report.media(of, at, "previewImageUrl", Required);
}

fn emojis(report: &mut Report, of: &Object, at: &At<'_>) {
    if !of.contains_key("emojis") {
        return;
    }
    let Some(items) = report.array(of, at, "emojis", 0, 20) else {
        return;
    };
    let at = at.field("emojis");
    for (place, item) in items.iter().enumerate() {
        let at = at.index(place);
        if let Some(emoji) = report.as_object(item, &at) {
            report.whole(emoji, &at, "index", Required, 0);
            report.text(emoji, &at, "productId", Required, 100);
            report.text(emoji, &at, "emojiId", Required, 100);
        }
    }
}

fn text_v2(report: &mut Report, of: &Object, at: &At<'_>) {
    let text = report.text(of, at, "text", Required, 5000).unwrap_or_default();
    let substitution = report.object(of, at, "substitution", Optional);
    match placeholders(text) {
        Some(names) => {
            let missing = names.iter().find(|name| substitution.is_none_or(|given| !given.contains_key(**name)));
            if let Some(name) = missing {
                report.add(&at.field("text"), format!("{{{name}}} has no substitution"));
            }
        }
        None => report.add(&at.field("text"), "Braces must be in pairs; write {{ and }} for plain ones"),
    }
    let at = at.field("substitution");
    for (name, value) in substitution.into_iter().flatten() {
        let at = at.field(name);
        let Some(item) = report.as_object(value, &at) else {
            continue;
        };
        match item.get("type").and_then(Value::as_str) {
            Some("emoji") => {
                report.text(item, &at, "productId", Required, 100);
                report.text(item, &at, "emojiId", Required, 100);
            }
            Some("mention") => {
                report.object(item, &at, "mentionee", Required);
            }
            _ => report.one_of(&at.field("type"), &["emoji", "mention"]),
        }
    }
}

/// The names in braces; None when a brace stands alone.
fn placeholders(text: &str) -> Option<Vec<&str>> {
    let (mut names, mut rest) = (Vec::new(), text);
    while let Some(place) = rest.find(['{', '}']) {
        let from = &rest[place..];
        if from.starts_with("{{") || from.starts_with("}}") {
            rest = &from[2..];
            continue;
        }
        let (name, after) = from.strip_prefix('{')?.split_once('}')?;
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        names.push(plain.then_some(name)?);
        rest = after;
    }
    Some(names)
}

fn imagemap(report: &mut Report, of: &Object, at: &At<'_>) {
    report.media(of, at, "baseUrl", Required);
    report.text(of, at, "altText", Required, 1500);
    if let Some(size) = report.object(of, at, "baseSize", Required) {
        let at = at.field("baseSize");
        if report.whole(size, &at, "width", Required, 1).is_some_and(|width| width != 1040) {
            report.add(&at.field("width"), "Must be 1040");
        }
        report.whole(size, &at, "height", Required, 1);
    }
    let Some(actions) = report.array(of, at, "actions", 1, 50) else {
        return;
    };
    let at = at.field("actions");
    for (place, item) in actions.iter().enumerate() {
        let at = at.index(place);
        let Some(action) = report.as_object(item, &at) else {
            continue;
        };
        match action.get("type").and_then(Value::as_str) {
            Some("uri") => uri(report, action, &at, "linkUri"),
            Some("message") => {
                report.text(action, &at, "text", Required, 400);
            }
            Some("clipboard") => {
                report.text(action, &at, "clipboardText", Required, 1000);
            }
            _ => report.one_of(&at.field("type"), &["uri", "message", "clipboard"]),
        }
        if let Some(area) = report.object(action, &at, "area", Required) {
            let at = at.field("area");
            for (side, least) in [("x", 0), ("y", 0), ("width", 1), ("height", 1)] {
                report.whole(area, &at, side, Required, least);
            }
        }
    }
}

fn quick_reply(report: &mut Report, of: &Object, at: &At<'_>) {
    let Some(quick) = report.object(of, at, "quickReply", Optional) else {
        return;
    };
    let at = at.field("quickReply");
    let Some(items) = report.array(quick, &at, "items", 1, 13) else {
        return;
    };
    let at = at.field("items");
    for (place, item) in items.iter().enumerate() {
        let at = at.index(place);
        if let Some(item) = report.as_object(item, &at) {
            report.media(item, &at, "imageUrl", Optional);
            action::action(report, item, &at, "action", Required, action::BUTTON);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::placeholders;

    #[test]
    fn placeholders_and_plain_braces() {
        assert_eq!(placeholders("Hi {a} and {b_2}"), Some(vec!["a", "b_2"]));
        assert_eq!(placeholders("{{plain}}"), Some(vec![]));
        for bad in ["{", "}", "{}", "{a b}", "x } y"] {
            assert_eq!(placeholders(bad), None, "{bad}");
        }
    }
}
