//! A few more actions behind one button: a popover from 900 px on, a sheet below.

use std::rc::Rc;

use dioxus::{core::current_scope_id, prelude::*};

use super::layer::use_popup;

stylance::import_crate_style!(style, "src/ui/menu/style.module.css");

/// Where a menu stands beside its button from 900 px on.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MenuPlace {
    /// Under the button.
    #[default]
    Under,
    /// At its side, for the last column of a table.
    Side,
}

/// The place of a menu: put the button with `menu_open` into it, and the [`Menu`] while it is open.
#[component]
pub fn MenuAnchor(
    /// The button and the menu.
    children: Element,
) -> Element {
    rsx! {
        div { class: style::anchor, {children} }
    }
}

/// The items of an open menu, in the order of the page, and the one that has the focus.
#[derive(Clone, Copy)]
struct Items {
    elements: Signal<Vec<(ScopeId, Rc<MountedData>)>>,
    current: Signal<usize>,
}

impl Items {
    fn focus(self, place: usize) {
        let element = self.elements.peek().get(place).map(|(_, element)| Rc::clone(element));
        if let Some(element) = element {
            spawn(async move {
                // An item that has just gone cannot take the focus; the menu goes with it.
                let _ = element.set_focus(true).await;
            });
        }
    }
}

/// An open menu. The first item has the focus; arrows, Home and End move it, Escape, Tab and a press outside close it.
#[component]
pub fn Menu(
    /// What it is about, for assistive technology.
    label: String,
    /// Where it stands from 900 px on.
    #[props(default)]
    place: MenuPlace,
    /// Close it. The focus goes back to the button by itself.
    onclose: EventHandler<()>,
    /// [`MenuItem`]s and [`MenuWhy`]s.
    children: Element,
) -> Element {
    use_popup();
    let elements = use_signal(Vec::new);
    let current = use_signal(|| 0);
    let items = use_context_provider(|| Items { elements, current });
    let moved = move |event: KeyboardEvent| {
        let count = items.elements.peek().len();
        let here = *items.current.peek();
        let Some(target) = target(&event.key(), here, count) else {
            if matches!(event.key(), Key::Escape | Key::Tab) {
                event.prevent_default();
                event.stop_propagation();
                onclose.call(());
            }
            return;
        };
        event.prevent_default();
        items.focus(target);
    };
    rsx! {
        div { class: style::menu_scrim, onclick: move |_| onclose.call(()) }
        div {
            class: style::menu,
            role: "menu",
            aria_label: label,
            "data-place": (place == MenuPlace::Side).then_some("start"),
            onkeydown: moved,
            {children}
        }
    }
}

/// The item that a key leads to, among `count` of which the one at `here` has the focus.
fn target(key: &Key, here: usize, count: usize) -> Option<usize> {
    let last = count.checked_sub(1)?;
    match key {
        Key::ArrowDown => Some(if here >= last { 0 } else { here + 1 }),
        Key::ArrowUp => Some(if here == 0 { last } else { here - 1 }),
        Key::Home => Some(0),
        Key::End => Some(last),
        _ => None,
    }
}

/// One action. It stays focusable while it is blocked, so that its reason can be heard.
#[component]
pub fn MenuItem(
    /// Is something lost by it?
    #[props(default)]
    danger: bool,
    /// The id of the [`MenuWhy`] that says why it cannot be pressed now.
    blocked: Option<String>,
    /// A press. Close the menu in it.
    onclick: EventHandler<()>,
    /// An icon and the words.
    children: Element,
) -> Element {
    let items: Items = use_context();
    let scope = use_hook(current_scope_id);
    let mut elements = items.elements;
    let mut current = items.current;
    use_drop(move || {
        if let Ok(mut elements) = elements.try_write() {
            elements.retain(|(owner, _)| *owner != scope);
        }
    });
    let is_blocked = blocked.is_some();
    rsx! {
        button {
            r#type: "button",
            class: style::menu_item,
            role: "menuitem",
            tabindex: "-1",
            "data-tone": danger.then_some("danger"),
            aria_disabled: is_blocked.then_some("true"),
            aria_describedby: blocked,
            onmounted: move |event| {
                elements.write().push((scope, event.data()));
                if elements.peek().len() == 1 {
                    items.focus(0);
                }
            },
            onfocus: move |_| {
                let place = elements.peek().iter().position(|(owner, _)| *owner == scope);
                current.set(place.unwrap_or_default());
            },
            onclick: move |_| {
                if !is_blocked {
                    onclick.call(());
                }
            },
            {children}
        }
    }
}

/// Why the item above cannot be pressed, and the cure.
#[component]
pub fn MenuWhy(
    /// Its id, for `blocked` of the [`MenuItem`].
    id: String,
    /// The reason.
    children: Element,
) -> Element {
    rsx! {
        p { class: style::menu_why, id, {children} }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrows_go_round_and_home_and_end_to_the_ends() {
        assert_eq!(target(&Key::ArrowDown, 0, 3), Some(1));
        assert_eq!(target(&Key::ArrowDown, 2, 3), Some(0));
        assert_eq!(target(&Key::ArrowUp, 0, 3), Some(2));
        assert_eq!(target(&Key::Home, 2, 3), Some(0));
        assert_eq!(target(&Key::End, 0, 3), Some(2));
        assert_eq!(target(&Key::Enter, 0, 3), None);
        assert_eq!(target(&Key::ArrowDown, 0, 0), None);
    }
}
