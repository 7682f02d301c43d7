// The first minute: a few things to try, ticked off as they are done.

import { make } from "./dom";

export const HINTS = ["walk", "look", "use", "fight", "talk"] as const;
export type Hint = (typeof HINTS)[number];

const TEXTS: Readonly<Record<Hint, string>> = {
  walk: "Walk with W A S D or a click on the ground",
  look: "Drag to look round, the wheel comes nearer",
  use: "F talks to people and picks things up",
  fight: "Tab or a click chooses an enemy, 1 to 0 are your skills",
  talk: "Enter talks to those nearby",
};
const SECONDS_SHOWN = 75;

export class FirstMinute {
  readonly element = make("ul", "hint panel");
  private readonly lines = new Map<Hint, HTMLElement>();
  private readonly open: Set<Hint>;
  private seconds = 0;

  constructor(done: boolean, private readonly onDone: () => void) {
    this.open = new Set(done ? [] : HINTS);
    for (const hint of HINTS) {
      const line = make("li", "", TEXTS[hint]);
      this.lines.set(hint, line);
      this.element.append(line);
    }
    this.element.hidden = done;
  }

  tick(hint: Hint): void {
    if (!this.open.delete(hint)) return;
    this.lines.get(hint)?.classList.add("done");
    if (this.open.size === 0) this.finish();
  }

  advance(seconds: number): void {
    if (this.element.hidden) return;
    this.seconds += seconds;
    if (this.seconds > SECONDS_SHOWN) this.finish();
  }

  private finish(): void {
    if (this.element.classList.contains("leaving")) return;
    this.element.classList.add("leaving");
    window.setTimeout(() => { this.element.hidden = true; }, 1_200);
    this.onDone();
  }
}
