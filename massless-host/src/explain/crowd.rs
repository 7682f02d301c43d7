//! Who was in the zone when it happened, what they were at, and who did most.

use std::collections::BTreeMap;
use std::sync::Arc;

use massless_core::content::Content;
use massless_core::event::Event;
use massless_core::ids::ActorId;
use massless_core::view::{Kind, Pose, View};
use massless_core::zone::Zone;
use serde_json::{Value, json};

/// Entities that are named in each list.
pub(super) const NAMED_MAX: usize = 5;
/// Edge of the cells in which a crowd is counted, metres.
const CELL_METRES: f32 = 25.0;

/// Counts of one tick.
#[derive(Default)]
pub(super) struct Crowd {
    content: Option<Arc<Content>>,
    /// Actors by kind: characters, creatures by name, NPCs, items, areas.
    pub(super) kinds: BTreeMap<String, u32>,
    /// Actors by what they were doing.
    pub(super) poses: BTreeMap<String, u32>,
    /// Characters by number.
    names: BTreeMap<u64, String>,
    /// What each actor is called.
    actors: BTreeMap<ActorId, String>,
    /// Facts of the tick by kind.
    pub(super) events: BTreeMap<&'static str, u32>,
    /// Facts of the tick that each actor brought about or met, most first.
    pub(super) busiest: Vec<(u64, String, u32)>,
    /// Actors that most others attack.
    pub(super) hunted: Vec<(u64, String, u32)>,
    /// The fullest cell: middle (east, north) and how many stand in it.
    pub(super) fullest: Option<((f32, f32), u32)>,
}

impl Crowd {
    /// The zone before the tick.
    pub(super) fn before(zone: &Zone, content: &Arc<Content>) -> Self {
        let mut crowd = Self { content: Some(Arc::clone(content)), ..Self::default() };
        crowd.look(zone.view());
        crowd
    }

    fn look(&mut self, view: &View) {
        let players = view.players.iter().zip(&view.names);
        let mut owners: BTreeMap<usize, &String> = BTreeMap::new();
        for (entry, name) in players {
            owners.insert(entry.index as usize, name);
            self.names.insert(entry.player.get(), name.clone());
        }
        let mut hunted: BTreeMap<ActorId, u32> = BTreeMap::new();
        let mut cells: BTreeMap<(i32, i32), u32> = BTreeMap::new();
        for index in 0..view.len() {
            let kind = self.word(view.kind[index]);
            *self.kinds.entry(kind.clone()).or_default() += 1;
            if matches!(view.kind[index], Kind::Character { .. } | Kind::Creature(_)) {
                *self.poses.entry(pose(view.pose[index]).to_owned()).or_default() += 1;
            }
            let name = owners.get(&index).map_or(kind, |name| format!("{name} (player)"));
            self.actors.insert(view.actor[index], name);
            if view.target[index].get() > 0 {
                *hunted.entry(view.target[index]).or_default() += 1;
            }
            let place = view.position[index];
            let cell = |metres: f32| (metres / CELL_METRES).floor() as i32;
            *cells.entry((cell(place.x), cell(place.z))).or_default() += 1;
        }
        self.hunted = self.most(&hunted);
        let middle = |cell: i32| (cell as f32 + 0.5) * CELL_METRES;
        let fullest =
            cells.into_iter().max_by_key(|(cell, count)| (*count, std::cmp::Reverse(*cell)));
        self.fullest = fullest.map(|((x, z), count)| ((middle(x), middle(z)), count));
    }

    /// What happened in the tick.
    pub(super) fn note(&mut self, events: &[Event], view: &View) {
        // A zone that was just restored shows nothing before its first tick.
        if self.kinds.is_empty() {
            self.look(view);
        }
        for index in 0..view.len() {
            let actor = view.actor[index];
            if !self.actors.contains_key(&actor) {
                let word = self.word(view.kind[index]);
                self.actors.insert(actor, word);
            }
        }
        let mut busy: BTreeMap<ActorId, u32> = BTreeMap::new();
        for event in events {
            let (kind, actors) = seen(event);
            *self.events.entry(kind).or_default() += 1;
            for actor in actors.into_iter().flatten() {
                *busy.entry(actor).or_default() += 1;
            }
        }
        self.busiest = self.most(&busy);
    }

    fn most(&self, counts: &BTreeMap<ActorId, u32>) -> Vec<(u64, String, u32)> {
        let mut counts: Vec<(ActorId, u32)> = counts.iter().map(|(id, n)| (*id, *n)).collect();
        counts.sort_by_key(|&(actor, count)| (std::cmp::Reverse(count), actor));
        counts.truncate(NAMED_MAX);
        let name = |actor| self.actors.get(&actor).cloned().unwrap_or_else(|| "gone".to_owned());
        counts.into_iter().map(|(actor, n)| (actor.get(), name(actor), n)).collect()
    }

    fn word(&self, kind: Kind) -> String {
        let content = self.content.as_ref();
        match kind {
            Kind::Character { .. } => "player".to_owned(),
            Kind::Creature(id) => content
                .and_then(|content| content.creature(id))
                .map_or_else(|| format!("creature {id}"), |it| it.name.clone()),
            Kind::Npc(_) => "NPC".to_owned(),
            Kind::Item { .. } => "item on the ground".to_owned(),
            Kind::Area { .. } => "marked area".to_owned(),
        }
    }

    /// The name of a player's character, if it was there.
    pub(super) fn name_of(&self, player: u64) -> Option<&str> {
        self.names.get(&player).map(String::as_str)
    }

    pub(super) fn json(&self) -> Value {
        let named = |list: &[(u64, String, u32)]| -> Vec<Value> {
            let shown = |(id, name, count): &(u64, String, u32)| json!({ "actor": id, "name": name, "count": count });
            list.iter().map(shown).collect()
        };
        json!({
            "kinds": self.kinds, "poses": self.poses, "events": self.events,
            "busiest": named(&self.busiest), "hunted": named(&self.hunted),
            "fullest_cell": self.fullest.map(|((x, z), count)| {
                json!({ "x": x, "z": z, "actors": count })
            }),
        })
    }
}

const fn pose(pose: Pose) -> &'static str {
    match pose {
        Pose::Idle => "idle",
        Pose::Walking | Pose::Falling | Pose::Leaping => "moving",
        Pose::Alert => "chasing",
        Pose::Returning => "returning",
        Pose::Absent => "left behind",
        Pose::Dead => "dead",
        Pose::Casting | Pose::Fighting | Pose::Stunned => "fighting",
    }
}

/// A fact's kind and the actors that it is about.
fn seen(event: &Event) -> (&'static str, [Option<ActorId>; 2]) {
    match event {
        Event::Joined { actor, .. } => ("arrivals", [Some(*actor), None]),
        Event::Left { actor, .. } => ("departures", [Some(*actor), None]),
        Event::Rejected { .. } => ("refused commands", [None, None]),
        Event::Hit { source, target, .. } => ("blows", [Some(*source), Some(*target)]),
        Event::Healed { source, target, .. } => ("healings", [Some(*source), Some(*target)]),
        Event::EffectGained { target, .. } | Event::EffectLost { target, .. } => {
            ("effects", [Some(*target), None])
        }
        Event::CastBegan { actor, .. }
        | Event::SkillUsed { actor, .. }
        | Event::CastBroken { actor, .. } => ("skills", [Some(*actor), None]),
        _ => ("other facts", [None, None]),
    }
}
