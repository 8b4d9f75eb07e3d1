//! The Storecast server: HTTP, storage, the delivery engine and the platforms behind it.

mod audit;
pub mod caller;
pub mod campaigns;
pub mod channels;
mod chores;
pub mod clock;
pub mod cluster;
pub mod config;
pub mod contacts;
pub mod conversations;
mod csv;
mod cursor;
pub mod db;
pub mod figures;
pub mod http;
pub mod inbox;
pub mod keys;
pub mod live;
pub mod media;
pub mod members;
pub mod outbox;
pub mod platforms;
pub mod refused;
pub mod reports;
pub mod retention;
pub mod saved_replies;
pub mod serve;
pub mod tasks;
pub mod telemetry;
pub mod templates;

use std::sync::Arc;

pub use serve::Server;

use crate::{clock::Clock, config::Config, db::Db, keys::Keys, outbox::Outbox, platforms::Platforms, tasks::Tasks};

/// What every part of the server may need. Cloning is cheap.
#[derive(Clone)]
pub struct App {
    /// Settings, as read at start.
    pub config: Arc<Config>,
    /// Storage.
    pub db: Db,
    /// Time and ids.
    pub clock: Clock,
    /// The root key and what is derived of it.
    pub keys: Keys,
    /// LINE and WhatsApp.
    pub platforms: Platforms,
    /// What is remembered of channels: whose they are, their tokens, their quotas.
    pub channels: channels::Channels,
    /// Wakes the processing of webhooks.
    pub inbox: inbox::Inbox,
    /// The media store.
    pub media: media::Media,
    /// The delivery engine's hand: wakes it after a commit that added work.
    pub outbox: Outbox,
    /// Who is told what changes.
    pub live: live::Live,
    /// Tasks in the background.
    pub tasks: Tasks,
    /// Limits on sign-in, sending and hashing.
    pub limits: Arc<members::Limits>,
}
