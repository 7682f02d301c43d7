//! One operation while it is planned: changes over the desk, which is not touched before all of them fit.

use std::collections::BTreeMap;

use massless_core::character::Item;
use massless_core::event::Rejection;
use massless_core::ids::ItemUid;
use massless_core::intent::Answer;
use massless_core::limits::COIN_MAX;
use serde_json::json;

use super::desk::{Desk, Fresh, Slot, Stroke};
use super::job::{Job, Kind};
use crate::rows::item::{EventRow, ItemRow, Owner};
use crate::rows::ledger::{AccountRow, NewOutbox, NewTrade};
use crate::rows::post::{ListingRow, MailRow};

/// Changes of letters and offers.
#[derive(Debug, Default)]
pub(super) struct Post {
    pub(super) mails: Vec<MailRow>,
    pub(super) listings: Vec<ListingRow>,
    pub(super) spent: Vec<i64>,
    pub(super) inbox: BTreeMap<i64, i64>,
    pub(super) offers: BTreeMap<i64, i64>,
}

/// A new item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fresco {
    pub(super) definition: u16,
    pub(super) rarity: u8,
    pub(super) quantity: u16,
    pub(super) is_bound: bool,
}

/// What a finished draft comes to.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) answer: Answer,
    pub(super) deltas: BTreeMap<i64, i64>,
    pub(super) items: BTreeMap<i64, ItemRow>,
    pub(super) slots: BTreeMap<Slot, Option<i64>>,
    pub(super) events: Vec<EventRow>,
    pub(super) strokes: Vec<Stroke>,
    pub(super) post: Post,
    pub(super) trade: Option<NewTrade>,
    pub(super) outbox: NewOutbox,
    pub(super) fresh: Fresh,
}

/// The operation at hand.
#[derive(Debug)]
pub(super) struct Draft<'d> {
    pub(super) desk: &'d Desk,
    pub(super) kind: Kind,
    tx_id: Vec<u8>,
    actor: Option<i64>,
    deltas: BTreeMap<i64, i64>,
    items: BTreeMap<i64, ItemRow>,
    slots: BTreeMap<Slot, Option<i64>>,
    events: Vec<EventRow>,
    pub(super) strokes: Vec<Stroke>,
    pub(super) post: Post,
    pub(super) trade: Option<NewTrade>,
    fresh: Fresh,
    pub(super) created: Vec<i64>,
    pub(super) brought: Vec<(u8, Item)>,
    pub(super) coin: i64,
    /// Items that the letter of this operation will carry.
    pub(super) escrow: Vec<i64>,
}

const REFUSED: Rejection = Rejection::StoreRefused;

impl<'d> Draft<'d> {
    pub(super) fn new(desk: &'d Desk, job: &Job<'_>) -> Self {
        Self {
            desk,
            kind: job.kind,
            tx_id: job.id.get().to_vec(),
            actor: job.actor,
            deltas: BTreeMap::new(),
            items: BTreeMap::new(),
            slots: BTreeMap::new(),
            events: Vec::new(),
            strokes: Vec::new(),
            post: Post::default(),
            trade: None,
            fresh: desk.fresh.clone(),
            created: Vec::new(),
            brought: Vec::new(),
            coin: 0,
            escrow: Vec::new(),
        }
    }

    pub(super) fn tx_id(&self) -> Vec<u8> {
        self.tx_id.clone()
    }

    /// Coin from one account to another; more than there is shows when all is summed up.
    pub(super) fn pay(
        &mut self,
        from: &AccountRow,
        to: &AccountRow,
        amount: i64,
    ) -> Result<(), Rejection> {
        if !(0..=COIN_MAX).contains(&amount) {
            return Err(REFUSED);
        }
        for (account, delta) in [(from, -amount), (to, amount)] {
            *self.deltas.entry(account.id).or_default() += delta;
        }
        Ok(())
    }

    /// Coin that a character gets from nowhere or that goes there.
    pub(super) fn mint(&mut self, who: i64, delta: i64) -> Result<(), Rejection> {
        let (reason, shard) = (self.kind.number(), self.desk.shard);
        let wallet = AccountRow::wallet(who);
        if delta >= 0 {
            self.pay(&AccountRow::faucet(reason, shard), &wallet, delta)
        } else {
            self.pay(&wallet, &AccountRow::sink(reason, shard), delta.saturating_neg())
        }
    }

    /// An item as it is by now.
    pub(super) fn item(&self, id: i64) -> Option<&ItemRow> {
        self.items.get(&id).or_else(|| self.desk.items.get(&id))
    }

    /// An item of that character.
    pub(super) fn own(&self, who: i64, uid: ItemUid) -> Option<&ItemRow> {
        self.item(uid.get().cast_signed()).filter(|item| item.is_of(who))
    }

    /// Items of that owner, rising.
    pub(super) fn kept(&self, owner: Owner) -> Vec<i64> {
        let (kind, id) = owner.columns();
        let is = |item: &ItemRow| item.owner_kind == kind && item.owner_id == id;
        let ids = self.desk.items.keys().chain(self.items.keys());
        let mut all: Vec<i64> =
            ids.copied().filter(|&uid| self.item(uid).is_some_and(is)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Something new comes to somebody.
    pub(super) fn create(
        &mut self,
        owner: Owner,
        place: Option<(i16, i16)>,
        what: Fresco,
    ) -> Result<i64, Rejection> {
        if what.quantity == 0 {
            return Err(REFUSED);
        }
        let id = self.fresh.items.pop().ok_or(REFUSED)?;
        let (kind, owner_id) = owner.columns();
        let row = ItemRow {
            id,
            def_id: what.definition.into(),
            owner_kind: kind,
            owner_id,
            area: place.map(|(area, _)| area),
            slot: place.map(|(_, slot)| slot),
            rarity: what.rarity.into(),
            upgrade: 0,
            quantity: what.quantity.into(),
            is_bound: what.is_bound,
            version: 0,
            created_tx: self.tx_id(),
        };
        if let Some((area, slot)) = place {
            self.occupy((owner_id, area, slot), id);
        }
        let from = Owner::Faucet(self.kind.number().into()).columns();
        self.change(row, from, what.quantity.into());
        Ok(id)
    }

    /// A stack grows or shrinks by so many; at 0 it is gone.
    pub(super) fn resize(&mut self, id: i64, delta: i32) -> Result<(), Rejection> {
        let mut row = self.item(id).cloned().ok_or(REFUSED)?;
        let from = (row.owner_kind, row.owner_id);
        let quantity = row.quantity + delta;
        if delta == 0 || !(0..=i32::from(u16::MAX)).contains(&quantity) {
            return Err(REFUSED);
        }
        row.quantity = quantity;
        if quantity == 0 {
            self.vacate(&row);
            (row.owner_kind, row.owner_id) = Owner::Void(self.kind.number().into()).columns();
            (row.area, row.slot) = (None, None);
        }
        self.change(row, from, delta);
        Ok(())
    }

    /// All of it is destroyed.
    pub(super) fn destroy(&mut self, id: i64) -> Result<(), Rejection> {
        let quantity = self.item(id).ok_or(REFUSED)?.quantity;
        self.resize(id, -quantity)
    }

    /// All of it goes to somebody else, or to another place of the same one.
    pub(super) fn hand_over(
        &mut self,
        id: i64,
        to: Owner,
        place: Option<(i16, i16)>,
    ) -> Result<(), Rejection> {
        let mut row = self.item(id).cloned().ok_or(REFUSED)?;
        let from = (row.owner_kind, row.owner_id);
        self.vacate(&row);
        (row.owner_kind, row.owner_id) = to.columns();
        (row.area, row.slot) = (place.map(|it| it.0), place.map(|it| it.1));
        if let Some((area, slot)) = place {
            self.occupy((row.owner_id, area, slot), id);
        }
        self.change(row, from, 0);
        Ok(())
    }

    /// To another place of its character; what is there takes the old one.
    pub(super) fn swap(&mut self, id: i64, to: (i16, i16)) -> Result<(), Rejection> {
        let row = self.item(id).cloned().ok_or(REFUSED)?;
        let owner = Owner::Character(row.owner_id);
        let there = self.occupant((row.owner_id, to.0, to.1));
        self.vacate(&row);
        if let Some(other) = there.filter(|&other| other != id) {
            let mut other = self.item(other).cloned().ok_or(REFUSED)?;
            self.vacate(&other);
            (other.area, other.slot) = (row.area, row.slot);
            if let Some((area, slot)) = row.place() {
                self.occupy((row.owner_id, area, slot), other.id);
            }
            self.change(other, owner.columns(), 0);
        }
        let mut row = row;
        (row.area, row.slot) = (Some(to.0), Some(to.1));
        self.occupy((row.owner_id, to.0, to.1), id);
        self.change(row, owner.columns(), 0);
        Ok(())
    }

    /// Gear gets another upgrade.
    pub(super) fn refine(&mut self, id: i64, upgrade: u8) -> Result<(), Rejection> {
        let mut row = self.item(id).cloned().ok_or(REFUSED)?;
        row.upgrade = upgrade.into();
        let from = (row.owner_kind, row.owner_id);
        self.change(row, from, 0);
        Ok(())
    }

    /// A number for a letter.
    pub(super) fn mail_id(&mut self) -> Result<i64, Rejection> {
        self.fresh.mails.pop().ok_or(REFUSED)
    }

    /// A number for an offer.
    pub(super) fn listing_id(&mut self) -> Result<i64, Rejection> {
        self.fresh.listings.pop().ok_or(REFUSED)
    }

    /// All sums fit: the plan.
    pub(super) fn finish(mut self) -> Result<Plan, Rejection> {
        if !self.escrow.is_empty() || !self.has_room() {
            return Err(REFUSED);
        }
        for (id, delta) in &self.deltas {
            let account = self.desk.accounts.get(id).ok_or(REFUSED)?;
            let balance = account.balance.checked_add(*delta).ok_or(REFUSED)?;
            if account.is_owned() && balance < 0 {
                return Err(Rejection::NoCoin);
            }
            if account.is_wallet() && balance > COIN_MAX {
                return Err(Rejection::PurseFull);
            }
        }
        debug_assert_eq!(self.deltas.values().sum::<i64>(), 0, "double entry");
        let outbox = self.outbox();
        let created = self.created.iter().map(|id| ItemUid::new(id.cast_unsigned())).collect();
        let brought = std::mem::take(&mut self.brought);
        Ok(Plan {
            answer: Answer::Done { created, brought, coin: self.coin },
            deltas: self.deltas,
            items: self.items,
            slots: self.slots,
            events: self.events,
            strokes: self.strokes,
            post: self.post,
            trade: self.trade,
            outbox,
            fresh: self.fresh,
        })
    }

    /// What other hosts are told: who is concerned and, for letters, who got one.
    fn outbox(&self) -> NewOutbox {
        let is_new = |mail: &&MailRow| mail.tx_id == self.tx_id;
        let letters = self.post.mails.iter().filter(is_new);
        let letters: Vec<_> = letters
            .map(|mail| json!({ "mail": mail.id, "to": mail.recipient_id, "at": mail.arrives_at }))
            .collect();
        let topic = if letters.is_empty() { "economy" } else { "mail" };
        let mut payload = json!({ "kind": self.kind.label() });
        if let Some(actor) = self.actor {
            payload["actor"] = actor.into();
        }
        if !letters.is_empty() {
            payload["letters"] = letters.into();
        }
        NewOutbox {
            tx_id: self.tx_id(),
            topic: topic.to_owned(),
            payload: payload.to_string(),
            created_at: self.desk.now,
        }
    }

    fn occupant(&self, slot: Slot) -> Option<i64> {
        let known = || self.desk.slots.get(&slot).copied();
        self.slots.get(&slot).copied().unwrap_or_else(known)
    }

    /// Who is there still may go in a later entry: whether all have room shows at the end.
    fn occupy(&mut self, slot: Slot, id: i64) {
        self.slots.insert(slot, Some(id));
    }

    fn vacate(&mut self, row: &ItemRow) {
        if let Some((area, slot)) = row.place() {
            let slot = (row.owner_id, area, slot);
            if self.occupant(slot) == Some(row.id) {
                self.slots.insert(slot, None);
            }
        }
    }

    /// Every place that was taken is one item's alone.
    fn has_room(&self) -> bool {
        let stays = |slot: &Slot| {
            let before = self.desk.slots.get(slot)?;
            let row = self.item(*before)?;
            let is_there = row.is_of(slot.0) && row.place() == Some((slot.1, slot.2));
            is_there.then_some(*before)
        };
        let kept = self.slots.iter().all(|(slot, now)| match now {
            Some(now) => stays(slot).is_none_or(|before| before == *now),
            None => stays(slot).is_none(),
        });
        let mut items = self.items.values().filter(|row| row.is_of(row.owner_id));
        kept && items.all(|row| {
            row.place().is_none_or(|(area, slot)| {
                self.occupant((row.owner_id, area, slot)) == Some(row.id)
            })
        })
    }

    /// Writes a changed item down, and the event of it.
    fn change(&mut self, mut row: ItemRow, (from_kind, from_id): (i16, i64), delta: i32) {
        row.version += 1;
        self.events.push(EventRow {
            item_id: row.id,
            version: row.version,
            tx_id: self.tx_id(),
            from_kind,
            from_id,
            to_kind: row.owner_kind,
            to_id: row.owner_id,
            quantity_delta: delta,
            quantity_after: row.quantity,
            upgrade_after: row.upgrade,
        });
        self.items.insert(row.id, row);
    }
}
