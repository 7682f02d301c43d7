//! What a batch needs, read and locked in one order: leases, letters and offers, items, accounts,
//! characters, each by id. Two batches can so wait for each other, but not in a circle.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use massless_core::ids::ItemUid;
use massless_core::intent::{Entry, Intent};

use super::desk::{Desk, Fresh, Person, Was};
use super::job::{Job, Work, number};
use crate::connection::{Connection, each, locked};
use crate::dialect;
use crate::error::StoreError;
use crate::limits::SHARDS;
use crate::rows::item::{ItemRow, OF_CHARACTER, OF_MAIL};
use crate::rows::ledger::AccountRow;
use crate::rows::post::{DraftRow, LISTING_OPEN, ListingRow, MailRow};
use crate::schema::{
    character, character_lease, character_quest, item, ledger_account, ledger_tx, listing, mail,
    mail_draft,
};

/// What is named by the operations of a batch.
#[derive(Debug, Default)]
struct Needs {
    parties: BTreeSet<i64>,
    items: BTreeSet<i64>,
    /// Characters whose places change, and which slots.
    movers: BTreeSet<i64>,
    slots: BTreeSet<i16>,
    accounts: BTreeMap<i64, AccountRow>,
    /// Characters whose own row changes.
    people: BTreeSet<i64>,
    questers: BTreeSet<i64>,
    quests: BTreeSet<i32>,
    drafts: BTreeSet<i64>,
    mails: BTreeSet<i64>,
    listings: BTreeSet<i64>,
    sellers: BTreeSet<i64>,
    /// Characters that go for good.
    purged: BTreeSet<i64>,
    fresh_items: usize,
    fresh_mails: usize,
    fresh_listings: usize,
}

impl Needs {
    fn add(&mut self, job: &Job<'_>, shard: u8) {
        self.parties.extend(job.parties());
        let reason = job.kind.number();
        match &job.work {
            Work::Intent(intent) => {
                for entry in &intent.entries {
                    self.add_entry(intent, *entry, shard);
                }
            }
            Work::Kit { character, items, .. } => {
                self.account(AccountRow::wallet(*character));
                self.account(AccountRow::faucet(reason, shard));
                self.fresh_items += items.len();
            }
            Work::Endow { character, endowment } => {
                self.account(AccountRow::wallet(*character));
                self.account(AccountRow::faucet(reason, shard));
                self.fresh_items += endowment.items.len();
                self.people.insert(*character);
                endowment.items.iter().for_each(|&(_, _, slot)| self.bag(*character, slot));
            }
            Work::Return { mail } | Work::Expire { mail } => {
                self.mails.insert(*mail);
                self.account(AccountRow::sink(reason, shard));
                self.fresh_mails += 1;
            }
            Work::RunOut { listing } => {
                self.listings.insert(*listing);
                self.fresh_mails += 1;
            }
            Work::Purge { character } => {
                self.purged.insert(*character);
                self.account(AccountRow::wallet(*character));
                self.account(AccountRow::escrow(*character));
                self.account(AccountRow::sink(reason, shard));
            }
            Work::Gift(letter) => {
                self.account(AccountRow::faucet(reason, shard));
                self.account(AccountRow::escrow(letter.to));
                self.fresh_mails += 1;
                self.fresh_items += letter.items.len();
            }
        }
    }

    fn add_entry(&mut self, intent: &Intent, entry: Entry, shard: u8) {
        let who = number(intent.player);
        match entry {
            Entry::Coin { delta } => {
                let reason = intent.reason as i16;
                self.account(AccountRow::wallet(who));
                self.account(if delta < 0 {
                    AccountRow::sink(reason, shard)
                } else {
                    AccountRow::faucet(reason, shard)
                });
            }
            Entry::Create { slot, .. } => {
                self.fresh_items += 1;
                self.bag(who, slot);
            }
            Entry::Grow { uid, .. } | Entry::Shrink { uid, .. } | Entry::Upgrade { uid, .. } => {
                self.item(uid);
            }
            Entry::Escrow { uid } => self.item(uid),
            Entry::Move { uid, to, .. } => {
                self.item(uid);
                self.bag(who, crate::rows::item::columns_of(to).1 as u8);
            }
            Entry::Pass { uid, to, slot, .. } => {
                self.item(uid);
                self.bag(number(to), slot);
            }
            Entry::Pay { from, to, .. } => {
                self.account(AccountRow::wallet(number(from)));
                self.account(AccountRow::wallet(number(to)));
            }
            Entry::Level { .. }
            | Entry::QuestDone { .. }
            | Entry::QuestTaken { .. }
            | Entry::Pity { .. }
            | Entry::Rank { .. }
            | Entry::ResetPoints
            | Entry::StorageSlots { .. } => self.add_stroke(who, entry),
            Entry::Depart { .. } => {}
            Entry::Post { .. }
            | Entry::Claim { .. }
            | Entry::List { .. }
            | Entry::Buy { .. }
            | Entry::Unlist { .. } => self.add_post(who, entry),
        }
    }

    fn add_stroke(&mut self, who: i64, entry: Entry) {
        self.people.insert(who);
        if let Entry::QuestDone { quest, .. } | Entry::QuestTaken { quest } = entry {
            self.questers.insert(who);
            self.quests.insert(quest.get().into());
        }
    }

    fn add_post(&mut self, who: i64, entry: Entry) {
        match entry {
            Entry::Post { draft, .. } => {
                self.drafts.insert(draft.cast_signed());
                self.account(AccountRow::wallet(who));
                self.fresh_mails += 1;
            }
            Entry::Claim { mail, slots } => {
                self.mails.insert(mail.cast_signed());
                self.account(AccountRow::wallet(who));
                self.account(AccountRow::escrow(who));
                slots.iter().for_each(|slot| self.bag(who, slot));
            }
            Entry::List { uid, .. } => {
                self.item(uid);
                self.sellers.insert(who);
                self.fresh_listings += 1;
            }
            Entry::Buy { listing, slot, .. } => {
                self.listings.insert(listing.cast_signed());
                self.account(AccountRow::wallet(who));
                self.bag(who, slot);
                self.fresh_mails += 1;
            }
            Entry::Unlist { listing } => {
                self.listings.insert(listing.cast_signed());
                self.fresh_mails += 1;
            }
            _ => {}
        }
    }

    fn item(&mut self, uid: ItemUid) {
        self.items.insert(uid.get().cast_signed());
    }

    fn bag(&mut self, who: i64, slot: u8) {
        self.movers.insert(who);
        self.slots.insert(slot.into());
    }

    fn account(&mut self, account: AccountRow) {
        self.accounts.insert(account.id, account);
    }
}

impl Desk {
    /// Reads and locks all that a batch of operations needs.
    pub(super) fn load(conn: &mut Connection, jobs: &[Job<'_>]) -> Result<Self, StoreError> {
        let shard = jobs.first().map_or(0, |job| job.id.get()[0] % SHARDS);
        let mut desk = Self { shard, ..Self::default() };
        desk.load_known(conn, jobs)?;
        let mut needs = Needs::default();
        let open = jobs.iter().filter(|job| !desk.known.contains_key(&job.id.get()[..]));
        open.for_each(|job| needs.add(job, shard));
        desk.load_leases(conn, &needs)?;
        let moment = dialect::moment(conn)?;
        desk.now = moment.now;
        desk.shut = moment.shut;
        desk.load_post(conn, &mut needs)?;
        desk.load_items(conn, &needs)?;
        desk.load_slots(conn, &needs)?;
        desk.load_accounts(conn, &needs)?;
        desk.load_people(conn, &needs)?;
        desk.fresh = Fresh {
            items: dialect::fresh_ids(conn, "item", needs.fresh_items)?,
            mails: dialect::fresh_ids(conn, "mail", needs.fresh_mails)?,
            listings: dialect::fresh_ids(conn, "listing", needs.fresh_listings)?,
        };
        Ok(desk)
    }

    fn load_known(&mut self, conn: &mut Connection, jobs: &[Job<'_>]) -> Result<(), StoreError> {
        use ledger_tx::dsl;
        let ids: Vec<&[u8]> = jobs.iter().map(|job| &job.id.get()[..]).collect();
        let rows: Vec<(Vec<u8>, Vec<u8>, String)> = each!(conn, link => dsl::ledger_tx
            .filter(dsl::id.eq_any(ids))
            .select((dsl::id, dsl::request_hash, dsl::result))
            .load(link))?;
        self.known = rows.into_iter().map(|(id, hash, text)| (id, (hash, text))).collect();
        Ok(())
    }

    /// Keeps the epochs as they are until the commit: only what changes an epoch has to wait (the two
    /// unique columns make PostgreSQL take the stronger lock for that); a renewal and a snapshot need not.
    fn load_leases(&mut self, conn: &mut Connection, needs: &Needs) -> Result<(), StoreError> {
        use character_lease::dsl;
        if needs.parties.is_empty() {
            return Ok(());
        }
        let parties: Vec<i64> = needs.parties.iter().copied().collect();
        let rows: Vec<(i64, i64, Option<String>)> = locked!(
            conn,
            for_key_share,
            dsl::character_lease
                .filter(dsl::character_id.eq_any(parties))
                .select((dsl::character_id, dsl::epoch, dsl::host_id))
                .order(dsl::character_id)
        )?;
        self.leases = rows.into_iter().map(|(who, epoch, host)| (who, (epoch, host))).collect();
        Ok(())
    }

    /// Drafts, letters and offers, and what they make needed.
    fn load_post(&mut self, conn: &mut Connection, needs: &mut Needs) -> Result<(), StoreError> {
        self.load_letters(conn, needs)?;
        self.load_listings(conn, needs)?;
        let recipients: BTreeSet<i64> = self.drafts.values().map(|it| it.recipient_id).collect();
        for &to in &recipients {
            needs.account(AccountRow::escrow(to));
            self.inbox.insert(to, count_inbox(conn, to)?);
        }
        for &who in &needs.sellers {
            self.offers.insert(who, count_offers(conn, who)?);
        }
        for row in self.mails.values() {
            needs.account(AccountRow::escrow(row.recipient_id));
            if let Some(sender) = row.sender_id {
                needs.account(AccountRow::escrow(sender));
            }
        }
        for row in self.listings.values() {
            needs.account(AccountRow::escrow(row.seller_id));
            needs.items.insert(row.item_id);
        }
        Ok(())
    }

    fn load_letters(&mut self, conn: &mut Connection, needs: &Needs) -> Result<(), StoreError> {
        let ids: Vec<i64> = needs.drafts.iter().copied().collect();
        if !ids.is_empty() {
            let rows: Vec<DraftRow> = locked!(
                conn,
                for_no_key_update,
                mail_draft::table
                    .filter(mail_draft::id.eq_any(ids))
                    .select(DraftRow::as_select())
                    .order(mail_draft::id)
            )?;
            self.drafts = rows.into_iter().map(|row| (row.id, row)).collect();
        }
        let ids: Vec<i64> = needs.mails.iter().copied().collect();
        let purged: Vec<i64> = needs.purged.iter().copied().collect();
        if !(ids.is_empty() && purged.is_empty()) {
            let of_purged = mail::recipient_id.eq_any(purged).and(mail::deleted_at.is_null());
            let rows: Vec<MailRow> = locked!(
                conn,
                for_no_key_update,
                mail::table
                    .filter(mail::id.eq_any(ids).or(of_purged))
                    .select(MailRow::as_select())
                    .order(mail::id)
            )?;
            self.mails = rows.into_iter().map(|row| (row.id, row)).collect();
        }
        Ok(())
    }

    fn load_listings(&mut self, conn: &mut Connection, needs: &Needs) -> Result<(), StoreError> {
        let ids: Vec<i64> = needs.listings.iter().copied().collect();
        let purged: Vec<i64> = needs.purged.iter().copied().collect();
        if ids.is_empty() && purged.is_empty() {
            return Ok(());
        }
        let of_purged = listing::seller_id.eq_any(purged).and(listing::state.eq(LISTING_OPEN));
        let rows: Vec<ListingRow> = locked!(
            conn,
            for_no_key_update,
            listing::table
                .filter(listing::id.eq_any(ids).or(of_purged))
                .select(ListingRow::as_select())
                .order(listing::id)
        )?;
        self.listings = rows.into_iter().map(|row| (row.id, row)).collect();
        Ok(())
    }

    fn load_items(&mut self, conn: &mut Connection, needs: &Needs) -> Result<(), StoreError> {
        let ids: Vec<i64> = needs.items.iter().copied().collect();
        if !ids.is_empty() {
            let rows: Vec<ItemRow> = locked!(
                conn,
                for_no_key_update,
                item::table
                    .filter(item::id.eq_any(ids))
                    .select(ItemRow::as_select())
                    .order(item::id)
            )?;
            self.take_items(rows);
        }
        for (kind, owners) in [
            (OF_MAIL, self.mails.keys().copied().collect::<Vec<i64>>()),
            (OF_CHARACTER, needs.purged.iter().copied().collect()),
        ] {
            if !owners.is_empty() {
                let rows: Vec<ItemRow> = locked!(
                    conn,
                    for_no_key_update,
                    item::table
                        .filter(item::owner_kind.eq(kind).and(item::owner_id.eq_any(owners)))
                        .select(ItemRow::as_select())
                        .order(item::id)
                )?;
                self.take_items(rows);
            }
        }
        Ok(())
    }

    fn take_items(&mut self, rows: Vec<ItemRow>) {
        for row in rows {
            let (version, owner, place) = (row.version, row.owner_id, row.place());
            self.were.insert(row.id, Was { version, owner, place });
            if let (OF_CHARACTER, Some((area, slot))) = (row.owner_kind, place) {
                self.slots.insert((owner, area, slot), row.id);
            }
            self.items.insert(row.id, row);
        }
    }

    /// Who is in the slots that something goes to. What moves out of the way is locked as well.
    fn load_slots(&mut self, conn: &mut Connection, needs: &Needs) -> Result<(), StoreError> {
        if needs.movers.is_empty() {
            return Ok(());
        }
        let movers: Vec<i64> = needs.movers.iter().copied().collect();
        let slots: Vec<i16> = needs.slots.iter().copied().collect();
        let rows: Vec<ItemRow> = locked!(
            conn,
            for_no_key_update,
            item::table
                .filter(item::owner_kind.eq(OF_CHARACTER))
                .filter(item::owner_id.eq_any(movers))
                .filter(item::slot.eq_any(slots))
                .select(ItemRow::as_select())
                .order(item::id)
        )?;
        self.take_items(rows);
        Ok(())
    }

    fn load_accounts(&mut self, conn: &mut Connection, needs: &Needs) -> Result<(), StoreError> {
        if needs.accounts.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = needs.accounts.keys().copied().collect();
        self.read_accounts(conn, &ids)?;
        let missing = needs.accounts.values().filter(|it| !self.accounts.contains_key(&it.id));
        let missing: Vec<AccountRow> = missing.cloned().collect();
        if missing.is_empty() {
            return Ok(());
        }
        each!(conn, link => {
            for account in &missing {
                diesel::insert_into(ledger_account::table)
                    .values(account)
                    .on_conflict_do_nothing()
                    .execute(link)?;
            }
        });
        let ids: Vec<i64> = missing.iter().map(|account| account.id).collect();
        self.read_accounts(conn, &ids)
    }

    fn read_accounts(&mut self, conn: &mut Connection, ids: &[i64]) -> Result<(), StoreError> {
        let rows: Vec<AccountRow> = locked!(
            conn,
            for_no_key_update,
            ledger_account::table
                .filter(ledger_account::id.eq_any(ids.to_vec()))
                .select(AccountRow::as_select())
                .order(ledger_account::id)
        )?;
        self.accounts.extend(rows.into_iter().map(|row| (row.id, row)));
        Ok(())
    }

    fn load_people(&mut self, conn: &mut Connection, needs: &Needs) -> Result<(), StoreError> {
        use character::dsl;
        if needs.people.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = needs.people.iter().copied().collect();
        let rows: Vec<(i64, i16, i16)> = locked!(
            conn,
            for_no_key_update,
            dsl::character
                .filter(dsl::id.eq_any(ids))
                .select((dsl::id, dsl::level, dsl::storage_slots))
                .order(dsl::id)
        )?;
        let rows = rows.into_iter();
        self.people =
            rows.map(|(id, level, storage_slots)| (id, Person { level, storage_slots })).collect();
        if needs.questers.is_empty() {
            return Ok(());
        }
        let who: Vec<i64> = needs.questers.iter().copied().collect();
        let which: Vec<i32> = needs.quests.iter().copied().collect();
        let rows: Vec<(i64, i32, i16)> = each!(conn, link => character_quest::table
            .filter(character_quest::character_id.eq_any(who))
            .filter(character_quest::quest.eq_any(which))
            .select((character_quest::character_id, character_quest::quest, character_quest::state))
            .load(link))?;
        self.quests = rows.into_iter().map(|(who, quest, state)| ((who, quest), state)).collect();
        Ok(())
    }
}

fn count_inbox(conn: &mut Connection, who: i64) -> Result<i64, StoreError> {
    Ok(each!(conn, link => mail::table
        .filter(mail::recipient_id.eq(who).and(mail::deleted_at.is_null()))
        .count()
        .get_result(link))?)
}

fn count_offers(conn: &mut Connection, who: i64) -> Result<i64, StoreError> {
    Ok(each!(conn, link => listing::table
        .filter(listing::seller_id.eq(who).and(listing::state.eq(LISTING_OPEN)))
        .count()
        .get_result(link))?)
}
