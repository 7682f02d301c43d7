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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone_runner::Taken;

    #[tokio::test]
    async fn who_sleeps_is_woken_once_for_all_that_a_tick_has_for_it() {
        let (post, outbox) = (Post::default(), Arc::new(Outbox::default()));
        let delivering = tokio::spawn(post.clone().deliver());
        for tick in 0..3 {
            let connection = Arc::clone(&outbox);
            let reader = tokio::spawn(async move {
                let mut taken = Taken::default();
                connection.ready().await;
                connection.take(&mut taken);
                connection.written();
                taken
            });
            tokio::task::yield_now().await;
            assert!(outbox.put_update(&[tick]), "nobody has woken it yet");
            assert!(!outbox.put_state(&[tick, 9]), "it is on the list");
            assert!(!reader.is_finished());
            post.hand_over(&mut vec![Arc::clone(&outbox)]);
            let taken = reader.await.expect("it is woken");
            assert_eq!((taken.update, taken.state), (vec![tick], vec![tick, 9]));
        }
        delivering.abort();
    }

    #[tokio::test]
    async fn what_comes_before_a_connection_looks_is_not_passed_over() {
        let outbox = Outbox::default();
        outbox.wake();
        assert!(outbox.put_update(&[1]));
        outbox.ready().await;
        assert!(outbox.put_state(&[2]), "what was seen is seen");
    }
}
