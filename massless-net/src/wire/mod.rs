//! Frames, bit by bit: what the bytes mean, and nothing about when they are sent.
//!
//! A frame is one byte of message id and a body of bits, lowest bit of a byte first, the last byte
//! padded with zeros. `docs/protocol.md` shows every layout; `tests/golden_wire.rs` holds the
//! bytes.

pub mod act;
pub mod bits;
pub mod client_frame;
pub mod event;
pub mod kept;
pub mod own;
pub mod packed;
pub mod party;
pub mod quantize;
pub mod record;
pub mod report;
pub mod server_frame;
pub mod sheet;
pub mod state;
pub mod trade;
pub mod update;
pub mod verb;
pub mod version;

pub use client_frame::{CHANNEL_WHISPER, Claim, ClientFrame, Inputs, NumberedInput, ShortTick};
pub use kept::Kept;
pub use party::{Party, PartyMember};
pub use report::Report;
pub use server_frame::{ServerFrame, Welcome};
pub use state::Ack;
pub use verb::{PartyVerb, Whom};
pub use version::{Coding, PROTOCOL_VERSION, PROTOCOL_VERSION_OLDEST};

/// Whether a frame may get lost: a newer one of its kind says more. Where the transport has datagrams it
/// travels as one; all other frames arrive, and in their order.
#[must_use]
pub fn may_get_lost(frame: &[u8]) -> bool {
    let lossy = [
        client_frame::id::INPUTS,
        client_frame::id::PING,
        server_frame::id::PONG,
        server_frame::id::STATE,
    ];
    frame.first().is_some_and(|id| lossy.contains(id))
}
