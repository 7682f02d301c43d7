//! The restore test: the newest of each kind is brought back into a throw-away server and verified. Nobody knows
//! that a backup is good until then.

use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use massless_store::Backend;
use serde_json::{Value, json};

use super::folder::{Folder, backend_of};
use super::recovery::{Target, recover};
use super::restore::{Verified, check};
use super::server::{Server, Work, finish, program};
use super::{checked_manifest, moment, postgres, sqlite};
use crate::commands::report::{Outcome, WrongUse, rounded};

/// Database of the throw-away server that a dump is brought back into.
const DATABASE: &str = "trial";
/// Who rules a throw-away server that was made for a dump alone.
const USER: &str = "massless";

/// Tests whatever there is; an error when there is nothing.
pub(super) fn run(folder: &Folder, parent: &Path) -> anyhow::Result<(Outcome, Value)> {
    let (dump, has_base) = (folder.dumps()?.pop(), !folder.bases()?.is_empty());
    if dump.is_none() && !has_base {
        let sentence = format!(
            "there is no backup in {}; name its folder with --from",
            folder.path().display()
        );
        return Err(WrongUse(sentence).into());
    }
    let mut line = json!({ "violations": 0 });
    let mut server = None;
    if has_base {
        let (recovered, part) = of_base(folder, parent)?;
        add(&mut line, "base", part);
        server = Some(recovered);
    }
    if let Some((created_at, path)) = dump {
        let begun = Instant::now();
        let violations = of_dump(&path, parent, server)?.violations;
        let rto = rounded(begun.elapsed().as_secs_f64(), 1);
        println!("dump of {}: came back within {rto} s", moment::show(created_at));
        let part = json!({
            "file": path, "created_time": moment::show(created_at), "rto_s": rto, "violations": violations,
        });
        add(&mut line, "dump", part);
    }
    let outcome = if line["violations"] == 0 { Outcome::Met } else { Outcome::Missed };
    Ok((outcome, line))
}

fn add(line: &mut Value, name: &str, part: Value) {
    let violations = line["violations"].as_u64().unwrap_or(0);
    line["violations"] = json!(violations + part["violations"].as_u64().unwrap_or(0));
    line[name] = part;
}

/// The newest base backup with all that was logged since then.
fn of_base(folder: &Folder, parent: &Path) -> anyhow::Result<((Server, String), Value)> {
    let begun = Instant::now();
    let recovered = recover(folder, Target::Latest, parent)?;
    let base = recovered.base;
    let verified = check(&recovered.server.url(&recovered.ruler, &base.database))?;
    let rto = rounded(begun.elapsed().as_secs_f64(), 1);
    let rpo = recovered.target.saturating_sub(recovered.reached) as f64 / 1_000.0;
    let reached = moment::show(recovered.reached);
    println!("base backup of {}: reached {reached} within {rto} s", moment::show(base.started_at));
    let part = json!({
        "base": moment::show(base.started_at), "target_time": moment::show(recovered.target),
        "reached_time": reached, "rpo_s": rounded(rpo, 3), "rto_s": rto,
        "missing_segment": recovered.missing, "violations": verified.violations,
    });
    Ok(((recovered.server, recovered.ruler), part))
}

/// A dump, beside what was recovered or in a server of its own.
fn of_dump(
    file: &Path,
    parent: &Path,
    server: Option<(Server, String)>,
) -> anyhow::Result<Verified> {
    checked_manifest(file)?;
    if backend_of(file) == Some(Backend::Sqlite) {
        let place = Work::make(parent)?;
        let address = format!("sqlite:{}", place.path("massless.db").display());
        sqlite::load(file, (&address, &place.path("data")), false)?;
        return check(&address);
    }
    let (server, user) = match server {
        Some(running) => running,
        None => (fresh(parent)?, USER.to_owned()),
    };
    let address = postgres::beside(&server.url(&user, "postgres"), DATABASE)?;
    postgres::load(file, &address, false)?;
    check(&address)
}

/// An empty server.
fn fresh(parent: &Path) -> anyhow::Result<Server> {
    let work = Work::make(parent)?;
    let data = work.path("data");
    let mut init = work.command(&program("initdb", None));
    init.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-U", USER, "-D"]);
    init.arg(&data);
    finish(init)?;
    let major = super::base::major(&data).context("initdb makes a server's data")?;
    let mut server = work.start(data, &major, &[])?;
    server.wait()?;
    Ok(server)
}
