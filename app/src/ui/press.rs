//! What every pressable part of the kit is made of: a real button, or a real link where a press only goes somewhere.

use dioxus::{html::input_data::MouseButton, prelude::*, router::NavigationTarget};

use super::layer::use_opener;

/// Where a press leads: nowhere (then it is a button), or to a route or an address (then it is a link).
#[derive(Default, Clone, Debug, PartialEq)]
pub struct Destination(Option<NavigationTarget>);

impl<R: Routable> From<R> for Destination {
    fn from(route: R) -> Self {
        Self(Some(route.into()))
    }
}

impl Destination {
    /// An address inside the current page, such as `#check`, or outside the app.
    pub fn address(address: impl Into<String>) -> Self {
        Self(Some(NavigationTarget::External(address.into())))
    }

    /// A route, if there is one to go to.
    pub fn maybe(route: Option<impl Routable>) -> Self {
        Self(route.map(Into::into))
    }

    /// Does a press lead nowhere?
    pub fn is_none(&self) -> bool {
        self.0.is_none()
    }
}

/// A button or, with `to`, a link. Unstyled: Button, `IconButton`, Tab and the other parts give it a class.
#[component]
pub fn Press(
    /// Where it leads; without it, it is a button.
    #[props(default, into)]
    to: Destination,
    /// Its look.
    class: String,
    /// Does it send the form around it?
    #[props(default)]
    submit: bool,
    /// The id of the text that says why it cannot be pressed now. It stays focusable, and a press calls `onpress_blocked`.
    blocked: Option<String>,
    /// A press.
    #[props(default)]
    onclick: EventHandler<MouseEvent>,
    /// A press while blocked: lead the person to the reason.
    #[props(default)]
    onpress_blocked: EventHandler<()>,
    #[props(extends = GlobalAttributes, extends = button)] attributes: Vec<Attribute>,
    /// What it shows.
    children: Element,
) -> Element {
    let opener = use_opener();
    let mounted = opener.clone();
    match to.0 {
        Some(target) if blocked.is_none() => rsx! {
            Anchor {
                target,
                class,
                onmounted: move |event: MountedEvent| mounted.mounted(&event),
                onclick: move |event| {
                    opener.pressed();
                    onclick.call(event);
                },
                attributes,
                {children}
            }
        },
        _ => {
            let is_blocked = blocked.is_some();
            rsx! {
                button {
                    r#type: if submit { "submit" } else { "button" },
                    class,
                    aria_disabled: is_blocked.then_some("true"),
                    aria_describedby: blocked,
                    onmounted: move |event| mounted.mounted(&event),
                    onclick: move |event| {
                        opener.pressed();
                        if is_blocked {
                            event.prevent_default();
                            onpress_blocked.call(());
                        } else {
                            onclick.call(event);
                        }
                    },
                    ..attributes,
                    {children}
                }
            }
        }
    }
}

/// A link inside the app or out of it.
///
/// The router's own `Link` sets `aria-current` by the address alone, and so takes it from a tab as soon as something is
/// opened beside its list.
#[component]
fn Anchor(
    target: NavigationTarget,
    class: String,
    onmounted: EventHandler<MountedEvent>,
    onclick: EventHandler<MouseEvent>,
    attributes: Vec<Attribute>,
    children: Element,
) -> Element {
    let navigator = use_navigator();
    let (href, inside) = match &target {
        NavigationTarget::Internal(address) => (address.clone(), true),
        NavigationTarget::External(address) => (address.clone(), false),
    };
    let pressed = move |event: MouseEvent| {
        // With a modifier or another button the browser opens a tab or a menu.
        if !event.modifiers().is_empty() || event.trigger_button() != Some(MouseButton::Primary) {
            return;
        }
        if inside {
            event.prevent_default();
            navigator.push(target.clone());
        }
        onclick.call(event);
    };
    rsx! {
        a {
            href,
            class,
            rel: (!inside).then_some("noopener noreferrer"),
            onmounted: move |event| onmounted.call(event),
            onclick: pressed,
            ..attributes,
            {children}
        }
    }
}
