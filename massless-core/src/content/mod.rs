//! Definitions, loaded once and then frozen.
//!
//! A content set is a list of files, handed in as text and bytes: this module opens none itself.
//! Loading checks everything and reports every error at once; what it returns is valid and never
//! changes, so the simulation looks things up without checking again. The only place with serde.

pub mod creature;
pub(crate) mod embedded;
pub mod error;
pub mod generate;
pub mod map;
pub mod rules;
mod source;
pub mod zone;

use std::sync::Arc;

use crate::codec::Sink;
use crate::hash::Hasher;
use crate::ids::{CreatureId, ZoneId};
use creature::CreatureDef;
use error::ContentErrors;
use rules::Rules;
use source::Loader;
use zone::ZoneDef;

/// One file of a content set. Paths have forward slashes and begin at the set's root.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'a> {
    /// `rules.ron`, `creatures/<id>-<name>.ron`, `zones/<id>-<name>.ron` or `maps/<name>.map`.
    pub path: &'a str,
    /// The whole file.
    pub bytes: &'a [u8],
}

/// Which content a log or a client belongs to: a hash over all files and their paths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(u128);

impl ContentHash {
    /// Wraps a raw value, as read from a log or a frame.
    #[must_use]
    pub const fn new(raw: u128) -> Self {
        Self(raw)
    }

    /// The raw value.
    #[must_use]
    pub const fn get(self) -> u128 {
        self.0
    }
}

impl core::fmt::Display for ContentHash {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A valid content set.
#[derive(Clone, Debug)]
pub struct Content {
    hash: ContentHash,
    rules: Rules,
    creatures: Vec<CreatureDef>,
    zones: Vec<ZoneDef>,
}

impl Content {
    /// The content built into this crate: Cinder Vale and its creatures.
    #[must_use]
    pub fn embedded() -> Arc<Self> {
        let content = Self::load(&embedded::FILES).expect("the tests load the embedded content");
        Arc::new(content)
    }

    /// The files of the embedded content: what a set of one's own may start from.
    #[must_use]
    pub const fn embedded_files() -> &'static [SourceFile<'static>] {
        &embedded::FILES
    }

    /// Checks a content set and freezes it. The order of the files does not matter.
    ///
    /// # Errors
    /// Every error of every file, with the line, the field and what is allowed.
    pub fn load(files: &[SourceFile<'_>]) -> Result<Self, ContentErrors> {
        let mut files = files.to_vec();
        files.sort_by_key(|file| file.path);
        let mut loader = Loader::new(&files);
        let rules = rules::load(&mut loader);
        let creatures = creature::load(&mut loader);
        let zones = zone::load(&mut loader, &creatures);
        loader.finish()?;
        Ok(Self { hash: hash_of(&files), rules, creatures, zones })
    }

    /// Which content this is.
    #[must_use]
    pub const fn hash(&self) -> ContentHash {
        self.hash
    }

    /// Numbers that hold everywhere.
    #[must_use]
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// A creature definition.
    #[must_use]
    pub fn creature(&self, id: CreatureId) -> Option<&CreatureDef> {
        let index = self.creatures.binary_search_by_key(&id, |creature| creature.id).ok()?;
        Some(&self.creatures[index])
    }

    /// All creature definitions, rising by id.
    #[must_use]
    pub fn creatures(&self) -> &[CreatureDef] {
        &self.creatures
    }

    /// A zone definition.
    #[must_use]
    pub fn zone(&self, id: ZoneId) -> Option<&ZoneDef> {
        let index = self.zones.binary_search_by_key(&id, |zone| zone.id).ok()?;
        Some(&self.zones[index])
    }

    /// All zone definitions, rising by id; at least one.
    #[must_use]
    pub fn zones(&self) -> &[ZoneDef] {
        &self.zones
    }
}

/// Over the sorted files, each as its path and its bytes with their lengths.
fn hash_of(files: &[SourceFile<'_>]) -> ContentHash {
    let mut hasher = Hasher::new();
    for file in files {
        hasher.bytes(file.path.as_bytes());
        hasher.bytes(file.bytes);
    }
    ContentHash(hasher.finish())
}

#[cfg(test)]
mod tests;
