//! Exports page by page, and what stands in them.

use futures_util::TryStreamExt as _;
use shared::{
    campaigns::{CampaignFilter, Kind},
    problem::{Problem, What},
    selection::Selection,
};

use super::*;
use crate::{
    campaigns::fixture_test::{sent, texts},
    conversations::fixture_test::{DAY, NOW, World},
    db::{Db, params, testing::on_both_engines},
    refused::Refused,
};

on_both_engines![
    a_record_is_a_line,
    a_long_list_is_whole_and_each_record_once,
    recipients_are_told_with_their_reasons,
    nobody_exports_what_she_may_not_see,
];

async fn text(stream: impl Stream<Item = Result<Bytes>>) -> String {
    let chunks: Vec<Bytes> = stream.try_collect().await.unwrap();
    String::from_utf8(chunks.concat()).unwrap()
}

async fn exported(world: &World, caller: &Caller, filter: CampaignFilter, language: Language) -> String {
    let call = ExportCampaigns { filter, language };
    let (name, mime, stream) = campaigns(world.app().await, caller.clone(), call).await.unwrap();
    assert_eq!((name.as_str(), mime), ("group-sends-2025-11-20.csv", MIME));
    text(stream).await
}

async fn a_record_is_a_line(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 3, "=1+1, https://a.example").await;
    let team = world.team;
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE campaign SET state = 'completed', queued = 0, accepted = 2, failed = 1
                 WHERE team_id = $1 AND id = $2",
                params![team, campaign],
            )
        })
        .await;
    let all = CampaignFilter::default;
    assert_eq!(
        exported(&world, &world.ann, all(), Language::En).await,
        format!(
            "\u{feff}Sent at (Asia/Taipei),Kind,Channel,Sender,Store,Messages,Pictures,Videos,Content,Recipients,Accepted,Failed,\
             Unknown,Success rate,Delivered (WhatsApp),Read at least (WhatsApp),Read rate at least (WhatsApp),State,\
             Referral links,Record\r\n\
             2025-11-20 08:00:00,Group message,Shop,Ann O'Hara,Store,1,0,0,\"'=1+1, https://a.example\",3,2,1,0,66.67% (2/3),\
             –,–,–,Completed,1,{campaign}\r\n"
        )
    );
    let chinese = exported(&world, &world.ann, all(), Language::ZhHant).await;
    assert!(chinese.starts_with("\u{feff}送出時間 (Asia/Taipei),類型,渠道,"), "{chinese}");
    assert!(chinese.contains(",完成,1,"), "{chinese}");
    // The filter is that of the list.
    let others = CampaignFilter { senders: vec![world.bob.member], ..all() };
    assert_eq!(exported(&world, &world.ada, others, Language::En).await.lines().count(), 1);
    let later = CampaignFilter { from: world.ann.zone.stamp(NOW + DAY).date_naive().into(), ..all() };
    assert_eq!(exported(&world, &world.ann, later, Language::En).await.lines().count(), 1);
}

async fn a_long_list_is_whole_and_each_record_once(db: Db) {
    let world = World::new(db).await;
    let (ann, clock) = (world.ann.clone(), world.clock.clone());
    let many = PAGE + 3;
    world
        .write(move |tx| {
            for i in 0..many {
                let new = store::NewCampaign {
                    team: ann.team,
                    id: clock.id(),
                    kind: Kind::GroupMessage,
                    class: 1,
                    draft: clock.id(),
                    digest: "a.b",
                    sender: ann.member,
                    sender_name: &ann.name,
                    store: ann.store(),
                    content: &texts(&["您好"]),
                    first_text: format!("no {i}"),
                    selection: &Selection::default(),
                    channels: &[],
                    // Several at one moment, across the end of the page.
                    now: NOW + i64::try_from(i / 10).unwrap_or_default(),
                    expires_at: NOW + DAY,
                    audience: 0,
                    failed: 0,
                };
                store::add(tx, &new)?;
            }
            Ok(())
        })
        .await;
    let text = exported(&world, &world.ann, CampaignFilter::default(), Language::En).await;
    let mut numbers: Vec<usize> =
        text.lines().filter_map(|line| line.split(',').nth(8)?.strip_prefix("no ")?.parse().ok()).collect();
    assert_eq!(numbers.len(), many);
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), many);
    assert!(text.contains(",0,0,0,0,–,–,–,–,"), "nobody selected has no rate");
}

async fn recipients_are_told_with_their_reasons(db: Db) {
    let world = World::new(db).await;
    let (campaign, people) = sent(&world, &world.ann, PAGE + 1, "您好").await;
    let (team, last) = (world.team, people[PAGE]);
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE delivery SET state = 'failed', reason = 'unfollowed', checked_by = 'storecast', settled_at = $3,
                     provider_code = '0400', provider_text = '@a \"b\"', name = '=x'
                     WHERE team_id = $1 AND conversation_id = $2",
                params![team, last, NOW],
            )
        })
        .await;
    let export = |outcome, language| {
        let call = ExportDeliveries { id: campaign, outcome, reason: None, language };
        async { deliveries(world.app().await, world.ann.clone(), call).await.unwrap() }
    };
    let (name, _, stream) = export(None, Language::En).await;
    assert_eq!(name, "group-send-2025-11-20-recipients.csv");
    let all = text(stream).await;
    assert_eq!(all.lines().count(), 1 + PAGE + 1);
    assert_eq!(all.lines().filter(|line| line.contains(",Shop,Waiting,,")).count(), PAGE);
    let (_, _, stream) = export(Some(shared::deliveries::Outcome::Failed), Language::ZhHant).await;
    assert_eq!(
        text(stream).await,
        "\u{feff}顧客,渠道,結果,時間 (Asia/Taipei),送達時間 (Asia/Taipei),已讀時間 (Asia/Taipei),未送達的訊息,原因,原因代碼,判定,平台代碼,平台原文,請求編號\r\n\
         '=x,Shop,失敗,2025-11-20 08:00:00,,,,已封鎖官方帳號,unfollowed,由 Storecast 檢查，未送出,'0400,\"'@a \"\"b\"\"\",\r\n"
    );
}

async fn nobody_exports_what_she_may_not_see(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 1, "北店").await;
    for (caller, lines) in [(&world.ann, 2), (&world.mia, 2), (&world.ada, 2), (&world.bob, 1), (&world.eve, 1)] {
        let text = exported(&world, caller, CampaignFilter::default(), Language::En).await;
        assert_eq!(text.lines().count(), lines, "{}", caller.name);
        let call = ExportDeliveries { id: campaign, outcome: None, reason: None, language: Language::En };
        match deliveries(world.app().await, caller.clone(), call).await {
            Ok(_) => assert_eq!(lines, 2),
            Err(Refused::Problem(problem)) => {
                assert_eq!((lines, problem), (1, Problem::missing(What::Campaign)));
            }
            Err(Refused::Fault(cause)) => panic!("{cause}"),
        }
    }
}
