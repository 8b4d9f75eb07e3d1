//! Grey shapes in the place of what is being loaded, and the words that say so to assistive tech.

use dioxus::prelude::*;

stylance::import_crate_style!(style, "src/ui/skeleton/style.module.css");

/// The shape of one piece.
#[derive(Default, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkeletonShape {
    /// A line of text or a picture.
    #[default]
    Block,
    /// An avatar, as wide as high.
    Round,
    /// A button or a chip.
    Pill,
}

/// One grey piece. Its sizes are CSS lengths ("82%", "46px").
#[component]
pub fn Skeleton(
    #[props(default)] shape: SkeletonShape,
    #[props(default = "100%".to_owned())] width: String,
    #[props(default = "14px".to_owned())] height: String,
) -> Element {
    let (data_shape, width) = match shape {
        SkeletonShape::Block => (None, width),
        SkeletonShape::Round => (Some("round"), height.clone()),
        SkeletonShape::Pill => (Some("pill"), width),
    };
    rsx! {
        span { class: style::skeleton, "data-shape": data_shape, "aria-hidden": "true", width, height }
    }
}

/// Says to assistive tech that something loads, while skeletons show it to the eye.
#[component]
pub fn Loading(label: String) -> Element {
    rsx! {
        p { class: "vh", role: "status", "{label}" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_single_properties() {
        let html = dioxus_ssr::render_element(rsx! { Skeleton { shape: SkeletonShape::Round, height: "46px" } });
        assert!(html.contains("width:46px;height:46px;"), "{html}");
        assert!(html.contains(r#"aria-hidden="true""#), "{html}");
    }
}
