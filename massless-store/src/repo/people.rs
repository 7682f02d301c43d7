//! Players as the staff looks them up: a search by the beginning of a name, and all of one account that
//! helps to judge it. Reads only.

use diesel::prelude::*;

use crate::connection::{Connection, Link, each};
use crate::error::StoreError;
use crate::limits::{SEARCH_ROWS_MAX, STAFF_PAGE};
use crate::repo::accounts::{key, number};
use crate::schema::{
    account, ban, character, character_lease, ledger_account, refresh_token, second_factor,
};

/// Somebody that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// `account.id`.
    pub account: u64,
    /// The account's login; none for guests.
    pub login: Option<String>,
    /// The words of its roles.
    pub roles: String,
    /// Its character that was found, by number, name and level; none when the login was.
    pub character: Option<(u64, String, u16)>,
    /// When the character played or the account was seen last, Unix milliseconds.
    pub seen_at: Option<i64>,
}

/// A character of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owned {
    /// `character.id`.
    pub id: u64,
    /// Its name.
    pub name: String,
    /// Class, faction, level.
    pub class: (u8, u8, u16),
    /// Where it was last.
    pub zone: i32,
    /// When it was made, played last, asked to be deleted: Unix milliseconds.
    pub times: (i64, Option<i64>, Option<i64>),
    /// The host that plays it, and until when that holds.
    pub host: Option<(String, i64)>,
    /// Coin that it has.
    pub coin: i64,
}

/// A log-in of an account: all refresh tokens of one family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogIn {
    /// The first bytes of its number.
    pub family: Vec<u8>,
    /// When it began, was used last, ends: Unix milliseconds.
    pub times: (i64, i64, i64),
    /// Whether it could still be gone on with.
    pub is_open: bool,
}

/// A ban, also one that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldBan {
    /// Why.
    pub reason: String,
    /// Who banned.
    pub by: String,
    /// When it began, ends (or never), was lifted: Unix milliseconds.
    pub times: (i64, Option<i64>, Option<i64>),
}

/// An account as the staff sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// `account.id`.
    pub id: u64,
    /// Whether it is a guest's.
    pub is_guest: bool,
    /// Its login.
    pub login: Option<String>,
    /// The words of its roles.
    pub roles: String,
    /// When it was made, seen last, deleted: Unix milliseconds.
    pub times: (i64, Option<i64>, Option<i64>),
    /// Whether it has a second factor.
    pub has_factor: bool,
    /// Its characters that are not gone for good.
    pub characters: Vec<Owned>,
    /// Its log-ins, the newest first.
    pub log_ins: Vec<LogIn>,
    /// Its bans, the newest first.
    pub bans: Vec<OldBan>,
}

/// Characters whose folded name, and accounts whose folded login begins so; by name. Each list has
/// `SEARCH_ROWS_MAX` at most.
///
/// # Errors
/// What the database says.
pub fn search(
    conn: &mut Connection,
    (name, login): (&str, &str),
) -> Result<Vec<Found>, StoreError> {
    let mut found = Vec::new();
    if !name.is_empty() {
        found.extend(by_name(conn, name)?);
    }
    if !login.is_empty() {
        found.extend(by_login(conn, login)?);
    }
    Ok(found)
}

/// All of an account; `None` when there is none of that number.
///
/// # Errors
/// What the database says.
pub fn person(conn: &mut Connection, now: i64, id: u64) -> Result<Option<Person>, StoreError> {
    type Row = (i16, Option<String>, String, i64, Option<i64>, Option<i64>);
    conn.reading(|conn| {
        let row_id = key(id)?;
        let row: Option<Row> = each!(conn, link => account::table
            .find(row_id)
            .select((
                account::kind, account::login, account::roles, account::created_at,
                account::seen_at, account::deleted_at,
            ))
            .first(link)
            .optional())?;
        let Some((kind, login, roles, created_at, seen_at, deleted_at)) = row else {
            return Ok(None);
        };
        let factors: i64 = each!(conn, link => second_factor::table
            .filter(second_factor::account_id.eq(row_id))
            .count()
            .get_result(link))?;
        Ok(Some(Person {
            id,
            is_guest: kind == 2,
            login,
            roles,
            times: (created_at, seen_at, deleted_at),
            has_factor: factors > 0,
            characters: characters(conn, row_id)?,
            log_ins: log_ins(conn, now, row_id)?,
            bans: bans(conn, row_id)?,
        }))
    })
}

/// The end of the range of words that begin with one; SQLite compares bytes.
fn past(start: &str) -> String {
    format!("{start}\u{10FFFF}")
}

/// The pattern of words that begin with one.
fn pattern(start: &str) -> String {
    let mut pattern = String::with_capacity(start.len() + 1);
    for letter in start.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}

fn by_name(conn: &mut Connection, start: &str) -> Result<Vec<Found>, StoreError> {
    type Row = (i64, String, i16, Option<i64>, i64, Option<String>, String);
    macro_rules! rows {
        ($link:ident, $begins:expr) => {
            character::table
                .inner_join(account::table)
                .filter($begins)
                .order(character::name_key)
                .limit(SEARCH_ROWS_MAX)
                .select((
                    character::id,
                    character::name,
                    character::level,
                    character::played_at,
                    account::id,
                    account::login,
                    account::roles,
                ))
                .load::<Row>($link)
        };
    }
    let rows = match &mut conn.link {
        Link::Postgres(link) => rows!(link, character::name_key.like(pattern(start))),
        Link::Sqlite(link) => {
            rows!(link, character::name_key.ge(start).and(character::name_key.lt(past(start))))
        }
    }?;
    rows.into_iter()
        .map(|(id, name, level, seen_at, account, login, roles)| {
            let character = Some((number(id)?, name, u16::try_from(level).unwrap_or(0)));
            Ok(Found { account: number(account)?, login, roles, character, seen_at })
        })
        .collect()
}

fn by_login(conn: &mut Connection, start: &str) -> Result<Vec<Found>, StoreError> {
    type Row = (i64, Option<String>, String, Option<i64>);
    macro_rules! rows {
        ($link:ident, $begins:expr) => {
            account::table
                .filter($begins)
                .order(account::login_key)
                .limit(SEARCH_ROWS_MAX)
                .select((account::id, account::login, account::roles, account::seen_at))
                .load::<Row>($link)
        };
    }
    let rows = match &mut conn.link {
        Link::Postgres(link) => rows!(link, account::login_key.like(pattern(start))),
        Link::Sqlite(link) => {
            rows!(link, account::login_key.ge(start).and(account::login_key.lt(past(start))))
        }
    }?;
    rows.into_iter()
        .map(|(account, login, roles, seen_at)| {
            Ok(Found { account: number(account)?, login, roles, character: None, seen_at })
        })
        .collect()
}

fn characters(conn: &mut Connection, id: i64) -> Result<Vec<Owned>, StoreError> {
    type Facts = (i64, String, i16, i16, i16, i32, i64, Option<i64>, Option<i64>);
    type Seat = Option<(Option<String>, i64)>;
    let rows: Vec<(Facts, Seat)> = each!(conn, link => character::table
        .left_join(character_lease::table)
        .filter(character::account_id.eq(id).and(character::purged_at.is_null()))
        .order(character::id)
        .limit(STAFF_PAGE)
        .select((
            (
                character::id, character::name, character::class, character::faction,
                character::level, character::zone_id, character::created_at,
                character::played_at, character::deleted_at,
            ),
            (character_lease::host_id, character_lease::expires_at).nullable(),
        ))
        .load(link))?;
    let ids: Vec<i64> = rows.iter().map(|(facts, _)| facts.0).collect();
    let purses: Vec<(i64, i64)> = each!(conn, link => ledger_account::table
        .filter(ledger_account::kind.eq(1).and(ledger_account::owner_id.eq_any(ids)))
        .select((ledger_account::owner_id, ledger_account::balance))
        .load(link))?;
    rows.into_iter()
        .map(|(facts, seat)| {
            let (id, name, class, faction, level, zone, made_at, played_at, deleted_at) = facts;
            let small = |value: i16| u8::try_from(value).unwrap_or(0);
            Ok(Owned {
                id: number(id)?,
                name,
                class: (small(class), small(faction), u16::try_from(level).unwrap_or(0)),
                zone,
                times: (made_at, played_at, deleted_at),
                host: seat.and_then(|(host, until)| Some((host?, until))),
                coin: purses.iter().find(|purse| purse.0 == id).map_or(0, |purse| purse.1),
            })
        })
        .collect()
}

fn log_ins(conn: &mut Connection, now: i64, id: i64) -> Result<Vec<LogIn>, StoreError> {
    type Row = (Vec<u8>, i64, i64, Option<i64>, Option<i64>);
    let rows: Vec<Row> = each!(conn, link => refresh_token::table
        .filter(refresh_token::account_id.eq(id))
        .order(refresh_token::created_at.desc())
        .limit(10 * STAFF_PAGE)
        .select((
            refresh_token::family, refresh_token::created_at, refresh_token::expires_at,
            refresh_token::used_at, refresh_token::revoked_at,
        ))
        .load(link))?;
    let mut log_ins: Vec<LogIn> = Vec::new();
    for (family, made_at, expires_at, used_at, revoked_at) in rows {
        let is_open = used_at.is_none() && revoked_at.is_none() && expires_at > now;
        // The newest token of a family comes first.
        match log_ins.iter_mut().find(|it| it.family == family) {
            Some(it) => {
                it.times.0 = made_at;
                it.is_open |= is_open;
            }
            None => {
                let times = (made_at, made_at, expires_at);
                log_ins.push(LogIn { family, times, is_open });
            }
        }
    }
    Ok(log_ins)
}

fn bans(conn: &mut Connection, id: i64) -> Result<Vec<OldBan>, StoreError> {
    type Row = (String, String, i64, Option<i64>, Option<i64>);
    let rows: Vec<Row> = each!(conn, link => ban::table
        .filter(ban::account_id.eq(id))
        .order(ban::id.desc())
        .limit(STAFF_PAGE)
        .select((ban::reason, ban::banned_by, ban::created_at, ban::until_at, ban::lifted_at))
        .load(link))?;
    let bans = rows.into_iter().map(|(reason, by, since, until, lifted)| OldBan {
        reason,
        by,
        times: (since, until, lifted),
    });
    Ok(bans.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_never_a_pattern() {
        assert_eq!(pattern("a_b%c\\"), "a\\_b\\%c\\\\%");
        assert!("anna" < past("an").as_str() && "ao" > past("an").as_str());
    }
}
