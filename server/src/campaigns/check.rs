//! The check: who will be sent, who will not and why, who is not sure, before anything goes out (ux.md step 3).

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use shared::{
    campaigns::{
        ChannelCheck, ChannelQuota, Check, CheckDraft, CheckGroup, CountSelection, Doubt, Draft, LeaveOut, Person,
        SelectionCount,
    },
    contacts::{ChannelRef, Subscription},
    content::Content,
    conversations::ConversationState,
    id::ChannelId,
    limits::Platform,
    media::MediaInfo,
    problem::{Problem, Rule},
    reasons::Reason,
    text::utf16_len,
};

use super::drafts::{self, Stored};
use crate::{
    App,
    caller::Caller,
    channels,
    conversations::{self, Chosen},
    db::Tx,
    media,
    refused::{Refused, Result},
};

/// Within so long after a customer wrote, LINE delivers to her even if she is no friend (providers.md A5).
const NO_FRIEND_MS: i64 = 7 * 24 * 3_600_000;
/// People shown of each group.
const SHOWN: usize = 100;
/// People to look at the preview with.
const SAMPLES: usize = 20;

/// What will become of one selected person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Will be sent.
    Send,
    /// Will be tried, but may well not arrive.
    Doubt(Doubt),
    /// Will not be sent.
    Fail(Reason),
}

/// What will become of this person, if the caller sends now (domain.md 4.2, 4.7).
pub(crate) fn verdict(caller: &Caller, chosen: &Chosen, now: i64) -> Verdict {
    if chosen.state != ConversationState::InProgress {
        return Verdict::Fail(Reason::NotInProgress);
    }
    if chosen.owner != Some(caller.member) {
        return Verdict::Fail(Reason::NotOwner);
    }
    match chosen.subscription {
        Subscription::Blocked => Verdict::Fail(Reason::Unfollowed),
        Subscription::Unsubscribed => Verdict::Fail(Reason::Unsubscribed),
        Subscription::Subscribed => Verdict::Send,
        Subscription::Unknown if chosen.last_customer_at.is_some_and(|at| now - at < NO_FRIEND_MS) => Verdict::Send,
        Subscription::Unknown => Verdict::Doubt(Doubt::NotKnownFriend),
    }
}

/// An audience with its verdicts: what the check shows and what the send writes down.
pub(crate) struct Audience {
    /// Everyone selected, in the order of (channel, contact).
    pub(crate) people: Vec<(Chosen, Verdict)>,
    /// The longest name, which text limits are counted with.
    pub(crate) longest_name: String,
}

impl Audience {
    /// Looks a selection up as it is now.
    pub(crate) fn of(tx: &mut Tx<'_>, caller: &Caller, draft: &Stored, now: i64) -> Result<Self> {
        let people: Vec<(Chosen, Verdict)> = conversations::select(tx, caller, &draft.selection, now)?
            .into_iter()
            .map(|chosen| {
                let verdict = verdict(caller, &chosen, now);
                (chosen, verdict)
            })
            .collect();
        let longest = people.iter().map(|(chosen, _)| chosen.name.as_str()).max_by_key(|name| utf16_len(name));
        let longest_name = longest.unwrap_or_default().to_owned();
        Ok(Self { people, longest_name })
    }

    /// Refuses what cannot be sent whatever the verdicts: nobody selected, too many, content beyond a limit, a picture or
    /// film that is not among these.
    pub(crate) fn fits(&self, caller: &Caller, content: &Content, media: &[MediaInfo]) -> Result<(), Problem> {
        if self.people.is_empty() {
            return Err(Problem::invalid("selection", Rule::Required));
        }
        let (actual, limit) = (self.people.len() as u64, u64::from(caller.settings.group_send_max));
        if actual > limit {
            return Err(Problem::invalid("selection", Rule::TooMany { limit, actual }));
        }
        content.check(&self.longest_name, &self.platforms(), media)
    }

    /// The platforms of the audience.
    fn platforms(&self) -> Vec<Platform> {
        let mut platforms: Vec<Platform> =
            self.people.iter().map(|(chosen, _)| chosen.channel_ref().platform).collect();
        platforms.sort_unstable();
        platforms.dedup();
        platforms
    }

    /// Calls to be made on each account.
    pub(crate) fn tried(&self) -> BTreeMap<ChannelId, u64> {
        let mut tried = BTreeMap::new();
        for (chosen, verdict) in &self.people {
            *tried.entry(chosen.channel).or_default() += u64::from(!matches!(verdict, Verdict::Fail(_)));
        }
        tried
    }

    /// The accounts of the audience, and how many people each has.
    pub(crate) fn channels(&self) -> BTreeMap<ChannelId, (ChannelRef, u64)> {
        let mut channels = BTreeMap::new();
        for (chosen, _) in &self.people {
            channels.entry(chosen.channel).or_insert_with(|| (chosen.channel_ref(), 0)).1 += 1;
        }
        channels
    }

    /// Stands for the people and their verdicts.
    fn digest(&self) -> String {
        let mut lines: Vec<String> =
            self.people.iter().map(|(chosen, verdict)| format!("{} {verdict:?}", chosen.conversation)).collect();
        lines.sort_unstable();
        short_digest(lines.join("\n").as_bytes())
    }
}

/// Stands for what was checked: the people with their verdicts, then the content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Digest {
    pub(crate) audience: String,
    pub(crate) content: String,
}

impl Digest {
    pub(crate) fn of(audience: &Audience, content: &Content) -> Result<Self> {
        let content = serde_json::to_vec(content).map_err(Refused::fault)?;
        Ok(Self { audience: audience.digest(), content: short_digest(&content) })
    }

    /// Reads one that the app carried back. One of another form matches nothing.
    pub(crate) fn read(text: &str) -> Self {
        let (audience, content) = text.split_once('.').unwrap_or((text, ""));
        Self { audience: audience.to_owned(), content: content.to_owned() }
    }
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.audience, self.content)
    }
}

fn short_digest(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&digest::digest(&digest::SHA256, bytes).as_ref()[..16])
}

/// Checks a stored draft.
pub(crate) async fn check(app: App, caller: Caller, call: CheckDraft) -> Result<Check> {
    let now = app.clock.now();
    let (asking, known) = (caller.clone(), app.clone());
    let (draft, audience, media) = app
        .db
        .read(move |tx| {
            let draft = drafts::find(tx, &asking, call.id)?;
            let audience = Audience::of(tx, &asking, &draft, now)?;
            let media = media::infos(&known, tx, asking.team, &drafts::media_of(&draft.content))?;
            Ok::<_, Refused>((draft, audience, media))
        })
        .await?;
    audience.fits(&caller, &draft.content, &media)?;
    let tried = audience.tried();
    let mut channels = Vec::new();
    for (id, (channel, people)) in audience.channels() {
        // Asked outside the transaction; a platform that does not answer leaves the last figure, or none.
        let quota = channels::quota(&app, caller.team, id).await?;
        let state = channels::show(&app, caller.team, id).await?;
        channels.push(ChannelCheck {
            channel,
            audience: people,
            tried: tried.get(&id).copied().unwrap_or_default(),
            quota: quota.map(|quota| ChannelQuota {
                limit: quota.limit.and_then(|limit| u64::try_from(limit).ok()),
                used: u64::try_from(quota.used).unwrap_or_default(),
            }),
            paused: state.paused,
        });
    }
    summed_up(&audience, &draft.content, channels)
}

fn summed_up(audience: &Audience, content: &Content, channels: Vec<ChannelCheck>) -> Result<Check> {
    let person = |chosen: &Chosen| Person {
        conversation: chosen.conversation,
        name: chosen.name.clone(),
        channel: chosen.channel_ref(),
    };
    let mut fails: BTreeMap<Reason, (u64, Vec<Person>)> = BTreeMap::new();
    let mut doubts: BTreeMap<Doubt, (u64, Vec<Person>)> = BTreeMap::new();
    let mut samples = Vec::new();
    let mut will_send = 0;
    for (chosen, verdict) in &audience.people {
        let group = match verdict {
            Verdict::Send => {
                will_send += 1;
                if samples.len() < SAMPLES {
                    samples.push(person(chosen));
                }
                continue;
            }
            Verdict::Doubt(doubt) => doubts.entry(*doubt).or_default(),
            Verdict::Fail(reason) => fails.entry(*reason).or_default(),
        };
        group.0 += 1;
        if group.1.len() < SHOWN {
            group.1.push(person(chosen));
        }
    }
    Ok(Check {
        audience: audience.people.len() as u64,
        will_send,
        not_sure: groups(doubts),
        will_fail: groups(fails),
        channels,
        samples,
        referral_links: content.referral_links() as u64,
        same_person: same_person(audience),
        digest: Digest::of(audience, content)?.to_string(),
    })
}

/// Groups, the largest first.
fn groups<T: Ord + Copy>(groups: BTreeMap<T, (u64, Vec<Person>)>) -> Vec<CheckGroup<T>> {
    let mut groups: Vec<CheckGroup<T>> =
        groups.into_iter().map(|(reason, (count, people))| CheckGroup { reason, count, people }).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

/// People who are in it on more than one account (domain.md 11.29).
fn same_person(audience: &Audience) -> u64 {
    let mut accounts: BTreeMap<_, u64> = BTreeMap::new();
    for (chosen, _) in &audience.people {
        *accounts.entry(chosen.contact).or_default() += 1;
    }
    accounts.values().filter(|accounts| **accounts > 1).count() as u64
}

/// Leaves the people of one reason or doubt out of a draft.
pub(crate) async fn leave_out(app: App, caller: Caller, call: LeaveOut) -> Result<Draft> {
    let wanted = match (call.reason, call.doubt) {
        (Some(reason), None) => Verdict::Fail(reason),
        (None, Some(doubt)) => Verdict::Doubt(doubt),
        _ => {
            let rule = Rule::Malformed { expected: "either `reason` or `doubt`".into() };
            return Err(Problem::invalid("reason", rule).into());
        }
    };
    let (now, known) = (app.clock.now(), app.clone());
    app.db
        .write(move |tx| {
            let mut draft = drafts::find(tx, &caller, call.id)?;
            let audience = Audience::of(tx, &caller, &draft, now)?;
            for (chosen, _) in audience.people.iter().filter(|(_, verdict)| *verdict == wanted) {
                draft.selection.remove(chosen.conversation);
            }
            draft.selection.check()?;
            let draft = drafts::replace_selection(tx, &caller, draft, now)?;
            Ok::<_, Refused>(draft.shown(tx, &known, &caller)?)
        })
        .await
}

/// How many a selection holds, by account.
pub(crate) async fn count(app: App, caller: Caller, call: CountSelection) -> Result<SelectionCount> {
    call.selection.check()?;
    let now = app.clock.now();
    app.db.read(move |tx| conversations::count(tx, &caller, &call.selection, now)).await
}
