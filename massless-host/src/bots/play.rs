//! A bot that plays over the network: net's client tells it what it perceives, a mind decides.

use std::sync::Arc;

use massless_core::content::Content;
use massless_core::content::map::Map;
use massless_core::event::Event;
use massless_core::ids::{ClassId, FactionId, PlayerId};
use massless_net::client::{Client, Control};
use massless_net::clock::Millis;
use massless_net::wire::{PartyVerb, Welcome, Whom};

use super::bot::name_of;
use super::mind::sense::Sense;
use super::mind::{Conduct, Mind};
use super::tally::Tally;
use super::wander::Whim;

/// Ticks between two invitations of a leader whose party is not complete.
const INVITE_TICKS: u64 = 200;

/// How a bot is to play.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part {
    /// Which class.
    pub(crate) class: ClassId,
    /// Which faction.
    pub(crate) faction: FactionId,
    /// What it does besides fighting.
    pub(crate) conduct: Conduct,
    /// Members of its party; 1 for a loner. The first of so many bots leads.
    pub(crate) party: u64,
}

/// A mind with its senses.
pub(crate) struct Play {
    /// How it is to play.
    pub(crate) part: Part,
    /// What became of it.
    pub(crate) tally: Tally,
    content: Arc<Content>,
    mind: Mind,
    sense: Sense,
    index: u64,
}

impl Play {
    /// Bot `index` of a run.
    pub(crate) fn new(content: Arc<Content>, part: Part, seed: u64, index: u64) -> Self {
        let mind = Mind::new(Arc::clone(&content), part.conduct, Whim::new(seed, index));
        let (tally, sense) = (Tally::default(), Sense::default());
        Self { part, tally, content, mind, sense, index }
    }

    /// The ground of the zone it was let into; `None` when the server's content is another.
    pub(crate) fn map_of(&self, welcome: &Welcome) -> Option<Arc<Map>> {
        let same = welcome.content == self.content.hash().get();
        let zone = self.content.zone(welcome.zone).filter(|_| same)?;
        Some(Arc::clone(&zone.map))
    }

    /// Takes in the news, and when a further tick was told decides what to do from now on.
    pub(crate) fn act(&mut self, client: &mut Client, now: Millis) {
        self.hear(client);
        let before = self.sense.tick;
        let zone = self.sense.zone;
        if !self.sense.take_client(client, now) {
            return;
        }
        if self.sense.zone == zone && self.sense.tick > before {
            self.tally.ticks += self.sense.tick.get() - before.get();
        } else if self.sense.zone == zone {
            return;
        } else if before.get() > 0 {
            self.tally.travels += 1;
        }
        self.gather(client);
        let Some(sheet) = client.sheet() else { return };
        let orders = self.mind.decide(&self.sense, &sheet.sheet);
        self.sense.facing = orders.input.facing;
        // How late the others are seen is the client's to say.
        let massless_core::command::Input { direction, facing, buttons, target, aim, .. } =
            orders.input;
        client.control(Control { direction, facing, buttons, target, aim });
        if let Some(act) = orders.act {
            client.act(act);
        }
    }

    fn hear(&mut self, client: &mut Client) {
        let Some((player, actor)) = client.welcome().map(|own| (own.player, own.actor)) else {
            return;
        };
        while let Some(event) = client.next_event() {
            self.count(&event, player, actor);
        }
    }

    fn count(&mut self, event: &Event, player: PlayerId, own: massless_core::ids::ActorId) {
        if let Event::Rejected { reason, .. } = event {
            self.mind.refused(*reason, self.sense.tick);
        }
        self.tally.hear(event, player, Some(own));
    }

    /// A leader asks the others of its party in until all are there.
    fn gather(&mut self, client: &mut Client) {
        let size = self.part.party;
        let leads = size > 1 && self.index.is_multiple_of(size);
        if !leads || !self.sense.tick.get().is_multiple_of(INVITE_TICKS) {
            return;
        }
        let here: Vec<String> = client
            .party()
            .map(|party| party.members.iter().map(|member| member.name.clone()).collect())
            .unwrap_or_default();
        for other in self.index + 1..self.index + size {
            let name = name_of(other);
            if !here.contains(&name) {
                client.party_verb(PartyVerb::Invite(Whom::Name(name)));
                return;
            }
        }
    }
}
