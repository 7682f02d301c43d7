//! What the bytes tell players to do: legal, foolish and hostile alike.

mod services;

use super::{FIELDS, Game, PLAYERS, Store};
use crate::character::{BarEntry, Item};
use crate::codec::{CodecError, Reader};
use crate::command::{Act, Command};
use crate::content::item::EquipSlot;
use crate::ids::{ActorId, IntentId, ItemId, ItemUid, PartyId, PlayerId, QuestId, SkillId};
use crate::intent::Answer;
use crate::math::{Vec2, ground};
use crate::view::{Kind, View as Shown};

/// Kinds of moves: acts, what hosts do, and what NPCs and partners are asked for.
const KINDS: u8 = 28 + services::KINDS;

/// The kind that waits for a tick.
#[cfg(test)]
pub(super) const WAIT: u8 = 26;
/// The kind that takes a trade one step further.
#[cfg(test)]
pub(super) const NEXT_STEP: u8 = 28 + services::NEXT_STEP;

/// One step of the play that the bytes tell.
pub(super) enum Move {
    Do(Command),
    Wait(u32),
    Nothing,
}

pub(super) fn read_move(game: &mut Game, reader: &mut Reader<'_>) -> Result<Move, CodecError> {
    let kind = reader.u8()? % KINDS;
    let player = PlayerId::new(1 + u64::from(reader.u8()?) % PLAYERS);
    let (a, b) = (reader.u8()?, reader.u8()?);
    if kind < 16 {
        let act = act_of(game, player, kind, (a, b));
        return Ok(Move::Do(Command::Act { player, act }));
    }
    if let Some(service) = kind.checked_sub(28) {
        return Ok(services::read(game, player, service, (a, b)));
    }
    Ok(match kind {
        16 => Move::Do(Command::Leave { player }),
        17 => Move::Do(Command::Detach { player }),
        18 => Move::Do(Command::Attach { player }),
        19 => come_back(game, player),
        20 => Move::Do(Command::Place { player, place: place_of(game, a, b) }),
        21 => {
            let party = (a % 3 > 0).then(|| PartyId::new(u64::from(a % 3)));
            Move::Do(Command::Party { player, party })
        }
        22 => {
            game.store = [Store::Works, Store::Refuses, Store::Sleeps][usize::from(a % 3)];
            Move::Nothing
        }
        23 => {
            // Answers that nobody asked for; those of the store itself are trusted.
            let intent = IntentId::new(u64::MAX - u64::from(a));
            let created = (0..b % 4).map(|n| ItemUid::new(1 + u64::from(n))).collect();
            Move::Do(Command::Answer { intent, answer: Answer::done(created) })
        }
        24 => Move::Do(Command::Secret { word: u64::from(a) << 8 | u64::from(b) }),
        25 => Move::Wait(u32::from(a % 64)),
        _ => Move::Wait(1),
    })
}

fn come_back(game: &mut Game, player: PlayerId) -> Move {
    let Some(character) = game.away.remove(&player) else { return Move::Nothing };
    let before = game.ledger.books().clone();
    game.ledger.enrol(player, &character);
    assert_eq!(*game.ledger.books(), before, "who comes back has what the store knows");
    Move::Do(Command::Join { player, character: Box::new(character) })
}

/// Beside somebody, something on the ground, or back in a field.
fn place_of(game: &Game, a: u8, b: u8) -> Vec2 {
    let view = game.zone.view();
    let wanted = |kind: &Kind| match b % 8 {
        0 => matches!(kind, Kind::Npc(_)),
        1..=3 => matches!(kind, Kind::Item { .. }),
        _ => false,
    };
    let places = (0..view.len()).filter(|&index| wanted(&view.kind[index]));
    let places: Vec<usize> = places.collect();
    let offset = Vec2::new(f32::from(b) / 128.0, 0.0);
    match places.get(usize::from(a) % places.len().max(1)) {
        Some(&index) => ground(view.position[index]) + offset,
        None => FIELDS[usize::from(a % 4)] + offset,
    }
}

pub(super) fn act_of(game: &Game, player: PlayerId, kind: u8, (a, b): (u8, u8)) -> Act {
    let quest = QuestId::new(u16::from(a % 14));
    match kind {
        0..=2 => Act::PickUp { thing: thing_of(game, a, b) },
        3 => Act::Equip { item: uid_of(game, player, a, b) },
        4 => Act::TakeOff { slot: EquipSlot::ALL[usize::from(a % 8)] },
        5 => Act::Arrange { from: a % 48, to: b % 48 },
        6 => Act::Arrange { from: a % 6, to: b % 6 },
        7 => Act::Use { item: uid_of(game, player, a, b) },
        8 => {
            let quantity = if b < 32 { u16::from(b) * 2_048 } else { u16::from(b % 6) };
            Act::Discard { item: uid_of(game, player, a, b), quantity }
        }
        9 => Act::Spend { points: [a % 5, b % 5, a / 64, if b == 255 { 255 } else { 0 }] },
        10 => Act::SetBar { slot: a % 12, entry: bar_of(b) },
        11 => Act::Talk { npc: npc_of(game, a, b) },
        12 => Act::TakeQuest { quest },
        13 => Act::HandIn { quest },
        14 => Act::Abandon { quest },
        _ => Act::Stop,
    }
}

fn bar_of(b: u8) -> BarEntry {
    match b % 4 {
        0 => BarEntry::Empty,
        1 => BarEntry::Skill(SkillId::new(101 + u16::from(b / 64) * 100)),
        2 => BarEntry::Item(ItemId::new(3_001 + u16::from(b / 32))),
        _ => BarEntry::Skill(SkillId::new(u16::from(b) * 257)),
    }
}

fn nth(view: &Shown, n: u8, wanted: impl Fn(&Kind) -> bool) -> Option<ActorId> {
    let all: Vec<ActorId> = (0..view.len())
        .filter(|&index| wanted(&view.kind[index]))
        .map(|index| view.actor[index])
        .collect();
    all.get(usize::from(n) % all.len().max(1)).copied()
}

fn thing_of(game: &Game, a: u8, b: u8) -> ActorId {
    let thing = nth(game.zone.view(), a, |kind| matches!(kind, Kind::Item { .. }));
    thing.filter(|_| b < 240).unwrap_or(ActorId::new(u64::from(b) * u64::from(a)))
}

fn npc_of(game: &Game, a: u8, b: u8) -> ActorId {
    let npc = nth(game.zone.view(), a, |kind| matches!(kind, Kind::Npc(_)));
    npc.filter(|_| b < 240).unwrap_or(ActorId::new(u64::from(b) * u64::from(a)))
}

/// Mostly an item of one's own; sometimes somebody else's or one that is not.
fn uid_of(game: &Game, player: PlayerId, a: u8, b: u8) -> ItemUid {
    let items = |own: bool| -> Vec<Item> {
        let sheets = game.sheets().filter(|&(of, _)| (of == player) == own);
        sheets.flat_map(|(_, sheet)| sheet.items().copied()).collect()
    };
    let items = items(b < 224);
    let item = items.get(usize::from(a) % items.len().max(1)).filter(|_| b < 250);
    item.map_or(ItemUid::new(u64::from(b) << 32), |item| item.uid)
}
