//! `massless verify`: proves that nothing was created or destroyed outside of a named source or sink, and
//! that what bots were told is what the ledger says.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use massless_core::ids::PlayerId;
use massless_store::verify::{self, history};
use massless_store::{Connection, StoreError};
use serde_json::{Map, Value, json};

use super::backup::moment;
use super::migrate::Database;
use super::report::{Outcome, Report, fields};
use crate::bots::economy::journal;
use crate::bots::economy::proof::{Proof, prove};

/// Invariants there are.
const INVARIANTS: u32 = 14;
/// The invariant that the journals of bots are held against.
const OF_JOURNALS: &str = "I12";
/// Findings in the line of JSON.
const FINDINGS_MAX: usize = 50;

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: Database,
    /// Folder of the journals that `massless bots economy` wrote.
    #[arg(long, value_name = "DIR")]
    journal: Option<PathBuf>,
    /// Hold the journals only as far as this moment (2026-11-26T04:00:00Z): of a database that was restored to it.
    #[arg(long, value_name = "TIME", requires = "journal")]
    until: Option<String>,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// Checks; met when nothing is found.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    let report = Report::start("verify", 0);
    let until = arguments.until.as_deref().map(moment::parse).transpose()?;
    let store = arguments.database.open()?;
    let mut conn = store.connect()?;
    let violations = verify::run(&mut conn)?;
    let mut invariants: BTreeMap<String, u64> =
        (1..=INVARIANTS).map(|number| (format!("I{number}"), 0)).collect();
    for violation in &violations {
        *invariants.entry(violation.invariant.to_owned()).or_default() += 1;
        println!("{}: {}", violation.invariant, violation.what);
    }
    let proof = match &arguments.journal {
        Some(folder) => Some(proof_of(&mut conn, folder, until)?),
        None => None,
    };
    if let Some(proof) = &proof {
        *invariants.entry(OF_JOURNALS.to_owned()).or_default() += proof.lost + proof.doubled;
        proof.findings.iter().for_each(|finding| println!("{OF_JOURNALS}: {finding}"));
    }
    let total: u64 = invariants.values().sum();
    let is_empty = proof.as_ref().is_some_and(|proof| proof.acknowledged == 0);
    let outcome = match (total, is_empty) {
        (0, false) => Outcome::Met,
        (0, true) => Outcome::Void,
        _ => Outcome::Missed,
    };
    say(total, proof.as_ref());
    if arguments.json {
        let findings = violations.iter().map(|it| format!("{}: {}", it.invariant, it.what));
        let findings: Vec<String> = findings.take(FINDINGS_MAX).collect();
        let mut line = fields(json!({
            "invariants": invariants, "violations": violations.len(), "findings": findings,
        }));
        line.extend(proof.map(|proof| of_proof(&proof)).unwrap_or_default());
        report.print(outcome, line);
    }
    Ok(outcome)
}

fn proof_of(conn: &mut Connection, folder: &Path, until: Option<u64>) -> anyhow::Result<Proof> {
    let mut journals = journal::read_all(folder).context("the journals cannot be read")?;
    if let Some(millis) = until {
        journals.values_mut().for_each(|lines| journal::cut(lines, millis * 1_000));
    }
    let players: BTreeSet<PlayerId> = journals.keys().map(|&who| PlayerId::new(who)).collect();
    let read =
        |conn: &mut Connection| -> Result<_, StoreError> { history::history(conn, &players) };
    let histories = conn.reading(read)?;
    let mut sum = Proof::default();
    for (who, lines) in &journals {
        let steps = histories.get(&PlayerId::new(*who)).map_or(&[][..], Vec::as_slice);
        sum.add(prove(lines, steps));
    }
    Ok(sum)
}

fn say(total: u64, proof: Option<&Proof>) {
    if let Some(proof) = proof {
        println!(
            "{} operations acknowledged, {} refused, {} unknown ({} of them done): {} lost, {} doubled",
            proof.acknowledged,
            proof.refused,
            proof.unknown,
            proof.unknown_done,
            proof.lost,
            proof.doubled
        );
    }
    match total {
        0 => println!("all invariants hold"),
        total => println!("{total} violations"),
    }
}

fn of_proof(proof: &Proof) -> Map<String, Value> {
    let findings: Vec<&String> = proof.findings.iter().take(FINDINGS_MAX).collect();
    fields(json!({
        "acknowledged": proof.acknowledged,
        "refused": proof.refused,
        "unknown": proof.unknown,
        "unknown_done": proof.unknown_done,
        "lost": proof.lost,
        "doubled": proof.doubled,
        "journal_findings": findings,
    }))
}
