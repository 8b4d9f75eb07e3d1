//! Faults on order, as a client meets them.

use std::time::{Duration, Instant};

use sandbox::{Fault, FaultKind};
use serde_json::json;

use crate::support::{CHANNEL, text_to, world};

const KEY: &str = "00000000-0000-4000-8000-000000000001";

#[tokio::test]
async fn refusals_accept_nothing() {
    let world = world().await;
    let user = world.friend("a");
    for (kind, status, text) in [
        (FaultKind::RateLimit, 429, "The API rate limit has been exceeded. Try again later."),
        (FaultKind::MonthlyLimit, 429, "You have reached your monthly limit."),
        (FaultKind::ServerError, 500, "Internal Server Error"),
        (FaultKind::Unauthorized, 401, "Authentication failed due to the following reason: expired token."),
    ] {
        world.line().add_fault(Fault::new(kind).at("push").times(1));
        let answer = world.push_with_key(&user, "x", KEY).await;
        assert_eq!((answer.status, answer.message().as_str()), (status, text));
    }
    world.line().add_fault(Fault::new(FaultKind::BadGateway).times(1));
    let answer = world.push_with_key(&user, "x", KEY).await;
    assert_eq!(answer.status, 502);
    assert!(answer.bytes.starts_with(b"<html>"));

    assert!(world.line().ledger().is_empty());
    assert_eq!(world.push_with_key(&user, "x", KEY).await.status, 200, "none of them used up the key");
    assert_eq!(world.refused("fault_bad_gateway"), 1);
}

#[tokio::test]
async fn dropped_before_acceptance_can_be_sent_again() {
    let world = world().await;
    let user = world.friend("a");
    world.line().add_fault(Fault::new(FaultKind::TimeoutBefore { hold_ms: 50 }).times(1));
    let started = Instant::now();
    let lost = world.post("message/push", &text_to(&user, "x")).header("x-line-retry-key", KEY).send().await;
    assert!(lost.is_err(), "the connection is dropped without an answer");
    assert!(started.elapsed() >= Duration::from_millis(50));
    assert!(world.line().ledger().is_empty());
    assert_eq!(world.push_with_key(&user, "x", KEY).await.status, 200);
    assert_eq!(world.texts(&user), ["x"]);
}

#[tokio::test]
async fn dropped_after_acceptance_is_in_the_ledger_and_409_next_time() {
    let world = world().await;
    let user = world.friend("a");
    world.line().add_fault(Fault::new(FaultKind::TimeoutAfter { hold_ms: 0 }).for_user(&user).times(1));
    let lost = world.post("message/push", &text_to(&user, "x")).header("x-line-retry-key", KEY).send().await;
    assert!(lost.is_err());
    assert_eq!(world.texts(&user), ["x"]);
    let again = world.push_with_key(&user, "x", KEY).await;
    assert_eq!(again.status, 409);
    assert_eq!(again.accepted_id, Some(world.line().ledger()[0].request_id.to_string()));
    assert_eq!(world.texts(&user), ["x"]);
}

#[tokio::test]
async fn slow_answers_and_faults_for_one_user() {
    let world = world().await;
    let (slow, quick) = (world.friend("a"), world.friend("b"));
    world.line().add_fault(Fault::new(FaultKind::SlowRange { from_ms: 120, to_ms: 200 }).for_user(&slow));
    let started = Instant::now();
    assert_eq!(world.push(&slow, "x").await.status, 200);
    assert!(started.elapsed() >= Duration::from_millis(120));
    world.line().add_fault(Fault { from_call: 2, ..Fault::new(FaultKind::ServerError).for_user(&quick).times(1) });
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(world.push(&quick, "x").await.status);
    }
    assert_eq!(statuses, [200, 500, 200]);
    assert_eq!(world.line().faults()[1].fired, 1);
    assert_eq!(world.line().stats(CHANNEL).unwrap().accepted, 3);
}

#[tokio::test]
async fn who_gives_up_on_a_slow_answer_may_have_been_accepted() {
    let world = world().await;
    let user = world.friend("a");
    world.line().add_fault(Fault::new(FaultKind::Slow { ms: 400 }).times(2));
    for (patience, accepted) in [(100, 0), (300, 1)] {
        let request = world.post("message/push", &text_to(&user, "x"));
        assert!(request.timeout(Duration::from_millis(patience)).send().await.is_err());
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert_eq!(world.line().ledger().len(), accepted, "{patience} ms");
    }
}

#[tokio::test]
async fn faults_are_ordered_over_http() {
    let world = world().await;
    let user = world.friend("a");
    let url = format!("{}/_sandbox/line/faults", world.sandbox.base());
    let order = json!({ "endpoint": "profile", "user": user, "kind": "server_error", "count": 1 });
    let id = world.http.post(&url).json(&order).send().await.unwrap().json::<serde_json::Value>().await.unwrap()["id"]
        .clone();
    assert_eq!(world.get(&format!("profile/{user}")).await.status, 500);
    assert_eq!(world.get(&format!("profile/{user}")).await.status, 200);
    let listed: serde_json::Value = world.http.get(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!((&listed[0]["fired"], &listed[0]["kind"]), (&json!(1), &json!("server_error")));
    world.http.delete(format!("{url}/{id}")).send().await.unwrap();
    assert!(world.line().faults().is_empty());
    let wrong = world.http.post(&url).json(&json!({ "kind": "flood" })).send().await.unwrap();
    assert_eq!(wrong.status(), 422);
    assert!(wrong.text().await.unwrap().contains("flood"));
}
