//! Who is signed in, in context, and what follows when nobody is any more.

use std::time::Duration;

use dioxus::{
    core::{Runtime, current_scope_id},
    prelude::*,
};
use shared::members::{Action, Me};

use crate::{
    api::{Api, Failed},
    platform::{Device, sleep},
};

/// Keys of half-written things on the device begin so; the member's id follows. Signing out forgets them.
pub const DRAFTS: &str = "draft.";

/// How often the session is looked after.
const LOOK: Duration = Duration::from_secs(30);

/// Where the session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// The app has just started and asks whether the device still has a session.
    Restoring,
    /// It could not ask.
    Unreachable(Failed),
    /// Somebody is signed in.
    In(Me),
    /// Nobody is.
    Out(Left),
}

/// Why nobody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Nobody was.
    Never,
    /// The session ran out or was ended from elsewhere; drafts are still on the device.
    Ended,
    /// A native build could not read its session: the keychain of the device is locked or does not answer.
    Locked,
    /// She signed out; drafts are gone.
    SignedOut,
}

/// The session's state and the line to the server, in context.
#[derive(Clone, Copy, PartialEq)]
pub struct SessionHandle {
    /// Where the session stands.
    pub state: Signal<State>,
    /// Whether the last call reached the server.
    pub online: Signal<bool>,
}

/// The session.
pub fn use_session() -> SessionHandle {
    use_hook(consume_context::<SessionHandle>)
}

/// Restores the session at the start, and renews it before it ends as long as the app runs.
pub fn use_session_keeper(api: Api) {
    use_future(move || {
        let api = api.clone();
        async move {
            api.restore().await;
            loop {
                sleep(LOOK).await;
                api.keep_alive().await;
            }
        }
    });
}

/// The signed-in member, in context below the `SignedIn` layout.
#[derive(Clone, Copy, PartialEq)]
pub struct Mine(pub Memo<Me>);

/// Where what outlives the screens is kept, in context below the `SignedIn` layout.
#[derive(Clone, Copy)]
struct Keeping(ScopeId);

/// Keeps what [`use_kept`] begins, as long as this component is there.
pub fn use_keeping() {
    use_hook(|| provide_context(Keeping(current_scope_id())));
}

/// What is there once for all screens, as long as the member is signed in, and goes on when they are left. The first screen that
/// wants it begins it: so none has to load what only others need. Only below the `SignedIn` layout.
pub fn use_kept<T: Clone + 'static>(begin: impl FnOnce() -> T) -> T {
    use_hook(|| {
        try_consume_context::<T>().unwrap_or_else(|| {
            let Keeping(scope) = consume_context();
            Runtime::current().in_scope(scope, || provide_context(begin()))
        })
    })
}

/// The signed-in member. Only below the `SignedIn` layout.
pub fn use_me() -> Memo<Me> {
    use_hook(consume_context::<Mine>).0
}

/// Whether the signed-in member may do this; what she may not is not shown.
pub fn use_may(action: Action) -> bool {
    use_me().read().may(action)
}

/// Forgets what was half-written on this device.
pub fn forget_drafts(device: &Device) {
    for key in device.keys(DRAFTS) {
        device.remove(&key);
    }
}
