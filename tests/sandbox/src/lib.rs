//! A stand-in of the messaging platforms that behaves as they document: LINE's API and webhooks on loopback,
//! a world of customers with phones, faults on order, and a ledger of everything that was accepted.
//!
//! [`Sandbox::start`] runs it inside a test; the `sandbox` binary runs it as a process of its own. The README has
//! the HTTP control API. Never part of a release.

mod chance;
mod clock;
mod control;
mod faults;
mod ledger;
pub mod line;
mod media;
mod phones;
mod rate;
mod serve;
mod sync;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use anyhow::Context as _;
use axum::{
    Router,
    routing::{any, get},
};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{clock::Clock, ledger::Ledger, line::Shelf};
pub use crate::{
    faults::{ActiveFault, Fault, FaultKind},
    ledger::Entry,
    line::LineWorld,
};

const LEDGER_FILE: &str = "ledger.jsonl";

/// How a sandbox is started.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// User ids follow from it.
    pub seed: u64,
    /// `ledger.jsonl` and `line-world.jsonl` are kept here and taken up again at the next start.
    pub data_dir: Option<PathBuf>,
    /// Takes plain http for media on loopback hosts, which LINE itself would refuse.
    pub allow_http_media: bool,
}

/// What all platforms of a sandbox share.
#[derive(Debug)]
pub(crate) struct Common {
    clock: Clock,
    ledger: Ledger,
    media: Shelf,
    tasks: TaskTracker,
    stop: CancellationToken,
    seed: u64,
    allow_http_media: bool,
}

impl Common {
    /// Every accepted request, one entry per recipient, with what came of fetching its pictures and films.
    fn entries(&self) -> Vec<Entry> {
        let mut entries = self.ledger.entries();
        for entry in &mut entries {
            entry.media = self.media.of(&entry.messages);
        }
        entries
    }
}

/// A running sandbox. Dropping it ends it; [`Sandbox::stop`] also waits until its files are whole.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    line: LineWorld,
    common: Arc<Common>,
}

impl Sandbox {
    /// Binds 127.0.0.1 and serves until dropped or stopped.
    pub async fn start(config: Config) -> anyhow::Result<Self> {
        if let Some(dir) = &config.data_dir {
            std::fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
        }
        let ledger_file = config.data_dir.as_ref().map(|dir| dir.join(LEDGER_FILE));
        let common = Arc::new(Common {
            clock: Clock::new(),
            ledger: Ledger::open(ledger_file.as_deref())?,
            media: Shelf::default(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            seed: config.seed,
            allow_http_media: config.allow_http_media,
        });
        let line = LineWorld::open(common.clone(), config.data_dir.as_deref())?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, config.port))
            .await
            .with_context(|| format!("cannot listen on 127.0.0.1:{}", config.port))?;
        let address = listener.local_addr()?;
        let router = Router::new()
            .route("/v2/bot/{*path}", any(line::api))
            .route("/healthz", get(async || "ok"))
            .with_state(line.clone())
            .merge(control::router(common.clone(), line.clone()))
            .merge(phones::router(line.clone()));
        common.tasks.spawn(serve::run(listener, router, common.tasks.clone(), common.stop.clone()));
        Ok(Self { address, line, common })
    }

    /// `http://127.0.0.1:PORT`: LINE's API base and its content base, and the phones' page.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// LINE's side.
    pub const fn line(&self) -> &LineWorld {
        &self.line
    }

    /// Every accepted request of every platform, one entry per recipient.
    pub fn ledger(&self) -> Vec<Entry> {
        self.common.entries()
    }

    /// Ends it: connections are dropped, files are written out.
    pub async fn stop(self) {
        self.common.stop.cancel();
        self.common.tasks.close();
        self.common.tasks.wait().await;
        self.common.ledger.close();
        self.line.close();
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.common.stop.cancel();
    }
}
