//! `cargo xtask test`: everything that must hold, in one command, by hand and on the integration server.

use std::{
    env,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::bail;

use crate::{
    browser,
    cluster::{self, Cluster},
    drill,
    run::{answer, cargo, has, is_ci, must, program, root},
    web,
};

/// What is tested.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only tests whose name contains one of these; formatting, lints and documents are left out then.
    filter: Vec<String>,
}

/// What became of a step.
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

/// The steps so far, each with the time it took.
#[derive(Default)]
struct Report {
    steps: Vec<(&'static str, Outcome, Duration)>,
}

impl Report {
    fn step(&mut self, name: &'static str, work: impl FnOnce() -> anyhow::Result<()>) {
        println!("\n── {name}");
        let began = Instant::now();
        let outcome = match work() {
            Ok(()) => Outcome::Passed,
            Err(error) => {
                println!("FAILED: {error:#}");
                Outcome::Failed(format!("{error:#}"))
            }
        };
        self.steps.push((name, outcome, began.elapsed()));
    }

    /// What is left out is said aloud; where nothing may be left out it is a failure.
    fn missing(&mut self, name: &'static str, cure: String) {
        println!("\n── {name}\nSKIPPED, missing on this machine: {cure}");
        let outcome = if is_ci() { Outcome::Failed(format!("missing: {cure}")) } else { Outcome::Skipped(cure) };
        self.steps.push((name, outcome, Duration::ZERO));
    }

    fn failed(&self) -> bool {
        self.steps.iter().any(|(_, outcome, _)| matches!(outcome, Outcome::Failed(_)))
    }

    fn print(&self) {
        println!("\n── Summary");
        for (name, outcome, took) in &self.steps {
            let (word, why) = match outcome {
                Outcome::Passed => ("passed", ""),
                Outcome::Failed(why) => ("FAILED", why.as_str()),
                Outcome::Skipped(why) => ("SKIPPED", why.as_str()),
            };
            println!("{word:8}{:>5} s  {name}  {why}", took.as_secs());
        }
        let total: Duration = self.steps.iter().map(|(_, _, took)| *took).sum();
        println!("        {:>5} s  in all", total.as_secs());
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut report = Report::default();
    if arguments.filter.is_empty() {
        everything(&mut report);
    } else {
        some(&mut report, &arguments.filter);
    }
    report.print();
    if report.failed() {
        bail!("not everything holds");
    }
    Ok(())
}

/// Quick checks first; then what is compiled once for all tests; then the tests.
fn everything(report: &mut Report) {
    report.step("formatting", || must(cargo().args(["fmt", "--all", "--check"])));
    licences(report);
    report.step("lints", || must(cargo().args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])));
    report.step("lints of the web build", web::lint);
    report.step("web app", web::build);
    let browser = journeys_can_run(report);
    let cluster = cluster(report);
    report.step("tests", || must(&mut tests(cluster.as_ref(), &Which::AllButBrowser)));
    if browser {
        report.step("browser journeys", || must(&mut tests(cluster.as_ref(), &Which::Browser)));
    }
    drills(report, cluster.as_ref());
    drop(cluster);
    report.step("documents", || {
        must(cargo().args(["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "--deny warnings"))
    });
    desktop(report);
    android(report);
}

/// A short drill on each engine of the machine: servers are killed, and nobody may be lost or get anything twice.
fn drills(report: &mut Report, cluster: Option<&Cluster>) {
    report.step("drill on SQLite", || drill::short("sqlite", None));
    if cluster.is_some() || env::var_os(cluster::VARIABLE).is_some() {
        report.step("drill on PostgreSQL", || drill::short("postgres", cluster));
    }
}

fn some(report: &mut Report, filter: &[String]) {
    if root().join("target/web/index.html").exists() || filter.iter().any(|word| word.contains("browser")) {
        report.step("web app", web::build);
    }
    journeys_can_run(report);
    let cluster = cluster(report);
    report.step("tests", || must(&mut tests(cluster.as_ref(), &Which::Named(filter))));
}

enum Which<'a> {
    AllButBrowser,
    Browser,
    Named(&'a [String]),
}

/// The tests by nextest where it is installed, else by cargo. Always of the whole workspace: with fewer packages the
/// features of their dependencies would differ, and much would be built once more.
fn tests(cluster: Option<&Cluster>, which: &Which<'_>) -> Command {
    let mut command = cargo();
    if has("cargo-nextest", &["nextest", "--version"]) {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
        match which {
            // A browser and its server want the machine for themselves.
            Which::Browser => command.args(["-E", "binary(browser)", "--test-threads", "1", "--no-tests", "pass"]),
            Which::AllButBrowser => command.args(["-E", "not binary(browser)"]),
            Which::Named(words) => command.args(["--no-tests", "warn"]).args(*words),
        };
    } else {
        command.args(["test", "--workspace", "--no-fail-fast"]);
        match which {
            Which::Browser => command.args(["--test", "browser", "--", "--test-threads", "1"]),
            // The names of the journeys begin so.
            Which::AllButBrowser => command.args(["--", "--skip", "journey_"]),
            Which::Named(words) => command.arg("--").args(*words),
        };
    }
    // Errors of tests tell their causes; a stack beside each would bury them.
    command.env("RUST_LIB_BACKTRACE", "0");
    if let Some(cluster) = cluster {
        command.env(cluster::VARIABLE, cluster.address());
    }
    if let Some(chromium) = browser::chromium() {
        command.env(browser::CHROMIUM, chromium);
    }
    command
}

/// A cluster for the tests, unless the developer named one.
fn cluster(report: &mut Report) -> Option<Cluster> {
    if env::var_os(cluster::VARIABLE).is_some() {
        return None;
    }
    let mut started = None;
    let mut found = true;
    report.step("PostgreSQL cluster", || {
        started = Cluster::start()?;
        found = started.is_some();
        Ok(())
    });
    if !found {
        report.steps.pop();
        report.missing("PostgreSQL cluster", "PostgreSQL 15 or newer: apt-get install postgresql".to_owned());
    }
    started
}

/// Whether the browser journeys can run; installs their packages.
fn journeys_can_run(report: &mut Report) -> bool {
    let missing = browser::missing();
    if !missing.is_empty() {
        report.missing("browser journeys", missing.join("; "));
        return false;
    }
    report.step("npm packages of the journeys", browser::install);
    true
}

fn licences(report: &mut Report) {
    if has("cargo-deny", &["--version"]) {
        report.step("dependencies", || must(cargo().args(["deny", "check", "bans", "licenses", "sources"])));
    } else {
        println!("\nDependencies are not checked: cargo install --locked cargo-deny");
    }
}

/// The desktop build, where the machine has what it links.
fn desktop(report: &mut Report) {
    let webkit = answer(program("pkg-config").args(["--exists", "webkit2gtk-4.1"])).is_some();
    // Debian's libxdo tells pkg-config nothing. What is found stands with its folder.
    let xdo = answer(program("cc").arg("-print-file-name=libxdo.so")).is_some_and(|found| found.contains('/'));
    if webkit && xdo {
        report.step("desktop build", || must(native("desktop").args(["--", "--deny", "warnings"])));
    } else {
        println!("\nThe desktop build is not checked: apt-get install libwebkit2gtk-4.1-dev libxdo-dev");
    }
}

/// The phone's build, checked where Rust's library for Android is there. It needs no NDK: what is C in it (the
/// cryptography of TLS) is left to a compiler that does nothing, unless one is set.
fn android(report: &mut Report) {
    const TARGET: &str = "aarch64-linux-android";
    let library = answer(program("rustc").args(["--print", "target-libdir", "--target", TARGET]));
    if !library.is_some_and(|library| Path::new(&library).is_dir()) {
        return report.missing("Android build", format!("rustup target add {TARGET}"));
    }
    let mut command = native("mobile");
    command.args(["--target", TARGET]);
    for tool in ["CC", "CXX", "AR"] {
        let variable = format!("{tool}_{}", TARGET.replace('-', "_"));
        if env::var_os(&variable).is_none() {
            command.env(variable, "true");
        }
    }
    report.step("Android build", || must(command.args(["--", "--deny", "warnings"])));
}

/// Looks through the app as it is built for a machine instead of the web.
fn native(feature: &str) -> Command {
    let mut command = cargo();
    command.args(["clippy", "--package", "app", "--no-default-features", "--features", feature]);
    command
}
