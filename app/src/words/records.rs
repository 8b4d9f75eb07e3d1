//! The words of the records of group sends.

use shared::{
    campaigns::{CampaignState, Kind},
    deliveries::Outcome,
    limits::Platform,
    time::{Day, Stamp},
};

/// The words of the records of group sends. Counts come as figures ready to print where they are text.
pub struct Records {
    /// 群發訊息紀錄.
    pub title: &'static str,
    /// Whose records they are: her own.
    pub mine: &'static str,
    /// Her stores'.
    pub stores: fn(&str) -> String,
    /// The whole team's.
    pub all: &'static str,
    /// The filters, read out, and the title of their sheet.
    pub filters: &'static str,
    /// The filter by time.
    pub time: &'static str,
    /// The last so many days.
    pub last_days: fn(u32) -> String,
    /// At any time.
    pub any_time: &'static str,
    /// On days that are chosen.
    pub own_days: &'static str,
    /// The first day.
    pub from: &'static str,
    /// The last day.
    pub to: &'static str,
    /// The last day is before the first.
    pub upside_down: &'static str,
    /// From a day to a day.
    pub days: fn(Option<Day>, Option<Day>) -> String,
    /// The filter by state.
    pub state: &'static str,
    /// Only those where somebody failed.
    pub with_failures: &'static str,
    /// Takes every condition away.
    pub clear: &'static str,
    /// A state.
    pub state_name: fn(CampaignState) -> &'static str,
    /// Under way, done of all.
    pub progress: fn(u64, u64) -> String,
    /// So many failed (⚠).
    pub failures: fn(u64) -> String,
    /// All of them failed.
    pub all_failed: &'static str,
    /// Nobody failed, so many are not known.
    pub unknowns: fn(u64) -> String,
    /// Sender, store, messages of a card.
    pub facts: fn(sender: &str, store: Option<&str>, parts: u32) -> String,
    /// How many selected people.
    pub audience: &'static str,
    /// Received of selected.
    pub success_rate: &'static str,
    /// Links in the content.
    pub links: &'static str,
    /// Why there is no rate yet.
    pub still_sending: &'static str,
    /// Why there is no rate at all.
    pub nobody_selected: &'static str,
    /// When it was sent.
    pub sent_at: &'static str,
    /// What was sent.
    pub content: &'static str,
    /// So many messages.
    pub parts: fn(u32) -> String,
    /// Who sent it.
    pub sender: &'static str,
    /// Opens the record, read out.
    pub open: fn(&str) -> String,
    /// The column that opens it, read out.
    pub open_column: &'static str,
    /// There is no record.
    pub empty_title: &'static str,
    /// What to do first, for those who may send.
    pub empty_text: &'static str,
    /// And for those who may not.
    pub empty_text_reader: &'static str,
    /// Begins a send.
    pub empty_action: &'static str,
    /// None matches.
    pub none_title: &'static str,
    /// What to do then.
    pub none_text: &'static str,
    /// They load.
    pub loading: &'static str,
    /// They could not be loaded.
    pub failed: &'static str,
    /// The filter by store.
    pub by_store: &'static str,
    /// The filter by sender.
    pub by_sender: &'static str,
    /// The stores or senders of a filter whose names are not known here.
    pub named: fn(usize) -> String,
    /// Exports the list.
    pub export: &'static str,
    /// Exports the recipients of a record.
    pub export_people: &'static str,
    /// The file was kept: its name, or where it is.
    pub exported: fn(&str) -> String,
    /// The file came, and this device would not keep it.
    pub not_kept: &'static str,
    /// The read rate, in the list.
    pub read_rate: &'static str,
    /// Pictures and films of a send without a text.
    pub media: fn(images: u32, videos: u32) -> String,
    /// One record.
    pub detail: Detail,
    /// One recipient.
    pub person: Person,
}

/// The words of one record.
pub struct Detail {
    /// What it is, read out.
    pub label: &'static str,
    /// Its title: when, and what kind.
    pub title: fn(Kind, &str) -> String,
    /// Leads back to the list.
    pub back: &'static str,
    /// The panel of figures.
    pub result: &'static str,
    /// How many were selected.
    pub audience: fn(u64) -> String,
    /// Who counts.
    pub audience_note: &'static str,
    /// Accepted is not delivered.
    pub honest: &'static str,
    /// Read is a lower bound, and LINE tells nothing of it.
    pub read_note: &'static str,
    /// Before a figure that is a lower bound.
    pub at_least: fn(&str) -> String,
    /// The panel of figures by platform.
    pub platforms: &'static str,
    /// The figures of one platform: succeeded, failed, not known.
    pub platform: fn(u64, u64, u64) -> String,
    /// Why a figure has no fraction.
    pub no_rate: &'static str,
    /// The panel of reasons.
    pub reasons: &'static str,
    /// People and kinds.
    pub reasons_sub: fn(u64, usize) -> String,
    /// Before the next step.
    pub next: &'static str,
    /// Shows the people of one reason.
    pub show_people: fn(u64) -> String,
    /// The panel of people.
    pub people: &'static str,
    /// The tabs of it, read out.
    pub tabs: &'static str,
    /// Everyone.
    pub all: &'static str,
    /// An outcome.
    pub outcome: fn(Outcome) -> &'static str,
    /// Takes the reason away; read out after it.
    pub remove_reason: &'static str,
    /// 檢視.
    pub view: &'static str,
    /// Nobody is in this tab.
    pub nobody: &'static str,
    /// That the recipients are not kept any more, since then; the figures are.
    pub gone: fn(Stamp) -> String,
    /// The people load.
    pub people_loading: &'static str,
    /// The people could not be loaded.
    pub people_failed: &'static str,
    /// The panel of content.
    pub content: &'static str,
    /// As it was then, so many messages.
    pub content_sub: fn(usize) -> String,
    /// Stands where each customer's name was filled in.
    pub name_fill: &'static str,
    /// That the rest waits; the reason stands before it.
    pub paused_text: fn(&str) -> String,
    /// It loads.
    pub loading: &'static str,
    /// It could not be loaded.
    pub load_failed: &'static str,
    /// The facts of the send.
    pub facts: &'static str,
    /// The store it was sent under.
    pub store: &'static str,
    /// When everyone was settled.
    pub finished: &'static str,
    /// The accounts it went by.
    pub channels: &'static str,
}

/// The words of one recipient.
pub struct Person {
    /// The title where it failed.
    pub title_failed: &'static str,
    /// The title otherwise.
    pub title: &'static str,
    /// Leads back to the record.
    pub back: &'static str,
    /// What an outcome means on a platform: title and text.
    pub outcome: fn(Outcome, Platform) -> (&'static str, &'static str),
    /// Who says so.
    pub checked_by: &'static str,
    /// What the reason is called in the record (the seed's word).
    pub code: &'static str,
    /// When.
    pub at: &'static str,
    /// The platform's code.
    pub provider_code: &'static str,
    /// The platform's words.
    pub provider_text: &'static str,
    /// The platform's request id, and whom it helps.
    pub request_id: (&'static str, &'static str),
    /// The messages as this customer gets them.
    pub content: &'static str,
    /// Each of the messages.
    pub parts: &'static str,
    /// The message with this number.
    pub part: fn(u32) -> String,
    /// It was left out, as one before it failed.
    pub part_left_out: &'static str,
    /// Tries that did not succeed.
    pub attempts: &'static str,
    /// What came of a try, by the engine's word.
    pub attempt: fn(&str) -> &'static str,
    /// Opens the conversation.
    pub conversation: &'static str,
    /// Why it cannot be opened.
    pub no_conversation: &'static str,
    /// It loads.
    pub loading: &'static str,
    /// It could not be loaded.
    pub failed: &'static str,
}
