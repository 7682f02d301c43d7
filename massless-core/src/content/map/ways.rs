//! Which steps of the path grid a body can really take.
//!
//! That a body stands freely on two neighbouring centres does not say that it fits between: a lamp post on
//! one side and a house's corner on the other may leave less than its width. So every step of the
//! grid, and every straight line, is swept with the body's disc, as walking itself does.

use super::derive::cell_of;
use super::{Cell, Map};
use crate::math::Vec2;
use crate::units::TICK_SECONDS;
use crate::walk::SPEED_MAX;

/// Longest piece of a way that is swept at once, metres: what lies beside it is `near` its middle.
const PIECE_METRES: f32 = 2.0 * TICK_METRES;
/// Pieces at most: more than the longest line of the largest map has.
const PIECES_MAX: f32 = 4_096.0;
/// Way of one tick, metres: whether a prop is stepped onto is decided where the tick begins.
const TICK_METRES: f32 = SPEED_MAX * TICK_SECONDS;

impl Cell {
    /// Offsets of the eight neighbours, the four straight ones first.
    pub const NEIGHBOURS: [(i32, i32); 8] =
        [(0, -1), (-1, 0), (1, 0), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)];

    /// The neighbour of that number.
    #[must_use]
    pub const fn neighbour(self, number: usize) -> Self {
        let (x, z) = Self::NEIGHBOURS[number];
        Self { x: self.x + x, z: self.z + z }
    }
}

impl Map {
    /// To which of its neighbours a body can walk from a cell's centre: bit `n` is
    /// `Cell::NEIGHBOURS[n]`. 0 outside the map.
    #[must_use]
    pub fn ways(&self, cell: Cell) -> u8 {
        self.index_of(cell).map_or(0, |index| self.ways[index])
    }

    /// No prop stops a body on the straight line between two places.
    #[must_use]
    pub fn is_passable(&self, from: Vec2, to: Vec2) -> bool {
        let along = to - from;
        let pieces = (along.length() / PIECE_METRES).ceil().clamp(1.0, PIECES_MAX);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        (0..pieces as u32).all(|piece| {
            let start = from + along * (piece as f32 / pieces);
            self.is_piece_passable(start, along / pieces)
        })
    }

    fn is_piece_passable(&self, from: Vec2, motion: Vec2) -> bool {
        let feet = |place: Vec2| self.height_at(place.x, place.y);
        self.near(from + motion / 2.0).iter().all(|&index| {
            let solid = &self.solids[usize::from(index)];
            let Some(contact) = solid.contact(from, motion) else { return true };
            let at = from + motion * contact.share;
            let before = at - motion.normalize_or_zero() * TICK_METRES;
            !solid.blocks(feet(at)) && !solid.blocks(feet(before))
        })
    }
}

/// Finds the ways of all cells of a map whose clear cells are known, and shuts what nobody gets to.
pub(super) fn derive(map: &mut Map) {
    let count = (map.survey.width * map.survey.depth) as usize;
    map.ways = (0..count).map(|index| of_cell(map, cell_of(&map.survey, index))).collect();
    for index in 0..count {
        close_pocket(map, cell_of(&map.survey, index));
    }
}

/// An open cell without a way is a place where a body fits but which it cannot reach: it is open no more,
/// nor is a neighbour that was reached through it alone.
fn close_pocket(map: &mut Map, first: Cell) {
    let mut suspects = vec![first];
    while let Some(cell) = suspects.pop() {
        let Some(index) = map.index_of(cell) else { continue };
        if map.ways[index] != 0 || !map.is_open(cell) {
            continue;
        }
        map.open[index / 64] &= !(1 << (index % 64));
        for number in 0..Cell::NEIGHBOURS.len() {
            let beside = cell.neighbour(number);
            if let Some(index) = map.index_of(beside) {
                map.ways[index] = of_cell(map, beside);
                suspects.push(beside);
            }
        }
        map.ways[index] = of_cell(map, cell);
    }
}

fn of_cell(map: &Map, cell: Cell) -> u8 {
    let leading = (0..Cell::NEIGHBOURS.len()).filter(|&number| leads(map, cell, number));
    leading.fold(0, |ways, number| ways | 1 << number)
}

/// Whether a body gets from a cell to its neighbour. From a cell that is not open it is not swept: who
/// stands there, wherever that is, has to find a way out.
fn leads(map: &Map, cell: Cell, number: usize) -> bool {
    let next = cell.neighbour(number);
    let beside = [Cell { x: next.x, ..cell }, Cell { z: next.z, ..cell }];
    let is_free =
        map.is_open(next) && (number < 4 || beside.into_iter().all(|cell| map.is_open(cell)));
    if !is_free || !map.is_open(cell) {
        return is_free;
    }
    // Rounding must not make a one-way street of a gap that just fits.
    let (here, there) = (cell.centre(), next.centre());
    map.is_passable(here, there) && map.is_passable(there, here)
}
