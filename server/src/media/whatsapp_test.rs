//! Uploads to WhatsApp, on both engines of storage.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use shared::media::MediaKind;

use super::*;
use crate::{
    conversations::fixture_test::DAY,
    db::{Db, params, testing::on_both_engines},
    media::testing::stored,
    outbox::testing::Field,
    platforms::testing::{Then, stub},
};

on_both_engines![
    a_medium_is_uploaded_once_however_many_ask_and_again_before_meta_forgets_it,
    a_document_goes_up_as_one_and_keeps_its_name,
    every_number_has_its_own_upload,
    what_fails_is_believed_for_a_moment_and_then_asked_again,
    what_is_not_there_is_refused_and_a_wrong_token_stops_the_number,
    a_medium_that_goes_takes_its_uploads_along,
];

/// A number whose WhatsApp answers uploads so.
async fn field(db: Db, habit: impl Fn(usize) -> Then + Send + 'static) -> (Field, Arc<Mutex<Vec<String>>>) {
    let uploads = AtomicUsize::new(0);
    let (base, got) = stub(move |request| {
        assert!(request.contains("/media HTTP"), "{request}");
        habit(uploads.fetch_add(1, Relaxed))
    })
    .await;
    (Field::with(db, |config| config.whatsapp.api_base = base).await, got)
}

/// What has no name of its own, by this id.
fn by(id: &str) -> UploadedMedium {
    UploadedMedium { id: id.to_owned(), name: None }
}

fn named(number: usize) -> Then {
    Then::answer("200 OK", "", format!("{{\"id\":\"meta-{number}\"}}").as_bytes())
}

async fn a_medium_is_uploaded_once_however_many_ask_and_again_before_meta_forgets_it(db: Db) {
    let (field, got) = field(db, named).await;
    let (app, team, number) = (&field.app, field.world.team, field.number);
    let media = stored(app, team, MediaKind::Image, "image/png", b"bytes").await;
    let asked = (0..20).map(|_| uploaded(app.clone(), team, number, media));
    let names = futures_util::future::join_all(asked).await;
    assert!(names.iter().all(|name| *name == Ok(by("meta-0"))), "{names:?}");
    assert_eq!(got.lock().unwrap().len(), 1);
    assert!(got.lock().unwrap()[0].contains("\r\n\r\nbytes\r\n"));
    // As after a restart: nothing is remembered but the row.
    let restarted = || {
        let mut app = app.clone();
        app.media.uploads = Uploads::default();
        app
    };
    assert_eq!(uploaded(restarted(), team, number, media).await, Ok(by("meta-0")));
    field.world.clock.advance(29 * DAY - 1);
    assert_eq!(uploaded(restarted(), team, number, media).await, Ok(by("meta-0")));
    assert_eq!(uploaded(app.clone(), team, number, media).await, Ok(by("meta-0")));
    field.world.clock.advance(1);
    assert_eq!(uploaded(app.clone(), team, number, media).await, Ok(by("meta-1")));
    assert_eq!(uploaded(restarted(), team, number, media).await, Ok(by("meta-1")));
    assert_eq!(got.lock().unwrap().len(), 2);
}

async fn a_document_goes_up_as_one_and_keeps_its_name(db: Db) {
    let (field, got) = field(db, named).await;
    let (app, team, number) = (&field.app, field.world.team, field.number);
    let media = stored(app, team, MediaKind::Document, "application/pdf", b"%PDF-bytes").await;
    let expected = Ok(UploadedMedium { id: "meta-0".to_owned(), name: Some("講義.pdf".to_owned()) });
    assert_eq!(uploaded(app.clone(), team, number, media).await, expected);
    let request = got.lock().unwrap()[0].clone();
    assert!(request.contains("application/pdf") && request.contains("\r\n\r\n%PDF-bytes\r\n"), "{request}");
    // As after a restart: the row knows the id, and the medium its name.
    let mut restarted = app.clone();
    restarted.media.uploads = Uploads::default();
    assert_eq!(uploaded(restarted, team, number, media).await, expected);
    assert_eq!(got.lock().unwrap().len(), 1);
}

async fn every_number_has_its_own_upload(db: Db) {
    let (field, _) = field(db, named).await;
    let (app, team) = (&field.app, field.world.team);
    let media = stored(app, team, MediaKind::Image, "image/png", b"bytes").await;
    let other = field.another_number().await;
    assert_eq!(uploaded(app.clone(), team, field.number, media).await, Ok(by("meta-0")));
    assert_eq!(uploaded(app.clone(), team, other, media).await, Ok(by("meta-1")));
    assert_eq!(uploaded(app.clone(), team, field.number, media).await, Ok(by("meta-0")));
}

async fn what_fails_is_believed_for_a_moment_and_then_asked_again(db: Db) {
    let habit = |number| match number {
        0 => Then::answer("503 Service Unavailable", "", b"busy"),
        1 => Then::answer("400 Bad Request", "", b"{\"error\":{\"code\":131053,\"message\":\"Media upload error\"}}"),
        number => named(number),
    };
    let (field, got) = field(db, habit).await;
    let (app, team, number) = (&field.app, field.world.team, field.number);
    let media = stored(app, team, MediaKind::Image, "image/png", b"bytes").await;
    for _ in 0..3 {
        let answer = uploaded(app.clone(), team, number, media).await.unwrap_err();
        assert_eq!(answer.outcome, Outcome::Later { after: PAUSE, reason: Reason::WaUnavailable });
    }
    field.world.clock.advance(SORRY);
    let answer = uploaded(app.clone(), team, number, media).await.unwrap_err();
    assert_eq!(answer.outcome, Outcome::Refused { reason: Reason::WaMedia });
    assert_eq!(answer.text.as_deref(), Some("Media upload error"));
    field.world.clock.advance(SORRY);
    assert_eq!(uploaded(app.clone(), team, number, media).await, Ok(by("meta-2")));
    assert_eq!(got.lock().unwrap().len(), 3);
}

async fn what_is_not_there_is_refused_and_a_wrong_token_stops_the_number(db: Db) {
    let habit = |_| Then::answer("401 Unauthorized", "", b"{\"error\":{\"code\":190,\"message\":\"expired\"}}");
    let (field, got) = field(db, habit).await;
    let (app, team, number) = (&field.app, field.world.team, field.number);
    let unknown: MediaId = app.clock.id();
    let answer = uploaded(app.clone(), team, number, unknown).await.unwrap_err();
    assert_eq!(answer.outcome, Outcome::Refused { reason: Reason::WaMedia });
    let gone = stored(app, team, MediaKind::Image, "image/png", b"bytes").await;
    app.media.delete(&gone.to_string()).await.unwrap();
    let answer = uploaded(app.clone(), team, number, gone).await.unwrap_err();
    assert_eq!(answer.outcome, Outcome::Refused { reason: Reason::WaMedia });
    assert!(got.lock().unwrap().is_empty());
    let media = stored(app, team, MediaKind::Image, "image/png", b"bytes").await;
    let elsewhere = field.world.eve.team;
    let answer = uploaded(app.clone(), elsewhere, number, media).await.unwrap_err();
    assert_eq!(answer.outcome, Outcome::Refused { reason: Reason::WaMedia }, "it is another team's");
    field.world.clock.advance(SORRY);
    let answer = uploaded(app.clone(), team, number, media).await.unwrap_err();
    assert_eq!(answer.outcome, Outcome::Stop { reason: Reason::WaToken });
}

async fn a_medium_that_goes_takes_its_uploads_along(db: Db) {
    let (field, _) = field(db, named).await;
    let (app, team, number) = (&field.app, field.world.team, field.number);
    let media = stored(app, team, MediaKind::Image, "image/png", b"bytes").await;
    uploaded(app.clone(), team, number, media).await.unwrap();
    let later = field.world.clock.now() + DAY;
    field
        .world
        .write(move |tx| {
            store::forget(tx, team, media)?;
            assert!(store::upload(tx, team, number, media, 0)?.is_some(), "it is not lost yet");
            store::lose_unused(tx, later, 9)?;
            store::forget(tx, team, media)
        })
        .await;
    let left: i64 = field.world.read(|tx| tx.one("SELECT COUNT(*) FROM whatsapp_media", params![])).await;
    assert_eq!(left, 0);
}
