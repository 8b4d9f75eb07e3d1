//! The words of saved replies.

use shared::{limits::Platform, media::MediaKind};

use crate::words::saved_replies::{Categories, Edit, List, SavedReplies, Unfit};

pub(super) const SAVED_REPLIES: SavedReplies = SavedReplies {
    title: "Saved replies",
    pick: "Pick one to put into the message",
    search: "Search titles and texts",
    choose: "Choose categories",
    chosen: |n| format!("{} chosen", of(n, "category", "categories")),
    filter: "Filter",
    filters: "Categories in the filter",
    remove_filter: ", remove",
    no_categories: "There are no categories yet.",
    categories_failed: "Categories did not load",
    count: |n, more| {
        if more {
            "Last changed first".to_owned()
        } else {
            format!("{}, last changed first", of(n, "reply", "replies"))
        }
    },
    add: "Add",
    instead: "Replace",
    adds: |parts, total| format!("{}, {total} in all once added", of(parts, "message", "messages")),
    pick_first: "Pick a saved reply first",
    unfit: Unfit {
        too_many: |parts, room| {
            if room == 0 {
                "There are five messages already; none fits any more".to_owned()
            } else {
                format!("Has {}, and only {room} more fit", of(parts, "message", "messages"))
            }
        },
        only_instead: |total| format!("That would be {total} messages, over the limit; \"Replace\" works"),
        too_large: |kind, platform, size, limit| {
            let (kind, platform) = (kind_name(kind), platform_name(platform));
            format!("{kind} of {size}; {platform} takes {limit} at most")
        },
        gone: |kind| match kind {
            MediaKind::Image => "An image in it is gone",
            MediaKind::Video => "A video in it is gone",
            MediaKind::Document => "A document in it is gone",
        },
    },
    texts: |n| of(n, "text", "texts"),
    media: |kind, n| match kind {
        MediaKind::Image => of(n, "image", "images"),
        MediaKind::Video => of(n, "video", "videos"),
        MediaKind::Document => of(n, "document", "documents"),
    },
    no_text: "(no text)",
    list: List {
        loading: "Loading saved replies",
        failed: "Saved replies did not load",
        empty_title: "No saved replies yet",
        empty_text: "Keep messages here that you often need; one tap puts them into a group message or a reply.",
        none_title: "No saved reply matches",
        none_text: "Try another word or category.",
        clear: "Show all",
        new: "New saved reply",
        all: "All",
        categories: "Manage categories",
        choose_one: "Pick one from the list, or make a new one.",
        deleted: |title| format!("Deleted \"{title}\""),
        saved: |title| format!("Saved \"{title}\""),
    },
    edit: Edit {
        new_title: "New saved reply",
        title: "Edit saved reply",
        look_title: "Saved reply",
        back: "Back to saved replies",
        updated: |when| format!("Last changed: {when}"),
        not_mine: |owner| format!("Made by {owner}; only she or he and admins can change it."),
        failed: "This saved reply did not load",
        gone_title: "This saved reply was deleted",
        gone_text: "What you wrote is still on this device; you can keep it as a new one.",
        keep_as_new: "Keep as a new one",
        name: "Title",
        name_need: "customers never see it",
        name_missing: "Give it a title",
        name_long: |n| format!("The title is {} too long", of(n, "character", "characters")),
        categories: "Categories",
        categories_need: "none, one or several",
        categories_full: |n| format!("At most {n} categories"),
        categories_gone: "Some of its categories were removed; saving takes them off.",
        usable_by: "Who may use it",
        everybody: "Everybody",
        only_me: "Only me",
        only_maker: "Only its maker",
        roles: "Roles",
        stores: "Stores",
        only_me_help: "Only you can see it; admins cannot either.",
        roles_missing: "Choose at least one role",
        stores_missing: "Choose at least one store",
        no_stores: "You are in no store yet, so it can be for you only.",
        not_yours: "You can give it to yourself or your own stores; for more people ask an admin.",
        so_many_stores: |n| of(n, "store", "stores"),
        content: "Messages",
        save: "Save",
        saving: "Saving",
        kept: "Saved",
        unsaved: "Not saved yet; kept on this device",
        not_kept: "Not saved, and this device has no room for it: do not leave yet",
        discard: "Discard changes",
        discard_title: "Discard the changes?",
        discard_text: "What is not saved goes from this device.",
        conflict_title: |when| format!("It was changed elsewhere ({when})"),
        conflict_text: "Look at the other copy, then decide which one stays.",
        conflict_theirs: "As it is saved now",
        keep_mine: "Save mine over it",
        take_theirs: "Use what is saved",
        delete: "Delete this saved reply",
        delete_title: |title| format!("Delete \"{title}\"?"),
        delete_text: "Drafts and messages that took it keep their content.",
        delete_yes: "Delete",
    },
    categories: Categories {
        title: "Categories of saved replies",
        back: "Back to saved replies",
        loading: "Loading categories",
        failed: "Categories did not load",
        empty_title: "No categories yet",
        empty_text: "Make one first, such as \"New in\", \"Events\" or \"After sales\".",
        replies: |n| of(usize::try_from(n).unwrap_or(usize::MAX), "reply", "replies"),
        new: "New category",
        name: "Name of the category",
        make: "Add",
        open: |name| format!("Edit category \"{name}\""),
        rename: "Rename",
        merge: "Merge",
        merge_into: "Merge into",
        merge_choose: "Choose a category",
        merge_help: "Its saved replies move to the other one; whoever still filters by this one finds the other.",
        merge_alone: "There is no other category to merge it into.",
        delete: "Delete category",
        delete_title: |name| format!("Delete category \"{name}\"?"),
        delete_text: |n| {
            if n == 0 {
                "There is no saved reply in it.".to_owned()
            } else {
                let n = usize::try_from(n).unwrap_or(usize::MAX);
                format!("Its {} stay, only without this category.", of(n, "saved reply", "saved replies"))
            }
        },
        name_missing: "Give the category a name",
        taken: "There is a category of this name: choose another, or merge the two.",
        made: |name| format!("Made category \"{name}\""),
        renamed: |name| format!("Renamed to \"{name}\""),
        merged: |from, into| format!("\"{from}\" was merged into \"{into}\""),
        deleted: |name| format!("Deleted category \"{name}\""),
    },
};

fn of(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn kind_name(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "An image",
        MediaKind::Video => "A video",
        MediaKind::Document => "A document",
    }
}

fn platform_name(platform: Platform) -> &'static str {
    match platform {
        Platform::Line => "LINE",
        Platform::Whatsapp => "WhatsApp",
    }
}
