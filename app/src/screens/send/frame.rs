//! What the steps of the flow share: the head with the steps, the state of the draft, the choice between two copies of it.

use dioxus::prelude::*;
use shared::{
    campaigns::{CountSelection, Draft, Kind, SelectionCount},
    content::{Content, NAME_TOKEN, Part},
};

use crate::{
    api::Failed,
    draft::{Drafts, Status, token, use_drafts},
    load::use_load_when,
    routes::Route,
    screens::parts::{BackButton, OfflineNote},
    ui::{
        app_bar::{AppBar, AppBarTitle},
        banner::{Banner, Live},
        button::{Button, ButtonSize, ButtonTone},
        glyph::{TriangleAlert, X},
        icon::{Icon, IconSize},
        icon_button::{IconButton, IconButtonTone},
        screen::PaneHead,
        steps::Steps,
        tone::Tone,
    },
    words::{Words, use_words},
};

/// Leads to the send that the draft became, also when a person comes back to a step of it: what is changed there would reach nobody.
pub(in crate::screens) fn use_sent_screen(drafts: &Drafts) {
    let drafts = *drafts;
    let navigator = use_navigator();
    let went = use_memo(move || drafts.campaign());
    use_effect(move || {
        if let Some(campaign) = went() {
            navigator.replace(Route::SendSent { campaign });
        }
    });
}

/// Where step 2 of a draft is: its messages, or its template to be picked or filled in.
pub(in crate::screens) fn message_step(draft: &Draft) -> Route {
    match (draft.kind, draft.content.template()) {
        (Kind::GroupMessage, _) => Route::SendMessage {},
        (Kind::GroupTemplate, Some(filled)) if !filled.shape.is_ready() => Route::SendTemplateFill {},
        (Kind::GroupTemplate, _) => Route::SendTemplate {},
    }
}

/// Leads to step 2 of the draft in work where a screen of the other kind was opened; whether it does.
pub(in crate::screens) fn use_step_of(drafts: &Drafts, kind: Kind) -> bool {
    let drafts = *drafts;
    let navigator = use_navigator();
    let other = use_memo(move || drafts.kind() != kind);
    use_effect(move || {
        if other() {
            navigator.replace(message_step(&drafts.draft()));
        }
    });
    other()
}

/// Whom the draft in work goes to, counted by account, once that is known.
pub(in crate::screens) fn use_counted(drafts: &Drafts) -> Option<SelectionCount> {
    let drafts = *drafts;
    let selection = use_memo(move || drafts.selection());
    let count = use_load_when(move || {
        let selection = selection.read().clone();
        (!selection.is_empty()).then_some(CountSelection { selection })
    });
    count.value().filter(|_| !selection.read().is_empty())
}

/// The head of a step.
#[component]
pub(in crate::screens) fn FlowHead(
    /// Which step, from 1.
    step: usize,
    /// Its title.
    title: String,
    /// To how many people, once that is known.
    people: Option<u64>,
    /// Where "back" leads, and what it is called; without it the head closes the flow.
    back: Option<(Route, String)>,
    /// The tools at the end of the bar.
    end: Option<Element>,
    /// Tools under the steps.
    children: Element,
) -> Element {
    let words = use_words();
    let drafts = use_drafts();
    let sub = match people {
        Some(people) => (words.send.step_to)(people, step),
        None => (words.send.step)(drafts.kind(), step),
    };
    rsx! {
        PaneHead {
            AppBar {
                start: match back {
                    Some((to, label)) => rsx! { BackButton { to, label } },
                    None => rsx! {
                        IconButton { label: words.common.close, to: Route::home(), tone: IconButtonTone::Strong,
                            Icon { size: IconSize::Large, X {} }
                        }
                    },
                },
                end,
                AppBarTitle { name: title, sub: rsx! { "{sub}" } }
            }
            Steps {
                label: words.send.steps_label,
                steps: words.send.steps.iter().map(ToString::to_string).collect::<Vec<_>>(),
                current: step - 1,
            }
            OfflineNote {}
            {children}
        }
    }
}

/// What a draft holds, in words: how many messages, and how the first one begins.
pub(super) fn holds(words: &Words, draft: &Draft) -> String {
    let first = draft.content.parts.iter().filter(|part| is_written(part)).find_map(|part| match part {
        Part::Template(filled) => Some(filled.rendered(NAME_TOKEN).body),
        part => part.as_text().map(ToOwned::to_owned),
    });
    let first = first.map(|text| {
        let text = token::shown(text.trim(), words.send.write.name_token);
        let line = text.lines().next().unwrap_or_default();
        let mut start: String = line.chars().take(24).collect();
        if line.chars().nth(24).is_some() || text.lines().nth(1).is_some() {
            start.push('…');
        }
        start
    });
    if draft.content.template().is_some() {
        return (words.templates.holds)(first.as_deref());
    }
    (words.send.draft.holds)(written(&draft.content), first.as_deref())
}

/// How many messages have something in them.
pub(super) fn written(content: &Content) -> usize {
    content.parts.iter().filter(|part| is_written(part)).count()
}

/// Whether a message has something in it beside the name.
fn is_written(part: &Part) -> bool {
    !part.is_blank() && part.as_text().is_none_or(|text| text.trim() != NAME_TOKEN)
}

/// Where the draft is safe, in words; nothing while there is nothing to lose.
pub(in crate::screens) fn draft_line(words: &'static Words, status: &Status, on_device: bool) -> &'static str {
    let words = &words.send.draft;
    match status {
        Status::Blank => "",
        Status::Saved => words.saved,
        _ if !on_device => words.not_kept,
        Status::Saving => words.saving,
        Status::OnDevice(Failed::Offline) => words.on_device,
        Status::OnDevice(_) | Status::Refused(_) | Status::Conflict(_) => words.not_saved,
    }
}

/// The state of the draft as the second line of an action bar.
#[component]
pub(in crate::screens) fn DraftLine() -> Element {
    let words = use_words();
    let drafts = use_drafts();
    let line = draft_line(words, &drafts.status(), drafts.is_on_device());
    rsx! { "{line}" }
}

/// The choice between two copies of the draft, and why the server will not take it; nothing while there is nothing to decide.
#[component]
pub(in crate::screens) fn DraftBanner() -> Element {
    let words = use_words();
    let drafts = use_drafts();
    match drafts.status() {
        Status::Conflict(theirs) => rsx! {
            Banner {
                tone: Tone::Warn,
                live: Live::Alert,
                icon: rsx! { Icon { TriangleAlert {} } },
                title: words.send.draft.conflict_title,
                text: (words.send.draft.conflict_text)(&holds(words, &theirs)),
                actions: rsx! {
                    Button { tone: ButtonTone::Line, size: ButtonSize::Small, onclick: move |_| drafts.keep_mine(),
                        {words.send.draft.keep_mine}
                    }
                    Button { tone: ButtonTone::Line, size: ButtonSize::Small, onclick: move |_| drafts.take_theirs(),
                        {words.send.draft.take_theirs}
                    }
                },
            }
        },
        Status::Refused(failed) => {
            let said = words.problems.said(&failed);
            rsx! {
                Banner {
                    tone: Tone::Danger,
                    live: Live::Alert,
                    icon: rsx! { Icon { TriangleAlert {} } },
                    title: said.title,
                    text: said.text,
                }
            }
        }
        _ => rsx! {},
    }
}
