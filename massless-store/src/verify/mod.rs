//! The checker: what must hold over all tables, as plain SQL that only reads.
//!
//! All of it sees one moment, so it may run beside a playing realm. A clean database names nothing; each
//! invariant has a broken database that it alone names (`massless-store/tests/suite/verify.rs`).

pub mod history;
mod ledger;
mod rest;

use diesel::prelude::*;

use crate::connection::{Backend, Connection, each};
use crate::dialect;
use crate::error::StoreError;
use crate::repo::operations::OperationId;
use crate::schema::ledger_tx;

/// Findings of one query that are told; more would say the same.
const FINDINGS_MAX: usize = 100;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Which invariant: `I1` to `I14`.
    pub invariant: &'static str,
    /// What breaks it.
    pub what: String,
}

/// One query: whatever it brings breaks the invariant.
///
/// `{hex(}` and `{)hex}` enclose bytes that are shown, `{json(}` and `{)json}` enclose an answer whose list
/// `created` is counted, `{now}` is the time in milliseconds.
#[derive(Debug)]
struct Check {
    invariant: &'static str,
    sql: &'static str,
}

/// Checks I1 to I14 (of I12 what the tables alone can tell), each finding by its invariant.
///
/// # Errors
/// What the database says.
pub fn run(conn: &mut Connection) -> Result<Vec<Violation>, StoreError> {
    conn.reading(|conn| {
        let now = dialect::now(conn)?;
        let mut violations = Vec::new();
        for check in ledger::CHECKS.iter().chain(&rest::CHECKS) {
            let found = look(conn, check, now)?;
            violations.extend(found);
        }
        violations.sort();
        Ok(violations)
    })
}

fn look(conn: &mut Connection, check: &Check, now: i64) -> Result<Vec<Violation>, StoreError> {
    let (hex, unhex, json, unjson) = match conn.backend() {
        Backend::Postgres => {
            ("encode(", ", 'hex')", "coalesce(json_array_length((", ")::json -> 'created'), 0)")
        }
        Backend::Sqlite => {
            ("lower(hex(", "))", "coalesce(json_array_length(", ", '$.created'), 0)")
        }
    };
    let sql = check
        .sql
        .replace("{hex(}", hex)
        .replace("{)hex}", unhex)
        .replace("{json(}", json)
        .replace("{)json}", unjson)
        .replace("{now}", &now.to_string());
    let sql = format!("SELECT what FROM ({sql}) AS finding ORDER BY what LIMIT {FINDINGS_MAX}");
    let invariant = check.invariant;
    let found = conn.texts(&sql)?;
    Ok(found.into_iter().map(|what| Violation { invariant, what }).collect())
}

/// An operation as a client was told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acknowledged {
    /// Which.
    pub id: OperationId,
    /// The ledger's result as it was told; `None` when it was refused.
    pub result: Option<String>,
}

/// I12: what was acknowledged is in the ledger with that result, what was refused is not.
///
/// # Errors
/// What the database says.
pub fn journal(
    conn: &mut Connection,
    lines: &[Acknowledged],
) -> Result<Vec<Violation>, StoreError> {
    let mut violations = Vec::new();
    for line in lines {
        let kept: Option<String> = each!(conn, link => ledger_tx::table
            .filter(ledger_tx::id.eq(&line.id.get()[..]))
            .select(ledger_tx::result)
            .first(link)
            .optional())?;
        if kept != line.result {
            let id: String = line.id.get().iter().map(|byte| format!("{byte:02x}")).collect();
            let what = format!("operation {id}: told {:?}, kept {kept:?}", line.result);
            violations.push(Violation { invariant: "I12", what });
        }
    }
    Ok(violations)
}
