//! What players do beside moving and fighting: items, points, the bar, quests, and what NPCs do for them.
//!
//! Each act is checked completely before anything changes; a refused act changes nothing. What creates,
//! destroys or moves items or coin is only asked for here: the store's answer changes the sheet.

mod clerk;
mod items;
mod near;
mod points;
mod quests;
mod shop;
mod smith;
mod storage;
mod trade;
mod trainer;
mod travel;
mod uses;

use shipyard::{UniqueView, World};

use self::near::beside_role;
pub(crate) use self::uses::use_up_scroll;

use crate::command::Act;
use crate::content::zone::NpcRole;
use crate::event::Rejection;
use crate::holdings::{Person, with_person};
use crate::ids::{ActorId, ItemId, PlayerId};
use crate::zone::state::Secret;

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
        Act::Split { from, quantity, to } => {
            here(&mut |person| items::split(person, (from, to), quantity))
        }
        Act::Buy { .. } | Act::Sell { .. } => trade_with_shop(world, player, act),
        Act::Refine { .. } | Act::Exchange { .. } => ask_smith(world, player, act),
        Act::LearnRank { .. } | Act::ResetPoints => ask_trainer(world, player, act),
        Act::Deposit { .. } | Act::Withdraw { .. } | Act::EnlargeStorage => {
            ask_keeper(world, player, act)
        }
        Act::Travel { zone } => {
            beside_role(world, player, NpcRole::Waykeeper, |person, _| travel::travel(person, zone))
        }
        Act::TradeRequest { partner } => trade::request(world, player, partner),
        Act::TradeAnswer { yes } => trade::answer(world, player, yes),
        Act::TradeOffer { ref items, coin } => trade::offer(world, player, items, coin),
        Act::TradeLock => trade::lock(world, player),
        Act::TradeConfirm { own, other } => trade::confirm(world, player, (own, other)),
        Act::TradeCancel => trade::cancel(world, player),
        Act::SendMail { .. }
        | Act::ClaimMail { .. }
        | Act::ListItem { .. }
        | Act::BuyListing { .. }
        | Act::Unlist { .. } => ask_clerk(world, player, act),
    }
}

fn trade_with_shop(world: &World, player: PlayerId, act: &Act) -> Result<(), Rejection> {
    beside_role(world, player, NpcRole::Shop, |person, npc| match *act {
        Act::Buy { item, quantity } => shop::buy(person, npc, item, quantity),
        Act::Sell { item, quantity } => shop::sell(person, item, quantity),
        _ => Err(Rejection::NobodyHere),
    })
}

fn ask_smith(world: &World, player: PlayerId, act: &Act) -> Result<(), Rejection> {
    let secret = world.run(|secret: UniqueView<'_, Secret>| secret.0);
    beside_role(world, player, NpcRole::Smith, |person, _| match *act {
        Act::Refine { item, incense, oil } => {
            smith::refine(person, secret, smith::Order { item, incense, oil })
        }
        Act::Exchange { recipe } => smith::exchange(person, recipe),
        _ => Err(Rejection::NobodyHere),
    })
}

fn ask_trainer(world: &World, player: PlayerId, act: &Act) -> Result<(), Rejection> {
    beside_role(world, player, NpcRole::Trainer, |person, _| match *act {
        Act::LearnRank { skill } => trainer::learn_rank(person, skill),
        Act::ResetPoints => trainer::reset_points(person),
        _ => Err(Rejection::NobodyHere),
    })
}

fn ask_keeper(world: &World, player: PlayerId, act: &Act) -> Result<(), Rejection> {
    beside_role(world, player, NpcRole::StorageKeeper, |person, _| match *act {
        Act::Deposit { item } => storage::deposit(person, item),
        Act::Withdraw { item } => storage::withdraw(person, item),
        Act::EnlargeStorage => storage::enlarge(person),
        _ => Err(Rejection::NobodyHere),
    })
}

fn ask_clerk(world: &World, player: PlayerId, act: &Act) -> Result<(), Rejection> {
    beside_role(world, player, NpcRole::Clerk, |person, _| match *act {
        Act::SendMail { draft, coin, ref items } => clerk::send_mail(person, (draft, coin), items),
        Act::ClaimMail { mail } => clerk::claim_mail(person, mail),
        Act::ListItem { item, price } => clerk::list(person, item, price),
        Act::BuyListing { listing, price } => clerk::buy_listing(person, listing, price),
        Act::Unlist { listing } => clerk::unlist(person, listing),
        _ => Err(Rejection::NobodyHere),
    })
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
