//! Whose the data folder is: its lock, and the successor, a host that waits until the one before gives it free.
//!
//! A new build is started beside the old one, with the same data folder and ports of its own, and stands
//! by: alive, not ready. When the old one has drained and ended, the lock on the folder falls to it, and it
//! takes up what that left: zones, sessions, keys. What players miss is one stop and one start.

use std::fs::{File, TryLockError};
use std::os::fd::AsFd as _;
use std::path::Path;
use std::time::Duration;

use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use warp::http::StatusCode;
use warp::{Filter, Reply};

use crate::commands::WrongUse;
use crate::drain::Wish;
use crate::telemetry::MetricsPage;
use crate::web;

/// Time between two looks at the lock: what a hand-over may take longer than it must.
const LOOK_PAUSE: Duration = Duration::from_millis(50);

/// What a host that stands by shows: the port of its administration and the metrics.
type Beside<'a> = (&'a TcpListener, MetricsPage);

/// Makes the data folder and locks it: two hosts in one folder would claim the same epochs. The lock lasts as
/// long as the file is open, so a crash leaves none behind. Who stands `beside` waits for it; `None` when a
/// stop was wished for meanwhile.
pub(crate) async fn hold(
    data: &Path,
    beside: Option<Beside<'_>>,
    wishes: &mut mpsc::Receiver<Wish>,
) -> anyhow::Result<Option<File>> {
    let refused = |what: String| {
        let (data, way) = (data.display(), "name another one with --data or MASSLESS_DATA_DIR");
        WrongUse(format!("the data folder {data} {what}; {way}"))
    };
    let cannot = |error: std::io::Error| refused(format!("cannot be used ({error})"));
    std::fs::create_dir_all(data).map_err(cannot)?;
    let lock = File::create(data.join("lock")).map_err(cannot)?;
    if let Some(beside) = beside {
        let has_lock = wait(&lock, beside, wishes).await.map_err(cannot)?;
        return Ok(has_lock.then_some(lock));
    }
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => {
            Err(refused("is in use by another server".to_owned()).into())
        }
        Err(TryLockError::Error(error)) => Err(cannot(error).into()),
    }
}

/// Waits for the lock; false when a stop was wished for meanwhile. The administration's port says how it is.
async fn wait(
    lock: &File,
    (admin, metrics): Beside<'_>,
    wishes: &mut mpsc::Receiver<Wish>,
) -> std::io::Result<bool> {
    let twin = std::net::TcpListener::from(admin.as_fd().try_clone_to_owned()?);
    let listener = TcpListener::from_std(twin)?;
    let (done, ended) = watch::channel(false);
    // It finishes its last answers by itself; the hand-over does not wait for them.
    tokio::spawn(web::serve(listener, routes(metrics), ended));
    metrics::gauge!("massless_standby").set(1.0);
    tracing::info!("standing by for the data folder");
    let has_lock = loop {
        match lock.try_lock() {
            Ok(()) => break true,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_PAUSE) => {}
            wish = wishes.recv() => match wish {
                Some(Wish::CallOff(asker)) => _ = asker.send(false),
                Some(Wish::Stop { .. }) | None => break false,
            },
        }
    };
    let _ = done.send(true);
    metrics::gauge!("massless_standby").set(0.0);
    tracing::info!(has_lock, "standing by no more");
    Ok(has_lock)
}

/// Alive, and nothing else. Prometheus reads that it stands by.
fn routes(
    page: MetricsPage,
) -> impl Filter<Extract = (impl Reply,), Error = std::convert::Infallible> + Clone {
    let livez = warp::path!("livez").map(|| warp::reply::json(&json!({"live": true})));
    let version = warp::path!("version").map(|| {
        warp::reply::json(&json!({
            "version": env!("CARGO_PKG_VERSION"), "commit": env!("MASSLESS_COMMIT"),
        }))
    });
    let metrics = warp::path!("metrics").map(move || {
        let kind = "text/plain; version=0.0.4; charset=utf-8";
        warp::reply::with_header(page.render(), "content-type", kind)
    });
    let standby = warp::any().map(|| {
        let body = warp::reply::json(&json!({"ok": false, "why": "standby"}));
        warp::reply::with_status(body, StatusCode::SERVICE_UNAVAILABLE)
    });
    livez.or(version).or(metrics).or(standby)
}
