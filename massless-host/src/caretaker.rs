//! The caretaker: does what time alone asks for. Letters go back, offers run out, deleted characters
//! go for good, tokens and tickets are dropped. Hosts that share a database may all have one: each
//! of these things happens once, whoever does it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use massless_store::repo::{characters, mail, market};
use massless_store::{Store, StoreError};

use crate::accounts::Accounts;
use crate::clock;
use crate::limits::{CARE_ITEMS_MAX, CARE_PAUSE};

/// Works until the sender of `stop` is gone.
pub(crate) fn run(store: &Store, accounts: &Arc<Accounts>, stop: &Receiver<()>) {
    while stop.recv_timeout(CARE_PAUSE) == Err(RecvTimeoutError::Timeout) {
        let now = clock::unix_millis().cast_signed();
        let round: [(&str, Result<usize, StoreError>); 4] = [
            ("letters", store.repeat(|conn| mail::sweep(conn, CARE_ITEMS_MAX))),
            ("offers", store.repeat(|conn| market::sweep(conn, CARE_ITEMS_MAX))),
            ("characters", store.repeat(|conn| characters::purge_due(conn, now, CARE_ITEMS_MAX))),
            ("tokens", accounts.sweep(now)),
        ];
        for (what, done) in round {
            match done {
                Ok(0) => {}
                Ok(count) => tracing::debug!(what, count, "time was up for them"),
                // The next round finds them again.
                Err(StoreError::Unavailable) => {}
                Err(error) => tracing::warn!(%error, what, "the caretaker could not finish"),
            }
        }
    }
}
