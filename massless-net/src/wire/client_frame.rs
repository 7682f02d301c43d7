//! What a client sends: one byte of message id, then bits. Layout: docs/protocol.md.

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::command::{Act, Input};
use massless_core::ids::{ActorId, ClassId, FactionId};
use massless_core::limits::REWIND_TICKS_MAX;
use massless_core::units::{Facing, Tick};

use super::act::{read_act, write_act};
use super::bits;
use super::kept::{Kept, read_kept, write_kept};
use super::report::{Report, read_report, write_report};
use super::state::{Ack, read_ack, write_ack};
use super::verb::{PartyVerb, read_party_verb, write_party_verb};
use crate::error::WireError;
use crate::limits::{CHAT_BYTES_MAX, CLIENT_FRAME_BYTES_MAX, INPUTS_PER_FRAME_MAX};
use crate::session::ticket::Ticket;
use crate::session::token::ResumeToken;

/// Message ids, client to server. Never reused.
pub mod id {
    /// `ClientFrame::Hello`.
    pub const HELLO: u8 = 0x01;
    /// `ClientFrame::Chat`.
    pub const CHAT: u8 = 0x03;
    /// `ClientFrame::Leave`.
    pub const LEAVE: u8 = 0x04;
    /// `ClientFrame::Ping`.
    pub const PING: u8 = 0x05;
    /// `ClientFrame::Pong`.
    pub const PONG: u8 = 0x06;
    /// `ClientFrame::Act`.
    pub const ACT: u8 = 0x07;
    /// `ClientFrame::Party`.
    pub const PARTY: u8 = 0x08;
    /// `ClientFrame::Inputs`. Version 3 wrote them as 0x02.
    pub const INPUTS: u8 = 0x09;
    /// `ClientFrame::Report`.
    pub const REPORT: u8 = 0x0A;
}

/// Bytes of a name on the wire.
const NAME_BYTES_MAX: usize = massless_core::limits::NAME_BYTES_MAX;
/// The channel whose lines are for one character. Reason: game rules, section 13.
pub const CHANNEL_WHISPER: u8 = 5;
/// Factions a newcomer may choose among.
const FACTIONS: u8 = 3;

/// The low 16 bits of a tick; the rest follows from any tick within 27 minutes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShortTick(u16);

impl ShortTick {
    /// The short form of `tick`.
    #[must_use]
    pub const fn of(tick: Tick) -> Self {
        Self(tick.get() as u16)
    }

    /// From 16 bits.
    #[must_use]
    pub const fn new(raw: u16) -> Self {
        Self(raw)
    }

    /// The 16 bits.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The whole tick, the one nearest to `near`.
    #[must_use]
    pub const fn near(self, near: Tick) -> Tick {
        let gap = self.0.wrapping_sub(near.get() as u16).cast_signed();
        Tick::new(near.get().saturating_add_signed(gap as i64))
    }
}

/// One numbered input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NumberedInput {
    /// The client's number, one more than that of the input before.
    pub sequence: u16,
    /// The tick it is meant for.
    pub meant: ShortTick,
    /// What the hands do.
    pub input: Input,
}

/// The newest input and up to two before it, newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inputs {
    /// Newest update applied, for the server's measure of the delay.
    pub seen: ShortTick,
    /// What came by datagram, if anything does; its newest state is `seen`.
    pub ack: Option<Ack>,
    count: u8,
    list: [NumberedInput; INPUTS_PER_FRAME_MAX],
}

impl Inputs {
    /// A frame with one input.
    #[must_use]
    pub fn new(seen: ShortTick, newest: NumberedInput) -> Self {
        let mut list = [NumberedInput::default(); INPUTS_PER_FRAME_MAX];
        list[0] = newest;
        Self { seen, ack: None, count: 1, list }
    }

    /// Adds the input before the last one added; declines when the frame is full, or the numbers
    /// do not follow each other, or more than four ticks lie between them.
    pub fn try_add(&mut self, older: NumberedInput) -> bool {
        let last = self.list[usize::from(self.count) - 1];
        let gap = last.meant.get().wrapping_sub(older.meant.get());
        let follows = older.sequence == last.sequence.wrapping_sub(1) && (1..=4).contains(&gap);
        if usize::from(self.count) == INPUTS_PER_FRAME_MAX || !follows {
            return false;
        }
        self.list[usize::from(self.count)] = older;
        self.count += 1;
        true
    }

    /// The inputs, newest first; at least one.
    #[must_use]
    pub fn list(&self) -> &[NumberedInput] {
        &self.list[..usize::from(self.count)]
    }
}

/// Who knocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// Somebody new.
    Guest {
        /// Wanted name.
        name: String,
        /// Wanted appearance, 0..=15.
        look: u8,
        /// Wanted class, 1..=4.
        class: ClassId,
        /// Wanted faction, 1..=3.
        faction: FactionId,
    },
    /// Somebody whose connection was lost.
    Resume {
        /// Which session.
        token: ResumeToken,
        /// What it has kept of the world, if anything.
        kept: Option<Kept>,
    },
    /// Somebody who has logged in and chosen a character.
    Ticket(Ticket),
}

/// Kinds of claims on the wire.
const CLAIM_GUEST: u64 = 0;
const CLAIM_RESUME: u64 = 1;
const CLAIM_TICKET: u64 = 2;

/// A frame from a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientFrame {
    /// The first frame.
    Hello {
        /// The client's protocol version.
        version: u16,
        /// Who knocks; `None` when the version is one this crate cannot read further.
        claim: Option<Claim>,
    },
    /// What the hands do.
    Inputs(Inputs),
    /// A line of talk.
    Chat {
        /// Channel number of game rules section 13, 1..=9.
        channel: u8,
        /// Whom a whisper (channel 5) is for; empty on every other channel.
        to: String,
        /// The line.
        text: String,
    },
    /// Goodbye.
    Leave,
    /// Asks for a `Pong` with the same stamp.
    Ping {
        /// Any number.
        stamp: u32,
    },
    /// Answers a server's ping.
    Pong {
        /// The ping's number.
        stamp: u32,
    },
    /// What a player does beside moving and fighting.
    Act(Act),
    /// What a player does with its party.
    Party(PartyVerb),
    /// How its prediction agrees with what it is told.
    Report(Report),
}

impl ClientFrame {
    /// Appends the frame's bytes to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut body = BitWriter::new();
        let id = match self {
            Self::Hello { version, claim } => {
                body.bits(u64::from(*version), 16);
                write_claim(&mut body, claim.as_ref());
                id::HELLO
            }
            Self::Inputs(inputs) => {
                write_ack(&mut body, inputs.ack.as_ref());
                write_inputs(&mut body, inputs);
                id::INPUTS
            }
            Self::Chat { channel, to, text } => {
                body.bits(u64::from(*channel & 15), 4);
                if *channel == CHANNEL_WHISPER {
                    bits::write_text(&mut body, to, NAME_BYTES_MAX);
                }
                bits::write_text(&mut body, text, CHAT_BYTES_MAX);
                id::CHAT
            }
            Self::Leave => id::LEAVE,
            Self::Ping { stamp } => {
                body.bits(u64::from(*stamp), 32);
                id::PING
            }
            Self::Pong { stamp } => {
                body.bits(u64::from(*stamp), 32);
                id::PONG
            }
            Self::Act(act) => {
                write_act(&mut body, act);
                id::ACT
            }
            Self::Party(verb) => {
                write_party_verb(&mut body, verb);
                id::PARTY
            }
            Self::Report(report) => {
                write_report(&mut body, report);
                id::REPORT
            }
        };
        out.push(id);
        body.append_to(out);
    }

    /// Reads a whole frame.
    pub fn decode(frame: &[u8]) -> Result<Self, WireError> {
        if frame.len() > CLIENT_FRAME_BYTES_MAX {
            return Err(WireError::TooLong(frame.len()));
        }
        let (&id, body) = frame.split_first().ok_or(WireError::Empty)?;
        let mut bits = BitReader::new(body);
        let (message, read) = match id {
            id::HELLO => ("hello", read_hello(&mut bits)),
            id::INPUTS => ("inputs", read_inputs(&mut bits).map(Self::Inputs)),
            id::CHAT => ("chat", read_chat(&mut bits)),
            id::LEAVE => ("leave", Ok(Self::Leave)),
            id::PING => ("ping", read_stamp(&mut bits).map(|stamp| Self::Ping { stamp })),
            id::PONG => ("pong", read_stamp(&mut bits).map(|stamp| Self::Pong { stamp })),
            id::ACT => ("act", read_act(&mut bits).map(Self::Act)),
            id::PARTY => ("party", read_party_verb(&mut bits).map(Self::Party)),
            id::REPORT => ("report", read_report(&mut bits).map(Self::Report)),
            _ => return Err(WireError::UnknownMessage(id)),
        };
        let whole = match read {
            // Of a version that cannot be read only the number is looked at.
            Ok(hello @ Self::Hello { claim: None, .. }) => Ok(hello),
            Ok(frame) => bits.finish().map(|()| frame),
            Err(source) => Err(source),
        };
        whole.map_err(|source| WireError::Field { message, source })
    }
}

fn write_claim(out: &mut BitWriter, claim: Option<&Claim>) {
    match claim {
        None => {}
        Some(Claim::Guest { name, look, class, faction }) => {
            out.bits(CLAIM_GUEST, 2);
            bits::write_text(out, name, NAME_BYTES_MAX);
            out.bits(u64::from(*look & 15), 4);
            out.bits(u64::from(class.get().saturating_sub(1) & 3), 2);
            out.bits(u64::from(faction.get().saturating_sub(1).min(FACTIONS - 1)), 2);
        }
        Some(Claim::Resume { token, kept }) => {
            out.bits(CLAIM_RESUME, 2);
            write_bytes(out, token.as_bytes());
            write_kept(out, kept.as_ref());
        }
        Some(Claim::Ticket(ticket)) => {
            out.bits(CLAIM_TICKET, 2);
            write_bytes(out, ticket.as_bytes());
        }
    }
}

fn read_hello(bits: &mut BitReader<'_>) -> Result<ClientFrame, CodecError> {
    let version = bits.bits(16)? as u16;
    if !super::version::serves(version) {
        return Ok(ClientFrame::Hello { version, claim: None });
    }
    let claim = match bits.bits(2)? {
        CLAIM_GUEST => {
            let name = bits::read_text(bits, NAME_BYTES_MAX)?;
            let look = bits.bits(4)? as u8;
            let (class, faction) = (bits.bits(2)? as u8 + 1, bits.bits(2)? as u8 + 1);
            if faction > FACTIONS {
                return Err(CodecError::OutOfRange("faction"));
            }
            let (class, faction) = (ClassId::new(class), FactionId::new(faction));
            Claim::Guest { name, look, class, faction }
        }
        CLAIM_RESUME => {
            let token = ResumeToken::from_bytes(read_bytes(bits)?);
            Claim::Resume { token, kept: read_kept(bits)? }
        }
        CLAIM_TICKET => Claim::Ticket(Ticket::from_bytes(read_bytes(bits)?)),
        _ => return Err(CodecError::OutOfRange("claim")),
    };
    Ok(ClientFrame::Hello { version, claim: Some(claim) })
}

fn write_bytes(out: &mut BitWriter, bytes: &[u8]) {
    for &byte in bytes {
        out.bits(u64::from(byte), 8);
    }
}

fn read_bytes<const N: usize>(bits: &mut BitReader<'_>) -> Result<[u8; N], CodecError> {
    let mut bytes = [0; N];
    for byte in &mut bytes {
        *byte = bits.bits(8)? as u8;
    }
    Ok(bytes)
}

fn write_inputs(out: &mut BitWriter, inputs: &Inputs) {
    let newest = inputs.list[0];
    out.bits(u64::from(newest.sequence), 16);
    out.bits(u64::from(newest.meant.get()), 16);
    out.bits(u64::from(inputs.seen.get()), 16);
    out.bits(u64::from(inputs.count - 1), 2);
    write_input(out, &newest.input);
    for pair in inputs.list().windows(2) {
        let gap = pair[0].meant.get().wrapping_sub(pair[1].meant.get());
        out.bits(u64::from(gap - 1), 2);
        let same = pair[0].input == pair[1].input;
        out.bool(same);
        if !same {
            write_input(out, &pair[1].input);
        }
    }
}

fn read_inputs(bits: &mut BitReader<'_>) -> Result<Inputs, CodecError> {
    let ack = read_ack(bits)?;
    let sequence = bits.bits(16)? as u16;
    let meant = ShortTick::new(bits.bits(16)? as u16);
    let seen = ShortTick::new(bits.bits(16)? as u16);
    let older = bits.bits(2)?;
    if older as usize >= INPUTS_PER_FRAME_MAX {
        return Err(CodecError::OutOfRange("inputs"));
    }
    let mut last = NumberedInput { sequence, meant, input: read_input(bits)? };
    let ack = ack.map(|ack| Ack { newest: seen, ..ack });
    let mut inputs = Inputs { ack, ..Inputs::new(seen, last) };
    for _ in 0..older {
        let gap = bits.bits(2)? as u16 + 1;
        last.sequence = last.sequence.wrapping_sub(1);
        last.meant = ShortTick::new(last.meant.get().wrapping_sub(gap));
        if !bits.bool()? {
            last.input = read_input(bits)?;
        }
        let added = inputs.try_add(last);
        debug_assert!(added, "the layout cannot say anything else");
    }
    Ok(inputs)
}

fn write_input(out: &mut BitWriter, input: &Input) {
    let walks = input.direction != [0, 0];
    out.bool(walks);
    if walks {
        out.signed(i64::from(input.direction[0]), 8);
        out.signed(i64::from(input.direction[1]), 8);
    }
    out.bits(u64::from(input.facing.get()), 16);
    out.bool(input.buttons != 0);
    if input.buttons != 0 {
        out.bits(u64::from(input.buttons), 16);
    }
    out.bool(input.target.is_some());
    if let Some(target) = input.target {
        bits::write_number(out, target.get());
    }
    out.bool(input.aim.is_some());
    for part in input.aim.into_iter().flatten() {
        out.bits(u64::from(part), 16);
    }
    out.bits(u64::from(input.rewind.min(REWIND_TICKS_MAX)), 3);
}

fn read_input(bits: &mut BitReader<'_>) -> Result<Input, CodecError> {
    let mut input = Input::default();
    if bits.bool()? {
        input.direction = [bits.signed(8)? as i8, bits.signed(8)? as i8];
        if input.direction == [0, 0] {
            return Err(CodecError::OutOfRange("direction"));
        }
    }
    input.facing = Facing::new(bits.bits(16)? as u16);
    if bits.bool()? {
        input.buttons = bits.bits(16)? as u16;
        if input.buttons == 0 {
            return Err(CodecError::OutOfRange("buttons"));
        }
    }
    if bits.bool()? {
        input.target = Some(ActorId::new(bits::read_number(bits)?));
    }
    if bits.bool()? {
        input.aim = Some([bits.bits(16)? as u16, bits.bits(16)? as u16]);
    }
    input.rewind = bits.bits(3)? as u8;
    if input.rewind > REWIND_TICKS_MAX {
        return Err(CodecError::OutOfRange("rewind"));
    }
    Ok(input)
}

fn read_chat(bits: &mut BitReader<'_>) -> Result<ClientFrame, CodecError> {
    let channel = bits.bits(4)? as u8;
    if !(1..=9).contains(&channel) {
        return Err(CodecError::OutOfRange("channel"));
    }
    let to = if channel == CHANNEL_WHISPER {
        bits::read_text(bits, NAME_BYTES_MAX)?
    } else {
        String::new()
    };
    Ok(ClientFrame::Chat { channel, to, text: bits::read_text(bits, CHAT_BYTES_MAX)? })
}

fn read_stamp(bits: &mut BitReader<'_>) -> Result<u32, CodecError> {
    Ok(bits.bits(32)? as u32)
}
