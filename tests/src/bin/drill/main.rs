//! The drill as a program, built and run by `cargo xtask drill`. It ends with 0 only if everything held.

#![expect(clippy::print_stdout, reason = "what it prints is this program's output")]

use std::process::ExitCode;

use clap::Parser;
use tests::drill::{self, Options};
use tracing_subscriber::EnvFilter;

/// Kills and freezes servers in the middle of their work, then holds our records against what the platforms received.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    options: Options,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        // Bad weather is made on purpose: the sandbox's warnings would only fill the screen.
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("error")))
        .with_writer(std::io::stderr)
        .init();
    match drill::run(&Arguments::parse().options).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("The drill cannot be judged: {error:#}");
            ExitCode::from(2)
        }
    }
}
