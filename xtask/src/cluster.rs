//! A throw-away PostgreSQL cluster for the tests of that engine.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, bail};

use crate::run::{answer, program};

/// The variable that names the cluster to the tests.
pub(crate) const VARIABLE: &str = "STORECAST_TEST_POSTGRES";

/// The oldest PostgreSQL that Storecast runs on.
const OLDEST: u32 = 15;

/// A running cluster; dropping it stops it and removes its files.
#[derive(Debug)]
pub(crate) struct Cluster {
    keeper: Child,
    address: String,
}

impl Cluster {
    /// Starts the newest PostgreSQL of the machine, without care for its data; none where it has none that is new
    /// enough.
    pub(crate) fn start() -> anyhow::Result<Option<Self>> {
        Self::start_as("quick")
    }

    /// As [`Cluster::start`], with PostgreSQL's own settings, so that what is committed is on disk.
    pub(crate) fn start_durable() -> anyhow::Result<Option<Self>> {
        Self::start_as("durable")
    }

    fn start_as(kind: &str) -> anyhow::Result<Option<Self>> {
        let Some(bin) = newest() else { return Ok(None) };
        let mut shell = Command::new("sh");
        as_postgres(&mut shell)?;
        let mut keeper = shell
            .args(["-c", include_str!("cluster.sh"), "cluster.sh"])
            .arg(&bin)
            .arg(kind)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run sh")?;
        let mut folder = String::new();
        if let Some(out) = keeper.stdout.take() {
            BufReader::new(out).read_line(&mut folder)?;
        }
        let folder = folder.trim();
        if folder.is_empty() {
            bail!("PostgreSQL in {} did not start: {}", bin.display(), keeper.wait()?);
        }
        let address = format!("postgres://postgres@{}/postgres", folder.replace('/', "%2F"));
        Ok(Some(Self { keeper, address }))
    }

    /// Its address, for [`VARIABLE`].
    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The end of its input is what the keeper waits for.
        drop(self.keeper.stdin.take());
        if let Err(error) = self.keeper.wait() {
            println!("the throw-away cluster may still be there: {error}");
        }
    }
}

/// The programs of the newest PostgreSQL: Debian keeps them out of the path, a folder for each version.
fn newest() -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    for bin in debian.chain(std::env::split_paths(&path)) {
        if bin.join("initdb").exists()
            && bin.join("pg_ctl").exists()
            && let Some(version) = version(&bin.join("initdb"))
        {
            found.push((version, bin));
        }
    }
    found.retain(|(version, _)| *version >= OLDEST);
    found.into_iter().max_by_key(|(version, _)| *version).map(|(_, bin)| bin)
}

/// `initdb (PostgreSQL) 15.18 (Debian …)` is 15.
fn version(initdb: &Path) -> Option<u32> {
    let said = answer(program(initdb).arg("--version"))?;
    let number = said.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    number.split('.').next()?.parse().ok()
}

/// PostgreSQL refuses to run as root: then it runs as its own user.
#[cfg(unix)]
fn as_postgres(shell: &mut Command) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt as _;

    let id = |arguments: &[&str]| answer(program("id").args(arguments)).and_then(|id| id.parse::<u32>().ok());
    if id(&["-u"]) == Some(0) {
        let user =
            id(&["-u", "postgres"]).context("PostgreSQL does not run as root and there is no user `postgres`")?;
        let group = id(&["-g", "postgres"]).context("the user `postgres` has no group")?;
        shell.uid(user).gid(group);
    }
    Ok(())
}

#[cfg(not(unix))]
fn as_postgres(_: &mut Command) -> anyhow::Result<()> {
    bail!("a throw-away cluster needs a Unix machine: name one of your own in {VARIABLE}")
}
