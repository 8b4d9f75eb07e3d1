//! The commands: `serve`, and what an operator does beside it. What they print can be acted on.

mod admin;
mod words;

use std::{
    io::{BufRead as _, IsTerminal as _, Write as _},
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use clap::{Parser, Subcommand};
use server::{
    Server,
    clock::Clock,
    config::{Config, ConfigError},
    media::Media,
    serve::{self, StartError},
    telemetry,
};
use tokio::net::TcpListener;

/// Group messages from store staff to their customers.
#[derive(Parser)]
#[command(name = "storecast", version, after_help = SETTINGS)]
pub(crate) struct Storecast {
    /// The settings file, in TOML.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// Where settings come from, below the help.
const SETTINGS: &str = "Settings come from a file (--config, or STORECAST_CONFIG) and from STORECAST_… variables above it: \
     STORECAST_LISTEN, STORECAST_DATABASE, STORECAST_ROOT_KEY, STORECAST_LINE__RATE …; `storecast config check` shows them all.";

#[derive(Subcommand)]
enum Command {
    /// Runs the server; brings the database up to date first.
    Serve,
    /// Brings the database up to date and ends.
    Migrate,
    /// Keys, teams, stores, members, channels and customers.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// The settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Prints the OpenAPI document of the API.
    Openapi,
    /// Writes a whole, consistent copy of the database while the server goes on (SQLite). The root key and the media
    /// are not in it.
    Backup {
        /// The file to write; it must not exist.
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Reads the settings, says what is wrong with them, and prints them without secrets. Where media lie in a bucket,
    /// it writes, reads and deletes there.
    Check,
}

/// Runs a command. Exit code 1: it failed; 2: the settings or the arguments are wrong.
pub(crate) fn run(command: Storecast) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            complain(&format!("the threads cannot be started: {error}"));
            return ExitCode::FAILURE;
        }
    };
    let Err(error) = runtime.block_on(act(command)) else { return ExitCode::SUCCESS };
    complain(&words::of(&error));
    let settings = error.chain().any(|cause| {
        cause.is::<ConfigError>() || matches!(cause.downcast_ref(), Some(StartError::Config(_) | StartError::NoRootKey))
    });
    ExitCode::from(if settings { 2 } else { 1 })
}

async fn act(storecast: Storecast) -> Result<()> {
    // These two need no settings.
    match storecast.command {
        Command::Openapi => return say(server::http::openapi::document()),
        Command::Admin(admin::Admin::NewKey) => return say(server::config::RootKey::generate().expose()),
        _ => {}
    }
    let config = Config::load(storecast.config.as_deref())?;
    telemetry::init(&config.log)?;
    match storecast.command {
        Command::Serve => run_server(config).await,
        Command::Migrate => {
            let (_, applied) = serve::open_database(&config).await?;
            say(&format!("the database {} is up to date; migrations applied: {applied}", config.database))
        }
        Command::Admin(command) => admin::run(config, command).await,
        Command::Config(ConfigCommand::Check) => check(&config).await,
        Command::Backup { file } => {
            let (db, _) = serve::open_database(&config).await?;
            db.backup(&file).await.with_context(|| format!("no copy was written to {}", file.display()))?;
            say(&format!(
                "copied {} to {}; keep the root key apart from it, and copy the media folder too",
                config.database,
                file.display()
            ))
        }
        Command::Openapi => Ok(()),
    }
}

async fn run_server(config: Config) -> Result<()> {
    let listen = config.listen;
    let listener = TcpListener::bind(listen).await.with_context(|| {
        format!("cannot listen on {listen}: choose another address in `listen` or STORECAST_LISTEN")
    })?;
    let server = Server::start(config, listener, Clock::system()).await?;
    say(&format!("Storecast listens on http://{}", server.address))?;
    stop_signal().await?;
    tracing::info!("stopping: no new connections, what is under way finishes");
    if !server.stop().await {
        bail!("some work did not end in time and was cut; it is taken up again at the next start");
    }
    Ok(())
}

/// Resolves when the process is asked to end.
async fn stop_signal() -> Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}

async fn check(config: &Config) -> Result<()> {
    say(&serde_json::to_string_pretty(config)?)?;
    if config.root_key.is_none() {
        return Err(StartError::NoRootKey.into());
    }
    if let Some(s3) = &config.media.s3 {
        let tried = Media::open(config)?.check().await;
        tried.with_context(|| format!("the bucket {} of `media.s3` cannot be used as it is set", s3.bucket))?;
    }
    say("the settings are right")
}

/// Writes a line to standard output.
fn say(text: &str) -> Result<()> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        // `| head` has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("the answer could not be written"),
    }
}

/// Writes a line to standard error; where that is closed there is nobody to tell.
fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "storecast: {text}");
}

/// Reads one line from standard input: secrets never are arguments, which every user of the machine can see.
fn read_secret(what: &str) -> Result<secrecy::SecretString> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        complain(&format!("type the {what} and press Enter (it is shown; pipe it in to avoid that)"));
    }
    let mut line = String::new();
    stdin.lock().read_line(&mut line).with_context(|| format!("the {what} could not be read"))?;
    let secret = line.trim_end_matches(['\r', '\n']).to_owned();
    if secret.is_empty() {
        bail!("no {what} came on standard input: pipe it in, such as `printf '%s\\n' \"$SECRET\" | storecast …`");
    }
    Ok(secret.into())
}
