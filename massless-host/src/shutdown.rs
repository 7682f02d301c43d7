//! The ordered stop: the first signal begins it, the second ends the process at once. A zone whose
//! thread ended by itself orders it too.

use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Exit code of a stop that was cut short by a second signal.
const EXIT_IMPATIENT: i32 = 130;

/// Listens for SIGTERM and SIGINT; the receiver turns true with the first of them, or when the
/// sender says so.
pub(crate) fn on_signal() -> std::io::Result<(Arc<watch::Sender<bool>>, watch::Receiver<bool>)> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let (sender, receiver) = watch::channel(false);
    let sender = Arc::new(sender);
    let order = Arc::clone(&sender);
    tokio::spawn(async move {
        let mut is_second = false;
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            if is_second {
                std::process::exit(EXIT_IMPATIENT);
            }
            is_second = true;
            tracing::info!("stopping; a second signal stops at once");
            let _ = order.send(true);
        }
    });
    Ok((sender, receiver))
}

/// Waits until the stop is ordered.
pub(crate) async fn ordered(stop: &mut watch::Receiver<bool>) {
    // The other end is only dropped when the process ends: that is an order too.
    let _ = stop.wait_for(|stop| *stop).await;
}
