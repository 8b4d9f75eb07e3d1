//! The browser journeys: `tests/browser/*.mjs`, each in a world of its own. Their names begin with `journey_`.

use tests::{World, journey};

#[tokio::test(flavor = "multi_thread")]
async fn journey_sign_in() {
    let world = World::start().await.unwrap();
    journey::run(&world, "sign_in").await.unwrap();
    world.stop().await.unwrap();
}
