//! Step 2 of a group template message: what stands in its blanks (mock 04c).

use dioxus::prelude::*;
use shared::{
    contacts::ChannelRef,
    content::Content,
    id::ChannelId,
    limits::Platform,
    media::MediaInfo,
    members::Action,
    problem::{Problem, Rule},
    templates::{Blank, ButtonKind, FillFault, FillTrouble, Filled, Place, RenderedButton},
};

use super::{
    answers::Answers,
    blank::{BlankField, Spot, blank_id},
    changed::{ChangedBanner, Standing, use_template_now},
    fit::{around, as_content, name},
    header::{HeaderField, header_trouble},
};
use crate::{
    api::Failed,
    app::use_title,
    draft::{Drafts, use_draft_in_work},
    platform::use_device,
    routes::Route,
    screens::{
        parts::Allowed,
        preview::ContentPreview,
        send::frame::{DraftBanner, DraftLine, FlowHead, message_step, use_counted, use_sent_screen},
    },
    session::use_me,
    ui::{
        action_bar::{ACTION_BAR_MAIN, ActionBar, ActionBarNote, ActionBarRow, ActionBarText, NoteTone},
        button::{Button, ButtonSize, ButtonTone},
        glyph::{CircleAlert, LayoutTemplate},
        icon::{Icon, IconSize},
        panel::Panel,
        person::Person,
        screen::{Column, Pane, PaneBody, PaneFoot, ScreenMain},
    },
    upload::{Uploads, use_uploads},
    words::{Words, use_words},
};

/// The id of the text that says why "next" cannot be pressed.
const WHY: &str = "fill-why";

/// Step 2 of a group template message: what stands in its blanks.
#[component]
pub fn SendTemplateFill() -> Element {
    rsx! {
        Allowed { action: Action::GroupSend, Here {} }
    }
}

/// The draft has a template with something to fill in; else its step 2 is elsewhere.
#[component]
fn Here() -> Element {
    use_title(|words| words.templates.fill.title.to_owned());
    let drafts = use_draft_in_work();
    use_sent_screen(&drafts);
    let navigator = use_navigator();
    let elsewhere =
        use_memo(move || Some(message_step(&drafts.draft())).filter(|to| *to != Route::SendTemplateFill {}));
    use_effect(move || {
        if let Some(to) = elsewhere() {
            navigator.replace(to);
        }
    });
    match drafts.content().template() {
        Some(filled) if elsewhere().is_none() => rsx! {
            Filling { filled: filled.clone() }
        },
        _ => rsx! {},
    }
}

#[component]
fn Filling(filled: Filled) -> Element {
    let words = use_words();
    let say = &words.templates.fill;
    let drafts = use_draft_in_work();
    let device = use_device();
    let uploads = use_uploads();
    let me = use_me();
    let counted = use_counted(&drafts);
    let now = use_template_now();
    let mut strict = use_signal(|| false);
    let people = counted.as_ref().map(|counted| counted.total);
    let (channel, longest_name) = match counted {
        Some(counted) => (counted.channels.into_iter().next().map(|one| one.channel), counted.longest_name),
        None => (None, String::new()),
    };
    let channel = channel.unwrap_or_else(|| ChannelRef {
        id: ChannelId::default(),
        name: me.read().team.name.clone(),
        platform: Platform::Whatsapp,
    });
    let media = drafts.media();
    let troubles = filled.troubles(&longest_name);
    let content = as_content(filled.clone());
    let wrong = Wrong::of(words, &filled, &content, &troubles, &longest_name, &media, uploads);
    let nobody = drafts.selection().is_empty();
    let standing = Standing::of(&filled, now);
    let why = if nobody {
        Some(words.send.write.blocked_nobody.to_owned())
    } else {
        standing.title(words).or_else(|| wrong.why(words, &filled))
    };
    let first = troubles.iter().position(Option::is_some);
    let lead = move |()| {
        strict.set(true);
        if let Some(place) = first {
            device.focus_field(&blank_id(place));
        }
    };
    let header = filled.shape.header_media();
    let bar = match (wrong.left, &why) {
        (0, None) => say.done.to_owned(),
        (0, Some(why)) => why.clone(),
        (left, _) => (say.left)(left),
    };
    let note = why.clone().filter(|_| strict() || nobody || wrong.long.is_some());
    rsx! {
        ScreenMain {
            Pane { label: say.title,
                FlowHead {
                    step: 2_usize,
                    title: say.title,
                    people,
                    back: (Route::SendTemplate {}, say.back.to_owned()),
                    end: rsx! {
                        Button { tone: ButtonTone::Plain, size: ButtonSize::Small, to: Route::SendTemplate {},
                            Icon { size: IconSize::Small, LayoutTemplate {} }
                            {say.change}
                        }
                    },
                }
                PaneBody {
                    Column { two: true, reverse: true,
                        div { class: "stack",
                            DraftBanner {}
                            ChangedBanner { filled: filled.clone(), standing }
                            Panel { label: filled.shape.name.clone(), padded: true,
                                Person {
                                    avatar: rsx! { Icon { LayoutTemplate {} } },
                                    name: now.value().map_or_else(|| filled.shape.name.clone(), |template| name(&template).to_owned()),
                                    sub: format!(
                                        "{} · {}",
                                        (words.templates.language)(&filled.shape.language),
                                        (words.templates.class)(filled.shape.class),
                                    ),
                                }
                            }
                            Panel { label: say.blanks, padded: true,
                                div { class: "stack",
                                    if let Some(kind) = header {
                                        HeaderField {
                                            kind,
                                            id: filled.header,
                                            media: media.clone(),
                                            error: wrong.header.clone().filter(|_| strict() && filled.header.is_none()),
                                            onchange: move |id| edit(&drafts, |filled| filled.header = id),
                                        }
                                    }
                                    for (place , ((blank , fill) , trouble)) in filled.blanks().zip(troubles).enumerate() {
                                        BlankField {
                                            key: "{place}",
                                            place,
                                            spot: spot(words, &filled, &blank),
                                            fill: fill.clone(),
                                            trouble,
                                            strict: strict(),
                                            onchange: move |fill| {
                                                edit(&drafts, |filled| {
                                                    if let Some(old) = filled.fills.get_mut(place) {
                                                        *old = fill;
                                                    }
                                                });
                                            },
                                        }
                                    }
                                    Answers {
                                        filled: filled.clone(),
                                        onchange: move |(place, action)| {
                                            edit(&drafts, |filled| {
                                                if let Some(old) = filled.actions.get_mut(place) {
                                                    *old = action;
                                                }
                                            });
                                        },
                                    }
                                }
                            }
                        }
                        aside { class: "stack", aria_label: words.send.write.preview,
                            ContentPreview {
                                channel,
                                content,
                                media,
                                name: longest_name,
                                strip: words.common.today,
                            }
                        }
                    }
                }
                PaneFoot {
                    ActionBar {
                        if let Some(note) = note {
                            ActionBarNote { id: WHY, tone: NoteTone::Danger, role: "status",
                                Icon { size: IconSize::Small, CircleAlert {} }
                                span { "{note}" }
                            }
                        } else if let Some(why) = &why {
                            span { id: WHY, class: "vh", "{why}" }
                        }
                        ActionBarRow {
                            ActionBarText {
                                live: true,
                                title: rsx! { "{bar}" },
                                sub: rsx! { DraftLine {} },
                            }
                            Button {
                                tone: ButtonTone::Primary,
                                class: ACTION_BAR_MAIN,
                                to: Route::SendCheck {},
                                blocked: why.is_some().then(|| WHY.to_owned()),
                                onpress_blocked: lead,
                                {words.send.pick.next}
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Changes the template of the draft in work.
fn edit(drafts: &Drafts, change: impl FnOnce(&mut Filled)) {
    let Some(mut filled) = drafts.content().template().cloned() else { return };
    change(&mut filled);
    drafts.edit(|draft| draft.content = as_content(filled));
}

/// Where a blank stands, in words.
fn spot(words: &Words, filled: &Filled, blank: &Blank) -> Spot {
    let say = &words.templates.fill;
    let index = match blank.place {
        Place::Button { index } => Some(index),
        Place::Header | Place::Body => None,
    };
    let button = index.and_then(|index| filled.shape.buttons.get(index));
    let text = button.map_or("", |button| button.text.as_str());
    let address = match button.map(|button| &button.does) {
        Some(ButtonKind::Url { address }) => address.split_once("{{").map(|(before, _)| before.to_owned()),
        _ => None,
    };
    let rendered = index.and_then(|index| filled.rendered("").buttons.into_iter().nth(index));
    let whole = match rendered {
        Some(RenderedButton { does: ButtonKind::Url { address }, .. }) if !address.contains("{{") => Some(address),
        _ => None,
    };
    let (before, behind) = around(filled, blank);
    let stands = index.is_none() && !(before.is_empty() && behind.is_empty());
    Spot {
        label: (say.blank)(blank.place, &blank.key, text),
        around: stands.then(|| (say.around)(&before, &behind)),
        before: address,
        whole,
        named: index.is_none(),
    }
}

/// What stands against sending the template as it is.
struct Wrong {
    /// Blanks that nothing stands in.
    left: usize,
    /// The first blank that is wrong.
    blank: Option<(usize, FillTrouble)>,
    /// Why the header does not go, in words.
    header: Option<String>,
    /// Why the whole does not go, in words: most often it is too long with what was filled in.
    long: Option<String>,
}

impl Wrong {
    fn of(
        words: &Words,
        filled: &Filled,
        content: &Content,
        troubles: &[Option<FillTrouble>],
        longest_name: &str,
        media: &[MediaInfo],
        uploads: Uploads,
    ) -> Self {
        let is_empty = |trouble: &&FillTrouble| trouble.fault == FillFault::Empty;
        let kind = filled.shape.header_media();
        let header = kind.and_then(|kind| header_trouble(words, kind, filled.header, media, uploads));
        let blank = troubles.iter().enumerate().find_map(|(place, trouble)| Some((place, (*trouble)?)));
        // The server's own rule has the last word.
        let checked = match (&blank, &header) {
            (None, None) => {
                let ready = uploads.ready(filled.header.into_iter(), media);
                content.check(longest_name, &[Platform::Whatsapp], &ready)
            }
            _ => Ok(()),
        };
        let long = checked.err().map(|problem| match problem {
            Problem::Invalid { rule: Rule::TooLong { limit, actual, .. }, .. } => {
                (words.templates.fill.too_long)(actual.saturating_sub(limit))
            }
            other => words.problems.said(&Failed::Problem(other)).line(),
        });
        Self { left: troubles.iter().flatten().filter(is_empty).count(), blank, header, long }
    }

    /// Why it cannot go on, in words.
    fn why(&self, words: &Words, filled: &Filled) -> Option<String> {
        let say = &words.templates.fill;
        let of_blank = || {
            let (place, trouble) = self.blank?;
            let blank = filled.shape.blanks().into_iter().nth(place)?;
            let said = if trouble.in_fallback && trouble.fault == FillFault::Empty {
                say.fallback_missing
            } else {
                (say.fault)(trouble.fault)
            };
            Some(format!("{} · {said}", spot(words, filled, &blank).label))
        };
        self.header.clone().or_else(of_blank).or_else(|| self.long.clone())
    }
}
