//! `zones/<id>-<name>.ron`: a zone's map, its people and who lives where.

use std::sync::Arc;

use serde::Deserialize;

use super::Known;
use super::map::{Cell, Map};
use super::source::{Loader, Sheet};
use crate::ids::{CreatureId, FactionId, NpcId, ZoneId};
use crate::limits::{ACTORS_MAX, CHARACTERS_MAX, MAP_CELLS_MAX};
use crate::math::Vec2;
use crate::units::Level;

/// Factions of the game rules, section 4.
const FACTIONS: u8 = 3;

/// What an NPC is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum NpcRole {
    /// Sells and buys.
    Shop,
    /// Refines gear.
    Smith,
    /// Gives quests.
    QuestGiver,
    /// Keeps a character's storage.
    StorageKeeper,
    /// Teaches skills.
    Trainer,
    /// Market and mail.
    Clerk,
    /// Brings travellers to places they know.
    Waykeeper,
    /// Keeps the town.
    Guard,
}

/// An NPC and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct NpcDef {
    /// Its id, zone x 100 + n.
    pub id: NpcId,
    /// Shown name.
    pub name: String,
    /// What it is for.
    pub role: NpcRole,
    /// Where it stands.
    pub place: Vec2,
    /// It fights like that creature; `None` never fights and cannot be harmed.
    pub creature: Option<CreatureId>,
    /// What it sells; `None`: nothing, whatever its role is.
    pub shop: Option<u8>,
}

/// Creatures of one kind that live in a circle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpawnGroup {
    /// Which kind.
    pub creature: CreatureId,
    /// How many.
    pub count: u32,
    /// Middle of the circle.
    pub centre: Vec2,
    /// Radius of the circle, metres.
    pub radius: f32,
}

/// A way into another zone.
#[derive(Clone, Debug, PartialEq)]
pub struct PortalDef {
    /// Shown name of where it leads.
    pub name: String,
    /// Its middle.
    pub place: Vec2,
    /// Its radius, metres.
    pub radius: f32,
    /// The zone it leads to. A portal to a zone that the content set lacks is shown and closed.
    pub zone: ZoneId,
    /// Where one arrives there.
    pub arrival: Vec2,
    /// Only for this faction.
    pub faction: Option<FactionId>,
    /// From which level on.
    pub level: Level,
}

/// What a zone feels like: clients choose colours of ground, sky and plants by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[repr(u8)]
pub enum Mood {
    /// Warm and dry: copper light, pale grass.
    #[default]
    Cinder = 0,
    /// Cool and wet: mist, teal water, lush banks.
    Mist = 1,
    /// Deep woods: moss, dark green, thorns.
    Briar = 2,
    /// Wide open grassland under a high sky.
    Plain = 3,
}

/// A circle in which newcomers appear.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Middle.
    pub centre: Vec2,
    /// Radius, metres.
    pub radius: f32,
}

/// A zone.
#[derive(Clone, Debug)]
pub struct ZoneDef {
    /// Its id.
    pub id: ZoneId,
    /// Shown name.
    pub name: String,
    /// What it feels like.
    pub mood: Mood,
    /// Its ground.
    pub map: Arc<Map>,
    /// The ground as a map file, for clients.
    pub map_bytes: Arc<[u8]>,
    /// Where the dead and the lost come back.
    pub respawn: Vec2,
    /// Radius of the safe circle round the respawn point, metres.
    pub safe_radius: f32,
    /// Where newcomers appear.
    pub arrival: Area,
    /// Who lives where.
    pub spawn_groups: Vec<SpawnGroup>,
    /// Its people, rising by id.
    pub npcs: Vec<NpcDef>,
    /// Ways out.
    pub portals: Vec<PortalDef>,
    /// Characters beyond which newcomers get a further channel.
    pub open_channel_at: u32,
    /// Characters beyond which nobody enters.
    pub characters_max: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawZone {
    id: u32,
    name: String,
    #[serde(default)]
    mood: Mood,
    map: RawMap,
    respawn: (f32, f32),
    safe_radius: f32,
    arrival: RawArea,
    spawn_groups: Vec<RawGroup>,
    npcs: Vec<RawNpc>,
    portals: Vec<RawPortal>,
    open_channel_at: u32,
    characters_max: u32,
}

#[derive(Deserialize)]
enum RawMap {
    File(String),
    Flat(u32, u32),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawArea {
    centre: (f32, f32),
    radius: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGroup {
    creature: u16,
    count: u32,
    centre: (f32, f32),
    radius: f32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawNpc {
    id: u16,
    name: String,
    role: NpcRole,
    place: (f32, f32),
    #[serde(default)]
    creature: Option<u16>,
    #[serde(default)]
    shop: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPortal {
    name: String,
    place: (f32, f32),
    radius: f32,
    zone: u32,
    arrival: (f32, f32),
    #[serde(default)]
    faction: Option<u8>,
    #[serde(default)]
    level: Option<u8>,
}

pub(super) fn load(loader: &mut Loader<'_>, known: &Known) -> Vec<ZoneDef> {
    let files = loader.files_of("zones");
    if files.is_empty() {
        loader.file_error("zones/", "no zone is defined", "at least one zones/<id>-<name>.ron");
    }
    let mut zones: Vec<ZoneDef> = Vec::new();
    for file in files {
        let Some((raw, mut sheet)) = loader.parse::<RawZone>(file) else { continue };
        check(&raw, &mut sheet);
        check_references(&raw, known, &mut sheet);
        if zones.iter().any(|other| other.id.get() == raw.id) {
            sheet.error("id", format_args!("zone {} is defined twice", raw.id), "each id once");
        }
        let map = load_map(&raw, loader, file.path);
        if let Some(map) = &map {
            check_places(&raw, map, &mut sheet);
        }
        loader.collect(sheet);
        zones.extend(map.map(|map| frozen(raw, map)));
    }
    zones.sort_by_key(|zone| zone.id);
    zones
}

fn load_map(raw: &RawZone, loader: &mut Loader<'_>, zone: &str) -> Option<Map> {
    let path = match &raw.map {
        RawMap::Flat(width, depth) => return Some(Map::flat(*width, *depth)),
        RawMap::File(path) => path,
    };
    let Some(file) = loader.file(path) else {
        let problem = format!("map: the content set has no file {path:?}");
        loader.file_error(
            zone,
            problem,
            "File(\"maps/<name>.map\") of this set, Flat(width, depth)",
        );
        return None;
    };
    match Map::decode(file.bytes) {
        Ok(map) => Some(map),
        Err(error) => {
            loader.file_error(path, error, "a map file of this version");
            None
        }
    }
}

fn check(raw: &RawZone, sheet: &mut Sheet<'_>) {
    sheet.id_in_name(raw.id);
    sheet.name("name", &raw.name);
    if let RawMap::Flat(width, depth) = raw.map {
        sheet.range("map", width, 1..=MAP_CELLS_MAX);
        sheet.range("map", depth, 1..=MAP_CELLS_MAX);
    }
    sheet.range("safe_radius", raw.safe_radius, 0.0..=256.0);
    sheet.range("arrival.radius", raw.arrival.radius, 0.0..=1_024.0);
    sheet.range("characters_max", raw.characters_max, 1..=CHARACTERS_MAX as u32);
    sheet.range("open_channel_at", raw.open_channel_at, 1..=raw.characters_max.max(1));
    for (index, npc) in raw.npcs.iter().enumerate() {
        sheet.name(&format!("npcs[{index}].name"), &npc.name);
        if raw.npcs[..index].iter().any(|other| other.id == npc.id) {
            let problem = format!("npc {} is defined twice", npc.id);
            sheet.error(&format!("npcs[{index}].id"), problem, "each id once");
        }
    }
    for (index, portal) in raw.portals.iter().enumerate() {
        sheet.name(&format!("portals[{index}].name"), &portal.name);
        sheet.range(&format!("portals[{index}].radius"), portal.radius, 0.5..=20.0);
        let beyond = MAP_CELLS_MAX as f32;
        let field = format!("portals[{index}].arrival");
        sheet.place(&field, place_of(portal.arrival), Vec2::splat(beyond));
        let field = |name: &str| format!("portals[{index}].{name}");
        sheet.range(&field("faction"), portal.faction.unwrap_or(1), 1..=FACTIONS);
        sheet.range(&field("level"), portal.level.unwrap_or(1), 1..=120);
    }
}

fn check_references(raw: &RawZone, known: &Known, sheet: &mut Sheet<'_>) {
    for (index, npc) in raw.npcs.iter().enumerate() {
        if let Some(creature) = npc.creature {
            let field = format!("npcs[{index}].creature");
            sheet.known(&field, "creature", u32::from(creature), &known.creatures);
        }
        if let Some(shop) = npc.shop {
            let field = format!("npcs[{index}].shop");
            sheet.known(&field, "shop", u32::from(shop), &known.shops);
            if npc.role != NpcRole::Shop {
                sheet.error(&field, "only a Shop sells things", "role: Shop, or no shop");
            }
        }
    }
    for (index, group) in raw.spawn_groups.iter().enumerate() {
        let field = format!("spawn_groups[{index}].creature");
        sheet.known(&field, "creature", u32::from(group.creature), &known.creatures);
    }
}

fn check_places(raw: &RawZone, map: &Map, sheet: &mut Sheet<'_>) {
    standing(map, "respawn", raw.respawn, sheet);
    standing(map, "arrival.centre", raw.arrival.centre, sheet);
    for (index, npc) in raw.npcs.iter().enumerate() {
        standing(map, &format!("npcs[{index}].place"), npc.place, sheet);
    }
    for (index, portal) in raw.portals.iter().enumerate() {
        standing(map, &format!("portals[{index}].place"), portal.place, sheet);
    }
    let mut actors = raw.npcs.len() as u64 + u64::from(raw.characters_max);
    for (index, group) in raw.spawn_groups.iter().enumerate() {
        actors += u64::from(group.count);
        let field = |name: &str| format!("spawn_groups[{index}].{name}");
        sheet.range(&field("count"), group.count, 1..=ACTORS_MAX as u32);
        sheet.range(&field("radius"), group.radius, 0.5..=1_024.0);
        sheet.place(&field("centre"), place_of(group.centre), map.extent());
        if !has_open_cell(map, group) {
            sheet.error(
                &field("centre"),
                "no open cell in the circle",
                "a circle with open ground",
            );
        }
    }
    if actors > ACTORS_MAX as u64 {
        let problem = format!("{actors} creatures, NPCs and characters");
        sheet.error("spawn_groups", problem, format_args!("at most {ACTORS_MAX} together"));
    }
}

/// Notes an error unless a body can stand there.
fn standing(map: &Map, field: &str, place: (f32, f32), sheet: &mut Sheet<'_>) {
    let place = place_of(place);
    sheet.place(field, place, map.extent());
    if place.is_finite() && map.index_of(Cell::at(place)).is_some() && !map.is_clear(place) {
        let problem = format!("nobody can stand at ({}, {})", place.x, place.y);
        let way_out = map.nearest_open(place).map_or_else(
            || "open ground, of which this map has none".to_owned(),
            |open| format!("open ground, the nearest at ({}, {})", open.x, open.y),
        );
        sheet.error(field, problem, way_out);
    }
}

fn has_open_cell(map: &Map, group: &RawGroup) -> bool {
    let centre = place_of(group.centre);
    if !centre.is_finite() || !group.radius.is_finite() {
        return true; // said elsewhere
    }
    let low = Cell::at((centre - group.radius).clamp(Vec2::ZERO, map.extent()));
    let high = Cell::at((centre + group.radius).clamp(Vec2::ZERO, map.extent()));
    (low.z..=high.z).flat_map(|z| (low.x..=high.x).map(move |x| Cell { x, z })).any(|cell| {
        map.is_open(cell) && cell.centre().distance_squared(centre) <= group.radius * group.radius
    })
}

fn place_of((x, z): (f32, f32)) -> Vec2 {
    Vec2::new(x + 0.0, z + 0.0)
}

fn frozen(raw: RawZone, map: Map) -> ZoneDef {
    let mut npcs: Vec<NpcDef> = raw
        .npcs
        .into_iter()
        .map(|npc| NpcDef {
            id: NpcId::new(npc.id),
            name: npc.name,
            role: npc.role,
            place: place_of(npc.place),
            creature: npc.creature.map(CreatureId::new),
            shop: npc.shop,
        })
        .collect();
    npcs.sort_by_key(|npc| npc.id);
    let portals = raw.portals.into_iter().map(|portal| PortalDef {
        name: portal.name,
        place: place_of(portal.place),
        radius: portal.radius,
        zone: ZoneId::new(portal.zone),
        arrival: place_of(portal.arrival),
        faction: portal.faction.map(FactionId::new),
        level: Level::new(portal.level.unwrap_or(1)),
    });
    let groups = raw.spawn_groups.into_iter().map(|group| SpawnGroup {
        creature: CreatureId::new(group.creature),
        count: group.count,
        centre: place_of(group.centre),
        radius: group.radius,
    });
    ZoneDef {
        id: ZoneId::new(raw.id),
        name: raw.name,
        mood: raw.mood,
        map_bytes: map.encode().into(),
        map: Arc::new(map),
        respawn: place_of(raw.respawn),
        safe_radius: raw.safe_radius,
        arrival: Area { centre: place_of(raw.arrival.centre), radius: raw.arrival.radius },
        spawn_groups: groups.collect(),
        npcs,
        portals: portals.collect(),
        open_channel_at: raw.open_channel_at,
        characters_max: raw.characters_max,
    }
}
