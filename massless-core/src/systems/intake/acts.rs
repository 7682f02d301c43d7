//! What players do beside moving and fighting: items, points, the bar, quests.

use shipyard::World;

use crate::command::Act;
use crate::event::Rejection;
use crate::ids::PlayerId;

/// Obeys one act, or says why not; a refused act changes nothing.
pub(super) fn obey(_world: &World, _player: PlayerId, _act: &Act) -> Result<(), Rejection> {
    Err(Rejection::WrongItem)
}
