//! A look at the tables, whatever they are: for the database studio. It reads, and shows no secret.

use serde_json::Value;

use crate::connection::{Backend, Connection};
use crate::error::StoreError;

/// Columns that are shown to nobody.
const SECRETS: [(&str, &str); 3] =
    [("account", "password_hash"), ("refresh_token", "hash"), ("ticket", "hash")];

/// A table and its columns, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The columns that may be shown.
    pub columns: Vec<String>,
}

/// All tables, by name.
///
/// # Errors
/// What the database says.
pub fn tables(conn: &mut Connection) -> Result<Vec<Table>, StoreError> {
    let sql = match conn.backend() {
        Backend::Postgres => {
            "SELECT table_name || '.' || column_name AS what FROM information_schema.columns \
             WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position"
        }
        Backend::Sqlite => {
            "SELECT it.name || '.' || col.name AS what FROM sqlite_schema AS it \
             JOIN pragma_table_info(it.name) AS col \
             WHERE it.type = 'table' AND it.name NOT LIKE 'sqlite%' ORDER BY it.name, col.cid"
        }
    };
    let mut tables: Vec<Table> = Vec::new();
    for line in conn.texts(sql)? {
        let Some((name, column)) = line.split_once('.') else { continue };
        if name.starts_with("__") || SECRETS.contains(&(name, column)) {
            continue;
        }
        match tables.last_mut() {
            Some(table) if table.name == name => table.columns.push(column.to_owned()),
            _ => {
                tables.push(Table { name: name.to_owned(), columns: vec![column.to_owned()] });
            }
        }
    }
    Ok(tables)
}

/// Some rows of a table as JSON objects, bytes in hexadecimal digits, ordered by the first column.
///
/// # Errors
/// `Missing` for a table that there is not; else what the database says.
pub fn page(
    conn: &mut Connection,
    table: &str,
    (offset, most): (u32, u32),
) -> Result<Vec<Value>, StoreError> {
    let tables = tables(conn)?;
    let table = tables.iter().find(|it| it.name == table).ok_or(StoreError::Missing("table"))?;
    let columns = table.columns.iter();
    let sql = match conn.backend() {
        Backend::Postgres => {
            let columns: Vec<String> = columns.map(|name| format!("\"{name}\"")).collect();
            format!(
                "SELECT row_to_json(it)::text AS what FROM (SELECT {} FROM \"{}\" \
                 ORDER BY 1 LIMIT {most} OFFSET {offset}) AS it",
                columns.join(", "),
                table.name
            )
        }
        Backend::Sqlite => {
            let columns: Vec<String> = columns
                .map(|name| {
                    format!(
                        "'{name}', CASE typeof(\"{name}\") WHEN 'blob' \
                         THEN lower(hex(\"{name}\")) ELSE \"{name}\" END"
                    )
                })
                .collect();
            format!(
                "SELECT json_object({}) AS what FROM \"{}\" ORDER BY \"{}\" \
                 LIMIT {most} OFFSET {offset}",
                columns.join(", "),
                table.name,
                table.columns[0]
            )
        }
    };
    let rows = conn.texts(&sql)?;
    let rows = rows.iter().map(|row| {
        serde_json::from_str(row).map_err(|error| StoreError::Damaged(error.to_string()))
    });
    rows.collect()
}
