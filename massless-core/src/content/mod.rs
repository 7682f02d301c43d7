//! Definitions, loaded once and then frozen.

pub mod map;
