//! Named places where a test can make the process die, as a power cut would, or a zone panic.
//!
//! They are armed only by `arm`, which `massless serve` calls when its environment has `FAILPOINTS`, such
//! as `FAILPOINTS=before_commit=20*off->return`: the 21st time somebody gets there the process aborts.
//! `after_commit=return(lose)` does not abort but loses the database's answer. Not armed, a place costs a
//! look into an empty table for each transaction.

use std::fmt;

/// In a transaction of operations: all is written, nothing is committed.
pub const BEFORE_COMMIT: &str = "before_commit";
/// A transaction of operations is committed, and only the database knows.
pub const AFTER_COMMIT: &str = "after_commit";
/// The worker knows that operations are committed; the zone does not.
pub const AFTER_COMMIT_BEFORE_ANSWER: &str = "after_commit_before_answer";
/// Snapshots of characters are written.
pub const AFTER_SNAPSHOT: &str = "after_snapshot";
/// A character's lease is about to be claimed.
pub const BEFORE_LEASE: &str = "before_lease";
/// All of the storage.
pub const NAMES: [&str; 5] =
    [BEFORE_COMMIT, AFTER_COMMIT, AFTER_COMMIT_BEFORE_ANSWER, AFTER_SNAPSHOT, BEFORE_LEASE];

/// A zone's tick is about to be stepped, inside of what catches its panics: for `FAILPOINTS=zone_tick=80*off->1*panic->off`.
pub const ZONE_TICK: &str = "zone_tick";

/// The variable that arms them.
const VARIABLE: &str = "FAILPOINTS";

/// They are armed as long as this lives.
pub struct Armed {
    _scenario: fail::FailScenario<'static>,
}

impl fmt::Debug for Armed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Armed")
    }
}

/// Arms what the environment names; `None` when it names nothing.
#[must_use]
pub fn arm() -> Option<Armed> {
    let wanted = std::env::var(VARIABLE).ok().filter(|wanted| !wanted.is_empty())?;
    tracing::warn!(wanted, "this process is going to die on purpose");
    Some(Armed { _scenario: fail::FailScenario::setup() })
}

/// Here the process dies when that place is armed.
pub fn place(name: &str) {
    fail::fail_point!(name, |_| std::process::abort());
}

/// Here the process dies when that place is armed; true when only the answer gets lost.
pub(crate) fn loses_answer(name: &str) -> bool {
    fail::fail_point!(name, |what: Option<String>| match what.as_deref() {
        Some("lose") => true,
        _ => std::process::abort(),
    });
    false
}
