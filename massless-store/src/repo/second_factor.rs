//! The staff's second factor: a secret of RFC 6238, codes that are good once, recovery codes.
//!
//! What a code is stands with the caller; here stands that no time step is taken twice, that wrong
//! codes lock it, and that only hashes of recovery codes are kept.

use diesel::prelude::*;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::limits::{FACTOR_FAILURES_MAX, FACTOR_LOCK_MILLIS};
use crate::repo::accounts::key;
use crate::repo::tokens::Hash;
use crate::schema::{recovery_code, second_factor};

/// Bytes of a secret. Reason: RFC 4226 recommends 160 bits.
pub const SECRET_BYTES: usize = 20;

/// An account's second factor.
#[derive(Clone, PartialEq, Eq)]
pub struct Factor {
    /// The shared secret.
    pub secret: [u8; SECRET_BYTES],
    /// No code is looked at before that, Unix milliseconds.
    pub locked_until: i64,
}

impl std::fmt::Debug for Factor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Factor").field("locked_until", &self.locked_until).finish_non_exhaustive()
    }
}

/// Gives an account a factor, or another one; the recovery codes of the one before are void.
///
/// # Errors
/// What the database says.
pub fn enrol(
    conn: &mut Connection,
    now: i64,
    account: u64,
    (secret, recovery): (&[u8; SECRET_BYTES], &[Hash]),
) -> Result<(), StoreError> {
    remove(conn, account)?;
    let account = key(account)?;
    each!(conn, link => diesel::insert_into(second_factor::table)
        .values((
            second_factor::account_id.eq(account),
            second_factor::secret.eq(&secret[..]),
            second_factor::enrolled_at.eq(now),
        ))
        .execute(link))?;
    for hash in recovery {
        each!(conn, link => diesel::insert_into(recovery_code::table)
            .values((recovery_code::hash.eq(&hash[..]), recovery_code::account_id.eq(account)))
            .execute(link))?;
    }
    Ok(())
}

/// Takes an account's factor away; whether there was one.
///
/// # Errors
/// What the database says.
pub fn remove(conn: &mut Connection, account: u64) -> Result<bool, StoreError> {
    let account = key(account)?;
    each!(conn, link => diesel::delete(
            recovery_code::table.filter(recovery_code::account_id.eq(account)),
        )
        .execute(link))?;
    let gone = each!(conn, link => diesel::delete(second_factor::table.find(account))
        .execute(link))?;
    Ok(gone > 0)
}

/// An account's factor.
///
/// # Errors
/// What the database says.
pub fn of(conn: &mut Connection, account: u64) -> Result<Option<Factor>, StoreError> {
    let account = key(account)?;
    let row: Option<(Vec<u8>, i64)> = each!(conn, link => second_factor::table
        .find(account)
        .select((second_factor::secret, second_factor::locked_until))
        .first(link)
        .optional())?;
    row.map(|(secret, locked_until)| {
        let secret = secret.try_into();
        let secret = secret.map_err(|_| StoreError::Damaged("a second factor".to_owned()))?;
        Ok(Factor { secret, locked_until })
    })
    .transpose()
}

/// Takes the code of a time step: true once for each step, and for none that is older. Wrong codes
/// of before are forgotten.
///
/// # Errors
/// What the database says.
pub fn take_step(conn: &mut Connection, account: u64, step: u64) -> Result<bool, StoreError> {
    let (account, step) = (key(account)?, key(step)?);
    let taken = each!(conn, link => diesel::update(
            second_factor::table.find(account).filter(second_factor::used_step.lt(step)),
        )
        .set((
            second_factor::used_step.eq(step),
            second_factor::failures.eq(0),
            second_factor::locked_until.eq(0),
        ))
        .execute(link))?;
    Ok(taken > 0)
}

/// Takes a recovery code: true once.
///
/// # Errors
/// What the database says.
pub fn take_recovery(
    conn: &mut Connection,
    now: i64,
    account: u64,
    hash: &Hash,
) -> Result<bool, StoreError> {
    let account = key(account)?;
    let taken = each!(conn, link => diesel::update(
            recovery_code::table.find(&hash[..]).filter(
                recovery_code::account_id.eq(account).and(recovery_code::used_at.is_null()),
            ),
        )
        .set(recovery_code::used_at.eq(now))
        .execute(link))?;
    Ok(taken > 0)
}

/// How many recovery codes are left.
///
/// # Errors
/// What the database says.
pub fn recovery_left(conn: &mut Connection, account: u64) -> Result<i64, StoreError> {
    let account = key(account)?;
    Ok(each!(conn, link => recovery_code::table
        .filter(recovery_code::account_id.eq(account).and(recovery_code::used_at.is_null()))
        .count()
        .get_result(link))?)
}

/// Counts a wrong code; true when it is one too many and the factor is locked for a while.
///
/// # Errors
/// What the database says.
pub fn fail(conn: &mut Connection, now: i64, account: u64) -> Result<bool, StoreError> {
    let account = key(account)?;
    let failures: Option<i32> = each!(conn, link => diesel::update(
            second_factor::table.find(account),
        )
        .set(second_factor::failures.eq(second_factor::failures + 1))
        .returning(second_factor::failures)
        .get_result(link)
        .optional())?;
    if failures.is_none_or(|failures| failures < FACTOR_FAILURES_MAX) {
        return Ok(false);
    }
    each!(conn, link => diesel::update(second_factor::table.find(account))
        .set((
            second_factor::failures.eq(0),
            second_factor::locked_until.eq(now + FACTOR_LOCK_MILLIS),
        ))
        .execute(link))?;
    Ok(true)
}
