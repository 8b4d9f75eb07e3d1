//! Leaves no server behind, even where the drill itself is killed: a shell that reads its input ends them when it
//! closes.

use std::{
    io::Write as _,
    process::{Child, Command, Stdio},
    sync::{Mutex, PoisonError},
};

use anyhow::Context as _;

/// The shell. Dropping it ends every process that it still knows.
#[derive(Debug)]
pub(super) struct Reaper(Mutex<Child>);

impl Reaper {
    pub(super) fn start() -> anyhow::Result<Self> {
        let mut shell = Command::new("sh");
        shell.args(["-c", include_str!("reaper.sh"), "reaper.sh"]).stdin(Stdio::piped()).stdout(Stdio::null());
        Ok(Self(Mutex::new(shell.spawn().context("cannot run sh")?)))
    }

    /// A process began.
    pub(super) fn watch(&self, pid: u32) -> anyhow::Result<()> {
        self.say(&format!("+{pid}\n"))
    }

    /// A process is gone; its number may be somebody else's from now on.
    pub(super) fn forget(&self, pid: u32) -> anyhow::Result<()> {
        self.say(&format!("-{pid}\n"))
    }

    fn say(&self, line: &str) -> anyhow::Result<()> {
        let mut shell = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let input = shell.stdin.as_mut().context("the reaper has no input")?;
        input.write_all(line.as_bytes()).context("the reaper is gone")
    }
}

impl Drop for Reaper {
    fn drop(&mut self) {
        let shell = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop(shell.stdin.take());
        // It ends with its input; there is nothing to be done about it otherwise.
        let _ = shell.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sleeper() -> Child {
        Command::new("sleep").arg("60").spawn().unwrap()
    }

    #[test]
    fn what_it_watches_ends_with_it_and_what_it_forgot_does_not() {
        let (mut watched, mut frozen, mut forgotten) = (sleeper(), sleeper(), sleeper());
        let reaper = Reaper::start().unwrap();
        for child in [&watched, &forgotten, &frozen] {
            reaper.watch(child.id()).unwrap();
        }
        reaper.forget(forgotten.id()).unwrap();
        let stopped = Command::new("kill").args(["-STOP", &frozen.id().to_string()]).status().unwrap();
        assert!(stopped.success());
        drop(reaper);
        assert!(!watched.wait().unwrap().success() && !frozen.wait().unwrap().success());
        assert!(forgotten.try_wait().unwrap().is_none());
        forgotten.kill().unwrap();
        forgotten.wait().unwrap();
    }
}
