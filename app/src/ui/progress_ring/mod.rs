//! The progress of a send as a ring, its parts coloured by how they ended.

use dioxus::prelude::*;

use super::tone::Share;

stylance::import_crate_style!(style, "src/ui/progress_ring/style.module.css");

/// How many of all are done, and how.
#[component]
pub fn ProgressRing(
    /// What goes on.
    label: String,
    /// How far it is, in words.
    value_text: String,
    /// What is done, by how it ended, in order around the ring.
    shares: Vec<Share>,
    /// How many there are in all.
    total: u64,
    /// How many are done, as shown.
    figure: String,
    /// Of how many, as shown.
    of: String,
    /// What is counted.
    caption: String,
) -> Element {
    let done: u64 = shares.iter().map(|share| share.n).sum();
    // The circle is measured in people, so that no part needs a length of its own. Nobody at all still is a circle.
    let around = total.max(done).max(1);
    let parts = shares.into_iter().scan(0, |from, share| {
        let start = *from;
        *from += share.n;
        Some((start, share))
    });
    rsx! {
        div {
            class: style::ring,
            role: "progressbar",
            aria_label: label,
            aria_valuenow: "{done}",
            aria_valuemin: "0",
            aria_valuemax: "{total}",
            aria_valuetext: value_text,
            svg { class: style::ring_svg, "viewBox": "0 0 200 200", "aria-hidden": "true",
                circle { class: style::ring_track, cx: "100", cy: "100", r: "92" }
                for (start, share) in parts.filter(|(_, share)| share.n > 0) {
                    circle {
                        class: style::ring_part,
                        "data-tone": share.tone.attr(),
                        cx: "100",
                        cy: "100",
                        r: "92",
                        "pathLength": "{around}",
                        "stroke-dasharray": "{share.n} {around}",
                        "stroke-dashoffset": "-{start}",
                    }
                }
            }
            span { class: style::ring_text,
                b { class: style::ring_figure, "{figure}" small { " / {of}" } }
                span { class: style::ring_label, "{caption}" }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::tone::Tone;

    #[test]
    fn parts_follow_one_another() {
        let html = dioxus_ssr::render_element(rsx! {
            ProgressRing {
                label: "Progress",
                value_text: "24 of 37",
                shares: vec![Share { tone: Tone::Ok, n: 21 }, Share { tone: Tone::Danger, n: 3 }],
                total: 37,
                figure: "24",
                of: "37",
                caption: "done",
            }
        });
        assert!(
            html.contains(r#"aria-valuenow="24" aria-valuemin="0" aria-valuemax="37" aria-valuetext="24 of 37""#),
            "{html}"
        );
        assert!(html.contains(r#"stroke-dasharray="21 37" stroke-dashoffset="-0""#), "{html}");
        assert!(html.contains(r#"stroke-dasharray="3 37" stroke-dashoffset="-21""#), "{html}");
    }

    #[test]
    fn an_empty_ring_is_a_ring() {
        let html = dioxus_ssr::render_element(rsx! {
            ProgressRing { label: "P", value_text: "", shares: vec![], total: 0, figure: "0", of: "0", caption: "" }
        });
        assert_eq!(html.matches("<circle").count(), 1, "{html}");
    }
}
