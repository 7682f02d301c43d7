//! The server's side of one connection, without the connection.
//!
//! ```text
//! Greeting --hello--> Admitting --welcome()--> Playing --leave, close()--> Closed
//! ```
//!
//! After any call: `poll` until `None`, then sleep until `next_timeout`. Updates do not pass
//! through
//! here: the replicator makes them and the host writes them, when `is_playing`.

pub mod close;
pub mod name;
pub mod output;
pub mod rate;
mod reading;
pub mod ticket;
pub mod token;

use std::collections::VecDeque;

use massless_core::command::Act;

use self::close::{CloseCode, Notice};
pub use self::output::{Counts, Output};
use self::rate::TokenBucket;
use self::reading::{Look, Reading};
use self::token::{ResumeKey, SessionName};
use crate::clock::Millis;
use crate::error::SessionError;
use crate::limits::{
    ADMISSION_MILLIS, CHAT_BURST, CHAT_PER_SECOND, COMMANDS_BURST, COMMANDS_PER_SECOND,
    HANDSHAKE_MILLIS, INPUTS_BURST, INPUTS_PER_SECOND, ITEM_ACTS_BURST, ITEM_ACTS_PER_SECOND,
    OUTPUTS_MAX, PING_MILLIS, PINGS_MISSED_MAX, RELIABLE_BYTES_MAX, TRADE_REQUESTS_BURST,
    TRADE_REQUESTS_PER_MINUTE, VIOLATIONS_BURST, VIOLATIONS_PER_SECOND, WARNINGS_PER_SECOND,
};
use crate::wire::act::moves_items;
use crate::wire::version;
use crate::wire::{Claim, ClientFrame, Coding, Inputs, ServerFrame, Welcome};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Greeting,
    Admitting,
    Playing,
    Leaving,
    Closed,
}

/// The server's side of one connection.
#[derive(Debug)]
pub struct Session {
    key: ResumeKey,
    state: State,
    since: Millis,
    heard_at: Millis,
    pings: u32,
    outputs: VecDeque<Output>,
    waiting_bytes: usize,
    newest_sequence: Option<u16>,
    inputs: TokenBucket,
    commands: TokenBucket,
    items: TokenBucket,
    trades: TokenBucket,
    chats: TokenBucket,
    violations: TokenBucket,
    warnings: TokenBucket,
    counts: Counts,
    /// What it shows of reading, where that is watched.
    reading: Option<Reading>,
    coding: Coding,
}

impl Session {
    /// A session on a connection that was just opened.
    #[must_use]
    pub fn new(now: Millis, key: ResumeKey) -> Self {
        Self {
            key,
            state: State::Greeting,
            since: now,
            heard_at: now,
            pings: 0,
            outputs: VecDeque::new(),
            waiting_bytes: 0,
            newest_sequence: None,
            inputs: TokenBucket::new(now, INPUTS_PER_SECOND, INPUTS_BURST),
            commands: TokenBucket::new(now, COMMANDS_PER_SECOND, COMMANDS_BURST),
            items: TokenBucket::new(now, ITEM_ACTS_PER_SECOND, ITEM_ACTS_BURST),
            trades: TokenBucket::per_minute(now, TRADE_REQUESTS_PER_MINUTE, TRADE_REQUESTS_BURST),
            chats: TokenBucket::new(now, CHAT_PER_SECOND, CHAT_BURST),
            violations: TokenBucket::new(now, VIOLATIONS_PER_SECOND, VIOLATIONS_BURST),
            warnings: TokenBucket::new(now, WARNINGS_PER_SECOND, WARNINGS_PER_SECOND),
            counts: Counts::default(),
            reading: None,
            coding: Coding::default(),
        }
    }

    /// From now on who talks has to show that it reads what must arrive. `has_datagrams`: states travel beside it.
    pub fn watch_reading(&mut self, now: Millis, has_datagrams: bool) {
        self.reading = Some(Reading::new(now, has_datagrams));
    }

    /// Milliseconds that the client has owed a sign of reading; 0 when it owes none.
    #[must_use]
    pub fn unread_millis(&self, now: Millis) -> u64 {
        self.reading.as_ref().map_or(0, |reading| reading.waits_millis(now))
    }

    /// How the client is told of motion, by the version that it named in its hello.
    #[must_use]
    pub const fn coding(&self) -> Coding {
        self.coding
    }

    /// A frame came from the client. After an error the session is closed; poll its last frames.
    pub fn handle_frame(&mut self, now: Millis, frame: &[u8]) -> Result<(), SessionError> {
        if self.state == State::Closed {
            return Ok(());
        }
        self.heard_at = now;
        self.pings = 0;
        self.counts.frames += 1;
        self.counts.bytes += frame.len() as u64;
        let frame = match ClientFrame::decode(frame) {
            Ok(frame) => frame,
            Err(error) => {
                self.close(CloseCode::Malformed);
                return Err(error.into());
            }
        };
        let accepted = self.accept(now, frame).and_then(|()| self.look_at_reading(now));
        accepted.map_err(|code| {
            self.close(code);
            SessionError::Closed(code)
        })
    }

    /// Time has come as far as `next_timeout`.
    pub fn handle_timeout(&mut self, now: Millis) {
        if self.next_timeout().is_none_or(|due| now < due) {
            return;
        }
        match self.state {
            State::Greeting => self.close(CloseCode::HandshakeTimeout),
            State::Admitting => self.close(CloseCode::AdmissionTimeout),
            State::Playing | State::Leaving if self.pings >= PINGS_MISSED_MAX => {
                self.close(CloseCode::Silent);
            }
            State::Playing | State::Leaving => {
                self.pings += 1;
                self.push_frame(&ServerFrame::Ping { stamp: self.pings });
            }
            State::Closed => {}
        }
    }

    /// When `handle_timeout` wants to be called.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Millis> {
        match self.state {
            State::Greeting => Some(self.since.plus(HANDSHAKE_MILLIS)),
            State::Admitting => Some(self.since.plus(ADMISSION_MILLIS)),
            State::Playing | State::Leaving => {
                Some(self.heard_at.plus(PING_MILLIS * u64::from(self.pings + 1)))
            }
            State::Closed => None,
        }
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front();
        if let Some(Output::Frame(bytes)) = &output {
            self.waiting_bytes -= bytes.len();
        }
        output
    }

    /// Lets the player in; `welcome.resume` is filled in by the session from `serial`.
    pub fn welcome(&mut self, welcome: Welcome, serial: u64) {
        self.let_in(welcome, serial, ServerFrame::Welcome);
    }

    /// Lets a player in again whose kept world holds: updates tell what has changed since.
    pub fn resumed(&mut self, welcome: Welcome, serial: u64) {
        self.let_in(welcome, serial, ServerFrame::Resumed);
    }

    fn let_in(
        &mut self,
        mut welcome: Welcome,
        serial: u64,
        frame: fn(Box<Welcome>) -> ServerFrame,
    ) {
        if self.state != State::Admitting {
            return;
        }
        welcome.resume = self.key.sign(SessionName { player: welcome.player, serial });
        self.state = State::Playing;
        self.push_frame(&frame(Box::new(welcome)));
    }

    /// The player is in another zone now, on the same connection; `welcome.resume` is filled in by
    /// the session from `serial`. No update of the old zone may be written after it.
    pub fn transfer(&mut self, mut welcome: Welcome, serial: u64) {
        if !self.is_playing() {
            return;
        }
        welcome.resume = self.key.sign(SessionName { player: welcome.player, serial });
        self.push_frame(&ServerFrame::Moved(Box::new(welcome)));
    }

    /// Sends a frame that must arrive: a party, an invitation.
    pub fn send(&mut self, frame: &ServerFrame) {
        self.push_frame(frame);
    }

    /// Tells the player something was refused.
    pub fn notice(&mut self, notice: Notice) {
        self.push_frame(&ServerFrame::Notice(notice));
    }

    /// Hands on an encoded chat frame (one encoding serves all who hear it).
    pub fn send_chat(&mut self, frame: &[u8]) {
        self.push_bytes(frame.to_vec());
    }

    /// Ends the session; the close frame is the last one.
    pub fn close(&mut self, code: CloseCode) {
        if self.state == State::Closed {
            return;
        }
        let sentence = code.sentence().to_owned();
        let bytes = ServerFrame::Close { code, sentence }.to_bytes();
        self.waiting_bytes += bytes.len();
        self.outputs.push_back(Output::Frame(bytes));
        self.outputs.push_back(Output::Closed(code));
        self.state = State::Closed;
    }

    /// Whether updates may be written to this connection.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        matches!(self.state, State::Playing | State::Leaving)
    }

    /// Whether the session is over.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// What was counted so far.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    fn accept(&mut self, now: Millis, frame: ClientFrame) -> Result<(), CloseCode> {
        match (self.state, frame) {
            (State::Greeting, ClientFrame::Hello { version, claim }) => {
                self.greet(now, version, claim)
            }
            (_, ClientFrame::Ping { stamp }) => {
                if self.take_command(now)? {
                    self.push_frame(&ServerFrame::Pong { stamp });
                }
                Ok(())
            }
            (_, ClientFrame::Pong { stamp }) => {
                if let Some(reading) = &mut self.reading {
                    reading.answered(now, stamp);
                }
                self.take_command(now).map(|_| ())
            }
            (State::Playing, ClientFrame::Inputs(inputs)) => self.take_inputs(now, &inputs),
            (State::Playing, ClientFrame::Chat { channel, to, text }) => {
                self.take_chat(now, channel, (to, text))
            }
            (State::Playing, ClientFrame::Act(act)) => self.take_act(now, act),
            (State::Playing, ClientFrame::Party(verb)) => {
                if self.take_command(now)? {
                    self.push(Output::Party(verb));
                }
                Ok(())
            }
            (State::Playing, ClientFrame::Report(report)) => {
                if self.take_command(now)? {
                    self.push(Output::Report(report));
                }
                Ok(())
            }
            (State::Playing, ClientFrame::Leave) => {
                self.state = State::Leaving;
                self.push(Output::Leave);
                Ok(())
            }
            // Frames that were on their way when the player left, or that came again.
            (
                State::Leaving,
                ClientFrame::Inputs(_)
                | ClientFrame::Chat { .. }
                | ClientFrame::Act(_)
                | ClientFrame::Party(_)
                | ClientFrame::Report(_)
                | ClientFrame::Leave,
            ) => self.take_command(now).map(|_| ()),
            _ => Err(CloseCode::Unexpected),
        }
    }

    /// Asks whoever talks whether it reads, and closes who does not.
    fn look_at_reading(&mut self, now: Millis) -> Result<(), CloseCode> {
        if self.state != State::Playing {
            return Ok(());
        }
        match self.reading.as_mut().map_or(Look::Fine, |reading| reading.look(now)) {
            Look::Fine => Ok(()),
            Look::Ask(stamp) => {
                self.push_frame(&ServerFrame::Ping { stamp });
                Ok(())
            }
            Look::Over => Err(CloseCode::SlowReader),
        }
    }

    fn greet(&mut self, now: Millis, version: u16, claim: Option<Claim>) -> Result<(), CloseCode> {
        if !version::serves(version) {
            return Err(CloseCode::Version);
        }
        self.coding = Coding::of(version);
        let output = match claim.ok_or(CloseCode::Version)? {
            Claim::Guest { name, look, class, faction } => {
                name::check_name(&name).map_err(|_| CloseCode::BadName)?;
                Output::Join { name, look, class, faction }
            }
            Claim::Resume { token, kept } => {
                let name = self.key.verify(&token).ok_or(CloseCode::ResumeRefused)?;
                Output::Resume { name, kept }
            }
            Claim::Ticket(ticket) => Output::Ticket(ticket),
        };
        self.state = State::Admitting;
        self.since = now;
        self.push(output);
        Ok(())
    }

    fn take_inputs(&mut self, now: Millis, inputs: &Inputs) -> Result<(), CloseCode> {
        if !self.inputs.try_take(now) {
            return self.violate(now, Notice::TooFast);
        }
        if let Some(reading) = &mut self.reading {
            reading.heard(now, inputs);
        }
        if let Some(ack) = inputs.ack {
            self.push(Output::Ack(ack));
        }
        // Oldest first; what came before is not taken again.
        for numbered in inputs.list().iter().rev() {
            let ahead = |newest: u16| (1..0x8000).contains(&numbered.sequence.wrapping_sub(newest));
            if self.newest_sequence.is_none_or(ahead) {
                self.newest_sequence = Some(numbered.sequence);
                self.push(Output::Input {
                    sequence: numbered.sequence,
                    meant: numbered.meant,
                    seen: inputs.seen,
                    input: numbered.input,
                });
            }
        }
        Ok(())
    }

    /// An act beyond the bucket for items or for requests of trades is refused with a notice; it is no violation.
    fn take_act(&mut self, now: Millis, act: Act) -> Result<(), CloseCode> {
        if !self.take_command(now)? {
            return Ok(());
        }
        let is_too_fast = match act {
            Act::TradeRequest { .. } => !self.trades.try_take(now),
            _ => moves_items(&act) && !self.items.try_take(now),
        };
        if is_too_fast {
            self.counts.dropped += 1;
            self.notice(Notice::ItemsTooFast);
        } else {
            self.push(Output::Act(act));
        }
        Ok(())
    }

    fn take_chat(
        &mut self,
        now: Millis,
        channel: u8,
        (to, text): (String, String),
    ) -> Result<(), CloseCode> {
        if !self.take_command(now)? {
            return Ok(());
        }
        if !self.chats.try_take(now) {
            return self.violate(now, Notice::ChatTooFast);
        }
        if name::check_line(&text).is_err() {
            self.notice(Notice::ChatRefused);
            return Ok(());
        }
        self.push(Output::Chat { channel, to, text });
        Ok(())
    }

    /// A token of the command bucket; without one the frame is dropped and counted.
    fn take_command(&mut self, now: Millis) -> Result<bool, CloseCode> {
        if self.commands.try_take(now) {
            return Ok(true);
        }
        self.violate(now, Notice::TooFast).map(|()| false)
    }

    /// A frame is dropped, forgiven or not; the client is told from time to time.
    fn violate(&mut self, now: Millis, notice: Notice) -> Result<(), CloseCode> {
        self.counts.dropped += 1;
        if !self.violations.try_take(now) {
            return Err(CloseCode::TooFast);
        }
        if self.warnings.try_take(now) {
            self.notice(notice);
        }
        Ok(())
    }

    fn push_frame(&mut self, frame: &ServerFrame) {
        self.push_bytes(frame.to_bytes());
    }

    fn push_bytes(&mut self, bytes: Vec<u8>) {
        if self.state == State::Closed {
            return;
        }
        if self.waiting_bytes + bytes.len() > RELIABLE_BYTES_MAX {
            self.close(CloseCode::SlowReader);
            return;
        }
        self.waiting_bytes += bytes.len();
        self.push(Output::Frame(bytes));
    }

    fn push(&mut self, output: Output) {
        if self.outputs.len() >= OUTPUTS_MAX {
            self.close(CloseCode::SlowReader);
        } else {
            self.outputs.push_back(output);
        }
    }
}

#[cfg(test)]
mod tests;
