// What is said for a moment: refusals, loot, a quest that is done, a level, the name of a zone.

import type { Context } from "./context";
import { make, setHidden, setText } from "./dom";
import { type Drawing, iconOf } from "./icon";
import { RefusalFilter, refusalSentence } from "./refusals";

const REFUSAL_MILLIS = 2_200;
const TOAST_MILLIS = 4_500;
const TOASTS_MAX = 4;
const LEVEL_MILLIS = 4_200;
const BANNER_MILLIS = 3_800;

/** Why something was not done: one line above the bar. */
export class RefusalLine {
  readonly element = make("p", "refusal");
  private readonly filter = new RefusalFilter();
  private until = 0;

  constructor(private readonly context: Context) {
    this.element.setAttribute("role", "status");
    this.element.hidden = true;
  }

  refused(code: number, millis = performance.now()): void {
    if (!this.filter.admit(code, millis)) return;
    this.context.sounds.play("refused");
    this.say(refusalSentence(code), millis);
  }

  say(sentence: string, millis = performance.now()): void {
    setText(this.element, sentence);
    this.until = millis + REFUSAL_MILLIS;
    setHidden(this.element, false);
  }

  update(millis: number): void {
    if (!this.element.hidden && millis > this.until) this.element.hidden = true;
  }
}

export interface Toast {
  readonly text: string;
  readonly icon?: Drawing;
  readonly rarity?: number;
  readonly tone?: "quest" | "done" | "loot";
}

/** A few lines at the side that come and go. */
export class Toasts {
  readonly element = make("ol", "toasts");

  constructor() {
    this.element.setAttribute("aria-live", "polite");
    this.element.setAttribute("aria-label", "What happened");
  }

  add(toast: Toast): void {
    const line = make("li", `toast panel ${toast.tone ?? ""}`.trim());
    if (toast.icon) line.append(iconOf(toast.icon));
    line.append(make("span", toast.rarity === undefined ? "" : `rarity-${toast.rarity}`, toast.text));
    this.element.append(line);
    while (this.element.childElementCount > TOASTS_MAX) this.element.firstElementChild?.remove();
    window.setTimeout(() => { line.classList.add("leaving"); }, TOAST_MILLIS - 400);
    window.setTimeout(() => { line.remove(); }, TOAST_MILLIS);
  }

  clear(): void {
    this.element.replaceChildren();
  }
}

/** Large words in the upper middle: a level, or where one is. */
export class Moment {
  readonly element = make("section", "moment");
  private readonly head = make("h2");
  private readonly detail = make("p");
  private timer = 0;

  constructor() {
    this.element.hidden = true;
    this.element.setAttribute("role", "status");
    this.element.append(this.head, this.detail);
  }

  level(level: number, details: readonly string[]): void {
    this.show("level", `Level ${level}`, details.join("  ·  "), LEVEL_MILLIS);
  }

  zone(name: string, detail: string): void {
    this.show("zone", name, detail, BANNER_MILLIS);
  }

  private show(kind: string, head: string, detail: string, millis: number): void {
    window.clearTimeout(this.timer);
    this.element.hidden = true;
    // The animation begins anew only when the element was away.
    this.element.getBoundingClientRect();
    this.element.className = `moment ${kind}`;
    setText(this.head, head);
    setText(this.detail, detail);
    this.element.hidden = false;
    this.timer = window.setTimeout(() => { this.element.hidden = true; }, millis);
  }
}
