//! The WhatsApp half of the demo: two numbers, their templates, and customers who wrote lately or long ago.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use sandbox::{
    Fault, FaultKind, Sandbox,
    whatsapp::{Act, NewCustomer, StatusPlan, TemplateSpec, When},
};
use serde_json::json;
use shared::{
    campaigns::Kind,
    contacts::AddTag,
    content::{Content, NAME_TOKEN, Part},
    conversations::{ConversationFilter, ConversationState, ListConversations, MarkRead, Reply, Scope, Take},
    id::{CategoryId, ConversationId, DraftId, MediaId, MessageId},
    media::MediaKind,
    saved_replies::UsableBy,
    selection::Selection,
    templates::{Fill, Filled, ListTemplates, QuickReplyAction, SaveTemplate, SyncTemplates, Template},
};

use super::{control, fixed, past::Past, replies};
use crate::{
    Client, Team,
    pdf::pdf,
    team::Business,
    upload::{upload, upload_document},
    world,
};

/// Minutes of an hour.
const HOUR: i64 = 60;

/// How long webhooks may take to become conversations.
const PATIENCE: Duration = Duration::from_secs(30);

/// Name, place of the number, minutes before now of the last message, what it was, tags.
type Person = (&'static str, usize, i64, &'static str, &'static [&'static str]);

/// Customers of the first sales person. Those whose name begins with `@` are known by a user name only: they have no
/// telephone number for us.
const PEOPLE: [Person; 26] = [
    ("郭宜蓁", 0, 6, "燕麥白的杯子可以幫我留一個嗎？", &["VIP", "器皿"]),
    ("Chloe Wong", 0, 25, "Hi, can you ship the fig candle to Hong Kong?", &["香氛"]),
    ("賴品妤", 0, 70, "好的，我禮拜六過去", &["會員"]),
    ("@daniel.ho", 0, 130, "Do you have the vase in black?", &["新客"]),
    ("曾雅筑", 0, 4 * HOUR, "謝謝妳的推薦，媽媽很喜歡", &["會員"]),
    ("方俊凱", 0, 7 * HOUR, "發票可以改統編嗎", &["公司採購"]),
    ("Grace Lam", 0, 11 * HOUR, "Is the Xinyi store open tomorrow?", &[]),
    ("葉庭瑄", 0, 15 * HOUR, "想看秋冬新品", &["器皿", "會員"]),
    ("游承翰", 0, 19 * HOUR, "運費怎麼算？", &[]),
    ("@mei_mei", 0, 21 * HOUR, "可以幫我包裝嗎", &["11 月壽星"]),
    ("呂佳蓉", 0, 22 * HOUR + 40, "了解，我再想想", &["會員"]),
    ("Marcus Tan", 0, 23 * HOUR + 25, "Please keep it until Friday", &["VIP"]),
    ("鍾欣妤", 0, 26 * HOUR, "收到，包裝很漂亮", &["香氛"]),
    ("高子翔", 0, 31 * HOUR, "請問有分期嗎", &[]),
    ("溫若涵", 0, 2 * 24 * HOUR, "下次到貨再通知我", &["器皿"]),
    ("Sofia Reyes", 0, 3 * 24 * HOUR, "Thank you!", &[]),
    ("程宇軒", 0, 4 * 24 * HOUR, "可以寄到花蓮嗎？", &["新客"]),
    ("尤靜怡", 0, 5 * 24 * HOUR, "好喔", &["會員", "11 月壽星"]),
    ("@tommy.k", 0, 6 * 24 * HOUR, "See you on Sunday", &[]),
    ("涂佩珊", 0, 9 * 24 * HOUR, "已經匯款了", &["金卡"]),
    ("盧彥廷", 0, 12 * 24 * HOUR, "麻煩開三聯式發票", &["公司採購"]),
    ("Hana Sato", 0, 18 * 24 * HOUR, "ありがとうございます", &["香氛"]),
    ("姚曉彤", 1, 90, "VIP 之夜可以帶朋友嗎？", &["VIP", "金卡"]),
    ("Olivia Chen", 1, 9 * HOUR, "Could you reserve the gift set?", &["VIP"]),
    ("卓慧敏", 1, 40 * HOUR, "好的，到時見", &["VIP"]),
    ("譚國華", 1, 8 * 24 * HOUR, "請幫我保留檯燈", &["VIP", "家飾"]),
];

/// Customers nobody has taken yet.
const WAITING: [Person; 3] = [
    ("Lucas Müller", 0, 18, "Hello, do you have gift cards?", &[]),
    ("施雅文", 0, 3 * HOUR, "請問有現貨嗎？", &[]),
    ("@zoe.yu", 0, 20 * HOUR, "可以預約試聞嗎", &[]),
];

/// A template with what is ours of it: title and category.
type Titled = (TemplateSpec, &'static str, &'static str);

fn templates() -> [Titled; 12] {
    let new = TemplateSpec::new;
    [
        (
            new("new_arrival", "zh_TW")
                .header_image()
                .body("{{1}} 您好，我是信義店的{{2}}。\n*{{3}}* 今天到店，幫您保留到 {{4}}。\n_數量不多，歡迎先回覆保留。_")
                .footer("不想再收到，請按「取消訂閱」")
                .url_button("看新品", "https://qingyu.example/{{1}}")
                .quick_reply("幫我保留")
                .quick_reply("取消訂閱")
                .quality("GREEN"),
            "新品到貨（附圖）",
            "新品",
        ),
        (
            new("new_arrival", "en")
                .body("Hi {{1}}, {{2}} has just arrived at our Xinyi store. We can keep one for you until {{3}}.")
                .footer("Press Unsubscribe to stop these messages")
                .quick_reply("Keep one for me")
                .quick_reply("Unsubscribe")
                .quality("GREEN"),
            "New arrival",
            "新品",
        ),
        (
            new("pickup_ready", "zh_TW")
                .utility()
                .body("{{1}} 您好，您預訂的商品已到{{2}}，請於 7 天內帶會員條碼取貨，謝謝。")
                .quality("GREEN"),
            "到店取貨通知",
            "門市資訊",
        ),
        (
            new("store_hours", "zh_TW")
                .utility()
                .body("信義店本週五因年度盤點提早於 19:00 打烊，週六照常 11:00 營業，造成不便敬請見諒。")
                .quality("UNKNOWN"),
            "營業時間異動",
            "門市資訊",
        ),
        (
            new("birthday_gift", "zh_TW")
                .named()
                .header_text("生日快樂，{{customer_name}}")
                .body("這個月來店出示這則訊息，就送您{{gift}}一份，祝您有美好的一年。")
                .quick_reply("取消訂閱")
                .quality("YELLOW"),
            "壽星來店禮",
            "生日禮",
        ),
        (
            new("weekend_film", "zh_TW")
                .header_video()
                .body("{{1}}，這個週末的手作體驗長這樣，還有 {{2}} 個名額。")
                .url_button("報名", "https://qingyu.example/workshop"),
            "週末體驗影片",
            "活動",
        ),
        (new("member_survey", "zh_TW").body("{{1}} 您好，想請您花一分鐘填問卷。").status("PENDING"), "會員問卷", "活動"),
        (
            new("flash_sale", "zh_TW").body("限時 {{1}} 小時，全館 {{2}} 折。").status("PAUSED").quality("RED"),
            "限時折扣",
            "活動",
        ),
        (new("old_catalogue", "zh_TW").body("新版型錄 {{1}} 已上線。").status("REJECTED"), "", ""),
        (
            new("warranty", "zh_TW")
                .utility()
                .header_document()
                .body("{{1}} 您好，附上您的保固書，請妥善保存。如需維修，請攜帶商品到門市。")
                .quality("GREEN"),
            "保固書（附 PDF）",
            "門市資訊",
        ),
        (
            new("store_map", "zh_TW")
                .component(json!({ "type": "HEADER", "format": "LOCATION" }))
                .body("{{1}} 您好，這是信義店的位置。"),
            "門市位置",
            "門市資訊",
        ),
        (new("vip_night", "zh_TW").body("{{1}} 您好，VIP 之夜 {{2}} 於信義店舉行，期待您的光臨。").quality("GREEN"), "VIP 之夜邀請", "活動"),
    ]
}

/// Makes the templates, has them read, and lets the customers write; then sends of each kind go out.
pub(super) async fn make(
    past: &Past,
    sandbox: &Sandbox,
    team: &Team,
    admin: &Client,
    sales: &Client,
) -> anyhow::Result<()> {
    let business = team.business.as_ref().context("the team has no WhatsApp account")?;
    for (spec, ..) in templates() {
        sandbox.whatsapp().add_template(&business.meta_id, spec)?;
    }
    name_templates(admin).await?;
    let mut users = Vec::new();
    for (number, person) in PEOPLE.iter().chain(&WAITING).enumerate() {
        users.push(arrive(past, sandbox, business, number, person).await?);
    }
    let mut ids = Vec::new();
    for (person, user) in PEOPLE.iter().zip(&users) {
        let id = find(sales, shown_name(person)).await?;
        sales.call(Take { id }).await.with_context(|| format!("{} cannot be taken", person.0))?;
        for name in person.4 {
            sales.call(AddTag { id, name: (*name).to_owned() }).await?;
        }
        if person.2 > 4 * HOUR {
            sales.call(MarkRead { id }).await?;
        }
        ids.push((id, user.as_str(), person));
    }
    let (answered, ..) = ids[4];
    let key = MessageId(fixed("whatsapp reply", 0));
    let content = Content::of_text("太好了，謝謝您告訴我們，歡迎再帶媽媽來逛逛。");
    sales.call(Reply { id: answered, key, content }).await?;

    plain_message(sales, &ids).await?;
    document_message(sales, &ids).await?;
    let number = business.numbers.first().context("the team has no number")?;
    // Those whose window is open.
    let people: Vec<_> = ids.iter().take(9).map(|(id, user, _)| (*id, *user)).collect();
    control::make(past.server.app()?, sandbox, team, number, sales, &people).await?;
    template_message(sandbox, sales, &ids).await
}

/// Has the templates read from Meta, then gives them titles and categories.
async fn name_templates(admin: &Client) -> anyhow::Result<()> {
    let synced = admin.call(SyncTemplates {}).await?;
    ensure!(synced.failed.is_empty(), "Meta's templates cannot be read: {:?}", synced.failed);
    let known = all_templates(admin).await?;
    for (spec, title, category) in templates() {
        let found = known.iter().find(|one| one.shape.name == spec.name && one.shape.language == spec.language);
        let id = found.with_context(|| format!("{} was not read", spec.name))?.id;
        let categories: Vec<CategoryId> =
            Some(category).filter(|name| !name.is_empty()).map(replies::category).into_iter().collect();
        let usable_by = Some(UsableBy::Everybody);
        admin.call(SaveTemplate { id, title: title.to_owned(), usable_by, categories }).await?;
    }
    Ok(())
}

async fn all_templates(client: &Client) -> anyhow::Result<Vec<Template>> {
    Ok(client.call(ListTemplates { all: true, limit: 100, ..Default::default() }).await?.items)
}

/// A customer writes at her time; gives what the sandbox knows her by.
async fn arrive(
    past: &Past,
    sandbox: &Sandbox,
    business: &Business,
    number: usize,
    person: &Person,
) -> anyhow::Result<String> {
    let (name, place, minutes, text, _) = *person;
    let account = &business.numbers.get(place).context("there is no such number")?.name;
    let new = match name.strip_prefix('@') {
        Some(user_name) => NewCustomer::username(user_name),
        None => NewCustomer::phone(name, &format!("+8869{:08}", 55_010_000 + number)),
    };
    let user = sandbox.whatsapp().add_customer(account, new)?.user;
    let when = When { timestamp: Some(past.at(minutes)), ..When::default() };
    let sent = sandbox.whatsapp().act(account, &user, Act::text(text), when).await?;
    ensure!(sent.answered == Some(200), "the webhook of {name} was answered {:?}", sent.answered);
    Ok(user)
}

fn shown_name(person: &Person) -> &str {
    person.0.strip_prefix('@').unwrap_or(person.0)
}

/// The pending conversation with the customer of this name, once it is there.
async fn find(client: &Client, name: &str) -> anyhow::Result<ConversationId> {
    let began = Instant::now();
    loop {
        let filter = ConversationFilter { search: name.to_owned(), ..Default::default() };
        let (state, scope) = (ConversationState::Pending, Scope::Mine);
        let page = client.call(ListConversations { state, scope, filter, limit: 100, ..Default::default() }).await?;
        if let Some(card) = page.items.into_iter().find(|card| card.name == name) {
            return Ok(card.id);
        }
        if began.elapsed() > PATIENCE {
            bail!("{name} has no conversation");
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A conversation, what the sandbox knows its customer by, and the person.
type Met<'a> = (ConversationId, &'a str, &'a Person);

/// A plain message to some of both kinds: those outside their window fail, as in seed step 18.
async fn plain_message(sales: &Client, met: &[Met<'_>]) -> anyhow::Result<()> {
    let ids = met.iter().filter(|(.., person)| person.1 == 0).map(|(id, ..)| *id).take(16).collect();
    let selection = Selection { ids, matching: Vec::new() };
    let texts = [format!("{NAME_TOKEN} 您好，秋冬新品今天到店，歡迎來看看。\nhttps://qingyu.example/new")];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let campaign = world::send(sales, DraftId(fixed("whatsapp draft", 0)), selection, &texts).await?;
    world::settled(sales, campaign).await?;
    Ok(())
}

/// A template message whose statuses differ from person to person.
async fn template_message(sandbox: &Sandbox, sales: &Client, met: &[Met<'_>]) -> anyhow::Result<()> {
    let mut faults = Vec::new();
    for (place, (_, user, _)) in met.iter().enumerate() {
        let plan = match place % 9 {
            0..5 => StatusPlan { read_ms: Some(120), ..StatusPlan::default() },
            7 => StatusPlan::failed(131_049),
            8 => StatusPlan::failed(131_026),
            _ => continue,
        };
        faults.push(sandbox.whatsapp().add_fault(Fault::new(FaultKind::Statuses(plan)).at("messages").for_user(user)));
    }
    let picture = MediaId(fixed("whatsapp header", 0));
    upload(sales, picture, MediaKind::Image, replies::picture_of("mugs")?).await?;
    let mut filled = blank(sales, "new_arrival").await?;
    let fills = [(NAME_TOKEN, "貴賓"), ("芷晴", ""), ("霧面手作杯", ""), ("週日", ""), ("new", "")];
    filled.fills = fills.map(|(text, fallback)| Fill { text: text.to_owned(), fallback: fallback.to_owned() }).to_vec();
    filled.header = Some(picture);
    if let Some(last) = filled.actions.last_mut() {
        *last = QuickReplyAction::Unsubscribe;
    }
    send_template(sales, DraftId(fixed("whatsapp draft", 1)), filled, of_the_first_number(met)).await?;
    sandbox.whatsapp().settled().await;
    for fault in faults {
        sandbox.whatsapp().clear_faults(Some(fault));
    }
    Ok(())
}

/// A template with a document above it, to those who bought something.
async fn document_message(sales: &Client, met: &[Met<'_>]) -> anyhow::Result<()> {
    let document = MediaId(fixed("whatsapp header", 1));
    let warranty =
        pdf(&["Warranty card", "Qingyu Living, Xinyi store", "24 months from the day of purchase", "No. QY-2026-1120"]);
    upload_document(sales, document, "晴嶼生活 保固書.pdf", &warranty).await?;
    let mut filled = blank(sales, "warranty").await?;
    filled.fills = vec![Fill { text: NAME_TOKEN.to_owned(), fallback: "貴賓".to_owned() }];
    filled.header = Some(document);
    let ids = of_the_first_number(met).take(3);
    send_template(sales, DraftId(fixed("whatsapp draft", 2)), filled, ids).await
}

/// A template of this name in the team's language, with nothing filled in.
async fn blank(sales: &Client, name: &str) -> anyhow::Result<Filled> {
    let templates = sales.call(ListTemplates { limit: 100, ..Default::default() }).await?.items;
    let found = templates.into_iter().find(|one| one.shape.name == name && one.shape.language == "zh_TW");
    let template = found.with_context(|| format!("the template {name} was not read"))?;
    Ok(Filled::new(template.id, template.shape))
}

fn of_the_first_number<'m>(met: &'m [Met<'m>]) -> impl Iterator<Item = ConversationId> {
    met.iter().filter(|(.., person)| person.1 == 0).map(|(id, ..)| *id)
}

async fn send_template(
    sales: &Client,
    draft: DraftId,
    filled: Filled,
    ids: impl Iterator<Item = ConversationId>,
) -> anyhow::Result<()> {
    let selection = Selection { ids: ids.collect(), matching: Vec::new() };
    let content = Content { parts: vec![Part::Template(Box::new(filled))] };
    let campaign = world::send_content(sales, draft, Kind::GroupTemplate, selection, content).await?;
    world::settled(sales, campaign).await?;
    Ok(())
}
