//! What a session wants done, and what it counted.

use massless_core::command::{Act, Input};
use massless_core::ids::{ClassId, FactionId};

use super::close::CloseCode;
use super::ticket::Ticket;
use super::token::SessionName;
use crate::wire::{Ack, Kept, PartyVerb, Report, ShortTick};

/// What a session wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Write these bytes to the connection.
    Frame(Vec<u8>),
    /// Somebody new wants to play: answer with `welcome` or `close`.
    Join {
        /// A name by the rules; whether it is free is the host's to know.
        name: String,
        /// Appearance, 0..=15.
        look: u8,
        /// Class, 1..=4.
        class: ClassId,
        /// Faction, 1..=3.
        faction: FactionId,
    },
    /// A lost session wants to go on: answer with `welcome` or `close`.
    Resume {
        /// Which session.
        name: SessionName,
        /// What the client has kept of the world: where the host can build on it, `resumed` instead of `welcome`.
        kept: Option<Kept>,
    },
    /// Somebody who has chosen a character wants to play it: answer with `welcome` or `close`.
    Ticket(Ticket),
    /// An input, never out of order and never twice.
    Input {
        /// The client's number.
        sequence: u16,
        /// The tick it is meant for.
        meant: ShortTick,
        /// The newest update the client had seen.
        seen: ShortTick,
        /// What the hands do.
        input: Input,
    },
    /// What the client has got of what was sent by datagram: for `replication::Datagrams`.
    Ack(Ack),
    /// A line of talk by the rules for its bytes.
    Chat {
        /// Channel, 1..=9.
        channel: u8,
        /// Whom a whisper is for; empty on every other channel.
        to: String,
        /// The line.
        text: String,
    },
    /// What the player does beside moving and fighting, in the order it came.
    Act(Act),
    /// What the player does with its party.
    Party(PartyVerb),
    /// How the client's prediction agrees with what it was told.
    Report(Report),
    /// The player leaves by choice: answer with `close(Left)` when the body is gone.
    Leave,
    /// The session is over: close the connection once all frames are written.
    Closed(CloseCode),
}

/// What was counted, for metrics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Frames received.
    pub frames: u64,
    /// Bytes received.
    pub bytes: u64,
    /// Frames dropped because a bucket was empty.
    pub dropped: u64,
}
