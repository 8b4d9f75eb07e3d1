//! Every call is taken down: refused ones, those nobody answered, and by which door it came.

use std::time::Duration;

use sandbox::{
    CallEnd, Config, Fault, FaultKind, Sandbox,
    line::{Act, Delivery, When},
};
use serde_json::json;

use crate::support::{CHANNEL, TOKEN, World, client, send, spec, text_to, with_receiver};

async fn keeping() -> World {
    let sandbox = Sandbox::start(Config { keep_calls: true, ..Config::default() }).await.unwrap();
    sandbox.line().add_channel(spec()).unwrap();
    World { sandbox, http: client() }
}

#[tokio::test]
async fn each_end_of_a_call_is_told_apart() {
    let world = keeping().await;
    let user = world.friend("a");
    world.push(&user, "taken").await;
    world.line().add_fault(Fault::new(FaultKind::RateLimit).times(1));
    world.push(&user, "refused").await;
    world.line().add_fault(Fault::new(FaultKind::TimeoutAfter { hold_ms: 0 }).times(1));
    assert!(world.post("message/push", &text_to(&user, "dropped")).send().await.is_err());
    world.line().add_fault(Fault::new(FaultKind::Slow { ms: 2_000 }).times(1));
    let impatient = world.post("message/push", &text_to(&user, "gone")).timeout(Duration::from_millis(50));
    assert!(impatient.send().await.is_err());
    world.get("info").await;
    while world.sandbox.calls().iter().any(|call| call.end == CallEnd::Open) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let calls = world.sandbox.calls();
    let answered =
        |status, reason: Option<&str>| CallEnd::Answered { status, reason: reason.map(str::to_owned), code: None };
    let ends: Vec<_> = calls.iter().map(|call| call.end.clone()).collect();
    let expected = [answered(200, None), answered(429, Some("fault_rate_limit")), CallEnd::Dropped, CallEnd::Gone];
    assert_eq!(ends, expected, "a question is no message and is left out");
    assert!(calls.iter().all(|call| call.users == [user.clone()] && call.endpoint == "push"));
    assert_eq!(calls[1].messages, [json!({ "type": "text", "text": "refused" })]);
    assert!(calls[0].digest.len() == 64 && calls[0].digest != calls[1].digest);
    let listed = world.http.get(format!("{}/_sandbox/calls.jsonl", world.sandbox.base())).send().await.unwrap();
    assert_eq!(listed.text().await.unwrap().lines().count(), 4);
}

#[tokio::test]
async fn a_door_tells_who_calls() {
    let world = keeping().await;
    let user = world.friend("a");
    let door = world.sandbox.open_door().await.unwrap();
    world.line().add_fault(Fault::new(FaultKind::Slow { ms: 300 }));
    let request = world.http.post(format!("{door}/v2/bot/message/push")).bearer_auth(TOKEN).json(&text_to(&user, "x"));
    let watched = async {
        while world.sandbox.in_flight(&door) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        world.sandbox.in_flight(&world.sandbox.base())
    };
    let (answer, elsewhere) = tokio::join!(send(request), watched);
    assert_eq!((answer.status, elsewhere), (200, 0));
    assert_eq!(world.sandbox.in_flight(&door), 0);
    assert!(door.ends_with(&format!(":{}", world.sandbox.calls()[0].door)));
}

#[tokio::test]
async fn somebody_taken_out_is_as_of_another_provider() {
    let world = keeping().await;
    let (gone, stays) = (world.friend("a"), world.friend("b"));
    world.line().remove_customer(CHANNEL, &gone).unwrap();
    assert_eq!(world.push(&gone, "x").await.message(), "Failed to send messages");
    let both = json!({ "to": [stays, gone], "messages": [{ "type": "text", "text": "x" }] });
    let answer = send(world.post("message/multicast", &both)).await;
    assert!(answer.status == 400 && answer.message().contains("to[1]"), "{}", answer.message());
    assert_eq!(world.line().customers(CHANNEL).unwrap().len(), 1);
    let next = world.friend("c");
    assert!(next != gone && world.push(&next, "x").await.status == 200, "her id is nobody else's");
}

#[tokio::test]
async fn webhooks_are_waited_for_until_they_are_taken() {
    let (world, receiver) = with_receiver().await;
    let user = world.friend("a");
    for _ in 0..2 {
        receiver.will_answer(500, Duration::ZERO);
    }
    let late = When::delivered(Delivery::Late { ms: 30 });
    world.line().act(CHANNEL, &user, Act::text("x"), late).await.unwrap();
    assert_eq!(world.sandbox.webhooks_waiting(), 1);
    while world.sandbox.webhooks_waiting() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((receiver.received().len(), world.sandbox.webhooks_given_up()), (3, 0));
    for _ in 0..4 {
        receiver.will_answer(500, Duration::ZERO);
    }
    world.line().write(CHANNEL, &user, "y").await.unwrap();
    while world.sandbox.webhooks_waiting() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(world.sandbox.webhooks_given_up(), 1);
}
