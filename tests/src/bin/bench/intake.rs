//! Webhooks over HTTP: signed, and on disk before they are answered.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use aws_lc_rs::hmac;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use server::inbox;
use tests::Engine;
use tokio::task::JoinSet;

use crate::{
    measuring::{Row, note, p99},
    process,
    stage::{SECRET, Stage, user},
    stub::BOT,
};

/// Webhooks at once.
const AT_ONCE: u64 = 200;
/// How long they come.
const SPAN: Duration = Duration::from_secs(5);
/// One in so many is told again.
const REPEATED: u64 = 20;
/// How long what was taken may take to be applied.
const PATIENCE: Duration = Duration::from_mins(3);

/// Measures it: one event in each webhook, of customers all over.
pub(crate) async fn measure(engine: Engine, people: u64) -> anyhow::Result<Vec<Row>> {
    let mut stage = Stage::build(engine, people).await?;
    stage.start().await?;
    let source = Arc::new(Source::of(&stage)?);
    let (before, began) = (process::cpu_us(stage.pid()?), Instant::now());
    let mut hands = JoinSet::new();
    for hand in 0..AT_ONCE {
        hands.spawn(source.clone().tell(hand, began));
    }
    let mut took = Vec::new();
    while let Some(ended) = hands.join_next().await {
        took.extend(ended??);
    }
    let seconds = began.elapsed().as_secs_f64();
    let cpu = before.zip(process::cpu_us(stage.pid()?)).map(|(before, after)| after - before);
    let database = stage.database().await?;
    let waiting = database.read(inbox::backlog).await?.waiting;
    let kept: u64 = database.read(move |tx| tx.one("SELECT COUNT(*) FROM inbox", &[])).await?;
    let different = source.different.load(Ordering::Relaxed);
    ensure!(kept == different, "{kept} events were kept of {different}");
    while database.read(inbox::backlog).await?.waiting > 0 {
        ensure!(began.elapsed() < PATIENCE, "what was taken is not applied");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    #[expect(clippy::cast_precision_loss, reason = "thousands")]
    let (events, kept) = (took.len() as f64, kept as f64);
    note(&format!(
        "{engine:?}, webhooks: {:.0} ms p99; {waiting} of {kept} waited to be applied when the last was answered, all were {:.1} s \
         after the first, {:.0} a second; {:.0} µs of CPU for each",
        p99(&took),
        began.elapsed().as_secs_f64(),
        kept / began.elapsed().as_secs_f64(),
        cpu.unwrap_or_default() / events,
    ));
    stage.stop().await?;
    let target = if engine == Engine::Sqlite { 10_000.0 } else { 6_000.0 };
    Ok(vec![Row::at_least(format!("{engine:?}, webhooks taken"), target, events / seconds, "events/s")])
}

/// Where webhooks come from.
struct Source {
    url: reqwest::Url,
    http: reqwest::Client,
    key: hmac::Key,
    people: u64,
    /// Events that are no repeats.
    different: AtomicU64,
}

impl Source {
    fn of(stage: &Stage) -> anyhow::Result<Self> {
        let server = stage.servers.first().context("no server runs")?;
        Ok(Self {
            url: format!("{}/webhooks/line/{}", server.base, stage.account).parse()?,
            http: reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?,
            key: hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()),
            people: 2 * stage.people,
            different: AtomicU64::new(0),
        })
    }

    /// One webhook after the other; how long each took to be answered.
    async fn tell(self: Arc<Self>, hand: u64, began: Instant) -> anyhow::Result<Vec<Duration>> {
        let (mut took, mut number) = (Vec::new(), 0);
        while began.elapsed() < SPAN {
            let is_repeat = number % REPEATED == REPEATED - 1;
            if !is_repeat {
                self.different.fetch_add(1, Ordering::Relaxed);
            }
            let body = self.body(hand, if is_repeat { number - 1 } else { number });
            let signature = BASE64_STANDARD.encode(hmac::sign(&self.key, body.as_bytes()));
            let asked = Instant::now();
            let call = self.http.post(self.url.clone()).header("x-line-signature", signature).body(body);
            let answer = call.send().await?;
            ensure!(answer.status().is_success(), "a webhook was answered {}", answer.status());
            answer.bytes().await?;
            took.push(asked.elapsed());
            number += 1;
        }
        Ok(took)
    }

    /// A text of one customer, whoever she is.
    fn body(&self, hand: u64, number: u64) -> String {
        let event = hand * 1_000_000_000 + number;
        let customer = user((hand * 7_919 + number * 104_729) % self.people);
        // The same bytes for a repeat; any time will do.
        let at = 1_700_000_000_000 + number;
        let message =
            format!(r#"{{"id":"{event:018}","type":"text","quoteToken":"q3Plxr4AgKd","text":"請問藍色的還有嗎？"}}"#);
        let source = format!(r#"{{"type":"user","userId":"{customer}"}}"#);
        let again = r#"{"isRedelivery":false}"#;
        let event = format!(
            r#"{{"type":"message","mode":"active","timestamp":{at},"source":{source},"webhookEventId":"{event:026}",
            "deliveryContext":{again},"replyToken":"{event:032}","message":{message}}}"#
        );
        format!(r#"{{"destination":"{BOT}","events":[{event}]}}"#)
    }
}
