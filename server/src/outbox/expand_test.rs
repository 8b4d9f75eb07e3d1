//! Large campaigns are written piece by piece: everybody once, in order, whatever happens between the pieces.

use std::collections::BTreeSet;

use shared::{
    contacts::Subscription,
    conversations::ConversationState,
    id::{CampaignId, ConversationId, DeliveryId, SliceId},
};

use crate::{
    campaigns::fixture_test::{accept_only, checked, draft, expand_next, texts},
    conversations::fixture_test::World,
    db::{Db, params, testing::on_both_engines},
    outbox::{control, whatsapp::testing::open},
};

on_both_engines![
    a_large_campaign_is_accepted_at_once_and_written_behind,
    one_who_was_refused_when_it_was_accepted_stays_so,
    a_piece_that_cannot_be_written_is_kept_whole,
    a_stopped_campaign_is_written_and_ends,
];

/// A campaign to so many people, of whom the first thousand are written; the third of them has blocked us.
async fn accepted(world: &World, people: usize) -> (CampaignId, Vec<ConversationId>) {
    let mut ann = world.ann.clone();
    ann.settings.group_send_max = 5_000;
    let mut ids = Vec::new();
    for i in 0..people {
        ids.push(world.conversation(world.shop, &format!("客人{i}"), ConversationState::InProgress, &ann).await);
    }
    world.subscribe(ids[2], Subscription::Blocked).await;
    let draft = draft(world, &ann, &ids, texts(&["{{system:customer_name}} 您好"])).await;
    let call = checked(world, &ann, draft).await;
    (accept_only(world, &ann, call).await.unwrap(), ids)
}

/// Who is written, in the order of their ids.
async fn written(world: &World, campaign: CampaignId) -> Vec<(DeliveryId, ConversationId, SliceId, String)> {
    world
        .read(move |tx| {
            tx.all(
                "SELECT id, conversation_id, slice_id, state FROM delivery WHERE campaign_id = $1 ORDER BY id",
                params![campaign],
            )
        })
        .await
}

/// Queued and failed, as the counters say.
async fn counters(world: &World, campaign: CampaignId) -> (i64, i64) {
    world.read(move |tx| tx.one("SELECT queued, failed FROM campaign WHERE id = $1", params![campaign])).await
}

async fn a_large_campaign_is_accepted_at_once_and_written_behind(db: Db) {
    let world = World::new(db).await;
    let (campaign, people) = accepted(&world, 2_100).await;
    assert_eq!(written(&world, campaign).await.len(), 1_000);
    assert_eq!(counters(&world, campaign).await, (2_099, 1), "everybody counts from the beginning");
    assert!(expand_next(&world).await);
    assert_eq!(written(&world, campaign).await.len(), 2_000);
    assert!(expand_next(&world).await);
    assert!(!expand_next(&world).await, "there is no more");
    let written = written(&world, campaign).await;
    let conversations: BTreeSet<ConversationId> = written.iter().map(|(_, conversation, ..)| *conversation).collect();
    assert_eq!(written.len(), 2_100);
    assert_eq!(conversations, people.into_iter().collect(), "each once");
    assert_eq!(world.read(move |tx| open(tx, campaign)).await, 2_099, "who is queued is in a slice");
    let slices: Vec<SliceId> = written.iter().map(|(_, _, slice, _)| *slice).collect();
    assert!(slices.is_sorted(), "a slice is of neighbours");
}

async fn one_who_was_refused_when_it_was_accepted_stays_so(db: Db) {
    let world = World::new(db).await;
    let (campaign, people) = accepted(&world, 1_001).await;
    for id in &people {
        world.subscribe(*id, Subscription::Subscribed).await;
    }
    while expand_next(&world).await {}
    let written = written(&world, campaign).await;
    let failed: Vec<_> = written.iter().filter(|(.., state)| state == "failed").map(|(_, id, ..)| *id).collect();
    assert_eq!(failed, [people[2]], "she is counted as one who is not sent");
}

async fn a_piece_that_cannot_be_written_is_kept_whole(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = accepted(&world, 1_003).await;
    let people: String = world
        .read(move |tx| tx.one("SELECT people FROM campaign_piece WHERE campaign_id = $1", params![campaign]))
        .await;
    let set = |text: String| {
        world.write(move |tx| {
            let text = text.clone();
            tx.execute("UPDATE campaign_piece SET people = $2 WHERE campaign_id = $1", params![campaign, text])
        })
    };
    set("[[1]]".into()).await;
    let (place, clock) = ((campaign, 0), world.clock.clone());
    let failed = world.db.write(move |tx| crate::outbox::expand(tx, &clock, place)).await;
    assert!(failed.is_err());
    assert_eq!(written(&world, campaign).await.len(), 1_000);
    set(people).await;
    assert!(expand_next(&world).await);
    assert_eq!(written(&world, campaign).await.len(), 1_003);
}

async fn a_stopped_campaign_is_written_and_ends(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = accepted(&world, 1_300).await;
    let (team, by) = (world.team, world.ann.member);
    assert!(world.write(move |tx| control::cancel(tx, team, campaign, by)).await);
    let app = world.app().await;
    app.tasks.spawn("outbox.expand", super::expand(app.clone()));
    app.tasks.spawn("outbox.sweep", control::sweep(app.clone(), crate::serve::POLICIES, "engine".into()));
    let states = async || -> Vec<(String, i64)> {
        world
            .read(move |tx| {
                tx.all(
                    "SELECT reason, COUNT(*) FROM delivery WHERE campaign_id = $1 AND state = 'failed' GROUP BY reason
                     ORDER BY reason",
                    params![campaign],
                )
            })
            .await
    };
    let all = [("cancelled".to_owned(), 1_299), ("unfollowed".to_owned(), 1)];
    while states().await != all {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(counters(&world, campaign).await, (0, 1_300));
    let (state, finished): (String, bool) = world
        .read(move |tx| tx.one("SELECT state, finished_at IS NOT NULL FROM campaign WHERE id = $1", params![campaign]))
        .await;
    assert_eq!((state.as_str(), finished), ("cancelled", true));
}
