//! The foot of a page about a send: what can be done now, what is being done, what came of the last.

use dioxus::prelude::*;
use shared::{
    campaigns::{Campaign, CampaignRow, CampaignState},
    members::Action,
};

use super::{
    super::reasons::retryable,
    Act, Control, DOING, Question,
    banners::{Holder, holder},
    may_send_again, said,
};
use crate::{
    session::use_may,
    ui::{
        action_bar::{
            ACTION_BAR_MAIN, ACTION_BAR_SIDE, ActionBar, ActionBarNote, ActionBarRow, ActionBarText, NoteTone,
        },
        button::{Button, ButtonTone},
        glyph::{CircleAlert, Hourglass, Pause, Play, RotateCcw},
        icon::{Icon, IconSize},
        screen::PaneFoot,
        toast::Toast,
    },
    words::{Words, use_words},
};

/// The foot: the row of what can be done, under what is said of the last.
#[component]
pub(in crate::screens::records) fn ControlFoot(
    /// What a person does.
    control: Control,
    /// Buttons, and where things stand; nothing where nothing can be done.
    row: Option<Element>,
) -> Element {
    let words = use_words();
    let refused = control.failed.read().as_ref().map(|failed| said(words, failed).line());
    let notice = control.notice.read().clone();
    let awaited = *control.busy.read() && refused.is_none() && notice.is_none();
    rsx! {
        PaneFoot {
            if awaited || refused.is_some() || row.is_some() {
                ActionBar {
                    if awaited {
                        ActionBarNote { id: DOING, role: "status",
                            Icon { size: IconSize::Small, Hourglass {} }
                            span { {words.control.doing} }
                        }
                    } else if let Some(refused) = refused {
                        ActionBarNote { tone: NoteTone::Danger, role: "alert",
                            Icon { size: IconSize::Small, CircleAlert {} }
                            span { "{refused}" }
                        }
                    }
                    if let Some(row) = row {
                        ActionBarRow { {row} }
                    }
                }
            }
            Toast { message: notice }
        }
    }
}

/// What the main button does.
#[derive(Debug, Clone, PartialEq)]
enum Main {
    Pause,
    Resume,
    Retry(Question),
}

/// What can be done to a send now, by somebody who may.
#[derive(Debug, Clone, PartialEq)]
struct Offer {
    main: Option<Main>,
    stop: bool,
}

impl Offer {
    /// What is offered for this record.
    fn of(record: &Campaign, may_control: bool, may_send: bool) -> Self {
        let row = &record.row;
        let under_way = matches!(row.state, CampaignState::Sending | CampaignState::Paused) && may_control;
        let main = match holder(record) {
            // It is for the account that is paused to go on.
            Some(Holder::Accounts) => None,
            Some(Holder::Person(_) | Holder::Template(_)) => under_way.then_some(Main::Resume),
            None if row.state == CampaignState::Sending => under_way.then_some(Main::Pause),
            None => {
                let (reasons, people) = retryable(&record.reasons);
                let may = may_send && may_send_again(row.state) && people > 0;
                may.then_some(Main::Retry(Question::Retry { campaign: row.id, reasons, people }))
            }
        };
        Self { main, stop: under_way }
    }
}

/// The foot of a record.
#[component]
pub(in crate::screens::records) fn RecordFoot(
    /// The record, once it is here.
    record: Option<Campaign>,
    /// What a person does to it.
    control: Control,
) -> Element {
    let (may_control, may_send) = (use_may(Action::ControlGroupSend), use_may(Action::GroupSend));
    let row = record.and_then(|record| {
        let offer = Offer::of(&record, may_control, may_send);
        let offers = offer.main.is_some() || offer.stop;
        offers.then(|| rsx! { Buttons { row: record.row, offer, control } })
    });
    rsx! {
        ControlFoot { control, row }
    }
}

/// Where the send stands, in two lines.
fn standing(words: &Words, row: &CampaignRow, offer: &Offer) -> (String, String) {
    let (say, records) = (&words.control, &words.records);
    let figures = row.figures;
    let waiting = (say.waiting)(figures.waiting);
    match (&offer.main, row.state) {
        (Some(Main::Retry(question)), _) => {
            ((records.failures)(figures.failed), (say.can_retry)(question.people().unwrap_or_default()))
        }
        (_, CampaignState::Sending) => {
            ((records.progress)(figures.audience.saturating_sub(figures.waiting), figures.audience), waiting)
        }
        (_, state) => ((records.state_name)(state).to_owned(), waiting),
    }
}

#[component]
fn Buttons(row: CampaignRow, offer: Offer, control: Control) -> Element {
    let words = use_words();
    let say = &words.control;
    let id = row.id;
    let (title, sub) = standing(words, &row, &offer);
    // One button whatever it does: it keeps the focus when it becomes another.
    let main = offer.main.map(|main| {
        let (icon, label) = match &main {
            Main::Pause => (rsx! { Pause {} }, say.pause.to_owned()),
            Main::Resume => (rsx! { Play {} }, say.resume.to_owned()),
            Main::Retry(question) => (rsx! { RotateCcw {} }, (say.retry)(question.people().unwrap_or_default())),
        };
        (icon, label, main)
    });
    rsx! {
        ActionBarText { title: rsx! { "{title}" }, sub: rsx! { "{sub}" } }
        if offer.stop {
            Button {
                class: ACTION_BAR_SIDE,
                blocked: control.blocked(),
                onclick: move |_| control.ask(Question::Stop(id)),
                {say.stop}
            }
        }
        if let Some((icon, label, main)) = main {
            Button {
                tone: ButtonTone::Primary,
                class: ACTION_BAR_MAIN,
                blocked: control.blocked(),
                onclick: move |_| match main.clone() {
                    Main::Pause => control.run(Act::Pause(id)),
                    Main::Resume => control.run(Act::Resume(id)),
                    Main::Retry(question) => control.ask(question),
                },
                Icon { size: IconSize::Small, {icon} }
                "{label}"
            }
        }
    }
}
