//! Worlds to test in: a real server, the sandbox's platforms and customers, a team with its staff, and clients signed
//! in as them. The demo is such a world too, kept in a folder.

pub mod client;
pub mod crowd;
pub mod database;
pub mod demo;
pub mod drill;
pub mod journey;
pub mod pdf;
pub mod running;
pub mod team;
pub mod upload;
pub mod watching;
pub mod world;

pub use client::Client;
pub use database::Engine;
pub use team::{Seat, Team};
pub use world::World;

/// Whether this is a run on the integration server, where nothing may be left out.
pub fn is_ci() -> bool {
    database::variable("CI").is_some_and(|ci| ci == "true")
}

/// The folder that `cargo xtask` builds the web app into, if it is there.
pub fn web_folder() -> Option<std::path::PathBuf> {
    let folder = target().join("web");
    folder.join("index.html").exists().then_some(folder)
}

/// Where cargo puts what it builds: two folders up from this program, or three where it is a test.
pub(crate) fn target() -> std::path::PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let mut folders = program.ancestors().skip(1);
    let beside = folders.next().unwrap_or(&program);
    let profile = if beside.ends_with("deps") { folders.next().unwrap_or(beside) } else { beside };
    profile.parent().unwrap_or(profile).to_owned()
}
