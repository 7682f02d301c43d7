//! The own character: what changes all the time as numbers, what seldom does as text in JSON.
//!
//! A skill that the player started shows at once, as the core says it will go; what the server
//! tells of that input takes its place.

use massless_core::character::{BarEntry, Item, Pity, Sheet};
use massless_core::content::quest::Goal;
use massless_core::ids::{ActorId, SkillId};
use massless_core::units::Tick;
use massless_core::view::{Offer, Pose, SheetView, TradeStage, TradeView};
use massless_net::client::Client;
use massless_net::wire::Party;
use serde_json::{Value, json};

use crate::content::content;
use crate::exchange::{put_numbers, with_output};
use crate::game::{moment, with_client};

/// Shares of party members are counted in 255ths.
const WHOLE_SHARE: f64 = 255.0;

/// Leaves the own state in the output as numbers and returns how many, 0 before its first state:
/// the tick with its fraction, hit points and their maximum, mana and its maximum, 1 when dead,
/// end of combat, next swing, next skill, cast (skill or 0, first tick, last), three times of item
/// groups, then a count of cooldowns with (skill, tick) each, and one of effects with (effect, tick).
#[unsafe(no_mangle)]
pub extern "C" fn client_own_state(now: f64) -> u32 {
    let numbers = with_client(|client| numbers(client, now), Vec::new());
    let count = numbers.len();
    put_numbers(numbers);
    u32::try_from(count).unwrap_or(0)
}

fn numbers(client: &Client, now: f64) -> Vec<f64> {
    let (told, _) = client.told();
    let own = client.foreseen_state();
    let Some(present) = client.present(moment(now)) else { return Vec::new() };
    if own.hit_points_max == 0 {
        return Vec::new();
    }
    let at = |tick: Tick| tick.get() as f64;
    let none = (SkillId::default(), Tick::default(), Tick::default());
    let (skill, began, ends) = own.cast.map_or(none, |cast| (cast.skill, cast.began, cast.ends));
    let mut all = vec![
        present,
        f64::from(own.hit_points),
        f64::from(own.hit_points_max),
        f64::from(own.mana),
        f64::from(own.mana_max),
        f64::from(u8::from(own.pose == Pose::Dead)),
        at(own.combat_until),
        at(own.swing_at),
        at(own.shared_at),
        f64::from(skill.get()),
        at(began),
        at(ends),
    ];
    all.extend(own.item_ready.map(at));
    let cooldowns: Vec<_> = own.cooldowns.iter().filter(|&&(_, tick)| tick > told).collect();
    all.push(cooldowns.len() as f64);
    all.extend(cooldowns.iter().flat_map(|&&(skill, tick)| [f64::from(skill.get()), at(tick)]));
    all.push(own.effects.len() as f64);
    all.extend(own.effects.iter().flat_map(|own| [f64::from(own.effect.get()), at(own.until)]));
    all
}

/// Leaves what the own character is expected to have begun since the last call: skill (0 is a swing)
/// and target (0 is none) of each; returns how many.
#[unsafe(no_mangle)]
pub extern "C" fn client_foreseen() -> u32 {
    let mut all = Vec::new();
    with_client(
        |client| {
            while let Some(foreseen) = client.next_foreseen() {
                let skill = foreseen.skill.map_or(0, SkillId::get);
                let target = foreseen.target.map_or(0, ActorId::get);
                all.extend([f64::from(skill), target as f64]);
            }
        },
        (),
    );
    let count = u32::try_from(all.len() / 2).unwrap_or(0);
    put_numbers(all);
    count
}

/// The revision of the sheet, 0 before it was told.
#[unsafe(no_mangle)]
pub extern "C" fn client_sheet_revision() -> u32 {
    with_client(|client| client.sheet().map_or(0, |sheet| sheet.revision.max(1)), 0)
}

/// Leaves the sheet in the output; nothing before it was told.
#[unsafe(no_mangle)]
pub extern "C" fn client_sheet() {
    put_json(with_client(|client| client.sheet().map(sheet), None));
}

/// How often a trade was told anew.
#[unsafe(no_mangle)]
pub extern "C" fn client_trade_revision() -> u32 {
    with_client(|client| client.trades_told(), 0)
}

/// Leaves the own trade in the output; nothing without one.
#[unsafe(no_mangle)]
pub extern "C" fn client_trade() {
    put_json(with_client(|client| client.trade().map(trade), None));
}

/// Leaves the party in the output; nothing without one.
#[unsafe(no_mangle)]
pub extern "C" fn client_party() {
    put_json(with_client(
        |client| {
            let own = client.welcome()?.actor;
            client.party().map(|party| party_value(party, own.get()))
        },
        None,
    ));
}

fn put_json(value: Option<Value>) {
    let text = value.map_or_else(String::new, |value| value.to_string());
    with_output(|bytes| bytes.extend_from_slice(text.as_bytes()));
}

fn item(item: Option<&Item>) -> Value {
    item.map_or(Value::Null, |item| {
        json!({
            "uid": item.uid.to_string(),
            "definition": item.definition.get(),
            "rarity": item.rarity,
            "upgrade": item.upgrade,
            "quantity": item.quantity,
            "bound": item.bound,
        })
    })
}

fn trade(view: &TradeView) -> Value {
    let stage = match view.stage {
        TradeStage::Asking => "asking",
        TradeStage::Asked => "asked",
        TradeStage::Open => "open",
        TradeStage::Booked => "booked",
    };
    json!({
        "stage": stage,
        "partner": view.partner.get(),
        "ends": view.ends.get(),
        "own": offer(&view.own),
        "other": offer(&view.other),
    })
}

fn offer(offer: &Offer) -> Value {
    json!({
        "items": offer.items.iter().map(|it| item(Some(it))).collect::<Vec<_>>(),
        "coin": offer.coin,
        "revision": offer.revision,
        "locked": offer.is_locked,
        "confirmed": offer.is_confirmed,
    })
}

fn bar(entry: BarEntry) -> Value {
    match entry {
        BarEntry::Empty => json!({ "type": "empty" }),
        BarEntry::Skill(skill) => json!({ "type": "skill", "skill": skill.get() }),
        BarEntry::Item(item) => json!({ "type": "item", "item": item.get() }),
    }
}

fn sheet(view: &SheetView) -> Value {
    let SheetView { sheet, derived, .. } = view;
    json!({
        "revision": view.revision,
        "class": sheet.class.get(),
        "faction": sheet.faction.get(),
        "level": view.level.get(),
        "experience": sheet.experience,
        "spent": sheet.spent,
        "points": sheet.points,
        "coin": sheet.coin,
        "bag": sheet.bag.iter().map(|slot| item(slot.as_ref())).collect::<Vec<_>>(),
        "worn": sheet.worn.iter().map(|slot| item(slot.as_ref())).collect::<Vec<_>>(),
        "bar": sheet.bar.iter().map(|&entry| bar(entry)).collect::<Vec<_>>(),
        "quests": quests(sheet),
        "done": sheet.done.iter().map(|quest| quest.get()).collect::<Vec<_>>(),
        "derived": {
            "attributes": derived.attributes,
            "attack": derived.attack,
            "defence": derived.defence,
            "magicDefence": derived.magic_defence,
            "swingTicks": derived.swing_ticks,
            "critBp": derived.crit_bp,
            "dodgeBp": derived.dodge_bp,
            "range": derived.range,
        },
        "storage": sheet.storage.iter().map(|slot| item(slot.as_ref())).collect::<Vec<_>>(),
        "ranks": ranks(sheet),
        "pity": pity(sheet),
        "visited": sheet.visited.iter().map(|zone| zone.get()).collect::<Vec<_>>(),
        "resets": sheet.resets,
        "waits": view.waits.iter().map(|reason| reason.label()).collect::<Vec<_>>(),
        "locked": view.locked.iter().map(|uid| uid.to_string()).collect::<Vec<_>>(),
    })
}

/// Ranks above 1.
fn ranks(sheet: &Sheet) -> Value {
    let all = sheet.ranks.iter();
    Value::Array(all.map(|(skill, rank)| json!({ "skill": skill.get(), "rank": rank })).collect())
}

/// Failures in a row at the smith's.
fn pity(sheet: &Sheet) -> Value {
    let counter = |pity: &Pity| {
        json!({
            "definition": pity.definition.get(),
            "rarity": pity.rarity,
            "target": pity.target,
            "failures": pity.failures,
        })
    };
    Value::Array(sheet.pity.iter().map(counter).collect())
}

/// Active quests with their progress; items are counted in the bag.
fn quests(sheet: &Sheet) -> Value {
    let content = content();
    let carried = |wanted| -> u32 {
        let items = sheet.bag.iter().flatten().filter(|item| item.definition == wanted);
        items.map(|item| u32::from(item.quantity)).sum()
    };
    let all = sheet.quests.iter().filter_map(|state| {
        let (count, goal) = match content.quest(state.quest)?.goal {
            Goal::Talk(_) => (u32::from(state.count), 1),
            Goal::Kill { count, .. } => (u32::from(state.count), u32::from(count)),
            Goal::Collect { item, count } => (carried(item), u32::from(count)),
            Goal::Deliver { item, .. } => (carried(item), 1),
        };
        // Talking is done by handing in; only there it counts.
        Some(json!({
            "quest": state.quest.get(),
            "count": count.min(goal),
            "goal": goal,
            "ready": count >= goal,
        }))
    });
    Value::Array(all.collect())
}

fn party_value(party: &Party, own: u64) -> Value {
    let members = party.members.iter().enumerate().map(|(index, member)| {
        let actor = member.actor.map(|actor| actor.get());
        json!({
            "name": member.name,
            "actor": actor,
            "level": member.level.get(),
            "class": member.class.get(),
            "health": f64::from(member.share) / WHOLE_SHARE,
            "mana": f64::from(member.mana_share) / WHOLE_SHARE,
            "zone": member.zone.get(),
            "online": member.online,
            "leader": index == usize::from(party.leader),
            "own": actor == Some(own),
        })
    });
    json!({ "members": members.collect::<Vec<_>>() })
}
