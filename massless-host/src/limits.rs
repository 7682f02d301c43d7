//! Every bound of the host, with its unit and what breaks when it moves.

use std::time::Duration;

/// Messages waiting for one zone. Each of 4,096 characters may send an input a tick and all may
/// come or go at once; beyond it inputs are dropped, which the held input covers.
pub(crate) const MAILBOX_MESSAGES_MAX: usize = 32_768;
/// Chunks waiting for a zone's log writer; a full queue is tried again at the next flush.
pub(crate) const WRITER_CHUNKS_MAX: usize = 64;
/// Ticks between two hand-overs of log bytes to the writer (1 s): what a killed process may lose.
pub(crate) const LOG_FLUSH_TICKS: u64 = 20;
/// Chunks of a log segment after which it is made durable (5 s): what a power cut may lose.
pub(crate) const LOG_SYNC_CHUNKS: u32 = 5;
/// Pause between two cleanings of the metrics, which otherwise grow until somebody reads them.
pub(crate) const METRICS_UPKEEP_PAUSE: Duration = Duration::from_secs(5);
/// Bytes after which a log segment ends early, so that what is held in memory stays bounded.
pub(crate) const SEGMENT_BYTES_MAX: usize = 32 << 20;
/// Ticks between two checkpoints in memory (10 s): what is replayed after a panic.
pub(crate) const CHECKPOINT_TICKS: u64 = 200;
/// Panics in a row after which a zone starts afresh. Reason: house style E5.
pub(crate) const PANICS_IN_A_ROW_MAX: u32 = 3;
/// Ticks without a panic after which the row is over (10 s).
pub(crate) const PANIC_ROW_TICKS: u64 = 200;
/// Bytes waiting for one client that must arrive; more closes it. Reason: reliability F10.
pub(crate) const OUTBOX_BYTES_MAX: usize = 65_536;
/// Bytes waiting for one client up to which talk is still put in; beyond it talk is dropped.
pub(crate) const OUTBOX_TALK_BYTES_MAX: usize = OUTBOX_BYTES_MAX / 2;
/// People known at once, playing or able to come back; more are not admitted. Reason: one
/// channel's characters, twice.
pub(crate) const PEOPLE_MAX: usize = 8_192;
/// Milliseconds a further channel of a zone stays open with nobody in it.
pub(crate) const CHANNEL_EMPTY_MILLIS: u64 = 60_000;
/// Ticks between two secret words of the loot draws (60 s). Reason: game rules, section 1.
pub(crate) const SECRET_TICKS: u64 = 1_200;
/// Batches of intents waiting for the vault; zones keep what does not fit and try again.
pub(crate) const VAULT_BATCHES_MAX: usize = 1_024;
/// Answers remembered of one zone: more than can be pending in it, so that no intent that is asked
/// again was forgotten.
pub(crate) const ANSWERS_KEPT: usize = 65_536;
/// Milliseconds an invitation into a party waits. Reason: game rules, section 13.
pub(crate) const INVITE_MILLIS: u64 = 30_000;
/// Milliseconds after which a leader who is offline hands on. Reason: game rules, section 13.
pub(crate) const LEADER_OFFLINE_MILLIS: u64 = 60_000;
/// Ticks between two looks whether what a party's members are told of each other has changed.
pub(crate) const PARTY_TICKS: u64 = 10;
/// Metres beside a portal's circle where somebody is put back whom the other zone did not take.
pub(crate) const PORTAL_STEP_BACK_METRES: f32 = 2.0;
/// Reach of local chat, metres. Reason: game rules, section 13.
pub(crate) const CHAT_LOCAL_METRES: f32 = 50.0;
/// Unicode scalars of a message. Reason: game rules, section 13.
pub(crate) const CHAT_SCALARS_MAX: usize = 200;
/// Bytes of a message. Reason: game rules, section 13.
pub(crate) const CHAT_BYTES_MAX: usize = 600;
/// Window in which the third equal text is refused, milliseconds.
pub(crate) const CHAT_REPEAT_MILLIS: u64 = 30_000;
/// Window in which refusals are counted, milliseconds.
pub(crate) const CHAT_REFUSAL_MILLIS: u64 = 60_000;
/// Refusals in that window that mute.
pub(crate) const CHAT_REFUSALS_MAX: usize = 5;
/// First mute, milliseconds; each further one is twice as long.
pub(crate) const CHAT_MUTE_MILLIS: u64 = 30_000;
/// Longest mute, milliseconds.
pub(crate) const CHAT_MUTE_MILLIS_MAX: u64 = 3_600_000;
/// Time a client has to send the head of a web request. Reason: reliability F11.
pub(crate) const HTTP_HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Open web connections on the page's port.
pub(crate) const HTTP_CONNECTIONS_MAX: usize = 2_048;
/// Bytes of a file that is still sent packed; a larger one would keep the packing too long.
pub(crate) const PACKED_FILE_BYTES_MAX: u64 = 16 << 20;
/// Bytes of packed files that are kept in memory; the built client needs about 1.5 MB.
pub(crate) const PACKED_BYTES_MAX: usize = 32 << 20;
/// Packed files that are kept in memory.
pub(crate) const PACKED_FILES_MAX: usize = 4_096;
/// Bytes of a web request's head; beyond it 431.
pub(crate) const HTTP_HEADER_BYTES_MAX: usize = 16_384;
