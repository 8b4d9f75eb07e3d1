//! A stand-in of the messaging platforms that behaves as they document: the APIs and webhooks of LINE and WhatsApp on
//! loopback, a world of customers with phones, faults on order, and a ledger of everything that was accepted.
//!
//! [`Sandbox::start`] runs it inside a test; the `sandbox` binary runs it as a process of its own. The README has
//! the HTTP control API. Never part of a release.

mod calls;
mod chance;
mod clock;
mod control;
mod counters;
mod delivery;
mod error;
mod faults;
mod fetch;
mod ledger;
pub mod line;
mod media;
mod phones;
mod rate;
mod serve;
mod sync;
pub mod whatsapp;

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex},
};

use anyhow::Context as _;
use aws_lc_rs::digest;
use axum::{
    Router,
    routing::{any, get},
};
use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{calls::Calls, clock::Clock, delivery::Webhooks, fetch::Shelf, ledger::Ledger, sync::lock};
pub use crate::{
    calls::{Call, CallEnd},
    error::WorldError,
    faults::{ActiveFault, Fault, FaultKind},
    ledger::Entry,
    line::LineWorld,
    whatsapp::WhatsappWorld,
};

const LEDGER_FILE: &str = "ledger.jsonl";

/// How a sandbox is started.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// Port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// User ids follow from it.
    pub seed: u64,
    /// `ledger.jsonl`, the worlds and WhatsApp's media are kept here and taken up again at the next start.
    pub data_dir: Option<PathBuf>,
    /// Takes plain http for media on loopback hosts, which the platforms themselves would refuse.
    pub allow_http_media: bool,
    /// Keeps every call that was to bring a message, refused ones too, and what was told of each message.
    pub keep_calls: bool,
}

/// What all platforms of a sandbox share.
#[derive(Debug)]
pub(crate) struct Common {
    clock: Clock,
    ledger: Ledger,
    media: Shelf,
    /// Messages that were accepted and failed after all, by number, with the code.
    failed_late: Mutex<HashMap<String, i64>>,
    calls: Option<Calls>,
    webhooks: Webhooks,
    http: reqwest::Client,
    tasks: TaskTracker,
    stop: CancellationToken,
    seed: u64,
    allow_http_media: bool,
}

impl Common {
    /// Every accepted request, one entry per recipient, with what came of fetching its pictures and films.
    fn entries(&self) -> Vec<Entry> {
        let mut entries = self.ledger.entries();
        let failed_late = lock(&self.failed_late);
        for entry in &mut entries {
            entry.media = self.media.of(&entry.messages);
            if let Some(code) = entry.message_ids.first().and_then(|id| failed_late.get(id)) {
                entry.delivered = false;
                entry.reason = Some(code.to_string());
            }
            if let (Some(calls), Some(id)) = (&self.calls, entry.message_ids.first()) {
                entry.told = calls.told(id);
            }
        }
        entries
    }

    /// A number that follows from the seed and these words alone.
    fn number(&self, words: &[&str]) -> u128 {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(&self.seed.to_be_bytes());
        for word in words {
            context.update(word.as_bytes());
            context.update(&[0]);
        }
        let mut first = [0; 16];
        first.copy_from_slice(&context.finish().as_ref()[..16]);
        u128::from_be_bytes(first)
    }

    /// Runs until it is done or the sandbox ends.
    fn in_background(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                () = work => {}
            }
        });
    }
}

/// A running sandbox. Dropping it ends it; [`Sandbox::stop`] also waits until its files are whole.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    line: LineWorld,
    whatsapp: WhatsappWorld,
    common: Arc<Common>,
    router: Router,
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
            failed_late: Mutex::default(),
            calls: config.keep_calls.then(Calls::default),
            webhooks: Webhooks::default(),
            http: reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?,
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            seed: config.seed,
            allow_http_media: config.allow_http_media,
        });
        let data_dir = config.data_dir.as_deref();
        let past = ledger_file.as_deref().map(ledger::read_lines::<Entry>).transpose()?.unwrap_or_default();
        let line = LineWorld::open(common.clone(), data_dir, &past)?;
        let whatsapp = WhatsappWorld::open(common.clone(), data_dir, &past)?;
        drop(past);
        common.ledger.sort();
        let listener = listen(config.port).await?;
        let address = listener.local_addr()?;
        let router = Router::new()
            .route("/v2/bot/{*path}", any(line::api))
            .route("/healthz", get(async || "ok"))
            .with_state(line.clone())
            .merge(whatsapp::router(whatsapp.clone()))
            .merge(control::router(common.clone(), line.clone(), whatsapp.clone()))
            .merge(phones::router(line.clone(), whatsapp.clone()));
        let sandbox = Self { address, line, whatsapp, common, router };
        sandbox.serve(listener);
        Ok(sandbox)
    }

    fn serve(&self, listener: TcpListener) {
        let Common { tasks, stop, .. } = &*self.common;
        tasks.spawn(serve::run(listener, self.router.clone(), tasks.clone(), stop.clone()));
    }

    /// Another address of the same platforms. Each caller that is given one of its own can be told from the others: see
    /// [`Call::door`].
    pub async fn open_door(&self) -> anyhow::Result<String> {
        let listener = listen(0).await?;
        let base = format!("http://{}", listener.local_addr()?);
        self.serve(listener);
        Ok(base)
    }

    /// Every call that was to bring somebody a message, in the order they came; none unless [`Config::keep_calls`] is
    /// set.
    pub fn calls(&self) -> Vec<Call> {
        self.common.calls.as_ref().map(Calls::all).unwrap_or_default()
    }

    /// Messages being received or answered now that came by the door at this address; 0 unless [`Config::keep_calls`]
    /// is set.
    pub fn in_flight(&self, base: &str) -> usize {
        let door = base.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default();
        self.common.calls.as_ref().map_or(0, |calls| calls.in_flight(door))
    }

    /// Webhooks that are being sent, or wait to be sent late or again. What is held until its release is not among
    /// them.
    pub fn webhooks_waiting(&self) -> usize {
        self.common.webhooks.waiting()
    }

    /// Webhooks that were given up: nobody took them, however often they were sent.
    pub fn webhooks_given_up(&self) -> usize {
        self.common.webhooks.given_up()
    }

    /// The sandbox's clock, microseconds since 1970: what [`Call::at_us`] is by.
    pub fn now_us(&self) -> i64 {
        self.common.clock.now_us()
    }

    /// `http://127.0.0.1:PORT`: LINE's API base and its content base, the Graph API's base, and the phones' page.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// LINE's side.
    pub const fn line(&self) -> &LineWorld {
        &self.line
    }

    /// WhatsApp's side.
    pub const fn whatsapp(&self) -> &WhatsappWorld {
        &self.whatsapp
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
        self.whatsapp.close();
    }
}

async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.with_context(|| format!("cannot listen on 127.0.0.1:{port}"))
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.common.stop.cancel();
    }
}
