//! The records of group sends.

use shared::{deliveries::Outcome, limits::Platform, time::Day, words::Language};

use super::plural;
use crate::words::{
    number,
    records::{Detail, Person, Records},
};

fn day(day: Day) -> String {
    day.format("%b %-d").to_string()
}

pub(super) const RECORDS: Records = Records {
    title: "Group-send records",
    mine: "Sent by you",
    stores: |stores| format!("Sent by you and colleagues of {stores}"),
    all: "Sent by the whole team",
    filters: "Filter records",
    time: "Time",
    last_days: |days| format!("Last {days} days"),
    any_time: "Any time",
    own_days: "Dates",
    from: "From",
    to: "To",
    upside_down: "The last day is before the first: choose the same day or a later one.",
    days: |from, to| match (from, to) {
        (Some(from), Some(to)) => format!("{} – {}", day(from), day(to)),
        (Some(from), None) => format!("From {}", day(from)),
        (None, Some(to)) => format!("To {}", day(to)),
        (None, None) => "Any time".to_owned(),
    },
    state: "State",
    with_failures: "With failures",
    clear: "Clear conditions",
    state_name: |state| state.name(Language::En),
    progress: |done, all| format!("Sending {} / {}", number(done), number(all)),
    failures: |n| format!("{} failed", number(n)),
    all_failed: "All failed",
    unknowns: |n| format!("{} unknown", number(n)),
    facts: |sender, store, parts| {
        let messages = plural(u64::from(parts), "message", "messages");
        match store {
            Some(store) => format!("{sender} · {store} · {parts} {messages}"),
            None => format!("{sender} · {parts} {messages}"),
        }
    },
    audience: "Recipients",
    success_rate: "Success",
    links: "Referral links",
    still_sending: "sending",
    nobody_selected: "nobody selected",
    sent_at: "Sent",
    content: "Content",
    parts: |n| format!("{n} {}", plural(u64::from(n), "message", "messages")),
    sender: "Sender",
    open: |when| format!("Open the record: {when}"),
    open_column: "Open",
    empty_title: "No group message was sent yet",
    empty_text: "After your first group message this shows who got it, who did not, and why.",
    empty_text_reader: "Once sales staff send group messages, this shows who got them, who did not, and why.",
    empty_action: "Start a group message",
    none_title: "No record matches",
    none_text: "Loosen or clear the conditions.",
    loading: "Loading records",
    failed: "The records could not be loaded",
    by_store: "Store",
    by_sender: "Sent by",
    named: |n| format!("{n} chosen"),
    export: "Export records (CSV)",
    export_people: "Export recipients (CSV)",
    exported: |name| format!("Exported {name}"),
    not_kept: "The file is made, but this device could not keep it. Check the space that is left, then export again.",
    read_rate: "Read rate",
    media: |images, videos| {
        let pictures = format!("{images} {}", plural(u64::from(images), "image", "images"));
        let films = format!("{videos} {}", plural(u64::from(videos), "video", "videos"));
        match (images, videos) {
            (0, 0) => "(no text)".to_owned(),
            (_, 0) => pictures,
            (0, _) => films,
            _ => format!("{pictures}, {films}"),
        }
    },
    detail: Detail {
        label: "Group-send record",
        title: |kind, when| format!("{}, {when}", kind.name(Language::En)),
        back: "Back to the records",
        result: "Result",
        audience: |n| format!("{} {}", number(n), plural(n, "recipient", "recipients")),
        audience_note: "Everyone selected when Send was pressed, those known not to get it included",
        honest: "\"Accepted\" means that the platform took the message, not yet that the customer has it.",
        read_note: "Read is a lower bound: people can switch receipts off, and LINE tells nothing of it.",
        at_least: |figure| format!("at least {figure}"),
        platforms: "By platform",
        platform: |ok, failed, unknown| {
            format!("{} accepted · {} failed · {} unknown", number(ok), number(failed), number(unknown))
        },
        no_rate: "nobody selected",
        reasons: "Reasons",
        reasons_sub: |people, kinds| {
            format!(
                "{} {}, {kinds} {}",
                number(people),
                plural(people, "person", "people"),
                plural(kinds as u64, "reason", "reasons")
            )
        },
        next: "Next: ",
        show_people: |n| {
            if n == 1 { "See this person".to_owned() } else { format!("See these {}", number(n)) }
        },
        people: "Recipients",
        tabs: "By outcome",
        all: "All",
        outcome: |outcome| outcome.name(Language::En),
        remove_reason: "Show all reasons",
        view: "View",
        nobody: "Nobody is here.",
        gone: |at| {
            let day = at.format("%b %-d, %Y");
            format!(
                "Recipients are kept for a limited time: their list was deleted on {day}. Figures and content stay."
            )
        },
        people_loading: "Loading recipients",
        people_failed: "The recipients could not be loaded",
        content: "Content",
        content_sub: |n| format!("As it was sent, {n} {}", plural(n as u64, "message", "messages")),
        name_fill: "customer name",
        paused_text: |reason| format!("{reason} What is left waits and goes on by itself once it is resumed."),
        loading: "Loading the record",
        load_failed: "This record could not be loaded",
        facts: "The send",
        store: "Store",
        finished: "Settled",
        channels: "Channels",
    },
    person: Person {
        title_failed: "Why it failed",
        title: "Result",
        back: "Back to this record",
        outcome: |outcome, platform| match (outcome, platform) {
            (Outcome::Waiting, _) => ("Waiting", "It is in the queue and goes out in its turn."),
            (Outcome::Succeeded, Platform::Line) => {
                ("Accepted", "LINE took the messages. It does not tell whether they arrived or were read.")
            }
            (Outcome::Succeeded, Platform::Whatsapp) => {
                ("Accepted", "WhatsApp took the messages. It tells once they are on the customer's phone.")
            }
            (Outcome::Delivered, _) => {
                ("Delivered", "The messages are on the customer's phone. People can switch read receipts off.")
            }
            (Outcome::Read, _) => ("Read", "The customer read the messages."),
            (Outcome::Failed, _) => ("Not received", "This customer did not get the messages of this send."),
            (Outcome::Unknown, _) => (
                "Not known whether it arrived",
                "The platform gave no answer in time. It may or may not have arrived, and is not repeated by itself.",
            ),
        },
        checked_by: "Found by",
        code: "Reason code",
        at: "Time",
        provider_code: "Platform code",
        provider_text: "The platform's own words",
        request_id: ("Request id", "Give the request id to LINE's support."),
        content: "This customer's messages",
        parts: "Each message",
        part: |n| format!("Message {n}"),
        part_left_out: "Not sent, as one before it failed",
        attempts: "Tries",
        attempt: |outcome| match outcome {
            "later" => "To be tried later",
            "refused" => "Refused by the platform",
            "unsure" => "No answer",
            "stop" => "Channel paused",
            _ => "Did not succeed",
        },
        conversation: "Open the conversation",
        no_conversation: "This conversation is not among those you may see.",
        loading: "Loading the result",
        failed: "This customer's result could not be loaded",
    },
};
