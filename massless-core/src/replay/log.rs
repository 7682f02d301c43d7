//! Writing and reading of log segments.

use thiserror::Error;

use super::commands::{self, History};
use crate::codec::{CodecError, Reader, Writer};
use crate::command::Command;
use crate::content::ContentHash;
use crate::hash::{StateHash, checksum};
use crate::ids::ZoneId;
use crate::snapshot::RestoreError;
use crate::units::Tick;
use crate::zone::{Digests, PARTS, StepOutput, Zone};

const MAGIC: &[u8; 4] = b"MLRL";
/// Version of the log format this build writes and reads.
pub const VERSION: u16 = 4;
/// Bytes of one tick's record: a full channel's joins with their names fit several times.
const TICK_BYTES_MAX: u64 = 16 << 20;
/// Bytes of a segment's snapshot.
const SNAPSHOT_BYTES_MAX: usize = 256 << 20;

/// Why a log was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LogError {
    /// Not a log.
    #[error("this is no zone log")]
    NotALog,
    /// Of a version this build does not read.
    #[error("the log has version {found}, this build reads {VERSION}")]
    Version {
        /// Version found.
        found: u16,
    },
    /// Made with other content.
    #[error("the log was made with content {found}, loaded is {loaded}")]
    Content {
        /// Content of the log.
        found: ContentHash,
        /// Content at hand.
        loaded: ContentHash,
    },
    /// The head's checksum does not match, or the head is cut short.
    #[error("the head of the log, before tick {tick}, is damaged")]
    DamagedHead {
        /// First tick of the log, as far as the head can still be believed.
        tick: Tick,
    },
    /// A tick's record is damaged.
    #[error("tick {tick} is damaged")]
    DamagedTick {
        /// Which tick.
        tick: Tick,
    },
    /// The log ends inside a tick's record.
    #[error("the log ends inside tick {tick}")]
    CutShort {
        /// Which tick.
        tick: Tick,
    },
    /// The snapshot was refused.
    #[error("the snapshot of the log was refused: {0}")]
    Snapshot(#[from] RestoreError),
}

/// What a segment says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Content it was made with.
    pub content: ContentHash,
    /// Zone.
    pub zone: ZoneId,
    /// Seed of the zone's draws.
    pub seed: u64,
    /// Epoch of the zone.
    pub epoch: u32,
    /// First tick recorded.
    pub first_tick: Tick,
}

/// Appends a segment, tick by tick, to byte vectors of the caller's.
#[derive(Debug, Default)]
pub struct LogWriter {
    history: History,
    body: Writer,
}

impl LogWriter {
    /// Begins a segment with the zone's present state.
    #[must_use]
    pub fn begin(zone: &Zone, out: &mut Vec<u8>) -> Self {
        let mut head = Writer::new();
        head.raw(MAGIC);
        head.u16(VERSION);
        head.u128(zone.content().hash().get());
        head.u32(zone.id().get());
        head.u64(zone.seed());
        head.u32(zone.epoch());
        head.u64(zone.tick().get());
        head.bytes(&zone.snapshot());
        let sum = checksum(head.as_bytes());
        head.u32(sum);
        out.extend_from_slice(head.as_bytes());
        Self::default()
    }

    /// Appends one tick: its commands and what came of them.
    pub fn tick(&mut self, commands: &[Command], output: &StepOutput<'_>, out: &mut Vec<u8>) {
        self.body.clear();
        commands::write(&mut self.history, commands, &mut self.body);
        self.body.u128(output.hash.get());
        for fingerprint in output.digests.fingerprints() {
            self.body.u16(fingerprint);
        }
        let mut writer = Writer::over(core::mem::take(out));
        writer.bytes(self.body.as_bytes());
        writer.u32(checksum(self.body.as_bytes()));
        *out = writer.into_bytes();
    }
}

/// One tick of a log.
#[derive(Clone, Copy, Debug)]
pub struct TickRecord<'a> {
    /// Which tick.
    pub tick: Tick,
    /// Its commands.
    pub commands: &'a [Command],
    /// Hash of the state after it.
    pub hash: StateHash,
    /// Low 16 bits of the digests of the parts.
    pub fingerprints: [u16; PARTS.len()],
}

impl TickRecord<'_> {
    /// The first part whose digest differs from what the log says.
    #[must_use]
    pub fn differing_part(&self, digests: &Digests) -> Option<&'static str> {
        let pairs = self.fingerprints.iter().zip(digests.fingerprints());
        pairs.zip(PARTS).find(|&((&logged, found), _)| logged != found).map(|(_, name)| name)
    }
}

/// Reads a segment.
#[derive(Debug)]
pub struct LogReader<'a> {
    header: Header,
    snapshot: &'a [u8],
    rest: Reader<'a>,
    next: Tick,
    history: History,
    commands: Vec<Command>,
}

impl<'a> LogReader<'a> {
    /// Reads the head of a segment.
    pub fn open(bytes: &'a [u8]) -> Result<Self, LogError> {
        let mut reader = Reader::new(bytes);
        let beyond = LogError::DamagedHead { tick: Tick::default() };
        let magic = reader.raw(MAGIC.len()).map_err(|_| LogError::NotALog)?;
        let found = reader.u16().map_err(|_| beyond.clone())?;
        let head = read_head(&mut reader);
        let head_len = bytes.len() - reader.rest().len();
        let sum = reader.u32();
        // A flipped byte in magic or version is damage; only where the rest does not fit either is it
        // something else, or of another version.
        let rest_fits = sum.is_ok_and(|sum| sum == head_checksum(&bytes[..head_len]));
        if magic != MAGIC && !rest_fits {
            return Err(LogError::NotALog);
        }
        if found != VERSION && !rest_fits {
            return Err(LogError::Version { found });
        }
        let (header, snapshot) = head.map_err(|_| beyond)?;
        if !rest_fits || magic != MAGIC || found != VERSION {
            return Err(LogError::DamagedHead { tick: header.first_tick });
        }
        let next = header.first_tick;
        let (history, commands) = (History::default(), Vec::new());
        Ok(Self { header, snapshot, rest: reader, next, history, commands })
    }

    /// What the segment says of itself.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The state it begins with.
    #[must_use]
    pub const fn snapshot(&self) -> &'a [u8] {
        self.snapshot
    }

    /// The next tick; `None` at the end.
    ///
    /// Not an `Iterator`: a record borrows the reader, so that its commands need no copy.
    #[expect(clippy::should_implement_trait, reason = "it lends, which Iterator cannot")]
    pub fn next(&mut self) -> Result<Option<TickRecord<'_>>, LogError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let tick = self.next;
        let cut = |error| match error {
            CodecError::Truncated => LogError::CutShort { tick },
            _ => LogError::DamagedTick { tick },
        };
        let len = self.rest.varint_max(TICK_BYTES_MAX, "tick length").map_err(cut)?;
        let body = self.rest.raw(len as usize).map_err(cut)?;
        let sum = self.rest.u32().map_err(cut)?;
        if checksum(body) != sum {
            return Err(LogError::DamagedTick { tick });
        }
        let (hash, fingerprints) =
            self.read_body(body).map_err(|_| LogError::DamagedTick { tick })?;
        self.next = tick.next();
        Ok(Some(TickRecord { tick, commands: &self.commands, hash, fingerprints }))
    }

    fn read_body(&mut self, body: &[u8]) -> Result<(StateHash, [u16; PARTS.len()]), CodecError> {
        let mut reader = Reader::new(body);
        commands::read(&mut self.history, &mut reader, &mut self.commands)?;
        let hash = StateHash::new(reader.u128()?);
        let mut fingerprints = [0; PARTS.len()];
        for fingerprint in &mut fingerprints {
            *fingerprint = reader.u16()?;
        }
        reader.finish()?;
        Ok((hash, fingerprints))
    }
}

/// Checksum of a head, as if it had this build's magic and version.
fn head_checksum(head: &[u8]) -> u32 {
    let mut sound = MAGIC.to_vec();
    sound.extend_from_slice(&VERSION.to_le_bytes());
    sound.extend_from_slice(head.get(sound.len()..).unwrap_or_default());
    checksum(&sound)
}

fn read_head<'a>(reader: &mut Reader<'a>) -> Result<(Header, &'a [u8]), CodecError> {
    let header = Header {
        content: ContentHash::new(reader.u128()?),
        zone: ZoneId::new(reader.u32()?),
        seed: reader.u64()?,
        epoch: reader.u32()?,
        first_tick: Tick::new(reader.u64()?),
    };
    Ok((header, reader.bytes(SNAPSHOT_BYTES_MAX)?))
}
