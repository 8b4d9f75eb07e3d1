//! A storm of WhatsApp's webhooks, in any order, with repeats, in pieces of any size and applied at any moment, ends in
//! the same state: messages, people, subscriptions, statuses. On both engines.

use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use serde_json::{Value, json};
use shared::{contacts::Subscription, conversations::MessageKind, id::IdentityId};
use tempfile::TempDir;

use super::{
    process,
    testing::{Person, signature, status, webhook},
    whatsapp,
};
use crate::{
    App,
    channels::testing::{NOW, Shop, Whatsapp},
    clock::Clock,
    config::Config,
    contacts,
    db::{Db, FromRow, Result, Row, testing::on_both_engines},
    params, serve,
};

on_both_engines![any_storm_ends_the_same];

const SECRET: &[u8] = b"app secret";
/// Messages of ours that statuses tell of.
const SENT: [&str; 3] = ["wamid.out0", "wamid.out1", "wamid.out2"];

/// Ann had the number that is Bea's from the middle of the storm on; Cy and Dee have numbers of their own.
const ANN: (&str, &str) = ("+886900000001", "TW.ann");
const BEA: (&str, &str) = ("+886900000001", "TW.bea");
const CY: (&str, &str) = ("+886900000002", "TW.cy");
const DEE: (&str, &str) = ("+886900000003", "TW.dee");

/// How somebody shows herself in one event.
#[derive(Debug, Clone, Copy)]
enum Shows {
    Phone,
    Bsuid,
    Both,
}

#[derive(Debug, Clone, Copy)]
enum Does {
    Says(&'static str),
    Presses(&'static str),
    Prefers(&'static str),
}

/// What happens: who, how she shows herself, what she does.
fn happening() -> impl Strategy<Value = (usize, Shows, Does)> {
    let shows = prop_oneof![Just(Shows::Phone), Just(Shows::Bsuid), Just(Shows::Both)];
    let does = prop_oneof![
        4 => Just(Does::Says("hi")),
        1 => Just(Does::Says("取消訂閱")),
        1 => Just(Does::Presses("unsubscribe=1")),
        1 => Just(Does::Presses("subscribe=1")),
        1 => Just(Does::Prefers("stop")),
        1 => Just(Does::Prefers("resume")),
    ];
    (0..4_usize, shows, does)
}

/// The happenings as Meta tells them, one a second, and states of our messages among them.
fn story(happenings: &[(usize, Shows, Does)], states: &[(usize, &'static str)]) -> Vec<Value> {
    let half = happenings.len() / 2;
    let told = happenings.iter().enumerate().map(|(i, (who, shows, does))| {
        let at = NOW - 1_000_000 + 1_000 * i64::try_from(i).unwrap();
        let (phone, bsuid) = [if i < half { ANN } else { BEA }, BEA, CY, DEE][*who];
        let named = match (who, shows) {
            // A number that passes on is never shown alone: nobody could say whose it was.
            (0, _) | (2 | 3, Shows::Both) => Person { phone: Some(phone), bsuid: Some(bsuid), name: "" },
            (1, _) | (_, Shows::Bsuid) => Person { phone: None, bsuid: Some(bsuid), name: "" },
            (_, Shows::Phone) => Person { phone: Some(phone), bsuid: None, name: "" },
            (_, Shows::Both) => unreachable!("there are four"),
        };
        let person = Person { name: ["one", "two", "three"][i % 3], ..named };
        let id = format!("wamid.{i}");
        match does {
            Does::Says(text) => person.says(&id, at, text),
            Does::Presses(payload) => {
                person.writes(&id, at, json!({ "type": "button", "button": { "payload": payload, "text": "x" } }))
            }
            Does::Prefers(value) => person.prefers(value, at),
        }
    });
    let states = states
        .iter()
        .enumerate()
        .map(|(i, (message, state))| status(SENT[*message], state, NOW - 500_000 + 1_000 * i64::try_from(i).unwrap()));
    told.chain(states).collect()
}

/// One brand that the storm goes over.
struct World {
    app: App,
    shop: Shop,
    cloud: Whatsapp,
    _folder: TempDir,
}

impl World {
    async fn new(db: Db) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = serve::open(Config::for_test(folder.path()), Clock::set_at(NOW)).await.unwrap();
        let app = App { live: db.live().clone(), db, ..app };
        let shop = Shop::open_at(app.db.clone(), app.clock.clone()).await;
        let cloud = shop.add_whatsapp().await;
        shop.seal_whatsapp(&app, &cloud, SECRET, b"verify", b"token").await;
        let world = Self { app, shop, cloud, _folder: folder };
        world.send().await;
        world
    }

    /// Messages of ours, accepted, to somebody who says nothing.
    async fn send(&self) {
        let (team, channel, clock) = (self.shop.team, self.cloud.number, self.shop.clock.clone());
        self.shop
            .write(move |tx| {
                let shown = contacts::whatsapp::Shown { phone: Some("+886999999999"), bsuid: None, at: 0 };
                let known = contacts::whatsapp::meet(tx, &clock, team, channel, shown)?.unwrap();
                for wamid in SENT {
                    let id = clock.id::<shared::id::DeliveryId>();
                    tx.execute(
                        "INSERT INTO delivery (team_id, id, policy, slice_id, channel_id, identity_id, contact_id,
                             conversation_id, sender_id, address, name, state, attempt, tries, unsure)
                         VALUES ($1, $2, 'group', $6, $3, $4, $5, $6, $6, '+886999999999', '', 'accepted', 1, 1,
                             FALSE)",
                        params![team, id, channel, known.identity, known.contact, clock.id::<uuid::Uuid>().to_string()],
                    )?;
                    tx.execute(
                        "INSERT INTO delivery_part (team_id, delivery_id, part, attempt, state, channel_id, provider_id,
                             updated_at)
                         VALUES ($1, $2, 0, 1, 'accepted', $3, $4, 0)",
                        params![team, id, channel, wamid],
                    )?;
                }
                Ok(())
            })
            .await;
    }

    /// Webhooks of at most so many events each, every second one applied at once.
    async fn hear(&self, events: &[Value], size: usize) {
        for (i, chunk) in events.chunks(size).enumerate() {
            let body = webhook(&self.cloud, chunk);
            whatsapp::take(&self.app, self.cloud.app, Some(&signature(SECRET, &body)), &body).await.unwrap();
            if i % 2 == 0 {
                self.apply().await;
            }
        }
        self.apply().await;
    }

    /// Two servers apply what waits.
    async fn apply(&self) {
        loop {
            let (one, other) = tokio::join!(process::round(&self.app), process::round(&self.app));
            let (one, other) = (one.unwrap(), other.unwrap());
            assert_eq!((one.given_up, other.given_up), (0, 0));
            if one.seen + other.seen == 0 {
                return;
            }
        }
    }

    async fn end(&self) -> End {
        let (team, channel) = (self.shop.team, self.cloud.number);
        let ids: Vec<IdentityId> = self
            .shop
            .read(move |tx| {
                tx.all(
                    "SELECT id FROM identity WHERE team_id = $1 AND channel_id = $2 AND merged_into IS NULL",
                    params![team, channel],
                )
            })
            .await;
        let mut people = Vec::new();
        for id in ids {
            people.push(self.one(id).await);
        }
        people.sort();
        let states = self
            .shop
            .read(move |tx| {
                tx.all(
                    "SELECT p.provider_id, p.state, d.state FROM delivery_part p JOIN delivery d ON d.id = p.delivery_id
                     WHERE p.team_id = $1 ORDER BY p.provider_id",
                    params![team],
                )
            })
            .await;
        let waiting: i64 = self
            .shop
            .read(move |tx| {
                tx.one("SELECT COUNT(*) FROM inbox WHERE team_id = $1 AND processed_at IS NULL", params![team])
            })
            .await;
        assert_eq!(waiting, 0);
        End { people, states }
    }

    async fn one(&self, id: IdentityId) -> One {
        let addresses = self
            .shop
            .read(move |tx| {
                tx.all("SELECT address FROM identity_address WHERE identity_id = $1 ORDER BY address", params![id])
            })
            .await;
        let mut one: One = self
            .shop
            .read(move |tx| {
                tx.one(
                    "SELECT k.name, i.subscription, i.subscription_at, c.* FROM identity i
                     JOIN contact k ON k.id = i.contact_id LEFT JOIN conversation c ON c.identity_id = i.id
                     WHERE i.id = $1",
                    params![id],
                )
            })
            .await;
        one.messages = self
            .shop
            .read(move |tx| {
                tx.all::<(String, MessageKind, String, i64)>(
                    "SELECT m.platform_id, m.kind, m.text, m.at FROM message m JOIN conversation c
                     ON c.id = m.conversation_id WHERE c.identity_id = $1 ORDER BY m.at",
                    params![id],
                )
            })
            .await
            .into_iter()
            .map(|(id, kind, text, at)| format!("{id} {} {text} {at}", kind.as_str()))
            .collect();
        One { addresses, ..one }
    }
}

/// Somebody, with all that a storm changes.
#[derive(Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct One {
    addresses: Vec<String>,
    name: String,
    subscription: String,
    subscription_at: i64,
    shown_as: Option<String>,
    searched_by: Option<String>,
    unread: Option<i64>,
    waiting_since: Option<i64>,
    last_at: Option<i64>,
    last_customer_at: Option<i64>,
    last_text: Option<String>,
    messages: Vec<String>,
}

impl FromRow for One {
    fn from_row(row: &Row<'_>) -> Result<Self> {
        Ok(Self {
            name: row.at(0)?,
            subscription: row.at::<Subscription>(1)?.as_str().into(),
            subscription_at: row.at(2)?,
            shown_as: row.get("state")?,
            searched_by: row.get("folded_name")?,
            unread: row.get("unread")?,
            waiting_since: row.get("waiting_since")?,
            last_at: row.get("last_at")?,
            last_customer_at: row.get("last_customer_at")?,
            last_text: row.get("last_text")?,
            ..Self::default()
        })
    }
}

#[derive(Debug, PartialEq, Eq)]
struct End {
    people: Vec<One>,
    states: Vec<(String, String, String)>,
}

async fn any_storm_ends_the_same(db: Db) {
    let states = prop_oneof![Just("sent"), Just("delivered"), Just("read"), Just("failed")];
    let storms =
        (proptest::collection::vec(happening(), 1..24), proptest::collection::vec((0..SENT.len(), states), 0..10))
            .prop_flat_map(|(happenings, states)| {
                let told = story(&happenings, &states);
                let twice: Vec<Value> = told.iter().chain(&told).cloned().collect();
                (Just(told), Just(twice).prop_shuffle(), 1..9_usize)
            });
    let mut runner = TestRunner::deterministic();
    for _ in 0..10 {
        let (told, shuffled, size) = storms.new_tree(&mut runner).unwrap().current();
        let (calm, rough) = (World::new(db.clone()).await, World::new(db.clone()).await);
        calm.hear(&told, 1).await;
        rough.hear(&shuffled, size).await;
        assert_eq!(calm.end().await, rough.end().await, "{told:#?}\nagainst\n{shuffled:#?}");
    }
    // The storms were some: people became one, a number passed on, messages were read and failed.
    let seen: Vec<i64> = db
        .read(|tx| {
            tx.all(
                "SELECT COUNT(*) FROM identity WHERE merged_into IS NOT NULL
                 UNION ALL SELECT COUNT(*) FROM identity_address b WHERE b.address = 'TW.ann' AND NOT EXISTS
                     (SELECT 1 FROM identity_address p WHERE p.identity_id = b.identity_id AND p.kind = 'phone')
                 UNION ALL SELECT COUNT(*) FROM delivery WHERE state = 'read'
                 UNION ALL SELECT COUNT(*) FROM delivery WHERE state = 'failed'
                 UNION ALL SELECT COUNT(*) FROM identity WHERE subscription = 'unsubscribed'",
                params![],
            )
        })
        .await
        .unwrap();
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
}
