//! What lasts: the host's side of the store. It loads characters and holds their leases, saves what zones show
//! of them, and commits what zones ask for.
//!
//! ```text
//! gateway --load (workers)--> lease, character        zone --save--> Saves --saver thread--> snapshots
//! vault worker --commit--> ledger                     saver thread: leases renewed, given back
//! ```
//! Nothing here waits inside a tick: zones only put in. Whom another host holds by now is let go of:
//! `take_lost` names them.

mod leases;
mod saver;
mod saves;
#[cfg(test)]
mod tests;
mod visits;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use massless_core::command::Character;
use massless_core::content::Content;
use massless_core::event::Rejection;
use massless_core::ids::{PlayerId, ZoneId};
use massless_core::intent::{Answer, Intent};
use massless_store::repo::characters;
use massless_store::repo::definitions;
use massless_store::repo::leases::{self as rows, Claim, HostRow, HostState, Seat};
use massless_store::repo::operations::{Operation, Outcome};
use massless_store::repo::snapshots::Snapshot;
use massless_store::{Backend, Connection, Store, StoreError, fault};

use self::leases::Leases;
use self::saves::Saves;
use self::visits::Row;
use crate::channels::ChannelId;
use crate::clock;
use crate::limits::{LEASE_LOOK_PAUSE, VISITORS_ENDED_MAX};

pub(crate) use saver::spawn_saver;
pub(crate) use visits::Visitor;

/// A character that this host holds now.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// Whose.
    pub(crate) player: PlayerId,
    /// Where it was last; `None`: nowhere yet.
    pub(crate) zone: Option<ZoneId>,
    /// The character.
    pub(crate) character: Box<Character>,
}

/// The store, and what this host holds of it.
#[derive(Debug)]
pub(crate) struct Keeper {
    store: Store,
    content: Arc<Content>,
    host: String,
    leases: Leases,
    saves: Saves,
    lost: Mutex<Vec<PlayerId>>,
    visitors: Mutex<HashSet<PlayerId>>,
    row: Row,
}

impl Keeper {
    /// The keeper of the host of that name. Brings the database to what this build needs.
    ///
    /// # Errors
    /// When the database is away or cannot be migrated.
    pub(crate) fn open(
        store: Store,
        content: Arc<Content>,
        host: &HostRow,
    ) -> Result<Self, StoreError> {
        store.with(|conn| rows::enter_host(conn, host, HostState::Starting))?;
        let now = clock::unix_millis().cast_signed();
        store.with(|conn| definitions::sync(conn, now, &content))?;
        Ok(Self {
            store,
            content,
            host: host.id.clone(),
            leases: Leases::default(),
            saves: Saves::default(),
            lost: Mutex::default(),
            visitors: Mutex::default(),
            row: Row::default(),
        })
    }

    /// Whether several workers may write at a time.
    pub(crate) fn writes_in_parallel(&self) -> bool {
        self.store.backend() == Backend::Postgres
    }

    /// Whether the database is known to be away.
    pub(crate) fn is_away(&self) -> bool {
        self.store.is_away()
    }

    /// Claims a channel of a zone; its epoch. Blocks, for up to `patience` while another host holds it.
    pub(crate) fn claim_zone(
        &self,
        channel: ChannelId,
        patience: Duration,
    ) -> Result<u64, StoreError> {
        let seat = Seat { host: &self.host, zone: channel.zone, channel: channel.number };
        let begun = Instant::now();
        let mut is_told = false;
        loop {
            match self.store.repeat(|conn| rows::claim_zone(conn, seat, false))? {
                Claim::Granted(epoch) => return Ok(epoch),
                Claim::HeldBy(holder) if begun.elapsed() < patience => {
                    if !is_told {
                        tracing::warn!(zone.id = %channel, holder, seconds = patience.as_secs(),
                            "another host holds the zone; waiting at most so long for its end");
                    }
                    is_told = true;
                    std::thread::sleep(LEASE_LOOK_PAUSE);
                }
                Claim::HeldBy(holder) => {
                    tracing::error!(zone.id = %channel, holder, "another host holds the zone");
                    return Err(StoreError::Fenced);
                }
            }
        }
    }

    /// Claims a character and puts it together. Blocks.
    pub(crate) fn load(&self, player: PlayerId) -> Result<Loaded, StoreError> {
        self.write_now(player)?;
        self.claim(player)?;
        self.store.repeat(|conn| self.put_together(conn, player))
    }

    /// A character as the database has it.
    fn put_together(&self, conn: &mut Connection, player: PlayerId) -> Result<Loaded, StoreError> {
        let character = Box::new(characters::load(conn, &self.content, player)?);
        let zone = characters::whereabouts(conn, player)?;
        Ok(Loaded { player, zone: Some(zone).filter(|zone| zone.get() != 0), character })
    }

    /// Where a character is while it is loaded.
    fn nowhere(&self) -> Seat<'_> {
        Seat { host: &self.host, zone: ZoneId::default(), channel: 0 }
    }

    /// Claims a character: its epoch rises. Blocks.
    pub(crate) fn claim(&self, player: PlayerId) -> Result<(), StoreError> {
        fault::place(fault::BEFORE_LEASE);
        // A newer login is always right: what the older host still writes is refused.
        match self.store.repeat(|conn| rows::claim(conn, player, self.nowhere(), true))? {
            Claim::Granted(lease) => {
                self.leases.claimed(player, lease);
                Ok(())
            }
            Claim::HeldBy(_) => Err(StoreError::Fenced),
        }
    }

    /// Takes up what a clean stop has left here, and ends the visits that a crash has. Blocks.
    pub(crate) fn take_up(&self, kept: &[PlayerId]) -> Result<(), StoreError> {
        for &player in kept {
            match self.claim(player) {
                // It was deleted meanwhile: its body goes, too.
                Err(StoreError::Missing(_)) => self.lost().push(player),
                other => other?,
            }
        }
        let visitors = self.store.repeat(|conn| characters::visitors_among(conn, kept))?;
        self.visitors().extend(visitors);
        let now = clock::unix_millis().cast_signed();
        let which = (self.host.as_str(), kept, VISITORS_ENDED_MAX);
        while self.store.repeat(|conn| characters::end_visitors(conn, now, which))? > 0 {}
        Ok(())
    }

    /// Commits operations: the answer to each, in their order.
    ///
    /// # Errors
    /// `Unavailable` or `Busy`: nobody knows what became of them; ask again.
    pub(crate) fn commit(&self, operations: &[Operation<'_>]) -> Result<Vec<Answer>, StoreError> {
        let outcomes = self.store.commit(operations)?;
        let fenced = operations
            .iter()
            .zip(&outcomes)
            .filter(|(_, outcome)| matches!(outcome, Outcome::Fenced))
            .flat_map(|(operation, _)| operation.epochs.iter().copied());
        // One of them is held elsewhere; whoever is not will be renewed as before.
        for (player, epoch) in fenced {
            self.doubt(player, epoch);
        }
        let refused = || Answer::Refused { why: Rejection::StoreRefused };
        Ok(outcomes.iter().map(|outcome| outcome.answer().unwrap_or_else(refused)).collect())
    }

    /// The epochs under which this host writes for whom an intent concerns. Whom it does not hold has epoch
    /// 0, which the store refuses.
    pub(crate) fn epochs_of(&self, intent: &Intent) -> Vec<(PlayerId, u64)> {
        let players = intent.parties().into_iter();
        players.map(|player| (player, self.leases.epoch(player).unwrap_or(0))).collect()
    }

    /// A character as it is now, to be written under the lease that is held.
    pub(crate) fn snapshot(
        &self,
        player: PlayerId,
        tick: u64,
        character: &Character,
    ) -> Option<Snapshot> {
        let (epoch, seq) = self.leases.next_snapshot(player)?;
        Some(Snapshot { player, epoch, seq, tick, bytes: character.to_bytes() })
    }

    /// Takes note of what is to be saved of a character; never waits.
    pub(crate) fn save(&self, player: PlayerId, tick: u64, character: &Character) {
        if let Some(snapshot) = self.snapshot(player, tick, character) {
            self.saves.put(snapshot);
        }
    }

    /// The character's body is in that channel from now on; never waits.
    pub(crate) fn moved(&self, player: PlayerId, channel: ChannelId) {
        self.saves.put_seat(player, channel);
    }

    /// Saves what waits of one character, before somebody reads it.
    fn write_now(&self, player: PlayerId) -> Result<(), StoreError> {
        let Some(save) = self.saves.take_one(player) else { return Ok(()) };
        let written = self.store.save_snapshots(std::slice::from_ref(&save));
        self.saves.done(vec![save], written.is_ok());
        written.map(|_| ())
    }

    /// The host has nothing more to do with these: they are saved, then given free.
    pub(crate) fn release(&self, players: &[PlayerId]) {
        for &player in players {
            if self.give_back(player) {
                self.end_visit(player);
            }
        }
    }

    /// Saves a character and gives its lease back; false when this host does not hold it.
    fn give_back(&self, player: PlayerId) -> bool {
        if let Err(error) = self.write_now(player) {
            tracing::warn!(%error, "a character could not be saved at its end");
        }
        let Some(epoch) = self.leases.give_up(player) else { return false };
        if let Err(error) = self.store.repeat(|conn| rows::release(conn, player, epoch)) {
            // It runs out by itself.
            tracing::warn!(%error, "a lease could not be given back");
        }
        true
    }

    /// A visitor's character is gone for good with the visit.
    fn end_visit(&self, player: PlayerId) {
        if !self.visitors().remove(&player) {
            return;
        }
        let now = clock::unix_millis().cast_signed();
        if let Err(error) = self.store.repeat(|conn| characters::end_visitor(conn, now, player)) {
            // The next start of this host ends it.
            tracing::warn!(%error, "a visitor's character could not be ended");
        }
    }

    /// Whom somebody else holds by now, since this was asked last.
    pub(crate) fn take_lost(&self) -> Vec<PlayerId> {
        std::mem::take(&mut *self.lost())
    }

    /// Something was refused under that epoch: does this host still hold it?
    fn doubt(&self, player: PlayerId, epoch: u64) {
        if self.leases.epoch(player) != Some(epoch) {
            return;
        }
        let renewed =
            self.store.repeat(|conn| rows::renew_all(conn, &self.host, &[(player, epoch)]));
        if renewed.is_ok_and(|renewed| renewed.is_empty()) {
            self.lose(std::iter::once(player));
        }
    }

    fn lose(&self, players: impl Iterator<Item = PlayerId>) {
        for player in players {
            if self.leases.give_up(player).is_some() {
                tracing::warn!("a character is held elsewhere; it is let go of");
                metrics::counter!("massless_fenced_total").increment(1);
                self.lost().push(player);
            }
        }
    }

    fn lost(&self) -> MutexGuard<'_, Vec<PlayerId>> {
        self.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn visitors(&self) -> MutexGuard<'_, HashSet<PlayerId>> {
        self.visitors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
