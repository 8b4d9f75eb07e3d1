//! What many screens say.

use shared::{conversations::MessageKind, members::Role};

/// What many screens say.
pub struct Common {
    /// The product's name.
    pub product: &'static str,
    /// The main navigation, for assistive technology.
    pub main_menu: &'static str,
    /// The destinations of the main navigation.
    pub conversations: &'static str,
    /// See `conversations`.
    pub records: &'static str,
    /// See `conversations`.
    pub saved_replies: &'static str,
    /// See `conversations`.
    pub more: &'static str,
    /// Unread messages, after their number, for assistive technology.
    pub unread: &'static str,
    /// Closes a sheet.
    pub close: &'static str,
    /// Opens the conditions to filter a list by.
    pub filter: &'static str,
    /// Leaves a question without an answer.
    pub cancel: &'static str,
    /// Goes one screen back.
    pub back: &'static str,
    /// Repeats what failed.
    pub retry: &'static str,
    /// Asks for more rows.
    pub load_more: &'static str,
    /// Something loads, for assistive technology.
    pub loading: &'static str,
    /// A moment less than a minute ago.
    pub just_now: &'static str,
    /// A moment less than an hour ago.
    pub minutes_ago: fn(i64) -> String,
    /// The day before today.
    pub yesterday: &'static str,
    /// Today.
    pub today: &'static str,
    /// Monday to Sunday, short.
    pub weekdays: [&'static str; 7],
    /// How long, in minutes.
    pub minutes: fn(i64) -> String,
    /// How long, in hours.
    pub hours: fn(i64) -> String,
    /// How long, in days.
    pub days: fn(i64) -> String,
    /// Stands for a name that the platform did not give.
    pub nameless: &'static str,
    /// A role.
    pub role: fn(Role) -> &'static str,
    /// What a message is that is no text.
    pub message_kind: fn(MessageKind) -> &'static str,
    /// The line to the server is down: what still works.
    pub offline_title: &'static str,
    /// See `offline_title`.
    pub offline_text: &'static str,
    /// The app was started without a line.
    pub start_offline_title: &'static str,
    /// See `start_offline_title`: what is safe, and what happens next.
    pub start_offline_text: &'static str,
    /// A newer version of the app is on the device.
    pub new_version_title: &'static str,
    /// See `new_version_title`: nothing is lost by it.
    pub new_version_text: &'static str,
    /// Starts it.
    pub new_version_action: &'static str,
    /// Calls still reach the server, but what changes is not told by itself.
    pub reconnecting_title: &'static str,
    /// See `reconnecting_title`.
    pub reconnecting_text: &'static str,
    /// A screen failed to load.
    pub failed_title: &'static str,
    /// A role may not see this.
    pub forbidden_title: &'static str,
    /// Such an address does not exist.
    pub not_found_title: &'static str,
    /// See `not_found_title`.
    pub not_found_text: &'static str,
    /// Leads to the first screen.
    pub to_start: &'static str,
    /// A screen broke.
    pub broke_title: &'static str,
    /// See `broke_title`.
    pub broke_text: &'static str,
    /// Who is signed in with what role, under a refusal.
    pub your_role: fn(Role) -> String,
}
