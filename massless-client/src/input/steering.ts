// From pressed keys, the camera or a route to the direction that is sent. Pure.

import type { Action } from "./bindings";

/** East and north, no longer than 1. */
export type Heading = readonly [number, number];

/** Where the pressed keys lead when one looks along `yaw` (radians clockwise from north). */
export function headingOf(pressed: ReadonlySet<Action>, yaw: number): Heading | undefined {
  const ahead = Number(pressed.has("forward")) - Number(pressed.has("back"));
  const aside = Number(pressed.has("right")) - Number(pressed.has("left"));
  if (ahead === 0 && aside === 0) return undefined;
  const length = Math.hypot(ahead, aside);
  const [sin, cos] = [Math.sin(yaw), Math.cos(yaw)];
  return [(sin * ahead + cos * aside) / length, (cos * ahead - sin * aside) / length];
}

/** Radians clockwise from north of a heading. */
export function turnOf(heading: Heading): number {
  return Math.atan2(heading[0], heading[1]);
}

/** Metres from a corner at which it counts as reached. */
const CORNER_METRES = 0.35;
/** Seconds without coming nearer after which a route is given up. */
const STUCK_SECONDS = 1.5;

export type Place = readonly [number, number];

/** Walks along the corners of a path; asks for a further path while the goal is not reached. */
export class Route {
  private corners: Place[];
  private nearest = Infinity;
  private idle = 0;
  private hops = 0;

  constructor(
    readonly goal: Place,
    private readonly find: (from: Place, to: Place) => Place[],
    from: Place,
  ) {
    this.corners = find(from, goal);
  }

  /** Where to go from here, or `undefined` when the goal is reached or out of reach. */
  steer(at: Place, seconds: number): Heading | undefined {
    while (this.corners[0] && Math.hypot(this.corners[0][0] - at[0], this.corners[0][1] - at[1]) < CORNER_METRES) {
      const reached = this.corners.shift()!;
      this.nearest = Infinity;
      this.idle = 0;
      if (this.corners.length === 0) this.hop(reached, at);
    }
    const corner = this.corners[0];
    if (!corner) return undefined;
    const [east, north] = [corner[0] - at[0], corner[1] - at[1]];
    const distance = Math.hypot(east, north);
    this.idle = distance < this.nearest - 0.02 ? 0 : this.idle + seconds;
    this.nearest = Math.min(this.nearest, distance);
    return this.idle > STUCK_SECONDS ? undefined : [east / distance, north / distance];
  }

  /** A search explores only so much: from the end of a path the next one is sought. */
  private hop(reached: Place, at: Place): void {
    const left = Math.hypot(this.goal[0] - reached[0], this.goal[1] - reached[1]);
    this.hops += 1;
    if (left < 0.6 || this.hops > 40) return;
    const further = this.find(at, this.goal);
    const end = further.at(-1);
    // A path that does not lead nearer ends the walk.
    if (end && Math.hypot(this.goal[0] - end[0], this.goal[1] - end[1]) < left - 0.3) this.corners = further;
  }
}

/** Where a ray meets the ground, marching in steps that grow with the distance. */
export function groundHit(
  heightAt: (x: number, z: number) => number,
  origin: readonly [number, number, number],
  direction: readonly [number, number, number],
  reach: number,
): Place | undefined {
  let before = 0;
  for (let along = 0.5; along < reach; along += 0.25 + along * 0.01) {
    const below = (t: number): boolean =>
      origin[1] + direction[1] * t < heightAt(origin[0] + direction[0] * t, origin[2] + direction[2] * t);
    if (below(along)) {
      let [low, high] = [before, along];
      for (let halving = 0; halving < 12; halving += 1) {
        const middle = (low + high) / 2;
        if (below(middle)) high = middle;
        else low = middle;
      }
      return [origin[0] + direction[0] * high, origin[2] + direction[2] * high];
    }
    before = along;
  }
  return undefined;
}
