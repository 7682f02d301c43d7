//! The keeper of the leaderboards: makes them from the database every few seconds, so that they are
//! there again soon after Redis has lost them, and never shows what the database does not say.
//!
//! Of several hosts that share, one at a time makes them. A board whose query takes long is made
//! rarely: the keeper spends at most a twentieth of its time on the database.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use massless_store::Store;
use massless_store::repo::boards;
use massless_store::shared::keys::BOARD_PAUSE;
use massless_store::shared::{Board, BoardEntry, Shared, UnixMillis};

use crate::clock;

/// Reasons by which coin comes from the world (`massless_core::intent::Reason`): kills, loot, quests, sales
/// to shops. What players give each other is not earned.
pub(crate) const EARNING: &[i16] = &[1, 2, 3, 11];

/// Times its own query's duration that a board is left alone.
const REST_FACTOR: u32 = 20;
/// Under what name it is known which host makes the boards.
const KEEPER: &str = "board-keeper";

struct Made {
    entries: Vec<BoardEntry>,
    next: Instant,
}

/// Keeps the boards until the sender of `stop` is gone.
pub(crate) fn keep(store: &Store, shared: &Arc<dyn Shared>, host: &str, stop: &Receiver<()>) {
    let mut made = BTreeMap::new();
    loop {
        let now = UnixMillis::new(clock::unix_millis());
        if is_keeper(shared.as_ref(), now, host) {
            for board in Board::ALL {
                refresh(store, &mut made, board);
                if let Some(Made { entries, .. }) = made.get(&board) {
                    shared.put_board(now, board, entries);
                }
            }
        }
        if stop.recv_timeout(BOARD_PAUSE) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

/// Whether no other host says that it makes the boards.
fn is_keeper(shared: &dyn Shared, now: UnixMillis, host: &str) -> bool {
    let other = shared.get(now, KEEPER).is_some_and(|keeper| keeper != host.as_bytes());
    if !other {
        let life = 3 * u64::try_from(BOARD_PAUSE.as_millis()).unwrap_or(u64::MAX);
        shared.put(now, KEEPER, host.as_bytes(), life);
    }
    !other
}

fn refresh(store: &Store, made: &mut BTreeMap<Board, Made>, board: Board) {
    let started = Instant::now();
    if made.get(&board).is_some_and(|made| started < made.next) {
        return;
    }
    match store.repeat(|conn| boards::best(conn, board, EARNING)) {
        Ok(entries) => {
            let spent = started.elapsed().max(Duration::from_millis(10));
            made.insert(board, Made { entries, next: started + REST_FACTOR * spent });
        }
        Err(error) => tracing::debug!(%error, board = board.word(), "a board could not be made"),
    }
}
