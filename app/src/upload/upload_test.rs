//! Uploads against a server made of answers: cut at every call, offline, refused, cancelled, reloaded.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    time::Duration,
};

use dioxus::prelude::*;
use rstest::rstest;
use shared::{
    call::{Call, Done},
    id::MediaId,
    limits::PIECE,
    media::{BeginUpload, DropUpload, FinishUpload, MediaFault, MediaInfo, MediaKind, ShowUpload, Upload, UploadPiece},
    members::Role,
    problem::{Conflict, Problem, Rule, What},
};
use uuid::Uuid;

use super::{Stand, Trouble, Uploads, bring::bring, use_uploads};
use crate::{
    api::{Api, Failed},
    canned::Canned,
    platform::{Chosen, Memory},
    stage::{Playing, Stage, member},
    words::Language,
};

const ID: MediaId = MediaId(Uuid::from_u128(5));

fn info(id: MediaId, size: u64) -> MediaInfo {
    MediaInfo {
        id,
        kind: MediaKind::Video,
        mime: "video/mp4".into(),
        size,
        name: None,
        width: 640,
        height: 360,
        duration_ms: Some(24_000),
        url: "/media/a".into(),
        preview_url: Some("/media/b".into()),
    }
}

/// Bytes that differ from piece to piece.
fn film(size: usize) -> Vec<u8> {
    (0..size).map(|at| u8::try_from((at / 7 + at / PIECE) % 251).unwrap_or_default()).collect()
}

/// How a call is lost.
#[derive(Clone, Copy, PartialEq)]
enum Cut {
    /// It never arrives.
    Before,
    /// It is done, and the answer is lost.
    After,
}

/// A server as it should be, whose line breaks at the call with this number.
#[derive(Clone, Default)]
struct Server {
    bytes: Rc<RefCell<Vec<u8>>>,
    made: Rc<Cell<bool>>,
    calls: Rc<Cell<usize>>,
}

impl Server {
    fn answer<T>(&self, cut: Option<(usize, Cut)>, work: impl FnOnce() -> Result<T, Failed>) -> Result<T, Failed> {
        let call = self.calls.get();
        self.calls.set(call + 1);
        match cut.filter(|(at, _)| *at == call) {
            Some((_, Cut::Before)) => Err(Failed::Offline),
            Some((_, Cut::After)) => {
                work()?;
                Err(Failed::Offline)
            }
            None => work(),
        }
    }

    fn state(&self, id: MediaId, size: u64) -> Upload {
        let media = self.made.get().then(|| info(id, size));
        Upload { id, kind: MediaKind::Video, size, received: self.bytes.borrow().len() as u64, media }
    }

    fn canned(&self, size: u64, cut: Option<(usize, Cut)>) -> Canned {
        let (begin, piece, finish, show) = (self.clone(), self.clone(), self.clone(), self.clone());
        Canned::default()
            .on::<ShowUpload>(move |call| show.answer(cut, || Ok(show.state(call.id, size))))
            .on::<BeginUpload>(move |call| begin.answer(cut, || Ok(begin.state(call.id, size))))
            .on::<UploadPiece>(move |call| {
                piece.answer(cut, || {
                    let there = piece.bytes.borrow().len() as u64;
                    if call.offset > there {
                        return Err(Problem::conflict(Conflict::UploadAt { received: there }).into());
                    }
                    if call.offset == there {
                        piece.bytes.borrow_mut().extend(&call.bytes);
                    }
                    Ok(piece.state(call.id, size))
                })
            })
            .on::<FinishUpload>(move |call| {
                finish.answer(cut, || {
                    assert_eq!(finish.bytes.borrow().len() as u64, size, "finished too early");
                    finish.made.set(true);
                    Ok(info(call.id, size))
                })
            })
    }
}

/// What came of bringing this file, and how long it waited in between.
async fn brought(canned: Canned, file: Chosen) -> (Result<MediaInfo, Trouble>, Vec<Duration>, Vec<Stand>) {
    let mut playing = Stage::at("/more", canned).signed_in(member(Role::SalesStaff)).play().await;
    let out = Rc::new(RefCell::new(None));
    let waits = Rc::new(RefCell::new(Vec::new()));
    let stands = Rc::new(RefCell::new(Vec::new()));
    let (into, waited, told) = (out.clone(), waits.clone(), stands.clone());
    playing.inside(move || {
        let api = consume_context::<Api>();
        spawn(async move {
            let wait = async |time| {
                waited.borrow_mut().push(time);
                tokio::task::yield_now().await;
            };
            let tell = |stand| told.borrow_mut().push(stand);
            let result = bring(&api, ID, MediaKind::Video, &file, wait, tell).await;
            into.replace(Some(result));
        });
    });
    playing.settle().await;
    let result = out.take().expect("it ended");
    (result, waits.take(), stands.take())
}

#[rstest]
#[case(Cut::Before)]
#[case(Cut::After)]
#[tokio::test]
async fn a_cut_at_any_call_loses_nothing_and_brings_nothing_twice(#[case] how: Cut) {
    let bytes = film(2 * PIECE + 321);
    let size = bytes.len() as u64;
    // Beginning, three pieces, finishing.
    for at in 0..5 {
        let server = Server::default();
        let file = Chosen::in_memory("a.mp4", "video/mp4", bytes.clone());
        let (result, waits, stands) = brought(server.canned(size, Some((at, how))), file).await;
        assert_eq!(result, Ok(info(ID, size)), "cut at call {at}");
        assert!(*server.bytes.borrow() == bytes, "cut at call {at}");
        assert_eq!(waits, [Duration::from_secs(1)], "cut at call {at}");
        assert!(stands.iter().any(|stand| matches!(stand, Stand::Offline(_))), "cut at call {at}: {stands:?}");
    }
}

#[tokio::test]
async fn a_line_that_is_down_for_long_is_waited_for() {
    let bytes = film(PIECE + 1);
    let size = bytes.len() as u64;
    let server = Server::default();
    let down = Rc::new(Cell::new(20));
    let piece = server.clone();
    let canned = server.canned(size, None).on::<UploadPiece>(move |call| {
        if call.offset > 0 && down.get() > 0 {
            down.set(down.get() - 1);
            return Err(Failed::Offline);
        }
        piece.bytes.borrow_mut().extend(&call.bytes);
        Ok(piece.state(call.id, size))
    });
    let (result, waits, _) = brought(canned, Chosen::in_memory("a.mp4", "video/mp4", bytes)).await;
    assert_eq!((result, waits.len()), (Ok(info(ID, size)), 20));
    assert_eq!(waits.iter().max(), Some(&Duration::from_secs(8)));
}

#[tokio::test]
async fn what_cannot_be_sent_is_told_with_its_cure_in_both_languages() {
    let server = Server::default();
    let fault = MediaFault::VideoCodec { found: "hevc".into() };
    let refused = Problem::invalid("media", Rule::Unfit { fault: fault.clone() });
    let canned = server.canned(3, None).on::<FinishUpload>(move |_| Err(refused.clone().into()));
    let (result, waits, _) = brought(canned, Chosen::in_memory("a.mov", "video/quicktime", film(3))).await;
    assert!(waits.is_empty());
    let trouble = result.unwrap_err();
    assert!(!trouble.may_pass(), "the same file again is the same answer: {trouble:?}");
    for (language, cure) in [(Language::ZhHant, "設定 › 相機 › 格式"), (Language::En, "Settings › Camera › Formats")]
    {
        let said = (language.words().media.fault)(&fault).line();
        assert!(said.contains("HEVC") && said.contains(cure), "{said}");
    }
}

/// Every fault has words of its own with something to do about it.
#[test]
fn every_fault_has_its_own_words() {
    let not_taken = |found: &str| MediaFault::NotTaken { found: found.into() };
    let faults = [
        not_taken("image/heic"),
        not_taken("image/gif"),
        not_taken("video/x-msvideo"),
        not_taken("application/x-msdownload"),
        MediaFault::Damaged,
        MediaFault::TooManyPixels { limit: 52_000_000, actual: 400_000_000 },
        MediaFault::VideoCodec { found: "hevc".into() },
        MediaFault::VideoCodec { found: "av1".into() },
        MediaFault::AudioCodec { found: "opus".into() },
        MediaFault::NoPicture,
        not_taken("application/pdf"),
        MediaFault::NotPdf { found: "application/x-msdownload".into() },
        MediaFault::NotPdf { found: "application/zip".into() },
        MediaFault::NotPdf { found: "image/jpeg".into() },
    ];
    for language in Language::ALL {
        let mut said: Vec<String> = faults.iter().map(|fault| (language.words().media.fault)(fault).line()).collect();
        assert!(said.iter().all(|said| said.len() > 20), "{said:?}");
        said.sort();
        said.dedup();
        assert_eq!(said.len(), faults.len(), "{said:?}");
    }
}

thread_local! {
    static HELD: Cell<Option<Uploads>> = const { Cell::new(None) };
}

#[expect(non_snake_case, reason = "a component")]
fn Holder() -> Element {
    HELD.set(Some(use_uploads()));
    rsx! {}
}

async fn uploads(canned: Canned, memory: Memory) -> (Playing, Uploads) {
    let playing = Stage::piece(member(Role::SalesStaff), canned, Holder).on(memory).play().await;
    (playing, HELD.get().expect("the piece is on the stage"))
}

fn stand(playing: &Playing, uploads: Uploads, id: MediaId) -> Stand {
    playing.inside(|| uploads.look(id, &[]).stand)
}

fn asked<C: Call>(canned: &Canned) -> usize {
    canned.asked::<C>()
}

#[tokio::test]
async fn what_is_too_large_or_empty_is_told_before_any_byte_is_sent() {
    let canned = Canned::default();
    let (playing, uploads) = uploads(canned.clone(), Memory::default()).await;
    let add = |size: usize| {
        let file = Chosen::in_memory("a.jpg", "image/jpeg", vec![0; size]);
        playing.inside(|| uploads.add(MediaKind::Image, file))
    };
    let (large, empty) = (add(11_000_000), add(0));
    let limit = MediaKind::Image.most();
    let too_large = Trouble::TooLarge { limit, actual: 11_000_000 };
    assert_eq!(stand(&playing, uploads, large), Stand::Failed(too_large));
    assert_eq!(stand(&playing, uploads, empty), Stand::Failed(Trouble::Empty));
    assert_eq!(asked::<BeginUpload>(&canned), 0);
    let said = (Language::ZhHant.words().media.too_large)(MediaKind::Image, "10 MB", "11 MB").line();
    assert!(said.contains("11 MB") && said.contains("10 MB"), "{said}");
}

#[tokio::test]
async fn two_go_at_once_and_one_that_is_cancelled_makes_room_for_the_next() {
    let canned = Canned::default().silent::<BeginUpload>().on::<DropUpload>(|_| Ok(Done {}));
    let (mut playing, uploads) = uploads(canned.clone(), Memory::default()).await;
    let add = |name: &str| {
        let file = Chosen::in_memory(name, "image/jpeg", vec![0; 10]);
        playing.inside(|| uploads.add(MediaKind::Image, file))
    };
    let [first, _, third] = ["a.jpg", "b.jpg", "c.jpg"].map(add);
    playing.settle().await;
    assert_eq!(asked::<BeginUpload>(&canned), 2);
    assert_eq!(stand(&playing, uploads, third), Stand::Waiting);

    playing.inside(|| uploads.cancel(first));
    playing.settle().await;
    assert_eq!((asked::<DropUpload>(&canned), asked::<BeginUpload>(&canned)), (1, 3));
    assert_eq!(stand(&playing, uploads, third), Stand::Going(0));
    assert_eq!(stand(&playing, uploads, first), Stand::Lost);
}

#[tokio::test]
async fn one_that_failed_can_be_tried_again_and_a_finished_one_is_never_taken_back() {
    let full = Rc::new(Cell::new(true));
    let is_full = full.clone();
    let server = Server::default();
    let canned = server.canned(10, None).on::<FinishUpload>(move |call| {
        if is_full.get() { Err(Problem::StorageFull.into()) } else { Ok(info(call.id, 10)) }
    });
    let (mut playing, uploads) = uploads(canned.clone(), Memory::default()).await;
    let file = Chosen::in_memory("a.mp4", "video/mp4", film(10));
    let id = playing.inside(|| uploads.add(MediaKind::Video, file));
    playing.settle().await;
    let refused = Trouble::Refused(Problem::StorageFull.into());
    assert_eq!(stand(&playing, uploads, id), Stand::Failed(refused));

    full.set(false);
    playing.inside(|| uploads.retry(id));
    playing.settle().await;
    assert_eq!(stand(&playing, uploads, id), Stand::Ready(info(id, 10)));
    assert_eq!(asked::<UploadPiece>(&canned), 1, "what is there is not brought again");

    playing.inside(|| uploads.cancel(id));
    playing.settle().await;
    assert_eq!(stand(&playing, uploads, id), Stand::Ready(info(id, 10)));
    assert_eq!(asked::<DropUpload>(&canned), 0);
}

/// What the device noted before a reload, of one upload.
fn noted(size: u64) -> Memory {
    let memory = Memory::default();
    let key = format!("draft.{}.uploads", member(Role::SalesStaff).id);
    let notes = serde_json::json!([{ "id": ID, "kind": "video", "name": "tour.mp4", "size": size }]);
    memory.values.borrow_mut().insert(key, notes.to_string());
    memory
}

#[rstest]
#[case(10, true)]
#[case(4, false)]
#[tokio::test]
async fn after_a_reload_what_is_whole_is_finished_and_the_rest_has_to_be_chosen_again(
    #[case] received: usize,
    #[case] whole: bool,
) {
    let server = Server::default();
    server.bytes.replace(film(received));
    let canned = server.canned(10, None);
    let (playing, uploads) = uploads(canned.clone(), noted(10)).await;
    let seen = playing.inside(|| uploads.look(ID, &[]));
    let expected = if whole { Stand::Ready(info(ID, 10)) } else { Stand::Lost };
    assert_eq!((seen.stand, seen.name.as_deref()), (expected, Some("tour.mp4")));
    assert_eq!(asked::<UploadPiece>(&canned), 0);
}

#[tokio::test]
async fn one_that_ran_out_on_the_server_has_to_be_chosen_again_and_is_asked_about_once() {
    let memory = noted(10);
    for first in [true, false] {
        let canned = Canned::default().on::<ShowUpload>(|_| Err(Problem::missing(What::Upload).into()));
        let (playing, uploads) = uploads(canned.clone(), memory.clone()).await;
        assert_eq!(asked::<BeginUpload>(&canned), 0, "nothing is begun anew by asking");
        assert_eq!(asked::<ShowUpload>(&canned), usize::from(first));
        let seen = playing.inside(|| uploads.look(ID, &[]));
        assert_eq!(
            (seen.stand, seen.name.as_deref()),
            (Stand::Lost, Some("tour.mp4")),
            "its name tells what to choose"
        );
    }
}

/// One that was made, at this time (UTC ms).
fn made(at: i64) -> Memory {
    let memory = Memory::default();
    let key = format!("draft.{}.uploads", member(Role::SalesStaff).id);
    let note = serde_json::json!([{
        "id": ID, "kind": "video", "name": "tour.mp4", "size": 10, "media": info(ID, 10), "made_at": at,
    }]);
    memory.values.borrow_mut().insert(key, note.to_string());
    memory
}

#[tokio::test]
async fn one_that_nothing_held_for_a_day_is_not_shown_as_ready() {
    let now = Memory::default().now.timestamp_millis();
    let (hour, missing) =
        (3_600_000, || Canned::default().on::<ShowUpload>(|_| Err(Problem::missing(What::Upload).into())));
    let (playing, young) = uploads(missing(), made(now - 22 * hour)).await;
    assert_eq!(stand(&playing, young, ID), Stand::Ready(info(ID, 10)), "it is surely there");
    let (playing, old) = uploads(missing(), made(now - 24 * hour)).await;
    assert_eq!(stand(&playing, old, ID), Stand::Lost);
    let offline = Canned::default().on::<ShowUpload>(|_| Err(Failed::Offline));
    let (playing, unknown) = uploads(offline, made(now - 24 * hour)).await;
    assert_eq!(stand(&playing, unknown, ID), Stand::Ready(info(ID, 10)), "nothing new is known of it");
    let server = Server::default();
    server.made.set(true);
    let (playing, held) = uploads(server.canned(10, None), made(now - 24 * hour)).await;
    assert_eq!(stand(&playing, held, ID), Stand::Ready(info(ID, 10)), "a draft holds it");
}

#[tokio::test]
async fn what_another_window_is_bringing_is_not_lost_for_good() {
    let memory = noted(10);
    let server = Server::default();
    server.bytes.replace(film(4));
    let (playing, beside) = uploads(server.canned(10, None), memory.clone()).await;
    assert_eq!(stand(&playing, beside, ID), Stand::Lost);
    playing.inside(|| beside.notes.peek().made(&info(ID, 10)));
    let day = Memory { now: memory.now + chrono::TimeDelta::hours(24), ..memory };
    let missing = Canned::default().on::<ShowUpload>(|_| Err(Problem::missing(What::Upload).into()));
    let (playing, later) = uploads(missing, day).await;
    assert_eq!(stand(&playing, later, ID), Stand::Lost, "it is asked about again");
}
