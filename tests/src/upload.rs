//! Brings a picture, film or document as the app does: piece by piece.

use shared::{
    id::MediaId,
    limits::PIECE,
    media::{BeginUpload, FinishUpload, MediaInfo, MediaKind, UploadPiece},
    problem::Problem,
};

use crate::Client;

/// Uploads these bytes under an id of the client's; the same again is the same medium.
pub async fn upload(client: &Client, id: MediaId, kind: MediaKind, bytes: &[u8]) -> Result<MediaInfo, Problem> {
    bring(client, BeginUpload::of_file(id, kind, bytes.len() as u64, ""), bytes).await
}

/// As [`upload`], of a document whose file has this name.
pub async fn upload_document(client: &Client, id: MediaId, name: &str, bytes: &[u8]) -> Result<MediaInfo, Problem> {
    bring(client, BeginUpload::of_file(id, MediaKind::Document, bytes.len() as u64, name), bytes).await
}

async fn bring(client: &Client, begin: BeginUpload, bytes: &[u8]) -> Result<MediaInfo, Problem> {
    let id = begin.id;
    client.call(begin).await?;
    for (place, piece) in bytes.chunks(PIECE).enumerate() {
        client.call(UploadPiece { id, offset: (place * PIECE) as u64, bytes: piece.to_vec() }).await?;
    }
    client.call(FinishUpload { id }).await
}
