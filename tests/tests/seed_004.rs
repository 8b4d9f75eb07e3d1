//! Seed 004, 群發訊息（OMO 限定）: one test for each of its text steps that is about the server, named after the step.
//! Steps 6 to 8 are about saved replies, steps 16 to 18 about WhatsApp: they come with those.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

use sandbox::line::{Act, Shows};
use shared::{
    campaigns::{
        CampaignState, Check, CheckDraft, CountSelection, Draft, ExportCampaigns, Kind, LeaveOut, ListCampaigns,
        SaveDraft, SendDraft, ShowCampaign, ShowDraft,
    },
    contacts::{AddTag, Subscription},
    content::{Content, NAME_TOKEN, Part},
    conversations::{Close, ConversationFilter, ConversationState, CountConversations, MarkRead, Reply, Scope, When},
    deliveries::{DeliveryRow, ExportDeliveries, ListDeliveries, Outcome, ShowDelivery},
    id::{CampaignId, ConversationId, DraftId, MediaId, MessageId},
    media::{MediaInfo, MediaKind},
    members::{Action, Role},
    problem::{Forbidden, Problem, Rule},
    reasons::{CheckedBy, Reason},
    reports::{SendFigures, ShowMyFigures},
    selection::{Matching, Selection},
    words::Language,
};
use tests::{
    Client, World,
    upload::upload,
    world::{Customer, new_draft},
};

const PICTURE: &[u8] = include_bytes!("../src/demo/pictures/mugs.jpg");
const FILM: &[u8] = include_bytes!("../../server/src/media/samples/plain.mp4");

const MINE: (ConversationState, Scope) = (ConversationState::InProgress, Scope::Mine);

/// A world, and the sales staff of the first team.
async fn begin() -> (World, Client) {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    (world, sales)
}

fn content(texts: &[&str]) -> Content {
    Content { parts: texts.iter().map(|text| Part::text(*text)).collect() }
}

fn ticked(ids: &[ConversationId]) -> Selection {
    Selection { ids: ids.to_vec(), matching: Vec::new() }
}

async fn save(client: &Client, id: DraftId, selection: Selection, texts: &[&str]) -> Result<Draft, Problem> {
    client.call(SaveDraft { id, kind: Kind::GroupMessage, selection, content: content(texts), revision: 0 }).await
}

async fn check(client: &Client, selection: Selection, texts: &[&str]) -> (DraftId, Check) {
    let id = new_draft();
    save(client, id, selection, texts).await.unwrap();
    (id, client.call(CheckDraft { id }).await.unwrap())
}

/// Someone blocks the account after she was taken; returns once that is known.
async fn blocks(world: &World, client: &Client, customer: &Customer) {
    world.act(customer, Act::Block).await.unwrap();
    world.find(client, MINE, &customer.name, |card| card.subscription == Subscription::Blocked).await.unwrap();
}

/// The texts that reached a customer, in order.
fn received(world: &World, customer: &Customer) -> Vec<String> {
    let ledger = world.sandbox.ledger();
    let hers = ledger.iter().filter(|entry| entry.user == customer.user && entry.delivered);
    hers.flat_map(|entry| &entry.messages).map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

/// A send to two people of whom one has blocked the account: the record, and the one that blocked.
async fn half_failed(world: &World, sales: &Client) -> (CampaignId, Customer) {
    let (_, reached) = world.taken(sales, "林雅婷", "在嗎").await.unwrap();
    let (customer, blocked) = world.taken(sales, "陳柏翰", "在嗎").await.unwrap();
    blocks(world, sales, &customer).await;
    let campaign = world.send(sales, &[reached, blocked], &["新品到店"]).await.unwrap();
    world.settled(sales, campaign).await.unwrap();
    (campaign, customer)
}

async fn failed(client: &Client, id: CampaignId) -> Vec<DeliveryRow> {
    let call = ListDeliveries { id, outcome: Some(Outcome::Failed), reason: None, limit: 50, after: None };
    client.call(call).await.unwrap().items
}

/// 只有購買 OMO 方案才可以使用此功能，並僅限「銷售經理」、「銷售人員」方可使用
#[tokio::test(flavor = "multi_thread")]
async fn hint_1_only_sales_roles_of_a_team_with_the_omo_plan() {
    let world = World::start().await.unwrap();
    for (team, omo) in [(&world.team, true), (&world.plain, false)] {
        for role in Role::ALL {
            let seat = team.members.iter().find(|seat| seat.role == role).unwrap();
            let client = world.sign_in(seat).await.unwrap();
            let came = save(&client, new_draft(), ticked(&[]), &["新品"]).await.map(drop);
            let expected = match (role, omo) {
                (Role::Admin, _) => {
                    let allowed = vec![Role::SalesManager, Role::SalesStaff];
                    Err(Problem::Forbidden { why: Forbidden::Role { action: Action::GroupSend, allowed } })
                }
                (_, true) => Ok(()),
                (_, false) => Err(Problem::Forbidden { why: Forbidden::OmoPlan }),
            };
            assert_eq!(came, expected, "{role:?}, omo {omo}");
            assert_eq!(client.me().unwrap().may(Action::GroupSend), came.is_ok(), "the menu shows what is allowed");
        }
    }
}

/// 群發訊息僅能向對話事件狀態為「處理中事件」的消費者使用
#[tokio::test(flavor = "multi_thread")]
async fn hint_3_only_conversations_in_progress() {
    let (world, sales) = begin().await;
    let (open_customer, open) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let (_, pending) = world.arrives(&sales, "陳柏翰", "在嗎").await.unwrap();
    let (_, closed) = world.taken(&sales, "黃詩涵", "在嗎").await.unwrap();
    sales.call(Close { id: closed }).await.unwrap();
    // "All that match" never even finds the others; who was ticked all the same is told and fails.
    let everybody = Selection { ids: Vec::new(), matching: vec![all(ConversationFilter::default(), &[])] };
    assert_eq!(sales.call(CountSelection { selection: everybody }).await.unwrap().total, 1);
    let (id, seen) = check(&sales, ticked(&[open, pending.id, closed]), &["新品"]).await;
    assert_eq!((seen.will_send, seen.will_fail[0].reason, seen.will_fail[0].count), (1, Reason::NotInProgress, 2));
    let send = SendDraft { id, audience: seen.audience, digest: seen.digest };
    let campaign = sales.call(send).await.unwrap().campaign;
    world.settled(&sales, campaign).await.unwrap();
    let users: Vec<String> = world.sandbox.ledger().into_iter().map(|entry| entry.user).collect();
    assert_eq!(users, [open_customer.user]);
}

/// 1. 銷售經理/銷售人員進入 APP 後點擊「處理中」事件
#[tokio::test(flavor = "multi_thread")]
async fn step_1_her_conversations_in_progress() {
    let world = World::start().await.unwrap();
    for who in ["manager", "sales"] {
        let client = world.client(who).await.unwrap();
        let (customer, id) = world.taken(&client, &format!("{who} 的客人"), "在嗎").await.unwrap();
        let card = world.find(&client, MINE, &customer.name, |_| true).await.unwrap();
        assert_eq!((card.id, card.state, card.unread), (id, ConversationState::InProgress, 1));
        let counts = client.call(CountConversations::default()).await.unwrap();
        assert_eq!((counts.in_progress, counts.matching, counts.unread), (1, 1, 1), "{who}");
        assert!(client.me().unwrap().may(Action::GroupSend) && client.me().unwrap().may(Action::ReadGroupRecords));
    }
}

/// 2. 選擇「群發訊息」or「群發範本訊息」，此範例以「群發訊息」為例
#[tokio::test(flavor = "multi_thread")]
async fn step_2_a_group_message_begins_as_a_draft() {
    let (_world, sales) = begin().await;
    let id = new_draft();
    let draft = save(&sales, id, Selection::default(), &[]).await.unwrap();
    assert_eq!((draft.id, draft.kind, draft.revision, draft.campaign), (id, Kind::GroupMessage, 1, None));
    assert_eq!(sales.call(ShowDraft { id }).await.unwrap(), draft);
}

fn all(filter: ConversationFilter, except: &[ConversationId]) -> Matching {
    Matching { filter, except: except.to_vec() }
}

/// 3. 可直接點擊勾選欲發送對象，也可以點擊「篩選」使用更多條件，並點擊「下一步」
#[tokio::test(flavor = "multi_thread")]
async fn step_3_people_are_ticked_or_all_that_match_are_taken() {
    let (world, sales) = begin().await;
    let mut ids = Vec::new();
    for name in ["甲一", "甲二", "甲三", "乙一"] {
        ids.push(world.taken(&sales, name, "在嗎").await.unwrap().1);
    }
    let first = ConversationFilter { search: "甲".to_owned(), ..Default::default() };
    for (selection, names) in [
        (ticked(&[ids[0], ids[3]]), vec!["乙一", "甲一"]),
        (Selection { ids: vec![], matching: vec![all(first.clone(), &[])] }, vec!["甲一", "甲三", "甲二"]),
        (Selection { ids: vec![], matching: vec![all(first.clone(), &[ids[1]])] }, vec!["甲一", "甲三"]),
        (Selection { ids: vec![ids[3]], matching: vec![all(first, &[ids[1]])] }, vec!["乙一", "甲一", "甲三"]),
    ] {
        let count = sales.call(CountSelection { selection: selection.clone() }).await.unwrap();
        let (_, seen) = check(&sales, selection, &["新品"]).await;
        let mut found: Vec<_> = seen.samples.iter().map(|person| person.name.as_str()).collect();
        found.sort_unstable();
        assert_eq!(found, names);
        assert_eq!(
            (count.total, count.channels[0].count, seen.audience),
            (names.len() as u64, count.total, count.total)
        );
    }
}

/// 4. 使用「篩選」功能以消費者所屬條件進行發送對象選擇
#[tokio::test(flavor = "multi_thread")]
async fn step_4_by_what_customers_have_in_common() {
    let (world, sales) = begin().await;
    let (_, lin) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let (_, chen) = world.taken(&sales, "陳柏翰", "在嗎").await.unwrap();
    let (_, huang) = world.taken(&sales, "黃詩涵", "在嗎").await.unwrap();
    let (customer, wu) = world.taken(&sales, "吳承恩", "在嗎").await.unwrap();
    let vip = sales.call(AddTag { id: lin, name: "VIP".into() }).await.unwrap();
    let new = sales.call(AddTag { id: lin, name: "新客".into() }).await.unwrap();
    sales.call(AddTag { id: chen, name: "vip".into() }).await.unwrap();
    sales.call(MarkRead { id: lin }).await.unwrap();
    sales.call(Reply { id: huang, key: MessageId(new_draft().0), content: content(&["在的"]) }).await.unwrap();
    blocks(&world, &sales, &customer).await;
    let campaign = world.send(&sales, &[chen], &["新品"]).await.unwrap();
    world.settled(&sales, campaign).await.unwrap();

    let tags = [vip.id, new.id].to_vec();
    let channels = vec![world.team.accounts[0].id];
    let owners = vec![world.team.seat("manager").unwrap().id];
    let (within, without) = (|days| Some(When::Within { days }), |days| Some(When::NotWithin { days }));
    let nothing = ConversationFilter::default;
    for (filter, names) in [
        (nothing(), &[lin, chen, huang, wu][..]),
        (ConversationFilter { search: "雅".into(), ..nothing() }, &[lin]),
        (ConversationFilter { channels, ..nothing() }, &[lin, chen, huang, wu]),
        (ConversationFilter { tags_any: tags.clone(), ..nothing() }, &[lin, chen]),
        (ConversationFilter { tags_all: tags.clone(), ..nothing() }, &[lin]),
        (ConversationFilter { tags_none: tags.clone(), ..nothing() }, &[huang, wu]),
        (ConversationFilter { last_customer: within(1), ..nothing() }, &[lin, chen, huang, wu]),
        (ConversationFilter { last_customer: without(1), ..nothing() }, &[]),
        (ConversationFilter { last_team: within(7), ..nothing() }, &[huang]),
        (ConversationFilter { last_team: without(7), ..nothing() }, &[lin, chen, wu]),
        (ConversationFilter { last_marketing: within(30), ..nothing() }, &[chen]),
        (ConversationFilter { last_marketing: without(30), ..nothing() }, &[lin, huang, wu]),
        (ConversationFilter { subscriptions: vec![Subscription::Blocked], ..nothing() }, &[wu]),
        // Who was answered is neither unread nor waiting.
        (ConversationFilter { unread: true, ..nothing() }, &[chen, wu]),
        (ConversationFilter { waiting: true, ..nothing() }, &[lin, chen, wu]),
        (ConversationFilter { owners, ..nothing() }, &[]),
        (ConversationFilter { tags_any: tags.clone(), unread: true, ..nothing() }, &[chen]),
    ] {
        let selection = Selection { ids: vec![], matching: vec![all(filter.clone(), &[])] };
        let total = sales.call(CountSelection { selection: selection.clone() }).await.unwrap().total;
        assert_eq!(total, names.len() as u64, "{filter:?}");
        for id in [lin, chen, huang, wu] {
            // Leaving her out makes one fewer exactly where she was in.
            let mut without = selection.clone();
            without.remove(id);
            let left = sales.call(CountSelection { selection: without }).await.unwrap().total;
            assert_eq!(left, total - u64::from(names.contains(&id)), "{filter:?} {id}");
        }
    }
}

/// 5. 可手動輸入本次欲發送的內容（支援 圖片、影片、文字，限五則訊息內容）
#[tokio::test(flavor = "multi_thread")]
async fn step_5_five_messages_and_no_sixth() {
    let (world, sales) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let six = save(&sales, new_draft(), ticked(&[id]), &["一", "二", "三", "四", "五", "六"]).await.map(drop);
    assert_eq!(six, Err(Problem::invalid("content.parts", Rule::TooMany { limit: 5, actual: 6 })));
    let campaign = world.send(&sales, &[id], &["一", "二", "三", "四", "五"]).await.unwrap();
    world.settled(&sales, campaign).await.unwrap();
    assert_eq!(received(&world, &customer), ["一", "二", "三", "四", "五"]);
}

/// 5. 支援 圖片、影片、文字
#[tokio::test(flavor = "multi_thread")]
async fn step_5_pictures_films_and_texts_arrive_in_their_order() {
    let (world, sales) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let picture = upload(&sales, MediaId(new_draft().0), MediaKind::Image, PICTURE).await.unwrap();
    let film = upload(&sales, MediaId(new_draft().0), MediaKind::Video, FILM).await.unwrap();
    let parts = vec![
        Part::text(format!("{NAME_TOKEN} 您好")),
        Part::Image { media: picture.id },
        Part::Video { media: film.id },
        Part::text("歡迎來看"),
    ];
    let content = Content { parts };
    let draft = new_draft();
    let call = SaveDraft {
        id: draft,
        kind: Kind::GroupMessage,
        selection: ticked(&[id]),
        content: content.clone(),
        revision: 0,
    };
    let kept = sales.call(call).await.unwrap();
    let ids = |media: &[MediaInfo]| media.iter().map(|one| one.id).collect::<Vec<_>>();
    assert_eq!(ids(&kept.media), [picture.id, film.id]);
    let seen = sales.call(CheckDraft { id: draft }).await.unwrap();
    let send = SendDraft { id: draft, audience: 1, digest: seen.digest };
    let campaign = sales.call(send).await.unwrap().campaign;
    assert_eq!(world.settled(&sales, campaign).await.unwrap().figures.succeeded, 1);

    // One push with all four, in the order they were put.
    let ledger = world.sandbox.ledger();
    let [entry] = &ledger[..] else { panic!("{ledger:?}") };
    let kinds: Vec<&str> = entry.messages.iter().map(|message| message["type"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["text", "image", "video", "text"]);
    assert_eq!((&entry.messages[0]["text"], &entry.messages[3]["text"]), (&"林雅婷 您好".into(), &"歡迎來看".into()));
    let fetched = world.fetched(&customer).await.unwrap();
    let what: Vec<_> = fetched.iter().map(|one| (one.shows, one.is_seen())).collect();
    let preview = (Shows::Preview, true);
    assert_eq!(what, [(Shows::Image, true), preview, (Shows::Video, true), preview], "{fetched:?}");

    let record = sales.call(ShowCampaign { id: campaign }).await.unwrap();
    assert_eq!((record.row.parts, record.row.images, record.row.videos), (4, 1, 1));
    assert_eq!((record.content, ids(&record.media)), (content, vec![picture.id, film.id]));
    for media in &record.media {
        assert_eq!(sales.get(&media.url).await.unwrap().status(), 200);
        assert_eq!(sales.get(media.preview_url.as_deref().unwrap()).await.unwrap().status(), 200);
    }
}

/// 9. 點擊「下一步」進入傳送訊息的預覽畫面
#[tokio::test(flavor = "multi_thread")]
async fn step_9_the_preview_says_who_gets_it_and_who_does_not() {
    let (world, sales) = begin().await;
    let (_, reached) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let (customer, blocked) = world.taken(&sales, "陳柏翰", "在嗎").await.unwrap();
    blocks(&world, &sales, &customer).await;
    let (id, seen) = check(&sales, ticked(&[reached, blocked]), &[&format!("{NAME_TOKEN} 您好")]).await;
    assert_eq!((seen.audience, seen.will_send, seen.unsure(), seen.failing()), (2, 1, 0, 1));
    assert_eq!(seen.samples.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["林雅婷"]);
    assert_eq!((seen.will_fail[0].reason, seen.will_fail[0].people[0].name.as_str()), (Reason::Unfollowed, "陳柏翰"));
    assert_eq!((seen.channels[0].audience, seen.channels[0].tried), (2, 1));
    // The cure beside the reason: go on without her.
    sales.call(LeaveOut { id, reason: Some(Reason::Unfollowed), doubt: None, all_but: None }).await.unwrap();
    let seen = sales.call(CheckDraft { id }).await.unwrap();
    assert_eq!((seen.audience, seen.will_send, seen.failing()), (1, 1, 0));
    assert!(world.sandbox.ledger().is_empty(), "looking sends nothing");
}

/// 10. 點擊「送出」，成功將本次訊息傳送給所選擇的對象
#[tokio::test(flavor = "multi_thread")]
async fn step_10_everybody_selected_gets_it_once() {
    let (world, sales) = begin().await;
    let (lin, first) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let (chen, second) = world.taken(&sales, "陳柏翰", "在嗎").await.unwrap();
    let (id, seen) = check(&sales, ticked(&[first, second]), &[&format!("{NAME_TOKEN} 您好"), "新品到店"]).await;
    let accepted = sales.call(SendDraft { id, audience: 2, digest: seen.digest }).await.unwrap();
    let done = world.settled(&sales, accepted.campaign).await.unwrap();
    assert_eq!((done.state, done.figures.succeeded, done.figures.audience), (CampaignState::Completed, 2, 2));
    assert_eq!(received(&world, &lin), ["林雅婷 您好", "新品到店"]);
    assert_eq!(received(&world, &chen), ["陳柏翰 您好", "新品到店"]);
    assert_eq!(world.sandbox.ledger().len(), 2);
}

/// 11. 點擊「群發訊息紀錄」查看訊息是否成功傳送
#[tokio::test(flavor = "multi_thread")]
async fn step_11_the_record_says_whether_it_was_sent() {
    let (world, sales) = begin().await;
    let (_, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let campaign = world.send(&sales, &[id], &["新品到店", "歡迎光臨"]).await.unwrap();
    world.settled(&sales, campaign).await.unwrap();
    let rows = sales.call(ListCampaigns { limit: 50, ..Default::default() }).await.unwrap().items;
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(
        (row.id, row.state, row.parts, row.first_text.as_str()),
        (campaign, CampaignState::Completed, 2, "新品到店")
    );
    assert_eq!((row.figures.succeeded, row.figures.failed, row.sender.name.as_str()), (1, 0, "許芷晴"));
    assert_eq!(row.store.as_ref().unwrap().name, "信義店");
    let record = sales.call(ShowCampaign { id: campaign }).await.unwrap();
    assert_eq!((record.content, record.reasons.len()), (content(&["新品到店", "歡迎光臨"]), 0));
    assert_eq!(record.selection, ticked(&[id]));

    // And as files to keep, with its people.
    let file = sales.call(ExportCampaigns::default()).await.unwrap();
    let text = String::from_utf8(file.bytes).unwrap();
    assert_eq!(file.mime, "text/csv; charset=utf-8");
    let day = file.name.strip_prefix("group-sends-").and_then(|rest| rest.strip_suffix(".csv"));
    assert_eq!(day.map(str::len), Some("2026-11-20".len()), "{}", file.name);
    assert!(text.starts_with("\u{feff}送出時間 (Asia/Taipei),類型,"), "{text}");
    assert!(text.contains(",許芷晴,信義店,2,0,0,新品到店,1,1,0,0,100.00% (1/1),–,–,–,完成,0,"), "{text}");
    let call = ExportDeliveries { id: campaign, outcome: None, reason: None, language: Language::En };
    let text = String::from_utf8(sales.call(call).await.unwrap().bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[1].starts_with("林雅婷,晴嶼生活,Accepted,"), "{text}");
}

/// 12. 群發訊息記錄中有「⚠」圖示，代表有部分對象傳送失敗。點擊本次群發訊息紀錄查看傳送失敗的對象
#[tokio::test(flavor = "multi_thread")]
async fn step_12_a_warning_counts_the_failed() {
    let (world, sales) = begin().await;
    let (campaign, _) = half_failed(&world, &sales).await;
    let filter = shared::campaigns::CampaignFilter { with_failures: true, ..Default::default() };
    let rows = sales.call(ListCampaigns { filter, limit: 50, after: None }).await.unwrap().items;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].id, rows[0].figures.failed, rows[0].figures.succeeded), (campaign, 1, 1));
    assert_eq!(rows[0].state, CampaignState::Completed, "somebody got it");
    let record = sales.call(ShowCampaign { id: campaign }).await.unwrap();
    let reason = &record.reasons[0];
    assert_eq!((record.reasons.len(), reason.reason, reason.count), (1, Reason::Unfollowed, 1));
    assert_eq!(reason.names, ["陳柏翰"]);
}

/// 13. 點擊傳送失敗對象
#[tokio::test(flavor = "multi_thread")]
async fn step_13_the_failed_recipient_is_in_the_list() {
    let (world, sales) = begin().await;
    let (campaign, customer) = half_failed(&world, &sales).await;
    let rows = failed(&sales, campaign).await;
    let [row] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(
        (row.name.as_str(), row.outcome, row.reason),
        (customer.name.as_str(), Outcome::Failed, Some(Reason::Unfollowed))
    );
}

/// 14. 點擊「檢視」查看傳送失敗原因
#[tokio::test(flavor = "multi_thread")]
async fn step_14_viewing_her_says_why_and_who_says_so() {
    let (world, sales) = begin().await;
    let (campaign, _) = half_failed(&world, &sales).await;
    let delivery = failed(&sales, campaign).await[0].id;
    let detail = sales.call(ShowDelivery { id: campaign, delivery }).await.unwrap();
    assert_eq!((detail.row.reason, detail.row.checked_by), (Some(Reason::Unfollowed), Some(CheckedBy::Storecast)));
    assert_eq!(detail.content, content(&["新品到店"]));
    // LINE was never asked, so it said nothing.
    assert_eq!((detail.provider_code, detail.provider_text, detail.request_id), (None, None, None));
    assert!(detail.attempts.is_empty() && detail.conversation.is_some());
}

/// 15. 此範例傳送失敗原因為「unfollowed」(該名消費者已將 LINE 官方帳號封鎖)
#[tokio::test(flavor = "multi_thread")]
async fn step_15_unfollowed_is_who_blocked_the_account_and_nothing_went_out_to_her() {
    let (world, sales) = begin().await;
    let (campaign, customer) = half_failed(&world, &sales).await;
    let row = &failed(&sales, campaign).await[0];
    assert_eq!(serde_json::to_value(row.reason).unwrap(), "unfollowed", "the seed's own word");
    assert_eq!(received(&world, &customer), Vec::<String>::new());
    assert!(world.sandbox.ledger().iter().all(|entry| entry.user != customer.user), "not sent at all");
    // When she comes back, she is reached again.
    world.act(&customer, Act::Unblock).await.unwrap();
    let back = world.find(&sales, MINE, &customer.name, |card| card.subscription == Subscription::Subscribed).await;
    let again = world.send(&sales, &[back.unwrap().id], &["歡迎回來"]).await.unwrap();
    world.settled(&sales, again).await.unwrap();
    assert_eq!(received(&world, &customer), ["歡迎回來"]);
}

/// Q1. 若內文中帶有 3 個連結，則導購連結發送數目則會計算為 3 則
#[tokio::test(flavor = "multi_thread")]
async fn question_1_three_links_count_as_three() {
    let (world, sales) = begin().await;
    let (_, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let texts = ["新品 https://shop.example/a，預留https://shop.example/b", "再看一次 https://shop.example/a"];
    let (_, seen) = check(&sales, ticked(&[id]), &texts).await;
    assert_eq!(seen.referral_links, 3);
    let campaign = world.send(&sales, &[id], &texts).await.unwrap();
    world.settled(&sales, campaign).await.unwrap();
    assert_eq!(sales.call(ShowCampaign { id: campaign }).await.unwrap().row.referral_links, 3);
    let mine = sales.call(ShowMyFigures::default()).await.unwrap();
    let expected = SendFigures { sends: 1, recipients: 1, succeeded: 1, referral_links: 3, link_deliveries: 3 };
    assert_eq!((mine.total, mine.days.len(), mine.days[13].figures), (expected, 14, expected));
    let (_, second) = world.taken(&sales, "陳柏翰", "在嗎").await.unwrap();
    let twice = "https://shop.example/a 和 https://shop.example/a";
    let campaign = world.send(&sales, &[id, second], &[twice]).await.unwrap();
    world.settled(&sales, campaign).await.unwrap();
    let total = sales.call(ShowMyFigures::default()).await.unwrap().total;
    assert_eq!((total.referral_links, total.link_deliveries), (5, 7), "two figures, never one");
}

/// Q2. 不會在群發訊息中自動加上 UTM，但可以自行在連結中手動加入 UTM
#[tokio::test(flavor = "multi_thread")]
async fn question_2_links_go_out_as_they_were_typed() {
    let (world, sales) = begin().await;
    let (customer, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    let texts = [
        "手動 https://shop.example/a?utm_source=line&utm_campaign=x%20y&b=%E4%B8%AD#top 請看",
        "沒有 https://shop.example/b?x=1",
    ];
    let campaign = world.send(&sales, &[id], &texts).await.unwrap();
    world.settled(&sales, campaign).await.unwrap();
    assert_eq!(received(&world, &customer), texts);
}
