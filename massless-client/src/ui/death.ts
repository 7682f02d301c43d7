// The death screen: who it was, and how long until one is back.

import { TICKS_PER_SECOND, type WorldState } from "massless/core/world";
import { make, setHidden, setText } from "./dom";

/** Ticks from death to the respawn. Game rules, section 11. */
export const RESPAWN_TICKS = 100;

/** Whole seconds until the respawn. Pure. */
export function respawnSeconds(diedAt: number, now: number): number {
  return Math.max(0, Math.ceil((diedAt + RESPAWN_TICKS - now) / TICKS_PER_SECOND));
}

export class DeathScreen {
  readonly element = make("section", "death");
  private readonly by = make("p", "death-by");
  private readonly count = make("p", "death-count");
  private killer = "";
  /** The tick in which the death was first seen, where it is not told. */
  private seenAt: number | undefined;

  constructor() {
    this.element.hidden = true;
    this.element.setAttribute("role", "alert");
    this.element.append(make("h2", "", "You have fallen"), this.by, this.count);
  }

  /** Who killed the player; empty when it was nobody. */
  diedBy(name: string): void {
    this.killer = name;
  }

  update(state: WorldState): void {
    const dead = state.own?.dead ?? false;
    setHidden(this.element, !dead);
    if (!dead) {
      this.seenAt = undefined;
      return;
    }
    this.seenAt ??= state.now;
    setText(this.by, this.killer === "" ? "" : `by ${this.killer}`);
    const left = respawnSeconds(state.own?.diedAt ?? this.seenAt, state.now);
    setText(this.count, left > 0 ? `You will be back in the town in ${left} s` : "Back to the town …");
  }
}
