// What the panels say and count, without a page.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

import { EquipSlot, type GameEvent, type Heard, HitKind } from "massless/core/world";
import { cueOf, schoolOf } from "../../src/sound/event-sounds";
import { RECIPES } from "../../src/sound/recipes";
import { gainOf, HEARING_METRES, loudness } from "../../src/sound/sounds";
import { lengthOf, noiseSamples } from "../../src/sound/synth";
import { countOf, isTooFar, itemGroup, slotView, sweepOf } from "../../src/ui/bar-slot";
import { castProgress } from "../../src/ui/cast-bar";
import { floatingOf } from "../../src/ui/combat-text";
import { respawnSeconds } from "../../src/ui/death";
import { attributesWith, reductionBp, swingTicks, valuesOf } from "../../src/ui/derived";
import { entriesOf } from "../../src/ui/dialogue";
import { isBetter } from "../../src/ui/inventory";
import { comparison, gearNumber, itemTooltip, replacedBy, wearTrouble } from "../../src/ui/item-text";
import { dangerOf, duration, leftShort, metres, percent, share, signed, signedPercent } from "../../src/ui/numbers";
import { withinRim } from "../../src/ui/minimap";
import { spoken } from "../../src/ui/chat-text";
import { progressText } from "../../src/ui/quest-text";
import { RefusalFilter, REFUSALS, refusalSentence } from "../../src/ui/refusals";
import { skillsOfClass } from "../../src/ui/skill-book";
import { skillDrawing } from "../../src/ui/skill-icons";
import { itemDrawing } from "../../src/ui/item-icons";
import { skillTooltip } from "../../src/ui/skill-text";
import { definitions, figure, item, own, sheet } from "../story/fixture";

/** Codes of the core's `Rejection`, read from its source. */
function rejectionCodes(): number[] {
  const source = readFileSync(new URL("../../../massless-core/src/event/rejection.rs", import.meta.url), "utf8");
  const body = /pub enum Rejection \{(.*?)\n\}/su.exec(source)?.[1] ?? "";
  return [...body.matchAll(/= (\d+),/gu)].map((match) => Number(match[1]));
}

describe("refusals", () => {
  it("have a sentence for every code of the core, and no two the same", () => {
    const codes = rejectionCodes();
    expect(codes.length).toBeGreaterThanOrEqual(43);
    for (const code of codes) expect(REFUSALS[code], `code ${code}`).toMatch(/^[A-Z].*\.$/u);
    expect(Object.keys(REFUSALS).map(Number)).toEqual(codes);
    expect(new Set(Object.values(REFUSALS)).size).toBe(codes.length);
  });

  it("have a general sentence for what is not known", () => {
    expect(refusalSentence(9_999)).toMatch(/not possible/);
    expect(refusalSentence(13)).toBe("Not enough mana.");
  });

  it("are not said again and again", () => {
    const filter = new RefusalFilter();
    expect(filter.admit(16, 0)).toBe(true);
    expect(filter.admit(16, 900)).toBe(false);
    expect(filter.admit(13, 900)).toBe(true);
    expect(filter.admit(16, 1_600)).toBe(true);
    expect(filter.admit(11, 0)).toBe(true);
    expect(filter.admit(11, 2_000)).toBe(false);
  });
});

describe("numbers", () => {
  it("are seconds, metres and percent", () => {
    expect([10, 24, 100, 1_200, 12_000, 1_300].map(duration)).toEqual(["0.5 s", "1.2 s", "5 s", "1 min", "10 min", "1 min 5 s"]);
    expect([0, 1, 16, 20, 21, 1_200, 80_000].map(leftShort)).toEqual(["", "0.1", "0.8", "1", "2", "1m", "2h"]);
    expect(metres(2.5)).toBe("2.5 m");
    expect(percent(1_428)).toBe("14.3 %");
    expect([signedPercent(-3_000), signedPercent(800), signed(0), signed(-2)]).toEqual(["−30 %", "+8 %", "±0", "−2"]);
    expect([share(5, 10), share(20, 10), share(-1, 10), share(1, 0)]).toEqual([0.5, 1, 0, 0]);
  });

  it("colour levels by how far they are from one's own", () => {
    expect([15, 13, 12, 11, 8, 7, 0].map((level) => dangerOf(10, level))).toEqual(["deadly", "hard", "hard", "even", "even", "easy", "easy"]);
    expect(dangerOf(12, 1)).toBe("trivial");
  });
});

describe("items", () => {
  it("have the core's numbers with rarity and upgrade", () => {
    expect(gearNumber(11, 0, 0)).toBe(11);
    expect(gearNumber(32, 2, 4)).toBe(50);
    expect(gearNumber(9, 1, 3)).toBe(11);
  });

  it("are compared with what would be taken off", () => {
    const wearer = sheet();
    const plate = item(2011, { rarity: 2, upgrade: 2 });
    expect(comparison(plate, wearer, definitions)).toEqual([{ label: "Defence", by: 3 }, { label: "Magic defence", by: 1 }]);
    expect(isBetter(plate, wearer, definitions)).toBe(true);
    expect(isBetter(item(2011), wearer, definitions)).toBe(false);
    const tooltip = itemTooltip(plate, wearer, definitions, false);
    expect(tooltip.title).toBe("Plain Plate +2");
    expect(tooltip.lines).toContainEqual({ text: "Defence", right: "+3", tone: "good" });
    const worse = itemTooltip(item(2021), wearer, definitions, false);
    expect(worse.lines).toContainEqual({ text: "Defence", right: "−3", tone: "bad" });
    expect(worse.lines).toContainEqual({ text: "Only for Assassin, Sorcerer", tone: "bad" });
  });

  it("take the off-hand along when they need two hands, and the other way round", () => {
    const worn = [...sheet().worn];
    const [sword, shield] = [item(1011), item(2072)];
    worn[EquipSlot.Weapon] = sword;
    worn[EquipSlot.OffHand] = shield;
    const wearer = sheet({ worn });
    expect(replacedBy(definitions.items.get(1021)!, wearer, definitions)).toEqual([sword, shield]);
    worn[EquipSlot.Weapon] = item(1021);
    worn[EquipSlot.OffHand] = null;
    expect(replacedBy(definitions.items.get(2072)!, sheet({ worn }), definitions)).toEqual([worn[EquipSlot.Weapon]]);
  });

  it("say why they cannot be worn", () => {
    expect(wearTrouble(definitions.items.get(1022)!, sheet(), definitions)).toBe("From level 8");
    expect(wearTrouble(definitions.items.get(1011)!, sheet(), definitions)).toBeUndefined();
  });

  it("have drawings that differ", () => {
    const drawings = [...definitions.items.keys()].map((id) => JSON.stringify(itemDrawing(id)));
    expect(new Set(drawings).size).toBe(drawings.length);
  });
});

describe("skills", () => {
  it("tell mana, range, time and about how much damage", () => {
    const heavy = skillTooltip(definitions.skills.get(101)!, definitions, sheet());
    expect(heavy.lines).toContainEqual({ text: "8 mana", right: "3 m range" });
    expect(heavy.lines).toContainEqual({ text: "At once", right: "Cooldown 5 s" });
    expect(heavy.lines).toContainEqual({ text: "Damage", right: "about 68" });
    const lash = skillTooltip(definitions.skills.get(301)!, definitions, undefined);
    expect(lash.lines).toContainEqual({ text: "Cast 0.5 s", right: "Cooldown 4 s" });
    expect(lash.lines).toContainEqual({ text: "Damage", right: "150 % of attack" });
  });

  it("are listed by class and level", () => {
    expect(skillsOfClass(definitions.skills, 1).map((skill) => skill.id)).toEqual([101, 102]);
  });

  it("have drawings that differ, known or not", () => {
    const ids = [101, 102, 111, 112, 201, 202, 301, 302, 401, 402, 423, 7_001, 7_002, 7_003];
    expect(new Set(ids.map((id) => JSON.stringify(skillDrawing(id, "blow")))).size).toBe(ids.length);
  });
});

describe("a slot of the bar", () => {
  const now = 1_000;
  const at = (more: Parameters<typeof own>[1] = {}, target = figure()): Parameters<typeof slotView>[2] => ({ now, own: own(now, { cooldowns: new Map(), ...more }), sheet: sheet(), target });
  const heavy = { type: "skill", skill: 101 } as const;

  it("waits for its own cooldown, then for the shared one", () => {
    const own25 = slotView(heavy, definitions, at({ cooldowns: new Map([[101, now + 25]]) }));
    expect([own25.left, own25.sweep, own25.own]).toEqual([25, 0.25, true]);
    const shared = slotView(heavy, definitions, at({ sharedAt: now + 5 }));
    expect([shared.left, shared.sweep, shared.own]).toEqual([5, 0.25, false]);
    const casting = slotView(heavy, definitions, at({ sharedAt: now + 30, cast: { skill: 302, began: now, ends: now + 20 } }));
    expect(casting.sweep).toBeLessThanOrEqual(1);
    expect(slotView(heavy, definitions, at()).left).toBe(0);
    expect([sweepOf(0, 10), sweepOf(20, 10), sweepOf(5, 0)]).toEqual([0, 1, 1]);
  });

  it("says what keeps it from working", () => {
    expect(slotView(heavy, definitions, at({ mana: 7 })).hindrance).toBe("mana");
    expect(slotView(heavy, definitions, at({ mana: 8 })).hindrance).toBe("none");
    expect(slotView(heavy, definitions, at({}, figure({ distance: 3.7 }))).hindrance).toBe("range");
    expect(slotView(heavy, definitions, at({}, figure({ regard: "friendly" }))).hindrance).toBe("target");
    expect(slotView(heavy, definitions, at({ dead: true })).hindrance).toBe("dead");
    expect(slotView(heavy, definitions, { ...at(), sheet: sheet({ level: 0 }) }).hindrance).toBe("level");
    expect(isTooFar(3.5, 3)).toBe(false);
    expect(isTooFar(3.7, 3)).toBe(true);
  });

  it("counts draughts and shows their shared wait", () => {
    const draught = slotView({ type: "item", item: 3001 }, definitions, at({ itemReady: [now + 150, now, now] }));
    expect([draught.count, draught.left, draught.sweep, draught.hindrance]).toEqual([12, 150, 0.5, "none"]);
    const none = slotView({ type: "item", item: 3001 }, definitions, { ...at(), sheet: sheet({ bag: [] }) });
    expect([none.count, none.hindrance]).toEqual([0, "missing"]);
    expect(countOf(sheet(), 5001)).toBe(31);
    expect(itemGroup({ type: "mana", amount: 1, cooldown: 1 })).toBe(1);
    expect(itemGroup({ type: "material" })).toBeUndefined();
  });

  it("is empty where nothing is", () => {
    expect(slotView({ type: "empty" }, definitions, at())).toEqual({ left: 0, sweep: 0, own: false, hindrance: "none", count: undefined });
  });
});

describe("a character", () => {
  it("has the values of the rules", () => {
    const hero = sheet();
    const values = valuesOf(hero, definitions, hero.derived.attributes)!;
    expect(values).toEqual({
      hitPoints: 170 + 142 + 130 + 51, mana: 50 + 8 + 20, attack: 45, defence: 16 + 6, magicDefence: 12 + 2,
      swingTicks: 24, critBp: 556, dodgeBp: 70, hitPointsPerSecond: 3, manaPerSecond: 3,
    });
    expect([values.attack, values.defence, values.magicDefence, values.critBp]).toEqual([hero.derived.attack, hero.derived.defence, hero.derived.magicDefence, hero.derived.critBp]);
  });

  it("shows what points would give", () => {
    const hero = sheet();
    const more = valuesOf(hero, definitions, attributesWith(hero, [2, 0, 0, 1]))!;
    expect(more.attack).toBe(49);
    expect(more.hitPoints).toBe(493 + 6 + 10);
    expect(more.defence).toBe(23);
  });

  it("reduces and swings as the core does", () => {
    expect(reductionBp(10, 1)).toBe(1_428);
    expect(reductionBp(100_000, 1)).toBe(7_500);
    expect(swingTicks(24, 7)).toBe(24);
    expect(swingTicks(30, 250)).toBe(20);
    expect(swingTicks(10, 250)).toBe(10);
  });
});

describe("what happens", () => {
  const heard = (event: GameEvent, distance: number | undefined = 3): Heard => ({ event, own: 7, distance });
  const hit = (more: Partial<Extract<GameEvent, { type: "hit" }>> = {}): GameEvent => ({ type: "hit", source: 7, target: 70, skill: undefined, amount: 30, absorbed: 0, kind: HitKind.Normal, ...more });

  it("rises as a number where it concerns the player", () => {
    expect(floatingOf(heard(hit()))).toEqual({ actor: 70, text: "30", tone: "dealt", big: false });
    expect(floatingOf(heard(hit({ kind: HitKind.Critical })))).toMatchObject({ text: "30!", big: true });
    expect(floatingOf(heard(hit({ source: 70, target: 7 })))).toMatchObject({ actor: 7, text: "−30", tone: "taken" });
    expect(floatingOf(heard(hit({ absorbed: 30 })))).toMatchObject({ text: "absorbed" });
    expect(floatingOf(heard(hit({ kind: HitKind.Dodged, amount: 0 })))).toMatchObject({ text: "dodge" });
    expect(floatingOf(heard(hit({ source: 71 })))).toBeUndefined();
    expect(floatingOf(heard({ type: "healed", source: 8, target: 7, amount: 12 }))).toMatchObject({ text: "+12", tone: "heal" });
    expect(floatingOf(heard({ type: "experience", amount: 1_050 }))).toMatchObject({ text: "+1,050 XP" });
  });

  it("sounds, the farther the softer", () => {
    expect(cueOf(heard(hit()), definitions)?.name).toBe("hit");
    expect(cueOf(heard(hit({ source: 70, target: 7 })), definitions)?.name).toBe("hurt");
    expect(cueOf(heard(hit({ source: 71, target: 70 }), 20), definitions)).toEqual({ name: "hit", metres: 30 });
    expect(cueOf(heard({ type: "castBegan", actor: 7, skill: 302, target: 7, ticks: 20 }), definitions)?.name).toBe("castHeal");
    expect(cueOf(heard({ type: "skillUsed", actor: 7, skill: 202, target: undefined }), definitions)?.name).toBe("step");
    expect(cueOf(heard({ type: "died", actor: 7, killer: 70, killerName: "" }), definitions)?.name).toBe("death");
    expect(cueOf({ event: hit({ source: 71 }), own: 7, distance: undefined }, definitions)).toBeUndefined();
    expect(schoolOf(definitions.skills.get(401)!)).toBe("Magic");
    expect([loudness(0), loudness(HEARING_METRES), loudness(200)]).toEqual([1, 0, 0]);
    expect(loudness(10)).toBeGreaterThan(loudness(20));
  });

  it("is silent when muted, and each group has its volume", () => {
    const volumes = { master: 1, effects: 0.5, interface: 1, muted: false };
    expect(gainOf("hit", volumes)).toBeLessThan(gainOf("click", volumes));
    expect(gainOf("hit", { ...volumes, muted: true })).toBe(0);
  });

  it("has sounds of a sensible length and loudness", () => {
    for (const [name, recipe] of Object.entries(RECIPES)) {
      expect(lengthOf(recipe), name).toBeGreaterThan(0.02);
      expect(lengthOf(recipe), name).toBeLessThan(2.5);
      for (const layer of recipe) expect(layer.gain, name).toBeLessThanOrEqual(1);
    }
    const noise = noiseSamples(2_000);
    expect(Math.max(...noise)).toBeGreaterThan(0.8);
    expect(Math.abs(noise.reduce((sum, sample) => sum + sample, 0) / noise.length)).toBeLessThan(0.1);
  });
});

describe("moments", () => {
  it("count down and fill up", () => {
    expect([respawnSeconds(100, 100), respawnSeconds(100, 181), respawnSeconds(100, 400)]).toEqual([5, 1, 0]);
    expect(castProgress({ skill: 301, began: 100, ends: 110 }, 105, false)).toEqual({ share: 0.5, seconds: 0.25 });
    expect(castProgress({ skill: 301, began: 100, ends: 110 }, 101, true).share).toBeCloseTo(0.9);
  });

  it("say how far a quest is, and what somebody has to say", () => {
    const hounds = definitions.quests.get(2)!;
    expect(progressText({ quest: 2, count: 3, goal: 8, ready: false }, hounds, definitions)).toBe("Dust Hound slain: 3 of 8");
    expect(progressText({ quest: 2, count: 8, goal: 8, ready: true }, hounds, definitions)).toBe("Return to Elder Sabine");
    expect(entriesOf({ actor: 3, npc: 103, offers: [4], ready: [3], waiting: [2] }).map((entry) => entry.mark)).toEqual(["ready", "offer", "waiting"]);
  });
});

describe("marks on the map", () => {
  it("stay at the rim when their place lies beyond", () => {
    expect(withinRim([88, 88], 176, 13)).toEqual([88, 88]);
    expect(withinRim([88, -500], 176, 13)).toEqual([88, 13]);
    const [x, y] = withinRim([1_000, 1_000], 176, 13);
    expect(Math.hypot(x - 88, y - 88)).toBeCloseTo(75);
  });
});

describe("the chat", () => {
  it("reads commands", () => {
    expect(spoken("hello")).toEqual({ type: "say", channel: 1, text: "hello" });
    expect(spoken("/p behind the mill")).toEqual({ type: "say", channel: 6, text: "behind the mill" });
    expect(spoken("/zone anyone?")).toEqual({ type: "say", channel: 2, text: "anyone?" });
    expect(spoken("/invite Odo")).toEqual({ type: "invite", name: "Odo" });
    expect(spoken("/leave")).toEqual({ type: "leave" });
    for (const line of ["/", "/p", "/dance", "/invite"]) expect(spoken(line).type).toBe("unknown");
  });
});
