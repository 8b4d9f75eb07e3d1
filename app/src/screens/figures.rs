//! One's own figures: group sends and referral links (domain.md 7.1, 7.4).

use chrono::TimeDelta;
use dioxus::prelude::*;
use shared::{
    members::Action,
    rates::Rate,
    reports::{DayFigures, MyFigures, SendFigures, ShowMyFigures},
    time::Day,
};

use crate::{
    app::use_title,
    load::use_load,
    routes::Route,
    screens::parts::{Allowed, BackButton, LoadFailed, OfflineNote},
    ui::{
        app_bar::{AppBar, AppBarTitle, TitleLevel},
        badge::{Badge, BadgeTone},
        chip::{Chip, ChipRow},
        list_card::{List, ListCard, ListCardSize},
        list_note::ListNote,
        panel::{Panel, PanelBody},
        screen::{Column, Pane, PaneBody, PaneHead, ScreenMain},
        skeleton::{Loading, Skeleton},
        stat::{Stat, StatGrid},
    },
    words::{Words, number, use_now, use_words},
};

/// The spans of days that are offered; the second is shown at first (domain.md 7.4).
const SPANS: [u32; 4] = [7, 14, 30, 90];

/// One's own figures.
#[component]
pub fn Figures() -> Element {
    rsx! {
        Allowed { action: Action::ReadOwnFigures, Mine {} }
    }
}

#[component]
fn Mine() -> Element {
    let words = use_words();
    let say = &words.figures;
    use_title(|words| words.figures.title.to_owned());
    let mut span = use_signal(|| SPANS[1]);
    let today = use_now().date_naive();
    // The server knows the team's today; asked for from a day, it ends there.
    let figures = use_load(move || ShowMyFigures { from: first(span(), today), to: None });
    rsx! {
        ScreenMain {
            Pane { label: say.title,
                PaneHead {
                    AppBar {
                        start: rsx! { BackButton { to: Route::More {}, label: say.back } },
                        AppBarTitle { name: say.title, level: TitleLevel::First }
                    }
                    OfflineNote {}
                }
                PaneBody {
                    Column {
                        ChipRow { label: say.period,
                            for days in SPANS {
                                Chip { key: "{days}", on: span() == days, onclick: move |_| span.set(days),
                                    {(words.records.last_days)(days)}
                                }
                            }
                        }
                        if let Some(failed) = figures.failed() {
                            LoadFailed { failed, title: say.failed, onretry: move |()| figures.reload() }
                        } else if let Some(figures) = figures.value() {
                            Shown { figures }
                        } else {
                            Loading { label: say.loading }
                            Skeleton { height: "164px" }
                            Skeleton { height: "240px" }
                        }
                    }
                }
            }
        }
    }
}

/// The first of so many days, today included.
fn first(days: u32, today: Day) -> Option<Day> {
    today.checked_sub_signed(TimeDelta::days(i64::from(days) - 1))
}

#[component]
fn Shown(figures: MyFigures) -> Element {
    let words = use_words();
    let say = &words.figures;
    let MyFigures { total, mut days } = figures;
    let (percent, fraction) = rate(total.success(), words);
    days.retain(|day| day.figures.sends > 0);
    days.reverse();
    rsx! {
        Panel { title: say.total, sub: (say.sends)(total.sends),
            StatGrid { flush: true,
                Stat { label: words.records.success_rate, figure: percent, part: fraction }
                Stat { label: say.links.0, figure: number(total.referral_links), part: say.links.1 }
                Stat { label: say.link_deliveries.0, figure: number(total.link_deliveries), part: say.link_deliveries.1 }
            }
        }
        Panel { title: say.by_day,
            if days.is_empty() {
                PanelBody {
                    ListNote { {say.none} }
                }
            } else {
                List { label: say.by_day,
                    for day in days {
                        OneDay { key: "{day.day}", day }
                    }
                }
            }
        }
    }
}

#[component]
fn OneDay(day: DayFigures) -> Element {
    let words = use_words();
    let say = &words.figures;
    let SendFigures { sends, referral_links, link_deliveries, .. } = day.figures;
    let (percent, fraction) = rate(day.figures.success(), words);
    let facts = [
        (say.succeeded)(&percent, &fraction),
        counted(say.links.0, referral_links),
        counted(say.link_deliveries.0, link_deliveries),
    ];
    rsx! {
        ListCard {
            size: ListCardSize::Sm,
            title: day.day.format("%m/%d").to_string(),
            time: (say.sends)(sends),
            foot: rsx! {
                for fact in facts {
                    Badge { key: "{fact}", tone: BadgeTone::Quiet, "{fact}" }
                }
            },
        }
    }
}

/// A figure after its name.
fn counted(label: &str, n: u64) -> String {
    format!("{label} {}", number(n))
}

fn rate(rate: Rate, words: &Words) -> (String, String) {
    super::records::rate(rate, words.records.nobody_selected)
}

#[cfg(test)]
mod tests {
    use shared::members::Role;

    use super::*;
    use crate::{
        canned::Canned,
        stage::{Stage, member},
    };

    fn canned() -> Canned {
        let some = SendFigures { sends: 2, recipients: 40, succeeded: 38, referral_links: 3, link_deliveries: 114 };
        let day = |text: &str, figures| DayFigures { day: text.parse().unwrap(), figures };
        let days = vec![day("2026-11-04", SendFigures::default()), day("2026-11-05", some)];
        Canned::default().on::<ShowMyFigures>(move |_| Ok(MyFigures { total: some, days: days.clone() }))
    }

    #[tokio::test]
    async fn links_and_link_deliveries_are_two_figures_and_rates_have_fractions() {
        let html = Stage::at("/more/figures", canned()).signed_in(member(Role::SalesStaff)).play().await.html();
        for text in ["我的成效", "導購連結", "連結送達數", "114", "95.00%", "38 / 40", "11/05"] {
            assert!(html.contains(text), "{text}");
        }
        assert!(!html.contains("11/04"), "a day without a send has no row");
    }

    #[tokio::test]
    async fn an_admin_sends_nothing_and_is_told_who_may() {
        let html = Stage::at("/more/figures", canned()).signed_in(member(Role::Admin)).play().await.html();
        assert!(!html.contains("連結送達數"));
    }
}
