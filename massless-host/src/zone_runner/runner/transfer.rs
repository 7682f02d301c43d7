//! From one zone to another on the same connection.
//!
//! ```text
//! zone A: Event::Left { exit: Zone } --character, outbox--> mailbox of zone B --Join--> welcome (moved)
//!            ^------------------- character before the portal ----- refused
//! ```
//! The connection's route is turned before the new zone hears of it, so what it sends then meets
//! the new zone; what was on its way to the old one is refused there or sent on. No step asks the
//! vault.

use std::sync::Arc;
use std::time::Instant;

use massless_core::command::{Character, Command};
use massless_core::content::zone::ZoneDef;
use massless_core::ids::{PlayerId, ZoneId};
use massless_core::math::Vec2;
use massless_net::session::close::{CloseCode, Notice};

use super::Runner;
use crate::channels::ChannelId;
use crate::limits::PORTAL_STEP_BACK_METRES;
use crate::zone_runner::mailbox::{Message, Request};
use crate::zone_runner::outbox::{Outbox, Reliable};

/// Somebody who comes from another zone.
#[derive(Clone, Debug)]
pub(crate) struct Transfer {
    /// As it arrives.
    pub(crate) character: Box<Character>,
    /// Where it came from.
    pub(crate) home: Home,
}

/// Where somebody goes whom the other zone does not take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Home {
    /// The channel it left.
    pub(crate) channel: ChannelId,
    /// A place there outside of the portal.
    pub(crate) place: Vec2,
    /// When it left.
    pub(crate) left_at: Instant,
}

impl Runner {
    /// A character stepped through a portal; its body here is gone.
    pub(super) fn send_on(
        &mut self,
        player: PlayerId,
        character: &Character,
        (zone, place): (ZoneId, Vec2),
    ) {
        self.depart(player);
        let outbox = self.clients.take(player);
        self.parts.channels.rise(player, self.parts.channel);
        let def = self.parts.content.zone(self.zone_id()).expect("the zone was made from it");
        let home = Home {
            channel: self.parts.channel,
            place: before_portal(def, character.place.unwrap_or(def.respawn)),
            left_at: Instant::now(),
        };
        let character = Box::new(Character { place: Some(place), ..character.clone() });
        self.parts.registry.moves(player, zone, &character);
        self.save_left(player, &character);
        if let Some(keeper) = &self.parts.keeper {
            keeper.moved(player, ChannelId::first(zone));
        }
        // Until the other zone takes it in, the character has no body.
        self.parts.registry.left(player, None, true);
        // Without a connection there is nothing to hand on: a resumed session begins over there.
        let Some(outbox) = outbox else { return };
        let friends = self.parts.registry.friends(player);
        let seat = self.parts.channels.seat(player, zone, &friends);
        let is_sent = seat.is_some_and(|(_, mailbox)| {
            outbox.set_route(&mailbox);
            let transfer = Transfer { character: character.clone(), home };
            let request = Request::Transfer(Box::new(transfer));
            mailbox.put(Message { player, outbox: Arc::clone(&outbox), request })
        });
        if !is_sent {
            self.take_back(player, &outbox, home, character);
        }
    }

    /// Somebody arrives from another zone.
    pub(super) fn receive_transfer(
        &mut self,
        player: PlayerId,
        outbox: Arc<Outbox>,
        transfer: Transfer,
    ) {
        let Transfer { character, home } = transfer;
        self.arrive(player, outbox, None);
        self.homes.insert(player, home);
        self.commands.push(Command::Join { player, character });
    }

    /// This zone does not take somebody in who came from another one: back to `home`.
    pub(super) fn send_back(&mut self, player: PlayerId, home: Home) {
        self.depart(player);
        let outbox = self.clients.take(player);
        let kept = self.parts.registry.character(player);
        if let (Some(outbox), Some((_, character))) = (outbox, kept) {
            self.take_back(player, &outbox, home, character);
        }
    }

    fn take_back(
        &mut self,
        player: PlayerId,
        outbox: &Arc<Outbox>,
        home: Home,
        character: Box<Character>,
    ) {
        metrics::counter!("massless_transfers_total", "result" => "returned").increment(1);
        let character = Box::new(Character { place: Some(home.place), ..*character });
        self.parts.registry.moves(player, home.channel.zone, &character);
        outbox.put(Reliable::Notice(Notice::Rejected));
        self.join_elsewhere(player, outbox, home.channel, character);
    }

    /// Hands a connection with its character to a channel, which may be this one.
    pub(super) fn join_elsewhere(
        &mut self,
        player: PlayerId,
        outbox: &Arc<Outbox>,
        channel: ChannelId,
        character: Box<Character>,
    ) {
        let seat = self.parts.channels.seat_again(player, channel);
        let is_sent = seat.is_some_and(|(_, mailbox)| {
            outbox.set_route(&mailbox);
            let request = Request::Join(character, None);
            mailbox.put(Message { player, outbox: Arc::clone(outbox), request })
        });
        if !is_sent {
            // Not even there: it keeps its character and connects anew.
            outbox.put(Reliable::Close(CloseCode::Stopping));
            self.parts.registry.left(player, None, true);
        }
    }

    /// What came here from a connection that has gone on to another zone. Its end, its talk and its
    /// wish to leave follow it; what it wanted to do here is refused.
    pub(super) fn follow(&mut self, message: Message) {
        let Message { player, outbox, request } = message;
        let elsewhere = outbox.route().filter(|route| !Arc::ptr_eq(route, &self.parts.mailbox));
        let Some(route) = elsewhere else { return };
        match request {
            Request::Detach | Request::Leave | Request::Chat { .. } | Request::Party(_) => {
                let _ = route.put(Message { player, outbox, request });
            }
            Request::Act(_) => outbox.put(Reliable::Notice(Notice::Rejected)),
            // Its tick and its direction belong to the old zone.
            Request::Input { .. } | Request::Report(_) => {}
            Request::Join(..) | Request::Transfer(_) | Request::Attach(_) => {
                unreachable!("they begin a connection here")
            }
        }
    }
}

/// The place outside of the portal nearest to `place`, on the way to the respawn point.
fn before_portal(zone: &ZoneDef, place: Vec2) -> Vec2 {
    let distance = |portal: Vec2| portal.distance_squared(place);
    let nearest = zone
        .portals
        .iter()
        .min_by(|one, other| distance(one.place).total_cmp(&distance(other.place)));
    let Some(portal) = nearest else { return place };
    let way = (zone.respawn - portal.place).normalize_or_zero();
    portal.place + way * (portal.radius + PORTAL_STEP_BACK_METRES)
}
