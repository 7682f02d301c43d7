//! The thread that owns a zone's files. It alone waits for the disk.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use super::folder::ZoneFolder;
use super::incident::{Incident, Incidents};
use crate::limits::WRITER_CHUNKS_MAX;

/// Work for the writer, in order.
#[derive(Debug)]
pub(crate) enum Chunk {
    /// A new segment begins in this file.
    Begin(PathBuf),
    /// Whole ticks to append to the segment.
    Bytes(Vec<u8>),
    /// The segment is complete.
    End,
    /// Something went wrong in the zone.
    Incident(Box<Incident>),
}

/// What the writer needs to know.
#[derive(Debug)]
pub(crate) struct WriterSettings {
    /// The zone's folder.
    pub(crate) folder: ZoneFolder,
    /// How long segments are kept.
    pub(crate) age_max: Duration,
    /// How many bytes of segments are kept.
    pub(crate) bytes_max: u64,
    /// Where incidents go.
    pub(crate) incidents: Incidents,
}

/// Starts the writer of zone `zone`. It ends, files safe, when the sender is dropped.
pub(crate) fn spawn(
    zone: u32,
    settings: WriterSettings,
) -> io::Result<(SyncSender<Chunk>, JoinHandle<()>)> {
    let (sender, receiver) = sync_channel(WRITER_CHUNKS_MAX);
    let thread = std::thread::Builder::new()
        .name(format!("log-{zone}"))
        .spawn(move || Writer { settings, open: None }.run(&receiver))?;
    Ok((sender, thread))
}

/// The segment being written.
struct Open {
    path: PathBuf,
    file: File,
    good_bytes: u64,
}

struct Writer {
    settings: WriterSettings,
    open: Option<Open>,
}

impl Writer {
    fn run(mut self, work: &Receiver<Chunk>) {
        for chunk in work {
            match chunk {
                Chunk::Begin(path) => self.begin(path),
                Chunk::Bytes(bytes) => self.append(&bytes),
                Chunk::End => self.end(),
                Chunk::Incident(incident) => self.settings.incidents.write(&incident),
            }
        }
        self.end();
    }

    fn begin(&mut self, path: PathBuf) {
        self.end();
        match File::create(&path) {
            Ok(file) => self.open = Some(Open { path, file, good_bytes: 0 }),
            Err(error) => report("a log segment could not be begun", &path, &error),
        }
        let settings = &self.settings;
        let kept = settings.folder.retain(SystemTime::now(), settings.age_max, settings.bytes_max);
        if let Err(error) = kept {
            tracing::warn!(%error, "old log segments could not be removed");
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        let Some(open) = &mut self.open else { return };
        match open.file.write_all(bytes) {
            Ok(()) => open.good_bytes += bytes.len() as u64,
            Err(error) => {
                report("a log segment broke off", &open.path, &error);
                // What was written before is whole ticks: keep exactly that.
                let _ = open.file.set_len(open.good_bytes);
                self.open = None;
            }
        }
    }

    fn end(&mut self) {
        if let Some(open) = self.open.take()
            && let Err(error) = open.file.sync_data()
        {
            report("a log segment could not be made durable", &open.path, &error);
        }
    }
}

fn report(what: &str, path: &Path, error: &io::Error) {
    metrics::counter!("massless_recorder_errors_total").increment(1);
    let segment = path.file_name().unwrap_or_default();
    tracing::warn!(%error, ?segment, "{what}; the next segment begins with a snapshot again");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(data: &Path) -> WriterSettings {
        WriterSettings {
            folder: ZoneFolder::open(data, 1).expect("a folder"),
            age_max: Duration::from_secs(3_600),
            bytes_max: 1 << 30,
            incidents: Incidents::new(data, 2, Duration::ZERO),
        }
    }

    #[test]
    fn segments_are_written_whole_and_a_bad_one_does_not_stop_the_next() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let settings = settings(data.path());
        let folder = settings.folder.clone();
        let (sender, thread) = spawn(1, settings).expect("a thread");
        let bad = data.path().join("no-such-folder").join("x.mlr");
        let chunks = [
            Chunk::Begin(bad),
            Chunk::Bytes(vec![1; 10]),
            Chunk::Begin(folder.segment(1, 20)),
            Chunk::Bytes(vec![2; 10]),
            Chunk::Bytes(vec![3; 10]),
            Chunk::End,
        ];
        for chunk in chunks {
            sender.send(chunk).expect("the writer lives");
        }
        drop(sender);
        thread.join().expect("the writer ends well");
        let bytes = std::fs::read(folder.segment(1, 20)).expect("the segment");
        assert_eq!(bytes, [[2; 10], [3; 10]].concat());
    }
}
