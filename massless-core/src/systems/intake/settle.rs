//! Applies the store's answers.

use shipyard::World;

use crate::ids::IntentId;
use crate::intent::Answer;

/// Applies (or drops) a pending operation.
pub(super) fn settle(_world: &World, _intent: IntentId, _answer: &Answer) {}
