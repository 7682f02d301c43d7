//! Accounts: who may log in, with which roles, and what ends all sessions at once.

use diesel::prelude::*;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::repo::{second_factor, tokens};
use crate::schema::{account, ticket};

/// `account.kind` of somebody with a login and a password.
const MEMBER: i16 = 1;
/// `account.kind` of somebody without.
const GUEST: i16 = 2;

/// What an account's bearer may do beside playing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Plays. Everybody does.
    Player,
    /// Sends away, mutes and bans.
    Moderator,
    /// Does everything.
    Admin,
}

impl Role {
    /// All roles, rising.
    pub const ALL: [Self; 3] = [Self::Player, Self::Moderator, Self::Admin];

    /// The role's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Player => "player",
            Self::Moderator => "moderator",
            Self::Admin => "admin",
        }
    }

    /// The highest role among words that are separated by blanks; unknown ones give nothing.
    #[must_use]
    pub fn highest(words: &str) -> Self {
        let is_named = |role: &Self| words.split_whitespace().any(|word| word == role.word());
        Self::ALL.into_iter().rev().find(is_named).unwrap_or(Self::Player)
    }
}

/// An account as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// `account.id`.
    pub id: u64,
    /// Whether it has neither login nor password.
    pub is_guest: bool,
    /// The login as it was written; none for guests.
    pub login: Option<String>,
    /// The password's hash in PHC form; none for guests.
    pub password_hash: Option<String>,
    /// Tokens of a lower epoch are void.
    pub session_epoch: u64,
    /// Its highest role.
    pub role: Role,
    /// When it was made, Unix milliseconds.
    pub created_at: i64,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("id", &self.id).finish_non_exhaustive()
    }
}

/// What a new account begins with.
pub enum NewAccount<'a> {
    /// Somebody with a password.
    Member {
        /// The login as it is shown to its owner.
        login: &'a str,
        /// The login as it is compared.
        key: &'a str,
        /// An address of mail, if one was given.
        email: Option<&'a str>,
        /// The password's hash in PHC form.
        password_hash: &'a str,
    },
    /// Somebody without.
    Guest,
}

type Row = (i64, i16, Option<String>, Option<String>, i64, String, i64);

/// Makes an account; its id.
///
/// # Errors
/// `Taken` when the login is.
pub fn create(conn: &mut Connection, now: i64, new: &NewAccount<'_>) -> Result<u64, StoreError> {
    let id: i64 = match *new {
        NewAccount::Member { login, key, email, password_hash } => {
            each!(conn, link => diesel::insert_into(account::table)
            .values((
                account::kind.eq(MEMBER),
                account::login.eq(login),
                account::login_key.eq(key),
                account::email.eq(email),
                account::password_hash.eq(password_hash),
                account::created_at.eq(now),
                account::seen_at.eq(now),
            ))
            .returning(account::id)
            .get_result(link))
        }
        NewAccount::Guest => each!(conn, link => diesel::insert_into(account::table)
            .values((
                account::kind.eq(GUEST),
                account::created_at.eq(now),
                account::seen_at.eq(now),
            ))
            .returning(account::id)
            .get_result(link)),
    }?;
    number(id)
}

/// The account of a login as it is compared, unless it was deleted.
///
/// # Errors
/// What the database says.
pub fn by_login(conn: &mut Connection, key: &str) -> Result<Option<Account>, StoreError> {
    let row: Option<Row> = each!(conn, link => account::table
        .filter(account::login_key.eq(key).and(account::deleted_at.is_null()))
        .select((
            account::id, account::kind, account::login, account::password_hash,
            account::session_epoch, account::roles, account::created_at,
        ))
        .first(link)
        .optional())?;
    row.map(read).transpose()
}

/// The account of that id, unless it was deleted.
///
/// # Errors
/// What the database says.
pub fn by_id(conn: &mut Connection, id: u64) -> Result<Option<Account>, StoreError> {
    let Ok(id) = i64::try_from(id) else { return Ok(None) };
    let row: Option<Row> = each!(conn, link => account::table
        .filter(account::id.eq(id).and(account::deleted_at.is_null()))
        .select((
            account::id, account::kind, account::login, account::password_hash,
            account::session_epoch, account::roles, account::created_at,
        ))
        .first(link)
        .optional())?;
    row.map(read).transpose()
}

/// Notes that the account's owner was here.
///
/// # Errors
/// What the database says.
pub fn note_seen(conn: &mut Connection, now: i64, id: u64) -> Result<(), StoreError> {
    let id = key(id)?;
    each!(conn, link => diesel::update(account::table.filter(account::id.eq(id)))
        .set(account::seen_at.eq(now))
        .execute(link))?;
    Ok(())
}

/// Takes another password and ends every session: epoch, refresh tokens, tickets.
///
/// # Errors
/// `Missing` when there is no such account.
pub fn change_password(
    conn: &mut Connection,
    now: i64,
    id: u64,
    password_hash: &str,
) -> Result<u64, StoreError> {
    conn.transaction(|conn| {
        let row = key(id)?;
        each!(conn, link => diesel::update(account::table.filter(account::id.eq(row)))
            .set(account::password_hash.eq(password_hash))
            .execute(link))?;
        end_sessions(conn, now, id)
    })
}

/// Ends every session of an account: access tokens by the epoch, refresh tokens, tickets. The new
/// epoch.
///
/// # Errors
/// `Missing` when there is no such account.
pub fn end_sessions(conn: &mut Connection, now: i64, id: u64) -> Result<u64, StoreError> {
    conn.transaction(|conn| {
        let row = key(id)?;
        let epoch: Option<i64> =
            each!(conn, link => diesel::update(account::table.filter(account::id.eq(row)))
            .set(account::session_epoch.eq(account::session_epoch + 1))
            .returning(account::session_epoch)
            .get_result(link)
            .optional())?;
        tokens::revoke_all(conn, now, id)?;
        each!(conn, link => diesel::delete(ticket::table.filter(ticket::account_id.eq(row)))
            .execute(link))?;
        number(epoch.ok_or(StoreError::Missing("account"))?)
    })
}

/// Gives an account another role, the only one it has beside playing.
///
/// # Errors
/// `Missing` when there is no such account.
pub fn set_role(conn: &mut Connection, id: u64, role: Role) -> Result<(), StoreError> {
    let id = key(id)?;
    let words = if role == Role::Player { "" } else { role.word() };
    let changed = each!(conn, link => diesel::update(account::table.filter(account::id.eq(id)))
        .set(account::roles.eq(words))
        .execute(link))?;
    if changed == 0 { Err(StoreError::Missing("account")) } else { Ok(()) }
}

/// Forgets who an account belonged to: login, mail, password, second factor; ends its sessions. Its row stays for
/// what its characters did.
///
/// # Errors
/// `Missing` when there is no such account.
pub fn erase(conn: &mut Connection, now: i64, id: u64) -> Result<(), StoreError> {
    conn.transaction(|conn| {
        end_sessions(conn, now, id)?;
        second_factor::remove(conn, id)?;
        let id = key(id)?;
        each!(conn, link => diesel::update(account::table.filter(account::id.eq(id)))
            .set((
                account::deleted_at.eq(now),
                account::login.eq(None::<String>),
                account::login_key.eq(None::<String>),
                account::email.eq(None::<String>),
                account::email_key.eq(None::<String>),
                account::password_hash.eq(None::<String>),
                account::roles.eq(""),
            ))
            .execute(link))?;
        Ok(())
    })
}

fn read(row: Row) -> Result<Account, StoreError> {
    let (id, kind, login, password_hash, session_epoch, roles, created_at) = row;
    Ok(Account {
        id: number(id)?,
        is_guest: kind == GUEST,
        login,
        password_hash,
        session_epoch: number(session_epoch)?,
        role: Role::highest(&roles),
        created_at,
    })
}

/// A number of ours as the database has it.
pub(crate) fn key(id: u64) -> Result<i64, StoreError> {
    i64::try_from(id).map_err(|_| StoreError::Missing("number"))
}

/// A number of the database as we have it.
pub(crate) fn number(id: i64) -> Result<u64, StoreError> {
    u64::try_from(id).map_err(|_| StoreError::Damaged(format!("the number {id}")))
}
