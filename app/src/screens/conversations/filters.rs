//! Search and filters over the list.

use std::time::Duration;

use dioxus::{core::Task, prelude::*};
use lucide_dioxus::Tag as TagGlyph;
use shared::{
    contacts::{ListTags, Tag},
    conversations::{Counts, Scope},
    members::Role,
};

use super::{Layer, Quick, RECENT_DAYS, use_desk};
use crate::{
    load::{Load, use_load},
    platform::sleep,
    screens::parts::LoadFailed,
    session::use_me,
    ui::{
        bottom_sheet::BottomSheet,
        button::{Button, ButtonTone},
        chip::{Chip, ChipRow, FilterChip},
        icon::{Icon, IconSize},
        search_field::SearchField,
        segmented::{Segment, Segmented},
        skeleton::{Loading, Skeleton, SkeletonShape},
    },
    words::{number, use_words},
};

/// A keystroke waits this long for the next one before the server is asked.
const PAUSE: Duration = Duration::from_millis(250);

#[component]
pub(super) fn Filters(counts: Load<Counts>) -> Element {
    let words = use_words();
    let desk = use_desk();
    let me = use_me();
    let mut scope = desk.scope;
    let mut quick = desk.quick;
    let mut tags = desk.tags;
    let mut layer = desk.layer;
    let mut typed = desk.typed;
    let mut sought = desk.sought;
    let mut waiting = use_hook(|| CopyValue::new(None::<Task>));
    let search = move |text: String| {
        typed.set(text.clone());
        if let Some(task) = waiting.write().take() {
            task.cancel();
        }
        let task = spawn(async move {
            sleep(PAUSE).await;
            sought.set(text);
        });
        waiting.set(Some(task));
    };
    let sees_team = me.read().role != Role::SalesStaff;
    let counts = counts.value();
    let unread = counts.filter(|counts| counts.unread > 0).map(|counts| number(counts.unread));
    let found = (!desk.filter().is_empty())
        .then(|| counts.map(|counts| (words.conversations.found)(counts.matching)))
        .flatten();
    rsx! {
        div { class: "tools",
            if sees_team {
                Segmented { aria_label: words.conversations.scope,
                    Segment { on: scope() == Scope::Mine, onclick: move |_| scope.set(Scope::Mine), {words.conversations.mine} }
                    Segment { on: scope() == Scope::Team, onclick: move |_| scope.set(Scope::Team), {words.conversations.team} }
                }
            }
            SearchField { label: words.conversations.search, value: typed(), oninput: search, maxlength: "100" }
            ChipRow { label: words.conversations.filters,
                Chip { on: quick() == Quick::All, onclick: move |_| quick.set(Quick::All), {words.conversations.all} }
                Chip { on: quick() == Quick::Unread, count: unread, onclick: move |_| quick.set(Quick::Unread),
                    {words.conversations.unread}
                }
                Chip { on: quick() == Quick::Waiting, onclick: move |_| quick.set(Quick::Waiting), {words.conversations.waiting} }
                Chip { on: quick() == Quick::Recent, onclick: move |_| quick.set(Quick::Recent),
                    {(words.conversations.recent)(RECENT_DAYS)}
                }
                Chip { on: quick() == Quick::Blocked, onclick: move |_| quick.set(Quick::Blocked), {words.conversations.blocked} }
                Chip { on: false, aria_pressed: "false", aria_haspopup: "dialog", onclick: move |_| layer.set(Some(Layer::TagFilter)),
                    Icon { size: IconSize::ExtraSmall, TagGlyph {} }
                    {words.conversations.tags}
                }
                for tag in tags() {
                    FilterChip {
                        key: "{tag.id}",
                        remove: words.conversations.remove_filter,
                        onremove: move |()| tags.write().retain(|other| other.id != tag.id),
                        "{tag.name}"
                    }
                }
            }
            p { class: "vh", role: "status", {found} }
        }
    }
}

/// Chooses the tags to filter by; it takes effect at once, and the button says how many remain.
#[component]
pub(super) fn TagFilter(onclose: EventHandler<()>) -> Element {
    let words = use_words();
    let desk = use_desk();
    let known = use_load(|| ListTags {});
    let counts = use_load(move || shared::conversations::CountConversations {
        state: *desk.tab.read(),
        scope: *desk.scope.read(),
        filter: desk.filter(),
    });
    let mut chosen = desk.tags;
    let apply = counts
        .value()
        .map_or_else(|| words.common.close.to_owned(), |counts| (words.conversations.show_matching)(counts.matching));
    let mut toggle = move |tag: Tag| {
        let mut chosen = chosen.write();
        if chosen.iter().any(|other| other.id == tag.id) {
            chosen.retain(|other| other.id != tag.id);
        } else {
            chosen.push(tag);
        }
    };
    rsx! {
        BottomSheet {
            title: words.conversations.tags,
            close: words.common.close,
            side: true,
            onclose,
            foot: rsx! {
                Button { onclick: move |_| chosen.set(Vec::new()), {words.conversations.clear_filters} }
                Button { tone: ButtonTone::Primary, class: "grow", onclick: move |_| onclose.call(()),
                    "{apply}"
                }
                // Beside the button: a live region inside it would leave the button without a name.
                span { class: "vh", role: "status", "{apply}" }
            },
            if let Some(failed) = known.failed() {
                LoadFailed { failed, onretry: move |()| known.reload() }
            } else if let Some(known) = known.value() {
                if known.is_empty() {
                    p { {words.conversations.no_tags} }
                } else {
                    div { class: "stack", "data-gap": "sm",
                        p { {words.conversations.tags_help} }
                        ChipRow { label: words.conversations.tags,
                            for tag in known {
                                Chip {
                                    key: "{tag.id}",
                                    on: chosen.read().iter().any(|other| other.id == tag.id),
                                    mark: true,
                                    onclick: {
                                        let tag = tag.clone();
                                        move |_| toggle(tag.clone())
                                    },
                                    "{tag.name}"
                                }
                            }
                        }
                    }
                }
            } else {
                Loading { label: words.common.loading }
                Skeleton { shape: SkeletonShape::Pill, width: "60%", height: "36px" }
            }
        }
    }
}
