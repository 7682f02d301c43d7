//! Letters and the market of the store in memory: what is in them belongs to nobody's character.

use std::collections::BTreeMap;

use super::{Deed, Holding, Keeper, Sums};
use crate::event::Rejection;
use crate::ids::{ItemUid, PlayerId};
use crate::intent::Entry;
use crate::limits::LISTING_PRICE_MAX;

/// Letters that one player may have. Reason: game rules, section 12.
const LETTERS_MAX: usize = 50;
/// Offers that one player may have. Reason: game rules, section 12.
const LISTINGS_MAX: usize = 20;

#[derive(Clone, Copy, Debug)]
struct Letter {
    to: PlayerId,
    coin: i64,
}

#[derive(Clone, Copy, Debug)]
struct Listing {
    seller: PlayerId,
    price: i64,
}

/// All letters, drafts and offers.
#[derive(Clone, Debug, Default)]
pub(super) struct PostOffice {
    newest: u64,
    drafts: BTreeMap<u64, (PlayerId, PlayerId)>,
    letters: BTreeMap<u64, Letter>,
    listings: BTreeMap<u64, Listing>,
    /// What the operation at hand put up so far.
    escrow: Vec<ItemUid>,
}

impl PostOffice {
    pub(super) fn draft(&mut self, from: PlayerId, to: PlayerId) -> u64 {
        self.newest += 1;
        self.drafts.insert(self.newest, (from, to));
        self.newest
    }

    pub(super) fn letters(&self, player: PlayerId) -> Vec<u64> {
        let own = self.letters.iter().filter(|(_, letter)| letter.to == player);
        own.map(|(&id, _)| id).collect()
    }

    pub(super) fn listings(&self) -> Vec<(u64, PlayerId, i64)> {
        self.listings.iter().map(|(&id, it)| (id, it.seller, it.price)).collect()
    }

    pub(super) fn coin(&self) -> i64 {
        self.letters.values().map(|letter| letter.coin).sum()
    }

    /// Whether an entry of a player fits what is known.
    pub(super) fn holds(
        &self,
        player: PlayerId,
        entry: Entry,
        items: &BTreeMap<ItemUid, Holding>,
        sums: &mut Sums,
    ) -> Result<(), Rejection> {
        match entry {
            Entry::Escrow { uid } => own_whole(player, uid, items, sums),
            Entry::Post { draft, coin } => {
                sums.pay(player, -coin);
                let to = self.drafts.get(&draft).filter(|(from, _)| *from == player);
                let &(_, to) = to.filter(|_| coin >= 0).ok_or(Rejection::NoSuchMail)?;
                let has_room = self.letters(to).len() < LETTERS_MAX;
                if has_room { Ok(()) } else { Err(Rejection::MailboxFull) }
            }
            Entry::Claim { mail, slots } => {
                let letter = self.letters.get(&mail).filter(|letter| letter.to == player);
                let letter = letter.ok_or(Rejection::NoSuchMail)?;
                sums.pay(player, letter.coin);
                let carried = kept(items, Keeper::Mail(mail)).count();
                if carried <= slots.len() { Ok(()) } else { Err(Rejection::BagFull) }
            }
            Entry::List { uid, price } => {
                if !(1..=LISTING_PRICE_MAX).contains(&price) {
                    return Err(Rejection::BadNumber);
                }
                let own = self.listings.values().filter(|listing| listing.seller == player);
                if own.count() >= LISTINGS_MAX {
                    return Err(Rejection::ListingsFull);
                }
                own_whole(player, uid, items, sums)
            }
            Entry::Buy { listing, price, .. } => {
                let offer = self.listings.get(&listing).filter(|offer| offer.price == price);
                let offer = offer.ok_or(Rejection::NoSuchListing)?;
                sums.pay(player, -price);
                if offer.seller == player { Err(Rejection::NoSuchListing) } else { Ok(()) }
            }
            Entry::Unlist { listing } => {
                let offer = self.listings.get(&listing).filter(|offer| offer.seller == player);
                offer.map(|_| ()).ok_or(Rejection::NoSuchListing)
            }
            _ => Err(Rejection::StoreRefused),
        }
    }

    /// Books an entry that holds; the coin it brings to (or takes from) the player's purse.
    pub(super) fn commit(
        &mut self,
        player: PlayerId,
        entry: Entry,
        items: &mut BTreeMap<ItemUid, Holding>,
        deed: &mut Deed,
    ) -> i64 {
        match entry {
            Entry::Escrow { uid } => {
                self.escrow.push(uid);
                0
            }
            Entry::Post { draft, coin } => {
                let (_, to) = self.drafts.remove(&draft).expect("looked at before");
                let letter = self.send(to, coin);
                for uid in core::mem::take(&mut self.escrow) {
                    keep(items, uid, Keeper::Mail(letter));
                }
                -coin
            }
            Entry::Claim { mail, slots } => {
                let letter = self.letters.remove(&mail).expect("looked at before");
                let carried: Vec<ItemUid> = kept(items, Keeper::Mail(mail)).collect();
                for (uid, slot) in carried.into_iter().zip(slots.iter()) {
                    keep(items, uid, Keeper::Player(player));
                    deed.brought.push((slot, items[&uid].item(uid)));
                }
                deed.coin += letter.coin;
                letter.coin
            }
            Entry::List { uid, price } => {
                self.newest += 1;
                self.listings.insert(self.newest, Listing { seller: player, price });
                keep(items, uid, Keeper::Market(self.newest));
                0
            }
            Entry::Buy { listing, price, slot } => {
                let offer = self.listings.remove(&listing).expect("looked at before");
                self.send(offer.seller, price);
                let sold: Vec<ItemUid> = kept(items, Keeper::Market(listing)).collect();
                for uid in sold {
                    keep(items, uid, Keeper::Player(player));
                    deed.brought.push((slot, items[&uid].item(uid)));
                }
                -price
            }
            Entry::Unlist { listing } => {
                let offer = self.listings.remove(&listing).expect("looked at before");
                let letter = self.send(offer.seller, 0);
                let back: Vec<ItemUid> = kept(items, Keeper::Market(listing)).collect();
                back.into_iter().for_each(|uid| keep(items, uid, Keeper::Mail(letter)));
                0
            }
            _ => 0,
        }
    }

    fn send(&mut self, to: PlayerId, coin: i64) -> u64 {
        self.newest += 1;
        self.letters.insert(self.newest, Letter { to, coin });
        self.newest
    }
}

/// The player has all of it, and may give it away.
fn own_whole(
    player: PlayerId,
    uid: ItemUid,
    items: &BTreeMap<ItemUid, Holding>,
    sums: &mut Sums,
) -> Result<(), Rejection> {
    let held = items.get(&uid).filter(|held| held.keeper == Keeper::Player(player));
    let held = held.ok_or(Rejection::NoSuchItem)?;
    if held.bound {
        return Err(Rejection::Bound);
    }
    let is_once = sums.take(uid, held.quantity) <= u32::from(held.quantity);
    if is_once { Ok(()) } else { Err(Rejection::StoreRefused) }
}

fn kept(items: &BTreeMap<ItemUid, Holding>, keeper: Keeper) -> impl Iterator<Item = ItemUid> {
    items.iter().filter(move |(_, held)| held.keeper == keeper).map(|(&uid, _)| uid)
}

fn keep(items: &mut BTreeMap<ItemUid, Holding>, uid: ItemUid, keeper: Keeper) {
    items.get_mut(&uid).expect("looked at before").keeper = keeper;
}
