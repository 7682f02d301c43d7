// F3: what the picture and the connection cost, and how well the prediction agrees with the server.

import type { Figure, Stats } from "massless/core/client";
import type { Transport } from "massless/net/line";
import { make } from "./dom";

/** Seconds over which rates are taken. */
const WINDOW_SECONDS = 1;

/** Pictures per second and bytes per second over the last full window. */
export class Rates {
  fps = 0;
  frameMillis = 0;
  bytesInPerSecond = 0;
  bytesOutPerSecond = 0;
  private seconds = 0;
  private frames = 0;
  private busyMillis = 0;
  private bytes = { in: 0, out: 0 };

  /** One picture was made, `millis` of it in our own code. Says whether a window has ended. */
  add(seconds: number, millis: number, stats: Stats | undefined): boolean {
    this.seconds += seconds;
    this.frames += 1;
    this.busyMillis += millis;
    if (this.seconds < WINDOW_SECONDS) return false;
    this.fps = this.frames / this.seconds;
    this.frameMillis = this.busyMillis / this.frames;
    if (stats) {
      this.bytesInPerSecond = Math.max(0, stats.bytesIn - this.bytes.in) / this.seconds;
      this.bytesOutPerSecond = Math.max(0, stats.bytesOut - this.bytes.out) / this.seconds;
      this.bytes = { in: stats.bytesIn, out: stats.bytesOut };
    }
    this.seconds = this.frames = this.busyMillis = 0;
    return true;
  }
}

export interface Measured {
  readonly rates: Rates;
  readonly stats: Stats | undefined;
  readonly transport: Transport | undefined;
  readonly own: Figure | undefined;
  readonly figures: number;
  readonly meshes: number;
  readonly triangles: number;
}

export class Diagnostics {
  readonly element = make("pre", "diagnostics panel");

  constructor() {
    this.element.hidden = true;
  }

  toggle(): void {
    this.element.hidden = !this.element.hidden;
  }

  show({ rates, stats, transport, own, figures, meshes, triangles }: Measured): void {
    if (this.element.hidden) return;
    const lines = [
      `picture     ${rates.fps.toFixed(0)} fps, ${rates.frameMillis.toFixed(1)} ms, ${meshes} meshes, ${(triangles / 1_000).toFixed(0)}k triangles`,
    ];
    if (own) lines.push(`place       ${own.x.toFixed(2)} east, ${own.z.toFixed(2)} north, ${own.y.toFixed(2)} up`, `actors      ${figures} in sight`);
    if (stats) {
      const equal = stats.compared === 0 ? "" : ` (${((100 * stats.equal) / stats.compared).toFixed(2)} %)`;
      lines.push(
        `tick        ${stats.tick}`,
        `connection  ${transport ?? "none"}, ${stats.rttMillis.toFixed(0)} ms round trip, margin ${stats.margin} ticks, lead ${stats.leadMillis.toFixed(0)} ms, ${stats.late} late`,
        `prediction  ${stats.equal} of ${stats.compared} states equal${equal}, ${stats.corrected} corrected, ${stats.missed} missed`,
        `others      shown ${stats.delayTicks.toFixed(2)} ticks ago, ${(100 * stats.guessed).toFixed(1)} % of the pictures guessed, ${stats.far} own errors above 4 m`,
        `traffic     ${(rates.bytesInPerSecond / 1_000).toFixed(1)} kB/s in, ${(rates.bytesOutPerSecond / 1_000).toFixed(1)} kB/s out, ${stats.records} records`,
      );
    }
    this.element.textContent = lines.join("\n");
  }
}
