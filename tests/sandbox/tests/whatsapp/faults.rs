//! Faults on order, as a client of the Graph API meets them.

use std::time::{Duration, Instant};

use rstest::rstest;
use sandbox::{Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::{NUMBER, NUMBER_ID, WABA, world};

const ANN: &str = "+886912345678";
const BEA: &str = "+886900000002";

/// Every code of providers.md B6.
const CODES: [i64; 58] = [
    0, 190, 3, 10, 200, 131_005, 4, 80_007, 130_429, 131_056, 131_048, 131_064, 1, 131_000, 135_000, 2, 131_016,
    133_004, 131_057, 2_494_100, 33, 131_045, 133_010, 100, 131_008, 131_009, 131_021, 131_026, 131_030, 131_047,
    131_049, 131_050, 130_472, 130_403, 130_497, 131_051, 131_052, 131_053, 131_042, 134_011, 131_031, 368, 131_037,
    131_055, 131_063, 134_100, 134_101, 134_102, 132_000, 132_001, 132_005, 132_007, 132_012, 132_018, 132_015,
    132_016, 132_068, 132_069,
];

#[tokio::test]
async fn every_code_at_once_and_by_webhook() {
    let world = world().await;
    world.customer("王", ANN).await;
    for code in CODES {
        world.wa().add_fault(Fault::new(FaultKind::Graph { code }).at("messages").times(1));
        let answer = world.text(ANN, "x").await;
        assert!(answer.status >= 400, "{code}");
        let error = &answer.json()["error"];
        assert_eq!(error["code"], code);
        assert!(error["message"].as_str().unwrap().starts_with(&format!("(#{code}) ")), "{error}");
        assert!(!answer.details().is_empty() && !answer.details().contains("does not list"), "{code}");
        assert_eq!(error["error_data"]["messaging_product"], "whatsapp");
    }
    assert!(world.wa().ledger().is_empty());
    assert_eq!(world.refused("fault_graph"), CODES.len() as u64);
    world.wa().change_number(NUMBER, |spec| spec.pair_rate = None).unwrap();
    for code in CODES {
        let plan = sandbox::whatsapp::StatusPlan::failed(code);
        world.wa().add_fault(Fault::new(FaultKind::Statuses(plan)).times(1));
        assert_eq!(world.text(ANN, "x").await.status, 200);
        assert_eq!(world.fate(), (false, Some(code.to_string())));
    }
}

#[rstest]
#[case(FaultKind::RateLimit, 429, 130_429)]
#[case(FaultKind::ServerError, 500, 131_000)]
#[case(FaultKind::Unauthorized, 401, 190)]
#[case(FaultKind::Graph { code: 999_999 }, 400, 999_999)]
#[tokio::test]
async fn refusals_accept_nothing(#[case] kind: FaultKind, #[case] status: u16, #[case] code: i64) {
    let world = world().await;
    world.customer("王", ANN).await;
    world.wa().add_fault(Fault::new(kind).at("messages").times(1));
    let answer = world.text(ANN, "x").await;
    assert_eq!((answer.status, answer.code()), (status, code));
    assert!(world.wa().ledger().is_empty());
    assert_eq!(world.text(ANN, "x").await.status, 200);
}

#[tokio::test]
async fn a_proxy_in_between_and_dropped_connections() {
    let world = world().await;
    world.customer("王", ANN).await;
    world.wa().add_fault(Fault::new(FaultKind::BadGateway).times(1));
    let answer = world.text(ANN, "x").await;
    assert_eq!(answer.status, 502);
    assert!(answer.bytes.starts_with(b"<html>"));

    let body = json!({ "messaging_product": "whatsapp", "to": ANN, "type": "text", "text": { "body": "x" } });
    for (kind, accepted) in
        [(FaultKind::TimeoutBefore { hold_ms: 20 }, 0), (FaultKind::TimeoutAfter { hold_ms: 20 }, 1)]
    {
        world.wa().add_fault(Fault::new(kind).for_user(ANN).times(1));
        assert!(world.post(&body).send().await.is_err(), "the connection is dropped without an answer");
        assert_eq!(world.wa().ledger().len(), accepted);
    }
    world.wa().add_fault(Fault::new(FaultKind::Slow { ms: 400 }).times(2));
    for (patience, accepted) in [(100, 1), (300, 2)] {
        assert!(world.post(&body).timeout(Duration::from_millis(patience)).send().await.is_err());
        tokio::time::sleep(Duration::from_millis(150)).await;
        assert_eq!(world.wa().ledger().len(), accepted, "{patience} ms");
    }
}

#[tokio::test]
async fn for_one_person_and_for_other_endpoints() {
    let world = world().await;
    let ann = world.customer("王", ANN).await;
    world.customer("林", BEA).await;
    // By id, by phone number and by BSUID: always the same person.
    for user in [ann.user.as_str(), ANN, ann.bsuid.as_deref().unwrap()] {
        world.wa().add_fault(Fault::new(FaultKind::Graph { code: 131_026 }).for_user(user).times(1));
        assert_eq!(world.text(BEA, "x").await.status, 200);
        assert_eq!(world.text(ANN, "x").await.code(), 131_026, "{user}");
    }
    for (endpoint, path) in [("templates", format!("{WABA}/message_templates")), ("number", NUMBER_ID.to_owned())] {
        world.wa().add_fault(Fault::new(FaultKind::ServerError).at(endpoint).times(1));
        assert_eq!([world.get(&path).await.status, world.get(&path).await.status], [500, 200], "{endpoint}");
    }
    let started = Instant::now();
    world.wa().add_fault(Fault::new(FaultKind::SlowRange { from_ms: 60, to_ms: 90 }).at("messages").times(1));
    assert_eq!(world.text(ANN, "x").await.status, 200);
    assert!(started.elapsed() >= Duration::from_millis(60));
}

#[tokio::test]
async fn faults_are_ordered_over_http() {
    let world = world().await;
    world.customer("王", ANN).await;
    let url = format!("{}/_sandbox/whatsapp/faults", world.sandbox.base());
    let order = async |order: Value| {
        let answer = world.http.post(&url).json(&order).send().await.unwrap();
        (answer.status().as_u16(), answer.json::<Value>().await.unwrap_or_default())
    };
    let failing =
        json!({ "kind": "statuses", "sent_ms": null, "failed": 131_049, "failed_ms": 5, "user": ANN, "count": 1 });
    let (status, id) = order(failing).await;
    assert_eq!(status, 200);
    assert_eq!(order(json!({ "kind": "graph", "code": 131_056, "count": 1, "from_call": 2 })).await.0, 200);
    assert_eq!(world.text(ANN, "x").await.status, 200);
    assert_eq!(world.fate().1.as_deref(), Some("131049"));
    assert_eq!(world.text(ANN, "x").await.code(), 131_056);
    let listed: Value = world.http.get(&url).send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (&listed[0]["fired"], &listed[0]["failed"], &listed[1]["code"]),
        (&json!(1), &json!(131_049), &json!(131_056))
    );
    world.http.delete(format!("{url}/{}", id["id"])).send().await.unwrap();
    assert_eq!(world.wa().faults().len(), 1);

    assert_eq!(order(json!({ "kind": "monthly_limit" })).await.0, 400, "LINE's");
    let line = format!("{}/_sandbox/line/faults", world.sandbox.base());
    let wrong = world.http.post(line).json(&json!({ "kind": "graph", "code": 1 })).send().await.unwrap();
    assert_eq!(wrong.status(), 400);
}
