//! What the demo runs on: every `STORECAST_…` setting that is set, and its own choice for the others.

use std::{
    fs,
    io::Write as _,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, anyhow};
use server::config::{Config, DatabaseAddress, RootKey};

/// The file in the demo's folder that holds its root key.
pub(super) const ROOT_KEY: &str = "root.key";

/// How the demo is run.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Port of the product on 127.0.0.1 (0: any free one); the customers' phones are on the next one.
    #[arg(long, value_name = "PORT")]
    pub port: Option<u16>,
    /// Folder that keeps the demo between runs; `demo-data` beside the build if left out.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Starts over: what the folder holds of an earlier demo is thrown away.
    #[arg(long)]
    pub fresh: bool,
}

impl Options {
    pub(super) fn data(&self) -> PathBuf {
        self.data.clone().unwrap_or_else(|| crate::target().join("demo-data"))
    }

    /// The settings, but for where LINE is.
    pub(super) fn config(&self, data: &Path) -> anyhow::Result<Config> {
        let mut config = Config::load(None)?;
        let usual = serde_json::to_value(Config::default())?;
        let given = serde_json::to_value(&config)?;
        let unset = |key: &str| given.get(key) == usual.get(key);
        if unset("database") {
            config.database = DatabaseAddress::new(&format!("sqlite:{}", data.join("storecast.db").display()));
        }
        if unset("data_dir") {
            data.clone_into(&mut config.data_dir);
        }
        if unset("log") {
            "warn".clone_into(&mut config.log.filter);
        }
        if config.root_key.is_none() {
            config.root_key = Some(root_key(&data.join(ROOT_KEY))?);
        }
        if config.web_dir.is_none() {
            config.web_dir = crate::web_folder();
        }
        if let Some(port) = self.port {
            config.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        }
        Ok(config)
    }

    pub(super) const fn sandbox_port(&self, product: u16) -> u16 {
        match self.port {
            Some(0) => 0,
            _ => product.wrapping_add(1),
        }
    }
}

/// Sends the product's calls to the sandbox, and lets it be reached under the address that it listens on, unless the
/// developer said otherwise.
pub(super) fn point_at(config: &mut Config, sandbox: &str) {
    let usual = Config::default();
    for (base, usual) in [
        (&mut config.line.api_base, usual.line.api_base),
        (&mut config.line.data_base, usual.line.data_base),
        (&mut config.whatsapp.api_base, usual.whatsapp.api_base),
    ] {
        if *base == usual {
            sandbox.clone_into(base);
        }
    }
    if config.public_url == usual.public_url {
        config.public_url = format!("http://{}", config.listen);
    }
}

/// The root key in this file; a new one is written if there is none.
fn root_key(file: &Path) -> anyhow::Result<RootKey> {
    if file.exists() {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        return RootKey::parse(&text).map_err(|problem| anyhow!("{}: {problem}", file.display()));
    }
    let key = RootKey::generate();
    let mut options = fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut made = options.open(file).with_context(|| format!("cannot write {}", file.display()))?;
    made.write_all(key.expose().as_bytes())?;
    Ok(key)
}
