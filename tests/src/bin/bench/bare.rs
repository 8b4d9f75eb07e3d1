//! The bare loop that the engine is held against, and the processes beside it: the same calls with the same client
//! settings to the same stand-in, and nothing remembered.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use server::platforms::{MediaAddress, line::Template};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    stage::{name, personal, user},
    stub::{Received, TOKEN},
};

/// Calls at once, here and in the engine.
pub(crate) const IN_FLIGHT: usize = 64;
/// Calls before time is taken.
const WARM_UP: u64 = 5_000;

/// Makes so many pushes and prints how many seconds they took.
pub(crate) async fn run(base: &str, people: u64) -> anyhow::Result<()> {
    let url: reqwest::Url = format!("{base}/v2/bot/message/push").parse()?;
    // As the server's own: `platforms::http`.
    let client = reqwest::Client::builder()
        .http1_only()
        .tcp_nodelay(true)
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(15))
        .pool_idle_timeout(Duration::from_mins(1))
        .pool_max_idle_per_host(512)
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let nothing = |_| MediaAddress { whole: String::new(), preview: String::new() };
    let template = Arc::new(Template::of(&personal(), nothing));
    push(&client, &url, &template, 0..WARM_UP).await?;
    let began = Instant::now();
    push(&client, &url, &template, WARM_UP..WARM_UP + people).await?;
    println!("{}", began.elapsed().as_secs_f64());
    Ok(())
}

async fn push(
    client: &reqwest::Client,
    url: &reqwest::Url,
    template: &Arc<Template>,
    whom: std::ops::Range<u64>,
) -> anyhow::Result<()> {
    let next = Arc::new(AtomicU64::new(whom.start));
    let mut hands = JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (client, url, template, next) = (client.clone(), url.clone(), template.clone(), next.clone());
        hands.spawn(async move {
            let mut token = HeaderValue::try_from(format!("Bearer {TOKEN}"))?;
            token.set_sensitive(true);
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= whom.end {
                    return anyhow::Ok(());
                }
                let call = client
                    .post(url.clone())
                    .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
                    .header(AUTHORIZATION, token.clone())
                    .header(HeaderName::from_static("x-line-retry-key"), Uuid::from_u128(n.into()).to_string())
                    .body(template.body(&user(n), &name(n)));
                let answer = call.send().await?;
                ensure!(answer.status().is_success(), "the stand-in answered {}", answer.status());
                answer.bytes().await?;
            }
        });
    }
    while let Some(ended) = hands.join_next().await {
        ended??;
    }
    Ok(())
}

/// The stand-in, running.
pub(crate) struct Stub {
    child: Child,
    pub(crate) base: String,
    http: reqwest::Client,
}

impl Stub {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let mut child = std::process::Command::new(std::env::current_exe()?)
            .arg("stub")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run the stand-in of LINE")?;
        let mut port = String::new();
        BufReader::new(child.stdout.take().context("it has an output")?).read_line(&mut port)?;
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(30)).build()?;
        Ok(Self { child, base: format!("http://127.0.0.1:{}", port.trim()), http })
    }

    /// What it received since it last forgot.
    pub(crate) async fn received(&self) -> anyhow::Result<Received> {
        Ok(self.http.get(format!("{}/received", self.base)).send().await?.json().await?)
    }

    pub(crate) async fn forget(&self) -> anyhow::Result<()> {
        self.http.post(format!("{}/forget", self.base)).send().await?.error_for_status()?;
        Ok(())
    }

    /// Pushes of the bare loop, a second.
    pub(crate) async fn bare(&self, people: u64) -> anyhow::Result<f64> {
        self.forget().await?;
        let ended = tokio::process::Command::new(std::env::current_exe()?)
            .args(["bare", "--base", &self.base, "--people", &people.to_string()])
            .stderr(Stdio::inherit())
            .output()
            .await
            .context("cannot run the bare loop")?;
        ensure!(ended.status.success(), "the bare loop ended with {}", ended.status);
        let seconds: f64 = String::from_utf8(ended.stdout)?.trim().parse()?;
        let received = self.received().await?;
        ensure!(received.pushes == people + WARM_UP, "the bare loop made {} calls", received.pushes);
        #[expect(clippy::cast_precision_loss, reason = "thousands")]
        let people = people as f64;
        Ok(people / seconds)
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nobody to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
