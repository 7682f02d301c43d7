//! What a clean stop writes down of people, and how the next start takes it up: `sessions.json`.

use std::path::Path;

use massless_core::command::Character;
use massless_core::ids::{PlayerId, ZoneId};
use serde::{Deserialize, Serialize};

use super::Person;
use crate::hex::{hex, unhex};
use crate::record::write_durably;

/// Name of the file in the data folder.
pub(crate) const FILE: &str = "sessions.json";
/// Layout of the file. 1 had a list of fields and no items; it cannot be read any more.
const VERSION: u32 = 2;

/// Why the sessions of the last stop are lost.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeptError {
    /// The file could not be read or removed.
    #[error("sessions.json cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Another build wrote it.
    #[error(
        "sessions.json is not of this version (its characters have no items, or are of a later \
         version); players join anew"
    )]
    Version,
    /// A character in it is damaged.
    #[error("sessions.json is damaged at character {0}; players join anew")]
    Damaged(usize),
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    people: Vec<Line>,
}

#[derive(Serialize, Deserialize)]
struct Line {
    player: u64,
    serial: u64,
    zone: u32,
    /// `Character::to_bytes` in hexadecimal.
    character: String,
}

/// Somebody who may come back.
#[derive(Debug, PartialEq)]
pub(super) struct Kept {
    /// Who.
    pub(super) player: PlayerId,
    /// The session that may be resumed.
    pub(super) serial: u64,
    /// Where the character was.
    pub(super) zone: ZoneId,
    /// The character.
    pub(super) character: Box<Character>,
}

/// Writes down who could come back.
pub(super) fn store<'a>(
    data: &Path,
    people: impl Iterator<Item = (&'a PlayerId, &'a Person)>,
) -> std::io::Result<()> {
    let people = people.map(|(player, person)| Line {
        player: player.get(),
        serial: person.serial,
        zone: person.zone.get(),
        character: hex(&person.character.to_bytes()),
    });
    let file = File { version: VERSION, people: people.collect() };
    write_durably(&data.join(FILE), &[&serde_json::to_vec(&file)?])
}

/// Takes what the last clean stop wrote down; the file is used once.
pub(super) fn take(data: &Path) -> Result<Vec<Kept>, KeptError> {
    let path = data.join(FILE);
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    std::fs::remove_file(&path)?;
    let file: File = serde_json::from_slice(&bytes).map_err(|_| KeptError::Version)?;
    if file.version != VERSION {
        return Err(KeptError::Version);
    }
    let kept = file.people.iter().enumerate().map(|(index, line)| {
        let bytes = unhex(&line.character).ok_or(KeptError::Damaged(index))?;
        let character = Character::from_bytes(&bytes).map_err(|_| KeptError::Damaged(index))?;
        Ok(Kept {
            player: PlayerId::new(line.player),
            serial: line.serial,
            zone: ZoneId::new(line.zone),
            character: Box::new(character),
        })
    });
    kept.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_version_or_with_damage_is_refused_with_a_sentence() {
        let data = tempfile::tempdir().expect("a folder");
        let path = data.path().join(FILE);
        let old = r#"[{"player":1,"serial":1,"name":"Anna","look":1,"level":1,"hit_points":9}]"#;
        let table = [
            (old.to_owned(), "not of this version"),
            (r#"{"version":3,"people":[]}"#.to_owned(), "not of this version"),
            (
                r#"{"version":2,"people":[{"player":1,"serial":1,"zone":1,"character":"0g"}]}"#
                    .to_owned(),
                "damaged at character 0",
            ),
        ];
        for (text, part) in table {
            std::fs::write(&path, &text).expect("it writes");
            let sentence = take(data.path()).expect_err("refused").to_string();
            assert!(sentence.contains(part), "{part:?} is missing in {sentence:?}");
            assert!(!path.exists(), "it is not tried again");
        }
        assert_eq!(take(data.path()).expect("nothing is there"), []);
    }
}
