//! What sheets, dialogs and menus share: what lies behind them is inert, focus moves in and goes back to the opener.

use std::{cell::Cell, cell::RefCell, rc::Rc};

use dioxus::{core::current_scope_id, prelude::*};

/// The layers that lie over a screen. [`super::screen::Screen`] provides it; a layer outside one merely has nothing to give back to.
#[derive(Clone)]
pub struct Layers {
    open: Rc<Cell<usize>>,
    opener: Rc<RefCell<Option<Rc<MountedData>>>>,
    covered: Signal<bool>,
    closed: Signal<u32>,
}

impl Layers {
    /// Is a sheet or dialog open? What lies behind it is then `inert`.
    pub fn covered(&self) -> bool {
        (self.covered)()
    }

    fn enter(&self) {
        self.open.set(self.open.get() + 1);
    }

    fn leave(&self) {
        self.open.set(self.open.get().saturating_sub(1));
        let mut covered = self.covered;
        let mut closed = self.closed;
        if self.open.get() == 0
            && let Ok(mut covered) = covered.try_write()
        {
            *covered = false;
        }
        if let Ok(mut closed) = closed.try_write() {
            *closed += 1;
        }
    }
}

/// Provides [`Layers`] to a screen, and gives focus back to the opener once the last layer has closed.
pub fn use_layers() -> Layers {
    let covered = use_signal(|| false);
    let closed = use_signal(|| 0_u32);
    let layers = use_context_provider(|| Layers { open: Rc::default(), opener: Rc::default(), covered, closed });
    // An effect runs after the page has changed: by then nothing is inert any more, and the opener can take the focus.
    let given_back = layers.clone();
    use_effect(move || {
        let _ = (given_back.closed)();
        if given_back.open.get() == 0
            && let Some(opener) = given_back.opener.take()
        {
            spawn(async move {
                // The opener may have left the page, and then there is nothing to focus.
                let _ = opener.set_focus(true).await;
            });
        }
    });
    layers
}

/// The layers of the screen around this component, if there is one.
pub fn use_screen_layers() -> Option<Layers> {
    use_hook(try_consume_context::<Layers>)
}

/// Declares the calling component a sheet or dialog: as long as it lives, the screen behind it is inert.
pub fn use_cover() {
    let layers = use_screen_layers();
    let entered = layers.clone();
    use_hook(move || {
        if let Some(layers) = &entered {
            layers.enter();
        }
    });
    let shown = layers.clone();
    use_effect(move || {
        if let Some(layers) = &shown {
            let mut covered = layers.covered;
            covered.set(true);
        }
    });
    use_drop(move || {
        if let Some(layers) = &layers {
            layers.leave();
        }
    });
}

/// Declares the calling component a menu: it covers nothing, but gives focus back when it goes.
pub fn use_popup() {
    let layers = use_screen_layers();
    let entered = layers.clone();
    use_hook(move || {
        if let Some(layers) = &entered {
            layers.enter();
        }
    });
    use_drop(move || {
        if let Some(layers) = &layers {
            layers.leave();
        }
    });
}

/// Remembers what was pressed last, so that a layer opened by it can give the focus back.
#[derive(Clone)]
pub struct Opener {
    element: Rc<RefCell<Option<Rc<MountedData>>>>,
    layers: Option<Layers>,
}

impl Opener {
    /// Call it in `onmounted` of the element that may open a layer.
    pub fn mounted(&self, event: &MountedEvent) {
        self.element.replace(Some(event.data()));
    }

    /// Call it in `onclick`, before the handler that opens the layer. What is pressed inside a layer is not remembered: it goes with it.
    pub fn pressed(&self) {
        if let Some(layers) = &self.layers
            && layers.open.get() == 0
        {
            layers.opener.replace(self.element.borrow().clone());
        }
    }
}

/// The [`Opener`] of the calling component. Everything the kit lets a person press uses it already.
pub fn use_opener() -> Opener {
    let layers = use_screen_layers();
    use_hook(move || Opener { element: Rc::default(), layers })
}

/// Moves the focus to a layer as it appears, and keeps it for its [`Edge`]s; for `onmounted` of a layer with `tabindex: "-1"`.
pub fn focus_on_mount(event: &MountedEvent, mut layer: Signal<Option<Rc<MountedData>>>) {
    let element = event.data();
    layer.set(Some(Rc::clone(&element)));
    spawn(async move {
        // A refusal leaves the focus where it was; there is no better place to send it to.
        let _ = element.set_focus(true).await;
    });
}

/// An edge of a sheet or dialog, one before and one after it: Tab past its end comes back to it. Without them the focus would leave
/// the page, and Escape would no longer reach the layer.
#[component]
pub fn Edge(
    /// The layer, once it is on the page.
    layer: ReadSignal<Option<Rc<MountedData>>>,
) -> Element {
    rsx! {
        span {
            class: "vh",
            tabindex: "0",
            aria_hidden: "true",
            onfocus: move |_| {
                if let Some(layer) = layer.peek().clone() {
                    spawn(async move {
                        // A layer that has just gone cannot take the focus; its opener gets it then.
                        let _ = layer.set_focus(true).await;
                    });
                }
            },
        }
    }
}

/// Closes a layer on Escape; for `onkeydown` of the layer.
pub fn close_on_escape(event: &KeyboardEvent, onclose: EventHandler<()>) {
    if event.key() == Key::Escape {
        event.stop_propagation();
        onclose.call(());
    }
}

/// An id that no other component on the page has, for `aria-labelledby` and `for`.
pub fn use_unique_id(prefix: &'static str) -> String {
    use_hook(|| format!("{prefix}-{}", current_scope_id().0))
}
