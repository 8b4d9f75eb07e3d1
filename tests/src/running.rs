//! A running server: inside this process, or as a process of its own that can be killed.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use server::{App, Server, clock::Clock, config::Config};
use tokio::net::TcpListener;

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server.
pub struct Running {
    /// Its address, such as `http://127.0.0.1:40123`.
    pub base: String,
    kind: Kind,
}

enum Kind {
    Here(Box<Server>),
    Process(Child),
    Gone,
}

/// A free port of loopback, held until the server takes it over.
pub async fn listener(port: u16) -> anyhow::Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}: is another program there?"))
}

impl Running {
    /// Starts a server inside this process.
    pub async fn here(config: Config, listener: TcpListener, clock: Clock) -> anyhow::Result<Self> {
        let base = format!("http://{}", listener.local_addr()?);
        let server = Server::start(config, listener, clock).await?;
        Ok(Self { base, kind: Kind::Here(Box::new(server)) })
    }

    /// Builds the `storecast` program, starts it on these settings and waits until it answers.
    pub async fn process(config: &Config, port: u16) -> anyhow::Result<Self> {
        let mut running = Self::begin(&storecast()?, config, port, Stdio::inherit())?;
        running.wait_until_ready().await?;
        Ok(running)
    }

    /// Starts this `storecast` program on these settings, with its log going there, and does not wait for it.
    pub fn begin(storecast: &Path, config: &Config, port: u16, log: Stdio) -> anyhow::Result<Self> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let root_key = config.root_key.as_ref().context("the settings have no root key")?;
        let retry_ms: Vec<String> = config.engine.retry_ms.iter().map(u64::to_string).collect();
        let mut command = Command::new(storecast);
        command
            .arg("serve")
            .env("STORECAST_LISTEN", address.to_string())
            .env("STORECAST_PUBLIC_URL", format!("http://{address}"))
            .env("STORECAST_DATABASE", config.database.expose())
            .env("STORECAST_ROOT_KEY", root_key.expose())
            .env("STORECAST_DATA_DIR", &config.data_dir)
            .env("STORECAST_LINE__API_BASE", &config.line.api_base)
            .env("STORECAST_LINE__DATA_BASE", &config.line.data_base)
            .env("STORECAST_LINE__RATE", config.line.rate.to_string())
            .env("STORECAST_LINE__MULTICAST_RATE", config.line.multicast_rate.to_string())
            .env("STORECAST_LINE__IN_FLIGHT", config.line.in_flight.to_string())
            .env("STORECAST_LINE__TIMEOUT_MS", config.line.timeout_ms.to_string())
            .env("STORECAST_WHATSAPP__API_BASE", &config.whatsapp.api_base)
            .env("STORECAST_WHATSAPP__RATE", config.whatsapp.rate.to_string())
            .env("STORECAST_WHATSAPP__TIMEOUT_MS", config.whatsapp.timeout_ms.to_string())
            .env("STORECAST_ENGINE__LEASE_MS", config.engine.lease_ms.to_string())
            .env("STORECAST_ENGINE__POLL_MS", config.engine.poll_ms.to_string())
            .env("STORECAST_ENGINE__RETRY_MS", format!("[{}]", retry_ms.join(",")))
            .env("STORECAST_LIMITS__SIGN_IN_PER_ADDRESS", config.limits.sign_in_per_address.to_string())
            .env("STORECAST_LIMITS__SIGN_IN_PER_ACCOUNT", config.limits.sign_in_per_account.to_string())
            .env("STORECAST_LIMITS__SEND_PER_MEMBER", config.limits.send_per_member.to_string())
            .env("STORECAST_LOG__FILTER", &config.log.filter)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        if let Some(web) = &config.web_dir {
            command.env("STORECAST_WEB_DIR", web);
        }
        let child = command.spawn().context("cannot run storecast")?;
        Ok(Self { base: format!("http://{address}"), kind: Kind::Process(child) })
    }

    /// The server's insides, where it runs in this process.
    pub fn app(&self) -> anyhow::Result<&App> {
        match &self.kind {
            Kind::Here(server) => Ok(&server.app),
            Kind::Process(_) => bail!("this server is a process of its own"),
            Kind::Gone => bail!("this server has stopped"),
        }
    }

    /// Its process, where it is one.
    pub fn pid(&self) -> Option<u32> {
        match &self.kind {
            Kind::Process(child) => Some(child.id()),
            Kind::Here(_) | Kind::Gone => None,
        }
    }

    /// Waits until it answers.
    pub async fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let client = crate::Client::new(&self.base)?;
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if client.get("/readyz").await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
            if let Kind::Process(child) = &mut self.kind
                && let Some(status) = child.try_wait()?
            {
                bail!("storecast ended with {status} before it answered");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("the server at {} does not answer", self.base)
    }

    /// Kills a process on the spot, as a power cut would.
    pub fn kill(&mut self) -> anyhow::Result<()> {
        let Kind::Process(child) = &mut self.kind else { bail!("this server is no process of its own") };
        child.kill()?;
        child.wait()?;
        self.kind = Kind::Gone;
        Ok(())
    }

    /// Stops it as an operator would, and waits.
    pub async fn stop(&mut self) -> anyhow::Result<()> {
        match std::mem::replace(&mut self.kind, Kind::Gone) {
            Kind::Here(server) => {
                if !server.stop().await {
                    bail!("the server did not stop in time");
                }
            }
            Kind::Process(mut child) => {
                terminate(&child)?;
                let ended = tokio::task::spawn_blocking(move || child.wait()).await??;
                if !ended.success() {
                    bail!("storecast ended with {ended}");
                }
            }
            Kind::Gone => {}
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Kind::Process(child) = &mut self.kind {
            // It may have ended by itself; then there is nobody to kill.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[cfg(unix)]
fn terminate(child: &Child) -> anyhow::Result<()> {
    let told = Command::new("kill").arg(child.id().to_string()).status()?;
    if told.success() { Ok(()) } else { bail!("cannot stop process {}", child.id()) }
}

#[cfg(not(unix))]
fn terminate(_: &Child) -> anyhow::Result<()> {
    bail!("a process is stopped gently on Unix only")
}

/// The `storecast` program that was built together with this one.
pub fn beside() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?.with_file_name(format!("storecast{}", std::env::consts::EXE_SUFFIX));
    if !program.exists() {
        bail!("{} is not built: cargo build --package server --bin storecast", program.display());
    }
    Ok(program)
}

/// The `storecast` program, built from the sources as they are. With the whole workspace's features, as `cargo xtask
/// test` builds it: with this package's alone, half of it would be built anew.
fn storecast() -> anyhow::Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--quiet", "--workspace", "--bin", "storecast"])
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    for (name, _) in std::env::vars_os() {
        // What cargo set for this test would make it think that its build scripts have to run again.
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    let built = command.status().context("cannot run cargo")?;
    if !built.success() {
        bail!("storecast does not build: {built}");
    }
    Ok(crate::target().join("debug").join(format!("storecast{}", std::env::consts::EXE_SUFFIX)))
}
