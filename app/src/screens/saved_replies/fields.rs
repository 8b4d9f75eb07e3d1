//! The fields of a saved reply beside its messages: its categories, and who may use it. Templates have the same.

use dioxus::prelude::*;
use shared::{
    id::CategoryId,
    limits,
    members::{Colleague, ListColleagues, Me, Role, StoreRef},
    saved_replies::{ListCategories, UsableBy},
};

use crate::{
    load::{use_load, use_load_when},
    screens::parts::{stores_of, toggle},
    session::use_me,
    ui::{
        chip::{Chip, ChipRow},
        field::Field,
        glyph::{Ban, Lock, Store, Users},
        icon::{Icon, IconSize},
        list_note::ListNote,
        segmented::{Segment, Segmented},
    },
    words::use_words,
};

/// The paths of a request under which the server speaks of who may use it.
pub(in crate::screens) const USABLE_BY: &[&str] = &["usable_by", "usable_by.roles", "usable_by.stores"];

/// Its categories: none, one or several.
#[component]
pub(in crate::screens) fn CategoryField(
    /// Those it is in.
    chosen: Vec<CategoryId>,
    /// Why the server refused them, in words: one of them was removed meanwhile.
    refused: Option<String>,
    /// It is to be in these.
    onchange: EventHandler<Vec<CategoryId>>,
) -> Element {
    let words = use_words();
    let say = &words.saved_replies.edit;
    let categories = use_load(|| ListCategories {});
    let mut full = use_signal(|| false);
    let mut gone = use_signal(|| false);
    // Refused: the list is asked again, and what is not in it goes.
    let is_refused = refused.is_some();
    use_effect(use_reactive!(|(is_refused,)| {
        if is_refused {
            categories.reload();
        }
    }));
    let of_effect = chosen.clone();
    use_effect(use_reactive!(|(is_refused, of_effect)| {
        let Some(known) = categories.value().filter(|_| is_refused && !categories.pending()) else { return };
        let left: Vec<CategoryId> =
            of_effect.iter().copied().filter(|id| known.iter().any(|row| row.category.id == *id)).collect();
        if left.len() < of_effect.len() {
            onchange.call(left);
            gone.set(true);
        }
    }));
    let rows = categories.value().unwrap_or_default();
    let error = if gone() { None } else { refused };
    let shown = chosen.clone();
    let pick = use_callback(move |id: CategoryId| {
        let is_on = chosen.contains(&id);
        let is_full = chosen.len() >= limits::CATEGORIES_EACH;
        full.set(!is_on && is_full);
        if is_on || !is_full {
            let mut these = chosen.clone();
            toggle(&mut these, id);
            onchange.call(these);
        }
    });
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
                            on: shown.contains(&category.id),
                            mark: true,
                            onclick: move |_| pick.call(category.id),
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
pub(in crate::screens) fn UsableByField(
    /// Who may use it; nobody where it is none of them.
    usable_by: Option<UsableBy>,
    /// Is it the member's own? Only then can it be for her alone.
    #[props(default)]
    mine: bool,
    /// Can it be for nobody: what that is called.
    nobody: Option<String>,
    /// What there is to say of the choice, beside what is said of "only me".
    help: Option<String>,
    /// What is wrong with it, in words.
    error: Option<String>,
    /// These may use it.
    onchange: EventHandler<Option<UsableBy>>,
) -> Element {
    let words = use_words();
    let say = &words.saved_replies.edit;
    let me = use_me();
    let colleagues = use_load_when(move || (me.read().role == Role::Admin).then_some(ListColleagues {}));
    let me = me.read();
    let is_admin = me.role == Role::Admin;
    let stores = stores(&me, &colleagues.value().unwrap_or_default());
    let set = move |usable_by: UsableBy| onchange.call(Some(usable_by));
    rsx! {
        Field {
            label: say.usable_by,
            label_id: "saved-reply-by",
            error,
            help: help.or_else(|| match &usable_by {
                Some(UsableBy::OnlyMe) if stores.is_empty() && !is_admin => Some(say.no_stores.to_owned()),
                Some(UsableBy::OnlyMe) => Some(say.only_me_help.to_owned()),
                _ => None,
            }),
            Segmented { aria_labelledby: "saved-reply-by",
                if is_admin {
                    Segment {
                        on: usable_by == Some(UsableBy::Everybody),
                        onclick: move |_| set(UsableBy::Everybody),
                        Icon { size: IconSize::Small, Users {} }
                        {say.everybody}
                    }
                }
                if mine {
                    Segment { on: usable_by == Some(UsableBy::OnlyMe), onclick: move |_| set(UsableBy::OnlyMe),
                        Icon { size: IconSize::Small, Lock {} }
                        {say.only_me}
                    }
                }
                if is_admin {
                    Segment {
                        on: matches!(usable_by, Some(UsableBy::Roles { .. })),
                        onclick: move |_| set(UsableBy::Roles { roles: Vec::new() }),
                        Icon { size: IconSize::Small, Users {} }
                        {say.roles}
                    }
                }
                if !stores.is_empty() {
                    Segment {
                        on: matches!(usable_by, Some(UsableBy::Stores { .. })),
                        onclick: {
                            // One store to choose from is chosen.
                            let only = if stores.len() == 1 { stores.iter().map(|store| store.id).collect() } else { Vec::new() };
                            move |_| set(UsableBy::Stores { stores: only.clone() })
                        },
                        Icon { size: IconSize::Small, Store {} }
                        {say.stores}
                    }
                }
                if let Some(nobody) = nobody {
                    Segment { on: usable_by.is_none(), onclick: move |_| onchange.call(None),
                        Icon { size: IconSize::Small, Ban {} }
                        "{nobody}"
                    }
                }
            }
            match usable_by {
                Some(UsableBy::Roles { roles }) => rsx! {
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
                Some(UsableBy::Stores { stores: chosen }) => rsx! {
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
                Some(UsableBy::Everybody | UsableBy::OnlyMe) | None => rsx! {},
            }
        }
    }
}
