//! What goes into a client and comes out of it: settings, hands, outputs, figures, measurements.

use massless_core::command::Input;
use massless_core::ids::{ActorId, ClassId, FactionId};
use massless_core::math::Vec3;
use massless_core::units::Facing;
use massless_core::view::Pose;
use massless_core::walk::Walker;

use super::prediction::Agreement;
use crate::clock::Millis;
use crate::session::close::{CloseCode, Notice};
use crate::session::ticket::Ticket;
use crate::session::token::ResumeToken;
use crate::wire::Welcome;

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
    /// Ticket of a character that was chosen; then name, look, class and faction are not used.
    pub ticket: Option<Ticket>,
    /// Older inputs repeated in each frame, 0..=2: 0 over ordered links, 2 over datagrams.
    pub repeats: u8,
    /// Speaks the oldest version that this crate still writes, to a host that refused the newest: one that
    /// went back to the build before.
    pub speaks_oldest: bool,
}

impl Default for ClientConfig {
    fn default() -> Self {
        let (class, faction) = (ClassId::new(1), FactionId::new(1));
        Self {
            name: String::new(),
            look: 0,
            class,
            faction,
            resume: None,
            ticket: None,
            repeats: 0,
            speaks_oldest: false,
        }
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
    /// The input it makes; how late the others were seen is added when it is sent.
    pub(super) const fn input(&self) -> Input {
        let Self { direction, facing, buttons, target, aim } = *self;
        Input { direction, facing, buttons, target, aim, rewind: 0 }
    }
}

/// What the client wants done or known.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// Write these bytes to the connection.
    Frame(Vec<u8>),
    /// The client is in: load the map and hand it in with `set_map`; keep the resume token.
    Welcome(Box<Welcome>),
    /// The client is in again on another connection, and all it knew goes on: keep the resume token.
    Resumed(Box<Welcome>),
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
        /// Only for whispers (channel 5): the own words, to `name`.
        sent: bool,
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
    /// Ticks by which the others are shown in the past.
    pub delay_ticks: f64,
    /// Times the others were shown.
    pub pictures: u64,
    /// Of these, the ones ahead of all that was known.
    pub guessed: u64,
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
    /// Updates and states among them that told the own state.
    pub updates: u64,
    /// States among these: told by datagram.
    pub states: u64,
    /// Records in these.
    pub records: u64,
    /// Input frames sent.
    pub inputs: u64,
    /// Updates and states of the zone before that came after a change of zone, and states that came late or twice: they
    /// were not looked at.
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
