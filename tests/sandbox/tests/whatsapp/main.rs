//! The sandbox's WhatsApp as a client of the Graph API and a webhook receiver see it: over HTTP.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod calls;
mod control;
mod faults;
mod limits;
mod lookup;
mod media;
mod phones;
#[path = "../shared/receiver.rs"]
mod receiver;
mod restart;
mod send;
mod statuses;
mod support;
mod templates;
mod webhooks;
