//! Selections that hold what they should not, and one draft sent more than once.

use std::time::{Duration, Instant};

use shared::{
    call::{API, Call},
    campaigns::{CheckDraft, Kind, LeaveOut, ListCampaigns, SaveDraft, SendDraft},
    content::NAME_TOKEN,
    conversations::{Close, ConversationState, Scope, Take},
    deliveries::{ListDeliveries, Outcome},
    id::{CampaignId, ConversationId},
    problem::{Conflict, Problem, Rule},
    reasons::{CheckedBy, Reason},
};
use tests::{
    Client, Engine, World,
    world::{PATIENCE, new_draft},
};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

use super::{check, content, refusal, save, ticked};

/// A world, a client of the first team's sales staff, and a customer of hers.
async fn begin() -> (World, Client, ConversationId) {
    begin_on(Engine::Sqlite).await
}

async fn begin_on(engine: Engine) -> (World, Client, ConversationId) {
    let world = World::start_on(engine).await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (_, id) = world.taken(&sales, "林雅婷", "在嗎").await.unwrap();
    (world, sales, id)
}

/// The records there are.
async fn records(client: &Client) -> Vec<CampaignId> {
    let page = client.call(ListCampaigns { limit: 100, ..Default::default() }).await.unwrap();
    page.items.iter().map(|row| row.id).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_with_another_teams_conversation_is_refused_whole() {
    let (world, sales, mine) = begin().await;
    let other = world.sign_in(world.other.seat("sales").unwrap()).await.unwrap();
    let theirs = world.customer_of(&world.other, "Ann Other").unwrap();
    world.act(&theirs, sandbox::line::Act::text("hello")).await.unwrap();
    let pending = (ConversationState::Pending, Scope::Mine);
    let theirs = world.find(&other, pending, "Ann Other", |_| true).await.unwrap().id;
    other.call(Take { id: theirs }).await.unwrap();

    let id = new_draft();
    let never = ConversationId(new_draft().0);
    for (ids, count) in [(vec![mine, theirs], 1), (vec![mine, never], 1), (vec![theirs, never], 2)] {
        let unknown = Err(Problem::invalid("selection.ids", Rule::Unknown { count }));
        let call = shared::campaigns::CountSelection { selection: ticked(&ids) };
        assert_eq!(sales.call(call).await.map(drop), unknown);
        let (selection, content) = (ticked(&ids), content(&["新品"]));
        let revision = sales.call(shared::campaigns::ShowDraft { id }).await.map_or(0, |draft| draft.revision);
        let save = SaveDraft { id, kind: Kind::GroupMessage, selection, content, revision };
        sales.call(save).await.unwrap();
        assert_eq!(sales.call(CheckDraft { id }).await.map(drop), unknown);
        let send = SendDraft { id, audience: 2, digest: "any".to_owned() };
        assert_eq!(sales.call(send).await.map(drop), unknown);
    }
    assert_eq!(records(&sales).await, []);
    assert!(world.sandbox.ledger().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_and_someone_elses_conversations_become_failed_rows_and_the_rest_go_out() {
    for engine in Engine::here().unwrap() {
        let (world, sales, mine) = begin_on(engine).await;
        let colleague = world.client("colleague").await.unwrap();
        let (closed_customer, closed) = world.taken(&sales, "陳柏翰", "在嗎").await.unwrap();
        let (other_customer, others) = world.taken(&colleague, "黃詩涵", "在嗎").await.unwrap();
        sales.call(Close { id: closed }).await.unwrap();

        let id = new_draft();
        let seen = check(&sales, id, &[mine, closed, others], &["新品"]).await.unwrap();
        assert_eq!((seen.audience, seen.will_send, seen.failing()), (3, 1, 2));
        let send = SendDraft { id, audience: seen.audience, digest: seen.digest };
        let campaign = sales.call(send).await.unwrap().campaign;
        let figures = world.settled(&sales, campaign).await.unwrap().figures;
        assert_eq!((figures.audience, figures.succeeded, figures.failed), (3, 1, 2));

        let call =
            ListDeliveries { id: campaign, outcome: Some(Outcome::Failed), reason: None, limit: 50, after: None };
        let failed = sales.call(call).await.unwrap().items;
        let mut failed: Vec<_> = failed.iter().map(|row| (row.name.as_str(), row.reason, row.checked_by)).collect();
        failed.sort_unstable_by_key(|(name, ..)| *name);
        let storecast = Some(CheckedBy::Storecast);
        let mut expected =
            [("陳柏翰", Some(Reason::NotInProgress), storecast), ("黃詩涵", Some(Reason::NotOwner), storecast)];
        expected.sort_unstable_by_key(|(name, ..)| *name);
        assert_eq!(failed, expected);
        let ledger = world.sandbox.ledger();
        assert_eq!(ledger.len(), 1);
        assert!(ledger.iter().all(|entry| entry.user != closed_customer.user && entry.user != other_customer.user));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_to_send_is_said_and_the_cure_leaves_them_out() {
    let (world, sales, mine) = begin().await;
    sales.call(Close { id: mine }).await.unwrap();
    let id = new_draft();
    let seen = check(&sales, id, &[mine], &["新品"]).await.unwrap();
    let send = SendDraft { id, audience: 1, digest: seen.digest };
    assert_eq!(sales.call(send).await.map(drop), Err(Problem::conflict(Conflict::NobodyToSend)));
    let neither = sales.call(LeaveOut { id, reason: None, doubt: None, all_but: None }).await.map(drop);
    assert_eq!(neither, Err(super::malformed("reason", "either `reason` or `doubt` or `all_but`")));
    let left =
        sales.call(LeaveOut { id, reason: Some(Reason::NotInProgress), doubt: None, all_but: None }).await.unwrap();
    assert!(left.selection.is_empty());
    assert_eq!(world.sandbox.ledger().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_draft_sent_twice_at_once_is_one_campaign() {
    for engine in Engine::here().unwrap() {
        let (world, sales, mine) = begin_on(engine).await;
        let (_, second) = world.taken(&sales, "陳柏翰", "在嗎").await.unwrap();
        let id = new_draft();
        // With her name in it each gets a call of her own.
        let seen = check(&sales, id, &[mine, second], &[&format!("{NAME_TOKEN} 新品")]).await.unwrap();
        let send = || sales.call(SendDraft { id, audience: seen.audience, digest: seen.digest.clone() });
        let answers = futures_util::future::join_all((0..6).map(|_| send())).await;
        let campaigns: Vec<CampaignId> = answers.into_iter().map(|answer| answer.unwrap().campaign).collect();
        assert!(campaigns.iter().all(|campaign| *campaign == campaigns[0]), "{campaigns:?}");
        world.settled(&sales, campaigns[0]).await.unwrap();
        // Long after it is done, it is still the same one.
        assert_eq!(send().await.unwrap().campaign, campaigns[0]);
        assert_eq!(records(&sales).await, campaigns[..1]);
        each_once(&world, 2);
    }
}

/// The client hangs up as soon as the send is stored, without reading the answer, and asks again.
#[tokio::test(flavor = "multi_thread")]
async fn a_send_whose_answer_was_cut_is_asked_for_again_and_is_the_same() {
    let (world, sales, mine) = begin().await;
    let id = new_draft();
    let seen = check(&sales, id, &[mine], &["新品"]).await.unwrap();
    let send = SendDraft { id, audience: seen.audience, digest: seen.digest };
    let mut stream = TcpStream::connect(world.server.base.strip_prefix("http://").unwrap()).await.unwrap();
    let request = sales.request(&send).build().unwrap();
    let body = serde_json::to_string(&send).unwrap();
    let token = request.headers()["authorization"].to_str().unwrap();
    let head = format!(
        "POST {API}{} HTTP/1.1\r\nHost: x\r\nAuthorization: {token}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        send.path(),
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
    let began = Instant::now();
    while records(&sales).await.is_empty() {
        assert!(began.elapsed() < PATIENCE, "the send was never stored");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    drop(stream);

    let again = sales.call(send).await.unwrap().campaign;
    world.settled(&sales, again).await.unwrap();
    assert_eq!(records(&sales).await, [again]);
    each_once(&world, 1);
}

/// Whether so many people got something, each exactly once, each under a key of her own.
fn each_once(world: &World, people: usize) {
    let ledger = world.sandbox.ledger();
    let mut users: Vec<_> = ledger.iter().map(|entry| entry.user.as_str()).collect();
    let mut keys: Vec<_> = ledger.iter().map(|entry| entry.retry_key.unwrap()).collect();
    users.sort_unstable();
    users.dedup();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!((users.len(), keys.len(), ledger.len()), (people, people, people));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_draft_sent_with_another_audience_or_other_content_is_a_conflict() {
    let (world, sales, mine) = begin().await;
    let (_, second) = world.taken(&sales, "陳柏翰", "在嗎").await.unwrap();
    let id = new_draft();
    let seen = check(&sales, id, &[mine], &["新品"]).await.unwrap();
    let send = |audience, digest: &str| sales.call(SendDraft { id, audience, digest: digest.to_owned() });
    let change = |ids: Vec<ConversationId>, text: &'static str, revision| {
        let (selection, content) = (ticked(&ids), content(&[text]));
        sales.call(SaveDraft { id, kind: Kind::GroupMessage, selection, content, revision })
    };
    // Before it was sent: what was checked is not what would go out.
    let changed = |audience| Err(Problem::conflict(Conflict::AudienceChanged { audience, will_send: audience }));
    assert_eq!(send(2, &seen.digest).await.map(drop), changed(1));
    change(vec![mine, second], "新品", 1).await.unwrap();
    assert_eq!(send(1, &seen.digest).await.map(drop), changed(2));
    change(vec![mine], "別的", 2).await.unwrap();
    assert_eq!(send(1, &seen.digest).await.map(drop), Err(Problem::conflict(Conflict::ContentChanged)));
    assert_eq!(send(1, "no digest").await.map(drop), Err(Problem::conflict(Conflict::ContentChanged)));
    assert_eq!(records(&sales).await, []);

    let now = sales.call(CheckDraft { id }).await.unwrap();
    let campaign = send(1, &now.digest).await.unwrap().campaign;
    world.settled(&sales, campaign).await.unwrap();
    // Afterwards: this draft is that send, and nothing else can be made of it.
    let already = Err(Problem::conflict(Conflict::AlreadySent { campaign }));
    assert_eq!(send(1, &seen.digest).await.map(drop), already);
    assert_eq!(send(2, &now.digest).await.map(drop), already);
    assert_eq!(change(vec![mine, second], "別的", 3).await.map(drop), already);
    assert_eq!(sales.call(shared::campaigns::DropDraft { id }).await.map(drop), already);
    assert_eq!(records(&sales).await, [campaign]);
    each_once(&world, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_send_larger_than_the_months_messages_is_refused_with_both_numbers() {
    let (world, sales, mine) = begin().await;
    let (_, second) = world.taken(&sales, "陳柏翰", "在嗎").await.unwrap();
    let account = &world.team.accounts[0].name;
    world.sandbox.line().change_channel(account, |spec| spec.monthly_limit = Some(1)).unwrap();
    let id = new_draft();
    let seen = check(&sales, id, &[mine, second], &["新品"]).await.unwrap();
    let answer = sales.request(&SendDraft { id, audience: 2, digest: seen.digest }).send().await.unwrap();
    let small = Problem::conflict(Conflict::QuotaTooSmall { needed: 2, left: 1 });
    assert_eq!(refusal(answer).await, (409, small));
    assert!(world.sandbox.ledger().is_empty());
    assert!(save(&sales, new_draft(), &[mine], &["新品"]).await.is_ok());
}
