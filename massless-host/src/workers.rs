//! Named threads for work that blocks: the database, password hashing. Bounded in both ways.
//!
//! Async code hands a closure over and awaits its value; when as many wait as may, it is told so at
//! once. Work whose asker has gone meanwhile is not done.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::oneshot;

use crate::system;

/// Why work was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotDone {
    /// As many wait as may.
    Full,
    /// It panicked; the log says where.
    Broken,
}

/// How a group of threads is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WorkersSettings {
    /// Name of the threads, at most 12 letters, and label of their metrics.
    pub(crate) name: &'static str,
    /// How many, 1 or more.
    pub(crate) threads: usize,
    /// How much work may wait.
    pub(crate) queue_max: usize,
    /// Whether everything else goes first.
    pub(crate) is_low: bool,
}

type Work = Box<dyn FnOnce() + Send>;

/// A group of threads. They end when the last handle is dropped and what waits is done.
#[derive(Clone)]
pub(crate) struct Workers {
    sender: SyncSender<Work>,
    waiting: Arc<AtomicUsize>,
    name: &'static str,
}

impl Workers {
    /// Starts the threads.
    pub(crate) fn start(settings: WorkersSettings) -> std::io::Result<Self> {
        let WorkersSettings { name, threads, queue_max, is_low } = settings;
        let (sender, receiver) = sync_channel(queue_max);
        let receiver = Arc::new(Mutex::new(receiver));
        for n in 0..threads {
            let receiver = Arc::clone(&receiver);
            std::thread::Builder::new().name(format!("{name}-{n}")).spawn(move || {
                if is_low && let Err(error) = system::lower_priority() {
                    tracing::warn!(%error, "a worker runs at the priority of everything else");
                }
                run(&receiver);
            })?;
        }
        show(name, 0);
        Ok(Self { sender, waiting: Arc::default(), name })
    }

    /// Does `work` on one of the threads.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, NotDone> {
        let (told, asked) = oneshot::channel();
        let (waiting, name) = (Arc::clone(&self.waiting), self.name);
        let work = Box::new(move || {
            show(name, waiting.fetch_sub(1, Ordering::Relaxed) - 1);
            if !told.is_closed() {
                let _ = told.send(work());
            }
        });
        let ahead = self.waiting.fetch_add(1, Ordering::Relaxed);
        show(self.name, ahead + 1);
        match self.sender.try_send(work) {
            Ok(()) => asked.await.map_err(|_| NotDone::Broken),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => {
                show(self.name, self.waiting.fetch_sub(1, Ordering::Relaxed) - 1);
                metrics::counter!("massless_shed_total", "stage" => self.name).increment(1);
                Err(NotDone::Full)
            }
        }
    }

    /// How much work waits now for a thread.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }
}

#[expect(clippy::cast_precision_loss, reason = "queues are short")]
fn show(pool: &'static str, waiting: usize) {
    metrics::gauge!("massless_worker_queue", "pool" => pool).set(waiting as f64);
}

fn run(receiver: &Mutex<Receiver<Work>>) {
    loop {
        let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        // The work owns all it touches or shares it behind locks that survive a panic.
        if std::panic::catch_unwind(AssertUnwindSafe(work)).is_err() {
            tracing::error!("a worker's task panicked; its asker is told, the thread goes on");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workers(threads: usize, queue_max: usize) -> Workers {
        let settings = WorkersSettings { name: "test", threads, queue_max, is_low: false };
        Workers::start(settings).expect("threads")
    }

    #[tokio::test]
    async fn what_finds_no_room_is_refused_at_once_and_what_panics_breaks_nothing() {
        let workers = workers(1, 2);
        let (release, gate) = std::sync::mpsc::channel::<()>();
        let (begun, has_begun) = oneshot::channel();
        let busy = tokio::spawn({
            let workers = workers.clone();
            async move {
                let work = move || {
                    let _ = begun.send(());
                    gate.recv().expect("released");
                };
                workers.run(work).await
            }
        });
        has_begun.await.expect("the thread has taken it");
        let queued: Vec<_> = (0..2)
            .map(|n| {
                let workers = workers.clone();
                tokio::spawn(async move { workers.run(move || n).await })
            })
            .collect();
        while workers.waiting() < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(workers.run(|| 9).await, Err(NotDone::Full));
        release.send(()).expect("it waits");
        assert_eq!(busy.await.expect("a task"), Ok(()));
        for (n, task) in queued.into_iter().enumerate() {
            assert_eq!(task.await.expect("a task"), Ok(n));
        }
        let broken: Result<(), NotDone> = workers.run(|| panic!("on purpose")).await;
        assert_eq!(broken, Err(NotDone::Broken));
        assert_eq!(workers.run(|| 7).await, Ok(7), "the thread goes on");
    }
}
