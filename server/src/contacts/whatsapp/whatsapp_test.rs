//! Who a number and a BSUID are, in any order, on both engines.

use shared::{
    contacts::Subscription,
    conversations::{ConversationState, EventKind, MessageKind},
    id::{ContactId, ConversationId, MemberId},
};

use super::*;
use crate::{
    channels::testing::{NOW, Shop},
    contacts::{hear, named},
    conversations::intake::{self, Inbound},
    db::{Db, Lane, testing::on_both_engines},
    params,
};

on_both_engines![
    one_is_met_once_however_she_shows_herself,
    a_number_that_passes_on_merges_nobody,
    a_late_word_of_who_had_a_number_changes_nothing,
    phone_alone_and_bsuid_alone_are_one_when_seen_together,
    who_had_another_number_is_not_merged,
    a_bsuid_that_has_another_number_leaves_the_first,
    the_one_that_is_worked_on_stays,
    all_that_was_hers_is_the_others,
    one_who_was_merged_twice_still_names_who_stays,
    one_person_on_two_numbers_is_two_customers,
    two_events_at_once_make_one_person,
];

const P: &str = "+886900000001";
const Q: &str = "+886900000002";

pub(super) struct World {
    pub(super) shop: Shop,
    pub(super) channel: ChannelId,
}

impl World {
    pub(super) async fn new(db: Db) -> Self {
        let shop = Shop::open(db).await;
        let channel = shop.add_whatsapp().await.number;
        Self { shop, channel }
    }

    pub(super) async fn meet(&self, phone: Option<&'static str>, bsuid: Option<&'static str>, at: i64) -> Known {
        self.meet_on(self.channel, phone, bsuid, at).await.unwrap()
    }

    async fn meet_on(
        &self,
        channel: ChannelId,
        phone: Option<&'static str>,
        bsuid: Option<&'static str>,
        at: i64,
    ) -> db::Result<Known> {
        let (team, clock) = (self.shop.team, self.shop.clock.clone());
        let met =
            self.shop.db.write_as(Lane::Intake, move |tx| meet(tx, &clock, team, channel, Shown { phone, bsuid, at }));
        Ok(met.await?.unwrap())
    }

    /// Her number and her BSUID as they are now.
    async fn addresses(&self, of: Known) -> (Option<String>, Option<String>) {
        let team = self.shop.team;
        self.shop
            .read(move |tx| {
                let phone = store::address(tx, team, of.identity, Kind::Phone)?.map(|(address, _)| address);
                Ok((phone, store::address(tx, team, of.identity, Kind::Bsuid)?.map(|(address, _)| address)))
            })
            .await
    }

    /// She writes; gives her conversation.
    pub(super) async fn wrote(&self, of: Known, text: &str, at: i64) -> ConversationId {
        let (clock, inbound) = (
            self.shop.clock.clone(),
            Inbound {
                team: self.shop.team,
                channel: self.channel,
                identity: of.identity,
                contact: of.contact,
                at,
                kind: MessageKind::Text,
                text: text.into(),
                media: None,
                platform_id: Some(text.into()),
                reply_token: None,
            },
        );
        match self.shop.write(move |tx| intake::customer_wrote(tx, &clock, &inbound)).await {
            intake::Wrote::New { conversation, .. } => conversation,
            intake::Wrote::Duplicate => panic!("it is new"),
        }
    }

    /// A member who works on it.
    pub(super) async fn taken(&self, conversation: ConversationId, name: &'static str) -> MemberId {
        let (team, member) = (self.shop.team, self.shop.clock.id());
        self.shop
            .write(move |tx| {
                tx.execute(
                    "INSERT INTO member (team_id, id, name, email, role, password_hash, epoch, created_at)
                     VALUES ($1, $2, $3, $3, 'sales_staff', '', 0, 0)",
                    params![team, member, name],
                )?;
                tx.execute(
                    "UPDATE conversation SET state = 'in_progress', owner_id = $2 WHERE id = $1",
                    params![conversation, member],
                )
            })
            .await;
        member
    }

    async fn living(&self) -> i64 {
        self.shop
            .read(|tx| {
                tx.one(
                    "SELECT COUNT(*) FROM identity i JOIN contact k ON k.id = i.contact_id
                     WHERE i.merged_into IS NULL AND k.merged_into IS NULL AND k.deleted_at IS NULL",
                    params![],
                )
            })
            .await
    }
}

fn has(phone: Option<&str>, bsuid: Option<&str>) -> (Option<String>, Option<String>) {
    (phone.map(Into::into), bsuid.map(Into::into))
}

async fn one_is_met_once_however_she_shows_herself(db: Db) {
    let world = World::new(db).await;
    let ann = world.meet(Some(P), Some("TW.ann"), NOW).await;
    for (phone, bsuid) in [(Some(P), None), (None, Some("TW.ann")), (Some(P), Some("TW.ann"))] {
        assert_eq!(world.meet(phone, bsuid, NOW + 1).await, ann);
    }
    let by_number = world.meet(Some(Q), None, NOW).await;
    assert_eq!(world.meet(Some(Q), Some("TW.bea"), NOW + 5).await, by_number, "her BSUID is known from now on");
    assert_eq!(world.meet(None, Some("TW.bea"), NOW + 6).await, by_number);
    let by_id = world.meet(None, Some("TW.cy"), NOW).await;
    assert_eq!(world.meet(Some("+886900000003"), Some("TW.cy"), NOW - 5).await, by_id, "her number as well");
    assert_eq!(world.addresses(by_id).await, has(Some("+886900000003"), Some("TW.cy")));
    assert_eq!(world.living().await, 3);
    let (team, channel, clock) = (world.shop.team, world.channel, world.shop.clock.clone());
    let nobody = Shown { phone: None, bsuid: None, at: NOW };
    assert_eq!(world.shop.write(move |tx| meet(tx, &clock, team, channel, nobody)).await, None);
    assert_eq!(world.living().await, 3);
}

async fn a_number_that_passes_on_merges_nobody(db: Db) {
    let world = World::new(db).await;
    let ann = world.meet(Some(P), Some("TW.ann"), NOW).await;
    world.wrote(ann, "from Ann", NOW).await;
    let bea = world.meet(Some(P), Some("TW.bea"), NOW + 10).await;
    assert_ne!((bea.identity, bea.contact), (ann.identity, ann.contact));
    world.wrote(bea, "from Bea", NOW + 10).await;
    assert_eq!(world.addresses(ann).await, has(None, Some("TW.ann")));
    assert_eq!(world.addresses(bea).await, has(Some(P), Some("TW.bea")));
    assert_eq!(world.meet(Some(P), None, NOW + 20).await, bea, "the number alone means who has it now");
    assert_eq!(world.meet(None, Some("TW.ann"), NOW + 20).await, ann);
    // And to somebody who was known already.
    let cy = world.meet(None, Some("TW.cy"), NOW).await;
    assert_eq!(world.meet(Some(P), Some("TW.cy"), NOW + 30).await, cy);
    assert_eq!(world.addresses(bea).await, has(None, Some("TW.bea")));
    assert_eq!(world.addresses(cy).await, has(Some(P), Some("TW.cy")));
    let said: Vec<(ContactId, String)> = world
        .shop
        .read(|tx| {
            tx.all(
                "SELECT c.contact_id, m.text FROM message m JOIN conversation c ON c.id = m.conversation_id
                 ORDER BY m.at",
                params![],
            )
        })
        .await;
    assert_eq!(said, [(ann.contact, "from Ann".to_owned()), (bea.contact, "from Bea".to_owned())]);
    assert_eq!(world.living().await, 3);
}

async fn a_late_word_of_who_had_a_number_changes_nothing(db: Db) {
    let world = World::new(db).await;
    let bea = world.meet(Some(P), Some("TW.bea"), NOW + 10).await;
    let ann = world.meet(Some(P), Some("TW.ann"), NOW).await;
    assert_ne!(ann, bea);
    assert_eq!(world.addresses(bea).await, has(Some(P), Some("TW.bea")));
    assert_eq!(world.addresses(ann).await, has(None, Some("TW.ann")));
    // The same second decides nothing.
    world.meet(Some(P), Some("TW.ann"), NOW + 10).await;
    assert_eq!(world.addresses(bea).await, has(Some(P), Some("TW.bea")));
    world.meet(Some(P), Some("TW.bea"), NOW + 40).await;
    world.meet(Some(P), Some("TW.ann"), NOW + 30).await;
    assert_eq!(world.addresses(bea).await, has(Some(P), Some("TW.bea")), "she was seen with it since");
}

async fn phone_alone_and_bsuid_alone_are_one_when_seen_together(db: Db) {
    let world = World::new(db).await;
    let (one, other) = (world.meet(Some(P), None, NOW).await, world.meet(None, Some("TW.ann"), NOW).await);
    assert_ne!(one, other);
    let team = world.shop.team;
    let revision = || world.shop.read(move |tx| contacts::people_revision(tx, team));
    let before = revision().await;
    let stays = world.meet(Some(P), Some("TW.ann"), NOW + 5).await;
    assert_ne!(revision().await, before, "a send that is made ready by now is made ready again");
    assert_eq!(stays, one, "neither has a conversation: the one who was known first");
    assert_eq!(world.addresses(stays).await, has(Some(P), Some("TW.ann")));
    assert_eq!(world.living().await, 1);
    for (phone, bsuid) in [(Some(P), None), (None, Some("TW.ann")), (Some(P), Some("TW.ann"))] {
        assert_eq!(world.meet(phone, bsuid, NOW + 6).await, stays);
    }
    let gone: (IdentityId, ContactId) = world
        .shop
        .read(move |tx| {
            tx.one(
                "SELECT i.merged_into, k.merged_into FROM identity i JOIN contact k ON k.id = $2 WHERE i.id = $1",
                params![other.identity, other.contact],
            )
        })
        .await;
    assert_eq!(gone, (stays.identity, stays.contact));
}

async fn who_had_another_number_is_not_merged(db: Db) {
    let world = World::new(db).await;
    let by_number = world.meet(Some(P), None, NOW).await;
    let ann = world.meet(Some(Q), Some("TW.ann"), NOW).await;
    assert_eq!(world.meet(Some(P), Some("TW.ann"), NOW + 5).await, ann);
    assert_eq!(world.addresses(ann).await, has(Some(P), Some("TW.ann")));
    assert_eq!(world.addresses(by_number).await, has(None, None));
    assert_eq!(world.living().await, 2);
}

async fn a_bsuid_that_has_another_number_leaves_the_first(db: Db) {
    let world = World::new(db).await;
    let ann = world.meet(Some(P), Some("TW.ann"), NOW + 10).await;
    assert_eq!(world.meet(Some(Q), Some("TW.ann"), NOW).await, ann);
    assert_eq!(world.addresses(ann).await, has(Some(P), Some("TW.ann")), "that was before");
    assert_eq!(world.meet(Some(Q), Some("TW.ann"), NOW + 20).await, ann);
    assert_eq!(world.addresses(ann).await, has(Some(Q), Some("TW.ann")));
    assert_ne!(world.meet(Some(P), None, NOW + 30).await, ann, "nobody knows whose it is now");
}

async fn the_one_that_is_worked_on_stays(db: Db) {
    let world = World::new(db).await;
    let older = world.meet(Some(P), None, NOW).await;
    let from = world.wrote(older, "older", NOW).await;
    let younger = world.meet(None, Some("TW.ann"), NOW).await;
    let into = world.wrote(younger, "younger", NOW + 60).await;
    let owner = world.taken(into, "Mia").await;
    assert_eq!(world.meet(Some(P), Some("TW.ann"), NOW + 70).await, younger);
    let row: (ConversationId, ConversationState, Option<MemberId>, i64, i64, String) = world
        .shop
        .read(|tx| tx.one("SELECT id, state, owner_id, unread, waiting_since, last_text FROM conversation", params![]))
        .await;
    assert_eq!(row, (into, ConversationState::InProgress, Some(owner), 2, NOW, "younger".to_owned()));
    assert_ne!(from, into);

    // Two that are worked on: the older one stays, and the thread says to whom the other's customer passed.
    let first = world.meet(Some(Q), None, NOW).await;
    let stays = world.wrote(first, "q1", NOW).await;
    let ann = world.taken(stays, "Ann").await;
    let second = world.meet(None, Some("TW.bea"), NOW).await;
    let goes = world.wrote(second, "q2", NOW + 5).await;
    world.taken(goes, "Bob").await;
    assert_eq!(world.meet(Some(Q), Some("TW.bea"), NOW + 70).await, first);
    let events: Vec<(EventKind, Option<MemberId>)> = world
        .shop
        .read(move |tx| {
            tx.all("SELECT kind, to_id FROM conversation_event WHERE conversation_id = $1 ORDER BY at", params![stays])
        })
        .await;
    assert_eq!(events, [(EventKind::Transferred, Some(ann))]);
    let gone: i64 =
        world.shop.read(move |tx| tx.one("SELECT COUNT(*) FROM conversation WHERE id = $1", params![goes])).await;
    assert_eq!(gone, 0);
}

async fn all_that_was_hers_is_the_others(db: Db) {
    let world = World::new(db).await;
    let (team, clock) = (world.shop.team, world.shop.clock.clone());
    let stay = world.meet(Some(P), None, NOW).await;
    let into = world.wrote(stay, "one", NOW).await;
    let gone = world.meet(None, Some("TW.ann"), NOW).await;
    world.wrote(gone, "two", NOW + 5).await;
    world
        .shop
        .write(move |tx| {
            named(tx, team, stay, "An older name", NOW)?;
            named(tx, team, gone, "Ann", NOW + 5)?;
            hear(tx, &clock, team, stay.identity, Subscription::Subscribed, NOW)?;
            hear(tx, &clock, team, gone.identity, Subscription::Unsubscribed, NOW + 5)
        })
        .await;
    assert_eq!(world.meet(Some(P), Some("TW.ann"), NOW + 6).await, stay);
    let row: (String, String, Subscription, Subscription, i64, String) = world
        .shop
        .read(move |tx| {
            tx.one(
                "SELECT k.name, c.folded_name, i.subscription, c.subscription, c.last_customer_at, c.last_text
                 FROM conversation c JOIN identity i ON i.id = c.identity_id JOIN contact k ON k.id = c.contact_id
                 WHERE c.id = $1",
                params![into],
            )
        })
        .await;
    let out = Subscription::Unsubscribed;
    assert_eq!(row, ("Ann".into(), "ann".into(), out, out, NOW + 5, "two".into()));
    let said: Vec<String> = world
        .shop
        .read(move |tx| tx.all("SELECT text FROM message WHERE conversation_id = $1 ORDER BY at", params![into]))
        .await;
    assert_eq!(said, ["one", "two"]);
    // The engine may still hold her former self.
    let (clock, late) = (world.shop.clock.clone(), NOW + 9);
    world.shop.write(move |tx| hear(tx, &clock, team, gone.identity, Subscription::Subscribed, late)).await;
    let now: (Subscription, Subscription) = world
        .shop
        .read(move |tx| {
            tx.one(
                "SELECT c.subscription, i.subscription FROM conversation c JOIN identity i ON i.id = c.identity_id
                 WHERE c.id = $1",
                params![into],
            )
        })
        .await;
    assert_eq!(now, (Subscription::Subscribed, Subscription::Subscribed));
}

async fn one_who_was_merged_twice_still_names_who_stays(db: Db) {
    let world = World::new(db).await;
    let last = world.meet(Some(Q), None, NOW).await;
    world.wrote(last, "weighs most", NOW).await;
    let (first, second) = (world.meet(Some(P), None, NOW).await, world.meet(None, Some("TW.ann"), NOW).await);
    assert_eq!(world.meet(Some(P), Some("TW.ann"), NOW + 1).await, first);
    // Her number passes on, so she is known by her BSUID alone again, and then seen with the other number.
    world.meet(Some(P), Some("TW.bea"), NOW + 2).await;
    assert_eq!(world.meet(Some(Q), Some("TW.ann"), NOW + 3).await, last);
    let named: Vec<IdentityId> = world
        .shop
        .read(move |tx| {
            tx.all("SELECT merged_into FROM identity WHERE id IN ($1, $2)", params![first.identity, second.identity])
        })
        .await;
    assert_eq!(named, [last.identity; 2]);
}

async fn one_person_on_two_numbers_is_two_customers(db: Db) {
    let world = World::new(db).await;
    let elsewhere = world.shop.add_whatsapp().await.number;
    let here = world.meet(Some(P), Some("TW.ann"), NOW).await;
    let there = world.meet_on(elsewhere, Some(P), Some("TW.ann"), NOW).await.unwrap();
    assert_ne!(here.identity, there.identity);
}

async fn two_events_at_once_make_one_person(db: Db) {
    let world = World::new(db).await;
    let world = &world;
    let again = |phone, bsuid| async move {
        // What lost the race is tried again, as the inbox does.
        loop {
            match world.meet_on(world.channel, phone, bsuid, NOW).await {
                Ok(known) => return known,
                Err(db::Error::Unique { .. } | db::Error::Race) => {}
                Err(error) => panic!("{error}"),
            }
        }
    };
    for _ in 0..5 {
        tokio::join!(
            again(Some(P), None),
            again(None, Some("TW.ann")),
            again(Some(P), Some("TW.ann")),
            again(Some(P), Some("TW.ann"))
        );
    }
    assert_eq!(world.living().await, 1);
}
