//! The server's live stream, read alike on the web and in native builds.

use std::{pin::Pin, time::Duration};

use dioxus::prelude::*;
use futures_util::{
    Stream, StreamExt as _,
    future::{Either, select},
};
use reqwest::header::CONTENT_TYPE;
use shared::{
    call::{API, Call as _},
    live::{LiveEvent, WatchEvents},
};

use super::{Answered, Api, Carrier, Failed, Left, PATIENCE, refusal, written};
use crate::platform::sleep;

/// What came of waiting for the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// Something changed.
    Event(LiveEvent),
    /// Only a sign of life.
    Beat,
    /// The stream ended or was cut.
    End,
}

/// An open stream. It ends where this is dropped.
pub struct Watching {
    pieces: Pin<Box<dyn Stream<Item = Vec<u8>>>>,
    lines: Lines,
}

impl Watching {
    fn new(pieces: impl Stream<Item = Vec<u8>> + 'static) -> Self {
        Self { pieces: Box::pin(pieces), lines: Lines::default() }
    }

    /// The next event or sign of life. What is dropped while it waits loses nothing.
    pub async fn next(&mut self) -> Heard {
        loop {
            if let Some(heard) = self.lines.next() {
                return heard;
            }
            match self.pieces.next().await {
                Some(piece) => self.lines.push(&piece),
                None => return Heard::End,
            }
        }
    }
}

impl Api {
    /// Opens the live stream as the member who is signed in. An access token that ran out is renewed first; where it cannot
    /// be renewed the session ends.
    pub async fn watch(&self) -> Result<Watching, Failed> {
        let used = self.0.token.borrow().clone();
        match self.open_stream(used.as_deref()).await {
            Err(failed) if failed.is_signed_out() => {}
            answer => return answer,
        }
        if *self.0.token.borrow() == used {
            self.renew().await?;
        }
        let token = self.0.token.borrow().clone();
        let answer = self.open_stream(token.as_deref()).await;
        if answer.as_ref().is_err_and(Failed::is_signed_out) {
            self.end(Left::Ended);
        }
        answer
    }

    /// The server was reached by another way than a call: what failed for want of a line is asked again.
    pub fn reached(&self) {
        let mut online = self.0.online;
        if !*online.peek() {
            online.set(true);
        }
    }

    async fn open_stream(&self, token: Option<&str>) -> Result<Watching, Failed> {
        match &self.0.carrier {
            Carrier::Http(client) => self.open_over_http(client, token).await,
            #[cfg(test)]
            Carrier::Canned(canned) => canned.watch().await.map(Watching::new),
        }
    }

    async fn open_over_http(&self, client: &reqwest::Client, token: Option<&str>) -> Result<Watching, Failed> {
        let server = self.server().ok_or(Failed::Offline)?;
        let request = written(client, &format!("{server}{API}{}", WatchEvents {}.path()), &WatchEvents {});
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        // Only the answer's beginning is awaited for so long: the stream itself goes on.
        let answer = match select(Box::pin(request.send()), Box::pin(sleep(PATIENCE))).await {
            Either::Left((answer, _)) => answer.map_err(|_| Failed::Offline)?,
            Either::Right(_) => return Err(Failed::Offline),
        };
        let status = answer.status();
        if !status.is_success() {
            return Err(refusal(status, &Answered::of(answer).await?.body));
        }
        // An older server, or a proxy, that answers with a page.
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("text/event-stream") {
            return Err(Failed::Outdated);
        }
        let pieces = answer.bytes_stream().map(|piece| piece.map(Vec::from)).take_while(|piece| {
            let goes_on = piece.is_ok();
            async move { goes_on }
        });
        Ok(Watching::new(pieces.filter_map(|piece| async move { piece.ok() })))
    }
}

/// Takes a stream of server-sent events apart, however its bytes are cut.
#[derive(Default)]
struct Lines {
    read: Vec<u8>,
}

impl Lines {
    fn push(&mut self, piece: &[u8]) {
        self.read.extend_from_slice(piece);
    }

    /// What the next whole line says. Kinds of events that this app does not know are signs of life.
    fn next(&mut self) -> Option<Heard> {
        loop {
            let end = self.read.iter().position(|byte| *byte == b'\n')?;
            let line: Vec<u8> = self.read.drain(..=end).collect();
            let line = line.trim_ascii_end();
            if let Some(data) = line.strip_prefix(b"data:") {
                return Some(serde_json::from_slice(data).map_or(Heard::Beat, Heard::Event));
            }
            if line.starts_with(b":") {
                return Some(Heard::Beat);
            }
        }
    }
}

/// How long after the end of a stream the next is opened, by how many ended badly in a row: longer each time, and never the
/// same for two devices, so that those of a whole chain of stores do not come at once after a restart. `chance` is 0 to 1.
pub fn back_off(failures: u32, chance: f64) -> Duration {
    const FIRST: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(30);
    let most = FIRST.saturating_mul(1 << failures.min(10)).min(LONGEST);
    most.mul_f64(0.5 + chance.clamp(0.0, 1.0) / 2.0)
}

#[cfg(test)]
mod tests {
    use shared::id::ConversationId;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn events_are_read_however_the_bytes_are_cut() {
        let id = ConversationId(Uuid::from_u128(1));
        let text = format!(
            "data:{{\"kind\":\"hello\"}}\n\n:\n\ndata: {{\"kind\":\"conversation\",\"id\":\"{id}\"}}\r\n\r\n\
             data:{{\"kind\":\"of a later server\"}}\n\nevent: x\nid: 7\n\ndata:{{\"kind\":\"tags\"}}\n"
        );
        let expected = [
            Heard::Event(LiveEvent::Hello),
            Heard::Beat,
            Heard::Event(LiveEvent::Conversation { id }),
            Heard::Beat,
            Heard::Event(LiveEvent::Tags),
        ];
        for size in [1, 2, 7, 50, 1_000] {
            let mut lines = Lines::default();
            let mut heard = Vec::new();
            for piece in text.as_bytes().chunks(size) {
                lines.push(piece);
                heard.extend(std::iter::from_fn(|| lines.next()));
            }
            assert_eq!(heard, expected, "in pieces of {size}");
        }
    }

    #[test]
    fn each_try_waits_longer_up_to_half_a_minute_and_two_devices_do_not_meet() {
        let whole = |failures| back_off(failures, 1.0).as_millis();
        assert_eq!([0, 1, 2, 3].map(whole), [500, 1_000, 2_000, 4_000]);
        assert_eq!((whole(10), whole(1_000)), (30_000, 30_000));
        assert!(back_off(3, 0.0) < back_off(3, 0.5) && back_off(3, 0.5) < back_off(3, 1.0));
        assert_eq!(back_off(3, 0.0).as_millis(), 2_000);
    }
}
