//! Operations of the economy: each is one row of the ledger, all of it or nothing, and once.
//!
//! ```text
//! load: known ids, leases (share), letters, offers, items, accounts, characters (all locked, by id)
//!   -> plan, one operation after the other, in memory; what is refused leaves no trace
//!   -> write: ledger, entries, items, events, outbox, all operations of the batch in a few statements
//! ```
//! The plan is the same for both databases. When the database refuses a batch, each of its operations
//! is done alone, so that one does not sink its neighbours.

mod answer;
mod desk;
mod draft;
mod entries;
mod job;
mod load;
mod post;
mod realm;
mod write;

use massless_core::event::Rejection;
use massless_core::ids::{IntentId, PlayerId, ZoneId};
use massless_core::intent::{Answer, Intent};

use self::desk::Desk;
pub use self::job::{Endowment, PATHS, kind_label};
pub(crate) use self::job::{Job, Kind, KitItem, Letter, Work, number};
pub(crate) use self::realm::created;
use crate::connection::Connection;
use crate::error::StoreError;
use crate::fault;
use crate::limits::OPERATIONS_PER_TRANSACTION_MAX;
use crate::pool::Store;
use crate::repo::snapshots::Snapshot;

/// The name of an operation: 16 bytes that no other one ever has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId([u8; 16]);

impl OperationId {
    /// As it was named before.
    #[must_use]
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Of a zone's intent: the zone, its channel, the epoch in which it began counting, its number.
    #[must_use]
    pub fn of_intent(zone: ZoneId, channel: u32, epoch: u64, intent: IntentId) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"massless intent");
        hasher.update(&zone.get().to_le_bytes());
        hasher.update(&channel.to_le_bytes());
        hasher.update(&epoch.to_le_bytes());
        hasher.update(&intent.get().to_le_bytes());
        Self::of_hash(&hasher)
    }

    /// Of something the realm does by itself, once for each `subject`.
    #[must_use]
    pub fn of_realm(what: &str, subject: i64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"massless realm ");
        hasher.update(what.as_bytes());
        hasher.update(&[0]);
        hasher.update(&subject.to_le_bytes());
        Self::of_hash(&hasher)
    }

    /// Its bytes.
    #[must_use]
    pub const fn get(&self) -> &[u8; 16] {
        &self.0
    }

    fn of_hash(hasher: &blake3::Hasher) -> Self {
        let mut id = [0; 16];
        id.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        Self(id)
    }
}

/// An intent of a zone, as it is committed.
#[derive(Clone, Debug)]
pub struct Operation<'a> {
    /// Its name, the same at every try.
    pub id: OperationId,
    /// The epoch under which the host holds each character that it concerns.
    pub epochs: Vec<(PlayerId, u64)>,
    /// What is wanted.
    pub intent: &'a Intent,
    /// The character's state that belongs to it, for what was used up in the zone already.
    pub snapshot: Option<Snapshot>,
}

/// What became of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is committed, now or at an earlier try.
    Done(Answer),
    /// The rules do not allow it; nothing changed.
    Refused(Rejection),
    /// Another host has one of the characters; nothing changed. The host lets go of it.
    Fenced,
    /// Something else was committed under that name; nothing changed. A bug of ours.
    Mismatch,
}

impl Outcome {
    /// What the zone is told; `None` for `Fenced`, whose character is gone from the zone.
    #[must_use]
    pub fn answer(&self) -> Option<Answer> {
        match self {
            Self::Done(answer) => Some(answer.clone()),
            Self::Refused(why) => Some(Answer::Refused { why: *why }),
            Self::Mismatch => Some(Answer::refused()),
            Self::Fenced => None,
        }
    }
}

/// Commits operations in one transaction (or a few): one outcome each, in their order.
///
/// # Errors
/// `Again` and `Busy`: nothing happened, try again. `Unavailable`: nobody knows; ask again with the same ids.
/// `Store::commit` does that.
pub fn commit(
    conn: &mut Connection,
    operations: &[Operation<'_>],
) -> Result<Vec<Outcome>, StoreError> {
    let mut outcomes = Vec::with_capacity(operations.len());
    for part in operations.chunks(OPERATIONS_PER_TRANSACTION_MAX) {
        let jobs: Vec<Job<'_>> = part.iter().map(Job::of_intent).collect();
        outcomes.extend(commit_jobs(conn, &jobs)?);
    }
    Ok(outcomes)
}

impl Store {
    /// Commits operations; tries again while that makes sense.
    ///
    /// # Errors
    /// `Unavailable` or `Busy`: what became of them is told by asking again with the same ids.
    pub fn commit(&self, operations: &[Operation<'_>]) -> Result<Vec<Outcome>, StoreError> {
        self.repeat(|conn| commit(conn, operations))
    }
}

/// All in one transaction; each alone when the database refuses that.
pub(crate) fn commit_jobs(
    conn: &mut Connection,
    jobs: &[Job<'_>],
) -> Result<Vec<Outcome>, StoreError> {
    let done = conn.transaction(|conn| {
        let outcomes = settle(conn, jobs)?;
        fault::place(fault::BEFORE_COMMIT);
        Ok(outcomes)
    });
    if done.is_ok() && fault::loses_answer(fault::AFTER_COMMIT) {
        return Err(StoreError::Unavailable);
    }
    match done {
        Err(StoreError::Taken(what)) if what.contains("ledger_tx") => {
            // Somebody else commits the same operation at this moment.
            Err(StoreError::Again(what))
        }
        Err(StoreError::Taken(what) | StoreError::Database(what)) if jobs.len() == 1 => {
            tracing::warn!(operation = ?jobs[0].id, what, "the database refuses an operation");
            metrics::counter!("massless_store_refusals_total").increment(1);
            Ok(vec![Outcome::Refused(Rejection::StoreRefused)])
        }
        Err(StoreError::Taken(_) | StoreError::Database(_)) if jobs.len() > 1 => {
            let mut outcomes = Vec::with_capacity(jobs.len());
            for job in jobs {
                outcomes.extend(commit_jobs(conn, std::slice::from_ref(job))?);
            }
            Ok(outcomes)
        }
        other => other,
    }
}

/// Inside a transaction.
pub(crate) fn settle(conn: &mut Connection, jobs: &[Job<'_>]) -> Result<Vec<Outcome>, StoreError> {
    let mut desk = Desk::load(conn, jobs)?;
    let mut outcomes = Vec::with_capacity(jobs.len());
    for job in jobs {
        outcomes.push(desk.settle(job)?);
    }
    write::write(conn, &mut desk)?;
    for (job, outcome) in jobs.iter().zip(&outcomes) {
        let Some(snapshot) = &job.snapshot else { continue };
        if !matches!(outcome, Outcome::Fenced) {
            // A newer one that is there already is as good.
            crate::repo::snapshots::save_one(conn, snapshot, desk.now)?;
        }
    }
    count(jobs, &outcomes);
    Ok(outcomes)
}

fn count(jobs: &[Job<'_>], outcomes: &[Outcome]) {
    for (job, outcome) in jobs.iter().zip(outcomes) {
        let result = match outcome {
            Outcome::Done(_) => "done",
            Outcome::Refused(_) => "refused",
            Outcome::Fenced => "fenced",
            Outcome::Mismatch => "mismatch",
        };
        let kind = job.kind.label();
        metrics::counter!("massless_econ_operations_total", "kind" => kind, "result" => result)
            .increment(1);
        if matches!(outcome, Outcome::Fenced) {
            metrics::counter!("massless_fenced_total").increment(1);
        }
    }
}
