//! What commands print for people: columns that stand under each other, moments, and the ends of a
//! change in the ledger.

use serde_json::Value;

use super::report::{Outcome, Report, fields};
use crate::office::moment;

/// Rows under their heads, each column as wide as it needs.
pub(super) fn print(heads: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([heads[column].len()]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        println!("{}", padded.collect::<Vec<_>>().join("  ").trim_end());
    };
    line(&mut heads.iter().copied());
    for row in rows {
        line(&mut row.iter().map(String::as_str));
    }
}

/// A value as text: nothing for `null`, texts without quotes.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A moment of Unix milliseconds as text.
pub(super) fn at(value: &Value) -> String {
    value.as_i64().map_or_else(String::new, moment)
}

/// One end of a change in the ledger.
pub(super) fn party(value: &Value) -> String {
    let name = value["name"].as_str().map_or_else(|| text(&value["id"]), str::to_owned);
    format!("{} {name}", text(&value["kind"]))
}

/// The members of a list.
pub(super) fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// Ends a command: the line of JSON if it is wanted, else what `people` prints.
pub(super) fn end(
    report: &Report,
    is_json: bool,
    value: Value,
    people: impl FnOnce(&Value),
) -> Outcome {
    if is_json {
        report.print(Outcome::Met, fields(value));
    } else {
        people(&value);
    }
    Outcome::Met
}
