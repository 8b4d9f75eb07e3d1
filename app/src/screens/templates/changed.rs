//! A template that is not at Meta any more as it was picked.

use dioxus::prelude::*;
use shared::{
    live::LiveEvent,
    problem::Problem,
    templates::{Filled, ShowTemplate, Template, TemplateStatus},
};

use super::{
    fit::{as_content, refit},
    pick::EVERY,
};
use crate::{
    api::Failed,
    draft::use_drafts,
    live::use_live,
    load::{Load, use_load_when},
    routes::Route,
    ui::{
        banner::{Banner, Live},
        button::{Button, ButtonSize, ButtonTone},
        glyph::TriangleAlert,
        icon::Icon,
        tone::Tone,
    },
    words::{Words, use_words},
};

/// The template as it is now, and again whenever templates change.
pub(super) fn use_template_now() -> Load<Template> {
    let drafts = use_drafts();
    let id = use_memo(move || drafts.content().template().map(|filled| filled.template));
    let now = use_load_when(move || id().map(|id| ShowTemplate { id }));
    use_live(|event| event == LiveEvent::Templates, EVERY, move || now.refresh());
    now
}

/// How a template stands to how it was picked.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Standing {
    /// As it was picked, as far as is known here.
    Same,
    /// Its content is another one.
    Changed(Box<Template>),
    /// It cannot be sent in this state.
    Unusable(TemplateStatus),
    /// It is gone, or not for this member.
    Gone,
}

impl Standing {
    /// How this one stands to how it is now.
    pub(super) fn of(filled: &Filled, now: Load<Template>) -> Self {
        if matches!(now.error(), Some(Failed::Problem(Problem::Missing { .. }))) {
            return Self::Gone;
        }
        match now.value() {
            Some(template) if !template.is_sendable() => Self::Unusable(template.status),
            Some(template) if template.shape != filled.shape => Self::Changed(Box::new(template)),
            _ => Self::Same,
        }
    }

    /// What is the matter, in words.
    pub(super) fn title(&self, words: &Words) -> Option<String> {
        let say = &words.templates.fill;
        match self {
            Self::Same => None,
            Self::Changed(_) => Some(say.changed_title.to_owned()),
            Self::Unusable(status) => Some((say.unusable_title)(*status)),
            Self::Gone => Some(say.gone_title.to_owned()),
        }
    }
}

/// Says that the template was changed, or cannot be sent any more, and offers the cure; nothing while it is as it was.
#[component]
pub(super) fn ChangedBanner(
    /// As it was picked, with what was filled in.
    filled: Filled,
    /// How it stands now.
    standing: Standing,
) -> Element {
    let words = use_words();
    let say = &words.templates.fill;
    let drafts = use_drafts();
    let Some(title) = standing.title(words) else {
        return rsx! {};
    };
    let now = match standing {
        Standing::Changed(template) => Some(*template),
        _ => None,
    };
    rsx! {
        Banner {
            tone: Tone::Warn,
            live: Live::Alert,
            icon: rsx! { Icon { TriangleAlert {} } },
            title,
            text: if now.is_some() { say.changed_text } else { say.unusable_text },
            actions: rsx! {
                if let Some(template) = now {
                    Button {
                        tone: ButtonTone::Line,
                        size: ButtonSize::Small,
                        onclick: move |_| {
                            let filled = refit(Some(&filled), &template);
                            drafts.edit(|draft| draft.content = as_content(filled));
                        },
                        {say.update}
                    }
                }
                Button { tone: ButtonTone::Line, size: ButtonSize::Small, to: Route::SendTemplate {}, {say.again} }
            },
        }
    }
}
