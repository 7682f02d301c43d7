//! Recovery to a moment: a base backup, what was logged since then, and a private PostgreSQL that plays it again
//! as far as that moment.
//!
//! The segments are copied unpacked into the work folder first, so a gap is known and named before anything
//! starts, and the archive is only ever read.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use indicatif::ProgressBar;

use super::folder::{Base, Folder};
use super::server::{Server, State, Work};
use super::wal::{Archive, Run, Segment};
use super::{base, moment, postgres};
use crate::commands::report::WrongUse;

/// How much later than the moment a base backup has to begin, so that nothing logged after its beginning is
/// needed. Milliseconds; as much as two clocks may differ.
const MARGIN_MILLIS: u64 = 3_600_000;
/// What PostgreSQL says of a segment that it took from the archive.
const TAKEN: &str = "restored log file";
/// What it says before it gives up, and at the end.
const LAST_OPERATION: &str = "last completed transaction was at log time ";
const TOO_EARLY: &str = "recovery ended before configured recovery target was reached";

/// The first of those who may do everything: whom the server was made for.
const RULER: &str =
    "SELECT rolname FROM pg_roles WHERE rolsuper AND rolcanlogin ORDER BY oid LIMIT 1";

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// As far as the archive goes.
    Latest,
    /// Not beyond this, milliseconds since 1970.
    Moment(u64),
}

impl Target {
    /// "latest" or a moment.
    pub(super) fn parse(text: &str) -> Result<Self, WrongUse> {
        if text == "latest" { Ok(Self::Latest) } else { moment::parse(text).map(Self::Moment) }
    }
}

/// A server as it was at a moment.
#[derive(Debug)]
pub(super) struct Recovered {
    pub(super) server: Server,
    pub(super) base: Base,
    /// Who may do everything on it. The backup was taken by somebody who can read alone.
    pub(super) ruler: String,
    /// When the last operation was committed that it has, milliseconds since 1970; without one: when the base
    /// backup was done.
    pub(super) reached: u64,
    /// Up to when there was anything to restore: the target, or when the archive was written last.
    pub(super) target: u64,
    /// The segment that is missing, when the archive has a gap beyond what was reached.
    pub(super) missing: Option<String>,
}

/// Recovers; the work folder is made inside `parent`.
pub(super) fn recover(folder: &Folder, target: Target, parent: &Path) -> anyhow::Result<Recovered> {
    let (base, next) = choose(&folder.bases()?, target)?;
    let place = folder.base(base.started_at);
    let work = Work::make(parent)?;
    base::unpack(&place, &work)?;
    let (run, written_at) = fetch(folder, (&base, next.as_ref()), &work)?;
    let data = work.path("data");
    std::fs::write(data.join("recovery.signal"), "")?;
    let major = base::major(&data)?;
    let command = format!("cp \"{}/%f\" \"%p\"", work.path("wal").display());
    let mut settings = vec![
        ("restore_command", command),
        ("recovery_target_action", "promote".to_owned()),
        ("recovery_target_timeline", "current".to_owned()),
        // Nobody asks before it is done, so limits of the server that was need not be kept.
        ("hot_standby", "off".to_owned()),
    ];
    if let Target::Moment(at) = target {
        settings.push(("recovery_target_time", moment::for_postgres(at)));
    }
    let mut server = work.start(data, &major, &settings)?;
    wait(&mut server, run.segments.len(), (target, run.missing))?;
    let url = server.url(&base.user, &base.database);
    let answer = postgres::ask(
        &url,
        "SELECT floor(extract(epoch FROM pg_last_xact_replay_timestamp()) * 1000)::bigint",
    )?;
    let ruler = postgres::ask(&url, RULER)?;
    ensure!(!ruler.is_empty(), "nobody may do everything on the server that came back");
    let reached = answer.parse().unwrap_or(base.finished_at);
    let target = match target {
        Target::Moment(at) => at,
        Target::Latest => written_at.unwrap_or(base.finished_at).max(reached),
    };
    Ok(Recovered { server, base, ruler, reached, target, missing: run.missing.map(Segment::name) })
}

/// The base backup to begin with, and the one from which on nothing is needed any more.
fn choose(bases: &[Base], target: Target) -> anyhow::Result<(Base, Option<Base>)> {
    let Some(first) = bases.first() else {
        let sentence = "there is no base backup here; `massless backup --base` takes one";
        return Err(WrongUse(sentence.to_owned()).into());
    };
    let Target::Moment(at) = target else {
        let newest = bases.last().context("a list with a first has a last")?;
        return Ok((newest.clone(), None));
    };
    let Some(base) = bases.iter().rev().find(|base| base.finished_at <= at) else {
        let sentence = format!(
            "there is no base backup from before {}; the oldest moment that can be restored is {}",
            moment::show(at),
            moment::show(first.finished_at)
        );
        return Err(WrongUse(sentence).into());
    };
    let next = bases.iter().find(|next| {
        next.started_at > at.saturating_add(MARGIN_MILLIS) && next.archive == base.archive
    });
    Ok((base.clone(), next.cloned()))
}

/// Copies what was logged since a base backup into the folder `wal` of `work`.
fn fetch(
    folder: &Folder,
    (base, next): (&Base, Option<&Base>),
    work: &Work,
) -> anyhow::Result<(Run, Option<u64>)> {
    let wal = work.make_folder("wal")?;
    let path = base.archive.as_ref().map(|name| folder.archive(name));
    let archive = match &path {
        Some(path) => Archive::read(path)?,
        None => Archive::default(),
    };
    let mut run = archive.run(base.last_segment()?);
    if let Some(next) = next {
        let end = next.last_segment()?;
        run.segments.retain(|segment| *segment <= end);
        run.missing = run.missing.filter(|segment| *segment <= end);
    }
    let bar = super::counter("segments unpacked");
    archive.unpack(&run.segments, &wal, &bar)?;
    bar.finish_and_clear();
    Ok((run, archive.written_at()))
}

/// Waits until the server is as it was; shows how far it is.
fn wait(
    server: &mut Server,
    segments: usize,
    (target, missing): (Target, Option<Segment>),
) -> anyhow::Result<()> {
    let bar: ProgressBar = super::counter("segments played again");
    bar.set_length(segments as u64);
    loop {
        match server.look()? {
            State::Ready => {
                bar.finish_and_clear();
                return Ok(());
            }
            State::Recovering => {
                bar.set_position(server.log().matches(TAKEN).count() as u64);
            }
            State::Ended => break,
        }
    }
    bar.finish_and_clear();
    let (log, Target::Moment(at)) = (server.log(), target) else {
        bail!("PostgreSQL does not recover: {}", server.last_words());
    };
    if !log.contains(TOO_EARLY) {
        bail!("PostgreSQL does not recover: {}", server.last_words());
    }
    let end = last_operation(&log).map_or("the end of the base backup".to_owned(), moment::show);
    let why = missing.map_or_else(
        || "what is archived ends there".to_owned(),
        |segment| format!("segment {} is missing from the archive", segment.name()),
    );
    bail!(
        "{} is not reached: the last operation before the end is of {end}, and {why}; nothing was \
         changed, and `--to-time latest` restores as far as it goes",
        moment::show(at)
    )
}

/// When the last operation was committed that PostgreSQL played again, by its log.
fn last_operation(log: &str) -> Option<u64> {
    let line = log.lines().rev().find(|line| line.contains(LAST_OPERATION))?;
    moment::of_postgres(line.split_once(LAST_OPERATION)?.1)
}

/// Where the data of a server may be kept: a folder that is not there yet.
pub(super) fn free_place(path: &Path) -> anyhow::Result<(PathBuf, PathBuf)> {
    if path.exists() {
        let sentence = format!("{} is there; name a folder that is not", path.display());
        return Err(WrongUse(sentence).into());
    }
    let path = std::path::absolute(path)?;
    let parent = path.parent().context("a folder has a parent")?.to_owned();
    std::fs::create_dir_all(&parent)?;
    Ok((path, parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_log_is_read_from_what_postgres_says() {
        let log = "2026-11-26 04:00:01.1 UTC [7] LOG:  redo done at 0/3000110\n\
                   2026-11-26 04:00:01.2 UTC [7] LOG:  last completed transaction was at log time \
                   2026-11-26 04:00:00.250812+00\n\
                   2026-11-26 04:00:01.3 UTC [7] FATAL:  recovery ended before configured";
        assert_eq!(last_operation(log), Some(1_795_665_600_250));
        assert_eq!(last_operation("nothing"), None);
    }

    #[test]
    fn a_target_is_the_latest_or_a_moment() {
        assert_eq!(Target::parse("latest").expect("it is one"), Target::Latest);
        let moment = Target::parse("1970-01-01T00:00:01Z").expect("it is one");
        assert_eq!(moment, Target::Moment(1_000));
        assert!(Target::parse("last night").is_err());
    }
}
