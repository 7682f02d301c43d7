//! What players do beside moving and fighting: items, points, the bar, quests.
//!
//! Each act is checked completely before anything changes; a refused act changes nothing. What creates,
//! destroys or moves items or coin is only asked for here: the store's answer changes the sheet.

mod items;
mod points;
mod quests;
mod uses;

use shipyard::World;

pub(crate) use self::uses::use_up_scroll;

use crate::command::Act;
use crate::event::Rejection;
use crate::holdings::{Person, with_person};
use crate::ids::{ActorId, ItemId, PlayerId};

/// Obeys one act, or says why not; a refused act changes nothing.
pub(super) fn obey(world: &World, player: PlayerId, act: &Act) -> Result<(), Rejection> {
    let here = |act: &mut dyn FnMut(&mut Person<'_>) -> Result<(), Rejection>| {
        with_person(world, player, act).unwrap_or(Err(Rejection::NotHere))
    };
    match *act {
        Act::PickUp { thing } => items::pick_up(world, player, thing),
        Act::Equip { item } => here(&mut |person| items::equip(person, item)),
        Act::TakeOff { slot } => here(&mut |person| items::take_off(person, slot)),
        Act::Arrange { from, to } => here(&mut |person| items::arrange(person, from, to)),
        Act::Use { item } => here(&mut |person| uses::use_item(person, item)),
        Act::Discard { item, quantity } => {
            here(&mut |person| items::discard(person, item, quantity))
        }
        Act::Spend { points } => here(&mut |person| points::spend(person, points)),
        Act::SetBar { slot, entry } => here(&mut |person| points::set_bar(person, slot, entry)),
        Act::Talk { npc } => quests::talk(world, player, npc),
        Act::TakeQuest { quest } => quests::take(world, player, quest),
        Act::HandIn { quest } => quests::hand_in(world, player, quest),
        Act::Abandon { quest } => here(&mut |person| quests::abandon(person, quest)),
        Act::Stop => here(&mut uses::stop),
    }
}

/// Uses the first item of a kind: what a slot of the bar does.
pub(crate) fn use_item_of(
    world: &World,
    actor: ActorId,
    definition: ItemId,
) -> Result<(), Rejection> {
    let player = crate::holdings::person::player_of(world, actor).ok_or(Rejection::NotHere)?;
    with_person(world, player, |person| uses::use_kind(person, definition))
        .unwrap_or(Err(Rejection::NotHere))
}
