//! A chat as bubbles: every kind of message object as a customer would see it.

use std::fmt::Write as _;

use chrono::{DateTime, FixedOffset};
use serde_json::Value;

use super::{
    html::{anchor, escape, hidden, linked, percent, query},
    page::{View, fields},
    words::Words,
};
use crate::line::{Fetched, InboxMessage, Shows};

/// One line about a message, for the list.
pub(super) fn preview(words: &Words, message: &Value) -> String {
    let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    match message["type"].as_str().unwrap_or_default() {
        "text" | "textV2" => text("text"),
        "image" => words.picture.to_owned(),
        "video" => words.video.to_owned(),
        "audio" => words.audio.to_owned(),
        "sticker" => words.sticker.to_owned(),
        "location" => words.place.to_owned(),
        "file" => words.file.to_owned(),
        _ => text("altText"),
    }
}

/// All bubbles, with a line where a new day begins.
pub(super) fn chat(view: &View<'_>, user: &str, inbox: &[InboxMessage]) -> String {
    if inbox.is_empty() {
        return format!("<p class=\"note\">{}</p>", view.words.empty);
    }
    let mut out = String::new();
    let mut day = String::new();
    for message in inbox {
        let at = DateTime::from_timestamp_millis(message.at_ms).unwrap_or_default();
        // These customers live in Taiwan.
        let at = FixedOffset::east_opt(8 * 3600).map_or_else(|| at.fixed_offset(), |zone| at.with_timezone(&zone));
        let today = at.format("%Y-%m-%d").to_string();
        if today != day {
            // Writing to a String cannot fail.
            let _ = write!(out, "<p class=\"day\"><span>{today}</span></p>");
            day = today;
        }
        let side = if message.from_customer { "mine" } else { "theirs" };
        let read = if message.read { format!("<span>{}</span>", view.words.read) } else { String::new() };
        let bubble = Bubble { view, user, message };
        let _ = write!(
            out,
            "<article class=\"{side}\" data-message=\"{}\">{}<small>{read}<time>{}</time></small></article>",
            escape(&message.id),
            bubble.html(&message.message),
            at.format("%H:%M"),
        );
    }
    out
}

struct Bubble<'a> {
    view: &'a View<'a>,
    user: &'a str,
    message: &'a InboxMessage,
}

impl Bubble<'_> {
    fn html(&self, of: &Value) -> String {
        let words = self.view.words;
        let text = |name: &str| of[name].as_str().unwrap_or_default();
        let body = match text("type") {
            "text" => format!("<div class=\"bubble text\">{}</div>", linked(text("text"))),
            "textV2" => format!("<div class=\"bubble text\">{}</div>", linked(&substituted(of))),
            "sticker" => {
                format!("<div class=\"stick\" role=\"img\" aria-label=\"{0}\">☺<span>{0}</span></div>", words.sticker)
            }
            "image" => self.picture(of),
            "video" => self.film(of),
            "audio" if text("originalContentUrl").is_empty() => placeholder(words.audio),
            "audio" => format!(
                "<audio controls preload=\"none\" src=\"{}\" aria-label=\"{}\"></audio>",
                escape(text("originalContentUrl")),
                words.audio,
            ),
            "location" => {
                format!("<div class=\"bubble text\">{}<br>{}</div>", escape(text("title")), escape(text("address")))
            }
            "file" => placeholder(words.file),
            "imagemap" => imagemap(of),
            "template" => self.template(&of["template"]),
            "flex" => self.flex(&of["contents"]),
            other => placeholder(&preview_or(of, other)),
        };
        body + &self.quick_reply(of)
    }

    fn picture(&self, of: &Value) -> String {
        let label = self.view.words.picture;
        if self.message.from_customer {
            let address = format!("/phones/content/{}/{}", percent(&self.view.look.channel), percent(&self.message.id));
            return format!("<img class=\"picture\" src=\"{address}\" alt=\"{label}\">");
        }
        let (original, preview) = match self.shown(of, Shows::Image) {
            Ok(shown) => shown,
            Err(instead) => return instead,
        };
        anchor(&original, &format!("<img class=\"picture\" src=\"{}\" alt=\"{label}\">", escape(&preview)), "")
    }

    fn film(&self, of: &Value) -> String {
        let label = self.view.words.video;
        if self.message.from_customer {
            return placeholder(label);
        }
        let (original, preview) = match self.shown(of, Shows::Video) {
            Ok(shown) => shown,
            Err(instead) => return instead,
        };
        format!(
            "<video class=\"picture\" controls preload=\"none\" poster=\"{}\" src=\"{}\" aria-label=\"{label}\"></video>",
            escape(&preview),
            escape(&original),
        )
    }

    /// Where the phone gets the original and the preview: LINE's copies. The error is what it shows instead, while they are
    /// fetched or where they could not be.
    fn shown(&self, of: &Value, shows: Shows) -> Result<(String, String), String> {
        let address = |name: &str, shows: Shows| {
            let url = of[name].as_str().unwrap_or_default();
            let fetched = self.view.line.fetched(url, shows);
            match fetched {
                Some(fetched) if fetched.is_seen() => {
                    let kind = match shows {
                        Shows::Image => "image",
                        Shows::Video => "video",
                        Shows::Preview => "preview",
                    };
                    Ok(format!("/phones/media?{}", query(&[("url", url), ("shows", kind)])))
                }
                // A host that the sandbox does not fetch from, or an earlier run's.
                None => Ok(url.to_owned()),
                Some(fetched) if fetched.done && !crate::line::is_local(url) => Ok(url.to_owned()),
                Some(fetched) => Err(self.instead(&fetched)),
            }
        };
        Ok((address("originalContentUrl", shows)?, address("previewImageUrl", Shows::Preview)?))
    }

    fn instead(&self, fetched: &Fetched) -> String {
        let words = self.view.words;
        match &fetched.problem {
            Some(problem) => {
                format!(
                    "<div class=\"bubble other\" role=\"alert\">{}<br><small>{}</small></div>",
                    words.unseen,
                    escape(problem)
                )
            }
            None => placeholder(words.coming),
        }
    }

    /// Something to tap: a link, or a form that writes or posts back.
    fn action(&self, action: &Value) -> String {
        let text = |name: &str| action[name].as_str().unwrap_or_default();
        let label = escape(if text("label").is_empty() { text("type") } else { text("label") });
        match text("type") {
            "uri" => anchor(text("uri"), &label, "tap"),
            kind @ ("message" | "postback") => {
                let (act, value) = if kind == "message" { ("text", text("text")) } else { ("postback", text("data")) };
                format!(
                    "<form method=\"post\" action=\"/phones/act\">{}{}{}<button class=\"tap\">{label}</button></form>",
                    fields(self.view, self.user),
                    hidden("do", act),
                    hidden("text", value),
                )
            }
            _ => format!("<span class=\"tap\">{label}</span>"),
        }
    }

    fn actions(&self, of: &Value) -> String {
        items(&of["actions"]).iter().map(|action| self.action(action)).collect()
    }

    fn template(&self, of: &Value) -> String {
        match of["type"].as_str().unwrap_or_default() {
            "carousel" => {
                let cards: String = items(&of["columns"]).iter().map(|column| self.panel(column)).collect();
                format!("<div class=\"row\">{cards}</div>")
            }
            "image_carousel" => {
                let cards: String = items(&of["columns"])
                    .iter()
                    .map(|column| {
                        format!(
                            "<div class=\"card\">{}{}</div>",
                            image(&column["imageUrl"]),
                            self.action(&column["action"])
                        )
                    })
                    .collect::<Vec<_>>()
                    .concat();
                format!("<div class=\"row\">{cards}</div>")
            }
            _ => self.panel(of),
        }
    }

    fn panel(&self, of: &Value) -> String {
        let title = of["title"].as_str().map(|title| format!("<strong>{}</strong>", escape(title))).unwrap_or_default();
        format!(
            "<div class=\"card\">{}<div class=\"words\">{title}<p>{}</p></div>{}</div>",
            image(&of["thumbnailImageUrl"]),
            escape(of["text"].as_str().unwrap_or_default()),
            self.actions(of),
        )
    }

    fn flex(&self, of: &Value) -> String {
        if of["type"] == "carousel" {
            let cards: String = items(&of["contents"]).iter().map(|bubble| self.flex(bubble)).collect();
            return format!("<div class=\"row\">{cards}</div>");
        }
        let blocks: String =
            ["header", "hero", "body", "footer"].iter().map(|block| self.component(&of[*block])).collect();
        format!("<div class=\"card\">{blocks}</div>")
    }

    /// A flex component without its finer layout: words, pictures and what can be tapped.
    fn component(&self, of: &Value) -> String {
        let contents = || -> String { items(&of["contents"]).iter().map(|item| self.component(item)).collect() };
        match of["type"].as_str().unwrap_or_default() {
            "box" => {
                let across = if of["layout"] == "vertical" { "" } else { " across" };
                format!("<div class=\"box{across}\">{}</div>", contents())
            }
            "text" if of["contents"].is_array() => format!("<p>{}</p>", contents()),
            "text" => {
                let class = if of["weight"] == "bold" { "bold" } else { "" };
                format!("<p class=\"{class}\">{}</p>", escape(of["text"].as_str().unwrap_or_default()))
            }
            "span" => escape(of["text"].as_str().unwrap_or_default()),
            "image" => match of["action"]["uri"].as_str() {
                Some(address) => anchor(address, &image(&of["url"]), ""),
                None => image(&of["url"]),
            },
            "video" => image(&of["previewUrl"]),
            "button" => self.action(&of["action"]),
            "separator" => "<hr>".to_owned(),
            _ => String::new(),
        }
    }

    fn quick_reply(&self, of: &Value) -> String {
        let quick = items(&of["quickReply"]["items"]);
        if quick.is_empty() {
            return String::new();
        }
        let taps: String = quick.iter().map(|item| self.action(&item["action"])).collect();
        format!("<div class=\"quick\">{taps}</div>")
    }
}

fn items(of: &Value) -> &[Value] {
    of.as_array().map_or(&[], Vec::as_slice)
}

fn image(address: &Value) -> String {
    let tag = |address: &str| format!("<img class=\"picture\" src=\"{}\" alt=\"\">", escape(address));
    address.as_str().map(tag).unwrap_or_default()
}

fn placeholder(text: &str) -> String {
    format!("<div class=\"bubble other\">{}</div>", escape(text))
}

fn preview_or(of: &Value, other: &str) -> String {
    of["altText"].as_str().unwrap_or(other).to_owned()
}

/// The picture at its full width, with the addresses of its areas below: areas need no layout to be tapped.
fn imagemap(of: &Value) -> String {
    let base = format!("{}/1040", of["baseUrl"].as_str().unwrap_or_default());
    let links: String = items(&of["actions"])
        .iter()
        .filter_map(|action| action["linkUri"].as_str())
        .map(|address| anchor(address, &escape(address), "tap"))
        .collect();
    let alt = escape(of["altText"].as_str().unwrap_or_default());
    format!("<div class=\"card\"><img class=\"picture\" src=\"{}\" alt=\"{alt}\">{links}</div>", escape(&base))
}

/// The text of a textV2 with emoji as a mark and plain braces.
fn substituted(of: &Value) -> String {
    let mut text = of["text"].as_str().unwrap_or_default().to_owned();
    for (name, item) in of["substitution"].as_object().into_iter().flatten() {
        let mark = if item["type"] == "emoji" { "☺" } else { "@" };
        text = text.replace(&format!("{{{name}}}"), mark);
    }
    text.replace("{{", "{").replace("}}", "}")
}
