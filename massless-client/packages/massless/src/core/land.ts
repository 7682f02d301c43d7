// The ground of a zone as the page draws it: columns copied once out of the core's map.

/** What stands on the ground; the numbers are those of map files (`PropKind` in the core). */
export enum PropKind {
  Pine = 0,
  Oak = 1,
  Rock = 2,
  Bush = 3,
  House = 4,
  Fence = 5,
  Wall = 6,
  Stall = 7,
  Well = 8,
  Tower = 9,
  Crate = 10,
  Pillar = 11,
  Step = 12,
  Lamp = 13,
}

/** A static body. Lengths in metres, `yaw` in radians clockwise from north. */
export interface Prop {
  readonly kind: PropKind;
  readonly round: boolean;
  readonly x: number;
  readonly z: number;
  /** Half-edges along its own east and north; of a round prop both are the radius. */
  readonly halfX: number;
  readonly halfZ: number;
  readonly yaw: number;
  readonly base: number;
  readonly top: number;
}

export interface Land {
  /** Cells of 1 m to the east. */
  readonly width: number;
  /** Cells of 1 m to the north. */
  readonly depth: number;
  /** `[z][x]`, (depth + 1) x (width + 1) samples, metres. */
  readonly heights: Float32Array;
  /** `[z][x]`, depth x width cells, `Material` of the core. */
  readonly materials: Uint8Array;
  /** `[z][x]`, 1 where one may stand. */
  readonly walkable: Uint8Array;
  /** Metres; far below the ground where there is no water. */
  readonly waterLevel: number;
  readonly props: readonly Prop[];
  /** What the zone feels like, by the core's number; 0 where nothing is said. */
  readonly mood?: number;
}

/** Height of the sample nearest to a grid corner inside the map. */
export function sampleAt(land: Land, x: number, z: number): number {
  const cx = Math.min(Math.max(x, 0), land.width);
  const cz = Math.min(Math.max(z, 0), land.depth);
  return land.heights[cz * (land.width + 1) + cx]!;
}

/** Height of the ground for drawing on it; each cell splits along its south-west to north-east diagonal. */
export function heightAt(land: Land, x: number, z: number): number {
  const px = Math.min(Math.max(x, 0), land.width - 1e-3);
  const pz = Math.min(Math.max(z, 0), land.depth - 1e-3);
  const [cx, cz] = [Math.floor(px), Math.floor(pz)];
  const [fx, fz] = [px - cx, pz - cz];
  const southWest = sampleAt(land, cx, cz);
  const northEast = sampleAt(land, cx + 1, cz + 1);
  if (fx > fz) {
    const southEast = sampleAt(land, cx + 1, cz);
    return southWest + (southEast - southWest) * fx + (northEast - southEast) * fz;
  }
  const northWest = sampleAt(land, cx, cz + 1);
  return southWest + (northWest - southWest) * fz + (northEast - northWest) * fx;
}

/** How steep it is: rise over run at a place. */
export function slopeAt(land: Land, x: number, z: number): number {
  const east = heightAt(land, x + 0.5, z) - heightAt(land, x - 0.5, z);
  const north = heightAt(land, x, z + 0.5) - heightAt(land, x, z - 0.5);
  return Math.hypot(east, north);
}
