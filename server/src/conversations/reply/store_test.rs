//! 1:1 replies, on both engines.

use shared::{
    contacts::Subscription,
    content::{Content, NAME_TOKEN, Part},
    conversations::{ConversationState, Message, MessageKind, Reply, WINDOW_MS},
    deliveries::Outcome,
    id::{ConversationId, DeliveryId, MediaId, MessageId},
    limits,
    media::MediaKind,
    problem::{Conflict, Problem, Rule, Unit, What},
    reasons::Reason,
    templates::{Header, Shape, TemplateStatus},
};

use super::{
    super::fixture_test::{NASTY, NOW, World},
    Written, ineligible, reply, store,
};
use crate::{
    caller::Caller,
    db::{Db, params, testing::on_both_engines},
    refused::Refused,
    templates::fixture_test::{content, customer, filled, number, people_limit, shape, template},
};

on_both_engines![
    a_reply_is_kept_and_put_into_the_engine,
    the_same_key_is_the_same_message,
    several_messages_are_one_delivery_and_stand_in_order,
    a_medium_that_is_not_there_is_named_and_nothing_is_kept,
    a_key_of_someone_else_is_taken,
    what_was_taken_is_answered_though_the_conversation_was_handed_on,
    who_may_not_reply_is_told_why,
    what_cannot_be_sent_is_named,
    who_blocked_since_is_not_sent,
    outside_the_window_only_a_template_goes,
    a_template_stands_in_the_thread_as_she_gets_it,
    statements_do_what_they_say,
];

async fn write_all(world: &World, caller: &Caller, call: Reply) -> Result<Vec<Message>, Problem> {
    let (app, caller) = (world.app().await, caller.clone());
    match world.db.write(move |tx| reply(tx, &app, &caller, &call)).await {
        Ok(messages) => Ok(messages),
        Err(Refused::Problem(problem)) => Err(problem),
        Err(Refused::Fault(cause)) => panic!("{cause}"),
    }
}

async fn write(world: &World, caller: &Caller, call: Reply) -> Result<Message, Problem> {
    let mut messages = write_all(world, caller, call).await?;
    assert_eq!(messages.len(), 1);
    Ok(messages.remove(0))
}

fn call(world: &World, id: ConversationId, text: &str) -> Reply {
    Reply { id, key: world.clock.id(), content: Content::of_text(text) }
}

async fn deliveries(world: &World, id: ConversationId) -> Vec<DeliveryId> {
    let team = world.team;
    world
        .read(move |tx| {
            tx.all("SELECT id FROM delivery WHERE team_id = $1 AND conversation_id = $2 ORDER BY id", params![team, id])
        })
        .await
}

async fn a_reply_is_kept_and_put_into_the_engine(db: Db) {
    let world = World::new(db).await;
    let id = world.open(NASTY, &world.ann).await;
    world.clock.advance(1_000);
    let call = call(&world, id, &format!("{NAME_TOKEN}，已到貨 <b>'\"; --"));
    let key = call.key;
    let message = write(&world, &world.ann, call).await.unwrap();
    assert_eq!((message.id, message.kind, message.from_customer), (key.to_string(), MessageKind::Text, false));
    assert_eq!(message.text, format!("{NASTY}，已到貨 <b>'\"; --"));
    assert_eq!((message.outcome, message.reason), (Some(Outcome::Waiting), None));
    assert_eq!(message.by.unwrap().id, world.ann.member);
    assert_eq!(message.at.timestamp_millis(), NOW + 1_000);

    let (team, found) = (world.team, world.found(id).await);
    let row: (String, MessageId, String, String, String) = world
        .read(move |tx| {
            tx.one(
                "SELECT policy, message_id, address, name, state FROM delivery WHERE team_id = $1 AND conversation_id = $2",
                params![team, id],
            )
        })
        .await;
    assert_eq!(row, ("reply".into(), key, found.address, NASTY.into(), "queued".into()));

    let noted: (i64, Option<i64>, i64, Option<i64>, String, bool) = world
        .read(move |tx| {
            tx.one(
                "SELECT unread, waiting_since, last_at, last_team_at, last_text, last_from_customer FROM conversation \
                 WHERE team_id = $1 AND id = $2",
                params![team, id],
            )
        })
        .await;
    let at = NOW + 1_000;
    assert_eq!(noted, (0, None, at, Some(at), message.text, false));
}

async fn the_same_key_is_the_same_message(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let call = call(&world, id, "好的");
    let first = write(&world, &world.ann, call.clone()).await.unwrap();
    world.clock.advance(60_000);
    // She blocked and it was closed in between; what was accepted is still answered.
    world.subscribe(id, Subscription::Blocked).await;
    let team = world.team;
    world.write(move |tx| super::super::store::close(tx, team, id, None)).await;
    assert_eq!(write(&world, &world.ann, call).await, Ok(first));
    assert_eq!(deliveries(&world, id).await.len(), 1);
}

async fn several_messages_are_one_delivery_and_stand_in_order(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let (picture, film) = (world.medium(MediaKind::Image).await, world.medium(MediaKind::Video).await);
    let parts = vec![
        Part::text("一"),
        Part::Image { media: picture },
        Part::text(format!("{NAME_TOKEN}您好")),
        Part::Video { media: film },
        Part::text("五"),
    ];
    let call = Reply { content: Content { parts }, ..call(&world, id, "") };
    let messages = write_all(&world, &world.ann, call.clone()).await.unwrap();
    let shown: Vec<_> =
        messages.iter().map(|one| (one.kind, one.text.as_str(), one.media.as_ref().map(|m| m.id))).collect();
    let (text, image, video) = (MessageKind::Text, MessageKind::Image, MessageKind::Video);
    assert_eq!(
        shown,
        [
            (text, "一", None),
            (image, "", Some(picture)),
            (text, "Lin您好", None),
            (video, "", Some(film)),
            (text, "五", None)
        ]
    );
    assert_eq!(messages[0].id, call.key.to_string());
    let at: Vec<i64> = messages.iter().map(|one| one.at.timestamp_millis() - NOW).collect();
    assert_eq!(at, [0, 1, 2, 3, 4]);
    assert!(messages.iter().all(|one| one.outcome == Some(Outcome::Waiting)), "each shows the one delivery");
    assert!(messages[1].media.as_ref().is_some_and(|media| media.url.is_some() && media.preview_url.is_some()));
    assert_eq!(deliveries(&world, id).await.len(), 1);
    let (team, key) = (world.team, call.key.to_string());
    let held: Vec<MediaId> = world
        .read(move |tx| {
            tx.all(
                "SELECT media_id FROM media_use WHERE team_id = $1 AND held_by = 'message' AND holder_id = $2 ORDER BY media_id",
                params![team, &key],
            )
        })
        .await;
    assert_eq!(held, [picture, film]);

    // The same again, much later, is the same reply; its first two messages ended as one.
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE delivery SET state = 'failed', reason = 'unfollowed' WHERE team_id = $1 AND conversation_id = $2",
                params![team, id],
            )
        })
        .await;
    let again = write_all(&world, &world.ann, call).await.unwrap();
    let ids = |messages: &[Message]| messages.iter().map(|one| one.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(&again), ids(&messages));
    assert!(again.iter().all(|one| (one.outcome, one.reason) == (Some(Outcome::Failed), Some(Reason::Unfollowed))));
    assert_eq!(deliveries(&world, id).await.len(), 1);
}

async fn a_medium_that_is_not_there_is_named_and_nothing_is_kept(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let picture = world.medium(MediaKind::Image).await;
    for media in [world.clock.id(), picture] {
        // As a film it is not there either.
        let content = Content { parts: vec![Part::text("看"), Part::Video { media }] };
        let refused = write_all(&world, &world.ann, Reply { content, ..call(&world, id, "") }).await;
        assert_eq!(refused, Err(Problem::invalid("content.parts[1].media", Rule::Unknown { count: 1 })));
    }
    let content = Content { parts: vec![Part::text("a"); 6] };
    let refused = write_all(&world, &world.ann, Reply { content, ..call(&world, id, "") }).await;
    assert_eq!(refused, Err(Problem::invalid("content.parts", Rule::TooMany { limit: 5, actual: 6 })));
    assert_eq!(deliveries(&world, id).await, []);
}

async fn a_key_of_someone_else_is_taken(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let other = world.open("Wu", &world.ann).await;
    let first = call(&world, id, "好的");
    write(&world, &world.ann, first.clone()).await.unwrap();
    let taken = Err(Problem::invalid("key", Rule::Taken));
    assert_eq!(write(&world, &world.mia, first.clone()).await, taken);
    assert_eq!(write(&world, &world.ann, Reply { id: other, ..first }).await, taken);
    assert_eq!(deliveries(&world, other).await, []);
}

async fn what_was_taken_is_answered_though_the_conversation_was_handed_on(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let first = call(&world, id, "好的");
    let taken = write(&world, &world.ann, first.clone()).await.unwrap();
    let (team, bob, south) = (world.team, world.bob.member, world.south);
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE conversation SET owner_id = $3, store_id = $4 WHERE team_id = $1 AND id = $2",
                params![team, id, bob, south],
            )
        })
        .await;
    assert_eq!(write(&world, &world.ann, first).await.unwrap().id, taken.id, "it was not refused");
    let missing = Err(Problem::missing(What::Conversation));
    assert_eq!(write(&world, &world.ann, call(&world, id, "又")).await, missing, "nothing new from her");
    assert_eq!(deliveries(&world, id).await.len(), 1);
}

async fn who_may_not_reply_is_told_why(db: Db) {
    let world = World::new(db).await;
    let mine = world.open("Lin", &world.ann).await;
    let closed = world.conversation(world.shop, "Wu", ConversationState::Closed, &world.ann).await;
    let pending = world.conversation(world.shop, "Chen", ConversationState::Pending, &world.ann).await;
    for id in [closed, pending] {
        let refused = Err(Problem::conflict(Conflict::WrongState));
        assert_eq!(write(&world, &world.ann, call(&world, id, "好的")).await, refused);
    }
    let missing = Err(Problem::missing(What::Conversation));
    assert_eq!(write(&world, &world.bob, call(&world, mine, "好的")).await, missing);
    assert!(write(&world, &world.mia, call(&world, mine, "好的")).await.is_ok(), "the manager of its store may");
    for (subscription, reason) in
        [(Subscription::Blocked, Reason::Unfollowed), (Subscription::Unsubscribed, Reason::Unsubscribed)]
    {
        world.subscribe(mine, subscription).await;
        let refused = Err(Problem::conflict(Conflict::CannotReach { reason }));
        assert_eq!(write(&world, &world.ann, call(&world, mine, "好的")).await, refused);
    }
    assert_eq!(deliveries(&world, mine).await.len(), 1);
}

async fn what_cannot_be_sent_is_named(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Al", &world.ann).await;
    let long = "a".repeat(limits::LINE_TEXT - 1);
    let limit = limits::LINE_TEXT as u64;
    for (text, rule) in [
        (String::new(), Rule::Required),
        (NAME_TOKEN.into(), Rule::Required),
        ("a\0b".into(), Rule::ControlCharacter),
        // The name counts as it is filled in.
        (format!("{long}{NAME_TOKEN}"), Rule::TooLong { limit, actual: limit + 1, unit: Unit::Utf16 }),
    ] {
        let refused = Err(Problem::invalid("content.parts[0].text", rule));
        assert_eq!(write(&world, &world.ann, call(&world, id, &text)).await, refused);
    }
    assert!(write(&world, &world.ann, call(&world, id, &format!("{long}a"))).await.is_ok());
}

async fn who_blocked_since_is_not_sent(db: Db) {
    let world = World::new(db).await;
    let reached = world.open("Lin", &world.ann).await;
    let blocked = world.open("Wu", &world.ann).await;
    let gone = world.open("Chen", &world.ann).await;
    let mut all = Vec::new();
    for id in [reached, blocked, gone] {
        write(&world, &world.ann, call(&world, id, "好的")).await.unwrap();
        all.extend(deliveries(&world, id).await);
    }
    world.subscribe(blocked, Subscription::Blocked).await;
    world.subscribe(gone, Subscription::Unsubscribed).await;
    let asked = all.clone();
    let mut refused = world.read(move |tx| ineligible(tx, &asked, NOW)).await;
    refused.sort_unstable();
    assert_eq!(refused, [(all[1], Reason::Unfollowed), (all[2], Reason::Unsubscribed)]);
    assert_eq!(world.read(|tx| ineligible(tx, &[], NOW)).await, []);
}

async fn outside_the_window_only_a_template_goes(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "北店", None).await;
    let near = customer(&world, north, "近", &world.ann, WINDOW_MS - 1_000).await;
    let far = customer(&world, north, "遠", &world.ann, WINDOW_MS).await;
    let template = template(&world, north.waba, shape("sale"), TemplateStatus::Approved).await;
    let sale = |id| Reply { content: content(filled(template, shape("sale"))), ..call(&world, id, "") };
    write(&world, &world.ann, call(&world, near, "好的")).await.unwrap();
    let closed = Err(Problem::conflict(Conflict::CannotReach { reason: Reason::WaWindowClosed }));
    assert_eq!(write(&world, &world.ann, call(&world, far, "好的")).await, closed);
    for id in [near, far] {
        write(&world, &world.ann, sale(id)).await.unwrap();
    }
    // Whoever was outside is one of those whom the business may write to first.
    let people: i64 = world
        .read({
            let team = world.team;
            move |tx| tx.one("SELECT COUNT(*) FROM portfolio_contact WHERE team_id = $1", params![team])
        })
        .await;
    assert_eq!(people, 1);
    people_limit(&world, north.channel, 1).await;
    write(&world, &world.ann, sale(far)).await.unwrap();
    let another = customer(&world, north, "別", &world.ann, WINDOW_MS).await;
    let full = Err(Problem::conflict(Conflict::MessagingLimit { needed: 1, left: 0 }));
    assert_eq!(write(&world, &world.ann, sale(another)).await, full);

    // By the claim her window has closed: the text fails there, the template does not.
    let mut asked = deliveries(&world, near).await;
    let text = asked[0];
    asked.extend(deliveries(&world, far).await);
    let unfit = |now| {
        let asked = asked.clone();
        world.read(move |tx| ineligible(tx, &asked, now))
    };
    assert_eq!(unfit(NOW + 999).await, []);
    assert_eq!(unfit(NOW + 1_000).await, [(text, Reason::WaWindowClosed)]);

    let changed = |status| Err(Problem::conflict(Conflict::TemplateChanged { status }));
    let gone = Reply { content: content(filled(world.clock.id(), shape("sale"))), ..call(&world, near, "") };
    assert_eq!(write(&world, &world.ann, gone).await, changed(None));
    let other = Shape { body: "{{1}} 晚安".into(), ..shape("sale") };
    let other = Reply { content: content(filled(template, other)), ..call(&world, near, "") };
    assert_eq!(write(&world, &world.ann, other).await, changed(Some(TemplateStatus::Approved)));
    // LINE has no templates.
    let line = world.open("LINE", &world.ann).await;
    let refused = write(&world, &world.ann, sale(line)).await;
    assert!(matches!(refused, Err(Problem::Invalid { .. })), "{refused:?}");
}

async fn a_template_stands_in_the_thread_as_she_gets_it(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "北店", None).await;
    let far = customer(&world, north, "王小美", &world.ann, WINDOW_MS).await;
    let picture = world.medium(MediaKind::Image).await;
    let with_picture = Shape { header: Some(Header::Media { media: MediaKind::Image }), ..shape("sale") };
    let template = template(&world, north.waba, with_picture.clone(), TemplateStatus::Approved).await;
    let mut sale = filled(template, with_picture);
    sale.header = Some(picture);
    let call = Reply { content: content(sale), ..call(&world, far, "") };
    let message = write(&world, &world.ann, call.clone()).await.unwrap();
    assert_eq!((message.kind, message.text.as_str()), (MessageKind::Template, "王小美 您好，新品到店"));
    assert_eq!(message.media.as_ref().map(|media| media.id), Some(picture));
    let shown = message.template.clone().unwrap();
    let rendered = shown.rendered("");
    assert_eq!(rendered.buttons.len(), 2);
    assert_eq!(rendered.media, Some((MediaKind::Image, picture)));
    let again = write(&world, &world.ann, call).await.unwrap();
    assert_eq!((again.id, again.template), (message.id, message.template));
    let (team, found) = (world.team, world.found(far).await);
    let kept: (String, String, String) = world
        .read(move |tx| {
            tx.one(
                "SELECT c.last_kind, c.last_text, d.address FROM conversation c \
                 JOIN delivery d ON d.team_id = c.team_id AND d.conversation_id = c.id WHERE c.team_id = $1 AND c.id = $2",
                params![team, far],
            )
        })
        .await;
    assert_eq!(kept, ("template".into(), "王小美 您好，新品到店".into(), found.address));
}

async fn statements_do_what_they_say(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let (team, other, ann) = (world.team, world.eve.team, world.ann.member);
    let key: MessageId = world.clock.id();
    world
        .write(move |tx| {
            assert_eq!(store::place_of(tx, team, key)?, None);
            let message = Written {
                id: key,
                conversation: id,
                member: ann,
                kind: MessageKind::Text,
                text: NASTY.into(),
                media: None,
                template: None,
                part_of: None,
                at: NOW - 5,
            };
            store::keep(tx, team, &message)?;
            assert_eq!(store::place_of(tx, team, key)?, Some((id, Some(ann))));
            assert_eq!(store::place_of(tx, other, key)?, None);
            // The customer's message came later by the platform's clock: it stays the last.
            store::note_team(tx, team, id, MessageKind::Text, "older", NOW - 5)?;
            store::note_team(tx, other, id, MessageKind::Text, "elsewhere", NOW + 5)?;
            assert_eq!(store::waiting(tx, &[])?, []);
            let last: (String, i64, i64) = tx.one(
                "SELECT last_text, last_at, last_team_at FROM conversation WHERE team_id = $1 AND id = $2",
                params![team, id],
            )?;
            assert_eq!(last, ("您好".into(), NOW, NOW - 5));
            Ok(())
        })
        .await;
}
