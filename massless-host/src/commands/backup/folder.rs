//! What lies in a folder of backups, and how long it stays.
//!
//! ```text
//! massless-<ms>.pgdump         a dump and its manifest (.json); of an embedded database .sqlite.gz
//! base/<ms>/                   a base backup of PostgreSQL: base.tar.gz, pg_wal.tar.gz, backup_manifest, base.json
//! wal/<system>-t<n>-<ms>/      what was logged since then, as pg_receivewal writes it; one folder a server
//! status/<task>.json           what the last run of each task came to
//! ```

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use massless_store::Backend;
use serde::{Deserialize, Serialize};

use super::wal::{Archive, Segment};
use super::{MANIFEST, ending};

/// Version of a base backup's manifest.
const FORMAT: u32 = 1;
/// What PostgreSQL calls its own manifest.
pub(super) const OWN_MANIFEST: &str = "backup_manifest";
const BASE_MANIFEST: &str = "base.json";

/// What is known of a base backup.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::commands) struct Base {
    format: u32,
    /// When it was begun and done, milliseconds since 1970.
    pub(super) started_at: u64,
    /// From then on every moment can be restored.
    pub(super) finished_at: u64,
    /// Of all its files.
    pub(super) bytes: u64,
    /// Where it is in the log: timeline, and the places of its beginning and its end.
    pub(super) timeline: u32,
    pub(super) start: String,
    pub(super) end: String,
    /// Name of the archive that goes on where it ends; none: it restores to its own end only.
    pub(in crate::commands) archive: Option<String>,
    /// What the game's database is called, and who may read it.
    pub(super) database: String,
    pub(super) user: String,
    pub(super) commit: String,
}

impl Base {
    pub(super) fn new(
        (started_at, finished_at): (u64, u64),
        (bytes, range): (u64, Range),
        (archive, database, user): (Option<String>, String, String),
    ) -> Self {
        let Range { timeline, start, end } = range;
        let commit = env!("MASSLESS_COMMIT").to_owned();
        let format = FORMAT;
        Self {
            format,
            started_at,
            finished_at,
            bytes,
            timeline,
            start,
            end,
            archive,
            database,
            user,
            commit,
        }
    }

    /// The segment from which on the archive has to go on.
    pub(super) fn last_segment(&self) -> anyhow::Result<Segment> {
        Segment::at(self.timeline, &self.end).context("a base backup's manifest has no end")
    }

    fn first_segment(&self) -> Option<Segment> {
        Segment::at(self.timeline, &self.start)
    }
}

/// Where a base backup is in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Range {
    timeline: u32,
    start: String,
    end: String,
}

impl Range {
    /// As PostgreSQL's own manifest says.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read(path).with_context(|| path.display().to_string())?;
        let manifest: serde_json::Value = serde_json::from_slice(&text)?;
        let range = manifest["WAL-Ranges"].as_array().and_then(|all| all.last());
        let range = range.context("PostgreSQL's manifest names no range of its log")?;
        let place = |name: &str| range[name].as_str().map(str::to_owned);
        let timeline = range["Timeline"].as_u64().and_then(|number| u32::try_from(number).ok());
        let (start, end) = (place("Start-LSN"), place("End-LSN"));
        let range = timeline.zip(start).zip(end);
        let ((timeline, start), end) = range.context("PostgreSQL's manifest makes no sense")?;
        Ok(Self { timeline, start, end })
    }
}

/// A folder of backups.
#[derive(Clone, Debug)]
pub(in crate::commands) struct Folder(PathBuf);

impl Folder {
    pub(in crate::commands) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(in crate::commands) fn path(&self) -> &Path {
        &self.0
    }

    /// Dumps and copies with their moments, oldest first.
    pub(in crate::commands) fn dumps(&self) -> anyhow::Result<Vec<(u64, PathBuf)>> {
        let mut dumps = Vec::new();
        for path in list(&self.0)? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !name.ends_with(MANIFEST)
                && let Some(moment) = moment_in(name)
            {
                dumps.push((moment, path));
            }
        }
        dumps.sort();
        Ok(dumps)
    }

    /// Removes dumps from before a moment, by the moment in their names; how many.
    pub(super) fn remove_dumps(&self, before: u64) -> anyhow::Result<u64> {
        let mut removed = 0;
        for path in list(&self.0)? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if moment_in(name).is_some_and(|at| at < before) {
                std::fs::remove_file(&path)?;
                removed += u64::from(!name.ends_with(MANIFEST));
            }
        }
        Ok(removed)
    }

    /// Where a base backup of that moment lies.
    pub(super) fn base(&self, started_at: u64) -> PathBuf {
        self.0.join("base").join(started_at.to_string())
    }

    /// Writes what is known of a base backup beside it.
    pub(super) fn write_base(folder: &Path, base: &Base) -> anyhow::Result<()> {
        Ok(std::fs::write(folder.join(BASE_MANIFEST), serde_json::to_vec_pretty(base)?)?)
    }

    /// Base backups that are whole, oldest first. One whose manifest cannot be read must not keep anybody from
    /// the others.
    pub(in crate::commands) fn bases(&self) -> anyhow::Result<Vec<Base>> {
        let read = |path: PathBuf| -> Option<Base> {
            let started_at: u64 = path.file_name()?.to_str()?.parse().ok()?;
            let text = std::fs::read(path.join(BASE_MANIFEST)).ok()?;
            let base: Base = serde_json::from_slice(&text).ok()?;
            (base.format == FORMAT && base.started_at == started_at).then_some(base)
        };
        let mut bases: Vec<Base> =
            list(&self.0.join("base"))?.into_iter().filter_map(read).collect();
        bases.sort_by_key(|base| base.started_at);
        Ok(bases)
    }

    /// Folder of an archive.
    pub(in crate::commands) fn archive(&self, name: &str) -> PathBuf {
        self.0.join("wal").join(name)
    }

    /// The newest archive of a server and its timeline, by the beginning of its name.
    pub(in crate::commands) fn archive_of(&self, server: &str) -> anyhow::Result<Option<String>> {
        let beginning = format!("{server}-");
        let moment = |name: &str| name.strip_prefix(&beginning)?.parse::<u64>().ok();
        let names = list(&self.0.join("wal"))?.into_iter();
        let names = names.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
        Ok(names.filter(|name| moment(name).is_some()).max_by_key(|name| moment(name)))
    }

    /// Removes base backups that no moment since `before` needs, and what was logged before the oldest that
    /// stays; how many.
    pub(super) fn remove_bases(&self, before: u64) -> anyhow::Result<u64> {
        let bases = self.bases()?;
        let (gone, stay) = bases.split_at(needless(&bases, before));
        for base in gone {
            std::fs::remove_dir_all(self.base(base.started_at))?;
        }
        for path in list(&self.0.join("base"))? {
            // One that was never finished.
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let moment = name.strip_suffix(".part").and_then(|name| name.parse::<u64>().ok());
            if moment.is_some_and(|at| at < before) {
                std::fs::remove_dir_all(&path)?;
            }
        }
        for folder in list(&self.0.join("wal"))? {
            let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let of_it = |bases: &[Base]| {
                bases.iter().find(|base| base.archive.as_deref() == Some(name)).cloned()
            };
            match (of_it(stay), of_it(gone)) {
                (Some(oldest), _) => {
                    if let Some(first) = oldest.first_segment() {
                        Archive::read(&folder)?.remove_before(first)?;
                    }
                }
                // Nothing that stays goes on with it.
                (None, Some(_)) => std::fs::remove_dir_all(&folder)?,
                // One that no base backup knows yet.
                (None, None) => {}
            }
        }
        Ok(gone.len() as u64)
    }

    /// Where the result of a task is written down.
    pub(in crate::commands) fn status(&self, task: &str) -> PathBuf {
        self.0.join("status").join(format!("{task}.json"))
    }
}

/// How many of the oldest may go: the newest from before the moment stays, since what follows it begins there.
fn needless(bases: &[Base], before: u64) -> usize {
    bases.iter().filter(|base| base.finished_at < before).count().saturating_sub(1)
}

/// When a dump was made, by its name or that of its manifest; `None` for other files.
fn moment_in(name: &str) -> Option<u64> {
    let (moment, ending) = name.strip_prefix("massless-")?.split_once('.')?;
    let ending = ending.strip_suffix(".json").unwrap_or(ending);
    let is_ours =
        [Backend::Sqlite, Backend::Postgres].into_iter().any(|it| ending == super::ending(it));
    moment.parse().ok().filter(|_| is_ours)
}

/// The newest dump's backend, by its name.
pub(super) fn backend_of(path: &Path) -> Option<Backend> {
    let name = path.file_name()?.to_str()?;
    [Backend::Sqlite, Backend::Postgres].into_iter().find(|it| name.ends_with(ending(*it)))
}

/// What is in a folder; nothing when it is not there.
fn list(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("{} cannot be read", folder.display()))?;
    entries.map(|entry| Ok(entry?.path())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(started_at: u64, start: &str, archive: &str) -> Base {
        let range = Range { timeline: 1, start: start.to_owned(), end: start.to_owned() };
        let names = (Some(archive.to_owned()), "massless".to_owned(), "massless".to_owned());
        Base::new((started_at, started_at + 1), (1, range), names)
    }

    fn write(folder: &Folder, base: &Base) {
        let place = folder.base(base.started_at);
        std::fs::create_dir_all(&place).expect("made");
        Folder::write_base(&place, base).expect("written");
    }

    #[test]
    fn only_what_backup_wrote_is_ever_removed() {
        for (name, moment) in [
            ("massless-1700000000000.sqlite.gz", Some(1_700_000_000_000)),
            ("massless-1700000000000.sqlite.gz.json", Some(1_700_000_000_000)),
            ("massless-5.pgdump", Some(5)),
            ("massless-5.pgdump.part", None),
            ("massless-.pgdump", None),
            ("massless-5.db", None),
            ("notes.json", None),
        ] {
            assert_eq!(moment_in(name), moment, "{name}");
        }
        let place = tempfile::tempdir().expect("a folder");
        for name in ["massless-10.pgdump", "massless-10.pgdump.json", "massless-20.pgdump", "other"]
        {
            std::fs::write(place.path().join(name), b"x").expect("written");
        }
        let folder = Folder::new(place.path());
        assert_eq!(folder.dumps().expect("they are read").len(), 2);
        assert_eq!(folder.remove_dumps(20).expect("it reads"), 1);
        assert_eq!(std::fs::read_dir(place.path()).expect("it reads").count(), 2);
    }

    #[test]
    fn every_moment_of_the_span_keeps_its_base_and_what_was_logged_since() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(place.path());
        write(&folder, &base(10, "0/1000000", "7-t1-1"));
        write(&folder, &base(20, "0/3000000", "7-t1-1"));
        write(&folder, &base(30, "0/5000000", "7-t1-1"));
        let archive = folder.archive("7-t1-1");
        std::fs::create_dir_all(&archive).expect("made");
        for number in 1..=6 {
            std::fs::write(archive.join(format!("00000001000000000000000{number}.gz")), b"")
                .expect("written");
        }
        assert_eq!(folder.remove_bases(25).expect("it goes"), 1, "that of 20 is needed for 25");
        let left: Vec<u64> = folder.bases().expect("read").iter().map(|it| it.started_at).collect();
        assert_eq!(left, [20, 30]);
        assert_eq!(std::fs::read_dir(&archive).expect("read").count(), 4, "from segment 3 on");
        assert_eq!(folder.remove_bases(5).expect("nothing"), 0);
    }

    #[test]
    fn an_archive_goes_with_the_last_base_that_needs_it() {
        let place = tempfile::tempdir().expect("a folder");
        let folder = Folder::new(place.path());
        for name in ["7-t1-1", "7-t1-20", "7-t2-5", "8-t1-30"] {
            std::fs::create_dir_all(folder.archive(name)).expect("made");
        }
        assert_eq!(folder.archive_of("7-t1").expect("read").as_deref(), Some("7-t1-20"));
        assert_eq!(folder.archive_of("9-t1").expect("read"), None);
        write(&folder, &base(10, "0/1000000", "7-t1-1"));
        write(&folder, &base(20, "0/1000000", "7-t1-20"));
        write(&folder, &base(30, "0/1000000", "7-t1-20"));
        assert_eq!(folder.remove_bases(25).expect("it goes"), 1);
        assert!(!folder.archive("7-t1-1").exists() && folder.archive("7-t1-20").exists());
        assert!(folder.archive("8-t1-30").exists(), "the one that is new stays");
    }
}
