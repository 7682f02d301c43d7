//! Real draws in the real zone: each class against 300 creatures of the curve that do nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use massless_core::character::{BarEntry, Character};
use massless_core::command::{Command, Input};
use massless_core::content::{Content, SourceFile};
use massless_core::event::Event;
use massless_core::ids::{ActorId, PlayerId, ZoneId};
use massless_core::math::{Vec2, facing_of, ground};
use massless_core::view::Kind;
use massless_core::zone::{NoProbe, Zone};

use crate::average::{curve_defence, curve_hit_points};
use crate::reference::Reference;
use crate::{all_well, of, table};

/// Fights of each class.
const FIGHTS: u32 = 300;
/// Rows of dummies.
const ROWS: u32 = 18;
/// Between two dummies, metres.
const GAP: u32 = 14;
/// All fights are over by then.
const TICKS_MAX: u64 = 500;

/// The default rules with a field of creatures of the curve that stand still and hit for nothing.
fn field() -> Arc<Content> {
    let (hit_points, defence) = (curve_hit_points(1), curve_defence(1));
    let dummy = format!(
        "(id: 1, name: \"Dummy\", category: Normal, level: 1, hit_points: {hit_points}, attack: 0,
         damage: Physical, defence: {defence}, magic_defence: {defence}, swing_interval_ticks: 1200,
         reach: 2.0, speed: 0.0, notice_radius: None, experience: 0, coin: (0, 0),
         wander_radius: Some(0.0))"
    );
    let groups = (0..FIGHTS).fold(String::new(), |mut text, index| {
        let (x, z) = (8 + index % ROWS * GAP, 8 + index / ROWS * GAP);
        write!(text, "(creature: 1, count: 1, centre: ({x}.5, {z}.5), radius: 0.5),")
            .expect("a text takes all");
        text
    });
    let zone = format!(
        "(id: 1, name: \"Yard\", map: Flat(264, 264), respawn: (2.0, 2.0), safe_radius: 1.0,
         arrival: (centre: (2.0, 2.0), radius: 1.0), spawn_groups: [{groups}], npcs: [],
         portals: [], open_channel_at: 1000, characters_max: 1000)"
    );
    let mut files = Content::foundation_files().to_vec();
    files.push(SourceFile { path: "creatures/1-dummy.ron", bytes: dummy.as_bytes() });
    files.push(SourceFile { path: "zones/1-yard.ron", bytes: zone.as_bytes() });
    Arc::new(Content::load(&files).unwrap_or_else(|errors| panic!("{errors}")))
}

fn character(hero: &Reference, skill: u16) -> Character {
    let mut character = Character::plain("Reference", 0);
    character.sheet.class = hero.class.id;
    character.sheet.spent = hero.spent;
    character.sheet.worn = hero.worn;
    character.sheet.bar[0] = BarEntry::Skill(massless_core::ids::SkillId::new(skill));
    character
}

/// Ticks from the first input to the death of each dummy.
fn fights(content: &Arc<Content>, hero: &Reference, skill: u16, seed: u64) -> Vec<u64> {
    let mut zone = Zone::new(content.clone(), ZoneId::new(1), seed, 1).expect("zone 1");
    while zone.view().len() < FIGHTS as usize {
        zone.step(&[], &mut NoProbe);
    }
    let view = zone.view();
    assert!(view.kind.iter().all(|kind| matches!(kind, Kind::Creature(_))));
    let dummies: Vec<(ActorId, Vec2)> =
        (0..view.len()).map(|index| (view.actor[index], ground(view.position[index]))).collect();
    let players = dummies.iter().zip(1..).map(|(dummy, number)| (PlayerId::new(number), *dummy));
    let joins: Vec<Command> = players
        .clone()
        .map(|(player, (_, place))| {
            let mut character = character(hero, skill);
            character.place = Some(place + Vec2::new(1.5, 0.0));
            Command::Join { player, character: Box::new(character) }
        })
        .collect();
    zone.step(&joins, &mut NoProbe);
    let facing = facing_of(Vec2::new(-1.0, 0.0)).expect("a direction");
    let inputs: Vec<Command> = players
        .map(|(player, (dummy, _))| {
            let input = Input { facing, buttons: 1, target: Some(dummy), ..Input::default() };
            Command::Input { player, sequence: 1, input }
        })
        .collect();
    let began = zone.tick().get();
    let mut deaths = BTreeMap::new();
    while deaths.len() < dummies.len() {
        let output = zone.step(&inputs, &mut NoProbe);
        for event in output.events {
            if let Event::Died { actor, .. } = event {
                deaths.insert(*actor, output.tick.get() - began);
            }
        }
        let (now, alive) = (output.tick.get(), dummies.len() - deaths.len());
        assert!(now < began + TICKS_MAX, "{alive} dummies are alive in tick {now}");
    }
    deaths.into_values().collect()
}

#[test]
fn real_fights_of_each_class_take_as_long_as_the_table_says() {
    let content = field();
    let mut wrong = Vec::new();
    for (seed, (name, level, cell)) in (1..).zip(table::CELLS.iter().filter(|cell| cell.1 == 1)) {
        let hero = of(&content, name, *level);
        let skill = hero.skills[0].0.id.get();
        let ticks = fights(&content, &hero, skill, seed);
        assert_eq!(ticks.len(), FIGHTS as usize);
        let mean = ticks.iter().sum::<u64>() as f64 / ticks.len() as f64;
        let wanted = f64::from(cell[5]);
        let share = mean / wanted;
        if !(0.8..=1.2).contains(&share) {
            wrong.push(format!("{name}: {mean:.1} ticks, wanted {wanted}, seed {seed}"));
        }
        println!("{name}: {mean:.1} ticks in the zone, {wanted} on average");
    }
    all_well(&wrong);
}
