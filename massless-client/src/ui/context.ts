// What every panel of the game is given.

import type { GameBridge } from "massless/core/world";
import type { Sounds } from "../sound/sounds";
import type { SettingsStore } from "../state/settings";
import type { Ask } from "./ask";
import type { Counter } from "./counter";
import type { Drag } from "./drag";
import type { Menu } from "./menu";
import type { Tooltip } from "./tooltip";

export interface Context {
  readonly bridge: GameBridge;
  readonly tooltip: Tooltip;
  readonly drag: Drag;
  readonly menu: Menu;
  readonly sounds: Sounds;
  readonly store: SettingsStore;
  readonly counter: Counter;
  readonly ask: Ask;
  /** A sentence above the bar, for a moment. */
  say(sentence: string): void;
  /** A line at the side, for a little longer. */
  toast(text: string): void;
  /** Opens the chat for a whisper. */
  whisper(name: string): void;
  befriend(name: string): void;
  block(name: string): void;
}
