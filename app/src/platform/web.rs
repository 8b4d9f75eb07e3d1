//! A browser.

use std::time::Duration;

use chrono::{DateTime, TimeZone as _, Utc};
use shared::members::Client;
use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlTextAreaElement, Storage, VisibilityState, Window};

use super::{Colours, Machine, NotKept};

pub(super) const CLIENT: Client = Client::Web;

/// The page links the style sheet itself.
pub(super) fn launch(app: fn() -> dioxus::prelude::Element) {
    dioxus::launch(app);
}

/// The browser this runs in.
pub(super) struct This;

fn window() -> Option<Window> {
    web_sys::window()
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn text_area(id: &str) -> Option<HtmlTextAreaElement> {
    let element = window()?.document()?.get_element_by_id(id)?;
    element.dyn_into().ok()
}

fn root() -> Option<Element> {
    window()?.document()?.document_element()
}

impl Machine for This {
    fn read(&self, key: &str) -> Option<String> {
        storage()?.get_item(key).ok()?
    }

    fn write(&self, key: &str, value: &str) -> Result<(), NotKept> {
        storage().ok_or(NotKept)?.set_item(key, value).map_err(|_| NotKept)
    }

    fn remove(&self, key: &str) {
        if let Some(storage) = storage() {
            // Without storage there is nothing to forget.
            let _ = storage.remove_item(key);
        }
    }

    fn keys(&self, prefix: &str) -> Vec<String> {
        let Some(storage) = storage() else {
            return Vec::new();
        };
        let count = storage.length().unwrap_or_default();
        (0..count).filter_map(|place| storage.key(place).ok().flatten()).filter(|key| key.starts_with(prefix)).collect()
    }

    fn read_secret(&self, _key: &str) -> Option<String> {
        None
    }

    fn write_secret(&self, _key: &str, _value: &str) -> Result<(), NotKept> {
        Err(NotKept)
    }

    fn remove_secret(&self, _key: &str) {}

    fn languages(&self) -> Vec<String> {
        let Some(window) = window() else {
            return Vec::new();
        };
        let languages = window.navigator().languages();
        languages.iter().filter_map(|tag| tag.as_string()).collect()
    }

    fn now(&self) -> DateTime<Utc> {
        #[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970, whole and far below 2^53")]
        let millis = js_sys::Date::now() as i64;
        Utc.timestamp_millis_opt(millis).single().unwrap_or_default()
    }

    fn describe(&self, title: &str, language: &str) {
        if let Some(document) = window().and_then(|window| window.document()) {
            document.set_title(title);
        }
        if let Some(root) = root() {
            // Only a malformed attribute name can fail.
            let _ = root.set_attribute("lang", language);
        }
    }

    fn show_colours(&self, colours: Colours) {
        let Some(root) = root() else { return };
        // Only a malformed attribute name can fail.
        let _ = match colours {
            Colours::System => root.remove_attribute("data-theme"),
            other => root.set_attribute("data-theme", other.as_str()),
        };
    }

    fn visible(&self) -> bool {
        window()
            .and_then(|window| window.document())
            .is_none_or(|document| document.visibility_state() != VisibilityState::Hidden)
    }

    fn origin(&self) -> Option<String> {
        window()?.location().origin().ok()
    }

    fn caret(&self, field: &str) -> Option<usize> {
        let caret = text_area(field)?.selection_start().ok()??;
        usize::try_from(caret).ok()
    }

    fn focus_field(&self, field: &str, caret: Option<usize>) {
        let Some(area) = text_area(field) else { return };
        // A field that cannot take the focus has gone; there is nothing to place the caret in.
        let _ = area.focus();
        if let Some(caret) = caret.and_then(|caret| u32::try_from(caret).ok()) {
            let _ = area.set_selection_range(caret, caret);
        }
    }
}

pub(super) async fn sleep(time: Duration) {
    gloo_timers::future::sleep(time).await;
}
