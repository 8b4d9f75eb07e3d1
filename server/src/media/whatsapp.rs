//! Pictures, films and documents at Meta: WhatsApp sends what was uploaded to it by the same number (providers.md B2).
//! Each is uploaded once per number and again when Meta is about to forget it; whoever needs it meanwhile waits for the
//! same upload.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use shared::{
    id::{ChannelId, MediaId, TeamId},
    reasons::Reason,
};

use super::{MediaError, Rendition, store};
use crate::{
    App, channels,
    db::Lane,
    platforms::{Answer, AskError, Outcome, whatsapp::message::UploadedMedium},
};

/// How long an upload is used, in milliseconds: Meta keeps it for 30 days.
const LIFE: i64 = 29 * 86_400_000;
/// How long a failure is believed, in milliseconds: all of a send ask for the same picture.
const SORRY: i64 = 5_000;
/// The pause after a fault of ours, or while Meta cannot be reached.
const PAUSE: Duration = Duration::from_secs(5);
/// Uploads that are remembered before those that are over are forgotten.
const REMEMBERED: usize = 1_000;

/// What uploads came to, by number and medium. Cloning gives another hand on the same memory.
#[derive(Clone, Default)]
pub(super) struct Uploads(Arc<Mutex<HashMap<(ChannelId, MediaId), Turn>>>);

/// One at a time uploads; the others find what came of it.
type Turn = Arc<tokio::sync::Mutex<Option<Remembered>>>;

struct Remembered {
    came_to: Result<UploadedMedium, Answer>,
    /// UTC milliseconds.
    until: i64,
}

impl Uploads {
    fn turn(&self, key: (ChannelId, MediaId), now: i64) -> Turn {
        let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= REMEMBERED {
            let is_over =
                |turn: &Turn| turn.try_lock().is_ok_and(|known| known.as_ref().is_none_or(|known| known.until <= now));
            turns.retain(|_, turn| Arc::strong_count(turn) > 1 || !is_over(turn));
        }
        Arc::clone(turns.entry(key).or_default())
    }
}

/// What WhatsApp has of this medium of the team for this number, uploaded first where it was not. Where that fails,
/// what the message would have been answered: a medium that Meta does not take, or that is gone, is
/// [`Reason::WaMedia`].
pub async fn uploaded(app: App, team: TeamId, channel: ChannelId, media: MediaId) -> Result<UploadedMedium, Answer> {
    let now = app.clock.now();
    let turn = app.media.uploads.turn((channel, media), now);
    let mut known = turn.lock().await;
    if let Some(known) = known.as_ref().filter(|known| now < known.until) {
        return known.came_to.clone();
    }
    let (came_to, until) = match find_or_upload(&app, team, channel, media).await {
        Ok((medium, at)) => (Ok(medium), at + LIFE),
        Err(failure) => {
            tracing::warn!(%channel, %media, error = %failure, "a medium could not be uploaded");
            (Err(failure.answer()), now + SORRY)
        }
    };
    *known = Some(Remembered { came_to: came_to.clone(), until });
    came_to
}

/// Why a medium cannot be sent.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// It is not in the store.
    #[error("it is gone")]
    Gone,
    /// Meta did not take it.
    #[error(transparent)]
    Asked(#[from] AskError),
    /// The store of media cannot be read.
    #[error(transparent)]
    Store(#[from] MediaError),
    /// The database does not answer.
    #[error(transparent)]
    Database(#[from] crate::db::Error),
    /// The number's token cannot be read.
    #[error("{0}")]
    Token(String),
}

impl Failure {
    /// As if it were the answer to the message.
    fn answer(self) -> Answer {
        let later = |reason| Outcome::Later { after: PAUSE, reason };
        let (outcome, text) = match self {
            Self::Gone => (Outcome::Refused { reason: Reason::WaMedia }, None),
            Self::Asked(AskError::Refused(said)) => (Outcome::Refused { reason: Reason::WaMedia }, Some(said)),
            Self::Asked(error @ AskError::TooLarge(_)) => {
                (Outcome::Refused { reason: Reason::WaMedia }, Some(error.to_string()))
            }
            // There is no such number at Meta, or not for this token.
            Self::Asked(AskError::NotFound) => (Outcome::Stop { reason: Reason::WaNotRegistered }, None),
            Self::Asked(AskError::Stop(said)) => (Outcome::Stop { reason: Reason::WaToken }, Some(said)),
            Self::Asked(AskError::Later(said)) => (later(Reason::WaUnavailable), Some(said)),
            Self::Store(_) | Self::Database(_) | Self::Token(_) => (later(Reason::Internal), None),
        };
        Answer { outcome, code: None, text, request_id: None }
    }
}

/// An upload that Meta still has, and when it was made (UTC ms).
async fn find_or_upload(
    app: &App,
    team: TeamId,
    channel: ChannelId,
    media: MediaId,
) -> Result<(UploadedMedium, i64), Failure> {
    let after = app.clock.now() - LIFE;
    let (known, file) = app
        .db
        .read(move |tx| {
            let known = store::upload(tx, team, channel, media, after)?;
            Ok::<_, crate::db::Error>((known, store::file(tx, team, media, Rendition::Whole)?))
        })
        .await?;
    let name = file.as_ref().and_then(|file| file.name.clone());
    if let Some((id, at)) = known {
        return Ok((UploadedMedium { id, name }, at));
    }
    let file = file.ok_or(Failure::Gone)?;
    let bytes = app.media.read_whole(&file.path).await.map_err(|error| match error {
        MediaError::Store(object_store::Error::NotFound { .. }) => Failure::Gone,
        error => Failure::Store(error),
    })?;
    let number = channels::number(app, channel).await.map_err(|error| Failure::Token(error.to_string()))?;
    let id = app.platforms.whatsapp.upload(&number.token, &number.phone_number_id, bytes, &file.mime).await?;
    let (at, kept) = (app.clock.now(), id.clone());
    let keep = move |tx: &mut crate::db::Tx<'_>| store::keep_upload(tx, team, channel, media, &kept, at);
    if let Err(error) = app.db.write_as(Lane::Engine, keep).await {
        // It is uploaded all the same; another server, or the next start, does it again.
        tracing::warn!(%channel, %media, %error, "an upload was not kept");
    }
    metrics::counter!("storecast_whatsapp_uploads_total").increment(1);
    Ok((UploadedMedium { id, name }, at))
}

#[cfg(test)]
#[path = "whatsapp_test.rs"]
mod tests;
