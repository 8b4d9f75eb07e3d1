//! The cures of a check: each changes the draft at the server, and what comes back is the draft in work.

use std::future::Future;

use dioxus::prelude::*;
use shared::campaigns::Draft;

use crate::{
    api::Failed,
    draft::{Drafts, use_drafts},
};

/// The cures of a draft, of which one is under way at a time.
#[derive(Clone, Copy)]
pub(in crate::screens::send) struct Curing {
    busy: Signal<bool>,
    failed: Signal<Option<Failed>>,
    drafts: Drafts,
}

/// The cures of the draft in work.
pub(in crate::screens::send) fn use_curing() -> Curing {
    Curing { busy: use_signal(|| false), failed: use_signal(|| None), drafts: use_drafts() }
}

impl Curing {
    /// Whether one is under way.
    pub(in crate::screens::send) fn busy(self) -> bool {
        *self.busy.read()
    }

    /// Why the last one did not work.
    pub(in crate::screens::send) fn failed(self) -> Option<Failed> {
        self.failed.read().clone()
    }

    /// Takes up the draft that this answers, then does the rest; nothing while another cure is under way.
    pub(in crate::screens::send) fn run(
        mut self,
        cure: impl Future<Output = Result<Draft, Failed>> + 'static,
        then: impl FnOnce() + 'static,
    ) {
        if self.busy.replace(true) {
            return;
        }
        self.failed.set(None);
        spawn(async move {
            match cure.await {
                Ok(draft) => {
                    self.drafts.adopt(draft);
                    then();
                }
                Err(why) => self.failed.set(Some(why)),
            }
            self.busy.set(false);
        });
    }
}
