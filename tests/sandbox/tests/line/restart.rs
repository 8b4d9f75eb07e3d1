//! A sandbox that is started again on its data folder goes on where it was.

use sandbox::{Config, Sandbox, line::Relation};

use crate::support::{CHANNEL, World, client, send, spec, text_to};

const KEY: &str = "00000000-0000-4000-8000-000000000002";

#[tokio::test]
async fn customers_chats_keys_and_quota_outlive_the_process() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config { data_dir: Some(folder.path().to_owned()), ..Config::default() };
    let start = async || World { sandbox: Sandbox::start(config.clone()).await.unwrap(), http: client() };

    let world = start().await;
    world.line().add_channel(spec()).unwrap();
    let (friend, blocked) = (world.friend("王"), world.friend("林"));
    world.line().block(CHANNEL, &blocked).await.unwrap();
    world.line().write(CHANNEL, &friend, "您好").await.unwrap();
    assert_eq!(world.push_with_key(&friend, "歡迎", KEY).await.status, 200);
    let both = serde_json::json!({ "to": [friend, blocked], "messages": [{ "type": "text", "text": "all" }] });
    assert_eq!(send(world.post("message/multicast", &both)).await.status, 200);
    let before = (world.line().ledger(), world.line().inbox(CHANNEL, &friend).unwrap());
    world.sandbox.stop().await;

    let file = folder.path().join("ledger.jsonl");
    let written = std::fs::read_to_string(&file).unwrap();
    assert_eq!(written.lines().count(), 3);
    // A process killed in the middle of a line.
    std::fs::write(&file, format!("{written}{{\"at_ms\":1")).unwrap();

    let world = start().await;
    assert_eq!((world.line().ledger(), world.line().inbox(CHANNEL, &friend).unwrap()), before);
    let customers = world.line().customers(CHANNEL).unwrap();
    assert_eq!(customers.iter().map(|c| c.relation).collect::<Vec<_>>(), [Relation::Friend, Relation::Blocked]);
    assert_eq!(world.push_with_key(&friend, "歡迎", KEY).await.status, 409);
    assert_eq!(world.get("message/quota/consumption").await.json()["totalUsage"], 2);
    let third = world.friend("陳");
    assert!(![&friend, &blocked].contains(&&third));
    assert_eq!(send(world.post("message/push", &text_to(&third, "new"))).await.status, 200);
    world.sandbox.stop().await;
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 4);
}
