//! Storecast's app: web, desktop and mobile from one code base.

#![forbid(unsafe_code)]
#![expect(unreachable_pub, reason = "`stylance` declares the class names `pub` inside private modules")]

pub mod ui;
