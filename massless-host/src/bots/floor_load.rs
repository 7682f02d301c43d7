//! The load of the floor: sockets that send a small frame 20 times a second and throw away what
//! they receive.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::time::MissedTickBehavior;

use massless_net::online::Way;

/// Bytes of an input frame, as a walking client sends it.
const INPUT_BYTES: usize = 12;

/// A frame of no kind, which is not taken for one that may get lost.
const HELLO: [u8; INPUT_BYTES] = [0x55; INPUT_BYTES];

/// What the sockets of a floor run share.
#[derive(Debug, Default)]
pub(crate) struct FloorRun {
    /// Ends the run.
    pub(crate) is_over: AtomicBool,
    /// Frames received.
    pub(crate) frames: AtomicU64,
    /// Sockets that are open now.
    pub(crate) open: AtomicU64,
}

/// One socket until the run is over.
pub(crate) async fn load(way: Way, run: Arc<FloorRun>) {
    let Ok(mut socket) = way.connect().await else { return };
    // Over QUIC a server sees a stream with its first bytes, and inputs travel beside it.
    if socket.send(Bytes::from_static(&HELLO)).await.is_err() {
        return;
    }
    run.open.fetch_add(1, Ordering::Relaxed);
    let mut due = tokio::time::interval(Duration::from_millis(50));
    due.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let input = Bytes::from(vec![2; INPUT_BYTES]);
    while !run.is_over.load(Ordering::Relaxed) {
        let is_open = tokio::select! {
            heard = socket.recv() => {
                let is_frame = matches!(heard, Ok(Some(_)));
                run.frames.fetch_add(u64::from(is_frame), Ordering::Relaxed);
                is_frame
            }
            _ = due.tick() => socket.send(input.clone()).await.is_ok(),
        };
        if !is_open {
            run.open.fetch_sub(1, Ordering::Relaxed);
            return;
        }
    }
}
