import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { ClientOutput, GameClient } from "massless/core/client";
import type { CharacterChoice } from "massless/core/world";
import { ApiError } from "massless/net/api";
import { Connection, type ConnectionState } from "massless/net/connection";
import type { Way } from "massless/net/dialer";
import { placeFrom, PlaceStore } from "massless/net/place";

/** A tab's memory: it outlives the page. */
class Memory {
  private readonly texts = new Map<string, string>();
  getItem(key: string): string | null { return this.texts.get(key) ?? null; }
  setItem(key: string, text: string): void { this.texts.set(key, text); }
  removeItem(key: string): void { this.texts.delete(key); }
}

class Line {
  static readonly OPEN = 1;
  static open: Line[] = [];
  readonly readyState = 1;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: (() => void) | null = null;
  constructor() { Line.open.push(this); }
  send(): void { /* What is sent is the module's matter. */ }
  close(): void { /* The other side is not told. */ }
}

/** A page with the module replaced by a list of what it will say. */
class Page {
  readonly asked: string[] = [];
  readonly states: ConnectionState["type"][] = [];
  readonly connection: Connection;
  private readonly said: ClientOutput[] = [];

  constructor(memory: Memory, way: ConstructorParameters<typeof Connection>[3] = () => Promise.resolve({ socket: "ws://here" })) {
    const client = {
      lossy: () => undefined,
      start: (guest: CharacterChoice, ticket?: string) => { this.asked.push([`start ${guest.name} ${guest.look} ${guest.class} ${guest.faction}`, ...(ticket === undefined ? [] : [ticket])].join(" ")); },
      resume: (token: string) => { this.asked.push(`resume ${token}`); },
      leave: () => { this.asked.push("leave"); },
      poll: () => this.said.shift(),
    } as unknown as GameClient;
    const events = { state: (state: ConnectionState) => { this.states.push(state.type); }, heard: () => undefined };
    this.connection = new Connection(client, events, new PlaceStore(memory), way);
  }

  static timer: (() => void) | undefined;

  /** The time to wait is over. */
  dials(): void {
    Page.timer?.();
  }

  async opens(): Promise<void> {
    for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
    Line.open.at(-1)?.onopen?.();
    for (let turn = 0; turn < 8; turn += 1) await Promise.resolve();
  }

  hears(output: ClientOutput): void {
    this.said.push(output);
    this.connection.pump();
  }
}

const WELCOME = { type: "welcome", name: "Mira", zone: 1, content: "00", resume: "t1", actor: 4 } as const;
const MIRA: CharacterChoice = { name: "Mira", look: 7, class: 3, faction: 2 };

describe("connection", () => {
  let memory: Memory;

  beforeEach(() => {
    memory = new Memory();
    Line.open = [];
    vi.stubGlobal("WebSocket", Line);
    vi.stubGlobal("clearTimeout", () => undefined);
    vi.stubGlobal("setTimeout", (run: () => void) => { Page.timer = run; return 0; });
  });

  afterEach(() => { vi.unstubAllGlobals(); });

  async function joined(): Promise<Page> {
    const page = new Page(memory);
    page.connection.join(MIRA);
    await page.opens();
    page.hears(WELCOME);
    return page;
  }

  it("takes its place up again after a reload, with the newest token", async () => {
    await joined();
    const second = new Page(memory);
    expect(second.connection.takeUp()).toBe(true);
    await second.opens();
    expect(second.asked).toEqual(["resume t1"]);
    second.hears({ ...WELCOME, resume: "t2" });
    expect(second.connection.player).toEqual(MIRA);
    const third = new Page(memory);
    third.connection.takeUp();
    await third.opens();
    expect(third.asked).toEqual(["resume t2"]);
  });

  it("asks for a new page when the server is of another version, and that one takes the place up", async () => {
    const page = await joined();
    page.hears({ type: "closed", code: 4_002, sentence: "out of date", mayResume: false });
    expect(page.states.at(-1)).toBe("outdated");
    const second = new Page(memory);
    expect(second.connection.takeUp()).toBe(true);
    await second.opens();
    expect(second.asked).toEqual(["resume t1"]);
    // A page that is of the wrong version from the start is told so, and is not loaded again and again.
    second.hears({ type: "closed", code: 4_002, sentence: "out of date", mayResume: false });
    expect(second.states.at(-1)).toBe("ended");
  });

  it("goes back to the title without a word when the place is gone", async () => {
    await joined();
    const page = new Page(memory);
    page.connection.takeUp();
    await page.opens();
    page.hears({ type: "closed", code: 4_008, sentence: "too late", mayResume: false });
    expect(page.states.at(-1)).toBe("idle");
    expect(new Page(memory).connection.takeUp()).toBe(false);
    page.connection.join(MIRA);
    await page.opens();
    expect(page.asked.at(-1)).toBe("start Mira 7 3 2");
  });

  it("keeps the token of another zone as soon as it is there", async () => {
    const page = await joined();
    page.hears({ ...WELCOME, type: "moved", zone: 10, resume: "t9" });
    expect(page.states.at(-1)).toBe("playing");
    const second = new Page(memory);
    second.connection.takeUp();
    await second.opens();
    expect(second.asked).toEqual(["resume t9"]);
  });

  it("keeps no place that was left, or taken over elsewhere", async () => {
    const page = await joined();
    page.connection.leave();
    expect(page.asked.at(-1)).toBe("leave");
    expect(new Page(memory).connection.takeUp()).toBe(false);
    const other = await joined();
    other.hears({ type: "closed", code: 4_005, sentence: "elsewhere", mayResume: false });
    expect(other.states.at(-1)).toBe("ended");
    expect(new Page(memory).connection.takeUp()).toBe(false);
  });

  it("asks for a ticket only when there is no place to take up, and for a new one each time", async () => {
    const asked: string[] = [];
    const way = (who: CharacterChoice, anew: boolean): Promise<Way> => {
      asked.push(`${who.character ?? "guest"} ${anew ? "anew" : "again"}`);
      return Promise.resolve({ socket: "ws://here", ...(anew ? { ticket: `ticket${asked.length}` } : {}) });
    };
    const page = new Page(memory, way);
    page.connection.join({ ...MIRA, character: 7 });
    await page.opens();
    page.hears(WELCOME);
    const second = new Page(memory, way);
    second.connection.takeUp();
    await second.opens();
    second.hears({ ...WELCOME, resume: "t2" });
    // The body is gone: the character is taken up anew, with a ticket of its own.
    second.hears({ type: "closed", code: 4_008, sentence: "too late", mayResume: false });
    expect(second.states.at(-1)).toBe("waiting");
    second.dials();
    await second.opens();
    expect(asked).toEqual(["7 anew", "7 again", "7 anew"]);
    expect([page.asked, second.asked]).toEqual([["start Mira 7 3 2 ticket1"], ["resume t1", "start Mira 7 3 2 ticket3"]]);
  });

  it("says why the server lets nobody in, and tries on when it only cannot", async () => {
    let error: Error = new ApiError("banned", 403);
    const page = new Page(memory, () => Promise.reject(error));
    page.connection.join(MIRA);
    await page.opens();
    expect(page.connection.state).toEqual({ type: "ended", sentence: "This account is banned." });
    error = new ApiError("busy", 503);
    page.connection.join(MIRA);
    await page.opens();
    expect(page.connection.state).toMatchObject({ type: "ended", sentence: expect.stringMatching(/busy/) as string });
    const way = vi.fn<() => Promise<Way>>().mockResolvedValueOnce({ socket: "ws://here" }).mockRejectedValue(error);
    const played = new Page(new Memory(), way);
    played.connection.join(MIRA);
    await played.opens();
    played.hears(WELCOME);
    played.hears({ type: "closed", code: 4_018, sentence: "not now", mayResume: false });
    played.dials();
    await played.opens();
    expect(played.connection.state).toMatchObject({ type: "waiting", attempt: 2 });
  });

  it("reads no place out of nonsense", () => {
    expect(placeFrom(null)).toBeUndefined();
    expect(placeFrom("{")).toBeUndefined();
    expect(placeFrom("7")).toBeUndefined();
    expect(placeFrom(JSON.stringify({ name: "Mira", look: 1 }))).toBeUndefined();
    expect(placeFrom(JSON.stringify({ ...MIRA, class: "x", token: "t" }))).toBeUndefined();
  });
});
