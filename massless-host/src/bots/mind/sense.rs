//! What a bot perceives in one tick: no more than a person at the screen does.

use massless_core::character::ITEM_COOLDOWNS;
use massless_core::ids::{ActorId, PlayerId, SkillId, ZoneId};
use massless_core::math::{Vec2, ground};
use massless_core::units::{Facing, Level, Tick};
use massless_core::view::{CastView, Derived, Kind, Pose, View};
use massless_net::client::{Client, Known};
use massless_net::clock::Millis;

/// Metres within which others are seen.
pub(crate) const SIGHT_METRES: f32 = 50.0;

/// One of the others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Seen {
    /// Who.
    pub(crate) actor: ActorId,
    /// What it is.
    pub(crate) kind: Kind,
    /// Where (east, north).
    pub(crate) place: Vec2,
    /// Its level.
    pub(crate) level: Level,
    /// Hit points as a share of the maximum, 0 dead, 255 full.
    pub(crate) share: u8,
    /// What it is doing.
    pub(crate) pose: Pose,
    /// Whom it attacks.
    pub(crate) target: Option<ActorId>,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sense {
    /// The tick that is shown.
    pub(crate) tick: Tick,
    /// The zone it is in.
    pub(crate) zone: ZoneId,
    /// Its body.
    pub(crate) actor: ActorId,
    /// Where it is (east, north).
    pub(crate) place: Vec2,
    /// Where it looks.
    pub(crate) facing: Facing,
    /// Its level.
    pub(crate) level: Level,
    /// It is dead.
    pub(crate) is_dead: bool,
    /// Present hit points.
    pub(crate) hit_points: u32,
    /// Greatest hit points.
    pub(crate) hit_points_max: u32,
    /// Present mana.
    pub(crate) mana: u32,
    /// Greatest mana.
    pub(crate) mana_max: u32,
    /// No skill before this tick.
    pub(crate) shared_at: Tick,
    /// Cast or channel.
    pub(crate) cast: Option<CastView>,
    /// In combat before this tick.
    pub(crate) combat_until: Tick,
    /// Skills that are not ready before their tick.
    pub(crate) cooldowns: Vec<(SkillId, Tick)>,
    /// When items of a group may be used again.
    pub(crate) item_ready: [Tick; ITEM_COOLDOWNS],
    /// What its numbers come to.
    pub(crate) derived: Derived,
    /// All in sight but itself.
    pub(crate) others: Vec<Seen>,
}

impl Sense {
    /// One of the others.
    pub(crate) fn of(&self, actor: ActorId) -> Option<&Seen> {
        self.others.iter().find(|seen| seen.actor == actor)
    }

    /// When a skill is ready.
    pub(crate) fn ready_at(&self, skill: SkillId) -> Tick {
        let timer = self.cooldowns.iter().find(|(other, _)| *other == skill);
        timer.map_or(Tick::default(), |&(_, ready)| ready)
    }

    /// Perceives what a zone shows of a player within sight; false when it has no body there.
    pub(crate) fn take_view(&mut self, zone: ZoneId, view: &View, player: PlayerId) -> bool {
        let Some((index, own)) = view.player(player) else { return false };
        let body = own.index as usize;
        self.tick = view.tick;
        self.zone = zone;
        self.actor = view.actor[body];
        self.place = ground(view.position[body]);
        self.facing = view.facing[body];
        self.level = view.level[body];
        self.is_dead = view.pose[body] == Pose::Dead || own.hit_points == 0;
        (self.hit_points, self.hit_points_max) = (own.hit_points, own.hit_points_max);
        (self.mana, self.mana_max) = (own.mana, own.mana_max);
        self.shared_at = own.shared_at;
        self.cast = own.cast;
        self.combat_until = own.combat_until;
        self.cooldowns.clear();
        self.cooldowns.extend_from_slice(&own.cooldowns);
        self.item_ready = own.item_ready;
        self.derived = view.sheets[index].derived;
        self.others.clear();
        for other in view.cells.near(self.place, SIGHT_METRES) {
            let other = other as usize;
            let place = ground(view.position[other]);
            if other == body || place.distance_squared(self.place) > SIGHT_METRES * SIGHT_METRES {
                continue;
            }
            let target = view.target[other];
            self.others.push(Seen {
                actor: view.actor[other],
                kind: view.kind[other],
                place,
                level: view.level[other],
                share: view.hit_point_share[other],
                pose: view.pose[other],
                target: (target.get() != 0).then_some(target),
            });
        }
        // Cells come in another order than names; a choice between equals must not depend on it.
        self.others.sort_unstable_by_key(|seen| seen.actor);
        true
    }

    /// Perceives what a client was told; false before it has all it needs.
    pub(crate) fn take_client(&mut self, client: &Client, now: Millis) -> bool {
        let (Some(welcome), Some(sheet)) = (client.welcome(), client.sheet()) else { return false };
        let Some(figure) = client.own(now) else { return false };
        let (tick, own) = client.told();
        self.tick = tick;
        self.zone = welcome.zone;
        self.actor = welcome.actor;
        self.place = ground(figure.walker.position);
        self.level = sheet.level;
        self.is_dead = own.pose == Pose::Dead || own.hit_points == 0;
        (self.hit_points, self.hit_points_max) = (own.hit_points, own.hit_points_max);
        (self.mana, self.mana_max) = (own.mana, own.mana_max);
        self.shared_at = own.shared_at;
        self.cast = own.cast;
        self.combat_until = own.combat_until;
        self.cooldowns.clone_from(&own.cooldowns);
        self.item_ready = own.item_ready;
        self.derived = sheet.derived;
        self.others.clear();
        self.others.extend(client.known().iter().filter_map(|known| {
            let seen = seen(known, tick);
            let near = seen.place.distance_squared(self.place) <= SIGHT_METRES * SIGHT_METRES;
            (near && seen.actor != welcome.actor).then_some(seen)
        }));
        self.others.sort_unstable_by_key(|seen| seen.actor);
        true
    }
}

fn seen(known: &Known, tick: Tick) -> Seen {
    let (x, z) = known.place_at(tick);
    let (identity, track) = (&known.identity, known.track());
    Seen {
        actor: identity.actor,
        kind: identity.kind,
        place: Vec2::new(x, z),
        level: identity.level,
        share: track.share,
        pose: track.pose,
        target: (track.target.get() != 0).then_some(track.target),
    }
}
