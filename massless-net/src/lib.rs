#![doc = include_str!("../README.md")]

pub mod client;
pub mod clock;
pub mod error;
pub mod fuzz;
pub mod interest;
pub mod limits;
pub mod link;
#[cfg(feature = "client")]
pub mod online;
pub mod replication;
pub mod session;
#[cfg(any(feature = "ws", feature = "quic", feature = "client"))]
pub mod transport;
pub mod wire;
