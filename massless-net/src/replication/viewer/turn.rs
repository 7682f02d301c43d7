//! What a client's turn has to work with, and what comes of it.

use massless_core::codec::BitWriter;
use massless_core::view::{SheetView, TradeView};

use super::super::Link;
use super::super::lists::Lists;
use super::super::news::Plan;
use super::super::worker::Stage;
use crate::wire::update::OwnState;

/// What a client's frame says besides the others.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Turn<'a> {
    /// What is the same for all.
    pub(in super::super) stage: &'a Stage<'a>,
    /// The client's margin.
    pub(in super::super) margin: Option<i8>,
    /// Slot of the client's own body.
    pub(in super::super) me: u32,
    /// The client's own state.
    pub(in super::super) own: &'a OwnState,
    /// The client's sheet.
    pub(in super::super) sheet: &'a SheetView,
    /// The client's trade.
    pub(in super::super) trade: Option<&'a TradeView>,
    /// Slots of the chosen target, of attackers and of the party: who comes first.
    pub(in super::super) focus: &'a [u32],
}

/// Memory that every client's frame is made in.
#[derive(Debug, Default)]
pub(in super::super) struct Draft {
    /// What is in the frame.
    pub(in super::super) lists: Lists,
    /// What it tells besides.
    pub(in super::super) plan: Plan,
    /// The frame.
    pub(in super::super) bits: BitWriter,
    pub(super) sheet: BitWriter,
    /// The state, where there is one beside it.
    pub(in super::super) state: BitWriter,
    /// The own state that the state builds on.
    pub(super) base: OwnState,
}

/// What of all there is to tell goes into an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All: the client has one way.
    All,
    /// Who comes and who goes: the rest travels by datagram.
    Comings,
}

/// What became of a frame.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Outcome {
    /// Something had to be left out.
    pub(in super::super) cut: bool,
    /// Events in it.
    pub(in super::super) events: u64,
}

/// What there is to do for a client in this tick.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Errand {
    /// Its connection.
    pub(in super::super) link: Link,
    /// Index of its body among the view's players. A client without a body is told nothing; its sets
    /// wait.
    pub(in super::super) body: Option<u32>,
    /// It is its turn to look round.
    pub(in super::super) is_due: bool,
}
