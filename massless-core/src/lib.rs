#![doc = include_str!("../README.md")]

pub mod character;
pub mod codec;
pub mod command;
mod components;
pub mod content;
pub mod event;
pub mod formulas;
pub mod fuzz;
pub mod hash;
mod holdings;
pub mod ids;
pub mod intent;
pub mod ledger;
pub mod limits;
pub mod math;
pub mod par;
pub mod replay;
pub mod rng;
pub mod skills;
pub mod snapshot;
pub mod spatial;
mod systems;
mod traits;
pub mod units;
pub mod view;
pub mod walk;
pub mod zone;
