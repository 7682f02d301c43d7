//! What the examples share: someone to play.

use massless_core::command::Character;
use massless_core::content::Content;
use massless_core::units::{Facing, Level};

/// A new character as the rules make one, without a name yet.
#[must_use]
pub fn newcomer() -> Character {
    Character {
        name: String::new(),
        look: 0,
        level: Level::default(),
        hit_points: Content::embedded().rules().character_hit_points,
        place: None,
        facing: Facing::default(),
    }
}
