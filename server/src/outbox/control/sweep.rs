//! Settling who still waits when her campaign was stopped: in bounded writes behind the request, on any server, and after a
//! crash from where it was.

use std::sync::Arc;

use shared::{
    id::{CampaignId, TeamId},
    limits::Platform,
    reasons::{CheckedBy, Reason},
};

use super::store::{self, Rest};
use crate::{
    App,
    db::{self, Lane, Tx},
    outbox::{
        Policies,
        parts::Desk,
        settle::{settle_unsent, unsent},
        store::{Queued, Settled, Taken, platform, queued},
        whatsapp, whenever_woken,
    },
};

/// Rows of one write, or one slice more.
const PIECE: usize = 1_000;

/// Sweeps until the server stops.
pub(crate) async fn sweep(app: App, policies: Policies, me: Arc<str>) {
    whenever_woken(&app, || async {
        match app.db.read(store::stopping).await {
            Ok(stopping) => {
                for (team, campaign) in stopping {
                    sweep_campaign(&app, policies, &me, team, campaign).await;
                }
            }
            Err(error) => tracing::error!(%error, "stopped campaigns could not be read"),
        }
    })
    .await;
}

/// Settles everybody of a campaign whom no call is out for.
async fn sweep_campaign(app: &App, policies: Policies, me: &Arc<str>, team: TeamId, campaign: CampaignId) {
    while !app.tasks.is_stopping() {
        let (me, clock) = (me.clone(), app.clock.clone());
        let work = move |tx: &mut Tx<'_>| {
            let desk = Desk { clock: &clock, policies, team, now: clock.now() };
            settle_piece(tx, desk, campaign, &me)
        };
        match app.db.write_as(Lane::Engine, work).await {
            Ok(0) => return,
            Ok(_) => {}
            Err(error) => return tracing::error!(%campaign, %error, "a stopped campaign could not be settled"),
        }
    }
}

/// Settles some of those of a stopped campaign who wait and whom nobody holds; says how many slices that were.
pub(crate) fn settle_piece(tx: &mut Tx<'_>, desk: Desk<'_>, campaign: CampaignId, me: &str) -> db::Result<usize> {
    let (mut slices, mut rows) = (0, 0);
    while rows < PIECE {
        let Some(rest) = store::take_rest(tx, desk.team, campaign, me, desk.now)? else { break };
        rows += settle_rest(tx, desk, campaign, &rest)?;
        slices += 1;
    }
    Ok(slices)
}

/// Settles a slice whole; says how many waited in it.
fn settle_rest(tx: &mut Tx<'_>, desk: Desk<'_>, campaign: CampaignId, rest: &Rest) -> db::Result<usize> {
    let waiting = queued(tx, &rest.slice, Some(campaign))?;
    match platform(tx, desk.team, rest.channel)? {
        Platform::Whatsapp => {
            let ids: Vec<_> = waiting.iter().map(|row| row.id).collect();
            whatsapp::give_up(tx, desk, &rest.slice, &ids, Reason::Cancelled)?;
        }
        Platform::Line => {
            let settled = waiting.iter().map(|row| ending(row, &rest.slice, desk.now)).collect();
            settle_unsent(tx, desk.team, &rest.slice, Some(campaign), settled, waiting.len(), desk.now)?;
        }
    }
    Ok(waiting.len())
}

/// What becomes of a row on LINE: only what surely never arrived is cancelled.
fn ending(row: &Queued, slice: &Taken, now: i64) -> Settled {
    if row.unsure || slice.was_lost {
        unsent(row.id, "unknown", Reason::NoAnswer, None, now)
    } else {
        unsent(row.id, "failed", Reason::Cancelled, Some(CheckedBy::Storecast), now)
    }
}
