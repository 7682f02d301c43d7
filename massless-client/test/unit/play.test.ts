import { describe, expect, it } from "vitest";

import type { Figure } from "massless/core/client";
import { definitionsFrom } from "massless/core/definitions";
import { type Definitions, Kind, Pose, type QuestDefinition, type Sheet } from "massless/core/world";
import { outfitOf, shapeOf } from "../../src/figures/wardrobe";
import { weaponRow } from "../../src/figures/weapons";
import { braked, Errands } from "../../src/play/errand";
import { npcState, signOf } from "../../src/play/quests";
import { figureUnder, isPrey, nearestUsable, nextTarget, regardOf } from "../../src/play/regard";

function figure(actor: number, part: Partial<Figure> = {}): Figure {
  return {
    slot: actor, actor, kind: Kind.Creature, detail: 101, level: 1, x: 0, y: 0, z: 0, turn: 0, speed: 0, pose: Pose.Idle,
    health: 1, class: 0, weapon: 0, effects: 0, target: 0, rarity: 0, quantity: 0, ...part,
  };
}

const quest: QuestDefinition = {
  id: 2, name: "Too Many Hounds", offer: "", reminder: "", thanks: "", level: 1, giver: 103, receiver: 103,
  goal: { type: "kill", creature: 101, count: 8 }, after: [], experience: 50, coin: 30, items: [],
};
const second: QuestDefinition = { ...quest, id: 3, level: 2, after: [2] };

const definitions: Definitions = definitionsFrom({
  skills: [], effects: [], items: [], classes: [], zones: [], experience: [],
  quests: [quest, second],
  creatures: [
    { id: 101, name: "Dust Hound", category: "normal", level: 1 },
    { id: 104, name: "Grey Prowler", category: "aggressive", level: 4 },
    { id: 901, name: "Town Guard", category: "guard", level: 50 },
  ],
});

const NORTH = { x: 0, z: 0, yaw: 0 };

describe("choosing", () => {
  it("goes by distance through what lies ahead, and back", () => {
    const row = [figure(1, { z: 20 }), figure(2, { z: 8 }), figure(3, { z: -20 }), figure(4, { z: 39, x: 1 }), figure(5, { z: 60 })];
    const order: (number | undefined)[] = [];
    let chosen: number | undefined;
    for (let step = 0; step < 4; step += 1) {
      chosen = nextTarget(row, definitions, NORTH, chosen);
      order.push(chosen);
    }
    expect(order).toEqual([2, 1, 4, 2]);
    expect(nextTarget(row, definitions, NORTH, 2, true)).toBe(4);
  });

  it("leaves out the dead, guards, people and what is not there", () => {
    const row = [figure(1, { z: 5, pose: Pose.Dead }), figure(2, { z: 6, detail: 901 }), figure(3, { z: 7, kind: Kind.Npc }), figure(4, { z: 7, kind: Kind.Item })];
    expect(nextTarget(row, definitions, NORTH, undefined)).toBeUndefined();
    expect(row.some((one) => isPrey(one, definitions))).toBe(false);
  });

  it("tells enemies from those who mind their own business", () => {
    expect(regardOf(figure(1), definitions, 9)).toBe("neutral");
    expect(regardOf(figure(1, { target: 9 }), definitions, 9)).toBe("hostile");
    expect(regardOf(figure(1, { detail: 104 }), definitions, 9)).toBe("hostile");
    expect(regardOf(figure(1, { detail: 901 }), definitions, 9)).toBe("friendly");
    expect(regardOf(figure(1, { kind: Kind.Character }), definitions, 9)).toBe("friendly");
  });

  it("takes the nearest body under the pointer", () => {
    const bodies = [figure(1, { z: 10 }), figure(2, { z: 6 }), figure(3, { z: 3, pose: Pose.Dead }), figure(4, { z: 6, x: 3 })].map((one) => ({ figure: one, height: 1.8, width: 1 }));
    expect(figureUnder(bodies, [0, 1, 0], [0, 0, 1], 100)?.actor).toBe(2);
    expect(figureUnder(bodies, [3, 9, 6], [0, -1, 0], 100)?.actor).toBe(4);
    expect(figureUnder(bodies, [0, 4, 0], [0, 0, 1], 100)).toBeUndefined();
    expect(figureUnder(bodies, [0, 1, 0], [0, 0, -1], 100)).toBeUndefined();
  });

  it("uses people and things, never beasts", () => {
    const row = [figure(1, { z: 1 }), figure(2, { z: 3, kind: Kind.Item }), figure(3, { z: 2, kind: Kind.Npc })];
    expect(nearestUsable(row, { x: 0, z: 0 }, 5)?.actor).toBe(3);
    expect(nearestUsable(row, { x: 0, z: 0 }, 1)).toBeUndefined();
  });
});

describe("errands", () => {
  it("walk up to whom they are about, and act once there", () => {
    const target = figure(7, { z: 10 });
    const errands = new Errands((_, to) => [to]);
    let done = 0;
    errands.begin({ actor: 7, reach: 2, act: () => { done += 1; } });
    expect(errands.steer([0, 0], () => target, 0.05)).toEqual([0, 1]);
    expect(done).toBe(0);
    expect(errands.steer([0, 8.5], () => target, 0.05)).toBeUndefined();
    expect([done, errands.actor]).toEqual([1, undefined]);
  });

  it("do not walk past the other where pictures are slow", () => {
    expect(braked([0, 1], 4, 0.05)).toEqual([0, 1]);
    // Half a second to the next picture: 2.5 m at full speed.
    const [, north] = braked([0, 1], 1, 0.5);
    expect(north * 5 * 0.5).toBeLessThan(1.7);
    expect(braked([0, 1], 0.01, 3)[1]).toBeGreaterThan(0.1);
  });

  it("end when the other is gone, without acting", () => {
    const errands = new Errands((_, to) => [to]);
    errands.begin({ actor: 7, reach: 2, act: () => { throw new Error("nobody is there"); } });
    expect(errands.steer([0, 0], () => undefined, 0.05)).toBeUndefined();
    expect(errands.actor).toBeUndefined();
  });
});

describe("quests of an NPC", () => {
  const sheet = { level: 1, quests: [], done: [] } as unknown as Sheet;

  it("are offered, wait, and are taken back", () => {
    expect(npcState(5, 103, definitions, sheet).offers).toEqual([2]);
    expect(signOf(npcState(5, 103, definitions, sheet))).toBe("offer");
    const active = { ...sheet, quests: [{ quest: 2, count: 3, goal: 8, ready: false }] };
    expect(signOf(npcState(5, 103, definitions, active))).toBe("waiting");
    const ready = { ...sheet, quests: [{ quest: 2, count: 8, goal: 8, ready: true }] };
    expect(npcState(5, 103, definitions, ready)).toEqual({ actor: 5, npc: 103, offers: [], ready: [2], waiting: [] });
    expect(signOf(npcState(5, 101, definitions, ready))).toBeUndefined();
  });

  it("come one after another, and not below their level", () => {
    const done = { ...sheet, done: [2] };
    expect(npcState(5, 103, definitions, done).offers).toEqual([]);
    expect(npcState(5, 103, definitions, { ...done, level: 2 }).offers).toEqual([3]);
  });
});

describe("what players hold", () => {
  it("is a shape for each family of weapons, moved by arms", () => {
    for (const row of [1010, 1020, 1030, 1040, 1050, 1060, 1070, 1080]) {
      expect(weaponRow(row + 2)).toBe(row);
      expect(outfitOf(Kind.Character, 3, { class: 1, weapon: row + 1 }).held).toBe(`weapon ${row}`);
      expect(shapeOf(`weapon ${row}`).vertexCount).toBeGreaterThan(20);
    }
    expect(weaponRow(2011)).toBeUndefined();
    expect(outfitOf(Kind.Character, 3).held).toBeUndefined();
  });
});
