//! Media that a member brought, for tests of what is sent with them.

use bytes::Bytes;
use shared::{
    id::{MediaId, MemberId, TeamId},
    media::MediaKind,
};

use super::store::{self, Ours, Places, PreviewPlace};
use crate::{App, params};

/// A picture or film of the team with these bytes, ready to be sent; a document is called `講義.pdf`.
pub(crate) async fn stored(app: &App, team: TeamId, kind: MediaKind, mime: &str, bytes: &'static [u8]) -> MediaId {
    let id: MediaId = app.clock.id();
    let size = bytes.len() as u64;
    let name = (kind == MediaKind::Document).then(|| "講義.pdf".to_owned());
    let ours = Ours { id, kind, mime: mime.into(), size, name, width: 4, height: 3, duration_ms: None };
    let preview = kind.has_preview().then(|| PreviewPlace { path: format!("{id}.p"), size: 1 });
    let places = Places { whole: id.to_string(), sha256: "ab".into(), preview };
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
