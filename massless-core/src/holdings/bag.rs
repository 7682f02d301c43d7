//! Plans what happens in a bag before anything is asked for: where items go, which stacks shrink.
//!
//! A plan knows what is locked and what is on its way already, so that two operations never want the
//! same slot or the same piece.

use super::person::Person;
use super::stakes::Stakes;
use crate::character::Item;
use crate::content::Content;
use crate::event::Rejection;
use crate::ids::{ItemId, ItemUid};
use crate::intent::{Entry, Place};
use crate::limits::BAG_SLOTS;

/// One slot as it will be.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// What is there; its quantity counts what is on its way.
    item: Option<Item>,
    /// Something other than growth happens there.
    locked: bool,
    /// It grows by something that waits.
    growing: bool,
}

/// A kind of item to be put into a bag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ware {
    pub(crate) definition: ItemId,
    pub(crate) rarity: u8,
    pub(crate) bound: bool,
}

/// Entries of one operation in the making.
pub(crate) struct Plan<'a> {
    content: &'a Content,
    slots: [Slot; BAG_SLOTS],
    entries: Vec<Entry>,
}

impl<'a> Plan<'a> {
    /// The bag as it will be when all that waits is done.
    pub(crate) fn of(person: &Person<'a>) -> Self {
        let stakes = Stakes::new(person.pending, person.player);
        let mut slots = [Slot::default(); BAG_SLOTS];
        for (index, slot) in (0_u8..).zip(&mut slots) {
            let place = Place::Bag(index);
            slot.item = person.hero.sheet.bag[usize::from(index)];
            slot.locked = stakes.is_reserved(place);
            if let Some(item) = &mut slot.item {
                match stakes.growth(item.uid, place) {
                    Some(more) => {
                        slot.growing = more > 0;
                        item.quantity = item.quantity.saturating_add(more);
                    }
                    None => slot.locked = true,
                }
            }
        }
        Self { content: person.content(), slots, entries: Vec::new() }
    }

    /// The first slot that is free and stays so.
    pub(crate) fn free_slot(&self) -> Option<u8> {
        let free = |slot: &Slot| slot.item.is_none() && !slot.locked;
        let index = self.slots.iter().position(free)?;
        u8::try_from(index).ok()
    }

    /// The first `most` slots that are free and stay so.
    pub(crate) fn free_slots(&self, most: usize) -> Vec<u8> {
        let free = |slot: &Slot| slot.item.is_none() && !slot.locked;
        let slots = (0_u8..).zip(&self.slots).filter(|(_, slot)| free(slot));
        slots.take(most).map(|(index, _)| index).collect()
    }

    /// Puts in as many as fit, into stacks first, and says how many those are.
    pub(crate) fn add(&mut self, ware: Ware, quantity: u16) -> u16 {
        let Some(def) = self.content.item(ware.definition) else { return 0 };
        let stack_max = def.stack_max.max(1);
        let mut left = quantity;
        for slot in self.slots.iter_mut().filter(|slot| !slot.locked) {
            let Some(item) = &mut slot.item else { continue };
            let uid_known = item.uid != ItemUid::default();
            if !uid_known || !is_ware(item, ware) || item.quantity >= stack_max {
                continue;
            }
            let more = left.min(stack_max - item.quantity);
            if more > 0 {
                self.entries.push(Entry::Grow { uid: item.uid, quantity: more });
                item.quantity += more;
                slot.growing = true;
                left -= more;
            }
        }
        while left > 0 {
            let Some(free) = self.free_slot() else { break };
            let piece = left.min(stack_max);
            self.create(ware, piece, free);
            left -= piece;
        }
        quantity - left
    }

    fn create(&mut self, ware: Ware, quantity: u16, slot: u8) {
        let Ware { definition, rarity, bound } = ware;
        self.entries.push(Entry::Create { definition, rarity, quantity, bound, slot });
        self.slots[usize::from(slot)].locked = true;
    }

    /// Puts all in or refuses.
    pub(crate) fn add_all(&mut self, ware: Ware, quantity: u16) -> Result<(), Rejection> {
        if self.add(ware, quantity) == quantity { Ok(()) } else { Err(Rejection::BagFull) }
    }

    /// Takes items of a kind away, or says that there are not so many; what is locked does not count.
    pub(crate) fn remove(&mut self, definition: ItemId, quantity: u16) -> Result<(), Rejection> {
        let mut left = quantity;
        for slot in self.slots.iter_mut().filter(|slot| !slot.locked && !slot.growing) {
            let Some(item) = &mut slot.item else { continue };
            if item.definition != definition || left == 0 {
                continue;
            }
            let piece = left.min(item.quantity);
            self.entries.push(Entry::Shrink { uid: item.uid, quantity: piece });
            item.quantity -= piece;
            left -= piece;
            if item.quantity == 0 {
                slot.item = None;
            }
        }
        if left == 0 { Ok(()) } else { Err(Rejection::NotDone) }
    }

    /// Adds an entry that is no item of the bag.
    pub(crate) fn push(&mut self, entry: Entry) {
        self.entries.push(entry);
    }

    /// The operation.
    pub(crate) fn into_entries(self) -> Vec<Entry> {
        self.entries
    }
}

fn is_ware(item: &Item, ware: Ware) -> bool {
    item.definition == ware.definition
        && item.rarity == ware.rarity
        && item.bound == ware.bound
        && item.upgrade == 0
}
