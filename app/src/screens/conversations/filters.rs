//! Search and filters over the list.

use std::time::Duration;

use dioxus::{core::Task, prelude::*};
use shared::{
    conversations::{ConversationFilter, Counts, Scope},
    members::Role,
};

use super::{Layer, Quick, RECENT_DAYS, use_desk};
use crate::{
    load::Load,
    platform::sleep,
    screens::filters::{Condition, FilterSheet, use_names},
    session::use_me,
    ui::{
        chip::{Chip, ChipRow, FilterChip},
        glyph::ListFilter,
        icon::{Icon, IconSize},
        search_field::SearchField,
        segmented::{Segment, Segmented},
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
    let mut conditions = desk.conditions;
    let names = use_names(move || *conditions.read() != ConversationFilter::default());
    let known = names.known();
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
                Chip { on: false, aria_pressed: "false", aria_haspopup: "dialog", onclick: move |_| layer.set(Some(Layer::Filter)),
                    Icon { size: IconSize::ExtraSmall, ListFilter {} }
                    {words.common.filter}
                }
                for condition in Condition::of(&conditions.read()) {
                    FilterChip {
                        key: "{condition:?}",
                        remove: words.conversations.remove_filter,
                        onremove: move |()| condition.clear(&mut conditions.write()),
                        {condition.words(&conditions.read(), &known, words)}
                    }
                }
            }
            p { class: "vh", role: "status", {found} }
        }
    }
}

/// The sheet of all conditions, for the tab and the scope that are shown.
#[component]
pub fn ListFilters(onclose: EventHandler<()>) -> Element {
    let desk = use_desk();
    let mut conditions = desk.conditions;
    let names = use_names(|| true);
    rsx! {
        FilterSheet {
            filter: conditions.peek().clone(),
            names,
            state: *desk.tab.read(),
            scope: *desk.scope.read(),
            onclose,
            onapply: move |new| {
                conditions.set(new);
                onclose.call(());
            },
        }
    }
}
