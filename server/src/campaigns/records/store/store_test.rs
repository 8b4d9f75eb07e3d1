//! Records on both engines: who sees them, how they are filtered, what stands in them.

use shared::{
    campaigns::{CampaignFilter, CampaignState, Figures, ShowCampaign},
    contacts::Subscription,
    content::{Content, Part},
    conversations::ConversationState,
    deliveries::{DeliveryState, Outcome, ShowDelivery},
    id::{CampaignId, MediaId},
    limits::Platform,
    media::MediaKind,
    reasons::{CheckedBy, Reason},
};

use super::super::{Cursor, Scope, Stored, cursor_of, delivery, show, store};
use crate::{
    caller::Caller,
    campaigns::{
        drafts, eligible,
        fixture_test::{accept, checked, draft, sent, texts},
        sees,
        send::{self, Accept, Ready},
    },
    contacts::erasure,
    conversations::fixture_test::{DAY, NASTY, NOW, World},
    db::{Db, testing::on_both_engines},
    params,
    refused::Refused,
};
use shared::problem::{Conflict, Problem, Rule};

on_both_engines![
    a_send_is_written_whole,
    a_send_with_media_counts_and_holds_them,
    a_medium_that_went_is_named_and_the_draft_is_kept,
    the_same_draft_is_one_campaign,
    a_draft_cannot_become_two_campaigns_whatever_the_caller_does,
    another_audience_or_content_is_a_conflict,
    who_is_known_not_to_get_it_is_a_failed_row_with_its_reason,
    a_send_to_nobody_is_refused,
    one_who_is_forgotten_while_it_is_made_ready_is_not_written,
    ids_of_another_team_refuse_the_whole_send,
    more_than_the_maximum_is_refused,
    a_quota_that_is_too_small_refuses_the_whole_send,
    what_is_on_its_way_has_its_part_of_the_quota,
    records_have_the_scope_of_the_role,
    records_are_filtered_and_paged,
    a_send_on_a_paused_account_is_held_with_its_reason,
    who_may_not_be_sent_any_more_is_found_before_the_call,
];

async fn list(world: &World, caller: &Caller, filter: CampaignFilter) -> Vec<CampaignId> {
    let caller = caller.clone();
    let stored = world
        .read(move |tx| {
            let scope = Scope::of(&caller);
            store::list(tx, caller.team, caller.member, &scope, &filter, store::Days::default(), None, 50)
        })
        .await;
    stored.into_iter().map(|one| one.row.id).collect()
}

async fn find(world: &World, caller: &Caller, id: CampaignId) -> Option<Stored> {
    let caller = caller.clone();
    world.read(move |tx| store::find(tx, caller.team, caller.member, &Scope::of(&caller), id)).await
}

fn refused<T: std::fmt::Debug>(result: Result<T, Accept>) -> Problem {
    match result.unwrap_err() {
        Accept::Refused(Refused::Problem(problem)) => problem,
        other => panic!("{other:?}"),
    }
}

async fn a_send_is_written_whole(db: Db) {
    let world = World::new(db).await;
    let one = world.open(NASTY, &world.ann).await;
    let two = world.open("王小美", &world.ann).await;
    let text = "您好 https://a.example/1，再看 https://a.example/1";
    let id = draft(&world, &world.ann, &[one, two], texts(&[text, NASTY])).await;
    let call = checked(&world, &world.ann, id).await;
    let campaign = accept(&world, &world.ann, call).await.unwrap();

    let row = find(&world, &world.ann, campaign).await.unwrap().row;
    assert_eq!(row.figures, Figures { audience: 2, waiting: 2, ..Figures::default() });
    assert_eq!((row.parts, row.referral_links, row.state), (2, 2, CampaignState::Sending));
    assert_eq!(row.sender.name, world.ann.name);
    assert_eq!(row.store.map(|store| store.id), world.ann.store());
    assert_eq!(row.channels.len(), 1);

    let team = world.team;
    let frozen = world.read(move |tx| store::frozen(tx, team, campaign)).await;
    assert_eq!(frozen.content, texts(&[text, NASTY]));
    let rows = world.read(move |tx| store::deliveries(tx, team, campaign, None, None, None, 50)).await;
    let mut names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, [NASTY, "王小美"]);
    assert!(rows.iter().all(|row| row.state == DeliveryState::Queued));
    let links = world
        .read(move |tx| {
            tx.all::<(i64, i64, String)>(
                "SELECT part, position, address FROM link WHERE team_id = $1 ORDER BY part, position",
                params![team],
            )
        })
        .await;
    assert_eq!(links, [(0, 0, "https://a.example/1".to_owned()), (0, 1, "https://a.example/1".to_owned())]);
    let (clock, more) = (world.clock.clone(), texts(&["https://b.example", "https://c.example"]));
    world.write(move |tx| store::add_links(tx, &clock, team, campaign, &more)).await;
    let links: i64 = world.read(move |tx| tx.one("SELECT COUNT(*) FROM link WHERE team_id = $1", params![team])).await;
    assert_eq!(links, 4);
    let by_channel = world.read(move |tx| store::by_channel(tx, team, campaign)).await;
    assert_eq!(by_channel, [(world.shop, DeliveryState::Queued, 2)]);
    let open: i64 = world
        .read(move |tx| tx.one("SELECT CAST(SUM(open) AS BIGINT) FROM slice WHERE team_id = $1", params![team]))
        .await;
    assert_eq!(open, 2);
}

async fn a_send_with_media_counts_and_holds_them(db: Db) {
    let world = World::new(db).await;
    let one = world.open("王小美", &world.ann).await;
    let (picture, film) = (world.medium(MediaKind::Image).await, world.medium(MediaKind::Video).await);
    let parts = vec![Part::Image { media: picture }, Part::Video { media: film }, Part::Image { media: picture }];
    let content = Content { parts };
    let id = draft(&world, &world.ann, &[one], content.clone()).await;
    let call = checked(&world, &world.ann, id).await;
    let campaign = accept(&world, &world.ann, call).await.unwrap();
    let row = find(&world, &world.ann, campaign).await.unwrap().row;
    assert_eq!((row.parts, row.images, row.videos, row.first_text.as_str()), (3, 2, 1, ""));
    let team = world.team;
    let held: Vec<(String, String, MediaId)> = world
        .read(move |tx| {
            tx.all(
                "SELECT held_by, holder_id, media_id FROM media_use WHERE team_id = $1 ORDER BY media_id",
                params![team],
            )
        })
        .await;
    let by = |media| ("campaign".to_owned(), campaign.to_string(), media);
    assert_eq!(held, [by(picture), by(film)], "the draft let go of them");

    let app = world.app().await;
    let shown = show(app.clone(), world.ada.clone(), ShowCampaign { id: campaign }).await.unwrap();
    assert_eq!((shown.content, shown.row.images, shown.row.videos), (content.clone(), 2, 1));
    assert_eq!(shown.media.iter().map(|one| one.id).collect::<Vec<_>>(), [picture, film]);
    let rows = world.read(move |tx| store::deliveries(tx, team, campaign, None, None, None, 50)).await;
    let call = ShowDelivery { id: campaign, delivery: rows[0].id };
    let detail = delivery(app, world.ann.clone(), call).await.unwrap();
    assert_eq!((detail.content, detail.media), (content, shown.media));
}

async fn a_medium_that_went_is_named_and_the_draft_is_kept(db: Db) {
    let world = World::new(db).await;
    let one = world.open("王小美", &world.ann).await;
    let picture = world.medium(MediaKind::Image).await;
    let content = Content { parts: vec![Part::text("看"), Part::Image { media: picture }] };
    let id = draft(&world, &world.ann, &[one], content.clone()).await;
    let call = checked(&world, &world.ann, id).await;
    let team = world.team;
    world
        .write(move |tx| {
            tx.execute("UPDATE media SET state = 'lost' WHERE team_id = $1 AND id = $2", params![team, picture])
        })
        .await;
    let problem = Problem::invalid("content.parts[1].media", Rule::Unknown { count: 1 });
    assert_eq!(refused(accept(&world, &world.ann, call).await), problem);
    assert!(list(&world, &world.ann, CampaignFilter::default()).await.is_empty());
    let ann = world.ann.clone();
    let kept = world.db.read(move |tx| drafts::find(tx, &ann, id)).await.unwrap();
    assert_eq!((kept.content, kept.campaign), (content, None));
}

async fn the_same_draft_is_one_campaign(db: Db) {
    let world = World::new(db).await;
    let one = world.open("王小美", &world.ann).await;
    let id = draft(&world, &world.ann, &[one], texts(&["您好"])).await;
    let call = checked(&world, &world.ann, id).await;
    let sends = (0..6).map(|_| accept(&world, &world.ann, call.clone()));
    let answers = futures_util::future::join_all(sends).await;
    // Whoever lost the race found the other's campaign, or clashed with it and asks again.
    let campaign = answers.iter().find_map(|answer| answer.as_ref().ok()).copied().unwrap();
    for answer in answers {
        match answer {
            Ok(same) => assert_eq!(same, campaign),
            Err(Accept::Database(crate::db::Error::Unique { .. })) => {
                assert_eq!(accept(&world, &world.ann, call.clone()).await.unwrap(), campaign);
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(list(&world, &world.ann, CampaignFilter::default()).await, [campaign]);
    let (team, ann) = (world.team, world.ann.member);
    let audience = i64::try_from(call.audience).unwrap();
    let kept = world.read(move |tx| store::of_draft(tx, team, ann, id)).await;
    assert_eq!(kept, Some((campaign, call.digest.clone(), audience)));
    let mut other = call.clone();
    other.audience += 1;
    assert_eq!(refused(accept(&world, &world.ann, other).await), Problem::conflict(Conflict::AlreadySent { campaign }));
    let mut other = call;
    other.digest = "something.else".into();
    assert_eq!(refused(accept(&world, &world.ann, other).await), Problem::conflict(Conflict::AlreadySent { campaign }));
}

async fn a_draft_cannot_become_two_campaigns_whatever_the_caller_does(db: Db) {
    let world = World::new(db).await;
    let (ann, clock) = (world.ann.clone(), world.clock.clone());
    let draft = clock.id();
    let add = move |tx: &mut crate::db::Tx<'_>| {
        let new = store::NewCampaign {
            team: ann.team,
            id: clock.id(),
            kind: shared::campaigns::Kind::GroupMessage,
            class: 1,
            draft,
            digest: "a.b",
            sender: ann.member,
            sender_name: &ann.name,
            store: ann.store(),
            content: &texts(&["您好"]),
            first_text: "您好".into(),
            selection: &shared::selection::Selection::default(),
            channels: &[],
            now: NOW,
            expires_at: NOW + DAY,
            audience: 1,
            failed: 0,
        };
        store::add(tx, &new)
    };
    world.db.write(add.clone()).await.unwrap();
    assert!(matches!(world.db.write(add).await, Err(crate::db::Error::Unique { .. })));
}

async fn another_audience_or_content_is_a_conflict(db: Db) {
    let world = World::new(db).await;
    let one = world.open("王小美", &world.ann).await;
    let two = world.open("陳大文", &world.ann).await;
    let id = draft(&world, &world.ann, &[one, two], texts(&["您好"])).await;
    let call = checked(&world, &world.ann, id).await;
    world.subscribe(two, Subscription::Blocked).await;
    assert_eq!(
        refused(accept(&world, &world.ann, call.clone()).await),
        Problem::conflict(Conflict::AudienceChanged { audience: 2, will_send: 1 })
    );
    let again = checked(&world, &world.ann, id).await;
    let mut changed = again.clone();
    changed.digest = format!("{}.x", again.digest.split_once('.').unwrap().0);
    assert_eq!(refused(accept(&world, &world.ann, changed).await), Problem::conflict(Conflict::ContentChanged));
    assert!(accept(&world, &world.ann, again).await.is_ok());
}

async fn who_is_known_not_to_get_it_is_a_failed_row_with_its_reason(db: Db) {
    let world = World::new(db).await;
    let fine = world.open("好", &world.ann).await;
    let blocked = world.open("封", &world.ann).await;
    world.subscribe(blocked, Subscription::Blocked).await;
    let out = world.open("退", &world.ann).await;
    world.subscribe(out, Subscription::Unsubscribed).await;
    let closed = world.conversation(world.shop, "結", ConversationState::Closed, &world.ann).await;
    let bobs = world.open("別", &world.bob).await;
    let id = draft(&world, &world.ann, &[fine, blocked, out, closed, bobs], texts(&["您好"])).await;
    let call = checked(&world, &world.ann, id).await;
    let campaign = accept(&world, &world.ann, call).await.unwrap();
    let figures = find(&world, &world.ann, campaign).await.unwrap().row.figures;
    assert_eq!(figures, Figures { audience: 5, waiting: 1, failed: 4, ..Figures::default() });
    let team = world.team;
    let mut reasons = world.read(move |tx| store::reasons(tx, team, campaign)).await;
    reasons.sort_unstable();
    assert_eq!(
        reasons,
        [(Reason::Unfollowed, 1), (Reason::Unsubscribed, 1), (Reason::NotInProgress, 1), (Reason::NotOwner, 1)]
    );
    assert_eq!(world.read(move |tx| store::names_of(tx, team, campaign, Reason::Unfollowed)).await, ["封"]);
    let failed = world
        .read(move |tx| {
            store::deliveries(tx, team, campaign, Some(Outcome::Failed), Some(Reason::Unfollowed), None, 50)
        })
        .await;
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].checked_by, Some(CheckedBy::Storecast));
    let delivery = failed[0].id;
    let one = world.read(move |tx| store::delivery(tx, team, campaign, delivery)).await.unwrap();
    assert_eq!((one.name.as_str(), one.conversation), ("封", blocked));
    assert!(world.read(move |tx| store::attempts(tx, team, delivery)).await.is_empty());
}

async fn a_send_to_nobody_is_refused(db: Db) {
    let world = World::new(db).await;
    let id = draft(&world, &world.ann, &[], texts(&["您好"])).await;
    let call = checked(&world, &world.ann, id).await;
    assert_eq!(refused(accept(&world, &world.ann, call).await), Problem::invalid("selection", Rule::Required));
    let blocked = world.open("封", &world.ann).await;
    world.subscribe(blocked, Subscription::Blocked).await;
    let id = draft(&world, &world.ann, &[blocked], texts(&["您好"])).await;
    let call = checked(&world, &world.ann, id).await;
    assert_eq!(refused(accept(&world, &world.ann, call).await), Problem::conflict(Conflict::NobodyToSend));
}

async fn ids_of_another_team_refuse_the_whole_send(db: Db) {
    let world = World::new(db).await;
    let mine = world.open("好", &world.ann).await;
    let foreign = world.conversation(world.elsewhere, "外", ConversationState::InProgress, &world.eve).await;
    let id = draft(&world, &world.ann, &[mine, foreign], texts(&["您好"])).await;
    let call = shared::campaigns::SendDraft { id, audience: 2, digest: "a.b".into() };
    let rule = Rule::Unknown { count: 1 };
    assert_eq!(refused(accept(&world, &world.ann, call).await), Problem::invalid("selection.ids", rule));
}

async fn more_than_the_maximum_is_refused(db: Db) {
    let world = World::new(db).await;
    let mut ann = world.ann.clone();
    ann.settings.group_send_max = 1;
    let (one, two) = (world.open("一", &ann).await, world.open("二", &ann).await);
    let id = draft(&world, &ann, &[one, two], texts(&["您好"])).await;
    let call = checked(&world, &ann, id).await;
    let rule = Rule::TooMany { limit: 1, actual: 2 };
    assert_eq!(refused(accept(&world, &ann, call).await), Problem::invalid("selection", rule));
}

async fn one_who_is_forgotten_while_it_is_made_ready_is_not_written(db: Db) {
    let world = World::new(db).await;
    let (one, two) = (world.open("一", &world.ann).await, world.open("二", &world.ann).await);
    let id = draft(&world, &world.ann, &[one, two], texts(&["您好"])).await;
    let call = checked(&world, &world.ann, id).await;
    let (app, ann) = (world.app().await, world.ann.clone());
    let (asked, known) = (call.clone(), app.clone());
    let ready = world.db.read(move |tx| send::make_ready(tx, &known, &ann, &asked)).await.unwrap();
    let Ready::ToSend(ready) = ready else { panic!("it was not sent") };
    let hers = world.found(two).await.contact;
    erasure::forget(&app, world.team, hers).await.unwrap();
    let (ann, asked) = (world.ann.clone(), call.clone());
    let accepted = world.db.write(move |tx| send::accept(tx, &app.clock, &ann, &asked, &ready)).await.unwrap();
    assert_eq!(accepted, None, "it is made ready again");
    let again = refused(accept(&world, &world.ann, call).await);
    assert!(matches!(again, Problem::Conflict { with: Conflict::AudienceChanged { .. } }), "{again:?}");
    assert!(list(&world, &world.ann, CampaignFilter::default()).await.is_empty());
}

/// The shop's account has used so many of its ten messages of this month.
async fn has_used(world: &World, used: i64) {
    let (team, shop) = (world.team, world.shop);
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE channel SET quota_limit = 10, quota_used = $3, quota_at = 1 WHERE team_id = $1 AND id = $2",
                params![team, shop, used],
            )
        })
        .await;
}

async fn what_is_on_its_way_has_its_part_of_the_quota(db: Db) {
    let world = World::new(db).await;
    has_used(&world, 7).await;
    let mut calls = Vec::new();
    for names in [["一", "二"], ["三", "四"]] {
        let people = [world.open(names[0], &world.ann).await, world.open(names[1], &world.ann).await];
        let id = draft(&world, &world.ann, &people, texts(&["您好"])).await;
        calls.push(checked(&world, &world.ann, id).await);
    }
    let second = calls.pop().unwrap();
    let first = accept(&world, &world.ann, calls.pop().unwrap()).await.unwrap();
    let too_small = Problem::conflict(Conflict::QuotaTooSmall { needed: 2, left: 1 });
    assert_eq!(refused(accept(&world, &world.ann, second.clone()).await), too_small);
    // Not yet written as recipients, they are on their way too.
    let (team, shop) = (world.team, world.shop);
    world
        .write(move |tx| {
            tx.execute("DELETE FROM slice WHERE campaign_id = $1", params![first])?;
            tx.execute(
                r#"INSERT INTO campaign_piece (team_id, campaign_id, number, channel_id, class, sender_id, expires_at,
                     is_personal, people)
                 VALUES ($1, $2, 0, $3, 1, '', 0, FALSE,
                     '[["i","c","v","a","n",null,true],["i","c","v","a","n","unfollowed",true],["i","c","v","a","n",null,true]]')"#,
                params![team, first, shop],
            )
        })
        .await;
    assert_eq!(refused(accept(&world, &world.ann, second.clone()).await), too_small);
    world.write(move |tx| tx.execute("DELETE FROM campaign_piece WHERE campaign_id = $1", params![first])).await;
    accept(&world, &world.ann, second).await.unwrap();
}

async fn a_quota_that_is_too_small_refuses_the_whole_send(db: Db) {
    let world = World::new(db).await;
    let (one, two) = (world.open("一", &world.ann).await, world.open("二", &world.ann).await);
    has_used(&world, 9).await;
    let id = draft(&world, &world.ann, &[one, two], texts(&["您好"])).await;
    let call = checked(&world, &world.ann, id).await;
    assert_eq!(
        refused(accept(&world, &world.ann, call).await),
        Problem::conflict(Conflict::QuotaTooSmall { needed: 2, left: 1 })
    );
    assert!(list(&world, &world.ann, CampaignFilter::default()).await.is_empty());
}

async fn records_have_the_scope_of_the_role(db: Db) {
    let world = World::new(db).await;
    let (ann, _) = sent(&world, &world.ann, 1, "北店").await;
    let (bob, _) = sent(&world, &world.bob, 1, "南店").await;
    let all = CampaignFilter::default;
    assert_eq!(list(&world, &world.ann, all()).await, [ann]);
    assert_eq!(list(&world, &world.bob, all()).await, [bob]);
    assert_eq!(list(&world, &world.mia, all()).await, [ann], "the manager of the north sees the north");
    assert_eq!(list(&world, &world.ada, all()).await, [bob, ann]);
    assert!(list(&world, &world.eve, all()).await.is_empty());
    assert!(find(&world, &world.mia, bob).await.is_none());
    assert!(find(&world, &world.eve, ann).await.is_none());
    assert!(find(&world, &world.ada, bob).await.is_some());
    // Who is told of a send is who finds its record.
    let (team, other) = (world.team, world.eve.team);
    let sent = world.read(move |tx| store::sent(tx, team, &[ann, bob])).await;
    assert_eq!(sent.len(), 2);
    for one in sent {
        for caller in [&world.ann, &world.bob, &world.mia, &world.ada] {
            let found = find(&world, caller, one.id).await.is_some();
            assert_eq!(sees(caller, &one), found, "{}", caller.name);
        }
    }
    assert!(world.read(move |tx| store::sent(tx, other, &[ann, bob])).await.is_empty());
}

async fn records_are_filtered_and_paged(db: Db) {
    let world = World::new(db).await;
    let (first, _) = sent(&world, &world.ann, 1, "一").await;
    world.clock.advance(DAY);
    let (second, _) = sent(&world, &world.ann, 1, "二").await;
    let (team, ann, stores) = (world.team, world.ann.member, world.ann.stores.clone());
    let page = |after: Option<Cursor>, days| {
        world.read(move |tx| {
            store::list(tx, team, ann, &Scope::Own, &CampaignFilter::default(), days, after.as_ref(), 1)
        })
    };
    let newest = page(None, store::Days::default()).await;
    assert_eq!(newest[0].row.id, second);
    let older = page(Some(cursor_of(&newest[0].row)), store::Days::default()).await;
    assert_eq!(older[0].row.id, first);
    let first_day = store::Days { from: None, until: Some(NOW + DAY / 2) };
    assert_eq!(page(None, first_day).await[0].row.id, first);
    let second_day = store::Days { from: Some(NOW + DAY / 2), until: None };
    assert_eq!(page(None, second_day).await[0].row.id, second);

    let sending =
        CampaignFilter { states: vec![CampaignState::Sending], stores, senders: vec![ann], ..Default::default() };
    assert_eq!(list(&world, &world.ada, sending).await, [second, first]);
    let failed = CampaignFilter { with_failures: true, ..Default::default() };
    assert!(list(&world, &world.ada, failed).await.is_empty());
    let done = CampaignFilter { states: vec![CampaignState::Completed], ..Default::default() };
    assert!(list(&world, &world.ada, done).await.is_empty());
    // Each condition narrows by itself, and none opens the scope.
    let of_store = |store| CampaignFilter { stores: vec![store], ..Default::default() };
    assert!(list(&world, &world.ada, of_store(world.south)).await.is_empty());
    assert_eq!(list(&world, &world.ada, of_store(world.north)).await, [second, first]);
    let by = |sender| CampaignFilter { senders: vec![sender], ..Default::default() };
    assert!(list(&world, &world.ada, by(world.bob.member)).await.is_empty());
    assert!(list(&world, &world.bob, by(ann)).await.is_empty());
}

async fn a_send_on_a_paused_account_is_held_with_its_reason(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 1, "一").await;
    let (team, shop) = (world.team, world.shop);
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE channel SET state = 'paused', paused_reason = 'line_monthly_limit'
                 WHERE team_id = $1 AND id = $2",
                params![team, shop],
            )
        })
        .await;
    let found = find(&world, &world.ann, campaign).await.unwrap();
    assert_eq!(found.paused, Some(Reason::LineMonthlyLimit));
    assert_eq!(found.state(), CampaignState::Paused);
    let in_state =
        |state| list(&world, &world.ann, CampaignFilter { states: vec![state], ..CampaignFilter::default() });
    assert_eq!(in_state(CampaignState::Paused).await, [campaign], "a filter finds it as it is shown");
    assert!(in_state(CampaignState::Sending).await.is_empty());
}

async fn who_may_not_be_sent_any_more_is_found_before_the_call(db: Db) {
    let world = World::new(db).await;
    let (campaign, people) = sent(&world, &world.ann, 4, "一").await;
    let team = world.team;
    let rows = world.read(move |tx| store::deliveries(tx, team, campaign, None, None, None, 50)).await;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let unfit = |ids: Vec<_>| world.read(move |tx| eligible::group(tx, Platform::Line, &ids, NOW));
    assert!(unfit(ids.clone()).await.is_empty());
    world.subscribe(people[0], Subscription::Blocked).await;
    world.subscribe(people[1], Subscription::Unsubscribed).await;
    let (ann, bob) = (world.ann.member, world.bob.member);
    let (two, three) = (people[2], people[3]);
    world
        .write(move |tx| {
            tx.execute("UPDATE conversation SET state = 'closed' WHERE team_id = $1 AND id = $2", params![team, two])?;
            tx.execute(
                "UPDATE conversation SET owner_id = $3 WHERE team_id = $1 AND id = $2 AND owner_id = $4",
                params![team, three, bob, ann],
            )
        })
        .await;
    let found = unfit(ids.clone()).await;
    let mut reasons: Vec<Reason> = found.iter().map(|(_, reason)| *reason).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, [Reason::Unfollowed, Reason::Unsubscribed, Reason::NotInProgress, Reason::NotOwner]);
    let texts: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let same = texts.clone();
    assert_eq!(world.read(move |tx| store::unfit_on_line(tx, &same)).await.len(), 4);
    assert_eq!(world.read(move |tx| store::unfit_for_group(tx, &texts, NOW - DAY)).await.len(), 4);
}
