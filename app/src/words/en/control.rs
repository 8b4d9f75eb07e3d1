//! What a person does to a send.

use super::{common, plural};
use crate::words::{control::Control, number, problems::roles};

fn people(n: u64) -> String {
    format!("{} {}", number(n), plural(n, "person", "people"))
}

pub(super) const CONTROL: Control = Control {
    pause: "Pause",
    resume: "Resume",
    stop: "Stop sending",
    waiting: |n| format!("{} waiting", number(n)),
    doing: "Working…",
    held_by: |name| match name {
        Some(name) => format!("{name} paused this send"),
        None => "A colleague paused this send".to_owned(),
    },
    held_text: "What is left stays in the queue until somebody presses Resume.",
    resume_anyway: "You can press Resume now; where the cause is still there, it stops again.",
    stopped_by: |name| match name {
        Some(name) => format!("{name} stopped this send"),
        None => "This send was stopped".to_owned(),
    },
    stopped_text: |waiting| {
        let settling = if waiting > 0 { format!(" {} still being settled.", number(waiting)) } else { String::new() };
        format!("What had not gone out will not; what had stays with the customers.{settling}")
    },
    let_send: "Let it send again",
    ask: |allowed| format!("To resume it, ask: {}.", roles(allowed, common::role, ", ")),
    stop_title: "Stop this send?",
    stop_text: |n| {
        format!(
            "{} still waiting. They will not get it, and the record says \"Cancelled\". Messages under way still \
             arrive; what has gone out cannot be taken back. A stopped send cannot go on.",
            people(n)
        )
    },
    keep_on: "Do not stop",
    can_retry: |n| format!("{} can be retried", number(n)),
    retry: |n| format!("Retry the {} that can succeed", number(n)),
    retry_these: |n| {
        if n == 1 { "Retry this person".to_owned() } else { format!("Retry these {}", number(n)) }
    },
    retry_title: |n| format!("Retry {}?", people(n)),
    retry_text: |cures| format!("Before you retry: {cures} Messages that arrived are not sent again."),
    cure: |title, next| format!("{title}: {next}"),
    unknown: "Not known whether it arrived",
    unknown_text: "Sent again, those who have it get it twice: that is for you to decide.",
    again: |n| format!("Send again to {} anyway", number(n)),
    again_one: "Send again anyway",
    again_title: |n| format!("Send again to {}?", people(n)),
    again_one_title: |name| format!("Send again to {name}?"),
    again_text: "Nobody knows whether it arrived: who has it gets it twice, and that cannot be taken back.",
    changed: |n| format!("The number has just changed: it is {} now.", number(n)),
    nobody_left: ("Nobody is left to send to.", "Somebody may have sent again already; look at the result."),
    paused: |waiting| format!("Paused, {} waiting", number(waiting)),
    resumed: |waiting| format!("Resumed, {} waiting", number(waiting)),
    stopped: "Stopped",
    sends_again: |n| format!("Sending again to {}", people(n)),
    account_sends: |account| format!("\"{account}\" sends again"),
};
