//! Visitors: who plays by a name alone, with a character that ends with the visit.
//!
//! Very many may come in one moment, and the end of a transaction, which waits for the disk, costs more than what is
//! in it. So they wait in a row, and whoever is free to make one makes all that wait, in one transaction.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use massless_core::ids::{ClassId, FactionId};
use massless_net::session::name::fold_name;
use massless_store::repo::characters::{self, NewCharacter};
use massless_store::repo::leases::{self as rows, Claim, Lease};
use massless_store::{Connection, StoreError, fault};
use tokio::sync::oneshot;

use super::{Keeper, Loaded};
use crate::clock;
use crate::limits::VISITORS_PER_TRANSACTION_MAX;

/// Somebody who plays by a name alone.
#[derive(Clone, Debug)]
pub(crate) struct Visitor {
    /// The name.
    pub(crate) name: String,
    /// The look.
    pub(crate) look: u8,
    /// The class.
    pub(crate) class: ClassId,
    /// The faction.
    pub(crate) faction: FactionId,
}

/// What becomes of a visitor.
pub(crate) type Received = oneshot::Receiver<Result<Loaded, StoreError>>;

type Waiting = (Visitor, oneshot::Sender<Result<Loaded, StoreError>>);

/// Visitors that wait.
#[derive(Debug, Default)]
pub(super) struct Row(Mutex<VecDeque<Waiting>>);

impl Row {
    fn lock(&self) -> MutexGuard<'_, VecDeque<Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keeper {
    /// Puts a visitor at the end of the row; `receive_waiting` has to be called for each. Does not block.
    pub(crate) fn announce(&self, visitor: Visitor) -> Received {
        let (told, received) = oneshot::channel();
        self.row.lock().push_back((visitor, told));
        received
    }

    /// Makes visitors that wait, as many as one transaction may hold, perhaps none: another call has made them. Who
    /// does not wait any more is not made. Blocks.
    pub(crate) fn receive_waiting(&self) {
        let mut group: Vec<Waiting> = Vec::new();
        let mut row = self.row.lock();
        while let Some(waiting) = row.pop_front() {
            if !waiting.1.is_closed() {
                group.push(waiting);
            }
            if group.len() >= VISITORS_PER_TRANSACTION_MAX {
                break;
            }
        }
        drop(row);
        if group.is_empty() {
            return;
        }
        let (visitors, told): (Vec<_>, Vec<_>) = group.into_iter().unzip();
        let outcomes: Vec<_> = match self.receive(&visitors) {
            Ok(loaded) => loaded.into_iter().map(Ok).collect(),
            Err(StoreError::Unavailable) => {
                visitors.iter().map(|_| Err(StoreError::Unavailable)).collect()
            }
            Err(error) if visitors.len() == 1 => vec![Err(error)],
            // One of them has spoilt it for all.
            Err(_) => visitors.iter().map(|visitor| self.receive_one(visitor)).collect(),
        };
        let answers = told.into_iter().zip(outcomes);
        let unheard = answers.filter_map(|(told, outcome)| told.send(outcome).err()?.ok());
        let gone: Vec<_> = unheard.map(|loaded| loaded.player).collect();
        if !gone.is_empty() {
            self.release(&gone);
        }
    }

    fn receive_one(&self, visitor: &Visitor) -> Result<Loaded, StoreError> {
        let mut loaded = self.receive(std::slice::from_ref(visitor))?;
        Ok(loaded.remove(0))
    }

    /// Makes, claims and puts together, all of them or none.
    fn receive(&self, visitors: &[Visitor]) -> Result<Vec<Loaded>, StoreError> {
        fault::place(fault::BEFORE_LEASE);
        let made = self.store.repeat(|conn| {
            conn.transaction(|conn| {
                visitors
                    .iter()
                    .map(|visitor| self.make(conn, visitor))
                    .collect::<Result<Vec<_>, _>>()
            })
        })?;
        let mut held = self.visitors();
        let loaded = made.into_iter().map(|(lease, loaded)| {
            held.insert(loaded.player);
            self.leases.claimed(loaded.player, lease);
            loaded
        });
        Ok(loaded.collect())
    }

    fn make(
        &self,
        conn: &mut Connection,
        visitor: &Visitor,
    ) -> Result<(Lease, Loaded), StoreError> {
        let Visitor { name, look, class, faction } = visitor;
        let (look, class, faction) = (*look, *class, *faction);
        let key = fold_name(name);
        let new = NewCharacter { name, name_key: &key, class, faction, look };
        let now = clock::unix_millis().cast_signed();
        let player = characters::create_visitor(conn, now, (&self.content, new))?;
        match rows::claim(conn, player, self.nowhere(), true)? {
            Claim::Granted(lease) => Ok((lease, self.put_together(conn, player)?)),
            Claim::HeldBy(_) => Err(StoreError::Fenced),
        }
    }
}
