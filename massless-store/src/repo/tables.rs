//! The tables as they are, for people who look into a database: names, counts, pages of rows. It only
//! reads, and shows no secret.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::connection::{Backend, Connection, each};
use crate::error::StoreError;

/// Rows of one page.
pub const PAGE_ROWS: i64 = 100;

/// Columns that nobody is shown.
const SECRET: [&str; 5] = ["password_hash", "hash", "parent", "email", "secret"];

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// How many rows it has.
    pub rows: i64,
}

/// Some rows of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Names of the columns, in their order.
    pub columns: Vec<String>,
    /// `[row][column]`, each value as text; `None` is NULL.
    pub rows: Vec<Vec<Option<String>>>,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

/// All tables, by name.
///
/// # Errors
/// What the database says.
pub fn tables(conn: &mut Connection) -> Result<Vec<Table>, StoreError> {
    let names = match conn.backend() {
        Backend::Postgres => {
            "SELECT table_name::text AS name FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1"
        }
        Backend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' \
             ORDER BY 1"
        }
    };
    let named: Vec<Named> = each!(conn, link => diesel::sql_query(names).load(link))?;
    let mut tables = Vec::with_capacity(named.len());
    for Named { name } in named {
        let query = format!("SELECT count(*) AS count FROM {}", quoted(&name));
        let counted: Counted = each!(conn, link => diesel::sql_query(&query).get_result(link))?;
        tables.push(Table { name, rows: counted.count });
    }
    Ok(tables)
}

/// A page of a table, from 0 on, ordered by its first column from the newest on.
///
/// # Errors
/// `Missing` when there is no such table; else what the database says.
pub fn page(conn: &mut Connection, table: &str, page: u32) -> Result<Page, StoreError> {
    let columns = columns_of(conn, table)?;
    let [first, ..] = &columns[..] else { return Err(StoreError::Missing("table")) };
    let values: Vec<String> = columns.iter().map(|column| value_of(conn, column)).collect();
    let make = match conn.backend() {
        Backend::Postgres => "json_build_array",
        Backend::Sqlite => "json_array",
    };
    let cast = if conn.backend() == Backend::Postgres { "::text" } else { "" };
    let query = format!(
        "SELECT {make}({}){cast} AS line FROM {} ORDER BY {} DESC LIMIT {PAGE_ROWS} OFFSET {}",
        values.join(", "),
        quoted(table),
        quoted(first),
        i64::from(page) * PAGE_ROWS,
    );
    let lines: Vec<Line> = each!(conn, link => diesel::sql_query(&query).load(link))?;
    let rows = lines.iter().map(|Line { line }| {
        let row: Vec<serde_json::Value> =
            serde_json::from_str(line).map_err(|error| StoreError::Damaged(error.to_string()))?;
        Ok(row.into_iter().map(text_of).collect())
    });
    Ok(Page { columns, rows: rows.collect::<Result<_, StoreError>>()? })
}

/// Only names that the catalogue knows get into a query.
fn columns_of(conn: &mut Connection, table: &str) -> Result<Vec<String>, StoreError> {
    let query = match conn.backend() {
        Backend::Postgres => {
            "SELECT column_name::text AS name FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position"
        }
        Backend::Sqlite => "SELECT name FROM pragma_table_info(?) ORDER BY cid",
    };
    let named: Vec<Named> = each!(conn, link => diesel::sql_query(query)
        .bind::<Text, _>(table)
        .load(link))?;
    Ok(named.into_iter().map(|named| named.name).collect())
}

fn value_of(conn: &Connection, column: &str) -> String {
    let name = quoted(column);
    if SECRET.contains(&column) {
        return format!("CASE WHEN {name} IS NULL THEN NULL ELSE '(secret)' END");
    }
    match conn.backend() {
        Backend::Postgres => format!("left({name}::text, 400)"),
        Backend::Sqlite => format!(
            "CASE typeof({name}) WHEN 'blob' THEN 'x' || lower(hex(substr({name}, 1, 200))) \
             WHEN 'text' THEN substr({name}, 1, 400) ELSE {name} END"
        ),
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn text_of(value: serde_json::Value) -> Option<String> {
    match value {
        serde_json::Value::Null => None,
        serde_json::Value::String(text) => Some(text),
        other => Some(other.to_string()),
    }
}
