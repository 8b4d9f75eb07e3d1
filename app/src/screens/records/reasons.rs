//! Why some did not get it, and who may or may not have got it, each with what can be done.

use dioxus::prelude::*;
use shared::{
    campaigns::{CampaignRow, ReasonCount},
    deliveries::Outcome,
    members::Action,
    reasons::Reason,
};

use super::{
    control::{Control, Question, may_send_again},
    people::Shown,
};
use crate::{
    session::use_may,
    ui::{
        avatar::{Avatar, AvatarSize},
        button::{Button, ButtonSize, ButtonTone},
        glyph::RotateCcw,
        icon::{Icon, IconSize},
        panel::Panel,
        reason_group::ReasonGroup,
    },
    words::{Words, use_words},
};

/// Only "no answer" leaves somebody unknown; every other reason is a failure.
const fn outcome_of(reason: Reason) -> Outcome {
    if matches!(reason, Reason::NoAnswer) { Outcome::Unknown } else { Outcome::Failed }
}

/// The reasons that can pass, and how many failed for them.
pub(super) fn retryable(reasons: &[ReasonCount]) -> (Vec<Reason>, u64) {
    let those = reasons.iter().filter(|one| one.reason.can_retry());
    (those.clone().map(|one| one.reason).collect(), those.map(|one| one.count).sum())
}

/// Why some did not get it, the most frequent first, each with what to do next.
#[component]
pub(super) fn Reasons(
    /// The record.
    row: CampaignRow,
    /// Its reasons.
    reasons: Vec<ReasonCount>,
    /// What a person does to it.
    control: Control,
    /// Others are to be listed.
    onchoose: EventHandler<Shown>,
) -> Element {
    let words = use_words();
    let say = &words.records.detail;
    let may_retry = use_may(Action::GroupSend) && may_send_again(row.state);
    let failed: Vec<ReasonCount> =
        reasons.into_iter().filter(|one| outcome_of(one.reason) == Outcome::Failed).collect();
    if failed.is_empty() {
        return rsx! {};
    }
    let people = failed.iter().map(|one| one.count).sum();
    rsx! {
        Panel { title: say.reasons, sub: (say.reasons_sub)(people, failed.len()),
            for one in failed {
                Group {
                    key: "{one.reason.as_str()}",
                    cure: (may_retry && one.reason.can_retry())
                        .then(|| {
                            let question = Question::Retry {
                                campaign: row.id,
                                reasons: vec![one.reason],
                                people: one.count,
                            };
                            let label = (words.control.retry_these)(one.count);
                            rsx! { SendAgain { label, question, control } }
                        }),
                    one,
                    onchoose,
                }
            }
        }
    }
}

/// Who may or may not have got it: a state of its own, and for a person to decide.
#[component]
pub(super) fn Unknown(
    /// The record.
    row: CampaignRow,
    /// Its reasons.
    reasons: Vec<ReasonCount>,
    /// What a person does to it.
    control: Control,
    /// Others are to be listed.
    onchoose: EventHandler<Shown>,
) -> Element {
    let words = use_words();
    let say = &words.control;
    let may_send = use_may(Action::GroupSend) && may_send_again(row.state);
    let count = row.figures.unknown;
    if count == 0 {
        return rsx! {};
    }
    let names = reasons.into_iter().find(|one| one.reason == Reason::NoAnswer).map(|one| one.names);
    let one = ReasonCount { reason: Reason::NoAnswer, count, names: names.unwrap_or_default() };
    rsx! {
        Panel { id: "unknown", title: say.unknown, sub: (words.send.people)(count),
            Group {
                one,
                note: say.unknown_text,
                cure: may_send
                    .then(|| {
                        let question = Question::Again { campaign: row.id, people: count };
                        rsx! { SendAgain { label: (say.again)(count), question, control } }
                    }),
                onchoose,
            }
        }
    }
}

/// Asks whether it is to be sent once more.
#[component]
fn SendAgain(label: String, question: Question, control: Control) -> Element {
    rsx! {
        Button {
            tone: ButtonTone::Soft,
            size: ButtonSize::Small,
            blocked: control.blocked(),
            onclick: move |_| control.ask(question.clone()),
            Icon { size: IconSize::Small, RotateCcw {} }
            "{label}"
        }
    }
}

/// One reason in words, its people, and what can be done.
#[component]
fn Group(
    one: ReasonCount,
    /// What is to be known besides.
    note: Option<String>,
    cure: Option<Element>,
    onchoose: EventHandler<Shown>,
) -> Element {
    let words = use_words();
    let say = &words.records.detail;
    let said = (words.reasons.reason)(one.reason);
    let shown = Shown { outcome: Some(outcome_of(one.reason)), reason: Some(one.reason) };
    rsx! {
        ReasonGroup {
            block: true,
            title: said.title,
            count: (words.send.people)(one.count),
            people: names(words, &one),
            faces: rsx! {
                for (place , name) in one.names.iter().take(3).enumerate() {
                    Avatar { key: "{place}", name: name.clone(), tint_of: name.clone(), size: AvatarSize::Sm }
                }
            },
            actions: rsx! {
                Button {
                    tone: ButtonTone::Line,
                    size: ButtonSize::Small,
                    onclick: move |_| onchoose.call(shown),
                    {(say.show_people)(one.count)}
                }
                {cure}
            },
            {said.why}
            br {}
            b { {say.next} }
            {said.next}
            if let Some(note) = note {
                br {}
                "{note}"
            }
        }
    }
}

fn names(words: &Words, one: &ReasonCount) -> String {
    let names: Vec<&str> = one.names.iter().map(|name| words.name(name)).collect();
    let shown = names.len() as u64;
    let names = names.join(words.send.name_separator);
    match one.count.saturating_sub(shown) {
        0 => names,
        more => (words.send.and_more)(&names, more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_those_who_can_succeed_are_counted() {
        let of = |reason, count| ReasonCount { reason, count, names: Vec::new() };
        let reasons = [
            of(Reason::Unfollowed, 40),
            of(Reason::LineRateLimited, 7),
            of(Reason::NoAnswer, 5),
            of(Reason::LineMonthlyLimit, 2),
        ];
        assert_eq!(retryable(&reasons), (vec![Reason::LineRateLimited, Reason::LineMonthlyLimit], 9));
        assert_eq!(retryable(&reasons[..1]), (Vec::new(), 0));
    }
}
