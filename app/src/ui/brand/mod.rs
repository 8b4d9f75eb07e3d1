//! The brand's mark.

use dioxus::prelude::*;

use super::icon::Mark;

stylance::import_crate_style!(style, "src/ui/brand/style.module.css");

/// The mark in the accent colour. Its name stands beside it in words.
#[component]
pub fn BrandMark(
    /// 64 px instead of 40.
    #[props(default)]
    large: bool,
) -> Element {
    rsx! {
        span { class: style::brand_mark, "data-size": large.then_some("lg"), Mark {} }
    }
}
