//! Members, their roles, and the one table of who may do what.

use serde::{Deserialize, Serialize};

use crate::{
    call::{Done, call},
    id::{MemberId, StoreId, TeamId},
    named::named,
    problem::Forbidden,
    time::Stamp,
};

named! {
    /// What a member is (domain.md 2.3).
    pub enum Role, "role" {
        /// 管理員: everything at the desk, but no group send.
        Admin = "admin",
        /// 銷售經理: her own customers, and the records of her stores.
        SalesManager = "sales_manager",
        /// 銷售人員: her own customers.
        SalesStaff = "sales_staff",
    }
}

/// Something a member may or may not do. Every [`crate::call::Call`] names the one it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Open to everybody, signed in or not.
    Public,
    /// Any member: her own session and profile, the names of stores, channels, tags.
    SignedIn,
    /// See conversations: her own, her stores' (manager), all (admin).
    ReadConversations,
    /// Take, transfer, close, reopen, tag, reply.
    Converse,
    /// Write and send a group message. Sales manager and sales staff of a team with the OMO plan only (seed, first
    /// hint).
    GroupSend,
    /// See the group-send records of her scope (domain.md 2.3).
    ReadGroupRecords,
    /// Hold, resume and stop the group sends of her records.
    ControlGroupSend,
    /// Let an account send again that was paused.
    ResumeChannels,
    /// Bring pictures and films, for messages and saved replies.
    UploadMedia,
    /// Take saved replies, and make and change her own.
    UseSavedReplies,
    /// Pick WhatsApp templates for messages.
    UseTemplates,
    /// Name WhatsApp templates, say who may pick them, read them from Meta.
    ManageTemplates,
    /// Make, rename, merge and delete the categories of saved replies.
    ManageCategories,
    /// Make and rename custom attributes of customers.
    ManageAttributes,
    /// See one's own figures: group sends, referral links.
    ReadOwnFigures,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 15] = [
        Self::Public,
        Self::SignedIn,
        Self::ReadConversations,
        Self::Converse,
        Self::GroupSend,
        Self::ReadGroupRecords,
        Self::ControlGroupSend,
        Self::ResumeChannels,
        Self::UploadMedia,
        Self::UseSavedReplies,
        Self::UseTemplates,
        Self::ManageTemplates,
        Self::ManageCategories,
        Self::ManageAttributes,
        Self::ReadOwnFigures,
    ];

    /// The roles that may do this. This is the table.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::Public
            | Self::SignedIn
            | Self::ReadConversations
            | Self::Converse
            | Self::ReadGroupRecords
            | Self::ControlGroupSend
            | Self::UploadMedia
            | Self::UseSavedReplies
            | Self::UseTemplates => &Role::ALL,
            Self::GroupSend | Self::ReadOwnFigures => &[Role::SalesManager, Role::SalesStaff],
            Self::ResumeChannels => &[Role::Admin, Role::SalesManager],
            Self::ManageTemplates | Self::ManageCategories | Self::ManageAttributes => &[Role::Admin],
        }
    }

    /// Whether the team must have bought the OMO plan (seed: 只有購買 OMO 方案才可以使用此功能).
    pub const fn needs_omo(self) -> bool {
        matches!(self, Self::GroupSend | Self::ReadGroupRecords | Self::ControlGroupSend | Self::ReadOwnFigures)
    }
}

/// Whether a member of this role, in a team with or without the OMO plan, may do this.
pub fn allow(role: Role, omo: bool, action: Action) -> Result<(), Forbidden> {
    if !action.roles().contains(&role) {
        return Err(Forbidden::Role { action, allowed: action.roles().to_vec() });
    }
    if action.needs_omo() && !omo {
        return Err(Forbidden::OmoPlan);
    }
    Ok(())
}

/// A store, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct StoreRef {
    /// Its id.
    pub id: StoreId,
    /// Its name.
    pub name: String,
}

/// A member, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MemberRef {
    /// Her id.
    pub id: MemberId,
    /// Her name.
    pub name: String,
}

/// A colleague, as the transfer picker and the filters of records need her.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Colleague {
    /// Her id.
    pub id: MemberId,
    /// Her name.
    pub name: String,
    /// Her role.
    pub role: Role,
    /// The stores she belongs to, the primary one first.
    pub stores: Vec<StoreRef>,
}

/// The signed-in member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Me {
    /// Her id.
    pub id: MemberId,
    /// Her name.
    pub name: String,
    /// Her e-mail.
    pub email: String,
    /// Her role.
    pub role: Role,
    /// Her stores, the primary one first.
    pub stores: Vec<StoreRef>,
    /// Her team.
    pub team: TeamRef,
}

impl Me {
    /// Whether she may do this.
    pub fn may(&self, action: Action) -> bool {
        allow(self.role, self.team.omo, action).is_ok()
    }
}

/// The member's team, and the settings that the app has to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct TeamRef {
    /// Its id.
    pub id: TeamId,
    /// The brand's name.
    pub name: String,
    /// Whether it has the OMO plan.
    pub omo: bool,
    /// Whether sales roles may see and take pending conversations (domain.md 11.24).
    pub sales_may_take_pending: bool,
    /// The largest group send.
    pub group_send_max: u32,
    /// Above this many recipients the app asks once more before sending.
    pub confirm_above: u32,
}

/// Where a session is kept: decides how the refresh token travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// A browser: the refresh token is an HttpOnly, SameSite=Strict cookie and never in a body.
    Web,
    /// A native build: the refresh token is in the body, for the platform's own secret store.
    Native,
}

/// A session: a short access token, and for native builds the token to renew it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Session {
    /// Bearer token of the API, good for 15 minutes.
    pub access_token: String,
    /// When it ends.
    pub expires_at: Stamp,
    /// Native builds only: the token for [`Refresh`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Who signed in.
    pub me: Me,
}

/// Signs in with e-mail and password.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SignIn {
    /// The e-mail, unique in the deployment.
    pub email: String,
    /// The password.
    pub password: String,
    /// Where the session will be kept.
    pub client: Client,
}
call!(SignIn {}: Post "/session" -> Session, needs Public, "Signs in with e-mail and password.", [WrongCredentials, Invalid, TooMany]);

/// Renews a session. The previous refresh token stays good until its successor is first used, and yields that same
/// successor, so a lost answer or a second tab signs nobody out; any later reuse ends the session (architecture.md 5).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Refresh {
    /// Native builds only; browsers send the cookie.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}
call!(Refresh {}: Post "/session/refresh" -> Session, needs Public, "Renews a session by its refresh token.", [SignedOut, TooMany]);

/// Ends this session, or all of the member's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SignOut {
    /// Every session of the member, on every device.
    pub everywhere: bool,
}
call!(SignOut {}: Post "/session/end" -> Done, needs SignedIn, "Ends this session, or every session of the member.", []);

/// The signed-in member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ShowMe {}
call!(ShowMe {}: Get "/me" -> Me, needs SignedIn, "The signed-in member, her stores and her team's settings.", []);

/// Colleagues: for sales roles those who share a store, for admins all. Disabled ones are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListColleagues {}
call!(ListColleagues {}: Get "/colleagues" -> Vec<Colleague>, needs SignedIn, "Members that share a store with the caller; all of the team for an admin.", []);

#[cfg(test)]
mod tests {
    use super::*;

    /// Seed, first hint: 僅限「銷售經理」、「銷售人員」, and only with the OMO plan.
    #[test]
    fn only_sales_roles_of_a_team_with_omo_may_group_send() {
        for role in Role::ALL {
            for omo in [true, false] {
                let may = allow(role, omo, Action::GroupSend).is_ok();
                assert_eq!(may, omo && role != Role::Admin, "{role:?} omo={omo}");
            }
        }
    }

    #[test]
    fn a_role_that_may_never_is_told_so_before_the_plan() {
        assert!(matches!(allow(Role::Admin, false, Action::GroupSend), Err(Forbidden::Role { .. })));
    }
}
