//! The bounded queue before a worker. What waits too long because the worker is stuck can be taken out
//! again: it was not tried yet.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use metrics::Gauge;

use super::Batch;
use crate::limits::{VAULT_BATCHES_MAX, VAULT_COMMIT_INTENTS_MAX};

#[derive(Debug, Default)]
struct Waiting {
    batches: VecDeque<Batch>,
    is_over: bool,
}

/// Batches of intents, oldest first.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    arrived: Condvar,
    len: Gauge,
}

impl Queue {
    /// An empty queue that tells how many wait in it.
    pub(super) fn new(len: Gauge) -> Self {
        Self { waiting: Mutex::default(), arrived: Condvar::new(), len }
    }

    /// Puts a batch in, or gives it back when there is no room or nobody takes any more.
    pub(super) fn put(&self, batch: Batch) -> Result<(), Batch> {
        let mut waiting = self.lock();
        if waiting.is_over || waiting.batches.len() >= VAULT_BATCHES_MAX {
            return Err(batch);
        }
        waiting.batches.push_back(batch);
        drop(waiting);
        self.len.increment(1.0);
        self.arrived.notify_one();
        Ok(())
    }

    /// Takes what may be committed together; nothing when nothing comes within `patience`, or when
    /// the queue is over.
    pub(super) fn take(&self, patience: Duration) -> Vec<Batch> {
        let is_idle = |waiting: &mut Waiting| waiting.batches.is_empty() && !waiting.is_over;
        let waited = self.arrived.wait_timeout_while(self.lock(), patience, is_idle);
        let (mut waiting, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if waiting.is_over {
            return Vec::new();
        }
        let mut room = VAULT_COMMIT_INTENTS_MAX;
        let mut taken = Vec::new();
        while let Some(batch) = waiting.batches.front() {
            if batch.asked.len() > room && !taken.is_empty() {
                break;
            }
            room = room.saturating_sub(batch.asked.len());
            taken.extend(waiting.batches.pop_front());
        }
        drop(waiting);
        self.len.decrement(taken.len() as f64);
        taken
    }

    /// Takes out what nobody has tried for longer than `age`.
    pub(super) fn take_overdue(&self, now: Instant, age: Duration) -> Vec<Batch> {
        let mut waiting = self.lock();
        let is_overdue = |batch: &Batch| now.saturating_duration_since(batch.asked_at) > age;
        let count = waiting.batches.iter().take_while(|batch| is_overdue(batch)).count();
        let overdue: Vec<Batch> = waiting.batches.drain(..count).collect();
        drop(waiting);
        self.len.decrement(overdue.len() as f64);
        overdue
    }

    /// Puts back what must not be refused, before all others.
    pub(super) fn put_back(&self, batches: Vec<Batch>) {
        let mut waiting = self.lock();
        self.len.increment(batches.len() as f64);
        for batch in batches.into_iter().rev() {
            waiting.batches.push_front(batch);
        }
    }

    /// Nothing is taken or given any more.
    pub(super) fn end(&self) {
        self.lock().is_over = true;
        self.arrived.notify_all();
    }

    /// Whether the worker shall end.
    pub(super) fn is_over(&self) -> bool {
        self.lock().is_over
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
