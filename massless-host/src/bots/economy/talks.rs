//! Trade hand to hand: one of two partners asks and gives something, the other one takes it. What is to be
//! done follows from what the trade's window shows, so nothing here can get out of step with the server.

use std::time::{Duration, Instant};

use massless_core::character::Item;
use massless_core::command::Act;
use massless_core::event::{Event, TradeEnd};
use massless_core::ids::ItemUid;
use massless_core::view::{Offer, TradeStage, TradeView};
use massless_net::client::Client;

/// Time that a partner has to answer.
const ANSWER_TIME: Duration = Duration::from_secs(5);
/// Time that all of it may take until both have agreed.
const TALK_TIME: Duration = Duration::from_secs(25);
/// Time after which a step is tried again.
const AGAIN: Duration = Duration::from_millis(1_500);

/// What is to be done for the trade at hand.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Turn {
    /// There is none.
    Free,
    /// The other one has its turn, or the store.
    Wait,
    /// Do this.
    Act(Act),
    /// It came to nothing.
    Failed(String),
}

/// A merchant's side of the trade at hand.
#[derive(Clone, Debug)]
struct Talk {
    /// What it gives; `None` for who is asked.
    gift: Option<(Vec<ItemUid>, i64)>,
    begun: Instant,
    /// Version of the trade it acted on, and when.
    acted: Option<(u32, Instant)>,
    is_spoilt: bool,
    end: Option<TradeEnd>,
}

/// A merchant's trades: one at a time.
#[derive(Clone, Debug, Default)]
pub(super) struct Talks {
    talk: Option<Talk>,
}

impl Talks {
    /// Something happened.
    pub(super) fn hear(&mut self, event: &Event) {
        if let (Event::TradeEnded { end, .. }, Some(talk)) = (event, &mut self.talk) {
            talk.end = Some(*end);
        }
    }

    /// Something was refused; true when it belongs to a trade that goes on.
    pub(super) fn refused(&mut self, why: &str) -> bool {
        let Some(talk) = &mut self.talk else { return false };
        // Too many acts: the step is tried again a little later.
        talk.is_spoilt |= why != super::merchant::TOO_FAST;
        true
    }

    /// What is to be done now.
    pub(super) fn turn(&mut self, trade: Option<&TradeView>) -> Turn {
        let Some(talk) = &mut self.talk else { return Turn::Free };
        match (talk.end, trade) {
            (Some(TradeEnd::Done), _) => Turn::Free,
            (Some(end), _) => Turn::Failed(format!("{end:?}")),
            (None, None) if talk.is_spoilt => Turn::Failed("Refused".to_owned()),
            (None, None) if talk.begun.elapsed() > ANSWER_TIME => Turn::Failed("Gone".to_owned()),
            (None, None) => Turn::Free,
            (None, Some(trade)) => talk.step(trade),
        }
    }

    /// Asks the partner for a trade; `None` when it is not in sight.
    pub(super) fn open(
        &mut self,
        client: &Client,
        partner: &str,
        gift: Option<Item>,
    ) -> Option<Act> {
        let known = client.known().iter().find(|known| known.identity.name == partner)?;
        let partner = known.identity.actor;
        self.talk = Some(Talk::new(Some(match gift {
            Some(item) => (vec![item.uid], 0),
            None => (Vec::new(), 1),
        })));
        Some(Act::TradeRequest { partner })
    }

    /// Says yes to a partner that asks.
    pub(super) fn answer(&mut self, client: &Client) -> Option<Act> {
        let trade = client.trade().filter(|trade| trade.stage == TradeStage::Asked)?;
        // A second answer before the first one has arrived would be refused.
        let acted = Some((trade.version, Instant::now()));
        self.talk = Some(Talk { acted, ..Talk::new(None) });
        Some(Act::TradeAnswer { yes: true })
    }

    /// Whether there is one.
    pub(super) const fn is_on(&self) -> bool {
        self.talk.is_some()
    }

    /// The trade is over.
    pub(super) fn end(&mut self) {
        self.talk = None;
    }
}

impl Talk {
    fn new(gift: Option<(Vec<ItemUid>, i64)>) -> Self {
        Self { gift, begun: Instant::now(), acted: None, is_spoilt: false, end: None }
    }

    fn step(&mut self, trade: &TradeView) -> Turn {
        let was_tried = self
            .acted
            .is_some_and(|(version, at)| version == trade.version && at.elapsed() < AGAIN);
        if was_tried {
            return Turn::Wait;
        }
        match self.act(trade) {
            Some(act) => {
                self.acted = Some((trade.version, Instant::now()));
                Turn::Act(act)
            }
            None => Turn::Wait,
        }
    }

    fn act(&self, trade: &TradeView) -> Option<Act> {
        let age = self.begun.elapsed();
        let is_late = match trade.stage {
            TradeStage::Asking => age > ANSWER_TIME,
            TradeStage::Asked | TradeStage::Open => age > TALK_TIME,
            TradeStage::Booked => return None,
        };
        if is_late || self.is_spoilt {
            return Some(Act::TradeCancel);
        }
        match trade.stage {
            TradeStage::Asked => Some(Act::TradeAnswer { yes: true }),
            TradeStage::Open => self.deal(&trade.own, &trade.other),
            TradeStage::Asking | TradeStage::Booked => None,
        }
    }

    /// First the offer, then both lock, then both agree.
    fn deal(&self, own: &Offer, other: &Offer) -> Option<Act> {
        let is_empty = |offer: &Offer| offer.items.is_empty() && offer.coin == 0;
        if let Some((items, coin)) = &self.gift
            && is_empty(own)
        {
            return Some(Act::TradeOffer { items: items.clone(), coin: *coin });
        }
        if is_empty(own) && is_empty(other) {
            return None;
        }
        if !own.is_locked {
            return Some(Act::TradeLock);
        }
        let is_agreed = own.is_confirmed || !other.is_locked;
        (!is_agreed).then_some(Act::TradeConfirm { own: own.revision, other: other.revision })
    }
}
