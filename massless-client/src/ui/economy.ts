// What things cost and how they go: rules of sections 6, 8 and 12, as the core counts them. Pure.
//
// The numbers are the content's; every division is rounded down, as in the core.

import type { Definitions, Item, ItemDefinition, Recipe, RefineFailure, ServicesDefinition, Sheet, SkillDefinition } from "massless/core/world";

const WHOLE = 10_000;

/** A price with a faction's benefit. */
function priceFor(services: ServicesDefinition, faction: number, of: ServicesDefinition["benefits"][number]["of"], coin: number): number {
  const bp = services.benefits.reduce((sum, benefit) => (benefit.faction === faction && benefit.of === of ? sum + benefit.bp : sum), 0);
  return Math.floor((coin * Math.max(0, WHOLE + bp)) / WHOLE);
}

// --- Shops ------------------------------------------------------------------------------------

/** What a shop sells, in its order. */
export function goodsOf(services: ServicesDefinition, shop: number | undefined): readonly number[] {
  return services.shops.find((each) => each.id === shop)?.wares ?? [];
}

/** What one piece costs in a shop. */
export function shopPrice(services: ServicesDefinition, definition: ItemDefinition, faction: number): number {
  const isDraught = definition.kind.type === "health" || definition.kind.type === "mana";
  return isDraught ? priceFor(services, faction, "draughts", definition.price) : definition.price;
}

/** What a shop pays for one piece; upgrades do not count. */
export function salePrice(item: Pick<Item, "rarity">, definition: ItemDefinition): number {
  return definition.sale[item.rarity] ?? 0;
}

/** Shops buy it at all. */
export function isSellable(item: Item, definition: ItemDefinition): boolean {
  return isTradable(item, definition) && salePrice(item, definition) > 0;
}

/** Pieces of something for which coin and room in the bag suffice; a stack at most. */
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

/** The highest upgrade there is. */
export function upgradeMax(services: ServicesDefinition): number {
  return services.upgrades.length;
}

/** What an attempt takes beside the item: coin and one refining item. */
export interface RefineCost {
  readonly coin: number;
  readonly material: number;
}

export function refineCost(services: ServicesDefinition, definition: ItemDefinition, target: number, faction: number): RefineCost {
  const step = services.upgrades[target - 1];
  const coin = Math.floor((definition.price * (step?.priceBp ?? 0)) / WHOLE);
  return { coin: priceFor(services, faction, "smith", coin), material: step?.material ?? 0 };
}

/** Failures in a row that count for the next attempt. */
export function failuresOf(sheet: Sheet, item: Item, target: number): number {
  return sheet.pity.find((pity) => pity.definition === item.definition && pity.rarity === item.rarity && pity.target === target)?.failures ?? 0;
}

/** The chance of an attempt in basis points: a tenth more for each failure, Incense after that. */
export function refineChance(services: ServicesDefinition, target: number, failures: number, incense: boolean): number {
  const base = services.upgrades[target - 1]?.successBp ?? 0;
  const chance = Math.min(WHOLE, Math.floor((base * (10 + failures)) / 10));
  return Math.min(WHOLE, chance + (incense ? services.incense.bp : 0));
}

/** Incense changes nothing where the chance is whole already. */
export function incenseHelps(services: ServicesDefinition, target: number, failures: number): boolean {
  return refineChance(services, target, failures, false) < WHOLE;
}

/** Oil changes nothing where a failure does nothing, and cannot save from destruction. */
export function oilHelps(services: ServicesDefinition, target: number): boolean {
  return target >= services.oil.from && target <= services.oil.to;
}

/** What a failure makes of the upgrade; nothing is left of it where it says so. */
export function afterFailure(services: ServicesDefinition, target: number, oil: boolean): number | "destroyed" {
  const failure: RefineFailure = services.upgrades[target - 1]?.failure ?? { type: "nothing" };
  if (failure.type === "nothing" || (oil && oilHelps(services, target))) return target - 1;
  if (failure.type === "destroyed") return "destroyed";
  return failure.type === "toZero" ? 0 : Math.max(0, target - 1 - failure.lost);
}

/** A failure takes something away. */
export function isRisky(services: ServicesDefinition, target: number, oil: boolean): boolean {
  return afterFailure(services, target, oil) !== target - 1;
}

/** What a failure does, as a sentence. */
export function failureText(services: ServicesDefinition, target: number, oil: boolean): string {
  const after = afterFailure(services, target, oil);
  if (after === "destroyed") return "A failure destroys it.";
  return after === target - 1 ? "A failure changes nothing." : `A failure brings it down to +${after}.`;
}

/** Coin of a recipe with the faction's benefit. */
export function recipeCoin(services: ServicesDefinition, recipe: Recipe, faction: number): number {
  return priceFor(services, faction, "smith", recipe.coin);
}

// --- Storage, ranks, travel -------------------------------------------------------------------

export const STORAGE_SLOTS_MIN = 30;

/** What the next larger storage costs; there is none where undefined. */
export function enlargePrice(services: ServicesDefinition, slots: number): number | undefined {
  const next = slots + services.storageStep;
  if (next > services.storageMax) return undefined;
  return services.storageCoin * Math.floor((next - STORAGE_SLOTS_MIN) / services.storageStep);
}

export const RANK_MAX = 10;

export function rankOf(sheet: Sheet, skill: number): number {
  return sheet.ranks.find((rank) => rank.skill === skill)?.rank ?? 1;
}

/** What a rank asks for. */
export function rankNeeds(services: ServicesDefinition, skill: SkillDefinition, rank: number): { readonly level: number; readonly coin: number } {
  const level = skill.level + services.rankLevels * (rank - 1);
  return { level, coin: services.rankCoin * rank * level };
}

/** What a rank makes of a coefficient and of the mana. */
export function rankBp(bp: number, rank: number): number {
  return Math.floor((bp * (WHOLE + 300 * (rank - 1))) / WHOLE);
}

export function rankMana(mana: number, rank: number): number {
  return Math.floor((mana * (9 + rank)) / 10);
}

/** What taking all spent points back costs; the first time is free. */
export function resetPrice(services: ServicesDefinition, sheet: Sheet): number {
  return sheet.resets === 0 ? 0 : services.resetCoin * sheet.level;
}

/** What the waykeeper asks. */
export function travelFee(services: ServicesDefinition, level: number, faction: number): number {
  const [base, perLevel] = services.travelCoin;
  return priceFor(services, faction, "travel", base + perLevel * level);
}

/** Zones one may be brought to. */
export function destinations(sheet: Sheet, here: number | undefined, definitions: Definitions): number[] {
  return sheet.visited.filter((zone) => zone !== here && definitions.zones.has(zone));
}

// --- Market and mail --------------------------------------------------------------------------

/** Offers one may have. Game rules, section 12. */
export const LISTINGS_MAX = 20;

/** What putting something up costs; it is not given back. */
export function listingFee(services: ServicesDefinition, price: number): number {
  return Math.max(1, Math.floor((price * services.marketFeeBp) / WHOLE));
}

/** What sending a letter costs, without the coin in it. */
export function postage(services: ServicesDefinition, things: number): number {
  const [base, perThing] = services.postage;
  return base + perThing * things;
}

/** Others can be given it: by sale, trade, letter or market. */
export function isTradable(item: Item, definition: ItemDefinition): boolean {
  return !item.bound && definition.kind.type !== "quest";
}
