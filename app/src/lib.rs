//! Storecast's app: web, desktop and mobile from one code base.

#![forbid(unsafe_code)]
#![expect(unreachable_pub, reason = "`stylance` declares the class names `pub` inside private modules")]

pub mod api;
pub mod app;
#[cfg(test)]
pub(crate) mod canned;
pub mod chunks;
pub mod draft;
pub mod leaving;
pub mod live;
pub mod load;
pub mod platform;
pub mod routes;
pub mod screens;
pub mod session;
#[cfg(test)]
mod session_test;
pub mod shell;
#[cfg(test)]
pub(crate) mod stage;
pub mod ui;
pub mod upload;
pub mod words;
