// Numbers that rise from those who are hit, healed or rewarded.

import { type GameBridge, type Heard, HitKind } from "massless/core/world";
import { make } from "./dom";
import { grouped } from "./numbers";

export interface Floating {
  /** At whom it rises. */
  readonly actor: number;
  readonly text: string;
  readonly tone: "dealt" | "taken" | "heal" | "dodge" | "experience" | "coin" | "periodic";
  readonly big: boolean;
}

/** What rises for an event; nothing for what is not the player's business. Pure. */
export function floatingOf({ event, own }: Heard): Floating | undefined {
  switch (event.type) {
    case "hit": {
      if (event.source !== own && event.target !== own) return undefined;
      const taken = event.target === own;
      if (event.kind === HitKind.Dodged) return { actor: event.target, text: taken ? "dodged" : "dodge", tone: "dodge", big: false };
      if (event.kind === HitKind.Immune) return { actor: event.target, text: "immune", tone: "dodge", big: false };
      const through = event.amount - event.absorbed;
      if (through <= 0) return { actor: event.target, text: "absorbed", tone: "dodge", big: false };
      const tone = taken ? "taken" : event.kind === HitKind.Periodic ? "periodic" : "dealt";
      const critical = event.kind === HitKind.Critical;
      return { actor: event.target, text: `${taken ? "−" : ""}${grouped(through)}${critical ? "!" : ""}`, tone, big: critical };
    }
    case "healed":
      return event.source === own || event.target === own ? { actor: event.target, text: `+${grouped(event.amount)}`, tone: "heal", big: false } : undefined;
    case "experience":
      return { actor: own, text: `+${grouped(event.amount)} XP`, tone: "experience", big: false };
    case "coin":
      return { actor: own, text: `+${grouped(event.amount)} coin`, tone: "coin", big: false };
    default:
      return undefined;
  }
}

/** Numbers shown at the same time. */
const SHOWN_MAX = 36;
const SECONDS_SHOWN = 1.25;
const SECONDS_BIG = 1.6;
/** Pixels a number rises, at the ordinary size of the page. */
const RISE_PIXELS = 74;
/** Pixels to the side, one number after another. */
const ASIDE = [0, -44, 40, -20, 62, -66, 20] as const;

interface Live {
  readonly element: HTMLElement;
  floating: Floating;
  age: number;
  seconds: number;
  aside: number;
  x: number;
  y: number;
}

export class CombatText {
  readonly element = make("div", "combat-text");
  private readonly live: Live[] = [];
  private readonly free: HTMLElement[] = [];
  private turn = 0;

  constructor(private readonly bridge: GameBridge) {
    this.element.setAttribute("aria-hidden", "true");
  }

  heard(heard: Heard): void {
    const floating = floatingOf(heard);
    if (!floating) return;
    const place = this.bridge.projectToScreen(floating.actor);
    if (!place) return;
    if (this.live.length >= SHOWN_MAX) this.retire(0);
    const element = this.free.pop() ?? make("span");
    element.className = `floating ${floating.tone}${floating.big ? " big" : ""}`;
    element.textContent = floating.text;
    this.element.append(element);
    // Numbers that come together part to the left and right.
    this.turn = (this.turn + 1) % ASIDE.length;
    const aside = floating.tone === "experience" || floating.tone === "coin" ? 0 : ASIDE[this.turn]!;
    const live: Live = { element, floating, age: 0, seconds: floating.big ? SECONDS_BIG : SECONDS_SHOWN, aside, x: place.x, y: place.y };
    this.live.push(live);
    this.draw(live);
  }

  update(seconds: number): void {
    for (let index = this.live.length - 1; index >= 0; index -= 1) {
      const live = this.live[index]!;
      live.age += seconds;
      if (live.age >= live.seconds) this.retire(index);
      else {
        const place = this.bridge.projectToScreen(live.floating.actor);
        if (place) [live.x, live.y] = [place.x, place.y];
        this.draw(live);
      }
    }
  }

  clear(): void {
    while (this.live.length > 0) this.retire(0);
  }

  private draw(live: Live): void {
    const along = live.age / live.seconds;
    const eased = 1 - (1 - along) ** 2;
    const below = live.floating.tone === "experience" ? 26 : live.floating.tone === "coin" ? 46 : 0;
    const size = live.floating.big ? 1 + 0.6 * Math.max(0, 1 - along * 6) : 1;
    live.element.style.transform = `translate(${(live.x + live.aside).toFixed(1)}px, ${(live.y - RISE_PIXELS * eased + below).toFixed(1)}px) translate(-50%, -100%) scale(${size.toFixed(2)})`;
    live.element.style.opacity = Math.min(1, (1 - along) * 2.4).toFixed(2);
  }

  private retire(index: number): void {
    const [gone] = this.live.splice(index, 1);
    if (!gone) return;
    gone.element.remove();
    this.free.push(gone.element);
  }
}
