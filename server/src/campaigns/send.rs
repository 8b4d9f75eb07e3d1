//! Accepting a send: once, whole, and safely stored before it is answered.

use std::collections::{BTreeMap, BTreeSet};

use shared::{
    campaigns::{Progress, SendDraft},
    contacts::{ChannelRef, Subscription},
    content::Content,
    id::{CampaignId, ChannelId, ContactId, TeamId},
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
    contacts,
    conversations::Chosen,
    db::{self, Tx},
    live::{News, Subject},
    media::{self, Holder},
    outbox::{self, NewCampaignDeliveries, NewDelivery, Recipients},
    refused::{Refused, Result},
};

/// What has not started within a day of Send would go out too late (architecture.md 4).
pub(super) const LIFE_MS: i64 = 24 * 3_600_000;
/// The class of group sends.
const CLASS: i64 = 1;
/// Characters of the first text that lists show.
const PREVIEW: usize = 120;

/// How often a send is made ready where its draft was changed meanwhile, or who is who, in all.
const TRIES: usize = 3;

/// Accepts a draft. Asked again, however often, it answers the same campaign.
pub(crate) async fn send(app: App, caller: Caller, call: SendDraft) -> Result<Progress> {
    app.limits.check_send(caller.member)?;
    let campaign = accept_one(&app, &caller, &call).await?;
    app.outbox.wake();
    metrics::counter!("storecast_group_sends_total").increment(1);
    app.db.read(move |tx| records::progress(tx, &caller, campaign)).await
}

/// Makes it ready, which for a large audience takes a while, outside of the write that all others wait for.
async fn accept_one(app: &App, caller: &Caller, call: &SendDraft) -> Result<CampaignId> {
    for _ in 0..TRIES {
        let (asking, asked, known) = (caller.clone(), call.clone(), app.clone());
        let ready = match app.db.read(move |tx| make_ready(tx, &known, &asking, &asked)).await? {
            Ready::Sent(campaign) => return Ok(campaign),
            Ready::ToSend(ready) => ready,
        };
        let (asking, asked, clock) = (caller.clone(), call.clone(), app.clock.clone());
        match app.db.write(move |tx| accept(tx, &clock, &asking, &asked, &ready)).await {
            Ok(Some(campaign)) => return Ok(campaign),
            Ok(None) => {}
            // Two at once: the other one won, and is the answer.
            Err(Accept::Database(db::Error::Unique { .. })) => {
                let (asking, asked) = (caller.clone(), call.clone());
                let other = app.db.read(move |tx| again(tx, &asking, &asked)).await?;
                return other.ok_or(Refused::fault("a send clashed with nothing"));
            }
            Err(Accept::Database(error)) => return Err(error.into()),
            Err(Accept::Refused(refused)) => return Err(refused),
        }
    }
    Err(Problem::conflict(Conflict::ContentChanged).into())
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

/// What became of making a send ready.
pub(crate) enum Ready {
    /// It was accepted before.
    Sent(CampaignId),
    /// It holds, and is to be written down.
    ToSend(Box<Accepted>),
}

/// A send that holds, as it is written down.
pub(crate) struct Accepted {
    draft: Stored,
    /// Who was who then.
    people: i64,
    recipients: Recipients,
    channels: Vec<ChannelRef>,
    audience: usize,
    /// Of them, known to fail.
    failed: usize,
    /// Calls to be made on each account.
    tried: BTreeMap<ChannelId, u64>,
    /// People to be written to outside their windows, by account.
    outside: BTreeMap<ChannelId, BTreeSet<ContactId>>,
}

/// Looks at a draft as the check did, and refuses it where anything is not as it was then.
pub(crate) fn make_ready(tx: &mut Tx<'_>, app: &App, caller: &Caller, call: &SendDraft) -> Result<Ready> {
    if let Some(campaign) = again(tx, caller, call)? {
        return Ok(Ready::Sent(campaign));
    }
    let draft = drafts::find(tx, caller, call.id)?;
    let who = contacts::people_revision(tx, caller.team)?;
    let now = app.clock.now();
    let audience = Audience::of(tx, caller, &draft, now)?;
    let media = media::infos(app, tx, caller.team, &drafts::media_of(&draft.content))?;
    audience.fits(tx, caller, &draft, &media)?;
    let tried = audience.tried();
    let will_send: u64 = tried.values().sum();
    let seen = Digest::read(&call.digest);
    let is = Digest::of(&audience, &draft.content)?;
    if seen.content != is.content {
        return Err(Problem::conflict(Conflict::ContentChanged).into());
    }
    let people = audience.people.len();
    if seen.audience != is.audience || call.audience != people as u64 {
        let with = Conflict::AudienceChanged { audience: people as u64, will_send };
        return Err(Problem::conflict(with).into());
    }
    if will_send == 0 {
        return Err(Problem::conflict(Conflict::NobodyToSend).into());
    }
    let channels = audience.channels().into_values().map(|(channel, _)| channel).collect();
    let outside = audience.outside(now);
    let recipients: Vec<NewDelivery> = audience.people.into_iter().map(recipient).collect();
    let failed = recipients.iter().filter(|one| one.refused.is_some()).count();
    let recipients = Recipients::of(recipients)?;
    Ok(Ready::ToSend(Box::new(Accepted {
        draft,
        people: who,
        recipients,
        channels,
        audience: people,
        failed,
        tried,
        outside,
    })))
}

fn recipient((chosen, verdict): (Chosen, Verdict)) -> NewDelivery {
    NewDelivery {
        channel: chosen.channel,
        identity: chosen.identity,
        contact: chosen.contact,
        conversation: chosen.conversation,
        address: chosen.address,
        name: chosen.name,
        refused: match verdict {
            Verdict::Fail(reason) => Some(reason),
            Verdict::Send | Verdict::Doubt(_) => None,
        },
        is_follower: chosen.subscription == Subscription::Subscribed,
    }
}

/// Writes a send down that was made ready. Nothing, where its draft was changed since, or who is who.
pub(crate) fn accept(
    tx: &mut Tx<'_>,
    clock: &Clock,
    caller: &Caller,
    call: &SendDraft,
    ready: &Accepted,
) -> Result<Option<CampaignId>, Accept> {
    if let Some(campaign) = again(tx, caller, call)? {
        return Ok(Some(campaign));
    }
    let draft = &ready.draft;
    if drafts::store::revision(tx, caller.team, caller.member, draft.id)? != Some(draft.revision) {
        return Ok(None);
    }
    if contacts::hold_people(tx, caller.team)? != ready.people {
        return Ok(None);
    }
    let now = clock.now();
    fits_quota(tx, caller.team, &ready.tried)?;
    for (channel, people) in &ready.outside {
        reach::of(tx, caller.team, *channel, people, now)?.map_or(Ok(()), reach::check)?;
    }
    let campaign = clock.id();
    write(tx, caller, clock, &NewSend { campaign, digest: &call.digest, ready, now })?;
    Ok(Some(campaign))
}

/// Refuses a whole send that needs more of a month than is left, with both numbers; no rows fail for it (domain.md 11.26).
/// What is on its way has its part of the month already: LINE counts it only once it is sent.
/// `tried` is how many calls each account makes.
pub(super) fn fits_quota(tx: &mut Tx<'_>, team: TeamId, tried: &BTreeMap<ChannelId, u64>) -> Result<()> {
    for (channel, needed) in tried {
        let known = channels::known(tx, team, *channel)?.filter(|channel| channel.platform == Platform::Line);
        let quota = known.and_then(|channel| channel.quota);
        let Some(left) = quota.and_then(channels::Quota::left).and_then(|left| u64::try_from(left).ok()) else {
            continue;
        };
        let left = left.saturating_sub(outbox::on_its_way(tx, team, *channel)?);
        if *needed > left {
            return Err(Problem::conflict(Conflict::QuotaTooSmall { needed: *needed, left }).into());
        }
    }
    Ok(())
}

/// A campaign to be written.
struct NewSend<'a> {
    campaign: CampaignId,
    digest: &'a str,
    ready: &'a Accepted,
    /// UTC ms.
    now: i64,
}

/// Writes the campaign, its links, its recipients and their slices; from now on it holds the media that the draft held.
fn write(tx: &mut Tx<'_>, caller: &Caller, clock: &Clock, new: &NewSend<'_>) -> db::Result<()> {
    let NewSend { campaign, digest, ready, now } = *new;
    let draft = &ready.draft;
    let expires_at = now + LIFE_MS;
    store::add(
        tx,
        &store::NewCampaign {
            team: caller.team,
            id: campaign,
            kind: draft.kind,
            class: CLASS,
            draft: draft.id,
            digest,
            sender: caller.member,
            sender_name: &caller.name,
            store: caller.store(),
            content: &draft.content,
            first_text: preview(&draft.content),
            selection: &draft.selection,
            channels: &ready.channels,
            now,
            expires_at,
            audience: ready.audience,
            failed: ready.failed,
        },
    )?;
    store::add_links(tx, clock, caller.team, campaign, &draft.content)?;
    drafts::store::sent(tx, caller.team, caller.member, draft.id, campaign)?;
    tx.tell(News::of(caller.team, campaign));
    tx.tell(News::of(caller.team, Subject::Draft(caller.member, draft.id)));
    media::hold(tx, caller.team, Holder::Campaign(campaign), &drafts::media_of(&draft.content))?;
    drafts::release(tx, caller.team, caller.member, draft.id)?;
    let deliveries = NewCampaignDeliveries {
        team: caller.team,
        campaign,
        class: CLASS,
        sender: caller.member,
        expires_at,
        now,
        is_personal: draft.content.is_personal(),
    };
    outbox::enqueue_campaign(tx, clock, deliveries, &ready.recipients)
}

/// The beginning of the first text, for lists.
fn preview(content: &Content) -> String {
    content.first_text().unwrap_or_default().chars().take(PREVIEW).collect()
}
