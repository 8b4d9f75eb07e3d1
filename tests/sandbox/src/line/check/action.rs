//! Actions of templates, flex, imagemaps and quick replies.

use serde_json::Value;

use super::{At, Need, Object, Optional, Report, Required};

/// What an action's label may be, which depends on where the action is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Label {
    pub need: Need,
    pub max: usize,
}

/// Buttons of templates, quick replies.
pub(super) const BUTTON: Label = Label { need: Required, max: 20 };
/// Buttons of flex.
pub(super) const FLEX_BUTTON: Label = Label { need: Required, max: 40 };
/// Image carousels.
pub(super) const IMAGE: Label = Label { need: Required, max: 12 };
/// A picture, a box or a whole bubble that can be tapped.
pub(super) const NONE: Label = Label { need: Optional, max: 100 };

const KINDS: [&str; 9] =
    ["postback", "message", "uri", "datetimepicker", "camera", "cameraRoll", "location", "richmenuswitch", "clipboard"];

/// An action of `of` under `name`.
pub(super) fn action(report: &mut Report, of: &Object, at: &At<'_>, name: &str, need: Need, label: Label) {
    if let Some(action) = report.object(of, at, name, need) {
        check(report, action, &at.field(name), label);
    }
}

/// A list of actions.
pub(super) fn actions<'v>(
    report: &mut Report,
    of: &'v Object,
    at: &At<'_>,
    (least, most): (usize, usize),
) -> Option<&'v [Value]> {
    let items = report.array(of, at, "actions", least, most)?;
    let at = at.field("actions");
    for (place, item) in items.iter().enumerate() {
        let at = at.index(place);
        if let Some(action) = report.as_object(item, &at) {
            check(report, action, &at, BUTTON);
        }
    }
    Some(items)
}

fn check(report: &mut Report, of: &Object, at: &At<'_>, label: Label) {
    let Some(kind) = report.text(of, at, "type", Required, 50) else {
        return;
    };
    report.text(of, at, "label", label.need, label.max);
    match kind {
        "uri" => uri(report, of, at, "uri"),
        "message" => {
            report.text(of, at, "text", Required, 300);
        }
        "postback" => {
            report.text(of, at, "data", Required, 300);
            report.text(of, at, "displayText", Optional, 300);
        }
        "datetimepicker" => {
            report.text(of, at, "data", Required, 300);
            if !matches!(of.get("mode").and_then(Value::as_str), Some("date" | "time" | "datetime")) {
                report.one_of(&at.field("mode"), &["date", "time", "datetime"]);
            }
        }
        "richmenuswitch" => {
            report.text(of, at, "richMenuAliasId", Required, 32);
            report.text(of, at, "data", Required, 300);
        }
        "clipboard" => {
            report.text(of, at, "clipboardText", Required, 1000);
        }
        "camera" | "cameraRoll" | "location" => {}
        _ => report.one_of(&at.field("type"), &KINDS),
    }
}

/// An address to open: http, https, line or tel, at most 1,000.
pub(super) fn uri(report: &mut Report, of: &Object, at: &At<'_>, name: &str) {
    let Some(uri) = report.text(of, at, name, Required, 1000) else {
        return;
    };
    if uri.is_empty() {
        return;
    }
    let (scheme, rest) = uri.split_once(':').unwrap_or_default();
    let known = ["http", "https", "line", "tel"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    if !known {
        report.add(&at.field(name), "invalid uri scheme");
    } else if rest.trim_start_matches('/').is_empty() || !uri.bytes().all(|byte| byte.is_ascii_graphic()) {
        report.add(&at.field(name), "invalid uri");
    }
}
