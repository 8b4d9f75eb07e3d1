//! The demo as a program: `cargo xtask demo` builds the web app and runs it.

#![expect(clippy::print_stdout, reason = "the addresses and the sign-ins are this program's output")]

use std::{
    process::{Command, ExitCode},
    time::Instant,
};

use anyhow::{Context as _, bail};
use clap::Parser;
use serde_json::json;
use tests::{
    Seat,
    demo::{Demo, settings::Options},
    team::PASSWORD,
};
use tracing_subscriber::EnvFilter;

/// Storecast with a made-up brand, and its customers' phones.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(flatten)]
    options: Options,
    /// Runs this program with the addresses in the variable DEMO, and ends with it.
    #[arg(long, num_args = 1.., value_name = "PROGRAM", allow_hyphen_values = true)]
    then: Vec<String>,
}

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn")))
        .with_writer(std::io::stderr)
        .init();
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("The demo cannot go on: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let began = Instant::now();
    let demo = Demo::open(&arguments.options).await?;
    print(&demo, began);
    if let Some((program, words)) = arguments.then.split_first() {
        let mut command = Command::new(program);
        command.args(words).env("DEMO", facts(&demo));
        let status = tokio::task::spawn_blocking(move || command.status())
            .await?
            .with_context(|| format!("cannot run {program}"))?;
        demo.stop().await?;
        if !status.success() {
            bail!("{program} ended with {status}");
        }
        return Ok(());
    }
    tokio::signal::ctrl_c().await.context("cannot listen for Ctrl-C")?;
    println!("\nStopping …");
    demo.stop().await
}

/// The members that are named at the start, each under a word.
fn shown(demo: &Demo) -> anyhow::Result<[(&'static str, &'static str, &Seat); 4]> {
    let (team, plain) = (&demo.brands.team, &demo.brands.plain);
    Ok([
        ("sales", "sales staff 銷售人員", team.seat("sales")?),
        ("manager", "sales manager 銷售經理", team.seat("manager")?),
        ("admin", "admin 管理員", team.seat("admin")?),
        ("plain", "sales staff of a brand without OMO", plain.seat("sales")?),
    ])
}

fn facts(demo: &Demo) -> String {
    let members: serde_json::Map<_, _> = shown(demo)
        .into_iter()
        .flatten()
        .map(|(word, _, seat)| {
            (word.to_owned(), json!({ "name": seat.name, "email": seat.email, "password": PASSWORD }))
        })
        .collect();
    json!({ "url": demo.server.base, "sandbox": demo.sandbox.base(), "members": members }).to_string()
}

fn print(demo: &Demo, began: Instant) {
    println!("\nStorecast is running ({:.1} s).\n", began.elapsed().as_secs_f32());
    println!("  Storecast           {}", demo.server.base);
    println!("  customers' phones   {}/", demo.sandbox.base());
    println!("\n  Sign in with the password  {PASSWORD}");
    for (_, role, seat) in shown(demo).into_iter().flatten() {
        println!("    {:24}{} · {role}", seat.email, seat.name);
    }
    for seat in demo
        .brands
        .team
        .members
        .iter()
        .skip(1)
        .filter(|seat| !["manager", "admin"].iter().any(|who| seat.email.starts_with(who)))
    {
        println!("    {:24}{}", seat.email, seat.name);
    }
    println!("\nCtrl-C ends it; what you did is kept for the next time (--fresh starts over).");
}
