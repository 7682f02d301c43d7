//! What a server sends, but for updates: one byte of message id, then bits. Layout:
//! docs/protocol.md.

use massless_core::codec::{BitReader, BitWriter, CodecError};
use massless_core::ids::{ActorId, PlayerId, ZoneId};
use massless_core::units::Tick;

use super::bits;
use super::client_frame::CHANNEL_WHISPER;
use super::party::{Party, read_party, write_party};
use crate::error::WireError;
use crate::limits::{CHAT_BYTES_MAX, FRAME_BYTES_MAX, SENTENCE_BYTES_MAX};
use crate::session::close::{CloseCode, Notice};
use crate::session::token::{ResumeToken, TOKEN_BYTES};

/// Message ids, server to client. Never reused.
pub mod id {
    /// `ServerFrame::Welcome`.
    pub const WELCOME: u8 = 0x41;
    /// An update; see `wire::update`.
    pub const UPDATE: u8 = 0x42;
    /// `ServerFrame::Chat`.
    pub const CHAT: u8 = 0x43;
    /// `ServerFrame::Notice`.
    pub const NOTICE: u8 = 0x44;
    /// `ServerFrame::Pong`.
    pub const PONG: u8 = 0x45;
    /// `ServerFrame::Ping`.
    pub const PING: u8 = 0x46;
    /// `ServerFrame::Close`.
    pub const CLOSE: u8 = 0x47;
    /// `ServerFrame::Moved`.
    pub const MOVED: u8 = 0x48;
    /// `ServerFrame::Party`.
    pub const PARTY: u8 = 0x49;
    /// `ServerFrame::Invited`.
    pub const INVITED: u8 = 0x4A;
    /// A state, by datagram; see `wire::state`.
    pub const STATE: u8 = 0x4B;
    /// `ServerFrame::Resumed`.
    pub const RESUMED: u8 = 0x4C;
}

/// Bytes of a name on the wire.
const NAME_BYTES_MAX: usize = massless_core::limits::NAME_BYTES_MAX;

/// What a client has to know before the first update of a zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Welcome {
    /// Who the client is.
    pub player: PlayerId,
    /// Its body.
    pub actor: ActorId,
    /// The name it bears.
    pub name: String,
    /// The zone it is in.
    pub zone: ZoneId,
    /// The zone's epoch.
    pub epoch: u32,
    /// The tick stepped last.
    pub tick: Tick,
    /// Hash of the zone's content: the client loads the map that belongs to it.
    pub content: u128,
    /// Lets this session be resumed after a loss.
    pub resume: ResumeToken,
    /// Metres within which others are shown.
    pub sight_metres: f32,
    /// Speed in force, metres per second.
    pub speed: f32,
}

/// A frame from the server, but for updates.
#[derive(Clone, Debug, PartialEq)]
pub enum ServerFrame {
    /// The client is in.
    Welcome(Box<Welcome>),
    /// The client is in again, and what it has kept of the world holds: only what has changed since is told. Updates
    /// begin again with number 0, its inputs with 1.
    Resumed(Box<Welcome>),
    /// The client is in another zone now, on the same connection: all it knew of others and of its
    /// own state is void, updates begin again with number 0, its inputs go on being numbered.
    Moved(Box<Welcome>),
    /// The client's party as it is now; without members there is none.
    Party(Party),
    /// Somebody asks the client into a party.
    Invited {
        /// Who.
        name: String,
    },
    /// Somebody says something.
    Chat {
        /// Who says it; `None` is the server.
        actor: Option<ActorId>,
        /// The speaker's name.
        name: String,
        /// Channel number, 1..=9.
        channel: u8,
        /// Only for whispers (channel 5): this is what the client itself said, to `name`.
        sent: bool,
        /// The line.
        text: String,
    },
    /// Something the client did was refused; the session goes on.
    Notice(Notice),
    /// Answers a client's ping.
    Pong {
        /// The ping's number.
        stamp: u32,
    },
    /// Asks for a pong.
    Ping {
        /// Any number.
        stamp: u32,
    },
    /// The last frame of a session.
    Close {
        /// Why.
        code: CloseCode,
        /// A sentence for people.
        sentence: String,
    },
}

impl ServerFrame {
    /// Appends the frame's bytes to `out`.
    pub fn encode(&self, out: &mut Vec<u8>) {
        let mut body = BitWriter::new();
        let id = match self {
            Self::Welcome(welcome) => {
                write_welcome(&mut body, welcome);
                id::WELCOME
            }
            Self::Resumed(welcome) => {
                write_welcome(&mut body, welcome);
                id::RESUMED
            }
            Self::Moved(welcome) => {
                write_welcome(&mut body, welcome);
                id::MOVED
            }
            Self::Party(party) => {
                write_party(&mut body, party);
                id::PARTY
            }
            Self::Invited { name } => {
                bits::write_text(&mut body, name, NAME_BYTES_MAX);
                id::INVITED
            }
            Self::Chat { actor, name, channel, sent, text } => {
                bits::write_number(&mut body, actor.map_or(0, ActorId::get));
                bits::write_text(&mut body, name, NAME_BYTES_MAX);
                body.bits(u64::from(*channel & 15), 4);
                if *channel == CHANNEL_WHISPER {
                    body.bool(*sent);
                }
                bits::write_text(&mut body, text, CHAT_BYTES_MAX);
                id::CHAT
            }
            Self::Notice(notice) => {
                body.bits(u64::from(notice.get()), 8);
                id::NOTICE
            }
            Self::Pong { stamp } => {
                body.bits(u64::from(*stamp), 32);
                id::PONG
            }
            Self::Ping { stamp } => {
                body.bits(u64::from(*stamp), 32);
                id::PING
            }
            Self::Close { code, sentence } => {
                body.bits(u64::from(code.get()), 16);
                bits::write_text(&mut body, sentence, SENTENCE_BYTES_MAX);
                id::CLOSE
            }
        };
        out.push(id);
        body.append_to(out);
    }

    /// The frame's bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.encode(&mut out);
        out
    }

    /// Reads a whole frame that is not an update.
    pub fn decode(frame: &[u8]) -> Result<Self, WireError> {
        if frame.len() > FRAME_BYTES_MAX {
            return Err(WireError::TooLong(frame.len()));
        }
        let (&id, body) = frame.split_first().ok_or(WireError::Empty)?;
        let mut bits = BitReader::new(body);
        let (message, read) = match id {
            id::WELCOME => ("welcome", read_welcome(&mut bits).map(Self::Welcome)),
            id::RESUMED => ("resumed", read_welcome(&mut bits).map(Self::Resumed)),
            id::MOVED => ("moved", read_welcome(&mut bits).map(Self::Moved)),
            id::PARTY => ("party", read_party(&mut bits).map(Self::Party)),
            id::INVITED => {
                let name = bits::read_text(&mut bits, NAME_BYTES_MAX);
                ("invited", name.map(|name| Self::Invited { name }))
            }
            id::CHAT => ("chat", read_chat(&mut bits)),
            id::NOTICE => ("notice", read_notice(&mut bits)),
            id::PONG => ("pong", bits.bits(32).map(|stamp| Self::Pong { stamp: stamp as u32 })),
            id::PING => ("ping", bits.bits(32).map(|stamp| Self::Ping { stamp: stamp as u32 })),
            id::CLOSE => ("close", read_close(&mut bits)),
            _ => return Err(WireError::UnknownMessage(id)),
        };
        read.and_then(|frame| bits.finish().map(|()| frame))
            .map_err(|source| WireError::Field { message, source })
    }
}

fn write_welcome(out: &mut BitWriter, welcome: &Welcome) {
    bits::write_number(out, welcome.player.get());
    bits::write_number(out, welcome.actor.get());
    bits::write_text(out, &welcome.name, NAME_BYTES_MAX);
    out.bits(u64::from(welcome.zone.get()), 32);
    out.bits(u64::from(welcome.epoch), 32);
    out.bits(welcome.tick.get(), 64);
    out.bits(welcome.content as u64, 64);
    out.bits((welcome.content >> 64) as u64, 64);
    for &byte in welcome.resume.as_bytes() {
        out.bits(u64::from(byte), 8);
    }
    bits::write_float(out, welcome.sight_metres);
    bits::write_float(out, welcome.speed);
}

fn read_welcome(bits: &mut BitReader<'_>) -> Result<Box<Welcome>, CodecError> {
    let player = PlayerId::new(bits::read_number(bits)?);
    let actor = ActorId::new(bits::read_number(bits)?);
    let name = bits::read_text(bits, NAME_BYTES_MAX)?;
    let zone = ZoneId::new(bits.bits(32)? as u32);
    let epoch = bits.bits(32)? as u32;
    let tick = Tick::new(bits.bits(64)?);
    let content = u128::from(bits.bits(64)?) | u128::from(bits.bits(64)?) << 64;
    let mut token = [0; TOKEN_BYTES];
    for byte in &mut token {
        *byte = bits.bits(8)? as u8;
    }
    Ok(Box::new(Welcome {
        player,
        actor,
        name,
        zone,
        epoch,
        tick,
        content,
        resume: ResumeToken::from_bytes(token),
        sight_metres: bits::read_float(bits)?,
        speed: bits::read_float(bits)?,
    }))
}

fn read_chat(bits: &mut BitReader<'_>) -> Result<ServerFrame, CodecError> {
    let actor = bits::read_number(bits)?;
    let name = bits::read_text(bits, NAME_BYTES_MAX)?;
    let channel = bits.bits(4)? as u8;
    if !(1..=9).contains(&channel) {
        return Err(CodecError::OutOfRange("channel"));
    }
    let sent = channel == CHANNEL_WHISPER && bits.bool()?;
    let text = bits::read_text(bits, CHAT_BYTES_MAX)?;
    let actor = (actor != 0).then(|| ActorId::new(actor));
    Ok(ServerFrame::Chat { actor, name, channel, sent, text })
}

fn read_notice(bits: &mut BitReader<'_>) -> Result<ServerFrame, CodecError> {
    let raw = bits.bits(8)? as u8;
    Notice::new(raw).map(ServerFrame::Notice).ok_or(CodecError::OutOfRange("notice"))
}

fn read_close(bits: &mut BitReader<'_>) -> Result<ServerFrame, CodecError> {
    let code = CloseCode::new(bits.bits(16)? as u16).ok_or(CodecError::OutOfRange("close code"))?;
    Ok(ServerFrame::Close { code, sentence: bits::read_text(bits, SENTENCE_BYTES_MAX)? })
}
