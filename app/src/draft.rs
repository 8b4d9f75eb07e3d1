//! The draft in work: kept on this device at every change, saved to the server soon after, sent once.

mod desk;
mod keep;
mod send;
pub mod token;

use dioxus::{core::spawn_forever, prelude::*};
use shared::{
    campaigns::{Draft, DropDraft, Kind},
    content::{Content, Part},
    conversations::ConversationFilter,
    id::DraftId,
    selection::Selection,
};

pub use desk::{Desk, Status};
pub use keep::{Kept, Tap};
pub use send::Sending;

use self::desk::Order;
use crate::{
    api::{Api, use_api},
    platform::{draw_id, use_device},
    session::{DRAFTS, use_me},
};

/// The draft in work, in context below the `SignedIn` layout.
#[derive(Clone, Copy)]
pub struct Drafts {
    desk: Desk,
    saver: Coroutine<Order>,
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

/// Provides the draft in work to everything below, as this device kept it for the signed-in member.
pub fn use_drafts_provider() -> Drafts {
    let api = use_api();
    let device = use_device();
    let me = use_me();
    let place = use_hook(|| {
        let key = format!("{DRAFTS}{}", me.peek().id);
        CopyValue::new((device, key))
    });
    let kept = use_signal(|| {
        let (device, key) = &*place.peek();
        device.read(key).as_deref().and_then(Kept::parse)
    });
    let status = use_signal(|| match &*kept.peek() {
        Some(kept) if !kept.is_blank() && !kept.unsaved => Status::Saved,
        Some(kept) if !kept.is_blank() => Status::Saving,
        _ => Status::Blank,
    });
    let desk = Desk {
        kept,
        status,
        on_device: use_signal(|| true),
        sending: use_signal(|| match &*kept.peek() {
            Some(kept) if kept.tap.is_some() => Sending::Lost,
            _ => Sending::No,
        }),
        place,
    };
    let sending_api = api.clone();
    // A callback runs in this component, so a Send goes on when its screen is left.
    let sender = use_callback(move |tap: Tap| {
        let api = sending_api.clone();
        spawn(async move { desk.send(&api, tap).await });
    });
    let saver = use_coroutine(move |orders: UnboundedReceiver<Order>| {
        let api = api.clone();
        async move { desk.keep_saving(&api, orders).await }
    });
    let filter = use_signal(ConversationFilter::default);
    let arriving = use_signal(|| false);
    use_context_provider(|| Drafts { desk, saver, sender, filter, arriving })
}

/// The draft in work.
pub fn use_drafts() -> Drafts {
    use_hook(consume_context::<Drafts>)
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

/// A draft without anything in it but room for the first message.
fn blank() -> Draft {
    Draft {
        id: DraftId(draw_id()),
        kind: Kind::GroupMessage,
        selection: Selection::default(),
        content: Content { parts: vec![Part::text("")] },
        media: Vec::new(),
        revision: 0,
        updated_at: None,
        campaign: None,
    }
}

impl Drafts {
    /// A person enters the flow from outside: step 1 then asks whether to go on with what was not sent.
    pub fn arrive(&self) {
        let mut arriving = self.arriving;
        arriving.set(true);
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

    /// Begins a new draft in the place of the one before.
    pub fn begin(&self) {
        let mut filter = self.filter;
        filter.set(ConversationFilter::default());
        self.put(Kept::new(blank()), Status::Blank);
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
        let mut kept = self.kept.peek().clone().unwrap_or_else(|| Kept::new(blank()));
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
        self.saver.send(Order::Changed);
    }

    /// Sends it as the check showed it; what was tapped before and has no answer is repeated instead.
    pub fn send(&self, tap: Tap) {
        let repeated = self.kept.peek().as_ref().and_then(|kept| kept.tap.clone());
        self.sender.call(repeated.unwrap_or(tap));
    }

    /// Saves without waiting for a pause, also what could not be saved before.
    pub fn save_now(&self) {
        self.saver.send(Order::Now);
    }

    /// Asks the server whether its copy is newer, or was sent.
    pub fn look(&self) {
        self.saver.send(Order::Look);
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
            self.saver.send(Order::Now);
        }
    }
}
