//! What the process tells its operator: the log, and figures for Prometheus.

use std::{io::IsTerminal as _, net::SocketAddr};

use metrics_exporter_prometheus::{BuildError, PrometheusBuilder};
use tracing_subscriber::EnvFilter;

use crate::{
    config::{ConfigError, Log, LogFormat},
    tasks::Tasks,
};

/// Borders of the buckets of durations, in seconds.
const SECONDS: &[f64] = &[0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Starts logging to standard error. Again does nothing: tests start many servers.
pub fn init(log: &Log) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(&log.filter).map_err(|error| ConfigError {
        key: "log.filter".into(),
        source_of: String::new(),
        problem: format!("{error}; write for example `info` or `info,server::outbox=debug`"),
    })?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    // An error means that there is a subscriber already.
    let _ = match log.format {
        LogFormat::Pretty => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    Ok(())
}

/// Serves the figures of the process in Prometheus' format on this address. One recorder serves a process: a second
/// server in it (as in tests) gets none.
pub fn serve_metrics(tasks: &Tasks, address: SocketAddr) -> Result<(), BuildError> {
    let (recorder, exporter) = PrometheusBuilder::new().with_http_listener(address).set_buckets(SECONDS)?.build()?;
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("this process has a recorder of metrics already");
    }
    let stopping = tasks.clone();
    tasks.spawn("metrics", async move {
        tokio::select! {
            () = stopping.stopping() => {}
            ended = exporter => if let Err(error) = ended {
                tracing::error!(?error, "metrics are no longer served");
            },
        }
    });
    Ok(())
}
