//! A saved reply being written: kept on this device while it is not saved, and saved on top of what it builds on.

use dioxus::prelude::*;
use shared::{
    id::SavedReplyId,
    problem::{Conflict, Problem, What},
    saved_replies::{SavedReply, ShowSavedReply},
};

use super::{form::Form, list::use_shelf};
use crate::{
    api::{Failed, use_api},
    platform::{Device, draw_id, use_device},
    routes::Route,
    session::{DRAFTS, use_me},
    words::{Words, use_words},
};

/// Where this device keeps what is not saved yet.
#[derive(Clone)]
pub(super) struct Place {
    device: Device,
    /// Of all replies of this member.
    prefix: String,
    which: String,
}

impl Place {
    fn key(&self) -> String {
        format!("{}{}", self.prefix, self.which)
    }

    /// The place of a reply.
    fn of(&self, id: SavedReplyId) -> Self {
        Self { which: id.to_string(), ..self.clone() }
    }

    /// What it keeps.
    pub(super) fn read(&self) -> Option<Form> {
        self.device.read(&self.key()).and_then(|text| serde_json::from_str(&text).ok())
    }

    /// Whether it is kept.
    fn write(&self, form: &Form) -> bool {
        // Plain data can always be written as JSON.
        let text = serde_json::to_string(form).unwrap_or_default();
        self.device.write(&self.key(), &text).is_ok()
    }

    fn forget(&self) {
        self.device.remove(&self.key());
    }
}

/// The place of one reply, or of the new one.
pub(super) fn use_place(id: Option<SavedReplyId>) -> Place {
    let device = use_device();
    let me = use_me();
    use_hook(|| Place {
        device,
        prefix: format!("{DRAFTS}{}.saved-reply.", me.peek().id),
        which: id.map_or_else(|| "new".to_owned(), |id| id.to_string()),
    })
}

/// What is being written, what is saved, and what came of saving.
#[derive(Clone, Copy, PartialEq)]
pub(super) struct Writing {
    /// As it is being written.
    pub(super) form: Signal<Form>,
    /// As it is saved.
    pub(super) base: Signal<Form>,
    /// Whether this device keeps what is not saved.
    pub(super) on_device: Signal<bool>,
    /// Whether it is being saved.
    pub(super) saving: Signal<bool>,
    /// Why it was not saved.
    pub(super) failed: Signal<Option<Failed>>,
    /// The copy of the server, to choose between.
    pub(super) theirs: Signal<Option<SavedReply>>,
    /// Whether it was deleted meanwhile.
    pub(super) gone: Signal<bool>,
}

impl Writing {
    /// Whether it says something else than what is saved.
    pub(super) fn is_changed(&self) -> bool {
        !self.form.read().is_same(&self.base.read())
    }

    /// Changes what is being written.
    pub(super) fn edit(mut self, change: impl FnOnce(&mut Form)) {
        change(&mut self.form.write());
    }

    /// Why it was not saved, if that is about this field, in words.
    pub(super) fn refused(&self, words: &Words, field: &str) -> Option<String> {
        words.problems.of_field(self.failed.read().as_ref()?, field)
    }

    /// Goes on with what this device has, on top of what is saved.
    pub(super) fn keep_mine(mut self) {
        let theirs = self.theirs.take();
        if let Some(theirs) = theirs {
            self.form.write().revision = theirs.revision;
            self.base.set(Form::of(&theirs));
        }
    }

    /// Goes on with what is saved.
    pub(super) fn take_theirs(mut self) {
        let theirs = self.theirs.take();
        if let Some(theirs) = theirs {
            self.base.set(Form::of(&theirs));
            self.form.set(Form::of(&theirs));
        }
    }

    /// Goes on as a new one: the one it was is gone.
    pub(super) fn begin_anew(mut self) {
        let id = SavedReplyId(draw_id());
        self.base.set(Form::new(id));
        let mut form = self.form.write();
        form.id = id;
        form.revision = 0;
    }
}

/// What is being written, as this device kept it; else as it is stored. `gone` says that it was deleted meanwhile.
pub(super) fn use_writing(start: Form, stored: Option<SavedReply>, gone: bool, place: &Place) -> Writing {
    let kept = use_hook(|| CopyValue::new(if gone { None } else { place.read() }));
    let base = use_signal(|| start.clone());
    let form = use_signal(|| kept.peek().clone().unwrap_or_else(|| start.clone()));
    let writing = Writing {
        form,
        base,
        on_device: use_signal(|| true),
        saving: use_signal(|| false),
        failed: use_signal(|| None),
        // What this device kept builds on something older: both copies are shown from the start.
        theirs: use_signal(|| {
            let kept = kept.peek();
            let older = kept.as_ref().is_some_and(|kept| kept.revision != start.revision && !kept.is_same(&start));
            stored.filter(|_| older)
        }),
        gone: use_signal(|| gone),
    };
    let place = place.clone();
    let mut on_device = writing.on_device;
    use_effect(move || {
        if writing.is_changed() || *writing.gone.read() {
            let kept = place.write(&writing.form.read());
            if *on_device.peek() != kept {
                on_device.set(kept);
            }
        } else {
            place.forget();
        }
    });
    writing
}

/// Saves what is being written.
pub(super) fn use_save(writing: Writing, place: Place) -> Callback<()> {
    let words = use_words();
    let api = use_api();
    let shelf = use_shelf();
    let navigator = use_navigator();
    let Writing { mut form, mut base, mut saving, mut failed, mut theirs, mut gone, .. } = writing;
    use_callback(move |()| {
        if *saving.peek() {
            return;
        }
        saving.set(true);
        let (api, place) = (api.clone(), place.clone());
        let sent = form.peek().clone();
        spawn(async move {
            match api.call(sent.call()).await {
                Ok(reply) => {
                    let stored = Form::of(&reply);
                    let now = form.peek().clone();
                    failed.set(None);
                    theirs.set(None);
                    gone.set(false);
                    base.set(stored.clone());
                    shelf.tell((words.saved_replies.list.saved)(&reply.title));
                    // What was typed while it was saved stays, on top of what is saved.
                    let typed = (!now.is_same(&sent)).then_some(Form { revision: reply.revision, ..now });
                    if place.which == reply.id.to_string() {
                        form.set(typed.unwrap_or(stored));
                    } else {
                        if let Some(typed) = typed {
                            place.of(reply.id).write(&typed);
                        }
                        form.set(stored);
                        place.forget();
                        navigator.replace(Route::EditSavedReply { id: reply.id });
                    }
                }
                Err(Failed::Problem(Problem::Conflict { with: Conflict::SavedReplyChanged { .. } })) => {
                    match api.call(ShowSavedReply { id: sent.id }).await {
                        Ok(reply) => theirs.set(Some(reply)),
                        Err(Failed::Problem(Problem::Missing { .. })) => gone.set(true),
                        Err(why) => failed.set(Some(why)),
                    }
                }
                Err(Failed::Problem(Problem::Missing { what: What::SavedReply })) => gone.set(true),
                Err(why) => failed.set(Some(why)),
            }
            saving.set(false);
        });
    })
}
