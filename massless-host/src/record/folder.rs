//! A zone's folder: its epoch, the snapshot of its last clean stop, its log segments.
//!
//! ```text
//! data/starts                                  how often a host started here, as text
//! data/zones/<id>/epoch                        the highest epoch ever used, as text
//! data/zones/<id>/final.snapshot               checksum, content hash, life, snapshot; used once
//! data/zones/<id>/<epoch>-<first tick>.mlr     log segments
//! ```
//! `<id>` is the label of a channel: `1`, `1-c2`.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::channels::ChannelId;

const ZONES_FOLDER: &str = "zones";
const STARTS_FILE: &str = "starts";
const EPOCH_FILE: &str = "epoch";
const FINAL_FILE: &str = "final.snapshot";
const FINAL_USED_FILE: &str = "final.used";
const OTHER_CONTENT: &str = "it belongs to other content";
const CHECKSUM_BYTES: usize = 32;
const CONTENT_BYTES: usize = 16;
const LIFE_BYTES: usize = 8;

/// What a clean stop left behind.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum LastStop {
    /// There was none: the first start, or a crash.
    None,
    /// The state of that moment.
    Clean {
        /// Names the operations of the zone's intents, with their numbers.
        life: u64,
        /// The zone.
        snapshot: Vec<u8>,
    },
    /// There is a file, but it cannot be used; why.
    Unusable(&'static str),
}

/// A zone's folder.
#[derive(Clone, Debug)]
pub(crate) struct ZoneFolder {
    path: PathBuf,
}

impl ZoneFolder {
    /// Opens or makes the folder of a channel under the data folder.
    pub(crate) fn open(data: &Path, channel: ChannelId) -> io::Result<Self> {
        let path = data.join(ZONES_FOLDER).join(channel.label());
        fs::create_dir_all(&path)?;
        Ok(Self { path })
    }

    /// Claims an epoch that was never used before; it is on disk when this returns.
    pub(crate) fn claim_epoch(&self) -> io::Result<u32> {
        let stored = self.stored_epoch();
        // A damaged file must not lead to an epoch that some segment already has.
        let in_segments = self.segments()?.iter().filter_map(|path| epoch_of(path)).max();
        let epoch = stored.max(in_segments.unwrap_or(0)) + 1;
        self.store_epoch(epoch)?;
        Ok(epoch)
    }

    /// Stores that `epoch` was used, unless that or a higher one is stored already.
    pub(crate) fn ensure_epoch(&self, epoch: u32) -> io::Result<()> {
        if self.stored_epoch() >= epoch { Ok(()) } else { self.store_epoch(epoch) }
    }

    fn stored_epoch(&self) -> u32 {
        let stored = fs::read_to_string(self.path.join(EPOCH_FILE)).ok();
        stored.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }

    fn store_epoch(&self, epoch: u32) -> io::Result<()> {
        write_durably(&self.path.join(EPOCH_FILE), &[format!("{epoch}\n").as_bytes()])
    }

    /// Where the segment of that epoch and first tick goes.
    pub(crate) fn segment(&self, epoch: u32, first_tick: u64) -> PathBuf {
        self.path.join(format!("{epoch:08}-{first_tick:012}.mlr"))
    }

    /// All segments, oldest first.
    pub(crate) fn segments(&self) -> io::Result<Vec<PathBuf>> {
        let mut paths: Vec<PathBuf> = fs::read_dir(&self.path)?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "mlr"))
            .collect();
        paths.sort();
        Ok(paths)
    }

    /// Removes segments older than `age_max`, then the oldest until `bytes_max` is kept. The newest
    /// one always stays. Returns how many went.
    pub(crate) fn retain(
        &self,
        now: SystemTime,
        age_max: Duration,
        bytes_max: u64,
    ) -> io::Result<u32> {
        let mut removed = 0;
        let mut kept_bytes = 0_u64;
        for (index, path) in self.segments()?.iter().rev().enumerate() {
            let facts = fs::metadata(path)?;
            kept_bytes = kept_bytes.saturating_add(facts.len());
            let age = now.duration_since(facts.modified()?).unwrap_or_default();
            if index > 0 && (age > age_max || kept_bytes > bytes_max) {
                fs::remove_file(path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Stores the state of a clean stop of a zone whose intents count in `life`.
    pub(crate) fn store_final(&self, content: u128, life: u64, snapshot: &[u8]) -> io::Result<()> {
        let content = content.to_le_bytes();
        let body = [&life.to_le_bytes(), snapshot].concat();
        let checksum = checksum(&content, &body);
        write_durably(&self.path.join(FINAL_FILE), &[&checksum, &content, &body])
    }

    /// Takes the state of the last clean stop: it is given once, so a later crash does not bring
    /// an old world back.
    pub(crate) fn take_final(&self, content: u128) -> io::Result<LastStop> {
        let path = self.path.join(FINAL_FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(LastStop::None),
            Err(error) => return Err(error),
        };
        let stop = judge_final(&bytes, content);
        // That of other content stays: the build or the folder it belongs to may come back.
        if stop != LastStop::Unusable(OTHER_CONTENT) {
            fs::rename(&path, self.path.join(FINAL_USED_FILE))?;
        }
        Ok(stop)
    }
}

/// The segments of a channel, oldest first; none where it never ran.
pub(crate) fn segments_of(data: &Path, channel: ChannelId) -> io::Result<Vec<PathBuf>> {
    let path = data.join(ZONES_FOLDER).join(channel.label());
    if path.is_dir() { ZoneFolder { path }.segments() } else { Ok(Vec::new()) }
}

/// The channels that left a state at their last stop.
pub(crate) fn channels_with_state(data: &Path) -> Vec<ChannelId> {
    let Ok(folders) = fs::read_dir(data.join(ZONES_FOLDER)) else { return Vec::new() };
    let stored = |entry: fs::DirEntry| {
        let id = ChannelId::of_label(entry.file_name().to_str()?)?;
        entry.path().join(FINAL_FILE).is_file().then_some(id)
    };
    let mut channels: Vec<ChannelId> = folders.flatten().filter_map(stored).collect();
    channels.sort_unstable();
    channels
}

/// The final snapshots that lie in a data folder.
pub(crate) fn final_snapshots(data: &Path) -> Vec<PathBuf> {
    let channels = channels_with_state(data).into_iter();
    channels.map(|id| data.join(ZONES_FOLDER).join(id.label()).join(FINAL_FILE)).collect()
}

/// Claims a number for this start of the host, higher than any before and than `floor`.
pub(crate) fn claim_start(data: &Path, floor: u32) -> io::Result<u32> {
    let path = data.join(STARTS_FILE);
    let stored = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
    let start = stored.unwrap_or(0).max(floor) + 1;
    write_durably(&path, &[format!("{start}\n").as_bytes()])?;
    Ok(start)
}

fn judge_final(bytes: &[u8], content: u128) -> LastStop {
    let Some((head, body)) = bytes.split_at_checked(CHECKSUM_BYTES + CONTENT_BYTES) else {
        return LastStop::Unusable("it is cut short");
    };
    let (sum, stored_content) = head.split_at(CHECKSUM_BYTES);
    if sum != checksum(stored_content, body) {
        return LastStop::Unusable("its checksum is wrong");
    }
    if stored_content != content.to_le_bytes() {
        return LastStop::Unusable(OTHER_CONTENT);
    }
    match body.split_first_chunk::<LIFE_BYTES>() {
        Some((life, snapshot)) => {
            LastStop::Clean { life: u64::from_le_bytes(*life), snapshot: snapshot.to_vec() }
        }
        None => LastStop::Unusable("it is cut short"),
    }
}

fn checksum(content: &[u8], snapshot: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(content).update(snapshot);
    *hasher.finalize().as_bytes()
}

/// The epoch in a segment's name.
pub(super) fn epoch_of(path: &Path) -> Option<u32> {
    path.file_stem()?.to_str()?.split('-').next()?.parse().ok()
}

/// Writes a file so that after a power cut either the old or the new one is there, whole.
pub(crate) fn write_durably(path: &Path, parts: &[&[u8]]) -> io::Result<()> {
    let draft = path.with_extension("draft");
    let mut file = fs::File::create(&draft)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.sync_all()?;
    fs::rename(&draft, path)?;
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::ids::ZoneId;

    fn channel(number: u32) -> ChannelId {
        ChannelId { zone: ZoneId::new(1), number }
    }

    #[test]
    fn starts_are_never_claimed_twice_and_states_are_found() {
        let (data, folder) = folder();
        assert_eq!(claim_start(data.path(), 4).expect("a start"), 5);
        assert_eq!(claim_start(data.path(), 0).expect("a start"), 6);
        assert_eq!(channels_with_state(data.path()), []);
        let second = ZoneFolder::open(data.path(), channel(2)).expect("a folder");
        second.store_final(5, 3, b"state").expect("store");
        folder.store_final(5, 3, b"state").expect("store");
        assert_eq!(channels_with_state(data.path()), [channel(1), channel(2)]);
    }

    fn folder() -> (tempfile::TempDir, ZoneFolder) {
        let data = tempfile::tempdir().expect("a temporary folder");
        let folder = ZoneFolder::open(data.path(), channel(1)).expect("a folder");
        (data, folder)
    }

    #[test]
    fn an_epoch_is_never_claimed_twice() {
        let (_data, folder) = folder();
        assert_eq!(folder.claim_epoch().expect("epoch"), 1);
        assert_eq!(folder.claim_epoch().expect("epoch"), 2);
        fs::write(folder.segment(7, 0), b"x").expect("segment");
        fs::write(folder.path.join(EPOCH_FILE), b"garbage").expect("damage");
        assert_eq!(folder.claim_epoch().expect("epoch"), 8);
    }

    fn clean() -> LastStop {
        LastStop::Clean { life: 3, snapshot: b"state".to_vec() }
    }

    #[test]
    fn the_final_snapshot_is_given_once_and_only_whole() {
        let (_data, folder) = folder();
        assert_eq!(folder.take_final(5).expect("read"), LastStop::None);
        folder.store_final(5, 3, b"state").expect("store");
        assert_eq!(folder.take_final(5).expect("read"), clean());
        assert_eq!(folder.take_final(5).expect("read"), LastStop::None);
        folder.store_final(6, 3, b"state").expect("store");
        assert!(matches!(folder.take_final(5).expect("read"), LastStop::Unusable(_)));
        assert_eq!(folder.take_final(6).expect("read"), clean());
        folder.store_final(5, 3, b"state").expect("store");
        let path = folder.path.join(FINAL_FILE);
        let mut bytes = fs::read(&path).expect("read");
        *bytes.last_mut().expect("not empty") ^= 1;
        fs::write(&path, bytes).expect("damage");
        assert!(matches!(folder.take_final(5).expect("read"), LastStop::Unusable(_)));
    }

    #[test]
    fn old_and_surplus_segments_go_and_the_newest_stays() {
        let (_data, folder) = folder();
        for tick in 0..5 {
            fs::write(folder.segment(1, tick), vec![0; 100]).expect("segment");
        }
        let now = SystemTime::now();
        let hour = Duration::from_secs(3_600);
        assert_eq!(folder.retain(now, hour, 350).expect("retain"), 2);
        assert_eq!(folder.segments().expect("list")[0], folder.segment(1, 2));
        assert_eq!(folder.retain(now + 2 * hour, hour, 350).expect("retain"), 2);
        assert_eq!(folder.segments().expect("list"), [folder.segment(1, 4)]);
    }
}
