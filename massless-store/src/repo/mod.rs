//! What is kept, one file an aggregate: free functions over a `Connection`, named after what they are
//! for. Times are Unix milliseconds and given by the caller, but for leases, which the database times.

pub mod accounts;
pub mod bans;
pub mod boards;
pub mod export;
pub mod friends;
pub mod roster;
pub mod tickets;
pub mod tokens;
