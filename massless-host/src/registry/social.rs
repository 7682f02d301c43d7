//! Parties of the people a host knows: the rules are in `parties`, here are names and connections.

use std::sync::Arc;

use massless_core::ids::{PartyId, PlayerId};
use massless_core::units::Level;
use massless_net::clock::Millis;
use massless_net::wire::{PartyMember, ServerFrame};

use super::{People, Registry, folded};
use crate::parties::{PartyRefusal, Who};
use crate::zone_runner::{Outbox, Reliable};

/// What a player wants of its party, names resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartyWish {
    /// Asks somebody in.
    Invite(PlayerId),
    /// Answers the invitation that waits.
    Answer {
        /// Comes in.
        is_accepted: bool,
    },
    /// Goes.
    Leave,
    /// Sends a member away.
    Kick(PlayerId),
    /// Hands the lead over.
    Promote(PlayerId),
}

/// A party as the registry knows it: what a zone does not see of its own members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Roll {
    /// Which of the members leads.
    pub(crate) leader: u8,
    /// In the order they joined, each with what was heard of it last.
    pub(crate) members: Vec<(PlayerId, PartyMember)>,
}

impl Registry {
    /// The player of that name, whatever the case of its letters.
    pub(crate) fn player_named(&self, name: &str) -> Option<PlayerId> {
        self.lock().by_name.get(&folded(name)).copied()
    }

    /// Does what `player` wants of its party.
    pub(crate) fn wish(
        &self,
        now: Millis,
        player: PlayerId,
        wish: PartyWish,
    ) -> Result<(), PartyRefusal> {
        let mut people = self.lock();
        match wish {
            PartyWish::Invite(guest) => people.invite(now, player, guest)?,
            PartyWish::Answer { is_accepted } => {
                people.parties.answer(now, player, is_accepted)?;
            }
            PartyWish::Leave => people.parties.leave(player)?,
            PartyWish::Kick(member) => people.parties.kick(player, member)?,
            PartyWish::Promote(member) => people.parties.promote(player, member)?,
        }
        Ok(())
    }

    /// Lets invitations expire and leadership pass on.
    pub(crate) fn sweep_parties(&self, now: Millis) {
        self.lock().parties.sweep(now);
    }

    /// Whose zone has to be told that its party is another one or has other members.
    pub(crate) fn take_changed_parties(&self) -> Vec<(PlayerId, Option<PartyId>)> {
        let mut people = self.lock();
        let changed = people.parties.take_changed();
        changed.into_iter().map(|player| (player, people.party_of(player))).collect()
    }

    /// A player's party.
    pub(crate) fn party_of(&self, player: PlayerId) -> Option<PartyId> {
        self.lock().party_of(player)
    }

    /// Who plays with a player.
    pub(crate) fn friends(&self, player: PlayerId) -> Vec<PlayerId> {
        self.lock().parties.friends(player)
    }

    /// A player's party with what the host knows of its members; `None` without one.
    pub(crate) fn roll(&self, player: PlayerId) -> Option<Roll> {
        let people = self.lock();
        let (_, party) = people.parties.of(player)?;
        let leader = party.members.iter().position(|member| *member == party.leader);
        let members = party.members.iter().filter_map(|&member| {
            let person = people.by_player.get(&member)?;
            let shown = PartyMember {
                name: person.character.name.clone(),
                actor: None,
                zone: person.zone,
                level: person.character.level,
                class: person.character.sheet.class,
                share: 0,
                mana_share: 0,
                online: person.outbox.is_some(),
            };
            Some((member, shown))
        });
        Some(Roll { leader: leader.unwrap_or(0) as u8, members: members.collect() })
    }

    /// Hands a line to all of the speaker's party, the speaker too; false without one.
    pub(crate) fn say_to_party(&self, player: PlayerId, frame: &Arc<[u8]>) -> bool {
        let people = self.lock();
        let Some((_, party)) = people.parties.of(player) else { return false };
        for member in party.members.iter().filter(|member| !people.is_deaf(**member, player)) {
            let outbox = people.by_player.get(member).and_then(|person| person.outbox.as_ref());
            if let Some(outbox) = outbox {
                outbox.put(Reliable::Chat(Arc::clone(frame)));
            }
        }
        true
    }

    /// The player reached a level: its party is told elsewhere, too.
    pub(crate) fn reached(&self, player: PlayerId, level: Level) {
        if let Some(person) = self.lock().by_player.get_mut(&player) {
            person.character.level = level;
        }
    }

    /// Whether anybody is connected: a body alone hears nothing.
    pub(crate) fn has_connections(&self) -> bool {
        self.lock().by_player.values().any(|person| person.outbox.is_some())
    }

    /// The player's frames go there from now on.
    pub(crate) fn connected(&self, player: PlayerId, outbox: &Arc<Outbox>) {
        let mut people = self.lock();
        if let Some(person) = people.by_player.get_mut(&player) {
            person.outbox = Some(Arc::clone(outbox));
            people.parties.came(player);
        }
        drop(people);
        self.tell_came(player);
    }
}

impl People {
    fn invite(&mut self, now: Millis, from: PlayerId, to: PlayerId) -> Result<(), PartyRefusal> {
        let host = self.by_player.get(&from).ok_or(PartyRefusal::NobodyThere)?;
        let guest = self.by_player.get(&to).ok_or(PartyRefusal::NobodyThere)?;
        let outbox = guest.outbox.clone().ok_or(PartyRefusal::NobodyThere)?;
        if self.is_deaf(to, from) {
            // As if it were not answered: nobody learns that it is blocked.
            return Ok(());
        }
        let who = |player, person: &super::Person| Who {
            player,
            faction: person.character.sheet.faction,
        };
        let (from, to) = (who(from, host), who(to, guest));
        let frame = ServerFrame::Invited { name: host.character.name.clone() };
        self.parties.invite(now, from, to)?;
        outbox.put(Reliable::Frame(frame.to_bytes()));
        Ok(())
    }

    fn party_of(&self, player: PlayerId) -> Option<PartyId> {
        self.parties.of(player).map(|(id, _)| id)
    }
}
