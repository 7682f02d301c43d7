//! Fuzz bodies over what players do with things, quests and points: a few fighters, a store that works,
//! refuses or sleeps, and people who come, go and do what they may not.
//!
//! After every tick the conservation laws of the game rules that apply are checked: 1, 2, 3, 8, 9, 10, 13.

mod moves;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, LazyLock};

use shipyard::{Get, UniqueView, View};

use self::moves::{Move, read_move};
use super::CONTENT;
use crate::character::{Character, Item, QuestState, Sheet};
use crate::codec::Reader;
use crate::command::{Command, Input};
use crate::components::Drop;
use crate::event::Event;
use crate::formulas;
use crate::ids::{ActorId, ClassId, FactionId, ItemId, ItemUid, PlayerId, QuestId, ZoneId};
use crate::intent::{Intent, Reason};
use crate::ledger::{Keeper, MemoryLedger, starter};
use crate::limits::{COIN_MAX, OWNED_DROPS_MAX};
use crate::math::{Vec2, facing_of, ground};
use crate::units::{Level, Tick};
use crate::view::{Kind, View as Shown};
use crate::zone::roster::Roster;
use crate::zone::{NoProbe, Zone};

/// Players 1 to this many take part.
const PLAYERS: u64 = 4;
/// Fighting goes on before the bytes come until so much lies on the ground, or so many ticks.
const WARM_UP_THINGS: usize = 6;
const WARM_UP_TICKS: u64 = 1_000;
/// Ticks one run may take.
const TICKS_MAX: u32 = 240;
/// Ticks until all that waits must be settled once the store works.
const DRAIN_TICKS: u32 = 90;
/// Where they fight: first among prowlers, who attack; then among boars, vipers and weavers.
const FIELDS: [Vec2; 4] = [
    Vec2::new(208.0, 140.0),
    Vec2::new(168.0, 92.0),
    Vec2::new(48.0, 140.0),
    Vec2::new(120.0, 150.0),
];
/// The middle of the town.
const SQUARE: Vec2 = Vec2::new(126.0, 40.0);
/// Ticks after which nobody is in combat any more.
const PEACE_TICKS: u32 = 110;
/// Coin that everybody begins with: enough for whatever is sold.
const PURSE: i64 = 20_000;
/// What everybody carries besides the kit: gear, refining items, things to give away.
const BELONGINGS: [(u16, u16); 9] = [
    (1_011, 1),
    (2_041, 1),
    (2_102, 1),
    (4_001, 99),
    (4_002, 40),
    (4_011, 10),
    (4_012, 10),
    (5_001, 60),
    (5_012, 30),
];
/// How far they look for somebody to fight, metres.
const SIGHT_METRES: f32 = 30.0;
const ZONE: ZoneId = ZoneId::new(1);

/// What the store does with intents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Store {
    Works,
    Refuses,
    Sleeps,
}

/// A zone, its store, and those who are elsewhere at present.
struct Game {
    zone: Zone,
    ledger: MemoryLedger,
    store: Store,
    queue: VecDeque<Intent>,
    away: BTreeMap<PlayerId, Character>,
    /// Most coin that the slain may have carried.
    coin_max: i64,
    sequence: u16,
}

/// The same people in town, long after the fight: whoever is asked for something may give it.
static TOWN: LazyLock<(Vec<u8>, MemoryLedger, i64)> = LazyLock::new(|| {
    let mut game = Game::over(
        Zone::restore(Arc::clone(&CONTENT), &START.0, 2).expect("made"),
        START.1.clone(),
        START.2,
    );
    let place = |number: u64| Command::Place {
        player: PlayerId::new(number),
        place: SQUARE + Vec2::new(number as f32, 0.0),
    };
    game.step(&(1..=PLAYERS).map(place).collect::<Vec<_>>());
    for _ in 0..PEACE_TICKS {
        game.step(&[]);
    }
    game.drain();
    (game.zone.snapshot(), game.ledger, game.coin_max)
});

/// A game at which all have arrived and fought for a while.
static START: LazyLock<(Vec<u8>, MemoryLedger, i64)> = LazyLock::new(|| {
    let zone = Zone::new(Arc::clone(&CONTENT), ZONE, 11, 1).expect("zone 1");
    let mut game = Game::over(zone, MemoryLedger::new(), 0);
    let joins: Vec<Command> = (1..=PLAYERS).map(|number| game.newcomer(number)).collect();
    game.step(&joins);
    let things = |game: &Game| {
        game.zone.view().kind.iter().filter(|kind| matches!(kind, Kind::Item { .. })).count()
    };
    while game.zone.tick() < Tick::new(WARM_UP_TICKS) && things(&game) < WARM_UP_THINGS {
        game.step(&[]);
    }
    game.drain();
    (game.zone.snapshot(), game.ledger, game.coin_max)
});

impl Game {
    fn over(zone: Zone, ledger: MemoryLedger, coin_max: i64) -> Self {
        let (queue, away) = (VecDeque::new(), BTreeMap::new());
        Self { zone, ledger, store: Store::Works, queue, away, coin_max, sequence: 0 }
    }

    fn start(in_town: bool) -> Self {
        let (snapshot, ledger, coin_max) = if in_town { &*TOWN } else { &*START };
        let zone = Zone::restore(Arc::clone(&CONTENT), snapshot, 2).expect("just made");
        Self::over(zone, ledger.clone(), *coin_max)
    }

    /// A character of level 8 with points to spend and a quest to follow.
    fn newcomer(&mut self, number: u64) -> Command {
        let (class, faction) = (ClassId::new(number as u8), FactionId::new(1));
        let ledger = &mut self.ledger;
        let mut uids = || ledger.fresh_uid();
        let fresh = starter(&CONTENT, class, faction, "Fuzz", 1, &mut uids);
        let mut character = fresh.expect("classes 1 to 4 are in the content");
        character.level = Level::new(8);
        character.place = Some(FIELDS[0] + Vec2::new(number as f32, 0.0));
        character.sheet.points = 21;
        character.sheet.coin = PURSE;
        character.sheet.visit(ZoneId::new(10));
        for (slot, (definition, quantity)) in character.sheet.bag[20..].iter_mut().zip(BELONGINGS) {
            *slot = Some(Item {
                uid: self.ledger.fresh_uid(),
                definition: ItemId::new(definition),
                rarity: 0,
                upgrade: 0,
                quantity,
                bound: false,
            });
        }
        character.sheet.done = vec![QuestId::new(1)];
        // All that is left of this one is to hand it in.
        character.sheet.quests = vec![QuestState { quest: QuestId::new(2), count: 8 }];
        let player = PlayerId::new(number);
        self.ledger.enrol(player, &character);
        Command::Join { player, character: Box::new(character) }
    }

    /// One tick: the store's answers, the given commands, and everybody fights on.
    fn step(&mut self, commands: &[Command]) {
        let mut all = self.answers();
        let is_act = |command: &&Command| matches!(command, Command::Act { .. });
        all.extend(commands.iter().filter(|command| !is_act(command)).cloned());
        let mut acts: Vec<Command> = commands.iter().filter(is_act).cloned().collect();
        acts.sort_by_key(Command::player);
        all.extend(acts);
        all.extend(self.fight());
        let before = self.zone.tick();
        let output = self.zone.step(&all, &mut NoProbe);
        let (events, intents) = (output.events.to_vec(), output.intents.to_vec());
        self.check_experience(&events);
        intents.iter().for_each(|intent| self.check_pick_up(intent, before));
        self.queue.extend(intents);
        for event in &events {
            if let Event::Left { player, character, .. } = event {
                self.away.insert(*player, (**character).clone());
            }
        }
        self.check_state();
    }

    fn answers(&mut self) -> Vec<Command> {
        if self.store == Store::Sleeps {
            return Vec::new();
        }
        let asked: Vec<Intent> = self.queue.drain(..).collect();
        if self.store == Store::Works {
            self.ledger.settle(ZONE, &asked)
        } else {
            self.ledger.refuse(&asked)
        }
    }

    /// Everybody here goes for the nearest creature.
    fn fight(&mut self) -> Vec<Command> {
        self.sequence = self.sequence.wrapping_add(1);
        let view = self.zone.view();
        let inputs = view.players.iter().map(|me| {
            let here = ground(me.walker.position);
            let input = nearest_creature(view, here).map_or_else(Input::default, |index| {
                let way = ground(view.position[index]) - here;
                let heading = way / way.length().max(0.01);
                let walks = if way.length() > 1.8 { 100.0 } else { 0.0 };
                Input {
                    direction: [(heading.x * walks) as i8, (heading.y * walks) as i8],
                    facing: facing_of(heading).unwrap_or_default(),
                    buttons: if view.tick.get().is_multiple_of(3) { 0 } else { 0x301 },
                    target: Some(view.actor[index]),
                    aim: None,
                    rewind: (view.tick.get() % 7) as u8,
                }
            });
            Command::Input { player: me.player, sequence: self.sequence, input }
        });
        inputs.collect()
    }

    /// All that waits is settled, and the zone has what the store says.
    fn drain(&mut self) {
        self.store = Store::Works;
        for _ in 0..DRAIN_TICKS {
            self.step(&[]);
            if self.queue.is_empty() && self.zone.pending().is_empty() {
                return;
            }
        }
        panic!("{:?} still wait", self.zone.pending());
    }

    fn sheets(&self) -> impl Iterator<Item = (PlayerId, &Sheet)> {
        let here = self.zone.view().sheets.iter().map(|sheet| (sheet.player, &sheet.sheet));
        here.chain(self.away.iter().map(|(&player, character)| (player, &character.sheet)))
    }
}

/// Conservation laws.
impl Game {
    /// Laws 2, 3, 8 of one state, and the cap of owned things on the ground.
    fn check_state(&self) {
        let mut uids: Vec<ItemUid> = Vec::new();
        for (player, sheet) in self.sheets() {
            assert!((0..=COIN_MAX).contains(&sheet.coin), "law 3: {player} has {}", sheet.coin);
            for item in sheet.items() {
                let stack_max = CONTENT.item(item.definition).expect("known").stack_max;
                assert!((1..=stack_max).contains(&item.quantity), "law 2: {item:?}");
                uids.push(item.uid);
            }
        }
        let count = uids.len();
        uids.sort_unstable();
        uids.dedup();
        assert_eq!(uids.len(), count, "law 2: an item is in two places");
        let view = self.zone.view();
        for (me, sheet) in view.players.iter().zip(&view.sheets) {
            assert!(me.hit_points <= me.hit_points_max && me.mana <= me.mana_max, "law 8");
            let need = CONTENT.rules().experience_need(sheet.level);
            let rises = !self.zone.pending().is_empty();
            assert!(rises || sheet.sheet.experience < need + need / 5, "law 8: {}", sheet.player);
        }
        for number in 1..=PLAYERS {
            assert!(self.owned_on_ground(PlayerId::new(number)) <= OWNED_DROPS_MAX, "law 6");
        }
    }

    fn owned_on_ground(&self, owner: PlayerId) -> usize {
        let view = self.zone.view();
        let things = view.actor.iter().zip(&view.kind);
        let things = things.filter(|(_, kind)| matches!(kind, Kind::Item { .. }));
        let owned = things.filter_map(|(&thing, _)| self.drop_of(thing));
        owned.filter(|drop| drop.owner == owner).count()
    }

    fn drop_of(&self, thing: ActorId) -> Option<Drop> {
        self.zone.world().run(|roster: UniqueView<'_, Roster>, drops: View<'_, Drop>| {
            let slot = roster.slot(thing)?;
            (&drops).get(slot).ok().cloned()
        })
    }

    /// Law 9: kills give no more than they are worth, quests what they promise.
    fn check_experience(&mut self, events: &[Event]) {
        let view = self.zone.view();
        let (mut most, mut gained) = (0_i64, 0_i64);
        for event in events {
            match *event {
                Event::Experience { amount, .. } => gained += i64::from(amount),
                Event::Died { actor, .. } => {
                    let index = view.index_of(actor).expect("bodies lie for a while");
                    let Kind::Creature(id) = view.kind[index] else { continue };
                    let def = CONTENT.creature(id).expect("known");
                    let worth = formulas::of_bp(i64::from(def.experience), 12_500);
                    // A party's bonus is largest with five members.
                    most += formulas::of_bp(worth, 14_000);
                    self.coin_max += i64::from(def.coin.1);
                }
                Event::Quest { quest, done: true, .. } => {
                    most += i64::from(CONTENT.quest(quest).expect("known").experience);
                }
                _ => {}
            }
        }
        assert!(gained <= most, "law 9: {gained} of at most {most} experience");
    }

    /// Law 13: only the owner takes a thing at first, nobody in the end.
    fn check_pick_up(&self, intent: &Intent, now: Tick) {
        let Some(thing) = intent.thing else { return };
        let drop = self.drop_of(thing).expect("it lies there until the store has answered");
        let own = drop.owner == intent.player || now >= drop.free_at;
        assert!(own && now < drop.gone_at, "law 13: {intent:?} of {drop:?} in tick {now}");
        assert_eq!(drop.taken_by, Some(intent.id));
        assert_eq!(intent.reason, Reason::Loot);
    }

    /// Laws 1 and 3: after everything is settled the zone has what the books say.
    fn check_books(&self) {
        let mut known = self.ledger.items().clone();
        let mut coin = self.ledger.coin_in_letters();
        for (player, sheet) in self.sheets() {
            coin += sheet.coin;
            assert_eq!(self.ledger.coin(player), Some(sheet.coin), "law 3: {player}");
            for item in sheet.items() {
                let held = known.remove(&item.uid).expect("law 1: known to the store");
                let line = (held.item(item.uid), held.keeper);
                assert_eq!(line, (*item, Keeper::Player(player)), "law 1");
            }
        }
        // What is left lies in letters and at the market.
        known.retain(|_, held| matches!(held.keeper, Keeper::Player(_)));
        assert!(known.is_empty(), "law 1: nobody has {known:?}");
        let books = self.ledger.books();
        assert_eq!(books.coin(), coin, "law 3");
        let earned = books.coin_created.get(&Reason::Kill).copied().unwrap_or(0);
        assert!(earned <= self.coin_max, "law 9: {earned} of at most {} coin", self.coin_max);
        for definition in books.definitions() {
            let items = self.ledger.items().values();
            let pieces = items.filter(|held| held.definition == definition);
            let pieces: i64 = pieces.map(|held| i64::from(held.quantity)).sum();
            assert_eq!(books.pieces(definition), pieces, "law 1: {definition}");
        }
        let created = books.created.keys().all(|(_, reason)| {
            matches!(
                reason,
                Reason::Kit
                    | Reason::Loot
                    | Reason::Quest
                    | Reason::Shop
                    | Reason::Exchange
                    | Reason::Arrange
                    | Reason::Storage
            )
        });
        assert!(created, "law 1: {:?}", books.created);
        let balance = |reason| -> i64 {
            let sum = |book: &BTreeMap<(ItemId, Reason), u64>| -> u64 {
                let lines = book.iter().filter(|((_, of), _)| *of == reason);
                lines.map(|(_, pieces)| pieces).sum()
            };
            sum(&books.created).cast_signed() - sum(&books.destroyed).cast_signed()
        };
        assert_eq!(balance(Reason::Arrange), 0, "law 2: arranging creates nothing");
        assert_eq!(balance(Reason::Storage), 0, "law 2: storing creates nothing");
    }
}

fn nearest_creature(view: &Shown, here: Vec2) -> Option<usize> {
    let creatures = (0..view.len()).filter(|&index| {
        matches!(view.kind[index], Kind::Creature(_)) && view.hit_point_share[index] > 0
    });
    let far = |index: &usize| ground(view.position[*index]).distance_squared(here);
    let nearest = creatures.min_by(|a, b| far(a).total_cmp(&far(b)).then(a.cmp(b)));
    nearest.filter(|index| far(index) < SIGHT_METRES * SIGHT_METRES)
}

/// Arbitrary acts, comings and goings, and moods of the store; the laws hold after every tick, and the
/// books agree when all is settled.
pub fn acts(bytes: &[u8]) {
    let mut game = played(bytes, bytes.first().is_some_and(|&byte| byte >= 128));
    let bytes = game.zone.snapshot();
    let restored = Zone::restore(Arc::clone(&CONTENT), &bytes, 3).expect("just made");
    assert_eq!(restored.snapshot(), bytes, "law 7");
    game.drain();
    game.check_books();
}

/// A game in which the bytes were played.
fn played(bytes: &[u8], in_town: bool) -> Game {
    let mut game = Game::start(in_town);
    let mut reader = Reader::new(bytes);
    let mut commands = Vec::new();
    let mut ticks = 0;
    while ticks < TICKS_MAX {
        match read_move(&mut game, &mut reader) {
            Ok(Move::Do(command)) => commands.push(command),
            Ok(Move::Nothing) => {}
            Ok(Move::Wait(count)) => {
                for _ in 0..count.min(TICKS_MAX - ticks) {
                    game.step(&commands);
                    commands.clear();
                }
                ticks += count.max(1);
            }
            Err(_) => break,
        }
    }
    game.step(&commands);
    game
}

/// Law 10: one arbitrary act that is refused changes nothing.
pub fn refused_act(bytes: &[u8]) {
    let mut game = Game::start(bytes.get(1).is_some_and(|&byte| byte >= 128));
    let mut reader = Reader::new(bytes);
    let Ok(Move::Do(command @ Command::Act { .. })) = read_move(&mut game, &mut reader) else {
        return;
    };
    let snapshot = game.zone.snapshot();
    let mut spared = Zone::restore(Arc::clone(&CONTENT), &snapshot, 2).expect("just made");
    let player = command.player();
    let refusals = |events: &[Event]| {
        let own =
            |event: &&Event| matches!(event, Event::Rejected { player: of, .. } if *of == player);
        events.iter().filter(own).count()
    };
    let asked = refusals(game.zone.step(&[command], &mut NoProbe).events);
    let unasked = refusals(spared.step(&[], &mut NoProbe).events);
    if asked > unasked {
        assert_eq!(game.zone.snapshot(), spared.snapshot(), "law 10");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Draws, Stream};

    fn noise(seed: u64, len: u32) -> Vec<u8> {
        let draws = Draws::new(seed, ActorId::new(2), Tick::new(1), Stream::Wander);
        (0..len).map(|n| draws.bits(n) as u8).collect()
    }

    #[test]
    fn the_fighters_have_fought_and_there_is_loot() {
        let game = Game::start(false);
        assert!(game.coin_max > 0, "somebody was slain");
        game.check_books();
        let earned = game.ledger.books().coin_created.get(&Reason::Kill);
        assert!(earned.is_some_and(|&coin| coin > 0));
    }

    #[test]
    fn bodies_survive_noise() {
        for seed in 0..6 {
            let bytes = noise(seed, 900);
            acts(&bytes);
        }
        for seed in 0..60 {
            refused_act(&noise(seed, 4));
        }
        acts(&[]);
        refused_act(&[]);
    }

    /// Two who stand side by side trade with each other: what noise alone hardly ever does to its end.
    fn two_who_trade() -> Vec<u8> {
        let next_step = |n: u8| [moves::NEXT_STEP, n % 2, (n + 1) % 2, 0, moves::WAIT, 0, 0, 0];
        (0..16).flat_map(next_step).collect()
    }

    fn play(seed: u64, in_town: bool, intents: &mut BTreeMap<Reason, u32>) {
        let mut game = Game::start(in_town);
        let mut bytes = if in_town { two_who_trade() } else { Vec::new() };
        bytes.extend(noise(seed, 4_000));
        let mut reader = Reader::new(&bytes);
        let mut commands = Vec::new();
        while let Ok(step) = read_move(&mut game, &mut reader) {
            match step {
                Move::Do(command) => commands.push(command),
                Move::Wait(count) => {
                    for _ in 0..=count {
                        let newest = game.queue.back().map(|intent| intent.id);
                        game.step(&commands);
                        commands.clear();
                        let fresh = game.queue.iter().filter(|intent| Some(intent.id) > newest);
                        for intent in fresh {
                            *intents.entry(intent.reason).or_default() += 1;
                        }
                    }
                }
                Move::Nothing => {}
            }
        }
    }

    #[test]
    fn threads_make_no_difference() {
        let bytes = noise(7, 1_200);
        let run =
            |threads| crate::par::with_threads(threads, || played(&bytes, true).zone.snapshot());
        let alone = run(1);
        for threads in [2, 3] {
            assert!(run(threads) == alone, "{threads} threads");
        }
    }

    #[test]
    fn noise_reaches_the_interesting_places() {
        let mut intents: BTreeMap<Reason, u32> = BTreeMap::new();
        for seed in 60..80 {
            play(seed, false, &mut intents);
        }
        for seed in 80..100 {
            play(seed, true, &mut intents);
        }
        // A level needs more fighting than there is time for.
        let reached = Reason::ALL.into_iter().filter(|reason| {
            !matches!(reason, Reason::Kit | Reason::HandIn | Reason::Level | Reason::Use)
        });
        for reason in reached {
            assert!(intents.contains_key(&reason), "{reason:?}: {intents:?}");
        }
    }
}
