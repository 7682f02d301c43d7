//! Key pairs in a folder of their own: made, listed, exchanged.
//!
//! `new` adds a pair that does not sign yet, so that every host knows it before it does. `rotate`
//! lets the newest one sign (or makes one), keeps of the one before only the public half, and drops
//! public halves after an hour: four times as long as a token lives.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};

use super::keys::{KeyError, Keys, read_file};
use crate::clock;
use crate::limits::{KEYS_KEPT_MILLIS, RSA_BYTES_MIN};

const SIGNING: &str = "signing";
const PRIVATE: &str = ".pem";
const PUBLIC: &str = ".pub.pem";

/// What a key in the folder is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Signs new tokens.
    Signing,
    /// Will sign after the next `rotate`.
    Next,
    /// Signs no more; tokens it signed are believed.
    Past,
}

/// A key of the folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its name.
    pub(crate) kid: String,
    /// When it was made, seconds since 1970; for a past one, when it ceased to sign.
    pub(crate) since: u64,
    /// What it is for.
    pub(crate) usage: Use,
    path: PathBuf,
}

/// All keys of the folder, oldest first.
pub(crate) fn list(folder: &Path) -> Result<Vec<Listed>, KeyError> {
    let signing = std::fs::read_to_string(folder.join(SIGNING)).unwrap_or_default();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(KeyError::File { path: folder.to_owned(), error }),
    };
    let mut listed: Vec<Listed> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let name = path.file_name()?.to_str()?;
            let is_past = name.ends_with(PUBLIC);
            let stem = name.strip_suffix(if is_past { PUBLIC } else { PRIVATE })?;
            let (since, kid) = stem.split_once('-')?;
            let usage = match (is_past, kid == signing.trim()) {
                (true, _) => Use::Past,
                (false, true) => Use::Signing,
                (false, false) => Use::Next,
            };
            Some(Listed { kid: kid.to_owned(), since: since.parse().ok()?, usage, path })
        })
        .collect();
    listed.sort_by(|one, other| (one.since, &one.kid).cmp(&(other.since, &other.kid)));
    Ok(listed)
}

/// The keys of the folder; the first pair is made when there is none.
pub(super) fn read_or_make(folder: &Path) -> Result<Keys, KeyError> {
    let mut listed = list(folder)?;
    if !listed.iter().any(|one| one.usage == Use::Signing) {
        rotate(folder)?;
        listed = list(folder)?;
    }
    let missing = || KeyError::NoKey(folder.display().to_string());
    let signing = listed.iter().find(|one| one.usage == Use::Signing).ok_or_else(missing)?;
    let others = listed.iter().filter(|one| one.usage != Use::Signing);
    let public: Vec<String> = others.map(public_half).collect::<Result<_, KeyError>>()?;
    let public: Vec<&str> = public.iter().map(String::as_str).collect();
    Keys::new(&read_file(&signing.path)?, &public)
}

/// Adds a pair that does not sign yet; its name.
pub(crate) fn add(folder: &Path) -> Result<String, KeyError> {
    let file_error = |error| KeyError::File { path: folder.to_owned(), error };
    std::fs::create_dir_all(folder).map_err(file_error)?;
    let not_made = |error: &dyn std::fmt::Display| KeyError::NotMade(error.to_string());
    let mut rng = rsa::rand_core::OsRng;
    let pair = RsaPrivateKey::new(&mut rng, RSA_BYTES_MIN * 8).map_err(|error| not_made(&error))?;
    let pem = pair.to_pkcs8_pem(LineEnding::LF).map_err(|error| not_made(&error))?;
    let kid = Keys::new(&pem, &[])?.kid;
    let path = folder.join(format!("{}-{kid}{PRIVATE}", clock::unix_millis() / 1_000));
    write(&path, pem.as_bytes())?;
    Ok(kid)
}

/// Lets the newest pair that does not sign yet sign from now on, or a new one; its name.
pub(crate) fn rotate(folder: &Path) -> Result<String, KeyError> {
    let is_next = |one: &Listed| one.usage == Use::Next;
    let mut listed = list(folder)?;
    if !listed.iter().any(is_next) {
        add(folder)?;
        listed = list(folder)?;
    }
    let missing = || KeyError::NoKey(folder.display().to_string());
    let next = listed.iter().rfind(|one| is_next(one)).ok_or_else(missing)?;
    write(&folder.join(SIGNING), next.kid.as_bytes())?;
    let now = clock::unix_millis();
    for past in listed.iter().filter(|one| one.usage == Use::Signing) {
        let public = public_half(past)?;
        write(&folder.join(format!("{}-{}{PUBLIC}", now / 1_000, past.kid)), public.as_bytes())?;
        remove(&past.path)?;
    }
    let is_over =
        |one: &&Listed| one.usage == Use::Past && one.since * 1_000 + KEYS_KEPT_MILLIS < now;
    for over in listed.iter().filter(is_over) {
        remove(&over.path)?;
    }
    Ok(next.kid.clone())
}

/// The public key of a file that holds either half.
fn public_half(listed: &Listed) -> Result<String, KeyError> {
    use rsa::pkcs8::DecodePrivateKey as _;
    let text = read_file(&listed.path)?;
    if listed.usage == Use::Past {
        return Ok(text);
    }
    let missing = || KeyError::NoKey(listed.path.display().to_string());
    let pair = RsaPrivateKey::from_pkcs8_pem(&text).map_err(|_| missing())?;
    pair.to_public_key().to_public_key_pem(LineEnding::LF).map_err(|_| missing())
}

/// Writes a file that only its owner reads, all of it or nothing.
fn write(path: &Path, bytes: &[u8]) -> Result<(), KeyError> {
    let attempt = || {
        let half = path.with_extension("half");
        let mut options = std::fs::OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&half)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&half, path)
    };
    attempt().map_err(|error| KeyError::File { path: path.to_owned(), error })
}

fn remove(path: &Path) -> Result<(), KeyError> {
    std::fs::remove_file(path).map_err(|error| KeyError::File { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn keys_are_made_once_and_only_their_owner_reads_them() {
        let data = tempfile::tempdir().expect("a folder");
        let folder = data.path().join("keys");
        let kid = read_or_make(&folder).expect("made").kid;
        assert_eq!(read_or_make(&folder).expect("read").kid, kid);
        for entry in std::fs::read_dir(&folder).expect("files") {
            let entry = entry.expect("a file");
            let mode = entry.metadata().expect("facts").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{:?}", entry.path());
        }
    }

    #[test]
    fn a_new_key_is_believed_before_it_signs_and_the_old_one_for_a_while_after() {
        let data = tempfile::tempdir().expect("a folder");
        let folder = data.path().join("keys");
        let first = read_or_make(&folder).expect("made").kid;
        let second = add(&folder).expect("added");
        let keys = read_or_make(&folder).expect("read");
        assert_eq!(keys.kid, first);
        assert!(keys.believed(&second).is_some());
        assert_eq!(rotate(&folder).expect("rotated"), second);
        let keys = read_or_make(&folder).expect("read");
        assert_eq!(keys.kid, second);
        assert!(keys.believed(&first).is_some(), "tokens it signed still live");
        let uses: Vec<Use> = list(&folder).expect("listed").iter().map(|one| one.usage).collect();
        assert!(uses.contains(&Use::Past) && !uses.contains(&Use::Next), "{uses:?}");

        let past = list(&folder).expect("listed");
        let past = past.iter().find(|one| one.usage == Use::Past).expect("the first one");
        let long_ago = folder.join(format!("1000-{}{PUBLIC}", past.kid));
        std::fs::rename(&past.path, long_ago).expect("renamed");
        let third = rotate(&folder).expect("rotated");
        let keys = read_or_make(&folder).expect("read");
        assert_eq!(keys.kid, third);
        assert!(keys.believed(&first).is_none() && keys.believed(&second).is_some());
    }
}
