//! What the examples share: someone to play.

use massless_core::command::Character;

/// A new character of that name: a warrior who owns nothing.
#[must_use]
pub fn newcomer(name: &str) -> Box<Character> {
    Box::new(Character::plain(name, 0))
}
