//! Playing a log: `step` in a loop, comparing the hash of every tick.

use std::sync::Arc;

use super::log::{LogError, LogReader, TickRecord};
use crate::content::Content;
use crate::hash::StateHash;
use crate::units::Tick;
use crate::zone::{NoProbe, StepOutput, Zone};

/// The first tick whose state is not the logged one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Divergence {
    /// Which tick.
    pub tick: Tick,
    /// The part of the state that differs first, in the order of `zone::PARTS`.
    pub part: Option<&'static str>,
    /// What the log says.
    pub logged: StateHash,
    /// What came out.
    pub found: StateHash,
}

/// Outcome of playing a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Ticks played, the diverging one included.
    pub ticks: u64,
    /// Hash after the last of them.
    pub last_hash: StateHash,
    /// `None` when every tick's hash was the logged one.
    pub divergence: Option<Divergence>,
}

/// Plays a whole segment and stops at the first divergence. `observer` sees each tick.
pub fn play(
    content: Arc<Content>,
    log: &[u8],
    observer: &mut dyn FnMut(&TickRecord<'_>, &StepOutput<'_>),
) -> Result<Verdict, LogError> {
    let (mut zone, mut reader) = open(content, log)?;
    let mut verdict = Verdict { ticks: 0, last_hash: StateHash::default(), divergence: None };
    while let Some(record) = reader.next()? {
        let output = zone.step(record.commands, &mut NoProbe);
        observer(&record, &output);
        verdict.ticks += 1;
        verdict.last_hash = output.hash;
        if output.hash != record.hash {
            verdict.divergence = Some(Divergence {
                tick: record.tick,
                part: record.differing_part(output.digests),
                logged: record.hash,
                found: output.hash,
            });
            break;
        }
    }
    Ok(verdict)
}

/// Plays a segment until the state before `until` is reached (or the segment's end) and returns it.
pub fn play_until(content: Arc<Content>, log: &[u8], until: Tick) -> Result<Zone, LogError> {
    let (mut zone, mut reader) = open(content, log)?;
    while zone.tick() < until {
        let Some(record) = reader.next()? else { break };
        zone.step(record.commands, &mut NoProbe);
    }
    Ok(zone)
}

pub(super) fn open(content: Arc<Content>, log: &[u8]) -> Result<(Zone, LogReader<'_>), LogError> {
    let reader = LogReader::open(log)?;
    let (found, loaded) = (reader.header().content, content.hash());
    if found != loaded {
        return Err(LogError::Content { found, loaded });
    }
    let zone = Zone::restore(content, reader.snapshot(), reader.header().epoch)?;
    Ok((zone, reader))
}
