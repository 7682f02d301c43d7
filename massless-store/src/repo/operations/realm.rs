//! What the realm does by itself: kits, letters and offers whose time is over, characters that go.

use massless_core::event::Rejection;
use massless_core::intent::{Answer, Place};

use super::desk::Stroke;
use super::draft::{Draft, Fresco};
use super::job::{Endowment, Letter, Work};
use super::post;
use crate::rows::item::{Owner, columns_of};
use crate::rows::ledger::AccountRow;
use crate::rows::post::{LISTING_RUN_OUT, MAIL_OF_PLAYER, MAIL_RETURNED, MailRow};

const REFUSED: Rejection = Rejection::StoreRefused;

/// Plans what is no intent.
pub(super) fn plan(draft: &mut Draft<'_>, work: &Work<'_>) -> Result<(), Rejection> {
    match work {
        Work::Intent(_) => Err(REFUSED),
        Work::Kit { character, coin, items } => {
            draft.mint(*character, *coin)?;
            for piece in items {
                let what = Fresco {
                    definition: piece.definition.get(),
                    rarity: 0,
                    quantity: piece.quantity,
                    is_bound: true,
                };
                let place = Some(columns_of(piece.place));
                let id = draft.create(Owner::Character(*character), place, what)?;
                draft.created.push(id);
            }
            Ok(())
        }
        Work::Return { mail } => give_back(draft, *mail),
        Work::Expire { mail } => {
            let mail = expired(draft, *mail)?;
            empty(draft, mail)
        }
        Work::RunOut { listing } => run_out(draft, *listing),
        Work::Purge { character } => purge(draft, *character),
        Work::Gift(letter) => gift(draft, letter),
        Work::Endow { character, endowment } => endow(draft, *character, endowment),
    }
}

/// A letter whose time is over.
fn expired(draft: &Draft<'_>, id: i64) -> Result<MailRow, Rejection> {
    let now = draft.desk.now;
    let mail = draft.desk.mails.get(&id);
    let mail = mail.filter(|mail| mail.deleted_at.is_none() && mail.expires_at <= now);
    mail.cloned().ok_or(REFUSED)
}

fn give_back(draft: &mut Draft<'_>, id: i64) -> Result<(), Rejection> {
    let mail = expired(draft, id)?;
    let sender = mail.sender_id.filter(|_| mail.kind == MAIL_OF_PLAYER).ok_or(REFUSED)?;
    let items = draft.kept(Owner::Mail(id));
    let coin = mail.coin;
    draft.pay(&AccountRow::escrow(mail.recipient_id), &AccountRow::escrow(sender), coin)?;
    let back = post::send_system(draft, sender, (&mail.subject, &mail.body), coin, &items)?;
    let returned = draft.post.mails.iter_mut().find(|known| known.id == back).ok_or(REFUSED)?;
    returned.kind = MAIL_RETURNED;
    returned.sender_id = Some(mail.recipient_id);
    close(draft, mail);
    Ok(())
}

/// All that is in a letter is destroyed, and the letter closed.
fn empty(draft: &mut Draft<'_>, mail: MailRow) -> Result<(), Rejection> {
    for item in draft.kept(Owner::Mail(mail.id)) {
        draft.destroy(item)?;
    }
    let sink = AccountRow::sink(draft.kind.number(), draft.desk.shard);
    draft.pay(&AccountRow::escrow(mail.recipient_id), &sink, mail.coin)?;
    close(draft, mail);
    Ok(())
}

fn close(draft: &mut Draft<'_>, mut mail: MailRow) {
    mail.coin = 0;
    mail.deleted_at = Some(draft.desk.now);
    *draft.post.inbox.entry(mail.recipient_id).or_default() -= 1;
    draft.post.mails.push(mail);
}

fn run_out(draft: &mut Draft<'_>, id: i64) -> Result<(), Rejection> {
    let now = draft.desk.now;
    let listing = post::open_listing(draft, id).filter(|listing| listing.expires_at <= now);
    let listing = listing.ok_or(REFUSED)?;
    let text = ("Not sold", "Nobody bought what you offered. It is in this letter.");
    post::send_system(draft, listing.seller_id, text, 0, &[listing.item_id])?;
    post::close(draft, listing, LISTING_RUN_OUT);
    Ok(())
}

fn purge(draft: &mut Draft<'_>, who: i64) -> Result<(), Rejection> {
    let open = draft.desk.listings.values().filter(|listing| listing.seller_id == who);
    let open: Vec<i64> = open.map(|listing| listing.id).collect();
    for id in open {
        if let Some(listing) = post::open_listing(draft, id) {
            draft.destroy(listing.item_id)?;
            post::close(draft, listing, LISTING_RUN_OUT);
        }
    }
    let letters = draft.desk.mails.values();
    let letters = letters.filter(|mail| mail.recipient_id == who && mail.deleted_at.is_none());
    let letters: Vec<MailRow> = letters.cloned().collect();
    for mail in letters {
        empty(draft, mail)?;
    }
    for item in draft.kept(Owner::Character(who)) {
        draft.destroy(item)?;
    }
    let wallet = AccountRow::wallet(who);
    let coin = draft.desk.accounts.get(&wallet.id).map_or(0, |account| account.balance);
    draft.pay(&wallet, &AccountRow::sink(draft.kind.number(), draft.desk.shard), coin)
}

fn gift(draft: &mut Draft<'_>, letter: &Letter) -> Result<(), Rejection> {
    let faucet = AccountRow::faucet(draft.kind.number(), draft.desk.shard);
    draft.pay(&faucet, &AccountRow::escrow(letter.to), letter.coin)?;
    let text = (letter.subject.as_str(), letter.body.as_str());
    let mail = post::send_system(draft, letter.to, text, letter.coin, &[])?;
    for &(definition, rarity, quantity) in &letter.items {
        let what = Fresco { definition: definition.get(), rarity, quantity, is_bound: false };
        let id = draft.create(Owner::Mail(mail), None, what)?;
        draft.created.push(id);
    }
    Ok(())
}

fn endow(draft: &mut Draft<'_>, who: i64, endowment: &Endowment) -> Result<(), Rejection> {
    draft.mint(who, endowment.coin)?;
    for &(definition, quantity, slot) in &endowment.items {
        let definition = definition.get();
        let what = Fresco { definition, rarity: 0, quantity, is_bound: false };
        let place = Some(columns_of(Place::Bag(slot)));
        let id = draft.create(Owner::Character(who), place, what)?;
        draft.created.push(id);
    }
    let level = i16::from(endowment.level);
    if draft.desk.people.get(&who).is_some_and(|person| person.level < level) {
        draft.strokes.push(Stroke::Level { who, level });
    }
    Ok(())
}

/// The uids in an answer, as numbers of the database.
pub(crate) fn created(answer: &Answer) -> Vec<i64> {
    match answer {
        Answer::Done { created, .. } => created.iter().map(|uid| uid.get().cast_signed()).collect(),
        Answer::Refused { .. } => Vec::new(),
    }
}
