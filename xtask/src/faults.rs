//! `cargo xtask faults`: the table of faults, row by row, each with what proves its promise and what came of
//! that just now.
//!
//! A row counts as passed only when everything that its promise names is proven by something that ran; a row of
//! which a part is open is "not covered", and says which part.

mod measure;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use self::rows::Proof::{self, Drill, KillTest, Test};
use self::rows::{ROWS, Row};
use crate::project::Project;
use crate::verdict::Verdict;
use crate::{autobahn, build, drill, kill, packages};

/// Runs every proof once and tells what each row came to; whether nothing failed.
pub(crate) fn run(project: &Project, only: &[String], is_json: bool) -> Result<bool> {
    let begun = Instant::now();
    if let Some(unknown) = only.iter().find(|id| ROWS.iter().all(|row| row.id != *id)) {
        bail!("there is no row {unknown}; there are F1 to F{}", ROWS.len());
    }
    let is_wanted = |row: &&Row| only.is_empty() || only.iter().any(|id| id == row.id);
    let wanted: Vec<&Row> = ROWS.iter().filter(is_wanted).collect();
    // For the clocks' row.
    packages::ensure(&["faketime"])?;
    let proofs = wanted.iter().flat_map(|row| row.proofs.iter().copied());
    let mut tests = BTreeSet::new();
    let mut results: Vec<(Proof, bool)> = Vec::new();
    for proof in proofs {
        match proof {
            Test(name) => _ = tests.insert(name),
            _ if results.iter().any(|(done, _)| *done == proof) => {}
            Drill(name) => {
                let verdict = drill::run(project, &drill::Arguments::short(name));
                results.push((proof, judged(verdict.map(|verdict| verdict == Verdict::Met))));
            }
            Proof::Measure(what) => results.push((proof, judged(measure::run(project, what)))),
            Proof::Autobahn => {
                results.push((proof, judged(autobahn::check(project).map(|()| true))))
            }
            KillTest => {
                let verdict = kill::run(project, &kill::Arguments::short());
                results.push((proof, judged(verdict.map(|verdict| verdict == Verdict::Met))));
            }
        }
    }
    let ran = run_tests(project, &tests)?;
    results.extend(tests.into_iter().map(|name| (Test(name), passed(&ran, name))));
    let rows: Vec<(&Row, &str)> =
        wanted.into_iter().map(|row| (row, result(row, &results))).collect();
    for (row, result) in &rows {
        let open =
            if row.open.is_empty() { String::new() } else { format!("  (open: {})", row.open) };
        println!("{:<4} {result:<12} {}{open}", row.id, row.fault);
    }
    let count = |wanted: &str| rows.iter().filter(|(_, result)| *result == wanted).count();
    println!(
        "{} passed, {} not covered, {} failed",
        count("passed"),
        count("not covered"),
        count("failed")
    );
    if is_json {
        println!("{}", line(project, &rows, begun));
    }
    Ok(count("failed") == 0)
}

/// What could not be run proves nothing; the other rows go on.
fn judged(outcome: Result<bool>) -> bool {
    outcome.unwrap_or_else(|error| {
        eprintln!("{error:#}");
        false
    })
}

fn result(row: &Row, results: &[(Proof, bool)]) -> &'static str {
    let is_good = |proof: &Proof| results.iter().any(|(done, is_good)| done == proof && *is_good);
    if !row.proofs.iter().all(is_good) {
        "failed"
    } else if row.open.is_empty() {
        "passed"
    } else {
        "not covered"
    }
}

/// Runs tests by name; how each that ran ended.
fn run_tests(project: &Project, names: &BTreeSet<&str>) -> Result<BTreeMap<String, bool>> {
    // Without a name cargo would run every test.
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    // One at a time: many have a promise about time, and some load the machine.
    let how = ["--", "--include-ignored", "--test-threads", "1"];
    let order = [&["test", "--no-fail-fast"], &build::TESTED[..], &how].concat();
    let mut command = project.cargo(&order);
    let mut running =
        command.args(names).stdout(Stdio::piped()).spawn().context("cargo cannot be started")?;
    let output = running.stdout.take().context("its output is a pipe")?;
    let mut ran = BTreeMap::new();
    let mut is_of_use = false;
    for line in BufReader::new(output).lines() {
        let line = line?;
        // Most programs have none of these tests.
        if line.starts_with("running ") {
            is_of_use = !line.starts_with("running 0 ");
        }
        if is_of_use && !line.is_empty() {
            eprintln!("{line}");
        }
        let Some((name, word)) = line.strip_prefix("test ").and_then(|it| it.split_once(" ... "))
        else {
            continue;
        };
        // Two tests of one name in two programs: both have to pass.
        *ran.entry(name.to_owned()).or_insert(true) &= word == "ok";
    }
    running.wait()?;
    Ok(ran)
}

/// Whether a test ran that is called so, and passed.
fn passed(ran: &BTreeMap<String, bool>, name: &str) -> bool {
    let is_it = |path: &str| path == name || path.ends_with(&format!("::{name}"));
    let mut found = ran.iter().filter(|(path, _)| is_it(path)).peekable();
    found.peek().is_some() && found.all(|(_, is_good)| *is_good)
}

fn line(project: &Project, rows: &[(&Row, &str)], begun: Instant) -> Value {
    let results = rows.iter().map(|(row, result)| (row.id.to_owned(), json!(result)));
    let open = rows.iter().filter(|(row, _)| !row.open.is_empty());
    let open = open.map(|(row, _)| (row.id.to_owned(), json!(row.open)));
    let is_good = rows.iter().all(|(_, result)| *result != "failed");
    json!({
        "schema": 1,
        "ok": is_good,
        "command": "faults",
        "seed": 1,
        "commit": project.commit(),
        "cores": std::thread::available_parallelism().map_or(1, usize::from),
        "seconds": (begun.elapsed().as_secs_f64() * 10.0).round() / 10.0,
        "rows": results.collect::<serde_json::Map<_, _>>(),
        "open": open.collect::<serde_json::Map<_, _>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_passes_with_all_its_proofs_and_nothing_open() {
        let row = |proofs, open| Row { id: "F0", fault: "", proofs, open };
        let both = &[Test("a"), KillTest];
        let good = [(Test("a"), true), (KillTest, true)];
        assert_eq!(result(&row(both, ""), &good), "passed");
        assert_eq!(result(&row(both, "much"), &good), "not covered");
        assert_eq!(result(&row(both, "much"), &[(Test("a"), true), (KillTest, false)]), "failed");
        assert_eq!(result(&row(both, ""), &good[..1]), "failed", "what did not run");
    }

    #[test]
    fn a_test_is_known_by_the_end_of_its_name() {
        let ran = BTreeMap::from([("a::b".to_owned(), true), ("c".to_owned(), false)]);
        assert!(passed(&ran, "b") && passed(&ran, "a::b"));
        assert!(!passed(&ran, "c") && !passed(&ran, "d") && !passed(&ran, "::b"));
    }

    #[test]
    fn every_row_is_there_and_has_a_proof_or_says_what_is_open() {
        for (number, row) in (1..).zip(&ROWS) {
            assert_eq!(row.id, format!("F{number}"));
            assert!(!row.proofs.is_empty() || !row.open.is_empty(), "{}", row.id);
        }
    }
}
