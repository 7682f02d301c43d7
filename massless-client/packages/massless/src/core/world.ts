// What the module shows of the world and what a player may ask for: plain values, no behaviour.
//
// Moments and durations are ticks of the server, 20 a second, `state.now` with its fraction; ratios are
// basis points (10 000 is all). Identifiers of actors fit a number, those of owned items are text.

import type { Attributes, Definitions, EquipSlot, ZoneDefinition } from "./contents";
import type { Desk } from "./desk";

export * from "./contents";

/** Ticks in a second. */
export const TICKS_PER_SECOND = 20;
/** Slots of an inventory, of the skill bar, and of what is worn. */
export const BAG_SLOTS = 45;
export const BAR_SLOTS = 10;
export const WORN_SLOTS = 8;
/** Items one side of a trade offers, and items in a letter. */
export const TRADE_ITEMS_MAX = 12;
export const MAIL_ITEMS_MAX = 5;

/** Kinds of actors; the numbers are those of the module. */
export enum Kind {
  Character = 0,
  Creature = 1,
  Npc = 2,
  /** An item on the ground. */
  Item = 3,
  /** A marked area. */
  Area = 4,
}

/** What a figure is doing; `Pose` of the core. */
export enum Pose {
  Idle = 0,
  Walking = 1,
  Falling = 2,
  Alert = 3,
  Returning = 4,
  Absent = 5,
  Dead = 6,
  Casting = 7,
  Fighting = 8,
  Stunned = 9,
  Leaping = 10,
}

/** How somebody stands to the player: red, white, green. */
export type Regard = "hostile" | "neutral" | "friendly";

// --- The own character ------------------------------------------------------------------------

/** An effect with its end; `until` is the tick in which it is over. */
export interface EffectState {
  readonly effect: number;
  /** Unknown (undefined) on others whose ends are not told. */
  readonly until: number | undefined;
}

/** A cast or channel. */
export interface CastState {
  readonly skill: number;
  readonly began: number;
  readonly ends: number;
}

/** What changes all the time. Predicted where the player did it: bar and cooldown answer at once. */
export interface OwnState {
  readonly actor: number;
  readonly hitPoints: number;
  readonly hitPointsMax: number;
  readonly mana: number;
  readonly manaMax: number;
  readonly dead: boolean;
  /** The tick of death; the respawn comes 100 ticks later. */
  readonly diedAt: number | undefined;
  readonly inCombat: boolean;
  readonly cast: CastState | undefined;
  /** No swing before this tick. */
  readonly swingAt: number;
  /** No skill before this tick. */
  readonly sharedAt: number;
  /** Skills that are not ready before their tick. */
  readonly cooldowns: ReadonlyMap<number, number>;
  /** When health draughts, mana draughts, scrolls may be used again. */
  readonly itemReady: readonly [number, number, number];
  readonly effects: readonly EffectState[];
}

export interface Item {
  readonly uid: string;
  readonly definition: number;
  /** 0 common to 4 legendary. */
  readonly rarity: number;
  /** 0..=9. */
  readonly upgrade: number;
  readonly quantity: number;
  readonly bound: boolean;
}

export type BarEntry =
  | { readonly type: "empty" }
  | { readonly type: "skill"; readonly skill: number }
  | { readonly type: "item"; readonly item: number };

export interface QuestState {
  readonly quest: number;
  /** Kills, 1 once talked to, or pieces in the bag: ready to show against the goal's count. */
  readonly count: number;
  /** The goal's count (1 for talking and delivering). */
  readonly goal: number;
  readonly ready: boolean;
}

export interface Derived {
  readonly attributes: Attributes;
  readonly attack: number;
  readonly defence: number;
  readonly magicDefence: number;
  readonly swingTicks: number;
  readonly critBp: number;
  readonly dodgeBp: number;
  readonly range: number;
}

/** A rank of a skill, 2..=10; those that are not named have rank 1. */
export interface SkillRank {
  readonly skill: number;
  readonly rank: number;
}

/** How often something failed in a row at the smith's. */
export interface Pity {
  readonly definition: number;
  readonly rarity: number;
  /** The upgrade that was tried, 1..=9. */
  readonly target: number;
  readonly failures: number;
}

/** What a character has and has achieved; a new object whenever `revision` rises. */
export interface Sheet {
  readonly revision: number;
  readonly class: number;
  readonly faction: number;
  readonly level: number;
  /** Inside the level. */
  readonly experience: number;
  readonly spent: Attributes;
  readonly points: number;
  readonly coin: number;
  /** `BAG_SLOTS` entries. */
  readonly bag: readonly (Item | null)[];
  /** `WORN_SLOTS` entries. */
  readonly worn: readonly (Item | null)[];
  /** `BAR_SLOTS` entries. */
  readonly bar: readonly BarEntry[];
  readonly quests: readonly QuestState[];
  readonly done: readonly number[];
  readonly derived: Derived;
  /** What lies with the storage keeper; as many entries as it has slots. */
  readonly storage: readonly (Item | null)[];
  readonly ranks: readonly SkillRank[];
  readonly pity: readonly Pity[];
  /** Zones the character has been in. */
  readonly visited: readonly number[];
  /** How often it took its spent points back. */
  readonly resets: number;
  /** Why operations of it wait for the store: "shop", "upgrade" … */
  readonly waits: readonly string[];
  /** Items that may not be touched meanwhile. */
  readonly locked: readonly string[];
}

// --- Trade ------------------------------------------------------------------------------------

/** What one side of a trade offers. */
export interface TradeSide {
  /** At most `TRADE_ITEMS_MAX`. */
  readonly items: readonly Item[];
  readonly coin: number;
  /** Raised with every change of the side. */
  readonly revision: number;
  readonly locked: boolean;
  readonly confirmed: boolean;
}

/** A trade as it is told. */
export interface TradeTold {
  /** The own request, the other's, both put things in, both have confirmed and the books are being written. */
  readonly stage: "asking" | "asked" | "open" | "booked";
  readonly partner: number;
  /** The tick in which it ends by itself. */
  readonly ends: number;
  readonly own: TradeSide;
  readonly other: TradeSide;
}

/** A trade under way. */
export interface Trade extends Omit<TradeTold, "stage" | "partner"> {
  readonly partner: string;
  /** Both have confirmed; the books are being written. */
  readonly settling: boolean;
}

/** How a trade ended; `TradeEnd` of the core. */
export enum TradeEnd {
  Done = 0,
  Cancelled = 1,
  TooLate = 2,
  Parted = 3,
  Fight = 4,
  Refused = 5,
}

// --- Others -----------------------------------------------------------------------------------

/** A figure as the panels see it: target frame, plates, NPC at hand. */
export interface FigureState {
  readonly actor: number;
  readonly kind: Kind;
  /** Of creatures and NPCs their definition, of items the item's, of areas the skill's; a character's look. */
  readonly detail: number;
  readonly name: string;
  readonly level: number;
  /** Characters: their class, else 0. */
  readonly class: number;
  readonly regard: Regard;
  readonly elite: boolean;
  /** Hit points, 0..1. */
  readonly health: number;
  readonly pose: Pose;
  readonly effects: readonly EffectState[];
  readonly cast: CastState | undefined;
  /** Whom it attacks. */
  readonly target: number | undefined;
  readonly targetName: string;
  /** Metres from the own figure, between the middles. */
  readonly distance: number;
  /** Items on the ground: rarity and quantity. */
  readonly rarity: number;
  readonly quantity: number;
}

export interface PartyMember {
  readonly name: string;
  /** In this zone; undefined elsewhere. */
  readonly actor: number | undefined;
  readonly level: number;
  readonly class: number;
  /** 0..1. */
  readonly health: number;
  readonly mana: number;
  readonly zone: number;
  readonly online: boolean;
  readonly leader: boolean;
  readonly own: boolean;
}

export interface Party {
  readonly members: readonly PartyMember[];
}

/** An NPC within reach of talking, with what it has for the player. */
export interface NpcState {
  readonly actor: number;
  readonly npc: number;
  /** It gives these now. */
  readonly offers: readonly number[];
  /** Active, to be handed in here, and done. */
  readonly ready: readonly number[];
  /** Active, given or taken back here, not yet done. */
  readonly waiting: readonly number[];
}

/** One picture's worth of state. Objects are the same as before where nothing changed. */
export interface WorldState {
  /** The server's tick as the own figure sees it, with its fraction. */
  readonly now: number;
  readonly name: string;
  readonly look: number;
  readonly zone: ZoneDefinition | undefined;
  readonly own: OwnState | undefined;
  readonly sheet: Sheet | undefined;
  readonly target: FigureState | undefined;
  readonly party: Party | undefined;
  /** The NPC the player talks to; undefined closes the window. */
  readonly talkingTo: NpcState | undefined;
  readonly trade: Trade | undefined;
  /**
   * What is asked for and not answered yet: items by their `uid`, shown as locked, and with an `@`
   * in front what has no item, as `@shop`.
   */
  readonly waiting: ReadonlySet<string>;
  /** A place on the ground is being chosen for this slot of the bar. */
  readonly aiming: number | undefined;
}

// --- Events -----------------------------------------------------------------------------------

/** How a hit went; `HitKind` of the core. */
export enum HitKind {
  Normal = 0,
  Critical = 1,
  Dodged = 2,
  Periodic = 3,
  Immune = 4,
}

/** What happened; actors are numbers as in `Figure.actor`, `skill` undefined is a swing. */
export type GameEvent =
  | { readonly type: "rejected"; readonly code: number }
  | { readonly type: "hit"; readonly source: number; readonly target: number; readonly skill: number | undefined; readonly amount: number; readonly absorbed: number; readonly kind: HitKind }
  | { readonly type: "healed"; readonly source: number; readonly target: number; readonly amount: number }
  | { readonly type: "effectGained"; readonly target: number; readonly effect: number; readonly ticks: number }
  | { readonly type: "effectLost"; readonly target: number; readonly effect: number }
  | { readonly type: "castBegan"; readonly actor: number; readonly skill: number; readonly target: number | undefined; readonly ticks: number }
  | { readonly type: "skillUsed"; readonly actor: number; readonly skill: number; readonly target: number | undefined }
  | { readonly type: "castBroken"; readonly actor: number; readonly skill: number }
  | { readonly type: "launched"; readonly source: number; readonly target: number; readonly skill: number | undefined; readonly ticks: number }
  | { readonly type: "died"; readonly actor: number; readonly killer: number | undefined; readonly killerName: string }
  | { readonly type: "revived"; readonly actor: number }
  | { readonly type: "levelUp"; readonly actor: number; readonly level: number }
  | { readonly type: "experience"; readonly amount: number }
  | { readonly type: "coin"; readonly amount: number }
  | { readonly type: "gained"; readonly definition: number; readonly rarity: number; readonly quantity: number }
  | { readonly type: "quest"; readonly quest: number; readonly count: number; readonly done: boolean }
  /** Somebody asks the player into a party; answer with `partyAnswer`. */
  | { readonly type: "invited"; readonly by: string }
  /** What became of an attempt at the smith's; `after` undefined: it is destroyed. */
  | { readonly type: "refined"; readonly definition: number; readonly before: number; readonly after: number | undefined }
  /** Somebody near asks for a trade; answer with `tradeAnswer`. */
  | { readonly type: "tradeAsked"; readonly by: number; readonly name: string }
  | { readonly type: "tradeEnded"; readonly end: TradeEnd }
  /** Another zone is there now. */
  | { readonly type: "zone"; readonly zone: number; readonly name: string };

/** An event with what the page knows of it: for sounds and numbers. */
export interface Heard {
  readonly event: GameEvent;
  /** The own actor. */
  readonly own: number;
  /** Metres from the own figure; undefined when it is not in sight. */
  readonly distance: number | undefined;
}

// --- What a player may ask for ----------------------------------------------------------------

/** Answers come as changed state or as `rejected`. */
export interface GameActions {
  /** A slot of the bar goes down or up. While it is down its skill starts as soon as it can. */
  useBar(slot: number, down: boolean): void;
  setTarget(actor: number | undefined): void;
  /** Walks there first when it is too far. */
  pickUp(actor: number): void;
  equip(uid: string): void;
  takeOff(slot: EquipSlot): void;
  arrange(from: number, to: number): void;
  use(uid: string): void;
  discard(uid: string, quantity: number): void;
  spend(points: Attributes): void;
  setBar(slot: number, entry: BarEntry): void;
  /** Walks to an NPC and opens its window. */
  talk(actor: number): void;
  /** Closes the NPC's window. */
  endTalk(): void;
  takeQuest(quest: number): void;
  handIn(quest: number): void;
  abandon(quest: number): void;
  /** Breaks the own cast off. */
  stop(): void;
  partyInvite(name: string): void;
  partyAnswer(yes: boolean): void;
  partyLeave(): void;
  partyKick(name: string): void;
  partyPromote(name: string): void;
  /** Channels: 1 local, 2 zone, 6 party … */
  chat(channel: number, text: string): void;
  whisper(name: string, text: string): void;
  walkTo(x: number, z: number): void;
  /** Of the shop at hand. */
  buy(item: number, quantity: number): void;
  sell(uid: string, quantity: number): void;
  /** At the smith's: one step higher, with or without Focus Incense and Steadying Oil. */
  refine(uid: string, incense: boolean, oil: boolean): void;
  exchange(recipe: number): void;
  learnRank(skill: number): void;
  resetPoints(): void;
  travel(zone: number): void;
  deposit(uid: string): void;
  withdraw(uid: string): void;
  enlargeStorage(): void;
  /** Puts a part of the stack in one slot of the bag into an empty one. */
  split(from: number, quantity: number, to: number): void;
  tradeRequest(actor: number): void;
  tradeAnswer(yes: boolean): void;
  tradeOffer(uids: readonly string[], coin: number): void;
  tradeLock(): void;
  tradeConfirm(own: number, other: number): void;
  tradeCancel(): void;
  /** Sends a letter that was written down at the desk. */
  sendMail(draft: number, coin: number, uids: readonly string[]): void;
  claimMail(letter: number): void;
  listItem(uid: string, price: number): void;
  buyListing(listing: number, price: number): void;
  unlist(listing: number): void;
}

/** A place on the page, in CSS pixels; `distance` in metres from the eye. */
export interface ScreenPlace {
  readonly x: number;
  readonly y: number;
  readonly distance: number;
}

/** What the game gives the panels. */
export interface GameBridge {
  readonly definitions: Definitions;
  readonly actions: GameActions;
  /** The server's books; undefined where it keeps none. */
  readonly desk: Desk | undefined;
  /** The last state; also handed to `update` with each picture. */
  readonly state: WorldState;
  /** Any actor in sight, by number. */
  figure(actor: number): FigureState | undefined;
  /** Above the head of an actor, or of a place (east, up, north); undefined behind the eye. */
  projectToScreen(what: number | readonly [number, number, number]): ScreenPlace | undefined;
}

/** What the panels are to the game: `mountHud(root, bridge)` gives one. */
export interface GameHud {
  /** With each picture. */
  update(state: WorldState, seconds: number): void;
  /** Each event once, in order. */
  heard(heard: Heard): void;
  /** A session begins (true) or the title is shown (false). */
  show(playing: boolean): void;
}

/** What a newcomer chooses. */
export interface CharacterChoice {
  readonly name: string;
  readonly look: number;
  /** 1..=4. */
  readonly class: number;
  /** 1..=3. */
  readonly faction: number;
  /** A character of an account; nothing for guests. */
  readonly character?: number | string;
}
