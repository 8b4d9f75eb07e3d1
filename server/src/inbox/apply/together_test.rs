//! Events that are applied at once end as if each were applied alone, on both engines.

use std::fmt::Write as _;

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use serde_json::{Value, json};

use super::*;
use crate::{
    channels::testing::{NOW, Shop},
    db::{Db, FromRow, Result as Got, Row, testing::on_both_engines},
    params,
};

on_both_engines![any_batch_ends_as_its_events_alone];

fn wrote(id: &str, kind: &str, text: &str) -> Value {
    json!({ "type": "message", "message": { "id": id, "type": kind, "text": text } })
}

/// What a customer does, as LINE tells it.
fn doing() -> impl Strategy<Value = Value> {
    prop_oneof![
        5 => (0..6_i64).prop_map(|id| wrote(&id.to_string(), "text", &format!("hi {id}"))),
        1 => (6..9_i64).prop_map(|id| wrote(&id.to_string(), "image", "")),
        1 => Just(wrote("", "text", "unsubscribe")),
        1 => Just(json!({ "type": "postback", "postback": { "data": "size=40" } })),
        1 => Just(json!({ "type": "postback", "postback": { "data": "subscribe=1" } })),
        1 => Just(json!({ "type": "follow" })),
        1 => Just(json!({ "type": "unfollow" })),
        1 => Just(json!({ "type": "teleport" })),
    ]
}

/// Events of a few customers, as they happened; some at the same moment, some with a reply token.
fn events(shop: &Shop, doings: &[(usize, i64, bool, Value)]) -> Vec<Waiting> {
    let mut events: Vec<Waiting> = doings
        .iter()
        .enumerate()
        .map(|(i, (who, at, has_token, doing))| {
            let mut body = doing.clone();
            body["source"] = json!({ "type": "user", "userId": format!("U{who}") });
            if *has_token {
                body["replyToken"] = json!(format!("token {i}"));
            }
            Waiting {
                team: shop.team,
                channel: shop.channel,
                platform: Platform::Line,
                key: format!("{i:03}"),
                body: body.to_string(),
                at: NOW + at,
                received_at: NOW,
                tries: 0,
            }
        })
        .collect();
    events.sort_by(|one, other| (one.at, &one.key).cmp(&(other.at, &other.key)));
    events
}

/// One row of what a shop ended as.
struct Line(String);

impl FromRow for Line {
    fn from_row(row: &Row<'_>) -> Got<Self> {
        let mut line = String::new();
        for column in 0..row.at::<i64>(0)? {
            let text: Option<String> = row.at(usize::try_from(column + 1).unwrap_or_default())?;
            let _ = write!(line, "{text:?} ");
        }
        Ok(Self(line))
    }
}

/// All that events change, without ids.
async fn end(shop: &Shop) -> Vec<String> {
    let team = shop.team;
    let mut all = Vec::new();
    for text in [
        "SELECT CAST(13 AS BIGINT), a.address, i.subscription, CAST(i.subscription_at AS TEXT), c.state, c.subscription,
             CAST(c.unread AS TEXT), CAST(c.waiting_since AS TEXT), CAST(c.last_at AS TEXT), c.last_kind, c.last_text,
             CAST(c.last_message_at AS TEXT), c.reply_token, CAST(c.reply_token_at AS TEXT)
         FROM identity i JOIN identity_address a ON a.identity_id = i.id
         LEFT JOIN conversation c ON c.identity_id = i.id WHERE i.team_id = $1 ORDER BY a.address",
        "SELECT CAST(6 AS BIGINT), a.address, m.kind, m.text, m.platform_id, CAST(m.at AS TEXT), d.platform_id
         FROM message m JOIN conversation c ON c.id = m.conversation_id
         JOIN identity_address a ON a.identity_id = c.identity_id
         LEFT JOIN media d ON d.id = m.media_id WHERE m.team_id = $1 ORDER BY m.at, a.address, m.platform_id, m.text",
        "SELECT CAST(3 AS BIGINT), a.address, e.kind, CAST(e.at AS TEXT) FROM conversation_event e
         JOIN conversation c ON c.id = e.conversation_id JOIN identity_address a ON a.identity_id = c.identity_id
         WHERE e.team_id = $1 ORDER BY a.address, e.at, e.kind",
        "SELECT CAST(1 AS BIGINT), d.platform_id FROM media d WHERE d.team_id = $1 ORDER BY d.platform_id",
    ] {
        let lines: Vec<Line> = shop.read(move |tx| tx.all(text, params![team])).await;
        all.extend(lines.into_iter().map(|Line(line)| line));
    }
    all
}

/// Some are known before, one's conversation is closed.
async fn begin(shop: &Shop) {
    let (clock, team) = (shop.clock.clone(), shop.team);
    let before = wrote("before", "text", "before");
    let doings = [(0, -9, true, before.clone()), (1, -9, false, before)];
    let events = events(shop, &doings);
    shop.write(move |tx| {
        for event in &events {
            apply(tx, &clock, event).map_err(|error| db::Error::Other(error.to_string()))?;
        }
        tx.execute(
            "UPDATE conversation SET state = 'closed', unread = 0 WHERE team_id = $1 AND identity_id =
                 (SELECT identity_id FROM identity_address WHERE address = 'U0' AND team_id = $1)",
            params![team],
        )
    })
    .await;
}

async fn any_batch_ends_as_its_events_alone(db: Db) {
    let doings = proptest::collection::vec((0..5_usize, 0..20_i64, any::<bool>(), doing()), 1..40);
    let mut runner = TestRunner::deterministic();
    for _ in 0..12 {
        let doings = doings.new_tree(&mut runner).unwrap().current();
        let mut ends = Vec::new();
        for at_once in [false, true] {
            let shop = Shop::open(db.clone()).await;
            begin(&shop).await;
            let (clock, events) = (shop.clock.clone(), events(&shop, &doings));
            let wants_media = shop.write(move |tx| {
                let failed = |error: ApplyError| db::Error::Other(error.to_string());
                if at_once {
                    return Ok(apply_all(tx, &clock, &events).map_err(failed)?.wants_media);
                }
                let mut wants_media = false;
                for event in &events {
                    wants_media |= apply(tx, &clock, event).map_err(failed)?.wants_media;
                }
                Ok(wants_media)
            });
            ends.push((wants_media.await, end(&shop).await));
        }
        assert_eq!(ends[0], ends[1], "{doings:#?}");
    }
}
