//! What WhatsApp tells of a message after it took it: on its way, on the phone, read, or not arrived after all.

use shared::{
    id::{ChannelId, TeamId},
    reasons::Reason,
};

use super::{
    Policies, control,
    parts::{self, Desk, Fact, PartKey, PartState, Person},
    store,
};
use crate::{
    clock::Clock,
    db::{self, Tx},
    live::{News, Subject},
    platforms::{
        Outcome,
        whatsapp::webhook::{Status, StatusState},
    },
};

/// A status tells of the channel as it is now only so long, in milliseconds: Meta repeats its webhooks for days.
const NEWS_MS: i64 = 600_000;

/// Applies a status of a number's webhook, in the transaction of its event. It may come before our own answer, twice, and in
/// any order; one that says no more than is known changes nothing. A message that is not ours is ignored.
///
/// A `failed` status says that this message is dead, also where its code would be tried again by the engine
/// (providers.md B6). One that is settled as accepted lets those behind it go out.
pub fn apply(
    tx: &mut Tx<'_>,
    clock: &Clock,
    policies: Policies,
    (team, channel): (TeamId, ChannelId),
    status: &Status,
) -> db::Result<()> {
    let now = clock.now();
    let Some((key, mut person)) = find(tx, team, channel, status)? else {
        tracing::debug!(%channel, "a status of a message that is not ours");
        return Ok(());
    };
    let moved = person.hear(&fact(key, status, now));
    let (identity, campaign) = (person.identity, person.campaign);
    let desk = Desk { clock, policies, team, now };
    parts::conclude(tx, desk, std::slice::from_mut(&mut person), |_| false)?;
    let StatusState::Failed(answer) = &status.state else {
        return Ok(());
    };
    let is_news = moved && now - status.at < NEWS_MS;
    match (&answer.outcome, campaign) {
        (Outcome::Refused { reason: Reason::Unsubscribed }, _) if moved => {
            (desk.policies.opted_out)(tx, clock, team, identity, when(status, now))
        }
        (Outcome::Stop { reason }, _) if is_news => {
            tx.tell(News::of(team, Subject::Channels));
            store::pause(tx, channel, *reason, now)
        }
        (Outcome::Halt { reason }, Some(campaign)) if is_news => {
            control::hold_campaign(tx, team, campaign, *reason).map(drop)
        }
        _ => Ok(()),
    }
}

/// The message that a status is about, with whose it is, locked: by what we sent along with it, else by WhatsApp's id of it.
fn find(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId, status: &Status) -> db::Result<Option<(PartKey, Person)>> {
    if let Some(key) = status.callback.as_deref().and_then(|text| text.parse().ok())
        && let Some(person) = owner(tx, team, channel, key)?
    {
        return Ok(Some((key, person)));
    }
    let Some(key) = parts::by_provider_id(tx, team, channel, &status.id)? else {
        return Ok(None);
    };
    Ok(owner(tx, team, channel, key)?.map(|person| (key, person)))
}

/// Whose message this is, if it was ever sent by this number.
fn owner(tx: &mut Tx<'_>, team: TeamId, channel: ChannelId, key: PartKey) -> db::Result<Option<Person>> {
    let person = parts::load(tx, team, &[key.delivery])?.pop();
    let has_it = |person: &Person| {
        let mut parts = person.parts.iter();
        person.channel == channel && parts.any(|part| (part.number, part.attempt) == (key.part, key.attempt))
    };
    Ok(person.filter(has_it))
}

fn when(status: &Status, now: i64) -> i64 {
    if status.at > 0 { status.at } else { now }
}

fn fact(key: PartKey, status: &Status, now: i64) -> Fact {
    let (state, answer) = match &status.state {
        StatusState::Sent => (PartState::Sent, None),
        StatusState::Delivered => (PartState::Delivered, None),
        StatusState::Read => (PartState::Read, None),
        StatusState::Failed(answer) => (PartState::Failed, Some(answer)),
    };
    let reason = answer.map(|answer| match &answer.outcome {
        Outcome::Refused { reason }
        | Outcome::Later { reason, .. }
        | Outcome::Stop { reason }
        | Outcome::Halt { reason }
        | Outcome::Unsure { reason } => *reason,
        Outcome::Accepted { .. } => Reason::WaFailed,
    });
    Fact {
        key,
        state,
        provider_id: (!status.id.is_empty()).then(|| status.id.clone()),
        reason,
        code: answer.and_then(|answer| answer.code.clone()),
        text: answer.and_then(|answer| answer.text.clone()),
        request_id: answer.and_then(|answer| answer.request_id.clone()),
        at: when(status, now),
    }
}
