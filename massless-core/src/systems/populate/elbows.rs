//! Whether a place has room for a new creature, without looking at all the others.

use crate::math::Vec2;

/// A new creature keeps this far from those of its group where it can, metres.
const ELBOW_METRES: f32 = 2.0;

/// Where everybody with a mind stands, by cells as wide as an elbow: a list for each cell.
#[derive(Debug, Default)]
pub(super) struct Elbows {
    columns: usize,
    /// Newest of each cell, one more than its index in `list`; 0 for none.
    first: Vec<u32>,
    list: Vec<Elbow>,
}

#[derive(Clone, Copy, Debug)]
struct Elbow {
    group: u16,
    place: Vec2,
    /// The next one of the cell, as in `first`.
    next: u32,
}

impl Elbows {
    /// Nobody, on a map of that size in metres.
    pub(super) fn clear(&mut self, extent: Vec2) {
        let count = |metres: f32| (metres / ELBOW_METRES) as usize + 1;
        self.columns = count(extent.x);
        self.first.clear();
        self.first.resize(self.columns * count(extent.y), 0);
        self.list.clear();
    }

    /// Column and row; who is off the map belongs to the nearest cell.
    fn cell_at(&self, place: Vec2) -> (usize, usize) {
        let at = |metres: f32, count: usize| ((metres / ELBOW_METRES) as usize).min(count - 1);
        (at(place.x, self.columns), at(place.y, self.first.len() / self.columns))
    }

    /// Somebody of a group; after `clear`.
    pub(super) fn add(&mut self, group: u16, place: Vec2) {
        let (column, row) = self.cell_at(place);
        let first = &mut self.first[row * self.columns + column];
        self.list.push(Elbow { group, place, next: *first });
        *first = self.list.len() as u32;
    }

    /// Whether somebody of the group is within an elbow of a place.
    pub(super) fn is_crowded(&self, group: u16, place: Vec2) -> bool {
        let (column, row) = self.cell_at(place);
        let rows = self.first.len() / self.columns;
        let round = |at: usize, count: usize| at.saturating_sub(1)..(at + 2).min(count);
        round(row, rows).any(|row| {
            let mut cells = round(column, self.columns);
            cells.any(|column| self.is_near(self.first[row * self.columns + column], group, place))
        })
    }

    fn is_near(&self, first: u32, group: u16, place: Vec2) -> bool {
        let mut next = first;
        while next != 0 {
            let elbow = &self.list[next as usize - 1];
            if elbow.group == group
                && elbow.place.distance_squared(place) < ELBOW_METRES * ELBOW_METRES
            {
                return true;
            }
            next = elbow.next;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_if_all_were_looked_at(
            places in proptest::collection::vec((-3.0_f32..43.0, -3.0_f32..33.0, 0_u16..3), 0..80),
            wanted in proptest::collection::vec((0.0_f32..40.0, 0.0_f32..30.0), 20),
        ) {
            let mut elbows = Elbows::default();
            elbows.clear(Vec2::new(40.0, 30.0));
            for &(x, z, group) in &places {
                elbows.add(group, Vec2::new(x, z));
            }
            for (x, z) in wanted {
                let place = Vec2::new(x, z);
                let crowded = places.iter().any(|&(x, z, group)| {
                    group == 1 && Vec2::new(x, z).distance_squared(place) < 4.0
                });
                prop_assert_eq!(elbows.is_crowded(1, place), crowded);
            }
        }
    }
}
