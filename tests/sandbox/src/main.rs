//! The sandbox as a process of its own.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Parser;
use sandbox::{Config, Sandbox};
use tracing_subscriber::EnvFilter;

/// A stand-in of the LINE Messaging API and of WhatsApp's Graph API on loopback, with a page that is the customers'
/// phones.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Port on 127.0.0.1; 0 takes any free one.
    #[arg(long, default_value_t = 4010)]
    port: u16,
    /// Folder that keeps the ledger and the world between runs.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// User ids follow from it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Refuse plain http media on loopback hosts too, as the platforms would.
    #[arg(long)]
    https_media_only: bool,
    /// Keep every call that was to bring a message, refused ones too: `/_sandbox/calls.jsonl`.
    #[arg(long)]
    keep_calls: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")))
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let sandbox = Sandbox::start(Config {
        port: arguments.port,
        seed: arguments.seed,
        data_dir: arguments.data,
        allow_http_media: !arguments.https_media_only,
        keep_calls: arguments.keep_calls,
    })
    .await?;
    print_addresses(&sandbox.base());
    stop_signal().await?;
    sandbox.stop().await;
    Ok(())
}

/// Waits for Ctrl-C or, where there is one, a request to terminate.
async fn stop_signal() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed.context("cannot listen for Ctrl-C"),
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    {
        tokio::signal::ctrl_c().await.context("cannot listen for Ctrl-C")
    }
}

#[expect(clippy::print_stdout, reason = "the addresses are this program's output")]
fn print_addresses(base: &str) {
    println!("customers' phones  {base}/");
    println!("LINE API and data  {base}");
    println!("Graph API          {base}/v25.0");
    println!("control            {base}/_sandbox/");
}
