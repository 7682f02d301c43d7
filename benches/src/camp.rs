//! Cost of a camp in which everybody fights: players of four classes with swings and skills against as
//! many creatures that fight back, on Cinder Vale's ground. A whole tick is the zone's step, and interest and
//! encoding for every client; sockets are left out. What the players decide is not measured.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result};
use massless_core::command::{Character, Command, Input};
use massless_core::content::Content;
use massless_core::event::Event;
use massless_core::ids::{ActorId, ClassId, FactionId, PlayerId, ZoneId};
use massless_core::ledger::{MemoryLedger, starter};
use massless_core::math::{Vec2, facing_of, ground};
use massless_core::par::with_threads;
use massless_core::units::Level;
use massless_core::view::{Kind, Pose, View};
use massless_core::zone::Zone;
use massless_net::interest::InterestSettings;
use massless_net::replication::{Link, Replicator};
use serde_json::json;

use crate::report::{Report, Target, percentile};
use crate::stopwatch::Stopwatch;
use crate::{cores, mix, zones};

const SIZES: [u32; 3] = [250, 500, 1_000];
/// Middle and radius of the camp, metres: everybody sees everybody.
const CAMP: (Vec2, f32) = (Vec2::new(88.0, 92.0), 40.0);
/// Ticks until everybody is there, has been told of the others, and fights.
const WARM_TICKS: u32 = 300;
/// Ticks measured: a minute, so that the 99.9th percentile is more than the worst one.
const TICKS: u32 = 1_200;
/// Level of the players: both skills of their class.
const LEVEL: u8 = 8;
/// Hit points of the camp's creatures. Some die all the time, most of them live: who is dead for 30
/// to 50 s does not fight.
const HIT_POINTS: u32 = 20_000;
/// Ticks after which a player looks for a nearer foe.
const LOOK_TICKS: u32 = 20;
/// The same scene in another engine: 250 players and 250 creatures, 95th percentile of a tick.
const RIVAL_P95_MS: f64 = 27.4;

/// One player of the camp.
#[derive(Clone, Copy, Default)]
struct Hand {
    foe: Option<ActorId>,
    sequence: u16,
}

/// The camp with all that takes part in a tick.
struct Camp {
    zone: Zone,
    replicator: Replicator,
    ledger: MemoryLedger,
    hands: Vec<Hand>,
    hosts: Vec<Command>,
    commands: Vec<Command>,
}

/// What one camp took.
struct Cost {
    whole: Vec<f64>,
    replication: f64,
    watch: Stopwatch,
    bytes: u64,
    counted: Counted,
}

/// What happened meanwhile: that it was a fight.
#[derive(Clone, Copy, Default)]
struct Counted {
    hits: u64,
    skills: u64,
    deaths: [u64; 2],
    events: u64,
    refused: u64,
}

/// Camps of 250, 500 and 1 000 on one thread, and the largest on more; or one of so many `players`.
pub(crate) fn run(seed: u64, players: Option<u32>) -> Result<Report> {
    let mut report = Report::new("bench camp", seed);
    let mut by_size = serde_json::Map::new();
    let only = players.map(|players| [players]);
    for &size in only.as_ref().map_or(&SIZES[..], |only| &only[..]) {
        let cost = with_threads(1, || measure(size, seed))?;
        let line = tell(&mut report, size, &cost);
        if size == SIZES[SIZES.len() - 1] {
            for name in ["p50_ms", "p95_ms", "p99_ms", "p99_9_ms", "by_system"] {
                report.field(name, line[name].clone());
            }
        }
        by_size.insert(size.to_string(), line);
    }
    report.field("by_size", by_size.into());
    report.field("rival", json!({"players": 250, "p95_ms": RIVAL_P95_MS}));
    if players.is_none() {
        by_threads(&mut report, seed)?;
    }
    Ok(report)
}

fn tell(report: &mut Report, size: u32, cost: &Cost) -> serde_json::Value {
    let mut times = cost.whole.clone();
    let full = size == SIZES[SIZES.len() - 1];
    let bound = |most| if full { Target::AtMost(most) } else { Target::None };
    let rival = if size == 250 { Target::AtMost(RIVAL_P95_MS) } else { Target::None };
    let title = format!("{size} players, {size} creatures, tick");
    let shares = [
        ("p50", 0.5, bound(15.0)),
        ("p95", 0.95, rival),
        ("p99", 0.99, bound(25.0)),
        ("p99.9", 0.999, bound(50.0)),
    ];
    let mut line = serde_json::Map::new();
    for (name, share, target) in shares {
        let value = percentile(&mut times, share);
        report.add(&format!("{title} {name}"), value, "ms", target);
        line.insert(format!("{}_ms", name.replace('.', "_")), json!(value));
    }
    let mut systems = cost.watch.milliseconds(TICKS);
    systems.insert("replication".to_owned(), json!(cost.replication * 1e3 / f64::from(TICKS)));
    if full {
        for (name, each) in &systems {
            let each = each.as_f64().unwrap_or(f64::NAN);
            report.add(&format!("    of it {name}"), each, "ms", Target::None);
        }
    }
    let seconds = f64::from(TICKS) / 20.0;
    let sent = cost.bytes as f64 / 1e3 / seconds / f64::from(size);
    report.add(&format!("{size} players, sent to each"), sent, "kB/s", Target::AtMost(20.0));
    let Counted { hits, skills, deaths, events, refused } = cost.counted;
    let a_second = |count: u64| count as f64 / seconds;
    report.add(&format!("{size} players, hits a second"), a_second(hits), "", Target::None);
    line.insert("by_system".to_owned(), systems.into());
    line.insert("kb_per_s_per_client".to_owned(), json!(sent));
    line.insert("hits_per_s".to_owned(), json!(a_second(hits)));
    line.insert("skills_per_s".to_owned(), json!(a_second(skills)));
    line.insert("player_deaths_per_s".to_owned(), json!(a_second(deaths[0])));
    line.insert("creature_deaths_per_s".to_owned(), json!(a_second(deaths[1])));
    line.insert("events_per_s".to_owned(), json!(a_second(events)));
    line.insert("refused_per_s".to_owned(), json!(a_second(refused)));
    line.into()
}

fn by_threads(report: &mut Report, seed: u64) -> Result<()> {
    let size = SIZES[SIZES.len() - 1];
    let mut alone = f64::NAN;
    for threads in [1, 2, 4, 8].into_iter().filter(|threads| *threads <= cores().max(2)) {
        let mut cost = with_threads(threads, || measure(size, seed))?;
        let median = percentile(&mut cost.whole, 0.5);
        let title = format!("{size} players, {threads} threads, tick p50");
        report.add(&title, median, "ms", Target::None);
        let replication = cost.replication * 1e3 / f64::from(TICKS);
        report.add("    of it replication", replication, "ms", Target::None);
        if threads == 1 {
            alone = median;
            continue;
        }
        let target = match threads {
            2 => Target::AtLeast(1.7),
            8 => Target::AtLeast(5.0),
            _ => Target::None,
        };
        report.add(&format!("times faster on {threads} threads"), alone / median, "x", target);
    }
    Ok(())
}

fn measure(size: u32, seed: u64) -> Result<Cost> {
    let mut camp = Camp::open(size, seed)?;
    let mut cost = Cost {
        whole: Vec::new(),
        replication: 0.0,
        watch: Stopwatch::default(),
        bytes: 0,
        counted: Counted::default(),
    };
    for tick in 0..WARM_TICKS + TICKS {
        if tick == WARM_TICKS {
            cost.whole.clear();
            (cost.replication, cost.bytes) = (0.0, 0);
            (cost.watch, cost.counted) = (Stopwatch::default(), Counted::default());
        }
        camp.decide(tick);
        camp.tick(&mut cost);
    }
    Ok(cost)
}

impl Camp {
    fn open(size: u32, seed: u64) -> Result<Self> {
        let content = content(size)?;
        let zone = Zone::new(Arc::clone(&content), ZoneId::new(1), seed, 1)?;
        let map = Arc::clone(&content.zone(ZoneId::new(1)).context("it was made")?.map);
        let mut camp = Self {
            zone,
            replicator: Replicator::new(InterestSettings::GAME, map),
            ledger: MemoryLedger::new(),
            hands: vec![Hand::default(); size as usize],
            hosts: Vec::new(),
            commands: Vec::new(),
        };
        for n in 1..=size {
            let player = PlayerId::new(u64::from(n));
            let character = fighter(&content, n, &mut camp.ledger).context("class and faction")?;
            camp.ledger.enrol(player, &character);
            camp.replicator.join(player);
            camp.hosts.push(Command::Join { player, character: Box::new(character) });
        }
        Ok(camp)
    }

    /// What everybody does in the next tick.
    fn decide(&mut self, tick: u32) {
        self.commands.clear();
        self.commands.append(&mut self.hosts);
        let view = self.zone.view();
        for (hand, n) in self.hands.iter_mut().zip(1_u32..) {
            let player = PlayerId::new(u64::from(n));
            let Some((_, own)) = view.player(player) else { continue };
            let place = ground(own.walker.position);
            let known = hand.foe.and_then(|foe| living(view, foe));
            if known.is_none() || (tick + n).is_multiple_of(LOOK_TICKS) {
                hand.foe = nearest(view, place);
            }
            let foe = hand.foe.and_then(|foe| living(view, foe));
            hand.sequence = hand.sequence.wrapping_add(1);
            let input = foe.map_or_else(Input::default, |foe| {
                strike(view, n, (place, foe), own.cast.is_some())
            });
            self.commands.push(Command::Input { player, sequence: hand.sequence, input });
        }
    }

    /// The measured part, and the bookkeeping of a host beside it.
    fn tick(&mut self, cost: &mut Cost) {
        let start = Instant::now();
        let output = self.zone.step(&self.commands, &mut cost.watch);
        let stepped = Instant::now();
        let link = Link { writable: true, ..Link::default() };
        let bytes = &mut cost.bytes;
        self.replicator.update(
            output.view,
            output.events,
            |_| link,
            |_, frame| *bytes += frame.len() as u64,
        );
        cost.replication += stepped.elapsed().as_secs_f64();
        cost.whole.push(start.elapsed().as_secs_f64() * 1e3);
        self.hosts = self.ledger.settle(ZoneId::new(1), output.intents);
        for event in output.events {
            count(event, output.view, &mut cost.counted);
            if let Event::Revived { actor } = event {
                // Back to the fight at once, so that all of them fight.
                let entry = output
                    .view
                    .players
                    .iter()
                    .find(|entry| output.view.actor[entry.index as usize] == *actor);
                if let Some(entry) = entry {
                    let place = place_of(entry.player.get());
                    self.hosts.push(Command::Place { player: entry.player, place });
                }
            }
        }
    }
}

fn content(size: u32) -> Result<Arc<Content>> {
    let vale = Content::embedded();
    let vale = vale.zone(ZoneId::new(1)).context("the embedded content has zone 1")?;
    let (centre, radius) = CAMP;
    let zone = format!(
        "(id: 1, name: \"Camp\", map: File(\"maps/ground.map\"), respawn: (128.0, 40.0),
          safe_radius: 8.0, arrival: (centre: (128.0, 40.0), radius: 6.0),
          spawn_groups: [(creature: 104, count: {size}, centre: ({:.1}, {:.1}), radius: {radius:.1})],
          npcs: [], portals: [], open_channel_at: 4096, characters_max: 4096)",
        centre.x, centre.y
    );
    zones::content_with(&zone, Some(&vale.map_bytes), &[("creatures/104", &tough)])
}

/// A creature's file with the camp's hit points.
fn tough(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let is_hit_points = line.trim_start().starts_with("hit_points:");
        if is_hit_points { format!("hit_points: {HIT_POINTS},") } else { line.to_owned() }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A character of level 8 whose points are spent as the rules' reference character spends them.
fn fighter(content: &Content, n: u32, ledger: &mut MemoryLedger) -> Option<Character> {
    let class = ClassId::new((n % 4) as u8 + 1);
    let mut uids = || ledger.fresh_uid();
    let name = format!("Fighter {n}");
    let character = starter(content, class, FactionId::new(1), &name, 0, &mut uids)?;
    let mut character =
        Character { level: Level::new(LEVEL), place: Some(place_of(u64::from(n))), ..character };
    let points = u16::from(LEVEL) - 1;
    let driver = [0, 1, 2, 2][usize::from(class.get()) - 1];
    character.sheet.spent[driver] += 2 * points;
    character.sheet.spent[3] += points;
    let second = content.skills().iter().find(|skill| {
        skill.learner == massless_core::content::skill::Learner::Class(class)
            && skill.level.get() > 1
    })?;
    character.sheet.bar[1] = massless_core::character::BarEntry::Skill(second.id);
    Some(character)
}

fn place_of(n: u64) -> Vec2 {
    let share = |word: u64| (word & 0xFF_FFFF) as f32 / 16_777_216.0 * 2.0 - 1.0;
    let (centre, radius) = CAMP;
    centre + Vec2::new(share(mix(n)), share(mix(n) >> 32)) * radius * 0.7
}

fn living(view: &View, actor: ActorId) -> Option<usize> {
    view.index_of(actor).filter(|&index| {
        let stands = !matches!(view.pose[index], Pose::Dead | Pose::Returning);
        stands && view.hit_point_share[index] > 0
    })
}

fn nearest(view: &View, place: Vec2) -> Option<ActorId> {
    let way = |index: usize| ground(view.position[index]).distance_squared(place);
    let near = view.cells.near(place, 25.0).map(|index| index as usize);
    let foes = near.filter(|&index| {
        matches!(view.kind[index], Kind::Creature(_)) && living(view, view.actor[index]).is_some()
    });
    let best = foes.min_by(|&a, &b| way(a).total_cmp(&way(b)).then(a.cmp(&b)));
    best.map(|index| view.actor[index])
}

/// Walks up to the foe and holds both skills down; stands for casts.
fn strike(view: &View, n: u32, (place, foe): (Vec2, usize), casts: bool) -> Input {
    let to_foe = ground(view.position[foe]) - place;
    let reach = if n % 4 + 1 < 3 { 2.2 } else { 7.0 };
    let way =
        if casts || to_foe.length() < reach { Vec2::ZERO } else { to_foe.normalize_or_zero() };
    #[expect(clippy::cast_possible_truncation, reason = "a unit vector")]
    let steps = |part: f32| (part * 127.0) as i8;
    Input {
        direction: [steps(way.x), steps(way.y)],
        facing: facing_of(to_foe).unwrap_or_default(),
        buttons: 0b11,
        target: Some(view.actor[foe]),
        aim: None,
        // As with the usual delay of a player.
        rewind: 3,
    }
}

fn count(event: &Event, view: &View, counted: &mut Counted) {
    counted.events += 1;
    match event {
        Event::Hit { .. } => counted.hits += 1,
        Event::SkillUsed { .. } => counted.skills += 1,
        Event::Rejected { .. } => counted.refused += 1,
        Event::Died { actor, .. } => {
            let index = view.index_of(*actor);
            let is_player = index.is_some_and(|at| matches!(view.kind[at], Kind::Character { .. }));
            counted.deaths[usize::from(!is_player)] += 1;
        }
        _ => {}
    }
}
