//! How a command ends: an exit code, and with `--json` one line that machines read.

use std::process::ExitCode;
use std::time::Instant;

use serde_json::{Map, Value, json};

/// Version of the line's shape.
const SCHEMA: u32 = 1;

/// How a command ended. The numbers are those of the machine interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// What was asked holds.
    Met,
    /// It does not hold.
    Missed,
    /// The measurement says nothing.
    Void,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Met => 0,
            Outcome::Missed => 1,
            Outcome::Void => 3,
        })
    }
}

/// Exit code of wrong use and bad settings.
pub(crate) const EXIT_WRONG_USE: u8 = 2;

/// A mistake of the caller: one sentence with the way out; exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct WrongUse(pub(crate) String);

/// The last line of a command.
#[derive(Debug)]
pub(crate) struct Report {
    command: &'static str,
    seed: u64,
    started: Instant,
}

impl Report {
    /// The clock of the line's `seconds` starts here.
    pub(crate) fn start(command: &'static str, seed: u64) -> Self {
        Self { command, seed, started: Instant::now() }
    }

    /// Prints the line with the command's own fields.
    pub(crate) fn print(&self, outcome: Outcome, fields: Map<String, Value>) {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut line = Map::new();
        line.insert("schema".to_owned(), json!(SCHEMA));
        line.insert("ok".to_owned(), json!(outcome == Outcome::Met));
        line.insert("command".to_owned(), json!(self.command));
        line.insert("seed".to_owned(), json!(self.seed));
        line.insert("commit".to_owned(), json!(env!("MASSLESS_COMMIT")));
        line.insert("cores".to_owned(), json!(cores));
        line.insert("seconds".to_owned(), json!(rounded(self.started.elapsed().as_secs_f64(), 3)));
        line.extend(fields);
        println!("{}", Value::Object(line));
    }
}

/// The object of a `json!` literal.
pub(crate) fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        other => Map::from_iter([("value".to_owned(), other)]),
    }
}

/// `value` with so many decimals.
pub(crate) fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}
