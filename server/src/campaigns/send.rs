//! Accepting a send: once, whole, and safely stored before it is answered.

use std::collections::BTreeMap;

use shared::{
    campaigns::{Progress, SendDraft},
    contacts::{ChannelRef, Subscription},
    content::Content,
    id::{CampaignId, ChannelId, StoreId, TeamId},
    limits::Platform,
    problem::{Conflict, Problem},
};

use super::{
    check::{Audience, Digest, Verdict},
    drafts::{self, Stored},
    reach,
    records::{self, store},
};
use crate::{
    App,
    caller::Caller,
    channels,
    clock::Clock,
    db::{self, Tx},
    live::{News, Subject},
    media::{self, Holder},
    outbox::{self, NewCampaignDeliveries, NewDelivery},
    refused::{Refused, Result},
};

/// What has not started within a day of Send would go out too late (architecture.md 4).
pub(super) const LIFE_MS: i64 = 24 * 3_600_000;
/// Characters of the first text that lists show.
const PREVIEW: usize = 120;

/// Accepts a draft. Asked again, however often, it answers the same campaign.
pub(crate) async fn send(app: App, caller: Caller, call: SendDraft) -> Result<Progress> {
    app.limits.check_send(caller.member)?;
    let accepted = {
        let (caller, call, known) = (caller.clone(), call.clone(), app.clone());
        app.db.write(move |tx| accept(tx, &known, &caller, &call)).await
    };
    let campaign = match accepted {
        Ok(campaign) => campaign,
        // Two at once: the other one won, and is the answer.
        Err(Accept::Database(db::Error::Unique { .. })) => {
            let (caller, call) = (caller.clone(), call.clone());
            app.db
                .read(move |tx| again(tx, &caller, &call))
                .await?
                .ok_or(Refused::fault("a send clashed with nothing"))?
        }
        Err(Accept::Database(error)) => return Err(error.into()),
        Err(Accept::Refused(refused)) => return Err(refused),
    };
    app.outbox.wake();
    metrics::counter!("storecast_group_sends_total").increment(1);
    app.db.read(move |tx| records::progress(tx, &caller, campaign)).await
}

/// How accepting can fail, with the clash of two at once kept apart.
#[derive(Debug)]
pub(crate) enum Accept {
    Database(db::Error),
    Refused(Refused),
}

impl From<db::Error> for Accept {
    fn from(error: db::Error) -> Self {
        Self::Database(error)
    }
}

impl From<Refused> for Accept {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Problem> for Accept {
    fn from(problem: Problem) -> Self {
        Self::Refused(problem.into())
    }
}

/// The campaign that this very send became, if it was accepted before. Another audience or content is a conflict.
fn again(tx: &mut Tx<'_>, caller: &Caller, call: &SendDraft) -> Result<Option<CampaignId>> {
    match store::of_draft(tx, caller.team, caller.member, call.id)? {
        Some((campaign, digest, audience)) if digest == call.digest && u64::try_from(audience) == Ok(call.audience) => {
            Ok(Some(campaign))
        }
        Some((campaign, ..)) => Err(Problem::conflict(Conflict::AlreadySent { campaign }).into()),
        None => Ok(None),
    }
}

pub(crate) fn accept(tx: &mut Tx<'_>, app: &App, caller: &Caller, call: &SendDraft) -> Result<CampaignId, Accept> {
    if let Some(campaign) = again(tx, caller, call)? {
        return Ok(campaign);
    }
    let now = app.clock.now();
    let draft = drafts::find(tx, caller, call.id)?;
    let audience = Audience::of(tx, caller, &draft, now)?;
    let media = media::infos(app, tx, caller.team, &drafts::media_of(&draft.content))?;
    audience.fits(tx, caller, &draft, &media)?;
    let tried: u64 = audience.tried().values().sum();
    let seen = Digest::read(&call.digest);
    let is = Digest::of(&audience, &draft.content)?;
    if seen.content != is.content {
        return Err(Problem::conflict(Conflict::ContentChanged).into());
    }
    if seen.audience != is.audience || call.audience != audience.people.len() as u64 {
        let with = Conflict::AudienceChanged { audience: audience.people.len() as u64, will_send: tried };
        return Err(Problem::conflict(with).into());
    }
    if tried == 0 {
        return Err(Problem::conflict(Conflict::NobodyToSend).into());
    }
    fits_quota(tx, caller.team, &audience.tried())?;
    for reach in audience.reaches(tx, caller.team, now)?.into_values() {
        reach::check(reach)?;
    }
    let campaign = app.clock.id();
    write(
        tx,
        caller,
        &app.clock,
        &Accepted { campaign, draft: &draft, audience: &audience, digest: &call.digest, now },
    )?;
    Ok(campaign)
}

/// Refuses a whole send that needs more of a month than is left, with both numbers; no rows fail for it (domain.md 11.26).
/// `tried` is how many calls each account makes.
pub(super) fn fits_quota(tx: &mut Tx<'_>, team: TeamId, tried: &BTreeMap<ChannelId, u64>) -> Result<()> {
    for (channel, needed) in tried {
        let known = channels::known(tx, team, *channel)?.filter(|channel| channel.platform == Platform::Line);
        let quota = known.and_then(|channel| channel.quota);
        if let Some(left) = quota.and_then(channels::Quota::left).and_then(|left| u64::try_from(left).ok())
            && *needed > left
        {
            return Err(Problem::conflict(Conflict::QuotaTooSmall { needed: *needed, left }).into());
        }
    }
    Ok(())
}

/// A send that holds.
struct Accepted<'a> {
    campaign: CampaignId,
    draft: &'a Stored,
    audience: &'a Audience,
    digest: &'a str,
    now: i64,
}

/// Writes the campaign, its links, its recipients and their slices; from now on it holds the media that the draft held.
fn write(tx: &mut Tx<'_>, caller: &Caller, clock: &Clock, accepted: &Accepted<'_>) -> db::Result<()> {
    let Accepted { campaign, draft, audience, digest, now } = *accepted;
    let recipients: Vec<NewDelivery> = audience
        .people
        .iter()
        .map(|(chosen, verdict)| NewDelivery {
            channel: chosen.channel,
            identity: chosen.identity,
            contact: chosen.contact,
            conversation: chosen.conversation,
            address: chosen.address.clone(),
            name: chosen.name.clone(),
            refused: match verdict {
                Verdict::Fail(reason) => Some(*reason),
                Verdict::Send | Verdict::Doubt(_) => None,
            },
            is_follower: chosen.subscription == Subscription::Subscribed,
        })
        .collect();
    let failed = recipients.iter().filter(|one| one.refused.is_some()).count();
    let store: Option<StoreId> = caller.store();
    let names: Vec<ChannelRef> = audience.channels().into_values().map(|(channel, _)| channel).collect();
    store::add(
        tx,
        &store::NewCampaign {
            team: caller.team,
            id: campaign,
            kind: draft.kind,
            class: 1,
            draft: draft.id,
            digest,
            sender: caller.member,
            sender_name: &caller.name,
            store,
            content: &draft.content,
            first_text: preview(&draft.content),
            selection: &draft.selection,
            channels: &names,
            now,
            expires_at: now + LIFE_MS,
            audience: recipients.len(),
            failed,
        },
    )?;
    store::add_links(tx, clock, caller.team, campaign, &draft.content)?;
    drafts::store::sent(tx, caller.team, caller.member, draft.id, campaign)?;
    tx.tell(News::of(caller.team, campaign));
    tx.tell(News::of(caller.team, Subject::Draft(caller.member, draft.id)));
    media::hold(tx, caller.team, Holder::Campaign(campaign), &drafts::media_of(&draft.content))?;
    drafts::release(tx, caller.team, caller.member, draft.id)?;
    outbox::enqueue_campaign(
        tx,
        clock,
        NewCampaignDeliveries {
            team: caller.team,
            campaign,
            class: 1,
            policy: "group",
            sender: caller.member,
            expires_at: now + LIFE_MS,
            now,
            is_personal: draft.content.is_personal(),
            recipients: &recipients,
        },
    )
}

/// The beginning of the first text, for lists.
fn preview(content: &Content) -> String {
    content.first_text().unwrap_or_default().chars().take(PREVIEW).collect()
}
