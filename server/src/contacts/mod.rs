//! Customers: who they are on each channel, whether they can be reached, what they are called and labelled.

pub mod attributes;
pub mod erasure;
pub mod http;
mod profile;
mod store;
#[cfg(test)]
mod store_test;
pub mod whatsapp;

use std::{
    collections::{BTreeSet, HashMap},
    slice,
};

use shared::{
    call::Done,
    contacts::{AddTag, RemoveTag, Subscription, Tag},
    id::{ChannelId, ContactId, IdentityId, TagId, TeamId},
    limits,
    problem::{Problem, Rule, Unit, What},
    text::{fold, tidy_name},
};

pub use self::profile::start;
pub(crate) use self::store::{hold_people, people_revision};
use crate::{
    App,
    caller::Caller,
    clock::Clock,
    conversations,
    db::{self, Tx},
    live::{News, Subject},
    refused::{Refused, Result},
};

/// A customer on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Her, on this channel.
    pub identity: IdentityId,
    /// Her, as a person.
    pub contact: ContactId,
}

/// Who LINE names in an event of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineUser {
    /// The channel's team.
    pub team: TeamId,
    /// The channel.
    pub channel: ChannelId,
    /// LINE's user id of her, one for all channels of a provider.
    pub id: String,
}

/// As [`meet_all`], of one customer.
pub fn meet(tx: &mut Tx<'_>, clock: &Clock, user: &LineUser) -> db::Result<Known> {
    meet_all(tx, clock, slice::from_ref(user))?.remove(user).ok_or(db::Error::NotFound)
}

/// Finds the customers that LINE names, or makes them: without a name until their profile was asked for, and neither
/// friend nor not.
pub fn meet_all(tx: &mut Tx<'_>, clock: &Clock, users: &[LineUser]) -> db::Result<HashMap<LineUser, Known>> {
    // Each once and in one order, so that two servers do not lock each other out.
    let users: Vec<&LineUser> = BTreeSet::from_iter(users).into_iter().collect();
    let mut all: HashMap<LineUser, Known> = store::by_line_users(tx, &users)?.into_iter().collect();
    for user in users {
        if all.contains_key(user) {
            continue;
        }
        let known = Known { identity: clock.id(), contact: clock.id() };
        store::insert(tx, user.team, user.channel, known, None, clock.now())?;
        store::add_line_user(tx, user, known.identity, clock.now())?;
        all.insert(user.clone(), known);
    }
    Ok(all)
}

/// Keeps what an event of time `at` (UTC ms, the platform's) says of a customer's reachability, also in her
/// conversation. What an older event says changes nothing, so that late and repeated webhooks do no harm (providers.md
/// A5).
pub fn hear(
    tx: &mut Tx<'_>,
    clock: &Clock,
    team: TeamId,
    identity: IdentityId,
    subscription: Subscription,
    at: i64,
) -> db::Result<()> {
    let Some(identity) = store::living(tx, team, identity)? else { return Ok(()) };
    if store::set_subscription(tx, team, identity, subscription, at)? {
        conversations::intake::subscription_changed(tx, clock, team, identity, subscription, at)?;
    }
    Ok(())
}

/// A WhatsApp customer wrote: who says nothing else wants our messages (domain.md 8.8). It has no time of its own, so
/// that whatever she said, earlier or later, counts more.
pub fn greeted(tx: &mut Tx<'_>, clock: &Clock, team: TeamId, identity: IdentityId) -> db::Result<()> {
    hear(tx, clock, team, identity, Subscription::Subscribed, 0)
}

/// Asks for the customer's profile again: she came back, perhaps under another name.
pub fn ask_profile(tx: &mut Tx<'_>, team: TeamId, identity: IdentityId) -> db::Result<()> {
    store::ask_profile(tx, team, identity)
}

/// Puts a tag on the customer of a conversation; an unknown name makes a new tag, a known one is found whatever its
/// case and width.
pub async fn add_tag(app: &App, caller: Caller, call: AddTag) -> Result<Tag> {
    let name = tag_name(&call.name)?;
    let (clock, now) = (app.clock.clone(), app.clock.now());
    let tagged = app.db.write(move |tx| {
        let found = conversations::visible(tx, &caller, call.id)?;
        let tag = store::tag(tx, caller.team, clock.id(), &name, &fold(&name), now)?;
        store::put_tag(tx, caller.team, found.contact, tag.id, now)?;
        tx.tell(News::of(caller.team, found.contact));
        tx.tell(News::of(caller.team, Subject::Tags));
        Ok::<_, Refused>(tag)
    });
    tagged.await
}

/// Takes a tag off the customer of a conversation. One that she does not have is [`Problem::Missing`].
pub async fn remove_tag(app: &App, caller: Caller, call: RemoveTag) -> Result<Done> {
    let removed = app.db.write(move |tx| {
        let found = conversations::visible(tx, &caller, call.id)?;
        if store::take_tag(tx, caller.team, found.contact, call.tag)? {
            tx.tell(News::of(caller.team, found.contact));
            Ok(Done {})
        } else {
            Err(Refused::from(Problem::missing(What::Tag)))
        }
    });
    removed.await
}

/// The team's tags, by name.
pub async fn list_tags(app: &App, team: TeamId) -> Result<Vec<Tag>> {
    Ok(app.db.read(move |tx| store::tags(tx, team)).await?)
}

/// Keeps the name a platform gives for a customer, fit to be shown.
fn rename(tx: &mut Tx<'_>, team: TeamId, known: Known, given: &str, at: i64) -> db::Result<()> {
    call(tx, team, known, &tidy_name(given, limits::NAME))?;
    store::profile_done(tx, team, known.identity, at)
}

/// Keeps the name that came with a message of this moment (UTC milliseconds, the platform's), unless a later one is
/// known. An empty one says nothing.
pub fn named(tx: &mut Tx<'_>, team: TeamId, known: Known, given: &str, at: i64) -> db::Result<()> {
    let name = tidy_name(given, limits::NAME);
    if !name.is_empty() && store::set_named_at(tx, team, known.identity, at)? {
        call(tx, team, known, &name)?;
    }
    Ok(())
}

fn call(tx: &mut Tx<'_>, team: TeamId, known: Known, name: &str) -> db::Result<()> {
    let folded = fold(name);
    if store::set_name(tx, team, known.contact, name, &folded)? {
        conversations::intake::renamed(tx, team, known.contact, &folded)?;
    }
    Ok(())
}

fn tag_name(given: &str) -> Result<String, Problem> {
    let refuse = |rule| Err(Problem::invalid("name", rule));
    if given.contains('\0') {
        return refuse(Rule::ControlCharacter);
    }
    let name = tidy_name(given, usize::MAX);
    let length = name.chars().count();
    if name.is_empty() {
        return refuse(Rule::Required);
    }
    if length > limits::TAG_NAME {
        return refuse(Rule::TooLong { limit: limits::TAG_NAME as u64, actual: length as u64, unit: Unit::Characters });
    }
    Ok(name)
}

/// A tag's row.
fn tag_of((id, name): (TagId, String)) -> Tag {
    Tag { id, name }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(" VIP  customer\n", Ok("VIP customer"))]
    #[case("<b>' OR 1=1 --", Ok("<b>' OR 1=1 --"))]
    #[case("\u{202e}👩‍👩‍👧 家", Ok("👩‍👩‍👧 家"))]
    #[case(" \u{3000}\n", Err(Rule::Required))]
    #[case("a\0b", Err(Rule::ControlCharacter))]
    fn a_tag_is_tidied_or_refused(#[case] given: &str, #[case] expected: Result<&str, Rule>) {
        let expected = expected.map(str::to_owned).map_err(|rule| Problem::invalid("name", rule));
        assert_eq!(tag_name(given), expected);
    }

    #[test]
    fn a_tag_has_at_most_forty_characters() {
        assert_eq!(tag_name(&"長".repeat(40)), Ok("長".repeat(40)));
        let rule = Rule::TooLong { limit: 40, actual: 10_000, unit: Unit::Characters };
        assert_eq!(tag_name(&"長".repeat(10_000)), Err(Problem::invalid("name", rule)));
    }
}
