//! The thread that writes what waits of characters and keeps their leases alive.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use massless_store::repo::leases::{self as rows, HostState, Seat};
use massless_store::repo::snapshots::Saved;
use massless_store::{StoreError, fault};

use super::Keeper;
use crate::board::Board;
use crate::limits::{LEASE_RENEW_PAUSE, LEASE_RETRY_PAUSE, SAVE_PAUSE, SAVES_PER_TRANSACTION_MAX};

/// How long the last saves of a stop may take.
const LAST_SAVES_MAX: Duration = Duration::from_secs(10);

/// Starts the saver. It ends after `Keeper::stop`, when all is written.
pub(crate) fn spawn_saver(
    keeper: Arc<Keeper>,
    board: Arc<Board>,
) -> std::io::Result<JoinHandle<()>> {
    keeper.show();
    board.kept();
    std::thread::Builder::new().name("saver".to_owned()).spawn(move || run(&keeper, &board))
}

fn run(keeper: &Keeper, board: &Board) {
    let mut tried_at = Instant::now();
    let mut pause = LEASE_RENEW_PAUSE;
    while !keeper.saves.rest(SAVE_PAUSE) {
        keeper.write_waiting();
        if tried_at.elapsed() < pause {
            continue;
        }
        tried_at = Instant::now();
        // What failed is tried again soon, so that players are sent here as soon as they can be kept.
        match keeper.renew() {
            Ok(()) => {
                board.kept();
                pause = LEASE_RENEW_PAUSE;
            }
            Err(error) => {
                tracing::warn!(%error, "leases could not be renewed");
                pause = LEASE_RETRY_PAUSE;
            }
        }
    }
    let begun = Instant::now();
    while keeper.saves.len() > 0 && begun.elapsed() < LAST_SAVES_MAX {
        if !keeper.write_waiting() {
            std::thread::sleep(SAVE_PAUSE);
        }
    }
    let left = keeper.saves.len();
    if left > 0 {
        tracing::error!(left, "characters could not be saved; their last seconds are lost");
    }
    keeper.end();
}

impl Keeper {
    /// Writes all that waits; false when the store does not take it.
    pub(super) fn write_waiting(&self) -> bool {
        self.show();
        if !self.write_seats() {
            return false;
        }
        loop {
            let taken = self.saves.take(SAVES_PER_TRANSACTION_MAX);
            if taken.is_empty() {
                return true;
            }
            let written = self.store.save_snapshots(&taken);
            let is_written = written.is_ok();
            match written {
                Ok(saved) => {
                    fault::place(fault::AFTER_SNAPSHOT);
                    let saved = taken.iter().zip(saved);
                    let fenced = saved.filter(|(_, saved)| *saved == Saved::Fenced);
                    self.lose(fenced.map(|(save, _)| save.player));
                }
                Err(error) => tracing::warn!(%error, "characters wait to be saved"),
            }
            self.saves.done(taken, is_written);
            if !is_written {
                return false;
            }
        }
    }

    fn show(&self) {
        metrics::gauge!("massless_saves_waiting").set(self.saves.len() as f64);
        metrics::gauge!("massless_db_up").set(if self.is_away() { 0.0 } else { 1.0 });
    }

    /// Writes who is where.
    fn write_seats(&self) -> bool {
        for (player, channel) in self.saves.take_seats() {
            let Some(epoch) = self.leases.epoch(player) else { continue };
            let seat = Seat { host: &self.host, zone: channel.zone, channel: channel.number };
            match self.store.repeat(|conn| rows::move_seat(conn, player, epoch, seat)) {
                Ok(()) => {}
                Err(StoreError::Fenced) => self.lose(std::iter::once(player)),
                Err(error) => {
                    tracing::warn!(%error, "changes of zones wait to be written");
                    self.saves.put_back_seat(player, channel);
                    return false;
                }
            }
        }
        true
    }

    /// Renews what this host holds, and lets go of what it has lost.
    fn renew(&self) -> Result<(), StoreError> {
        let (host, held) = (&self.host, self.leases.held());
        self.store.repeat(|conn| rows::beat(conn, host, HostState::Ready))?;
        self.store.repeat(|conn| rows::renew_zones(conn, host))?;
        let renewed = self.store.repeat(|conn| rows::renew_all(conn, host, &held))?;
        let is_lost = |&(player, epoch): &(_, u64)| {
            // What was given back or claimed anew meanwhile is not lost.
            !renewed.contains(&player) && self.leases.epoch(player) == Some(epoch)
        };
        self.lose(held.iter().copied().filter(is_lost).map(|(player, _)| player));
        Ok(())
    }

    /// Nothing more is saved: what waits is written, then the saver ends.
    pub(crate) fn stop(&self) {
        self.saves.end();
    }

    /// Everything is given back. Visitors stay: the world that is kept has their bodies, and the next
    /// start ends the visits of those who are not in it.
    fn end(&self) {
        for (player, _) in self.leases.held() {
            self.give_back(player);
        }
        let host = &self.host;
        let gone = self.store.repeat(|conn| {
            rows::release_zones(conn, host)?;
            rows::beat(conn, host, HostState::Gone)
        });
        if let Err(error) = gone {
            tracing::warn!(%error, "the host could not say goodbye to the store");
        }
    }
}
