//! Ways over the open cells of a map: A* with a budget, straightened by grid rays.
//!
//! Runs in the path queries of a tick. It knows the map only: who walks, and how far it gets before
//! it asks again, is the caller's business. Rules: game rules, section 2. Costs are
//! integers; equal costs are settled by cell index, so a query has one answer.

use core::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::content::map::{Cell, Map};
use crate::limits::{PATH_CORNERS_MAX, PATH_NODES_MAX};
use crate::math::Vec2;

/// Cost of a step to a neighbour in a row or column, and across a corner.
const STEP_COST: u32 = 1_000;
const DIAGONAL_COST: u32 = 1_414;
/// Half the width of a grid ray, metres: keeps the centre of a body off the edges of shut cells;
/// below 0.5 so that lanes of one cell count.
const RAY_HALF_WIDTH: f32 = 0.25;

/// A way in straight lines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Path {
    corners: [Vec2; PATH_CORNERS_MAX],
    len: u8,
    complete: bool,
}

impl Default for Path {
    fn default() -> Self {
        Self { corners: [Vec2::ZERO; PATH_CORNERS_MAX], len: 0, complete: false }
    }
}

impl Path {
    /// A path over these corners; those beyond `PATH_CORNERS_MAX` are dropped and make it
    /// incomplete.
    #[must_use]
    pub fn over(corners: &[Vec2], complete: bool) -> Self {
        let mut path = Self { complete, ..Self::default() };
        for &corner in corners {
            path.push(corner);
        }
        path
    }

    /// Where to walk, one after the other, without the start. Empty where no way leads nearer.
    #[must_use]
    pub fn corners(&self) -> &[Vec2] {
        &self.corners[..usize::from(self.len)]
    }

    /// The last corner is the wanted place (or the middle of its cell), not only nearer to it.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    fn push(&mut self, corner: Vec2) {
        match self.corners.get_mut(usize::from(self.len)) {
            Some(slot) => {
                *slot = corner;
                self.len += 1;
            }
            None => self.complete = false,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Node {
    cell: u32,
    from: u32,
    cost: u32,
    is_explored: bool,
}

/// Order of exploration: lowest sum of cost and estimate, then estimate, then cell; last the node.
type Rank = Reverse<(u32, u32, u32, u32)>;

/// Memory of path searches. One is reused for all queries of a zone; what it held before has no
/// influence on a query.
#[derive(Clone, Debug, Default)]
pub struct Search {
    nodes: Vec<Node>,
    frontier: BinaryHeap<Rank>,
    /// Open-addressing table of node index + 1, 0 where empty; its length is a power of two.
    table: Vec<u32>,
    trail: Vec<Vec2>,
}

impl Search {
    /// Empty memory; it grows with the first queries.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The way from a body's place to another place, exploring at most `PATH_NODES_MAX` cells. If
    /// they do not suffice it leads to the explored cell nearest to the goal.
    pub fn find(&mut self, map: &Map, from: Vec2, to: Vec2) -> Path {
        self.find_within(map, from, to, PATH_NODES_MAX)
    }

    /// As `find` with another budget of explored cells.
    pub fn find_within(&mut self, map: &Map, from: Vec2, to: Vec2, nodes_max: usize) -> Path {
        let start = Cell::at(from);
        if !from.is_finite() || !to.is_finite() || map.index_of(start).is_none() {
            return Path::default();
        }
        if map.is_clear(to) && straight_clear(map, from, to) {
            return Path::over(&[to], true);
        }
        // Only the border is explored for a goal beyond it: estimates stay small.
        let goal = Cell::at(to.clamp(Vec2::ZERO, map.extent() - 0.5));
        let last = self.explore(map, start, goal, nodes_max);
        let is_there =
            goal == Cell::at(to) && self.nodes[last as usize].cell == index_in(map, goal);
        self.retrace(map, last);
        if is_there && map.is_clear(to) {
            let before = self.trail.len().checked_sub(2).map_or(from, |index| self.trail[index]);
            if straight_clear(map, before, to) {
                self.trail.pop();
            }
            self.trail.push(to);
        }
        self.straighten(map, from, is_there)
    }

    /// Explores from `start` and returns the node of the goal or else the explored one nearest to
    /// it.
    fn explore(&mut self, map: &Map, start: Cell, goal: Cell, nodes_max: usize) -> u32 {
        self.nodes.clear();
        self.frontier.clear();
        self.table.fill(0);
        let first = self.node_of(index_in(map, start));
        self.nodes[first as usize].cost = 0;
        let start_estimate = estimate(start, goal);
        self.frontier.push(Reverse((start_estimate, start_estimate, index_in(map, start), first)));
        let mut nearest = (start_estimate, index_in(map, start), first);
        let mut explored = 0;
        while explored < nodes_max {
            let Some(Reverse((_, left, cell, node))) = self.frontier.pop() else { break };
            if self.nodes[node as usize].is_explored {
                continue;
            }
            self.nodes[node as usize].is_explored = true;
            explored += 1;
            nearest = nearest.min((left, cell, node));
            if left == 0 {
                break;
            }
            self.expand(map, node, goal);
        }
        nearest.2
    }

    fn expand(&mut self, map: &Map, node: u32, goal: Cell) {
        let Node { cell, cost, .. } = self.nodes[node as usize];
        let here = cell_in(map, cell);
        let ways = map.ways(here);
        for number in 0..Cell::NEIGHBOURS.len() {
            if ways >> number & 1 == 0 {
                continue;
            }
            let beside = here.neighbour(number);
            let next_cell = index_in(map, beside);
            let next = self.node_of(next_cell);
            let next_cost = cost + if number < 4 { STEP_COST } else { DIAGONAL_COST };
            let entry = &mut self.nodes[next as usize];
            if entry.is_explored || entry.cost <= next_cost {
                continue;
            }
            entry.cost = next_cost;
            entry.from = node;
            let left = estimate(beside, goal);
            self.frontier.push(Reverse((next_cost + left, left, next_cell, next)));
        }
    }

    /// The node of a cell, made if the cell is new.
    fn node_of(&mut self, cell: u32) -> u32 {
        if self.nodes.len() * 2 >= self.table.len() {
            let len = (self.table.len() * 2).max(1_024);
            self.table.clear();
            self.table.resize(len, 0);
            for (index, node) in self.nodes.iter().enumerate() {
                let slot = free_slot(&self.table, &self.nodes, node.cell);
                self.table[slot] = index as u32 + 1;
            }
        }
        let slot = free_slot(&self.table, &self.nodes, cell);
        if let Some(index) = self.table[slot].checked_sub(1) {
            return index;
        }
        let index = self.nodes.len() as u32;
        self.nodes.push(Node { cell, from: index, cost: u32::MAX, is_explored: false });
        self.table[slot] = index + 1;
        index
    }

    /// Middles of the cells from after the start to `last`.
    fn retrace(&mut self, map: &Map, last: u32) {
        self.trail.clear();
        let mut node = last;
        while self.nodes[node as usize].from != node {
            self.trail.push(cell_in(map, self.nodes[node as usize].cell).centre());
            node = self.nodes[node as usize].from;
        }
        self.trail.reverse();
    }

    fn straighten(&self, map: &Map, from: Vec2, complete: bool) -> Path {
        let mut path = Path { complete, ..Path::default() };
        let mut anchor = from;
        let mut index = 0;
        while index < self.trail.len() {
            let mut end = index;
            while end + 1 < self.trail.len() && straight_clear(map, anchor, self.trail[end + 1]) {
                end += 1;
            }
            anchor = self.trail[end];
            path.push(anchor);
            index = end + 1;
        }
        path
    }
}

/// A body can walk straight from one place to the other: every cell that a ray of half a metre's
/// width touches is open, and no prop is in the way of its disc. False if either end is off the map or no number.
#[must_use]
pub fn straight_clear(map: &Map, from: Vec2, to: Vec2) -> bool {
    let along = to - from;
    let length = along.length();
    if !length.is_finite() || !map.is_open(Cell::at(from)) || !map.is_open(Cell::at(to)) {
        return false;
    }
    if length < 1e-6 {
        return true;
    }
    let side = Vec2::new(along.y, 0.0 - along.x) * (RAY_HALF_WIDTH / length);
    ray_clear(map, from + side, to + side)
        && ray_clear(map, from - side, to - side)
        && map.is_passable(from, to)
}

/// Every cell that a segment touches is open.
fn ray_clear(map: &Map, from: Vec2, to: Vec2) -> bool {
    let (mut cell, end) = (Cell::at(from), Cell::at(to));
    let along = to - from;
    let step_x = if along.x < 0.0 { -1 } else { 1 };
    let step_z = if along.y < 0.0 { -1 } else { 1 };
    let mut left = cell.x.abs_diff(end.x) + cell.z.abs_diff(end.z);
    if !map.is_open(cell) {
        return false;
    }
    while left > 0 {
        let east = (edge(cell.x, step_x) - from.x) / along.x;
        let north = (edge(cell.z, step_z) - from.y) / along.y;
        // At a corner both neighbours count: a body does not squeeze between two of them.
        let goes_x = cell.x != end.x && (cell.z == end.z || east <= north);
        let goes_z = cell.z != end.z && (cell.x == end.x || north <= east);
        if goes_x && goes_z {
            let beside = [Cell { x: cell.x + step_x, ..cell }, Cell { z: cell.z + step_z, ..cell }];
            if !beside.into_iter().all(|cell| map.is_open(cell)) {
                return false;
            }
        }
        if goes_x {
            cell.x += step_x;
            left -= 1;
        }
        if goes_z {
            cell.z += step_z;
            left -= 1;
        }
        if !map.is_open(cell) {
            return false;
        }
    }
    true
}

/// Coordinate at which a ray that goes in this direction leaves a cell.
fn edge(cell: i32, step: i32) -> f32 {
    (if step > 0 { cell + 1 } else { cell }) as f32
}

/// Cost of the way between two cells if all were open.
fn estimate(a: Cell, b: Cell) -> u32 {
    let (x, z) = (a.x.abs_diff(b.x), a.z.abs_diff(b.z));
    STEP_COST
        .saturating_mul(x.max(z) - x.min(z))
        .saturating_add(DIAGONAL_COST.saturating_mul(x.min(z)))
}

/// Index of a cell; one off the map gets a number no cell has.
fn index_in(map: &Map, cell: Cell) -> u32 {
    map.index_of(cell).map_or(u32::MAX, |index| index as u32)
}

fn cell_in(map: &Map, index: u32) -> Cell {
    let width = map.size().0;
    #[expect(clippy::cast_possible_wrap, reason = "maps have at most 1 024 cells an edge")]
    Cell { x: (index % width) as i32, z: (index / width) as i32 }
}

/// The slot that holds `cell` or the free one where it belongs.
fn free_slot(table: &[u32], nodes: &[Node], cell: u32) -> usize {
    let mask = table.len() - 1;
    let mut slot = (cell.wrapping_mul(0x9E37_79B1) >> 8) as usize & mask;
    while let Some(index) = table[slot].checked_sub(1) {
        if nodes[index as usize].cell == cell {
            break;
        }
        slot = (slot + 1) & mask;
    }
    slot
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::map::Survey;

    /// A map from a drawing, north on top; `#` is shut.
    fn drawn(rows: &[&str]) -> Map {
        let (width, depth) = (rows[0].len() as u32, rows.len() as u32);
        let flat = Map::flat(width, depth);
        Map::build(Survey {
            width,
            depth,
            heights: flat.heights().to_vec(),
            materials: flat.materials().to_vec(),
            shut: rows.iter().rev().flat_map(|row| row.bytes().map(|cell| cell == b'#')).collect(),
            water: None,
            props: Vec::new(),
        })
        .unwrap()
    }

    const WALLED: [&str; 7] = [
        "..........",
        ".########.",
        ".#......#.",
        ".#.####.#.",
        ".#.#..#.#.",
        ".#....#...",
        "..........",
    ];

    #[test]
    fn open_ground_is_one_line() {
        let map = Map::flat(64, 64);
        let to = Vec2::new(50.2, 33.3);
        let path = Search::new().find(&map, Vec2::new(3.1, 3.2), to);
        assert_eq!((path.corners(), path.is_complete()), (&[to][..], true));
    }

    #[test]
    fn a_way_round_walls_is_found_and_can_be_walked() {
        let map = drawn(&WALLED);
        let (from, to) = (Vec2::new(4.5, 2.5), Vec2::new(4.5, 6.5));
        let path = Search::new().find(&map, from, to);
        assert!(path.is_complete(), "{path:?}");
        assert_eq!(path.corners().last(), Some(&to));
        let mut walker = crate::walk::standing(&map, from);
        for &corner in path.corners() {
            for _ in 0..80 {
                let left = corner - crate::math::ground(walker.position);
                let heading = left / left.length().max(0.25);
                walker = crate::walk::step(&map, walker, heading, 5.0);
            }
            let end = crate::math::ground(walker.position);
            assert!(end.distance(corner) < 0.05, "stuck at {end} before {corner}");
        }
    }

    #[test]
    fn corners_are_not_cut() {
        let map = drawn(&["..#.", "..#.", "##..", "...."]);
        let search = &mut Search::new();
        assert!(!search.find(&map, Vec2::new(1.5, 2.5), Vec2::new(2.5, 1.5)).is_complete());
        assert!(!straight_clear(&map, Vec2::new(1.5, 2.5), Vec2::new(2.5, 1.5)));
    }

    #[test]
    fn an_unreachable_goal_gives_the_nearest_explored_cell() {
        let map = drawn(&["....#....", "....#....", "....#...."]);
        let path = Search::new().find(&map, Vec2::new(0.5, 1.5), Vec2::new(8.5, 1.5));
        assert!(!path.is_complete());
        assert_eq!(path.corners().last(), Some(&Vec2::new(3.5, 1.5)));
    }

    #[test]
    fn the_budget_ends_a_search_and_old_queries_leave_no_trace() {
        let map = drawn(&WALLED);
        let (from, to) = (Vec2::new(4.5, 2.5), Vec2::new(4.5, 6.5));
        let mut search = Search::new();
        let fresh = search.find_within(&map, from, to, 6);
        assert!(!fresh.is_complete());
        let _ = search.find_within(&map, to, Vec2::new(9.5, 0.5), 1_000);
        assert_eq!(search.find_within(&map, from, to, 6), fresh);
    }

    #[test]
    fn hostile_places_give_no_path() {
        let map = Map::flat(8, 8);
        let mut search = Search::new();
        for bad in [f32::NAN, f32::INFINITY, -1e30, 1e30] {
            let bad = Vec2::new(bad, 1.0);
            assert_eq!(search.find(&map, bad, Vec2::ONE).corners().len(), 0);
            assert!(!search.find(&map, Vec2::ONE, bad).is_complete());
            assert!(!straight_clear(&map, Vec2::ONE, bad));
        }
    }
}
