//! WhatsApp from end to end: steps 16 to 18 of the seed, templates, the window, and what arrives later, against the
//! stand-in.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod documents;
mod stage;

use std::time::Duration;

use sandbox::{
    Fault, FaultKind,
    whatsapp::{Act, NewCustomer, StatusPlan, TemplateChange, When},
};
use shared::{
    campaigns::{
        CampaignState, CheckDraft, Figures, Kind, LeaveOut, SaveDraft, SendDraft, ShowCampaign, SwitchToTemplate,
    },
    contacts::Subscription,
    content::{Content, NAME_TOKEN},
    conversations::{ConversationState, Reply, Scope},
    deliveries::{DeliveryDetail, ListDeliveries, Outcome, ShowDelivery},
    id::{CampaignId, MessageId},
    limits::Platform,
    problem::{Conflict, Problem},
    reasons::{CheckedBy, Reason},
    selection::Selection,
    templates::{Filled, QuickReplyAction},
};
use tests::{
    Client, World,
    world::{self, Met, until},
};

use self::stage::ticked;

/// Minutes of a day, and some more.
const PAST: i64 = 24 * 60 + 10;

async fn details(client: &Client, campaign: CampaignId, outcome: Option<Outcome>) -> Vec<DeliveryDetail> {
    let list = ListDeliveries { id: campaign, outcome, reason: None, limit: 100, after: None };
    let mut all = Vec::new();
    for row in client.call(list).await.unwrap().items {
        all.push(client.call(ShowDelivery { id: campaign, delivery: row.id }).await.unwrap());
    }
    all
}

async fn figures(client: &Client, campaign: CampaignId) -> Figures {
    client.call(ShowCampaign { id: campaign }).await.unwrap().row.figures
}

/// Seed steps 16 to 18: a plain message reaches those within 24 hours, and the others are a record with the seed's
/// reason, found before the call; LINE and WhatsApp in one send have figures of their own (domain.md 11.23).
#[tokio::test(flavor = "multi_thread")]
async fn a_plain_message_to_both_platforms_fails_for_those_past_24_hours() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let (_, line) = world.taken(&sales, "林雅婷", "您好").await.unwrap();
    let near = stage::taken(&world, &sales, 0, NewCustomer::phone("郭宜蓁", "+886912000001"), 5).await;
    let nameless = stage::taken(&world, &sales, 0, NewCustomer::username("mei.mei"), 30).await;
    let far = stage::taken(&world, &sales, 0, NewCustomer::phone("尤靜怡", "+886912000002"), PAST).await;

    let id = world::new_draft();
    let selection = ticked(&[line, near.id, nameless.id, far.id]);
    let content = Content::of_text(format!("{NAME_TOKEN} 您好，新品到店"));
    sales.call(SaveDraft { id, kind: Kind::GroupMessage, selection, content, revision: 0 }).await.unwrap();
    let check = sales.call(CheckDraft { id }).await.unwrap();
    assert_eq!((check.audience, check.will_send, check.failing()), (4, 3, 1));
    assert_eq!(check.will_fail[0].reason, Reason::WaWindowClosed);
    let send = SendDraft { id, audience: check.audience, digest: check.digest };
    let campaign = sales.call(send).await.unwrap().campaign;
    world.settled(&sales, campaign).await.unwrap();
    until("two are on their phones", async || figures(&sales, campaign).await.delivered == 2).await;

    let record = sales.call(ShowCampaign { id: campaign }).await.unwrap();
    let of = |platform| record.platforms.iter().find(|one| one.platform == platform).unwrap().figures;
    assert_eq!((of(Platform::Line).succeeded, of(Platform::Line).audience), (1, 1));
    let whatsapp = of(Platform::Whatsapp);
    assert_eq!((whatsapp.audience, whatsapp.succeeded, whatsapp.failed, whatsapp.told), (3, 2, 1, 2));
    let failed = details(&sales, campaign, Some(Outcome::Failed)).await;
    let [one] = failed.as_slice() else { panic!("{failed:?}") };
    assert_eq!((one.row.name.as_str(), one.row.reason), ("尤靜怡", Some(Reason::WaWindowClosed)));
    assert_eq!(one.row.checked_by, Some(CheckedBy::Storecast), "found before the call");

    let ledger = world.sandbox.whatsapp().ledger();
    let texts: Vec<&str> = ledger.iter().filter_map(|entry| entry.messages[0]["text"]["body"].as_str()).collect();
    assert_eq!(ledger.len(), 2, "nobody past 24 hours was called: {texts:?}");
    assert!(texts.contains(&"郭宜蓁 您好，新品到店") && texts.contains(&"mei.mei 您好，新品到店"), "{texts:?}");
    let recipient = ledger.iter().find(|entry| entry.user == nameless.user).unwrap();
    assert!(recipient.messages[0]["recipient"].is_string(), "known by user id alone: {}", recipient.messages[0]);
    assert!(world.sandbox.whatsapp().duplicates().is_empty());
    world.stop().await.unwrap();
}

/// The window is open in our books and closed in WhatsApp's: its own refusal, which comes after a 200, is what is
/// shown.
#[tokio::test(flavor = "multi_thread")]
async fn what_whatsapp_refuses_later_moves_the_person_out_of_the_received() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let near = stage::taken(&world, &sales, 0, NewCustomer::phone("郭宜蓁", "+886912000001"), 5).await;
    let plan = StatusPlan { failed_ms: 400, ..StatusPlan::failed(131_047) };
    world.sandbox.whatsapp().add_fault(Fault::new(FaultKind::Statuses(plan)).at("messages").for_user(&near.user));
    let campaign = world.send(&sales, &[near.id], &["新品到店"]).await.unwrap();
    until("it failed", async || figures(&sales, campaign).await.failed == 1).await;

    let figures = figures(&sales, campaign).await;
    assert_eq!((figures.audience, figures.succeeded, figures.told, figures.waiting), (1, 0, 0, 0));
    let [one] = &details(&sales, campaign, None).await[..] else { panic!("one person") };
    assert_eq!((one.row.reason, one.row.checked_by), (Some(Reason::WaWindowClosed), Some(CheckedBy::Platform)));
    assert_eq!(one.provider_code.as_deref(), Some("131047"));
    assert_eq!((one.parts.len(), one.parts[0].outcome), (1, Some(Outcome::Failed)));
    world.stop().await.unwrap();
}

/// The window closes between the check and the call: the call is not made, and the record says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_closes_before_the_call_is_found_by_storecast() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    // Some seconds are left of her 24 hours.
    let late = world.met(&sales, 0, NewCustomer::phone("盧彥廷", "+886912000003"), 86_400_000 - 6_000).await.unwrap();
    let id = world::new_draft();
    let content = Content::of_text("新品到店");
    let save = SaveDraft { id, kind: Kind::GroupMessage, selection: ticked(&[late.id]), content, revision: 0 };
    sales.call(save).await.unwrap();
    let check = sales.call(CheckDraft { id }).await.unwrap();
    assert_eq!(check.will_send, 1, "still open: {check:?}");
    until("her window closed", async || sales.call(CheckDraft { id }).await.is_ok_and(|check| check.will_send == 0))
        .await;
    let send = SendDraft { id, audience: check.audience, digest: check.digest };
    let refused = sales.call(send).await;
    assert!(
        matches!(refused, Err(Problem::Conflict { with: Conflict::AudienceChanged { .. } | Conflict::NobodyToSend })),
        "what was checked is not so any more: {refused:?}"
    );
    assert!(world.sandbox.whatsapp().ledger().is_empty());
    world.stop().await.unwrap();
}

/// A template goes to the customers of one number: refused for two, and cured by keeping one (domain.md 4.2, 11.23).
#[tokio::test(flavor = "multi_thread")]
async fn a_template_across_two_numbers_is_refused_and_keeping_one_cures_it() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let filled = stage::template(&world, &sales, "arrival").await;
    let here = stage::taken(&world, &sales, 0, NewCustomer::phone("郭宜蓁", "+886912000001"), PAST).await;
    let there = stage::taken(&world, &sales, 1, NewCustomer::phone("姚曉彤", "+886912000004"), PAST).await;
    let (_, line) = world.taken(&sales, "林雅婷", "您好").await.unwrap();

    let id = world::new_draft();
    let selection = ticked(&[here.id, there.id, line]);
    let save = SaveDraft { id, kind: Kind::GroupTemplate, selection, content: stage::of(filled), revision: 0 };
    sales.call(save).await.unwrap();
    let refused = sales.call(CheckDraft { id }).await;
    let Err(Problem::Conflict { with: Conflict::SeveralNumbers { channels } }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(channels.len(), 3);
    let forced = sales.call(SendDraft { id, audience: 3, digest: "x.y".into() }).await;
    assert!(matches!(forced, Err(Problem::Conflict { .. })), "{forced:?}");

    let first = world.team.business.as_ref().unwrap().numbers[0].id;
    sales.call(LeaveOut { id, reason: None, doubt: None, all_but: Some(first) }).await.unwrap();
    let check = sales.call(CheckDraft { id }).await.unwrap();
    assert_eq!((check.audience, check.will_send), (1, 1), "past 24 hours, and a template goes all the same");
    assert_eq!(check.channels[0].reach.unwrap().needed, 1);
    world.stop().await.unwrap();
}

/// A template with everything: personal, with statuses that arrive in any order, and a quick reply that opts out.
#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_delivered_read_and_answered_by_opting_out() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let mut filled = stage::template(&world, &sales, "arrival").await;
    *filled.actions.last_mut().unwrap() = QuickReplyAction::Unsubscribe;
    let near = stage::taken(&world, &sales, 0, NewCustomer::phone("郭宜蓁", "+886912000001"), 5).await;
    let far = stage::taken(&world, &sales, 0, NewCustomer::username("mei.mei"), PAST).await;
    let gone = stage::taken(&world, &sales, 0, NewCustomer::phone("尤靜怡", "+886912000002"), PAST).await;
    let order = [
        (
            &near,
            StatusPlan { read_ms: Some(10), delivered_ms: Some(60), twice: true, early: true, ..Default::default() },
        ),
        (&far, StatusPlan { delivered_ms: Some(5), sent_ms: Some(80), ..Default::default() }),
        (&gone, StatusPlan::failed(131_026)),
    ];
    for (met, plan) in order {
        world.sandbox.whatsapp().add_fault(Fault::new(FaultKind::Statuses(plan)).at("messages").for_user(&met.user));
    }
    let id = world::new_draft();
    let selection = ticked(&[near.id, far.id, gone.id]);
    let campaign = world::send_content(&sales, id, Kind::GroupTemplate, selection, stage::of(filled)).await.unwrap();
    until("everything was told", async || {
        let figures = figures(&sales, campaign).await;
        (figures.delivered, figures.read, figures.failed) == (2, 1, 1)
    })
    .await;
    let record = sales.call(ShowCampaign { id: campaign }).await.unwrap();
    assert_eq!(record.row.state, CampaignState::Completed);
    assert_eq!((record.row.figures.succeeded, record.row.figures.told), (2, 2));
    assert_eq!(record.reasons[0].reason, Reason::WaUndeliverable);
    assert_eq!(record.row.referral_links, 1, "the button's address counts");
    assert!(record.row.first_text.contains("到貨"), "{}", record.row.first_text);

    let ledger = world.sandbox.whatsapp().ledger();
    let hers = ledger.iter().find(|entry| entry.user == far.user).unwrap();
    assert_eq!(hers.messages[0]["type"], "template");
    let number = &world.team.business.as_ref().unwrap().numbers[0].name;
    world
        .sandbox
        .whatsapp()
        .act(number, &far.user, Act::press(&hers.message_ids[0], 2), When::default())
        .await
        .unwrap();
    let state = (ConversationState::InProgress, Scope::Mine);
    world.find(&sales, state, "mei.mei", |card| card.subscription == Subscription::Unsubscribed).await.unwrap();
    let again = world.send(&sales, &[near.id, far.id], &["您好"]).await.unwrap();
    world.settled(&sales, again).await.unwrap();
    let [one] = &details(&sales, again, Some(Outcome::Failed)).await[..] else { panic!("one opted out") };
    assert_eq!((one.row.reason, one.row.checked_by), (Some(Reason::Unsubscribed), Some(CheckedBy::Storecast)));
    world.stop().await.unwrap();
}

/// A paused template holds the send and burns nobody; approved again, it goes on by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_is_paused_while_sending_holds_the_send_until_it_is_back() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let filled = stage::template(&world, &sales, "arrival").await;
    let far = stage::taken(&world, &sales, 0, NewCustomer::phone("郭宜蓁", "+886912000001"), PAST).await;
    let fault = Fault::new(FaultKind::Graph { code: 132_015 }).at("messages").for_user(&far.user);
    let fault = world.sandbox.whatsapp().add_fault(fault);
    let id = world::new_draft();
    let campaign =
        world::send_content(&sales, id, Kind::GroupTemplate, ticked(&[far.id]), stage::of(filled)).await.unwrap();
    until("it is held", async || {
        sales.call(ShowCampaign { id: campaign }).await.unwrap().row.state == CampaignState::Paused
    })
    .await;
    let held = sales.call(ShowCampaign { id: campaign }).await.unwrap();
    assert_eq!((held.paused, held.row.figures.waiting), (Some(Reason::WaTemplatePaused), 1));

    world.sandbox.whatsapp().clear_faults(Some(fault));
    let waba = world.team.business.as_ref().unwrap().meta_id.clone();
    for status in ["PAUSED", "APPROVED"] {
        world
            .sandbox
            .whatsapp()
            .set_template_status(&waba, "arrival", "zh_TW", TemplateChange::to(status))
            .await
            .unwrap();
    }
    until("it went on", async || figures(&sales, campaign).await.succeeded == 1).await;
    assert_eq!(world.sandbox.whatsapp().ledger().len(), 1);
    world.stop().await.unwrap();
}

/// The one-tap cure of the check: those past 24 hours move to a draft of a template, once however often it is asked.
#[tokio::test(flavor = "multi_thread")]
async fn those_past_24_hours_switch_to_a_template_in_one_tap() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let near = stage::taken(&world, &sales, 0, NewCustomer::phone("郭宜蓁", "+886912000001"), 5).await;
    let far = stage::taken(&world, &sales, 0, NewCustomer::phone("尤靜怡", "+886912000002"), PAST).await;
    let (id, to) = (world::new_draft(), world::new_draft());
    let content = Content::of_text("新品到店");
    let selection = ticked(&[near.id, far.id]);
    sales.call(SaveDraft { id, kind: Kind::GroupMessage, selection, content, revision: 0 }).await.unwrap();
    let channel = world.team.business.as_ref().unwrap().numbers[0].id;
    let first = sales.call(SwitchToTemplate { id, to, channel }).await.unwrap();
    let second = sales.call(SwitchToTemplate { id, to, channel }).await.unwrap();
    assert_eq!((first.id, first.kind, first.selection.ids.as_slice()), (to, Kind::GroupTemplate, &[far.id][..]));
    assert_eq!(first.selection, second.selection);
    let check = sales.call(CheckDraft { id }).await.unwrap();
    assert_eq!((check.audience, check.will_send), (1, 1));
    world.stop().await.unwrap();
}

/// A 1:1 reply: any message within the window, a template alone after it.
#[tokio::test(flavor = "multi_thread")]
async fn a_reply_goes_out_within_the_window_and_as_a_template_after_it() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let filled = stage::template(&world, &sales, "arrival").await;
    let near = stage::taken(&world, &sales, 0, NewCustomer::phone("郭宜蓁", "+886912000001"), 5).await;
    let far = stage::taken(&world, &sales, 0, NewCustomer::phone("尤靜怡", "+886912000002"), PAST).await;
    let reply = |met: &Met, content| Reply { id: met.id, key: MessageId(world::new_draft().0), content };
    sales.call(reply(&near, Content::of_text("您好"))).await.unwrap();
    let refused = sales.call(reply(&far, Content::of_text("您好"))).await;
    let closed = Problem::conflict(Conflict::CannotReach { reason: Reason::WaWindowClosed });
    assert_eq!(refused.map(drop), Err(closed));
    sales.call(reply(&far, stage::of(filled))).await.unwrap();
    until("both arrived", async || world.sandbox.whatsapp().ledger().len() == 2).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(world.sandbox.whatsapp().duplicates().is_empty());
    world.stop().await.unwrap();
}

/// What is selected is what is sent: an empty template draft is refused with its cure, nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_template_draft_without_a_template_is_kept_and_refused_at_the_check() {
    let world = World::start().await.unwrap();
    let sales = world.client("sales").await.unwrap();
    let far = stage::taken(&world, &sales, 0, NewCustomer::phone("尤靜怡", "+886912000002"), PAST).await;
    let id = world::new_draft();
    let save = |content, revision| SaveDraft {
        id,
        kind: Kind::GroupTemplate,
        selection: ticked(&[far.id]),
        content,
        revision,
    };
    let draft = sales.call(save(Content::default(), 0)).await.unwrap();
    let refused = sales.call(CheckDraft { id }).await;
    assert!(matches!(refused, Err(Problem::Invalid { field, .. }) if field == "content.parts"));
    let plain = sales.call(save(Content::of_text("文字"), draft.revision)).await;
    assert!(matches!(plain, Err(Problem::Invalid { field, .. }) if field == "content.parts[0].kind"));
    let unfilled: Filled = {
        let mut filled = stage::template(&world, &sales, "arrival").await;
        filled.fills[0].text.clear();
        filled
    };
    let kept = sales.call(save(stage::of(unfilled), draft.revision)).await.unwrap();
    assert_eq!(kept.revision, draft.revision + 1);
    let refused = sales.call(CheckDraft { id }).await;
    assert!(matches!(refused, Err(Problem::Invalid { field, .. }) if field == "content.parts[0].fills[0].text"));
    assert_eq!(kept.selection, Selection { ids: vec![far.id], matching: Vec::new() });
    world.stop().await.unwrap();
}
