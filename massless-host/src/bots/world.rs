//! A world in process: zones, a ledger and bots that play, without sockets and without sleeping.
//!
//! Commands go the way they go in a server: inputs through the zone's own buffer meant for the next
//! tick, acts in the order of players, the store's answers one tick later.

use std::sync::Arc;

use anyhow::Context as _;
use massless_core::command::{Act, Character, Command};
use massless_core::content::Content;
use massless_core::event::{Event, Exit};
use massless_core::ids::{ActorId, ClassId, FactionId, PartyId, PlayerId, ZoneId};
use massless_core::ledger::{MemoryLedger, starter};
use massless_core::units::{Level, Tick};
use massless_core::zone::{InputBuffer, NoProbe, StepOutput, Zone};

use super::bot::name_of;
use super::mind::sense::Sense;
use super::mind::{Conduct, Mind};
use super::tally::Tally;
use super::wander::Whim;

/// Ticks between two secret words. Game rules, section 1.
const SECRET_TICKS: u64 = 1_200;

/// One bot.
pub(crate) struct Player {
    /// Who.
    pub(crate) player: PlayerId,
    /// What became of it.
    pub(crate) tally: Tally,
    /// What it perceived last.
    sense: Sense,
    away: Option<Box<Character>>,
    party: Option<PartyId>,
    mind: Mind,
    body: Option<ActorId>,
    sequence: u16,
}

/// One zone with what waits for its next step.
struct Seat {
    zone: Zone,
    inputs: InputBuffer,
    hosts: Vec<Command>,
    acts: Vec<Command>,
}

/// Zones, ledger, bots.
pub(crate) struct World {
    content: Arc<Content>,
    seats: Vec<Seat>,
    ledger: MemoryLedger,
    /// The bots, rising by player.
    pub(crate) players: Vec<Player>,
    whim: Whim,
    commands: Vec<Command>,
}

/// What a bot is born as.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Birth {
    /// Which class.
    pub(crate) class: ClassId,
    /// Which faction.
    pub(crate) faction: FactionId,
    /// How it plays.
    pub(crate) conduct: Conduct,
    /// Its level; points of the levels below are free.
    pub(crate) level: Level,
    /// Experience it has already, of what the level needs in all, percent.
    pub(crate) percent: u32,
}

impl Birth {
    /// A newborn of that class.
    pub(crate) fn new(class: ClassId, conduct: Conduct) -> Self {
        let (faction, level) = (FactionId::new(1), Level::default());
        Self { class, faction, conduct, level, percent: 0 }
    }
}

impl World {
    /// A world of these zones of a content set, at tick 0.
    pub(crate) fn new(content: Arc<Content>, zones: &[ZoneId], seed: u64) -> anyhow::Result<Self> {
        let mut seats = Vec::new();
        for &id in zones {
            let zone = Zone::new(Arc::clone(&content), id, seed, 1)?;
            let (hosts, acts) = (Vec::new(), Vec::new());
            seats.push(Seat { zone, inputs: InputBuffer::new(), hosts, acts });
        }
        let whim = Whim::new(seed, u64::MAX);
        let ledger = MemoryLedger::new();
        Ok(Self { content, seats, ledger, players: Vec::new(), whim, commands: Vec::new() })
    }

    /// The zone that was named first.
    pub(crate) fn first_zone(&self) -> &Zone {
        &self.seats[0].zone
    }

    /// A newborn character comes into the first zone with the next tick.
    pub(crate) fn join(&mut self, birth: Birth, seed: u64) -> anyhow::Result<PlayerId> {
        let index = self.players.len() as u64;
        let player = PlayerId::new(index + 1);
        let character = self.newborn(birth, index)?;
        self.ledger.enrol(player, &character);
        self.seats[0].hosts.push(Command::Join { player, character: Box::new(character) });
        self.players.push(Player {
            player,
            tally: Tally::default(),
            sense: Sense::default(),
            away: None,
            party: None,
            mind: Mind::new(Arc::clone(&self.content), birth.conduct, Whim::new(seed, index)),
            body: None,
            sequence: 0,
        });
        Ok(player)
    }

    fn newborn(&mut self, birth: Birth, index: u64) -> anyhow::Result<Character> {
        let look = (index % 16) as u8;
        let ledger = &mut self.ledger;
        let mut uids = || ledger.fresh_uid();
        let (class, faction) = (birth.class, birth.faction);
        let born = starter(&self.content, class, faction, &name_of(index), look, &mut uids);
        let mut character = born
            .with_context(|| format!("the content has no class {class}, or faction {faction}"))?;
        character.level = birth.level;
        let need = self.content.rules().experience_need(birth.level);
        character.sheet.experience = need / 100 * birth.percent.min(99);
        character.sheet.points = 3 * (u16::from(birth.level.get()) - 1);
        Ok(character)
    }

    /// Puts a player that was just born into a party.
    pub(crate) fn party(&mut self, player: PlayerId, party: PartyId) {
        self.seats[0].hosts.push(Command::Party { player, party: Some(party) });
        if let Some(member) = self.players.iter_mut().find(|other| other.player == player) {
            member.party = Some(party);
        }
    }

    /// A command of the host for the first zone's next tick.
    pub(crate) fn host(&mut self, command: Command) {
        self.seats[0].hosts.push(command);
    }

    /// Who left the world comes back into the first zone with the next tick; false if it did not
    /// leave.
    pub(crate) fn come_back(&mut self, index: usize) -> bool {
        let bot = &mut self.players[index];
        let Some(character) = bot.away.take() else { return false };
        self.ledger.enrol(bot.player, &character);
        self.seats[0].hosts.push(Command::Join { player: bot.player, character });
        true
    }

    /// All zones step once; `watch` is shown the first zone's commands and what came of them.
    pub(crate) fn tick(&mut self, watch: &mut dyn FnMut(&[Command], &StepOutput<'_>)) {
        for index in 0..self.seats.len() {
            // A zone without people waits; nobody could tell.
            let seat = &self.seats[index];
            if index > 0 && seat.hosts.is_empty() && seat.zone.view().players.is_empty() {
                continue;
            }
            for (player, zone, character) in self.step(index, watch) {
                self.travel(player, zone, character);
            }
        }
        for player in &mut self.players {
            player.tally.ticks += 1;
            for seat in &mut self.seats {
                player.play(seat);
            }
        }
    }

    fn step(
        &mut self,
        index: usize,
        watch: &mut dyn FnMut(&[Command], &StepOutput<'_>),
    ) -> Vec<(PlayerId, ZoneId, Box<Character>)> {
        let seat = &mut self.seats[index];
        let tick = seat.zone.tick();
        let zone = seat.zone.id();
        self.commands.clear();
        if tick.get().is_multiple_of(SECRET_TICKS) {
            self.commands.push(Command::Secret { word: self.whim.next() });
        }
        self.commands.append(&mut seat.hosts);
        self.commands.append(&mut seat.acts);
        seat.inputs.take(tick, &mut self.commands);
        let output = seat.zone.step(&self.commands, &mut NoProbe);
        if index == 0 {
            watch(&self.commands, &output);
        }
        let answers = self.ledger.settle(zone, output.intents);
        let mut moved = Vec::new();
        for event in output.events {
            if let Event::Left { player, character, exit: Exit::Zone { zone, place }, .. } = event {
                let mut character = character.clone();
                character.place = Some(*place);
                moved.push((*player, *zone, character));
            }
            if let Event::Left { player, character, exit, .. } = event {
                seat.inputs.remove(*player);
                let left = self.players.iter_mut().find(|other| other.player == *player);
                if let (Some(left), Exit::World) = (left, exit) {
                    left.away = Some(character.clone());
                }
            }
            for player in &mut self.players {
                player.hear(event);
            }
        }
        seat.hosts.extend(answers);
        moved
    }

    fn travel(&mut self, player: PlayerId, zone: ZoneId, character: Box<Character>) {
        let traveller = self.players.iter_mut().find(|other| other.player == player);
        let party = traveller.and_then(|traveller| {
            traveller.tally.travels += 1;
            traveller.party
        });
        let target = self.seats.iter_mut().find(|seat| seat.zone.id() == zone);
        if let Some(seat) = target {
            seat.hosts.push(Command::Join { player, character });
            if party.is_some() {
                seat.hosts.push(Command::Party { player, party });
            }
        }
    }
}

impl Player {
    fn hear(&mut self, event: &Event) {
        match event {
            Event::Joined { player, actor } if *player == self.player => self.body = Some(*actor),
            Event::Left { player, .. } if *player == self.player => self.body = None,
            Event::Rejected { player, reason } if *player == self.player => {
                self.mind.refused(*reason, self.sense.tick);
                self.tally.hear(event, self.player, self.body);
            }
            _ => self.tally.hear(event, self.player, self.body),
        }
    }

    /// Perceives, decides, and hands its input and act in, if it has a body there.
    fn play(&mut self, seat: &mut Seat) {
        let view = seat.zone.view();
        if !self.sense.take_view(seat.zone.id(), view, self.player) {
            return;
        }
        let Some((index, _)) = view.player(self.player) else { return };
        let orders = self.mind.decide(&self.sense, &view.sheets[index].sheet);
        self.sequence = self.sequence.wrapping_add(1);
        let now = seat.zone.tick();
        let meant = Tick::new(now.get());
        seat.inputs.push(now, self.player, (self.sequence, meant), orders.input);
        if let Some(act) = orders.act {
            seat.acts.push(act_of(self.player, act));
        }
    }
}

fn act_of(player: PlayerId, act: Act) -> Command {
    Command::Act { player, act }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ticks of play: two minutes and a half.
    const TICKS: u32 = 3_000;

    #[test]
    fn a_bot_takes_quests_slays_loots_and_levels() {
        let content = Content::embedded();
        let mut world = World::new(Arc::clone(&content), &[ZoneId::new(1)], 4).expect("zone 1");
        let birth = Birth { percent: 60, ..Birth::new(ClassId::new(4), Conduct::Level) };
        world.join(birth, 4).expect("class 4");
        for _ in 0..TICKS {
            world.tick(&mut |_, _| {});
        }
        let tally = &world.players[0].tally;
        let done = [tally.kills, tally.quests, tally.items, tally.levels, tally.skills];
        assert!(done.iter().all(|count| *count > 0), "{tally:?}");
        let refused: u64 = tally.refusals.values().sum();
        assert!(refused * 10 < tally.skills, "it seldom asks for what cannot be: {tally:?}");
    }

    #[test]
    fn the_same_seed_plays_the_same_way() {
        let play = || {
            let mut world = World::new(Content::embedded(), &[ZoneId::new(1)], 9).expect("zone 1");
            for class in 1..=4 {
                world.join(Birth::new(ClassId::new(class), Conduct::Fight), 9).expect("a class");
            }
            let mut last = None;
            for _ in 0..400 {
                world.tick(&mut |_, output| last = Some(output.hash));
            }
            last
        };
        assert_eq!(play(), play());
    }
}
