//! LINE's side of the page: every kind of message object as a customer would see it, and what the customer can do.

use serde_json::Value;

use super::{
    chat::{Bubble, copy, placeholder},
    html::{anchor, escape, hidden, linked, percent},
    page::{Person, View, fields},
    words::Words,
};
use crate::line::{CustomerSummary, Fetched, InboxMessage, Relation, Shows};

/// A customer in the list.
pub(super) fn person(words: &Words, customer: CustomerSummary) -> Person {
    let (state, badge) = match customer.relation {
        Relation::Stranger => (words.stranger, words.stranger),
        Relation::Friend => (words.friend, ""),
        Relation::Blocked => (words.blocked, words.blocked),
    };
    Person {
        keys: customer.user.to_lowercase(),
        user: customer.user,
        name: customer.name,
        badge,
        state,
        about: String::new(),
    }
}

/// What can be done about being a friend.
pub(super) fn status_buttons(view: &View<'_>, user: &str) -> String {
    let words = view.words;
    let (act, label, class) = match relation(view, user) {
        Relation::Stranger => ("follow", words.follow, "primary"),
        Relation::Friend => ("block", words.block, ""),
        Relation::Blocked => ("unblock", words.unblock, "primary"),
    };
    format!("<button class=\"{class}\" name=\"do\" value=\"{act}\">{label}</button>")
}

/// What a phone says of why nothing arrives.
pub(super) fn note(view: &View<'_>, user: &str) -> Option<&'static str> {
    match relation(view, user) {
        Relation::Friend => None,
        Relation::Stranger => Some(view.words.stranger_note),
        Relation::Blocked => Some(view.words.blocked_note),
    }
}

fn relation(view: &View<'_>, user: &str) -> Relation {
    let customers = view.worlds.line.customers(&view.look.channel).unwrap_or_default();
    customers.iter().find(|customer| customer.user == user).map_or(Relation::Stranger, |customer| customer.relation)
}

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

/// The chat of a customer, oldest first.
pub(super) fn bubbles(view: &View<'_>, user: &str) -> Vec<Bubble> {
    let inbox = view.worlds.line.inbox(&view.look.channel, user).unwrap_or_default();
    let bubble = |message: InboxMessage| {
        let html = Item { view, user, message: &message }.html(&message.message);
        Bubble { at_ms: message.at_ms, from_customer: message.from_customer, id: message.id, read: message.read, html }
    };
    inbox.into_iter().map(bubble).collect()
}

struct Item<'a> {
    view: &'a View<'a>,
    user: &'a str,
    message: &'a InboxMessage,
}

impl Item<'_> {
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
            "<video class=\"picture\" controls preload=\"none\" poster=\"{}\" src=\"{}\" aria-label=\"{label}\">\
             </video>",
            escape(&preview),
            escape(&original),
        )
    }

    /// Where the phone gets the original and the preview: LINE's copies. The error is what it shows instead, while
    /// they are fetched or where they could not be.
    fn shown(&self, of: &Value, shows: Shows) -> Result<(String, String), String> {
        let address = |name: &str, shows: Shows| {
            let url = of[name].as_str().unwrap_or_default();
            let fetched = self.view.worlds.fetched(url, shows);
            match fetched {
                Some(fetched) if fetched.is_seen() => Ok(copy(url, shows)),
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
