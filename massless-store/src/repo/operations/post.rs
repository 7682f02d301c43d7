//! Letters and the market, as far as the economy is concerned.

use massless_core::event::Rejection;
use massless_core::ids::ItemUid;
use massless_core::intent::{Entry, Place, SlotSet};
use massless_core::limits::{LISTING_PRICE_MAX, MAIL_ITEMS_MAX};

use super::draft::Draft;
use crate::limits::{INBOX_MAX, LISTING_MILLIS, LISTINGS_MAX, MAIL_DELAY_MILLIS, MAIL_MILLIS};
use crate::rows::item::{Owner, columns_of};
use crate::rows::ledger::AccountRow;
use crate::rows::post::{
    LISTING_OPEN, LISTING_SOLD, LISTING_TAKEN_BACK, ListingRow, MAIL_OF_PLAYER, MAIL_OF_SYSTEM,
    MailRow,
};

const REFUSED: Rejection = Rejection::StoreRefused;

/// Plans an entry about letters or the market.
pub(super) fn plan(draft: &mut Draft<'_>, who: i64, entry: Entry) -> Result<(), Rejection> {
    match entry {
        Entry::Escrow { uid } => {
            let id = give_away(draft, who, uid)?;
            draft.escrow.push(id);
            Ok(())
        }
        Entry::Post { draft: number, coin } => post(draft, who, number.cast_signed(), coin),
        Entry::Claim { mail, slots } => claim(draft, who, mail.cast_signed(), slots),
        Entry::List { uid, price } => list(draft, who, uid, price),
        Entry::Buy { listing, price, slot } => {
            buy(draft, who, listing.cast_signed(), (price, slot))
        }
        Entry::Unlist { listing } => unlist(draft, who, listing.cast_signed()),
        _ => Err(REFUSED),
    }
}

/// An item that is the character's and may leave it, once.
fn give_away(draft: &Draft<'_>, who: i64, uid: ItemUid) -> Result<i64, Rejection> {
    let item = draft.own(who, uid).ok_or(Rejection::NoSuchItem)?;
    if item.is_bound {
        return Err(Rejection::Bound);
    }
    if draft.escrow.contains(&item.id) {
        return Err(REFUSED);
    }
    Ok(item.id)
}

fn post(draft: &mut Draft<'_>, who: i64, number: i64, coin: i64) -> Result<(), Rejection> {
    let now = draft.desk.now;
    let is_spent = draft.post.spent.contains(&number);
    let written = draft.desk.drafts.get(&number).filter(|written| {
        !is_spent && written.sender_id == who && written.expires_at > now && coin >= 0
    });
    let written = written.ok_or(Rejection::NoSuchMail)?;
    let to = written.recipient_id;
    let waiting = draft.desk.inbox.get(&to).copied().unwrap_or(0);
    if waiting + draft.post.inbox.get(&to).copied().unwrap_or(0) >= INBOX_MAX {
        return Err(Rejection::MailboxFull);
    }
    if draft.escrow.len() > MAIL_ITEMS_MAX {
        return Err(REFUSED);
    }
    let mail = MailRow {
        id: draft.mail_id()?,
        kind: MAIL_OF_PLAYER,
        sender_id: Some(who),
        recipient_id: to,
        subject: written.subject.clone(),
        body: written.body.clone(),
        arrives_at: now + MAIL_DELAY_MILLIS,
        ..blank(draft, to)
    };
    draft.pay(&AccountRow::wallet(who), &AccountRow::escrow(to), coin)?;
    let items = std::mem::take(&mut draft.escrow);
    draft.post.spent.push(number);
    send(draft, MailRow { coin, ..mail }, &items)
}

/// A letter of the realm that is there at once.
fn blank(draft: &Draft<'_>, to: i64) -> MailRow {
    let now = draft.desk.now;
    MailRow {
        id: 0,
        kind: MAIL_OF_SYSTEM,
        sender_id: None,
        recipient_id: to,
        subject: String::new(),
        body: String::new(),
        coin: 0,
        tx_id: draft.tx_id(),
        sent_at: now,
        arrives_at: now,
        expires_at: now + MAIL_MILLIS,
        read_at: None,
        claimed_at: None,
        deleted_at: None,
    }
}

/// A letter of the realm with items that exist.
pub(super) fn send_system(
    draft: &mut Draft<'_>,
    to: i64,
    (subject, body): (&str, &str),
    coin: i64,
    items: &[i64],
) -> Result<i64, Rejection> {
    let mail = MailRow {
        id: draft.mail_id()?,
        subject: subject.to_owned(),
        body: body.to_owned(),
        coin,
        ..blank(draft, to)
    };
    let id = mail.id;
    send(draft, mail, items)?;
    Ok(id)
}

/// Puts items into a new letter and sends it.
pub(super) fn send(draft: &mut Draft<'_>, mail: MailRow, items: &[i64]) -> Result<(), Rejection> {
    for &item in items {
        draft.hand_over(item, Owner::Mail(mail.id), None)?;
    }
    *draft.post.inbox.entry(mail.recipient_id).or_default() += 1;
    draft.post.mails.push(mail);
    Ok(())
}

fn claim(draft: &mut Draft<'_>, who: i64, id: i64, slots: SlotSet) -> Result<(), Rejection> {
    let now = draft.desk.now;
    let mail = draft.desk.mails.get(&id).filter(|mail| {
        mail.recipient_id == who
            && mail.arrives_at <= now
            && mail.expires_at > now
            && mail.claimed_at.is_none()
            && mail.deleted_at.is_none()
    });
    let mut mail = mail.cloned().ok_or(Rejection::NoSuchMail)?;
    if draft.post.mails.iter().any(|known| known.id == id) {
        return Err(Rejection::NoSuchMail);
    }
    let carried = draft.kept(Owner::Mail(id));
    if carried.len() > slots.len() {
        return Err(Rejection::BagFull);
    }
    draft.pay(&AccountRow::escrow(who), &AccountRow::wallet(who), mail.coin)?;
    draft.coin += mail.coin;
    for (item, slot) in carried.into_iter().zip(slots.iter()) {
        bring(draft, who, item, slot)?;
    }
    mail.coin = 0;
    mail.claimed_at = Some(now);
    mail.read_at = mail.read_at.or(Some(now));
    draft.post.mails.push(mail);
    Ok(())
}

/// An item comes into a slot of the bag, and the answer says so.
fn bring(draft: &mut Draft<'_>, who: i64, item: i64, slot: u8) -> Result<(), Rejection> {
    let place = Some(columns_of(Place::Bag(slot)));
    draft.hand_over(item, Owner::Character(who), place)?;
    let brought = draft.item(item).and_then(|row| row.item().ok()).ok_or(REFUSED)?;
    draft.brought.push((slot, brought));
    Ok(())
}

fn list(draft: &mut Draft<'_>, who: i64, uid: ItemUid, price: i64) -> Result<(), Rejection> {
    if !(1..=LISTING_PRICE_MAX).contains(&price) {
        return Err(Rejection::BadNumber);
    }
    let open = draft.desk.offers.get(&who).copied().unwrap_or(0);
    if open + draft.post.offers.get(&who).copied().unwrap_or(0) >= LISTINGS_MAX {
        return Err(Rejection::ListingsFull);
    }
    let item_id = give_away(draft, who, uid)?;
    let id = draft.listing_id()?;
    let now = draft.desk.now;
    let item = draft.item(item_id).cloned().ok_or(REFUSED)?;
    draft.hand_over(item_id, Owner::Market(id), None)?;
    *draft.post.offers.entry(who).or_default() += 1;
    draft.post.listings.push(ListingRow {
        id,
        seller_id: who,
        buyer_id: None,
        item_id,
        def_id: item.def_id,
        rarity: item.rarity,
        upgrade: item.upgrade,
        quantity: item.quantity,
        price,
        state: LISTING_OPEN,
        listed_at: now,
        expires_at: now + LISTING_MILLIS,
        closed_at: None,
        tx_id: draft.tx_id(),
        closing_tx: None,
    });
    Ok(())
}

/// An offer that stands still.
pub(super) fn open_listing(draft: &Draft<'_>, id: i64) -> Option<ListingRow> {
    if draft.post.listings.iter().any(|known| known.id == id) {
        return None;
    }
    let listing = draft.desk.listings.get(&id);
    listing.filter(|listing| listing.state == LISTING_OPEN).cloned()
}

/// It does not stand any more.
pub(super) fn close(draft: &mut Draft<'_>, mut listing: ListingRow, state: i16) {
    listing.state = state;
    listing.closed_at = Some(draft.desk.now);
    listing.closing_tx = Some(draft.tx_id());
    *draft.post.offers.entry(listing.seller_id).or_default() -= 1;
    draft.post.listings.push(listing);
}

fn buy(
    draft: &mut Draft<'_>,
    who: i64,
    id: i64,
    (price, slot): (i64, u8),
) -> Result<(), Rejection> {
    let now = draft.desk.now;
    let listing = open_listing(draft, id).filter(|listing| {
        listing.price == price && listing.seller_id != who && listing.expires_at > now
    });
    let mut listing = listing.ok_or(Rejection::NoSuchListing)?;
    let seller = listing.seller_id;
    draft.pay(&AccountRow::wallet(who), &AccountRow::escrow(seller), price)?;
    bring(draft, who, listing.item_id, slot)?;
    let text = ("Sold at the market", "Your offer was bought. The coin is in this letter.");
    send_system(draft, seller, text, price, &[])?;
    listing.buyer_id = Some(who);
    close(draft, listing, LISTING_SOLD);
    Ok(())
}

fn unlist(draft: &mut Draft<'_>, who: i64, id: i64) -> Result<(), Rejection> {
    let listing = open_listing(draft, id).filter(|listing| listing.seller_id == who);
    let listing = listing.ok_or(Rejection::NoSuchListing)?;
    let text = ("Taken back from the market", "What you offered is in this letter.");
    send_system(draft, who, text, 0, &[listing.item_id])?;
    close(draft, listing, LISTING_TAKEN_BACK);
    Ok(())
}
