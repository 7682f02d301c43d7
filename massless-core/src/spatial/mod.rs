//! Where things are: actor cells, terrain, props, sight and paths. Knows positions, not gameplay.

pub mod cells;
pub mod path;
pub mod sight;
