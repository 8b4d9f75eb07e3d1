//! A saved reply as it is being written: what the device keeps of it, and why it cannot be saved as it is.

use serde::{Deserialize, Serialize};
use shared::{
    content::{Content, Part},
    id::{CategoryId, SavedReplyId},
    limits,
    media::MediaInfo,
    members::{Me, Role},
    saved_replies::{SaveSavedReply, SavedReply, UsableBy},
    text::tidy_name,
};

use crate::words::Words;

/// A saved reply as it is being written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Form {
    pub(super) id: SavedReplyId,
    pub(super) title: String,
    pub(super) content: Content,
    /// What the server told of its pictures and films.
    pub(super) media: Vec<MediaInfo>,
    pub(super) categories: Vec<CategoryId>,
    pub(super) usable_by: UsableBy,
    /// The revision it builds on; 0 for a new one.
    pub(super) revision: i64,
}

impl Form {
    /// A new one: for its maker alone, until she says otherwise.
    pub(super) fn new(id: SavedReplyId) -> Self {
        Self {
            id,
            title: String::new(),
            content: Content { parts: vec![Part::text("")] },
            media: Vec::new(),
            categories: Vec::new(),
            usable_by: UsableBy::OnlyMe,
            revision: 0,
        }
    }

    /// As the server has it.
    pub(super) fn of(reply: &SavedReply) -> Self {
        Self {
            id: reply.id,
            title: reply.title.clone(),
            content: reply.content.clone(),
            media: reply.media.clone(),
            categories: reply.categories.iter().map(|category| category.id).collect(),
            usable_by: reply.usable_by.clone(),
            revision: reply.revision,
        }
    }

    /// Whether it says the same as another, whichever revision it builds on.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let of =
            |form: &Self| (form.title.clone(), form.content.clone(), form.categories.clone(), form.usable_by.clone());
        of(self) == of(other)
    }

    /// As it is saved.
    pub(super) fn call(&self) -> SaveSavedReply {
        SaveSavedReply {
            id: self.id,
            title: self.title.clone(),
            content: self.content.clone(),
            categories: self.categories.clone(),
            usable_by: self.usable_by.clone(),
            revision: self.revision,
        }
    }

    /// What is wrong with the title, in words.
    pub(super) fn title_trouble(&self, words: &Words) -> Option<String> {
        let say = &words.saved_replies.edit;
        let length = tidy_name(&self.title, usize::MAX).chars().count();
        if length == 0 {
            Some(say.name_missing.to_owned())
        } else if length > limits::SAVED_REPLY_TITLE {
            Some((say.name_long)(length - limits::SAVED_REPLY_TITLE))
        } else {
            None
        }
    }

    /// What is wrong with who may use it, in words.
    pub(super) fn usable_by_trouble(&self, words: &Words, me: &Me) -> Option<String> {
        let say = &words.saved_replies.edit;
        let of_hers = |usable_by: &UsableBy| match usable_by {
            UsableBy::OnlyMe => true,
            UsableBy::Stores { stores } => stores.iter().all(|id| me.stores.iter().any(|store| store.id == *id)),
            UsableBy::Everybody | UsableBy::Roles { .. } => false,
        };
        match &self.usable_by {
            UsableBy::Roles { roles } if roles.is_empty() => Some(say.roles_missing.to_owned()),
            UsableBy::Stores { stores } if stores.is_empty() => Some(say.stores_missing.to_owned()),
            usable_by if me.role != Role::Admin && !of_hers(usable_by) => Some(say.not_yours.to_owned()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::id::StoreId;
    use uuid::Uuid;

    use super::*;
    use crate::{stage::member, words::Language};

    fn form() -> Form {
        Form {
            title: "到店".into(), content: super::super::tests::text("您好"), ..Form::new(SavedReplyId::default())
        }
    }

    #[test]
    fn what_it_says_is_wrong_the_server_refuses_too() {
        let words = Language::ZhHant.words();
        for title in ["", " \u{3000}", "\u{202e}", "到店", &"長".repeat(60), &"長".repeat(61)] {
            let form = Form { title: title.into(), ..form() };
            assert_eq!(form.title_trouble(words).is_some(), form.call().check().is_err(), "{title:?}");
        }
    }

    #[test]
    fn sales_staff_give_to_themselves_and_their_own_stores() {
        let words = Language::ZhHant.words();
        let (staff, admin) = (member(Role::SalesStaff), member(Role::Admin));
        let stores = |stores: &[StoreId]| UsableBy::Stores { stores: stores.to_vec() };
        let (hers, other) = (staff.stores[0].id, StoreId(Uuid::from_u128(77)));
        for (usable_by, by_staff, by_admin) in [
            (UsableBy::OnlyMe, true, true),
            (stores(&[hers]), true, true),
            (stores(&[hers, other]), false, true),
            (stores(&[]), false, false),
            (UsableBy::Everybody, false, true),
            (UsableBy::Roles { roles: vec![Role::SalesStaff] }, false, true),
            (UsableBy::Roles { roles: Vec::new() }, false, false),
        ] {
            let form = Form { usable_by, ..form() };
            assert_eq!(form.usable_by_trouble(words, &staff).is_none(), by_staff, "{:?}", form.usable_by);
            assert_eq!(form.usable_by_trouble(words, &admin).is_none(), by_admin, "{:?}", form.usable_by);
        }
    }

    #[test]
    fn the_revision_alone_is_no_change() {
        let form = form();
        assert!(form.is_same(&Form { revision: 9, ..form.clone() }));
        assert!(!form.is_same(&Form { title: "別的".into(), ..form.clone() }));
        assert!(!form.is_same(&Form { usable_by: UsableBy::Everybody, ..form.clone() }));
    }
}
