//! Brings a picture or film as the app does: piece by piece.

use shared::{
    id::MediaId,
    limits::PIECE,
    media::{BeginUpload, FinishUpload, MediaInfo, MediaKind, UploadPiece},
    problem::Problem,
};

use crate::Client;

/// Uploads these bytes under an id of the client's; the same again is the same medium.
pub async fn upload(client: &Client, id: MediaId, kind: MediaKind, bytes: &[u8]) -> Result<MediaInfo, Problem> {
    client.call(BeginUpload { id, kind, size: bytes.len() as u64 }).await?;
    for (place, piece) in bytes.chunks(PIECE).enumerate() {
        client.call(UploadPiece { id, offset: (place * PIECE) as u64, bytes: piece.to_vec() }).await?;
    }
    client.call(FinishUpload { id }).await
}
