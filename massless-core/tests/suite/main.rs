//! The core from outside, in one program: linked apart each of its parts would carry the core once more. By
//! themselves stay what runs in release, too, what counts allocations, and what reads beside the crate.

#[path = "../common/mod.rs"]
mod common;
mod content_set;
mod fight;
mod prop_holdings;
mod prop_walk;
mod prop_zone;
mod rewind;
mod scenarios;
mod world_sight;
mod world_zones;
