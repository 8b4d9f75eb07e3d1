//! Words of one conversation.

use shared::{conversations::EventKind, deliveries::Outcome};

/// One conversation.
pub struct Thread {
    /// The pane, for assistive technology.
    pub with: fn(&str) -> String,
    /// The messages, for assistive technology.
    pub messages: &'static str,
    /// Goes back to the list.
    pub back: &'static str,
    /// It loads.
    pub loading: &'static str,
    /// It failed to load.
    pub failed: &'static str,
    /// Nobody has written yet.
    pub empty: &'static str,
    /// Asks for older messages.
    pub older: &'static str,
    /// Who owns it.
    pub owner: fn(&str) -> String,
    /// The reply field.
    pub reply: &'static str,
    /// See `reply`.
    pub reply_to: fn(&str) -> String,
    /// Sends: 送出.
    pub send: &'static str,
    /// Takes a text that goes before the reply into the field.
    pub edit_text: &'static str,
    /// A reply is on its way.
    pub sending: &'static str,
    /// A reply did not leave this device.
    pub not_sent: fn(&str) -> String,
    /// Takes a reply that was refused back into the field.
    pub edit_reply: &'static str,
    /// Throws a reply away that did not get through.
    pub discard_reply: &'static str,
    /// How far a message of ours got, by the platform's name.
    pub outcome: fn(Outcome, &str) -> String,
    /// A message of ours failed: why.
    pub not_delivered: fn(&str) -> String,
    /// Came with a group send.
    pub group: &'static str,
    /// Leads to the record.
    pub see_record: &'static str,
    /// A picture, for assistive technology.
    pub picture: &'static str,
    /// A film, for assistive technology.
    pub film: &'static str,
    /// The file is still being fetched.
    pub fetching: &'static str,
    /// The file is not there any more.
    pub lost: &'static str,
    /// Opens a file.
    pub open_file: &'static str,
    /// What happened: the kind, who did it, to whom.
    pub event: fn(EventKind, Option<&str>, Option<&str>) -> String,
    /// The menu.
    pub menu: &'static str,
    /// 接手.
    pub take: &'static str,
    /// Nobody owns it yet: what to do.
    pub take_first: &'static str,
    /// 移轉.
    pub transfer: &'static str,
    /// The picker's title.
    pub transfer_title: &'static str,
    /// Searches the picker.
    pub transfer_search: &'static str,
    /// Nobody can be handed to.
    pub transfer_nobody: &'static str,
    /// Closes.
    pub close: &'static str,
    /// Asks before closing.
    pub close_title: &'static str,
    /// See `close_title`.
    pub close_text: &'static str,
    /// Opens again.
    pub reopen: &'static str,
    /// It is closed: what to do.
    pub closed_note: &'static str,
    /// Past 24 hours WhatsApp takes templates only.
    pub template_only: &'static str,
    /// Leads to a template message to this customer.
    pub send_template: &'static str,
    /// Somebody else's: why there is no reply bar.
    pub not_mine: fn(&str) -> String,
    /// The tags.
    pub tags: &'static str,
    /// Adds one.
    pub add_tag: &'static str,
    /// The field for it.
    pub tag_name: &'static str,
    /// Takes one off, for assistive technology.
    pub remove_tag: fn(&str) -> String,
    /// The customer has none.
    pub no_tags: &'static str,
    /// Tags of the team to choose from.
    pub known_tags: &'static str,
    /// She blocked the account: title.
    pub blocked_title: &'static str,
    /// See `blocked_title`.
    pub blocked_text: &'static str,
    /// She opted out: title.
    pub unsubscribed_title: &'static str,
    /// See `unsubscribed_title`.
    pub unsubscribed_text: &'static str,
    /// Something was done.
    pub taken: &'static str,
    /// See `taken`.
    pub transferred: fn(&str) -> String,
    /// See `taken`.
    pub closed: &'static str,
    /// See `taken`.
    pub reopened: &'static str,
    /// The text is longer than the platform takes.
    pub too_long: fn(u64) -> String,
    /// Something came below where somebody reads; leads there.
    pub new_messages: &'static str,
}
