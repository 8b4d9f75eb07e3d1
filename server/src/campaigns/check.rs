//! The check: who will be sent, who will not and why, who is not sure, before anything goes out (ux.md step 3).

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use shared::{
    campaigns::{
        ChannelCheck, ChannelCount, ChannelQuota, Check, CheckDraft, CheckGroup, CountSelection, Doubt, Kind, Person,
        Reach, SelectionCount,
    },
    contacts::{ChannelRef, Subscription},
    content::Content,
    conversations::{ConversationState, Window},
    id::{ChannelId, ContactId, ConversationId, TeamId},
    limits::Platform,
    media::MediaInfo,
    problem::{Conflict, Problem, Rule},
    reasons::Reason,
    text::utf16_len,
};

use super::{
    drafts::{self, Stored},
    reach,
};
use crate::{
    App,
    caller::Caller,
    channels,
    conversations::{self, Chosen},
    db::{self, Tx},
    media, outbox,
    refused::{Refused, Result},
    templates,
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

/// What will become of this person, if the caller sends a message of this kind now (domain.md 4.2, 4.7).
pub(crate) fn verdict(caller: &Caller, chosen: &Chosen, kind: Kind, now: i64) -> Verdict {
    if chosen.state != ConversationState::InProgress {
        return Verdict::Fail(Reason::NotInProgress);
    }
    if chosen.owner != Some(caller.member) {
        return Verdict::Fail(Reason::NotOwner);
    }
    match chosen.subscription {
        Subscription::Blocked => Verdict::Fail(Reason::Unfollowed),
        Subscription::Unsubscribed => Verdict::Fail(Reason::Unsubscribed),
        // Seed steps 16 to 19: a plain message outside the window may not go, a template may.
        _ if kind == Kind::GroupMessage && is_outside(chosen, now) => Verdict::Fail(Reason::WaWindowClosed),
        // WhatsApp has no friends: who never wrote is as sure as who did.
        Subscription::Unknown if chosen.platform == Platform::Whatsapp => Verdict::Send,
        Subscription::Subscribed => Verdict::Send,
        Subscription::Unknown if chosen.last_customer_at.is_some_and(|at| now - at < NO_FRIEND_MS) => Verdict::Send,
        Subscription::Unknown => Verdict::Doubt(Doubt::NotKnownFriend),
    }
}

/// Whether WhatsApp takes nothing but templates to this person now.
pub(crate) fn is_outside(chosen: &Chosen, now: i64) -> bool {
    Window::of(chosen.platform, chosen.last_customer_at, now) == Window::Closed
}

/// An audience with its verdicts: what the check shows and what the send writes down.
pub(crate) struct Audience {
    /// Everyone selected, in the order of (channel, contact).
    pub(crate) people: Vec<(Chosen, Verdict)>,
    /// The longest names, as LINE counts and as WhatsApp does: text limits are counted with them.
    longest_names: [String; 2],
}

impl Audience {
    /// Looks a selection up as it is now.
    pub(crate) fn of(tx: &mut Tx<'_>, caller: &Caller, draft: &Stored, now: i64) -> Result<Self> {
        let people: Vec<(Chosen, Verdict)> = conversations::select(tx, caller, &draft.selection, now)?
            .into_iter()
            .map(|chosen| {
                let verdict = verdict(caller, &chosen, draft.kind, now);
                (chosen, verdict)
            })
            .collect();
        let longest = |count: fn(&str) -> usize| {
            let names = people.iter().map(|(chosen, _)| chosen.name.as_str());
            names.max_by_key(|name| count(name)).unwrap_or_default().to_owned()
        };
        let longest_names = [longest(utf16_len), longest(|name| name.chars().count())];
        Ok(Self { people, longest_names })
    }

    /// Refuses what cannot be sent whatever the verdicts: nobody selected, too many, a template across accounts or one
    /// that is not as it was picked, content beyond a limit, a picture or film that is not among these.
    pub(crate) fn fits(&self, tx: &mut Tx<'_>, caller: &Caller, draft: &Stored, media: &[MediaInfo]) -> Result<()> {
        if self.people.is_empty() {
            return Err(Problem::invalid("selection", Rule::Required).into());
        }
        let (actual, limit) = (self.people.len() as u64, u64::from(caller.settings.group_send_max));
        if actual > limit {
            return Err(Problem::invalid("selection", Rule::TooMany { limit, actual }).into());
        }
        if draft.kind == Kind::GroupTemplate {
            self.template_fits(tx, caller, &draft.content)?;
        }
        for name in &self.longest_names {
            draft.content.check(name, &self.platforms(), media)?;
        }
        Ok(())
    }

    /// A template goes to the customers of one number, and only as it is approved now (domain.md 4.2, 11.23).
    fn template_fits(&self, tx: &mut Tx<'_>, caller: &Caller, content: &Content) -> Result<()> {
        let channels = self.channels();
        if channels.len() > 1 {
            let counted = channels.into_values().map(|(channel, count)| ChannelCount { channel, count });
            let mut channels: Vec<ChannelCount> = counted.collect();
            channels.sort_by_key(|one| std::cmp::Reverse(one.count));
            return Err(Problem::conflict(Conflict::SeveralNumbers { channels }).into());
        }
        // Where nothing is picked yet, or the account is LINE's, the content says so.
        match (content.template(), channels.into_keys().next()) {
            (Some(filled), Some(channel)) if self.platforms() == [Platform::Whatsapp] => {
                templates::check(tx, caller, channel, filled)
            }
            _ => Ok(()),
        }
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

    /// The accounts of the audience, each with those of it who would be written to outside their windows.
    pub(crate) fn outside(&self, now: i64) -> BTreeMap<ChannelId, BTreeSet<ContactId>> {
        let mut outside: BTreeMap<ChannelId, BTreeSet<ContactId>> = BTreeMap::new();
        for (chosen, verdict) in &self.people {
            let people = outside.entry(chosen.channel).or_default();
            if !matches!(verdict, Verdict::Fail(_)) && is_outside(chosen, now) {
                people.insert(chosen.contact);
            }
        }
        outside
    }

    /// How many people each WhatsApp number of the audience may still reach, and how many more this would need.
    fn reaches(&self, tx: &mut Tx<'_>, team: TeamId, now: i64) -> db::Result<BTreeMap<ChannelId, Reach>> {
        let mut reaches = BTreeMap::new();
        for (channel, people) in self.outside(now) {
            reaches.extend(reach::of(tx, team, channel, &people, now)?.map(|reach| (channel, reach)));
        }
        Ok(reaches)
    }

    /// Stands for the people and their verdicts, in whatever order.
    fn digest(&self) -> String {
        let mut people: Vec<(ConversationId, Verdict)> =
            self.people.iter().map(|(chosen, verdict)| (chosen.conversation, *verdict)).collect();
        people.sort_unstable();
        let mut digest = digest::Context::new(&digest::SHA256);
        for (conversation, verdict) in people {
            digest.update(conversation.0.as_bytes());
            let (kind, word) = match verdict {
                Verdict::Send => (0, ""),
                Verdict::Doubt(Doubt::NotKnownFriend) => (1, "not_known_friend"),
                Verdict::Fail(reason) => (2, reason.as_str()),
            };
            digest.update(&[kind]);
            digest.update(word.as_bytes());
        }
        shortened(&digest.finish())
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
        Ok(Self { audience: audience.digest(), content: shortened(&digest::digest(&digest::SHA256, &content)) })
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

fn shortened(digest: &digest::Digest) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(&digest.as_ref()[..16])
}

/// Checks a stored draft.
pub(crate) async fn check(app: App, caller: Caller, call: CheckDraft) -> Result<Check> {
    let now = app.clock.now();
    let (asking, known) = (caller.clone(), app.clone());
    let (draft, audience, reaches) = app
        .db
        .read(move |tx| {
            let draft = drafts::find(tx, &asking, call.id)?;
            let audience = Audience::of(tx, &asking, &draft, now)?;
            let media = media::infos(&known, tx, asking.team, &drafts::media_of(&draft.content))?;
            audience.fits(tx, &asking, &draft, &media)?;
            let reaches = audience.reaches(tx, asking.team, now)?;
            Ok::<_, Refused>((draft, audience, reaches))
        })
        .await?;
    let tried = audience.tried();
    let mut channels = Vec::new();
    for (id, (channel, people)) in audience.channels() {
        // Asked outside the transaction; a platform that does not answer leaves the last figure, or none.
        let quota = channels::quota(&app, caller.team, id).await?;
        let state = channels::show(&app, caller.team, id).await?;
        let team = caller.team;
        let on_its_way = match quota.and_then(|quota| quota.limit) {
            Some(_) => app.db.read(move |tx| outbox::on_its_way(tx, team, id)).await?,
            None => 0,
        };
        channels.push(ChannelCheck {
            channel,
            audience: people,
            tried: tried.get(&id).copied().unwrap_or_default(),
            quota: quota.map(|quota| ChannelQuota {
                limit: quota.limit.and_then(|limit| u64::try_from(limit).ok()),
                used: u64::try_from(quota.used).unwrap_or_default() + on_its_way,
            }),
            reach: reaches.get(&id).copied(),
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

/// How many a selection holds, by account.
pub(crate) async fn count(app: App, caller: Caller, call: CountSelection) -> Result<SelectionCount> {
    call.selection.check()?;
    let now = app.clock.now();
    app.db.read(move |tx| conversations::count(tx, &caller, &call.selection, now)).await
}
