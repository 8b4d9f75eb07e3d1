//! A lean stand-in of LINE, as a process of its own: it holds every call against token, retry key and body, takes each
//! key once, and remembers who got what and when. The sandbox plays far more of LINE, and takes more of the machine for
//! it.

use std::{
    borrow::Cow,
    collections::{HashMap, VecDeque},
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use ::tests::running::listener;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// The only token it takes.
pub(crate) const TOKEN: &str = "bench-token";
/// The account's bot.
pub(crate) const BOT: &str = "Ub0000000000000000000000000000000";
/// Users of one multicast, and UTF-16 units of a text (providers.md A2, A3).
const USERS: usize = 500;
const TEXT: usize = 5_000;
/// The largest head of a request.
const HEAD: usize = 16 * 1_024;

/// What it received since it was last told to forget. Only what was accepted counts, but for `refused`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Received {
    pub(crate) pushes: u64,
    pub(crate) multicasts: u64,
    /// Questions whether messages are right.
    pub(crate) checks: u64,
    /// Different people who got something.
    pub(crate) people: u64,
    /// Messages to everybody together.
    pub(crate) messages: u64,
    /// Calls under a key that was taken before.
    pub(crate) repeats: u64,
    pub(crate) refused: u64,
    /// Pushes of the busiest sliding second.
    pub(crate) busiest: u64,
    /// When the first and the last push came, in microseconds.
    pub(crate) first_us: u64,
    pub(crate) last_us: u64,
}

#[derive(Default)]
struct Ledger {
    keys: HashMap<u128, u64>,
    people: HashMap<u128, u64>,
    second: VecDeque<u64>,
    received: Received,
    requests: u64,
}

struct Stub {
    began: Instant,
    ledger: Mutex<Ledger>,
}

/// What a request is for, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Endpoint {
    Push,
    Multicast,
    Check,
    Info,
    Quota,
    Consumption,
    Received,
    Forget,
    Unknown,
}

/// The head of a request.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    endpoint: Endpoint,
    is_authorised: bool,
    key: Option<u128>,
    /// Bytes of its body.
    length: usize,
}

#[derive(Deserialize)]
struct Push<'a> {
    #[serde(borrow)]
    to: Cow<'a, str>,
    #[serde(borrow)]
    messages: Vec<Message<'a>>,
}

#[derive(Deserialize)]
struct Multicast<'a> {
    to: Vec<String>,
    #[serde(borrow)]
    messages: Vec<Message<'a>>,
}

#[derive(Deserialize)]
struct Check<'a> {
    #[serde(borrow)]
    messages: Vec<Message<'a>>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    text: Cow<'a, str>,
}

/// Prints its port and serves, until whoever started it is gone.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let listener = listener(0).await?;
    println!("{}", listener.local_addr()?.port());
    let gone = tokio::task::spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink()));
    tokio::select! {
        _ = gone => Ok(()),
        served = accept(listener) => Ok(served?),
    }
}

async fn accept(listener: TcpListener) -> io::Result<()> {
    let stub = Arc::new(Stub { began: Instant::now(), ledger: Mutex::default() });
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted?;
                stream.set_nodelay(true)?;
                connections.spawn(converse(stream, stub.clone()));
            }
            // A client that breaks off takes nobody else with it.
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Answers one request after the other.
async fn converse(mut stream: TcpStream, stub: Arc<Stub>) -> io::Result<()> {
    let (mut received, mut answer) = (Vec::with_capacity(4_096), Vec::with_capacity(512));
    loop {
        let end = loop {
            if let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            if received.len() > HEAD || stream.read_buf(&mut received).await? == 0 {
                return Ok(());
            }
        };
        let head = Head::read(&received[..end]);
        while received.len() < end + head.length {
            if stream.read_buf(&mut received).await? == 0 {
                return Ok(());
            }
        }
        answer.clear();
        stub.answer(&head, &received[end..end + head.length], &mut answer);
        stream.write_all(&answer).await?;
        received.drain(..end + head.length);
    }
}

impl Head {
    fn read(bytes: &[u8]) -> Self {
        let text = str::from_utf8(bytes).unwrap_or_default();
        let mut lines = text.split("\r\n");
        let mut words = lines.next().unwrap_or_default().split(' ');
        let endpoint = match (words.next(), words.next()) {
            (Some("POST"), Some("/v2/bot/message/push")) => Endpoint::Push,
            (Some("POST"), Some("/v2/bot/message/multicast")) => Endpoint::Multicast,
            (Some("POST"), Some("/v2/bot/message/validate/push")) => Endpoint::Check,
            (Some("GET"), Some("/v2/bot/info")) => Endpoint::Info,
            (Some("GET"), Some("/v2/bot/message/quota")) => Endpoint::Quota,
            (Some("GET"), Some("/v2/bot/message/quota/consumption")) => Endpoint::Consumption,
            (Some("GET"), Some("/received")) => Endpoint::Received,
            (Some("POST"), Some("/forget")) => Endpoint::Forget,
            _ => Endpoint::Unknown,
        };
        let mut head = Self { endpoint, is_authorised: false, key: None, length: 0 };
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            if name.eq_ignore_ascii_case("content-length") {
                head.length = value.parse().unwrap_or_default();
            } else if name.eq_ignore_ascii_case("authorization") {
                head.is_authorised = value.strip_prefix("Bearer ") == Some(TOKEN);
            } else if name.eq_ignore_ascii_case("x-line-retry-key") {
                head.key = uuid::Uuid::try_parse(value).ok().map(|key| key.as_u128());
            }
        }
        head
    }
}

impl Stub {
    fn answer(&self, head: &Head, body: &[u8], answer: &mut Vec<u8>) {
        let json = |answer: &mut Vec<u8>, text: &str| write_answer(answer, "200 OK", "", text);
        match head.endpoint {
            Endpoint::Push | Endpoint::Multicast | Endpoint::Check => self.judge(head, body, answer),
            Endpoint::Info => {
                json(answer, &format!(r#"{{"userId":"{BOT}","basicId":"@bench","displayName":"bench"}}"#));
            }
            Endpoint::Quota => json(answer, r#"{"type":"none"}"#),
            Endpoint::Consumption => json(answer, r#"{"totalUsage":0}"#),
            Endpoint::Received => {
                let received = self.ledger().received.clone();
                json(answer, &serde_json::to_string(&received).unwrap_or_default());
            }
            Endpoint::Forget => {
                let mut ledger = self.ledger();
                let requests = ledger.requests;
                *ledger = Ledger { requests, ..Ledger::default() };
                json(answer, "{}");
            }
            Endpoint::Unknown => write_answer(answer, "404 Not Found", "", "{}"),
        }
    }

    fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn judge(&self, head: &Head, body: &[u8], answer: &mut Vec<u8>) {
        let people = recipients(head, body);
        let mut ledger = self.ledger();
        // Within the lock, so that times only grow.
        let now = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        ledger.requests += 1;
        let request = ledger.requests;
        let Ok(people) = people else {
            ledger.received.refused += 1;
            let status = if head.is_authorised { "400 Bad Request" } else { "401 Unauthorized" };
            return write_answer(answer, status, "", r#"{"message":"The request is not as LINE takes it"}"#);
        };
        if head.endpoint == Endpoint::Check {
            ledger.received.checks += 1;
            return write_answer(answer, "200 OK", "", "{}");
        }
        if let Some(first) = head.key.and_then(|key| ledger.keys.get(&key).copied()) {
            ledger.received.repeats += 1;
            let of_first = format!("x-line-accepted-request-id: {first:032x}\r\n");
            return write_answer(
                answer,
                "409 Conflict",
                &of_first,
                r#"{"message":"The retry key is already accepted"}"#,
            );
        }
        ledger.take(head, &people, now, request);
        drop(ledger);
        let named = format!("x-line-request-id: {request:032x}\r\n");
        let taken = format!(r#"{{"sentMessages":[{{"id":"{}"}}]}}"#, 500_000_000_000_000_000 + request);
        write_answer(answer, "200 OK", &named, &taken);
    }
}

impl Ledger {
    fn take(&mut self, head: &Head, people: &[u128], now: u64, request: u64) {
        self.keys.extend(head.key.map(|key| (key, request)));
        for person in people {
            *self.people.entry(*person).or_default() += 1;
        }
        let received = &mut self.received;
        received.people = self.people.len() as u64;
        received.messages += people.len() as u64;
        if head.endpoint == Endpoint::Multicast {
            received.multicasts += 1;
            return;
        }
        received.pushes += 1;
        if received.pushes == 1 {
            received.first_us = now;
        }
        received.last_us = now;
        while self.second.front().is_some_and(|at| now - at >= 1_000_000) {
            self.second.pop_front();
        }
        self.second.push_back(now);
        received.busiest = received.busiest.max(self.second.len() as u64);
    }
}

/// A request is not as LINE takes it.
#[derive(Debug, PartialEq, Eq)]
struct Wrong;

/// The people that a call is for.
fn recipients(head: &Head, body: &[u8]) -> Result<Vec<u128>, Wrong> {
    if !head.is_authorised || (head.key.is_none() && head.endpoint != Endpoint::Check) {
        return Err(Wrong);
    }
    let (people, messages) = match head.endpoint {
        Endpoint::Push => {
            let Push { to, messages } = serde_json::from_slice(body).map_err(|_| Wrong)?;
            (vec![user(&to)?], messages)
        }
        Endpoint::Multicast => {
            let Multicast { to, messages } = serde_json::from_slice(body).map_err(|_| Wrong)?;
            (to.iter().map(|one| user(one)).collect::<Result<_, _>>()?, messages)
        }
        _ => {
            let Check { messages } = serde_json::from_slice(body).map_err(|_| Wrong)?;
            (Vec::new(), messages)
        }
    };
    let is_right = |message: &Message<'_>| {
        message.kind == "text" && !message.text.is_empty() && message.text.encode_utf16().count() <= TEXT
    };
    let fits = people.len() <= USERS && (1..=5).contains(&messages.len()) && messages.iter().all(is_right);
    if fits { Ok(people) } else { Err(Wrong) }
}

/// `U` and 32 hexadecimal digits.
fn user(id: &str) -> Result<u128, Wrong> {
    let digits = id.strip_prefix('U').filter(|digits| digits.len() == 32).ok_or(Wrong)?;
    u128::from_str_radix(digits, 16).map_err(|_| Wrong)
}

fn write_answer(answer: &mut Vec<u8>, status: &str, headers: &str, body: &str) {
    let length = body.len().to_string();
    for piece in [
        "HTTP/1.1 ",
        status,
        "\r\ncontent-type: application/json\r\n",
        headers,
        "content-length: ",
        &length,
        "\r\n\r\n",
        body,
    ] {
        answer.extend_from_slice(piece.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"to":"U000000000000000000000000000000ab","messages":[{"type":"text","text":"\"hi\""}]}"#;

    fn head(endpoint: Endpoint, key: u128) -> Head {
        Head { endpoint, is_authorised: true, key: Some(key), length: 0 }
    }

    fn answered(stub: &Stub, head: &Head, body: &str) -> String {
        let mut answer = Vec::new();
        stub.answer(head, body.as_bytes(), &mut answer);
        String::from_utf8(answer).unwrap()
    }

    fn stub() -> Stub {
        Stub { began: Instant::now(), ledger: Mutex::default() }
    }

    #[test]
    fn a_head_is_read() {
        let text = "POST /v2/bot/message/push HTTP/1.1\r\nAuthorization: Bearer bench-token\r\n\
                    x-line-retry-key: 00000000-0000-0000-0000-000000000007\r\ncontent-length: 12\r\n\r\n";
        let expected = Head { endpoint: Endpoint::Push, is_authorised: true, key: Some(7), length: 12 };
        assert_eq!(Head::read(text.as_bytes()), expected);
        let other = Head::read(b"GET /v2/bot/message/push HTTP/1.1\r\nauthorization: Bearer other\r\n\r\n");
        assert_eq!((other.endpoint, other.is_authorised), (Endpoint::Unknown, false));
    }

    #[test]
    fn each_key_is_taken_once_and_counted() {
        let stub = stub();
        assert!(answered(&stub, &head(Endpoint::Push, 1), BODY).starts_with("HTTP/1.1 200"));
        assert!(answered(&stub, &head(Endpoint::Push, 1), BODY).starts_with("HTTP/1.1 409"));
        assert!(answered(&stub, &head(Endpoint::Push, 2), BODY).starts_with("HTTP/1.1 200"));
        let received = stub.ledger().received.clone();
        assert_eq!((received.pushes, received.people, received.messages, received.repeats), (2, 1, 2, 1));
        assert_eq!(received.busiest, 2);
        answered(&stub, &head(Endpoint::Forget, 0), "");
        assert_eq!(stub.ledger().received, Received::default());
    }

    #[test]
    fn what_line_would_refuse_is_refused() {
        let stub = stub();
        let push = head(Endpoint::Push, 3);
        let nobody = Head { is_authorised: false, ..head(Endpoint::Push, 4) };
        assert!(answered(&stub, &nobody, BODY).starts_with("HTTP/1.1 401"));
        assert!(answered(&stub, &Head { key: None, ..head(Endpoint::Push, 0) }, BODY).starts_with("HTTP/1.1 400"));
        for wrong in ["", "{}", &BODY.replace("U0", "V0"), &BODY.replace("ab", "abc"), &BODY.replace(r#"\"hi\""#, "")] {
            assert!(answered(&stub, &push, wrong).starts_with("HTTP/1.1 400"), "{wrong}");
        }
        let received = stub.ledger().received.clone();
        assert_eq!(received, Received { refused: 7, ..Received::default() });
    }

    #[test]
    fn a_multicast_is_one_call_to_many() {
        let stub = stub();
        let body = BODY.replace(
            r#""to":"U000000000000000000000000000000ab""#,
            r#""to":["U000000000000000000000000000000aa","U000000000000000000000000000000bb"]"#,
        );
        assert!(answered(&stub, &head(Endpoint::Multicast, 1), &body).starts_with("HTTP/1.1 200"));
        let received = stub.ledger().received.clone();
        assert_eq!((received.multicasts, received.people, received.messages, received.pushes), (1, 2, 2, 0));
    }
}
