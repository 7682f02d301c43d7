//! Every bound of the store, with its unit and what breaks when it moves.

use std::time::Duration;

/// Connections of one host to PostgreSQL. More gain nothing and make a reconnecting crowd. Reason:
/// reliability F3.
pub const POSTGRES_CONNECTIONS_MAX: u32 = 16;
/// Connections to a SQLite file: one writes, the others read beside it.
pub const SQLITE_CONNECTIONS_MAX: u32 = 6;
/// Time a statement may take. Reason: reliability F4.
pub const STATEMENT_TIMEOUT: Duration = Duration::from_secs(2);
/// Time a tool's connection to a SQLite file waits for whoever writes.
pub const SQLITE_PATIENCE: Duration = Duration::from_secs(30);
/// Time a statement waits for a row that others hold.
pub const LOCK_TIMEOUT: Duration = Duration::from_millis(500);
/// Time a transaction may do nothing; a stuck host gives its rows free.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(5);
/// Time to wait for a free connection. Reason: refusals come within a second.
pub const CHECKOUT_TIMEOUT: Duration = Duration::from_millis(700);
/// Failures in a row after which nobody asks the database for a while.
pub const BREAKER_FAILURES_MAX: u32 = 3;
/// Time between two probes of a database that is away.
pub const BREAKER_PAUSE: Duration = Duration::from_millis(500);
/// A call that takes longer than this means that the database hangs: others are refused at once.
/// More than a statement and the wait for a connection may take together.
pub const HANG_TIMEOUT: Duration = Duration::from_secs(4);
/// Times that a transaction is tried when others stand in its way.
pub const ATTEMPTS_MAX: u32 = 6;
/// Times that what may be repeated is tried when the connection is lost.
pub const RECONNECTS_MAX: u32 = 3;
/// Faucets and sinks of one reason are split into so many rows that hosts do not wait for each other.
pub const SHARDS: u8 = 16;

/// Characters of an account. Reason: game rules, section 15.
pub const CHARACTERS_PER_ACCOUNT_MAX: usize = 4;
/// Milliseconds after which a deletion is final (7 days). Reason: game rules, section 15.
pub const DELETION_GRACE_MILLIS: i64 = 7 * 24 * 3_600 * 1_000;
/// Milliseconds a lease holds without renewal (15 s). Reason: reliability 3.4.
pub const LEASE_MILLIS: i64 = 15_000;
/// Friends of a character. Reason: game rules, section 13.
pub const FRIENDS_MAX: usize = 100;
/// Characters that one blocks.
pub const BLOCKS_MAX: usize = 100;
/// Bytes of a character's snapshot. A full sheet takes about 2 KiB.
pub const SNAPSHOT_BYTES_MAX: usize = 64 << 10;
/// Milliseconds a ticket holds (30 s).
pub const TICKET_MILLIS: i64 = 30_000;
/// Milliseconds a refresh token holds (7 days).
pub const REFRESH_MILLIS: i64 = 7 * 24 * 3_600 * 1_000;
/// Rows of a kind that an export of one's data holds, the newest: entries of the ledger, letters, offers.
pub const EXPORT_ROWS_MAX: i64 = 10_000;

/// Milliseconds until a player's letter arrives (60 s). Reason: game rules, section 12.
pub const MAIL_DELAY_MILLIS: i64 = 60_000;
/// Milliseconds a letter is kept (30 days); then it goes back once. Reason: game rules, section 12.
pub const MAIL_MILLIS: i64 = 30 * 24 * 3_600 * 1_000;
/// Letters in an inbox; when it is full players' letters are refused. Reason: game rules, section 12.
pub const INBOX_MAX: i64 = 50;
/// Milliseconds a draft waits for being sent (10 minutes).
pub const DRAFT_MILLIS: i64 = 600_000;
/// Drafts of one character at a time.
pub const DRAFTS_MAX: i64 = 5;
/// Milliseconds an offer stands (48 h). Reason: game rules, section 12.
pub const LISTING_MILLIS: i64 = 48 * 3_600 * 1_000;
/// Offers of one character. Reason: game rules, section 12.
pub const LISTINGS_MAX: i64 = 20;
/// Operations in one transaction. More would make the first of them wait for the last.
pub const OPERATIONS_PER_TRANSACTION_MAX: usize = 256;
/// Offers on a page of the market.
pub const MARKET_PAGE: i64 = 20;

/// Rows on a page of what the staff looks through: events, entries, lines of the audit.
pub const STAFF_PAGE: i64 = 100;
/// Characters and accounts that a search finds at most, each.
pub const SEARCH_ROWS_MAX: i64 = 50;
/// Wrong codes of a second factor in a row after which it is locked.
pub const FACTOR_FAILURES_MAX: i32 = 5;
/// Milliseconds that a second factor stays locked (15 minutes).
pub const FACTOR_LOCK_MILLIS: i64 = 15 * 60 * 1_000;
/// Milliseconds after which a console's session that did nothing is over (15 minutes).
pub const CONSOLE_IDLE_MILLIS: i64 = 15 * 60 * 1_000;
/// Milliseconds after which a console's session is over in any case (8 hours: a shift).
pub const CONSOLE_MILLIS: i64 = 8 * 3_600 * 1_000;
/// Codes that replace a lost second factor, each once.
pub const RECOVERY_CODES: usize = 8;
