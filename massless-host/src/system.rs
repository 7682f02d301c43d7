//! What the operating system says: memory, processor time, cores, disk. Linux's /proc, elsewhere
//! nothing.

use std::path::Path;
use std::time::Duration;

/// The priority of threads that must not take the tick's time, as `nice` counts it.
const LOW_PRIORITY: i32 = 15;

/// A disk's size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Disk {
    /// Bytes a plain user may still write.
    pub(crate) free: u64,
    /// Bytes in all.
    pub(crate) size: u64,
}

impl Disk {
    /// Used share, 0..=1.
    #[expect(clippy::cast_precision_loss, reason = "a ratio for people")]
    pub(crate) fn used_ratio(&self) -> f64 {
        if self.size == 0 { 0.0 } else { 1.0 - self.free as f64 / self.size as f64 }
    }
}

/// The disk that `folder` is on; `None` where it does not exist.
pub(crate) fn disk(folder: &Path) -> Option<Disk> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(Disk { free: stat.f_bavail * stat.f_frsize, size: stat.f_blocks * stat.f_frsize })
}

fn status_kilobytes(process: &str, field: &str) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim_start_matches(':').split_whitespace().next()?.parse().ok()
}

/// Resident memory of a process, "self" for this one.
pub(crate) fn resident_bytes(process: &str) -> Option<u64> {
    status_kilobytes(process, "VmRSS").map(|kilobytes| kilobytes * 1_024)
}

/// Highest resident memory of a process so far.
pub(crate) fn resident_peak_bytes(process: &str) -> Option<u64> {
    status_kilobytes(process, "VmHWM").map(|kilobytes| kilobytes * 1_024)
}

/// User and system time of a process, in units of 10 ms; all its threads, ended ones too.
pub(crate) fn cpu_time(process: &str) -> Option<Duration> {
    let text = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in brackets may hold blanks; the fields after it do not.
    let fields: Vec<&str> = text.rsplit(')').next()?.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 1_000 / rustix::param::clock_ticks_per_second()))
}

/// Lets every other thread of the machine go before the calling one.
pub(crate) fn lower_priority() -> std::io::Result<()> {
    rustix::process::setpriority_process(Some(rustix::thread::gettid()), LOW_PRIORITY)?;
    Ok(())
}

/// Time all cores together were busy since boot.
pub(crate) fn busy_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/stat").ok()?;
    let line = text.lines().next()?.strip_prefix("cpu ")?;
    let fields: Vec<u64> = line.split_whitespace().filter_map(|field| field.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal: all but idle and waiting.
    let busy = fields.get(..3)?.iter().sum::<u64>() + fields.get(5..8)?.iter().sum::<u64>();
    Some(Duration::from_millis(busy * 1_000 / rustix::param::clock_ticks_per_second()))
}

/// The cores a process may run on; `None` for this one.
pub(crate) fn affinity(process: Option<i32>) -> Option<Vec<usize>> {
    let id = match process {
        Some(id) => Some(rustix::process::Pid::from_raw(id)?),
        None => None,
    };
    let set = rustix::thread::sched_getaffinity(id).ok()?;
    Some((0..rustix::thread::CpuSet::MAX_CPU).filter(|core| set.is_set(*core)).collect())
}

/// Binds this process, threads to come included, to `cores`. Call it before any thread starts.
pub(crate) fn pin(cores: &[usize]) -> std::io::Result<()> {
    let mut set = rustix::thread::CpuSet::new();
    for core in cores.iter().filter(|core| **core < rustix::thread::CpuSet::MAX_CPU) {
        set.set(*core);
    }
    Ok(rustix::thread::sched_setaffinity(None, &set)?)
}

/// How many files and sockets this process may hold: now, and at most.
pub(crate) fn open_files_limit() -> (Option<u64>, Option<u64>) {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    (limit.current, limit.maximum)
}

/// Dumps no core from now on: it would hold keys and what players say, and fill the disk.
pub(crate) fn forbid_core_dumps() -> std::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    Ok(setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?)
}

/// Raises the limit of open files as far as the system allows; returns what is in force.
pub(crate) fn raise_open_files_limit() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let wanted = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let _ = setrlimit(Resource::Nofile, wanted);
    getrlimit(Resource::Nofile).current
}
