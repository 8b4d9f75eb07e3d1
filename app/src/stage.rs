//! A stage for the tests of screens: the app at an address, with canned answers and a machine of memory.

mod taps;

use std::{rc::Rc, time::Duration};

use dioxus::prelude::*;
use dioxus_history::{History, MemoryHistory, provide_history_context};
use shared::{
    contacts::{ChannelRef, Subscription, Tag},
    conversations::{Conversation, ConversationCard, ConversationState, LastMessage, May, MessageKind},
    id::{ChannelId, ConversationId, MemberId, StoreId, TagId, TeamId},
    limits::Platform,
    members::{Me, MemberRef, Refresh, Role, Session, StoreRef, TeamRef},
    problem::Problem,
};
use uuid::Uuid;

use crate::{
    api::Api,
    app::use_foundation,
    canned::Canned,
    platform::{Device, Memory},
    routes::Route,
    session::{Mine, use_keeping},
};

/// The app at an address, before it is drawn.
#[derive(Clone)]
pub(crate) struct Stage {
    canned: Canned,
    device: Device,
    path: String,
    piece: Option<Piece>,
}

/// A piece of a screen that stands on the stage alone, with somebody signed in.
#[derive(Clone)]
struct Piece {
    me: Me,
    content: fn() -> Element,
}

/// The app, drawn and running.
pub(crate) struct Playing {
    dom: VirtualDom,
    /// Where it stands now.
    pub(crate) history: Rc<MemoryHistory>,
}

/// A member of a role, in a team with the OMO plan.
pub(crate) fn member(role: Role) -> Me {
    Me {
        id: MemberId(Uuid::from_u128(1)),
        name: "許芷晴".to_owned(),
        email: "chih@qingyu.example".to_owned(),
        role,
        stores: vec![StoreRef { id: StoreId(Uuid::from_u128(2)), name: "信義店".to_owned() }],
        team: TeamRef {
            id: TeamId(Uuid::from_u128(3)),
            name: "晴嶼生活".to_owned(),
            omo: true,
            sales_may_take_pending: true,
            group_send_max: 2_000,
            confirm_above: 500,
        },
    }
}

/// A session of a member, as the server opens it.
pub(crate) fn session(me: Me, token: &str) -> Session {
    Session {
        access_token: token.to_owned(),
        expires_at: "2026-11-05T14:47:00+08:00".parse().unwrap(),
        refresh_token: Some("refresh".to_owned()),
        me,
    }
}

/// A conversation that is in progress with the member of [`member`], half an hour old, by its number and the customer's name.
pub(crate) fn conversation(n: u128, name: &str) -> ConversationCard {
    let at = "2026-11-05T14:02:00+08:00".parse().unwrap();
    ConversationCard {
        id: ConversationId(Uuid::from_u128(n)),
        name: name.to_owned(),
        channel: ChannelRef {
            id: ChannelId(Uuid::from_u128(9)),
            name: "晴嶼生活".to_owned(),
            platform: Platform::Line,
        },
        state: ConversationState::InProgress,
        subscription: Subscription::Subscribed,
        unread: 0,
        waiting_since: None,
        last: Some(LastMessage {
            kind: MessageKind::Text,
            text: "那個霧面杯還有嗎？".to_owned(),
            from_customer: true,
            at,
        }),
        last_customer_at: Some(at),
        tags: Vec::new(),
        owner: Some(MemberRef { id: member(Role::SalesStaff).id, name: member(Role::SalesStaff).name }),
    }
}

/// A conversation, open, of which its owner may do everything.
pub(crate) fn opened(card: ConversationCard) -> Conversation {
    Conversation { card, may: May { take: false, transfer: true, close: true, reopen: false, reply: true } }
}

/// A tag by its number and name.
pub(crate) fn tag(n: u128, name: &str) -> Tag {
    Tag { id: TagId(Uuid::from_u128(n)), name: name.to_owned() }
}

impl Stage {
    /// The app at an address; nobody is signed in.
    pub(crate) fn at(path: &str, canned: Canned) -> Self {
        let canned = canned.on::<Refresh>(|_| Err(Problem::SignedOut.into()));
        Self { canned, device: Device::memory(Memory::default()), path: path.to_owned(), piece: None }
    }

    /// The app at an address of this machine, which has a session to restore; what becomes of it is up to the answers.
    pub(crate) fn with(canned: Canned, path: &str, device: Device) -> Self {
        device.write_secret("refresh-token", "refresh");
        Self { canned, device, path: path.to_owned(), piece: None }
    }

    /// A piece of a screen alone, such as a sheet, with somebody signed in.
    pub(crate) fn piece(me: Me, canned: Canned, content: fn() -> Element) -> Self {
        let mut stage = Self::at("/", canned).signed_in(me.clone());
        stage.piece = Some(Piece { me, content });
        stage
    }

    /// Somebody is signed in.
    pub(crate) fn signed_in(mut self, me: Me) -> Self {
        self.canned = self.canned.on::<Refresh>(move |_| Ok(session(me.clone(), "token")));
        // The device has the secret of a native build.
        self.device.write_secret("refresh-token", "refresh");
        self
    }

    /// On this machine.
    pub(crate) fn on(mut self, memory: Memory) -> Self {
        self.device = Device::memory(memory);
        self.device.write_secret("refresh-token", "refresh");
        self
    }

    /// In English.
    pub(crate) fn in_english(self) -> Self {
        crate::words::Language::En.keep(&self.device);
        self
    }

    /// Draws it, and lets it run until it has nothing more to do.
    pub(crate) async fn play(self) -> Playing {
        let history = Rc::new(MemoryHistory::with_initial_path(&self.path));
        let props = RootProps { stage: self, history: Rc::clone(&history) };
        let mut dom = VirtualDom::new_with_props(Root, props);
        dom.rebuild_in_place();
        let mut playing = Playing { dom, history };
        playing.settle().await;
        playing
    }
}

impl Playing {
    /// Lets it run until it has nothing more to do.
    pub(crate) async fn settle(&mut self) {
        let quiet = Duration::from_millis(20);
        while tokio::time::timeout(quiet, self.dom.wait_for_work()).await.is_ok() {
            self.dom.render_immediate(&mut dioxus::core::NoOpMutations);
        }
    }

    /// Lets it run for so long.
    pub(crate) async fn run_for(&mut self, time: Duration) {
        let until = tokio::time::Instant::now() + time;
        while tokio::time::timeout_at(until, self.dom.wait_for_work()).await.is_ok() {
            self.dom.render_immediate(&mut dioxus::core::NoOpMutations);
        }
    }

    /// The markup.
    pub(crate) fn html(&self) -> String {
        dioxus_ssr::render(&self.dom)
    }

    /// The address.
    pub(crate) fn address(&self) -> String {
        self.history.current_route()
    }

    /// Runs something inside the app.
    pub(crate) fn inside<T>(&self, work: impl FnOnce() -> T) -> T {
        self.dom.in_scope(ScopeId::APP, work)
    }
}

#[derive(Props, Clone)]
struct RootProps {
    stage: Stage,
    history: Rc<MemoryHistory>,
}

impl PartialEq for RootProps {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

#[expect(non_snake_case, reason = "a component")]
fn Root(props: RootProps) -> Element {
    use_hook(|| provide_history_context(props.history.clone()));
    let Stage { canned, device, piece, .. } = props.stage;
    use_foundation(|| device, |device, state, online| Api::canned(canned, device, state, online));
    match piece {
        Some(piece) => {
            use_context_provider(|| piece);
            rsx! {
                Router::<PieceRoute> {}
            }
        }
        None => rsx! {
            Router::<Route> {}
        },
    }
}

#[derive(Clone, PartialEq, Routable)]
enum PieceRoute {
    #[route("/")]
    PieceAlone {},
}

#[component]
fn PieceAlone() -> Element {
    let piece: Piece = use_context();
    let me = use_memo(move || piece.me.clone());
    use_context_provider(|| Mine(me));
    use_keeping();
    (piece.content)()
}
