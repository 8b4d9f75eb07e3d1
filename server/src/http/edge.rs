//! The edge: an accept loop of our own, as `axum::serve` has neither a header timeout nor a limit of connections.
//!
//! It also says who the client is: its address, or what a trusted proxy says of it.

use std::{
    collections::HashMap,
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Router, body::Body};
use http::{HeaderMap, Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};
use tower::ServiceExt as _;

use crate::{
    config::{Config, Edge, Networks},
    tasks::Tasks,
};

/// The address of the client of a request, in the request's extensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// How long to wait when the machine has no more file descriptors.
const BREATHER: Duration = Duration::from_millis(50);

/// Serves the router on this listener until the server stops; requests in flight get their time to finish.
pub fn start(tasks: &Tasks, config: &Config, listener: TcpListener, router: Router) {
    let serving = Serving {
        router,
        limits: config.edge.clone(),
        trusted: config.trusted_proxies.clone(),
        addresses: Addresses::default(),
    };
    let stopping = tasks.clone();
    tasks.spawn("edge", async move { Arc::new(serving).run(listener, stopping).await });
}

struct Serving {
    router: Router,
    limits: Edge,
    trusted: Networks,
    addresses: Addresses,
}

impl Serving {
    async fn run(self: Arc<Self>, listener: TcpListener, tasks: Tasks) {
        let room = Arc::new(Semaphore::new(self.limits.connections.min(Semaphore::MAX_PERMITS)));
        let graceful = GracefulShutdown::new();
        let mut connections = JoinSet::new();
        loop {
            // Room first: what we cannot serve stays in the queue of the system instead of in our memory.
            let accepted = async {
                let permit = room.clone().acquire_owned().await.map_err(io::Error::other)?;
                let (stream, peer) = listener.accept().await?;
                Ok::<_, io::Error>((permit, stream, peer))
            };
            let (permit, stream, peer) = tokio::select! {
                () = tasks.stopping() => break,
                Some(_) = connections.join_next(), if !connections.is_empty() => continue,
                accepted = accepted => match accepted {
                    Ok(accepted) => accepted,
                    Err(error) => {
                        // A client that is gone already is nothing to wait for; a machine out of descriptors is.
                        if error.kind() != io::ErrorKind::ConnectionAborted {
                            tracing::warn!(%error, "a connection could not be accepted");
                            tokio::time::sleep(BREATHER).await;
                        }
                        continue;
                    }
                },
            };
            let Some(place) = self.admit(peer.ip().to_canonical()) else {
                metrics::counter!("storecast_connections_refused_total").increment(1);
                continue;
            };
            let _ = stream.set_nodelay(true);
            let connection = graceful.watch(self.connection(stream, peer));
            connections.spawn(async move {
                // What ends a connection badly is the client's doing: a timeout, nonsense, a cut.
                if let Err(error) = connection.await {
                    tracing::debug!(%error, "a connection ended");
                }
                drop((permit, place));
            });
        }
        drop(listener);
        let patience = Duration::from_millis(self.limits.shutdown_ms);
        if tokio::time::timeout(patience, graceful.shutdown()).await.is_err() {
            tracing::warn!("some requests did not finish in time and were cut");
        }
        connections.shutdown().await;
    }

    /// A place for one more connection of this address, if it may have one.
    fn admit(&self, address: IpAddr) -> Option<Place> {
        let counted = !address.is_loopback() && !self.trusted.contains(address);
        let most = if counted { self.limits.connections_per_address } else { usize::MAX };
        self.addresses.enter(address, most)
    }

    fn connection(
        self: &Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
    ) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + use<> {
        let serving = self.clone();
        let answer = service_fn(move |request: Request<Incoming>| {
            let serving = serving.clone();
            async move {
                let mut request = request.map(Body::new);
                let address = client_address(peer.ip(), request.headers(), &serving.trusted);
                request.extensions_mut().insert(ClientAddress(address));
                let router = serving.router.clone();
                Ok::<_, Infallible>(match router.oneshot(request).await {
                    Ok(response) => response,
                    Err(never) => match never {},
                })
            }
        });
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_millis(self.limits.header_timeout_ms))
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(stream), answer)
    }
}

/// The client's address: the peer, or, where the peer is a proxy of ours, the last address in `X-Forwarded-For` that is
/// not. What stands before it may be made up by the client.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &Networks) -> IpAddr {
    let peer = peer.to_canonical();
    if !trusted.contains(peer) {
        return peer;
    }
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
    let mut nearest = peer;
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Some(address) = forwarded(hop.trim()) else { break };
        nearest = address;
        if !trusted.contains(address) {
            break;
        }
    }
    nearest
}

/// One address of `X-Forwarded-For`; some proxies add the port.
fn forwarded(text: &str) -> Option<IpAddr> {
    let address = text.parse().or_else(|_| text.parse().map(|address: SocketAddr| address.ip()));
    address.ok().map(|address: IpAddr| address.to_canonical())
}

/// How many connections each address has.
#[derive(Clone, Default)]
struct Addresses(Arc<Mutex<HashMap<IpAddr, usize>>>);

impl Addresses {
    fn enter(&self, address: IpAddr, most: usize) -> Option<Place> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Place { address, addresses: self.clone() })
    }
}

/// One connection of an address; dropped with it.
struct Place {
    address: IpAddr,
    addresses: Addresses,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.addresses.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn networks(text: &str) -> Networks {
        serde_json::from_value(text.into()).unwrap()
    }

    #[rstest]
    #[case::no_proxy("203.0.113.9", &["1.2.3.4"], "203.0.113.9")]
    #[case::one_proxy("10.0.0.1", &["203.0.113.9"], "203.0.113.9")]
    #[case::the_client_lies("10.0.0.1", &["1.1.1.1, 203.0.113.9"], "203.0.113.9")]
    #[case::two_proxies("10.0.0.1", &["1.1.1.1, 203.0.113.9, 10.0.0.2"], "203.0.113.9")]
    #[case::two_lines("10.0.0.1", &["1.1.1.1", "203.0.113.9"], "203.0.113.9")]
    #[case::with_port("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9")]
    #[case::nonsense("10.0.0.1", &["203.0.113.9, unknown"], "10.0.0.1")]
    #[case::nothing("10.0.0.1", &[], "10.0.0.1")]
    #[case::mapped("::ffff:10.0.0.1", &["2001:db8::1"], "2001:db8::1")]
    fn only_trusted_proxies_are_believed(#[case] peer: &str, #[case] lines: &[&str], #[case] expected: &str) {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let address = client_address(peer.parse().unwrap(), &headers, &networks("10.0.0.0/8"));
        assert_eq!(address, expected.parse::<IpAddr>().unwrap());
    }

    #[test]
    fn an_address_has_so_many_places_and_gets_them_back() {
        let addresses = Addresses::default();
        let one: IpAddr = "203.0.113.9".parse().unwrap();
        let first = addresses.enter(one, 2);
        let _second = addresses.enter(one, 2);
        assert!(first.is_some());
        assert!(addresses.enter(one, 2).is_none());
        assert!(addresses.enter("203.0.113.8".parse().unwrap(), 2).is_some());
        drop(first);
        assert!(addresses.enter(one, 2).is_some());
    }
}
