//! What many screens say.

use shared::{conversations::MessageKind, members::Role};

use crate::words::common::Common;

pub(super) const COMMON: Common = Common {
    product: "Storecast",
    main_menu: "Main menu",
    conversations: "Chats",
    records: "Records",
    saved_replies: "Saved replies",
    more: "More",
    unread: "unread",
    close: "Close",
    filter: "Filter",
    cancel: "Cancel",
    back: "Back",
    retry: "Try again",
    load_more: "Load more",
    loading: "Loading",
    just_now: "Just now",
    minutes_ago: |n| format!("{n} min ago"),
    yesterday: "Yesterday",
    today: "Today",
    weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    minutes: |n| format!("{n} min"),
    hours: |n| format!("{n} h"),
    days: |n| if n == 1 { "1 day".to_owned() } else { format!("{n} days") },
    nameless: "No name given",
    role,
    message_kind: |kind| match kind {
        MessageKind::Text => "Text",
        MessageKind::Image => "Photo",
        MessageKind::Video => "Video",
        MessageKind::Audio => "Voice message",
        MessageKind::Sticker => "Sticker",
        MessageKind::File => "File",
        MessageKind::Location => "Location",
        MessageKind::Postback => "Pressed a button",
        MessageKind::Template => "Template message",
        MessageKind::Other => "Other message",
    },
    offline_title: "You are offline; this is what was last loaded",
    offline_text: "Drafts are safe on this device. Group sends and replies need a connection.",
    start_offline_title: "You are offline",
    start_offline_text: "What you were writing is safe on this device. The app goes on by itself once the connection is back.",
    new_version_title: "There is a new version",
    new_version_text: "The update takes a moment and keeps what you are writing.",
    new_version_action: "Update",
    reconnecting_title: "Live updates are interrupted, reconnecting",
    reconnecting_text: "What is new appears a little later; you can go on working.",
    failed_title: "Could not load",
    forbidden_title: "Your role does not open this page",
    not_found_title: "No such page",
    not_found_text: "The address may be mistyped, or the page has moved.",
    to_start: "Back to chats",
    broke_title: "This page broke",
    broke_text: "Your draft is safe. Load the page again; if it keeps happening, tell your admin.",
    your_role: |of| format!("Your role: {}", role(of)),
};

pub(super) fn role(of: Role) -> &'static str {
    match of {
        Role::Admin => "Admin",
        Role::SalesManager => "Sales manager",
        Role::SalesStaff => "Sales staff",
    }
}
