//! What a measurement prints: a table for people, one line of JSON for machines, each value beside
//! its target. Fields: `schema`, `ok`, `command`, `seed`, `commit`, `cores`, `seconds`, then its
//! own.

use std::process::Command;
use std::time::Instant;

use serde_json::{Map, Value, json};

/// What a value is held against.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    /// Not more than this.
    AtMost(f64),
    /// Not less than this.
    AtLeast(f64),
    /// Told for comparison only.
    None,
}

/// One measured value.
struct Row {
    name: String,
    value: f64,
    unit: &'static str,
    target: Target,
}

/// The rows of one benchmark.
pub(crate) struct Report {
    command: &'static str,
    seed: u64,
    start: Instant,
    rows: Vec<Row>,
    extra: Map<String, Value>,
    lines: Vec<String>,
}

impl Report {
    /// An empty report; the clock of `seconds` starts.
    pub(crate) fn new(command: &'static str, seed: u64) -> Self {
        Self {
            command,
            seed,
            start: Instant::now(),
            rows: Vec::new(),
            extra: Map::new(),
            lines: Vec::new(),
        }
    }

    /// Adds a value with its unit and target.
    pub(crate) fn add(&mut self, name: &str, value: f64, unit: &'static str, target: Target) {
        self.rows.push(Row { name: name.to_owned(), value, unit, target });
    }

    /// Adds a field that stands only in the JSON.
    pub(crate) fn field(&mut self, name: &str, value: Value) {
        self.extra.insert(name.to_owned(), value);
    }

    /// Adds a line that stands only below the table.
    pub(crate) fn line(&mut self, line: String) {
        self.lines.push(line);
    }

    /// Whether every target is met.
    pub(crate) fn is_met(&self) -> bool {
        self.rows.iter().all(Row::is_met)
    }

    /// Prints the report as a table or as one line of JSON.
    pub(crate) fn print(&self, as_json: bool) {
        if as_json {
            println!("{}", self.json());
            return;
        }
        println!("{}", self.command);
        for row in &self.rows {
            let target = match row.target {
                Target::AtMost(bound) => format!("<= {bound}"),
                Target::AtLeast(bound) => format!(">= {bound}"),
                Target::None => String::new(),
            };
            let verdict = match (&row.target, row.is_met()) {
                (Target::None, _) => "",
                (_, true) => "met",
                (_, false) => "MISSED",
            };
            println!(
                "  {:<52} {:>12.3} {:<6} {target:>10}  {verdict}",
                row.name, row.value, row.unit
            );
        }
        self.lines.iter().for_each(|line| println!("  {line}"));
    }

    fn json(&self) -> Value {
        let mut line = json!({
            "schema": 1,
            "ok": self.is_met(),
            "command": self.command,
            "seed": self.seed,
            "commit": commit(),
            "cores": cores(),
            "seconds": self.start.elapsed().as_secs_f64(),
        });
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        line["rows"] = Value::Array(rows);
        for (name, value) in &self.extra {
            line[name] = value.clone();
        }
        line
    }
}

impl Row {
    fn is_met(&self) -> bool {
        match self.target {
            Target::AtMost(bound) => self.value <= bound,
            Target::AtLeast(bound) => self.value >= bound,
            Target::None => true,
        }
    }

    fn json(&self) -> Value {
        let bound = match self.target {
            Target::AtMost(bound) | Target::AtLeast(bound) => Some(bound),
            Target::None => None,
        };
        let met = bound.map(|_| self.is_met());
        json!({
            "name": self.name, "value": self.value, "unit": self.unit, "target": bound, "met": met
        })
    }
}

/// Processors of this machine.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Value at a share (0..=1) of a list, which is sorted for it.
pub(crate) fn percentile(values: &mut [f64], share: f64) -> f64 {
    assert!(!values.is_empty(), "a percentile needs values");
    values.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a list's index")]
    let index = ((values.len() - 1) as f64 * share).round() as usize;
    values[index]
}

fn commit() -> String {
    Command::new("git")
        .args(["describe", "--always", "--dirty"])
        .output()
        .ok()
        .filter(|output| output.status.success())
        .map_or_else(String::new, |output| String::from_utf8_lossy(&output.stdout).trim().into())
}
