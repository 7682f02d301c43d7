//! The player's side, without a socket and without a clock: one implementation for the browser and
//! for bots.
//!
//! The caller hands in frames and time, tells what the hands do, and polls frames to write. The own
//! figure is predicted with the core's own walking; the others are shown two ticks in the past.
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
//! | another zone | `Output::Moved`: load its map, `set_map`; until then nothing is predicted or sent |

pub mod figures;
pub mod foresight;
pub mod prediction;
pub mod timeline;

use std::collections::VecDeque;
use std::sync::Arc;

use massless_core::command::{Act, Input};
use massless_core::content::Content;
use massless_core::content::map::Map;
use massless_core::event::{Event, Rejection};
use massless_core::ids::{ActorId, ClassId, FactionId, SkillId};
use massless_core::math::Vec3;
use massless_core::units::{Facing, Tick};
use massless_core::view::{Pose, SheetView};
use massless_core::walk::Walker;

use self::figures::Others;
pub use self::figures::{Figure, Known};
pub use self::foresight::Foreseen;
use self::foresight::{Foresight, Present};
pub use self::prediction::Agreement;
use self::prediction::Prediction;
use self::timeline::Timeline;
use crate::clock::Millis;
use crate::error::ClientError;
use crate::limits::EVENTS_KEPT_MAX;
use crate::session::close::{CloseCode, Notice};
use crate::session::token::ResumeToken;
use crate::wire::event::Who;
use crate::wire::server_frame::id;
use crate::wire::update::{OwnState, UpdateReader};
use crate::wire::{
    Claim, ClientFrame, Inputs, NumberedInput, PROTOCOL_VERSION, Party, PartyVerb, ServerFrame,
    ShortTick, Welcome,
};

/// Milliseconds between two pings of the client.
const PING_MILLIS: u64 = 2_000;
/// Ticks walked at most in one call; what lies further back is held, not sent.
const CATCH_UP_TICKS: u64 = 3;
/// Ticks behind its clock after which the figure does not catch up but waits for the server.
const GIVE_UP_TICKS: u64 = 40;

/// Ticks after a change of zone within which its first update is looked for.
const FIRST_UPDATE_TICKS: u32 = 400;

/// How a client introduces itself.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Wanted name; not used when resuming.
    pub name: String,
    /// Wanted appearance, 0..=15.
    pub look: u8,
    /// Wanted class, 1..=4; not used when resuming.
    pub class: ClassId,
    /// Wanted faction, 1..=3; not used when resuming.
    pub faction: FactionId,
    /// Token of a session that was lost.
    pub resume: Option<ResumeToken>,
    /// Older inputs repeated in each frame, 0..=2: 0 over ordered links, 2 over datagrams.
    pub repeats: u8,
}

impl Default for ClientConfig {
    fn default() -> Self {
        let (class, faction) = (ClassId::new(1), FactionId::new(1));
        Self { name: String::new(), look: 0, class, faction, resume: None, repeats: 0 }
    }
}

/// What the hands do from now on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Control {
    /// Wanted direction in the world, east and north, in 1/127 of full speed.
    pub direction: [i8; 2],
    /// Where the figure looks.
    pub facing: Facing,
    /// Pressed buttons: bits 0 to 9 are the slots of the bar.
    pub buttons: u16,
    /// Chosen target.
    pub target: Option<ActorId>,
    /// Chosen place for skills on the ground, in 1/64 m (east, north).
    pub aim: Option<[u16; 2]>,
}

impl Control {
    /// The input it makes.
    const fn input(&self) -> Input {
        let Self { direction, facing, buttons, target, aim } = *self;
        Input { direction, facing, buttons, target, aim }
    }
}

/// What the client wants done or known.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Write these bytes to the connection.
    Frame(Vec<u8>),
    /// The client is in: load the map and hand it in with `set_map`; keep the resume token.
    Welcome(Box<Welcome>),
    /// The client is in another zone: load its map and hand it in with `set_map`; keep the resume
    /// token. All figures are forgotten.
    Moved(Box<Welcome>),
    /// Somebody asks the client into a party: answer with `PartyVerb::Answer`.
    Invited {
        /// Who.
        name: String,
    },
    /// `party()` is another.
    PartyChanged,
    /// Somebody says something.
    Chat {
        /// Who; `None` is the server.
        actor: Option<ActorId>,
        /// The speaker's name.
        name: String,
        /// Channel, 1..=9.
        channel: u8,
        /// The line; to be escaped before it is shown.
        text: String,
    },
    /// Something was refused.
    Notice(Notice),
    /// The session is over.
    Closed {
        /// Why.
        code: CloseCode,
        /// A sentence for people.
        sentence: String,
    },
}

/// The own figure as it is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OwnFigure {
    /// Which actor.
    pub actor: ActorId,
    /// Feet, metres, between two ticks and with errors smoothed.
    pub position: Vec3,
    /// Where it looks: as the hands want it.
    pub facing: Facing,
    /// Ground speed, metres per second.
    pub speed: f32,
    /// What it is doing, by the server.
    pub pose: Pose,
    /// Hit points as a share of the maximum.
    pub share: u8,
    /// Exact state after the newest tick walked.
    pub walker: Walker,
}

/// What was measured, for overlays and for `bots`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stats {
    /// Round trip in milliseconds, smoothed; 0 before the first pong.
    pub rtt_millis: f64,
    /// Margin of the newest update that told one.
    pub margin: i8,
    /// Lead of the inputs in milliseconds.
    pub lead_millis: f64,
    /// How server states and predictions agreed.
    pub agreement: Agreement,
    /// Updates that told a negative margin.
    pub late: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes sent.
    pub bytes_out: u64,
    /// Frames received.
    pub frames_in: u64,
    /// Updates among them.
    pub updates: u64,
    /// Records in these.
    pub records: u64,
    /// Input frames sent.
    pub inputs: u64,
    /// Updates of the zone before that came after a change of zone, and were not looked at.
    pub strays: u64,
    /// Events told.
    pub events: u64,
    /// Events nobody took before there were too many.
    pub events_lost: u64,
    /// Newest tick shown by an update.
    pub tick: u64,
    /// When the newest update came.
    pub updated_at: Millis,
}

/// The player's side of a connection.
#[derive(Debug)]
pub struct Client {
    config: ClientConfig,
    map: Option<Arc<Map>>,
    welcome: Option<Box<Welcome>>,
    closed: bool,
    timeline: Timeline,
    prediction: Prediction,
    foresight: Foresight,
    others: Others,
    own: OwnState,
    sheet: Option<SheetView>,
    party: Party,
    news: VecDeque<Event>,
    expected: u8,
    moved_at: Option<Tick>,
    control: Control,
    sequence: u16,
    ping_due: Millis,
    outputs: VecDeque<Output>,
    stats: Stats,
}

impl Client {
    /// A client on a connection that was just opened; its hello can be polled at once.
    #[must_use]
    pub fn new(config: ClientConfig) -> Self {
        let claim = match config.resume {
            Some(token) => Claim::Resume(token),
            None => {
                let ClientConfig { look, class, faction, .. } = config;
                Claim::Guest { name: config.name.clone(), look, class, faction }
            }
        };
        let mut client = Self {
            config,
            map: None,
            welcome: None,
            closed: false,
            timeline: Timeline::new(),
            prediction: Prediction::default(),
            foresight: Foresight::default(),
            others: Others::default(),
            own: OwnState::default(),
            sheet: None,
            party: Party::default(),
            news: VecDeque::new(),
            expected: 0,
            moved_at: None,
            control: Control::default(),
            sequence: 0,
            ping_due: Millis::default(),
            outputs: VecDeque::new(),
            stats: Stats::default(),
        };
        client.send(&ClientFrame::Hello { version: PROTOCOL_VERSION, claim: Some(claim) });
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

    /// A frame came from the server. After an error the connection is of no use any more.
    pub fn handle_frame(&mut self, now: Millis, frame: &[u8]) -> Result<(), ClientError> {
        if self.closed {
            return Ok(());
        }
        self.stats.frames_in += 1;
        self.stats.bytes_in += frame.len() as u64;
        if frame.first() == Some(&id::UPDATE) {
            return self.take_update(now, frame);
        }
        match ServerFrame::decode(frame)? {
            ServerFrame::Welcome(welcome) => self.take_welcome(welcome)?,
            ServerFrame::Moved(welcome) => self.take_move(welcome)?,
            ServerFrame::Party(party) => {
                self.party = party;
                self.outputs.push_back(Output::PartyChanged);
            }
            ServerFrame::Invited { name } => self.outputs.push_back(Output::Invited { name }),
            ServerFrame::Chat { actor, name, channel, text } => {
                self.outputs.push_back(Output::Chat { actor, name, channel, text });
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
                self.walk_and_send(&map, Tick::new(tick));
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
        self.send(&ClientFrame::Chat { channel, text: text.to_owned() });
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
        let present = Present { map, own, sheet, others, walker, tick };
        self.foresight.may_start(&present, slot, &self.control.input())
    }

    /// What the own character has and has achieved; `None` before it was told.
    #[must_use]
    pub const fn sheet(&self) -> Option<&SheetView> {
        self.sheet.as_ref()
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

    /// The others as they are shown now; empty before the map is there.
    pub fn figures(&mut self, now: Millis) -> &[Figure] {
        match (&self.map, self.timeline.shown_tick(now)) {
            (Some(map), Some(arrived)) => self.others.show(map, arrived),
            _ => &[],
        }
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

    fn take_welcome(&mut self, welcome: Box<Welcome>) -> Result<(), ClientError> {
        if self.welcome.is_some() {
            return Err(ClientError::Unexpected("a second welcome"));
        }
        self.others.begin(welcome.tick);
        self.own.speed = 0.0;
        self.welcome = Some(welcome.clone());
        self.outputs.push_back(Output::Welcome(welcome));
        Ok(())
    }

    fn take_move(&mut self, welcome: Box<Welcome>) -> Result<(), ClientError> {
        if self.welcome.is_none() {
            return Err(ClientError::Unexpected("a change of zone before the welcome"));
        }
        self.map = None;
        self.prediction.forget();
        self.others.clear();
        self.others.begin(welcome.tick);
        self.timeline.rebase();
        self.foresight.clear();
        self.own = OwnState::default();
        self.expected = 0;
        self.moved_at = Some(welcome.tick);
        self.welcome = Some(welcome.clone());
        self.outputs.push_back(Output::Moved(welcome));
        Ok(())
    }

    /// Whether an update belongs to the zone before: updates of a new one begin with number 0.
    fn is_stray(&mut self, frame: &[u8]) -> Result<bool, ClientError> {
        let Some(moved_at) = self.moved_at else { return Ok(false) };
        let head = UpdateReader::head(frame)?;
        let tick = head.tick.near(moved_at);
        let is_first =
            head.number == 0 && tick >= moved_at && tick.since(moved_at).get() < FIRST_UPDATE_TICKS;
        if is_first {
            self.moved_at = None;
        } else {
            self.stats.strays += 1;
        }
        Ok(!is_first)
    }

    fn take_update(&mut self, now: Millis, frame: &[u8]) -> Result<(), ClientError> {
        if self.welcome.is_none() {
            return Err(ClientError::Unexpected("an update before the welcome"));
        }
        if self.is_stray(frame)? {
            return Ok(());
        }
        let near = self.others.newest();
        let (head, mut records) = UpdateReader::open(frame, &mut self.own, near)?;
        let expected = self.expected;
        if head.number != expected {
            return Err(ClientError::Gap { expected, found: head.number });
        }
        self.expected = expected.wrapping_add(1);
        let tick = records.tick();
        self.others.begin(tick);
        self.timeline.arrived(now, tick);
        while let Some((slot, record)) = records.try_next()? {
            self.stats.records += 1;
            self.others.take(slot, record)?;
        }
        let tells_own = records.tells_own();
        self.take_news(records)?;
        self.stats.updates += 1;
        self.stats.updated_at = now;
        if let Some(margin) = head.margin {
            self.stats.margin = margin;
            self.stats.late += u64::from(margin < 0);
            self.timeline.margin(now, margin);
        }
        self.timeline.keep_ahead(now, tick);
        self.foresight.reconcile(&self.own, tick);
        if tells_own && let Some(map) = &self.map {
            self.prediction.reconcile(now, map, tick, &self.own);
        }
        Ok(())
    }

    /// Sheet and events of an update whose records are taken in.
    fn take_news(&mut self, mut rest: UpdateReader<'_>) -> Result<(), ClientError> {
        let Some(welcome) = &self.welcome else { return Ok(()) };
        let (player, me) = (welcome.player, welcome.actor);
        if let Some(sheet) = rest.try_sheet(player)? {
            self.sheet = Some(sheet);
        }
        let others = &self.others;
        let resolve = |who| match who {
            Who::Me => me,
            Who::Slot(slot) => {
                others.of_slot(slot).map_or(ActorId::default(), |known| known.identity.actor)
            }
            Who::Nobody => ActorId::default(),
        };
        while let Some(event) = rest.try_event(player, resolve)? {
            self.stats.events += 1;
            if self.news.len() >= EVENTS_KEPT_MAX {
                self.news.pop_front();
                self.stats.events_lost += 1;
            }
            self.news.push_back(event);
        }
        Ok(())
    }

    fn walk_and_send(&mut self, map: &Map, tick: Tick) {
        let input = self.control.input();
        self.sequence = self.sequence.wrapping_add(1);
        self.prediction.walk(map, Some(self.sequence), input);
        if let Some((sheet, walker)) = self.sheet.as_ref().zip(self.prediction.walker()) {
            let (own, others) = (&self.own, &self.others);
            let present = Present { map, own, sheet, others, walker, tick };
            self.foresight.look_ahead(&present, self.sequence, &input);
        }
        let meant = ShortTick::of(tick);
        let newest = NumberedInput { sequence: self.sequence, meant, input };
        let mut inputs = Inputs::new(ShortTick::of(self.others.newest()), newest);
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

    fn send(&mut self, frame: &ClientFrame) {
        let mut bytes = Vec::new();
        frame.encode(&mut bytes);
        self.stats.bytes_out += bytes.len() as u64;
        self.outputs.push_back(Output::Frame(bytes));
    }
}
