//! The page: the list of customers and the phone of one.

use std::fmt::Write as _;

use super::{
    Look,
    chat::{chat, preview},
    html::{escape, hidden},
    words::Words,
};
use crate::line::{CustomerSummary, LineWorld, Relation};

const MOST_LISTED: usize = 200;

pub(super) struct View<'a> {
    pub line: &'a LineWorld,
    pub look: Look,
    pub words: &'static Words,
    pub customers: Vec<CustomerSummary>,
    pub chosen: Option<CustomerSummary>,
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
         <a class=\"language\" href=\"{other}\" lang=\"{other_code}\">{other_language}</a></div><p class=\"hint\">{hint}</p>\
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
    let specs = view.line.channels();
    if specs.len() < 2 {
        return String::new();
    }
    let links: String = specs
        .iter()
        .map(|spec| {
            let look = Look { channel: spec.name.clone(), lang: view.look.lang.clone(), ..Look::default() };
            let current = if spec.name == view.look.channel { " aria-current=\"true\"" } else { "" };
            format!("<a href=\"{}\"{current}>{}</a>", escape(&look.address()), escape(&spec.name))
        })
        .collect::<Vec<_>>()
        .concat();
    format!("<div class=\"channels\" role=\"group\" aria-label=\"{}\">{links}</div>", view.words.channel)
}

fn search(view: &View<'_>) -> String {
    format!(
        "<form class=\"search\" role=\"search\" method=\"get\" action=\"/\">{}{}{}\
         <input type=\"search\" name=\"q\" value=\"{}\" aria-label=\"{search}\" placeholder=\"{search}\" autocomplete=\"off\"></form>",
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
    let matching = view.customers.iter().filter(|customer| {
        customer.name.to_lowercase().contains(&wanted) || customer.user == wanted.replacen('u', "U", 1)
    });
    let mut rows: Vec<_> =
        matching.map(|customer| (view.line.last_ms(&view.look.channel, &customer.user), customer)).collect();
    if rows.is_empty() {
        return format!("<p class=\"note\">{}</p>", words.nobody);
    }
    rows.sort_by_key(|(last_ms, _)| std::cmp::Reverse(*last_ms));
    let more = rows.len() > MOST_LISTED;
    let mut out = String::from("<ul>");
    for (_, customer) in rows.into_iter().take(MOST_LISTED) {
        out.push_str(&row(view, customer));
    }
    out.push_str("</ul>");
    if more {
        // Writing to a String cannot fail.
        let _ = write!(out, "<p class=\"note\">{}</p>", words.more);
    }
    out
}

fn row(view: &View<'_>, customer: &CustomerSummary) -> String {
    let last = view.line.last_message(&view.look.channel, &customer.user);
    let last = last.map(|message| preview(view.words, &message)).unwrap_or_default();
    let current = if customer.user == view.look.user { " aria-current=\"page\"" } else { "" };
    let badge = match customer.relation {
        Relation::Friend => "",
        Relation::Stranger => view.words.stranger,
        Relation::Blocked => view.words.blocked,
    };
    let badge = if badge.is_empty() { String::new() } else { format!("<span class=\"badge\">{badge}</span>") };
    format!(
        "<li><a href=\"{}\"{current}>{}<span class=\"who\"><span class=\"name\">{}</span><span class=\"last\">{}</span></span>{badge}</a></li>",
        escape(&view.look.at(&customer.user).address()),
        avatar(&customer.name),
        escape(&customer.name),
        escape(&last),
    )
}

fn avatar(name: &str) -> String {
    let first = name.chars().next().map(String::from).unwrap_or_default();
    let tone = name.bytes().fold(0_usize, |sum, byte| sum + usize::from(byte)) % 6;
    format!("<span class=\"avatar tone{tone}\" aria-hidden=\"true\">{}</span>", escape(&first))
}

fn whole_phone(view: &View<'_>) -> String {
    let words = view.words;
    let Some(customer) = &view.chosen else {
        return format!("<p class=\"choose\">{}</p>", words.choose);
    };
    let fields = fields(view, &customer.user);
    format!(
        "<section class=\"phone\" aria-label=\"{name}\"><header class=\"bar\">\
         <a class=\"back\" href=\"{back}\" aria-label=\"{back_label}\">‹</a>{avatar}\
         <div class=\"owner\"><h2>{name}</h2><p class=\"brand\">{brand}</p></div><div id=\"status\" class=\"status\">{status}</div></header>\
         <p id=\"problem\" class=\"problem\" role=\"alert\" hidden></p>\
         <div id=\"chat\" class=\"chat\" role=\"log\" aria-label=\"{messages}\" tabindex=\"0\">{chat}</div>\
         <footer class=\"composer\">\
         <form method=\"post\" action=\"/phones/act\">{fields}<button name=\"do\" value=\"photo\">{photo}</button>\
         <button name=\"do\" value=\"sticker\">{sticker}</button></form>\
         <form class=\"write\" method=\"post\" action=\"/phones/act\">{fields}{text}\
         <input type=\"text\" name=\"text\" aria-label=\"{write}\" placeholder=\"{write}\" autocomplete=\"off\">\
         <button class=\"primary\">{send}</button></form></footer></section>",
        name = escape(&customer.name),
        brand = escape(&view.look.channel),
        back = escape(&view.look.at("").address()),
        back_label = words.back,
        avatar = avatar(&customer.name),
        status = status(view),
        messages = words.messages,
        chat = phone(view),
        photo = words.photo,
        sticker = words.sticker,
        text = hidden("do", "text"),
        write = words.write,
        send = words.send,
    )
}

/// The hidden fields of every form about a customer.
pub(super) fn fields(view: &View<'_>, user: &str) -> String {
    [("channel", view.look.channel.as_str()), ("user", user), ("q", &view.look.q), ("lang", &view.look.lang)]
        .map(|(name, value)| hidden(name, value))
        .concat()
}

/// What the customer is to the account, and the button that changes it.
pub(super) fn status(view: &View<'_>) -> String {
    let Some(customer) = &view.chosen else {
        return String::new();
    };
    let words = view.words;
    let (state, act, label, class) = match customer.relation {
        Relation::Stranger => (words.stranger, "follow", words.follow, "primary"),
        Relation::Friend => (words.friend, "block", words.block, ""),
        Relation::Blocked => (words.blocked, "unblock", words.unblock, "primary"),
    };
    format!(
        "<span class=\"badge\">{state}</span><form method=\"post\" action=\"/phones/act\">{}\
         <button class=\"{class}\" name=\"do\" value=\"{act}\">{label}</button></form>",
        fields(view, &customer.user)
    )
}

/// The chat of the chosen customer.
pub(super) fn phone(view: &View<'_>) -> String {
    let Some(customer) = &view.chosen else {
        return String::new();
    };
    let note = match customer.relation {
        Relation::Friend => None,
        Relation::Stranger => Some(view.words.stranger_note),
        Relation::Blocked => Some(view.words.blocked_note),
    };
    let note = note.map(|note| format!("<p class=\"note\">{note}</p>")).unwrap_or_default();
    let inbox = view.line.inbox(&view.look.channel, &customer.user).unwrap_or_default();
    chat(view, &customer.user, &inbox) + &note
}
