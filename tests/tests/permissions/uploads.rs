//! The requests about uploads.

use shared::{
    id::MediaId,
    media::{BeginUpload, DropUpload, FinishUpload, MediaKind, ShowUpload, UploadPiece},
    problem::Problem,
};
use tests::{Client, world};

use crate::stage::{Actor, done};

const PICTURE: &[u8] = include_bytes!("../../../server/src/media/samples/grey.jpg");

/// Makes the request of a route about a fresh upload of the owner's.
pub(crate) async fn ask(route: &str, actor: &Actor, owner: &Actor) -> Result<(), Problem> {
    let (client, id) = (&actor.client, MediaId(world::new_draft().0));
    let size = PICTURE.len() as u64;
    let begin = BeginUpload::of_file(id, MediaKind::Image, size, "");
    let piece = UploadPiece { id, offset: 0, bytes: PICTURE.to_vec() };
    if route == "PUT /uploads/{id}" {
        let answered = done(client, begin).await;
        throw_away(client, id).await;
        return answered;
    }
    owner.client.call(begin).await.unwrap();
    let came = match route {
        "PUT /uploads/{id}/pieces/{offset}" => done(client, piece).await,
        "POST /uploads/{id}/finish" => {
            owner.client.call(piece).await.unwrap();
            done(client, FinishUpload { id }).await
        }
        "GET /uploads/{id}" => done(client, ShowUpload { id }).await,
        "DELETE /uploads/{id}" => {
            let dropped = done(client, DropUpload { id }).await;
            // Hers is hers alone, whatever others are told.
            let left = owner.client.call(piece).await.is_ok();
            assert_eq!(left, actor.seat.id != owner.seat.id);
            dropped
        }
        other => panic!("{other} is mounted, but this test does not know how to ask for it"),
    };
    throw_away(&owner.client, id).await;
    came
}

async fn throw_away(client: &Client, id: MediaId) {
    client.call(DropUpload { id }).await.unwrap();
}
