// What a player has chosen, kept by the browser. Unreadable parts fall back to their defaults.

import { type Bindings, bindingsFrom, DEFAULT_BINDINGS } from "../input/bindings";
import type { Quality } from "../scene/stage";
import type { Volumes } from "../sound/sounds";

export interface Settings {
  readonly name: string;
  /** 0..15: which dress and colours. */
  readonly look: number;
  /** The class and faction chosen last, 1..=4 and 1..=3. */
  readonly class: number;
  readonly faction: number;
  readonly quality: Quality;
  /** The player has chosen the quality; else the game may lower it. */
  readonly qualityChosen: boolean;
  readonly bindings: Bindings;
  /** Radians of camera turn for each pixel of drag, in thousandths. */
  readonly turnSpeed: number;
  readonly hintsDone: boolean;
  readonly volumes: Volumes;
}

export const DEFAULT_SETTINGS: Settings = {
  name: "",
  look: 0,
  class: 1,
  faction: 1,
  quality: "medium",
  qualityChosen: false,
  bindings: DEFAULT_BINDINGS,
  turnSpeed: 6,
  hintsDone: false,
  volumes: { master: 0.7, effects: 0.8, interface: 0.7, muted: false },
};

const KEY = "massless.settings";
const QUALITIES: readonly Quality[] = ["low", "medium", "high"];

function numberFrom(value: unknown, low: number, high: number, otherwise: number): number {
  return typeof value === "number" && value >= low && value <= high ? value : otherwise;
}

function volumesFrom(value: unknown): Volumes {
  const stored = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const { volumes } = DEFAULT_SETTINGS;
  return {
    master: numberFrom(stored["master"], 0, 1, volumes.master),
    effects: numberFrom(stored["effects"], 0, 1, volumes.effects),
    interface: numberFrom(stored["interface"], 0, 1, volumes.interface),
    muted: stored["muted"] === true,
  };
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
    class: Math.floor(numberFrom(stored["class"], 1, 4, DEFAULT_SETTINGS.class)),
    faction: Math.floor(numberFrom(stored["faction"], 1, 3, DEFAULT_SETTINGS.faction)),
    quality: QUALITIES.find((quality) => quality === stored["quality"]) ?? DEFAULT_SETTINGS.quality,
    qualityChosen: stored["qualityChosen"] === true,
    bindings: bindingsFrom(stored["bindings"]),
    turnSpeed: numberFrom(stored["turnSpeed"], 1, 15, DEFAULT_SETTINGS.turnSpeed),
    hintsDone: stored["hintsDone"] === true,
    volumes: volumesFrom(stored["volumes"]),
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
