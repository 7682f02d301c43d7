// The worlds behind near portals: loaded and built a little with each picture, so that who steps through one is in
// the other world with the next picture. Where somebody travels without notice, the old one is drawn meanwhile.

import type { Land } from "massless/core/land";

/** A portal this near is about to be used, metres; its world is given up again beyond the second. */
const NEAR_METRES = 70;
const FAR_METRES = 110;

/** Where worlds come from. */
export interface Source<W> {
  /** The ground of a zone. */
  readonly load: (zone: number) => Promise<Land>;
  /** Builds its world in small steps. */
  readonly build: (land: Land) => Generator<void, W>;
  /** Throws a world away. */
  readonly drop: (world: W) => void;
  /** Milliseconds of any clock. */
  readonly now: () => number;
}

/** A world that is ready to be entered. */
export interface Ready<W> {
  readonly land: Land;
  readonly world: W;
}

/** What was begun for a zone. */
interface Begun<W> {
  readonly zone: number;
  land?: Land;
  steps?: Generator<void, W>;
  world?: W;
  error?: Error;
}

/** A way into another zone. */
export interface Way {
  readonly x: number;
  readonly z: number;
  readonly zone: number;
  readonly open: boolean;
}

export class Ahead<W> {
  private begun: Begun<W> | undefined;

  constructor(private readonly source: Source<W>) {}

  /** The zone whose world is being made or ready. */
  get zone(): number | undefined {
    return this.begun?.zone;
  }

  /** Chooses by the place among the ways out of a zone what is made. */
  look(place: readonly [number, number], ways: readonly Way[]): void {
    const metres = (way: Way): number => Math.hypot(way.x - place[0], way.z - place[1]);
    const open = ways.filter((way) => way.open);
    const mine = open.filter((way) => way.zone === this.zone);
    if (this.begun && !mine.some((way) => metres(way) < FAR_METRES)) this.clear();
    const nearest = open.reduce<Way | undefined>((best, way) => (!best || metres(way) < metres(best) ? way : best), undefined);
    if (nearest && metres(nearest) < NEAR_METRES) this.want(nearest.zone);
  }

  /** Makes the world of a zone, and no other one. */
  want(zone: number): void {
    if (this.zone === zone) return;
    this.clear();
    const begun: Begun<W> = { zone };
    this.begun = begun;
    this.source.load(zone).then(
      (land) => {
        begun.land = land;
        if (this.begun === begun) begun.steps = this.source.build(land);
      },
      (error: unknown) => { begun.error = error instanceof Error ? error : new Error("the zone cannot be loaded"); },
    );
  }

  /** Builds for so many milliseconds, one step at least. */
  work(millis: number): void {
    const { begun } = this;
    if (!begun?.steps) return;
    const end = this.source.now() + millis;
    do {
      const step = begun.steps.next();
      if (step.done) {
        begun.world = step.value;
        delete begun.steps;
        return;
      }
    } while (this.source.now() < end);
  }

  /** Hands over the world of a zone, if it is ready; throws what made it impossible. */
  take(zone: number): Ready<W> | undefined {
    const { begun } = this;
    if (begun?.zone !== zone) return undefined;
    if (begun.error !== undefined) {
      this.begun = undefined;
      throw begun.error;
    }
    const { land, world } = begun;
    if (land === undefined || world === undefined) return undefined;
    this.begun = undefined;
    return { land, world };
  }

  /** Gives up what was made. */
  clear(): void {
    const { begun } = this;
    this.begun = undefined;
    if (begun?.world !== undefined) this.source.drop(begun.world);
    // What is built half-way throws itself away.
    begun?.steps?.return(undefined as never);
  }
}
