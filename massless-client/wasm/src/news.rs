//! What happened, as text in JSON: the page's `GameEvent`s.

use massless_core::event::Event;
use massless_core::ids::{ActorId, SkillId};
use massless_core::view::Kind;
use massless_net::client::Client;
use serde_json::{Value, json};

use crate::content::content;
use crate::exchange::with_output;
use crate::game::with_client;

/// Leaves a list of all events since the last call in the output; returns how many.
#[unsafe(no_mangle)]
pub extern "C" fn client_events() -> u32 {
    let mut all = Vec::new();
    with_client(
        |client| {
            while let Some(event) = client.next_event() {
                all.extend(shown(client, &event));
            }
        },
        (),
    );
    let count = u32::try_from(all.len()).unwrap_or(0);
    let text = if all.is_empty() { String::new() } else { Value::Array(all).to_string() };
    with_output(|bytes| bytes.extend_from_slice(text.as_bytes()));
    count
}

fn optional(actor: Option<ActorId>) -> Value {
    actor.filter(|actor| actor.get() != 0).map_or(Value::Null, |actor| json!(actor.get()))
}

fn skill_of(skill: Option<SkillId>) -> Value {
    skill.map_or(Value::Null, |skill| json!(skill.get()))
}

/// What somebody in sight is called; empty for who is not.
fn name_of(client: &Client, actor: Option<ActorId>) -> String {
    let Some(known) = actor.and_then(|actor| client.known_actor(actor)) else {
        return String::new();
    };
    let content = content();
    match known.identity.kind {
        Kind::Character { .. } => known.identity.name.clone(),
        Kind::Creature(id) => content.creature(id).map(|def| def.name.clone()).unwrap_or_default(),
        Kind::Npc(id) => {
            let mut npcs = content.zones().iter().flat_map(|zone| &zone.npcs);
            npcs.find(|npc| npc.id == id).map(|npc| npc.name.clone()).unwrap_or_default()
        }
        Kind::Item { .. } | Kind::Area { .. } => String::new(),
    }
}

fn shown(client: &Client, event: &Event) -> Option<Value> {
    Some(match *event {
        Event::Joined { .. } | Event::Left { .. } | Event::Frozen { .. } => return None,
        Event::Rejected { reason, .. } => json!({ "type": "rejected", "code": reason as u8 }),
        Event::Hit { source, target, skill, amount, absorbed, kind } => json!({
            "type": "hit",
            "source": source.get(),
            "target": target.get(),
            "skill": skill_of(skill),
            "amount": amount,
            "absorbed": absorbed,
            "kind": kind as u8,
        }),
        Event::Healed { source, target, amount } => json!({
            "type": "healed",
            "source": source.get(),
            "target": target.get(),
            "amount": amount,
        }),
        Event::EffectGained { target, effect, ticks } => json!({
            "type": "effectGained",
            "target": target.get(),
            "effect": effect.get(),
            "ticks": ticks.get(),
        }),
        Event::EffectLost { target, effect } => json!({
            "type": "effectLost",
            "target": target.get(),
            "effect": effect.get(),
        }),
        Event::Launched { source, target, skill, ticks } => json!({
            "type": "launched",
            "source": source.get(),
            "target": target.get(),
            "skill": skill_of(skill),
            "ticks": ticks.get(),
        }),
        Event::Died { actor, killer } => json!({
            "type": "died",
            "actor": actor.get(),
            "killer": optional(killer),
            "killerName": name_of(client, killer),
        }),
        Event::Revived { actor } => json!({ "type": "revived", "actor": actor.get() }),
        Event::LevelUp { actor, level } => {
            json!({ "type": "levelUp", "actor": actor.get(), "level": level.get() })
        }
        Event::CastBegan { .. } | Event::SkillUsed { .. } | Event::CastBroken { .. } => {
            skill_event(event)?
        }
        Event::Experience { .. }
        | Event::Coin { .. }
        | Event::Gained { .. }
        | Event::Quest { .. } => gain(event)?,
        Event::Refined { .. } | Event::TradeAsked { .. } | Event::TradeEnded { .. } => {
            bargain(client, event)?
        }
    })
}

fn skill_event(event: &Event) -> Option<Value> {
    Some(match *event {
        Event::CastBegan { actor, skill, target, ticks } => json!({
            "type": "castBegan",
            "actor": actor.get(),
            "skill": skill.get(),
            "target": optional(target),
            "ticks": ticks.get(),
        }),
        Event::SkillUsed { actor, skill, target } => json!({
            "type": "skillUsed",
            "actor": actor.get(),
            "skill": skill.get(),
            "target": optional(target),
        }),
        Event::CastBroken { actor, skill } => json!({
            "type": "castBroken",
            "actor": actor.get(),
            "skill": skill.get(),
        }),
        _ => return None,
    })
}

fn gain(event: &Event) -> Option<Value> {
    Some(match *event {
        Event::Experience { amount, .. } => json!({ "type": "experience", "amount": amount }),
        Event::Coin { amount, .. } => json!({ "type": "coin", "amount": amount }),
        Event::Gained { definition, rarity, quantity, .. } => json!({
            "type": "gained",
            "definition": definition.get(),
            "rarity": rarity,
            "quantity": quantity,
        }),
        Event::Quest { quest, count, done, .. } => json!({
            "type": "quest",
            "quest": quest.get(),
            "count": count,
            "done": done,
        }),
        _ => return None,
    })
}

/// What smiths and partners in a trade did.
fn bargain(client: &Client, event: &Event) -> Option<Value> {
    Some(match *event {
        Event::Refined { definition, before, after, .. } => json!({
            "type": "refined",
            "definition": definition.get(),
            "before": before,
            "after": after,
        }),
        Event::TradeAsked { by, .. } => json!({
            "type": "tradeAsked",
            "by": by.get(),
            "name": name_of(client, Some(by)),
        }),
        Event::TradeEnded { end, .. } => json!({ "type": "tradeEnded", "end": end as u8 }),
        _ => return None,
    })
}
