//! What can go wrong with a request, as it crosses the wire. The app turns each into words.

use serde::{Deserialize, Serialize};

use crate::{
    id::CampaignId,
    media::MediaFault,
    members::{Action, Role},
};

/// Why a request was refused. Inner errors never leave the server: they become [`Problem::Internal`] with a trace id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// No session, or one that ended: sign in.
    #[error("sign in first")]
    SignedOut,
    /// Unknown e-mail, wrong password or a disabled member: deliberately not told apart.
    #[error("the e-mail or the password is wrong")]
    WrongCredentials,
    /// The role or the plan does not allow it.
    #[error("not allowed: {why:?}")]
    Forbidden {
        /// What is missing.
        why: Forbidden,
    },
    /// No such thing, or none that this member may see.
    #[error("no such {what:?}")]
    Missing {
        /// What was looked for.
        what: What,
    },
    /// A field breaks a rule.
    #[error("{field}: {rule:?}")]
    Invalid {
        /// The field by its path in the request, such as `content.parts[2].text`.
        field: String,
        /// The rule it breaks.
        rule: Rule,
    },
    /// The request is right in itself but not in the state things are in.
    #[error("conflict: {with:?}")]
    Conflict {
        /// What stands against it.
        with: Conflict,
    },
    /// Too many requests of this kind.
    #[error("too many requests; again in {retry_after} s")]
    TooMany {
        /// Seconds to wait.
        retry_after: u64,
    },
    /// The body is larger than this route takes.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// A platform or the database cannot be reached now; try again.
    #[error("not available now")]
    Unavailable,
    /// The server has no room left for what was to be kept; nothing of it was.
    #[error("no room left")]
    StorageFull,
    /// A fault of the server, logged under this id.
    #[error("the server failed; trace {trace}")]
    Internal {
        /// The id to tell support.
        trace: String,
    },
}

/// The kinds of [`Problem`], for the OpenAPI document and the status table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// [`Problem::SignedOut`]
    SignedOut,
    /// [`Problem::WrongCredentials`]
    WrongCredentials,
    /// [`Problem::Forbidden`]
    Forbidden,
    /// [`Problem::Missing`]
    Missing,
    /// [`Problem::Invalid`]
    Invalid,
    /// [`Problem::Conflict`]
    Conflict,
    /// [`Problem::TooMany`]
    TooMany,
    /// [`Problem::TooLarge`]
    TooLarge,
    /// [`Problem::Unavailable`]
    Unavailable,
    /// [`Problem::StorageFull`]
    StorageFull,
    /// [`Problem::Internal`]
    Internal,
}

impl Kind {
    /// The HTTP status of this kind.
    pub const fn status(self) -> u16 {
        match self {
            Self::SignedOut | Self::WrongCredentials => 401,
            Self::Forbidden => 403,
            Self::Missing => 404,
            Self::Conflict => 409,
            Self::TooLarge => 413,
            Self::Invalid => 422,
            Self::TooMany => 429,
            Self::Internal => 500,
            Self::Unavailable => 503,
            Self::StorageFull => 507,
        }
    }
}

impl Problem {
    /// Which kind this is.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::SignedOut => Kind::SignedOut,
            Self::WrongCredentials => Kind::WrongCredentials,
            Self::Forbidden { .. } => Kind::Forbidden,
            Self::Missing { .. } => Kind::Missing,
            Self::Invalid { .. } => Kind::Invalid,
            Self::Conflict { .. } => Kind::Conflict,
            Self::TooMany { .. } => Kind::TooMany,
            Self::TooLarge { .. } => Kind::TooLarge,
            Self::Unavailable => Kind::Unavailable,
            Self::StorageFull => Kind::StorageFull,
            Self::Internal { .. } => Kind::Internal,
        }
    }

    /// A field that breaks a rule.
    pub fn invalid(field: impl Into<String>, rule: Rule) -> Self {
        Self::Invalid { field: field.into(), rule }
    }

    /// Something that is not there, or not for this member.
    pub const fn missing(what: What) -> Self {
        Self::Missing { what }
    }

    /// A conflict with the state of things.
    pub const fn conflict(with: Conflict) -> Self {
        Self::Conflict { with }
    }
}

/// What a member lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "lacks", rename_all = "snake_case")]
pub enum Forbidden {
    /// The team has not bought the OMO plan (seed: 群發訊息 is OMO only).
    OmoPlan,
    /// The role may not do this.
    Role {
        /// What was tried.
        action: Action,
        /// The roles that may.
        allowed: Vec<Role>,
    },
}

/// What was not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// No such route.
    Route,
    /// A member of the team.
    Member,
    /// A store.
    Store,
    /// A channel.
    Channel,
    /// A conversation.
    Conversation,
    /// A customer.
    Contact,
    /// A tag.
    Tag,
    /// A draft of a send.
    Draft,
    /// A group-send record.
    Campaign,
    /// A recipient of a campaign.
    Delivery,
    /// A stored picture or film.
    Media,
    /// An upload under way.
    Upload,
    /// A saved reply.
    SavedReply,
    /// A category of saved replies.
    Category,
    /// A WhatsApp template.
    Template,
    /// A custom attribute of customers.
    Attribute,
}

/// The rule that a field breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "rule", rename_all = "snake_case")]
pub enum Rule {
    /// Must not be empty.
    Required,
    /// Longer than allowed.
    TooLong {
        /// The most that is allowed.
        limit: u64,
        /// What was given.
        actual: u64,
        /// What is counted.
        unit: Unit,
    },
    /// More items than allowed.
    TooMany {
        /// The most that is allowed.
        limit: u64,
        /// What was given.
        actual: u64,
    },
    /// Fewer or less than allowed.
    TooFew {
        /// The least that is allowed.
        least: u64,
        /// What was given.
        actual: u64,
    },
    /// Not in the expected form.
    Malformed {
        /// The form, such as `UUID` or `name@example.com`.
        expected: String,
    },
    /// Names things that do not exist in this team.
    Unknown {
        /// How many of them.
        count: u64,
    },
    /// Contains a character that no message may hold (NUL).
    ControlCharacter,
    /// Already taken by another of its kind.
    Taken,
    /// A picture or film that cannot be sent as it is.
    Unfit {
        /// What is wrong with it.
        fault: MediaFault,
    },
    /// More than this role may give away, such as a saved reply for everybody by sales staff.
    NotYours,
}

/// What a length is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// UTF-16 code units, as LINE counts.
    Utf16,
    /// Unicode characters.
    Characters,
    /// Bytes.
    Bytes,
}

/// What stands against a request that is right in itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "conflict", rename_all = "snake_case")]
pub enum Conflict {
    /// The audience or its fitness changed since the check: show the new numbers and ask again.
    AudienceChanged {
        /// People selected now.
        audience: u64,
        /// Of them, those who would be sent.
        will_send: u64,
    },
    /// The content changed since the check (another tab or device): look again.
    ContentChanged,
    /// This draft was sent already, with other content or another audience.
    AlreadySent {
        /// The send it became.
        campaign: CampaignId,
    },
    /// The draft was changed elsewhere since this copy was read.
    DraftChanged {
        /// The revision on the server.
        revision: i64,
    },
    /// Nobody of the selection can be sent.
    NobodyToSend,
    /// The account's monthly quota is smaller than the send (domain.md 11.26).
    QuotaTooSmall {
        /// What the send needs.
        needed: u64,
        /// What is left.
        left: u64,
    },
    /// A template goes to the customers of one WhatsApp number only (domain.md 4.2, 11.23): keep one of these accounts.
    SeveralNumbers {
        /// The accounts of the selection, most people first.
        channels: Vec<crate::campaigns::ChannelCount>,
    },
    /// The template is not approved any more, changed at Meta since it was picked, or is not for this member or number.
    TemplateChanged {
        /// How it stands at Meta; absent where it is gone.
        status: Option<crate::templates::TemplateStatus>,
    },
    /// More people would be written to outside their window than the business may reach in 24 hours (providers.md B4).
    MessagingLimit {
        /// People outside their window whom nobody wrote to in the last 24 hours.
        needed: u64,
        /// How many more may be.
        left: u64,
    },
    /// The send is not in a state that allows this, such as one that is over and cannot be held.
    SendState {
        /// Its state.
        state: crate::campaigns::CampaignState,
    },
    /// Other people failed, or are unknown, than the member saw: show the new number and ask again.
    PeopleChanged {
        /// How many they are now.
        people: u64,
    },
    /// An upload is not where this piece or its end belongs: go on from there.
    UploadAt {
        /// Bytes the server has.
        received: u64,
    },
    /// The saved reply was changed elsewhere since this copy was read.
    SavedReplyChanged {
        /// The revision on the server.
        revision: i64,
    },
    /// The conversation belongs to someone else.
    NotOwner,
    /// The conversation is not in the state this needs.
    WrongState,
    /// The member cannot take this over: other team rules or another store.
    NotAssignable,
    /// The customer cannot be written to now.
    CannotReach {
        /// Why.
        reason: crate::reasons::Reason,
    },
}
