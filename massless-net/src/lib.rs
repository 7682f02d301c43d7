#![doc = include_str!("../README.md")]

pub mod client;
pub mod clock;
pub mod error;
pub mod interest;
pub mod limits;
pub mod replication;
pub mod session;
pub mod wire;
