//! Joins game sockets to their zone: one tokio task a socket.
//!
//! ```text
//! socket <-> Connection { net's Session } --Message--> Mailbox     (inputs, acts, joins, talk)
//!                  ^------------------------Outbox----------------- (updates, welcome, talk)
//! ```
//! A socket whose client does not read costs its own task and nothing else: the zone sees an outbox
//! that is not writable, and after `WRITE_TIMEOUT` the socket is cut. Where nothing fills up for long, the session
//! finds out by itself.

mod admit;

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::task::Poll;
use std::time::{Duration, Instant};

use bytes::Bytes;
use massless_core::content::Content;
use massless_core::ids::{ClassId, FactionId, ZoneId};
use massless_net::clock::Millis;
use massless_net::session::close::{CloseCode, Notice};
use massless_net::session::token::{ResumeKey, SessionName};
use massless_net::session::{Output, Session};
use massless_net::transport::socket::Socket;
use massless_net::transport::{Transport, TransportError};
use massless_net::wire::Kept;
use metrics::{Counter, Gauge};
use tokio::sync::watch;

use crate::accounts::Accounts;
use crate::board::Board;
use crate::channels::Channels;
use crate::clock;
use crate::registry::Registry;
use crate::scenario::{Scenario, Spread};
use crate::shutdown;
use crate::vault::Vault;
use crate::workers::Workers;
use crate::zone_runner::{Message, Outbox, Reliable, Request, Taken};

/// Time one frame may take to leave the process once the buffers are full, less the time that the client has owed a
/// sign of reading by then. Reason: reliability F10, who stops reading is cut within 10 s.
const WRITE_TIMEOUT: Duration = Duration::from_secs(6);
/// The least of it, and what the last frame of a session has.
const WRITE_TIMEOUT_LEAST: Duration = Duration::from_millis(500);

/// What all sockets share.
pub(crate) struct Gateway {
    /// Signs the tokens of sessions.
    pub(crate) key: ResumeKey,
    /// Who plays here.
    pub(crate) registry: Arc<Registry>,
    /// Which channels there are.
    pub(crate) channels: Arc<Channels>,
    /// The storage.
    pub(crate) vault: Vault,
    /// Who may join.
    pub(crate) accounts: Arc<Accounts>,
    /// Whether a name alone is enough to join.
    pub(crate) has_names: bool,
    /// Threads that load characters.
    pub(crate) loaders: Workers,
    /// What the host shows of itself.
    pub(crate) board: Arc<Board>,
    /// The definitions.
    pub(crate) content: Arc<Content>,
    /// The zone that all newcomers enter; else that of their faction.
    pub(crate) start: Option<ZoneId>,
    /// What is served.
    pub(crate) scenario: Scenario,
    /// Where newcomers of the reference scene begin.
    pub(crate) spread: Spread,
    /// How many came so far.
    pub(crate) joined: AtomicU64,
    /// Counts of frames and sockets.
    pub(crate) meters: Meters,
}

/// Counts that every socket adds to.
pub(crate) struct Meters {
    /// One for each transport.
    by_transport: [LineMeters; 3],
    too_frequent: Counter,
}

/// Counts of what one transport carries.
struct LineMeters {
    sockets: Gauge,
    frames_in: Counter,
    frames_out: Counter,
    bytes_in: Counter,
    bytes_out: Counter,
}

impl LineMeters {
    fn new(transport: Transport) -> Self {
        let transport = transport.label();
        let messages = |direction: &'static str| {
            metrics::counter!("massless_net_messages_total",
                "transport" => transport, "direction" => direction)
        };
        let bytes = |direction: &'static str| {
            metrics::counter!("massless_net_bytes_total",
                "transport" => transport, "direction" => direction)
        };
        let meters = Self {
            sockets: metrics::gauge!("massless_sockets", "transport" => transport),
            frames_in: messages("in"),
            frames_out: messages("out"),
            bytes_in: bytes("in"),
            bytes_out: bytes("out"),
        };
        meters.sockets.set(0.0);
        meters
    }
}

impl Meters {
    /// Handles of the counters.
    pub(crate) fn new() -> Self {
        Self {
            by_transport: Transport::ALL.map(LineMeters::new),
            too_frequent: metrics::counter!("massless_shed_total", "stage" => "rate"),
        }
    }

    const fn of(&self, transport: Transport) -> &LineMeters {
        &self.by_transport[transport as usize]
    }
}

impl Gateway {
    /// Serves one socket to its end. `stop` turns true when the host stops.
    pub(crate) async fn serve(self: Arc<Self>, socket: Socket, stop: watch::Receiver<bool>) {
        let transport = socket.transport();
        self.meters.of(transport).sockets.increment(1.0);
        let started = Instant::now();
        let mut connection = Connection::new(&self, socket);
        let end = connection.run(stop).await;
        connection.finish(end).await;
        self.meters.of(transport).sockets.decrement(1.0);
        metrics::histogram!("massless_session_duration_seconds")
            .record(started.elapsed().as_secs_f64());
    }

    /// The zone that newcomers of a faction enter.
    pub(crate) fn start_zone(&self, faction: FactionId) -> ZoneId {
        let own = ZoneId::new(u32::from(faction.get()));
        let own = Some(own).filter(|zone| self.channels.has(*zone));
        let first = || self.channels.zones().next().expect("some zone runs here");
        self.start.or(own).unwrap_or_else(first)
    }
}

/// Somebody who has never been here.
struct Newcomer {
    name: String,
    look: u8,
    class: ClassId,
    faction: FactionId,
}

/// The moment, as sessions want it.
pub(crate) fn now() -> Millis {
    Millis::from_micros(u64::try_from(clock::uptime().as_micros()).unwrap_or(u64::MAX))
}

/// Why a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The session said so.
    Closed(CloseCode),
    /// The peer broke the rules of the transport; its own code.
    Refused(u16),
    /// The socket broke or the peer went without a word.
    Lost,
}

struct Connection<'a> {
    gateway: &'a Gateway,
    socket: Socket,
    session: Session,
    outbox: Arc<Outbox>,
    taken: Taken,
    name: Option<SessionName>,
    /// What the client has kept of the world.
    kept: Option<Kept>,
    has_left: bool,
}

impl<'a> Connection<'a> {
    fn new(gateway: &'a Gateway, socket: Socket) -> Self {
        Self {
            gateway,
            socket,
            session: Session::new(now(), gateway.key.clone()),
            outbox: Arc::default(),
            taken: Taken::default(),
            name: None,
            kept: None,
            has_left: false,
        }
    }

    async fn run(&mut self, mut stop: watch::Receiver<bool>) -> End {
        let outbox = Arc::clone(&self.outbox);
        let due = tokio::time::sleep(self.until_timeout());
        // Both wait through all turns of the loop: to begin anew with each would cost more than what a turn does.
        let stopping = shutdown::ordered(&mut stop);
        tokio::pin!(due, stopping);
        let mut is_stopping = false;
        loop {
            tokio::select! {
                frame = self.socket.recv() => match frame {
                    Ok(Some(frame)) => self.hear(&frame),
                    Ok(None) => return End::Lost,
                    Err(TransportError::Lost(_)) => return End::Lost,
                    Err(error) => return End::Refused(error.close_code()),
                },
                () = outbox.ready() => {
                    if let Some(end) = self.take_from_zone().await {
                        return end;
                    }
                }
                () = &mut due => {
                    self.session.handle_timeout(now());
                    due.as_mut().reset(tokio::time::Instant::now() + self.until_timeout());
                }
                () = &mut stopping, if !is_stopping => {
                    is_stopping = true;
                    self.session.close(CloseCode::Stopping);
                }
            }
            if let Some(end) = self.do_outputs().await {
                return end;
            }
        }
    }

    /// Until the session wants to be woken; it moves on with every frame, so this may be early.
    fn until_timeout(&self) -> Duration {
        let due = self.session.next_timeout().map_or(1_000, |due| due.since(now()));
        Duration::from_millis(due.max(1))
    }

    fn meters(&self) -> &LineMeters {
        self.gateway.meters.of(self.socket.transport())
    }

    fn hear(&mut self, frame: &[u8]) {
        let meters = self.meters();
        meters.frames_in.increment(1);
        meters.bytes_in.increment(frame.len() as u64);
        let before = self.session.counts().dropped;
        // What the session refuses it closes by itself, with its reason.
        let _ = self.session.handle_frame(now(), frame);
        self.gateway.meters.too_frequent.increment(self.session.counts().dropped - before);
    }

    /// Passes on what the zone has; `Some` when the connection is over.
    async fn take_from_zone(&mut self) -> Option<End> {
        self.outbox.take(&mut self.taken);
        // A datagram waits for nothing.
        if !self.taken.state.is_empty() {
            let state = Bytes::copy_from_slice(&self.taken.state);
            self.taken.state.clear();
            if self.session.is_playing() && !self.write(state).await {
                return Some(End::Lost);
            }
        }
        // What came before the update leaves before it, one by one: the session is no second queue.
        while let Some(reliable) = self.taken.reliable.pop_front() {
            self.pass_on(reliable);
            if let Some(end) = self.do_outputs().await {
                return Some(end);
            }
        }
        if self.taken.update.is_empty() {
            return None;
        }
        let is_playing = self.session.is_playing();
        let update = Bytes::copy_from_slice(&self.taken.update);
        self.taken.update.clear();
        let is_written = !is_playing || self.write(update).await;
        self.outbox.written();
        if is_written { None } else { Some(End::Lost) }
    }

    fn pass_on(&mut self, reliable: Reliable) {
        match reliable {
            Reliable::Welcome(welcome) => {
                let serial = self.name.map_or(0, |name| name.serial);
                self.session.welcome(*welcome, serial);
            }
            Reliable::Resumed(welcome) => {
                let serial = self.name.map_or(0, |name| name.serial);
                self.session.resumed(*welcome, serial);
            }
            Reliable::Moved(welcome) => {
                let serial = self.name.map_or(0, |name| name.serial);
                self.session.transfer(*welcome, serial);
            }
            Reliable::Chat(frame) => self.session.send_chat(&frame),
            Reliable::Frame(frame) => self.session.send_chat(&frame),
            Reliable::Notice(notice) => self.session.notice(notice),
            Reliable::Close(code) => self.session.close(code),
        }
    }

    /// Does all that the session wants; `Some` when it is over.
    async fn do_outputs(&mut self) -> Option<End> {
        while let Some(output) = self.session.poll() {
            match output {
                Output::Frame(frame) => {
                    if !self.write(frame).await {
                        return Some(End::Lost);
                    }
                }
                Output::Closed(code) => return Some(End::Closed(code)),
                Output::Ticket(ticket) => {
                    if let Err(code) = self.redeem(ticket).await {
                        self.session.close(code);
                    }
                }
                Output::Join { name, look, class, faction } => {
                    let newcomer = Newcomer { name, look, class, faction };
                    if let Err(code) = self.join(newcomer).await {
                        self.session.close(code);
                    }
                }
                Output::Resume { name, kept } => {
                    self.kept = kept;
                    if let Err(code) = self.resume(name).await {
                        self.session.close(code);
                    }
                }
                other => self.obey(other),
            }
        }
        None
    }

    fn obey(&mut self, output: Output) {
        match output {
            Output::Input { sequence, meant, seen, input } => {
                self.outbox.note_seen(seen);
                self.put(Request::Input { sequence, meant, input });
            }
            Output::Ack(ack) => self.outbox.acknowledge(ack),
            Output::Act(act) => {
                // A full mailbox is told: an act is never lost in silence.
                if !self.put(Request::Act(act)) {
                    self.session.notice(Notice::TooFast);
                }
            }
            Output::Party(verb) => {
                self.put(Request::Party(verb));
            }
            Output::Report(report) => {
                self.put(Request::Report(report));
            }
            Output::Chat { channel, to, text } => {
                self.put(Request::Chat { channel, to, text });
            }
            Output::Leave => {
                self.has_left = true;
                self.put(Request::Leave);
            }
            Output::Frame(_)
            | Output::Closed(_)
            | Output::Join { .. }
            | Output::Resume { .. }
            | Output::Ticket(_) => {
                unreachable!("handled by the caller")
            }
        }
    }

    /// Tells the zone it is in; false when that is overloaded, or when this connection has none.
    fn put(&self, request: Request) -> bool {
        let Some((SessionName { player, .. }, mailbox)) = self.name.zip(self.outbox.route()) else {
            return false;
        };
        mailbox.put(Message { player, outbox: Arc::clone(&self.outbox), request })
    }

    async fn write(&mut self, frame: impl Into<Bytes>) -> bool {
        let frame = frame.into();
        let meters = self.meters();
        meters.frames_out.increment(1);
        meters.bytes_out.increment(frame.len() as u64);
        let Self { socket, session, .. } = self;
        let mut sending = pin!(socket.send(frame));
        // Nearly always it is gone at once, and nobody has to look at a clock.
        if let Poll::Ready(sent) = futures_util::poll!(sending.as_mut()) {
            return sent.is_ok();
        }
        matches!(tokio::time::timeout(write_timeout(session), sending).await, Ok(Ok(())))
    }

    /// Tells zone and registry, and closes the socket in good order.
    async fn finish(self, end: End) {
        if let Some(name) = self.name {
            self.put(Request::Detach);
            // Who says goodbye and hangs up does not wait for the answer.
            if self.has_left || end == End::Closed(CloseCode::Left) {
                self.gateway.registry.ended(name);
            } else {
                self.gateway.registry.lost(now(), name);
            }
        }
        match end {
            // Nothing that is written now would be read.
            End::Closed(code @ CloseCode::SlowReader) => count_close(code),
            End::Closed(code) => {
                count_close(code);
                self.socket.close(code.get(), code.sentence()).await;
            }
            End::Refused(code) => {
                count_error("protocol");
                self.socket.close(code, "this cannot be read").await;
            }
            End::Lost => {}
        }
    }
}

/// Time that the frame of a session may take.
fn write_timeout(session: &Session) -> Duration {
    if session.is_closed() {
        return WRITE_TIMEOUT_LEAST;
    }
    let unread = Duration::from_millis(session.unread_millis(now()));
    WRITE_TIMEOUT.saturating_sub(unread).max(WRITE_TIMEOUT_LEAST)
}

/// Counts a session that the host ended.
fn count_close(code: CloseCode) {
    let label = match code {
        CloseCode::Left | CloseCode::Replaced | CloseCode::Stopping => return,
        CloseCode::Malformed | CloseCode::Unexpected | CloseCode::Version => "protocol",
        CloseCode::TooFast => "rate",
        CloseCode::SlowReader => "slow",
        CloseCode::HandshakeTimeout | CloseCode::Silent | CloseCode::AdmissionTimeout => "timeout",
        CloseCode::BadName | CloseCode::NameTaken => "name",
        CloseCode::TicketRefused => "ticket",
        CloseCode::Unavailable => "unavailable",
        CloseCode::SentAway => "sent_away",
        CloseCode::ResumeRefused => "resume",
        CloseCode::Full | CloseCode::AddressLimit | CloseCode::ZoneRefused => "full",
    };
    count_error(label);
}

fn count_error(code: &'static str) {
    metrics::counter!("massless_errors_total", "code" => code).increment(1);
}
