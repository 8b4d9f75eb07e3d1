//! A browser.

use std::{cell::Cell, rc::Rc, time::Duration};

use chrono::{DateTime, TimeZone as _, Utc};
use futures_util::future::{FutureExt as _, LocalBoxFuture, ready};
use shared::members::Client;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure, prelude::wasm_bindgen};
use web_sys::{
    Blob, BlobPropertyBag, Element, Event, HtmlAnchorElement, HtmlElement, HtmlInputElement, HtmlTextAreaElement,
    Storage, Url, VisibilityState, Window,
};

use super::{Colours, Locked, Machine, NotKept, NotLoaded};

pub(super) const CLIENT: Client = Client::Web;

#[wasm_bindgen(raw_module = "/chunks.js")]
extern "C" {
    /// Brings a chunk; false where the server does not have it any more.
    #[wasm_bindgen(catch, js_name = load)]
    async fn load_chunk(name: &str) -> Result<JsValue, JsValue>;
}

/// The page links the style sheet itself.
pub(super) fn launch(app: fn() -> dioxus::prelude::Element) {
    dioxus::launch(app);
}

/// The browser sends them, and trusts whom it trusts.
pub(super) fn http_client() -> reqwest::Client {
    reqwest::Client::default()
}

/// The browser this runs in.
pub(super) struct This;

impl This {
    pub(super) fn new() -> Self {
        Self
    }
}

fn window() -> Option<Window> {
    web_sys::window()
}

fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn element(id: &str) -> Option<Element> {
    window()?.document()?.get_element_by_id(id)
}

fn root() -> Option<Element> {
    window()?.document()?.document_element()
}

thread_local! {
    /// How often somebody came back.
    static RETURNS: Rc<Cell<u32>> = count_returns();
}

/// Counts from now on, as long as the page is there.
fn count_returns() -> Rc<Cell<u32>> {
    let returns = Rc::new(Cell::new(0_u32));
    let counted = Rc::clone(&returns);
    let count = Closure::<dyn Fn()>::new(move || counted.set(counted.get().wrapping_add(1)));
    if let Some(window) = window() {
        let count = count.as_ref().unchecked_ref();
        // Only a browser without events refuses.
        let _ = window.add_event_listener_with_callback("online", count);
        let _ = window.add_event_listener_with_callback("pageshow", count);
        if let Some(document) = window.document() {
            let _ = document.add_event_listener_with_callback("visibilitychange", count);
        }
    }
    count.forget();
    returns
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

    fn read_secret(&self, _key: &str) -> LocalBoxFuture<'static, Result<Option<String>, Locked>> {
        ready(Ok(None)).boxed_local()
    }

    fn write_secret(&self, _key: &str, _value: &str) {}

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

    // `boot.js` looks after the service worker, and is told and asked through the page.
    fn has_new_version(&self) -> bool {
        root().is_some_and(|root| root.has_attribute("data-update"))
    }

    fn take_new_version(&self) {
        let document = window().and_then(|window| window.document());
        if let (Some(document), Ok(event)) = (document, Event::new("storecast-update")) {
            // Only an event that is under way already is refused.
            let _ = document.dispatch_event(&event);
        }
    }

    fn load_chunk(&self, name: &'static str) -> LocalBoxFuture<'static, Result<(), NotLoaded>> {
        async move {
            match load_chunk(name).await {
                Ok(brought) if brought.is_truthy() => Ok(()),
                Ok(_) => Err(NotLoaded::Outdated),
                Err(_) => Err(NotLoaded::Offline),
            }
        }
        .boxed_local()
    }

    fn has_line(&self) -> bool {
        window().is_none_or(|window| window.navigator().on_line())
    }

    fn returns(&self) -> u32 {
        RETURNS.with(|returns| returns.get())
    }

    fn badge(&self, count: u64) {
        let Some(window) = window() else { return };
        let navigator = window.navigator();
        // Not every browser has it, and web-sys has it in none; without it there is nothing to show.
        let name = if count == 0 { "clearAppBadge" } else { "setAppBadge" };
        let Ok(set) = js_sys::Reflect::get(&navigator, &name.into()) else { return };
        let Ok(set) = set.dyn_into::<js_sys::Function>() else { return };
        #[expect(clippy::cast_precision_loss, reason = "a count of messages is far below 2^53")]
        let arguments = if count == 0 { js_sys::Array::new() } else { js_sys::Array::of1(&(count as f64).into()) };
        if let Ok(promise) = set.apply(&navigator, &arguments)
            && let Ok(promise) = promise.dyn_into::<js_sys::Promise>()
        {
            // An app that is not installed has no icon to show it on.
            wasm_bindgen_futures::spawn_local(async move { drop(wasm_bindgen_futures::JsFuture::from(promise).await) });
        }
    }

    fn keep_file(&self, name: &str, mime: &str, bytes: &[u8]) -> Result<Option<String>, NotKept> {
        let kind = BlobPropertyBag::new();
        kind.set_type(mime);
        let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes));
        let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &kind).map_err(|_| NotKept)?;
        let address = Url::create_object_url_with_blob(&blob).map_err(|_| NotKept)?;
        let document = window().and_then(|window| window.document()).ok_or(NotKept)?;
        let link = document.create_element("a").map_err(|_| NotKept)?;
        let link: HtmlAnchorElement = link.dyn_into().map_err(|_| NotKept)?;
        link.set_href(&address);
        link.set_download(name);
        link.click();
        // The browser has taken the bytes over by now; an address that stays would keep them in memory.
        let _ = Url::revoke_object_url(&address);
        Ok(None)
    }

    fn origin(&self) -> Option<String> {
        window()?.location().origin().ok()
    }

    fn caret(&self, field: &str) -> Option<usize> {
        let element = element(field)?;
        let caret = match element.dyn_ref::<HtmlTextAreaElement>() {
            Some(area) => area.selection_start(),
            None => element.dyn_ref::<HtmlInputElement>()?.selection_start(),
        };
        usize::try_from(caret.ok()??).ok()
    }

    fn focus_field(&self, field: &str) {
        if let Some(element) = element(field).and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            // What cannot take the focus has gone.
            let _ = element.focus();
        }
    }

    fn write_field(&self, field: &str, text: &str, caret: usize) {
        let (Some(element), Ok(caret)) = (element(field), u32::try_from(caret)) else { return };
        // Neither fails on a field of text that is in the page; if it has gone there is nothing to write in.
        if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
            area.set_value(text);
            let _ = area.focus();
            let _ = area.set_selection_range(caret, caret);
        } else if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
            input.set_value(text);
            let _ = input.focus();
            let _ = input.set_selection_range(caret, caret);
        }
    }
}

pub(super) async fn sleep(time: Duration) {
    gloo_timers::future::sleep(time).await;
}
