// The WebAssembly module: the core and the protocol. This is the only place that touches its memory.

/** The module's exports; see `massless-client/wasm`. */
export interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly input: (len: number) => number;
  readonly output: () => number;
  readonly output_len: () => number;
  readonly map_load: () => number;
  readonly map_keep: (zone: number) => void;
  readonly map_width: () => number;
  readonly map_depth: () => number;
  readonly map_water: () => number;
  readonly map_heights: () => number;
  readonly map_materials: () => number;
  readonly map_walkable: () => number;
  readonly map_props: () => number;
  readonly map_props_count: () => number;
  readonly map_of_zone: (zone: number) => number;
  readonly definitions: (zone: number) => void;
  readonly client_lossy: (lossy: number) => void;
  readonly client_start: (look: number, characterClass: number, faction: number) => void;
  readonly client_ticket: () => number;
  readonly client_land: (zone: number) => void;
  readonly client_act: () => number;
  readonly client_events: () => number;
  readonly client_foreseen: () => number;
  readonly client_own_state: (now: number) => number;
  readonly client_sheet_revision: () => number;
  readonly client_sheet: () => void;
  readonly client_party: () => void;
  readonly client_resume: () => number;
  readonly client_receive: (now: number) => number;
  readonly client_advance: (now: number) => void;
  readonly client_control: (east: number, north: number, facing: number, buttons: number, target: number) => void;
  readonly client_aim: (x: number, z: number) => void;
  readonly client_chat: (channel: number) => void;
  readonly client_whisper: () => void;
  readonly client_trade_revision: () => number;
  readonly client_trade: () => void;
  readonly client_leave: () => void;
  readonly client_poll: () => number;
  readonly client_own: (now: number) => number;
  readonly client_figures: (now: number) => number;
  readonly client_name: (slot: number) => number;
  readonly client_stats: () => number;
  readonly name_of: (kind: number, definition: number) => number;
  readonly path_find: (fromX: number, fromZ: number, toX: number, toZ: number) => number;
}

const NEEDED: readonly (keyof Exports)[] = [
  "memory", "input", "output", "output_len", "map_load", "map_keep", "client_lossy", "client_start", "client_receive",
  "client_advance", "client_poll", "client_figures", "path_find", "definitions", "client_act", "client_events",
];

/** The game cannot run; the message is for people. */
export class StartError extends Error {}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Module {
  private constructor(readonly exports: Exports) {}

  /** Compiles and starts a module; refuses one that wants anything from outside. */
  static async start(bytes: BufferSource): Promise<Module> {
    let exports: Partial<Exports>;
    try {
      const { instance } = await WebAssembly.instantiate(bytes, {});
      exports = instance.exports;
    } catch (error) {
      throw new StartError(`The game's module could not be started: ${String(error)}`);
    }
    const missing = NEEDED.filter((name) => exports[name] === undefined);
    if (missing.length > 0) {
      throw new StartError(`The game's module is of another version: it lacks ${missing.join(", ")}.`);
    }
    return new Module(exports as Exports);
  }

  /** Fetches the module that was built with this page. */
  static async fetch(address: string): Promise<Module> {
    let bytes: ArrayBuffer;
    try {
      const answer = await fetch(address);
      const type = answer.headers.get("content-type") ?? "";
      if (!answer.ok || type.startsWith("text/html")) throw new Error(`the answer was ${answer.status}`);
      bytes = await answer.arrayBuffer();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new StartError(
        `The game's module massless.wasm could not be loaded (${reason}). Build it with "cargo xtask build wasm", then reload.`,
      );
    }
    return Module.start(bytes);
  }

  /** Puts bytes where the next call reads them. */
  give(bytes: Uint8Array): void {
    const start = this.exports.input(bytes.length);
    if (start === 0 && bytes.length > 0) throw new StartError(`${bytes.length} bytes are more than the module takes`);
    new Uint8Array(this.exports.memory.buffer, start, bytes.length).set(bytes);
  }

  giveText(text: string): void {
    this.give(encoder.encode(text));
  }

  /** What the last call left; a copy. */
  taken(): Uint8Array<ArrayBuffer> {
    const { memory, output, output_len } = this.exports;
    return new Uint8Array(memory.buffer, output(), output_len()).slice();
  }

  takenText(): string {
    return decoder.decode(this.taken());
  }

  /** The last output as numbers; valid until the next call. */
  takenFloats(): Float64Array {
    const { memory, output, output_len } = this.exports;
    const bytes = memory.buffer.slice(output(), output() + output_len());
    return new Float64Array(bytes);
  }

  /** Turns a failed call's sentence into an error. */
  check(result: number): number {
    if (result < 0) throw new StartError(this.takenText());
    return result;
  }

  floats(start: number, count: number): Float32Array {
    return new Float32Array(this.exports.memory.buffer.slice(start, start + count * 4));
  }

  bytes(start: number, count: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer.slice(start, start + count));
  }
}
