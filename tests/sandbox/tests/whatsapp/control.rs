//! The control API does what the library does.

use serde_json::{Value, json};

use crate::{
    receiver::{Receiver, VERIFY_TOKEN, client},
    support::{Changes as _, TOKEN, World},
};

struct Control {
    world: World,
    base: String,
}

impl Control {
    async fn start() -> Self {
        let sandbox = sandbox::Sandbox::start(sandbox::Config::default()).await.unwrap();
        let base = format!("{}/_sandbox", sandbox.base());
        Self { world: World { sandbox, http: client() }, base }
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let answer = self.world.http.post(format!("{}/{path}", self.base)).json(&body).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.json().await.unwrap_or_default())
    }

    async fn get(&self, path: &str) -> Value {
        self.world.http.get(format!("{}/{path}", self.base)).send().await.unwrap().json().await.unwrap()
    }
}

#[tokio::test]
async fn a_world_is_made_over_http() {
    let control = Control::start().await;
    let receiver = Receiver::start("x-hub-signature-256").await;
    let app = json!({ "name": "app", "secret": "s", "verify_token": VERIFY_TOKEN, "webhook_url": receiver.url });
    assert_eq!(
        control.post("whatsapp/wabas", json!({ "id": "1001", "name": "w", "app": "app", "token": TOKEN })).await.0,
        404
    );
    assert_eq!(control.post("whatsapp/apps", app).await.0, 200);
    assert_eq!(
        control.post("whatsapp/wabas", json!({ "id": "x", "name": "w", "app": "app", "token": TOKEN })).await.0,
        400
    );
    let waba = json!({ "id": "1001", "name": "w", "app": "app", "token": TOKEN });
    assert_eq!(control.post("whatsapp/wabas", waba).await.0, 200);
    let number = json!({ "name": "main", "id": "2001", "waba": "1001", "phone": "+886227001001", "pair_rate": null });
    let (status, made) = control.post("whatsapp/numbers", number).await;
    assert_eq!((status, &made["throughput"], &made["window"]), (200, &json!(80), &json!("by_webhook")));
    assert_eq!(control.post("whatsapp/verify", json!({ "app": "app" })).await.1, json!({ "verified": true }));

    let template = json!({ "name": "hello", "language": "zh_TW", "components": [{ "type": "BODY", "text": "您好" }] });
    let (status, made) = control.post("whatsapp/wabas/1001/templates", template).await;
    assert_eq!((status, made["id"].as_str().unwrap().len()), (200, 16));
    let change = json!({ "status": "PAUSED", "reason": "LOW_QUALITY" });
    let told = control.post("whatsapp/wabas/1001/templates/hello/zh_TW/status", change.clone()).await;
    assert_eq!(told, (200, json!({ "answered": 200 })));
    assert_eq!(control.post("whatsapp/wabas/1001/templates/none/zh_TW/status", change).await.0, 404);
    assert_eq!(control.get("whatsapp/wabas/1001/templates").await[0]["status"], "PAUSED");

    let new = json!({ "name": "王", "phone": "+886912345678" });
    let (_, ann) = control.post("whatsapp/numbers/main/customers", new.clone()).await;
    assert_eq!(control.post("whatsapp/numbers/main/customers", new).await.0, 400, "that number is somebody's");
    let act = json!({ "number": "main", "user": ann["bsuid"], "act": { "type": "text", "text": "hi" } });
    let (status, sent) = control.post("whatsapp/act", act).await;
    assert_eq!((status, &sent["answered"]), (200, &json!(200)));
    for wrong in [
        json!({ "number": "none", "user": "x", "act": { "type": "block" } }),
        json!({ "number": "main", "user": "x", "act": { "type": "block" } }),
    ] {
        assert_eq!(control.post("whatsapp/act", wrong).await.0, 404);
    }
    let held =
        json!({ "number": "main", "user": ann["user"], "act": { "type": "photo" }, "delivery": { "mode": "held" } });
    control.post("whatsapp/act", held).await;
    let (_, released) = control.post("whatsapp/release", json!({ "app": "app", "copies": 2, "per_call": 2 })).await;
    assert_eq!(released, json!({ "answered": [200] }));
    assert_eq!(receiver.all("messages").len(), 3);
    let notice = json!({ "waba": "1001", "field": "account_update", "value": { "event": "X" } });
    assert_eq!(control.post("whatsapp/notify", notice).await.0, 200);
    assert_eq!(control.post("whatsapp/account_error", json!({ "number": "main", "code": 131_031 })).await.0, 200);

    let batch =
        json!({ "number": "main", "customers": [{ "name": "林", "phone": "+886900000002", "texts": ["a", "b"] }] });
    let (_, done) = control.post("whatsapp/batch", batch).await;
    assert_eq!((&done["events"], &done["calls"]), (&json!(2), &json!(1)));
    let url = format!("{}/whatsapp/numbers/main", control.base);
    let changed = control.world.http.patch(url).json(&json!({ "window": "at_once" })).send().await.unwrap();
    assert_eq!(changed.json::<Value>().await.unwrap()["window"], "at_once");
}

#[tokio::test]
async fn the_ledger_is_asked_by_platform_person_and_callback() {
    let control = Control::start().await;
    let app = json!({ "name": "app", "secret": "s", "verify_token": "v" });
    control.post("whatsapp/apps", app).await;
    control.post("whatsapp/wabas", json!({ "id": "1001", "name": "w", "app": "app", "token": TOKEN })).await;
    let number = json!({ "name": "main", "id": "2001", "waba": "1001", "phone": "+886227001001", "window": "open" });
    control.post("whatsapp/numbers", number).await;
    let mut users = Vec::new();
    for phone in ["+886912345678", "+886900000002"] {
        let (_, made) = control.post("whatsapp/numbers/main/customers", json!({ "name": "x", "phone": phone })).await;
        users.push(made["user"].as_str().unwrap().to_owned());
        for callback in ["d1", "d1", "d2"] {
            let body = json!({ "to": phone, "biz_opaque_callback_data": format!("{phone}:{callback}"),
                               "type": "text", "text": { "body": callback } });
            assert_eq!(control.world.send(body).await.status, 200);
        }
    }
    control.post("line/channels", json!({ "name": "line", "secret": "s", "token": "t" })).await;
    let (_, friend) = control.post("line/channels/line/customers", json!({ "name": "林", "friend": true })).await;
    let push = json!({ "to": friend["user"], "messages": [{ "type": "text", "text": "x" }] });
    let url = format!("{}/v2/bot/message/push", control.world.sandbox.base());
    assert_eq!(control.world.http.post(url).bearer_auth("t").json(&push).send().await.unwrap().status(), 200);

    let count = async |query: &str| {
        let url = format!("{}/ledger.jsonl?{query}", control.base);
        control.world.http.get(url).send().await.unwrap().text().await.unwrap().lines().count()
    };
    assert_eq!((count("").await, count("platform=line").await, count("platform=whatsapp").await), (7, 1, 6));
    assert_eq!(count(&format!("user={}", users[0])).await, 3);
    assert_eq!(count("callback=%2B886912345678:d1").await, 2);
    assert_eq!(count("channel=main&callback=none").await, 0);
    let twice = json!({ "+886912345678:d1": 2, "+886900000002:d1": 2 });
    assert_eq!(control.get("whatsapp/duplicates").await, twice);
    assert_eq!(control.post("whatsapp/settled", json!({})).await.0, 200);
    let stats = control.get("whatsapp/stats").await;
    assert_eq!(stats["numbers"]["main"]["accepted"], 6);
    assert_eq!(stats["numbers"]["main"]["people_24h"], 2);
    let inbox = control.get(&format!("whatsapp/numbers/main/customers/{}/inbox", users[0])).await;
    assert_eq!(inbox.as_array().unwrap().len(), 3);
    control.world.http.delete(format!("{}/whatsapp/stats", control.base)).send().await.unwrap();
    assert_eq!(control.get("whatsapp/stats").await["numbers"]["main"]["accepted"], 0);
}
