#![doc = include_str!("../README.md")]

pub mod limits;

mod breaker;
mod connection;
mod dialect;
mod errand;
mod error;
pub mod fault;
mod migrations;
mod pool;
pub mod repo;
mod rows;
#[allow(missing_docs, reason = "printed by diesel")]
pub mod schema;
pub mod shared;

pub mod verify;

pub use breaker::BreakerSettings;
pub use connection::{Backend, Connection};
pub use errand::Errand;
pub use error::StoreError;
pub use pool::{Store, StoreSettings};
