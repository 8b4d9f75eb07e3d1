//! Media that a member brought, for tests of what is sent with them.

use bytes::Bytes;
use shared::{
    id::{MediaId, MemberId, TeamId},
    media::MediaKind,
};

use super::store::{self, Ours, Places};
use crate::{App, params};

/// A picture or film of the team with these bytes, ready to be sent.
pub(crate) async fn stored(app: &App, team: TeamId, kind: MediaKind, mime: &str, bytes: &'static [u8]) -> MediaId {
    let id: MediaId = app.clock.id();
    let size = bytes.len() as u64;
    let ours = Ours { id, kind, mime: mime.into(), size, width: 4, height: 3, duration_ms: None };
    let places = Places { whole: id.to_string(), preview: format!("{id}.p"), sha256: "ab".into(), preview_size: 1 };
    app.media.write(&places.whole, Bytes::from_static(bytes)).await.unwrap();
    let at = app.clock.now();
    app.db
        .write(move |tx| {
            let by: MemberId = tx.one("SELECT MIN(id) FROM member WHERE team_id = $1", params![team])?;
            store::insert_ours(tx, team, &ours, &places, by, at)
        })
        .await
        .unwrap();
    id
}
