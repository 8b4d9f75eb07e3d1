//! A server from its settings: the whole story on one page.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use shared::{
    contacts::Subscription,
    id::{MediaId, TeamId},
};
use tokio::net::TcpListener;

use crate::{
    App, campaigns,
    channels::{self, Channels},
    clock::Clock,
    cluster,
    config::{Config, ConfigError},
    contacts, conversations,
    db::{self, Db},
    figures, http, inbox,
    inbox::Inbox,
    keys::{Keys, SealError},
    live,
    media::{self, Media, MediaError, Rendition},
    members,
    outbox::{self, Outbox, Policies},
    platforms::{ClientError, MediaAddress, Platforms},
    retention,
    tasks::Tasks,
    telemetry, templates,
};

/// What tasks get to end, beyond the time of requests in flight.
const GRACE: Duration = Duration::from_secs(10);

/// What the features say about what the engine sends.
pub(crate) const POLICIES: Policies = Policies {
    reply: |tx, _, deliveries, now| conversations::ineligible_replies(tx, deliveries, now),
    group: campaigns::group,
    media: media_address,
    uploaded: |app, team, channel, media| Box::pin(media::uploaded(app, team, channel, media)),
    reached: campaigns::reached,
    opted_out: |tx, clock, team, identity, at| {
        contacts::hear(tx, clock, team, identity, Subscription::Unsubscribed, at)
    },
};

/// A running server. Dropping it does not stop it: see [`Server::stop`].
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its parts.
    pub app: App,
}

/// Why a server did not start, with the cure where there is one.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There is no root key.
    #[error(
        "there is no root key: make one with `storecast admin new-key`, keep a copy in a safe place apart from the \
         database, and set it as STORECAST_ROOT_KEY or `root_key` in the settings file"
    )]
    NoRootKey,
    /// The keys cannot be derived.
    #[error("the keys cannot be made: {0}")]
    Keys(#[from] SealError),
    /// The database cannot be opened or brought up to date.
    #[error("the database {address} cannot be used: {error}")]
    Database {
        /// Its address, without a password.
        address: String,
        /// Why not.
        error: db::Error,
    },
    /// The media store cannot be used.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The clients of the platforms cannot be made.
    #[error("the platforms cannot be called: {0}")]
    Platforms(#[from] ClientError),
    /// The metrics cannot be served.
    #[error("metrics cannot be served on {address}: {cause}; choose another `metrics_listen`")]
    Metrics {
        /// Where they should have been.
        address: SocketAddr,
        /// Why not.
        cause: String,
    },
    /// The listener is of no use.
    #[error("the listener cannot be used: {0}")]
    Listener(#[from] io::Error),
}

impl Server {
    /// Opens and migrates the database, starts the tasks, and serves on the listener.
    pub async fn start(config: Config, listener: TcpListener, clock: Clock) -> Result<Self, StartError> {
        let address = listener.local_addr()?;
        let app = open(config, clock).await?;

        members::start(&app);
        channels::start(&app);
        contacts::start(&app);
        inbox::start(&app);
        media::start(&app);
        live::start(&app);
        cluster::start(&app);
        templates::start(&app);
        outbox::start(&app, POLICIES);
        retention::start(&app);
        if let Some(address) = app.config.metrics_listen {
            telemetry::serve_metrics(&app.tasks, address)
                .map_err(|cause| StartError::Metrics { address, cause: cause.to_string() })?;
        }
        figures::start(&app);

        let router = http::router(app.clone());
        http::edge::start(&app.tasks, &app.config, listener, router);
        tracing::info!(%address, public_url = app.config.public_url, database = %app.config.database, "serving");
        Ok(Self { address, app })
    }

    /// Stops: no new connections, requests in flight and sends under way finish, tasks end. Returns whether all ended
    /// in time; what did not is recovered at the next start.
    pub async fn stop(self) -> bool {
        let patience = Duration::from_millis(self.app.config.edge.shutdown_ms) + GRACE;
        self.app.tasks.stop(patience).await
    }
}

/// Where the platforms fetch what is sent.
fn media_address(app: &App, team: TeamId, id: MediaId) -> MediaAddress {
    let address = |rendition| media::platform_address(app, team, id, rendition);
    MediaAddress { whole: address(Rendition::Whole), preview: address(Rendition::Preview) }
}

/// All parts of a server with its database open and up to date, but nothing running: for [`Server::start`] and
/// commands.
pub async fn open(config: Config, clock: Clock) -> Result<App, StartError> {
    let root_key = config.root_key.as_ref().ok_or(StartError::NoRootKey)?;
    let keys = Keys::new(root_key, &config.previous_root_keys)?;
    let (db, applied) = open_database(&config).await?;
    if applied > 0 {
        tracing::info!(applied, "the database was brought up to date");
    }
    let live = db.live().clone();
    Ok(App {
        db,
        clock,
        keys,
        platforms: Platforms::new(&config)?,
        channels: Channels::default(),
        inbox: Inbox::default(),
        media: Media::open(&config)?,
        outbox: Outbox::of_many(live.relay().clone()),
        live,
        tasks: Tasks::default(),
        limits: Arc::new(members::Limits::new(&config.limits)),
        config: Arc::new(config),
    })
}

/// The database of these settings, up to date, and how many migrations that took.
pub async fn open_database(config: &Config) -> Result<(Db, usize), StartError> {
    let failed = |error| StartError::Database { address: config.database.to_string(), error };
    let db = Db::open(config.database.expose()).await.map_err(failed)?;
    let applied = db.migrate().await.map_err(failed)?;
    Ok((db, applied))
}
