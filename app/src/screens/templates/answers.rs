//! What the quick replies of a template do, and the way out that a marketing template has to offer.

use dioxus::prelude::*;
use shared::templates::{ButtonKind, Filled, QuickReplyAction, TemplateClass};

use super::fit::offers_opt_out;
use crate::{
    ui::{
        banner::{Banner, Live},
        field::Field,
        glyph::Info,
        icon::Icon,
        segmented::{Segment, Segmented},
        tone::Tone,
    },
    words::use_words,
};

/// What can be chosen for a quick reply.
const ACTIONS: [QuickReplyAction; 3] =
    [QuickReplyAction::None, QuickReplyAction::Unsubscribe, QuickReplyAction::Subscribe];

/// A choice for each quick reply.
#[component]
pub(super) fn Answers(
    /// The template.
    filled: Filled,
    /// The button at this place is to do this.
    onchange: EventHandler<(usize, QuickReplyAction)>,
) -> Element {
    let words = use_words();
    let say = &words.templates.fill;
    let lacks = filled.shape.class == TemplateClass::Marketing && !offers_opt_out(&filled);
    let answers = filled.shape.buttons.iter().zip(&filled.actions).enumerate();
    let answers = answers.filter(|(_, (button, _))| button.does == ButtonKind::QuickReply);
    let answers: Vec<(usize, String, QuickReplyAction)> =
        answers.map(|(place, (button, action))| (place, button.text.clone(), *action)).collect();
    rsx! {
        for (place , text , chosen) in answers {
            Field {
                key: "{place}",
                label: (say.pressed)(&text),
                label_id: "template-answer-{place}",
                help: (say.action_help)(chosen).map(ToOwned::to_owned),
                Segmented { aria_labelledby: "template-answer-{place}",
                    for action in ACTIONS {
                        Segment {
                            key: "{action.payload()}",
                            on: action == chosen,
                            onclick: move |_| onchange.call((place, action)),
                            {(say.action)(action)}
                        }
                    }
                }
            }
        }
        div { role: "status",
            if lacks {
                Banner {
                    tone: Tone::Warn,
                    live: Live::Off,
                    icon: rsx! { Icon { Info {} } },
                    title: say.opt_out_title,
                    text: say.opt_out_text,
                }
            }
        }
    }
}
