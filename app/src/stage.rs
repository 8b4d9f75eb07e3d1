//! A stage for the tests of screens: the app at an address, with canned answers and a machine of memory.

use std::{rc::Rc, time::Duration};

use dioxus::prelude::*;
use dioxus_history::{History, MemoryHistory, provide_history_context};
use shared::{
    id::{MemberId, StoreId, TeamId},
    members::{Me, Refresh, Role, Session, StoreRef, TeamRef},
    problem::Problem,
};
use uuid::Uuid;

use crate::{
    api::Api,
    app::use_foundation,
    canned::Canned,
    platform::{Device, Memory},
    routes::Route,
};

/// The app at an address, before it is drawn.
#[derive(Clone)]
pub(crate) struct Stage {
    canned: Canned,
    device: Device,
    path: String,
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
        stores: vec![StoreRef {
            id: StoreId(Uuid::from_u128(2)),
            name: "信義店".to_owned(),
        }],
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

impl Stage {
    /// The app at an address; nobody is signed in.
    pub(crate) fn at(path: &str, canned: Canned) -> Self {
        let canned = canned.on::<Refresh>(|_| Err(Problem::SignedOut.into()));
        Self {
            canned,
            device: Device::memory(Memory::default()),
            path: path.to_owned(),
        }
    }

    /// Somebody is signed in.
    pub(crate) fn signed_in(mut self, me: Me) -> Self {
        self.canned = self
            .canned
            .on::<Refresh>(move |_| Ok(session(me.clone(), "token")));
        // The device has the secret of a native build.
        let _ = self.device.write_secret("refresh-token", "refresh");
        self
    }

    /// On this machine.
    pub(crate) fn on(mut self, memory: Memory) -> Self {
        self.device = Device::memory(memory);
        let _ = self.device.write_secret("refresh-token", "refresh");
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
        let props = RootProps {
            stage: self,
            history: Rc::clone(&history),
        };
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
        while tokio::time::timeout(quiet, self.dom.wait_for_work())
            .await
            .is_ok()
        {
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
    let Stage { canned, device, .. } = props.stage;
    use_foundation(
        || device,
        |device, state, online| Api::canned(canned, device, state, online),
    );
    rsx! {
        Router::<Route> {}
    }
}
