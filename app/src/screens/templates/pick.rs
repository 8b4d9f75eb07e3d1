//! Step 2 of a group template message: which template (ux.md "2′ Template"; mock 04d).

use std::time::Duration;

use dioxus::prelude::*;
use shared::{
    campaigns::{ChannelCount, Kind, SelectionCount},
    contacts::ChannelRef,
    id::TemplateId,
    limits::{self, Platform},
    live::LiveEvent,
    members::Action,
    saved_replies::Category,
    templates::{Filled, ListTemplates, Template},
};

use super::{
    card::TemplateCard,
    fit::{Needs, as_content, name, needs, refit, unfit},
};
use crate::{
    app::use_title,
    draft::use_draft_in_work,
    live::use_live,
    load::use_pages,
    routes::Route,
    screens::{
        parts::{Allowed, LoadFailed, Stale},
        preview::ContentPreview,
        saved_replies::ChooseCategories,
        send::{
            frame::{DraftBanner, FlowHead, message_step, use_counted, use_sent_screen, use_step_of},
            settle::use_settled,
            several::SeveralNumbers,
        },
    },
    ui::{
        action_bar::{ACTION_BAR_MAIN, ActionBar, ActionBarRow, ActionBarText},
        button::{Button, ButtonTone},
        empty_state::EmptyState,
        glyph::{LayoutTemplate, SearchX, Users},
        icon::{Icon, IconSize},
        list_note::ListNote,
        reply_card::ReplyCardSkeleton,
        screen::{Column, Pane, PaneBody, PaneFoot, ScreenMain},
        search_field::{SearchField, SearchWidth},
        skeleton::Loading,
    },
    words::use_words,
};

/// The id of the text that says why nothing can be applied.
const WHY: &str = "template-why";
/// How often the list is asked for again while nothing tells of changes.
pub(super) const EVERY: Duration = Duration::from_mins(1);

/// Step 2 of a group template message: which template.
#[component]
pub fn SendTemplate() -> Element {
    rsx! {
        Allowed { action: Action::GroupSend, Pick {} }
    }
}

/// Whether people of this selection can get one template.
#[derive(Debug, Clone, PartialEq)]
enum Number {
    /// That is not known yet.
    Unknown,
    /// Nobody is selected.
    Nobody,
    /// Not all are of one WhatsApp number (domain.md 4.2): the accounts they are of.
    Mixed(Vec<ChannelCount>),
    /// All are of this one.
    One(ChannelRef),
}

impl Number {
    fn of(counted: Option<&SelectionCount>, nobody: bool) -> Self {
        match counted.map(|counted| counted.channels.as_slice()) {
            _ if nobody => Self::Nobody,
            None => Self::Unknown,
            Some([one]) if one.channel.platform == Platform::Whatsapp => Self::One(one.channel.clone()),
            Some([]) => Self::Nobody,
            Some(several) => Self::Mixed(several.to_vec()),
        }
    }
}

#[component]
fn Pick() -> Element {
    let words = use_words();
    let say = &words.templates.pick;
    use_title(|words| words.templates.pick.title.to_owned());
    let drafts = use_draft_in_work();
    let navigator = use_navigator();
    use_sent_screen(&drafts);
    let elsewhere = use_step_of(&drafts, Kind::GroupTemplate);
    let counted = use_counted(&drafts);
    let number = Number::of(counted.as_ref(), drafts.selection().is_empty());
    let mut search = use_signal(String::new);
    let searched = use_settled(Duration::from_millis(300), move || search.read().trim().to_owned());
    let applied = use_signal(Vec::<Category>::new);
    let picked = use_signal(|| None::<Template>);
    let clear = move |()| {
        let mut applied = applied;
        search.set(String::new());
        applied.set(Vec::new());
    };
    let apply = move |_| {
        let Some(template) = picked.peek().clone() else { return };
        let filled = refit(drafts.content().template(), &template);
        drafts.edit(|draft| draft.content = as_content(filled));
        let draft = drafts.draft();
        navigator.push(if template.shape.is_ready() { Route::SendCheck {} } else { message_step(&draft) });
    };
    if elsewhere {
        return rsx! {};
    }
    let chosen = picked.read().clone();
    let why = chosen.as_ref().map_or_else(|| Some(say.first.to_owned()), |template| unfit(words, template));
    let sub = why.clone().unwrap_or_else(|| {
        let Needs { blanks, header, answers } = chosen.as_ref().map_or_else(Needs::default, |one| needs(&one.shape));
        (say.needs)(blanks, header, answers)
    });
    rsx! {
        ScreenMain {
            Pane { label: say.title,
                FlowHead {
                    step: 2_usize,
                    title: say.title,
                    people: counted.as_ref().map(|counted| counted.total),
                    back: (Route::SendRecipients {}, words.send.write.back.to_owned()),
                    div { class: "tools",
                        SearchField {
                            label: words.templates.search,
                            width: SearchWidth::Full,
                            value: search(),
                            maxlength: limits::SEARCH.to_string(),
                            oninput: move |text| search.set(text),
                        }
                        ChooseCategories { applied }
                    }
                }
                PaneBody {
                    Column { tight: true,
                        DraftBanner {}
                        match number {
                            // Another number has other templates: nothing of the one before stays.
                            Number::One(channel) => rsx! {
                                for channel in [channel] {
                                    Found { key: "{channel.id}", channel, searched, applied, picked, onclear: clear }
                                }
                            },
                            Number::Unknown => rsx! {
                                Loading { label: words.templates.loading }
                                ReplyCardSkeleton {}
                            },
                            Number::Nobody => rsx! {
                                EmptyState {
                                    icon: rsx! { Icon { size: IconSize::ExtraLarge, Users {} } },
                                    title: say.nobody_title,
                                    text: words.send.write.blocked_nobody,
                                    actions: rsx! {
                                        Button { tone: ButtonTone::Primary, to: Route::SendRecipients {}, {say.recipients} }
                                    },
                                }
                            },
                            Number::Mixed(channels) => rsx! {
                                SeveralNumbers { channels }
                            },
                        }
                    }
                }
                PaneFoot {
                    ActionBar {
                        ActionBarRow {
                            ActionBarText {
                                live: true,
                                title: chosen.as_ref().map(|template| {
                                    let name = name(template).to_owned();
                                    rsx! { "{name}" }
                                }),
                                sub: rsx! {
                                    span { id: WHY, "{sub}" }
                                },
                            }
                            Button {
                                tone: ButtonTone::Primary,
                                class: ACTION_BAR_MAIN,
                                blocked: why.is_some().then(|| WHY.to_owned()),
                                onclick: apply,
                                {say.apply}
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The templates of the number, those that cannot be picked greyed with the reason.
#[component]
fn Found(
    channel: ChannelRef,
    searched: Signal<String>,
    applied: Signal<Vec<Category>>,
    picked: Signal<Option<Template>>,
    onclear: EventHandler<()>,
) -> Element {
    let words = use_words();
    let say = &words.templates;
    let drafts = use_draft_in_work();
    let id = channel.id;
    let templates = use_pages(
        move || id,
        |template: &Template| template.id.to_string(),
        move |ask| ListTemplates {
            search: searched.read().clone(),
            categories: applied.read().iter().map(|category| category.id).collect(),
            channel: Some(id),
            all: false,
            limit: ask.limit,
            after: ask.after,
        },
    );
    use_live(|event| event == LiveEvent::Templates, EVERY, move || templates.refresh());
    let rows = templates.items();
    // What is picked is as the list has it now; at first it is what the draft has.
    use_effect(move || {
        let rows = rows.read();
        let before: Option<TemplateId> = picked
            .peek()
            .as_ref()
            .map(|template| template.id)
            .or_else(|| drafts.content().template().map(|filled| filled.template));
        let now = rows.iter().find(|template| Some(template.id) == before);
        if let Some(now) = now.filter(|now| picked.peek().as_ref() != Some(*now)) {
            let mut picked = picked;
            picked.set(Some(now.clone()));
        }
    });
    if let Some(failed) = templates.failed() {
        return rsx! {
            LoadFailed { failed, title: say.failed, onretry: move |()| templates.reload() }
        };
    }
    if templates.is_first() {
        return rsx! {
            Loading { label: say.loading }
            ReplyCardSkeleton {}
        };
    }
    if rows.read().is_empty() {
        let narrowed = !searched.read().is_empty() || !applied.read().is_empty();
        return rsx! {
            if narrowed {
                EmptyState {
                    icon: rsx! { Icon { size: IconSize::ExtraLarge, SearchX {} } },
                    title: say.none_title,
                    text: say.none_text,
                    actions: rsx! {
                        Button { tone: ButtonTone::Primary, onclick: move |_| onclear.call(()), {words.saved_replies.list.clear} }
                    },
                }
            } else {
                EmptyState {
                    icon: rsx! { Icon { size: IconSize::ExtraLarge, LayoutTemplate {} } },
                    title: say.pick.empty_title,
                    text: say.pick.empty_text,
                }
            }
        };
    }
    let is_picked = move |id| picked.read().as_ref().is_some_and(|template| template.id == id);
    rsx! {
        Stale { failed: templates.trouble() }
        div { role: "status",
            ListNote { {(say.pick.count)(&channel.name, rows.read().len(), templates.has_more())} }
        }
        ul { class: "stack", "data-gap": "sm", role: "list", aria_label: say.pick.title,
            for template in rows.read().iter().cloned() {
                li { key: "{template.id}", class: "stack", "data-gap": "sm",
                    TemplateCard {
                        picked: is_picked(template.id),
                        why: unfit(words, &template),
                        onclick: {
                            let template = template.clone();
                            move |_| picked.set(Some(template.clone()))
                        },
                        template: template.clone(),
                    }
                    if is_picked(template.id) {
                        Whole { template, channel: channel.clone() }
                    }
                }
            }
        }
        if templates.has_more() {
            Button { tone: ButtonTone::Plain, block: true, onclick: move |_| templates.load_more(), {words.common.load_more} }
        }
    }
}

/// A template as a customer sees it, its blanks by their numbers.
#[component]
pub(super) fn Whole(template: Template, channel: ChannelRef) -> Element {
    let words = use_words();
    rsx! {
        ContentPreview {
            channel,
            content: as_content(Filled::new(template.id, template.shape)),
            name: words.send.write.name_token,
            strip: words.common.today,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::conversation;

    #[test]
    fn a_template_goes_to_one_whatsapp_number() {
        let count = |platforms: &[Platform]| SelectionCount {
            total: 2,
            channels: platforms
                .iter()
                .map(|platform| {
                    let channel = ChannelRef { platform: *platform, ..conversation(1, "").channel };
                    ChannelCount { channel, count: 1 }
                })
                .collect(),
            longest_name: String::new(),
        };
        let of = |platforms: &[Platform]| Number::of(Some(&count(platforms)), false);
        assert!(matches!(of(&[Platform::Whatsapp]), Number::One(_)));
        assert!(matches!(of(&[Platform::Line]), Number::Mixed(_)));
        assert!(matches!(of(&[Platform::Whatsapp, Platform::Whatsapp]), Number::Mixed(all) if all.len() == 2));
        assert_eq!(of(&[]), Number::Nobody);
        assert_eq!(Number::of(None, false), Number::Unknown);
        assert_eq!(Number::of(None, true), Number::Nobody);
    }
}
