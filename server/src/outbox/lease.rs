//! A slice under our lease, and the answers to the calls that were made under it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
};

use shared::id::{CampaignId, ChannelId, DeliveryId, SliceId, TeamId};

use super::{Busy, budget, line::Batch, parts::Fact, store::Taken};
use crate::platforms::Answer;

/// A slice under our lease, while its calls are out.
pub(crate) struct Lease {
    pub(crate) team: TeamId,
    pub(crate) channel: ChannelId,
    pub(crate) campaign: Option<CampaignId>,
    pub(crate) slice: Taken,
    /// What the channel's pace is kept by.
    pub(crate) endpoint: &'static str,
    /// Calls not yet settled.
    outstanding: AtomicUsize,
    /// When the last of those that come later is due (UTC ms).
    due_at: AtomicI64,
    /// Until when it is surely ours (UTC ms).
    until: AtomicI64,
    /// Answers of it could not be settled.
    is_torn: AtomicBool,
}

impl Lease {
    pub(crate) fn new(busy: &Busy, campaign: Option<CampaignId>, slice: Taken, calls: usize, until: i64) -> Self {
        Self {
            team: busy.team,
            channel: busy.channel,
            campaign,
            endpoint: budget::endpoint(busy.platform, slice.is_batch),
            slice,
            outstanding: AtomicUsize::new(calls),
            due_at: AtomicI64::new(0),
            until: AtomicI64::new(until),
            is_torn: AtomicBool::new(false),
        }
    }

    /// Whether a call may still be made under it: not once another engine may have taken the slice over.
    pub(crate) fn holds(&self, now: i64) -> bool {
        now < self.until.load(Ordering::SeqCst)
    }

    /// It is ours until then.
    pub(crate) fn renewed(&self, until: i64) {
        self.until.store(until, Ordering::SeqCst);
    }

    /// The slice, and which lease of it this is.
    pub(crate) fn term(&self) -> (SliceId, i64) {
        (self.slice.id, self.slice.generation)
    }

    /// One of its rows comes later, then (UTC ms).
    pub(crate) fn put_off(&self, due_at: i64) {
        self.due_at.fetch_max(due_at, Ordering::SeqCst);
    }

    /// One of its calls was answered; whether that was the last.
    pub(crate) fn answered(&self) -> bool {
        self.outstanding.fetch_sub(1, Ordering::SeqCst) == 1
    }

    /// When those of its rows that come later are due (UTC ms).
    pub(crate) fn due_at(&self) -> i64 {
        self.due_at.load(Ordering::SeqCst)
    }

    /// Answers of it were given up.
    pub(crate) fn tear(&self) {
        self.is_torn.store(true, Ordering::SeqCst);
    }

    /// Whether answers of it were given up.
    pub(crate) fn is_torn(&self) -> bool {
        self.is_torn.load(Ordering::SeqCst)
    }
}

/// One call, answered; or handed back unsent because the server stops.
pub(crate) struct Done {
    pub(crate) lease: Arc<Lease>,
    pub(crate) delivery: DeliveryId,
    pub(crate) attempt: i64,
    pub(crate) tries: u64,
    pub(crate) unsure: bool,
    /// `None`: no call was made.
    pub(crate) answer: Option<Answer>,
    /// UTC ms.
    pub(crate) at: i64,
    /// What the call was, or would have been.
    pub(crate) asked: Asked,
}

impl Done {
    /// Recipients it settles.
    pub(crate) fn people(&self) -> usize {
        match &self.asked {
            Asked::Check(members) => members.len(),
            Asked::Batch(batch) => batch.members.len(),
            Asked::Push | Asked::Message(_) => 1,
        }
    }
}

/// What a call is about.
pub(crate) enum Asked {
    /// LINE: all messages of one recipient.
    Push,
    /// LINE: the messages of many.
    Batch(Box<Batch>),
    /// LINE: whether the messages are right, of which these are told.
    Check(Vec<DeliveryId>),
    /// WhatsApp: one message of one recipient.
    Message(Box<Steps>),
}

/// How far a recipient on WhatsApp got.
pub(crate) struct Steps {
    /// The message that was answered, or would have been next; from 0.
    pub(crate) part: usize,
    /// What became of those before it.
    pub(crate) facts: Vec<Fact>,
    /// How long (ms) the next one has to wait, where that is why no call was made.
    pub(crate) wait: i64,
}
