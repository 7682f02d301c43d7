//! Fighting in the real zone with the real content: what a player sees happen.

use std::sync::Arc;

use massless_core::command::{Command, Input};
use massless_core::content::Content;
use massless_core::event::{Event, HitKind, Rejection};
use massless_core::hash::StateHash;
use massless_core::ids::{ActorId, ClassId, CreatureId, FactionId, PlayerId, SkillId, ZoneId};
use massless_core::ledger::{self, MemoryLedger};
use massless_core::math::{Vec2, facing_of, ground};
use massless_core::par::with_threads;
use massless_core::view::{Kind, PlayerView, Pose};
use massless_core::zone::{NoProbe, Zone};

const WARRIOR: u8 = 1;
const ASSASSIN: u8 = 2;
const SHAMAN: u8 = 3;
const SORCERER: u8 = 4;
const HOUND: CreatureId = CreatureId::new(101);
const BOAR: CreatureId = CreatureId::new(102);
const PROWLER: CreatureId = CreatureId::new(104);
const CAPTAIN: CreatureId = CreatureId::new(108);

/// A zone with a store and players whose hands the test moves.
struct Play {
    zone: Zone,
    ledger: MemoryLedger,
    answers: Vec<Command>,
    inputs: Vec<(PlayerId, Input)>,
    sequence: u16,
    events: Vec<Event>,
    hash: StateHash,
}

impl Play {
    fn new() -> Self {
        let zone = Zone::new(Content::embedded(), ZoneId::new(1), 11, 1).expect("zone 1");
        let mut play = Self {
            zone,
            ledger: MemoryLedger::new(),
            answers: Vec::new(),
            inputs: Vec::new(),
            sequence: 0,
            events: Vec::new(),
            hash: StateHash::default(),
        };
        play.run(2);
        play
    }

    fn content(&self) -> Arc<Content> {
        self.zone.content()
    }

    fn join(&mut self, class: u8, place: Vec2) -> PlayerId {
        let player = PlayerId::new(self.inputs.len() as u64 + 1);
        let (class, faction) = (ClassId::new(class), FactionId::new(1));
        let ledger = &mut self.ledger;
        let mut fresh = || ledger.fresh_uid();
        let mut character =
            ledger::starter(&self.zone.content(), class, faction, "Ada", 1, &mut fresh)
                .expect("a class of the content");
        character.place = Some(place);
        self.ledger.enrol(player, &character);
        self.answers.push(Command::Join { player, character: Box::new(character) });
        self.inputs.push((player, Input::default()));
        self.tick();
        player
    }

    fn tick(&mut self) {
        let mut commands = std::mem::take(&mut self.answers);
        self.sequence = self.sequence.wrapping_add(1);
        let sequence = self.sequence;
        let here = |player: &PlayerId| self.zone.view().player(*player).is_some();
        let inputs = self.inputs.iter().filter(|(player, _)| here(player));
        let inputs: Vec<Command> =
            inputs.map(|&(player, input)| Command::Input { player, sequence, input }).collect();
        commands.extend(inputs);
        let output = self.zone.step(&commands, &mut NoProbe);
        self.events.extend_from_slice(output.events);
        self.hash = output.hash;
        self.answers = self.ledger.settle(ZoneId::new(1), output.intents);
    }

    fn run(&mut self, ticks: u32) {
        for _ in 0..ticks {
            self.tick();
        }
    }

    fn input(&mut self, player: PlayerId) -> &mut Input {
        let entry = self.inputs.iter_mut().find(|(owner, _)| *owner == player);
        &mut entry.expect("joined").1
    }

    fn own(&self, player: PlayerId) -> &PlayerView {
        self.zone.view().player(player).expect("in the zone").1
    }

    fn body(&self, player: PlayerId) -> ActorId {
        self.zone.view().actor[self.own(player).index as usize]
    }

    fn place(&self, actor: ActorId) -> Vec2 {
        let index = self.zone.view().index_of(actor).expect("in the zone");
        ground(self.zone.view().position[index])
    }

    fn share(&self, actor: ActorId) -> u8 {
        let view = self.zone.view();
        view.index_of(actor).map_or(0, |index| view.hit_point_share[index])
    }

    fn pose(&self, actor: ActorId) -> Pose {
        let view = self.zone.view();
        view.pose[view.index_of(actor).expect("in the zone")]
    }

    /// The living creature of a kind that is nearest to a place.
    fn nearest(&self, kind: CreatureId, place: Vec2) -> ActorId {
        self.nearest_of(&[kind], place).expect("there is one")
    }

    fn nearest_of(&self, kinds: &[CreatureId], place: Vec2) -> Option<ActorId> {
        let view = self.zone.view();
        let all = (0..view.len()).filter(|&index| {
            let is_kind = matches!(view.kind[index], Kind::Creature(kind) if kinds.contains(&kind));
            is_kind && view.hit_point_share[index] > 0
        });
        let distance = |&index: &usize| ground(view.position[index]).distance(place);
        let nearest = all.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        nearest.map(|index| view.actor[index])
    }

    /// Puts a player at a distance from an actor and makes it look there.
    fn stand_at(&mut self, player: PlayerId, actor: ActorId, metres: f32) {
        let place = self.place(actor) + Vec2::new(metres, 0.0);
        self.answers.push(Command::Place { player, place });
        self.tick();
        self.face(player, actor);
        self.tick();
    }

    fn face(&mut self, player: PlayerId, actor: ActorId) {
        let index = self.own(player).index as usize;
        let from = ground(self.zone.view().position[index]);
        let facing = facing_of(self.place(actor) - from).unwrap_or_default();
        self.input(player).facing = facing;
    }

    /// Fights one creature to the end with swings and the first skill; ticks it took.
    fn fight(&mut self, player: PlayerId, prey: ActorId) -> u32 {
        self.input(player).target = Some(prey);
        self.input(player).buttons = 1;
        for tick in 0..600 {
            if self.zone.view().index_of(prey).is_none() || self.pose(prey) == Pose::Dead {
                self.input(player).target = None;
                self.input(player).buttons = 0;
                return tick;
            }
            self.face(player, prey);
            let (from, to) = (self.place(self.body(player)), self.place(prey));
            let (index, _) = self.zone.view().player(player).expect("in the zone");
            let range = self.zone.view().sheets[index].derived.range;
            let walks = from.distance(to) > range - 0.5;
            self.input(player).direction = if walks { heading(to - from) } else { [0, 0] };
            self.tick();
        }
        panic!("no end after 30 s");
    }

    fn refusals(&self) -> Vec<Rejection> {
        let refused = self.events.iter().filter_map(|event| match event {
            Event::Rejected { reason, .. } => Some(*reason),
            _ => None,
        });
        refused.collect()
    }
}

fn heading(along: Vec2) -> [i8; 2] {
    let unit = along.normalize_or_zero() * 127.0;
    [unit.x as i8, unit.y as i8]
}

const HOUNDS: Vec2 = Vec2::new(88.0, 92.0);

#[test]
fn every_class_kills_a_hound_and_learns_from_it() {
    for class in [WARRIOR, ASSASSIN, SHAMAN, SORCERER] {
        let mut play = Play::new();
        let player = play.join(class, HOUNDS);
        let prey = play.nearest(HOUND, HOUNDS);
        play.stand_at(player, prey, 2.0);
        let ticks = play.fight(player, prey);
        // The table of the rules says 90 to 104 against a dummy that does nothing.
        assert!((50..250).contains(&ticks), "class {class}: {ticks} ticks");
        let dealt: u32 = play
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Hit { target, amount, .. } if *target == prey => Some(*amount),
                _ => None,
            })
            .sum();
        assert!(dealt >= 193, "class {class} dealt {dealt}");
        let skills = play.events.iter().filter(|event| matches!(event, Event::SkillUsed { .. }));
        assert!(skills.count() >= 1, "class {class} used no skill: {:?}", play.refusals());
        let gained = play.events.iter().any(
            |event| matches!(event, Event::Experience { player: who, amount: 5 } if *who == player),
        );
        assert!(gained, "class {class} gained no experience");
        play.run(61);
        assert!(play.zone.view().index_of(prey).is_none(), "the body is gone after 3 s");
    }
}

#[test]
fn a_passive_creature_fights_back_and_its_blows_are_told() {
    let mut play = Play::new();
    let player = play.join(WARRIOR, HOUNDS);
    let prey = play.nearest(HOUND, HOUNDS);
    play.stand_at(player, prey, 2.0);
    play.run(100);
    assert_eq!(play.own(player).hit_points, play.own(player).hit_points_max);
    play.fight(player, prey);
    assert!(play.own(player).hit_points < play.own(player).hit_points_max);
    assert!(play.own(player).combat_until > play.zone.tick());
}

#[test]
fn who_is_killed_comes_back_at_the_respawn_point() {
    let mut play = Play::new();
    let captains = Vec2::new(196.0, 232.0);
    let player = play.join(SORCERER, captains);
    let captain = play.nearest(CAPTAIN, captains);
    play.stand_at(player, captain, 3.0);
    let own = play.body(player);
    for _ in 0..400 {
        play.tick();
        if play.pose(own) == Pose::Dead {
            break;
        }
    }
    assert_eq!(play.pose(own), Pose::Dead);
    let here = play.place(own);
    play.input(player).direction = [127, 0];
    play.run(50);
    assert_eq!(play.place(own), here, "the dead do not walk");
    play.run(51);
    assert!(play.place(own).distance(Vec2::new(128.0, 40.0)) < 10.0);
    let view = play.own(player);
    assert!(view.hit_points >= view.hit_points_max / 2);
    assert!(view.hit_points < view.hit_points_max);
    assert!(
        play.events.iter().any(|event| matches!(event, Event::Revived { actor } if *actor == own))
    );
    play.run(100);
    assert_ne!(play.share(captain), 0);
}

#[test]
fn a_creature_is_led_no_farther_than_its_leash_and_heals_at_home() {
    let mut play = Play::new();
    let prowlers = Vec2::new(208.0, 140.0);
    let player = play.join(SORCERER, prowlers);
    let prowler = play.nearest(PROWLER, prowlers);
    let home = play.place(prowler);
    play.stand_at(player, prowler, 8.0);
    play.input(player).target = Some(prowler);
    play.run(40);
    assert!(play.share(prowler) < 255, "it was hit: {:?}", play.refusals());
    play.input(player).target = None;
    // Somebody else's legs: the player is put ahead of it again and again.
    for step in 1..30 {
        let place = home + Vec2::new(-4.0 * step as f32, 0.0);
        if place.x < 70.0 {
            break;
        }
        play.answers.push(Command::Place { player, place });
        play.run(15);
        assert!(play.place(prowler).distance(home) < 60.0);
    }
    play.run(400);
    assert!(play.place(prowler).distance(home) < 15.0);
    assert_eq!(play.share(prowler), 255);
}

#[test]
fn own_movement_breaks_a_cast_and_gives_the_mana_back() {
    let mut play = Play::new();
    let player = play.join(SHAMAN, HOUNDS);
    let prey = play.nearest(HOUND, HOUNDS);
    play.stand_at(player, prey, 8.0);
    let mana = play.own(player).mana;
    play.input(player).target = Some(prey);
    play.input(player).buttons = 1;
    play.tick();
    assert!(play.own(player).cast.is_some(), "{:?}", play.refusals());
    assert!(play.own(player).mana < mana);
    play.input(player).buttons = 0;
    play.run(3);
    play.input(player).direction = [127, 0];
    play.tick();
    assert!(play.own(player).cast.is_none());
    assert_eq!(play.own(player).mana, mana);
    assert!(play.own(player).cooldowns.is_empty());
    let broken = |event: &Event| matches!(event, Event::CastBroken { skill, .. } if *skill == SkillId::new(301));
    assert!(play.events.iter().any(broken));
}

#[test]
fn a_refusal_is_told_once_and_changes_nothing() {
    let mut play = Play::new();
    let player = play.join(WARRIOR, HOUNDS);
    play.run(5);
    let before = play.own(player).mana;
    play.input(player).buttons = 1;
    play.run(10);
    assert_eq!(play.refusals(), [Rejection::NoTarget]);
    play.input(player).buttons = 0;
    play.tick();
    let far = play.nearest(CAPTAIN, HOUNDS);
    play.input(player).target = Some(far);
    play.input(player).buttons = 1;
    play.run(10);
    assert_eq!(play.refusals(), [Rejection::NoTarget, Rejection::TooFar]);
    assert_eq!(play.own(player).mana, before);
    // A skill of another level, and an empty slot.
    play.input(player).buttons = 1 << 5;
    play.run(2);
    assert_eq!(play.refusals().last(), Some(&Rejection::EmptySlot));
}

#[test]
fn swings_keep_their_interval_whatever_the_hands_do() {
    let mut play = Play::new();
    let player = play.join(ASSASSIN, HOUNDS);
    let prey = play.nearest(CAPTAIN, HOUNDS);
    play.stand_at(player, prey, 2.0);
    let own = play.body(player);
    let mut swings = Vec::new();
    for tick in 0..200_u16 {
        play.face(player, prey);
        // Flickering targets and buttons must not shorten anything.
        play.input(player).target = (tick % 3 != 0).then_some(prey);
        play.input(player).buttons = tick.wrapping_mul(77);
        play.events.clear();
        play.tick();
        let hit = play
            .events
            .iter()
            .any(|event| matches!(event, Event::Hit { source, skill: None, .. } if *source == own));
        if hit {
            swings.push(tick);
        }
        if play.pose(own) == Pose::Dead {
            break;
        }
    }
    assert!(swings.len() >= 3, "{swings:?}");
    assert!(swings.windows(2).all(|pair| pair[1] - pair[0] >= 14), "{swings:?}");
}

#[test]
fn monsters_do_no_harm_in_the_safe_circle() {
    let mut play = Play::new();
    let player = play.join(WARRIOR, HOUNDS);
    let prey = play.nearest(HOUND, HOUNDS);
    play.stand_at(player, prey, 2.0);
    play.input(player).target = Some(prey);
    play.run(30);
    play.input(player).target = None;
    play.answers.push(Command::Place { player, place: Vec2::new(128.0, 40.0) });
    play.tick();
    play.events.clear();
    play.run(300);
    let own = play.body(player);
    let harmed = play.events.iter().any(
        |event| matches!(event, Event::Hit { target, amount, .. } if *target == own && *amount > 0),
    );
    assert!(!harmed);
    assert_eq!(play.own(player).hit_points, play.own(player).hit_points_max);
}

#[test]
fn dodges_and_crits_happen_about_as_often_as_they_should() {
    let mut play = Play::new();
    let player = play.join(ASSASSIN, HOUNDS);
    let mut kinds = [0_u32; 2];
    for _ in 0..12 {
        let prey = play.nearest(HOUND, HOUNDS);
        play.stand_at(player, prey, 1.5);
        play.fight(player, prey);
        play.answers.push(Command::Place { player, place: Vec2::new(128.0, 40.0) });
        play.run(200);
    }
    for event in &play.events {
        match event {
            Event::Hit { kind: HitKind::Critical, .. } => kinds[0] += 1,
            Event::Hit { kind: HitKind::Normal, .. } => kinds[1] += 1,
            _ => {}
        }
    }
    // 612 bp for the assassin, 500 for the hounds.
    assert!(kinds[0] > 0 && kinds[0] * 6 < kinds[1], "{kinds:?}");
}

fn brawl(ticks: u32, until: impl Fn(&Play) -> bool) -> (Play, Vec<StateHash>) {
    let mut play = Play::new();
    let mut players = Vec::new();
    for class in 0..12_u8 {
        let place = HOUNDS + Vec2::new(f32::from(class), 3.0);
        players.push(play.join(class % 4 + 1, place));
    }
    let mut hashes = Vec::new();
    for tick in 0..ticks {
        for &player in &players {
            let from = play.place(play.body(player));
            let Some(prey) = play.nearest_of(&[HOUND, BOAR], from) else { continue };
            let to = play.place(prey);
            let near = from.distance(to) < 2.0;
            let input = play.input(player);
            input.target = Some(prey);
            input.buttons = if tick % 7 == 0 { 3 } else { 1 };
            input.facing = facing_of(to - from).unwrap_or_default();
            input.direction = if near { [0, 0] } else { heading(to - from) };
        }
        play.tick();
        hashes.push(play.hash);
        if until(&play) {
            break;
        }
    }
    (play, hashes)
}

#[test]
fn a_fight_has_the_same_hashes_with_any_number_of_threads() {
    let run = |threads| with_threads(threads, || brawl(300, |_| false).1);
    let alone = run(1);
    for threads in [2, 3, 8] {
        assert!(run(threads) == alone, "{threads} threads");
    }
}

#[test]
fn a_zone_restored_in_mid_fight_goes_on_the_same() {
    let flying = |play: &Play| {
        play.events.iter().rev().take(20).any(|event| matches!(event, Event::Launched { .. }))
            && play.zone.view().pose.contains(&Pose::Casting)
            && play.zone.view().pose.contains(&Pose::Dead)
    };
    let (mut play, _) = brawl(600, flying);
    assert!(flying(&play), "nothing was in flight");
    let bytes = play.zone.snapshot();
    let mut restored = Zone::restore(play.content(), &bytes, 2).expect("just made");
    assert_eq!(restored.snapshot(), bytes);
    for tick in 0..1_000_u16 {
        let commands: Vec<Command> = play
            .inputs
            .iter()
            .filter(|(player, _)| play.zone.view().player(*player).is_some())
            .map(|&(player, input)| Command::Input { player, sequence: tick, input })
            .collect();
        let left = play.zone.step(&commands, &mut NoProbe).hash;
        let right = restored.step(&commands, &mut NoProbe).hash;
        assert_eq!(left, right, "tick {tick} after the restore");
    }
}
