//! Uploads in pieces, which go on where they were cut: each piece is an object of the media store, and the row says how
//! far it came, so that any server can take the next one.

pub(super) mod store;
#[cfg(test)]
mod store_test;
#[cfg(test)]
mod uploads_test;

use aws_lc_rs::digest;
use bytes::{Bytes, BytesMut};
use shared::{
    call::Done,
    id::{MediaId, TeamId},
    limits,
    media::{BeginUpload, DropUpload, FinishUpload, MediaFault, MediaInfo, MediaKind, ShowUpload, Upload, UploadPiece},
    problem::{Conflict, Problem, Rule, What},
};

use self::store::{Closed, Open};
use super::{
    hex, infos,
    prepared::{self, Prepared},
    store::{self as media, Ours, Places, PreviewPlace},
    sweep::{DAY, discard},
};
use tokio::sync::oneshot;

use crate::{
    App,
    caller::Caller,
    db,
    refused::{Refused, Result},
};

/// Uploads of one member under way at once.
const OPEN: u64 = 20;
/// Bytes of one member that nothing holds: her uploads, and media that she has not used yet.
const LOOSE: u64 = 1024 * 1024 * 1024;
/// Where a member has too much under way, what she began so long ago is given up, in milliseconds.
const GIVEN_UP: i64 = 3_600_000;

/// A piece of an upload in the media store.
pub(super) fn piece_path(team: TeamId, id: MediaId, number: u64) -> String {
    format!("{}/uploads/{}.{number}", team.0.simple(), id.0.simple())
}

/// A medium that a member brought, and its preview where it has one, in the media store.
pub(super) fn paths(team: TeamId, id: MediaId) -> [String; 2] {
    let whole = format!("{}/sent/{}", team.0.simple(), id.0.simple());
    let preview = format!("{whole}.preview");
    [whole, preview]
}

/// How many pieces an upload of this size has.
pub(super) fn pieces(size: u64) -> u64 {
    size.div_ceil(limits::PIECE as u64)
}

fn missing() -> Refused {
    Problem::missing(What::Upload).into()
}

/// Begins an upload under the id that the client drew, or says how far it is.
pub(crate) async fn begin(app: App, caller: Caller, call: BeginUpload) -> Result<Upload> {
    call.check()?;
    app.limits.check_upload(caller.member)?;
    let (with, now) = (app.clone(), app.clock.now());
    app.db
        .write(move |tx| {
            let taken = || Refused::from(Problem::invalid("id", Rule::Taken));
            let name = call.kept_name();
            let BeginUpload { id, kind, size, .. } = call;
            if let Some(open) = store::open(tx, caller.team, id)? {
                let same = (open.member, open.kind, open.size, &open.name) == (caller.member, kind, size, &name);
                return if same { Ok(under_way(id, &open)) } else { Err(taken()) };
            }
            if let Some(media) = finished(&with, tx, &caller, id)? {
                let same = (media.kind, &media.name) == (kind, &name);
                return if same { Ok(at_its_end(size, media)) } else { Err(taken()) };
            }
            if store::is_taken(tx, caller.team, id)? {
                return Err(taken());
            }
            make_room(tx, &caller, size, now)?;
            let open = Open { kind, size, name, received: 0, member: caller.member };
            store::insert(tx, caller.team, id, &open, now)?;
            Ok(under_way(id, &open))
        })
        .await
}

fn under_way(id: MediaId, open: &Open) -> Upload {
    Upload { id, kind: open.kind, size: open.size, received: open.received, media: None }
}

/// A finished upload; how large it was once is not kept.
fn at_its_end(size: u64, media: MediaInfo) -> Upload {
    Upload { id: media.id, kind: media.kind, size, received: size, media: Some(media) }
}

/// The medium that this member's upload became.
fn finished(app: &App, tx: &mut db::Tx<'_>, caller: &Caller, id: MediaId) -> db::Result<Option<MediaInfo>> {
    if !store::brought_by(tx, caller.team, id, caller.member)? {
        return Ok(None);
    }
    Ok(infos(app, tx, caller.team, &[id])?.pop())
}

/// Lets nobody fill the disk: what she left lying is given up first, then she has to wait for the sweeping.
fn make_room(tx: &mut db::Tx<'_>, caller: &Caller, size: u64, now: i64) -> Result<()> {
    let loose = |tx: &mut db::Tx<'_>| store::loose(tx, caller.team, caller.member, now - DAY);
    let fits = |loose: &store::Loose| loose.uploads < OPEN && loose.bytes.saturating_add(size) <= LOOSE;
    if fits(&loose(tx)?) {
        return Ok(());
    }
    store::close_hers(tx, caller.team, caller.member, now - GIVEN_UP, now)?;
    let left = loose(tx)?;
    if fits(&left) {
        return Ok(());
    }
    let goes = if left.uploads < OPEN { DAY } else { GIVEN_UP };
    let wait = left.oldest.map_or(0, |oldest| oldest + goes - now);
    Err(Problem::TooMany { retry_after: u64::try_from(wait / 1_000).unwrap_or_default() + 1 }.into())
}

/// The caller's upload, or the medium that it became.
enum Found {
    UnderWay(Open),
    Finished(MediaInfo),
}

async fn find(app: &App, caller: &Caller, id: MediaId) -> Result<Found> {
    let (with, caller) = (app.clone(), caller.clone());
    app.db
        .read(move |tx| {
            if let Some(open) = store::open(tx, caller.team, id)? {
                return if open.member == caller.member { Ok(Found::UnderWay(open)) } else { Err(missing()) };
            }
            finished(&with, tx, &caller, id)?.map(Found::Finished).ok_or_else(missing)
        })
        .await
}

/// Takes the next piece.
pub(crate) async fn take_piece(app: App, caller: Caller, call: UploadPiece) -> Result<Upload> {
    let UploadPiece { id, offset, bytes } = call;
    let open = match find(&app, &caller, id).await? {
        Found::UnderWay(open) => open,
        Found::Finished(media) => return Ok(at_its_end(media.size, media)),
    };
    let piece = limits::PIECE as u64;
    if !offset.is_multiple_of(piece) || offset >= open.size {
        let expected = format!("a multiple of {piece} below {}", open.size);
        return Err(Problem::invalid("offset", Rule::Malformed { expected }).into());
    }
    if offset < open.received {
        return Ok(under_way(id, &open));
    }
    if offset > open.received {
        return Err(Problem::conflict(Conflict::UploadAt { received: open.received }).into());
    }
    let length = piece.min(open.size - offset);
    if bytes.len() as u64 != length {
        let expected = format!("{length} bytes, not {}", bytes.len());
        return Err(Problem::invalid("body", Rule::Malformed { expected }).into());
    }
    let path = piece_path(caller.team, id, offset / piece);
    app.media.write(&path, bytes.into()).await?;
    let (team, received) = (caller.team, offset + length);
    let now = app.db.write(move |tx| {
        store::advance(tx, team, id, offset, received)?;
        store::open(tx, team, id)
    });
    if let Some(open) = now.await? {
        return Ok(under_way(id, &open));
    }
    // It was dropped or finished meanwhile: nobody else would delete this piece any more.
    app.media.delete(&path).await?;
    Ok(match find(&app, &caller, id).await? {
        Found::UnderWay(open) => under_way(id, &open),
        Found::Finished(media) => at_its_end(media.size, media),
    })
}

/// Makes the medium of an upload whose pieces are all here.
pub(crate) async fn finish(app: App, caller: Caller, call: FinishUpload) -> Result<MediaInfo> {
    let id = call.id;
    // Before and after its turn: while it waited, the same request may have been done.
    if let Found::Finished(media) = whole(&app, &caller, id).await? {
        return Ok(media);
    }
    let (made, making) = oneshot::channel();
    let with = app.clone();
    // On its own: where the line breaks meanwhile, the next try finds what was made.
    app.tasks.spawn("media.making", async move {
        // Nobody may wait for it any more.
        let _ = made.send(make(with, caller, id).await);
    });
    making.await.map_err(Refused::fault)?
}

/// Makes the medium of an upload in its turn.
async fn make(app: App, caller: Caller, id: MediaId) -> Result<MediaInfo> {
    let turn = app.media.turns.clone().acquire_owned().await.map_err(Refused::fault)?;
    let open = match whole(&app, &caller, id).await? {
        Found::UnderWay(open) => open,
        Found::Finished(media) => return Ok(media),
    };
    let bytes = match gather(&app, caller.team, id, &open).await {
        Ok(bytes) => bytes,
        // Another request may have finished it, and deleted its pieces, while they were read here.
        Err(error) => {
            return match find(&app, &caller, id).await? {
                Found::Finished(media) => Ok(media),
                Found::UnderWay(_) => Err(error),
            };
        }
    };
    let Open { kind, name, .. } = open;
    let prepared = tokio::task::spawn_blocking(move || {
        // Its turn lasts as long as the work, also where nobody waits for it any more.
        let _turn = turn;
        prepared::prepare(kind, bytes)
    });
    let prepared = prepared.await.unwrap_or_else(|error| {
        tracing::error!(media = %id, %error, "an upload cannot be looked at");
        Err(MediaFault::Damaged)
    });
    match prepared {
        Ok(prepared) => keep(&app, &caller, id, (kind, name), prepared).await,
        Err(fault) => {
            drop_open(&app, caller.team, id).await?;
            Err(Problem::invalid("file", Rule::Unfit { fault }).into())
        }
    }
}

/// The caller's upload with all its pieces, or the medium that it became.
async fn whole(app: &App, caller: &Caller, id: MediaId) -> Result<Found> {
    let found = find(app, caller, id).await?;
    match &found {
        Found::UnderWay(open) if open.received < open.size => {
            Err(Problem::conflict(Conflict::UploadAt { received: open.received }).into())
        }
        _ => Ok(found),
    }
}

/// The bytes of all pieces.
async fn gather(app: &App, team: TeamId, id: MediaId, open: &Open) -> Result<Bytes> {
    let mut bytes = BytesMut::with_capacity(usize::try_from(open.size).unwrap_or_default());
    for number in 0..pieces(open.size) {
        bytes.extend_from_slice(&app.media.read_whole(&piece_path(team, id, number)).await?);
    }
    Ok(bytes.freeze())
}

/// Writes the objects, then the row; what no row came to name is deleted again.
async fn keep(
    app: &App,
    caller: &Caller,
    id: MediaId,
    (kind, name): (MediaKind, Option<String>),
    prepared: Prepared,
) -> Result<MediaInfo> {
    let [whole, preview] = paths(caller.team, id);
    let ours = Ours {
        id,
        kind,
        mime: prepared.mime.to_owned(),
        size: prepared.bytes.len() as u64,
        name,
        width: prepared.width,
        height: prepared.height,
        duration_ms: prepared.duration_ms,
    };
    let places = Places {
        sha256: hex(digest::digest(&digest::SHA256, &prepared.bytes).as_ref()),
        preview: prepared.preview.as_ref().map(|bytes| PreviewPlace { path: preview, size: bytes.len() as u64 }),
        whole,
    };
    let written = write_both(app, &places, prepared).await;
    let kept = match written {
        Ok(()) => enter(app, caller, ours, places.clone()).await,
        Err(error) => Err(error),
    };
    if let Err(error) = kept {
        clear(app, caller.team, id, &places).await;
        return Err(error);
    }
    kept
}

async fn write_both(app: &App, places: &Places, prepared: Prepared) -> Result<()> {
    if let Some((place, preview)) = places.preview.as_ref().zip(prepared.preview) {
        app.media.write(&place.path, preview).await?;
    }
    app.media.write(&places.whole, prepared.bytes).await?;
    Ok(())
}

/// Makes the upload a medium in one transaction, unless another request has done it.
async fn enter(app: &App, caller: &Caller, ours: Ours, places: Places) -> Result<MediaInfo> {
    let (with, caller, id, now) = (app.clone(), caller.clone(), ours.id, app.clock.now());
    let team = caller.team;
    let (media, closed) = app
        .db
        .write(move |tx| {
            let closed = store::close(tx, caller.team, id, now)?;
            if closed.is_some() {
                media::insert_ours(tx, caller.team, &ours, &places, caller.member, now)?;
            }
            let media = finished(&with, tx, &caller, id)?.ok_or_else(missing)?;
            Ok::<_, Refused>((media, closed))
        })
        .await?;
    if let Some(closed) = closed {
        metrics::counter!("storecast_media_brought_total").increment(1);
        discard_now(app, closed).await;
    }
    tracing::debug!(%team, media = %id, "a medium was brought");
    Ok(media)
}

/// Deletes the objects of a medium that did not come to be. They stay where the same upload became one meanwhile.
async fn clear(app: &App, team: TeamId, id: MediaId, places: &Places) {
    if !matches!(app.db.read(move |tx| media::is_ours(tx, team, id)).await, Ok(false)) {
        return;
    }
    let preview = places.preview.as_ref().map(|preview| &preview.path);
    for path in [Some(&places.whole), preview].into_iter().flatten() {
        if let Err(error) = app.media.delete(path).await {
            tracing::warn!(%team, media = %id, %error, "what was half kept is deleted with its upload");
        }
    }
}

/// How far the caller's upload is, or the medium that it became.
pub(crate) async fn show(app: App, caller: Caller, call: ShowUpload) -> Result<Upload> {
    Ok(match find(&app, &caller, call.id).await? {
        Found::UnderWay(open) => under_way(call.id, &open),
        Found::Finished(media) => at_its_end(media.size, media),
    })
}

/// Throws an upload away that is not finished; one that is not there is thrown away.
pub(crate) async fn throw_away(app: App, caller: Caller, call: DropUpload) -> Result<Done> {
    match find(&app, &caller, call.id).await {
        Ok(Found::UnderWay(_)) => drop_open(&app, caller.team, call.id).await?,
        Ok(Found::Finished(_)) | Err(Refused::Problem(Problem::Missing { .. })) => {}
        Err(error) => return Err(error),
    }
    Ok(Done {})
}

async fn drop_open(app: &App, team: TeamId, id: MediaId) -> Result<()> {
    let now = app.clock.now();
    if let Some(closed) = app.db.write(move |tx| store::close(tx, team, id, now)).await? {
        discard_now(app, closed).await;
    }
    Ok(())
}

/// Deletes the pieces of a closed upload; where that fails, the sweeping does it.
async fn discard_now(app: &App, closed: Closed) {
    if let Err(error) = discard(app, closed).await {
        tracing::warn!(team = %closed.team, upload = %closed.id, %error, "the pieces of an upload are deleted later");
    }
}
