//! Zones to measure: a map of any size full of wandering creatures, and people among them.

use std::sync::Arc;

use anyhow::{Result, anyhow};
use massless_core::command::{Character, Command, Input};
use massless_core::content::{Content, SourceFile};
use massless_core::ids::{PlayerId, ZoneId};
use massless_core::limits::SPAWNS_PER_TICK;
use massless_core::math::Vec2;
use massless_core::units::Facing;
use massless_core::zone::{NoProbe, Zone};

use crate::mix;

/// Ticks until a fresh zone's creatures walk about, once they are there; in a large one most do already
/// when the last ones come.
const SETTLE_TICKS: u32 = 200;
const SETTLE_LARGE_TICKS: u32 = 100;
/// From so many creatures on a zone is large.
const LARGE: u32 = 50_000;

/// Rest of a strolling creature in ticks, as the rules have it, and shorter: all of them walk.
const RESTS: (&str, &str) = ("(100, 200)", "(20, 60)");
/// Kinds that stroll about; one of four notices who comes near.
const KINDS: [u32; 4] = [101, 102, 103, 104];

/// A zone of Cinder Vale's ground (or a plain, `flat` metres wide) with that many creatures,
/// settled.
pub(crate) fn settled(creatures: u32, flat: Option<u32>, seed: u64) -> Result<Zone> {
    let content = content(creatures, flat)?;
    let mut zone = Zone::new(content, ZoneId::new(1), seed, 1)?;
    let births = creatures.div_ceil(u32::try_from(SPAWNS_PER_TICK)?);
    let settle = if creatures < LARGE { SETTLE_TICKS } else { SETTLE_LARGE_TICKS };
    for _ in 0..births + settle {
        zone.step(&[], &mut NoProbe);
    }
    Ok(zone)
}

/// How a file's text is changed.
type Edit<'a> = &'a dyn Fn(&str) -> String;

/// The embedded definitions with this as the only zone, and without quests, which name people of
/// others.
///
/// `edits` change the files whose paths begin so.
pub(crate) fn content_with(
    zone: &str,
    map: Option<&[u8]>,
    edits: &[(&str, Edit<'_>)],
) -> Result<Arc<Content>> {
    let dropped = ["zones/", "maps/", "quests/"];
    let mut texts = Vec::new();
    for file in Content::embedded_files() {
        if dropped.iter().any(|folder| file.path.starts_with(folder)) {
            continue;
        }
        let edit = edits.iter().find(|(path, _)| file.path.starts_with(path));
        let bytes = match edit {
            Some((_, edit)) => edit(std::str::from_utf8(file.bytes)?).into_bytes(),
            None => file.bytes.to_vec(),
        };
        texts.push((file.path, bytes));
    }
    texts.push(("zones/1-measured.ron", zone.as_bytes().to_vec()));
    if let Some(map) = map {
        texts.push(("maps/ground.map", map.to_vec()));
    }
    let files: Vec<SourceFile<'_>> =
        texts.iter().map(|(path, bytes)| SourceFile { path, bytes }).collect();
    Ok(Arc::new(Content::load(&files)?))
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
    let restless = |text: &str| text.replace(RESTS.0, RESTS.1);
    let map = flat.is_none().then_some(&vale.map_bytes[..]);
    content_with(&zone, map, &[("rules.ron", &restless)])
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
                KINDS[index as usize % KINDS.len()],
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
                character: Box::new(Character {
                    place: Some(self.place(u64::from(n))),
                    ..Character::plain(&format!("Walker {n}"), 0)
                }),
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
