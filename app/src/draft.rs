//! The draft in work: kept on this device at every change, saved to the server soon after, sent once.

mod desk;
mod keep;
#[cfg(test)]
mod kinds_test;
mod send;
pub mod token;

use dioxus::{core::spawn_forever, prelude::*};
use futures_channel::mpsc::{UnboundedSender, unbounded};
use shared::{
    campaigns::{Draft, DropDraft, Kind},
    content::{Content, Part},
    conversations::ConversationFilter,
    id::DraftId,
    live::LiveEvent,
    selection::Selection,
};

pub use desk::{Desk, Status};
pub use keep::{Kept, Tap};
pub use send::Sending;

use self::desk::Order;
use crate::{
    api::Api,
    live::LiveLink,
    platform::{Device, draw_id},
    session::{DRAFTS, Mine, use_kept},
};

/// The draft in work. It goes on when its screens are left: [`use_drafts`].
#[derive(Clone, Copy)]
pub struct Drafts {
    desk: Desk,
    orders: CopyValue<UnboundedSender<Order>>,
    sender: Callback<Tap>,
    filter: Signal<ConversationFilter>,
    arriving: Signal<bool>,
}

/// There is one per signed-in member.
impl PartialEq for Drafts {
    fn eq(&self, other: &Self) -> bool {
        self.filter == other.filter
    }
}

impl std::ops::Deref for Drafts {
    type Target = Desk;
    fn deref(&self) -> &Desk {
        &self.desk
    }
}

/// The draft in work, as this device kept it for the signed-in member. Only below the `SignedIn` layout.
pub fn use_drafts() -> Drafts {
    use_kept(Drafts::of_this_device)
}

/// The draft in work, for a screen of the flow: there is always one, and the server is asked once whether its copy is newer.
pub fn use_draft_in_work() -> Drafts {
    let drafts = use_drafts();
    use_hook(|| {
        if drafts.kept.peek().is_none() {
            drafts.begin();
        } else {
            drafts.look();
        }
    });
    drafts
}

/// A draft without anything in it but room for the first message; a template has to be picked first.
fn blank(kind: Kind) -> Draft {
    let parts = match kind {
        Kind::GroupMessage => vec![Part::text("")],
        Kind::GroupTemplate => Vec::new(),
    };
    Draft {
        id: DraftId(draw_id()),
        kind,
        selection: Selection::default(),
        content: Content { parts },
        media: Vec::new(),
        revision: 0,
        updated_at: None,
        campaign: None,
    }
}

impl Drafts {
    /// Goes on with what the device kept. What it sets to work belongs to the scope around.
    fn of_this_device() -> Self {
        let (api, device, Mine(me)) = (consume_context::<Api>(), consume_context::<Device>(), consume_context());
        let key = format!("{DRAFTS}{}", me.peek().id);
        let kept = device.read(&key).as_deref().and_then(Kept::parse);
        let status = kept.as_ref().map_or(Status::Blank, Status::of);
        let sending = match &kept {
            Some(kept) if kept.tap.is_some() => Sending::Lost,
            _ => Sending::No,
        };
        let desk = Desk {
            kept: Signal::new(kept),
            status: Signal::new(status),
            on_device: Signal::new(true),
            sending: Signal::new(sending),
            place: CopyValue::new((device, key)),
            saved_at: CopyValue::new(None),
        };
        let sending_api = api.clone();
        let sender = Callback::new(move |tap: Tap| {
            let api = sending_api.clone();
            spawn(async move { desk.send(&api, tap).await });
        });
        let (orders, ordered) = unbounded();
        spawn(async move { desk.keep_saving(&api, ordered).await });
        let filter = Signal::new(ConversationFilter::default());
        let drafts = Self { desk, orders: CopyValue::new(orders), sender, filter, arriving: Signal::new(false) };
        // Another window, or another device of hers, may have it in work too.
        if let Some(link) = try_consume_context::<LiveLink>() {
            let is_news = move |event| matches!(event, LiveEvent::Draft { id } if desk.is_news(id));
            link.listen(is_news, move || drafts.look());
        }
        drafts
    }

    fn order(&self, order: Order) {
        // It is heard as long as the member is signed in.
        let _ = self.orders.peek().unbounded_send(order);
    }

    /// A person enters the flow of this kind from outside: step 1 then asks whether to go on with what was not sent.
    pub fn arrive(&self, kind: Kind) {
        let mut arriving = self.arriving;
        arriving.set(true);
        if self.turn_to(kind) {
            let mut filter = self.filter;
            filter.set(ConversationFilter::default());
            // What changed while the other one was in work.
            self.look();
        }
    }

    /// Whether a person has just entered the flow; told once.
    pub fn take_arrival(&self) -> bool {
        let mut arriving = self.arriving;
        let arrived = *arriving.peek();
        if arrived {
            arriving.set(false);
        }
        arrived
    }

    /// The filter of the picker: coming back to step 1 shows the same list.
    pub fn filter(&self) -> Signal<ConversationFilter> {
        self.filter
    }

    /// Begins a new draft of the same kind in the place of the one before.
    pub fn begin(&self) {
        let mut filter = self.filter;
        filter.set(ConversationFilter::default());
        self.put(Kept::new(blank(self.kind())), Status::Blank);
    }

    /// Throws an unsent draft away, here and on the server, and begins a new one.
    pub fn discard(&self, api: Api, draft: &Draft) {
        let id = draft.id;
        if draft.revision > 0 {
            spawn_forever(async move {
                // One that stays is offered again next time; nothing is lost by it.
                let _ = api.call(DropDraft { id }).await;
            });
        }
        self.begin();
    }

    /// Changes whom it goes to or what it says.
    pub fn edit(&self, change: impl FnOnce(&mut Draft)) {
        let mut kept = self.kept.peek().clone().unwrap_or_else(|| Kept::new(blank(self.kind())));
        let before = kept.draft.clone();
        change(&mut kept.draft);
        if kept.draft == before {
            return;
        }
        kept.unsaved = true;
        // What was tapped was another message.
        kept.tap = None;
        let status = match &*self.status.peek() {
            Status::Conflict(theirs) => Status::Conflict(theirs.clone()),
            Status::OnDevice(why) => Status::OnDevice(why.clone()),
            _ if kept.is_blank() => Status::Blank,
            _ => Status::Saving,
        };
        self.put(kept, status);
        self.order(Order::Changed);
    }

    /// Sends it as the check showed it; what was tapped before and has no answer is repeated instead.
    pub fn send(&self, tap: Tap) {
        let repeated = self.kept.peek().as_ref().and_then(|kept| kept.tap.clone());
        self.sender.call(repeated.unwrap_or(tap));
    }

    /// Saves without waiting for a pause, also what could not be saved before.
    pub fn save_now(&self) {
        self.order(Order::Now);
    }

    /// Asks the server whether its copy is newer, or was sent.
    pub fn look(&self) {
        self.order(Order::Look);
    }

    /// Ends a conflict with this copy, on top of the other.
    pub fn keep_mine(&self) {
        let revision = match &*self.status.peek() {
            Status::Conflict(theirs) => theirs.revision,
            _ => return,
        };
        let kept = self.kept.peek().clone();
        if let Some(mut kept) = kept {
            kept.draft.revision = revision;
            kept.unsaved = true;
            self.put(kept, Status::Saving);
            self.order(Order::Now);
        }
    }
}
