//! Rendering for the tests of components that hold links or handlers: both need a running app around them.

use dioxus::prelude::*;

#[derive(Clone, Copy)]
struct Content(fn() -> Element);

#[derive(Clone, PartialEq, Routable)]
enum TestRoute {
    #[route("/")]
    Home {},
}

#[component]
fn Home() -> Element {
    let Content(content) = use_context();
    content()
}

fn app(content: Content) -> Element {
    use_context_provider(|| content);
    rsx! { Router::<TestRoute> {} }
}

/// The markup of `content` inside a router that stands at `/`.
pub(crate) fn routed(content: fn() -> Element) -> String {
    let mut dom = VirtualDom::new_with_props(app, Content(content));
    dom.rebuild_in_place();
    dioxus_ssr::render(&dom)
}
