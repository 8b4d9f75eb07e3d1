//! The app: what every screen finds in context, and the router.

use std::time::Duration;

use dioxus::prelude::*;

use crate::{
    api::Api,
    platform::{Colours, Device, sleep},
    routes::Route,
    session::{SessionHandle, State, use_session_keeper},
    words::{Language, Now, Spoken, Words, number},
};

/// Under this key the device keeps the colours that were chosen.
const COLOURS: &str = "colours";
/// How often the moment moves on.
const TICK: Duration = Duration::from_secs(30);

/// Whether a newer version of the app is on the device, in context.
#[derive(Clone, Copy, PartialEq)]
pub struct NewVersion(pub Signal<bool>);

/// Unread messages of the signed-in member, in context.
#[derive(Clone, Copy, PartialEq)]
pub struct Unread(pub Signal<u64>);

/// What the window shows, in context; empty before the first screen says so.
#[derive(Clone, Copy, PartialEq)]
struct Title(Signal<String>);

/// The chosen colours, in context.
#[derive(Clone, Copy, PartialEq)]
pub struct ColourChoice(pub Signal<Colours>);

/// The colours that were chosen on this device.
pub fn use_colours() -> Signal<Colours> {
    use_hook(consume_context::<ColourChoice>).0
}

/// The whole app.
#[component]
pub fn App() -> Element {
    use_foundation(Device::this, Api::over_http);
    rsx! {
        Router::<Route> {}
    }
}

/// Puts into context what every screen needs: the device, the server, the session, the language, the moment, the colours.
pub(crate) fn use_foundation(
    device: impl FnOnce() -> Device,
    api: impl FnOnce(&Device, Signal<State>, Signal<bool>) -> Api,
) {
    let device = use_context_provider(device);
    let state = use_signal(|| State::Restoring);
    let online = use_signal(|| true);
    use_context_provider(|| SessionHandle { state, online });
    let api = use_context_provider(|| api(&device, state, online));

    let language = use_signal(|| Language::of(&device));
    use_context_provider(|| Spoken(language));
    let unread = use_signal(|| 0_u64);
    use_context_provider(|| Unread(unread));
    let title = use_signal(String::new);
    use_context_provider(|| Title(title));
    let kept = device.clone();
    use_effect(move || {
        let (language, title, unread) = (*language.read(), title.read(), *unread.read());
        let product = language.words().common.product;
        let title = if title.is_empty() { product.to_owned() } else { format!("{title} · {product}") };
        let title = if unread > 0 { format!("({}) {title}", number(unread)) } else { title };
        kept.describe(&title, language.tag());
    });

    let colours = use_signal(|| Colours::parse(&device.read(COLOURS).unwrap_or_default()));
    use_context_provider(|| ColourChoice(colours));
    let kept = device.clone();
    use_effect(move || {
        let colours = *colours.read();
        kept.show_colours(colours);
        if colours == Colours::System {
            kept.remove(COLOURS);
        } else {
            // Not kept means the machine's own again next time.
            let _ = kept.write(COLOURS, colours.as_str());
        }
    });

    let mut now = use_signal(|| device.now());
    use_context_provider(|| Now(now));
    let mut new_version = use_signal(|| false);
    use_context_provider(|| NewVersion(new_version));
    use_future(move || {
        let device = device.clone();
        async move {
            loop {
                sleep(TICK).await;
                now.set(device.now());
                if device.has_new_version() != *new_version.peek() {
                    new_version.toggle();
                }
            }
        }
    });

    use_session_keeper(api);
}

/// Says what the window shows: `處理中 · Storecast`, with three unread messages `(3) 處理中 · Storecast`.
pub fn use_title(title: impl Fn(&'static Words) -> String + 'static) {
    let language = use_hook(consume_context::<Spoken>).0;
    let mut shown = use_hook(consume_context::<Title>).0;
    use_effect(move || {
        let title = title(language.read().words());
        if *shown.peek() != title {
            shown.set(title);
        }
    });
}
