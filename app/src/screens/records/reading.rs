//! What is told after a message was accepted, and the figures of each platform (domain.md 6.2, 11.23).

use dioxus::prelude::*;
use shared::{
    campaigns::{Figures, PlatformFigures},
    deliveries::Outcome,
    rates::Rate,
};

use super::{detail::opens, figures::rate, people::Shown};
use crate::{
    screens::parts::mark_of,
    ui::{
        facts::{Fact, Facts},
        glyph::{CheckCheck, Eye, Info},
        icon::{Icon, IconSize},
        list_note::ListNote,
        panel::{Panel, PanelBody},
        stat::{Stat, StatGrid},
    },
    words::{number, use_words},
};

/// How many have it on their phone and how many read it, of those on a platform that tells; nothing where none does.
#[component]
pub(super) fn Reading(
    /// The figures of the record.
    figures: Figures,
    /// Others are to be listed; nothing where nobody can be.
    onchoose: Option<Callback<Shown>>,
) -> Element {
    let words = use_words();
    let say = &words.records.detail;
    if figures.told == 0 {
        return rsx! {};
    }
    let of_told = |part: u64| {
        let (percent, fraction) = rate(Rate { part, whole: figures.told }, say.no_rate);
        format!("{percent} {}", fraction.replace(' ', "\u{a0}"))
    };
    let open = |outcome: Outcome| opens(onchoose, outcome);
    rsx! {
        Panel { label: (say.outcome)(Outcome::Read),
            StatGrid { flush: true,
                Stat {
                    label: (say.outcome)(Outcome::Delivered),
                    icon: rsx! { Icon { size: IconSize::ExtraSmall, CheckCheck {} } },
                    figure: number(figures.delivered),
                    part: of_told(figures.delivered),
                    onclick: open(Outcome::Delivered),
                }
                Stat {
                    label: (say.outcome)(Outcome::Read),
                    icon: rsx! { Icon { size: IconSize::ExtraSmall, Eye {} } },
                    figure: (say.at_least)(&number(figures.read)),
                    part: of_told(figures.read),
                    onclick: open(Outcome::Read),
                }
            }
            PanelBody {
                ListNote { icon: rsx! { Icon { size: IconSize::Small, Info {} } }, {say.read_note} }
            }
        }
    }
}

/// The people of each platform, where it went by more than one.
#[component]
pub(super) fn Platforms(
    /// By platform.
    platforms: Vec<PlatformFigures>,
) -> Element {
    let words = use_words();
    let say = &words.records.detail;
    if platforms.is_empty() {
        return rsx! {};
    }
    rsx! {
        Panel { title: say.platforms,
            Facts { inset: true,
                for PlatformFigures { platform , figures } in platforms {
                    Fact { key: "{platform.as_str()}", label: mark_of(platform).name(),
                        {(say.platform)(figures.succeeded, figures.failed, figures.unknown)}
                        " · "
                        {(words.send.people)(figures.audience)}
                    }
                }
            }
        }
    }
}
