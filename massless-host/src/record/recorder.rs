//! Writes a zone's log as it happens: the segment on disk, and in memory what a recovery and an
//! incident need.
//!
//! The whole current segment stays in memory until it ends. So an incident needs no file, and a
//! writer that is behind only means that more is handed over later.

use std::sync::mpsc::{SyncSender, TrySendError};

use massless_core::command::Command;
use massless_core::hash::StateHash;
use massless_core::replay::LogWriter;
use massless_core::units::Tick;
use massless_core::view::View;
use massless_core::zone::{Digests, StepOutput, Zone};

use super::folder::ZoneFolder;
use super::incident::{self, Incident, IncidentKind, Pace};
use super::writer::Chunk;
use crate::clock;
use crate::limits::{CHECKPOINT_TICKS, LOG_FLUSH_TICKS, SEGMENT_BYTES_MAX};

/// A log in memory with its writer.
struct Tape {
    bytes: Vec<u8>,
    writer: LogWriter,
    ticks: u64,
}

impl Tape {
    fn begin(zone: &Zone) -> Self {
        let mut bytes = Vec::new();
        let writer = LogWriter::begin(zone, &mut bytes);
        Self { bytes, writer, ticks: 0 }
    }

    fn tick(&mut self, commands: &[Command], output: &StepOutput<'_>) {
        self.writer.tick(commands, output, &mut self.bytes);
        self.ticks += 1;
    }
}

/// The log of one zone and epoch.
pub(crate) struct Recorder {
    folder: ZoneFolder,
    writer: SyncSender<Chunk>,
    segment_ticks: u64,
    segment: Tape,
    first_tick: Tick,
    /// Whether the writer knows of the segment.
    is_begun: bool,
    /// Bytes of the segment the writer has.
    sent: usize,
    checkpoint: Tape,
    pace: Pace,
}

impl Recorder {
    /// Begins the log of `zone` as it is now, with its snapshot.
    pub(crate) fn begin(
        zone: &Zone,
        folder: ZoneFolder,
        writer: SyncSender<Chunk>,
        segment_ticks: u64,
        pace: Pace,
    ) -> Self {
        let mut recorder = Self {
            folder,
            writer,
            segment_ticks,
            segment: Tape::begin(zone),
            first_tick: zone.tick(),
            is_begun: false,
            sent: 0,
            checkpoint: Tape::begin(zone),
            pace,
        };
        recorder.flush(zone.epoch());
        recorder
    }

    /// Records a tick; `turn` must follow when its output is no longer needed.
    pub(crate) fn tick(&mut self, commands: &[Command], output: &StepOutput<'_>) {
        self.segment.tick(commands, output);
        self.checkpoint.tick(commands, output);
    }

    /// Ends what is long enough and begins it anew with the state of `zone`.
    pub(crate) fn turn(&mut self, zone: &Zone) {
        if self.checkpoint.ticks >= CHECKPOINT_TICKS {
            self.checkpoint = Tape::begin(zone);
        }
        let is_long = self.segment.ticks >= self.segment_ticks;
        if is_long || self.segment.bytes.len() >= SEGMENT_BYTES_MAX {
            self.end(zone.epoch());
            self.begin_segment(zone);
        } else if self.segment.ticks.is_multiple_of(LOG_FLUSH_TICKS) {
            self.flush(zone.epoch());
        }
    }

    /// Hands what is new to the writer; what does not fit goes along next time.
    fn flush(&mut self, epoch: u32) {
        if !self.is_begun {
            let path = self.folder.segment(epoch, self.first_tick.get());
            self.is_begun = self.try_send(Chunk::Begin(path));
        }
        if self.is_begun && self.sent < self.segment.bytes.len() {
            let fresh = self.segment.bytes[self.sent..].to_vec();
            if self.try_send(Chunk::Bytes(fresh)) {
                self.sent = self.segment.bytes.len();
            }
        }
    }

    /// Ends the segment on disk.
    fn end(&mut self, epoch: u32) {
        self.flush(epoch);
        let is_complete = self.is_begun && self.sent == self.segment.bytes.len();
        if !(self.try_send(Chunk::End) && is_complete) {
            metrics::counter!("massless_recorder_errors_total").increment(1);
            tracing::warn!(
                first_tick = self.first_tick.get(),
                "the log writer is far behind; the rest of a segment was given up"
            );
        }
    }

    fn try_send(&self, chunk: Chunk) -> bool {
        match self.writer.try_send(chunk) {
            Ok(()) => true,
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => false,
        }
    }

    /// What is replayed after a panic: a snapshot of the last 10 s and the ticks since.
    pub(crate) fn checkpoint(&self) -> &[u8] {
        &self.checkpoint.bytes
    }

    /// Bytes of logs held in memory.
    pub(crate) fn bytes(&self) -> u64 {
        (self.segment.bytes.capacity() + self.checkpoint.bytes.capacity()) as u64
    }

    /// The segment so far.
    pub(crate) fn segment(&self) -> &[u8] {
        &self.segment.bytes
    }

    /// The segment so far with a further tick that has no result: the one that panicked.
    pub(crate) fn segment_with(&mut self, commands: &[Command]) -> Vec<u8> {
        let mut bytes = self.segment.bytes.clone();
        let nothing = StepOutput {
            tick: self.first_tick,
            hash: StateHash::default(),
            digests: &Digests::default(),
            events: &[],
            intents: &[],
            view: &View::default(),
        };
        self.segment.writer.tick(commands, &nothing, &mut bytes);
        bytes
    }

    /// Whether an incident of `kind` would be written now. Ask before the log is copied; one that
    /// is not wanted is only counted.
    pub(crate) fn wants(&self, kind: IncidentKind) -> bool {
        let is_due = self.pace.is_due(kind, clock::uptime());
        if !is_due {
            incident::count(kind);
        }
        is_due
    }

    /// Hands an incident to the writer; one that does not fit is only counted.
    pub(crate) fn report(&mut self, incident: Incident) {
        let kind = incident.kind;
        self.pace.sent(kind, clock::uptime(), &incident.log);
        if !self.try_send(Chunk::Incident(Box::new(incident))) {
            incident::count(kind);
        }
    }

    /// Ends the log of `epoch` and begins that of `zone`, which was restored.
    pub(crate) fn restart(&mut self, epoch: u32, zone: &Zone) {
        self.end(epoch);
        self.begin_segment(zone);
        self.checkpoint = Tape::begin(zone);
    }

    fn begin_segment(&mut self, zone: &Zone) {
        self.segment = Tape::begin(zone);
        self.first_tick = zone.tick();
        self.is_begun = false;
        self.sent = 0;
        self.flush(zone.epoch());
    }

    /// Ends the log; the writer ends with it.
    pub(crate) fn finish(mut self, epoch: u32) {
        self.end(epoch);
    }
}
