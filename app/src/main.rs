//! The program that shows the app.

#![forbid(unsafe_code)]

fn main() {
    app::platform::launch(app::app::App);
}
