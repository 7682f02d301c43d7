//! How much memory the host may use, and what it does when that runs out: at 85 % nobody new comes in, at 95 %
//! the newest are sent away, to come back as soon as there is room. Without a limit it does neither.
//!
//! The limit is the setting, else what the process's cgroup may use: the least of it and of those around it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::time::interval;

use crate::board::Board;
use crate::config::Limits;
use crate::limits::{
    MEMORY_JOINS_PERCENT, MEMORY_LOOK_PAUSE, MEMORY_SHED_DIVISOR, MEMORY_SHED_PERCENT,
    MEMORY_SLACK_PERCENT,
};
use crate::registry::Registry;
use crate::system;

/// Where cgroups are mounted.
const CGROUPS: &str = "/sys/fs/cgroup";
/// A limit from here on is none: version 1 says so with a number near 2^63.
const NO_LIMIT: u64 = 1 << 60;

/// How scarce memory is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Pressure {
    /// Enough.
    #[default]
    None,
    /// Nobody new is let in.
    Tight,
    /// Sessions are sent away.
    Critical,
}

impl Pressure {
    /// The word for people and pages.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Tight => "tight",
            Self::Critical => "critical",
        }
    }

    /// What it is with so much in use. It falls only with some slack, so that nothing flutters.
    fn next(self, used: u64, limit: Option<u64>) -> Self {
        let Some(limit) = limit else { return Self::None };
        let from = |level: Self, percent: u64| {
            let slack = if self >= level { MEMORY_SLACK_PERCENT } else { 0 };
            u128::from(used) * 100 >= u128::from(limit) * u128::from(percent - slack)
        };
        if from(Self::Critical, MEMORY_SHED_PERCENT) {
            Self::Critical
        } else if from(Self::Tight, MEMORY_JOINS_PERCENT) {
            Self::Tight
        } else {
            Self::None
        }
    }
}

/// Looks after the memory until the host ends.
pub(crate) async fn watch(limits: Limits, board: Arc<Board>, registry: Arc<Registry>) {
    let mut every = interval(MEMORY_LOOK_PAUSE);
    loop {
        every.tick().await;
        let limit = limit(&limits);
        gauge(limit);
        let Some(used) = system::resident_bytes("self") else { continue };
        let before = board.pressure();
        let now = before.next(used, limit);
        board.set_pressure(now);
        if now != before {
            let limit = limit.unwrap_or(0);
            tracing::warn!(pressure = now.word(), used, limit, "memory, bytes");
        }
        if now == Pressure::Critical {
            let sent = registry.shed(MEMORY_SHED_DIVISOR);
            metrics::counter!("massless_shed_total", "stage" => "memory").increment(sent as u64);
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a gauge of bytes is exact enough up to 2^53")]
fn gauge(limit: Option<u64>) {
    metrics::gauge!("massless_memory_limit_bytes").set(limit.unwrap_or(0) as f64);
}

/// Bytes the process may use; `None`: as many as there are. Read anew each time, since limits of cgroups move.
pub(crate) fn limit(limits: &Limits) -> Option<u64> {
    if limits.memory_mib > 0 {
        return Some(u64::from(limits.memory_mib) << 20);
    }
    if let Some(file) = &limits.memory_file {
        return limit_in(file);
    }
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    files(&groups).iter().filter_map(|file| limit_in(file)).min()
}

/// What a file of a cgroup says.
fn limit_in(file: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(file).ok()?;
    text.trim().parse().ok().filter(|limit| *limit < NO_LIMIT)
}

/// Files that may hold a limit for a process of these cgroups (`/proc/self/cgroup`): its own and those around.
fn files(groups: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(path)) = (fields.next(), fields.next()) else { continue };
        let (root, name) = match controllers {
            "" => (PathBuf::from(CGROUPS), "memory.max"),
            other if other.split(',').any(|it| it == "memory") => {
                (Path::new(CGROUPS).join("memory"), "memory.limit_in_bytes")
            }
            _ => continue,
        };
        let own = root.join(path.trim_start_matches('/'));
        let around = own.ancestors().take_while(|folder| folder.starts_with(&root));
        files.extend(around.map(|folder| folder.join(name)));
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pressure_rises_at_its_marks_and_falls_with_slack() {
        let mut pressure = Pressure::None;
        let walk = [
            (849, Pressure::None),
            (850, Pressure::Tight),
            (801, Pressure::Tight),
            (949, Pressure::Tight),
            (950, Pressure::Critical),
            (901, Pressure::Critical),
            (899, Pressure::Tight),
            (799, Pressure::None),
            (2_000, Pressure::Critical),
            (10, Pressure::None),
        ];
        for (used, expected) in walk {
            pressure = pressure.next(used, Some(1_000));
            assert_eq!(pressure, expected, "{used}");
        }
        assert_eq!(Pressure::Critical.next(u64::MAX, None), Pressure::None);
    }

    #[test]
    fn limits_are_looked_for_in_the_groups_own_folder_and_around_it() {
        let names = |groups| {
            let files = files(groups).into_iter().map(|file| file.display().to_string());
            files.collect::<Vec<_>>()
        };
        assert_eq!(
            names("0::/a/b\n"),
            [
                "/sys/fs/cgroup/a/b/memory.max",
                "/sys/fs/cgroup/a/memory.max",
                "/sys/fs/cgroup/memory.max",
            ]
        );
        assert_eq!(
            names("9:name=systemd:/x\n4:cpu,memory:/docker/c\n1:cpuset:/\n"),
            [
                "/sys/fs/cgroup/memory/docker/c/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes",
            ]
        );
    }

    #[test]
    fn what_is_no_limit_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("memory.max");
        for (text, expected) in
            [("max\n", None), ("9223372036854771712\n", None), ("1048576\n", Some(1 << 20))]
        {
            std::fs::write(&file, text).expect("it writes");
            assert_eq!(limit_in(&file), expected, "{text}");
        }
        assert_eq!(limit_in(&folder.path().join("nothing")), None);
        let limits = Limits { memory_mib: 64, memory_file: Some(file), ..Limits::default() };
        assert_eq!(limit(&limits), Some(64 << 20), "the number goes first");
    }
}
