//! What all merchants of a run share: what was done and refused so far, and who they are.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::journal::{Ending, Line};

/// What all merchants of a run share.
#[derive(Debug)]
pub(crate) struct Fair {
    /// Ends the run once nothing is on its way.
    pub(crate) is_over: AtomicBool,
    /// How many are in the world.
    pub(crate) alive: AtomicU32,
    /// How often one came in.
    pub(crate) joins: AtomicU64,
    /// Operations that were acknowledged.
    pub(crate) acknowledged: AtomicU64,
    /// Operations that were refused.
    pub(crate) refused: AtomicU64,
    /// Operations whose outcome was never told.
    pub(crate) unknown: AtomicU64,
    /// By kind: how often it was acknowledged and refused.
    pub(crate) kinds: Mutex<BTreeMap<String, (u64, u64)>>,
    /// Names of characters by the number of their merchant.
    pub(super) names: Mutex<BTreeMap<u64, String>>,
    /// When the run began.
    pub(super) begun: Instant,
}

impl Default for Fair {
    fn default() -> Self {
        Self {
            is_over: AtomicBool::default(),
            alive: AtomicU32::default(),
            joins: AtomicU64::default(),
            acknowledged: AtomicU64::default(),
            refused: AtomicU64::default(),
            unknown: AtomicU64::default(),
            kinds: Mutex::default(),
            names: Mutex::default(),
            begun: Instant::now(),
        }
    }
}

impl Fair {
    /// Counts a line of a journal.
    pub(super) fn count(&self, line: &Line) {
        let counter = match line.outcome {
            Ending::Done => &self.acknowledged,
            Ending::Refused => &self.refused,
            Ending::Unknown => &self.unknown,
            Ending::Seen => return,
        };
        counter.fetch_add(1, Ordering::Relaxed);
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = kinds.entry(line.kind.clone()).or_default();
        kind.0 += u64::from(line.outcome == Ending::Done);
        kind.1 += u64::from(line.outcome == Ending::Refused);
    }

    /// The character of a merchant, once it is known.
    pub(super) fn name_of(&self, index: u64) -> Option<String> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).get(&index).cloned()
    }
}
