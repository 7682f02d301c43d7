//! The rules of items, quests, rewards and portals, played in a real zone with the ledger as its store.

mod clerk;
mod items;
mod journeys;
mod quests;
mod rewards;
mod services;
mod trades;

use std::collections::BTreeMap;

use shipyard::{AllStoragesViewMut, Get, UniqueView, UniqueViewMut, ViewMut};

use crate::character::{Character, Item, Sheet};
use crate::command::{Act, Command};
use crate::components::{Body, Drop, Hero, Identity, Vitals};
use crate::content::Content;
use crate::event::{Event, Rejection};
use crate::ids::{ActorId, ClassId, CreatureId, FactionId, ItemId, ItemUid, PlayerId, ZoneId};
use crate::intent::Intent;
use crate::ledger::{Keeper, MemoryLedger, starter};
use crate::math::{Vec2, ground};
use crate::units::{Facing, HitPoints, Level, Tick, Ticks};
use crate::view::{Kind, PlayerView};
use crate::walk::{self, Walker};
use crate::zone::roster::Roster;
use crate::zone::spawn::{self, Blueprint, Role};
use crate::zone::state::{Blow, BlowKind, Blows, Scene};
use crate::zone::{NoProbe, Zone};

/// What the store does with the intents of the last step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Store {
    /// Answers them before the next step.
    Works,
    /// Refuses them.
    Refuses,
    /// Says nothing; they wait.
    Sleeps,
}

/// A zone with its store.
pub(super) struct Table {
    pub(super) zone: Zone,
    pub(super) ledger: MemoryLedger,
    pub(super) store: Store,
    asked: Vec<Intent>,
    left: BTreeMap<PlayerId, Character>,
}

pub(super) const ANNA: PlayerId = PlayerId::new(1);
pub(super) const BRAM: PlayerId = PlayerId::new(2);
pub(super) const CARA: PlayerId = PlayerId::new(3);

impl Table {
    pub(super) fn new() -> Self {
        let zone = Zone::new(Content::embedded(), ZoneId::new(1), 42, 1).expect("zone 1");
        let (asked, left) = (Vec::new(), BTreeMap::new());
        Self { zone, ledger: MemoryLedger::new(), store: Store::Works, asked, left }
    }

    /// A table at which Anna, a new warrior, stands in the arrival area.
    pub(super) fn with_anna() -> Self {
        let mut table = Self::new();
        table.join(ANNA, 1);
        table
    }

    pub(super) fn newcomer(&mut self, class: u8) -> Character {
        let (class, faction) = (ClassId::new(class), FactionId::new(1));
        let ledger = &mut self.ledger;
        let mut uids = || ledger.fresh_uid();
        starter(&Content::embedded(), class, faction, "Somebody", 1, &mut uids).expect("known")
    }

    pub(super) fn join(&mut self, player: PlayerId, class: u8) {
        let character = self.newcomer(class);
        self.join_as(player, character);
    }

    pub(super) fn join_as(&mut self, player: PlayerId, character: Character) {
        self.ledger.enrol(player, &character);
        let events = self.step(&[Command::Join { player, character: Box::new(character) }]);
        assert!(matches!(events[..], [Event::Joined { .. }]), "{events:?}");
    }

    /// One tick; the store's answers come first.
    pub(super) fn step(&mut self, commands: &[Command]) -> Vec<Event> {
        let asked = core::mem::take(&mut self.asked);
        let mut all = match self.store {
            Store::Works => self.ledger.settle(ZoneId::new(1), &asked),
            Store::Refuses => self.ledger.refuse(&asked),
            Store::Sleeps => {
                self.asked = asked;
                Vec::new()
            }
        };
        all.extend_from_slice(commands);
        let output = self.zone.step(&all, &mut NoProbe);
        self.asked.extend_from_slice(output.intents);
        let events = output.events.to_vec();
        for event in &events {
            if let Event::Left { player, character, .. } = event {
                self.left.insert(*player, (**character).clone());
            }
        }
        events
    }

    pub(super) fn wait(&mut self, ticks: u32) -> Vec<Event> {
        (0..ticks).flat_map(|_| self.step(&[])).collect()
    }

    /// One act, and what is told to the player in its tick.
    pub(super) fn act(&mut self, player: PlayerId, act: Act) -> Result<Vec<Event>, Rejection> {
        let events = self.step(&[Command::Act { player, act }]);
        let refused = events.iter().find_map(|event| match *event {
            Event::Rejected { player: told, reason } if told == player => Some(reason),
            _ => None,
        });
        refused.map_or(Ok(events), Err)
    }

    /// One act and its settlement in the next tick.
    pub(super) fn done(&mut self, player: PlayerId, act: Act) -> Result<Vec<Event>, Rejection> {
        let mut events = self.act(player, act)?;
        events.extend(self.step(&[]));
        Ok(events)
    }

    pub(super) fn sheet(&self, player: PlayerId) -> &Sheet {
        let (index, _) = self.zone.view().player(player).expect("here");
        &self.zone.view().sheets[index].sheet
    }

    pub(super) fn me(&self, player: PlayerId) -> &PlayerView {
        self.zone.view().player(player).expect("here").1
    }

    pub(super) fn level(&self, player: PlayerId) -> u8 {
        let view = self.zone.view();
        view.level[view.player(player).expect("here").1.index as usize].get()
    }

    pub(super) fn actor(&self, player: PlayerId) -> ActorId {
        self.zone.view().actor[self.me(player).index as usize]
    }

    pub(super) fn place(&self, player: PlayerId) -> Vec2 {
        ground(self.me(player).walker.position)
    }

    pub(super) fn put(&mut self, player: PlayerId, place: Vec2) {
        self.step(&[Command::Place { player, place }]);
    }

    /// How many of a kind are in the bag.
    pub(super) fn count(&self, player: PlayerId, definition: u16) -> u32 {
        let bag = self.sheet(player).bag.iter().flatten();
        let wanted = bag.filter(|item| item.definition == ItemId::new(definition));
        wanted.map(|item| u32::from(item.quantity)).sum()
    }

    pub(super) fn find(&self, player: PlayerId, definition: u16) -> Item {
        let sheet = self.sheet(player);
        let mut all = sheet.bag.iter().chain(&sheet.worn).flatten();
        *all.find(|item| item.definition == ItemId::new(definition)).expect("carried")
    }

    /// Changes a character behind the rules' back, and the store's books with it.
    pub(super) fn edit(&mut self, player: PlayerId, change: impl FnOnce(&mut Hero, &mut Identity)) {
        let actor = self.actor(player);
        self.zone.world().run(
            |roster: UniqueView<'_, Roster>,
             mut heroes: ViewMut<'_, Hero>,
             mut identities: ViewMut<'_, Identity>| {
                let slot = roster.slot(actor).expect("here");
                let mut hero = (&mut heroes).get(slot).expect("a hero");
                let mut identity = (&mut identities).get(slot).expect("an identity");
                hero.change();
                change(&mut hero, &mut identity);
            },
        );
        self.step(&[]);
        let mut character = Character::plain("books", 0);
        character.sheet = self.sheet(player).clone();
        self.ledger.enrol(player, &character);
    }

    /// Gives an item of that kind, bypassing the ground.
    pub(super) fn give(&mut self, player: PlayerId, definition: u16, quantity: u16) -> ItemUid {
        let uid = self.ledger.fresh_uid();
        let item = Item {
            uid,
            definition: ItemId::new(definition),
            rarity: 0,
            upgrade: 0,
            quantity,
            bound: false,
        };
        self.edit(player, |hero, _| {
            let free = hero.sheet.bag.iter_mut().find(|slot| slot.is_none()).expect("room");
            *free = Some(item);
        });
        uid
    }

    pub(super) fn set_level(&mut self, player: PlayerId, level: u8) {
        self.edit(player, |_, identity| identity.level = Level::new(level));
    }

    pub(super) fn hurt(&mut self, player: PlayerId, hit_points: u32, mana: u32) {
        let actor = self.actor(player);
        self.zone.world().run(|roster: UniqueView<'_, Roster>, mut all: ViewMut<'_, Vitals>| {
            let slot = roster.slot(actor).expect("here");
            let mut vitals = (&mut all).get(slot).expect("vitals");
            (vitals.hit_points, vitals.mana) = (HitPoints::new(hit_points), mana);
        });
    }

    /// Damage that will be committed with the next step.
    pub(super) fn strike(&mut self, source: ActorId, target: ActorId, amount: u32) {
        self.zone.world().run(|mut blows: UniqueViewMut<'_, Blows>| {
            blows.list.push(Blow {
                target,
                source,
                skill: None,
                amount,
                kind: BlowKind::Harm(crate::event::HitKind::Normal),
            });
        });
    }

    /// The first living creature of a kind, brought to a place.
    pub(super) fn creature(&mut self, kind: u16, place: Vec2) -> ActorId {
        let view = self.zone.view();
        let wanted = Kind::Creature(CreatureId::new(kind));
        let here = (0..view.len())
            .find(|&index| view.kind[index] == wanted && view.hit_point_share[index] == 255);
        let actor = view.actor[here.expect("one of them lives")];
        self.move_to(actor, place);
        actor
    }

    fn move_to(&mut self, actor: ActorId, place: Vec2) {
        self.zone.world().run(
            |roster: UniqueView<'_, Roster>,
             scene: UniqueView<'_, Scene>,
             mut bodies: ViewMut<'_, Body>| {
                let slot = roster.slot(actor).expect("here");
                let mut body = (&mut bodies).get(slot).expect("a body");
                body.walker = walk::standing(&scene.map, place);
            },
        );
    }

    /// A creature of a kind dies by the hands of some, who did so much damage each.
    pub(super) fn kill(&mut self, kind: u16, by: &[(PlayerId, u32)]) -> Vec<Event> {
        let place = self.place(by[0].0);
        let victim = self.creature(kind, place);
        for &(player, amount) in by {
            let source = self.actor(player);
            self.strike(source, victim, amount);
        }
        self.step(&[])
    }

    /// Lays something on the ground.
    pub(super) fn lay(&mut self, owner: PlayerId, place: Vec2, what: (u16, u8, u16)) -> ActorId {
        self.lay_long_ago(owner, place, what, 0)
    }

    /// Lays something on the ground that has been there for so many ticks.
    pub(super) fn lay_long_ago(
        &mut self,
        owner: PlayerId,
        place: Vec2,
        (definition, rarity, quantity): (u16, u8, u16),
        age: u32,
    ) -> ActorId {
        let now = self.zone.tick();
        let position =
            self.zone.world().run(|scene: UniqueView<'_, Scene>| walk::standing(&scene.map, place));
        let definition = ItemId::new(definition);
        let blueprint = Blueprint {
            body: Body {
                walker: Walker { ..position },
                velocity: crate::math::Vec3::ZERO,
                facing: Facing::default(),
            },
            identity: Identity {
                kind: Kind::Item { definition, rarity, quantity },
                level: Level::default(),
            },
            vitals: Vitals::full(HitPoints::new(1), 0),
            role: Role::Item(Drop {
                owner,
                free_at: now + Ticks::new(600_u32.saturating_sub(age)),
                gone_at: now + Ticks::new(1_200 - age),
                taken_by: None,
            }),
        };
        self.zone.world().run(|mut all: AllStoragesViewMut<'_>| spawn::add(&mut all, blueprint))
    }

    /// What lies on the ground, rising by actor.
    pub(super) fn on_ground(&self) -> Vec<(ActorId, Kind)> {
        let view = self.zone.view();
        let all = view.actor.iter().copied().zip(view.kind.iter().copied());
        all.filter(|(_, kind)| matches!(kind, Kind::Item { .. })).collect()
    }

    pub(super) fn waiting(&self) -> usize {
        self.zone.pending().len()
    }

    /// Where an NPC of zone 1 stands, and its actor.
    pub(super) fn npc(&self, number: u16) -> (ActorId, Vec2) {
        let view = self.zone.view();
        let wanted = Kind::Npc(crate::ids::NpcId::new(100 + number));
        let index = view.kind.iter().position(|&kind| kind == wanted).expect("it stands there");
        (view.actor[index], ground(view.position[index]))
    }

    /// Puts a character beside an NPC.
    pub(super) fn go_to(&mut self, player: PlayerId, number: u16) -> ActorId {
        let (npc, place) = self.npc(number);
        self.put(player, place + Vec2::new(0.0, 1.0));
        npc
    }

    pub(super) fn character_that_left(&self, player: PlayerId) -> Option<&Character> {
        self.left.get(&player)
    }

    /// The zone's bags and purses are what the store says. Nothing may wait.
    pub(super) fn audit(&self) {
        assert_eq!(self.waiting(), 0, "nothing waits for the store");
        let mut seen: BTreeMap<ItemUid, (Item, Keeper)> = BTreeMap::new();
        let mut coin = self.ledger.coin_in_letters();
        for sheet in &self.zone.view().sheets {
            coin += sheet.sheet.coin;
            assert_eq!(self.ledger.coin(sheet.player), Some(sheet.sheet.coin));
            for item in sheet.sheet.items() {
                let line = (*item, Keeper::Player(sheet.player));
                assert_eq!(seen.insert(item.uid, line), None, "an item is in one place");
            }
        }
        let known = self.ledger.items().iter();
        let known = known.filter(|(_, held)| matches!(held.keeper, Keeper::Player(_)));
        let known: BTreeMap<_, _> =
            known.map(|(&uid, held)| (uid, (held.item(uid), held.keeper))).collect();
        assert_eq!(seen, known);
        assert_eq!(self.ledger.books().coin(), coin);
    }
}

#[test]
fn a_zone_with_everything_in_flight_survives_a_snapshot() {
    let mut table = Table::with_anna();
    table.store = Store::Sleeps;
    let place = table.place(ANNA);
    let thing = table.lay(ANNA, place, (5001, 0, 3));
    table.hurt(ANNA, 50, 10);
    let draught = table.find(ANNA, 3001).uid;
    table.act(ANNA, Act::PickUp { thing }).expect("taken");
    table.act(ANNA, Act::Use { item: draught }).expect("drunk");
    table.act(ANNA, Act::TakeOff { slot: crate::content::item::EquipSlot::Head }).expect("off");
    table.kill(101, &[(ANNA, 1_000)]);
    assert!(table.waiting() >= 4, "pick-up, draught, cap, coin: {:?}", table.zone.pending());
    let bytes = table.zone.snapshot();
    let mut twin = Zone::restore(Content::embedded(), &bytes, 2).expect("just made");
    assert_eq!(twin.snapshot(), bytes);
    assert_eq!(twin.pending(), table.zone.pending());
    let answers = table.ledger.settle(ZoneId::new(1), &twin.pending());
    let a = table.zone.step(&answers, &mut NoProbe).hash;
    let b = twin.step(&answers, &mut NoProbe).hash;
    assert_eq!(a, b);
    for _ in 0..50 {
        let a = table.zone.step(&[], &mut NoProbe).hash;
        assert_eq!(twin.step(&[], &mut NoProbe).hash, a);
    }
    assert_eq!(table.count(ANNA, 5001), 3);
    assert!(table.zone.tick() > Tick::new(50));
}
