//! After the step: what the zone's events mean for connections and for what the host remembers.

use massless_core::command::{Character, Command};
use massless_core::event::{Event, Exit, Rejection};
use massless_core::ids::PlayerId;
use massless_core::units::Tick;
use massless_core::view::View;
use massless_net::session::close::CloseCode;
use massless_net::session::token::{ResumeToken, TOKEN_BYTES};
use massless_net::wire::Welcome;

use super::Runner;
use crate::channels::ChannelId;

impl Runner {
    pub(super) fn obey(&mut self, event: &Event) {
        match event {
            Event::Joined { player, .. } => {
                self.parts.registry.entered(*player);
                self.note_seat(*player);
                self.tell_party(*player);
            }
            Event::Left { player, character, exit, .. } => match *exit {
                Exit::World => self.say_goodbye(*player, character),
                Exit::Zone { zone, place } => self.send_on(*player, character, (zone, place)),
            },
            Event::Rejected { player, reason } => self.refuse(*player, *reason),
            Event::LevelUp { actor, level } => {
                let view = self.parts.zone.view();
                let index = view.index_of(*actor).and_then(|index| u32::try_from(index).ok());
                let entry = view.players.iter().find(|entry| Some(entry.index) == index);
                if let Some(entry) = entry {
                    self.parts.registry.reached(entry.player, *level);
                }
            }
            Event::Frozen { actor } => {
                tracing::error!(actor.id = actor.get(), "an actor's numbers went astray");
            }
            // The rest is for players: the replicator tells them.
            _ => {}
        }
    }

    fn say_goodbye(&mut self, player: PlayerId, character: &Character) {
        // Who left by choice is still connected; who was lost may come back.
        let is_goodbye = self.clients.get(player).is_some();
        self.save_left(player, character);
        self.parts.channels.rise(player, self.parts.channel);
        let kept = Some(Box::new(character.clone()));
        self.parts.registry.left(player, kept, !is_goodbye);
        if is_goodbye {
            self.depart(player);
        } else {
            self.replicator.forget_body(player);
            self.park(player);
        }
        self.clients.close(player, CloseCode::Left);
    }

    /// Tells the zone which party a character belongs to that has just got its body.
    pub(super) fn tell_party(&mut self, player: PlayerId) {
        let party = self.parts.registry.party_of(player);
        self.commands.push(Command::Party { player, party });
    }

    fn refuse(&mut self, player: PlayerId, reason: Rejection) {
        if !self.arriving.contains(&player) {
            return;
        }
        if self.parts.zone.view().player(player).is_some() {
            // It has a body: what was refused is either something it did, or a second one.
            if reason == Rejection::AlreadyHere {
                self.commands.push(Command::Attach { player });
            }
            return;
        }
        if reason == Rejection::NotHere {
            self.bring_back(player);
            return;
        }
        if let Some(home) = self.homes.get(&player).copied() {
            self.send_back(player, home);
            return;
        }
        let code = match reason {
            Rejection::ZoneFull | Rejection::TooManyCommands => CloseCode::Full,
            _ => CloseCode::ZoneRefused,
        };
        self.send_away(player, code);
    }

    /// Its body went while its owner was on the way back to it: it gets a new one, where its
    /// character is now.
    fn bring_back(&mut self, player: PlayerId) {
        let is_joining = |command: &Command| matches!(command, Command::Join { player: joining, .. } if *joining == player);
        if self.commands.iter().any(is_joining) {
            return;
        }
        let Some((zone, character)) = self.parts.registry.character(player) else {
            self.send_away(player, CloseCode::ResumeRefused);
            return;
        };
        let here = self.parts.channel;
        let seat = self.parts.channels.seat_of(player).map(|(id, _)| id);
        let home = if zone == here.zone { here } else { ChannelId::first(zone) };
        let goal = seat.filter(|id| id.zone == zone).unwrap_or(home);
        if goal == here
            && self.parts.channels.seat_again(player, here).is_some_and(|seat| seat.0 == here)
        {
            self.commands.push(Command::Join { player, character });
            return;
        }
        self.depart(player);
        if let Some(outbox) = self.clients.take(player) {
            self.join_elsewhere(player, &outbox, goal, character);
        }
    }

    /// Ends a connection that got no body.
    fn send_away(&mut self, player: PlayerId, code: CloseCode) {
        self.depart(player);
        self.clients.close(player, code);
        self.parts.channels.rise(player, self.parts.channel);
        self.parts.registry.left(player, None, false);
    }

    /// Lets in who got a body in this tick.
    pub(super) fn welcome_arrived(&mut self) {
        let arriving = std::mem::take(&mut self.arriving);
        for player in arriving {
            let view = self.parts.zone.view();
            let Some((index, entry)) = view.player(player) else {
                self.arriving.insert(player);
                continue;
            };
            let welcome = Welcome {
                player,
                actor: view.actor[entry.index as usize],
                name: view.names[index].clone(),
                zone: self.parts.zone.id(),
                epoch: self.parts.zone.epoch(),
                tick: view.tick,
                content: self.parts.content.hash().get(),
                resume: ResumeToken::from_bytes([0; TOKEN_BYTES]),
                sight_metres: self.replicator.sight_metres(),
                speed: entry.speed,
            };
            if let Some(home) = self.homes.remove(&player) {
                self.meters.transfers.increment(1);
                self.meters.transfer.record(home.left_at.elapsed().as_secs_f64());
            }
            if let Some(client) = self.clients.get_mut(player) {
                client.is_playing = true;
                client.party_told = None;
                let kept = client.kept.take();
                let kept = kept.filter(|it| (it.zone, it.epoch) == (welcome.zone, welcome.epoch));
                let is_resumed = kept.is_some_and(|it| self.replicator.try_resume(player, &it));
                if !is_resumed {
                    self.replicator.join(player);
                }
                client.outbox.welcome(Box::new(welcome), is_resumed);
                self.is_party_news = true;
            }
        }
    }
}

/// All characters of a zone as it shows them now: what is kept of them when the zone itself cannot
/// say.
pub(crate) fn characters_in(view: &View) -> impl Iterator<Item = (PlayerId, Character)> + '_ {
    let players = view.players.iter().enumerate();
    players.map(|(index, entry)| (entry.player, character_in(view, index)))
}

pub(super) fn character_in(view: &View, index: usize) -> Character {
    let (entry, shown) = (&view.players[index], &view.sheets[index]);
    let body = entry.index as usize;
    let left = |at: Tick| at.since(view.tick).get();
    let mut character = Character::plain(&view.names[index], 0);
    if let massless_core::view::Kind::Character { look } = view.kind[body] {
        character.look = look;
    }
    character.level = shown.level;
    character.hit_points = Some(massless_core::units::HitPoints::new(entry.hit_points));
    character.mana = Some(entry.mana);
    character.place = Some(massless_core::math::ground(view.position[body]));
    character.facing = view.facing[body];
    character.sheet = shown.sheet.clone();
    character.sheet.cooldowns =
        entry.cooldowns.iter().map(|&(skill, at)| (skill, left(at))).collect();
    character.sheet.cooldowns.retain(|&(_, ticks)| ticks > 0);
    character.sheet.item_cooldowns = entry.item_ready.map(left);
    character
}
