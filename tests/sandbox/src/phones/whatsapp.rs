//! WhatsApp's side of the page: messages and templates as a customer would see them, and what the customer can do.

use serde_json::Value;

use super::{
    chat::{Bubble, copy, placeholder},
    html::{anchor, escape, formatted, hidden, linked},
    page::{Person, View, fields},
    words::Words,
};
use crate::{
    fetch::Shows,
    whatsapp::{CustomerSummary, InboxMessage},
};

/// With more buttons than this the third and all after it are behind one (domain.md 5).
const BUTTONS_SHOWN: usize = 3;

/// A customer in the list.
pub(super) fn person(words: &Words, customer: CustomerSummary) -> Person {
    let keys = [Some(customer.user.as_str()), customer.phone.as_deref(), customer.bsuid.as_deref()];
    let keys: Vec<_> = keys.into_iter().flatten().map(str::to_lowercase).collect();
    let badge = match (customer.blocked, customer.stopped_marketing) {
        (true, _) => words.blocked,
        (false, true) => words.stopped,
        (false, false) => "",
    };
    let window = if customer.window_open { words.window_open } else { words.window_closed };
    Person {
        keys: keys.join(" "),
        about: customer.phone.or(customer.bsuid).unwrap_or_default(),
        state: if badge.is_empty() { window } else { badge },
        user: customer.user,
        name: customer.name,
        badge,
    }
}

fn customer(view: &View<'_>, user: &str) -> Option<CustomerSummary> {
    let customers = view.worlds.whatsapp.customers(&view.look.channel).unwrap_or_default();
    customers.into_iter().find(|customer| customer.user == user)
}

/// Block and unblock, stop marketing and want it again.
pub(super) fn status_buttons(view: &View<'_>, user: &str) -> String {
    let Some(customer) = customer(view, user) else { return String::new() };
    let words = view.words;
    let marketing = if customer.stopped_marketing { ("resume", words.resume) } else { ("stop", words.stop) };
    let block = if customer.blocked { ("unblock", words.unblock) } else { ("block", words.block) };
    [marketing, block].map(|(act, label)| format!("<button name=\"do\" value=\"{act}\">{label}</button>")).concat()
}

/// What a phone says of why nothing arrives.
pub(super) fn note(view: &View<'_>, user: &str) -> Option<&'static str> {
    let customer = customer(view, user)?;
    match (customer.blocked, customer.stopped_marketing) {
        (true, _) => Some(view.words.number_blocked_note),
        (false, true) => Some(view.words.stopped_note),
        (false, false) => None,
    }
}

/// One line about a message, for the list.
pub(super) fn preview(words: &Words, message: &Value) -> String {
    let kind = message["type"].as_str().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match kind {
        // A template as it is shown has no type.
        "" => text(&message["body"]),
        "text" => text(&message["text"]["body"]),
        "button" => text(&message["button"]["text"]),
        "interactive" => text(&message["interactive"]["button_reply"]["title"]),
        "reaction" => text(&message["reaction"]["emoji"]),
        "image" => words.picture.to_owned(),
        "video" => words.video.to_owned(),
        "audio" => words.audio.to_owned(),
        "sticker" => words.sticker.to_owned(),
        "location" => words.place.to_owned(),
        "document" => words.file.to_owned(),
        "contacts" => words.contact.to_owned(),
        _ => words.unknown.to_owned(),
    }
}

/// The chat of a customer, oldest first.
pub(super) fn bubbles(view: &View<'_>, user: &str) -> Vec<Bubble> {
    let inbox = view.worlds.whatsapp.inbox(&view.look.channel, user).unwrap_or_default();
    let bubble = |message: InboxMessage| {
        let html = match &message.shown {
            Some(shown) => template(view, user, &message.id, shown),
            None => html(view, &message.message),
        };
        Bubble { at_ms: message.at_ms, from_customer: message.from_customer, id: message.id, read: message.read, html }
    };
    inbox.into_iter().map(bubble).collect()
}

fn html(view: &View<'_>, message: &Value) -> String {
    let words = view.words;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let kind = message["type"].as_str().unwrap_or_default();
    match kind {
        "text" => format!("<div class=\"bubble text\">{}</div>", formatted(&text(&message["text"]["body"]))),
        "button" | "interactive" | "reaction" => {
            format!("<div class=\"bubble text\">{}</div>", escape(&preview(words, message)))
        }
        "image" | "video" | "audio" | "document" | "sticker" => {
            let object = &message[kind];
            let caption = text(&object["caption"]);
            let caption = if caption.is_empty() { caption } else { format!("<p>{}</p>", formatted(&caption)) };
            format!("<div class=\"bubble medium\">{}{caption}</div>", medium(view, kind, object))
        }
        "location" => {
            let place = &message["location"];
            format!(
                "<div class=\"bubble text\">{}<br>{}</div>",
                escape(&text(&place["name"])),
                escape(&text(&place["address"]))
            )
        }
        _ => placeholder(&preview(words, message)),
    }
}

/// A picture, film, sound or document by id or link.
fn medium(view: &View<'_>, kind: &str, object: &Value) -> String {
    let words = view.words;
    let address = match (object["id"].as_str(), object["link"].as_str()) {
        (Some(id), _) => format!("/phones/whatsapp/{id}"),
        (None, Some(link)) => by_link(view, kind, link),
        (None, None) => return placeholder(words.unseen),
    };
    let address = escape(&address);
    match kind {
        "image" | "sticker" => {
            let label = if kind == "image" { words.picture } else { words.sticker };
            format!("<img class=\"picture\" src=\"{address}\" alt=\"{label}\">")
        }
        "video" => {
            format!(
                "<video class=\"picture\" controls preload=\"none\" src=\"{address}\" aria-label=\"{}\"></video>",
                words.video
            )
        }
        "audio" => {
            format!("<audio controls preload=\"none\" src=\"{address}\" aria-label=\"{}\"></audio>", words.audio)
        }
        _ => {
            let name = object["filename"].as_str().unwrap_or(words.file);
            format!(
                "<a class=\"tap\" href=\"{address}\" target=\"_blank\" rel=\"noopener noreferrer\">{}</a>",
                escape(name)
            )
        }
    }
}

/// Meta's copy of what a link showed, or the link itself where it was not fetched.
fn by_link(view: &View<'_>, kind: &str, link: &str) -> String {
    let shows = match kind {
        "video" => Shows::WhatsappVideo,
        "audio" => Shows::WhatsappAudio,
        "document" => Shows::WhatsappDocument,
        _ => Shows::WhatsappImage,
    };
    let is_seen = view.worlds.fetched(link, shows).is_some_and(|fetched| fetched.is_seen());
    if is_seen { copy(link, shows) } else { link.to_owned() }
}

/// A template as it was sent: header, body, footer, buttons.
fn template(view: &View<'_>, user: &str, id: &str, shown: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let header = &shown["header"];
    let above = match header["type"].as_str() {
        Some("text") => format!("<strong>{}</strong>", escape(&text(&header["text"]))),
        Some("location") => placeholder(view.words.place),
        Some(kind) => medium(view, kind, header),
        None => String::new(),
    };
    let footer = text(&shown["footer"]);
    let footer = if footer.is_empty() { footer } else { format!("<p class=\"foot\">{}</p>", linked(&footer)) };
    let buttons = shown["buttons"].as_array().map_or(&[][..], Vec::as_slice);
    let tap = |(index, button): (usize, &Value)| tap(view, user, (id, index), button);
    let buttons: Vec<String> = buttons.iter().enumerate().map(tap).collect();
    let taps = if buttons.len() > BUTTONS_SHOWN {
        let (first, more) = buttons.split_at(BUTTONS_SHOWN - 1);
        let all = view.words.all_options;
        format!("{}<details><summary class=\"tap\">{all}</summary>{}</details>", first.concat(), more.concat())
    } else {
        buttons.concat()
    };
    format!(
        "<div class=\"card template\"><div class=\"words\">{above}<p class=\"body\">{}</p>{footer}</div>{taps}</div>",
        formatted(&text(&shown["body"])),
    )
}

/// A button: a link, or a form that presses it.
fn tap(view: &View<'_>, user: &str, (id, index): (&str, usize), button: &Value) -> String {
    let text = |name: &str| button[name].as_str().unwrap_or_default();
    let label = escape(text("text"));
    match text("type") {
        "URL" => anchor(text("url"), &label, "tap"),
        "QUICK_REPLY" => format!(
            "<form method=\"post\" action=\"/phones/act\">{}{}{}{}<button class=\"tap\">{label}</button></form>",
            fields(view, user),
            hidden("do", "press"),
            hidden("text", id),
            hidden("index", &index.to_string()),
        ),
        "PHONE_NUMBER" => format!("<span class=\"tap\">{label} {}</span>", escape(text("phone_number"))),
        "COPY_CODE" => format!("<span class=\"tap\">{label} {}</span>", escape(text("coupon_code"))),
        _ => format!("<span class=\"tap\">{label}</span>"),
    }
}
