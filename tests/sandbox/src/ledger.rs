//! The ledger: every accepted request, per recipient, and what became of it. The proof that nobody got anything twice.

use std::{
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::Path,
    sync::{Arc, Mutex, mpsc},
    thread::JoinHandle,
};

use anyhow::Context as _;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{fetch::Fetched, sync::lock, whatsapp::wamid};

/// One recipient of one accepted request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When it was accepted, milliseconds of the sandbox's clock.
    pub at_ms: i64,
    /// `line` or `whatsapp`.
    pub platform: String,
    /// Name of the channel, on WhatsApp of the number.
    pub channel: String,
    /// `push`, `multicast` or `reply`; on WhatsApp `messages`.
    pub endpoint: String,
    /// The recipient's user id; on WhatsApp the id of the person in the sandbox.
    pub user: String,
    /// The retry key that was sent along.
    pub retry_key: Option<Uuid>,
    /// `x-line-request-id` of the answer; on WhatsApp drawn by the sandbox.
    pub request_id: Uuid,
    /// Ids of the messages, one per message object; on WhatsApp the wamid.
    pub message_ids: Vec<String>,
    /// The message objects as received; on WhatsApp the whole body.
    pub messages: Vec<Value>,
    /// Whether they reached the customer.
    pub delivered: bool,
    /// Why not: `blocked` or `not_a_friend`; on WhatsApp the code of its `failed` status.
    pub reason: Option<String>,
    /// The aggregation unit it was counted under.
    pub unit: Option<String>,
    /// `biz_opaque_callback_data` of WhatsApp.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub callback: Option<String>,
    /// What the customer sees of a WhatsApp template, as it was when it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Value>,
    /// What came of fetching its pictures and films, original before preview. The file is written before that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Fetched>,
    /// The statuses that WhatsApp told of it so far, where calls are kept. The file is written before that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<String>,
}

/// What became of a message that was accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Delivered,
    Blocked,
    NotAFriend,
    /// WhatsApp told it by a `failed` status with this code.
    Failed(i64),
}

impl Fate {
    fn reason(self) -> Option<String> {
        match self {
            Self::Delivered => None,
            Self::Blocked => Some("blocked".to_owned()),
            Self::NotAFriend => Some("not_a_friend".to_owned()),
            Self::Failed(code) => Some(code.to_string()),
        }
    }
}

/// Whose request it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Platform {
    Line,
    Whatsapp,
}

impl Platform {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Line => "line",
            Self::Whatsapp => "whatsapp",
        }
    }
}

/// An accepted request as it is kept: the body once, however many the recipients.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub at_ms: i64,
    pub platform: Platform,
    pub channel: Arc<str>,
    pub endpoint: &'static str,
    pub retry_key: Option<Uuid>,
    pub request_id: Uuid,
    /// Ids count up from here, one per message object.
    pub first_message_id: u64,
    pub body: Bytes,
    pub to: Vec<(Arc<str>, Fate)>,
    pub unit: Option<String>,
    pub callback: Option<String>,
    pub shown: Option<Value>,
}

impl Accepted {
    /// The message objects of the body; a body of WhatsApp is one.
    pub(crate) fn messages(&self) -> Vec<Value> {
        #[derive(Deserialize)]
        struct Body {
            messages: Vec<Value>,
        }
        if self.platform == Platform::Whatsapp {
            return serde_json::from_slice(&self.body).into_iter().collect();
        }
        serde_json::from_slice::<Body>(&self.body).map_or_else(|_| Vec::new(), |body| body.messages)
    }

    fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        let messages = self.messages();
        let id = |number: u64| match self.platform {
            Platform::Line => number.to_string(),
            Platform::Whatsapp => wamid::text(number),
        };
        let ids: Vec<String> = (self.first_message_id..).take(messages.len()).map(id).collect();
        self.to.iter().map(move |(user, fate)| Entry {
            at_ms: self.at_ms,
            platform: self.platform.name().to_owned(),
            channel: self.channel.to_string(),
            endpoint: self.endpoint.to_owned(),
            user: user.to_string(),
            retry_key: self.retry_key,
            request_id: self.request_id,
            message_ids: ids.clone(),
            messages: messages.clone(),
            delivered: *fate == Fate::Delivered,
            reason: fate.reason(),
            unit: self.unit.clone(),
            callback: self.callback.clone(),
            shown: self.shown.clone(),
            media: Vec::new(),
            told: Vec::new(),
        })
    }
}

/// In memory, and in a file when there is a data folder.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    accepted: Mutex<Vec<Arc<Accepted>>>,
    file: Option<Journal<Arc<Accepted>>>,
}

impl Ledger {
    /// With `path`, accepted requests are appended there as JSON lines.
    pub(crate) fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let file = path
            .map(|path| {
                Journal::open(path, |accepted: &Arc<Accepted>, out| {
                    for entry in accepted.entries() {
                        serde_json::to_writer(&mut *out, &entry)?;
                        out.write_all(b"\n")?;
                    }
                    Ok(())
                })
            })
            .transpose()?;
        Ok(Self { accepted: Mutex::default(), file })
    }

    pub(crate) fn record(&self, accepted: Arc<Accepted>) {
        if let Some(file) = &self.file {
            file.write(accepted.clone());
        }
        lock(&self.accepted).push(accepted);
    }

    /// Takes in a request of an earlier run, which is already in the file.
    pub(crate) fn restore(&self, accepted: Arc<Accepted>) {
        lock(&self.accepted).push(accepted);
    }

    /// Once every platform has taken up its past: in the order of acceptance.
    pub(crate) fn sort(&self) {
        lock(&self.accepted).sort_by_key(|accepted| accepted.at_ms);
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        let accepted = lock(&self.accepted).clone();
        accepted.iter().flat_map(|accepted| accepted.entries()).collect()
    }

    pub(crate) fn accepted(&self) -> usize {
        lock(&self.accepted).len()
    }

    /// Forgets what is in memory; the file keeps it.
    pub(crate) fn clear(&self) {
        lock(&self.accepted).clear();
    }

    pub(crate) fn close(&self) {
        if let Some(file) = &self.file {
            file.close();
        }
    }
}

/// A file of JSON lines, written by a thread of its own so that no request waits for the disk.
#[derive(Debug)]
pub(crate) struct Journal<T> {
    sender: Mutex<Option<mpsc::Sender<T>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl<T: Send + 'static> Journal<T> {
    pub(crate) fn open(
        path: &Path,
        encode: impl Fn(&T, &mut BufWriter<std::fs::File>) -> std::io::Result<()> + Send + 'static,
    ) -> anyhow::Result<Self> {
        let file = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        let (sender, receiver) = mpsc::channel::<T>();
        let thread = std::thread::Builder::new().name("journal".to_owned()).spawn(move || {
            let mut out = BufWriter::new(file);
            while let Ok(first) = receiver.recv() {
                let written = std::iter::once(first)
                    .chain(receiver.try_iter())
                    .try_for_each(|line| encode(&line, &mut out))
                    .and_then(|()| out.flush());
                if let Err(error) = written {
                    tracing::error!(%error, "a journal of the sandbox cannot be written");
                }
            }
        })?;
        Ok(Self { sender: Mutex::new(Some(sender)), thread: Mutex::new(Some(thread)) })
    }

    /// A journal of plain JSON lines.
    pub(crate) fn of_lines(path: &Path) -> anyhow::Result<Self>
    where
        T: Serialize,
    {
        Self::open(path, |line: &T, out| {
            serde_json::to_writer(&mut *out, line)?;
            out.write_all(b"\n")
        })
    }

    pub(crate) fn write(&self, line: T) {
        if let Some(sender) = &*lock(&self.sender)
            && sender.send(line).is_err()
        {
            tracing::error!("the journal's thread has ended");
        }
    }

    /// Writes what is waiting and ends the thread.
    pub(crate) fn close(&self) {
        lock(&self.sender).take();
        if let Some(thread) = lock(&self.thread).take()
            && thread.join().is_err()
        {
            tracing::error!("the journal's thread panicked");
        }
    }
}

/// The lines of an earlier run. A last line cut off by a crash is taken away, so that the next one starts clean.
pub(crate) fn read_lines<T: for<'de> Deserialize<'de>>(path: &Path) -> anyhow::Result<Vec<T>> {
    let file = match std::fs::OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let mut reader = BufReader::new(&file);
    let (mut lines, mut line, mut whole) = (Vec::new(), Vec::new(), 0_u64);
    while reader.read_until(b'\n', &mut line)? > 0 {
        if !line.ends_with(b"\n") {
            file.set_len(whole)?;
            break;
        }
        whole += line.len() as u64;
        let place = lines.len() + 1;
        lines.push(serde_json::from_slice(&line).with_context(|| format!("line {place} of {}", path.display()))?);
        line.clear();
    }
    Ok(lines)
}
