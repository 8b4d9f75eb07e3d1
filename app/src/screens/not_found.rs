//! An address that does not exist.

use dioxus::prelude::*;

use crate::{
    app::use_title,
    routes::Route,
    ui::{
        app_bar::TitleLevel,
        button::{Button, ButtonTone},
        empty_state::EmptyState,
        glyph::Search,
        icon::{Icon, IconSize},
        screen::{Pane, PaneBody, ScreenMain},
    },
    words::use_words,
};

/// Says that there is no such screen, and leads to the first one.
#[component]
pub fn NotFound(segments: Vec<String>) -> Element {
    let words = use_words();
    use_title(|words| words.common.not_found_title.to_owned());
    rsx! {
        ScreenMain {
            Pane { label: words.common.not_found_title,
                PaneBody {
                    EmptyState {
                        icon: rsx! { Icon { size: IconSize::ExtraLarge, Search {} } },
                        title: words.common.not_found_title,
                        level: TitleLevel::First,
                        text: words.common.not_found_text,
                        facts: format!("/{}", segments.join("/")),
                        actions: rsx! {
                            Button { tone: ButtonTone::Primary, to: Route::home(), {words.common.to_start} }
                        },
                    }
                }
            }
        }
    }
}
