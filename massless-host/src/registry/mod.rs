//! Who plays here: ids, names, and which sessions can be taken up again.
//!
//! A person is known from admission until neither a body nor a resumable session is left of it; then
//! the keeper is told that the host has no more to do with the character. A clean stop writes down
//! who may come back, so that tokens survive a restart.

mod kept;
mod social;
mod talk;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use massless_core::command::Character;
use massless_core::ids::{PlayerId, ZoneId};
use massless_net::clock::Millis;
use massless_net::session::close::CloseCode;
use massless_net::session::token::{Resumes, SessionName};
use tokio::sync::Notify;

use crate::chat::{Talk, Talker};
use crate::limits::PEOPLE_MAX;
use crate::parties::Parties;
use crate::zone_runner::Outbox;

pub(crate) use kept::{FILE as KEPT_FILE, KeptError};
pub(crate) use social::PartyWish;
pub(crate) use talk::{Reach, Speaker};

/// Bits of a number that count within one start of the host; the rest is the start's number.
const START_SHIFT: u32 = 32;

/// The first of the numbers (players, sessions, parties, items) that belong to a start of the host.
pub(crate) const fn first_number(start: u32) -> u64 {
    ((start as u64) << START_SHIFT) + 1
}

#[derive(Debug)]
struct Person {
    /// `account.id`; 0 for who came by a name alone.
    account: u64,
    character: Box<Character>,
    /// The zone the character is in, or was last.
    zone: ZoneId,
    serial: u64,
    is_in_zone: bool,
    /// Where its frames go, while a connection stands.
    outbox: Option<Arc<Outbox>>,
    /// What it said lately, over all its connections: a new socket ends no mute.
    talker: Talker,
}

#[derive(Debug)]
struct People {
    next_player: u64,
    next_serial: u64,
    by_player: HashMap<PlayerId, Person>,
    by_name: HashMap<String, PlayerId>,
    resumes: Resumes,
    parties: Parties,
    /// By whom they do not want to hear: who is here and blocks somebody.
    deaf: HashMap<PlayerId, Vec<PlayerId>>,
    /// Who was forgotten since somebody asked.
    forgotten: Vec<PlayerId>,
    forgets: Arc<Notify>,
}

/// All people of a host.
#[derive(Debug)]
pub(crate) struct Registry {
    people: Mutex<People>,
    forgets: Arc<Notify>,
    /// Where lines go that are for more than one zone.
    talk: OnceLock<Talk>,
}

/// How a lost session goes on.
#[derive(Debug, PartialEq)]
pub(crate) enum Resumption {
    /// The body is still there.
    Body,
    /// The body is gone; this is what was kept, and in which zone it was.
    Character(ZoneId, Box<Character>),
}

impl Registry {
    /// Nobody. `start` is the number of this start of the host, never used before: it keeps the ids
    /// of different starts apart.
    pub(crate) fn new(start: u32) -> Self {
        let first = first_number(start);
        let forgets = Arc::new(Notify::new());
        Self {
            people: Mutex::new(People {
                next_player: first,
                next_serial: first,
                by_player: HashMap::new(),
                by_name: HashMap::new(),
                resumes: Resumes::new(),
                parties: Parties::new(first),
                deaf: HashMap::new(),
                forgotten: Vec::new(),
                forgets: Arc::clone(&forgets),
            }),
            forgets,
            talk: OnceLock::new(),
        }
    }

    /// Takes somebody in who is not here, as `character` in `zone` (its name is taken from now on).
    /// `player` is its number in the store; without one it gets the next of this host.
    pub(crate) fn admit(
        &self,
        player: Option<PlayerId>,
        zone: ZoneId,
        character: Box<Character>,
    ) -> Result<SessionName, CloseCode> {
        let mut people = self.lock();
        if player.is_some_and(|player| people.by_player.contains_key(&player)) {
            return Err(CloseCode::Replaced);
        }
        if people.by_player.len() >= PEOPLE_MAX {
            return Err(CloseCode::Full);
        }
        let folded = folded(&character.name);
        if people.by_name.contains_key(&folded) {
            return Err(CloseCode::NameTaken);
        }
        let player = player.unwrap_or_else(|| people.take_number());
        let serial = people.take_serial();
        people.by_name.insert(folded, player);
        people.by_player.insert(player, Person::new(zone, character, serial, false));
        let name = SessionName { player, serial };
        people.resumes.began(name);
        Ok(name)
    }

    /// Takes a lost session up again, under a new serial.
    pub(crate) fn resume(
        &self,
        now: Millis,
        lost: SessionName,
    ) -> Result<(SessionName, Resumption), CloseCode> {
        let mut people = self.lock();
        if !people.resumes.may_resume(now, lost) {
            return Err(CloseCode::ResumeRefused);
        }
        people.go_on(lost.player).ok_or(CloseCode::ResumeRefused)
    }

    /// Somebody who has proved who it is takes up the session of `player`, whatever became of its
    /// connection; `None` when nobody is known by that number.
    pub(crate) fn take_over(&self, player: PlayerId) -> Option<(SessionName, Resumption)> {
        self.lock().go_on(player)
    }

    /// All who are known, playing or able to come back.
    pub(crate) fn players(&self) -> Vec<PlayerId> {
        self.lock().by_player.keys().copied().collect()
    }

    /// Whom the host has forgotten since this was asked last: neither a body nor a session of them
    /// is left here.
    pub(crate) fn take_forgotten(&self) -> Vec<PlayerId> {
        let mut people = self.lock();
        let People { forgotten, by_player, .. } = &mut *people;
        forgotten.retain(|player| !by_player.contains_key(player));
        std::mem::take(forgotten)
    }

    /// Waits until somebody is forgotten whom nobody has asked for yet.
    pub(crate) async fn forgets(&self) {
        self.forgets.notified().await;
    }

    /// A connection was lost without a goodbye.
    pub(crate) fn lost(&self, now: Millis, name: SessionName) {
        let mut people = self.lock();
        people.resumes.lost(now, name);
        let person = people.by_player.get_mut(&name.player);
        if let Some(person) = person.filter(|person| person.serial == name.serial) {
            person.outbox = None;
            people.parties.went(now, name.player);
        }
    }

    /// A session ended by choice. The name is free at once, even while the rules of leaving still
    /// hold the body.
    pub(crate) fn ended(&self, name: SessionName) {
        let mut people = self.lock();
        if people.by_player.get(&name.player).is_some_and(|person| person.serial == name.serial) {
            people.forget(name.player);
        }
    }

    /// What is kept of a person, and in which zone it was.
    pub(crate) fn character(&self, player: PlayerId) -> Option<(ZoneId, Box<Character>)> {
        let people = self.lock();
        let person = people.by_player.get(&player)?;
        Some((person.zone, person.character.clone()))
    }

    /// The person's character is on its way into `zone`, as `character`.
    pub(crate) fn moves(&self, player: PlayerId, zone: ZoneId, character: &Character) {
        if let Some(person) = self.lock().by_player.get_mut(&player) {
            person.zone = zone;
            (*person.character).clone_from(character);
        }
    }

    /// What became of a person's character so far; it stays where it is.
    pub(crate) fn note(&self, player: PlayerId, character: Character) {
        if let Some(person) = self.lock().by_player.get_mut(&player) {
            *person.character = character;
        }
    }

    /// The person has a body now.
    pub(crate) fn entered(&self, player: PlayerId) {
        if let Some(person) = self.lock().by_player.get_mut(&player) {
            person.is_in_zone = true;
        }
    }

    /// The person's body is gone; `character` is what is kept. `may_return` says whether a session
    /// may still bring it back.
    pub(crate) fn left(
        &self,
        player: PlayerId,
        character: Option<Box<Character>>,
        may_return: bool,
    ) {
        let mut people = self.lock();
        if let Some(person) = people.by_player.get_mut(&player) {
            person.is_in_zone = false;
            if let Some(character) = character {
                person.character = character;
            }
        }
        if !may_return || !people.resumes.knows(player) {
            people.forget(player);
        }
    }

    /// Forgets whose session can no longer be resumed and who has no body.
    pub(crate) fn sweep(&self, now: Millis) {
        let mut people = self.lock();
        for player in people.resumes.forget_expired(now) {
            people.forget_without_body(player);
        }
    }

    /// Writes down who could come back.
    pub(crate) fn store(&self, data: &Path) -> std::io::Result<()> {
        kept::store(data, self.lock().by_player.iter())
    }

    /// Takes up what the last clean stop wrote down; `is_here` says who has a body in the restored
    /// zones. The file is used once.
    pub(crate) fn restore(
        &self,
        data: &Path,
        now: Millis,
        is_here: impl Fn(PlayerId) -> bool,
    ) -> Result<usize, KeptError> {
        let kept = kept::take(data)?;
        let count = kept.len();
        let mut people = self.lock();
        for kept::Kept { player, serial, zone, character } in kept {
            let name = SessionName { player, serial };
            people.by_name.insert(folded(&character.name), player);
            let person = Person::new(zone, character, serial, is_here(player));
            people.by_player.insert(player, person);
            people.resumes.began(name);
            people.resumes.lost(now, name);
        }
        Ok(count)
    }

    fn lock(&self) -> MutexGuard<'_, People> {
        self.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Person {
    fn new(zone: ZoneId, character: Box<Character>, serial: u64, is_in_zone: bool) -> Self {
        let talker = Talker::default();
        Self { account: 0, character, zone, serial, is_in_zone, outbox: None, talker }
    }
}

impl People {
    fn take_number(&mut self) -> PlayerId {
        let player = PlayerId::new(self.next_player);
        self.next_player += 1;
        player
    }

    /// A session goes on under a new serial.
    fn go_on(&mut self, player: PlayerId) -> Option<(SessionName, Resumption)> {
        let serial = self.take_serial();
        let person = self.by_player.get_mut(&player)?;
        person.serial = serial;
        let resumption = if person.is_in_zone {
            Resumption::Body
        } else {
            Resumption::Character(person.zone, person.character.clone())
        };
        let name = SessionName { player, serial };
        self.resumes.began(name);
        Some((name, resumption))
    }

    fn take_serial(&mut self) -> u64 {
        let serial = self.next_serial;
        self.next_serial += 1;
        serial
    }

    fn forget_without_body(&mut self, player: PlayerId) {
        if self.by_player.get(&player).is_some_and(|person| !person.is_in_zone) {
            self.forget(player);
        }
    }

    fn forget(&mut self, player: PlayerId) {
        if let Some(person) = self.by_player.remove(&player) {
            self.by_name.remove(&folded(&person.character.name));
            self.resumes.ended(SessionName { player, serial: person.serial });
            self.parties.forget(player);
            self.hear_all(player);
            self.forgotten.push(player);
            self.forgets.notify_one();
        }
    }
}

fn folded(name: &str) -> String {
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use massless_core::math::Vec2;

    const NOW: Millis = Millis::new(1_000_000);

    const ZONE: ZoneId = ZoneId::new(1);

    fn character(name: &str) -> Box<Character> {
        Box::new(Character::plain(name, 1))
    }

    #[test]
    fn a_name_is_taken_while_its_bearer_can_be_there() {
        let registry = Registry::new(1);
        let anna = registry.admit(None, ZONE, character("Anna")).expect("free");
        assert_eq!(registry.admit(None, ZONE, character("ANNA")), Err(CloseCode::NameTaken));
        registry.entered(anna.player);
        registry.lost(NOW, anna);
        registry.sweep(NOW.plus(31_000));
        assert!(registry.admit(None, ZONE, character("Anna")).is_err(), "her body is still there");
        registry.left(anna.player, None, false);
        assert!(registry.admit(None, ZONE, character("Anna")).is_ok());
    }

    #[test]
    fn who_logs_in_again_takes_over_what_is_here_and_who_is_gone_is_told_once() {
        let registry = Registry::new(1);
        let number = PlayerId::new(77);
        let first = registry.admit(Some(number), ZONE, character("Anna")).expect("free");
        assert_eq!(first.player, number);
        registry.entered(number);
        let again = registry.admit(Some(number), ZONE, character("Anna"));
        assert_eq!(again, Err(CloseCode::Replaced), "one character, one session");
        let (second, how) = registry.take_over(number).expect("she is here");
        assert_eq!(how, Resumption::Body);
        assert_ne!(second.serial, first.serial);
        registry.ended(first);
        assert!(registry.take_over(number).is_some(), "the older connection ends nothing");
        assert_eq!(registry.take_forgotten(), []);
        let (third, _) = registry.take_over(number).expect("she is here");
        registry.ended(third);
        assert_eq!(registry.take_forgotten(), [number]);
        assert_eq!(registry.take_forgotten(), []);
        assert!(registry.take_over(number).is_none());
    }

    #[test]
    fn a_lost_session_goes_on_with_its_body_or_with_what_was_kept() {
        let registry = Registry::new(1);
        let anna = registry.admit(None, ZONE, character("Anna")).expect("free");
        registry.entered(anna.player);
        registry.lost(NOW, anna);
        let (second, how) = registry.resume(NOW, anna).expect("in time");
        assert_eq!(how, Resumption::Body);
        assert_eq!(registry.resume(NOW, anna), Err(CloseCode::ResumeRefused), "used once");
        registry.lost(NOW, second);
        let place = Some(Vec2::new(3.0, 4.0));
        let kept = Box::new(Character { place, ..*character("Anna") });
        registry.left(anna.player, Some(kept.clone()), true);
        let (third, how) = registry.resume(NOW, second).expect("in time");
        assert_eq!(how, Resumption::Character(ZONE, kept.clone()));
        registry.moves(anna.player, ZoneId::new(10), &kept);
        registry.lost(NOW, third);
        let (_, how) = registry.resume(NOW, third).expect("in time");
        assert_eq!(how, Resumption::Character(ZoneId::new(10), kept));
    }

    #[test]
    fn who_leaves_gives_the_name_back_at_once_and_who_was_replaced_does_not() {
        let registry = Registry::new(1);
        let anna = registry.admit(None, ZONE, character("Anna")).expect("free");
        registry.entered(anna.player);
        let (second, _) = registry.resume(NOW, anna).expect("taken over");
        registry.ended(anna);
        assert!(
            registry.admit(None, ZONE, character("Anna")).is_err(),
            "her second connection plays"
        );
        registry.ended(second);
        let again = registry.admit(None, ZONE, character("Anna")).expect("free again");
        registry.left(anna.player, Some(character("Anna")), true);
        assert!(registry.character(anna.player).is_none());
        assert!(registry.character(again.player).is_some(), "the old body takes nothing along");
        assert!(registry.admit(None, ZONE, character("Anna")).is_err());
    }

    #[test]
    fn nobody_stays_whose_session_and_body_are_gone() {
        let registry = Registry::new(1);
        for n in 0..PEOPLE_MAX {
            let name =
                registry.admit(None, ZONE, character(&format!("Guest {n}"))).expect("a place");
            registry.lost(NOW, name);
        }
        assert_eq!(registry.admit(None, ZONE, character("Anna")), Err(CloseCode::Full));
        registry.sweep(NOW.plus(31_000));
        let anna = registry.admit(None, ZONE, character("Anna")).expect("all places are free");
        registry.entered(anna.player);
        registry.lost(NOW, anna);
        registry.sweep(NOW.plus(31_000));
        registry.left(anna.player, None, true);
        assert!(
            registry.admit(None, ZONE, character("Anna")).is_ok(),
            "nothing could bring her back"
        );
    }

    #[test]
    fn sessions_survive_a_clean_stop_once() {
        let data = tempfile::tempdir().expect("a temporary folder");
        let before = Registry::new(1);
        let anna = before.admit(None, ZONE, character("Anna")).expect("free");
        before.entered(anna.player);
        before.store(data.path()).expect("store");
        let after = Registry::new(2);
        assert_eq!(after.restore(data.path(), NOW, |_| true).expect("restore"), 1);
        assert!(after.admit(None, ZONE, character("Anna")).is_err());
        let (next, how) = after.resume(NOW, anna).expect("the token still holds");
        assert_eq!((next.player, how), (anna.player, Resumption::Body));
        assert_eq!(Registry::new(3).restore(data.path(), NOW, |_| true).expect("gone"), 0);
    }
}
