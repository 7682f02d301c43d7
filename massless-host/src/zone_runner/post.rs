//! Wakes the connections for which a tick has made frames, all of them from within the runtime of the sockets.
//!
//! Waking a task from another thread takes the runtime's lock and, where its threads sleep, a call of the kernel; on a
//! busy core the woken thread then runs at once, for one frame, and sleeps again. So a zone's thread wakes one task a
//! tick, and that one wakes all others, which costs little there.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::outbox::Outbox;

/// From a zone's thread to the task that delivers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Post {
    waiting: Arc<Mutex<Vec<Arc<Outbox>>>>,
    bell: Arc<Notify>,
}

impl Post {
    /// Hands over whom to wake; `outboxes` is empty afterwards.
    pub(crate) fn hand_over(&self, outboxes: &mut Vec<Arc<Outbox>>) {
        if !outboxes.is_empty() {
            self.lock().append(outboxes);
            self.bell.notify_one();
        }
    }

    /// Delivers for as long as it is not dropped.
    pub(crate) async fn deliver(self) {
        let mut round = Vec::new();
        loop {
            self.bell.notified().await;
            std::mem::swap(&mut *self.lock(), &mut round);
            for outbox in round.drain(..) {
                outbox.wake();
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Outbox>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
