//! What has just happened, and the way back.

use dioxus::prelude::*;

use super::press::Press;

stylance::import_crate_style!(style, "src/ui/toast/style.module.css");

/// What a toast says.
#[derive(Clone, Debug, PartialEq)]
pub struct ToastMessage {
    /// What has happened.
    pub text: String,
    /// The words of the way back, such as undo.
    pub action: Option<String>,
}

/// What has just happened. Keep it in the page while there is nothing to say: only then is the next message read out.
///
/// It stands above the `PaneFoot` it is in.
#[component]
pub fn Toast(
    /// What it says; nothing hides it.
    message: Option<ToastMessage>,
    /// A press on the way back.
    #[props(default)]
    onaction: EventHandler<()>,
) -> Element {
    rsx! {
        div { class: style::toast_region, role: "status",
            if let Some(ToastMessage { text, action }) = message {
                div { class: style::toast,
                    span { class: style::toast_text, "{text}" }
                    if let Some(action) = action {
                        Press { class: style::toast_action, onclick: move |_| onaction.call(()), "{action}" }
                    }
                }
            }
        }
    }
}
