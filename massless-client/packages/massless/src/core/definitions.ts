// The module's definitions as tables by id.

import type { Definitions, NpcDefinition, ZoneDefinition } from "./world";

type Listed<Table> = Table extends ReadonlyMap<number, infer Entry> ? readonly Entry[] : Table;
/** As the module writes them: lists in place of tables. */
type Written = { readonly [Name in Exclude<keyof Definitions, "npcs">]: Listed<Definitions[Name]> };

function byId<Entry extends { readonly id: number }>(list: readonly Entry[]): ReadonlyMap<number, Entry> {
  return new Map(list.map((entry) => [entry.id, entry]));
}

/** Reads the module's text, parsed. */
export function definitionsFrom(parsed: unknown): Definitions {
  const written = parsed as Written;
  const people: readonly NpcDefinition[] = written.zones.flatMap((zone: ZoneDefinition) => zone.npcs);
  return {
    skills: byId(written.skills),
    effects: byId(written.effects),
    items: byId(written.items),
    quests: byId(written.quests),
    classes: byId(written.classes),
    creatures: byId(written.creatures),
    zones: byId(written.zones),
    npcs: byId(people),
    experience: written.experience,
    services: written.services,
  };
}
