//! Taps by what a person sees: the button or link with these words, or with this name for who hears it.

use std::{any::Any, rc::Rc};

use dioxus::{
    core::{AttributeValue, DynamicNode, ElementId, Event, Template, TemplateAttribute, TemplateNode, VNode},
    html::{
        HasMouseData, HtmlEventConverter, InteractionElementOffset, InteractionLocation, Modifiers,
        ModifiersInteraction, PlatformEventData, PointerInteraction,
        geometry::{ClientPoint, ElementPoint, PagePoint, ScreenPoint},
        input_data::{MouseButton, MouseButtonSet},
        set_event_converter,
    },
    prelude::*,
};

use super::Playing;

/// Something that can be pressed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pressable {
    words: String,
    blocked: bool,
    element: ElementId,
}

impl Playing {
    /// Taps what has these words, or this name, and lets the app run until it has nothing more to do.
    pub(crate) async fn tap(&mut self, words: &str) {
        self.press(words);
        self.settle().await;
    }

    /// Taps what has these words, or this name, and leaves before anything follows.
    pub(crate) fn press(&mut self, words: &str) {
        let found: Vec<Pressable> = self.pressables().into_iter().filter(|one| one.words == words).collect();
        let [one] = found.as_slice() else {
            panic!("{} of “{words}” among {:?}", found.len(), self.offered());
        };
        set_event_converter(Box::new(Taps));
        let event: Rc<dyn Any> = Rc::new(PlatformEventData::new(Box::new(())));
        self.dom.runtime().handle_event("click", Event::new(event, true), one.element);
    }

    /// The words, or names, of everything that can be pressed and is not blocked.
    pub(crate) fn offered(&self) -> Vec<String> {
        self.pressables().into_iter().filter(|one| !one.blocked).map(|one| one.words).collect()
    }

    fn pressables(&self) -> Vec<Pressable> {
        let mut found = Vec::new();
        Reader { dom: &self.dom, found: &mut found }.read(self.dom.base_scope().root_node());
        found
    }
}

/// Reads what is drawn, as a person does: what lies inert behind a layer is not there.
struct Reader<'r> {
    dom: &'r VirtualDom,
    found: &'r mut Vec<Pressable>,
}

impl Reader<'_> {
    /// The words of a piece of the page.
    fn read(&mut self, node: &VNode) -> String {
        let Template { roots, .. } = node.template;
        roots.iter().map(|root| self.read_part(node, root)).collect()
    }

    fn read_part(&mut self, node: &VNode, part: &TemplateNode) -> String {
        match part {
            TemplateNode::Text { text } => (*text).to_owned(),
            TemplateNode::Dynamic { id } => self.read_dynamic(node, *id),
            TemplateNode::Element { attrs, children, .. } => self.read_element(node, attrs, children),
        }
    }

    fn read_dynamic(&mut self, node: &VNode, id: usize) -> String {
        match &node.dynamic_nodes[id] {
            DynamicNode::Text(text) => text.value.clone(),
            DynamicNode::Placeholder(_) => String::new(),
            DynamicNode::Fragment(nodes) => nodes.iter().map(|node| self.read(node)).collect(),
            DynamicNode::Component(component) => component
                .mounted_scope(id, node, self.dom)
                .map_or_else(String::new, |scope| self.read(scope.root_node())),
        }
    }

    fn read_element(&mut self, node: &VNode, attrs: &[TemplateAttribute], children: &[TemplateNode]) -> String {
        let mut element = None;
        let (mut label, mut blocked, mut inert) = (None, false, false);
        for attr in attrs {
            match attr {
                TemplateAttribute::Static { name, value, .. } => match *name {
                    "aria-label" => label = Some((*value).to_owned()),
                    "inert" => inert = true,
                    _ => {}
                },
                TemplateAttribute::Dynamic { id } => {
                    for attr in &node.dynamic_attrs[*id] {
                        match (attr.name, &attr.value) {
                            ("onclick", AttributeValue::Listener(_)) => {
                                element = node.mounted_dynamic_attribute(*id, self.dom);
                            }
                            ("aria-label", AttributeValue::Text(text)) => label = Some(text.clone()),
                            ("aria-disabled", AttributeValue::Text(text)) => blocked = text == "true",
                            ("inert", AttributeValue::Text(_)) => inert = true,
                            _ => {}
                        }
                    }
                }
            }
        }
        if inert {
            return String::new();
        }
        let text: String = children.iter().map(|child| self.read_part(node, child)).collect();
        if let Some(element) = element {
            let words = label.unwrap_or_else(|| text.trim().to_owned());
            self.found.push(Pressable { words, blocked, element });
        }
        text
    }
}

/// Makes a tap of the main button of every press.
struct Taps;

/// Declares the conversions that a tap never asks for.
macro_rules! no_taps {
    ($($convert:ident -> $data:ident,)*) => {
        $(
            fn $convert(&self, _: &PlatformEventData) -> $data {
                panic!("a tap is no {}", stringify!($data))
            }
        )*
    };
}

impl HtmlEventConverter for Taps {
    fn convert_mouse_data(&self, _: &PlatformEventData) -> MouseData {
        MouseData::new(Self)
    }

    no_taps! {
        convert_animation_data -> AnimationData,
        convert_cancel_data -> CancelData,
        convert_clipboard_data -> ClipboardData,
        convert_composition_data -> CompositionData,
        convert_drag_data -> DragData,
        convert_focus_data -> FocusData,
        convert_form_data -> FormData,
        convert_image_data -> ImageData,
        convert_keyboard_data -> KeyboardData,
        convert_media_data -> MediaData,
        convert_mounted_data -> MountedData,
        convert_pointer_data -> PointerData,
        convert_resize_data -> ResizeData,
        convert_scroll_data -> ScrollData,
        convert_selection_data -> SelectionData,
        convert_toggle_data -> ToggleData,
        convert_touch_data -> TouchData,
        convert_transition_data -> TransitionData,
        convert_visible_data -> VisibleData,
        convert_wheel_data -> WheelData,
    }
}

impl InteractionLocation for Taps {
    fn client_coordinates(&self) -> ClientPoint {
        ClientPoint::zero()
    }

    fn screen_coordinates(&self) -> ScreenPoint {
        ScreenPoint::zero()
    }

    fn page_coordinates(&self) -> PagePoint {
        PagePoint::zero()
    }
}

impl InteractionElementOffset for Taps {
    fn element_coordinates(&self) -> ElementPoint {
        ElementPoint::zero()
    }
}

impl ModifiersInteraction for Taps {
    fn modifiers(&self) -> Modifiers {
        Modifiers::empty()
    }
}

impl PointerInteraction for Taps {
    fn trigger_button(&self) -> Option<MouseButton> {
        Some(MouseButton::Primary)
    }

    fn held_buttons(&self) -> MouseButtonSet {
        MouseButtonSet::empty()
    }
}

impl HasMouseData for Taps {
    fn as_any(&self) -> &dyn Any {
        self
    }
}
