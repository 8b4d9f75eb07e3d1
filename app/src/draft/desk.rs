//! The draft in memory and on the device, and the loop that saves it to the server.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use dioxus::prelude::*;
use futures_util::{
    StreamExt as _,
    future::{Either, select},
};
use shared::{
    campaigns::{Draft, Kind, SaveDraft, ShowDraft},
    content::Content,
    id::{CampaignId, DraftId},
    media::MediaInfo,
    problem::{Conflict, Problem, What},
    selection::Selection,
};

use super::{
    Sending, blank,
    keep::{Kept, Meeting, Tap, meet},
};
use crate::{
    api::{Api, Failed},
    platform::{Device, draw_id, sleep},
};

/// How long nothing must change before a draft goes to the server.
const PAUSE: Duration = Duration::from_millis(800);
/// For so long after saving, what is told of the draft is this window's own saving.
const ECHO: TimeDelta = TimeDelta::milliseconds(1_500);
/// How long until a draft that could not be saved is tried again.
const AGAIN: Duration = Duration::from_secs(8);

/// Where the draft in work is safe.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// Nothing is written yet.
    Blank,
    /// The server has it as it is.
    Saved,
    /// It is on its way to the server.
    Saving,
    /// The server does not have the last changes; it is tried again.
    OnDevice(Failed),
    /// The server will not take it as it is.
    Refused(Failed),
    /// It was changed elsewhere: the copy of the server, to choose between.
    Conflict(Box<Draft>),
}

impl Status {
    /// Where a draft is safe that was taken up from the device.
    pub(super) fn of(kept: &Kept) -> Self {
        if kept.is_blank() {
            Self::Blank
        } else if kept.unsaved {
            Self::Saving
        } else {
            Self::Saved
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Changed,
    Now,
    Look,
}

/// What came of a try to save.
enum Next {
    Rest,
    AtOnce,
    Later,
}

/// The draft in memory and on the device.
#[derive(Clone, Copy)]
pub struct Desk {
    pub(super) kept: Signal<Option<Kept>>,
    pub(super) status: Signal<Status>,
    pub(super) on_device: Signal<bool>,
    pub(super) sending: Signal<Sending>,
    pub(super) place: CopyValue<(Device, String)>,
    /// When the server last took a change of this window.
    pub(super) saved_at: CopyValue<Option<DateTime<Utc>>>,
}

impl Desk {
    /// The draft in work. A blank one before there is any.
    pub fn draft(&self) -> Draft {
        self.kept.read().as_ref().map_or_else(|| blank(Kind::default()), |kept| kept.draft.clone())
    }

    /// What kind of send it becomes.
    pub fn kind(&self) -> Kind {
        self.kept.read().as_ref().map(|kept| kept.draft.kind).unwrap_or_default()
    }

    /// Whom it goes to.
    pub fn selection(&self) -> Selection {
        self.kept.read().as_ref().map(|kept| kept.draft.selection.clone()).unwrap_or_default()
    }

    /// What it says.
    pub fn content(&self) -> Content {
        self.kept.read().as_ref().map(|kept| kept.draft.content.clone()).unwrap_or_default()
    }

    /// The pictures and films in it that the server told of.
    pub fn media(&self) -> Vec<MediaInfo> {
        self.kept.read().as_ref().map(|kept| kept.draft.media.clone()).unwrap_or_default()
    }

    /// The send it became.
    pub fn campaign(&self) -> Option<CampaignId> {
        self.kept.read().as_ref()?.draft.campaign
    }

    /// The Send that was tapped and has no answer yet.
    pub fn tap(&self) -> Option<Tap> {
        self.kept.read().as_ref()?.tap.clone()
    }

    /// Where it is safe.
    pub fn status(&self) -> Status {
        self.status.read().clone()
    }

    /// Whether this device keeps it: its storage may be full or switched off.
    pub fn is_on_device(&self) -> bool {
        *self.on_device.read()
    }

    /// The draft as the server has it, with all its changes.
    pub fn stored(&self) -> Option<(DraftId, i64)> {
        let kept = self.kept.read();
        let kept = kept.as_ref()?;
        (!kept.unsaved && kept.draft.revision > 0).then_some((kept.draft.id, kept.draft.revision))
    }

    /// A draft on this device that holds something and was not sent.
    pub fn unsent(&self) -> Option<Draft> {
        let kept = self.kept.read();
        let kept = kept.as_ref()?;
        (!kept.is_blank() && kept.draft.campaign.is_none()).then(|| kept.draft.clone())
    }

    /// Goes on with a draft of the server's; one of the other kind that was in work is laid aside.
    pub fn adopt(&self, draft: Draft) {
        self.turn_to(draft.kind);
        self.put(Kept::new(draft), Status::Saved);
    }

    /// Takes the draft of this kind up, a blank one where there is none, and lays the one in work aside; false where it is of
    /// this kind already. There is one of each kind on a device.
    pub(super) fn turn_to(&self, kind: Kind) -> bool {
        let before = self.kept.peek().clone();
        if before.as_ref().is_some_and(|kept| kept.draft.kind == kind) {
            return false;
        }
        if let Some(before) = before {
            self.lay_aside(&before);
        }
        let kept = self.aside(kind).unwrap_or_else(|| Kept::new(blank(kind)));
        let mut sending = self.sending;
        sending.set(if kept.tap.is_some() { Sending::Lost } else { Sending::No });
        let status = Status::of(&kept);
        self.put(kept, status);
        true
    }

    fn lay_aside(&self, kept: &Kept) {
        let (device, key) = &*self.place.peek();
        // What finds no room there is on the server as far as it was saved.
        let _ = device.write(&format!("{key}.{}", kept.draft.kind.as_str()), &kept.to_text());
    }

    /// The draft of this kind that was laid aside.
    fn aside(&self, kind: Kind) -> Option<Kept> {
        let (device, key) = &*self.place.peek();
        device.read(&format!("{key}.{}", kind.as_str())).as_deref().and_then(Kept::parse)
    }

    /// Whether this draft is the one in work.
    pub(super) fn is_in_work(&self, id: DraftId) -> bool {
        self.kept.peek().as_ref().is_some_and(|kept| kept.draft.id == id)
    }

    /// Whether what is told of a draft is news of the one in work, and not the echo of what this window saves itself.
    pub(super) fn is_news(&self, id: DraftId) -> bool {
        let now = self.place.peek().0.now();
        let saves = *self.status.peek() == Status::Saving || self.saved_at.peek().is_some_and(|at| now - at < ECHO);
        self.is_in_work(id) && !saves
    }

    /// Ends a conflict with the other copy.
    pub fn take_theirs(&self) {
        let theirs = match &*self.status.peek() {
            Status::Conflict(theirs) => (**theirs).clone(),
            _ => return,
        };
        self.adopt(theirs);
    }

    /// Notes on the device that Send was tapped, before it is: a reload then knows.
    pub(super) fn tapped(&self, id: DraftId, tap: Tap) {
        self.note(id, |kept| kept.tap = Some(tap));
    }

    /// The server refused the Send: nothing went out.
    pub(super) fn not_sent(&self, id: DraftId) {
        self.note(id, |kept| kept.tap = None);
    }

    /// The send that a draft became.
    pub(super) fn sent(&self, id: DraftId, campaign: CampaignId) {
        self.note(id, |kept| {
            kept.draft.campaign = Some(campaign);
            kept.tap = None;
            kept.unsaved = false;
        });
    }

    /// Notes something on a draft, in work or laid aside meanwhile.
    fn note(&self, id: DraftId, change: impl FnOnce(&mut Kept)) {
        // Apart from the `if`, which would hold the signal while it is written.
        let kept = self.kept.peek().clone();
        if let Some(mut kept) = kept.filter(|kept| kept.draft.id == id) {
            change(&mut kept);
            let status = self.status.peek().clone();
            self.put(kept, status);
        } else if let Some(mut kept) =
            Kind::ALL.into_iter().filter_map(|kind| self.aside(kind)).find(|kept| kept.draft.id == id)
        {
            change(&mut kept);
            self.lay_aside(&kept);
        }
    }

    /// Puts the draft in place, in memory and on the device.
    pub(super) fn put(&self, kept: Kept, status: Status) {
        let written = {
            let (device, key) = &*self.place.peek();
            device.write(key, &kept.to_text())
        };
        let (mut current, mut now, mut on_device) = (self.kept, self.status, self.on_device);
        on_device.set(written.is_ok());
        let untapped = kept.tap.is_none() && kept.draft.campaign.is_none();
        current.set(Some(kept));
        let mut sending = self.sending;
        if untapped && matches!(&*sending.peek(), Sending::Lost | Sending::Done(_)) {
            sending.set(Sending::No);
        }
        if *now.peek() != status {
            now.set(status);
        }
    }

    /// Saves one at a time: what changes meanwhile is saved after.
    pub(super) async fn keep_saving(&self, api: &Api, mut orders: UnboundedReceiver<Order>) {
        let mut wait = None;
        loop {
            let order = match wait {
                None => orders.next().await,
                Some(time) => match select(orders.next(), Box::pin(sleep(time))).await {
                    Either::Left((order, _)) => order,
                    Either::Right(_) => Some(Order::Now),
                },
            };
            let Some(mut order) = order else { return };
            let mut looks = order == Order::Look;
            while order == Order::Changed {
                match select(orders.next(), Box::pin(sleep(PAUSE))).await {
                    // It can wait until somebody has stopped typing.
                    Either::Left((Some(Order::Look), _)) => looks = true,
                    Either::Left((Some(next), _)) => order = next,
                    Either::Left((None, _)) => return,
                    Either::Right(_) => break,
                }
            }
            let stored = |kept: &Kept| kept.draft.revision > 0;
            if looks && self.kept.peek().as_ref().is_some_and(stored) {
                self.compare(api).await;
            }
            wait = loop {
                match self.save(api).await {
                    Next::Rest => break None,
                    Next::AtOnce => {}
                    Next::Later => break Some(AGAIN),
                }
            };
        }
    }

    async fn save(&self, api: &Api) -> Next {
        let Some(kept) = self.kept.peek().clone() else {
            return Next::Rest;
        };
        let open = matches!(&*self.status.peek(), Status::Conflict(_));
        if !kept.unsaved || kept.is_blank() || kept.draft.campaign.is_some() || open {
            return Next::Rest;
        }
        self.show(Status::Saving);
        let Draft { id, kind, selection, content, revision, .. } = kept.draft.clone();
        let call = SaveDraft { id, kind, selection, content, revision };
        let answer = api.call(call).await;
        if !self.is_in_work(id) {
            // Laid aside meanwhile: it is compared when it is taken up again. The one in work now has its own turn.
            return Next::AtOnce;
        }
        match answer {
            Ok(stored) => self.was_stored(&kept.draft, &stored),
            Err(Failed::Problem(Problem::Conflict { with: Conflict::AlreadySent { campaign } })) => {
                self.sent(id, campaign);
                Next::Rest
            }
            Err(Failed::Problem(Problem::Conflict { .. })) => self.compare(api).await,
            Err(Failed::Problem(Problem::Missing { what: What::Draft })) => {
                // Thrown away elsewhere, while somebody still writes here: it goes on as a new one.
                self.note(id, |kept| {
                    kept.draft.id = DraftId(draw_id());
                    kept.draft.revision = 0;
                });
                Next::AtOnce
            }
            Err(failed @ (Failed::Outdated | Failed::Problem(Problem::Invalid { .. } | Problem::Forbidden { .. }))) => {
                self.show(Status::Refused(failed));
                Next::Rest
            }
            Err(failed) if failed.is_signed_out() => {
                self.show(Status::OnDevice(failed));
                Next::Rest
            }
            Err(failed) => {
                self.show(Status::OnDevice(failed));
                Next::Later
            }
        }
    }

    fn was_stored(&self, saved: &Draft, stored: &Draft) -> Next {
        let Some(mut kept) = self.kept.peek().clone() else {
            return Next::Rest;
        };
        let mut saved_at = self.saved_at;
        saved_at.set(Some(self.place.peek().0.now()));
        kept.draft.revision = stored.revision;
        kept.draft.updated_at = stored.updated_at;
        refresh(&mut kept.draft.media, &stored.media);
        kept.draft.campaign = stored.campaign;
        let same = kept.draft.selection == saved.selection && kept.draft.content == saved.content;
        kept.unsaved = !same;
        let status = if same { Status::Saved } else { Status::Saving };
        self.put(kept, status);
        Next::Rest
    }

    /// Looks at the server's copy and settles what can be settled without asking.
    async fn compare(&self, api: &Api) -> Next {
        let Some(id) = self.kept.peek().as_ref().map(|kept| kept.draft.id) else {
            return Next::Rest;
        };
        let answer = api.call(ShowDraft { id }).await;
        let Some(mut kept) = self.kept.peek().clone().filter(|kept| kept.draft.id == id) else {
            return Next::AtOnce;
        };
        let theirs = match answer {
            Ok(theirs) => theirs,
            // Thrown away elsewhere, and nothing new is here: it is thrown away here too.
            Err(Failed::Problem(Problem::Missing { .. })) if !kept.unsaved && kept.tap.is_none() => {
                self.put(Kept::new(blank(kept.draft.kind)), Status::Blank);
                return Next::Rest;
            }
            // Not stored yet, or thrown away elsewhere while somebody writes here: saving settles it.
            Err(Failed::Problem(Problem::Missing { .. })) => {
                if kept.draft.revision > 0 {
                    self.note(id, |kept| {
                        kept.draft.id = DraftId(draw_id());
                        kept.draft.revision = 0;
                        kept.unsaved = true;
                    });
                }
                return Next::AtOnce;
            }
            Err(failed) => {
                if kept.unsaved {
                    self.show(Status::OnDevice(failed));
                    return Next::Later;
                }
                return Next::Rest;
            }
        };
        match meet(&kept, &theirs) {
            Meeting::Sent(campaign) => self.sent(id, campaign),
            Meeting::Same => {
                kept.draft.revision = theirs.revision;
                kept.draft.updated_at = theirs.updated_at;
                refresh(&mut kept.draft.media, &theirs.media);
                kept.unsaved = false;
                self.put(kept, Status::Saved);
            }
            Meeting::Theirs => self.adopt(theirs),
            Meeting::Mine => {
                self.note(id, |kept| refresh(&mut kept.draft.media, &theirs.media));
                return Next::AtOnce;
            }
            Meeting::Ask => self.show(Status::Conflict(Box::new(theirs))),
        }
        Next::Rest
    }

    fn show(&self, status: Status) {
        let mut now = self.status;
        if *now.peek() != status {
            now.set(status);
        }
    }
}

/// Takes over what the server tells of pictures and films: its addresses last for a while only.
fn refresh(known: &mut Vec<MediaInfo>, told: &[MediaInfo]) {
    known.retain(|one| told.iter().all(|new| new.id != one.id));
    known.extend_from_slice(told);
}
