//! Words of the list of conversations.

use shared::conversations::ConversationState;

/// The list of conversations.
pub struct Conversations {
    /// A tab's name.
    pub state: fn(ConversationState) -> &'static str,
    /// The tabs, for assistive technology.
    pub states: &'static str,
    /// Whose conversations.
    pub scope: &'static str,
    /// The caller's own.
    pub mine: &'static str,
    /// Her stores', or all of the team.
    pub team: &'static str,
    /// The search field.
    pub search: &'static str,
    /// The quick filters, for assistive technology.
    pub filters: &'static str,
    /// No quick filter.
    pub all: &'static str,
    /// Only with unread messages.
    pub unread: &'static str,
    /// Only where the customer waits.
    pub waiting: &'static str,
    /// Filter: wrote in the last so many days.
    pub recent: fn(u32) -> String,
    /// Takes a filter away, for assistive technology.
    pub remove_filter: &'static str,
    /// How long the customer has waited.
    pub waited: fn(&str) -> String,
    /// WhatsApp takes any message to her for so long.
    pub window_left: fn(&str) -> String,
    /// WhatsApp takes templates only.
    pub window_closed: &'static str,
    /// She cannot be reached.
    pub blocked: &'static str,
    /// She asked for no more messages.
    pub unsubscribed: &'static str,
    /// Before a message of ours.
    pub ours: fn(&str) -> String,
    /// The list loads.
    pub loading: &'static str,
    /// The list failed to load.
    pub failed: &'static str,
    /// Nothing is in this tab: title.
    pub empty_title: fn(ConversationState) -> &'static str,
    /// Nothing is in progress, so many are pending: what to do first.
    pub empty_in_progress: fn(u64) -> String,
    /// Nothing is in progress, for those who do not see what is pending.
    pub empty_assigned: &'static str,
    /// Nothing is pending.
    pub empty_pending: &'static str,
    /// Nothing is closed.
    pub empty_closed: &'static str,
    /// Leads to the pending ones.
    pub see_pending: fn(u64) -> String,
    /// Nothing matches.
    pub none_match_title: &'static str,
    /// See `none_match_title`.
    pub none_match_text: &'static str,
    /// Takes all filters away.
    pub clear_filters: &'static str,
    /// Nothing is opened beside the list.
    pub choose_title: &'static str,
    /// See `choose_title`.
    pub choose_text: &'static str,
    /// The button of the sheet.
    pub menu: &'static str,
    /// The sheet's title.
    pub menu_title: &'static str,
    /// 群發訊息.
    pub group_message: &'static str,
    /// See `group_message`.
    pub group_message_text: &'static str,
    /// 群發範本訊息.
    pub group_template: &'static str,
    /// See `group_template`.
    pub group_template_text: &'static str,
    /// Why it cannot be used yet.
    pub group_template_why: &'static str,
    /// 群發訊息紀錄.
    pub group_records: &'static str,
    /// See `group_records`.
    pub group_records_text: &'static str,
    /// Who can be sent to.
    pub menu_note: &'static str,
    /// Why an admin has no group message.
    pub menu_admin: &'static str,
    /// Why nobody of the team has one.
    pub menu_no_omo: &'static str,
    /// How many are in the list now, read out after a filter.
    pub found: fn(u64) -> String,
}
