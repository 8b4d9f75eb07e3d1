//! What went wrong, and its cure.

use shared::{
    problem::{Conflict, Forbidden, Problem, Rule, Unit, What},
    words::Language,
};

use super::{common, media, reasons, templates};
use crate::words::{
    number,
    problems::{Problems, Said, blank, part, roles},
};

pub(super) const PROBLEMS: Problems = Problems {
    offline: || Said::new("The server cannot be reached.", "Check the connection and try again."),
    outdated: || {
        Said::new(
            "The app and the server are of different versions.",
            "Reload this page; an installed app needs its update.",
        )
    },
    problem,
    field,
    rule,
    conflict,
    forbidden,
    missing,
};

fn problem(problem: &Problem) -> Said {
    match problem {
        Problem::SignedOut => Said::new("Your session has ended.", "Sign in again; your drafts are safe."),
        Problem::WrongCredentials => Said::new(
            "The e-mail or the password is wrong.",
            "Type them again; if you forgot the password, ask your admin to reset it.",
        ),
        Problem::Forbidden { why } => forbidden(why),
        Problem::Missing { what } => missing(*what),
        Problem::Invalid { field: at, rule: broken } => {
            Said::new("Something needs a change.", rule(&field(at), broken))
        }
        Problem::Conflict { with } => conflict(with),
        Problem::TooMany { retry_after } => {
            Said::new("Too many tries.", format!("Try again in {} seconds.", number(*retry_after)))
        }
        Problem::TooLarge { limit } => Said::new(
            "This is too large.",
            format!("The limit is {} MB; make it smaller and try again.", number(limit.div_ceil(1_000_000))),
        ),
        Problem::Unavailable => Said::new(
            "The server does not answer right now.",
            "What was sent goes on being delivered. Try again in a moment.",
        ),
        Problem::StorageFull => Said::new(
            "The server has no room left.",
            "Nothing of this file was kept. Tell your admin to make room, then try again.",
        ),
        Problem::Internal { trace } => Said::new(
            "The server failed.",
            format!("Try again; if it keeps happening, give your admin the code {trace}."),
        ),
    }
}

fn field(at: &str) -> String {
    if let Some(n) = blank(at) {
        return format!("Blank {n} of the template");
    }
    if let Some(n) = part(at) {
        return format!("Message {n}");
    }
    let last = at.rsplit('.').next().unwrap_or(at);
    match last {
        "email" => "E-mail",
        "password" => "Password",
        "name" => "Name",
        "text" => "Message",
        "parts" => "Number of messages",
        "search" => "Search text",
        "channels" => "Accounts",
        "tags_any" | "tags_all" | "tags_none" => "Tags",
        "owners" => "Owners",
        "stores" => "Stores",
        "senders" => "Senders",
        "days" => "Days",
        "from" | "to" => "Date",
        "ids" if at.starts_with("selection") => "Recipients",
        "ids" => "Conversations",
        "matching" => "\u{201c}Select all\u{201d} filters",
        "selection" => "Recipients",
        "media" | "size" => "File",
        "title" => "Title",
        "categories" => "Categories",
        "usable_by" | "roles" => "Who may use it",
        "limit" | "after" => "Place in the list",
        _ => "This field",
    }
    .to_owned()
}

fn rule(field: &str, rule: &Rule) -> String {
    match rule {
        Rule::Required => format!("{field}: please fill this in."),
        Rule::TooLong { limit, actual, unit } => {
            let over = number(actual.saturating_sub(*limit));
            let unit = match unit {
                Unit::Utf16 | Unit::Characters => "characters",
                Unit::Bytes => "bytes",
            };
            format!("{field}: at most {} {unit}; take out {over}.", number(*limit))
        }
        Rule::TooMany { limit, actual } => {
            format!("{field}: at most {}, now {}; take some out.", number(*limit), number(*actual))
        }
        Rule::TooFew { least, actual } => {
            format!("{field}: at least {}, now {}; add some.", number(*least), number(*actual))
        }
        Rule::Malformed { expected } => format!("{field}: should look like {expected}"),
        Rule::Unknown { count } => format!("{field}: {} of them no longer exist; choose again.", number(*count)),
        Rule::ControlCharacter => {
            format!("{field}: holds a character that cannot be sent; type it instead of pasting.")
        }
        Rule::Unfit { fault } => {
            let said = media::fault(fault);
            format!("{field}: {} {}", said.title, said.text)
        }
        Rule::NotYours => {
            format!("{field}: more than your role may give; choose less, or ask your admin to set it.")
        }
        Rule::Taken => format!("{field}: already taken; choose another."),
    }
}

fn conflict(with: &Conflict) -> Said {
    match with {
        Conflict::AudienceChanged { audience, will_send } => Said::new(
            "The recipients changed after the check.",
            format!(
                "{} are selected now, {} of them will be sent. Look again, then send.",
                number(*audience),
                number(*will_send)
            ),
        ),
        Conflict::ContentChanged => Said::new(
            "The message changed after the check.",
            "Another tab or device may have changed it; look at the preview again.",
        ),
        Conflict::AlreadySent { .. } => {
            Said::new("This was sent already.", "Nothing went out twice; see the record for the result.")
        }
        Conflict::DraftChanged { .. } => {
            Said::new("The draft was changed in another tab or on another device.", "Choose which one to keep.")
        }
        Conflict::NobodyToSend => Said::new("None of the selected people can get this.", "Go back and choose others."),
        Conflict::QuotaTooSmall { needed, left } => Said::new(
            "The account has too few messages left this month.",
            format!(
                "This needs {}, only {} are left. Choose fewer people, or ask your admin to buy more.",
                number(*needed),
                number(*left)
            ),
        ),
        Conflict::SeveralNumbers { channels } => Said::new(
            "A template goes to the customers of one WhatsApp number only.",
            format!("The selection has {} accounts; keep the customers of one number.", channels.len()),
        ),
        Conflict::TemplateChanged { status } => Said::new(
            match status {
                Some(status) => format!("This template cannot be used as it is: {}.", templates::status(*status)),
                None => "This template is gone, or not for you to use.".to_owned(),
            },
            "Choose a template again; if its content changed, picking it again brings the new one.",
        ),
        Conflict::MessagingLimit { needed, left } => Said::new(
            "WhatsApp's limit of people within 24 hours is too small.",
            format!(
                "This needs {}, {} are left. Select fewer people, or wait until some are past.",
                number(*needed),
                number(*left)
            ),
        ),
        Conflict::SendState { state } => Said::new(
            format!("This send is {} by now.", state.name(Language::En).to_lowercase()),
            "Look at its record again: what can be done has changed.",
        ),
        Conflict::PeopleChanged { people } => Said::new(
            "The number of people has changed.",
            format!("They are {} now. Look at the record again before you send to them.", number(*people)),
        ),
        Conflict::UploadAt { .. } => {
            Said::new("The upload was cut off.", "Try again; it goes on from where it stopped.")
        }
        Conflict::SavedReplyChanged { .. } => {
            Said::new("Somebody else just changed this saved reply.", "Reload it and look at the new text first.")
        }
        Conflict::NotOwner => {
            Said::new("This conversation is somebody else's.", "Ask them to hand it over, or ask your manager.")
        }
        Conflict::WrongState => Said::new("The conversation has moved on.", "Reload to see what can be done now."),
        Conflict::NotAssignable => {
            Said::new("This colleague cannot take it.", "Choose somebody of the same store who may use this account.")
        }
        Conflict::CannotReach { reason } => {
            let said = reasons::reason(*reason);
            Said::new(
                format!("This customer cannot be written to now: {}.", said.title),
                format!("{} {}", said.why, said.next),
            )
        }
    }
}

fn forbidden(why: &Forbidden) -> Said {
    match why {
        Forbidden::OmoPlan => Said::new(
            "Your team does not have the OMO plan.",
            "Group messages need it; ask your admin to contact support.",
        ),
        Forbidden::Role { allowed, .. } => Said::new(
            "Your role may not do this.",
            format!("It is open to: {}. Ask your admin if you need it.", roles(allowed, common::role, ", ")),
        ),
    }
}

fn missing(what: What) -> Said {
    let (title, text) = match what {
        What::Route => ("There is no such function.", "Reload this page for the new version."),
        What::Member => ("There is no such colleague.", "The account may be disabled; choose somebody else."),
        What::Store => ("There is no such store.", "It may have been removed; choose again."),
        What::Channel => ("There is no such account.", "It may have been disconnected; ask your admin."),
        What::Conversation => ("There is no such conversation.", "It may be somebody else's now; go back to the list."),
        What::Contact => {
            ("There is no such customer.", "She may have been forgotten at her own wish; go back to the list.")
        }
        What::Tag => ("There is no such tag.", "It may have been deleted; choose again."),
        What::Draft => ("There is no such draft.", "It was dropped or is not yours; start anew."),
        What::Campaign => ("There is no such record.", "It may be outside what you can see; go back to the list."),
        What::Delivery => ("There is no such recipient.", "Go back to the record and choose again."),
        What::Media => ("There is no such file.", "It may no longer be kept."),
        What::Upload => ("There is no such upload.", "It may have run out; choose the file again."),
        What::SavedReply => {
            ("There is no such saved reply.", "It was deleted or is not open to you; go back to the list.")
        }
        What::Category => ("There is no such category.", "It may have been deleted; choose again."),
        What::Template => {
            ("No such template.", "It may be deleted at WhatsApp, or not be yours to use; choose another.")
        }
        What::Attribute => ("There is no such attribute.", "It may have been deleted; choose again."),
    };
    Said::new(title, text)
}
