//! The words of the group-send flow.

use shared::{campaigns::Kind, content::TextCount, limits::Platform, time::Day};

/// The words of the group-send flow. Counts come as figures ready to print where they are text.
pub struct Send {
    /// What the row of steps is, read out.
    pub steps_label: &'static str,
    /// The four steps.
    pub steps: [&'static str; 4],
    /// The kind of send, and which of the four steps this is, from 1.
    pub step: fn(Kind, usize) -> String,
    /// To how many people, and which step.
    pub step_to: fn(u64, usize) -> String,
    /// So many people.
    pub people: fn(u64) -> String,
    /// Between names.
    pub name_separator: &'static str,
    /// Names, and how many more there are.
    pub and_more: fn(&str, u64) -> String,
    /// What kind of account it is.
    pub account_kind: fn(Platform) -> &'static str,
    /// The draft in work.
    pub draft: Draft,
    /// Step 1.
    pub pick: Pick,
    /// Step 2.
    pub write: Write,
    /// Step 3.
    pub check: Check,
    /// Step 4.
    pub sent: Sent,
}

/// The words of the draft in work.
pub struct Draft {
    /// Everything is on the server.
    pub saved: &'static str,
    /// It is on its way to the server.
    pub saving: &'static str,
    /// Only on this device, because there is no connection.
    pub on_device: &'static str,
    /// Only on this device, because the server failed.
    pub not_saved: &'static str,
    /// Nowhere but in the memory of the app.
    pub not_kept: &'static str,
    /// It was changed elsewhere.
    pub conflict_title: &'static str,
    /// What the other copy holds.
    pub conflict_text: fn(&str) -> String,
    /// What a copy holds: how many messages, and the first of them.
    pub holds: fn(usize, Option<&str>) -> String,
    /// Take the other copy.
    pub take_theirs: &'static str,
    /// Keep this copy.
    pub keep_mine: &'static str,
    /// There is a draft that was not sent.
    pub continue_title: &'static str,
    /// What it holds, and when it was changed.
    pub continue_text: fn(holds: &str, when: Option<&str>) -> String,
    /// Go on with it.
    pub go_on: &'static str,
    /// Throw it away and begin anew.
    pub anew: &'static str,
}

/// The words of step 1.
pub struct Pick {
    /// The title.
    pub title: &'static str,
    /// What the list is, read out.
    pub list: &'static str,
    /// The search field.
    pub search: &'static str,
    /// 篩選.
    pub filter: &'static str,
    /// How many conditions are set, read out.
    pub conditions: fn(usize) -> String,
    /// The conditions in force, read out.
    pub chips: &'static str,
    /// Takes a condition away, read out.
    pub remove_condition: &'static str,
    /// Picks everyone who matches.
    pub all: fn(u64) -> String,
    /// Picks everyone, while their number is not known.
    pub all_plain: &'static str,
    /// How many are picked.
    pub picked: fn(u64) -> String,
    /// How many are picked, and how many of them are not in these results.
    pub picked_elsewhere: fn(u64, u64) -> String,
    /// Nobody is picked yet.
    pub nobody: &'static str,
    /// More than the team allows: the maximum and how many are picked.
    pub too_many: fn(u64, u64) -> String,
    /// Too many filters are combined.
    pub too_many_filters: fn(usize) -> String,
    /// Too many were ticked one by one.
    pub too_many_ticks: fn(u64) -> String,
    /// 下一步.
    pub next: &'static str,
    /// The figures of the bar are being counted.
    pub counting: &'static str,
    /// The figures could not be counted.
    pub count_failed: &'static str,
    /// Shows who is picked.
    pub show_picked: &'static str,
    /// Unpicks everyone.
    pub clear: &'static str,
    /// That a change of filter keeps what is picked.
    pub survives: &'static str,
    /// Nobody is in progress.
    pub empty_title: &'static str,
    /// What to do first then.
    pub empty_text: &'static str,
    /// Goes there.
    pub empty_action: &'static str,
    /// Nobody matches.
    pub none_title: &'static str,
    /// What to do then.
    pub none_text: &'static str,
    /// Takes every condition away.
    pub none_action: &'static str,
    /// The list loads.
    pub loading: &'static str,
    /// The list could not be loaded.
    pub failed: &'static str,
    /// More of it loads.
    pub loading_more: &'static str,
    /// Leads back to the conversations.
    pub back: &'static str,
}

/// The words of the filter.
pub struct Filter {
    /// The title of the sheet.
    pub title: &'static str,
    /// Accounts.
    pub channels: &'static str,
    /// Tags.
    pub tags: &'static str,
    /// How tags are compared, read out.
    pub tags_how: &'static str,
    /// Has any, all, none of them.
    pub tags_modes: [&'static str; 3],
    /// There are no tags.
    pub no_tags: &'static str,
    /// The customer's last message, and what that is.
    pub last_customer: (&'static str, &'static str),
    /// The team's last 1:1 message, and what that is.
    pub last_team: (&'static str, &'static str),
    /// The last marketing message, and what that is.
    pub last_marketing: (&'static str, &'static str),
    /// Any time.
    pub any_time: &'static str,
    /// In the last so many days.
    pub within: fn(u32) -> String,
    /// Not in the last so many days, or never.
    pub not_within: fn(u32) -> String,
    /// On days that are chosen.
    pub between: &'static str,
    /// The first day.
    pub from: &'static str,
    /// The last day.
    pub to: &'static str,
    /// The last day is before the first.
    pub upside_down: &'static str,
    /// From a day to a day.
    pub days: fn(Day, Day) -> String,
    /// Reachability.
    pub subscription: &'static str,
    /// Not known, subscribed, blocked, unsubscribed.
    pub subscriptions: [&'static str; 4],
    /// The rest.
    pub other: &'static str,
    /// Only with unread messages.
    pub unread: &'static str,
    /// Only where the customer waits.
    pub waiting: &'static str,
    /// Applies the filter, with the live count.
    pub apply: fn(u64) -> String,
    /// Applies it while the count is not known.
    pub apply_plain: &'static str,
    /// Takes every condition away.
    pub clear: &'static str,
    /// The conditions cannot be loaded.
    pub failed: &'static str,
    /// So many accounts.
    pub channel_count: fn(usize) -> String,
    /// So many tags, where naming them takes too much room.
    pub tag_count: fn(usize) -> String,
    /// Between tags of which one is enough.
    pub or: &'static str,
    /// Between tags that all must be.
    pub and: &'static str,
    /// None of these tags.
    pub without: fn(&str) -> String,
    /// A condition on the customer's last message.
    pub customer_chip: fn(&str) -> String,
    /// A condition on the team's last message.
    pub team_chip: fn(&str) -> String,
    /// A condition on the last marketing message.
    pub marketing_chip: fn(&str) -> String,
    /// The owners of the conversations.
    pub owners: &'static str,
    /// Bound members.
    pub bound_members: &'static str,
    /// Bound stores.
    pub bound_stores: &'static str,
    /// So many members, where naming them takes too much room.
    pub member_count: fn(usize) -> String,
    /// So many stores, where naming them takes too much room.
    pub store_count: fn(usize) -> String,
    /// Bound to these.
    pub bound_chip: fn(&str) -> String,
    /// WhatsApp's 24-hour window, and what that is.
    pub window: (&'static str, &'static str),
    /// It does not matter, open, closed.
    pub windows: [&'static str; 3],
    /// Custom attributes.
    pub attributes: &'static str,
    /// Any value, and none.
    pub any_value: &'static str,
    /// Has in it, is, is not, between, yes, no, has a value, has none.
    pub attribute_tests: [&'static str; 8],
    /// The value that an attribute is compared with.
    pub value_of: fn(&str) -> String,
    /// From one to another, of which one may be open.
    pub span: fn(Option<&str>, Option<&str>) -> String,
    /// What was typed is no number.
    pub no_number: &'static str,
    /// A condition on an attribute has no value yet, or its ends are upside down.
    pub unfinished: &'static str,
    /// An attribute whose name is not known here.
    pub some_attribute: &'static str,
}

/// The words of step 2.
pub struct Write {
    /// The title.
    pub title: &'static str,
    /// Leads back to step 1.
    pub back: &'static str,
    /// The messages, read out.
    pub list: &'static str,
    /// The kind of a text.
    pub text: &'static str,
    /// The field of the message with this number, read out.
    pub field: fn(usize) -> String,
    /// Moves it up.
    pub up: &'static str,
    /// Moves it down.
    pub down: &'static str,
    /// Why it cannot be moved up.
    pub is_first: &'static str,
    /// Why it cannot be moved down.
    pub is_last: &'static str,
    /// Takes it out.
    pub remove: &'static str,
    /// It was taken out.
    pub removed: fn(usize) -> String,
    /// Brings it back.
    pub undo: &'static str,
    /// Puts the customer's name in.
    pub insert_name: &'static str,
    /// How the place of the name is shown in the field.
    pub name_token: &'static str,
    /// So many links, and what they count as.
    pub links: fn(usize) -> String,
    /// How long it is, of how much; whether the platform has to be named.
    pub count: fn(TextCount, bool) -> String,
    /// Too long for the platform, with the cure; the longest name counts where it is used.
    pub over: fn(TextCount, Option<&str>) -> String,
    /// Too long for a saved reply, with the cure.
    pub over_saved: fn(TextCount) -> String,
    /// Empty, with the cure.
    pub empty: &'static str,
    /// Nothing but the name, with the cure.
    pub only_name: &'static str,
    /// What the row of kinds is, read out.
    pub add_label: &'static str,
    /// How many more fit.
    pub add_note: fn(usize) -> String,
    /// Why no sixth fits.
    pub full: &'static str,
    /// So many of five.
    pub of_five: fn(usize) -> String,
    /// Why "next" cannot be pressed: the message with this number is empty.
    pub blocked_empty: fn(usize) -> String,
    /// The message with this number is nothing but the name.
    pub blocked_only_name: fn(usize) -> String,
    /// The message with this number is too long.
    pub blocked_long: fn(usize) -> String,
    /// There is no message.
    pub blocked_none: &'static str,
    /// Nobody is picked.
    pub blocked_nobody: &'static str,
    /// The preview beside, read out.
    pub preview: &'static str,
    /// What stands in it while nothing is written.
    pub preview_empty: &'static str,
}

/// The words of step 3.
pub struct Check {
    /// The title.
    pub title: &'static str,
    /// Leads back to step 2.
    pub back: &'static str,
    /// The customer before.
    pub before: &'static str,
    /// The customer after.
    pub after: &'static str,
    /// Which sample of how many.
    pub place: fn(usize, usize) -> String,
    /// The real order may differ (seed step 10).
    pub order_note: &'static str,
    /// The panel.
    pub panel: &'static str,
    /// In all so many.
    pub of_all: fn(u64) -> String,
    /// Moves those past WhatsApp's 24 hours to a template message.
    pub switch: fn(u64) -> String,
    /// They are in a draft of their own now.
    pub switched: &'static str,
    /// What becomes of both.
    pub switched_text: &'static str,
    /// Goes on with the template message.
    pub write_template: &'static str,
    /// A template goes to one number.
    pub several_title: &'static str,
    /// Why, and that one is to be kept.
    pub several_text: &'static str,
    /// Keeps the people of one account: its name, how many.
    pub keep: fn(&str, u64) -> String,
    /// People within 24 hours, by account.
    pub reach: fn(&str) -> String,
    /// Used, limit, and what this adds.
    pub reach_text: fn(u64, Option<u64>, u64) -> String,
    /// What is counted.
    pub reach_note: &'static str,
    /// The advice for plain messages to WhatsApp customers (seed, last hint), with how many are past 24 hours.
    pub whatsapp_title: &'static str,
    /// See `whatsapp_title`.
    pub whatsapp_text: &'static str,
    /// … will be sent.
    pub will: &'static str,
    /// What that means.
    pub will_text: &'static str,
    /// … will not be sent.
    pub will_not: &'static str,
    /// … are not sure.
    pub unsure: &'static str,
    /// What becomes of them.
    pub unsure_sub: &'static str,
    /// Leaves so many people out.
    pub leave_out: fn(u64) -> String,
    /// While they are being left out.
    pub leaving_out: &'static str,
    /// So many were left out.
    pub left_out: fn(u64) -> String,
    /// The same person on several accounts, short.
    pub same_title: fn(u64) -> String,
    /// What that means.
    pub same_text: &'static str,
    /// An account is paused, short.
    pub paused_title: fn(&str) -> String,
    /// What that means; the reason stands before it.
    pub paused_text: fn(&str) -> String,
    /// The panel of quotas.
    pub quotas: &'static str,
    /// The account's month.
    pub quota: fn(&str) -> String,
    /// What is left, to print around the figure: before, after.
    pub quota_left: (&'static str, &'static str),
    /// This send takes so many.
    pub quota_takes: fn(u64) -> String,
    /// There is no limit.
    pub quota_none: &'static str,
    /// Why it is not known.
    pub quota_unknown: &'static str,
    /// Where the figures come from.
    pub quota_note: &'static str,
    /// So many links.
    pub links: fn(u64) -> String,
    /// The short figures beside the button: will be sent.
    pub bar_will: fn(u64) -> String,
    /// Will not.
    pub bar_will_not: fn(u64) -> String,
    /// Not sure.
    pub bar_unsure: fn(u64) -> String,
    /// 送出.
    pub send: fn(u64) -> String,
    /// It is being sent.
    pub sending: &'static str,
    /// What is happening then.
    pub sending_text: &'static str,
    /// The question above the team's limit.
    pub confirm_title: fn(u64) -> String,
    /// Why it is asked, and what it brings about: the limit and how many messages.
    pub confirm_text: fn(u64, usize) -> String,
    /// The quiet answer.
    pub look_again: &'static str,
    /// Checks again.
    pub again: &'static str,
    /// It is being checked.
    pub loading: &'static str,
    /// The draft is being saved first.
    pub saving_first: &'static str,
    /// It could not be checked.
    pub failed: &'static str,
    /// The draft could not be saved, so it cannot be checked.
    pub not_saved: &'static str,
    /// The audience changed since.
    pub changed_title: &'static str,
    /// How many are selected and would be sent now.
    pub changed_text: fn(u64, u64) -> String,
    /// The content changed since.
    pub content_title: &'static str,
    /// What to do.
    pub content_text: &'static str,
    /// The account's month is too small.
    pub quota_title: &'static str,
    /// Needed and left.
    pub quota_text: fn(u64, u64) -> String,
    /// Leads back to step 1.
    pub fewer: &'static str,
    /// Nobody can be sent.
    pub nobody_title: &'static str,
    /// What to do.
    pub nobody_text: &'static str,
    /// The answer was lost.
    pub lost_title: &'static str,
    /// That pressing again sends nothing twice.
    pub lost_text: &'static str,
    /// It could not be sent.
    pub refused: &'static str,
    /// Leads to the message.
    pub mend_content: &'static str,
}

/// The words of step 4.
pub struct Sent {
    /// While it goes out.
    pub sending: &'static str,
    /// While it is held.
    pub paused: &'static str,
    /// When it is done.
    pub done: &'static str,
    /// When nobody got it.
    pub failed: &'static str,
    /// When a person stopped it.
    pub cancelled: &'static str,
    /// The ring, read out.
    pub ring: &'static str,
    /// How far it is, read out: done of all.
    pub ring_text: fn(u64, u64) -> String,
    /// What the ring counts.
    pub handled: &'static str,
    /// It goes on.
    pub line_sending: &'static str,
    /// That leaving changes nothing.
    pub may_leave: &'static str,
    /// It is held.
    pub line_paused: &'static str,
    /// Everyone got it.
    pub line_done: &'static str,
    /// Some did not.
    pub line_failures: fn(u64) -> String,
    /// Nobody got it.
    pub line_failed: &'static str,
    /// It was stopped.
    pub line_cancelled: &'static str,
    /// Accepted by the platform, and what that is.
    pub accepted: (&'static str, &'static str),
    /// Failed, and that it leads to the reasons.
    pub failures: (&'static str, &'static str),
    /// None.
    pub none: &'static str,
    /// Waiting, and what that is.
    pub waiting: (&'static str, &'static str),
    /// Not known, and what that is.
    pub unknown: (&'static str, &'static str),
    /// Accepted is not delivered.
    pub honest: &'static str,
    /// Leads to the conversations.
    pub to_conversations: &'static str,
    /// Leads to the record.
    pub to_record: &'static str,
    /// It loads.
    pub loading: &'static str,
    /// It could not be loaded.
    pub load_failed: &'static str,
    /// The figures are not fresh.
    pub stale: &'static str,
}
