//! What travels: small JSON texts, numbered by their sender so that a gap is seen.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use serde::{Deserialize, Serialize};
use shared::id::{CampaignId, TeamId};
use tokio::time::Instant;
use uuid::Uuid;

use crate::live::News;

/// PostgreSQL takes texts of less than 8,000 bytes.
const LONGEST: usize = 7_900;
/// How long another server may say nothing before it is taken for dead. Four of its beats.
pub(super) const SILENCE: Duration = Duration::from_secs(20);

/// One thing that a server tells the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Said {
    /// A transaction did this.
    News(News),
    /// More changed than is told one by one: of this team, or of all.
    LookAgain(Option<TeamId>),
    /// There is work for the engines.
    Work,
    /// A person held or stopped this campaign: its calls do not begin any more.
    Held(CampaignId),
    /// Secrets were replaced.
    Secrets,
}

/// A text of the wire.
#[derive(Debug, Serialize, Deserialize)]
struct Message {
    /// The server that says it; absent for one that speaks once, such as a command.
    from: Option<Uuid>,
    /// Counts its messages.
    number: u64,
    /// Nothing: it lives.
    said: Vec<Said>,
}

/// What waits for the wire, packed: kept until it was surely said.
#[derive(Default)]
pub(super) struct Outgoing {
    me: Option<Uuid>,
    number: u64,
    texts: VecDeque<String>,
}

impl Outgoing {
    /// Of this server.
    pub(super) fn of(me: Uuid) -> Self {
        Self { me: Some(me), ..Self::default() }
    }

    /// Packs these, in as few texts as they fit in. None of them: a sign of life.
    pub(super) fn pack(&mut self, said: Vec<Said>) {
        let mut text = Message { from: self.me, number: 0, said: Vec::new() };
        let mut length = 0;
        for mut one in said {
            let mut size = length_of(&one);
            if size + ENVELOPE > LONGEST {
                one = Said::LookAgain(team_of(&one));
                size = length_of(&one);
            }
            if !text.said.is_empty() && length + size + ENVELOPE > LONGEST {
                self.add(std::mem::replace(&mut text, Message { from: self.me, number: 0, said: Vec::new() }));
                length = 0;
            }
            length += size + 1;
            text.said.push(one);
        }
        self.add(text);
    }

    fn add(&mut self, mut message: Message) {
        self.number += 1;
        message.number = self.number;
        // Ids, enums and numbers can always be written.
        self.texts.extend(serde_json::to_string(&message).ok());
    }

    /// At most so many of the texts that wait, the oldest first.
    pub(super) fn front(&self, most: usize) -> Vec<String> {
        self.texts.iter().take(most).cloned().collect()
    }

    /// So many of them were said.
    pub(super) fn said(&mut self, count: usize) {
        self.texts.drain(..count.min(self.texts.len()));
    }
}

/// Bytes around what is said: the sender, the number, the brackets.
const ENVELOPE: usize = 100;

fn length_of(one: &Said) -> usize {
    serde_json::to_string(one).map_or(0, |text| text.len())
}

fn team_of(one: &Said) -> Option<TeamId> {
    match one {
        Said::News(News::Changed { team, .. } | News::SignedOut { team, .. }) => Some(*team),
        Said::LookAgain(team) => *team,
        Said::Work | Said::Held(_) | Said::Secrets => None,
    }
}

/// The other servers, as far as they were heard.
#[derive(Default)]
pub(super) struct Peers(HashMap<Uuid, Peer>);

struct Peer {
    number: u64,
    heard_at: Instant,
}

/// What a text comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// Our own, or said twice.
    Nothing,
    /// These.
    Said(Vec<Said>),
    /// Something before it was missed, or it cannot be read: then these, and a look at everything.
    Gap(Vec<Said>),
}

impl Peers {
    /// Reads a text that came at `now`.
    pub(super) fn hear(&mut self, me: Uuid, text: &str, now: Instant) -> Heard {
        let Ok(Message { from, number, said }) = serde_json::from_str(text) else {
            // Of a newer server, which knows of more.
            return Heard::Gap(Vec::new());
        };
        let Some(from) = from else { return Heard::Said(said) };
        if from == me {
            return Heard::Nothing;
        }
        let Some(peer) = self.0.insert(from, Peer { number, heard_at: now }) else { return Heard::Said(said) };
        if number <= peer.number {
            self.0.insert(from, Peer { number: peer.number, heard_at: now });
            return Heard::Nothing;
        }
        if number == peer.number + 1 { Heard::Said(said) } else { Heard::Gap(said) }
    }

    /// Forgets those that have been silent for too long: what they committed last may never have been told. Returns how
    /// many.
    pub(super) fn bury(&mut self, now: Instant) -> usize {
        let before = self.0.len();
        self.0.retain(|_, peer| now.duration_since(peer.heard_at) < SILENCE);
        before - self.0.len()
    }

    /// Nobody was heard yet: this server did not listen for a while.
    pub(super) fn forget(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use shared::{
        conversations::ConversationState,
        id::{ConversationId, StoreId},
    };

    use super::*;
    use crate::live::Standing;

    const TEAM: TeamId = TeamId(Uuid::from_u128(1));
    const A: Uuid = Uuid::from_u128(10);
    const B: Uuid = Uuid::from_u128(11);

    fn campaign(n: u128) -> Said {
        Said::News(News::of(TEAM, CampaignId(Uuid::from_u128(n))))
    }

    fn heard(peers: &mut Peers, texts: &[String]) -> Vec<Heard> {
        texts.iter().map(|text| peers.hear(B, text, Instant::now())).collect()
    }

    #[test]
    fn many_things_are_split_and_come_whole_and_in_order() {
        let said: Vec<Said> = (0..1_000).map(campaign).collect();
        let mut outgoing = Outgoing::of(A);
        outgoing.pack(said.clone());
        let texts = outgoing.front(usize::MAX);
        assert!(texts.len() > 1 && texts.iter().all(|text| text.len() < 8_000));
        let mut peers = Peers::default();
        let mut came = Vec::new();
        for one in heard(&mut peers, &texts) {
            let Heard::Said(some) = one else { panic!("{one:?}") };
            came.extend(some);
        }
        assert_eq!(came, said);
        outgoing.said(texts.len());
        assert_eq!(outgoing.front(1), [""; 0]);
    }

    #[test]
    fn what_is_too_long_for_a_text_is_a_look_at_the_whole_team() {
        let channel_stores = (0..1_000).map(|n| StoreId(Uuid::from_u128(n))).collect();
        let at = Standing { state: ConversationState::Pending, owner: None, store: None, channel_stores };
        let long = Said::News(News::moved(TEAM, ConversationId(Uuid::from_u128(5)), at));
        let mut outgoing = Outgoing::of(A);
        outgoing.pack(vec![campaign(1), long, campaign(2)]);
        let [Heard::Said(came)] = &heard(&mut Peers::default(), &outgoing.front(9))[..] else { panic!("one text") };
        assert_eq!(*came, [campaign(1), Said::LookAgain(Some(TEAM)), campaign(2)]);
    }

    #[test]
    fn a_gap_is_seen_a_repeat_is_nothing_and_so_is_ones_own() {
        let mut outgoing = Outgoing::of(A);
        for n in 1..=4 {
            outgoing.pack(vec![campaign(n)]);
        }
        let texts = outgoing.front(4);
        let mut peers = Peers::default();
        assert_eq!(heard(&mut peers, &texts[1..2]), [Heard::Said(vec![campaign(2)])], "met under way");
        assert_eq!(heard(&mut peers, &texts[..2]), [Heard::Nothing, Heard::Nothing]);
        assert_eq!(heard(&mut peers, &texts[3..]), [Heard::Gap(vec![campaign(4)])]);
        assert_eq!(peers.hear(A, &texts[0], Instant::now()), Heard::Nothing);
        assert_eq!(heard(&mut peers, &["{\"newer\":1}".to_owned()]), [Heard::Gap(Vec::new())]);
    }

    #[test]
    fn a_server_that_falls_silent_is_noticed_once_and_a_command_never_was_one() {
        let (mut peers, now) = (Peers::default(), Instant::now());
        let (mut server, mut command) = (Outgoing::of(A), Outgoing::default());
        server.pack(Vec::new());
        command.pack(vec![Said::Secrets]);
        assert_eq!(peers.hear(B, &server.front(1)[0], now), Heard::Said(Vec::new()));
        assert_eq!(peers.hear(B, &command.front(1)[0], now), Heard::Said(vec![Said::Secrets]));
        assert_eq!(peers.bury(now + SILENCE / 2), 0);
        assert_eq!((peers.bury(now + SILENCE), peers.bury(now + SILENCE)), (1, 0));
    }
}
