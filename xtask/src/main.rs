//! The developer's commands. `cargo xtask help` lists them; none needs more than cargo to build and run the product.

#![expect(clippy::print_stdout, reason = "what it prints is this program's output")]

mod bench;
mod browser;
mod cluster;
mod demo;
mod dist;
mod drill;
mod measure;
mod run;
mod shots;
mod split;
mod test;
mod web;
mod web_files;

use clap::{Parser, Subcommand};

/// Storecast's developer commands.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds everything and runs the product with a made-up brand and its customers' phones.
    Demo(demo::Arguments),
    /// Checks everything that must hold; what is missing on the machine is named with its cure, and fails where
    /// CI=true.
    Test(test::Arguments),
    /// Takes every screen in both themes, languages and widths into shots/.
    Shots(shots::Arguments),
    /// Measures sends, webhooks, lists and the rest in release, side by side with what is promised; some minutes.
    Bench(bench::Arguments),
    /// Measures the release of the web app in a slowed browser: its first screen, and how its list scrolls; some minutes.
    Measure,
    /// Kills and freezes servers in the middle of their work, then holds the records against what LINE and WhatsApp
    /// received.
    Drill(drill::Arguments),
    /// Builds the web app alone, into target/web.
    Web,
    /// Builds the release: one program with the web app inside; fails where the first load of the app is too heavy.
    Dist,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Shots(arguments) => shots::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Measure => measure::run(),
        Command::Drill(arguments) => drill::run(&arguments),
        Command::Web => web::build(),
        Command::Dist => dist::run(),
    }
}
