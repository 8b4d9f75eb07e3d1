//! WhatsApp in a small brand, for tests: business accounts with numbers, their customers, and templates.

use shared::{
    content::{Content, Part},
    conversations::ConversationState,
    id::{ChannelId, ConversationId, TemplateId, WabaId},
    templates::{Button, ButtonKind, Fill, Filled, Header, Quality, Shape, TemplateClass, TemplateStatus},
};

use super::store::{self, Known};
use crate::{caller::Caller, conversations::fixture_test::World, db::params};

/// A number of a business account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number {
    pub(crate) waba: WabaId,
    pub(crate) channel: ChannelId,
}

/// A business account of this portfolio, with one number.
pub(crate) async fn number(world: &World, name: &'static str, portfolio: Option<&'static str>) -> Number {
    let (team, app, waba) = (world.team, world.clock.id::<WabaId>(), world.clock.id::<WabaId>());
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO whatsapp_app (team_id, id, name, app_secret, verify_token, created_at) VALUES ($1, $2,
                     'App', $3, $3, 0)",
                params![team, app, vec![1_u8]],
            )?;
            tx.execute(
                "INSERT INTO waba (team_id, id, app_id, meta_id, portfolio_id, name, access_token, created_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
                params![team, waba, app, waba.to_string(), portfolio, name, vec![1_u8]],
            )
        })
        .await;
    Number { waba, channel: another_number(world, waba, name).await }
}

/// One more number of a business account.
pub(crate) async fn another_number(world: &World, waba: WabaId, name: &'static str) -> ChannelId {
    let (team, channel) = (world.team, world.clock.id::<ChannelId>());
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO channel (team_id, id, platform, name, platform_id, waba_id, state, created_at)
                 VALUES ($1, $2, 'whatsapp', $3, $4, $5, 'ready', 0)",
                params![team, channel, name, channel.to_string(), waba],
            )
        })
        .await;
    channel
}

/// Lets a number reach so many people in 24 hours.
pub(crate) async fn people_limit(world: &World, channel: ChannelId, limit: i64) {
    let team = world.team;
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE channel SET quota_limit = $3, quota_at = 1 WHERE team_id = $1 AND id = $2",
                params![team, channel, limit],
            )
        })
        .await;
}

/// A conversation in progress of this member, with a customer who wrote to a number so many milliseconds ago.
pub(crate) async fn customer(world: &World, number: Number, name: &str, owner: &Caller, ago: i64) -> ConversationId {
    let id = world.conversation(number.channel, name, ConversationState::InProgress, owner).await;
    let (team, at, identity) = (world.team, world.clock.now() - ago, world.found(id).await.identity);
    let phone = format!("+886{}", identity.0.as_u128() % 1_000_000_000);
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE identity_address SET kind = 'phone', address = $3 WHERE team_id = $1 AND identity_id = $2",
                params![team, identity, &phone],
            )?;
            tx.execute(
                "UPDATE conversation SET last_customer_at = $3 WHERE team_id = $1 AND id = $2",
                params![team, id, at],
            )
        })
        .await;
    id
}

/// A template with a blank in its text, an address on a button, and a quick reply.
pub(crate) fn shape(name: &str) -> Shape {
    let button = |text: &str, does| Button { text: text.into(), does };
    Shape {
        name: name.into(),
        language: "zh_TW".into(),
        class: TemplateClass::Marketing,
        header: Some(Header::Text { text: "新品 https://a.example/new".into() }),
        body: "{{1}} 您好，新品到店".into(),
        footer: "回覆取消訂閱即可退訂".into(),
        buttons: vec![
            button("看新品", ButtonKind::Url { address: "https://a.example/{{1}}".into() }),
            button("取消訂閱", ButtonKind::QuickReply),
        ],
        named: false,
    }
}

/// Keeps a template of an account, for everybody.
pub(crate) async fn template(world: &World, waba: WabaId, shape: Shape, status: TemplateStatus) -> TemplateId {
    let (team, id) = (world.team, world.clock.id::<TemplateId>());
    let known = Known {
        id,
        meta_id: id.to_string(),
        title: String::new(),
        is_supported: shape.is_supported(),
        shape,
        status,
        status_at: 0,
        quality: Quality::Unknown,
        is_gone: false,
    };
    let now = world.clock.now();
    world.write(move |tx| store::read(tx, team, waba, &known, now)).await;
    id
}

/// It, filled in: with the customer's name, and the end of the address.
pub(crate) fn filled(template: TemplateId, shape: Shape) -> Filled {
    let mut filled = Filled::new(template, shape);
    filled.fills = vec![
        Fill { text: shared::content::NAME_TOKEN.into(), fallback: "貴賓".into() },
        Fill { text: "n1".into(), fallback: String::new() },
    ];
    filled
}

/// It, as the content of a message.
pub(crate) fn content(filled: Filled) -> Content {
    Content { parts: vec![Part::Template(Box::new(filled))] }
}
