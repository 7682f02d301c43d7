//! What the staff did, as the audit has it: pages from the newest on. Writing stands in `bans`.

use diesel::prelude::*;

use crate::connection::{Connection, each};
use crate::error::StoreError;
use crate::limits::STAFF_PAGE;
use crate::repo::accounts::{key, number};
use crate::schema::audit;

/// Which lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of that actor alone.
    pub actor: Option<String>,
    /// Of that action alone.
    pub action: Option<String>,
    /// That concern this account.
    pub account: Option<u64>,
    /// Older than the line of that number.
    pub before: Option<u64>,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number; rises.
    pub id: u64,
    /// When, Unix milliseconds.
    pub at: i64,
    /// Who: a login, or where the order came from.
    pub actor: String,
    /// The account that it concerns.
    pub account: Option<u64>,
    /// What was done.
    pub action: String,
    /// To whom or what.
    pub subject: String,
    /// More about it.
    pub detail: String,
}

type Row = (i64, i64, String, Option<i64>, String, String, String);

/// A page of `STAFF_PAGE` lines, the newest first.
///
/// # Errors
/// What the database says.
pub fn page(conn: &mut Connection, filter: &Filter) -> Result<Vec<Line>, StoreError> {
    let account = filter.account.map(key).transpose()?;
    let before = filter.before.map_or(Ok(i64::MAX), key)?;
    let rows: Vec<Row> = each!(conn, link => {
        let mut query = audit::table
            .filter(audit::id.lt(before))
            .order(audit::id.desc())
            .limit(STAFF_PAGE)
            .select((
                audit::id, audit::happened_at, audit::actor, audit::account_id, audit::action,
                audit::subject, audit::detail,
            ))
            .into_boxed();
        if let Some(actor) = &filter.actor {
            query = query.filter(audit::actor.eq(actor));
        }
        if let Some(action) = &filter.action {
            query = query.filter(audit::action.eq(action));
        }
        if let Some(account) = account {
            query = query.filter(audit::account_id.eq(account));
        }
        query.load(link)
    })?;
    rows.into_iter()
        .map(|(id, at, actor, account, action, subject, detail)| {
            let (id, account) = (number(id)?, account.map(number).transpose()?);
            Ok(Line { id, at, actor, account, action, subject, detail })
        })
        .collect()
}
