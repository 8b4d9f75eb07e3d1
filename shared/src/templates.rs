//! WhatsApp message templates (訊息範本): what Meta approved, who may pick one, and one that is filled in for a send
//! (domain.md 5, providers.md B3).

mod filled;
mod shape;

use serde::{Deserialize, Serialize};

pub use self::{
    filled::{Fill, FillFault, FillTrouble, Filled, QuickReplyAction, Rendered, RenderedButton, Stretch},
    shape::{Blank, Button, ButtonKind, Header, Place, Shape},
};
use crate::{
    call::{Page, call, json_param},
    contacts::ChannelRef,
    id::{CategoryId, ChannelId, TemplateId},
    limits,
    named::named,
    problem::{Problem, Rule},
    saved_replies::{Category, UsableBy, check_asked, check_categories, check_usable_by},
    text::check_line,
    time::Stamp,
};

named! {
    /// How a template stands at Meta. Only an approved one can be sent (providers.md B3).
    pub enum TemplateStatus, "state of a template" {
        /// May be sent.
        Approved = "approved",
        /// Meta is still looking at it, or looks again.
        Pending = "pending",
        /// Meta refused it.
        Rejected = "rejected",
        /// Held for its quality: for hours, then it comes back.
        Paused = "paused",
        /// Ended for its quality.
        Disabled = "disabled",
        /// Deleted, or about to be.
        Deleted = "deleted",
        /// A state that this version does not know; not sendable.
        Other = "other",
    }
}

named! {
    /// What Meta charges and limits a template as.
    pub enum TemplateClass, "class of template" {
        /// 行銷.
        Marketing = "marketing",
        /// 公用事業: about something the customer did.
        Utility = "utility",
        /// 驗證: one-time codes; never picked for a group send.
        Authentication = "authentication",
        /// One that this version does not know.
        Other = "other",
    }
}

named! {
    /// How people react to a template, as Meta rates it.
    pub enum Quality, "quality" {
        /// High.
        Green = "green",
        /// Medium.
        Yellow = "yellow",
        /// Low: it will be paused.
        Red = "red",
        /// Not rated yet.
        Unknown = "unknown",
    }
}

/// A template of a WhatsApp business account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Template {
    /// Its id here.
    pub id: TemplateId,
    /// What staff call it; empty where nobody named it, then its name at Meta is shown.
    pub title: String,
    /// What it consists of, its name and language at Meta included.
    pub shape: Shape,
    /// How it stands at Meta.
    pub status: TemplateStatus,
    /// How Meta rates it.
    pub quality: Quality,
    /// The sending numbers of its business account.
    pub channels: Vec<ChannelRef>,
    /// Our own labels, by name.
    pub categories: Vec<Category>,
    /// Who may pick it; nobody where it is for notifications of the system.
    pub usable_by: Option<UsableBy>,
    /// When it was last read from Meta.
    pub synced_at: Stamp,
}

impl Template {
    /// Whether it can be sent as far as Meta and this version go: approved, and made of what we can fill.
    pub fn is_sendable(&self) -> bool {
        Self::sendable(self.status, &self.shape)
    }

    /// As [`Template::is_sendable`], of one in this state that consists of this.
    pub fn sendable(status: TemplateStatus, shape: &Shape) -> bool {
        status == TemplateStatus::Approved && shape.class != TemplateClass::Authentication && shape.is_supported()
    }
}

/// Templates, by language and name: those that the caller may pick, or, for an admin, all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListTemplates {
    /// Part of the title, the name or the body.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// In any of these categories of ours, as a JSON list.
    #[serde(default, with = "json_param")]
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub categories: Vec<CategoryId>,
    /// Only those that go out by this number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<ChannelId>,
    /// Also those that cannot be picked, whatever their state; needs [`crate::members::Action::ManageTemplates`].
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
    /// Rows of a page, 1 to 100.
    #[serde(default = "crate::conversations::page_size")]
    pub limit: u32,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
call!(ListTemplates {}: Get "/templates" -> Page<Template>, needs UseTemplates, "WhatsApp templates that the caller may pick; for an admin, all.", [Forbidden, Invalid]);

impl ListTemplates {
    /// Whether its values are within bounds.
    pub fn check(&self) -> Result<(), Problem> {
        check_asked(&self.search, &self.categories)
    }
}

/// One template that the caller may pick, or, for an admin, any.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ShowTemplate {
    /// Which.
    #[serde(skip)]
    pub id: TemplateId,
}
call!(ShowTemplate { id }: Get "/templates/{id}" -> Template, needs UseTemplates, "One WhatsApp template.", [Missing]);

/// Changes what is ours of a template: its title, who may pick it, its categories. What it says is changed at Meta.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SaveTemplate {
    /// Which.
    #[serde(skip)]
    pub id: TemplateId,
    /// What staff call it; may be empty.
    pub title: String,
    /// Who may pick it; `null` for nobody (a notification of the system).
    pub usable_by: Option<UsableBy>,
    /// Our own labels.
    pub categories: Vec<CategoryId>,
}
call!(SaveTemplate { id }: Put "/templates/{id}" -> Template, needs ManageTemplates, "Title, use and categories of a WhatsApp template.", [Missing, Invalid]);

impl SaveTemplate {
    /// Whether its own fields are within bounds; categories and stores are looked up by the server.
    pub fn check(&self) -> Result<(), Problem> {
        if !self.title.trim().is_empty() {
            check_line("title", &self.title, limits::SAVED_REPLY_TITLE)?;
        }
        check_categories(&self.categories, limits::CATEGORIES_EACH)?;
        match &self.usable_by {
            Some(UsableBy::OnlyMe) => {
                Err(Problem::invalid("usable_by.by", Rule::Malformed { expected: "everybody, roles or stores".into() }))
            }
            Some(usable_by) => check_usable_by(usable_by),
            None => Ok(()),
        }
    }
}

/// Reads all templates of all business accounts from Meta now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SyncTemplates {}
call!(SyncTemplates {}: Post "/templates/sync" -> Synced, needs ManageTemplates, "Reads the templates of all WhatsApp business accounts from Meta now.", [TooMany, Unavailable]);

/// What a sync found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Synced {
    /// Templates there are now.
    pub found: u64,
    /// Of them, new ones.
    pub added: u64,
    /// Of them, those whose content or state changed.
    pub changed: u64,
    /// Gone at Meta since.
    pub gone: u64,
    /// Business accounts that could not be read, by name, each with what Meta said.
    pub failed: Vec<SyncFailure>,
}

/// A business account that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SyncFailure {
    /// Its name.
    pub account: String,
    /// What Meta said.
    pub why: String,
}
