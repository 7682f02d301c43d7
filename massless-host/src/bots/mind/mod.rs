//! How a bot plays: what it perceives comes in, what its hands do goes out. Pure, without a clock or
//! a socket, so that the same mind plays over the network and in process.
//!
//! In this order: stay alive, win the fight at hand, rest, take what lies there, see to quests, go
//! hunting. Beside that it dresses, spends points and keeps its bar in order.

pub(crate) mod fight;
pub(crate) mod gear;
pub(crate) mod hunt;
pub(crate) mod legs;
pub(crate) mod quests;
pub(crate) mod sense;
pub(crate) mod shop;

use std::sync::Arc;

use massless_core::character::Sheet;
use massless_core::command::{Act, Input};
use massless_core::content::Content;
use massless_core::content::map::Map;
use massless_core::event::Rejection;
use massless_core::ids::{ActorId, QuestId, ZoneId};
use massless_core::math::{Vec2, facing_of};
use massless_core::units::{Tick, Ticks};
use massless_core::view::{Kind, Pose};

use self::legs::Legs;
use self::quests::{Deed, Errand};
use self::sense::{Seen, Sense};
use self::shop::Visit;
use super::wander::Whim;

/// Ticks between two acts: what was asked shows before the next is asked.
const ACT_TICKS: u32 = 10;
/// Ticks between two tries of the same errand or pick-up.
const TRY_TICKS: u32 = 30;
/// Tries of an errand or pick-up before it is given up for a while.
const TRIES_MAX: u32 = 4;
/// Ticks for which what does not work is left alone.
const SHUN_TICKS: u32 = 1_200;
/// Ticks after which a fight that goes nowhere is given up.
const FIGHT_TICKS_MAX: u32 = 600;
/// Rests below this share of its hit points, and until it has that.
const REST_PERCENT: (u32, u32) = (55, 90);
/// How near something has to lie to be picked up on the way, metres.
const LOOT_METRES: f32 = 12.0;
/// Reach of a pick-up, metres; half a metre less than the rules allow.
const PICK_UP_METRES: f32 = 2.5;
/// How near it goes to somebody it talks to, metres.
const TALK_METRES: f32 = 2.5;

/// What a bot does besides fighting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Conduct {
    /// Plays the game: quests, the right creatures, other zones.
    Level,
    /// Fights what is near and goes to no town.
    Fight,
    /// Fights in this spawn group of its zone only.
    Camp(usize),
}

/// What a bot's hands do in one tick.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Orders {
    /// The input.
    pub(crate) input: Input,
    /// What it does beside moving and fighting; at most one.
    pub(crate) act: Option<Act>,
}

/// One bot's mind.
pub(crate) struct Mind {
    content: Arc<Content>,
    conduct: Conduct,
    whim: Whim,
    legs: Legs,
    foe: Option<(ActorId, Tick)>,
    shunned: Vec<(Shunned, Tick)>,
    trying: Option<(Shunned, u32)>,
    act_at: Tick,
    zone: ZoneId,
    is_resting: bool,
    spot: Option<hunt::Spot>,
}

/// Something that did not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shunned {
    Actor(ActorId),
    Quest(QuestId),
    Shop,
}

impl Mind {
    /// A mind without memories.
    pub(crate) fn new(content: Arc<Content>, conduct: Conduct, whim: Whim) -> Self {
        Self {
            content,
            conduct,
            whim,
            legs: Legs::default(),
            foe: None,
            shunned: Vec::new(),
            trying: None,
            act_at: Tick::default(),
            zone: ZoneId::default(),
            is_resting: false,
            spot: None,
        }
    }

    /// What to do after this has been perceived. To be called once a tick.
    pub(crate) fn decide(&mut self, sense: &Sense, sheet: &Sheet) -> Orders {
        self.arrive(sense.zone);
        self.shunned.retain(|&(_, until)| until > sense.tick);
        let content = Arc::clone(&self.content);
        let Some(zone) = content.zone(sense.zone) else { return Orders::default() };
        if sense.is_dead {
            self.die();
            return Orders::default();
        }
        let mut orders = Orders::default();
        orders.input.facing = sense.facing;
        if sense.tick >= self.act_at {
            orders.act = gear::upkeep(&content, sense, sheet);
        }
        self.choose_foe(sense);
        if let Some(foe) = self.foe.and_then(|(actor, _)| sense.of(actor)) {
            self.fight(sense, sheet, foe, &zone.map, &mut orders);
        } else if self.rests(sense) || sense.cast.is_some() {
            self.legs.halt();
        } else {
            self.stroll(sense, sheet, &zone.map, &mut orders);
        }
        if orders.act.is_some() {
            self.act_at = sense.tick + Ticks::new(ACT_TICKS);
        }
        orders
    }

    /// Something it asked for was refused: what belongs to others is left alone at once.
    pub(crate) fn refused(&mut self, reason: Rejection, now: Tick) {
        if let (Rejection::NotYours | Rejection::BagFull, Some((what, _))) = (reason, self.trying) {
            self.trying = None;
            self.shun(what, now);
        }
    }

    /// Another zone has another clock: what was remembered by the old one is void.
    fn arrive(&mut self, zone: ZoneId) {
        if self.zone == zone {
            return;
        }
        self.zone = zone;
        self.foe = None;
        self.spot = None;
        self.shunned.clear();
        self.act_at = Tick::default();
        self.legs.halt();
    }

    fn die(&mut self) {
        self.foe = None;
        self.spot = None;
        self.is_resting = true;
        self.legs.halt();
    }

    /// Keeps its foe while that makes sense; else whoever attacks it, the nearest first.
    fn choose_foe(&mut self, sense: &Sense) {
        if let Some((actor, since)) = self.foe {
            let stands = sense.of(actor).is_some_and(Seen::can_be_fought);
            let hopeless = sense.tick.since(since).get() > FIGHT_TICKS_MAX || self.legs.gave_up();
            if stands && !hopeless {
                return;
            }
            if stands {
                self.shun(Shunned::Actor(actor), sense.tick);
            }
            self.legs.halt();
            self.foe = None;
        }
        let near = |seen: &&Seen| seen.place.distance(sense.place);
        self.foe = sense
            .others
            .iter()
            .filter(|seen| seen.target == Some(sense.actor) && seen.can_be_fought())
            .filter(|seen| !self.is_shunned(Shunned::Actor(seen.actor)))
            .min_by(|a, b| near(a).total_cmp(&near(b)))
            .map(|seen| (seen.actor, sense.tick));
    }

    fn fight(&mut self, sense: &Sense, sheet: &Sheet, foe: &Seen, map: &Map, orders: &mut Orders) {
        self.is_resting = false;
        let stance = fight::stance(&self.content, map, sense, sheet, foe);
        orders.input.target = Some(foe.actor);
        orders.input.facing = facing_of(foe.place - sense.place).unwrap_or(sense.facing);
        if orders.act.is_none() && sense.tick >= self.act_at {
            orders.act = gear::draught(&self.content, sense, sheet);
        }
        if sense.cast.is_some() {
            self.legs.halt();
            return;
        }
        if let Some(press) = stance.press {
            orders.input.buttons = 1 << press.slot;
            if press.on_self {
                orders.input.target = Some(sense.actor);
            }
            if press.stands {
                self.legs.halt();
                return;
            }
        }
        if stance.in_reach {
            self.legs.halt();
        } else {
            let way = self.legs.go(map, sense, foe.place, &mut self.whim);
            orders.input.direction = legs::quantised(way);
        }
    }

    fn rests(&mut self, sense: &Sense) -> bool {
        let percent = sense.hit_points * 100 / sense.hit_points_max.max(1);
        let (low, high) = REST_PERCENT;
        self.is_resting = percent < if self.is_resting { high } else { low };
        self.is_resting
    }

    /// Peaceful things.
    fn stroll(&mut self, sense: &Sense, sheet: &Sheet, map: &Map, orders: &mut Orders) {
        if self.loot(sense, sheet, map, orders) {
            return;
        }
        let errand = match self.conduct {
            Conduct::Level => {
                let open = |quest| !self.is_shunned(Shunned::Quest(quest));
                quests::errand(&self.content, sense, sheet, &open)
            }
            Conduct::Fight | Conduct::Camp(_) => None,
        };
        let visit = match self.conduct {
            Conduct::Level if !self.is_shunned(Shunned::Shop) => {
                shop::visit(&self.content, sense, sheet)
            }
            _ => None,
        };
        if let Some(visit) = visit {
            self.visit_shop(sense, visit, map, orders);
        } else if let Some(errand) = errand {
            self.run_errand(sense, &errand, map, orders);
        } else {
            self.hunt(sense, sheet, map, orders);
        }
    }

    fn loot(&mut self, sense: &Sense, sheet: &Sheet, map: &Map, orders: &mut Orders) -> bool {
        let near = |seen: &&Seen| seen.place.distance(sense.place);
        let thing = sense
            .others
            .iter()
            .filter(|seen| matches!(seen.kind, Kind::Item { .. }) && near(seen) < LOOT_METRES)
            .filter(|seen| gear::has_room(&self.content, sheet, seen.kind))
            .filter(|seen| !self.is_shunned(Shunned::Actor(seen.actor)))
            .min_by(|a, b| near(a).total_cmp(&near(b)));
        let Some(thing) = thing else { return false };
        if near(&thing) > PICK_UP_METRES {
            self.walk(sense, thing.place, map, orders);
            if self.legs.gave_up() {
                self.shun(Shunned::Actor(thing.actor), sense.tick);
                self.legs.halt();
            }
            return true;
        }
        self.legs.halt();
        if orders.act.is_none() && self.tries(Shunned::Actor(thing.actor), sense.tick) {
            orders.act = Some(Act::PickUp { thing: thing.actor });
        }
        true
    }

    fn run_errand(&mut self, sense: &Sense, errand: &Errand, map: &Map, orders: &mut Orders) {
        let near = sense.others.iter().find(|seen| seen.kind == Kind::Npc(errand.npc));
        let place = near.map_or(errand.place, |seen| seen.place);
        if place.distance(sense.place) > TALK_METRES {
            self.walk(sense, place, map, orders);
            return;
        }
        self.legs.halt();
        let Some(npc) = near else { return };
        orders.input.facing = facing_of(npc.place - sense.place).unwrap_or(sense.facing);
        if orders.act.is_none() && self.tries(Shunned::Quest(errand.quest), sense.tick) {
            let quest = errand.quest;
            orders.act = Some(match errand.deed {
                Deed::Take => Act::TakeQuest { quest },
                Deed::Talk => Act::Talk { npc: npc.actor },
                Deed::HandIn => Act::HandIn { quest },
            });
        }
    }

    fn visit_shop(&mut self, sense: &Sense, visit: Visit, map: &Map, orders: &mut Orders) {
        if visit.place.distance(sense.place) > TALK_METRES {
            self.walk(sense, visit.place, map, orders);
            if self.legs.gave_up() {
                self.shun(Shunned::Shop, sense.tick);
            }
            return;
        }
        self.legs.halt();
        if orders.act.is_none() && self.tries(Shunned::Shop, sense.tick) {
            orders.act = Some(visit.act);
        }
    }

    fn hunt(&mut self, sense: &Sense, sheet: &Sheet, map: &Map, orders: &mut Orders) {
        let wanted = hunt::wanted(&self.content, self.conduct, sense, sheet);
        let open = |actor| !self.is_shunned(Shunned::Actor(actor));
        if let Some(prey) = hunt::prey(&self.content, self.conduct, sense, &wanted, &open) {
            self.foe = Some((prey.actor, sense.tick));
            self.legs.halt();
            self.fight(sense, sheet, prey, map, orders);
            return;
        }
        let whim = &mut self.whim;
        let content = &self.content;
        hunt::choose_spot(content, self.conduct, sense, &wanted, &mut self.spot, whim);
        let Some(spot) = &self.spot else { return };
        let place = spot.place;
        if place.distance(sense.place) < 2.0 || self.legs.gave_up() {
            self.spot = None;
            self.legs.halt();
            return;
        }
        self.walk(sense, place, map, orders);
    }

    fn walk(&mut self, sense: &Sense, goal: Vec2, map: &Map, orders: &mut Orders) {
        let way = self.legs.go(map, sense, goal, &mut self.whim);
        orders.input.direction = legs::quantised(way);
        orders.input.facing = facing_of(way).unwrap_or(sense.facing);
    }

    /// Whether it is time for another try; after some it is left alone for a while.
    fn tries(&mut self, what: Shunned, now: Tick) -> bool {
        if now < self.act_at {
            return false;
        }
        let tries = match self.trying {
            Some((other, tries)) if other == what => tries + 1,
            _ => 1,
        };
        self.trying = Some((what, tries));
        if tries > TRIES_MAX {
            self.trying = None;
            self.shun(what, now);
            return false;
        }
        self.act_at = now + Ticks::new(TRY_TICKS);
        true
    }

    fn shun(&mut self, what: Shunned, now: Tick) {
        self.shunned.push((what, now + Ticks::new(SHUN_TICKS)));
    }

    fn is_shunned(&self, what: Shunned) -> bool {
        self.shunned.iter().any(|&(other, _)| other == what)
    }
}

impl Seen {
    /// It is a creature that lives and is not on its way home.
    pub(crate) fn can_be_fought(&self) -> bool {
        matches!(self.kind, Kind::Creature(_))
            && self.share > 0
            && !matches!(self.pose, Pose::Dead | Pose::Returning)
    }
}
