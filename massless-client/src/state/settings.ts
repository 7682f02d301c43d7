// What a player has chosen, kept by the browser. Unreadable parts fall back to their defaults.

import { type Bindings, bindingsFrom, DEFAULT_BINDINGS } from "../input/bindings";
import type { Quality } from "../scene/stage";

export interface Settings {
  readonly name: string;
  /** 0..15: which dress and colours. */
  readonly look: number;
  readonly quality: Quality;
  /** The player has chosen the quality; else the game may lower it. */
  readonly qualityChosen: boolean;
  readonly bindings: Bindings;
  /** Radians of camera turn for each pixel of drag, in thousandths. */
  readonly turnSpeed: number;
  readonly hintsDone: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  name: "",
  look: 0,
  quality: "medium",
  qualityChosen: false,
  bindings: DEFAULT_BINDINGS,
  turnSpeed: 6,
  hintsDone: false,
};

const KEY = "massless.settings";
const QUALITIES: readonly Quality[] = ["low", "medium", "high"];

function numberFrom(value: unknown, low: number, high: number, otherwise: number): number {
  return typeof value === "number" && value >= low && value <= high ? value : otherwise;
}

/** Settings from stored text. */
export function settingsFrom(text: string | null): Settings {
  let stored: Record<string, unknown>;
  try {
    const value: unknown = JSON.parse(text ?? "null");
    if (typeof value !== "object" || value === null) return DEFAULT_SETTINGS;
    stored = value as Record<string, unknown>;
  } catch {
    return DEFAULT_SETTINGS;
  }
  return {
    name: typeof stored["name"] === "string" ? stored["name"].slice(0, 16) : "",
    look: Math.floor(numberFrom(stored["look"], 0, 15, 0)),
    quality: QUALITIES.find((quality) => quality === stored["quality"]) ?? DEFAULT_SETTINGS.quality,
    qualityChosen: stored["qualityChosen"] === true,
    bindings: bindingsFrom(stored["bindings"]),
    turnSpeed: numberFrom(stored["turnSpeed"], 1, 15, DEFAULT_SETTINGS.turnSpeed),
    hintsDone: stored["hintsDone"] === true,
  };
}

/** The settings in force, and who wants to know of changes. */
export class SettingsStore {
  private listeners: ((settings: Settings) => void)[] = [];

  constructor(
    private readonly storage: Pick<Storage, "getItem" | "setItem">,
    public current: Settings = settingsFrom(storage.getItem(KEY)),
  ) {}

  change(part: Partial<Settings>): void {
    this.current = { ...this.current, ...part };
    try {
      this.storage.setItem(KEY, JSON.stringify(this.current));
    } catch {
      // A browser that keeps nothing still plays.
    }
    for (const listener of this.listeners) listener(this.current);
  }

  onChange(listener: (settings: Settings) => void): void {
    this.listeners.push(listener);
  }
}
