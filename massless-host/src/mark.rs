//! What the books said when the host stopped, so that the world of that moment never comes back beside older
//! books: `data/store.mark`, the newest operation of the store at a clean stop. When the next start finds a store
//! that does not know it (one that was restored, or another one), what the stop left is put aside.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use massless_store::Store;
use massless_store::repo::outbox::{self, Head};
use serde::{Deserialize, Serialize};

use crate::hex::{hex, unhex};
use crate::record::{final_snapshots, write_durably};
use crate::{clock, registry};

const FILE: &str = "store.mark";

/// The newest operation; none in a store without any.
#[derive(Serialize, Deserialize)]
struct Mark {
    head: Option<Newest>,
}

#[derive(Serialize, Deserialize)]
struct Newest {
    seq: i64,
    /// Id of the operation, hexadecimal.
    operation: String,
}

/// Writes down where the books are. Call it when nothing is written for this host any more.
pub(crate) fn leave(data: &Path, store: &Store) -> anyhow::Result<()> {
    let head = store.repeat(outbox::head)?;
    let newest = |head: Head| Newest { seq: head.seq, operation: hex(&head.operation) };
    let mark = Mark { head: head.map(newest) };
    Ok(write_durably(&data.join(FILE), &[&serde_json::to_vec(&mark)?])?)
}

/// Puts aside what the last stop left when these are other books. The mark is used once; without one (a crash, an
/// older build) nothing is known, and nothing of a clean stop is there after a crash.
pub(crate) fn check(data: &Path, store: &Store) -> anyhow::Result<()> {
    let path = data.join(FILE);
    let Ok(bytes) = std::fs::read(&path) else { return Ok(()) };
    let mark: Option<Mark> = serde_json::from_slice(&bytes).ok();
    let head = mark.and_then(|mark| mark.head);
    let is_known = match head.and_then(|it| Some((it.seq, unhex(&it.operation)?))) {
        Some((seq, operation)) => {
            store.repeat(|conn| outbox::knows(conn, &Head { seq, operation: operation.clone() }))?
        }
        None => true,
    };
    if !is_known {
        let (count, folder) = put_aside(data).context("what the last stop left")?;
        tracing::warn!(
            count,
            folder = %folder.display(),
            "the database is older than the last stop, or another one: zones and sessions of that stop are \
             put aside, zones start afresh and players join anew"
        );
    }
    Ok(std::fs::remove_file(&path)?)
}

/// Moves sessions and final snapshots into a folder of their own; how many, and which.
fn put_aside(data: &Path) -> std::io::Result<(usize, PathBuf)> {
    let aside = data.join(format!("aside-{}", clock::unix_millis()));
    let mut files = final_snapshots(data);
    files.push(data.join(registry::KEPT_FILE));
    let mut count = 0;
    for from in files.iter().filter(|file| file.is_file()) {
        let to = aside.join(from.strip_prefix(data).unwrap_or(from));
        std::fs::create_dir_all(to.parent().unwrap_or(&aside))?;
        std::fs::rename(from, to)?;
        count += 1;
    }
    Ok((count, aside))
}
