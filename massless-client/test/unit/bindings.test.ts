import { describe, expect, it } from "vitest";

import { actionOf, ACTIONS, bindingsFrom, DEFAULT_BINDINGS, keyLabel, rebound } from "../../src/input/bindings";

describe("key bindings", () => {
  it("finds the action of either key", () => {
    expect(actionOf(DEFAULT_BINDINGS, "KeyW")).toBe("forward");
    expect(actionOf(DEFAULT_BINDINGS, "ArrowUp")).toBe("forward");
    expect(actionOf(DEFAULT_BINDINGS, "KeyQ")).toBeUndefined();
  });

  it("gives an action a new first key and leaves the second", () => {
    const next = rebound(DEFAULT_BINDINGS, "forward", "KeyZ");
    expect(next.forward).toEqual(["KeyZ", "ArrowUp"]);
    expect(next.back).toEqual(DEFAULT_BINDINGS.back);
  });

  it("takes a key from its holder", () => {
    const next = rebound(DEFAULT_BINDINGS, "forward", "KeyS");
    expect(next.forward).toEqual(["KeyS", "ArrowUp"]);
    expect(next.back).toEqual(["ArrowDown"]);
    expect(ACTIONS.filter((action) => next[action].includes("KeyS"))).toEqual(["forward"]);
  });

  it("never leaves an action without a key", () => {
    const next = rebound(DEFAULT_BINDINGS, "forward", "Enter");
    expect(next.forward).toEqual(["Enter", "ArrowUp"]);
    expect(next.chat).toEqual(["KeyW"]);
  });

  it("reads stored bindings part by part", () => {
    const read = bindingsFrom({ forward: ["KeyZ"], back: [], left: "KeyA", right: [1], chat: ["a", "b", "c"] });
    expect(read.forward).toEqual(["KeyZ"]);
    expect({ ...read, forward: DEFAULT_BINDINGS.forward }).toEqual(DEFAULT_BINDINGS);
    expect(bindingsFrom(null)).toEqual(DEFAULT_BINDINGS);
  });

  it("names keys as people do", () => {
    expect(["KeyW", "Digit3", "ArrowLeft", "Escape", "F3"].map(keyLabel)).toEqual(["W", "3", "←", "Esc", "F3"]);
  });
});
