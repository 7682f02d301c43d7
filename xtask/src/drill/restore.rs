//! PostgreSQL is lost while people trade, and comes back from a base backup and the archived log: as it was at
//! seconds that are named afterwards, and as it was last.
//!
//! The machine of the database, what archives its log and the host die at one moment; the archive stays as it is
//! then.
//! Each second is drawn from the time after the base backup, restored into a database of its own, and held
//! against the journals of the bots as far as that second: all that was acknowledged by then is there, nothing
//! that was begun later is.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value, json};

use super::journals;
use super::{Arguments, Drilled, Promise, progress};
use crate::draw::Draw;
use crate::realm::{Realm, micros};

/// Seconds of acknowledged operations that may be gone with the machine of the database. Source: reliability F28.
const RPO_SECONDS: f64 = 60.0;
/// Business after the base backup.
const PLAY_TIME: Duration = Duration::from_secs(9);
/// Time the bots have after the loss to write down what was on its way.
const LAST_WORDS_TIME: Duration = Duration::from_secs(2);
/// Seconds after the base backup, and before the loss, that are not drawn: trade has to come after each.
const MARGIN_SECONDS: u64 = 2;
/// Microseconds of a second.
const SECOND: u64 = 1_000_000;

pub(super) fn run(realm: &mut Realm, arguments: &Arguments) -> Result<Drilled> {
    let backups = realm.backups().display().to_string();
    realm.start_archive()?;
    let base = realm.ask_tool(&["backup", "--base", "--to", &backups], "massless")?;
    ensure!(base["archive"].is_string(), "the base backup knows no archive: {base}");
    let since = micros() / SECOND + MARGIN_SECONDS;
    realm.let_play(PLAY_TIME)?;
    let lost_at = micros();
    realm.postgres.as_mut().context("there is no PostgreSQL")?.kill();
    realm.kill_archive();
    realm.kill_host();
    // They write down what was on its way when the connection broke, and are not needed any more.
    let begun = Instant::now();
    while begun.elapsed() < LAST_WORDS_TIME {
        realm.pulse()?;
    }
    realm.kill_bots();
    // What is restored needs a server to go into.
    realm.postgres.as_mut().context("there is no PostgreSQL")?.start_again();

    let mut sum = Sum::default();
    let mut draw = Draw::of(arguments.seed);
    let until = lost_at / SECOND - MARGIN_SECONDS;
    ensure!(since < until, "there is no second to restore to");
    for round in 0..arguments.rounds() {
        let second = draw.millis(since * 1_000, until * 1_000).as_secs();
        let target = format!("@{second}");
        let restored = restore(realm, (&target, &format!("restored_{round}")), &mut sum)?;
        sum.until(realm, (&format!("restored_{round}"), &target), &restored)?;
        let reached = restored["reached_time"].as_str().unwrap_or_default();
        progress(arguments, round, &format!("as of {}: {reached}", restored["target_time"]));
        sum.words.insert("target_time".to_owned(), restored["target_time"].clone());
        sum.words.insert("reached_time".to_owned(), restored["reached_time"].clone());
    }
    let newest = restore(realm, ("latest", "newest"), &mut sum)?;
    let reached = newest["reached_at"].as_u64().context("nothing was reached")?;
    let reached_time = newest["reached_time"].as_str().context("nothing was reached")?.to_owned();
    sum.until(realm, ("newest", &reached_time), &newest)?;
    sum.words.insert("latest_time".to_owned(), json!(reached_time));
    let bots = journals::read(&realm.journals())?;
    let last = journals::last_done(&bots, lost_at).context("no business before the loss")?;
    let rpo = (last as f64 - reached as f64 * 1_000.0).max(0.0) / SECOND as f64;
    let Sum { rto, report, words, .. } = sum;
    let promises = vec![
        Promise::at_most("rpo_s", rpo, RPO_SECONDS),
        Promise::told("rto_s", rto),
        Promise::told("base_mb", base["bytes"].as_f64().unwrap_or(0.0) / 1e6),
    ];
    Ok(Drilled { promises, report: Some(report), words })
}

/// What all restores came to.
#[derive(Default)]
struct Sum {
    rto: f64,
    report: Value,
    words: Map<String, Value>,
}

/// Restores into a new database; the line of the command.
fn restore(realm: &Realm, (target, into): (&str, &str), sum: &mut Sum) -> Result<Value> {
    let backups = realm.backups().display().to_string();
    let arguments = ["restore", "--from", &backups, "--to-time", target, "--into", into];
    let line = realm.ask_tool(&arguments, "massless")?;
    sum.rto = sum.rto.max(line["rto_s"].as_f64().context("no time was told")?);
    Ok(line)
}

impl Sum {
    /// Adds what the journals say of a restored database as far as a moment.
    fn until(
        &mut self,
        realm: &Realm,
        (database, moment): (&str, &str),
        restored: &Value,
    ) -> Result<()> {
        let mut report = realm.verify_database(database, Some(moment))?;
        let found = restored["violations"].as_u64().context("nothing was verified")?;
        for name in ["acknowledged", "refused", "unknown", "lost", "doubled", "violations"] {
            let more = self.report[name].as_u64().unwrap_or(0);
            report[name] = json!(report[name].as_u64().unwrap_or(0) + more);
        }
        ensure!(found == 0 || report["violations"] != 0, "two checks of one database differ");
        self.report = report;
        Ok(())
    }
}
