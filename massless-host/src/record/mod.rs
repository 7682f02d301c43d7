//! Every zone is always recorded: segments on disk, checkpoints in memory, incidents when
//! something went wrong.
//!
//! ```text
//! zone runner --bytes of ticks--> Recorder --bounded queue--> writer thread --> data/zones/<id>/*.mlr
//!                                    '--incident------------------'---------> data/incidents/*/
//! ```
//! A tick never waits for the disk: a full queue is tried again later, a write that fails costs the
//! rest of its segment, a counter and a warning.

mod folder;
mod incident;
mod recorder;
mod writer;

pub(crate) use folder::{
    LastStop, ZoneFolder, channels_with_state, claim_start, final_snapshots, segments_of,
    write_durably,
};
pub(crate) use incident::{Incident, IncidentKind, Incidents, Pace, SystemTime};
pub(crate) use recorder::Recorder;
pub(crate) use writer::{WriterSettings, spawn};
