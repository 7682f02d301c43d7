//! Where things are: actor cells, terrain, props, sight and paths. Knows positions, not gameplay.

pub mod cells;
