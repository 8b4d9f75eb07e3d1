//! A record whose recipients are not kept any more, on both engines.

use shared::campaigns::ShowCampaign;

use super::show;
use crate::{
    campaigns::fixture_test::sent,
    conversations::fixture_test::{NOW, World},
    db::{Db, testing::on_both_engines},
    params,
};

on_both_engines![a_record_says_since_when_its_recipients_are_gone];

async fn a_record_says_since_when_its_recipients_are_gone(db: Db) {
    let world = World::new(db).await;
    let (campaign, _) = sent(&world, &world.ann, 2, "hi").await;
    let app = world.app().await;
    let ask = || show(app.clone(), world.ann.clone(), ShowCampaign { id: campaign });
    let kept = ask().await.unwrap();
    assert_eq!(kept.recipients_gone_at, None);
    let team = world.team;
    world
        .write(move |tx| {
            tx.execute(
                "UPDATE campaign SET recipients_gone_at = $3 WHERE team_id = $1 AND id = $2",
                params![team, campaign, NOW],
            )
        })
        .await;
    let gone = ask().await.unwrap();
    assert_eq!(gone.recipients_gone_at, Some(world.ann.zone.stamp(NOW)));
    assert_eq!(gone.row.figures, kept.row.figures, "the figures stay");
}
