//! The conversations of a tab, and beside them the one that is open.

pub mod card;
pub mod filters;
mod list;
pub mod menu;
pub mod window;

use dioxus::prelude::*;
use shared::{
    contacts::Subscription,
    conversations::{ConversationFilter, ConversationState, Scope, When},
    id::ConversationId,
    limits::Platform,
    members::{Action, Role},
};

use crate::{
    app::use_title,
    chunks::{AttributeSheet, CloseQuestion, GroupMenu, ListFilters, SavedReplyPicker, TagSheet, TransferSheet},
    routes::{Route, Tab},
    screens::{
        parts::{Allowed, use_passing},
        saved_replies::Picked,
    },
    session::use_me,
    ui::{
        empty_state::EmptyState,
        glyph::MessageCircle,
        icon::{Icon, IconSize},
        screen::{Layout, Pane, PaneBody, PaneRole, ScreenMain, Show},
        toast::ToastMessage,
    },
    words::use_words,
};

/// One of the quick filters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Quick {
    /// None.
    #[default]
    All,
    /// Only with unread messages.
    Unread,
    /// Only where the customer waits.
    Waiting,
    /// Only customers who wrote in the last [`RECENT_DAYS`].
    Recent,
    /// Only customers who blocked the account.
    Blocked,
}

/// Days that count as recent, as in the shortest time filter of the group send beyond a day.
pub const RECENT_DAYS: u32 = 7;

/// A sheet or question over the desk. They stand beside the panes, because what is inside these is inert meanwhile.
#[derive(Debug, Clone, PartialEq)]
pub enum Layer {
    /// The group-send menu.
    Menu,
    /// The conditions to filter by.
    Filter,
    /// To whom a conversation is handed over.
    Transfer(ConversationId),
    /// Whether a conversation is really to be closed.
    Close(ConversationId),
    /// The tags of a customer.
    Tags(ConversationId),
    /// The custom attributes of a customer.
    Attributes(ConversationId),
}

/// What a saved reply is picked for.
#[derive(Clone, PartialEq)]
pub struct Picking {
    /// The platform of the customer.
    pub platforms: Vec<Platform>,
    /// How many more messages fit.
    pub room: usize,
    /// It was picked.
    pub onpick: Callback<Picked>,
}

/// What the list, the open conversation and the layers over them share, in context.
#[derive(Clone, Copy, PartialEq)]
pub struct Desk {
    /// The tab that is shown.
    pub tab: Signal<ConversationState>,
    /// Whose conversations.
    pub scope: Signal<Scope>,
    /// The quick filter.
    pub quick: Signal<Quick>,
    /// The conditions of the sheet.
    pub conditions: Signal<ConversationFilter>,
    /// What is typed into the search field.
    pub typed: Signal<String>,
    /// What is searched for: what was typed a moment ago.
    pub sought: Signal<String>,
    /// The layer that is open.
    pub layer: Signal<Option<Layer>>,
    /// What a saved reply is picked for, while it is.
    pub picking: Signal<Option<Picking>>,
    /// Counts up whenever something was changed here: list and conversation ask again.
    pub changed: Signal<u32>,
    /// What has just happened.
    pub notice: Signal<Option<ToastMessage>>,
}

impl Desk {
    /// The filter that is in force.
    pub fn filter(&self) -> ConversationFilter {
        let mut filter = self.conditions.read().clone();
        self.sought.read().trim().clone_into(&mut filter.search);
        match *self.quick.read() {
            Quick::All => {}
            Quick::Unread => filter.unread = true,
            Quick::Waiting => filter.waiting = true,
            Quick::Recent => filter.last_customer = Some(When::Within { days: RECENT_DAYS }),
            Quick::Blocked => filter.subscriptions = vec![Subscription::Blocked],
        }
        filter
    }

    /// Takes every filter away.
    pub fn clear(mut self) {
        self.quick.set(Quick::All);
        self.conditions.set(ConversationFilter::default());
        self.typed.set(String::new());
        self.sought.set(String::new());
    }

    /// Says that something was changed, and what.
    pub fn tell(mut self, text: impl Into<String>) {
        self.changed += 1;
        self.notice.set(Some(ToastMessage { text: text.into(), action: None }));
    }
}

/// The desk.
pub fn use_desk() -> Desk {
    use_hook(consume_context::<Desk>)
}

/// The list, and beside it what is opened from it.
#[component]
pub fn Conversations() -> Element {
    rsx! {
        Allowed { action: Action::ReadConversations, DeskPanes {} }
    }
}

/// An admin looks after everybody's conversations and seldom owns one.
fn first_scope(role: Role) -> Scope {
    match role {
        Role::Admin => Scope::Team,
        Role::SalesManager | Role::SalesStaff => Scope::Mine,
    }
}

#[component]
fn DeskPanes() -> Element {
    let me = use_me();
    let route = use_route::<Route>();
    let mut tab = use_signal(|| match &route {
        Route::NoneChosen { tab } => tab.0,
        _ => ConversationState::default(),
    });
    let desk = Desk {
        tab,
        scope: use_signal(|| first_scope(me.peek().role)),
        quick: use_signal(Quick::default),
        conditions: use_signal(ConversationFilter::default),
        typed: use_signal(String::new),
        sought: use_signal(String::new),
        layer: use_signal(|| None),
        picking: use_signal(|| None),
        changed: use_signal(|| 0),
        notice: use_signal(|| None),
    };
    use_context_provider(|| desk);
    let open = match &route {
        Route::Conversation { id } => Some(*id),
        _ => None,
    };
    // Beside an open conversation the address names no tab: the last one stays.
    use_effect(use_reactive!(|(route,)| {
        if let Route::NoneChosen { tab: Tab(now) } = route
            && *tab.peek() != now
        {
            tab.set(now);
        }
    }));
    use_passing(desk.notice);
    let mut layer = desk.layer;
    let mut picking = desk.picking;
    let close = move |()| layer.set(None);
    rsx! {
        ScreenMain {
            layout: Layout::Split,
            show: if open.is_some() { Show::Detail } else { Show::List },
            list::ListPane { open }
            Outlet::<Route> {}
        }
        match layer() {
            None => rsx! {},
            Some(Layer::Menu) => rsx! { GroupMenu { onclose: close } },
            Some(Layer::Filter) => rsx! { ListFilters { onclose: close } },
            Some(Layer::Transfer(id)) => rsx! { TransferSheet { id, onclose: close } },
            Some(Layer::Close(id)) => rsx! { CloseQuestion { id, onclose: close } },
            Some(Layer::Tags(id)) => rsx! { TagSheet { id, onclose: close } },
            Some(Layer::Attributes(id)) => rsx! { AttributeSheet { id, onclose: close } },
        }
        if let Some(Picking { platforms, room, onpick }) = picking() {
            SavedReplyPicker {
                platforms,
                room,
                onpick: move |picked| {
                    onpick.call(picked);
                    picking.set(None);
                },
                onclose: move |()| picking.set(None),
            }
        }
    }
}

/// Nothing is open beside the list; on phones it is not to be seen.
#[component]
pub fn NoneChosen(
    /// The tab of the address; the list shows it.
    tab: ReadSignal<Tab>,
) -> Element {
    let words = use_words();
    use_title(move |words| (words.conversations.state)(tab.read().0).to_owned());
    rsx! {
        Pane { label: words.conversations.choose_title, role: PaneRole::Detail,
            PaneBody {
                EmptyState {
                    icon: rsx! { Icon { size: IconSize::ExtraLarge, MessageCircle {} } },
                    title: words.conversations.choose_title,
                    text: words.conversations.choose_text,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
