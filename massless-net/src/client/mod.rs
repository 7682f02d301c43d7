//! The player's side, without a socket and without a clock: one implementation for the browser and
//! for bots.
//!
//! The caller hands in frames and time, tells what the hands do, and polls frames to write. The own
//! figure is predicted with the core's own walking; the others are shown two ticks in the past, or up to four where states come unsteadily.
//! After any call: `poll` until `None`, then come back at `next_timeout`.
//!
//! | what | how |
//! | --- | --- |
//! | move, look, skills (buttons 0 to 9), target, place aimed at | `control(Control { .. })`, as often as it changes |
//! | everything else a player does | `act(Act::..)`; refusals come as `Event::Rejected` |
//! | party | `party_verb(PartyVerb::..)`; `party()`, `Output::Invited`, `Output::PartyChanged` |
//! | own hit points, mana, cast, cooldowns, effects | `told()`: the tick and the own state as of it |
//! | the same with skills and swings on their way | `set_content` once; `foreseen_state()`, `next_foreseen()`, `may_start(slot)` |
//! | own items, quests, attributes | `sheet()`: changed when its `revision` is another |
//! | others, items on the ground, marked areas | `figures(now)`: look at `kind`; names by `known_of(slot)` |
//! | what happened | `next_event()` until `None`: the core's events; `ActorId` 0 is somebody out of sight |
//! | another connection, after a loss | `reconnect`: what is known goes on, if the server can build on it |
//! | another zone | `Output::Moved`: load its map, `set_map`; until then nothing is predicted or sent |

pub mod figures;
pub mod foresight;
mod intake;
pub mod past;
pub mod prediction;
mod resume;
mod shown;
mod states;
mod surface;
pub mod timeline;

use std::collections::VecDeque;
use std::sync::Arc;

use massless_core::command::{Act, Input};
use massless_core::content::Content;
use massless_core::content::map::Map;
use massless_core::event::{Event, Rejection};
use massless_core::ids::{ActorId, SkillId};
use massless_core::units::Tick;
use massless_core::view::{SheetView, TradeView};
use massless_core::walk::Walker;

use self::figures::Others;
pub use self::figures::{Figure, Known};
pub use self::foresight::Foreseen;
use self::foresight::{Foresight, Present};
use self::past::Past;
pub use self::prediction::Agreement;
use self::prediction::Prediction;
use self::resume::Standing;
use self::states::States;
pub use self::surface::{ClientConfig, Control, Output, OwnFigure, Stats};
use self::timeline::Timeline;
use crate::clock::Millis;
use crate::error::ClientError;
use crate::wire::server_frame::id;
use crate::wire::update::OwnState;
use crate::wire::{
    CHANNEL_WHISPER, ClientFrame, Inputs, NumberedInput, Party, PartyVerb, ServerFrame, ShortTick,
    Welcome,
};

/// Milliseconds between two pings of the client.
const PING_MILLIS: u64 = 2_000;
/// Ticks walked at most in one call; what lies further back is held, not sent.
const CATCH_UP_TICKS: u64 = 3;
/// Ticks behind its clock after which the figure does not catch up but waits for the server.
const GIVE_UP_TICKS: u64 = 40;

/// Milliseconds between two reports of the prediction, and between two that tell of a divergence.
const REPORT_MILLIS: u64 = 10_000;
const REPORT_SOON_MILLIS: u64 = 1_000;

/// The tick in which the others are shown to whoever acts in `tick`.
fn shown_in(tick: Tick, rewind: u8) -> Tick {
    Tick::new(tick.get().saturating_sub(u64::from(rewind)))
}

/// The player's side of a connection.
#[derive(Debug)]
pub struct Client {
    config: ClientConfig,
    map: Option<Arc<Map>>,
    welcome: Option<Box<Welcome>>,
    closed: bool,
    timeline: Timeline,
    past: Past,
    prediction: Prediction,
    foresight: Foresight,
    others: Others,
    overlooks_others: bool,
    own: OwnState,
    sheet: Option<SheetView>,
    trade: Option<TradeView>,
    trades_told: u32,
    party: Party,
    news: VecDeque<Event>,
    expected: u8,
    states: States,
    standing: Standing,
    moved_at: Option<Tick>,
    control: Control,
    sequence: u16,
    ping_due: Millis,
    rewind: u8,
    reported_at: Millis,
    outputs: VecDeque<Output>,
    stats: Stats,
}

impl Client {
    /// A client on a connection that was just opened; its hello can be polled at once.
    #[must_use]
    pub fn new(config: ClientConfig) -> Self {
        let mut client = Self {
            config,
            map: None,
            welcome: None,
            closed: false,
            timeline: Timeline::new(),
            past: Past::new(),
            prediction: Prediction::default(),
            foresight: Foresight::default(),
            others: Others::default(),
            overlooks_others: false,
            own: OwnState::default(),
            sheet: None,
            trade: None,
            trades_told: 0,
            party: Party::default(),
            news: VecDeque::new(),
            expected: 0,
            states: States::default(),
            standing: Standing::default(),
            moved_at: None,
            control: Control::default(),
            sequence: 0,
            ping_due: Millis::default(),
            rewind: 0,
            reported_at: Millis::default(),
            outputs: VecDeque::new(),
            stats: Stats::default(),
        };
        client.greet(None);
        client
    }

    /// Hands in the map of the welcome's zone. Without it nothing is predicted and no input sent.
    pub fn set_map(&mut self, map: Arc<Map>) {
        self.map = Some(map);
    }

    /// Hands in the definitions: with them the client foresees its own skills and swings.
    pub fn set_content(&mut self, content: Arc<Content>) {
        self.foresight.content = Some(content);
    }

    /// Takes in the own state alone from now on: of others, events and sheet nothing is known. The server is told the very
    /// same. For load, of which only a part has to see.
    pub const fn overlook_others(&mut self) {
        self.overlooks_others = true;
    }

    /// A frame came from the server. After an error the connection is of no use any more.
    pub fn handle_frame(&mut self, now: Millis, frame: &[u8]) -> Result<(), ClientError> {
        if self.closed {
            return Ok(());
        }
        self.stats.frames_in += 1;
        self.stats.bytes_in += frame.len() as u64;
        let taken = self.take_frame(now, frame);
        // What was taken in halfway is nothing to build on.
        self.standing.holds &= taken.is_ok();
        taken
    }

    fn take_frame(&mut self, now: Millis, frame: &[u8]) -> Result<(), ClientError> {
        if frame.first() == Some(&id::UPDATE) {
            return self.take_update(now, frame);
        }
        if frame.first() == Some(&id::STATE) {
            return self.take_state(now, frame);
        }
        match ServerFrame::decode(frame)? {
            ServerFrame::Welcome(welcome) => self.take_welcome(welcome)?,
            ServerFrame::Resumed(welcome) => self.take_resumed(welcome)?,
            ServerFrame::Moved(welcome) => self.take_move(welcome)?,
            ServerFrame::Party(party) => {
                self.party = party;
                self.outputs.push_back(Output::PartyChanged);
            }
            ServerFrame::Invited { name } => self.outputs.push_back(Output::Invited { name }),
            ServerFrame::Chat { actor, name, channel, sent, text } => {
                self.outputs.push_back(Output::Chat { actor, name, channel, sent, text });
            }
            ServerFrame::Notice(notice) => self.outputs.push_back(Output::Notice(notice)),
            ServerFrame::Ping { stamp } => self.send(&ClientFrame::Pong { stamp }),
            ServerFrame::Pong { stamp } => {
                let gap_micros = (now.micros() as u32).wrapping_sub(stamp);
                self.timeline.round_trip(f64::from(gap_micros) / 1_000.0);
            }
            ServerFrame::Close { code, sentence } => {
                self.closed = true;
                self.outputs.push_back(Output::Closed { code, sentence });
            }
        }
        Ok(())
    }

    /// Says what the hands do from now on.
    pub fn control(&mut self, control: Control) {
        self.control = control;
    }

    /// Time has come to `now`: walks and sends the inputs that are due.
    pub fn advance(&mut self, now: Millis) {
        if self.closed {
            return;
        }
        if now >= self.ping_due {
            self.ping_due = now.plus(PING_MILLIS);
            self.send(&ClientFrame::Ping { stamp: now.micros() as u32 });
        }
        self.report(now);
        self.advance_past(now);
        let Some(map) = self.map.clone() else { return };
        let Some((newest, due)) = self.prediction.tick().zip(self.timeline.input_tick(now)) else {
            return;
        };
        let due = due.max(0.0) as u64;
        let behind = due.saturating_sub(newest.get());
        if behind > GIVE_UP_TICKS {
            // The next server state starts the figure anew.
            self.prediction.forget();
            return;
        }
        for tick in newest.get() + 1..=due {
            if due - tick >= CATCH_UP_TICKS {
                let held = self.prediction.last_input();
                self.prediction.walk(&map, None, held);
            } else {
                self.walk_and_send(now, &map, Tick::new(tick));
            }
        }
    }

    /// The same as `advance`, by the name that all state machines here use.
    pub fn handle_timeout(&mut self, now: Millis) {
        self.advance(now);
    }

    /// When `advance` wants to be called.
    #[must_use]
    pub fn next_timeout(&self) -> Option<Millis> {
        if self.closed {
            return None;
        }
        let input_due = match (&self.map, self.prediction.tick()) {
            (Some(_), Some(tick)) => self.timeline.input_due(tick.next()),
            _ => None,
        };
        Some(input_due.map_or(self.ping_due, |due| due.min(self.ping_due)))
    }

    /// Does something beside moving and fighting.
    pub fn act(&mut self, act: Act) {
        self.send(&ClientFrame::Act(act));
    }

    /// Does something with the party.
    pub fn party_verb(&mut self, verb: PartyVerb) {
        self.send(&ClientFrame::Party(verb));
    }

    /// Says a line on a channel (1 is local).
    pub fn chat(&mut self, channel: u8, text: &str) {
        self.send(&ClientFrame::Chat { channel, to: String::new(), text: text.to_owned() });
    }

    /// Says a line to one character only.
    pub fn whisper(&mut self, to: &str, text: &str) {
        let (to, text) = (to.to_owned(), text.to_owned());
        self.send(&ClientFrame::Chat { channel: CHANNEL_WHISPER, to, text });
    }

    /// Says goodbye; the server answers with a close.
    pub fn leave(&mut self) {
        self.send(&ClientFrame::Leave);
    }

    /// The next thing to do or to know.
    pub fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The next thing that happened; the oldest first. Actors are named by their ids, 0 for somebody
    /// out of sight; times are counted from the update that told it.
    pub fn next_event(&mut self) -> Option<Event> {
        self.news.pop_front()
    }

    /// The next skill or swing the own character is expected to begin, before the server told it.
    pub fn next_foreseen(&mut self) -> Option<Foreseen> {
        self.foresight.fresh.pop_front()
    }

    /// The own state as it will be when the inputs on their way are applied: mana, cast, cooldowns.
    #[must_use]
    pub fn foreseen_state(&self) -> OwnState {
        let mut own = self.own.clone();
        self.foresight.apply(&mut own);
        own
    }

    /// Whether the skill in a slot of the bar would start now at what is chosen, else why not.
    pub fn may_start(&self, slot: usize) -> Result<SkillId, Rejection> {
        let parts = self.map.as_ref().zip(self.sheet.as_ref()).zip(self.prediction.walker());
        let ((map, sheet), walker) = parts.ok_or(Rejection::NotHere)?;
        let tick = self.prediction.tick().ok_or(Rejection::NotHere)?.next();
        let (own, others) = (&self.own, &self.others);
        let shown = shown_in(tick, self.rewind);
        let present = Present { map, own, sheet, others, walker, tick, shown };
        self.foresight.may_start(&present, slot, &self.control.input())
    }

    /// What the own character has and has achieved; `None` before it was told.
    #[must_use]
    pub const fn sheet(&self) -> Option<&SheetView> {
        self.sheet.as_ref()
    }

    /// The trade it is in, or asked for.
    #[must_use]
    pub const fn trade(&self) -> Option<&TradeView> {
        self.trade.as_ref()
    }

    /// How often a trade was told anew: whoever shows it compares.
    #[must_use]
    pub const fn trades_told(&self) -> u32 {
        self.trades_told
    }

    /// The party, the own character among its members; `None` without one.
    #[must_use]
    pub fn party(&self) -> Option<&Party> {
        (!self.party.members.is_empty()).then_some(&self.party)
    }

    /// The own figure; `None` before its first state.
    #[must_use]
    pub fn own(&self, now: Millis) -> Option<OwnFigure> {
        let actor = self.welcome.as_ref()?.actor;
        let newest = self.prediction.tick()?;
        let fraction = self.timeline.input_tick(now)? - newest.get() as f64;
        Some(OwnFigure {
            actor,
            position: self.prediction.shown(now, fraction.clamp(0.0, 1.0) as f32)?,
            facing: self.control.facing,
            speed: self.prediction.speed_metres(),
            pose: self.own.pose,
            share: self.own.share(),
            walker: self.prediction.walker()?,
        })
    }

    /// The newest tick that the own figure has walked; `None` before its first state.
    #[must_use]
    pub fn walked(&self) -> Option<Tick> {
        self.prediction.tick()
    }

    /// The exact own figure after the newest tick walked.
    #[must_use]
    pub fn walker(&self) -> Option<Walker> {
        self.prediction.walker()
    }

    /// The tick that the own figure is shown in, with its fraction: by it casts and cooldowns count.
    #[must_use]
    pub fn present(&self, now: Millis) -> Option<f64> {
        let newest = self.prediction.tick()?.get() as f64;
        Some(self.timeline.input_tick(now)?.clamp(newest, newest + 1.0))
    }

    /// All that is known of the others, as told: for measuring, not for showing.
    #[must_use]
    pub fn known(&self) -> &[Known] {
        self.others.known()
    }

    /// What is known of one slot, name included.
    #[must_use]
    pub fn known_of(&self, slot: u32) -> Option<&Known> {
        self.others.of_slot(slot)
    }

    /// What is known of one actor, name included.
    #[must_use]
    pub fn known_actor(&self, actor: ActorId) -> Option<&Known> {
        self.others.of_actor(actor)
    }

    /// The welcome to the zone the client is in, once it came.
    #[must_use]
    pub fn welcome(&self) -> Option<&Welcome> {
        self.welcome.as_deref()
    }

    /// The own state as the server told it last, and its tick.
    #[must_use]
    pub fn told(&self) -> (Tick, &OwnState) {
        (self.others.newest(), &self.own)
    }

    /// Whether the session is over.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.closed
    }

    /// What was measured so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        Stats {
            rtt_millis: self.timeline.rtt_millis().unwrap_or(0.0),
            lead_millis: self.timeline.lead_millis(),
            agreement: self.prediction.agreement(),
            tick: self.others.newest().get(),
            ..self.stats
        }
    }

    fn walk_and_send(&mut self, now: Millis, map: &Map, tick: Tick) {
        self.rewind = self.rewind_of(now, tick);
        let input = Input { rewind: self.rewind, ..self.control.input() };
        self.sequence = self.sequence.wrapping_add(1);
        self.prediction.walk(map, Some(self.sequence), input);
        if let Some((sheet, walker)) = self.sheet.as_ref().zip(self.prediction.walker()) {
            let (own, others) = (&self.own, &self.others);
            let shown = shown_in(tick, self.rewind);
            let present = Present { map, own, sheet, others, walker, tick, shown };
            self.foresight.look_ahead(&present, self.sequence, &input);
        }
        let meant = ShortTick::of(tick);
        let newest = NumberedInput { sequence: self.sequence, meant, input };
        let mut inputs = Inputs::new(ShortTick::of(self.others.newest()), newest);
        inputs.ack = self.states.ack(self.expected);
        let mut before = tick.get();
        for _ in 0..self.config.repeats {
            before = before.saturating_sub(1);
            let Some(step) = self.prediction.step_of(Tick::new(before)) else { break };
            let Some(sequence) = step.sequence else { continue };
            let meant = ShortTick::of(step.tick);
            if !inputs.try_add(NumberedInput { sequence, meant, input: step.input }) {
                break;
            }
        }
        self.stats.inputs += 1;
        self.send(&ClientFrame::Inputs(inputs));
    }

    /// Tells from time to time how the prediction agrees, soon when it does not.
    fn report(&mut self, now: Millis) {
        let wait = if self.prediction.has_diverged() { REPORT_SOON_MILLIS } else { REPORT_MILLIS };
        if now.since(self.reported_at) < wait || !self.standing.is_in {
            return;
        }
        self.reported_at = now;
        if let Some(report) = self.prediction.take_report() {
            self.send(&ClientFrame::Report(report));
        }
    }

    fn send(&mut self, frame: &ClientFrame) {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        self.stats.bytes_out += bytes.len() as u64;
        self.outputs.push_back(Output::Frame(bytes));
    }
}
