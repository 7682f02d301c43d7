//! Who hears whom, who plays here for all hosts to know, and what the staff orders.

use std::sync::Arc;

use massless_core::ids::{FactionId, PlayerId, ZoneId};
use massless_net::session::close::{CloseCode, Notice};
use massless_net::session::name::fold_name;
use massless_net::session::token::SessionName;
use massless_store::shared::Online;

use super::{People, Person, Registry};
use crate::chat::{Channel, Refusal, Said, Talk};
use crate::zone_runner::{Outbox, Reliable};

/// Whom a line reaches, of those with a connection here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// All.
    Everybody,
    /// All of a faction.
    Faction(FactionId),
    /// All in a zone, in all its channels.
    Zone(ZoneId),
    /// One.
    One(PlayerId),
}

/// Somebody who says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Speaker {
    /// Who.
    pub(crate) player: PlayerId,
    /// Its name.
    pub(crate) name: String,
    /// The zone it is in.
    pub(crate) zone: ZoneId,
    /// Its faction.
    pub(crate) faction: FactionId,
}

impl Registry {
    /// Lines that go beyond a zone go there from now on.
    pub(crate) fn set_talk(&self, talk: Talk) {
        let _ = self.talk.set(talk);
    }

    /// Judges what a person wants to say at `now` (milliseconds of uptime); the text to pass on.
    pub(crate) fn judge(
        &self,
        now: u64,
        player: PlayerId,
        channel: Channel,
        text: &str,
    ) -> Result<String, Refusal> {
        let mut people = self.lock();
        // Who was forgotten while the line was on its way has nobody to answer for it.
        let person = people.by_player.get_mut(&player).ok_or(Refusal::Empty)?;
        let level = u16::from(person.character.level.get());
        person.talker.say(now, (channel, level), text)
    }

    /// Passes a judged line on to all hosts; false when there is no way.
    pub(crate) fn say(&self, said: Said) -> bool {
        let Some(talk) = self.talk.get() else { return false };
        talk.say(said);
        true
    }

    /// Who says something.
    pub(crate) fn speaker(&self, player: PlayerId) -> Option<Speaker> {
        let people = self.lock();
        let person = people.by_player.get(&player)?;
        let (name, zone) = (person.character.name.clone(), person.zone);
        Some(Speaker { player, name, zone, faction: person.character.sheet.faction })
    }

    /// Hands a line to all within reach that do not block who says it (`None`: the server).
    pub(crate) fn hand_out(&self, reach: Reach, from: Option<PlayerId>, frame: &Arc<[u8]>) {
        for outbox in self.lock().within(reach, from) {
            outbox.put(Reliable::Chat(Arc::clone(frame)));
        }
    }

    /// Tells one that something was refused.
    pub(crate) fn notify(&self, player: PlayerId, notice: Notice) {
        for outbox in self.lock().within(Reach::One(player), None) {
            outbox.put(Reliable::Notice(notice));
        }
    }

    /// Who of those here does not want to hear `speaker`.
    pub(crate) fn deaf_to(&self, speaker: PlayerId) -> Vec<PlayerId> {
        self.lock().deaf.get(&speaker).cloned().unwrap_or_default()
    }

    /// Whom a player does not want to hear, all of them.
    pub(crate) fn set_blocks(&self, player: PlayerId, blocked: Vec<PlayerId>) {
        let mut people = self.lock();
        people.hear_all(player);
        if people.by_player.contains_key(&player) {
            for other in blocked {
                people.deaf.entry(other).or_default().push(player);
            }
        }
    }

    /// The player's character belongs to that account.
    pub(crate) fn belongs(&self, player: PlayerId, account: u64) {
        if let Some(person) = self.lock().by_player.get_mut(&player) {
            person.account = account;
        }
        self.tell_came(player);
    }

    /// Takes a player's voice until then (milliseconds of uptime).
    pub(crate) fn mute(&self, player: PlayerId, until: u64) {
        if let Some(person) = self.lock().by_player.get_mut(&player) {
            person.talker.mute(until);
        }
    }

    /// A player's voice stays away until then at least.
    pub(crate) fn stays_mute(&self, player: PlayerId, until: u64) {
        if let Some(person) = self.lock().by_player.get_mut(&player) {
            person.talker.stay_mute(until);
        }
    }

    /// Ends all sessions of an account, without a way back by a token.
    pub(crate) fn send_away(&self, account: u64) {
        let mut people = self.lock();
        let People { by_player, resumes, .. } = &mut *people;
        let is_meant = |person: &&Person| person.account == account && account != 0;
        for (player, person) in by_player.iter() {
            if !is_meant(&person) {
                continue;
            }
            resumes.ended(SessionName { player: *player, serial: person.serial });
            if let Some(outbox) = &person.outbox {
                outbox.put(Reliable::Close(CloseCode::SentAway));
            }
        }
    }

    /// Sends away one of `divisor` sessions, the newest first and one at least; they may come back by their
    /// tokens. How many.
    pub(crate) fn shed(&self, divisor: usize) -> usize {
        let people = self.lock();
        let here = people.by_player.values();
        let mut here: Vec<_> = here
            .filter_map(|person| Some((person.serial, Arc::clone(person.outbox.as_ref()?))))
            .collect();
        drop(people);
        here.sort_unstable_by_key(|(serial, _)| std::cmp::Reverse(*serial));
        let count = here.len().div_ceil(divisor);
        for (_, outbox) in &here[..count] {
            outbox.put(Reliable::Close(CloseCode::Stopping));
        }
        count
    }

    /// All who have a body or a connection here.
    pub(crate) fn online(&self, host: &str) -> Vec<Online> {
        let people = self.lock();
        let here = people.by_player.iter();
        let here = here.filter(|(_, person)| person.is_in_zone || person.outbox.is_some());
        here.map(|(player, person)| person.online(*player, host)).collect()
    }

    /// The same of one.
    pub(crate) fn online_one(&self, player: PlayerId, host: &str) -> Option<Online> {
        self.lock().by_player.get(&player).map(|person| person.online(player, host))
    }

    pub(super) fn tell_came(&self, player: PlayerId) {
        if let Some(talk) = self.talk.get() {
            talk.came(player);
        }
    }
}

impl Person {
    fn online(&self, player: PlayerId, host: &str) -> Online {
        Online {
            account: self.account,
            character: player.get(),
            name: self.character.name.clone(),
            folded: fold_name(&self.character.name),
            host: host.to_owned(),
            zone: self.zone.get(),
            faction: self.character.sheet.faction.get(),
            level: u16::from(self.character.level.get()),
        }
    }
}

impl People {
    /// Connections within reach. Their frames are put in after the lock is gone.
    fn within(&self, reach: Reach, from: Option<PlayerId>) -> Vec<Arc<Outbox>> {
        let deaf = from.and_then(|from| self.deaf.get(&from)).map_or(&[][..], Vec::as_slice);
        let is_meant = |person: &Person| match reach {
            Reach::Everybody | Reach::One(_) => true,
            Reach::Faction(faction) => person.character.sheet.faction == faction,
            Reach::Zone(zone) => person.zone == zone,
        };
        let hears = |(player, person): (&PlayerId, &Person)| {
            let is_heard = is_meant(person) && !deaf.contains(player);
            person.outbox.clone().filter(|_| is_heard)
        };
        match reach {
            Reach::One(player) => {
                self.by_player.get_key_value(&player).and_then(hears).into_iter().collect()
            }
            _ => self.by_player.iter().filter_map(hears).collect(),
        }
    }

    pub(super) fn is_deaf(&self, listener: PlayerId, speaker: PlayerId) -> bool {
        self.deaf.get(&speaker).is_some_and(|deaf| deaf.contains(&listener))
    }

    /// Forgets whom a player blocks.
    pub(super) fn hear_all(&mut self, player: PlayerId) {
        self.deaf.retain(|_, deaf| {
            deaf.retain(|listener| *listener != player);
            !deaf.is_empty()
        });
    }
}
