//! The whole sheet of the client's own character, as a section of an update.

use massless_core::character::{Item, Pity, QuestState, Sheet};
use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::content::item::RARITIES;
use massless_core::ids::{ClassId, FactionId, ItemId, ItemUid, PlayerId, QuestId, SkillId, ZoneId};
use massless_core::intent::Reason;
use massless_core::limits::{
    BAG_SLOTS, BAR_SLOTS, COIN_MAX, PENDING_PER_PLAYER_MAX, PITY_MAX, QUESTS_DONE_MAX, QUESTS_MAX,
    RANKS_MAX, STORAGE_SLOTS_MAX, VISITED_MAX,
};
use massless_core::view::{Derived, SheetView};

use super::act::{read_bar, write_bar};
use super::bits;

/// Order of the gap code between quests that are done: their ids lie close together.
const DONE_ORDER: u32 = 2;
/// Slots of equipment.
const WORN_SLOTS: usize = massless_core::character::WORN_SLOTS;
/// Bits of an item, at most.
const ITEM_BITS_MAX: u32 = 1 + 69 + 16 + 3 + 4 + 17 + 1 + 1;
/// Bits of the shelf, at most.
const SHELF_BITS_MAX: u32 = 7
    + STORAGE_SLOTS_MAX as u32 * ITEM_BITS_MAX
    + 6
    + RANKS_MAX as u32 * 20
    + 7
    + PITY_MAX as u32 * 39
    + 7
    + VISITED_MAX as u32 * 32
    + 16;
/// Bits of a sheet, at most: what a client may have to wait for.
pub const SHEET_BITS_MAX: u32 = 200
    + (BAG_SLOTS + WORN_SLOTS) as u32 * ITEM_BITS_MAX
    + BAR_SLOTS as u32 * 18
    + QUESTS_MAX as u32 * 32
    // Ids of 16 bits cannot lie farther apart than 64 on the average.
    + QUESTS_DONE_MAX as u32 * 13
    + 10 * 38
    + 6 * 16
    + 4
    + PENDING_PER_PLAYER_MAX as u32 * 6
    + 1
    + SHELF_BITS_MAX;

/// Writes a sheet, with its shelf if the client lacks it. Cooldowns are not in it: they come with the
/// own state.
pub fn write_sheet(out: &mut BitWriter, view: &SheetView, with_shelf: bool) {
    let sheet = &view.sheet;
    out.bits(u64::from(view.revision), 32);
    out.bits(u64::from(view.level.get()), 7);
    out.bits(u64::from(sheet.class.get()), 8);
    out.bits(u64::from(sheet.faction.get()), 8);
    bits::write_number(out, u64::from(sheet.experience));
    for points in sheet.spent.into_iter().chain([sheet.points]) {
        out.bits(u64::from(points), 16);
    }
    bits::write_number(out, sheet.coin.clamp(0, COIN_MAX).cast_unsigned());
    for slot in sheet.bag.iter().chain(&sheet.worn) {
        write_held(out, slot.as_ref(), view);
    }
    sheet.bar.iter().for_each(|&entry| write_bar(out, entry));
    let active = &sheet.quests[..sheet.quests.len().min(QUESTS_MAX)];
    out.bits(active.len() as u64, 5);
    for state in active {
        out.bits(u64::from(state.quest.get()), 16);
        out.bits(u64::from(state.count), 16);
    }
    let done = &sheet.done[..sheet.done.len().min(QUESTS_DONE_MAX)];
    out.bits(done.len() as u64, 11);
    let mut next = 0;
    for quest in done {
        let id = u32::from(quest.get());
        bits::write_gap(out, id - next, DONE_ORDER);
        next = id + 1;
    }
    write_derived(out, &view.derived);
    let waits = &view.waits[..view.waits.len().min(PENDING_PER_PLAYER_MAX)];
    out.bits(waits.len() as u64, 4);
    waits.iter().for_each(|&reason| out.bits(reason as u64, 6));
    out.bool(with_shelf);
    if with_shelf {
        write_shelf(out, view);
    }
}

/// Reads what `write_sheet` wrote for this player; `before` is the sheet as the client had it, whose
/// shelf stays if none is told.
pub fn read_sheet(
    bits: &mut BitReader<'_>,
    player: PlayerId,
    before: Option<&SheetView>,
) -> Result<SheetView, CodecError> {
    let revision = bits.bits(32)? as u32;
    let level = bits::read_level(bits)?;
    let (class, faction) = (bits.bits(8)? as u8, bits.bits(8)? as u8);
    let mut sheet = Sheet::blank(ClassId::new(class), FactionId::new(faction));
    let mut locked = Vec::new();
    sheet.experience = read_u32(bits)?;
    for points in &mut sheet.spent {
        *points = bits.bits(16)? as u16;
    }
    sheet.points = bits.bits(16)? as u16;
    let coin = bits::read_number(bits)?.cast_signed();
    if coin > COIN_MAX {
        return Err(CodecError::OutOfRange("coin"));
    }
    sheet.coin = coin;
    for slot in sheet.bag.iter_mut().chain(&mut sheet.worn) {
        *slot = read_held(bits, &mut locked)?;
    }
    for entry in &mut sheet.bar {
        *entry = read_bar(bits)?;
    }
    read_quests(bits, &mut sheet)?;
    let derived = read_derived(bits)?;
    let waits = read_waits(bits)?;
    let shelf = if bits.bool()? {
        read_shelf(bits, &mut sheet, &mut locked)?;
        revision
    } else {
        before.map_or(revision, |before| {
            keep_shelf(&mut sheet, &mut locked, before);
            before.shelf
        })
    };
    locked.sort_unstable();
    Ok(SheetView { player, level, revision, shelf, sheet, derived, waits, locked })
}

fn read_waits(bits: &mut BitReader<'_>) -> Result<Vec<Reason>, CodecError> {
    let count = bits.bits(4)? as usize;
    if count > PENDING_PER_PLAYER_MAX {
        return Err(CodecError::OutOfRange("waiting operations"));
    }
    let reason = |raw: u64| Reason::new(raw as u8).ok_or(CodecError::OutOfRange("reason"));
    (0..count).map(|_| reason(bits.bits(6)?)).collect()
}

/// Storage, ranks, counters of failures, visited zones, resets.
fn write_shelf(out: &mut BitWriter, view: &SheetView) {
    let sheet = &view.sheet;
    let storage = &sheet.storage[..sheet.storage.len().min(STORAGE_SLOTS_MAX)];
    out.bits(storage.len() as u64, 7);
    storage.iter().for_each(|slot| write_held(out, slot.as_ref(), view));
    let ranks = &sheet.ranks[..sheet.ranks.len().min(RANKS_MAX)];
    out.bits(ranks.len() as u64, 6);
    for &(skill, rank) in ranks {
        out.bits(u64::from(skill.get()), 16);
        out.bits(u64::from(rank & 15), 4);
    }
    let pity = &sheet.pity[..sheet.pity.len().min(PITY_MAX)];
    out.bits(pity.len() as u64, 7);
    for counter in pity {
        out.bits(u64::from(counter.definition.get()), 16);
        out.bits(u64::from(counter.rarity & 7), 3);
        out.bits(u64::from(counter.target & 15), 4);
        out.bits(u64::from(counter.failures), 16);
    }
    let visited = &sheet.visited[..sheet.visited.len().min(VISITED_MAX)];
    out.bits(visited.len() as u64, 7);
    visited.iter().for_each(|zone| out.bits(u64::from(zone.get()), 32));
    out.bits(u64::from(sheet.resets), 16);
}

fn read_shelf(
    bits: &mut BitReader<'_>,
    sheet: &mut Sheet,
    locked: &mut Vec<ItemUid>,
) -> Result<(), CodecError> {
    let slots = read_count(bits, 7, STORAGE_SLOTS_MAX, "slots of a storage")?;
    sheet.storage.clear();
    for _ in 0..slots {
        sheet.storage.push(read_held(bits, locked)?);
    }
    for _ in 0..read_count(bits, 6, RANKS_MAX, "ranks")? {
        sheet.ranks.push((SkillId::new(bits.bits(16)? as u16), bits.bits(4)? as u8));
    }
    if !sheet.ranks.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(CodecError::OutOfRange("order of ranks"));
    }
    for _ in 0..read_count(bits, 7, PITY_MAX, "counters of failures")? {
        sheet.pity.push(Pity {
            definition: ItemId::new(bits.bits(16)? as u16),
            rarity: bits.bits(3)? as u8,
            target: bits.bits(4)? as u8,
            failures: bits.bits(16)? as u16,
        });
    }
    for _ in 0..read_count(bits, 7, VISITED_MAX, "visited zones")? {
        sheet.visited.push(ZoneId::new(bits.bits(32)? as u32));
    }
    sheet.resets = bits.bits(16)? as u16;
    Ok(())
}

/// The shelf as it was before, with what is locked of it.
fn keep_shelf(sheet: &mut Sheet, locked: &mut Vec<ItemUid>, before: &SheetView) {
    locked.extend(before.locked_in_storage());
    sheet.storage.clone_from(&before.sheet.storage);
    sheet.ranks.clone_from(&before.sheet.ranks);
    sheet.pity.clone_from(&before.sheet.pity);
    sheet.visited.clone_from(&before.sheet.visited);
    sheet.resets = before.sheet.resets;
}

fn read_count(
    bits: &mut BitReader<'_>,
    width: u32,
    most: usize,
    what: &'static str,
) -> Result<usize, CodecError> {
    let count = bits.bits(width)? as usize;
    if count > most { Err(CodecError::OutOfRange(what)) } else { Ok(count) }
}

/// An item, and whether it may not be touched at present.
fn write_held(out: &mut BitWriter, item: Option<&Item>, view: &SheetView) {
    write_item(out, item);
    if let Some(item) = item {
        out.bool(view.is_locked(item.uid));
    }
}

fn read_held(
    bits: &mut BitReader<'_>,
    locked: &mut Vec<ItemUid>,
) -> Result<Option<Item>, CodecError> {
    let item = read_item(bits)?;
    if let Some(item) = &item
        && bits.bool()?
    {
        locked.push(item.uid);
    }
    Ok(item)
}

fn read_quests(bits: &mut BitReader<'_>, sheet: &mut Sheet) -> Result<(), CodecError> {
    let active = bits.bits(5)? as usize;
    if active > QUESTS_MAX {
        return Err(CodecError::OutOfRange("active quests"));
    }
    for _ in 0..active {
        let quest = QuestId::new(bits.bits(16)? as u16);
        sheet.quests.push(QuestState { quest, count: bits.bits(16)? as u16 });
    }
    let done = bits.bits(11)? as usize;
    if done > QUESTS_DONE_MAX {
        return Err(CodecError::OutOfRange("done quests"));
    }
    let mut next = 0_u32;
    for _ in 0..done {
        let id = next.saturating_add(bits::read_gap(bits, DONE_ORDER)?);
        let raw = u16::try_from(id).map_err(|_| CodecError::OutOfRange("done quest"))?;
        sheet.done.push(QuestId::new(raw));
        next = id + 1;
    }
    Ok(())
}

/// Writes an item or an empty slot.
pub(super) fn write_item(out: &mut BitWriter, item: Option<&Item>) {
    out.bool(item.is_some());
    let Some(item) = item else { return };
    bits::write_number(out, item.uid.get());
    out.bits(u64::from(item.definition.get()), 16);
    out.bits(u64::from(item.rarity & 7), 3);
    out.bits(u64::from(item.upgrade & 15), 4);
    out.bool(item.quantity != 1);
    if item.quantity != 1 {
        out.bits(u64::from(item.quantity), 16);
    }
    out.bool(item.bound);
}

/// Reads what `write_item` wrote.
pub(super) fn read_item(bits: &mut BitReader<'_>) -> Result<Option<Item>, CodecError> {
    if !bits.bool()? {
        return Ok(None);
    }
    let item = Item {
        uid: ItemUid::new(bits::read_number(bits)?),
        definition: ItemId::new(bits.bits(16)? as u16),
        rarity: bits.bits(3)? as u8,
        upgrade: bits.bits(4)? as u8,
        quantity: if bits.bool()? { bits.bits(16)? as u16 } else { 1 },
        bound: bits.bool()?,
    };
    if usize::from(item.rarity) >= RARITIES || item.upgrade > 9 {
        return Err(CodecError::OutOfRange("item"));
    }
    Ok(Some(item))
}

fn write_derived(out: &mut BitWriter, derived: &Derived) {
    for value in numbers_of(derived) {
        bits::write_number(out, u64::from(value));
    }
    bits::write_float(out, derived.range);
}

const fn numbers_of(derived: &Derived) -> [u32; 10] {
    let [strength, dexterity, intelligence, vitality] = derived.attributes;
    [
        strength,
        dexterity,
        intelligence,
        vitality,
        derived.attack,
        derived.defence,
        derived.magic_defence,
        derived.swing_ticks,
        derived.crit_bp,
        derived.dodge_bp,
    ]
}

fn read_derived(bits: &mut BitReader<'_>) -> Result<Derived, CodecError> {
    let mut attributes = [0; 4];
    for value in &mut attributes {
        *value = read_u32(bits)?;
    }
    Ok(Derived {
        attributes,
        attack: read_u32(bits)?,
        defence: read_u32(bits)?,
        magic_defence: read_u32(bits)?,
        swing_ticks: read_u32(bits)?,
        crit_bp: read_u32(bits)?,
        dodge_bp: read_u32(bits)?,
        range: bits::read_float(bits)?,
    })
}

fn read_u32(bits: &mut BitReader<'_>) -> Result<u32, CodecError> {
    u32::try_from(bits::read_number(bits)?).map_err(|_| CodecError::OutOfRange("number"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::character::BarEntry;
    use massless_core::limits::STORAGE_SLOTS_MIN;
    use massless_core::units::Level;
    use proptest::collection::{btree_map, btree_set, vec};
    use proptest::prelude::*;

    fn items() -> impl Strategy<Value = Option<Item>> {
        let item = (1_u64..1 << 62, any::<u16>(), 0_u8..5, 0_u8..10, any::<u16>(), any::<bool>());
        proptest::option::of(item.prop_map(|(uid, id, rarity, upgrade, quantity, bound)| Item {
            uid: ItemUid::new(uid),
            definition: ItemId::new(id),
            rarity,
            upgrade,
            quantity,
            bound,
        }))
    }

    proptest! {
        #[test]
        fn sheets_round_trip_and_are_bounded(
            bag in vec(items(), BAG_SLOTS),
            worn in vec(items(), WORN_SLOTS),
            numbers in (any::<u32>(), any::<u16>(), 0_i64..=COIN_MAX, 1_u8..=120),
            quests in vec((any::<u16>(), any::<u16>()), 0..=QUESTS_MAX),
            done in btree_set(any::<u16>(), 0..=QUESTS_DONE_MAX),
            shelf in (
                vec(items(), STORAGE_SLOTS_MIN..=STORAGE_SLOTS_MAX),
                btree_map(any::<u16>(), 2_u8..=10, 0..=RANKS_MAX),
                vec((any::<u16>(), 0_u8..5, 1_u8..10, 1_u16..), 0..=PITY_MAX),
                btree_set(any::<u32>(), 0..=VISITED_MAX),
            ),
            waits in vec(1_u8..=23, 0..=PENDING_PER_PLAYER_MAX),
        ) {
            let mut sheet = Sheet::blank(ClassId::new(2), FactionId::new(3));
            sheet.bag.copy_from_slice(&bag);
            sheet.worn.copy_from_slice(&worn);
            sheet.experience = numbers.0;
            sheet.points = numbers.1;
            sheet.coin = numbers.2;
            sheet.bar[3] = BarEntry::Skill(SkillId::new(numbers.1));
            sheet.bar[4] = BarEntry::Item(ItemId::new(numbers.1));
            let state = |(id, count)| QuestState { quest: QuestId::new(id), count };
            sheet.quests = quests.into_iter().map(state).collect();
            sheet.done = done.into_iter().map(QuestId::new).collect();
            let derived = Derived { attack: numbers.0, range: 3.0, ..Derived::default() };
            let player = PlayerId::new(7);
            let level = Level::new(numbers.3);
            let (storage, ranks, pity, visited) = shelf;
            sheet.storage = storage;
            sheet.ranks = ranks.into_iter().map(|(id, rank)| (SkillId::new(id), rank)).collect();
            let counter = |(id, rarity, target, failures)| {
                Pity { definition: ItemId::new(id), rarity, target, failures }
            };
            sheet.pity = pity.into_iter().map(counter).collect();
            sheet.visited = visited.into_iter().map(ZoneId::new).collect();
            sheet.resets = numbers.1;
            let mut locked: Vec<ItemUid> =
                sheet.items().map(|item| item.uid).filter(|uid| uid.get() % 3 == 0).collect();
            locked.sort_unstable();
            locked.dedup();
            let waits = waits.into_iter().filter_map(Reason::new).collect();
            let (revision, shelf) = (numbers.0, numbers.0);
            let view = SheetView { player, level, revision, shelf, sheet, derived, waits, locked };
            let mut out = BitWriter::new();
            write_sheet(&mut out, &view, true);
            prop_assert!(out.bits_len() as u32 <= SHEET_BITS_MAX, "{} bits", out.bits_len());
            let bytes = out.take();
            let read = read_sheet(&mut BitReader::new(&bytes), player, None);
            let mut read = read.expect("just written");
            read.locked.dedup();
            prop_assert_eq!(&read, &view);
            // Without its shelf it is shorter and the reader keeps the one it has.
            let next = SheetView { revision: numbers.0.wrapping_add(1), ..view.clone() };
            write_sheet(&mut out, &next, false);
            let bytes = out.take();
            let kept = read_sheet(&mut BitReader::new(&bytes), player, Some(&view));
            let mut kept = kept.expect("just written");
            kept.locked.dedup();
            prop_assert_eq!(kept, next);
        }
    }
}
