//! What hosts tell each other: lines, announcements, orders of the staff. JSON, so that two builds
//! can talk; what cannot be read is dropped.

use serde::{Deserialize, Serialize};

/// A line on its way to whoever hears it on whatever host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// The channel's number.
    pub(crate) channel: u8,
    /// Who says it.
    pub(crate) from: u64,
    /// The name it says it under.
    pub(crate) name: String,
    /// Its zone, for what stays there.
    pub(crate) zone: u32,
    /// Its faction, for what stays there.
    pub(crate) faction: u8,
    /// The one character it is for.
    pub(crate) to: Option<u64>,
    /// What it says.
    pub(crate) text: String,
}

/// Words of the operators.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Announcement {
    /// What they say.
    pub(crate) text: String,
}

/// An order that every host obeys for whom it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "order")]
pub(crate) enum Order {
    /// The account's sessions in the world end.
    SendAway {
        /// `account.id`.
        account: u64,
    },
    /// The character's voice is taken for a while, or given back (0).
    Mute {
        /// `character.id`.
        character: u64,
        /// For so long.
        seconds: u64,
    },
    /// The character's list of blocks changed.
    Blocks {
        /// `character.id`.
        character: u64,
    },
}

impl Order {
    /// For the way.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        to_bytes(self)
    }
}

/// For the way.
pub(super) fn to_bytes(said: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(said).unwrap_or_default()
}
