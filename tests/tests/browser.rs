//! The browser journeys: `tests/browser/*.mjs`, each in a world of its own. Their names begin with `journey_`.

use sandbox::line::Act;
use shared::{
    contacts::{AddTag, Subscription},
    conversations::{ConversationState, Scope},
};
use tests::{World, journey};

#[tokio::test(flavor = "multi_thread")]
async fn journey_sign_in() {
    let world = World::start().await.unwrap();
    journey::run(&world, "sign_in").await.unwrap();
    world.stop().await.unwrap();
}

/// The whole flow of the seed with text: steps 1 to 5 and 9 to 15.
#[tokio::test(flavor = "multi_thread")]
async fn journey_group_message() {
    let world = World::start().await.unwrap();
    let client = world.client("sales").await.unwrap();
    let (_, ann) = world.taken(&client, "林雅婷", "那個燕麥白的霧面杯還有嗎？").await.unwrap();
    let (_, ben) = world.taken(&client, "陳柏翰", "請問可以寄到新竹嗎？").await.unwrap();
    for id in [ann, ben] {
        client.call(AddTag { id, name: "VIP".into() }).await.unwrap();
    }
    let (blocked, _) = world.taken(&client, "周子晴", "謝謝").await.unwrap();
    world.act(&blocked, Act::Block).await.unwrap();
    let in_progress = (ConversationState::InProgress, Scope::Mine);
    world.find(&client, in_progress, "周子晴", |card| card.subscription == Subscription::Blocked).await.unwrap();
    journey::run(&world, "group_message").await.unwrap();
    world.stop().await.unwrap();
}

/// The answer to Send is lost, she taps again and reloads: one campaign.
#[tokio::test(flavor = "multi_thread")]
async fn journey_lost_answer() {
    let world = World::start().await.unwrap();
    let client = world.client("sales").await.unwrap();
    for name in ["林雅婷", "陳柏翰"] {
        world.taken(&client, name, "您好").await.unwrap();
    }
    journey::run(&world, "lost_answer").await.unwrap();
    world.stop().await.unwrap();
}
