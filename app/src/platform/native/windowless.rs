//! In place of a window, where the app is built for the web and only its tests run on this machine.

use super::Colours;

pub(super) fn launch(app: fn() -> dioxus::prelude::Element) {
    dioxus::launch(app);
}

/// No window.
pub(super) struct Window;

#[expect(clippy::unused_self, reason = "as a window has them")]
impl Window {
    pub(super) fn here() -> Self {
        Self
    }

    pub(super) fn describe(&self, _title: &str, _language: &str) {}

    pub(super) fn show_colours(&self, _colours: Colours) {}

    pub(super) fn visible(&self) -> bool {
        true
    }

    pub(super) fn returns(&self) -> u32 {
        0
    }

    pub(super) fn caret(&self, _field: &str) -> Option<usize> {
        None
    }

    pub(super) fn focus_field(&self, _field: &str) {}

    pub(super) fn write_field(&self, _field: &str, _text: &str, _caret: usize) {}
}
