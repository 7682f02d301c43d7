//! Frames, bit by bit: what the bytes mean, and nothing about when they are sent.
//!
//! A frame is one byte of message id and a body of bits, lowest bit of a byte first, the last byte
//! padded with zeros. `docs/protocol.md` shows every layout; `tests/golden_wire.rs` holds the
//! bytes.

pub mod act;
pub mod bits;
pub mod client_frame;
pub mod event;
pub mod own;
pub mod packed;
pub mod party;
pub mod quantize;
pub mod record;
pub mod server_frame;
pub mod sheet;
pub mod trade;
pub mod update;
pub mod verb;
pub mod version;

pub use client_frame::{CHANNEL_WHISPER, Claim, ClientFrame, Inputs, NumberedInput, ShortTick};
pub use party::{Party, PartyMember};
pub use server_frame::{ServerFrame, Welcome};
pub use verb::{PartyVerb, Whom};
pub use version::PROTOCOL_VERSION;
