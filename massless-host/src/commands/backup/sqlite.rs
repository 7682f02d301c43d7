//! Backups of the embedded database.

use std::fs::File;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use massless_store::Store;

use super::copy;
use crate::commands::report::WrongUse;

/// Bytes of a database at most when it is unpacked: what a disk of a single machine holds.
const UNPACKED_MAX: u64 = 1 << 40;

/// Copies the database as it is at this moment, packed, into `part`.
pub(super) fn dump(store: &Store, part: &Path) -> anyhow::Result<()> {
    let plain = part.with_extension("plain");
    let _ = std::fs::remove_file(&plain);
    store.copy_to(&plain).context("the database cannot be copied")?;
    let packed = pack(&plain, part);
    std::fs::remove_file(&plain)?;
    packed
}

fn pack(plain: &Path, part: &Path) -> anyhow::Result<()> {
    let mut encoder = GzEncoder::new(File::create(part)?, Compression::default());
    copy(&mut File::open(plain)?, &mut encoder, "packed")?;
    encoder.finish().context("the backup cannot be written")?.sync_all()?;
    Ok(())
}

/// Unpacks a backup into the place of the database; what is there is kept beside it.
pub(super) fn load(
    file: &Path,
    (address, data): (&str, &Path),
    is_allowed: bool,
) -> anyhow::Result<()> {
    let Some(place) = address.strip_prefix("sqlite:").map(PathBuf::from) else {
        let sentence = "this is a backup of an embedded database; DATABASE_URL names a server";
        return Err(WrongUse(sentence.to_owned()).into());
    };
    std::fs::create_dir_all(data)?;
    let lock = File::create(data.join("lock"))?;
    if lock.try_lock().is_err() {
        let sentence = format!("a server runs on {}; stop it first", data.display());
        return Err(WrongUse(sentence).into());
    }
    if place.exists() && !is_allowed {
        let sentence =
            format!("{} is there; --yes replaces it and keeps it beside", place.display());
        return Err(WrongUse(sentence).into());
    }
    let part = place.with_extension("restored");
    unpack(file, &part)?;
    if place.exists() {
        std::fs::rename(&place, place.with_extension("before-restore"))?;
    }
    // The journal of the database that was there is not that of the new one.
    for ending in ["-wal", "-shm"] {
        let mut journal = place.clone().into_os_string();
        journal.push(ending);
        let _ = std::fs::remove_file(journal);
    }
    std::fs::rename(&part, &place)?;
    Ok(())
}

fn unpack(file: &Path, part: &Path) -> anyhow::Result<()> {
    use std::io::Read as _;
    let mut plain = File::create(part)?;
    let mut packed = GzDecoder::new(File::open(file)?).take(UNPACKED_MAX);
    std::io::copy(&mut packed, &mut plain).context("the backup cannot be unpacked")?;
    plain.sync_all()?;
    Ok(())
}
