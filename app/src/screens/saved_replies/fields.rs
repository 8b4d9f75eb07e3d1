//! The fields of a saved reply beside its messages: its categories, and who may use it.

use dioxus::prelude::*;
use shared::{
    limits,
    members::{Colleague, ListColleagues, Me, Role, StoreRef},
    saved_replies::{CategoryRow, ListCategories, UsableBy},
};

use super::writing::Writing;
use crate::{
    load::{use_load, use_load_when},
    screens::parts::{stores_of, toggle},
    session::use_me,
    ui::{
        chip::{Chip, ChipRow},
        field::Field,
        glyph::{Lock, Store, Users},
        icon::{Icon, IconSize},
        list_note::ListNote,
        segmented::{Segment, Segmented},
    },
    words::use_words,
};

/// Its categories: none, one or several.
#[component]
pub(super) fn CategoryField(writing: Writing) -> Element {
    let words = use_words();
    let say = &words.saved_replies.edit;
    let categories = use_load(|| ListCategories {});
    let mut full = use_signal(|| false);
    let mut gone = use_signal(|| false);
    let refused = writing.refused(words, "categories");
    // Refused: one of them was removed meanwhile. The list is asked again, and what is not in it goes.
    let is_refused = refused.is_some();
    use_effect(use_reactive!(|(is_refused,)| {
        if is_refused {
            categories.reload();
        }
    }));
    use_effect(use_reactive!(|(is_refused,)| {
        let Some(known) = categories.value().filter(|_| is_refused && !categories.pending()) else { return };
        let is_known = |id: &_| known.iter().any(|row: &CategoryRow| row.category.id == *id);
        if writing.form.peek().categories.iter().any(|id| !is_known(id)) {
            writing.edit(|form| form.categories.retain(is_known));
            gone.set(true);
        }
    }));
    let rows = categories.value().unwrap_or_default();
    let chosen = writing.form.read().categories.clone();
    let error = if gone() { None } else { refused };
    rsx! {
        Field {
            label: say.categories,
            label_id: "saved-reply-in",
            need: say.categories_need,
            error,
            help: if full() {
                Some((say.categories_full)(limits::CATEGORIES_EACH))
            } else {
                gone().then(|| say.categories_gone.to_owned())
            },
            if let Some(failed) = categories.failed() {
                ListNote { {words.problems.said(&failed).line()} }
            } else if !categories.is_first() && rows.is_empty() {
                ListNote { {words.saved_replies.no_categories} }
            } else {
                ChipRow { label: say.categories,
                    for category in rows.into_iter().map(|row| row.category) {
                        Chip {
                            key: "{category.id}",
                            on: chosen.contains(&category.id),
                            mark: true,
                            onclick: move |_| {
                                let is_on = writing.form.peek().categories.contains(&category.id);
                                let is_full = writing.form.peek().categories.len() >= limits::CATEGORIES_EACH;
                                full.set(!is_on && is_full);
                                writing.edit(|form| {
                                    if is_on {
                                        form.categories.retain(|other| *other != category.id);
                                    } else if !is_full {
                                        form.categories.push(category.id);
                                    }
                                });
                            },
                            "{category.name}"
                        }
                    }
                }
            }
        }
    }
}

/// The stores it can be given to: an admin's are all in which anybody works, hers among them.
fn stores(me: &Me, colleagues: &[Colleague]) -> Vec<StoreRef> {
    if me.role != Role::Admin {
        return me.stores.clone();
    }
    let mut all = stores_of(colleagues);
    all.extend(me.stores.iter().filter(|own| colleagues.iter().all(|one| !one.stores.contains(own))).cloned());
    all
}

/// 適用對象: everybody, only its maker, roles or stores; sales roles have themselves and their stores to choose from.
#[component]
pub(super) fn UsableByField(
    /// What is being written.
    writing: Writing,
    /// Is it the member's own? Only then can it be for her alone.
    mine: bool,
    /// What is wrong with it, in words.
    error: Option<String>,
) -> Element {
    let words = use_words();
    let say = &words.saved_replies.edit;
    let me = use_me();
    let colleagues = use_load_when(move || (me.read().role == Role::Admin).then_some(ListColleagues {}));
    let me = me.read();
    let is_admin = me.role == Role::Admin;
    let stores = stores(&me, &colleagues.value().unwrap_or_default());
    let usable_by = writing.form.read().usable_by.clone();
    let set = move |usable_by: UsableBy| writing.edit(|form| form.usable_by = usable_by);
    let error = error.or_else(|| {
        ["usable_by", "usable_by.roles", "usable_by.stores"].iter().find_map(|field| writing.refused(words, field))
    });
    rsx! {
        Field {
            label: say.usable_by,
            label_id: "saved-reply-by",
            error,
            help: match &usable_by {
                UsableBy::OnlyMe if stores.is_empty() && !is_admin => Some(say.no_stores.to_owned()),
                UsableBy::OnlyMe => Some(say.only_me_help.to_owned()),
                _ => None,
            },
            Segmented { aria_labelledby: "saved-reply-by",
                if is_admin {
                    Segment { on: usable_by == UsableBy::Everybody, onclick: move |_| set(UsableBy::Everybody),
                        Icon { size: IconSize::Small, Users {} }
                        {say.everybody}
                    }
                }
                if mine {
                    Segment { on: usable_by == UsableBy::OnlyMe, onclick: move |_| set(UsableBy::OnlyMe),
                        Icon { size: IconSize::Small, Lock {} }
                        {say.only_me}
                    }
                }
                if is_admin {
                    Segment {
                        on: matches!(usable_by, UsableBy::Roles { .. }),
                        onclick: move |_| set(UsableBy::Roles { roles: Vec::new() }),
                        Icon { size: IconSize::Small, Users {} }
                        {say.roles}
                    }
                }
                if !stores.is_empty() {
                    Segment {
                        on: matches!(usable_by, UsableBy::Stores { .. }),
                        onclick: {
                            // One store to choose from is chosen.
                            let only = if stores.len() == 1 { stores.iter().map(|store| store.id).collect() } else { Vec::new() };
                            move |_| set(UsableBy::Stores { stores: only.clone() })
                        },
                        Icon { size: IconSize::Small, Store {} }
                        {say.stores}
                    }
                }
            }
            match usable_by {
                UsableBy::Roles { roles } => rsx! {
                    ChipRow { label: say.roles,
                        for role in Role::ALL {
                            Chip {
                                key: "{role.as_str()}",
                                on: roles.contains(&role),
                                mark: true,
                                onclick: {
                                    let roles = roles.clone();
                                    move |_| {
                                        let mut roles = roles.clone();
                                        toggle(&mut roles, role);
                                        set(UsableBy::Roles { roles });
                                    }
                                },
                                {(words.common.role)(role)}
                            }
                        }
                    }
                },
                UsableBy::Stores { stores: chosen } => rsx! {
                    ChipRow { label: say.stores,
                        for store in stores {
                            Chip {
                                key: "{store.id}",
                                on: chosen.contains(&store.id),
                                mark: true,
                                onclick: {
                                    let chosen = chosen.clone();
                                    move |_| {
                                        let mut stores = chosen.clone();
                                        toggle(&mut stores, store.id);
                                        set(UsableBy::Stores { stores });
                                    }
                                },
                                "{store.name}"
                            }
                        }
                    }
                },
                UsableBy::Everybody | UsableBy::OnlyMe => rsx! {},
            }
        }
    }
}
