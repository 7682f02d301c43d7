//! Every zone is a place one can live in: relief, props, and every place can be reached.

use massless_core::content::Content;
use massless_core::content::generate::{self, Template};
use massless_core::content::map::{Cell, Map, height_of};
use massless_core::content::zone::ZoneDef;
use massless_core::ids::ActorId;
use massless_core::math::{Vec2, ground};
use massless_core::rng::{Draws, Stream};
use massless_core::spatial::path::{Search, straight_clear};
use massless_core::units::Tick;
use massless_core::walk::{Walker, standing, step};

/// More than any zone has cells: a search that is never cut short.
const ALL_NODES: usize = 1 << 19;

fn every_zone(check: impl Fn(&ZoneDef, &Map)) {
    let content = Content::embedded();
    assert_eq!(content.zones().len(), 4);
    for zone in content.zones() {
        check(zone, &zone.map);
    }
}

/// Middles of the open cells of a circle, and how many cells it has.
fn open_cells(map: &Map, centre: Vec2, radius: f32) -> (Vec<Vec2>, usize) {
    let (low, high) = (Cell::at(centre - radius), Cell::at(centre + radius));
    let cells: Vec<Cell> = (low.z..=high.z)
        .flat_map(|z| (low.x..=high.x).map(move |x| Cell { x, z }))
        .filter(|cell| cell.centre().distance(centre) <= radius)
        .collect();
    let open = cells.iter().filter(|&&cell| map.is_open(cell)).map(|cell| cell.centre()).collect();
    (open, cells.len())
}

/// Corners of the whole way; a path that was cut after its last stored corner is followed on.
fn reach(search: &mut Search, map: &Map, from: Vec2, to: Vec2) -> Vec<Vec2> {
    let mut corners = vec![from];
    for _ in 0..128 {
        let at = corners[corners.len() - 1];
        let path = search.find_within(map, at, to, ALL_NODES);
        corners.extend_from_slice(path.corners());
        if path.is_complete() {
            return corners;
        }
    }
    panic!("{to} is not reached from {from}; the way ends at {:?}", corners.last());
}

#[test]
fn the_committed_maps_are_what_the_generator_makes() {
    for file in Content::embedded_files().iter().filter(|file| file.path.starts_with("maps/")) {
        let name = file.path.trim_start_matches("maps/").trim_end_matches(".map");
        let template = Template::named(name).expect("every map has its template");
        let made = generate::map(template, template.seed()).encode();
        assert!(
            made == file.bytes,
            "{name}: run: cargo run -p massless-core --release --example generate_map -- \
             massless-core/content/maps"
        );
    }
}

#[test]
fn they_have_relief_water_and_props() {
    every_zone(|zone, map| {
        let lowest = map.heights().iter().copied().min().map_or(0.0, height_of);
        let highest = map.heights().iter().copied().max().map_or(0.0, height_of);
        assert!(highest - lowest >= 22.0, "{}: relief of {} m", zone.name, highest - lowest);
        let (width, depth) = map.size();
        let walked = (0..depth as i32).flat_map(|z| (0..width as i32).map(move |x| Cell { x, z }));
        let walked = walked.filter(|&cell| map.is_open(cell)).map(|cell| cell.centre());
        let heights: Vec<f32> = walked.map(|place| map.height_at(place.x, place.y)).collect();
        let top = heights.iter().copied().fold(f32::MIN, f32::max);
        let bottom = heights.iter().copied().fold(f32::MAX, f32::min);
        assert!(top - bottom >= 10.0, "{}: walkable relief of {} m", zone.name, top - bottom);
        assert!(map.props().len() >= 300, "{}: {} props", zone.name, map.props().len());
        let water = map.water_level().expect("it has water");
        let wet = map.heights().iter().filter(|&&height| height_of(height) < water).count();
        assert!(wet >= 900, "{}: {wet} samples are under water", zone.name);
    });
}

#[test]
fn the_valleys_are_one_template_and_differ_to_the_eye() {
    let content = Content::embedded();
    let vales = &content.zones()[..3];
    for (index, vale) in vales.iter().enumerate() {
        assert_eq!(vale.spawn_groups, vales[0].spawn_groups);
        let places = |zone: &ZoneDef| zone.npcs.iter().map(|npc| npc.place).collect::<Vec<_>>();
        assert_eq!(places(vale), places(&vales[0]));
        for other in &vales[..index] {
            let same = vale.map.heights().iter().zip(other.map.heights());
            let same = same.filter(|(one, other)| one == other).count();
            let all = vale.map.heights().len();
            assert!(same * 5 < all, "{} and {}: {same} of {all} heights", vale.name, other.name);
            assert_ne!(vale.mood, other.mood);
        }
    }
}

#[test]
fn portals_lead_before_their_twins() {
    let content = Content::embedded();
    for zone in content.zones() {
        for portal in &zone.portals {
            let Some(there) = content.zone(portal.zone) else { continue };
            assert!(there.map.is_clear(portal.arrival), "{} to {}", zone.name, portal.name);
            let twin = there.portals.iter().find(|twin| twin.zone == zone.id).expect("a way back");
            assert_eq!(
                twin.place.distance(portal.arrival),
                5.0,
                "{} to {}",
                zone.name,
                portal.name
            );
        }
    }
}

#[test]
fn every_place_is_reached_from_the_respawn_point() {
    every_zone(|zone, map| {
        let mut search = Search::new();
        for npc in &zone.npcs {
            reach(&mut search, map, zone.respawn, npc.place);
        }
        for portal in &zone.portals {
            reach(&mut search, map, zone.respawn, portal.place);
        }
        for group in &zone.spawn_groups {
            let (open, _) = open_cells(map, group.centre, group.radius);
            // One place of the circle from the town, every other one from there.
            reach(&mut search, map, zone.respawn, open[0]);
            for &place in &open {
                reach(&mut search, map, open[0], place);
            }
        }
    });
}

#[test]
fn a_body_walks_from_the_town_to_every_circle_and_portal() {
    every_zone(|zone, map| {
        let mut search = Search::new();
        let circles = zone.spawn_groups.iter().filter_map(|group| map.nearest_open(group.centre));
        let portals = zone.portals.iter().map(|portal| portal.place);
        for goal in circles.chain(portals) {
            let mut walker = standing(map, zone.respawn);
            for corner in reach(&mut search, map, zone.respawn, goal) {
                let ticks = ground(walker.position).distance(corner) / 0.25 + 20.0;
                for _ in 0..ticks as u32 {
                    let left = corner - ground(walker.position);
                    walker = step(map, walker, left / left.length().max(0.25), 5.0);
                }
                let end = ground(walker.position);
                assert!(end.distance(corner) < 0.1, "to {goal}: stuck at {end} before {corner}");
            }
        }
    });
}

#[test]
fn spawn_circles_are_mostly_open() {
    every_zone(|zone, map| {
        for group in &zone.spawn_groups {
            let (open, all) = open_cells(map, group.centre, group.radius);
            let share = open.len() as f32 / all as f32;
            assert!(share >= 0.6, "creature {}: {share} of the circle is open", group.creature);
        }
        let (open, all) = open_cells(map, zone.arrival.centre, zone.arrival.radius);
        assert!(open.len() * 10 >= all * 8, "{} of {all} arrival cells", open.len());
    });
}

/// A walker that slid along a house came to rest 0.000 000 1 m outside its face, where every direction
/// counted as a way in: it could never walk again.
#[test]
fn who_rests_against_a_house_can_walk_away() {
    let content = Content::embedded();
    let map = &content.zones()[0].map;
    let start = standing(map, Vec2::new(104.515_11, 50.565_78));
    let away = Vec2::new(0.872, -0.489);
    let end = (0..20).fold(start, |walker, _| step(map, walker, away, 5.0));
    let walked = ground(end.position).distance(ground(start.position));
    assert!(walked > 1.0, "{walked} m in a second");
}

/// Walks to a place for as long as it should take and a second; how far from it the walk ends.
fn walk_to(map: &Map, start: Walker, goal: Vec2) -> (Walker, f32) {
    let ticks = ground(start.position).distance(goal) / 0.25 + 20.0;
    let mut walker = start;
    for _ in 0..ticks as u32 {
        let left = goal - ground(walker.position);
        walker = step(map, walker, left / left.length().max(0.25), 5.0);
    }
    (walker, ground(walker.position).distance(goal))
}

/// Between the corner of the house at 103, 54 and the lamp post at 104, 49 a body does not fit, though it
/// stands freely on the centres of both cells there. The search led through, and the walker was held.
#[test]
fn no_way_leads_through_a_gap_that_is_too_narrow() {
    let content = Content::embedded();
    let map = &content.zones()[0].map;
    let (from, goal) = (Vec2::new(101.5, 49.9), Vec2::new(117.5, 50.5));
    let (_, off) = walk_to(map, standing(map, from), goal);
    assert!(off > 10.0, "the gap still holds who walks straight on: {off} m");
    assert!(!straight_clear(map, from, goal));
    let caught = Vec2::new(103.8, 49.7);
    for start in [from, caught] {
        let path = Search::new().find(map, start, goal);
        assert!(path.is_complete(), "{path:?}");
        let mut walker = standing(map, start);
        for &corner in path.corners() {
            let (end, off) = walk_to(map, walker, corner);
            assert!(off < 0.1, "from {start}: {off} m before {corner}, at {end:?}");
            walker = end;
        }
    }
}

#[test]
fn what_the_search_calls_straight_is_walked_straight() {
    every_zone(|zone, map| {
        let extent = map.extent();
        let (mut lines, mut beside) = (0, 0);
        for number in 0..1_500 {
            let draws = Draws::new(9, ActorId::new(number), Tick::new(0), Stream::Wander);
            let unit = |n| f64::from(draws.bits(n) as u32) / f64::from(u32::MAX);
            let from = Vec2::new(unit(0) as f32, unit(1) as f32) * extent;
            let way = Vec2::new(draws.signed_unit(2), draws.signed_unit(3)) * 14.0;
            if !map.is_clear(from) || !straight_clear(map, from, from + way) {
                continue;
            }
            lines += 1;
            beside += u32::from(!map.near(from + way / 2.0).is_empty());
            let (end, off) = walk_to(map, standing(map, from), from + way);
            assert!(off < 0.1, "{}: {from} to {}: {off} m, {end:?}", zone.name, from + way);
        }
        assert!(lines > 300 && beside > 30, "{}: {lines} lines, {beside} by props", zone.name);
    });
}
