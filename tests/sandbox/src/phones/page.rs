//! The page: the list of customers and the phone of one.

use std::fmt::Write as _;

use super::{
    Look, Platform, Worlds,
    chat::chat,
    html::{escape, hidden},
    line, whatsapp,
    words::Words,
};

const MOST_LISTED: usize = 200;

/// A customer as the page knows them.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub user: String,
    pub name: String,
    /// What else a search finds them by, in lower case.
    pub keys: String,
    /// In the list; empty where there is nothing to say.
    pub badge: &'static str,
    /// Above the chat.
    pub state: &'static str,
    /// Beside the account's name; may be empty.
    pub about: String,
}

pub(super) struct View<'a> {
    pub worlds: &'a Worlds,
    pub look: Look,
    pub words: &'static Words,
    pub people: Vec<Person>,
    pub chosen: Option<Person>,
}

impl View<'_> {
    /// When something was last said or arrived, milliseconds, and one line about it.
    fn last(&self, user: &str) -> (i64, String) {
        let (worlds, channel) = (self.worlds, self.look.channel.as_str());
        match self.look.platform {
            Platform::Line => {
                let last = worlds.line.last_message(channel, user);
                let last = last.map(|message| line::preview(self.words, &message)).unwrap_or_default();
                (worlds.line.last_ms(channel, user), last)
            }
            Platform::Whatsapp => {
                let (at_ms, last) = worlds.whatsapp.last(channel, user);
                (at_ms, last.map(|message| whatsapp::preview(self.words, &message)).unwrap_or_default())
            }
        }
    }
}

pub(super) fn page(view: &View<'_>) -> String {
    let words = view.words;
    let open = if view.chosen.is_some() { "open" } else { "" };
    let other = Look { lang: words.other_code.to_owned(), ..view.look.clone() };
    format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <link rel=\"icon\" href=\"data:,\"><link rel=\"stylesheet\" href=\"/phones/phones.css\">\
         <script src=\"/phones/phones.js\" defer></script></head><body class=\"{open}\">\
         <aside class=\"people\"><header class=\"top\"><div class=\"headline\"><h1>{title}</h1>\
         <a class=\"language\" href=\"{other}\" lang=\"{other_code}\">{other_language}</a></div>\
         <p class=\"hint\">{hint}</p>\
         {channels}{search}</header><nav id=\"list\" aria-label=\"{customers}\">{list}</nav></aside>\
         <main>{phone}</main></body></html>",
        lang = words.html,
        title = words.title,
        hint = words.hint,
        other = escape(&other.address()),
        other_code = words.other_code,
        other_language = words.other_language,
        customers = words.customers,
        channels = channels(view),
        search = search(view),
        list = list(view),
        phone = whole_phone(view),
    )
}

fn channels(view: &View<'_>) -> String {
    let channels = view.worlds.channels();
    if channels.len() < 2 {
        return String::new();
    }
    let link = |(platform, name): (Platform, String)| {
        let is_current = platform == view.look.platform && name == view.look.channel;
        let look = Look { platform, channel: name, lang: view.look.lang.clone(), ..Look::default() };
        let current = if is_current { " aria-current=\"true\"" } else { "" };
        let label = format!("{} · {}", platform.label(), look.channel);
        format!("<a href=\"{}\"{current}>{}</a>", escape(&look.address()), escape(&label))
    };
    let links = channels.into_iter().map(link).collect::<Vec<_>>().concat();
    format!("<div class=\"channels\" role=\"group\" aria-label=\"{}\">{links}</div>", view.words.channel)
}

fn search(view: &View<'_>) -> String {
    format!(
        "<form class=\"search\" role=\"search\" method=\"get\" action=\"/\">{}{}{}{}\
         <input type=\"search\" name=\"q\" value=\"{}\" aria-label=\"{search}\" placeholder=\"{search}\" \
         autocomplete=\"off\"></form>",
        hidden("platform", view.look.platform.name()),
        hidden("channel", &view.look.channel),
        hidden("user", &view.look.user),
        hidden("lang", &view.look.lang),
        escape(&view.look.q),
        search = view.words.search,
    )
}

/// The list, those with the latest message first.
pub(super) fn list(view: &View<'_>) -> String {
    let words = view.words;
    if view.look.channel.is_empty() {
        return format!("<p class=\"note\">{}</p>", words.no_channel);
    }
    let wanted = view.look.q.trim().to_lowercase();
    let matching = view.people.iter().filter(|person| {
        person.name.to_lowercase().contains(&wanted) || person.keys.split(' ').any(|key| key == wanted)
    });
    let mut rows: Vec<_> = matching.map(|person| (view.last(&person.user), person)).collect();
    if rows.is_empty() {
        return format!("<p class=\"note\">{}</p>", words.nobody);
    }
    rows.sort_by_key(|((last_ms, _), _)| std::cmp::Reverse(*last_ms));
    let more = rows.len() > MOST_LISTED;
    let mut out = String::from("<ul>");
    for ((_, last), person) in rows.into_iter().take(MOST_LISTED) {
        out.push_str(&row(view, person, &last));
    }
    out.push_str("</ul>");
    if more {
        // Writing to a String cannot fail.
        let _ = write!(out, "<p class=\"note\">{}</p>", words.more);
    }
    out
}

fn row(view: &View<'_>, person: &Person, last: &str) -> String {
    let current = if person.user == view.look.user { " aria-current=\"page\"" } else { "" };
    let badge = person.badge;
    let badge = if badge.is_empty() { String::new() } else { format!("<span class=\"badge\">{badge}</span>") };
    format!(
        "<li><a href=\"{}\"{current}>{}<span class=\"who\"><span class=\"name\">{}</span>\
         <span class=\"last\">{}</span></span>{badge}</a></li>",
        escape(&view.look.at(&person.user).address()),
        avatar(&person.name),
        escape(&person.name),
        escape(last),
    )
}

fn avatar(name: &str) -> String {
    let first = name.chars().next().map(String::from).unwrap_or_default();
    let tone = name.bytes().fold(0_usize, |sum, byte| sum + usize::from(byte)) % 6;
    format!("<span class=\"avatar tone{tone}\" aria-hidden=\"true\">{}</span>", escape(&first))
}

fn whole_phone(view: &View<'_>) -> String {
    let words = view.words;
    let Some(person) = &view.chosen else {
        return format!("<p class=\"choose\">{}</p>", words.choose);
    };
    let fields = fields(view, &person.user);
    let acts: &[(&str, &str)] = match view.look.platform {
        Platform::Line => &[("photo", words.photo), ("sticker", words.sticker)],
        Platform::Whatsapp => &[("photo", words.photo), ("place", words.place), ("read", words.read_all)],
    };
    let acts = acts
        .iter()
        .map(|(act, label)| format!("<button name=\"do\" value=\"{act}\">{label}</button>"))
        .collect::<Vec<_>>()
        .concat();
    let brand = [view.look.channel.as_str(), &person.about].into_iter().filter(|part| !part.is_empty());
    format!(
        "<section class=\"phone {skin}\" aria-label=\"{name}\"><header class=\"bar\">\
         <a class=\"back\" href=\"{back}\" aria-label=\"{back_label}\">‹</a>{avatar}\
         <div class=\"owner\"><h2>{name}</h2><p class=\"brand\">{brand}</p></div>\
         <div id=\"status\" class=\"status\">{status}</div></header>\
         <p id=\"problem\" class=\"problem\" role=\"alert\" hidden></p>\
         <div id=\"chat\" class=\"chat\" role=\"log\" aria-label=\"{messages}\" tabindex=\"0\">{chat}</div>\
         <footer class=\"composer\">\
         <form method=\"post\" action=\"/phones/act\">{fields}{acts}</form>\
         <form class=\"write\" method=\"post\" action=\"/phones/act\">{fields}{text}\
         <input type=\"text\" name=\"text\" aria-label=\"{write}\" placeholder=\"{write}\" autocomplete=\"off\">\
         <button class=\"primary\">{send}</button></form></footer></section>",
        skin = view.look.platform.name(),
        name = escape(&person.name),
        brand = escape(&brand.collect::<Vec<_>>().join(" · ")),
        back = escape(&view.look.at("").address()),
        back_label = words.back,
        avatar = avatar(&person.name),
        status = status(view),
        messages = words.messages,
        chat = phone(view),
        text = hidden("do", "text"),
        write = words.write,
        send = words.send,
    )
}

/// The hidden fields of every form about a customer.
pub(super) fn fields(view: &View<'_>, user: &str) -> String {
    let look = &view.look;
    let pairs = [
        ("platform", look.platform.name()),
        ("channel", &look.channel),
        ("user", user),
        ("q", &look.q),
        ("lang", &look.lang),
    ];
    pairs.map(|(name, value)| hidden(name, value)).concat()
}

/// What the customer is to the account, and the buttons that change it.
pub(super) fn status(view: &View<'_>) -> String {
    let Some(person) = &view.chosen else {
        return String::new();
    };
    let buttons = match view.look.platform {
        Platform::Line => line::status_buttons(view, &person.user),
        Platform::Whatsapp => whatsapp::status_buttons(view, &person.user),
    };
    format!(
        "<span class=\"badge\">{}</span><form method=\"post\" action=\"/phones/act\">{}{buttons}</form>",
        person.state,
        fields(view, &person.user)
    )
}

/// The chat of the chosen customer.
pub(super) fn phone(view: &View<'_>) -> String {
    let Some(person) = &view.chosen else {
        return String::new();
    };
    let user = person.user.as_str();
    let (bubbles, note) = match view.look.platform {
        Platform::Line => (line::bubbles(view, user), line::note(view, user)),
        Platform::Whatsapp => (whatsapp::bubbles(view, user), whatsapp::note(view, user)),
    };
    let note = note.map(|note| format!("<p class=\"note\">{note}</p>")).unwrap_or_default();
    chat(view.words, &bubbles) + &note
}
