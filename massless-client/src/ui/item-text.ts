// What is said about items: their numbers, and how they compare with what is worn. Pure.

import { type Definitions, EquipSlot, type GearStats, type Item, type ItemDefinition, type Sheet } from "massless/core/world";
import { duration, grouped, metres, signed, trimmed } from "./numbers";
import type { TooltipContent, TooltipLine } from "./tooltip";

/** What rarities multiply and upgrades add, basis points. Game rules, section 8. */
const RARITY_BP = [10_000, 11_500, 13_000, 15_000, 18_000] as const;
const UPGRADE_BP = [0, 500, 1_000, 1_600, 2_300, 3_100, 4_000, 5_000, 6_500, 8_500] as const;

export const RARITY_NAMES = ["Common", "Uncommon", "Rare", "Epic", "Legendary"] as const;
export const ATTRIBUTE_NAMES = ["Strength", "Dexterity", "Intelligence", "Vitality"] as const;
export const SLOT_NAMES: Readonly<Record<EquipSlot, string>> = {
  [EquipSlot.Weapon]: "Weapon",
  [EquipSlot.OffHand]: "Off-hand",
  [EquipSlot.Head]: "Head",
  [EquipSlot.Body]: "Body",
  [EquipSlot.Hands]: "Hands",
  [EquipSlot.Feet]: "Feet",
  [EquipSlot.Necklace]: "Necklace",
  [EquipSlot.Ring]: "Ring",
};

/** A gear number with its rarity and upgrade, as the core computes it. */
export function gearNumber(base: number, rarity: number, upgrade: number): number {
  const withRarity = Math.floor((base * (RARITY_BP[rarity] ?? 10_000)) / 10_000);
  return Math.floor((withRarity * (10_000 + (UPGRADE_BP[upgrade] ?? 0))) / 10_000);
}

const NOTHING: GearStats = { attack: 0, defence: 0, magicDefence: 0, hitPoints: 0 };
const STATS: readonly (readonly [keyof GearStats, string])[] = [["attack", "Attack"], ["defence", "Defence"], ["magicDefence", "Magic defence"], ["hitPoints", "Hit points"]];

/** What an item gives with its rarity and upgrade. */
export function statsOf(item: Pick<Item, "rarity" | "upgrade">, definition: ItemDefinition): GearStats {
  if (definition.kind.type !== "gear") return NOTHING;
  const { stats } = definition.kind;
  const number = (base: number): number => gearNumber(base, item.rarity, item.upgrade);
  return { attack: number(stats.attack), defence: number(stats.defence), magicDefence: number(stats.magicDefence), hitPoints: number(stats.hitPoints) };
}

/** A name with the upgrade: "Plain Longsword +3". */
export function itemName(item: Pick<Item, "upgrade">, definition: ItemDefinition): string {
  return item.upgrade > 0 ? `${definition.name} +${item.upgrade}` : definition.name;
}

/** What would be taken off for a piece of gear: what is worn in its slot, both hands for a two-handed weapon. */
export function replacedBy(definition: ItemDefinition, sheet: Sheet, definitions: Definitions): Item[] {
  if (definition.kind.type !== "gear") return [];
  const { slot, weapon } = definition.kind;
  const slots: EquipSlot[] = [slot];
  if (weapon?.twoHanded === true) slots.push(EquipSlot.OffHand);
  const held = sheet.worn[EquipSlot.Weapon];
  const heldKind = held ? definitions.items.get(held.definition)?.kind : undefined;
  if (slot === EquipSlot.OffHand && heldKind?.type === "gear" && heldKind.weapon?.twoHanded === true) slots.push(EquipSlot.Weapon);
  return slots.map((each) => sheet.worn[each] ?? null).filter((item) => item !== null);
}

export interface Difference {
  readonly label: string;
  readonly by: number;
}

/** How the numbers change when this is worn instead. */
export function comparison(item: Item, sheet: Sheet, definitions: Definitions): Difference[] {
  const definition = definitions.items.get(item.definition);
  if (!definition) return [];
  const after = statsOf(item, definition);
  const before = replacedBy(definition, sheet, definitions).map((worn) => {
    const known = definitions.items.get(worn.definition);
    return known ? statsOf(worn, known) : NOTHING;
  });
  return STATS.map(([key, label]) => ({ label, by: after[key] - before.reduce((sum, stats) => sum + stats[key], 0) })).filter((difference) => difference.by !== 0);
}

/** Why this character cannot wear or use it; nothing when it can. */
export function wearTrouble(definition: ItemDefinition, sheet: Sheet, definitions: Definitions): string | undefined {
  if (definition.classes.length > 0 && !definition.classes.includes(sheet.class)) {
    return `Only for ${definition.classes.map((id) => definitions.classes.get(id)?.name ?? `class ${id}`).join(", ")}`;
  }
  return sheet.level < definition.level ? `From level ${definition.level}` : undefined;
}

function kindLine(definition: ItemDefinition, rarity: number): TooltipLine {
  const { kind } = definition;
  const rarityName = RARITY_NAMES[rarity] ?? RARITY_NAMES[0];
  switch (kind.type) {
    case "gear":
      return { text: `${rarityName} ${SLOT_NAMES[kind.slot].toLowerCase()}${kind.weapon?.twoHanded === true ? ", two-handed" : ""}`, right: `Tier ${kind.tier}`, tone: "soft" };
    case "health":
    case "mana":
      return { text: "Draught", tone: "soft" };
    case "return":
      return { text: "Scroll", tone: "soft" };
    case "material":
      return { text: "Material", tone: "soft" };
    case "refining":
      return { text: "For refining", tone: "soft" };
    case "protection":
      return { text: "Protects refining", tone: "soft" };
    case "quest":
      return { text: "Quest item", tone: "gold" };
  }
}

function numberLines(item: Pick<Item, "rarity" | "upgrade">, definition: ItemDefinition): TooltipLine[] {
  const { kind } = definition;
  switch (kind.type) {
    case "gear": {
      const stats = statsOf(item, definition);
      const lines: TooltipLine[] = STATS.filter(([key]) => stats[key] > 0).map(([key, label]) => ({ text: label, right: `+${stats[key]}` }));
      const { weapon } = kind;
      if (weapon) {
        lines.push(
          { text: `${weapon.damage === "magic" ? "Magic" : "Physical"} swing: ${trimmed(weapon.swingBp / 100)} % of attack`, tone: "soft" },
          { text: `Every ${duration(weapon.interval)}, up to ${metres(weapon.range)}; driven by ${ATTRIBUTE_NAMES[weapon.attribute]}`, tone: "soft" },
        );
      }
      return lines;
    }
    case "health":
    case "mana":
      return [
        { text: kind.type === "health" ? "Hit points" : "Mana", right: `+${grouped(kind.amount)}` },
        { text: "Cooldown", right: duration(kind.cooldown) },
      ];
    case "return":
      return [{ text: `${duration(kind.cast)} to read`, right: `Cooldown ${duration(kind.cooldown)}` }];
    default:
      return [];
  }
}

/** All that is said of a definition alone, as for rewards. */
export function definitionTooltip(definition: ItemDefinition, rarity = 0): TooltipContent {
  const lines = [kindLine(definition, rarity), ...numberLines({ rarity, upgrade: 0 }, definition)];
  if (definition.description !== "") lines.push({ text: definition.description, tone: "soft" });
  return { title: definition.name, rarity, lines };
}

/** All that is said of an item somebody owns; gear in the bag is compared with what is worn. */
export function itemTooltip(item: Item, sheet: Sheet, definitions: Definitions, isWorn: boolean): TooltipContent {
  const definition = definitions.items.get(item.definition);
  if (!definition) return { title: `Item ${item.definition}`, lines: [] };
  const lines = [kindLine(definition, item.rarity), ...numberLines(item, definition)];
  const trouble = wearTrouble(definition, sheet, definitions);
  if (trouble !== undefined) lines.push({ text: trouble, tone: "bad" });
  if (definition.kind.type === "gear" && !isWorn) lines.push(...comparisonLines(item, sheet, definitions));
  if (definition.description !== "") lines.push({ text: definition.description, tone: "soft" });
  if (item.bound) lines.push({ text: "Bound to you", tone: "soft" });
  return { title: itemName(item, definition), rarity: item.rarity, lines };
}

function comparisonLines(item: Item, sheet: Sheet, definitions: Definitions): TooltipLine[] {
  const definition = definitions.items.get(item.definition);
  if (!definition) return [];
  const replaced = replacedBy(definition, sheet, definitions);
  const names = replaced.map((worn) => {
    const known = definitions.items.get(worn.definition);
    return known ? itemName(worn, known) : "what you wear";
  });
  const differences = comparison(item, sheet, definitions);
  const head: TooltipLine = { text: names.length === 0 ? "Worn in an empty slot:" : `Instead of ${names.join(" and ")}:`, tone: "head" };
  if (differences.length === 0) return [head, { text: "No difference", tone: "soft" }];
  return [head, ...differences.map(({ label, by }): TooltipLine => ({ text: label, right: signed(by), tone: by > 0 ? "good" : "bad" }))];
}
