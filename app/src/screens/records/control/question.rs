//! What is asked before a send is stopped or goes to people once more.

use dioxus::prelude::*;
use shared::reasons::Reason;

use super::{Act, Asked, Control, Question};
use crate::{
    ui::{
        button::{Button, ButtonTone},
        dialog::Dialog,
    },
    words::{Words, sentences, use_words},
};

/// The question, over the screen; nothing while nothing is asked.
#[component]
pub(in crate::screens::records) fn Ask(
    /// What a person does.
    control: Control,
) -> Element {
    rsx! {
        // Another number is another question: it is read out, and has the focus, anew.
        for asked in control.asked() {
            One { key: "{asked.question.people():?}", asked, control }
        }
    }
}

#[component]
fn One(asked: Asked, control: Control) -> Element {
    let words = use_words();
    let say = &words.control;
    let waiting = *control.waiting.read();
    let Asked { question, changed } = asked;
    let (title, text) = said(words, &question, waiting);
    let text = match question.people().filter(|_| changed) {
        Some(people) => sentences(&[&(say.changed)(people), &text]),
        None => text,
    };
    let (tone, yes, no) = match &question {
        Question::Stop(_) => (ButtonTone::Danger, say.stop.to_owned(), say.keep_on),
        Question::Retry { people, .. } => (ButtonTone::Primary, (say.retry_these)(*people), words.common.cancel),
        Question::Again { people, .. } => (ButtonTone::Primary, (say.again)(*people), words.common.cancel),
        Question::AgainOne { .. } => (ButtonTone::Primary, say.again_one.to_owned(), words.common.cancel),
    };
    rsx! {
        Dialog { title, text, onclose: move |()| control.close(),
            Button {
                tone,
                block: true,
                blocked: control.blocked(),
                onclick: move |_| control.run(Act::Decided(question.clone())),
                "{yes}"
            }
            Button { block: true, onclick: move |_| control.close(), {no} }
        }
    }
}

/// The question, and what the answer brings about.
fn said(words: &Words, question: &Question, waiting: u64) -> (String, String) {
    let say = &words.control;
    match question {
        Question::Stop(_) => (say.stop_title.to_owned(), (say.stop_text)(waiting)),
        Question::Retry { reasons, people, .. } => {
            ((say.retry_title)(*people), (say.retry_text)(&cures(words, reasons)))
        }
        Question::Again { people, .. } => ((say.again_title)(*people), say.again_text.to_owned()),
        Question::AgainOne { name, .. } => ((say.again_one_title)(name), say.again_text.to_owned()),
    }
}

/// What to do first, reason by reason.
fn cures(words: &Words, reasons: &[Reason]) -> String {
    let cures: Vec<String> = reasons
        .iter()
        .map(|reason| {
            let said = (words.reasons.reason)(*reason);
            (words.control.cure)(said.title, said.next)
        })
        .collect();
    sentences(&cures.iter().map(String::as_str).collect::<Vec<_>>())
}
