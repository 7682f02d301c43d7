// What things cost and how they go: the rules of sections 6, 8 and 12, as the core counts them. Pure.

import type { Definitions, Item, ItemDefinition, Sheet, SkillDefinition } from "../core/world";

const WHOLE = 10_000;
/** What each faction pays less: smiths, draughts, travel. Game rules, section 4. */
const SMITH_LESS = { faction: 1, bp: 500 } as const;
const DRAUGHT_LESS = { faction: 2, bp: 500 } as const;
const TRAVEL_LESS = { faction: 3, bp: 2_000 } as const;

/** A price with a faction's benefit; rounded down like every number of the core. */
function lessFor(price: number, faction: number, less: { readonly faction: number; readonly bp: number }): number {
  return faction === less.faction ? Math.floor((price * (WHOLE - less.bp)) / WHOLE) : price;
}

// --- Shops ------------------------------------------------------------------------------------

/** Share of the price that shops pay, by rarity. */
const SALE_BP = 2_000;
/** What shops do not take: cores, oil, incense and seals. */
const WORTHLESS: ReadonlySet<number> = new Set([4003, 4011, 4012, 4013]);
const SALE_RARITY_BP = [10_000, 15_000, 30_000, 60_000, 120_000] as const;

/** What one piece costs in a shop. */
export function shopPrice(definition: ItemDefinition, faction: number): number {
  const isDraught = definition.kind.type === "health" || definition.kind.type === "mana";
  return isDraught ? lessFor(definition.price, faction, DRAUGHT_LESS) : definition.price;
}

/** Shops buy it at all. */
export function isSellable(item: Item, definition: ItemDefinition): boolean {
  return !item.bound && definition.kind.type !== "quest" && salePrice(item, definition) > 0;
}

/** What a shop pays for one piece; upgrades do not count. */
export function salePrice(item: Pick<Item, "rarity">, definition: ItemDefinition): number {
  const share = Math.floor((definition.price * SALE_BP) / WHOLE);
  return WORTHLESS.has(definition.id) ? 0 : Math.floor((share * (SALE_RARITY_BP[item.rarity] ?? WHOLE)) / WHOLE);
}

/** Pieces of something for which the coin and the empty slots of the bag suffice. */
export function affordable(price: number, sheet: Sheet, definition: ItemDefinition): number {
  const byCoin = price <= 0 ? definition.stackMax : Math.floor(sheet.coin / price);
  const free = sheet.bag.filter((slot) => slot === null).length * definition.stackMax;
  const room = sheet.bag.reduce((sum, slot) => (slot?.definition === definition.id && slot.rarity === 0 && !slot.bound ? sum + definition.stackMax - slot.quantity : sum), free);
  return Math.max(0, Math.min(byCoin, room, definition.stackMax));
}

/** How many of an item the bag holds. */
export function carried(sheet: Sheet, definition: number): number {
  return sheet.bag.reduce((sum, slot) => (slot?.definition === definition ? sum + slot.quantity : sum), 0);
}

// --- The smith --------------------------------------------------------------------------------

export const UPGRADE_MAX = 9;
export const DUST = 4001;
export const SHARD = 4002;
export const CORE = 4003;
export const OIL = 4011;
export const INCENSE = 4012;
const SPLINTER = 5012;
/** By target, from +1. */
const SUCCESS_BP = [9_000, 8_500, 8_000, 7_000, 6_000, 4_500, 3_000, 1_500, 700] as const;
const MATERIALS = [DUST, DUST, DUST, SHARD, SHARD, SHARD, CORE, CORE, CORE] as const;
const INCENSE_BP = 1_000;
/** The first target whose failure takes something away. */
export const RISKY_TARGET = 4;

/** What an attempt takes beside the item: coin and one refining item. */
export interface RefineCost {
  readonly coin: number;
  readonly material: number;
}

export function refineCost(definition: ItemDefinition, target: number, faction: number): RefineCost {
  const coin = Math.floor((definition.price * (500 + 500 * target)) / WHOLE);
  return { coin: lessFor(coin, faction, SMITH_LESS), material: MATERIALS[target - 1] ?? CORE };
}

/** Failures in a row that count for the next attempt. */
export function failuresOf(sheet: Sheet, item: Item, target: number): number {
  return sheet.pity.find((pity) => pity.definition === item.definition && pity.rarity === item.rarity && pity.target === target)?.failures ?? 0;
}

/** The chance of an attempt in basis points: a tenth more for each failure, Incense after that. */
export function refineChance(target: number, failures: number, incense: boolean): number {
  const base = SUCCESS_BP[target - 1] ?? 0;
  const chance = Math.min(WHOLE, Math.floor((base * (10 + failures)) / 10));
  return Math.min(WHOLE, chance + (incense ? INCENSE_BP : 0));
}

/** What a failure makes of the upgrade; nothing is left of it where it says so. */
export function afterFailure(target: number, oil: boolean): number | "destroyed" {
  const now = target - 1;
  if (target === UPGRADE_MAX) return "destroyed";
  if (oil || target < RISKY_TARGET) return now;
  if (target === 8) return 0;
  return now - (target >= 6 ? 2 : 1);
}

/** Incense changes nothing where the chance is whole already. */
export function incenseHelps(target: number, failures: number): boolean {
  return refineChance(target, failures, false) < WHOLE;
}

/** Oil changes nothing below +4, and cannot save from destruction. */
export function oilHelps(target: number): boolean {
  return target >= RISKY_TARGET && target < UPGRADE_MAX;
}

/** What a failure does, as a sentence. */
export function failureText(target: number, oil: boolean): string {
  const after = afterFailure(target, oil);
  if (after === "destroyed") return "A failure destroys it.";
  return after === target - 1 ? "A failure changes nothing." : `A failure brings it down to +${after}.`;
}

export interface Recipe {
  readonly from: number;
  readonly quantity: number;
  readonly coin: number;
  readonly to: number;
}

/** What smiths exchange, in the order of the rules. */
export const RECIPES: readonly Recipe[] = [
  { from: DUST, quantity: 5, coin: 20, to: SHARD },
  { from: SPLINTER, quantity: 10, coin: 500, to: CORE },
];

/** Coin of a recipe with the faction's benefit. */
export function recipeCoin(recipe: Recipe, faction: number): number {
  return lessFor(recipe.coin, faction, SMITH_LESS);
}

// --- Storage, ranks, travel -------------------------------------------------------------------

export const STORAGE_SLOTS_MIN = 30;
export const STORAGE_SLOTS_MAX = 90;
export const STORAGE_STEP = 10;
const STORAGE_COIN = 2_000;

/** What ten slots more cost; nothing more can be had where undefined. */
export function enlargePrice(slots: number): number | undefined {
  return slots >= STORAGE_SLOTS_MAX ? undefined : STORAGE_COIN * (Math.floor((slots - STORAGE_SLOTS_MIN) / STORAGE_STEP) + 1);
}

export const RANK_MAX = 10;

export function rankOf(sheet: Sheet, skill: number): number {
  return sheet.ranks.find((rank) => rank.skill === skill)?.rank ?? 1;
}

/** What a rank asks for. */
export function rankNeeds(skill: SkillDefinition, rank: number): { readonly level: number; readonly coin: number } {
  const level = skill.level + 5 * (rank - 1);
  return { level, coin: 8 * rank * level };
}

/** What a rank makes of a coefficient and of the mana. */
export function rankBp(bp: number, rank: number): number {
  return Math.floor((bp * (WHOLE + 300 * (rank - 1))) / WHOLE);
}

export function rankMana(mana: number, rank: number): number {
  return Math.floor((mana * (9 + rank)) / 10);
}

/** What taking all spent points back costs. */
export function resetPrice(sheet: Sheet): number {
  return sheet.resets === 0 ? 0 : 100 * sheet.level;
}

/** What the waykeeper asks. */
export function travelFee(level: number, faction: number): number {
  return lessFor(20 + 4 * level, faction, TRAVEL_LESS);
}

/** Zones one may be brought to, in the order of their levels. */
export function destinations(sheet: Sheet, here: number | undefined, definitions: Definitions): number[] {
  return sheet.visited.filter((zone) => zone !== here && definitions.zones.has(zone));
}

// --- Market and mail --------------------------------------------------------------------------

export const MARKET_LEVEL = 5;
export const LISTINGS_MAX = 20;
export const PRICE_MAX = 100_000_000;
const FEE_BP = 500;

/** What putting something up costs; it is not given back. */
export function listingFee(price: number): number {
  return Math.max(1, Math.floor((price * FEE_BP) / WHOLE));
}

/** What sending a letter costs. */
export function postage(attachments: number): number {
  return 20 + 10 * attachments;
}

/** Others can be given it: by trade, letter or market. */
export function isTradable(item: Item, definition: ItemDefinition): boolean {
  return !item.bound && definition.kind.type !== "quest";
}
