// What is shown as waiting, and the lines that ask for things, with a module that only listens.

import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Figure, GameClient } from "massless/core/client";
import { Kind, Pose, type Sheet, type TradeTold, type WorldState } from "massless/core/world";
import { actionsOf } from "../../src/play/actions";
import type { Hands } from "../../src/play/hands";
import { Watch } from "../../src/play/watch";
import { definitions, item, sheet } from "../story/fixture";
import { trade } from "../story/services-story";

function figure(actor: number): Figure {
  return {
    slot: actor, actor, kind: Kind.Character, detail: 0, level: 1, x: 0, y: 0, z: 0, turn: 0, speed: 0, pose: Pose.Idle,
    health: 1, class: 1, weapon: 0, effects: 0, target: 0, rarity: 0, quantity: 0,
  };
}

/** A module that tells what a test puts into it. */
class Told {
  sheetNow: Sheet = sheet({ revision: 1 });
  tradeNow: TradeTold | undefined;
  tradeRevision = 0;
  readonly lines: string[] = [];
  readonly whispers: string[] = [];

  get client(): GameClient {
    const told = this as Told;
    return {
      ownState: () => undefined,
      get sheetRevision() { return told.sheetNow.revision; },
      sheet: () => this.sheetNow,
      get tradeRevision() { return told.tradeRevision; },
      trade: () => this.tradeNow,
      act: (...words: readonly (string | number)[]) => { this.lines.push(words.join(" ")); },
      whisper: (name: string, text: string) => { this.whispers.push(`${name}: ${text}`); },
    } as unknown as GameClient;
  }
}

const WHO = { name: "Mira", look: 0, zone: undefined };

describe("what waits", () => {
  let told: Told;
  let watch: Watch;
  let state: () => WorldState;
  const own = figure(1);

  beforeEach(() => {
    vi.restoreAllMocks();
    told = new Told();
    watch = new Watch(told.client, () => definitions, (of) => (of.actor === 8 ? "Odo" : ""));
    state = () => {
      watch.refresh(0, own, [figure(8)]);
      return watch.state(own, WHO, undefined, undefined);
    };
    state();
  });

  it("is locked from the asking to the zone's answer, and as long as the store takes", () => {
    const actions = actionsOf(told.client, {} as Hands, watch, state, () => undefined);
    const uid = told.sheetNow.bag[0]!.uid;
    actions.sell(uid, 1);
    actions.buy(3001, 5);
    expect([...state().waiting]).toEqual([uid, "@shop"]);
    told.sheetNow = sheet({ revision: 2, waits: ["sale", "exchange"], locked: [uid] });
    expect([...state().waiting]).toEqual([uid, "@sale", "@smith"]);
    told.sheetNow = sheet({ revision: 3 });
    expect(state().waiting.size).toBe(0);
  });

  it("is free again after a refusal, and after a while without any answer", () => {
    watch.awaits("@market");
    expect(state().waiting.has("@market")).toBe(true);
    watch.hear({ type: "rejected", code: 64 });
    expect(state().waiting.size).toBe(0);
    watch.awaits("@market");
    const later = performance.now() + 10_000;
    vi.spyOn(performance, "now").mockReturnValue(later);
    expect(state().waiting.size).toBe(0);
  });

  it("does not change as an object while nothing changes", () => {
    watch.awaits("@mail");
    expect(state().waiting).toBe(state().waiting);
    expect(state().trade).toBe(state().trade);
  });

  it("is a trade once both want one, and what is offered is locked", () => {
    const { own: mine, other, ends } = trade({});
    const tell = (stage: TradeTold["stage"]): void => {
      told.tradeRevision += 1;
      told.tradeNow = { stage, partner: 8, ends, own: mine, other };
    };
    tell("asking");
    expect(state().trade).toBeUndefined();
    tell("open");
    expect(state().trade).toMatchObject({ partner: "Odo", settling: false });
    expect(state().waiting.has(mine.items[0]!.uid)).toBe(true);
    tell("booked");
    expect(state().trade?.settling).toBe(true);
    told.tradeRevision += 1;
    told.tradeNow = undefined;
    expect(state().trade).toBeUndefined();
    tell("open");
    state();
    watch.clear();
    expect(watch.trade).toBeUndefined();
  });

  it("names the partner as soon as that one is in sight", () => {
    const { own: mine, other, ends } = trade({});
    told.tradeRevision += 1;
    told.tradeNow = { stage: "open", partner: 8, ends, own: mine, other };
    watch.refresh(0, own, []);
    expect(watch.trade?.partner).toBe("Somebody");
    expect(state().trade?.partner).toBe("Odo");
  });
});

describe("what is asked for", () => {
  it("is a line in the module's words", () => {
    const told = new Told();
    const watch = new Watch(told.client, () => definitions, () => "");
    let pumped = 0;
    const actions = actionsOf(told.client, {} as Hands, watch, () => watch.state(undefined, WHO, undefined, undefined), () => { pumped += 1; });
    const [a, b] = [item(1011).uid, item(1011).uid];
    actions.buy(3001, 5);
    actions.refine(a, true, false);
    actions.exchange(1);
    actions.learnRank(101);
    actions.resetPoints();
    actions.travel(10);
    actions.deposit(a);
    actions.withdraw(a);
    actions.enlargeStorage();
    actions.split(3, 5, 44);
    actions.tradeRequest(8);
    actions.tradeAnswer(false);
    actions.tradeOffer([a, b], 50);
    actions.tradeOffer([], 0);
    actions.tradeLock();
    actions.tradeConfirm(2, 3);
    actions.tradeCancel();
    actions.sendMail(9, 20, [a, b]);
    actions.claimMail(4);
    actions.listItem(a, 900);
    actions.buyListing(7, 900);
    actions.unlist(7);
    actions.whisper("Odo", "hello there");
    expect(told.lines).toEqual([
      "buy 3001 5", `refine ${a} 1 0`, "exchange 1", "rank 101", "resetpoints", "travel 10", `deposit ${a}`, `withdraw ${a}`, "enlarge", "split 3 5 44",
      "trade 8", "tradeanswer no", `tradeoffer 50 ${a} ${b}`, "tradeoffer 0", "tradelock", "tradeconfirm 2 3", "tradecancel",
      `sendmail 9 20 ${a} ${b}`, "claimmail 4", `list ${a} 900`, "buylisting 7 900", "unlist 7",
    ]);
    expect(told.whispers).toEqual(["Odo: hello there"]);
    expect(pumped).toBe(told.lines.length + 1);
  });
});
