//! Kill switches: paths of wealth that an operator shuts at run time. Every operation looks at them.

use diesel::prelude::*;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::repo::bans::{self, Deed};
use crate::repo::operations::PATHS;
use crate::schema::kill_switch;

/// Shuts or opens a path (one of `operations::PATHS`), and writes down who did.
///
/// # Errors
/// `Denied` for a path that there is not.
pub fn turn(
    conn: &mut Connection,
    now: i64,
    (path, is_off): (&str, bool),
    by: &str,
) -> Result<(), StoreError> {
    use kill_switch::dsl;
    if !PATHS.contains(&path) {
        return Err(StoreError::Denied("there is no such path of wealth"));
    }
    conn.transaction(|conn| {
        each!(conn, link => diesel::insert_into(dsl::kill_switch)
            .values((
                dsl::name.eq(path),
                dsl::is_off.eq(is_off),
                dsl::changed_by.eq(by),
                dsl::changed_at.eq(now),
            ))
            .on_conflict(dsl::name)
            .do_update()
            .set((dsl::is_off.eq(is_off), dsl::changed_by.eq(by), dsl::changed_at.eq(now)))
            .execute(link))?;
        let action = if is_off { "switch.off" } else { "switch.on" };
        bans::audit(
            conn,
            now,
            &Deed { actor: by, account: None, action, subject: path, detail: "" },
        )
    })
}

/// All paths and whether they are shut.
///
/// # Errors
/// What the database says.
pub fn list(conn: &mut Connection) -> Result<Vec<(&'static str, bool)>, StoreError> {
    use kill_switch::dsl;
    let shut: Vec<String> = each!(conn, link => dsl::kill_switch
        .filter(dsl::is_off)
        .select(dsl::name)
        .load(link))?;
    Ok(PATHS.iter().map(|&path| (path, shut.iter().any(|name| name == path))).collect())
}

/// A path and its switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// One of `operations::PATHS`.
    pub path: &'static str,
    /// Whether it is shut.
    pub is_off: bool,
    /// Who turned it last, and when (Unix milliseconds); nobody ever did without it.
    pub turned: Option<(String, i64)>,
}

/// All paths with who turned them last.
///
/// # Errors
/// What the database says.
pub fn detailed(conn: &mut Connection) -> Result<Vec<Switch>, StoreError> {
    use kill_switch::dsl;
    let rows: Vec<(String, bool, String, i64)> = each!(conn, link => dsl::kill_switch
        .select((dsl::name, dsl::is_off, dsl::changed_by, dsl::changed_at))
        .load(link))?;
    let of = |path: &'static str| {
        let row = rows.iter().find(|row| row.0 == path);
        Switch {
            path,
            is_off: row.is_some_and(|row| row.1),
            turned: row.map(|row| (row.2.clone(), row.3)),
        }
    };
    Ok(PATHS.into_iter().map(of).collect())
}
