//! The window of a desktop or a phone, and the page in it.

use std::{
    cell::RefCell,
    rc::Rc,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
};

use dioxus::prelude::*;

#[cfg(feature = "desktop")]
use dioxus::desktop as webview;
#[cfg(not(feature = "desktop"))]
use dioxus::mobile as webview;
use webview::{
    Config, DesktopContext, WindowBuilder, WindowEvent,
    tao::{event::Event, window::Theme},
};

use super::{Colours, files};

/// Whether the system has put the app to sleep, as phones do in the background.
static ASLEEP: AtomicBool = AtomicBool::new(false);
/// How often somebody came back to the app.
static RETURNS: AtomicU32 = AtomicU32::new(0);

/// The page: without an address of its own, so it brings the style sheet along. `viewport-fit` as in the web's.
const PAGE: &str = concat!(
    r#"<!doctype html><html lang="zh-Hant"><head><meta charset="utf-8"><meta name="viewport" "#,
    r#"content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content">"#,
    "<title>Storecast</title><style>",
    include_str!(env!("STORECAST_STYLES")),
    "</style><script>",
    include_str!("page.js"),
    r#"</script></head><body><div id="main"></div></body></html>"#,
);

/// Tells where the caret is whenever it moves: the app cannot ask a page and wait for the answer.
const TELL_CARET: &str = r"
const tell = () => {
  const field = document.activeElement;
  if (field && field.id && Number.isInteger(field.selectionStart)) dioxus.send([field.id, field.selectionStart]);
};
document.addEventListener('selectionchange', tell);
document.addEventListener('focusin', tell);
document.addEventListener('input', tell);
await new Promise(() => {});
";

pub(super) fn launch(app: fn() -> Element) {
    let config = Config::new()
        .with_custom_index(PAGE.to_owned())
        .with_window(window())
        .with_custom_event_handler(|event, _| notice(event));
    // Else the web view names a folder after the program.
    let config = match files::folder("page") {
        Some(folder) => config.with_data_directory(folder),
        None => config,
    };
    // Only a Mac wants one: there it has the shortcuts for cutting and pasting.
    #[cfg(not(target_os = "macos"))]
    let config = config.with_menu(None);
    dioxus::LaunchBuilder::new().with_cfg(config).launch(app);
}

fn notice<T>(event: &Event<'_, T>) {
    match event {
        Event::Suspended => ASLEEP.store(true, Ordering::Relaxed),
        Event::Resumed => {
            ASLEEP.store(false, Ordering::Relaxed);
            RETURNS.fetch_add(1, Ordering::Relaxed);
        }
        Event::WindowEvent { event: WindowEvent::Focused(true), .. } => {
            RETURNS.fetch_add(1, Ordering::Relaxed);
        }
        _ => {}
    }
}

/// On a phone the app has the whole screen.
#[cfg(any(target_os = "android", target_os = "ios"))]
fn window() -> WindowBuilder {
    WindowBuilder::new()
}

#[cfg(not(any(target_os = "android", target_os = "ios")))]
fn window() -> WindowBuilder {
    use webview::LogicalSize;
    /// The list beside what is opened from it, on the smallest screens that stand on counters (1366 × 768).
    const SIZE: LogicalSize<f64> = LogicalSize::new(1120.0, 720.0);
    /// The narrowest phone that the screens are made for.
    const LEAST: LogicalSize<f64> = LogicalSize::new(320.0, 480.0);

    WindowBuilder::new()
        .with_title("Storecast")
        .with_inner_size(SIZE)
        .with_min_inner_size(LEAST)
        .with_window_icon(webview::icon_from_memory(include_bytes!("../../../web/icons/icon-192.png")).ok())
}

/// The window the app is in.
pub(super) struct Window {
    context: Option<DesktopContext>,
    /// The field that has the focus or had it last, and its caret in UTF-16 units.
    caret: Rc<RefCell<Option<(String, usize)>>>,
}

impl Window {
    /// Inside the app.
    pub(super) fn here() -> Self {
        let caret = Rc::new(RefCell::new(None));
        let told = Rc::clone(&caret);
        spawn(async move {
            let mut page = document::eval(TELL_CARET);
            while let Ok(at) = page.recv::<(String, usize)>().await {
                told.replace(Some(at));
            }
        });
        Self { context: try_consume_context(), caret }
    }

    /// Runs a script in the page. A page that has gone needs none.
    fn run(&self, script: &str) {
        if let Some(context) = &self.context {
            let _ = context.webview.evaluate_script(script);
        }
    }

    pub(super) fn describe(&self, title: &str, language: &str) {
        if let Some(context) = &self.context {
            context.set_title(title);
        }
        self.run(&format!("document.documentElement.lang = {}", quoted(language)));
    }

    pub(super) fn show_colours(&self, colours: Colours) {
        let theme = match colours {
            Colours::System => None,
            Colours::Light => Some(Theme::Light),
            Colours::Dark => Some(Theme::Dark),
        };
        if let Some(context) = &self.context {
            context.set_theme(theme);
        }
        self.run(&match colours {
            Colours::System => "delete document.documentElement.dataset.theme".to_owned(),
            other => format!("document.documentElement.dataset.theme = {}", quoted(other.as_str())),
        });
    }

    pub(super) fn visible(&self) -> bool {
        let shown = |context: &DesktopContext| context.is_visible() && !context.is_minimized();
        !ASLEEP.load(Ordering::Relaxed) && self.context.as_ref().is_none_or(shown)
    }

    #[expect(clippy::unused_self, reason = "there is one window")]
    pub(super) fn returns(&self) -> u32 {
        RETURNS.load(Ordering::Relaxed)
    }

    pub(super) fn caret(&self, field: &str) -> Option<usize> {
        let caret = self.caret.borrow();
        caret.as_ref().filter(|(of, _)| of == field).map(|(_, caret)| *caret)
    }

    pub(super) fn focus_field(&self, field: &str) {
        self.run(&format!("focusField({})", quoted(field)));
    }

    pub(super) fn write_field(&self, field: &str, text: &str, caret: usize) {
        self.run(&format!("writeField({}, {}, {caret})", quoted(field), quoted(text)));
    }
}

/// A text as a script writes it.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
