//! What is said when Send did not bring an acceptance, each with its cure.

use dioxus::prelude::*;
use shared::problem::{Conflict, Problem};

use crate::{
    api::Failed,
    draft::Sending,
    routes::Route,
    screens::send::several::SeveralNumbers,
    ui::{
        banner::{Banner, Live},
        button::{Button, ButtonSize, ButtonTone},
        glyph::{CircleAlert, CircleHelp, RotateCcw},
        icon::{Icon, IconSize},
        tone::Tone,
    },
    words::use_words,
};

/// What came of Send, where it was not accepted.
#[component]
pub(in crate::screens::send) fn SendRefusal(
    /// Where the Send stands.
    sending: Sending,
    /// Check again.
    onagain: EventHandler<()>,
) -> Element {
    let words = use_words();
    let say = &words.send.check;
    let failed = match sending {
        Sending::Lost => {
            return rsx! {
                Banner {
                    tone: Tone::Unknown,
                    live: Live::Alert,
                    icon: rsx! { Icon { CircleHelp {} } },
                    title: say.lost_title,
                    text: say.lost_text,
                }
            };
        }
        Sending::Refused(failed) => failed,
        Sending::No | Sending::Now | Sending::Done(_) => return rsx! {},
    };
    let (title, text, cure) = match &failed {
        Failed::Problem(Problem::Conflict { with }) => match with {
            Conflict::AudienceChanged { audience, will_send } => {
                (say.changed_title.to_owned(), (say.changed_text)(*audience, *will_send), Cure::Again)
            }
            Conflict::ContentChanged | Conflict::DraftChanged { .. } => {
                (say.content_title.to_owned(), say.content_text.to_owned(), Cure::Again)
            }
            Conflict::QuotaTooSmall { needed, left } => {
                (say.quota_title.to_owned(), (say.quota_text)(*needed, *left), Cure::Fewer)
            }
            Conflict::MessagingLimit { .. } => {
                let said = words.problems.said(&failed);
                (said.title, said.text, Cure::Fewer)
            }
            Conflict::TemplateChanged { .. } => {
                let said = words.problems.said(&failed);
                (said.title, said.text, Cure::Content)
            }
            Conflict::NobodyToSend => (say.nobody_title.to_owned(), say.nobody_text.to_owned(), Cure::Fewer),
            _ => {
                let said = words.problems.said(&failed);
                (said.title, said.text, Cure::Again)
            }
        },
        Failed::Problem(Problem::Invalid { field, .. }) => {
            let cure = if field.starts_with("content") { Cure::Content } else { Cure::Fewer };
            let said = words.problems.said(&failed);
            (say.refused.to_owned(), said.line(), cure)
        }
        _ => {
            let said = words.problems.said(&failed);
            (say.refused.to_owned(), said.line(), Cure::Again)
        }
    };
    if let Failed::Problem(Problem::Conflict { with: Conflict::SeveralNumbers { channels } }) = &failed {
        return rsx! {
            SeveralNumbers { channels: channels.clone(), onkept: onagain }
        };
    }
    rsx! {
        Banner {
            tone: Tone::Danger,
            live: Live::Alert,
            icon: rsx! { Icon { CircleAlert {} } },
            title,
            text,
            actions: match cure {
                Cure::Again => rsx! {
                    Button { tone: ButtonTone::Line, size: ButtonSize::Small, onclick: move |_| onagain.call(()),
                        Icon { size: IconSize::Small, RotateCcw {} }
                        {say.again}
                    }
                },
                Cure::Fewer => rsx! {
                    Button { tone: ButtonTone::Line, size: ButtonSize::Small, to: Route::SendRecipients {}, {say.fewer} }
                },
                Cure::Content => rsx! {
                    Button { tone: ButtonTone::Line, size: ButtonSize::Small, to: Route::SendMessage {}, {say.mend_content} }
                },
            },
        }
    }
}

#[derive(Clone, Copy)]
enum Cure {
    Again,
    Fewer,
    Content,
}
