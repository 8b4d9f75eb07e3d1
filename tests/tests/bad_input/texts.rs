//! SQL and HTML in every text field, and the names that people give themselves: kept as they are, harmless everywhere.

use sandbox::line::Act;
use shared::{
    call::Page,
    campaigns::{ListCampaigns, ShowCampaign, ShowDraft},
    contacts::{AddTag, ListTags},
    conversations::{
        ConversationCard, ConversationFilter, ConversationState, Entry, ListConversations, Message, Reply, Scope,
        ShowThread, Take,
    },
    deliveries::{ListDeliveries, ShowDelivery},
    id::{ConversationId, MessageId},
    members::{Client as Kept, SignIn},
    problem::{Problem, Rule, Unit},
};
use tests::{Client, Engine, World, world::new_draft};

use super::{content, save};

/// No longer than a tag may be, so that each goes into every field.
const NASTY: [&str; 9] = [
    "'; DROP TABLE conversation; --",
    "' OR '1'='1",
    "Robert\"); DELETE FROM contact;--",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg/onload=alert(1)>",
    "%_\\%' ESCAPE '\\",
    "$1 {{system:customer_name}} ${x} {0}",
    "&lt;b&gt; &amp; \\u0000 %00 \\n",
];

async fn thread(client: &Client, id: ConversationId) -> Vec<Message> {
    let page: Page<Entry> = client.call(ShowThread { id, limit: 100, after: None }).await.unwrap();
    let messages = page.items.into_iter().filter_map(|entry| match entry {
        Entry::Message(message) => Some(message),
        Entry::Event { .. } => None,
    });
    messages.collect()
}

async fn search(client: &Client, search: &str) -> Vec<ConversationCard> {
    let filter = ConversationFilter { search: search.to_owned(), ..Default::default() };
    let call = ListConversations { filter, scope: Scope::Mine, limit: 100, ..Default::default() };
    client.call(call).await.unwrap().items
}

/// Her name, her message, our reply, a tag, a draft and a send hold the text; all of it comes back letter by letter.
#[tokio::test(flavor = "multi_thread")]
async fn sql_and_html_come_back_as_they_went_in_from_every_field() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        let sales = world.client("sales").await.unwrap();
        let (_, plain) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
        for text in NASTY {
            let (customer, id) = world.taken(&sales, text, text).await.unwrap();
            let found = search(&sales, text).await;
            assert_eq!(found.iter().map(|card| card.id).collect::<Vec<_>>(), [id], "{text} finds her and nobody else");
            assert_eq!((found[0].name.as_str(), found[0].last.as_ref().unwrap().text.as_str()), (text, text));

            let tag = sales.call(AddTag { id, name: text.to_owned() }).await.unwrap();
            assert_eq!(tag.name, text);
            // What a customer is called is never read as the place for a name.
            let said = text.replace("{{system:customer_name}}", "");
            let key = MessageId(new_draft().0);
            sales.call(Reply { id, key, content: content(&[said.as_str()]) }).await.unwrap();
            let messages = thread(&sales, id).await;
            assert_eq!(messages.iter().map(|message| message.text.as_str()).collect::<Vec<_>>(), [said.as_str(), text]);

            let draft = new_draft();
            save(&sales, draft, &[id], &[text, "{{system:customer_name}}"]).await.unwrap();
            assert_eq!(
                sales.call(ShowDraft { id: draft }).await.unwrap().content,
                content(&[text, "{{system:customer_name}}"])
            );
            let campaign =
                world.send(&sales, &[id], &[&format!("{said}!"), "致 {{system:customer_name}}"]).await.unwrap();
            world.settled(&sales, campaign).await.unwrap();
            let sent = [format!("{said}!"), format!("致 {text}")];
            let shown = sales.call(ShowCampaign { id: campaign }).await.unwrap();
            assert_eq!(
                (shown.content.first_text().as_deref(), shown.row.first_text.as_str()),
                (Some(sent[0].as_str()), sent[0].as_str())
            );
            let call = ListDeliveries { id: campaign, outcome: None, reason: None, limit: 50, after: None };
            let row = sales.call(call).await.unwrap().items.remove(0);
            let detail = sales.call(ShowDelivery { id: campaign, delivery: row.id }).await.unwrap();
            assert_eq!(detail.row.name, text);
            assert_eq!(detail.content, content(&[&sent[0], &sent[1]]));
            let ledger = world.sandbox.ledger();
            let hers = ledger.iter().filter(|entry| entry.user == customer.user).flat_map(|entry| &entry.messages);
            let texts: Vec<&str> = hers.map(|message| message["text"].as_str().unwrap()).collect();
            assert_eq!(texts, [said.as_str(), sent[0].as_str(), sent[1].as_str()]);
        }
        // Nothing was dropped, and nobody was let in.
        assert_eq!(search(&sales, "").await.len(), NASTY.len() + 1);
        assert_eq!(search(&sales, "雅").await[0].id, plain);
        assert_eq!(sales.call(ListTags {}).await.unwrap().len(), NASTY.len());
        assert_eq!(
            sales.call(ListCampaigns { limit: 100, ..Default::default() }).await.unwrap().items.len(),
            NASTY.len()
        );
        for text in NASTY {
            for (email, password) in [(text, text), ("sales@a.example", text)] {
                let client = Kept::Native;
                let call = SignIn { email: email.to_owned(), password: password.to_owned(), client };
                let refused = world.visitor().unwrap().call(call).await.map(drop);
                assert_eq!(refused, Err(Problem::WrongCredentials), "{text}");
            }
        }
    }
}

/// Nothing in a search is a wildcard or a pattern.
#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_letters_only() {
    for engine in Engine::here().unwrap() {
        let world = World::start_on(engine).await.unwrap();
        let sales = world.client("sales").await.unwrap();
        for name in ["100% 純棉", "a_b", "Ｆｕｌｌ Ｗｉｄｔｈ", "back\\slash"] {
            world.taken(&sales, name, "在嗎").await.unwrap();
        }
        for (asked, found) in [
            ("%", 1),
            ("_", 1),
            ("\\", 1),
            ("full width", 1),
            ("FULL", 1),
            (".*", 0),
            ("[a-z]", 0),
            ("' OR 1=1", 0),
            ("", 4),
        ] {
            assert_eq!(search(&sales, asked).await.len(), found, "{asked:?}");
        }
    }
}

/// Control characters and marks that turn the direction of text are taken out, and so is what is too much.
#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_made_fit_to_be_shown_and_found() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    for (given, shown) in [
        ("👩‍👩‍👧‍👦 🏳️‍🌈 家", "👩‍👩‍👧‍👦 🏳️‍🌈 家"),
        ("\u{202e}gnp.exe\u{202c}", "gnp.exe"),
        ("\u{2067}王\u{2069}\u{200f}小明\u{200e}", "王小明"),
        ("أهلا وسهلا", "أهلا وسهلا"),
        ("小\n明\r\n\u{7}  店", "小 明 店"),
        (&"長".repeat(10_000), &"長".repeat(100)),
        (&"😀".repeat(10_000), &"😀".repeat(100)),
    ] {
        let customer = world.customer(given).unwrap();
        world.act(&customer, Act::Follow).await.unwrap();
        world.act(&customer, Act::text("在嗎")).await.unwrap();
        let pending = (ConversationState::Pending, Scope::Mine);
        let card = world.find(&sales, pending, shown, |_| true).await.unwrap();
        sales.call(Take { id: card.id }).await.unwrap();
        let campaign = world.send(&sales, &[card.id], &["{{system:customer_name}} 您好"]).await.unwrap();
        assert_eq!(world.settled(&sales, campaign).await.unwrap().figures.succeeded, 1, "{shown}");
        let last = world.sandbox.ledger().pop().unwrap();
        assert_eq!(last.messages[0]["text"], format!("{shown} 您好"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tag_that_is_no_name_is_refused() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (_, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let long = Rule::TooLong { limit: 40, actual: 10_000, unit: Unit::Characters };
    for (name, rule) in [
        ("", Rule::Required),
        (" \u{3000}\n", Rule::Required),
        ("\u{202e}\u{200f}", Rule::Required),
        ("a\0b", Rule::ControlCharacter),
        (&"長".repeat(10_000), long),
    ] {
        let refused = sales.call(AddTag { id, name: name.to_owned() }).await.map(drop);
        assert_eq!(refused, Err(Problem::invalid("name", rule)), "{name:?}");
    }
    assert_eq!(sales.call(ListTags {}).await.unwrap(), []);
}

/// LINE lets nobody write so much; a signed webhook that does is kept to what can be shown.
#[tokio::test(flavor = "multi_thread")]
async fn an_endless_message_of_a_customer_is_kept_within_bounds() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    world.act(&customer, Act::text(&"很長".repeat(50_000))).await.unwrap();
    let mine = (ConversationState::InProgress, Scope::Mine);
    let card = world.find(&sales, mine, "林雅婷", |card| card.unread == 2).await.unwrap();
    assert_eq!(card.last.unwrap().text.chars().count(), 120);
    assert_eq!(thread(&sales, id).await[0].text.chars().count(), 10_000);
}
