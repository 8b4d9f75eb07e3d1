//! A client's live stream, read as the app reads it.

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use reqwest::Response;
use shared::live::{LiveEvent, WatchEvents};

use crate::{Client, world::PATIENCE};

/// Longer than any test holds a stream open.
const HELD: Duration = Duration::from_mins(5);

/// An open stream.
#[derive(Debug)]
pub struct Watching {
    answer: Response,
    read: String,
    /// Lines that were comments: the heartbeat.
    pub comments: usize,
}

impl Client {
    /// Opens a stream, and has its greeting.
    pub async fn watch(&self) -> anyhow::Result<Watching> {
        let answer = self.request(&WatchEvents {}).timeout(HELD).send().await?;
        let status = answer.status();
        if !status.is_success() {
            bail!("the stream was answered {status}: {}", answer.text().await?);
        }
        let mut watching = Watching { answer, read: String::new(), comments: 0 };
        let first = watching.next().await?;
        ensure!(first == Some(LiveEvent::Hello), "a stream begins with a hello, not {first:?}");
        Ok(watching)
    }
}

impl Watching {
    /// The answer's headers.
    pub fn header(&self, name: &str) -> &str {
        self.answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The next event, whenever it comes; none at the end of the stream, clean or cut.
    pub async fn next(&mut self) -> anyhow::Result<Option<LiveEvent>> {
        loop {
            while let Some(end) = self.read.find('\n') {
                let line: String = self.read.drain(..=end).collect();
                let line = line.trim_end();
                if let Some(data) = line.strip_prefix("data:") {
                    return Ok(Some(serde_json::from_str(data).with_context(|| line.to_owned())?));
                }
                ensure!(line.is_empty() || line.starts_with(':'), "no line of a stream of ours: {line}");
                self.comments += usize::from(line.starts_with(':'));
            }
            match self.answer.chunk().await {
                Ok(Some(chunk)) => self.read.push_str(std::str::from_utf8(&chunk)?),
                Ok(None) | Err(_) => return Ok(None),
            }
        }
    }

    /// Waits for this event; gives what came before it.
    pub async fn until(&mut self, wanted: LiveEvent) -> anyhow::Result<Vec<LiveEvent>> {
        let mut before = Vec::new();
        let found = async {
            loop {
                match self.next().await? {
                    Some(event) if event == wanted => return anyhow::Ok(()),
                    Some(event) => before.push(event),
                    None => bail!("the stream ended before {wanted:?}"),
                }
            }
        };
        let found = tokio::time::timeout(PATIENCE, found).await;
        found.with_context(|| format!("{wanted:?} did not come"))??;
        Ok(before)
    }

    /// Waits until the server ends the stream.
    pub async fn ended(&mut self, within: Duration) -> anyhow::Result<()> {
        let end = async {
            while self.next().await?.is_some() {}
            anyhow::Ok(())
        };
        tokio::time::timeout(within, end).await.context("the stream did not end")?
    }
}
