//! The frame of the screens outside the app: signing in, the code.

use dioxus::prelude::*;

use super::brand::BrandMark;

stylance::import_crate_style!(style, "src/ui/sign_in/style.module.css");

/// Brand, title and what stands below.
#[component]
pub fn SignIn(
    /// The screen's heading.
    title: String,
    /// What to do, or where the code went.
    text: Option<Element>,
    /// The `IconButton` back.
    back: Option<Element>,
    /// Language, help.
    foot: Option<Element>,
    /// Banner and [`SignForm`].
    children: Element,
) -> Element {
    rsx! {
        div { class: style::sign,
            if back.is_some() {
                div { class: style::sign_back, {back} }
            }
            div { class: style::sign_brand,
                BrandMark { large: true }
                h1 { class: style::sign_title, "{title}" }
                if text.is_some() {
                    p { class: style::sign_text, {text} }
                }
            }
            {children}
            if foot.is_some() {
                div { class: style::sign_foot, {foot} }
            }
        }
    }
}

/// The fields and their button. Enter in a field sends it too.
#[component]
pub fn SignForm(
    /// It was sent; the page does not reload.
    onsubmit: EventHandler<()>,
    /// Fields and buttons, one of them with `submit`.
    children: Element,
) -> Element {
    rsx! {
        form {
            class: style::sign_form,
            novalidate: true,
            onsubmit: move |event| {
                event.prevent_default();
                onsubmit.call(());
            },
            {children}
        }
    }
}

/// Why the button below or above cannot be pressed yet.
#[component]
pub fn SignWhy(
    /// The id by which the button's `blocked` names it.
    id: String,
    /// The reason.
    text: String,
) -> Element {
    rsx! {
        p { class: style::sign_why, id, "{text}" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::testing::routed;

    #[test]
    fn has_one_heading_and_a_form() {
        let html = routed(|| {
            rsx! {
                SignIn { title: "Sign in", text: rsx! { "Welcome" },
                    SignForm { onsubmit: |()| {}, button { r#type: "submit", "Go" } }
                }
            }
        });
        assert!(html.contains("Sign in</h1>") && html.contains("Welcome</p>"), "{html}");
        assert!(html.contains("<form") && html.contains("novalidate"), "{html}");
    }
}
