//! What a merchant wants to do next: drawn from what it has and whom it is beside.

use massless_core::character::{Item, Sheet};
use massless_core::command::Act;
use massless_core::content::Content;
use massless_core::content::item::{EquipSlot, ItemKind};
use massless_core::content::zone::NpcRole;
use massless_core::ids::ItemId;
use massless_core::intent::Reason;
use massless_core::limits::BAG_SLOTS;

use crate::bots::wander::Whim;

/// What every shop sells, with the largest number bought at a time.
const WARES: [(u16, u64); 4] = [(3_001, 5), (3_004, 5), (3_006, 1), (4_001, 6)];
/// The smith's recipe of dust for a shard.
const SHARD_RECIPE: u8 = 0;
/// Free slots below which it buys nothing and throws away.
const FREE_SLOTS_MIN: usize = 8;
/// Coin in a letter at most.
const LETTER_COIN_MAX: u64 = 20;
/// Price of an offer at most.
const PRICE_MAX: u64 = 200;

/// What it wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Something that is asked for with one act.
    Act(Act, Reason),
    /// A letter to its partner, with these in it.
    Letter {
        /// Coin.
        coin: i64,
        /// Items.
        items: Vec<massless_core::ids::ItemUid>,
    },
    /// Take out what a letter brought.
    Claim,
    /// Buy what somebody offers.
    BuyOffer,
    /// Take an own offer back.
    TakeBack,
    /// Give its partner something, hand to hand.
    Trade,
}

/// Draws a wish; `None` when nothing of what was drawn is possible.
pub(super) fn choose(
    content: &Content,
    sheet: &Sheet,
    beside: Option<NpcRole>,
    whim: &mut Whim,
) -> Option<Wish> {
    let chooser = Chooser { content, sheet };
    // Half of the time what can be done anywhere.
    if beside.is_none() || whim.below(10) < 4 {
        return chooser.anywhere(whim);
    }
    match beside? {
        NpcRole::Shop => chooser.shop(whim),
        NpcRole::Smith => chooser.smith(whim),
        NpcRole::StorageKeeper => chooser.storage(whim),
        NpcRole::Clerk => chooser.clerk(whim),
        _ => None,
    }
}

struct Chooser<'a> {
    content: &'a Content,
    sheet: &'a Sheet,
}

impl Chooser<'_> {
    fn anywhere(&self, whim: &mut Whim) -> Option<Wish> {
        let wish = match whim.below(10) {
            0 | 1 => self.split(whim),
            2 => self.equip(whim),
            3 => self.take_off(whim),
            4 => self.discard(whim),
            5 | 6 => self.arrange(whim),
            _ => Some(Wish::Trade),
        };
        wish.or(Some(Wish::Trade))
    }

    fn shop(&self, whim: &mut Whim) -> Option<Wish> {
        if self.is_crowded() || whim.below(2) == 0 {
            return self.sell(whim);
        }
        let (item, most) = WARES[whim.below(WARES.len() as u64) as usize];
        let quantity = 1 + whim.below(most) as u16;
        Some(Wish::Act(Act::Buy { item: ItemId::new(item), quantity }, Reason::Shop))
    }

    fn sell(&self, whim: &mut Whim) -> Option<Wish> {
        let (_, item) = self.pick(whim, |_, item| self.is_free(item))?;
        let quantity = 1 + whim.below(u64::from(item.quantity).min(4)) as u16;
        Some(Wish::Act(Act::Sell { item: item.uid, quantity }, Reason::Sale))
    }

    fn smith(&self, whim: &mut Whim) -> Option<Wish> {
        if whim.below(4) == 0 {
            return Some(Wish::Act(Act::Exchange { recipe: SHARD_RECIPE }, Reason::Exchange));
        }
        let (_, gear) = self.pick(whim, |_, item| self.gear_slot(item).is_some())?;
        let (incense, oil) = (false, false);
        Some(Wish::Act(Act::Refine { item: gear.uid, incense, oil }, Reason::Upgrade))
    }

    fn storage(&self, whim: &mut Whim) -> Option<Wish> {
        let stored: Vec<&Item> = self.sheet.storage.iter().flatten().collect();
        let is_full = stored.len() + 4 > self.sheet.storage.len();
        let takes_out = !stored.is_empty() && !self.is_crowded();
        if takes_out && (is_full || whim.below(2) == 0) {
            let item = stored[whim.below(stored.len() as u64) as usize].uid;
            return Some(Wish::Act(Act::Withdraw { item }, Reason::Storage));
        }
        let (_, item) = self.pick(whim, |_, _| true)?;
        Some(Wish::Act(Act::Deposit { item: item.uid }, Reason::Storage))
    }

    fn clerk(&self, whim: &mut Whim) -> Option<Wish> {
        match whim.below(10) {
            0 | 1 => {
                let coin = whim.below(LETTER_COIN_MAX + 1) as i64;
                let item = self.pick(whim, |_, item| self.is_free(item));
                let items = item.into_iter().map(|(_, item)| item.uid).collect();
                Some(Wish::Letter { coin, items })
            }
            2 | 3 => Some(Wish::Claim),
            4 | 5 => {
                let (_, item) = self.pick(whim, |_, item| self.is_free(item))?;
                let price = 1 + whim.below(PRICE_MAX) as i64;
                Some(Wish::Act(Act::ListItem { item: item.uid, price }, Reason::List))
            }
            6..=8 => Some(Wish::BuyOffer),
            _ => Some(Wish::TakeBack),
        }
    }

    fn split(&self, whim: &mut Whim) -> Option<Wish> {
        if self.is_crowded() {
            return None;
        }
        let (from, stack) = self.pick(whim, |_, item| item.quantity > 1)?;
        let quantity = 1 + whim.below(u64::from(stack.quantity) - 1) as u16;
        let to = self.free_slot()?;
        Some(Wish::Act(Act::Split { from, quantity, to }, Reason::Arrange))
    }

    fn equip(&self, whim: &mut Whim) -> Option<Wish> {
        let (_, gear) = self.pick(whim, |_, item| self.gear_slot(item).is_some())?;
        Some(Wish::Act(Act::Equip { item: gear.uid }, Reason::Arrange))
    }

    fn take_off(&self, whim: &mut Whim) -> Option<Wish> {
        let worn =
            EquipSlot::ALL.into_iter().filter(|&slot| self.sheet.worn[slot as usize].is_some());
        let worn: Vec<EquipSlot> = worn.collect();
        if worn.is_empty() || self.is_crowded() {
            return None;
        }
        let slot = worn[whim.below(worn.len() as u64) as usize];
        Some(Wish::Act(Act::TakeOff { slot }, Reason::Arrange))
    }

    fn discard(&self, whim: &mut Whim) -> Option<Wish> {
        let is_material = |item: &Item| {
            let def = self.content.item(item.definition);
            def.is_some_and(|def| def.kind == ItemKind::Material)
        };
        let (_, item) = self.pick(whim, |_, item| is_material(item))?;
        Some(Wish::Act(Act::Discard { item: item.uid, quantity: 1 }, Reason::Discard))
    }

    /// Puts things together, so that the bag does not fill with parts of stacks.
    fn arrange(&self, whim: &mut Whim) -> Option<Wish> {
        let (from, item) = self.pick(whim, |_, _| true)?;
        let alike = |&(slot, other): &(usize, &Option<Item>)| {
            slot != usize::from(from)
                && other.is_some_and(|other| {
                    other.definition == item.definition && other.bound == item.bound
                })
        };
        let slots = self.sheet.bag.iter().enumerate();
        let to = slots.into_iter().find(alike).map(|(slot, _)| slot as u8);
        let to = to.or_else(|| self.free_slot())?;
        Some(Wish::Act(Act::Arrange { from, to }, Reason::Arrange))
    }

    /// One of the things in the bag that are so.
    fn pick(&self, whim: &mut Whim, is: impl Fn(u8, &Item) -> bool) -> Option<(u8, Item)> {
        let bag = (0_u8..).zip(&self.sheet.bag);
        let all = bag.filter_map(|(slot, item)| item.as_ref().map(|item| (slot, *item)));
        let fit: Vec<(u8, Item)> = all.filter(|(slot, item)| is(*slot, item)).collect();
        let index = whim.below(fit.len() as u64) as usize;
        fit.get(index).copied()
    }

    /// Whether it may be given away.
    fn is_free(&self, item: &Item) -> bool {
        let def = self.content.item(item.definition);
        !item.bound && def.is_some_and(|def| def.kind != ItemKind::Quest)
    }

    fn gear_slot(&self, item: &Item) -> Option<EquipSlot> {
        self.content.item(item.definition)?.slot()
    }

    fn is_crowded(&self) -> bool {
        self.sheet.bag.iter().filter(|slot| slot.is_none()).count() < FREE_SLOTS_MIN
    }

    fn free_slot(&self) -> Option<u8> {
        (0..BAG_SLOTS as u8).find(|&slot| self.sheet.bag[usize::from(slot)].is_none())
    }
}

/// Something that may change hands: the first such thing of the bag, or coin when there is none.
pub(super) fn gift(content: &Content, sheet: &Sheet, whim: &mut Whim) -> Option<Item> {
    let chooser = Chooser { content, sheet };
    if whim.below(2) == 0 {
        return None;
    }
    chooser.pick(whim, |_, item| chooser.is_free(item)).map(|(_, item)| item)
}
