//! How a web port is served: an accept loop with a bound on connections and a deadline for the
//! head of each request, which warp's own loop does not have (reliability, section 1).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use warp::{Filter, Reply};

use crate::limits::{HTTP_CONNECTIONS_MAX, HTTP_HEADER_BYTES_MAX, HTTP_HEADER_TIMEOUT};
use crate::rest::Peer;
use crate::shutdown;

/// Opens a port; the error is the sentence for the operator.
pub(crate) async fn listen(
    address: IpAddr,
    port: u16,
    setting: &str,
) -> Result<TcpListener, String> {
    let opened = TcpListener::bind(SocketAddr::new(address, port)).await;
    opened.map_err(|error| cannot_open(&error, (address, port), setting))
}

/// Why a port could not be opened, and the way out.
pub(crate) fn cannot_open(
    error: &std::io::Error,
    (address, port): (IpAddr, u16),
    setting: &str,
) -> String {
    let variable = format!("MASSLESS_{}", setting.replacen('.', "_", 1).to_uppercase());
    if error.kind() == std::io::ErrorKind::AddrInUse {
        format!(
            "port {port} on {address} is in use by another program; stop it, or choose another \
             port with the setting `{setting}` ({variable}), or let the host pick free ones with \
             --port 0"
        )
    } else {
        format!(
            "port {port} on {address} cannot be opened ({error}); choose another address or port \
             with the setting `{setting}` ({variable})"
        )
    }
}

/// Serves `filter` until `stop` is true, then finishes open requests for at most a second.
pub(crate) async fn serve<F, R>(listener: TcpListener, filter: F, mut stop: watch::Receiver<bool>)
where
    F: Filter<Extract = (R,), Error = std::convert::Infallible> + Clone + Send + Sync + 'static,
    F::Future: Send,
    R: Reply + Send + 'static,
{
    let service = TowerToHyperService::new(warp::service(filter));
    let permits = Arc::new(Semaphore::new(HTTP_CONNECTIONS_MAX));
    let open = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shutdown::ordered(&mut stop) => break,
        };
        let Some((stream, peer)) = admit(accepted).await else { continue };
        let Ok(permit) = Arc::clone(&permits).try_acquire_owned() else {
            metrics::counter!("massless_shed_total", "stage" => "http").increment(1);
            continue;
        };
        let tagged = Tagged { service: service.clone(), peer };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HTTP_HEADER_TIMEOUT)
            .max_buf_size(HTTP_HEADER_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), tagged);
        let connection = open.watch(connection);
        tokio::spawn(async move {
            // A broken or late request is the client's affair: the connection is just gone.
            let _ = connection.await;
            drop(permit);
        });
    }
    let _ = tokio::time::timeout(Duration::from_secs(1), open.shutdown()).await;
}

/// Writes into each request who sent it: `warp::service` by itself does not know.
#[derive(Clone)]
struct Tagged<S> {
    service: S,
    peer: Peer,
}

impl<S, B> Service<Request<B>> for Tagged<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn call(&self, mut request: Request<B>) -> S::Future {
        request.extensions_mut().insert(self.peer);
        self.service.call(request)
    }
}

async fn admit(accepted: std::io::Result<(TcpStream, SocketAddr)>) -> Option<(TcpStream, Peer)> {
    match accepted {
        Ok((stream, address)) => {
            let _ = stream.set_nodelay(true);
            Some((stream, Peer(address.ip())))
        }
        Err(error) => {
            // Out of descriptors or a connection that died in the queue: go on a little later.
            tracing::warn!(%error, "a web connection could not be accepted");
            tokio::time::sleep(Duration::from_millis(50)).await;
            None
        }
    }
}
