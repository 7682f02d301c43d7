//! Seeds of what is told every tick: an update with all there is, and a state.

use massless_core::character::{BarEntry, Item, Pity, QuestState, Sheet};
use massless_core::codec::BitWriter;
use massless_core::event::{Event, HitKind, Rejection, TradeEnd};
use massless_core::ids::{
    ActorId, ClassId, CreatureId, EffectId, FactionId, ItemId, ItemUid, NpcId, PartyId, PlayerId,
    QuestId, SkillId, ZoneId,
};
use massless_core::intent::Reason;
use massless_core::math::{Vec2, Vec3};
use massless_core::units::{Level, Tick, Ticks};
use massless_core::view::{
    CastView, Derived, EffectView, Gear, Kind, LeapView, Offer, Pose, SheetView, TradeStage,
    TradeView,
};
use massless_core::walk::Walker;

use crate::wire::event::{Who, encode};
use crate::wire::record::{
    Identity, Track, absolute_bits, delta_bits, plan_delta, write_enter, write_left,
};
use crate::wire::server_frame::id;
use crate::wire::sheet::write_sheet;
use crate::wire::state::{StateHead, write_state_head};
use crate::wire::trade::write_trade;
use crate::wire::update::{Before, Head, OwnState, slot_width, write_count, write_head};
use crate::wire::{Coding, ShortTick, bits};

pub(super) fn own_seed(tick: Tick) -> OwnState {
    let at = |ticks| tick + Ticks::new(ticks);
    let skill = SkillId::new(101);
    OwnState {
        walker: Walker { position: Vec3::new(30.5, 0.0, 31.25), fall_speed: 0.0 },
        applied_sequence: 9,
        applied_now: true,
        speed: 5.0,
        pose: Pose::Casting,
        hit_points: 170,
        hit_points_max: 180,
        mana: 40,
        mana_max: 60,
        swing_at: at(20),
        shared_at: at(3),
        combat_until: at(100),
        item_ready: [at(0), at(300), at(70_000)],
        cast: Some(CastView { skill, began: Tick::new(tick.get() - 5), ends: at(15) }),
        leap: Some(LeapView { heading: Vec2::new(0.6, 0.8), speed: 15.0, until: at(6) }),
        party: Some(PartyId::new(3)),
        cooldowns: vec![(skill, at(60)), (SkillId::new(102), at(5_000))],
        effects: vec![EffectView { effect: EffectId::new(4), until: at(200) }],
        ..OwnState::default()
    }
}

fn sheet_seed() -> SheetView {
    let mut sheet = Sheet::blank(ClassId::new(4), FactionId::new(3));
    let item = Item {
        uid: ItemUid::new(70_000),
        definition: ItemId::new(2_001),
        rarity: 0,
        upgrade: 0,
        quantity: 5,
        bound: false,
    };
    let weapon =
        Item { definition: ItemId::new(1_010), quantity: 1, rarity: 4, upgrade: 9, ..item };
    sheet.experience = 123;
    sheet.spent = [1, 2, 3, 4];
    sheet.points = 5;
    sheet.coin = 678;
    sheet.bag[44] = Some(item);
    sheet.worn[0] = Some(Item { bound: true, ..weapon });
    sheet.bar[0] = BarEntry::Skill(SkillId::new(401));
    sheet.bar[9] = BarEntry::Item(item.definition);
    sheet.quests.push(QuestState { quest: QuestId::new(2), count: 3 });
    sheet.done = vec![QuestId::new(1), QuestId::new(9)];
    sheet.storage[29] = Some(Item { uid: ItemUid::new(70_002), ..item });
    sheet.ranks = vec![(SkillId::new(401), 3)];
    sheet.pity = vec![Pity { definition: item.definition, rarity: 2, target: 4, failures: 7 }];
    sheet.visited = vec![ZoneId::new(3), ZoneId::new(10)];
    sheet.resets = 1;
    let derived =
        Derived { attributes: [7, 8, 9, 10], attack: 37, range: 3.0, ..Derived::default() };
    SheetView {
        player: PlayerId::new(7),
        level: Level::new(7),
        revision: 12,
        shelf: 12,
        sheet,
        derived,
        waits: vec![Reason::Arrange, Reason::Shop],
        locked: vec![ItemUid::new(70_002)],
    }
}

fn trade_seed(tick: Tick) -> TradeView {
    let item = sheet_seed().sheet.bag[44];
    TradeView {
        player: PlayerId::new(7),
        version: 0,
        partner: ActorId::new(5),
        stage: TradeStage::Open,
        ends: tick + Ticks::new(2_000),
        own: Offer {
            items: item.into_iter().collect(),
            coin: 250,
            revision: 3,
            ..Offer::default()
        },
        other: Offer { is_locked: true, revision: 1, ..Offer::default() },
    }
}

/// One event of every kind that clients are told.
fn event_seeds() -> Vec<Event> {
    let (player, actor, other) = (PlayerId::new(7), ActorId::new(300), ActorId::new(5));
    let (skill, effect) = (SkillId::new(101), EffectId::new(4));
    let (amount, ticks) = (345, Ticks::new(40));
    let target = Some(other);
    vec![
        Event::Rejected { player, reason: Rejection::NoMana },
        Event::Hit {
            source: actor,
            target: other,
            skill: None,
            amount,
            absorbed: 0,
            kind: HitKind::Critical,
        },
        Event::Healed { source: other, target: actor, amount },
        Event::EffectGained { target: actor, effect, ticks },
        Event::EffectLost { target: other, effect },
        Event::CastBegan { actor, skill, target, ticks },
        Event::SkillUsed { actor, skill, target: None },
        Event::CastBroken { actor: other, skill },
        Event::Launched { source: other, target: actor, skill: Some(skill), ticks },
        Event::Died { actor: other, killer: Some(actor) },
        Event::Revived { actor },
        Event::LevelUp { actor, level: Level::new(8) },
        Event::Experience { player, amount },
        Event::Coin { player, amount },
        Event::Gained { player, definition: ItemId::new(2_001), rarity: 3, quantity: 2 },
        Event::Quest { player, quest: QuestId::new(2), count: 3, done: true },
        Event::Refined { player, definition: ItemId::new(1_011), before: 4, after: Some(3) },
        Event::TradeAsked { player, by: other },
        Event::TradeEnded { player, end: TradeEnd::Fight },
    ]
}

/// An update with a record of every kind, a sheet and an event of every kind.
pub(super) fn update_seed(coding: Coding) -> Vec<u8> {
    let tick = Tick::new(1_001);
    let own = own_seed(tick);
    let head = Head { number: 0, tick: ShortTick::of(tick), margin: Some(1) };
    let mut out = BitWriter::new();
    let mut blank = OwnState::default();
    let before = Before { tick: None, own: &mut blank };
    write_head(&mut out, (&head, tick), Some(&own), before, coding);
    write_records(&mut out, tick, coding);
    out.bool(true);
    out.bool(true);
    write_sheet(&mut out, &sheet_seed(), true);
    out.bool(true);
    write_trade(&mut out, Some(&trade_seed(tick)), tick);
    let width = slot_width(64);
    out.bits(u64::from(width), 5);
    for event in event_seeds() {
        out.bool(true);
        let encoded = encode(&event).expect("clients are told of it");
        encoded.write(&mut out, width, |actor| match actor.get() {
            300 => Who::Me,
            5 => Who::Slot(1),
            _ => Who::Nobody,
        });
    }
    out.bool(false);
    let mut bytes = vec![id::UPDATE];
    out.append_to(&mut bytes);
    bytes
}

/// The first update of somebody who comes in: the own state and three others, in slots 1, 4 and 10.
pub(super) fn comings_seed() -> Vec<u8> {
    let tick = Tick::new(1_001);
    let head = Head { number: 0, tick: ShortTick::of(tick), margin: Some(1) };
    let mut out = BitWriter::new();
    let (mut blank, coding) = (OwnState::default(), Coding::Tight);
    let before = Before { tick: None, own: &mut blank };
    write_head(&mut out, (&head, tick), Some(&own_seed(tick)), before, coding);
    let order = write_count(&mut out, 3, 64, coding);
    let track = Track { tick, x: 1_920, z: 2_048, share: 255, ..Track::default() };
    for (gap, actor) in [(1, 5), (2, 6), (5, 7)] {
        let identity = Identity {
            actor: ActorId::new(actor),
            kind: Kind::Creature(CreatureId::new(101)),
            level: Level::new(3),
            gear: Gear::default(),
            name: String::new(),
        };
        bits::write_gap(&mut out, gap, order);
        write_enter(&mut out, &identity, (&track, tick), coding);
    }
    out.bool(false);
    let mut bytes = vec![id::UPDATE];
    out.append_to(&mut bytes);
    bytes
}

/// A state with a track of either kind, built on the one five ticks before.
pub(super) fn state_seed(coding: Coding) -> Vec<u8> {
    let tick = Tick::new(1_001);
    let head = StateHead { visit: 1, tick: ShortTick::of(tick), base: 5, margin: Some(1) };
    let mut out = BitWriter::new();
    let mut blank = OwnState::default();
    write_state_head(&mut out, (&head, tick), &own_seed(tick), &mut blank, coding);
    let track =
        Track { tick, x: 32_000, z: 16_000, velocity_x: 256, share: 255, ..Track::default() };
    let turned = Track { x: 32_256, velocity_x: 0, velocity_z: -256, angle: 9, ..track };
    let delta = plan_delta(&track, &turned, true, coding).expect("a small change");
    let order = write_count(&mut out, 2, 64, coding);
    bits::write_gap(&mut out, 1, order);
    absolute_bits(&track, tick, coding).copy_to(&mut out);
    bits::write_gap(&mut out, 3, order);
    delta_bits(&delta, coding).copy_to(&mut out);
    let mut bytes = vec![id::STATE];
    out.append_to(&mut bytes);
    bytes
}

fn write_records(out: &mut BitWriter, tick: Tick, coding: Coding) {
    let track =
        Track { tick, x: 32_000, z: 16_000, velocity_x: 256, share: 255, ..Track::default() };
    let turned = Track { x: 32_256, velocity_x: 0, velocity_z: -256, angle: 9, ..track };
    let fights = Track { effects: 0x12, target: ActorId::new(300), pose: Pose::Fighting, ..turned };
    let identity = |kind, name: &str| Identity {
        actor: ActorId::new(5),
        kind,
        level: Level::new(3),
        gear: Gear { class: ClassId::new(2), weapon: ItemId::new(1_020) },
        name: name.to_owned(),
    };
    let kinds = [
        (1, Kind::Character { look: 2 }, "Bob"),
        (0, Kind::Creature(CreatureId::new(101)), ""),
        (4, Kind::Npc(NpcId::new(104)), ""),
        (0, Kind::Item { definition: ItemId::new(1_010), rarity: 4, quantity: 1 }, ""),
        (0, Kind::Area { skill: SkillId::new(302) }, ""),
    ];
    let order = write_count(out, kinds.len() as u32 + 4, 64, coding);
    for (gap, kind, name) in kinds {
        bits::write_gap(out, gap, order);
        let lifted = Track { height: 40, ..track };
        write_enter(out, &identity(kind, name), (&lifted, tick), coding);
    }
    bits::write_gap(out, 10, order);
    absolute_bits(&fights, tick, coding).copy_to(out);
    for new in [turned, fights] {
        bits::write_gap(out, 3, order);
        let delta = plan_delta(&track, &new, true, coding).expect("a small change");
        delta_bits(&delta, coding).copy_to(out);
    }
    bits::write_gap(out, 20, order);
    write_left(out);
}
