//! Trade hand to hand: one of two partners asks and gives something, the other one takes it.

use massless_core::character::Item;
use massless_core::command::Act;
use massless_core::event::Event;
use massless_core::view::SheetView;
use massless_net::client::Client;

/// What is to be done for the trade at hand.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Turn {
    /// There is none.
    Free,
    /// The other one has its turn.
    Wait,
    /// Do this.
    Act(Act),
    /// It came to nothing.
    Failed(&'static str),
}

/// A merchant's side of its trades.
#[derive(Clone, Debug, Default)]
pub(super) struct Talks {}

impl Talks {
    /// Something happened.
    pub(super) fn hear(&mut self, _event: &Event) {}

    /// Something was refused.
    pub(super) fn refused(&mut self) {}

    /// What is to be done now.
    pub(super) fn turn(&mut self, _view: &SheetView) -> Turn {
        Turn::Free
    }

    /// Asks the partner for a trade; `None` when it is not near.
    pub(super) fn open(
        &mut self,
        _client: &Client,
        _partner: &str,
        _gift: Option<Item>,
    ) -> Option<Act> {
        None
    }

    /// Says yes to a partner that asks.
    pub(super) fn answer(&mut self, _client: &Client) -> Option<Act> {
        None
    }

    /// The trade is over.
    pub(super) fn end(&mut self) {}
}
