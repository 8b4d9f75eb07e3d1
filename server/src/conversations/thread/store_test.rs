//! The thread out of its three sources, on both engines.

use shared::{
    content::{Content, NAME_TOKEN, Part},
    conversations::{Entry, EventKind, MediaRef, MessageKind, Reply},
    deliveries::Outcome,
    id::{CampaignId, ConversationId, DeliveryId, MediaId},
    media::MediaKind,
    reasons::Reason,
};

use super::{
    super::{
        cursor::Cursor,
        fixture_test::{Customer, NASTY, NOW, World},
        intake::Wrote,
    },
    Event, append, entries, messages, store,
};
use crate::{
    caller::Caller,
    db::{Db, params, testing::on_both_engines},
    media::Stored,
};

on_both_engines![
    pages_go_through_everything_once,
    an_entry_tells_what_the_thread_shows,
    a_medium_is_referred_to,
    media_of_a_group_send_are_entries_of_their_own,
    messages_that_go_one_by_one_stand_by_themselves,
    nothing_of_others_is_in_it,
    statements_do_what_they_say,
];

fn reference(stored: &Stored) -> MediaRef {
    MediaRef {
        id: stored.id,
        mime: stored.mime.clone().unwrap_or_default(),
        name: stored.name.clone(),
        size: stored.size,
        url: None,
        preview_url: None,
        lost: false,
    }
}

/// All keys and entries of a thread, by pages of this size.
async fn read(world: &World, caller: &Caller, id: ConversationId, limit: usize) -> Vec<((i64, String), Entry)> {
    let mut all = Vec::new();
    let mut before: Option<Cursor> = None;
    loop {
        let (caller, cursor) = (caller.clone(), before.clone());
        let page = world.db.read(move |tx| entries(tx, &caller, id, cursor.as_ref(), limit, &reference)).await.unwrap();
        assert!(page.len() <= limit);
        let Some(((at, key), _)) = page.last() else { return all };
        before = Some(Cursor { at: *at, key: key.clone() });
        all.extend(page);
    }
}

async fn customer_of(world: &World, id: ConversationId) -> Customer {
    let found = world.found(id).await;
    Customer { team: world.team, channel: found.channel, identity: found.identity, contact: found.contact }
}

/// A group send of these texts, accepted at this moment, with one recipient.
async fn group_send(
    world: &World,
    to: ConversationId,
    texts: &[&str],
    name: &str,
    at: i64,
) -> (CampaignId, DeliveryId) {
    let parts = texts.iter().map(|text| Part::text(*text)).collect();
    group_send_of(world, to, &Content { parts }, name, at).await
}

async fn group_send_of(
    world: &World,
    to: ConversationId,
    content: &Content,
    name: &str,
    at: i64,
) -> (CampaignId, DeliveryId) {
    let content = serde_json::to_string(content).unwrap();
    let (campaign, delivery, team, sender) = (world.clock.id(), world.clock.id(), world.team, world.ann.member);
    let (found, name) = (world.found(to).await, name.to_owned());
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO campaign (team_id, id, kind, class, subject, sender_id, sender_name, content, first_text, parts, \
                 referral_links, audience_kind, selection, channels, state, created_at, broadcast_at, expires_at, audience, \
                 queued, accepted, failed, unknown) \
                 VALUES ($1, $2, 'group_message', 1, '', $3, 'Ann then', $4, '', 1, 0, 'selection', '{}', '[]', 'completed', \
                 $5, $5, $5, 1, 0, 0, 1, 0)",
                params![team, campaign, sender, &content, at],
            )?;
            tx.execute(
                "INSERT INTO delivery (team_id, id, policy, campaign_id, slice_id, channel_id, identity_id, contact_id, \
                 conversation_id, sender_id, address, name, state, attempt, tries, unsure, reason) \
                 VALUES ($1, $2, 'group', $3, 'slice', $4, $5, $6, $7, $8, 'U1', $9, 'failed', 1, 0, FALSE, 'unfollowed')",
                params![
                    team,
                    delivery,
                    campaign,
                    found.channel,
                    found.identity,
                    found.contact,
                    to,
                    sender,
                    &name
                ],
            )
        })
        .await;
    (campaign, delivery)
}

async fn event(world: &World, id: ConversationId, event: Event) {
    let (team, key) = (world.team, world.clock.id());
    world.write(move |tx| append(tx, team, id, key, event)).await;
}

async fn pages_go_through_everything_once(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let lin = customer_of(&world, id).await;
    // Everything at few moments, so that pages end within them and within the parts of a send.
    for at in [NOW + 1, NOW + 1, NOW + 2, NOW + 3] {
        world.wrote(world.text(lin, "a", at)).await;
        group_send(&world, id, &["1", "2", "3", "4", "5"], "", at).await;
        event(&world, id, Event { kind: EventKind::Taken, by: None, to: None, at }).await;
    }
    let whole = read(&world, &world.ann, id, 1_000).await;
    assert_eq!(whole.len(), 1 + 4 * 7);
    assert!(whole.is_sorted_by(|(a, _), (b, _)| a > b), "newest first, each once");
    for limit in [1, 2, 3, 4, 7, 28, 29] {
        assert_eq!(read(&world, &world.ann, id, limit).await, whole, "by {limit}");
    }
}

async fn an_entry_tells_what_the_thread_shows(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let lin = customer_of(&world, id).await;
    world.wrote(world.text(lin, NASTY, NOW + 1)).await;
    let token = format!("{NAME_TOKEN}，您好");
    let (campaign, delivery) = group_send(&world, id, &[&token, "second"], NASTY, NOW + 2).await;
    let handed =
        Event { kind: EventKind::Transferred, by: Some(world.ann.member), to: Some(world.mia.member), at: NOW + 3 };
    event(&world, id, handed).await;

    let thread: Vec<Entry> = read(&world, &world.ann, id, 50).await.into_iter().map(|(_, entry)| entry).collect();
    let [Entry::Event { what, by, to, at, .. }, Entry::Message(second), Entry::Message(first), Entry::Message(hers), _] =
        &thread[..]
    else {
        panic!("{thread:?}")
    };
    assert_eq!(*what, EventKind::Transferred);
    assert_eq!(by.as_ref().unwrap().name, "Ann O'Hara");
    assert_eq!(to.as_ref().unwrap().name, "Mia");
    assert_eq!(at.to_rfc3339(), "2025-11-20T08:00:00.003+08:00");
    assert_eq!((second.text.as_str(), second.id.clone()), ("second", format!("{delivery}:1")));
    assert_eq!((first.text.clone(), first.id.clone()), (format!("{NASTY}，您好"), format!("{delivery}:0")));
    assert_eq!(
        (first.campaign, first.outcome, first.reason),
        (Some(campaign), Some(Outcome::Failed), Some(Reason::Unfollowed))
    );
    assert_eq!((first.from_customer, first.by.as_ref().unwrap().name.as_str()), (false, "Ann then"));
    assert_eq!((hers.text.as_str(), hers.from_customer), (NASTY, true));
    assert_eq!((hers.outcome, hers.campaign, hers.by.clone()), (None, None, None));
}

async fn a_medium_is_referred_to(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let lin = customer_of(&world, id).await;
    let (team, media): (_, MediaId) = (world.team, world.clock.id());
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO media (team_id, id, state, kind, mime, name, size, tries, created_at)
                 VALUES ($1, $2, 'ready', 'document', 'application/pdf', 'a.pdf', 9, 0, 0)",
                params![team, media],
            )
        })
        .await;
    let mut picture = world.text(lin, "", NOW + 1);
    picture.kind = MessageKind::Image;
    picture.media = Some(media);
    world.wrote(picture).await;
    let thread = read(&world, &world.ann, id, 50).await;
    let (_, Entry::Message(shown)) = &thread[0] else { panic!("{thread:?}") };
    assert_eq!(shown.kind, MessageKind::Image);
    let shown = shown.media.as_ref().unwrap();
    assert_eq!((shown.id, shown.mime.as_str()), (media, "application/pdf"));
    assert_eq!((shown.name.as_deref(), shown.size), (Some("a.pdf"), Some(9)));
}

async fn media_of_a_group_send_are_entries_of_their_own(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let (picture, film, gone) =
        (world.medium(MediaKind::Image).await, world.medium(MediaKind::Video).await, world.clock.id());
    let parts = vec![
        Part::text("看"),
        Part::Image { media: picture },
        Part::Video { media: film },
        Part::Image { media: gone },
        Part::Image { media: picture },
    ];
    group_send_of(&world, id, &Content { parts }, "", NOW + 1).await;
    let thread = read(&world, &world.ann, id, 50).await;
    let mut shown: Vec<_> = thread
        .iter()
        .filter_map(|(_, entry)| match entry {
            Entry::Message(one) if one.campaign.is_some() => {
                Some((one.kind, one.text.as_str(), one.media.as_ref().map(|media| (media.id, media.lost))))
            }
            _ => None,
        })
        .collect();
    shown.reverse();
    let (image, video) = (MessageKind::Image, MessageKind::Video);
    assert_eq!(
        shown,
        [
            (MessageKind::Text, "看", None),
            (image, "", Some((picture, false))),
            (video, "", Some((film, false))),
            (image, "", Some((gone, true))),
            (image, "", Some((picture, false))),
        ]
    );
}

/// What became of the messages of a delivery, in order.
async fn tried(world: &World, delivery: DeliveryId, states: &'static [(&'static str, Option<Reason>)]) {
    let (team, shop) = (world.team, world.shop);
    world
        .write(move |tx| {
            for (part, (state, reason)) in states.iter().enumerate() {
                tx.execute(
                    "INSERT INTO delivery_part (team_id, delivery_id, part, attempt, state, channel_id, reason, updated_at) \
                     VALUES ($1, $2, $3, 1, $4, $5, $6, 9)",
                    params![team, delivery, part, *state, shop, *reason],
                )?;
            }
            Ok(())
        })
        .await;
}

/// domain.md 11.19: the parts that did arrive stay visible with their own state.
async fn messages_that_go_one_by_one_stand_by_themselves(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let (_, sent) = group_send(&world, id, &["1", "2", "3"], "", NOW + 1).await;
    tried(&world, sent, &[("read", None), ("failed", Some(Reason::WaUndeliverable)), ("skipped", None)]).await;
    world.clock.advance(5);
    let reply =
        Reply { id, key: world.clock.id(), content: Content { parts: ["a", "b", "c"].map(Part::text).to_vec() } };
    let (app, ann, key, team) = (world.app().await, world.ann.clone(), reply.key, world.team);
    world.db.write(move |tx| super::super::reply::reply(tx, &app, &ann, &reply)).await.unwrap();
    let replied: DeliveryId = world
        .read(move |tx| tx.one("SELECT id FROM delivery WHERE team_id = $1 AND message_id = $2", params![team, key]))
        .await;
    tried(&world, replied, &[("delivered", None), ("accepted", None)]).await;
    let mut shown: Vec<_> = read(&world, &world.ann, id, 50)
        .await
        .into_iter()
        .filter_map(|(_, entry)| match entry {
            Entry::Message(message) if !message.from_customer => Some((message.text, message.outcome?, message.reason)),
            _ => None,
        })
        .collect();
    shown.reverse();
    let is = |text: &str, outcome, reason| (text.to_owned(), outcome, reason);
    assert_eq!(
        shown,
        [
            is("1", Outcome::Read, None),
            is("2", Outcome::Failed, Some(Reason::WaUndeliverable)),
            // Left out: it stands as the whole does.
            is("3", Outcome::Failed, Some(Reason::Unfollowed)),
            is("a", Outcome::Delivered, None),
            is("b", Outcome::Succeeded, None),
            // Not tried yet.
            is("c", Outcome::Waiting, None),
        ]
    );
}

async fn nothing_of_others_is_in_it(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let other = world.open("Wu", &world.ann).await;
    group_send(&world, other, &["a"], "", NOW + 1).await;
    event(&world, other, Event { kind: EventKind::Taken, by: None, to: None, at: NOW }).await;
    assert_eq!(read(&world, &world.ann, id, 50).await.len(), 1);
    assert_eq!(read(&world, &world.eve, id, 50).await.len(), 0);
}

async fn statements_do_what_they_say(db: Db) {
    let world = World::new(db).await;
    let id = world.open("Lin", &world.ann).await;
    let lin = customer_of(&world, id).await;
    let Wrote::New { message: newest, .. } = world.wrote(world.text(lin, "new", NOW + 9)).await else {
        panic!("it is new")
    };
    group_send(&world, id, &["a", "b"], "", NOW + 5).await;
    let (team, other, key, ann) = (world.team, world.eve.team, world.clock.id(), world.ann.clone());
    world
        .write(move |tx| {
            let event = Event { kind: EventKind::Closed, by: None, to: None, at: NOW + 5 };
            store::append(tx, team, id, key, event)?;
            let end = Cursor { at: NOW + 5, key: String::new() };
            assert_eq!(store::messages(tx, team, id, None, 10)?.len(), 2);
            assert_eq!(store::messages(tx, team, id, None, 1)?[0].id, newest);
            assert_eq!(store::messages(tx, team, id, Some(&end), 10)?.len(), 1);
            assert_eq!(store::messages(tx, other, id, None, 10)?, []);
            assert_eq!(store::events(tx, team, id, None, 10)?.len(), 1);
            assert_eq!(store::events(tx, team, id, Some(&end), 10)?, []);
            assert_eq!(store::deliveries(tx, team, id, None, 10)?.len(), 1);
            assert_eq!(store::deliveries(tx, team, id, Some(&end), 10)?, []);
            assert_eq!(store::messages_of(tx, other, &[newest])?, []);
            let of: Vec<String> = store::messages_of(tx, team, &[newest])?.into_iter().map(|row| row.text).collect();
            assert_eq!(of, ["new"]);
            assert_eq!(store::media(tx, team, &[])?, []);
            Ok(())
        })
        .await;
    let shown = world.db.read(move |tx| messages(tx, &ann, &[newest], &reference)).await.unwrap();
    assert_eq!((shown[0].id.clone(), shown[0].text.as_str()), (newest.to_string(), "new"));
}
