//! Leaderboards: who is best at what. Made from the database again and again, never added to.

use serde::{Deserialize, Serialize};

use super::keys::BOARD_ENTRIES;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Board {
    /// Levels.
    Level,
    /// Coin earned, over all time.
    Coin,
    /// Quests done.
    Quests,
}

impl Board {
    /// All boards.
    pub const ALL: [Self; 3] = [Self::Level, Self::Coin, Self::Quests];

    /// The board's word in keys and addresses.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Level => "level",
            Self::Coin => "coin",
            Self::Quests => "quests",
        }
    }

    /// The board of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|board| board.word() == word)
    }
}

/// One line of a board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardEntry {
    /// `character.id`.
    pub character: u64,
    /// The character's name.
    pub name: String,
    /// Its faction, 1..=3.
    pub faction: u8,
    /// Its class, 1..=4.
    pub class: u8,
    /// Level, coin or quests: what the board compares, 0 or more.
    pub score: i64,
}

/// The best of `entries` in the order of a board: highest score, then the older character.
pub(super) fn best_of(entries: &[BoardEntry]) -> Vec<BoardEntry> {
    let mut best = entries.to_vec();
    best.sort_by_key(|entry| (std::cmp::Reverse(entry.score), entry.character));
    best.truncate(BOARD_ENTRIES);
    best
}
