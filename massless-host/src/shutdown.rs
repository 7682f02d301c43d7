//! The ordered stop: a signal begins it (after a notice to the players), a further one is quicker, and one more
//! ends the process at once. A zone whose thread ended by itself orders it too.

use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};

use crate::drain::Wishes;

/// Exit code of a stop that was cut short by a further signal.
const EXIT_IMPATIENT: i32 = 130;
/// Signals that wait to be obeyed. Reason: three mean all that signals can say.
const SIGNALS_WAITING_MAX: usize = 4;

/// Listens for SIGTERM and SIGINT; the receiver turns true with the first of them, or when the
/// sender says so.
pub(crate) fn on_signal() -> std::io::Result<(Arc<watch::Sender<bool>>, watch::Receiver<bool>)> {
    let (order, stop) = order();
    let mut signals = signals()?;
    let sender = Arc::clone(&order);
    tokio::spawn(async move {
        if signals.recv().await.is_some() {
            tracing::info!("stopping; a second signal stops at once");
            let _ = sender.send(true);
        }
        if signals.recv().await.is_some() {
            std::process::exit(EXIT_IMPATIENT);
        }
    });
    Ok((order, stop))
}

/// What orders the stop, and who is told of it.
pub(crate) fn order() -> (Arc<watch::Sender<bool>>, watch::Receiver<bool>) {
    let (sender, receiver) = watch::channel(false);
    (Arc::new(sender), receiver)
}

/// SIGTERM and SIGINT, as they come.
pub(crate) fn signals() -> std::io::Result<mpsc::Receiver<()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (sender, receiver) = mpsc::channel(SIGNALS_WAITING_MAX);
    tokio::spawn(async move {
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            let _ = sender.try_send(());
        }
    });
    Ok(receiver)
}

/// Obeys signals while the game is served: the first one asks for the drain with `notice`, one that comes
/// meanwhile for the stop without notice, and one more ends the process at once.
pub(crate) async fn obey(
    mut signals: mpsc::Receiver<()>,
    drain: Wishes,
    notice: Duration,
    order: Arc<watch::Sender<bool>>,
) {
    let mut left = notice;
    while signals.recv().await.is_some() {
        if *order.borrow() {
            std::process::exit(EXIT_IMPATIENT);
        }
        tracing::info!(notice_seconds = left.as_secs(), "stopping; a further signal is quicker");
        // Nobody who drains: the stop must come all the same.
        if !drain.stop(left, true) || left.is_zero() {
            let _ = order.send(true);
        }
        left = Duration::ZERO;
    }
}

/// Waits until the stop is ordered.
pub(crate) async fn ordered(stop: &mut watch::Receiver<bool>) {
    // The other end is only dropped when the process ends: that is an order too.
    let _ = stop.wait_for(|stop| *stop).await;
}
