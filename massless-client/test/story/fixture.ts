// A made-up moment of the game: enough of everything that the panels show. For the story page and unit tests.

import {
  BAG_SLOTS, type ClassDefinition, type CreatureDefinition, type Definitions, type EffectDefinition, EquipSlot, type FigureState, type Item,
  type ItemDefinition, type ItemKind, Kind, type NpcDefinition, type OwnState, type Party, Pose, type QuestDefinition, type RefineFailure, type RefineStep, type ServicesDefinition, type Sheet,
  type SkillDefinition, type WorldState, type ZoneDefinition,
} from "massless/core/world";

function byId<Value extends { readonly id: number }>(values: readonly Value[]): ReadonlyMap<number, Value> {
  return new Map(values.map((value) => [value.id, value]));
}

const SKILL = { weapons: [], timing: { type: "instant" }, aim: { type: "hostile" }, hostile: true, outcomes: [] } as const;

const skills: SkillDefinition[] = [
  { ...SKILL, id: 101, name: "Heavy Cut", description: "A blow with all your weight behind it.", class: 1, level: 1, range: 3, cooldown: 100, mana: 8, outcomes: [{ type: "damage", bp: 15_000, drainBp: 0 }] },
  { ...SKILL, id: 102, name: "Rush In", description: "Charges at an enemy and slows it.", class: 1, level: 3, range: 8, cooldown: 240, mana: 10, outcomes: [{ type: "leap" }, { type: "damage", bp: 8_000, drainBp: 0 }, { type: "apply", effect: 1, ticks: 40, every: 0, bp: 0 }] },
  { ...SKILL, id: 201, name: "Keen Strike", description: "A quick thrust between the ribs.", class: 2, level: 1, range: "weapon", cooldown: 80, mana: 8, outcomes: [{ type: "damage", bp: 13_000, drainBp: 0 }] },
  { ...SKILL, id: 202, name: "Sidestep", description: "A dash out of harm's way.", class: 2, level: 3, aim: { type: "caster" }, hostile: false, cooldown: 240, mana: 10, outcomes: [{ type: "leap" }, { type: "apply", effect: 16, ticks: 20, every: 0, bp: 0 }] },
  { ...SKILL, id: 301, name: "Spirit Lash", description: "The wind itself strikes.", class: 3, level: 1, timing: { type: "cast", ticks: 10 }, range: 15, cooldown: 80, mana: 9, outcomes: [{ type: "damage", bp: 15_000, drainBp: 0 }] },
  { ...SKILL, id: 302, name: "Kind Hands", description: "Closes wounds.", class: 3, level: 3, timing: { type: "cast", ticks: 20 }, aim: { type: "ally" }, hostile: false, range: 15, cooldown: 160, mana: 14, outcomes: [{ type: "heal", bp: 18_000 }] },
  { ...SKILL, id: 401, name: "Gloom Bolt", description: "A bolt of gathered dark.", class: 4, level: 1, timing: { type: "cast", ticks: 12 }, range: "weapon", cooldown: 80, mana: 9, outcomes: [{ type: "damage", bp: 14_500, drainBp: 0 }] },
  { ...SKILL, id: 402, name: "Fade Step", description: "Steps out of the world and in again.", class: 4, level: 3, aim: { type: "caster" }, hostile: false, cooldown: 300, mana: 12, outcomes: [{ type: "leap" }, { type: "end", effects: [1, 2] }] },
  { ...SKILL, id: 901, name: "Heavy Blow", description: "Announced, slow, terrible.", level: 1, timing: { type: "cast", ticks: 16 }, range: 3, cooldown: 160, mana: 0, outcomes: [{ type: "damage", bp: 22_000, drainBp: 0 }] },
];

const EFFECT = { helpful: false, dispellable: true, absorbs: false, moveBp: 0, damageDealtBp: 0, damageTakenBp: 0, defenceBp: 0, attackBp: 0, attackSpeedBp: 0, dodgeBp: 0 } as const;

const effects: EffectDefinition[] = [
  { ...EFFECT, id: 1, name: "Slow", description: "Walks more slowly.", moveBp: -3_000 },
  { ...EFFECT, id: 2, name: "Root", description: "Cannot walk.", control: "root" },
  { ...EFFECT, id: 3, name: "Stun", description: "Cannot act.", control: "stun", dispellable: false },
  { ...EFFECT, id: 14, name: "Renewal", description: "Heals over time.", helpful: true, overTime: "heal" },
  { ...EFFECT, id: 16, name: "Evasive", description: "Hard to hit.", helpful: true, dodgeBp: 5_000 },
  { ...EFFECT, id: 18, name: "Protected", description: "Cannot be harmed.", helpful: true, dispellable: false },
];

const THING = { description: "", level: 1, classes: [], price: 10, sale: [2, 3, 6, 12, 24], stackMax: 99 } as const;
const NO_STATS = { attack: 0, defence: 0, magicDefence: 0, hitPoints: 0 };

function gear(id: number, name: string, slot: EquipSlot, stats: Partial<typeof NO_STATS>, more: Partial<ItemDefinition> = {}): ItemDefinition {
  const kind: ItemKind = { type: "gear", slot, stats: { ...NO_STATS, ...stats }, tier: id % 10 };
  return { ...THING, id, name, kind, stackMax: 1, ...more };
}

function weapon(id: number, name: string, attack: number, profession: number, twoHanded: boolean, row: number): ItemDefinition {
  const attribute = ({ 1: 0, 2: 1, 3: 2, 4: 2 } as const)[profession] ?? 0;
  const kind: ItemKind = {
    type: "gear", slot: EquipSlot.Weapon, stats: { ...NO_STATS, attack }, tier: id % 10,
    weapon: { row, attribute, damage: attribute === 2 ? "magic" : "physical", interval: twoHanded ? 32 : 24, range: attribute === 2 ? 15 : 3, swingBp: twoHanded ? 12_500 : 9_500, twoHanded },
  };
  return { ...THING, id, name, kind, stackMax: 1, classes: [profession] };
}

const items: ItemDefinition[] = [
  weapon(1011, "Plain Longsword", 11, 1, false, 1010),
  { ...weapon(1022, "Tempered Greatsword", 32, 1, true, 1020), level: 8 },
  weapon(1021, "Plain Greatsword", 11, 1, true, 1020),
  weapon(1031, "Plain Twin Daggers", 11, 2, true, 1030),
  weapon(1041, "Plain Bow", 11, 2, true, 1040),
  weapon(1051, "Plain Staff", 11, 3, true, 1050),
  weapon(1061, "Plain Censer", 11, 3, false, 1060),
  weapon(1071, "Plain Wand", 11, 4, false, 1070),
  weapon(1081, "Plain Runeblade", 11, 4, false, 1080),
  gear(2011, "Plain Plate", EquipSlot.Body, { defence: 9, magicDefence: 5 }, { classes: [1] }),
  gear(2021, "Plain Leather Coat", EquipSlot.Body, { defence: 6, magicDefence: 6 }, { classes: [2, 4] }),
  gear(2031, "Plain Robe", EquipSlot.Body, { defence: 4, magicDefence: 9 }, { classes: [3] }),
  gear(2041, "Plain Cap", EquipSlot.Head, { defence: 3, magicDefence: 3 }),
  gear(2051, "Plain Gloves", EquipSlot.Hands, { defence: 2, magicDefence: 2 }),
  gear(2061, "Plain Boots", EquipSlot.Feet, { defence: 2, magicDefence: 2 }),
  gear(2072, "Tempered Shield", EquipSlot.OffHand, { defence: 7, magicDefence: 4 }, { level: 8, classes: [1, 3] }),
  gear(2082, "Tempered Orb", EquipSlot.OffHand, { attack: 4 }, { level: 8, classes: [4] }),
  gear(2092, "Tempered Necklace", EquipSlot.Necklace, { hitPoints: 60 }, { level: 8 }),
  gear(2103, "Graven Ring", EquipSlot.Ring, { attack: 8 }, { level: 18 }),
  { ...THING, id: 3001, name: "Small Health Draught", kind: { type: "health", amount: 180, cooldown: 300 } },
  { ...THING, id: 3004, name: "Small Mana Draught", kind: { type: "mana", amount: 80, cooldown: 300 } },
  { ...THING, id: 3006, name: "Return Scroll", kind: { type: "return", cast: 100, cooldown: 12_000 } },
  ...([[4001, "Refining Dust"], [4002, "Refining Shard"], [4003, "Refining Core"]] as const).map(([id, name]): ItemDefinition => ({ ...THING, id, name, kind: { type: "refining" } })),
  ...([[4011, "Steadying Oil"], [4012, "Focus Incense"], [4013, "Anchor Seal"]] as const).map(([id, name]): ItemDefinition => ({ ...THING, id, name, kind: { type: "protection" } })),
  ...["Rough Pelt", "Stiff Bristle", "Viper Fang", "Weaver Silk", "Stolen Token", "Curved Tusk", "Moth Dust", "Fen Slime", "Shade Wisp", "Golem Chip", "Drake Scale", "Rift Splinter"]
    .map((name, index): ItemDefinition => ({ ...THING, id: 5001 + index, name, kind: { type: "material" } })),
  { ...THING, id: 6001, name: "Sealed Letter", kind: { type: "quest" }, stackMax: 1 },
];

const npcs: NpcDefinition[] = [
  { id: 101, name: "Marla Finch", role: "shop", x: 118, z: 40, shop: 1 },
  { id: 102, name: "Oren Hale", role: "smith", x: 138, z: 40 },
  { id: 104, name: "Tobin Reed", role: "storageKeeper", x: 114, z: 30 },
  { id: 105, name: "Captain Isolde", role: "trainer", x: 142, z: 30 },
  { id: 106, name: "Pell the Scribe", role: "clerk", x: 128, z: 26 },
  { id: 107, name: "Warden Ash", role: "waykeeper", x: 134, z: 56 },
  { id: 103, name: "Elder Sabine", role: "questGiver", x: 128, z: 52 },
  { id: 108, name: "Guard Corin", role: "guard", x: 120, z: 60 },
];

const QUEST = { giver: 103, receiver: 103, after: [], items: [] } as const;

const quests: QuestDefinition[] = [
  {
    ...QUEST, id: 1, name: "A Word at the Gate", level: 1, receiver: 108, goal: { type: "talk", npc: 108 }, experience: 20, coin: 10, items: [{ item: 3001, quantity: 5 }],
    offer: "Fresh face! Before you go out, have a word with Guard Corin at the gate.", reminder: "Corin stands at the gate.", thanks: "So Sabine sent you. Good. Keep your eyes open out there.",
  },
  {
    ...QUEST, id: 2, name: "Too Many Hounds", level: 1, goal: { type: "kill", creature: 101, count: 8 }, experience: 50, coin: 30,
    offer: "The dust hounds have grown bold. Eight of them fewer and the herders can sleep again. Will you see to it?", reminder: "Still howling out there.", thanks: "Quiet at last. Take this, you have earned it.",
  },
  {
    ...QUEST, id: 3, name: "Bristles for Brushes", level: 2, goal: { type: "collect", item: 5002, count: 6 }, experience: 250, coin: 50,
    offer: "Boar bristle makes the best brushes. Bring me six.", reminder: "Six bristles, remember.", thanks: "Splendid!",
  },
  {
    ...QUEST, id: 4, name: "The Sealed Letter", level: 3, receiver: 102, goal: { type: "deliver", item: 6001, npc: 102 }, experience: 200, coin: 40, items: [{ item: 4001, quantity: 3 }],
    offer: "Take this letter to Oren, and do not break the seal.", reminder: "Oren is waiting.", thanks: "From Sabine? Hm. Thank you.",
  },
];

const attributes = { 1: [13, 7, 4, 11], 2: [8, 14, 5, 8], 3: [5, 7, 13, 10], 4: [6, 8, 14, 7] } as const;
const classes: ClassDefinition[] = [
  { id: 1, name: "Warrior", description: "", attributes: attributes[1], hitPoints: [170, 71], mana: [50, 4], worn: [] },
  { id: 2, name: "Assassin", description: "", attributes: attributes[2], hitPoints: [215, 79], mana: [60, 5], worn: [] },
  { id: 3, name: "Shaman", description: "", attributes: attributes[3], hitPoints: [195, 79], mana: [90, 8], worn: [] },
  { id: 4, name: "Sorcerer", description: "", attributes: attributes[4], hitPoints: [225, 80], mana: [90, 8], worn: [] },
];

const creatures: CreatureDefinition[] = [
  { id: 101, name: "Dust Hound", category: "normal", level: 1 },
  { id: 108, name: "Ragged Captain", category: "elite", level: 8 },
];

const zones: ZoneDefinition[] = [
  { id: 1, name: "Cinder Vale", mood: 0, respawn: [128, 40], safeRadius: 36, npcs, portals: [] },
  { id: 10, name: "Oxbow Plain", mood: 0, respawn: [256, 60], safeRadius: 36, npcs: [], portals: [] },
];

const step = (successBp: number, failure: RefineFailure, priceBp: number, material: number): RefineStep => ({ successBp, failure, priceBp, material });

/** As the content has them. */
const services: ServicesDefinition = {
  shops: [{ id: 1, wares: [1011, 1021, 1031, 1041, 1051, 1061, 1071, 1081, 2011, 2021, 2031, 2041, 2051, 2061, 3001, 3004, 3006, 4001] }],
  benefits: [{ faction: 1, of: "smith", bp: -500 }, { faction: 2, of: "draughts", bp: -500 }, { faction: 3, of: "travel", bp: -2_000 }],
  upgrades: [
    step(9_000, { type: "nothing" }, 1_000, 4001), step(8_500, { type: "nothing" }, 1_500, 4001), step(8_000, { type: "nothing" }, 2_000, 4001),
    step(7_000, { type: "minus", lost: 1 }, 2_500, 4002), step(6_000, { type: "minus", lost: 1 }, 3_000, 4002), step(4_500, { type: "minus", lost: 2 }, 3_500, 4002),
    step(3_000, { type: "minus", lost: 2 }, 4_000, 4003), step(1_500, { type: "toZero" }, 4_500, 4003), step(700, { type: "destroyed" }, 5_000, 4003),
  ],
  incense: { item: 4012, bp: 1_000 },
  oil: { item: 4011, from: 4, to: 8 },
  recipes: [{ gives: 4002, takes: [{ item: 4001, quantity: 5 }], coin: 20 }, { gives: 4003, takes: [{ item: 5012, quantity: 10 }], coin: 500 }],
  rankCoin: 8, rankLevels: 5, resetCoin: 100, storageCoin: 2_000, storageStep: 10, storageMax: 90, travelCoin: [20, 4], postage: [20, 10],
  mailItems: 5, tradeItems: 12, marketLevel: 5, marketFeeBp: 500, marketPriceMax: 100_000_000,
};

/** Definitions of a small world. */
export const definitions: Definitions = {
  skills: byId(skills),
  effects: byId(effects),
  items: byId(items),
  quests: byId(quests),
  classes: byId(classes),
  creatures: byId(creatures),
  zones: byId(zones),
  npcs: byId(npcs),
  services,
  experience: [100, 459, 1_121, 2_111, 3_449, 5_151, 7_231, 9_700, 12_569, 15_848],
};

let serial = 0;

/** An item somebody owns. */
export function item(definition: number, more: Partial<Item> = {}): Item {
  serial += 1;
  return { uid: String(serial), definition, rarity: 0, upgrade: 0, quantity: 1, bound: false, ...more };
}

function bagOf(...held: readonly Item[]): (Item | null)[] {
  return Array.from({ length: BAG_SLOTS }, (_, index) => held[index] ?? null);
}

/** A warrior of level 3 with a little of everything. */
export function sheet(more: Partial<Sheet> = {}): Sheet {
  return {
    revision: 1,
    class: 1,
    faction: 1,
    level: 3,
    experience: 420,
    spent: [4, 0, 0, 2],
    points: 3,
    coin: 1_234,
    bag: bagOf(
      item(1021, { rarity: 1 }), item(2011, { rarity: 2, upgrade: 2 }), item(2021), item(2072), item(3001, { quantity: 12 }), item(3004, { quantity: 4 }), item(3006, { bound: true }),
      item(5001, { quantity: 31 }), item(5002, { quantity: 5 }), item(5003), item(5004), item(5005), item(5006), item(5007), item(5008), item(5009), item(5010), item(5011), item(5012),
      item(4001, { quantity: 7 }), item(4002), item(4003), item(4011), item(4012), item(4013), item(6001, { bound: true }),
      item(1031, { rarity: 3, upgrade: 5 }), item(1041), item(1051), item(1061), item(1071), item(1081), item(2031, { rarity: 4, upgrade: 9 }), item(2082), item(2092, { rarity: 2 }), item(2103),
    ),
    worn: [item(1011), null, item(2041), item(2011), item(2051), item(2061), null, null],
    bar: [
      { type: "skill", skill: 101 }, { type: "skill", skill: 102 }, { type: "item", item: 3001 }, { type: "item", item: 3004 }, { type: "empty" },
      { type: "empty" }, { type: "empty" }, { type: "empty" }, { type: "empty" }, { type: "item", item: 3006 },
    ],
    quests: [{ quest: 2, count: 3, goal: 8, ready: false }, { quest: 3, count: 6, goal: 6, ready: true }, { quest: 4, count: 0, goal: 1, ready: false }],
    done: [1],
    storage: Array.from({ length: 40 }, (_, index) => [item(4002, { quantity: 12 }), item(2012, { rarity: 1 }), item(5011, { quantity: 40 }), item(2103, { rarity: 3, upgrade: 4 })][index] ?? null),
    ranks: [{ skill: 101, rank: 2 }],
    pity: [{ definition: 2011, rarity: 2, target: 3, failures: 2 }],
    visited: [1, 10],
    resets: 0,
    waits: [],
    locked: [],
    derived: { attributes: [17, 7, 4, 13], attack: 45, defence: 22, magicDefence: 14, swingTicks: 24, critBp: 556, dodgeBp: 70, range: 3 },
    ...more,
  };
}

/** The own state at a tick. */
export function own(now: number, more: Partial<OwnState> = {}): OwnState {
  return {
    actor: 7,
    hitPoints: 318,
    hitPointsMax: 493,
    mana: 41,
    manaMax: 78,
    dead: false,
    diedAt: undefined,
    inCombat: true,
    cast: undefined,
    swingAt: now + 12,
    sharedAt: now,
    cooldowns: new Map([[101, now + 62]]),
    itemReady: [now + 200, now, now],
    effects: [{ effect: 14, until: now + 240 }, { effect: 1, until: now + 30 }],
    ...more,
  };
}

/** Somebody else. */
export function figure(more: Partial<FigureState> = {}): FigureState {
  return {
    actor: 70,
    kind: Kind.Creature,
    detail: 108,
    name: "Ragged Captain",
    level: 8,
    class: 0,
    regard: "hostile",
    elite: true,
    health: 0.62,
    pose: Pose.Fighting,
    effects: [{ effect: 1, until: undefined }],
    cast: undefined,
    target: 7,
    targetName: "Mira",
    distance: 2.6,
    rarity: 0,
    quantity: 0,
    ...more,
  };
}

/** Three companions, one of them elsewhere. */
export const party: Party = {
  members: [
    { name: "Mira", actor: 7, level: 3, class: 1, health: 0.6, mana: 0.5, zone: 1, online: true, leader: true, own: true },
    { name: "Maximilianus", actor: 8, level: 4, class: 3, health: 0.85, mana: 0.3, zone: 1, online: true, leader: false, own: false },
    { name: "Odo", actor: undefined, level: 9, class: 2, health: 1, mana: 1, zone: 10, online: true, leader: false, own: false },
    { name: "Wren", actor: undefined, level: 2, class: 4, health: 0, mana: 0, zone: 1, online: false, leader: false, own: false },
  ],
};

/** A whole moment. */
export function world(now: number, more: Partial<WorldState> = {}): WorldState {
  return {
    now,
    name: "Mira",
    look: 6,
    zone: definitions.zones.get(1),
    own: own(now),
    sheet: sheet(),
    target: figure(),
    party,
    talkingTo: undefined,
    trade: undefined,
    waiting: new Set(),
    aiming: undefined,
    ...more,
  };
}
