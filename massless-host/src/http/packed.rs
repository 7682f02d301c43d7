//! Packed (gzip) bodies: each file is packed once, when it is first asked for, and kept in memory.
//!
//! Packing on each request would let a few visitors a second take a core from the game. What is
//! kept is bounded; beyond it files are sent as they are. A file that changes is packed again.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::sync::Mutex;

use crate::limits::{PACKED_BYTES_MAX, PACKED_FILE_BYTES_MAX, PACKED_FILES_MAX};

/// When a file was changed, and its bytes.
type Stamp = (SystemTime, u64);

#[derive(Debug)]
struct Entry {
    stamp: Stamp,
    /// `None` when the file is better sent as it is.
    body: Option<Bytes>,
}

#[derive(Debug, Default)]
struct Kept {
    by_path: HashMap<PathBuf, Entry>,
    bytes: usize,
}

/// The packed files.
#[derive(Debug, Default)]
pub(super) struct Packed {
    kept: Mutex<Kept>,
}

impl Packed {
    /// The file packed; `None` when it is to be sent as it is.
    pub(super) async fn file(&self, path: &Path) -> Option<Bytes> {
        let facts = tokio::fs::metadata(path).await.ok()?;
        if facts.len() > PACKED_FILE_BYTES_MAX {
            return None;
        }
        let stamp = (facts.modified().ok()?, facts.len());
        // Held while packing, so that many who ask at once cause the work once.
        let mut kept = self.kept.lock().await;
        if let Some(entry) = kept.by_path.get(path).filter(|entry| entry.stamp == stamp) {
            return entry.body.clone();
        }
        let source = path.to_owned();
        let read_and_pack = move || std::fs::read(source).ok().and_then(|plain| pack(&plain));
        let body = tokio::task::spawn_blocking(read_and_pack).await.ok()?;
        kept.put(path, stamp, body)
    }
}

impl Kept {
    /// Keeps `body` within the bounds; returns what was kept.
    fn put(&mut self, path: &Path, stamp: Stamp, body: Option<Bytes>) -> Option<Bytes> {
        if let Some(old) = self.by_path.remove(path) {
            self.bytes -= old.body.map_or(0, |body| body.len());
        }
        if self.by_path.len() >= PACKED_FILES_MAX {
            return None;
        }
        let body = body.filter(|body| self.bytes + body.len() <= PACKED_BYTES_MAX);
        self.bytes += body.as_ref().map_or(0, Bytes::len);
        self.by_path.insert(path.to_owned(), Entry { stamp, body: body.clone() });
        body
    }
}

/// Packs `plain`; `None` when that saves less than a tenth, as with pictures.
pub(super) fn pack(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(plain).ok()?;
    let packed = encoder.finish().ok()?;
    (packed.len() < plain.len() / 10 * 9).then(|| packed.into())
}

/// Whether an `accept-encoding` header takes gzip.
pub(super) fn accepts_gzip(header: &str) -> bool {
    header.split(',').any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let is_gzip = name.eq_ignore_ascii_case("gzip") || name == "*";
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        is_gzip && weight.is_none_or(|q| q.parse::<f32>().is_ok_and(|q| q > 0.0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_when_it_is_named_and_not_refused() {
        for header in ["gzip", "br, GZIP", "gzip;q=1", "gzip; q=0.5, br", "*"] {
            assert!(accepts_gzip(header), "{header}");
        }
        for header in ["", "br", "gzip;q=0", "gzip; q=0.0", "x-gzip-not"] {
            assert!(!accepts_gzip(header), "{header}");
        }
    }

    #[tokio::test]
    async fn a_file_is_packed_once_until_it_changes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("main.js");
        std::fs::write(&path, "let a = 1;\n".repeat(1_000)).expect("it writes");
        let packed = Packed::default();
        let first = packed.file(&path).await.expect("it is smaller");
        assert!(first.len() < 1_000);
        let again = packed.file(&path).await.expect("it is kept");
        assert_eq!(first.as_ptr(), again.as_ptr(), "the very same bytes");
        std::fs::write(&path, "let b = 2;\n".repeat(1_001)).expect("it writes");
        let other = packed.file(&path).await.expect("it is packed again");
        assert_ne!(first, other);
        assert_eq!(packed.kept.lock().await.bytes, other.len(), "the old one is gone");
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let mut kept = Kept::default();
        let stamp = (SystemTime::UNIX_EPOCH, 1);
        let half = Bytes::from(vec![0; PACKED_BYTES_MAX / 2]);
        for (name, is_kept) in [("a", true), ("b", true), ("c", false), ("a", true)] {
            let put = kept.put(Path::new(name), stamp, Some(half.clone()));
            assert_eq!(put.is_some(), is_kept, "{name}");
        }
        assert_eq!(kept.bytes, PACKED_BYTES_MAX / 2 * 2);
    }
}
