//! The server stands: people sign in and see what is theirs.

use shared::{
    conversations::{ConversationState, Scope},
    members::ShowMe,
    problem::Problem,
};
use tests::{Engine, World};

#[tokio::test(flavor = "multi_thread")]
async fn each_role_signs_in_and_is_told_who_she_is() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        for seat in world.team.members.iter().chain(&world.other.members).chain(&world.plain.members) {
            let client = world.sign_in(seat).await.unwrap();
            let me = client.call(ShowMe {}).await.unwrap();
            assert_eq!((me.id, me.role, me.name.as_str()), (seat.id, seat.role, seat.name.as_str()), "{engine:?}");
            assert_eq!(me.stores.iter().map(|store| store.id).collect::<Vec<_>>(), seat.stores);
        }
        world.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_is_told_to_sign_in() {
    let world = World::start().await.unwrap();
    assert_eq!(world.visitor().unwrap().call(ShowMe {}).await, Err(Problem::SignedOut));
    let wrong = world.visitor().unwrap().sign_in("sales@a.example", "not the password").await;
    assert_eq!(wrong.map(|_| ()), Err(Problem::WrongCredentials));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_who_writes_is_taken_and_gets_a_group_message() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        let sales = world.client("sales").await.unwrap();
        let (customer, id) = world.taken(&sales, "林雅婷 🌿", "請問今天營業到幾點？").await.unwrap();
        let mine = (ConversationState::InProgress, Scope::Mine);
        let card = world.find(&sales, mine, &customer.name, |card| card.id == id).await.unwrap();
        assert_eq!(card.owner.map(|owner| owner.name).as_deref(), Some("許芷晴"));

        let campaign = world.send(&sales, &[id], &["{{system:customer_name}} 您好", "新品到店了"]).await.unwrap();
        let progress = world.settled(&sales, campaign).await.unwrap();
        assert_eq!((progress.figures.succeeded, progress.figures.audience), (1, 1), "{engine:?}");
        let ledger = world.sandbox.ledger();
        let texts: Vec<_> =
            ledger.iter().flat_map(|entry| &entry.messages).map(|message| message["text"].as_str()).collect();
        assert_eq!(texts, [Some("林雅婷 🌿 您好"), Some("新品到店了")]);
        assert!(ledger.iter().all(|entry| entry.user == customer.user && entry.delivered));
        world.stop().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_killed_starts_again_on_its_data() {
    let mut world = World::process().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (customer, id) = world.taken(&sales, "陳柏翰", "在嗎").await.unwrap();
    world.kill().unwrap();
    world.restart().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let mine = (ConversationState::InProgress, Scope::Mine);
    let card = world.find(&sales, mine, &customer.name, |_| true).await.unwrap();
    assert_eq!(card.id, id);
}
