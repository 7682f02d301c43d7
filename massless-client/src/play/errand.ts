// Something to do over there: walk up to an actor, then act. Follows it when it moves.

import type { Figure } from "massless/core/client";
import { type Heading, type Place, Route } from "../input/steering";

/** Metres an actor moves before the way to it is sought anew. */
const STRAY_METRES = 1.2;
/** Metres a figure walks in a second. */
const WALK_SPEED = 5;
/** How slowly one comes to a stop at least, as a share of the full speed. */
const SLOWEST = 0.2;
/** Seconds between two searches for a way at most. */
const SEARCH_SECONDS = 0.4;

export interface Errand {
  readonly actor: number;
  /** Metres between the middles at which it is done. */
  readonly reach: number;
  /** Done once there; nothing more to do for who only wants to be there. */
  readonly act: () => void;
}

type Find = (from: Place, to: Place) => Place[];

/** One errand at a time. */
export class Errands {
  private errand: Errand | undefined;
  private route: Route | undefined;
  private goal: Place = [0, 0];
  private age = 0;

  constructor(private readonly find: Find) {}

  get actor(): number | undefined {
    return this.errand?.actor;
  }

  begin(errand: Errand): void {
    this.errand = errand;
    this.route = undefined;
    this.age = SEARCH_SECONDS;
  }

  stop(): void {
    this.errand = undefined;
    this.route = undefined;
  }

  /** Where to go now, or nothing: there is no errand, it is done, or there is no way. */
  steer(at: Place, whom: (actor: number) => Figure | undefined, seconds: number): Heading | undefined {
    const { errand } = this;
    if (!errand) return undefined;
    const figure = whom(errand.actor);
    if (!figure) {
      this.stop();
      return undefined;
    }
    if (Math.hypot(figure.x - at[0], figure.z - at[1]) <= errand.reach) {
      this.stop();
      errand.act();
      return undefined;
    }
    this.age += seconds;
    const strayed = Math.hypot(figure.x - this.goal[0], figure.z - this.goal[1]) > STRAY_METRES;
    if (this.age >= SEARCH_SECONDS && (!this.route || strayed)) {
      this.age = 0;
      this.goal = [figure.x, figure.z];
      this.route = new Route(this.goal, this.find, at);
    }
    const heading = this.route?.steer(at, seconds);
    if (this.route && !heading && !strayed) this.stop();
    return heading && braked(heading, Math.hypot(figure.x - at[0], figure.z - at[1]) - errand.reach, seconds);
  }
}

/** Who has `metres` left does not walk farther until the next picture, `seconds` from now: where pictures are
 * slow, one would walk past. Pure. */
export function braked(heading: Heading, metres: number, seconds: number): Heading {
  const share = Math.max(SLOWEST, Math.min(1, (metres + STRAY_METRES / 2) / (WALK_SPEED * Math.max(seconds, 0.001))));
  return [heading[0] * share, heading[1] * share];
}
