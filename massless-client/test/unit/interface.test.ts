import { describe, expect, it } from "vitest";

import { angleBetween } from "../../src/figures/gait";
import { outfitOf, Kind, LOOKS, shapeOf } from "../../src/figures/wardrobe";
import { retryDelay } from "massless/net/connection";
import { planFrom } from "massless/net/session";
import { DEFAULT_SETTINGS, settingsFrom, SettingsStore } from "../../src/state/settings";
import { tidiedMessage } from "../../src/ui/chat-text";
import { fromWindow, toWindow } from "../../src/ui/minimap";
import { nameTrouble, tidiedName } from "../../src/ui/names";

describe("minimap", () => {
  it("puts the centre in the middle and north up", () => {
    expect(toWindow([128, 40], [128, 40], 176, 110)).toEqual([88, 88]);
    expect(toWindow([128, 50], [128, 40], 176, 110)).toEqual([88, 72]);
    expect(toWindow([138, 40], [128, 40], 176, 110)).toEqual([104, 88]);
  });

  it("finds the place under a pixel again", () => {
    for (const place of [[0, 0], [130.25, 17], [255, 255]] as const) {
      const back = fromWindow(toWindow(place, [99, 120], 176, 110), [99, 120], 176, 110);
      expect(back[0]).toBeCloseTo(place[0]);
      expect(back[1]).toBeCloseTo(place[1]);
    }
  });
});

describe("names and messages", () => {
  it("tells what is wrong with a name", () => {
    expect(nameTrouble("Al")).toMatch(/3 to 16/);
    expect(nameTrouble("Abcdefghijklmnopq")).toMatch(/3 to 16/);
    expect(nameTrouble("Rob3rt")).toMatch(/letters only/);
    expect(nameTrouble("Two Words")).toMatch(/letters only/);
    expect(nameTrouble("Ælfwine")).toBeUndefined();
    expect(nameTrouble("Мария")).toBeUndefined();
  });

  it("tidies a name", () => {
    expect(tidiedName("  mira ")).toBe("Mira");
    expect(tidiedName("élodie")).toBe("Élodie");
    expect(tidiedName("")).toBe("");
  });

  it("keeps messages within the rules, by letters and by bytes", () => {
    expect(tidiedMessage("  hello ")).toBe("hello");
    expect([...tidiedMessage("x".repeat(500))].length).toBe(200);
    const wide = tidiedMessage("🦊".repeat(200));
    expect(new TextEncoder().encode(wide).length).toBeLessThanOrEqual(600);
    expect(wide.length % 2).toBe(0);
    expect(tidiedMessage("e\u0301")).toBe("é");
  });
});

describe("settings", () => {
  const memory = (first: string | null): { kept: string | null; getItem: () => string | null; setItem: (key: string, value: string) => void } => ({
    kept: first,
    getItem() { return this.kept; },
    setItem(_key, value) { this.kept = value; },
  });

  it("survive anything that may be stored", () => {
    for (const text of [null, "", "{", "[]", "7", '"x"', '{"look":99,"quality":"ultra","name":7}']) {
      expect(settingsFrom(text)).toEqual(DEFAULT_SETTINGS);
    }
  });

  it("are kept and told", () => {
    const storage = memory(null);
    const store = new SettingsStore(storage);
    const told: string[] = [];
    store.onChange((settings) => told.push(settings.name));
    store.change({ name: "Mira", look: 7 });
    expect(told).toEqual(["Mira"]);
    expect(new SettingsStore(storage).current).toEqual({ ...DEFAULT_SETTINGS, name: "Mira", look: 7 });
  });
});

describe("connection", () => {
  it("waits longer each time, within bounds, and not in step with others", () => {
    expect(retryDelay(1, 1)).toBe(0.5);
    expect(retryDelay(2, 1)).toBe(1);
    expect(retryDelay(30, 1)).toBe(8);
    expect(retryDelay(30, 0)).toBe(4);
  });

  it("reads the server's plan and refuses nonsense", () => {
    const page = { protocol: "http:", hostname: "127.0.0.1" };
    const plan = planFrom({ ws: "ws://127.0.0.1:2567/", zone: 1, content: "ab", map: "/content/ab/1.map" }, page);
    expect(plan.socket).toBe("ws://127.0.0.1:2567/");
    expect(plan.quic).toBeUndefined();
    for (const answer of [null, {}, { ws: 1 }, { ws: "ws://x/", zone: "1", content: "", map: "" }]) {
      expect(() => planFrom(answer, page)).toThrow(/cannot be read/);
    }
  });
});

describe("figures", () => {
  it("turn the shorter way", () => {
    expect(angleBetween(0.1, Math.PI * 2 - 0.1)).toBeCloseTo(-0.2);
    expect(angleBetween(3, -3)).toBeCloseTo(Math.PI * 2 - 6);
    expect(angleBetween(0, Math.PI * 7)).toBeCloseTo(Math.PI);
  });

  it("have a shape for every look, creature and person, within a small budget", () => {
    const outfits = [
      ...Array.from({ length: LOOKS }, (_, look) => outfitOf(Kind.Character, look)),
      ...Array.from({ length: 8 }, (_, index) => outfitOf(Kind.Creature, 101 + index)),
      ...Array.from({ length: 9 }, (_, index) => outfitOf(Kind.Npc, 101 + index)),
      outfitOf(Kind.Creature, 9_999),
    ];
    for (const shape of new Set(outfits.map((outfit) => outfit.shape))) {
      const count = shapeOf(shape).vertexCount;
      expect(count, shape).toBeGreaterThan(100);
      expect(count, shape).toBeLessThan(4_000);
    }
    expect(new Set(outfits.slice(0, LOOKS).map((outfit) => JSON.stringify(outfit))).size).toBe(LOOKS);
  });
});
