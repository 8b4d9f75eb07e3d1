//! Every message that was tried is taken down, with Meta's code where it was refused, and what was told of it.

use sandbox::{CallEnd, Config, Fault, FaultKind, Sandbox};
use serde_json::json;

use crate::support::{number, set_up};

const ANN: &str = "+886912345678";

#[tokio::test]
async fn calls_have_codes_and_messages_what_was_told() {
    let config = Config { keep_calls: true, ..Config::default() };
    let world = set_up(Sandbox::start(config).await.unwrap(), number());
    let ann = world.customer("王", ANN).await;
    world.wa().add_fault(Fault::new(FaultKind::RateLimit).at("messages").times(1));
    world.text(ANN, "too fast").await;
    let body = json!({ "to": ANN, "biz_opaque_callback_data": "d7", "type": "text", "text": { "body": "x" } });
    world.send(body).await;
    world.wa().settled().await;
    let calls = world.sandbox.calls();
    let refused = CallEnd::Answered { status: 429, reason: Some("fault_rate_limit".to_owned()), code: Some(130_429) };
    assert_eq!(calls[0].end, refused);
    assert_eq!(calls[1].end, CallEnd::Answered { status: 200, reason: None, code: None });
    assert_eq!(calls[1].callback.as_deref(), Some("d7"));
    assert!(calls.iter().all(|call| call.users == [ann.user.clone()] && call.channel == "main"));
    assert!(world.wa().ledger()[0].told.is_empty(), "there is nobody to tell");
    let nobody = "http://127.0.0.1:9/".to_owned();
    world.wa().change_app("app", |spec| (spec.webhook_url, spec.redelivery.tries) = (Some(nobody), 0)).unwrap();
    world.text(ANN, "y").await;
    world.wa().settled().await;
    assert_eq!(world.wa().ledger()[1].told, ["sent", "delivered"]);
    assert_eq!(world.sandbox.webhooks_given_up(), 2);
}
