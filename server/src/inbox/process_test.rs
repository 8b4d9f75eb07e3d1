//! Several servers at one inbox, on both engines.

use serde_json::json;
use shared::id::ConversationId;

use super::*;
use crate::{
    channels::testing::{NOW, Shop},
    db::{Db, testing::on_both_engines},
    params,
};

on_both_engines![three_servers_apply_each_event_once];

async fn three_servers_apply_each_event_once(db: Db) {
    let shop = Shop::open(db).await;
    let (team, channel) = (shop.team, shop.channel);
    let events: Vec<store::NewEvent> = (0..240)
        .map(|i| {
            // Few customers, so that servers meet at the same new one.
            let body = json!({ "type": "message", "timestamp": NOW + i, "source": { "type": "user", "userId": format!("U{}", i % 5) },
                "message": { "id": i.to_string(), "type": "text", "text": "hi" } });
            store::NewEvent { channel, key: format!("{i:03}"), id: shop.clock.id::<uuid::Uuid>().to_string(), body: body.to_string(), at: NOW + i }
        })
        .collect();
    shop.write(move |tx| store::keep(tx, team, &events, NOW)).await;
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
