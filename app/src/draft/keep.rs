//! What the device keeps of a draft, and what follows when the server's copy is another one.

use serde::{Deserialize, Serialize};
use shared::{
    campaigns::{Draft, SendDraft},
    content::Part,
    id::CampaignId,
};

/// A draft as this device keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// The draft, with the revision of the server's copy it builds on.
    pub draft: Draft,
    /// Whether it holds changes that the server has not confirmed.
    pub unsaved: bool,
    /// The Send that was tapped and has no answer yet.
    #[serde(default)]
    pub tap: Option<Tap>,
}

/// A Send that was tapped: what the person had seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tap {
    /// Everyone selected.
    pub audience: u64,
    /// How many the button said it sends to.
    pub shown: u64,
    /// The digest of the check.
    pub digest: String,
}

impl Tap {
    /// The same request again: the server answers it once.
    pub fn call(&self, draft: &Draft) -> SendDraft {
        SendDraft { id: draft.id, audience: self.audience, digest: self.digest.clone() }
    }
}

impl Kept {
    /// A draft as it came: new, or from the server.
    pub fn new(draft: Draft) -> Self {
        Self { draft, unsaved: false, tap: None }
    }

    /// Whether there is nothing in it that would be missed.
    pub fn is_blank(&self) -> bool {
        self.draft.revision == 0
            && self.draft.selection.is_empty()
            && self.draft.content.parts.iter().all(Part::is_blank)
    }

    /// Reads what the device kept; what an older version wrote and this one does not understand is nothing.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// As the device keeps it.
    pub fn to_text(&self) -> String {
        // Plain data cannot fail to be written as JSON; nothing kept would be read back as nothing.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What follows when the server's copy is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Meeting {
    /// It was sent, from here or from elsewhere.
    Sent(CampaignId),
    /// Both say the same.
    Same,
    /// Nothing was changed here: the server's copy is the draft.
    Theirs,
    /// Nothing was changed there: this copy is to be saved.
    Mine,
    /// Both were changed: the person decides.
    Ask,
}

/// Compares this device's copy with the server's. An answer that was lost leaves a newer revision with the same content behind: that
/// is no conflict.
pub(super) fn meet(mine: &Kept, theirs: &Draft) -> Meeting {
    if let Some(campaign) = theirs.campaign {
        return Meeting::Sent(campaign);
    }
    if mine.draft.selection == theirs.selection && mine.draft.content == theirs.content {
        return Meeting::Same;
    }
    if !mine.unsaved {
        return Meeting::Theirs;
    }
    if mine.draft.revision == theirs.revision {
        return Meeting::Mine;
    }
    Meeting::Ask
}

#[cfg(test)]
mod tests {
    use shared::{campaigns::Kind, content::Content, id::DraftId, selection::Selection};
    use uuid::Uuid;

    use super::*;

    fn draft(text: &str, revision: i64) -> Draft {
        Draft {
            id: DraftId(Uuid::from_u128(1)),
            kind: Kind::GroupMessage,
            selection: Selection::default(),
            content: Content { parts: vec![Part::text(text)] },
            media: Vec::new(),
            revision,
            updated_at: None,
            campaign: None,
        }
    }

    fn kept(text: &str, revision: i64, unsaved: bool) -> Kept {
        Kept { unsaved, ..Kept::new(draft(text, revision)) }
    }

    #[test]
    fn a_lost_answer_is_no_conflict() {
        assert_eq!(meet(&kept("a", 1, true), &draft("a", 2)), Meeting::Same);
    }

    #[test]
    fn changes_on_both_sides_are_asked_about() {
        assert_eq!(meet(&kept("a", 1, true), &draft("b", 2)), Meeting::Ask);
    }

    #[test]
    fn a_change_on_one_side_settles_itself() {
        assert_eq!(meet(&kept("a", 1, false), &draft("b", 2)), Meeting::Theirs);
        assert_eq!(meet(&kept("b", 2, true), &draft("a", 2)), Meeting::Mine);
    }

    #[test]
    fn what_was_sent_is_sent_whatever_was_changed() {
        let campaign = CampaignId(Uuid::from_u128(7));
        let theirs = Draft { campaign: Some(campaign), ..draft("b", 9) };
        assert_eq!(meet(&kept("a", 1, true), &theirs), Meeting::Sent(campaign));
    }

    #[test]
    fn it_reads_back_what_it_keeps_and_drops_what_it_does_not_understand() {
        let mut mine = kept("您好", 3, true);
        mine.tap = Some(Tap { audience: 3, shown: 2, digest: "d".into() });
        assert_eq!(Kept::parse(&mine.to_text()), Some(mine));
        assert_eq!(Kept::parse("{}"), None);
    }

    #[test]
    fn white_space_alone_is_not_missed_but_a_stored_draft_is() {
        assert!(kept(" \n", 0, false).is_blank());
        assert!(!kept("a", 0, false).is_blank());
        assert!(!kept("", 1, false).is_blank());
    }
}
