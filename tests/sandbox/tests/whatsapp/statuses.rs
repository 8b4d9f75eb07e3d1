//! Statuses: their shape, delays, order, repetition, failures, and what BSUIDs change.

use std::time::Duration;

use sandbox::{
    Fault, FaultKind,
    whatsapp::{Act, NewCustomer, Pack, Release, ReleaseOrder, StatusPlan, When},
};
use serde_json::json;

use crate::support::{APP, Changes as _, NUMBER, SECRET, World, is_signed, with_receiver};

const ANN: &str = "+886912345678";

async fn planned(world: &World, plan: StatusPlan) -> String {
    world.wa().add_fault(Fault::new(FaultKind::Statuses(plan)).at("messages").times(1));
    let body = json!({ "to": ANN, "biz_opaque_callback_data": "d7", "type": "text", "text": { "body": "x" } });
    let id = world.send(body).await.id();
    world.wa().settled().await;
    id
}

#[tokio::test]
async fn sent_delivered_and_read_have_metas_shape() {
    let (world, receiver) = with_receiver().await;
    let ann = world.customer("王", ANN).await;
    let id = planned(&world, StatusPlan { read_ms: Some(5), ..StatusPlan::default() }).await;
    // Read at once, so delivered happened before it although it is told later.
    assert_eq!(receiver.statuses(), ["sent", "read", "delivered"]);
    let status = &receiver.all("statuses")[1];
    assert_eq!(status["id"], id.as_str());
    assert_eq!(status["recipient_id"], "886912345678");
    assert_eq!(status["recipient_user_id"].as_str(), ann.bsuid.as_deref());
    assert_eq!(status["biz_opaque_callback_data"], "d7");
    assert!(status["timestamp"].as_str().unwrap().parse::<i64>().unwrap() > 1_700_000_000);
    assert_eq!(status["pricing"]["pricing_model"], "PMP");
    assert_eq!(status["pricing"]["category"], "service");
    let value = &receiver.changes()[1]["value"];
    assert_eq!(value["metadata"], json!({ "display_phone_number": "886227001001", "phone_number_id": "2001" }));
    assert_eq!(value["messaging_product"], "whatsapp");
    assert!(receiver.received().iter().all(|call| is_signed(call, SECRET) && !is_signed(call, "another")));
    assert!(world.wa().inbox(NUMBER, ANN).unwrap()[1].read);
}

#[tokio::test]
async fn out_of_order_twice_and_never() {
    let (world, receiver) = with_receiver().await;
    world.customer("王", ANN).await;
    let backwards = StatusPlan { sent_ms: Some(80), delivered_ms: Some(40), read_ms: Some(0), ..StatusPlan::NEVER };
    planned(&world, backwards).await;
    assert_eq!(receiver.statuses(), ["read", "delivered", "sent"]);
    planned(&world, StatusPlan::NEVER).await;
    assert_eq!(receiver.statuses().len(), 3);
    planned(&world, StatusPlan { twice: true, sent_ms: Some(0), ..StatusPlan::NEVER }).await;
    assert_eq!(receiver.statuses()[3..], ["sent", "sent"]);
    assert_eq!(world.texts(ANN).len(), 3, "untold is not undelivered");
}

#[tokio::test]
async fn a_status_may_come_before_our_200() {
    let (world, receiver) = with_receiver().await;
    world.customer("王", ANN).await;
    let plan = StatusPlan { early: true, sent_ms: Some(0), ..StatusPlan::NEVER };
    world.wa().add_fault(Fault::new(FaultKind::Statuses(plan)));
    world.wa().add_fault(Fault::new(FaultKind::TimeoutAfter { hold_ms: 0 }));
    let body = json!({ "messaging_product": "whatsapp", "to": ANN, "biz_opaque_callback_data": "d8",
                       "type": "text", "text": { "body": "x" } });
    assert!(world.post(&body).send().await.is_err(), "and the 200 never");
    let statuses = receiver.all("statuses");
    assert_eq!((statuses.len(), &statuses[0]["biz_opaque_callback_data"]), (1, &json!("d8")));
    assert_eq!(world.wa().ledger()[0].message_ids[0], statuses[0]["id"].as_str().unwrap());
}

#[tokio::test]
async fn who_hangs_up_while_it_is_told_is_told_all_of_it() {
    let (world, receiver) = with_receiver().await;
    world.customer("王", ANN).await;
    let plan = StatusPlan { early: true, sent_ms: Some(0), delivered_ms: Some(1), ..StatusPlan::NEVER };
    world.wa().add_fault(Fault::new(FaultKind::Statuses(plan)));
    receiver.will_answer(200, Duration::from_millis(200));
    let body = json!({ "messaging_product": "whatsapp", "to": ANN, "type": "text", "text": { "body": "x" } });
    assert!(world.post(&body).timeout(Duration::from_millis(50)).send().await.is_err());
    world.wa().settled().await;
    assert_eq!(receiver.statuses(), ["sent", "delivered"]);
}

#[tokio::test]
async fn failures_are_told_with_metas_words() {
    let (world, receiver) = with_receiver().await;
    world.customer("王", ANN).await;
    planned(&world, StatusPlan::failed(131_049)).await;
    assert_eq!(world.fate(), (false, Some("131049".to_owned())));
    let late = StatusPlan { sent_ms: Some(0), failed: Some(131_026), failed_ms: 20, ..StatusPlan::NEVER };
    planned(&world, late).await;
    assert_eq!(receiver.statuses(), ["failed", "sent", "failed"]);
    assert!(world.texts(ANN).is_empty());

    world.wa().advance(std::time::Duration::from_hours(25));
    world.text(ANN, "x").await;
    world.wa().settled().await;
    let failed = receiver.all("statuses").pop().unwrap();
    let error = &failed["errors"][0];
    assert_eq!((&error["code"], &error["title"]), (&json!(131_047), &json!("Re-engagement message")));
    assert!(error["error_data"]["details"].as_str().unwrap().contains("more than 24 hours"));
    assert_eq!(failed["recipient_id"], "886912345678");
    assert!(failed.get("recipient_user_id").is_none(), "a failed one to a phone number tells no BSUID");
    assert!(failed.get("pricing").is_none());
    assert!(receiver.changes().pop().unwrap()["value"].get("contacts").is_none());

    world.text("+886999999999", "x").await;
    world.wa().settled().await;
    assert_eq!(receiver.all("statuses").pop().unwrap()["errors"][0]["code"], 131_026);
}

#[tokio::test]
async fn people_without_a_phone_number_have_none_in_statuses() {
    let (world, receiver) = with_receiver().await;
    let bea = world.wa().add_customer(NUMBER, NewCustomer::username("Bea")).unwrap();
    world.wa().write(NUMBER, &bea.user, "hi").await.unwrap();
    let bsuid = bea.bsuid.unwrap();
    world.send(json!({ "recipient": bsuid, "type": "text", "text": { "body": "x" } })).await;
    world.wa().settled().await;
    let statuses = receiver.all("statuses");
    assert_eq!(statuses.len(), 2);
    for status in statuses {
        assert!(status.get("recipient_id").is_none());
        assert_eq!(status["recipient_user_id"], bsuid.as_str());
    }
    let old = world.wa().add_customer(NUMBER, NewCustomer::phone_only("Old", "+886900000009")).unwrap();
    world.wa().write(NUMBER, &old.user, "hi").await.unwrap();
    world.text("+886900000009", "x").await;
    world.wa().settled().await;
    assert!(receiver.all("statuses")[2].get("recipient_user_id").is_none());
}

#[tokio::test]
async fn reading_the_chat_tells_unless_receipts_are_off() {
    let (world, receiver) = with_receiver().await;
    world.customer("王", ANN).await;
    let quiet = NewCustomer::phone("林", "+886900000003").without_receipts();
    let quiet = world.wa().add_customer(NUMBER, quiet).unwrap();
    world.wa().write(NUMBER, &quiet.user, "hi").await.unwrap();
    for text in ["a", "b"] {
        world.text(ANN, text).await;
        world.text("+886900000003", text).await;
    }
    world.wa().settled().await;
    for user in [ANN, quiet.user.as_str(), ANN] {
        world.wa().act(NUMBER, user, Act::Read, When::default()).await.unwrap();
    }
    let read: Vec<_> = receiver.all("statuses").into_iter().filter(|status| status["status"] == "read").collect();
    assert_eq!(read.len(), 2, "both of 王, once");
    assert!(read.iter().all(|status| status["recipient_id"] == "886912345678"));
    let seen = |user: &str| world.wa().inbox(NUMBER, user).unwrap().iter().filter(|message| message.read).count();
    assert_eq!((seen(ANN), seen(&quiet.user)), (2, 2));
}

#[tokio::test]
async fn a_storm_of_statuses() {
    let (world, receiver) = with_receiver().await;
    world.customer("王", ANN).await;
    let before = receiver.received().len();
    let plan = StatusPlan { held: true, read_ms: Some(2), ..StatusPlan::default() };
    world.wa().change_number(NUMBER, |spec| spec.statuses = plan).unwrap();
    for n in 0..5 {
        world.text(ANN, &n.to_string()).await;
    }
    world.wa().settled().await;
    assert_eq!(receiver.received().len(), before, "held");
    let storm = Release { order: ReleaseOrder::AsHappened, seed: Some(7), per_call: 8, copies: 2, pack: Pack::Values };
    assert_eq!(world.wa().release(APP, storm).await.unwrap(), [Some(200); 4]);
    let calls = &receiver.received()[before..];
    assert!(calls.iter().all(|call| call.json()["entry"][0]["changes"].as_array().unwrap().len() == 1));
    let mut told: Vec<_> = receiver
        .all("statuses")
        .iter()
        .map(|status| (status["id"].to_string(), status["status"].to_string()))
        .collect();
    assert_eq!(told.len(), 30);
    let first: Vec<_> = told[..3].iter().map(|(_, status)| status.clone()).collect();
    told.sort();
    assert!(told.chunks(2).all(|pair| pair[0] == pair[1]), "each of them twice");
    told.dedup();
    assert_eq!(told.len(), 15);
    assert_ne!(first, ["\"sent\"", "\"sent\"", "\"delivered\""], "shuffled");
    assert_eq!(world.wa().release(APP, storm).await.unwrap(), []);
}
