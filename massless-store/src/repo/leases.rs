//! Who may write for which character and zone: leases with epochs, timed by the database's clock.
//!
//! A lease only keeps hosts out of each other's way. What makes it safe is the epoch: it rises whenever
//! a lease changes hands, and every write names the one it was made under.

use diesel::prelude::*;
use massless_core::ids::{PlayerId, ZoneId};

use crate::connection::{Connection, each, locked};
use crate::dialect;
use crate::error::StoreError;
use crate::limits::LEASE_MILLIS;
use crate::repo::operations::number;
use crate::repo::snapshots::{self, Saved, Snapshot};
use crate::schema::{
    character, character_lease, character_snapshot, host, lease_history, realm, zone_lease,
};

/// A host as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostRow {
    /// Its name, unique in the realm.
    pub id: String,
    /// Where its players dial.
    pub address: String,
    /// What it runs.
    pub build_hash: String,
    /// With which content.
    pub content_hash: String,
}

/// What a host is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i16)]
pub enum HostState {
    /// Not yet open.
    Starting = 1,
    /// Takes players.
    Ready = 2,
    /// Takes no more players.
    Draining = 3,
    /// Has ended.
    Gone = 4,
}

/// Where a character is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat<'a> {
    /// Which host.
    pub host: &'a str,
    /// Which zone.
    pub zone: ZoneId,
    /// Which of its channels.
    pub channel: u32,
}

/// The right to write for a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// What every write names.
    pub epoch: u64,
    /// The number of the newest snapshot; the next one has a higher one.
    pub snapshot_seq: u64,
}

/// What became of a wish for a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim<T> {
    /// It is held now, under a new epoch.
    Granted(T),
    /// That host has it, and has renewed it lately.
    HeldBy(String),
}

/// Takes note of a host, new or come again.
///
/// # Errors
/// What the database says.
pub fn enter_host(conn: &mut Connection, it: &HostRow, state: HostState) -> Result<(), StoreError> {
    use host::dsl;
    conn.transaction(|conn| {
        let now = dialect::now(conn)?;
        let state = state as i16;
        each!(conn, link => diesel::insert_into(dsl::host)
            .values((
                dsl::id.eq(&it.id),
                dsl::address.eq(&it.address),
                dsl::build_hash.eq(&it.build_hash),
                dsl::content_hash.eq(&it.content_hash),
                dsl::started_at.eq(now),
                dsl::heartbeat_at.eq(now),
                dsl::state.eq(state),
            ))
            .on_conflict(dsl::id)
            .do_update()
            .set((
                dsl::address.eq(&it.address),
                dsl::build_hash.eq(&it.build_hash),
                dsl::content_hash.eq(&it.content_hash),
                dsl::started_at.eq(now),
                dsl::heartbeat_at.eq(now),
                dsl::state.eq(state),
            ))
            .execute(link))?;
        each!(conn, link => diesel::insert_into(realm::table)
            .values((
                realm::id.eq(1_i16),
                realm::build_hash.eq(&it.build_hash),
                realm::content_hash.eq(&it.content_hash),
                realm::changed_at.eq(now),
            ))
            .on_conflict(realm::id)
            .do_update()
            .set((
                realm::build_hash.eq(&it.build_hash),
                realm::content_hash.eq(&it.content_hash),
                realm::changed_at.eq(now),
            ))
            .execute(link))?;
        Ok(())
    })
}

/// A host is still there, doing this.
///
/// # Errors
/// `Missing` when it never entered.
pub fn beat(conn: &mut Connection, id: &str, state: HostState) -> Result<(), StoreError> {
    use host::dsl;
    let now = dialect::now(conn)?;
    let count = each!(conn, link => diesel::update(dsl::host.find(id))
        .set((dsl::heartbeat_at.eq(now), dsl::state.eq(state as i16)))
        .execute(link))?;
    if count == 0 { Err(StoreError::Missing("host")) } else { Ok(()) }
}

type LeaseRow = (Option<String>, i64, i64, i64);

/// Claims a character: its epoch rises. The host that has it may claim it again, another one when the
/// lease was not renewed in time, or by `force` (an operator's, or the player's own new login).
///
/// # Errors
/// `Missing` for a character that is not there or on its way out; `Again` when another host did the same
/// at this moment.
pub fn claim(
    conn: &mut Connection,
    player: PlayerId,
    seat: Seat<'_>,
    force: bool,
) -> Result<Claim<Lease>, StoreError> {
    let who = number(player);
    conn.transaction(|conn| {
        // Nobody deletes it meanwhile.
        let known: Vec<i64> = locked!(
            conn,
            for_no_key_update,
            character::table
                .filter(character::id.eq(who))
                .filter(character::deleted_at.is_null().and(character::purged_at.is_null()))
                .select(character::id)
        )?;
        if known.is_empty() {
            return Err(StoreError::Missing("character"));
        }
        let rows: Vec<LeaseRow> = locked!(
            conn,
            for_update,
            character_lease::table.filter(character_lease::character_id.eq(who)).select((
                character_lease::host_id,
                character_lease::epoch,
                character_lease::expires_at,
                character_lease::snapshot_seq,
            ))
        )?;
        let now = dialect::now(conn)?;
        let lease = match rows.into_iter().next() {
            None => first_lease(conn, who, seat, now)?,
            Some((Some(holder), _, expires_at, _))
                if holder != seat.host && expires_at >= now && !force =>
            {
                return Ok(Claim::HeldBy(holder));
            }
            Some((_, epoch, _, seq)) => next_lease(conn, (who, epoch, seq), seat, now)?,
        };
        Ok(Claim::Granted(lease))
    })
}

fn first_lease(
    conn: &mut Connection,
    who: i64,
    seat: Seat<'_>,
    now: i64,
) -> Result<Lease, StoreError> {
    use character_lease::dsl;
    let newest: Option<i64> = each!(conn, link => character_snapshot::table
        .filter(character_snapshot::character_id.eq(who))
        .select(diesel::dsl::max(character_snapshot::seq))
        .first(link))?;
    let seq = newest.unwrap_or(0);
    let inserted = each!(conn, link => diesel::insert_into(dsl::character_lease)
        .values((
            dsl::character_id.eq(who),
            dsl::host_id.eq(seat.host),
            dsl::zone_id.eq(seat.zone.get().cast_signed()),
            dsl::channel.eq(seat.channel.cast_signed()),
            dsl::epoch.eq(1_i64),
            dsl::expires_at.eq(now + LEASE_MILLIS),
            dsl::snapshot_seq.eq(seq),
        ))
        .on_conflict_do_nothing()
        .execute(link))?;
    if inserted == 0 {
        return Err(StoreError::Again("a lease was made by somebody else".to_owned()));
    }
    note_holder(conn, (who, 1), seat, now)?;
    Ok(Lease { epoch: 1, snapshot_seq: seq.cast_unsigned() })
}

fn next_lease(
    conn: &mut Connection,
    (who, epoch, seq): (i64, i64, i64),
    seat: Seat<'_>,
    now: i64,
) -> Result<Lease, StoreError> {
    use character_lease::dsl;
    let epoch = epoch + 1;
    each!(conn, link => diesel::update(dsl::character_lease.find(who))
        .set((
            dsl::host_id.eq(seat.host),
            dsl::zone_id.eq(seat.zone.get().cast_signed()),
            dsl::channel.eq(seat.channel.cast_signed()),
            dsl::epoch.eq(epoch),
            dsl::expires_at.eq(now + LEASE_MILLIS),
        ))
        .execute(link))?;
    note_holder(conn, (who, epoch), seat, now)?;
    Ok(Lease { epoch: epoch.cast_unsigned(), snapshot_seq: seq.cast_unsigned() })
}

/// The epoch's line in the history, and where the character was last. Who is claimed only to be loaded
/// (zone 0) is still where it was.
fn note_holder(
    conn: &mut Connection,
    (who, epoch): (i64, i64),
    seat: Seat<'_>,
    now: i64,
) -> Result<(), StoreError> {
    use lease_history::dsl;
    let zone = seat.zone.get().cast_signed();
    each!(conn, link => {
        diesel::insert_into(dsl::lease_history)
            .values((
                dsl::character_id.eq(who),
                dsl::epoch.eq(epoch),
                dsl::host_id.eq(seat.host),
                dsl::zone_id.eq(zone),
                dsl::since.eq(now),
            ))
            .execute(link)?;
        let it = diesel::update(character::table.find(who));
        if zone == 0 {
            it.set(character::played_at.eq(now)).execute(link)?;
        } else {
            it.set((character::zone_id.eq(zone), character::played_at.eq(now))).execute(link)?;
        }
    });
    Ok(())
}

/// Renews leases that a host holds under these epochs, all at once: those that hold on. The others are
/// gone: let go of them.
///
/// # Errors
/// What the database says.
pub fn renew_all(
    conn: &mut Connection,
    host: &str,
    held: &[(PlayerId, u64)],
) -> Result<Vec<PlayerId>, StoreError> {
    let held: Vec<(i64, i64)> =
        held.iter().map(|&(who, epoch)| (number(who), epoch.cast_signed())).collect();
    let renewed =
        conn.transaction(|conn| dialect::renew_leases(conn, host, &held, LEASE_MILLIS))?;
    Ok(renewed.into_iter().map(|who| PlayerId::new(who.cast_unsigned())).collect())
}

/// The character changed to another zone or channel of the same host: no new epoch.
///
/// # Errors
/// `Fenced` when the epoch is not the lease's.
pub fn move_seat(
    conn: &mut Connection,
    player: PlayerId,
    epoch: u64,
    seat: Seat<'_>,
) -> Result<(), StoreError> {
    use character_lease::dsl;
    let who = number(player);
    let zone = seat.zone.get().cast_signed();
    conn.transaction(|conn| {
        let lease = dsl::character_lease
            .find(who)
            .filter(dsl::epoch.eq(epoch.cast_signed()))
            .filter(dsl::host_id.eq(seat.host));
        let count = each!(conn, link => diesel::update(lease)
            .set((dsl::zone_id.eq(zone), dsl::channel.eq(seat.channel.cast_signed())))
            .execute(link))?;
        if count == 0 {
            return Err(StoreError::Fenced);
        }
        each!(conn, link => diesel::update(character::table.find(who))
            .set(character::zone_id.eq(zone))
            .execute(link))?;
        Ok(())
    })
}

/// Gives a character free at once; with an old epoch nothing happens.
///
/// # Errors
/// What the database says.
pub fn release(conn: &mut Connection, player: PlayerId, epoch: u64) -> Result<(), StoreError> {
    use character_lease::dsl;
    let lease =
        dsl::character_lease.find(number(player)).filter(dsl::epoch.eq(epoch.cast_signed()));
    each!(conn, link => diesel::update(lease)
        .set((dsl::host_id.eq(None::<String>), dsl::expires_at.eq(0_i64)))
        .execute(link))?;
    Ok(())
}

/// Hands a character to another host in one step: its last snapshot, the new seat and the new epoch, or
/// none of it.
///
/// # Errors
/// `Fenced` when the snapshot's epoch is not the lease's.
pub fn hand_off(conn: &mut Connection, last: &Snapshot, to: Seat<'_>) -> Result<Lease, StoreError> {
    conn.transaction(|conn| {
        let saved = snapshots::save_batch(conn, std::slice::from_ref(last))?;
        if saved[..] != [Saved::Yes] {
            return Err(StoreError::Fenced);
        }
        let now = dialect::now(conn)?;
        let known = (number(last.player), last.epoch.cast_signed(), last.seq.cast_signed());
        next_lease(conn, known, to, now)
    })
}

/// Who holds a character: host and epoch; `None` when nobody does.
///
/// # Errors
/// What the database says.
pub fn holder(
    conn: &mut Connection,
    player: PlayerId,
) -> Result<Option<(String, u64)>, StoreError> {
    use character_lease::dsl;
    let now = dialect::now(conn)?;
    let row: Option<(Option<String>, i64)> = each!(conn, link => dsl::character_lease
        .find(number(player))
        .filter(dsl::expires_at.ge(now))
        .select((dsl::host_id, dsl::epoch))
        .first(link)
        .optional())?;
    Ok(row.and_then(|(host, epoch)| Some((host?, epoch.cast_unsigned()))))
}

/// Claims a zone's channel, as `claim` does a character: its new epoch. Intents are numbered under it.
///
/// # Errors
/// What the database says; `Again` when another host did the same at this moment.
pub fn claim_zone(
    conn: &mut Connection,
    seat: Seat<'_>,
    force: bool,
) -> Result<Claim<u64>, StoreError> {
    use zone_lease::dsl;
    let (zone, channel) = (seat.zone.get().cast_signed(), seat.channel.cast_signed());
    conn.transaction(|conn| {
        let rows: Vec<(Option<String>, i64, i64)> =
            locked!(
                conn,
                for_update,
                dsl::zone_lease
                    .filter(dsl::zone_id.eq(zone).and(dsl::channel.eq(channel)))
                    .select((dsl::host_id, dsl::epoch, dsl::expires_at))
            )?;
        let now = dialect::now(conn)?;
        let expires_at = now + LEASE_MILLIS;
        let Some((holder, epoch, expiry)) = rows.into_iter().next() else {
            let inserted = each!(conn, link => diesel::insert_into(dsl::zone_lease)
                .values((
                    dsl::zone_id.eq(zone),
                    dsl::channel.eq(channel),
                    dsl::host_id.eq(seat.host),
                    dsl::epoch.eq(1_i64),
                    dsl::expires_at.eq(expires_at),
                ))
                .on_conflict_do_nothing()
                .execute(link))?;
            return if inserted == 1 {
                Ok(Claim::Granted(1))
            } else {
                Err(StoreError::Again("a lease was made by somebody else".to_owned()))
            };
        };
        if let Some(holder) = holder.filter(|it| it != seat.host && expiry >= now && !force) {
            return Ok(Claim::HeldBy(holder));
        }
        each!(conn, link => diesel::update(dsl::zone_lease.find((zone, channel)))
            .set((
                dsl::host_id.eq(seat.host),
                dsl::epoch.eq(epoch + 1),
                dsl::expires_at.eq(expires_at),
            ))
            .execute(link))?;
        Ok(Claim::Granted((epoch + 1).cast_unsigned()))
    })
}

/// Renews all zones that a host holds; which ones, with their epochs.
///
/// # Errors
/// What the database says.
pub fn renew_zones(
    conn: &mut Connection,
    host: &str,
) -> Result<Vec<(ZoneId, u32, u64)>, StoreError> {
    use zone_lease::dsl;
    let now = dialect::now(conn)?;
    let rows: Vec<(i32, i32, i64)> = each!(conn, link => diesel::update(
        dsl::zone_lease.filter(dsl::host_id.eq(host)))
        .set(dsl::expires_at.eq(now + LEASE_MILLIS))
        .returning((dsl::zone_id, dsl::channel, dsl::epoch))
        .get_results(link))?;
    let rows = rows.into_iter().map(|(zone, channel, epoch)| {
        (ZoneId::new(zone.cast_unsigned()), channel.cast_unsigned(), epoch.cast_unsigned())
    });
    Ok(rows.collect())
}

/// Gives free at once all zones that a host holds: another one need not wait until the leases run out.
///
/// # Errors
/// What the database says.
pub fn release_zones(conn: &mut Connection, host: &str) -> Result<(), StoreError> {
    use zone_lease::dsl;
    each!(conn, link => diesel::update(dsl::zone_lease.filter(dsl::host_id.eq(host)))
        .set((dsl::host_id.eq(None::<String>), dsl::expires_at.eq(0_i64)))
        .execute(link))?;
    Ok(())
}
