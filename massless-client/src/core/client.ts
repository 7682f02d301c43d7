// One session as the module plays it: frames in and out, what the hands do, who is in sight.

import type { Module } from "./module";
import { type Kind, Pose } from "./world";

export { Pose };

export type ClientOutput =
  | { readonly type: "frame"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "welcome"; readonly name: string; readonly zone: number; readonly content: string; readonly resume: string }
  | { readonly type: "chat"; readonly actor: number | undefined; readonly name: string; readonly channel: number; readonly text: string }
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
}

const FIGURE_COLUMNS = 12;
const OUTPUTS = ["none", "frame", "welcome", "chat", "notice", "closed"] as const;

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
  const [slot, actor, kind, detail, level, x, y, z, turn, speed, pose, health] =
    row as unknown as [number, number, number, number, number, number, number, number, number, number, number, number];
  return { slot, actor, kind, detail, level, x, y, z, turn, speed, pose, health };
}

export class GameClient {
  constructor(private readonly module: Module) {}

  /** A new session for a guest. */
  start(name: string, look: number): void {
    this.module.giveText(name);
    this.module.exports.client_start(look);
  }

  /** The session that was lost, by its token. */
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

  /** What the hands do: a heading no longer than 1 and where the figure looks, in radians. */
  control(heading: readonly [number, number], turn: number): void {
    this.module.exports.client_control(heading[0], heading[1], turn);
  }

  chat(text: string): void {
    this.module.giveText(text);
    this.module.exports.client_chat(1);
  }

  leave(): void {
    this.module.exports.client_leave();
  }

  poll(): ClientOutput | undefined {
    const type = OUTPUTS[this.module.exports.client_poll()] ?? "none";
    if (type === "none") return undefined;
    const bytes = this.module.taken();
    if (type === "frame") return { type, bytes };
    const [first = "", second = "", third = "", fourth = ""] = fields(bytes);
    switch (type) {
      case "welcome":
        return { type, name: first, zone: Number(second), content: third, resume: fourth };
      case "chat":
        return { type, actor: first === "" ? undefined : Number(first), name: second, channel: Number(third), text: fourth };
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
    const [rttMillis = 0, margin = 0, leadMillis = 0, compared = 0, equal = 0, corrected = 0, missed = 0, late = 0, bytesIn = 0, bytesOut = 0, framesIn = 0, updates = 0, records = 0, inputs = 0, tick = 0] = this.module.takenFloats();
    return { rttMillis, margin, leadMillis, compared, equal, corrected, missed, late, bytesIn, bytesOut, framesIn, updates, records, inputs, tick };
  }
}
