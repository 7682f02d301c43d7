//! `massless restore`: brings a dump back, or the whole as it was at a moment, and verifies what there is then.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use massless_store::{Store, StoreSettings, verify};
use serde_json::{Value, json};

use super::folder::Folder;
use super::recovery::{self, Recovered, Target, recover};
use super::{checked_manifest, moment, postgres, sqlite, trial};
use crate::clock;
use crate::commands::migrate::Database;
use crate::commands::report::{Outcome, Report, WrongUse, fields, rounded};

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArguments {
    /// The dump; its manifest has to lie beside it. Without it: the newest of the folder.
    #[arg(value_name = "FILE", conflicts_with_all = ["to_time", "test"])]
    file: Option<PathBuf>,
    /// Folder of the backups.
    #[arg(long, value_name = "DIR", default_value = "backups")]
    from: PathBuf,
    /// PostgreSQL as it was at this moment (2026-11-26T04:00:00Z), or "latest": from a base backup and what was
    /// logged since then.
    #[arg(long, value_name = "TIME")]
    to_time: Option<String>,
    /// Into the database of this name on the server of DATABASE_URL, which is made when it is not there;
    /// without it into the database of DATABASE_URL itself.
    #[arg(long, value_name = "NAME")]
    into: Option<String>,
    /// With --to-time: leave a data folder, that of a stopped PostgreSQL, instead.
    #[arg(long, value_name = "DIR", requires = "to_time", conflicts_with = "into")]
    data_dir: Option<PathBuf>,
    /// Folder with room for the whole database meanwhile; without it the folder of the backups, or that for
    /// temporary files when this runs as root.
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// Restore the newest of each kind into a throw-away server, verify it, and throw it away.
    #[arg(long, conflicts_with_all = ["to_time", "into", "data_dir"])]
    test: bool,
    #[command(flatten)]
    database: Database,
    /// Replace the database that is there. An embedded one is kept beside it.
    #[arg(long)]
    yes: bool,
    /// End with one line of JSON.
    #[arg(long)]
    json: bool,
}

/// What there is after a restore.
#[derive(Debug)]
pub(super) struct Verified {
    pub(super) violations: usize,
    pub(super) pending: Vec<String>,
}

/// Restores and verifies; missed when the books do not hold.
pub(crate) fn restore(arguments: &RestoreArguments) -> anyhow::Result<Outcome> {
    let report = Report::start("restore", 0);
    let folder = Folder::new(&std::path::absolute(&arguments.from)?);
    let (outcome, line) = if arguments.test {
        trial::run(&folder, &work_in(arguments.work.as_deref(), folder.path()))?
    } else if let Some(target) = &arguments.to_time {
        to_moment(arguments, &folder, Target::parse(target)?)?
    } else {
        dump(arguments, &folder)?
    };
    if arguments.json {
        report.print(outcome, fields(line));
    }
    Ok(outcome)
}

/// Where a work folder is made: root's server runs as another user, who may not get into the backups.
pub(super) fn work_in(chosen: Option<&Path>, otherwise: &Path) -> PathBuf {
    match chosen {
        Some(folder) => folder.to_owned(),
        None if rustix::process::geteuid().is_root() => std::env::temp_dir(),
        None => otherwise.to_owned(),
    }
}

fn dump(arguments: &RestoreArguments, folder: &Folder) -> anyhow::Result<(Outcome, Value)> {
    let file = match &arguments.file {
        Some(file) => file.clone(),
        None => newest(folder)?,
    };
    let begun = Instant::now();
    let manifest = checked_manifest(&file)?;
    let config = arguments.database.settings()?;
    let address = aim(arguments, &config.store.database(&config.data.dir))?;
    match manifest.backend.as_str() {
        "sqlite" => sqlite::load(&file, (&address, &config.data.dir), arguments.yes)?,
        "postgres" => postgres::load(&file, &address, arguments.yes)?,
        other => return Err(WrongUse(format!("a backup of {other:?} is not known here")).into()),
    }
    let verified = check(&address)?;
    let age = clock::unix_millis().saturating_sub(manifest.created_at) / 1_000;
    let created = moment::show(manifest.created_at);
    let rto = rounded(begun.elapsed().as_secs_f64(), 1);
    println!("{}: restored as of {created}, {age} s ago, within {rto} s", file.display());
    let line = json!({
        "file": file, "created_at": manifest.created_at, "reached_time": created, "rto_s": rto,
        "violations": verified.violations, "pending_migrations": verified.pending,
    });
    Ok((verified.outcome(), line))
}

/// The newest dump of a folder.
pub(super) fn newest(folder: &Folder) -> anyhow::Result<PathBuf> {
    let newest = folder.dumps()?.pop();
    let sentence = || format!("there is no dump in {}; name its folder", folder.path().display());
    Ok(newest.ok_or_else(|| WrongUse(sentence()))?.1)
}

/// The address of the database that is restored into.
fn aim(arguments: &RestoreArguments, address: &str) -> anyhow::Result<String> {
    match &arguments.into {
        Some(name) => postgres::beside(address, name),
        None => Ok(address.to_owned()),
    }
}

fn to_moment(
    arguments: &RestoreArguments,
    folder: &Folder,
    target: Target,
) -> anyhow::Result<(Outcome, Value)> {
    let begun = Instant::now();
    let (kept, parent) = match &arguments.data_dir {
        Some(path) => {
            let (path, parent) = recovery::free_place(path)?;
            (Some(path), arguments.work.clone().unwrap_or(parent))
        }
        None => (None, work_in(arguments.work.as_deref(), folder.path())),
    };
    // Whether it may be replaced is asked before anything is done.
    let address = match kept {
        Some(_) => None,
        None => {
            let config = arguments.database.settings()?;
            let address = aim(arguments, &config.store.database(&config.data.dir))?;
            postgres::may_replace(&address, arguments.yes)?;
            Some(address)
        }
    };
    let Recovered { server, base, ruler, reached, target, missing } =
        recover(folder, target, &parent)?;
    let own = server.url(&ruler, &base.database);
    let verified = match &address {
        Some(address) => {
            let moved = server.work().path("moved.pgdump");
            postgres::dump(&own, &moved)?;
            postgres::load(&moved, address, arguments.yes)?;
            check(address)?
        }
        None => check(&own)?,
    };
    if let Some(path) = &kept {
        server.keep(path)?;
        println!("{}: the data folder of a stopped PostgreSQL", path.display());
    }
    if let Some(missing) = &missing {
        println!("segment {missing} is missing from the archive: nothing after it can be restored");
    }
    let rto = rounded(begun.elapsed().as_secs_f64(), 1);
    let rpo = rounded(target.saturating_sub(reached) as f64 / 1_000.0, 3);
    let (target_at, reached_at) = (target, reached);
    let (target, reached) = (moment::show(target), moment::show(reached));
    println!(
        "wanted {target}; the last operation that is there is of {reached}, {rpo} s before; took {rto} s"
    );
    let line = json!({
        "target_time": target, "reached_time": reached,
        "target_at": target_at, "reached_at": reached_at, "rpo_s": rpo, "rto_s": rto,
        "base": moment::show(base.started_at), "into": arguments.into, "data_dir": kept,
        "missing_segment": missing,
        "violations": verified.violations, "pending_migrations": verified.pending,
    });
    Ok((verified.outcome(), line))
}

/// Holds what was restored against all invariants.
pub(super) fn check(address: &str) -> anyhow::Result<Verified> {
    if address.starts_with("postgres") {
        // What was just filled has no statistics yet, and the checker joins whole tables.
        postgres::ask(address, "SET client_min_messages = error; ANALYZE")?;
    }
    let store = Store::open(address, StoreSettings::default())?;
    let violations = verify::run(&mut store.connect()?)?;
    for violation in &violations {
        println!("{}: {}", violation.invariant, violation.what);
    }
    let pending = store.pending_migrations().context("which migrations it has is not known")?;
    println!("{} violations, {} migrations to be applied", violations.len(), pending.len());
    Ok(Verified { violations: violations.len(), pending })
}

impl Verified {
    pub(super) fn outcome(&self) -> Outcome {
        if self.violations == 0 { Outcome::Met } else { Outcome::Missed }
    }
}
