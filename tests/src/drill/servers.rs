//! The servers of a drill: real `storecast serve` processes on one database, each with a door of its own to the
//! platforms.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::{Context as _, bail};
use server::config::Config;
use tokio::sync::Mutex;

use super::reaper::Reaper;
use crate::running::{Running, beside, listener};

/// The servers.
pub(super) struct Servers {
    all: Vec<Machine>,
    program: PathBuf,
    reaper: Reaper,
}

/// One of them.
struct Machine {
    config: Config,
    port: u16,
    door: String,
    log: File,
    running: Mutex<Option<Running>>,
    /// It answers: neither killed nor frozen.
    is_up: AtomicBool,
}

impl Servers {
    /// Starts as many as there are doors, with their logs in this folder.
    pub(super) async fn start(base: &Config, doors: Vec<String>, logs: &Path) -> anyhow::Result<Self> {
        let program = beside()?;
        let mut all = Vec::new();
        for (number, door) in doors.into_iter().enumerate() {
            let port = listener(0).await?.local_addr()?.port();
            let mut config = base.clone();
            config.line.api_base.clone_from(&door);
            config.line.data_base.clone_from(&door);
            config.whatsapp.api_base.clone_from(&door);
            let log = File::create(logs.join(format!("server-{number}.log")))?;
            all.push(Machine { config, port, door, log, running: Mutex::default(), is_up: AtomicBool::new(false) });
        }
        let servers = Self { all, program, reaper: Reaper::start()? };
        for number in 0..servers.all.len() {
            servers.begin(number).await?;
        }
        Ok(servers)
    }

    fn machine(&self, number: usize) -> anyhow::Result<&Machine> {
        self.all.get(number).with_context(|| format!("there is no server {number}"))
    }

    /// The addresses of all of them, whether they run or not.
    pub(super) fn bases(&self) -> Vec<String> {
        self.all.iter().map(|machine| format!("http://127.0.0.1:{}", machine.port)).collect()
    }

    /// The address by which it reaches the platforms.
    pub(super) fn door(&self, number: usize) -> anyhow::Result<&str> {
        Ok(&self.machine(number)?.door)
    }

    /// Those that are neither killed nor frozen.
    pub(super) fn up(&self) -> Vec<usize> {
        let is_up = |number: &usize| self.all.get(*number).is_some_and(|one| one.is_up.load(Ordering::Acquire));
        (0..self.all.len()).filter(is_up).collect()
    }

    /// Starts one that does not run, and waits until it answers.
    pub(super) async fn begin(&self, number: usize) -> anyhow::Result<()> {
        let machine = self.machine(number)?;
        let log = Stdio::from(machine.log.try_clone()?);
        let mut running = Running::begin(&self.program, &machine.config, machine.port, log)?;
        self.reaper.watch(running.pid().context("it is a process")?)?;
        running.wait_until_ready().await?;
        *machine.running.lock().await = Some(running);
        machine.is_up.store(true, Ordering::Release);
        Ok(())
    }

    /// Kills it on the spot.
    pub(super) async fn kill(&self, number: usize) -> anyhow::Result<()> {
        let machine = self.machine(number)?;
        machine.is_up.store(false, Ordering::Release);
        let mut running = machine.running.lock().await.take().context("it does not run")?;
        let pid = running.pid().context("it is a process")?;
        running.kill()?;
        self.reaper.forget(pid)
    }

    /// Stops its time.
    pub(super) async fn freeze(&self, number: usize) -> anyhow::Result<()> {
        let machine = self.machine(number)?;
        machine.is_up.store(false, Ordering::Release);
        self.signal(number, "-STOP").await
    }

    /// Lets its time go on.
    pub(super) async fn thaw(&self, number: usize) -> anyhow::Result<()> {
        self.signal(number, "-CONT").await?;
        self.machine(number)?.is_up.store(true, Ordering::Release);
        Ok(())
    }

    async fn signal(&self, number: usize, signal: &str) -> anyhow::Result<()> {
        let running = self.machine(number)?.running.lock().await;
        let pid = running.as_ref().and_then(Running::pid).context("it does not run")?;
        let told = Command::new("kill").args([signal, &pid.to_string()]).status().context("cannot run kill")?;
        if told.success() { Ok(()) } else { bail!("cannot send {signal} to process {pid}") }
    }
}
