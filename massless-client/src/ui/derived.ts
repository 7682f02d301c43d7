// The values of a character and how free points would change them, for showing only: the core decides. Pure.

import { type Attributes, type ClassDefinition, type Definitions, EquipSlot, type Sheet, type WeaponDefinition } from "massless/core/world";
import { statsOf } from "./item-text";

const BARE_HANDS = { attribute: 0, interval: 30 } as const;
const SWING_TICKS_MIN = 10;

/** Numbers of a character without effects. Game rules, section 6. */
export interface Values {
  readonly hitPoints: number;
  readonly mana: number;
  readonly attack: number;
  readonly defence: number;
  readonly magicDefence: number;
  readonly swingTicks: number;
  readonly critBp: number;
  readonly dodgeBp: number;
  /** Per second, in combat. */
  readonly hitPointsPerSecond: number;
  readonly manaPerSecond: number;
}

/** What is in the hand. */
export function weaponOf(sheet: Sheet, definitions: Definitions): WeaponDefinition | undefined {
  const worn = sheet.worn[EquipSlot.Weapon];
  const kind = worn ? definitions.items.get(worn.definition)?.kind : undefined;
  return kind?.type === "gear" ? kind.weapon : undefined;
}

/** Share that defence takes off a hit, basis points. */
export function reductionBp(defence: number, attackerLevel: number): number {
  return Math.min(7_500, Math.floor((defence * 10_000) / (defence + 50 + 10 * attackerLevel)));
}

/** Ticks between two swings. */
export function swingTicks(familyTicks: number, dexterity: number): number {
  const speed = Math.min(5_000, 20 * dexterity);
  return Math.max(SWING_TICKS_MIN, Math.ceil((familyTicks * 10_000) / (10_000 + speed)));
}

/** Attributes with points that are not spent yet. */
export function attributesWith(sheet: Sheet, points: Attributes): Attributes {
  const [strength, dexterity, intelligence, vitality] = sheet.derived.attributes;
  return [strength + points[0], dexterity + points[1], intelligence + points[2], vitality + points[3]];
}

/** What the numbers of a character come to with these attributes. */
export function valuesOf(sheet: Sheet, definitions: Definitions, attributes: Attributes): Values | undefined {
  const profession: ClassDefinition | undefined = definitions.classes.get(sheet.class);
  if (!profession) return undefined;
  const gear = { attack: 0, defence: 0, magicDefence: 0, hitPoints: 0 };
  for (const item of sheet.worn) {
    const definition = item ? definitions.items.get(item.definition) : undefined;
    if (!item || !definition) continue;
    const stats = statsOf(item, definition);
    gear.attack += stats.attack;
    gear.defence += stats.defence;
    gear.magicDefence += stats.magicDefence;
    gear.hitPoints += stats.hitPoints;
  }
  const [strength, dexterity, intelligence, vitality] = attributes;
  const weapon = weaponOf(sheet, definitions) ?? BARE_HANDS;
  const grown = sheet.level - 1;
  return {
    hitPoints: profession.hitPoints[0] + profession.hitPoints[1] * grown + 10 * vitality + 3 * strength + gear.hitPoints,
    mana: profession.mana[0] + profession.mana[1] * grown + 5 * intelligence,
    attack: 2 * attributes[weapon.attribute] + gear.attack,
    defence: gear.defence + Math.floor(vitality / 2),
    magicDefence: gear.magicDefence + Math.floor(intelligence / 2),
    swingTicks: swingTicks(weapon.interval, dexterity),
    critBp: Math.min(5_000, 500 + 8 * dexterity),
    dodgeBp: Math.min(2_000, 10 * dexterity),
    hitPointsPerSecond: Math.floor(vitality / 4),
    manaPerSecond: 3 + Math.floor(sheet.level / 5) + Math.floor(intelligence / 8),
  };
}
