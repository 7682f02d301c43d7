//! Which actors stand in which 25 m cell: rebuilt each tick by a counting sort, in `ActorId` order.

use crate::limits::INDEX_CELL_METRES;
use crate::math::{Vec2, Vec3};

/// Actors by cell. `start.len() = columns * rows + 1`; the members of cell `c` are
/// `member[start[c]..start[c + 1]]`, indices into the columns of the view, rising.
#[derive(Clone, Debug, Default)]
pub struct CellIndex {
    columns: u32,
    rows: u32,
    start: Vec<u32>,
    member: Vec<u32>,
    cell_of: Vec<u32>,
    cursor: Vec<u32>,
}

impl CellIndex {
    /// An empty index over a map of `width` by `depth` metres.
    #[must_use]
    pub fn new(width: f32, depth: f32) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "maps are small"
        )]
        let count = |metres: f32| ((metres / INDEX_CELL_METRES).ceil() as u32).max(1);
        Self { columns: count(width), rows: count(depth), ..Self::default() }
    }

    /// Cells in east and north direction.
    #[must_use]
    pub const fn size(&self) -> (u32, u32) {
        (self.columns, self.rows)
    }

    /// Column and row of a place; places off the map belong to the nearest cell.
    #[must_use]
    pub fn cell_at(&self, x: f32, z: f32) -> (u32, u32) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
        let at = |v: f32, count: u32| ((v / INDEX_CELL_METRES) as u32).min(count - 1);
        (at(x, self.columns), at(z, self.rows))
    }

    /// Sorts `positions` into the cells. No allocation once the vectors have grown.
    pub fn rebuild(&mut self, positions: &[Vec3]) {
        let cells = (self.columns * self.rows) as usize;
        self.start.clear();
        self.start.resize(cells + 1, 0);
        self.cell_of.clear();
        for position in positions {
            let (column, row) = self.cell_at(position.x, position.z);
            let cell = row * self.columns + column;
            self.cell_of.push(cell);
            self.start[cell as usize + 1] += 1;
        }
        for cell in 0..cells {
            self.start[cell + 1] += self.start[cell];
        }
        self.cursor.clear();
        self.cursor.extend_from_slice(&self.start[..cells]);
        self.member.clear();
        self.member.resize(positions.len(), 0);
        for (index, &cell) in self.cell_of.iter().enumerate() {
            let cursor = &mut self.cursor[cell as usize];
            self.member[*cursor as usize] = index as u32;
            *cursor += 1;
        }
    }

    /// Members of one cell, rising.
    #[must_use]
    pub fn members(&self, column: u32, row: u32) -> &[u32] {
        let cell = (row * self.columns + column) as usize;
        if cell + 1 >= self.start.len() {
            return &[];
        }
        &self.member[self.start[cell] as usize..self.start[cell + 1] as usize]
    }

    /// Members of all cells that touch the square of half-edge `radius` metres round `centre`.
    pub fn near(&self, centre: Vec2, radius: f32) -> impl Iterator<Item = u32> + '_ {
        let (left, south) = self.cell_at(centre.x - radius, centre.y - radius);
        let (right, north) = self.cell_at(centre.x + radius, centre.y + radius);
        (south..=north)
            .flat_map(move |row| (left..=right).map(move |column| (column, row)))
            .flat_map(move |(column, row)| self.members(column, row).iter().copied())
    }
}
