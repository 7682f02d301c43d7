//! A zone's log: header, snapshot, then each tick's commands and state hash. Recording, reading, playing
//! and comparing are pure functions over bytes.
//!
//! ```text
//! segment = head | tick*
//! head    = magic "MLRL" | version u16 | content hash u128 | zone u32 | seed u64 | epoch u32 | first tick u64
//!         | snapshot (varint length, bytes) | checksum u32 over all before
//! tick    = length varint | body | checksum u32 over the body
//! body    = commands (see `commands`) | state hash u128 | fingerprints [u16; PARTS]
//! ```
//!
//! A segment stands alone: it begins with a snapshot, and every restore of a zone begins a new one. A
//! tick's number is its place. Inputs are written as changes against the tick before, so that someone who keeps
//! walking costs nothing.

mod acts;
mod commands;
mod diff;
mod log;
mod play;
#[cfg(test)]
mod tests;

pub use self::diff::{Difference, diff};
pub use self::log::{Header, LogError, LogReader, LogWriter, TickRecord, VERSION};
pub use self::play::{Divergence, Verdict, play, play_until};
