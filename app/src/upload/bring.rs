//! Brings one file to the server, step by step as its course says.

use std::time::Duration;

use shared::{
    id::MediaId,
    media::{BeginUpload, FinishUpload, MediaInfo, MediaKind, UploadPiece},
};

use super::{
    Stand, Trouble,
    course::{Course, Step},
};
use crate::{api::Api, platform::Chosen};

/// Brings a file until the medium is made or something ends it; tells how it stands after each step.
pub(super) async fn bring(
    api: &Api,
    id: MediaId,
    kind: MediaKind,
    file: &Chosen,
    wait: impl AsyncFn(Duration),
    tell: impl Fn(Stand),
) -> Result<MediaInfo, Trouble> {
    let mut course = Course::new(file.size);
    loop {
        let step = course.step();
        match step {
            Step::Begin => course.answered(api.call(BeginUpload::of_file(id, kind, file.size, &file.name)).await),
            Step::Piece { from, to } => {
                let Ok(bytes) = file.read(from, to).await else {
                    course.unreadable();
                    continue;
                };
                course.answered(api.call(UploadPiece { id, offset: from, bytes }).await);
            }
            Step::Finish => {
                tell(Stand::Making);
                course.finished(api.call(FinishUpload { id }).await);
            }
            Step::Wait(time) => wait(time).await,
            Step::End => break,
        }
        tell(if course.is_offline() { Stand::Offline(course.sent()) } else { Stand::Going(course.sent()) });
    }
    course.end().unwrap_or(Err(Trouble::Unreadable))
}
