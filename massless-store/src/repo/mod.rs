//! What is kept, one file an aggregate: free functions over a `Connection`, named after what they are
//! for. Times are Unix milliseconds and given by the caller, but for leases and operations, which the
//! database times.

pub mod accounts;
pub mod audit;
pub mod bans;
pub mod boards;
pub mod characters;
pub mod console;
pub mod definitions;
pub mod export;
pub mod friends;
pub mod leases;
pub mod mail;
pub mod market;
pub mod operations;
pub mod outbox;
pub mod people;
pub mod quarantine;
pub mod second_factor;
pub mod snapshots;
pub mod switches;
pub mod tables;
pub mod tickets;
pub mod tokens;
pub mod trace;
