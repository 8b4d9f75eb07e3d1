//! Replies that have not reached the server yet. They go on when their screen is left, and are kept on the device with their
//! keys: a retry after a dead battery is the same reply and not a second one.

use std::{collections::BTreeSet, time::Duration};

use dioxus::prelude::*;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{
    content::Content,
    conversations::{Message, Reply},
    id::{ConversationId, MemberId, MessageId},
    media::MediaInfo,
    problem::Problem,
};
use uuid::Uuid;

use crate::{
    api::{Api, Failed},
    live::LiveLink,
    platform::{Device, draw_id, sleep},
    session::{DRAFTS, Mine, use_kept},
};

/// So long a reply goes out by itself once the line is back; later it would only confuse, as on the server.
const FRESH: Duration = Duration::from_hours(1);

/// The shortest and the longest wait where the server says that they come too fast.
const SHORTEST: Duration = Duration::from_secs(1);
/// See [`SHORTEST`].
const LONGEST: Duration = Duration::from_mins(1);

/// A reply on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaving {
    /// To whom.
    pub to: ConversationId,
    /// What it is.
    pub reply: Kept,
    /// Why the last try failed; on its way where nothing stands here.
    pub failed: Option<Failed>,
    /// Whether the device keeps it: its storage may be full or switched off.
    is_kept: bool,
}

impl Leaving {
    /// Whether the server surely does not have it: then it can be changed and sent as another.
    pub const fn is_refused(&self) -> bool {
        self.reply.refused.is_some()
    }
}

/// A reply as this device keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// Its key: the same on every try.
    pub key: MessageId,
    /// Its messages.
    pub content: Content,
    /// The pictures and films in them.
    #[serde(default)]
    pub media: Vec<MediaInfo>,
    /// When it was sent off, UTC milliseconds.
    #[serde(default)]
    at: i64,
    /// What the server said against it.
    #[serde(default)]
    refused: Option<Problem>,
}

/// The screen that shows a conversation: told what arrived there.
#[derive(Clone, Copy)]
struct Shown {
    number: Uuid,
    of: ConversationId,
    arrived: Callback<Vec<Message>>,
}

/// The replies of this device that the server does not have yet. They go on when screens are left: [`use_leavings`].
#[derive(Clone, Copy)]
pub struct Leavings {
    queue: Queue,
    sender: Callback<ConversationId>,
}

/// There is one per signed-in member.
impl PartialEq for Leavings {
    fn eq(&self, other: &Self) -> bool {
        self.queue.all == other.queue.all
    }
}

/// The replies that leave this device. Only below the `SignedIn` layout.
pub fn use_leavings() -> Leavings {
    use_kept(Leavings::of_this_device)
}

/// Has a screen be told of what arrives in this conversation, as long as it is there.
pub fn use_arrivals(leavings: Leavings, of: ConversationId, arrived: Callback<Vec<Message>>) {
    let number = use_hook(|| {
        let number = draw_id();
        let mut behind = leavings.queue.behind;
        behind.write().shown = Some(Shown { number, of, arrived });
        number
    });
    use_drop(move || {
        let mut behind = leavings.queue.behind;
        // Where the whole session ends it may be gone, and the next screen may have come before this one goes.
        if let Ok(mut behind) = behind.try_write() {
            behind.shown.take_if(|shown| shown.number == number);
        }
    });
}

/// What another version kept and this one does not understand is nothing.
pub fn read_kept<T: Default + DeserializeOwned>(device: &Device, key: &str) -> T {
    device.read(key).and_then(|kept| serde_json::from_str(&kept).ok()).unwrap_or_default()
}

/// Keeps a value on the device, or forgets it. Not kept means kept in memory alone: the screen has it still.
pub fn keep(device: &Device, key: &str, value: Option<&impl Serialize>) -> bool {
    // Plain data cannot fail to be written as JSON; nothing kept would be read back as nothing.
    if let Some(value) = value.and_then(|value| serde_json::to_string(value).ok()) {
        return device.write(key, &value).is_ok();
    }
    device.remove(key);
    true
}

impl Leavings {
    /// Goes on with what the device kept. What it sets to work belongs to the scope around.
    fn of_this_device() -> Self {
        let (api, device, Mine(me)) = (consume_context::<Api>(), consume_context::<Device>(), consume_context());
        let queue = Queue::of_device(device, me.peek().id);
        let sender = Callback::new(move |to| {
            let api = api.clone();
            spawn(async move { queue.send_all(&api, to).await });
        });
        let leavings = Self { queue, sender };
        leavings.send_what_waits();
        if let Some(link) = try_consume_context::<LiveLink>() {
            link.listen(|_| false, move || leavings.go_on());
        }
        leavings
    }

    /// Those to one customer, the oldest first.
    pub fn to(&self, id: ConversationId) -> Vec<Leaving> {
        self.queue.all.read().iter().filter(|one| one.to == id).cloned().collect()
    }

    /// Sends this, under a new key.
    pub fn send(&self, to: ConversationId, content: Content, media: Vec<MediaInfo>) {
        let at = self.queue.now();
        let reply = Kept { key: MessageId(draw_id()), content, media, at, refused: None };
        let is_kept = self.queue.note(to, |kept| kept.push(reply.clone()));
        let mut all = self.queue.all;
        all.write().push(Leaving { to, reply, failed: None, is_kept });
        self.sender.call(to);
    }

    /// Tries one again, under the key it has; the line is back for the others to this customer too.
    pub fn again(&self, to: ConversationId, key: MessageId) {
        let mut all = self.queue.all;
        for one in all.write().iter_mut().filter(|one| one.to == to) {
            if one.reply.key == key || one.reply.refused.is_none() {
                one.failed = None;
                one.reply.refused = None;
            }
        }
        self.queue.refuse(to, key, None);
        self.sender.call(to);
    }

    /// The thread shows these: what waits under one of their keys has arrived, though its answer was lost.
    pub fn are_there(&self, to: ConversationId, is_there: impl Fn(MessageId) -> bool) {
        let arrived = |one: &Leaving| one.to == to && one.failed.is_some() && is_there(one.reply.key);
        let mut all = self.queue.all;
        let keys: Vec<MessageId> = all.peek().iter().filter(|one| arrived(one)).map(|one| one.reply.key).collect();
        if !keys.is_empty() {
            self.queue.note(to, |kept| kept.retain(|reply| !keys.contains(&reply.key)));
            all.write().retain(|one| !keys.contains(&one.reply.key));
        }
    }

    /// Takes one out that failed, to be changed or thrown away.
    pub fn take_out(&self, to: ConversationId, key: MessageId) -> Option<Kept> {
        let mut all = self.queue.all;
        let place = all.peek().iter().position(|one| one.reply.key == key && one.failed.is_some())?;
        self.queue.note(to, |kept| kept.retain(|reply| reply.key != key));
        Some(all.write().remove(place).reply)
    }

    /// The line is back: what is fresh goes out by itself.
    fn go_on(self) {
        let Queue { mut all, mut behind } = self.queue;
        behind.write().returns += 1;
        let now = self.queue.now();
        let waits = |one: &Leaving| one.failed.is_some() && one.reply.refused.is_none() && one.reply.is_fresh(now);
        if all.peek().iter().any(waits) {
            for one in all.write().iter_mut().filter(|one| waits(one)) {
                one.failed = None;
            }
            self.send_what_waits();
        }
    }

    fn send_what_waits(self) {
        let waiting = |one: &Leaving| one.failed.is_none().then_some(one.to);
        let to: BTreeSet<ConversationId> = self.queue.all.peek().iter().filter_map(waiting).collect();
        for to in to {
            self.sender.call(to);
        }
    }
}

/// What leaves.
#[derive(Clone, Copy)]
struct Queue {
    all: Signal<Vec<Leaving>>,
    behind: CopyValue<Behind>,
}

/// What no screen draws.
struct Behind {
    device: Device,
    me: MemberId,
    shown: Option<Shown>,
    /// To whom is being sent.
    busy: BTreeSet<ConversationId>,
    /// How often the line came back.
    returns: u32,
}

impl Queue {
    fn of_device(device: Device, me: MemberId) -> Self {
        let (before, now) = (prefix(me), device.now().timestamp_millis());
        let mut all = Vec::new();
        for key in device.keys(&before) {
            let Ok(to) = key[before.len()..].parse::<ConversationId>() else { continue };
            for reply in read_kept::<Vec<Kept>>(&device, &key) {
                let failed = match &reply.refused {
                    Some(problem) => Some(Failed::Problem(problem.clone())),
                    None => (!reply.is_fresh(now)).then_some(Failed::Offline),
                };
                all.push(Leaving { to, reply, failed, is_kept: true });
            }
        }
        let behind = Behind { device, me, shown: None, busy: BTreeSet::new(), returns: 0 };
        Self { all: Signal::new(all), behind: CopyValue::new(behind) }
    }

    /// Sends what waits for one customer, one after the other: they arrive in their order.
    async fn send_all(self, api: &Api, to: ConversationId) {
        let mut behind = self.behind;
        if !behind.write().busy.insert(to) {
            return;
        }
        while let Some(reply) = self.next(to) {
            let before = behind.peek().returns;
            match api.call(Reply { id: to, key: reply.key, content: reply.content }).await {
                Ok(messages) => self.arrived(to, reply.key, messages),
                Err(Failed::Problem(Problem::TooMany { retry_after })) => {
                    sleep(Duration::from_secs(retry_after).clamp(SHORTEST, LONGEST)).await;
                }
                // The line came back while nobody answered on the old one.
                Err(Failed::Offline) if behind.peek().returns != before => {}
                Err(failed) => self.failed(to, reply.key, &failed),
            }
        }
        behind.write().busy.remove(&to);
    }

    /// The next to be sent to a customer, but for what another window threw away, or has sent, meanwhile.
    fn next(self, to: ConversationId) -> Option<Kept> {
        let mut all = self.all;
        let kept = self.kept(to);
        let is_gone = |one: &Leaving| {
            one.to == to && one.failed.is_none() && one.is_kept && kept.iter().all(|reply| reply.key != one.reply.key)
        };
        if all.peek().iter().any(is_gone) {
            all.write().retain(|one| !is_gone(one));
        }
        let all = all.peek();
        all.iter().find(|one| one.to == to && one.failed.is_none()).map(|one| one.reply.clone())
    }

    fn arrived(self, to: ConversationId, key: MessageId, messages: Vec<Message>) {
        let shown = self.behind.peek().shown;
        if let Some(shown) = shown.filter(|shown| shown.of == to) {
            shown.arrived.call(messages);
        }
        self.note(to, |kept| kept.retain(|reply| reply.key != key));
        let mut all = self.all;
        all.write().retain(|one| one.reply.key != key);
    }

    /// Where nobody knows whether it was taken, those behind it wait too: they arrive in their order.
    fn failed(self, to: ConversationId, key: MessageId, failed: &Failed) {
        let refused = match failed {
            // Who signs in again sends it on; a fault may have come after it was taken.
            Failed::Offline
            | Failed::Outdated
            | Failed::Problem(Problem::SignedOut | Problem::Unavailable | Problem::Internal { .. }) => None,
            Failed::Problem(problem) => Some(problem.clone()),
        };
        let mut all = self.all;
        for one in all.write().iter_mut().filter(|one| one.to == to && one.failed.is_none()) {
            if one.reply.key == key {
                one.failed = Some(failed.clone());
                one.reply.refused.clone_from(&refused);
            } else if refused.is_none() {
                one.failed = Some(failed.clone());
            }
        }
        self.refuse(to, key, refused);
    }

    /// Notes what the server said against one.
    fn refuse(self, to: ConversationId, key: MessageId, refused: Option<Problem>) {
        self.note(to, |kept| {
            if let Some(reply) = kept.iter_mut().find(|reply| reply.key == key) {
                reply.refused = refused;
            }
        });
    }

    /// The time, UTC milliseconds.
    fn now(self) -> i64 {
        self.behind.peek().device.now().timestamp_millis()
    }

    /// What the device keeps for a customer.
    fn kept(self, to: ConversationId) -> Vec<Kept> {
        let Behind { device, me, .. } = &*self.behind.peek();
        read_kept(device, &format!("{}{to}", prefix(*me)))
    }

    /// Changes what the device keeps; other windows keep theirs there too. Answers whether it is kept.
    fn note(self, to: ConversationId, change: impl FnOnce(&mut Vec<Kept>)) -> bool {
        let mut kept = self.kept(to);
        change(&mut kept);
        let Behind { device, me, .. } = &*self.behind.peek();
        keep(device, &format!("{}{to}", prefix(*me)), (!kept.is_empty()).then_some(&kept))
    }
}

impl Kept {
    /// Whether it may still go out by itself at this time (UTC ms).
    fn is_fresh(&self, now: i64) -> bool {
        u64::try_from(now - self.at).is_ok_and(|age| Duration::from_millis(age) < FRESH)
    }
}

fn prefix(me: MemberId) -> String {
    format!("{DRAFTS}{me}.leaving.")
}

#[cfg(test)]
#[path = "leaving_test.rs"]
mod tests;
