// How figures move between two pictures: strides that follow the way gone, breath, lean.

import type { Figure } from "../core/client";
import { Pose } from "../core/client";
import { heightAt, type Land } from "../core/land";
import type { Appearance } from "./crowd";
import type { Outfit } from "./wardrobe";

/** Metres per second at which limbs swing fully. */
const FULL_SWING_SPEED = 3.2;
/** How quickly the swing follows the speed, and the body the facing, per second. */
const SWING_RATE = 9;
const TURN_RATE = 12;

/** What figures stand on, and whom they are looked at from. */
export interface Surroundings {
  readonly land: Land;
  readonly own: { readonly x: number; readonly z: number };
}

interface Gait {
  stride: number;
  swing: number;
  breath: number;
  turn: number;
  lean: number;
  seen: number;
}

/** The shorter way from one angle to another, radians. */
export function angleBetween(from: number, to: number): number {
  const gap = (to - from) % (Math.PI * 2);
  if (gap > Math.PI) return gap - Math.PI * 2;
  return gap < -Math.PI ? gap + Math.PI * 2 : gap;
}

export class Gaits {
  private readonly gaits = new Map<number, Gait>();
  private picture = 0;

  /** A new picture begins; gaits that the last ones did not ask for are forgotten. */
  begin(): void {
    this.picture += 1;
    for (const [actor, gait] of this.gaits) if (this.picture - gait.seen > 60) this.gaits.delete(actor);
  }

  /** How a figure appears in this picture. */
  appearance(figure: Figure, outfit: Outfit, scene: Surroundings, seconds: number): Appearance {
    let gait = this.gaits.get(figure.actor);
    if (!gait) {
      gait = { stride: figure.actor * 1.7, swing: 0, breath: figure.actor * 2.3, turn: figure.turn, lean: 0, seen: 0 };
      this.gaits.set(figure.actor, gait);
    }
    gait.seen = this.picture;
    const [soft, turning] = [1 - Math.exp(-seconds * SWING_RATE), 1 - Math.exp(-seconds * TURN_RATE)];
    gait.swing += (Math.min(figure.speed / FULL_SWING_SPEED, 1) - gait.swing) * soft;
    gait.stride = (gait.stride + (figure.speed * seconds * Math.PI * 2) / (outfit.stride * outfit.size)) % (Math.PI * 200);
    gait.breath = (gait.breath + seconds * (figure.pose === Pose.Alert ? 4.5 : 2)) % (Math.PI * 2);
    gait.turn += angleBetween(gait.turn, figure.turn) * turning;
    const lean = figure.pose === Pose.Alert ? 0.9 : Math.min(figure.speed / 9, 0.5);
    gait.lean += (lean - gait.lean) * soft;
    return {
      outfit,
      x: figure.x,
      y: figure.y,
      z: figure.z,
      turn: gait.turn,
      stride: gait.stride,
      swing: gait.swing,
      breath: gait.breath,
      lean: gait.lean,
      ground: Math.max(heightAt(scene.land, figure.x, figure.z), figure.y - 0.5),
      distance: Math.hypot(figure.x - scene.own.x, figure.z - scene.own.z),
    };
  }
}
