//! The app: what every screen finds in context, and the router.

use std::time::Duration;

use dioxus::prelude::*;

use crate::{
    api::Api,
    platform::{Colours, Device, sleep, use_device},
    routes::Route,
    session::{SessionHandle, State, use_session_keeper},
    words::{Language, Now, Spoken, Words},
};

/// Under this key the device keeps the colours that were chosen.
const COLOURS: &str = "colours";
/// How often the moment moves on.
const TICK: Duration = Duration::from_secs(30);

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
    let kept = device.clone();
    use_effect(move || {
        let language = *language.read();
        kept.describe(language.words().common.product, language.tag());
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
    use_future(move || {
        let device = device.clone();
        async move {
            loop {
                sleep(TICK).await;
                now.set(device.now());
            }
        }
    });

    use_session_keeper(api);
}

/// Says what the window shows: `處理中 · Storecast`.
pub fn use_title(title: impl Fn(&'static Words) -> String + 'static) {
    let device = use_device();
    let language = use_hook(consume_context::<Spoken>).0;
    use_effect(move || {
        let language = *language.read();
        let words = language.words();
        let title = format!("{} · {}", title(words), words.common.product);
        device.describe(&title, language.tag());
    });
}
