// All that is shown while one plays, put together.

import type { SettingsStore } from "../state/settings";
import { Chat } from "./chat";
import { Diagnostics } from "./diagnostics";
import { button, make } from "./dom";
import { FirstMinute } from "./hint";
import { Minimap } from "./minimap";
import { Plates } from "./plates";

/** What the parts of the display ask for. */
export interface HudEvents {
  /** False when nobody would hear it now. */
  say(text: string, channel: number): boolean;
  walkTo(x: number, z: number): void;
  openSettings(): void;
}

export class Hud {
  readonly element = make("div", "hud");
  readonly plates = new Plates();
  readonly minimap: Minimap;
  readonly chat: Chat;
  readonly hint: FirstMinute;
  readonly diagnostics = new Diagnostics();

  constructor(store: SettingsStore, events: HudEvents, focusWorld: () => void) {
    this.minimap = new Minimap((x, z) => { events.walkTo(x, z); });
    this.chat = new Chat((text, channel) => events.say(text, channel), focusWorld);
    this.hint = new FirstMinute(store.current.hintsDone, () => { store.change({ hintsDone: true }); });
    const tools = make("div", "tools");
    const gear = button("", "Settings", () => { events.openSettings(); });
    gear.title = "Settings (Esc)";
    tools.append(gear);
    this.element.append(this.plates.element, this.minimap.element, tools, this.chat.element, this.hint.element);
    this.element.hidden = true;
  }
}
