//! The demo: a made-up brand with its staff, hundreds of customers on the sandbox's LINE, and weeks of work behind it,
//! made by the same paths as everything real and kept in a folder.

mod attributes;
pub mod control;
pub mod customers;
mod past;
mod replies;
mod seed;
pub mod settings;
pub mod staff;
mod whatsapp;

use std::{fs, path::Path};

use anyhow::{Context as _, bail};
use sandbox::Sandbox;
use serde::{Deserialize, Serialize};
use server::{clock::Clock, members::admin};
use uuid::Uuid;

use self::{past::Past, settings::Options};
use crate::{
    Team,
    running::{Running, listener},
};

/// What was made, so that the next start finds it again.
const NOTE: &str = "demo.json";

/// The teams of the demo.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Brands {
    /// 晴嶼生活, with everything.
    pub team: Team,
    /// A bookshop without the OMO plan.
    pub plain: Team,
}

/// A running demo.
pub struct Demo {
    /// The product.
    pub server: Running,
    /// The customers' phones.
    pub sandbox: Sandbox,
    /// Who can sign in.
    pub brands: Brands,
}

impl Demo {
    /// Starts the product and the sandbox on what the folder holds; makes it all first where it holds nothing.
    pub async fn open(options: &Options) -> anyhow::Result<Self> {
        let data = options.data();
        if options.fresh {
            wipe(&data)?;
        }
        fs::create_dir_all(&data).with_context(|| format!("cannot make the folder {}", data.display()))?;
        let mut config = options.config(&data)?;
        let port = listener(config.listen.port()).await?;
        config.listen = port.local_addr()?;
        let sandbox = Sandbox::start(sandbox::Config {
            port: options.sandbox_port(config.listen.port()),
            seed: 1,
            data_dir: Some(data.join("line")),
            allow_http_media: true,
            ..Default::default()
        })
        .await?;
        settings::point_at(&mut config, &sandbox.base());

        let note = data.join(NOTE);
        let brands = if note.exists() {
            serde_json::from_slice(&fs::read(&note)?)
                .with_context(|| format!("{} cannot be read: start with --fresh", note.display()))?
        } else {
            if sandbox.line().channels().is_empty() {
                refuse_strangers(&config).await?;
            } else {
                bail!("the last demo in {} was not finished: start with --fresh", data.display());
            }
            let past = Past::begin(&config).await?;
            let brands = seed::everything(past, &sandbox).await?;
            fs::write(&note, serde_json::to_vec_pretty(&brands)?)?;
            brands
        };
        let server = Running::here(config, port, Clock::system()).await?;
        for team in [&brands.team, &brands.plain] {
            team.point_webhooks(&sandbox, &server.base)?;
        }
        Ok(Self { server, sandbox, brands })
    }

    /// Ends it; what it holds stays in its folder.
    pub async fn stop(mut self) -> anyhow::Result<()> {
        self.server.stop().await?;
        self.sandbox.stop().await;
        Ok(())
    }
}

/// The made-up brand goes into a database of its own, never beside a real one.
async fn refuse_strangers(config: &server::config::Config) -> anyhow::Result<()> {
    let (db, _) = server::serve::open_database(config).await?;
    if !admin::list_teams(&db).await?.is_empty() {
        bail!("the database {} already holds a team: name an empty one in STORECAST_DATABASE", config.database);
    }
    Ok(())
}

/// Throws an earlier demo away: the files that a demo makes, and nothing else that may lie in the folder.
fn wipe(data: &Path) -> anyhow::Result<()> {
    let removed = |path: &Path| match if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) } {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    };
    for name in [
        NOTE,
        "line",
        "media",
        "storecast.db",
        "storecast.db-wal",
        "storecast.db-shm",
        "storecast.db-lock",
        settings::ROOT_KEY,
    ] {
        removed(&data.join(name))?;
    }
    Ok(())
}

/// An id that is the same in every demo.
fn fixed(word: &str, number: usize) -> Uuid {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in word.bytes().chain(number.to_be_bytes()) {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    uuid::Builder::from_random_bytes(hash.to_be_bytes()).into_uuid()
}
