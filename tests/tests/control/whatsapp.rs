//! Sending again on WhatsApp, where every message is a call of its own.

use sandbox::{Fault, FaultKind, whatsapp::NewCustomer};
use shared::{
    campaigns::{ResendUnknown, RetryFailed},
    deliveries::{Outcome, ShowDelivery},
    id::ConversationId,
    reasons::Reason,
};
use tests::{Client, World, world::settled};

use super::stage::rows;

/// A customer who wrote just now to the first number, taken by this client.
async fn met(world: &World, client: &Client) -> ConversationId {
    world.met(client, 0, NewCustomer::phone("郭宜蓁", "+886912000001"), 0).await.unwrap().id
}

/// The texts that WhatsApp took, in order.
fn texts(world: &World) -> Vec<String> {
    let ledger = world.sandbox.whatsapp().ledger();
    ledger.iter().filter_map(|entry| entry.messages[0]["text"]["body"].as_str().map(str::to_owned)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_messages_that_were_taken_stay_and_it_goes_on_with_the_one_that_failed() {
    let world = World::start_with(tests::Engine::Sqlite, |config| config.engine.retry_ms = vec![10]).await.unwrap();
    let client = world.client("sales").await.unwrap();
    let id = met(&world, &client).await;
    let fault = Fault::new(FaultKind::Graph { code: 131_000 }).at("messages");
    world.sandbox.whatsapp().add_fault(Fault { from_call: 2, ..fault });
    let campaign = world.send(&client, &[id], &["一", "二", "三"]).await.unwrap();
    assert_eq!(settled(&client, campaign).await.unwrap().figures.failed, 1);
    let [row] = &rows(&client, campaign, Some(Outcome::Failed)).await[..] else { panic!("one person") };
    assert_eq!((row.reason, row.failed_part), (Some(Reason::WaFailed), Some(1)), "the second of them");
    world.sandbox.whatsapp().clear_faults(None);
    client.call(RetryFailed { id: campaign, reasons: vec![Reason::WaFailed], people: 1 }).await.unwrap();
    assert_eq!(settled(&client, campaign).await.unwrap().figures.succeeded, 1);
    assert_eq!(texts(&world), ["一", "二", "三"], "each once, in order");
    let detail = client.call(ShowDelivery { id: campaign, delivery: row.id }).await.unwrap();
    assert!(detail.parts.iter().all(|part| part.reason.is_none()), "{:?}", detail.parts);
    world.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_message_is_called_again_by_decision_and_the_rest_follows() {
    let world = World::start().await.unwrap();
    let client = world.client("sales").await.unwrap();
    let id = met(&world, &client).await;
    world.sandbox.whatsapp().add_fault(Fault::new(FaultKind::TimeoutBefore { hold_ms: 0 }).at("messages").times(1));
    let campaign = world.send(&client, &[id], &["一", "二"]).await.unwrap();
    assert_eq!(settled(&client, campaign).await.unwrap().figures.unknown, 1);
    assert_eq!(texts(&world), Vec::<String>::new(), "nothing is called again by itself");
    client.call(ResendUnknown { id: campaign, delivery: None, people: 1 }).await.unwrap();
    assert_eq!(settled(&client, campaign).await.unwrap().figures.succeeded, 1);
    assert_eq!(texts(&world), ["一", "二"]);
    world.stop().await.unwrap();
}
