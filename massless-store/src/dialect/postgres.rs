//! PostgreSQL's half: one statement for many rows, their columns as arrays.

use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Binary, Integer, Nullable, SmallInt, Text};

use super::Changed;
use crate::error::StoreError;
use crate::repo::snapshots::Sealed;
use crate::rows::item::ItemRow;
use crate::rows::ledger::AccountRow;

/// The clock's time, which goes on within a transaction.
const NOW: &str = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

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

pub(super) fn moment(link: &mut PgConnection) -> Result<(i64, Option<String>), StoreError> {
    let row: MomentRow = diesel::sql_query(format!(
        "SELECT {NOW} AS now, (SELECT string_agg(name, ',') FROM kill_switch WHERE is_off) AS shut"
    ))
    .get_result(link)?;
    Ok((row.now, row.shut))
}

pub(super) fn fresh_ids(
    link: &mut PgConnection,
    table: &str,
    count: usize,
) -> Result<Vec<i64>, StoreError> {
    let rows: Vec<IdRow> = diesel::sql_query(
        "SELECT nextval(pg_get_serial_sequence($1, 'id')) AS id FROM generate_series(1, $2)",
    )
    .bind::<Text, _>(table)
    .bind::<BigInt, _>(count as i64)
    .load(link)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

pub(super) fn update_accounts(
    link: &mut PgConnection,
    changed: &[Changed<'_, AccountRow>],
) -> Result<usize, StoreError> {
    let of = |get: fn(&AccountRow) -> i64| -> Vec<i64> {
        changed.iter().map(|it| get(it.row)).collect()
    };
    let were: Vec<i64> = changed.iter().map(|it| it.was).collect();
    Ok(diesel::sql_query(
        "UPDATE ledger_account AS it SET balance = new.balance, version = new.version \
         FROM unnest($1, $2, $3, $4) AS new (id, balance, version, was) \
         WHERE it.id = new.id AND it.version = new.was",
    )
    .bind::<Array<BigInt>, _>(of(|row| row.id))
    .bind::<Array<BigInt>, _>(of(|row| row.balance))
    .bind::<Array<BigInt>, _>(of(|row| row.version))
    .bind::<Array<BigInt>, _>(were)
    .execute(link)?)
}

pub(super) fn update_items(
    link: &mut PgConnection,
    changed: &[Changed<'_, ItemRow>],
) -> Result<usize, StoreError> {
    fn of<T>(changed: &[Changed<'_, ItemRow>], get: fn(&ItemRow) -> T) -> Vec<T> {
        changed.iter().map(|it| get(it.row)).collect()
    }
    let were: Vec<i64> = changed.iter().map(|it| it.was).collect();
    Ok(diesel::sql_query(
        "UPDATE item AS it SET owner_kind = new.owner_kind, owner_id = new.owner_id, \
         area = new.area, slot = new.slot, upgrade = new.upgrade, quantity = new.quantity, \
         version = new.version \
         FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) \
         AS new (id, owner_kind, owner_id, area, slot, upgrade, quantity, version, was) \
         WHERE it.id = new.id AND it.version = new.was",
    )
    .bind::<Array<BigInt>, _>(of(changed, |row| row.id))
    .bind::<Array<SmallInt>, _>(of(changed, |row| row.owner_kind))
    .bind::<Array<BigInt>, _>(of(changed, |row| row.owner_id))
    .bind::<Array<Nullable<SmallInt>>, _>(of(changed, |row| row.area))
    .bind::<Array<Nullable<SmallInt>>, _>(of(changed, |row| row.slot))
    .bind::<Array<SmallInt>, _>(of(changed, |row| row.upgrade))
    .bind::<Array<Integer>, _>(of(changed, |row| row.quantity))
    .bind::<Array<BigInt>, _>(of(changed, |row| row.version))
    .bind::<Array<BigInt>, _>(were)
    .execute(link)?)
}

pub(super) fn save_snapshots(
    link: &mut PgConnection,
    snapshots: &[Sealed<'_>],
    now: i64,
) -> Result<Vec<i64>, StoreError> {
    let of = |get: fn(&Sealed<'_>) -> i64| -> Vec<i64> { snapshots.iter().map(get).collect() };
    let blobs: Vec<&[u8]> = snapshots.iter().map(|it| it.blob).collect();
    let rows: Vec<IdRow> = diesel::sql_query(
        "WITH new AS (\
           SELECT * FROM unnest($1, $2, $3, $4, $5, $6) AS it (id, epoch, seq, tick, crc, blob)), \
         held AS (\
           SELECT lease.character_id FROM character_lease AS lease \
           WHERE lease.character_id = ANY ($1) \
           ORDER BY lease.character_id FOR NO KEY UPDATE), \
         fenced AS (\
           UPDATE character_lease AS lease SET snapshot_seq = new.seq FROM new, held \
           WHERE lease.character_id = new.id AND held.character_id = new.id \
             AND lease.epoch = new.epoch AND lease.snapshot_seq < new.seq \
           RETURNING new.id) \
         INSERT INTO character_snapshot \
           (character_id, generation, epoch, seq, tick, schema_version, blob, crc32, saved_at) \
         SELECT new.id, new.seq % 2, new.epoch, new.seq, new.tick, $8, new.blob, new.crc, $7 \
         FROM new JOIN fenced ON fenced.id = new.id \
         ON CONFLICT (character_id, generation) DO UPDATE SET epoch = excluded.epoch, \
           seq = excluded.seq, tick = excluded.tick, schema_version = excluded.schema_version, \
           blob = excluded.blob, crc32 = excluded.crc32, saved_at = excluded.saved_at \
         RETURNING character_id AS id",
    )
    .bind::<Array<BigInt>, _>(of(|it| it.character))
    .bind::<Array<BigInt>, _>(of(|it| it.epoch))
    .bind::<Array<BigInt>, _>(of(|it| it.seq))
    .bind::<Array<BigInt>, _>(of(|it| it.tick))
    .bind::<Array<BigInt>, _>(of(|it| it.crc32.into()))
    .bind::<Array<Binary>, _>(blobs)
    .bind::<BigInt, _>(now)
    .bind::<SmallInt, _>(crate::repo::snapshots::SCHEMA_VERSION)
    .load(link)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}

pub(super) fn renew_leases(
    link: &mut PgConnection,
    host: &str,
    held: &[(i64, i64)],
    millis: i64,
) -> Result<Vec<i64>, StoreError> {
    let rows: Vec<IdRow> = diesel::sql_query(format!(
        "WITH mine AS (\
           SELECT lease.character_id FROM character_lease AS lease \
           JOIN unnest($2, $3) AS held (id, epoch) \
             ON held.id = lease.character_id AND held.epoch = lease.epoch \
           WHERE lease.host_id = $1 ORDER BY lease.character_id FOR NO KEY UPDATE OF lease) \
         UPDATE character_lease AS lease SET expires_at = {NOW} + $4 FROM mine \
         WHERE lease.character_id = mine.character_id RETURNING lease.character_id AS id"
    ))
    .bind::<Text, _>(host)
    .bind::<Array<BigInt>, _>(held.iter().map(|it| it.0).collect::<Vec<i64>>())
    .bind::<Array<BigInt>, _>(held.iter().map(|it| it.1).collect::<Vec<i64>>())
    .bind::<BigInt, _>(millis)
    .load(link)?;
    Ok(rows.into_iter().map(|row| row.id).collect())
}
