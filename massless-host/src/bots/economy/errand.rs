//! Where a merchant goes: from one trader of its town to the next, together with its partner.

use std::sync::Arc;
use std::time::Duration;

use massless_core::content::Content;
use massless_core::content::zone::NpcRole;
use massless_core::ids::ZoneId;
use massless_core::math::{Vec2, facing_of};
use massless_net::client::{Client, Control};
use massless_net::clock::Millis;

use crate::bots::mind::legs::{Legs, quantised};
use crate::bots::mind::sense::Sense;
use crate::bots::wander::Whim;

/// Whom it visits, in turn.
const ROUND: [NpcRole; 4] = [NpcRole::Shop, NpcRole::Clerk, NpcRole::Smith, NpcRole::StorageKeeper];
/// Time it stays with one of them, the way there included.
pub(super) const STAY: Duration = Duration::from_secs(20);
/// How far from the trader it stands, metres: each on its own side.
const STAND_METRES: f32 = 1.4;
/// How near it has to be to do business, metres; the rules allow 4.
const BUSINESS_METRES: f32 = 3.2;
/// How near to its place it stops, metres.
const ARRIVED_METRES: f32 = 0.5;

/// A merchant's legs and where they are to bring it.
pub(super) struct Errand {
    content: Arc<Content>,
    legs: Legs,
    sense: Sense,
    side: f32,
    pair: u64,
}

impl Errand {
    /// Of bot `index`; two bots in a row go together.
    pub(super) fn new(content: Arc<Content>, index: u64) -> Self {
        let side = index as f32 * 2.4;
        Self { content, legs: Legs::default(), sense: Sense::default(), side, pair: index / 2 }
    }

    /// Goes on; the trader whom it is beside, if any. To be called once a tick, `since` the run began.
    pub(super) fn go(
        &mut self,
        client: &mut Client,
        (now, since): (Millis, Duration),
        whim: &mut Whim,
    ) -> Option<NpcRole> {
        if !self.sense.take_client(client, now) || self.sense.is_dead {
            return None;
        }
        let role = self.role(since);
        let trader = self.place_of(self.sense.zone, role)?;
        let side = Vec2::new(self.side.cos(), self.side.sin());
        let goal = trader + side * STAND_METRES;
        let mut control = Control::default();
        if self.sense.place.distance(goal) > ARRIVED_METRES {
            let map = Arc::clone(&self.content.zone(self.sense.zone)?.map);
            let way = self.legs.go(&map, &self.sense, goal, whim);
            control.direction = quantised(way);
            control.facing = facing_of(way).unwrap_or(self.sense.facing);
        } else {
            self.legs.halt();
            control.facing = facing_of(trader - self.sense.place).unwrap_or(self.sense.facing);
        }
        self.sense.facing = control.facing;
        client.control(control);
        (self.sense.place.distance(trader) < BUSINESS_METRES).then_some(role)
    }

    /// Another zone, another body: the way so far is void.
    pub(super) fn arrive(&mut self) {
        self.legs.halt();
        self.sense = Sense::default();
    }

    fn role(&self, since: Duration) -> NpcRole {
        let turn = since.as_secs() / STAY.as_secs() + self.pair;
        ROUND[(turn % ROUND.len() as u64) as usize]
    }

    fn place_of(&self, zone: ZoneId, role: NpcRole) -> Option<Vec2> {
        let npcs = &self.content.zone(zone)?.npcs;
        npcs.iter().find(|npc| npc.role == role).map(|npc| npc.place)
    }
}
