//! What a zone has for one connection: at most one update, and a short queue of what must arrive.
//!
//! A client is writable when its last update has left the process. Until then the replicator makes
//! none for it, so a slow reader costs nothing and gets the newest state afterwards.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use massless_net::session::close::{CloseCode, Notice};
use massless_net::wire::Welcome;
use tokio::sync::Notify;

use crate::limits::RELIABLE_FRAMES_MAX;

/// Something that must arrive.
#[derive(Clone, Debug)]
pub(crate) enum Reliable {
    /// The player is in.
    Welcome(Box<Welcome>),
    /// An encoded line of talk, shared by all who hear it.
    Chat(Arc<[u8]>),
    /// Something was refused.
    Notice(Notice),
    /// The session is over.
    Close(CloseCode),
}

#[derive(Debug, Default)]
struct Contents {
    update: Vec<u8>,
    reliable: VecDeque<Reliable>,
    is_overfull: bool,
}

/// One connection's place.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    contents: Mutex<Contents>,
    is_busy: AtomicBool,
    wake: Notify,
}

/// What a connection has to do.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// In order.
    pub(crate) reliable: VecDeque<Reliable>,
    /// The update; empty when there is none. Give it back with `written`.
    pub(crate) update: Vec<u8>,
}

impl Outbox {
    /// Whether the last update has left the process.
    pub(crate) fn is_writable(&self) -> bool {
        !self.is_busy.load(Ordering::Acquire)
    }

    /// Puts an update in. The zone does so only when the outbox is writable.
    pub(crate) fn put_update(&self, frame: &[u8]) {
        let mut contents = self.lock();
        contents.update.clear();
        contents.update.extend_from_slice(frame);
        drop(contents);
        self.is_busy.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// Puts in what must arrive. Who lets more than `RELIABLE_FRAMES_MAX` wait is closed instead.
    pub(crate) fn put(&self, reliable: Reliable) {
        let mut contents = self.lock();
        if contents.is_overfull {
            return;
        }
        if contents.reliable.len() < RELIABLE_FRAMES_MAX {
            contents.reliable.push_back(reliable);
        } else {
            contents.is_overfull = true;
            contents.reliable.clear();
            contents.reliable.push_back(Reliable::Close(CloseCode::SlowReader));
            metrics::counter!("massless_shed_total", "stage" => "reliable").increment(1);
        }
        drop(contents);
        self.wake.notify_one();
    }

    /// Waits until there is something to take.
    pub(crate) async fn ready(&self) {
        self.wake.notified().await;
    }

    /// Takes all there is; `taken.update` and `taken.reliable` must be empty and lend their memory.
    pub(crate) fn take(&self, taken: &mut Taken) {
        let mut contents = self.lock();
        std::mem::swap(&mut contents.reliable, &mut taken.reliable);
        std::mem::swap(&mut contents.update, &mut taken.update);
    }

    /// The update taken last has been written: the client is writable again.
    pub(crate) fn written(&self) {
        self.is_busy.store(false, Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_not_writable_until_its_update_is_written() {
        let outbox = Outbox::default();
        assert!(outbox.is_writable());
        outbox.put_update(&[1, 2]);
        assert!(!outbox.is_writable());
        let mut taken = Taken::default();
        outbox.take(&mut taken);
        assert_eq!(taken.update, [1, 2]);
        assert!(!outbox.is_writable(), "it is being written");
        outbox.written();
        assert!(outbox.is_writable());
    }

    #[test]
    fn who_does_not_take_what_must_arrive_is_closed() {
        let outbox = Outbox::default();
        for _ in 0..10 * RELIABLE_FRAMES_MAX {
            outbox.put(Reliable::Notice(Notice::TooFast));
        }
        let mut taken = Taken::default();
        outbox.take(&mut taken);
        assert!(matches!(
            taken.reliable.make_contiguous(),
            [Reliable::Close(CloseCode::SlowReader)]
        ));
    }
}
