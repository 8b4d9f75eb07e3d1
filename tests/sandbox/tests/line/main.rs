//! The sandbox as a client and a webhook receiver see it: over HTTP.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests fail like tests")]

mod calls;
mod faults;
mod limits;
mod media;
mod phones;
#[path = "../shared/receiver.rs"]
mod receiver;
mod restart;
mod send;
mod support;
mod webhooks;
