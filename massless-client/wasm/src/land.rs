//! The map: loaded once, then shown to the page as columns of plain numbers.
//!
//! The page draws from these and decides nothing by them; movement and paths stay in the core.

use std::cell::RefCell;
use std::sync::Arc;

use massless_core::content::map::{Cell, Footprint, Map, height_of};
use massless_core::ids::ZoneId;
use massless_core::math::Vec2;
use massless_core::spatial::path::Search;

use crate::content::content;
use crate::exchange::{DONE, failed, put_numbers, with_input};

/// Numbers in one row of the table of props.
const PROP_COLUMNS: usize = 9;
/// Cells one click may explore: a way across half a map; the server's own limit guards its ticks.
const CLICK_NODES_MAX: usize = 8_000;
/// Shown as the level where there is no water, metres: below any ground.
const NO_WATER: f32 = -1_000.0;

/// A map and its columns.
struct Land {
    map: Arc<Map>,
    heights: Vec<f32>,
    materials: Vec<u8>,
    walkable: Vec<u8>,
    open: Vec<u8>,
    props: Vec<f32>,
}

/// Maps that are kept by the numbers of their zones: the present one and those behind its portals.
const KEPT_MAX: usize = 6;

thread_local! {
    static LAND: RefCell<Option<Land>> = const { RefCell::new(None) };
    static KEPT: RefCell<Vec<(u32, Arc<Map>)>> = const { RefCell::new(Vec::new()) };
    static WALKED: RefCell<Option<Arc<Map>>> = const { RefCell::new(None) };
    static SEARCH: RefCell<Search> = RefCell::new(Search::new());
}

impl Land {
    fn new(map: Arc<Map>) -> Self {
        let (width, depth) = map.size();
        let (width, depth) = (width.cast_signed(), depth.cast_signed());
        let cells = || (0..depth).flat_map(move |z| (0..width).map(move |x| Cell { x, z }));
        Self {
            heights: map.heights().iter().map(|raw| height_of(*raw)).collect(),
            materials: map.materials().iter().map(|material| *material as u8).collect(),
            walkable: cells().map(|cell| u8::from(map.is_walkable(cell))).collect(),
            open: cells().map(|cell| u8::from(map.is_open(cell))).collect(),
            props: prop_table(&map),
            map,
        }
    }
}

/// `[prop][kind, round, x, z, half x, half z, yaw in radians, base, top]`.
fn prop_table(map: &Map) -> Vec<f32> {
    let mut table = Vec::with_capacity(map.props().len() * PROP_COLUMNS);
    for prop in map.props() {
        let (round, half_x, half_z) = match prop.footprint {
            Footprint::Box { half_x, half_z } => (0.0, half_x, half_z),
            Footprint::Cylinder { radius } => (1.0, radius, radius),
        };
        let yaw = f32::from(prop.yaw.get()) * (core::f32::consts::TAU / 65_536.0);
        let (x, z) = (prop.centre.x, prop.centre.y);
        let kind = f32::from(prop.kind as u8);
        table.extend([kind, round, x, z, half_x, half_z, yaw, prop.base, prop.top]);
    }
    table
}

/// The map that was loaded last.
fn shown() -> Option<Arc<Map>> {
    LAND.with_borrow(|land| land.as_ref().map(|land| Arc::clone(&land.map)))
}

/// The map that was kept for a zone, else the one that was loaded last: from now on it is walked on.
pub(crate) fn walk_on(zone: u32) -> Option<Arc<Map>> {
    let kept = KEPT.with_borrow(|kept| {
        kept.iter().find(|(other, _)| *other == zone).map(|(_, map)| Arc::clone(map))
    });
    let map = kept.or_else(shown);
    WALKED.set(map.clone());
    map
}

/// Keeps the map that was loaded last for a zone, so that others may be loaded before one walks on it.
#[unsafe(no_mangle)]
pub extern "C" fn map_keep(zone: u32) {
    let Some(map) = shown() else { return };
    KEPT.with_borrow_mut(|kept| {
        kept.retain(|(other, _)| *other != zone);
        if kept.len() == KEPT_MAX {
            kept.remove(0);
        }
        kept.push((zone, map));
    });
}

fn show<T>(column: impl FnOnce(&Land) -> T, absent: T) -> T {
    LAND.with_borrow(|land| land.as_ref().map_or(absent, column))
}

/// Loads the map that the input holds.
#[unsafe(no_mangle)]
pub extern "C" fn map_load() -> i32 {
    match with_input(Map::decode) {
        Ok(map) => {
            LAND.set(Some(Land::new(Arc::new(map))));
            DONE
        }
        Err(error) => failed(error),
    }
}

/// Loads the map of a zone of the built-in content, as the other zones' are when one travels.
/// Fails where the content lacks the zone, or where its hash is not `content`, whose 32
/// hexadecimal digits are the input: then the map has to come from the server.
#[unsafe(no_mangle)]
pub extern "C" fn map_of_zone(zone: u32) -> i32 {
    let content = content();
    let wanted = with_input(|bytes| String::from_utf8_lossy(bytes).into_owned());
    if wanted != content.hash().to_string() {
        return failed("the server has other content than this page");
    }
    match content.zone(ZoneId::new(zone)) {
        Some(zone) => {
            LAND.set(Some(Land::new(Arc::clone(&zone.map))));
            DONE
        }
        None => failed("the content lacks this zone"),
    }
}

/// Cells to the east.
#[unsafe(no_mangle)]
pub extern "C" fn map_width() -> u32 {
    show(|land| land.map.size().0, 0)
}

/// Cells to the north.
#[unsafe(no_mangle)]
pub extern "C" fn map_depth() -> u32 {
    show(|land| land.map.size().1, 0)
}

/// Level of the water, metres; far below the ground where there is none.
#[unsafe(no_mangle)]
pub extern "C" fn map_water() -> f32 {
    show(|land| land.map.water_level().unwrap_or(NO_WATER), NO_WATER)
}

/// Heights in metres, `[z][x]`, (depth + 1) x (width + 1).
#[unsafe(no_mangle)]
pub extern "C" fn map_heights() -> *const f32 {
    show(|land| land.heights.as_ptr(), std::ptr::null())
}

/// Materials, `[z][x]`, depth x width.
#[unsafe(no_mangle)]
pub extern "C" fn map_materials() -> *const u8 {
    show(|land| land.materials.as_ptr(), std::ptr::null())
}

/// 1 where a body may stand, `[z][x]`, depth x width.
#[unsafe(no_mangle)]
pub extern "C" fn map_walkable() -> *const u8 {
    show(|land| land.walkable.as_ptr(), std::ptr::null())
}

/// 1 where path search may go, `[z][x]`, depth x width.
#[unsafe(no_mangle)]
pub extern "C" fn map_open() -> *const u8 {
    show(|land| land.open.as_ptr(), std::ptr::null())
}

/// The table of props, nine numbers each; see `prop_table`.
#[unsafe(no_mangle)]
pub extern "C" fn map_props() -> *const f32 {
    show(|land| land.props.as_ptr(), std::ptr::null())
}

/// Number of props.
#[unsafe(no_mangle)]
pub extern "C" fn map_props_count() -> u32 {
    show(|land| u32::try_from(land.props.len() / PROP_COLUMNS).unwrap_or(u32::MAX), 0)
}

/// A way between two places: its corners as (east, north) in the output, their number returned.
///
/// Who stands where the search does not go (beside a lamp, in a corner) first steps into the open.
#[unsafe(no_mangle)]
pub extern "C" fn path_find(from_x: f32, from_z: f32, to_x: f32, to_z: f32) -> u32 {
    let Some(map) = WALKED.with_borrow(Clone::clone).or_else(shown) else { return 0 };
    let open = |place: Vec2| map.nearest_open(place).filter(|_| !map.is_open(Cell::at(place)));
    let (from, to) = (Vec2::new(from_x, from_z), Vec2::new(to_x, to_z));
    let (step, goal) = (open(from), open(to).unwrap_or(to));
    let start = step.unwrap_or(from);
    let path =
        SEARCH.with_borrow_mut(|search| search.find_within(&map, start, goal, CLICK_NODES_MAX));
    let corners: Vec<Vec2> = step.into_iter().chain(path.corners().iter().copied()).collect();
    put_numbers(corners.iter().flat_map(|corner| [f64::from(corner.x), f64::from(corner.y)]));
    u32::try_from(corners.len()).unwrap_or(0)
}
