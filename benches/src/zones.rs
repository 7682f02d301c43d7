//! Zones to measure: a map of any size full of wandering creatures, and people among them.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use massless_core::command::{Character, Command, Input};
use massless_core::content::{Content, SourceFile};
use massless_core::ids::{PlayerId, ZoneId};
use massless_core::math::Vec2;
use massless_core::units::{Facing, HitPoints, Level};
use massless_core::zone::{NoProbe, Zone};

use crate::mix;

/// Ticks until a fresh zone has its creatures and they walk about.
const SETTLE_TICKS: u32 = 200;

const RULES: &str = "(
    walk_speed: 5.0, character_hit_points: 319, wander_radius: 5.0, wander_rest_ticks: (20, 60),
    notice_interval_ticks: 5, chase_path_interval_ticks: 40, leash: 40.0, return_speed_bp: 15000,
    return_ticks_max: 200,
)";

/// Of each four creatures one notices who comes near and follows.
fn creature(id: u32) -> String {
    let (category, notice) =
        if id == 4 { ("Aggressive", "Some(12.0)") } else { ("Normal", "None") };
    format!(
        "(id: {id}, name: \"Walker\", category: {category}, level: 1, hit_points: 100, attack: 1,
          damage: Physical, defence: 0, magic_defence: 0, swing_interval_ticks: 40, reach: 2.0,
          speed: 3.0, notice_radius: {notice}, experience: 1, coin: (0, 1))"
    )
}

/// A zone of Cinder Vale's ground (or a plain, `flat` metres wide) with that many creatures,
/// settled.
pub(crate) fn settled(creatures: u32, flat: Option<u32>, seed: u64) -> Result<Zone> {
    let content = content(creatures, flat)?;
    let mut zone = Zone::new(content, ZoneId::new(1), seed, 1)?;
    for _ in 0..SETTLE_TICKS {
        zone.step(&[], &mut NoProbe);
    }
    Ok(zone)
}

fn content(creatures: u32, flat: Option<u32>) -> Result<Arc<Content>> {
    let vale = Content::embedded();
    let vale =
        vale.zone(ZoneId::new(1)).ok_or_else(|| anyhow!("the embedded content has zone 1"))?;
    let size = flat.unwrap_or(256);
    let map = flat.map_or_else(
        || "File(\"maps/ground.map\")".to_owned(),
        |_| format!("Flat({size}, {size})"),
    );
    let zone = format!(
        "(id: 1, name: \"Measured\", map: {map}, respawn: (128.0, 40.0), safe_radius: 8.0,
          arrival: (centre: (128.0, 40.0), radius: 6.0), spawn_groups: [{}], npcs: [], portals: [],
          open_channel_at: 4096, characters_max: 4096)",
        groups(creatures, size as f32)
    );
    let mut texts =
        vec![("rules.ron".to_owned(), RULES.to_owned()), ("zones/1-measured.ron".to_owned(), zone)];
    texts.extend((1..=4).map(|id| (format!("creatures/{id}-walker.ron"), creature(id))));
    let bytes = vale.map.encode();
    let mut files: Vec<SourceFile<'_>> =
        texts.iter().map(|(path, text)| SourceFile { path, bytes: text.as_bytes() }).collect();
    if flat.is_none() {
        files.push(SourceFile { path: "maps/ground.map", bytes: &bytes });
    }
    Ok(Arc::new(Content::load(&files)?))
}

/// Spawn groups in a grid over the map, the creatures shared out evenly.
fn groups(creatures: u32, size: f32) -> String {
    let edge = 8_u32;
    let mut groups = Vec::new();
    for index in 0..edge * edge {
        let count = creatures / (edge * edge) + u32::from(index < creatures % (edge * edge));
        let step = size / edge as f32;
        let x = (index % edge) as f32 * step + step / 2.0;
        let z = (index / edge) as f32 * step + step / 2.0;
        if count > 0 {
            groups.push(format!(
                "(creature: {}, count: {count}, centre: ({x:.1}, {z:.1}), radius: {:.1})",
                index % 4 + 1,
                step / 2.0
            ));
        }
    }
    groups.join(", ")
}

/// People who walk at random and send an input each tick.
pub(crate) struct Crowd {
    /// Number of people.
    pub(crate) people: u32,
    /// Where they begin: everybody within that distance of the middle of a map that wide.
    pub(crate) spread_metres: f32,
    /// Edge of the map.
    pub(crate) size_metres: f32,
}

impl Crowd {
    /// All of them come in.
    pub(crate) fn join(&self) -> Vec<Command> {
        (1..=self.people)
            .map(|n| Command::Join {
                player: PlayerId::new(u64::from(n)),
                character: Character {
                    name: format!("Walker {n}"),
                    look: 0,
                    level: Level::new(1),
                    hit_points: HitPoints::new(319),
                    place: Some(self.place(u64::from(n))),
                    facing: Facing::default(),
                },
            })
            .collect()
    }

    /// Everybody's input; each takes another direction every two seconds, not all at once.
    pub(crate) fn walk(&self, tick: u32) -> Vec<Command> {
        (1..=self.people)
            .map(|n| {
                let word = mix(u64::from(n) << 32 | u64::from((tick + n * 7) / 40)).to_le_bytes();
                let direction = [word[0].cast_signed() / 2, word[1].cast_signed() / 2];
                let facing = Facing::new(u16::from_le_bytes([word[2], word[3]]));
                #[expect(clippy::cast_possible_truncation, reason = "sequences run in a circle")]
                let sequence = tick as u16;
                let input = Input { direction, facing, ..Input::default() };
                Command::Input { player: PlayerId::new(u64::from(n)), sequence, input }
            })
            .collect()
    }

    fn place(&self, n: u64) -> Vec2 {
        let share = |word: u64| (word & 0xFF_FFFF) as f32 / 16_777_216.0 * 2.0 - 1.0;
        let offset = Vec2::new(share(mix(n)), share(mix(n) >> 32)) * self.spread_metres;
        (Vec2::splat(self.size_metres / 2.0) + offset)
            .clamp(Vec2::splat(2.0), Vec2::splat(self.size_metres - 2.0))
    }
}
