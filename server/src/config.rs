//! Settings: defaults, below a file, below `STORECAST_…` variables of the environment. Secrets are never printed.

mod operations;
mod platforms;
mod values;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    error::Kind,
    providers::{Env, Format as _, Toml},
};
use serde::{Deserialize, Serialize};

pub use self::{
    operations::{Health, Retention},
    platforms::{Line, Whatsapp},
    values::{DatabaseAddress, Networks, RootKey, Secret},
};

/// What every variable of ours begins with; two underscores go one level down: `STORECAST_LINE__API_BASE`.
const PREFIX: &str = "STORECAST_";

/// Variables with our prefix that are no settings of the server: the file itself, and what the developer's commands
/// use.
const NOT_SETTINGS: &[&str] = &["config", "test_postgres"];

/// All settings of a server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The address people and platforms reach the server under, without a slash at the end. `https`, except on this
    /// machine. Links, media addresses and the security of the cookie depend on it.
    pub public_url: String,
    /// Where to listen. A proxy in front of it should be the only one to reach it.
    pub listen: SocketAddr,
    /// Where to serve metrics in Prometheus' format; none by default. Keep it away from the public.
    pub metrics_listen: Option<SocketAddr>,
    /// Proxies whose `X-Forwarded-For` is believed: addresses, or networks such as `10.0.0.0/8`.
    pub trusted_proxies: Networks,
    /// `sqlite:PATH` or `postgres://user:password@host/database`.
    pub database: DatabaseAddress,
    /// The root key that all other keys derive from. Not in the database nor in a backup of it: keep it elsewhere too.
    pub root_key: Option<RootKey>,
    /// Root keys of before: what was sealed or signed under them is still read.
    pub previous_root_keys: Vec<RootKey>,
    /// Folder of the media store, made if missing; media lie in `media` below it, unless there is a bucket for them.
    pub data_dir: PathBuf,
    /// Where media lie, if not in the folder. Several servers on one database need a bucket, or a folder they share.
    pub media: MediaStore,
    /// Serves the web app from this folder, instead of the one in the binary.
    pub web_dir: Option<PathBuf>,
    /// The log.
    pub log: Log,
    /// Connections.
    pub edge: Edge,
    /// How often people may do things.
    pub limits: Limits,
    /// LINE.
    pub line: Line,
    /// WhatsApp.
    pub whatsapp: Whatsapp,
    /// The delivery engine.
    pub engine: Engine,
    /// What is kept for how long.
    pub retention: Retention,
    /// When a server says that it is not ready.
    pub health: Health,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".into(),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            metrics_listen: None,
            trusted_proxies: Networks::default(),
            database: DatabaseAddress::new("sqlite:data/storecast.db"),
            root_key: None,
            previous_root_keys: Vec::new(),
            data_dir: "data".into(),
            media: MediaStore::default(),
            web_dir: None,
            log: Log::default(),
            edge: Edge::default(),
            limits: Limits::default(),
            line: Line::default(),
            whatsapp: Whatsapp::default(),
            engine: Engine::default(),
            retention: Retention::default(),
            health: Health::default(),
        }
    }
}

/// Where media lie.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MediaStore {
    /// A bucket that speaks S3; the folder by default.
    pub s3: Option<S3>,
}

/// A bucket of Amazon S3, or of a server that speaks its language.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct S3 {
    /// Its name.
    pub bucket: String,
    /// What all names in it begin with, such as `storecast`; nothing by default.
    pub prefix: String,
    /// The address of the server; Amazon's own by default.
    pub endpoint: Option<String>,
    /// The region.
    pub region: String,
    /// The id of the access key.
    pub access_key: String,
    /// The access key itself.
    pub secret_key: Secret,
    /// Whether the bucket stands in the path of an address, not in its host.
    pub path_style: bool,
}

impl Default for S3 {
    fn default() -> Self {
        Self {
            bucket: String::new(),
            prefix: String::new(),
            endpoint: None,
            region: "us-east-1".into(),
            access_key: String::new(),
            secret_key: Secret::default(),
            path_style: true,
        }
    }
}

impl S3 {
    /// Whether its server is on this machine and needs no encryption.
    pub fn allows_http(&self) -> bool {
        self.endpoint.as_deref().is_some_and(|endpoint| endpoint.starts_with("http://"))
    }

    fn check(&mut self) -> Result<(), ConfigError> {
        let needed = [
            ("media.s3.bucket", self.bucket.as_str()),
            ("media.s3.region", &self.region),
            ("media.s3.access_key", &self.access_key),
            ("media.s3.secret_key", self.secret_key.expose()),
        ];
        if let Some((key, _)) = needed.into_iter().find(|(_, text)| text.trim().is_empty()) {
            return Err(ConfigError::of(
                key,
                "must be set: the bucket's name, its region and a key that may write to it",
            ));
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-._/".contains(c);
        if let Some((key, _)) = [("media.s3.bucket", &self.bucket), ("media.s3.prefix", &self.prefix)]
            .into_iter()
            .find(|(_, text)| !text.chars().all(is_name))
        {
            return Err(ConfigError::of(key, "may have letters, digits, dots, dashes and slashes only"));
        }
        if let Some(endpoint) = &self.endpoint {
            self.endpoint = Some(base("media.s3.endpoint", endpoint)?);
        }
        Ok(())
    }
}

/// The log, written to standard error.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `pretty` for people, `json` for collectors.
    pub format: LogFormat,
    /// What is logged, in the syntax of `tracing`: `info`, or `info,server::outbox=debug`.
    pub filter: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Pretty, filter: "info,refinery_core=warn".into() }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// One JSON object per line.
    Json,
}

/// Limits on connections.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Edge {
    /// Connections at once; further ones wait.
    pub connections: usize,
    /// Connections at once of one address; further ones are closed. Loopback and trusted proxies are not counted.
    pub connections_per_address: usize,
    /// Milliseconds a client has to send the head of a request, and an idle connection is kept.
    pub header_timeout_ms: u64,
    /// Milliseconds between two pieces of a request's body.
    pub body_timeout_ms: u64,
    /// Milliseconds that requests in flight get to finish when the server stops.
    pub shutdown_ms: u64,
}

impl Default for Edge {
    fn default() -> Self {
        Self {
            connections: 4_096,
            connections_per_address: 256,
            header_timeout_ms: 10_000,
            body_timeout_ms: 20_000,
            shutdown_ms: 20_000,
        }
    }
}

/// How often people may do things, per minute; as many may come at once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Tries to sign in from one address (one /64 of IPv6). A store's staff share an address.
    pub sign_in_per_address: u32,
    /// Tries to sign in to one account.
    pub sign_in_per_account: u32,
    /// Renewals of sessions from one address.
    pub refresh_per_address: u32,
    /// Sends and replies of one member.
    pub send_per_member: u32,
    /// Live streams opened by one member.
    pub events_per_member: u32,
    /// Uploads of one member.
    pub upload_per_member: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_in_per_address: 30,
            sign_in_per_account: 10,
            refresh_per_address: 300,
            send_per_member: 60,
            events_per_member: 60,
            upload_per_member: 60,
        }
    }
}

/// The delivery engine (architecture.md section 4).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Engine {
    /// Milliseconds a claimed slice belongs to its worker; then another may take it over.
    pub lease_ms: i64,
    /// Milliseconds between two looks for due work that nothing announced.
    pub poll_ms: u64,
    /// Milliseconds after the first outcome until a batch is settled.
    pub settle_ms: u64,
    /// The longest wait before each further try of a call that was not answered or has to come later, in milliseconds.
    /// After the last one it is given up: an hour's delay would surprise the customer.
    pub retry_ms: Vec<u64>,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            lease_ms: 60_000,
            poll_ms: 1_000,
            settle_ms: 10,
            retry_ms: vec![1_000, 4_000, 15_000, 60_000, 240_000, 600_000, 1_800_000],
        }
    }
}

/// A setting that cannot be used. Names the setting and where it came from; never its value where that is secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("setting `{key}`{source_of}: {problem}")]
pub struct ConfigError {
    /// The setting by its path, such as `line.rate`.
    pub key: String,
    /// Where it came from, as it is appended to the name: ` (in the file storecast.toml)`.
    pub source_of: String,
    /// What is wrong with it, and the cure.
    pub problem: String,
}

impl ConfigError {
    fn of(key: &str, problem: impl Into<String>) -> Self {
        Self { key: key.into(), source_of: String::new(), problem: problem.into() }
    }
}

impl Config {
    /// Reads the settings: the file given here or named by `STORECAST_CONFIG`, and above it the environment.
    pub fn load(file: Option<&Path>) -> Result<Self, ConfigError> {
        let named = Env::var(&format!("{PREFIX}CONFIG")).filter(|path| !path.is_empty()).map(PathBuf::from);
        let mut figment = Figment::new();
        if let Some(path) = file.map(Path::to_owned).or(named) {
            if !path.is_file() {
                return Err(ConfigError::of("config", format!("there is no file {}", path.display())));
            }
            figment = figment.merge(Toml::file_exact(path));
        }
        Self::read(figment.merge(Env::prefixed(PREFIX).ignore(NOT_SETTINGS).split("__")))
    }

    fn read(figment: Figment) -> Result<Self, ConfigError> {
        let config: Self = figment.extract().map_err(|error| readable(&error))?;
        config.checked()
    }

    /// Settings for a test or a demo: everything in this folder, any free port of loopback, limits that tests do not
    /// hit.
    pub fn for_test(folder: &Path) -> Self {
        let many = 1_000_000;
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            database: DatabaseAddress::new(&format!("sqlite:{}", folder.join("storecast.db").display())),
            root_key: Some(RootKey::generate()),
            data_dir: folder.to_owned(),
            limits: Limits {
                sign_in_per_address: many,
                sign_in_per_account: many,
                refresh_per_address: many,
                send_per_member: many,
                events_per_member: many,
                upload_per_member: many,
            },
            ..Self::default()
        }
    }

    /// Whether the cookie may only travel encrypted: always, except on this machine.
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    fn checked(mut self) -> Result<Self, ConfigError> {
        self.public_url = base("public_url", &self.public_url)?;
        self.line.check()?;
        self.whatsapp.check()?;
        if let Some(s3) = &mut self.media.s3 {
            s3.check()?;
        }
        let positive = [
            ("limits.sign_in_per_address", u64::from(self.limits.sign_in_per_address)),
            ("limits.sign_in_per_account", self.limits.sign_in_per_account.into()),
            ("limits.refresh_per_address", self.limits.refresh_per_address.into()),
            ("limits.send_per_member", self.limits.send_per_member.into()),
            ("limits.events_per_member", self.limits.events_per_member.into()),
            ("limits.upload_per_member", self.limits.upload_per_member.into()),
            ("edge.connections", self.edge.connections as u64),
            ("edge.connections_per_address", self.edge.connections_per_address as u64),
            ("edge.header_timeout_ms", self.edge.header_timeout_ms),
            ("edge.body_timeout_ms", self.edge.body_timeout_ms),
            ("line.rate", self.line.rate.into()),
            ("line.multicast_rate", self.line.multicast_rate.into()),
            ("line.in_flight", self.line.in_flight as u64),
            ("line.timeout_ms", self.line.timeout_ms),
            ("whatsapp.rate", self.whatsapp.rate.into()),
            ("whatsapp.in_flight", self.whatsapp.in_flight as u64),
            ("whatsapp.timeout_ms", self.whatsapp.timeout_ms),
            ("engine.lease_ms", u64::try_from(self.engine.lease_ms).unwrap_or_default()),
            ("engine.poll_ms", self.engine.poll_ms),
        ];
        if let Some((key, _)) = positive.into_iter().find(|(_, number)| *number == 0) {
            return Err(ConfigError::of(key, "must be at least 1"));
        }
        self.retention.check()?;
        self.health.check(self.engine.poll_ms)?;
        let lease = u64::try_from(self.engine.lease_ms).unwrap_or_default();
        let timeouts = [("line.timeout_ms", self.line.timeout_ms), ("whatsapp.timeout_ms", self.whatsapp.timeout_ms)];
        if let Some((key, _)) = timeouts.into_iter().find(|(_, timeout)| timeout.saturating_mul(2) > lease) {
            let problem = "must be at most half of engine.lease_ms, or a call could outlive its lease";
            return Err(ConfigError::of(key, problem));
        }
        Ok(self)
    }
}

/// An address of a server: scheme and host, no slash at the end.
fn base(key: &str, text: &str) -> Result<String, ConfigError> {
    let trimmed = text.trim().trim_end_matches('/');
    let refuse = |problem: &str| Err(ConfigError::of(key, format!("{problem}, such as https://chat.example.com")));
    let Ok(uri) = trimmed.parse::<http::Uri>() else {
        return refuse("must be the address of a server");
    };
    let Some(host) = uri.host() else {
        return refuse("must be a whole address, with https://");
    };
    if !uri.path().trim_end_matches('/').is_empty() || uri.query().is_some() {
        return refuse("must be scheme and host only, without a path");
    }
    let loopback = host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(trimmed.to_owned()),
        Some("http") if loopback => Ok(trimmed.to_owned()),
        _ => refuse("must begin with https:// (http:// is for this machine only)"),
    }
}

/// Settings whose value must not be in a message.
fn is_secret(key: &str) -> bool {
    ["root_key", "previous_root_keys", "database", "media.s3.secret_key"].iter().any(|secret| key.starts_with(secret))
}

fn readable(error: &figment::Error) -> ConfigError {
    let key = error.path.join(".");
    let source_of = match error.metadata.as_ref() {
        None => String::new(),
        Some(from) => match &from.source {
            Some(source) => format!(" (in {source})"),
            None => format!(" (in the {})", from.name),
        },
    };
    let problem = match &error.kind {
        Kind::UnknownField(name, known) => {
            let key = if error.path.is_empty() { name.clone() } else { key };
            let problem = format!("there is no such setting; there are {}", known.join(", "));
            return ConfigError { key, source_of, problem };
        }
        Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) if is_secret(&key) => {
            format!("must be {expected}")
        }
        // The reader of TOML quotes the line, and the line may be a key: place and reason are enough.
        Kind::Message(message) if key.is_empty() => {
            let lines: Vec<&str> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
            match lines.as_slice() {
                [first, .., last] => format!("{first}: {last}"),
                _ => message.clone(),
            }
        }
        kind => kind.to_string(),
    };
    let key = if key.is_empty() { "config".to_owned() } else { key };
    ConfigError { key, source_of, problem }
}

#[cfg(test)]
#[path = "config_test.rs"]
mod tests;
