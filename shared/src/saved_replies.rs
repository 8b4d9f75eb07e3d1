//! Saved replies (預存回覆) and their categories (類別) (domain.md 4.4, seed steps 5 to 8).

use serde::{Deserialize, Serialize};

use crate::{
    call::{Done, Page, call, json_param},
    content::Content,
    id::{CategoryId, SavedReplyId, StoreId},
    limits,
    media::MediaInfo,
    members::{MemberRef, Role},
    problem::{Problem, Rule, Unit},
    text::{check_line, check_search},
    time::Stamp,
};

/// Who may use a saved reply (適用對象).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum UsableBy {
    /// Everybody of the team.
    #[default]
    Everybody,
    /// Who made it, and nobody else, admins included.
    OnlyMe,
    /// Members of any of these roles.
    Roles {
        /// At least one.
        roles: Vec<Role>,
    },
    /// Members of any of these stores, and admins.
    Stores {
        /// At least one.
        stores: Vec<StoreId>,
    },
}

/// A category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// Its name, unique in the team.
    pub name: String,
}

/// A category, with what is filed under it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct CategoryRow {
    /// The category.
    pub category: Category,
    /// Replies of it that the caller may use.
    pub replies: u64,
}

/// A saved reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SavedReply {
    /// Its id.
    pub id: SavedReplyId,
    /// Its title, which no customer ever sees.
    pub title: String,
    /// One to five messages.
    pub content: Content,
    /// The pictures and films in it.
    pub media: Vec<MediaInfo>,
    /// Its categories, by name.
    pub categories: Vec<Category>,
    /// Who may use it.
    pub usable_by: UsableBy,
    /// Who made it.
    pub owner: MemberRef,
    /// When it last changed.
    pub updated_at: Stamp,
    /// Counts up with each change.
    pub revision: i64,
    /// Whether the caller may change and delete it: an admin all but other people's "only me", others their own.
    pub may_edit: bool,
}

/// The saved replies that the caller may use, the last changed first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListSavedReplies {
    /// Part of the title or of a text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// In any of these categories, as a JSON list. One that was merged into another stands for that one.
    #[serde(default, with = "json_param")]
    #[cfg_attr(feature = "openapi", schemars(with = "String"))]
    pub categories: Vec<CategoryId>,
    /// Only those that the caller may change and delete.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub editable: bool,
    /// Rows of a page, 1 to 100.
    #[serde(default = "crate::conversations::page_size")]
    pub limit: u32,
    /// Where the page before ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}
call!(ListSavedReplies {}: Get "/saved-replies" -> Page<SavedReply>, needs UseSavedReplies, "Saved replies that the caller may use, the last changed first.", [Invalid]);

impl ListSavedReplies {
    /// Whether its values are within bounds.
    pub fn check(&self) -> Result<(), Problem> {
        check_asked(&self.search, &self.categories)
    }
}

/// One saved reply that the caller may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ShowSavedReply {
    /// Which.
    #[serde(skip)]
    pub id: SavedReplyId,
}
call!(ShowSavedReply { id }: Get "/saved-replies/{id}" -> SavedReply, needs UseSavedReplies, "One saved reply that the caller may use.", [Missing]);

/// Stores that one saved reply is given to.
const STORES_EACH: usize = 1_000;

/// Makes a saved reply, or changes one that the caller may edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SaveSavedReply {
    /// Drawn by the client.
    #[serde(skip)]
    pub id: SavedReplyId,
    /// Its title.
    pub title: String,
    /// Its messages.
    pub content: Content,
    /// Its categories.
    pub categories: Vec<CategoryId>,
    /// Who may use it. Sales roles may give it to themselves and to their own stores only.
    pub usable_by: UsableBy,
    /// The revision this change builds on; 0 for a new one. Another one on the server is a conflict.
    pub revision: i64,
}
call!(SaveSavedReply { id }: Put "/saved-replies/{id}" -> SavedReply, needs UseSavedReplies, "Makes or changes a saved reply.", [Missing, Invalid, Conflict]);

impl SaveSavedReply {
    /// Whether its own fields are within bounds; categories, stores and media are looked up by the server.
    pub fn check(&self) -> Result<(), Problem> {
        check_line("title", &self.title, limits::SAVED_REPLY_TITLE)?;
        self.content.check_parts()?;
        if let Some(i) = self.content.parts.iter().position(|part| part.as_template().is_some()) {
            let rule = Rule::Malformed { expected: "text, image or video".into() };
            return Err(Problem::invalid(format!("content.parts[{i}].kind"), rule));
        }
        for (i, text) in self.content.texts_by_place() {
            let actual = text.chars().count() as u64;
            let limit = limits::SAVED_REPLY_TEXT as u64;
            if actual > limit {
                let rule = Rule::TooLong { limit, actual, unit: Unit::Characters };
                return Err(Problem::invalid(format!("content.parts[{i}].text"), rule));
            }
        }
        check_categories(&self.categories, limits::CATEGORIES_EACH)?;
        check_usable_by(&self.usable_by)
    }
}

/// Categories in one filter.
const CATEGORIES_ASKED: usize = 200;

/// Whether a list of what is filed under categories is asked for within bounds.
pub(crate) fn check_asked(search: &str, categories: &[CategoryId]) -> Result<(), Problem> {
    check_search("search", search)?;
    check_categories(categories, CATEGORIES_ASKED)
}

/// Whether these are no more categories than may be named at once.
pub(crate) fn check_categories(categories: &[CategoryId], limit: usize) -> Result<(), Problem> {
    if categories.len() > limit {
        let (limit, actual) = (limit as u64, categories.len() as u64);
        return Err(Problem::invalid("categories", Rule::TooMany { limit, actual }));
    }
    Ok(())
}

/// Whether whom something is given to is named, and not by too many names.
pub(crate) fn check_usable_by(usable_by: &UsableBy) -> Result<(), Problem> {
    match usable_by {
        UsableBy::Roles { roles } if roles.is_empty() => Err(Problem::invalid("usable_by.roles", Rule::Required)),
        UsableBy::Stores { stores } if stores.is_empty() => Err(Problem::invalid("usable_by.stores", Rule::Required)),
        UsableBy::Stores { stores } if stores.len() > STORES_EACH => {
            let (limit, actual) = (STORES_EACH as u64, stores.len() as u64);
            Err(Problem::invalid("usable_by.stores", Rule::TooMany { limit, actual }))
        }
        _ => Ok(()),
    }
}

/// Deletes a saved reply. Drafts and records that took its messages keep them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DeleteSavedReply {
    /// Which.
    #[serde(skip)]
    pub id: SavedReplyId,
}
call!(DeleteSavedReply { id }: Delete "/saved-replies/{id}" -> Done, needs UseSavedReplies, "Deletes a saved reply; what took its messages keeps them.", [Missing]);

/// The categories, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct ListCategories {}
call!(ListCategories {}: Get "/saved-reply-categories" -> Vec<CategoryRow>, needs UseSavedReplies, "The categories of saved replies, by name.", []);

/// Makes a category, or renames one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct SaveCategory {
    /// Drawn by the client.
    #[serde(skip)]
    pub id: CategoryId,
    /// Its name, unique in the team.
    pub name: String,
}
call!(SaveCategory { id }: Put "/saved-reply-categories/{id}" -> Category, needs ManageCategories, "Makes or renames a category of saved replies.", [Missing, Invalid]);

impl SaveCategory {
    /// Whether its name is within bounds.
    pub fn check(&self) -> Result<(), Problem> {
        check_line("name", &self.name, limits::CATEGORY_NAME)
    }
}

/// Merges a category into another: what was filed under it is filed under the other, and a filter that still names it
/// finds the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MergeCategory {
    /// The one that goes.
    #[serde(skip)]
    pub id: CategoryId,
    /// The one that stays.
    pub into: CategoryId,
}
call!(MergeCategory { id }: Post "/saved-reply-categories/{id}/merge" -> Category, needs ManageCategories, "Merges a category into another.", [Missing, Invalid]);

/// Deletes a category; the replies filed under it stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct DeleteCategory {
    /// Which.
    #[serde(skip)]
    pub id: CategoryId,
}
call!(DeleteCategory { id }: Delete "/saved-reply-categories/{id}" -> Done, needs ManageCategories, "Deletes a category; the replies filed under it stay.", [Missing]);

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::content::Part;

    fn saved(title: &str, texts: &[&str]) -> SaveSavedReply {
        SaveSavedReply {
            id: SavedReplyId::default(),
            title: title.into(),
            content: Content { parts: texts.iter().map(|text| Part::text(*text)).collect() },
            categories: Vec::new(),
            usable_by: UsableBy::Everybody,
            revision: 0,
        }
    }

    fn too_long(limit: u64, actual: u64) -> Rule {
        Rule::TooLong { limit, actual, unit: Unit::Characters }
    }

    #[rstest]
    #[case("新品到店", None)]
    #[case(" \u{202e} \u{3000}", Some(Rule::Required))]
    #[case("a\nb", Some(Rule::ControlCharacter))]
    fn a_title_is_there_and_on_one_line(#[case] title: &str, #[case] expected: Option<Rule>) {
        let expected = expected.map_or(Ok(()), |rule| Err(Problem::invalid("title", rule)));
        assert_eq!(saved(title, &["一"]).check(), expected);
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        assert_eq!(saved(&"長".repeat(60), &["一"]).check(), Ok(()));
        assert_eq!(saved(&"長".repeat(61), &["一"]).check(), Err(Problem::invalid("title", too_long(60, 61))));
        // domain.md 11.12: 1,000 Unicode characters, an emoji being one.
        assert_eq!(saved("t", &["一", &"😀".repeat(1_000)]).check(), Ok(()));
        let over = saved("t", &["一", &"😀".repeat(1_001)]).check();
        assert_eq!(over, Err(Problem::invalid("content.parts[1].text", too_long(1_000, 1_001))));
    }

    #[test]
    fn it_is_whole_and_for_somebody() {
        assert_eq!(saved("t", &[]).check(), Err(Problem::invalid("content.parts", Rule::Required)));
        let six = saved("t", &["一"; 6]).check();
        assert_eq!(six, Err(Problem::invalid("content.parts", Rule::TooMany { limit: 5, actual: 6 })));
        let roles = SaveSavedReply { usable_by: UsableBy::Roles { roles: Vec::new() }, ..saved("t", &["一"]) };
        assert_eq!(roles.check(), Err(Problem::invalid("usable_by.roles", Rule::Required)));
        let stores = SaveSavedReply { usable_by: UsableBy::Stores { stores: Vec::new() }, ..saved("t", &["一"]) };
        assert_eq!(stores.check(), Err(Problem::invalid("usable_by.stores", Rule::Required)));
        let filed = SaveSavedReply { categories: vec![CategoryId::default(); 11], ..saved("t", &["一"]) };
        let rule = Rule::TooMany { limit: 10, actual: 11 };
        assert_eq!(filed.check(), Err(Problem::invalid("categories", rule)));
    }

    #[test]
    fn a_list_is_asked_for_within_bounds() {
        let list =
            |search: &str, categories| ListSavedReplies { search: search.into(), categories, ..Default::default() };
        assert_eq!(list(&"長".repeat(100), vec![CategoryId::default(); 200]).check(), Ok(()));
        let refused = list(&"長".repeat(101), Vec::new()).check();
        assert_eq!(refused, Err(Problem::invalid("search", too_long(100, 101))));
        assert_eq!(list("a\0", Vec::new()).check(), Err(Problem::invalid("search", Rule::ControlCharacter)));
        let rule = Rule::TooMany { limit: 200, actual: 201 };
        let refused = list("", vec![CategoryId::default(); 201]).check();
        assert_eq!(refused, Err(Problem::invalid("categories", rule)));
    }
}
