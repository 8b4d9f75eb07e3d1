//! Group sends: the draft, the check, the send, and its record.

mod control;

use serde::{Deserialize, Serialize};

pub use self::control::{
    CancelCampaign, PauseCampaign, PausedChannel, ResendUnknown, ResumeCampaign, ResumeChannel, RetryFailed,
};
use crate::{
    call::{Done, File, Page, call, json_param},
    contacts::ChannelRef,
    content::{Content, Part},
    id::{CampaignId, ChannelId, ConversationId, DraftId, MemberId, StoreId},
    limits::Platform,
    media::MediaInfo,
    members::{MemberRef, StoreRef},
    named::named,
    problem::{Problem, Rule},
    rates::Rate,
    reasons::Reason,
    selection::Selection,
    time::{Day, Stamp},
    words::Language,
};

named! {
    /// What kind of send (seed step 2; broadcasts come from the back office).
    #[derive(Default)]
    pub enum Kind, "kind of send" {
        /// 群發訊息.
        #[default]
        GroupMessage = "group_message",
        /// 群發範本訊息: one WhatsApp template to the customers of one number.
        GroupTemplate = "group_template",
    }
}

impl Kind {
    /// Whether a send of this kind may hold this: a template message is one template, another holds none.
    pub fn check(self, content: &Content) -> Result<(), Problem> {
        let is_template = |part: &Part| part.as_template().is_some();
        let wrong = match self {
            Self::GroupMessage => content.parts.iter().position(is_template),
            Self::GroupTemplate => content.parts.iter().position(|part| !is_template(part)),
        };
        let expected = match self {
            Self::GroupMessage => "text, image or video",
            Self::GroupTemplate => "template",
        };
        match wrong {
            None => Ok(()),
            Some(i) => {
                let rule = Rule::Malformed { expected: expected.into() };
                Err(Problem::invalid(format!("content.parts[{i}].kind"), rule))
            }
        }
    }
}

/// A send being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Draft {
    /// Drawn by the client. Sending the same draft twice is one send.
    pub id: DraftId,
    /// What kind.
    pub kind: Kind,
    /// To whom.
    pub selection: Selection,
    /// What.
    pub content: Content,
    /// The pictures and films in it.
    #[serde(default)]
    pub media: Vec<MediaInfo>,
    /// Counts up with each change; 0 before the first is stored.
    pub revision: i64,
    /// When it last changed.
    pub updated_at: Option<Stamp>,
    /// The send it became.
    pub campaign: Option<CampaignId>,
}

/// Keeps a draft as it is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SaveDraft {
    /// Its id, drawn by the client.
    #[serde(skip)]
    pub id: DraftId,
    /// What kind.
    pub kind: Kind,
    /// To whom.
    pub selection: Selection,
    /// What.
    pub content: Content,
    /// The revision this change builds on; 0 for a new draft. Another one on the server is a conflict.
    pub revision: i64,
}
call!(SaveDraft { id }: Put "/drafts/{id}" -> Draft, needs GroupSend, "Keeps a draft as it is being written.", [Missing, Invalid, Conflict]);

/// A draft of the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ShowDraft {
    /// Which.
    #[serde(skip)]
    pub id: DraftId,
}
call!(ShowDraft { id }: Get "/drafts/{id}" -> Draft, needs GroupSend, "A draft of the caller.", [Missing]);

/// The caller's unsent drafts, the last changed first, at most 20.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListDrafts {}
call!(ListDrafts {}: Get "/drafts" -> Vec<Draft>, needs GroupSend, "The caller's unsent drafts, the last changed first.", []);

/// Throws a draft away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DropDraft {
    /// Which.
    #[serde(skip)]
    pub id: DraftId,
}
call!(DropDraft { id }: Delete "/drafts/{id}" -> Done, needs GroupSend, "Throws a draft away; one that was sent stays.", [Missing, Conflict]);

/// How many a selection holds, by account, for the bar under the picker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CountSelection {
    /// The selection.
    pub selection: Selection,
}
call!(CountSelection {}: Post "/selections/count" -> SelectionCount, needs GroupSend, "How many people a selection holds now, by account.", [Invalid]);

/// How many a selection holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SelectionCount {
    /// People in it.
    pub total: u64,
    /// By account, most first.
    pub channels: Vec<ChannelCount>,
    /// The longest name among them: text limits are counted with it.
    pub longest_name: String,
}

/// People of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ChannelCount {
    /// The account.
    pub channel: ChannelRef,
    /// How many.
    pub count: u64,
}

/// Checks a stored draft before sending: who will be sent, who will not and why, who is not sure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CheckDraft {
    /// Which.
    #[serde(skip)]
    pub id: DraftId,
}
call!(CheckDraft { id }: Post "/drafts/{id}/check" -> Check, needs GroupSend, "Who will be sent, who will fail and why, who is not sure.", [Missing, Invalid, Conflict, Unavailable]);

/// The answer before the question: what Send will do (ux.md, step 3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Check {
    /// Everyone selected.
    pub audience: u64,
    /// Will be sent, those not sure included in `not_sure` only.
    pub will_send: u64,
    /// Will be tried, but may well not arrive, by cause.
    pub not_sure: Vec<CheckGroup<Doubt>>,
    /// Will not be sent, by reason.
    pub will_fail: Vec<CheckGroup<Reason>>,
    /// The audience by account.
    pub channels: Vec<ChannelCheck>,
    /// The first people who will be sent, to look at the preview with their names; at most 20.
    pub samples: Vec<Person>,
    /// Links in the content (seed Q&A 1).
    pub referral_links: u64,
    /// People who are in the selection on more than one account.
    pub same_person: u64,
    /// Stands for audience, verdicts and content; [`SendDraft`] carries it back.
    pub digest: String,
}

impl Check {
    /// People who will be tried although it is not sure that they get it.
    pub fn unsure(&self) -> u64 {
        self.not_sure.iter().map(|group| group.count).sum()
    }

    /// People who will not be sent.
    pub fn failing(&self) -> u64 {
        self.will_fail.iter().map(|group| group.count).sum()
    }

    /// People a call will be made for.
    pub fn tried(&self) -> u64 {
        self.will_send + self.unsure()
    }
}

/// People of one verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CheckGroup<T> {
    /// Why.
    pub reason: T,
    /// How many.
    pub count: u64,
    /// The first of them by name, at most 100.
    pub people: Vec<Person>,
}

/// Why it is not sure that somebody gets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// LINE never told that she is a friend of the account, and she has not written for 7 days (providers.md A5).
    NotKnownFriend,
}

/// A person in a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Person {
    /// Her conversation.
    pub conversation: ConversationId,
    /// Her name.
    pub name: String,
    /// The account.
    pub channel: ChannelRef,
}

/// One account in a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ChannelCheck {
    /// The account.
    pub channel: ChannelRef,
    /// Selected there.
    pub audience: u64,
    /// Of them, tried.
    pub tried: u64,
    /// The account's month, where the platform told (LINE).
    pub quota: Option<ChannelQuota>,
    /// The people it may still write to first within 24 hours (WhatsApp).
    pub reach: Option<Reach>,
    /// Why the account is paused, if it is: nothing goes out until it is resumed.
    pub paused: Option<Reason>,
}

/// How many people a WhatsApp business may write to outside their windows in a moving 24 hours; all its numbers share
/// it (providers.md B4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Reach {
    /// The limit; absent where there is none or Meta has not told.
    pub limit: Option<u64>,
    /// People written to outside their windows in the last 24 hours, as far as Storecast did it.
    pub used: u64,
    /// People of this send who would be added.
    pub needed: u64,
}

impl Reach {
    /// How many more people there may be; `None` where there is no limit.
    pub fn left(self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.used))
    }
}

/// The monthly messages of an account (providers.md A7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ChannelQuota {
    /// The month's limit; absent where there is none.
    pub limit: Option<u64>,
    /// Used so far, approximately.
    pub used: u64,
}

impl ChannelQuota {
    /// What is left; `None` where there is no limit.
    pub fn left(self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.used))
    }
}

/// Leaves the people of one reason out of a draft: the cure behind a group of the check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct LeaveOut {
    /// The draft.
    #[serde(skip)]
    pub id: DraftId,
    /// Everyone who would fail for this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Everyone in this doubt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
    /// Everyone who is not on this account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_but: Option<ChannelId>,
}
call!(LeaveOut { id }: Post "/drafts/{id}/leave-out" -> Draft, needs GroupSend, "Leaves the people of one reason, or of all accounts but one, out of a draft.", [Missing, Invalid, Conflict]);

/// Takes those of a WhatsApp number whose 24 hours are over out of a draft and into a new one for a template message:
/// the cure behind that group of the check (domain.md 4.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SwitchToTemplate {
    /// The draft they are taken out of.
    #[serde(skip)]
    pub id: DraftId,
    /// The new draft, an id drawn by the client: the same again is the same switch.
    pub to: DraftId,
    /// The number; the customers of others stay.
    pub channel: ChannelId,
}
call!(SwitchToTemplate { id }: Post "/drafts/{id}/switch" -> Draft, needs GroupSend, "Moves those outside WhatsApp's 24 hours into a new draft of a template message, and answers that draft.", [Missing, Invalid, Conflict]);

/// Sends a draft. Accepted once, however often it is asked: the same draft answers the same campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SendDraft {
    /// The draft.
    #[serde(skip)]
    pub id: DraftId,
    /// How many people the sender saw in the check.
    pub audience: u64,
    /// The digest of that check.
    pub digest: String,
}
call!(SendDraft { id }: Post "/drafts/{id}/send" -> Progress, needs GroupSend, "Accepts a send once; answered after it is safely stored.", [Missing, Invalid, Conflict, TooMany, Unavailable], status 202);

named! {
    /// The state of a send as people see it (domain.md 4.6).
    pub enum CampaignState, "campaign state" {
        /// Going out.
        Sending = "sending",
        /// Held, with what is queued kept: the account is paused.
        Paused = "paused",
        /// Everyone is settled; somebody got it.
        Completed = "completed",
        /// Everyone is settled; nobody got it (domain.md 6.3).
        Failed = "failed",
        /// Stopped by a person.
        Cancelled = "cancelled",
    }
}

/// The people of a send by outcome. They always add up to the audience.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Figures {
    /// Everyone selected when Send was pressed (domain.md 11.21).
    pub audience: u64,
    /// Not settled yet.
    pub waiting: u64,
    /// Accepted by the platform.
    pub succeeded: u64,
    /// Did not go out.
    pub failed: u64,
    /// May or may not have arrived.
    pub unknown: u64,
    /// Of those who succeeded, on the customer's phone as far as WhatsApp told.
    #[serde(default)]
    pub delivered: u64,
    /// Of those who succeeded, read; at least so many, as people can switch receipts off.
    #[serde(default)]
    pub read: u64,
    /// Of those who succeeded, on a platform that tells who read (WhatsApp): what reading is a rate of.
    #[serde(default)]
    pub told: u64,
}

impl Figures {
    /// Read, of those who got it on a platform that tells (domain.md 6.2).
    pub const fn reading(&self) -> Rate {
        Rate { part: self.read, whole: self.told }
    }

    /// Received of everyone selected (seed: 受眾成功收到訊息的人數/受眾人數).
    pub const fn success(&self) -> Rate {
        Rate { part: self.succeeded, whole: self.audience }
    }

    /// Whether everyone is settled.
    pub const fn settled(&self) -> bool {
        self.waiting == 0
    }
}

/// How far a send is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Progress {
    /// The send.
    pub campaign: CampaignId,
    /// Its state.
    pub state: CampaignState,
    /// Its people by outcome.
    pub figures: Figures,
    /// Why it is held, if it is; absent where a person holds it.
    pub paused: Option<Reason>,
}

/// How far a send is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ShowProgress {
    /// The send.
    #[serde(skip)]
    pub id: CampaignId,
}
call!(ShowProgress { id }: Get "/campaigns/{id}/progress" -> Progress, needs ReadGroupRecords, "How far a send is.", [Missing]);

/// Conditions on records, all of which must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct CampaignFilter {
    /// The first day of the send, in the team's calendar.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Day>,
    /// The last day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
    /// In any of these states.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub states: Vec<CampaignState>,
    /// Only those where somebody failed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub with_failures: bool,
    /// Sent under any of these stores.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stores: Vec<StoreId>,
    /// Sent by any of these members.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub senders: Vec<MemberId>,
}

/// The group-send records (群發訊息紀錄) of the caller's scope, newest first: her own, her stores' (manager), all (admin).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListCampaigns {
    /// Conditions, as JSON text.
    #[serde(default, with = "json_param")]
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub filter: CampaignFilter,
    /// Rows of a page, 1 to 100.
    #[serde(default = "crate::conversations::page_size")]
    pub limit: u32,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
call!(ListCampaigns {}: Get "/campaigns" -> Page<CampaignRow>, needs ReadGroupRecords, "Group-send records of the caller's scope, newest first.", [Invalid]);

/// The same records as a file for spreadsheets: CSV in UTF-8 with a byte order mark, times in the team's zone, one line
/// for each record (domain.md 4.6).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ExportCampaigns {
    /// Conditions, as JSON text.
    #[serde(default, with = "json_param")]
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub filter: CampaignFilter,
    /// The language of headings and words.
    #[serde(default)]
    pub language: Language,
}
call!(ExportCampaigns {}: Get "/campaigns/export" -> File, needs ReadGroupRecords, "Group-send records of the caller's scope as CSV.", [Invalid], answers File);

/// A record in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CampaignRow {
    /// Its id.
    pub id: CampaignId,
    /// What kind.
    pub kind: Kind,
    /// When sending began.
    pub sent_at: Stamp,
    /// When everyone was settled.
    pub finished_at: Option<Stamp>,
    /// Its state.
    pub state: CampaignState,
    /// Who sent it.
    pub sender: MemberRef,
    /// The store it was sent under.
    pub store: Option<StoreRef>,
    /// The accounts it went by.
    pub channels: Vec<ChannelRef>,
    /// How many messages each person got.
    pub parts: u32,
    /// Of them, pictures.
    pub images: u32,
    /// Of them, films.
    pub videos: u32,
    /// The first 120 characters of the first text; empty where there is none.
    pub first_text: String,
    /// Its people by outcome. Anyone failed: ⚠ (seed step 12).
    pub figures: Figures,
    /// Links in the content.
    pub referral_links: u64,
}

/// A record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Campaign {
    /// As in the list.
    pub row: CampaignRow,
    /// The content as accepted.
    pub content: Content,
    /// The pictures and films in it.
    pub media: Vec<MediaInfo>,
    /// Those who did not get it, by reason, most first.
    pub reasons: Vec<ReasonCount>,
    /// The figures of each platform, where it went by more than one and its recipients are kept; else empty (domain.md
    /// 11.23).
    pub platforms: Vec<PlatformFigures>,
    /// The filters and ticks it was made of.
    pub selection: Selection,
    /// Why it is held, if it is; absent where a person holds it.
    pub paused: Option<Reason>,
    /// Who holds it, where a person does.
    #[serde(default)]
    pub paused_by: Option<MemberRef>,
    /// Who stopped it for good.
    #[serde(default)]
    pub cancelled_by: Option<MemberRef>,
    /// Its accounts that are paused while people wait for them.
    #[serde(default)]
    pub paused_channels: Vec<PausedChannel>,
    /// Since when its recipients are not kept any more: nobody can be listed, and no reason or platform counted. The
    /// figures stay.
    #[serde(default)]
    pub recipients_gone_at: Option<Stamp>,
}

/// The people of one platform in a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct PlatformFigures {
    /// The platform.
    pub platform: Platform,
    /// Its people by outcome.
    pub figures: Figures,
}

/// People of a record with one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ReasonCount {
    /// Why.
    pub reason: Reason,
    /// How many.
    pub count: u64,
    /// The first of them, at most 5 names.
    pub names: Vec<String>,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ShowCampaign {
    /// Which.
    #[serde(skip)]
    pub id: CampaignId,
}
call!(ShowCampaign { id }: Get "/campaigns/{id}" -> Campaign, needs ReadGroupRecords, "One record: figures, content as sent, failures by reason.", [Missing]);
