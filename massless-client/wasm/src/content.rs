//! The built-in content, read once, and all of it that players are shown as one text in JSON.
//!
//! The page's `Definitions` are read from it. Loot tables, spawn places and whatever else is the
//! server's business are not in it.

mod services;

use std::sync::Arc;

use massless_core::content::Content;
use massless_core::content::class::ClassDef;
use massless_core::content::creature::{Category, CreatureDef, Damage};
use massless_core::content::effect::{Control, EffectDef, OverTime};
use massless_core::content::item::{ItemDef, ItemKind, Use, WeaponDef};
use massless_core::content::quest::{Goal, NpcRef, QuestDef};
use massless_core::content::skill::{Aim, Learner, Outcome, Range, SkillDef, Timing};
use massless_core::content::zone::{NpcRole, ZoneDef};
use massless_core::ids::ZoneId;
use serde_json::{Value, json};

use crate::exchange::with_output;

thread_local! {
    static CONTENT: Arc<Content> = Content::embedded();
}

/// The built-in content.
pub(crate) fn content() -> Arc<Content> {
    CONTENT.with(Arc::clone)
}

/// Leaves all definitions in the output; quests speak of the NPCs of `zone`.
#[unsafe(no_mangle)]
pub extern "C" fn definitions(zone: u32) {
    let content = content();
    let level_max = usize::from(content.rules().level_max.get());
    let all = json!({
        "skills": list(content.skills(), skill),
        "effects": list(content.effects(), effect),
        "items": list(content.items(), |def| item(&content, def)),
        "quests": list(content.quests(), |def| quest(def, ZoneId::new(zone))),
        "classes": list(content.classes(), class),
        "creatures": list(content.creatures(), creature),
        "zones": list(content.zones(), |def| zone_of(&content, def)),
        "services": services::shown(&content),
        "experience": content.rules().experience.iter().take(level_max).collect::<Vec<_>>(),
    });
    with_output(|bytes| bytes.extend_from_slice(all.to_string().as_bytes()));
}

fn list<T>(all: &[T], show: impl Fn(&T) -> Value) -> Value {
    Value::Array(all.iter().map(show).collect())
}

fn with(mut value: Value, name: &str, more: Option<Value>) -> Value {
    if let Some(more) = more {
        value[name] = more;
    }
    value
}

fn damage(damage: Damage) -> Value {
    json!(match damage {
        Damage::Physical => "physical",
        Damage::Magic => "magic",
    })
}

fn skill(def: &SkillDef) -> Value {
    let timing = match def.timing {
        Timing::Instant => json!({ "type": "instant" }),
        Timing::Cast(ticks) => json!({ "type": "cast", "ticks": ticks.get() }),
        Timing::Channel { ticks, every } => {
            json!({ "type": "channel", "ticks": ticks.get(), "every": every.get() })
        }
        Timing::Toggle { every, mana } => {
            json!({ "type": "toggle", "every": every.get(), "mana": mana })
        }
    };
    let aim = match def.aim {
        Aim::Caster => json!({ "type": "caster" }),
        Aim::Hostile => json!({ "type": "hostile" }),
        Aim::Ally => json!({ "type": "ally" }),
        Aim::Line { width } => json!({ "type": "line", "width": width }),
        Aim::Cone { degrees } => json!({ "type": "cone", "degrees": degrees }),
        Aim::Around { radius, party } => {
            json!({ "type": "around", "radius": radius, "party": party })
        }
        Aim::Ground { radius } => json!({ "type": "ground", "radius": radius }),
    };
    let shown = json!({
        "id": def.id.get(),
        "name": def.name,
        "description": def.description,
        "level": def.level.get(),
        "weapons": def.weapons.iter().map(|row| row.get()).collect::<Vec<_>>(),
        "timing": timing,
        "aim": aim,
        "cooldown": def.cooldown.get(),
        "mana": def.mana,
        "hostile": def.is_hostile(),
        "outcomes": list(&def.outcomes, outcome),
    });
    let class = match def.learner {
        Learner::Class(class) => Some(json!(class.get())),
        Learner::Specialisation(_) | Learner::Creature => None,
    };
    let range = match def.range {
        Range::Weapon => Some(json!("weapon")),
        Range::Metres(metres) => Some(json!(metres)),
        Range::None => None,
    };
    let lasting = def.lasting.map(|lasting| {
        json!({
            "first": lasting.first.get(),
            "every": lasting.every.get(),
            "times": lasting.times,
        })
    });
    with(with(with(shown, "class", class), "range", range), "lasting", lasting)
}

fn outcome(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Damage { bp, rear_bp, drain_bp, damage: kind } => {
            let shown = json!({ "type": "damage", "bp": bp, "drainBp": drain_bp });
            let shown = with(shown, "rearBp", rear_bp.map(|bp| json!(bp)));
            with(shown, "damage", kind.map(damage))
        }
        Outcome::Heal { bp } => json!({ "type": "heal", "bp": bp }),
        Outcome::Apply { effect, ticks, every, bp } => json!({
            "type": "apply",
            "effect": effect.get(),
            "ticks": ticks.get(),
            "every": every.get(),
            "bp": bp,
        }),
        Outcome::End { effects } => {
            let effects: Vec<_> = effects.iter().map(|effect| effect.get()).collect();
            json!({ "type": "end", "effects": effects })
        }
        Outcome::Dispel { count } => json!({ "type": "dispel", "count": count }),
        Outcome::Leap(_) => json!({ "type": "leap" }),
        Outcome::Summon { creature, count } => {
            json!({ "type": "summon", "creature": creature.get(), "count": count })
        }
    }
}

fn effect(def: &EffectDef) -> Value {
    let control = def.control.map(|control| match control {
        Control::Stun => json!("stun"),
        Control::Root => json!("root"),
        Control::Silence => json!("silence"),
    });
    let over_time = def.over_time.map(|over_time| match over_time {
        OverTime::Damage => json!("damage"),
        OverTime::Heal => json!("heal"),
    });
    let shown = json!({
        "id": def.id.get(),
        "name": def.name,
        "description": def.description,
        "helpful": def.helpful,
        "dispellable": def.dispellable,
        "absorbs": def.absorbs,
        "moveBp": def.move_bp,
        "damageDealtBp": def.damage_dealt_bp,
        "damageTakenBp": def.damage_taken_bp,
        "defenceBp": def.defence_bp,
        "attackBp": def.attack_bp,
        "attackSpeedBp": def.attack_speed_bp,
        "dodgeBp": def.dodge_bp,
    });
    with(with(shown, "control", control), "overTime", over_time)
}

fn item(content: &Content, def: &ItemDef) -> Value {
    json!({
        "id": def.id.get(),
        "name": def.name,
        "description": def.description,
        "kind": item_kind(&def.kind),
        "level": def.level.get(),
        "classes": def.classes.iter().map(|class| class.get()).collect::<Vec<_>>(),
        "price": def.price,
        "stackMax": def.stack_max,
        "sale": services::sale_prices(content, def),
    })
}

fn item_kind(kind: &ItemKind) -> Value {
    match kind {
        ItemKind::Gear { slot, weapon: held, stats, tier } => {
            let shown = json!({
                "type": "gear",
                "slot": *slot as u8,
                "stats": {
                    "attack": stats.attack,
                    "defence": stats.defence,
                    "magicDefence": stats.magic_defence,
                    "hitPoints": stats.hit_points,
                },
                "tier": tier,
            });
            with(shown, "weapon", held.as_ref().map(weapon))
        }
        ItemKind::Consumable { action, cooldown } => {
            let cooldown = cooldown.get();
            match action {
                Use::Health { amount } => {
                    json!({ "type": "health", "amount": amount, "cooldown": cooldown })
                }
                Use::Mana { amount } => {
                    json!({ "type": "mana", "amount": amount, "cooldown": cooldown })
                }
                Use::Return { cast } => {
                    json!({ "type": "return", "cast": cast.get(), "cooldown": cooldown })
                }
            }
        }
        ItemKind::Material => json!({ "type": "material" }),
        ItemKind::Refining => json!({ "type": "refining" }),
        ItemKind::Protection => json!({ "type": "protection" }),
        ItemKind::Quest => json!({ "type": "quest" }),
    }
}

fn weapon(def: &WeaponDef) -> Value {
    json!({
        "row": def.row.get(),
        "attribute": def.attribute as u8,
        "damage": damage(def.damage),
        "interval": def.interval.get(),
        "range": def.range,
        "swingBp": def.swing_bp,
        "twoHanded": def.two_handed,
    })
}

fn quest(def: &QuestDef, zone: ZoneId) -> Value {
    let npc = |npc: NpcRef| npc.in_zone(zone).get();
    let goal = match def.goal {
        Goal::Talk(to) => json!({ "type": "talk", "npc": npc(to) }),
        Goal::Kill { creature, count } => {
            json!({ "type": "kill", "creature": creature.get(), "count": count })
        }
        Goal::Collect { item, count } => {
            json!({ "type": "collect", "item": item.get(), "count": count })
        }
        Goal::Deliver { item, to } => {
            json!({ "type": "deliver", "item": item.get(), "npc": npc(to) })
        }
    };
    let rewards = def.items.iter();
    let rewards =
        rewards.map(|(item, quantity)| json!({ "item": item.get(), "quantity": quantity }));
    json!({
        "id": def.id.get(),
        "name": def.name,
        "offer": def.offer,
        "reminder": def.reminder,
        "thanks": def.thanks,
        "level": def.level.get(),
        "giver": npc(def.giver),
        "receiver": npc(def.receiver()),
        "goal": goal,
        "after": def.after.iter().map(|quest| quest.get()).collect::<Vec<_>>(),
        "experience": def.experience,
        "coin": def.coin,
        "items": rewards.collect::<Vec<_>>(),
    })
}

fn class(def: &ClassDef) -> Value {
    json!({
        "id": def.id.get(),
        "name": def.name,
        "description": def.description,
        "attributes": def.attributes,
        "hitPoints": [def.hit_points.0, def.hit_points.1],
        "mana": [def.mana.0, def.mana.1],
        "worn": def.worn.iter().map(|item| item.get()).collect::<Vec<_>>(),
    })
}

fn creature(def: &CreatureDef) -> Value {
    let category = match def.category {
        Category::Normal => "normal",
        Category::Aggressive => "aggressive",
        Category::Elite => "elite",
        Category::Guard => "guard",
    };
    json!({
        "id": def.id.get(),
        "name": def.name,
        "category": category,
        "level": def.level.get(),
    })
}

fn zone_of(content: &Content, def: &ZoneDef) -> Value {
    let npcs = list(&def.npcs, |npc| {
        let shown = json!({
            "id": npc.id.get(),
            "name": npc.name,
            "role": role(npc.role),
            "x": npc.place.x,
            "z": npc.place.y,
        });
        let shown = with(shown, "creature", npc.creature.map(|creature| json!(creature.get())));
        with(shown, "shop", npc.shop.map(|shop| json!(shop)))
    });
    let portals = list(&def.portals, |portal| {
        let shown = json!({
            "name": portal.name,
            "x": portal.place.x,
            "z": portal.place.y,
            "radius": portal.radius,
            "zone": portal.zone.get(),
            "level": portal.level.get(),
            "open": content.zone(portal.zone).is_some(),
        });
        with(shown, "faction", portal.faction.map(|faction| json!(faction.get())))
    });
    json!({
        "id": def.id.get(),
        "name": def.name,
        "mood": def.mood as u8,
        "respawn": [def.respawn.x, def.respawn.y],
        "safeRadius": def.safe_radius,
        "npcs": npcs,
        "portals": portals,
    })
}

const fn role(role: NpcRole) -> &'static str {
    match role {
        NpcRole::Shop => "shop",
        NpcRole::Smith => "smith",
        NpcRole::QuestGiver => "questGiver",
        NpcRole::StorageKeeper => "storageKeeper",
        NpcRole::Trainer => "trainer",
        NpcRole::Clerk => "clerk",
        NpcRole::Waykeeper => "waykeeper",
        NpcRole::Guard => "guard",
    }
}
