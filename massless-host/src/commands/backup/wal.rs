//! The archive of write-ahead log: names of segments, which of them are there, and a copy of what a recovery
//! needs, unpacked.
//!
//! `pg_receivewal` writes it: whole segments as `<24 hex digits>.gz`, the one it is at as `.gz.partial`. A
//! partial one is good as far as it was flushed, and what follows are zeros to PostgreSQL.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use flate2::read::GzDecoder;
use indicatif::ProgressBar;

use super::PIECE;

/// Bytes of a segment: PostgreSQL's default, and what the compositions start it with.
const SEGMENT_BYTES: u64 = 16 << 20;
/// Segments of one log file number: they make up 4 GiB.
const SEGMENTS: u64 = (1 << 32) / SEGMENT_BYTES;

/// A segment by its number within its timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segment {
    timeline: u32,
    number: u64,
}

impl Segment {
    /// The one that holds a place of the log, which is written as `0/3000028`.
    pub(super) fn at(timeline: u32, place: &str) -> Option<Self> {
        let (high, low) = place.split_once('/')?;
        let high = u64::from_str_radix(high, 16).ok()?;
        let low = u64::from_str_radix(low, 16).ok()?;
        Some(Self { timeline, number: high * SEGMENTS + low / SEGMENT_BYTES })
    }

    fn parse(name: &str) -> Option<Self> {
        if name.len() != 24 || !name.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u32::from_str_radix(&name[at..at + 8], 16).ok();
        let number = u64::from(part(8)?) * SEGMENTS + u64::from(part(16)?);
        Some(Self { timeline: part(0)?, number })
    }

    fn next(self) -> Self {
        Self { number: self.number + 1, ..self }
    }

    /// As PostgreSQL calls its file.
    pub(super) fn name(self) -> String {
        let Self { timeline, number } = self;
        format!("{timeline:08X}{:08X}{:08X}", number / SEGMENTS, number % SEGMENTS)
    }
}

/// A file of the archive.
#[derive(Clone, Debug)]
struct Kept {
    path: PathBuf,
    is_packed: bool,
    is_partial: bool,
}

/// What a folder has, by segment. Of a whole one and a partial one the whole one counts.
#[derive(Debug, Default)]
pub(super) struct Archive {
    kept: BTreeMap<Segment, Kept>,
}

/// What can be used of an archive from some segment on.
#[derive(Debug)]
pub(super) struct Run {
    /// Segments without a gap.
    pub(super) segments: Vec<Segment>,
    /// The first that is missing although later ones are there.
    pub(super) missing: Option<Segment>,
}

impl Archive {
    /// Looks into a folder; one that is not there is empty.
    pub(super) fn read(folder: &Path) -> anyhow::Result<Self> {
        let mut kept: BTreeMap<Segment, Kept> = BTreeMap::new();
        if !folder.exists() {
            return Ok(Self::default());
        }
        for entry in std::fs::read_dir(folder).context("the archive cannot be read")? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let Some((segment, is_packed, is_partial)) = parse(name) else { continue };
            let this = Kept { path: path.clone(), is_packed, is_partial };
            let other = kept.get(&segment);
            if other.is_none_or(|other| other.is_partial && !is_partial) {
                kept.insert(segment, this);
            }
        }
        Ok(Self { kept })
    }

    /// The segments from one on, up to the first that is missing. That one itself may be missing when
    /// nothing later is there: the base backup has it.
    pub(super) fn run(&self, first: Segment) -> Run {
        let later = self.kept.range(first..).map(|(segment, _)| *segment);
        let later: Vec<Segment> =
            later.filter(|segment| segment.timeline == first.timeline).collect();
        let mut next = first;
        let mut segments = Vec::new();
        for segment in &later {
            // The base backup brings its own last segment along.
            if *segment != next && !(segments.is_empty() && *segment == first.next()) {
                return Run { segments, missing: Some(next) };
            }
            segments.push(*segment);
            next = segment.next();
        }
        Run { segments, missing: None }
    }

    /// When the newest file was written last, milliseconds since 1970.
    pub(super) fn written_at(&self) -> Option<u64> {
        let times = self.kept.values().filter_map(|kept| {
            let time = kept.path.metadata().ok()?.modified().ok()?;
            u64::try_from(time.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis()).ok()
        });
        times.max()
    }

    /// Copies segments unpacked into a folder, under the names that PostgreSQL asks for.
    pub(super) fn unpack(
        &self,
        segments: &[Segment],
        into: &Path,
        bar: &ProgressBar,
    ) -> anyhow::Result<()> {
        bar.set_length(segments.len() as u64);
        for segment in segments {
            let kept = self.kept.get(segment).context("a segment that was there is gone")?;
            unpack(kept, &into.join(segment.name()))
                .with_context(|| format!("segment {} cannot be unpacked", segment.name()))?;
            bar.inc(1);
        }
        Ok(())
    }

    /// Removes the segments before one; how many.
    pub(super) fn remove_before(&self, first: Segment) -> anyhow::Result<u64> {
        let mut removed = 0;
        for kept in self.kept.range(..first).map(|(_, kept)| kept) {
            std::fs::remove_file(&kept.path)?;
            removed += 1;
        }
        Ok(removed)
    }
}

/// Segment, whether it is packed, whether it is a partial one; `None` for other files.
fn parse(name: &str) -> Option<(Segment, bool, bool)> {
    let (rest, is_partial) =
        name.strip_suffix(".partial").map_or((name, false), |rest| (rest, true));
    let (rest, is_packed) = rest.strip_suffix(".gz").map_or((rest, false), |rest| (rest, true));
    Some((Segment::parse(rest)?, is_packed, is_partial))
}

fn unpack(kept: &Kept, into: &Path) -> anyhow::Result<()> {
    let file = File::open(&kept.path)?;
    let mut from: Box<dyn Read> =
        if kept.is_packed { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let mut to = File::create(into)?;
    let mut piece = vec![0; PIECE];
    let mut bytes = 0;
    loop {
        let count = match from.read(&mut piece) {
            Ok(count) => count,
            // It ends where it was flushed last.
            Err(_) if kept.is_partial => 0,
            Err(error) => return Err(error.into()),
        };
        if count == 0 {
            break;
        }
        bytes += count as u64;
        ensure!(bytes <= SEGMENT_BYTES, "it is longer than the {SEGMENT_BYTES} bytes of a segment");
        to.write_all(&piece[..count])?;
    }
    ensure!(kept.is_partial || bytes == SEGMENT_BYTES, "it has {bytes} bytes, not {SEGMENT_BYTES}");
    to.set_len(SEGMENT_BYTES)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn segment(number: u64) -> Segment {
        Segment { timeline: 1, number }
    }

    #[test]
    fn segments_are_named_as_postgres_names_them() {
        let at = Segment::at(1, "1/3000028").expect("a place");
        assert_eq!(at.name(), "000000010000000100000003");
        assert_eq!(Segment::parse(&at.name()), Some(at));
        assert_eq!(segment(255).next().name(), "000000010000000100000000");
        assert_eq!(
            parse("000000010000000100000003.gz.partial"),
            Some((at, true, true)),
            "what is being written"
        );
        for name in ["00000002.history", "archive_status", "00000001000000010000000g.gz"] {
            assert_eq!(parse(name), None, "{name}");
        }
    }

    #[test]
    fn a_gap_ends_the_run_and_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        for number in [3, 4, 6] {
            let name = format!("{}.gz", segment(number).name());
            std::fs::write(folder.path().join(name), b"").expect("written");
        }
        let archive = Archive::read(folder.path()).expect("it reads");
        let run = archive.run(segment(3));
        assert_eq!((run.segments.len(), run.missing), (2, Some(segment(5))));
        let run = archive.run(segment(2));
        assert_eq!((run.segments.len(), run.missing), (2, Some(segment(5))), "the base has 2");
        let run = archive.run(segment(1));
        assert_eq!((run.segments.len(), run.missing), (0, Some(segment(1))));
        let run = archive.run(segment(9));
        assert_eq!((run.segments.len(), run.missing), (0, None));
        assert_eq!(archive.remove_before(segment(4)).expect("it goes"), 1);
        assert_eq!(std::fs::read_dir(folder.path()).expect("it reads").count(), 2);
    }

    #[test]
    fn a_partial_segment_is_good_as_far_as_it_was_flushed() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&[7; 100_000]).expect("it packs");
        encoder.flush().expect("it flushes");
        let torn = encoder.get_ref().clone();
        let name = segment(3).name();
        std::fs::write(folder.path().join(format!("{name}.gz.partial")), &torn).expect("written");
        let whole = folder.path().join(format!("{}.gz", segment(4).name()));
        std::fs::write(whole, &torn).expect("written");
        let archive = Archive::read(folder.path()).expect("it reads");
        let into = tempfile::tempdir().expect("a folder");
        let bar = ProgressBar::hidden();
        archive.unpack(&[segment(3)], into.path(), &bar).expect("as far as it goes");
        let bytes = std::fs::read(into.path().join(&name)).expect("it is there");
        assert_eq!(bytes.len() as u64, SEGMENT_BYTES);
        assert_eq!(bytes.iter().filter(|byte| **byte == 7).count(), 100_000);
        let torn = archive.unpack(&[segment(4)], into.path(), &bar);
        assert!(torn.is_err(), "one that should be whole is not believed");
    }
}
