//! See `words::figures`.

use super::plural;
use crate::words::{figures::Figures, number};

pub(super) const FIGURES: Figures = Figures {
    title: "My figures",
    about: "Your group messages and referral links",
    back: "Back to More",
    period: "Period",
    total: "In all",
    sends: |n| format!("{} {}", number(n), plural(n, "group message", "group messages")),
    succeeded: |percent, fraction| format!("Accepted {percent} ({fraction})"),
    links: ("Referral links", "links in your messages: one with 3 links counts 3"),
    link_deliveries: ("Link deliveries", "links × people who got them"),
    by_day: "By day",
    none: "You sent no group message in these days.",
    loading: "Your figures are loading",
    failed: "Your figures could not be loaded",
};
