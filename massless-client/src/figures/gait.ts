// How figures move between two pictures: strides that follow the way gone, breath, lean, blows, falls.

import { Pose } from "massless/core/world";
import type { Figure } from "massless/core/client";
import { heightAt, type Land } from "massless/core/land";
import type { Appearance } from "./crowd";
import type { Outfit } from "./wardrobe";

/** Metres per second at which limbs swing fully. */
const FULL_SWING_SPEED = 3.2;
/** How quickly the swing follows the speed, and the body the facing, per second. */
const SWING_RATE = 9;
const TURN_RATE = 12;
/** Seconds a blow takes, a fall, and a flash. */
const BLOW_SECONDS = 0.55;
const FALL_SECONDS = 0.7;
const FLASH_SECONDS = 0.22;
/** Arms of one who fights and of one who casts, 0..1. */
const GUARD = 0.28;
const CONJURE = 0.95;

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
  /** Seconds since the last blow and the last flash began. */
  blow: number;
  flash: number;
  raised: number;
  fallen: number;
  seen: number;
}

/** The shorter way from one angle to another, radians. */
export function angleBetween(from: number, to: number): number {
  const gap = (to - from) % (Math.PI * 2);
  if (gap > Math.PI) return gap - Math.PI * 2;
  return gap < -Math.PI ? gap + Math.PI * 2 : gap;
}

function raisedIn(pose: Pose): number {
  if (pose === Pose.Casting) return CONJURE;
  return pose === Pose.Fighting ? GUARD : 0;
}

function leanIn(figure: Figure): number {
  switch (figure.pose) {
    case Pose.Alert:
    case Pose.Leaping:
      return 0.9;
    case Pose.Stunned:
      return 0.35;
    case Pose.Dead:
      return 0;
    default:
      return Math.min(figure.speed / 9, 0.5);
  }
}

export class Gaits {
  private readonly gaits = new Map<number, Gait>();
  private picture = 0;

  /** A new picture begins; gaits that the last ones did not ask for are forgotten. */
  begin(): void {
    this.picture += 1;
    for (const [actor, gait] of this.gaits) if (this.picture - gait.seen > 60) this.gaits.delete(actor);
  }

  /** Nobody is known any more. */
  clear(): void {
    this.gaits.clear();
  }

  /** An actor strikes. */
  strike(actor: number): void {
    const gait = this.gaits.get(actor);
    if (gait) gait.blow = 0;
  }

  /** An actor is hit. */
  flash(actor: number): void {
    const gait = this.gaits.get(actor);
    if (gait) gait.flash = 0;
  }

  private of(figure: Figure): Gait {
    const known = this.gaits.get(figure.actor);
    if (known) return known;
    const gait: Gait = {
      stride: figure.actor * 1.7,
      swing: 0,
      breath: figure.actor * 2.3,
      turn: figure.turn,
      lean: 0,
      blow: BLOW_SECONDS,
      flash: FLASH_SECONDS,
      raised: 0,
      // Who is dead when first seen lies there already.
      fallen: figure.pose === Pose.Dead ? 1 : 0,
      seen: 0,
    };
    this.gaits.set(figure.actor, gait);
    return gait;
  }

  private advance(gait: Gait, figure: Figure, outfit: Outfit, seconds: number): void {
    const [soft, turning] = [1 - Math.exp(-seconds * SWING_RATE), 1 - Math.exp(-seconds * TURN_RATE)];
    const dead = figure.pose === Pose.Dead;
    const speed = dead ? 0 : figure.speed;
    gait.swing += (Math.min(speed / FULL_SWING_SPEED, 1) - gait.swing) * soft;
    gait.stride = (gait.stride + (speed * seconds * Math.PI * 2) / (outfit.stride * outfit.size)) % (Math.PI * 200);
    const pace = dead ? 0 : figure.pose === Pose.Alert || figure.pose === Pose.Stunned ? 4.5 : 2;
    gait.breath = (gait.breath + seconds * pace) % (Math.PI * 2);
    if (!dead) gait.turn += angleBetween(gait.turn, figure.turn) * turning;
    gait.lean += (leanIn(figure) - gait.lean) * soft;
    gait.raised += ((dead ? 0 : raisedIn(figure.pose)) - gait.raised) * soft;
    gait.blow = dead ? BLOW_SECONDS : gait.blow + seconds;
    gait.flash += seconds;
    gait.fallen = dead ? Math.min(1, gait.fallen + seconds / FALL_SECONDS) : 0;
  }

  /** How a figure appears in this picture. */
  appearance(figure: Figure, outfit: Outfit, scene: Surroundings, seconds: number): Appearance {
    const gait = this.of(figure);
    gait.seen = this.picture;
    this.advance(gait, figure, outfit, seconds);
    const blow = gait.blow < BLOW_SECONDS ? gait.blow / BLOW_SECONDS : 0;
    // Falling gets quicker, as things that fall do.
    const fallen = gait.fallen ** 2;
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
      action: [
        outfit.thrusts ? -blow : blow,
        gait.raised,
        outfit.upright ? -fallen : fallen,
        Math.max(0, 1 - gait.flash / FLASH_SECONDS) * 0.8,
      ],
      ground: Math.max(heightAt(scene.land, figure.x, figure.z), figure.y - 0.5),
      distance: Math.hypot(figure.x - scene.own.x, figure.z - scene.own.z),
    };
  }
}
