//! One's own figures on both engines.

use shared::{
    campaigns::Kind,
    content::Content,
    problem::{Problem, Rule},
    reports::{MyFigures, SendFigures, ShowMyFigures},
    templates::TemplateStatus,
    time::Day,
};

use super::{mine, store};
use crate::{
    caller::Caller,
    campaigns::fixture_test::{accept, checked, draft, draft_of, texts},
    conversations::fixture_test::{DAY, NOW, World},
    db::{Db, params, testing::on_both_engines},
    refused::Refused,
    templates::fixture_test::{content, customer, filled, number, shape, template},
};

on_both_engines![
    three_links_count_as_three_and_link_deliveries_are_another_figure,
    links_of_a_template_and_of_its_buttons_count_too,
    a_day_is_one_of_the_teams_calendar,
    figures_are_ones_own,
    days_are_checked,
];

async fn figures(world: &World, caller: &Caller, from: Option<Day>, to: Option<Day>) -> MyFigures {
    mine(world.app().await, caller.clone(), ShowMyFigures { from, to }).await.unwrap()
}

/// A group send to so many people, of whom so many got it.
async fn send(world: &World, caller: &Caller, content: Content, people: usize, got: i64) {
    let mut ids = Vec::new();
    for i in 0..people {
        ids.push(world.open(&format!("客人{i}"), caller).await);
    }
    let id = draft(world, caller, &ids, content).await;
    let call = checked(world, caller, id).await;
    let campaign = accept(world, caller, call).await.unwrap();
    let team = world.team;
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE campaign SET accepted = $3, queued = queued - $3 WHERE team_id = $1 AND id = $2",
                params![team, campaign, got],
            )
        })
        .await;
}

/// Seed Q&A 1: 3 links are 3; the same address twice is 2 (domain.md 7.1).
async fn three_links_count_as_three_and_link_deliveries_are_another_figure(db: Db) {
    let world = World::new(db).await;
    let three = texts(&["https://a.example/1 https://b.example", "看 https://c.example"]);
    send(&world, &world.ann, three, 5, 4).await;
    let expected = SendFigures { sends: 1, recipients: 5, succeeded: 4, referral_links: 3, link_deliveries: 12 };
    assert_eq!(figures(&world, &world.ann, None, None).await.total, expected);
    send(&world, &world.ann, texts(&["https://a.example https://a.example"]), 2, 1).await;
    let expected = SendFigures { sends: 2, recipients: 7, succeeded: 5, referral_links: 5, link_deliveries: 14 };
    let found = figures(&world, &world.ann, None, None).await;
    assert_eq!(found.total, expected);
    assert_eq!(found.total.success().percent().as_deref(), Some("71.43"));
    assert_eq!(found.days.len(), 14);
    assert_eq!(found.days.last().map(|day| (day.day.to_string(), day.figures)), Some(("2025-11-20".into(), expected)));
    assert!(found.days[..13].iter().all(|day| day.figures == SendFigures::default()));
}

/// domain.md 7.1: links in the addresses of a template's buttons count as well.
async fn links_of_a_template_and_of_its_buttons_count_too(db: Db) {
    let world = World::new(db).await;
    let number = number(&world, "北店", None).await;
    let template = template(&world, number.waba, shape("sale"), TemplateStatus::Approved).await;
    let far = customer(&world, number, "遠", &world.ann, 2 * DAY).await;
    let content = content(filled(template, shape("sale")));
    let id = draft_of(&world, &world.ann, Kind::GroupTemplate, &[far], content).await;
    accept(&world, &world.ann, checked(&world, &world.ann, id).await).await.unwrap();
    let expected = SendFigures { sends: 1, recipients: 1, referral_links: 2, ..SendFigures::default() };
    assert_eq!(figures(&world, &world.ann, None, None).await.total, expected);
}

async fn a_day_is_one_of_the_teams_calendar(db: Db) {
    let world = World::new(db).await;
    // 08:00 in Taipei is midnight in UTC: an hour before the end of the day here, and an hour after it.
    world.clock.advance(15 * 3_600_000);
    send(&world, &world.ann, texts(&["今天"]), 1, 1).await;
    world.clock.advance(2 * 3_600_000);
    send(&world, &world.ann, texts(&["明天"]), 2, 1).await;
    let today = world.ann.zone.stamp(NOW).date_naive();
    let found = figures(&world, &world.ann, Some(today), today.succ_opt()).await;
    let by_day: Vec<(Day, u64)> = found.days.iter().map(|day| (day.day, day.figures.recipients)).collect();
    assert_eq!(by_day, [(today, 1), (today.succ_opt().unwrap(), 2)]);
    assert_eq!(figures(&world, &world.ann, Some(today), Some(today)).await.total.recipients, 1);
}

async fn figures_are_ones_own(db: Db) {
    let world = World::new(db).await;
    send(&world, &world.ann, texts(&["https://a.example"]), 1, 1).await;
    for other in [&world.bob, &world.mia, &world.ada, &world.eve] {
        assert_eq!(figures(&world, other, None, None).await.total, SendFigures::default());
    }
    let (team, ann, elsewhere) = (world.team, world.ann.member, world.eve.team);
    world
        .write(move |tx| {
            tx.execute("UPDATE campaign SET kind = 'broadcast' WHERE team_id = $1", params![team])?;
            assert_eq!(store::between(tx, team, ann, &[NOW - DAY, NOW + DAY])?, [], "a broadcast is nobody's own");
            let kind = Kind::GroupMessage.as_str();
            tx.execute("UPDATE campaign SET kind = $2 WHERE team_id = $1", params![team, kind])?;
            let one = SendFigures { sends: 1, recipients: 1, succeeded: 1, referral_links: 1, link_deliveries: 1 };
            assert_eq!(store::between(tx, team, ann, &[NOW - DAY, NOW, NOW + 1, NOW + DAY])?, [(NOW, one)]);
            assert_eq!(store::between(tx, team, ann, &[NOW + 1, NOW + DAY])?, []);
            assert_eq!(store::between(tx, elsewhere, ann, &[NOW - DAY, NOW + DAY])?, []);
            assert_eq!(store::between(tx, team, ann, &[])?, []);
            Ok(())
        })
        .await;
}

async fn days_are_checked(db: Db) {
    let world = World::new(db).await;
    let today = world.ann.zone.stamp(NOW).date_naive();
    let asked = ShowMyFigures { from: Some(Day::MIN), to: Some(today) };
    match mine(world.app().await, world.ann.clone(), asked).await {
        Err(Refused::Problem(Problem::Invalid { field, rule: Rule::TooMany { limit: 366, .. } })) => {
            assert_eq!(field, "from");
        }
        other => panic!("{other:?}"),
    }
    let last_day_there_is = ShowMyFigures { from: None, to: Some(Day::MAX) };
    assert!(mine(world.app().await, world.ann.clone(), last_day_there_is).await.is_ok());
}
