//! What a number's lane really sends: every message of a recipient in order, one after the other, pictures uploaded once.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use shared::{
    content::{Content, NAME_TOKEN, Part},
    deliveries::DeliveryState as Is,
    id::CampaignId,
    media::MediaKind,
};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use super::{
    super::{
        control::Whom,
        lane::{Item, Post as _},
        lease::Done,
        pace::Pace,
        parts::{PartKey, PartState::*},
        start,
    },
    WhatsappPost,
    start::{Asked, Begun},
    testing::{Counts, Field, Held, ME, OTHER, again, claimed},
};
use crate::{
    config::Config,
    db::{Db, testing::on_both_engines},
    media,
    platforms::testing::{Then, stub},
    serve::POLICIES,
};

on_both_engines![
    messages_go_out_in_order_with_their_callback_data_and_pictures_uploaded_once,
    a_call_that_was_never_answered_is_unknown_and_made_once,
    a_call_that_never_arrived_is_made_again,
    a_picture_that_meta_does_not_take_fails_and_one_that_comes_later_goes_out,
    a_server_that_froze_before_its_call_does_not_make_it_after_a_person_sent_again,
    a_server_that_was_held_up_within_its_lease_makes_its_call,
    a_call_that_could_outlast_its_lease_is_not_made,
];

fn accepted(id: usize) -> Then {
    let body = format!("{{\"messaging_product\":\"whatsapp\",\"messages\":[{{\"id\":\"wamid.{id}\"}}]}}");
    Then::answer("200 OK", "", body.as_bytes())
}

/// A number whose WhatsApp is at this address.
async fn field(db: Db, base: String) -> Field {
    let change = |config: &mut Config| {
        config.whatsapp.api_base = base;
        config.whatsapp.timeout_ms = 400;
        config.engine.retry_ms = vec![50, 50, 50, 50];
        config.engine.poll_ms = 10;
    };
    Field::with(db, change).await
}

/// Runs the engine until these campaigns are over.
async fn runs(field: &Field, campaigns: &[CampaignId]) {
    start(&field.app, POLICIES);
    for _ in 0..1_000 {
        let mut is_over = true;
        for campaign in campaigns {
            is_over &= field.state(*campaign).await.0 != "sending";
        }
        if is_over {
            break;
        }
        // What comes later waits for its time, which nobody else moves.
        field.world.clock.advance(500);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    field.app.tasks.stop(Duration::from_secs(5)).await;
}

fn body(request: &str) -> serde_json::Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

async fn messages_go_out_in_order_with_their_callback_data_and_pictures_uploaded_once(db: Db) {
    let calls = AtomicUsize::new(0);
    let (base, got) = stub(move |request| match request.split(' ').nth(1).unwrap() {
        path if path.ends_with("/media") => Then::answer("200 OK", "", b"{\"id\":\"777\"}"),
        path if path.ends_with("/messages") => accepted(calls.fetch_add(1, Relaxed)),
        path => panic!("{path}"),
    })
    .await;
    let field = field(db, base).await;
    let picture =
        media::testing::stored(&field.app, field.world.team, MediaKind::Image, "image/png", b"not really a picture")
            .await;
    let parts = vec![Part::text(format!("{NAME_TOKEN}您好")), Part::Image { media: picture }, Part::text("再見")];
    let (campaign, _) = field.sent(3, Content { parts }).await;
    runs(&field, &[campaign]).await;
    assert_eq!(field.counts(campaign).await, Counts { accepted: 3, told: 3, ..Counts::default() });

    let requests = got.lock().unwrap().clone();
    let token = |request: &String| request.to_ascii_lowercase().contains("authorization: bearer token\r\n");
    assert!(requests.iter().all(token));
    assert_eq!(requests.iter().filter(|request| request.contains("/media HTTP")).count(), 1, "once for all");
    let messages: Vec<_> = requests.iter().filter(|request| request.contains("/messages HTTP")).collect();
    assert!(messages.iter().all(|request| request.contains(&format!("/{}/messages", field.whatsapp.phone_number_id))));
    for (i, person) in field.people(campaign).await.iter().enumerate() {
        let hers: Vec<_> = messages
            .iter()
            .map(|request| body(request))
            .filter(|body| body["to"] == format!("+88691200000{i}"))
            .collect();
        assert_eq!(hers.len(), 3);
        assert_eq!(hers[0]["text"]["body"], format!("客人{i}您好"));
        assert_eq!(hers[1]["image"]["id"], "777");
        assert_eq!(hers[2]["text"]["body"], "再見");
        for (part, body) in hers.iter().enumerate() {
            assert_eq!(body["biz_opaque_callback_data"], format!("{}:{part}:1", person.id));
        }
        assert!(person.parts.iter().all(|part| part.provider_id.is_some() && part.started_at.is_some()));
    }
}

async fn a_call_that_was_never_answered_is_unknown_and_made_once(db: Db) {
    let (base, got) = stub(|_| Then::Close).await;
    let field = field(db, base).await;
    let campaign = field.sent_texts(1, 2).await;
    runs(&field, &[campaign]).await;
    assert_eq!(field.only(campaign).await, (Is::Unknown, vec![Unknown]));
    assert_eq!(field.counts(campaign).await, Counts { unknown: 1, ..Counts::default() });
    assert_eq!(got.lock().unwrap().len(), 1);
}

async fn a_call_that_never_arrived_is_made_again(db: Db) {
    // Nobody listens there.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let field = field(db, base).await;
    let campaign = field.sent_texts(1, 2).await;
    runs(&field, &[campaign]).await;
    assert_eq!(field.only(campaign).await, (Is::Failed, vec![Failed, Skipped]), "surely not taken, and given up");
    assert_eq!(field.why(campaign).await.0, Some("wa_unavailable".into()));
}

async fn a_picture_that_meta_does_not_take_fails_and_one_that_comes_later_goes_out(db: Db) {
    let uploads = AtomicUsize::new(0);
    let (base, got) = stub(move |request| match request.split(' ').nth(1).unwrap() {
        path if path.ends_with("/media") && request.contains("image/png") => match uploads.fetch_add(1, Relaxed) {
            0 => Then::answer("503 Service Unavailable", "", b"busy"),
            _ => Then::answer("200 OK", "", b"{\"id\":\"1\"}"),
        },
        path if path.ends_with("/media") => {
            Then::answer("400 Bad Request", "", b"{\"error\":{\"code\":131053,\"message\":\"Media upload error\"}}")
        }
        _ => accepted(0),
    })
    .await;
    let field = field(db, base).await;
    let (app, team) = (&field.app, field.world.team);
    let picture = media::testing::stored(app, team, MediaKind::Image, "image/png", b"one").await;
    let film = media::testing::stored(app, team, MediaKind::Video, "video/mp4", b"two").await;
    let (late, _) = field.sent(1, Content { parts: vec![Part::Image { media: picture }] }).await;
    let (bad, _) = field.sent(1, Content { parts: vec![Part::text("看"), Part::Video { media: film }] }).await;
    runs(&field, &[late, bad]).await;
    assert_eq!(field.only(late).await, (Is::Accepted, vec![Accepted]));
    assert_eq!(field.only(bad).await, (Is::Failed, vec![Failed, Skipped]), "nobody gets the half of it");
    assert_eq!(field.why(bad).await.0, Some("wa_media".into()));
    let uploads = got.lock().unwrap().iter().filter(|request| request.contains("/media HTTP")).count();
    assert_eq!(uploads, 3);
}

/// A call that a server has written down as started, right before it makes it.
struct Halted {
    field: Field,
    campaign: CampaignId,
    held: Held,
    /// Lets the server go on.
    go: oneshot::Sender<Begun>,
    /// What comes of the call.
    sending: JoinHandle<Done>,
    /// What WhatsApp got.
    got: Arc<Mutex<Vec<String>>>,
}

impl Halted {
    async fn new(db: Db) -> Self {
        let (base, got) = stub(|_| accepted(0)).await;
        let field = field(db, base).await;
        let campaign = field.sent_texts(1, 1).await;
        let (lease, row) = claimed(&field.world, &field.busy(), ME).await.remove(0);
        let held = Held::of(ME, lease.clone(), &row);
        let (settle, _) = mpsc::channel(1);
        let (start, mut asked) = mpsc::channel(1);
        let post = WhatsappPost {
            app: field.app.clone(),
            policies: POLICIES,
            busy: field.busy(),
            settle,
            start,
            pace: Pace::new(&field.app, field.number),
            pairs: Arc::default(),
        };
        let message = Arc::new(post.message(&Content { parts: vec![Part::text("第0則")] }));
        #[expect(clippy::disallowed_methods, reason = "a test has no `Tasks`")]
        let sending = tokio::spawn(async move { post.send(Item { lease, row, message }).await });
        let Asked { go, .. } = asked.recv().await.unwrap();
        assert!(field.begins(&held).await);
        assert_eq!(field.only(campaign).await, (Is::Queued, vec![Started]));
        Self { field, campaign, held, go, sending, got }
    }

    /// The server goes on; gives what it says of the call.
    async fn thaws(self) -> (Field, Held, Done, usize) {
        assert!(self.go.send(Begun::At(None)).is_ok(), "it waits");
        let done = self.sending.await.unwrap();
        let calls = self.got.lock().unwrap().len();
        (self.field, self.held, done, calls)
    }
}

async fn a_server_that_froze_before_its_call_does_not_make_it_after_a_person_sent_again(db: Db) {
    let frozen = Halted::new(db).await;
    let (world, campaign) = (&frozen.field.world, frozen.campaign);
    world.clock.advance(60_001);
    assert!(frozen.field.claim(OTHER).await.is_empty(), "it may have been made, for all that another server knows");
    assert_eq!(frozen.field.only(campaign).await, (Is::Unknown, vec![Unknown]));
    assert_eq!(again(world, campaign, Whom::Unknown(None)).await, Some(1));
    assert_eq!(frozen.field.sends_all(OTHER).await, [PartKey { attempt: 2, ..frozen.held.key }]);

    let (field, held, done, calls) = frozen.thaws().await;
    assert_eq!(calls, 0, "she would get it twice");
    assert_eq!(done.answer, None);
    field.settles(&held, None, 2).await;
    assert_eq!(field.counts(campaign).await, Counts { accepted: 1, told: 1, ..Counts::default() });
    assert_eq!(field.only(campaign).await.0, Is::Accepted);
    field.world.clock.advance(60_001);
    assert!(field.claim(OTHER).await.is_empty(), "nothing is left behind");
}

async fn a_server_that_was_held_up_within_its_lease_makes_its_call(db: Db) {
    let held_up = Halted::new(db).await;
    held_up.field.world.clock.advance(10_000);
    let (campaign, before) = (held_up.campaign, held_up.got.lock().unwrap().len());
    let (field, held, done, calls) = held_up.thaws().await;
    assert_eq!((before, calls), (0, 1));
    field.settles(&held, done.answer, 1).await;
    assert_eq!(field.only(campaign).await, (Is::Accepted, vec![Accepted]));
}

async fn a_call_that_could_outlast_its_lease_is_not_made(db: Db) {
    let held_up = Halted::new(db).await;
    held_up.field.world.clock.advance(59_999);
    let campaign = held_up.campaign;
    let (field, held, done, calls) = held_up.thaws().await;
    assert_eq!(calls, 0, "another server may call it unknown while it is on its way");
    assert_eq!(done.answer, None);
    field.settles(&held, None, 1).await;
    assert_eq!(field.only(campaign).await, (Is::Queued, vec![Queued]));
}
