//! The thread that owns a zone's files. It alone waits for the disk.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use super::folder::{ZoneFolder, epoch_of};
use super::incident::{Incident, Incidents};
use crate::channels::ChannelId;
use crate::limits::{LOG_SYNC_CHUNKS, WRITER_CHUNKS_MAX};

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

/// Starts the writer of a channel. It ends, files safe, when the sender is dropped.
pub(crate) fn spawn(
    channel: ChannelId,
    settings: WriterSettings,
) -> io::Result<(SyncSender<Chunk>, JoinHandle<()>)> {
    let (sender, receiver) = sync_channel(WRITER_CHUNKS_MAX);
    let thread = std::thread::Builder::new()
        .name(format!("log-{channel}"))
        .spawn(move || Writer { settings, open: None, unstored: None }.run(&receiver))?;
    Ok((sender, thread))
}

/// The segment being written.
struct Open {
    path: PathBuf,
    file: File,
    good_bytes: u64,
    /// Chunks a power cut would lose.
    unsynced: u32,
}

struct Writer {
    settings: WriterSettings,
    open: Option<Open>,
    /// The epoch of the segments, as long as it is not in the folder's epoch file.
    unstored: Option<u32>,
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
            self.store_epoch();
        }
        self.end();
    }

    fn begin(&mut self, path: PathBuf) {
        self.end();
        match File::create(&path) {
            Ok(file) => {
                self.unstored = epoch_of(&path);
                self.open = Some(Open { path, file, good_bytes: 0, unsynced: 0 });
            }
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
            Ok(()) => {
                open.good_bytes += bytes.len() as u64;
                open.unsynced += 1;
                if open.unsynced >= LOG_SYNC_CHUNKS {
                    self.sync();
                }
            }
            Err(error) => {
                report("a log segment broke off", &open.path, &error);
                // What was written before is whole ticks: keep exactly that.
                let _ = open.file.set_len(open.good_bytes);
                self.open = None;
            }
        }
    }

    /// Makes durable what was written; a segment that cannot be ends there.
    fn sync(&mut self) {
        let Some(open) = &mut self.open else { return };
        let folder = open.path.parent().filter(|_| open.unsynced > 0);
        let synced = open.file.sync_data().and_then(|()| match folder {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        });
        open.unsynced = 0;
        if let Err(error) = synced {
            report("a log segment could not be made durable", &open.path, &error);
            self.open = None;
        }
    }

    fn end(&mut self) {
        self.sync();
        self.open = None;
    }

    /// Stores the epoch of a recovery that could not be stored when it was claimed.
    fn store_epoch(&mut self) {
        if let Some(epoch) = self.unstored
            && self.settings.folder.ensure_epoch(epoch).is_ok()
        {
            self.unstored = None;
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
    use massless_core::ids::ZoneId;

    fn channel() -> ChannelId {
        ChannelId::first(ZoneId::new(1))
    }

    fn settings(data: &Path) -> WriterSettings {
        WriterSettings {
            folder: ZoneFolder::open(data, channel()).expect("a folder"),
            age_max: Duration::from_secs(3_600),
            bytes_max: 1 << 30,
            incidents: Incidents::new(data, 2),
        }
    }

    #[test]
    fn segments_are_written_whole_and_a_bad_one_does_not_stop_the_next() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let settings = settings(data.path());
        let folder = settings.folder.clone();
        let (sender, thread) = spawn(channel(), settings).expect("a thread");
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

    #[test]
    fn what_was_written_is_made_durable_every_few_seconds() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let settings = settings(data.path());
        let path = settings.folder.segment(1, 0);
        let mut writer = Writer { settings, open: None, unstored: None };
        writer.begin(path);
        for count in 1..LOG_SYNC_CHUNKS {
            writer.append(&[0]);
            assert_eq!(writer.open.as_ref().expect("a segment").unsynced, count);
        }
        writer.append(&[0]);
        assert_eq!(writer.open.as_ref().expect("a segment").unsynced, 0);
    }

    #[test]
    fn an_epoch_that_could_not_be_claimed_is_stored_with_its_segment() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let settings = settings(data.path());
        let folder = settings.folder.clone();
        assert_eq!(folder.claim_epoch().expect("epoch"), 1);
        let segment = folder.segment(7, 0);
        let (sender, thread) = spawn(channel(), settings).expect("a thread");
        sender.send(Chunk::Begin(segment.clone())).expect("the writer lives");
        drop(sender);
        thread.join().expect("the writer ends well");
        std::fs::remove_file(segment).expect("it is there");
        assert_eq!(folder.claim_epoch().expect("epoch"), 8, "it stands in the epoch file");
    }
}
