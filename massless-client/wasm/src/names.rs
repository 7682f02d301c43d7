//! Names and roles of what the built-in content defines.
//!
//! The wire carries numbers; a server with other content has numbers that are unknown here, and then
//! the page shows the number.

use massless_core::content::zone::NpcRole;
use massless_core::ids::{CreatureId, NpcId, ZoneId};

use crate::content::content;
use crate::exchange::put_fields;

/// What `name_of` is asked about.
const CREATURE: u32 = 1;
const NPC: u32 = 2;
const ZONE: u32 = 3;

/// Name and role of a definition (1 a creature, 2 an NPC, 3 a zone) as two fields in the output;
/// returns 1, or 0 and empty fields where it is unknown.
#[unsafe(no_mangle)]
pub extern "C" fn name_of(kind: u32, definition: u32) -> u32 {
    let content = content();
    let number = u16::try_from(definition).unwrap_or(u16::MAX);
    let found = match kind {
        CREATURE => {
            content.creature(CreatureId::new(number)).map(|creature| (creature.name.as_str(), ""))
        }
        NPC => {
            let mut npcs = content.zones().iter().flat_map(|zone| &zone.npcs);
            npcs.find(|npc| npc.id == NpcId::new(number))
                .map(|npc| (npc.name.as_str(), role_name(npc.role)))
        }
        ZONE => content.zone(ZoneId::new(definition)).map(|zone| (zone.name.as_str(), "")),
        _ => None,
    };
    let (name, role) = found.unwrap_or_default();
    put_fields(&[name, role]);
    u32::from(found.is_some())
}

/// Leaves the built-in content's hash in the output, 32 hexadecimal digits.
#[unsafe(no_mangle)]
pub extern "C" fn content_hash() {
    put_fields(&[&format!("{:032x}", content().hash().get())]);
}

const fn role_name(role: NpcRole) -> &'static str {
    match role {
        NpcRole::Shop => "Trader",
        NpcRole::Smith => "Smith",
        NpcRole::QuestGiver => "Elder",
        NpcRole::StorageKeeper => "Storekeeper",
        NpcRole::Trainer => "Trainer",
        NpcRole::Clerk => "Market and mail",
        NpcRole::Waykeeper => "Waykeeper",
        NpcRole::Guard => "Guard",
    }
}
