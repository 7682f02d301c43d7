// Which key does what. Keys are named by their place on the keyboard (`KeyboardEvent.code`).

/** The slots of the skill bar in their order. */
export const SLOT_ACTIONS = ["slot1", "slot2", "slot3", "slot4", "slot5", "slot6", "slot7", "slot8", "slot9", "slot10"] as const;

export const ACTIONS = [
  "forward", "back", "left", "right", "target", "interact", ...SLOT_ACTIONS,
  "inventory", "character", "quests", "skills", "people", "chat", "settings", "diagnostics",
] as const;
export type Action = (typeof ACTIONS)[number];

/** For each action its keys; at most two. */
export type Bindings = Readonly<Record<Action, readonly string[]>>;

export const DEFAULT_BINDINGS: Bindings = {
  forward: ["KeyW", "ArrowUp"],
  back: ["KeyS", "ArrowDown"],
  left: ["KeyA", "ArrowLeft"],
  right: ["KeyD", "ArrowRight"],
  target: ["Tab"],
  interact: ["KeyF"],
  slot1: ["Digit1"],
  slot2: ["Digit2"],
  slot3: ["Digit3"],
  slot4: ["Digit4"],
  slot5: ["Digit5"],
  slot6: ["Digit6"],
  slot7: ["Digit7"],
  slot8: ["Digit8"],
  slot9: ["Digit9"],
  slot10: ["Digit0"],
  inventory: ["KeyI"],
  character: ["KeyC"],
  quests: ["KeyL"],
  skills: ["KeyK"],
  people: ["KeyO"],
  chat: ["Enter"],
  settings: ["Escape"],
  diagnostics: ["F3"],
};

export const ACTION_LABELS: Readonly<Record<Action, string>> = {
  forward: "Walk ahead",
  back: "Walk back",
  left: "Walk left",
  right: "Walk right",
  target: "Next target",
  interact: "Use what is near",
  slot1: "Skill 1",
  slot2: "Skill 2",
  slot3: "Skill 3",
  slot4: "Skill 4",
  slot5: "Skill 5",
  slot6: "Skill 6",
  slot7: "Skill 7",
  slot8: "Skill 8",
  slot9: "Skill 9",
  slot10: "Skill 10",
  inventory: "Bag",
  character: "Character",
  quests: "Quests",
  skills: "Skills",
  people: "People",
  chat: "Talk",
  settings: "Settings",
  diagnostics: "Diagnostics",
};

/** What a key does, if anything. */
export function actionOf(bindings: Bindings, code: string): Action | undefined {
  return ACTIONS.find((action) => bindings[action].includes(code));
}

/** The slot of the bar that an action presses, 0 to 9. */
export function slotOf(action: Action): number | undefined {
  const slot = (SLOT_ACTIONS as readonly Action[]).indexOf(action);
  return slot < 0 ? undefined : slot;
}

/** Gives an action's first key a new one; whoever had that key loses it, unless it was its last. */
export function rebound(bindings: Bindings, action: Action, code: string): Bindings {
  const holder = actionOf(bindings, code);
  if (holder === action) return bindings;
  const freed = bindings[action][0];
  const next: Record<Action, readonly string[]> = { ...bindings };
  next[action] = [code, ...bindings[action].slice(1)];
  if (holder !== undefined) {
    const left = bindings[holder].filter((key) => key !== code);
    // An action without a key could not be reached: it takes the key that just became free.
    next[holder] = left.length > 0 || freed === undefined ? left : [freed];
  }
  return next;
}

/** Bindings as they were stored, or the default where that is not readable. */
export function bindingsFrom(stored: unknown): Bindings {
  if (typeof stored !== "object" || stored === null) return DEFAULT_BINDINGS;
  const result: Record<Action, readonly string[]> = { ...DEFAULT_BINDINGS };
  for (const action of ACTIONS) {
    const keys = (stored as Record<string, unknown>)[action];
    if (Array.isArray(keys) && keys.length > 0 && keys.length <= 2 && keys.every((key) => typeof key === "string")) {
      result[action] = keys;
    }
  }
  return result;
}

/** A key's name as people call it. */
export function keyLabel(code: string): string {
  const arrows: Readonly<Record<string, string>> = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };
  return arrows[code] ?? code.replace(/^Key|^Digit/, "");
}
