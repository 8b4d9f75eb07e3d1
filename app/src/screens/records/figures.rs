//! A record in figures and badges, as its card, its row and its page show it.

use chrono::{DateTime, Utc};
use dioxus::prelude::*;
use shared::{
    campaigns::{CampaignRow, CampaignState, Figures},
    rates::Rate,
    time::Stamp,
};

use crate::{
    ui::{
        badge::{Badge, BadgeTone},
        glyph::{Ban, Check, CircleHelp, CircleX, Hourglass, Pause, TriangleAlert},
        icon::{Icon, IconSize},
    },
    words::{self, Words, clock, number, use_words},
};

/// A rate ready to print: the percentage, and the fraction under it; "–" with the reason where there is none.
pub(in crate::screens) fn rate(rate: Rate, why_not: &str) -> (String, String) {
    match rate.percent() {
        Some(percent) => (format!("{percent}%"), format!("{} / {}", number(rate.part), number(rate.whole))),
        None => ("–".to_owned(), why_not.to_owned()),
    }
}

/// When a record was sent: the day, and the time of it.
pub(super) fn moment(words: &Words, at: Stamp, now: DateTime<Utc>) -> String {
    let today = now.with_timezone(at.offset()).date_naive();
    match (today - at.date_naive()).num_days() {
        0 => format!("{} {}", words.common.today, clock(at)),
        1 => format!("{} {}", words.common.yesterday, clock(at)),
        _ => words::moment(at),
    }
}

/// The success rate of a record. It has none while it is under way: a low figure would say what is not so.
pub(super) fn success(words: &Words, row: &CampaignRow) -> (String, String) {
    let say = &words.records;
    if row.figures.waiting > 0 {
        let why = match row.state {
            CampaignState::Sending => say.still_sending,
            state => (say.state_name)(state),
        };
        return ("–".to_owned(), why.to_owned());
    }
    rate(row.figures.success(), say.nobody_selected)
}

/// The badge of a record: ⚠ with the number of those who failed comes before its state (seed step 12).
#[component]
pub(super) fn StateBadge(state: CampaignState, figures: Figures) -> Element {
    let words = use_words();
    let say = &words.records;
    let done = figures.audience.saturating_sub(figures.waiting);
    let (tone, icon, text) = match state {
        CampaignState::Sending => (BadgeTone::Unknown, rsx! { Hourglass {} }, (say.progress)(done, figures.audience)),
        CampaignState::Paused => (BadgeTone::Warn, rsx! { Pause {} }, (say.state_name)(state).to_owned()),
        CampaignState::Cancelled => (BadgeTone::Plain, rsx! { Ban {} }, (say.state_name)(state).to_owned()),
        CampaignState::Failed if figures.failed == figures.audience => {
            (BadgeTone::Danger, rsx! { CircleX {} }, say.all_failed.to_owned())
        }
        CampaignState::Failed | CampaignState::Completed if figures.failed > 0 => {
            (BadgeTone::Danger, rsx! { TriangleAlert {} }, (say.failures)(figures.failed))
        }
        CampaignState::Failed | CampaignState::Completed if figures.unknown > 0 => {
            (BadgeTone::Unknown, rsx! { CircleHelp {} }, (say.unknowns)(figures.unknown))
        }
        CampaignState::Failed | CampaignState::Completed => {
            (BadgeTone::Ok, rsx! { Check {} }, (say.state_name)(state).to_owned())
        }
    };
    let still = matches!(state, CampaignState::Sending | CampaignState::Paused | CampaignState::Cancelled);
    rsx! {
        Badge { tone, icon: rsx! { Icon { size: IconSize::ExtraSmall, {icon} } }, "{text}" }
        if still && figures.failed > 0 {
            Badge {
                tone: BadgeTone::Danger,
                icon: rsx! { Icon { size: IconSize::ExtraSmall, TriangleAlert {} } },
                {(say.failures)(figures.failed)}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_without_a_whole_says_why() {
        let none = Rate { part: 0, whole: 0 };
        assert_eq!(rate(none, "沒有對象"), ("–".into(), "沒有對象".into()));
        let some = Rate { part: 1_190, whole: 1_280 };
        assert_eq!(rate(some, ""), ("92.97%".into(), "1,190 / 1,280".into()));
    }
}
