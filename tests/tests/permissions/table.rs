//! The table of who may do what, written out by hand: it says what the server must do and is derived from nothing.

use shared::{
    members::{Action, Role},
    problem::{Forbidden, Problem, What},
};

/// Whether a route asks for a sign-in, and for the OMO plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    /// For nothing.
    Nobody,
    /// For a session.
    Session,
    /// For a session of a team with the OMO plan (seed, first hint).
    Omo,
}

/// Whose thing a route is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// The caller's own.
    Own,
    /// A colleague's, of the same store.
    Colleagues,
    /// Another store's, which also has an account of its own.
    Elsewhere,
    /// Another team's.
    OtherTeams,
}

impl Whose {
    pub(crate) const ALL: [Self; 4] = [Self::Own, Self::Colleagues, Self::Elsewhere, Self::OtherTeams];
}

/// What must come of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    Refused(Problem),
    /// One was too late: the conversation had been pending before her eyes, and somebody took it.
    TooLate,
}

/// A route, and one letter for each [`Whose`] in its order, or a single one where it is about nothing in particular:
/// `y` it is done, `-` there is no such thing, `c` it conflicts with the state things are in, `u` it is unknown here,
/// `r` the role may not, and `.` this role can have none.
pub(crate) struct Row {
    pub(crate) route: &'static str,
    pub(crate) asks: Asks,
    what: What,
    admin: &'static str,
    manager: &'static str,
    staff: &'static str,
}

const fn row(route: &'static str, asks: Asks, what: What, letters: [&'static str; 3]) -> Row {
    let [admin, manager, staff] = letters;
    Row { route, asks, what, admin, manager, staff }
}

use self::Asks::{Nobody, Omo, Session};
use shared::problem::What::{
    Attribute, Campaign, Category, Channel, Conversation, Draft, Route, SavedReply, Template, Upload,
};

const ANYBODY: [&str; 3] = ["y", "y", "y"];
/// Sales staff see their own, managers also what was taken under their stores, admins everything (domain.md 2.3).
const IN_SCOPE: [&str; 3] = ["yyy-", "yy--", "y---"];
/// Drafts are their writer's alone, and admins have none.
const WRITERS: [&str; 3] = ["rrrr", "y---", "y---"];
/// Records follow the scopes too; an admin sends nothing, so she has none of her own.
const RECORDS: [&str; 3] = [".yy-", "yy--", "y---"];

pub(crate) const TABLE: &[Row] = &[
    row("POST /session", Nobody, Route, ANYBODY),
    row("POST /session/refresh", Nobody, Route, ANYBODY),
    row("POST /session/end", Session, Route, ANYBODY),
    row("GET /me", Session, Route, ANYBODY),
    row("GET /colleagues", Session, Route, ANYBODY),
    row("GET /channels", Session, Route, ANYBODY),
    row("GET /tags", Session, Route, ANYBODY),
    row("GET /events", Session, Route, ANYBODY),
    row("GET /conversations", Session, Route, ANYBODY),
    row("GET /conversations/count", Session, Route, ANYBODY),
    row("GET /conversations/{id}", Session, Conversation, IN_SCOPE),
    row("GET /conversations/{id}/thread", Session, Conversation, IN_SCOPE),
    row("POST /conversations/{id}/read", Session, Conversation, IN_SCOPE),
    // Taking what is one's own already is harmless; a colleague's was on the caller's screen until it was taken.
    row("POST /conversations/{id}/take", Session, Conversation, ["ycc-", "yc--", "yc--"]),
    row("POST /conversations/transfer", Session, Conversation, IN_SCOPE),
    row("POST /conversations/{id}/close", Session, Conversation, IN_SCOPE),
    row("POST /conversations/{id}/reopen", Session, Conversation, IN_SCOPE),
    row("POST /conversations/{id}/messages", Session, Conversation, IN_SCOPE),
    row("POST /conversations/{id}/tags", Session, Conversation, IN_SCOPE),
    row("DELETE /conversations/{id}/tags/{tag}", Session, Conversation, IN_SCOPE),
    row("GET /attributes", Session, Route, ANYBODY),
    row("PUT /attributes/{id}", Session, Attribute, ["y", "r", "r"]),
    row("GET /conversations/{id}/attributes", Session, Conversation, IN_SCOPE),
    row("PUT /conversations/{id}/attributes/{attribute}", Session, Conversation, IN_SCOPE),
    row("DELETE /conversations/{id}/attributes/{attribute}", Session, Conversation, IN_SCOPE),
    // Each made for its owner's store: who works there uses it, its maker and admins change it (domain.md 2.2).
    row("GET /saved-replies", Session, SavedReply, ANYBODY),
    row("GET /saved-replies/{id}", Session, SavedReply, ["yyy-", "yy--", "yy--"]),
    row("PUT /saved-replies/{id}", Session, SavedReply, ["yyy-", "y---", "y---"]),
    row("DELETE /saved-replies/{id}", Session, SavedReply, ["yyy-", "y---", "y---"]),
    row("GET /saved-reply-categories", Session, Category, ANYBODY),
    row("PUT /saved-reply-categories/{id}", Session, Category, ["y", "r", "r"]),
    row("POST /saved-reply-categories/{id}/merge", Session, Category, ["yyy-", "rrrr", "rrrr"]),
    row("DELETE /saved-reply-categories/{id}", Session, Category, ["yyy-", "rrrr", "rrrr"]),
    // Each given to its owner's store: who works there picks it, admins see and change all (domain.md 2.2 and 5).
    row("GET /templates", Session, Template, ANYBODY),
    row("GET /templates/{id}", Session, Template, ["yyy-", "yy--", "yy--"]),
    row("PUT /templates/{id}", Session, Template, ["yyy-", "rrrr", "rrrr"]),
    row("POST /templates/sync", Session, Template, ["y", "r", "r"]),
    // An upload is its member's alone; to drop what is not there is done.
    row("PUT /uploads/{id}", Session, Upload, ANYBODY),
    row("PUT /uploads/{id}/pieces/{offset}", Session, Upload, ["y---", "y---", "y---"]),
    row("POST /uploads/{id}/finish", Session, Upload, ["y---", "y---", "y---"]),
    row("GET /uploads/{id}", Session, Upload, ["y---", "y---", "y---"]),
    row("DELETE /uploads/{id}", Session, Upload, ["yyyy", "yyyy", "yyyy"]),
    // Clients draw the ids of drafts, so another's id is simply a new draft of the caller's own.
    row("PUT /drafts/{id}", Omo, Draft, ["rrrr", "yyyy", "yyyy"]),
    row("GET /drafts/{id}", Omo, Draft, WRITERS),
    row("GET /drafts", Omo, Draft, ["r", "y", "y"]),
    row("DELETE /drafts/{id}", Omo, Draft, WRITERS),
    // People of the team who are not the caller's become failed rows; other teams' are unknown (architecture.md 4).
    row("POST /selections/count", Omo, Draft, ["rrrr", "yyyu", "yyyu"]),
    row("POST /drafts/{id}/check", Omo, Draft, WRITERS),
    row("POST /drafts/{id}/leave-out", Omo, Draft, WRITERS),
    row("POST /drafts/{id}/switch", Omo, Draft, WRITERS),
    row("POST /drafts/{id}/send", Omo, Draft, WRITERS),
    row("GET /campaigns", Omo, Campaign, ANYBODY),
    row("GET /campaigns/export", Omo, Campaign, ANYBODY),
    row("GET /campaigns/{id}", Omo, Campaign, RECORDS),
    row("GET /campaigns/{id}/progress", Omo, Campaign, RECORDS),
    row("GET /campaigns/{id}/deliveries", Omo, Campaign, RECORDS),
    row("GET /campaigns/{id}/deliveries/export", Omo, Campaign, RECORDS),
    row("GET /campaigns/{id}/deliveries/{delivery}", Omo, Campaign, RECORDS),
    // Whoever sees a record may stop what is wrong; to send again is sending.
    row("POST /campaigns/{id}/pause", Omo, Campaign, RECORDS),
    row("POST /campaigns/{id}/resume", Omo, Campaign, RECORDS),
    row("POST /campaigns/{id}/cancel", Omo, Campaign, RECORDS),
    row("POST /campaigns/{id}/retry", Omo, Campaign, ["rrrr", "yy--", "y---"]),
    row("POST /campaigns/{id}/resend-unknown", Omo, Campaign, ["rrrr", "yy--", "y---"]),
    // Those who answer for an account's stores; the other store has one of its own.
    row("POST /channels/{id}/resume", Session, Channel, ["yyy-", "yy--", "rrrr"]),
    // An admin sends nothing, so there is nothing of hers to count.
    row("GET /figures/mine", Omo, Route, ["r", "y", "y"]),
];

impl Row {
    /// The cells of a role: whose thing, and what must come of it. A route about nothing in particular has one cell.
    pub(crate) fn cells(&self, role: Role, omo: bool) -> Vec<(Whose, Outcome)> {
        let letters = match role {
            Role::Admin => self.admin,
            Role::SalesManager => self.manager,
            Role::SalesStaff => self.staff,
        };
        let cells = Whose::ALL.into_iter().zip(letters.chars()).filter(|(_, letter)| *letter != '.');
        cells.map(|(whose, letter)| (whose, self.outcome(letter, omo))).collect()
    }

    /// What a role that may not is told: the desk's things are an admin's, sending and its figures are the sales
    /// roles'.
    fn kept_for(&self) -> (Action, Vec<Role>) {
        let sales = vec![Role::SalesManager, Role::SalesStaff];
        match self.what {
            Category => (Action::ManageCategories, vec![Role::Admin]),
            Attribute => (Action::ManageAttributes, vec![Role::Admin]),
            Template => (Action::ManageTemplates, vec![Role::Admin]),
            Channel => (Action::ResumeChannels, vec![Role::Admin, Role::SalesManager]),
            _ if self.route.contains("/figures") => (Action::ReadOwnFigures, sales),
            _ => (Action::GroupSend, sales),
        }
    }

    fn outcome(&self, letter: char, omo: bool) -> Outcome {
        let refused = |why| Outcome::Refused(Problem::Forbidden { why });
        match letter {
            'r' => {
                let (action, allowed) = self.kept_for();
                refused(Forbidden::Role { action, allowed })
            }
            _ if self.asks == Omo && !omo => refused(Forbidden::OmoPlan),
            'y' => Outcome::Done,
            '-' => Outcome::Refused(Problem::missing(self.what)),
            'c' => Outcome::TooLate,
            'u' => {
                let rule = shared::problem::Rule::Unknown { count: 1 };
                Outcome::Refused(Problem::invalid("selection.ids", rule))
            }
            other => panic!("{}: the letter {other:?} means nothing", self.route),
        }
    }
}
