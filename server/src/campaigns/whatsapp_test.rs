//! Group sends to WhatsApp customers, on both engines: the window, template messages and their numbers, the cures of a
//! check.

use shared::{
    campaigns::{ChannelCount, Check, CheckDraft, Kind, LeaveOut, Reach, SaveDraft, ShowCampaign, SwitchToTemplate},
    content::{Content, Part},
    conversations::{ConversationFilter, WINDOW_MS},
    deliveries::{DeliveryState, Outcome, ShowDelivery},
    id::{CampaignId, ConversationId, DeliveryId, DraftId},
    limits::Platform,
    problem::{Conflict, Problem, Rule},
    reasons::{CheckedBy, Reason},
    selection::{Matching, Selection},
    templates::TemplateStatus,
};

use super::{
    check, drafts, eligible,
    fixture_test::{accept, checked, draft, draft_of, texts},
    leave_out,
    records::{self, store},
    send::Accept,
};
use crate::{
    contacts::Known,
    conversations::{fixture_test::World, intake},
    db::{Db, params, testing::on_both_engines},
    refused::Refused,
    templates::fixture_test::{Number, content as content_of, customer, filled, number, people_limit, shape, template},
};

on_both_engines![
    outside_the_window_a_plain_message_fails_and_a_template_goes,
    a_window_that_closed_between_check_and_send_asks_again,
    a_window_that_closed_before_the_call_fails_there,
    a_template_across_two_numbers_is_refused_and_one_of_them_kept,
    a_template_that_changed_is_refused_and_the_draft_kept,
    a_kind_holds_what_is_of_it,
    those_outside_move_into_a_template_message_once,
    more_people_than_the_business_may_reach_are_refused,
    a_template_message_is_written_whole,
    two_who_turn_out_to_be_one_get_it_once,
    each_platform_has_its_figures_and_each_message_its_own,
];

fn problem<T: std::fmt::Debug>(result: Result<T, Refused>) -> Problem {
    match result.unwrap_err() {
        Refused::Problem(problem) => problem,
        Refused::Fault(cause) => panic!("{cause}"),
    }
}

fn refused<T: std::fmt::Debug>(result: Result<T, Accept>) -> Problem {
    match result.unwrap_err() {
        Accept::Refused(Refused::Problem(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

async fn check(world: &World, id: DraftId) -> Result<Check, Refused> {
    check::check(world.app().await, world.ann.clone(), CheckDraft { id }).await
}

/// A template of a number, filled in.
async fn sale(world: &World, number: Number) -> Content {
    let id = template(world, number.waba, shape("sale"), TemplateStatus::Approved).await;
    content_of(filled(id, shape("sale")))
}

async fn deliveries(world: &World, campaign: CampaignId) -> Vec<store::StoredDelivery> {
    let team = world.team;
    world.read(move |tx| store::deliveries(tx, team, campaign, None, None, None, 50)).await
}

async fn outside_the_window_a_plain_message_fails_and_a_template_goes(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "北店", None).await;
    let (near, far) = (
        customer(&world, north, "近", &world.ann, WINDOW_MS - 1).await,
        customer(&world, north, "遠", &world.ann, WINDOW_MS).await,
    );
    let (line, team) = (world.open("LINE", &world.ann).await, world.team);
    // WhatsApp has no friends: nobody knows whether she is one, and nobody doubts it.
    world
        .write(move |tx| {
            tx.execute("UPDATE conversation SET subscription = 'unknown' WHERE team_id = $1", params![team])
        })
        .await;
    let plain = draft(&world, &world.ann, &[near, far, line], texts(&["您好"])).await;
    let seen = check(&world, plain).await.unwrap();
    assert_eq!((seen.audience, seen.will_send, seen.unsure()), (3, 2, 0));
    let [group] = &seen.will_fail[..] else { panic!("{seen:?}") };
    assert_eq!((group.reason, group.count, group.people[0].conversation), (Reason::WaWindowClosed, 1, far));
    let reaches: Vec<_> = seen.channels.iter().map(|one| (one.channel.platform, one.tried, one.reach)).collect();
    let reach = Some(Reach { limit: None, used: 0, needed: 0 });
    assert!(reaches.contains(&(Platform::Whatsapp, 1, reach)) && reaches.contains(&(Platform::Line, 1, None)));

    let campaign = accept(&world, &world.ann, checked(&world, &world.ann, plain).await).await.unwrap();
    let rows = deliveries(&world, campaign).await;
    let row = rows.iter().find(|row| row.conversation == far).unwrap();
    let is = (row.state, row.reason, row.checked_by);
    assert_eq!(is, (DeliveryState::Failed, Some(Reason::WaWindowClosed), Some(CheckedBy::Storecast)));

    let content = sale(&world, north).await;
    let templated = draft_of(&world, &world.ann, Kind::GroupTemplate, &[near, far], content).await;
    let seen = check(&world, templated).await.unwrap();
    assert_eq!((seen.will_send, seen.failing(), seen.referral_links), (2, 0, 2));
    assert_eq!(seen.channels[0].reach, Some(Reach { limit: None, used: 0, needed: 1 }));
}

async fn a_window_that_closed_between_check_and_send_asks_again(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "北店", None).await;
    let (near, other) = (
        customer(&world, north, "近", &world.ann, WINDOW_MS - 1_000).await,
        customer(&world, north, "新", &world.ann, 0).await,
    );
    let id = draft(&world, &world.ann, &[near, other], texts(&["您好"])).await;
    let seen = checked(&world, &world.ann, id).await;
    world.clock.advance(1_000);
    let changed = Conflict::AudienceChanged { audience: 2, will_send: 1 };
    assert_eq!(refused(accept(&world, &world.ann, seen).await), Problem::conflict(changed));
}

async fn a_window_that_closed_before_the_call_fails_there(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "北店", None).await;
    let near = customer(&world, north, "近", &world.ann, WINDOW_MS - 1_000).await;
    let line = world.open("LINE", &world.ann).await;
    let plain = draft(&world, &world.ann, &[near, line], texts(&["您好"])).await;
    let plain = accept(&world, &world.ann, checked(&world, &world.ann, plain).await).await.unwrap();
    let content = sale(&world, north).await;
    let templated = draft_of(&world, &world.ann, Kind::GroupTemplate, &[near], content).await;
    let templated = accept(&world, &world.ann, checked(&world, &world.ann, templated).await).await.unwrap();
    let mut ids: Vec<DeliveryId> = Vec::new();
    for campaign in [plain, templated] {
        ids.extend(deliveries(&world, campaign).await.iter().map(|row| row.id));
    }
    let unfit = |now| {
        let ids = ids.clone();
        world.read(move |tx| eligible::group(tx, Platform::Whatsapp, &ids, now))
    };
    let now = world.clock.now();
    assert_eq!(unfit(now + 999).await, []);
    let rows = deliveries(&world, plain).await;
    let hers = rows.iter().find(|row| row.conversation == near).unwrap().id;
    assert_eq!(unfit(now + 1_000).await, [(hers, Reason::WaWindowClosed)], "neither LINE's nor the template");
}

async fn a_template_across_two_numbers_is_refused_and_one_of_them_kept(db: Db) {
    let world = World::new(db).await;
    let (north, south) = (number(&world, "北店", None).await, number(&world, "南店", None).await);
    let mut ids = Vec::new();
    for (at, name) in [(north, "a"), (north, "b"), (south, "c")] {
        ids.push(customer(&world, at, name, &world.ann, WINDOW_MS).await);
    }
    ids.push(world.open("LINE", &world.ann).await);
    let content = sale(&world, north).await;
    let id = draft_of(&world, &world.ann, Kind::GroupTemplate, &ids, content).await;
    let Problem::Conflict { with: Conflict::SeveralNumbers { channels } } = problem(check(&world, id).await) else {
        panic!("it goes to one number only")
    };
    let counts: Vec<u64> = channels.iter().map(|one| one.count).collect();
    assert_eq!((counts, channels[0].channel.id), (vec![2, 1, 1], north.channel));
    let platforms: Vec<Platform> = channels.iter().map(|ChannelCount { channel, .. }| channel.platform).collect();
    assert!(platforms.contains(&Platform::Line), "LINE is named too: {platforms:?}");
    let call = checked(&world, &world.ann, id).await;
    let sent = refused(accept(&world, &world.ann, call).await);
    assert_eq!(sent, Problem::conflict(Conflict::SeveralNumbers { channels }));

    let cure = |all_but| LeaveOut { id, reason: None, doubt: None, all_but: Some(all_but) };
    let app = world.app().await;
    let unknown = Problem::invalid("all_but", Rule::Unknown { count: 1 });
    assert_eq!(problem(leave_out::leave_out(app.clone(), world.ann.clone(), cure(world.outlet)).await), unknown);
    let kept = leave_out::leave_out(app.clone(), world.ann.clone(), cure(north.channel)).await.unwrap();
    assert_eq!((kept.selection.ids, kept.revision), (ids[..2].to_vec(), 2));
    assert_eq!(check(&world, id).await.unwrap().audience, 2);
    // A whole filter is narrowed to the account; its exceptions stay.
    let matching = |filter, except: &[ConversationId]| Matching { filter, except: except.to_vec() };
    let on = |channels: &[_]| ConversationFilter { channels: channels.to_vec(), ..Default::default() };
    let selection = Selection {
        ids: vec![ids[0]],
        matching: vec![
            matching(on(&[]), &[ids[1]]),
            matching(on(&[south.channel]), &[]),
            matching(on(&[world.shop, south.channel]), &[]),
        ],
    };
    let (ann, now) = (world.ann.clone(), world.clock.now());
    world
        .db
        .write(move |tx| {
            let stored = drafts::find(tx, &ann, id)?;
            drafts::replace_selection(tx, &ann, drafts::Stored { selection: selection.clone(), ..stored }, now)
        })
        .await
        .unwrap();
    let kept = leave_out::leave_out(app.clone(), world.ann.clone(), cure(south.channel)).await.unwrap();
    assert_eq!(kept.selection.ids, []);
    let narrowed = on(&[south.channel]);
    assert_eq!(
        kept.selection.matching,
        [matching(narrowed.clone(), &[ids[1]]), matching(narrowed.clone(), &[]), matching(narrowed, &[])]
    );
    let both = LeaveOut { id, reason: Some(Reason::NotOwner), doubt: None, all_but: Some(north.channel) };
    let told = problem(leave_out::leave_out(app, world.ann.clone(), both).await);
    assert!(matches!(told, Problem::Invalid { field, .. } if field == "reason"));
}

async fn a_template_that_changed_is_refused_and_the_draft_kept(db: Db) {
    let world = World::new(db).await;
    let (north, south) = (number(&world, "北店", None).await, number(&world, "南店", None).await);
    let far = customer(&world, north, "遠", &world.ann, WINDOW_MS).await;
    let changed = |status| Problem::conflict(Conflict::TemplateChanged { status });
    let foreign = sale(&world, south).await;
    let id = draft_of(&world, &world.ann, Kind::GroupTemplate, &[far], foreign).await;
    assert_eq!(problem(check(&world, id).await), changed(Some(TemplateStatus::Approved)), "another account's");

    let content = sale(&world, north).await;
    let id = draft_of(&world, &world.ann, Kind::GroupTemplate, &[far], content.clone()).await;
    let call = checked(&world, &world.ann, id).await;
    check(&world, id).await.unwrap();
    let (team, template) = (world.team, content.template().unwrap().template);
    world
        .write(move |tx| {
            tx.execute("UPDATE template SET status = 'paused' WHERE team_id = $1 AND id = $2", params![team, template])
        })
        .await;
    assert_eq!(problem(check(&world, id).await), changed(Some(TemplateStatus::Paused)));
    assert_eq!(refused(accept(&world, &world.ann, call).await), changed(Some(TemplateStatus::Paused)));
    // What was filled in is not lost, and more of it is kept.
    let mut more = content.template().unwrap().clone();
    more.fills[1].text = "n2".into();
    let selection = Selection { ids: vec![far], matching: Vec::new() };
    let kind = Kind::GroupTemplate;
    let save = SaveDraft { id, kind, selection, content: content_of(more), revision: 1 };
    let kept = drafts::save(world.app().await, world.ann.clone(), save).await.unwrap();
    assert_eq!((kept.revision, kept.content.template().unwrap().fills[1].text.as_str()), (2, "n2"));
    // Nothing picked yet is no change, only unfinished; and what stands in a blank is looked at.
    let empty = draft_of(&world, &world.ann, kind, &[far], Content::default()).await;
    assert_eq!(problem(check(&world, empty).await), Problem::invalid("content.parts", Rule::Required));
    let mut unfilled = sale_again(&world, north).await;
    unfilled.fills[0].text = String::new();
    let unfilled = draft_of(&world, &world.ann, kind, &[far], content_of(unfilled)).await;
    let named = Problem::invalid("content.parts[0].fills[0].text", Rule::Required);
    assert_eq!(problem(check(&world, unfilled).await), named);
}

async fn sale_again(world: &World, number: Number) -> shared::templates::Filled {
    let id = template(world, number.waba, shape("sale_again"), TemplateStatus::Approved).await;
    filled(id, shape("sale_again"))
}

async fn a_kind_holds_what_is_of_it(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "北店", None).await;
    let app = world.app().await;
    let save = |kind, content| {
        let call = SaveDraft { id: world.clock.id(), kind, selection: Selection::default(), content, revision: 0 };
        drafts::save(app.clone(), world.ann.clone(), call)
    };
    let template = sale(&world, north).await;
    for (kind, content) in [(Kind::GroupMessage, template.clone()), (Kind::GroupTemplate, texts(&["您好"]))] {
        let told = problem(save(kind, content).await);
        assert!(matches!(told, Problem::Invalid { field, .. } if field == "content.parts[0].kind"), "{kind:?}");
    }
    for (kind, content) in [(Kind::GroupTemplate, template), (Kind::GroupTemplate, Content::default())] {
        save(kind, content).await.unwrap();
    }
    // The same messages as another kind are a change.
    let id: DraftId = world.clock.id();
    let keep = |kind, revision| {
        let call = SaveDraft { id, kind, selection: Selection::default(), content: Content::default(), revision };
        let ann = world.ann.clone();
        world.db.write(move |tx| drafts::keep(tx, &ann, &call, 5))
    };
    assert_eq!(keep(Kind::GroupMessage, 0).await.unwrap().revision, 1);
    let changed = keep(Kind::GroupTemplate, 1).await.unwrap();
    assert_eq!((changed.revision, changed.kind), (2, Kind::GroupTemplate));
    // LINE customers have no templates.
    let line = world.open("LINE", &world.ann).await;
    let content = sale_again(&world, north).await;
    let content = Content { parts: vec![Part::Template(Box::new(content))] };
    let id = draft_of(&world, &world.ann, Kind::GroupTemplate, &[line], content).await;
    let told = problem(check(&world, id).await);
    assert!(matches!(told, Problem::Invalid { field, .. } if field == "selection"));
}

async fn those_outside_move_into_a_template_message_once(db: Db) {
    let world = World::new(db).await;
    let (north, south) = (number(&world, "北店", None).await, number(&world, "南店", None).await);
    let near = customer(&world, north, "近", &world.ann, 0).await;
    let far = customer(&world, north, "遠", &world.ann, WINDOW_MS).await;
    let other = customer(&world, south, "南", &world.ann, WINDOW_MS).await;
    let id = draft(&world, &world.ann, &[near, other], texts(&["您好"])).await;
    let (ann, now) = (world.ann.clone(), world.clock.now());
    let whole = Matching {
        filter: ConversationFilter { channels: vec![north.channel], ..Default::default() },
        except: Vec::new(),
    };
    let selection = Selection { ids: vec![near, other], matching: vec![whole] };
    world
        .db
        .write(move |tx| {
            let stored = drafts::find(tx, &ann, id)?;
            drafts::replace_selection(tx, &ann, drafts::Stored { selection: selection.clone(), ..stored }, now)
        })
        .await
        .unwrap();
    let (app, to): (_, DraftId) = (world.app().await, world.clock.id());
    let switch = |to, channel| leave_out::switch(app.clone(), world.ann.clone(), SwitchToTemplate { id, to, channel });
    let taken = Problem::invalid("to", Rule::Taken);
    assert_eq!(problem(switch(id, north.channel).await), taken);
    let nobody = Problem::conflict(Conflict::NobodyToSend);
    assert_eq!(problem(switch(to, world.shop).await), nobody);

    let made = switch(to, north.channel).await.unwrap();
    assert_eq!((made.id, made.kind, made.revision), (to, Kind::GroupTemplate, 1));
    assert_eq!((made.selection.ids.clone(), made.content.parts.len()), (vec![far], 0));
    let left = || {
        let ann = world.ann.clone();
        world.db.read(move |tx| drafts::find(tx, &ann, id))
    };
    let draft = left().await.unwrap();
    assert_eq!((draft.revision, draft.selection.matching[0].except.clone()), (3, vec![far]));
    let seen = check(&world, id).await.unwrap();
    assert_eq!((seen.audience, seen.failing()), (2, 1), "the other number's stays");
    // Its answer was lost.
    assert_eq!(switch(to, north.channel).await.unwrap(), made);
    assert_eq!(left().await.unwrap(), draft);
    assert_eq!(problem(switch(world.clock.id(), north.channel).await), nobody, "there is nobody left");
    let plain = super::fixture_test::draft(&world, &world.ann, &[near], texts(&["另一則"])).await;
    assert_eq!(problem(switch(plain, south.channel).await), taken);
}

async fn more_people_than_the_business_may_reach_are_refused(db: Db) {
    let world = World::new(db).await;
    let (north, south) = (number(&world, "北店", Some("77")).await, number(&world, "南店", Some("77")).await);
    people_limit(&world, north.channel, 2).await;
    let reached = customer(&world, south, "南", &world.ann, WINDOW_MS).await;
    let (team, now) = (world.team, world.clock.now());
    world.write(move |tx| super::reached(tx, Platform::Whatsapp, team, &[reached], now)).await;
    let mut ids = vec![customer(&world, north, "近", &world.ann, 0).await];
    for name in ["一", "二"] {
        ids.push(customer(&world, north, name, &world.ann, WINDOW_MS).await);
    }
    let content = sale(&world, north).await;
    let id = draft_of(&world, &world.ann, Kind::GroupTemplate, &ids, content.clone()).await;
    let seen = check(&world, id).await.unwrap();
    assert_eq!(seen.channels[0].reach, Some(Reach { limit: Some(2), used: 1, needed: 2 }));
    assert_eq!(seen.channels[0].quota, None);
    let call = checked(&world, &world.ann, id).await;
    let limit = Conflict::MessagingLimit { needed: 2, left: 1 };
    assert_eq!(refused(accept(&world, &world.ann, call).await), Problem::conflict(limit));
    let fewer = draft_of(&world, &world.ann, Kind::GroupTemplate, &ids[..2], content).await;
    accept(&world, &world.ann, checked(&world, &world.ann, fewer).await).await.unwrap();
    // A plain message goes to those inside, whom no limit counts.
    let inside = draft(&world, &world.ann, &ids[..1], texts(&["您好"])).await;
    accept(&world, &world.ann, checked(&world, &world.ann, inside).await).await.unwrap();
}

async fn two_who_turn_out_to_be_one_get_it_once(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "北店", None).await;
    let mut people = Vec::new();
    for name in ["號碼", "名稱", "別人"] {
        people.push(customer(&world, north, name, &world.ann, 0).await);
    }
    let id = draft(&world, &world.ann, &people, texts(&["您好"])).await;
    let campaign = accept(&world, &world.ann, checked(&world, &world.ann, id).await).await.unwrap();
    let (stay, gone) = (world.found(people[0]).await, world.found(people[1]).await);
    let (clock, team) = (world.clock.clone(), world.team);
    let (stays, goes) = (people[0], people[1]);
    let waiting = serde_json::to_string(&[("", gone.identity, gone.contact, goes)]).unwrap();
    world
        .write(move |tx| {
            tx.execute(
                "INSERT INTO campaign_piece (team_id, campaign_id, number, channel_id, class, sender_id, expires_at, is_personal,
                     people)
                 VALUES ($1, $2, 0, '', 1, '', 0, FALSE, $3)",
                params![team, campaign, &waiting],
            )?;
            let known = Known { identity: stay.identity, contact: stay.contact };
            intake::merged(tx, &clock, team, gone.identity, known)
        })
        .await;
    let waits: String = world.read(|tx| tx.one("SELECT people FROM campaign_piece", params![])).await;
    let moved = [("", stay.identity, stay.contact, stays)];
    assert_eq!(waits, serde_json::to_string(&moved).unwrap(), "who is not yet written is the other too");

    let rows = deliveries(&world, campaign).await;
    let hers: Vec<DeliveryId> = rows.iter().filter(|row| row.conversation == stays).map(|row| row.id).collect();
    assert_eq!((rows.len(), hers.len()), (3, 2));
    let now = world.clock.now();
    let unfit = |asked: &[DeliveryId]| {
        let asked = asked.to_vec();
        world.read(move |tx| eligible::group(tx, Platform::Whatsapp, &asked, now))
    };
    let states = |first: &'static str, second: &'static str| {
        let hers = hers.clone();
        world.write(move |tx| {
            for (id, state) in [(hers[0], first), (hers[1], second)] {
                tx.execute("UPDATE delivery SET state = $2 WHERE id = $1", params![id, state])?;
            }
            Ok(())
        })
    };
    let all: Vec<DeliveryId> = rows.iter().map(|row| row.id).collect();
    assert_eq!(unfit(&all).await, [(hers[1], Reason::SamePerson)], "the first of the two goes");
    states("failed", "queued").await;
    assert_eq!(unfit(&hers[1..]).await, [], "the first did not reach her");
    states("queued", "delivered").await;
    assert_eq!(unfit(&hers[..1]).await, [(hers[0], Reason::SamePerson)], "she has it");
}

async fn a_template_message_is_written_whole(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "北店", None).await;
    let far = customer(&world, north, "王小美", &world.ann, WINDOW_MS).await;
    let content = sale(&world, north).await;
    let id = draft_of(&world, &world.ann, Kind::GroupTemplate, &[far], content.clone()).await;
    let campaign = accept(&world, &world.ann, checked(&world, &world.ann, id).await).await.unwrap();
    let (team, template) = (world.team, content.template().unwrap().template);
    let links: Vec<(String, i64, i64, String)> = world
        .read(move |tx| {
            tx.all("SELECT kind, part, position, address FROM link WHERE team_id = $1 ORDER BY position", params![team])
        })
        .await;
    let link = |kind: &str, position, address: &str| (kind.to_owned(), 0, position, address.to_owned());
    assert_eq!(links, [link("text", 0, "https://a.example/new"), link("button", 1, "https://a.example/n1")]);
    let row: (String, Option<String>, i64, String) = world
        .read(move |tx| {
            tx.one(
                "SELECT kind, template_id, referral_links, first_text FROM campaign WHERE team_id = $1 AND id = $2",
                params![team, campaign],
            )
        })
        .await;
    let first = "{{system:customer_name}} 您好，新品到店".to_owned();
    assert_eq!(row, ("group_template".into(), Some(template.to_string()), 2, first));
    let rows = deliveries(&world, campaign).await;
    let app = world.app().await;
    let detail = records::delivery(app.clone(), world.ann.clone(), ShowDelivery { id: campaign, delivery: rows[0].id });
    assert_eq!(detail.await.unwrap().content.template().unwrap().rendered("").body, "王小美 您好，新品到店");
    // Held for its template, it says so.
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE campaign SET state = 'paused', paused_reason = 'wa_template_paused' WHERE team_id = $1 AND
                     id = $2",
                params![team, campaign],
            )
        })
        .await;
    let shown = records::show(app, world.ann.clone(), ShowCampaign { id: campaign }).await.unwrap();
    assert_eq!((shown.row.kind, shown.paused), (Kind::GroupTemplate, Some(Reason::WaTemplatePaused)));
    assert_eq!((shown.content, shown.platforms), (content, Vec::new()));
    let address: String = world
        .read(move |tx| {
            tx.one("SELECT address FROM delivery WHERE team_id = $1 AND campaign_id = $2", params![team, campaign])
        })
        .await;
    assert!(address.starts_with("+886"), "{address}");
}

async fn each_platform_has_its_figures_and_each_message_its_own(db: Db) {
    let world = World::new(db).await;
    let north = number(&world, "北店", None).await;
    let (near, read) =
        (customer(&world, north, "近", &world.ann, 0).await, customer(&world, north, "讀", &world.ann, 0).await);
    let line = world.open("LINE", &world.ann).await;
    let id = draft(&world, &world.ann, &[near, read, line], texts(&["一", "二"])).await;
    let campaign = accept(&world, &world.ann, checked(&world, &world.ann, id).await).await.unwrap();
    let team = world.team;
    let rows = deliveries(&world, campaign).await;
    let of = |conversation| rows.iter().find(|row| row.conversation == conversation).unwrap().id;
    let (failed, seen, taken) = (of(near), of(read), of(line));
    world
        .write(move |tx| {
            for (id, state, reason) in
                [(failed, "failed", Some("wa_undeliverable")), (seen, "read", None), (taken, "accepted", None)]
            {
                tx.execute(
                    "UPDATE delivery SET state = $3, reason = $4, delivered_at = 7, read_at = 8 WHERE team_id = $1
                         AND id = $2",
                    params![team, id, state, reason],
                )?;
            }
            for (part, state, reason) in [(0, "delivered", None), (1, "failed", Some("wa_undeliverable"))] {
                tx.execute(
                    "INSERT INTO delivery_part (team_id, delivery_id, part, attempt, state, channel_id, reason,
                         updated_at)
                     VALUES ($1, $2, $3, 1, $4, $5, $6, 9)",
                    params![team, failed, part, state, north.channel, reason],
                )?;
            }
            Ok(())
        })
        .await;
    let app = world.app().await;
    let shown = records::show(app.clone(), world.ann.clone(), ShowCampaign { id: campaign }).await.unwrap();
    let figures: Vec<_> = shown
        .platforms
        .iter()
        .map(|one| {
            let figures = one.figures;
            let of =
                (figures.audience, figures.succeeded, figures.failed, figures.delivered, figures.read, figures.told);
            (one.platform, of)
        })
        .collect();
    assert_eq!(figures, [(Platform::Line, (1, 1, 0, 0, 0, 0)), (Platform::Whatsapp, (2, 1, 1, 1, 1, 1))]);
    let call = ShowDelivery { id: campaign, delivery: failed };
    let detail = records::delivery(app, world.ann.clone(), call).await.unwrap();
    let parts: Vec<_> = detail.parts.iter().map(|one| (one.part, one.outcome, one.reason)).collect();
    assert_eq!(
        parts,
        [(0, Some(Outcome::Delivered), None), (1, Some(Outcome::Failed), Some(Reason::WaUndeliverable))],
        "the second is the one that failed"
    );
    let again = deliveries(&world, campaign).await;
    let of =
        |id| again.iter().find(|row| row.id == id).map(|row| (row.failed_part, row.delivered_at, row.read_at)).unwrap();
    assert_eq!((of(failed), of(seen)), ((Some(1), Some(7), Some(8)), (None, Some(7), Some(8))));
}
