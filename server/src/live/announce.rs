//! The task that tells: who may see what changed is read once for all who listen, and judged by the rule of its
//! feature.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use shared::{
    id::{CampaignId, ContactId, ConversationId, MediaId, SessionId, TeamId},
    live::LiveEvent,
};

use super::{Subject, news::Due};
use crate::{
    App,
    caller::Caller,
    campaigns::{self, Sent},
    conversations::{self, Standing},
    db::{self, Tx},
    members,
};

/// How often it is asked whether the sessions of open streams go on: another process may have ended them, such as
/// `storecast admin`.
const LOOK: Duration = Duration::from_secs(5);

/// Starts telling, and looking after the sessions of those who listen.
pub fn start(app: &App) {
    let teller = app.clone();
    app.tasks.spawn("live.announce", async move {
        while !teller.tasks.is_stopping() {
            let due = teller.live.pending().take(tokio::time::Instant::now());
            let next = due.next;
            announce(&teller, due).await;
            let again = async {
                match next {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = teller.tasks.stopping() => return,
                () = teller.live.0.arrived.notified() => {}
                () = again => {}
            }
        }
    });
    let keeper = app.clone();
    app.tasks.spawn("live.sessions", async move {
        loop {
            tokio::select! {
                () = keeper.tasks.stopping() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            if let Err(error) = end_those_signed_out(&keeper).await {
                tracing::warn!(%error, "the sessions of open streams cannot be looked after now");
            }
        }
    });
}

/// Something, with all that decides who may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fact {
    Conversation(ConversationId, Vec<Standing>),
    Campaign(Sent),
    /// Seen by whom the event is for alone, or by the whole team.
    Plain(Subject),
}

impl Fact {
    /// What is told to this member, if she may see it.
    fn told_to(&self, caller: &Caller) -> Option<LiveEvent> {
        match self {
            Self::Conversation(id, standings) => {
                let sees = standings.iter().any(|standing| conversations::sees_standing(caller, standing));
                sees.then_some(LiveEvent::Conversation { id: *id })
            }
            Self::Campaign(sent) => campaigns::sees(caller, sent).then_some(LiveEvent::Campaign { id: sent.id }),
            Self::Plain(Subject::Draft(member, id)) => {
                (*member == caller.member).then_some(LiveEvent::Draft { id: *id })
            }
            Self::Plain(Subject::SavedReplies) => Some(LiveEvent::SavedReplies),
            Self::Plain(Subject::Templates) => Some(LiveEvent::Templates),
            Self::Plain(Subject::Tags) => Some(LiveEvent::Tags),
            Self::Plain(Subject::Channels) => Some(LiveEvent::Channels),
            Self::Plain(_) => None,
        }
    }
}

/// Tells what is due.
async fn announce(app: &App, due: Due) {
    if due.overflown {
        app.live.all_look_again();
    }
    for (team, subjects) in due.teams {
        match app.db.read(move |tx| facts(tx, team, &subjects)).await {
            Ok(facts) => {
                for stream in app.live.streams().iter().filter(|stream| stream.caller.team == team) {
                    facts.iter().filter_map(|fact| fact.told_to(&stream.caller)).for_each(|event| stream.push(event));
                }
            }
            Err(error) => {
                tracing::warn!(%team, %error, "who may see what changed cannot be read; all look again");
                app.live.team_looks_again(team);
            }
        }
    }
}

/// What these things are now, and were.
fn facts(tx: &mut Tx<'_>, team: TeamId, subjects: &BTreeMap<Subject, Vec<Standing>>) -> db::Result<Vec<Fact>> {
    let mut conversations: BTreeMap<ConversationId, Vec<Standing>> = BTreeMap::new();
    let (mut contacts, mut media): (Vec<ContactId>, Vec<MediaId>) = (Vec::new(), Vec::new());
    let mut campaigns: Vec<CampaignId> = Vec::new();
    let mut facts = Vec::new();
    for (subject, befores) in subjects {
        match subject {
            Subject::Conversation(id) => conversations.entry(*id).or_default().extend(befores.iter().cloned()),
            Subject::Contact(id) => contacts.push(*id),
            Subject::Medium(id) => media.push(*id),
            Subject::Campaign(id) => campaigns.push(*id),
            Subject::Draft(..) | Subject::SavedReplies | Subject::Templates | Subject::Tags | Subject::Channels => {
                facts.push(Fact::Plain(*subject));
            }
        }
    }
    for id in conversations::around(tx, team, &contacts, &media)? {
        conversations.entry(id).or_default();
    }
    let ids: Vec<ConversationId> = conversations.keys().copied().collect();
    for (id, standing) in conversations::standings(tx, team, &ids)? {
        conversations.entry(id).or_default().push(standing);
    }
    facts.extend(conversations.into_iter().map(|(id, standings)| Fact::Conversation(id, standings)));
    facts.extend(campaigns::sent(tx, team, &campaigns)?.into_iter().map(Fact::Campaign));
    Ok(facts)
}

/// Ends the streams of sessions that do not go on.
async fn end_those_signed_out(app: &App) -> db::Result<()> {
    let mut open: BTreeMap<TeamId, BTreeSet<SessionId>> = BTreeMap::new();
    for stream in app.live.streams().iter() {
        open.entry(stream.caller.team).or_default().insert(stream.caller.session);
    }
    let now = app.clock.now();
    for (team, sessions) in open {
        let asked: Vec<SessionId> = sessions.iter().copied().collect();
        let going_on = app.db.read(move |tx| members::going_on(tx, team, &asked, now)).await?;
        let is_over = |session: &SessionId| sessions.contains(session) && !going_on.contains(session);
        app.live.streams().iter().filter(|stream| is_over(&stream.caller.session)).for_each(|stream| stream.end());
    }
    Ok(())
}

#[cfg(test)]
#[path = "announce_test.rs"]
mod tests;
