//! SQLite's half: one prepared statement a row, which costs no round trip there.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::sqlite::SqliteConnection;

use super::Changed;
use crate::error::StoreError;
use crate::repo::snapshots::{SCHEMA_VERSION, Sealed};
use crate::rows::item::ItemRow;
use crate::rows::ledger::AccountRow;
use crate::schema::{character_lease, character_snapshot, item, ledger_account};

const NOW: &str = "CAST(unixepoch('subsec') * 1000 AS INTEGER)";

#[derive(QueryableByName)]
struct MomentRow {
    #[diesel(sql_type = BigInt)]
    now: i64,
    #[diesel(sql_type = Nullable<Text>)]
    shut: Option<String>,
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

pub(super) fn moment(link: &mut SqliteConnection) -> Result<(i64, Option<String>), StoreError> {
    let row: MomentRow = diesel::sql_query(format!(
        "SELECT {NOW} AS now, \
         (SELECT group_concat(name, ',') FROM kill_switch WHERE is_off) AS shut"
    ))
    .get_result(link)?;
    Ok((row.now, row.shut))
}

/// There is one writer: what follows the highest number ever given is free until the commit.
pub(super) fn fresh_ids(
    link: &mut SqliteConnection,
    table: &str,
    count: usize,
) -> Result<Vec<i64>, StoreError> {
    let newest: Option<IdRow> =
        diesel::sql_query("SELECT seq AS id FROM sqlite_sequence WHERE name = ?")
            .bind::<Text, _>(table)
            .get_result(link)
            .optional()?;
    let newest = newest.map_or(0, |row| row.id);
    Ok((1..=count as i64).map(|more| newest + more).collect())
}

pub(super) fn update_accounts(
    link: &mut SqliteConnection,
    changed: &[Changed<'_, AccountRow>],
) -> Result<usize, StoreError> {
    use ledger_account::dsl;
    let mut count = 0;
    for Changed { row, was } in changed {
        count += diesel::update(dsl::ledger_account.find(row.id).filter(dsl::version.eq(was)))
            .set((dsl::balance.eq(row.balance), dsl::version.eq(row.version)))
            .execute(link)?;
    }
    Ok(count)
}

pub(super) fn update_items(
    link: &mut SqliteConnection,
    changed: &[Changed<'_, ItemRow>],
) -> Result<usize, StoreError> {
    use item::dsl;
    let mut count = 0;
    for Changed { row, was } in changed {
        count += diesel::update(dsl::item.find(row.id).filter(dsl::version.eq(was)))
            .set((
                dsl::owner_kind.eq(row.owner_kind),
                dsl::owner_id.eq(row.owner_id),
                dsl::area.eq(row.area),
                dsl::slot.eq(row.slot),
                dsl::upgrade.eq(row.upgrade),
                dsl::quantity.eq(row.quantity),
                dsl::version.eq(row.version),
            ))
            .execute(link)?;
    }
    Ok(count)
}

pub(super) fn save_snapshots(
    link: &mut SqliteConnection,
    snapshots: &[Sealed<'_>],
    now: i64,
) -> Result<Vec<i64>, StoreError> {
    use character_lease::dsl;
    let mut saved = Vec::new();
    for it in snapshots {
        let lease = dsl::character_lease
            .find(it.character)
            .filter(dsl::epoch.eq(it.epoch))
            .filter(dsl::snapshot_seq.lt(it.seq));
        if diesel::update(lease).set(dsl::snapshot_seq.eq(it.seq)).execute(link)? == 0 {
            continue;
        }
        diesel::replace_into(character_snapshot::table)
            .values((
                character_snapshot::character_id.eq(it.character),
                character_snapshot::generation.eq((it.seq % 2) as i16),
                character_snapshot::epoch.eq(it.epoch),
                character_snapshot::seq.eq(it.seq),
                character_snapshot::tick.eq(it.tick),
                character_snapshot::schema_version.eq(SCHEMA_VERSION),
                character_snapshot::blob.eq(it.blob),
                character_snapshot::crc32.eq(i64::from(it.crc32)),
                character_snapshot::saved_at.eq(now),
            ))
            .execute(link)?;
        saved.push(it.character);
    }
    Ok(saved)
}

pub(super) fn renew_leases(
    link: &mut SqliteConnection,
    host: &str,
    held: &[(i64, i64)],
    millis: i64,
) -> Result<Vec<i64>, StoreError> {
    use character_lease::dsl;
    let (now, _) = moment(link)?;
    let mut renewed = Vec::new();
    for &(character, epoch) in held {
        let lease = dsl::character_lease
            .find(character)
            .filter(dsl::epoch.eq(epoch))
            .filter(dsl::host_id.eq(host));
        if diesel::update(lease).set(dsl::expires_at.eq(now + millis)).execute(link)? > 0 {
            renewed.push(character);
        }
    }
    Ok(renewed)
}
