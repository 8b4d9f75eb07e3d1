//! Media: what customers send is fetched from the platform at once; what members bring is made fit to be sent. Both lie
//! in the media store and are shown by signed addresses.

mod address;
mod document;
mod erase;
mod fetch;
mod files;
mod film;
pub mod http;
mod kinds;
mod picture;
mod prepared;
mod store;
#[cfg(test)]
mod store_test;
mod sweep;
#[cfg(test)]
pub(crate) mod testing;
mod uploads;
mod whatsapp;

use std::fmt::Write as _;

use shared::{
    conversations::{MediaRef, MessageKind},
    id::{CampaignId, ChannelId, DraftId, MediaId, MemberId, MessageId, SavedReplyId, TeamId},
    media::MediaInfo,
};

pub use self::{
    address::{Rendition, platform_address},
    erase::erase_sent,
    files::{Media, MediaError},
    store::State,
    whatsapp::uploaded,
};
use crate::{App, clock::Clock, db};

/// The largest file that is fetched, in bytes.
pub(crate) const LARGEST: usize = 64 * 1024 * 1024;

/// Starts the fetching of what customers send, and the sweeping of what nobody uses.
pub fn start(app: &App) {
    fetch::start(app);
    sweep::start(app);
}

/// Notes, in the transaction that writes the message, that a platform's file is to be fetched.
pub fn want(
    tx: &mut db::Tx<'_>,
    clock: &Clock,
    team: TeamId,
    channel: ChannelId,
    kind: MessageKind,
    platform_id: &str,
) -> db::Result<MediaId> {
    let id: MediaId = clock.id();
    store::want(tx, team, id, channel, kind, platform_id, clock.now())?;
    Ok(id)
}

/// Takes a want back, in the same transaction: the message was there already.
pub fn unwant(tx: &mut db::Tx<'_>, team: TeamId, id: MediaId) -> db::Result<()> {
    store::unwant(tx, team, id)
}

/// A stored medium, as a thread reads it beside its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// Its team.
    pub team: TeamId,
    /// Itself.
    pub id: MediaId,
    /// How far it is.
    pub state: State,
    /// Its type, once it is fetched.
    pub mime: Option<String>,
    /// What it is called, as documents of ours are.
    pub name: Option<String>,
    /// Its bytes, once it is fetched.
    pub size: Option<u64>,
    /// Whether it has a preview, as pictures and films of ours do.
    pub has_preview: bool,
}

/// A medium for those who may see the conversation: with an address where it is ready.
pub fn reference(app: &App, stored: &Stored) -> MediaRef {
    let is_ready = stored.state == State::Ready;
    let address = |rendition| address::in_app(app, stored.team, stored.id, rendition);
    MediaRef {
        id: stored.id,
        mime: stored.mime.clone().unwrap_or_default(),
        name: stored.name.clone(),
        size: stored.size,
        url: is_ready.then(|| address(Rendition::Whole)),
        preview_url: (is_ready && stored.has_preview).then(|| address(Rendition::Preview)),
        lost: stored.state == State::Lost,
    }
}

/// What holds a medium of ours, so that it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holder {
    /// A draft; clients draw the ids of drafts, each member her own.
    Draft {
        /// Whose it is.
        sender: MemberId,
        /// Itself.
        draft: DraftId,
    },
    /// A send that was accepted.
    Campaign(CampaignId),
    /// A saved reply.
    SavedReply(SavedReplyId),
    /// A message of a conversation.
    Message(MessageId),
}

impl Holder {
    /// As the database spells it: what it is, and which.
    fn columns(self) -> (&'static str, String) {
        match self {
            Self::Draft { sender, draft } => ("draft", format!("{sender}:{draft}")),
            Self::Campaign(id) => ("campaign", id.to_string()),
            Self::SavedReply(id) => ("saved_reply", id.to_string()),
            Self::Message(id) => ("message", id.to_string()),
        }
    }
}

/// Those of these media that are the team's own and ready to be sent, each once, in the order asked. What customers
/// sent, other teams' and what is gone are not among them.
pub fn infos(app: &App, tx: &mut db::Tx<'_>, team: TeamId, ids: &[MediaId]) -> db::Result<Vec<MediaInfo>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = store::ours(tx, team, ids)?;
    found.sort_by_key(|one| ids.iter().position(|id| *id == one.id));
    Ok(found.into_iter().map(|one| info(app, team, one)).collect())
}

fn info(app: &App, team: TeamId, one: store::Ours) -> MediaInfo {
    let address = |rendition| address::in_app(app, team, one.id, rendition);
    MediaInfo {
        id: one.id,
        kind: one.kind,
        mime: one.mime,
        size: one.size,
        name: one.name,
        width: one.width,
        height: one.height,
        duration_ms: one.duration_ms,
        url: address(Rendition::Whole),
        preview_url: one.kind.has_preview().then(|| address(Rendition::Preview)),
    }
}

/// Where a medium of a customer lies, or will lie, in the media store.
fn canonical_path(team: TeamId, id: MediaId) -> String {
    format!("{}/{}", team.0.simple(), id.0.simple())
}

/// From now on this holder holds these media, and no others; only the team's own that are ready can be held. In the
/// transaction that writes the holder, in the lane of people: it must not meet the sweeping of unused media.
pub fn hold(tx: &mut db::Tx<'_>, team: TeamId, holder: Holder, ids: &[MediaId]) -> db::Result<()> {
    let (held_by, holder_id) = holder.columns();
    store::release_others(tx, team, held_by, &holder_id, ids)?;
    if ids.is_empty() { Ok(()) } else { store::hold(tx, team, held_by, &holder_id, ids) }
}

/// This holder holds nothing any more.
pub fn release(tx: &mut db::Tx<'_>, team: TeamId, holder: Holder) -> db::Result<()> {
    hold(tx, team, holder, &[])
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
