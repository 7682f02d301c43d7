// Which key does what. Keys are named by their place on the keyboard (`KeyboardEvent.code`).

export const ACTIONS = ["forward", "back", "left", "right", "chat", "settings", "diagnostics"] as const;
export type Action = (typeof ACTIONS)[number];

/** For each action its keys; at most two. */
export type Bindings = Readonly<Record<Action, readonly string[]>>;

export const DEFAULT_BINDINGS: Bindings = {
  forward: ["KeyW", "ArrowUp"],
  back: ["KeyS", "ArrowDown"],
  left: ["KeyA", "ArrowLeft"],
  right: ["KeyD", "ArrowRight"],
  chat: ["Enter"],
  settings: ["Escape"],
  diagnostics: ["F3"],
};

export const ACTION_LABELS: Readonly<Record<Action, string>> = {
  forward: "Walk ahead",
  back: "Walk back",
  left: "Walk left",
  right: "Walk right",
  chat: "Talk",
  settings: "Settings",
  diagnostics: "Diagnostics",
};

/** What a key does, if anything. */
export function actionOf(bindings: Bindings, code: string): Action | undefined {
  return ACTIONS.find((action) => bindings[action].includes(code));
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
