//! What stands in a zone: the town, a farm, ruins, camps, woods and rocks.
//!
//! Built things are placed first, by hand; woods and rocks fill what is left, each at a jittered
//! place of a grid if it keeps off roads, water, people and what already stands.

use super::Land;
use super::noise::{draw, ramp, share};
use super::plan::{self, Gate, Plan};
use crate::content::map::{Cell, Footprint, Map, Prop, PropKind, Solid};
use crate::math::{Vec2, direction_of, facing_of};
use crate::units::Facing;

/// Radius of the town's wall.
const WALL_RADIUS: f32 = 33.5;
/// How deep a prop is rooted below the lowest ground under it, metres.
const ROOT: f32 = 0.3;
/// Grid in which woods are sown, metres.
const SOWING: f32 = 3.6;

/// All props, in the order they were placed.
pub(super) fn place(land: Land, bare: &Map) -> Vec<Prop> {
    let Land { seed, plan } = land;
    let mut site = Site { land, seed, plan, bare, props: Vec::new(), solids: Vec::new() };
    town(&mut site);
    wall(&mut site);
    plan.water.bridges.iter().for_each(|&ends| bridge(&mut site, ends));
    plan.farm.into_iter().for_each(|middle| farm(&mut site, middle));
    plan.ruin.into_iter().for_each(|middle| ruin(&mut site, middle));
    camps(&mut site);
    plan.gates.iter().for_each(|gate| portal(&mut site, *gate));
    woods(&mut site);
    rocks(&mut site);
    site.props
}

/// What is being built, on the bare ground.
struct Site<'a> {
    land: Land,
    plan: &'static Plan,
    seed: u64,
    bare: &'a Map,
    props: Vec<Prop>,
    solids: Vec<Solid>,
}

impl Site<'_> {
    /// Sets a prop, `tall` metres above the ground at its middle.
    fn set(&mut self, kind: PropKind, footprint: Footprint, centre: Vec2, yaw: Facing, tall: f32) {
        let mut prop = Prop { kind, footprint, centre, yaw, base: 0.0, top: 1.0 };
        let half = Solid::of(&prop).half_bounds();
        let (low, high) = (centre - half, centre + half);
        let (from, to) = (Cell::at(low), Cell::at(high));
        let mut lowest = f32::MAX;
        for z in from.z..=to.z + 1 {
            for x in from.x..=to.x + 1 {
                lowest = lowest.min(self.bare.height_at(x as f32, z as f32));
            }
        }
        prop.base = lowest - ROOT;
        prop.top = self.bare.height_at(centre.x, centre.y) + tall;
        self.solids.push(Solid::of(&prop));
        self.props.push(prop);
    }

    fn block(&mut self, kind: PropKind, centre: Vec2, yaw: Facing, (half, tall): (Vec2, f32)) {
        self.set(kind, Footprint::Box { half_x: half.x, half_z: half.y }, centre, yaw, tall);
    }

    fn round(&mut self, kind: PropKind, centre: Vec2, radius: f32, tall: f32) {
        let yaw = draw(self.seed, 90, self.props.len() as u64) as u16;
        self.set(kind, Footprint::Cylinder { radius }, centre, Facing::new(yaw), tall);
    }

    /// A place is dry, not too steep, off roads and people and `gap` metres from all that stands.
    fn is_free(&self, place: Vec2, radius: f32, gap: f32) -> bool {
        let edge = self.plan.edge as f32;
        let margin = radius + 1.0;
        let is_inside = place.min_element() > margin && place.max_element() < edge - margin;
        is_inside
            && self.plan.road_distance(place) > plan::ROAD_HALF + radius + 0.7
            && self.plan.water_distance(self.seed, place) > radius + 1.6
            && place.distance(self.plan.town) > 8.0 + radius
            && self.plan.gate_distance(place) > 7.0 + radius
            && self.plan.people().all(|person| person.distance(place) > 2.4 + radius)
            && self.plan.crossings().all(|line| plan::segment_distance(place, line) > 5.0 + radius)
            && self.solids.iter().all(|solid| solid.distance(place).0 > radius + gap)
    }

    fn random(&self, stream: u32, number: u64) -> f32 {
        share(self.seed, stream, number)
    }
}

/// Facing from a place towards another.
fn towards(from: Vec2, to: Vec2) -> Facing {
    facing_of(to - from).unwrap_or_default()
}

/// Quarter turn clockwise.
fn across(facing: Facing) -> Facing {
    Facing::new(facing.get().wrapping_add(16_384))
}

/// Houses round the square with their fronts to it, stalls, the well, lamps and goods.
fn town(site: &mut Site<'_>) {
    const HOUSES: [(f32, f32, f32, f32); 13] = [
        (-17.5, -1.8, 3.2, 3.2),
        (18.0, -1.8, 3.4, 3.4),
        (-22.0, -12.0, 3.4, 3.0),
        (22.0, -12.0, 3.6, 3.0),
        (0.0, -21.5, 4.4, 3.2),
        (-11.5, -22.0, 3.2, 2.8),
        (12.0, -22.0, 3.4, 2.8),
        (-14.5, 19.0, 3.4, 3.0),
        (15.5, 19.5, 3.4, 3.0),
        (-25.0, 14.0, 3.0, 2.6),
        (25.5, 14.0, 3.2, 2.6),
        (-20.0, 25.0, 2.8, 2.4),
        (21.5, 24.5, 2.8, 2.4),
    ];
    for (index, (east, north, half_x, half_z)) in HOUSES.into_iter().enumerate() {
        let place = site.plan.town + Vec2::new(east, north);
        let tall = 4.6 + site.random(91, index as u64) * 1.6;
        let yaw = towards(place, site.plan.town);
        site.block(PropKind::House, place, yaw, (Vec2::new(half_x, half_z), tall));
    }
    site.round(PropKind::Well, site.plan.town + Vec2::new(-6.0, 6.0), 1.1, 1.0);
    for (east, north) in [(-9.5, -5.0), (9.5, -5.0), (-6.5, -9.5), (6.5, -9.5), (9.0, 7.0)] {
        let place = site.plan.town + Vec2::new(east, north);
        let size = (Vec2::new(1.4, 0.8), 2.3);
        site.block(PropKind::Stall, place, towards(place, site.plan.town), size);
    }
    for (east, north) in [
        (-3.2, 9.0),
        (3.2, 9.0),
        (-3.2, 22.0),
        (3.2, 22.0),
        (-12.5, 9.2),
        (12.5, 9.2),
        (-24.0, 9.2),
        (24.0, 9.2),
    ] {
        site.round(PropKind::Lamp, site.plan.town + Vec2::new(east, north), 0.15, 3.2);
    }
    for number in 0..26_u64 {
        let turn = Facing::new(draw(site.seed, 92, number) as u16);
        let place = site.plan.town + direction_of(turn) * (9.0 + site.random(93, number) * 18.0);
        if site.is_free(place, 0.6, 0.15) {
            let half = 0.4 + site.random(94, number) * 0.2;
            site.block(PropKind::Crate, place, turn, (Vec2::splat(half), half * 2.0));
        }
    }
}

/// The town's wall, open where roads pass, with a pair of towers at the northern gate.
fn wall(site: &mut Site<'_>) {
    for east in [-5.6, 5.6] {
        let place = site.plan.town + Vec2::new(east, WALL_RADIUS);
        site.block(PropKind::Tower, place, Facing::new(0), (Vec2::splat(2.0), 9.5));
    }
    for piece in 0..52_u32 {
        let turn = Facing::new((piece * 65_536 / 52) as u16);
        let place = site.plan.town + direction_of(turn) * WALL_RADIUS;
        let is_gate = site.plan.road_distance(place) < 5.4;
        let is_clear = site.solids.iter().all(|solid| solid.distance(place).0 > 1.2);
        let rise = (site.bare.height_at(place.x, place.y) - plan::TOWN_HEIGHT).abs();
        if !is_gate && is_clear && rise < 2.5 && site.plan.water_distance(site.seed, place) > 2.5 {
            site.block(PropKind::Wall, place, turn, (Vec2::new(2.05, 0.35), 2.6));
        }
    }
    for (east, north) in
        [(-WALL_RADIUS, 10.4), (-WALL_RADIUS, 3.2), (WALL_RADIUS, 10.4), (WALL_RADIUS, 3.2)]
    {
        let place = site.plan.town + Vec2::new(east * 0.985, north);
        site.block(PropKind::Pillar, place, Facing::new(0), (Vec2::splat(0.7), 4.2));
    }
}

/// Railings on both sides of a dam.
fn bridge(site: &mut Site<'_>, (from, to): (Vec2, Vec2)) {
    let along = (to - from) / from.distance(to);
    let side = Vec2::new(along.y, 0.0 - along.x) * 2.5;
    let yaw = across(towards(from, to));
    let parts = ((from.distance(to) - 1.6) / 2.94) as u8 + 1;
    for part in 0..parts {
        let middle = from + along * (1.6 + f32::from(part) * 2.94);
        for edge in [middle + side, middle - side] {
            site.block(PropKind::Fence, edge, yaw, (Vec2::new(1.4, 0.15), 1.1));
        }
    }
}

/// A farmhouse, a barn and two fenced fields.
fn farm(site: &mut Site<'_>, middle: Vec2) {
    let at = |east: f32, north: f32| middle + Vec2::new(east, north);
    site.block(PropKind::House, at(6.0, -6.0), Facing::new(60_000), (Vec2::new(4.0, 3.0), 5.2));
    site.block(PropKind::House, at(-8.0, 10.0), Facing::new(20_000), (Vec2::new(5.0, 3.4), 6.0));
    site.round(PropKind::Well, at(-3.0, -6.0), 1.0, 1.0);
    for (west, south, wide, deep) in [(2.0, 3.0, 16.0, 12.0), (-16.0, -17.0, 15.0, 9.0)] {
        fenced_field(site, at(west, south), Vec2::new(wide, deep));
    }
    for (east, north) in [(0.5, 0.8), (1.6, 0.4), (-2.2, 7.5), (-2.0, 8.7)] {
        let half = Vec2::splat(0.5);
        site.block(PropKind::Crate, at(east, north), Facing::new(3_000), (half, 1.0));
    }
}

/// Fences round a rectangle with a gap in the middle of its southern side.
fn fenced_field(site: &mut Site<'_>, corner: Vec2, size: Vec2) {
    let (columns, rows) = ((size.x / 3.0) as i32, (size.y / 3.0) as i32);
    for column in 0..columns {
        let east = column as f32 * 3.0 + 1.5;
        for north in [0.0, size.y] {
            if north > 0.0 || column != columns / 2 {
                let place = corner + Vec2::new(east, north);
                site.block(PropKind::Fence, place, Facing::new(0), (Vec2::new(1.45, 0.15), 1.1));
            }
        }
    }
    for row in 0..rows {
        let north = row as f32 * 3.0 + 1.5;
        for east in [0.0, size.x] {
            let place = corner + Vec2::new(east, north);
            site.block(PropKind::Fence, place, Facing::new(16_384), (Vec2::new(1.45, 0.15), 1.1));
        }
    }
}

/// A ring of stones round a dais of two steps.
fn ruin(site: &mut Site<'_>, middle: Vec2) {
    site.block(PropKind::Step, middle, Facing::new(8_192), (Vec2::splat(4.0), 0.25));
    site.block(PropKind::Step, middle, Facing::new(8_192), (Vec2::splat(2.4), 0.55));
    for stone in 0..14_u32 {
        let turn = Facing::new((stone * 65_536 / 14) as u16);
        let tall = 1.6 + site.random(95, u64::from(stone)) * 2.6;
        let place = middle + direction_of(turn) * 9.0;
        site.round(PropKind::Pillar, place, 0.55, tall);
    }
}

/// Stockades and goods of the thieves.
fn camps(site: &mut Site<'_>) {
    let Some(&captain) = site.plan.camps.first() else { return };
    for piece in 0..14_u32 {
        let turn = Facing::new((piece * 65_536 / 14) as u16);
        let place = captain + direction_of(turn) * 9.5;
        if site.plan.road_distance(place) > 3.5 {
            site.block(PropKind::Fence, place, turn, (Vec2::new(1.7, 0.15), 1.6));
        }
    }
    let tower = captain + Vec2::new(14.0, -6.0);
    site.block(PropKind::Tower, tower, Facing::new(9_000), (Vec2::splat(1.6), 7.0));
    for &camp in site.plan.camps {
        for number in 0..6_u64 {
            let key = number + camp.x as u64 * 31;
            let turn = Facing::new(draw(site.seed, 96, key) as u16);
            let place = camp + direction_of(turn) * (4.0 + site.random(97, key) * 3.0);
            if site.is_free(place, 0.7, 0.3) {
                site.block(PropKind::Crate, place, turn, (Vec2::splat(0.5), 0.9));
            }
        }
    }
}

/// Pillars that lead to a portal.
fn portal(site: &mut Site<'_>, gate: Gate) {
    let side = Vec2::new(0.0 - gate.inward.y, gate.inward.x);
    for along in [0.0, 5.0, 10.0] {
        for across in [-4.6, 4.6] {
            let place = gate.place + (side * across + gate.inward * along);
            let tall = 5.0 - along * 0.25;
            let half = Vec2::splat(0.6);
            site.block(PropKind::Pillar, place, Facing::new(0), (half, tall));
        }
    }
}

/// Trees where it is wooded and, thinly, everywhere; bushes between them.
fn woods(site: &mut Site<'_>) {
    let growth = site.plan.growth;
    let side = (site.plan.edge as f32 / SOWING) as u64;
    for number in 0..side * side {
        let corner = Vec2::new((number % side) as f32, (number / side) as f32) * SOWING;
        let jitter = Vec2::new(site.random(100, number), site.random(101, number)) * (SOWING - 0.4);
        let place = corner + jitter;
        let height = site.bare.height_at(place.x, place.y);
        let steep = site.bare.slope_at(place.x, place.y).length();
        let wooded = site.land.forest(place);
        let lone = if site.plan.clearings.iter().any(|&(at, radius)| at.distance(place) < radius) {
            0.012
        } else {
            growth.lone
        };
        let wanted = lone + wooded * growth.wooded * ramp(30.0, 20.0, height);
        if site.random(102, number) >= wanted || steep > 1.35 || height > 30.0 {
            continue;
        }
        if !site.is_free(place, 0.5, 1.0) {
            continue;
        }
        let size = site.random(103, number);
        let pines =
            ramp(growth.pines.0, growth.pines.1, height + (site.random(104, number) - 0.5) * 9.0);
        if site.random(105, number) < growth.bushes {
            site.round(PropKind::Bush, place, 0.35 + size * 0.25, 0.8 + size * 0.5);
        } else if site.random(106, number) < pines {
            site.round(PropKind::Pine, place, 0.25 + size * 0.15, 6.0 + size * 6.0);
        } else {
            site.round(PropKind::Oak, place, 0.32 + size * 0.22, 5.0 + size * 4.0);
        }
    }
}

/// Boulders: many at the foot of the mountains, some by the water, few in the open.
fn rocks(site: &mut Site<'_>) {
    for number in 0..site.plan.growth.rocks {
        let edge = site.plan.edge as f32;
        let place = Vec2::new(site.random(110, number), site.random(111, number)) * edge;
        let steep = site.bare.slope_at(place.x, place.y).length();
        let shore = site.plan.water_distance(site.seed, place);
        let is_clearing =
            site.plan.clearings.iter().any(|&(at, radius)| at.distance(place) < radius);
        let by_water = if shore > 1.0 && shore < 7.0 { 0.16 } else { 0.0 };
        let wanted = 0.03 + by_water + 0.4 * ramp(0.25, 0.7, steep);
        let wanted = if is_clearing { 0.03 } else { wanted };
        let size = site.random(112, number);
        let radius = 0.5 + size * size * 1.6;
        if site.random(113, number) < wanted
            && steep < 1.4
            && place.distance(site.plan.town) > 38.0
            && site.is_free(place, radius, 0.9)
        {
            site.round(PropKind::Rock, place, radius, 0.6 + radius * 0.8);
        }
    }
}
