//! What the WhatsApp tests are set on: customers who wrote when they did, and templates that were read.

use sandbox::whatsapp::{NewCustomer, TemplateSpec};
use shared::{
    content::{Content, NAME_TOKEN, Part},
    id::ConversationId,
    selection::Selection,
    templates::{Fill, Filled, ListTemplates, SyncTemplates},
};
use tests::{Client, World, world::Met};

/// A customer who wrote so many minutes ago to the number at this place, taken by this client.
pub(crate) async fn taken(world: &World, client: &Client, number: usize, new: NewCustomer, minutes: i64) -> Met {
    world.met(client, number, new, minutes * 60_000).await.unwrap()
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
