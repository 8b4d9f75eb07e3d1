//! Several servers at one inbox, on both engines.

use serde_json::json;
use shared::id::ConversationId;

use super::*;
use crate::{
    channels::testing::{NOW, Shop},
    db::{Db, testing::on_both_engines},
    params,
};

on_both_engines![three_servers_apply_each_event_once, one_that_the_database_refuses_fails_alone];

async fn three_servers_apply_each_event_once(db: Db) {
    let shop = Shop::open(db).await;
    let (team, channel) = (shop.team, shop.channel);
    let events: Vec<store::NewEvent> = (0..240)
        .map(|i| {
            // Few customers, so that servers meet at the same new one.
            let body = json!({ "type": "message", "timestamp": NOW + i, "source": { "type": "user", "userId": format!("U{}", i % 5) },
                "message": { "id": i.to_string(), "type": "text", "text": "hi" } });
            store::NewEvent { team, channel, key: format!("{i:03}"), id: shop.clock.id::<uuid::Uuid>().to_string(), body: body.to_string(), at: NOW + i }
        })
        .collect();
    shop.write(move |tx| store::keep(tx, &events.iter().collect::<Vec<_>>(), NOW)).await;
    let server = || async {
        let mut applied = 0;
        // A look that finds all that waits in others' hands is no end; on PostgreSQL they are skipped.
        for _ in 0..40 {
            let clock = shop.clock.clone();
            let round = shop.db.write_as(Lane::Intake, move |tx| batch(tx, &clock)).await.unwrap();
            assert_eq!(round.given_up, 0);
            applied += round.applied;
        }
        applied
    };
    let (one, two, three) = tokio::join!(server(), server(), server());
    assert_eq!(one + two + three, 240);
    let unread: Vec<(ConversationId, i64)> =
        shop.read(|tx| tx.all("SELECT id, unread FROM conversation ORDER BY id", params![])).await;
    assert_eq!(unread.iter().map(|(_, unread)| *unread).collect::<Vec<_>>(), [48; 5]);
    let (messages, contacts): (i64, i64) = shop
        .read(|tx| tx.one("SELECT (SELECT COUNT(*) FROM message), (SELECT COUNT(*) FROM contact)", params![]))
        .await;
    assert_eq!((messages, contacts), (240, 5));
}

async fn one_that_the_database_refuses_fails_alone(db: Db) {
    let shop = Shop::open(db).await;
    let (team, channel) = (shop.team, shop.channel);
    let event = |i: i64, text: &str| {
        let source = json!({ "type": "user", "userId": format!("U{i}") });
        let message = json!({ "id": i.to_string(), "type": "text", "text": text });
        let body = json!({ "type": "message", "timestamp": NOW + i, "source": source, "message": message });
        let id = shop.clock.id::<uuid::Uuid>().to_string();
        store::NewEvent { team, channel, key: format!("{i:03}"), id, body: body.to_string(), at: NOW + i }
    };
    let events: Vec<_> =
        (0..9).map(|i| event(i, if i == 5 { "text 3".into() } else { format!("text {i}") }.as_str())).collect();
    // No event breaks a rule of the schema by itself, so there is one more.
    shop.write(|tx| tx.execute("CREATE UNIQUE INDEX said_once ON message (team_id, text)", params![])).await;
    shop.write(move |tx| store::keep(tx, &events.iter().collect::<Vec<_>>(), NOW)).await;
    let mut rounds = Vec::new();
    for _ in 0..=TRIES {
        let clock = shop.clock.clone();
        let round = shop.db.write_as(Lane::Engine, move |tx| batch(tx, &clock)).await.unwrap();
        rounds.push((round.seen, round.applied, round.given_up));
    }
    assert_eq!(rounds, [(9, 8, 0), (1, 0, 0), (1, 0, 0), (1, 0, 0), (1, 0, 1), (0, 0, 0)]);
    let said: Vec<String> = shop.read(|tx| tx.all("SELECT text FROM message ORDER BY at", params![])).await;
    assert_eq!(said, ["text 0", "text 1", "text 2", "text 3", "text 4", "text 6", "text 7", "text 8"]);
    let failed: Vec<String> =
        shop.read(|tx| tx.all("SELECT event_key FROM inbox WHERE failed IS NOT NULL", params![])).await;
    assert_eq!(failed, ["005"]);
}
