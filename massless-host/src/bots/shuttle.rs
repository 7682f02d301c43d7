//! A bot that goes to and fro between two zones through their portals, and notes how long it was without
//! a world each time.
//!
//! A crossing is measured as its player sees it: from the last update of the zone before to the first
//! update of the next one after which there is a body of its own to walk with.

use std::sync::Arc;

use massless_core::content::Content;
use massless_core::content::map::Map;
use massless_core::content::zone::PortalDef;
use massless_core::ids::{FactionId, ZoneId};
use massless_core::math::facing_of;
use massless_core::units::Level;
use massless_net::client::{Client, Control};
use massless_net::clock::Millis;
use massless_net::session::token::ResumeToken;
use massless_net::wire::Welcome;

use super::mind::legs::{Legs, quantised};
use super::mind::sense::Sense;
use super::wander::Whim;

/// One change of zone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Crossing {
    /// Milliseconds without a world.
    pub(crate) millis: f64,
    /// It is still the session that the connection began with.
    pub(crate) is_same_session: bool,
}

/// The legs, and what was noted.
pub(crate) struct Shuttle {
    /// Which faction it belongs to: portals may be for one of them only.
    pub(crate) faction: FactionId,
    /// All crossings, in order.
    pub(crate) crossings: Vec<Crossing>,
    content: Arc<Content>,
    legs: Legs,
    sense: Sense,
    whim: Whim,
    session: Option<ResumeToken>,
    updates: u64,
    updated_at: Millis,
    /// The last update of the zone before, while there is no body in the next one.
    left_at: Option<(Millis, bool)>,
}

impl Shuttle {
    /// A bot that stands where it begins.
    pub(crate) fn new(content: Arc<Content>, faction: FactionId, whim: Whim) -> Self {
        Self {
            faction,
            crossings: Vec::new(),
            content,
            legs: Legs::default(),
            sense: Sense::default(),
            whim,
            session: None,
            updates: 0,
            updated_at: Millis::default(),
            left_at: None,
        }
    }

    /// The ground of the zone it was let into; `None` when the server's content is another.
    pub(crate) fn map_of(&self, welcome: &Welcome) -> Option<Arc<Map>> {
        let same = welcome.content == self.content.hash().get();
        let zone = self.content.zone(welcome.zone).filter(|_| same)?;
        Some(Arc::clone(&zone.map))
    }

    /// It is in a world, for the first time or another one.
    pub(crate) fn arrive(&mut self, welcome: &Welcome) {
        self.legs.halt();
        let session = *self.session.get_or_insert(welcome.resume);
        if self.updates > 0 {
            self.left_at = Some((self.updated_at, session == welcome.resume));
        }
    }

    /// A frame was taken in.
    pub(crate) fn heard(&mut self, client: &Client, now: Millis) {
        let updates = client.stats().updates;
        if updates == self.updates {
            return;
        }
        self.updates = updates;
        self.updated_at = now;
        if client.own(now).is_none() {
            return;
        }
        if let Some((left_at, is_same_session)) = self.left_at.take() {
            let millis = now.micros().saturating_sub(left_at.micros()) as f64 / 1e3;
            self.crossings.push(Crossing { millis, is_same_session });
        }
    }

    /// Walks to the nearest portal that lets it through.
    pub(crate) fn act(&mut self, client: &mut Client, now: Millis) {
        let was = self.sense.tick;
        if !self.sense.take_client(client, now) || self.sense.tick == was {
            return;
        }
        let mut control = Control::default();
        if !self.sense.is_dead
            && let Some(zone) = self.content.zone(self.sense.zone)
            && let Some(goal) = self.portal_of(zone.id)
        {
            let way = self.legs.go(&zone.map, &self.sense, goal.place, &mut self.whim);
            control.direction = quantised(way);
            control.facing = facing_of(way).unwrap_or_default();
        }
        client.control(control);
    }

    fn portal_of(&self, zone: ZoneId) -> Option<&PortalDef> {
        let (content, place) = (&self.content, self.sense.place);
        let open = |portal: &&PortalDef| {
            is_for(portal, self.faction, self.sense.level) && content.zone(portal.zone).is_some()
        };
        let distance = |portal: &PortalDef| portal.place.distance_squared(place);
        let portals = content.zone(zone)?.portals.iter().filter(open);
        portals.min_by(|one, other| distance(one).total_cmp(&distance(other)))
    }
}

fn is_for(portal: &PortalDef, faction: FactionId, level: Level) -> bool {
    portal.faction.is_none_or(|only| only == faction) && level >= portal.level
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::math::Vec2;

    #[test]
    fn the_nearest_portal_that_lets_it_through_is_taken() {
        let content = Content::embedded();
        let mut bot = Shuttle::new(Arc::clone(&content), FactionId::new(1), Whim::new(1, 1));
        bot.sense.level = Level::default();
        // Beside the portal of another faction, and beside one to a zone that there is not.
        for place in [Vec2::new(256.0, 20.0), Vec2::new(500.0, 250.0)] {
            bot.sense.place = place;
            let portal = bot.portal_of(ZoneId::new(10)).expect("a way home");
            assert_eq!(portal.zone, ZoneId::new(1));
        }
        bot.faction = FactionId::new(2);
        let portal = bot.portal_of(ZoneId::new(10)).expect("a way home");
        assert_eq!(portal.zone, ZoneId::new(2));
    }
}
