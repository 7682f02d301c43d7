//! The thread that keeps the books.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use massless_core::command::Character;
use massless_core::content::Content;
use massless_core::ids::{ClassId, FactionId, PlayerId};
use massless_core::intent::Intent;
use metrics::{Gauge, Histogram};

use super::OperationId;
use super::books::Books;
use crate::channels::ChannelId;
use crate::limits::VAULT_BATCHES_MAX;
use crate::zone_runner::{Mailbox, StoreAnswer};

/// How often a worker that is told to wait looks whether it shall stop.
const STOP_CHECK_PAUSE: Duration = Duration::from_millis(20);

/// How the vault behaves.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VaultSettings {
    /// Time every operation takes at least.
    pub(crate) delay: Duration,
    /// The uid of the first item, never given out before.
    pub(crate) first_uid: u64,
}

/// What one zone asked in one tick.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) channel: ChannelId,
    pub(super) life: u32,
    pub(super) intents: Vec<Intent>,
    pub(super) asked_at: Instant,
    pub(super) mailbox: Arc<Mailbox>,
}

/// The way into the vault; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Vault {
    queue: SyncSender<Batch>,
    queue_len: Gauge,
    books: Arc<Mutex<Books>>,
    is_stopping: Arc<AtomicBool>,
}

impl Vault {
    /// A character of level 1 with its starter kit; `None` for a class or faction that is not there.
    pub(crate) fn newborn(
        &self,
        content: &Content,
        kind: (ClassId, FactionId),
        looks: (&str, u8),
    ) -> Option<Character> {
        lock(&self.books).newborn(content, kind, looks)
    }

    /// Takes note of what a character has when it enters the world, new or from before.
    pub(crate) fn enrol(&self, player: PlayerId, character: &Character) {
        lock(&self.books).enrol(player, character);
    }

    /// A vault that nobody works in, and its queue.
    #[cfg(test)]
    pub(super) fn unattended() -> (Self, Receiver<Batch>) {
        let (queue, work) = sync_channel(VAULT_BATCHES_MAX);
        let queue_len = metrics::gauge!("massless_vault_queue_len");
        let books = Arc::new(Mutex::new(Books::new(1)));
        (Self { queue, queue_len, books, is_stopping: Arc::default() }, work)
    }

    /// Puts a batch in the queue, or gives it back.
    pub(super) fn try_send(&self, batch: Batch) -> Result<(), Batch> {
        match self.queue.try_send(batch) {
            Ok(()) => {
                self.queue_len.increment(1.0);
                Ok(())
            }
            Err(TrySendError::Full(batch) | TrySendError::Disconnected(batch)) => Err(batch),
        }
    }

    /// Ends the worker: what it has not answered stands in the zones' states.
    pub(crate) fn stop(&self) {
        self.is_stopping.store(true, Ordering::Release);
    }
}

/// Starts the worker. It ends after `Vault::stop`, or when nobody can ask it any more.
pub(crate) fn spawn(settings: VaultSettings) -> std::io::Result<(Vault, JoinHandle<()>)> {
    let (queue, work) = sync_channel(VAULT_BATCHES_MAX);
    let queue_len = metrics::gauge!("massless_vault_queue_len");
    queue_len.set(0.0);
    let is_stopping = Arc::<AtomicBool>::default();
    let books = Arc::new(Mutex::new(Books::new(settings.first_uid)));
    let vault = Vault { queue, queue_len, books, is_stopping };
    let worker = Worker {
        delay: settings.delay,
        books: Arc::clone(&vault.books),
        latency: metrics::histogram!("massless_vault_latency_seconds"),
        queue_len: vault.queue_len.clone(),
        is_stopping: Arc::clone(&vault.is_stopping),
    };
    let thread =
        std::thread::Builder::new().name("vault".to_owned()).spawn(move || worker.run(&work))?;
    Ok((vault, thread))
}

fn lock(books: &Mutex<Books>) -> MutexGuard<'_, Books> {
    books.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Worker {
    delay: Duration,
    books: Arc<Mutex<Books>>,
    latency: Histogram,
    queue_len: Gauge,
    is_stopping: Arc<AtomicBool>,
}

impl Worker {
    fn run(self, work: &Receiver<Batch>) {
        while !self.is_stopping.load(Ordering::Acquire) {
            match work.recv_timeout(STOP_CHECK_PAUSE) {
                Ok(batch) => {
                    self.queue_len.decrement(1.0);
                    if !self.wait_until(batch.asked_at + self.delay) {
                        return;
                    }
                    self.answer(&batch);
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// False when it shall stop before that moment.
    fn wait_until(&self, moment: Instant) -> bool {
        loop {
            let left = moment.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            if self.is_stopping.load(Ordering::Acquire) {
                return false;
            }
            std::thread::sleep(left.min(STOP_CHECK_PAUSE));
        }
    }

    fn answer(&self, batch: &Batch) {
        let (channel, life) = (batch.channel, batch.life);
        for intent in &batch.intents {
            let id = OperationId { channel, life, intent: intent.id };
            let answer = lock(&self.books).settle(id, intent);
            batch.mailbox.answer(StoreAnswer { life, intent: intent.id, answer });
            self.latency.record(batch.asked_at.elapsed().as_secs_f64());
        }
    }
}
