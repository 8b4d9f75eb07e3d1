//! The program that shows the app.

#![forbid(unsafe_code)]

fn main() {
    dioxus::launch(app::app::App);
}
