// One session as the module plays it: frames in and out, what the hands do, who is in sight.

import { definitionsFrom } from "./definitions";
import type { Module } from "./module";
import { type CharacterChoice, type Definitions, type GameEvent, type Kind, type OwnState, type Party, Pose, type Sheet, type TradeTold } from "./world";

export { Pose };

/** Where the client is, and as whom. */
export interface Welcome {
  readonly name: string;
  readonly zone: number;
  /** The hash of the server's content. */
  readonly content: string;
  readonly resume: string;
  readonly actor: number;
}

export type ClientOutput =
  | { readonly type: "frame"; readonly bytes: Uint8Array<ArrayBuffer>; readonly lossy: boolean }
  | (Welcome & { readonly type: "welcome" })
  /** In again on another line, and all that was known goes on. */
  | (Welcome & { readonly type: "resumed" })
  | (Welcome & { readonly type: "moved" })
  | { readonly type: "invited"; readonly name: string }
  | { readonly type: "party" }
  | { readonly type: "chat"; readonly actor: number | undefined; readonly name: string; readonly channel: number; readonly text: string; readonly sent: boolean }
  | { readonly type: "notice"; readonly sentence: string }
  | { readonly type: "closed"; readonly code: number; readonly sentence: string; readonly mayResume: boolean };

/** The own figure or one of the others, as it is shown now. */
export interface Figure {
  readonly slot: number;
  readonly actor: number;
  readonly kind: Kind;
  /** A character's look, else the number of its definition. */
  readonly detail: number;
  readonly level: number;
  readonly x: number;
  readonly y: number;
  readonly z: number;
  /** Radians clockwise from north. */
  readonly turn: number;
  readonly speed: number;
  readonly pose: Pose;
  /** Hit points, 0..1. */
  readonly health: number;
  /** Of a character: its class and the item it holds, 0 for none. */
  readonly class: number;
  readonly weapon: number;
  /** Bit `effect id` for each effect. */
  readonly effects: number;
  /** Whom it attacks, 0 for nobody. */
  readonly target: number;
  /** Of an item on the ground. */
  readonly rarity: number;
  readonly quantity: number;
}

/** What the hands do from now on. */
export interface Hands {
  /** East and north, no longer than 1. */
  readonly heading: readonly [number, number];
  /** Where the figure looks, radians. */
  readonly turn: number;
  /** Slots of the bar that are down, as bits. */
  readonly buttons: number;
  readonly target: number | undefined;
  /** A place for skills on the ground. */
  readonly aim: readonly [number, number] | undefined;
}

export interface Stats {
  readonly rttMillis: number;
  readonly margin: number;
  readonly leadMillis: number;
  readonly compared: number;
  readonly equal: number;
  readonly corrected: number;
  readonly missed: number;
  readonly late: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly framesIn: number;
  readonly updates: number;
  readonly records: number;
  readonly inputs: number;
  readonly tick: number;
  /** Ticks by which the others are shown in the past. */
  readonly delayTicks: number;
  /** Share of the pictures that were ahead of all that was known. */
  readonly guessed: number;
  /** Corrections of the own figure by more than 4 m, and how far the newest of them was. */
  readonly far: number;
  readonly farMetres: number;
}

const FIGURE_COLUMNS = 18;
const OUTPUTS = ["none", "frame", "welcome", "chat", "notice", "closed", "moved", "invited", "party", "lossy frame", "resumed"] as const;

/** Texts of an output, each after its length. */
function fields(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const decoder = new TextDecoder();
  const all: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = view.getUint32(at, true);
    all.push(decoder.decode(bytes.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return all;
}

function figureOf(row: Float64Array): Figure {
  const at = (column: number): number => row[column] ?? 0;
  return {
    slot: at(0),
    actor: at(1),
    kind: at(2),
    detail: at(3),
    level: at(4),
    x: at(5),
    y: at(6),
    z: at(7),
    turn: at(8),
    speed: at(9),
    pose: at(10),
    health: at(11),
    class: at(12),
    weapon: at(13),
    effects: at(14),
    target: at(15),
    rarity: at(16),
    quantity: at(17),
  };
}

/** Reads `client_own_state`; the rest of an own state is known to the page. */
function ownStateOf(numbers: Float64Array): { readonly now: number; readonly own: Omit<OwnState, "actor" | "diedAt"> } {
  let next = 0;
  const take = (): number => numbers[next++] ?? 0;
  const [now, hitPoints, hitPointsMax, mana, manaMax, dead, combatUntil, swingAt, sharedAt, skill, began, ends] =
    Array.from({ length: 12 }, take) as [number, number, number, number, number, number, number, number, number, number, number, number];
  const itemReady = [take(), take(), take()] as const;
  const cooldowns = new Map(Array.from({ length: take() }, () => [take(), take()] as const));
  const effects = Array.from({ length: take() }, () => ({ effect: take(), until: take() }));
  const cast = skill === 0 || ends <= now ? undefined : { skill, began, ends };
  const own = { hitPoints, hitPointsMax, mana, manaMax, dead: dead === 1, inCombat: combatUntil > now, cast, swingAt, sharedAt, cooldowns, itemReady, effects };
  return { now, own };
}

export class GameClient {
  constructor(private readonly module: Module) {}

  /** Whether frames may get lost on the line that the next session begins on. */
  lossy(lossy: boolean): void {
    this.module.exports.client_lossy(lossy ? 1 : 0);
  }

  /** A new session: for a guest by name, for a character of an account by its ticket. */
  start(guest: CharacterChoice, ticket?: string): void {
    if (ticket !== undefined) {
      this.module.giveText(ticket);
      this.module.check(this.module.exports.client_ticket());
      return;
    }
    this.module.giveText(guest.name);
    this.module.exports.client_start(guest.look, guest.class, guest.faction);
  }

  /**
   * The session that was lost, by its token. If this module has played it, what is known is shown meanwhile and goes on
   * with "resumed"; what cannot go on is told anew after "welcome".
   */
  resume(token: string): void {
    this.module.giveText(token);
    this.module.check(this.module.exports.client_resume());
  }

  receive(now: number, frame: Uint8Array): void {
    this.module.give(frame);
    this.module.check(this.module.exports.client_receive(now));
  }

  advance(now: number): void {
    this.module.exports.client_advance(now);
  }

  control({ heading, turn, buttons, target, aim }: Hands): void {
    const [x, z] = aim ?? [Number.NaN, Number.NaN];
    this.module.exports.client_aim(x, z);
    this.module.exports.client_control(heading[0], heading[1], turn, buttons, target ?? 0);
  }

  /** Something beside moving and fighting: see the module's `acts`. */
  act(...words: readonly (string | number)[]): void {
    this.module.giveText(words.join(" "));
    this.module.check(this.module.exports.client_act());
  }

  /** Says something to one character alone. */
  whisper(name: string, text: string): void {
    this.module.giveText(`${name}\0${text}`);
    this.module.exports.client_whisper();
  }

  /** Another number whenever a trade is told anew. */
  get tradeRevision(): number {
    return this.module.exports.client_trade_revision();
  }

  /** The trade under way, or a request for one; nothing without. */
  trade(): TradeTold | undefined {
    this.module.exports.client_trade();
    return this.json() as TradeTold | undefined;
  }

  chat(text: string, channel = 1): void {
    this.module.giveText(text);
    this.module.exports.client_chat(channel);
  }

  leave(): void {
    this.module.exports.client_leave();
  }

  poll(): ClientOutput | undefined {
    const type = OUTPUTS[this.module.exports.client_poll()] ?? "none";
    if (type === "none") return undefined;
    const bytes = this.module.taken();
    if (type === "frame" || type === "lossy frame") return { type: "frame", bytes, lossy: type === "lossy frame" };
    const [first = "", second = "", third = "", fourth = "", fifth = ""] = fields(bytes);
    switch (type) {
      case "welcome":
      case "resumed":
      case "moved":
        return { type, name: first, zone: Number(second), content: third, resume: fourth, actor: Number(fifth) };
      case "invited":
        return { type, name: first };
      case "party":
        return { type };
      case "chat":
        return { type, actor: first === "" ? undefined : Number(first), name: second, channel: Number(third), text: fourth, sent: fifth === "true" };
      case "notice":
        return { type, sentence: first };
      case "closed":
        return { type, code: Number(first), sentence: second, mayResume: third === "true" };
    }
  }

  own(now: number): Figure | undefined {
    return this.module.exports.client_own(now) > 0 ? figureOf(this.module.takenFloats()) : undefined;
  }

  figures(now: number): Figure[] {
    const count = this.module.exports.client_figures(now);
    const table = this.module.takenFloats();
    return Array.from({ length: count }, (_, row) => figureOf(table.subarray(row * FIGURE_COLUMNS, (row + 1) * FIGURE_COLUMNS)));
  }

  /** The own state and the tick it is shown in; nothing before it was told. */
  ownState(now: number): ReturnType<typeof ownStateOf> | undefined {
    return this.module.exports.client_own_state(now) > 0 ? ownStateOf(this.module.takenFloats()) : undefined;
  }

  /** What the own character has begun since the last call, by the core's foresight; no skill is a swing. */
  foreseen(): { readonly skill: number | undefined; readonly target: number | undefined }[] {
    const count = this.module.exports.client_foreseen();
    if (count === 0) return [];
    const numbers = this.module.takenFloats();
    const known = (at: number): number | undefined => (numbers[at] === 0 ? undefined : numbers[at]);
    return Array.from({ length: count }, (_, index) => ({ skill: known(index * 2), target: known(index * 2 + 1) }));
  }

  /** Raised with every change of the sheet; 0 before it was told. */
  get sheetRevision(): number {
    return this.module.exports.client_sheet_revision();
  }

  sheet(): Sheet | undefined {
    this.module.exports.client_sheet();
    const told = this.json() as Partial<Sheet> | undefined;
    return told && ({ storage: [], ranks: [], pity: [], visited: [], resets: 0, waits: [], locked: [], ...told } as Sheet);
  }

  party(): Party | undefined {
    this.module.exports.client_party();
    return this.jsonWithoutNulls() as Party | undefined;
  }

  /** All that happened since the last call, in order. */
  events(): GameEvent[] {
    if (this.module.exports.client_events() === 0) return [];
    return (this.jsonWithoutNulls() as GameEvent[] | undefined) ?? [];
  }

  /** All that the content says; quests speak of the people of `zone`. */
  definitions(zone: number): Definitions {
    this.module.exports.definitions(zone);
    return definitionsFrom(this.json());
  }

  /** The client is in this zone, whose map was loaded before. */
  landed(zone: number): void {
    this.module.exports.client_land(zone);
  }

  /** The output as a value; nothing where it is empty. */
  private json(): unknown {
    const text = this.module.takenText();
    return text === "" ? undefined : JSON.parse(text);
  }

  /** The same, without the members that are `null`. */
  private jsonWithoutNulls(): unknown {
    const text = this.module.takenText();
    return text === "" ? undefined : JSON.parse(text, (_, value: unknown) => value ?? undefined);
  }

  /** The name of a character in sight. */
  nameOf(slot: number): string {
    return this.module.exports.client_name(slot) > 0 ? this.module.takenText() : "";
  }

  /** Name and role of a definition. */
  definition(kind: Kind, definition: number): { name: string; role: string } {
    this.module.exports.name_of(kind, definition);
    const [name = "", role = ""] = fields(this.module.taken());
    return { name, role };
  }

  findPath(from: readonly [number, number], to: readonly [number, number]): (readonly [number, number])[] {
    const count = this.module.exports.path_find(from[0], from[1], to[0], to[1]);
    const table = this.module.takenFloats();
    return Array.from({ length: count }, (_, index) => [table[index * 2]!, table[index * 2 + 1]!] as const);
  }

  stats(): Stats {
    this.module.exports.client_stats();
    const [rttMillis = 0, margin = 0, leadMillis = 0, compared = 0, equal = 0, corrected = 0, missed = 0, late = 0, bytesIn = 0, bytesOut = 0, framesIn = 0, updates = 0, records = 0, inputs = 0, tick = 0, delayTicks = 0, guessed = 0, far = 0, farMetres = 0] = this.module.takenFloats();
    return { rttMillis, margin, leadMillis, compared, equal, corrected, missed, late, bytesIn, bytesOut, framesIn, updates, records, inputs, tick, delayTicks, guessed, far, farMetres };
  }
}
