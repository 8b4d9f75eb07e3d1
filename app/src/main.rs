//! The program that shows the app.

#![forbid(unsafe_code)]

use app::ui::screen::{Screen, ScreenMain};
use dioxus::prelude::*;

fn main() {
    dioxus::launch(App);
}

#[component]
fn App() -> Element {
    rsx! {
        Screen {
            ScreenMain {}
        }
    }
}
