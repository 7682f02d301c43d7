//! Snapshots of characters and zones: what may be a few seconds old after a fault, never what the
//! economy is made of.
//!
//! A snapshot has the lease's epoch and a rising number; the database refuses one of another epoch and
//! skips one that is older than what it has. Two generations are kept: when the newest is damaged it is
//! put aside and the one before it is read.

use diesel::prelude::*;
use massless_core::character::Character;
use massless_core::ids::{PlayerId, ZoneId};

use crate::connection::{Connection, each};
use crate::dialect;
use crate::error::StoreError;
use crate::limits::SNAPSHOT_BYTES_MAX;
use crate::pool::Store;
use crate::repo::operations::number;
use crate::schema::{
    character_lease, character_snapshot, snapshot_quarantine, zone_lease, zone_snapshot,
};

/// The form of the bytes: `Character::to_bytes` of this build.
pub(crate) const SCHEMA_VERSION: i16 = 1;

/// A character's state, as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Whose.
    pub player: PlayerId,
    /// The epoch of the lease under which it was made.
    pub epoch: u64,
    /// Rises with every snapshot of the character; `Lease::snapshot_seq` is where to go on.
    pub seq: u64,
    /// The zone's tick.
    pub tick: u64,
    /// `Character::to_bytes`.
    pub bytes: Vec<u8>,
}

/// What became of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// It is kept.
    Yes,
    /// A newer one was there already.
    Older,
    /// Another host has the character: let go of it.
    Fenced,
}

/// A snapshot with its checksum.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sealed<'a> {
    pub(crate) character: i64,
    pub(crate) epoch: i64,
    pub(crate) seq: i64,
    pub(crate) tick: i64,
    pub(crate) crc32: u32,
    pub(crate) blob: &'a [u8],
}

fn seal(snapshot: &Snapshot) -> Sealed<'_> {
    Sealed {
        character: number(snapshot.player),
        epoch: snapshot.epoch.cast_signed(),
        seq: snapshot.seq.cast_signed(),
        tick: snapshot.tick.cast_signed(),
        crc32: crc32fast::hash(&snapshot.bytes),
        blob: &snapshot.bytes,
    }
}

/// Saves snapshots in one transaction; what became of each, in their order. At most one a character.
///
/// # Errors
/// `Denied` for one that is too large; else what the database says.
pub fn save_batch(conn: &mut Connection, snapshots: &[Snapshot]) -> Result<Vec<Saved>, StoreError> {
    if snapshots.is_empty() {
        return Ok(Vec::new());
    }
    if snapshots.iter().any(|snapshot| snapshot.bytes.len() > SNAPSHOT_BYTES_MAX) {
        return Err(StoreError::Denied("a snapshot is too large"));
    }
    conn.transaction(|conn| {
        let now = dialect::now(conn)?;
        let sealed: Vec<Sealed<'_>> = snapshots.iter().map(seal).collect();
        let saved = dialect::save_snapshots(conn, &sealed, now)?;
        let mut outcomes = Vec::with_capacity(sealed.len());
        for one in &sealed {
            outcomes.push(if saved.contains(&one.character) {
                Saved::Yes
            } else {
                why_not(conn, one)?
            });
        }
        let fenced = outcomes.iter().filter(|saved| **saved == Saved::Fenced).count();
        metrics::counter!("massless_fenced_total").increment(fenced as u64);
        Ok(outcomes)
    })
}

impl Store {
    /// `save_batch`, tried again while that makes sense.
    ///
    /// # Errors
    /// As `save_batch`.
    pub fn save_snapshots(&self, snapshots: &[Snapshot]) -> Result<Vec<Saved>, StoreError> {
        self.repeat(|conn| save_batch(conn, snapshots))
    }
}

/// Saves one inside another transaction.
pub(crate) fn save_one(
    conn: &mut Connection,
    snapshot: &Snapshot,
    now: i64,
) -> Result<(), StoreError> {
    dialect::save_snapshots(conn, &[seal(snapshot)], now)?;
    Ok(())
}

fn why_not(conn: &mut Connection, one: &Sealed<'_>) -> Result<Saved, StoreError> {
    use character_lease::dsl;
    let epoch: Option<i64> = each!(conn, link => dsl::character_lease
        .find(one.character)
        .select(dsl::epoch)
        .first(link)
        .optional())?;
    Ok(if epoch == Some(one.epoch) { Saved::Older } else { Saved::Fenced })
}

/// Writes the first snapshot of a new character, before anybody holds it.
pub(crate) fn save_first(
    conn: &mut Connection,
    character: i64,
    blob: &[u8],
    now: i64,
) -> Result<(), StoreError> {
    use character_snapshot::dsl;
    each!(conn, link => diesel::insert_into(dsl::character_snapshot)
        .values((
            dsl::character_id.eq(character),
            dsl::generation.eq(0_i16),
            dsl::epoch.eq(0_i64),
            dsl::seq.eq(0_i64),
            dsl::tick.eq(0_i64),
            dsl::schema_version.eq(SCHEMA_VERSION),
            dsl::blob.eq(blob),
            dsl::crc32.eq(i64::from(crc32fast::hash(blob))),
            dsl::saved_at.eq(now),
        ))
        .execute(link))?;
    Ok(())
}

type Row = (i16, i64, i64, Vec<u8>, i64);

/// The newest snapshot of a character that is whole. Damaged ones are put aside, counted and told.
///
/// # Errors
/// What the database says.
pub fn load(conn: &mut Connection, player: PlayerId) -> Result<Option<Character>, StoreError> {
    use character_snapshot::dsl;
    let who = number(player);
    let rows: Vec<Row> = each!(conn, link => dsl::character_snapshot
        .filter(dsl::character_id.eq(who))
        .order(dsl::seq.desc())
        .select((dsl::generation, dsl::epoch, dsl::seq, dsl::blob, dsl::crc32))
        .load(link))?;
    for row in rows {
        let reason = if i64::from(crc32fast::hash(&row.3)) == row.4 {
            match Character::from_bytes(&row.3) {
                Ok(character) => return Ok(Some(character)),
                Err(error) => error.to_string(),
            }
        } else {
            "checksum".to_owned()
        };
        put_aside(conn, who, row, &reason)?;
    }
    Ok(None)
}

/// A damaged snapshot is kept for whoever looks into it, and out of the way.
fn put_aside(
    conn: &mut Connection,
    who: i64,
    (generation, epoch, seq, blob, crc32): Row,
    reason: &str,
) -> Result<(), StoreError> {
    tracing::error!(character.id = who, seq, reason, "a snapshot is damaged");
    metrics::counter!("massless_store_damaged_snapshots_total").increment(1);
    conn.transaction(|conn| {
        use snapshot_quarantine::dsl;
        let now = dialect::now(conn)?;
        each!(conn, link => {
            diesel::insert_into(dsl::snapshot_quarantine)
                .values((
                    dsl::character_id.eq(who),
                    dsl::epoch.eq(epoch),
                    dsl::seq.eq(seq),
                    dsl::blob.eq(blob),
                    dsl::crc32.eq(crc32),
                    dsl::reason.eq(reason),
                    dsl::seen_at.eq(now),
                ))
                .execute(link)?;
            diesel::delete(character_snapshot::table.find((who, generation))).execute(link)?;
        });
        Ok(())
    })
}

/// A zone's state, written by a drain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneSnapshot {
    /// Which zone.
    pub zone: ZoneId,
    /// Which of its channels.
    pub channel: u32,
    /// The epoch of the lease under which it was made.
    pub epoch: u64,
    /// The tick after which it stands.
    pub tick: u64,
    /// What made it.
    pub build_hash: String,
    /// With which content.
    pub content_hash: String,
    /// As the zone wrote itself.
    pub bytes: Vec<u8>,
}

/// Saves a zone.
///
/// # Errors
/// `Fenced` when the lease has another epoch.
pub fn save_zone(conn: &mut Connection, it: &ZoneSnapshot) -> Result<(), StoreError> {
    use zone_snapshot::dsl;
    let (zone, channel) = (it.zone.get().cast_signed(), it.channel.cast_signed());
    conn.transaction(|conn| {
        let lease = zone_lease::table.find((zone, channel)).select(zone_lease::epoch);
        let epoch: Option<i64> = crate::connection::locked!(conn, for_key_share, lease)
            .map(|rows: Vec<i64>| rows.first().copied())?;
        if epoch != Some(it.epoch.cast_signed()) {
            metrics::counter!("massless_fenced_total").increment(1);
            return Err(StoreError::Fenced);
        }
        let now = dialect::now(conn)?;
        each!(conn, link => {
            diesel::delete(dsl::zone_snapshot.find((zone, channel))).execute(link)?;
            diesel::insert_into(dsl::zone_snapshot)
                .values((
                    dsl::zone_id.eq(zone),
                    dsl::channel.eq(channel),
                    dsl::epoch.eq(it.epoch.cast_signed()),
                    dsl::tick.eq(it.tick.cast_signed()),
                    dsl::build_hash.eq(&it.build_hash),
                    dsl::content_hash.eq(&it.content_hash),
                    dsl::blob.eq(&it.bytes),
                    dsl::crc32.eq(i64::from(crc32fast::hash(&it.bytes))),
                    dsl::saved_at.eq(now),
                ))
                .execute(link)?;
        });
        Ok(())
    })
}

/// The zone's state, if a whole one was left; `None` also when it is damaged: the zone starts afresh.
///
/// # Errors
/// What the database says.
pub fn load_zone(
    conn: &mut Connection,
    zone: ZoneId,
    channel: u32,
) -> Result<Option<ZoneSnapshot>, StoreError> {
    use zone_snapshot::dsl;
    type Row = (i64, i64, String, String, Vec<u8>, i64);
    let row: Option<Row> = each!(conn, link => dsl::zone_snapshot
        .find((zone.get().cast_signed(), channel.cast_signed()))
        .select((
            dsl::epoch, dsl::tick, dsl::build_hash, dsl::content_hash, dsl::blob, dsl::crc32))
        .first(link)
        .optional())?;
    let Some((epoch, tick, build_hash, content_hash, bytes, crc32)) = row else {
        return Ok(None);
    };
    if i64::from(crc32fast::hash(&bytes)) != crc32 {
        tracing::error!(zone.id = zone.get(), "a zone's snapshot is damaged");
        metrics::counter!("massless_store_damaged_snapshots_total").increment(1);
        return Ok(None);
    }
    let (epoch, tick) = (epoch.cast_unsigned(), tick.cast_unsigned());
    Ok(Some(ZoneSnapshot { zone, channel, epoch, tick, build_hash, content_hash, bytes }))
}
