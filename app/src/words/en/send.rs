//! The group-send flow.

use shared::{campaigns::Kind, limits::Platform};

use super::plural;
use crate::words::{
    number, platform,
    send::{Check, Draft, Filter, Pick, Send, Sent, Write},
};

fn people(n: u64) -> String {
    format!("{} {}", number(n), plural(n, "person", "people"))
}

pub(super) const SEND: Send = Send {
    steps_label: "Steps of the group message",
    steps: ["Recipients", "Message", "Preview & check", "Sent"],
    step: |kind, step| match kind {
        Kind::GroupMessage => format!("Group message · Step\u{a0}{step}\u{a0}of\u{a0}4"),
        Kind::GroupTemplate => format!("Group template message · Step\u{a0}{step}\u{a0}of\u{a0}4"),
    },
    step_to: |n, step| format!("To {} · Step\u{a0}{step}\u{a0}of\u{a0}4", people(n)),
    people,
    name_separator: ", ",
    and_more: |names, more| format!("{names} and {} more", number(more)),
    account_kind: |platform| match platform {
        Platform::Line => "LINE official account",
        Platform::Whatsapp => "WhatsApp business account",
    },
    draft: Draft {
        saved: "Draft saved",
        saving: "Saving the draft…",
        on_device: "Offline: the draft is on this phone and is saved once you are back",
        not_saved: "The draft is on this phone; it goes to the server a little later",
        not_kept: "This phone cannot keep the draft: do not close the page yet",
        conflict_title: "This draft was changed elsewhere",
        conflict_text: |theirs| {
            format!("The other copy has {theirs}. Which one do you want? The other one is not kept.")
        },
        holds: |messages, first| match (messages, first) {
            (0, _) => "recipients and no message yet".to_owned(),
            (1, Some(first)) => format!("1 message: \"{first}\""),
            (1, None) => "1 message".to_owned(),
            (n, Some(first)) => format!("{n} messages: \"{first}\""),
            (n, None) => format!("{n} messages"),
        },
        take_theirs: "Use the other copy",
        keep_mine: "Keep this copy",
        continue_title: "There is a draft you have not sent",
        continue_text: |holds, when| match when {
            Some(when) => format!("It has {holds} ({when}). Go on with it?"),
            None => format!("It has {holds}. Go on with it?"),
        },
        go_on: "Go on with the draft",
        anew: "Discard it and start anew",
    },
    pick: Pick {
        title: "Recipients",
        list: "Customers in progress",
        search: "Search names",
        filter: "Filter",
        conditions: |n| format!("{n} {}", plural(n as u64, "condition", "conditions")),
        chips: "Conditions in force",
        remove_condition: "Remove this condition",
        all: |n| format!("Select all {}", number(n)),
        all_plain: "Select all",
        picked: |n| format!("{} selected", number(n)),
        picked_elsewhere: |n, out| format!("{} selected, {} not in these results", number(n), number(out)),
        nobody: "Nobody is selected yet: pick at least one person",
        too_many: |max, n| {
            format!(
                "A send goes to {} at most and {} are selected: take {} out",
                people(max),
                number(n),
                number(n.saturating_sub(max))
            )
        },
        too_many_filters: |max| format!("At most {max} sets of conditions can be combined: clear the selection first"),
        too_many_ticks: |max| {
            format!("At most {} can be ticked one by one: filter and select all instead", number(max))
        },
        next: "Next",
        counting: "Counting…",
        count_failed: "The count is not available now",
        show_picked: "Show",
        clear: "Clear all",
        survives: "A change of filter keeps everyone selected.",
        empty_title: "No conversation is in progress",
        empty_text: "A group message goes to customers of yours whose conversation is in progress. Take a pending one over first.",
        empty_action: "See pending conversations",
        none_title: "No customer matches",
        none_text: "Loosen or clear the conditions. Everyone selected stays selected.",
        none_action: "Clear conditions",
        loading: "Loading customers",
        failed: "The customers could not be loaded",
        loading_more: "Loading more…",
        back: "Back to conversations",
    },
    write: Write {
        title: "Message",
        back: "Back to recipients",
        list: "Messages",
        text: "Text",
        field: |n| format!("Message text {n}"),
        up: "Move up",
        down: "Move down",
        is_first: "This is the first message already",
        is_last: "This is the last message already",
        remove: "Remove",
        removed: |n| format!("Message {n} removed"),
        undo: "Undo",
        insert_name: "Insert name",
        name_token: "[Customer name]",
        links: |n| {
            let links = plural(n as u64, "link", "links");
            format!("{n} {links} → {n} referral {links}")
        },
        count: |count, named| {
            let on = if named { format!("{}: ", platform(count.platform)) } else { String::new() };
            format!("{on}{} / {}", number(count.used as u64), number(count.limit as u64))
        },
        over: |count, longest| {
            let over = count.used.saturating_sub(count.limit) as u64;
            let over = format!("{} {}", number(over), plural(over, "character", "characters"));
            let on = platform(count.platform);
            match longest {
                None => format!("{over} over {on}'s limit: shorten it, or move some of it to another message."),
                Some(name) => format!(
                    "With the longest name, \"{name}\", it is {over} over {on}'s limit: shorten it, or move some of it to another message."
                ),
            }
        },
        over_saved: |count| {
            let over = count.used.saturating_sub(count.limit) as u64;
            format!(
                "{} {} over the limit of a saved reply: shorten it, or move some of it to another message.",
                number(over),
                plural(over, "character", "characters")
            )
        },
        empty: "This message is empty: write something or remove it.",
        only_name: "This message is nothing but the name; customers without one would get an empty message. Add some words.",
        add_label: "Add a message",
        add_note: |n| format!("{n} more {} (5 at most)", plural(n as u64, "fits", "fit")),
        full: "A send holds 5 messages at most. Remove one to add another.",
        of_five: |n| format!("{n} of 5 messages"),
        blocked_empty: |n| format!("Message {n} is empty"),
        blocked_only_name: |n| format!("Message {n} is nothing but the name: add some words"),
        blocked_long: |n| format!("Message {n} is too long"),
        blocked_none: "Add at least one message",
        blocked_nobody: "Nobody is selected: go back and pick somebody first",
        preview: "Live preview",
        preview_empty: "Start to write: this shows what customers will see",
    },
    check: Check {
        title: "Preview & check",
        back: "Back to the message",
        before: "Previous customer",
        after: "Next customer",
        place: |n, of| format!("Sample {n} of {of}"),
        order_note: "The order in which customers receive the messages can differ slightly from this preview.",
        panel: "Check before sending",
        switch: |n| format!("Send these {} a template", number(n)),
        switched: "Moved to a draft of a template message",
        switched_text: "This message goes to the others; choose a template next. Neither draft is lost.",
        write_template: "Choose a template",
        several_title: "A template goes to the customers of one WhatsApp number only",
        several_text: "Choose whose customers to keep; the others leave this selection.",
        keep: |account, n| format!("Keep the {} of \"{account}\"", number(n)),
        reach: |account| format!("{account}: written to first, last 24 h"),
        reach_text: |used, limit, needed| match limit {
            Some(limit) => format!("{} of {} people · this adds {}", number(used), number(limit), number(needed)),
            None => format!("{} people · this adds {} · no limit told", number(used), number(needed)),
        },
        reach_note: "Counts people written to more than 24 hours after their last message; numbers of one business share it.",
        whatsapp_title: "For WhatsApp customers a group template message is advised",
        whatsapp_text: "Once a customer has not written for 24 hours, WhatsApp takes templates only and other messages fail.",
        of_all: |n| format!("{} in all", people(n)),
        will: "will be sent",
        will_text: "Their conversation is in progress and yours, and they can be reached.",
        will_not: "will not be sent",
        unsure: "not sure",
        unsure_sub: "Will be tried, the result goes into the record",
        leave_out: |n| {
            if n == 1 { "Leave this person out".to_owned() } else { format!("Leave these {} out", number(n)) }
        },
        leaving_out: "Leaving them out…",
        left_out: |n| format!("{} left out", people(n)),
        same_title: |n| format!("{} will get it more than once", people(n)),
        same_text: "The same customer is in the selection with two or more accounts, and each of them gets the messages.",
        paused_title: |account| format!("\"{account}\" is paused"),
        paused_text: |reason| format!("{reason} What you send now waits and goes out once it is resumed."),
        quotas: "Quota",
        quota: |account| format!("{account}, this month"),
        quota_left: ("", "left"),
        quota_takes: |n| format!("this send takes {}", number(n)),
        quota_none: "No limit",
        quota_unknown: "LINE has not told this month's use yet",
        quota_note: "LINE's figures are approximate; each recipient counts as 1, however many messages.",
        links: |n| format!("{} referral {} in the content", number(n), plural(n, "link", "links")),
        bar_will: |n| format!("{} will be sent", number(n)),
        bar_will_not: |n| format!("{} will not", number(n)),
        bar_unsure: |n| format!("{} not sure", number(n)),
        send: |n| format!("Send to {}", number(n)),
        sending: "Sending…",
        sending_text: "It is being handed to the server; after that you can leave this page.",
        confirm_title: |n| format!("Send to {}?", people(n)),
        confirm_text: |limit, messages| {
            let go = if messages == 1 { "message goes out" } else { "messages go out" };
            format!(
                "Your team asks once more above {}. It cannot be taken back: {messages} {go} in your name.",
                people(limit)
            )
        },
        look_again: "Look again",
        again: "Check again",
        loading: "Checking",
        saving_first: "Saving the draft; the check starts right after",
        failed: "The check failed",
        not_saved: "The draft is not on the server yet, so it cannot be checked",
        changed_title: "The audience changed since the check; nothing was sent",
        changed_text: |audience, will| {
            format!(
                "It is {} now, of whom {} will be sent. Check again before you send.",
                people(audience),
                number(will)
            )
        },
        content_title: "The content changed since the check; nothing was sent",
        content_text: "Perhaps on another device or tab. Check again before you send.",
        quota_title: "This month's quota is too small; nothing was sent",
        quota_text: |needed, left| {
            format!(
                "It takes {} and {} are left. Pick fewer people, or ask an admin to buy more at LINE.",
                number(needed),
                number(left)
            )
        },
        fewer: "Change recipients",
        nobody_title: "Nobody of this selection can get it",
        nobody_text: "None of them will be sent; the check says why. Pick other customers.",
        lost_title: "Not known yet whether it was sent",
        lost_text: "The server's answer did not come. Press Send again once you are back: the same draft is sent once only.",
        refused: "Nothing was sent",
        mend_content: "Back to the message",
    },
    sent: Sent {
        sending: "Sending",
        paused: "Paused",
        done: "Sent",
        failed: "Nobody got it",
        cancelled: "Stopped",
        ring: "Progress of the send",
        ring_text: |done, all| format!("{} of {} handled", number(done), people(all)),
        handled: "handled",
        line_sending: "It is going out.",
        may_leave: "You can leave this page; the send goes on.",
        line_paused: "What is left waits and goes on by itself once it is resumed.",
        line_done: "Everyone is settled.",
        line_failures: |n| format!("Everyone is settled; {} did not get it.", people(n)),
        line_failed: "Everyone is settled and nobody got it: see why.",
        line_cancelled: "This send was stopped; what went out stays out.",
        accepted: ("Accepted", "by the platform"),
        failures: ("Failed", "See why"),
        none: "None",
        waiting: ("Waiting", "in the queue"),
        unknown: ("Unknown", "no answer"),
        honest: "\"Accepted\" means that the platform took the message, not yet that the customer has it.",
        to_conversations: "Conversations",
        to_record: "See the record",
        loading: "Loading the progress",
        load_failed: "The progress could not be loaded; the send goes on",
        stale: "No connection now: the figures may be old. The send goes on all the same.",
    },
};

pub(super) const FILTER: Filter = Filter {
    title: "Filter recipients",
    channels: "Channels",
    tags: "Tags",
    tags_how: "How tags are compared",
    tags_modes: ["Any of", "All of", "None of"],
    no_tags: "The team has no tags yet.",
    last_customer: ("Customer's last message", "when they last wrote to you"),
    last_team: ("Team's last message", "one-to-one replies"),
    last_marketing: ("Last marketing", "group messages and broadcasts"),
    any_time: "Any time",
    within: |days| match days {
        1 => "Last 24 hours".to_owned(),
        days => format!("Last {days} days"),
    },
    not_within: |days| format!("Not in {days} days"),
    between: "Dates",
    from: "From",
    to: "To",
    upside_down: "The last day is before the first: choose the same day or a later one.",
    days: |from, to| format!("{} – {}", from.format("%b %-d"), to.format("%b %-d")),
    subscription: "Subscription",
    subscriptions: ["Not known", "Subscribed", "Blocked", "Unsubscribed"],
    other: "Other",
    unread: "Only with unread messages",
    waiting: "Only customers who wait for a reply",
    apply: |n| format!("Show {}", people(n)),
    apply_plain: "Apply",
    clear: "Clear",
    failed: "The conditions could not be loaded",
    channel_count: |n| format!("{n} {}", plural(n as u64, "channel", "channels")),
    tag_count: |n| format!("{n} {}", plural(n as u64, "tag", "tags")),
    or: " or ",
    and: " and ",
    without: |tags| format!("without {tags}"),
    customer_chip: |when| format!("Customer: {when}"),
    team_chip: |when| format!("Team: {when}"),
    marketing_chip: |when| format!("Marketing: {when}"),
    owners: "Owned by",
    bound_members: "Bound to staff",
    bound_stores: "Bound to store",
    member_count: |n| format!("{n} {}", plural(n as u64, "member", "members")),
    store_count: |n| format!("{n} {}", plural(n as u64, "store", "stores")),
    bound_chip: |names| format!("Bound to {names}"),
    window: ("WhatsApp 24-hour window", "after it only templates arrive"),
    windows: ["Either", "Open", "Closed"],
    attributes: "Custom attributes",
    any_value: "Any",
    attribute_tests: ["Contains", "Is", "Is not", "Between", "Yes", "No", "Has a value", "Has none"],
    value_of: |name| format!("What to compare \"{name}\" with"),
    span: |from, to| match (from, to) {
        (Some(from), Some(to)) => format!("{from} – {to}"),
        (Some(from), None) => format!("from {from}"),
        (None, Some(to)) => format!("up to {to}"),
        (None, None) => String::new(),
    },
    no_number: "Enter a number with at most three decimals.",
    unfinished: "A condition on a custom attribute is unfinished: fill in what to compare with (the end not before the beginning), or choose \"Any\".",
    some_attribute: "Custom attribute",
};
