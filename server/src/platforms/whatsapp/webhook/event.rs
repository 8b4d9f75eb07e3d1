//! What a webhook tells, as far as Storecast uses it.

use shared::templates::TemplateStatus;

use crate::platforms::Answer;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A customer wrote.
    Message(Inbound),
    /// How far one of our messages got.
    Status(Status),
    /// How a template stands from now on.
    Template(TemplateUpdate),
    /// A customer stops or resumes marketing messages in the app itself.
    Preference(Preference),
    /// Something is wrong with the number or the account.
    Account(AccountFault),
}

/// A customer's message. At least one of `phone` and `bsuid` is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inbound {
    /// Her number in E.164, with `+`. Absent for people with a username.
    pub phone: Option<String>,
    /// Meta's own id of her, such as `US.13491208655302741918`. Absent in events of before April 2026.
    pub bsuid: Option<String>,
    /// Her name, as she chose it: any length, any characters.
    pub name: Option<String>,
    /// WhatsApp's id of the message, the `wamid`.
    pub id: String,
    /// When, in UTC milliseconds; 0 where the event does not tell.
    pub at: i64,
    /// What.
    pub what: What,
}

/// What a customer sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A text.
    Text(String),
    /// A picture.
    Image(Media),
    /// A film.
    Video(Media),
    /// A recording.
    Audio(Media),
    /// A file.
    Document(Media),
    /// A sticker.
    Sticker(Media),
    /// A place.
    Location {
        /// Its name.
        title: Option<String>,
        /// Its address.
        address: Option<String>,
    },
    /// A press on a quick reply of a template.
    Button {
        /// What was sent along with it; see [`shared::templates::QuickReplyAction::payload`].
        payload: String,
        /// What stands on it.
        text: String,
    },
    /// A press on a button, or a choice from a list, of a message that is no template.
    Interactive {
        /// What was sent along with it.
        id: String,
        /// What stands on it.
        title: String,
    },
    /// A reaction to a message.
    Reaction {
        /// The `wamid` of that message.
        to: String,
        /// Absent where she took it back.
        emoji: Option<String>,
    },
    /// Cards of people: the name on each.
    Contacts(Vec<String>),
    /// A kind that this version does not know, as Meta calls it.
    Unknown(String),
}

/// Bytes at Meta; see [`Whatsapp::media`](super::super::Whatsapp::media).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Media {
    /// Meta's id of them, good for 7 days. Absent where Meta could not take them itself.
    pub id: Option<String>,
    /// What was written below.
    pub caption: Option<String>,
    /// The file's name.
    pub file_name: Option<String>,
}

/// How far one of our messages got. May come before the answer to its own call, in any order, twice, or never.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// The `wamid`.
    pub id: String,
    /// How far.
    pub state: StatusState,
    /// When, in UTC milliseconds; 0 where the event does not tell.
    pub at: i64,
    /// What we sent along with the message.
    pub callback: Option<String>,
}

/// How far a message got.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatusState {
    /// On its way.
    Sent,
    /// On the phone.
    Delivered,
    /// Read, or played. Some people switched this off.
    Read,
    /// It did not arrive, as [`fault`](super::super::answers::fault) judges it. This message is dead: a repeat is a new
    /// one.
    Failed(Answer),
}

/// How a template stands from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateUpdate {
    /// Its id at Meta.
    pub meta_id: Option<String>,
    /// Its name at Meta.
    pub name: String,
    /// Its language as lists have it, `en_US`; the event itself says `en-US`.
    pub language: String,
    /// How it stands.
    pub status: TemplateStatus,
}

/// What a customer chose in the app itself about marketing messages of this number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    /// Her number in E.164, with `+`.
    pub phone: Option<String>,
    /// Meta's own id of her.
    pub bsuid: Option<String>,
    /// Whether she wants no more; else she wants them again.
    pub stops: bool,
    /// When, in UTC milliseconds; 0 where the event does not tell.
    pub at: i64,
}

/// Something is wrong with the number or the account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountFault {
    /// Meta's code and what it means.
    pub answer: Answer,
}
