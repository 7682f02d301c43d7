// What the content says, one copy for the whole visit: skills, effects, items, quests, classes, zones.
//
// Moments and durations are ticks of the server, 20 a second; ratios are basis points (10 000 is all).

/** Where gear is worn; the index in `Sheet.worn`. */
export enum EquipSlot {
  Weapon = 0,
  OffHand = 1,
  Head = 2,
  Body = 3,
  Hands = 4,
  Feet = 5,
  Necklace = 6,
  Ring = 7,
}

/** STR, DEX, INT, VIT. */
export type Attributes = readonly [number, number, number, number];

export type SkillTiming =
  | { readonly type: "instant" }
  | { readonly type: "cast"; readonly ticks: number }
  | { readonly type: "channel"; readonly ticks: number; readonly every: number }
  | { readonly type: "toggle"; readonly every: number; readonly mana: number };

export type SkillAim =
  | { readonly type: "caster" | "hostile" | "ally" }
  | { readonly type: "line"; readonly width: number }
  | { readonly type: "cone"; readonly degrees: number }
  | { readonly type: "around"; readonly radius: number; readonly party: boolean }
  | { readonly type: "ground"; readonly radius: number };

export type SkillOutcome =
  | { readonly type: "damage"; readonly bp: number; readonly rearBp?: number; readonly drainBp: number; readonly damage?: DamageType }
  | { readonly type: "heal"; readonly bp: number }
  | { readonly type: "apply"; readonly effect: number; readonly ticks: number; readonly every: number; readonly bp: number }
  | { readonly type: "end"; readonly effects: readonly number[] }
  | { readonly type: "dispel"; readonly count: number }
  | { readonly type: "leap" }
  | { readonly type: "summon"; readonly creature: number; readonly count: number };

export type DamageType = "physical" | "magic";

export interface SkillDefinition {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  /** The class that learns it; nothing for specialisations and creatures. */
  readonly class?: number;
  readonly level: number;
  /** Rows of weapons it needs (1010, 1020 …); empty: any. */
  readonly weapons: readonly number[];
  readonly timing: SkillTiming;
  readonly aim: SkillAim;
  /** Metres, or as far as the weapon reaches, or nothing without a target. */
  readonly range?: number | "weapon";
  readonly cooldown: number;
  readonly mana: number;
  readonly hostile: boolean;
  readonly outcomes: readonly SkillOutcome[];
  /** The area works later or again. */
  readonly lasting?: { readonly first: number; readonly every: number; readonly times: number };
}

export interface EffectDefinition {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly helpful: boolean;
  readonly dispellable: boolean;
  readonly control?: "stun" | "root" | "silence";
  readonly overTime?: "damage" | "heal";
  readonly absorbs: boolean;
  readonly moveBp: number;
  readonly damageDealtBp: number;
  readonly damageTakenBp: number;
  readonly defenceBp: number;
  readonly attackBp: number;
  readonly attackSpeedBp: number;
  readonly dodgeBp: number;
}

export interface WeaponDefinition {
  /** First id of its row: the family. */
  readonly row: number;
  /** Index in `Attributes`. */
  readonly attribute: 0 | 1 | 2 | 3;
  readonly damage: DamageType;
  readonly interval: number;
  readonly range: number;
  readonly swingBp: number;
  readonly twoHanded: boolean;
}

/** What gear gives, before rarity and upgrade; `gearNumber` adds those. */
export interface GearStats {
  readonly attack: number;
  readonly defence: number;
  readonly magicDefence: number;
  readonly hitPoints: number;
}

export type ItemKind =
  | { readonly type: "gear"; readonly slot: EquipSlot; readonly weapon?: WeaponDefinition; readonly stats: GearStats; readonly tier: number }
  | { readonly type: "health" | "mana"; readonly amount: number; readonly cooldown: number }
  | { readonly type: "return"; readonly cast: number; readonly cooldown: number }
  | { readonly type: "material" | "refining" | "protection" | "quest" };

export interface ItemDefinition {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly kind: ItemKind;
  readonly level: number;
  /** Who may wear it; empty: everybody. */
  readonly classes: readonly number[];
  readonly price: number;
  /** What shops pay for one piece, by rarity; nothing where they do not take it. */
  readonly sale: readonly number[];
  readonly stackMax: number;
}

/** What a failure at the smith's does. */
export type RefineFailure =
  | { readonly type: "nothing" }
  | { readonly type: "toZero" }
  | { readonly type: "destroyed" }
  | { readonly type: "minus"; readonly lost: number };

/** One step at the smith's. */
export interface RefineStep {
  readonly successBp: number;
  readonly failure: RefineFailure;
  /** Coin, of the item's price. */
  readonly priceBp: number;
  readonly material: number;
}

export interface Recipe {
  readonly gives: number;
  readonly takes: readonly { readonly item: number; readonly quantity: number }[];
  readonly coin: number;
}

/** What people in the zones do for coin, and what they ask. */
export interface ServicesDefinition {
  readonly shops: readonly { readonly id: number; readonly wares: readonly number[] }[];
  /** What a faction pays less for; `bp` is negative. */
  readonly benefits: readonly { readonly faction: number; readonly of: "smith" | "draughts" | "travel"; readonly bp: number }[];
  /** `[target - 1]`. */
  readonly upgrades: readonly RefineStep[];
  readonly incense: { readonly item: number; readonly bp: number };
  /** It saves from what failures do, for these targets. */
  readonly oil: { readonly item: number; readonly from: number; readonly to: number };
  readonly recipes: readonly Recipe[];
  readonly rankCoin: number;
  readonly rankLevels: number;
  readonly resetCoin: number;
  readonly storageCoin: number;
  readonly storageStep: number;
  readonly storageMax: number;
  readonly travelCoin: readonly [base: number, perLevel: number];
  readonly postage: readonly [base: number, perThing: number];
  readonly mailItems: number;
  readonly tradeItems: number;
  readonly marketLevel: number;
  readonly marketFeeBp: number;
  readonly marketPriceMax: number;
}

export type QuestGoal =
  | { readonly type: "talk"; readonly npc: number }
  | { readonly type: "kill"; readonly creature: number; readonly count: number }
  | { readonly type: "collect"; readonly item: number; readonly count: number }
  | { readonly type: "deliver"; readonly item: number; readonly npc: number };

export interface QuestDefinition {
  readonly id: number;
  readonly name: string;
  readonly offer: string;
  readonly reminder: string;
  readonly thanks: string;
  readonly level: number;
  /** NPC ids as they are in the zone the character is in now. */
  readonly giver: number;
  readonly receiver: number;
  readonly goal: QuestGoal;
  readonly after: readonly number[];
  readonly experience: number;
  readonly coin: number;
  readonly items: readonly { readonly item: number; readonly quantity: number }[];
}

export interface ClassDefinition {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly attributes: Attributes;
  readonly hitPoints: readonly [base: number, perLevel: number];
  readonly mana: readonly [base: number, perLevel: number];
  readonly worn: readonly number[];
}

export interface CreatureDefinition {
  readonly id: number;
  readonly name: string;
  readonly category: "normal" | "aggressive" | "elite" | "guard";
  readonly level: number;
}

export type NpcRole = "shop" | "smith" | "questGiver" | "storageKeeper" | "trainer" | "clerk" | "waykeeper" | "guard";

export interface NpcDefinition {
  readonly id: number;
  readonly name: string;
  readonly role: NpcRole;
  readonly x: number;
  readonly z: number;
  /** It can fight; what it is like then. */
  readonly creature?: number;
  /** Of who sells something, its shop among the services. */
  readonly shop?: number;
}

export interface PortalDefinition {
  readonly name: string;
  readonly x: number;
  readonly z: number;
  readonly radius: number;
  readonly zone: number;
  /** Only for this faction. */
  readonly faction?: number;
  readonly level: number;
  /** The content has the zone it leads to. */
  readonly open: boolean;
}

export interface ZoneDefinition {
  readonly id: number;
  readonly name: string;
  /** What it feels like, by the core's number. */
  readonly mood: number;
  readonly respawn: readonly [x: number, z: number];
  readonly safeRadius: number;
  readonly npcs: readonly NpcDefinition[];
  readonly portals: readonly PortalDefinition[];
}

/** By id, all of them. */
export interface Definitions {
  readonly skills: ReadonlyMap<number, SkillDefinition>;
  readonly effects: ReadonlyMap<number, EffectDefinition>;
  readonly items: ReadonlyMap<number, ItemDefinition>;
  readonly quests: ReadonlyMap<number, QuestDefinition>;
  readonly classes: ReadonlyMap<number, ClassDefinition>;
  readonly creatures: ReadonlyMap<number, CreatureDefinition>;
  readonly zones: ReadonlyMap<number, ZoneDefinition>;
  /** Of all zones. */
  readonly npcs: ReadonlyMap<number, NpcDefinition>;
  /** Experience from a level to the next, `[level - 1]`. */
  readonly experience: readonly number[];
  readonly services: ServicesDefinition;
}
