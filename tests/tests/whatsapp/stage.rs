//! What the WhatsApp tests are set on: customers who wrote when they did, and templates that were read.

use std::time::{Duration, Instant};

use sandbox::whatsapp::{Act, NewCustomer, TemplateSpec, When};
use shared::{
    content::{Content, NAME_TOKEN, Part},
    conversations::{ConversationState, Scope, Take},
    id::ConversationId,
    selection::Selection,
    templates::{Fill, Filled, ListTemplates, SyncTemplates},
};
use tests::{Client, World, world::PATIENCE};

/// A customer whose conversation is in progress.
pub(crate) struct Met {
    /// Her conversation.
    pub(crate) id: ConversationId,
    /// What the sandbox knows her by.
    pub(crate) user: String,
}

/// A customer who wrote so many minutes ago to the number at this place, taken by this client.
pub(crate) async fn taken(world: &World, client: &Client, number: usize, new: NewCustomer, minutes: i64) -> Met {
    taken_at(world, client, number, new, minutes * 60_000).await
}

/// As [`taken`], so many milliseconds ago.
pub(crate) async fn taken_at(world: &World, client: &Client, number: usize, new: NewCustomer, ago: i64) -> Met {
    let number = &world.team.business.as_ref().unwrap().numbers[number].name;
    let customer = world.sandbox.whatsapp().add_customer(number, new).unwrap();
    let at = server::clock::Clock::system().now() - ago;
    let when = When { timestamp: Some(at), ..When::default() };
    let sent = world.sandbox.whatsapp().act(number, &customer.user, Act::text("您好"), when).await.unwrap();
    assert_eq!(sent.answered, Some(200));
    let pending = (ConversationState::Pending, Scope::Mine);
    let card = world.find(client, pending, &customer.name, |_| true).await.unwrap();
    client.call(Take { id: card.id }).await.unwrap();
    Met { id: card.id, user: customer.user }
}

/// A template of the team that was read from Meta, filled in: its first blank is the customer's name.
pub(crate) async fn template(world: &World, client: &Client, name: &str) -> Filled {
    let spec = TemplateSpec::new(name, "zh_TW")
        .body("{{1}} 您好，{{2}}到貨了。")
        .footer("不想再收到，請按取消訂閱")
        .url_button("看新品", "https://qingyu.example/new")
        .quick_reply("幫我保留")
        .quick_reply("取消訂閱");
    let mut filled = read(world, client, spec).await;
    filled.fills = vec![
        Fill { text: NAME_TOKEN.into(), fallback: "貴賓".into() },
        Fill { text: "新品".into(), fallback: String::new() },
    ];
    filled
}

/// A template of the team that was read from Meta, with nothing filled in, as this client can pick it.
pub(crate) async fn read(world: &World, client: &Client, spec: TemplateSpec) -> Filled {
    let (waba, name) = (&world.team.business.as_ref().unwrap().meta_id, spec.name.clone());
    world.sandbox.whatsapp().add_template(waba, spec).unwrap();
    let synced = world.client("admin").await.unwrap().call(SyncTemplates {}).await.unwrap();
    assert!(synced.failed.is_empty() && synced.found > 0, "{synced:?}");
    let known = client.call(ListTemplates { limit: 100, ..Default::default() }).await.unwrap().items;
    let template = known.into_iter().find(|one| one.shape.name == name).unwrap();
    Filled::new(template.id, template.shape)
}

/// A template as content.
pub(crate) fn of(filled: Filled) -> Content {
    Content { parts: vec![Part::Template(Box::new(filled))] }
}

/// These conversations, ticked.
pub(crate) fn ticked(ids: &[ConversationId]) -> Selection {
    Selection { ids: ids.to_vec(), matching: Vec::new() }
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(began.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
