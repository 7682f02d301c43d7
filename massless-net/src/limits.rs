//! Every bound of the protocol, with its unit and what breaks when it moves.

/// Bytes of a frame a client may send. Reason: the longest legal one is a chat line of 600 bytes.
pub const CLIENT_FRAME_BYTES_MAX: usize = 1_024;
/// Bytes of any frame. Reason: `reliability.md` section 1, message and frame limit of the
/// transport.
pub const FRAME_BYTES_MAX: usize = 16_384;
/// Bytes of a chat line. Reason: game rules, section 13.
pub const CHAT_BYTES_MAX: usize = 600;
/// Unicode scalars of a chat line. Reason: game rules, section 13.
pub const CHAT_SCALARS_MAX: usize = 200;
/// Letters of a name, least. Reason: game rules, section 15.
pub const NAME_LETTERS_MIN: usize = 3;
/// Letters of a name, most. Reason: game rules, section 15.
pub const NAME_LETTERS_MAX: usize = 16;
/// Bytes of a closing sentence on the wire.
pub const SENTENCE_BYTES_MAX: usize = 120;
/// Inputs of one frame: the newest and the two before it. Reason: game rules, section 3.
pub const INPUTS_PER_FRAME_MAX: usize = 3;
/// Highest replication slot plus one: slots have 17 bits. Reason: actors of a zone.
pub const SLOTS_MAX: u32 = 131_072;

/// Milliseconds a connection may take to say who it is.
pub const HANDSHAKE_MILLIS: u64 = 5_000;
/// Milliseconds the host may take to admit a player who said who he is.
pub const ADMISSION_MILLIS: u64 = 10_000;
/// Milliseconds of silence before a ping. Two unanswered ones end the session, after 30 s in all.
pub const PING_MILLIS: u64 = 10_000;
/// Unanswered pings that end a session.
pub const PINGS_MISSED_MAX: u32 = 2;
/// Milliseconds after which a client that talks is asked to show that it reads. With those below a client that stops
/// reading is closed after 6 s where it has datagrams, by WebSocket after 9 s. Reason: reliability F10, cut after 10 s.
pub const READING_SHOWN_MILLIS: u64 = 1_000;
/// Milliseconds the answer may take: several lost packets in a row at a slow link's round trip.
pub const READING_ANSWER_MILLIS: u64 = 4_000;
/// The same where all is on one stream, so that one lost packet holds up all that follows. With the others of them 9 to
/// 10 s in all. A line that stands still for longer under heavy loss is better dialled anew: whoever is behind it has been
/// told nothing meanwhile, and goes on by its token.
pub const READING_ORDERED_ANSWER_MILLIS: u64 = 7_000;
/// Milliseconds of talk without an answer that is late: after a pause of the host's the answer may wait behind other
/// frames.
pub const READING_LATE_MILLIS: u64 = 1_000;
/// Milliseconds a lost session can be resumed. Reason: game rules, section 11 (600 ticks).
pub const RESUME_MILLIS: u64 = 30_000;
/// Ticks the replicator keeps what a client knew whose line is cut: as long as its session can be resumed.
pub const PARKED_TICKS: u32 = 600;
/// Bytes that is kept for one such client; who has more is told the whole world when it comes back. Of a zone of
/// 10,000 actors it is 40 kB.
pub const PARKED_BYTES_MAX: usize = 262_144;
/// Bytes of reliable frames that may wait in a session; more closes it.
pub const RELIABLE_BYTES_MAX: usize = 65_536;
/// Outputs a session may hold that nobody has polled; more closes it.
pub const OUTPUTS_MAX: usize = 256;

/// Input frames a second. Reason: game rules, section 3 (3 tokens per 2 ticks).
pub const INPUTS_PER_SECOND: u32 = 30;
/// Input frames at once.
pub const INPUTS_BURST: u32 = 60;
/// Commands a second. Reason: game rules, section 3.
pub const COMMANDS_PER_SECOND: u32 = 20;
/// Commands at once.
pub const COMMANDS_BURST: u32 = 40;
/// Acts that move or use items, a second: 60 a minute. Reason: game rules, section 3.
pub const ITEM_ACTS_PER_SECOND: u32 = 1;
/// Acts that move or use items, at once.
pub const ITEM_ACTS_BURST: u32 = 20;
/// Requests for a trade a minute. Reason: game rules, section 3.
pub const TRADE_REQUESTS_PER_MINUTE: u32 = 10;
/// Requests for a trade at once.
pub const TRADE_REQUESTS_BURST: u32 = 3;
/// Chat lines a second on all channels together: as many as the fastest one, the party's, takes. Each
/// channel has its own bucket in the host. Reason: game rules, section 13.
pub const CHAT_PER_SECOND: u32 = 2;
/// Chat lines at once on all channels together.
pub const CHAT_BURST: u32 = 20;
/// Frames beyond a bucket that are forgiven a second.
pub const VIOLATIONS_PER_SECOND: u32 = 5;
/// Frames beyond a bucket that are forgiven at once; one more closes the session. Reason: a TCP line that stalled brings
/// all at once; half a minute of inputs, beyond which a session is lost anyhow, less what the bucket lets pass.
pub const VIOLATIONS_BURST: u32 = 540;
/// Times a second a client is told that it is too fast.
pub const WARNINGS_PER_SECOND: u32 = 1;

/// Bytes a client is sent in any second. Reason: game rules, section 3, and law 12.
pub const SECOND_BYTES_MAX: u32 = 20_000;
/// Bytes a client is sent in any ten seconds (mean 12 kB/s).
pub const TEN_SECONDS_BYTES_MAX: u32 = 120_000;
/// Bytes a WebSocket adds to a frame, counted against both windows.
pub const TRANSPORT_BYTES: u32 = 4;
/// Bytes of a state, with the datagram's own: what every path of QUIC carries (1,200 bytes of UDP) less the heads.
pub const STATE_BYTES_MAX: u32 = 1_100;
/// States on their way to a client that are remembered: 1.6 s. Whatever is not acknowledged by then is lost.
pub const STATES_FLYING_MAX: usize = 32;
/// Ticks the newest acknowledged state may lie back and still be a base. A client that acknowledges nothing for
/// longer is told of itself alone.
pub const BASE_TICKS_MAX: u32 = 64;
/// Updates on the stream that may be on their way unacknowledged; then the rest waits.
pub const UPDATES_FLYING_MAX: u8 = 100;
/// Metres no client is ever sent an actor beyond. Reason: law 12.
pub const SIGHT_METRES_MAX: f32 = 100.0;
/// Metres two actors can approach or part between two looks at who sees whom: 2 ticks of twice
/// 7.5 m/s. Boundaries are drawn that much closer, so that none is overstepped between two looks.
pub const INTEREST_SLACK_METRES: f32 = 1.5;
/// Actors a client gets at full rate; the nearest. Reason: game rules, section 3.
pub const FULL_RATE_MAX: usize = 80;

/// Attackers of a client that come first in its frames, after its target. Reason: game rules, section 3.
pub const ATTACKERS_MAX: usize = 8;
/// Ticks between two sheets for one client, least.
pub const SHEET_TICKS: u32 = 4;
/// Bytes of one update that events of others may take: 4.8 kB a second, under half of the mean.
pub const OTHERS_EVENT_BYTES_MAX: u32 = 240;
/// Own events that may wait for a client that cannot be written to; beyond it hits are dropped first.
pub const OWN_EVENTS_MAX: usize = 256;
/// Starts of skills and swings a client foresees at a time: one a tick for over a second of delay.
pub const FORESEEN_MAX: usize = 32;
/// Events a client keeps for whoever shows them; the oldest are dropped.
pub const EVENTS_KEPT_MAX: usize = 2_048;

/// Ticks the others are shown in the past, usually and at least. Reason: game rules, section 3.
pub const SHOWN_PAST_TICKS: u64 = 2;
/// Ticks the others are shown in the past at most, where states come with jitter. Reason: as far back as a host looks
/// for what an input strikes.
pub const SHOWN_PAST_TICKS_MAX: u64 = 4;
/// Ticks the others are extrapolated beyond the newest frame (150 ms).
pub const EXTRAPOLATION_TICKS_MAX: u64 = 3;
/// Metres of own error that are smoothed away instead of jumped.
pub const SNAP_METRES: f32 = 2.0;
/// Metres of own error that are counted and named. Reason: game rules, section 3.
pub const FAR_METRES: f32 = 4.0;
/// Milliseconds over which an own error is smoothed away.
pub const SMOOTH_MILLIS: u64 = 100;
/// Ticks of own history a client keeps; older server states are taken over without replay.
pub const HISTORY_TICKS: usize = 64;
