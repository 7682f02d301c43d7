// What every panel of the game is given.

import type { GameBridge } from "../core/world";
import type { Sounds } from "../sound/sounds";
import type { SettingsStore } from "../state/settings";
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
}
