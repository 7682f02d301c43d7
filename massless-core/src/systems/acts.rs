//! What players do beside moving and fighting: items, points, the bar, quests.

use shipyard::World;

use crate::command::Act;
use crate::event::Rejection;
use crate::ids::PlayerId;

/// Obeys one act, or says why not; a refused act changes nothing.
pub(super) fn obey(_world: &World, _player: PlayerId, _act: &Act) -> Result<(), Rejection> {
    Err(Rejection::WrongItem)
}

/// Uses the first item of a definition, from a slot of the bar.
pub(super) fn use_item_of(
    _world: &World,
    _player: PlayerId,
    _item: crate::ids::ItemId,
) -> Result<(), Rejection> {
    Err(Rejection::WrongItem)
}
