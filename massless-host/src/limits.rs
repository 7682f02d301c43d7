//! Every bound of the host, with its unit and what breaks when it moves.

use std::time::Duration;

use crate::workers::WorkersSettings;

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
/// Intents that one transaction commits together, unless a single batch has more.
pub(crate) const VAULT_COMMIT_INTENTS_MAX: usize = 32;
/// Time an operation waits untried before it is refused because the store is away. Reason: issue
/// "Keep it": within a second.
pub(crate) const VAULT_OVERDUE: Duration = Duration::from_millis(800);
/// Workers that commit operations on PostgreSQL: connections it keeps busy.
pub(crate) const VAULT_WORKERS_POSTGRES: usize = 4;
/// Pause before an operation whose outcome is unknown is asked again.
pub(crate) const VAULT_RETRY_PAUSE: Duration = Duration::from_millis(250);
/// Threads that load characters for those who join, and how many may wait for them.
pub(crate) const LOADERS: WorkersSettings =
    WorkersSettings { name: "loader", threads: 2, queue_max: 1_024, is_low: false };
/// Visitors that one transaction makes.
pub(crate) const VISITORS_PER_TRANSACTION_MAX: usize = 32;
/// Visitors of an earlier start that are ended at a time.
pub(crate) const VISITORS_ENDED_MAX: i64 = 100;
/// Pause between two looks for characters to save. What was used up must be written within a second.
pub(crate) const SAVE_PAUSE: Duration = Duration::from_millis(250);
/// Characters saved in one transaction.
pub(crate) const SAVES_PER_TRANSACTION_MAX: usize = 200;
/// Time a start waits for zones that another host holds: one that has crashed lets go of them within it
/// (`LEASE_MILLIS` of the store, and a second).
pub(crate) const LEASE_WAIT_MAX: Duration = Duration::from_secs(16);
/// Pause between two looks whether it has.
pub(crate) const LEASE_LOOK_PAUSE: Duration = Duration::from_millis(250);
/// Pause between two renewals of leases. Reason: reliability 3.4.
pub(crate) const LEASE_RENEW_PAUSE: Duration = Duration::from_secs(5);
/// The same after one that failed.
pub(crate) const LEASE_RETRY_PAUSE: Duration = Duration::from_secs(1);
/// Ticks between two saves of a character that only moved or was hurt (5 s). Reason: reliability 2.1.
pub(crate) const SAVE_TICKS: u64 = 100;
/// Ticks between two looks whether a character has gained something that must be saved at once (1 s).
pub(crate) const SAVE_SOON_TICKS: u64 = 20;
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
pub(crate) const HTTP_HEADER_TIMEOUT: Duration = Duration::from_secs(8);
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
/// Letters of a login name, least.
pub(crate) const LOGIN_LETTERS_MIN: usize = 3;
/// Letters of a login name, most.
pub(crate) const LOGIN_LETTERS_MAX: usize = 32;
/// Bytes of an address of mail. Reason: RFC 5321's limit of a path.
pub(crate) const EMAIL_BYTES_MAX: usize = 254;
/// Letters of a password, least. Reason: NIST SP 800-63B.
pub(crate) const PASSWORD_LETTERS_MIN: usize = 8;
/// Letters of a password, most: beyond it hashing the text itself would cost.
pub(crate) const PASSWORD_LETTERS_MAX: usize = 128;
/// Memory of one password hash, KiB. Reason: stack, Argon2id; less makes guessing cheaper.
pub(crate) const ARGON2_MEMORY_KIBIBYTES: u32 = 19_456;
/// Passes of one password hash.
pub(crate) const ARGON2_PASSES: u32 = 2;
/// Lanes of one password hash.
pub(crate) const ARGON2_LANES: u32 = 1;
/// Bytes of an RSA key, least (2,048 bits); the size of the keys made here.
pub(crate) const RSA_BYTES_MIN: usize = 256;
/// Seconds an access token lives. Reason: architecture, section 6.
pub(crate) const ACCESS_SECONDS: u64 = 900;
/// Seconds by which clocks may differ. Reason: reliability F9.
pub(crate) const TOKEN_LEEWAY_SECONDS: u64 = 10;
/// Bytes of an access token that is looked at; ours have about 800.
pub(crate) const TOKEN_BYTES_MAX: usize = 4_096;
/// Time between two looks at the key files.
pub(crate) const KEYS_LOOK_PAUSE: Duration = Duration::from_secs(5);
/// The same when a token names an unknown key: what one bearer of nonsense may cost.
pub(crate) const KEYS_MISS_PAUSE: Duration = Duration::from_secs(1);
/// Milliseconds a key that signs no more is believed: four lives of a token.
pub(crate) const KEYS_KEPT_MILLIS: u64 = 3_600_000;
/// Bytes of a call's body; the longest is the text of a letter.
pub(crate) const BODY_BYTES_MAX: usize = 16_384;
/// Objects and lists in each other in a call's body; ours have two.
pub(crate) const BODY_DEPTH_MAX: usize = 8;
/// Time a call's body has to arrive. Reason: reliability F11.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(8);
/// Time between two looks at the memory in use.
pub(crate) const MEMORY_LOOK_PAUSE: Duration = Duration::from_secs(1);
/// Share of the memory from which on nobody new is let in. Reason: reliability F22.
pub(crate) const MEMORY_JOINS_PERCENT: u64 = 85;
/// Share of the memory from which on sessions are sent away. Reason: reliability F22.
pub(crate) const MEMORY_SHED_PERCENT: u64 = 95;
/// Points below such a mark at which it ends.
pub(crate) const MEMORY_SLACK_PERCENT: u64 = 5;
/// One of so many sessions is sent away with each look, one at least: all within a minute, if need be.
pub(crate) const MEMORY_SHED_DIVISOR: usize = 50;
/// Seconds after which who was not let in for want of memory may try again.
pub(crate) const MEMORY_RETRY_SECONDS: u64 = 10;
/// Calls that may wait for a thread that asks the database.
pub(crate) const CALLS_WAITING_MAX: usize = 512;
/// Time a call waits while the database answers nobody; then it is refused. Reason: reliability F7, refused
/// within a second.
pub(crate) const CALL_PATIENCE: Duration = Duration::from_millis(750);
/// Time between two looks whether it does.
pub(crate) const CALL_LOOK_PAUSE: Duration = Duration::from_millis(50);
/// Calls that may wait for a password to be hashed. Reason: reliability F20.
pub(crate) const HASHES_WAITING_MAX: usize = 200;
/// Seconds after which who found no room in that queue may try again: what it takes to empty it.
pub(crate) const HASHES_RETRY_SECONDS: u64 = 10;
/// Logins to one account from one address at once. Reason: who guesses empties only its own bucket,
/// and nobody is locked out of an account by others.
pub(crate) const LOGIN_TRIES: u64 = 10;
/// Milliseconds that bring one such try back.
pub(crate) const LOGIN_TRY_MILLIS: u64 = 30_000;
/// Letters of what a letter is about, at most; also in the interface's description.
pub(crate) const SUBJECT_SCALARS_MAX: usize = 60;
/// Letters of a letter's text, at most; also in the interface's description.
pub(crate) const LETTER_SCALARS_MAX: usize = 500;
/// Letters of what is looked for in the market.
pub(crate) const MARKET_TEXT_SCALARS_MAX: usize = 40;
/// Pages of the market that can be turned to.
pub(crate) const MARKET_PAGES_MAX: u64 = 1_000;
/// Milliseconds that a page of the market is shown again as it was: many look at the same first page.
pub(crate) const MARKET_CACHE_MILLIS: u64 = 1_000;
/// Lines and orders that may wait for the thread of talk; more are dropped and counted.
pub(crate) const TALK_WAITING_MAX: usize = 4_096;
/// Letters of an announcement, at most.
pub(crate) const ANNOUNCEMENT_SCALARS_MAX: usize = 200;
/// Seconds of the longest mute by staff (30 days).
pub(crate) const MUTE_SECONDS_MAX: u64 = 2_592_000;
/// Hours of the longest ban that is not for good (ten years).
pub(crate) const BAN_HOURS_MAX: i64 = 87_600;
/// Time between two rounds of the caretaker: letters and offers may be late by that.
pub(crate) const CARE_PAUSE: Duration = Duration::from_secs(10);
/// Things of a kind that the caretaker does in one round, so that a round never takes long.
pub(crate) const CARE_ITEMS_MAX: i64 = 100;
/// Tries to sign in to the console from one address at once.
pub(crate) const CONSOLE_TRIES: u64 = 10;
/// Milliseconds that bring one such try back.
pub(crate) const CONSOLE_TRY_MILLIS: u64 = 6_000;
/// Threads of the console. Reason: the staff is few, and a long look must not hold up the next.
pub(crate) const CONSOLE_THREADS: usize = 3;
/// Calls of the console that may wait for one of them.
pub(crate) const CONSOLE_CALLS_WAITING_MAX: usize = 64;
/// Log lines that wait for whoever reads them; further ones are dropped and counted. Reason: a stalled sink
/// costs a few megabytes at most.
pub(crate) const LOG_LINES_WAITING_MAX: usize = 8_192;
