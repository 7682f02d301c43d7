// Solid props near a place, for the camera alone: it comes closer instead of looking through a wall.

import { type Land, type Prop, PropKind } from "massless/core/land";

/** Edge of a bucket, metres. */
const BUCKET = 16;
/** Distance the camera keeps from walls, metres. */
const CLEARANCE = 0.3;

const OPAQUE: ReadonlySet<PropKind> = new Set([PropKind.House, PropKind.Tower, PropKind.Wall, PropKind.Rock]);

function holds(prop: Prop, x: number, y: number, z: number): boolean {
  if (y > prop.top + CLEARANCE || y < prop.base) return false;
  const [dx, dz] = [x - prop.x, z - prop.z];
  if (prop.round) return Math.hypot(dx, dz) < prop.halfX + CLEARANCE;
  const [sin, cos] = [Math.sin(prop.yaw), Math.cos(prop.yaw)];
  return Math.abs(dx * cos - dz * sin) < prop.halfX + CLEARANCE && Math.abs(dx * sin + dz * cos) < prop.halfZ + CLEARANCE;
}

export class Obstacles {
  private readonly buckets = new Map<number, Prop[]>();

  constructor(land: Land) {
    for (const prop of land.props) {
      if (!OPAQUE.has(prop.kind)) continue;
      const reach = Math.hypot(prop.halfX, prop.halfZ) + CLEARANCE;
      for (let row = Math.floor((prop.z - reach) / BUCKET); row <= Math.floor((prop.z + reach) / BUCKET); row += 1) {
        for (let column = Math.floor((prop.x - reach) / BUCKET); column <= Math.floor((prop.x + reach) / BUCKET); column += 1) {
          const key = row * 4_096 + column;
          const bucket = this.buckets.get(key) ?? [];
          this.buckets.set(key, bucket);
          bucket.push(prop);
        }
      }
    }
  }

  /** Whether a point lies inside something one cannot see through. */
  blocks(x: number, y: number, z: number): boolean {
    const bucket = this.buckets.get(Math.floor(z / BUCKET) * 4_096 + Math.floor(x / BUCKET));
    return bucket?.some((prop) => holds(prop, x, y, z)) ?? false;
  }
}
