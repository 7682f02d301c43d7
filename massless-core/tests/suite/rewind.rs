//! Lines, cones and melee find targets where the player saw them, up to 200 ms ago, and nothing older.
//!
//! A creature runs past a shooter, after a decoy. At every tick the zone is copied and the shooter strikes in
//! the copy, with every delay; what is hit is compared with where the creature was then.

use std::sync::Arc;

use massless_core::character::{BarEntry, Item};
use massless_core::command::{Character, Command, Input};
use massless_core::content::item::EquipSlot;
use massless_core::content::{Content, SourceFile};
use massless_core::event::Event;
use massless_core::ids::{ActorId, ClassId, FactionId, ItemId, ItemUid, PlayerId, SkillId, ZoneId};
use massless_core::limits::REWIND_TICKS_MAX;
use massless_core::math::{Vec2, direction_of, facing_of, ground};
use massless_core::skills;
use massless_core::units::{Facing, Level};
use massless_core::view::{Kind, Pose};
use massless_core::zone::{NoProbe, Zone};

const SHOOTER: PlayerId = PlayerId::new(1);
const DECOY: PlayerId = PlayerId::new(2);
/// Where the shooter stands; the creature comes from the west and runs past it to the east.
const STAND: Vec2 = Vec2::new(64.0, 62.0);
/// Metres by which others aim at the creature.
const RADIUS: f32 = 0.5;
/// Tolerance of a melee range, and the reach of a longsword.
const MELEE_REACH: f32 = 3.0 + 0.5;

/// How the shooter strikes.
#[derive(Clone, Copy, Debug)]
enum Arm {
    /// A swing of a longsword.
    Sword,
    /// The first skill of the bar.
    Skill(u16),
}

impl Arm {
    /// Class and weapon.
    fn dress(self) -> (u8, u16) {
        match self {
            Self::Sword | Self::Skill(111) => (1, 1_011),
            Self::Skill(_) => (2, 1_041),
        }
    }
}

/// A flat field with one fast creature; the line and the cone are anybody's, and at once. A wall is a thin
/// stone wall north of the shooter.
fn content() -> Arc<Content> {
    let zone = "(id: 1, name: \"Test Field\", map: Flat(128, 128), respawn: (10.0, 10.0), \
        safe_radius: 2.0, arrival: (centre: (10.0, 10.0), radius: 2.0), \
        spawn_groups: [(creature: 104, count: 1, centre: (44.0, 64.0), radius: 1.0)], npcs: [], \
        portals: [], open_channel_at: 10, characters_max: 20)";
    let dropped = ["zones/", "maps/", "quests/"];
    let changes = [
        ("learner: Specialisation(11)", "learner: Class(1)"),
        ("learner: Specialisation(22)", "learner: Class(2)"),
        ("timing: Cast(20),\n    aim: Line", "timing: Instant,\n    aim: Line"),
        ("speed: 4.5", "speed: 6.0"),
        ("attack: 39", "attack: 1"),
    ];
    let mut files: Vec<(&str, Vec<u8>)> = Vec::new();
    for file in Content::embedded_files() {
        if dropped.iter().any(|folder| file.path.starts_with(folder)) {
            continue;
        }
        let bytes = match std::str::from_utf8(file.bytes) {
            Ok(text) => {
                let change = |text: String, (old, new): &(&str, &str)| text.replace(old, new);
                changes.iter().fold(text.to_owned(), change).into_bytes()
            }
            Err(_) => file.bytes.to_vec(),
        };
        files.push((file.path, bytes));
    }
    files.push(("zones/1-test.ron", zone.as_bytes().to_vec()));
    let files: Vec<SourceFile<'_>> =
        files.iter().map(|(path, bytes)| SourceFile { path, bytes }).collect();
    Arc::new(Content::load(&files).expect("only numbers were changed"))
}

fn character(name: &str, (class, weapon): (u8, u16), place: Vec2, skill: Option<u16>) -> Character {
    let mut character = Character::plain(name, 1);
    character.level = Level::new(5);
    character.place = Some(place);
    character.sheet =
        massless_core::character::Sheet::blank(ClassId::new(class), FactionId::new(1));
    character.sheet.worn[EquipSlot::Weapon as usize] = Some(Item {
        uid: ItemUid::new(1),
        definition: ItemId::new(weapon),
        rarity: 0,
        upgrade: 0,
        quantity: 1,
        bound: false,
    });
    if let Some(skill) = skill {
        character.sheet.bar[0] = BarEntry::Skill(SkillId::new(skill));
    }
    character
}

/// The creature and where it is.
fn creature(zone: &Zone) -> Option<(ActorId, Vec2)> {
    let view = zone.view();
    let index = view.kind.iter().position(|kind| matches!(kind, Kind::Creature(_)))?;
    Some((view.actor[index], ground(view.position[index])))
}

/// Everything of one tick: the zone before it, and where the creature was after it and the ones before.
struct Moment {
    before: Vec<u8>,
    number: u16,
    /// `[0]` is after this tick.
    places: Vec<Vec2>,
}

/// The creature's run after the decoy, tick by tick.
fn run(content: &Arc<Content>, arm: Arm) -> Vec<Moment> {
    let mut zone = Zone::new(content.clone(), ZoneId::new(1), 5, 1).expect("zone 1");
    let skill = match arm {
        Arm::Sword => None,
        Arm::Skill(skill) => Some(skill),
    };
    let join = |player, character| Command::Join { player, character: Box::new(character) };
    let shooter = character("Shooter", arm.dress(), STAND, skill);
    let decoy = character("Decoy", (1, 1_011), Vec2::new(52.0, 64.0), None);
    zone.step(&[join(SHOOTER, shooter), join(DECOY, decoy)], &mut NoProbe);
    let (mut moments, mut places): (Vec<Moment>, Vec<Vec2>) = (Vec::new(), Vec::new());
    for number in 1..240_u16 {
        let before = zone.snapshot();
        zone.step(&inputs(number, Input::default()), &mut NoProbe);
        let index = zone.view().kind.iter().position(|kind| matches!(kind, Kind::Creature(_)));
        if index.is_some_and(|index| zone.view().pose[index] == Pose::Returning) {
            // Nothing harms it on its way home.
            break;
        }
        places.insert(0, creature(&zone).expect("nobody hurts it").1);
        moments.push(Moment { before, number, places: places.clone() });
    }
    moments
}

/// The decoy runs to the east.
fn inputs(number: u16, shooter: Input) -> [Command; 2] {
    let decoy = Input { direction: [127, 0], facing: Facing::new(0x4000), ..Input::default() };
    let input = |player, input| Command::Input { player, sequence: number, input };
    [input(SHOOTER, shooter), input(DECOY, decoy)]
}

/// Strikes in a copy of the zone; whether the creature was hit, or a hit is on its way to it.
fn strike(content: &Arc<Content>, moment: &Moment, arm: Arm, facing: Facing, rewind: u8) -> bool {
    let mut zone = Zone::restore(content.clone(), &moment.before, 2).expect("just made");
    let (target, _) = creature(&zone).expect("it lives");
    let input = match arm {
        Arm::Sword => Input { facing, target: Some(target), rewind, ..Input::default() },
        Arm::Skill(_) => Input { facing, buttons: 1, rewind, ..Input::default() },
    };
    let me = zone.view().actor[zone.view().player(SHOOTER).expect("here").1.index as usize];
    let output = zone.step(&inputs(moment.number, input), &mut NoProbe);
    output.events.iter().any(|event| match event {
        Event::Hit { source, target: hit, .. } | Event::Launched { source, target: hit, .. } => {
            *source == me && *hit == target
        }
        _ => false,
    })
}

/// Whether a blow reaches a creature at a place, by the game rules alone.
fn reaches(arm: Arm, facing: Facing, place: Vec2) -> bool {
    let (along, ahead) = (place - STAND, direction_of(facing));
    let flat = |place: Vec2| massless_core::math::Vec3::new(place.x, 0.0, place.y);
    let away = skills::distance(flat(STAND), flat(place), RADIUS);
    let is_ahead = along.dot(ahead) >= 0.5 * along.length();
    match arm {
        Arm::Sword => away <= MELEE_REACH && is_ahead,
        Arm::Skill(111) => along.length() - RADIUS <= 3.0 && is_ahead,
        Arm::Skill(_) => {
            let aside = along.perp_dot(ahead).abs();
            along.dot(ahead) >= 0.0 && along.length() - RADIUS <= 25.0 && aside <= 0.3 + RADIUS
        }
    }
}

/// Strikes with every delay at every tick of the run, always in one direction; what the rules say is what
/// happens. How often a delay made the difference, and how often it came too late.
fn compare(arm: Arm, facing: Facing) -> (u32, u32) {
    let content = content();
    let moments = run(&content, arm);
    let (mut saved, mut limited) = (0, 0);
    let near =
        |moment: &&Moment| moment.places[0].distance(STAND) < 12.0 && moment.places.len() > 9;
    for moment in moments.iter().filter(near) {
        let at = |ticks: usize| reaches(arm, facing, moment.places[ticks]);
        for rewind in [0, 1, 2, 3, 4, 5, 7, 255_u8] {
            let ticks = usize::from(rewind.min(REWIND_TICKS_MAX));
            let hit = strike(&content, moment, arm, facing, rewind);
            let (tick, places) = (moment.number, &moment.places[..9]);
            assert_eq!(hit, at(ticks), "{arm:?}, input {tick}, {rewind} ticks back: {places:?}");
            saved += u32::from(hit && !at(0));
            // It was there no longer than 350 ms ago, which is longer than anybody has to bear.
            limited += u32::from(rewind == 7 && !hit && at(7));
        }
    }
    (saved, limited)
}

#[test]
fn a_swing_hits_what_the_player_saw_in_reach() {
    let east = facing_of(Vec2::new(0.6, 0.8)).expect("a direction");
    let (saved, limited) = compare(Arm::Sword, east);
    assert!(saved >= 4 && limited >= 2, "{saved} saved, {limited} too late");
}

#[test]
fn a_cone_hits_what_the_player_saw_in_it() {
    let (saved, limited) = compare(Arm::Skill(111), Facing::new(0));
    assert!(saved >= 4 && limited >= 2, "{saved} saved, {limited} too late");
}

#[test]
fn a_line_hits_what_the_player_saw_on_it() {
    let (saved, limited) = compare(Arm::Skill(221), Facing::new(0));
    assert!(saved >= 4 && limited >= 2, "{saved} saved, {limited} too late");
}
